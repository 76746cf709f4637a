"""3 x 3 convolutions of stride 1 with 2.25 times fewer multiplications: Winograd's minimal filtering F(2 x 2, 3 x 3).

A tile d of 4 x 4 inputs and a kernel g give 2 x 2 outputs, Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A, with 16 multiplications where
the definition takes 36 (Winograd, "Arithmetic complexity of computations", 1980; Lavin & Gray, "Fast algorithms for
convolutional neural networks", 2016). Over all channels, ⊙ becomes 16 matrix products.

Images are [n, h, w, c]. Tiles lie as [4, 4, tiles down, tiles across, n, c], so that the transforms by A and B, which
hold nothing but 0, 1 and -1, are sums of long arrays. Neighbouring tiles overlap by two; so four images, of the even
and the odd rows and columns, hold every element once.
"""

from collections.abc import Callable, Iterator

import numpy as np

from ...device import Array
from ..pixels import pixels
from ..windows import Padding
from .products import parts_of

G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
GG = np.kron(G, G)  # [16, 9]: G g Gᵀ of a kernel whose 9 numbers stand in a row
A = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])  # Aᵀ
AA = np.kron(A, A)  # [4, 16]: Aᵀ m A of a product whose 16 numbers stand in a row

IN_CACHE = 1 << 19
"""Elements of the tiles of one block of images; what is larger waits for memory."""

LARGE = 1 << 20
"""Elements of kernels from which on it takes longer to turn them round than to multiply by them as they lie."""

Step = tuple[Callable, Array, Array, Array]


def convolve(x: Array, weight: Array, padding: Padding, out: Array) -> None:
    """out [n, h', w', o] = the convolution of x [n, h, w, c] with weight [o, c, 3, 3]."""
    kernels = kernel_tiles(weight).swapaxes(1, 2)
    multiply_all(x, kernels if kernels.size > LARGE else np.ascontiguousarray(kernels), padding, out)


def input_grad(gy: Array, weight: Array, padding: Padding, out: Array) -> None:
    """out [n, h, w, c] = the gradient of the input for the gradient gy [n, h', w', o] of the result: a convolution of
    gy with the turned kernels, padded so far that every window that a pixel was in counts."""
    (top, _), (left, _) = padding
    down, across = out.shape[1] - gy.shape[1] + top, out.shape[2] - gy.shape[2] + left
    multiply_all(gy, kernel_tiles(weight[:, :, ::-1, ::-1]), ((2 - top, down), (2 - left, across)), out)


def multiply_all(x: Array, kernels: Array, padding: Padding, out: Array) -> None:
    """out [n, h', w', o] = x [n, h, w, c] times the tiles of kernels [16, c, o]."""
    for block, tiles in input_tiles(x, padding, out.shape, max(kernels.shape[1:])):
        put_tiles(multiply(tiles, kernels), out[block])


def weight_grad(x: Array, gy: Array, padding: Padding) -> Array:
    """The gradient [o, c, 3, 3] of the weight for the gradient gy [n, h', w', o] of the result: with D the input tiles
    and E = A e Aᵀ the tiles of gy, it is Gᵀ (Σ Eᵀ D) G."""
    c, o = x.shape[3], gy.shape[3]
    total: Array = 0
    blocks = input_tiles(x, padding, gy.shape, max(c, o))
    for (_, tiles), grads in zip(blocks, output_tiles(gy, max(c, o)), strict=True):
        total = multiply_transposed(grads, tiles) + total
    return (total.reshape(16, o * c).T @ GG.astype(x.dtype)).reshape(o, c, 3, 3)


def kernel_tiles(weight: Array) -> Array:
    """G g Gᵀ for every kernel of weight [o, c, 3, 3], as matrices [16, o, c]."""
    o, c = weight.shape[:2]
    return (GG.astype(weight.dtype) @ weight.reshape(o * c, 9).T).reshape(16, o, c)


