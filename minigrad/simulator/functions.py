"""The functions that a kernel may call: their types, and what they compute."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .types import BOOL, DOUBLE, FLOAT, HALF, INT, UNSIGNED, Number, common


def elementwise(function: Callable[..., float]) -> Callable[..., Any]:
    """A function of Python's numbers as one of NumPy's numbers of one type."""
    return lambda x, *others: type(x)(function(float(x), *map(float, others)))


def half_away(x: Any) -> Any:
    """The nearest whole number, halves away from 0, as C's round."""
    return np.copysign(np.floor(np.abs(x) + type(x)(0.5)), x)


OF_ONE: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: type(x)(1) / np.sqrt(x),
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinpi": lambda x: np.sin(type(x)(np.pi) * x),
    "cospi": lambda x: np.cos(type(x)(np.pi) * x),
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "erf": elementwise(math.erf),
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "round": half_away,
    "rint": np.rint,
    "fabs": np.abs,
}
"""Functions of one number: with an f behind the name (expf) of float, without, of the argument's type."""

OF_TWO: dict[str, Callable[[Any, Any], Any]] = {
    "pow": np.power,
    "fmax": np.fmax,
    "fmin": np.fmin,
    "fmod": np.fmod,
    "copysign": np.copysign,
    "atan2": np.arctan2,
    "hypot": np.hypot,
}

FAST = {"__expf": np.exp, "__logf": np.log, "__sinf": np.sin, "__cosf": np.cos, "__log2f": np.log2}
"""Less exact and faster on a GPU; here exact."""

OF_WHOLE = {"max": max, "min": min}

SHUFFLES = {
    "__shfl_sync": lambda lane, n: n,
    "__shfl_up_sync": lambda lane, n: lane - n if lane >= n else lane,
    "__shfl_down_sync": lambda lane, n: lane + n if lane + n < 32 else lane,
    "__shfl_xor_sync": lambda lane, n: lane ^ n,
}
"""From which lane of the warp the value comes."""

ATOMICS: dict[str, Callable[[Any, Any], Any]] = {
    "atomicAdd": lambda old, value: old + value,
    "atomicMax": max,
    "atomicMin": min,
    "atomicExch": lambda old, value: value,
}

WAITING = ("__syncthreads", "__syncwarp", *SHUFFLES)
"""Functions in which a thread waits for others."""

NOTHING = ("__threadfence", "__threadfence_block")
"""Functions that change nothing here, where memory is written at once."""


class Found(NamedTuple):
    """A function for arguments of certain types: the types it takes them in, that of its result, what it computes."""

    takes: tuple[Number, ...]
    gives: Number
    compute: Callable[..., Any]


def of_numbers(name: str, of: Number) -> Found:
    """The function of one or two floating-point numbers."""
    if name in OF_ONE:
        return Found((of,), of, OF_ONE[name])
    return Found((of, of), of, OF_TWO[name])


def find(name: str, types: tuple[Number, ...]) -> Found | None:
    """The function of that name for arguments of these types; None if there is none."""
    if name in OF_ONE or name in OF_TWO:  # C++ chooses by the argument
        widest = max(types, key=lambda t: t.rank, default=DOUBLE)
        return of_numbers(name, FLOAT if widest is FLOAT else DOUBLE)
    if name.endswith("f") and (name[:-1] in OF_ONE or name[:-1] in OF_TWO):
        return of_numbers(name[:-1], FLOAT)
    if name in FAST:
        return Found((FLOAT,), FLOAT, FAST[name])
    if name in OF_WHOLE and len(types) == 2:
        of = common(*types)
        return Found((of, of), of, OF_TWO["f" + name] if of.floating else OF_WHOLE[name])
    if name == "abs" and len(types) == 1:
        return Found((common(types[0], types[0]),), common(types[0], types[0]), abs)
    if name in ("isnan", "isinf", "isfinite"):
        return Found((types[0] if types and types[0].floating else DOUBLE,), BOOL, getattr(np, name))
    return {
        "fmaf": Found((FLOAT,) * 3, FLOAT, lambda a, b, c: np.float32(float(a) * float(b) + float(c))),
        "fma": Found((DOUBLE,) * 3, DOUBLE, lambda a, b, c: a * b + c),
        "__fdividef": Found((FLOAT, FLOAT), FLOAT, lambda a, b: a / b),
        "__half2float": Found((HALF,), FLOAT, np.float32),
        "__float2half": Found((FLOAT,), HALF, np.float16),
        "__int_as_float": Found((INT,), FLOAT, lambda x: np.int32(x).view(np.float32)),
        "__umulhi": Found((UNSIGNED, UNSIGNED), UNSIGNED, lambda a, b: a * b >> 32),
        "__popc": Found((UNSIGNED,), INT, lambda x: x.bit_count()),
    }.get(name)


CONSTANTS: dict[str, tuple[str, Number]] = {
    "INFINITY": ("FLOAT_INF", FLOAT),
    "NAN": ("FLOAT_NAN", FLOAT),
    "FLT_MAX": ("FLOAT_MAX", FLOAT),
    "FLT_MIN": ("FLOAT_MIN", FLOAT),
    "FLT_EPSILON": ("FLOAT_EPS", FLOAT),
    "INT_MAX": ("2147483647", INT),
    "warpSize": ("32", INT),
}
VALUES = {
    "FLOAT_INF": np.float32(np.inf),
    "FLOAT_NAN": np.float32(np.nan),
    "FLOAT_MAX": np.finfo(np.float32).max,
    "FLOAT_MIN": np.finfo(np.float32).tiny,
    "FLOAT_EPS": np.finfo(np.float32).eps,
}
