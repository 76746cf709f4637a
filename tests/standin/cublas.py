"""cuBLAS as the stand-in has it: products of matrices by the places that a layout names in the memory of an array."""

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

from .array import host
from .graphs import changed


def gemm(a, of_a, b, of_b, c, add):
    """minigrad.kernels.cuda.products.gemm: sums in float32 for halves, and one rounding at the end."""
    m, n, k = c.shape[-2], c.shape[-1], a.shape[-1]
    count = c.size // (m * n)
    x, y, z = matrices(host(a), of_a, count, m, k), matrices(host(b), of_b, count, k, n), host(c)
    assert z.flags.c_contiguous
    wide = np.float64 if z.dtype == np.float64 else np.float32

    def redo():
        made = np.matmul(x.astype(wide), y.astype(wide)).reshape(z.shape)
        z[...] = z + made if add else made

    changed(redo)


def matrices(array, layout, count, rows, columns):
    """What cuBLAS reads, [count, rows, columns], which must be memory that the array, or what it is a view of, has."""
    base = array
    while isinstance(base.base, np.ndarray):
        base = base.base
    steps = (1, layout.leading) if layout.turned else (layout.leading, 1)
    assert layout.leading >= max(1, rows if layout.turned else columns)
    seen = as_strided(array, (count, rows, columns), [s * array.itemsize for s in (layout.stride, *steps)])
    (first, last), (begin, end) = byte_bounds(seen), byte_bounds(base)
    assert begin <= first <= last <= end, "a product reads beyond the memory of its array"
    return seen