def blocks_of(n: int, tiles: int, channels: int) -> list[slice]:
    """Slices of about equal size of a batch, whose tiles fit in the cache."""
    count = -(-n * 16 * tiles * channels // IN_CACHE)
    count = min(max(count, 1), n)
    return [slice(n * i // count, n * (i + 1) // count) for i in range(count)]


def input_tiles(x: Array, padding: Padding, shape: tuple[int, ...], channels: int) -> Iterator[tuple[slice, Array]]:
    """Bᵀ d B for the tiles of x [n, h, w, c], as many images at a time as the cache holds: the slice of the batch, and
    the tiles [4, 4, tiles down, tiles across, n, c], whose memory the next block uses again."""
    down, across, c = (shape[1] + 1) // 2, (shape[2] + 1) // 2, x.shape[3]
    parts: Array = None
    for block in blocks_of(len(x), down * across, channels):
        n = block.stop - block.start
        if parts is None or parts.shape[4] != n:
            parts = np.zeros((2, 2, down + 1, across + 1, n, c), x.dtype)
            tiles = np.empty((4, 4, down, across, n, c), x.dtype)
            steps = input_steps(parts, tiles)
        split(x[block], (padding[0][0], padding[1][0]), parts)
        for operation, a, b, result in steps:
            operation(a, b, result)
        yield block, tiles


def input_steps(parts: Array, tiles: Array) -> list[Step]:
    """The sums that make tiles Bᵀ d B of the four parts of images: d0 - d2, d1 + d2, d2 - d1 and d1 - d3 of the rows of
    each tile, then of the columns. Listed once for all blocks, so that threads seldom wait for Python."""
    _, _, down, across, n, c = tiles.shape
    rows = np.empty((4, 2, down, across + 1, n, c), tiles.dtype)
    d1, d2 = parts[1][:, :-1], parts[0][:, 1:]
    e1, e2 = rows[:, 1, :, :-1], rows[:, 0, :, 1:]
    return [
        (np.subtract, parts[:, :, :-1], parts[:, :, 1:], rows[::3]),
        (np.add, d1, d2, rows[1]),
        (np.subtract, d2, d1, rows[2]),
        (np.subtract, rows[..., :-1, :, :], rows[..., 1:, :, :], tiles[:, ::3]),
        (np.add, e1, e2, tiles[:, 1]),
        (np.subtract, e2, e1, tiles[:, 2]),
    ]


def output_tiles(gy: Array, channels: int) -> Iterator[Array]:
    """A e Aᵀ for the 2 x 2 tiles of gy [n, h, w, o], as [4, 4, down, across, n, o], in the blocks of `input_tiles`."""
    _, h, w, o = gy.shape
    down, across = (h + 1) // 2, (w + 1) // 2
    parts: Array = None
    for block in blocks_of(len(gy), down * across, channels):
        n = block.stop - block.start
        if parts is None or parts.shape[4] != n:
            parts = np.zeros((2, 2, down, across, n, o), gy.dtype)
            rows, tiles = np.empty((4, *parts.shape[1:]), gy.dtype), np.empty((4, 4, *parts.shape[2:]), gy.dtype)
        split(gy[block], (0, 0), parts)
        spread(parts, rows)
        spread(rows.swapaxes(0, 1), tiles.swapaxes(0, 1))
        yield tiles


def spread(e: Array, out: Array) -> None:
    """out = A e along the first dimension: e0, e0 + e1, e0 - e1 and -e1."""
    out[0] = e[0]
    np.add(e[0], e[1], out[1])
    np.subtract(e[0], e[1], out[2])
    np.negative(e[1], out[3])


def split(x: Array, before: tuple[int, int], parts: Array) -> None:
    """Images x [n, h, w, c] with padding `before` them as four: parts[r, s] has the rows 2 i + r and the columns
    2 j + s. What lies outside of x is not written: it stays zero."""
    images, items = pixels(x).transpose(1, 2, 0), pixels(parts)
    down, across = parts.shape[2:4]
    for r in (0, 1):
        for s in (0, 1):
            i, j = (r - before[0]) % 2, (s - before[1]) % 2
            a, b = (i + before[0]) // 2, (j + before[1]) // 2
            part = images[i::2, j::2][: down - a, : across - b]
            items[r, s, a : a + part.shape[0], b : b + part.shape[1]] = part


def multiply(tiles: Array, kernels: Array) -> Array:
    """Aᵀ m A for the 16 products m of tiles [4, 4, down, across, n, c] with kernels [16, c, o], as
    [down, 4, across, n, o]. A row of tiles lies together, so that the product with A finds it in the cache."""
    _, _, down, across, n, c = tiles.shape
    o = kernels.shape[2]
    m = np.empty((down, 16, across * n, o), tiles.dtype)
    np.matmul(tiles.reshape(16, down, across * n, c), kernels[:, None], out=m.swapaxes(0, 1))
    return (AA.astype(m.dtype) @ m.reshape(down, 16, -1)).reshape(down, 4, across, n, o)


def multiply_transposed(grads: Array, tiles: Array) -> Array:
    """The 16 products Eᵀ D of grads [4, 4, down, across, n, o] and tiles [4, 4, down, across, n, c]: [16, o, c]."""
    o, c = grads.shape[-1], tiles.shape[-1]
    rows = tiles.size // (16 * c)
    parts = parts_of(rows, c * o) if c * o <= 1 << 12 else 1  # larger results take longer to add up than they gain
    products = grads.reshape(16, parts, rows // parts, o).swapaxes(2, 3) @ tiles.reshape(16, parts, rows // parts, c)
    return products.sum(axis=1) if parts > 1 else products[:, 0]


def put_tiles(y: Array, out: Array) -> None:
    """The 2 x 2 tiles y [down, 4, across, n, o] at their places in out [n, h, w, o]."""
    down, _, across, n, o = y.shape
    h, w = out.shape[1:3]
    whole = out if (h, w) == (2 * down, 2 * across) else np.empty((n, 2 * down, 2 * across, o), out.dtype)
    places = pixels(whole).reshape(n, down, 2, across, 2)
    places[...] = pixels(y).reshape(down, 2, 2, across, n).transpose(4, 0, 1, 3, 2)
    if whole is not out:
        out[...] = whole[:, :h, :w]
