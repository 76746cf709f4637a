"""The engine: gradients that add up, graphs that are kept or freed, hooks, modes, deep graphs, and wrong Functions."""

import math
import threading
import time
import weakref

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Function, Tensor, enable_grad, grad, is_grad_enabled, no_grad, set_grad_enabled, tensor
from minigrad.grad_mode import mode
from minigrad.gradcheck import gradcheck, gradgradcheck
from tests.oracle import compare


def leaf(*values, shape=None):
    data = np.array(values, dtype="float64")
    return Tensor(data.reshape(shape) if shape is not None else data, requires_grad=True)


def scalar(value):
    return leaf(value, shape=())


class Double(Function):
    """y = 2x, not differentiable twice."""

    def forward(self, x):
        return 2 * x

    def backward(self, gy):
        return 2 * gy


class Halves(Function):
    """(x / 2, -x)."""

    differentiable = True

    def forward(self, x):
        return x / 2, -x

    def backward(self, g_half, g_minus):
        return g_half / 2 - g_minus


class Forbidden(Function):
    """A backward that must not be entered."""

    def forward(self, x):
        return x * 1

    def backward(self, gy):
        raise AssertionError("this backward was not needed")


# ------------------------------------------------------------------------------------------------- gradients add up


@pytest.mark.parametrize(
    ("function", "n"),
    [
        (lambda m, a: a + a, 1),
        (lambda m, a: a * a, 1),
        (lambda m, a: a * a * a + a, 1),
        (lambda m, a: [b := a * 2, (b + 1) * (b - 1)][1], 1),
        (lambda m, a: [b := a * 2, c := b * b, d := m.exp(b), c * d + c + b][-1], 1),
        (lambda m, a, b: [c := a * b, d := a + b, c * d - a][-1], 2),
        (lambda m, a, b: m.sum(a[0] * b) + m.sum(a[1] * b) + m.sum(a * 3), 2),
        (lambda m, a: sum(a * k for k in range(20)), 1),
        (lambda m, a: [m.mul(a, a), m.sum(a * a), a * 3], 1),
    ],
)
def test_values_used_several_times_collect_all_their_gradients(function, n):
    rng = np.random.default_rng(0)
    compare(function, *[rng.standard_normal((2, 3)) for _ in range(n)])


def test_a_second_backward_adds_to_grad():
    a = leaf(1, 2)
    for _ in range(3):
        (a * a).sum().backward()
    assert a.grad.tolist() == [6.0, 12.0]


def test_grad_can_be_reset_to_none():
    a = leaf(1, 2)
    a.sum().backward()
    a.grad = None
    (2 * a).sum().backward()
    assert a.grad.tolist() == [2.0, 2.0]


def test_backward_from_a_leaf_gives_it_the_gradient_itself():
    a = scalar(3)
    a.backward()
    assert a.grad.item() == 1.0


def test_only_leaves_keep_their_gradient():
    a = leaf(1, 2)
    b = a * 2
    c = b.sum()
    c.backward()
    assert (b.grad, c.grad) == (None, None)
    assert a.grad is not None
    assert not a.grad.requires_grad


def test_leaves_that_require_no_gradient_get_none():
    a, b = leaf(1, 2), Tensor(np.ones(2))
    (a * b).sum().backward()
    assert b.grad is None


def test_backward_to_named_inputs_leaves_the_others_alone():
    a, b = leaf(1, 2), leaf(3, 4)
    (a * b).sum().backward(inputs=[a])
    assert a.grad.tolist() == [3.0, 4.0]
    assert b.grad is None


def test_backward_to_inputs_that_are_no_leaves_is_refused():
    a = leaf(1, 2)
    b = a * 2
    with pytest.raises(ValueError, match=r"inputs= that are not leaves; use minigrad.grad"):
        b.sum().backward(inputs=[b])


# ----------------------------------------------------------------------------------------------- what starts a backward


def test_backward_of_several_elements_needs_a_gradient():
    with pytest.raises(RuntimeError, match=r"backward on a tensor of shape \(2,\): only a scalar .* or pass gradient="):
        (leaf(1, 2) * 2).backward()


def test_backward_of_one_element_of_any_shape_needs_none():
    a = leaf(3, shape=(1, 1))
    (a * 2).backward()
    assert a.grad.tolist() == [[2.0]]


@pytest.mark.parametrize("make", [lambda: tensor([1.0]), lambda: tensor([1, 2]).sum(), lambda: leaf(1).detach() * 2])
def test_backward_of_what_requires_no_gradient_is_refused(make):
    with pytest.raises(RuntimeError, match="backward on a tensor that does not require a gradient"):
        make().backward()


