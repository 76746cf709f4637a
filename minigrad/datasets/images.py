"""Images with labels, to train and to test on: what every loader of a set of pictures returns."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import did_you_mean
from ..language import say


@dataclass(frozen=True, eq=False, repr=False)
class ImageData:
    """Images and labels to train and to test on.

    Images are uint8 of shape [N, h, w] or, in colour, [N, 3, h, w]: a quarter of the memory of float32, which they
    become batch by batch (`minigrad.data.transforms`). Labels are int64 of shape [N]. `name` says what they are,
    `description` adds how many and from where, `notice` what the user should know about them. The loader that made
    them gives the same data again from `source`, whatever MINIGRAD_DATA and the cache are by then. `classes` are the
    names of the labels.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    name: str
    description: str
    source: str
    notice: str = ""
    classes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of all images and labels: the same wherever the same data lie."""
        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.description})"


def counted(arrays: Sequence[np.ndarray], names: tuple[str, str], remarks: tuple[str, str]) -> str:
    """A description: a name, how many images, and a remark; `names` and `remarks` in English and Chinese."""
    counts = f"{len(arrays[0]):,} + {len(arrays[2]):,}"
    return say(f"{names[0]} ({counts} {remarks[0]})", f"{names[1]}（{counts} {remarks[1]}）")


def layout_of(title: str) -> tuple[str, str]:
    """The name of data that are in the files of a published set but are not its own."""
    return f"files in the layout of {title}", f"格式与 {title} 相同的文件"


def fields(arrays: Sequence[np.ndarray]) -> dict[str, Any]:
    """Training images and labels, test images and labels as fields of an ImageData, the labels as int64."""
    train_images, train_labels, test_images, test_labels = arrays
    return {
        "train_images": train_images,
        "train_labels": train_labels.astype(np.int64),
        "test_images": test_images,
        "test_labels": test_labels.astype(np.int64),
    }


def origin_of(source: str | Path, known: Sequence[str]) -> str:
    """How messages refer to a `source` that is meant to be a folder and is none of the `known` words."""
    if isinstance(source, Path) or Path(source).name != source or os.path.isdir(source):
        return str(source)
    words = ", ".join(known) if len(known) == 1 else f"one of {', '.join(known)}"
    return f"source '{source}'{did_you_mean(source, known)} is not {words}, so it is taken for a folder"
