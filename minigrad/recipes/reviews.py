"""What the recipes for film reviews share: words as numbers, loaders, the worst mistakes as text, and predictions."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..data import DataLoader, SequenceDataset
from ..datasets import TextData, load_rt_polarity
from ..device import array_module
from ..errors import CheckpointError
from ..nn import Module
from ..serialization import write_atomically
from ..text import Vocabulary, words
from .predicting import Predictor
from .recipe import CONFUSION, CURVES, Outcome, Recipe, Task

VOCABULARY, WORST = "vocabulary.json", "mistakes.txt"
SHOWN = 20  # reviews in the list of the worst mistakes


class Reviews(Recipe):
    """A recipe for rt-polarity. The vocabulary has the words that occur `min_count` times in the texts to train on.

    A subclass says what `network` is trained and how it is `learning`.
    """

    pictures: tuple[str, ...] = (CURVES, CONFUSION, WORST, VOCABULARY)
    things: ClassVar[str] = "reviews"
    measure: ClassVar[str] = "条"

    def network(self, settings: Any, vocabulary: Vocabulary, part: str) -> Module:
        """The network that is trained, its weights drawn from minigrad's generator."""
        raise NotImplementedError(f"{type(self).__name__} must define network(settings, vocabulary, part)")

    def learning(self, settings: Any, model: Module, steps: int, part: str) -> tuple[Any, Any]:
        """Its optimizer, and the schedule for so many steps."""
        raise NotImplementedError(f"{type(self).__name__} must define learning(settings, model, steps, part)")

    def load(self, source: str) -> TextData:
        return load_rt_polarity(source)

    def vocabulary(self, settings: Any, data: TextData) -> Vocabulary:
        """The words that the networks of a run know."""
        return vocabulary_of(data, settings.min_count)

    def encoded(self, settings: Any, data: TextData, texts: Sequence[str]) -> list[list[int]]:
        """Texts as numbers."""
        vocabulary = self.vocabulary(settings, data)
        return [vocabulary.encode(text) for text in texts]

    def transform(self, settings: Any) -> Callable[..., Any] | None:
        """What is done to batches in training; None for nothing."""
        return None

    def loader(self, settings: Any, data: TextData, part: str) -> DataLoader:
        """Batches of one part of the data: 'train', 'validation' or 'test'."""
        rows = self.encoded(settings, data, getattr(data, f"{part}_texts"))
        labels = getattr(data, f"{part}_labels")
        samples = SequenceDataset(rows, labels, settings.device)
        if part != "train":
            return DataLoader(samples, 100)
        how = {"lengths": samples.lengths, "seed": settings.seed, "transform": self.transform(settings)}
        return DataLoader(samples, settings.batch_size, shuffle=True, **how)

    def build(self, settings: Any, data: TextData, part: str) -> Task:
        train = self.loader(settings, data, "train")
        model = self.network(settings, self.vocabulary(settings, data), part).to(settings.device)
        optimizer, schedule = self.learning(settings, model, settings.epochs * len(train), part)
        return Task(model, optimizer, schedule, train, self.loader(settings, data, "validation"))

    def test_loader(self, settings: Any, data: TextData) -> DataLoader:
        return self.loader(settings, data, "test")

    def draw(self, settings: Any, data: TextData, folder: Path, outcomes: list[Outcome]) -> None:
        self.draw_training(settings, data, folder, outcomes)
        self.save_words(settings, data, folder)
        write_atomically(folder / WORST, worst_mistakes(data, outcomes[-1]).encode())

    def save_words(self, settings: Any, data: TextData, folder: Path) -> None:
        """Write what a prediction needs besides the weights."""
        tokens = self.vocabulary(settings, data).tokens
        write_atomically(folder / VOCABULARY, json.dumps(tokens, ensure_ascii=False, indent=0).encode())

    def predictor(self, settings: Any, folder: Path, part: str) -> Predictor:
        vocabulary = read_vocabulary(folder / VOCABULARY)

        def unknown(text: str) -> list[str]:
            return [word for word in words(text) if word not in vocabulary.ids]

        return Predictor(self.network(settings, vocabulary, part), vocabulary.encode, unknown, TextData.classes)


class WordDropout:
    """A transform of batches: each word is, with probability `p`, one that the vocabulary lacks."""

    def __init__(self, p: float):
        self.p = p

    def __call__(self, ids: Any, labels: Any, rng: np.random.Generator) -> Any:
        xp = array_module(ids)
        return xp.where(xp.asarray(rng.random(ids.shape) < self.p) & (ids > 0), 1, ids), labels


@lru_cache(maxsize=1)
def vocabulary_of(data: TextData, min_count: int) -> Vocabulary:
    """The words of the texts to train on, counted once for all that ask."""
    return Vocabulary.from_texts(data.train_texts, min_count)


def read_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary that a run saved. Raises CheckpointError if the file is not one."""
    try:
        tokens = json.loads(path.read_bytes())
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ValueError("it holds no list of words")
        return Vocabulary(tokens)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:  # JSON's and UTF-8's too
        raise CheckpointError(f"{path} is no vocabulary of a run: {error}") from error


def worst_mistakes(data: TextData, outcome: Outcome) -> str:
    """The test texts that a network gets wrong with most certainty, each in a line: how certain, of what, the text."""
    scores = outcome.scores - outcome.scores.max(axis=1, keepdims=True)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    guessed = shares.argmax(axis=1)
    certainty = np.where(guessed == outcome.labels, 0, shares.max(axis=1))
    lines = ["certainty  said      is        text"]
    for i in np.argsort(-certainty, kind="stable")[:SHOWN]:
        if certainty[i]:
            said, right = data.classes[guessed[i]], data.classes[outcome.labels[i]]
            lines.append(f"{certainty[i]:9.1%}  {said}  {right}  {data.test_texts[i]}")
    return "\n".join(lines) + "\n"
