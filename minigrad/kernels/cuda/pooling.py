"""Max pooling: the highest element of each window and where it stands, and the way back, as a thread a pixel."""

from ...device import Array, array_module
from ..windows import Padding, Pair
from .launch import THREADS, blocks, dense, launch
from .windows import Windows

MAX_POOL = """
extern "C" __global__ void max_pool(const T* x, T* y, int* place, int n, int c, int h, int w, int down, int across,
                                    int kh, int kw, int sh, int sw, int top, int left, int dh, int dw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n * c * down * across) {
        const T* plane = x + (long long) (i / (down * across)) * h * w;
        int row = i / across % down * sh - top, column = i % across * sw - left, found = -1;
        A best = -INFINITY;
        for (int u = 0; u < kh; u++) {
            for (int v = 0; v < kw; v++) {
                int a = row + u * dh, b = column + v * dw;
                if (a < 0 || a >= h || b < 0 || b >= w) continue;
                A value = (A) plane[a * w + b];
                if (found < 0 || value > best || (isnan(value) && !isnan(best))) {
                    best = value;
                    found = a * w + b;
                }
            }
        }
        y[i] = (T) best;
        place[i] = found;
    }
}
"""

MAX_POOL_BACKWARD = """
extern "C" __global__ void max_pool_backward(const T* gy, const int* place, T* gx, int n, int c, int h, int w, int down,
                                             int across, int kh, int kw, int sh, int sw, int top, int left, int dh,
                                             int dw) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n * c * h * w) {
        int b = i % w + left, a = i / w % h + top, start = i / (w * h) * down * across;
        A total = 0;
        for (int u = 0; u < kh; u++) {
            int row = a - u * dh;
            if (row < 0 || row % sh != 0 || row / sh >= down) continue;
            for (int v = 0; v < kw; v++) {
                int column = b - v * dw;
                if (column < 0 || column % sw != 0 || column / sw >= across) continue;
                int window = start + row / sh * across + column / sw;
                if (place[window] == i % (w * h)) total += (A) gy[window];
            }
        }
        gx[i] = (T) total;
    }
}
"""


def max_pool(x: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> tuple[Array, Array]:
    """The highest element of each window, [n, c, down, across], and the number of its pixel; NaN is the highest."""
    x, windows, xp = dense(x), Windows(x.shape, kernel, stride, padding, dilation), array_module(x)
    shape = (*x.shape[:2], *windows.size)
    y, place = xp.empty(shape, x.dtype), xp.empty(shape, "int32")
    arguments = x, y, place, *x.shape, *windows.settings
    launch("max_pool", (MAX_POOL,), x.dtype, (blocks(y.size),), (THREADS,), *arguments)
    return y, place


def max_pool_backward(
    gy: Array, place: Array, shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> Array:
    """gx of `shape` [n, c, h, w]: each gy where the highest element of its window stands."""
    gy, windows = dense(gy), Windows(shape, kernel, stride, padding, dilation)
    gx = array_module(gy).empty(shape, gy.dtype)
    arguments = gy, place, gx, *shape, *windows.settings
    launch("max_pool_backward", (MAX_POOL_BACKWARD,), gy.dtype, (blocks(gx.size),), (THREADS,), *arguments)
    return gx
