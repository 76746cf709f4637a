"""Mistakes that are made in lesson 3.6."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.ops.attention import softmax_or_zeros
from minigrad.tensor import Tensor

ATTENTION = "minigrad.ops.attention:"
SOFTMAX, MASK = ATTENTION + "softmax_or_zeros", ATTENTION + "causal_mask"
FORWARD, BACKWARD = ATTENTION + "Attention.forward", ATTENTION + "Attention.backward"


# ------------------------------------------------------------------------------------------------------------- softmax


@mistake(
    SOFTMAX,
    "The shares sum to 1 over another dimension: here over the queries. Each row is one query, and its shares over the "
    "keys, the last dimension, sum to 1.",
    "份额是沿另一维加起来等于 1 的：这里成了沿查询求和。每一行是一个查询，它的份额应该沿键（最后一维）加起来等于 1。",
)
def over_the_queries(scores):
    return softmax_or_zeros(scores.swapaxes(-1, -2)).swapaxes(-1, -2)


@mistake(
    SOFTMAX,
    "All shares of the array together sum to 1. Every row is a softmax of its own: axis=-1, keepdims=True.",
    "整个数组的份额加起来才等于 1。每一行各做各的 softmax：axis=-1，keepdims=True。",
)
def over_everything(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


@mistake(
    SOFTMAX,
    "A row in which everything is -∞ got equal shares. There is nothing that this query may look at: zeros are asked "
    "for.",
    "整行都是 -∞ 时，给出了平均的份额。这个查询什么都不许看：应该是 0。",
)
def equal_where_nothing(scores):
    p = softmax_or_zeros(scores)
    return np.where(np.isneginf(scores).all(axis=-1, keepdims=True), 1 / scores.dtype.type(scores.shape[-1]), p)


@mistake(
    SOFTMAX,
    "One highest score of the whole array was taken off. Rows that lie far below it become e to a large negative "
    "power, which is 0, and are lost. Take the highest of each row.",
    "减去的是整个数组的最高分。比它低很多的行会变成 e 的很大负次方，也就是 0，就丢了。每行要减自己的最高分。",
)
def one_highest(scores):
    e = np.exp(scores - scores.max())
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)


@mistake(
    SOFTMAX,
    "This is e to the scores, not yet divided by the sum of the row.",
    "这只是 e 的得分次方，还没有除以整行的和。",
)
def not_divided(scores):
    highest = scores.max(axis=-1, keepdims=True)
    return np.exp(scores - np.where(np.isneginf(highest), 0, highest))


@mistake(
    SOFTMAX,
    "These are the logarithms of the shares. Take e to them, or leave the logarithm out.",
    "这是份额的对数。要么再取指数，要么不取对数。",
)
def logarithms(scores):
    highest = scores.max(axis=-1, keepdims=True)
    shifted = scores - np.where(np.isneginf(highest), 0, highest)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@mutant(SOFTMAX, "not_finite")
def overflows(scores):
    e = np.exp(scores)
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)


@mutant(SOFTMAX, "not_finite")
def nan_where_nothing(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# ---------------------------------------------------------------------------------------------------------------- mask


def as_mask(forbidden, like):
    return Tensor(np.where(forbidden, -np.inf, 0).astype(like.dtype))


@mistake(
    MASK,
    "A query may not even see its own place: the diagonal is forbidden too. Only what lies behind it is the future.",
    "查询连自己的位置都看不到：对角线也禁掉了。只有在它后面的才是未来。",
)
def not_even_itself(t, s, like):
    return as_mask(np.triu(np.ones((t, s), bool), 0), like)


@mistake(
    MASK,
    "A query sees one place too far: what it is asked to foretell. Off by one: the diagonal above the main one is "
    "future.",
    "查询多看到了一个位置，正好是要它预测的那个。差了一位：主对角线上面的那条已经是未来。",
)
def one_too_far(t, s, like):
    return as_mask(np.triu(np.ones((t, s), bool), 2), like)


@mutant(MASK, "transposed")
def past_forbidden(t, s, like):
    return as_mask(np.tril(np.ones((t, s), bool), -1), like)


@mistake(
    MASK,
    "0 and -∞ are exchanged: what may be seen is forbidden. The mask is added to the scores, and 0 changes nothing.",
    "0 和 -∞ 反了：该看的被禁掉了。掩码是加到得分上的，加 0 才是不变。",
)
def exchanged(t, s, like):
    return as_mask(~np.triu(np.ones((t, s), bool), 1), like)


@mistake(
    MASK,
    "1 and 0 in the place of 0 and -∞: added to the scores, that only makes the future a little less likely.",
    "用了 1 和 0，而不是 0 和 -∞：加到得分上，只是让未来稍微少看一点。",
)
def ones_and_zeros(t, s, like):
    return Tensor(np.tri(t, s).astype(like.dtype))


@mistake(
    MASK,
    "Where there are more keys than queries, the last query sees all keys. Here places are counted from the first of "
    "both: query i sees keys 0 to i.",
    "键比查询多的时候，这里让最后一个查询看到了全部的键。这里两边都从第一个数起：查询 i 看到第 0 到第 i 个键。",
)
def counted_from_the_end(t, s, like):
    return as_mask(np.triu(np.ones((t, s), bool), 1 + s - t), like)


@mistake(
    MASK,
    "The mask has the shape [s, t]; asked for is [t, s]: a row for each query.",
    "掩码的形状是 [s, t]；要的是 [t, s]：每个查询一行。",
)
def keys_in_rows(t, s, like):
    return as_mask(np.triu(np.ones((s, t), bool), 1), like)


@mistake(
    MASK,
    "A large negative number stands in the place of -∞. It does almost the same, but a row of nothing else is then no "
    "row of nothing, and float16 does not have it. Write -np.inf.",
    "用一个很大的负数代替了 -∞。效果几乎一样，但整行都被禁时，就看不出什么都不许看了，float16 也存不下。请写 -np.inf。",
)
def large_number(t, s, like):
    return Tensor(np.where(np.triu(np.ones((t, s), bool), 1), -1e9, 0).astype(like.dtype), device=like.device)


@mutant(MASK, "dtype")
def another_dtype(t, s, like):
    return Tensor(np.where(np.triu(np.ones((t, s), bool), 1), -np.inf, 0).astype(np.float16))


@mutant(MASK, "no_tensor")
def an_array(t, s, like):
    return np.where(np.triu(np.ones((t, s), bool), 1), -np.inf, 0).astype(like.dtype)


@mutant(MASK, "nothing")
def no_mask(t, s, like):
    return None


# ------------------------------------------------------------------------------------------------------------- forward


def attended(self, q, k, v, mask, scores, shares=softmax_or_zeros):
    """The rest of forward, right."""
    p = shares(scores if mask is None else scores + mask)
    kept = self.kept_of(p)
    self.save(q, k, v, mask, p, kept)
    dropped = p if kept is None else p * kept
    return (dropped @ v, dropped) if self.weights else dropped @ v


@mistake(
    FORWARD,
    "The scores are not multiplied by self.scale, 1 / √d as a rule. Products of long vectors are large, and their "
    "softmax looks at one key alone.",
    "得分没有乘 self.scale（通常是 1 / √d）。长向量的内积很大，softmax 之后就只看一个键了。",
)
def not_scaled(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2))


@mistake(
    FORWARD,
    "self.scale was applied twice.",
    "self.scale 用了两次。",
)
def scaled_twice(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, (q * self.scale) @ k.swapaxes(-1, -2) * self.scale)


@mistake(
    FORWARD,
    "The scores are divided by self.scale. It is the factor itself, 1 / √d: multiply.",
    "得分除以了 self.scale。它本身就是因子 1 / √d：应该乘。",
)
def divided_by_scale(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) / self.scale)


@mistake(
    FORWARD,
    "The scale is applied to the mask as well: it belongs to q kᵀ alone.",
    "连掩码也乘了 scale：它只属于 q kᵀ。",
)
def mask_scaled(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask if mask is None else mask * self.scale, q @ k.swapaxes(-1, -2) * self.scale)


@mistake(
    FORWARD,
    "The mask is left out.",
    "没有加掩码。",
)
def mask_left_out(self, q, k, v, mask=None):
    return attended(self, q, k, v, None, q @ k.swapaxes(-1, -2) * self.scale)


@mistake(
    FORWARD,
    "The mask came after the softmax: shares of forbidden keys became 0, but the others no longer sum to 1, for they "
    "were divided by a sum that had the forbidden ones in it. Add the mask to the scores.",
    "掩码用在了 softmax 之后：禁看的键份额成了 0，其余的加起来却不到 1，因为除以的和里还有被禁的。掩码要加到得分上。",
)
def mask_behind_softmax(self, q, k, v, mask=None):
    scores = q @ k.swapaxes(-1, -2) * self.scale
    if mask is None:
        return attended(self, q, k, v, mask, scores)
    p = softmax_or_zeros(scores) * np.exp(mask)
    self.save(q, k, v, mask, p, None)
    return (p @ v, p) if self.weights else p @ v


@mistake(
    FORWARD,
    "The softmax runs over the queries: the shares of a key sum to 1. It is each query that shares itself out over the "
    "keys, the last dimension.",
    "softmax 沿查询做了：成了每个键的份额加起来等于 1。应该是每个查询把自己分给各个键，也就是沿最后一维。",
)
def softmax_over_queries(self, q, k, v, mask=None):
    def shares(scores):
        return softmax_or_zeros(scores.swapaxes(-1, -2)).swapaxes(-1, -2)

    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale, shares)


@mistake(
    FORWARD,
    "There is no softmax: the values are mixed with the scores as they are.",
    "没有做 softmax：直接拿得分去混合各个值了。",
)
def no_softmax(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale, lambda scores: np.maximum(scores, -1e4))


@mistake(
    FORWARD,
    "The scores are divided by √d. The factor is self.scale, which the caller may choose; 1 / √d is only what it is "
    "as a rule.",
    "得分除以了 √d。因子是 self.scale，由调用者决定；1 / √d 只是通常的取值。",
)
def root_of_width(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) / np.sqrt(np.array(q.shape[-1], q.dtype)))


@mistake(
    FORWARD,
    "The scores are multiplied by the root of self.scale. It is 1 / √d already: no root.",
    "得分乘的是 self.scale 的平方根。它本身就是 1 / √d：不用再开方。",
)
def root_of_scale(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale**0.5)


@mistake(
    FORWARD,
    "The shares that are returned are those before dropout. Asked for is what was mixed with: P · kept.",
    "返回的份额是 dropout 之前的。要的是真正用来混合的：P · kept。",
)
def shares_before_dropout(self, q, k, v, mask=None):
    y = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    return (y[0], self.saved[4]) if self.weights else y


@mistake(
    FORWARD,
    "Dropout was applied to the scores: a score of 0 is no share of 0. It belongs behind the softmax, on P.",
    "dropout 用在了得分上：得分为 0 并不是份额为 0。它应该在 softmax 之后，作用于 P。",
)
def scores_dropped(self, q, k, v, mask=None):
    scores = q @ k.swapaxes(-1, -2) * self.scale
    scores = scores if mask is None else scores + mask
    kept = self.kept_of(scores)
    p = softmax_or_zeros(scores if kept is None else scores * kept)
    self.save(q, k, v, mask, p, kept)
    return (p @ v, p) if self.weights else p @ v


@mutant(FORWARD, "count")
def weights_not_returned(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    return found[0] if self.weights else found


@mistake(
    FORWARD,
    "Nothing is dropped: P is multiplied by self.kept_of(P), where that is not None, before it meets v.",
    "没有做 dropout：self.kept_of(P) 不是 None 时，P 要先乘上它，再与 v 相乘。",
)
def nothing_dropped(self, q, k, v, mask=None):
    p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale + (0 if mask is None else mask))
    self.save(q, k, v, mask, p, None)
    return (p @ v, p) if self.weights else p @ v


@mutant(FORWARD, "raised")
def keys_not_transposed(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k * self.scale)


@mutant(FORWARD, "nothing_saved")
def forgets(self, q, k, v, mask=None):
    p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale + (0 if mask is None else mask))
    kept = self.kept_of(p)
    dropped = p if kept is None else p * kept
    return (dropped @ v, dropped) if self.weights else dropped @ v


# ------------------------------------------------------------------------------------------------------------ backward


def walked(self, gy, gp, behind=None, scale_q=True, scale_k=True, of_p=True, of_kept=True):
    """backward, right but for what is said: `behind` gives gS for P and gP."""
    q, k, v, mask, p, kept = self.saved
    dropped = p if kept is None else p * kept
    g = gy @ v.swapaxes(-1, -2)
    g = g if gp is None or not of_p else g + gp
    g = g if kept is None or not of_kept else g * kept
    gs = p * (g - (g * p).sum(axis=-1, keepdims=True)) if behind is None else behind(p, g)
    gq, gk = gs @ k, gs.swapaxes(-1, -2) @ q
    return (
        gq * self.scale if scale_q else gq,
        gk * self.scale if scale_k else gk,
        dropped.swapaxes(-1, -2) @ gy,
        None if mask is None else gs,
    )


@mistake(
    BACKWARD,
    "The sum is missing from the softmax's gradient: gS = P (gP - Σ gP P). When one share grows, all others of its row "
    "shrink.",
    "softmax 的梯度里少了那个和：gS = P (gP - Σ gP P)。一个份额变大，同一行的其余份额就都要变小。",
)
def sum_missing(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * g)


@mistake(
    BACKWARD,
    "This takes each share for a sigmoid: P (1 - P) gP. In a softmax the shares of a row hang together: "
    "gS = P (gP - Σ gP P).",
    "这是把每个份额当成 sigmoid 来求导：P (1 - P) gP。softmax 里一行的份额是连在一起的：gS = P (gP - Σ gP P)。",
)
def like_a_sigmoid(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (1 - p) * g)


@mistake(
    BACKWARD,
    "A mean stands in the place of the sum: gS = P (gP - Σ gP P). The shares are weights already, nothing is divided.",
    "该求和的地方取了平均：gS = P (gP - Σ gP P)。份额本身就是权重，不用再除。",
)
def mean_for_sum(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (g - (g * p).mean(axis=-1, keepdims=True)))


@mistake(
    BACKWARD,
    "Where a gradient of P came in, that of the result was left out. Both are added: gP = gy vᵀ + gp.",
    "传进来了 P 的梯度，结果的梯度就被丢掉了。两者要相加：gP = gy vᵀ + gp。",
)
def of_result_ignored(self, gy, gp=None):
    if gp is None:
        return walked(self, gy, gp)
    *_, dropped_gv, gmask = walked(self, gy, None)
    gq, gk, _, gs = walked(self, gy * 0, gp)
    return gq, gk, dropped_gv, None if gmask is None else gs


@mistake(
    BACKWARD,
    "The softmax's gradient was taken with the shares behind dropout. The softmax gave P: gS = P (gP - Σ gP P), and "
    "dropout is in gP already.",
    "softmax 的梯度里用了 dropout 之后的份额。softmax 给出的是 P：gS = P (gP - Σ gP P)，而 dropout 已经在 gP 里了。",
)
def softmax_of_dropped(self, gy, gp=None):
    kept = self.saved[5]

    def behind(p, g):
        p = p if kept is None else p * kept
        return p * (g - (g * p).sum(axis=-1, keepdims=True))

    return walked(self, gy, gp, behind)


@mistake(
    BACKWARD,
    "The sum Σ gP P runs over the queries; it belongs to each row: over the keys, the last dimension.",
    "Σ gP P 沿查询求和了；它属于每一行：要沿键（最后一维）求和。",
)
def sum_over_queries(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (g - (g * p).sum(axis=-2, keepdims=True)))


@mistake(
    BACKWARD,
    "The factor P is missing in front: gS = P (gP - Σ gP P).",
    "前面少乘了 P：gS = P (gP - Σ gP P)。",
)
def share_missing(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: g - (g * p).sum(axis=-1, keepdims=True))


@mistake(
    BACKWARD,
    "Σ gP is taken off in the place of Σ gP P: each gradient counts with its share.",
    "减去的是 Σ gP，应该是 Σ gP P：每个梯度要按它的份额来算。",
)
def plain_sum(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (g - g.sum(axis=-1, keepdims=True)))


@mistake(
    BACKWARD,
    "The softmax is not there on the way back: gP was used as the gradient of the scores.",
    "反向时跳过了 softmax：把 gP 当成了得分的梯度。",
)
def softmax_skipped(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: g)


@mistake(
    BACKWARD,
    "gq lacks the factor self.scale: S = q kᵀ · scale.",
    "gq 少乘了 self.scale：S = q kᵀ · scale。",
)
def scale_missing_in_gq(self, gy, gp=None):
    return walked(self, gy, gp, scale_q=False)


@mistake(
    BACKWARD,
    "gk lacks the factor self.scale: S = q kᵀ · scale.",
    "gk 少乘了 self.scale：S = q kᵀ · scale。",
)
def scale_missing_in_gk(self, gy, gp=None):
    return walked(self, gy, gp, scale_k=False)


@mistake(
    BACKWARD,
    "gq and gk lack the factor self.scale: S = q kᵀ · scale.",
    "gq 和 gk 都少乘了 self.scale：S = q kᵀ · scale。",
)
def scale_missing(self, gy, gp=None):
    return walked(self, gy, gp, scale_q=False, scale_k=False)


@mistake(
    BACKWARD,
    "The gradient of the mask was multiplied by self.scale. The mask is added after the scale: gmask = gS.",
    "掩码的梯度乘了 self.scale。掩码是在缩放之后加的：gmask = gS。",
)
def mask_scaled_backward(self, gy, gp=None):
    *others, gmask = walked(self, gy, gp)
    return (*others, None if gmask is None else gmask * self.scale)


@mistake(
    BACKWARD,
    "The gradient of P that came in is not used: where P was returned too, gp is added to gy vᵀ.",
    "没有用上传进来的 P 的梯度：P 也返回过的时候，gp 要加到 gy vᵀ 上。",
)
def of_weights_ignored(self, gy, gp=None):
    return walked(self, gy, gp, of_p=False)


@mistake(
    BACKWARD,
    "Dropout is missing on the way back: gP is multiplied by what P was multiplied with.",
    "反向时漏了 dropout：P 乘过的因子，gP 也要乘。",
)
def dropout_missing(self, gy, gp=None):
    return walked(self, gy, gp, of_kept=False)


@mistake(
    BACKWARD,
    "gv was computed with P as it was before dropout; y = (P · kept) v, so gv = (P · kept)ᵀ gy.",
    "算 gv 用的是 dropout 之前的 P；y = (P · kept) v，所以 gv = (P · kept)ᵀ gy。",
)
def undropped_values(self, gy, gp=None):
    gq, gk, _, gmask = walked(self, gy, gp)
    return gq, gk, self.saved[4].swapaxes(-1, -2) @ gy, gmask


@mutant(BACKWARD, "raised")
def values_not_transposed(self, gy, gp=None):
    gq, gk, _, gmask = walked(self, gy, gp)
    return gq, gk, self.saved[4] @ gy, gmask
