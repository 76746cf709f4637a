import gzip
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from minigrad.datasets import load_mnist, mnist, read_idx, write_idx
from minigrad.datasets.download import NotAvailableError
from minigrad.datasets.embedded import make_mnist
from minigrad.datasets.fetch import DataFile
from minigrad.datasets.idx import idx_bytes
from minigrad.errors import DataError

NAMES = [file.name for file in mnist.MNIST.files]
EMBEDDED = Path(str(files("minigrad.datasets"))) / "embedded" / "mnist"


def small_set(n: int = 6, tests: int = 3) -> list[np.ndarray]:
    """Training images and labels, test images and labels, shaped like MNIST's."""
    rng = np.random.default_rng(0)
    return [
        array.astype(np.uint8)
        for size in (n, tests)
        for array in (rng.integers(0, 256, (size, 28, 28)), rng.integers(0, 10, size))
    ]


def write(folder: Path, arrays: list[np.ndarray], unpacked: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, arrays):
        write_idx(folder / (name.removesuffix(".gz") if unpacked else name), array)
    return folder


@pytest.fixture
def nothing_online(serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mirrors that do not have the files."""
    monkeypatch.setattr(mnist, "MNIST", replace(mnist.MNIST, mirrors=(serve({}).url,)))


# ---------------------------------------------------------------------------------------------------- embedded subset


def test_the_embedded_subset():
    data = load_mnist("embedded")
    assert (data.train_images.shape, data.train_images.dtype) == ((6000, 28, 28), np.uint8)
    assert (data.test_images.shape, data.test_images.dtype) == ((1000, 28, 28), np.uint8)
    assert data.train_labels.dtype == data.test_labels.dtype == np.int64
    assert np.bincount(data.train_labels).tolist() == [600] * 10
    assert np.bincount(data.test_labels).tolist() == [100] * 10
    assert data.train_images.max() == 255
    assert data.name == "embedded subset of MNIST"
    assert data.description == "embedded subset of MNIST (6,000 + 1,000 digits)"
    assert data.notice == ""


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_embedded_digits_are_mixed_from_beginning_to_end(part):
    labels = getattr(load_mnist("embedded"), f"{part}_labels")
    for tenth in np.split(labels, 10):
        shares = np.bincount(tenth, minlength=10) / len(tenth)
        assert 0.02 < shares.min() < shares.max() < 0.2


def test_the_embedded_digits_are_all_different():
    assert len(np.unique(load_mnist("embedded").train_images.reshape(6000, -1), axis=0)) == 6000


def test_the_embedded_files_are_small_and_bear_the_official_names():
    assert sorted(path.name for path in EMBEDDED.iterdir()) == sorted(NAMES)
    assert sum(path.stat().st_size for path in EMBEDDED.iterdir()) < 2_000_000
    for path in EMBEDDED.iterdir():
        assert path.read_bytes()[3:8] == bytes(5)  # neither a file name nor a time


def test_the_embedded_files_come_from_the_official_ones(shared_data, tmp_path):
    make_mnist.main(str(shared_data), tmp_path)
    for name in NAMES:
        # Unpacked, because another version of zlib may pack the same content into other bytes.
        assert gzip.decompress((tmp_path / name).read_bytes()) == gzip.decompress((EMBEDDED / name).read_bytes())


def test_the_script_that_makes_the_embedded_files(tmp_path):
    arrays = small_set(60, 40)
    arrays[1], arrays[3] = (np.arange(n, dtype=np.uint8) % 10 for n in (60, 40))
    command = [sys.executable, "-m", "minigrad.datasets.embedded.make_mnist"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    source, target = write(tmp_path / "in", arrays), tmp_path / "out"
    subprocess.run([*command, source, target], env=environment, check=True)
    # Fewer digits than asked for: all of them, in an order of their own.
    labels, images = read_idx(target / NAMES[1]), read_idx(target / NAMES[0])
    assert labels.tolist() != arrays[1].tolist()
    assert sorted(zip(labels.tolist(), images.sum((1, 2)))) == sorted(zip(arrays[1].tolist(), arrays[0].sum((1, 2))))
    usage = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert usage.returncode == 1
    assert "DIR_WITH_MNIST" in usage.stderr


# ------------------------------------------------------------------------------------------------------------ sources


def test_auto_without_the_full_set_is_the_embedded_subset_and_says_why(nothing_online):
    data = load_mnist()
    assert data.description == "embedded subset of MNIST (6,000 + 1,000 digits)"
    assert data.notice.startswith("MNIST could not be downloaded (127.0.0.1:")
    assert data.notice.endswith("404 Not Found), so the embedded subset is used")


def test_full_is_never_the_embedded_subset(nothing_online):
    with pytest.raises(NotAvailableError, match=r"404 Not Found.; set MINIGRAD_DATA to a folder .* or use 'embedded'"):
        load_mnist("full")


def test_auto_downloads_into_the_cache(serve, monkeypatch, tmp_path):
    arrays = small_set()
    folder = write(tmp_path / "online", arrays)
    published = {name: (folder / name).read_bytes() for name in NAMES}
    table = tuple(
        DataFile(name, hashlib.sha256(published[name]).hexdigest(), hashlib.sha256(idx_bytes(array)).hexdigest())
        for name, array in zip(NAMES, arrays)
    )
    mirror = serve(published)
    monkeypatch.setattr(mnist, "MNIST", replace(mnist.MNIST, mirrors=(mirror.url,), files=table))
    for _ in range(2):
        data = load_mnist()
        assert data.description == f"MNIST (6 + 3 digits, from {tmp_path / 'cache' / 'mnist'})"
        assert (data.train_images == arrays[0]).all()
    assert mirror.got() == NAMES


@pytest.mark.parametrize("unpacked", [False, True])
def test_a_folder_of_ones_own(tmp_path, unpacked):
    arrays = small_set()
    folder = write(tmp_path / "mnist", arrays, unpacked)
    for source in (tmp_path, str(folder)):
        data = load_mnist(source)
        found = (data.train_images, data.train_labels, data.test_images, data.test_labels)
        assert all((a == b).all() for a, b in zip(found, arrays))
        assert data.description == f"files in the layout of MNIST (6 + 3 images, from {folder})"


def test_minigrad_data_is_used_and_no_other(tmp_path, monkeypatch, nothing_online):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    for source in ("auto", "full"):
        with pytest.raises(DataError, match=r"MINIGRAD_DATA=.*: no train-images-idx3-ubyte.gz, no train-lab") as caught:
            load_mnist(source)
        assert str(caught.value).endswith(f" (MNIST is published at {mnist.MNIST.mirrors[0]})")
    write(tmp_path, small_set())
    assert len(load_mnist().train_images) == 6


def test_the_source_gives_the_same_data_again(tmp_path, monkeypatch, nothing_online):
    write(tmp_path / "mine" / "mnist", small_set())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINIGRAD_DATA", "mine")
    mine = load_mnist()
    monkeypatch.delenv("MINIGRAD_DATA")
    monkeypatch.chdir("/")
    embedded = load_mnist()
    assert (mine.source, embedded.source) == (str(tmp_path / "mine" / "mnist"), "embedded")
    assert load_mnist(mine.source).sha256 == mine.sha256 != embedded.sha256 == load_mnist(embedded.source).sha256


def test_the_checksum_is_of_the_content(tmp_path):
    arrays = small_set()
    packed, unpacked = (load_mnist(write(tmp_path / str(i), arrays, bool(i))) for i in (0, 1))
    arrays[3][0] ^= 1
    assert packed.sha256 == unpacked.sha256 != load_mnist(write(tmp_path / "other", arrays)).sha256


def test_data_at_the_prompt_are_one_line():
    assert repr(load_mnist("embedded")) == "MNISTData(embedded subset of MNIST (6,000 + 1,000 digits))"


def test_a_source_that_is_none(tmp_path):
    with pytest.raises(DataError, match="the source is empty; expected auto, full, embedded, or a folder"):
        load_mnist("")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"^/.*file: this is not a folder"):
        load_mnist(str(tmp_path / "file"))
    with pytest.raises(
        DataError, match=r"source 'embeded' \(did you mean 'embedded'\?\) is not one of auto, full, embedd"
    ):
        load_mnist("embeded")
    with pytest.raises(DataError, match=r"^/no/such/folder: there is no such folder"):
        load_mnist("/no/such/folder")


def test_the_full_set(shared_data):
    data = load_mnist(shared_data)
    assert data.description == f"MNIST (60,000 + 10,000 digits, from {shared_data})"
    assert data.train_images.shape == (60000, 28, 28)
    assert data.test_labels[:5].tolist() == [7, 2, 1, 0, 4]


# ----------------------------------------------------------------------------------------------------------- validity


def replaced(position: int, array: np.ndarray) -> list[np.ndarray]:
    arrays = small_set()
    arrays[position] = array
    return arrays


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            replaced(0, np.zeros((6, 32, 32), np.uint8)),
            r"train-images-idx3-ubyte.gz: expected images of shape \(N, 28, 28\) .* found shape \(6, 32, 32\)",
        ),
        (replaced(2, np.zeros((3, 28, 28), np.int16)), "t10k-images-idx3-ubyte.gz: expected .* of type int16"),
        (replaced(2, np.zeros((0, 28, 28), np.uint8)), "t10k-images-idx3-ubyte.gz: expected .* N at least 1, found"),
        (
            replaced(1, np.zeros(5, np.uint8)),
            r"train-labels.*: expected a label of type uint8 for each of the 6 images in train-images.* shape \(5,\)",
        ),
        (replaced(3, np.array([0, 10, 3], np.uint8)), "t10k-labels.*: expected labels from 0 to 9, found 10"),
    ],
)
def test_files_that_do_not_fit_together(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message):
        load_mnist(write(tmp_path, arrays))


def test_a_damaged_file_of_ones_own(tmp_path, monkeypatch):
    write(tmp_path, small_set())
    path = tmp_path / NAMES[2]
    path.write_bytes(path.read_bytes()[:-20])
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte.gz: the gzip data are damaged or cut off"):
        load_mnist()
