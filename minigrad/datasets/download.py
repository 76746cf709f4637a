"""Download files from mirrors: checked by their SHA-256, whole or not at all, and giving up soon without a network."""

import queue
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import DataError

PROBE_SECONDS = 4.0  # for the first mirror to give a sign of life; also bounds a name look-up that hangs
CONNECT_SECONDS = 4.0
READ_SECONDS = 15.0  # without a byte
PIECE = 1 << 16  # bytes
NO_ANSWER = "no answer in time"
HEADERS = {"Accept-Encoding": "identity"}  # or a .gz might be unpacked on the way, and its checksum differ


class NotAvailableError(DataError):
    """The files are not on this machine and could not be downloaded."""


def download_files(title: str, files: Sequence[tuple[str, str]], mirrors: Sequence[str], folder: Path) -> None:
    """Download `files`, pairs of a name and a SHA-256, into `folder`, each from the first mirror that has it.

    `mirrors` are URLs that a file name is appended to. Progress is shown on standard error. A download that
    breaks off or has another checksum leaves nothing behind. Raises NotAvailableError, which says what was wrong with
    each mirror, and OSError if `folder` cannot be written.
    """
    usable, problems = probe(mirrors, files[0][0])
    with progress_bars() as bars:
        for name, sha256 in files:
            if not any(download_file(mirror, name, sha256, folder, bars, usable, problems) for mirror in list(usable)):
                reasons = "; ".join(f"{urlsplit(mirror).netloc}: {problems[mirror]}" for mirror in mirrors)
                raise NotAvailableError(f"{title} could not be downloaded ({reasons})")


def probe(mirrors: Sequence[str], name: str) -> tuple[list[str], dict[str, str]]:
    """The mirrors worth trying, and what is wrong with the others.

    All are asked for `name` at once. As soon as one answers, it comes first, and those that have not failed come after
    it; where none answers within PROBE_SECONDS none is worth trying.
    """
    import requests  # here, because importing it takes longer than importing all of minigrad

    def ask(mirror: str) -> None:
        try:
            requests.head(mirror + name, headers=HEADERS, timeout=PROBE_SECONDS)
        except requests.RequestException as error:
            answers.put((mirror, reason(error)))
        else:
            answers.put((mirror, ""))  # whatever it answered, it is there

    answers: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    for mirror in mirrors:
        threading.Thread(target=ask, args=(mirror,), daemon=True).start()
    problems: dict[str, str] = {}
    deadline = time.monotonic() + PROBE_SECONDS
    while len(problems) < len(mirrors):
        try:
            mirror, problem = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return [], {mirror: problems.get(mirror, NO_ANSWER) for mirror in mirrors}
        if not problem:
            return [mirror, *(m for m in mirrors if m != mirror and m not in problems)], problems
        problems[mirror] = problem
    return [], problems


def download_file(
    mirror: str, name: str, sha256: str, folder: Path, bars: Any, usable: list[str], problems: dict[str, str]
) -> bool:
    """Download one file from one mirror; False, and an entry in `problems`, if that fails.

    A mirror that cannot be reached any more goes out of `usable`.
    """
    import pooch
    import requests

    bar = Bar(bars, name)
    downloader = pooch.HTTPDownloader(
        progressbar=bar, chunk_size=PIECE, headers=HEADERS, timeout=(CONNECT_SECONDS, READ_SECONDS)
    )
    try:
        pooch.retrieve(mirror + name, f"sha256:{sha256}", fname=name, path=folder, downloader=downloader)
    except requests.RequestException as error:
        problems[mirror] = f"{name}: {reason(error)}"
        if isinstance(error, requests.ConnectionError | requests.Timeout):
            usable.remove(mirror)
    except ValueError:
        problems[mirror] = f"{name}: wrong checksum"
    else:
        if bars.disable:
            print(f"downloaded {mirror}{name}", file=sys.stderr)
        return True
    bar.remove()
    return False


def reason(error: Exception) -> str:
    """What went wrong in a request, in a few words."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return NO_ANSWER
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the download broke off"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error)


@contextmanager
def progress_bars() -> Iterator[Any]:
    """rich's Progress on standard error, disabled where that is not a terminal; pooch's messages are held back."""
    import pooch
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("WARNING")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    try:
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
            yield bars
    finally:
        logger.setLevel(level)


class Bar:
    """One progress bar, with the methods that pooch calls."""

    def __init__(self, bars: Any, name: str):
        self.bars = bars
        self.task = bars.add_task(name, total=None)

    @property
    def total(self) -> float | None:
        return self.bars.tasks[self.bars.task_ids.index(self.task)].total

    @total.setter
    def total(self, size: int) -> None:
        self.bars.update(self.task, total=size or None)

    def update(self, size: int) -> None:
        self.bars.update(self.task, advance=size)

    def reset(self) -> None:
        self.bars.update(self.task, completed=0)

    def close(self) -> None:
        self.bars.refresh()

    def remove(self) -> None:
        self.bars.remove_task(self.task)
