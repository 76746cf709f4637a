"""Handwritten digits: MNIST with one linear layer or a multi-layer perceptron."""

import math
import os
import shlex
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import optim
from ..data import DataLoader, TensorDataset, random_split
from ..datasets import MNISTData, load_mnist
from ..device import check_device, manual_seed
from ..display import ConsoleDisplay, plain_console, show
from ..errors import CheckpointError, DataError, UnknownNameError
from ..language import say
from ..models import digits_linear, digits_mlp
from ..nn import Module
from ..optim import Optimizer
from ..serialization import save
from ..tensor import Tensor
from ..training import CHECKPOINT, InterruptedRunError, Tally, Trainer, confusion_matrix, evaluate, read_checkpoint

if TYPE_CHECKING:
    from rich.console import Console

WEIGHTS, CURVES, CONFUSION, MISTAKES = "model.safetensors", "curves.png", "confusion.png", "mistakes.png"
RESULTS = (CHECKPOINT, WEIGHTS, CURVES, CONFUSION, MISTAKES)  # what a run leaves in its folder

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


def chosen(kind: str, name: str, known: dict[str, Callable]) -> Callable:
    """The entry `name`; UnknownNameError, with the nearest right name, if there is none."""
    if name not in known:
        raise UnknownNameError(kind, name, known)
    return known[name]


