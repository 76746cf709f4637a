"""Gradient clipping gives PyTorch's gradients and norms."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from minigrad import Tensor
from minigrad.optim import clip_grad_norm_, clip_grad_value_

gradients = st.lists(
    st.sampled_from([np.float64, np.float32]).flatmap(
        lambda dtype: arrays.arrays(
            dtype,
            arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
            elements=st.floats(-1e3, 1e3, width=32),
        )
    ),
    max_size=4,
)


def pair(gs):
    """Parameters with these gradients, here and in PyTorch, and one without any."""
    ours, theirs = [Tensor(np.zeros(2), requires_grad=True)], [torch.nn.Parameter(torch.zeros(2))]
    for g in gs:
        p, q = Tensor(np.zeros_like(g), requires_grad=True), torch.nn.Parameter(torch.tensor(np.zeros_like(g)))
        p.grad, q.grad = Tensor(g.copy()), torch.tensor(g)
        ours.append(p)
        theirs.append(q)
    return ours, theirs


def assert_same(ours, theirs, tolerance):
    for p, q in zip(ours[1:], theirs[1:]):
        assert p.grad.dtype == p.dtype
        np.testing.assert_allclose(p.grad.data, q.grad.numpy(), tolerance, tolerance)
    assert ours[0].grad is None


@settings(max_examples=100, deadline=None)
@given(gs=gradients, max_norm=st.floats(0, 100), norm_type=st.sampled_from([2.0, 2, 1, 3.5, math.inf]))
def test_norm(gs, max_norm, norm_type):
    ours, theirs = pair(gs)
    norm = clip_grad_norm_(iter(ours), max_norm, norm_type)
    # PyTorch has no largest element of an empty gradient; minigrad's norm of it is 0.
    expected = torch.nn.utils.clip_grad_norm_([q for q in theirs if q.numel()], max_norm, norm_type)
    assert norm.shape == ()
    np.testing.assert_allclose(norm.data, expected.numpy(), 2e-5, 1e-15)  # squares below 1e-38 are lost in float32
    assert_same(ours, theirs, 2e-5)


@settings(max_examples=50, deadline=None)
@given(gs=gradients, value=st.floats(0, 100))
def test_value(gs, value):
    ours, theirs = pair(gs)
    clip_grad_value_(iter(ours), value)
    if gs:  # PyTorch's fails when there is no gradient
        torch.nn.utils.clip_grad_value_(theirs, value)
    assert_same(ours, theirs, 1e-6)


def test_an_infinite_limit_only_measures():
    ours, _ = pair([np.array([3.0, 4.0])])
    assert clip_grad_norm_(ours, math.inf).item() == pytest.approx(5)
    assert ours[1].grad.tolist() == [3, 4]


def test_a_single_tensor():
    ours, _ = pair([np.array([3.0, 4.0])])
    assert clip_grad_norm_(ours[1], 1.0).item() == pytest.approx(5)
    np.testing.assert_allclose(ours[1].grad.data, [0.6, 0.8], rtol=1e-6)
    clip_grad_value_(ours[1], 0.7)
    np.testing.assert_allclose(ours[1].grad.data, [0.6, 0.7], rtol=1e-6)


def test_one_array_shared_by_two_gradients_is_scaled_once():
    ours, _ = pair([np.array([3.0]), np.array([4.0])])
    ours[2].grad = Tensor(ours[1].grad.data)
    clip_grad_norm_(ours, math.sqrt(18) / 2)
    np.testing.assert_allclose(ours[1].grad.data, [1.5], rtol=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_error_if_nonfinite(bad):
    ours, _ = pair([np.array([1.0, bad])])
    with pytest.raises(RuntimeError, match=f"the norm of the gradients is {bad}"):
        clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)
    np.testing.assert_array_equal(ours[1].grad.data, [1.0, bad])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: clip_grad_norm_([], -1.0), ValueError, "max_norm must be at least 0, got -1.0"),
        (lambda: clip_grad_norm_([], math.nan), ValueError, "max_norm must be at least 0, got nan"),
        (lambda: clip_grad_norm_([], 1.0, 0), ValueError, "norm_type must be above 0, got 0"),
        (lambda: clip_grad_value_([], -1.0), ValueError, "clip_value must be finite and at least 0, got -1.0"),
        (lambda: clip_grad_value_([], "1"), TypeError, "clip_value must be a number, got str"),
    ],
)
def test_bad_settings_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("max_norm", "norm_type"), [("a", 2.0), (None, 2.0), (1.0, "inf"), (True, 2.0)])
def test_clipping_by_what_is_no_number_is_refused(max_norm, norm_type):
    with pytest.raises(TypeError, match=r"clip_grad_norm_: (max_norm|norm_type) must be a number, got"):
        clip_grad_norm_([], max_norm, norm_type)


def test_the_gradient_of_a_number_is_clipped_too():
    p = Tensor(np.float32(2), requires_grad=True)
    (p * 3).backward()
    clip_grad_norm_([p], 1.0)
    assert p.grad.item() == pytest.approx(1)
