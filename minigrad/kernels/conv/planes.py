"""Convolution of images with few channels, such as digits or photographs, plane by plane.

Images are [n, c, h, w] here. With few channels the windows of [n, h, w, c] would be copied in short runs. So the
columns are made the other way round, [n, c · kh · kw, places]: for each tap of the kernel the whole plane, shifted.
With a stride of 1 a shifted plane is one run of memory, if the kernel also goes over the places where it sticks out to
the right; what it finds there is left out of the result.
"""

from collections.abc import Iterator

import numpy as np

from ...device import Array
from ..windows import Padding, Pair, padded

IN_CACHE = 1 << 20
"""Elements of the columns of one block of images."""


def convolve(x: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, o, h', w'], of any order in memory, = the convolution of x [n, c, h, w] with weight [o, c, kh, kw]."""
    kernels = weight.reshape(len(weight), -1)
    down, across = out.shape[2:]
    by_pixel = out.strides[1] == out.itemsize  # are the channels of a pixel to lie together?
    for block, columns, width in blocks(x, weight.shape[2:], stride, padding, dilation, (down, across)):
        if by_pixel:
            y = (columns.swapaxes(1, 2) @ kernels.T).reshape(-1, down, width, len(weight))
            out[block] = y[:, :, :across].transpose(0, 3, 1, 2)
        else:
            y = (kernels @ columns).reshape(-1, len(weight), down, width)
            out[block] = y[..., :across]


def input_grad(gy: Array, weight: Array, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, c, h, w] = the gradient of the input for the gradient gy [n, o, h', w'] of a result with a stride of 1.

    The gradients of the columns are added up plane by plane, each shifted back by its tap.
    """
    n, c, h, w = out.shape
    o, _, kh, kw = weight.shape
    (top, bottom), (left, right) = padding
    down, width = gy.shape[2], w + left + right
    kernels, length = weight.reshape(o, -1).T, down * width
    many = max(1, IN_CACHE // (c * kh * kw * length))
    for start in range(0, n, many):
        block = slice(start, min(start + many, n))
        spread = np.zeros((block.stop - block.start, o, down, width), gy.dtype)
        spread[..., : gy.shape[3]] = gy[block]
        columns = (kernels @ spread.reshape(len(spread), o, length)).reshape(-1, c, kh, kw, length)
        image = np.zeros((len(columns), c, (h + top + bottom + 1) * width), gy.dtype)
        for u in range(kh):
            for v in range(kw):
                shift = u * dilation[0] * width + v * dilation[1]
                image[..., shift : shift + length] += columns[:, :, u, v]
        out[block] = image.reshape(len(columns), c, -1, width)[:, :, top : top + h, left : left + w]


def weight_grad(x: Array, gy: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    """The gradient [o, c, kh, kw] of the weight for the gradient gy [n, o, h', w'] of the result."""
    o, down, across = gy.shape[1:]
    total = np.zeros((x.shape[1] * kernel[0] * kernel[1], o), x.dtype)
    for block, columns, width in blocks(x, kernel, stride, padding, dilation, (down, across)):
        spread = np.zeros((len(columns), down, width, o), gy.dtype)  # by pixel: the order that BLAS likes here
        spread[:, :, :across] = gy[block].transpose(0, 2, 3, 1)
        total += (columns @ spread.reshape(len(columns), down * width, o)).sum(axis=0)
    return total.T.reshape(o, x.shape[1], *kernel)


def blocks(
    x: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair, size: Pair
) -> Iterator[tuple[slice, Array, int]]:
    """The images block by block: the slice of the batch, its columns [n, c · kh · kw, h' · width], and the width."""
    n, c = x.shape[:2]
    (kh, kw), (sh, sw), (dh, dw), (down, across) = kernel, stride, dilation, size
    (top, bottom), sides = padding  # a row more below: what a shifted plane reaches beyond the last one
    many = max(1, IN_CACHE // max(1, c * kh * kw * down * across))
    for start in range(0, n, many):
        block = slice(start, min(start + many, n))
        planes = padded(np.ascontiguousarray(x[block]), ((top, bottom + 1), sides))
        a, b, i, j = planes.strides
        shape, strides = (len(planes), c, kh, kw), (a, b, i * dh, j * dw)
        if stride == (1, 1):
            width = planes.shape[3]
            view = np.lib.stride_tricks.as_strided(planes, (*shape, down * width), (*strides, j))
        else:
            width = across
            view = np.lib.stride_tricks.as_strided(planes, (*shape, down, across), (*strides, i * sh, j * sw))
        yield block, np.ascontiguousarray(view).reshape(len(planes), c * kh * kw, down * width), width
