"""A small GPT that learns to write like a text, character by character."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import optim
from ..data import DataLoader, Dataset
from ..datasets.characters import CharacterData, load_text
from ..device import Array, to_device
from ..display import ConsoleDisplay, show
from ..errors import CheckpointError, DataError
from ..language import say
from ..models.gpt import GPT, next_token_loss
from ..models.sampling import generate
from ..optim.lr_scheduler import LambdaLR
from ..serialization import load, write_atomically
from ..tensor import Tensor
from ..text import CharacterVocabulary
from ..training import read_checkpoint
from . import settings as of
from .finetune_bert import decay_groups, warm_up_and_down
from .predicting import WEIGHTS
from .recipe import CURVES, Outcome, Recipe, Task
from .sentiment import DECAY, DROPOUT

if TYPE_CHECKING:
    from rich.console import Console

VOCABULARY, SAMPLE = "vocabulary.json", "sample.txt"
HELD_OUT = 0.05  # the share of the text, at its end, to test by; as much before it to watch the training by
OVERLAP = 4  # every place of the text is seen so often in an epoch, with other characters before it
SHOWN, WRITTEN = 200, 1000  # characters that are written after each epoch, and in the end


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on."""

    epochs: int = 3
    batch_size: int = 32
    lr: float = 3e-3
    block_size: int = 128
    n_layer: int = 4
    n_head: int = 4
    n_embd: int = 128
    dropout: float = 0.1
    weight_decay: float = 0.1
    data: str = "tiny-shakespeare"

    about: ClassVar = {
        "epochs": of.Whole("Passes over the text.", "训练多少轮。", least=1),
        "batch_size": of.Whole("Pieces of text in each step.", "每一步的文本片段数。", least=1),
        "lr": of.Rate(
            "The highest learning rate: it rises in a tenth of the steps, and falls to 0.",
            "学习率的最高值：在前十分之一的步数里升到这个值，再降到 0。",
        ),
        "block_size": of.Whole("Characters that it sees at once.", "一次能看到多少个字符。", least=2),
        "n_layer": of.Whole("How many layers it has.", "有多少层。", least=1),
        "n_head": of.Whole("Heads of attention in each layer.", "每层的注意力头数。", least=1),
        "n_embd": of.Whole(
            "Numbers for each character; a multiple of the heads.", "每个字符的维数，须是头数的倍数。", least=1
        ),
        "dropout": DROPOUT,
        "weight_decay": DECAY,
        **of.PLACE,
        "data": of.Text(
            "A text file in UTF-8, or tiny-shakespeare, from MINIGRAD_DATA, the cache or a download (1 MB). With "
            "--resume: where the text is now.",
            "UTF-8 文本文件，或 tiny-shakespeare（取自 MINIGRAD_DATA、缓存，或下载，1 MB）。"
            "与 --resume 同用：文本现在的位置。",
        ),
    }


class Pieces(Dataset):
    """Pieces of a text as numbers [t], and the same one place on, which are to be foretold: (ids, targets).

    They are `length` long and begin `step` apart.
    """

    def __init__(self, ids: np.ndarray, length: int, step: int, device: str):
        self.ids, self.length, self.device = ids, length, device
        self.starts = np.arange(0, len(ids) - length, step)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> Any:
        return tuple(array[0] for array in self.get_batch(np.array([index])))

    def get_batch(self, indices: np.ndarray) -> tuple[Array, Array]:
        """The pieces `indices`."""
        places = self.starts[indices][:, None] + np.arange(self.length)
        return to_device(self.ids[places], self.device), to_device(self.ids[places + 1], self.device)


class Writing(ConsoleDisplay):
    """Shows, after every epoch, how the network writes."""

    def __init__(self, console: "Console", model: GPT, vocabulary: CharacterVocabulary):
        super().__init__(console)
        self.model, self.vocabulary = model, vocabulary

    def epoch(self, entry: dict[str, float]) -> None:
        super().epoch(entry)
        text = "".join(written(self.model, self.vocabulary, first(self.vocabulary), SHOWN))
        show(self.console, "    " + text.strip().replace("\n", "\n    "), style="dim")


