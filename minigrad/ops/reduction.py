"""Reductions: sums, means, spreads, extremes, and what is built from them.

`dim` is None (all dimensions), one dimension or a tuple; with `keepdim` reduced dimensions stay with size 1. In the
formulas, gx stands for dL/dx and n for the number of elements that go into one element of the result.
"""

from collections.abc import Callable
from math import nan, prod
from operator import index
from typing import Any, NamedTuple

from ..device import Array, array_module
from ..function import Function
from ..tensor import Dim, Tensor
from .elementwise import as_floating, clone
from .shape import checked, gather, getitem


class Reduction(Function):
    """Base of reductions over `dim`. `note(x)` in forward remembers the shapes that `spread` needs in backward."""

    differentiable = True

    def __init__(self, dim: Dim = None, keepdim: bool = False):
        self.dim, self.keepdim = tuple(dim) if isinstance(dim, list) else dim, keepdim

    def note(self, x: Array) -> None:
        dims = range(x.ndim) if self.dim is None else self.dim if isinstance(self.dim, tuple) else (self.dim,)
        reduced = {index(d) % x.ndim if x.ndim else 0 for d in dims}
        self.shape = x.shape
        self.kept = tuple([1 if d in reduced else size for d, size in enumerate(x.shape)])
        self.n = prod([x.shape[d] for d in reduced if x.ndim])

    def spread(self, y: Array) -> Array:
        """`y`, which has the shape of the result, repeated over the elements that went into it."""
        return array_module(y).broadcast_to(y.reshape(self.kept), self.shape)


class Sum(Reduction):
    """y = Σ x;  gx = gy for every x in the sum."""

    def forward(self, x: Array) -> Array:
        self.note(x)
        return x.sum(axis=self.dim, keepdims=self.keepdim, dtype=sum_dtype(x))

    def backward(self, gy: Array) -> Any:
        return self.spread(gy)


def sum_dtype(x: Array) -> Any:
    """int64 for whole numbers and booleans (NumPy sums uint8 in uint64), x's own dtype for the rest."""
    return x.dtype if x.dtype.kind == "f" else "int64"


