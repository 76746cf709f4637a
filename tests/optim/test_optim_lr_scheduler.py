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
    ("CosineAnnealingWarmRestarts", {"T_0": 9}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 2, "eta_min": 0.01}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.9, "total_iters": 50}),
    ("PolynomialLR", {"total_iters": 60}),
    ("PolynomialLR", {"total_iters": 99, "power": 2.5}),
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


# ------------------------------------------------------------------------------------------------------- combinations

COMBINED = {
    "two": lambda s, o: [s.LinearLR(o, 0.1, total_iters=20), s.ExponentialLR(o, 0.95)],
    "two, the other way round": lambda s, o: [s.ExponentialLR(o, 0.95), s.LinearLR(o, 0.1, total_iters=20)],
    "steps and powers": lambda s, o: [s.StepLR(o, 7, 0.5), s.MultiStepLR(o, [20, 40], 0.3), s.PolynomialLR(o, 80, 2)],
    "a factor twice": lambda s, o: [s.ExponentialLR(o, 0.95), s.ExponentialLR(o, 0.95)],
    "a constant, until": lambda s, o: [s.ConstantLR(o, 0.2, 30), s.StepLR(o, 9, 0.8)],
    "cosine beyond its end": lambda s, o: [s.ExponentialLR(o, 0.98), s.CosineAnnealingLR(o, 30)],
    "cosine with a floor": lambda s, o: [s.LinearLR(o), s.CosineAnnealingLR(o, 130, 1e-3), s.ExponentialLR(o, 0.99)],
    "to zero and no further": lambda s, o: [s.LinearLR(o, 1.0, 0.0, 30), s.StepLR(o, 9)],
    "outright, then a factor": lambda s, o: [s.LambdaLR(o, lambda t: 1 / (t + 1)), s.ExponentialLR(o, 0.9)],
    "a factor, then outright": lambda s, o: [s.ExponentialLR(o, 0.9), s.CosineAnnealingWarmRestarts(o, 9)],
}
SEQUENCES = {
    "warm-up and cosine": (lambda s, o: [s.LinearLR(o, 0.1, total_iters=10), s.CosineAnnealingLR(o, 90)], [10]),
    "warm-up cut off": (lambda s, o: [s.LinearLR(o, 0.1, total_iters=50), s.CosineAnnealingLR(o, 30, 0.01)], [10]),
    "three": (lambda s, o: [s.ConstantLR(o, 0.5, 5), s.ExponentialLR(o, 0.9), s.StepLR(o, 9, 0.7)], [7, 31]),
    "the first is skipped": (lambda s, o: [s.LinearLR(o), s.ExponentialLR(o, 0.97)], [0]),
    "one": (lambda s, o: [s.PolynomialLR(o, 70)], []),
    "outright": (lambda s, o: [s.LinearLR(o, 0.1), s.CosineAnnealingWarmRestarts(o, 9, 2), s.StepLR(o, 5)], [5, 80]),
    "functions": (lambda s, o: [s.LambdaLR(o, lambda t: (t + 1) / 9), s.ExponentialLR(o, 0.97)], [8]),
}


class AllAtOnce:
    """Several schedules on one optimizer, stepped one after the other by hand."""

    def __init__(self, schedulers):
        self.schedulers = schedulers

    def step(self):
        for scheduler in self.schedulers:
            scheduler.step()

    def get_last_lr(self):
        return self.schedulers[-1].get_last_lr()


