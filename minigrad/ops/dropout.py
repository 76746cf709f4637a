"""Dropout."""

from typing import Any

from ..device import Array, array_module, device_of, generator
from ..function import Function
from ..kernels.cuda import random as cuda
from ..kernels.cuda.launch import taken
from ..tensor import Tensor
from ..twins import fastest, twin_of
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


@twin_of(Dropout)
class FastDropout(Dropout):
    """Dropout; on a GPU one kernel, which draws the same numbers again in the backward instead of keeping a mask."""

    halves = "kernels"

    def forward(self, x: Array) -> Array:
        self.on_gpu = taken(x)
        if not self.on_gpu:
            return super().forward(x)
        self.draw = generator(device_of(x)).draw()
        return cuda.dropout(x, self.p, *self.draw)

    def backward(self, gy: Any) -> Any:
        if not self.on_gpu:
            return super().backward(gy)
        if isinstance(gy, Tensor):
            return gy * Tensor(cuda.dropout_mask(gy.data, self.p, *self.draw))
        return cuda.dropout(gy, self.p, *self.draw)


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Each element set to 0 with probability `p` and the others divided by 1 - p; `input` itself unless `training`.

    Raises ValueError unless 0 ≤ p ≤ 1.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout got p={p}; expected a probability from 0 to 1")
    input = as_tensor(input, "dropout")
    return fastest(Dropout)(p)(as_floating(input, "dropout")) if training and p > 0 else input


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Each channel of sequences [n, c, length] or [c, length] set to 0 as a whole with probability `p`, and the others
    divided by 1 - p: neighbours are so alike that single elements dropped would lose nothing (Tompson et al., 2015).

    `input` itself unless `training`. Raises ValueError for other shapes and unless 0 ≤ p ≤ 1.
    """
    return dropout_of_channels("dropout1d", input, p, training, "[n, c, length] or [c, length]", (2, 3))


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Each channel of images [n, c, h, w], or of sequences [n, c, length], set to 0 as a whole with probability `p`,
    and the others divided by 1 - p. As dropout1d otherwise."""
    return dropout_of_channels("dropout2d", input, p, training, "[n, c, h, w] or [n, c, length]", (4, 3))


def dropout_of_channels(
    op: str, input: Tensor, p: float, training: bool, expected: str, ndims: tuple[int, int]
) -> Tensor:
    """`input` of one of `ndims` dimensions, times one element of a dropout mask for each channel of each sample."""
    x = as_floating(input, op)
    if x.ndim not in ndims:
        raise ValueError(f"{op} got input {x.shape}; expected {expected}")
    batched = x.shape[: 1 if x.ndim == 2 else 2]
    ones = Tensor(array_module(x.data).ones((*batched, *[1] * (x.ndim - len(batched))), x.dtype))
    mask = dropout(ones, p, training)
    return input if mask is ones else x * mask
