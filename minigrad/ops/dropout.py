"""Dropout."""

from typing import Any

from ..device import Array, device_of, generator
from ..function import Function
from ..tensor import Tensor
from .arguments import as_tensor
from .convert import as_floating


class Dropout(Function):
    """y = x · m / (1 - p) with m = 1 or, with probability p, 0;  gx = gy · m / (1 - p) (Srivastava et al., 2014).

    Dividing by 1 - p keeps the expected value of y at x, so that nothing needs to change in evaluation.
    """

    differentiable = True

    def __init__(self, p: float = 0.5):
        self.p = p

    def forward(self, x: Array) -> Array:
        kept = generator(device_of(x)).random(x.shape, dtype="float32") >= self.p
        mask = kept.astype(x.dtype) * (1 / (1 - self.p) if self.p < 1 else 0.0)
        self.save(mask)
        return x * mask

    def backward(self, gy: Array) -> Any:
        (mask,) = self.saved
        return gy * mask


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Each element set to 0 with probability `p` and the others divided by 1 - p; `input` itself unless `training`.

    Raises ValueError unless 0 ≤ p ≤ 1.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout got p={p}; expected a probability from 0 to 1")
    input = as_tensor(input, "dropout")
    return Dropout(p)(as_floating(input, "dropout")) if training and p > 0 else input
