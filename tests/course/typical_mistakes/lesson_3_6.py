"""Typical mistakes in lesson 3.6."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake


def softmax(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "softmax_or_zeros", name, what, code, finding, judgement, first=first)


def causal(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "causal_mask", name, what, code, finding, judgement, first=first)


def forward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "Attention.forward", name, what, code, finding, judgement, first=first)


def backward(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "Attention.backward", name, what, code, finding, judgement, first=first)


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
        "transposed",
        NAMED,
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
        "dtype",
        HELPFUL,
    ),
    causal(
        "allowed_booleans",
        "True where a key may be seen",
        """
        return Tensor(np.tril(np.ones((t, s), bool)), device=like.device)
        """,
        "dtype",
        HELPFUL,
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
        "not_finite",
        HELPFUL,
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
        scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
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
        "not_finite",
        HELPFUL,
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
        "not_finite",
        HELPFUL,
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
        "count",
        HELPFUL,
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
        "count",
        HELPFUL,
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
        "nothing",
        HELPFUL,
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
]
