"""3 x 3 convolutions of stride 1 with four times fewer multiplications: Winograd's minimal filtering F(4 x 4, 3 x 3).

A tile d of 6 x 6 inputs and a kernel g give 4 x 4 outputs, Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, with 36 multiplications where
the definition takes 144 (Winograd, "Arithmetic complexity of computations", 1980; Lavin & Gray, "Fast algorithms for
convolutional neural networks", 2016). Over all channels, ⊙ becomes 36 matrix products.

Images are [n, h, w, c]. Tiles lie as [6, 6, n, tiles down, tiles across, c], so that the transforms by A, B and G are
products of small matrices with long rows.
"""

from collections.abc import Iterator
from functools import cache
from math import prod

import numpy as np

from ...device import Array
from ..pixels import pixels, runs
from ..windows import Padding
from .products import parts_of

POINTS = (0, 3 / 4, -3 / 4, 3 / 2, -3 / 2)
"""Where the polynomials behind the filtering are evaluated, besides infinity. 0, ±1, ±2, as in most texts, make A and B
simpler and the result half as exact; here the error is about five times that of adding up the products one by one."""

IN_CACHE = 1 << 18
"""Elements of the tiles of one block of images; what is larger waits for memory."""
KERNELS = 18
"""Elements of such tiles for each pair of channels, that is for each kernel, if there are many."""


@cache
def transforms(dtype: np.dtype) -> tuple[Array, Array, Array]:
    """Aᵀ [4, 6], G [6, 3] and Bᵀ [6, 6].

    An output of the filtering is a coefficient of a product of polynomials, transposed (Toom, 1963): G evaluates the
    kernel at the points, divided by Π (a - b) over the other points b; A evaluates the tile's gradient; and a row of
    Bᵀ holds the coefficients of the polynomial that is 0 at all points but its own.
    """
    a, g, b = np.zeros((4, 6)), np.zeros((6, 3)), np.zeros((6, 6))
    for i, point in enumerate(POINTS):
        others = [other for other in POINTS if other != point]
        a[:, i] = [point**k for k in range(4)]
        g[i] = [point**k / np.prod([point - other for other in others]) for k in range(3)]
        b[i, :5] = np.polynomial.polynomial.polyfromroots(others)
    a[3, 5] = g[5, 2] = 1
    b[5] = np.polynomial.polynomial.polyfromroots(POINTS)
    return a.astype(dtype), g.astype(dtype), b.astype(dtype)


def transformed(matrix: Array, tiles: Array) -> Array:
    """M t Mᵀ for a matrix M [p, q] and tiles t [q, q, ...] -> [p, p, ...]."""
    p, q = matrix.shape
    rows = matrix @ tiles.reshape(q, -1)
    return np.matmul(matrix, rows.reshape(p, q, -1)).reshape(p, p, *tiles.shape[2:])


def convolve(x: Array, weight: Array, padding: Padding, out: Array) -> None:
    """out [n, h', w', o] = the convolution of x [n, h, w, c] with weight [o, c, 3, 3]."""
    multiply_all(x, weight.transpose(2, 3, 1, 0), padding, out)


def input_grad(gy: Array, weight: Array, padding: Padding, out: Array) -> None:
    """out [n, h, w, c] = the gradient of the input for the gradient gy [n, h', w', o] of the result: a convolution of
    gy with the turned kernels, padded so far that every window that a pixel was in counts."""
    (top, _), (left, _) = padding
    down, across = out.shape[1] - gy.shape[1] + top, out.shape[2] - gy.shape[2] + left
    multiply_all(gy, weight.transpose(2, 3, 0, 1)[::-1, ::-1], ((2 - top, down), (2 - left, across)), out)


def multiply_all(x: Array, kernels: Array, padding: Padding, out: Array) -> None:
    """out [n, h', w', o] = the convolution of x [n, h, w, c] with kernels [3, 3, c, o]."""
    a, g, _ = transforms(x.dtype)
    c, o = kernels.shape[2:]
    factors = transformed(g, np.ascontiguousarray(kernels)).reshape(36, c, o)
    for block, tiles in input_tiles(x, padding, out.shape, (c, o)):
        products = tiles.reshape(36, -1, c) @ factors
        put_tiles(transformed(a, products.reshape(6, 6, *tiles.shape[2:5], o)), out[block])


