"""Products of matrices in the order that BLAS likes."""

from typing import Any

FEW = 128
"""Up to so many rows, the transposed product is the faster one."""


def product(x: Any, y: Any) -> Any:
    """x y for matrices x [n, k] and y [k, m].

    With few rows it is computed as (yᵀ xᵀ)ᵀ: for layers of the usual sizes that takes BLAS between a third and nine
    tenths of the time. The result then lies column by column in memory.
    """
    return (y.T @ x.T).T if len(x) <= FEW else x @ y
