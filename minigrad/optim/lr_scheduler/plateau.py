"""ReduceLROnPlateau: a smaller rate when the metric no longer improves."""

import math
from collections.abc import Sequence
from typing import Any

from ...checks import check_choice, check_count, check_number, check_real
from ..optimizer import Optimizer
from .base import Schedule, check_list, check_optimizer, per_group


class ReduceLROnPlateau(Schedule):
    """Times `factor` whenever a metric, such as the validation loss, has not improved for more than `patience` steps.

    An improvement on the best value so far is, in `mode` 'min', a value below best · (1 - `threshold`), or below
    best - `threshold` if `threshold_mode` is 'abs'; in mode 'max' it is one above best · (1 + `threshold`), or
    best + `threshold`. After a reduction `cooldown` steps are not counted. No rate falls below `min_lr` (a number, or
    a list with one for each group), and changes of at most `eps` are not made.

    Raises ValueError if `factor` is not in [0, 1), a mode is unknown or another setting negative, NaN or infinite;
    TypeError if a setting is no number.
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
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.min_lrs = per_group("ReduceLROnPlateau: min_lr", min_lr, optimizer)
        self.best: float | None = None
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = [group["lr"] for group in optimizer.param_groups]
        self.check()

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

    def check(self) -> None:
        super().check()
        check_choice("ReduceLROnPlateau: mode", self.mode, ("min", "max"))
        check_choice("ReduceLROnPlateau: threshold_mode", self.threshold_mode, ("rel", "abs"))
        check_number("ReduceLROnPlateau: factor", self.factor, below=1)
        for name in ("threshold", "eps"):
            check_number(f"ReduceLROnPlateau: {name}", getattr(self, name))
        for name in ("patience", "cooldown", "num_bad_epochs", "cooldown_counter", "last_epoch"):
            check_count(f"ReduceLROnPlateau: {name}", getattr(self, name), 0)
        check_list("ReduceLROnPlateau: min_lr", self.min_lrs, self.optimizer)
        if self.best is not None:
            check_real("ReduceLROnPlateau: best", self.best)
