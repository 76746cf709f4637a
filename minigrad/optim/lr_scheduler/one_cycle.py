"""OneCycleLR: up once, down once, and the momentum the other way."""

import math
from collections.abc import Sequence

from ...checks import check_bool, check_choice, check_count, check_fraction, check_positive
from ..optimizer import Optimizer
from .base import LRScheduler, check_list, check_optimizer, per_group


class OneCycleLR(LRScheduler):
    """One cycle: η rises from `max_lr` / `div_factor` to `max_lr`, then falls to a `final_div_factor`-th of its start.

    The rise takes the fraction `pct_start` of all steps: `total_steps`, or `epochs` · `steps_per_epoch`. With
    `three_phase`, η falls back to its start as fast as it rose, and then on to the end. `anneal_strategy` 'cos' or
    'linear' is the shape of every phase. With `cycle_momentum`, momentum (or β₁) goes the other way, from
    `max_momentum` to `base_momentum` and back. `max_lr` and the momenta may be lists with one value for each group.
    Call `step` after every batch; after the last step the rate stays. It sets the rate outright.

    Raises ValueError if the number of steps is not given, a setting is out of range, or the optimizer has neither
    momentum nor betas to cycle; TypeError if a setting is of another kind.

    Smith & Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018.
    """

    set_outright = True

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
        check_bool("OneCycleLR: cycle_momentum", cycle_momentum)
        check_positive("OneCycleLR: div_factor", div_factor)
        check_positive("OneCycleLR: final_div_factor", final_div_factor)
        self.total_steps = number_of_steps(total_steps, epochs, steps_per_epoch)
        self.pct_start, self.anneal_strategy, self.three_phase = pct_start, anneal_strategy, three_phase
        self.max_lrs = per_group("OneCycleLR: max_lr", max_lr, optimizer)
        check_list("OneCycleLR: max_lr", self.max_lrs, optimizer)
        self.min_lrs = [lr / div_factor / final_div_factor for lr in self.max_lrs]
        self.base_momenta = self.max_momenta = None
        if cycle_momentum:
            if not optimizer.defaults.keys() & {"momentum", "betas"}:
                raise ValueError(f"OneCycleLR: cycle_momentum needs momentum or betas, which {optimizer.name} has not")
            self.base_momenta = per_group("OneCycleLR: base_momentum", base_momentum, optimizer)
            self.max_momenta = per_group("OneCycleLR: max_momentum", max_momentum, optimizer)
        initial_lrs = [lr / div_factor for lr in self.max_lrs] if last_epoch == -1 else None
        super().__init__(optimizer, last_epoch, initial_lrs)

    def step(self) -> None:
        """Count one step and set the rate, and the momentum if it is cycled, of every group."""
        super().step()
        if self.base_momenta is not None and self.max_momenta is not None:
            for group, base, top in zip(self.optimizer.param_groups, self.base_momenta, self.max_momenta):
                momentum = self.anneal(self.last_epoch, top, base, top, top)
                if "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                else:
                    group["momentum"] = momentum

    def rates(self, t: int) -> list[float]:
        """The rate of every group on its way from start to peak to end."""
        ways = zip(self.base_lrs, self.max_lrs, self.min_lrs, self.base_lrs)
        return self.base_lrs if t < 0 else [self.anneal(t, *way) for way in ways]

    def anneal(self, t: int, start: float, peak: float, end: float, middle: float) -> float:
        """The value after t steps of what goes from start to peak to end, or start, peak, middle, end."""
        begin, finish, a, b = self.phase(t, start, peak, end, middle)
        fraction = min((t - begin) / (finish - begin), 1.0) if finish != begin else 1.0
        if self.anneal_strategy == "linear":
            return a + (b - a) * fraction
        return b + (a - b) * (1 + math.cos(math.pi * fraction)) / 2

    def phase(self, t: int, start: float, peak: float, end: float, middle: float) -> tuple[float, float, float, float]:
        """The phase that step t is in: its first and its last step, and the values at both."""
        rise, last = self.pct_start * self.total_steps - 1, self.total_steps - 1
        if self.three_phase:
            phases = [(0.0, rise, start, peak), (rise, 2 * rise, peak, middle), (2 * rise, last, middle, end)]
        else:
            phases = [(0.0, rise, start, peak), (rise, last, peak, end)]
        return next((phase for phase in phases if t <= phase[1]), phases[-1])

    def check(self) -> None:
        super().check()
        check_count("OneCycleLR: total_steps", self.total_steps, 1)
        check_fraction("OneCycleLR: pct_start", self.pct_start)
        check_choice("OneCycleLR: anneal_strategy", self.anneal_strategy, ("cos", "linear"))
        check_bool("OneCycleLR: three_phase", self.three_phase)
        check_list("OneCycleLR: max_lr", self.max_lrs, self.optimizer)
        check_list("OneCycleLR: min_lrs", self.min_lrs, self.optimizer)
        if (self.base_momenta is None) != (self.max_momenta is None):
            raise ValueError("OneCycleLR: base_momenta and max_momenta must be given both or neither, got one")
        for momenta in (self.base_momenta, self.max_momenta):
            if momenta is not None:
                check_list("OneCycleLR: a momentum", momenta, self.optimizer, below=1)


def number_of_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """`total_steps`, or else `epochs` · `steps_per_epoch`; ValueError if neither is given."""
    if total_steps is not None:
        return total_steps
    if epochs is None or steps_per_epoch is None:
        raise ValueError("OneCycleLR needs total_steps, or both epochs and steps_per_epoch")
    check_count("OneCycleLR: epochs", epochs, 1)
    check_count("OneCycleLR: steps_per_epoch", steps_per_epoch, 1)
    return epochs * steps_per_epoch
