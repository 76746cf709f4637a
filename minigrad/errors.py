"""Errors that a user can mend, and the sentence that proposes the nearest right name.

The command line prints a `MinigradError` as one line and exits with status 1; any other exception is a bug and keeps
its traceback. Misuse of an op or a layer raises the built-in ValueError, TypeError, IndexError or RuntimeError.
"""

import difflib
from collections.abc import Iterable


class MinigradError(Exception):
    """Base of the errors whose message alone tells the user what to do."""


class DataError(MinigradError, ValueError):
    """A data file is missing, corrupt or truncated, or its contents cannot be used."""


class CheckpointError(MinigradError, ValueError):
    """A checkpoint cannot be read, written, or applied to what it is loaded into."""


class DeviceError(MinigradError, ValueError):
    """A device has an unknown name, or is not there."""


class UnknownNameError(MinigradError, ValueError):
    """A name (of a model, an optimizer, ...) that is not among the known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        known = sorted(known)
        super().__init__(f"unknown {kind} '{name}'{did_you_mean(name, known)}; known: {', '.join(known)}")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`" (did you mean 'adam'?)"` for the known name nearest to `name`, or an empty string when none is near."""
    nearest = difflib.get_close_matches(str(name).lower(), list(known), n=1, cutoff=0.5)
    return f" (did you mean '{nearest[0]}'?)" if nearest else ""
