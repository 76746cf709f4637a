"""The types of C that the simulator knows, and how values go from one to another."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..dtypes import bfloat16_dtype, is_floating


@dataclass(frozen=True)
class Number:
    """A type of numbers; in arithmetic the one of the higher `rank` wins."""

    name: str
    rank: int
    dtype: np.dtype

    @property
    def floating(self) -> bool:
        return is_floating(self.dtype)

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the greatest whole number of this type."""
        if self.dtype.kind == "b":
            return 0, 1
        return int(np.iinfo(self.dtype).min), int(np.iinfo(self.dtype).max)


@dataclass(frozen=True)
class Pointer:
    """An address of elements `of`; an array of `sizes`, if there are any, such as tile[32][33]."""

    of: Number
    constant: bool = False
    sizes: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return f"{'const ' * self.constant}{self.of.name}" + ("".join(f"[{n}]" for n in self.sizes) or "*")


Type = Number | Pointer

BOOL = Number("bool", 0, np.dtype("bool"))
CHAR = Number("char", 1, np.dtype("int8"))
UNSIGNED_CHAR = Number("unsigned char", 1, np.dtype("uint8"))
SHORT = Number("short", 2, np.dtype("int16"))
INT = Number("int", 3, np.dtype("int32"))
UNSIGNED = Number("unsigned int", 4, np.dtype("uint32"))
LONG_LONG = Number("long long", 5, np.dtype("int64"))
UNSIGNED_LONG_LONG = Number("unsigned long long", 6, np.dtype("uint64"))
HALF = Number("__half", 7, np.dtype("float16"))
BFLOAT16 = Number("__nv_bfloat16", 7, bfloat16_dtype())
HALVES = (HALF, BFLOAT16)
FLOAT = Number("float", 8, np.dtype("float32"))
DOUBLE = Number("double", 9, np.dtype("float64"))

BY_WORDS: dict[str, Number] = {
    "bool": BOOL,
    "char": CHAR,
    "signed char": CHAR,
    "unsigned char": UNSIGNED_CHAR,
    "short": SHORT,
    "int": INT,
    "signed int": INT,
    "signed": INT,
    "unsigned": UNSIGNED,
    "unsigned int": UNSIGNED,
    "long": LONG_LONG,
    "long int": LONG_LONG,
    "long long": LONG_LONG,
    "long long int": LONG_LONG,
    "unsigned long": UNSIGNED_LONG_LONG,
    "unsigned long long": UNSIGNED_LONG_LONG,
    "__half": HALF,
    "half": HALF,
    "__nv_bfloat16": BFLOAT16,
    "float": FLOAT,
    "double": DOUBLE,
}
"""Types by the words that name them; `long` has 64 bits, as on Linux."""

ALIASES = {
    "size_t": UNSIGNED_LONG_LONG,
    "int8_t": CHAR,
    "uint8_t": UNSIGNED_CHAR,
    "int16_t": SHORT,
    "int32_t": INT,
    "uint32_t": UNSIGNED,
    "int64_t": LONG_LONG,
    "uint64_t": UNSIGNED_LONG_LONG,
}
"""Other names."""

OF_DTYPE = {
    t.dtype: t
    for t in (BOOL, CHAR, UNSIGNED_CHAR, SHORT, INT, UNSIGNED, LONG_LONG, UNSIGNED_LONG_LONG, *HALVES, FLOAT, DOUBLE)
}


def common(a: Number, b: Number) -> Number:
    """The type in which a and b are computed with: the usual arithmetic conversions, nothing smaller than int."""
    return max(a, b, INT, key=lambda t: t.rank)


def wrapped(value: int, target: Number) -> int:
    """A whole number cut to the bits of `target`, as a conversion cuts it."""
    if target is BOOL:
        return int(value != 0)
    low, high = target.limits
    return (value - low) % (high - low + 1) + low


def converter(source: Number, target: Number) -> Any:
    """The function that turns a value of `source` into one of `target`; None where nothing is to be done."""
    if source is target:
        return None
    if target.floating:
        return target.dtype.type
    if target is BOOL:
        return bool
    if source.floating:
        return lambda value: truncated(value, target)
    low, high = source.limits
    least, greatest = target.limits
    if source is BOOL:
        return int
    return None if least <= low and high <= greatest else lambda value: wrapped(value, target)


def truncated(value: Any, target: Number) -> int:
    """A floating-point number without its fraction; beyond the limits the nearest one, NaN as 0, as GPUs do it."""
    least, greatest = target.limits
    if np.isnan(value):
        return 0
    return int(min(max(value, least), greatest))
