"""Convolution of images on a GPU: windows as columns of all images at once, so that one product does it.

X [c · kh · kw, n · places] holds the windows, Y [o, n · places] = W X the result with the channels in front; kernels
put images in front again. A few images are taken at a time where their columns would fill the memory.
"""

from collections.abc import Iterator
from functools import reduce
from math import prod
from operator import add
from typing import Any

from ...device import Array, array_module
from ..windows import Padding, Pair, places
from .launch import THREADS, blocks, dense, launch
from .products import product

LARGEST = 1 << 28
"""Elements of the columns of the images that are taken at a time."""
MOST_ROWS = 65535
"""The largest size of a grid in its second dimension."""

IM2COL = """
extern "C" __global__ void im2col(const T* x, T* columns, int n, int c, int h, int w, int down, int across, int kh,
                                  int kw, int sh, int sw, int top, int left, int dh, int dw) {
    int rows = c * kh * kw, width = n * down * across;
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < width) {
        int image = i / (down * across), row = i / across % down * sh - top, column = i % across * sw - left;
        for (int k = blockIdx.y; k < rows; k += gridDim.y) {
            int a = row + k / kw % kh * dh, b = column + k % kw * dw;
            bool inside = a >= 0 && a < h && b >= 0 && b < w;
            const T* plane = x + ((long long) image * c + k / (kh * kw)) * h * w;
            columns[(long long) k * width + i] = inside ? plane[a * w + b] : (T) 0.0f;
        }
    }
}
"""

COL2IM = """
extern "C" __global__ void col2im(const T* columns, T* x, int n, int c, int h, int w, int down, int across, int kh,
                                  int kw, int sh, int sw, int top, int left, int dh, int dw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n * c * h * w) {
        int b = i % w + left, a = i / w % h + top, channel = i / (w * h) % c, image = i / (w * h) / c;
        int width = n * down * across;
        A total = 0;
        for (int u = 0; u < kh; u++) {
            int row = a - u * dh;
            if (row < 0 || row % sh != 0 || row / sh >= down) continue;
            for (int v = 0; v < kw; v++) {
                int column = b - v * dw;
                if (column < 0 || column % sw != 0 || column / sw >= across) continue;
                long long k = ((long long) channel * kh + u) * kw + v;
                total += (A) columns[k * width + (image * down + row / sh) * across + column / sw];
            }
        }
        x[i] = (T) total;
    }
}
"""
"""Each pixel adds up what all windows that cover it hold of it: no two threads write to one place."""

SWAP = """
extern "C" __global__ void swap(const T* x, const T* bias, T* y, int first, int second, int places, int added) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < first * second * places) {
        int a = i / (second * places), b = i / places % second;
        A value = (A) x[((long long) b * first + a) * places + i % places];
        y[i] = (T) (added ? value + (A) bias[b] : value);
    }
}
"""
"""x [second, first, places] as y [first, second, places]; bias [second] is added where there is one."""


