"""Photographs: CIFAR-10 with a plain convolutional network."""

from dataclasses import dataclass
from typing import ClassVar

from .. import optim
from ..datasets import ImageData
from ..models import cifar_cnn
from . import settings as of
from .photographs import Photographs, one_cycle
from .recipe import Task


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on."""

    epochs: int = 10
    batch_size: int = 128
    lr: float = 2e-3
    dropout: float = 0.25

    about: ClassVar = {
        **of.LOOP,
        "lr": of.PEAK,
        "dropout": of.Share("The share of features dropped in each step.", "每一步随机丢弃的特征所占的比例。"),
        **of.PLACE,
        "data": of.CIFAR_DATA,
    }


class CifarCNN(Photographs):
    """Two pairs of 3x3 convolutions, two linear layers; AdamW with one cycle of the learning rate."""

    name = "cifar10_cnn"
    title = (
        "Photographs (CIFAR-10): a plain convolutional network.",
        "照片分类（CIFAR-10）：普通的卷积网络。",
    )
    defaults = Settings()
    first, attention = "0", "8"
    stages: ClassVar = {"1": "convolution 1", "3": "convolution 2", "6": "convolution 3", "8": "convolution 4"}

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        train, validation = self.loaders(settings, data)
        model = cifar_cnn(dropout=settings.dropout).to(settings.device)
        optimizer = optim.AdamW(model.parameters(), lr=settings.lr)
        schedule = one_cycle(optimizer, settings.lr, settings.epochs * len(train))
        return Task(model, optimizer, schedule, train, validation)


RECIPE = CifarCNN()
train, resume = RECIPE.train, RECIPE.resume
