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


def exponentials(scores):
    """e to the scores, less the highest of each row, and their sums."""
    highest = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isneginf(highest), 0, highest))
    return e, e.sum(axis=-1, keepdims=True)


@mistake(
    SOFTMAX,
    "This is the logarithm of the shares (log-softmax, as in 1.6). The values are mixed with the shares themselves.",
    "这是份额的对数（log-softmax，1.6 课用过）。混合各个值时，用的是份额本身。",
)
def logarithm(scores):
    with np.errstate(divide="ignore"):
        return np.log(softmax_or_zeros(scores))


@mistake(
    SOFTMAX,
    "A row in which one score is -∞ became zeros. One -∞ forbids one key; zeros are for a row that is -∞ everywhere: "
    "all(), not any().",
    "一行里只要有一个 -∞，整行就成了 0。一个 -∞ 只禁一个键；整行都是 -∞ 才是 0：用 all()，不是 any()。",
)
def one_forbids_all(scores):
    return np.where(np.isneginf(scores).any(axis=-1, keepdims=True), 0, softmax_or_zeros(scores))


@mistake(
    SOFTMAX,
    "The shares of a row no longer sum to 1: a small number was added to what they are divided by. With the highest "
    "score taken off, the sum is 1 or more, except in a row of nothing: divide that one by 1.",
    "一行的份额加起来不再是 1：除数里多加了一个很小的数。减去最高分之后，和不会小于 1，除非整行都是 -∞：只有那一行"
    "改成除以 1。",
)
def small_number_in_the_sum(scores):
    e, total = exponentials(scores)
    return e / (total + scores.dtype.type(1e-6))


@mistake(
    SOFTMAX,
    "NaN among the scores became 0. It comes from a mistake elsewhere, which nobody would notice any more. Ask for -∞ "
    "before anything is divided, instead of sweeping NaN away afterwards.",
    "得分里的 NaN 变成了 0。它说明别处出了错，这样一来就没人发现了。应该在做除法之前看是不是 -∞，而不是事后把 NaN "
    "抹掉。",
)
def nan_swept_away(scores):
    return np.nan_to_num(softmax_or_zeros(scores))


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


@mistake(
    MASK,
    "The past is forbidden and the future allowed. Row i is the query at place i; columns above i are its future, "
    "the upper right triangle: triu(..., 1).",
    "过去被禁掉了，未来反而能看。第 i 行是位置 i 的查询，大于 i 的列才是它的未来，也就是右上三角：triu(..., 1)。",
)
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
    "0 times -∞ is NaN. Do not multiply by -∞; choose: np.where(future, -np.inf, 0).",
    "0 乘 -∞ 是 NaN。不要用 -∞ 去乘，要选：np.where(future, -np.inf, 0)。",
)
def infinity_times_zero(t, s, like):
    return Tensor((-np.inf * np.triu(np.ones((t, s)), 1)).astype(like.dtype))


@mistake(
    MASK,
    "The future got a finite number. Only -∞ makes a share exactly 0, and only then is a row that may see nothing "
    "recognised.",
    "未来处放的是有限的数。只有 -∞ 才让份额正好是 0，也只有这样才认得出什么都不许看的行。",
)
def finite_number(t, s, like):
    return Tensor(np.where(np.triu(np.ones((t, s), bool), 1), -1e9, 0).astype(like.dtype))


@mistake(
    MASK,
    "The mask holds True and False. It is added to the scores, so it needs numbers: 0 and -∞, of the dtype of like.",
    "掩码里是 True 和 False。它要加到得分上，所以得是数：0 和 -∞，dtype 和 like 一样。",
)
def true_and_false(t, s, like):
    return Tensor(np.tri(t, s, dtype=bool))


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
    "The scores are divided by √d, whatever self.scale is. The scale was worked out by the caller: multiply by "
    "self.scale.",
    "不管 self.scale 是多少，得分都除以了 √d。缩放因子由调用者算好了：乘 self.scale。",
)
def root_of_d(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) / q.dtype.type(q.shape[-1] ** 0.5))


