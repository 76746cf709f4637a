"""SGD: stochastic gradient descent, with momentum."""

from collections.abc import Iterable
from typing import Any

from ..checks import check_bool, check_number
from ..device import Array
from .optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent: p ← p - η g; `update` has the formulas with momentum, and the sources.

    `lr` η (0.001), `momentum` μ (0), `dampening` τ (0), `nesterov` (False). `weight_decay` (0) adds λ p to the
    gradient, `maximize` climbs instead of descending. `params` and groups are as in Optimizer.

    Raises ValueError if `lr`, `momentum`, `dampening` or `weight_decay` is negative, NaN or infinite, or if `nesterov`
    comes without momentum or with dampening; TypeError if a setting is of another kind.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ):
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """One step of gradient descent: p ← p - η g.

        With momentum μ, dampening τ and the velocity b (`momentum_buffer`, zero at first):

            b ← μ b + (1 - τ) g        (τ = 0 in the first step)
            p ← p - η b                or, with `nesterov`, p ← p - η (g + μ b)

        Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; Nesterov, "A method of
        solving a convex programming problem with convergence rate O(1/k²)", 1983; in this form Sutskever et al.,
        "On the importance of initialization and momentum in deep learning", 2013.
        """
        mu = group["momentum"]
        if mu:
            b = state["momentum_buffer"]
            damping = group["dampening"] if state["step"] > 1 else 0
            b *= mu
            b += (1 - damping) * g if damping else g
            g = g + mu * b if group["nesterov"] else b
        p -= group["lr"] * g

    def formula(self, group: dict[str, Any], step: int) -> tuple[str, list[str], list[float]]:
        rate = [group["lr"], group["weight_decay"], -1.0 if group["maximize"] else 1.0]
        if not group["momentum"]:
            return "sgd", [], rate
        fresh = 1 - group["dampening"] if step > 1 else 1.0
        return "sgd_momentum", ["momentum_buffer"], [*rate, group["momentum"], fresh, float(group["nesterov"])]

    def buffers(self, group: dict[str, Any]) -> dict[str, float]:
        return {"momentum_buffer": 0.0} if group["momentum"] else {}

    def check(self, group: dict[str, Any]) -> None:
        super().check(group)
        check_number("SGD: momentum", group["momentum"])
        check_number("SGD: dampening", group["dampening"])
        check_bool("SGD: nesterov", group["nesterov"])
        if group["nesterov"] and (group["momentum"] == 0 or group["dampening"] != 0):
            raise ValueError(
                "SGD: nesterov needs a momentum above 0 and no dampening, "
                f"got momentum {group['momentum']} and dampening {group['dampening']}"
            )
