"""Loss and accuracy over the batches of an epoch, summed where they are computed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .device import array_module, to_device
from .tensor import Tensor


@dataclass
class Tally:
    """Sums over the samples seen so far, for mean loss and accuracy.

    Those of a GPU stay there until `read`, or until someone asks for one of the two.
    """

    loss_sum: Any = 0.0
    correct: Any = 0
    samples: int = 0
    batches: int = 0

    def add(self, loss: Any, scores: Tensor, labels: Tensor) -> None:
        """Count one batch with mean loss `loss`, a number or a tensor, scores [n, C] and labels [n], or [n, t, C] and
        [n, t] of sequences.

        Labels may be probabilities [n, C], as mixup makes them; the right class is the likeliest then.
        """
        right = labels.data if labels.ndim < scores.ndim else labels.data.argmax(axis=-1)
        correct = (scores.data.argmax(axis=-1) == right).sum()
        mean = loss.data.astype(np.float64) if isinstance(loss, Tensor) else loss
        if array_module(correct) is np:
            mean, correct = float(mean), int(correct)
        self.loss_sum += mean * right.size
        self.correct += correct
        self.samples += right.size
        self.batches += 1

    def read(self) -> "Tally":
        """Itself, with the sums as Python's numbers."""
        self.loss_sum, self.correct = [
            x if isinstance(x, int | float) else to_device(x, "cpu").item() for x in (self.loss_sum, self.correct)
        ]
        return self

    @property
    def loss(self) -> float:
        return self.read().loss_sum / max(self.samples, 1)

    @property
    def accuracy(self) -> float:
        """The share of samples whose highest score is at the right label, 0 to 1."""
        return self.read().correct / max(self.samples, 1)
