"""Tokenizers of pretrained models, by the library `tokenizers`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import CheckpointError, DataError


class Tokenizer:
    """Pieces of words as numbers, as a pretrained model was taught them; `path` is its tokenizer.json."""

    def __init__(self, tokenizer: Any, path: Path):
        self.tokenizer, self.path = tokenizer, path

    def __len__(self) -> int:
        return self.tokenizer.get_vocab_size()

    def encode(self, text: str, max_length: int | None = None) -> list[int]:
        """The ids of a text, with the special tokens of the model around them; no more than `max_length` in all."""
        return self.encode_all([text], max_length)[0]

    def encode_all(self, texts: Sequence[str], max_length: int | None = None) -> list[list[int]]:
        """The ids of each text."""
        if max_length is None:
            self.tokenizer.no_truncation()
        else:
            self.tokenizer.enable_truncation(max_length)
        return [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids, without special tokens."""
        return self.tokenizer.decode(list(ids))

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """The piece of each id. IndexError out of range."""
        found = [self.tokenizer.id_to_token(int(i)) for i in ids]
        if None in found:
            raise IndexError(f"Tokenizer.tokens got {ids[found.index(None)]}; expected 0 to {len(self) - 1}")
        return found


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in a tokenizer.json. Raises CheckpointError if the file is none, DataError without the library."""
    try:
        import tokenizers
    except ImportError as error:
        raise DataError("tokenizers of pretrained models need a library: pip install 'minigrad[bert]'") from error
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: cannot be read as UTF-8 ({error})") from error
    try:
        tokenizer = tokenizers.Tokenizer.from_str(text)
    except Exception as error:
        raise CheckpointError(f"{path} is no tokenizer: {error}") from error
    tokenizer.no_padding()
    return Tokenizer(tokenizer, path)
