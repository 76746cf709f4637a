"""Sequences of different lengths in one array."""

from collections.abc import Sequence

import numpy as np

from ..device import Array, array_module


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


def lengths_of(ids: Array, padding: int = 0) -> Array:
    """How many places of each row of ids [n, t] come before the padding at its end; 1 for a row of nothing else."""
    t = ids.shape[1]
    if t == 0:
        raise ValueError(f"a batch of texts needs at least one place, got ids {ids.shape}")
    last = t - (ids != padding)[:, ::-1].argmax(axis=1)
    return array_module(ids).where((ids != padding).any(axis=1), last, 1)
