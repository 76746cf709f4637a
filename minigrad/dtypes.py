"""The dtypes of tensors: NumPy's, under PyTorch's names."""

from typing import Any

import numpy as np

float16, float32, float64 = np.dtype("float16"), np.dtype("float32"), np.dtype("float64")
int8, int16, int32, int64 = np.dtype("int8"), np.dtype("int16"), np.dtype("int32"), np.dtype("int64")
uint8, bool_ = np.dtype("uint8"), np.dtype("bool")


def as_dtype(target: Any) -> np.dtype:
    """`target` (minigrad.float32, 'int64', np.float64, float, ...) as a dtype of real numbers; else TypeError."""
    try:
        dtype = np.dtype(target)
    except TypeError as error:
        raise TypeError(f"expected a dtype of real numbers such as minigrad.float32, got {target!r}") from error
    if target is None or dtype.kind not in "fiub" or dtype.itemsize > 8:
        raise TypeError(f"expected a dtype of real numbers such as minigrad.float32, got {target!r}")
    return dtype
