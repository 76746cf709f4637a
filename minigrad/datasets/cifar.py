"""CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): 60,000 colour photographs of 32 x 32 pixels in 10 or 100 classes.

Both are published as archives in two forms. The python form is a folder of pickles, each a dict of b"data", bytes
[N, 3072] (1,024 reds, greens and blues of each image, row by row), and of lists of labels. The binary form holds one
record an image: its label (CIFAR-100: coarse, then fine), then the 3,072 bytes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..checks import check_choice
from ..errors import DataError
from .archived import ArchivedSet, Form, Found, find_in, is_published, locate, removed_if_refused
from .fetch import DataFile
from .images import ImageData, counted, fields, layout_of, origin_of
from .safe_pickle import load_pickle

PIXELS = 3 * 32 * 32
SOURCES = ("auto",)
MIRRORS = ("https://www.cs.toronto.edu/~kriz/", "https://dataset.bj.bcebos.com/cifar/")


@dataclass(frozen=True)
class CIFARSet(ArchivedSet):
    """A set whose forms have `batches` files to train on, one to test on, then names of classes.

    A record has `label_bytes` labels before its pixels; the binary form has a file of names for each of these.
    """

    batches: int
    label_bytes: int


@dataclass(frozen=True)
class Labels:
    """A kind of labels: their key in a pickle, the key of their names, how many classes, their place in a record."""

    key: str
    names_key: str
    classes: int
    place: int


# The SHA-256 are of the publishers' archives that are downloaded; those of the binary form never are, and have none
# here. The MD5 of the pickles are those that torchvision checks too; none are
# known for the files of the binary form, which therefore never bear the title of the set.
CIFAR10 = CIFARSet(
    title="CIFAR-10",
    forms=(
        Form(
            DataFile("cifar-10-python.tar.gz", "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"),
            "cifar-10-batches-py",
            (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"),
            (
                "c99cafc152244af753f735de768cd75f",
                "d4bba439e000b95fd0a9bffe97cbabec",
                "54ebc095f3ab1f0389bbae665268c751",
                "634d18415352ddfa80567beed471001a",
                "482c414d41f54cd18b22e5b47cb7c3cb",
                "40351d587109b95175f43aff81a1287e",
                "5ff9c542aee3614f3951f8cda6e48888",
            ),
        ),
        Form(
            DataFile("cifar-10-binary.tar.gz", ""),
            "cifar-10-batches-bin",
            (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin", "batches.meta.txt"),
        ),
    ),
    mirrors=MIRRORS,
    batches=5,
    label_bytes=1,
)
CIFAR10_LABELS = Labels("labels", "label_names", 10, 0)

CIFAR100 = CIFARSet(
    title="CIFAR-100",
    forms=(
        Form(
            DataFile("cifar-100-python.tar.gz", "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"),
            "cifar-100-python",
            ("train", "test", "meta"),
            (
                "16019d7e3df5f24257cddd939b257f8d",
                "f0ef6b0ae62326f3e7ffdfab6717acfc",
                "7973b15100ade9c7d40fb424638fde48",
            ),
        ),
        Form(
            DataFile("cifar-100-binary.tar.gz", ""),
            "cifar-100-binary",
            ("train.bin", "test.bin", "coarse_label_names.txt", "fine_label_names.txt"),
        ),
    ),
    mirrors=MIRRORS,
    batches=1,
    label_bytes=2,
)
CIFAR100_LABELS = {
    "fine": Labels("fine_labels", "fine_label_names", 100, 1),
    "coarse": Labels("coarse_labels", "coarse_label_names", 20, 0),
}


def load_cifar10(source: str | Path = "auto") -> ImageData:
    """CIFAR-10, 50,000 + 10,000 images [N, 3, 32, 32] of bytes in 10 classes, from `source`:

    'auto'      MINIGRAD_DATA if that is set, and nowhere else then; without it the cache, else downloaded into it.
    a folder    the folder cifar-10-batches-py or cifar-10-batches-bin, or a folder with one of these or with one of
                the archives cifar-10-python.tar.gz and cifar-10-binary.tar.gz, which is unpacked beside itself.

    A download is checked by its SHA-256, and what the cache holds by the MD5 of each file. Folders and archives of the
    user's own, those in MINIGRAD_DATA too, are not: they may hold other images in the same layout. Pickles are read
    without executing anything. Raises DataError if the files are not there, are damaged, or hold anything but plain
    data; NotAvailableError, which says where to get them and where to put them, if they cannot be downloaded.
    """
    return load(CIFAR10, CIFAR10_LABELS, source)


def load_cifar100(source: str | Path = "auto", labels: str = "fine") -> ImageData:
    """CIFAR-100: like `load_cifar10`, in 100 classes or, with labels='coarse', in the 20 that these fall into.

    The folders are cifar-100-python and cifar-100-binary, the archives cifar-100-python.tar.gz and
    cifar-100-binary.tar.gz.
    """
    check_choice("load_cifar100: labels", labels, tuple(CIFAR100_LABELS))
    return load(CIFAR100, CIFAR100_LABELS[labels], source)


def load(wanted: CIFARSet, labels: Labels, source: str | Path) -> ImageData:
    """The data of `wanted` from `source`, with one kind of labels."""
    if source == "":  # Path("") would be the current folder
        raise DataError(f"the source is empty; expected auto, or a folder with {wanted.title}")
    found = locate(wanted) if source == "auto" else find_in(Path(source), wanted, origin_of(source, SOURCES))
    with removed_if_refused(found):
        return read(found, wanted, labels)


def read(found: Found, wanted: CIFARSet, labels: Labels) -> ImageData:
    """The data in the files that were found; they bear the title of `wanted` only if they are the published ones."""
    form, folder, _ = found
    train_files, test_file = form.files[: wanted.batches], form.files[wanted.batches]
    train = [read_part(folder / name, wanted, labels) for name in train_files]
    test = read_part(folder / test_file, wanted, labels)
    arrays = [*(np.concatenate(parts) for parts in zip(*train)), *(array.copy() for array in test)]
    names = (wanted.title, wanted.title) if is_published(folder, form) else layout_of(wanted.title)
    return ImageData(
        **fields(arrays),
        name=names[0],
        description=counted(arrays, names, (f"images, from {folder}", f"张，来自 {folder}")),
        source=str(folder.absolute()),
        classes=read_names(folder, form.files[wanted.batches + 1 :], labels),
    )


def read_part(path: Path, wanted: CIFARSet, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Images [N, 3, 32, 32] and labels [N] of one file. Raises DataError if they are not that.

    `wanted` is the set that it belongs to, with `label_bytes` labels before the pixels of each record; `labels` is the
    kind of labels to return, of so many `classes`: CIFAR-100 has two, fine and coarse.
    """
    binary = path.suffix == ".bin"
    images, numbers = read_records(path, wanted.label_bytes, labels) if binary else read_batch(path, labels)
    if not len(images):
        raise DataError(f"{path}: there are no images in it")
    if not (numbers.min() >= 0 and numbers.max() < labels.classes):
        raise DataError(
            f"{path}: expected labels from 0 to {labels.classes - 1}, found {numbers.min()} to {numbers.max()}"
        )
    return images.reshape(-1, 3, 32, 32), numbers


