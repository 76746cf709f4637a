"""Mistakes that are made in lesson 1.4.

A backward may find x or y in self.saved, as its forward chose; these mistakes work with either, so that they are known
again beside any forward.
"""

import math

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.kernels import elementwise as kernels

SIGMOID = "minigrad.ops.activation:Sigmoid."
TANH = "minigrad.ops.activation:Tanh."
RELU = "minigrad.ops.activation:ReLU."
LEAKY = "minigrad.ops.activation:LeakyReLU."
GELU = "minigrad.ops.activation:GELU."


def sigmoid_pair(node):
    """x and y of a sigmoid, whichever of them was saved."""
    saved = node.saved[0]
    if ((saved >= 0) & (saved <= 1)).all():
        return np.log(saved / (1 - saved)), saved
    return saved, 1 / (1 + np.exp(-saved))


def tanh_pair(node):
    """x and y of a tanh, whichever of them was saved."""
    saved = node.saved[0]
    return (np.arctanh(saved), saved) if (np.abs(saved) <= 1).all() else (saved, np.tanh(saved))


# ------------------------------------------------------------------------------------------------------------- sigmoid


@mutant(SIGMOID + "forward", "not_finite")
def overflowing(self, x):
    e = np.exp(x)
    self.save(e / (1 + e))
    return e / (1 + e)


@mistake(
    SIGMOID + "forward",
    "The minus in the exponent is missing: this is 1 / (1 + eˣ) = 1 - sigmoid(x), which falls where it should rise.",
    "指数里少了负号：这是 1 / (1 + eˣ) = 1 - sigmoid(x)，该上升的地方反而下降了。",
)
def falling(self, x):
    self.save(x)
    return 1 / (1 + np.exp(x))


@mistake(
    SIGMOID + "forward",
    "`1 / 1 + np.exp(-x)` is (1 / 1) + e⁻ˣ: the denominator needs brackets.",
    "`1 / 1 + np.exp(-x)` 算的是 (1 / 1) + e⁻ˣ：分母要加括号。",
)
def brackets_missing(self, x):
    self.save(x)
    return 1 / 1 + np.exp(-x)


@mistake(
    SIGMOID + "forward",
    "The case for x < 0 is used for all x: for positive x, z / (1 + z) with z = e^(-|x|) gives 1 - y.",
    "对所有 x 都用了 x < 0 的那个式子：x 为正时，z / (1 + z)（z = e^(-|x|)）得到的是 1 - y。",
)
def one_case(self, x):
    z = np.exp(-np.abs(x))
    self.save(x)
    return z / (1 + z)


@mutant(SIGMOID + "forward", "nothing_saved")
def nothing_saved(self, x):
    return 1 / (1 + np.exp(-x))


@mistake(
    SIGMOID + "backward",
    "The factor 1 - y is missing: the slope is y (1 - y), at most 0.25.",
    "少了因子 1 - y：斜率是 y (1 - y)，最大 0.25。",
)
def second_factor_lost(self, gy):
    _, y = sigmoid_pair(self)
    return gy * y


@mistake(
    SIGMOID + "backward",
    "This is gy · x (1 - x). The rule is y (1 - y) with y = sigmoid(x): either forward saves y, or backward "
    "works y out "
    "from x again.",
    "这里算的是 gy · x (1 - x)。公式是 y (1 - y)，其中 y = sigmoid(x)：要么 forward 存 y，要么 backward 从 x "
    "重新算出 y。",
)
def input_for_output(self, gy):
    x, _ = sigmoid_pair(self)
    return gy * x * (1 - x)


@mistake(
    SIGMOID + "backward",
    "The sigmoid was taken twice: what was saved is y already, and the slope is y (1 - y).",
    "sigmoid 取了两次：存下来的已经是 y，斜率就是 y (1 - y)。",
)
def sigmoid_twice(self, gy):
    _, y = sigmoid_pair(self)
    s = 1 / (1 + np.exp(-y))
    return gy * s * (1 - s)


