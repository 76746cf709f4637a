"""Adam and AdamW: steps from running means of the gradient and of its square."""

import math
from collections.abc import Iterable
from typing import Any

from ..checks import check_bool, check_number
from ..device import Array, array_module
from .optimizer import Optimizer


class Adam(Optimizer):
    """Adam: p ← p - η m̂ / (√v̂ + ε), from running means of g and g²; `update` has the whole formula and the sources.

    `lr` η (0.001), `betas` β₁ and β₂ of the two means (0.9, 0.999), `eps` ε (1e-8), `amsgrad` (False). `weight_decay`
    (0) adds λ p to the gradient, `maximize` climbs instead of descending. `params` and groups are as in Optimizer.

    Raises ValueError if `lr`, `eps` or `weight_decay` is negative, NaN or infinite or one of the `betas` is outside
    [0, 1); TypeError if a setting is of another kind.
    """

    decoupled = False  # does weight decay act on the weights directly, not through the gradient?

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ):
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
            },
        )

    def update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """One step of Adam, from the running means m of the gradient (`exp_avg`) and v of its square (`exp_avg_sq`).

            m ← β₁ m + (1 - β₁) g
            v ← β₂ v + (1 - β₂) g²
            p ← p - η m̂ / (√v̂ + ε),    m̂ = m / (1 - β₁ᵗ),    v̂ = v / (1 - β₂ᵗ)

        In step t = 1, 2, ... the means have seen t gradients and started from zero; the denominators correct that.

        `amsgrad` uses the largest v so far (`max_exp_avg_sq`) in place of v in the last line.

        Kingma & Ba, "Adam: a method for stochastic optimization", 2015; AMSGrad: Reddi, Kale & Kumar, "On the
        convergence of Adam and beyond", 2018.
        """
        xp = array_module(p)
        (beta1, beta2), t = group["betas"], state["step"]
        m, v = state["exp_avg"], state["exp_avg_sq"]
        work = xp.multiply(g, 1 - beta1, out=xp.empty_like(g))  # the one array for what comes and goes
        m *= beta1
        m += work
        work *= work  # (1 - β₁)² g²: what was just written is still in cache, g need not be
        work *= (1 - beta2) / (1 - beta1) ** 2
        v *= beta2
        v += work
        if group["amsgrad"]:
            v = xp.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        # The corrections are numbers, so they are applied to η and ε rather than to the arrays:
        # m̂ / (√v̂ + ε) = c / (1 - β₁ᵗ) · m / (√v + c ε)
        c = math.sqrt(1 - beta2**t)
        xp.sqrt(v, out=work)
        work += c * group["eps"]
        xp.divide(m, work, out=work)
        work *= group["lr"] * c / (1 - beta1**t)
        p -= work

    def formula(self, group: dict[str, Any], step: int) -> tuple[str, list[str], list[float]]:
        (beta1, beta2), sign = group["betas"], -1.0 if group["maximize"] else 1.0
        c = math.sqrt(1 - beta2**step)
        numbers = [group["lr"] * c / (1 - beta1**step), group["weight_decay"], sign]
        numbers += [beta1, 1 - beta1, beta2, 1 - beta2, c * group["eps"], 1.0]
        return "amsgrad" if group["amsgrad"] else "adam", list(self.buffers(group)), numbers

    def buffers(self, group: dict[str, Any]) -> dict[str, float]:
        names = {"exp_avg": 0.0, "exp_avg_sq": 0.0}
        return {**names, "max_exp_avg_sq": 0.0} if group["amsgrad"] else names

    def check(self, group: dict[str, Any]) -> None:
        super().check(group)
        check_number(f"{self.name}: eps", group["eps"])
        check_bool(f"{self.name}: amsgrad", group["amsgrad"])
        betas = group["betas"]
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise TypeError(f"{self.name}: betas must be a pair of numbers, got {betas!r}")
        for number, beta in enumerate(betas):
            check_number(f"{self.name}: betas[{number}]", beta, below=1)
        if group.get("decoupled_weight_decay", self.decoupled) != self.decoupled:
            right = "Adam" if self.decoupled else "AdamW"
            raise ValueError(
                f"{self.name} has decoupled_weight_decay={self.decoupled}, got {not self.decoupled}: use {right}"
            )


class AdamW(Adam):
    """Adam with decoupled weight decay: p ← p - η λ p, then Adam's step; `update` has the source.

    The settings and their defaults are Adam's but for λ, `weight_decay` = 0.01. Raises as Adam does.
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)

    def update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Shrink the weights, p ← p - η λ p, then take Adam's step (λ: `weight_decay`).

        Added to the gradient, the decay would be divided by √v̂ like the rest of it, so weights with large gradients
        would hardly decay; here all decay at the same rate.

        Loshchilov & Hutter, "Decoupled weight decay regularization", 2019.
        """
        p *= 1 - group["lr"] * group["weight_decay"]
        Adam.update(self, p, g, state, group)

    def formula(self, group: dict[str, Any], step: int) -> tuple[str, list[str], list[float]]:
        name, buffers, numbers = Adam.formula(self, group, step)
        numbers[1], numbers[8] = 0.0, 1 - group["lr"] * group["weight_decay"]
        return name, buffers, numbers

    def penalize(self, p: Array, g: Array, group: dict[str, Any]) -> Array:
        """The gradient as it is: here weight decay is no part of it."""
        return g
