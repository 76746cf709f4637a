"""Batch and layer normalisation of rows, a block that fits the cache at a time.

NumPy's loops run along the last dimension. Where rows are short, as those of a few channels, several are taken together
as one long row, and the vectors that belong to the channels are repeated as often.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..device import Array
from .threads import ELEMENT, shared

BLOCK = 1 << 17
"""Elements of one array that are worked on at a time: two such arrays of float32 make 1 MB, a usual cache."""

LONG = 512
"""Elements in a long row."""


def rows_of_channels(x: Array) -> Array | None:
    """x [n, c, ...] as rows [n · ..., c], a view; None if the channels do not lie densest in memory, on a GPU, and for
    float16."""
    if type(x) is not np.ndarray or x.dtype.itemsize < 4 or not x.size:
        return None
    last = np.moveaxis(x, 1, -1)
    return last.reshape(-1, x.shape[1]) if last.flags.c_contiguous else None


def as_rows(x: Array) -> Array:
    """x [n, c, ...] as rows [n · ..., c], copied if need be."""
    return np.ascontiguousarray(np.moveaxis(x, 1, -1)).reshape(-1, x.shape[1])


def in_blocks(arrays: tuple[Array, ...], *vectors: Array | None) -> Iterator[tuple[Any, ...]]:
    """Blocks of `arrays` [n, c] as views [k, m] with long rows, and `vectors` [c] repeated to [m]; None stays None."""
    n, c = arrays[0].shape
    repeats = max(1, LONG // c)
    whole = n // repeats * repeats
    for first, last, r in ((0, whole, repeats), (whole, n, 1)):
        step = max(1, BLOCK // (r * c)) * r
        repeated = [None if v is None else np.tile(v.astype(arrays[0].dtype), r) for v in vectors]
        for i in range(first, last, step):
            yield *[a[i : min(i + step, last)].reshape(-1, r * c) for a in arrays], *repeated


def sums(block: Array, c: int) -> Array:
    """Σ over the rows of c elements in a block [k, m] -> [c], added up in float64."""
    return (np.ones(len(block), block.dtype) @ block).reshape(-1, c).sum(axis=0, dtype=np.float64)


def moved(block: Array, shift: Array | None) -> Array:
    """block - shift; the block itself without a shift."""
    return block if shift is None else block - shift


def shift_for(mean: Array, var: Array, dtype: Any) -> Array | None:
    """What to subtract from columns with this mean and variance before anything else is done with them.

    As long as no mean is large beside its deviation, nothing is: x · a + b then loses no more than three bits.
    """
    return mean.astype(dtype) if (mean * mean > 64 * var).any() else None


def moments(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of the columns of x [n, c], in float64.

    E[x²] - E[x]² loses the variance where the mean is large beside the deviation. There, the columns are gone through
    again, around the mean that was found.
    """
    mean, var = moments_around(x, None)
    shift = shift_for(mean, var, x.dtype)
    return (mean, var) if shift is None else moments_around(x, shift)


def moments_around(x: Array, shift: Array | None) -> tuple[Array, Array]:
    """Mean and biased variance of the columns of x [n, c] by E[(x - s)²] - E[x - s]², in float64."""
    n, c = x.shape

    def work(part: slice) -> Array:
        found = np.zeros((2, c))
        for block, s in in_blocks((x[part],), shift):
            block = moved(block, s)
            found += sums(block, c), sums(block * block, c)
        return found

    total, squares = sum(shared(work, n, 3 * x.size * ELEMENT))
    mean = total / n
    return mean if shift is None else mean + shift, np.maximum(squares / n - mean * mean, 0)


def scale(y: Array, x: Array, mean: Array, factor: Array, offset: Array, shift: Array | None) -> None:
    """y = (x - mean) · factor + offset for x [n, c] and vectors [c] in float64; `shift` is that of `shift_for`."""
    rest = offset - distance(mean, shift) * factor

    def work(part: slice) -> None:
        for out, block, s, f, o in in_blocks((y[part], x[part]), shift, factor, rest):
            np.multiply(moved(block, s), f, out=out)
            out += o

    shared(work, len(x), 2 * x.size * ELEMENT)