@mistake(
    SIGMOID + "backward",
    "1 - y² is the slope of tanh. That of the sigmoid is y (1 - y).",
    "1 - y² 是 tanh 的斜率，sigmoid 的斜率是 y (1 - y)。",
)
def slope_of_tanh(self, gy):
    _, y = sigmoid_pair(self)
    return gy * (1 - y * y)


@mistake(
    SIGMOID + "backward",
    "`gy * y * 1 - y` is (gy · y · 1) - y: the factor (1 - y) needs brackets.",
    "`gy * y * 1 - y` 算的是 (gy · y · 1) - y：因子 (1 - y) 要加括号。",
)
def brackets_of_the_factor(self, gy):
    _, y = sigmoid_pair(self)
    return gy * y * 1 - y


@mutant(SIGMOID + "backward", "sign")
def falling_slope(self, gy):
    _, y = sigmoid_pair(self)
    return gy * y * (y - 1)


# ---------------------------------------------------------------------------------------------------------------- tanh


@mutant(TANH + "forward", "not_finite")
def quotient(self, x):
    up, down = np.exp(x), np.exp(-x)
    self.save(x)
    return (up - down) / (up + down)


@mistake(
    TANH + "forward",
    "This is 2 · sigmoid(x) - 1, which is tanh(x/2). The x goes in doubled: tanh x = 2 · sigmoid(2x) - 1.",
    "这是 2 · sigmoid(x) - 1，也就是 tanh(x/2)。x 要先乘 2：tanh x = 2 · sigmoid(2x) - 1。",
)
def half_as_steep(self, x):
    self.save(x)
    return 2 / (1 + np.exp(-x)) - 1


@mistake(
    TANH + "forward",
    "Numerator and denominator are exchanged (1 / tanh x): the difference stands above, the sum below.",
    "分子和分母颠倒了（得到 1 / tanh x）：差在上，和在下。",
)
def upside_down(self, x):
    self.save(x)
    return 1 / np.tanh(x)


@mistake(
    TANH + "forward",
    "np.tan is the tangent of an angle; the hyperbolic tangent is np.tanh.",
    "np.tan 是三角函数的正切，双曲正切是 np.tanh。",
)
def tangent(self, x):
    self.save(x)
    return np.tan(x)


@mistake(
    TANH + "backward",
    "The slope is 1 - y, it should be 1 - y²: y is not squared.",
    "斜率写成了 1 - y，应该是 1 - y²：y 没有平方。",
)
def not_squared(self, gy):
    _, y = tanh_pair(self)
    return gy * (1 - y)


@mistake(
    TANH + "backward",
    "This is gy · (1 - x²). The rule is 1 - y² with y = tanh x: either forward saves y, or backward works it "
    "out again.",
    "这里算的是 gy · (1 - x²)。公式是 1 - y²，其中 y = tanh x：要么 forward 存 y，要么 backward 重新算出 y。",
)
def input_squared(self, gy):
    x, _ = tanh_pair(self)
    return gy * (1 - x * x)


@mistake(
    TANH + "backward",
    "The tanh was taken twice: what was saved is y already, and the slope is 1 - y².",
    "tanh 取了两次：存下来的已经是 y，斜率就是 1 - y²。",
)
def tanh_twice(self, gy):
    _, y = tanh_pair(self)
    return gy * (1 - np.tanh(y) ** 2)


@mistake(
    TANH + "backward",
    "`gy * 1 - y**2` is (gy · 1) - y²: the factor (1 - y²) needs brackets.",
    "`gy * 1 - y**2` 算的是 (gy · 1) - y²：因子 (1 - y²) 要加括号。",
)
def brackets_of_the_slope(self, gy):
    _, y = tanh_pair(self)
    return gy * 1 - y**2


