"""The networks for text in PyTorch, written down briefly and on their own, with the same state-dict keys."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def lengths_of(ids):
    return torch.tensor([max([i + 1 for i, x in enumerate(row.tolist()) if x], default=1) for row in ids])


class RecurrentClassifier(nn.Module):
    def __init__(self, kind, bidirectional, pool, layers):
        super().__init__()
        self.embedding = nn.Embedding(11, 6, padding_idx=0)
        self.network = getattr(nn, kind.upper())(6, 5, layers, batch_first=True, bidirectional=bidirectional)
        self.head = nn.Linear(10 if bidirectional else 5, 3)
        self.pool = pool

    def forward(self, ids):
        lengths = lengths_of(ids)
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        output, state = self.network(packed)
        if self.pool == "max":
            padded, _ = pad_packed_sequence(output, batch_first=True, padding_value=-torch.inf)
            return self.head(padded.amax(1))
        h = state[0] if isinstance(state, tuple) else state
        return self.head(torch.cat(list(h[-2:] if self.network.bidirectional else h[-1:]), 1))


class TextCNN(nn.Module):
    """One text at a time, without its padding."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 6, padding_idx=0)
        self.convs = nn.ModuleList([nn.Conv1d(6, 4, width) for width in (2, 3)])
        self.head = nn.Linear(8, 3)

    def forward(self, ids):
        found = []
        for row, length in zip(ids, lengths_of(ids)):
            short = F.pad(row[:length], (0, max(0, 3 - int(length))))
            words = self.embedding(short).T[None]
            seen = [F.relu(conv(words[:, :, : max(int(length), conv.kernel_size[0])])) for conv in self.convs]
            found.append(torch.cat([s.amax(2) for s in seen], 1))
        return self.head(torch.cat(found))


class Positions(nn.Module):
    def __init__(self, length, width):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(length, width))


class TransformerClassifier(nn.Module):
    """One text at a time, without its padding."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 8, padding_idx=0)
        self.positions = Positions(9, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 12, 0.0, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(8, 3)

    def forward(self, ids):
        found = []
        for row, length in zip(ids, lengths_of(ids)):
            words = self.embedding(row[:length]) + self.positions.weight[:length]
            found.append(self.encoder(words[None]).mean(1))
        return self.head(torch.cat(found))
