"""Schedules along a cosine, without and with restarts."""

import math

from ...checks import check_count, check_number
from ..optimizer import Optimizer
from .base import LRScheduler


class CosineAnnealingLR(LRScheduler):
    """η falls from η₀ to η_min (`eta_min`) along half a cosine, in T (`T_max`) steps; then it rises again.

    Raises ValueError if `T_max` is below 1 or `eta_min` negative, TypeError if one is no number.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017 (without the restarts).
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    @property
    def floor(self) -> float:  # type: ignore[override]
        """η_min: what other schedules scale is the distance from it."""
        return self.eta_min

    def rate(self, lr: float, t: int) -> float:
        """η_min + (η₀ - η_min) (1 + cos(π t / T)) / 2"""
        return self.eta_min + (lr - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2

    def check(self) -> None:
        super().check()
        check_count("CosineAnnealingLR: T_max", self.T_max, 1)
        check_number("CosineAnnealingLR: eta_min", self.eta_min)


class CosineAnnealingWarmRestarts(LRScheduler):
    """η falls from η₀ to η_min (`eta_min`) along half a cosine, then starts anew from η₀. It sets the rate outright.

    The first fall takes `T_0` steps, each later one `T_mult` times as many as the one before.

    Raises ValueError if `T_0` or `T_mult` is below 1 or `eta_min` negative, TypeError if one is no number.

    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
    """

    set_outright = True

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1):
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, lr: float, t: int) -> float:
        """η_min + (η₀ - η_min) (1 + cos(π s / T)) / 2, where s of T steps of the present fall are done"""
        done, length = self.place(t)
        return self.eta_min + (lr - self.eta_min) * (1 + math.cos(math.pi * done / length)) / 2

    def place(self, t: int) -> tuple[int, int]:
        """How many steps of the fall that step t is in are done, and how long that fall is."""
        if self.T_mult == 1:
            return t % self.T_0, self.T_0
        length = self.T_0
        while t >= length:
            t, length = t - length, length * self.T_mult
        return t, length

    def check(self) -> None:
        super().check()
        check_count("CosineAnnealingWarmRestarts: T_0", self.T_0, 1)
        check_count("CosineAnnealingWarmRestarts: T_mult", self.T_mult, 1)
        check_number("CosineAnnealingWarmRestarts: eta_min", self.eta_min)
