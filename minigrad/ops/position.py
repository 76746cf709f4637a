"""Where in a sequence something stands: tables that are added, and rotations. In the formulas, gx stands for dL/dx."""

from typing import Any

from ..checks import check_count, check_positive
from ..device import Array, array_module
from ..dtypes import is_floating
from ..function import Function
from ..tensor import Tensor
from .apply import apply
from .arguments import as_tensor

BASE = 10_000.0


def angles(xp: Any, steps: int, width: int, offset: int = 0, base: float = BASE) -> Array:
    """The angles [steps, width / 2] of places offset, offset + 1, ...: p · base^(-2i / width), in float64."""
    frequencies = base ** (-2 * xp.arange(width // 2, dtype="float64") / width)
    return xp.arange(offset, offset + steps, dtype="float64")[:, None] * frequencies


def sinusoidal_positions(xp: Any, steps: int, width: int) -> Array:
    """A row for each place p: table[p, 2i] = sin(p / 10000^(2i / width)), table[p, 2i + 1] = cos of the same.

    [steps, width] of float32, for an even width (Vaswani et al., "Attention is all you need", 2017, section 3.5).
    """
    angle = angles(xp, steps, width)
    table = xp.empty((steps, width), "float32")
    table[:, 0::2] = xp.sin(angle)
    table[:, 1::2] = xp.cos(angle)
    return table


class Rotary(Function):
    """y = (a cos θ - b sin θ, a sin θ + b cos θ) for each pair (a, b) = (x[..., p, 2i], x[..., p, 2i + 1]), which is
    turned by the angle θ = sign · (offset + p) · base^(-2i / d);  gx is gy turned back, by -θ. x [..., t, d], d even.

    The product of a query and a key then depends on how far apart they stand, not on where (Su et al., "RoFormer",
    2021).
    """

    differentiable = True

    def __init__(self, offset: int = 0, base: float = BASE, sign: int = 1):
        self.offset, self.base, self.sign = offset, base, sign

    def forward(self, x: Array) -> Array:
        xp = array_module(x)
        angle = self.sign * angles(xp, x.shape[-2], x.shape[-1], self.offset, self.base)
        cos, sin = xp.cos(angle).astype(x.dtype), xp.sin(angle).astype(x.dtype)
        a, b = x[..., 0::2], x[..., 1::2]
        y = xp.empty_like(x)
        y[..., 0::2] = a * cos - b * sin
        y[..., 1::2] = a * sin + b * cos
        return y

    def backward(self, gy: Array) -> Any:
        return apply(Rotary(self.offset, self.base, -self.sign), gy)


def rotary(input: Tensor, offset: int = 0, base: float = BASE) -> Tensor:
    """input [..., t, d] with every pair of numbers of place p turned by angles that grow with offset + p.

    Raises ValueError for an odd d, fewer than two dimensions, or an offset below 0.
    """
    x = as_tensor(input, "rotary")
    check_count("rotary: offset", offset)
    check_positive("rotary: base", base)
    if x.ndim < 2 or x.shape[-1] % 2 or not is_floating(x.dtype):
        raise ValueError(f"rotary got {x.dtype} {x.shape}; expected floating-point [..., t, d] with an even d")
    return Rotary(offset, base)(x)
