"""Every schedule follows PyTorch's; a continued one is the same one; bad settings are refused."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad import Tensor, optim
from minigrad.optim import lr_scheduler

CASES = [
    ("StepLR", {"step_size": 7}),
    ("StepLR", {"step_size": 1, "gamma": 0.97}),
    ("MultiStepLR", {"milestones": [40, 3, 3, 60], "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [0, 99]}),
    ("ExponentialLR", {"gamma": 0.95}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 0.01, "end_factor": 0.7, "total_iters": 50}),
    ("CosineAnnealingLR", {"T_max": 100}),
    ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.02}),
    ("LambdaLR", {"lr_lambda": lambda t: 0.9**t}),
    ("LambdaLR", {"lr_lambda": [lambda t: min(t / 10, 1), lambda t: 1 / (t + 1)]}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 101}),
    ("OneCycleLR", {"max_lr": [0.5, 2.0], "epochs": 11, "steps_per_epoch": 10, "pct_start": 0.1}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 101, "three_phase": True, "div_factor": 5, "final_div_factor": 7}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 101, "anneal_strategy": "linear", "cycle_momentum": False}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 101, "base_momentum": [0.1, 0.2], "max_momentum": 0.5}),
]
every_schedule = pytest.mark.parametrize(("name", "options"), CASES)


def our_sgd(name="SGD", **options):
    params = [Tensor(np.ones(2), requires_grad=True) for _ in range(2)]
    return getattr(optim, name)([{"params": params[:1]}, {"params": params[1:], "lr": 0.3}], lr=0.1, **options)


def their_sgd(name="SGD", **options):
    params = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    return getattr(torch.optim, name)([{"params": params[:1]}, {"params": params[1:], "lr": 0.3}], lr=0.1, **options)


def snapshot(optimizer):
    """Everything that a schedule may change."""
    return [(group["lr"], group.get("momentum", group.get("betas", [0])[0])) for group in optimizer.param_groups]


def follow(ours, theirs, schedule, reference, steps, *metrics):
    """Step both schedules and compare, for every t, the settings and what get_last_lr says."""
    theirs.step()  # PyTorch warns if no step of the optimizer comes before one of the schedule
    trajectories = [], []
    for t in range(steps):
        for trajectory, optimizer, s in zip(trajectories, (ours, theirs), (schedule, reference)):
            trajectory.append([*snapshot(optimizer), s.get_last_lr()])
            s.step(*(m[t] for m in metrics))
    np.testing.assert_allclose(*trajectories, rtol=1e-6, atol=1e-12)


@every_schedule
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_follows_pytorch(name, options, optimizer):
    ours, theirs = our_sgd(optimizer), their_sgd(optimizer)
    schedule = getattr(lr_scheduler, name)(ours, **options)
    reference = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
    follow(ours, theirs, schedule, reference, 100)


@settings(max_examples=60, deadline=None)
@given(
    total_steps=st.integers(2, 40),
    pct_start=st.floats(0, 0.95),
    three_phase=st.booleans(),
    anneal_strategy=st.sampled_from(["cos", "linear"]),
)
def test_one_cycle_follows_pytorch_for_any_length(total_steps, **options):
    rise = options["pct_start"] * total_steps - 1
    if options["three_phase"]:
        options["pct_start"] *= 0.5
        rise = options["pct_start"] * total_steps - 1
    ours, theirs = our_sgd(), their_sgd()
    schedule = lr_scheduler.OneCycleLR(ours, 0.5, total_steps, **options)
    if abs(rise) < 1e-9:  # PyTorch divides by the length of the first phase
        return
    reference = torch.optim.lr_scheduler.OneCycleLR(theirs, 0.5, total_steps, **options)
    follow(ours, theirs, schedule, reference, total_steps - 1)


def test_one_cycle_ends_where_it_should_and_stays():
    optimizer = our_sgd()
    schedule = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10, anneal_strategy="linear")
    for _ in range(15):
        schedule.step()
    np.testing.assert_allclose(schedule.get_last_lr(), [1 / 25 / 1e4] * 2)
    whole = lr_scheduler.OneCycleLR(our_sgd(), max_lr=1.0, total_steps=2, pct_start=0.5)
    np.testing.assert_allclose(whole.get_last_lr(), [1.0] * 2)  # a first phase of no length is over at once


PLATEAU_CASES = [
    {},
    {"patience": 3, "factor": 0.5},
    {"patience": 2, "cooldown": 4, "factor": 0.5},
    {"patience": 0, "threshold": 0.1, "threshold_mode": "abs"},
    {"patience": 1, "mode": "max", "threshold": 0.05},
    {"patience": 1, "mode": "max", "threshold": 0.05, "threshold_mode": "abs"},
    {"patience": 0, "min_lr": [0.01, 0.2], "factor": 0.3},
    {"patience": 0, "factor": 0.5, "eps": 0.02},
]


@pytest.mark.parametrize("options", PLATEAU_CASES)
@pytest.mark.parametrize("seed", range(3))
def test_plateau_follows_pytorch(options, seed):
    rng = np.random.default_rng(seed)
    metrics = 1 + np.exp(-np.arange(100) / 10) + 0.1 * rng.standard_normal(100)
    metrics[rng.integers(0, 100, 5)] = np.nan
    metrics[-50:] -= 2  # negative values
    ours, theirs = our_sgd(), their_sgd()
    schedule = lr_scheduler.ReduceLROnPlateau(ours, **options)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **options)
    follow(ours, theirs, schedule, reference, 100, metrics)
    assert min(schedule.get_last_lr()) < 0.1 or options.get("eps")


def test_plateau_takes_a_tensor():
    schedule = lr_scheduler.ReduceLROnPlateau(our_sgd(), patience=0)
    for loss in (1.0, 2.0):
        schedule.step(Tensor(loss))
    np.testing.assert_allclose(schedule.get_last_lr(), [0.01, 0.03])


@pytest.mark.parametrize(
    ("name", "options"), [*CASES, *[("ReduceLROnPlateau", {**o, "patience": 2}) for o in PLATEAU_CASES]]
)
def test_a_continued_schedule_is_the_same(name, options, stored):
    metrics = np.random.default_rng(0).standard_normal(60)
    takes_metric = name == "ReduceLROnPlateau"
    optimizer = our_sgd()
    schedule = getattr(lr_scheduler, name)(optimizer, **options)
    for value in metrics[:30]:
        schedule.step(*[value] * takes_metric)
    checkpoint = [stored(optimizer.state_dict()), json.loads(json.dumps(schedule.state_dict(), allow_nan=False))]

    other = our_sgd()
    continued = getattr(lr_scheduler, name)(other, **options)
    other.load_state_dict(checkpoint[0])
    continued.load_state_dict(checkpoint[1])
    assert continued.get_last_lr() == schedule.get_last_lr()
    for value in metrics[30:]:
        schedule.step(*[value] * takes_metric)
        continued.step(*[value] * takes_metric)
        assert snapshot(other) == snapshot(optimizer)


@every_schedule
def test_last_epoch_continues_a_loaded_optimizer(name, options, stored):
    optimizer = our_sgd()
    schedule = getattr(lr_scheduler, name)(optimizer, **options)
    for _ in range(20):
        schedule.step()
    other = our_sgd()
    other.load_state_dict(stored(optimizer.state_dict()))
    continued = getattr(lr_scheduler, name)(other, **options, last_epoch=19)
    assert snapshot(other) == snapshot(optimizer)
    schedule.step()
    continued.step()
    assert snapshot(other) == snapshot(optimizer)


def test_a_schedule_without_a_formula_says_so():
    with pytest.raises(NotImplementedError, match="LRScheduler has no rate"):
        lr_scheduler.LRScheduler(our_sgd())


def test_a_group_added_later_is_refused():
    optimizer = our_sgd()
    schedule = lr_scheduler.ExponentialLR(optimizer, 0.9)
    optimizer.add_param_group({"params": [Tensor(np.ones(1), requires_grad=True)]})
    with pytest.raises(ValueError, match="ExponentialLR was made for 2 groups, the optimizer has 3"):
        schedule.step()


def test_a_state_that_does_not_fit_is_refused():
    schedule = lr_scheduler.StepLR(our_sgd(), 3)
    with pytest.raises(ValueError, match="not the state of a StepLR: it differs in T_max, eta_min, gamma, step_size"):
        schedule.load_state_dict(lr_scheduler.CosineAnnealingLR(our_sgd(), 9).state_dict())
    one_group = optim.SGD([Tensor(np.ones(2), requires_grad=True)])
    with pytest.raises(ValueError, match="for 1 parameter groups, this StepLR has 2"):
        schedule.load_state_dict(lr_scheduler.StepLR(one_group, 3).state_dict())
    assert (schedule.last_epoch, schedule.step_size) == (0, 3)


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("StepLR", {"step_size": 0}, ValueError, "StepLR: step_size must be at least 1, got 0"),
        ("StepLR", {"step_size": 1.5}, TypeError, "StepLR: step_size must be an integer, got float"),
        ("StepLR", {"step_size": 2, "gamma": -1}, ValueError, "StepLR: gamma"),
        ("StepLR", {"step_size": 2, "last_epoch": -2}, ValueError, "last_epoch must be at least -1"),
        ("StepLR", {"step_size": 2, "last_epoch": 3}, ValueError, "group 0 has no initial_lr"),
        ("MultiStepLR", {"milestones": [1, -2]}, ValueError, "a milestone must be at least 0, got -2"),
        ("MultiStepLR", {"milestones": ["1"]}, TypeError, "a milestone must be an integer, got str"),
        ("ExponentialLR", {"gamma": math.nan}, ValueError, "ExponentialLR: gamma"),
        ("LinearLR", {"start_factor": 0}, ValueError, r"start_factor must be in \(0, 1\], got 0"),
        ("LinearLR", {"end_factor": 1.1}, ValueError, r"end_factor must be in \[0, 1\], got 1.1"),
        ("LinearLR", {"total_iters": 0}, ValueError, "total_iters must be at least 1"),
        ("CosineAnnealingLR", {"T_max": 0}, ValueError, "T_max must be at least 1"),
        ("CosineAnnealingLR", {"T_max": 9, "eta_min": -1}, ValueError, "eta_min"),
        ("LambdaLR", {"lr_lambda": 3}, TypeError, "lr_lambda must be a function, got int"),
        ("LambdaLR", {"lr_lambda": [abs] * 3}, ValueError, "one value for each of the 2 groups, got 3"),
        ("OneCycleLR", {"max_lr": 1}, ValueError, "needs total_steps, or both epochs and steps_per_epoch"),
        ("OneCycleLR", {"max_lr": 1, "epochs": 3}, ValueError, "needs total_steps, or both"),
        ("OneCycleLR", {"max_lr": 1, "epochs": 3, "steps_per_epoch": 0}, ValueError, "steps_per_epoch must be at"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 0}, ValueError, "total_steps must be at least 1"),
        ("OneCycleLR", {"max_lr": -1, "total_steps": 9}, ValueError, "max_lr must be finite and at least 0, got -1"),
        ("OneCycleLR", {"max_lr": [1] * 3, "total_steps": 9}, ValueError, "each of the 2 groups, got 3"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "pct_start": 2}, ValueError, "pct_start must be in"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "anneal_strategy": "no"}, ValueError, "'cos' or 'linear'"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "div_factor": 0}, ValueError, "div_factor must be above 0"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "max_momentum": 1}, ValueError, "a momentum must be in"),
        ("ReduceLROnPlateau", {"mode": "least"}, ValueError, "mode must be 'min' or 'max', got 'least'"),
        ("ReduceLROnPlateau", {"threshold_mode": "x"}, ValueError, "threshold_mode must be 'rel' or 'abs', got 'x'"),
        ("ReduceLROnPlateau", {"factor": 1.0}, ValueError, r"factor must be in \[0, 1\), got 1.0"),
        ("ReduceLROnPlateau", {"patience": -1}, ValueError, "patience must be at least 0"),
        ("ReduceLROnPlateau", {"min_lr": [0.1]}, ValueError, "each of the 2 groups, got 1"),
    ],
)
def test_bad_settings_are_refused(name, options, error, message):
    with pytest.raises(error, match=message):
        getattr(lr_scheduler, name)(our_sgd(), **options)


def test_other_misuse_is_refused():
    with pytest.raises(TypeError, match="StepLR needs an Optimizer, got list"):
        lr_scheduler.StepLR([], 3)
    with pytest.raises(ValueError, match="cycle_momentum needs momentum or betas, which Adagrad has not"):
        lr_scheduler.OneCycleLR(our_sgd("Adagrad"), 1.0, 10)
