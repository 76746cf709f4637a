"""Plain `pytest` in a workspace: every blank of an exercise file is a test.

A workspace's conftest.py loads this plugin.
"""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ..errors import UnknownNameError
from .blanks import Blank
from .checking import Outcome, check_lesson
from .lessons import Lesson, find_lesson
from .report import show_outcome


class NotRightError(AssertionError):
    """A blank is not right; carries the outcome of its check."""

    def __init__(self, outcome: Outcome):
        super().__init__(str(outcome.blank))
        self.outcome = outcome


class ExerciseFile(pytest.File):
    """An exercise file. It is checked once, when the first of its blanks is tested."""

    lesson: Lesson
    outcomes: dict[Blank, Outcome] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        for blank in self.lesson.blanks:
            item = BlankItem.from_parent(self, name=str(blank))
            item.blank = blank
            yield item

    def outcome(self, blank: Blank) -> Outcome:
        if self.outcomes is None:
            self.outcomes = {o.blank: o for o in check_lesson(self.lesson, self.path)}
        return self.outcomes[blank]


class BlankItem(pytest.Item):
    """One blank."""

    blank: Blank
    parent: ExerciseFile

    def runtest(self) -> None:
        outcome = self.parent.outcome(self.blank)
        if not outcome.passed:
            raise NotRightError(outcome)

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if not isinstance(excinfo.value, NotRightError):
            return super().repr_failure(excinfo, style)
        console = Console(record=True, width=110, file=StringIO(), highlight=False)
        show_outcome(console, excinfo.value.outcome)
        return console.export_text().rstrip()

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, str(self.blank)


class Nothing(pytest.File):
    """A file without tests."""

    def collect(self) -> list[pytest.Item]:
        return []


def lesson_of(path: Path) -> Lesson | None:
    """The lesson whose exercise file lies at `path`; exercise files are known by their names."""
    if path.suffix != ".py" or not path.name[0].isdigit() or path.parent.name == "practice":
        return None
    try:
        return find_lesson(path.name)
    except UnknownNameError:
        return None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ExerciseFile | None:
    lesson = lesson_of(file_path)
    if lesson is None:
        return None
    collected = ExerciseFile.from_parent(parent, path=file_path)
    collected.lesson = lesson
    return collected


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """An exercise file named on the command line is not a module of tests besides."""
    return None if lesson_of(module_path) is None else Nothing.from_parent(parent, path=module_path)
