"""Making tensors: from data, filled, in steps, random. Random ones come from the seeded generators of device.py.

Every function takes `dtype`, `device` and `requires_grad`; without a dtype, whole numbers become int64 and everything
else float32.
"""

from typing import Any

import numpy as np

from .device import generator
from .ops.shape import as_tuple
from .tensor import Tensor, as_array


def make(array: Any, dtype: Any, device: str | None, requires_grad: bool) -> Tensor:
    return Tensor(array, requires_grad, dtype, device)


def tensor(data: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested lists of them, or an array, which keeps its dtype."""
    return make(as_array(data, dtype).copy(), None, device, requires_grad)


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor that shares memory with `array`."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy expected a numpy.ndarray, got {type(array).__name__}")
    return Tensor(array)


def from_dlpack(source: Any) -> Tensor:
    """A tensor that shares memory with any object that speaks DLPack (PyTorch, JAX, CuPy, ...)."""
    if not hasattr(source, "__dlpack_device__"):
        raise TypeError(f"from_dlpack expected an object that speaks DLPack, got {type(source).__name__}")
    kind = source.__dlpack_device__()[0]
    if int(kind) in (1, 3):  # CPU, and host memory pinned for a GPU
        return Tensor(np.from_dlpack(source))
    from .device import import_cupy

    return Tensor(import_cupy("cuda").from_dlpack(source))


def zeros(*shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full(shape, 0.0, dtype, device, requires_grad)


def ones(*shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full(shape, 1.0, dtype, device, requires_grad)


def empty(*shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose elements are whatever was in memory."""
    return make(np.empty(as_tuple(shape), dtype or np.float32), None, device, requires_grad)


def full(
    shape: Any, fill_value: float, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of one value."""
    sizes = as_tuple((shape,)) if isinstance(shape, int | np.integer) else as_tuple(tuple(shape))
    return make(np.full(sizes, fill_value, dtype or kind_of(fill_value)), None, device, requires_grad)


def kind_of(*numbers: Any) -> Any:
    """bool for booleans, int64 for whole numbers, float32 for the rest."""
    if all(isinstance(x, bool | np.bool_) for x in numbers):
        return np.bool_
    return np.int64 if all(isinstance(x, int | np.integer) for x in numbers) else np.float32


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    dtype: Any = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, ... up to but without `end`; arange(n) counts from 0."""
    start, end = (0, start) if end is None else (start, end)
    if step == 0:
        raise ValueError(f"arange from {start} to {end} got step 0; expected another number")
    return make(np.arange(start, end, step).astype(dtype or kind_of(start, end, step)), None, device, requires_grad)


def linspace(
    start: float, end: float, steps: int, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """`steps` numbers evenly from `start` to `end`, both included."""
    return make(np.linspace(start, end, steps, dtype=dtype or np.float32), None, device, requires_grad)


def eye(
    n: int, m: int | None = None, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """The identity matrix [n, m]."""
    return make(np.eye(n, m, dtype=dtype or np.float32), None, device, requires_grad)


def zeros_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full(input.shape, 0, dtype or input.dtype, device or input.device, requires_grad)


def ones_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full(input.shape, 1, dtype or input.dtype, device or input.device, requires_grad)


def rand(*shape: Any, dtype: Any = None, device: str = "cpu", requires_grad: bool = False) -> Tensor:
    """Uniform random numbers from [0, 1)."""
    drawn = np.float64 if dtype == np.float64 else np.float32
    return make(generator(device).random(as_tuple(shape), dtype=drawn), dtype, None, requires_grad)


def randn(*shape: Any, dtype: Any = None, device: str = "cpu", requires_grad: bool = False) -> Tensor:
    """Normal random numbers of mean 0 and variance 1."""
    drawn = np.float64 if dtype == np.float64 else np.float32
    return make(generator(device).standard_normal(as_tuple(shape), dtype=drawn), dtype, None, requires_grad)


def randint(low: int, high: int, size: Any, dtype: Any = None, device: str = "cpu") -> Tensor:
    """Random whole numbers from `low` up to but without `high`."""
    return make(generator(device).integers(low, high, as_tuple((size,))), dtype, None, False)


def randperm(n: int) -> Tensor:
    """0 ... n - 1 in random order."""
    return Tensor(generator().permutation(n))