class Windows:
    """The windows of images of a `shape` [n, c, h, w]: how many there are, and how kernels are told."""

    def __init__(self, shape: tuple[int, ...], kernel: Any, stride: Pair, padding: Padding, dilation: Pair):
        self.shape, self.kernel = shape, tuple(kernel)
        each = zip(shape[2:], self.kernel, stride, padding, dilation, strict=True)
        self.size = tuple([places(*line) for line in each])
        self.rows, self.places = shape[1] * prod(self.kernel), prod(self.size)
        self.settings = *self.size, *self.kernel, *stride, padding[0][0], padding[1][0], *dilation

    def parts(self) -> Iterator[slice]:
        """The images, as many at a time as give no more than LARGEST elements."""
        n = self.shape[0]
        many = max(1, LARGEST // max(1, self.rows * self.places))
        for start in range(0, n, many):
            yield slice(start, min(start + many, n))

    def columns(self, x: Array) -> Array:
        """X [c · kh · kw, n · places] of images x."""
        x, width = dense(x), len(x) * self.places
        columns = array_module(x).empty((self.rows, width), x.dtype)
        grid = blocks(width), min(self.rows, MOST_ROWS)
        launch("im2col", (IM2COL,), x.dtype, grid, (THREADS,), x, columns, *x.shape, *self.settings)
        return columns

    def images(self, columns: Array, n: int) -> Array:
        """The n images to which columns [c · kh · kw, n · places] add up."""
        x = array_module(columns).empty((n, *self.shape[1:]), columns.dtype)
        launch("col2im", (COL2IM,), x.dtype, (blocks(x.size),), (THREADS,), dense(columns), x, *x.shape, *self.settings)
        return x

    def upstream(self, gy: Array, groups: int) -> Array:
        """gy [n, o, h', w'] with the channels in front: [groups, o / groups, n · places]."""
        n, o = gy.shape[:2]
        return swapped(gy.reshape(n, o, self.places)).reshape(groups, o // groups, -1)

    def input_grad(self, upstream: Array, weight: Array) -> Array:
        """The gradient of the images whose windows got this upstream gradient: gX = Wᵀ gY."""
        groups, o, width = upstream.shape
        kernels = weight.reshape(groups, o, -1).swapaxes(1, 2)
        return self.images(product(kernels, upstream).reshape(self.rows, -1), width // self.places)

    def weight_grad(self, x: Array, upstream: Array) -> Array:
        """gW = gY Xᵀ of these images, [groups, o / groups, c / groups · kh · kw]."""
        groups = len(upstream)
        columns = self.columns(x).reshape(groups, self.rows // groups, -1)
        return product(upstream, columns.swapaxes(1, 2))


def swapped(x: Array, bias: Array | None = None) -> Array:
    """x [b, a, places] as [a, b, places], plus bias [b] where it is given."""
    second, first, size = x.shape
    y = array_module(x).empty((first, second, size), x.dtype)
    arguments = dense(x), x if bias is None else dense(bias), y, first, second, size, int(bias is not None)
    launch("swap", (SWAP,), x.dtype, (blocks(y.size),), (THREADS,), *arguments)
    return y


def together(parts: list[Array]) -> Array:
    """The images of all parts."""
    return parts[0] if len(parts) == 1 else array_module(parts[0]).concatenate(parts)


def added_up(parts: list[Array], shape: tuple[int, ...]) -> Array:
    """The sum of what all parts contribute."""
    return reduce(add, parts).reshape(shape)


def convolve(
    x: Array, weight: Array, bias: Array | None, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Array:
    """The convolution of x [n, c, h, w] with weight [o, c / groups, kh, kw], plus bias: [n, o, h', w']."""
    windows, o = Windows(x.shape, weight.shape[2:], stride, padding, dilation), len(weight)
    kernels, parts = weight.reshape(groups, o // groups, -1), []
    for part in windows.parts():
        columns = windows.columns(x[part])
        y = product(kernels, columns.reshape(groups, windows.rows // groups, -1))
        parts.append(swapped(y.reshape(o, -1, windows.places), bias))
    return together(parts).reshape(len(x), o, *windows.size)


def gradients(
    x: Array, gy: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> tuple[Array, Array]:
    """`input_grad` and `weight_grad`, for which gy is put in order once."""
    windows = Windows(x.shape, weight.shape[2:], stride, padding, dilation)
    upstream = [(x[part], windows.upstream(gy[part], groups)) for part in windows.parts()]
    of_x = together([windows.input_grad(g, weight) for _, g in upstream])
    return of_x, added_up([windows.weight_grad(*pair) for pair in upstream], weight.shape)


def input_grad(
    gy: Array, weight: Array, shape: tuple[int, ...], stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Array:
    """The gradient of an input of `shape` [n, c, h, w] for the gradient gy [n, o, h', w'] of the result."""
    windows = Windows(shape, weight.shape[2:], stride, padding, dilation)
    return together([windows.input_grad(windows.upstream(gy[part], groups), weight) for part in windows.parts()])


def weight_grad(
    x: Array, gy: Array, shape: tuple[int, ...], stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> Array:
    """The gradient of a weight of `shape` [o, c / groups, kh, kw] for the gradient gy [n, o, h', w'] of the result."""
    windows = Windows(x.shape, shape[2:], stride, padding, dilation)
    return added_up([windows.weight_grad(x[p], windows.upstream(gy[p], groups)) for p in windows.parts()], shape)
