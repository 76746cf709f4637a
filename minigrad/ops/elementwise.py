"""Elementwise operations and their gradients.

Inputs broadcast as in NumPy. A backward returns gradients of the broadcast shape; the engine sums them down to the
shape of each input (`autograd.unbroadcast`). In the formulas, gx stands for dL/dx.
"""

from math import inf
from typing import Any

import numpy as np

from ..device import Array, array_module
from ..function import Function
from ..kernels.elementwise import integer_power
from ..tensor import Tensor
from .apply import apply
from .arguments import as_tensor
from .convert import as_floating, widened


class Elementwise(Function):
    """Base of operations on numbers: integers adapt to the floating dtype of the other inputs."""

    promotes = True
    differentiable = True


class Arithmetic(Elementwise):
    """Base of operations that are one step on each number, which halves take as they are."""

    halves = "native"


class Steep(Elementwise):
    """Base of functions whose values or slopes grow so large or small that autocast computes them in float32."""

    autocast = "float32"


class Add(Arithmetic):
    """z = x + y;  gx = gz,  gy = gz."""

    def forward(self, x: Array, y: Array) -> Array:
        return x + y

    def backward(self, gz: Array) -> Any:
        return gz, gz


def add(input: Any, other: Any) -> Tensor:
    """input + other, elementwise with broadcasting."""
    return Add()(input, other)


class Sub(Arithmetic):
    """z = x - y;  gx = gz,  gy = -gz."""

    def forward(self, x: Array, y: Array) -> Array:
        return x - y

    def backward(self, gz: Array) -> Any:
        return gz, -gz


def sub(input: Any, other: Any) -> Tensor:
    """input - other, elementwise with broadcasting."""
    return Sub()(input, other)


class Mul(Arithmetic):
    """z = x · y;  gx = gz · y,  gy = gz · x."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return x * y

    def backward(self, gz: Array) -> Any:
        x, y = self.saved
        return gz * y, gz * x


class Scale(Elementwise):
    """z = factor · x for a number;  gx = factor · gz."""

    def __init__(self, factor: float):
        self.factor = factor

    def forward(self, x: Array) -> Array:
        return x * self.factor

    def backward(self, gz: Array) -> Any:
        return gz * self.factor


def mul(input: Any, other: Any) -> Tensor:
    """input · other, elementwise with broadcasting."""
    if type(other) in (int, float):
        return Scale(other)(input)
    if type(input) in (int, float):
        return Scale(input)(other)
    return Mul()(input, other)


class Div(Elementwise):
    """z = x / y;  gx = gz / y,  gy = -gz · x / y²."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return x / y

    def backward(self, gz: Array) -> Any:
        x, y = self.saved
        gx = gz / y
        return gx, -gx * x / y


def div(input: Any, other: Any) -> Tensor:
    """input / other, elementwise with broadcasting."""
    if type(input) in (int, float) and isinstance(other, Tensor):
        other = widened(other)
    return Div()(input, other)


class Neg(Arithmetic):
    """y = -x;  gx = -gy."""

    def forward(self, x: Array) -> Array:
        return -x

    def backward(self, gy: Array) -> Any:
        return -gy


def neg(input: Any) -> Tensor:
    """-input."""
    return Neg()(as_tensor(input, "neg"))


class Power(Steep):
    """y = xⁿ for a number n;  gx = gy · n · xⁿ⁻¹, and 0 for n = 0."""

    def __init__(self, n: float):
        self.n = n

    def forward(self, x: Array) -> Array:
        self.save(x)
        return integer_power(x, self.n)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        n = self.n
        if n == 0:
            return gy * 0
        return gy * n * apply(Power(n - 1), x)


class TensorPower(Steep):
    """z = xʸ;  gx = gz · y · xʸ⁻¹,  gy = gz · z · log x, each 0 where its factor y, or x, is 0."""

    def forward(self, x: Array, y: Array) -> Array:
        z = x**y
        asarray = array_module(z).asarray
        self.save(asarray(x, z.dtype), asarray(y, z.dtype), z)
        return z

    def backward(self, gz: Array) -> Any:
        x, y, z = self.saved
        xp = array_module(gz)
        gx = xp.where(y == 0, 0.0, gz * y * x ** xp.where(y == 0, 0.0, y - 1.0)) if self.needs[0] else None
        gy = gz * z * xp.log(xp.where((x == 0) & (y >= 0), 1.0, x)) if self.needs[1] else None
        return gx, gy


def pow(input: Any, exponent: Any) -> Tensor:
    """input to the power `exponent`, which is a number or a tensor."""
    if type(exponent) in (int, float):
        return Power(exponent)(as_floating(input, "pow") if type(exponent) is float else as_tensor(input, "pow"))
    return TensorPower()(input, exponent)


