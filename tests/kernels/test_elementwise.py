"""Elementwise functions of large arrays are shared between threads, and are what they are otherwise."""

import numpy as np
import pytest

from minigrad.kernels import elementwise, threads


@pytest.fixture(autouse=True)
def everything_is_shared(monkeypatch):
    monkeypatch.setattr(threads, "thread_count", lambda: 3)
    monkeypatch.setattr(threads, "WORTHWHILE", 0)
    monkeypatch.setattr(elementwise, "LARGE", 0)


@pytest.fixture
def parts(monkeypatch):
    """Into how many parts work was divided, one number for each time that it was shared."""
    counts, shared = [], elementwise.shared
    monkeypatch.setattr(elementwise, "shared", lambda *args: counts.append(len(found := shared(*args))) or found)
    return counts


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_relu_and_its_gradient_are_shared_in_any_order_of_memory(order, dtype, parts):
    rng = np.random.default_rng(0)
    x, gy = [rng.standard_normal((7, 5, 40, 50)).astype(dtype).transpose(np.argsort(order)) for _ in range(2)]
    y = elementwise.relu(x)
    np.testing.assert_array_equal(y, np.maximum(x, 0))
    gx = elementwise.where_nonzero(gy, y)
    np.testing.assert_array_equal(gx, np.where(x > 0, gy, 0))
    assert y.strides == gx.strides == x.strides
    assert y.dtype == gx.dtype == dtype
    assert parts == [3, 3]


def test_arrays_that_lie_differently_are_not_shared(parts):
    gy, y = np.ones((7, 5, 40, 50), np.float32), np.ones((7, 40, 50, 5), np.float32).transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(elementwise.where_nonzero(gy, y), gy)
    assert parts == []
