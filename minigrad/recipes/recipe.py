"""What every recipe does in the same way: begin, go on, test, and write what came of it.

A recipe is a subclass of `Recipe` that says what is special to it: its settings, its data, its networks with optimizer
and schedule, and its pictures.
"""

import os
import shlex
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..capture import check_capturing
from ..data import DataLoader
from ..device import check_device, manual_seed
from ..display import ConsoleDisplay, plain_console, show
from ..errors import CheckpointError, DataError
from ..functional import cross_entropy
from ..language import say
from ..nn import Module
from ..optim import Optimizer
from ..optim.swa_utils import AveragedModel
from ..serialization import save
from ..tensor import Tensor
from ..training import CHECKPOINT, InterruptedRunError, Tally, Trainer, confusion_matrix, evaluate, read_checkpoint
from .predicting import WEIGHTS, Predictor
from .runs import claimed, new_folder
from .settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

CURVES, CONFUSION, MISTAKES = "curves.png", "confusion.png", "mistakes.png"


@dataclass
class Task:
    """What a Trainer needs: a model, its optimizer and schedule, loaders to train on and to watch the training by.

    `loss` is what is trained with; the test tells of cross-entropy as it is. With an `average` of the weights, that is
    what is validated, tested and saved.
    """

    model: Module
    optimizer: Optimizer
    schedule: Any
    train: DataLoader
    validation: DataLoader | None
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy
    average: AveragedModel | None = None


@dataclass
class Outcome:
    """A trained network of a run, what it got right of the test images, all its scores [n, C], and the labels [n]."""

    part: str
    trainer: Trainer
    result: Tally
    scores: np.ndarray
    labels: np.ndarray


