"""Checks of arguments: one sentence that names what was given and what was expected."""

import math
from numbers import Integral, Real
from typing import Any

import numpy as np


def check_real(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is a real number; NaN and infinity are."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")


def check_finite(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is a real number, ValueError if it is NaN or infinite."""
    check_real(name, value)
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")


def check_number(name: str, value: Any, low: float = 0.0, below: float = math.inf) -> None:
    """Raise TypeError unless `value` is a real number, ValueError unless low <= value < below."""
    check_real(name, value)
    if not low <= value < below:
        expected = f"finite and at least {low:g}" if below == math.inf else f"in [{low:g}, {below:g})"
        raise ValueError(f"{name} must be {expected}, got {value}")


def check_positive(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is a real number, ValueError unless it is finite and above 0."""
    check_real(name, value)
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be finite and above 0, got {value}")


def check_fraction(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is a real number, ValueError unless 0 <= value <= 1."""
    check_real(name, value)
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be in [0, 1], got {value}")


def check_count(name: str, value: Any, least: int = 0) -> None:
    """Raise TypeError unless `value` is an integer, ValueError unless it is at least `least`."""
    check_integer(name, value)
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def check_integer(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is an integer."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}")


def check_bool(name: str, value: Any) -> None:
    """Raise TypeError unless `value` is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless `value` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        *most, last = [repr(choice) for choice in choices]
        raise ValueError(f"{name} must be {', '.join(most)}{' or ' * bool(most)}{last}, got {value!r}")
