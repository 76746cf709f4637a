"""Pixels as single items: NumPy moves items of many bytes faster than it moves as many short runs of numbers."""

import numpy as np

from ..device import Array


def pixels(x: Array) -> Array:
    """x [..., c], channels next to each other in memory, as items [...] of c numbers: a view, to copy from or to."""
    return x.view(f"V{x.shape[-1] * x.itemsize}")[..., 0]


def runs(x: Array, shape: tuple[int, ...], strides: tuple[int, ...], length: int) -> Array:
    """The items of `length` numbers that begin at the places given by `shape` and `strides`: a view of a C-contiguous
    x, to copy from. Items may overlap."""
    return np.ndarray(shape, f"V{length * x.itemsize}", x, 0, strides)
