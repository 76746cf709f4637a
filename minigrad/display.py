"""What a training run shows: a progress bar in a terminal, and one line an epoch everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from .language import say

if TYPE_CHECKING:  # rich is loaded by those who show something: it takes a good part of what `minigrad --help` takes
    from rich.console import Console
    from rich.progress import Progress

REFRESH = 0.1  # seconds between updates of the bar


class Display:
    """Shows nothing; what a Trainer reports to."""

    @contextmanager
    def training(self, done: int, epochs: int, loader: Any, tally: Any) -> Iterator[None]:
        """Around a run of which `done` of `epochs` are complete, and of the next one what `tally` has counted."""
        yield

    def batch(self, tally: Any) -> None:
        """After every batch, with the sums over the epoch so far."""

    def epoch(self, entry: dict[str, float]) -> None:
        """After every epoch, with its entry of the history."""


class ConsoleDisplay(Display):
    """A bar with loss, accuracy, samples a second and the time left, and a line for every epoch.

    Where the output is not a terminal, only the lines. The bar fits into 80 columns.
    """

    def __init__(self, console: "Console | None" = None):
        self.console = console or plain_console()

    @contextmanager
    def training(self, done: int, epochs: int, loader: Any, tally: Any) -> Iterator[None]:
        self.epochs, self.batches, self.done = epochs, len(loader), done
        self.seen, self.last = tally.samples, monotonic()
        with bar(self.console) as self.progress:
            show(self.console, header(), style="dim")
            self.task = self.progress.add_task(self.title(), total=epochs * self.batches, numbers="")
            self.progress.update(self.task, completed=done * self.batches + tally.batches)
            yield

    def title(self) -> str:
        place = f"{min(self.done + 1, self.epochs)}/{self.epochs}"
        return say(f"epoch {place}", f"第 {place} 轮")

    def batch(self, tally: Any) -> None:
        now = monotonic()
        if self.progress.disable or now - self.last < REFRESH:
            return
        speed = (tally.samples - self.seen) / (now - self.last)
        self.seen, self.last = tally.samples, now
        loss, right = compact(tally.loss), f"{tally.accuracy:.2%}"
        numbers = say(
            f"loss {loss}  {right} right  {speed:,.0f}/s", f"损失 {loss}  准确率 {right}  每秒 {speed:,.0f} 个样本"
        )
        self.progress.update(self.task, completed=self.done * self.batches + tally.batches, numbers=numbers)

    def epoch(self, entry: dict[str, float]) -> None:
        self.done, self.seen, self.last = int(entry["epoch"]), 0, monotonic()
        row = f"{self.done:>4}/{self.epochs:<4}{compact(entry['train_loss']):>10}{entry['train_accuracy']:>10.2%}"
        if "validation_loss" in entry:
            row += f"{compact(entry['validation_loss']):>14}{entry['validation_accuracy']:>10.2%}"
        show(self.console, f"{row}{entry['seconds']:>9.1f} s")
        self.progress.update(self.task, completed=self.done * self.batches, description=self.title())


def header() -> str:
    """The titles of the columns, right above the numbers. A Chinese character is two columns wide."""
    return say(
        "    epoch      loss  accuracy    validation  accuracy     time",
        "     轮次      损失    准确率      验证损失    准确率     用时",
    )


def compact(loss: float) -> str:
    """`loss` in no more than 9 characters: with four decimals, or from 10,000 on as a power of ten."""
    return f"{loss:.4f}" if abs(loss) < 9999.99995 else f"{loss:.2e}"


def bar(console: "Console") -> "Progress":
    """rich's progress bar for a run; hidden where `console` is not a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=10),
        TextColumn("{task.fields[numbers]}"),
        TimeRemainingColumn(compact=True),
        TextColumn(say("left", "后完成")),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def plain_console() -> "Console":
    """A console on standard output that colours nothing by itself."""
    from rich.console import Console

    return Console(highlight=False)


def show(console: "Console", text: str, style: str = "") -> None:
    """Print `text` as it is, unwrapped: brackets and colons in it are no markup, as in the names of folders."""
    from rich.text import Text

    console.print(Text(text, style=style), soft_wrap=True)
