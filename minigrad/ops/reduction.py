"""Reductions: sums, products, means, spreads, extremes, and what is built from them.

`dim` is None (all dimensions), one dimension or a tuple; with `keepdim` reduced dimensions stay with size 1. In the
formulas, gx stands for dL/dx and n for the number of elements that go into one element of the result.
"""

from math import inf, nan, sqrt
from math import prod as product
from typing import Any

from ..device import Array, array_module
from ..dtypes import is_floating
from ..function import Function
from ..kernels import reduction as kernels
from ..tensor import Tensor
from ..tensor_methods import Dim
from .apply import apply
from .arguments import as_tensor, checked, reduced_dims
from .convert import as_floating, clone, widened
from .elementwise import abs
from .shape import reshape


class Reduction(Function):
    """Base of reductions over `dim`. `note(x)` in forward remembers the shapes that `spread` needs in backward."""

    differentiable = True

    def __init__(self, dim: Dim = None, keepdim: bool = False):
        self.dim, self.keepdim = dim, keepdim

    def note(self, x: Array) -> None:
        self.dims = dims = reduced_dims(self.dim, x.ndim)
        self.shape = shape = x.shape
        self.kept = tuple([1 if d in dims else size for d, size in enumerate(shape)])
        self.n = product([shape[d] for d in dims])

    def spread(self, y: Array) -> Array:
        """`y`, which has the shape of the result, repeated over the elements that went into it."""
        return array_module(y).broadcast_to(y.reshape(self.kept), self.shape)


class Sum(Reduction):
    """y = Σ x;  gx = gy for every x in the sum."""

    autocast = "float32"

    def forward(self, x: Array) -> Array:
        self.note(x)
        if not is_floating(x.dtype):
            return x.sum(axis=self.dims, keepdims=self.keepdim, dtype="int64")
        return kernels.total(x, self.dims, self.keepdim).astype(x.dtype, copy=False)

    def backward(self, gy: Array) -> Any:
        return self.spread(gy)


