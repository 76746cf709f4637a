"""NumPy's functions on tensors: np.exp(tensor) is minigrad.exp(tensor), gradient included.

NumPy hands a call with a tensor among its arguments to `Tensor.__array_ufunc__` or `__array_function__`, and those
come here. That lets one backward serve first and second derivatives: it calls the array module's functions, and these
compute on arrays but record on tensors.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import activation, compare, elementwise, functions, linalg, reduction, rounding, shape

DIFFERENTIABLE: dict[Any, Callable] = {
    np.add: elementwise.add,
    np.subtract: elementwise.sub,
    np.multiply: elementwise.mul,
    np.true_divide: elementwise.div,
    np.negative: elementwise.neg,
    np.power: elementwise.pow,
    np.exp: elementwise.exp,
    np.log: elementwise.log,
    np.sqrt: elementwise.sqrt,
    np.sin: elementwise.sin,
    np.cos: elementwise.cos,
    np.abs: elementwise.abs,
    np.log2: functions.log2,
    np.log10: functions.log10,
    np.log1p: functions.log1p,
    np.expm1: functions.expm1,
    np.tan: functions.tan,
    np.sinh: functions.sinh,
    np.cosh: functions.cosh,
    np.floor: rounding.floor,
    np.ceil: rounding.ceil,
    np.trunc: rounding.trunc,
    np.rint: rounding.round,
    np.sign: rounding.sign,
    np.floor_divide: rounding.floor_divide,
    np.remainder: rounding.remainder,
    np.tanh: activation.tanh,
    np.maximum: elementwise.maximum,
    np.minimum: elementwise.minimum,
    np.where: elementwise.where,
    np.clip: lambda a, a_min=None, a_max=None: elementwise.clip(a, a_min, a_max),
    np.matmul: linalg.matmul,
    np.sum: lambda a, axis=None, keepdims=False: reduction.sum(a, axis, keepdims),
    np.mean: lambda a, axis=None, keepdims=False: reduction.mean(a, axis, keepdims),
    np.prod: lambda a, axis=None, keepdims=False: reduction.prod(a, axis, keepdims),
    np.cumsum: lambda a, axis: reduction.cumsum(a, axis),
    np.einsum: lambda equation, *operands, optimize=False: linalg.einsum(equation, *operands),
    np.reshape: shape.reshape,
    np.transpose: lambda a, axes=None: shape.permute(a, axes or range(a.ndim)[::-1]),
    np.swapaxes: shape.swapaxes,
    np.broadcast_to: shape.expand,
    np.roll: shape.roll,
    np.flip: lambda m, axis=None: shape.flip(m, range(m.ndim) if axis is None else axis),
    np.concatenate: lambda arrays, axis=0: shape.concatenate(arrays, axis),
    np.stack: lambda arrays, axis=0: shape.stack(arrays, axis),
}

CONSTANT: tuple[Any, ...] = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
CONSTANT += (
    np.isnan,
    np.isinf,
    np.isfinite,
    np.logical_and,
    np.logical_or,
    np.logical_not,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
)

UNSUPPORTED = {"out", "where", "dtype", "casting", "order", "subok", "initial"}
"""Keyword arguments of NumPy's functions that no operation of minigrad takes."""


def call(function: Any, args: Any, kwargs: dict[str, Any], method: str = "__call__") -> Any:
    """NumPy's `function` on tensors; TypeError if minigrad has no such operation."""
    known = method == "__call__" and (function in DIFFERENTIABLE or function in CONSTANT)
    refused = [f"{key}=" for key in kwargs if key in UNSUPPORTED]
    if not known or refused:
        name = function.__name__ if method == "__call__" else f"{function.__name__}.{method}"
        raise TypeError(
            f"np.{name}{' with ' if refused else ''}{' and '.join(refused)} does not work on a minigrad tensor; "
            "use tensor.numpy() for the array, or an operation of minigrad"
        )
    if function in CONSTANT:
        return compare.constant(function.__name__, *args)
    return DIFFERENTIABLE[function](*args, **kwargs)
