"""Random numbers by Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).

A block cipher of ten rounds: number i of a draw is a function of i, of the seed and of how many draws there were
before, so every thread computes its own, and the state is two whole numbers.
"""

from typing import Any

import numpy as np

from ...device import Array, array_module
from .capture import Capture
from .launch import FLOAT32, THREADS, blocks, dense, launch

PHILOX = """
__device__ void philox(unsigned int* word, unsigned int k0, unsigned int k1) {
    for (int round = 0; round < 10; round++) {
        unsigned int high0 = __umulhi(0xD2511F53u, word[0]), low0 = 0xD2511F53u * word[0];
        unsigned int high1 = __umulhi(0xCD9E8D57u, word[2]), low1 = 0xCD9E8D57u * word[2];
        word[0] = high1 ^ word[1] ^ k0;
        word[1] = low1;
        word[2] = high0 ^ word[3] ^ k1;
        word[3] = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

__device__ void numbers_of(unsigned int* word, unsigned int i, const unsigned long long* state,
                           unsigned long long number) {
    unsigned long long seed = state[0], draw = state[1] + number;
    word[0] = i;
    word[1] = 0u;
    word[2] = (unsigned int) draw;
    word[3] = (unsigned int) (draw >> 32);
    philox(word, (unsigned int) seed, (unsigned int) (seed >> 32));
}
"""
"""Four words for the numbers 4 i to 4 i + 3 of a draw. `state` holds the seed, and how many draws there were before."""

UNIT = """
__device__ A unit(const unsigned int* word, int j) {  // number j from [0, 1), of 24 bits or, in double, of 53
    if (sizeof(A) == 4) return (A) (word[j] >> 8) * (A) 5.9604644775390625e-8;
    return ((A) (word[2 * j] >> 5) * (A) 67108864 + (A) (word[2 * j + 1] >> 6)) * (A) 1.1102230246251565e-16;
}
"""

UNIFORM = """
extern "C" __global__ void uniform(A* y, int n, const unsigned long long* state, unsigned long long draw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, each = 16 / sizeof(A);
    if (i * each < n) {
        unsigned int word[4];
        numbers_of(word, i, state, draw);
        for (int j = 0; j < each; j++) {
            if (each * i + j < n) y[each * i + j] = unit(word, j);
        }
    }
}
"""

NORMAL = """
extern "C" __global__ void normal(A* y, int n, const unsigned long long* state, unsigned long long draw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, each = 16 / sizeof(A);
    if (i * each < n) {
        unsigned int word[4];
        numbers_of(word, i, state, draw);
        for (int j = 0; j < each; j += 2) {  // Box & Muller, 1958: two normal numbers of two uniform ones
            A size = sqrt((A) -2 * log(1 - unit(word, j))), turn = 2 * unit(word, j + 1);
            if (each * i + j < n) y[each * i + j] = size * cospi(turn);
            if (each * i + j + 1 < n) y[each * i + j + 1] = size * sinpi(turn);
        }
    }
}
"""

INTEGERS = """
extern "C" __global__ void integers(long long* y, int n, long long low, unsigned long long count,
                                    const unsigned long long* state, unsigned long long draw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < (n + 1) / 2) {
        unsigned int word[4];
        numbers_of(word, i, state, draw);
        for (int j = 0; j < 2; j++) {
            unsigned long long wide = ((unsigned long long) word[2 * j] << 32) + word[2 * j + 1];
            if (2 * i + j < n) y[2 * i + j] = low + (long long) (wide % count);
        }
    }
}
"""

DROPOUT = """
extern "C" __global__ void dropout(const T* x, T* y, int n, int given, A p, A scale,
                                   const unsigned long long* state, unsigned long long draw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < (n + 3) / 4) {
        unsigned int word[4];
        numbers_of(word, i, state, draw);
        for (int j = 0; j < 4; j++) {
            A factor = (A) (word[j] >> 8) * (A) 5.9604644775390625e-8 >= p ? scale : 0;
            if (4 * i + j < n) y[4 * i + j] = (T) ((given ? (A) x[4 * i + j] : 1) * factor);
        }
    }
}
"""


