"""Pooling: one number for each window of images [n, c, h, w] or of sequences [n, c, length], channel by channel.

In the formulas, gx stands for dL/dx.
"""

from collections.abc import Callable
from math import inf
from numbers import Integral
from typing import Any

import numpy as np

from ..checks import check_bool
from ..device import Array, array_module
from ..function import Function
from ..kernels import pooling as kernels
from ..kernels.cuda import pooling as cuda
from ..kernels.cuda.launch import taken
from ..kernels.reduction import total
from ..kernels.windows import Padding, Pair, col2im, padded, places, windows
from ..tensor import Tensor
from ..twins import fastest, twin_of
from .arguments import as_tensor, pair, single
from .convert import as_floating
from .shape import reshape

NO_PADDING: Padding = ((0, 0), (0, 0))


class MaxPool2d(Function):
    """y = the highest element of each window;  gx adds gy there: at the first one, row by row, if several are highest.

    Around the images stands -∞, which is never higher than what is inside (Ranzato et al., 2007).
    """

    def __init__(self, kernel: Pair, stride: Pair, padding: Padding = NO_PADDING, dilation: Pair = (1, 1)):
        self.kernel, self.stride, self.padding, self.dilation = kernel, stride, padding, dilation

    def forward(self, x: Array) -> Array:
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        elements = view.reshape(*view.shape[:4], self.kernel[0] * self.kernel[1])
        self.shape = x.shape
        self.save(elements.argmax(axis=4))
        return elements.max(axis=4)

    def backward(self, gy: Array) -> Any:
        (place,) = self.saved
        xp = array_module(gy)
        every = xp.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = xp.where(every == place[:, :, None], gy[:, :, None], 0)  # [n, c, kh · kw, down, across]
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)


@twin_of(MaxPool2d, col2im, windows)
class FastMaxPool2d(MaxPool2d):
    """MaxPool2d that goes through the places in the window and compares; on a GPU a kernel for each way."""

    halves = "kernels"

    def forward(self, x: Array) -> Array:
        self.on_gpu = taken(x)
        if self.on_gpu:
            y, place = cuda.max_pool(x, self.kernel, self.stride, self.padding, self.dilation)
            self.shape = x.shape
            self.save(place)
            return y
        if array_module(x) is not np:
            return super().forward(x)
        y = kernels.highest(x, self.kernel, self.stride, self.padding, self.dilation)
        self.save(x, y)
        return y

    def backward(self, gy: Array) -> Any:
        if self.on_gpu:
            (place,) = self.saved
            return cuda.max_pool_backward(gy, place, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        if array_module(gy) is not np:
            return super().backward(gy)
        x, y = self.saved
        if np.isfinite(y).all() and np.isfinite(gy).all():
            return kernels.hand_to_highest(gy, x, y, self.kernel, self.stride, self.padding, self.dilation)
        plain = MaxPool2d(self.kernel, self.stride, self.padding, self.dilation)
        plain.forward(x)
        return plain.backward(gy)


class AvgPool2d(Function):
    """y = Σ x / k over each window of k elements;  gx = gy / k, added up at every element of the window.

    k counts the elements inside the image and in `counted`, the part of the padding that counts (so that the zeros
    there lower the average); or it is `divisor`, if that is given (LeCun et al., 1989).
    """

    def __init__(
        self,
        kernel: Pair,
        stride: Pair,
        padding: Padding = NO_PADDING,
        counted: Padding = NO_PADDING,
        divisor: int | None = None,
    ):
        self.kernel, self.stride, self.padding, self.counted, self.divisor = kernel, stride, padding, counted, divisor

    def forward(self, x: Array) -> Array:
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) / self.number(x)).astype(x.dtype)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        n, c, down, across = gy.shape
        share = (gy / self.number(x))[:, :, None]
        columns = array_module(gy).broadcast_to(share, (n, c, self.kernel[0] * self.kernel[1], down, across))
        return col2im(columns, x.shape, self.kernel, self.stride, self.padding, (1, 1))

    def number(self, x: Array) -> Any:
        """k, for each window [down, across] or for all."""
        if self.divisor is not None or self.padding == NO_PADDING:
            return self.divisor or self.kernel[0] * self.kernel[1]
        rows, columns = [
            elements_in_windows(array_module(x), *line)
            for line in zip(x.shape[2:], self.kernel, self.stride, self.padding, self.counted, strict=True)
        ]
        return (rows[:, None] * columns).astype(x.dtype)


