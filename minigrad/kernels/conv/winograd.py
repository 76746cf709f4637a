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

POINTS = (0, 3 / 4, -3 / 4, 3 / 2, -3 / 2)
"""Where the polynomials behind the filtering are evaluated, besides infinity. 0, ±1, ±2, as in most texts, make A and B
simpler and the result half as exact; here the error is about five times that of adding up the products one by one."""

IN_CACHE = 1 << 17
"""Elements of the tiles of one block of images: two times as many are in use at a time, and fit a cache of 1 MB."""
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
    transform = Transform(matrix, tiles.shape[2:], *rooms(2, tiles.size * 4, tiles.dtype))
    transform.given[...] = tiles
    return transform.run()


def factors(weight: Array) -> Array:
    """G g Gᵀ for all kernels of a weight [o, c, 3, 3]: [36, c, o], what the input tiles are multiplied by."""
    _, g, _ = transforms(weight.dtype)
    return transformed(g, weight.transpose(2, 3, 1, 0)).reshape(36, *weight.shape[1::-1])


def turned_factors(weight: Array) -> Array:
    """The factors [36, o, c] for the gradient of the input, a convolution with the turned kernels."""
    return factors(weight.swapaxes(0, 1)[:, :, ::-1, ::-1])


def weight_of(total: Array) -> Array:
    """Gᵀ m G for the sums m [36, o, c] of `weight_grad`: the gradient [o, c, 3, 3] of the weight."""
    _, g, _ = transforms(total.dtype)
    return transformed(g.T, total.reshape(6, 6, *total.shape[1:])).transpose(2, 3, 0, 1)


def input_grad(gy: Array, factors: Array, padding: Padding, out: Array) -> None:
    """out [n, h, w, c] = the gradient of the input for the gradient gy [n, h', w', o] of the result, with turned
    factors: gy is padded so far that every window that a pixel was in counts."""
    (top, _), (left, _) = padding
    down, across = out.shape[1] - gy.shape[1] + top, out.shape[2] - gy.shape[2] + left
    convolve(gy, factors, ((2 - top, down), (2 - left, across)), out)


def convolve(x: Array, factors: Array, padding: Padding, out: Array) -> None:
    """out [n, h', w', o] = the convolution of x [n, h, w, c] with the kernels of these factors [36, c, o]."""
    a, _, b = transforms(x.dtype)
    c, o = factors.shape[1:]
    for block, new in blocks_of(out.shape, (c, o)):
        if new:
            n, down, across = tiles_of(block, out.shape)
            one, other = rooms(2, 36 * n * down * across * max(c, o), x.dtype)
            inputs = InputTiles(x, padding, Transform(b, (n, down, across, c), one, other))
            back = Transform(a, (n, down, across, o), other, one)
            outputs = Tiled(out, back.result)
            products = back.given.reshape(36, -1, o)
        np.matmul(inputs.load(block).reshape(36, -1, c), factors, out=products)
        back.run()
        outputs.put(block)


def weight_grad(x: Array, gy: Array, padding: Padding) -> Array:
    """Σ Eᵀ D [36, o, c] over all tiles: D those of the input x [n, h, w, c], E = A e Aᵀ those of the gradient
    gy [n, h', w', o] of the result."""
    a, _, b = transforms(x.dtype)
    c, o = x.shape[3], gy.shape[3]
    total, products = np.zeros((36, o, c), x.dtype), np.empty((36, o, c), x.dtype)
    for block, new in blocks_of(gy.shape, (c, o)):
        if new:
            n, down, across = tiles_of(block, gy.shape)
            one, other, third = rooms(3, 36 * n * down * across * max(c, o), x.dtype)
            inputs = InputTiles(x, padding, Transform(b, (n, down, across, c), one, other))
            spread = Transform(a.T, (n, down, across, o), other, third)
            grads = Tiled(gy, spread.given)
        d = inputs.load(block).reshape(36, -1, c)
        grads.get(block)
        np.matmul(spread.run().reshape(36, -1, o).swapaxes(1, 2), d, out=products)
        total += products
    return total


# ------------------------------------------------------------------------------------------------------------- blocks
#
# A batch is gone through a few images at a time, so that their tiles stay in the processor's cache. A step is one call
# of NumPy into memory that is there already: with two threads, whatever is done between such calls is done while the
# other one may be waiting for Python's lock, and waking it takes as long as a step.


