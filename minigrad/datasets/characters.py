"""Text to learn characters from: a file of the user's, or a known one by name."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError, did_you_mean
from ..language import say
from .fetch import DataFile, FileSet, locate, where_to_put
from .text import read_text

KNOWN = {
    "tiny-shakespeare": FileSet(
        title="tiny-shakespeare",
        folder="tinyshakespeare",
        files=(DataFile("input.txt", "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"),),
        mirrors=("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",),
    )
}
"""Texts by name. tiny-shakespeare is a million characters of Shakespeare's plays (Karpathy, 2015)."""


@dataclass(frozen=True, repr=False)
class CharacterData:
    """A text; `name`, `source` and the others are as in the other sets."""

    text: str
    name: str
    source: str
    notice: str = ""
    classes: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        count = f"{len(self.text):,}"
        return say(
            f"{self.name} ({count} characters, from {self.source})",
            f"{self.name}（{count} 个字符，来自 {self.source}）",
        )

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}, {len(self.text):,} characters)"


def load_text(source: str | Path) -> CharacterData:
    """A text from `source`, which is the path of a file in UTF-8, or the name of a known text: 'tiny-shakespeare'.

    A known text comes from MINIGRAD_DATA if that is set, else from the cache or a download, checked by its SHA-256.
    Raises DataError if there is no such file, or if it is empty or not UTF-8 (it says at which byte); NotAvailableError
    if it cannot be downloaded.
    """
    if source == "":
        raise DataError(f"the source is empty; expected a text file, or one of {', '.join(KNOWN)}")
    path = Path(os.path.expanduser(source))
    if str(source) in KNOWN and not path.exists():
        try:
            (path,) = locate(KNOWN[str(source)])
        except DataError as error:
            put = where_to_put(KNOWN[str(source)])
            en, zh = f"{error}; any text file will do, or {put}", f"{error}；用任何文本文件都可以，{put}也行"
            raise type(error)(say(en, zh)) from error
        name = str(source)
    elif path.is_file():
        name = path.name
    else:
        wrong = "this is a folder" if path.is_dir() else "there is no such file"
        known = f"a text file, or one of {', '.join(KNOWN)}"
        raise DataError(f"text '{source}'{did_you_mean(str(source), KNOWN)}: {wrong}; expected {known}")
    text = read_text(path)
    if not text.strip():
        raise DataError(f"{path}: there is no text in it")
    return CharacterData(text, name, str(path.absolute()))
