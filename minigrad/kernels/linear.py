"""Array-level helpers of matrix products."""

from typing import Any

import numpy as np

from ..device import Array


def column_sums(x: Array) -> Any:
    """Σ over the rows of x [n, m] -> [m]. As a product with ones this runs at the speed of BLAS, which NumPy's sum over
    the first dimension does not."""
    if type(x) is np.ndarray and x.dtype.kind == "f" and x.shape[0] > 32:
        return np.ones(x.shape[0], x.dtype) @ x
    return x.sum(axis=0)
