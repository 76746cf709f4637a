"""Softmax and cross-entropy of rows, one block of threads a row."""

import numpy as np

from ...device import Array, array_module
from .launch import THREADS, accurate, blocks, dense, launch, power_of_two
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


# ------------------------------------------------------------------------------------------------------- cross-entropy

LOG_OF_SUM = """const T* row = x + (long long) blockIdx.x * m;
    A largest = -INFINITY;
    for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) row[j]);
    largest = block_max(largest);
    A total = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) total += exp((A) row[j] - largest);
    total = log(block_sum(total));
    if (threadIdx.x == 0) {
        parts[2 * blockIdx.x] = largest;
        parts[2 * blockIdx.x + 1] = total;
        long long label = t[blockIdx.x];"""
"""The largest x of a row and ln Σ e^(x - largest), with which its first thread goes on."""

CROSS_ENTROPY = f"""
extern "C" __global__ void cross_entropy(const T* x, const long long* t, T* loss, A* parts, int m) {{
    {LOG_OF_SUM}
        if (label < 0 || label >= m) label = 0;  // which is refused as soon as something is read from the GPU
        loss[blockIdx.x] = (T) (total - ((A) row[label] - largest));
    }}
}}
"""

CROSS_ENTROPY_BACKWARD = """
extern "C" __global__ void cross_entropy_backward(const T* gloss, const T* x, const long long* t, const A* parts, T* gx,
                                                  int m, int size) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < size) {
        int row = i / m;
        A p = exp((A) x[i] - parts[2 * row] - parts[2 * row + 1]);
        gx[i] = (T) ((A) gloss[row] * (p - (i % m == t[row] ? 1 : 0)));
    }
}
"""


def cross_entropy(x: Array, t: Array) -> tuple[Array, Array, Array]:
    """ln Σ_j e^(x_ij) - x_i,t(i) for rows x [n, m] and labels t [n] of int64: [n]; x, and what the backward needs.

    That is the largest x of each row and ln Σ e^(x - largest), [n, 2].
    """
    xp, x, (n, m) = array_module(x), dense(x), x.shape
    loss, parts = xp.empty(n, x.dtype), accurate(x, n, 2)
    sources = BLOCK_MAX, block_sum_source(), CROSS_ENTROPY
    launch("cross_entropy", sources, x.dtype, (n,), (power_of_two(m),), x, dense(t), loss, parts, m)
    return loss, x, parts


def cross_entropy_backward(gloss: Array, x: Array, t: Array, parts: Array) -> Array:
    """gloss_i (softmax(x_i)_j - [j = t(i)])."""
    gx, m = array_module(x).empty_like(x), x.shape[1]
    arguments = dense(gloss), x, dense(t), parts, gx, m, x.size
    launch("cross_entropy_backward", (CROSS_ENTROPY_BACKWARD,), x.dtype, (blocks(x.size),), (THREADS,), *arguments)
    return gx


ROW_LOSSES = f"""
extern "C" __global__ void row_losses(const T* x, const long long* t, A* loss, A* parts, int* wrong, int m,
                                      long long ignored) {{
    {LOG_OF_SUM}
        bool counts = label != ignored, known = label >= 0 && label < m;
        if (counts && !known) atomicMax(wrong, 1);
        loss[blockIdx.x] = counts && known ? total - ((A) row[label] - largest) : 0;
    }}
}}
"""

MEAN_LOSS = """
extern "C" __global__ void mean_loss(const A* loss, const long long* t, T* y, A* factor, int n, long long ignored,
                                     int mean) {
    A total = 0, count = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        total += loss[i];
        count += t[i] != ignored ? 1 : 0;
    }
    total = block_sum(total);
    count = block_sum(count);
    if (threadIdx.x == 0) {
        factor[0] = mean ? 1 / count : 1;
        y[0] = (T) (mean ? total / count : total);
    }
}
"""

MEAN_CROSS_ENTROPY_BACKWARD = """
extern "C" __global__ void mean_cross_entropy_backward(const T* gy, const A* factor, const T* x, const long long* t,
                                                       const A* parts, T* gx, int m, int size, long long ignored) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < size) {
        int row = i / m;
        A p = exp((A) x[i] - parts[2 * row] - parts[2 * row + 1]);
        gx[i] = (T) (t[row] != ignored ? (A) gy[0] * factor[0] * (p - (i % m == t[row] ? 1 : 0)) : 0);
    }
}
"""

MOST_ROWS = 1 << 24
"""Rows that float32 can count."""


def mean_cross_entropy(x: Array, t: Array, ignored: int, mean: bool) -> tuple[Array, ...]:
    """The mean, or the sum, of the cross-entropies of rows x [n, m] whose label in t [n], of int64, is not `ignored`.

    Also returns one int32, which is not 0 if another label is no class; and what the backward needs: x, the parts of
    `cross_entropy`, and what the mean multiplies by.
    """
    xp, x, t, (n, m) = array_module(x), dense(x), dense(t), x.shape
    losses, parts, factor = accurate(x, n), accurate(x, n, 2), accurate(x, 1)
    y, wrong, left_out = xp.empty((), x.dtype), xp.zeros((), "int32"), np.int64(ignored)
    of_rows, of_all = (BLOCK_MAX, block_sum_source(), ROW_LOSSES), (block_sum_source(), MEAN_LOSS)
    launch("row_losses", of_rows, x.dtype, (n,), (power_of_two(m),), x, t, losses, parts, wrong, m, left_out)
    launch("mean_loss", of_all, x.dtype, (1,), (power_of_two(n),), losses, t, y, factor, n, left_out, int(mean))
    return y, wrong, x, parts, factor


