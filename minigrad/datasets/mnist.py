"""MNIST: 70,000 images of handwritten digits, 28 x 28 pixels; and the part of it that comes with minigrad."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from ..errors import DataError, did_you_mean
from ..language import say
from .download import NotAvailableError
from .fetch import DataFile, FileSet, find_in, locate
from .idx import idx_bytes, read_idx

SIDE = 28  # pixels
CLASSES = 10

MNIST = FileSet(
    title="MNIST",
    folder="mnist",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    files=(
        DataFile(
            "train-images-idx3-ubyte.gz",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        DataFile(
            "train-labels-idx1-ubyte.gz",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        DataFile(
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        DataFile(
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
)


@dataclass(frozen=True, eq=False)
class MNISTData:
    """Images and labels to train and to test on.

    Images are uint8 of shape [N, 28, 28], 0 is background and 255 ink; labels are int64 of shape [N], 0 to 9.
    `name` says what they are, `description` adds how many and from where, and `notice` says why the embedded subset
    took the place of the full set, an empty string where it did not. `load_mnist(source)` gives the same data again,
    whatever MINIGRAD_DATA and the cache are by then.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    name: str
    description: str
    source: str
    notice: str = ""

    @property
    def sha256(self) -> str:
        """The SHA-256 of all images and labels: the same wherever the same data lie."""
        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"MNISTData({self.description})"


def load_mnist(source: str | Path = "auto") -> MNISTData:
    """MNIST from `source`:

    'auto'      the full set from MINIGRAD_DATA if that is set, and from nowhere else then; without it from the cache,
                else downloaded into the cache; where it cannot be downloaded, the embedded subset, and `notice` says
                why.
    'full'      like 'auto', but never the embedded subset.
    'embedded'  the subset of 6,000 + 1,000 digits that comes with minigrad.
    a folder    the four IDX files in it or in its subfolder mnist, packed or not. They may be others than MNIST's, as
                long as they are named and shaped alike; so may those in MINIGRAD_DATA.

    Raises DataError if the files are not there, are damaged, or do not fit together: also where MINIGRAD_DATA is set
    and lacks them, because other data than those asked for are never used silently.
    """
    if source == "":  # Path("") would be the current folder
        raise DataError("the source is empty; expected auto, full, embedded, or a folder with MNIST's files")
    if source == "embedded":
        return load_embedded()
    if source not in ("auto", "full"):
        return load_files(MNIST, find_in(Path(source), MNIST, origin_of(source)))
    try:
        return load_files(MNIST, locate(MNIST))
    except NotAvailableError as error:
        if source == "auto":
            return load_embedded(say(f"{error}, so the embedded subset is used", f"{error}，所以改用自带的子集"))
        raise NotAvailableError(f"{error}; set MINIGRAD_DATA to a folder with its files, or use 'embedded'") from error


def origin_of(source: str | Path) -> str:
    """How messages refer to a `source` that is meant to be a folder."""
    if isinstance(source, Path) or Path(source).name != source or os.path.isdir(source):
        return str(source)
    known = ("auto", "full", "embedded")
    return f"source '{source}'{did_you_mean(source, known)} is none of {', '.join(known)}, so it is taken for a folder"


def load_embedded(notice: str = "") -> MNISTData:
    """The subset that comes with minigrad."""
    folder = files("minigrad.datasets") / "embedded" / MNIST.folder
    arrays = read_images([folder / file.name for file in MNIST.files])
    names = f"embedded subset of {MNIST.title}", f"自带的 {MNIST.title} 子集"
    return described(arrays, names, ("digits", "张"), "embedded", notice)


def load_files(wanted: FileSet, paths: Sequence[Path]) -> MNISTData:
    """The data in the four files of `wanted`; they bear its title only if their content is the published one."""
    arrays = read_images(paths)
    hashes = [hashlib.sha256(idx_bytes(array)).hexdigest() for array in arrays]
    published = hashes == [file.unpacked_sha256 for file in wanted.files]
    title, folder = wanted.title, paths[0].parent
    names = (title, title) if published else (f"files in the layout of {title}", f"格式与 {title} 相同的文件")
    remarks = f"{'digits' if published else 'images'}, from {folder}", f"张，来自 {folder}"
    return described(arrays, names, remarks, str(folder.absolute()))


def described(
    arrays: Sequence[np.ndarray], names: tuple[str, str], remarks: tuple[str, str], source: str, notice: str = ""
) -> MNISTData:
    """The data, with a remark after the counts in their description; `names` and `remarks` in English and Chinese."""
    train_images, train_labels, test_images, test_labels = arrays
    counts = f"{len(train_images):,} + {len(test_images):,}"
    description = say(f"{names[0]} ({counts} {remarks[0]})", f"{names[1]}（{counts} {remarks[1]}）")
    return MNISTData(
        train_images,
        train_labels.astype(np.int64),
        test_images,
        test_labels.astype(np.int64),
        names[0],
        description,
        source,
        notice,
    )


def read_images(paths: Sequence[Path | Traversable]) -> list[np.ndarray]:
    """Training images, training labels, test images and test labels, as they are in the files, once they fit together.

    Raises DataError if they do not.
    """
    arrays = [read_idx(path) for path in paths]
    for i in (0, 2):
        check_images(arrays[i], paths[i])
        check_labels(arrays[i + 1], paths[i + 1], len(arrays[i]), paths[i])
    return arrays


def check_images(images: np.ndarray, path: Path | Traversable) -> None:
    """Raise DataError unless `images` are a number of 28 x 28 images."""
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or not len(images):
        raise DataError(
            f"{path}: expected images of shape (N, {SIDE}, {SIDE}) and type uint8, N at least 1, "
            f"found shape {images.shape} of type {images.dtype}"
        )


def check_labels(labels: np.ndarray, path: Path | Traversable, n: int, images_path: Path | Traversable) -> None:
    """Raise DataError unless `labels` are `n` classes."""
    if labels.dtype != np.uint8 or labels.shape != (n,):
        raise DataError(
            f"{path}: expected a label of type uint8 for each of the {n:,} images in {images_path.name}, "
            f"found shape {labels.shape} of type {labels.dtype}"
        )
    if labels.max() >= CLASSES:
        raise DataError(f"{path}: expected labels from 0 to {CLASSES - 1}, found {labels.max()}")
