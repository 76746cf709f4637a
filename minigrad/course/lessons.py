"""Lessons: what lies in `lessons/`, one folder each, as their `lesson.toml` describes it."""

import re
import runpy
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import minigrad

from ..errors import MinigradError, UnknownNameError
from ..language import language, pick
from .blanks import Blank

PACKAGE = Path(minigrad.__file__).parent
HINT_LEVELS = 3  # the idea, the shapes, nearly the code


class LessonError(MinigradError):
    """The files of a lesson are not as they must be."""


@dataclass(frozen=True)
class Exercise:
    """A blank in its lesson: what is asked, and the hints, in both languages; and the concept that it practises."""

    blank: Blank
    task: dict[str, str]
    hints: dict[str, list[str]]
    concept: str

    def hint(self, level: int) -> str:
        """Hint number `level`, 1 to HINT_LEVELS, in the user's language."""
        return self.hints[language()][level - 1]


@dataclass(frozen=True)
class Lesson:
    """One lesson. `number` is '1.1', `folder` where its files are, `entry` what its lesson.toml says."""

    number: str
    folder: Path
    entry: dict[str, Any] = field(hash=False)

    @property
    def title(self) -> str:
        return pick(self.entry["title"])

    @property
    def stage(self) -> str:
        """The number of its stage: '1'."""
        return self.number.partition(".")[0]

    @property
    def file_name(self) -> str:
        """Of the exercise file in a workspace, which is called as the folder is."""
        return f"{self.folder.name}.py"

    @property
    def concepts(self) -> dict[str, dict[str, str]]:
        """What the lesson is about: the names of its concepts, in both languages, by the words that stand for them."""
        return self.entry.get("concepts", {})

    @cached_property
    def exercises(self) -> list[Exercise]:
        return [
            Exercise(Blank(e["name"]), e["task"], e["hints"], e.get("concept", "")) for e in self.entry.get("blank", [])
        ]

    @property
    def blanks(self) -> list[Blank]:
        return [exercise.blank for exercise in self.exercises]

    @property
    def asked_later(self) -> set[str]:
        """The full names of the blanks of later lessons, which an exercise of this one must not give away."""
        later = [lesson for lesson in all_lessons() if order_of(lesson.number) > order_of(self.number)]
        return {entry["name"] for lesson in later for entry in lesson.entry.get("blank", [])}

    def exercise(self, name: str) -> Exercise:
        """The exercise whose blank is called `name`: 'Mul.backward', or any part that only one has.

        Raises UnknownNameError, with the nearest right name.
        """
        named = {str(exercise.blank): exercise for exercise in self.exercises}
        matching = [e for n, e in named.items() if name in (n, e.blank.name)] or [
            e for n, e in named.items() if name.lower() in n.lower()
        ]
        if len(matching) == 1:
            return matching[0]
        raise UnknownNameError(f"exercise of lesson {self.number}", name, named, f"函数（{self.number} 课）")

    def text(self) -> str:
        """The lesson in the user's language."""
        return self.readme(language()).read_text(encoding="utf-8")

    def readme(self, name: str) -> Path:
        return self.folder / ("README.md" if name == "en" else f"README.{name}.md")

    @property
    def practice(self) -> Path | None:
        """The script in which the lesson's functions are at work, if it has one."""
        path = self.folder / "practice.py"
        return path if path.exists() else None

    @cached_property
    def checks(self) -> dict[str, Callable]:
        """For each blank, the function of check.py that tries it."""
        return marked(self.folder / "check.py", "checked_blanks")

    @cached_property
    def mutants(self) -> dict[str, list[Any]]:
        """For each blank, the wrong implementations in mutants.py."""
        found: dict[str, list[Any]] = {}
        for value in runpy.run_path(str(self.folder / "mutants.py")).values():
            for mutant in getattr(value, "mutants", []):
                found.setdefault(mutant.blank, []).append(mutant)
        return found


def marked(path: Path, attribute: str) -> dict[str, Callable]:
    """The functions that the script at `path` defines, by the blank names in their `attribute`."""
    values = runpy.run_path(str(path)).values()
    return {name: value for value in values for name in getattr(value, attribute, [])}


@cache
def lessons_folder() -> Path:
    """Where the lessons lie: inside an installed package, or beside the package in a clone."""
    for folder in (PACKAGE / "lessons", PACKAGE.parent / "lessons"):
        if folder.is_dir():
            return folder
    raise LessonError(f"the lessons are neither in {PACKAGE} nor beside it; install minigrad again")


@cache
def all_lessons() -> tuple[Lesson, ...]:
    """Every lesson, in order."""
    found = [path.parent for path in lessons_folder().glob("*/*/lesson.toml")]
    return tuple(sorted(map(read_lesson, found), key=lambda lesson: order_of(lesson.number)))


def read_lesson(folder: Path) -> Lesson:
    entry = tomllib.loads((folder / "lesson.toml").read_text(encoding="utf-8"))
    return Lesson(folder.name.partition("_")[0], folder, entry)


def order_of(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def find_lesson(name: str) -> Lesson:
    """The lesson that `name` means: its number, its folder's name or its file. UnknownNameError if there is none."""
    lessons = {lesson.number: lesson for lesson in all_lessons()}
    match = re.match(r"\d+\.\d+", Path(name).name)
    number = match[0] if match else ""
    if number in lessons and Path(name).name in (number, lessons[number].folder.name, lessons[number].file_name):
        return lessons[number]
    folders = {lesson.folder.name.partition("_")[2]: lesson.number for lesson in lessons.values()}
    if name in folders:
        return lessons[folders[name]]
    raise UnknownNameError("lesson", name, [*lessons, *folders], "课")


def lesson_of(blank: str) -> Lesson | None:
    """The lesson in which the blank of this full name is written."""
    return next((lesson for lesson in all_lessons() if blank in [b.name for b in lesson.blanks]), None)
