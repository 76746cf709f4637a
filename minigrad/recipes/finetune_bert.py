"""Fine-tuning: a pretrained BERT learns which film reviews are in favour of the film."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import optim
from ..datasets import TextData
from ..device import manual_seed
from ..display import show
from ..errors import DataError
from ..functional import cross_entropy
from ..language import say
from ..models import freeze
from ..models.bert import BertForSequenceClassification
from ..models.finetuning import within
from ..models.pretrained_bert import CONFIG, PACKAGED, TOKENIZER, PretrainedBert, load_bert, read_config
from ..nn import Module
from ..optim.lr_scheduler import LambdaLR
from ..precision import Precision
from ..text.pretrained import load_tokenizer
from . import settings as of
from .predicting import Predictor
from .recipe import CONFUSION, CURVES, Task
from .reviews import WORST, Reviews
from .sentiment import DECAY, REVIEWS_LOOP

if TYPE_CHECKING:
    from rich.console import Console

TIMED = 4  # steps by which the time of the training is estimated


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on. `weights_sha256` is the checksum of the weights' content."""

    epochs: int = 3
    batch_size: int = 32
    lr: float = 1e-4
    head_lr: float = 1e-3
    weight_decay: float = 0.01
    warm_up: float = 0.1
    freeze: int = 0
    max_length: int = 64
    weights: str = PACKAGED
    weights_sha256: str = ""

    about: ClassVar = {
        "weights": of.Text(
            "The BERT to begin with: minilm (all-MiniLM-L6-v2, of minigrad[bert]), hub:OWNER/REPOSITORY, or a folder "
            "with config.json, model.safetensors and tokenizer.json.",
            "从哪个 BERT 开始：minilm（all-MiniLM-L6-v2，随 minigrad[bert] 安装）、hub:OWNER/REPOSITORY，或存放 "
            "config.json、model.safetensors 和 tokenizer.json 的目录。",
        ),
        **REVIEWS_LOOP,
        "lr": of.Rate("The highest learning rate of what is pretrained.", "预训练部分学习率的最高值。"),
        "head_lr": of.Rate("The highest learning rate of the new linear layer.", "新线性层学习率的最高值。"),
        "weight_decay": DECAY,
        "warm_up": of.Share(
            "In which share of the steps the learning rate rises; then it falls to 0.",
            "学习率在前多大一部分步数里上升，之后降到 0。",
        ),
        "freeze": of.Whole(
            "How many of the lowest layers, with the embeddings, do not learn; 0: everything learns.",
            "冻结最下面的多少层（连同嵌入层）；0 表示全部参与训练。",
        ),
        "max_length": of.Whole(
            "Tokens of a review, of which the rest is cut off.", "每条影评最多多少个词元。", least=8
        ),
        **of.PLACE,
        "data": of.REVIEWS_DATA,
        "weights_sha256": of.Text(),
    }


