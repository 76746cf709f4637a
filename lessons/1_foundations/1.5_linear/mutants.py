"""Mistakes that are made in lesson 1.5."""

import math

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.nn.init import calculate_gain, chosen_fan, fans, normal_, uniform_

MATMUL = "minigrad.ops.linalg:MatMul.backward"
FORWARD = "minigrad.ops.linalg:Linear.forward"
BACKWARD = "minigrad.ops.linalg:Linear.backward"
XAVIER_UNIFORM = "minigrad.nn.init:xavier_uniform_"
XAVIER_NORMAL = "minigrad.nn.init:xavier_normal_"
KAIMING_UNIFORM = "minigrad.nn.init:kaiming_uniform_"
KAIMING_NORMAL = "minigrad.nn.init:kaiming_normal_"


def t(x):
    return x.swapaxes(-1, -2)


# ------------------------------------------------------------------------------------------------------- matrix product


@mutant(MATMUL, "raised")
def nothing_transposed(self, gz):
    x, y = self.saved
    return gz @ y, x @ gz


@mutant(MATMUL, "raised")
def elementwise(self, gz):
    x, y = self.saved
    return gz * y, gz * x


@mistake(
    MATMUL,
    "Where the shapes allow it, Y and X are used as they are, without being transposed. For square matrices "
    "every order "
    "and every transpose fits; only the derivation tells which is right: gX = gZ Yᵀ, gY = Xᵀ gZ.",
    "只要形状允许，就直接用了没有转置的 Y 和 X。对方阵来说，哪种次序、转不转置形状都对得上；"
    "只有推导才能告诉你哪个对：gX = gZ Yᵀ，gY = Xᵀ gZ。",
)
def whatever_fits(self, gz):
    x, y = self.saved
    return gz @ (y if y.shape[-2] == y.shape[-1] else t(y)), (x if x.shape[-2] == x.shape[-1] else t(x)) @ gz


@mistake(
    MATMUL,
    "For square matrices the factors stand in the wrong order: Yᵀ gZ and gZ Xᵀ, where gZ Yᵀ and Xᵀ gZ are wanted.",
    "方阵时因子的次序反了：写成了 Yᵀ gZ 和 gZ Xᵀ，应该是 gZ Yᵀ 和 Xᵀ gZ。",
)
def order_by_fit(self, gz):
    x, y = self.saved
    square = x.shape == y.shape
    return (t(y) @ gz, gz @ t(x)) if square else (gz @ t(y), t(x) @ gz)


@mistake(
    MATMUL,
    "`.T` reverses all dimensions, also that of the batch. Exchange the last two only: y.swapaxes(-1, -2).",
    "`.T` 会把所有维度都倒过来，连批量那一维也在内。只交换最后两维：y.swapaxes(-1, -2)。",
)
def all_dimensions_reversed(self, gz):
    x, y = self.saved
    return gz @ y.T, x.T @ gz


@mistake(
    MATMUL,
    "`reshape` puts the numbers, in their old order, into a new shape; transposing exchanges rows and columns: "
    "y.swapaxes(-1, -2).",
    "`reshape` 只是把数按原来的顺序装进新的形状；转置是行列互换：y.swapaxes(-1, -2)。",
)
def reshaped(self, gz):
    x, y = self.saved
    return gz @ y.reshape(t(y).shape), x.reshape(t(x).shape) @ gz


@mistake(
    MATMUL,
    "swapaxes(0, 1) exchanges the first two dimensions, which in a batch are not the rows and columns. These are the "
    "last two: y.swapaxes(-1, -2).",
    "swapaxes(0, 1) 交换的是最前面两维，成批时那不是行和列。行和列是最后两维：y.swapaxes(-1, -2)。",
)
def first_two_dimensions(self, gz):
    x, y = self.saved
    return gz @ y.swapaxes(0, 1), x.swapaxes(0, 1) @ gz


@mutant(MATMUL, "transposed")
def result_transposed(self, gz):
    x, y = self.saved
    return y @ t(gz), t(gz) @ x


@mutant(MATMUL, "swapped")
def exchanged(self, gz):
    x, y = self.saved
    return t(x) @ gz, gz @ t(y)


@mutant(MATMUL, "shape")
def dot_for_batches(self, gz):
    x, y = self.saved
    return np.dot(gz, t(y)), np.dot(t(x), gz)


