"""The training loop: epochs of steps, validation, checkpoints, and going on where a run was stopped.

The loop is `Trainer.fit`, one step is `Trainer.step`. A run that is killed at any moment and resumed gives, bit for
bit, the result of the run that was not: a checkpoint holds weights, optimizer, schedule, the place in the data and
the state of the random generator.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .device import get_rng_state, set_rng_state
from .display import Display
from .errors import CheckpointError, MinigradError
from .functional import cross_entropy
from .grad_mode import no_grad
from .nn import Module
from .optim import Optimizer
from .serialization import load, save
from .tensor import Tensor

CHECKPOINT = "checkpoint.safetensors"
VERSION = 1


class DivergedError(MinigradError):
    """The loss is no longer a number."""


class InterruptedRunError(MinigradError):
    """The user stopped the run; its state is saved."""


@dataclass
class Tally:
    """Sums over the samples seen so far, for mean loss and accuracy."""

    loss_sum: float = 0.0
    correct: int = 0
    samples: int = 0

    def add(self, loss: float, scores: Tensor, labels: Tensor) -> None:
        """Count one batch with mean loss `loss`, scores [n, C] and labels [n]."""
        self.loss_sum += loss * len(labels)
        self.correct += int((scores.data.argmax(axis=1) == labels.data).sum())
        self.samples += len(labels)

    @property
    def loss(self) -> float:
        return self.loss_sum / max(self.samples, 1)

    @property
    def accuracy(self) -> float:
        """The share of samples whose highest score is at the right label, 0 to 1."""
        return self.correct / max(self.samples, 1)


class Trainer:
    """Trains a classifier.

    `model` maps inputs to scores [n, C], `loss(scores, labels)` gives a scalar, `train_loader` and
    `validation_loader` yield (inputs, labels). `schedule` is stepped after every batch. With a `folder`, a checkpoint
    is written there after every epoch and on Ctrl-C; `settings` is stored in it and says how to rebuild the rest.
    `history` gets one entry an epoch.
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
    ):
        self.model, self.optimizer, self.loss, self.schedule = model, optimizer, loss, schedule
        self.train_loader, self.validation_loader = train_loader, validation_loader
        self.folder = None if folder is None else Path(folder)
        self.settings = settings or {}
        self.display = display or Display()
        self.epoch = 0  # complete epochs
        self.tally = Tally()  # of the current epoch
        self.history: list[dict[str, float]] = []

    # ------------------------------------------------------------------------------------------------- the loop

    def fit(self, epochs: int) -> list[dict[str, float]]:
        """Train until `epochs` epochs are complete; returns the history.

        Raises DivergedError if the loss becomes NaN or infinite, InterruptedRunError after Ctrl-C.
        """
        with self.display.training(self.epoch, epochs, self.train_loader), asked_to_stop() as stop:
            while self.epoch < epochs:
                start = time.perf_counter()
                self.model.train()
                for inputs, labels in self.train_loader:
                    self.tally.add(*self.step(inputs, labels), labels)
                    self.display.batch(self.tally)
                    if stop():
                        self.interrupt()
                self.end_epoch(time.perf_counter() - start)
                if stop() and self.epoch < epochs:
                    self.interrupt()
        return self.history

    def step(self, inputs: Tensor, labels: Tensor) -> tuple[float, Tensor]:
        """One step: forward, loss, backward, update. Returns the loss and the scores."""
        self.optimizer.zero_grad()
        scores = self.model(inputs)
        loss = self.loss(scores, labels)
        value = loss.item()
        if not np.isfinite(value):
            raise DivergedError(self.why_diverged(value, inputs))
        loss.backward()
        self.optimizer.step()
        if self.schedule is not None:
            self.schedule.step()
        return value, scores

    def end_epoch(self, seconds: float) -> None:
        """Validate, write the epoch into the history, and save."""
        entry = {
            "epoch": self.epoch + 1,
            "train_loss": self.tally.loss,
            "train_accuracy": self.tally.accuracy,
            "lr": self.optimizer.param_groups[0]["lr"],
            "seconds": seconds,
        }
        if self.validation_loader is not None:
            result, _, _ = evaluate(self.model, self.validation_loader, self.loss)
            entry.update(validation_loss=result.loss, validation_accuracy=result.accuracy)
        self.history.append(entry)
        self.epoch += 1
        self.tally = Tally()
        self.display.epoch(entry)
        self.save()

    def why_diverged(self, value: float, inputs: Tensor) -> str:
        where = f"the loss became {value} in epoch {self.epoch + 1} after {self.tally.samples} samples"
        if inputs.dtype.kind == "f" and not np.isfinite(inputs.data).all():
            return f"{where}: the inputs of this batch contain NaN or infinity"
        return f"{where}; a smaller learning rate often helps (it is {self.optimizer.param_groups[0]['lr']:g} now)"

    # ---------------------------------------------------------------------------------------- stopping, going on

    def interrupt(self) -> None:
        """Save and end the run."""
        self.save()
        how = f"; `--resume {self.folder}` goes on from here" if self.folder else ""
        raise InterruptedRunError(f"stopped in epoch {self.epoch + 1} after {self.tally.samples} samples{how}")

    def save(self) -> None:
        """Write everything that the rest of the run depends on to the folder; nothing without a folder."""
        if self.folder is None:
            return
        state = {
            "version": VERSION,
            "settings": self.settings,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": None if self.schedule is None else self.schedule.state_dict(),
            "loader": self.train_loader.state_dict(),
            "random": get_rng_state(),
            "epoch": self.epoch,
            "tally": asdict(self.tally),
            "history": self.history,
        }
        save(state, self.folder / CHECKPOINT)

    def resume(self, state: dict[str, Any]) -> None:
        """Take over the state of `read_checkpoint`, whatever epoch and batch it was saved in."""
        try:
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            if self.schedule is not None:
                self.schedule.load_state_dict(state["schedule"])
            self.train_loader.load_state_dict(state["loader"])
            self.epoch, self.tally, self.history = state["epoch"], Tally(**state["tally"]), state["history"]
            set_rng_state(state["random"])
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"the checkpoint does not fit this run: {error}") from error


def read_checkpoint(folder: str | Path) -> dict[str, Any]:
    """The state that `Trainer.save` wrote into a run's folder (or the checkpoint file itself).

    Raises CheckpointError if there is none, or if it is not a checkpoint of a run.
    """
    path = Path(folder)
    path = path / CHECKPOINT if path.is_dir() or not path.suffix else path
    state = load(path)
    if state.get("version") != VERSION:
        raise CheckpointError(
            f"{path} is no checkpoint of a run: expected version {VERSION}, found {state.get('version')}"
        )
    return state


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
    """Loss and accuracy of `model` over `loader`, in evaluation mode; also all scores [n, C] and labels [n]."""
    tally, scores, labels = Tally(), [], []
    training = model.training
    model.eval()
    with no_grad():
        for inputs, targets in loader:
            outputs = model(inputs)
            tally.add(loss(outputs, targets).item(), outputs, targets)
            scores.append(outputs.cpu().numpy())
            labels.append(targets.cpu().numpy())
    model.train(training)
    return tally, np.concatenate(scores), np.concatenate(labels)


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """counts [classes, classes]: how often a sample of the row's class was taken for the column's."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predictions), 1)
    return counts