@pytest.mark.parametrize(
    ("gradient", "error", "message"),
    [
        (np.ones(3), ValueError, r"got a gradient of shape \(3,\) for a tensor of shape \(2,\)"),
        (np.ones((1, 2)), ValueError, r"got a gradient of shape \(1, 2\) for a tensor of shape \(2,\)"),
        (1.0, ValueError, r"got a gradient of shape \(\) for a tensor of shape \(2,\)"),
        (np.ones(2, "float32"), TypeError, "got a gradient of dtype float32 for a tensor of dtype float64"),
        (np.ones(2, "int64"), TypeError, "got a gradient of dtype int64 for a tensor of dtype float64"),
    ],
)
def test_a_gradient_of_the_wrong_shape_or_dtype_is_refused(gradient, error, message):
    with pytest.raises(error, match=message):
        (leaf(1, 2) * 2).backward(gradient)


def test_the_gradient_may_be_an_array_or_a_tensor():
    for gradient in (np.array([1.0, 10.0]), Tensor(np.array([1.0, 10.0]))):
        a = leaf(1, 2)
        (a * 2).backward(gradient=gradient)
        assert a.grad.tolist() == [2.0, 20.0]


def test_integers_cannot_require_gradients():
    for make in (
        lambda: tensor([1, 2], requires_grad=True),
        lambda: tensor([True]).requires_grad_(),
        lambda: setattr(tensor([1]), "requires_grad", True),
    ):
        with pytest.raises(
            TypeError, match=r"only floating-point tensors can require gradients, got dtype (int64|bool)"
        ):
            make()


def test_requires_grad_cannot_be_switched_off_on_a_result():
    with pytest.raises(RuntimeError, match=r"leaf tensors only; use \.detach"):
        (leaf(1) * 2).requires_grad = False


def test_results_require_gradients_if_and_only_if_an_input_does():
    a, b = leaf(1), tensor(np.ones(1))
    assert (a * b).requires_grad
    assert (a * b).grad_fn is not None
    assert not (b * b).requires_grad
    assert (b * b).grad_fn is None
    assert not (a > b).requires_grad
    assert not a.detach().requires_grad
    assert not a.long().requires_grad


# ---------------------------------------------------------------------------------------------------- keeping the graph


def test_a_second_backward_through_a_freed_graph_names_retain_graph():
    a = leaf(1, 2)
    y = a.exp().sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"backward through Sum a second time: .* retain_graph=True"):
        y.backward()


def test_with_retain_graph_a_second_backward_gives_the_same_again():
    a = leaf(1, 2)
    y = (a.exp() * a).sum()
    y.backward(retain_graph=True)
    first = a.grad.data.copy()
    y.backward()
    np.testing.assert_array_equal(a.grad.data, 2 * first)


def test_a_part_that_two_losses_share_is_freed_with_the_first():
    a = leaf(1, 2)
    shared = a.exp()
    (shared * 2).sum().backward()
    with pytest.raises(RuntimeError, match="backward through Exp a second time"):
        (shared * 3).sum().backward()


def test_backward_frees_what_forward_saved():
    a = leaf(1, 2)
    b = a.exp()
    saved = weakref.ref(b.data)
    y = (b * b).sum()
    del b
    assert saved() is not None
    y.backward()
    assert saved() is None


# --------------------------------------------------------------------------------------------------------------- grad()


def test_grad_gives_the_gradients_and_touches_no_grad():
    a, b = leaf(1, 2), leaf(3, 4)
    ga, gb = grad((a * b).sum(), [a, b])
    assert (ga.tolist(), gb.tolist()) == ([3.0, 4.0], [1.0, 2.0])
    assert (a.grad, b.grad) == (None, None)


def test_grad_with_respect_to_results_in_the_middle():
    a = leaf(1, 2)
    b = a * 2
    c = b * b
    gb, g = grad((c * a).sum(), [b, c])
    assert gb.tolist() == [4.0, 16.0]
    assert g.tolist() == [1.0, 2.0]


def test_grad_of_several_outputs_is_their_weighted_sum():
    a = leaf(1, 2)
    (g,) = grad([a * 2, (a * a).sum()], a, [Tensor(np.array([1.0, 10.0])), Tensor(np.array(100.0))])
    assert g.tolist() == [2 + 200.0, 20 + 400.0]


def test_grad_of_one_output_twice_counts_twice():
    a = scalar(3)
    y = a * a
    assert grad([y, y], a)[0].item() == 12.0


def test_grad_of_a_tensor_with_respect_to_itself_is_one():
    a = scalar(3)
    b = a * 1
    assert grad(b, [b])[0].item() == 1.0
    assert grad(a, [a, a])[1].item() == 1.0


def test_an_unused_input_is_refused_or_gives_none():
    a, b = scalar(1), scalar(2)
    with pytest.raises(RuntimeError, match="the outputs do not depend on input 1; pass allow_unused=True"):
        grad(a * 2, [a, b])
    ga, gb = grad(a * 2, [a, b], allow_unused=True)
    assert (ga.item(), gb) == (2.0, None)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: grad(a * 2, [tensor(1.0)]), RuntimeError, "grad: input 0 does not require a gradient"),
        (lambda a: grad([a, a], a, [a, a, a]), ValueError, "grad got 3 grad_outputs for 2 outputs"),
        (lambda a: grad(a, a, Tensor(np.ones(2))), ValueError, r"gradient of shape \(2,\) for a tensor of shape \(\)"),
        (lambda a: grad(a.detach(), a), RuntimeError, "does not require a gradient"),
    ],
)
def test_bad_arguments_of_grad_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(scalar(1))


