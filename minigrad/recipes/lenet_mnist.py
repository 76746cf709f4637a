"""Handwritten digits: MNIST with LeNet-5."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from .. import optim
from ..data import DataLoader, TensorDataset, random_split
from ..data.transforms import Compose, Normalize, RandomCrop
from ..datasets import ImageData, load_mnist
from ..language import say
from ..models import lenet5
from ..tensor import Tensor
from . import settings as of
from .inside import FEATURES, FILTERS, Inside
from .mnist import MEAN, STD, VALIDATION_SHARE, tensors
from .photographs import one_cycle, one_of_each
from .recipe import CONFUSION, CURVES, MISTAKES, Outcome, Recipe, Task


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on."""

    epochs: int = 10
    batch_size: int = 64
    lr: float = 3e-3

    about: ClassVar = {**of.LOOP, "lr": of.PEAK, **of.PLACE, "data": of.MNIST_DATA}


class LeNetMNIST(Recipe):
    """LeNet-5 on digits moved by up to two pixels; Adam with one cycle of the learning rate."""

    name = "lenet_mnist"
    title = ("Handwritten digits: LeNet-5.", "手写数字：卷积网络 LeNet-5。")
    defaults = Settings()
    pictures: tuple[str, ...] = (CURVES, CONFUSION, MISTAKES, FILTERS, FEATURES)
    things = "digits"

    def load(self, source: str) -> ImageData:
        data = load_mnist(source)
        if data.source != "embedded":
            return data
        few = say(
            "with these few digits it comes to about 98 %; the 99 % of LeNet-5 need the full MNIST",
            "这些数字太少，大约只能到 98%；要达到 LeNet-5 的 99%，需要完整的 MNIST",
        )
        return replace(data, notice="\n".join(filter(None, (data.notice, few))))

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        labels = Tensor(data.train_labels, device=settings.device)
        digits = TensorDataset(Tensor(data.train_images[:, None], device=settings.device), labels)
        held_out = len(digits) // VALIDATION_SHARE
        train, validation = random_split(digits, [len(digits) - held_out, held_out])
        normalise = Normalize(MEAN, STD)
        moved = Compose([RandomCrop(28, padding=2), normalise])
        loader = DataLoader(train, settings.batch_size, shuffle=True, seed=settings.seed, transform=moved)
        model = lenet5().to(settings.device)
        optimizer = optim.Adam(model.parameters(), lr=settings.lr)
        schedule = one_cycle(optimizer, settings.lr, settings.epochs * len(loader))
        watch = DataLoader(validation, 1000, transform=normalise) if held_out else None
        return Task(model, optimizer, schedule, loader, watch)

    def test_loader(self, settings: Settings, data: ImageData) -> DataLoader:
        return DataLoader(tensors(data.test_images, data.test_labels, settings.device), 1000)

    def label(self, settings: Settings, part: str) -> str:
        return "lenet5"

    def draw(self, settings: Settings, data: ImageData, folder: Path, outcomes: list[Outcome]) -> None:
        super().draw(settings, data, folder, outcomes)
        shown = one_of_each(data.test_labels)
        images, labels = data.test_images[shown], data.test_labels[shown]
        inputs = tensors(images, labels, settings.device).tensors[0]
        stages = {"conv1": "convolution 1", "conv2": "convolution 2"}
        network = Inside(outcomes[-1].trainer.trained, "conv1", stages)
        network.draw(f"lenet5 on {data.name}", folder, images, labels, inputs, data.classes)


RECIPE = LeNetMNIST()
train, resume = RECIPE.train, RECIPE.resume
