"""Images cut into columns, one for each window, and columns added up to images. gx stands for dL/dx."""

from typing import Any

from ..device import Array, array_module
from ..function import Function
from ..kernels.windows import Padding, Pair, col2im, im2col, places
from ..tensor import Tensor
from .apply import apply
from .arguments import as_tensor, pair
from .convert import as_floating
from .shape import reshape


class Unfold(Function):
    """y = the windows of x [n, c, h, w] as columns [n, c · kh · kw, places];  gx = gy folded."""

    differentiable = True

    def __init__(self, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair):
        self.settings = kernel, stride, padding, dilation

    def forward(self, x: Array) -> Array:
        self.size = x.shape[2:]
        columns = im2col(x, *self.settings)
        return columns.copy() if array_module(x).may_share_memory(columns, x) else columns  # windows of one pixel are x

    def backward(self, gy: Array) -> Any:
        return apply(Fold(self.size, *self.settings), gy)


class Fold(Function):
    """y = columns x [n, c · kh · kw, places] added up where they lie in images [n, c, *size];  gx = gy unfolded."""

    differentiable = True

    def __init__(self, size: Pair, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair):
        self.size, self.settings = size, (kernel, stride, padding, dilation)

    def forward(self, x: Array) -> Array:
        kh, kw = self.settings[0]
        return col2im(x, (len(x), x.shape[1] // (kh * kw), *self.size), *self.settings)

    def backward(self, gy: Array) -> Any:
        return apply(Unfold(*self.settings), gy)


def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """The windows of images as columns: [n, c, h, w] -> [n, c · kh · kw, places], or both without n.

    Settings are numbers or pairs (down, across). Windows follow each other row by row; in a column, channels come
    first, then the rows of the window. Raises ValueError if no window fits.
    """
    x, settings = as_floating(input, "unfold"), settings_of("unfold", kernel_size, dilation, padding, stride)
    if x.ndim == 3:
        y = unfold(reshape(x, 1, *x.shape), kernel_size, dilation, padding, stride)
        return reshape(y, y.shape[1:])
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ValueError(f"unfold got input {x.shape}; expected [n, channels, height, width] or no n")
    places_of("unfold", x.shape[2:], *settings)
    return Unfold(*settings)(x)


def fold(
    input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Tensor:
    """Columns added up where they lie in images of `output_size`: [n, c · kh · kw, places] -> [n, c, h, w].

    The transpose of `unfold`, so what several windows share is summed; folding what was unfolded gives each pixel as
    many times as windows cover it. Raises ValueError if the columns are not as many as these settings make.
    """
    x, settings = as_floating(input, "fold"), settings_of("fold", kernel_size, dilation, padding, stride)
    size = pair(output_size, "fold: output_size", 1)
    if x.ndim == 2:
        y = fold(reshape(x, 1, *x.shape), size, kernel_size, dilation, padding, stride)
        return reshape(y, y.shape[1:])
    (kh, kw), (down, across) = settings[0], places_of("fold", size, *settings)
    if x.ndim != 3 or x.shape[1] % (kh * kw) or x.shape[1] == 0 or x.shape[2] != down * across:
        raise ValueError(
            f"fold got input {as_tensor(input, 'fold').shape}; expected [n, channels · {kh * kw}, {down * across}] "
            f"or no n, for {down} x {across} windows of {kh} x {kw}"
        )
    return Fold(size, *settings)(x)


def settings_of(
    op: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> tuple[Pair, Pair, Padding, Pair]:
    """Kernel, stride, padding and dilation in full. Raises ValueError or TypeError for what they cannot be."""
    kernel, stride = pair(kernel_size, f"{op}: kernel_size", 1), pair(stride, f"{op}: stride", 1)
    (p, q), dilation = pair(padding, f"{op}: padding"), pair(dilation, f"{op}: dilation", 1)
    return kernel, stride, ((p, p), (q, q)), dilation


def places_of(op: str, size: Any, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> tuple[int, ...]:
    """How many windows lie below and beside each other. Raises ValueError if there is none."""
    found = tuple([places(*each) for each in zip(size, kernel, stride, padding, dilation, strict=True)])
    if min(found) < 1:
        raise ValueError(
            f"{op} got a kernel of {kernel[0]} x {kernel[1]} with dilation {dilation} for images of {size[0]} x "
            f"{size[1]} with padding {padding[0][0]} and {padding[1][0]}; expected it to fit"
        )
    return found
