"""Recorded answers, with what the listener should make of them.

They lie in tests/tutor/answers/, a file for each lesson:

    [[answer]]
    question = "why_activation"
    kind = "good"                  # good, partial, wrong, negated, off_topic or mixed (of both languages)
    text = "..."
    made = ["collapse", "bend"]    # the points that it makes
    wrong = []                     # the points of which it says the opposite; the others are missing
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ..course.lessons import PACKAGE, Lesson
from .dialogue import NUMBER, Question, dialogue_of
from .listener import MADE, MISSING, WRONG

FOLDER = PACKAGE.parent / "tests" / "tutor" / "answers"
KINDS = ("good", "partial", "wrong", "negated", "off_topic", "mixed")


@dataclass(frozen=True)
class RecordedAnswer:
    """An answer to a question, and the verdict that each point should get."""

    lesson: Lesson
    question: str
    kind: str
    text: str
    made: tuple[str, ...]
    wrong: tuple[str, ...]
    level: int = 0

    @property
    def asked(self) -> Question:
        return dialogue_of(self.lesson).question(self.question)

    @property
    def expected(self) -> dict[str, str]:
        """The verdict that each point of the question should get."""
        names = [point.id for point in self.asked.points] or [NUMBER]
        return {name: MADE if name in self.made else WRONG if name in self.wrong else MISSING for name in names}

    @property
    def acceptable(self) -> bool:
        """May the answer be called right? It makes all points, and says nothing wrong."""
        return self.kind in ("good", "mixed") and set(self.expected.values()) == {MADE}


def recorded_answers(lesson: Lesson, folder: Path = FOLDER) -> list[RecordedAnswer] | None:
    """The recorded answers of a lesson; None where the tests are not at hand, as in an installed package."""
    if not folder.is_dir():
        return None
    path = folder / f"{lesson.number}.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["answer"] if path.exists() else []
    return [
        RecordedAnswer(
            lesson,
            entry["question"],
            entry["kind"],
            entry["text"],
            tuple(entry.get("made", ())),
            tuple(entry.get("wrong", ())),
            entry.get("level", 0),
        )
        for entry in entries
    ]