def test_paths_that_lead_to_no_wanted_input_are_not_entered():
    a, b = scalar(2), scalar(3)
    assert grad(a * a + Forbidden()(b), a)[0].item() == 4.0
    c = a * a
    (c + Forbidden()(b)).backward(inputs=[a])
    assert a.grad.item() == 4.0


def test_the_backward_of_a_wanted_result_is_not_entered_either():
    h = Forbidden()(scalar(2))
    assert grad(h * h, h)[0].item() == 4.0
    h = Double()(scalar(2))
    (g,) = grad(h * h * h, h, create_graph=True)
    assert grad(g, h)[0].item() == 24.0


def test_grad_with_respect_to_a_result_keeps_the_graph_below_it():
    a = scalar(2)
    h = a.exp()
    grad(h * h, h)
    (h * 3).backward()
    assert a.grad.item() == pytest.approx(3 * np.exp(2))


# --------------------------------------------------------------------------------------------------- higher derivatives


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda m, x: x**5, 1.5),
        (lambda m, x: m.tanh(x), 0.7),
        (lambda m, x: m.exp(x * x), 0.5),
        (lambda m, x: m.log(x) / x, 1.5),
        (lambda m, x: m.sigmoid(x) * m.sin(x), 0.3),
        (lambda m, x: m.sqrt(x), 2.0),
    ],
)
def test_third_and_fourth_derivatives_agree(function, x):
    mine, theirs = scalar(x), torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y, z = function(minigrad, mine), function(torch, theirs)
    for _ in range(4):
        (y,), (z,) = grad(y, mine, create_graph=True), torch.autograd.grad(z, theirs, create_graph=True)
        assert y.item() == pytest.approx(z.item(), rel=1e-12)


def test_the_third_derivative_of_the_fifth_power_is_sixty_x_squared():
    x = scalar(2)
    y = x**5
    for _ in range(3):
        (y,) = grad(y, x, create_graph=True)
    assert y.item() == 240.0


def test_backward_with_create_graph_leaves_a_grad_that_can_be_differentiated():
    x = scalar(3)
    (x**3).backward(create_graph=True)
    first = x.grad
    assert first.requires_grad
    x.grad = None
    first.backward()
    assert x.grad.item() == 18.0


def test_a_gradient_penalty_trains():
    """The norm of a gradient is itself differentiated, through matrix products, an activation and a sum."""
    rng = np.random.default_rng(0)

    def penalty(m, x, w, v):
        if m is minigrad.ops:
            (g,) = grad((m.tanh(x @ w) @ v).sum(), x, create_graph=True)
        else:
            (g,) = torch.autograd.grad((torch.tanh(x @ w) @ v).sum(), x, create_graph=True)
        return (g * g).sum()

    compare(penalty, *[rng.standard_normal(s) for s in [(5, 3), (3, 4), (4, 1)]], second=False)


def test_a_double_backward_through_an_operation_without_one_names_it():
    x = scalar(3)
    with pytest.raises(RuntimeError, match=r"Double has no second derivative: .*Double\.differentiable is False"):
        grad(Double()(x) * x, x, create_graph=True)
    assert grad(Double()(x) * x, x)[0].item() == 12.0


def test_second_derivatives_see_a_detached_copy_of_an_input_as_a_constant():
    x = scalar(3)
    (g,) = grad(x * x.detach() * x, x, create_graph=True)
    assert g.item() == 18.0
    assert grad(g, x)[0].item() == 6.0
    (g,) = grad(x * x.detach(), x, create_graph=True)
    assert not g.requires_grad or grad(g, x, allow_unused=True)[0] is None


def test_second_derivatives_tell_two_leaves_of_one_array_apart():
    data = np.array(3.0)
    a, b = Tensor(data, requires_grad=True), Tensor(data, requires_grad=True)
    ga, gb = grad(a * b * b, [a, b], create_graph=True)
    assert (ga.item(), gb.item()) == (9.0, 18.0)
    assert [g.item() for g in grad(gb, [a, b])] == [6.0, 6.0]
    a, b = Tensor(data, requires_grad=True), Tensor(data, requires_grad=True)
    ga, gb = grad(a * b, [a, b], create_graph=True)
    assert grad(gb, [a, b], allow_unused=True)[1] is None
    assert grad(ga, [a, b], allow_unused=True)[0] is None


def test_second_derivatives_run_through_outputs_that_were_saved():
    compare(
        lambda m, x: m.sigmoid(m.tanh(x)) / m.exp(m.softmax(x, -1)), np.random.default_rng(0).standard_normal((3, 4))
    )


# ------------------------------------------------------------------------------------------------------ several outputs


