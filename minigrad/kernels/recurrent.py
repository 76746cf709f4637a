"""Recurrent networks along whole sequences: one product for the inputs of all steps, and steps in memory made once.

Sequences lie packed, as in ops/recurrent.py: `steps` says at which row each step begins and of how many sequences it
is, in the order in which they are taken. The batch is shared between threads, each of which goes along its sequences
from beginning to end.

σ(x) is ½ + ½ tanh(x / 2): with weights and biases of such gates halved before anything else, one tanh does all gates.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..device import Array
from .conv.products import FAST
from .products import matmul
from .reduction import column_sums
from .threads import ELEMENT, one_thread_for_blas, shared

Steps = Sequence[tuple[int, int]]

HALF = np.float32(0.5)


def along(steps: Steps, part: slice) -> Iterator[tuple[slice, int]]:
    """For each step the rows of those of the sequences `part` that have it, and how many these are."""
    for start, n in steps:
        count = min(part.stop, n) - part.start
        if count > 0:
            yield slice(start + part.start, start + part.start + count), count


class Product:
    """x Mᵢ or xᵢ Mᵢ for matrices Mᵢ [g, k, m] that stay the same, in columns blocked so that each is a fast product."""

    def __init__(self, matrices: Array, rows: int):
        g, k, m = matrices.shape
        fitting = [w for w in range(16, m, 16) if m % w == 0 and rows * k * w <= FAST]
        width = m if rows * k * m <= FAST or not fitting else fitting[-1]
        self.blocks = np.ascontiguousarray(matrices.reshape(g, k, m // width, width).swapaxes(1, 2))

    def into(self, x: Array, out: Array) -> None:
        """out [g, n, m] = x Mᵢ for x [n, k], or xᵢ Mᵢ for x [g, n, k], of at most the rows that were said."""
        g, n, _ = out.shape
        x = x if x.ndim == 2 else x[:, None]
        np.matmul(x, self.blocks, out=out.reshape(g, n, -1, self.blocks.shape[3]).swapaxes(1, 2))


def cost(steps: Steps, gates: int, hidden: int) -> float:
    """What the steps cost, in multiplications."""
    return sum(n for _, n in steps) * gates * hidden * (hidden + ELEMENT)


def halved(array: Array, gates: int, whole: int) -> Array:
    """A copy of weights or a bias [gates · hidden, ...], halved but for the gate `whole`."""
    copy = array * array.dtype.type(0.5)
    hidden = len(array) // gates
    copy[whole * hidden : (whole + 1) * hidden] = array[whole * hidden : (whole + 1) * hidden]
    return copy


def sum_of(*biases: Array | None) -> Array | None:
    """The sum of those that are there."""
    given = [b for b in biases if b is not None]
    return None if not given else given[0] if len(given) == 1 else given[0] + given[1]


def inputs_of_gates(x: Array, w: Array, bias: Array | None) -> Array:
    """x Wᵀ + b for all steps at once."""
    gates = np.ascontiguousarray(matmul(x, w.T))
    if bias is not None:
        gates += bias
    return gates


def gradients(da: Array, db: Array, x: Array, h: Array, w: Array) -> tuple[Array, ...]:
    """Those of x, W, U, b and d for da of x Wᵀ + b and db of h Uᵀ + d, over all steps."""
    gb = column_sums(da)
    return matmul(da, w), matmul(da.T, x), matmul(db.T, h), gb, gb if db is da else column_sums(db)


# --------------------------------------------------------------------------------------------------------------- LSTM
#
# Gates are kept in the order i, f, o, g, so that those with σ lie together. What a step sees is one row [h, x, 1] for
# each sequence: one product gives all gates with their biases, one the gradients of h and x, one those of all weights.


def i_f_o_g(weights: Array) -> Array:
    """Rows of the gates i, f, g, o [4 · hidden, ...] as i, f, o, g [4, hidden, ...], or the other way round."""
    return weights.reshape(4, -1, *weights.shape[1:])[[0, 1, 3, 2]]


@one_thread_for_blas()
def lstm(x: Array, h: Array, c: Array, w: Array, u: Array, b: Any, d: Any, steps: Steps) -> tuple[Array, ...]:
    """The h of all steps [rows, H], the last h and c [n, H], and what the backward needs."""
    rows, hidden = len(x), h.shape[1]
    bias = sum_of(b, d)
    column = np.zeros((4 * hidden, 1), x.dtype) if bias is None else bias[:, None]
    matrix = i_f_o_g(np.concatenate([u, w, column], axis=1))
    matrix[:3] *= HALF
    seen, gates = np.empty((rows, matrix.shape[2]), x.dtype), np.empty((4, rows, hidden), x.dtype)
    y, cells, squashed = np.empty((3, rows, hidden), x.dtype)
    h, c = h.copy(), c.copy()

    def work(part: slice) -> None:
        size, own_h, own_c = part.stop - part.start, h[part], c[part]
        product, given = Product(matrix.swapaxes(1, 2), size), np.empty((size, hidden), x.dtype)
        for place, n in along(steps, part):
            z, row, state, cell, some = gates[:, place], seen[place], own_h[:n], own_c[:n], given[:n]
            cells[place], row[:, :hidden], row[:, hidden:-1], row[:, -1] = cell, state, x[place], 1
            product.into(row, z)
            np.tanh(z, out=z)
            sigmoid, (i, f, o, g) = z[:3], z
            sigmoid *= HALF
            sigmoid += HALF
            np.multiply(i, g, out=some)
            cell *= f
            cell += some
            np.tanh(cell, out=squashed[place])
            np.multiply(o, squashed[place], out=state)
            y[place] = state

    shared(work, len(h), cost(steps, 4, hidden))
    return y, h, c, gates, seen, cells, squashed


@one_thread_for_blas()
def lstm_backward(
    gy: Array, gh: Array, gc: Array, x: Array, w: Array, u: Array, kept: Sequence[Array], steps: Steps
) -> tuple[Array, ...]:
    """The gradients of x, h, c, W, U, b and d."""
    gates, seen, cells, squashed = kept
    rows, hidden = len(x), u.shape[1]
    gh, gc, gx = gh.copy(), gc.copy(), np.empty_like(x)
    da = np.empty((rows, 4, hidden), x.dtype)
    matrix = i_f_o_g(np.concatenate([u, w], axis=1))

    def work(part: slice) -> None:
        size, own_h, own_c = part.stop - part.start, gh[part], gc[part]
        product, room = Product(matrix, size), np.empty((4, size, matrix.shape[2]), x.dtype)
        kinds = np.empty((2, 4, size, hidden), x.dtype)
        for place, n in along(steps[::-1], part):
            out, slope, back, dh, dc = *kinds[:, :, :n], room[:, :n], own_h[:n], own_c[:n]
            z, of_gates, some = gates[:, place], da[place].swapaxes(0, 1), slope[0]
            i, f, o, g = z
            dh += gy[place]
            np.multiply(squashed[place], squashed[place], out=some)
            np.subtract(1, some, out=some)
            some *= o
            some *= dh
            dc += some
            np.multiply(dc, g, out=out[0])
            np.multiply(dc, cells[place], out=out[1])
            np.multiply(dh, squashed[place], out=out[2])
            np.multiply(dc, i, out=out[3])
            np.multiply(z, z, out=slope)  # σ (1 - σ) = σ - σ², and for g 1 - g²
            np.subtract(z[:3], slope[:3], out=slope[:3])
            np.subtract(1, slope[3], out=slope[3])
            np.multiply(out, slope, out=of_gates)
            dc *= f
            product.into(of_gates, back)
            back[:, :, :hidden].sum(axis=0, out=dh)
            back[:, :, hidden:].sum(axis=0, out=gx[place])

    shared(work, len(gh), cost(steps, 4, hidden))
    of_all = i_f_o_g(matmul(da.reshape(rows, -1).T, seen)).reshape(4 * hidden, -1)
    gu, gw, gb = of_all[:, :hidden], of_all[:, hidden:-1], of_all[:, -1]
    return gx, gh, gc, gw, gu, gb, gb


# ---------------------------------------------------------------------------------------------------------------- GRU


@one_thread_for_blas()
def gru(x: Array, h: Array, w: Array, u: Array, b: Any, d: Any, steps: Steps) -> tuple[Array, ...]:
    """The h of all steps [rows, H], the last h [n, H], and what the backward needs."""
    rows, hidden = len(x), h.shape[1]
    gates = inputs_of_gates(x, halved(w, 3, 2), None if b is None else halved(b, 3, 2))
    y, before, behind = np.empty((3, rows, hidden), x.dtype)
    h, matrix, bias = h.copy(), halved(u, 3, 2).T, None if d is None else halved(d, 3, 2)

    def work(part: slice) -> None:
        size, own_h = part.stop - part.start, h[part]
        product = Product(matrix[None], size)
        room, given = np.empty((size, 3 * hidden), x.dtype), np.empty((size, hidden), x.dtype)
        for place, n in along(steps, part):
            z, state, from_h, some = gates[place], own_h[:n], room[:n], given[:n]
            before[place] = state
            product.into(state, from_h[None])
            if bias is not None:
                from_h += bias
            behind[place] = from_h[:, 2 * hidden :]
            sigmoid, new = z[:, : 2 * hidden], z[:, 2 * hidden :]
            sigmoid += from_h[:, : 2 * hidden]
            np.tanh(sigmoid, out=sigmoid)
            sigmoid *= HALF
            sigmoid += HALF
            np.multiply(z[:, :hidden], behind[place], out=some)
            new += some
            np.tanh(new, out=new)
            state -= new
            state *= z[:, hidden : 2 * hidden]
            state += new
            y[place] = state

    shared(work, len(h), cost(steps, 3, hidden))
    return y, h, gates, before, behind


@one_thread_for_blas()
def gru_backward(
    gy: Array, gh: Array, x: Array, w: Array, u: Array, kept: Sequence[Array], steps: Steps
) -> tuple[Array, ...]:
    """The gradients of x, h, W, U, b and d."""
    gates, before, behind = kept
    hidden = u.shape[1]
    gh, da, db = gh.copy(), np.empty_like(gates), np.empty_like(gates)
    matrix = np.ascontiguousarray(u)

    def work(part: slice) -> None:
        size, own_h = part.stop - part.start, gh[part]
        product = Product(matrix[None], size)
        given, other = np.empty((2, size, hidden), x.dtype)
        for place, n in along(steps[::-1], part):
            values, out, inner, dh, some, more = gates[place], da[place], db[place], own_h[:n], given[:n], other[:n]
            r, z, new = values[:, :hidden], values[:, hidden : 2 * hidden], values[:, 2 * hidden :]
            dh += gy[place]
            np.subtract(1, z, out=some)
            np.subtract(before[place], new, out=more)  # gz = gh (h - n) z (1 - z)
            more *= dh
            more *= z
            np.multiply(more, some, out=out[:, hidden : 2 * hidden])
            some *= dh  # gn = gh (1 - z) (1 - n²)
            np.multiply(new, new, out=more)
            np.subtract(1, more, out=more)
            some *= more
            out[:, 2 * hidden :] = some
            np.multiply(some, r, out=inner[:, 2 * hidden :])
            some *= behind[place]  # gr = gn (U h + d) r (1 - r)
            np.subtract(1, r, out=more)
            more *= r
            np.multiply(some, more, out=out[:, :hidden])
            inner[:, : 2 * hidden] = out[:, : 2 * hidden]
            dh *= z
            product.into(inner, some[None])
            dh += some

    shared(work, len(gh), cost(steps, 3, hidden))
    gx, *of_weights = gradients(da, db, x, before, w)
    return gx, gh, *of_weights


# ------------------------------------------------------------------------------------------------- RNN, tanh and ReLU


@one_thread_for_blas()
def rnn(
    squash: Callable[..., Any], x: Array, h: Array, w: Array, u: Array, b: Any, d: Any, steps: Steps
) -> tuple[Array, ...]:
    """The h of all steps [rows, H], the last h [n, H], and the h before each step; squash(a, out=a) is tanh or ReLU."""
    hidden = h.shape[1]
    y = inputs_of_gates(x, w, sum_of(b, d))
    before, h, matrix = np.empty_like(y), h.copy(), u.T

    def work(part: slice) -> None:
        size, own_h = part.stop - part.start, h[part]
        product, room = Product(matrix[None], size), np.empty((size, hidden), x.dtype)
        for place, n in along(steps, part):
            a, state = y[place], own_h[:n]
            before[place] = state
            product.into(state, room[None, :n])
            a += room[:n]
            squash(a, out=a)
            state[...] = a

    shared(work, len(h), cost(steps, 1, hidden))
    return y, h, before, y


@one_thread_for_blas()
def rnn_backward(
    slope: Callable[..., Any],
    gy: Array,
    gh: Array,
    x: Array,
    w: Array,
    u: Array,
    kept: Sequence[Array],
    steps: Steps,
) -> tuple[Array, ...]:
    """The gradients of x, h, W, U, b and d; slope(y, out) writes the derivative where the result is y."""
    before, y = kept
    hidden = u.shape[1]
    gh, da = gh.copy(), np.empty_like(y)
    matrix = np.ascontiguousarray(u)

    def work(part: slice) -> None:
        size, own_h = part.stop - part.start, gh[part]
        product = Product(matrix[None], size)
        for place, n in along(steps[::-1], part):
            out, dh = da[place], own_h[:n]
            dh += gy[place]
            slope(y[place], out)
            out *= dh
            product.into(out, dh[None])

    shared(work, len(gh), cost(steps, 1, hidden))
    gx, *of_weights = gradients(da, da, x, before, w)
    return gx, gh, *of_weights


def relu(a: Array, out: Array) -> None:
    """max(a, 0)."""
    np.maximum(a, 0, out=out)


def slope_of_tanh(y: Array, out: Array) -> None:
    """1 - y²."""
    np.multiply(y, y, out=out)
    np.subtract(1, out, out=out)


def slope_of_relu(y: Array, out: Array) -> None:
    """1 where y > 0, else 0."""
    np.greater(y, 0, out=out)
