"""How exactly GPUs multiply matrices of float32."""

from typing import Any

import numpy as np

from .errors import did_you_mean

PRECISIONS = {"highest": "DEFAULT", "high": "TF32", "medium": "BF16"}
"""What each name means to CuPy."""


class Chosen:
    """The precision in use, which CuPy is told of as soon as a GPU is used."""

    name = "highest"
    cupy: Any = None
    """CuPy, from the first use of a GPU on."""


def set_float32_matmul_precision(precision: str) -> None:
    """How products of float32 matrices, convolutions among them, are computed on a GPU.

    'highest' (the default): in float32. 'high': in TensorFloat-32, with 10 bits after the binary point instead of 23,
    several times as fast on GPUs that have it (Ampere, 2020, and later). 'medium': in bfloat16, with 7 bits. Sums stay
    float32 in all three. On the CPU nothing changes. Raises ValueError for another name.
    """
    if precision not in PRECISIONS:
        raise ValueError(
            f"set_float32_matmul_precision got {precision!r}{did_you_mean(precision, PRECISIONS)}; "
            f"expected one of {', '.join(map(repr, PRECISIONS))}"
        )
    Chosen.name = precision
    if Chosen.cupy is not None:
        tell(Chosen.cupy)


def get_float32_matmul_precision() -> str:
    """The name that `set_float32_matmul_precision` was given last; 'highest' at first."""
    return Chosen.name


def begin(cupy: Any) -> None:
    """A GPU is used: let CuPy know of what was chosen before."""
    if Chosen.cupy is not cupy:
        Chosen.cupy = cupy
        if Chosen.name != "highest":
            tell(cupy)


def tell(cupy: Any) -> None:
    """Set CuPy's type of arithmetic for products of float32."""
    linalg = cupy._core._routines_linalg
    linalg.set_compute_type(np.dtype("float32"), getattr(linalg, f"COMPUTE_TYPE_{PRECISIONS[Chosen.name]}"))
