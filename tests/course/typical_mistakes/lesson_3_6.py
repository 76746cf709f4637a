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


def soft(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "softmax_or_zeros", name, what, code, finding, judgement, first=first)


def future(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "causal_mask", name, what, code, finding, judgement, first=first)


def ahead(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("3.6", "Attention.forward", name, what, code, finding, judgement, first=first)


def back(name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    """One that begins with what was saved, and P as it was multiplied with v."""
    return Mistake("3.6", "Attention.backward", name, what, OPENED + code, finding, judgement, first=first)


MISTAKES = [
    soft(
        "no_highest",
        "e to the scores as they are",
        """
        e = np.exp(scores)
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "not_finite",
        NAMED,
    ),
    soft(
        "highest_of_all",
        "the highest score of the whole array is taken off",
        """
        e = np.exp(scores - scores.max())
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "one_highest",
        NAMED,
    ),
    soft(
        "as_in_1_6",
        "the softmax of lesson 1.6: a row of -∞ gives -∞ - (-∞)",
        """
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "not_finite",
        NAMED,
    ),
    soft(
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
    soft(
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
    soft(
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
    soft(
        "dimension_lost",
        "keepdims is forgotten",
        """
        highest = scores.max(axis=-1)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        total = e.sum(axis=-1)
        return e / np.where(total == 0, 1, total)
        """,
        "raised",
        HELPFUL,
    ),
    soft(
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
    soft(
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
    soft(
        "in_place",
        "the highest score is taken off the scores themselves",
        """
        highest = scores.max(axis=-1, keepdims=True)
        scores -= np.where(np.isneginf(highest), 0, highest)
        e = np.exp(scores)
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "modified_input",
        NAMED,
    ),
    soft(
        "logarithm",
        "log-softmax",
        """
        highest = scores.max(axis=-1, keepdims=True)
        highest = np.where(np.isneginf(highest), 0, highest)
        total = np.exp(scores - highest).sum(axis=-1, keepdims=True)
        return scores - highest - np.log(np.where(total == 0, 1, total))
        """,
        "logarithm",
        NAMED,
        first=HELPFUL,
    ),
    soft(
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
    soft(
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
    soft(
        "clipped",
        "scores are clipped to ±700, so that e to them is finite",
        """
        e = np.exp(np.clip(scores, -700, 700))
        return e / e.sum(axis=-1, keepdims=True)
        """,
        "wrong",
        HELPFUL,
    ),
    soft(
        "float64",
        "computed in float64 and left there",
        """
        scores = scores.astype(np.float64)
        highest = scores.max(axis=-1, keepdims=True)
        e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total)
        """,
        "dtype",
        NAMED,
    ),
    soft(
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
    soft(
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
    soft(
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
    soft(
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
    soft(
        "not_divided",
        "the sum is forgotten",
        """
        highest = scores.max(axis=-1, keepdims=True)
        return np.exp(scores - np.where(np.isneginf(highest), 0, highest))
        """,
        "not_divided",
        NAMED,
    ),
    future(
        "own_place_forbidden",
        "the diagonal is forbidden, too",
        """
        return Tensor(np.where(np.triu(np.ones((t, s), bool)), -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "not_even_itself",
        NAMED,
    ),
    future(
        "past_forbidden",
        "tril for triu: the past is forbidden",
        """
        return Tensor(np.where(np.tril(np.ones((t, s), bool)), -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "exchanged",
        NAMED,
        first=HELPFUL,
    ),
    future(
        "strict_past_forbidden",
        "np.tril(..., -1): the past is forbidden",
        """
        past = np.tril(np.ones((t, s), bool), -1)
        return Tensor(np.where(past, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "past_forbidden",
        NAMED,
        first=MISLEADING,
    ),
    future(
        "exchanged",
        "where() with its values exchanged",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(np.where(future, 0, -np.inf).astype(like.dtype), device=like.device)
        """,
        "exchanged",
        NAMED,
    ),
    future(
        "ones",
        "1 for what may be seen, 0 for the future",
        """
        return Tensor(np.tril(np.ones((t, s))).astype(like.dtype), device=like.device)
        """,
        "ones_and_zeros",
        NAMED,
    ),
    future(
        "minus_one",
        "-1 in the future",
        """
        return Tensor(-np.triu(np.ones((t, s)), 1).astype(like.dtype), device=like.device)
        """,
        "finite_number",
        NAMED,
        first=MISLEADING,
    ),
    future(
        "true_and_false",
        "True for what may be seen",
        """
        return Tensor(np.tril(np.ones((t, s), bool)), device=like.device)
        """,
        "true_and_false",
        NAMED,
        first=HELPFUL,
    ),
    future(
        "infinity_times_zero",
        "-∞ times a triangle of ones and zeros",
        """
        return Tensor((-np.inf * np.triu(np.ones((t, s)), 1)).astype(like.dtype), device=like.device)
        """,
        "infinity_times_zero",
        NAMED,
        first=HELPFUL,
    ),
    future(
        "keys_first",
        "[s, t]: keys in the rows",
        """
        future = np.triu(np.ones((s, t), bool), 1)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "keys_in_rows",
        NAMED,
    ),
    future(
        "square",
        "[t, t]",
        """
        future = np.triu(np.ones((t, t), bool), 1)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "shape",
        HELPFUL,
    ),
    future(
        "dtype_forgotten",
        "float64, whatever like is",
        """
        return Tensor(np.where(np.triu(np.ones((t, s), bool), 1), -np.inf, 0), device=like.device)
        """,
        "dtype",
        NAMED,
    ),
    future(
        "always_float32",
        "float32, whatever like is",
        """
        return Tensor(np.where(np.triu(np.ones((t, s), bool), 1), -np.inf, 0).astype(np.float32), device=like.device)
        """,
        "dtype",
        NAMED,
    ),
    future(
        "array",
        "an array, not a tensor",
        """
        return np.where(np.triu(np.ones((t, s), bool), 1), -np.inf, 0).astype(like.dtype)
        """,
        "no_tensor",
        NAMED,
    ),
    future(
        "large_number",
        "-10⁹ in the place of -∞",
        """
        future = np.triu(np.ones((t, s), bool), 1)
        return Tensor(np.where(future, -1e9, 0).astype(like.dtype), device=like.device)
        """,
        "finite_number",
        NAMED,
        first=MISLEADING,
    ),
    future(
        "aligned_at_the_end",
        "the last query sees the last key: triu(..., s - t + 1)",
        """
        future = np.triu(np.ones((t, s), bool), s - t + 1)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "counted_from_the_end",
        NAMED,
    ),
    future(
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
    future(
        "one_step_ahead",
        "the next key may be seen, too: triu(..., 2)",
        """
        future = np.triu(np.ones((t, s), bool), 2)
        return Tensor(np.where(future, -np.inf, 0).astype(like.dtype), device=like.device)
        """,
        "one_too_far",
        NAMED,
    ),
    ahead(
        "no_scale",
        "the scale is forgotten",
        """
        scores = q @ k.swapaxes(-1, -2)
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "not_scaled",
        NAMED,
    ),
    ahead(
        "divided_by_scale",
        "divided by the scale",
        """
        scores = q @ k.swapaxes(-1, -2) / self.scale
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "divided_by_scale",
        NAMED,
    ),
    ahead(
        "root_of_d",
        "1 / √d, whatever scale is",
        """
        scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]).astype(q.dtype)
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "root_of_d",
        NAMED,
        first=HELPFUL,
    ),
    ahead(
        "root_of_scale",
        "divided by the root of the scale",
        """
        scores = q @ k.swapaxes(-1, -2) / self.scale**0.5
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "root_of_scale",
        NAMED,
        first=HELPFUL,
    ),
    ahead(
        "mask_scaled",
        "the mask is added before the scale",
        """
        scores = q @ k.swapaxes(-1, -2)
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores * self.scale)
"""
        + SAVED
        + RETURNED,
        "mask_scaled",
        NAMED,
    ),
    ahead(
        "mask_ignored",
        "the mask is forgotten",
        """
        p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale)
"""
        + SAVED
        + RETURNED,
        "mask_left_out",
        NAMED,
    ),
    ahead(
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
    ahead(
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
    ahead(
        "mask_multiplied",
        "scores times the mask",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores * mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "mask_multiplied",
        NAMED,
        first=MISLEADING,
    ),
    ahead(
        "mask_after_softmax",
        "the mask is added to the shares",
        """
        p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale)
        if mask is not None:
            p = p + mask
"""
        + SAVED
        + RETURNED,
        "mask_added_to_shares",
        NAMED,
        first=MISLEADING,
    ),
    ahead(
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
    ahead(
        "all_axes_turned",
        "k.T: all axes turned round",
        """
        scores = q @ k.T * self.scale
        if mask is not None:
            scores = scores + mask
        p = softmax_or_zeros(scores)
"""
        + SAVED
        + RETURNED,
        "raised",
        HELPFUL,
    ),
    ahead(
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
    ahead(
        "no_softmax",
        "the scores are shares",
        """
        p = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            p = p + mask
"""
        + SAVED
        + RETURNED,
        "no_softmax",
        NAMED,
    ),
    ahead(
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
    ahead(
        "no_dropout",
        "kept_of is not asked",
        SHARES
        + """
        self.save(q, k, v, mask, p, None)
        return (p @ v, p) if self.weights else p @ v
        """,
        "nothing_dropped",
        NAMED,
    ),
    ahead(
        "dropout_of_scores",
        "dropout before the softmax",
        """
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        kept = self.kept_of(scores)
        if kept is not None:
            scores = scores * kept
        p = softmax_or_zeros(scores)
        self.save(q, k, v, mask, p, kept)
        return (p @ v, p) if self.weights else p @ v
        """,
        "scores_dropped",
        NAMED,
        first=HELPFUL,
    ),
    ahead(
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
    ahead(
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
    ahead(
        "shares_before_dropout",
        "with weights, P before dropout is returned",
        SHARES
        + SAVED
        + """
        return (dropped @ v, p) if self.weights else dropped @ v
        """,
        "weights_before_dropout",
        NAMED,
        first=HELPFUL,
    ),
    ahead(
        "weights_always",
        "y and P, also where P is not wanted",
        SHARES
        + SAVED
        + """
        return dropped @ v, dropped
        """,
        "weights_always",
        NAMED,
        first=MISLEADING,
    ),
    ahead(
        "weights_never",
        "y alone, also where P is wanted",
        SHARES
        + SAVED
        + """
        return dropped @ v
        """,
        "weights_never",
        NAMED,
        first=MISLEADING,
    ),
    ahead(
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
    ahead(
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
    ahead(
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
    ahead(
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
    ahead(
        "nothing_saved",
        "nothing is saved",
        SHARES
        + """
        kept = self.kept_of(p)
        dropped = p if kept is None else p * kept
"""
        + RETURNED,
        "nothing_saved",
        NAMED,
    ),
    ahead(
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
    ahead(
        "keys_mixed",
        "shares of keys, not of values, are mixed",
        SHARES
        + SAVED
        + """
        return (dropped @ k, dropped) if self.weights else dropped @ k
        """,
        "shape",
        HELPFUL,
    ),
    back(
        "shares_gradient_forgotten",
        "gp is forgotten",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2)
        if kept is not None:
            g = g * kept
"""
        + SCORED
        + COMPARED,
        "of_weights_ignored",
        NAMED,
    ),
    back(
        "dropout_forgotten",
        "kept is forgotten on the way back",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2)
        if gp is not None:
            g = g + gp
"""
        + SCORED
        + COMPARED,
        "dropout_missing",
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
        "gv_before_dropout",
        "gv from P before dropout",
        """
        gv = p.swapaxes(-1, -2) @ gy
"""
        + SHARED
        + SCORED
        + COMPARED,
        "undropped_values",
        NAMED,
    ),
    back(
        "softmax_after_dropout",
        "the softmax's gradient with P after dropout",
        MIXED
        + SHARED
        + """
        gs = dropped * (g - (g * dropped).sum(axis=-1, keepdims=True))
"""
        + COMPARED,
        "softmax_of_dropped",
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
        "each_by_itself",
        "gS = gP P (1 - P), as for a sigmoid",
        MIXED
        + SHARED
        + """
        gs = g * p * (1 - p)
"""
        + COMPARED,
        "like_a_sigmoid",
        NAMED,
    ),
    back(
        "shares_once",
        "P only inside the sum, not before the parenthesis",
        MIXED
        + SHARED
        + """
        gs = g - (g * p).sum(axis=-1, keepdims=True)
"""
        + COMPARED,
        "share_missing",
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
        "sum_of_gp",
        "P (gP - Σ gP): P is missing in the sum",
        MIXED
        + SHARED
        + """
        gs = p * (g - g.sum(axis=-1, keepdims=True))
"""
        + COMPARED,
        "plain_sum",
        NAMED,
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
        "mean",
        "the mean in the place of the sum",
        MIXED
        + SHARED
        + """
        gs = p * (g - (g * p).mean(axis=-1, keepdims=True))
"""
        + COMPARED,
        "mean_for_sum",
        NAMED,
        first=HELPFUL,
    ),
    back(
        "sum_over_queries",
        "the sum over axis -2",
        MIXED
        + SHARED
        + """
        gs = p * (g - (g * p).sum(axis=-2, keepdims=True))
"""
        + COMPARED,
        "sum_over_queries",
        NAMED,
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
        "no_scale_for_k",
        "the scale is missing in gk",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q, gv, None if mask is None else gs
        """,
        "scale_missing_in_gk",
        NAMED,
    ),
    back(
        "no_scale",
        "the scale is missing in both",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k, gs.swapaxes(-1, -2) @ q, gv, None if mask is None else gs
        """,
        "scale_missing",
        NAMED,
    ),
    back(
        "scaled_at_once",
        "gS is scaled at once, and so the mask's gradient, too",
        MIXED
        + SHARED
        + SCORED
        + """
        gs = gs * self.scale
        return gs @ k, gs.swapaxes(-1, -2) @ q, gv, None if mask is None else gs
        """,
        "mask_scaled_backward",
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
        "gk_first",
        "gk before gq",
        MIXED
        + SHARED
        + SCORED
        + """
        gq, gk = gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale
        return gk, gq, gv, None if mask is None else gs
        """,
        "swapped",
        NAMED,
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
        "no_gradient_of_the_mask",
        "None for the mask always",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None
        """,
        "mask_without_gradient",
        NAMED,
        first=MISLEADING,
    ),
    back(
        "three_gradients",
        "gq, gk and gv alone",
        MIXED
        + SHARED
        + SCORED
        + """
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv
        """,
        "count",
        NAMED,
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
        "gp_in_the_place",
        "where gp is given it takes the place of gy vᵀ",
        MIXED
        + """
        g = gy @ v.swapaxes(-1, -2) if gp is None else gp
        if kept is not None:
            g = g * kept
"""
        + SCORED
        + COMPARED,
        "gp_alone",
        NAMED,
        first=HELPFUL,
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
        "gv_not_turned",
        "gv = P gy",
        SHARED
        + SCORED
        + """
        gv = dropped @ gy
"""
        + COMPARED,
        "raised",
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
