"""Products cut into parts that BLAS computes fastest."""

import numpy as np

from ...device import Array

FAST = 1_000_000
"""Multiplications up to which OpenBLAS multiplies without packing its arguments first."""


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
