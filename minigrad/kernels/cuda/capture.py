"""What changes in a captured step from one run to the next, and how a kernel finds the new values.

A CUDA graph repeats its kernels with the arguments that they had when it was captured. What must differ, such as a
learning rate or the number of a random draw, therefore lies in memory, and is written there before each run.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Capture:
    """A step that is being captured: what is to be done before each of its runs, and after it."""

    current: "Capture | None" = None

    def __init__(self, xp: Any) -> None:
        self.allocator = xp.cuda.get_allocator()
        """Where memory came from before the step had its own."""
        self.before: list[Callable[[], None]] = []
        self.after: list[Callable[[], None]] = []
        self.draws: dict[str, list[Any]] = {}
        """For each GPU where its draws find the seed and how many there were before, and how many the step makes."""

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Within this context what runs is being captured."""
        Capture.current = self
        try:
            yield
        finally:
            Capture.current = None

    def draw(self, generator: Any) -> tuple[Any, int]:
        """Where the state before this run lies, and which draw within the step this is."""
        entry = self.draws.setdefault(generator.device, [room(generator.xp, 2, "uint64"), 0])
        entry[1] += 1
        return entry[0], entry[1]

    def begin_run(self, generator: Callable[[str], Any]) -> None:
        """Write what this run needs; `generator` gives that of a GPU, which may be a new one, or have a new seed."""
        for device, (memory, count) in self.draws.items():
            generator(device).skip(memory, count)
        for prepare in self.before:
            prepare()

    def end_run(self) -> None:
        """Look after what this run left behind."""
        for finish in self.after:
            finish()


def room(xp: Any, shape: Any, dtype: Any) -> Any:
    """An array to write into before a kernel is started, or, while a step is captured, before each of its runs.

    The step's own memory is no place for that: what is freed within the step serves again in it, so that its first
    kernels would write over what was written before the run.
    """
    if Capture.current is None:
        return xp.empty(shape, dtype)
    with xp.cuda.using_allocator(Capture.current.allocator):
        return xp.empty(shape, dtype)
