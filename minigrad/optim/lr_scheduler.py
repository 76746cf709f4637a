"""Learning-rate schedules: the rate of every parameter group as a function of the number of steps.

In the formulas, η₀ is the group's rate when the schedule was made and t counts the calls of `step` since. A schedule
sets the rate from these two alone, so a rate that something else set in between is overwritten.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .optimizer import Optimizer, check_bool, check_number


class LRScheduler:
    """Base of the schedules: `rate` gives the formula, `step` applies it.

    `last_epoch` is the t of a run that is being continued, -1 for a new one. Making a schedule sets the rates for the
    next t, which is 0 in a new run.

    Raises TypeError if `optimizer` is no Optimizer; ValueError if a run is to be continued on an optimizer that was
    not loaded with its state (its groups lack `initial_lr`).
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        check_optimizer(self.name, optimizer)
        check_count(f"{self.name}: last_epoch", last_epoch, -1)
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise ValueError(
                    f"{self.name}: last_epoch={last_epoch} continues a run, but group {number} has no initial_lr; "
                    "load the optimizer's state first"
                )
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    @property
    def name(self) -> str:
        return type(self).__name__

    def rate(self, lr: float, t: int) -> float:
        """The learning rate after t steps of a group that began with `lr`."""
        raise NotImplementedError(f"{self.name} has no rate")

    def get_lr(self) -> list[float]:
        """The rate of every group at `last_epoch`."""
        return [self.rate(lr, self.last_epoch) for lr in self.base_lrs]

    def get_last_lr(self) -> list[float]:
        """The rates that the last step has set."""
        return self._last_lr

    def step(self) -> None:
        """Count one step and set the rate of every group.

        Raises ValueError if the optimizer has gained groups since the schedule was made.
        """
        groups = self.optimizer.param_groups
        if len(groups) != len(self.base_lrs):
            raise ValueError(f"{self.name} was made for {len(self.base_lrs)} groups, the optimizer has {len(groups)}")
        self.last_epoch += 1
        self._last_lr = self.get_lr()
        for group, lr in zip(groups, self._last_lr):
            group["lr"] = lr

    def state_dict(self) -> dict[str, Any]:
        """Numbers, strings and lists that say where the schedule is; functions are left out."""
        return {key: value for key, value in vars(self).items() if key not in ("optimizer", "lr_lambdas")}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned. The optimizer's own state holds the current rates.

        Raises ValueError if the state is that of another kind of schedule or for another number of groups.
        """
        load_schedule(self, state_dict, "base_lrs")


class LambdaLR(LRScheduler):
    """η = η₀ f(t), with any function f, or a list with one for each group."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ):
        check_optimizer("LambdaLR", optimizer)
        self.lr_lambdas = per_group("LambdaLR: lr_lambda", lr_lambda, optimizer)
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"LambdaLR: lr_lambda must be a function, got {type(function).__name__}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        return [lr * f(self.last_epoch) for lr, f in zip(self.base_lrs, self.lr_lambdas)]


class StepLR(LRScheduler):
    """η = η₀ γ^⌊t / s⌋: times γ (`gamma`) every s (`step_size`) steps."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1):
        check_count("StepLR: step_size", step_size, 1)
        check_number("StepLR: gamma", gamma)
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ γ^⌊t / s⌋"""
        return lr * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """η = η₀ γ^(number of milestones reached by t)."""

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1):
        self.milestones = list(milestones)
        for milestone in self.milestones:
            check_count("MultiStepLR: a milestone", milestone, 0)
        check_number("MultiStepLR: gamma", gamma)
        self.milestones.sort()
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ γ^#{milestones ≤ t}"""
        return lr * self.gamma ** bisect_right(self.milestones, t)


class ExponentialLR(LRScheduler):
    """η = η₀ γᵗ."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1):
        check_number("ExponentialLR: gamma", gamma)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ γᵗ"""
        return lr * self.gamma**t


class LinearLR(LRScheduler):
    """Linear warm-up: η rises from η₀ a (`start_factor`) to η₀ b (`end_factor`) in T (`total_iters`) steps.

    Large steps are dangerous while the running means and the normalisation statistics have seen little data; Goyal et
    al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.

    Raises ValueError if `start_factor` is outside (0, 1] or `end_factor` outside [0, 1].
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ):
        if not 0 < start_factor <= 1:
            raise ValueError(f"LinearLR: start_factor must be in (0, 1], got {start_factor}")
        if not 0 <= end_factor <= 1:
            raise ValueError(f"LinearLR: end_factor must be in [0, 1], got {end_factor}")
        check_count("LinearLR: total_iters", total_iters, 1)
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ (a + (b - a) min(t / T, 1))"""
        return lr * (self.start_factor + (self.end_factor - self.start_factor) * min(t / self.total_iters, 1))