@pytest.mark.parametrize("chained", [False, True], ids=["by hand", "ChainedScheduler"])
@pytest.mark.parametrize("name", COMBINED)
def test_schedules_on_one_optimizer_multiply_as_in_pytorch(name, chained):
    ours, theirs = our_sgd(), their_sgd()
    parts, others = COMBINED[name](lr_scheduler, ours), COMBINED[name](torch.optim.lr_scheduler, theirs)
    if chained:
        schedule = lr_scheduler.ChainedScheduler(parts)
        reference = torch.optim.lr_scheduler.ChainedScheduler(others)
    else:
        schedule, reference = AllAtOnce(parts), AllAtOnce(others)
    follow(ours, theirs, schedule, reference, 100)


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences_follow_pytorch(name):
    make, milestones = SEQUENCES[name]
    ours, theirs = our_sgd(), their_sgd()
    schedule = lr_scheduler.SequentialLR(ours, make(lr_scheduler, ours), milestones)
    reference = torch.optim.lr_scheduler.SequentialLR(theirs, make(torch.optim.lr_scheduler, theirs), milestones)
    follow(ours, theirs, schedule, reference, 100)


def test_a_sequence_with_one_cycle_follows_pytorch():
    def make(library, optimizer):
        parts = [library.LinearLR(optimizer, 0.1, total_iters=10), library.OneCycleLR(optimizer, 0.5, 95)]
        return library.SequentialLR(optimizer, parts, [10])

    ours, theirs = our_sgd(), their_sgd()
    follow(ours, theirs, make(lr_scheduler, ours), make(torch.optim.lr_scheduler, theirs), 100)


def test_a_chain_may_hold_a_sequence():
    def make(library, optimizer):
        warmup = [library.LinearLR(optimizer, 0.1, total_iters=10), library.CosineAnnealingLR(optimizer, 90)]
        return library.ChainedScheduler(
            [library.SequentialLR(optimizer, warmup, [10]), library.ExponentialLR(optimizer, 0.99)]
        )

    ours, theirs = our_sgd(), their_sgd()
    follow(ours, theirs, make(lr_scheduler, ours), make(torch.optim.lr_scheduler, theirs), 100)


@every_schedule
def test_a_rate_set_in_between_is_scaled_as_in_pytorch(name, options):
    ours, theirs = our_sgd(), their_sgd()
    schedule = getattr(lr_scheduler, name)(ours, **options)
    reference = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
    for t in range(3):
        follow(ours, theirs, schedule, reference, 20)
        for optimizer in (ours, theirs):
            optimizer.param_groups[t % 2]["lr"] *= 0.5
    follow(ours, theirs, schedule, reference, 20)


def test_a_schedule_alone_is_its_formula_to_the_last_bit():
    optimizer = our_sgd()
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, 1000, 0.01)
    for _ in range(3000):
        schedule.step()
        assert schedule.get_last_lr() == schedule.get_lr() == [group["lr"] for group in optimizer.param_groups]


@pytest.mark.parametrize("name", [*COMBINED, *SEQUENCES])
def test_a_continued_combination_is_the_same(name, stored):
    def make():
        optimizer = our_sgd()
        if name in COMBINED:
            return optimizer, lr_scheduler.ChainedScheduler(COMBINED[name](lr_scheduler, optimizer))
        parts, milestones = SEQUENCES[name]
        return optimizer, lr_scheduler.SequentialLR(optimizer, parts(lr_scheduler, optimizer), milestones)

    optimizer, schedule = make()
    for _ in range(30):
        schedule.step()
    other, continued = make()
    other.load_state_dict(stored(optimizer.state_dict()))
    continued.load_state_dict(json.loads(json.dumps(schedule.state_dict(), allow_nan=False)))
    for _ in range(40):
        assert snapshot(other) == snapshot(optimizer)
        assert continued.get_last_lr() == schedule.get_last_lr()
        schedule.step()
        continued.step()


