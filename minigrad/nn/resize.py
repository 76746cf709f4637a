"""Layers that change the size of images: Upsample, Unfold, Fold."""

from typing import Any

from ..ops import folding as ops
from ..ops.arguments import pair
from ..ops.resize import check_mode, check_sizes, interpolate
from ..tensor import Tensor
from .module import Module


class Upsample(Module):
    """Images [n, c, h, w] or sequences [n, c, length] in another size, as `functional.interpolate` makes them.

    `size` or `scale_factor` is given, a number or one for each dimension; `mode` is 'nearest', 'linear' (sequences) or
    'bilinear' (images), `align_corners` as there. Raises ValueError or TypeError for anything else.
    """

    def __init__(
        self, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
    ):
        super().__init__()
        check_mode("Upsample", mode, align_corners)
        check_sizes("Upsample", size, scale_factor)
        if isinstance(scale_factor, tuple | list):
            scale_factor = tuple(map(float, scale_factor))
        self.size, self.mode, self.align_corners = size, mode, align_corners
        self.scale_factor = float(scale_factor) if isinstance(scale_factor, int) else scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners)

    def extra_repr(self) -> str:
        size = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{size}, mode={self.mode!r}"


class Unfold(Module):
    """The windows of images as columns: [n, c, h, w] -> [n, c · kh · kw, places]."""

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1):
        super().__init__()
        ops.settings_of("Unfold", kernel_size, dilation, padding, stride)
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        return ops.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """Columns added up where they lie in images: [n, c · kh · kw, places] -> [n, c, *output_size]."""

    def __init__(self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1):
        super().__init__()
        ops.settings_of("Fold", kernel_size, dilation, padding, stride)
        pair(output_size, "Fold: output_size", 1)
        self.output_size = output_size
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        return ops.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )
