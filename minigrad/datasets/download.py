"""Download files from mirrors: checked by their SHA-256, resumed where they broke off, never half under their name.

A file is downloaded under its name with .part added and gets its own name once its checksum is right. Where a download
breaks off the part stays; the next attempt, from whichever mirror, asks for the rest of it (HTTP Range). pooch, which
finds the cache folder for us, starts every download anew, so the few lines for that are here.
"""

import hashlib
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
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

    `mirrors` are URLs that a file name is appended to. Progress is shown on standard error. A download that breaks off
    leaves a .part, from which the next one goes on; one with another checksum leaves nothing. Raises NotAvailableError,
    which says what was wrong with each mirror, and OSError if `folder` cannot be written.
    """
    if not files:
        return
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
    import requests

    bar = bars.add_task(name, total=None)
    try:
        whole = retrieve(mirror + name, sha256, folder / name, partial(show_progress, bars, bar))
    except requests.RequestException as error:
        problems[mirror] = f"{name}: {reason(error)}"
        if isinstance(error, requests.ConnectionError | requests.Timeout):
            usable.remove(mirror)
    else:
        if whole:
            if bars.disable:
                print(f"downloaded {mirror}{name}", file=sys.stderr)
            return True
        problems[mirror] = f"{name}: wrong checksum"
    bars.remove_task(bar)
    return False


def retrieve(url: str, sha256: str, path: Path, progress: Callable[[int, int | None], None]) -> bool:
    """Download `url` to `path`, going on with its .part if there is one; False if the checksum is wrong.

    A wrong checksum may come from the old part; the file is downloaded from its beginning then, once.
    """
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    for resumed in (part.exists(), False):
        receive(url, part, progress)
        with part.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        if right:
            os.replace(part, path)
            return True
        part.unlink()
        if not resumed:
            break
    return False


def receive(url: str, part: Path, progress: Callable[[int, int | None], None]) -> None:
    """Write what `part` lacks of `url`; all of it, where the server cannot send the rest alone.

    `progress(done, total)` is called as it grows; the total is None where the server does not say.
    """
    import requests

    there = part.stat().st_size if part.exists() else 0
    headers = {**HEADERS, "Range": f"bytes={there}-"} if there else HEADERS
    with requests.get(url, headers=headers, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True) as response:
        if (
            there and response.status_code == 416
        ):  # nothing is left to send: the part is whole already, or something else
            return
        response.raise_for_status()
        rest = response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {there}-")
        done = there if rest else 0
        length = int(response.headers.get("Content-Length", 0))
        total = done + length if length else None
        with part.open("ab" if done else "wb") as file:
            for piece in response.iter_content(PIECE):
                file.write(piece)
                done += len(piece)
                progress(done, total)


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
    """rich's Progress on standard error, disabled where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield bars


def show_progress(bars: Any, bar: Any, done: int, total: int | None) -> None:
    """Move a progress bar."""
    bars.update(bar, completed=done, total=total)
