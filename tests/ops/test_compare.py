"""Comparisons that answer with True or False, and closeness; all others stand in table.py."""

import math

import numpy as np
import pytest
import torch

import minigrad
from minigrad import tensor

VALUES = [0.0, 1.0, 1.0 + 1e-6, -1.0, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("equal_nan", [False, True])
def test_isclose_and_allclose_agree_on_extremes(equal_nan):
    x, y = np.meshgrid(VALUES, VALUES)
    found = minigrad.isclose(tensor(x), tensor(y), equal_nan=equal_nan)
    np.testing.assert_array_equal(found.data, torch.isclose(torch.tensor(x), torch.tensor(y), equal_nan=equal_nan))
    for a, b in zip(x.ravel(), y.ravel(), strict=True):
        expected = torch.allclose(torch.tensor(a), torch.tensor(b), equal_nan=equal_nan)
        assert minigrad.allclose(tensor(a), tensor(b), equal_nan=equal_nan) is expected


def test_equal_compares_shapes_and_elements():
    x = tensor([1.0, 2.0])
    assert x.equal(tensor([1.0, 2.0])) is True
    assert minigrad.equal(x, tensor([1.0, 3.0])) is False
    assert minigrad.equal(x, tensor([[1.0, 2.0]])) is False
    assert minigrad.equal(tensor([math.nan]), tensor([math.nan])) is False


def test_logic_takes_every_number_but_zero_for_true():
    x, y = tensor([0.0, 2.0, math.nan]), tensor([1, 0, 3])
    assert minigrad.logical_and(x, y).tolist() == [False, False, True]
    assert minigrad.logical_or(x, y).tolist() == [True, True, True]
    assert x.logical_xor(y).tolist() == [True, True, False]
    assert x.logical_not().tolist() == [True, False, False]


@pytest.mark.parametrize("function", [minigrad.lt, minigrad.eq, minigrad.logical_and, minigrad.isclose])
def test_shapes_that_do_not_broadcast_are_named(function):
    with pytest.raises(ValueError, match=r"got shapes \(2,\) and \(3,\), which do not broadcast"):
        function(minigrad.ones(2), minigrad.ones(3))
