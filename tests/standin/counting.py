"""What crosses between host and device, and what makes the host wait: counted, so that a test can say 'none'."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .graphs import refuse


@dataclass
class Counts:
    """`sent`: arrays that went to the device; `read`: values that the host waited for; `late`: values that it asked for
    on a stream of its own, behind an event, for which it waits only for what came before the event."""

    sent: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


class DeviceSynchronized(RuntimeError):
    """cupyx.DeviceSynchronized."""


_open: list[Counts] = []
_allowed = [True]


@contextmanager
def allow_synchronize(allow: bool) -> Iterator[None]:
    """cupyx.allow_synchronize: with False, what waits for the device raises DeviceSynchronized."""
    _allowed.append(allow)
    try:
        yield
    finally:
        _allowed.pop()


@contextmanager
def counted() -> Iterator[Counts]:
    """Within this context, transfers and reads are added to what is returned."""
    counts = Counts()
    _open.append(counts)
    try:
        yield counts
    finally:
        _open.remove(counts)


def note_sent(what: str) -> None:
    refuse(f"{what} was sent")
    for counts in _open:
        counts.sent.append(what)


def note_read(what: str) -> None:
    refuse(f"{what} was read")
    if not _allowed[-1]:
        raise DeviceSynchronized("Device synchronized")
    for counts in _open:
        counts.read.append(what)


def note_late(what: str) -> None:
    for counts in _open:
        counts.late.append(what)
