"""Sums of halves, which operations on a GPU ask for as they are."""

import numpy as np
import pytest

from minigrad.dtypes import as_dtype
from minigrad.kernels.reduction import column_sums, total


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_added_up_in_float32_and_keep_their_dtype(dtype):
    x = np.full((5000, 3), 0.1).astype(as_dtype(dtype))
    exact = x.astype(np.float64).sum(axis=0)
    for found in (total(x, (0,)), column_sums(x)):
        np.testing.assert_allclose(found.astype(np.float64), exact, 2**-7)
    assert column_sums(x).dtype == x.dtype
