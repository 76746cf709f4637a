"""What schedules share: counting steps, setting the rates, and saving where they stand."""

import copy
from typing import Any

import numpy as np

from ...checks import check_count, check_number
from ..optimizer import Optimizer


class Schedule:
    """Base of everything that sets learning rates: its state, and how it is shown.

    A subclass keeps what it depends on in attributes and defines `check`, which refuses attributes that make no sense,
    whether they come from the constructor or from a state dict.
    """

    optimizer: Optimizer
    _last_lr: list[float]

    hidden: tuple[str, ...] = ("optimizer",)  # attributes that are no part of the state

    @property
    def name(self) -> str:
        """The name of the class, for messages."""
        return type(self).__name__

    def check(self) -> None:
        """Raise ValueError or TypeError if an attribute is invalid."""
        check_list(f"{self.name}: _last_lr", self._last_lr, self.optimizer)

    def get_last_lr(self) -> list[float]:
        """The rate of every group after the last step."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Numbers, strings and lists that say where the schedule is; functions are left out."""
        return {key: plain(value) for key, value in vars(self).items() if key not in self.hidden}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned. The optimizer's own state holds the current rates.

        Raises ValueError, before anything is changed, if the state is that of another kind of schedule or for another
        number of groups, or holds values that no schedule of this kind has.
        """
        self.refuse_misfit(state_dict)
        vars(self).update(state_dict)

    def refuse_misfit(self, saved: Any) -> None:
        """Raise ValueError unless `saved` can be the state of this schedule."""
        self.refuse_other_keys(saved)
        twin = copy.copy(self)
        vars(twin).update(saved)
        try:
            twin.check()
        except (TypeError, ValueError) as error:
            raise ValueError(f"the state does not fit: {error}") from error

    def refuse_other_keys(self, saved: Any) -> None:
        """Raise ValueError unless `saved` is a dict with the keys of this schedule's state."""
        if not isinstance(saved, dict):
            raise ValueError(f"the state of a {self.name} must be a dict, got {type(saved).__name__}")
        if differing := saved.keys() ^ self.state_dict().keys():
            listed = ", ".join(sorted(map(str, differing)))
            raise ValueError(f"this is not the state of a {self.name}: it differs in {listed}")

    def __repr__(self) -> str:
        shown = {key: value for key, value in self.state_dict().items() if key not in ("base_lrs", "_last_lr")}
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in shown.items())})"


class LRScheduler(Schedule):
    """Base of the schedules that follow a formula: `rate` gives it, `step` applies it.

    A step changes the current rate η in proportion to the change of the formula,

        η ← η · rate(η₀, t) / rate(η₀, t - 1),

    so that several schedules on one optimizer multiply, and a rate that something else has set in between is scaled.
    Where the formula falls to a `floor` other than 0, the distance from the floor takes the place of η. A rate that
    nothing else has changed is exactly rate(η₀, t). Schedules that `set_outright` (LambdaLR, OneCycleLR and
    CosineAnnealingWarmRestarts, as in PyTorch) overwrite whatever the rate is.

    `initial_lrs` are the η₀ of the groups, by default their `initial_lr` or else their present rates.
    `last_epoch` is the t of a run that is being continued, -1 for a new one. Making a schedule in a new run sets the
    rates for t = 0; in a run that is continued, the optimizer's loaded state holds the rates already.

    Raises TypeError if `optimizer` is no Optimizer; ValueError if a run is to be continued on an optimizer that was
    not loaded with its state (its groups lack `initial_lr`).
    """

    floor: float = 0.0
    set_outright = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1, initial_lrs: list[float] | None = None):
        check_optimizer(self.name, optimizer)
        self.optimizer, self.last_epoch = optimizer, last_epoch
        self.base_lrs = initial_lrs or [group.get("initial_lr", group["lr"]) for group in optimizer.param_groups]
        self._last_lr = [group["lr"] for group in optimizer.param_groups]
        self.check()
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch != -1 and "initial_lr" not in group:
                raise ValueError(
                    f"{self.name}: last_epoch={last_epoch} continues a run, but group {number} has no initial_lr; "
                    "load the optimizer's state first"
                )
        for group, lr in zip(optimizer.param_groups, self.base_lrs):
            group["initial_lr"] = lr
        if last_epoch == -1:
            self.step()
        else:
            self.last_epoch += 1

    def rate(self, lr: float, t: int) -> float:
        """The formula: the learning rate after t steps of a group that began with `lr`."""
        raise NotImplementedError(f"{self.name} has no rate")

    def rates(self, t: int) -> list[float]:
        """The formula's rate of every group after t steps; before the first one (t = -1), the group's own."""
        return self.base_lrs if t < 0 else [self.rate(lr, t) for lr in self.base_lrs]

    def get_lr(self) -> list[float]:
        """The formula's rate of every group at `last_epoch`."""
        return self.rates(self.last_epoch)

    def step(self) -> None:
        """Count one step and set the rate of every group.

        Raises ValueError if the optimizer has gained groups since the schedule was made, or if a rate would be
        negative, NaN or infinite; nothing is changed then.
        """
        groups = self.optimizer.param_groups
        if len(groups) != len(self.base_lrs):
            raise ValueError(f"{self.name} was made for {len(self.base_lrs)} groups, the optimizer has {len(groups)}")
        t = self.last_epoch + 1
        formula = zip(self.rates(t - 1), self.rates(t))
        rates = [self.moved(group["lr"], before, now) for group, (before, now) in zip(groups, formula)]
        for lr in rates:
            check_number(f"{self.name}: the rate at step {t}", lr)
        self.last_epoch, self._last_lr = t, rates
        for group, lr in zip(groups, rates):
            group["lr"] = lr

    def moved(self, lr: float, before: float, now: float) -> float:
        """Where a rate of `lr` goes when the formula goes from `before` to `now`."""
        if self.set_outright or lr == before:
            return now
        if before == self.floor:  # the ratio is not defined
            return lr + now - before
        return self.floor + (lr - self.floor) * ((now - self.floor) / (before - self.floor))

    def begin(self) -> None:
        """Start from t = 0, whatever the rates are now."""
        for group, lr in zip(self.optimizer.param_groups, self.base_lrs):
            group["lr"] = lr
        self.last_epoch = -1
        self.step()

    def check(self) -> None:
        super().check()
        check_count(f"{self.name}: last_epoch", self.last_epoch, -1)
        check_list(f"{self.name}: base_lrs", self.base_lrs, self.optimizer)


def plain(value: Any) -> Any:
    """NumPy's numbers as Python's, which a checkpoint can hold."""
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value.item() if isinstance(value, np.generic) else value


def per_group(name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """One value for each group: those in a list, or the same for all. Raises ValueError for a wrong length."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        return [value] * groups
    if len(value) != groups:
        raise ValueError(f"{name} must have one value for each of the {groups} groups, got {len(value)}")
    return list(value)


def check_list(name: str, values: Any, optimizer: Optimizer, below: float = np.inf) -> None:
    """Raise TypeError or ValueError unless `values` is a list with a number from 0 to `below` for each group."""
    if not isinstance(values, list):
        raise TypeError(f"{name} must be a list of numbers, got {type(values).__name__}")
    if len(values) != len(optimizer.param_groups):
        raise ValueError(
            f"{name} is for {len(values)} parameter groups, the optimizer has {len(optimizer.param_groups)}"
        )
    for value in values:
        check_number(name, value, below=below)


def check_optimizer(name: str, optimizer: Any) -> None:
    """Raise TypeError unless `optimizer` is one."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{name} needs an Optimizer, got {type(optimizer).__name__}")
