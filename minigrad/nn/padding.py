"""Layers that put something around images [n, c, h, w] or [c, h, w]."""

from typing import Any

from ..checks import check_real
from ..ops.arguments import as_tuple
from ..ops.shape import pad
from ..tensor import Tensor
from .module import Module


class Pad2d(Module):
    """What padding layers share: `padding`, one number or (left, right, top, bottom)."""

    mode = "constant"

    def __init__(self, padding: Any):
        super().__init__()
        name = type(self).__name__
        widths = as_tuple((padding,), f"{name}: padding got")
        if len(widths) not in (1, 4) or min(widths) < 0:
            raise ValueError(
                f"{name}: padding got {padding}; expected a number or (left, right, top, bottom), none < 0"
            )
        self.padding = widths * (4 // len(widths))

    def forward(self, input: Tensor) -> Tensor:
        return pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return str(self.padding)


class ConstantPad2d(Pad2d):
    """`value` around images. `padding` is one number or (left, right, top, bottom)."""

    def __init__(self, padding: Any, value: float):
        super().__init__(padding)
        check_real("ConstantPad2d: value", value)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ZeroPad2d(Pad2d):
    """Zeros around images. `padding` is one number or (left, right, top, bottom)."""


class ReflectionPad2d(Pad2d):
    """Images mirrored at their first and last rows and columns, which are not repeated: d c b | a b c d.

    `padding` is one number or (left, right, top, bottom), less than the image is large.
    """

    mode = "reflect"


class ReplicationPad2d(Pad2d):
    """Images with their first and last rows and columns repeated: a a a | a b c d.

    `padding` is one number or (left, right, top, bottom).
    """

    mode = "replicate"
