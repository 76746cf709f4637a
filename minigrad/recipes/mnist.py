"""Handwritten digits: MNIST with one linear layer or a multi-layer perceptron."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from .. import optim, plot
from ..data import DataLoader, TensorDataset, random_split
from ..datasets import MNISTData, load_mnist
from ..device import cuda_index, manual_seed
from ..display import ConsoleDisplay
from ..errors import CheckpointError, UnknownNameError
from ..models import MLP, LinearClassifier
from ..nn import Module
from ..optim import Optimizer
from ..serialization import save
from ..tensor import Tensor
from ..training import CHECKPOINT, Trainer, confusion_matrix, evaluate, read_checkpoint

MEAN, STD = 0.1307, 0.3081  # of the pixels of the training images, scaled to 0 ... 1
VALIDATION_SHARE = 12  # one image in so many is kept from training, to watch the run by

MODELS: dict[str, Callable[[], Module]] = {
    "linear": lambda: LinearClassifier(28 * 28, 10),
    "mlp": lambda: MLP(28 * 28, 256, 128, 10, dropout=0.2),
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
class Settings:
    """What a run depends on. `lr` None is the optimizer's usual rate; `data` is as in `load_mnist`."""

    model: str = "mlp"
    epochs: int = 20
    batch_size: int = 64
    lr: float | None = None
    optimizer: str = "adam"
    schedule: str = "cosine"
    seed: int = 0
    device: str = "cpu"
    data: str = "auto"


def chosen(kind: str, name: str, known: dict[str, Callable]) -> Callable:
    """The entry `name`; UnknownNameError, with the nearest right name, if there is none."""
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return known[name]


def tensors(images: np.ndarray, labels: np.ndarray, device: str) -> TensorDataset:
    """Images [n, 28, 28] of bytes as [n, 1, 28, 28] floats of mean 0 and variance 1, with their labels."""
    pixels = (images[:, None].astype(np.float32) / 255 - MEAN) / STD
    return TensorDataset(Tensor(pixels, device=device), Tensor(labels, device=device))


def build(settings: Settings, data: MNISTData, folder: Path, console: Console) -> Trainer:
    """Everything that a run needs, drawn from the seed alone."""
    manual_seed(settings.seed)
    cuda_index(settings.device)
    train = tensors(data.train_images, data.train_labels, settings.device)
    held_out = len(train) // VALIDATION_SHARE
    train_part, validation_part = random_split(train, [len(train) - held_out, held_out])
    model = chosen("model", settings.model, MODELS)().to(settings.device)
    optimizer = chosen("optimizer", settings.optimizer, OPTIMIZERS)(model.parameters(), settings.lr)
    loader = DataLoader(train_part, settings.batch_size, shuffle=True, seed=settings.seed)
    schedule = chosen("schedule", settings.schedule, SCHEDULES)(optimizer, settings.epochs * len(loader))
    return Trainer(
        model,
        optimizer,
        loader,
        DataLoader(validation_part, 1000) if held_out else None,
        schedule=schedule,
        folder=folder,
        settings=asdict(settings),
        display=ConsoleDisplay(console),
    )


def train(settings: Settings, out: Path | None = None, console: Console | None = None) -> float:
    """Train from the beginning; returns the accuracy on the test digits. Results go to `out`, or anew to runs/."""
    console = console or Console(highlight=False)
    if out is not None and (out / CHECKPOINT).exists():
        raise CheckpointError(f"{out} already holds a run; go on with it by --resume {out}, or choose another --out")
    folder = out or free_folder(Path("runs") / f"mnist-{settings.model}")
    data = show_data(settings, console)
    trainer = build(settings, data, folder, console)
    return finish(trainer, folder, settings, data, console)


def resume(run: Path, console: Console | None = None) -> float:
    """Go on with the run in folder `run`, with the settings that it was begun with."""
    console = console or Console(highlight=False)
    state = read_checkpoint(run)
    try:
        settings = Settings(**state["settings"])
    except TypeError as error:
        raise CheckpointError(f"{run} is not a run of mnist: {error}") from error
    folder = run if run.is_dir() else run.parent
    data = show_data(settings, console)
    trainer = build(settings, data, folder, console)
    trainer.resume(state)
    console.print(f"going on after {trainer.epoch} of {settings.epochs} epochs and {trainer.tally.samples} samples")
    return finish(trainer, folder, settings, data, console)


def show_data(settings: Settings, console: Console) -> MNISTData:
    data = load_mnist(settings.data)
    if data.notice:
        console.print(f"[yellow]{data.notice}[/]", soft_wrap=True)
    console.print(f"data: {data.description}", soft_wrap=True)
    return data


def finish(trainer: Trainer, folder: Path, settings: Settings, data: MNISTData, console: Console) -> float:
    """Run what is left of the training, test, and write weights and pictures."""
    parameters = sum(p.numel() for p in trainer.model.parameters())
    console.print(f"model: {settings.model}, {parameters:,} parameters, trained with {settings.optimizer}")
    trainer.fit(settings.epochs)
    test = tensors(data.test_images, data.test_labels, settings.device)
    result, scores, labels = evaluate(trainer.model, DataLoader(test, 1000))
    save(trainer.model.state_dict(), folder / "model.safetensors")
    title = f"{settings.model} on {data.name}: {result.accuracy:.2%} of {result.samples:,} test digits"
    pictures = [
        plot.curves(trainer.history, folder / "curves.png", title),
        plot.confusion(confusion_matrix(labels, scores.argmax(axis=1), 10), folder / "confusion.png", title=title),
        plot.worst_mistakes(data.test_images, labels, scores, folder / "mistakes.png"),
    ]
    seconds = sum(entry["seconds"] for entry in trainer.history)
    console.print(
        f"[bold]test accuracy {result.accuracy:.2%}[/] ({result.correct:,} of {result.samples:,} digits), "
        f"{seconds:.1f} s of training"
    )
    console.print(f"saved in {folder}: model.safetensors, {', '.join(p.name for p in pictures)}", soft_wrap=True)
    return result.accuracy


def free_folder(base: Path) -> Path:
    """`base`, or the first of base-2, base-3, ... that does not exist yet."""
    folder, number = base, 1
    while folder.exists():
        number += 1
        folder = base.with_name(f"{base.name}-{number}")
    return folder
