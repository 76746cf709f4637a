"""The methods of a tensor that compute: operators, functions, sums, shapes. Each calls a function of minigrad.ops.

Names, argument names and defaults are PyTorch's; reductions take NumPy's `axis` and `keepdims` too.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from .tensor import Tensor

ops: Any = None  # minigrad.ops; tensor.py puts it here at its end, because ops make tensors and so come after them

Dim = int | tuple[int, ...] | None
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def numpy_names(reduction: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let a reduction take NumPy's `axis` and `keepdims` for `dim` and `keepdim`, as PyTorch's do."""

    @wraps(reduction)
    def renamed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if "axis" in kwargs:
            kwargs["dim"] = kwargs.pop("axis")
        if "keepdims" in kwargs:
            kwargs["keepdim"] = kwargs.pop("keepdims")
        return reduction(*args, **kwargs)

    return renamed


class TensorMethods:
    """What Tensor inherits: everything that an operation does for it."""

    __slots__ = ()

    # --------------------------------------------------------------------------------------------------- operators

    def __add__(self, other: Any) -> Tensor:
        return ops.add(self, other)

    def __radd__(self, other: Any) -> Tensor:
        return ops.add(other, self)

    def __sub__(self, other: Any) -> Tensor:
        return ops.sub(self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return ops.sub(other, self)

    def __mul__(self, other: Any) -> Tensor:
        return ops.mul(self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return ops.mul(other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return ops.div(self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return ops.div(other, self)

    def __pow__(self, other: Any) -> Tensor:
        return ops.pow(self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return ops.pow(other, self)

    def __floordiv__(self, other: Any) -> Tensor:
        return ops.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return ops.floor_divide(other, self)

    def __mod__(self, other: Any) -> Tensor:
        return ops.remainder(self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return ops.remainder(other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return ops.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return ops.matmul(other, self)

    def __neg__(self) -> Tensor:
        return ops.neg(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Tensor:
        return ops.abs(self)

    def __invert__(self) -> Tensor:
        return ops.constant("invert", self)

    def __and__(self, other: Any) -> Tensor:
        return ops.constant("bitwise_and", self, other)

    def __or__(self, other: Any) -> Tensor:
        return ops.constant("bitwise_or", self, other)

    def __xor__(self, other: Any) -> Tensor:
        return ops.constant("bitwise_xor", self, other)

    def __eq__(self, other: Any) -> Any:
        return NotImplemented if other is None or isinstance(other, str) else ops.eq(self, other)

    def __ne__(self, other: Any) -> Any:
        return NotImplemented if other is None or isinstance(other, str) else ops.ne(self, other)

    def __lt__(self, other: Any) -> Tensor:
        return ops.lt(self, other)

    def __le__(self, other: Any) -> Tensor:
        return ops.le(self, other)

    def __gt__(self, other: Any) -> Tensor:
        return ops.gt(self, other)

    def __ge__(self, other: Any) -> Tensor:
        return ops.ge(self, other)

    # ------------------------------------------------------------------------------------------------ elementwise

    def exp(self) -> Tensor:
        return ops.exp(self)

    def expm1(self) -> Tensor:
        return ops.expm1(self)

    def log(self) -> Tensor:
        return ops.log(self)

    def log2(self) -> Tensor:
        return ops.log2(self)

    def log10(self) -> Tensor:
        return ops.log10(self)

    def log1p(self) -> Tensor:
        return ops.log1p(self)

    def sqrt(self) -> Tensor:
        return ops.sqrt(self)

    def rsqrt(self) -> Tensor:
        return ops.rsqrt(self)

    def square(self) -> Tensor:
        return ops.square(self)

    def reciprocal(self) -> Tensor:
        return ops.reciprocal(self)

    def neg(self) -> Tensor:
        return ops.neg(self)

    def abs(self) -> Tensor:
        return ops.abs(self)

    def sin(self) -> Tensor:
        return ops.sin(self)

    def cos(self) -> Tensor:
        return ops.cos(self)

    def tan(self) -> Tensor:
        return ops.tan(self)

    def sinh(self) -> Tensor:
        return ops.sinh(self)

    def cosh(self) -> Tensor:
        return ops.cosh(self)

    def floor(self) -> Tensor:
        return ops.floor(self)

    def ceil(self) -> Tensor:
        return ops.ceil(self)

    def trunc(self) -> Tensor:
        return ops.trunc(self)

    def round(self) -> Tensor:
        return ops.round(self)

    def sign(self) -> Tensor:
        return ops.sign(self)

    def erf(self) -> Tensor:
        return ops.erf(self)

    def add(self, other: Any) -> Tensor:
        return ops.add(self, other)

    def sub(self, other: Any) -> Tensor:
        return ops.sub(self, other)

    def mul(self, other: Any) -> Tensor:
        return ops.mul(self, other)

    def div(self, other: Any) -> Tensor:
        return ops.div(self, other)

    def floor_divide(self, other: Any) -> Tensor:
        return ops.floor_divide(self, other)

    def remainder(self, other: Any) -> Tensor:
        return ops.remainder(self, other)

    def pow(self, exponent: Any) -> Tensor:
        return ops.pow(self, exponent)

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        return ops.clip(self, min, max)

    clamp = clip

    def maximum(self, other: Any) -> Tensor:
        return ops.maximum(self, other)

    def minimum(self, other: Any) -> Tensor:
        return ops.minimum(self, other)

    def where(self, condition: Any, other: Any) -> Tensor:
        """Elements of this tensor where `condition` holds, of `other` elsewhere."""
        return ops.where(condition, self, other)

    def masked_fill(self, mask: Any, value: builtins.float) -> Tensor:
        """`value` where `mask` is True, this tensor elsewhere."""
        return ops.masked_fill(self, mask, value)

    def sigmoid(self) -> Tensor:
        return ops.sigmoid(self)

    def tanh(self) -> Tensor:
        return ops.tanh(self)

    def relu(self) -> Tensor:
        return ops.relu(self)

    def softmax(self, dim: builtins.int) -> Tensor:
        return ops.softmax(self, dim)

    def log_softmax(self, dim: builtins.int) -> Tensor:
        return ops.log_softmax(self, dim)

    def isnan(self) -> Tensor:
        return ops.isnan(self)

    def isinf(self) -> Tensor:
        return ops.isinf(self)

    def isfinite(self) -> Tensor:
        return ops.isfinite(self)

    def logical_not(self) -> Tensor:
        return ops.logical_not(self)

    def logical_and(self, other: Any) -> Tensor:
        return ops.logical_and(self, other)

    def logical_or(self, other: Any) -> Tensor:
        return ops.logical_or(self, other)

    def logical_xor(self, other: Any) -> Tensor:
        return ops.logical_xor(self, other)

    def eq(self, other: Any) -> Tensor:
        return ops.eq(self, other)

    def ne(self, other: Any) -> Tensor:
        return ops.ne(self, other)

    def lt(self, other: Any) -> Tensor:
        return ops.lt(self, other)

    def le(self, other: Any) -> Tensor:
        return ops.le(self, other)

    def gt(self, other: Any) -> Tensor:
        return ops.gt(self, other)

    def ge(self, other: Any) -> Tensor:
        return ops.ge(self, other)

    def equal(self, other: Any) -> builtins.bool:
        """Have both the same shape and the same elements?"""
        return ops.equal(self, other)

    def isclose(
        self,
        other: Any,
        rtol: builtins.float = 1e-5,
        atol: builtins.float = 1e-8,
        equal_nan: builtins.bool = False,
    ) -> Tensor:
        return ops.isclose(self, other, rtol, atol, equal_nan)

    def allclose(
        self,
        other: Any,
        rtol: builtins.float = 1e-5,
        atol: builtins.float = 1e-8,
        equal_nan: builtins.bool = False,
    ) -> builtins.bool:
        """|self - other| ≤ atol + rtol · |other| everywhere?"""
        return ops.allclose(self, other, rtol, atol, equal_nan)

    # ------------------------------------------------------------------------------------------------- reductions

    @numpy_names
    def sum(self, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.sum(self, dim, keepdim)

    @numpy_names
    def mean(self, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.mean(self, dim, keepdim)

    @numpy_names
    def prod(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.prod(self, dim, keepdim)

    @numpy_names
    def var(
        self,
        dim: Dim = None,
        unbiased: builtins.bool = True,
        keepdim: builtins.bool = False,
        *,
        correction: builtins.float | None = None,
    ) -> Tensor:
        return ops.var(self, dim, unbiased, keepdim, correction=correction)

    @numpy_names
    def std(
        self,
        dim: Dim = None,
        unbiased: builtins.bool = True,
        keepdim: builtins.bool = False,
        *,
        correction: builtins.float | None = None,
    ) -> Tensor:
        return ops.std(self, dim, unbiased, keepdim, correction=correction)

    @numpy_names
    def max(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The largest element, or with `dim` the pair (values, indices) along it."""
        return ops.max(self, dim, keepdim)

    @numpy_names
    def min(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The smallest element, or with `dim` the pair (values, indices) along it."""
        return ops.min(self, dim, keepdim)

    @numpy_names
    def amax(self, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.amax(self, dim, keepdim)

    @numpy_names
    def amin(self, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.amin(self, dim, keepdim)

    @numpy_names
    def argmax(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.argmax(self, dim, keepdim)

    @numpy_names
    def argmin(self, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.argmin(self, dim, keepdim)

    @numpy_names
    def logsumexp(self, dim: Dim, keepdim: builtins.bool = False) -> Tensor:
        return ops.logsumexp(self, dim, keepdim)

    @numpy_names
    def cumsum(self, dim: builtins.int) -> Tensor:
        return ops.cumsum(self, dim)

    def norm(self, p: builtins.float = 2, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        """The length √Σ x² over `dim`; Σ |x| for p = 1, the largest |x| for p = inf."""
        return ops.norm(self, p, dim, keepdim)

    @numpy_names
    def all(self, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.all(self, dim, keepdim)

    @numpy_names
    def any(self, dim: Dim = None, keepdim: builtins.bool = False) -> Tensor:
        return ops.any(self, dim, keepdim)

    def count_nonzero(self, dim: Dim = None) -> Tensor:
        return ops.count_nonzero(self, dim)

    def sort(self, dim: builtins.int = -1, descending: builtins.bool = False) -> Any:
        """(values, indices), stable."""
        return ops.sort(self, dim, descending)

    def argsort(self, dim: builtins.int = -1, descending: builtins.bool = False) -> Tensor:
        return ops.argsort(self, dim, descending)

    def unique(self) -> Tensor:
        return ops.unique(self)

    def topk(self, k: builtins.int, dim: builtins.int = -1, largest: builtins.bool = True) -> Any:
        """(values, indices) of the `k` largest (or smallest) along `dim`, in order."""
        return ops.topk(self, k, dim, largest)

    # ------------------------------------------------------------------------------------------------------ shape

    def reshape(self, *shape: Any) -> Tensor:
        return ops.reshape(self, *shape)

    view = reshape

    def flatten(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        return ops.flatten(self, start_dim, end_dim)

    def ravel(self) -> Tensor:
        return ops.ravel(self)

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two dimensions."""
        return ops.swapaxes(self, dim0, dim1)

    swapaxes = transpose

    def t(self) -> Tensor:
        """The transposed matrix."""
        return ops.t(self)

    def movedim(self, source: Any, destination: Any) -> Tensor:
        return ops.movedim(self, source, destination)

    def permute(self, *dims: Any) -> Tensor:
        return ops.permute(self, *dims)

    @property
    def T(self: Any) -> Tensor:
        """All dimensions reversed."""
        return ops.permute(self, *range(self.ndim)[::-1])

    @property
    def mT(self) -> Tensor:
        """The last two dimensions exchanged."""
        return ops.swapaxes(self, -1, -2)

    def squeeze(self, dim: Dim = None) -> Tensor:
        return ops.squeeze(self, dim)

    def unsqueeze(self, dim: builtins.int) -> Tensor:
        return ops.unsqueeze(self, dim)

    def expand(self, *shape: Any) -> Tensor:
        return ops.expand(self, *shape)

    def broadcast_to(self, shape: Any) -> Tensor:
        return ops.broadcast_to(self, shape)

    def flip(self, *dims: Any) -> Tensor:
        return ops.flip(self, *dims)

    def split(self, split_size_or_sections: Any, dim: builtins.int = 0) -> tuple[Tensor, ...]:
        return ops.split(self, split_size_or_sections, dim)

    def chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Tensor, ...]:
        return ops.chunk(self, chunks, dim)

    def unbind(self, dim: builtins.int = 0) -> tuple[Tensor, ...]:
        return ops.unbind(self, dim)

    def repeat(self, *repeats: Any) -> Tensor:
        return ops.repeat(self, *repeats)

    def tile(self, *dims: Any) -> Tensor:
        return ops.tile(self, *dims)

    def roll(self, shifts: Any, dims: Any = None) -> Tensor:
        return ops.roll(self, shifts, dims)

    def tril(self, diagonal: builtins.int = 0) -> Tensor:
        return ops.tril(self, diagonal)

    def triu(self, diagonal: builtins.int = 0) -> Tensor:
        return ops.triu(self, diagonal)

    # --------------------------------------------------------------------------------------------------- indexing

    def gather(self, dim: builtins.int, index: Any) -> Tensor:
        return ops.gather(self, dim, index)

    def scatter(self, dim: builtins.int, index: Any, src: Any) -> Tensor:
        return ops.scatter(self, dim, index, src)

    def scatter_add(self, dim: builtins.int, index: Any, src: Any) -> Tensor:
        return ops.scatter_add(self, dim, index, src)

    def index_select(self, dim: builtins.int, index: Any) -> Tensor:
        return ops.index_select(self, dim, index)

    def masked_select(self, mask: Any) -> Tensor:
        return ops.masked_select(self, mask)

    def nonzero(self, as_tuple: builtins.bool = False) -> Any:
        return ops.nonzero(self, as_tuple)

    def diagonal(self, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1) -> Tensor:
        return ops.diagonal(self, offset, dim1, dim2)

    def diag(self, diagonal: builtins.int = 0) -> Tensor:
        return ops.diag(self, diagonal)

    # --------------------------------------------------------------------------------------------------- products

    def matmul(self, other: Any) -> Tensor:
        return ops.matmul(self, other)

    def mm(self, mat2: Any) -> Tensor:
        return ops.mm(self, mat2)

    def bmm(self, mat2: Any) -> Tensor:
        return ops.bmm(self, mat2)

    def dot(self, tensor: Any) -> Tensor:
        return ops.dot(self, tensor)

    def outer(self, vec2: Any) -> Tensor:
        return ops.outer(self, vec2)
