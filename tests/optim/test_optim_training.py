"""Whole training runs beside PyTorch: a model, its own gradients from either autograd, an optimizer and a schedule."""

import numpy as np
import pytest
import torch

from minigrad import Tensor, functional, nn, optim
from minigrad.optim import lr_scheduler

STEPS = 100

OPTIMIZERS = {
    "SGD": {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3},
    "RMSprop": {"lr": 0.003, "momentum": 0.5, "centered": True, "weight_decay": 1e-3},
    "Adagrad": {"lr": 0.05, "lr_decay": 0.01, "weight_decay": 1e-3},
    "Adam": {"lr": 0.01, "amsgrad": True, "weight_decay": 1e-3},
    "AdamW": {"lr": 0.01, "weight_decay": 0.1},
}
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)


def warm_up_and_cosine(library, optimizer):
    parts = [library.LinearLR(optimizer, 0.1, total_iters=10), library.CosineAnnealingLR(optimizer, STEPS - 10)]
    return library.SequentialLR(optimizer, parts, [10])


def one_cycle(library, optimizer):
    momentum = any(key in optimizer.param_groups[0] for key in ("momentum", "betas"))
    return library.OneCycleLR(optimizer, 0.01, STEPS + 1, cycle_momentum=momentum)


SCHEDULES = {
    "constant": lambda library, optimizer: None,
    "steps": lambda library, optimizer: library.StepLR(optimizer, 30, 0.5),
    "chained": lambda library, optimizer: library.ChainedScheduler(
        [library.LinearLR(optimizer, 0.2, total_iters=20), library.ExponentialLR(optimizer, 0.98)]
    ),
    "warm-up and cosine": warm_up_and_cosine,
    "one cycle": one_cycle,
}


def make(nn):
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.SiLU(), nn.Linear(8, 3))


def trajectory(model, loss, optimizer, schedule, as_tensor, dtype):
    """The parameters after each of STEPS steps of training on a new random batch."""
    rng = np.random.default_rng(1)
    rows = []
    for _ in range(STEPS):
        x, labels = rng.standard_normal((16, 4)).astype(dtype), rng.integers(0, 3, 16)
        optimizer.zero_grad()
        loss(model(as_tensor(x)), as_tensor(labels)).backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        rows.append(np.concatenate([p.detach().numpy().ravel() for p in model.parameters()]))
    return np.array(rows)


def both(optimizer, schedule, dtype):
    """The trajectories of the same run in minigrad and in PyTorch."""
    torch.manual_seed(0)
    theirs = make(torch.nn).to(getattr(torch, dtype))
    ours = make(nn).to(dtype)
    ours.load_state_dict(theirs.state_dict())
    rows = []
    for model, loss, library, schedules, as_tensor in (
        (ours, functional.cross_entropy, optim, lr_scheduler, Tensor),
        (theirs, torch.nn.functional.cross_entropy, torch.optim, torch.optim.lr_scheduler, torch.tensor),
    ):
        chosen = getattr(library, optimizer)(model.parameters(), **OPTIMIZERS[optimizer])
        decay = SCHEDULES[schedule](schedules, chosen)
        rows.append(trajectory(model, loss, chosen, decay, as_tensor, dtype))
    return rows


@every_optimizer
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_model_trained_with_optimizer_and_schedule_follows_pytorch(optimizer, schedule):
    ours, theirs = both(optimizer, schedule, "float64")
    assert np.abs(ours[-1] - ours[0]).max() > 0.01  # it has learned something
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


@every_optimizer
def test_in_float32_it_follows_pytorch(optimizer):
    """To 1e-5, about 100 roundings of float32: one a step."""
    ours, theirs = both(optimizer, "warm-up and cosine", "float32")
    assert ours.dtype == theirs.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