def mean_cross_entropy_backward(gy: Array, x: Array, t: Array, parts: Array, factor: Array, ignored: int) -> Array:
    """gy (softmax(x_i)_j - [j = t(i)]), times what the mean multiplies by; 0 in rows that are ignored."""
    gx, m = array_module(x).empty_like(x), x.shape[1]
    arguments = gy, factor, x, dense(t), parts, gx, m, x.size, np.int64(ignored)
    sources = (MEAN_CROSS_ENTROPY_BACKWARD,)
    launch("mean_cross_entropy_backward", sources, x.dtype, (blocks(x.size),), (THREADS,), *arguments)
    return gx


# ---------------------------------------------------------------------------------------------------------- attention

ATTENTION = """
extern "C" __global__ void attention(const T* scores, const T* mask, const T* kept, T* p, T* dropped, int m, int t,
                                     int heads, int of_sample, int of_head, int of_query, int of_key, int masked,
                                     int causal, int drops, A scale) {
    long long start = (long long) blockIdx.x * m;
    int head = blockIdx.x / t % heads, sample = blockIdx.x / t / heads, query = blockIdx.x % t;
    int seen = causal ? min(query + 1, m) : m;  // of the keys, which come first
    const T* here = mask + (long long) sample * of_sample + head * of_head + query * of_query;
    A largest = -INFINITY;
    for (int j = threadIdx.x; j < seen; j += blockDim.x) {
        largest = max(largest, (A) scores[start + j] * scale + (masked ? (A) here[j * of_key] : 0));
    }
    largest = block_max(largest);
    if (largest == -INFINITY) largest = 0;
    A total = 0;
    for (int j = threadIdx.x; j < seen; j += blockDim.x) {
        total += exp((A) scores[start + j] * scale + (masked ? (A) here[j * of_key] : 0) - largest);
    }
    total = block_sum(total);
    if (total == 0) total = 1;
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        A added = masked ? (A) here[j * of_key] : 0;
        A value = j < seen ? exp((A) scores[start + j] * scale + added - largest) / total : 0;
        p[start + j] = (T) value;
        if (drops) dropped[start + j] = (T) (value * (A) kept[start + j]);
    }
}
"""

ATTENTION_BACKWARD = """
extern "C" __global__ void attention_backward(const T* gp, const T* p, const T* kept, T* gs, int m, int drops,
                                              A scale) {
    long long start = (long long) blockIdx.x * m;
    A total = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        total += (A) gp[start + j] * (drops ? (A) kept[start + j] : 1) * (A) p[start + j];
    }
    total = block_sum(total);
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        A g = (A) gp[start + j] * (drops ? (A) kept[start + j] : 1);
        gs[start + j] = (T) (scale * (A) p[start + j] * (g - total));
    }
}
"""


def attention(
    scores: Array, mask: Array | None, scale: float, kept: Array | None, causal: bool = False
) -> tuple[Array, Array]:
    """P = softmax(scores · scale + mask) over the last dimension of scores [n, heads, t, s] or [n, t, s], zeros where
    all are -∞, and P times `kept`. The mask broadcasts to the scores. With `causal`, query i sees keys 0 to i only."""
    xp, scores = array_module(scores), dense(scores)
    heads, t, m = scores.shape[-3:]
    p = xp.empty_like(scores)
    dropped = p if kept is None else xp.empty_like(scores)
    strides = (0, 0, 0, 0)
    if mask is not None:
        mask = dense(mask)
        strides = (0, *[s // mask.itemsize for s in xp.broadcast_to(mask, scores.shape).strides])[-4:]
    some = scores if mask is None else mask, scores if kept is None else kept  # a kernel takes no None
    switches = int(mask is not None), int(causal), int(kept is not None)
    arguments = scores, *some, p, dropped, m, t, heads, *strides, *switches, float(scale)
    sources = BLOCK_MAX, block_sum_source(), ATTENTION
    launch("attention", sources, scores.dtype, (scores.size // m,), (power_of_two(m),), *arguments)
    return p, dropped


def attention_backward(gp: Array, p: Array, kept: Array | None, scale: float) -> Array:
    """scale · P (g - Σ g P) with g = gp · kept, over the last dimension."""
    gp, m = dense(gp), p.shape[-1]
    gs = array_module(p).empty_like(p)
    arguments = gp, p, p if kept is None else kept, gs, m, int(kept is not None), float(scale)
    sources = block_sum_source(), ATTENTION_BACKWARD
    launch("attention_backward", sources, p.dtype, (p.size // m,), (power_of_two(m),), *arguments)
    return gs
