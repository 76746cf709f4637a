"""Products cut into parts that BLAS computes fastest."""

import numpy as np

from ...device import Array

FAST = 1_000_000
"""Multiplications up to which OpenBLAS multiplies without packing its arguments first."""
SMALL = 1 << 13
"""Elements of a result up to which adding up those of parts takes less time than parts gain."""


def parts_of(rows: int, each: int) -> int:
    """Into how many equal parts `rows` of `each` multiplications are cut to take the fast way, if they can be.

    Parts of few rows, as large matrices would need, gain nothing.
    """
    parts = 1
    while rows // parts * each > FAST and rows % (2 * parts) == 0 and rows // parts >= 128:
        parts *= 2
    return parts


def in_parts(x: Array, y: Array, out: Array) -> None:
    """out = x y for matrices x [n, k] and y [k, m], by parts of the rows of x."""
    n, k = x.shape
    parts = parts_of(n, y.size)
    np.matmul(x.reshape(parts, n // parts, k), y, out=out.reshape(parts, n // parts, y.shape[1]))


def transposed_in_parts(x: Array, y: Array) -> Array:
    """xᵀ y for matrices x [n, k] and y [n, m] of many rows, by parts of these, if the result is small."""
    (n, k), m = x.shape, y.shape[1]
    parts = parts_of(n, k * m) if k * m <= SMALL else 1
    if parts == 1:
        return x.T @ y
    return np.matmul(x.reshape(parts, -1, k).swapaxes(1, 2), y.reshape(parts, -1, m)).sum(axis=0)
