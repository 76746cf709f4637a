"""Changes in place: arithmetic that writes into a tensor, and gradients that refuse values that are gone."""

import numpy as np
import pytest
import torch

import minigrad
from minigrad import functional as F

REFUSED = "was changed in place after the forward pass"


def leaf(*values):
    return minigrad.tensor([float(v) for v in values], requires_grad=True)


def through_a_view_of_the_weight():
    x, w = leaf(1, 2), leaf(3, 4)
    y = (x * w.reshape(2)).sum()
    with minigrad.no_grad():
        w[0] = 100.0
    return y


def an_intermediate_result():
    y = leaf(1, 2) * 1
    z = (y * y).sum()
    with minigrad.no_grad():
        y[0] = 100.0
    return z


def a_saved_result():
    y = leaf(1, 2).exp()
    z = y.sum()
    with minigrad.no_grad():
        y[0] = 100.0
    return z


def a_constant():
    x = minigrad.tensor([1.0, 2.0])
    z = (leaf(3, 4) * x).sum()
    x[0] = 100.0
    return z


def through_a_detached_tensor():
    y = leaf(1, 2) * 1
    z = (y * y).sum()
    y.detach()[0] = 100.0
    return z


def a_view_taken_before():
    x = leaf(1, 2)
    z = (x.reshape(2, 1) * x.reshape(2, 1)).sum()
    with minigrad.no_grad():
        x[0] = 100.0
    return z


def labels():
    target = minigrad.tensor([0, 1])
    loss = F.cross_entropy(minigrad.randn(2, 3, requires_grad=True), target)
    target[0] = 2
    return loss


def by_an_optimizer_through_a_transpose():
    w = minigrad.randn(2, 2, requires_grad=True)
    y = (minigrad.randn(1, 2, requires_grad=True) @ w.T).sum()
    w.grad = minigrad.ones(2, 2)
    minigrad.optim.SGD([w], lr=0.1).step()
    return y


@pytest.mark.parametrize(
    "changed",
    [
        through_a_view_of_the_weight,
        an_intermediate_result,
        a_saved_result,
        a_constant,
        through_a_detached_tensor,
        a_view_taken_before,
        labels,
        by_an_optimizer_through_a_transpose,
    ],
)
def test_a_value_that_backward_needs_and_that_was_changed_is_refused(changed):
    with pytest.raises(RuntimeError, match=REFUSED):
        changed().backward()


def test_a_change_before_forward_or_of_something_else_is_allowed():
    x, other = leaf(1, 2), minigrad.zeros(2)
    with minigrad.no_grad():
        x *= 2
    y = (x * x).sum()
    other += 1
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [4, 8])


@pytest.mark.parametrize("name", ["__iadd__", "__isub__", "__imul__", "__itruediv__", "add_", "sub_", "mul_", "div_"])
def test_arithmetic_in_place_writes_into_the_same_memory(name):
    ours, theirs = minigrad.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 3.0])
    array = ours.data
    assert getattr(ours, name)(2.0) is ours
    getattr(theirs, name)(2.0)
    getattr(ours, name)(minigrad.tensor([4.0]))
    getattr(theirs, name)(torch.tensor([4.0]))
    assert ours.data is array
    np.testing.assert_array_equal(array, theirs.numpy())


def test_an_update_written_by_hand_changes_the_parameter():
    w = leaf(1, 2)
    (w * w).sum().backward()
    same = w
    with minigrad.no_grad():
        w -= 0.1 * w.grad
    assert w is same
    assert w.requires_grad
    np.testing.assert_allclose(w.data, [0.8, 1.6], rtol=1e-6)
    w.grad.zero_()
    np.testing.assert_array_equal(w.grad.data, [0, 0])


def test_filling_and_copying_convert_and_broadcast():
    x = minigrad.zeros(2, 3)
    np.testing.assert_array_equal(x.copy_(minigrad.tensor([1, 2, 3])).data, [[1, 2, 3], [1, 2, 3]])
    np.testing.assert_array_equal(x.fill_(7).data, np.full((2, 3), 7))
    assert x.dtype == np.float32


def test_a_leaf_that_requires_a_gradient_is_changed_under_no_grad_only():
    w = leaf(1, 2)
    with pytest.raises(RuntimeError, match="under no_grad"):
        w += 1


def test_a_change_keeps_shape_and_dtype():
    x = minigrad.zeros(2)
    with pytest.raises(ValueError, match=r"keeps the shape \(2,\), but the result has \(3, 2\)"):
        x += minigrad.zeros(3, 2)
    n = minigrad.tensor([1, 2])
    with pytest.raises(TypeError, match="keeps the dtype int64"):
        n /= 2


def test_in_a_graph_the_tensor_becomes_the_result_and_gradients_flow_through_it():
    def run(library, values):
        x = library.tensor(values, requires_grad=True)
        total = x * 2
        for _ in range(3):
            total += x
            total *= x
        total.sum().backward()
        return x.grad

    ours, theirs = run(minigrad, [1.0, 2.0]), run(torch, [1.0, 2.0])
    np.testing.assert_allclose(ours.data, theirs.numpy())


def test_losses_can_be_summed_up_in_place():
    x = leaf(1, 2)
    total = 0.0
    for _ in range(3):
        total += (x * x).sum()
    total.backward()
    np.testing.assert_allclose(x.grad.data, [6, 12])


def test_data_and_grad_take_only_what_fits():
    w = leaf(1, 2)
    w.data = minigrad.tensor([5.0, 6.0])  # a tensor is unwrapped
    assert isinstance(w.data, np.ndarray)
    with pytest.raises(TypeError, match="floating-point, got int64"):
        w.data = np.ones(2, int)
    with pytest.raises(TypeError, match="a tensor or None, got ndarray"):
        w.grad = np.ones(2)
    with pytest.raises(ValueError, match=r"shape \(3,\) for a tensor of shape \(2,\)"):
        w.grad = minigrad.ones(3)