def test_an_unused_output_of_several_counts_as_a_gradient_of_zero():
    for pick, expected in [(0, 0.5), (1, -1.0)]:
        a = scalar(3)
        Halves()(a)[pick].backward()
        assert a.grad.item() == expected


def test_several_outputs_add_up_and_one_may_be_used_twice():
    a = scalar(3)
    half, minus = Halves()(a)
    (half * half + minus * 2).backward()
    assert a.grad.item() == pytest.approx(2 * 1.5 * 0.5 - 2)


def test_several_outputs_can_be_checked_and_differentiated_twice():
    x = leaf(1, 2, 3)
    assert gradcheck(lambda x: [h * h for h in Halves()(x)], x)
    assert gradgradcheck(lambda x: [h * h * h for h in Halves()(x)], x)
    assert gradgradcheck(lambda x: Halves()(x)[1] ** 3, x)


def test_grad_with_respect_to_one_of_several_outputs():
    half, minus = Halves()(scalar(3))
    ghalf, gminus = grad(half * half * minus, [half, minus])
    assert (ghalf.item(), gminus.item()) == (2 * 1.5 * -3, 1.5**2)
    half, minus = Halves()(scalar(3))
    assert grad(half * 2, [half, minus], allow_unused=True)[0].item() == 2.0


# ----------------------------------------------------------------------------------------------------- modes and detach


def test_no_grad_and_enable_grad_nest_and_come_back_after_an_error():
    a = leaf(1)
    with no_grad():
        assert not is_grad_enabled()
        assert not (a * 2).requires_grad
        with enable_grad():
            assert (a * 2).requires_grad
            with set_grad_enabled(False):
                assert not is_grad_enabled()
            assert is_grad_enabled()
        assert not is_grad_enabled()
    assert is_grad_enabled()
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert is_grad_enabled()


def test_the_modes_work_as_decorators_also_where_the_function_calls_itself():
    @no_grad()
    def count(n):
        assert not is_grad_enabled()
        return n if n == 0 else count(n - 1)

    @enable_grad()
    def enabled():
        return is_grad_enabled()

    count(3)
    assert is_grad_enabled()
    with no_grad():
        assert enabled()
        assert not is_grad_enabled()


