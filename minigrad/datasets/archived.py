"""Find the files of a set that is published as an archive: unpacked or not, in the user's folder, the cache, or online.

The places and their order are those of fetch.py. An archive in the user's folder is unpacked beside itself; one that
was downloaded is unpacked in the cache, and goes then.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..errors import DataError
from .archive import unpack
from .download import NotAvailableError, download_files
from .fetch import DataFile, cache_folder, is_intact, only_one


@dataclass(frozen=True)
class Form:
    """One form of a set: its archive, the folder in that, and the files there that are wanted.

    `md5` are checksums of the files, in their order, where they are known; `beside` are files outside the folder, which
    stay packed.
    """

    archive: DataFile
    folder: str
    files: tuple[str, ...]
    md5: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArchivedSet:
    """A set: its title, its forms, the first of which is downloaded, and URLs of folders that have its archive."""

    title: str
    forms: tuple[Form, ...]
    mirrors: tuple[str, ...]


class Found(NamedTuple):
    """A form of a set, the folder with its files, and the user's archive that it was just unpacked from, if any."""

    form: Form
    folder: Path
    archive: Path | None = None


def locate(wanted: ArchivedSet) -> Found:
    """Where the files of `wanted` are: in MINIGRAD_DATA if that is set, else in the cache.

    What the cache lacks, or has damaged, is downloaded. Raises DataError if MINIGRAD_DATA is set and lacks it, or if an
    archive cannot be unpacked, NotAvailableError if it cannot be downloaded.
    """
    if given := os.environ.get("MINIGRAD_DATA"):
        return find_in(Path(given), wanted, f"MINIGRAD_DATA={given}")
    return Found(wanted.forms[0], from_cache(wanted, cache_folder() / wanted.title.lower()))


def find_in(root: Path, wanted: ArchivedSet, origin: str) -> Found:
    """Where the files of `wanted` are: in a folder in `root`, in `root` itself, or in an archive there.

    Raises DataError, whose message begins with `origin`, if there is none or `root` cannot be used.
    """
    root = Path(os.path.expanduser(root))
    try:
        if not root.is_dir():
            wrong = "this is not a folder" if root.exists() else "there is no such folder"
            raise DataError(f"{origin}: {wrong}; {expectation(wanted)}")
        for form in wanted.forms:
            for folder in (root / form.folder, root):
                if not missing(folder, form):
                    return Found(form, folder)
        for form in wanted.forms:
            archive = root / form.archive.name
            if archive.is_file() and not (root / form.folder).exists():
                return Found(form, unpack(archive, form.folder, root, form.files, form.beside), archive)
        gaps = [
            f"{form.folder} lacks {', '.join(missing(root / form.folder, form))}"
            for form in wanted.forms
            if (root / form.folder).is_dir()
        ]
    except OSError as error:
        raise DataError(f"{origin}: cannot be used ({error.strerror or error}); {expectation(wanted)}") from error
    there = f" ({'; '.join(gaps)})" if gaps else ""
    raise DataError(f"{origin}: no {wanted.title} there{there}; {expectation(wanted)}")


@contextmanager
def removed_if_refused(found: Found) -> Iterator[None]:
    """Removes the folder if a DataError comes out of this context and it has just been unpacked, for the next call
    would take it in the place of a better archive."""
    try:
        yield
    except DataError as error:
        if found.archive is None:
            raise
        try:
            shutil.rmtree(found.folder)
        except OSError as failure:
            raise DataError(f"{error}; delete {found.folder}, which was unpacked from {found.archive}") from failure
        raise DataError(f"{error}; {found.folder}, unpacked from {found.archive}, is removed again") from error


def expectation(wanted: ArchivedSet) -> str:
    """What a folder should hold, and where to get it."""
    names = [name for form in wanted.forms for name in (f"{form.folder}/", form.archive.name)]
    return (
        f"expected {', '.join(names[:-1])} or {names[-1]} in it ({wanted.title} is published at {published_at(wanted)})"
    )


def published_at(wanted: ArchivedSet) -> str:
    """The URL of the archive that is downloaded."""
    return wanted.mirrors[0] + wanted.forms[0].archive.name


def missing(folder: Path, form: Form) -> list[str]:
    """The files of `form` that are not in `folder`."""
    return [name for name in form.files if not (folder / name).is_file()]


def from_cache(wanted: ArchivedSet, cache: Path) -> Path:
    """The folder with the files of `wanted` in `cache`, downloaded and unpacked if it is not there or is damaged."""
    form = wanted.forms[0]
    folder = cache / form.folder
    try:
        if is_cached(folder, form):
            return folder
        if folder.exists():
            print(f"{folder} is damaged; it is replaced", file=sys.stderr)
        with only_one(cache):
            if not is_cached(folder, form):  # another process may have made it since
                obtain(wanted, form, cache)
    except NotAvailableError as error:
        raise NotAvailableError(
            f"{error}; get {form.archive.name} from {published_at(wanted)} and put it into {cache}, "
            "or into a folder that MINIGRAD_DATA names"
        ) from error
    except OSError as error:
        raise NotAvailableError(
            f"{wanted.title} cannot be kept in {cache} ({error.strerror or error}); "
            "set MINIGRAD_CACHE to a folder that can be written"
        ) from error
    return folder


def obtain(wanted: ArchivedSet, form: Form, cache: Path) -> None:
    """Unpack the archive in `cache`, after downloading it where it is not there or is not the published one."""
    archive = cache / form.archive.name
    if not (archive.is_file() and is_intact(archive, form.archive)):
        download_files(wanted.title, [(form.archive.name, form.archive.sha256)], wanted.mirrors, cache)
    unpack(archive, form.folder, cache, form.files, form.beside)
    archive.unlink()


def is_cached(folder: Path, form: Form) -> bool:
    """Is `folder`, in the cache, what a checked archive was unpacked to? Where there are checksums, they must agree."""
    return is_published(folder, form) if form.md5 else not missing(folder, form)


def is_published(folder: Path, form: Form) -> bool:
    """Has `folder` all files of `form`, each as published? Never where their checksums are not known."""
    return not missing(folder, form) and tuple(md5(folder / name) for name in form.files) == form.md5


def md5(path: Path) -> str:
    """The MD5 of a file: it shows damage, not forgery. What is downloaded is checked by its SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
