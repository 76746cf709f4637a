"""Operations that move elements: reshape, permute, expand, repeat, roll, join, split, pad.

None of them computes; their gradients move the elements back, and add where one element went to several places. In
the formulas, gx stands for dL/dx.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from ..device import Array, array_module
from ..function import Function
from ..kernels import selection
from ..kernels.cuda.capture import Capture
from ..tensor import Tensor
from ..tensor_methods import Dim
from .apply import apply
from .arguments import as_tensor, as_tensors, as_tuple, checked, checked_dims, held, number, whole
from .convert import clone
from .elementwise import where


class Movement(Function):
    """Base of operations that only move elements, so that their gradients can be differentiated again."""

    halves = "native"
    differentiable = True


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
    sizes = as_tuple(shape, "reshape got size")
    if min(sizes, default=0) < -1:
        raise ValueError(f"reshape got sizes {sizes}; expected none below -1")
    return Reshape(*sizes)(as_tensor(input, "reshape"))


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions `start_dim` to `end_dim` joined into one."""
    input = as_tensor(input, "flatten")
    start, end = checked(start_dim, input.ndim, "flatten"), checked(end_dim, input.ndim, "flatten")
    if start > end:
        raise ValueError(f"flatten got start_dim {start_dim} after end_dim {end_dim}")
    return reshape(input, *input.shape[:start], prod(input.shape[start : end + 1]), *input.shape[end + 1 :])


def ravel(input: Tensor) -> Tensor:
    """All dimensions joined into one."""
    return reshape(input, -1)


def numel(input: Tensor) -> int:
    """The number of elements."""
    return as_tensor(input, "numel").numel()


def squeeze(input: Tensor, dim: Dim = None) -> Tensor:
    """Without the dimensions of size 1: all of them, or those of `dim` that are."""
    input = as_tensor(input, "squeeze")
    dropped = checked_dims(range(input.ndim) if dim is None else dim, input.ndim, "squeeze")
    return reshape(input, [size for d, size in enumerate(input.shape) if size != 1 or d not in dropped])


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """With a new dimension of size 1 at position `dim`."""
    input = as_tensor(input, "unsqueeze")
    at = checked(dim, input.ndim + 1, "unsqueeze")
    return reshape(input, (*input.shape[:at], 1, *input.shape[at:]))


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
    input = as_tensor(input, "permute")
    order = checked_dims(as_tuple(dims, "permute got dimension"), input.ndim, "permute")
    if len(order) != input.ndim:
        raise ValueError(f"permute got dimensions {order} for a tensor of {input.ndim}; expected each of them once")
    return Permute(*order)(input)


