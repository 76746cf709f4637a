"""Rows that are picked by number: whether the numbers are rows at all, and rows added up by number."""

import numpy as np

from ...device import Array, array_module
from .launch import FLOAT32, THREADS, accurate, blocks, dense, launch

OUTSIDE = """
extern "C" __global__ void outside(const long long* index, int* found, int n, long long size) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n && (index[i] < 0 || index[i] >= size)) atomicMax(found, 1);
}
"""

RUN = 32
"""Sorted rows that one thread adds up."""

ADD_RUNS = """
extern "C" __global__ void add_runs(const T* values, const long long* order, const long long* places, T* total,
                                    A* heads, A* tails, int n, int width) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, part = i / width, column = i % width;
    int start = part * RUN, end = min(start + RUN, n), k = start;
    if (start >= n) return;
    bool continued = start > 0 && places[start - 1] == places[start];
    while (k < end) {
        long long place = places[k];
        A sum = 0;
        for (; k < end && places[k] == place; k++) sum += (A) values[order[k] * width + column];
        if (continued) {
            heads[i] = sum;  // of a run that began in a part before
        } else if (k < n && places[k] == place) {
            tails[i] = sum;  // of a run that goes on in the next part
        } else {
            total[place * width + column] = (T) sum;
        }
        continued = false;
    }
}
""".replace("RUN", str(RUN))

JOIN_RUNS = """
extern "C" __global__ void join_runs(const long long* places, T* total, const A* heads, const A* tails, int n,
                                     int width) {
    int i = blockIdx.x * blockDim.x + threadIdx.x, part = i / width, column = i % width;
    int start = part * RUN, end = start + RUN;
    if (end >= n || places[end] != places[end - 1]) return;
    long long place = places[end];
    if (places[start] == place && start > 0 && places[start - 1] == place) return;  // it began before this part
    A sum = tails[i];
    for (; end < n && places[end] == place; end += RUN) {
        part++;
        sum += heads[part * width + column];
        if (end + RUN >= n || places[end + RUN - 1] != place) break;
    }
    total[place * width + column] = (T) sum;
}
""".replace("RUN", str(RUN))
"""The thread in whose part a long run begins adds up what the parts behind it hold of it."""


def outside(index: Array, size: int) -> Array:
    """One int32: 1 if a number of `index`, of int64, is not from 0 to size - 1, else 0."""
    found, index = array_module(index).zeros((), "int32"), dense(index)
    launch("outside", (OUTSIDE,), FLOAT32, (blocks(index.size),), (THREADS,), index, found, index.size, np.int64(size))
    return found


def add_rows(rows: int, places: Array, order: Array, values: Array) -> Array:
    """Zeros [rows, m], to which values[order[k]] is added in row places[k], for sorted places; values [n, m].

    In every run in the same order, with sums in float32 for halves.
    """
    xp, values, (n, width) = array_module(values), dense(values), values.shape
    total, parts = xp.zeros((rows, width), values.dtype), blocks(n, RUN)
    heads, tails = accurate(values, parts, width), accurate(values, parts, width)
    grid = (blocks(parts * width),)
    arguments = values, order, places, total, heads, tails, n, width
    launch("add_runs", (ADD_RUNS,), values.dtype, grid, (THREADS,), *arguments)
    launch("join_runs", (JOIN_RUNS,), values.dtype, grid, (THREADS,), places, total, heads, tails, n, width)
    return total
