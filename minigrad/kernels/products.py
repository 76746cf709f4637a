"""Products of matrices in the order that BLAS likes."""

from typing import Any

import numpy as np

from ..device import Array, array_module
from ..dtypes import is_floating
from . import threads
from .cuda import products as cuda

FEW = 128
"""Up to so many rows, the transposed product is the faster one."""


def fast(x: Array) -> bool:
    """Do the kernels take this array? They are NumPy's, and for the dtypes that BLAS has."""
    return array_module(x) is np and is_floating(x.dtype) and x.itemsize >= 4 and x.size > 0


def matmul(x: Any, y: Any, row: Any = None) -> Any:
    """x y for matrices, plus `row` in every row where it is given. Where minigrad's threads share the work of a
    network, they share this too."""
    if type(x) is not np.ndarray:
        return plus(cuda.product(x, y), row)
    if not threads.in_use():
        return plus(x @ y, row)
    out = np.empty((len(x), y.shape[1]), np.result_type(x, y))
    threads.shared(lambda part: plus(np.matmul(x[part], y, out=out[part]), row), len(x), out.size * len(y))
    return out


def stacked(x: Any, y: Any) -> Any:
    """x y for stacks of matrices, whose leading dimensions broadcast."""
    return x @ y if type(x) is np.ndarray else cuda.product(x, y)


def plus(x: Any, row: Any) -> Any:
    """x, to whose rows `row` was added unless it is None."""
    if row is not None:
        x += row
    return x


def product(x: Any, y: Any, row: Any = None) -> Any:
    """x y for matrices x [n, k] and y [k, m], plus `row` [m] in every row where it is given.

    With few rows it is computed as (yᵀ xᵀ)ᵀ: for layers of the usual sizes that takes BLAS between a third and nine
    tenths of the time. The result then lies column by column in memory.
    """
    if type(x) is not np.ndarray:
        return plus(cuda.product(x, y), row)
    return plus(matmul(y.T, x.T).T, row) if len(x) <= FEW else matmul(x, y, row)
