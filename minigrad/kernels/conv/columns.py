"""Convolution by im2col, a few images at a time, so that their columns stay in the processor's cache.

Images are [n, h, w, c]. The windows of a block are copied into a matrix [places, kh · kw · c], whose product with the
kernels is the result. The gradient of the input is a convolution too (of the gradient with the turned kernel), so that
nothing has to be added up where windows overlap. Padding may be negative here: then rows or columns are left out.
"""

from collections.abc import Iterator
from math import gcd

import numpy as np

from ...device import Array
from .. import windows
from ..pixels import runs
from ..windows import Padding, Pair
from .products import in_parts

IN_CACHE = 1 << 18
"""Elements of the columns of one block of images; what is larger waits for memory."""


def convolve(x: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, h', w', o] = the convolution of x [n, h, w, c] with weight [o, c, kh, kw]."""
    kernels = np.ascontiguousarray(weight.transpose(0, 2, 3, 1).reshape(len(weight), -1).T)
    for block, columns in blocks(x, weight.shape[2:], stride, padding, dilation, out.shape[1:3]):
        if out.flags.c_contiguous:
            in_parts(columns, kernels, out[block].reshape(len(columns), -1))
        else:
            out[block] = (columns @ kernels).reshape(out[block].shape)


def input_grad(gy: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, h, w, c] = the gradient of the input for the gradient gy [n, h', w', o] of the result.

    With a stride of s, rows whose numbers differ by a multiple of s meet the same taps of the kernel and no others; so
    for each of the s phases, down and across, the gradient is a convolution of stride 1 with these taps.
    """
    turned = weight.swapaxes(0, 1)
    for rows in phases(out.shape[1], weight.shape[2], stride[0], padding[0][0], dilation[0], gy.shape[1]):
        for cols in phases(out.shape[2], weight.shape[3], stride[1], padding[1][0], dilation[1], gy.shape[2]):
            part = out[:, rows.places, cols.places]
            if not rows.taps or not cols.taps:
                part[...] = 0
                continue
            taps = turned[:, :, rows.taps][:, :, :, cols.taps]
            convolve(gy, taps, (1, 1), (rows.padding, cols.padding), (rows.apart, cols.apart), part)


def weight_grad(x: Array, gy: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    """The gradient [o, c, kh, kw] of the weight for the gradient gy [n, h', w', o] of the result."""
    c, o = x.shape[3], gy.shape[3]
    total = np.zeros((kernel[0] * kernel[1] * c, o), x.dtype)
    for block, columns in blocks(x, kernel, stride, padding, dilation, gy.shape[1:3]):
        total += columns.T @ gy[block].reshape(len(columns), o)
    return total.reshape(*kernel, c, o).transpose(3, 2, 0, 1)


class Phase:
    """The rows (or columns) of an image that meet the same taps, and the convolution that gives their gradient.

    Row i of the image is row i + p of the padded one, p the padding before it, and row j of the result meets rows
    s j + d u of that. So row s a + r of the padded image meets rows a - t of the result, for taps u with d u = s t + r.
    """

    def __init__(self, r: int, size: int, kernel: int, stride: int, before: int, dilation: int, results: int):
        first = -((r - before) // stride)  # the first and the last a with 0 <= s a + r - p < size
        last = (size - 1 + before - r) // stride
        self.places = slice(stride * first + r - before, None, stride)
        self.taps = [u for u in range(kernel) if (dilation * u - r) % stride == 0][::-1]
        self.apart = dilation // gcd(dilation, stride)
        if self.taps:
            most, least = [(dilation * u - r) // stride for u in (self.taps[0], self.taps[-1])]
            self.padding = most - first, last - least - results + 1


def phases(size: int, kernel: int, stride: int, before: int, dilation: int, results: int) -> list[Phase]:
    """All phases in which the image has a row."""
    found = [Phase(r, size, kernel, stride, before, dilation, results) for r in range(stride)]
    return [phase for phase in found if phase.places.start < size]


def blocks(
    x: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair, size: tuple[int, ...]
) -> Iterator[tuple[slice, Array]]:
    """The images block by block: the slice of the batch, and its columns [places, kh · kw · c]."""
    n, _, _, c = x.shape
    (kh, kw), (sh, sw), (dh, dw), (down, across) = kernel, stride, dilation, size
    length = kh * kw * c
    many = max(1, IN_CACHE // max(1, down * across * length))
    for start in range(0, n, many):
        block = slice(start, min(start + many, n))
        image = padded(x[block], padding)
        if kh == kw == sh == sw == 1 and image.flags.c_contiguous:
            yield block, image.reshape(-1, c)
            continue
        a, i, j, _ = image.strides
        if dw == 1:  # the columns of a window and their channels lie together
            view = runs(image, (len(image), down, across, kh), (a, i * sh, j * sw, i * dh), kw * c)
        else:
            view = runs(image, (len(image), down, across, kh, kw), (a, i * sh, j * sw, i * dh, j * dw), c)
        yield block, np.ascontiguousarray(view).view(x.dtype).reshape(-1, length)


def padded(x: Array, padding: Padding) -> Array:
    """x [n, h, w, c] with zeros around it, C-contiguous; where padding is negative, without its border."""
    (top, bottom), (left, right) = padding
    x = x[:, max(0, -top) : x.shape[1] - max(0, -bottom), max(0, -left) : x.shape[2] - max(0, -right)]
    around = (max(0, top), max(0, bottom)), (max(0, left), max(0, right))
    return np.ascontiguousarray(windows.padded(x.transpose(0, 3, 1, 2), around).transpose(0, 2, 3, 1))