def blocks_of(shape: tuple[int, ...], channels: tuple[int, int]) -> Iterator[tuple[slice, bool]]:
    """Slices of a batch whose results have `shape` [n, h', w', o], and whether one has another length than the slice
    before. Tiles fit in the cache, unless the kernels themselves do not: these are gone through once a block."""
    n, down, across = tiles_of(slice(0, shape[0]), shape)
    count = -(-n * 36 * down * across * max(channels) // max(IN_CACHE, KERNELS * prod(channels)))
    each = -(-n // min(max(count, 1), n))
    for start in range(0, n, each):
        stop = min(start + each, n)
        yield slice(start, stop), start == 0 or stop - start != each


def tiles_of(block: slice, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """How many images, and tiles of 4 x 4 down and across, results of `shape` [n, h', w', o] have in this block."""
    return block.stop - block.start, -(-shape[1] // 4), -(-shape[2] // 4)


def rooms(count: int, elements: int, dtype: np.dtype) -> Array:
    """Memory for `count` arrays of tiles, of which each step reads one and writes another."""
    return np.empty((count, elements), dtype)


def in_room(room: Array, *shape: int) -> Array:
    """An array of this shape at the beginning of a room."""
    return room[: prod(shape)].reshape(shape)


class Transform:
    """M t Mᵀ for a matrix M [p, q] and tiles t [q, q, ...], `given` in one room: by way of the other one, the `result`
    [p, p, ...] takes their place."""

    def __init__(self, matrix: Array, rest: tuple[int, ...], one: Array, other: Array):
        p, q = matrix.shape
        self.given, self.result = in_room(one, q, q, *rest), in_room(one, p, p, *rest)
        half = in_room(other, p, q, *rest)
        self.first = matrix, self.given.reshape(q, -1), half.reshape(p, -1)
        self.second = matrix, half.reshape(p, q, -1), self.result.reshape(p, p, -1)

    def run(self) -> Array:
        np.matmul(*self.first)
        np.matmul(*self.second)
        return self.result


class InputTiles:
    """Bᵀ d B for the tiles of 6 x 6, which overlap by two, of a block of x [n, h, w, c] with zeros around it."""

    def __init__(self, x: Array, padding: Padding, transform: Transform):
        (top, _), (left, _) = padding
        _, _, n, down, across, c = transform.given.shape
        image = np.zeros((n, 4 * down + 2, 4 * across + 2, c), x.dtype)
        a, row, pixel, _ = image.strides
        self.x, self.transform = x, transform
        self.inside = image[:, top : top + x.shape[1], left : left + x.shape[2]]
        self.overlapping = runs(image, (6, 6, n, down, across), (row, pixel, a, 4 * row, 4 * pixel), c)
        self.tiles = pixels(transform.given)

    def load(self, block: slice) -> Array:
        """The tiles [6, 6, n, down, across, c] of these images."""
        self.inside[...] = self.x[block]
        self.tiles[...] = self.overlapping
        return self.transform.run()


class Tiled:
    """Images y [n, h, w, c], and room for the `tiles` [4, 4, n, down, across, c] of a block of them."""

    def __init__(self, y: Array, tiles: Array):
        n, h, w, c = y.shape
        _, _, size, down, across, _ = tiles.shape
        self.tiles = pixels(tiles).transpose(2, 3, 0, 4, 1)
        self.y, self.inside = y, None
        if (h, w) == (4 * down, 4 * across):
            self.places = pixels(y).reshape(n, down, 4, across, 4)
        else:  # tiles stick out to the right and below
            whole = np.zeros((size, 4 * down, 4 * across, c), y.dtype)
            self.places, self.inside = pixels(whole).reshape(size, down, 4, across, 4), whole[:, :h, :w]

    def get(self, block: slice) -> None:
        """The tiles of these images."""
        if self.inside is None:
            self.tiles[...] = self.places[block]
        else:
            self.inside[...] = self.y[block]
            self.tiles[...] = self.places

    def put(self, block: slice) -> None:
        """The tiles, to where they belong in these images."""
        if self.inside is None:
            self.places[block] = self.tiles
        else:
            self.places[...] = self.tiles
            self.y[block] = self.inside