def swapaxes(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Dimensions `dim0` and `dim1` exchanged."""
    input = as_tensor(input, "transpose")
    a, b = checked(dim0, input.ndim, "transpose"), checked(dim1, input.ndim, "transpose")
    dims = list(range(input.ndim))
    if dims:
        dims[a], dims[b] = dims[b], dims[a]
    return Permute(*dims)(input)


transpose = swapaxes


def t(input: Tensor) -> Tensor:
    """The transposed matrix; vectors and scalars stay as they are. Raises ValueError for more than 2 dimensions."""
    input = as_tensor(input, "t")
    if input.ndim > 2:
        raise ValueError(f"t got shape {input.shape}; expected at most 2 dimensions")
    return permute(input, range(input.ndim)[::-1])


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """The dimensions `source` moved to the places `destination`; the others keep their order."""
    input = as_tensor(input, "movedim")
    sources, places = [checked_dims(dims, input.ndim, "movedim") for dims in (source, destination)]
    if len(sources) != len(places):
        raise ValueError(f"movedim got {len(sources)} sources and {len(places)} destinations; expected as many")
    order = [d for d in range(input.ndim) if d not in sources]
    for place, d in sorted(zip(places, sources)):
        order.insert(place, d)
    return permute(input, order[: input.ndim])


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
    input, sizes = as_tensor(input, "expand"), as_tuple(shape, "expand got size")
    if len(sizes) < input.ndim:
        raise ValueError(f"expand got sizes {sizes} for a tensor of shape {input.shape}; expected at least as many")
    given = (-1,) * (len(sizes) - input.ndim) + input.shape
    return Expand(*[old if new == -1 else new for new, old in zip(sizes, given)])(input)


def broadcast_to(input: Tensor, shape: Any) -> Tensor:
    """`input` broadcast to `shape`; nothing is copied."""
    return expand(input, shape)


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """`input` laid side by side, repeats[d] times along dimension d; further repeats make new leading dimensions.

    Raises ValueError for fewer repeats than dimensions.
    """
    input, times = as_tensor(input, "repeat"), as_tuple(repeats, "repeat got number")
    if len(times) < input.ndim or min(times, default=0) < 0:
        raise ValueError(f"repeat got {times} for a tensor of shape {input.shape}; expected as many numbers, 0 or more")
    sizes = (1,) * (len(times) - input.ndim) + input.shape
    blocks = expand(reshape(input, [n for size in sizes for n in (1, size)]), [n for p in zip(times, sizes) for n in p])
    return reshape(blocks, [n * size for n, size in zip(times, sizes)])


def tile(input: Tensor, *dims: Any) -> Tensor:
    """`repeat`, in which missing leading numbers are 1."""
    input, times = as_tensor(input, "tile"), as_tuple(dims, "tile got number")
    return repeat(input, (1,) * (input.ndim - len(times)) + times)


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
    input = as_tensor(input, "flip")
    named = checked_dims(as_tuple(dims, "flip got dimension"), input.ndim, "flip")
    return Flip(*named)(input) if input.ndim else clone(input)


class Roll(Movement):
    """y = x moved on by shifts[k] places along dims[k], what leaves one end coming in at the other;  gx = gy moved
    back."""

    def __init__(self, shifts: tuple[int, ...], dims: tuple[int, ...]):
        self.shifts, self.dims = shifts, dims

    def forward(self, x: Array) -> Array:
        return array_module(x).roll(x, self.shifts, self.dims)

    def backward(self, gy: Array) -> Any:
        return apply(Roll(tuple([-n for n in self.shifts]), self.dims), gy)


def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """The elements moved on by `shifts` places along `dims`, round the end; without `dims`, in the flattened tensor."""
    input = as_tensor(input, "roll")
    if dims is None:
        return reshape(roll(ravel(input), shifts, 0), input.shape)
    named, places = checked_dims(dims, input.ndim, "roll"), as_tuple((shifts,), "roll got shift")
    if len(named) != len(places):
        raise ValueError(f"roll got {len(places)} shifts for {len(named)} dimensions; expected as many")
    return Roll(places, named)(input)


class Concatenate(Movement):
    """y = the inputs one after another along `dim`;  each gets its own stretch of gy."""

    promotes = True

    def __init__(self, dim: int = 0):
        self.dim = dim

    def forward(self, *xs: Array) -> Array:
        self.sizes = [x.shape[self.dim] for x in xs]
        return joined(xs, self.dim)

    def backward(self, gy: Array) -> Any:
        return tuple(stretches(gy, self.sizes, self.dim))


FEW = 8
"""Of so many arrays CuPy hands the addresses to a kernel that joins them; those of more it sends to the GPU."""


def are_sent(xs: Sequence[Any]) -> bool:
    """Would addresses be sent to join these arrays, while a step is captured, which must send nothing?"""
    return Capture.current is not None and len(xs) > FEW


def joined(xs: Sequence[Any], dim: int) -> Any:
    """The arrays one after another along `dim`."""
    xp = array_module(xs[0])
    if not are_sent(xs):
        return xp.concatenate(xs, axis=dim)
    shape, sizes = list(xs[0].shape), [x.shape[dim] for x in xs]
    shape[dim] = sum(sizes)
    y = xp.empty(shape, np.result_type(*[x.dtype for x in xs]))
    for place, x in zip(stretches(y, sizes, dim), xs, strict=True):
        place[...] = x
    return y


def stretches(x: Any, sizes: Sequence[int], dim: int) -> list[Any]:
    """Consecutive slices of the given sizes along `dim`, of an array or a tensor."""
    before = (slice(None),) * (dim % x.ndim)
    return [x[(*before, slice(end - size, end))] for size, end in zip(sizes, accumulate(sizes))]


def concatenate(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """The tensors joined along an existing dimension; their other sizes agree."""
    given = as_tensors(tensors, "cat")
    if any(x.ndim == 0 for x in given):
        raise ValueError("cat got a tensor without dimensions; use stack")
    return Concatenate(checked(dim, given[0].ndim, "cat"))(*given)


cat = concatenate


class Stack(Movement):
    """y = the inputs side by side along a new dimension `dim`;  each gets its own slice of gy."""

    promotes = True

    def __init__(self, dim: int = 0):
        self.dim = dim

    def forward(self, *xs: Array) -> Array:
        self.number = len(xs)
        xp, dim = array_module(xs[0]), self.dim % (xs[0].ndim + 1)
        return joined([xp.expand_dims(x, dim) for x in xs], dim) if are_sent(xs) else xp.stack(xs, axis=dim)

    def backward(self, gy: Array) -> Any:
        before = (slice(None),) * (self.dim % gy.ndim)
        return tuple([gy[(*before, i)] for i in range(self.number)])


def stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    """The tensors, all of one shape, joined along a new dimension."""
    given = as_tensors(tensors, "stack")
    return Stack(checked(dim, given[0].ndim + 1, "stack"))(*given)


class Split(Movement):
    """y_k = stretch k of x along `dim`, of size sizes[k];  gx = the gy_k one after another."""

    def __init__(self, sizes: Sequence[int], dim: int = 0):
        self.sizes, self.dim = sizes, dim

    def forward(self, x: Array) -> tuple[Array, ...]:
        return tuple(stretches(x, self.sizes, self.dim))

    def backward(self, *gys: Array) -> Any:
        return joined(gys, self.dim)


def split(input: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Consecutive pieces along `dim`: of one size (the last may be smaller), or of a list of sizes.

    Raises ValueError if the sizes do not add up to the dimension.
    """
    input = with_dimensions(input, "split")
    along = checked(dim, input.ndim, "split")
    total = input.shape[along]
    if isinstance(split_size_or_sections, list | tuple):
        sizes = list(as_tuple(split_size_or_sections, "split got size"))
    else:
        size = whole(split_size_or_sections, "split got size")
        if size <= 0:
            raise ValueError(f"split needs a positive size, got {size}")
        sizes = [min(size, total - start) for start in range(0, max(total, 1), size)]
    if sum(sizes) != total or min(sizes, default=0) < 0:
        raise ValueError(f"split got sizes {sizes} for dimension {dim} of size {total}")
    return Split(sizes, along)(input)


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` consecutive pieces along `dim`, all of one size but for the last.

    Raises ValueError unless `chunks` is positive.
    """
    input, chunks = with_dimensions(input, "chunk"), whole(chunks, "chunk got chunks =")
    if chunks <= 0:
        raise ValueError(f"chunk needs a positive number of chunks, got {chunks}")
    total = input.shape[checked(dim, input.ndim, "chunk")]
    return split(input, -(-total // chunks) if total else [0] * chunks, dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The slices along `dim`, without that dimension."""
    input = with_dimensions(input, "unbind")
    along = checked(dim, input.ndim, "unbind")
    return tuple([squeeze(piece, along) for piece in split(input, [1] * input.shape[along], along)])


def with_dimensions(input: Any, op: str) -> Tensor:
    """`input` as a tensor; ValueError if it has no dimensions."""
    input = as_tensor(input, op)
    if input.ndim == 0:
        raise ValueError(f"{op} got a tensor without dimensions; expected at least one")
    return input


class Pad(Movement):
    """y = x with `widths[d]` = (before, after) copies of `value` added along dimension d;  gx = gy without them."""

    def __init__(self, widths: Sequence[tuple[int, int]], value: float = 0.0):
        self.widths, self.value = widths, value

    def forward(self, x: Array) -> Array:
        size = tuple([before + n + after for (before, after), n in zip(self.widths, x.shape, strict=True)])
        y = array_module(x).full_like(x, self.value, shape=size)  # in the memory order of x
        y[tuple([slice(before, before + n) for (before, _), n in zip(self.widths, x.shape)])] = x
        return y

    def backward(self, gy: Array) -> Any:
        return gy[tuple([slice(before, size - after) for (before, after), size in zip(self.widths, gy.shape)])]


class Pick(Movement):
    """y = x at the positions of `picks`, of which each is (dimension, positions along it);  gx adds gy up there."""

    halves = "float32"

    def __init__(self, picks: selection.Picks):
        self.picks = picks

    def forward(self, x: Array) -> Array:
        self.given = x.shape
        return selection.pick(x, self.picks)

    def backward(self, gy: Array) -> Any:
        return apply(PutBack(self.picks, self.given), gy)


class PutBack(Movement):
    """y = x added up at the positions that Pick takes from an array of `shape`;  gx = gy there."""

    halves = "float32"

    def __init__(self, picks: selection.Picks, shape: tuple[int, ...]):
        self.picks, self.shape = picks, shape

    def forward(self, x: Array) -> Array:
        return selection.put_back(x, self.picks, self.shape)

    def backward(self, gy: Array) -> Any:
        return apply(Pick(self.picks), gy)


PADDINGS: dict[str, Callable[[int, int], int]] = {
    "reflect": lambda i, size: size - 1 - abs(size - 1 - abs(i)),
    "replicate": lambda i, size: min(max(i, 0), size - 1),
    "circular": lambda i, size: i % size,
}
"""For each mode of `pad`, which element of a line of `size` stands at position i, before it (i < 0) or behind it."""


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """`input` with `value` around it, which is 0 if not given; or, in other modes, with elements of its own.

    `pad` lists (before, after) for the last dimension, then for the one before it, and so on: (left, right, top,
    bottom) for images. `mode` is 'constant', 'reflect' (d c b | a b c d: mirrored at the first and the last element),
    'replicate' (a a a | a b c d) or 'circular' (b c d | a b c d). The last three pad the last one, two or three
    dimensions of a tensor with one or two more.

    Raises ValueError for an odd number of widths, negative ones, or too many, and for more than the input has to
    reflect or to repeat.
    """
    if mode not in ("constant", *PADDINGS):
        raise ValueError(f"pad got mode {mode!r}; expected 'constant', 'reflect', 'replicate' or 'circular'")
    input, widths = as_tensor(input, "pad"), as_tuple((pad,), "pad got width")
    if len(widths) % 2 or len(widths) > 2 * input.ndim or min(widths, default=0) < 0:
        raise ValueError(
            f"pad got widths {widths} for a tensor of {input.ndim} dimensions; expected (before, after) pairs, "
            "none negative, for at most that many"
        )
    if mode != "constant":
        return pad_with_own(input, widths, mode, value)
    value = held(0 if value is None else number(value, "pad got value"), input.dtype, "pad")
    pairs = [(widths[i], widths[i + 1]) for i in range(0, len(widths), 2)]
    return Pad([(0, 0)] * (input.ndim - len(pairs)) + pairs[::-1], value)(input) if pairs else clone(input)


def pad_with_own(input: Tensor, widths: tuple[int, ...], mode: str, value: Any) -> Tensor:
    """`input` padded with elements of its own."""
    if value is not None and value != 0:
        raise ValueError(f"pad got value {value} for mode '{mode}'; expected none")
    dims = range(input.ndim - 1, input.ndim - 1 - len(widths) // 2, -1)
    if not 1 <= len(dims) <= 3 or input.ndim - len(dims) not in (1, 2):
        raise ValueError(
            f"pad got {len(widths)} widths for a tensor of {input.ndim} dimensions in mode '{mode}'; "
            "expected (before, after) for all dimensions but the first one or two, and at most three"
        )
    picks = []
    for dim, before, after in zip(dims, widths[::2], widths[1::2], strict=True):
        size = input.shape[dim]
        most = {"reflect": size - 1, "circular": size}.get(mode, before + after if size else 0)
        if max(before, after) > most:
            raise ValueError(
                f"pad got widths ({before}, {after}) for a dimension of size {size} in mode '{mode}'; "
                f"expected at most {most}"
            )
        picks.append((dim, [PADDINGS[mode](i, size) for i in range(-before, size + after)]))
    return Pick(picks)(input)


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of matrices [..., n, m], with 0 above the diagonal, which may lie `diagonal` higher."""
    return triangle("tril", input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of matrices [..., n, m], with 0 below the diagonal, which may lie `diagonal` higher."""
    return triangle("triu", input, diagonal)


def triangle(part: str, input: Any, diagonal: int) -> Tensor:
    """`input` where the array module's function `part` leaves ones, 0 elsewhere."""
    input = as_tensor(input, part)
    xp = array_module(input.data)
    if input.ndim < 2:
        raise ValueError(f"{part} got shape {input.shape}; expected matrices [..., n, m]")
    mask = getattr(xp, part)(xp.ones(input.shape[-2:], bool), whole(diagonal, f"{part} got diagonal"))
    return where(Tensor(mask), input, input.dtype.type(0))
