"""Tar archives, unpacked whole or not at all, and never outside their folder."""

import gzip
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import DataError

DAMAGE = (tarfile.ReadError, tarfile.HeaderError, gzip.BadGzipFile, EOFError, zlib.error)
"""What reading an archive that is damaged or cut off raises."""


def unpack(path: Path, folder: str, parent: Path, files: Sequence[str] = (), beside: Sequence[str] = ()) -> Path:
    """Unpack the archive `path`, which has the one folder `folder`, into `parent`; returns the new folder's path.

    Files of the names `beside` lie outside the folder in the archive, and are left there.

    Everything goes into a temporary folder in `parent` first, which is renamed in the end, in the place of an older
    one. Raises DataError if the archive is damaged or cut off, holds anything but files and folders inside `folder`, or
    lacks one of `files`, OSError if it cannot be read or `parent` cannot be written; nothing is left then.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder}-", dir=parent) as temporary:
        extract(path, folder, temporary, beside)
        unpacked, target = Path(temporary) / folder, parent / folder
        if not unpacked.is_dir():
            raise DataError(f"{path}: there is no folder {folder} in the archive; nothing was unpacked")
        if lacking := [name for name in files if not (unpacked / name).is_file()]:
            raise DataError(f"{path}: the archive lacks {', '.join(lacking)}; nothing was unpacked")
        if target.exists():
            target.rename(Path(temporary) / ".old")
        unpacked.rename(target)
    return target


def extract(path: Path, folder: str, target: str, beside: Sequence[str] = ()) -> None:
    """Write the members of the archive into the folder `target`, each after a look at its name and kind."""
    try:
        with opened(path) as archive:
            # Python's own filter looks at each name once more, where there is one (3.11.4 and later).
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            for member in archive:
                if member.name in beside:
                    continue
                check_member(path, member, folder)
                check_place(path, member, target)
                archive.extract(member, target)
            check_end(archive)
    except DAMAGE as error:
        raise DataError(
            f"{path}: the archive is damaged or cut off ({error}); expected a whole .tar.gz, nothing was unpacked"
        ) from error
    except tarfile.TarError as error:
        raise DataError(f"{path}: {error}; nothing was unpacked") from error


def opened(path: Path) -> tarfile.TarFile:
    """The archive, open for reading. Raises DataError if the file does not begin as one."""
    try:
        return tarfile.open(path)
    except DAMAGE as error:  # its text has a line for every kind of packing that was tried
        raise DataError(
            f"{path}: this is no archive, or its beginning is damaged or cut off; expected a whole .tar.gz file"
        ) from error


def check_member(path: Path, member: tarfile.TarInfo, folder: str) -> None:
    """Raise DataError unless `member` is a file or a folder inside `folder`."""
    name, parts = member.name, PurePosixPath(member.name).parts
    if parts[:1] != (folder,) or ".." in parts or "\\" in name or any(PureWindowsPath(part).drive for part in parts):
        raise DataError(f"{path}: {name!r} in the archive lies outside its folder {folder}; nothing was unpacked")
    if not (member.isfile() or member.isdir()):
        raise DataError(f"{path}: {name!r} in the archive is neither a file nor a folder; nothing was unpacked")


def check_place(path: Path, member: tarfile.TarInfo, target: str) -> None:
    """Raise DataError if `member` is a file in `target` where a folder is, or needs a folder where a file is."""
    name = PurePosixPath(member.name)
    for part in (name, *name.parents):
        there = Path(target, part)
        if there.is_dir() if part == name and member.isfile() else there.is_file():
            raise DataError(f"{path}: '{part}' in the archive is both a file and a folder; nothing was unpacked")


def check_end(archive: tarfile.TarFile) -> None:
    """Raise ReadError unless the members end where tar says they do: tarfile takes any odd block for the end."""
    stream = archive.fileobj
    assert stream is not None
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("it has no end mark")
    while stream.read(1 << 20):  # to the end, where gzip compares its checksum
        pass
