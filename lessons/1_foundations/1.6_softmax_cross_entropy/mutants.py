"""Mistakes that are made in lesson 1.6."""

import numpy as np

from minigrad.course.mutants import mistake, mutant

SOFTMAX = "minigrad.ops.activation:Softmax."
LOG_SOFTMAX = "minigrad.ops.activation:LogSoftmax."
LOSS = "minigrad.ops.loss:SoftmaxCrossEntropy."

GLOBAL_EN = (
    "The maximum of the whole array was subtracted. In a slice far below it every eˣ underflows to 0, and 0 / 0 is NaN "
    "(and ln 0 is -inf). Each slice needs its own maximum: x.max(axis=..., keepdims=True)."
)
GLOBAL_ZH = (
    "减去的是整个数组的最大值。远低于它的那些组里，eˣ 全部下溢成 0，而 0 / 0 是 NaN（ln 0 是 -inf）。"
    "每一组要减自己的最大值：x.max(axis=..., keepdims=True)。"
)
LAST_EN = "The last dimension was used, whatever `dim` says: max and sum must run along self.dim."
LAST_ZH = "不管 `dim` 是几，用的总是最后一维：max 和 sum 都要沿 self.dim。"
SAVED_EN = (
    "backward changes an array in self.saved in place. That array may be the result of forward, which others hold, and "
    "a second backward pass would start from wrong numbers. Make a new array: p - 1, not p -= 1."
)
SAVED_ZH = (
    "backward 原地修改了 self.saved 里的数组。它可能就是 forward 返回的结果，别处还在用；而且再做一次反向传播时，"
    "起点的数就错了。请新建数组：写 p - 1，不要写 p -= 1。"
)


# ---------------------------------------------------------------------------------------------------- Softmax.forward


@mutant(SOFTMAX + "forward", "not_finite")
def nothing_subtracted(self, x):
    e = np.exp(x)
    y = e / e.sum(axis=self.dim, keepdims=True)
    self.save(y)
    return y


@mistake(SOFTMAX + "forward", GLOBAL_EN, GLOBAL_ZH)
def maximum_of_all(self, x):
    e = np.exp(x - x.max())
    y = e / e.sum(axis=self.dim, keepdims=True)
    self.save(y)
    return y


@mistake(
    SOFTMAX + "forward",
    "The exponentials were divided by the sum of the whole array, so all of y sums to 1; each slice along dim must.",
    "除以了整个数组的和，于是整个 y 的和为 1；应该是沿 dim 的每一组的和为 1。",
)
def sum_of_all(self, x):
    e = np.exp(x - x.max(axis=self.dim, keepdims=True))
    y = e / e.sum()
    self.save(y)
    return y