@mistake(
    MATMUL,
    "The gradient of an input is asked for alone, and None was returned for it. self.needs[i] belongs to input "
    "number i, "
    "in the order of forward's parameters. (You need not look at it.)",
    "只要求某个输入的梯度时，它却返回了 None。self.needs[i] 对应第 i 个输入，顺序与 forward 的参数相同。"
    "（不看它也可以。）",
)
def needs_exchanged(self, gz):
    x, y = self.saved
    if self.edges and not (self.needs[0] and self.needs[1]):
        return (gz @ t(y) if self.needs[1] else None), (t(x) @ gz if self.needs[0] else None)
    return gz @ t(y), t(x) @ gz


# --------------------------------------------------------------------------------------------------------- linear layer


@mutant(FORWARD, "raised")
def weight_not_transposed(self, x, weight, bias=None):
    self.save(x, weight)
    return x @ weight if bias is None else x @ weight + bias


@mistake(
    FORWARD,
    "The bias was not added: y = x Wᵀ + b.",
    "没有加偏置：y = x Wᵀ + b。",
)
def bias_forgotten(self, x, weight, bias=None):
    self.save(x, weight)
    return x @ weight.T


@mistake(
    FORWARD,
    "The bias is subtracted: y = x Wᵀ + b.",
    "偏置被减掉了：y = x Wᵀ + b。",
)
def bias_subtracted(self, x, weight, bias=None):
    self.save(x, weight)
    return x @ weight.T if bias is None else x @ weight.T - bias


@mutant(FORWARD, "raised")
def no_bias_forgotten(self, x, weight, bias=None):
    self.save(x, weight)
    return x @ weight.T + bias


@mistake(
    FORWARD,
    "For square shapes W is not transposed. W is [out, in] always, so it is x Wᵀ, square or not.",
    "方阵时 W 没有转置。W 的形状总是 [out, in]，所以不管是不是方阵都是 x Wᵀ。",
)
def weight_by_fit(self, x, weight, bias=None):
    self.save(x, weight)
    y = x @ (weight if weight.shape[0] == weight.shape[1] else weight.T)
    return y if bias is None else y + bias


@mutant(FORWARD, "modified_input")
def bias_into_the_weight(self, x, weight, bias=None):
    self.save(x, weight)
    y = x @ weight.T
    if bias is None:
        return y
    weight += bias[:, None]
    return y + bias


@mutant(FORWARD, "nothing_saved")
def nothing_saved(self, x, weight, bias=None):
    return x @ weight.T if bias is None else x @ weight.T + bias


@mutant(BACKWARD, "not_summed")
def bias_not_summed(self, gy):
    x, weight = self.saved
    return gy @ weight, gy.T @ x, gy


@mistake(
    BACKWARD,
    "gb is the mean over the rows; it is their sum. If the loss is a mean over the examples, the 1/n is in gy already.",
    "gb 取成了各行的平均，应该是各行之和。如果损失是对样本求的平均，1/n 已经在 gy 里了。",
)
def bias_averaged(self, gy):
    x, weight = self.saved
    return gy @ weight, gy.T @ x, gy.mean(axis=0)


@mistake(
    BACKWARD,
    "gW and gb are divided by the number of rows; they are sums. If the loss is a mean over the examples, the "
    "1/n is in "
    "gy already.",
    "gW 和 gb 都除以了行数，而它们是求和。如果损失是对样本求的平均，1/n 已经在 gy 里了。",
)
def averaged(self, gy):
    x, weight = self.saved
    return gy @ weight, gy.T @ x / len(x), gy.mean(axis=0)


@mutant(BACKWARD, "shape")
def summed_over_units(self, gy):
    x, weight = self.saved
    return gy @ weight, gy.T @ x, gy.sum(axis=1)


@mutant(BACKWARD, "shape_only")
def dimension_kept(self, gy):
    x, weight = self.saved
    return gy @ weight, gy.T @ x, gy.sum(axis=0, keepdims=True)


@mutant(BACKWARD, "transposed")
def weight_gradient_transposed(self, gy):
    x, weight = self.saved
    return gy @ weight, x.T @ gy, gy.sum(axis=0)


@mistake(
    BACKWARD,
    "For square shapes gx is gy Wᵀ: W went in transposed (y = x Wᵀ), so on the way back it is W itself.",
    "方阵时 gx 写成了 gy Wᵀ：前向用的是转置（y = x Wᵀ），所以回来时用的就是 W 本身。",
)
def transposed_once_more(self, gy):
    x, weight = self.saved
    return gy @ (weight.T if weight.shape[0] == weight.shape[1] else weight), gy.T @ x, gy.sum(axis=0)


