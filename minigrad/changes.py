"""Changes in place: which arrays were written to, and when.

Backward needs arrays as they were during forward. Every change in place through a tensor advances a clock and notes
the array; a node of the graph remembers what the clock said during its forward. As long as the clock has not moved,
nothing has to be looked at.

An array is known by the id of the array that owns its memory, so that views and detached tensors count too. An id may
pass to another array later, but never to one that is older than the change: what a node saved was alive then.
"""

from .device import Array

_last: dict[int, int] = {}


class Clock:
    """`now` counts the changes in place that were made so far."""

    now = 0


def note_change(array: Array) -> None:
    """Note that `array` was written to."""
    Clock.now += 1
    _last[id(owner(array))] = Clock.now


def changed_since(array: Array, time: int) -> bool:
    """Was `array`, or another one in the same memory, written to after the clock said `time`?"""
    return _last.get(id(owner(array)), 0) > time


def owner(array: Array) -> Array:
    """The array in whose memory `array` lies: itself, unless it is a view."""
    while (base := getattr(array, "base", None)) is not None and hasattr(base, "dtype"):
        array = base
    return array
