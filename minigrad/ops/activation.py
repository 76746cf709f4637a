"""Activation functions and their gradients. In the formulas, gx stands for dL/dx."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..device import Array, array_module
from ..function import Function
from ..kernels import elementwise as kernels
from ..kernels.cuda import activation as cuda
from ..kernels.cuda import softmax as rows
from ..kernels.cuda.launch import taken
from ..tensor import Tensor
from ..twins import fastest, twin_of
from .apply import apply
from .arguments import as_tensor, checked
from .convert import as_floating
from .reduction import largest
from .shape import reshape

FAR = 40
"""Where exp(-x²/2) is 0 in every dtype; beyond, x² might overflow."""


class Activation(Function):
    """Base of activations; each can be differentiated twice."""

    differentiable = True


class Sigmoid(Activation):
    """y = 1 / (1 + e⁻ˣ);  gx = gy · y (1 - y).

    With z = e^(-|x|), which cannot overflow: y = 1 / (1 + z) for x ≥ 0 and z / (1 + z) for x < 0.
    """

    def forward(self, x: Array) -> Array:
        xp = array_module(x)
        z = xp.exp(-xp.abs(x))
        y = xp.where(x >= 0, 1.0, z) / (1 + z)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy * y * (1 - y)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + e⁻ˣ), elementwise: any number to one between 0 and 1."""
    return Sigmoid()(as_floating(input, "sigmoid"))


