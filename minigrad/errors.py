"""Errors that a user can mend, and the sentence that proposes the nearest right name.

The command line prints a `MinigradError` as one line and exits with status 1; any other exception is a bug and keeps
its traceback. Misuse of an op or a layer raises the built-in ValueError, TypeError, IndexError or RuntimeError.
"""

import difflib
from collections.abc import Iterable

from .language import say


class MinigradError(Exception):
    """Base of the errors whose message alone tells the user what to do."""


class DataError(MinigradError, ValueError):
    """A data file is missing, corrupt or truncated, or its contents cannot be used."""


class CheckpointError(MinigradError, ValueError):
    """A checkpoint cannot be read, written, or applied to what it is loaded into."""


class DeviceError(MinigradError, ValueError):
    """A device has an unknown name, or is not there."""


class CaptureError(MinigradError, RuntimeError):
    """A step cannot be captured as a CUDA graph."""


class OutOfMemoryError(MinigradError, MemoryError):
    """The memory of a GPU is full."""


class UnknownNameError(MinigradError, ValueError):
    """A name (of a model, an optimizer, ...) that is not among the known ones.

    With `kind_zh` it is told in the user's language.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], kind_zh: str = ""):
        known = sorted(known)
        told = f"unknown {kind} '{name}'{did_you_mean(name, known)}; known: {', '.join(known)}"
        if kind_zh:
            near = nearest(name, known)
            meant = f"（是不是 {near}？）" if near else ""
            told = say(told, f"没有名为 {name} 的{kind_zh}{meant}；可选：{'、'.join(known)}")
        super().__init__(told)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name nearest to `name`, or an empty string when none is near."""
    return next(iter(difflib.get_close_matches(str(name).lower(), list(known), n=1, cutoff=0.5)), "")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`" (did you mean 'adam'?)"` for the known name nearest to `name`, or an empty string when none is near."""
    near = nearest(name, known)
    return f" (did you mean '{near}'?)" if near else ""
