"""Rounding and what follows from it: floor, ceil, round, trunc, sign, and division with a remainder.

Rounded values are constant between the jumps, so their gradients are 0.
"""

from typing import Any

from ..device import Array, array_module, expect
from ..dtypes import is_floating
from ..tensor import Tensor
from .arguments import as_tensor
from .elementwise import Elementwise


class Rounding(Elementwise):
    """Base of functions that are constant between jumps;  gx = 0."""

    def backward(self, gy: Array) -> Any:
        return gy * 0


class Floor(Rounding):
    """y = the largest whole number ≤ x;  gx = 0."""

    def forward(self, x: Array) -> Array:
        return array_module(x).floor(x)


def floor(input: Any) -> Tensor:
    """Each element rounded down."""
    return Floor()(as_tensor(input, "floor"))


class Ceil(Rounding):
    """y = the smallest whole number ≥ x;  gx = 0."""

    def forward(self, x: Array) -> Array:
        return array_module(x).ceil(x)


def ceil(input: Any) -> Tensor:
    """Each element rounded up."""
    return Ceil()(as_tensor(input, "ceil"))


class Trunc(Rounding):
    """y = x without its decimals;  gx = 0."""

    def forward(self, x: Array) -> Array:
        return array_module(x).trunc(x)


def trunc(input: Any) -> Tensor:
    """Each element rounded towards 0."""
    return Trunc()(as_tensor(input, "trunc"))


class Round(Rounding):
    """y = the whole number nearest to x, of two equally near ones the even;  gx = 0."""

    def forward(self, x: Array) -> Array:
        return array_module(x).rint(x) if is_floating(x.dtype) else x


def round(input: Any) -> Tensor:
    """Each element rounded to the nearest whole number, halves to the even one."""
    return Round()(as_tensor(input, "round"))


class Sign(Rounding):
    """y = 1 for x > 0, -1 for x < 0, 0 for 0 and NaN;  gx = 0."""

    def forward(self, x: Array) -> Array:
        return (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype) if x.dtype.kind != "b" else x


def sign(input: Any) -> Tensor:
    """The sign of each element: 1, -1 or 0; that of NaN is 0."""
    return Sign()(as_tensor(input, "sign"))


class FloorDivide(Elementwise):
    """z = ⌊x / y⌋, which has no gradient."""

    differentiable = False

    def forward(self, x: Array, y: Array) -> Array:
        return refusing_zero(x, y) // y

    def backward(self, gz: Array) -> Any:
        raise RuntimeError("floor_divide has no gradient; use div, and detach() what is rounded")


def floor_divide(input: Any, other: Any) -> Tensor:
    """input / other rounded down, elementwise with broadcasting. No gradient flows through it."""
    x, y = [x.detach() if isinstance(x, Tensor) else x for x in (input, other)]
    return FloorDivide()(x, y)


class Remainder(Elementwise):
    """z = x - y ⌊x / y⌋, with the sign of y;  gx = gz,  gy = -gz ⌊x / y⌋."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return refusing_zero(x, y) % y

    def backward(self, gz: Array) -> Any:
        x, y = self.saved
        return gz, -gz * (x // y) if self.needs[1] else None


def remainder(input: Any, other: Any) -> Tensor:
    """What input / other leaves, elementwise with broadcasting: a number from 0 to `other`, with its sign."""
    return Remainder()(input, other)


def refusing_zero(x: Any, y: Any) -> Any:
    """`x`, if `x` and `y` are not whole numbers or `y` has no 0: NumPy would answer 0. Else ValueError."""
    dtypes = [getattr(a, "dtype", array_module(a).asarray(a).dtype) for a in (x, y)]
    if not any(map(is_floating, dtypes)):
        xp = array_module(y)
        expect(~xp.all(xp.asarray(y)), lambda: ValueError("division of whole numbers by zero"))
    return x
