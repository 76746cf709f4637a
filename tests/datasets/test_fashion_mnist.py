import hashlib
from dataclasses import replace

import numpy as np
import pytest

from minigrad.datasets import fashion_mnist, load_fashion_mnist, write_idx
from minigrad.datasets.download import NotAvailableError
from minigrad.datasets.fetch import DataFile
from minigrad.errors import DataError

NAMES = [file.name for file in fashion_mnist.FASHION_MNIST.files]


def write(folder):
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    arrays = [a.astype(np.uint8) for n in (6, 3) for a in (rng.integers(0, 256, (n, 28, 28)), rng.integers(0, 10, n))]
    for name, array in zip(NAMES, arrays):
        write_idx(folder / name, array)
    return arrays


def test_from_its_own_folder(tmp_path, monkeypatch):
    arrays = write(tmp_path / "fashion-mnist")
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    for source in ("auto", tmp_path, tmp_path / "fashion-mnist"):
        data = load_fashion_mnist(source)
        found = (data.train_images, data.train_labels, data.test_images, data.test_labels)
        assert all((a == b).all() for a, b in zip(found, arrays))
        assert data.name == "files in the layout of Fashion-MNIST"
        assert data.classes[9] == "Ankle boot"


def test_from_a_download(tmp_path, monkeypatch, serve):
    write(tmp_path / "online")
    content = {name: (tmp_path / "online" / name).read_bytes() for name in NAMES}
    mirror = serve(content)
    table = tuple(DataFile(name, hashlib.sha256(data).hexdigest()) for name, data in content.items())
    known = replace(fashion_mnist.FASHION_MNIST, mirrors=(mirror.url,), files=table)
    monkeypatch.setattr(fashion_mnist, "FASHION_MNIST", known)
    for _ in range(2):
        assert load_fashion_mnist().description == (
            f"Fashion-MNIST (6 + 3 images, from {tmp_path / 'cache' / 'fashion-mnist'})"
        )
    assert mirror.got() == NAMES


def test_with_no_data_the_message_says_what_to_do(monkeypatch, serve):
    url = serve({}).url
    monkeypatch.setattr(fashion_mnist, "FASHION_MNIST", replace(fashion_mnist.FASHION_MNIST, mirrors=(url,)))
    with pytest.raises(
        NotAvailableError, match=r"; set MINIGRAD_DATA to a folder with its files \(train-images"
    ) as caught:
        load_fashion_mnist()
    assert f"published at {url}" in str(caught.value)


def test_without_the_files_the_message_says_where_from(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    for source in ("auto", tmp_path, tmp_path / "nowhere"):
        with pytest.raises(DataError, match=r"\(Fashion-MNIST is published at http://fashion-mnist\.s3-.*/\)$"):
            load_fashion_mnist(source)


def test_the_digits_are_no_clothes(shared_data):
    with pytest.raises(DataError, match="these are MNIST's digits; expected Fashion-MNIST, in a folder fashion-mnist"):
        load_fashion_mnist(shared_data)
