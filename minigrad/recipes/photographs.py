"""What the recipes for CIFAR-10 share: its loaders, a usual optimizer and schedule for residual networks, pictures."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .. import optim
from ..data import DataLoader, TensorDataset, random_split
from ..data.transforms import Compose, Normalize, RandomCrop, RandomHorizontalFlip, Transform
from ..datasets import ImageData, load_cifar10
from ..nn import Module
from ..optim import Optimizer
from ..optim.lr_scheduler import OneCycleLR
from ..tensor import Tensor
from .inside import ACTIVATION, FEATURES, FILTERS, Inside
from .recipe import CONFUSION, CURVES, MISTAKES, Outcome, Recipe

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)  # of the training images, for each colour
SHOWN = 8  # test images in the picture of class activation


class Photographs(Recipe):
    """A recipe for CIFAR-10: cropped and mirrored at random in training, as they are in tests.

    `crop` moves the training images; one in `held_out` is kept from training, to watch the run by. `first` is the
    convolution whose filters are drawn, `stages` are layers whose feature maps are, with what to call them, and
    `attention` is the layer that class activation is measured at.
    """

    pictures: tuple[str, ...] = (CURVES, CONFUSION, MISTAKES, FILTERS, FEATURES, ACTIVATION)
    crop: ClassVar[Transform] = RandomCrop(32, padding=4)
    held_out: ClassVar[int] = 25
    mean: ClassVar[tuple[float, ...]] = MEAN
    std: ClassVar[tuple[float, ...]] = STD
    first: ClassVar[str] = "conv1"
    stages: ClassVar[dict[str, str]] = {
        "relu": "first layer",
        "layer1": "stage 1",
        "layer2": "stage 2",
        "layer3": "stage 3",
    }
    attention: ClassVar[str] = "layer3"

    def load(self, source: str) -> ImageData:
        return load_cifar10(source)

    def loaders(self, settings: Any, data: ImageData) -> tuple[DataLoader, DataLoader | None]:
        """The images to train on, and those kept from it."""
        images, labels = (Tensor(x, device=settings.device) for x in (data.train_images, data.train_labels))
        held_out = len(labels) // self.held_out
        train, validation = random_split(TensorDataset(images, labels), [len(labels) - held_out, held_out])
        normalise = Normalize(self.mean, self.std)
        augment = Compose([self.crop, RandomHorizontalFlip(), normalise])
        loader = DataLoader(train, settings.batch_size, shuffle=True, seed=settings.seed, transform=augment)
        return loader, DataLoader(validation, 500, transform=normalise) if held_out else None

    def test_loader(self, settings: Any, data: ImageData, mirrored: bool = False) -> DataLoader:
        """The test images, or with `mirrored` their mirror images."""
        images, labels = (Tensor(x, device=settings.device) for x in (data.test_images, data.test_labels))
        normalise = Normalize(self.mean, self.std)
        transform = Compose([RandomHorizontalFlip(1), normalise]) if mirrored else normalise
        return DataLoader(TensorDataset(images, labels), 500, transform=transform)

    def draw(self, settings: Any, data: ImageData, folder: Path, outcomes: list[Outcome]) -> None:
        super().draw(settings, data, folder, outcomes)
        last = outcomes[-1]
        run = f"{self.label(settings, last.part)} on {data.name}"
        shown = one_of_each(data.test_labels)
        images, labels = data.test_images[shown], data.test_labels[shown]
        pixels: Any = Normalize(self.mean, self.std)(images)
        inputs = Tensor(pixels, device=settings.device)
        network = Inside(last.trainer.trained, self.first, self.stages, self.attention)
        network.draw(run, folder, images, labels, inputs, data.classes)


def one_of_each(labels: np.ndarray) -> np.ndarray:
    """Where the first images are that each belong to another class."""
    _, first = np.unique(labels, return_index=True)
    return np.sort(first)[:SHOWN]


def momentum_sgd(model: Module, lr: float, weight_decay: float = 5e-4) -> Optimizer:
    """SGD with Nesterov's momentum of 0.9, and weight decay of kernels and linear weights only.

    Batch norm and biases have few numbers, and pulling these to 0 does not keep a network simple.
    """
    weights = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": weights, "weight_decay": weight_decay}, {"params": others}]
    return optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True)


def one_cycle(optimizer: Optimizer, max_lr: float, steps: int, pct_start: float = 0.25) -> OneCycleLR:
    """Up to `max_lr` in the share `pct_start` of all steps, then down to almost 0; the momentum stays."""
    return OneCycleLR(optimizer, max_lr, total_steps=max(steps, 2), pct_start=pct_start, cycle_momentum=False)