@mutant(BACKWARD, "raised")
def transposed_always(self, gy):
    x, weight = self.saved
    return gy @ weight.T, gy.T @ x, gy.sum(axis=0)


@mutant(BACKWARD, "count")
def bias_gradient_forgotten(self, gy):
    x, weight = self.saved
    return gy @ weight, gy.T @ x


# ------------------------------------------------------------------------------------------------------- initial values

NOT_ROOTED = (
    "The square root is missing: 2 / (fan_in + fan_out) is the variance, and a standard deviation is its root.",
    "少了开方：2 / (fan_in + fan_out) 是方差，标准差是它的平方根。",
)
GAIN_FORGOTTEN = (
    "The gain is not used: it multiplies the bound (or the standard deviation).",
    "没有用 gain：上下界（或标准差）要乘上它。",
)
KERNEL_FORGOTTEN = (
    "For a convolution weight [out, in, kh, kw] a unit sums in · kh · kw numbers: the size of the kernel "
    "counts. fans "
    "does that.",
    "卷积权重 [out, in, kh, kw] 的一个单元要加 in · kh · kw 个数：卷积核的大小也要算上。fans 已经做了这件事。",
)
ONLY_FAN_IN = (
    "Only fan_in counts here. Xavier's variance is 2 / (fan_in + fan_out), a compromise between the way "
    "forward and the "
    "way back.",
    "这里只用了 fan_in。Xavier 的方差是 2 / (fan_in + fan_out)，是前向与反向之间的折中。",
)
ONLY_FAN_OUT = (
    "Only fan_out counts here. Xavier's variance is 2 / (fan_in + fan_out), a compromise between the way "
    "forward and the "
    "way back.",
    "这里只用了 fan_out。Xavier 的方差是 2 / (fan_in + fan_out)，是前向与反向之间的折中。",
)
ONE_SIDED = (
    "The numbers lie between 0 and the bound; they must lie on both sides: uniform_(tensor, -bound, bound).",
    "这些数都在 0 和上界之间，应该两边都有：uniform_(tensor, -bound, bound)。",
)
STD_AS_BOUND = (
    "The standard deviation is used as the bound. Numbers that are uniform in ±b have the standard deviation b "
    "/ √3, so "
    "the bound is √3 times as large.",
    "把标准差当成了上下界。±b 内均匀分布的标准差是 b / √3，所以上下界要大 √3 倍。",
)
BOUND_AS_STD = (
    "The bound of the uniform distribution is used as the standard deviation, which is too large by √3.",
    "把均匀分布的上下界当成了标准差，大了 √3 倍。",
)
STD_AS_MEAN = (
    "The arguments of normal_ are (tensor, mean, std): the number that should be the std went in as the mean.",
    "normal_ 的参数是 (tensor, mean, std)：本该作 std 的数传到 mean 的位置上了。",
)
ROOT_THREE = (
    "The bound is √3 / √(fan_in + fan_out), it should be √6 / √(fan_in + fan_out): √3 times the standard "
    "deviation, in "
    "which there is a √2.",
    "上下界写成了 √3 / √(fan_in + fan_out)，应该是 √6 / √(fan_in + fan_out)：标准差里有 √2，再乘 √3。",
)
MODE_EXCHANGED = (
    "fan_in and fan_out are exchanged. Of a weight [out, in], fan_in is its second size.",
    "fan_in 和 fan_out 弄反了。权重的形状是 [out, in]，fan_in 是第二个。",
)
MODE_IGNORED = (
    "fan_in is used whatever `mode` says.",
    "不管 `mode` 是什么都用了 fan_in。",
)
GAIN_FIXED = (
    "The gain is √2 always. It depends on the nonlinearity and on its slope: calculate_gain(nonlinearity, a).",
    "gain 固定成了 √2。它取决于非线性函数及其斜率：calculate_gain(nonlinearity, a)。",
)
SLOPE_IGNORED = (
    "The slope `a` does not reach calculate_gain: its second argument is missing, and 0.01 is taken.",
    "斜率 `a` 没有传给 calculate_gain：少了第二个参数，于是用了默认的 0.01。",
)
GAIN_MISSING = (
    "The gain is missing: ReLU takes away half of the power, and √2 gives it back.",
    "少了 gain：ReLU 会去掉一半的能量，要靠 √2 补回来。",
)
FAN_NOT_ROOTED = (
    "The fan must be under a square root: 1 / fan is a variance.",
    "fan 要开平方：1 / fan 是方差。",
)
AS_XAVIER = (
    "This is Xavier's rule, with (fan_in + fan_out) / 2. Kaiming's takes one fan, the one that `mode` names.",
    "这是 Xavier 的做法，用的是 (fan_in + fan_out) / 2。Kaiming 只用一个 fan，由 `mode` 指定。",
)


