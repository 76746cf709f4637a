"""Embedding: a row of a table for each number."""

from typing import Any

from ..device import Array, array_module
from ..function import Function
from ..tensor import Tensor
from ..twins import fastest, twin_of
from .apply import apply
from .arguments import as_tensor, on_one_device, whole
from .index import PutItem, in_range, index_array


class Embedding(Function):
    """y[...] = W[ids[...]];  gW = zeros, to which gy[...] is added in the row ids[...]; 0 in the row `padding_idx`.

    It is the product of W with rows that are 1 at one place and 0 elsewhere, without the zeros (Bengio et al., 2003).
    """

    def __init__(self, padding_idx: int | None = None):
        self.padding_idx = padding_idx

    def forward(self, weight: Array, ids: Array) -> Array:
        self.shape, self.ids = weight.shape, ids
        return weight[ids]

    def backward(self, gy: Array) -> Any:
        xp = array_module(gy)
        gw = xp.zeros(self.shape, gy.dtype)
        xp.add.at(gw, self.ids, gy)
        if self.padding_idx is not None:
            gw[self.padding_idx] = 0
        return gw, None


@twin_of(Embedding)
class FastEmbedding(Embedding):
    """Embedding with rows that are added up faster than by NumPy's add.at, and with second derivatives."""

    differentiable = True

    def backward(self, gy: Array) -> Any:
        if self.padding_idx is not None:
            gy = gy * (self.ids != self.padding_idx)[..., None]
        return apply(PutItem(self.ids, self.shape), gy), None


def embedding(input: Any, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """weight[input]: for each number in `input` [...] the row of that number of weight [v, d]; result [..., d].

    The row `padding_idx` gets no gradient; it may be counted from the end. Raises TypeError for numbers that are not
    whole, IndexError for numbers outside 0 to v - 1, ValueError for a padding_idx outside the table.
    """
    weight = as_tensor(weight, "embedding")
    ids = index_array(input, weight) if isinstance(input, list) else as_tensor(input, "embedding").data
    on_one_device("embedding", weight.data, ids)
    if ids.dtype.kind not in "iu":
        raise TypeError(f"embedding needs whole numbers, got {ids.dtype}")
    if weight.ndim != 2:
        raise ValueError(f"embedding needs a table [v, d], got {weight.shape}")
    in_range(ids, len(weight), "embedding")
    return fastest(Embedding)(row_of_padding(padding_idx, len(weight), "embedding"))(weight, ids)


def row_of_padding(padding_idx: int | None, rows: int, op: str) -> int | None:
    """`padding_idx` counted from the start; ValueError if it lies outside the table."""
    if padding_idx is None:
        return None
    row = whole(padding_idx, f"{op} got padding_idx")
    if not -rows <= row < rows:
        raise ValueError(f"{op} got padding_idx {row}; expected {-rows} to {rows - 1}")
    return row % rows