SET_STATE = """
extern "C" __global__ void set_state(unsigned long long* state, unsigned long long seed, unsigned long long draws) {
    state[0] = seed;
    state[1] = draws;
}
"""


class Generator:
    """Random numbers on a GPU, which is named `device`. `seed` and `draws`, how often was drawn, are the whole state.

    Methods as of numpy.random.Generator: `random`, `standard_normal`, `integers`.
    """

    def __init__(self, xp: Any, seed: int | None = None, device: str = "cuda:0"):
        self.xp, self.device = xp, device
        self.begin(int(np.random.default_rng(seed).integers(1 << 63)), 0)

    def begin(self, seed: int, draws: int) -> None:
        """Go on from this state."""
        self.seed, self.draws = seed, draws
        self.memory = self.xp.empty(2, "uint64")  # new, for a backward may still need what was drawn before
        self.write(self.memory, 0)

    def write(self, memory: Array, draws: int) -> None:
        """Write the seed, and a number of draws, where kernels read them. Handed over by value, nothing is copied."""
        arguments = memory, np.uint64(self.seed), np.uint64(draws)
        launch("set_state", (SET_STATE,), FLOAT32, (1,), (1,), *arguments)

    def draw(self) -> tuple[Any, Any]:
        """What makes the next draw differ from all others: where in memory it finds the seed and how many draws there
        were before, and its own number, counted from there. In a captured step that memory gets new values."""
        if Capture.current is not None:
            memory, number = Capture.current.draw(self)
            return memory, np.uint64(number)
        self.draws += 1
        return self.memory, np.uint64(self.draws)

    def skip(self, memory: Array, count: int) -> None:
        """Count the draws that a captured step is about to make, and write how many there were before."""
        self.write(memory, self.draws)
        self.draws += count

    def fill(self, kernel: str, source: str, size: Any, dtype: Any) -> Array:
        shape = (size,) if isinstance(size, int) else tuple(size or ())
        y = self.xp.empty(shape, dtype)
        if y.size:
            grid = (blocks(y.size, 16 // y.itemsize * THREADS),)
            launch(kernel, (PHILOX, UNIT, source), y.dtype, grid, (THREADS,), y, y.size, *self.draw())
        return y

    def random(self, size: Any = None, dtype: Any = "float64") -> Array:
        """Numbers from [0, 1): multiples of 2⁻²⁴ in float32, of 2⁻⁵³ in float64."""
        return self.fill("uniform", UNIFORM, size, dtype)

    def standard_normal(self, size: Any = None, dtype: Any = "float64") -> Array:
        """Normal numbers with mean 0 and variance 1."""
        return self.fill("normal", NORMAL, size, dtype)

    def integers(self, low: int, high: int, size: Any = None) -> Array:
        """Whole numbers from low to high - 1, of int64: the remainders of 64 random bits."""
        shape = (size,) if isinstance(size, int) else tuple(size or ())
        y = self.xp.empty(shape, "int64")
        if y.size:
            arguments = y, y.size, np.int64(low), np.uint64(high - low), *self.draw()
            grid = (blocks(y.size, 2 * THREADS),)
            launch("integers", (PHILOX, INTEGERS), FLOAT32, grid, (THREADS,), *arguments)
        return y


def dropout(x: Array, p: float, *draw: Any) -> Array:
    """x with elements set to 0 with probability p and the others divided by 1 - p; the same ones for the same draw."""
    x = dense(x)
    y = array_module(x).empty_like(x)
    launch_dropout(x, y, 1, p, *draw)
    return y


def dropout_mask(x: Array, p: float, *draw: Any) -> Array:
    """What dropout multiplies elements of x by: 0 or 1 / (1 - p)."""
    mask = array_module(x).empty(x.shape, x.dtype)
    launch_dropout(mask, mask, 0, p, *draw)
    return mask


def launch_dropout(x: Array, y: Array, given: int, p: float, *draw: Any) -> None:
    grid, scale = (blocks(y.size, 4 * THREADS),), 1 / (1 - p) if p < 1 else 0.0
    arguments = x, y, y.size, given, float(p), scale, *draw
    launch("dropout", (PHILOX, DROPOUT), y.dtype, grid, (THREADS,), *arguments)