class CharGPT(Recipe):
    """GPT on pieces of a text, whose last tenth is kept from it. AdamW, with weight decay of matrices only."""

    name = "char_gpt"
    title = (
        "A small GPT learns to write like a text file, character by character.",
        "小型 GPT：逐个字符地学习一份文本的写法。",
    )
    defaults = Settings()
    pictures = (CURVES, VOCABULARY, SAMPLE)
    things: ClassVar[str] = "characters"
    measure: ClassVar[str] = "个"

    def test_loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        return next_token_loss(scores, targets)

    def load(self, source: str) -> CharacterData:
        return load_text(source)

    def prepare(self, settings: Settings, data: CharacterData, console: "Console") -> Settings:
        needed = int((settings.block_size + 1) / HELD_OUT) + 1
        if len(data.text) < needed:
            raise DataError(
                f"{data.name} has {len(data.text):,} characters; pieces of {settings.block_size} need {needed:,}"
            )
        if settings.n_embd % settings.n_head:
            raise DataError(f"n_embd is {settings.n_embd} and n_head {settings.n_head}, which does not divide it")
        return settings

    def pieces(self, settings: Settings, data: CharacterData, part: str) -> Pieces:
        """Those to train on ('train'), to watch by ('validation') or to test on."""
        n, t = len(data.text), settings.block_size
        held_out = int(n * HELD_OUT)
        begin, end = {
            "train": (0, n - 2 * held_out),
            "validation": (n - 2 * held_out, n - held_out),
            "test": (n - held_out, n),
        }[part]
        ids = np.array(CharacterVocabulary.from_text(data.text).encode(data.text[begin:end]))
        return Pieces(ids, t, max(t // OVERLAP, 1) if part == "train" else t, settings.device)

    def build(self, settings: Settings, data: CharacterData, part: str) -> Task:
        train = DataLoader(self.pieces(settings, data, "train"), settings.batch_size, shuffle=True, seed=settings.seed)
        model = network(settings, CharacterVocabulary.from_text(data.text)).to(settings.device)
        groups = decay_groups(model, {"": settings.lr}, settings.weight_decay)
        optimizer = optim.AdamW(groups, settings.lr, betas=(0.9, 0.95))
        steps = settings.epochs * len(train)
        schedule = LambdaLR(optimizer, warm_up_and_down(steps // 10, steps))
        validation = DataLoader(self.pieces(settings, data, "validation"), 64)
        return Task(model, optimizer, schedule, train, validation, next_token_loss)

    def display(self, settings: Settings, data: CharacterData, task: Task, console: "Console") -> ConsoleDisplay:
        assert isinstance(task.model, GPT)
        return Writing(console, task.model, CharacterVocabulary.from_text(data.text))

    def test_loader(self, settings: Settings, data: CharacterData) -> DataLoader:
        return DataLoader(self.pieces(settings, data, "test"), 64)

    def also(self, settings: Settings, data: CharacterData, outcome: Outcome) -> str:
        nats = outcome.result.loss
        perplexity = f"{math.exp(nats):.2f}"
        return say(
            f"{nats:.4f} nats a character, {nats / math.log(2):.3f} bits, perplexity {perplexity}",
            f"每个字符 {nats:.4f} 奈特，合 {nats / math.log(2):.3f} 比特，困惑度 {perplexity}",
        )

    def draw(self, settings: Settings, data: CharacterData, folder: Path, outcomes: list[Outcome]) -> None:
        from .. import plot

        (outcome,) = outcomes
        title = f"GPT on {data.name}: {outcome.result.loss:.3f} nats a character on the text's end"
        plot.curves(outcome.trainer.history, folder / CURVES, title)
        vocabulary = CharacterVocabulary.from_text(data.text)
        write_atomically(folder / VOCABULARY, json.dumps(vocabulary.tokens, ensure_ascii=False).encode())
        model: Any = outcome.trainer.model
        text = "".join(written(model, vocabulary, first(vocabulary), WRITTEN))
        write_atomically(folder / SAMPLE, text.encode())


def network(settings: Settings, vocabulary: CharacterVocabulary) -> GPT:
    """The GPT of a run."""
    sizes = (settings.block_size, settings.n_layer, settings.n_head, settings.n_embd, settings.dropout)
    return GPT(len(vocabulary), *sizes)


def first(vocabulary: CharacterVocabulary) -> str:
    """What a text begins behind where nothing is given: the end of a line, or else the first character."""
    return "\n" if "\n" in vocabulary.ids else vocabulary.tokens[0]


def written(model: GPT, vocabulary: CharacterVocabulary, prompt: str, length: int, **how: Any) -> Iterator[str]:
    """The characters that `model` writes behind `prompt`, one after another (see minigrad.models.generate)."""
    for token in generate(model, vocabulary.encode(prompt), length, **how):
        yield vocabulary.decode([token])


def writer(run: Path) -> tuple[GPT, CharacterVocabulary]:
    """The network and the characters of the finished run in folder `run`. Raises CheckpointError if there is none."""
    state = read_checkpoint(run)
    settings: Any = RECIPE.settings_of(state, run)
    if state["epoch"] < settings.epochs:
        done, epochs, go_on = state["epoch"], settings.epochs, f"minigrad train char_gpt --resume {run}"
        en = f"{run} is not finished ({done} of {epochs} epochs); go on with {go_on}"
        raise CheckpointError(say(en, f"{run} 还没有训练完（{epochs} 轮中的 {done} 轮）；请用 {go_on} 继续"))
    path = run / VOCABULARY
    try:
        vocabulary = CharacterVocabulary(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        en, zh = f"{path} is no vocabulary of a run: {error}", f"{path} 不是训练的词表：{error}"
        raise CheckpointError(say(en, zh)) from error
    model = network(settings, vocabulary)
    model.load_state_dict(load(run / WEIGHTS))
    return model, vocabulary


def write(
    run: Path, prompt: str, length: int, temperature: float, k: int | None, p: float | None, seed: int
) -> Iterator[str]:
    """What the network of the run writes behind `prompt`. Raises DataError for a character that it does not know."""
    model, vocabulary = writer(run)
    prompt = prompt or first(vocabulary)
    try:
        ids = vocabulary.encode(prompt)
    except ValueError as error:
        raise DataError(say(f"the prompt cannot be read: {error}", f"无法读懂 --prompt：{error}")) from error
    tokens = generate(model, ids, length, temperature, k, p, seed)
    return (vocabulary.decode([token]) for token in tokens)


RECIPE = CharGPT()
train, resume = RECIPE.train, RECIPE.resume
