"""Convolution layers."""

import math
from typing import Any

import numpy as np

from ..checks import check_bool, check_choice, check_count
from ..ops.arguments import pair
from ..ops.conv import conv2d, padding_of
from ..ops.shape import pad
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class Conv2d(Module):
    """Each window of the images, weighted by each kernel, plus a bias: [n, c, h, w] -> [n, out_channels, h', w'].

    `kernel_size`, `stride` (1), `padding` (0) and `dilation` (1) are numbers or pairs (down, across); padding may also
    be 'same' or 'valid'. With `groups` (1), channels are split into so many groups that do not see each other. The
    weight is [out_channels, in_channels / groups, kh, kw], the bias [out_channels] (None without `bias`); both start
    uniform in ±1/√(in_channels / groups · kh · kw), as in PyTorch.

    What `padding` adds is 'zeros', or with `padding_mode` 'reflect', 'replicate' or 'circular' what `functional.pad`
    makes of the images themselves.

    h' = ⌊(h + 2 padding - dilation (kh - 1) - 1) / stride⌋ + 1, and w' likewise.

    Raises ValueError or TypeError for settings that cannot be; calling it raises ValueError for what does not fit.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
    ):
        super().__init__()
        name = type(self).__name__
        check_count(f"{name}: in_channels", in_channels, 1)
        check_count(f"{name}: out_channels", out_channels, 1)
        check_count(f"{name}: groups", groups, 1)
        check_bool(f"{name}: bias", bias)
        check_choice(f"{name}: padding_mode", padding_mode, ("zeros", "reflect", "replicate", "circular"))
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{name}: got {in_channels} in_channels and {out_channels} out_channels; "
                f"both must divide by groups={groups}"
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = pair(kernel_size, f"{name}: kernel_size", 1)
        self.stride, self.dilation = pair(stride, f"{name}: stride", 1), pair(dilation, f"{name}: dilation", 1)
        self.around = padding_of(name, padding, self.kernel_size, self.stride, self.dilation)
        self.padding = (padding, padding) if isinstance(padding, int) else padding
        self.padding_mode = padding_mode
        self.weight = Parameter(np.empty((out_channels, in_channels // groups, *self.kernel_size), np.float32))
        self.register_parameter("bias", Parameter(np.empty(out_channels, np.float32)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        padding: Any = self.around
        if self.padding_mode != "zeros":
            (top, bottom), (left, right) = padding
            input, padding = pad(input, (left, right, top, bottom), self.padding_mode), 0
        return conv2d(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0, 0):
            text += f", padding={self.padding}"
        if self.dilation != (1, 1):
            text += f", dilation={self.dilation}"
        if self.groups > 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        return text + (f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "")
