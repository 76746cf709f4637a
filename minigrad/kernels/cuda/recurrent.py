"""Recurrent networks along whole sequences: at each step one product and one kernel.

Sequences lie packed, as in ops/recurrent.py: `steps` says at which row each step begins and of how many sequences it
is, in the order in which they are taken. With `live` [t, n] a step at which it is False changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from ...device import Array, array_module
from .launch import THREADS, blocks, dense, launch
from .products import product

Steps = Sequence[tuple[int, int]]

SIGMA = """
__device__ A sigma(A x) {
    return (A) 0.5 + (A) 0.5 * tanh((A) 0.5 * x);
}
"""

LSTM = """
extern "C" __global__ void lstm(const T* from_x, const T* from_h, const T* bias, const T* live, T* h, T* c, T* y,
                                T* gates, T* before, T* squashed, T* state, int n, int hidden, int marked) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < n * hidden) {
        int row = k / hidden, j = k % hidden, first = row * 4 * hidden + j;
        A a[4];
        for (int gate = 0; gate < 4; gate++) {
            int place = first + gate * hidden;
            a[gate] = (A) from_x[place] + (A) from_h[place] + (A) bias[gate * hidden + j];
            a[gate] = gate == 2 ? tanh(a[gate]) : sigma(a[gate]);
            gates[place] = (T) a[gate];
        }
        A old = (A) c[k];
        A cell = a[1] * old + a[0] * a[2];
        A small = tanh(cell);
        before[k] = (T) old;
        squashed[k] = (T) small;
        state[k] = h[k];
        if (!marked || (A) live[row] != 0) {
            h[k] = (T) (a[3] * small);
            c[k] = (T) cell;
        }
        y[k] = h[k];
    }
}
"""

LSTM_BACKWARD = """
extern "C" __global__ void lstm_backward(const T* gy, const T* gates, const T* before, const T* squashed, const T* live,
                                         T* gh, T* gc, T* ga, int n, int hidden, int marked) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < n * hidden) {
        int row = k / hidden, j = k % hidden, first = row * 4 * hidden + j;
        A dh = (A) gh[k] + (A) gy[k];
        bool counts = !marked || (A) live[row] != 0;
        A i = (A) gates[first], f = (A) gates[first + hidden], g = (A) gates[first + 2 * hidden];
        A o = (A) gates[first + 3 * hidden], small = (A) squashed[k];
        A dc = (A) gc[k] + dh * o * (1 - small * small);
        ga[first] = (T) (counts ? dc * g * i * (1 - i) : 0);
        ga[first + hidden] = (T) (counts ? dc * (A) before[k] * f * (1 - f) : 0);
        ga[first + 2 * hidden] = (T) (counts ? dc * i * (1 - g * g) : 0);
        ga[first + 3 * hidden] = (T) (counts ? dh * small * o * (1 - o) : 0);
        if (counts) gc[k] = (T) (dc * f);
        gh[k] = (T) (counts ? 0 : dh);  // what goes round the step; what goes through it is added by a product
    }
}
"""

GRU = """
extern "C" __global__ void gru(const T* from_x, const T* from_h, const T* inner, const T* live, T* h, T* y, T* gates,
                               T* before, T* behind, int n, int hidden, int marked) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < n * hidden) {
        int row = k / hidden, j = k % hidden, first = row * 3 * hidden + j;
        A hn = (A) from_h[first + 2 * hidden] + (A) inner[2 * hidden + j];
        A r = sigma((A) from_x[first] + (A) from_h[first] + (A) inner[j]);
        A z = sigma((A) from_x[first + hidden] + (A) from_h[first + hidden] + (A) inner[hidden + j]);
        A fresh = tanh((A) from_x[first + 2 * hidden] + r * hn);
        A old = (A) h[k];
        gates[first] = (T) r;
        gates[first + hidden] = (T) z;
        gates[first + 2 * hidden] = (T) fresh;
        before[k] = (T) old;
        behind[k] = (T) hn;
        if (!marked || (A) live[row] != 0) h[k] = (T) ((1 - z) * fresh + z * old);
        y[k] = h[k];
    }
}
"""

GRU_BACKWARD = """
extern "C" __global__ void gru_backward(const T* gy, const T* gates, const T* before, const T* behind, const T* live,
                                        T* gh, T* ga, T* gb, int n, int hidden, int marked) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < n * hidden) {
        int row = k / hidden, j = k % hidden, first = row * 3 * hidden + j;
        A dh = (A) gh[k] + (A) gy[k];
        bool counts = !marked || (A) live[row] != 0;
        A r = (A) gates[first], z = (A) gates[first + hidden], fresh = (A) gates[first + 2 * hidden];
        A gn = counts ? dh * (1 - z) * (1 - fresh * fresh) : 0;
        A gz = counts ? dh * ((A) before[k] - fresh) * z * (1 - z) : 0;
        A gr = gn * (A) behind[k] * r * (1 - r);
        ga[first] = (T) gr;
        ga[first + hidden] = (T) gz;
        ga[first + 2 * hidden] = (T) gn;
        gb[first] = (T) gr;
        gb[first + hidden] = (T) gz;
        gb[first + 2 * hidden] = (T) (gn * r);
        gh[k] = (T) (counts ? dh * z : dh);
    }
}
"""

RNN = """
extern "C" __global__ void rnn(const T* from_x, const T* from_h, const T* bias, const T* live, T* h, T* y, T* before,
                               T* value, int n, int hidden, int marked, int relu) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < n * hidden) {
        A a = (A) from_x[k] + (A) from_h[k] + (A) bias[k % hidden];
        a = relu ? (a < 0 ? 0 : a) : tanh(a);
        before[k] = h[k];
        value[k] = (T) a;
        if (!marked || (A) live[k / hidden] != 0) h[k] = (T) a;
        y[k] = h[k];
    }
}
"""

RNN_BACKWARD = """
extern "C" __global__ void rnn_backward(const T* gy, const T* value, const T* live, T* gh, T* ga, int n, int hidden,
                                        int marked, int relu) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k < n * hidden) {
        A dh = (A) gh[k] + (A) gy[k], v = (A) value[k];
        bool counts = !marked || (A) live[k / hidden] != 0;
        A slope = relu ? (v > 0 ? 1 : 0) : 1 - v * v;
        ga[k] = (T) (counts ? dh * slope : 0);
        gh[k] = (T) (counts ? 0 : dh);
    }
}
"""


class Walk:
    """What the walks of all kinds share: arrays for all steps, and how a step's kernel is started."""

    def __init__(self, x: Array, hidden: int, gates: int, steps: Steps, live: Array | None):
        self.xp, self.dtype, self.hidden, self.gates, self.steps = array_module(x), x.dtype, hidden, gates, steps
        self.rows = len(x)
        self.marked = int(live is not None)
        self.live = dense(x[:1]) if live is None else dense(live.astype(x.dtype))  # a kernel takes no None

    def room(self, gates: int = 1) -> Array:
        """[rows, gates · hidden]"""
        return self.xp.empty((self.rows, gates * self.hidden), self.dtype)

    def bias(self, *biases: Any) -> Array:
        """The sum of the biases that are there; zeros without any."""
        given = [b for b in biases if b is not None]
        if not given:
            return self.xp.zeros(self.gates * self.hidden, self.dtype)
        return dense(given[0] if len(given) == 1 else given[0] + given[1])

    def each(self, backward: bool = False) -> Any:
        """For each step its rows, of how many sequences they are, and the marks that say which of these count."""
        for start, n in reversed(self.steps) if backward else self.steps:
            yield slice(start, start + n), n, self.live[start // n] if self.marked else self.live

    def launch(self, name: str, source: str, n: int, *arrays: Array, more: Sequence[int] = ()) -> None:
        """Start the kernel of a step of n sequences."""
        arguments = *arrays, n, self.hidden, self.marked, *more
        launch(name, (SIGMA, source), self.dtype, (blocks(n * self.hidden),), (THREADS,), *arguments)


def gradients(ga: Array, gb: Array, x: Array, h: Array, w: Array) -> tuple[Array, ...]:
    """Those of x, W, U, b and d for ga of x Wᵀ + b and gb of h Uᵀ + d, over all steps."""
    of_b = ga.sum(axis=0)
    return product(ga, w), product(ga.T, x), product(gb.T, h), of_b, of_b if gb is ga else gb.sum(axis=0)


def lstm(x: Array, h: Array, c: Array, w: Array, u: Array, b: Any, d: Any, steps: Steps, live: Any) -> tuple[Any, ...]:
    """The h of all steps [rows, H], the last h and c [n, H], and what the backward needs."""
    walk = Walk(x, h.shape[1], 4, steps, live)
    from_x, bias, h, c = product(x, w.T), walk.bias(b, d), h.copy(), c.copy()
    y, gates, before, squashed, states = walk.room(), walk.room(4), walk.room(), walk.room(), walk.room()
    for rows, n, marks in walk.each():
        given = from_x[rows], product(h[:n], u.T), bias, marks, h, c
        walk.launch("lstm", LSTM, n, *given, y[rows], gates[rows], before[rows], squashed[rows], states[rows])
    return y, h, c, gates, before, squashed, states


def lstm_backward(
    gy: Array, gh: Array, gc: Array, x: Array, w: Array, u: Array, kept: Sequence[Array], steps: Steps, live: Any
) -> tuple[Array, ...]:
    """The gradients of x, h, c, W, U, b and d."""
    gates, before, squashed, states = kept
    walk = Walk(x, u.shape[1], 4, steps, live)
    gy, gh, gc, ga = dense(gy), gh.copy(), gc.copy(), walk.room(4)
    for rows, n, marks in walk.each(backward=True):
        arrays = gy[rows], gates[rows], before[rows], squashed[rows], marks, gh, gc, ga[rows]
        walk.launch("lstm_backward", LSTM_BACKWARD, n, *arrays)
        product(ga[rows], u, into=gh[:n])
    gx, *of_weights = gradients(ga, ga, x, states, w)
    return gx, gh, gc, *of_weights


def gru(x: Array, h: Array, w: Array, u: Array, b: Any, d: Any, steps: Steps, live: Any) -> tuple[Any, ...]:
    """The h of all steps [rows, H], the last h [n, H], and what the backward needs."""
    walk = Walk(x, h.shape[1], 3, steps, live)
    from_x, inner, h = product(x, w.T), walk.bias(d), h.copy()
    if b is not None:
        from_x += b
    y, gates, before, behind = walk.room(), walk.room(3), walk.room(), walk.room()
    for rows, n, marks in walk.each():
        arrays = from_x[rows], product(h[:n], u.T), inner, marks, h, y[rows], gates[rows], before[rows], behind[rows]
        walk.launch("gru", GRU, n, *arrays)
    return y, h, gates, before, behind


def gru_backward(
    gy: Array, gh: Array, x: Array, w: Array, u: Array, kept: Sequence[Array], steps: Steps, live: Any
) -> tuple[Array, ...]:
    """The gradients of x, h, W, U, b and d."""
    gates, before, behind = kept
    walk = Walk(x, u.shape[1], 3, steps, live)
    gy, gh, ga, gb = dense(gy), gh.copy(), walk.room(3), walk.room(3)
    for rows, n, marks in walk.each(backward=True):
        arrays = gy[rows], gates[rows], before[rows], behind[rows], marks, gh, ga[rows], gb[rows]
        walk.launch("gru_backward", GRU_BACKWARD, n, *arrays)
        product(gb[rows], u, into=gh[:n])
    gx, *of_weights = gradients(ga, gb, x, before, w)
    return gx, gh, *of_weights


def rnn(relu: bool, x: Array, h: Array, w: Array, u: Array, b: Any, d: Any, steps: Steps, live: Any) -> tuple[Any, ...]:
    """The h of all steps [rows, H], the last h [n, H], and what the backward needs; of ReLU or of tanh."""
    walk = Walk(x, h.shape[1], 1, steps, live)
    from_x, bias, h = product(x, w.T), walk.bias(b, d), h.copy()
    y, before, value = walk.room(), walk.room(), walk.room()
    for rows, n, marks in walk.each():
        arrays = from_x[rows], product(h[:n], u.T), bias, marks, h, y[rows], before[rows], value[rows]
        walk.launch("rnn", RNN, n, *arrays, more=(int(relu),))
    return y, h, before, value


def rnn_backward(
    relu: bool, gy: Array, gh: Array, x: Array, w: Array, u: Array, kept: Sequence[Array], steps: Steps, live: Any
) -> tuple[Array, ...]:
    """The gradients of x, h, W, U, b and d."""
    before, value = kept
    walk = Walk(x, u.shape[1], 1, steps, live)
    gy, gh, ga = dense(gy), gh.copy(), walk.room()
    for rows, n, marks in walk.each(backward=True):
        arrays = gy[rows], value[rows], marks, gh, ga[rows]
        walk.launch("rnn_backward", RNN_BACKWARD, n, *arrays, more=(int(relu),))
        product(ga[rows], u, into=gh[:n])
    gx, *of_weights = gradients(ga, ga, x, before, w)
    return gx, gh, *of_weights
