import errno
import gzip
import hashlib
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pooch
import pytest

from minigrad.datasets import download, fetch
from minigrad.datasets.download import NotAvailableError
from minigrad.datasets.fetch import DataFile, FileSet, locate
from minigrad.errors import DataError

CONTENT = {"one.gz": b"first " * 5000, "two.gz": np.random.default_rng(0).bytes(200_000), "notes.txt": b"plain"}
FILES = {name: gzip.compress(data, mtime=0) if name.endswith(".gz") else data for name, data in CONTENT.items()}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def files_from(*mirrors: str) -> FileSet:
    files = [
        DataFile(name, sha256(FILES[name]), sha256(data) if name.endswith(".gz") else "")
        for name, data in CONTENT.items()
    ]
    return FileSet("Toys", "toys", tuple(files), mirrors)


def fill(folder: Path, names: Iterable[str] = FILES, unpacked: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / (name.removesuffix(".gz") if unpacked else name)).write_bytes((CONTENT if unpacked else FILES)[name])
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "toys"


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# ------------------------------------------------------------------------------------------------------ MINIGRAD_DATA


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.parametrize("subfolder", ["", "toys"])
def test_minigrad_data_comes_first(tmp_path, monkeypatch, cache, serve, subfolder, unpacked):
    mirror = serve(FILES)
    fill(cache)
    folder = fill(tmp_path / "mine" / subfolder, unpacked=unpacked)
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "mine"))
    paths = locate(files_from(mirror.url))
    assert [path.parent for path in paths] == [folder] * 3
    assert [path.name.removesuffix(".gz") for path in paths] == ["one", "two", "notes.txt"]
    assert mirror.requests == []


def test_minigrad_data_is_not_checked_for_its_content(tmp_path, monkeypatch):
    fill(tmp_path)
    (tmp_path / "one.gz").write_bytes(b"the user's own")
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    assert locate(files_from())[0] == tmp_path / "one.gz"


def test_minigrad_data_that_does_not_exist(tmp_path, monkeypatch, cache):
    fill(cache)
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "gone"))
    with pytest.raises(DataError, match=r"MINIGRAD_DATA=.*gone: there is no such folder; .* files of Toys"):
        locate(files_from())


def test_minigrad_data_that_lacks_a_file(tmp_path, monkeypatch, cache):
    fill(cache)
    fill(tmp_path / "mine", ["one.gz", "notes.txt"])
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "mine"))
    with pytest.raises(DataError, match=r"no two.gz \(packed or unpacked\) there; expected the files of Toys in") as e:
        locate(files_from())
    assert str(tmp_path / "mine" / "toys") in str(e.value)
    assert not isinstance(e.value, NotAvailableError)


def test_a_data_folder_that_is_a_file_or_of_nobody(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"file: this is not a folder; expected a folder with the files of Toys"):
        locate(files_from())
    for name in ("~nobody-of-this-name/data", "n" * 300):
        monkeypatch.setenv("MINIGRAD_DATA", name)
        with pytest.raises(DataError, match=r"there is no such folder|cannot be read \(File name too long\)"):
            locate(files_from())


@pytest.mark.parametrize("method", ["is_dir", "is_file"])
def test_a_data_folder_without_permission(tmp_path, monkeypatch, method):
    def denied(self):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    monkeypatch.setattr(Path, method, denied)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\); expected a folder"):
        locate(files_from())


def test_an_empty_minigrad_data_is_as_good_as_none(monkeypatch, cache):
    monkeypatch.setenv("MINIGRAD_DATA", "")
    fill(cache)
    assert locate(files_from())[0].parent == cache


# -------------------------------------------------------------------------------------------------------------- cache


@pytest.mark.parametrize("unpacked", [False, True])
def test_what_the_cache_has_is_not_downloaded(cache, serve, unpacked):
    mirror = serve(FILES)
    fill(cache, unpacked=unpacked)
    assert [path.parent for path in locate(files_from(mirror.url))] == [cache] * 3
    assert mirror.requests == []


def test_files_packed_anew_are_as_good(cache):
    fill(cache)
    (cache / "two.gz").write_bytes(gzip.compress(CONTENT["two.gz"], 1, mtime=1))
    assert locate(files_from())[1] == cache / "two.gz"


DAMAGED = {
    "empty": b"",
    "rubbish": b"rubbish",
    "cut off": FILES["two.gz"][:-9],
    "other content": gzip.compress(b"other content"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_in_the_cache_is_downloaded_again(cache, serve, capsys, damage):
    mirror = serve(FILES)
    fill(cache)
    (cache / "two.gz").write_bytes(DAMAGED[damage])
    locate(files_from(mirror.url))
    assert (cache / "two.gz").read_bytes() == FILES["two.gz"]
    assert mirror.got() == ["two.gz"]
    assert f"{cache / 'two.gz'} is damaged; it is downloaded again" in capsys.readouterr().err


def test_a_damaged_file_is_not_used_where_nothing_can_be_downloaded(cache, serve):
    fill(cache)
    (cache / "two.gz").write_bytes(b"rubbish")
    with pytest.raises(NotAvailableError, match=r"Toys could not be downloaded .* 404 Not Found"):
        locate(files_from(serve({}).url))


def test_a_damaged_unpacked_file_gives_way_to_the_downloaded_one(cache, serve):
    mirror = serve(FILES)
    fill(cache, unpacked=True)
    (cache / "one").write_bytes(b"rubbish")
    assert locate(files_from(mirror.url))[0] == cache / "one.gz"


def test_the_cache_is_where_the_system_keeps_caches(monkeypatch):
    monkeypatch.delenv("MINIGRAD_CACHE")
    assert fetch.cache_folder() == Path(pooch.os_cache("minigrad"))
    monkeypatch.setenv("MINIGRAD_CACHE", "~/somewhere")
    assert fetch.cache_folder() == Path.home() / "somewhere"


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the place of a folder is another error on Windows")
def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch, serve):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "file"))
    with pytest.raises(
        NotAvailableError, match=r"Toys cannot be kept in .*file.toys .*; set MINIGRAD_CACHE to a folder"
    ):
        locate(files_from(serve(FILES).url))


