"""Texts with labels, to train, to choose and to test on: what every loader of a set of reviews returns."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import DataError
from ..language import say
from .archived import ArchivedSet, find_in, locate, removed_if_refused
from .images import origin_of

PARTS = ("train", "validation", "test")
REVIEWS = ("negative", "positive")
SOURCES = ("auto",)


@dataclass(frozen=True, eq=False, repr=False)
class TextData:
    """Texts and labels to train on, to choose settings by, and to test on.

    Texts are tuples of str, labels int64 of shape [N]. `name` says what they are, `description` adds how many and from
    where, `notice` what the user should know about them. The loader that made them gives the same data again from
    `source`. `classes` are the names of the labels.
    """

    train_texts: tuple[str, ...]
    train_labels: np.ndarray
    validation_texts: tuple[str, ...]
    validation_labels: np.ndarray
    test_texts: tuple[str, ...]
    test_labels: np.ndarray
    name: str
    description: str
    source: str
    notice: str = ""
    classes: tuple[str, ...] = REVIEWS

    @property
    def sha256(self) -> str:
        """The SHA-256 of all texts and labels: the same wherever the same data lie."""
        digest = hashlib.sha256()
        for part in PARTS:
            for text in getattr(self, f"{part}_texts"):
                digest.update(text.encode() + b"\0")
            digest.update(np.ascontiguousarray(getattr(self, f"{part}_labels")).data)
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.description})"


class Review(NamedTuple):
    """A text, its label, and the part of the data that it belongs to, if nothing else decides."""

    text: str
    label: int
    part: str


def load_reviews(wanted: ArchivedSet, reviews: Callable[[Path], Iterable[Review]], source: str | Path) -> TextData:
    """The data of a published set from `source`, 'auto' or a folder; `reviews` reads them from the set's folder.

    Raises DataError or NotAvailableError, as the set's own loader says.
    """
    if source == "":  # Path("") would be the current folder
        raise DataError(f"the source is empty; expected auto, or a folder with {wanted.title}")
    found = locate(wanted) if source == "auto" else find_in(Path(source), wanted, origin_of(source, SOURCES))
    with removed_if_refused(found):
        fields = divided(reviews(found.folder))
        check_not_empty(fields, found.folder)
    description = counted(fields, wanted.title, found.folder)
    return TextData(**fields, name=wanted.title, description=description, source=str(found.folder.absolute()))


def divided(reviews: Iterable[Review]) -> dict[str, Any]:
    """The texts and labels of each part as fields of a TextData. Equal texts go where the first of them goes, so that
    no text is both learned from and tested."""
    parts: dict[str, tuple[list[str], list[int]]] = {part: ([], []) for part in PARTS}
    first: dict[str, str] = {}
    for text, label, part in reviews:
        texts, labels = parts[first.setdefault(text, part)]
        texts.append(text)
        labels.append(label)
    fields: dict[str, Any] = {}
    for part, (texts, labels) in parts.items():
        fields |= {f"{part}_texts": tuple(texts), f"{part}_labels": np.array(labels, np.int64)}
    return fields


def counted(fields: dict[str, Any], name: str, folder: Path) -> str:
    """A description: a name, how many texts in each part, and where they are from."""
    counts = " + ".join([f"{len(fields[f'{part}_texts']):,}" for part in PARTS])
    return say(f"{name} ({counts} texts, from {folder})", f"{name}（{counts} 条文本，来自 {folder}）")


def read_text(path: Path, *encodings: str) -> str:
    """The text of a file, with \\n at the ends of lines, in UTF-8 or else in the first of `encodings` that fits.

    Raises DataError if it cannot be read or is not text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    known = ("UTF-8", *encodings)
    wrong: UnicodeDecodeError
    for encoding in known:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            wrong = error
        else:
            return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    line = data[: wrong.start].count(b"\n") + 1
    raise DataError(
        f"{path}: byte {wrong.start:,} (line {line:,}), 0x{data[wrong.start]:02x}, is not {known[-1]}; "
        f"expected a text file in {' or '.join(known)}"
    ) from wrong


def check_not_empty(fields: dict[str, Any], folder: Path) -> None:
    """Raise DataError unless every part has texts of every class."""
    for part in PARTS:
        found = set(fields[f"{part}_labels"].tolist())
        if lacking := [name for label, name in enumerate(REVIEWS) if label not in found]:
            raise DataError(
                f"{folder}: no {' and no '.join(lacking)} texts for the part to {PURPOSE[part]}; is it whole?"
            )


PURPOSE = {"train": "train on", "validation": "validate by", "test": "test on"}
