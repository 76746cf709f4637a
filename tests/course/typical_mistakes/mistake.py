"""A mistake that students typically make: its code, what a check says about it, and how good that is."""

import ast
import textwrap
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from minigrad.course.checking import check_lesson
from minigrad.course.diagnosis import Finding
from minigrad.course.learner import LearnerFile, functions
from minigrad.course.lessons import find_lesson
from minigrad.course.runner import examine
from minigrad.course.verify import solved_file

NAMED = "named"  # the message names this mistake, or points right at it
HELPFUL = "helpful"  # not named, but the element, the ratio or the region that is shown leads there
MISLEADING = "misleading"  # the message points elsewhere
MISSED = "missed"  # it passes although it is wrong


@dataclass(frozen=True)
class Mistake:
    """A mistake in one blank: what it is, its code, what is found (a kind, or the id of a mistake), our judgement.

    `first` is what we judged before diagnoses were mended for this list, where that was another. `beside` holds the
    code of other functions of the file, by their names; `after` is code at its end. With `process` it is checked in a
    process of its own, as it never ends.
    """

    lesson: str
    blank: str
    name: str
    what: str
    code: str
    finding: str | None
    judgement: str
    first: str = ""
    beside: dict[str, str] = field(default_factory=dict)
    after: str = ""
    process: bool = False

    def file(self) -> str:
        """The lesson's file, solved but for this mistake."""
        text = solved_file(find_lesson(self.lesson))
        for name, code in {**self.beside, self.blank: self.code}.items():
            node, lines = dict(functions(ast.parse(text)))[name], text.splitlines()
            first = node.body[0]
            body = textwrap.indent(textwrap.dedent(code).strip(), " " * first.col_offset)
            text = "\n".join([*lines[: first.lineno - 1], body, *lines[node.end_lineno :]])
        return f"{text}\n\n\n{textwrap.dedent(self.after)}"

    @property
    def before(self) -> str:
        """What we judged at first."""
        return self.first or self.judgement

    def found(self, folder: Path) -> Finding | None:
        """What the check finds."""
        lesson = find_lesson(self.lesson)
        path = folder / lesson.file_name
        path.write_text(self.file(), encoding="utf-8")
        blank = lesson.exercise(self.blank).blank
        if self.process:
            return check_lesson(lesson, path, [blank], seconds=1.5)[0].finding
        passed = {other.name for other in lesson.blanks if other != blank}
        own = {other: other.function for other in lesson.blanks}
        with np.errstate(all="ignore"):
            return examine(lesson, blank, LearnerFile(path), own, passed, mutants(self.lesson).get(blank.name, []))


@cache
def mutants(lesson: str) -> dict:
    """Reading a lesson's mutants runs its script, so it is done once."""
    return find_lesson(lesson).mutants
