"""Words, and the numbers that stand for them."""

import operator
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ..checks import check_count

PADDING, UNKNOWN = "<pad>", "<unk>"
"""The tokens 0 and 1 of every vocabulary: nothing, up to the length of a batch; and a word that is not in it."""

WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


def words(text: str) -> list[str]:
    """The words of a text in small letters, and its punctuation marks, each as a word: "It's fun!" is it's, fun, !.

    Raises TypeError for anything but a str.
    """
    check_text("words", text)
    return WORD.findall(text.lower())


def ranked_tokens(texts: Iterable[str], min_count: int = 1, max_size: int | None = None) -> list[str]:
    """PADDING, UNKNOWN, and the words of all texts that occur at least `min_count` times, the most frequent first and
    equally frequent ones by the alphabet; no more than `max_size` tokens in all.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(words(text))
    kept = [word for word in counts if counts[word] >= min_count]
    kept.sort(key=lambda word: (-counts[word], word))
    return [PADDING, UNKNOWN, *kept][:max_size]


class Vocabulary:
    """The words that a model knows, and a number for each: its place in `tokens`.

    Number 0 is PADDING, 1 is UNKNOWN, which stands for every word that is not there. Raises ValueError for tokens that
    do not begin with these two, or that repeat, TypeError for tokens that are no str.
    """

    def __init__(self, tokens: Sequence[str]):
        self.tokens = checked_tokens("Vocabulary", tokens)
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        if self.tokens[:2] != [PADDING, UNKNOWN]:
            raise ValueError(f"Vocabulary got tokens that begin with {self.tokens[:2]}; expected {[PADDING, UNKNOWN]}")
        if len(self.ids) < len(self.tokens):
            twice = next(token for i, token in enumerate(self.tokens) if self.ids[token] != i)
            raise ValueError(f"Vocabulary got '{twice}' more than once; expected each token once")

    @classmethod
    def from_texts(cls, texts: Iterable[str], min_count: int = 1, max_size: int | None = None) -> "Vocabulary":
        """The vocabulary of these texts: see `ranked_tokens`. Raises TypeError for a single text."""
        if isinstance(texts, str):
            raise TypeError("Vocabulary.from_texts needs several texts, got one str; expected a list of str")
        check_count("Vocabulary.from_texts: min_count", min_count, 1)
        if max_size is not None:
            check_count("Vocabulary.from_texts: max_size", max_size, 2)
        return cls(ranked_tokens(texts, min_count, max_size))

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        """The numbers of the words of a text, in their order."""
        unknown = self.ids[UNKNOWN]
        return [self.ids.get(word, unknown) for word in words(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The words of these numbers, with blanks between them and without padding. IndexError out of range."""
        found = tokens_at("Vocabulary.decode", self.tokens, ids)
        return " ".join([token for token in found if token != PADDING])

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} tokens)"


class CharacterVocabulary:
    """The characters that a model knows, and a number for each: its place in `tokens`, the alphabet in Unicode's order.

    There are no special tokens: a character that is not there cannot be encoded. Raises ValueError for tokens that are
    no single characters or that repeat.
    """

    def __init__(self, tokens: Sequence[str]):
        self.tokens = checked_tokens("CharacterVocabulary", tokens)
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        wrong = [token for token in self.tokens if len(token) != 1]
        if wrong or len(self.ids) < len(self.tokens):
            found = f"'{wrong[0]}'" if wrong else "a character more than once"
            raise ValueError(f"CharacterVocabulary got {found}; expected single characters, each once")

    @classmethod
    def from_text(cls, text: str) -> "CharacterVocabulary":
        """All characters of a text."""
        check_text("CharacterVocabulary.from_text", text)
        return cls(sorted(set(text)))

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> list[int]:
        """The numbers of the characters of a text. Raises ValueError for one that is not in the vocabulary."""
        check_text("CharacterVocabulary.encode", text)
        unknown = next((character for character in text if character not in self.ids), None)
        if unknown is not None:
            raise ValueError(f"the character {unknown!r} is not among the {len(self)} of the vocabulary")
        return [self.ids[character] for character in text]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of these numbers. IndexError out of range."""
        return "".join(tokens_at("CharacterVocabulary.decode", self.tokens, ids))

    def __repr__(self) -> str:
        return f"CharacterVocabulary({len(self)} characters)"


def check_text(name: str, text: Any) -> None:
    """Raise TypeError unless `text` is a str."""
    if not isinstance(text, str):
        raise TypeError(f"{name} needs a text, got {type(text).__name__}; expected a str")


def checked_tokens(name: str, tokens: Iterable[Any]) -> list[str]:
    """The tokens as a list; TypeError for one that is no str."""
    found = list(tokens)
    if wrong := [token for token in found if not isinstance(token, str)]:
        raise TypeError(f"{name} got the token {wrong[0]!r}; expected each to be a str")
    return found


def tokens_at(name: str, tokens: Sequence[str], ids: Iterable[Any]) -> list[str]:
    """The token of each number. TypeError for anything but a row of whole numbers, IndexError out of range."""
    try:
        places = [operator.index(i) for i in ids]
    except TypeError as error:
        raise TypeError(f"{name} needs a row of whole numbers, got {ids!r:.60}") from error
    for i in places:
        if not 0 <= i < len(tokens):
            raise IndexError(f"{name} got {i}; expected 0 to {len(tokens) - 1}")
    return [tokens[i] for i in places]
