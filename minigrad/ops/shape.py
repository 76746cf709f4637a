"""Operations that move elements: reshape, permute, expand, index, join, split, pad.

None of them computes; their gradients move the elements back, and add where one element went to several places. In
the formulas, gx stands for dL/dx.
"""

import operator
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ..device import Array, array_module
from ..function import Function
from ..kernels.scatter import scatter_add
from ..tensor import Dim, Tensor
from .apply import apply


class Movement(Function):
    """Base of operations that only move elements, so that their gradients can be differentiated again."""

    differentiable = True


def as_tuple(values: tuple[Any, ...]) -> tuple[int, ...]:
    """The integers of `f(2, 3)` and of `f((2, 3))` alike."""
    if len(values) == 1 and not isinstance(values[0], int | np.integer):
        values = tuple(values[0])
    return tuple([operator.index(value) for value in values])


class Reshape(Movement):
    """y = x in another shape;  gx = gy in the shape of x."""

    def __init__(self, *shape: int):
        self.shape = shape

    def forward(self, x: Array) -> Array:
        self.given = x.shape
        return x.reshape(self.shape)

    def backward(self, gy: Array) -> Any:
        return gy.reshape(self.given)


def reshape(input: Any, *shape: Any) -> Tensor:
    """The same elements in another shape; one size may be -1, which is worked out from the others."""
    return Reshape(*as_tuple(shape))(input)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions `start_dim` to `end_dim` joined into one."""
    if input.ndim == 0:
        return reshape(input, 1)
    start, end = checked(start_dim, input.ndim), checked(end_dim, input.ndim)
    if start > end:
        raise ValueError(f"flatten got start_dim {start_dim} after end_dim {end_dim}")
    joined = int(np.prod(input.shape[start : end + 1]))
    return reshape(input, *input.shape[:start], joined, *input.shape[end + 1 :])


def squeeze(input: Tensor, dim: Dim = None) -> Tensor:
    """Without the dimensions of size 1: all of them, or those of `dim` that are."""
    dims = range(input.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    dropped = {checked(d, input.ndim) for d in dims}
    return reshape(input, [size for d, size in enumerate(input.shape) if size != 1 or d not in dropped])


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """With a new dimension of size 1 at position `dim`."""
    at = checked(dim, input.ndim + 1)
    return reshape(input, (*input.shape[:at], 1, *input.shape[at:]))


def checked(dim: int, ndim: int) -> int:
    """`dim` counted from the front; IndexError if a tensor of `ndim` dimensions has no such one."""
    if not -max(ndim, 1) <= dim < max(ndim, 1):
        raise IndexError(f"dimension {dim} is out of range for a tensor of {ndim} dimensions")
    return dim % max(ndim, 1)


class Permute(Movement):
    """y = x with its dimensions in the order `dims`;  gx = gy in the inverse order."""

    def __init__(self, *dims: int):
        self.dims = dims

    def forward(self, x: Array) -> Array:
        return x.transpose(self.dims)

    def backward(self, gy: Array) -> Any:
        inverse = sorted(range(len(self.dims)), key=[d % len(self.dims) for d in self.dims].__getitem__)
        return apply(Permute(*inverse), gy)


def permute(input: Any, *dims: Any) -> Tensor:
    """The dimensions in the order `dims`, each of which is named once."""
    return Permute(*as_tuple(dims))(input)


def swapaxes(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Dimensions `dim0` and `dim1` exchanged."""
    a, b = checked(dim0, input.ndim), checked(dim1, input.ndim)
    dims = list(range(input.ndim))
    if dims:
        dims[a], dims[b] = dims[b], dims[a]
    return Permute(*dims)(input)


transpose = swapaxes


class Expand(Movement):
    """y = x repeated along dimensions of size 1 and new leading ones;  gx = gy summed over the repeats.

    The sum is the engine's un-broadcasting, so backward hands gy on as it is.
    """

    def __init__(self, *shape: int):
        self.shape = shape

    def forward(self, x: Array) -> Array:
        return array_module(x).broadcast_to(x, self.shape)

    def backward(self, gy: Array) -> Any:
        return gy


