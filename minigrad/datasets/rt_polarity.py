"""rt-polarity (Pang & Lee, 2005): 10,662 sentences of film reviews, half of them in favour of the film.

It is published as an archive with two files, a sentence on each line, written in small letters and with blanks around
punctuation marks.
"""

from collections.abc import Iterator
from pathlib import Path

from .archived import ArchivedSet, Form
from .fetch import DataFile
from .text import Review, TextData, load_reviews, read_text

FILES = ("rt-polarity.neg", "rt-polarity.pos")  # in the order of the labels

RT_POLARITY = ArchivedSet(
    title="rt-polarity",
    forms=(
        Form(
            DataFile("rt-polaritydata.tar.gz", "a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9"),
            "rt-polaritydata",
            FILES,
            beside=("rt-polaritydata.README.1.0.txt",),
        ),
    ),
    mirrors=(
        "https://www.cs.cornell.edu/people/pabo/movie-review-data/",
        "https://storage.googleapis.com/seldon-datasets/sentence_polarity_v1/",
    ),
)


def load_rt_polarity(source: str | Path = "auto") -> TextData:
    """rt-polarity, in a split that is always the same, from `source`:

    'auto'      MINIGRAD_DATA if that is set, and nowhere else then; without it the cache, else downloaded into it.
    a folder    the folder rt-polaritydata, or a folder with it or with the archive rt-polaritydata.tar.gz.

    Of every ten lines of a file the first eight are to train on, the ninth to validate by, the tenth to test on; a
    sentence that was there before goes where it went the first time. Labels are 0 (negative) and 1 (positive).

    A download is checked by its SHA-256; folders of the user's own are not, they may hold other sentences. Raises
    DataError if the files are not there or cannot be read; NotAvailableError, which says where to get them and where to
    put them, if they cannot be downloaded.
    """
    return load_reviews(RT_POLARITY, reviews, source)


def reviews(folder: Path) -> Iterator[Review]:
    """Every sentence, with its label and its place in the split. The files are in cp1252; UTF-8 is taken too."""
    for label, name in enumerate(FILES):
        lines = [line.strip() for line in read_text(folder / name, "cp1252").split("\n")]
        for number, line in enumerate([line for line in lines if line]):
            yield Review(line, label, {8: "validation", 9: "test"}.get(number % 10, "train"))
