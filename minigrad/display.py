"""What a training run shows: a progress bar in a terminal, and one line an epoch everywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

REFRESH = 0.1  # seconds between updates of the bar
HEADER = "[dim]   epoch      loss  accuracy    validation  accuracy     time[/]"


class Display:
    """Shows nothing; what a Trainer reports to."""

    @contextmanager
    def training(self, done: int, epochs: int, loader: Any) -> Iterator[None]:
        """Around a run of which `done` of `epochs` are complete."""
        yield

    def batch(self, tally: Any) -> None:
        """After every batch, with the sums over the epoch so far."""

    def epoch(self, entry: dict[str, float]) -> None:
        """After every epoch, with its entry of the history."""


class ConsoleDisplay(Display):
    """A bar with loss, accuracy, samples a second and the time left, and a line for every epoch.

    Where the output is not a terminal, only the lines.
    """

    def __init__(self, console: Console | None = None):
        self.console = console or Console(highlight=False)

    @contextmanager
    def training(self, done: int, epochs: int, loader: Any) -> Iterator[None]:
        self.epochs, self.batches, self.batches_done = epochs, len(loader), done * len(loader)
        self.seen, self.last = 0, monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
        )
        with Progress(
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        ) as self.progress:
            self.console.print(HEADER)
            self.task = self.progress.add_task(
                f"epoch {done + 1}/{epochs}", total=epochs * self.batches, completed=self.batches_done, numbers=""
            )
            yield

    def batch(self, tally: Any) -> None:
        self.batches_done += 1
        now = monotonic()
        if self.progress.disable or now - self.last < REFRESH:
            return
        speed = (tally.samples - self.seen) / (now - self.last)
        self.seen, self.last = tally.samples, now
        numbers = f"loss {tally.loss:.4f}  accuracy {tally.accuracy:.2%}  {speed:,.0f} samples/s"
        self.progress.update(self.task, completed=self.batches_done, numbers=numbers)

    def epoch(self, entry: dict[str, float]) -> None:
        done = int(entry["epoch"])
        row = f"{done:>4}/{self.epochs:<4}{entry['train_loss']:>10.4f}{entry['train_accuracy']:>10.2%}"
        if "validation_loss" in entry:
            row += f"{entry['validation_loss']:>14.4f}{entry['validation_accuracy']:>10.2%}"
        self.console.print(f"{row}{entry['seconds']:>9.1f} s")
        self.batches_done, self.seen = done * self.batches, 0
        self.progress.update(
            self.task, completed=self.batches_done, description=f"epoch {min(done + 1, self.epochs)}/{self.epochs}"
        )
