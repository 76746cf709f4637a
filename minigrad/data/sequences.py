"""A data set of sequences of different lengths."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..device import Array, to_device
from ..text import pad_sequences
from .dataset import Dataset, check_index


class SequenceDataset(Dataset):
    """Sample i is (ids, label): whole numbers of any count, and one number. Batches are (ids [n, t], labels [n]), where
    t is the longest of the batch and shorter ones are filled up with 0; they are made on `device`.

    `lengths` [N] is for the DataLoader, which then makes batches of similar length. Raises ValueError unless there are
    as many labels as rows.
    """

    def __init__(self, rows: Sequence[Sequence[int]], labels: Any, device: str = "cpu"):
        self.rows, self.labels, self.device = list(rows), np.asarray(labels), device
        if self.labels.shape != (len(self.rows),):
            raise ValueError(f"SequenceDataset got {len(self.rows)} rows and labels {self.labels.shape}")
        self.lengths = np.array([len(row) for row in self.rows], np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[np.ndarray, Any]:
        check_index(index, len(self), "SequenceDataset")
        return np.array(self.rows[index], np.int64), self.labels[index]

    def get_batch(self, indices: np.ndarray) -> tuple[Array, Array]:
        """The padded rows `indices`, and their labels."""
        ids = pad_sequences([self.rows[i] for i in indices.tolist()])
        return to_device(ids, self.device), to_device(self.labels[indices], self.device)
