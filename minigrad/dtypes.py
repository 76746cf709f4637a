"""The dtypes of tensors: NumPy's, under PyTorch's names, and bfloat16, which the package ml_dtypes adds to NumPy's.

bfloat16 has the range of float32 and 8 significant bits; float16 has 11 of them, and ends at 65,504. Those two are the
*halves*: numbers of two bytes, in which tensors are kept and moved, but nothing is added up.
"""

from functools import cache
from typing import Any

import numpy as np

from .errors import MinigradError

float16, float32, float64 = np.dtype("float16"), np.dtype("float32"), np.dtype("float64")
int8, int16, int32, int64 = np.dtype("int8"), np.dtype("int16"), np.dtype("int32"), np.dtype("int64")
uint8, bool_ = np.dtype("uint8"), np.dtype("bool")

BFLOAT16 = "bfloat16"


@cache
def bfloat16_dtype() -> np.dtype:
    """bfloat16, which is looked for when it is first asked for: importing minigrad need not wait for its package.

    Raises MinigradError if the package ml_dtypes is not installed.
    """
    try:
        import ml_dtypes
    except ImportError as error:
        message = "bfloat16 needs the package ml_dtypes, which is not installed: pip install ml_dtypes"
        raise MinigradError(message) from error
    return np.dtype(ml_dtypes.bfloat16)


def __getattr__(name: str) -> Any:
    if name == BFLOAT16:
        return bfloat16_dtype()
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def is_bfloat16(dtype: np.dtype) -> bool:
    """Is it bfloat16? NumPy counts that among the kinds that it knows nothing of, 'V'."""
    return dtype.kind == "V" and dtype.type.__name__ == BFLOAT16


def is_floating(dtype: np.dtype) -> bool:
    """Is it a floating dtype, of which gradients are?"""
    return dtype.kind == "f" or is_bfloat16(dtype)


def is_half(dtype: np.dtype) -> bool:
    """Is it float16 or bfloat16?"""
    return dtype.itemsize == 2 and is_floating(dtype)


def is_real(dtype: np.dtype) -> bool:
    """Is it a dtype of real numbers or of booleans?"""
    return dtype.kind in "fiub" or is_bfloat16(dtype)


def as_dtype(target: Any) -> np.dtype:
    """`target` (minigrad.float32, 'int64', 'bfloat16', np.float64, float, ...) as a dtype of real numbers; else
    TypeError."""
    if isinstance(target, str) and target == BFLOAT16:
        return bfloat16_dtype()
    try:
        dtype = np.dtype(target)
    except TypeError as error:
        raise TypeError(f"expected a dtype of real numbers such as minigrad.float32, got {target!r}") from error
    if target is None or not is_real(dtype) or dtype.itemsize > 8:
        raise TypeError(f"expected a dtype of real numbers such as minigrad.float32, got {target!r}")
    return dtype