@mistake(SOFTMAX + "forward", LAST_EN, LAST_ZH)
def always_the_last_dimension(self, x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    y = e / e.sum(axis=-1, keepdims=True)
    self.save(y)
    return y


@mistake(
    SOFTMAX + "forward",
    "The maximum was subtracted in the numerator only. It must go from both: take e = exp(x - max) once, and e / Σ e.",
    "只有分子减去了最大值。分子分母都要减：先算一次 e = exp(x - max)，再算 e / Σ e。",
)
def denominator_not_shifted(self, x):
    e = np.exp(x - x.max(axis=self.dim, keepdims=True))
    y = e / np.exp(x).sum(axis=self.dim, keepdims=True)
    self.save(y)
    return y


@mistake(
    SOFTMAX + "forward",
    "The maximum was subtracted from eˣ; it must be subtracted from x, before the exponential.",
    "最大值是从 eˣ 里减的；应该在取指数之前从 x 里减。",
)
def subtracted_after_exp(self, x):
    e = np.exp(np.minimum(x, 50)) - x.max(axis=self.dim, keepdims=True)  # an overflow is another mistake
    y = e / e.sum(axis=self.dim, keepdims=True)
    self.save(y)
    return y


@mutant(SOFTMAX + "forward", "raised")
def dimension_lost_in_sum(self, x):
    e = np.exp(x - x.max(axis=self.dim, keepdims=True))
    y = e / e.sum(axis=self.dim)
    self.save(y)
    return y


@mistake(
    SOFTMAX + "forward",
    "The scores themselves were divided by their sum. That can be negative or divide by 0; softmax takes eˣ first.",
    "直接用分数除以分数之和，结果可能是负数，也可能除以 0；softmax 要先取 eˣ。",
)
def no_exponential(self, x):
    y = x / x.sum(axis=self.dim, keepdims=True)
    self.save(y)
    return y


# --------------------------------------------------------------------------------------------------- Softmax.backward


@mistake(
    SOFTMAX + "backward",
    "This is y (1 - y) gy: only the diagonal of the Jacobian. x_i also moves the other y_k of its slice, by -y_k y_i.",
    "这是 y (1 - y) gy，只有雅可比矩阵的对角线。x_i 还会推动同一组里其他的 y_k，导数是 -y_k y_i。",
)
def diagonal_only(self, gy):
    (y,) = self.saved
    return gy * y * (1 - y)


@mistake(
    SOFTMAX + "backward",
    "This is y · gy, as if the denominator were a constant. It contains every x; that is where -Σ gy · y comes from.",
    "这是 y · gy，把分母当成了常数。分母里有每一个 x，-Σ gy · y 就是从那里来的。",
)
def denominator_constant(self, gy):
    (y,) = self.saved
    return gy * y


@mistake(
    SOFTMAX + "backward",
    "The sum is Σ gy; each gy_k must be weighed by its y_k: Σ gy · y.",
    "求和的是 Σ gy；每个 gy_k 要先乘上 y_k：Σ gy · y。",
)
def sum_not_weighed(self, gy):
    (y,) = self.saved
    return y * (gy - gy.sum(axis=self.dim, keepdims=True))


@mistake(
    SOFTMAX + "backward",
    "This is the gradient of log-softmax, gy - y · Σ gy. Softmax has no logarithm.",
    "这是 log-softmax 的梯度 gy - y · Σ gy。softmax 没有取对数。",
)
def that_of_the_logarithm(self, gy):
    (y,) = self.saved
    return gy - y * gy.sum(axis=self.dim, keepdims=True)


@mistake(
    SOFTMAX + "backward",
    "The sum runs along the last dimension, whatever `dim` says.",
    "不管 `dim` 是几，求和总是沿最后一维。",
)
def sum_along_the_last(self, gy):
    (y,) = self.saved
    return y * (gy - (gy * y).sum(axis=-1, keepdims=True))


@mistake(
    SOFTMAX + "backward",
    "The factor y multiplies the first term only: y · (gy - Σ gy · y) needs its brackets.",
    "因子 y 只乘了第一项：y · (gy - Σ gy · y) 的括号不能少。",
)
def brackets_missing(self, gy):
    (y,) = self.saved
    return y * gy - (gy * y).sum(axis=self.dim, keepdims=True)


@mistake(
    SOFTMAX + "backward",
    "Σ gy · y runs over the whole array; each slice along self.dim has its own sum.",
    "Σ gy · y 是对整个数组求的和；沿 self.dim 的每一组要各求各的和。",
)
def one_sum_for_all(self, gy):
    (y,) = self.saved
    return y * (gy - (gy * y).sum())


@mistake(
    SOFTMAX + "backward",
    "This takes the mean of gy · y; the formula has the sum.",
    "这里取了 gy · y 的平均；公式里是求和。",
)
def mean_for_sum(self, gy):
    (y,) = self.saved
    return y * (gy - (gy * y).mean(axis=self.dim, keepdims=True))


@mutant(SOFTMAX + "backward", "raised")
def dimension_lost(self, gy):
    (y,) = self.saved
    return y * (gy - (gy * y).sum(axis=self.dim))


# ------------------------------------------------------------------------------------------------- LogSoftmax.forward


@mutant(LOG_SOFTMAX + "forward", "not_finite")
def overflow(self, x):
    y = x - np.log(np.exp(x).sum(axis=self.dim, keepdims=True))
    self.save(y)
    return y


@mistake(LOG_SOFTMAX + "forward", GLOBAL_EN, GLOBAL_ZH)
def one_maximum_for_all(self, x):
    shifted = x - x.max()
    y = shifted - np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True))
    self.save(y)
    return y


@mistake(
    LOG_SOFTMAX + "forward",
    "The probabilities were computed first and then their logarithm: a probability that underflows to 0 gives "
    "ln 0 = -inf. Simplify before computing: ln(eˣ / Σ eˣ) = x - ln Σ eˣ.",
    "先算出概率再取对数：概率下溢成 0 时，ln 0 = -inf。先化简再计算：ln(eˣ / Σ eˣ) = x - ln Σ eˣ。",
)
def logarithm_of_zero(self, x):
    e = np.exp(x - x.max(axis=self.dim, keepdims=True))
    y = np.log(e / e.sum(axis=self.dim, keepdims=True))
    self.save(y)
    return y


