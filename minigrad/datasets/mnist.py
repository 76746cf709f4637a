"""MNIST: 70,000 images of handwritten digits, 28 x 28 pixels; and the part of it that comes with minigrad."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import DataError
from ..language import say
from .download import NotAvailableError
from .fetch import DataFile, FileSet, find_in, is_intact, locate, where_from, where_to_put
from .idx import read_idx
from .images import ImageData, counted, fields, layout_of, origin_of

SIDE = 28  # pixels
CLASSES = 10
DIGITS = tuple("0123456789")
SOURCES = ("auto", "full", "embedded")

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


@dataclass(frozen=True, eq=False, repr=False)
class MNISTData(ImageData):
    """Digits to train and to test on: ImageData whose images have the shape [N, 28, 28], 0 background and 255 ink.

    `notice` says why the embedded subset took the place of the full set, an empty string where it did not.
    """


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
    try:
        online = source in ("auto", "full")
        paths = locate(MNIST) if online else find_in(Path(source), MNIST, origin_of(source, SOURCES))
    except NotAvailableError as error:
        if source == "auto":
            return load_embedded(say(f"{error}, so the embedded subset is used", f"{error}，所以改用自带的子集"))
        en, zh = (
            f"{error}; {where_to_put(MNIST)}, or use 'embedded'",
            f"{error}；{where_to_put(MNIST)}，或者用 'embedded'",
        )
        raise NotAvailableError(say(en, zh)) from error
    except DataError as error:
        raise DataError(say(f"{error} ({where_from(MNIST)})", f"{error}（{where_from(MNIST)}）")) from error
    return MNISTData(**load_files(MNIST, paths, "digits", DIGITS))


def load_embedded(notice: str = "") -> MNISTData:
    """The subset that comes with minigrad."""
    folder = files("minigrad.datasets") / "embedded" / MNIST.folder
    arrays = read_images([folder / file.name for file in MNIST.files])
    names = f"embedded subset of {MNIST.title}", f"自带的 {MNIST.title} 子集"
    description = counted(arrays, names, ("digits", "张"))
    return MNISTData(
        **fields(arrays), name=names[0], description=description, source="embedded", notice=notice, classes=DIGITS
    )


def load_files(wanted: FileSet, paths: Sequence[Path], things: str, classes: tuple[str, ...]) -> dict[str, Any]:
    """What is in the four files of `wanted`, as the fields of an ImageData.

    They bear its title, and are `things`, only if their content is the published one.
    """
    arrays = read_images(paths)
    published = all(is_intact(path, file) for path, file in zip(paths, wanted.files))
    names = (wanted.title, wanted.title) if published else layout_of(wanted.title)
    folder = paths[0].parent
    description = counted(arrays, names, (f"{things if published else 'images'}, from {folder}", f"张，来自 {folder}"))
    source = str(folder.absolute())
    return {**fields(arrays), "name": names[0], "description": description, "source": source, "classes": classes}


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