def weight_grad(x: Array, gy: Array, padding: Padding) -> Array:
    """The gradient [o, c, 3, 3] of the weight for the gradient gy [n, h', w', o] of the result: with D the input tiles
    and E = A e Aᵀ the tiles of gy, it is Gᵀ (Σ Eᵀ D) G."""
    c, o = x.shape[3], gy.shape[3]
    total: Array = 0
    blocks = input_tiles(x, padding, gy.shape, (c, o))
    for block, tiles in blocks:
        total = multiply_transposed(output_tiles(gy[block], tiles.shape[3:5]), tiles) + total
    _, g, _ = transforms(x.dtype)
    return transformed(g.T, total.reshape(6, 6, o, c)).transpose(2, 3, 0, 1)


def blocks_of(n: int, tiles: int, channels: tuple[int, int]) -> list[slice]:
    """Slices of about equal size of a batch, whose tiles fit in the cache, unless the kernels themselves do not: these
    are gone through once for each block."""
    count = -(-n * 36 * tiles * max(channels) // max(IN_CACHE, KERNELS * prod(channels)))
    count = min(max(count, 1), n)
    return [slice(n * i // count, n * (i + 1) // count) for i in range(count)]


def input_tiles(
    x: Array, padding: Padding, shape: tuple[int, ...], channels: tuple[int, int]
) -> Iterator[tuple[slice, Array]]:
    """Bᵀ d B for the tiles of x [n, h, w, c], as many images at a time as the cache holds: the slice of the batch, and
    the tiles [6, 6, n, tiles down, tiles across, c]. They overlap by two. `shape` is that of the result."""
    _, h, w, c = x.shape
    (top, _), (left, _) = padding
    down, across = -(-shape[1] // 4), -(-shape[2] // 4)
    pixel, row = c * x.itemsize, (4 * across + 2) * c * x.itemsize
    image = np.zeros((0, 4 * down + 2, 4 * across + 2, c), x.dtype)
    _, _, b = transforms(x.dtype)
    for block in blocks_of(len(x), down * across, channels):
        n = block.stop - block.start
        if len(image) != n:
            image = np.zeros((n, *image.shape[1:]), x.dtype)
            places = (row, pixel, image.strides[0], 4 * row, 4 * pixel)
            overlapping = runs(image, (6, 6, n, down, across), places, c)
            tiles = np.empty((*overlapping.shape, c), x.dtype)
        image[:, top : top + h, left : left + w] = x[block]
        pixels(tiles)[...] = overlapping
        yield block, transformed(b, tiles)


def output_tiles(gy: Array, tiles: tuple[int, ...]) -> Array:
    """A e Aᵀ for the 4 x 4 tiles of gy [n, h, w, o], as [6, 6, n, tiles down, tiles across, o]."""
    n, h, w, o = gy.shape
    down, across = tiles
    if (h, w) != (4 * down, 4 * across):
        whole = np.zeros((n, 4 * down, 4 * across, o), gy.dtype)
        whole[:, :h, :w] = gy
        gy = whole
    parts = np.empty((4, 4, n, down, across, o), gy.dtype)
    pixels(parts)[...] = pixels(gy).reshape(n, down, 4, across, 4).transpose(2, 4, 0, 1, 3)
    a, _, _ = transforms(gy.dtype)
    return transformed(a.T, parts)


def multiply_transposed(grads: Array, tiles: Array) -> Array:
    """The 36 products Eᵀ D of grads [6, 6, ..., o] and tiles [6, 6, ..., c]: [36, o, c]."""
    o, c = grads.shape[-1], tiles.shape[-1]
    rows = tiles.size // (36 * c)
    parts = parts_of(rows, c * o) if c * o <= 1 << 12 else 1  # larger results take longer to add up than they gain
    products = grads.reshape(36, parts, rows // parts, o).swapaxes(2, 3) @ tiles.reshape(36, parts, rows // parts, c)
    return products.sum(axis=1) if parts > 1 else products[:, 0]


def put_tiles(y: Array, out: Array) -> None:
    """The 4 x 4 tiles y [4, 4, n, down, across, o] at their places in out [n, h, w, o]."""
    _, _, n, down, across, o = y.shape
    h, w = out.shape[1:3]
    whole = out if (h, w) == (4 * down, 4 * across) else np.empty((n, 4 * down, 4 * across, o), out.dtype)
    pixels(whole).reshape(n, down, 4, across, 4)[...] = pixels(y).transpose(2, 3, 0, 4, 1)
    if whole is not out:
        out[...] = whole[:, :h, :w]
