"""Film reviews: an RNN, an LSTM, a GRU and a convolutional network learn which are in favour of the film."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from .. import optim
from ..datasets import TextData
from ..models import RecurrentClassifier, TextCNN
from ..nn import Module
from ..optim.lr_scheduler import OneCycleLR
from ..serialization import write_atomically
from ..text import Vocabulary
from . import settings as of
from .recipe import CURVES, Outcome
from .reviews import VOCABULARY, WORST, Reviews, WordDropout, worst_mistakes

ACCURACIES = "accuracies.png"
# The highest learning rate of each network, and which of its states are seen, as the validation reviews chose them.
RATES = {"rnn": 2e-3, "lstm": 4e-3, "gru": 4e-3, "cnn": 4e-3}
POOLS = {"rnn": "last", "lstm": "max", "gru": "last"}
DROPOUT = of.Share("The share of numbers that dropout sets to 0.", "dropout 置零的比例。")
WORD_DROPOUT = of.Share(
    "The share of words that are replaced by an unknown one in training.", "训练时替换成未知词的比例。"
)
DECAY = of.Share("How strongly weights are pulled to 0.", "权重衰减：每一步把权重拉向 0 的力度。")
MIN_COUNT = of.Whole(
    "How often a word must occur in the training texts to be in the vocabulary.",
    "一个词在训练文本里至少出现几次才收进词表。",
    least=1,
)
REVIEWS_LOOP = {
    **of.LOOP,
    "batch_size": of.Whole("Reviews in each step.", "每一步的影评条数。", least=1),
}


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on. `lr` None is each network's usual; all others are the same for all networks."""

    epochs: int = 6
    batch_size: int = 32
    lr: float | None = None
    weight_decay: float = 0.1
    dropout: float = 0.5
    word_dropout: float = 0.0
    min_count: int = 1

    about: ClassVar = {
        **REVIEWS_LOOP,
        "lr": of.Rate(
            "The highest learning rate of the cycle.  [default: 0.002 for the RNN, 0.004 otherwise]",
            "单周期策略中学习率的最高值。  [默认：RNN 0.002，其余 0.004]",
            optional=True,
        ),
        "weight_decay": DECAY,
        "dropout": DROPOUT,
        "word_dropout": WORD_DROPOUT,
        "min_count": MIN_COUNT,
        **of.PLACE,
        "data": of.REVIEWS_DATA,
    }


class Sentiment(Reviews):
    """Four networks in turn, with embeddings of 128 numbers that start at random: three that go through a review in
    both directions, of whose states the last are seen, or the highest of each number; and kernels over 3, 4 and 5
    words (Kim, 2014).

    AdamW, one cycle of the learning rate (Smith & Topin, 2018).
    """

    name = "sentiment"
    title = (
        "Film reviews: an RNN, an LSTM, a GRU and a convolutional network, one after the other.",
        "影评情感分类：依次训练 RNN、LSTM、GRU 和卷积网络。",
    )
    defaults = Settings()
    parts = ("rnn", "lstm", "gru", "cnn")
    pictures = (CURVES, ACCURACIES, VOCABULARY, *(f"{part}/{WORST}" for part in parts))

    def network(self, settings: Any, vocabulary: Vocabulary, part: str) -> Module:
        if part == "cnn":
            return TextCNN(len(vocabulary), 128, dropout=settings.dropout)
        return RecurrentClassifier(
            len(vocabulary), part, 128, 128, bidirectional=True, pool=POOLS[part], dropout=settings.dropout
        )

    def transform(self, settings: Any) -> WordDropout | None:
        return WordDropout(settings.word_dropout) if settings.word_dropout else None

    def learning(self, settings: Any, model: Module, steps: int, part: str) -> tuple[Any, Any]:
        rate = RATES[part] if settings.lr is None else settings.lr
        optimizer = optim.AdamW(model.parameters(), rate, weight_decay=settings.weight_decay)
        schedule = OneCycleLR(optimizer, rate, total_steps=max(steps, 2), pct_start=0.1, cycle_momentum=False)
        return optimizer, schedule

    def draw(self, settings: Any, data: TextData, folder: Path, outcomes: list[Outcome]) -> None:
        from .. import plot

        histories = {o.part: o.trainer.history for o in outcomes}
        plot.compare(histories, folder / CURVES, f"the same training on {data.name}")
        reached = {o.part: o.result.accuracy for o in outcomes}
        tested = len(data.test_texts)
        plot.accuracies(reached, folder / ACCURACIES, f"{data.name}: accuracy on {tested:,} test reviews")
        self.save_words(settings, data, folder)
        for outcome in outcomes:
            write_atomically(folder / outcome.part / WORST, worst_mistakes(data, outcome).encode())


RECIPE = Sentiment()
train, resume = RECIPE.train, RECIPE.resume