class Exp(Steep):
    """y = eˣ;  gx = gy · y."""

    def forward(self, x: Array) -> Array:
        y = array_module(x).exp(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy * y


def exp(input: Any) -> Tensor:
    """e to the power of each element."""
    return Exp()(as_floating(input, "exp"))


class Log(Steep):
    """y = ln x;  gx = gy / x."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).log(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy / x


def log(input: Any) -> Tensor:
    """The natural logarithm of each element."""
    return Log()(as_floating(input, "log"))


class Sqrt(Elementwise):
    """y = √x;  gx = gy / 2y."""

    def forward(self, x: Array) -> Array:
        y = array_module(x).sqrt(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy / (2 * y)


def sqrt(input: Any) -> Tensor:
    """The square root of each element."""
    return Sqrt()(as_floating(input, "sqrt"))


class Sin(Elementwise):
    """y = sin x;  gx = gy · cos x."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).sin(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy * array_module(x).cos(x)


def sin(input: Any) -> Tensor:
    """The sine of each element (radians)."""
    return Sin()(as_floating(input, "sin"))


class Cos(Elementwise):
    """y = cos x;  gx = -gy · sin x."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).cos(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return -gy * array_module(x).sin(x)


def cos(input: Any) -> Tensor:
    """The cosine of each element (radians)."""
    return Cos()(as_floating(input, "cos"))


class Abs(Elementwise):
    """y = |x|;  gx = gy · sign x, which is 0 for 0 and for NaN."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).abs(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        where = array_module(gy).where
        return where(x > 0, gy, where(x < 0, -gy, 0.0))


def abs(input: Any) -> Tensor:
    """The absolute value of each element."""
    return Abs()(as_tensor(input, "abs"))


class Clip(Elementwise):
    """y = min(max(x, low), high);  gx = gy where low ≤ x ≤ high, else 0."""

    def __init__(self, low: float = -inf, high: float = inf):
        self.low, self.high = low, high

    def forward(self, x: Array) -> Array:
        self.save((x >= self.low) & (x <= self.high))
        return array_module(x).clip(x, self.low, self.high)

    def backward(self, gy: Array) -> Any:
        (inside,) = self.saved
        return gy * inside


class TensorClip(Elementwise):
    """z = min(max(x, l), h);  gh = gz where x > h or l > h,  gl = gz where x < l < h,  gx = gz where l ≤ x ≤ h."""

    def forward(self, x: Array, low: Array, high: Array) -> Array:
        xp = array_module(x)
        self.save((x >= low) & (x <= high), (x < low) & (low < high), (x > high) | (low > high))
        return xp.minimum(xp.maximum(x, low), high)

    def backward(self, gz: Array) -> Any:
        inside, below, above = self.saved
        return gz * inside, gz * below, gz * above


def clip(input: Any, min: Any = None, max: Any = None) -> Tensor:
    """Each element limited to [min, max]; a limit is a number, a tensor, or None for no limit."""
    if min is None and max is None:
        raise ValueError("clip needs min, max or both")
    input = as_tensor(input, "clip")
    lowest, highest = limits(input.dtype)
    low, high = lowest if min is None else min, highest if max is None else max
    if all(type(limit) in (int, float) for limit in (low, high)):
        return Clip(low, high)(input)
    return TensorClip()(input, low, high)


def limits(dtype: np.dtype) -> tuple[float, float]:
    """The smallest and the largest number of a dtype."""
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return -inf, inf


clamp = clip


def masked_fill(input: Any, mask: Any, value: float) -> Tensor:
    """`value` where `mask` is True, `input` elsewhere."""
    return where(mask, value, input)


class Maximum(Elementwise):
    """z = max(x, y);  the gradient goes to the larger, and half to each where they are equal."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return array_module(x).maximum(x, y)

    def backward(self, gz: Array) -> Any:
        x, y = self.saved
        where = array_module(gz).where
        return where(x == y, gz / 2, gz * ~(x < y)), where(x == y, gz / 2, gz * ~(x > y))


def maximum(input: Any, other: Any) -> Tensor:
    """The larger of the two, elementwise with broadcasting; NaN where either is."""
    return Maximum()(input, other)


class Minimum(Elementwise):
    """z = min(x, y);  the gradient goes to the smaller, and half to each where they are equal."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return array_module(x).minimum(x, y)

    def backward(self, gz: Array) -> Any:
        x, y = self.saved
        where = array_module(gz).where
        return where(x == y, gz / 2, gz * ~(x > y)), where(x == y, gz / 2, gz * ~(x < y))


def minimum(input: Any, other: Any) -> Tensor:
    """The smaller of the two, elementwise with broadcasting; NaN where either is."""
    return Minimum()(input, other)


class Where(Function):
    """z = x where c, else y;  gx = gz where c, else 0;  gy = 0 where c, else gz."""

    differentiable = True

    def forward(self, c: Array, x: Array, y: Array) -> Array:
        if c.dtype.kind != "b":
            raise ValueError(f"the condition must be boolean, got dtype {c.dtype}")
        self.save(c)
        return array_module(c).where(c, x, y)

    def backward(self, gz: Array) -> Any:
        (c,) = self.saved
        where = array_module(gz).where
        return None, where(c, gz, 0.0), where(c, 0.0, gz)


def where(condition: Any, input: Any, other: Any) -> Tensor:
    """`input` where `condition` is True, `other` elsewhere, with broadcasting."""
    condition = condition if isinstance(condition, Tensor) else Tensor(condition)
    for choice in (input, other):
        if choice is None:
            raise TypeError("where expected a tensor, an array or a number, got None")
    return Where()(condition, input, other)
