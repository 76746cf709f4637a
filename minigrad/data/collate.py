"""From samples to a batch: stacking, and walking through the tuples and dicts that a batch is made of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..device import array_module
from ..dtypes import is_floating, is_real
from ..tensor import Tensor, as_array

Number = int | float | np.number | np.bool_


def default_collate(samples: Sequence[Any], names: Sequence[Any] | None = None) -> Any:
    """One batch from a list of samples: tensors and arrays stacked along a new first dimension.

    Numbers become a tensor of float32, int64 or bool. Arrays and tensors keep their dtype, except that NumPy arrays of
    float64, which nobody chose, become float32. Tuples, lists and dicts are gone through entry by entry, lists giving
    tuples; strings stay a list. `names` are the numbers of the samples, for the error messages; they count from 0 by
    default.

    Raises ValueError if the samples differ in shape or structure or a number is too large for int64, TypeError if they
    are of another type.
    """
    if not len(samples):
        raise ValueError("default_collate needs at least one sample, got none")
    return collate(samples, range(len(samples)) if names is None else names, "")


def collate(samples: Sequence[Any], names: Sequence[Any], where: str) -> Any:
    """`default_collate` for the part `where` of the samples."""
    first = samples[0]
    if all(isinstance(sample, Number) for sample in samples):
        return Tensor(stack_numbers(samples, where))
    if all(is_array(sample) or isinstance(sample, Number | Tensor) for sample in samples):
        return stack(samples, names, where)
    if all(isinstance(sample, str | bytes) for sample in samples):
        return list(samples)
    if all(isinstance(sample, Mapping) for sample in samples):
        check_same(samples, names, where, lambda sample: sorted(map(str, sample)), "the keys")
        return {key: collate([s[key] for s in samples], names, f"{where}[{key!r}]") for key in first}
    if all(isinstance(sample, tuple | list) for sample in samples):
        check_same(samples, names, where, len, "the length")
        entries = [collate([s[i] for s in samples], names, f"{where}[{i}]") for i in range(len(first))]
        return type(first)(*entries) if hasattr(first, "_fields") else tuple(entries)
    check_same(samples, names, where, lambda sample: type(sample).__name__, "the type")
    raise TypeError(
        f"samples of type {type(first).__name__}{place(where)} cannot be put into a batch; expected tensors, arrays, "
        "numbers, strings, or tuples or dicts of these (or pass collate_fn)"
    )


def stack_numbers(numbers: Sequence[Any], where: str) -> np.ndarray:
    """A list of numbers as float32, int64 or bool; ValueError for whole numbers that int64 does not hold."""
    array = np.array(numbers)
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind != "i" and all(isinstance(number, int | np.integer) for number in numbers):
        wrong = next((number for number in numbers if not -(2**63) <= int(number) < 2**63), None)
        if wrong is not None:
            raise ValueError(f"the whole number {wrong}{place(where)} does not fit into int64")
    return array.astype(np.float32 if is_floating(array.dtype) else np.int64)


def stack(samples: Sequence[Any], names: Sequence[Any], where: str) -> Tensor:
    """Arrays, tensors and numbers of one shape, stacked."""
    arrays = [as_array(sample) for sample in samples]
    check_same(arrays, names, where, lambda array: array.shape, "shape")
    batch = array_module(arrays[0]).stack(arrays)
    chosen = any(isinstance(sample, Tensor) for sample in samples)
    return Tensor(batch if chosen else narrow(batch))


def narrow(array: Any) -> Any:
    """float64 as float32, any other array as it is."""
    return array.astype(np.float32) if array.dtype == np.float64 else array


def check_same(
    samples: Sequence[Any], names: Sequence[Any], where: str, measure: Callable[[Any], Any], what: str
) -> None:
    """Raise ValueError that names the first sample whose `measure` is not that of sample 0."""
    expected = measure(samples[0])
    for name, sample in zip(names, samples):
        found = measure(sample)
        if found != expected:
            raise ValueError(
                f"samples that differ in {what.removeprefix('the ')} cannot be stacked into one batch: "
                f"sample {names[0]}{place(where)} has {what} {expected}, sample {name} has {what} {found}"
            )


def place(where: str) -> str:
    """' (at [1])' for a part of the samples, nothing for whole samples."""
    return f" (at {where})" if where else ""


def is_array(x: Any) -> bool:
    """Is `x` an array of numbers, of NumPy or CuPy?"""
    return (isinstance(x, np.ndarray) or array_module(x) is not np) and is_real(x.dtype)


def map_leaves(function: Callable[[Any], Any], batch: Any) -> Any:
    """`batch` with `function` applied to everything in it that is not a tuple, list or dict."""
    if isinstance(batch, Mapping):
        return {key: map_leaves(function, value) for key, value in batch.items()}
    if isinstance(batch, tuple | list):
        entries = [map_leaves(function, value) for value in batch]
        return type(batch)(*entries) if hasattr(batch, "_fields") else type(batch)(entries)
    return function(batch)


def to_arrays(batch: Any) -> Any:
    """`batch` with the raw array in the place of every tensor."""
    return map_leaves(lambda leaf: leaf.data if isinstance(leaf, Tensor) else leaf, batch)


def to_tensors(batch: Any) -> Any:
    """`batch` with a tensor around every raw array, without copying."""
    return map_leaves(lambda leaf: Tensor(leaf) if is_array(leaf) else leaf, batch)
