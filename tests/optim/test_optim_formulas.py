"""Every optimizer, with every option, follows PyTorch; how a parameter lies in memory makes no difference."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad import Tensor, optim
from minigrad.optim import optimizer as base

CASES = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "maximize": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.01, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.03, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"momentum": 0.8, "maximize": True}),
    ("RMSprop", {"momentum": 0.8, "centered": True, "weight_decay": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05, "initial_accumulator_value": 0.5}),
    ("Adagrad", {"lr": 0.1, "weight_decay": 0.1, "eps": 1e-3, "maximize": True}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-3}),
    ("Adam", {"lr": 0.1, "betas": (0.0, 0.0)}),
    ("Adam", {"weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "betas": (0.9, 0.8), "weight_decay": 0.1}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "weight_decay": 0.2, "maximize": True}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "betas": (0.9, 0.8), "eps": 1e-4}),
]
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=[f"{name}-{'-'.join(o)}" for name, o in CASES])
# One per optimizer, with the options that use all of its state arrays.
RICHEST = [
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4, "weight_decay": 0.01}),
    ("RMSprop", {"momentum": 0.8, "centered": True, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05, "initial_accumulator_value": 0.5}),
    ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.1}),
]
every_optimizer = pytest.mark.parametrize(("name", "options"), RICHEST, ids=[name for name, _ in RICHEST])


@every_case
def test_follows_pytorch(Twins, name, options):
    twins = Twins()
    ours, theirs = getattr(optim, name)(twins.ours, **options), getattr(torch.optim, name)(twins.theirs, **options)
    twins.train(ours, theirs, steps=100)


@every_optimizer
def test_follows_pytorch_in_float32(Twins, name, options):
    """To 1e-5, about 100 roundings of float32: one a step."""
    twins = Twins(dtype=np.float32)
    ours, theirs = getattr(optim, name)(twins.ours, **options), getattr(torch.optim, name)(twins.theirs, **options)
    twins.train(ours, theirs, steps=100, tolerance=1e-5)
    arrays = [a for state in ours.state.values() for key, a in state.items() if key != "step"]
    assert {a.dtype for a in arrays + [p.data for p in twins.ours]} == {np.dtype("float32")}


@every_optimizer
def test_parameters_larger_than_a_block(Twins, name, options):
    twins = Twins([(400, 500), (base.BLOCK,), (base.BLOCK + 1,)])
    ours, theirs = getattr(optim, name)(twins.ours, **options), getattr(torch.optim, name)(twins.theirs, **options)
    twins.train(ours, theirs, steps=4)


def laid_out(array: np.ndarray, layout: str) -> np.ndarray:
    """The same values, with another order in memory."""
    if layout == "transposed":
        return array.copy(order="F")
    if layout == "padded" and array.ndim:
        return np.concatenate([array, array[..., :1]], axis=-1)[..., : array.shape[-1]]
    return array.copy()


layouts = st.sampled_from(["plain", "transposed", "padded"])


@every_optimizer
@settings(max_examples=40, deadline=None)
@given(
    shape=st.lists(st.integers(0, 5), max_size=3),
    p_layout=layouts,
    g_layout=layouts,
    block=st.integers(1, 20),
    seed=st.integers(0, 99),
)
def test_memory_layout_makes_no_difference(name, options, shape, p_layout, g_layout, block, seed):
    rng = np.random.default_rng(seed)
    start, gradients = rng.standard_normal(shape), rng.standard_normal((3, *shape))
    whole = Tensor(np.array(start), requires_grad=True)
    cut = Tensor(laid_out(np.array(start), p_layout), requires_grad=True)
    view = cut.data
    optimizers = [getattr(optim, name)([p], **options) for p in (whole, cut)]
    for g in gradients:
        whole.grad = Tensor(np.array(g))
        cut.grad = Tensor(laid_out(np.array(g), g_layout))
        optimizers[0].step()
        usual, base.BLOCK = base.BLOCK, block
        try:
            optimizers[1].step()
        finally:
            base.BLOCK = usual
        np.testing.assert_array_equal(cut.grad.data, g)
    assert cut.data is view
    np.testing.assert_array_equal(cut.data, whole.data)


@every_optimizer
def test_data_may_be_replaced_between_steps(Twins, name, options):
    """By a copy in another layout than that of the state, here."""
    twins = Twins([(400, 500)])
    p = twins.ours[0]
    p.data = laid_out(p.data, "transposed")
    ours, theirs = getattr(optim, name)(twins.ours, **options), getattr(torch.optim, name)(twins.theirs, **options)
    twins.train(ours, theirs, steps=2)
    p.data = p.data.copy(order="C")
    twins.train(ours, theirs, steps=2)


@every_optimizer
def test_numpy_scalars_as_settings_leave_float32_alone(name, options):
    p = Tensor(np.ones(3, np.float32), requires_grad=True)
    group = {key: np.float64(value) if type(value) is float else value for key, value in options.items()}
    optimizer = getattr(optim, name)([p], **group)
    dtypes = []
    optimizer.penalize = lambda p, g, group: dtypes.append((p * group["lr"]).dtype) or g
    p.grad = Tensor(np.ones(3, np.float32))
    optimizer.step()
    assert dtypes == [np.float32]


def test_centered_rmsprop_survives_a_constant_gradient():
    """The running variance is zero then, and rounding takes it below."""
    p = Tensor(np.linspace(-3, 3, 1000, dtype=np.float32), requires_grad=True)
    p.grad = Tensor(np.linspace(0.01, 7, 1000, dtype=np.float32))
    optimizer = optim.RMSprop([p], lr=1e-6, centered=True, alpha=0.9)
    for _ in range(300):
        optimizer.step()
    assert np.isfinite(p.data).all()


def test_momentum_switched_on_later_starts_like_pytorch(Twins):
    twins = Twins()
    ours, theirs = optim.SGD(twins.ours, lr=0.1), torch.optim.SGD(twins.theirs, lr=0.1)
    for momentum in (0, 0.9, 0, 0.5):
        for optimizer in (ours, theirs):
            optimizer.param_groups[0].update(momentum=momentum, dampening=0.3)
        twins.train(ours, theirs, steps=3)


def test_adamw_takes_the_step_that_adam_has_at_the_moment(monkeypatch):
    p = Tensor(np.ones(2), requires_grad=True)
    p.grad = Tensor(np.ones(2))
    monkeypatch.setattr(optim.Adam, "update", lambda self, p, g, state, group: p.fill(7))
    optim.AdamW([p]).step()
    assert p.tolist() == [7, 7]


@every_optimizer
def test_same_on_the_gpu(name, options):
    cupy = pytest.importorskip("cupy")
    rng = np.random.default_rng(0)
    start = rng.standard_normal((300, 400)).astype(np.float32)
    pair = [Tensor(start.copy(), requires_grad=True), Tensor(cupy.asarray(start), requires_grad=True)]
    optimizers = [getattr(optim, name)([p], **options) for p in pair]
    for _ in range(3):
        g = rng.standard_normal(start.shape).astype(np.float32)
        pair[0].grad, pair[1].grad = Tensor(g), Tensor(cupy.asarray(g))
        for p, optimizer in zip(pair, optimizers):
            optim.clip_grad_norm_(p, 100.0)
            optimizer.step()
    np.testing.assert_allclose(pair[1].data.get(), pair[0].data, 1e-5, 1e-5)
