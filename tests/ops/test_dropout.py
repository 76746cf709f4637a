"""Dropout: how many elements survive, how they are scaled, and that the gradient passes the same mask."""

import math

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, tensor
from minigrad.ops import dropout
from tests.oracle import LAYOUTS


@pytest.fixture(autouse=True)
def _seeded():
    minigrad.manual_seed(0)


def ones(*shape, dtype="float32", **settings):
    return Tensor(np.ones(shape, dtype), **settings)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_of_zeros_is_p_within_five_standard_deviations(p):
    n = 200_000
    zeros = int((dropout(ones(n), p).data == 0).sum())
    assert abs(zeros - n * p) < 5 * math.sqrt(n * p * (1 - p))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_survivors_are_divided_by_one_minus_p(p):
    y = dropout(Tensor(np.linspace(1, 2, 1000)), p).data
    np.testing.assert_allclose(y[y != 0], np.linspace(1, 2, 1000)[y != 0] / (1 - p), rtol=1e-12)


def test_neighbours_are_dropped_independently():
    kept = dropout(ones(400, 500), 0.5).data > 0
    for both in (kept[1:] & kept[:-1], kept[:, 1:] & kept[:, :-1]):
        assert abs(both.mean() - 0.25) < 0.005


def test_the_gradient_passes_where_the_value_did_and_is_scaled_alike():
    x = Tensor(np.random.default_rng(0).standard_normal((30, 40)), requires_grad=True)
    y = dropout(x, 0.3)
    gy = np.random.default_rng(1).standard_normal((30, 40))
    y.backward(Tensor(gy))
    np.testing.assert_allclose(x.grad.data, np.where(y.data != 0, gy / 0.7, 0))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_how_the_array_lies_in_memory_makes_no_difference(layout):
    array = np.random.default_rng(0).standard_normal((30, 40))
    gy = np.random.default_rng(1).standard_normal((30, 40))
    results = []
    for x in (array, LAYOUTS[layout](array)):
        minigrad.manual_seed(3)
        x = Tensor(x, requires_grad=True)
        y = dropout(x, 0.3)
        y.backward(Tensor(gy))
        results.append((y.data, x.grad.data))
    for plain, other in zip(*results, strict=True):
        np.testing.assert_array_equal(plain, other)


def test_dropout_can_be_differentiated_twice():
    x = Tensor(np.full(20, 3.0), requires_grad=True)
    y = (dropout(x, 0.5) ** 3).sum()
    (g,) = minigrad.grad(y, x, create_graph=True)
    (h,) = minigrad.grad(g.sum(), x)
    kept = g.data != 0
    np.testing.assert_allclose(h.data, np.where(kept, 6 * 3.0 * 8, 0))


def test_the_expected_value_stays():
    assert abs(dropout(ones(400_000), 0.3).mean().item() - 1) < 0.01


@pytest.mark.parametrize("settings", [{"p": 0.0}, {"p": 0.5, "training": False}, {"p": 1.0, "training": False}])
def test_where_nothing_is_dropped_the_input_itself_comes_back(settings):
    x = ones(5)
    assert dropout(x, **settings) is x


def test_with_p_1_everything_is_dropped_and_no_gradient_flows():
    x = ones(3, 4, requires_grad=True)
    y = dropout(x, 1.0)
    y.sum().backward()
    assert not y.data.any()
    assert not x.grad.data.any()


def test_the_same_seed_gives_the_same_mask_and_another_call_another_one():
    minigrad.manual_seed(7)
    first, second = dropout(ones(100), 0.5), dropout(ones(100), 0.5)
    minigrad.manual_seed(7)
    again = dropout(ones(100), 0.5)
    assert first.tolist() == again.tolist()
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (3, 4)])
def test_shape_and_dtype_stay(dtype, shape):
    x = ones(*shape, dtype=dtype, requires_grad=True)
    y = dropout(x, 0.25)
    y.sum().backward()
    assert (y.shape, y.dtype, x.grad.shape, x.grad.dtype) == (shape, dtype, shape, dtype)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match=f"dropout got p={p}; expected a probability from 0 to 1"):
        dropout(tensor([1.0]), p)