@mistake(
    LOG_SOFTMAX + "forward",
    "The maximum was subtracted inside the sum but not from x itself: ln Σ eˣ = max + ln Σ e^(x - max).",
    "求和里减去了最大值，x 本身却没有减：ln Σ eˣ = max + ln Σ e^(x - max)。",
)
def maximum_lost(self, x):
    shifted = x - x.max(axis=self.dim, keepdims=True)
    y = x - np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True))
    self.save(y)
    return y


@mistake(
    LOG_SOFTMAX + "forward",
    "The maximum was subtracted from x but not inside the sum: ln Σ eˣ = max + ln Σ e^(x - max).",
    "x 减去了最大值，求和里却没有减：ln Σ eˣ = max + ln Σ e^(x - max)。",
)
def sum_not_shifted(self, x):
    shifted = x - x.max(axis=self.dim, keepdims=True)
    y = 2 * shifted - x - np.log(np.exp(shifted).sum(axis=self.dim, keepdims=True))  # the same, without overflow
    self.save(y)
    return y


@mistake(LOG_SOFTMAX + "forward", LAST_EN, LAST_ZH)
def along_the_last_dimension(self, x):
    shifted = x - x.max(axis=-1, keepdims=True)
    y = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    self.save(y)
    return y


@mistake(
    LOG_SOFTMAX + "forward",
    "The sum is taken without a logarithm: y = x - ln Σ eˣ.",
    "求和之后没有取对数：y = x - ln Σ eˣ。",
)
def logarithm_forgotten(self, x):
    shifted = x - x.max(axis=self.dim, keepdims=True)
    y = shifted - np.exp(shifted).sum(axis=self.dim, keepdims=True)
    self.save(y)
    return y


# ------------------------------------------------------------------------------------------------ LogSoftmax.backward


@mistake(
    LOG_SOFTMAX + "backward",
    "What forward saved was used as a probability. It is the logarithm of one: the probability is e^y.",
    "把 forward 存下的量当成了概率。它是概率的对数，概率是 e^y。",
)
def logarithm_taken_for_probability(self, gy):
    (y,) = self.saved
    return gy - y * gy.sum(axis=self.dim, keepdims=True)


@mistake(
    LOG_SOFTMAX + "backward",
    "This is gy (1 - e^y): only x_i's own y_i. ln Σ eˣ stands in every y_k of the slice, so all gy_k must be summed.",
    "这是 gy (1 - e^y)，只算了 x_i 自己的 y_i。ln Σ eˣ 出现在同一组的每个 y_k 里，所以要把所有 gy_k 加起来。",
)
def own_element_only(self, gy):
    (y,) = self.saved
    return gy * (1 - np.exp(y))


@mistake(
    LOG_SOFTMAX + "backward",
    "The sum of gy is subtracted from every element alike; each x_i takes the share e^y of it.",
    "每个元素都减去了同样的 Σ gy；x_i 只该分到 e^y 这一份。",
)
def share_forgotten(self, gy):
    return gy - gy.sum(axis=self.dim, keepdims=True)


@mistake(
    LOG_SOFTMAX + "backward",
    "This is softmax's gradient, p · (gy - Σ gy · p). With the logarithm, p cancels in the first factor.",
    "这是 softmax 的梯度 p · (gy - Σ gy · p)。取了对数之后，前面的因子 p 会约掉。",
)
def that_of_softmax(self, gy):
    p = np.exp(self.saved[0])
    return p * (gy - (gy * p).sum(axis=self.dim, keepdims=True))


@mistake(
    LOG_SOFTMAX + "backward",
    "The sum runs along the last dimension, whatever `dim` says.",
    "不管 `dim` 是几，求和总是沿最后一维。",
)
def sum_along_the_last_dimension(self, gy):
    (y,) = self.saved
    return gy - np.exp(y) * gy.sum(axis=-1, keepdims=True)


@mistake(
    LOG_SOFTMAX + "backward",
    "Σ gy runs over the whole array; each slice along self.dim has its own sum.",
    "Σ gy 是对整个数组求的和；沿 self.dim 的每一组要各求各的和。",
)
def sum_over_everything(self, gy):
    (y,) = self.saved
    return gy - np.exp(y) * gy.sum()


