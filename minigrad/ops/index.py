"""Indexing: elements by position, by mask and along a dimension, read and written.

A gradient goes back to where the element came from, and adds where one was taken several times. In the formulas, gx
stands for dL/dx.
"""

from typing import Any

import numpy as np

from ..device import Array, array_module, expect, to_device
from ..kernels.cuda import indices as cuda
from ..kernels.scatter import scatter_add as scattered
from ..tensor import Tensor
from .apply import apply
from .arguments import as_tensor, checked, on_one_device, whole
from .elementwise import where
from .shape import Movement, expand, movedim, with_dimensions


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

    halves = "float32"

    def __init__(self, index: Any, shape: tuple[int, ...]):
        self.index, self.shape = index, shape

    def forward(self, x: Array) -> Array:
        return scattered(self.shape, self.index, x)

    def backward(self, gy: Array) -> Any:
        return gy[self.index]


def plain_index(index: Any) -> Any:
    """An index with arrays in place of tensors and lists."""
    if isinstance(index, tuple):
        return tuple([plain_index(part) for part in index])
    if isinstance(index, Tensor):
        return index.data
    return np.asarray(index, dtype=None if len(index) else np.int64) if isinstance(index, list) else index


def index_array(index: Any, like: Tensor) -> Array:
    """An index as an array; a list on the device of `like`."""
    return to_device(plain_index(index), like.device) if isinstance(index, list) else plain_index(index)


def getitem(input: Tensor, index: Any) -> Tensor:
    """input[index] with NumPy's rules: numbers, slices, None, ..., integer and boolean arrays or tensors."""
    return GetItem(plain_index(index))(as_tensor(input, "getitem"))


def places_along(input: Tensor, dim: int, index: Any, op: str) -> tuple[Any, ...]:
    """For a numpy index: the places (i, j, ...) of an `index` of the input's dimensions, with the entry `dim` replaced
    by index[i, j, ...].

    Raises ValueError for an index of other dimensions or dtype, IndexError for one out of range.
    """
    along = checked(dim, input.ndim, op)
    if not isinstance(index, Tensor | list | np.ndarray) and array_module(index) is np:
        raise TypeError(f"{op} expected a tensor of integers as index, got {type(index).__name__}")
    index = index_array(index, input)
    if index.ndim != input.ndim or index.dtype.kind not in "iu":
        raise ValueError(
            f"{op} needs an integer index with {input.ndim} dimensions, got {index.ndim} of dtype {index.dtype}"
        )
    if any(wanted > size for d, (wanted, size) in enumerate(zip(index.shape, input.shape)) if d != along):
        raise ValueError(f"{op} got an index {index.shape}, which is larger than {input.shape} beside dimension {dim}")
    on_one_device(op, input.data, index)
    in_range(index, input.shape[along] if input.ndim else 1, op)
    if input.ndim == 0:
        return ()
    arange, ndim = array_module(index).arange, index.ndim
    lines = [arange(size).reshape([-1 if d == k else 1 for d in range(ndim)]) for k, size in enumerate(index.shape)]
    return (*lines[:along], index, *lines[along + 1 :])


FEW = 1 << 16
"""So many numbers may be kept until it is known whether all of them are in range."""


def in_range(index: Array, size: int, op: str) -> None:
    """Raises IndexError unless all of `index` is from 0 to size - 1; negative numbers do not count from the end."""
    if not index.size:
        return

    def error(lowest: Array, highest: Array) -> IndexError:
        if lowest >= 0 and highest < size:  # a captured step has had other numbers since
            return IndexError(f"{op} got an index out of range, in a step before; expected 0 to {size - 1}")
        return IndexError(f"{op} got index {int(lowest if lowest < 0 else highest)}; expected 0 to {size - 1}")

    if array_module(index) is not np and index.size <= FEW:
        given = wide(index)
        expect(cuda.outside(given, size), lambda: error(given.min(), given.max()))
        return
    lowest, highest = [wide(x) for x in (index.min(), index.max())]
    expect((lowest < 0) | (highest >= size), lambda: error(lowest, highest))


def wide(x: Array) -> Array:
    """Whole numbers on a GPU as int64, to compare them with numbers that they could not hold."""
    return x if array_module(x) is np else x.astype(np.int64, copy=False)


def gather(input: Tensor, dim: int, index: Any) -> Tensor:
    """y[i, j, ...] = input[i, j, ...] with the index along `dim` replaced by index[i, j, ...].

    `index` holds integers, has as many dimensions as `input` and is nowhere longer, except along `dim`.
    """
    input = as_tensor(input, "gather")
    return getitem(input, places_along(input, dim, index, "gather"))


def scatter_add(input: Tensor, dim: int, index: Any, src: Any) -> Tensor:
    """`input` plus src[i, j, ...] at [i, j, ...] with the index along `dim` replaced by index[i, j, ...]: the
    opposite of gather. `src` has the shape of `index` or is larger."""
    input, src = as_tensor(input, "scatter_add"), as_tensor(src, "scatter_add")
    places = places_along(input, dim, index, "scatter_add")
    return input + PutItem(places, input.shape)(starting_like(src, plain_index(index).shape, "scatter_add"))


