"""Either order of a product gives the same result."""

import numpy as np
import pytest

from minigrad.kernels.products import FEW, product


@pytest.mark.parametrize("rows", [0, 1, FEW - 1, FEW, FEW + 1, 3 * FEW])
def test_few_and_many_rows_are_multiplied_alike(rows):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((rows, 30)), rng.standard_normal((30, 17))
    np.testing.assert_allclose(product(x, y), x @ y, rtol=1e-13, atol=1e-13)
    assert product(x, y).shape == (rows, 17)
    row = rng.standard_normal(17)
    np.testing.assert_allclose(product(x, y, row), x @ y + row, rtol=1e-13, atol=1e-13)