def expand(input: Tensor, *shape: Any) -> Tensor:
    """`input` broadcast to `shape`, in which -1 keeps a size; nothing is copied."""
    sizes = as_tuple(shape)
    if len(sizes) < input.ndim:
        raise ValueError(f"expand got sizes {sizes} for a tensor of shape {input.shape}; expected at least as many")
    given = (-1,) * (len(sizes) - input.ndim) + input.shape
    return Expand(*[old if new == -1 else new for new, old in zip(sizes, given)])(input)


class Flip(Movement):
    """y = x reversed along `dims`;  gx = gy reversed along them."""

    def __init__(self, *dims: int):
        self.dims = dims

    def forward(self, x: Array) -> Array:
        return array_module(x).flip(x, self.dims)

    def backward(self, gy: Array) -> Any:
        return array_module(gy).flip(gy, self.dims)


def flip(input: Any, *dims: Any) -> Tensor:
    """The elements in reverse order along each of `dims`."""
    return Flip(*as_tuple(dims))(input)


class Concatenate(Movement):
    """y = the inputs one after another along `dim`;  each gets its own stretch of gy."""

    promotes = True

    def __init__(self, dim: int = 0):
        self.dim = dim

    def forward(self, *xs: Array) -> Array:
        self.sizes = [x.shape[self.dim] for x in xs]
        return array_module(xs[0]).concatenate(xs, axis=self.dim)

    def backward(self, gy: Array) -> Any:
        return tuple(stretches(gy, self.sizes, self.dim))


def stretches(x: Any, sizes: Sequence[int], dim: int) -> list[Any]:
    """Consecutive slices of the given sizes along `dim`, of an array or a tensor."""
    before = (slice(None),) * (dim % x.ndim)
    return [x[(*before, slice(end - size, end))] for size, end in zip(sizes, accumulate(sizes))]


