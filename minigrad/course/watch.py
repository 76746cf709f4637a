"""`minigrad watch`: check again whenever an exercise file is saved, with single keys for what else is wanted."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchfiles import Change, watch

POLL = 200  # milliseconds between looks at the keyboard


def changes_and_keys(folder: Path, read_key: Callable[[], str | None]) -> Iterator[tuple[list[Path], str | None]]:
    """For ever: the exercise files in `folder` that were saved or deleted, and the key that was pressed, whenever there
    is one."""

    def is_exercise(change: Change, path: str) -> bool:
        return path.endswith(".py") and Path(path).name[0].isdigit()

    for changes in watch(
        folder,
        watch_filter=is_exercise,
        rust_timeout=POLL,
        yield_on_timeout=True,
        recursive=False,
        raise_interrupt=True,
    ):
        saved, key = sorted({Path(path) for _, path in changes}), read_key()
        if saved or key:
            yield saved, key


@contextmanager
def keyboard() -> Iterator[Callable[[], str | None] | None]:
    """A function that returns the key that was pressed, or None; itself None where there is no terminal."""
    if not sys.stdin.isatty():
        yield None
    elif sys.platform == "win32":
        import msvcrt

        yield lambda: msvcrt.getwch() if msvcrt.kbhit() else None
    else:
        import select
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)  # keys come one by one and unseen; Ctrl-C still interrupts
        try:
            yield lambda: sys.stdin.read(1) if select.select([sys.stdin], [], [], 0)[0] else None
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
