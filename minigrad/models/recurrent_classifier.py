"""Recurrent networks that tell texts apart."""

import math
from typing import Any

from ..checks import check_bool, check_choice, check_count
from ..device import Array, array_module
from ..nn import GRU, LSTM, RNN, Dropout, Embedding, Linear, Module
from ..nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from ..ops import where
from ..ops.arguments import as_tensor
from ..tensor import Tensor
from ..text.padding import lengths_of

NETWORKS: dict[str, Any] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
POOLS = ("last", "max")


class RecurrentClassifier(Module):
    """An embedding, a recurrent network, a linear layer: ids [n, t], padded with 0 at the end -> scores [n, classes].

    `kind` is 'rnn', 'lstm' or 'gru', of `num_layers` (1) with `hidden_size` numbers in each direction; there are two
    directions with `bidirectional` (False). The linear layer sees, with `pool` 'last', the state after the last word
    (of the way back, after the first), and with 'max' the largest value that each number of the state had on the way.
    `dropout` (0) drops numbers of the words, and of what the linear layer sees. Sequences are packed, so that padding
    changes nothing; a row of nothing but padding counts as one word, whose embedding is 0.

    Raises ValueError or TypeError for settings that cannot be, IndexError for ids outside the vocabulary.
    """

    def __init__(
        self,
        vocabulary_size: int,
        kind: str = "lstm",
        embedding_dim: int = 128,
        hidden_size: int = 128,
        num_classes: int = 2,
        num_layers: int = 1,
        bidirectional: bool = False,
        pool: str = "last",
        dropout: float = 0.0,
    ):
        super().__init__()
        check_choice("RecurrentClassifier: kind", kind, tuple(NETWORKS))
        check_choice("RecurrentClassifier: pool", pool, POOLS)
        check_bool("RecurrentClassifier: bidirectional", bidirectional)
        check_count("RecurrentClassifier: num_classes", num_classes, 1)
        self.pool = pool
        self.embedding = Embedding(vocabulary_size, embedding_dim, padding_idx=0)
        self.dropout = Dropout(dropout)
        between = dropout if num_layers > 1 else 0.0
        self.network = NETWORKS[kind](
            embedding_dim, hidden_size, num_layers, batch_first=True, dropout=between, bidirectional=bidirectional
        )
        self.head = Linear(hidden_size * (1 + bidirectional), num_classes)

    def forward(self, ids: Tensor) -> Tensor:
        ids = as_tensor(ids, "RecurrentClassifier")
        lengths = lengths_of(ids.data)
        words = self.dropout(self.embedding(ids))
        output, state = self.network(pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False))
        seen = self.last_state(state) if self.pool == "last" else highest(output, lengths)
        return self.head(self.dropout(seen))

    def last_state(self, state: Any) -> Tensor:
        """The state [n, directions · hidden] of the uppermost layer: both directions side by side."""
        h = state[0] if isinstance(state, tuple) else state
        directions = len(self.network.directions)
        return h[-directions:].transpose(0, 1).reshape(h.shape[1], -1)


def highest(output: Any, lengths: Array) -> Tensor:
    """The largest value over the steps of each sequence: packed states -> [n, directions · hidden]."""
    padded, _ = pad_packed_sequence(output, batch_first=True)
    there = array_module(lengths).arange(padded.shape[1]) < lengths[:, None]
    return where(Tensor(there[..., None]), padded, -math.inf).amax(1)
