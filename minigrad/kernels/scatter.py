"""Adding values into an array at given places."""

from math import prod
from typing import Any

import numpy as np

from ..device import Array, array_module
from ..dtypes import is_half
from .cuda import indices as cuda
from .cuda.launch import taken

FEW = 32
"""Places that are gone through one by one."""


def scatter_add(shape: tuple[int, ...], index: Any, values: Array) -> Array:
    """Zeros of `shape`, to which `values` are added at `index`; places that occur several times add up.

    With as many dimensions as `values`, it has their order in memory. float16 and bfloat16 are added up in float32.
    """
    xp = array_module(values)
    if xp is not np and not is_basic(index):
        return added_in_order(shape, index, values)
    if is_half(values.dtype) and not is_basic(index):
        return scatter_add(shape, index, values.astype(np.float32)).astype(values.dtype)
    alike = values.ndim == len(shape)
    total = xp.zeros_like(values, shape=shape) if alike else xp.zeros(shape, values.dtype)
    if is_basic(index):
        total[index] = values
    elif xp is np and isinstance(index, np.ndarray) and values.ndim > index.ndim:
        add_rows(total, index.ravel(), values.reshape(index.size, *shape[1:]))
    else:
        np.add.at(total, index, values)
    return total


def added_in_order(shape: tuple[int, ...], index: Any, values: Array) -> Array:
    """`scatter_add` for the GPU, with the same result in every run.

    CuPy's scatter_add adds in whatever order threads arrive. Here values are sorted by their place, and runs of equal
    places are added up by kernels, or by a segmented scan (Blelloch, 1990): after the step of length s, each value
    holds the sum of the 2s values of its run that end there. The last one of a run then holds all. Nothing waits for
    the GPU.
    """
    xp = array_module(values)
    rows_only = hasattr(index, "ndim") and values.ndim > index.ndim
    n = shape[0] if rows_only else prod(shape)
    places = (xp.asarray(index, np.int64) % n if rows_only else xp.arange(n).reshape(shape)[index]).ravel()
    if not places.size or not values.size:
        return xp.zeros(shape, values.dtype)
    order = places.argsort(kind="stable")
    places, rows = places[order], values.reshape(len(places), -1)
    if taken(rows):
        return cuda.add_rows(n, places, order, rows).reshape(shape)
    sums = rows[order].astype(np.float32 if is_half(rows.dtype) else rows.dtype)
    length = 1
    while length < len(places):
        same = (places[length:] == places[:-length])[:, None]
        sums[length:] += xp.where(same, sums[:-length], 0)
        length *= 2
    last = xp.searchsorted(places, xp.arange(n), side="right") - 1
    found = (places[last] == xp.arange(n))[:, None]
    return xp.where(found, sums[last], 0).reshape(shape).astype(values.dtype)


def add_rows(total: Array, index: Array, rows: Array) -> None:
    """total[index[i]] += rows[i] for each i, ten times as fast as NumPy's add.at.

    The first rows of all places are added at once, then the second rows, and so on. When few places are left, as those
    of the most frequent words, each gets the sum of its other rows.
    """
    if not index.size:
        return
    index = index % len(total)  # negative ones count from the end
    order = np.argsort(index, kind="stable")
    places = index[order]
    first = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]]))
    count = np.diff(first, append=len(places))
    for k in range(count.max()):
        first, count = first[count > k], count[count > k]
        if len(first) < FEW:
            for start, n in zip(first, count, strict=True):
                total[places[start]] += rows[order[start + k : start + n]].sum(axis=0)
            return
        total[places[first]] += rows[order[first + k]]


def is_basic(index: Any) -> bool:
    """Does `index` name every place at most once: numbers, slices, None, ... or one boolean mask?"""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, slice | int | np.integer) or is_mask(part)
        for part in parts
    )


def is_mask(part: Any) -> bool:
    return getattr(part, "dtype", None) == np.bool_