def scatter(input: Tensor, dim: int, index: Any, src: Any) -> Tensor:
    """`input` with src[i, j, ...] in place of each element whose index along `dim` is index[i, j, ...].

    `src` is a number, or a tensor of the shape of `index` or larger. Raises ValueError if two elements of such a tensor
    would go to one place.
    """
    input = as_tensor(input, "scatter")
    places, shape = places_along(input, dim, index, "scatter"), plain_index(index).shape
    written = scattered(input.shape, places, array_module(input.data).ones(shape, "int32"))
    if type(src) in (int, float):
        return where(Tensor(written > 0), src, input)
    twice = "scatter got an index that names a place twice; expected each at most once (see scatter_add)"
    expect((written > 1).any(), lambda: ValueError(twice))
    src = starting_like(as_tensor(src, "scatter"), shape, "scatter")
    return where(Tensor(written > 0), PutItem(places, input.shape)(src), input)


def starting_like(src: Tensor, shape: tuple[int, ...], op: str) -> Tensor:
    """The first elements of `src` along each dimension, as many as `shape` says."""
    if src.ndim != len(shape) or any(have < want for have, want in zip(src.shape, shape)):
        raise ValueError(f"{op} got an index of shape {shape} and a src of shape {src.shape}, which is smaller")
    return src if src.shape == shape else getitem(src, tuple([slice(size) for size in shape]))


def index_select(input: Tensor, dim: int, index: Any) -> Tensor:
    """The slices along `dim` at the positions of `index` [k], one after another."""
    input = with_dimensions(input, "index_select")
    along, index = checked(dim, input.ndim, "index_select"), as_tensor(index_array(index, input), "index_select").data
    if index.ndim > 1 or index.dtype.kind not in "iu":
        raise ValueError(f"index_select got an index {index.shape} of dtype {index.dtype}; expected integers [k]")
    in_range(index, input.shape[along], "index_select")
    return getitem(input, (slice(None),) * along + (index.reshape(-1),))


def masked_select(input: Tensor, mask: Any) -> Tensor:
    """The elements where `mask` is True, in one dimension; the two broadcast."""
    input, mask = as_tensor(input, "masked_select"), as_tensor(mask, "masked_select")
    if mask.dtype.kind != "b":
        raise ValueError(f"masked_select got a mask of dtype {mask.dtype}; expected bool")
    shape = np.broadcast_shapes(input.shape, mask.shape)
    return getitem(expand(input, shape), expand(mask, shape))


def nonzero(input: Tensor, as_tuple: bool = False) -> Any:
    """Where the elements that are not 0 stand: one row of positions for each, or with `as_tuple` one tensor for each
    dimension."""
    x = as_tensor(input, "nonzero").data
    places = x.reshape(x.shape or 1).nonzero()
    if as_tuple:
        return tuple([Tensor(place) for place in places])
    return Tensor(array_module(x).stack(places, axis=1)[:, : x.ndim])


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements [i, i + offset] of the matrices in dimensions `dim1` and `dim2`, as the last dimension."""
    input, offset = as_tensor(input, "diagonal"), whole(offset, "diagonal got offset")
    matrices = movedim(input, (dim1, dim2), (-2, -1))
    n, m = matrices.shape[-2:]
    rows = array_module(input.data).arange(max(0, -offset), max(0, -offset, min(n, m - offset)))
    return getitem(matrices, (..., rows, rows + offset))


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix, or of a vector the matrix that has it on its diagonal and is 0 elsewhere."""
    input, offset = as_tensor(input, "diag"), whole(diagonal, "diag got diagonal")
    if input.ndim == 2:
        return diagonal_of(input, offset)
    if input.ndim != 1:
        raise ValueError(f"diag got shape {input.shape}; expected a vector or a matrix")
    rows = array_module(input.data).arange(len(input)) + max(0, -offset)
    size = len(input) + abs(offset)
    return PutItem((rows, rows + offset), (size, size))(input)


diagonal_of = diagonal  # under a name that diag's argument does not hide


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each class number a row of zeros with a 1 at its place: shape [...] to [..., num_classes].

    Without `num_classes` there are as many as the largest number asks for. Raises ValueError for negative numbers and
    numbers that are no integers, IndexError for those beyond `num_classes`.
    """
    labels = as_tensor(tensor, "one_hot").data
    wrong = f"one_hot got dtype {labels.dtype} or negative numbers; expected class numbers from 0"
    if labels.dtype.kind not in "iu":
        raise ValueError(wrong)
    if labels.size:
        expect(wide(labels.min()) < 0, lambda: ValueError(wrong))
    if num_classes == -1 and not labels.size:
        raise ValueError("one_hot got no labels; say how many classes there are with num_classes")
    classes = int(labels.max()) + 1 if num_classes == -1 else whole(num_classes, "one_hot got num_classes =")
    in_range(labels, classes, "one_hot")
    return Tensor((wide(labels)[..., None] == array_module(labels).arange(classes)).astype(np.int64))
