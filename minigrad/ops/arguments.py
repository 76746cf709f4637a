"""What an op was given, checked before anything is computed: tensors, dimensions, sizes.

Every check raises one sentence with the op's name, what came and what was expected.
"""

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np

from ..device import Array, device_of
from ..function import array_or_number
from ..tensor import Tensor
from ..tensor_methods import Dim


def as_tensor(x: Any, op: str) -> Tensor:
    """`x`, or a tensor around it if it is an array or a number. Raises TypeError for anything else."""
    if isinstance(x, Tensor):
        return x
    array = array_or_number(x, op)
    if array is None:
        raise TypeError(f"{op} expected a tensor, an array or a number, got None")
    return Tensor(array)


def as_tensors(xs: Any, op: str) -> list[Tensor]:
    """The tensors of a list or tuple; TypeError for anything else, ValueError if it is empty."""
    if not isinstance(xs, list | tuple):
        raise TypeError(f"{op} expected a list of tensors, got {type(xs).__name__}")
    if not xs:
        raise ValueError(f"{op} needs at least one tensor, got an empty list")
    return [as_tensor(x, op) for x in xs]


def on_one_device(op: str, *arrays: Array | None) -> None:
    """Raise ValueError for arrays on several devices. CuPy would take NumPy's as indices, and copy them each time."""
    devices = list(dict.fromkeys([device_of(x) for x in arrays if x is not None]))
    if len(devices) > 1:
        raise ValueError(f"{op} got tensors on {' and '.join(devices)}; move one with .to('{devices[0]}')")


def whole(number: Any, what: str) -> int:
    """`number` as an int; TypeError if it is no whole number, as 2.0 and True are none."""
    if type(number) is int:
        return number
    try:
        if not isinstance(number, bool | np.bool_):
            return index(number)
    except (TypeError, ValueError):
        pass
    shown = f"a {type(number).__name__}" if hasattr(number, "shape") else repr(number)
    raise TypeError(f"{what} {shown}; expected a whole number")


def number(value: Any, what: str) -> Any:
    """A Python number, also from a tensor or an array of one element; TypeError for anything else."""
    value = value.item() if isinstance(value, Tensor | np.ndarray | np.generic) else value
    if not isinstance(value, int | float):
        raise TypeError(f"{what} {value!r}; expected a number")
    return value


def held(value: Any, dtype: np.dtype, op: str) -> Any:
    """A number that a tensor of `dtype` can hold; ValueError if it cannot."""
    if dtype.kind in "iu" and not (value == value // 1 and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max):
        raise ValueError(f"{op} got {value}, which {dtype} cannot hold")
    return value


def as_tuple(values: Sequence[Any], what: str) -> tuple[int, ...]:
    """The whole numbers of `f(2, 3)` and of `f((2, 3))` alike."""
    if len(values) == 1 and isinstance(values[0], list | tuple | range):
        values = values[0]
    return tuple([whole(value, what) for value in values])


def checked(dim: Any, ndim: int, op: str = "") -> int:
    """`dim` counted from the front; TypeError if it is no whole number, IndexError if a tensor of `ndim` dimensions has
    no such one. Of a tensor without dimensions, 0 and -1 mean its one element."""
    before = f"{op}: " if op else ""
    number = whole(dim, f"{before}got dimension")
    if not -max(ndim, 1) <= number < max(ndim, 1):
        raise IndexError(f"{before}dimension {number} is out of range for a tensor of {ndim} dimensions")
    return number % max(ndim, 1)


def checked_dims(dims: Any, ndim: int, op: str = "") -> tuple[int, ...]:
    """Several dimensions, or one, counted from the front; also raises ValueError if one is named twice."""
    given = tuple(dims) if isinstance(dims, list | tuple | range) else (dims,)
    found = tuple([checked(d, ndim, op) for d in given])
    if len(set(found)) < len(found):
        raise ValueError(f"{op}{': ' if op else ''}dimensions {given} name one of them twice")
    return found


def reduced_dims(dim: Dim, ndim: int, op: str = "") -> tuple[int, ...]:
    """The dimensions that a reduction over `dim` takes away: all for None and for (), as in PyTorch."""
    if type(dim) is int and -ndim <= dim < ndim:
        return (dim % ndim,)
    if dim is None or (isinstance(dim, list | tuple) and not dim):
        return tuple(range(ndim))
    found = checked_dims(dim, ndim, op)
    return found if ndim else ()


def pair(value: Any, what: str, least: int = 0) -> tuple[int, int]:
    """A whole number twice, or two of them as they are. Raises TypeError or ValueError, naming `what`, otherwise."""
    values = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{what} got {value!r}; expected a whole number or two of them")
    first, second = [whole(v, f"{what} got") for v in values]
    if first < least or second < least:
        raise ValueError(f"{what} got {value!r}; expected numbers of at least {least}")
    return first, second


def single(value: Any, what: str, least: int = 0) -> int:
    """A whole number, alone or in a tuple of one. Raises TypeError or ValueError, naming `what`, otherwise."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    if len(values) != 1:
        raise ValueError(f"{what} got {value!r}; expected one whole number")
    number = whole(values[0], f"{what} got")
    if number < least:
        raise ValueError(f"{what} got {value!r}; expected a number of at least {least}")
    return number
