"""Recurrent networks: one step of each kind, and the walk along a sequence that is made of steps.

Inputs of a step are x [n, in] and the state before it; its weights are W [g · hidden, in] for the input and
U [g · hidden, hidden] for the state, each with a bias, where g is the number of gates. In the formulas, ga stands for
dL/da, and σ is the logistic function.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..device import Array, array_module
from ..function import Function
from ..kernels import recurrent as kernels
from ..kernels.cuda import recurrent as cuda
from ..kernels.cuda.launch import taken
from ..kernels.products import fast, stacked
from ..twins import twin_of


def logistic(x: Array) -> Array:
    """σ(x) = 1 / (1 + e⁻ˣ), as ½ + ½ tanh(x / 2), which cannot overflow."""
    return 0.5 + 0.5 * array_module(x).tanh(0.5 * x)


class Cell(Function):
    """Base of one step. The gates of all kinds begin with W x + b and U h + d."""

    autocast = "lower"
    gates = 1
    live: Any = None
    """For which sequences [n, 1] this step counts; None: for all."""

    def project(
        self, x: Array, h: Array, w: Array, u: Array, b: Array | None = None, d: Array | None = None
    ) -> tuple[Array, Array]:
        """W x + b and U h + d, both [n, g · hidden]."""
        self.inputs = x, h, w, u
        from_x, from_h = x @ w.T, h @ u.T
        return (from_x if b is None else from_x + b), (from_h if d is None else from_h + d)

    def project_backward(self, ga: Array, gc: Array) -> tuple[Array, ...]:
        """The gradients of x, h, W, U, b and d for ga of W x + b and gc of U h + d."""
        x, h, w, u = self.inputs
        return ga @ w, gc @ u, ga.T @ x, gc.T @ h, ga.sum(axis=0), gc.sum(axis=0)


class RNNCell(Cell):
    """h' = tanh a with a = W x + b + U h + d;  ga = gh' (1 - h'²) (Elman, 1990)."""

    def forward(self, x: Array, h: Array, *weights: Any) -> Any:
        from_x, from_h = self.project(x, h, *weights)
        self.h = array_module(x).tanh(from_x + from_h)
        return self.h

    def backward(self, gh: Array) -> Any:
        ga = gh * (1 - self.h * self.h)
        return self.project_backward(ga, ga)


class ReLUCell(Cell):
    """h' = max(a, 0) with a = W x + b + U h + d;  ga = gh' where h' > 0, else 0 (Le, Jaitly & Hinton, 2015)."""

    def forward(self, x: Array, h: Array, *weights: Any) -> Any:
        from_x, from_h = self.project(x, h, *weights)
        self.h = array_module(x).maximum(from_x + from_h, 0)
        return self.h

    def backward(self, gh: Array) -> Any:
        ga = gh * (self.h > 0)
        return self.project_backward(ga, ga)


class LSTMCell(Cell):
    """c' = f c + i g and h' = o tanh c' with i, f, o = σ and g = tanh of W x + b + U h + d,
    in the order i, f, g, o;  gi = s g,  gf = s c,  gg = s i,  go = gh' tanh c',  gc = s f,  where s = gc' + gh' o
    (1 - tanh² c') is all that reaches c'. Before the gates' functions, times i (1 - i), f (1 - f), 1 - g², o (1 - o).

    Hochreiter & Schmidhuber, 1997; with the forget gate of Gers, Schmidhuber & Cummins, 2000.
    """

    gates = 4

    def forward(self, x: Array, h: Array, c: Array, *weights: Any) -> Any:
        xp = array_module(x)
        from_x, from_h = self.project(x, h, *weights)
        i, f, g, o = xp.split(from_x + from_h, 4, axis=1)
        i, f, g, o = logistic(i), logistic(f), xp.tanh(g), logistic(o)
        new = f * c + i * g
        squashed = xp.tanh(new)
        self.values = i, f, g, o, c, squashed
        return o * squashed, new

    def backward(self, gh: Array, gc: Array) -> Any:
        i, f, g, o, c, squashed = self.values
        gc = gc + gh * o * (1 - squashed * squashed)
        gates = [
            gc * g * i * (1 - i),
            gc * c * f * (1 - f),
            gc * i * (1 - g * g),
            gh * squashed * o * (1 - o),
        ]
        ga = array_module(gh).concatenate(gates, axis=1)
        gx, gh, *of_weights = self.project_backward(ga, ga)
        return gx, gh, gc * f, *of_weights


class GRUCell(Cell):
    """h' = (1 - z) n + z h with r, z = σ of W x + b + U h + d
    and n = tanh(Wₙ x + bₙ + r (Uₙ h + dₙ)), in the order r, z, n;
    gz = gh' (h - n),  gn = gh' (1 - z),  gr = gn (1 - n²) (Uₙ h + dₙ), before the gates' functions times z (1 - z),
    1 - n² and r (1 - r). What is behind r gets its gradient times r, and h also gh' z directly.

    Cho et al., 2014, with r inside as in PyTorch and cuDNN.
    """

    gates = 3

    def forward(self, x: Array, h: Array, *weights: Any) -> Any:
        xp = array_module(x)
        from_x, from_h = self.project(x, h, *weights)
        (xr, xz, xn), (hr, hz, hn) = xp.split(from_x, 3, axis=1), xp.split(from_h, 3, axis=1)
        r, z = logistic(xr + hr), logistic(xz + hz)
        n = xp.tanh(xn + r * hn)
        self.values = r, z, n, hn, h
        return (1 - z) * n + z * h

    def backward(self, gh: Array) -> Any:
        xp = array_module(gh)
        r, z, n, hn, h = self.values
        ga_n = gh * (1 - z) * (1 - n * n)
        ga_r = ga_n * hn * r * (1 - r)
        ga_z = gh * (h - n) * z * (1 - z)
        from_x = xp.concatenate([ga_r, ga_z, ga_n], axis=1)
        from_h = xp.concatenate([ga_r, ga_z, ga_n * r], axis=1)
        gx, gh_before, *of_weights = self.project_backward(from_x, from_h)
        return gx, gh_before + gh * z, *of_weights


class Recurrence(Function):
    """A step after the other along sequences that lie packed: the rows of x [rows, in] are those of step 0, then those
    of step 1, ..., of as many sequences as `batch_sizes` says for each, the longest first; `reverse` (False) goes from
    the end to the start.

    The inputs are x, the first state (or two: of an LSTM h and c) [n, hidden], and the weights; the results are the h
    of all steps, [rows, hidden], and the last state of each sequence [n, hidden].

    With `live` [t, n] all sequences have t steps, and a step at which it is False changes nothing.

    The gradient goes the other way: from the last step to the first, that of the state after a step becomes that of
    the state before it, and those of the weights add up (backpropagation through time, Werbos, 1990).
    """

    autocast = "lower"
    cell: type[Cell]
    states = 1

    def __init__(self, batch_sizes: Sequence[int], reverse: bool = False, live: Array | None = None):
        self.batch_sizes, self.reverse, self.live = batch_sizes, reverse, live
        self.next_live = None if live is None else iter(live[::-1] if reverse else live)

    def steps(self) -> Iterator[tuple[slice, int]]:
        """The rows of each step, and of how many sequences they are, in the order in which the cell takes them."""
        ends = [0]
        for n in self.batch_sizes:
            ends.append(ends[-1] + n)
        each = [(slice(ends[t], ends[t + 1]), n) for t, n in enumerate(self.batch_sizes)]
        return reversed(each) if self.reverse else iter(each)

    def step(self, cell: Cell, x: Array, state: Sequence[Array], weights: Sequence[Any]) -> list[Array]:
        """The state after a step of the first n sequences, with inputs x [n, in]; that of the others stays as it is."""
        new = cell.forward(x, *[h[: len(x)] for h in state], *weights)
        new = beginning_with(new if self.states > 1 else (new,), state)
        if self.next_live is None:
            return new
        cell.live = next(self.next_live)[:, None]
        return chosen(cell.live, new, state)

    def step_backward(self, cell: Cell, gstate: Sequence[Array], n: int) -> tuple[Array, list[Array], list[Array]]:
        """For the gradient of the state after a step of the first n sequences: that of its x, [n, in], of the state
        before it, and of the weights.
        """
        if cell.live is None:
            gx, *rest = cell.backward(*[g[:n] for g in gstate])
            return gx, beginning_with(rest[: self.states], gstate), rest[self.states :]
        nothing = [0] * self.states
        gx, *rest = cell.backward(*chosen(cell.live, gstate, nothing))
        through, past = rest[: self.states], chosen(cell.live, nothing, gstate)
        return gx, [a + b for a, b in zip(through, past, strict=True)], rest[self.states :]

    def forward(self, x: Array, *rest: Any) -> Any:
        state, weights = list(rest[: self.states]), rest[self.states :]
        y = array_module(x).empty((len(x), state[0].shape[1]), x.dtype)
        self.walked = []
        for rows, n in self.steps():
            cell = self.cell()
            state = self.step(cell, x[rows], state, weights)
            y[rows] = state[0][:n]
            self.walked.append((cell, rows, n))
        self.save(x, *weights)
        return y, *state

    def backward(self, gy: Array, *gstate: Array) -> Any:
        x, *weights = self.saved
        gx = array_module(gy).empty_like(x)
        state, totals = [g.copy() for g in gstate], [0.0] * len(weights)
        for cell, rows, n in reversed(self.walked):
            state[0][:n] += gy[rows]
            gx[rows], state, of_weights = self.step_backward(cell, state, n)
            totals = [total + g for total, g in zip(totals, of_weights)]
        return gx, *state, *totals


def chosen(live: Array, those: Sequence[Any], others: Sequence[Any]) -> list[Array]:
    """Each of `those` where `live` is True, each of `others` elsewhere."""
    where = array_module(live).where
    return [where(live, a, b) for a, b in zip(those, others, strict=True)]


def beginning_with(new: Sequence[Array], arrays: Sequence[Array]) -> list[Array]:
    """Each of `arrays` with its first rows replaced by those of `new`."""
    pairs = list(zip(new, arrays, strict=True))
    return [a if len(a) == len(b) else array_module(a).concatenate([a, b[len(a) :]]) for a, b in pairs]


class RNNSequence(Recurrence):
    """RNNCell along sequences."""

    cell = RNNCell


class ReLUSequence(Recurrence):
    """ReLUCell along sequences."""

    cell = ReLUCell


class GRUSequence(Recurrence):
    """GRUCell along sequences."""

    cell = GRUCell


class LSTMSequence(Recurrence):
    """LSTMCell along sequences."""

    cell, states = LSTMCell, 2


# ------------------------------------------------------------------------------------------------- fast twins of steps


class FastCell(Cell):
    """A step whose products go straight to cuBLAS on a GPU."""

    def project(
        self, x: Array, h: Array, w: Array, u: Array, b: Array | None = None, d: Array | None = None
    ) -> tuple[Array, Array]:
        self.inputs = x, h, w, u
        from_x, from_h = stacked(x, w.T), stacked(h, u.T)
        return (from_x if b is None else from_x + b), (from_h if d is None else from_h + d)

    def project_backward(self, ga: Array, gc: Array) -> tuple[Array, ...]:
        x, h, w, u = self.inputs
        products = stacked(ga, w), stacked(gc, u), stacked(ga.T, x), stacked(gc.T, h)
        return *products, ga.sum(axis=0), gc.sum(axis=0)


@twin_of(RNNCell, Cell.project, Cell.project_backward)
class FastRNNCell(FastCell, RNNCell):
    """RNNCell with these products."""


@twin_of(ReLUCell, Cell.project, Cell.project_backward)
class FastReLUCell(FastCell, ReLUCell):
    """ReLUCell with these products."""


@twin_of(LSTMCell, Cell.project, Cell.project_backward)
class FastLSTMCell(FastCell, LSTMCell):
    """LSTMCell with these products."""


@twin_of(GRUCell, Cell.project, Cell.project_backward)
class FastGRUCell(FastCell, GRUCell):
    """GRUCell with these products."""


# ------------------------------------------------------------------------------------------ whole sequences, fast twins


class FastRecurrence(Recurrence):
    """A whole sequence by minigrad.kernels: those for the CPU, which take no marks, or those for a GPU."""

    ahead: Callable[..., Any]
    back: Callable[..., Any]
    ahead_on_gpu: Callable[..., Any]
    back_on_gpu: Callable[..., Any]

    def fits(self, x: Array) -> bool:
        """Do the kernels of the CPU take this array?"""
        return fast(x) and self.live is None

    def begins(self) -> list[tuple[int, int]]:
        """Where each step begins, and of how many sequences it is, in the order in which they are taken."""
        return [(rows.start, n) for rows, n in self.steps()]

    def forward(self, x: Array, *rest: Any) -> Any:
        self.on_gpu = taken(x, *[a for a in rest if a is not None])
        if self.on_gpu:
            y, *others = type(self).ahead_on_gpu(x, *rest, self.begins(), self.live)
        elif self.fits(x):
            y, *others = type(self).ahead(x, *rest, self.begins())
        else:
            return super().forward(x, *rest)
        self.save(x, *rest[self.states :], *others[self.states :])
        return y, *others[: self.states]

    def backward(self, gy: Array, *gstate: Array) -> Any:
        x, w, u, _, _, *kept = self.saved
        if self.on_gpu:
            return type(self).back_on_gpu(gy, *gstate, x, w, u, kept, self.begins(), self.live)
        if not self.fits(x):
            return super().backward(gy, *gstate)
        return type(self).back(gy, *gstate, x, w, u, kept, self.begins())


SHARED = (Cell.project, Cell.project_backward, Recurrence.steps, logistic)


@twin_of(RNNSequence, *SHARED, RNNCell.forward, RNNCell.backward)
class FastRNNSequence(FastRecurrence, RNNSequence):
    """RNNSequence by minigrad.kernels."""

    ahead = partial(kernels.rnn, np.tanh)
    back = partial(kernels.rnn_backward, kernels.slope_of_tanh)
    ahead_on_gpu, back_on_gpu = partial(cuda.rnn, False), partial(cuda.rnn_backward, False)


@twin_of(ReLUSequence, *SHARED, ReLUCell.forward, ReLUCell.backward)
class FastReLUSequence(FastRecurrence, ReLUSequence):
    """ReLUSequence by minigrad.kernels."""

    ahead = partial(kernels.rnn, kernels.relu)
    back = partial(kernels.rnn_backward, kernels.slope_of_relu)
    ahead_on_gpu, back_on_gpu = partial(cuda.rnn, True), partial(cuda.rnn_backward, True)


@twin_of(LSTMSequence, *SHARED, LSTMCell.forward, LSTMCell.backward)
class FastLSTMSequence(FastRecurrence, LSTMSequence):
    """LSTMSequence by minigrad.kernels."""

    ahead, back = staticmethod(kernels.lstm), staticmethod(kernels.lstm_backward)
    ahead_on_gpu, back_on_gpu = staticmethod(cuda.lstm), staticmethod(cuda.lstm_backward)


@twin_of(GRUSequence, *SHARED, GRUCell.forward, GRUCell.backward)
class FastGRUSequence(FastRecurrence, GRUSequence):
    """GRUSequence by minigrad.kernels."""

    ahead, back = staticmethod(kernels.gru), staticmethod(kernels.gru_backward)
    ahead_on_gpu, back_on_gpu = staticmethod(cuda.gru), staticmethod(cuda.gru_backward)
