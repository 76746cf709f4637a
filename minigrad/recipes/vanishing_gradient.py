"""What LSTM and GRU are for: how far back gradients reach, and sums of two numbers that lie far apart."""

import json
import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import optim
from ..capture import CapturedStep
from ..datasets.sequences import adding
from ..device import manual_seed, to_device
from ..display import bar, plain_console, show
from ..errors import CheckpointError
from ..functional import mse_loss
from ..grad_mode import no_grad
from ..language import say
from ..nn import GRU, LSTM, RNN, Linear, Module
from ..serialization import write_atomically
from ..tensor import Tensor
from ..training import DivergedError
from . import settings as of
from .recipe import Recipe, check_place
from .runs import claimed, new_folder

if TYPE_CHECKING:
    from rich.console import Console

RESULTS, GRADIENTS, ERRORS = "results.json", "gradients.png", "adding.png"
KINDS: dict[str, Any] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
LENGTHS = (50, 100, 200, 400)
GUESS = 1 / 6  # the error of who always says 1
SOLVED = 0.01  # an error far below that
FAR = 100  # numbers over which gradients are measured; one of LENGTHS
CLIP = 1.0  # the highest norm of the gradients of a step
TESTED, EVERY = 500, 50  # sequences that the error is measured on, and after how many steps


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on; all networks of it have the same."""

    steps: int = 2000
    batch_size: int = 32
    lr: float = 2e-2
    hidden: int = 64

    about: ClassVar = {
        "steps": of.Whole("Steps of each training.", "每个网络训练多少步。", least=1),
        "batch_size": of.Whole("Sequences in each step.", "每一步的序列条数。", least=1),
        "lr": of.Rate("Adam's learning rate.", "Adam 的学习率。"),
        "hidden": of.Whole("Numbers in the state of each network.", "网络状态的维数。", least=1),
        **of.PLACE,
        "precision": of.Choice(known=("float32",)),  # what is measured are gradients that become too small
    }


class Adder(Module):
    """A recurrent network that reads numbers and marks [n, t, 2] and says one number [n] at the end.

    The forget gate of the LSTM starts with a bias of 1, so that it keeps three quarters of what it has, and not half
    (Gers, Schmidhuber & Cummins, 2000; Jozefowicz, Zaremba & Sutskever, 2015).
    """

    def __init__(self, kind: str, hidden: int):
        super().__init__()
        self.network = KINDS[kind](2, hidden, batch_first=True)
        if kind == "LSTM":
            self.network.bias_ih_l0.data[hidden : 2 * hidden] = 1
            self.network.bias_hh_l0.data[hidden : 2 * hidden] = 0
        self.head = Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.network(x)
        return self.head(output[:, -1])[:, 0]


class VanishingGradient(Recipe):
    """Two experiments with an RNN, an LSTM and a GRU: how far back gradients reach, as the networks are made and when
    they have learned; and the adding problem (Hochreiter & Schmidhuber, 1997) with 50 to 400 numbers.

    All have states of the same size, and learn with the same Adam, clipping of gradients to a norm of 1, and number of
    steps. The learning rate was chosen for the LSTM, which learns late; with 0.001 the RNN does not learn to add among
    50 numbers either. A network that is stopped while it learns begins again.
    """

    name = "vanishing_gradient"
    title = (
        "What LSTM and GRU are for: gradients over time, and the adding problem, beside an RNN.",
        "LSTM 和 GRU 有什么用：梯度随时间的变化，以及加法问题，与 RNN 对比。",
    )
    defaults = Settings()
    results = (RESULTS, GRADIENTS, ERRORS)

    def train(self, settings: Any = None, out: Path | None = None, console: "Console | None" = None) -> float:
        """Both experiments from the beginning; returns the smallest error with the longest sequences.

        Raises DivergedError if a network's error is no number, InterruptedRunError after Ctrl-C.
        """
        settings, console = settings or self.defaults, console or plain_console()
        check_place(settings)
        folder = new_folder(self.folder(settings)) if out is None else claimed(Path(out), self.results)
        return self.experiments(settings, folder, {}, console)

    def resume(self, run: Path, data_source: str | None = None, console: "Console | None" = None) -> float | None:
        """Go on with the network at which the run in folder `run` was stopped; None if it is finished.

        Raises CheckpointError if there is no run of this recipe.
        """
        console = console or plain_console()
        path = run / RESULTS
        try:
            state = json.loads(path.read_bytes())
            settings = self.settings_of({"settings": state["settings"]}, run)
            done = {name: read_curve(name, lists) for name, lists in state["errors"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{run} is not a run of {self.name}: {error}") from error
        if len(done) == len(KINDS) * len(LENGTHS) and all((run / name).exists() for name in self.results):
            show(console, say(f"already finished; its results are in {run}", f"训练早已完成，结果在 {run}"))
            return None
        check_place(settings)
        return self.experiments(settings, run, done, console)

    def experiments(self, settings: Any, folder: Path, done: dict[str, Any], console: "Console") -> float:
        """What is left of both; the errors of a network are kept as soon as it has learned."""
        self.keep(settings, folder, done)  # so that a run killed at its first network can be resumed too
        try:
            made = {kind: norms_over_time(as_made(settings, kind), settings) for kind in KINDS}
            for kind, values in made.items():
                ratio = f"{values[0] / values[-1]:.1e}"
                told = say(
                    f"{kind} as it is made: {FAR - 1} steps back, the gradient has {ratio} of its norm at the end",
                    f"初始的 {kind}：往回 {FAR - 1} 步，梯度的范数是最后一步的 {ratio} 倍",
                )
                show(console, told)
            for length in LENGTHS:
                for kind in KINDS:
                    name = f"{kind} {length}"
                    if name not in done:
                        done[name] = self.learn(settings, kind, length, console)
                        self.keep(settings, folder, done)
                    show(console, what_came(kind, length, *done[name][:2]))
            self.draw_both(settings, folder, made, done)
        except KeyboardInterrupt:
            raise self.stopped(say("stopped", "已停止"), folder) from None
        names = ", ".join(self.results)
        show(console, say(f"saved in {folder}: {names}", f"已保存到 {folder}：{names}"))
        return min(done[f"{kind} {LENGTHS[-1]}"][1][-1] for kind in KINDS)

    def learn(self, settings: Any, kind: str, length: int, console: "Console") -> tuple[list, list, list]:
        """What `learn_to_add` returns; while it runs, its progress is shown."""
        with bar(console) as progress:
            task = progress.add_task(f"{kind} {length}", total=settings.steps, numbers="")

            def tell(step: int, error: float) -> None:
                progress.update(task, completed=step, numbers=say(f"error {error:.5f}", f"误差 {error:.5f}"))

            return learn_to_add(settings, kind, length, tell)

    def draw_both(self, settings: Any, folder: Path, made: dict[str, list[float]], done: dict[str, Any]) -> None:
        """A picture of each experiment."""
        from .. import plot

        learned = {kind: done[f"{kind} {FAR}"][2] for kind in KINDS}
        moments = {"as they are made": made, f"after {settings.steps:,} steps of adding among {FAR} numbers": learned}
        plot.gradients_over_time(moments, folder / GRADIENTS, f"networks with a state of {settings.hidden} numbers")
        panels = {f"{length} numbers": {kind: done[f"{kind} {length}"][:2] for kind in KINDS} for length in LENGTHS}
        plot.errors(panels, folder / ERRORS, GUESS, "a guess, 1/6", "the adding problem")

    def keep(self, settings: Any, folder: Path, done: dict[str, Any]) -> None:
        """Write down what was measured."""
        state = {"settings": {"recipe": self.name, **asdict(settings)}, "errors": done}
        write_atomically(folder / RESULTS, json.dumps(state).encode())


def as_made(settings: Any, kind: str) -> Adder:
    """The network of a kind with the weights that it starts with."""
    manual_seed(settings.seed)
    model = Adder(kind, settings.hidden)
    model.to(settings.device)
    return model


def norms_over_time(model: Module, settings: Any) -> list[float]:
    """The norms [FAR] of the gradient of what the network says at the end, for the input of each step: the root of the
    mean of their squares over many sequences.

    Of what it says, and not of its error, which is smaller once it has learned. In float64: the smallest would be 0 in
    float32.
    """
    model = deepcopy(model).to("float64")
    x = sequences(settings, TESTED, FAR, 0)[0].double().requires_grad_()
    model(x).sum().backward()
    assert x.grad is not None
    return np.sqrt((x.grad.cpu().numpy() ** 2).sum(axis=2).mean(axis=0)).tolist()


def learn_to_add(
    settings: Any, kind: str, length: int, tell: Callable[[int, float], None]
) -> tuple[list[int], list[float], list[float]]:
    """Steps; after each of them the mean squared error on sequences that are not learned from; and in the end the norms
    of gradients over time. `tell` is called with each step and its error.

    Raises DivergedError if the error is no number.
    """
    model = as_made(settings, kind)
    optimizer = optim.Adam(model.parameters(), settings.lr)
    test = sequences(settings, TESTED, length, 0)
    steps, errors = [0], [error_of(model, *test)]

    def learn(x: Tensor, y: Tensor) -> None:
        optimizer.zero_grad()
        mse_loss(model(x), y).backward()
        optim.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()

    learn_from = CapturedStep(learn) if settings.capture else learn
    for step in range(1, settings.steps + 1):
        learn_from(*sequences(settings, settings.batch_size, length, step))
        if step % EVERY == 0 or step == settings.steps:
            steps.append(step)
            errors.append(error_of(model, *test))
            tell(step, errors[-1])
            if not math.isfinite(errors[-1]):
                en, zh = f"{kind} {length}: the error became", f"{kind} {length}：误差变成了"
                remedy = say("a smaller learning rate often helps", "减小学习率往往有用")
                raise DivergedError(say(f"{en} {errors[-1]}; {remedy}", f"{zh} {errors[-1]}；{remedy}"))
    return steps, errors, norms_over_time(model, settings)


def sequences(settings: Any, n: int, length: int, step: int) -> tuple[Tensor, Tensor]:
    """The sequences of a step, and their sums; those of step 0 are to test by."""
    x, y = adding(n, length, (settings.seed, step))
    return Tensor(to_device(x, settings.device)), Tensor(to_device(y, settings.device))


def error_of(model: Module, x: Tensor, y: Tensor) -> float:
    """The mean squared error."""
    with no_grad():
        return mse_loss(model(x), y).item()


def what_came(kind: str, length: int, steps: list[int], errors: list[float]) -> str:
    """The last error of a network, and when it had learned."""
    last, soon = f"{errors[-1]:.5f}", [step for step, error in zip(steps, errors) if error < SOLVED]
    en = f"below {SOLVED} after {soon[0]:,} steps" if soon else f"never below {SOLVED}"
    zh = f"第 {soon[0]:,} 步起低于 {SOLVED}" if soon else f"始终没有低于 {SOLVED}"
    return say(f"{kind}, {length} numbers: error {last}, {en}", f"{kind}，{length} 个数：误差 {last}，{zh}")


def read_curve(name: str, lists: Any) -> tuple[list[int], list[float], list[float]]:
    """What `learn_to_add` returned, from a file. Raises ValueError or TypeError if it is not that."""
    kind, _, length = name.partition(" ")
    steps, errors, norms = (list(map(float, values)) for values in lists)
    if kind not in KINDS or length not in map(str, LENGTHS) or len(steps) != len(errors) or len(norms) != FAR:
        raise ValueError(f"its results of {name!r} are not those of a network")
    return [int(step) for step in steps], errors, norms


RECIPE = VanishingGradient()
train, resume = RECIPE.train, RECIPE.resume
