"""ReLU and GELU, with their gradients."""

from ...device import Array, array_module
from .launch import THREADS, blocks, dense, launch


def relu_source() -> str:
    """The kernel relu: y[i] = x[i] where x[i] ≥ 0 or NaN, else 0, for i = 0 ... n - 1.

        extern "C" __global__ void relu(const T* x, T* y, int n)

    It is started with as many blocks of THREADS threads as n needs: thread threadIdx.x of block blockIdx.x takes the
    element i = blockIdx.x · blockDim.x + threadIdx.x, if there is one. T is the type of the elements in memory, A the
    one to compute in: (A) x[i].
    """
    return """
extern "C" __global__ void relu(const T* x, T* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i];
    }
}
"""


def relu_backward_source() -> str:
    """The kernel relu_backward: gx[i] = gy[i] where y[i] ≠ 0 (NaN is not 0), else 0, for i = 0 ... n - 1.

        extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n)

    y is what relu gave; threads, T and A as there.
    """
    return """
extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        gx[i] = (A) y[i] != 0 ? gy[i] : (T) 0.0f;
    }
}
"""


def relu(x: Array) -> Array:
    """max(x, 0)."""
    x = dense(x)
    y = array_module(x).empty_like(x)
    launch("relu", (relu_source(),), x.dtype, (blocks(x.size),), (THREADS,), x, y, x.size)
    return y


def relu_backward(gy: Array, y: Array) -> Array:
    """gy where y ≠ 0, else 0."""
    gy, y = dense(gy), dense(y)
    gx = array_module(y).empty_like(y)
    launch("relu_backward", (relu_backward_source(),), y.dtype, (blocks(y.size),), (THREADS,), gy, y, gx, y.size)
    return gx


GELU = """
extern "C" __global__ void gelu(const T* x, T* y, T* slope, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        A v = (A) x[i];
        A cdf = (A) 0.5 + (A) 0.5 * erf(v * (A) 0.70710678118654752);  // 1 / √2
        A near = fmin(fmax(v, (A) -40), (A) 40);                        // beyond, the density is 0
        A density = exp((A) -0.5 * near * near) * (A) 0.39894228040143268;  // 1 / √(2π)
        y[i] = (T) (v * cdf);
        slope[i] = (T) (cdf + v * density);
    }
}
"""

GELU_TANH = """
extern "C" __global__ void gelu_tanh(const T* x, T* y, T* slope, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        A v = (A) x[i];
        A near = fmin(fmax(v, (A) -10), (A) 10);  // where tanh is ±1 to the last digit
        A root = (A) 0.79788456080286536;         // √(2 / π)
        A t = tanh(root * (near + (A) 0.044715 * near * near * near));
        y[i] = (T) ((A) 0.5 * v * (1 + t));
        slope[i] = (T) ((A) 0.5 * (1 + t) + (A) 0.5 * near * (1 - t * t) * root * (1 + (A) 0.134145 * near * near));
    }
}
"""


def gelu(x: Array) -> tuple[Array, Array]:
    """x Φ(x), and the slope Φ(x) + x φ(x)."""
    return with_slope("gelu", GELU, x)


def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """GELU by tanh, and the slope."""
    return with_slope("gelu_tanh", GELU_TANH, x)


def with_slope(name: str, source: str, x: Array) -> tuple[Array, Array]:
    x, xp = dense(x), array_module(x)
    y, slope = xp.empty_like(x), xp.empty_like(x)
    launch(name, (source,), x.dtype, (blocks(x.size),), (THREADS,), x, y, slope, x.size)
    return y, slope
