"""What shortcuts are for: networks of 20 and 56 layers, without shortcuts and with, trained under the same settings.

The experiment of He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2016, section 4.2: of the plain
networks the deeper one learns worse, even the training images; of the residual ones it does not.
"""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar

from ..datasets import ImageData
from ..device import manual_seed
from ..models import get_model
from ..nn import Module
from . import settings as of
from .cifar10_resnet import DECAY
from .inside import gradient_norms
from .photographs import Photographs, momentum_sgd, one_cycle
from .recipe import CURVES, Outcome, Task

GRADIENTS = "gradients.png"
BATCHES = 10  # over which the norms of gradients are averaged


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on; all networks of it have the same."""

    epochs: int = 5
    batch_size: int = 128
    lr: float = 0.1
    weight_decay: float = 5e-4

    about: ClassVar = {**of.LOOP, "lr": of.PEAK, "weight_decay": DECAY, **of.PLACE, "data": of.CIFAR_DATA}


class PlainVersusResNet(Photographs):
    """Four networks in turn; a run that was stopped goes on with the network that it was at."""

    name = "plain_vs_resnet"
    title = (
        "What shortcuts are for: plain networks and ResNets of 20 and 56 layers on CIFAR-10, one after the other.",
        "残差连接有什么用：20 层和 56 层的普通网络与 ResNet 依次在 CIFAR-10 上训练，互相比较。",
    )
    defaults = Settings()
    parts = ("plain20", "plain56", "resnet20", "resnet56")
    pictures: tuple[str, ...] = (CURVES, GRADIENTS)

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        train, validation = self.loaders(settings, data)
        model = get_model(part).to(settings.device)
        optimizer = momentum_sgd(model, settings.lr, settings.weight_decay)
        schedule = one_cycle(optimizer, settings.lr, settings.epochs * len(train))
        return Task(model, optimizer, schedule, train, validation)

    def draw(self, settings: Settings, data: ImageData, folder: Path, outcomes: list[Outcome]) -> None:
        from .. import plot

        plot.compare(
            {o.part: o.trainer.history for o in outcomes}, folder / CURVES, f"the same training on {data.name}"
        )
        first = {o.part: self.norms(self.as_made(settings, data, o.part), settings, data) for o in outcomes}
        last = {o.part: self.norms(o.trainer.model, settings, data) for o in outcomes}
        moments = {"at the first step": first, f"after {settings.epochs} epochs": last}
        plot.gradient_norms(moments, folder / GRADIENTS, f"mean over {BATCHES} batches of {data.name}", "kernels")

    def as_made(self, settings: Settings, data: ImageData, part: str) -> Module:
        """The network with the weights that its training began with."""
        manual_seed(settings.seed)
        return self.build(settings, data, part).model

    def norms(self, model: Module, settings: Settings, data: ImageData) -> list[float]:
        """The norms of the gradients of a network's layers, on the same batches for each."""
        manual_seed(settings.seed)
        train, _ = self.loaders(settings, data)
        return gradient_norms(model, islice(train, BATCHES))


RECIPE = PlainVersusResNet()
train, resume = RECIPE.train, RECIPE.resume
