"""Film reviews: a Transformer encoder learns from nothing which are in favour of the film, and shows where it looks."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import optim
from ..datasets import TextData
from ..device import to_device
from ..errors import DataError
from ..grad_mode import no_grad
from ..models import TransformerClassifier
from ..nn import Module
from ..optim.lr_scheduler import LambdaLR
from ..tensor import Tensor
from ..text import Vocabulary, words
from . import settings as of
from .finetune_bert import decay_groups, warm_up_and_down
from .recipe import CONFUSION, CURVES, Outcome
from .reviews import VOCABULARY, WORST, Reviews, WordDropout
from .sentiment import DECAY, DROPOUT, MIN_COUNT, REVIEWS_LOOP, WORD_DROPOUT

if TYPE_CHECKING:
    from rich.console import Console

ATTENTION = "attention.png"
PICTURED, WORDS = 2, 11  # sentences of each class in the picture of attention, and about how long they are
HEADS = 4  # of each layer
LONGEST = 128  # words of a review that the network has places for


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on."""

    epochs: int = 3
    batch_size: int = 32
    lr: float = 1e-3
    weight_decay: float = 0.1
    dropout: float = 0.5
    word_dropout: float = 0.3
    min_count: int = 1
    layers: int = 2
    width: int = 128

    about: ClassVar = {
        **REVIEWS_LOOP,
        "lr": of.Rate(
            "The highest learning rate: it rises in a tenth of the steps, and falls to 0.",
            "学习率的最高值：在前十分之一的步数里升到这个值，再降到 0。",
        ),
        "weight_decay": DECAY,
        "dropout": DROPOUT,
        "word_dropout": WORD_DROPOUT,
        "min_count": MIN_COUNT,
        "layers": of.Whole("Layers of the encoder.", "编码器的层数。", least=1),
        "width": of.Whole(
            "Numbers for each word; a multiple of 4, the heads.", "每个词的维数，须是 4（头数）的倍数。", least=4
        ),
        **of.PLACE,
        "data": of.REVIEWS_DATA,
    }


class TransformerSentiment(Reviews):
    """Two layers with four heads, on embeddings and positions that start at random. AdamW, warm-up.

    The settings were chosen by the validation reviews: three epochs, for then it knows the training reviews by heart.
    """

    name = "transformer_sentiment"
    title = (
        "Film reviews: a Transformer encoder from scratch, with maps of its attention.",
        "影评情感分类：从零训练 Transformer 编码器，并画出注意力图。",
    )
    defaults = Settings()
    pictures = (CURVES, CONFUSION, ATTENTION, WORST, VOCABULARY)

    def load(self, source: str) -> TextData:
        data = super().load(source)
        longest = max(len(words(text)) for text in (*data.train_texts, *data.validation_texts, *data.test_texts))
        if longest > LONGEST:
            raise DataError(f"{data.description}: one text has {longest} words, expected at most {LONGEST}")
        return data

    def prepare(self, settings: Any, data: TextData, console: "Console") -> Any:
        if settings.width % HEADS:
            raise DataError(f"width is {settings.width}, expected a multiple of {HEADS}, the number of heads")
        return settings

    def network(self, settings: Any, vocabulary: Vocabulary, part: str) -> Module:
        sizes = (settings.width, HEADS, settings.layers, 2 * settings.width)
        dropout = {"dropout": settings.dropout, "input_dropout": settings.dropout}
        return TransformerClassifier(len(vocabulary), *sizes, max_len=LONGEST, **dropout)

    def transform(self, settings: Any) -> WordDropout | None:
        return WordDropout(settings.word_dropout) if settings.word_dropout else None

    def learning(self, settings: Any, model: Module, steps: int, part: str) -> tuple[Any, Any]:
        optimizer = optim.AdamW(decay_groups(model, {"": settings.lr}, settings.weight_decay), settings.lr)
        return optimizer, LambdaLR(optimizer, warm_up_and_down(steps // 10, steps))

    def draw(self, settings: Any, data: TextData, folder: Path, outcomes: list[Outcome]) -> None:
        from .. import plot

        super().draw(settings, data, folder, outcomes)
        vocabulary, outcome = self.vocabulary(settings, data), outcomes[-1]
        model: Any = outcome.trainer.trained.eval()
        maps = []
        for i in pictured(data, outcome):
            text, said = data.test_texts[i], data.classes[outcome.scores[i].argmax()]
            ids = Tensor(to_device(np.array([vocabulary.encode(text)]), settings.device))
            with no_grad():
                weights = model.attention(ids)[0][0].cpu().numpy()
            shown = [word if word in vocabulary.ids else f"({word})" for word in words(text)]
            maps.append((shown, weights, f"{said}: {text}"))
        title = f"Attention in the first layer of {self.name} (words in brackets are unknown to it)"
        plot.attention_maps(maps, folder / ATTENTION, title)


def pictured(data: TextData, outcome: Outcome) -> list[int]:
    """Places of test texts to look at: for each class some of a picture's length, those that it gets right first."""
    wrong = outcome.scores.argmax(axis=1) != outcome.labels
    from_ideal = [abs(len(words(text)) - WORDS) for text in data.test_texts]
    order = sorted(range(len(wrong)), key=lambda i: (wrong[i], from_ideal[i]))
    of_class = [[i for i in order if outcome.labels[i] == label] for label in range(len(data.classes))]
    return [i for places in of_class for i in places[:PICTURED]]


RECIPE = TransformerSentiment()
train, resume = RECIPE.train, RECIPE.resume
