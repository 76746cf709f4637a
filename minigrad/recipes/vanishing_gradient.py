"""What LSTM and GRU are for: how far back gradients reach, and sums of two numbers that lie far apart."""

import json
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import optim
from ..datasets.sequences import adding
from ..device import check_device, manual_seed, to_device
from ..display import plain_console, show
from ..errors import CheckpointError
from ..functional import mse_loss
from ..grad_mode import no_grad
from ..language import say
from ..nn import GRU, LSTM, RNN, Linear, Module
from ..serialization import write_atomically
from ..tensor import Tensor
from . import settings as of
from .recipe import Recipe
from .runs import claimed, new_folder

if TYPE_CHECKING:
    from rich.console import Console

RESULTS, GRADIENTS, ERRORS = "results.json", "gradients.png", "adding.png"
KINDS: dict[str, Any] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
LENGTHS = (50, 100, 200, 400)
GUESS = 1 / 6  # the error of who always says 1
FAR = 100  # steps over which gradients are measured
CLIP = 1.0  # the highest norm of the gradients of a step
TESTED, EVERY = 500, 25  # sequences that the error is measured on, and after how many steps


@dataclass(frozen=True)
class Settings(of.Settings):
    """What a run depends on; all networks of it have the same."""

    steps: int = 2000
    batch_size: int = 32
    lr: float = 3e-3
    hidden: int = 64

    about: ClassVar = {
        "steps": of.Whole("Steps of each training.", "每个网络训练多少步。", least=1),
        "batch_size": of.Whole("Sequences in each step.", "每一步的序列条数。", least=1),
        "lr": of.Rate("Adam's learning rate.", "Adam 的学习率。"),
        "hidden": of.Whole("Numbers in the state of each network.", "网络状态的维数。", least=1),
        **of.PLACE,
    }


class Adder(Module):
    """A recurrent network that reads numbers and marks [n, t, 2] and says one number [n] at the end.

    The forget gate of the LSTM starts with a bias of 1, so that it keeps what it has (Gers et al., 2000).
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
    """Two experiments with an RNN, an LSTM and a GRU of the same width: the gradient of the last step for every input,
    before any training; and the adding problem (Hochreiter & Schmidhuber, 1997) with 50 to 400 numbers."""

    name = "vanishing_gradient"
    title = (
        "What LSTM and GRU are for: gradients over time, and the adding problem, beside an RNN.",
        "LSTM 和 GRU 有什么用：梯度随时间的变化，以及加法问题，与 RNN 对比。",
    )
    defaults = Settings()
    results = (RESULTS, GRADIENTS, ERRORS)

    def train(self, settings: Any = None, out: Path | None = None, console: "Console | None" = None) -> float:
        """Both experiments from the beginning; returns the smallest error with the longest sequences."""
        settings, console = settings or self.defaults, console or plain_console()
        check_device(settings.device)
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
            done = {name: tuple(map(list, lists)) for name, lists in state["errors"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise CheckpointError(f"{run} is not a run of {self.name}: {error}") from error
        if len(done) == len(KINDS) * len(LENGTHS) and all((run / name).exists() for name in self.results):
            show(console, say(f"already finished; its results are in {run}", f"训练早已完成，结果在 {run}"))
            return None
        check_device(settings.device)
        return self.experiments(settings, run, done, console)

    def experiments(self, settings: Any, folder: Path, done: dict[str, Any], console: "Console") -> float:
        """What is left of both; the errors of a network are kept as soon as it has learned."""
        from .. import plot

        made = {kind: norms_over_time(as_made(settings, kind), settings) for kind in KINDS}
        for kind, values in made.items():
            ratio = f"{values[0] / values[-1]:.1e}"
            told = say(
                f"{kind} as it is made: {FAR - 1} steps back, gradients have {ratio} of their norm at the end",
                f"初始的 {kind}：往回 {FAR - 1} 步，梯度的范数只有最后一步的 {ratio}",
            )
            show(console, told)
        try:
            for length in LENGTHS:
                for kind in KINDS:
                    name = f"{kind} {length}"
                    if name not in done:
                        done[name] = learn_to_add(settings, kind, length)
                    show(
                        console,
                        say(
                            f"{name} numbers: error {done[name][1][-1]:.5f}",
                            f"{name} 个数：误差 {done[name][1][-1]:.5f}",
                        ),
                    )
                    self.keep(settings, folder, done)
        except KeyboardInterrupt:
            self.keep(settings, folder, done)
            raise self.stopped(say("stopped", "已停止"), folder) from None
        panels = {f"{length} numbers": {kind: done[f"{kind} {length}"][:2] for kind in KINDS} for length in LENGTHS}
        learned = {kind: done[f"{kind} {FAR}"][2] for kind in KINDS}
        moments = {"as they are made": made, f"when they have learned to add among {FAR} numbers": learned}
        plot.gradients_over_time(moments, folder / GRADIENTS, f"networks with a state of {settings.hidden} numbers")
        plot.errors(panels, folder / ERRORS, GUESS, "always 1", "the adding problem")
        names = ", ".join(self.results)
        show(console, say(f"saved in {folder}: {names}", f"已保存到 {folder}：{names}"))
        return min(done[f"{kind} {LENGTHS[-1]}"][1][-1] for kind in KINDS)

    def keep(self, settings: Any, folder: Path, done: dict[str, Any]) -> None:
        """Write down what was measured."""
        state = {"settings": {"recipe": self.name, **asdict(settings)}, "errors": done}
        write_atomically(folder / RESULTS, json.dumps(state, indent=1).encode())


def as_made(settings: Any, kind: str) -> Adder:
    """The network of a kind with the weights that it starts with."""
    manual_seed(settings.seed)
    model = Adder(kind, settings.hidden)
    model.to(settings.device)
    return model


def norms_over_time(model: Module, settings: Any) -> list[float]:
    """The norms [FAR] of the gradient of what the network says at the end, for the input of each step.

    In float64: the smallest would be 0 in float32.
    """
    model = deepcopy(model).to("float64")
    x, _ = adding(TESTED, FAR, settings.seed)
    inputs = Tensor(to_device(x.astype(np.float64), settings.device), requires_grad=True)
    model(inputs).sum().backward()
    assert inputs.grad is not None
    return np.sqrt((inputs.grad.cpu().numpy() ** 2).sum(axis=(0, 2))).tolist()


def learn_to_add(settings: Any, kind: str, length: int) -> tuple[list[int], list[float], list[float]]:
    """Steps; after each of them the mean squared error on sequences that are not learned from; and in the end the norms
    of gradients over time."""
    model = as_made(settings, kind)
    optimizer = optim.Adam(model.parameters(), settings.lr)
    x, y = adding(settings.batch_size * settings.steps, length, settings.seed)
    test = [Tensor(to_device(array, settings.device)) for array in adding(TESTED, length, settings.seed + 1)]
    steps, errors = [0], [error_of(model, *test)]
    for step in range(1, settings.steps + 1):
        part = slice((step - 1) * settings.batch_size, step * settings.batch_size)
        inputs, sums = (Tensor(to_device(array[part], settings.device)) for array in (x, y))
        optimizer.zero_grad()
        mse_loss(model(inputs), sums).backward()
        optim.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        if step % EVERY == 0 or step == settings.steps:
            steps.append(step)
            errors.append(error_of(model, *test))
    return steps, errors, norms_over_time(model, settings)


def error_of(model: Module, x: Tensor, y: Tensor) -> float:
    """The mean squared error."""
    with no_grad():
        return mse_loss(model(x), y).item()


RECIPE = VanishingGradient()
train, resume = RECIPE.train, RECIPE.resume
