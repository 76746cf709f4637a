import hashlib
import io
import pickle
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from minigrad.datasets import cifar, load_cifar10, load_cifar100
from minigrad.datasets.archive import unpack
from minigrad.datasets.download import NotAvailableError
from minigrad.errors import DataError

rng = np.random.default_rng(0)
COUNTS = [3, 2, 4, 1, 2, 5]  # images in each file, the last of them the test images
IMAGES = [rng.integers(0, 256, (n, 3, 32, 32), dtype=np.uint8) for n in COUNTS]
COARSE = [rng.integers(0, 20, n) for n in COUNTS]
FINE = [rng.integers(0, 100, n) for n in COUNTS]
TEN = [rng.integers(0, 10, n) for n in COUNTS]


def names(n: int) -> list[bytes]:
    return [f"class{i}".encode() for i in range(n)]


def python10(protocol: int = 4) -> dict[str, bytes]:
    """The files of a small cifar-10-batches-py."""
    files = {
        name: {
            b"data": x.reshape(-1, 3072),
            b"labels": y.tolist(),
            b"batch_label": b"a batch",
            b"filenames": [b"a.png"],
        }
        for name, x, y in zip([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"], IMAGES, TEN)
    }
    meta = {"batches.meta": {b"label_names": names(10), b"num_vis": 3072}}
    return {name: pickle.dumps(content, protocol) for name, content in {**files, **meta}.items()}


def python100() -> dict[str, bytes]:
    """The files of a small cifar-100-python, with strings for keys."""
    files = {
        name: {
            "data": IMAGES[i].reshape(-1, 3072),
            "fine_labels": FINE[i].tolist(),
            "coarse_labels": COARSE[i].tolist(),
        }
        for name, i in (("train", 0), ("test", 5))
    }
    meta = {"fine_label_names": [n.decode() for n in names(100)], "coarse_label_names": names(20)}
    return {name: pickle.dumps(content, 2) for name, content in {**files, "meta": meta}.items()}


def records(x: np.ndarray, *labels: np.ndarray) -> bytes:
    return np.concatenate([*(y[:, None].astype(np.uint8) for y in labels), x.reshape(-1, 3072)], axis=1).tobytes()


def binary10() -> dict[str, bytes]:
    files = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]
    return {n: records(x, y) for n, x, y in zip(files, IMAGES, TEN)} | {
        "batches.meta.txt": b"\n".join(names(10)) + b"\n\n"
    }


def binary100() -> dict[str, bytes]:
    texts = {"fine_label_names.txt": b"\n".join(names(100)), "coarse_label_names.txt": b"\n".join(names(20))}
    return {n: records(IMAGES[i], COARSE[i], FINE[i]) for n, i in (("train.bin", 0), ("test.bin", 5))} | texts


SETS = {
    "cifar-10-batches-py": ("cifar-10-python.tar.gz", python10),
    "cifar-10-batches-bin": ("cifar-10-binary.tar.gz", binary10),
    "cifar-100-python": ("cifar-100-python.tar.gz", python100),
    "cifar-100-binary": ("cifar-100-binary.tar.gz", binary100),
}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def packed(folder: str, files: dict[str, bytes]) -> bytes:
    """A .tar.gz with `files`, in `folder` if they have no / in their names."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name if "/" in name else f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def check(data, labels: list[np.ndarray], classes: int, parts: list[int]) -> None:
    assert (data.train_images == np.concatenate([IMAGES[i] for i in parts])).all()
    assert (data.train_labels == np.concatenate([labels[i] for i in parts])).all()
    assert (data.test_images == IMAGES[5]).all()
    assert (data.test_labels == labels[5]).all()
    assert data.train_images.dtype == np.uint8
    assert data.train_labels.dtype == data.test_labels.dtype == np.int64
    assert data.train_images.flags.c_contiguous
    assert data.train_images.flags.writeable
    assert data.test_images.flags.writeable
    assert data.classes == tuple(n.decode() for n in names(classes))


def check_set(folder: str, source) -> None:
    if "100" in folder:
        check(load_cifar100(source), FINE, 100, [0])
        check(load_cifar100(source, labels="coarse"), COARSE, 20, [0])
    else:
        check(load_cifar10(source), TEN, 10, range(5))


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --------------------------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize("folder", SETS)
def test_a_folder_a_folder_in_it_and_an_archive(tmp_path, monkeypatch, folder):
    archive, files = SETS[folder]
    write(tmp_path / "one" / folder, files())
    check_set(folder, tmp_path / "one")
    check_set(folder, str(tmp_path / "one" / folder))
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / archive).write_bytes(packed(folder, files()))
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "two"))
    check_set(folder, "auto")
    assert listing(tmp_path / "two") == sorted([archive, folder])


@pytest.mark.parametrize("protocol", range(2, 6))
def test_every_protocol(tmp_path, protocol):
    write(tmp_path, python10(protocol))
    check_set("cifar-10-batches-py", tmp_path)


def test_both_forms_hold_the_same_and_the_source_gives_it_again(tmp_path):
    write(tmp_path / "a" / "cifar-10-batches-py", python10())
    write(tmp_path / "b" / "cifar-10-batches-bin", binary10())
    a, b = load_cifar10(tmp_path / "a"), load_cifar10(tmp_path / "b")
    assert a.sha256 == b.sha256 == load_cifar10(a.source).sha256
    assert repr(a) == f"ImageData(files in the layout of CIFAR-10 (12 + 5 images, from {a.source}))"


# --------------------------------------------------------------------------------------------------- cache and download


@pytest.fixture
def published(serve, monkeypatch):
    """The small set as if it were the published one, on a mirror."""
    files = python10()
    archive = packed("cifar-10-batches-py", files)
    mirror = serve({"cifar-10-python.tar.gz": archive}, ranges=True)
    form = cifar.CIFAR10.forms[0]
    known = replace(form.archive, sha256=hashlib.sha256(archive).hexdigest())
    sums = tuple(hashlib.md5(files[name], usedforsecurity=False).hexdigest() for name in form.files)
    forms = (replace(form, archive=known, md5=sums), cifar.CIFAR10.forms[1])
    monkeypatch.setattr(cifar, "CIFAR10", replace(cifar.CIFAR10, forms=forms, mirrors=(mirror.url,)))
    return mirror


def test_auto_downloads_and_unpacks_into_the_cache(published, tmp_path):
    for _ in range(2):
        data = load_cifar10()
        check(data, TEN, 10, range(5))
        assert data.name == "CIFAR-10"
    assert published.got() == ["cifar-10-python.tar.gz"]
    assert listing(tmp_path / "cache" / "cifar-10") == ["cifar-10-batches-py"]


def test_an_archive_put_into_the_cache_is_not_downloaded(published, tmp_path):
    write(tmp_path / "cache" / "cifar-10", published.files)
    check(load_cifar10(), TEN, 10, range(5))
    assert published.requests == []


@pytest.mark.parametrize("damage", [b"rubbish", None])
def test_a_damaged_cache_is_replaced(published, tmp_path, capsys, damage):
    load_cifar10()
    path = tmp_path / "cache" / "cifar-10" / "cifar-10-batches-py" / "data_batch_3"
    path.unlink() if damage is None else path.write_bytes(damage)
    check(load_cifar10(), TEN, 10, range(5))
    assert "cifar-10-batches-py is damaged; it is replaced" in capsys.readouterr().err
    assert listing(tmp_path / "cache" / "cifar-10") == ["cifar-10-batches-py"]


def test_with_no_data_the_message_says_which_file_where_from_and_where_to(serve, monkeypatch, tmp_path):
    url = serve({}).url
    monkeypatch.setattr(cifar, "CIFAR100", replace(cifar.CIFAR100, mirrors=(url,)))
    with pytest.raises(NotAvailableError, match="404 Not Found") as caught:
        load_cifar100()
    for part in (f"get cifar-100-python.tar.gz from {url}cifar-100-python.tar.gz", "MINIGRAD_DATA"):
        assert part in str(caught.value)
    assert f"put it into {tmp_path / 'cache' / 'cifar-100'}" in str(caught.value)


def test_minigrad_data_is_used_and_no_other(published, tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    with pytest.raises(
        DataError, match=r"MINIGRAD_DATA=.*: no CIFAR-10 there; expected cifar-10-batches-py/, cifar-10"
    ):
        load_cifar10()
    files = python10()
    del files["data_batch_2"], files["batches.meta"]
    write(tmp_path / "cifar-10-batches-py", files)
    write(tmp_path, published.files)  # the user's folder is not replaced by what an archive beside it holds
    with pytest.raises(DataError, match=r"cifar-10-batches-py lacks data_batch_2, batches.meta\); expected"):
        load_cifar10()
    assert published.requests == []


def test_sources_that_are_none(tmp_path):
    with pytest.raises(DataError, match="the source is empty; expected auto, or a folder with CIFAR-10"):
        load_cifar10("")
    with pytest.raises(
        DataError, match=r"source 'atuo' \(did you mean 'auto'\?\).*there is no such folder; expected cif"
    ):
        load_cifar10("atuo")
    with pytest.raises(ValueError, match="labels must be 'fine' or 'coarse', got 'medium'"):
        load_cifar100(tmp_path, labels="medium")


# ------------------------------------------------------------------------------------------------------------- archives


def link(kind: bytes, target: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("d/link")
        member.type, member.linkname = kind, target
        archive.addfile(member)
    return stream.getvalue()


WHOLE = packed("d", {"a": rng.bytes(30_000), "b": b"text"})
BAD_ARCHIVES = {
    "parent": (packed("d", {"a": b"1", "../evil": b"2"}), r"'\.\./evil' in the archive lies outside its folder d"),
    "hidden parent": (packed("d", {"a": b"1", "d/../../evil": b"2"}), "lies outside its folder d"),
    "absolute": (packed("d", {"a": b"1", "/tmp/evil-minigrad": b"2"}), "lies outside its folder d"),
    "backslash": (packed("d", {"a": b"1", "d/..\\..\\evil": b"2"}), "lies outside its folder d"),
    "drive": (packed("d", {"a": b"1", "d/C:evil": b"2"}), "lies outside its folder d"),
    "beside": (packed("d", {"a": b"1", "e/evil": b"2"}), "'e/evil' in the archive lies outside its folder d"),
    "symbolic link": (link(tarfile.SYMTYPE, "/etc/passwd"), "is neither a file nor a folder"),
    "hard link": (link(tarfile.LNKTYPE, "../../x"), "is neither a file nor a folder"),
    "device": (link(tarfile.CHRTYPE, ""), "is neither a file nor a folder"),
    "empty": (b"", "this is no archive, or its beginning is damaged or cut off; expected a whole .tar.gz file$"),
    "a page": (b"<html>" * 1000, "this is no archive, or its beginning is damaged or cut off; expected a"),
    "file, then folder": (packed("d", {"a": b"1", "d/a/b": b"2"}), "'d/a' in the archive is both a file and a folder"),
    "deeper": (packed("d", {"a": b"1", "d/a/b/c": b"2"}), "'d/a' in the archive is both a file and a folder"),
    "folder, then file": (packed("d", {"d/a/b": b"1", "a": b"2"}), "'d/a' in the archive is both a file and a folder"),
    "no members": (packed("d", {}), "there is no folder d in the archive"),
}


@pytest.mark.parametrize("name", BAD_ARCHIVES)
def test_bad_archives_leave_nothing(tmp_path, name):
    data, message = BAD_ARCHIVES[name]
    (tmp_path / "x.tar.gz").write_bytes(data)
    with pytest.raises(DataError, match=rf"^\S*x\.tar\.gz: .*{message}"):
        unpack(tmp_path / "x.tar.gz", "d", tmp_path / "to" / "here")
    assert listing(tmp_path / "to" / "here") == []
    assert listing(tmp_path / "to") == ["here"]


def test_an_archive_cut_off_anywhere_leaves_nothing(tmp_path):
    path = tmp_path / "x.tar.gz"
    for end in [*range(0, len(WHOLE), 997), *range(len(WHOLE) - 12, len(WHOLE))]:
        path.write_bytes(WHOLE[:end])
        with pytest.raises(DataError, match="damaged or cut off"):
            unpack(path, "d", tmp_path / "to")
        assert listing(tmp_path / "to") == []
    path.write_bytes(WHOLE)
    assert listing(unpack(path, "d", tmp_path / "to")) == ["a", "b"]
    path.write_bytes(packed("d", {"c": b"3"}))
    assert listing(unpack(path, "d", tmp_path / "to")) == ["c"]  # in the place of the older one
    assert listing(tmp_path / "to") == ["d"]


def test_an_archive_of_the_user_that_is_cut_off(tmp_path):
    data = packed("cifar-10-batches-py", python10())
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(data[:-1000])
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz: the archive is damaged or cut off"):
        load_cifar10(tmp_path)
    assert listing(tmp_path) == ["cifar-10-python.tar.gz"]


def test_an_archive_that_lacks_a_file_leaves_nothing(tmp_path):
    files = python10()
    del files["test_batch"]
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(packed("cifar-10-batches-py", files))
    for _ in range(2):
        with pytest.raises(DataError, match="the archive lacks test_batch; nothing was unpacked"):
            load_cifar10(tmp_path)
        assert listing(tmp_path) == ["cifar-10-python.tar.gz"]


def test_an_archive_whose_content_is_refused_leaves_nothing_and_a_good_one_takes_its_place(tmp_path):
    bad = {**python10(), "data_batch_4": batch(labels=[1, 10, 2])}
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(packed("cifar-10-batches-py", bad))
    for _ in range(2):
        with pytest.raises(
            DataError,
            match=rf"data_batch_4: expected labels from 0.*; .*-py, unpacked from {path}, is removed again$",
        ):
            load_cifar10(tmp_path)
        assert listing(tmp_path) == ["cifar-10-python.tar.gz"]
    path.write_bytes(packed("cifar-10-batches-py", python10()))
    check(load_cifar10(tmp_path), TEN, 10, range(5))


def test_a_folder_of_the_user_whose_content_is_refused_stays(tmp_path):
    write(tmp_path / "cifar-10-batches-py", {**python10(), "batches.meta": b"rubbish"})
    (tmp_path / "cifar-10-python.tar.gz").write_bytes(packed("cifar-10-batches-py", python10()))
    with pytest.raises(DataError, match=r"batches\.meta: .*expected a whole pickle"):
        load_cifar10(tmp_path)
    assert len(listing(tmp_path / "cifar-10-batches-py")) == 7


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limits on files")
def test_a_disk_that_is_full_leaves_nothing(tmp_path):
    import resource

    (tmp_path / "cifar-10-python.tar.gz").write_bytes(packed("cifar-10-batches-py", python10()))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(DataError, match=r"cannot be used \(File too large\); expected cifar-10-batches-py/"):
            load_cifar10(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert listing(tmp_path) == ["cifar-10-python.tar.gz"]


# ------------------------------------------------------------------------------------------------------------- validity


def batch(**changes) -> bytes:
    return pickle.dumps({"data": IMAGES[0].reshape(-1, 3072), "labels": TEN[0].tolist(), **changes})


class Touch:
    def __reduce__(self):
        return open, ("made", "w")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            batch(data=IMAGES[0]),
            r"expected images as bytes of shape \[N, 3072\], found uint8 of shape \(3, 3, 32, 32\)",
        ),
        (batch(data=IMAGES[0].reshape(-1, 3072).astype(np.int16)), "expected images as bytes .* found int16"),
        (batch(data=[1, 2]), "found a list"),
        (batch(data=np.zeros((0, 3072), np.uint8), labels=[]), "there are no images in it"),
        (batch(labels=[1, 2]), "expected a whole number as label of each of 3 images"),
        (batch(labels=[1, 2, 2.5]), "expected a whole number as label of each of 3 images"),
        (batch(labels=[1, 2, 2**70]), "expected a whole number as label"),
        (batch(labels=[1, 10, 2]), "expected labels from 0 to 9, found 1 to 10"),
        (batch(labels=[1, -1, 2]), "expected labels from 0 to 9, found -1 to 2"),
        (pickle.dumps({"data": 1}), "expected a pickled dict with labels in it, found data"),
        (pickle.dumps([1]), "expected a pickled dict, found a list"),
        (batch(labels=Touch()), r"the pickle names .*open, which is not executed"),
        (batch()[:-50], "expected a whole pickle"),
    ],
)
def test_batches_that_are_none(tmp_path, monkeypatch, content, message):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**python10(), "data_batch_4": content})
    with pytest.raises(DataError, match=rf"data_batch_4: .*{message}"):
        load_cifar10(tmp_path)
    assert not (tmp_path / "made").exists()


def test_records_that_are_cut_off(tmp_path):
    files = binary100()
    write(tmp_path, {**files, "test.bin": files["test.bin"][:-1]})
    with pytest.raises(DataError, match=r"test.bin: 15,369 bytes are no whole number of records of 3,074; is it cut"):
        load_cifar100(tmp_path)


def test_names_that_are_too_few(tmp_path):
    write(tmp_path, {**binary10(), "batches.meta.txt": b"cat dog"})
    with pytest.raises(DataError, match=r"batches\.meta\.txt: expected the names of 10 classes, found 2"):
        load_cifar10(tmp_path)
