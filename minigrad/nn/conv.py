"""Convolution layers."""

import math
from typing import Any

import numpy as np

from ..checks import check_bool, check_choice, check_count
from ..ops.arguments import pair, single
from ..ops.conv import conv1d, conv2d, conv_transpose2d, padding_of, padding_of_line
from ..ops.shape import pad
from ..tensor import Tensor
from . import init
from .module import Module, Parameter

MODES = ("zeros", "reflect", "replicate", "circular")


class Convolution(Module):
    """Base of convolution layers: their settings, checked, and the weight and the bias."""

    transposed = False  # does the weight begin with the input channels?

    def __init__(
        self, in_channels: int, out_channels: int, sizes: tuple[Any, ...], groups: int, bias: bool, padding_mode: str
    ):
        super().__init__()
        name = type(self).__name__
        self.kernel_size, self.stride, self.dilation = sizes
        check_count(f"{name}: in_channels", in_channels, 1)
        check_count(f"{name}: out_channels", out_channels, 1)
        check_count(f"{name}: groups", groups, 1)
        check_bool(f"{name}: bias", bias)
        check_choice(f"{name}: padding_mode", padding_mode, MODES)
        if in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{name}: got {in_channels} in_channels and {out_channels} out_channels; "
                f"both must divide by groups={groups}"
            )
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.padding_mode = padding_mode
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(np.empty((first, second // groups, *self.kernel_size), np.float32))
        self.register_parameter("bias", Parameter(np.empty(out_channels, np.float32)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(math.prod(self.weight.shape[1:]))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        ones, zeros = (1,) * len(self.kernel_size), (0,) * len(self.kernel_size)
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        for name, usual in (("padding", zeros), ("dilation", ones), ("output_padding", zeros), ("groups", 1)):
            if (value := getattr(self, name, usual)) != usual:
                text += f", {name}={value}"
        if self.bias is None:
            text += ", bias=False"
        return text + (f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "")


class Conv2d(Convolution):
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
        sizes = pairs("Conv2d", kernel_size, stride, dilation)
        super().__init__(in_channels, out_channels, sizes, groups, bias, padding_mode)
        self.around = padding_of("Conv2d", padding, self.kernel_size, self.stride, self.dilation)
        self.padding = shown(padding, self.around)

    def forward(self, input: Tensor) -> Tensor:
        padding: Any = self.around
        if self.padding_mode != "zeros":
            (top, bottom), (left, right) = padding
            input, padding = pad(input, (left, right, top, bottom), self.padding_mode), 0
        return conv2d(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(Convolution):
    """Conv2d for sequences: [n, c, length] -> [n, out_channels, length'], with a weight [out, in / groups, k].

    The settings are Conv2d's, each a number, alone or in a tuple. Raises as Conv2d does.
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
        given = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
        k, s, d = [single(value, f"Conv1d: {key}", 1) for key, value in given.items()]
        super().__init__(in_channels, out_channels, ((k,), (s,), (d,)), groups, bias, padding_mode)
        self.around = padding_of_line("Conv1d", padding, k, s, d)
        self.padding = shown(padding, (self.around,))

    def forward(self, input: Tensor) -> Tensor:
        padding: Any = (self.around,)
        if self.padding_mode != "zeros":
            input, padding = pad(input, self.around, self.padding_mode), 0
        return conv1d(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class ConvTranspose2d(Convolution):
    """The transpose of Conv2d, which makes images larger: [n, c, h, w] -> [n, out_channels, h', w'].

    Every pixel adds its multiple of a kernel [in_channels, out_channels / groups, kh, kw] to the result.
    h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1, where `output_padding` (0), less than the
    stride or the dilation, says which of the sizes that Conv2d takes to h is meant. The other settings and the initial
    values are as in Conv2d, for zeros as padding only. Raises as Conv2d does.
    """

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
    ):
        check_choice("ConvTranspose2d: padding_mode", padding_mode, MODES[:1])
        sizes = pairs("ConvTranspose2d", kernel_size, stride, dilation)
        super().__init__(in_channels, out_channels, sizes, groups, bias, padding_mode)
        self.padding = pair(padding, "ConvTranspose2d: padding")
        self.output_padding = pair(output_padding, "ConvTranspose2d: output_padding")

    def forward(self, input: Tensor) -> Tensor:
        settings = (self.stride, self.padding, self.output_padding, self.groups, self.dilation)
        return conv_transpose2d(input, self.weight, self.bias, *settings)


def shown(padding: Any, around: tuple[tuple[int, int], ...]) -> Any:
    """The padding as a setting: its name, or a number for each dimension, or two where it is not the same on both sides
    of one."""
    if isinstance(padding, str):
        return padding
    return tuple([before for before, _ in around]) if all(before == after for before, after in around) else around


def pairs(name: str, kernel_size: Any, stride: Any, dilation: Any) -> tuple[Any, ...]:
    """Kernel size, stride and dilation as pairs."""
    given = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    return tuple([pair(value, f"{name}: {key}", 1) for key, value in given.items()])
