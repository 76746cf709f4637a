"""Schedules made of schedules: one after another, or all at once."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ...checks import check_count
from ..optimizer import Optimizer
from .base import LRScheduler, Schedule, check_optimizer
from .factors import check_milestones, listed


class Combined(Schedule):
    """Base of schedules that step others. Their states are entries of its own state, under '_schedulers'."""

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[Any], kinds: tuple[type[Schedule], ...]):
        check_optimizer(self.name, optimizer)
        for number, scheduler in enumerate(schedulers):
            if not isinstance(scheduler, kinds):
                wanted = " or ".join(kind.__name__ for kind in kinds)
                raise TypeError(f"{self.name}: schedule {number} must be a {wanted}, got {type(scheduler).__name__}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"{self.name}: schedule {number}, {scheduler.name}, is for another optimizer")
        if len({id(scheduler) for scheduler in schedulers}) < len(schedulers):
            raise ValueError(f"{self.name} got a schedule twice, expected each once")
        self.optimizer = optimizer
        self._schedulers = list(schedulers)

    def state_dict(self) -> dict[str, Any]:
        """Numbers and lists that say where the schedule is, with the states of those that it is made of."""
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from what `state_dict` returned. The optimizer's own state holds the current rates.

        Raises ValueError, before anything is changed, if the state does not fit this schedule or one of its parts.
        """
        self.refuse_misfit(state_dict)
        vars(self).update({**state_dict, "_schedulers": self._schedulers})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"]):
            scheduler.load_state_dict(state)

    def refuse_misfit(self, saved: Any) -> None:
        """Raise ValueError unless `saved` can be the state of this schedule and of its parts."""
        self.refuse_other_keys(saved)
        states = saved["_schedulers"]
        if not isinstance(states, list) or len(states) != len(self._schedulers):
            given = len(states) if isinstance(states, list) else type(states).__name__
            raise ValueError(f"the state of this {self.name} must hold {len(self._schedulers)} schedules, got {given}")
        for scheduler, state in zip(self._schedulers, states):
            scheduler.refuse_misfit(state)
        super().refuse_misfit({**saved, "_schedulers": self._schedulers})

    def __repr__(self) -> str:
        parts = ", ".join(map(repr, self._schedulers))
        return f"{self.name}([{parts}]{self.extra_repr()})"

    def extra_repr(self) -> str:
        """What stands behind the list of schedules."""
        return ""


class SequentialLR(Combined):
    """Schedules one after another: schedule i + 1 takes over, from its own beginning, at step `milestones[i]`.

    Linear warm-up before a cosine:

        warmup = LinearLR(optimizer, 0.1, total_iters=10)
        cosine = CosineAnnealingLR(optimizer, T_max=90)
        schedule = SequentialLR(optimizer, [warmup, cosine], milestones=[10])

    Making it puts the rates back to those that the first schedule starts with. `last_epoch` is PyTorch's argument and
    only sets where counting begins.

    Raises ValueError if there is no schedule, if there is not one milestone fewer than schedules, if milestones do not
    ascend, or if a schedule is for another optimizer; TypeError if a schedule follows no formula of t
    (ReduceLROnPlateau) or is a combination itself.
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: Sequence[LRScheduler], milestones: Sequence[int], last_epoch: int = -1
    ):
        super().__init__(optimizer, schedulers, (LRScheduler,))
        if not schedulers:
            raise ValueError("SequentialLR needs at least one schedule, got none")
        check_count("SequentialLR: last_epoch", last_epoch, -1)
        self._milestones, self.last_epoch = listed(milestones), last_epoch + 1
        self._last_lr = [group["lr"] for group in optimizer.param_groups]
        self.check()
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in schedulers:
            scheduler.last_epoch = -1
        self._schedulers[bisect_right(self._milestones, 0)].step()
        self._last_lr = [group["lr"] for group in optimizer.param_groups]

    def step(self) -> None:
        """Count one step and let the schedule whose turn it is set the rates."""
        t = self.last_epoch + 1
        number = bisect_right(self._milestones, t)
        scheduler = self._schedulers[number]
        if number > 0 and self._milestones[number - 1] == t:
            scheduler.begin()
        else:
            scheduler.step()
        self.last_epoch, self._last_lr = t, scheduler.get_last_lr()

    def check(self) -> None:
        super().check()
        check_milestones("SequentialLR", self._milestones)
        if len(self._milestones) != len(self._schedulers) - 1:
            raise ValueError(
                f"SequentialLR needs one milestone fewer than schedules, got {len(self._milestones)} milestones "
                f"for {len(self._schedulers)} schedules"
            )
        if self._milestones != sorted(self._milestones):
            raise ValueError(f"SequentialLR: milestones must ascend, got {self._milestones}")
        check_count("SequentialLR: last_epoch", self.last_epoch, 0)

    def extra_repr(self) -> str:
        return f", milestones={self._milestones}, last_epoch={self.last_epoch}"


class ChainedScheduler(Combined):
    """Schedules all at once: each `step` is one step of every schedule, so that their factors multiply.

    `optimizer` is that of the schedules and may be left out. Schedules that set the rate outright (see LRScheduler)
    overwrite what those before them did.

    Raises ValueError if there is no schedule or one is for another optimizer, TypeError if one needs a metric.
    """

    def __init__(self, schedulers: Sequence[LRScheduler | SequentialLR], optimizer: Optimizer | None = None):
        if not schedulers:
            raise ValueError("ChainedScheduler needs at least one schedule, got none")
        if optimizer is None:
            optimizer = getattr(schedulers[0], "optimizer", None)
        super().__init__(optimizer, schedulers, (LRScheduler, SequentialLR))  # type: ignore[arg-type]
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def step(self) -> None:
        """Step every schedule once, in their order."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]
