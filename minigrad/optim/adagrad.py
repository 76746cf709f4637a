"""Adagrad: steps divided by the root of all squared gradients so far."""

from collections.abc import Iterable
from typing import Any

from ..checks import check_number
from ..device import Array, array_module
from .optimizer import Optimizer


class Adagrad(Optimizer):
    """Adagrad: p ← p - η g / (√(Σ g²) + ε); `update` has the whole formula and the source.

    `lr` η (0.01), `eps` ε (1e-10). `lr_decay` (0) makes the rate fall with the steps, the sum starts at
    `initial_accumulator_value` (0). `weight_decay` (0) adds λ p to the gradient, `maximize` climbs instead of
    descending. `params` and groups are as in Optimizer.

    Raises ValueError if a setting is negative, NaN or infinite, TypeError if it is of another kind.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ):
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "eps": eps,
                "maximize": maximize,
            },
        )

    def update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """One step of Adagrad: directions that have been steep before get shorter steps.

            s ← s + g²                               (`sum`, at first `initial_accumulator_value`)
            p ← p - η / (1 + (t - 1) δ) · g / (√s + ε)

        with the step number t and the decay δ of the learning rate (`lr_decay`).

        Duchi, Hazan & Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011.
        """
        s = state["sum"]
        s += g * g
        lr = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        p -= lr * g / (array_module(p).sqrt(s) + group["eps"])

    def formula(self, group: dict[str, Any], step: int) -> tuple[str, list[str], list[float]]:
        rate = group["lr"] / (1 + (step - 1) * group["lr_decay"])
        numbers = [rate, group["weight_decay"], -1.0 if group["maximize"] else 1.0, group["eps"]]
        return "adagrad", ["sum"], numbers

    def buffers(self, group: dict[str, Any]) -> dict[str, float]:
        return {"sum": group["initial_accumulator_value"]}

    def check(self, group: dict[str, Any]) -> None:
        super().check(group)
        for name in ("lr_decay", "initial_accumulator_value", "eps"):
            check_number(f"Adagrad: {name}", group[name])