def sum(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The sum over `dim`; whole numbers and booleans are summed in int64."""
    return Sum(dim, keepdim)(input)


class Mean(Reduction):
    """y = Σ x / n;  gx = gy / n for every x in the mean."""

    def forward(self, x: Array) -> Array:
        self.note(x)
        return x.mean(axis=self.dim, keepdims=self.keepdim)

    def backward(self, gy: Array) -> Any:
        return self.spread(gy / self.n)


def mean(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The mean over `dim`."""
    return Mean(dim, keepdim)(input)


class Var(Reduction):
    """y = Σ (x - x̄)² / (n - correction);  gx = gy · 2 (x - x̄) / (n - correction).

    For n ≤ correction there is no variance: y is NaN or infinite and gx is NaN.
    """

    def __init__(self, dim: Dim = None, correction: int = 1, keepdim: bool = False):
        super().__init__(dim, keepdim)
        self.correction = correction

    def forward(self, x: Array) -> Array:
        self.note(x)
        self.save(x)
        return x.var(axis=self.dim, keepdims=self.keepdim, ddof=self.correction)

    def backward(self, gy: Array) -> Any:
        (x,) = self.saved
        centred = x - x.mean(axis=self.dim, keepdims=True)
        return self.spread(gy * (2 / self.freedom())) * centred

    def freedom(self) -> float:
        """n - correction, the degrees of freedom; NaN if there are none."""
        return self.n - self.correction if self.n > self.correction else nan


def var(input: Any, dim: Dim = None, *, correction: int = 1, keepdim: bool = False) -> Tensor:
    """The variance over `dim`: squared distances from the mean, divided by n - correction (1: unbiased)."""
    return Var(dim, correction, keepdim)(input)


class Std(Var):
    """y = √var(x);  gx = gy · (x - x̄) / ((n - correction) · y), and 0 where y is 0."""

    def forward(self, x: Array) -> Array:
        y = array_module(x).sqrt(super().forward(x))
        self.save(x, y)
        return y

    def backward(self, gy: Array) -> Any:
        x, y = self.saved
        centred = x - x.mean(axis=self.dim, keepdims=True)
        share = gy / array_module(gy).where(y == 0, 1.0, y * self.freedom())
        return self.spread(share) * centred


def std(input: Any, dim: Dim = None, *, correction: int = 1, keepdim: bool = False) -> Tensor:
    """The standard deviation over `dim`, the root of `var`."""
    return Std(dim, correction, keepdim)(input)


class AMax(Reduction):
    """y = max x;  the k elements that equal the maximum get gy / k each."""

    pick = "max"

    def forward(self, x: Array) -> Array:
        self.note(x)
        y = getattr(x, self.pick)(axis=self.dim, keepdims=self.keepdim)
        ties = (x == y.reshape(self.kept)).astype(x.dtype)
        self.save(ties / ties.sum(axis=self.dim, keepdims=True))
        return y

    def backward(self, gy: Array) -> Any:
        (share,) = self.saved
        return self.spread(gy) * share


class AMin(AMax):
    """y = min x;  the k elements that equal the minimum get gy / k each."""

    pick = "min"


def amax(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The largest element over `dim`; equal ones share the gradient."""
    return AMax(dim, keepdim)(input)


def amin(input: Any, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """The smallest element over `dim`; equal ones share the gradient."""
    return AMin(dim, keepdim)(input)


class Ordered(NamedTuple):
    """Values and where they stood along the dimension."""

    values: Tensor
    indices: Tensor


def extreme(index_of: Callable, whole: Callable, input: Tensor, dim: int | None, keepdim: bool) -> Any:
    if dim is None:
        return whole(input)
    indices = index_of(input, dim, keepdim=True)
    values = gather(input, dim, indices)
    return Ordered(values, indices) if keepdim else Ordered(values.squeeze(dim), indices.squeeze(dim))


def max(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The largest element (equal ones share the gradient); with `dim`, the pair (values, indices) along it, where
    the first of equal elements is the one chosen and gets the gradient."""
    return extreme(argmax, amax, input, dim, keepdim)


def min(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest element (equal ones share the gradient); with `dim`, the pair (values, indices) along it, where
    the first of equal elements is the one chosen and gets the gradient."""
    return extreme(argmin, amin, input, dim, keepdim)


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The position of the largest element: in the flattened tensor, or along `dim`."""
    return Tensor(array_module(input.data).asarray(input.data.argmax(axis=dim, keepdims=keepdim)))


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The position of the smallest element: in the flattened tensor, or along `dim`."""
    return Tensor(array_module(input.data).asarray(input.data.argmin(axis=dim, keepdims=keepdim)))


def largest(x: Array, dim: Dim) -> Array:
    """max x along `dim`, which is kept; of no elements it is 0."""
    return x.max(axis=dim, keepdims=True) if x.size else x.sum(axis=dim, keepdims=True)


class LogSumExp(Reduction):
    """y = ln Σ eˣ = m + ln Σ eˣ⁻ᵐ with m = max x, so that nothing overflows;  gx = gy · eˣ⁻ʸ."""

    def forward(self, x: Array) -> Array:
        self.note(x)
        xp = array_module(x)
        m = largest(x, self.dim)
        m = xp.where(xp.isfinite(m), m, 0)
        y = xp.log(xp.exp(x - m).sum(axis=self.dim, keepdims=True)) + m
        y = y if self.keepdim else y.squeeze(axis=self.dim)
        self.save(x, y)
        return y

    def backward(self, gy: Array) -> Any:
        x, y = self.saved
        return self.spread(gy) * array_module(gy).exp(x - y.reshape(self.kept))


def logsumexp(input: Any, dim: Dim, keepdim: bool = False) -> Tensor:
    """ln Σ eˣ over `dim`, without overflow."""
    return LogSumExp(dim, keepdim)(as_floating(input))


class CumSum(Function):
    """y_i = x_0 + ... + x_i;  gx_i = gy_i + gy_{i+1} + ...: a cumulative sum from the other end."""

    differentiable = True

    def __init__(self, dim: int):
        self.dim = dim

    def forward(self, x: Array) -> Array:
        return x.cumsum(axis=self.dim, dtype=sum_dtype(x))

    def backward(self, gy: Array) -> Any:
        xp = array_module(gy)
        return xp.flip(xp.cumsum(xp.flip(gy, self.dim), self.dim), self.dim)


def cumsum(input: Any, dim: int) -> Tensor:
    """The running sum along `dim`."""
    return CumSum(dim)(input) if input.ndim else clone(input)


def sort(input: Tensor, dim: int = -1, descending: bool = False) -> Ordered:
    """(values, indices) in order along `dim`; equal elements keep their order and NaN counts as the largest."""
    xp, x = array_module(input.data), input.data
    if x.ndim == 0:
        return Ordered(input, argmax(input))
    if descending:  # the reverse of the order of the reversed array keeps equal elements in order
        order = x.shape[dim] - 1 - xp.flip(xp.flip(x, dim).argsort(axis=dim, stable=True), dim)
    else:
        order = x.argsort(axis=dim, stable=True)
    indices = Tensor(order)
    return Ordered(gather(input, dim, indices), indices)


def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True) -> Ordered:
    """(values, indices) of the `k` largest, or smallest, elements along `dim`, best first.

    Raises ValueError if the dimension holds fewer than `k`.
    """
    if not 0 <= k <= input.shape[checked(dim, input.ndim)]:
        raise ValueError(f"topk got k={k} for dimension {dim} of size {input.shape[dim]}")
    order = sort(input.detach(), dim, descending=largest).indices
    first = [slice(None)] * input.ndim
    first[dim] = slice(k)
    indices = getitem(order, tuple(first))
    return Ordered(gather(input, dim, indices), indices)
