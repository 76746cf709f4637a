"""Layer norm of rows and batch norm of channels: statistics, results and gradients, each in one pass or two."""

from typing import Any

from ...device import Array, array_module
from .launch import THREADS, accurate, blocks, dense, launch, power_of_two
from .rows import block_sum_source

# --------------------------------------------------------------------------------------------------------- layer norm

STANDARDIZE = """
extern "C" __global__ void standardize(const T* x, const T* weight, const T* bias, T* y, A* means, A* scales,
                                       int m, A eps) {
    long long start = (long long) blockIdx.x * m;
    A total = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) total += (A) x[start + j];
    A mean = block_sum(total) / m;
    total = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        A d = (A) x[start + j] - mean;
        total += d * d;
    }
    A scale = 1 / sqrt(block_sum(total) / m + eps);
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        y[start + j] = (T) (((A) x[start + j] - mean) * scale * (A) weight[j] + (A) bias[j]);
    }
    if (threadIdx.x == 0) {
        means[blockIdx.x] = mean;
        scales[blockIdx.x] = scale;
    }
}
"""

STANDARDIZE_BACKWARD = """
extern "C" __global__ void standardize_backward(const T* gy, const T* x, const T* weight, const A* means,
                                                const A* scales, T* gx, int m) {
    long long start = (long long) blockIdx.x * m;
    A mean = means[blockIdx.x], r = scales[blockIdx.x], first = 0, second = 0;
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        A g = (A) weight[j] * (A) gy[start + j];
        first += g;
        second += g * ((A) x[start + j] - mean);
    }
    first = block_sum(first) / m;
    second = block_sum(second) / m * r * r;
    for (int j = threadIdx.x; j < m; j += blockDim.x) {
        A g = (A) weight[j] * (A) gy[start + j];
        gx[start + j] = (T) (r * (g - first - ((A) x[start + j] - mean) * second));
    }
}
"""

WIDE, TALL = 32, 8
"""Columns and rows that a block adds up at a time."""

STANDARDIZE_COLUMNS = """
extern "C" __global__ void standardize_columns(const T* gy, const T* x, const A* means, const A* scales, A* sums,
                                               int n, int m) {
    __shared__ A parts[2][TALL][WIDE];
    int column = blockIdx.x * WIDE + threadIdx.x;
    A gw = 0, gb = 0;
    if (column < m) {
        for (int row = blockIdx.y * TALL + threadIdx.y; row < n; row += gridDim.y * TALL) {
            A g = (A) gy[(long long) row * m + column];
            gw += g * ((A) x[(long long) row * m + column] - means[row]) * scales[row];
            gb += g;
        }
    }
    parts[0][threadIdx.y][threadIdx.x] = gw;
    parts[1][threadIdx.y][threadIdx.x] = gb;
    __syncthreads();
    if (threadIdx.y < 2 && column < m) {  // the first row of threads adds up gw, the second gb
        A total = 0;
        for (int i = 0; i < TALL; i++) total += parts[threadIdx.y][i][threadIdx.x];
        sums[((long long) blockIdx.y * 2 + threadIdx.y) * m + column] = total;
    }
}
""".replace("TALL", str(TALL)).replace("WIDE", str(WIDE))

STANDARDIZE_TOTALS = """
extern "C" __global__ void standardize_totals(const A* sums, T* gw, T* gb, int strips, int m) {
    A first = 0, second = 0;
    for (int i = threadIdx.x; i < strips; i += blockDim.x) {
        first += sums[(long long) 2 * i * m + blockIdx.x];
        second += sums[(long long) (2 * i + 1) * m + blockIdx.x];
    }
    first = block_sum(first);
    second = block_sum(second);
    if (threadIdx.x == 0) {
        gw[blockIdx.x] = (T) first;
        gb[blockIdx.x] = (T) second;
    }
}
"""