@mistake(
    LOG_SOFTMAX + "backward",
    "The second term is added; it must be subtracted: y = x - ln Σ eˣ.",
    "第二项是加上去的，应该减去：y = x - ln Σ eˣ。",
)
def share_added(self, gy):
    (y,) = self.saved
    return gy + np.exp(y) * gy.sum(axis=self.dim, keepdims=True)


# ---------------------------------------------------------------------------------------- SoftmaxCrossEntropy.forward


def kept(self, x, t):
    """Save what the framework's backward takes; returns the shifted scores and the sums of their exponentials."""
    shifted = x - x.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    sums = e.sum(axis=1, keepdims=True)
    self.save(e, sums, t, np.arange(len(t)))
    return shifted, sums[:, 0]


@mutant(LOSS + "forward", "not_finite")
def large_scores_overflow(self, x, t):
    kept(self, x, t)
    return np.log(np.exp(x).sum(axis=1)) - x[np.arange(len(t)), t]


@mistake(LOSS + "forward", GLOBAL_EN, GLOBAL_ZH)
def maximum_of_all_rows(self, x, t):
    kept(self, x, t)
    shifted = x - x.max()
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(t)), t]


@mistake(
    LOSS + "forward",
    "The loss is -ln of a probability that was computed first. Where that underflows to 0 the loss becomes inf, just "
    "when the network is most wrong. Use ln Σ eˣ - x_t.",
    "先算出概率，再取 -ln。概率下溢成 0 时损失就变成 inf，而这恰恰是网络错得最厉害的时候。请用 ln Σ eˣ - x_t。",
)
def logarithm_of_a_probability(self, x, t):
    shifted, sums = kept(self, x, t)
    return -np.log(np.exp(shifted[np.arange(len(t)), t]) / sums)


@mistake(
    LOSS + "forward",
    "The probability was kept away from 0 (by + 1e-12, clip or maximum) before the logarithm. The loss then stops "
    "growing where the network is most wrong: for scores 0 and 2000 it must be 2000. ln Σ eˣ - x_t needs no such help.",
    "取对数之前，概率被拦在了 0 以外（用 + 1e-12、clip 或 maximum）。于是网络错得最厉害时，损失不再增长："
    "分数是 0 和 2000 时，损失应该是 2000。ln Σ eˣ - x_t 用不着这样的补救。",
)
def loss_limited(self, x, t):
    shifted, sums = kept(self, x, t)
    return -np.log(np.exp(shifted[np.arange(len(t)), t]) / sums + 1e-12)


@mutant(LOSS + "forward", "shape")
def every_column_of_t(self, x, t):
    shifted, sums = kept(self, x, t)
    return np.log(sums) - shifted[:, t]


@mutant(LOSS + "forward", "shape")
def mean_of_the_rows(self, x, t):
    shifted, sums = kept(self, x, t)
    return (np.log(sums) - shifted[np.arange(len(t)), t]).mean()


@mistake(
    LOSS + "forward",
    "The score of the true class is missing: this is -ln of the largest probability, whatever the label says.",
    "没有减去真实类别的分数：这是最大概率的 -ln，与标签无关。",
)
def labels_ignored(self, x, t):
    _, sums = kept(self, x, t)
    return np.log(sums)


@mistake(
    LOSS + "forward",
    "The maximum was subtracted inside the sum but not from the true class's score: both terms need it.",
    "求和里减去了最大值，真实类别的分数却没有减：两项都要减。",
)
def maximum_subtracted_once(self, x, t):
    _, sums = kept(self, x, t)
    return np.log(sums) - x[np.arange(len(t)), t]


@mutant(LOSS + "forward", "modified_input")
def labels_sorted(self, x, t):
    t.sort()
    shifted, sums = kept(self, x, t)
    return np.log(sums) - shifted[np.arange(len(t)), t]


# --------------------------------------------------------------------------------------- SoftmaxCrossEntropy.backward


@mistake(
    LOSS + "backward",
    "This is the probability alone: the 1 of the true class was not subtracted, so every score would be pushed down.",
    "这里只有概率：真实类别处没有减 1，于是所有分数都会被压低。",
)
def truth_not_subtracted(self, gloss):
    e, sums, *_ = self.saved
    return gloss[:, None] * e / sums, None


@mistake(
    LOSS + "backward",
    "1 was subtracted after the multiplication by gloss. Subtract first: both parts belong to the local derivative.",
    "先乘了 gloss 才减 1。应该先减：两部分都属于局部导数。",
)
def subtracted_after_upstream(self, gloss):
    e, sums, t, rows = self.saved
    gx = gloss[:, None] * e / sums
    gx[rows, t] -= 1
    return gx, None