def test_combinations_refuse_what_does_not_fit():
    optimizer, other = our_sgd(), our_sgd()
    linear, step = lr_scheduler.LinearLR(optimizer), lr_scheduler.StepLR(optimizer, 3)
    for schedulers, milestones, error, message in (
        ([], [], ValueError, "needs at least one schedule, got none"),
        ([linear, step], [], ValueError, "one milestone fewer than schedules, got 0 milestones for 2 schedules"),
        ([linear, step], [-1], ValueError, "a milestone must be at least 0, got -1"),
        ([linear, step], 5, TypeError, "milestones must be a list of integers, got int"),
        ([linear, step, lr_scheduler.StepLR(optimizer, 1)], [5, 3], ValueError, "milestones must ascend"),
        ([linear, lr_scheduler.StepLR(other, 3)], [5], ValueError, "schedule 1, StepLR, is for another optimizer"),
        ([linear, linear], [5], ValueError, "a schedule twice"),
        ([lr_scheduler.ReduceLROnPlateau(optimizer)], [], TypeError, "must be a LRScheduler, got ReduceLROnPlateau"),
        ([3], [], TypeError, "schedule 0 must be a LRScheduler, got int"),
    ):
        with pytest.raises(error, match=message):
            lr_scheduler.SequentialLR(optimizer, schedulers, milestones)
    with pytest.raises(ValueError, match="ChainedScheduler needs at least one schedule, got none"):
        lr_scheduler.ChainedScheduler([])
    with pytest.raises(TypeError, match="ChainedScheduler needs an Optimizer, got NoneType"):
        lr_scheduler.ChainedScheduler([3])
    with pytest.raises(ValueError, match="schedule 1, StepLR, is for another optimizer"):
        lr_scheduler.ChainedScheduler([linear, lr_scheduler.StepLR(other, 3)])


# ----------------------------------------------------------------------------------------------------------- refusals


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
    with pytest.raises(
        ValueError, match="does not fit: StepLR: _last_lr is for 1 parameter groups, the optimizer has 2"
    ):
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
        ("StepLR", {"step_size": 2, "gamma": "a"}, TypeError, "StepLR: gamma must be a number, got str"),
        ("MultiStepLR", {"milestones": 5}, TypeError, "milestones must be a list of integers, got int"),
        ("LinearLR", {"start_factor": "a"}, TypeError, "start_factor must be a number, got str"),
        ("LinearLR", {"end_factor": math.nan}, ValueError, r"end_factor must be in \[0, 1\], got nan"),
        ("ConstantLR", {"factor": 2}, ValueError, r"ConstantLR: factor must be in \[0, 1\], got 2"),
        ("ConstantLR", {"total_iters": -1}, ValueError, "ConstantLR: total_iters must be at least 0"),
        ("PolynomialLR", {"total_iters": 0}, ValueError, "PolynomialLR: total_iters must be at least 1"),
        ("PolynomialLR", {"power": math.inf}, ValueError, "PolynomialLR: power must be finite"),
        ("CosineAnnealingWarmRestarts", {"T_0": 0}, ValueError, "T_0 must be at least 1"),
        ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 1.5}, TypeError, "T_mult must be an integer, got float"),
        ("CosineAnnealingWarmRestarts", {"T_0": 5, "eta_min": math.nan}, ValueError, "eta_min"),
        ("LambdaLR", {"lr_lambda": lambda t: math.nan}, ValueError, "LambdaLR: the rate at step 0 .* got nan"),
        ("LambdaLR", {"lr_lambda": lambda t: -1}, ValueError, "rate at step 0 must be finite and at least 0, got -0.1"),
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
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 9, "div_factor": 0},
            ValueError,
            "div_factor must be finite and above 0",
        ),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 9, "max_momentum": 1}, ValueError, "a momentum must be in"),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 9, "div_factor": math.inf},
            ValueError,
            "div_factor must be finite",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 9, "final_div_factor": "a"},
            TypeError,
            "must be a number, got str",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 9, "cycle_momentum": "a"},
            TypeError,
            "cycle_momentum must be True",
        ),
        ("OneCycleLR", {"max_lr": "a", "total_steps": 9}, TypeError, "max_lr must be a number, got str"),
        ("ReduceLROnPlateau", {"threshold": "a"}, TypeError, "threshold must be a number, got str"),
        ("ReduceLROnPlateau", {"threshold": math.nan}, ValueError, "threshold must be finite and at least 0, got nan"),
        ("ReduceLROnPlateau", {"min_lr": -1}, ValueError, "min_lr must be finite and at least 0, got -1"),
        ("ReduceLROnPlateau", {"eps": math.nan}, ValueError, "eps must be finite and at least 0, got nan"),
        ("ReduceLROnPlateau", {"mode": "least"}, ValueError, "mode must be 'min' or 'max', got 'least'"),
        ("ReduceLROnPlateau", {"threshold_mode": "x"}, ValueError, "threshold_mode must be 'rel' or 'abs', got 'x'"),
        ("ReduceLROnPlateau", {"factor": 1.0}, ValueError, r"factor must be in \[0, 1\), got 1.0"),
        ("ReduceLROnPlateau", {"patience": -1}, ValueError, "patience must be at least 0"),
        ("ReduceLROnPlateau", {"min_lr": [0.1]}, ValueError, "each of the 2 groups, got 1"),
    ],
)
def test_bad_settings_are_refused(name, options, error, message):
    optimizer = our_sgd()
    with pytest.raises(error, match=message):
        getattr(lr_scheduler, name)(optimizer, **options)
    assert snapshot(optimizer) == snapshot(our_sgd())