def products_with_centred(gy: Array, x: Array, mean: Array, shift: Array | None) -> tuple[Array, Array]:
    """Σ gy and Σ gy (x - mean) over the rows of gy and x [n, c], in float64."""
    n, c = x.shape

    def work(part: slice) -> Array:
        found = np.zeros((2, c))
        for upstream, block, s in in_blocks((gy[part], x[part]), shift):
            found += sums(upstream, c), sums(moved(block, s) * upstream, c)
        return found

    total, product = sum(shared(work, n, 3 * x.size * ELEMENT))
    return total, product - distance(mean, shift) * total


def combine(
    gx: Array, gy: Array, x: Array, mean: Array, a: Array, b: Array, offset: Array, shift: Array | None
) -> None:
    """gx = a gy + b (x - mean) + offset for gy and x [n, c] and vectors [c] in float64."""
    rest = offset - b * distance(mean, shift)

    def work(part: slice) -> None:
        for out, upstream, block, s, f, g, o in in_blocks((gx[part], gy[part], x[part]), shift, a, b, rest):
            np.multiply(upstream, f, out=out)
            out += moved(block, s) * g
            out += o

    shared(work, len(x), 4 * x.size * ELEMENT)


def distance(mean: Array, shift: Array | None) -> Array:
    """What is left of the mean after the shift, which has the digits of float32 only."""
    return mean if shift is None else mean - shift


def standardize(x: Array, weight: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """(x - μ) / σ · weight + bias for each row of x [n, m]; also μ and 1/σ, both [n, 1]."""
    n, m = x.shape
    y, means, scales = np.empty_like(x), np.empty((n, 1), x.dtype), np.empty((n, 1), x.dtype)
    ones = np.full(m, 1 / m, x.dtype)

    def work(part: slice) -> None:
        for rows in blocks_of_rows(part, m):
            centred = y[rows]
            means[rows, 0] = x[rows] @ ones
            np.subtract(x[rows], means[rows], out=centred)
            scales[rows, 0] = 1 / np.sqrt(np.vecdot(centred, centred) / m + eps)
            centred *= scales[rows]
            centred *= weight
            centred += bias

    shared(work, n, 4 * x.size * ELEMENT)
    return y, means, scales


def standardize_backward(gy: Array, x: Array, weight: Array, means: Array, scales: Array) -> tuple[Array, Array, Array]:
    """The gradients of `standardize` for x [n, m], weight and bias [m].

    With d = x - μ and r = 1/σ: gx = r (w gy - mean(w gy)) - r³ d mean(w gy d),  gw = Σ r gy d,  gb = Σ gy.
    """
    n, m = x.shape
    gx, shares = np.empty_like(x), weight / m

    def work(part: slice) -> Array:
        found = np.zeros((2, m))
        for rows in blocks_of_rows(part, m):
            upstream, scale, out = gy[rows], scales[rows], gx[rows]
            centred = x[rows] - means[rows]
            product = upstream * centred
            found += scale[:, 0] @ product, np.ones(len(upstream), x.dtype) @ upstream
            centred *= scale**3 * (product @ shares)[:, None]
            np.multiply(upstream, weight, out=out)
            out -= (upstream @ shares)[:, None]
            out *= scale
            out -= centred
        return found

    gw, gb = sum(shared(work, n, 8 * x.size * ELEMENT)).astype(x.dtype)
    return gx, gw, gb


def blocks_of_rows(part: slice, m: int) -> Iterator[slice]:
    """Slices of the rows `part`, of m elements each, that have about BLOCK elements."""
    step = max(1, BLOCK // m)
    for i in range(part.start, part.stop, step):
        yield slice(i, min(i + step, part.stop))