def test_modes_are_switched_for_one_thread_only():
    seen = []
    with no_grad():
        thread = threading.Thread(target=lambda: seen.append(is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_a_decorated_function_can_run_in_several_threads_at_once():
    inside = threading.Barrier(2)

    @no_grad()
    def work(turn):
        inside.wait()
        time.sleep(0.02 * turn)

    after = {}

    def run(turn):
        with set_grad_enabled(turn == 0):
            work(turn)
            after[turn] = is_grad_enabled()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    assert after == {0: True, 1: False}


def test_detach_shares_the_array_and_cuts_the_graph():
    a = leaf(1, 2)
    b = (a * 2).detach()
    assert b.is_leaf
    assert np.shares_memory(a.detach().data, a.data)
    (a * b).sum().backward()
    assert a.grad.tolist() == [2.0, 4.0]


def test_backward_works_inside_no_grad():
    a = leaf(1, 2)
    y = (a * a).sum()
    with no_grad():
        y.backward()
    assert a.grad.tolist() == [2.0, 4.0]


def test_threads_build_and_walk_their_graphs_independently():
    results = {}

    def work(k):
        a = leaf(*range(50))
        for _ in range(20):
            a.grad = None
            (a * k).exp().log().sum().backward()
        results[k] = a.grad.data.copy()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(1, 5):
        np.testing.assert_allclose(results[k], k, rtol=1e-9)


# ------------------------------------------------------------------------------------------------ retain_grad and hooks


def test_retain_grad_keeps_the_gradient_of_a_result():
    a = leaf(1, 2)
    b = a * 3
    b.retain_grad()
    (b * b).sum().backward()
    assert b.grad.tolist() == [6.0, 12.0]
    assert a.grad.tolist() == [18.0, 36.0]


def test_retain_grad_of_one_of_several_outputs():
    half, minus = Halves()(scalar(3))
    minus.retain_grad()
    (half * minus).backward()
    assert minus.grad.item() == 1.5
    assert half.grad is None


def test_retain_grad_on_a_leaf_changes_nothing_and_on_a_constant_is_refused():
    a = leaf(1)
    a.retain_grad()
    (a * 2).backward()
    assert a.grad.tolist() == [2.0]
    with pytest.raises(RuntimeError, match="retain_grad on a tensor that does not require a gradient"):
        tensor([1.0]).retain_grad()


def test_hooks_run_once_in_order_on_the_complete_gradient():
    a = leaf(1, 2)
    seen = []
    b = a * 2
    b.register_hook(lambda g: seen.append(("first", g.tolist())))
    b.register_hook(lambda g: seen.append(("second", g.tolist())))
    a.register_hook(lambda g: seen.append(("leaf", g.tolist())))
    (b + b * b).sum().backward()
    assert seen == [("first", [5.0, 9.0]), ("second", [5.0, 9.0]), ("leaf", [10.0, 18.0])]


def test_what_a_hook_returns_takes_the_place_of_the_gradient():
    a = leaf(1, 2)
    b = a * 2
    b.register_hook(lambda g: g * 10)
    b.register_hook(lambda g: g + 1)
    b.retain_grad()
    b.sum().backward()
    assert b.grad.tolist() == [11.0, 11.0]
    assert a.grad.tolist() == [22.0, 22.0]


def test_a_hook_on_a_leaf_changes_what_is_stored():
    a = leaf(1, 2)
    a.register_hook(lambda g: -g)
    (a * 3).sum().backward()
    assert a.grad.tolist() == [-3.0, -3.0]
    assert grad((a * 3).sum(), a)[0].tolist() == [-3.0, -3.0]


def test_a_removed_hook_is_not_called_and_removing_twice_does_no_harm():
    a = leaf(1)
    seen = []
    first, second = a.register_hook(lambda g: seen.append(1)), a.register_hook(lambda g: seen.append(2))
    first.remove()
    first.remove()
    (a * 2).backward()
    assert seen == [2]
    second.remove()
    (a * 2).backward()
    assert seen == [2]


def test_a_hook_may_remove_itself():
    a = leaf(1)
    seen = []

    def once(g):
        seen.append(g.item())
        handle.remove()

    handle = a.register_hook(once)
    a.register_hook(lambda g: seen.append("other"))
    for _ in range(2):
        (a * 2).backward()
    assert seen == [2.0, "other", "other"]


def test_the_same_hook_twice_runs_twice_and_each_handle_removes_one():
    a = leaf(1)
    handles = [a.register_hook(lambda g: g * 2)] * 1
    hook = handles[0].entry[0]
    other = a.register_hook(hook)
    (a * 1).backward()
    assert a.grad.item() == 4.0
    other.remove()
    a.grad = None
    (a * 1).backward()
    assert a.grad.item() == 2.0


def test_a_hook_on_one_of_several_outputs_sees_its_own_gradient():
    half, minus = Halves()(scalar(3))
    seen = []
    minus.register_hook(lambda g: seen.append(g.item()))
    (half * minus).backward()
    assert seen == [1.5]


def test_hooks_see_tensors_of_a_graph_with_create_graph():
    x = scalar(2)
    y = x**3
    y.register_hook(lambda g: g * x)
    (g,) = grad(y * 1, x, create_graph=True)
    assert g.item() == 24.0
    assert grad(g, x)[0].item() == pytest.approx(36.0)


def test_hooks_on_constants_are_refused():
    with pytest.raises(RuntimeError, match="register_hook on a tensor that does not require a gradient"):
        tensor([1.0]).register_hook(print)


@pytest.mark.parametrize(
    "returned",
    [3.0, np.ones(2), Tensor(np.ones(3)), Tensor(np.ones(2, "float32"))],
    ids=["float", "array", "shape", "dtype"],
)
def test_a_hook_that_returns_something_else_than_such_a_gradient_is_named(returned):
    a = leaf(1, 2)
    b = a * 2
    b.register_hook(lambda g: returned)
    with pytest.raises((RuntimeError, TypeError, ValueError), match=r"hook .*returned"):
        b.sum().backward()


# ------------------------------------------------------------------------------------------ gradients and shared memory


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * 1 + b * 1,
        lambda a, b: (a + b) + (a + b),
        lambda a, b: minigrad.stack([a, b]),
        lambda a, b: minigrad.cat([a, b]),
        lambda a, b: a.reshape(1, 3) + b.reshape(1, 3),
        lambda a, b: a.clone() + b.detach() + b,
        lambda a, b: a.expand(3) + b.flip(0),
        lambda a, b: a.to(np.float32).to(np.float64) + b,
        lambda a, b: minigrad.where(tensor([True, False, True]), a, b),
        lambda a, b: a.sum() + b.sum(),
    ],
)
def test_no_two_gradients_share_memory_with_each_other_or_with_what_the_user_gave(function):
    data = np.array([1.0, 2.0, 3.0])
    a, b = Tensor(data, requires_grad=True), Tensor(data, requires_grad=True)
    y = function(a, b)
    gradient = np.random.default_rng(0).standard_normal(y.shape)
    given = Tensor(gradient)
    before = gradient.copy()
    y.backward(given, retain_graph=True)
    arrays = [a.grad.data, b.grad.data, data, gradient]
    for i, x in enumerate(arrays):
        for z in arrays[i + 1 :]:
            assert i == 2 or not np.shares_memory(x, z)
    ga, gb = a.grad.data.copy(), b.grad.data.copy()
    a.grad.data[...] = 100.0
    np.testing.assert_array_equal(b.grad.data, gb)
    np.testing.assert_array_equal(gradient, before)
    a.grad = None
    y.backward(given)
    np.testing.assert_array_equal(a.grad.data, ga)
    np.testing.assert_array_equal(gradient, before)