@mistake(XAVIER_UNIFORM, *NOT_ROOTED)
def bound_not_rooted(tensor, gain=1.0):
    bound = gain * 6 / sum(fans(tensor))
    return uniform_(tensor, -bound, bound)


@mistake(XAVIER_UNIFORM, *GAIN_FORGOTTEN)
def bound_without_gain(tensor, gain=1.0):
    bound = math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound)


@mistake(XAVIER_UNIFORM, *STD_AS_BOUND)
def xavier_std_as_bound(tensor, gain=1.0):
    bound = gain * math.sqrt(2 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound)


@mistake(XAVIER_UNIFORM, *ROOT_THREE)
def root_three(tensor, gain=1.0):
    bound = gain * math.sqrt(3 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound)


@mistake(XAVIER_UNIFORM, *ONLY_FAN_IN)
def bound_of_fan_in(tensor, gain=1.0):
    bound = gain * math.sqrt(3 / fans(tensor)[0])
    return uniform_(tensor, -bound, bound)


@mistake(XAVIER_UNIFORM, *ONE_SIDED)
def one_sided(tensor, gain=1.0):
    return uniform_(tensor, 0.0, gain * math.sqrt(6 / sum(fans(tensor))))


@mistake(XAVIER_UNIFORM, *KERNEL_FORGOTTEN)
def bound_without_kernel(tensor, gain=1.0):
    bound = gain * math.sqrt(6 / (tensor.shape[0] + tensor.shape[1]))
    return uniform_(tensor, -bound, bound)


@mistake(
    XAVIER_UNIFORM,
    "`6 / fan_in + fan_out` is (6 / fan_in) + fan_out: the sum needs brackets.",
    "`6 / fan_in + fan_out` 算的是 (6 / fan_in) + fan_out：和要加括号。",
)
def brackets_missing(tensor, gain=1.0):
    fan_in, fan_out = fans(tensor)
    bound = gain * math.sqrt(6 / fan_in + fan_out)
    return uniform_(tensor, -bound, bound)


@mutant(XAVIER_UNIFORM, "nothing")
def not_returned(tensor, gain=1.0):
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    uniform_(tensor, -bound, bound)


@mistake(XAVIER_NORMAL, *NOT_ROOTED)
def std_not_rooted(tensor, gain=1.0):
    return normal_(tensor, 0.0, gain * 2 / sum(fans(tensor)))


@mistake(XAVIER_NORMAL, *GAIN_FORGOTTEN)
def std_without_gain(tensor, gain=1.0):
    return normal_(tensor, 0.0, math.sqrt(2 / sum(fans(tensor))))


@mistake(
    XAVIER_NORMAL,
    "The gain stands under the root; it multiplies the standard deviation itself.",
    "gain 写进了根号里；它应该直接乘标准差。",
)
def gain_rooted(tensor, gain=1.0):
    return normal_(tensor, 0.0, math.sqrt(2 * gain / sum(fans(tensor))))


@mistake(XAVIER_NORMAL, *BOUND_AS_STD)
def xavier_bound_as_std(tensor, gain=1.0):
    return normal_(tensor, 0.0, gain * math.sqrt(6 / sum(fans(tensor))))


@mistake(
    XAVIER_NORMAL,
    "The variance is 1 / (fan_in + fan_out); the 2 is missing: the mean of the two fans is half their sum.",
    "方差写成了 1 / (fan_in + fan_out)，少了 2：两个 fan 的平均是它们之和的一半。",
)
def two_forgotten(tensor, gain=1.0):
    return normal_(tensor, 0.0, gain * math.sqrt(1 / sum(fans(tensor))))


@mistake(XAVIER_NORMAL, *ONLY_FAN_IN)
def std_of_fan_in(tensor, gain=1.0):
    return normal_(tensor, 0.0, gain / math.sqrt(fans(tensor)[0]))


