"""The training loop: epochs of steps, validation, checkpoints, and going on where a run was stopped.

The loop is `Trainer.fit`, one step is `Trainer.step`. A run that is killed at any moment and resumed gives, bit for
bit, the result of the run that was not: a checkpoint holds weights, optimizer, schedule, the place in the data and
the state of the random generators.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .capture import CapturedStep, check_capturing
from .device import array_module, get_rng_state, set_rng_state
from .display import Display
from .dtypes import is_floating
from .errors import CaptureError, CheckpointError, DataError, MinigradError
from .functional import cross_entropy
from .grad_mode import no_grad
from .language import say
from .nn import Module
from .optim import Optimizer
from .optim.swa_utils import AveragedModel
from .precision import Precision
from .serialization import load, save
from .tally import Tally
from .tensor import Tensor
from .twins import are_learners

CHECKPOINT = "checkpoint.safetensors"
OWN_STEP = "minigrad.training:Trainer.step"
VERSION = 3
ENTRIES: dict[str, tuple[type, ...]] = {
    "settings": (dict,),
    "model": (dict,),
    "average": (dict, type(None)),
    "optimizer": (dict,),
    "schedule": (dict, type(None)),
    "loader": (dict,),
    "random": (dict,),
    "epoch": (int,),
    "tally": (dict,),
    "history": (list,),
    "scaler": (dict, type(None)),
}
"""What a checkpoint holds besides its version."""


class DivergedError(MinigradError):
    """The loss or the weights are no longer numbers."""


class InterruptedRunError(MinigradError):
    """The user stopped the run; its state is saved."""


class Trainer:
    """Trains a classifier.

    `model` maps inputs to scores [n, C], `loss(scores, labels)` gives a scalar, `train_loader` and
    `validation_loader` yield (inputs, labels). `schedule` is stepped after every batch. With a `folder`, a checkpoint
    is written there before the first step, after every epoch and on Ctrl-C; `settings` is stored in it and says how to
    rebuild the rest. `history` gets one entry an epoch. With an `average` of the model's weights, which takes them in
    after every step, that is what is validated and what `trained` is; without it `trained` is the model.

    `precision` is 'float32', or 'float16' or 'bfloat16': then `fit` runs its steps within `autocast`, those of float16
    with a GradScaler. Weights stay float32, in which they are also validated.

    With `capture`, a GPU repeats steps with inputs of the same shapes as CUDA graphs (`minigrad.capture`). Raises
    DeviceError for that where the model is not on one.
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        train_loader: Any,
        validation_loader: Iterable | None = None,
        loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
        schedule: Any = None,
        folder: str | Path | None = None,
        settings: dict[str, Any] | None = None,
        display: Display | None = None,
        average: AveragedModel | None = None,
        precision: str = "float32",
        capture: bool = False,
    ):
        self.precision = Precision(precision, device_of_model(model) if precision != "float32" else "cpu")
        self.model, self.schedule, self.validation_loss = model, schedule, loss
        self.optimizer, self.loss = self.precision.optimizer(optimizer), self.precision.loss(loss)
        if capture:
            check_capturing(device_of_model(model))
        self.captured = CapturedStep(self.learn_from) if capture else None
        self.average = average
        self.train_loader, self.validation_loader = train_loader, validation_loader
        self.folder = None if folder is None else Path(folder)
        self.settings = settings or {}
        self.display = display or Display()
        self.epoch = 0  # complete epochs
        self.tally = Tally()  # of the current epoch
        self.history: list[dict[str, float]] = []

    @property
    def trained(self) -> Module:
        """What the training is for: the average of the model's weights if there is one, else the model."""
        return self.model if self.average is None else self.average.module

    # ------------------------------------------------------------------------------------------------- the loop

    def fit(self, epochs: int) -> list[dict[str, float]]:
        """Train until `epochs` epochs are complete; returns the history.

        Raises DivergedError if the loss or the weights become NaN or infinite, DataError if the loader has no batches,
        CheckpointError if a checkpoint cannot be written, InterruptedRunError after Ctrl-C, CaptureError if a step
        cannot be captured.
        """
        if self.epoch >= epochs:
            return self.history
        if self.captured is not None and are_learners([OWN_STEP]):
            raise CaptureError(
                say(
                    "Trainer.step is yours, and steps that are captured do not call it; train without capture",
                    "Trainer.step 是你写的，而录制的训练步不会调用它；请不要用 capture",
                )
            )
        if not self.history and not self.tally.batches:
            self.save()  # so that a run killed in its first epoch can be resumed too
        with self.display.training(self.epoch, epochs, self.train_loader, self.tally), asked_to_stop() as stop:
            while self.epoch < epochs:
                start = time.perf_counter()
                self.model.train()
                for inputs, labels in self.train_loader:
                    with self.precision.region():
                        if self.captured is None:
                            value, scores = self.step(inputs, labels)
                        else:
                            value, scores = self.captured_step(inputs, labels)
                    self.tally.add(value, scores, labels)
                    self.display.batch(self.tally)
                    self.check_loss()
                    if stop():
                        self.interrupt(epochs)
                self.end_epoch(time.perf_counter() - start)
                if stop() and self.epoch < epochs:
                    self.interrupt(epochs)
        return self.history

    def step(self, inputs: Tensor, labels: Tensor) -> tuple[Any, Tensor]:
        """One step: forward, loss, backward, update. Returns the loss, as a number on the CPU, and the scores."""
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value: Any = loss.detach()
        if loss.device == "cpu":  # a GPU would have to be waited for: there it is read when it is shown
            value = loss.item()
            if not np.isfinite(value):
                raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return value, scores

    def captured_step(self, inputs: Tensor, labels: Tensor) -> tuple[Any, Tensor]:
        """The same on a GPU, which repeats as one graph what is captured of it: all but schedule and average."""
        assert self.captured is not None
        result = self.captured(inputs, labels)
        if self.schedule is not None:
            self.schedule.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return result

    def learn_from(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What is captured of a step."""
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        loss.backward()
        self.optimizer.step()
        return loss.detach(), scores.detach()

    def end_epoch(self, seconds: float) -> None:
        """Validate, write the epoch into the history, and save."""
        if not self.tally.batches:
            raise DataError("the training loader has no batches; expected at least one (does drop_last drop them all?)")
        self.tally.read()
        self.check_loss()
        self.check_weights()
        entry = {
            "epoch": self.epoch + 1,
            "train_loss": self.tally.loss,
            "train_accuracy": self.tally.accuracy,
            "lr": self.optimizer.param_groups[0]["lr"],
            "seconds": seconds,
        }
        if self.validation_loader is not None:
            result, _, _ = evaluate(self.trained, self.validation_loader, self.validation_loss)
            entry.update(validation_loss=result.loss, validation_accuracy=result.accuracy)
        self.history.append(entry)
        self.epoch += 1
        self.tally = Tally()
        self.display.epoch(entry)
        self.save()

    def check_loss(self) -> None:
        """Raise DivergedError if the sum of losses has been read from the GPU and is no number."""
        if isinstance(self.tally.loss_sum, float) and not np.isfinite(self.tally.loss_sum):
            raise DivergedError(self.why_diverged(self.tally.loss_sum))

    def check_weights(self) -> None:
        """Raise DivergedError if a parameter holds NaN or infinity, so that such weights are never saved."""
        for name, parameter in self.model.named_parameters():
            if not array_module(parameter.data).isfinite(parameter.data).all():
                en, zh = f"the weights in {name} became nan or infinite", f"{name} 的权重变成了 nan 或无穷大"
                raise DivergedError(f"{say(en, zh)} {self.when()}{say('; ', '；')}{self.remedy()}")

    def why_diverged(self, value: float, inputs: Tensor | None = None) -> str:
        where = f"{say(f'the loss became {value}', f'损失变成了 {value}')} {self.when()}"
        if (
            inputs is not None
            and is_floating(inputs.dtype)
            and not array_module(inputs.data).isfinite(inputs.data).all()
        ):
            return where + say(": the inputs of this batch contain NaN or infinity", "：这一批输入里有 NaN 或无穷大")
        return f"{where}{say('; ', '；')}{self.remedy()}"

    def when(self) -> str:
        epoch, samples = self.epoch + 1, f"{self.tally.samples:,}"
        return say(f"in epoch {epoch} after {samples} samples", f"（第 {epoch} 轮，{samples} 个样本之后）")

    def remedy(self) -> str:
        lr = f"{self.optimizer.param_groups[0]['lr']:g}"
        return say(f"a smaller learning rate often helps (it is {lr} now)", f"减小学习率往往有用（现在是 {lr}）")

    # ---------------------------------------------------------------------------------------- stopping, going on

    def interrupt(self, epochs: int) -> None:
        """Save and end the run."""
        self.check_weights()
        self.save()
        en = zh = ""
        if self.folder:
            state = self.folder / CHECKPOINT
            en, zh = f"; its state is in {state}", f"；状态保存在 {state}"
        place = self.place(epochs)
        raise InterruptedRunError(say(f"stopped {place}{en}", f"已停止：{place}{zh}"))

    def place(self, epochs: int) -> str:
        """How far a run of `epochs` epochs has come: 'after 2 of 20 epochs and 6,400 samples'."""
        samples = self.tally.samples
        en, zh = (f" and {samples:,} samples", f"，又 {samples:,} 个样本") if samples else ("", "")
        return say(f"after {self.epoch} of {epochs} epochs{en}", f"已完成 {self.epoch}/{epochs} 轮{zh}")

    def save(self) -> None:
        """Write everything that the rest of the run depends on to the folder; nothing without a folder."""
        if self.folder is None:
            return
        save(self.state_dict(), self.folder / CHECKPOINT)

    def state_dict(self) -> dict[str, Any]:
        """Everything that the rest of the run depends on, as `resume` takes it; tensors are shared, not copied."""
        return {
            "version": VERSION,
            "settings": self.settings,
            "model": self.model.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": None if self.schedule is None else self.schedule.state_dict(),
            "loader": self.train_loader.state_dict(),
            "random": get_rng_state(),
            "epoch": self.epoch,
            "tally": asdict(self.tally.read()),
            "history": self.history,
            "scaler": None if self.precision.scaler is None else self.precision.scaler.state_dict(),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Take over the state of `read_checkpoint`, whatever epoch and batch it was saved in.

        Raises CheckpointError if it does not fit this run; nothing is changed then.
        """
        check_state(state)
        own = None if self.schedule is None else self.schedule.state_dict()
        if not alike(state["schedule"], own):
            kinds = [f"a schedule with {', '.join(s)}" if s else "no schedule" for s in (state["schedule"], own)]
            raise CheckpointError(f"the checkpoint does not fit this run: it has {kinds[0]}, the run has {kinds[1]}")
        if (state["average"] is None) != (self.average is None):
            kinds = ["no averaged weights", "averaged weights"][:: 1 if state["average"] is None else -1]
            raise CheckpointError(f"the checkpoint does not fit this run: it has {kinds[0]}, the run has {kinds[1]}")
        if (state["scaler"] is None) != (self.precision.scaler is None):
            kinds = ["no GradScaler", "a GradScaler"][:: 1 if state["scaler"] is None else -1]
            raise CheckpointError(f"the checkpoint does not fit this run: it has {kinds[0]}, the run has {kinds[1]}")
        before = self.state_dict()
        for name in ("model", "average"):
            if before[name] is not None:
                before[name] = {name: value.data.copy() for name, value in before[name].items()}
        try:
            self.apply(state)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            self.apply(before)
            raise CheckpointError(f"the checkpoint does not fit this run: {error}") from error

    def apply(self, state: dict[str, Any]) -> None:
        """Take over `state` part by part; a part that does not fit raises, and those before it have changed then."""
        self.model.load_state_dict(state["model"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.schedule is not None:
            self.schedule.load_state_dict(state["schedule"])
        if self.precision.scaler is not None:
            self.precision.scaler.load_state_dict(state["scaler"])
        self.train_loader.load_state_dict(state["loader"])
        set_rng_state(state["random"])
        self.epoch, self.tally, self.history = state["epoch"], Tally(**state["tally"]), list(state["history"])


def device_of_model(model: Module) -> str:
    """Where the first parameter of a model lies; 'cpu' without any."""
    return next((p.device for p in model.parameters()), "cpu")


def read_checkpoint(folder: str | Path) -> dict[str, Any]:
    """The state that `Trainer.save` wrote into a run's folder (or the checkpoint file itself).

    Raises CheckpointError if there is none, or if it is not a checkpoint of a run.
    """
    path = Path(folder)
    path = path / CHECKPOINT if os.path.isdir(path) or not path.suffix else path
    state = load(path)
    try:
        check_state(state)
    except CheckpointError as error:
        en, zh = f"{path} is no checkpoint of a run: {error}", f"{path} 不是训练的检查点：{error}"
        raise CheckpointError(say(en, zh)) from error
    return state


def check_state(state: Any) -> None:
    """Raise CheckpointError unless `state` has all that `Trainer.state_dict` returns, each of its kind."""
    if not isinstance(state, dict):
        kind = type(state).__name__
        raise CheckpointError(
            say(f"it holds data of type {kind}, expected a dict", f"内容的类型是 {kind}，应当是 dict")
        )
    state.setdefault("scaler", None)  # those of before mixed precision do not say
    version = state.get("version")
    if type(version) is not int or version != VERSION:
        found = "none" if version is None else version if type(version) is int else f"a {type(version).__name__}"
        en, zh = f"expected version {VERSION} of the format, found {found}", f"格式版本应当是 {VERSION}，实际是 {found}"
        raise CheckpointError(say(en, zh))
    if lacking := [name for name in ENTRIES if name not in state]:
        raise CheckpointError(say(f"the checkpoint lacks {', '.join(lacking)}", f"缺少 {'、'.join(lacking)}"))
    for name, kinds in ENTRIES.items():
        if type(state[name]) not in kinds:
            found, expected = type(state[name]).__name__, kinds[0].__name__
            raise CheckpointError(f"the checkpoint's {name} is of type {found}, expected {expected}")
    if not alike(state["tally"], asdict(Tally())) or min(state["tally"].values()) < 0:
        raise CheckpointError(
            f"the checkpoint's tally is {state['tally']}, expected numbers of at least 0 for each sum"
        )
    check_history(state["history"], state["epoch"])


def check_history(history: list[Any], epoch: int) -> None:
    """Raise CheckpointError unless `history` has the entries of epochs 1 to `epoch`, each a dict of numbers."""
    numbers = all(type(entry) is dict and all(type(n) in (int, float) for n in entry.values()) for entry in history)
    complete = numbers and all({"train_loss", "train_accuracy", "seconds"} <= entry.keys() for entry in history)
    if not complete or [entry.get("epoch") for entry in history] != list(range(1, epoch + 1)) or epoch < 0:
        raise CheckpointError(
            f"the checkpoint's epoch is {epoch} and its history has {len(history)} entries, "
            "expected one with the numbers of each complete epoch"
        )


def alike(value: Any, like: Any) -> bool:
    """Is `value` built like `like`: a number or text where that is one, an equally long list, a dict with its keys?"""
    if isinstance(like, dict):
        return isinstance(value, dict) and value.keys() == like.keys() and all(alike(value[k], like[k]) for k in like)
    if isinstance(like, list | tuple):
        return isinstance(value, list | tuple) and len(value) == len(like) and all(map(alike, value, like))
    if like is None or type(like) in (int, float):
        return type(value) in (int, float) or (like is None and value is None)
    return type(value) is type(like)


@contextmanager
def asked_to_stop() -> Any:
    """While inside, Ctrl-C only sets a flag, so that a step is never cut in half; a second Ctrl-C ends at once.

    Yields a function that tells whether Ctrl-C was pressed. Where the signal is ignored, as by nohup, it stays so.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield lambda: False
        return
    pressed = threading.Event()

    def note(signum: int, frame: Any) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def evaluate(
    model: Module, loader: Iterable, loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy
) -> tuple[Tally, np.ndarray, np.ndarray]:
    """Loss and accuracy of `model` over `loader`, in evaluation mode; also all scores [n, C] and labels [n].

    Raises DataError if the loader has no batches, DivergedError if the loss is NaN or infinite. The model is in the
    mode in which it was before, whatever happens.
    """
    tally, scores, labels = Tally(), [], []
    training = model.training
    model.eval()
    try:
        with no_grad():
            for inputs, targets in loader:
                outputs = model(inputs)
                tally.add(loss(outputs, targets), outputs, targets)
                scores.append(outputs.cpu().numpy())
                labels.append(targets.cpu().numpy())
    finally:
        model.train(training)
    if not tally.batches:
        raise DataError("the loader to evaluate on has no batches; expected at least one")
    if not np.isfinite(tally.loss):
        raise DivergedError(f"the loss is {tally.loss} on the {tally.samples:,} samples to evaluate on")
    return tally, np.concatenate(scores), np.concatenate(labels)


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """counts [classes, classes]: how often a sample of the row's class was taken for the column's."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predictions), 1)
    return counts
