"""Pickles of plain data, read without executing anything: arrays, bytes, strings, lists, tuples, dicts and numbers.

A pickle is a program: it may name any function of any module and have it called. NumPy's arrays need three names or
four; here these stand for functions of this module that check what they get and make an array of numbers from bytes.
Every other name is an error, and what it names is neither imported nor called.
"""

import math
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError

NUMBERS = re.compile(r"[biufc]\d{1,2}")  # the dtypes whose elements are numbers, without byte order
NDARRAY = "numpy.ndarray"  # what stands for the class itself
FAILURES = (
    pickle.UnpicklingError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading bytes that are no pickle, or a crafted one, may raise."""


def load_pickle(path: str | Path) -> Any:
    """The data in a pickle of any protocol; text written by Python 2 comes as bytes.

    Raises DataError if the file cannot be read, is damaged, or holds anything but arrays of numbers, bytes, strings,
    lists, tuples, dicts and numbers.
    """
    try:
        with open(path, "rb") as file:
            return plain(Unpickler(file, encoding="bytes").load())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); expected a pickle") from error
    except FAILURES as error:
        told = str(error) or type(error).__name__
        raise DataError(
            f"{path}: {told}; expected a whole pickle of arrays, bytes, strings, lists, dicts and numbers"
        ) from error


class Unpickler(pickle.Unpickler):
    """Knows the names that arrays need, and no others."""

    def find_class(self, module: str, name: str) -> Any:
        """What stands for `name` of `module`; bound methods, because a pickle could change a function's defaults."""
        match module.replace("numpy._core", "numpy.core"), name:
            case "numpy", "ndarray":
                return NDARRAY
            case "numpy", "dtype":
                return self.new_dtype
            case "numpy.core.multiarray", "_reconstruct":
                return self.new_array
            case "numpy.core.numeric", "_frombuffer":
                return self.array_from_buffer
            case "_codecs", "encode":
                return self.encode
            case "__builtin__" | "builtins", "bytes":
                return self.no_bytes
        raise pickle.UnpicklingError(f"the pickle names {module}.{name}, which is not executed")

    def new_dtype(self, code: Any, align: Any = False, copy: Any = True) -> "DTypeParts":
        return DTypeParts(text(code))

    def new_array(self, kind: Any, shape: Any, code: Any) -> "ArrayParts":
        if kind is not NDARRAY:
            raise pickle.UnpicklingError("the pickle makes an array of another class than ndarray")
        return ArrayParts()

    def array_from_buffer(self, data: Any, dtype: Any, shape: Any, order: Any) -> "ArrayParts":
        parts = ArrayParts()
        parts.__setstate__((1, shape, dtype, text(order) == "F", data))
        return parts

    def encode(self, characters: Any, encoding: Any = "latin1") -> bytes:
        """Bytes, as pickles of protocol 2 written by Python 3 hold them."""
        if type(characters) is not str or encoding not in ("latin1", "latin-1"):
            raise pickle.UnpicklingError("the pickle encodes text otherwise than bytes are written")
        return characters.encode("latin-1")

    def no_bytes(self) -> bytes:
        """b"", which protocol 2 writes as a call of bytes()."""
        return b""


class DTypeParts:
    """Stands for a dtype: its code, then its byte order."""

    __slots__ = ("dtype",)

    def __init__(self, code: str):
        if not NUMBERS.fullmatch(code):
            raise pickle.UnpicklingError(f"the pickle has an array of dtype {code[:20]!r}, which are not numbers")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: Any) -> None:
        order: Any = text(state[1])
        if order not in ("<", ">", "|", "=") or any(part is not None for part in state[2:5]):
            raise pickle.UnpicklingError("the pickle has an array whose elements are not numbers")
        self.dtype = self.dtype.newbyteorder(order)


class ArrayParts:
    """Stands for an array: its shape, dtype and bytes."""

    __slots__ = ("array",)

    def __init__(self) -> None:
        self.array = np.empty(0, np.uint8)

    def __setstate__(self, state: Any) -> None:
        _, shape, parts, is_fortran, data = state
        if type(parts) is not DTypeParts or type(data) not in (bytes, bytearray):
            raise pickle.UnpicklingError("the pickle has an array that is not made of bytes")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise pickle.UnpicklingError("the pickle has an array whose shape is not made of whole numbers")
        if math.prod(shape) * parts.dtype.itemsize != len(data):
            raise pickle.UnpicklingError(
                f"the pickle has an array of shape {tuple(shape)} and dtype {parts.dtype} with {len(data):,} bytes"
            )
        self.array = np.frombuffer(data, parts.dtype).reshape(shape, order="F" if is_fortran else "C")


def text(value: Any) -> str:
    """A string, also where Python 2 wrote it."""
    if type(value) is bytes:
        return value.decode("latin-1")
    if type(value) is not str:
        raise pickle.UnpicklingError(f"the pickle has a {type(value).__name__} where a string belongs")
    return value


def plain(value: Any) -> Any:
    """`value` with arrays in the place of what stands for them. Raises UnpicklingError for anything but plain data."""
    kind = type(value)
    if kind is ArrayParts:
        return value.array
    if kind is dict:
        return {key: plain(entry) for key, entry in value.items()}
    if kind in (list, tuple):
        return kind(map(plain, value))
    if value is None or kind in (bytes, bytearray, str, int, float, complex, bool):
        return value
    raise pickle.UnpicklingError(f"the pickle holds a {kind.__name__}")