@mistake(XAVIER_NORMAL, *ONLY_FAN_OUT)
def std_of_fan_out(tensor, gain=1.0):
    return normal_(tensor, 0.0, gain / math.sqrt(fans(tensor)[1]))


@mistake(XAVIER_NORMAL, *STD_AS_MEAN)
def xavier_std_as_mean(tensor, gain=1.0):
    return normal_(tensor, gain * math.sqrt(2 / sum(fans(tensor))))


@mistake(KAIMING_UNIFORM, *STD_AS_BOUND)
def kaiming_std_as_bound(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = calculate_gain(nonlinearity, a) / math.sqrt(chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


@mistake(KAIMING_UNIFORM, *GAIN_MISSING)
def kaiming_without_gain(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = math.sqrt(3 / chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


@mistake(KAIMING_UNIFORM, *GAIN_FIXED)
def root_six(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = math.sqrt(6 / chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


@mistake(
    KAIMING_UNIFORM,
    "The gain is counted twice: calculate_gain brings the √2 already, and √6 (or a square of the gain) holds it once "
    "more. The bound is gain · √(3 / fan).",
    "gain 算了两次：calculate_gain 里已经有 √2，√6（或者 gain 的平方）里又有一个。上下界是 gain · √(3 / fan)。",
)
def gain_twice(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = calculate_gain(nonlinearity, a) * math.sqrt(6 / chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


@mistake(KAIMING_UNIFORM, *MODE_EXCHANGED)
def bound_of_other_fan(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / fans(tensor)[mode == "fan_in"])
    return uniform_(tensor, -bound, bound)


@mistake(KAIMING_UNIFORM, *MODE_IGNORED)
def bound_of_fan_in_always(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / fans(tensor)[0])
    return uniform_(tensor, -bound, bound)


@mistake(KAIMING_UNIFORM, *SLOPE_IGNORED)
def bound_without_slope(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    bound = calculate_gain(nonlinearity) * math.sqrt(3 / chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


@mistake(KAIMING_NORMAL, *FAN_NOT_ROOTED)
def fan_not_rooted(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / chosen_fan(tensor, mode))


@mistake(KAIMING_NORMAL, *GAIN_MISSING)
def std_without_kaiming_gain(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, 1 / math.sqrt(chosen_fan(tensor, mode)))


@mistake(KAIMING_NORMAL, *GAIN_FIXED)
def root_two(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, math.sqrt(2 / chosen_fan(tensor, mode)))


@mistake(KAIMING_NORMAL, *BOUND_AS_STD)
def kaiming_bound_as_std(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) * math.sqrt(3 / chosen_fan(tensor, mode)))


@mistake(KAIMING_NORMAL, *MODE_EXCHANGED)
def std_of_other_fan(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[mode == "fan_in"]))


@mistake(KAIMING_NORMAL, *MODE_IGNORED)
def std_of_fan_in_always(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fans(tensor)[0]))


@mistake(KAIMING_NORMAL, *SLOPE_IGNORED)
def std_without_slope(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, calculate_gain(nonlinearity) / math.sqrt(chosen_fan(tensor, mode)))


@mistake(KAIMING_NORMAL, *AS_XAVIER)
def as_xavier(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) * math.sqrt(2 / sum(fans(tensor))))


@mistake(KAIMING_NORMAL, *STD_AS_MEAN)
def kaiming_std_as_mean(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    return normal_(tensor, calculate_gain(nonlinearity, a) / math.sqrt(chosen_fan(tensor, mode)))


@mistake(KAIMING_NORMAL, *KERNEL_FORGOTTEN)
def std_without_kernel(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    fan = tensor.shape[mode == "fan_in"]
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fan))


@mistake(
    KAIMING_NORMAL,
    "mode='fan_avg' is not known, but no ValueError was raised: a misspelt setting must not pass silently. "
    "chosen_fan "
    "and calculate_gain raise it.",
    "mode='fan_avg' 不是认识的选项，却没有抛出 ValueError：拼错的设置不能悄悄放过。chosen_fan 和 "
    "calculate_gain 会替你抛出。",
)
def unknown_accepted(tensor, a=0.0, mode="fan_in", nonlinearity="leaky_relu"):
    fan = fans(tensor)[0 if mode == "fan_in" else 1]
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(fan))
