"""Sums that stay exact however many numbers they add."""

from math import prod
from typing import Any

import numpy as np

from ..device import Array
from ..dtypes import is_half
from .threads import ELEMENT, one_thread_for_blas_beside_others, shared

BLOCK = 512
"""Rows that are added one after another before their sum goes to float64."""


def column_sums(x: Array) -> Any:
    """Σ over the rows of x [n, m] -> [m]. As a product with ones this runs at the speed of BLAS, which NumPy's sum over
    the first dimension does not; the sums of blocks of rows are added in float64, so that no digits are lost."""
    if is_half(x.dtype):
        return x.sum(axis=0, dtype=np.float32).astype(x.dtype)
    if type(x) is not np.ndarray or x.dtype.kind != "f" or len(x) <= 32:
        return x.sum(axis=0)
    with one_thread_for_blas_beside_others():
        if len(x) < 2 * BLOCK:
            return np.ones(len(x), x.dtype) @ x
    whole = len(x) // BLOCK * BLOCK
    rows, ones = x[:whole].reshape(-1, BLOCK, x.shape[1]), np.ones(BLOCK, x.dtype)
    blocks = np.concatenate(shared(lambda part: ones @ rows[part], len(rows), x.size * ELEMENT))
    return (blocks.sum(axis=0, dtype=np.float64) + x[whole:].sum(axis=0)).astype(x.dtype)


def total(x: Array, dims: tuple[int, ...], keepdims: bool = False) -> Any:
    """Σ x over `dims`, of float16 and bfloat16 in float32.

    NumPy adds in pairs along the dimension that lies densest in memory, which keeps the digits, but one after another
    along all others, which loses them.
    """
    if is_half(x.dtype):
        return x.sum(axis=dims, keepdims=keepdims, dtype=np.float32)
    if type(x) is not np.ndarray or x.dtype != np.float32 or x.size < 2 * BLOCK or not dims:
        return x.sum(axis=dims, keepdims=keepdims)
    number = prod([x.shape[d] for d in dims])
    if number <= 2 * BLOCK:
        return x.sum(axis=dims, keepdims=keepdims)
    densest = min((d for d in range(x.ndim) if x.shape[d] > 1), key=lambda d: abs(x.strides[d]))
    if densest in dims and number <= 2 * BLOCK * x.shape[densest]:
        return x.sum(axis=dims, keepdims=keepdims)
    if dims == tuple(range(len(dims))) and x.flags.c_contiguous:
        sums = column_sums(x.reshape(-1, prod(x.shape[len(dims) :])))
        return sums.reshape((1,) * len(dims) * keepdims + x.shape[len(dims) :])
    return x.sum(axis=dims, keepdims=keepdims, dtype=np.float64).astype(x.dtype)


def length(x: Array, dims: tuple[int, ...], keepdims: bool = False) -> Any:
    """√ Σ x² over `dims`, in float64: squares of smaller floats overflow or vanish where their root does not."""
    wide = x.astype(np.float64)
    wide *= wide
    return np.sqrt(wide.sum(axis=dims, keepdims=keepdims))