# ----------------------------------------------------------------------------------------------------------- download


def test_everything_from_a_good_mirror(cache, serve, capsys):
    mirror = serve(FILES)
    paths = locate(files_from(mirror.url))
    assert [path.read_bytes() for path in paths] == list(FILES.values())
    assert listing(cache) == sorted(FILES)
    assert mirror.got() == list(FILES)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert all(name in shown.err for name in FILES)
    locate(files_from(mirror.url))
    assert mirror.got() == list(FILES)


def test_nothing_may_be_unpacked_on_the_way(serve):
    mirror = serve(FILES)
    locate(files_from(mirror.url))
    assert mirror.encodings == {"identity"}


def test_only_what_is_missing(cache, serve):
    mirror = serve(FILES)
    fill(cache, ["one.gz"])
    locate(files_from(mirror.url))
    assert mirror.got() == ["two.gz", "notes.txt"]


FAULTS = {
    "missing": "404 Not Found",
    "truncated": "the download broke off",
    "corrupt": "wrong checksum",
    "silent": "no answer in time",
    "stalling": "no answer in time",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_mirror_is_passed_over(cache, serve, fault):
    bad = serve(FILES, fault)
    good = serve(FILES, after=bad)
    locate(files_from(bad.url, good.url))
    assert {name: (cache / name).read_bytes() for name in listing(cache)} == FILES
    assert good.got() == list(FILES)
    # One that could not be reached, or fell silent, is not asked again; one that lacks a file may have the next.
    assert bad.got() == {"silent": [], "stalling": ["one.gz"]}.get(fault, list(FILES))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_download_leaves_no_file_and_says_why(cache, serve, fault, capsys):
    bad = serve(FILES, fault)
    start = time.monotonic()
    with pytest.raises(NotAvailableError, match=r"Toys could not be downloaded \(127\.0\.0\.1:\d+: ") as caught:
        locate(files_from(bad.url))
    assert capsys.readouterr().err == ""  # no empty line of a bar either
    assert FAULTS[fault] in str(caught.value)
    assert listing(cache) == (["one.gz.part"] if fault in ("truncated", "stalling") else [])
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("fault", ["truncated", "stalling"])
def test_a_download_goes_on_where_it_broke_off(cache, serve, fault, monkeypatch):
    monkeypatch.setattr(download, "PIECE", 8)
    with pytest.raises(NotAvailableError):
        locate(files_from(serve(FILES, fault).url))
    there = (cache / "one.gz.part").stat().st_size
    assert there > 0
    good = serve(FILES, ranges=True)
    locate(files_from(good.url))
    assert good.sent[0] == len(FILES["one.gz"]) - there
    assert {name: (cache / name).read_bytes() for name in listing(cache)} == FILES


def test_another_mirror_goes_on_in_the_same_run(cache, serve, monkeypatch):
    monkeypatch.setattr(download, "PIECE", 8)  # of the piece that breaks off nothing is kept
    bad = serve(FILES, "truncated")
    good = serve(FILES, after=bad, ranges=True)
    locate(files_from(bad.url, good.url))
    assert good.sent == [len(data) - len(data) // 2 // 8 * 8 for data in FILES.values()]
    assert {name: (cache / name).read_bytes() for name in listing(cache)} == FILES


PARTS = {
    "of another file": b"rubbish",
    "longer than the file": FILES["one.gz"] + b"rubbish",
    "whole": FILES["one.gz"],
    "empty": b"",
}


@pytest.mark.parametrize("ranges", [False, True])
@pytest.mark.parametrize("part", PARTS)
def test_whatever_the_part_is_the_file_is_right(cache, serve, part, ranges):
    fill(cache, ["two.gz", "notes.txt"])
    (cache / "one.gz.part").write_bytes(PARTS[part])
    mirror = serve(FILES, ranges=ranges)
    locate(files_from(mirror.url))
    assert {name: (cache / name).read_bytes() for name in listing(cache)} == FILES
    assert len(mirror.got()) <= 2


def test_each_file_from_the_mirror_that_has_it(cache, serve):
    first = serve({name: FILES[name] for name in ("one.gz", "notes.txt")})
    second = serve({"two.gz": FILES["two.gz"]}, after=first)
    locate(files_from(first.url, second.url))
    assert listing(cache) == sorted(FILES)
    assert second.got() == ["two.gz"]


def test_the_mirror_that_answers_first_is_the_first(serve):
    quick = serve(FILES)
    slow = serve(FILES, after=quick)
    locate(files_from(slow.url, quick.url))
    assert quick.got() == list(FILES)
    assert slow.got() == []


def test_no_server_at_all(serve):
    gone = serve(FILES)
    gone.close()
    start = time.monotonic()
    with pytest.raises(NotAvailableError, match="no connection"):
        locate(files_from(gone.url))
    assert time.monotonic() - start < 3