@dataclass(frozen=True)
class Settings:
    """What a run depends on.

    `lr` None is the optimizer's usual rate. `data` is as in `load_mnist`; once they are loaded, `data` is the source
    that gives the same again and `data_sha256` the checksum of their content. Raises ValueError for values that no run
    can have.
    """

    model: str = "mlp"
    epochs: int = 20
    batch_size: int = 64
    lr: float | None = None
    optimizer: str = "adam"
    schedule: str = "cosine"
    seed: int = 0
    device: str = "cpu"
    data: str = "auto"
    data_sha256: str = ""

    def __post_init__(self) -> None:
        for name in ("model", "optimizer", "schedule", "device", "data", "data_sha256"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"{name} must be text, got {getattr(self, name)!r}")
        for name, least in (("epochs", 1), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
        if self.lr is not None and (type(self.lr) not in (int, float) or not 0 < self.lr < math.inf):
            raise ValueError(f"lr must be a finite number greater than 0, or None, got {self.lr!r}")
        for name, known in (("model", MODELS), ("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            chosen(name, getattr(self, name), known)


def tensors(images: np.ndarray, labels: np.ndarray, device: str) -> TensorDataset:
    """Images [n, 28, 28] of bytes as [n, 1, 28, 28] floats of mean 0 and variance 1, with their labels."""
    pixels = (images[:, None].astype(np.float32) / 255 - MEAN) / STD
    return TensorDataset(Tensor(pixels, device=device), Tensor(labels, device=device))


def build(settings: Settings, data: MNISTData, folder: Path, console: "Console") -> Trainer:
    """Everything that a run needs, drawn from the seed alone."""
    manual_seed(settings.seed)
    train = tensors(data.train_images, data.train_labels, settings.device)
    held_out = len(train) // VALIDATION_SHARE
    train_part, validation_part = random_split(train, [len(train) - held_out, held_out])
    model = MODELS[settings.model]().to(settings.device)
    optimizer = OPTIMIZERS[settings.optimizer](model.parameters(), settings.lr)
    loader = DataLoader(train_part, settings.batch_size, shuffle=True, seed=settings.seed)
    schedule = SCHEDULES[settings.schedule](optimizer, settings.epochs * len(loader))
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


def train(settings: Settings, out: Path | None = None, console: "Console | None" = None) -> float:
    """Train from the beginning; returns the accuracy on the test digits. Results go to `out`, or anew to runs/.

    Raises DeviceError, CheckpointError or DataError, before anything is trained, if the device is not there, if results
    cannot be written or others lie in `out`, or if the data cannot be used.
    """
    console = console or plain_console()
    check_device(settings.device)
    folder = new_folder(Path("runs") / f"mnist-{settings.model}") if out is None else claimed(out)
    try:
        data = show_data(settings.data, console)
        settings = replace(settings, data=data.source, data_sha256=data.sha256)
        return finish(build(settings, data, folder, console), folder, settings, data, console)
    finally:
        if out is None:
            with suppress(OSError):  # it is no longer empty once training has begun
                os.removedirs(folder)


def resume(run: Path, data_source: str | None = None, console: "Console | None" = None) -> float | None:
    """Go on with the run in folder `run`, with the settings that it was begun with.

    `data_source` says where its data are now, if they have moved. Returns the accuracy on the test digits; None, and
    nothing is written, if the run is finished and its results are there. Raises CheckpointError if there is no run that
    fits, DataError if the data are not those of the run.
    """
    console = console or plain_console()
    state = read_checkpoint(run)
    settings = settings_of(state, run)
    folder = run if os.path.isdir(run) else run.parent
    finished = state["epoch"] >= settings.epochs
    if finished and all((folder / name).exists() for name in RESULTS):
        show(console, say(f"already finished; its results are in {folder}", f"训练早已完成，结果在 {folder}"))
        return None
    check_device(settings.device)
    data = show_data(data_source or settings.data, console)
    check_same_data(data, settings)
    settings = replace(settings, data=data.source)
    trainer = build(settings, data, folder, console)
    trainer.resume(state)
    place = trainer.place(settings.epochs)
    if finished:
        show(console, say("already trained; its results are written anew", "训练已经完成，现在重新生成结果"))
    else:
        show(console, say(f"going on {place}", f"接着训练：{place}"))
    return finish(trainer, folder, settings, data, console)


def settings_of(state: dict[str, Any], run: Path) -> Settings:
    """The settings in a checkpoint's state; CheckpointError if they are not of such a run."""
    try:
        return Settings(**state["settings"])
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{run} is not a run of mnist: {error}") from error


def check_same_data(data: MNISTData, settings: Settings) -> None:
    """Raise DataError unless `data` are those that the run was begun with."""
    if data.sha256 != settings.data_sha256:
        raise DataError(
            f"{data.description}: these are not the data that the run was begun with, which were in {settings.data}; "
            "put those back, or say by --data where they are"
        )


def show_data(source: str, console: "Console") -> MNISTData:
    """The data from `source`, after saying what they are."""
    data = load_mnist(source)
    if data.notice:
        show(console, data.notice, style="yellow")
    show(console, say(f"data: {data.description}", f"数据：{data.description}"))
    return data


def finish(trainer: Trainer, folder: Path, settings: Settings, data: MNISTData, console: "Console") -> float:
    """Run what is left of the training, test, and write weights and pictures."""
    parameters = sum(p.numel() for p in trainer.model.parameters())
    model, optimizer = settings.model, settings.optimizer
    show(
        console,
        say(
            f"model: {model}, {parameters:,} parameters, trained with {optimizer}",
            f"模型：{model}，{parameters:,} 个参数，优化器 {optimizer}",
        ),
    )
    try:
        trainer.fit(settings.epochs)
    except InterruptedRunError as stopped:
        command = f"minigrad train mnist --resume {shlex.quote(str(folder))}"
        raise InterruptedRunError(
            say(f"{stopped}; go on with\n{command}", f"{stopped}；继续训练：\n{command}")
        ) from None
    test = tensors(data.test_images, data.test_labels, settings.device)
    result, scores, labels = evaluate(trainer.model, DataLoader(test, 1000))
    save(trainer.model.state_dict(), folder / WEIGHTS)
    draw(trainer, folder, f"{settings.model} on {data.name}", data.test_images, result, scores, labels)
    seconds = sum(entry["seconds"] for entry in trainer.history)
    accuracy, right, total = f"{result.accuracy:.2%}", f"{result.correct:,}", f"{result.samples:,}"
    told = say(
        f"test accuracy {accuracy} ({right} of {total} digits), {seconds:.1f} s of training",
        f"测试准确率 {accuracy}（{total} 张中对了 {right} 张），训练用时 {seconds:.1f} 秒",
    )
    show(console, told, style="bold")
    names = ", ".join(RESULTS)
    show(console, say(f"saved in {folder}: {names}", f"已保存到 {folder}：{names}"))
    return result.accuracy


def draw(
    trainer: Trainer, folder: Path, run: str, images: np.ndarray, result: Tally, scores: np.ndarray, labels: np.ndarray
) -> None:
    """Write the pictures of a trained run: its curves, and what it makes of the test digits."""
    from .. import plot  # here, because Matplotlib takes longer to load than all of minigrad

    title = f"{run}: {result.accuracy:.2%} of {result.samples:,} test digits right"
    plot.curves(trainer.history, folder / CURVES, title)
    plot.confusion(confusion_matrix(labels, scores.argmax(axis=1), 10), folder / CONFUSION, title=title)
    plot.worst_mistakes(images, labels, scores, folder / MISTAKES, title=run)


def new_folder(base: Path) -> Path:
    """Make `base`, or the first of base-2, base-3, ... that does not exist yet, so that no other run takes it.

    Raises CheckpointError if it cannot be made.
    """
    try:
        base.parent.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
            with suppress(FileExistsError):
                folder.mkdir()
                break
    except OSError as error:
        raise not_writable(base, error) from error
    return folder


def claimed(folder: Path) -> Path:
    """`folder`, made if needed. Raises CheckpointError if it holds results, or nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in RESULTS if (folder / name).exists()]
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise not_writable(folder, error) from error
    if there:
        go_on = f"go on with it by --resume {folder}, or " if CHECKPOINT in there else ""
        raise CheckpointError(f"{folder} already holds a run ({', '.join(there)}); {go_on}choose another --out")
    return folder


def not_writable(folder: Path, error: OSError) -> CheckpointError:
    return CheckpointError(f"results cannot be written to {folder} ({error.strerror or error}); choose another --out")
