"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import numpy as np

from minigrad.kernels.cuda.launch import TYPES, blocks
from minigrad.kernels.cuda.rows import block_sum_source
from minigrad.simulator import RawKernel

THREADS = 256
ONE_SUM = 'extern "C" __global__ void f(const A* x, A* y) { y[threadIdx.x] = block_sum(x[threadIdx.x]); }'


def idle_threads(n):
    """The threads of all blocks that have no element."""
    return blocks(n, THREADS) * THREADS - n


def in_last_block(n):
    return n % THREADS


def number_of_blocks(n):
    return blocks(n, THREADS)


def tree_steps(n):
    """The phases of block_sum in which its busiest thread adds, as the simulator sees them."""
    uses = []
    x = np.zeros(n, np.float32)
    RawKernel(TYPES["float32"] + block_sum_source() + ONE_SUM, "f", uses=uses)((1,), (n,), (x, x.copy()))
    written = {use.met for use in uses if use.inside and use.writes}
    return len(written) - 1  # in the first, values are put down


def additions(n):
    return n - 1


def half_of_them(n):
    return n / 2
