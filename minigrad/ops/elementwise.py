"""Elementwise operations and their gradients.

Inputs broadcast as in NumPy. A backward returns gradients of the broadcast shape; the engine sums them down to the
shape of each input (`autograd.unbroadcast`). In the formulas, gx stands for dL/dx.
"""

import math
from typing import Any

import numpy as np

from ..device import Array, array_module, device_of
from ..dtypes import as_dtype
from ..function import Function, array_or_number
from ..kernels.elementwise import integer_power
from ..tensor import Tensor
from .apply import apply


class Elementwise(Function):
    """Base of operations on numbers: integers adapt to the floating dtype of the other inputs."""

    promotes = True
    differentiable = True


class Add(Elementwise):
    """z = x + y;  gx = gz,  gy = gz."""

    def forward(self, x: Array, y: Array) -> Array:
        return x + y

    def backward(self, gz: Array) -> Any:
        return gz, gz


def add(input: Any, other: Any) -> Tensor:
    """input + other, elementwise with broadcasting."""
    return Add()(input, other)


class Sub(Elementwise):
    """z = x - y;  gx = gz,  gy = -gz."""

    def forward(self, x: Array, y: Array) -> Array:
        return x - y

    def backward(self, gz: Array) -> Any:
        return gz, -gz


def sub(input: Any, other: Any) -> Tensor:
    """input - other, elementwise with broadcasting."""
    return Sub()(input, other)


class Mul(Elementwise):
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
    return Div()(input, other)


class Neg(Elementwise):
    """y = -x;  gx = -gy."""

    def forward(self, x: Array) -> Array:
        return -x

    def backward(self, gy: Array) -> Any:
        return -gy


def neg(input: Any) -> Tensor:
    """-input."""
    return Neg()(input)


class Power(Elementwise):
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


class TensorPower(Elementwise):
    """z = xʸ;  gx = gz · y · xʸ⁻¹,  gy = gz · z · log x, each 0 where its factor y, or x, is 0."""

    def forward(self, x: Array, y: Array) -> Array:
        z = x**y
        asarray = array_module(z).asarray
        self.save(asarray(x, z.dtype), asarray(y, z.dtype), z)
        return z

    def backward(self, gz: Array) -> Any:
        x, y, z = self.saved
        xp = array_module(gz)
        gx = gz * y * x ** xp.where(y == 0, 1.0, y - 1.0) if self.needs[0] else None
        gy = gz * z * xp.log(xp.where((x == 0) & (y >= 0), 1.0, x)) if self.needs[1] else None
        return gx, gy


def pow(input: Any, exponent: Any) -> Tensor:
    """input to the power `exponent`, which is a number or a tensor."""
    if type(exponent) in (int, float):
        return Power(exponent)(as_floating(input) if type(exponent) is float else input)
    return TensorPower()(input, exponent)


class Exp(Elementwise):
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
    return Exp()(as_floating(input))


class Log(Elementwise):
    """y = ln x;  gx = gy / x."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).log(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy / x


def log(input: Any) -> Tensor:
    """The natural logarithm of each element."""
    return Log()(as_floating(input))


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
    return Sqrt()(as_floating(input))


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
    return Sin()(as_floating(input))


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
    return Cos()(as_floating(input))


class Abs(Elementwise):
    """y = |x|;  gx = gy · sign x, with sign 0 = 0."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).abs(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy * array_module(x).sign(x)


def abs(input: Any) -> Tensor:
    """The absolute value of each element."""
    return Abs()(input)


class Clip(Elementwise):
    """y = min(max(x, low), high);  gx = gy where low ≤ x ≤ high, else 0."""

    def __init__(self, low: float = -math.inf, high: float = math.inf):
        self.low, self.high = low, high

    def forward(self, x: Array) -> Array:
        self.save((x >= self.low) & (x <= self.high))
        return array_module(x).clip(x, self.low, self.high)

    def backward(self, gy: Array) -> Any:
        (inside,) = self.saved
        return gy * inside


def clip(input: Any, min: Any = None, max: Any = None) -> Tensor:
    """Each element limited to [min, max]; a limit is a number, a tensor, or None for no limit."""
    if min is None and max is None:
        raise ValueError("clip needs min, max or both")
    if any(limit is not None and type(limit) not in (int, float) for limit in (min, max)):
        result = input if min is None else where(input < min, min, input)
        return result if max is None else where(result > max, max, result)
    if isinstance(input, Tensor) and input.dtype.kind in "iu":
        info = np.iinfo(input.dtype)
        return Clip(info.min if min is None else min, info.max if max is None else max)(input)
    return Clip(-math.inf if min is None else min, math.inf if max is None else max)(input)


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
    return Where()(condition, input, other)


class Cast(Function):
    """y = x in another dtype;  gx = gy in the dtype of x."""

    differentiable = True

    def __init__(self, dtype: Any):
        self.dtype = np.dtype(dtype)

    def forward(self, x: Array) -> Array:
        self.given = x.dtype
        return x.astype(self.dtype)

    def wrap(self, array: Array, dtype: Any, recorded: bool, index: int = 0) -> Tensor:
        return super().wrap(array, self.dtype, recorded and self.dtype.kind == "f")

    def backward(self, gy: Array) -> Any:
        return apply(Cast(self.given), gy)


class Move(Function):
    """y = x on another device;  gx = gy on the device of x."""

    differentiable = True

    def __init__(self, device: str):
        self.device = device

    def forward(self, x: Array) -> Array:
        from ..device import to_device

        self.given = device_of(x)
        return to_device(x, self.device)

    def backward(self, gy: Array) -> Any:
        return apply(Move(self.given), gy)


def to(input: Tensor, *targets: Any) -> Tensor:
    """`input` converted to a dtype, a device, or both, in any order; itself where nothing changes."""
    for target in targets:
        if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
            if target != input.device and f"{target}:0" != input.device:
                input = Move(target)(input)
        else:
            try:
                dtype = as_dtype(target)
            except TypeError as error:
                raise TypeError(f"to() takes a device ('cpu', 'cuda:N') or a dtype: {error}") from error
            if dtype != input.dtype:
                input = Cast(dtype)(input)
    return input


def as_floating(input: Any) -> Any:
    """`input`, with whole numbers and booleans as float32; NumPy by itself would take exp(uint8) in float16."""
    return to(input, np.float32) if isinstance(input, Tensor) and input.dtype.kind != "f" else input


class Clone(Function):
    """y = a copy of x;  gx = gy."""

    differentiable = True

    def forward(self, x: Array) -> Array:
        return x.copy()

    def backward(self, gy: Array) -> Any:
        return gy


def clone(input: Any) -> Tensor:
    """A copy in C order."""
    return Clone()(input)


def constant(name: str, *inputs: Any) -> Tensor:
    """A result through which no gradient flows: the array module's function `name` (a comparison, sign, ...)."""
    arrays = [x.data if isinstance(x, Tensor) else array_or_number(x, name) for x in inputs]
    devices = {device_of(a): a for a in arrays if hasattr(a, "dtype")}
    if len(devices) > 1:
        raise ValueError(f"{name} got tensors on {' and '.join(devices)}; move one with .to(device)")
    (array,) = devices.values()
    try:
        return Tensor(getattr(array_module(array), name)(*arrays))
    except TypeError as error:
        given = [str(getattr(a, "dtype", type(a).__name__)) for a in arrays]
        raise TypeError(f"{name} does not work on {' and '.join(given)}") from error
