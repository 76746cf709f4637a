"""DLPack for bfloat16, which NumPy neither gives nor takes: it is passed through as whole numbers of two bytes, and
only what the capsule says of its dtype is changed.

A capsule points to a structure that begins with (newer ones: after 32 bytes of version, owner and flags) the address of
the data, the device, the number of dimensions and the dtype, whose first byte says which kind of numbers it is
(https://dmlc.github.io/dlpack/latest/c_api.html).
"""

import ctypes
from typing import Any

import numpy as np

from .dtypes import bfloat16_dtype

UNSIGNED, BFLOAT = 1, 4
"""The codes of whole numbers without a sign and of bfloat16."""

CODE_AT = {b"dltensor": 20, b"dltensor_versioned": 52}
"""Where the code stands, for each name that a capsule may have."""

name_of, pointer_of = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def code(capsule: Any) -> ctypes.c_uint8:
    """The byte of a capsule that says which kind of numbers it holds; it can be written to."""
    name = name_of(capsule)
    return ctypes.c_uint8.from_address(pointer_of(capsule, name) + CODE_AT[name])


def exported(array: np.ndarray, **kwargs: Any) -> Any:
    """A capsule around a NumPy array of bfloat16."""
    capsule = array.view(np.uint16).__dlpack__(**kwargs)
    code(capsule).value = BFLOAT
    return capsule


class AsUnsigned:
    """What speaks DLPack, with bfloat16 given out as whole numbers. `is_bfloat16` says whether that was so."""

    def __init__(self, source: Any):
        self.source, self.is_bfloat16 = source, False

    def __dlpack__(self, **kwargs: Any) -> Any:
        capsule = self.source.__dlpack__(**kwargs)
        self.is_bfloat16 = code(capsule).value == BFLOAT
        if self.is_bfloat16:
            code(capsule).value = UNSIGNED
        return capsule

    def __dlpack_device__(self) -> Any:
        return self.source.__dlpack_device__()


def imported(source: Any) -> np.ndarray:
    """A NumPy array that shares memory with an object on the host that speaks DLPack."""
    wrapped = AsUnsigned(source)
    array = np.from_dlpack(wrapped)
    return array.view(bfloat16_dtype()) if wrapped.is_bfloat16 else array