@mistake(
    LOSS + "backward",
    "gx[:, t] -= 1 subtracts in the columns t of every row. The pairs are meant, row 0 with t[0], row 1 with t[1]: "
    "gx[np.arange(n), t].",
    "gx[:, t] -= 1 会在每一行的这些列上都减 1。要的是一一配对：第 0 行配 t[0]，第 1 行配 t[1]……：gx[np.arange(n), t]。",
)
def whole_columns(self, gloss):
    e, sums, t, _ = self.saved
    gx = e / sums
    gx[:, t] -= 1
    return gx * gloss[:, None], None


@mistake(
    LOSS + "backward",
    "gx[t] -= 1 takes the class numbers for row numbers. Each row loses 1 in the column of its class: "
    "gx[np.arange(n), t].",
    "gx[t] -= 1 把类别号当成了行号。应该是每一行在自己类别的那一列减 1：gx[np.arange(n), t]。",
)
def classes_as_rows(self, gloss):
    e, sums, t, _ = self.saved
    gx = e / sums
    gx[t] -= 1
    return gx * gloss[:, None], None


@mistake(
    LOSS + "backward",
    "At the true class gx was set to -1; 1 must be subtracted from the probability that is there: -= 1.",
    "真实类别处被设成了 -1；应该是从那里的概率中减去 1：-= 1。",
)
def set_to_minus_one(self, gloss):
    e, sums, t, rows = self.saved
    gx = e / sums
    gx[rows, t] = -1
    return gx * gloss[:, None], None


@mistake(
    LOSS + "backward",
    "The number of the class was subtracted from the whole row. It is a place, not an amount: subtract 1 in column t.",
    "整行都减去了类别的编号。编号表示位置，不是数量：在第 t 列减 1。",
)
def label_subtracted(self, gloss):
    e, sums, t, _ = self.saved
    return (e / sums - t[:, None].astype(e.dtype)) * gloss[:, None], None


@mistake(
    LOSS + "backward",
    "The exponentials were not divided by their sum: the probability is e / Σ e.",
    "指数没有除以它们的和：概率是 e / Σ e。",
)
def not_divided(self, gloss):
    e, _, t, rows = self.saved
    gx = e.copy()
    gx[rows, t] -= 1
    return gx * gloss[:, None], None


@mistake(
    LOSS + "backward",
    "1 was subtracted from every class; only the true class of each row gets it.",
    "每个类别都减了 1；只有每一行的真实类别才该减。",
)
def subtracted_everywhere(self, gloss):
    e, sums, *_ = self.saved
    return gloss[:, None] * (e / sums - 1), None


@mistake(
    LOSS + "backward",
    "The gradient was divided by the number of rows. This operation gives one loss per row; the mean is an operation "
    "of its own and has already put its 1/n into gloss.",
    "梯度除以了行数。这个运算每行给出一个损失；求平均是另一个运算，它的 1/n 已经在 gloss 里了。",
)
def divided_by_rows(self, gloss):
    e, sums, t, rows = self.saved
    gx = e / sums
    gx[rows, t] -= 1
    return gx * gloss[:, None] / len(t), None


@mutant(LOSS + "backward", "raised")
def upstream_along_the_classes(self, gloss):
    e, sums, t, rows = self.saved
    gx = e / sums
    gx[rows, t] -= 1
    return gx * gloss, None


@mutant(LOSS + "backward", "count")
def one_gradient_only(self, gloss):
    e, sums, t, rows = self.saved
    gx = e / sums
    gx[rows, t] -= 1
    return gx * gloss[:, None]


@mistake(SOFTMAX + "backward", SAVED_EN, SAVED_ZH)
@mistake(LOG_SOFTMAX + "backward", SAVED_EN, SAVED_ZH)
@mistake(LOSS + "backward", SAVED_EN, SAVED_ZH)
def saved_changed(self, g):
    kind = type(self).__name__
    if kind == "SoftmaxCrossEntropy":
        e, sums, t, rows = self.saved
        e /= sums
        gx = e.copy()
        gx[rows, t] -= 1
        sums[...] = 2
        return gx * g[:, None], None
    (y,) = self.saved
    if kind == "Softmax":
        gx = y * (g - (g * y).sum(axis=self.dim, keepdims=True))
        y *= g
        return gx
    gx = g - np.exp(y) * g.sum(axis=self.dim, keepdims=True)
    np.exp(y, out=y)
    return gx
