"""Sequences of different lengths in one array."""

from collections.abc import Sequence

import numpy as np


def pad_sequences(rows: Sequence[Sequence[int]], length: int | None = None, padding: int = 0) -> np.ndarray:
    """An int64 array [n, t] of `rows`, each filled up with `padding` at its end.

    t is `length`, to which longer rows are cut, keeping their beginning; without it, the length of the longest row.
    """
    if length is None:
        length = max([len(row) for row in rows], default=0)
    batch = np.full((len(rows), length), padding, np.int64)
    for i, row in enumerate(rows):
        batch[i, : len(row)] = row[:length]
    return batch
