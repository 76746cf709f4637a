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
    as many labels as rows, and every row holds whole numbers alone.
    """

    def __init__(self, rows: Sequence[Sequence[int]], labels: Any, device: str = "cpu"):
        self.rows, self.labels, self.device = list(rows), np.asarray(labels), device
        if self.labels.shape != (len(self.rows),):
            raise ValueError(f"SequenceDataset got {len(self.rows)} rows and labels {self.labels.shape}")
        for i, row in enumerate(self.rows):
            check_row(i, row)
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


def check_row(i: int, row: Any) -> None:
    """Raise ValueError unless row `i` is a sequence of whole numbers; it may be empty."""
    try:
        ids = np.asarray(row)
    except ValueError as error:  # rows in it, of different lengths
        raise ValueError(f"SequenceDataset: row {i} must be whole numbers ({error})") from error
    if ids.ndim != 1 or (len(ids) > 0 and ids.dtype.kind not in "iu"):
        raise ValueError(f"SequenceDataset: row {i} must be whole numbers, got {row!r:.60}")