def elements_in_windows(xp: Any, size: int, kernel: int, stride: int, padding: Pair, counted: Pair) -> Array:
    """How many elements of a line, or of the counted padding beside it, lie in each of its windows."""
    start = xp.arange(places(size, kernel, stride, padding, 1)) * stride - padding[0]
    return xp.minimum(start + kernel, size + counted[1]) - xp.maximum(start, -counted[0])


def divisor_for(x: Array, k: Any) -> Any:
    """k, by which elements of x are divided: in float32 beside float16, which ends at 65,504."""
    xp = array_module(x)
    return xp.asarray(k, xp.float32) if x.dtype.itemsize < 4 else k


@twin_of(AvgPool2d, col2im, windows)
class FastAvgPool2d(AvgPool2d):
    """AvgPool2d that goes through the places in the window; a window as large as the image is a plain mean."""

    FEW = 64
    """Up to so many elements are added one after another without losing digits."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        if self.is_global(x):
            return (total(x, (2, 3), keepdims=True) / self.number(x)).astype(x.dtype)
        if x.dtype.itemsize < 4 or self.kernel[0] * self.kernel[1] > self.FEW:
            return super().forward(x)
        y = kernels.sums(x, self.kernel, self.stride, self.padding)
        y /= self.number(x)
        return y

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        share = (gy / self.number(x)).astype(x.dtype, copy=False)
        if self.is_global(x):
            gx = kernels.empty_like_order(x, x.shape)
            gx[...] = share
            return gx
        return kernels.hand_to_all(share, x, self.kernel, self.stride, self.padding)

    def number(self, x: Array) -> Any:
        """k, in float32 beside float16, which ends at 65,504."""
        if x.dtype.itemsize >= 4:
            return super().number(x)
        return divisor_for(x, super().number(x[:1, :1].astype(np.float32)))

    def is_global(self, x: Array) -> bool:
        return self.kernel == x.shape[2:] and self.padding == NO_PADDING


class Adaptive(Function):
    """Pooling to a given size: row i of `size` gets rows ⌊i h / size⌋ to ⌈(i + 1) h / size⌉ - 1, columns likewise."""

    def __init__(self, size: Pair):
        self.size = size

    def cells(self, shape: tuple[int, ...]) -> list[tuple[int, int, slice, slice]]:
        """(i, j, rows, columns) for each element of the result, for images of `shape` [n, c, h, w]."""
        (down, across), (h, w) = self.size, shape[2:]
        rows = [slice(i * h // down, -(-(i + 1) * h // down)) for i in range(down)]
        columns = [slice(j * w // across, -(-(j + 1) * w // across)) for j in range(across)]
        return [(i, j, rows[i], columns[j]) for i in range(down) for j in range(across)]


class AdaptiveAvgPool2d(Adaptive):
    """y[i, j] = the mean of cell (i, j), of k elements;  gx adds gy[i, j] / k at each of them."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        y = kernels.empty_like_order(x, (*x.shape[:2], *self.size))
        for i, j, rows, columns in self.cells(x.shape):
            cell = x[:, :, rows, columns]
            y[:, :, i, j] = total(cell, (2, 3)) / (cell.shape[2] * cell.shape[3])
        return y

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        gx = array_module(gy).zeros_like(x)
        for i, j, rows, columns in self.cells(x.shape):
            cell = gx[:, :, rows, columns]
            cell += gy[:, :, i, j, None, None] / divisor_for(x, cell.shape[2] * cell.shape[3])
        return gx