def test_the_gradient_of_a_leaf_does_not_share_memory_with_the_one_given_for_it():
    a = leaf(1, 2)
    gradient = np.ones(2)
    a.backward(gradient)
    gradient[:] = 7
    assert a.grad.tolist() == [1.0, 1.0]


def test_a_retained_gradient_shares_memory_neither_with_a_leafs_nor_with_the_one_given():
    a = leaf(1, 2)
    b = a + 1.0
    b.retain_grad()
    gradient = np.ones(2)
    b.backward(gradient)
    b.grad.data[...] = 5
    assert gradient.tolist() == [1.0, 1.0]
    assert a.grad.tolist() == [1.0, 1.0]


def test_what_grad_gives_for_leaves_can_be_changed_in_place_one_by_one():
    a, b = leaf(1, 2), leaf(3, 4)
    gradient = np.ones(2)
    ga, gb = grad(a + b, [a, b], Tensor(gradient))
    ga.data[...] = 50
    assert gb.tolist() == [1.0, 1.0]
    assert gradient.tolist() == [1.0, 1.0]


def test_adding_a_second_gradient_leaves_the_first_array_alone():
    a = leaf(1, 2)
    a.sum().backward()
    first = a.grad
    a.sum().backward()
    assert first.tolist() == [1.0, 1.0]
    assert a.grad.tolist() == [2.0, 2.0]


# ------------------------------------------------------------------------------------------------------ wrong Functions


def broken(returned, n=1):
    """An operation of n inputs whose backward returns `returned(gy)`."""

    class Broken(Function):
        def forward(self, *xs):
            return sum(xs)

        def backward(self, gy):
            return returned(gy)

    return Broken()(*[leaf(*range(6), shape=(2, 3)) for _ in range(n)])


@pytest.mark.parametrize(
    ("returned", "n", "message"),
    [
        (lambda gy: (gy, gy), 1, "Broken.backward returned 2 gradients for 1 input"),
        (lambda gy: gy, 2, "Broken.backward returned 1 gradients? for 2 inputs"),
        (lambda gy: (), 1, "Broken.backward returned 0 gradients for 1 input"),
        (lambda gy: gy[:, :2], 1, r"Broken.backward returned shape \(2, 2\) .* gradient of input 0, .* shape \(2, 3\)"),
        (lambda gy: gy.T, 1, r"Broken.backward returned shape \(3, 2\) .* gradient of input 0, .* shape \(2, 3\)"),
        (lambda gy: gy.reshape(6), 1, r"Broken.backward returned shape \(6,\) .* gradient of input 0"),
        (lambda gy: gy[0], 1, r"Broken.backward returned shape \(3,\) .* gradient of input 0"),
        (lambda gy: gy.sum(), 1, r"Broken.backward returned shape \(\) .* gradient of input 0"),
        (lambda gy: gy[:1], 1, r"Broken.backward returned shape \(1, 3\) .* gradient of input 0"),
        (lambda gy: (gy, gy.T), 2, r"Broken.backward returned shape \(3, 2\) .* gradient of input 1"),
        (lambda gy: (gy, gy[:1]), 2, r"Broken.backward returned shape \(1, 3\) .* gradient of input 1"),
        (lambda gy: gy.astype("float32"), 1, "Broken.backward returned .* dtype float32 .* dtype float64"),
        (lambda gy: gy > 0, 1, "Broken.backward returned .* dtype bool .* dtype float64"),
        (lambda gy: (gy, gy.astype("float32")), 2, "Broken.backward returned .* dtype float32 .* gradient of input 1"),
        (lambda gy: gy.tolist(), 1, "Broken.backward returned list as the gradient of input 0"),
        (lambda gy: 1.0, 1, "Broken.backward returned float as the gradient of input 0"),
        (lambda gy: (gy, "x"), 2, "Broken.backward returned str as the gradient of input 1"),
        (lambda gy: [gy, gy], 2, "Broken.backward returned a list; expected a tuple|returned 1 gradients for 2 inputs"),
    ],
)
def test_a_wrong_gradient_is_refused_by_the_name_of_the_operation(returned, n, message):
    with pytest.raises(RuntimeError, match=message):
        broken(returned, n).sum().backward()


def test_none_counts_as_no_gradient():
    y = broken(lambda gy: (None, gy), 2)
    first, second = [edge[0] for edge in y.grad_fn.edges]
    y.sum().backward()
    assert first.grad is None
    assert second.grad is not None


def test_gradients_of_the_broadcast_shape_are_summed_for_the_operation():
    class Plus(Function):
        def forward(self, x, y):
            return x + y

        def backward(self, gz):
            return gz, gz

    a, b = leaf(1, 2, 3), leaf(1, 2, shape=(2, 1))
    Plus()(a, b).sum().backward()
    assert a.grad.tolist() == [2.0, 2.0, 2.0]
    assert b.grad.tolist() == [[3.0], [3.0]]


