"""Sliding windows over images: the view of them, and images laid out as columns and put together again."""

from collections.abc import Sequence
from typing import Any

from ..device import Array, array_module

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]
"""(above, below), (left, right)"""


def places(size: int, kernel: int, stride: int, padding: Pair, dilation: int) -> int:
    """How many windows of `kernel` elements, `dilation` apart, fit on a line of `size`, one every `stride`."""
    return (size + sum(padding) - dilation * (kernel - 1) - 1) // stride + 1


def padded(x: Array, padding: Padding, value: float = 0) -> Array:
    """x [n, c, h, w] with `value` around it; itself without padding. Memory order stays channels-last where it was."""
    (top, bottom), (left, right) = padding
    if not (top or bottom or left or right):
        return x
    n, c, h, w = x.shape
    shape = (n, c, h + top + bottom, w + left + right)
    if value:
        y = empty_like_order(x, shape)
        y[...] = value
    else:
        y = empty_like_order(x, shape, make=array_module(x).zeros)  # memory that is new is zero already
    y[:, :, top : top + h, left : left + w] = x
    return y


def empty_like_order(x: Array, shape: tuple[int, int, int, int], dtype: Any = None, make: Any = None) -> Array:
    """A new array of `shape`, channels-last in memory if `x` is; `make` may be another function than `empty`."""
    make = make or array_module(x).empty
    if is_channels_last(x):
        n, c, h, w = shape
        return make((n, h, w, c), dtype or x.dtype).transpose(0, 3, 1, 2)
    return make(shape, dtype or x.dtype)


def is_channels_last(x: Array) -> bool:
    """Do the channels of x [n, c, h, w] lie next to each other in memory?"""
    return x.shape[1] > 1 and x.strides[1] == x.itemsize and x.strides[3] != x.itemsize


def windows(x: Array, kernel: Sequence[int], stride: Pair, dilation: Pair = (1, 1)) -> Array:
    """All windows of x [n, c, h, w], as a view [n, c, places down, places across, kernel height, kernel width]."""
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
    n, c, h, w = x.shape
    down, across = places(h, kh, sh, (0, 0), dh), places(w, kw, sw, (0, 0), dw)
    a, b, i, j = x.strides
    as_strided = array_module(x).lib.stride_tricks.as_strided
    return as_strided(x, (n, c, down, across, kh, kw), (a, b, i * sh, j * sw, i * dh, j * dw))


def im2col(x: Array, kernel: Sequence[int], stride: Pair, padding: Padding, dilation: Pair) -> Array:
    """The windows of x [n, c, h, w] as columns [n, c · kh · kw, places]: one column for each place of the kernel."""
    view = windows(padded(x, padding), kernel, stride, dilation)
    n, c, down, across, kh, kw = view.shape
    return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, down * across)


def col2im(
    columns: Array, shape: tuple[int, ...], kernel: Sequence[int], stride: Pair, padding: Padding, dilation: Pair
) -> Array:
    """Columns [n, c · kh · kw, places] added up where they lie in an image of `shape` [n, c, h, w].

    The transpose of im2col: it copies a pixel into every window that covers it, so here these copies are summed.
    """
    n, c, h, w = shape
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
    (top, bottom), (left, right) = padding
    down, across = places(h, kh, sh, padding[0], dh), places(w, kw, sw, padding[1], dw)
    columns = columns.reshape(n, c, kh, kw, down, across)
    image = array_module(columns).zeros((n, c, h + top + bottom, w + left + right), columns.dtype)
    for u in range(kh):
        for v in range(kw):
            rows, cols = slice(u * dh, u * dh + sh * down, sh), slice(v * dw, v * dw + sw * across, sw)
            image[:, :, rows, cols] += columns[:, :, u, v]
    return image[:, :, top : top + h, left : left + w]