@mistake(
    FORWARD,
    "The scores are divided by the root of self.scale. It is the factor itself, 1 / √d: multiply by it.",
    "得分除以了 self.scale 的平方根。它本身就是因子 1 / √d：直接乘。",
)
def root_of_scale(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) / self.scale**0.5)


@mistake(
    FORWARD,
    "The scores are multiplied by the mask. It is added: 0 changes nothing, -∞ forbids.",
    "得分乘上了掩码。掩码是加上去的：加 0 不变，加 -∞ 就是禁止。",
)
def mask_multiplied(self, q, k, v, mask=None):
    scores = q @ k.swapaxes(-1, -2) * self.scale
    return attended(self, q, k, v, None, scores if mask is None else scores * mask, unguarded)


@mistake(
    FORWARD,
    "The mask is added to the shares, behind the softmax. It belongs to the scores, before it.",
    "掩码加到了 softmax 之后的份额上。应该在 softmax 之前加到得分上。",
)
def mask_added_to_shares(self, q, k, v, mask=None):
    def shares(scores):
        return softmax_or_zeros(scores) + (0 if mask is None else mask)

    return attended(self, q, k, v, None, q @ k.swapaxes(-1, -2) * self.scale, shares)


def unguarded(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@mistake(
    FORWARD,
    "A query that may look nowhere got NaN: -∞ - (-∞). softmax_or_zeros gives zeros there; call it.",
    "什么都不许看的查询得到了 NaN：-∞ - (-∞)。softmax_or_zeros 在这里给出 0，用它。",
)
def another_softmax(self, q, k, v, mask=None):
    return attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale, unguarded)


