"""What clipping does to all gradients at once: their common norm, and one factor for all."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from ...device import Array, array_module
from .launch import accurate, launch, power_of_two, taken
from .optimizers import MOST_BLOCKS, TOGETHER, for_all, launch_for_all
from .rows import block_sum_source

ROOT = """
extern "C" __global__ void root(const A* parts, T* norm, int n) {
    A total = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) total += parts[i];
    total = block_sum(total);
    if (threadIdx.x == 0) norm[0] = (T) sqrt(total);
}
"""


@cache
def text_of_squares(count: int) -> str:
    """The kernel in which each block adds up squares of one of `count` gradients."""
    after = f"total = block_sum(total); if (threadIdx.x == 0) parts[blockIdx.y * {MOST_BLOCKS} + blockIdx.x] = total;"
    body = "total += (A) g[i] * (A) g[i];"
    return block_sum_source() + for_all("squares", "A* parts", "A total = 0;", ["const T* g"], count, body, after)


@cache
def text_of_shrink(count: int) -> str:
    """The kernel that multiplies `count` gradients by one factor."""
    before = "A factor = min((A) most / ((A) norm[0] + (A) 1e-6), (A) 1);"
    return for_all("shrink", "const T* norm, A most", before, ["T* g"], count, "g[i] = (T) ((A) g[i] * factor);")


def takes(gradients: Sequence[Array]) -> bool:
    """Are all of these on a GPU, of one dtype and dense in memory?"""
    return bool(gradients) and taken(*gradients) and all(g.flags.c_contiguous for g in gradients)


def norm(gradients: Sequence[Array]) -> Array:
    """√(Σ g²) over all elements of all gradients, an array of one number."""
    xp, first = array_module(gradients[0]), gradients[0]
    rounds = range(0, len(gradients), TOGETHER)
    parts = accurate(first, len(rounds), TOGETHER * MOST_BLOCKS)
    parts.fill(0)
    for number, start in enumerate(rounds):
        some: list[Any] = [(g,) for g in gradients[start : start + TOGETHER]]
        launch_for_all("squares", text_of_squares, (parts[number],), some)
    total = xp.empty((), first.dtype)
    sources, threads = (block_sum_source(), ROOT), power_of_two(parts.size)
    launch("root", sources, first.dtype, (1,), (threads,), parts, total, parts.size)
    return total


def shrink(gradients: Sequence[Array], total: Array, most: float) -> None:
    """g ← g · min(1, most / (total + 10⁻⁶)) for all gradients, in place."""
    launch_for_all("shrink", text_of_shrink, (total, float(most)), [(g,) for g in gradients])
