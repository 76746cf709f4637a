"""Mistakes that are made in lesson 1.1."""

import numpy as np

from minigrad.course.mutants import mistake, mutant

ADD = "minigrad.ops.elementwise:Add.backward"
MUL = "minigrad.ops.elementwise:Mul.backward"
DIV = "minigrad.ops.elementwise:Div.backward"
POWER = "minigrad.ops.elementwise:Power.backward"
EXP = "minigrad.ops.elementwise:Exp.backward"
LOG = "minigrad.ops.elementwise:Log.backward"
UNBROADCAST = "minigrad.autograd:unbroadcast"


@mutant(ADD, "sign")
def difference(self, gz):
    return gz, -gz


@mutant(ADD, "factor")
def shared_out(self, gz):
    return gz / 2, gz / 2


@mutant(MUL, "swapped")
def own_factor(self, gz):
    x, y = self.saved
    return gz * x, gz * y


@mistake(
    MUL,
    "Both gradients are multiplied by x · y. Differentiating by x, only the other factor, y, remains.",
    "两个梯度都乘了 x · y。对 x 求导时，剩下的只有另一个因子 y。",
)
def both_factors(self, gz):
    x, y = self.saved
    return gz * x * y, gz * x * y


@mistake(
    MUL,
    "The upstream gradient is added where the chain rule multiplies.",
    "上游梯度是加上去的，而链式法则是相乘。",
)
def added_up(self, gz):
    x, y = self.saved
    return gz + y, gz + x


@mutant(DIV, "sign")
def no_minus(self, gz):
    x, y = self.saved
    return gz / y, gz * x / (y * y)


@mistake(
    MUL,
    "x was overwritten with its gradient, and that went into gy. Give the gradients names of their own.",
    "x 被它自己的梯度覆盖了，又用在了 gy 里。给梯度另起名字。",
)
def overwritten(self, gz):
    x, y = self.saved
    x = gz * y
    return x, gz * x


@mistake(
    DIV,
    "`/ y * y` divides by y and multiplies by y again: Python works from left to right. Write / (y * y) or / y**2.",
    "`/ y * y` 是先除以 y 又乘上 y：Python 从左往右算。请写 / (y * y) 或 / y**2。",
)
def brackets_missing(self, gz):
    x, y = self.saved
    return gz / y, -gz * x


@mistake(
    DIV,
    "In gy the divisor is y, it should be y²: the derivative of 1/y is -1/y².",
    "gy 里除的是 y，应该是 y²：1/y 的导数是 -1/y²。",
)
def divisor_not_squared(self, gz):
    x, y = self.saved
    return gz / y, -gz * x / y


@mistake(
    DIV,
    "In gy the factor x is missing: z = x · (1/y), so differentiating by y leaves x in place.",
    "gy 里少了因子 x：z = x · (1/y)，对 y 求导时 x 还在。",
)
def numerator_lost(self, gz):
    _, y = self.saved
    return gz / y, -gz / (y * y)


@mistake(
    DIV,
    "gx is multiplied by y, as for a product; x is divided by y, so its gradient is too.",
    "gx 乘了 y（那是乘法的规则）；x 是除以 y 的，它的梯度也要除以 y。",
)
def as_for_a_product(self, gz):
    x, y = self.saved
    return gz * y, -gz * x / (y * y)


@mistake(
    POWER,
    "The exponent n has not come down as a factor: the derivative of xⁿ is n · xⁿ⁻¹.",
    "指数 n 没有拿下来作系数：xⁿ 的导数是 n · xⁿ⁻¹。",
)
def exponent_lost(self, gy):
    (x,) = self.saved
    return gy * x ** (self.n - 1)


@mistake(
    POWER,
    "The exponent is still n; differentiating lowers it to n - 1.",
    "指数仍是 n；求导后应该降为 n - 1。",
)
def exponent_not_lowered(self, gy):
    (x,) = self.saved
    return gy * self.n * x**self.n


@mistake(
    POWER,
    "`x**n - 1` is (xⁿ) - 1: the exponent n - 1 needs brackets, x ** (self.n - 1).",
    "`x**n - 1` 算的是 (xⁿ) - 1：指数 n - 1 要加括号，x ** (self.n - 1)。",
)
def brackets_of_the_exponent(self, gy):
    (x,) = self.saved
    return gy * self.n * x**self.n - 1


@mutant(POWER, "not_finite")
def constant_forgotten(self, gy):
    (x,) = self.saved
    return gy * self.n * x ** float(self.n - 1)


@mistake(
    EXP,
    "e is raised to what self.saved holds; but that is already y = eˣ.",
    "对 self.saved 里的值又取了一次指数，而它已经是 y = eˣ 了。",
)
def exponential_twice(self, gy):
    (y,) = self.saved
    return gy * np.exp(y)


@mistake(
    EXP,
    "The gradient is passed on as it is, as if y = x. The slope of eˣ is eˣ, and that is what was saved.",
    "梯度原样传了回去，好像 y = x 一样。eˣ 的斜率就是 eˣ，也就是存下来的值。",
)
def passed_on(self, gy):
    return gy


@mistake(
    EXP,
    "The power rule was applied (x · eˣ⁻¹ or the like); with the variable in the exponent, eˣ is its own derivative.",
    "用成了幂函数的法则（x · eˣ⁻¹ 之类）；这里变量在指数上，eˣ 的导数就是它自己。",
)
def power_rule(self, gy):
    (y,) = self.saved
    return gy * np.log(y) * y / np.e


@mistake(
    LOG,
    "The gradient is multiplied by x; the derivative of ln x is 1/x.",
    "梯度乘了 x；ln x 的导数是 1/x。",
)
def multiplied(self, gy):
    (x,) = self.saved
    return gy * x


@mistake(
    LOG,
    "This is the second derivative, -1/x². The first one, 1/x, is wanted.",
    "这是二阶导数 -1/x²，需要的是一阶导数 1/x。",
)
def second_derivative(self, gy):
    (x,) = self.saved
    return -gy / (x * x)


@mutant(UNBROADCAST, "not_summed")
def unchanged(grad, shape):
    return grad


@mutant(UNBROADCAST, "factor")
def mean(grad, shape):
    new = grad.ndim - len(shape)
    axes = tuple(range(new)) + tuple(i + new for i, n in enumerate(shape) if n == 1)
    return grad.mean(axis=axes, keepdims=True).reshape(shape)


@mutant(UNBROADCAST, "shape_only")
def dimensions_of_size_one_lost(grad, shape):
    new = grad.ndim - len(shape)
    axes = tuple(range(new)) + tuple(i + new for i, n in enumerate(shape) if n == 1 and grad.shape[i + new] != 1)
    return grad.sum(axis=axes)


@mutant(UNBROADCAST, "not_summed")
def only_new_dimensions(grad, shape):
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))


@mistake(
    UNBROADCAST,
    "Of each copied value only the first copy's gradient was kept; all copies count, so they must be summed.",
    "每个被复制的值只保留了第一份的梯度；每一份都有作用，所以要全部加起来。",
)
def first_copy_only(grad, shape):
    new = grad.ndim - len(shape)
    kept = grad[(0,) * new]
    return kept[tuple(slice(0, 1) if n == 1 else slice(None) for n in shape)]
