"""Convolution by im2col, a few images at a time, so that their columns stay in the processor's cache.

Images are [n, h, w, c]. The windows of a block are copied into a matrix [places, kh · kw · c], whose product with the
kernels is the result. The gradient of the input is a convolution too (of the gradient with the turned kernel), so that
nothing has to be added up where windows overlap. Padding may be negative here: then rows or columns are left out.

With few kernels, copying takes longer than the product, which is a narrow one. Then q neighbouring places are taken
together: their windows, which overlap, are copied as one of kw + (q - 1) · stride columns, and multiplied by a matrix
in which the kernels stand q times, each time moved on by the stride, with zeros around them. The product computes more,
but is wider, and what is copied is nearly q times less.
"""

from collections.abc import Iterator
from math import gcd

import numpy as np

from ...device import Array
from ..pixels import pixels, runs
from ..windows import Padding, Pair
from .products import in_parts, transposed_in_parts

IN_CACHE = 1 << 17
"""Elements of the columns of one block of images; what is larger waits for memory."""
FEW_BLOCKS = 4
"""So many blocks are made one: operations are too short then to be worth it, as threads may wait between them."""
WIDE = 64
"""Kernels, those of places that are taken together counted each, that make a product wide."""


def together(most: int, across: int) -> int:
    """How many neighbouring places of a row of results are taken together: up to `most`, such that they divide it."""
    most = max(1, min(most, across))
    return next((q for q in range(most, 1, -1) if across % q == 0), most)


def few_together(outputs: int, kernel: tuple[int, ...], dilation: Pair, across: int) -> int:
    """How many make the product with so many kernels a wide one."""
    return 1 if kernel[1] == 1 or dilation[1] > 1 else together(min(4, WIDE // outputs), across)


def side_by_side(weight: Array, q: int, stride: int) -> Array:
    """The kernels of weight [o, c, kh, kw] for q places together: [kh · (kw + (q - 1) · stride) · c, q · o]."""
    o, c, kh, kw = weight.shape
    kernels = np.zeros((kh, kw + (q - 1) * stride, c, q, o), weight.dtype)
    for j in range(q):
        kernels[:, j * stride : j * stride + kw, :, j] = weight.transpose(2, 3, 1, 0)
    return kernels.reshape(-1, q * o)


def in_groups(gy: Array, q: int) -> Array:
    """The rows of gy [n, h', w', o], q places together: [n · h' · w' / q, q · o]; beyond the end of a row are zeros."""
    n, down, across, o = gy.shape
    if across % q:
        gy, before = np.zeros((n, down, -(-across // q) * q, o), gy.dtype), gy
        gy[:, :, :across] = before
    return gy.reshape(-1, q * o)


def convolve(x: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, h', w', o] = the convolution of x [n, h, w, c] with weight [o, c, kh, kw]."""
    o, (down, across) = len(weight), out.shape[1:3]
    q = few_together(o, weight.shape[2:], dilation, across)
    kernels = side_by_side(weight, q, stride[1])
    for block, columns in blocks(x, weight.shape[2:], stride, padding, dilation, (down, across), q):
        if out.flags.c_contiguous and across % q == 0:
            in_parts(columns, kernels, out[block].reshape(len(columns), q * o))
        else:
            out[block] = (columns @ kernels).reshape(len(out[block]), down, -1, o)[:, :, :across]


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
    _, down, across, o = gy.shape
    (kh, kw), c = kernel, x.shape[3]
    q = few_together(o, kernel, dilation, across)
    length = kw + (q - 1) * stride[1]
    total = np.zeros((kh * length * c, q * o), x.dtype)
    for block, columns in blocks(x, kernel, stride, padding, dilation, (down, across), q):
        total += transposed_in_parts(columns, in_groups(gy[block], q))
    each = total.reshape(kh, length, c, q, o)
    grad = np.zeros((kh, kw, c, o), x.dtype)
    for j in range(q):
        grad += each[:, j * stride[1] : j * stride[1] + kw, :, j]
    return grad.transpose(3, 2, 0, 1)


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


def images_in_a_block(n: int, elements: int) -> int:
    """How many of n images are taken at a time, whose columns have so many elements each."""
    return n if n * elements <= FEW_BLOCKS * IN_CACHE else max(1, IN_CACHE // max(1, elements))


def blocks(
    x: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair, size: tuple[int, ...], q: int
) -> Iterator[tuple[slice, Array]]:
    """The images block by block: the slice of the batch, and its columns [places, kh · kw · c], those of q places
    together [places / q, kh · (kw + (q - 1) · stride) · c]. The next block overwrites them."""
    n, h, w, c = x.shape
    (kh, kw), (sh, sw), (dh, dw), (down, across) = kernel, stride, dilation, size
    groups, length = -(-across // q), kw + (q - 1) * sw
    many = images_in_a_block(n, down * groups * kh * length * c)
    if kh == kw == sh == sw == 1 and padding == ((0, 0), (0, 0)) and x.flags.c_contiguous:
        for start in range(0, n, many):
            yield slice(start, min(start + many, n)), x[start : start + many].reshape(-1, c)
        return
    (top, bottom), (left, right) = padding
    x = x[:, max(0, -top) : h - max(0, -bottom), max(0, -left) : w - max(0, -right)]
    top, left = max(0, top), max(0, left)
    high = max((down - 1) * sh + (kh - 1) * dh + 1, top + x.shape[1])
    wide = max((groups * q - 1) * sw + (kw - 1) * dw + 1, left + x.shape[2])
    image = np.zeros((min(many, n), high, wide, c), x.dtype)
    inside = image[:, top : top + x.shape[1], left : left + x.shape[2]]
    a, i, j, _ = image.strides
    if dw == 1:  # the columns of a window and their channels lie together
        view = runs(image, (len(image), down, groups, kh), (a, i * sh, j * sw * q, i * dh), length * c)
    else:
        view = runs(image, (len(image), down, groups, kh, kw), (a, i * sh, j * sw, i * dh, j * dw), c)
    copies = np.empty((*view.shape, view.itemsize // x.itemsize), x.dtype)
    items = pixels(copies)
    for start in range(0, n, many):
        block = slice(start, min(start + many, n))
        count = block.stop - start
        inside[:count] = x[block]
        items[:count] = view[:count]
        yield block, copies[:count].reshape(-1, kh * length * c)
