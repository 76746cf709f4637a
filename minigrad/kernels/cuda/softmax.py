"""Softmax and cross-entropy of rows, one block of threads a row."""

from ...device import Array, array_module
from .launch import dense, launch, power_of_two
from .rows import BLOCK_MAX, block_sum_source


def softmax_source() -> str:
    """The kernel softmax: y_j = e^(x_j - max x) / Σ_k e^(x_k - max x) for each row of m elements.

        extern "C" __global__ void softmax(const T* x, T* y, int m)

    Block blockIdx.x works on the row that begins at element blockIdx.x · m. A row may have more elements than the block
    has threads, or fewer: thread threadIdx.x takes j = threadIdx.x, threadIdx.x + blockDim.x, ... below m. A kernel may
    call A block_max(A value) and A block_sum(A value); all threads of the block must do so.
    """
    return """
extern "C" __global__ void softmax(const T* x, T* y, int m) {
    const T* row = x + (long long) blockIdx.x * m;
    T* out = y + (long long) blockIdx.x * m;
    A largest = -INFINITY;
    for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) row[j]);
    largest = block_max(largest);
    A total = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) total += exp((A) row[j] - largest);
    total = block_sum(total);
    for (int j = threadIdx.x; j < m; j += blockDim.x) out[j] = (T) (exp((A) row[j] - largest) / total);
}
"""


def softmax_backward_source() -> str:
    """The kernel softmax_backward: gx_j = y_j (gy_j - Σ_k gy_k y_k) for each row of m elements.

        extern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m)

    y is what softmax gave; blocks and rows as there. It may call A block_sum(A value).
    """
    return """
extern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m) {
    long long start = (long long) blockIdx.x * m;
    A total = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) total += (A) gy[start + j] * (A) y[start + j];
    total = block_sum(total);
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        gx[start + j] = (T) ((A) y[start + j] * ((A) gy[start + j] - total));
    }
}
"""


def softmax(x: Array) -> Array:
    """e^x / Σ e^x over the last dimension."""
    x = dense(x)
    y, m = array_module(x).empty_like(x), x.shape[-1]
    sources = BLOCK_MAX, block_sum_source(), softmax_source()
    launch("softmax", sources, x.dtype, (x.size // m,), (power_of_two(m),), x, y, m)
    return y


def softmax_backward(gy: Array, y: Array) -> Array:
    """y (gy - Σ gy y) over the last dimension."""
    gy, y = dense(gy), dense(y)
    gx, m = array_module(y).empty_like(y), y.shape[-1]
    sources = block_sum_source(), softmax_backward_source()
    launch("softmax_backward", sources, y.dtype, (y.size // m,), (power_of_two(m),), gy, y, gx, m)
    return gx
