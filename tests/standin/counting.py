"""What crosses between host and device, and what makes the host wait: counted, so that a test can say 'none'."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .graphs import refuse


@dataclass
class Counts:
    """`sent`: arrays that went to the device; `read`: values that the host waited for."""

    sent: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)


_open: list[Counts] = []


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
    for counts in _open:
        counts.read.append(what)
