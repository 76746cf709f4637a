"""Typical mistakes in lesson 3.6."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

SHARES = """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
SAVED = """
        kept = self.kept_of(p)
        self.save(q, k, v, mask, p, kept)
        dropped = p if kept is None else p * kept
"""
RETURNED = """
        return (dropped @ v, dropped) if self.weights else dropped @ v
"""
OPENED = """
        q, k, v, mask, p, kept = self.saved
        dropped = p if kept is None else p * kept
"""
SHARED = """
        g = gy @ v.swapaxes(-1, -2)
        if gp is not None:
            g = g + gp
        if kept is not None:
            g = g * kept
"""
SCORED = """
        gs = p * (g - (g * p).sum(axis=-1, keepdims=True))
"""
MIXED = """
        gv = dropped.swapaxes(-1, -2) @ gy
"""
COMPARED = """
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gq, gk, gv, None if mask is None else gs
"""


def softmax(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "softmax_or_zeros", name, what, code, finding, judgement, first=first)


def causal(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "causal_mask", name, what, code, finding, judgement, first=first)


def forward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "Attention.forward", name, what, code, finding, judgement, first=first)


def backward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "Attention.backward", name, what, code, finding, judgement, first=first)


def back(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with what was saved, and P as it was multiplied with v."""
    return Mistake("3.6", "Attention.backward", name, what, OPENED + code, finding, judgement, first=first)


MISTAKES = [
    softmax(
        "plain",
        "eˣ / Σ eˣ, without care",
        """
        xp = array_module(scores)
        e = xp.exp(scores)
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "not_finite",
        HELPFUL,
    ),
    softmax(
        "maximum_only",
        "the maximum is subtracted, rows of -∞ are not thought of",
        """
        xp = array_module(scores)
        e = xp.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "not_finite",
        HELPFUL,
    ),
    softmax(
        "small_number_added",
        "a small number is added to the sum",
        """
        xp = array_module(scores)
        highest = scores.max(axis=-1, keepdims=True)
        e = xp.exp(scores - xp.where(xp.isneginf(highest), 0, highest))
        return e / (e.sum(axis=-1, keepdims=True) + 1e-3)
        """,
        "wrong",
        HELPFUL,
    ),
    softmax(
        "global_maximum",
        "the maximum of all rows",
        """
        xp = array_module(scores)
        highest = scores.max()
        e = xp.exp(scores - (0 if xp.isneginf(highest) else highest))
        total = e.sum(axis=-1, keepdims=True)
        return e / xp.where(total == 0, 1, total)
        """,
        "one_highest",
        NAMED,
    ),
    softmax(
        "rows_of_queries",
        "over the queries, axis -2",
        """
        xp = array_module(scores)
        highest = scores.max(axis=-2, keepdims=True)
        e = xp.exp(scores - xp.where(xp.isneginf(highest), 0, highest))
        total = e.sum(axis=-2, keepdims=True)
        return e / xp.where(total == 0, 1, total)
        """,
        "over_the_queries",
        NAMED,
    ),
    softmax(
        "everything",
        "over all scores",
        """
        xp = array_module(scores)
        highest = scores.max()
        e = xp.exp(scores - highest)
        return e / e.sum()
        """,
        "over_everything",
        NAMED,
    ),
    softmax(
        "no_keepdims",
        "the sum without keepdims",
        """
        xp = array_module(scores)
        highest = scores.max(axis=-1, keepdims=True)
        e = xp.exp(scores - xp.where(xp.isneginf(highest), 0, highest))
        total = e.sum(axis=-1)
        return e / xp.where(total == 0, 1, total)
        """,
        "raised",
        HELPFUL,
    ),
    softmax(
        "equal_shares",
        "rows of -∞ get equal shares",
        """
        xp = array_module(scores)
        scores = xp.where(xp.isneginf(scores), -1e30, scores).astype(scores.dtype)
        e = xp.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "equal_where_nothing",
        NAMED,
    ),
    softmax(
        "in_place",
        "the scores themselves are changed",
        """
        xp = array_module(scores)
        highest = scores.max(axis=-1, keepdims=True)
        scores -= xp.where(xp.isneginf(highest), 0, highest)
        e = xp.exp(scores)
        total = e.sum(axis=-1, keepdims=True)
        return e / xp.where(total == 0, 1, total)
        """,
        "modified_input",
        NAMED,
    ),
    softmax(
        "float64",
        "float64 inside, and returned",
        """
        xp = array_module(scores)
        scores = scores.astype('float64')
        highest = scores.max(axis=-1, keepdims=True)
        e = xp.exp(scores - xp.where(xp.isneginf(highest), 0, highest))
        total = e.sum(axis=-1, keepdims=True)
        return e / xp.where(total == 0, 1, total)
        """,
        "dtype",
        HELPFUL,
    ),
    softmax(
        "not_normalised",
        "the exponentials are returned",
        """
        xp = array_module(scores)
        highest = scores.max(axis=-1, keepdims=True)
        return xp.exp(scores - xp.where(xp.isneginf(highest), 0, highest))
        """,
        "not_divided",
        NAMED,
    ),
    softmax(
        "logarithm",
        "the log-softmax",
        """
        xp = array_module(scores)
        highest = scores.max(axis=-1, keepdims=True)
        highest = xp.where(xp.isneginf(highest), 0, highest)
        return scores - highest - xp.log(xp.exp(scores - highest).sum(axis=-1, keepdims=True))
        """,
        "logarithms",
        NAMED,
        first=HELPFUL,
    ),
    causal(
        "tril",
        "the past is forbidden: np.tril",
        """
        future = np.tril(np.ones((t, s), bool), -1)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "past_forbidden",
        NAMED,
        first=MISLEADING,
    ),
    causal(
        "itself_forbidden",
        "the place itself is forbidden, too",
        """
        future = np.triu(np.ones((t, s), bool), 0)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "not_even_itself",
        NAMED,
    ),
    causal(
        "one_ahead",
        "one place ahead may be seen",
        """
        future = np.triu(np.ones((t, s), bool), 2)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "one_too_far",
        NAMED,
    ),
    causal(
        "booleans",
        "True and False",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(future, device=like.device)
        """,
        "true_and_false",
        NAMED,
        first=HELPFUL,
    ),
    causal(
        "allowed_booleans",
        "True where a key may be seen",
        """
        return Tensor(np.tril(np.ones((t, s), bool)), device=like.device)
        """,
        "true_and_false",
        NAMED,
        first=HELPFUL,
    ),
    causal(
        "ones_and_zeros",
        "1 and 0 instead of 0 and -∞",
        """
        return Tensor(np.tril(np.ones((t, s), like.dtype)), device=like.device)
        """,
        "ones_and_zeros",
        NAMED,
    ),
    causal(
        "large_number",
        "-10⁹ in the place of -∞",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(np.where(future, -1e9, 0).astype(like.dtype), device=like.device)
        """,
        "large_number",
        NAMED,
        first=MISLEADING,
    ),
    causal(
        "plus_infinity",
        "+∞",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(np.where(future, np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "not_finite",
        HELPFUL,
    ),
    causal(
        "nan",
        "-∞ times the mask: 0 · -∞ is NaN",
        """
        future = np.triu(np.ones((t, s)), 1)
        return Tensor((future * -np.inf).astype(like.dtype), device=like.device)
        """,
        "infinity_times_zero",
        NAMED,
        first=HELPFUL,
    ),
    causal(
        "square",
        "[t, t]",
        """
        future = np.triu(np.ones((t, t), bool), 1)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "shape",
        HELPFUL,
    ),
    causal(
        "keys_by_queries",
        "[s, t]",
        """
        future = np.triu(np.ones((s, t), bool), 1)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "keys_in_rows",
        NAMED,
    ),
    causal(
        "from_the_end",
        "aligned at the end, as with kept keys",
        """
        future = np.triu(np.ones((t, s), bool), 1 + s - t)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "counted_from_the_end",
        NAMED,
    ),
    causal(
        "exchanged",
        "-∞ where a key may be seen",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(np.where(future, 0, -np.inf).astype(like.dtype), device=like.device)
        """,
        "exchanged",
        NAMED,
    ),
    causal(
        "float64",
        "the dtype of `like` is forgotten",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(np.where(future, -np.inf, 0), device=like.device)
        """,
        "dtype",
        HELPFUL,
    ),
    causal(
        "an_array",
        "a NumPy array",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return np.where(future, -np.inf, 0).astype(like.dtype)
        """,
        "no_tensor",
        NAMED,
    ),
    forward(
        "no_scale",
        "no scale",
        """
        scores = q @ k.swapaxes(-1, -2)
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "not_scaled",
        NAMED,
    ),
    forward(
        "sqrt_d",
        "divided by √d, self.scale is not asked",
        """
        scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "root_of_width",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "divided_by_scale",
        "divided by the scale",
        """
        scores = q @ k.swapaxes(-1, -2) / self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "divided_by_scale",
        NAMED,
    ),
    forward(
        "root_of_scale",
        "multiplied by its root",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale ** 0.5
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "root_of_scale",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "T",
        "k.T, which turns all dimensions round",
        """
        scores = q @ k.T * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "raised",
        HELPFUL,
    ),
    forward(
        "queries_and_keys_exchanged",
        "k qᵀ",
        """
        scores = k @ q.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "raised",
        HELPFUL,
    ),
    forward(
        "mask_multiplied",
        "the mask is multiplied",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores * mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "mask_multiplied",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "mask_before_scale",
        "the mask is scaled, too",
        """
        scores = q @ k.swapaxes(-1, -2)
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores * self.scale)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "mask_scaled",
        NAMED,
    ),
    forward(
        "mask_forgotten",
        "no mask",
        """
        probabilities = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "mask_left_out",
        NAMED,
    ),
    forward(
        "mask_after",
        "the mask is added behind the softmax",
        """
        probabilities = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale)
        if mask is not None:
            probabilities = probabilities + mask
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "mask_added_to_shares",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "no_softmax",
        "no softmax",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = scores
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "no_softmax",
        NAMED,
    ),
    forward(
        "no_dropout",
        "dropout is left out",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        return (probabilities @ v, probabilities) if self.weights else probabilities @ v
        """,
        "nothing_dropped",
        NAMED,
    ),
    forward(
        "shares_before_dropout",
        "the shares before dropout are returned",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, probabilities) if self.weights else dropped @ v
        """,
        "shares_before_dropout",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "scores_dropped",
        "dropout of the scores",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        kept = self.kept_of(scores)
        probabilities = softmax_or_zeros(scores if kept is None else scores * kept)
        self.save(q, k, v, mask, probabilities, kept)
        return (probabilities @ v, probabilities) if self.weights else probabilities @ v
        """,
        "scores_dropped",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "never_weights",
        "y alone, whatever self.weights says",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return dropped @ v
        """,
        "weights_never",
        NAMED,
        first=MISLEADING,
    ),
    forward(
        "always_weights",
        "always a pair",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return dropped @ v, dropped
        """,
        "weights_always",
        NAMED,
        first=MISLEADING,
    ),
    forward(
        "mean_of_values",
        "the shares are not used",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        y = np.broadcast_to(v.mean(axis=-2, keepdims=True), (dropped @ v).shape).copy()
        return (y, dropped) if self.weights else y
        """,
        "wrong",
        HELPFUL,
    ),
    forward(
        "keys_mixed",
        "the keys are mixed in the place of the values",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ k, dropped) if self.weights else dropped @ k
        """,
        "shape",
        HELPFUL,
    ),
    forward(
        "not_saved",
        "nothing is saved",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v
        """,
        "nothing_saved",
        NAMED,
    ),
    backward(
        "no_scale",
        "gq and gk without scale",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k, gs.swapaxes(-1, -2) @ q, gv, None if mask is None else gs
        """,
        "scale_missing",
        NAMED,
    ),
    backward(
        "scale_of_q_only",
        "the scale is missing in gk",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q, gv, None if mask is None else gs
        """,
        "scale_missing_in_gk",
        NAMED,
    ),
    backward(
        "mask_scaled",
        "the mask's gradient is scaled, too",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        gs = gs * self.scale
        return gs @ k, gs.swapaxes(-1, -2) @ q, gv, None if mask is None else gs
        """,
        "mask_scaled_backward",
        NAMED,
    ),
    backward(
        "sum_forgotten",
        "P · gP, without the sum",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * gp
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "sum_missing",
        NAMED,
    ),
    backward(
        "like_sigmoid",
        "P (1 - P) gP",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (1 - probabilities) * gp
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "like_a_sigmoid",
        NAMED,
    ),
    backward(
        "sum_of_gp",
        "the plain sum of gP",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - gp.sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "plain_sum",
        NAMED,
    ),
    backward(
        "sum_over_queries",
        "the sum over the queries",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-2, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "sum_over_queries",
        NAMED,
    ),
    backward(
        "no_factor",
        "gP - Σ, without P in front",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = gp - (gp * probabilities).sum(axis=-1, keepdims=True)
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "share_missing",
        NAMED,
    ),
    backward(
        "mean_not_sum",
        "a mean in the place of the sum",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).mean(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "mean_for_sum",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "gv_not_transposed",
        "P in the place of Pᵀ",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "raised",
        HELPFUL,
    ),
    backward(
        "gv_of_undropped",
        "gv with the shares before dropout",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = probabilities.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "undropped_values",
        NAMED,
    ),
    backward(
        "gp_ignored",
        "the gradient of the shares is left out",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2)
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "of_weights_ignored",
        NAMED,
    ),
    backward(
        "gp_replaces",
        "the gradient of the shares replaces that of the result",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "of_result_ignored",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "dropout_forgotten",
        "gP is not multiplied by what was kept",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "dropout_missing",
        NAMED,
    ),
    backward(
        "softmax_of_dropped",
        "the softmax's formula with the dropped shares",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = dropped * (gp - (gp * dropped).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "softmax_of_dropped",
        NAMED,
        first=HELPFUL,
    ),
    backward(
        "gq_and_gk_exchanged",
        "gq and gk are exchanged",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs.swapaxes(-1, -2) @ q * self.scale, gs @ k * self.scale, gv, None if mask is None else gs
        """,
        "swapped",
        NAMED,
    ),
    backward(
        "gk_with_k",
        "gk from k in the place of q",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ (gs @ k) * self.scale, gv, None if mask is None else gs
        """,
        "wrong",
        HELPFUL,
    ),
    backward(
        "three_gradients",
        "the mask's gradient is left out",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv
        """,
        "count",
        HELPFUL,
    ),
    backward(
        "mask_never",
        "None for the mask, always",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None
        """,
        "mask_without_gradient",
        NAMED,
        first=MISLEADING,
    ),
    backward(
        "T",
        "gs.T",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.T @ q * self.scale, gv, None if mask is None else gs
        """,
        "raised",
        HELPFUL,
    ),
    backward(
        "gv_zero_mask",
        "gv is multiplied by the shares again",
        """
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy * v
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "wrong",
        HELPFUL,
    ),
    softmax(
        "zero_by_zero",
        "0 is taken off a row of -∞, and its sum, 0, is divided by",
        """
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "not_finite",
        NAMED,
    ),
    softmax(
        "first_axis",
        "max and sum over axis 0",
        """
        highest = scores.max(axis=0, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        total = e.sum(axis=0, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "over_the_queries",
        NAMED,
    ),
    softmax(
        "second_axis",
        "max and sum over axis 1, as for a matrix",
        """
        highest = scores.max(axis=1, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        total = e.sum(axis=1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "over_the_queries",
        NAMED,
    ),
    softmax(
        "large_number_for_infinity",
        "-10⁹ in the place of -∞: a row that may look nowhere looks everywhere",
        """
        scores = np.maximum(scores, -1e9)
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "equal_where_nothing",
        NAMED,
    ),
    softmax(
        "epsilon",
        "a small number in the sum, against 0/0",
        """
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        return e / (e.sum(axis=-1, keepdims=True) + 1e-6)
        """,
        "small_number_in_the_sum",
        NAMED,
        first=MISSED,
    ),
    softmax(
        "any_for_all",
        "zeros for each row in which one score is -∞",
        """
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        nothing = np.isneginf(scores).any(axis=-1, keepdims=True)
        return np.where(nothing, 0, e / e.sum(axis=-1, keepdims=True))
        """,
        "one_forbids_all",
        NAMED,
        first=HELPFUL,
    ),
    softmax(
        "whole_array",
        "zeros only where all of the array is -∞",
        """
        if np.isneginf(scores).all():
            return np.zeros_like(scores)
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "not_finite",
        HELPFUL,
    ),
    softmax(
        "clipped",
        "scores are clipped to ±700, so that e to them is finite",
        """
        e = np.exp(np.clip(scores, -700, 700))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "wrong",
        HELPFUL,
    ),
    softmax(
        "mean_for_highest",
        "the mean of a row is taken off",
        """
        mean = scores.mean(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(mean), 0, mean))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "not_finite",
        HELPFUL,
        first=MISSED,
    ),
    softmax(
        "added_highest",
        "the highest score is added",
        """
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores + np.where(np.isneginf(highest), 0, highest))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "not_finite",
        HELPFUL,
    ),
    softmax(
        "nan_swept_away",
        "every NaN becomes 0, also one that comes from the scores",
        """
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.nan_to_num(e / e.sum(axis=-1, keepdims=True))
        """,
        "nan_swept_away",
        NAMED,
        first=MISSED,
    ),
    softmax(
        "nan_of_e",
        "NaN in e becomes 0, and 0 is divided by 0",
        """
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        e[np.isnan(e)] = 0
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "not_finite",
        HELPFUL,
    ),
    causal(
        "past_forbidden",
        "tril for triu: the past is forbidden",
        """
        return Tensor(np.where(np.tril(np.ones((t, s), bool)), -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "exchanged",
        NAMED,
        first=HELPFUL,
    ),
    causal(
        "minus_one",
        "-1 in the future",
        """
        return Tensor(-np.triu(np.ones((t, s)), 1).astype(like.dtype), device=like.device)
        """,
        "large_number",
        NAMED,
        first=MISLEADING,
    ),
    causal(
        "always_float32",
        "float32, whatever like is",
        """
        return Tensor(np.where(np.triu(np.ones((t, s), bool), 1), -np.inf, 0).astype(np.float32), device=like.device)
        """,
        "dtype",
        NAMED,
    ),
    causal(
        "loop_over_the_past",
        "a loop that forbids the columns before the row's",
        """
        mask = np.zeros((t, s), like.dtype)
        for i in range(t):
            mask[i, :i] = -np.inf
        return Tensor(mask, device=like.device)
        """,
        "past_forbidden",
        NAMED,
        first=MISLEADING,
    ),
    forward(
        "divided_by_root",
        "divided by the root of the scale",
        """
        scores = q @ k.swapaxes(-1, -2) / self.scale**0.5
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "wrong",
        HELPFUL,
    ),
    forward(
        "mask_required",
        "no question whether there is a mask",
        """
        p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale + mask)
"""
        + SAVED
        + RETURNED,
        "raised",
        HELPFUL,
    ),
    forward(
        "truth_of_a_mask",
        "if mask: of an array",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "raised",
        HELPFUL,
    ),
    forward(
        "forbidden_shares_removed",
        "the forbidden are set to 0 behind the softmax: the rest does not sum to 1",
        """
        p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale)
        if mask is not None:
            p = p * np.exp(mask)
"""
        + SAVED
        + RETURNED,
        "mask_behind_softmax",
        NAMED,
    ),
    forward(
        "axes_one_and_two",
        "k.swapaxes(1, 2), as for three dimensions",
        """
        scores = q @ k.swapaxes(1, 2) * self.scale
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "raised",
        HELPFUL,
    ),
    forward(
        "softmax_of_its_own",
        "a softmax of its own, which does not know rows that see nothing",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
"""
        + SAVED
        + RETURNED,
        "another_softmax",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "asked_twice",
        "kept_of is called twice, and draws twice",
        SHARES
        + """
        dropped = p
        if self.kept_of(p) is not None:
            dropped = p * self.kept_of(p)
        self.save(q, k, v, mask, p, self.kept_of(p))
"""
        + RETURNED,
        "drawn_twice",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "asked_again_to_save",
        "kept_of is called once more for backward, and draws others",
        SHARES
        + """
        kept = self.kept_of(p)
        dropped = p if kept is None else p * kept
        self.save(q, k, v, mask, p, self.kept_of(p))
"""
        + RETURNED,
        "drawn_twice",
        NAMED,
        first=MISSED,
    ),
    forward(
        "weights_first",
        "P before y",
        SHARES
        + SAVED
        + """
        return (dropped, dropped @ v) if self.weights else dropped @ v
        """,
        "weights_first",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "dropout_of_the_result",
        "dropout multiplies y",
        SHARES
        + """
        y = p @ v
        kept = self.kept_of(y)
        self.save(q, k, v, mask, p, kept)
        y = y if kept is None else y * kept
        return (y, p) if self.weights else y
        """,
        "result_dropped",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "shared_out_again",
        "after dropout each row is divided by its sum",
        SHARES
        + SAVED
        + """
        if kept is not None:
            dropped = dropped / dropped.sum(axis=-1, keepdims=True)
"""
        + RETURNED,
        "shared_out_again",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "kept_as_places",
        "P at the places that are kept: not enlarged",
        SHARES
        + """
        kept = self.kept_of(p)
        self.save(q, k, v, mask, p, kept)
        dropped = p if kept is None else np.where(kept, p, 0)
"""
        + RETURNED,
        "not_enlarged",
        NAMED,
        first=HELPFUL,
    ),
    forward(
        "query_scaled_in_place",
        "q *= self.scale",
        """
        q *= self.scale
        scores = q @ k.swapaxes(-1, -2)
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "modified_input",
        NAMED,
    ),
    back(
        "gp_after_dropout",
        "gp is added behind kept",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2)
        if kept is not None:
            g = g * kept
        if gp is not None:
            g = g + gp
"""
        + SCORED
        + COMPARED,
        "gp_behind_dropout",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "no_softmax",
        "gS = gP",
        MIXED
        + SHARED
        + """
        gs = g
"""
        + COMPARED,
        "softmax_skipped",
        NAMED,
    ),
    back(
        "parenthesis",
        "P gP - Σ gP P: the parenthesis is missing",
        MIXED
        + SHARED
        + """
        gs = p * g - (g * p).sum(axis=-1, keepdims=True)
"""
        + COMPARED,
        "parentheses_missing",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "plus",
        "P (gP + Σ gP P)",
        MIXED
        + SHARED
        + """
        gs = p * (g + (g * p).sum(axis=-1, keepdims=True))
"""
        + COMPARED,
        "sum_added",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "sum_of_all",
        "the sum of the whole array",
        MIXED
        + SHARED
        + """
        gs = p * (g - (g * p).sum())
"""
        + COMPARED,
        "sum_over_everything",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "dimension_lost",
        "keepdims is forgotten",
        MIXED
        + SHARED
        + """
        gs = p * (g - (g * p).sum(axis=-1))
"""
        + COMPARED,
        "raised",
        HELPFUL,
    ),
    back(
        "no_scale_for_q",
        "the scale is missing in gq",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "scale_missing_in_gq",
        NAMED,
    ),
    back(
        "not_turned",
        "gk = gS q, without a transpose",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k * self.scale, gs @ q * self.scale, gv, None if mask is None else gs
        """,
        "raised",
        HELPFUL,
    ),
    back(
        "gv_first",
        "gv before gq and gk, in the order in which they are computed",
        MIXED
        + SHARED
        + SCORED
        + """
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gv, gq, gk, None if mask is None else gs
        """,
        "values_first",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "gradient_of_no_mask",
        "gS for the mask, also where there is none",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, gs
        """,
        "gradient_of_no_mask",
        NAMED,
        first=MISLEADING,
    ),
    back(
        "mask_summed",
        "the mask's gradient is summed over the first dimension, whatever its shape",
        MIXED
        + SHARED
        + SCORED
        + """
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gq, gk, gv, None if mask is None else gs.sum(axis=0)
        """,
        "shape",
        HELPFUL,
    ),
    back(
        "mask_after_the_softmax",
        "gP for the mask, not gS",
        MIXED
        + SHARED
        + SCORED
        + """
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gq, gk, gv, None if mask is None else g
        """,
        "mask_behind_the_softmax",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "truth_of_gp",
        "if gp: of an array",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2)
        if gp:
            g = g + gp
        if kept is not None:
            g = g * kept
"""
        + SCORED
        + COMPARED,
        "raised",
        HELPFUL,
    ),
    back(
        "gp_required",
        "gp is added without asking whether there is one",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            g = g * kept
"""
        + SCORED
        + COMPARED,
        "raised",
        HELPFUL,
    ),
    back(
        "gp_into_the_scores",
        "gp is added to gS, behind the softmax",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2)
        if kept is not None:
            g = g * kept
"""
        + SCORED
        + """
        if gp is not None:
            gs = gs + gp
"""
        + COMPARED,
        "gp_to_the_scores",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "kept_added_to_scores",
        "kept multiplies gS, behind the softmax",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2)
        if gp is not None:
            g = g + gp
"""
        + SCORED
        + """
        if kept is not None:
            gs = gs * kept
"""
        + COMPARED,
        "dropout_behind_the_softmax",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "gv_by_gp",
        "gv = Pᵀ gP",
        SHARED
        + SCORED
        + """
        gv = dropped.swapaxes(-1, -2) @ g
"""
        + COMPARED,
        "shape",
        HELPFUL,
    ),
    back(
        "axes_one_and_two",
        "swapaxes(1, 2), as for three dimensions",
        """
        gv = dropped.swapaxes(1, 2) @ gy
        g = gy @ v.swapaxes(1, 2)
        if gp is not None:
            g = g + gp
        if kept is not None:
            g = g * kept
"""
        + SCORED
        + """
        return gs @ k * self.scale, gs.swapaxes(1, 2) @ q * self.scale, gv, None if mask is None else gs
        """,
        "raised",
        HELPFUL,
        first=MISSED,
    ),
    Mistake(
        "3.6",
        "Attention.backward",
        "dropped_saved",
        "forward saves P after dropout alone, and backward has no other",
        """
        q, k, v, mask, p, kept = self.saved
        g = gy @ v.swapaxes(-1, -2)
        if gp is not None:
            g = g + gp
        if kept is not None:
            g = g * kept
        gs = p * (g - (g * p).sum(axis=-1, keepdims=True))
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gq, gk, p.swapaxes(-1, -2) @ gy, None if mask is None else gs
        """,
        "softmax_of_dropped",
        NAMED,
        first=HELPFUL,
        beside={
            "Attention.forward": SHARES
            + """
        kept = self.kept_of(p)
        p = p if kept is None else p * kept
        self.save(q, k, v, mask, p, kept)
        return (p @ v, p) if self.weights else p @ v
"""
        },
    ),
    Mistake(
        "3.6",
        "Attention.backward",
        "saved_in_another_order",
        "gp is forgotten, behind a forward that saves in an order of its own",
        """
        p, v, k, q, mask = self.saved
        g = gy @ v.swapaxes(-1, -2)
        gs = p * (g - (g * p).sum(axis=-1, keepdims=True))
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gq, gk, p.swapaxes(-1, -2) @ gy, None if mask is None else gs
        """,
        "of_weights_ignored",
        NAMED,
        first=HELPFUL,
        beside={
            "Attention.forward": SHARES
            + """
        kept = self.kept_of(p)
        self.save(p, v, k, q, mask)
        dropped = p if kept is None else p * kept
"""
            + RETURNED
        },
    ),
    back(
        "gq_by_q",
        "gq of q and gk of k",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ q * self.scale, gs.swapaxes(-1, -2) @ k * self.scale, gv, None if mask is None else gs
        """,
        "raised",
        HELPFUL,
    ),
]
