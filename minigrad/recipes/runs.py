"""The folders that runs leave their results in: made anew or claimed, never one that holds results already."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

from ..errors import CheckpointError
from ..training import CHECKPOINT


def new_folder(base: Path) -> Path:
    """Make `base`, or the first of base-2, base-3, ... that does not exist yet, so that no other run takes it.

    Raises CheckpointError if it cannot be made.
    """
    try:
        base.parent.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
            with suppress(FileExistsError):
                folder.mkdir()
                break
    except OSError as error:
        raise not_writable(base, error) from error
    return folder


def claimed(folder: Path, results: Iterable[str]) -> Path:
    """`folder`, made if needed. Raises CheckpointError if one of `results` is in it, or if it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in results if (folder / name).exists()]
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise not_writable(folder, error) from error
    if there:
        begun = any(Path(name).name == CHECKPOINT for name in there)
        go_on = f"go on with it by --resume {folder}, or " if begun else ""
        raise CheckpointError(f"{folder} already holds a run ({', '.join(there)}); {go_on}choose another --out")
    return folder


def not_writable(folder: Path, error: OSError) -> CheckpointError:
    return CheckpointError(f"results cannot be written to {folder} ({error.strerror or error}); choose another --out")
