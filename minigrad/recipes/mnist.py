"""Handwritten digits: MNIST with one linear layer or a multi-layer perceptron."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .. import optim
from ..data import DataLoader, TensorDataset, random_split
from ..datasets import ImageData, load_mnist
from ..models import digits_linear, digits_mlp
from ..nn import Module
from ..optim import Optimizer
from ..tensor import Tensor
from . import settings as of
from .recipe import Recipe, Task

MEAN, STD = 0.1307, 0.3081  # of the pixels of the training images, scaled to 0 ... 1
VALIDATION_SHARE = 12  # one image in so many is kept from training, to watch the run by

MODELS: dict[str, Callable[[], Module]] = {
    "linear": digits_linear,
    "mlp": digits_mlp,
}

OPTIMIZERS: dict[str, Callable[[Any, float | None], Optimizer]] = {
    "sgd": lambda params, lr: optim.SGD(params, lr=0.05 if lr is None else lr, momentum=0.9),
    "rmsprop": lambda params, lr: optim.RMSprop(params, lr=1e-3 if lr is None else lr),
    "adagrad": lambda params, lr: optim.Adagrad(params, lr=0.02 if lr is None else lr),
    "adam": lambda params, lr: optim.Adam(params, lr=1e-3 if lr is None else lr),
    "adamw": lambda params, lr: optim.AdamW(params, lr=1e-3 if lr is None else lr),
}

SCHEDULES: dict[str, Callable[[Optimizer, int], Any]] = {
    "constant": lambda optimizer, steps: None,
    "cosine": lambda optimizer, steps: optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps),
}


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on. `lr` None is the optimizer's usual rate; `data` is as in `load_mnist`."""

    epochs: int = 20
    batch_size: int = 64
    lr: float | None = None
    model: str = "mlp"
    optimizer: str = "adam"
    schedule: str = "cosine"

    about: ClassVar = {
        "model": of.Choice("The network.", "网络。", MODELS),
        **of.LOOP,
        "lr": of.Rate(
            "Learning rate.  [default: the optimizer's usual]", "学习率。  [默认：该优化器常用的值]", optional=True
        ),
        "optimizer": of.Choice("How gradients change the weights.", "优化器：怎样用梯度更新权重。", OPTIMIZERS),
        "schedule": of.Choice(
            "How the learning rate changes: not at all, or down to 0 along half a cosine.",
            "学习率怎样变化：保持不变，或沿半个余弦降到 0。",
            SCHEDULES,
        ),
        **of.PLACE,
        "data": of.MNIST_DATA,
    }


def tensors(images: np.ndarray, labels: np.ndarray, device: str) -> TensorDataset:
    """Images [n, 28, 28] of bytes as [n, 1, 28, 28] floats of mean 0 and variance 1, with their labels."""
    pixels = (images[:, None].astype(np.float32) / 255 - MEAN) / STD
    return TensorDataset(Tensor(pixels, device=device), Tensor(labels, device=device))


class MNIST(Recipe):
    """One linear layer, or an MLP 784-256-128-10."""

    name = "mnist"
    title = (
        "Handwritten digits: an MLP, or with --model linear a single layer.",
        "手写数字：MLP，或用 --model linear 训练单层网络。",
    )
    defaults = Settings()
    things = "digits"

    def load(self, source: str) -> ImageData:
        return load_mnist(source)

    def build(self, settings: Settings, data: ImageData, part: str) -> Task:
        train = tensors(data.train_images, data.train_labels, settings.device)
        held_out = len(train) // VALIDATION_SHARE
        train_part, validation_part = random_split(train, [len(train) - held_out, held_out])
        model = MODELS[settings.model]().to(settings.device)
        optimizer = OPTIMIZERS[settings.optimizer](model.parameters(), settings.lr)
        loader = DataLoader(train_part, settings.batch_size, shuffle=True, seed=settings.seed)
        schedule = SCHEDULES[settings.schedule](optimizer, settings.epochs * len(loader))
        return Task(model, optimizer, schedule, loader, DataLoader(validation_part, 1000) if held_out else None)

    def test_loader(self, settings: Settings, data: ImageData) -> DataLoader:
        return DataLoader(tensors(data.test_images, data.test_labels, settings.device), 1000)

    def label(self, settings: Settings, part: str) -> str:
        return settings.model

    def folder(self, settings: Settings) -> Path:
        return Path("runs") / f"mnist-{settings.model}"


RECIPE = MNIST()
train, resume = RECIPE.train, RECIPE.resume
