"""Pooling layers."""

from typing import Any

from ..checks import check_bool
from ..ops import pool as ops
from ..ops.arguments import pair, single
from ..tensor import Tensor
from .module import Module


class MaxPool(Module):
    """What MaxPool1d and MaxPool2d share: their settings."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        super().__init__()
        name = type(self).__name__
        check_bool(f"{name}: ceil_mode", ceil_mode)
        ops.refuse_indices(name, return_indices)
        self.kernel_size, self.padding, self.dilation, self.ceil_mode = kernel_size, padding, dilation, ceil_mode
        self.stride = kernel_size if stride is None else stride

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(MaxPool):
    """The highest element of each window: [n, c, length] -> [n, c, length']. As MaxPool2d, with whole numbers."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)
        ops.settings_of_line("MaxPool1d", kernel_size, stride, padding, dilation)

    def forward(self, input: Tensor) -> Tensor:
        return ops.max_pool1d(input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class MaxPool2d(MaxPool):
    """The highest element of each window: [n, c, h, w] -> [n, c, h', w'].

    `kernel_size`, `stride` (kernel_size), `padding` (0, at most half of the kernel) and `dilation` (1) are numbers or
    pairs (down, across). h' = ⌊(h + 2 padding - dilation (kh - 1) - 1) / stride⌋ + 1; with `ceil_mode` (False) it is
    rounded up, if the last window then begins inside the image or before it. `return_indices` must be False.

    Raises ValueError or TypeError for settings that cannot be; calling it raises ValueError for what does not fit.
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        super().__init__(kernel_size, stride, padding, dilation, return_indices, ceil_mode)
        ops.settings_of("MaxPool2d", kernel_size, stride, padding, dilation)

    def forward(self, input: Tensor) -> Tensor:
        return ops.max_pool2d(input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class AvgPool1d(Module):
    """The average of each window: [n, c, length] -> [n, c, length']. As AvgPool2d, with whole numbers."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        super().__init__()
        check_bool("AvgPool1d: ceil_mode", ceil_mode)
        check_bool("AvgPool1d: count_include_pad", count_include_pad)
        (_, k), (_, s), (_, p), _ = ops.settings_of_line("AvgPool1d", kernel_size, stride, padding)
        self.kernel_size, self.stride, self.padding = (k,), (s,), (p,)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return ops.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """The average of each window: [n, c, h, w] -> [n, c, h', w'], in sizes as MaxPool2d.

    Padding counts as zeros, or not at all without `count_include_pad` (True). The sum is divided by `divisor_override`
    instead of the number of elements, if that is given.

    Raises ValueError or TypeError for settings that cannot be; calling it raises ValueError for what does not fit.
    """

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        super().__init__()
        check_bool("AvgPool2d: ceil_mode", ceil_mode)
        check_bool("AvgPool2d: count_include_pad", count_include_pad)
        ops.settings_of("AvgPool2d", kernel_size, stride, padding)
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = ops.divisor_of("AvgPool2d", divisor_override)

    def forward(self, input: Tensor) -> Tensor:
        settings = self.ceil_mode, self.count_include_pad, self.divisor_override
        return ops.avg_pool2d(input, self.kernel_size, self.stride, self.padding, *settings)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptivePool(Module):
    """What pooling to a given size shares."""

    def __init__(self, output_size: Any):
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptivePool):
    """The average of each of `output_size` stretches: [n, c, length] -> [n, c, output_size]."""

    def __init__(self, output_size: Any):
        super().__init__(output_size)
        single(output_size, "AdaptiveAvgPool1d: output_size")

    def forward(self, input: Tensor) -> Tensor:
        return ops.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveMaxPool1d(AdaptivePool):
    """The highest of each of `output_size` stretches: [n, c, length] -> [n, c, output_size]."""

    def __init__(self, output_size: Any, return_indices: bool = False):
        super().__init__(output_size)
        single(output_size, "AdaptiveMaxPool1d: output_size")
        ops.refuse_indices("AdaptiveMaxPool1d", return_indices)

    def forward(self, input: Tensor) -> Tensor:
        return ops.adaptive_max_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(AdaptivePool):
    """The average of each cell of a grid laid over the images: [n, c, h, w] -> [n, c, down, across].

    `output_size` is a number or a pair (down, across), in which None keeps the input's size. AdaptiveAvgPool2d(1)
    averages over all positions (Lin et al., 2014).
    """

    def __init__(self, output_size: Any):
        super().__init__(output_size)
        check_grid("AdaptiveAvgPool2d", output_size)

    def forward(self, input: Tensor) -> Tensor:
        return ops.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveMaxPool2d(AdaptivePool):
    """The highest element of each cell of a grid laid over the images, as AdaptiveAvgPool2d lays it."""

    def __init__(self, output_size: Any, return_indices: bool = False):
        super().__init__(output_size)
        check_grid("AdaptiveMaxPool2d", output_size)
        ops.refuse_indices("AdaptiveMaxPool2d", return_indices)

    def forward(self, input: Tensor) -> Tensor:
        return ops.adaptive_max_pool2d(input, self.output_size)


def check_grid(name: str, output_size: Any) -> None:
    """Raise ValueError or TypeError unless `output_size` is a size of at least 0 or None, or two of these."""
    sizes = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
    pair([0 if size is None else size for size in sizes], f"{name}: output_size")
