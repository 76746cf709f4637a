"""Conversions: dtype, device, copies."""

from typing import Any

import numpy as np

from ..device import Array, device_of, to_device
from ..dtypes import as_dtype, is_floating, is_half
from ..function import Function
from ..grad_mode import mode
from ..tensor import Tensor
from .apply import apply
from .arguments import as_tensor


class Cast(Function):
    """y = x in another dtype;  gx = gy in the dtype of x."""

    halves = "native"
    differentiable = True

    def __init__(self, dtype: Any):
        self.dtype = np.dtype(dtype)

    def forward(self, x: Array) -> Array:
        self.given = x.dtype
        return x.astype(self.dtype)

    def wrap(self, array: Array, dtype: Any, recorded: bool, index: int = 0) -> Tensor:
        return super().wrap(array, self.dtype, recorded and is_floating(self.dtype))

    def backward(self, gy: Array) -> Any:
        return apply(Cast(self.given), gy)


class Move(Function):
    """y = x on another device;  gx = gy on the device of x."""

    halves = "native"
    differentiable = True

    def __init__(self, device: str):
        self.device = device

    def forward(self, x: Array) -> Array:
        self.given = device_of(x)
        return to_device(x, self.device)

    def backward(self, gy: Array) -> Any:
        return apply(Move(self.given), gy)


def to(input: Tensor, *targets: Any, dtype: Any = None, device: str | None = None) -> Tensor:
    """`input` converted to a dtype, a device, or both, in any order or by name; itself where nothing changes."""
    input = as_tensor(input, "to")
    named = [target for target in (dtype, device) if target is not None]
    if not targets and not named:
        raise TypeError("to() takes a device ('cpu', 'cuda:N') or a dtype, got nothing")
    for target in (*targets, *named):
        if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
            if target != input.device and f"{target}:0" != input.device:
                input = Move(target)(input)
        else:
            try:
                wanted = as_dtype(target)
            except TypeError as error:
                raise TypeError(f"to() takes a device ('cpu', 'cuda:N') or a dtype: {error}") from error
            if wanted != input.dtype:
                input = Cast(wanted)(input)
    return input


def as_floating(input: Any, op: str) -> Tensor:
    """`input`, with whole numbers and booleans as float32; NumPy by itself would take exp(uint8) in float16."""
    input = as_tensor(input, op)
    return input if is_floating(input.data.dtype) else Cast(np.float32)(input)


def autocasting(x: Tensor) -> bool:
    """Is autocast on where the tensor lies?"""
    casting = mode.now.casting
    return casting is not None and casting.dtypes.get(x.device.partition(":")[0]) is not None


def widened(input: Tensor) -> Tensor:
    """float16 and bfloat16 in float32 within autocast: what a function takes whose operations would take any dtype."""
    return Cast(np.float32)(input) if autocasting(input) and is_half(input.dtype) else input


class Clone(Function):
    """y = a copy of x;  gx = gy."""

    halves = "native"
    differentiable = True

    def forward(self, x: Array) -> Array:
        return x.copy()

    def backward(self, gy: Array) -> Any:
        return gy


def clone(input: Any) -> Tensor:
    """A copy in C order."""
    return Clone()(as_tensor(input, "clone"))
