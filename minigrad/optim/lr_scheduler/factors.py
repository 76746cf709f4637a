"""Schedules that multiply η₀ by a factor: steps, powers, straight lines, and any function."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...checks import check_count, check_fraction, check_number
from ..optimizer import Optimizer
from .base import LRScheduler, check_optimizer, per_group


class LambdaLR(LRScheduler):
    """η = η₀ f(t), with any function f, or a list with one for each group. It sets the rate outright.

    Raises TypeError if a `lr_lambda` cannot be called; ValueError for a list of another length than there are groups,
    and in `step` if a function returns something negative, NaN or infinite.
    """

    hidden = ("optimizer", "lr_lambdas")
    set_outright = True

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ):
        check_optimizer("LambdaLR", optimizer)
        self.lr_lambdas = per_group("LambdaLR: lr_lambda", lr_lambda, optimizer)
        super().__init__(optimizer, last_epoch)

    def rates(self, t: int) -> list[float]:
        """η₀ f(t) of every group."""
        return self.base_lrs if t < 0 else [lr * f(t) for lr, f in zip(self.base_lrs, self.lr_lambdas)]

    def check(self) -> None:
        super().check()
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"LambdaLR: lr_lambda must be a function, got {type(function).__name__}")


class StepLR(LRScheduler):
    """η = η₀ γ^⌊t / s⌋: times γ (`gamma`) every s (`step_size`) steps.

    Raises ValueError if `step_size` is below 1 or `gamma` negative, TypeError if one is no number.
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ γ^⌊t / s⌋"""
        return lr * self.gamma ** (t // self.step_size)

    def check(self) -> None:
        super().check()
        check_count("StepLR: step_size", self.step_size, 1)
        check_number("StepLR: gamma", self.gamma)


class MultiStepLR(LRScheduler):
    """η = η₀ γ^n, where n is the number of `milestones` reached by t; γ is `gamma`.

    A milestone given twice counts twice. Raises ValueError if a milestone or `gamma` is negative, TypeError if a
    milestone is no integer or `gamma` no number.
    """

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1):
        self.milestones, self.gamma = listed(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ γ^#{milestones ≤ t}"""
        return lr * self.gamma ** bisect_right(sorted(self.milestones), t)

    def check(self) -> None:
        super().check()
        check_milestones("MultiStepLR", self.milestones)
        check_number("MultiStepLR: gamma", self.gamma)


class ExponentialLR(LRScheduler):
    """η = η₀ γᵗ, with γ = `gamma`. Raises ValueError if it is negative, TypeError if it is no number."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ γᵗ"""
        return lr * self.gamma**t

    def check(self) -> None:
        super().check()
        check_number("ExponentialLR: gamma", self.gamma)


class ConstantLR(LRScheduler):
    """η = η₀ c (`factor`) for the first T (`total_iters`) steps, η₀ from then on.

    Raises ValueError if `factor` is outside [0, 1] or `total_iters` negative, TypeError if one is no number.
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1):
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ c for t < T, else η₀"""
        return lr * self.factor if t < self.total_iters else lr

    def check(self) -> None:
        super().check()
        check_fraction("ConstantLR: factor", self.factor)
        check_count("ConstantLR: total_iters", self.total_iters, 0)


class LinearLR(LRScheduler):
    """Linear warm-up: η rises from η₀ a (`start_factor`) to η₀ b (`end_factor`) in T (`total_iters`) steps.

    Large steps are dangerous while the running means and the normalisation statistics have seen little data. For
    warm-up before another schedule, see SequentialLR.

    Raises ValueError if `start_factor` is outside (0, 1], `end_factor` outside [0, 1] or `total_iters` below 1;
    TypeError if one is no number.

    Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ):
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ (a + (b - a) min(t / T, 1))"""
        return lr * (self.start_factor + (self.end_factor - self.start_factor) * min(t / self.total_iters, 1))

    def check(self) -> None:
        super().check()
        check_fraction("LinearLR: start_factor", self.start_factor)
        if self.start_factor == 0:
            raise ValueError("LinearLR: start_factor must be in (0, 1], got 0")
        check_fraction("LinearLR: end_factor", self.end_factor)
        check_count("LinearLR: total_iters", self.total_iters, 1)


class PolynomialLR(LRScheduler):
    """η = η₀ (1 - min(t, T) / T)^p: down to 0 in T (`total_iters`) steps, along a polynomial of degree p (`power`).

    Raises ValueError if `total_iters` is below 1 or `power` negative, TypeError if one is no number.

    Chen et al., "DeepLab: semantic image segmentation with deep convolutional nets", 2018.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η₀ (1 - min(t, T) / T)^p"""
        return lr * (1 - min(t, self.total_iters) / self.total_iters) ** self.power

    def check(self) -> None:
        super().check()
        check_count("PolynomialLR: total_iters", self.total_iters, 1)
        check_number("PolynomialLR: power", self.power)


def listed(values: Any) -> Any:
    """The list of what can be iterated over; anything else as it is, for `check` to refuse."""
    return list(values) if isinstance(values, Iterable) else values


def check_milestones(name: str, milestones: Any) -> None:
    """Raise TypeError or ValueError unless `milestones` is a list of integers of at least 0."""
    if not isinstance(milestones, list):
        raise TypeError(f"{name}: milestones must be a list of integers, got {type(milestones).__name__}")
    for milestone in milestones:
        check_count(f"{name}: a milestone", milestone, 0)