class Tanh(Activation):
    """y = tanh x = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ);  gx = gy · (1 - y²)."""

    def forward(self, x: Array) -> Array:
        y = array_module(x).tanh(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy * (1 - y * y)


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent, elementwise: any number to one between -1 and 1."""
    return Tanh()(as_floating(input, "tanh"))


class ReLU(Activation):
    """y = max(x, 0);  gx = gy where y ≠ 0, which NaN is too, else 0 (Nair & Hinton, 2010)."""

    halves = "native"

    def forward(self, x: Array) -> Array:
        y = kernels.relu(x)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy * (y != 0)


@twin_of(ReLU)
class FastReLU(ReLU):
    """ReLU, large arrays shared between threads."""

    def backward(self, gy: Any) -> Any:
        (y,) = self.saved
        return super().backward(gy) if isinstance(gy, Tensor) else kernels.where_nonzero(gy, y)


def relu(input: Tensor) -> Tensor:
    """max(x, 0), elementwise; the gradient at 0 is 0."""
    return fastest(ReLU)()(as_tensor(input, "relu"))


class LeakyReLU(Activation):
    """y = x for x > 0, else slope · x;  gx = gy · (1 or slope) (Maas, Hannun & Ng, 2013)."""

    def __init__(self, negative_slope: float = 0.01):
        self.slope = negative_slope

    def forward(self, x: Array) -> Array:
        self.save(x)
        return array_module(x).where(x > 0, x, x * self.slope)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return array_module(gy).where(x > 0, gy, gy * self.slope)


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """x where it is positive, negative_slope · x elsewhere."""
    return LeakyReLU(negative_slope)(as_floating(input, "leaky_relu"))


class ELU(Activation):
    """y = α (eˣ - 1) for x ≤ 0, else x;  gx = gy · (α eˣ or 1) (Clevert, Unterthiner & Hochreiter, 2016)."""

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, x: Array) -> Array:
        xp = array_module(x)
        self.save(x)
        return xp.where(x <= 0, self.alpha * xp.expm1(xp.minimum(x, 0)), x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        xp = array_module(gy)
        return xp.where(x <= 0, gy * self.alpha * xp.exp(xp.where(x <= 0, x, 0.0)), gy)


def elu(input: Tensor, alpha: float = 1.0) -> Tensor:
    """x where it is positive, alpha · (eˣ - 1) elsewhere."""
    return ELU(alpha)(as_floating(input, "elu"))


class SiLU(Activation):
    """y = x · s with s = sigmoid(x);  gx = gy · s (1 + x (1 - s)) (Elfwing, Uchibe & Doya, 2018)."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return x * Sigmoid().forward(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        s = apply(Sigmoid(), x)
        return gy * s * (1 + x * (1 - s))


def silu(input: Tensor) -> Tensor:
    """x · sigmoid(x), elementwise."""
    return SiLU()(as_floating(input, "silu"))


class Softplus(Activation):
    """y = ln(1 + e^(βx)) / β;  gx = gy · sigmoid(βx) (Dugas et al., 2001).

    Computed as max(βx, 0) + ln(1 + e^(-|βx|)), which cannot overflow.
    """

    autocast = "float32"

    def __init__(self, beta: float = 1.0):
        self.beta = beta

    def forward(self, x: Array) -> Array:
        xp = array_module(x)
        self.save(x)
        scaled = x * self.beta
        return (xp.maximum(scaled, 0) + xp.log1p(xp.exp(-xp.abs(scaled)))) / self.beta

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return gy * apply(Sigmoid(), x * self.beta)


def softplus(input: Tensor, beta: float = 1.0) -> Tensor:
    """ln(1 + e^(beta · x)) / beta, elementwise: a smooth ReLU. No threshold is needed: nothing overflows.

    Raises ValueError unless beta > 0.
    """
    if not beta > 0:
        raise ValueError(f"softplus got beta={beta}; expected a number above 0")
    return Softplus(beta)(as_floating(input, "softplus"))


class Erf(Activation):
    """y = 2/√π ∫₀ˣ exp(-t²) dt;  gx = gy · 2/√π · exp(-x²)."""

    def forward(self, x: Array) -> Array:
        self.save(x)
        return kernels.erf(x)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        xp = array_module(gy)
        near = xp.clip(x, -FAR, FAR)
        return gy * (2 / math.sqrt(math.pi)) * xp.exp(-near * near)


def erf(input: Tensor) -> Tensor:
    """The error function, elementwise."""
    return Erf()(as_floating(input, "erf"))


class GELU(Activation):
    """y = x · Φ(x);  gx = gy · (Φ(x) + x · φ(x)) (Hendrycks & Gimpel, 2016).

    Φ(x) = (1 + erf(x/√2)) / 2 is the normal distribution function and φ(x) = exp(-x²/2) / √(2π) its density.
    """

    def forward(self, x: Array) -> Array:
        self.save(x)
        return x * (0.5 + 0.5 * kernels.erf(x * math.sqrt(0.5)))

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        cdf = 0.5 + 0.5 * apply(Erf(), x * math.sqrt(0.5))
        xp = array_module(gy)
        near = xp.clip(x, -FAR, FAR)
        pdf = xp.exp(-0.5 * near * near) * (1 / math.sqrt(2 * math.pi))
        return gy * (cdf + x * pdf)


class SlopeAlong(Activation):
    """What fast twins share: large arrays go by blocks that stay in the cache, the slope along with the result; on a
    GPU one kernel gives both."""

    halves = "kernels"
    kernel: Callable[[Array, bool], tuple[Array, Array | None]]
    cuda_kernel: Callable[[Array], tuple[Array, Array]]

    def forward(self, x: Array) -> Array:
        if taken(x):
            y, self.slope = type(self).cuda_kernel(x)
            self.save(x, self.slope)
            return y
        dense = type(x) is np.ndarray and (x.flags.c_contiguous or x.flags.f_contiguous)
        if not dense or x.dtype.itemsize < 4 or x.size < 4096:
            self.slope = None
            return super().forward(x)
        y, self.slope = type(self).kernel(x, bool(self.edges))
        self.save(x, self.slope)
        return y

    def backward(self, gy: Any) -> Any:
        if self.slope is None or isinstance(gy, Tensor):
            self.saved = self.saved[:1]
            return super().backward(gy)
        return gy * self.slope


@twin_of(GELU, kernels.erf)
class FastGELU(SlopeAlong, GELU):
    """GELU by minigrad.kernels."""

    kernel, cuda_kernel = staticmethod(kernels.gelu), staticmethod(cuda.gelu)


class GELUTanh(Activation):
    """y = x/2 · (1 + t),  t = tanh u,  u = √(2/π) (x + 0.044715 x³);  gx = gy · ((1 + t)/2 + x/2 · (1 - t²) · u').

    u' = √(2/π) (1 + 3 · 0.044715 x²) is the derivative of u (Hendrycks & Gimpel, 2016). In u, x is limited to ±10,
    where t is ±1 to the last digit and x³ does not overflow.
    """

    def forward(self, x: Array) -> Array:
        self.save(x)
        xp = array_module(x)
        return 0.5 * x * (1 + xp.tanh(self.argument(xp.clip(x, -10, 10))))

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        xp = array_module(gy)
        near = xp.clip(x, -10, 10)
        t = xp.tanh(self.argument(near))
        slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * near * near)
        return gy * (0.5 * (1 + t) + 0.5 * near * (1 - t * t) * slope)

    @staticmethod
    def argument(x: Any) -> Any:
        """u, of which tanh is taken."""
        return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