def concatenate(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """The tensors joined along an existing dimension; their other sizes agree."""
    return Concatenate(dim)(*joinable(tensors, "concatenate"))


cat = concatenate


class Stack(Movement):
    """y = the inputs side by side along a new dimension `dim`;  each gets its own slice of gy."""

    promotes = True

    def __init__(self, dim: int = 0):
        self.dim = dim

    def forward(self, *xs: Array) -> Array:
        self.number = len(xs)
        return array_module(xs[0]).stack(xs, axis=self.dim)

    def backward(self, gy: Array) -> Any:
        before = (slice(None),) * (self.dim % gy.ndim)
        return tuple([gy[(*before, i)] for i in range(self.number)])


def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """The tensors, all of one shape, joined along a new dimension."""
    return Stack(dim)(*joinable(tensors, "stack"))


def joinable(tensors: Sequence[Any], op: str) -> Sequence[Any]:
    tensors = list(tensors)
    if not tensors:
        raise ValueError(f"{op} needs at least one tensor, got an empty list")
    return tensors


class Split(Movement):
    """y_k = stretch k of x along `dim`, of size sizes[k];  gx = the gy_k one after another."""

    def __init__(self, sizes: Sequence[int], dim: int = 0):
        self.sizes, self.dim = sizes, dim

    def forward(self, x: Array) -> tuple[Array, ...]:
        return tuple(stretches(x, self.sizes, self.dim))

    def backward(self, *gys: Array) -> Any:
        return array_module(gys[0]).concatenate(gys, axis=self.dim)


def split(input: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Consecutive pieces along `dim`: of one size (the last may be smaller), or of a list of sizes.

    Raises ValueError if the sizes do not add up to the dimension.
    """
    total = input.shape[checked(dim, input.ndim)]
    if isinstance(split_size_or_sections, int):
        size = split_size_or_sections
        if size <= 0:
            raise ValueError(f"split needs a positive size, got {size}")
        sizes = [min(size, total - start) for start in range(0, max(total, 1), size)]
    else:
        sizes = list(split_size_or_sections)
    if sum(sizes) != total or min(sizes, default=0) < 0:
        raise ValueError(f"split got sizes {sizes} for dimension {dim} of size {total}")
    return Split(sizes, dim)(input)


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` consecutive pieces along `dim`, all of one size but for the last.

    Raises ValueError unless `chunks` is positive.
    """
    if chunks <= 0:
        raise ValueError(f"chunk needs a positive number of chunks, got {chunks}")
    total = input.shape[checked(dim, input.ndim)]
    return split(input, -(-total // chunks) if total else [0] * chunks, dim)


class Pad(Movement):
    """y = x with `widths[d]` = (before, after) copies of `value` added along dimension d;  gx = gy without them."""

    def __init__(self, widths: Sequence[tuple[int, int]], value: float = 0.0):
        self.widths, self.value = widths, value

    def forward(self, x: Array) -> Array:
        return array_module(x).pad(x, self.widths, constant_values=self.value)

    def backward(self, gy: Array) -> Any:
        return gy[tuple([slice(before, size - after) for (before, after), size in zip(self.widths, gy.shape)])]


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """`input` with `value` around it.

    `pad` lists (before, after) for the last dimension, then for the one before it, and so on: (left, right, top,
    bottom) for images. Raises ValueError for an odd number of widths, negative ones, or too many.
    """
    if mode != "constant":
        raise ValueError(f"pad got mode '{mode}'; expected 'constant'")
    if len(pad) % 2 or len(pad) > 2 * input.ndim or min(pad, default=0) < 0:
        raise ValueError(
            f"pad got widths {tuple(pad)} for a tensor of {input.ndim} dimensions; expected (before, after) pairs, "
            "none negative, for at most that many"
        )
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    return Pad([(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1], value)(input)


class GetItem(Movement):
    """y = x[index];  gx = zeros, to which gy is added at `index` (several times where an index repeats)."""

    def __init__(self, index: Any):
        self.index = index

    def forward(self, x: Array) -> Array:
        self.shape = x.shape
        return x[self.index]

    def backward(self, gy: Array) -> Any:
        return apply(PutItem(self.index, self.shape), gy)


class PutItem(Movement):
    """y = zeros of `shape`, to which x is added at `index`: the gradient of indexing;  gx = gy[index]."""

    def __init__(self, index: Any, shape: tuple[int, ...]):
        self.index, self.shape = index, shape

    def forward(self, x: Array) -> Array:
        return scatter_add(self.shape, self.index, x)

    def backward(self, gy: Array) -> Any:
        return gy[self.index]


def plain_index(index: Any) -> Any:
    """An index with arrays in place of tensors and lists."""
    if isinstance(index, tuple):
        return tuple([plain_index(part) for part in index])
    if isinstance(index, Tensor):
        return index.data
    return np.asarray(index, dtype=None if len(index) else np.int64) if isinstance(index, list) else index


def getitem(input: Tensor, index: Any) -> Tensor:
    """input[index] with NumPy's rules: numbers, slices, None, ..., integer and boolean arrays or tensors."""
    return GetItem(plain_index(index))(input)


def gather(input: Tensor, dim: int, index: Any) -> Tensor:
    """y[i, j, ...] = input[i, j, ...] with the index along `dim` replaced by index[i, j, ...].

    `index` holds integers, has as many dimensions as `input` and is nowhere longer, except along `dim`.
    """
    index = plain_index(index)
    if index.ndim != input.ndim or index.dtype.kind not in "iu":
        raise ValueError(
            f"gather needs an integer index with {input.ndim} dimensions, got {index.ndim} of dtype {index.dtype}"
        )
    if input.ndim == 0:
        return getitem(input, ())
    place = list(array_module(index).indices(index.shape, sparse=True))
    place[dim] = index
    return GetItem(tuple(place))(input)
