"""The questions of a lesson, as its dialogue.toml describes them, and numbers.py computes their numbers.

A question of the kinds recall, why and mistake lists the points that a good answer makes, the most important first,
and misconceptions. A question of the kind number has one answer, which a function of numbers.py computes for the
numbers in the question; they come in levels, from easy to hard.
"""

import inspect
import runpy
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ..course.lessons import Lesson, LessonError, all_lessons
from ..errors import UnknownNameError
from ..language import pick
from .phrases import Way, way

KINDS = ("recall", "why", "number", "mistake")
NUMBER = "number"  # the name of the one point of a question for a number
TOLERANCE = 0.005  # of a number, as a share of the right one, where the question names no other

Texts = dict[str, str]


@dataclass(frozen=True)
class Point:
    """What a good answer says: a sentence, ways to say it, and the question that asks for it where it is missing."""

    id: str
    text: Texts
    ask: Texts
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Misconception:
    """What is often believed: ways to say it, the sentence that sets it right, and the points that it contradicts."""

    text: Texts
    ways: tuple[Way, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class Slip:
    """A wrong number and what leads to it. `value` is the name of the function in numbers.py that computes it."""

    value: str
    text: Texts


@dataclass(frozen=True)
class Question:
    """One question of a lesson. `code` is shown with it; `levels` are the values of the names in its text."""

    lesson: Lesson
    id: str
    kind: str
    concept: str
    texts: dict[str, Texts]
    code: str = ""
    points: tuple[Point, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    slips: tuple[Slip, ...] = ()
    levels: tuple[dict[str, Any], ...] = ({},)
    tolerance: float = TOLERANCE
    placement: bool = False
    """Is it one of the questions by which `minigrad start` finds where to begin?"""

    @property
    def name(self) -> str:
        """The name by which records know it: '1.4 why_activation'."""
        return f"{self.lesson.number} {self.id}"

    def say(self, which: str, level: int = 0) -> str:
        """Its text `which` ('ask', 'hint' or 'explain') in the user's language, with the numbers of a level."""
        return self.fill(self.texts[which], level)

    def fill(self, texts: Texts, level: int = 0) -> str:
        """A text in the user's language, with the numbers of a level, and the right one for {answer}."""
        text = pick(texts).strip()
        if self.kind != NUMBER:
            return text
        return text.format(**self.level(level), answer=shown(self.answer(level)))

    def level(self, level: int) -> dict[str, Any]:
        return self.levels[min(level, len(self.levels) - 1)]

    def answer(self, level: int = 0) -> float:
        """The right number."""
        return self.computed(self.id, level)

    def computed(self, function: str, level: int) -> float:
        """What the function of this name in the lesson's numbers.py gives for the numbers of a level."""
        return float(dialogue_of(self.lesson).numbers[function](**self.level(level)))


def shown(number: float) -> str:
    """A number as it is printed: 6, 0.25, 0.333."""
    return f"{number:.0f}" if number == round(number) and abs(number) < 1e15 else f"{number:.4g}"


@dataclass(frozen=True)
class Dialogue:
    """The questions of a lesson, and the names of the concepts that they are about."""

    lesson: Lesson

    @property
    def path(self) -> Path:
        return self.lesson.folder / "dialogue.toml"

    @cached_property
    def content(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        except tomllib.TOMLDecodeError as error:
            raise LessonError(f"{self.path}: {error}") from error

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(as_question(self.lesson, entry) for entry in self.content.get("question", []))

    @cached_property
    def numbers(self) -> dict[str, Callable[..., float]]:
        """The functions of the lesson's numbers.py."""
        path = self.lesson.folder / "numbers.py"
        found = runpy.run_path(str(path)) if path.exists() else {}
        return {name: value for name, value in found.items() if inspect.isfunction(value)}

    def question(self, name: str) -> Question:
        """The question of this id. UnknownNameError for one that is not there."""
        known = {question.id: question for question in self.questions}
        if name not in known:
            raise UnknownNameError(f"question of lesson {self.lesson.number}", name, known, "问题")
        return known[name]


def as_question(lesson: Lesson, entry: dict[str, Any]) -> Question:
    """The question that an entry of dialogue.toml describes. LessonError names what is missing in it."""
    try:
        return Question(
            lesson,
            entry["id"],
            entry["kind"],
            entry["concept"],
            {which: entry[which] for which in ("ask", "hint", "explain")},
            entry.get("code", ""),
            tuple(Point(p["id"], texts(p), p["ask"], ways(p, entry["kind"])) for p in entry.get("point", [])),
            tuple(
                Misconception(texts(m), ways(m), tuple(m.get("against", ()))) for m in entry.get("misconception", [])
            ),
            tuple(Slip(s["value"], texts(s)) for s in entry.get("slip", [])),
            tuple(entry.get("levels", ({},))),
            entry.get("tolerance", TOLERANCE),
            entry.get("placement", False),
        )
    except KeyError as error:
        raise LessonError(f"{lesson.number}: question '{entry.get('id', '?')}' lacks {error}") from error


def texts(entry: dict[str, Any]) -> Texts:
    return {"en": entry["en"], "zh": entry["zh"]}


def ways(entry: dict[str, Any], kind: str = "") -> tuple[Way, ...]:
    """The ways of an entry. Who names a mistake says what is missing or must not be: a 'not' changes nothing there,
    but in a way that begins with '!'."""
    robust = "± " if kind == "mistake" else ""
    return tuple(way(text.removeprefix("!") if text.startswith("!") else robust + text) for text in entry["ways"])


@cache
def dialogue_of(lesson: Lesson) -> Dialogue:
    return Dialogue(lesson)


def all_questions() -> list[Question]:
    """Every question of every lesson, in order."""
    return [question for lesson in all_lessons() for question in dialogue_of(lesson).questions]