@mistake(
    FORWARD,
    "y and P were returned, but self.weights is False: y alone is wanted.",
    "返回了 y 和 P，但 self.weights 是 False：只要 y。",
)
def weights_always(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    return found if self.weights else (found, self.saved[4])


@mistake(
    FORWARD,
    "self.weights is True, but P was not returned: return y, P.",
    "self.weights 是 True，却没有返回 P：return y, P。",
)
def weights_never(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    return found[0] if self.weights else found


@mistake(
    FORWARD,
    "P stands before y. The result comes first: return y, P.",
    "P 放在了 y 前面。结果在前：return y, P。",
)
def weights_first(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    return found[::-1] if self.weights else found


@mistake(
    FORWARD,
    "The P that was returned is that before dropout. Asked for is the one that was multiplied with v.",
    "返回的 P 是 dropout 之前的。要的是与 v 相乘的那个。",
)
def weights_before_dropout(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    return (found[0], self.saved[4]) if self.weights else found


@mistake(
    FORWARD,
    "self.kept_of was called more than once. It draws anew at each call: keep what it gave in a variable, for the "
    "product and for backward.",
    "self.kept_of 调用了不止一次。每次调用都会重新抽：把结果存进一个变量，相乘和反向都用它。",
)
def drawn_twice(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    self.save(*self.saved[:5], self.kept_of(self.saved[4]))
    return found


@mistake(
    FORWARD,
    "Dropout came before the softmax: the scores were multiplied. A score of 0 is no share of 0; multiply P.",
    "dropout 放到了 softmax 之前，乘的是得分。得分为 0 不等于份额为 0；要乘的是 P。",
)
def scores_dropped(self, q, k, v, mask=None):
    scores = q @ k.swapaxes(-1, -2) * self.scale + (0 if mask is None else mask)
    kept = self.kept_of(scores)
    p = softmax_or_zeros(scores if kept is None else scores * kept)
    self.save(q, k, v, mask, p, kept)
    return (p @ v, p) if self.weights else p @ v


@mistake(
    FORWARD,
    "Dropout came behind the product with v: numbers of y were dropped. Shares are dropped: multiply P.",
    "dropout 放到了与 v 相乘之后，丢的是 y 里的数。要丢的是份额：乘 P。",
)
def result_dropped(self, q, k, v, mask=None):
    p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale + (0 if mask is None else mask))
    y = p @ v
    kept = self.kept_of(y)
    self.save(q, k, v, mask, p, kept)
    y = y if kept is None else y * kept
    return (y, p) if self.weights else y


@mistake(
    FORWARD,
    "Behind dropout each row was divided by its sum again. That is not done: kept has enlarged what is left already.",
    "dropout 之后每行又除以了自己的和。不用这一步：kept 已经把留下的放大了。",
)
def shared_out_again(self, q, k, v, mask=None):
    found = attended(self, q, k, v, mask, q @ k.swapaxes(-1, -2) * self.scale)
    if self.saved[5] is None:
        return found
    p = self.saved[4] * self.saved[5]
    p = p / p.sum(axis=-1, keepdims=True)
    return (p @ v, p) if self.weights else p @ v


@mistake(
    FORWARD,
    "What is left after dropout is not enlarged. kept holds 0 and 1 / (1 - p), not False and True: P · kept.",
    "dropout 留下的没有放大。kept 里是 0 和 1 / (1 - p)，不是 False 和 True：用 P · kept。",
)
def not_enlarged(self, q, k, v, mask=None):
    p = softmax_or_zeros(q @ k.swapaxes(-1, -2) * self.scale + (0 if mask is None else mask))
    kept = self.kept_of(p)
    self.save(q, k, v, mask, p, kept)
    p = p if kept is None else np.where(kept, p, 0)
    return (p @ v, p) if self.weights else p @ v


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


@mistake(
    BACKWARD,
    "Parentheses are missing: P multiplies both, gS = P (gP - Σ gP P).",
    "少了括号：P 要乘括号里的两项，gS = P (gP - Σ gP P)。",
)
def parentheses_missing(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * g - (g * p).sum(axis=-1, keepdims=True))


@mistake(
    BACKWARD,
    "Σ gP P is added. It is taken off: gS = P (gP - Σ gP P).",
    "Σ gP P 加上去了。应该减：gS = P (gP - Σ gP P)。",
)
def sum_added(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (g + (g * p).sum(axis=-1, keepdims=True)))


@mistake(
    BACKWARD,
    "The mean of gP P is taken off; asked for is the sum. The shares P are the weights of this mean already.",
    "减去的是 gP P 的平均值；要的是和。份额 P 本身就是权重，加起来就是加权平均。",
)
def mean_for_sum(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (g - (g * p).mean(axis=-1, keepdims=True)))


@mistake(
    BACKWARD,
    "Σ gP P runs over the whole array; it belongs to each row: axis=-1, keepdims=True.",
    "Σ gP P 对整个数组求了和；它属于每一行：axis=-1，keepdims=True。",
)
def sum_over_everything(self, gy, gp=None):
    return walked(self, gy, gp, lambda p, g: p * (g - (g * p).sum()))


@mistake(
    BACKWARD,
    "The gradients come in the order in which they were computed, gv first. They are returned in the order of "
    "forward's inputs: gq, gk, gv, gmask.",
    "梯度是按算出来的次序返回的，gv 在最前面。应该按 forward 的输入的次序：gq、gk、gv、gmask。",
)
def values_first(self, gy, gp=None):
    gq, gk, gv, gmask = walked(self, gy, gp)
    return gv, gq, gk, gmask


@mistake(
    BACKWARD,
    "A gradient was returned for a mask that was not given. Without a mask the fourth is None.",
    "没有掩码，却返回了它的梯度。没有掩码时，第四个是 None。",
)
def gradient_of_no_mask(self, gy, gp=None):
    *others, gmask = walked(self, gy, gp)
    q, k = self.saved[:2]
    return (*others, np.zeros((*q.shape[:-1], k.shape[-2])) if gmask is None else gmask)


@mistake(
    BACKWARD,
    "The mask was given, but its gradient is None. A mask may be learned: gmask = gS.",
    "给了掩码，它的梯度却是 None。掩码也可以学：gmask = gS。",
)
def mask_without_gradient(self, gy, gp=None):
    return (*walked(self, gy, gp)[:3], None)


@mistake(
    BACKWARD,
    "gmask is gP. The mask was added before the softmax, so its gradient has come through it: gmask = gS.",
    "gmask 用的是 gP。掩码是在 softmax 之前加的，它的梯度要先穿过 softmax：gmask = gS。",
)
def mask_behind_the_softmax(self, gy, gp=None):
    seen = []

    def behind(p, g):
        seen.append(g)
        return p * (g - (g * p).sum(axis=-1, keepdims=True))

    *others, gmask = walked(self, gy, gp, behind)
    return (*others, None if gmask is None else seen[0])


def from_shares(self, gy, gp, of_p):
    """backward with the gradient of P that `of_p` gives for gy vᵀ, gp and kept."""
    v, kept = self.saved[2], self.saved[5]
    return walked(
        self, gy, None, lambda p, _: softmax_back(p, of_p(gy @ v.swapaxes(-1, -2), gp, 1 if kept is None else kept))
    )


def softmax_back(p, g):
    return p * (g - (g * p).sum(axis=-1, keepdims=True))


@mistake(
    BACKWARD,
    "gp was added behind dropout. The P that was returned is that after dropout, so both parts go through: "
    "(gy vᵀ + gp) · kept.",
    "gp 加在了 dropout 之后。返回的 P 是 dropout 之后的，所以两份都要乘 kept：(gy vᵀ + gp) · kept。",
)
def gp_behind_dropout(self, gy, gp=None):
    return from_shares(self, gy, gp, lambda g, gp, kept: g * kept + (0 if gp is None else gp))


@mistake(
    BACKWARD,
    "gp stands in the place of gy vᵀ. P went two ways, to y and out by itself: both gradients are added.",
    "gp 取代了 gy vᵀ。P 有两个去处，一个到 y，一个直接返回：两份梯度要相加。",
)
def gp_alone(self, gy, gp=None):
    return from_shares(self, gy, gp, lambda g, gp, kept: (g if gp is None else gp) * kept)


@mistake(
    BACKWARD,
    "gp was added to gS. It is a gradient of P: it goes through the softmax, together with gy vᵀ.",
    "gp 加到了 gS 上。它是 P 的梯度：要和 gy vᵀ 一起穿过 softmax。",
)
def gp_to_the_scores(self, gy, gp=None):
    return walked(self, gy, None, lambda p, g: softmax_back(p, g) + (0 if gp is None else gp))


@mistake(
    BACKWARD,
    "kept multiplies gS. Dropout came behind the softmax, so on the way back it comes first: gP · kept.",
    "kept 乘到了 gS 上。dropout 在 softmax 之后，反向时就先遇到它：gP · kept。",
)
def dropout_behind_the_softmax(self, gy, gp=None):
    kept = self.saved[5]
    return walked(self, gy, gp, lambda p, g: softmax_back(p, g) * (1 if kept is None else kept), of_kept=False)


@mistake(
    BACKWARD,
    "The softmax's gradient was computed with P after dropout. The softmax gave P before it: that one counts here.",
    "算 softmax 的梯度时，用了 dropout 之后的 P。softmax 给出的是 dropout 之前的 P，这里要用那个。",
)
def softmax_of_dropped(self, gy, gp=None):
    kept = self.saved[5]
    return walked(self, gy, gp, lambda p, g: softmax_back(p if kept is None else p * kept, g))


@mutant(BACKWARD, "raised")
def values_not_transposed(self, gy, gp=None):
    gq, gk, _, gmask = walked(self, gy, gp)
    return gq, gk, self.saved[4] @ gy, gmask