@mistake(
    TANH + "backward",
    "y (1 - y) is the slope of the sigmoid. That of tanh is 1 - y².",
    "y (1 - y) 是 sigmoid 的斜率，tanh 的斜率是 1 - y²。",
)
def slope_of_sigmoid(self, gy):
    _, y = tanh_pair(self)
    return gy * y * (1 - y)


# ---------------------------------------------------------------------------------------------------------------- ReLU


@mutant(RELU + "forward", "modified_input")
def zeros_written_into_x(self, x):
    self.save(x.copy())
    if x.ndim:
        x[x < 0] = 0
    return np.maximum(x, 0)


@mutant(RELU + "forward", "shape")
def largest_of_a_column(self, x):
    self.save(x)
    return np.max(x, 0) if x.ndim else x


@mistake(
    RELU + "forward",
    "This is the absolute value: negative inputs must become 0, not positive.",
    "这是绝对值：负的输入应该变成 0，而不是变成正数。",
)
def absolute(self, x):
    self.save(x)
    return np.abs(x)


@mistake(
    RELU + "forward",
    "This is the smaller of x and 0; the larger is wanted.",
    "这里取的是 x 与 0 中较小的，应该取较大的。",
)
def smaller(self, x):
    self.save(x)
    return np.minimum(x, 0)


@mistake(
    RELU + "forward",
    "This is a step, 1 where x is positive: ReLU passes x itself on. (The step is its derivative.)",
    "这是阶跃函数，x 为正时得 1；ReLU 传下去的是 x 本身。（阶跃函数是它的导数。）",
)
def step(self, x):
    self.save(x)
    return (x > 0).astype(x.dtype)


@mistake(
    RELU + "forward",
    "Values above 1 are cut off, too. ReLU has no upper limit, and that is why it does not saturate.",
    "大于 1 的值也被截掉了。ReLU 没有上限，正因为如此它才不会饱和。",
)
def cut_at_one(self, x):
    self.save(x)
    return np.clip(x, 0, 1)


@mistake(
    RELU + "backward",
    "The gradient is passed on everywhere, as if y = x. Where x ≤ 0 the output does not move, so the gradient "
    "there is "
    "0. (If forward saves y, `y >= 0` is always true: compare with > 0.)",
    "梯度在所有位置都原样传了回去，好像 y = x。x ≤ 0 处输出不随 x 变化，那里的梯度是 0。"
    "（如果 forward 存的是 y，`y >= 0` 恒为真：要用 > 0 来比较。）",
)
def passed_on(self, gy):
    return gy


@mistake(
    RELU + "backward",
    "The sign of the upstream gradient is tested; that of x decides. A negative gradient passes, too, where x > 0.",
    "判断的是上游梯度的正负，而起决定作用的是 x 的正负。只要 x > 0，负的梯度也要传回去。",
)
def upstream_clipped(self, gy):
    return np.maximum(gy, 0)


@mistake(
    RELU + "backward",
    "The gradient is multiplied by y (or by x where it is positive); the slope there is 1.",
    "梯度乘上了 y（也就是正的 x），而那里的斜率是 1。",
)
def times_output(self, gy):
    return gy * np.maximum(self.saved[0], 0)


@mutant(RELU + "backward", "upstream_ignored")
def mask_alone(self, gy):
    return self.saved[0] > 0


@mutant(RELU + "backward", "upstream_ignored")
def whole_numbers(self, gy):
    return np.where(self.saved[0] > 0, 1, 0)


@mistake(
    RELU + "backward",
    "The comparison is the wrong way round: the gradient goes back where x is negative and stops where it is positive.",
    "比较的方向反了：x 为负的地方传了梯度，x 为正的地方反而断了。",
)
def wrong_side(self, gy):
    return gy * (self.saved[0] <= 0)


# ---------------------------------------------------------------------------------------------------------- leaky ReLU


@mistake(
    LEAKY + "forward",
    "The slope is always 0.01 here. It is a setting: take it from self.slope.",
    "这里的斜率固定成了 0.01。它是可以设置的：从 self.slope 取。",
)
def slope_fixed(self, x):
    self.save(x)
    return np.where(x > 0, x, 0.01 * x)


