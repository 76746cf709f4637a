"""Making tensors: from data, filled, in steps, random. Random ones come from the seeded generators of device.py.

Every function takes `dtype`, `device` and `requires_grad`; without a dtype, whole numbers become int64 and everything
else float32.
"""

from typing import Any

import numpy as np

from .device import generator, module_on
from .dlpack import imported
from .dtypes import as_dtype, is_floating, is_half
from .ops.arguments import as_tensor as tensor_of
from .ops.arguments import as_tuple, held, number, whole
from .tensor import Tensor, as_array


def make(array: Any, dtype: Any, device: str | None, requires_grad: bool) -> Tensor:
    return Tensor(array, requires_grad, dtype, device)


def tensor(data: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: numbers, nested lists of them, or an array, which keeps its dtype."""
    return make(as_array(data, dtype).copy(), None, device, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: str | None = None) -> Tensor:
    """`data` as a tensor without a copy where that goes: a tensor as it is, an array as memory that both share."""
    tensor = data if isinstance(data, Tensor) else Tensor(data)
    return tensor if dtype is None and device is None else tensor.to(dtype=dtype, device=device)


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
        return Tensor(imported(source))
    from .device import import_cupy

    return Tensor(import_cupy("cuda").from_dlpack(source))


def zeros(*shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full(sizes(shape, "zeros"), 0.0, dtype, device, requires_grad)


def ones(*shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full(sizes(shape, "ones"), 1.0, dtype, device, requires_grad)


def empty(*shape: Any, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """A tensor whose elements are whatever was in memory."""
    return make(module_on(device).empty(sizes(shape, "empty"), dtype_or(np.float32, dtype)), None, None, requires_grad)


def full(
    shape: Any, fill_value: float, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of one value."""
    value = number(fill_value, "full got fill_value")
    kind = dtype_or(kind_of(value), dtype)
    size, value = sizes((shape,), "full"), held(value, kind, "full")
    return make(module_on(device).full(size, value, kind), None, None, requires_grad)


def sizes(shape: tuple[Any, ...], op: str) -> tuple[int, ...]:
    """The sizes of `op(2, 3)` and of `op((2, 3))` alike; ValueError for negative ones."""
    found = as_tuple(shape, f"{op} got size")
    if min(found, default=0) < 0:
        raise ValueError(f"{op} got sizes {found}; expected none below 0")
    return found


def dtype_or(default: Any, dtype: Any) -> np.dtype:
    return as_dtype(default if dtype is None else dtype)


def kind_of(*numbers: Any) -> Any:
    """bool for booleans, int64 for whole numbers, float32 for the rest."""
    if all(isinstance(x, bool) for x in numbers):
        return np.bool_
    return np.int64 if all(isinstance(x, int) for x in numbers) else np.float32


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    dtype: Any = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, ... up to but without `end`; arange(n) counts from 0."""
    given = (0, start, step) if end is None else (start, end, step)
    start, end, step = [number(x, "arange got") for x in given]
    if step == 0:
        raise ValueError(f"arange from {start} to {end} got step 0; expected another number")
    array = module_on(device).arange(start, end, step).astype(dtype_or(kind_of(start, end, step), dtype))
    return make(array, None, None, requires_grad)


def linspace(
    start: float, end: float, steps: int, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """`steps` numbers evenly from `start` to `end`, both included."""
    first, last = number(start, "linspace got start"), number(end, "linspace got end")
    (count,) = sizes((whole(steps, "linspace got steps ="),), "linspace")
    array = module_on(device).linspace(first, last, count, dtype=dtype_or(np.float32, dtype))
    return make(array, None, None, requires_grad)


def eye(
    n: int, m: int | None = None, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """The identity matrix [n, m]."""
    rows, columns = sizes((n, n if m is None else m), "eye")
    return make(module_on(device).eye(rows, columns, dtype=dtype_or(np.float32, dtype)), None, None, requires_grad)


def full_like(
    input: Tensor, fill_value: float, dtype: Any = None, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of one value, with the shape of `input` and, unless they are given, its dtype and device."""
    like = tensor_of(input, "full_like")
    return full(like.shape, fill_value, dtype or like.dtype, device or like.device, requires_grad)


def zeros_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full_like(tensor_of(input, "zeros_like"), 0, dtype, device, requires_grad)


def ones_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    return full_like(tensor_of(input, "ones_like"), 1, dtype, device, requires_grad)


def empty_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """Of the shape of `input`, with whatever was in memory."""
    like = tensor_of(input, "empty_like")
    return empty(like.shape, dtype=dtype or like.dtype, device=device or like.device, requires_grad=requires_grad)


def rand(*shape: Any, dtype: Any = None, device: str = "cpu", requires_grad: bool = False) -> Tensor:
    """Uniform random numbers from [0, 1)."""
    return make(drawn("random", shape, dtype, device, "rand"), dtype, None, requires_grad)


def randn(*shape: Any, dtype: Any = None, device: str = "cpu", requires_grad: bool = False) -> Tensor:
    """Normal random numbers of mean 0 and variance 1."""
    return make(drawn("standard_normal", shape, dtype, device, "randn"), dtype, None, requires_grad)


def drawn(method: str, shape: tuple[Any, ...], dtype: Any, device: str, op: str) -> Any:
    """Numbers of a method of the device's generator, which draws float32 and float64; TypeError if others
    than floats are asked for."""
    wanted = dtype_or(np.float32, dtype)
    if not is_floating(wanted):
        raise TypeError(f"{op} got dtype {wanted}; expected a floating one")
    return getattr(generator(device), method)(
        sizes(shape, op), dtype=np.dtype(np.float32) if is_half(wanted) else wanted
    )


def rand_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """Uniform random numbers from [0, 1), with the shape, the dtype and the device of `input`."""
    like = tensor_of(input, "rand_like")
    return rand(like.shape, dtype=dtype or like.dtype, device=device or like.device, requires_grad=requires_grad)


def randn_like(input: Tensor, dtype: Any = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """Normal random numbers of mean 0 and variance 1, with the shape, the dtype and the device of `input`."""
    like = tensor_of(input, "randn_like")
    return randn(like.shape, dtype=dtype or like.dtype, device=device or like.device, requires_grad=requires_grad)


def randint(low: int, high: Any = None, size: Any = None, dtype: Any = None, device: str = "cpu") -> Tensor:
    """Random whole numbers from `low` up to but without `high`; randint(high, size) draws from 0."""
    if size is None:
        low, high, size = 0, low, high
    low, high = whole(low, "randint got low ="), whole(high, "randint got high =")
    if low >= high:
        raise ValueError(f"randint got low={low} and high={high}; expected a high above it")
    return make(generator(device).integers(low, high, sizes((size,), "randint")), dtype, None, False)


def randperm(n: int) -> Tensor:
    """0 ... n - 1 in random order."""
    (count,) = sizes((whole(n, "randperm got n ="),), "randperm")
    return Tensor(generator().permutation(count))
