"""Comparisons, logic and tests of numbers: results through which no gradient flows."""

from typing import Any

from ..device import array_module, device_of
from ..function import array_or_number
from ..tensor import Tensor
from ..tensor_methods import Dim
from .arguments import as_tensor, reduced_dims


def constant(name: str, *inputs: Any) -> Tensor:
    """A result through which no gradient flows: the array module's function `name` (a comparison, isnan, ...)."""
    arrays = [x.data if isinstance(x, Tensor) else array_or_number(x, name) for x in inputs]
    given = [a for a in arrays if hasattr(a, "dtype")]
    devices = list(dict.fromkeys(map(device_of, given)))
    if len(devices) > 1:
        raise ValueError(f"{name} got tensors on {' and '.join(devices)}; move one with .to(device)")
    try:
        return Tensor(getattr(array_module(given[0] if given else None), name)(*arrays))
    except TypeError as error:
        kinds = [str(getattr(a, "dtype", type(a).__name__)) for a in arrays]
        raise TypeError(f"{name} does not work on {' and '.join(kinds)}") from error
    except ValueError as error:
        shapes = " and ".join([str(a.shape) for a in given])
        raise ValueError(f"{name} got shapes {shapes}, which do not broadcast") from error


def eq(input: Any, other: Any) -> Tensor:
    """input = other, elementwise with broadcasting."""
    return constant("equal", input, other)


def ne(input: Any, other: Any) -> Tensor:
    """input ≠ other, elementwise with broadcasting."""
    return constant("not_equal", input, other)


def lt(input: Any, other: Any) -> Tensor:
    """input < other, elementwise with broadcasting."""
    return constant("less", input, other)


def le(input: Any, other: Any) -> Tensor:
    """input ≤ other, elementwise with broadcasting."""
    return constant("less_equal", input, other)


def gt(input: Any, other: Any) -> Tensor:
    """input > other, elementwise with broadcasting."""
    return constant("greater", input, other)


def ge(input: Any, other: Any) -> Tensor:
    """input ≥ other, elementwise with broadcasting."""
    return constant("greater_equal", input, other)


def logical_and(input: Any, other: Any) -> Tensor:
    """Are both true, that is not 0?"""
    return constant("logical_and", input, other)


def logical_or(input: Any, other: Any) -> Tensor:
    """Is one of them true, or both?"""
    return constant("logical_or", input, other)


def logical_xor(input: Any, other: Any) -> Tensor:
    """Is exactly one of them true?"""
    return constant("logical_xor", input, other)


def logical_not(input: Any) -> Tensor:
    """Is it false, that is 0?"""
    return constant("logical_not", input)


def isnan(input: Any) -> Tensor:
    """Is it NaN, not a number?"""
    return constant("isnan", input)


def isinf(input: Any) -> Tensor:
    """Is it infinite?"""
    return constant("isinf", input)


def isfinite(input: Any) -> Tensor:
    """Is it neither infinite nor NaN?"""
    return constant("isfinite", input)


def isclose(input: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """|input - other| ≤ atol + rtol · |other|, elementwise; with `equal_nan`, NaN is close to NaN."""
    x, y = as_tensor(input, "isclose").data, as_tensor(other, "isclose").data
    try:
        return Tensor(array_module(x).isclose(x, y, rtol, atol, equal_nan))
    except ValueError as error:
        raise ValueError(f"isclose got shapes {x.shape} and {y.shape}, which do not broadcast") from error


def allclose(input: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Are all elements close (`isclose`)?"""
    return bool(isclose(input, other, rtol, atol, equal_nan).data.all())


def equal(input: Any, other: Any) -> bool:
    """Have both the same shape and the same elements?"""
    x, y = as_tensor(input, "equal"), as_tensor(other, "equal")
    return x.shape == y.shape and bool(eq(x, y).data.all())


def all(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Are all elements over `dim` true, that is not 0?"""
    x = as_tensor(input, "all").data
    return Tensor(x.all(axis=reduced_dims(dim, x.ndim, "all"), keepdims=keepdim))


def any(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Is any element over `dim` true, that is not 0?"""
    x = as_tensor(input, "any").data
    return Tensor(x.any(axis=reduced_dims(dim, x.ndim, "any"), keepdims=keepdim))


def count_nonzero(input: Any, dim: Dim = None) -> Tensor:
    """How many elements over `dim` are not 0?"""
    x = as_tensor(input, "count_nonzero").data
    return Tensor((x != 0).sum(axis=reduced_dims(dim, x.ndim, "count_nonzero"), dtype="int64"))