class AdaptiveMaxPool2d(Adaptive):
    """y[i, j] = the highest element of cell (i, j);  gx adds gy[i, j] there, at the first of several."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        y = kernels.empty_like_order(x, (*x.shape[:2], *self.size))
        for i, j, rows, columns in self.cells(x.shape):
            y[:, :, i, j] = x[:, :, rows, columns].max(axis=(2, 3))
        return y

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        xp = array_module(gy)
        gx = xp.zeros_like(x)
        for i, j, rows, columns in self.cells(x.shape):
            cell = x[:, :, rows, columns]
            n, c, h, w = cell.shape
            place = cell.reshape(n, c, h * w).argmax(axis=2)
            chosen = xp.arange(h * w) == place[:, :, None]
            gx[:, :, rows, columns] += xp.where(chosen, gy[:, :, i, j, None], 0).reshape(cell.shape)
        return gx


def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """The highest element of each window of sequences: [n, c, length] or [c, length] -> [..., length'].

    As `max_pool2d`, with whole numbers for settings.
    """
    settings = settings_of_line("max_pool1d", kernel_size, stride, padding, dilation)
    refuse_indices("max_pool1d", return_indices)
    return of_sequences("max_pool1d", input, lambda x: max_pool("max_pool1d", x, *settings, ceil_mode))


def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """The highest element of each window: [n, c, h, w] or [c, h, w] -> [..., h', w'].

    Settings are numbers or pairs (down, across); `stride` is kernel_size if not given. Padding, at most half of the
    kernel, is never the highest. h' = ⌊(h + 2 padding - dilation (kh - 1) - 1) / stride⌋ + 1, or with `ceil_mode` that
    rounded up, if the last window still begins inside the image or before it. Of equal elements the first, row by row,
    gets the gradient. `return_indices` is there for PyTorch's order of arguments; it may not be True.

    Raises ValueError for settings that cannot be, among them a kernel larger than the padded input.
    """
    settings = settings_of("max_pool2d", kernel_size, stride, padding, dilation)
    refuse_indices("max_pool2d", return_indices)
    return of_images("max_pool2d", input, lambda x: max_pool("max_pool2d", x, *settings, ceil_mode))


def max_pool(op: str, x: Tensor, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool) -> Tensor:
    """max_pool2d of images [n, c, h, w], with all settings in pairs."""
    check_bool(f"{op}: ceil_mode", ceil_mode)
    around = padding_of(op, x.shape, kernel, stride, padding, dilation, ceil_mode)
    return fastest(MaxPool2d)(kernel, stride, around, dilation)(x)


def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The average of each window of sequences: [n, c, length] or [c, length] -> [..., length'].

    As `avg_pool2d`, with whole numbers for settings.
    """
    kernel, stride, padding, _ = settings_of_line("avg_pool1d", kernel_size, stride, padding)
    settings = (kernel, stride, padding, ceil_mode, count_include_pad, None)
    return of_sequences("avg_pool1d", input, lambda x: avg_pool("avg_pool1d", x, *settings))


def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The average of each window: [n, c, h, w] or [c, h, w] -> [..., h', w'], in sizes as `max_pool2d`.

    Padding counts as zeros, or not at all without `count_include_pad`; what a last window of `ceil_mode` covers beyond
    it never counts. The sum is divided by `divisor_override` instead of the number of elements, if that is given.

    Raises ValueError for settings that cannot be, among them a kernel larger than the padded input.
    """
    kernel, stride, padding, _ = settings_of("avg_pool2d", kernel_size, stride, padding)
    divisor = divisor_of("avg_pool2d", divisor_override)
    settings = (kernel, stride, padding, ceil_mode, count_include_pad, divisor)
    return of_images("avg_pool2d", input, lambda x: avg_pool("avg_pool2d", x, *settings))


def avg_pool(
    op: str,
    x: Tensor,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor: int | None,
) -> Tensor:
    """avg_pool2d of images [n, c, h, w], with all settings in pairs."""
    check_bool(f"{op}: ceil_mode", ceil_mode)
    check_bool(f"{op}: count_include_pad", count_include_pad)
    around = padding_of(op, x.shape, kernel, stride, padding, (1, 1), ceil_mode)
    (p, q) = padding if count_include_pad else (0, 0)
    return fastest(AvgPool2d)(kernel, stride, around, ((p, p), (q, q)), divisor)(x)


def adaptive_avg_pool1d(input: Tensor, output_size: Any) -> Tensor:
    """The average of each of `output_size` stretches of sequences: [n, c, length] or [c, length] -> [..., size]."""
    size = single(output_size, "adaptive_avg_pool1d: output_size")
    return of_sequences("adaptive_avg_pool1d", input, lambda x: adaptive_avg_pool2d(x, (1, size)))


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The average of each cell of a grid laid over the images: [n, c, h, w] or [c, h, w] -> [..., down, across].

    `output_size` is a number or a pair (down, across), in which None keeps the input's size. Cell i of `down` has rows
    ⌊i h / down⌋ to ⌈(i + 1) h / down⌉ - 1: cells overlap by a row where the size does not divide. A size of 1 averages
    over all positions.
    """

    def pool(x: Tensor) -> Tensor:
        size = size_of_grid("adaptive_avg_pool2d", output_size, x.shape)
        kernel = kernel_of_grid(size, x.shape)
        return fastest(AvgPool2d)(kernel, kernel)(x) if kernel else AdaptiveAvgPool2d(size)(x)

    return of_images("adaptive_avg_pool2d", input, pool)


def adaptive_max_pool1d(input: Tensor, output_size: Any, return_indices: bool = False) -> Tensor:
    """The highest of each of `output_size` stretches of sequences: [n, c, length] or [c, length] -> [..., size]."""
    size = single(output_size, "adaptive_max_pool1d: output_size")
    refuse_indices("adaptive_max_pool1d", return_indices)
    return of_sequences("adaptive_max_pool1d", input, lambda x: adaptive_max_pool2d(x, (1, size)))


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Tensor:
    """The highest element of each cell of a grid laid over the images, in cells as `adaptive_avg_pool2d`."""

    def pool(x: Tensor) -> Tensor:
        size = size_of_grid("adaptive_max_pool2d", output_size, x.shape)
        kernel = kernel_of_grid(size, x.shape)
        return fastest(MaxPool2d)(kernel, kernel)(x) if kernel else AdaptiveMaxPool2d(size)(x)

    refuse_indices("adaptive_max_pool2d", return_indices)
    return of_images("adaptive_max_pool2d", input, pool)


# ------------------------------------------------------------------------------------------------ shapes and settings


def of_images(op: str, input: Any, pool: Callable[[Tensor], Tensor]) -> Tensor:
    """`pool` of images [n, c, h, w], or of one image [c, h, w]. Raises ValueError for other shapes."""
    x = as_floating(input, op)
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        raise ValueError(f"{op} got input {as_tensor(input, op).shape}; expected [n, channels, height, width] or no n")
    if x.ndim == 4:
        return pool(x)
    y = pool(reshape(x, 1, *x.shape))
    return reshape(y, y.shape[1:])


def of_sequences(op: str, input: Any, pool: Callable[[Tensor], Tensor]) -> Tensor:
    """`pool` of sequences [n, c, length] or [c, length] as images of one row. Raises ValueError for other shapes."""
    x = as_floating(input, op)
    if x.ndim not in (2, 3) or 0 in x.shape[-2:]:
        raise ValueError(f"{op} got input {as_tensor(input, op).shape}; expected [n, channels, length] or no n")
    batch = x.shape[0] if x.ndim == 3 else 1
    y = pool(reshape(x, batch, x.shape[-2], 1, x.shape[-1]))
    return reshape(y, *x.shape[:-1], y.shape[-1])


def settings_of(
    op: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1
) -> tuple[Pair, Pair, Pair, Pair]:
    """Kernel, stride, padding and dilation in pairs. Raises ValueError or TypeError for what they cannot be."""
    kernel = pair(kernel_size, f"{op}: kernel_size", 1)
    stride = kernel if stride is None else pair(stride, f"{op}: stride", 1)
    padding, dilation = pair(padding, f"{op}: padding"), pair(dilation, f"{op}: dilation", 1)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ValueError(
            f"{op} got padding {padding} for a kernel of {kernel[0]} x {kernel[1]}; expected at most half of that"
        )
    return kernel, stride, padding, dilation


def settings_of_line(
    op: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any = 1
) -> tuple[Pair, Pair, Pair, Pair]:
    """The settings for sequences, as those for images of one row."""
    k = single(kernel_size, f"{op}: kernel_size", 1)
    s = k if stride is None else single(stride, f"{op}: stride", 1)
    p, d = single(padding, f"{op}: padding"), single(dilation, f"{op}: dilation", 1)
    return settings_of(op, (1, k), (1, s), (0, p), (1, d))


def reach_of(kernel: Pair, dilation: Pair) -> tuple[int, int]:
    """How far the elements of a window lie apart, the first and the last included."""
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


def padding_of(
    op: str, shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> Padding:
    """Padding as ((above, below), (left, right)), as far as the last window of `ceil_mode` reaches.

    Raises ValueError if not one window fits.
    """
    reach = reach_of(kernel, dilation)
    (top, bottom), (left, right) = [
        (p, p + beyond(size, r, s, p) * bool(ceil_mode))
        for size, r, s, p in zip(shape[2:], reach, stride, padding, strict=True)
    ]
    if shape[2] + top + bottom < reach[0] or shape[3] + left + right < reach[1]:
        raise ValueError(
            f"{op} got a kernel that reaches over {reach[0]} x {reach[1]} for an input of {shape[2] + 2 * top} x "
            f"{shape[3] + 2 * left}, padding included; expected it to fit"
        )
    return (top, bottom), (left, right)


def beyond(size: int, reach: int, stride: int, padding: int) -> int:
    """How far the last window of `ceil_mode` reaches beyond a padded line.

    There is one more window if some elements are left over, unless it would begin in the padding behind the line.
    """
    spare = size + 2 * padding - reach
    start = -(-spare // stride) * stride
    return start - spare if start < size + padding else 0


def size_of_grid(op: str, output_size: Any, shape: tuple[int, ...]) -> Pair:
    """The size of an adaptive result for images of `shape`, where None keeps that of the input."""
    sizes = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
    if len(sizes) == 2:
        sizes = [given if size is None else size for size, given in zip(sizes, shape[2:], strict=True)]
    return pair(sizes, f"{op}: output_size")


def kernel_of_grid(size: Pair, shape: tuple[int, ...]) -> Pair | None:
    """The windows that cells are if they are all of one size and do not overlap; None if not."""
    if 0 in size or shape[2] % size[0] or shape[3] % size[1]:
        return None
    return shape[2] // size[0], shape[3] // size[1]


def refuse_indices(op: str, return_indices: Any) -> None:
    if return_indices:
        raise ValueError(f"{op} got return_indices={return_indices!r}; expected False: indices are not offered")


def divisor_of(op: str, divisor: Any) -> int | None:
    """The divisor as an int, or None. Raises ValueError for what is no whole number, and for 0."""
    if divisor is None:
        return None
    if isinstance(divisor, bool) or not isinstance(divisor, Integral) or divisor == 0:
        raise ValueError(f"{op} got divisor_override={divisor!r}; expected a whole number other than 0, or None")
    return int(divisor)