def read_batch(path: Path, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Images [N, 3072] and labels [N] of a pickled batch."""
    batch = read_dict(path, "data", labels.key)
    images, numbers = batch["data"], batch[labels.key]
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.shape[1:] != (PIXELS,):
        raise DataError(f"{path}: expected images as bytes of shape [N, {PIXELS}], found {shown(images)}")
    if isinstance(numbers, list) and all(type(number) is int and abs(number) < 2**31 for number in numbers):
        numbers = np.array(numbers, np.int64)
    if not isinstance(numbers, np.ndarray) or numbers.dtype.kind not in "iu" or numbers.shape != images.shape[:1]:
        raise DataError(f"{path}: expected a whole number as label of each of {len(images):,} images")
    return images, numbers


def read_dict(path: Path, *keys: str) -> dict[str, Any]:
    """The dict in a pickle, its keys as strings. Raises DataError unless it has `keys`."""
    data = load_pickle(path)
    if not isinstance(data, dict):
        raise DataError(f"{path}: expected a pickled dict, found a {type(data).__name__}")
    entries = {decoded(key): value for key, value in data.items()}
    if missing := [key for key in keys if key not in entries]:
        found = ", ".join(map(str, entries)) or "nothing"
        raise DataError(f"{path}: expected a pickled dict with {', '.join(missing)} in it, found {found}")
    return entries


def decoded(value: Any) -> Any:
    """Bytes, which Python 2's strings come as, as a string; anything else as it is."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def shown(value: Any) -> str:
    """What was found in the place of an array."""
    return f"{value.dtype} of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"


def read_records(path: Path, label_bytes: int, labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Images [N, 3072] and labels [N] of a file of records."""
    data = np.frombuffer(read_bytes(path), np.uint8)
    length = label_bytes + PIXELS
    if data.size % length:
        raise DataError(f"{path}: {data.size:,} bytes are no whole number of records of {length:,}; is it cut off?")
    records = data.reshape(-1, length)
    return records[:, label_bytes:], records[:, labels.place]


def read_names(folder: Path, files: tuple[str, ...], labels: Labels) -> tuple[str, ...]:
    """The names of the classes, from the pickle or the text files that hold them."""
    if not files[0].endswith(".txt"):
        path = folder / files[0]
        found = read_dict(path, labels.names_key)[labels.names_key]
        names = [decoded(name) for name in found] if isinstance(found, list) else []
    else:
        path = folder / files[labels.place]
        names = read_bytes(path).decode("latin-1").split()
    if len(names) != labels.classes or not all(isinstance(name, str) for name in names):
        raise DataError(f"{path}: expected the names of {labels.classes} classes, found {len(names)}")
    return tuple(names)


def read_bytes(path: Path) -> bytes:
    """What is in a file. Raises DataError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