@mistake(
    LEAKY + "forward",
    "The negative side is 0, as for ReLU; the leak is missing: slope · x.",
    "负半边是 0，那是 ReLU；少了“泄漏”的部分：slope · x。",
)
def no_leak(self, x):
    self.save(x)
    return np.maximum(x, 0)


@mistake(
    LEAKY + "forward",
    "max(x, slope · x) is right as long as the slope is at most 1; with a larger slope the two sides change "
    "places. Ask "
    "whether x > 0 instead.",
    "max(x, slope · x) 只在斜率不超过 1 时成立；斜率更大时两边就换了位置。应该判断 x > 0。",
)
def larger_of_both(self, x):
    self.save(x)
    return np.maximum(x, self.slope * x)


@mistake(
    LEAKY + "forward",
    "Where x is negative, y is the slope itself; it should be slope · x.",
    "x 为负时，y 写成了斜率本身，应该是 slope · x。",
)
def constant_leak(self, x):
    self.save(x)
    return np.where(x > 0, x, self.slope)


@mistake(
    LEAKY + "backward",
    "The slope is always 0.01 here. It is a setting: take it from self.slope.",
    "这里的斜率固定成了 0.01。它是可以设置的：从 self.slope 取。",
)
def leak_fixed(self, gy):
    return np.where(self.saved[0] > 0, gy, 0.01 * gy)


@mistake(
    LEAKY + "backward",
    "Where x is negative no gradient goes back, as for ReLU. The slope there is self.slope, not 0.",
    "x 为负时没有梯度传回，那是 ReLU。那里的斜率是 self.slope，不是 0。",
)
def gradient_stopped(self, gy):
    return np.where(self.saved[0] > 0, gy, 0)


@mistake(
    LEAKY + "backward",
    "Where x is negative the gradient is slope · x · gy; y = slope · x has the slope self.slope, without x.",
    "x 为负时梯度写成了 slope · x · gy；y = slope · x 的斜率就是 self.slope，不含 x。",
)
def leak_times_input(self, gy):
    return np.where(self.saved[0] > 0, gy, gy * self.slope * self.saved[0])


@mistake(
    LEAKY + "backward",
    "The sign of the upstream gradient is tested; that of x decides which slope holds.",
    "判断的是上游梯度的正负，而用哪个斜率由 x 的正负决定。",
)
def upstream_compared(self, gy):
    return np.where(gy > 0, gy, self.slope * gy)


@mistake(
    LEAKY + "backward",
    "The two sides have changed places: the slope is 1 where x > 0, and self.slope where x is negative.",
    "两边颠倒了：x > 0 处斜率是 1，x 为负处才是 self.slope。",
)
def sides_exchanged(self, gy):
    return np.where(self.saved[0] > 0, self.slope * gy, gy)


@mutant(LEAKY + "backward", "upstream_ignored")
def slopes_alone(self, gy):
    return np.where(self.saved[0] > 0, np.ones_like(gy), np.full_like(gy, self.slope))


# ---------------------------------------------------------------------------------------------------------------- GELU


def cdf(x):
    return 0.5 + 0.5 * kernels.erf(x * math.sqrt(0.5))


def pdf(x):
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@mistake(
    GELU + "forward",
    "This is Φ(x) alone; GELU multiplies it by x.",
    "这只是 Φ(x)；GELU 还要乘上 x。",
)
def without_input(self, x):
    self.save(x)
    return cdf(x)


@mistake(
    GELU + "forward",
    "The argument of erf must be x / √2: erf belongs to e^(-t²), the normal distribution to e^(-t²/2).",
    "erf 的自变量应该是 x / √2：erf 对应 e^(-t²)，而正态分布对应 e^(-t²/2)。",
)
def without_root(self, x):
    self.save(x)
    return x * (0.5 + 0.5 * kernels.erf(x))