def sum(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The sum over `dim`; whole numbers and booleans are summed in int64."""
    return Sum(dim, keepdim)(as_tensor(input, "sum"))


class Mean(Reduction):
    """y = Σ x / n;  gx = gy / n for every x in the mean."""

    def forward(self, x: Array) -> Array:
        self.note(x)
        return (kernels.total(x, self.dims, self.keepdim) / self.n).astype(x.dtype)

    def backward(self, gy: Array) -> Any:
        return self.spread(gy / self.n)


def mean(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The mean over `dim`."""
    return Mean(dim, keepdim)(as_floating(input, "mean"))


class Var(Reduction):
    """y = Σ (x - x̄)² / (n - correction);  gx = gy · 2 (x - x̄) / (n - correction).

    For n ≤ correction there is no variance: y is NaN or infinite and gx is NaN.
    """

    def __init__(self, dim: Dim = None, correction: float = 1, keepdim: bool = False):
        super().__init__(dim, keepdim)
        self.correction = correction

    def forward(self, x: Array) -> Array:
        self.note(x)
        self.save(x)
        squares = self.centred(x)
        squares *= squares
        return (kernels.total(squares, self.dims, self.keepdim) / max(self.n - self.correction, 0)).astype(x.dtype)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        return self.spread(gy * (2 / self.freedom())) * self.centred(x)

    def centred(self, x: Any) -> Any:
        """x - x̄."""
        return x - apply(Mean(self.dim, True), x)

    def freedom(self) -> float:
        """n - correction, the degrees of freedom; NaN if there are none."""
        return self.n - self.correction if self.n > self.correction else nan


def var(
    input: Any, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Tensor:
    """The variance over `dim`: squared distances from the mean, divided by n - correction.

    The correction is 1, or 0 if not `unbiased`, unless it is given.
    """
    return Var(dim, int(unbiased) if correction is None else correction, keepdim)(as_floating(input, "var"))


class Std(Var):
    """y = √var(x) = ‖x - x̄‖ / √(n - correction);  gx = gy · (x - x̄) / ((n - correction) · y), and 0 where y is 0."""

    def forward(self, x: Array) -> Array:
        self.note(x)
        length = kernels.length(self.centred(x), self.dims, self.keepdim)
        y = (length / sqrt(max(self.n - self.correction, 0))).astype(x.dtype)
        self.save(x, y)
        return y

    def backward(self, gy: Array) -> Any:
        x, y = self.saved
        where = array_module(gy).where
        share = where(y == 0, 0.0, gy / self.freedom() / where(y == 0, 1.0, y))
        return self.spread(share) * self.centred(x)


def std(
    input: Any, dim: Dim = None, unbiased: bool = True, keepdim: bool = False, *, correction: float | None = None
) -> Tensor:
    """The standard deviation over `dim`, the root of `var`."""
    return Std(dim, int(unbiased) if correction is None else correction, keepdim)(as_floating(input, "std"))


class Norm(Reduction):
    """y = ‖x‖ = √Σ x²;  gx = gy · x / y, and 0 where y is 0."""

    autocast = "float32"

    def forward(self, x: Array) -> Array:
        self.note(x)
        y = kernels.length(x, self.dims, self.keepdim).astype(x.dtype)
        self.save(x, y)
        return y

    def backward(self, gy: Array) -> Any:
        x, y = self.saved
        where = array_module(gy).where
        return self.spread(where(y == 0, 0.0, gy / where(y == 0, 1.0, y))) * x


def norm(input: Any, p: float = 2, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The length of vectors over `dim`: √Σ x² for p = 2, Σ |x| for p = 1, the largest |x| for p = inf.

    Raises ValueError for any other p.
    """
    input = widened(as_floating(input, "norm"))
    if p == 2:
        return Norm(dim, keepdim)(input)
    if p not in (1, inf):
        raise ValueError(f"norm got p={p}; expected 1, 2 or inf")
    return (sum if p == 1 else amax)(abs(input), dim, keepdim)


class Prod(Function):
    """y = Π x along `dim`;  gx_i = gy · Π_{j≠i} x_j: the product of all before x_i times that of all after it."""

    autocast = "float32"

    def __init__(self, dim: int, keepdim: bool = False):
        self.dim, self.keepdim = dim, keepdim

    def forward(self, x: Array) -> Array:
        self.save(x)
        return x.prod(axis=self.dim, keepdims=self.keepdim, dtype=None if is_floating(x.dtype) else "int64")

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        x = x.swapaxes(self.dim, -1)
        others = products_before(x) * products_before(x[..., ::-1])[..., ::-1]
        gy = gy if self.keepdim else array_module(gy).expand_dims(gy, self.dim)
        return gy * others.swapaxes(self.dim, -1)


def products_before(x: Array) -> Array:
    """y_i = x_0 · ... · x_{i-1} along the last dimension, in which y_0 = 1."""
    xp = array_module(x)
    return xp.concatenate([xp.ones_like(x[..., :1]), x[..., :-1].cumprod(axis=-1)], axis=-1)


def prod(input: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The product of all elements, or along `dim`; whole numbers and booleans are multiplied in int64."""
    input = as_tensor(input, "prod")
    if dim is None or input.ndim == 0:
        return Prod(0)(reshape(input, -1))
    return Prod(checked(dim, input.ndim, "prod"), keepdim)(input)


class AMax(Reduction):
    """y = max x;  the k elements that equal the maximum get gy / k each."""

    pick = "max"

    def forward(self, x: Array) -> Array:
        self.note(x)
        y = getattr(x, self.pick)(axis=self.dims, keepdims=self.keepdim)
        ties = (x == y.reshape(self.kept)).astype(x.dtype)
        self.save(ties / ties.sum(axis=self.dims, keepdims=True))
        return y

    def backward(self, gy: Array) -> Any:
        (share,) = self.saved
        return self.spread(gy) * share


class AMin(AMax):
    """y = min x;  the k elements that equal the minimum get gy / k each."""

    pick = "min"


def amax(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The largest element over `dim`; equal ones share the gradient."""
    return AMax(dim, keepdim)(as_tensor(input, "amax"))


def amin(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The smallest element over `dim`; equal ones share the gradient."""
    return AMin(dim, keepdim)(as_tensor(input, "amin"))


def largest(x: Array, dim: Dim) -> Array:
    """max x along `dim`, which is kept; of no elements it is 0."""
    return x.max(axis=dim, keepdims=True) if x.size else x.sum(axis=dim, keepdims=True)


class LogSumExp(Reduction):
    """y = ln Σ eˣ = m + ln Σ eˣ⁻ᵐ with m = max x, so that nothing overflows;  gx = gy · eˣ⁻ʸ."""

    autocast = "float32"

    def forward(self, x: Array) -> Array:
        self.note(x)
        xp = array_module(x)
        m = largest(x, self.dims)
        m = xp.where(xp.isfinite(m), m, 0)
        y = xp.log(xp.exp(x - m).sum(axis=self.dims, keepdims=True)) + m
        y = y if self.keepdim else y.squeeze(axis=self.dims)
        self.save(x, y)
        return y

    def backward(self, gy: Array) -> Any:
        x, y = self.saved
        return self.spread(gy) * array_module(gy).exp(x - y.reshape(self.kept))


def logsumexp(input: Any, dim: Dim, keepdim: bool = False) -> Tensor:
    """ln Σ eˣ over `dim`, without overflow."""
    return LogSumExp(dim, keepdim)(as_floating(input, "logsumexp"))


class CumSum(Function):
    """y_i = x_0 + ... + x_i;  gx_i = gy_i + gy_{i+1} + ...: a cumulative sum from the other end."""

    autocast = "float32"
    differentiable = True

    def __init__(self, dim: int):
        self.dim = dim

    def forward(self, x: Array) -> Array:
        return x.cumsum(axis=self.dim, dtype=x.dtype if is_floating(x.dtype) else "int64")

    def backward(self, gy: Array) -> Any:
        xp = array_module(gy)
        return xp.flip(xp.cumsum(xp.flip(gy, self.dim), self.dim), self.dim)


def cumsum(input: Any, dim: int) -> Tensor:
    """The running sum along `dim`."""
    input = as_tensor(input, "cumsum")
    dim = checked(dim, input.ndim, "cumsum")
    return CumSum(dim)(input) if input.ndim else clone(input)