class Recipe:
    """A whole task, from data to trained networks, as `minigrad train NAME` runs it.

    A subclass says: `name`; `title` in English and Chinese; `defaults`, its settings; `load`, where its data come from;
    `build`, which makes model, optimizer, schedule and loaders, with everything random drawn from minigrad's generator,
    which was seeded; `test_loader`; and `draw`, which writes `pictures`. `parts` names the networks of a run that
    trains several, one after the other: each has a folder of its own in that of the run.
    """

    name: ClassVar[str]
    title: ClassVar[tuple[str, str]]
    defaults: Settings
    parts: tuple[str, ...] = ("",)
    pictures: tuple[str, ...] = (CURVES, CONFUSION, MISTAKES)
    things: ClassVar[str] = "images"
    measure: ClassVar[str] = "张"  # what such things are counted by in Chinese

    # ------------------------------------------------------------------------------------- what a recipe must say

    def load(self, source: str) -> Any:
        """The data from `source`."""
        raise NotImplementedError(f"{type(self).__name__} must define load(source)")

    def build(self, settings: Any, data: Any, part: str) -> Task:
        """A network of the run with all that trains it."""
        raise NotImplementedError(f"{type(self).__name__} must define build(settings, data, part)")

    def test_loader(self, settings: Any, data: Any) -> DataLoader:
        """The test images."""
        raise NotImplementedError(f"{type(self).__name__} must define test_loader(settings, data)")

    # ---------------------------------------------------------------------------------------- what it may say too

    def label(self, settings: Any, part: str) -> str:
        """What a network of the run is called."""
        return part or self.name

    def folder(self, settings: Any) -> Path:
        """Where a run's results lie, if nothing else is said."""
        return Path("runs") / self.name

    def prepare(self, settings: Any, data: Any, console: "Console") -> Any:
        """What is done before the training; returns the settings, with names of files made absolute."""
        return settings

    def also(self, settings: Any, data: Any, outcome: Outcome) -> str:
        """A sentence more on what a trained network makes of the test images; empty: nothing more is said."""
        return ""

    def test_loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The loss that the test tells of."""
        return cross_entropy(scores, targets)

    def display(self, settings: Any, data: Any, task: Task, console: "Console") -> ConsoleDisplay:
        """What a training shows."""
        return ConsoleDisplay(console)

    def predictor(self, settings: Any, folder: Path, part: str) -> Predictor:
        """A network of the finished run in `folder`, to predict with; its weights are still to be loaded."""
        raise CheckpointError(f"{self.name} does not judge texts, so there is nothing to predict from one")

    def draw(self, settings: Any, data: Any, folder: Path, outcomes: list[Outcome]) -> None:
        """Write the pictures: here the curves of the last network, and what it makes of the test images."""
        from .. import plot  # here, because Matplotlib takes longer to load than all of minigrad

        self.draw_training(settings, data, folder, outcomes)
        last, classes = outcomes[-1], data.classes or None
        run = f"{self.label(settings, last.part)} on {data.name}"
        plot.worst_mistakes(data.test_images, last.labels, last.scores, folder / MISTAKES, classes, title=run)

    def draw_training(self, settings: Any, data: Any, folder: Path, outcomes: list[Outcome]) -> None:
        """The curves of the last network, and which classes it takes for which."""
        from .. import plot

        last = outcomes[-1]
        run = f"{self.label(settings, last.part)} on {data.name}"
        title = f"{run}: {last.result.accuracy:.2%} of {last.result.samples:,} test {self.things} right"
        classes = data.classes or None
        matrix = confusion_matrix(last.labels, last.scores.argmax(axis=1), last.scores.shape[1])
        plot.curves(last.trainer.history, folder / CURVES, title)
        plot.confusion(matrix, folder / CONFUSION, classes, title)

    # ------------------------------------------------------------------------------------------------ what it does

    @property
    def results(self) -> tuple[str, ...]:
        """What a run leaves in its folder."""
        return (*(os.path.join(part, name) for part in self.parts for name in (CHECKPOINT, WEIGHTS)), *self.pictures)

    def train(self, settings: Any = None, out: Path | None = None, console: "Console | None" = None) -> float:
        """Train from the beginning; returns the accuracy of the (last) network on the test images.

        Results go to `out`, or anew to runs/. Raises DeviceError, CheckpointError or DataError, before anything is
        trained, if the device is not there, if results cannot be written or others lie in `out`, or if the data cannot
        be used.
        """
        settings, console = settings or self.defaults, console or plain_console()
        check_place(settings)
        is_new = out is not None and not os.path.exists(out)
        folder = new_folder(self.folder(settings)) if out is None else claimed(Path(out), self.results)
        try:
            data = self.show_data(settings.data, console)
            settings = replace(settings, data=data.source, data_sha256=data.sha256)
            settings = self.prepare(settings, data, console)
            return self.finish(settings, data, folder, {}, console)
        finally:
            with suppress(OSError):  # it is no longer empty once training has begun
                if out is None:
                    os.removedirs(folder)
                elif is_new:
                    os.rmdir(folder)

    def resume(self, run: Path, data_source: str | None = None, console: "Console | None" = None) -> float | None:
        """Go on with the run in folder `run`, with the settings that it was begun with.

        `data_source` says where its data are now, if they have moved. Returns the accuracy of the (last) network on the
        test images; None, and nothing is written, if the run is finished and its results are there. Raises
        CheckpointError if there is no run that fits, DataError if the data are not those of the run.
        """
        console = console or plain_console()
        folder = run if os.path.isdir(run) else run.parent
        states = {self.parts[0]: self.first_state(run, folder)}
        settings = self.settings_of(states[self.parts[0]], run)
        for part in self.parts[1:]:
            if os.path.exists(folder / part / CHECKPOINT):
                states[part] = read_checkpoint(folder / part)
                before, settings = settings, self.settings_of(states[part], folder / part)
                if replace(before, data=settings.data) != settings:
                    en = f"{folder / part} was begun with other settings than the networks before it"
                    raise CheckpointError(say(en, f"{folder / part} 开始训练时的设置和前面的网络不同"))
        complete = len(states) == len(self.parts) and all(s["epoch"] >= settings.epochs for s in states.values())
        if complete and all((folder / name).exists() for name in self.results):
            show(console, say(f"already finished; its results are in {folder}", f"训练早已完成，结果在 {folder}"))
            return None
        check_place(settings)
        data = self.show_data(data_source or settings.data, console)
        check_same_data(data, settings)
        settings = self.prepare(replace(settings, data=data.source), data, console)
        return self.finish(settings, data, folder, states, console)

    def first_state(self, run: Path, folder: Path) -> dict[str, Any]:
        """The state of the first network of the run in `folder`; CheckpointError if there is none that fits.

        `run` is what the user named: the folder, or with one network its checkpoint.
        """
        if not self.parts[0]:
            return read_checkpoint(run)
        if os.path.exists(folder / CHECKPOINT):
            self.settings_of(read_checkpoint(folder), folder)
            en = f"{folder} holds one network of a run; go on with the run by --resume {folder.parent}"
            raise CheckpointError(
                say(en, f"{folder} 里只是一次训练的一个网络；请用 --resume {folder.parent} 继续整个训练")
            )
        return read_checkpoint(folder / self.parts[0])

    def settings_of(self, state: dict[str, Any], run: Path) -> Settings:
        """The settings in a checkpoint's state; CheckpointError if they are not of a run of this recipe."""
        try:
            found = dict(state["settings"])
            name = found.pop("recipe", "mnist")  # the first recipe's checkpoints did not name it
            if name != self.name:
                go_on = f"minigrad train {name} --resume"
                raise ValueError(
                    say(f"it is one of {name}, which goes on with {go_on}", f"它属于 {name}，请用 {go_on} 继续")
                )
            return type(self.defaults)(**found)
        except (TypeError, ValueError) as error:
            en, zh = f"{run} is not a run of {self.name}: {error}", f"{run} 不是 {self.name} 的训练：{error}"
            raise CheckpointError(say(en, zh)) from error

    def show_data(self, source: str, console: "Console") -> Any:
        """The data from `source`, after saying what they are."""
        data = self.load(source)
        if data.notice:
            show(console, data.notice, style="yellow")
        show(console, say(f"data: {data.description}", f"数据：{data.description}"))
        return data

    def finish(
        self,
        settings: Any,
        data: Any,
        folder: Path,
        states: Mapping[str, dict[str, Any]],
        console: "Console",
    ) -> float:
        """Run what is left of the training of every network, and write the pictures."""
        try:
            outcomes = [self.train_part(settings, data, folder, part, states.get(part), console) for part in self.parts]
            self.draw(settings, data, folder, outcomes)
        except KeyboardInterrupt:  # between two trainings or after them; the Trainer tells of its own
            if not os.path.exists(folder / self.parts[0] / CHECKPOINT):
                raise
            raise self.stopped(say("stopped", "已停止"), folder) from None
        if len(outcomes) == 1:
            self.show_test(settings, data, outcomes[0], console)
        names = ", ".join(self.results)
        show(console, say(f"saved in {folder}: {names}", f"已保存到 {folder}：{names}"))
        return outcomes[-1].result.accuracy

    def train_part(
        self,
        settings: Any,
        data: Any,
        folder: Path,
        part: str,
        state: dict[str, Any] | None,
        console: "Console",
    ) -> Outcome:
        """Train one network, from `state` on if there is one, test it, and save its weights."""
        trainer = self.trainer(settings, data, folder, part, console)
        if state is not None:
            trainer.resume(state)
            show(console, going_on(trainer, settings.epochs, part))
        show(console, introduction(trainer, self.label(settings, part)))
        try:
            trainer.fit(settings.epochs)
        except InterruptedRunError as stopped:
            raise self.stopped(str(stopped), folder) from None
        outcome = Outcome(part, trainer, *evaluate(trainer.trained, self.test_loader(settings, data), self.test_loss))
        save(trainer.trained.state_dict(), folder / part / WEIGHTS)
        if part:
            self.show_test(settings, data, outcome, console)
        return outcome

    def show_test(self, settings: Any, data: Any, outcome: Outcome, console: "Console") -> None:
        """Tell what came of the test images."""
        show_accuracy(outcome, self.things, self.measure, console)
        if more := self.also(settings, data, outcome):
            show(console, more)

    def stopped(self, told: str, folder: Path) -> InterruptedRunError:
        """The error of a run that the user stopped: what is told, and how to go on."""
        command = f"minigrad train {self.name} --resume {shlex.quote(str(folder))}"
        return InterruptedRunError(say(f"{told}; go on with\n{command}", f"{told}；继续训练：\n{command}"))

    def trainer(self, settings: Any, data: Any, folder: Path, part: str, console: "Console") -> Trainer:
        """The Trainer of one network, everything in it drawn from the seed alone."""
        manual_seed(settings.seed)
        task = self.build(settings, data, part)
        return Trainer(
            task.model,
            task.optimizer,
            task.train,
            task.validation,
            task.loss,
            schedule=task.schedule,
            folder=folder / part,
            settings={"recipe": self.name, **asdict(settings)},
            display=self.display(settings, data, task, console),
            average=task.average,
            precision=settings.precision,
            capture=settings.capture,
        )