def test_an_operation_object_may_be_used_once_only():
    function = Double()
    y = function(scalar(1))
    with pytest.raises(RuntimeError, match="this Double is already a node of a graph; make a new instance"):
        function(scalar(2))
    y.backward()
    with pytest.raises(RuntimeError, match="Double"):
        function(scalar(2))


@pytest.mark.parametrize(("result", "name"), [(None, "NoneType"), ("x", "str"), ([1.0], "list")])
def test_a_forward_that_returns_no_array_is_named(result, name):
    class Empty(Function):
        def forward(self, x):
            return result

    with pytest.raises((RuntimeError, TypeError), match=f"Empty.forward returned {name}"):
        Empty()(scalar(1))


def test_missing_methods_are_named():
    class Nothing(Function):
        pass

    class ForwardOnly(Function):
        def forward(self, x):
            return x * 1

    with pytest.raises(NotImplementedError, match="Nothing has no forward"):
        Nothing()(scalar(1))
    with pytest.raises(NotImplementedError, match="ForwardOnly has no backward"):
        ForwardOnly()(scalar(1)).backward()


def test_needs_tells_which_gradients_are_asked_for():
    asked = []

    class Spy(Function):
        def forward(self, x, y, z):
            return x * 1

        def backward(self, gy):
            asked.extend(self.needs[i] for i in range(3))
            return gy, None, gy

    Spy()(scalar(1), tensor(1.0, dtype=minigrad.float64), scalar(1)).backward()
    assert asked == [True, False, True]
    assert Spy().needs[2]


def test_forward_and_backward_work_on_plain_arrays_without_a_graph():
    function = minigrad.ops.elementwise.Mul()
    assert function.forward(np.array([2.0]), np.array([3.0])).tolist() == [6.0]
    assert [g.tolist() for g in function.backward(np.array([1.0]))] == [[3.0], [2.0]]


# --------------------------------------------------------------------------------------------------------- anomaly mode


def test_anomaly_mode_names_the_forward_that_made_nan():
    with minigrad.detect_anomaly(), np.errstate(all="ignore"):
        with pytest.raises(FloatingPointError, match=r"the forward of Log produced 1 NaN and 1 inf among 3 values"):
            leaf(-1, 0, 1).log()
        tensor([np.nan]).exp()  # NaN that came in is nobody's fault


def test_anomaly_mode_names_the_backward_that_made_inf_and_where_its_forward_was():
    a = leaf(0, 1)
    with minigrad.detect_anomaly(), np.errstate(all="ignore"):
        y = a.sqrt().sum()
        with pytest.raises(FloatingPointError, match=r"(?s)the backward of Sqrt produced .* forward .*test_autograd"):
            y.backward()


def test_anomaly_mode_nests_works_as_a_decorator_and_ends():
    @minigrad.detect_anomaly()
    def step(n):
        return step(n - 1) if n else leaf(0, 1).log()

    with np.errstate(all="ignore"):
        with pytest.raises(FloatingPointError, match="the forward of Log"):
            step(2)
        assert np.isinf(leaf(0).log().data).all()


def test_anomaly_mode_sees_infinities_that_create_graph_makes():
    a = leaf(0, 1)
    with minigrad.detect_anomaly(), np.errstate(all="ignore"):
        y = a.sqrt().sum()
        with pytest.raises(FloatingPointError, match="produced 0 NaN and 1 inf"):
            grad(y, a, create_graph=True)


# --------------------------------------------------------------------------------------------------------- deep graphs


DEEP = 100_000


def test_a_chain_of_a_hundred_thousand_operations_goes_backward():
    x = scalar(1)
    y = x
    for _ in range(DEEP):
        y = y + 1.0
    y.backward()
    assert x.grad.item() == 1.0


