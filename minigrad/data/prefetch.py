"""Preparing the next items in a background thread while the current one is in use."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

LINGER = 0.1  # seconds that the thread waits for room before it ends; the next item taken starts another
PATIENCE = 1.0  # seconds that closing waits for an item that is being made; Ctrl-C must not wait for a slow one
POLL = 0.5  # seconds; waits are bounded because Windows delivers Ctrl-C only between them


def prepared(make: Callable[[int], Any], numbers: range, depth: int) -> Generator[Any, None, None]:
    """`make(i)` for each i of `numbers`, up to `depth` of them made ahead in one background thread; 0 means no thread.

    An exception in `make` is raised here, with its own traceback, when its turn comes. Closing the iterator ends the
    thread, after the item that it is making.
    """
    if depth == 0:
        for number in numbers:
            yield make(number)
        return
    prefetcher = Prefetcher(make, numbers, depth)
    try:
        for _ in numbers:
            yield prefetcher.take()
    finally:
        prefetcher.close()


class Prefetcher:
    """A bounded queue, and the thread that fills it.

    The thread ends whenever it finds no room for LINGER seconds and is started anew when there is room again. So an
    iteration that was abandoned but not closed (its frame lives on in a stored traceback, say) keeps no thread either.
    """

    def __init__(self, make: Callable[[int], Any], numbers: range, depth: int):
        self.make, self.depth = make, depth
        self.to_make = deque(numbers)
        self.ready: deque[tuple[Any, BaseException | None]] = deque()
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None
        self.working = False
        with self.changed:
            self.start()

    def start(self) -> None:
        """Start the thread where there is none and something is left to make. Call with the lock held."""
        if self.to_make and not self.working:
            self.thread = threading.Thread(target=self.work, name="minigrad-prefetch", daemon=True)
            self.thread.start()
            self.working = True

    def take(self) -> Any:
        """The next item, or the exception that making it raised."""
        with self.changed:
            while not self.ready:
                self.changed.wait(POLL)
            item, error = self.ready.popleft()
            self.start()
            self.changed.notify_all()
        if error is None:
            return item
        try:
            raise error
        finally:
            del error  # it would hold its own traceback, and so this frame, in a cycle

    def work(self) -> None:
        """Make items while there is room for them; the body of the thread."""
        while (number := self.next_number()) is not None:
            outcome = attempt(self.make, number)
            with self.changed:
                self.ready.append(outcome)
                self.changed.notify_all()

    def next_number(self) -> int | None:
        """The number of the item to make now, or None if the thread is to end."""
        with self.changed:
            self.changed.wait_for(lambda: not self.to_make or len(self.ready) < self.depth, LINGER)
            if self.to_make and len(self.ready) < self.depth:
                return self.to_make.popleft()
            self.working = False
            return None

    def close(self) -> None:
        """Make no more items, and wait PATIENCE seconds for the thread to end."""
        with self.changed:
            self.to_make.clear()
            self.changed.notify_all()
        # The garbage collector may close an iteration from within the thread itself.
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join(PATIENCE)


def attempt(make: Callable[[int], Any], number: int) -> tuple[Any, BaseException | None]:
    """(make(number), None), or (None, the exception that it raised)."""
    try:
        return make(number), None
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the item is taken
        return None, error