@mistake(
    GELU + "forward",
    "The sum 1 + erf(...) needs brackets: `x * 0.5 * 1 + erf(...)` multiplies the 1 only.",
    "和 1 + erf(...) 要加括号：`x * 0.5 * 1 + erf(...)` 只乘了那个 1。",
)
def brackets_of_the_sum(self, x):
    self.save(x)
    return x * 0.5 * 1 + kernels.erf(x * math.sqrt(0.5))


@mutant(GELU + "forward", "factor")
def not_halved(self, x):
    self.save(x)
    return x * (1 + kernels.erf(x * math.sqrt(0.5)))


@mistake(
    GELU + "forward",
    "This is the approximation by tanh, near but not equal (up to 0.0005 off). The exact one, with erf, is wanted.",
    "这是用 tanh 的近似，很接近但不相等（最多差 0.0005）。这里要的是用 erf 的精确形式。",
)
def approximated(self, x):
    self.save(x)
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@mistake(
    GELU + "forward",
    "This is x · sigmoid(1.702 x), the coarser approximation of the paper. The exact one, with erf, is wanted.",
    "这是 x · sigmoid(1.702 x)，论文里较粗的近似。这里要的是用 erf 的精确形式。",
)
def by_sigmoid(self, x):
    self.save(x)
    return x / (1 + np.exp(-1.702 * x))


@mistake(
    GELU + "backward",
    "Only Φ(x) is there: x stands twice in x · Φ(x), so the product rule adds x · φ(x).",
    "只有 Φ(x)：x · Φ(x) 里 x 出现了两次，按乘积法则还要加上 x · φ(x)。",
)
def one_term(self, gy):
    (x,) = self.saved
    return gy * cdf(x)


@mistake(
    GELU + "backward",
    "`gy * cdf + x * pdf` multiplies the first term only: the sum needs brackets, gy * (cdf + x * pdf).",
    "`gy * cdf + x * pdf` 只乘了第一项：和要加括号，gy * (cdf + x * pdf)。",
)
def second_term_without_upstream(self, gy):
    (x,) = self.saved
    return gy * cdf(x) + x * pdf(x)


@mistake(
    GELU + "backward",
    "Only x · φ(x) is there: the product rule also gives Φ(x), from differentiating the factor x.",
    "只有 x · φ(x)：乘积法则还有一项 Φ(x)，来自对因子 x 求导。",
)
def other_term(self, gy):
    (x,) = self.saved
    return gy * x * pdf(x)


@mistake(
    GELU + "backward",
    "The second term is φ(x), its factor x is missing: (x · Φ)' = Φ + x · φ.",
    "第二项写成了 φ(x)，少了因子 x：(x · Φ)' = Φ + x · φ。",
)
def factor_lost(self, gy):
    (x,) = self.saved
    return gy * (cdf(x) + pdf(x))


@mistake(
    GELU + "backward",
    "The density lacks its factor 1/√(2π).",
    "密度函数少了系数 1/√(2π)。",
)
def density_not_scaled(self, gy):
    (x,) = self.saved
    return gy * (cdf(x) + x * np.exp(-0.5 * x * x))


@mistake(
    GELU + "backward",
    "The exponent of the density is -x²; it should be -x²/2.",
    "密度函数的指数写成了 -x²，应该是 -x²/2。",
)
def exponent_not_halved(self, gy):
    (x,) = self.saved
    return gy * (cdf(x) + x * np.exp(-x * x) / math.sqrt(2 * math.pi))


@mistake(
    GELU + "backward",
    "The inner derivative 1/√2 of erf(x/√2) is missing, so the second term is √2 times too large.",
    "erf(x/√2) 的内层导数 1/√2 漏掉了，第二项因此大了 √2 倍。",
)
def inner_derivative_lost(self, gy):
    (x,) = self.saved
    return gy * (cdf(x) + math.sqrt(2) * x * pdf(x))