def test_a_deep_graph_in_which_every_value_is_used_twice_goes_backward():
    x = scalar(1)
    y = x
    for _ in range(DEEP // 3):
        y = y * 0.5 + y * 0.5
    y.backward()
    assert x.grad.item() == 1.0


@pytest.mark.parametrize("step", [lambda y, x: y + 1.0, lambda y, x: (y + x * y) * 0.5])
def test_a_deep_graph_that_nobody_walked_is_freed_without_recursion(step):
    x = scalar(1)
    y = x
    for _ in range(DEEP // 4):
        y = step(y, x)
    last = weakref.ref(y.grad_fn)
    del y
    assert last() is None


def test_a_deep_graph_can_be_differentiated_twice():
    x = scalar(0.5)
    y = x
    for _ in range(3000):
        y = y * 1.0 + 0.0
    (g,) = grad(y * y, x, create_graph=True)
    assert grad(g, x)[0].item() == 2.0


def test_a_wide_graph_visits_every_vertex_once():
    """2¹⁰⁰ paths, 100 vertices."""
    x = scalar(1)
    y = x
    for _ in range(100):
        y = (y + y) * 0.5
    y.backward()
    assert x.grad.item() == 1.0


# ------------------------------------------------------------------------------------------- changes made in place


def test_values_changed_in_place_after_forward_are_refused_where_backward_needs_them():
    a, b = scalar(2), scalar(3)
    y = a * b
    with minigrad.no_grad():
        a[...] = 5.0
    with pytest.raises(RuntimeError, match=r"input 0 of Mul was changed in place after the forward pass"):
        y.backward()


def test_an_optimizer_step_between_forward_and_backward_is_refused():
    layer = minigrad.nn.Linear(2, 2)
    optimizer = minigrad.optim.SGD(layer.parameters(), lr=0.1)
    x = minigrad.ones(1, 2)
    first, second = layer(x).sum(), layer(layer(x)).sum()
    first.backward()
    optimizer.step()
    with pytest.raises(RuntimeError, match="of Linear was changed in place"):
        second.backward()
    layer(layer(x)).sum().backward()


def test_values_that_backward_does_not_need_may_be_changed():
    a, b = scalar(2), scalar(3)
    y = a + b
    with minigrad.no_grad():
        a[...] = 5.0
    y.backward()
    assert a.grad.item() == 1.0


def test_loading_weights_between_forward_and_backward_is_refused():
    layer = minigrad.nn.Linear(2, 2)
    y = layer(layer(minigrad.ones(1, 2))).sum()
    layer.load_state_dict({name: value.data + 1 for name, value in layer.state_dict().items()})
    with pytest.raises(RuntimeError, match="of Linear was changed in place"):
        y.backward()


# ------------------------------------------------------------------------------------------------ less common paths


def test_retain_grad_twice_keeps_the_gradient_once():
    h = leaf(1, 2) * 3
    h.retain_grad()
    h.retain_grad()
    (h * h).sum().backward()
    np.testing.assert_array_equal(h.grad.data, [6, 12])


def test_a_handle_removed_twice_takes_off_its_own_hook_only():
    calls = []

    def hook(g):
        calls.append(g)

    a = leaf(1)
    first, _ = a.register_hook(hook), a.register_hook(hook)
    first.remove()
    first.remove()
    a.sum().backward()
    assert len(calls) == 1


def test_grad_passes_a_freed_part_that_is_not_on_its_way():
    x, w = leaf(1, 2), leaf(3, 4)
    y = x * x
    y.sum().backward()
    (g,) = grad((y * w).sum(), w)
    np.testing.assert_array_equal(g.data, [1, 4])
    with pytest.raises(RuntimeError, match="a second time"):
        grad((y * w).sum(), x)


def test_an_output_that_was_not_used_has_no_gradient_though_its_sibling_has():
    a, b = minigrad.randn(2, requires_grad=True).split(1)
    assert grad(a * 2, b, allow_unused=True) == (None,)
    with pytest.raises(RuntimeError, match="do not depend on input 0"):
        grad(a * 2, b)


def test_modes_that_end_in_another_order_than_they_began_go_back_to_what_was():
    def silent():
        with minigrad.no_grad():
            yield

    generator = silent()
    next(generator)
    with minigrad.detect_anomaly():
        generator.close()
    assert minigrad.is_grad_enabled()
    assert not mode.now.anomaly


def test_set_grad_enabled_acts_as_a_statement_a_context_and_a_decorator():
    minigrad.set_grad_enabled(False)
    assert not minigrad.is_grad_enabled()
    minigrad.set_grad_enabled(True)
    with minigrad.set_grad_enabled(False):
        assert not minigrad.is_grad_enabled()
    assert minigrad.is_grad_enabled()

    @minigrad.set_grad_enabled(False)
    def inside():
        return minigrad.is_grad_enabled()

    assert minigrad.is_grad_enabled()
    assert not inside()
    assert minigrad.is_grad_enabled()


def test_anomaly_mode_accepts_infinities_that_were_given():
    scores = minigrad.randn(2, 3, requires_grad=True)
    mask = minigrad.tensor([[True, False, False], [False, False, True]])
    with minigrad.detect_anomaly():
        scores.masked_fill(mask, -math.inf).softmax(1).sum().backward()


def test_arrays_of_anything_but_real_numbers_are_refused():
    x = minigrad.ones(2)
    with pytest.raises(TypeError, match="Add expected real numbers, got an array of dtype complex128"):
        x + np.ones(2, complex)
    with pytest.raises(TypeError, match=r"torch\.Tensor; from_dlpack takes it over"):
        x + torch.ones(2)


def test_backward_takes_one_tensor_as_inputs_and_refuses_none_at_all():
    x, w = leaf(1), leaf(2)
    (x * w).sum().backward(inputs=x)
    assert w.grad is None
    assert x.grad.item() == 2
    with pytest.raises(ValueError, match="inputs= that are empty"):
        (x * w).sum().backward(inputs=[])


def test_a_shape_in_place_of_the_data_is_noticed():
    with pytest.raises(TypeError, match=r"use zeros\(2, 3\)"):
        minigrad.Tensor(2, 3)
