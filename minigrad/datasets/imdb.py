"""IMDB (Maas et al., 2011): 50,000 film reviews, half of them in favour of the film, half to train on, half to test on.

It is published as an archive with a folder for each half and class, and a file for each review.
"""

from collections.abc import Iterator
from pathlib import Path

from .archived import ArchivedSet, Form
from .fetch import DataFile
from .text import Review, TextData, load_reviews, read_text

FOLDERS = ("neg", "pos")  # in the order of the labels

IMDB = ArchivedSet(
    title="IMDB",
    forms=(
        Form(
            DataFile("aclImdb_v1.tar.gz", "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"),
            "aclImdb",
            ("train/urls_neg.txt", "train/urls_pos.txt", "test/urls_neg.txt", "test/urls_pos.txt"),
        ),
    ),
    mirrors=("https://ai.stanford.edu/~amaas/data/sentiment/",),
)


def load_imdb(source: str | Path = "auto") -> TextData:
    """IMDB, in a split that is always the same, from `source`:

    'auto'      MINIGRAD_DATA if that is set, and nowhere else then; without it the cache, else downloaded (84 MB).
    a folder    the folder aclImdb, or a folder with it or with the archive aclImdb_v1.tar.gz.

    The publishers' test half is to test on, whole; of their training half every tenth review of a class, by number, is
    to validate by. Reviews to train on that are in the test half, too, are left out; one that is twice in the training
    half goes where it went the first time. Line breaks, <br />, become blanks.
    Labels are 0 (negative) and 1 (positive).

    A download is checked by its SHA-256; folders of the user's own are not. Raises DataError if the files are not there
    or cannot be read; NotAvailableError if they cannot be downloaded.
    """
    return load_reviews(IMDB, reviews, source)


def reviews(folder: Path) -> Iterator[Review]:
    """Every review, with its label and its place in the split, but none to train on that is there to test on, too."""
    tested = set()
    for half in ("test", "train"):
        for label, name in enumerate(FOLDERS):
            paths = sorted((folder / half / name).glob("*.txt"), key=number_of)
            for number, path in enumerate(paths):
                text = " ".join(read_text(path).replace("<br />", " ").split())
                if half == "test":
                    tested.add(text)
                    yield Review(text, label, "test")
                elif text not in tested:
                    yield Review(text, label, "validation" if number % 10 == 9 else "train")


def number_of(path: Path) -> tuple[int, str]:
    """The number that the name of a review's file begins with; the name itself, if it begins with none."""
    number = path.name.partition("_")[0]
    return (int(number) if number.isascii() and number.isdigit() else 0), path.name