def check_place(settings: Settings) -> None:
    """Raise DeviceError if the device of a run is not there, or if its steps cannot be captured there."""
    check_device(settings.device)
    if settings.capture:
        check_capturing(settings.device)


def check_same_data(data: Any, settings: Settings) -> None:
    """Raise DataError unless `data` are those that the run was begun with."""
    if data.sha256 != settings.data_sha256:
        raise DataError(
            say(
                f"{data.description}: these are not the data that the run was begun with, which were in "
                f"{settings.data}; put those back, or say by --data where they are",
                f"{data.description}：这不是开始训练时用的数据，当时的数据在 {settings.data}；请放回去，"
                "或用 --data 指明现在的位置",
            )
        )


def going_on(trainer: Trainer, epochs: int, part: str) -> str:
    """From where a resumed run goes on; `part` is its network's name, if there are several."""
    place = trainer.place(epochs)
    if trainer.epoch < epochs:
        return say(f"going on {place}", f"接着训练：{place}")
    if part:
        return say(f"{part} is already trained", f"{part} 已经训练完成")
    return say("already trained; its results are written anew", "训练已经完成，现在重新生成结果")


def introduction(trainer: Trainer, model: str) -> str:
    """What is trained, how large it is, and by which optimizer."""
    parameters = sum(p.numel() for p in trainer.model.parameters())
    learning = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    optimizer = type(trainer.optimizer).__name__.lower()
    some = learning < parameters
    en, zh = (f", {learning:,} of them learn", f"（其中 {learning:,} 个参与训练）") if some else ("", "")
    return say(
        f"model: {model}, {parameters:,} parameters{en}, trained with {optimizer}",
        f"模型：{model}，{parameters:,} 个参数{zh}，优化器 {optimizer}",
    )


def show_accuracy(outcome: Outcome, things: str, measure: str, console: "Console") -> None:
    """What a trained network got right of the test data, and how long its training took."""
    result, seconds = outcome.result, sum(entry["seconds"] for entry in outcome.trainer.history)
    accuracy, right, total = f"{result.accuracy:.2%}", f"{result.correct:,}", f"{result.samples:,}"
    told = say(
        f"test accuracy {accuracy} ({right} of {total} {things}), {seconds:.1f} s of training",
        f"测试准确率 {accuracy}（{total} {measure}中对了 {right} {measure}），训练用时 {seconds:.1f} 秒",
    )
    show(console, told, style="bold")
