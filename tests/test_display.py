"""What a run shows: text as it is, columns that hold, and a bar that knows where the run stands."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from minigrad import display
from minigrad.display import ConsoleDisplay, compact, show
from minigrad.training import Tally


def console(**options):
    return Console(file=io.StringIO(), highlight=False, width=80, **options)


@pytest.mark.parametrize("text", ["runs/[red]/x", "a[/]b", "[bold", ":smile:", "x" * 200])
def test_text_is_shown_as_it_is(text):
    for options in ({}, {"force_terminal": True, "color_system": None}):
        shown = console(**options)
        show(shown, f"saved in {text}")
        assert shown.file.getvalue() == f"saved in {text}\n"


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (0.12345, "0.1235"),
        (9999.4, "9999.4000"),
        (9999.99999, "1.00e+04"),
        (1.19e13, "1.19e+13"),
        (float("inf"), "inf"),
    ],
)
def test_a_loss_never_takes_more_than_its_column(loss, text):
    assert compact(loss) == text
    assert len(text) <= 9


def entry(epoch, loss):
    return {
        "epoch": epoch,
        "train_loss": loss,
        "train_accuracy": 0.5,
        "validation_loss": loss,
        "validation_accuracy": 0.5,
        "seconds": 1.0,
    }


def test_the_columns_stay_in_line_when_the_loss_explodes():
    shown = ConsoleDisplay(console())
    with shown.training(0, 3, range(10), Tally()):
        for epoch, loss in enumerate((0.5, 11896555827576.8203, 1e300), start=1):
            shown.epoch(entry(epoch, loss))
    header, *rows = shown.console.file.getvalue().splitlines()
    assert len({len(row) for row in rows}) == 1
    for name in ("loss", "accuracy", "validation"):
        end = header.index(name) + len(name)
        assert all(row[end - 1] != " " and row[end] == " " for row in rows)


def test_the_bar_of_a_resumed_epoch_starts_where_the_epoch_stands(monkeypatch):
    now = iter(range(100, 200))
    monkeypatch.setattr(display, "monotonic", lambda: next(now))
    tally = Tally(loss_sum=10.0, correct=50, samples=100, batches=4)
    shown = ConsoleDisplay(console(force_terminal=True))
    with shown.training(2, 5, range(10), tally):
        (task,) = shown.progress.tasks
        assert (task.completed, task.total) == (24, 50)
        tally.samples, tally.batches = 150, 6  # a second later
        shown.batch(tally)
        assert task.completed == 26
        assert task.fields["numbers"].endswith("50/s")


def test_the_bar_fits_into_80_columns(monkeypatch):
    now = iter(range(100, 200))
    monkeypatch.setattr(display, "monotonic", lambda: next(now))
    shown = ConsoleDisplay(console(force_terminal=True))
    with shown.training(99, 100, range(10), Tally()):
        shown.batch(Tally(loss_sum=1e20, correct=1_234_567, samples=1_234_567, batches=5))
        (line,) = shown.console.render_lines(shown.progress.get_renderable())
    text = "".join(segment.text for segment in line)
    assert text.rstrip().endswith("left")
    assert "100.00% right" in text


def test_a_run_speaks_chinese(monkeypatch):
    monkeypatch.setenv("MINIGRAD_LANG", "zh")
    there = console()
    shown = ConsoleDisplay(there)
    with shown.training(0, 2, [1], Tally()):
        shown.epoch({"epoch": 1, "train_loss": 0.5, "train_accuracy": 0.9, "seconds": 1.0})
    lines = there.file.getvalue().splitlines()
    assert "损失" in lines[0]
    assert cell_len(lines[0][: lines[0].index("损失") + 2]) == lines[1].index("0.5000") + len("0.5000")