@twin_of(GELUTanh, GELUTanh.argument)
class FastGELUTanh(SlopeAlong, GELUTanh):
    """GELUTanh by minigrad.kernels."""

    kernel, cuda_kernel = staticmethod(kernels.gelu_tanh), staticmethod(cuda.gelu_tanh)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """x · Φ(x) with the normal distribution function Φ, or its approximation by tanh with approximate='tanh'."""
    if approximate not in ("none", "tanh"):
        raise ValueError(f"gelu got approximate='{approximate}'; expected 'none' or 'tanh'")
    return fastest(GELU if approximate == "none" else GELUTanh)()(as_floating(input, "gelu"))


class Softmax(Activation):
    """y_i = e^(x_i) / Σ_j e^(x_j) along `dim`;  gx = y · (gy - Σ gy · y).

    Nothing overflows, however large x is.
    """

    autocast = "float32"

    def __init__(self, dim: int):
        self.dim = dim

    def forward(self, x: Array) -> Array:
        # The largest x is subtracted first: the quotient is the same.
        e = array_module(x).exp(x - largest(x, self.dim))
        y = e / e.sum(axis=self.dim, keepdims=True)
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return y * (gy - (gy * y).sum(axis=self.dim, keepdims=True))


@twin_of(Softmax, largest)
class FastSoftmax(Softmax):
    """Softmax; on a GPU a kernel for rows, as the last dimension has them."""

    def forward(self, x: Array) -> Array:
        self.is_row = taken(x) and self.dim == x.ndim - 1
        if not self.is_row:
            return super().forward(x)
        y = rows.softmax(x)
        self.save(y)
        return y

    def backward(self, gy: Any) -> Any:
        if not self.is_row or isinstance(gy, Tensor):
            return super().backward(gy)
        return rows.softmax_backward(gy, *self.saved)


def softmax(input: Tensor, dim: int) -> Tensor:
    """e^x / Σ e^x along `dim`: positive numbers that sum to 1."""
    input = as_floating(input, "softmax")
    return along(fastest(Softmax)(checked(dim, input.ndim, "softmax")), input)


class LogSoftmax(Activation):
    """y_i = x_i - ln Σ_j e^(x_j) along `dim`;  gx = gy - e^y · Σ gy.

    The largest x is subtracted first, so that the sum is at least e⁰ = 1; that of no elements is taken for 1.
    """

    autocast = "float32"

    def __init__(self, dim: int):
        self.dim = dim

    def forward(self, x: Array) -> Array:
        xp = array_module(x)
        shifted = x - largest(x, self.dim)
        y = shifted - xp.log(xp.maximum(xp.exp(shifted).sum(axis=self.dim, keepdims=True), 1))
        self.save(y)
        return y

    def backward(self, gy: Array) -> Any:
        (y,) = self.saved
        return gy - array_module(gy).exp(y) * gy.sum(axis=self.dim, keepdims=True)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """The logarithm of softmax along `dim`, without overflow or log 0."""
    input = as_floating(input, "log_softmax")
    return along(LogSoftmax(checked(dim, input.ndim, "log_softmax")), input)


def along(function: Function, input: Tensor) -> Tensor:
    """`function` along a dimension of `input`; a number is taken for a vector of one, for CuPy's have no dimension."""
    return function(input) if input.ndim else reshape(function(reshape(input, 1)), ())
