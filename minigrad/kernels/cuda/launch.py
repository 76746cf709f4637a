"""Compiling a kernel for a type of elements, and starting it."""

from functools import cache
from typing import Any

import numpy as np

from ...device import Array, array_module, import_cupy

THREADS = 256
"""Threads of a block, where nothing speaks for another number: eight warps."""

FLOAT32 = np.dtype("float32")
"""For kernels whose text names neither T nor A."""

MOST = 1 << 31
"""Places in an array from which on an int no longer numbers them."""

TYPES = {
    "float16": "#include <cuda_fp16.h>\ntypedef __half T; typedef float A; ",
    "bfloat16": "#include <cuda_bf16.h>\ntypedef __nv_bfloat16 T; typedef float A; ",
    "float32": "typedef float T; typedef float A; ",
    "float64": "typedef double T; typedef double A; ",
}
"""What stands before a source, in the line in which it begins: the types T and A."""


def blocks(n: int, threads: int = THREADS) -> int:
    """How many blocks of `threads` threads make n threads or just more: n / threads, rounded up; at least 1."""
    return max(1, (n + threads - 1) // threads)


def taken(*arrays: Array) -> bool:
    """Can the kernels take these arrays: of one floating-point dtype, on a GPU, none empty or too large?"""
    first = arrays[0]
    return (
        type(first) is not np.ndarray
        and array_module(first) is not np
        and first.dtype.name in TYPES
        and all(a.dtype == first.dtype and 0 < a.size < MOST for a in arrays)
    )


OPTIONS = ("-DINFINITY=__int_as_float(0x7f800000)",)
"""NVIDIA's run-time compiler knows no header of C, so no INFINITY."""


@cache
def compiled(name: str, sources: tuple[str, ...], dtype: str) -> Any:
    """The kernel `name` of these sources, one after the other, for elements of this dtype."""
    return import_cupy("cuda").RawKernel(TYPES[dtype] + "\n".join(sources), name, options=OPTIONS)


def launch(
    name: str, sources: tuple[str, ...], dtype: Any, grid: tuple[int, ...], block: tuple[int, ...], *arguments: Any
) -> None:
    """Start a grid of blocks of threads. Whole numbers among the arguments are ints of C, others of the type A."""
    real = np.float64 if dtype == np.float64 else np.float32
    given = tuple([np.int32(a) if isinstance(a, int) else real(a) if isinstance(a, float) else a for a in arguments])
    compiled(name, sources, dtype.name)(grid, block, given)


def dense(x: Array) -> Array:
    """x, or a copy in C's order if it lies otherwise."""
    return x if x.flags.c_contiguous else array_module(x).ascontiguousarray(x)


def power_of_two(n: int, least: int = 32, most: int = 1024) -> int:
    """The threads for a row of n elements: the smallest power of two that is at least n, within these limits."""
    return min(max(1 << max(n - 1, 0).bit_length(), least), most)


def accurate_type(x: Array) -> str:
    """The dtype A of the kernels beside x: float64 beside float64, float32 beside all others."""
    return "float64" if x.dtype == "float64" else "float32"


def accurate(x: Array, *shape: int) -> Array:
    """Room for statistics of x."""
    return array_module(x).empty(shape, accurate_type(x))
