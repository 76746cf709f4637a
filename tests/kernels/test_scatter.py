"""Adding values at places that repeat: the GPU's way, in order, gives what NumPy's add.at gives."""

import numpy as np
import pytest

from minigrad.kernels.scatter import added_in_order


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
@pytest.mark.parametrize(
    ("shape", "index"),
    [
        ((5, 3), np.array([4, 0, -1, 4, 4, 2])),
        ((5, 3), np.array([[1, 1], [1, 1]])),
        ((1, 2), np.zeros(1000, int)),
        ((7,), np.array([6, 6, 0])),
        ((3, 4), (np.array([0, 0, 2]), np.array([1, 1, 3]))),
        ((3, 4), (slice(None), np.array([1, 1, 3]))),
        ((2, 3, 4), (Ellipsis, np.array([[3, 3], [0, 3]]))),
        ((4, 3), np.zeros(0, int)),
        ((4, 0), np.array([1, 1])),
    ],
    ids=str,
)
def test_added_in_order(shape, index, dtype):
    values = (9 * np.random.default_rng(0).random(np.zeros(shape)[index].shape)).astype(dtype)
    expected = np.zeros(shape, dtype)
    np.add.at(expected, index, values)
    found = added_in_order(shape, index, values)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, 1e-5)
