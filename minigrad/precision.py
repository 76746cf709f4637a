"""The precision that a training computes in: float32, or mixed with float16 or bfloat16 by `autocast`.

The training's own loop need not know of it: what it calls as its loss and its optimizer do what is needed.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .amp import GradScaler, autocast
from .device import Array
from .dtypes import as_dtype
from .errors import UnknownNameError
from .function import Function
from .optim import Optimizer
from .tensor import Tensor

PRECISIONS = ("float32", "float16", "bfloat16")


class Precision:
    """What a training on `device` in this precision needs: a region to compute in, and with float16 a GradScaler.

    Weights, gradients and the optimizer's state are float32 in any case. Raises UnknownNameError for another precision,
    MinigradError where bfloat16 needs a package that is not there.
    """

    def __init__(self, name: str, device: str = "cpu"):
        if name not in PRECISIONS:
            raise UnknownNameError("precision", name, PRECISIONS, "精度")
        self.name, self.device = name, device.partition(":")[0]
        self.dtype = as_dtype(name)
        self.scaler = GradScaler(self.device) if name == "float16" else None

    def region(self) -> AbstractContextManager:
        """Within it, operations compute in this precision."""
        return nullcontext() if self.name == "float32" else autocast(self.device, self.dtype)

    def loss(self, loss: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
        """The loss, whose values stay as they are and whose gradients are scaled where there is a scaler."""
        scaler = self.scaler
        return loss if scaler is None else lambda scores, targets: ScaledGradient(scaler)(loss(scores, targets))

    def optimizer(self, optimizer: Optimizer) -> Any:
        """The optimizer, whose steps go through the scaler where there is one."""
        return optimizer if self.scaler is None else ScaledSteps(optimizer, self.scaler)


class ScaledGradient(Function):
    """y = x;  gx = scale · gy: the gradients are those of GradScaler.scale(x), and the loss can be shown as it is."""

    def __init__(self, scaler: GradScaler):
        self.scaler = scaler

    def forward(self, x: Array) -> Array:
        return x.copy()

    def backward(self, gy: Array) -> Any:
        return self.scaler.scale(Tensor(gy)).data


class ScaledSteps:
    """An optimizer whose `step` goes through a GradScaler, which is updated then; all else is the optimizer's own."""

    def __init__(self, optimizer: Optimizer, scaler: GradScaler):
        self.optimizer, self.scaler = optimizer, scaler

    def __getattr__(self, name: str) -> Any:
        return getattr(self.optimizer, name)

    def step(self) -> None:
        """The optimizer's step, unless a gradient is not finite."""
        self.scaler.step(self.optimizer)
        self.scaler.update()
