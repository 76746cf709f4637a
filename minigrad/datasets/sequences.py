"""Tasks that show what memory is: each is as long as one likes, and drawn anew from a seed.

A `seed` is a whole number or several, as numpy.random.default_rng takes them: (seed, step) gives each step of a
training sequences of its own. All functions raise TypeError or ValueError for sizes and seeds that cannot be.
"""

from collections.abc import Sequence

import numpy as np

from ..checks import check_count

Seed = int | Sequence[int]


def adding(n: int, length: int, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and marks x [n, length, 2] of float32, and sums y [n]: y is the sum of the two numbers that are marked.

    Numbers are drawn from 0 to 1; one of the first half is marked by a 1 beside it, and one of the second half. Who
    always says 1, the mean, has a mean squared error of 1/6.

    Hochreiter & Schmidhuber, "Long short-term memory", 1997, experiment 4.
    """
    check_count("adding: n", n)
    check_count("adding: length", length, 2)
    rng = np.random.default_rng(seed)
    x = np.zeros((n, length, 2), np.float32)
    x[:, :, 0] = rng.random((n, length), np.float32)
    half, rows = length // 2, np.arange(n)
    marked = rng.integers(0, half, n), rng.integers(half, length, n)
    for place in marked:
        x[rows, place, 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1)


def copy(n: int, length: int, delay: int, symbols: int = 8, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows to repeat after a pause: ids and targets, both int64 [n, length + delay + length].

    A row is `length` symbols (2 to symbols + 1), then `delay` blanks (0), the last of which is a sign to begin (1),
    then blanks; the targets are blanks, and then the symbols in their order. Who draws the symbols at random gets one
    of `symbols` right.

    Hochreiter & Schmidhuber, 1997; in this form Arjovsky, Shah & Bengio, 2016.
    """
    for name, value, least in (("n", n, 0), ("length", length, 1), ("delay", delay, 1), ("symbols", symbols, 1)):
        check_count(f"copy: {name}", value, least)
    row = np.random.default_rng(seed).integers(2, symbols + 2, (n, length))
    ids = np.zeros((n, 2 * length + delay), np.int64)
    targets = ids.copy()
    ids[:, :length], ids[:, length + delay - 1] = row, 1
    targets[:, length + delay :] = row
    return ids, targets


def reversal(n: int, length: int, symbols: int = 8, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows to say backwards: ids and targets, both int64 [n, 2 · length + 1].

    A row is `length` symbols (2 to symbols + 1), a sign to begin (1), then blanks (0); the targets are blanks, and
    after the sign the symbols from the last to the first. Who draws at random gets one of `symbols` right.
    """
    for name, value, least in (("n", n, 0), ("length", length, 1), ("symbols", symbols, 1)):
        check_count(f"reversal: {name}", value, least)
    row = np.random.default_rng(seed).integers(2, symbols + 2, (n, length))
    ids = np.zeros((n, 2 * length + 1), np.int64)
    targets = ids.copy()
    ids[:, :length], ids[:, length] = row, 1
    targets[:, length + 1 :] = row[:, ::-1]
    return ids, targets


def parity(n: int, length: int, seed: Seed = 0) -> tuple[np.ndarray, np.ndarray]:
    """Bits [n, length] and whether the number of ones is odd [n], both int64. Who guesses is right half of the time."""
    check_count("parity: n", n)
    check_count("parity: length", length, 1)
    bits = np.random.default_rng(seed).integers(0, 2, (n, length))
    return bits, bits.sum(axis=1) % 2
