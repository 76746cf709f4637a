"""GradScaler against PyTorch's on the CPU: scales, parameters and errors, step by step, with gradients that overflow.

tests/cuda/test_mixed_precision.py runs the trajectories on the stand-in and on a GPU, where no step is read.
"""

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.amp import GradScaler
from tests.optim.test_optim_formulas import CASES
from tests.oracle import on_host, our_tensor

SHAPES = [(3, 4), (5,), (), (2, 1, 3)]
BAD = {2: np.inf, 3: -np.inf, 7: np.nan}
"""In these steps, one element of one gradient is this."""
SETTINGS = {"init_scale": 64.0, "growth_interval": 3}


def trajectories(name, options, clip, steps=12):
    """Parameters and scales after each step of both libraries, for the same gradients."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape).astype("float32") for shape in SHAPES]
    ours = [our_tensor(a.copy(), True) for a in arrays]
    theirs = [torch.nn.Parameter(torch.tensor(a)) for a in arrays]
    options = {"lr": 0.05, **options}
    our_optimizer, their_optimizer = (
        getattr(optim, name)(ours, **options),
        getattr(torch.optim, name)(theirs, **options),
    )
    scaler, oracle = GradScaler("cpu", **SETTINGS), torch.amp.GradScaler("cpu", **SETTINGS)
    found, expected = [], []
    for step in range(steps):
        weights = [rng.standard_normal(shape).astype("float32") for shape in SHAPES]
        if step in BAD:
            weights[step % 2].flat[1] = BAD[step]
        our_optimizer.zero_grad()
        their_optimizer.zero_grad()
        total = sum([(p * our_tensor(w)).sum() for p, w in zip(ours, weights)], start=our_tensor(np.float32(0)))
        scaler.scale(total).backward()
        oracle.scale(sum((p * torch.tensor(w)).sum() for p, w in zip(theirs, weights))).backward()
        if clip:
            scaler.unscale_(our_optimizer)
            oracle.unscale_(their_optimizer)
            optim.clip_grad_norm_(ours, 1.0)
            torch.nn.utils.clip_grad_norm_(theirs, 1.0)
        scaler.step(our_optimizer)
        oracle.step(their_optimizer)
        scaler.update()
        oracle.update()
        found.append([*[on_host(p).copy() for p in ours], scaler.get_scale()])
        expected.append([*[p.detach().numpy().copy() for p in theirs], oracle.get_scale()])
    assert scaler.state_dict() == oracle.state_dict()
    return found, expected, our_optimizer


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # infinities are meant
@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_trajectories_are_pytorchs(name, options, clip):
    found, expected, optimizer = trajectories(name, options, clip)
    for step, (mine, theirs) in enumerate(zip(found, expected, strict=True)):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, 2e-5, 2e-6, err_msg=f"step {step}")
    steps = {state["step"] for state in optimizer.state_dict()["state"].values()}
    assert steps <= {12 - len(BAD)}


def both(enabled=True):
    """(scaler, optimizer, loss) of both libraries."""
    p, q = Tensor(np.ones(3, np.float32), True), torch.nn.Parameter(torch.ones(3))
    ours = GradScaler("cpu", enabled=enabled), optim.SGD([p], lr=0.1), (p * p).sum
    return ours, (torch.amp.GradScaler("cpu", enabled=enabled), torch.optim.SGD([q], lr=0.1), lambda: (q * q).sum())


MISUSES = {
    "unscale_ twice": lambda s, o, loss: (s.scale(loss()).backward(), s.unscale_(o), s.unscale_(o)),
    "unscale_ after step": lambda s, o, loss: (s.scale(loss()).backward(), s.step(o), s.unscale_(o)),
    "step twice": lambda s, o, loss: (s.scale(loss()).backward(), s.step(o), s.step(o)),
    "step with a closure": lambda s, o, loss: (s.scale(loss()).backward(), s.step(o, closure=loss)),
    "step without gradients": lambda s, o, loss: (s.scale(loss()), s.step(o)),
    "unscale_ before scale": lambda s, o, loss: s.unscale_(o),
    "update before scale": lambda s, o, loss: s.update(),
    "update without gradients": lambda s, o, loss: (s.scale(loss()), s.update()),
    "an empty state": lambda s, o, loss: s.load_state_dict({}),
    "scale of text": lambda s, o, loss: s.scale(3),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_misuse_is_an_error_as_in_pytorch(misuse):
    ours, theirs = both()
    with pytest.raises((RuntimeError, AssertionError, ValueError)):
        MISUSES[misuse](*theirs)
    with pytest.raises((RuntimeError, ValueError)) as error:
        MISUSES[misuse](*ours)
    assert len(str(error.value)) > 20


@pytest.mark.parametrize(
    "wrong", [{"growth_factor": 1.0}, {"backoff_factor": 1.0}, {"growth_interval": 0}, {"init_scale": 0.0}]
)
def test_settings_that_do_not_grow_and_shrink_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        GradScaler("cpu", **wrong)


def test_gradients_of_float16_are_refused():
    p = Tensor(np.ones(3, np.float16), True)
    scaler, optimizer = GradScaler("cpu", init_scale=8), optim.SGD([p], lr=0.1)
    scaler.scale((p * 1e-3).sum()).backward()
    with pytest.raises(ValueError, match="gradients of float16"):
        scaler.unscale_(optimizer)


def test_a_scaler_that_is_not_enabled_changes_nothing():
    for scaler, optimizer, loss in both(enabled=False):
        scaled = scaler.scale(loss())
        assert float(scaled) == 3
        scaled.backward()
        scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        assert not scaler.is_enabled()
        assert scaler.get_scale() == 1
        assert scaler.state_dict() == {}
        scaler.load_state_dict({})
    assert float(loss()) == pytest.approx(3 * 0.8**2)


def test_several_losses_are_scaled_and_several_optimizers_stepped():
    ps = [Tensor(np.float32(2), True) for _ in range(2)]
    scaler, optimizers = GradScaler("cpu", init_scale=8), [optim.SGD([p], lr=0.1) for p in ps]
    losses = scaler.scale([ps[0] * 3, (ps[1] * np.float32(np.inf)).sum()])
    assert isinstance(losses, list)
    for loss in losses:
        loss.backward()
    for optimizer in optimizers:
        scaler.step(optimizer)
    scaler.update()
    assert [p.item() for p in ps] == [pytest.approx(1.7), 2]  # only the one whose gradient was infinite was skipped
    assert scaler.get_scale() == 4


def test_a_loss_of_float16_is_scaled_though_the_scale_is_beyond_float16():
    loss = Tensor(np.float16(0.25), True)
    scaled = GradScaler("cpu").scale(loss)
    assert scaled.dtype == np.float16
    assert scaled.item() == 2**14


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_state_goes_on_where_it_was_in_either_library():
    scaler = GradScaler("cpu", **SETTINGS)
    p = Tensor(np.ones(3, np.float32), True)
    optimizer = optim.SGD([p], lr=0.1)
    for _ in range(2):
        scaler.scale(p.sum()).backward()
        scaler.step(optimizer)
        scaler.update()
    oracle = torch.amp.GradScaler("cpu")
    oracle.load_state_dict(scaler.state_dict())
    again = GradScaler("cpu")
    again.load_state_dict(oracle.state_dict())
    assert again.state_dict() == oracle.state_dict() == {**scaler.state_dict(), "_growth_tracker": 2}
    again.scale(p.sum()).backward()
    again.step(optimizer)
    again.update()
    assert again.get_scale() == 128
    with pytest.raises(ValueError, match="without _growth_tracker"):
        again.load_state_dict({name: value for name, value in again.state_dict().items() if name[0] != "_"})
    with pytest.raises(ValueError, match="init_scale"):
        again.load_state_dict({**again.state_dict(), "scale": -1.0})
    assert again.get_scale() == 128


def test_the_scale_can_be_set():
    for scaler, optimizer, loss in both():
        scaler.scale(loss()).backward()
        scaler.step(optimizer)
        scaler.update(32.0)
        assert scaler.get_scale() == 32


@pytest.mark.parametrize(
    ("misuse", "kind", "told"),
    [
        (lambda s, o: s.scale("loss"), ValueError, "scale got str; expected a tensor"),
        (lambda s, o: s.scale(np.ones(3)), ValueError, "scale got ndarray; expected a tensor"),
        (lambda s, o: s.step(None), TypeError, "step got NoneType; expected an optimizer"),
        (lambda s, o: s.unscale_(nn.Linear(2, 2)), TypeError, "unscale_ got Linear; expected an optimizer"),
        (lambda s, o: s.update(-1.0), ValueError, "new_scale must be finite and above 0, got -1.0"),
        (lambda s, o: s.update(np.inf), ValueError, "new_scale must be finite and above 0, got inf"),
        (lambda s, o: s.update("x"), TypeError, "new_scale must be a number, got str"),
        (lambda s, o: s.update(minigrad.ones(3)), ValueError, r"new_scale has shape \(3,\); expected one element"),
        (lambda s, o: s.load_state_dict("scale"), TypeError, "load_state_dict got str; expected a dict"),
        (lambda s, o: s.load_state_dict(None), TypeError, "load_state_dict got NoneType; expected a dict"),
    ],
)
def test_misuse_is_told_in_one_sentence(misuse, kind, told):
    x = minigrad.ones(2, requires_grad=True)
    scaler, optimizer = GradScaler("cpu", **SETTINGS), optim.SGD([x], lr=1)
    scaler.scale(x.sum()).backward()
    with pytest.raises(kind, match=told):
        misuse(scaler, optimizer)
    assert scaler.get_scale() == SETTINGS["init_scale"]
    scaler.step(optimizer)
    assert x.tolist() == [0, 0]


def test_a_step_without_gradients_does_not_stand_in_the_way_of_the_next():
    x = minigrad.ones(2, requires_grad=True)
    scaler, optimizer = GradScaler("cpu", **SETTINGS), optim.SGD([x], lr=1)
    loss = scaler.scale(x.sum())
    with pytest.raises(RuntimeError, match="no gradients; call backward before"):
        scaler.step(optimizer)
    loss.backward()
    scaler.step(optimizer)
    assert x.tolist() == [0, 0]


def test_small_gradients_survive_float16_only_when_the_loss_is_scaled():
    layer, x = nn.Linear(4, 1), minigrad.ones(1, 4)
    for scaler, lost in ((GradScaler("cpu", enabled=False), True), (GradScaler("cpu"), False)):
        layer.zero_grad()
        with minigrad.autocast("cpu", minigrad.float16):
            loss = layer(x).sum() * 1e-9
        scaler.scale(loss).backward()
        assert (not layer.weight.grad.data.any()) == lost


def test_the_scale_never_grows_to_infinity():
    scalers = [
        library.GradScaler("cpu", init_scale=2.0**126, growth_interval=1) for library in (minigrad.amp, torch.amp)
    ]
    p, q = Tensor(np.zeros(2, np.float32), True), torch.nn.Parameter(torch.zeros(2))
    steps = zip(scalers, (optim.SGD([p], lr=0.1), torch.optim.SGD([q], lr=0.1)), (p, q), strict=True)
    for scaler, optimizer, parameter in steps:
        for _ in range(4):
            optimizer.zero_grad()
            scaler.scale((parameter * 0).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
    assert [scaler.get_scale() for scaler in scalers] == [2.0**127] * 2
