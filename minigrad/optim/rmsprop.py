"""RMSprop: steps divided by a running root mean square of the gradient."""

from collections.abc import Iterable
from typing import Any

from ..checks import check_bool, check_number
from ..device import Array, array_module
from .optimizer import Optimizer


class RMSprop(Optimizer):
    """RMSprop: p ← p - η g / (√v + ε), v the running mean of g²; `update` has the whole formula and the source.

    `lr` η (0.01), `alpha` α of the running mean (0.99), `eps` ε (1e-8), `momentum` μ (0), `centered` (False): v is the
    variance. `weight_decay` (0) adds λ p to the gradient, `maximize` climbs instead of descending. `params` and groups
    are as in Optimizer.

    Raises ValueError if `lr`, `eps`, `weight_decay` or `momentum` is negative, NaN or infinite or `alpha` is outside
    [0, 1); TypeError if a setting is of another kind.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ):
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
                "maximize": maximize,
            },
        )

    def update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """One step of RMSprop: divide the gradient by the root of its running mean square v (`square_avg`).

            v ← α v + (1 - α) g²
            p ← p - η g / (√v + ε)

        `centered` uses the running variance v - a² in place of v, with the running mean a (`grad_avg`):
        a ← α a + (1 - α) g. With momentum μ, the quotient d is collected first (in `momentum_buffer`):
        b ← μ b + d, p ← p - η b.

        Tieleman & Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning, 2012; centered: Graves,
        "Generating sequences with recurrent neural networks", 2013.
        """
        xp = array_module(p)
        alpha = group["alpha"]
        v = state["square_avg"]
        v *= alpha
        v += (1 - alpha) * (g * g)
        if group["centered"]:
            a = state["grad_avg"]
            a *= alpha
            a += (1 - alpha) * g
            v = xp.maximum(v - a * a, 0)  # a variance: below zero by rounding only
        d = g / (xp.sqrt(v) + group["eps"])
        if group["momentum"]:
            b = state["momentum_buffer"]
            b *= group["momentum"]
            b += d
            d = b
        p -= group["lr"] * d

    def formula(self, group: dict[str, Any], step: int) -> tuple[str, list[str], list[float]]:
        numbers = [group["lr"], group["weight_decay"], -1.0 if group["maximize"] else 1.0]
        numbers += [group["alpha"], 1 - group["alpha"], group["eps"], group["momentum"]]
        name = "rmsprop" + "_centered" * bool(group["centered"]) + "_momentum" * bool(group["momentum"])
        return name, list(self.buffers(group)), numbers

    def buffers(self, group: dict[str, Any]) -> dict[str, float]:
        names = {"square_avg": 0.0}
        if group["momentum"]:
            names["momentum_buffer"] = 0.0
        if group["centered"]:
            names["grad_avg"] = 0.0
        return names

    def check(self, group: dict[str, Any]) -> None:
        super().check(group)
        check_number("RMSprop: alpha", group["alpha"], below=1)
        check_number("RMSprop: eps", group["eps"])
        check_number("RMSprop: momentum", group["momentum"])
        check_bool("RMSprop: centered", group["centered"])
