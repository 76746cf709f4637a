"""Mistakes that are made in lesson 3.8."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.ops.norm import average, last_dims, standardized
from minigrad.ops.position import angles

TABLE = "minigrad.ops.position:sinusoidal_positions"
TURN, BACK = "minigrad.ops.position:Rotary.forward", "minigrad.ops.position:Rotary.backward"
NORM, NORM_BACK = "minigrad.ops.norm:LayerNorm.forward", "minigrad.ops.norm:LayerNorm.backward"


# -------------------------------------------------------------------------------------------------------------- table


def filled(angle, even, odd):
    table = np.empty((len(angle), 2 * angle.shape[1]), np.float32)
    table[:, 0::2], table[:, 1::2] = even, odd
    return table


@mistake(
    TABLE,
    "Sine and cosine are exchanged: sin belongs in the even columns, cos in the odd ones. Row 0 is 0 1 0 1 ...",
    "sin 和 cos 反了：sin 放偶数列，cos 放奇数列。第 0 行应该是 0 1 0 1……",
)
def exchanged(xp, steps, width):
    angle = angles(xp, steps, width)
    return filled(angle, np.cos(angle), np.sin(angle))


@mistake(
    TABLE,
    "All sines come first and then all cosines. Here they alternate, a pair for each frequency: columns 0::2 and 1::2.",
    "先放了全部的 sin，再放全部的 cos。这里两者交替，每个频率占相邻的一对：0::2 和 1::2 列。",
)
def one_behind_the_other(xp, steps, width):
    angle = angles(xp, steps, width)
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


@mistake(
    TABLE,
    "Places are counted from 1. The first place is 0: its row is 0 1 0 1 ...",
    "位置从 1 数起了。第一个位置是 0：它那一行是 0 1 0 1……",
)
def counted_from_one(xp, steps, width):
    angle = angles(xp, steps, width, 1)
    return filled(angle, np.sin(angle), np.cos(angle))


@mistake(
    TABLE,
    "Both columns of a pair are sines. One number does not tell where a hand of a clock stands: the other column is "
    "cos.",
    "一对里的两列都是 sin。一个数说不清表针在哪里：另一列是 cos。",
)
def sines_alone(xp, steps, width):
    angle = angles(xp, steps, width)
    return filled(angle, np.sin(angle), np.sin(angle))


def columns(steps, width, exponents):
    """The angles [steps, width] or [steps, width / 2] with frequencies 10000^exponents."""
    return np.arange(steps)[:, None] * 10_000.0**exponents


@mistake(
    TABLE,
    "Each column has a frequency of its own. Sine and cosine of a pair share one: columns 2i and 2i + 1 both have "
    "10000^(-2i / width).",
    "每一列都用了自己的频率。一对里的 sin 和 cos 用同一个：第 2i 列和第 2i + 1 列都是 10000^(-2i / width)。",
)
def frequency_of_each_column(xp, steps, width):
    angle = columns(steps, width, -np.arange(width) / width)
    return filled(angle[:, 0::2], np.sin(angle[:, 0::2]), np.cos(angle[:, 1::2]))


@mistake(
    TABLE,
    "The exponent is doubled: -2i / width, with i the number of the pair and 2i that of its first column.",
    "指数大了一倍：应该是 -2i / width，i 是第几对，2i 才是这一对第一列的编号。",
)
def column_for_pair(xp, steps, width):
    angle = columns(steps, width, -2 * np.arange(0, width, 2) / width)
    return filled(angle, np.sin(angle), np.cos(angle))


@mistake(
    TABLE,
    "The frequencies grow from pair to pair: the minus of the exponent is missing. The first hand is the fastest.",
    "频率一对比一对大：指数里少了负号。第一根表针应该最快。",
)
def frequencies_grow(xp, steps, width):
    angle = columns(steps, width, 2 * np.arange(width // 2) / width)
    return filled(angle, np.sin(angle), np.cos(angle))


@mutant(TABLE, "dtype")
def table_in_float64(xp, steps, width):
    angle = angles(xp, steps, width)
    return filled(angle, np.sin(angle), np.cos(angle)).astype(np.float64)


@mutant(TABLE, "nothing")
def no_table(xp, steps, width):
    return None


# ----------------------------------------------------------------------------------------------------------- rotation


def angle_of(self, x, offset=None):
    return self.sign * angles(np, *x.shape[-2:], self.offset if offset is None else offset, self.base)


def turned(x, angle, flip=1):
    cos, sin = np.cos(angle).astype(x.dtype), flip * np.sin(angle).astype(x.dtype)
    a, b = x[..., 0::2], x[..., 1::2]
    y = np.empty_like(x)
    y[..., 0::2], y[..., 1::2] = a * cos - b * sin, a * sin + b * cos
    return y


@mistake(
    TURN,
    "self.sign is not used: with -1 the rotation goes back.",
    "没有用 self.sign：它是 -1 时要往回转。",
)
def sign_ignored(self, x):
    return turned(x, angle_of(self, x) * self.sign)


@mistake(
    TURN,
    "It turns the other way: the minus belongs before b sin θ in the first number of a pair.",
    "转反了方向：减号应该在一对里第一个数的 b sin θ 前面。",
)
def other_way(self, x):
    return turned(x, angle_of(self, x), -1)


@mistake(
    TURN,
    "self.offset is not used: the first row is not always place 0. In writing with kept keys it is the place of the "
    "new token.",
    "没有用 self.offset：第一行不一定是位置 0。带缓存写作时，它是新词元的位置。",
)
def offset_ignored(self, x):
    return turned(x, angle_of(self, x, 0))


@mistake(
    TURN,
    "Number i was paired with number i + d/2, as some networks do. Here neighbours are a pair: 0 and 1, 2 and 3, ...",
    "第 i 个数和第 i + d/2 个数配成了一对，有的网络是这样。这里相邻的是一对：0 和 1，2 和 3……",
)
def halves_paired(self, x):
    half = x.shape[-1] // 2
    angle = angle_of(self, x)
    cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


@mistake(
    TURN,
    "The first number of each pair was changed already when the second was computed from it. Keep both as they were.",
    "算每对的第二个数时，第一个数已经被改掉了。两个都要用原来的。",
)
def overwritten(self, x):
    angle, y = angle_of(self, x), x.copy()
    cos, sin = np.cos(angle).astype(x.dtype), np.sin(angle).astype(x.dtype)
    y[..., 0::2] = y[..., 0::2] * cos - y[..., 1::2] * sin
    y[..., 1::2] = y[..., 0::2] * sin + y[..., 1::2] * cos
    return y


@mistake(
    TURN,
    "self.base is not used: angles(..., base) takes it last.",
    "没有用 self.base：它是 angles(..., base) 的最后一个参数。",
)
def base_ignored(self, x):
    return turned(x, self.sign * angles(np, *x.shape[-2:], self.offset))


@mistake(
    TURN,
    "The first numbers of all pairs come first, then the second ones. Put each back where it was: columns 0::2 and "
    "1::2.",
    "先放了各对的第一个数，再放各对的第二个数。要各自放回原来的位置：0::2 和 1::2 列。",
)
def put_one_behind_the_other(self, x):
    y = turned(x, angle_of(self, x))
    return np.concatenate([y[..., 0::2], y[..., 1::2]], axis=-1)


@mistake(
    TURN,
    "self.sign multiplies the result. It belongs to the angle: -1 turns back.",
    "self.sign 乘在了结果上。它应该乘在角度上：-1 表示往回转。",
)
def sign_of_the_result(self, x):
    return self.sign * turned(x, angle_of(self, x) * self.sign)


@mistake(
    TURN,
    "Sines and cosines were added to x. That is how a table is used; here each pair is turned.",
    "把 sin 和 cos 加到 x 上了。位置表才这样用；这里要旋转每一对。",
)
def added(self, x):
    angle = angle_of(self, x)
    return x + filled(angle, np.sin(angle), np.cos(angle)).astype(x.dtype)


@mistake(
    TURN,
    "Sine and cosine are exchanged. At place 0 the angle is 0, and nothing may change: cos 0 = 1.",
    "sin 和 cos 反了。位置 0 的角度是 0，什么都不该变：cos 0 = 1。",
)
def quarter_turn_more(self, x):
    return turned(x, np.pi / 2 - angle_of(self, x))


@mistake(
    TURN,
    "The angles were rounded to the dtype of x before sine and cosine were taken. Far from place 0 nothing is right "
    "then: take both in float64, and round them.",
    "先把角度转成了 x 的 dtype，再取 sin 和 cos。离位置 0 很远时就全不对了：先用 float64 取，再转换。",
)
def angles_rounded(self, x):
    return turned(x, angle_of(self, x).astype(x.dtype))


@mistake(
    BACK,
    "The gradient is turned the same way as x. The transpose of a rotation turns back: by -θ.",
    "梯度和 x 转了同一个方向。旋转的转置是往回转：转过 -θ。",
)
def same_way(self, gy):
    return turned(gy, angle_of(self, gy))


@mistake(
    BACK,
    "The way back forgets self.offset: it must undo just that rotation which forward did.",
    "反向时忘了 self.offset：要还原的正是 forward 做的那次旋转。",
)
def back_without_offset(self, gy):
    return turned(gy, -angle_of(self, gy, 0))


@mistake(
    BACK,
    "gy came back as it is. A rotation keeps lengths, but it moves every number.",
    "gy 原样返回了。旋转不改变长度，但每个数都变了。",
)
def unturned(self, gy):
    return gy.copy()


@mistake(
    BACK,
    "The way back forgets self.base: it must undo just that rotation which forward did.",
    "反向时忘了 self.base：要还原的正是 forward 做的那次旋转。",
)
def back_without_base(self, gy):
    return turned(gy, -self.sign * angles(np, *gy.shape[-2:], self.offset))


@mistake(
    BACK,
    "The sign stands where the base belongs: Rotary(offset, base, sign).",
    "把符号放到了底数的位置：Rotary(offset, base, sign)。",
)
def sign_for_base(self, gy):
    return turned(gy, angles(np, *gy.shape[-2:], self.offset, -self.sign))


@mistake(
    BACK,
    "The offset changed its sign. The places stay the same; the angle changes its sign, by -self.sign.",
    "变号的是 offset。位置不变，变号的是角度：用 -self.sign。",
)
def offset_negated(self, gy):
    return turned(gy, self.sign * angles(np, *gy.shape[-2:], -self.offset, self.base))


@mistake(
    BACK,
    "This is minus the gradient, turned as x was. Turning back is not turning round: cos θ keeps its sign, sin θ "
    "changes it.",
    "这是把梯度和 x 转同一个方向，再取负。往回转不等于取负：cos θ 不变号，sin θ 变号。",
)
def negated(self, gy):
    return -turned(gy, angle_of(self, gy))


@mistake(
    BACK,
    "This is the derivative by θ. θ is a constant here; wanted is the derivative by x: Rᵀ gy.",
    "这是对 θ 的导数。θ 在这里是常数；要的是对 x 的导数：Rᵀ gy。",
)
def derivative_by_the_angle(self, gy):
    return turned(gy, angle_of(self, gy) + np.pi / 2)


@mistake(
    BACK,
    "backward changes self.sign, and a second backward of this operation turns the wrong way. Make a new Rotary with "
    "the other sign, and leave this one as it is.",
    "backward 改了 self.sign，同一个运算再反向一次就转错了方向。另建一个符号相反的 Rotary，不要动这一个。",
)
def sign_left_changed(self, gy):
    self.sign = -self.sign
    return turned(gy, angle_of(self, gy))


# ---------------------------------------------------------------------------------------------------------- layer norm


@mistake(
    NORM,
    "Mean and variance run over the first dimension, the batch: that is batch norm. Layer norm takes them along each "
    "row.",
    "均值和方差沿第一维（整批）取了：那是批归一化。层归一化沿每一行取。",
)
def over_the_batch(self, x, weight, bias):
    self.save(x, weight)
    normal, _ = standardized(x, (0,), self.eps)
    return weight * normal + bias


@mistake(
    NORM,
    "Only the last dimension is normalised, although w has more. Take as many dimensions as w has: last_dims(x, "
    "weight).",
    "只沿最后一维做了归一化，而 w 不止一维。w 有几维就取几维：last_dims(x, weight)。",
)
def last_dimension_alone(self, x, weight, bias):
    self.save(x, weight)
    normal, _ = standardized(x, (x.ndim - 1,), self.eps)
    return weight * normal + bias


@mistake(
    NORM,
    "ε was added to σ, behind the root. It belongs under it: √(variance + ε).",
    "ε 加在了根号外面的 σ 上。它应该在根号里面：√(方差 + ε)。",
)
def epsilon_outside(self, x, weight, bias):
    self.save(x, weight)
    dims = last_dims(x, weight)
    centred = x - average(x, dims)
    sigma = np.sqrt(average(centred * centred, dims)) + x.dtype.type(self.eps)
    return weight * centred / sigma + bias


@mistake(
    NORM,
    "The mean was not taken off: this divides x by its size alone (RMS norm does so).",
    "没有减去均值：只是把 x 除以它的大小（那是 RMS norm）。",
)
def mean_left_in(self, x, weight, bias):
    self.save(x, weight)
    r = np.sqrt(average(x * x, last_dims(x, weight)) + x.dtype.type(self.eps))
    return weight * (x / r) + bias


@mistake(
    NORM,
    "The variance was divided by N - 1. Layer norm divides by N, the number of features.",
    "方差除以了 N - 1。层归一化除以 N，即特征的个数。",
)
def one_less(self, x, weight, bias):
    self.save(x, weight)
    n = weight.size
    dims = last_dims(x, weight)
    centred = x - average(x, dims)
    sigma = np.sqrt(average(centred * centred, dims) * x.dtype.type(n / (n - 1)) + x.dtype.type(self.eps))
    return weight * (centred / sigma) + bias


@mistake(
    NORM,
    "Mean and variance are those of the whole array. Each place has its own, along its row.",
    "均值和方差是整个数组的。每个位置有自己的，沿它那一行取。",
)
def over_everything(self, x, weight, bias):
    self.save(x, weight)
    normal, _ = standardized(x, tuple(range(x.ndim)), self.eps)
    return weight * normal + bias


@mistake(
    NORM,
    "Divided by the variance; σ is its root.",
    "除以了方差；σ 是它的平方根。",
)
def root_forgotten(self, x, weight, bias):
    self.save(x, weight)
    normal, sigma = standardized(x, last_dims(x, weight), self.eps)
    return weight * normal / sigma + bias


@mistake(
    NORM,
    "ε is missing: σ = √(variance + ε), with self.eps.",
    "少了 ε：σ = √(方差 + ε)，ε 是 self.eps。",
)
def epsilon_missing(self, x, weight, bias):
    self.save(x, weight)
    return weight * standardized(x, last_dims(x, weight), 0.0)[0] + bias


@mistake(
    NORM,
    "The bias is multiplied by the weight as well: w x̂ + b, not w (x̂ + b).",
    "偏置也乘了权重：应该是 w x̂ + b，不是 w (x̂ + b)。",
)
def bias_first(self, x, weight, bias):
    self.save(x, weight)
    return weight * (standardized(x, last_dims(x, weight), self.eps)[0] + bias)


@mistake(
    NORM,
    "Weight and bias are left out: w x̂ + b.",
    "没有用权重和偏置：w x̂ + b。",
)
def not_scaled(self, x, weight, bias):
    self.save(x, weight)
    return standardized(x, last_dims(x, weight), self.eps)[0]


def parts(self, gy):
    x, weight = self.saved
    dims = last_dims(x, weight)
    normal, sigma = standardized(x, dims, self.eps)
    return x, weight, dims, normal, sigma, weight * gy


@mistake(
    NORM_BACK,
    "The mean's part is missing: the mean of the row depends on every x, so mean(g) is taken away from g.",
    "少了均值那一项：一行的均值取决于每个 x，所以 g 要减去 mean(g)。",
)
def mean_term_missing(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - normal * average(g * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "The part of σ is missing: σ depends on every x too, so x̂ mean(g x̂) is taken away.",
    "少了 σ 那一项：σ 也取决于每个 x，所以要减去 x̂ mean(g x̂)。",
)
def variance_term_missing(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "Mean and σ are treated as constants: this is w gy / σ. Both depend on every x of the row.",
    "把均值和 σ 当成了常数：这是 w gy / σ。两者都取决于这一行的每个 x。",
)
def statistics_constant(self, gy):
    *_, normal, sigma, g = parts(self, gy)
    return g / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "The weight is missing from gx: what reaches x̂ is g = w gy, and the means are those of g.",
    "gx 里少了权重：传到 x̂ 的是 g = w gy，均值也是对 g 取的。",
)
def weight_missing(self, gy):
    _, _, dims, normal, sigma, _ = parts(self, gy)
    return (gy - average(gy, dims) - normal * average(gy * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "The weight is multiplied at the end. It belongs to g = w gy from the beginning: the means are those of w gy.",
    "权重乘在了最后。它从一开始就属于 g = w gy：均值是对 w gy 取的。",
)
def weight_at_the_end(self, gy):
    _, weight, dims, normal, sigma, _ = parts(self, gy)
    return weight * (gy - average(gy, dims) - normal * average(gy * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "gx is not divided by σ.",
    "gx 没有除以 σ。",
)
def sigma_missing(self, gy):
    _, _, dims, normal, _, g = parts(self, gy)
    return g - average(g, dims) - normal * average(g * normal, dims), gy * normal, gy


@mistake(
    NORM_BACK,
    "gw was computed with x; y = w x̂ + b, so it is gy x̂.",
    "gw 用了 x 来算；y = w x̂ + b，所以是 gy x̂。",
)
def weight_with_x(self, gy):
    x, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(g * normal, dims)) / sigma, gy * x, gy


@mistake(
    NORM_BACK,
    "gb was computed like gw; b is only added, so its gradient is gy.",
    "gb 按 gw 的办法算了；b 只是加上去的，它的梯度就是 gy。",
)
def bias_like_weight(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(g * normal, dims)) / sigma, gy * normal, gy * normal


@mistake(
    NORM_BACK,
    "Sums stand where the formula has means: average(·, dims).",
    "公式里是均值的地方用了求和：用 average(·, dims)。",
)
def sums_for_means(self, gy):
    x, weight, dims, normal, sigma, g = parts(self, gy)
    n = x.dtype.type(weight.size)
    return (g - n * average(g, dims) - n * normal * average(g * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "The first mean is that of gy. It is that of g = w gy.",
    "第一个均值是 gy 的。应该是 g = w gy 的。",
)
def mean_of_gy(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(gy, dims) - normal * average(g * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "The second mean is that of gy x̂. It is that of g x̂, with g = w gy.",
    "第二个均值是 gy x̂ 的。应该是 g x̂ 的，g = w gy。",
)
def mean_of_gy_x_hat(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(gy * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "x̂ stands in the second mean only. It stands before it, too: x̂ mean(g x̂).",
    "x̂ 只出现在第二个均值里面。前面还有一个：x̂ mean(g x̂)。",
)
def x_hat_not_before_the_mean(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - average(g * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "x̂ stands before the second mean only. It stands in it, too: x̂ mean(g x̂).",
    "x̂ 只出现在第二个均值前面。里面还有一个：x̂ mean(g x̂)。",
)
def x_hat_not_in_the_mean(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(g, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "x̂ mean(g x̂) was added. Both parts are taken away from g.",
    "x̂ mean(g x̂) 是加上去的。两项都要从 g 里减去。",
)
def added_variance_term(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) + normal * average(g * normal, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "Only the last part is divided by σ: the difference needs parentheses.",
    "只有最后一项除以了 σ：整个差要加括号。",
)
def parentheses_missing(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return g - average(g, dims) - normal * average(g * normal, dims) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "gx was multiplied by σ. x̂ = (x - mean) / σ, so its gradient is divided by σ.",
    "gx 乘了 σ。x̂ = (x - 均值) / σ，所以梯度要除以 σ。",
)
def times_sigma(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(g * normal, dims)) * sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "x stands in gx where x̂ belongs: (x - mean) / σ.",
    "gx 里该用 x̂ 的地方用了 x：x̂ 是 (x - 均值) / σ。",
)
def x_for_x_hat(self, gy):
    x, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - x * average(g * x, dims)) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "The means are taken down the batch, as in batch norm. Here they run along each row: last_dims(x, weight).",
    "均值沿整批取了，那是批归一化。这里沿每一行取：last_dims(x, weight)。",
)
def backward_over_the_batch(self, gy):
    _, _, _, normal, sigma, g = parts(self, gy)
    return (g - average(g, (0,)) - normal * average(g * normal, (0,))) / sigma, gy * normal, gy


@mistake(
    NORM_BACK,
    "gw was computed from g = w gy. y = w x̂ + b, so it is gy x̂, without another w.",
    "gw 用了 g = w gy 来算。y = w x̂ + b，所以是 gy x̂，不再乘 w。",
)
def weight_in_its_own_gradient(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(g * normal, dims)) / sigma, g * normal, gy


@mistake(
    NORM_BACK,
    "gb was computed from g = w gy. b is added after w: its gradient is gy.",
    "gb 用了 g = w gy 来算。b 是在乘 w 之后才加上的：它的梯度就是 gy。",
)
def weight_in_the_bias(self, gy):
    _, _, dims, normal, sigma, g = parts(self, gy)
    return (g - average(g, dims) - normal * average(g * normal, dims)) / sigma, gy * normal, g
