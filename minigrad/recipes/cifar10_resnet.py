"""Photographs: CIFAR-10 with ResNet-20."""

from dataclasses import dataclass
from typing import ClassVar

from ..datasets import ImageData
from ..models import resnet20
from . import settings as of
from .photographs import Photographs, momentum_sgd, one_cycle
from .recipe import Task

DECAY = of.Share("How strongly weights are pulled to 0.", "权重衰减：每一步把权重拉向 0 的力度。")


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on."""

    epochs: int = 20
    batch_size: int = 128
    lr: float = 0.3
    weight_decay: float = 5e-4

    about: ClassVar = {**of.LOOP, "lr": of.PEAK, "weight_decay": DECAY, **of.PLACE, "data": of.CIFAR_DATA}


class CifarResNet20(Photographs):
    """SGD with Nesterov's momentum, one cycle of the learning rate, as in Smith & Topin, 2018."""

    name = "cifar10_resnet"
    title = ("Photographs (CIFAR-10): ResNet-20.", "照片分类（CIFAR-10）：残差网络 ResNet-20。")
    defaults = Settings()

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        train, validation = self.loaders(settings, data)
        model = resnet20().to(settings.device)
        optimizer = momentum_sgd(model, settings.lr, settings.weight_decay)
        schedule = one_cycle(optimizer, settings.lr, settings.epochs * len(train))
        return Task(model, optimizer, schedule, train, validation)

    def label(self, settings: Settings, part: str) -> str:
        return "resnet20"


RECIPE = CifarResNet20()
train, resume = RECIPE.train, RECIPE.resume
