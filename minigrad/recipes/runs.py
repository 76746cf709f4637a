"""The folders that runs leave their results in: made anew or claimed, never one that holds results already."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

from ..errors import CheckpointError
from ..language import say
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
        en, zh = (
            (f"go on with it by --resume {folder}, or ", f"可以用 --resume {folder} 继续，或") if begun else ("", "请")
        )
        raise CheckpointError(
            say(
                f"{folder} already holds a run ({', '.join(there)}); {en}choose another --out",
                f"{folder} 里已经有一次训练（{'、'.join(there)}）；{zh}换一个 --out",
            )
        )
    return folder


def not_writable(folder: Path, error: OSError) -> CheckpointError:
    told = error.strerror or error
    en = f"results cannot be written to {folder} ({told}); choose another --out"
    return CheckpointError(say(en, f"结果无法写入 {folder}（{told}）；请换一个 --out"))