class CosineAnnealingLR(LRScheduler):
    """η falls from η₀ to η_min (`eta_min`) along half a cosine, in T (`T_max`) steps; then it rises again.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017 (without the restarts).
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1):
        check_count("CosineAnnealingLR: T_max", T_max, 1)
        check_number("CosineAnnealingLR: eta_min", eta_min)
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η_min + (η₀ - η_min) (1 + cos(π t / T)) / 2"""
        return self.eta_min + (lr - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class OneCycleLR(LRScheduler):
    """One cycle: η rises from `max_lr` / `div_factor` to `max_lr`, then falls to a `final_div_factor`-th of its start.

    The rise takes the fraction `pct_start` of all steps: `total_steps`, or `epochs` · `steps_per_epoch`. With
    `three_phase`, η falls back to its start as fast as it rose, and then on to the end. `anneal_strategy` 'cos' or
    'linear' is the shape of every phase. With `cycle_momentum`, momentum (or β₁) goes the other way, from
    `max_momentum` to `base_momentum` and back. `max_lr` and the momenta may be lists with one value for each group.
    Call `step` after every batch; after the last step the rate stays.

    Raises ValueError if the number of steps is not given, a setting is out of range, or the optimizer has neither
    momentum nor betas to cycle.

    Smith & Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.85,
        max_momentum: float | Sequence[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ):
        check_optimizer("OneCycleLR", optimizer)
        self.total_steps = number_of_steps(total_steps, epochs, steps_per_epoch)
        if not 0 <= pct_start <= 1:
            raise ValueError(f"OneCycleLR: pct_start must be in [0, 1], got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"OneCycleLR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        check_bool("OneCycleLR: three_phase", three_phase)
        for name, factor in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
            if not factor > 0:
                raise ValueError(f"OneCycleLR: {name} must be above 0, got {factor}")
        self.pct_start = pct_start
        self.anneal_strategy = anneal_strategy
        self.three_phase = three_phase
        self.max_lrs = per_group("OneCycleLR: max_lr", max_lr, optimizer)
        for rate in self.max_lrs:
            check_number("OneCycleLR: max_lr", rate)
        self.min_lrs = [lr / div_factor / final_div_factor for lr in self.max_lrs]
        self.base_momenta = self.max_momenta = None
        if cycle_momentum:
            if not optimizer.defaults.keys() & {"momentum", "betas"}:
                raise ValueError(f"OneCycleLR: cycle_momentum needs momentum or betas, which {optimizer.name} has not")
            self.base_momenta = per_group("OneCycleLR: base_momentum", base_momentum, optimizer)
            self.max_momenta = per_group("OneCycleLR: max_momentum", max_momentum, optimizer)
            for momentum in self.base_momenta + self.max_momenta:
                check_number("OneCycleLR: a momentum", momentum, below=1)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, self.max_lrs):
                group["initial_lr"] = lr / div_factor
        super().__init__(optimizer, last_epoch)

    def step(self) -> None:
        """Count one step and set the rate, and the momentum if it is cycled, of every group."""
        super().step()
        if self.base_momenta is not None and self.max_momenta is not None:
            for group, base, top in zip(self.optimizer.param_groups, self.base_momenta, self.max_momenta):
                momentum = self.anneal(top, base, top, top)
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum

    def get_lr(self) -> list[float]:
        return [self.anneal(*rates) for rates in zip(self.base_lrs, self.max_lrs, self.min_lrs, self.base_lrs)]

    def anneal(self, start: float, peak: float, end: float, middle: float) -> float:
        """The value at `last_epoch` of what goes from start to peak to end, or start, peak, middle, end."""
        rise, last = self.pct_start * self.total_steps - 1, self.total_steps - 1
        if self.three_phase:
            phases = [(0.0, rise, start, peak), (rise, 2 * rise, peak, middle), (2 * rise, last, middle, end)]
        else:
            phases = [(0.0, rise, start, peak), (rise, last, peak, end)]
        t = self.last_epoch
        begin, finish, a, b = next((phase for phase in phases if t <= phase[1]), phases[-1])
        fraction = min((t - begin) / (finish - begin), 1.0) if finish != begin else 1.0
        if self.anneal_strategy == "linear":
            return a + (b - a) * fraction
        return b + (a - b) * (1 + math.cos(math.pi * fraction)) / 2


class ReduceLROnPlateau:
    """Times `factor` whenever a metric, such as the validation loss, has not improved for more than `patience` steps.

    An improvement on the best value so far is, in `mode` 'min', a value below best · (1 - `threshold`), or below
    best - `threshold` if `threshold_mode` is 'abs'; in mode 'max' it is one above best · (1 + `threshold`), or
    best + `threshold`. After a reduction `cooldown` steps are not counted. No rate falls below `min_lr` (a number, or
    a list with one for each group), and changes of at most `eps` are not made.

    Raises ValueError if `factor` is not in [0, 1) or a mode is unknown.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | Sequence[float] = 0,
        eps: float = 1e-8,
    ):
        check_optimizer("ReduceLROnPlateau", optimizer)
        check_number("ReduceLROnPlateau: factor", factor, below=1)
        check_count("ReduceLROnPlateau: patience", patience, 0)
        check_count("ReduceLROnPlateau: cooldown", cooldown, 0)
        if mode not in ("min", "max"):
            raise ValueError(f"ReduceLROnPlateau: mode must be 'min' or 'max', got {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"ReduceLROnPlateau: threshold_mode must be 'rel' or 'abs', got {threshold_mode!r}")
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.eps = eps
        self.min_lrs = per_group("ReduceLROnPlateau: min_lr", min_lr, optimizer)
        self.best: float | None = None
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self.last_epoch = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    def step(self, metrics: Any) -> None:
        """Take note of the metric (a number or a tensor of one element), and reduce the rates if it is time."""
        value = float(metrics)
        self.last_epoch += 1
        if self.is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def is_better(self, value: float) -> bool:
        """Is `value` an improvement on the best so far? NaN never is."""
        if self.best is None:
            return not math.isnan(value)
        margin = self.threshold * (self.best if self.threshold_mode == "rel" else 1)
        return value < self.best - margin if self.mode == "min" else value > self.best + margin

    def reduce(self) -> None:
        """η ← max(η · factor, min_lr) in every group, where that makes a difference."""
        for group, least in zip(self.optimizer.param_groups, self.min_lrs):
            lr = max(group["lr"] * self.factor, least)
            if group["lr"] - lr > self.eps:
                group["lr"] = lr

    def get_last_lr(self) -> list[float]:
        """The rates after the last step."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Numbers, strings and lists that say where the schedule is."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned. The optimizer's own state holds the current rates.

        Raises ValueError if the state is that of another kind of schedule or for another number of groups.
        """
        load_schedule(self, state_dict, "min_lrs")


def load_schedule(schedule: Any, saved: dict[str, Any], per_group_key: str) -> None:
    """Give `schedule` the attributes in `saved`, or raise ValueError if they do not fit it."""
    name, expected = type(schedule).__name__, schedule.state_dict()
    if saved.keys() != expected.keys():
        differing = ", ".join(sorted(saved.keys() ^ expected.keys()))
        raise ValueError(f"this is not the state of a {name}: it differs in {differing}")
    given, mine = len(saved[per_group_key]), len(expected[per_group_key])
    if given != mine:
        raise ValueError(f"the state is for {given} parameter groups, this {name} has {mine}")
    vars(schedule).update(saved)


def per_group(name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """One value for each group: those in a list, or the same for all. Raises ValueError for a wrong length."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{name} must have one value for each of the {groups} groups, got {len(value)}")
    return list(value)


def number_of_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """`total_steps`, or else `epochs` · `steps_per_epoch`; ValueError if neither is given."""
    if total_steps is not None:
        check_count("OneCycleLR: total_steps", total_steps, 1)
        return total_steps
    if epochs is None or steps_per_epoch is None:
        raise ValueError("OneCycleLR needs total_steps, or both epochs and steps_per_epoch")
    check_count("OneCycleLR: epochs", epochs, 1)
    check_count("OneCycleLR: steps_per_epoch", steps_per_epoch, 1)
    return epochs * steps_per_epoch


def check_optimizer(name: str, optimizer: Any) -> None:
    """Raise TypeError unless `optimizer` is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{name} needs an Optimizer, got {type(optimizer).__name__}")


def check_count(name: str, value: Any, least: int) -> None:
    """Raise TypeError unless `value` is an integer, ValueError unless it is at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