def test_other_misuse_is_refused():
    with pytest.raises(TypeError, match="StepLR needs an Optimizer, got list"):
        lr_scheduler.StepLR([], 3)
    with pytest.raises(ValueError, match="cycle_momentum needs momentum or betas, which Adagrad has not"):
        lr_scheduler.OneCycleLR(our_sgd("Adagrad"), 1.0, 10)


def test_a_combination_whose_rate_would_be_negative_is_refused():
    """A cosine that rises from its floor moves a rate that is below the floor down; PyTorch climbs from there on."""
    optimizer = our_sgd()
    parts = [lr_scheduler.CosineAnnealingLR(optimizer, 40, 0.02), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    schedule = lr_scheduler.ChainedScheduler(parts)
    with pytest.raises(ValueError, match=r"CosineAnnealingLR: the rate at step \d+ must be finite .* got -0"):
        [schedule.step() for _ in range(100)]


def test_a_function_that_goes_wrong_later_changes_nothing():
    optimizer = our_sgd()
    schedule = lr_scheduler.LambdaLR(optimizer, lambda t: 1 if t < 2 else math.inf)
    schedule.step()
    before = repr(optimizer), schedule.state_dict()
    with pytest.raises(ValueError, match="LambdaLR: the rate at step 2 must be finite and at least 0, got inf"):
        schedule.step()
    assert (repr(optimizer), schedule.state_dict()) == before


def spoiled(state, change):
    before, state = state, json.loads(json.dumps(state))
    result = change(state)
    return state if state != before else result


MALFORMED = [
    ("StepLR", {"step_size": 3}, lambda s: [1, 2], "state of a StepLR must be a dict, got list"),
    ("StepLR", {"step_size": 3}, lambda s: s.clear(), "it differs in _last_lr, base_lrs, gamma, last_epoch, step_size"),
    ("StepLR", {"step_size": 3}, lambda s: s.update({"3": 3}), "it differs in 3"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(last_epoch="a"), "last_epoch must be an integer, got str"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(last_epoch=-2), "last_epoch must be at least -1, got -2"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(step_size=0), "step_size must be at least 1, got 0"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(gamma=None), "gamma must be a number, got NoneType"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(base_lrs=5), "base_lrs must be a list of numbers, got int"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(base_lrs=["a", 1]), "base_lrs must be a number, got str"),
    ("StepLR", {"step_size": 3}, lambda s: s.update(_last_lr=[1.0]), "_last_lr is for 1 parameter groups"),
    ("MultiStepLR", {"milestones": [3]}, lambda s: s.update(milestones={}), "milestones must be a list of integers"),
    ("CosineAnnealingLR", {"T_max": 9}, lambda s: s.update(T_max=0), "T_max must be at least 1"),
    (
        "OneCycleLR",
        {"max_lr": 1, "total_steps": 9},
        lambda s: s.update(max_lrs=[1]),
        "max_lr is for 1 parameter groups",
    ),
    ("OneCycleLR", {"max_lr": 1, "total_steps": 9}, lambda s: s.update(base_momenta=None), "given both or neither"),
    ("ReduceLROnPlateau", {}, lambda s: s.update(best="a"), "best must be a number, got str"),
    ("ReduceLROnPlateau", {}, lambda s: s.update(num_bad_epochs=-1), "num_bad_epochs must be at least 0, got -1"),
    ("ReduceLROnPlateau", {}, lambda s: s.pop("mode"), "not the state of a ReduceLROnPlateau: it differs in mode"),
]


@pytest.mark.parametrize(("name", "options", "change", "message"), MALFORMED)
def test_malformed_states_are_refused_before_anything_changes(name, options, change, message):
    schedule = getattr(lr_scheduler, name)(our_sgd(), **options)
    before = json.dumps(schedule.state_dict())
    with pytest.raises(ValueError, match=message):
        schedule.load_state_dict(spoiled(schedule.state_dict(), change))
    assert json.dumps(schedule.state_dict()) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: [], "the state of a SequentialLR must be a dict, got list"),
        (lambda s: s.pop("_schedulers"), "it differs in _schedulers"),
        (lambda s: s.update(_schedulers=3), "must hold 2 schedules, got int"),
        (lambda s: s["_schedulers"].pop(), "must hold 2 schedules, got 1"),
        (lambda s: s["_schedulers"].reverse(), "this is not the state of a LinearLR"),
        (lambda s: s["_schedulers"][1].update(T_max=0), "T_max must be at least 1"),
        (lambda s: s.update(last_epoch="a"), "last_epoch must be an integer, got str"),
        (lambda s: s.update(_milestones=[1, 2]), "one milestone fewer"),
    ],
)
def test_malformed_states_of_a_sequence_are_refused_before_anything_changes(change, message):
    optimizer = our_sgd()
    parts = [lr_scheduler.LinearLR(optimizer), lr_scheduler.CosineAnnealingLR(optimizer, 9)]
    schedule = lr_scheduler.SequentialLR(optimizer, parts, [5])
    before = json.dumps(schedule.state_dict())
    schedule_state = spoiled(schedule.state_dict(), lambda s: s["_schedulers"][0].update(last_epoch=7))
    with pytest.raises(ValueError, match=message):
        schedule.load_state_dict(spoiled(schedule_state, change))
    assert json.dumps(schedule.state_dict()) == before


def test_numpy_numbers_as_settings_can_be_stored():
    schedule = lr_scheduler.StepLR(our_sgd(), np.int64(3), np.float32(0.5))
    assert json.loads(json.dumps(schedule.state_dict()))["step_size"] == 3


def test_schedules_show_their_settings():
    optimizer = our_sgd()
    linear = lr_scheduler.LinearLR(optimizer, 0.5, total_iters=10)
    assert repr(linear) == "LinearLR(start_factor=0.5, end_factor=1.0, total_iters=10, last_epoch=0)"
    schedule = lr_scheduler.SequentialLR(optimizer, [linear, lr_scheduler.ExponentialLR(optimizer, 0.9)], [10])
    assert repr(schedule) == (
        "SequentialLR([LinearLR(start_factor=0.5, end_factor=1.0, total_iters=10, last_epoch=0), "
        "ExponentialLR(gamma=0.9, last_epoch=-1)], milestones=[10], last_epoch=0)"
    )
    assert repr(lr_scheduler.ReduceLROnPlateau(optimizer)).startswith("ReduceLROnPlateau(mode='min', factor=0.1, ")
    assert repr(lr_scheduler.ChainedScheduler([linear])).startswith("ChainedScheduler([LinearLR(start_factor=0.5")
