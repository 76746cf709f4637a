"""A convolutional network that tells texts apart."""

import math
from collections.abc import Sequence

from ..checks import check_count
from ..device import Array, array_module
from ..nn import Conv1d, Dropout, Embedding, Linear, Module, ModuleList
from ..ops import cat, pad, relu, where
from ..ops.arguments import as_tensor
from ..tensor import Tensor
from ..text.padding import lengths_of


class TextCNN(Module):
    """Kernels over neighbouring words, the highest response of each, a linear layer: ids [n, t], padded with 0 at the
    end -> scores [n, num_classes].

    There are `filters` (100) kernels for each of the `widths` (3, 4, 5). What a kernel finds in padding does not count,
    but for texts that are shorter than it, which are padded to its width with embeddings of 0. `dropout` (0.5) drops
    responses in training.

    Raises ValueError or TypeError for settings that cannot be, IndexError for ids outside the vocabulary.

    Kim, "Convolutional neural networks for sentence classification", 2014.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int = 128,
        num_classes: int = 2,
        widths: Sequence[int] = (3, 4, 5),
        filters: int = 100,
        dropout: float = 0.5,
    ):
        super().__init__()
        check_count("TextCNN: num_classes", num_classes, 1)
        if not widths:
            raise ValueError("TextCNN needs at least one width of kernels, got none")
        self.embedding = Embedding(vocabulary_size, embedding_dim, padding_idx=0)
        self.convs = ModuleList([Conv1d(embedding_dim, filters, width) for width in widths])
        self.widths = tuple(widths)
        self.dropout = Dropout(dropout)
        self.head = Linear(filters * len(self.widths), num_classes)

    def forward(self, ids: Tensor) -> Tensor:
        ids = as_tensor(ids, "TextCNN")
        lengths = lengths_of(ids.data)
        missing = max(max(self.widths) - ids.shape[1], 0)
        words = self.embedding(pad(ids, (0, missing))).transpose(1, 2)
        found = [self.strongest(relu(conv(words)), lengths - width) for conv, width in zip(self.convs, self.widths)]
        return self.head(self.dropout(cat(found, 1)))

    def strongest(self, responses: Tensor, last: Array) -> Tensor:
        """The highest of responses [n, filters, places] up to place `last` [n], or of the first: [n, filters]."""
        xp = array_module(last)
        counts = xp.arange(responses.shape[2]) <= xp.maximum(last, 0)[:, None]
        return where(Tensor(counts[:, None]), responses, -math.inf).amax(2)
