"""Order: the largest and the smallest element, where they stand, sorting."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..device import Array, array_module
from ..dtypes import is_bfloat16
from ..tensor import Tensor
from .arguments import as_tensor, checked, whole
from .convert import clone
from .index import gather, getitem
from .reduction import amax, amin
from .shape import squeeze


class Ordered(NamedTuple):
    """Values and where they stood along the dimension."""

    values: Tensor
    indices: Tensor


def extreme(op: str, index_of: Callable, whole_of: Callable, input: Tensor, dim: int | None, keepdim: bool) -> Any:
    if dim is None:
        return whole_of(input)
    dim = checked(dim, input.ndim, op)
    indices = index_of(input, dim, keepdim=True)
    values = gather(input, dim, indices)
    return Ordered(values, indices) if keepdim else Ordered(squeeze(values, dim), squeeze(indices, dim))


def max(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The largest element (equal ones share the gradient); with `dim`, the pair (values, indices) along it, where
    the first of equal elements is the one chosen and gets the gradient."""
    return extreme("max", argmax, amax, as_tensor(input, "max"), dim, keepdim)


def min(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest element (equal ones share the gradient); with `dim`, the pair (values, indices) along it, where
    the first of equal elements is the one chosen and gets the gradient."""
    return extreme("min", argmin, amin, as_tensor(input, "min"), dim, keepdim)


def position(pick: str, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """The array's method `pick`, argmax or argmin, along `dim` or of the flattened tensor."""
    x = as_tensor(input, pick).data
    along = None if dim is None else checked(dim, x.ndim, pick)
    if not x.ndim:
        along = None  # CuPy's numbers have no dimension 0
    if x.size == 0 and (along is None or x.shape[along] == 0):
        raise ValueError(f"{pick} got shape {x.shape}; expected at least one element to choose from")
    return Tensor(array_module(x).asarray(getattr(x, pick)(axis=along, keepdims=keepdim)))


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The position of the largest element: in the flattened tensor, or along `dim`."""
    return position("argmax", input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The position of the smallest element: in the flattened tensor, or along `dim`."""
    return position("argmin", input, dim, keepdim)


def sort(input: Tensor, dim: int = -1, descending: bool = False) -> Ordered:
    """(values, indices) in order along `dim`; equal elements keep their order and NaN counts as the largest."""
    input = as_tensor(input, "sort")
    dim = checked(dim, input.ndim, "sort")
    xp, x = array_module(input.data), comparable(input.data)
    if x.ndim == 0:
        return Ordered(clone(input), argmax(input))
    if descending:  # the reverse of the order of the reversed array keeps equal elements in order
        order = x.shape[dim] - 1 - xp.flip(xp.flip(x, dim).argsort(axis=dim, kind="stable"), dim)
    else:
        order = x.argsort(axis=dim, kind="stable")
    indices = Tensor(order)
    return Ordered(gather(input, dim, indices), indices)


def comparable(x: Array) -> Array:
    """bfloat16 as float32, in the same order; CuPy does not say that it sorts bfloat16."""
    return x.astype("float32") if is_bfloat16(x.dtype) else x


def argsort(input: Tensor, dim: int = -1, descending: bool = False) -> Tensor:
    """The positions of the elements in order along `dim`: the indices of `sort`."""
    return sort(as_tensor(input, "argsort").detach(), dim, descending).indices


def unique(input: Tensor) -> Tensor:
    """The different elements in order, each once. No gradient flows through it."""
    x = as_tensor(input, "unique").data
    return Tensor(array_module(x).unique(comparable(x), equal_nan=False).astype(x.dtype))


def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True) -> Ordered:
    """(values, indices) of the `k` largest, or smallest, elements along `dim`, best first.

    Raises ValueError if the dimension holds fewer than `k`.
    """
    input = as_tensor(input, "topk")
    along, k = checked(dim, input.ndim, "topk"), whole(k, "topk got k =")
    size = input.shape[along] if input.ndim else 1
    if not 0 <= k <= size:
        raise ValueError(f"topk got k={k} for dimension {dim} of size {size}")
    if input.ndim == 0:
        return sort(input)
    order = argsort(input, along, descending=largest)
    indices = getitem(order, (slice(None),) * along + (slice(k),))
    return Ordered(gather(input, along, indices), indices)