def standardize(x: Array, weight: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """(x - μ) / σ · weight + bias for each row of x [n, m]; also μ and 1/σ, both [n]."""
    x, (n, m) = dense(x), x.shape
    y, means, scales = array_module(x).empty_like(x), accurate(x, n), accurate(x, n)
    sources = block_sum_source(), STANDARDIZE
    arguments = x, dense(weight), dense(bias), y, means, scales, m, float(eps)
    launch("standardize", sources, x.dtype, (n,), (power_of_two(m),), *arguments)
    return y, means, scales


def standardize_backward(gy: Array, x: Array, weight: Array, means: Array, scales: Array) -> tuple[Array, Array, Array]:
    """The gradients of `standardize` for x [n, m], weight and bias [m].

    With d = x - μ and r = 1/σ: gx = r (w gy - mean(w gy)) - r³ d mean(w gy d),  gw = Σ r gy d,  gb = Σ gy.
    """
    gy, x, (n, m) = dense(gy), dense(x), x.shape
    gx = array_module(x).empty_like(x)
    sources = block_sum_source(), STANDARDIZE_BACKWARD
    arguments = gy, x, dense(weight), means, scales, gx, m
    launch("standardize_backward", sources, x.dtype, (n,), (power_of_two(m),), *arguments)
    wide = blocks(m, WIDE)
    strips = min(blocks(n, 4 * TALL), max(1, ENOUGH // wide))
    sums = accurate(x, strips, 2, m)
    arguments = gy, x, means, scales, sums, n, m
    launch("standardize_columns", (STANDARDIZE_COLUMNS,), x.dtype, (wide, strips), (WIDE, TALL), *arguments)
    gw, gb = array_module(x).empty(m, x.dtype), array_module(x).empty(m, x.dtype)
    sources = block_sum_source(), STANDARDIZE_TOTALS
    launch("standardize_totals", sources, x.dtype, (m,), (power_of_two(strips),), sums, gw, gb, strips, m)
    return gx, gw, gb


# --------------------------------------------------------------------------------------------------------- batch norm

ENOUGH = 1024
"""Blocks that keep a large GPU busy."""

RUNNING_UPDATE = """
extern "C" __global__ void running_update(A* running_mean, A* running_var, const A* mean, const A* var, int c,
                                          A momentum, A unbiased) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < c) {
        running_mean[i] = (1 - momentum) * running_mean[i] + momentum * mean[i];
        running_var[i] = (1 - momentum) * running_var[i] + momentum * (var[i] * unbiased);
    }
}
"""

CHANNEL_SUMS = """
extern "C" __global__ void channel_sums(const T* x, A* sums, int n, int c, int places, int each) {
    int channel = blockIdx.x, last = min((blockIdx.y + 1) * each, n * places);
    A shift = (A) x[(long long) channel * places], first = 0, second = 0;
    for (int e = blockIdx.y * each + threadIdx.x; e < last; e += blockDim.x) {
        A d = (A) x[((long long) (e / places) * c + channel) * places + e % places] - shift;
        first += d;
        second += d * d;
    }
    first = block_sum(first);
    second = block_sum(second);
    if (threadIdx.x == 0) {
        sums[(channel * gridDim.y + blockIdx.y) * 2] = first;
        sums[(channel * gridDim.y + blockIdx.y) * 2 + 1] = second;
    }
}
"""
"""Σ (x - s) and Σ (x - s)² of a part of each channel, where s is the channel's first element: however far the mean is
from 0, the squares stay small."""

CHANNEL_MOMENTS = """
extern "C" __global__ void channel_moments(const T* x, const A* sums, A* mean, A* var, int c, int places, int parts,
                                           int count) {
    int channel = blockIdx.x * blockDim.x + threadIdx.x;
    if (channel < c) {
        A first = 0, second = 0;
        for (int i = 0; i < parts; i++) {
            first += sums[(channel * parts + i) * 2];
            second += sums[(channel * parts + i) * 2 + 1];
        }
        first /= count;
        mean[channel] = (A) x[(long long) channel * places] + first;
        var[channel] = max(second / count - first * first, (A) 0);
    }
}
"""

CHANNEL_SCALE = """
extern "C" __global__ void channel_scale(const T* x, const A* mean, const A* var, const T* weight, const T* bias, T* y,
                                         int size, int c, int places, A eps) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < size) {
        int k = i / places % c;
        y[i] = (T) (((A) x[i] - mean[k]) / sqrt(var[k] + eps) * (A) weight[k] + (A) bias[k]);
    }
}
"""

CHANNEL_PRODUCTS = """
extern "C" __global__ void channel_products(const T* gy, const T* x, const A* mean, A* sums, int n, int c, int places,
                                            int each) {
    int channel = blockIdx.x, last = min((blockIdx.y + 1) * each, n * places);
    A shift = mean[channel], first = 0, second = 0;
    for (int e = blockIdx.y * each + threadIdx.x; e < last; e += blockDim.x) {
        long long i = ((long long) (e / places) * c + channel) * places + e % places;
        first += (A) gy[i];
        second += (A) gy[i] * ((A) x[i] - shift);
    }
    first = block_sum(first);
    second = block_sum(second);
    if (threadIdx.x == 0) {
        sums[(channel * gridDim.y + blockIdx.y) * 2] = first;
        sums[(channel * gridDim.y + blockIdx.y) * 2 + 1] = second;
    }
}
"""

CHANNEL_GRADIENTS = """
extern "C" __global__ void channel_gradients(const A* sums, const A* var, A* gw, A* gb, int c, int parts, A eps) {
    int channel = blockIdx.x * blockDim.x + threadIdx.x;
    if (channel < c) {
        A first = 0, second = 0;
        for (int i = 0; i < parts; i++) {
            first += sums[(channel * parts + i) * 2];
            second += sums[(channel * parts + i) * 2 + 1];
        }
        gb[channel] = first;
        gw[channel] = second / sqrt(var[channel] + eps);
    }
}
"""

CHANNEL_BACKWARD = """
extern "C" __global__ void channel_backward(const T* gy, const T* x, const A* mean, const A* var, const T* weight,
                                            const A* gw, const A* gb, T* gx, int size, int c, int places, int count,
                                            A eps) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < size) {
        int k = i / places % c;
        A r = 1 / sqrt(var[k] + eps);
        gx[i] = (T) ((A) weight[k] * r * ((A) gy[i] - (gb[k] + ((A) x[i] - mean[k]) * r * gw[k]) / count));
    }
}
"""


def parted(x: Array) -> tuple[int, int, int, int, int]:
    """n, channels and places of x [n, c, ...]; in how many parts a channel is added up, and of how many elements."""
    n, c = x.shape[:2]
    places = x.size // (n * c)
    parts = min(blocks(n * places, 4 * THREADS), max(1, ENOUGH // c))
    each = -(-n * places // parts)
    return n, c, places, -(-n * places // each), each


def running_update(running_mean: Array, running_var: Array, mean: Array, var: Array, n: int, momentum: float) -> None:
    """Move the running statistics towards those of a batch of n values for each channel, in place; all [c]."""
    arguments = running_mean, running_var, mean, var, mean.size, float(momentum), n / (n - 1)
    launch("running_update", (RUNNING_UPDATE,), mean.dtype, (blocks(mean.size),), (THREADS,), *arguments)


def moments(x: Array) -> tuple[Array, Array]:
    """Mean and biased variance of each channel of x [n, c, ...]."""
    x = dense(x)
    n, c, places, parts, each = parted(x)
    sums, mean, var = accurate(x, c, parts, 2), accurate(x, c), accurate(x, c)
    sources = block_sum_source(), CHANNEL_SUMS
    launch("channel_sums", sources, x.dtype, (c, parts), (THREADS,), x, sums, n, c, places, each)
    arguments = x, sums, mean, var, c, places, parts, n * places
    launch("channel_moments", (CHANNEL_MOMENTS,), x.dtype, (blocks(c),), (THREADS,), *arguments)
    return mean, var


def scale(x: Array, mean: Array, var: Array, weight: Array, bias: Array, eps: float) -> Array:
    """(x - mean) / √(var + ε) · weight + bias for each channel of x [n, c, ...]."""
    x = dense(x)
    _, c, places, *_ = parted(x)
    y = array_module(x).empty_like(x)
    arguments = x, dense(mean), dense(var), dense(weight), dense(bias), y, x.size, c, places, float(eps)
    launch("channel_scale", (CHANNEL_SCALE,), x.dtype, (blocks(x.size),), (THREADS,), *arguments)
    return y


def gradients(gy: Array, x: Array, mean: Array, var: Array, eps: float) -> tuple[Array, Array]:
    """gw = Σ gy x̂ and gb = Σ gy of each channel."""
    gy, x = dense(gy), dense(x)
    n, c, places, parts, each = parted(x)
    sums, gw, gb = accurate(x, c, parts, 2), accurate(x, c), accurate(x, c)
    sources = block_sum_source(), CHANNEL_PRODUCTS
    launch("channel_products", sources, x.dtype, (c, parts), (THREADS,), gy, x, mean, sums, n, c, places, each)
    arguments = sums, var, gw, gb, c, parts, float(eps)
    launch("channel_gradients", (CHANNEL_GRADIENTS,), x.dtype, (blocks(c),), (THREADS,), *arguments)
    return gw, gb


def scale_backward(gy: Array, x: Array, mean: Array, var: Array, weight: Array, gw: Any, gb: Any, eps: float) -> Array:
    """gx = w (gy - (gb + x̂ gw) / N) / σ, where N is the number of elements in a channel."""
    gy, x = dense(gy), dense(x)
    n, c, places, *_ = parted(x)
    gx = array_module(x).empty_like(x)
    arguments = gy, x, mean, var, dense(weight), gw, gb, gx, x.size, c, places, n * places, float(eps)
    launch("channel_backward", (CHANNEL_BACKWARD,), x.dtype, (blocks(x.size),), (THREADS,), *arguments)
    return gx
