"""Find the files of a published data set: in the user's folder, in the cache, or at the publishers.

`MINIGRAD_DATA`   a folder with data sets. Where it is set, nothing else is looked at: who names a folder and gets other
                  data, because of a slip in its name, would not notice. Where it lacks the files that is an error.
`MINIGRAD_CACHE`  the folder for downloads, by default the operating system's cache folder for minigrad.
"""

import gzip
import hashlib
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from ..language import say
from .download import NotAvailableError, download_files


@dataclass(frozen=True)
class DataFile:
    """A published file: its name, and the SHA-256 of the file and, for a .gz, of what it unpacks to."""

    name: str
    sha256: str
    unpacked_sha256: str = ""


@dataclass(frozen=True)
class FileSet:
    """A published data set: its title, the name of its folder, its files, and the URLs of folders that have them."""

    title: str
    folder: str
    files: tuple[DataFile, ...]
    mirrors: tuple[str, ...]


def locate(wanted: FileSet) -> tuple[Path, ...]:
    """The paths of the files of `wanted`, in its order: from MINIGRAD_DATA if that is set, else from the cache.

    What the cache lacks, or has damaged, is downloaded into it and checked. Raises DataError if MINIGRAD_DATA is set
    and lacks them, NotAvailableError if they cannot be downloaded.
    """
    if given := os.environ.get("MINIGRAD_DATA"):
        return find_in(Path(given), wanted, f"MINIGRAD_DATA={given}")
    return from_cache(wanted, cache_folder() / wanted.folder)


def where_to_put(wanted: FileSet) -> str:
    """What to do where nothing can be downloaded: which files are wanted, where they are, and where to put them."""
    names = ", ".join(file.name for file in wanted.files)
    return say(
        f"set MINIGRAD_DATA to a folder with its files ({names}, published at {wanted.mirrors[0]})",
        f"可以把 MINIGRAD_DATA 设为存放这些文件的目录（{names}，发布在 {wanted.mirrors[0]}）",
    )


def where_from(wanted: FileSet) -> str:
    """What to say of a folder that lacks the files."""
    return say(f"{wanted.title} is published at {wanted.mirrors[0]}", f"{wanted.title} 发布在 {wanted.mirrors[0]}")


def cache_folder() -> Path:
    """Where downloads are kept."""
    if given := os.environ.get("MINIGRAD_CACHE"):
        return Path(os.path.expanduser(given))
    import pooch  # here, because importing it takes a good part of what importing minigrad takes

    return Path(pooch.os_cache("minigrad"))


def find_in(folder: Path, wanted: FileSet, origin: str) -> tuple[Path, ...]:
    """The files of `wanted`, packed or unpacked, in the subfolder named after it or in `folder` itself.

    Raises DataError, whose message begins with `origin`, if they are in neither, or if `folder` cannot be looked into.
    """
    folder = Path(os.path.expanduser(folder))  # unlike Path.expanduser, it leaves '~nobody' alone where there is none
    expected = f"expected a folder with the files of {wanted.title}"
    expected_zh = f"应当是存放 {wanted.title} 文件的目录"
    try:
        if not folder.is_dir():
            en, zh = (
                ("this is not a folder", "这不是目录")
                if folder.exists()
                else ("there is no such folder", "没有这个目录")
            )
            raise DataError(say(f"{origin}: {en}; {expected}", f"{origin}：{zh}；{expected_zh}"))
        places = (folder / wanted.folder, folder)
        found = [[existing(place, file) for file in wanted.files] for place in places]
    except OSError as error:
        told = error.strerror or error
        en, zh = f"{origin}: cannot be read ({told}); {expected}", f"{origin}：无法读取（{told}）；{expected_zh}"
        raise DataError(say(en, zh)) from error
    for paths in found:
        if None not in paths:
            return tuple(path for path in paths if path is not None)
    fullest = max(found, key=lambda paths: len(paths) - paths.count(None))
    missing = [file.name for file, path in zip(wanted.files, fullest) if path is None]
    raise DataError(
        say(
            f"{origin}: no {', no '.join(missing)} (packed or unpacked) there; "
            f"expected the files of {wanted.title} in {places[0]} or {places[1]}",
            f"{origin}：没有 {'、'.join(missing)}（压缩的和解压的都没有）；"
            f"{wanted.title} 的文件应当在 {places[0]} 或 {places[1]} 里",
        )
    )


def existing(folder: Path, file: DataFile) -> Path | None:
    """The path of `file` in `folder`, as published or unpacked; None if it is not there."""
    candidates = (folder / file.name, folder / file.name.removesuffix(".gz"))
    return next((path for path in candidates if path.is_file()), None)


def from_cache(wanted: FileSet, folder: Path) -> tuple[Path, ...]:
    """The files of `wanted` in `folder`, after downloading those that are not there or are damaged."""
    try:
        if not all(is_cached(folder, file) for file in wanted.files):
            with only_one(folder):  # another process may have downloaded them since
                missing = [file for file in wanted.files if not is_cached(folder, file, quietly=True)]
                download_files(wanted.title, [(file.name, file.sha256) for file in missing], wanted.mirrors, folder)
    except OSError as error:
        raise NotAvailableError(
            say(
                f"{wanted.title} cannot be kept in {folder} ({error.strerror or error}); "
                "set MINIGRAD_CACHE to a folder that can be written",
                f"{wanted.title} 无法存放在 {folder} 里（{error.strerror or error}）；"
                "请把 MINIGRAD_CACHE 设为一个可以写入的目录",
            )
        ) from error
    return tuple(existing(folder, file) or folder / file.name for file in wanted.files)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """While inside, no other process that asks for the same does anything in the cache's `folder`, which is made."""
    from filelock import FileLock  # here, because it is rarely needed

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{folder.name}.lock"):
        yield


def is_cached(folder: Path, file: DataFile, quietly: bool = False) -> bool:
    """Is `file` in `folder` and whole? Says so on the screen if it is damaged, unless `quietly`."""
    path = existing(folder, file)
    if path is None:
        return False
    if not is_intact(path, file):
        if quietly:
            return False
        print(f"{path} is damaged; it is downloaded again", file=sys.stderr)
        return False
    return True


def is_intact(path: Path, file: DataFile) -> bool:
    """Has `path` the content of `file`: as published, unpacked, or packed anew?"""
    with path.open("rb") as raw:
        if hashlib.file_digest(raw, "sha256").hexdigest() in (file.sha256, file.unpacked_sha256):
            return True
    try:
        with gzip.open(path) as unpacked:
            return hashlib.file_digest(unpacked, "sha256").hexdigest() == file.unpacked_sha256
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return False
