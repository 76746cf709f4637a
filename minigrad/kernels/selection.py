"""Rows and columns picked by number, and values handed back to where they were picked."""

from collections.abc import Iterator, Sequence

from ..device import Array, array_module

Picks = Sequence[tuple[int, Sequence[int]]]
"""(dimension, the positions picked along it, in their new order)"""


def in_memory_order(x: Array) -> tuple[int, ...]:
    """The dimensions of x from the one that lies farthest apart in memory to the densest."""
    return tuple(sorted(range(x.ndim), key=lambda d: -abs(x.strides[d])))


def pick(x: Array, picks: Picks) -> Array:
    """x at the positions of `picks`; the order of the dimensions in memory stays."""
    xp, order = array_module(x), in_memory_order(x)
    y = x.transpose(order)
    for dim, positions in picks:
        y = xp.take(y, xp.asarray(positions), axis=order.index(dim))
    return y.transpose([order.index(d) for d in range(x.ndim)])


def put_back(y: Array, picks: Picks, shape: tuple[int, ...]) -> Array:
    """The transpose of `pick`: y added up in an array of `shape`, at the positions that it was picked from."""
    xp, order = array_module(y), in_memory_order(y)
    for dim, positions in picks:
        sizes = [shape[d] if d == dim else y.shape[d] for d in order]
        x = xp.zeros(sizes, y.dtype).transpose([order.index(d) for d in range(y.ndim)])
        before = (slice(None),) * dim
        for start, first, length in runs(positions):
            x[(*before, slice(first, first + length))] += y[(*before, slice(start, start + length))]
        y = x
    return y


def runs(positions: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Stretches in which positions follow each other: (where in `positions`, the first position, how many)."""
    start = 0
    for i in range(1, len(positions) + 1):
        if i == len(positions) or positions[i] != positions[i - 1] + 1:
            yield start, positions[start], i - start
            start = i
