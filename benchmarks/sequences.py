"""Networks for sequences, each defined once for both libraries, which share their names (see vision.py)."""

from itertools import cycle
from typing import Any

import numpy as np
import torch
from cases import BATCHES, Step, Steps
from vision import Make

import minigrad

WORDS, CLASSES = 10_000, 4


def recurrent(kind: str) -> Make:
    """A classifier: embedding of 128, an LSTM or GRU of 256, a linear layer on its last state."""

    def make(nn: Any, f: Any) -> Any:
        class Classifier(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding = nn.Embedding(WORDS, 128)
                self.network = getattr(nn, kind)(128, 256, batch_first=True)
                self.head = nn.Linear(256, CLASSES)

            def forward(self, ids: Any) -> Any:
                last = self.network(self.embedding(ids))[1]
                return self.head((last[0] if kind == "LSTM" else last)[0])

        return Classifier()

    return make


def encoder(nn: Any, f: Any) -> Any:
    """A classifier: embedding of 256, a Transformer encoder of 4 layers with 4 heads each, the mean, a linear layer."""

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(WORDS, 256)
            layer = nn.TransformerEncoderLayer(256, 4, 1024, dropout=0.0, activation="gelu", batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, 4)
            self.head = nn.Linear(256, CLASSES)

        def forward(self, ids: Any) -> Any:
            return self.head(self.encoder(self.embedding(ids)).mean(1))

    return Classifier()


def network(make: Make, batch: int, length: int, device: str = "cpu") -> Steps:
    """The training steps of a classifier with Adam on random words."""
    theirs, ours = make(torch.nn, torch.nn.functional), make(minigrad.nn, minigrad.functional)
    ours.load_state_dict({name: value.detach().numpy() for name, value in theirs.state_dict().items()})
    theirs, ours = theirs.to(device), ours.to(device)
    rng = np.random.default_rng(0)
    pairs = [(rng.integers(0, WORDS, (batch, length)), rng.integers(0, CLASSES, batch)) for _ in range(BATCHES)]
    their_data = cycle([(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)) for x, y in pairs])
    our_data = cycle([(minigrad.Tensor(x).to(device), minigrad.Tensor(y).to(device)) for x, y in pairs])
    their_optimizer = torch.optim.Adam(theirs.parameters(), lr=1e-4)
    our_optimizer = minigrad.optim.Adam(ours.parameters(), lr=1e-4)
    return {
        "torch": Step(theirs, their_optimizer, torch.nn.functional.cross_entropy, their_data),
        "minigrad": Step(ours, our_optimizer, minigrad.functional.cross_entropy, our_data),
    }
