"""Embedding: a row of a table for each number."""

from typing import Any

import numpy as np

from ..checks import check_count
from ..ops.embedding import embedding, row_of_padding
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class Embedding(Module):
    """y[...] = W[ids[...]]: for each of the numbers [...], the row of that number of W [num_embeddings, embedding_dim].

    W starts as normal numbers of deviation 1; the row `padding_idx` (None) starts as zeros and gets no gradient. Raises
    TypeError and ValueError for settings that cannot be; calling it raises TypeError for numbers that are not whole and
    IndexError for one that has no row.
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None):
        super().__init__()
        check_count("Embedding: num_embeddings", num_embeddings)
        check_count("Embedding: embedding_dim", embedding_dim)
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = row_of_padding(padding_idx, num_embeddings, "Embedding")
        self.weight = Parameter(np.empty((num_embeddings, embedding_dim), np.float32))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw W anew."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0

    def forward(self, input: Any) -> Tensor:
        return embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