class FineTuneBert(Reviews):
    """A linear layer on the mean of what a pretrained BERT makes of all tokens; all of it learns, or the upper layers.

    AdamW (Loshchilov & Hutter, 2019), with weight decay of matrices only; the rate rises and falls in straight lines.
    """

    name = "finetune_bert"
    title = (
        "Fine-tuning a pretrained BERT on film reviews (needs minigrad[bert]).",
        "在影评上微调预训练的 BERT（需要 minigrad[bert]）。",
    )
    defaults = Settings()
    pictures = (CURVES, CONFUSION, WORST, CONFIG, TOKENIZER)

    def prepare(self, settings: Settings, data: TextData, console: "Console") -> Settings:
        path = os.path.expanduser(settings.weights)
        settings = replace(settings, weights=os.path.abspath(path) if os.path.isdir(path) else settings.weights)
        bert = pretrained(settings.weights)
        found = content_sha256(bert)
        if settings.weights_sha256 not in ("", found):
            raise DataError(
                f"{settings.weights}: these are not the weights that the run was begun with; put those back"
            )
        if settings.freeze > bert.config.num_hidden_layers:
            layers = bert.config.num_hidden_layers
            raise DataError(f"freeze is {settings.freeze}, and {settings.weights} has {layers} layers")
        if settings.max_length > bert.config.max_position_embeddings:
            places = bert.config.max_position_embeddings
            raise DataError(f"max_length is {settings.max_length}, and {settings.weights} has {places} positions")
        settings = replace(settings, weights_sha256=found)
        seconds = self.seconds(settings, data)
        en, zh = (f"{seconds:.0f} seconds", f"{seconds:.0f} 秒")
        if seconds >= 120:
            en, zh = (f"{seconds / 60:.0f} minutes", f"{seconds / 60:.0f} 分钟")
        told = say(
            f"the training will take about {en} here, by the time of {TIMED} steps",
            f"按 {TIMED} 步所用的时间估计，在这台机器上训练大约需要 {zh}",
        )
        show(console, told)
        return settings

    def seconds(self, settings: Settings, data: TextData) -> float:
        """How long the training will take, by its first steps, which are done on a network of their own."""
        manual_seed(settings.seed)
        task = self.build(settings, data, "")
        times = []
        for _, (ids, labels) in zip(range(TIMED + 1), task.train):
            start = time.perf_counter()
            task.optimizer.zero_grad()
            with Precision(settings.precision, settings.device).region():
                task.loss(task.model(ids), labels).backward()
            task.optimizer.step()
            times.append((time.perf_counter() - start) / ids.numel())
        texts = self.encoded(settings, data, data.train_texts)
        return settings.epochs * float(np.median(times[1:] or times)) * sum(map(len, texts))

    def encoded(self, settings: Settings, data: TextData, texts: Any) -> list[list[int]]:
        return pretrained(settings.weights).tokenizer.encode_all(texts, settings.max_length)

    def build(self, settings: Settings, data: TextData, part: str) -> Task:
        train = self.loader(settings, data, "train")
        bert = pretrained(settings.weights)
        model = BertForSequenceClassification(bert.config, len(data.classes), pool="mean")
        bert.load_into(model)
        if settings.freeze:
            freeze(model, "bert.embeddings", *[f"bert.encoder.layer.{i}" for i in range(settings.freeze)])
        model.to(settings.device)
        rates = {"bert": settings.lr, "classifier": settings.head_lr}
        optimizer = optim.AdamW(decay_groups(model, rates, settings.weight_decay), settings.lr)
        steps = settings.epochs * len(train)
        schedule = LambdaLR(optimizer, warm_up_and_down(int(settings.warm_up * steps), steps))
        return Task(model, optimizer, schedule, train, self.loader(settings, data, "validation"), cross_entropy)

    def label(self, settings: Settings, part: str) -> str:
        return f"bert ({os.path.basename(settings.weights)})"

    def save_words(self, settings: Settings, data: TextData, folder: Path) -> None:
        source = pretrained(settings.weights).folder
        for name in (CONFIG, TOKENIZER):
            shutil.copyfile(source / name, folder / name)

    def predictor(self, settings: Settings, folder: Path, part: str) -> Predictor:
        tokenizer = load_tokenizer(folder / TOKENIZER)
        classes = TextData.classes
        model = BertForSequenceClassification(read_config(folder / CONFIG), len(classes), pool="mean")
        return Predictor(model, tokenizer.encode, lambda text: [], classes)


@lru_cache(maxsize=1)
def pretrained(weights: str) -> PretrainedBert:
    """The pretrained BERT of a run, read once."""
    return load_bert(weights)


def content_sha256(bert: PretrainedBert) -> str:
    """The SHA-256 of all weights."""
    digest = hashlib.sha256()
    for name in sorted(bert.weights):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(bert.weights[name].data).data)
    return digest.hexdigest()


def decay_groups(model: Module, rates: dict[str, float], weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer: for each part of the model named in `rates` ("" is all of it) its learning
    rate, and for its matrices `weight_decay`, for its biases and norms 0. Frozen parameters are left out."""
    groups = []
    for part, rate in rates.items():
        learning = [p for name, p in model.named_parameters() if within(name, (part,)) and p.requires_grad]
        for decay, parameters in (
            (weight_decay, [p for p in learning if p.ndim > 1]),
            (0.0, [p for p in learning if p.ndim <= 1]),
        ):
            if parameters:
                groups.append({"params": parameters, "lr": rate, "weight_decay": decay})
    return groups


def warm_up_and_down(rise: int, steps: int) -> Callable[[int], float]:
    """`share_of_rate` as a function of t alone."""
    return partial(share_of_rate, rise, steps)


def share_of_rate(rise: int, steps: int, t: int) -> float:
    """What step t, counted from 0, has of the highest learning rate: it rises in the first `rise` steps, is 1 in the
    next, and falls to 0 at t = steps, in straight lines."""
    if t < rise:
        return (t + 1) / (rise + 1)
    return max(0.0, (steps - t) / max(steps - rise, 1))


RECIPE = FineTuneBert()
train, resume = RECIPE.train, RECIPE.resume
