"""Attention a few samples at a time, so that their scores stay in the processor's cache; the batch is shared.

Queries are [n, ..., t, d], keys [n, ..., s, d], values [n, ..., s, e], with the same dimensions in between; weights are
[n, ..., t, s].
"""

from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from ..device import Array
from .threads import ELEMENT, one_thread_for_blas, shared

IN_CACHE = 1 << 17
"""Weights of the samples that are worked on at a time."""


def in_blocks(part: slice, weights: tuple[int, ...]) -> Iterator[slice]:
    """The samples of `part`, a few at a time."""
    each = max(1, IN_CACHE * weights[0] // max(1, int(np.prod(weights))))
    for start in range(part.start, part.stop, each):
        yield slice(start, min(start + each, part.stop))


def room(q: Array, width: int) -> Array:
    """[..., t, width], in the order in which q lies in memory: heads beside each other are put together for nothing."""
    return np.empty_like(q, shape=(*q.shape[:-1], width))


def cost(weights: tuple[int, ...], width: int) -> float:
    """What each product of weights and values, with what surrounds it, costs in multiplications."""
    return float(np.prod(weights)) * (width + 4 * ELEMENT)


@one_thread_for_blas()
def attend(
    q: Array, k: Array, v: Array, mask: Array | None, scale: float, kept: Array | None
) -> tuple[Array, Array, Array]:
    """The result, the probabilities P, and P as dropout (`kept`) left it."""
    p = np.empty((*q.shape[:-1], k.shape[-2]), q.dtype)
    y = room(q, v.shape[-1])
    dropped = p if kept is None else np.empty_like(p)
    masks = None if mask is None else np.broadcast_to(mask, p.shape)
    ones = np.ones(p.shape[-1], p.dtype)

    def work(part: slice) -> None:
        for block in in_blocks(part, p.shape):
            scores = p[block]
            np.matmul(q[block] * p.dtype.type(scale), k[block].swapaxes(-1, -2), out=scores)
            if masks is not None:
                scores += masks[block]
            highest = scores.max(axis=-1, keepdims=True, initial=-inf)
            if masks is not None:
                highest[np.isneginf(highest)] = 0
            scores -= highest
            np.exp(scores, out=scores)
            total = (scores @ ones)[..., None]
            if masks is not None:
                total[total == 0] = 1
            scores *= 1 / total
            if kept is not None:
                np.multiply(scores, kept[block], out=dropped[block])
            np.matmul(dropped[block], v[block], out=y[block])

    shared(work, len(q), cost(p.shape, q.shape[-1] + v.shape[-1]))
    return y, p, dropped


@one_thread_for_blas()
def attend_backward(
    gy: Array, gp: Array | None, q: Array, k: Array, v: Array, p: Array, scale: float, kept: Array | None, of_mask: bool
) -> tuple[Any, ...]:
    """The gradients of q, k, v and, if it is wanted, of the mask [n, ..., t, s]."""
    gq, gk, gv = [np.empty_like(x) for x in (q, k, v)]
    gs = np.empty_like(p) if of_mask else None
    ones, factor = np.ones(p.shape[-1], p.dtype), p.dtype.type(scale)

    def work(part: slice) -> None:
        for block in in_blocks(part, p.shape):
            given, weights = gy[block], p[block]
            dropped = weights if kept is None else weights * kept[block]
            np.matmul(dropped.swapaxes(-1, -2), given, out=gv[block])
            slope = given @ v[block].swapaxes(-1, -2)
            if gp is not None:
                slope += gp[block]
            if kept is not None:
                slope *= kept[block]
            slope *= weights  # P (gP - Σ gP P) = P gP - P Σ P gP
            slope -= weights * (slope @ ones)[..., None]
            if gs is not None:
                gs[block] = slope
            slope *= factor
            np.matmul(slope, k[block], out=gq[block])
            np.matmul(slope.swapaxes(-1, -2), q[block], out=gk[block])

    shared(work, len(q), 2 * cost(p.shape, q.shape[-1] + v.shape[-1]))
    return gq, gk, gv, gs
