"""What is remembered of a learner, concept by concept: answers, checks and hints, and when a review is due.

When to ask again is decided by the Free Spaced Repetition Scheduler, from the library `fsrs` (FSRS; Ye, Su & Cao, "A
stochastic shortest path algorithm for optimizing spaced repetition scheduling", KDD 2022): a card for each concept,
rated by answers to its questions and by functions of it that pass their checks.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fsrs import Card, Rating, Scheduler

from ..course.checking import Outcome
from ..course.lessons import Exercise, Lesson, all_lessons
from ..course.workspace import Workspace, WorkspaceError, entry_of
from ..language import pick, say
from .dialogue import Question
from .listener import Heard

AGAIN, HARD, GOOD = "again", "hard", "good"
RATINGS = {AGAIN: Rating.Again, HARD: Rating.Hard, GOOD: Rating.Good}
SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)  # days, not minutes: no drill


@dataclass(frozen=True)
class Concept:
    """A concept of a lesson, with what is remembered of it."""

    lesson: Lesson
    id: str
    entry: dict[str, Any]
    """In the state: its FSRS card, how many answers were given, how many were right at once or in the end."""
    blanks: tuple[tuple[Exercise, dict[str, Any]], ...]
    """The exercises of it, and what is remembered of each."""

    @property
    def key(self) -> str:
        return f"{self.lesson.number} {self.id}"

    @property
    def name(self) -> str:
        return pick(self.lesson.concepts[self.id])

    @property
    def solved(self) -> int:
        """How many of its functions are right."""
        return sum("passed" in entry for _, entry in self.blanks)

    @property
    def hints(self) -> int:
        return self.entry.get("hints", 0) + sum(entry.get("hints", 0) for _, entry in self.blanks)

    @property
    def due(self) -> datetime | None:
        """When it should be reviewed; None if it was not met yet."""
        card = card_of(self.entry)
        return card.due if card else None

    def strength(self, now: datetime) -> float:
        """The chance that it is remembered `now`, by FSRS: 0 to 1; 0 while no answer and no function was right."""
        card = card_of(self.entry)
        known = self.entry.get("right", 0) > 0 or self.solved > 0
        return SCHEDULER.get_card_retrievability(card, now) if card and known else 0.0


def card_of(entry: dict[str, Any]) -> Card | None:
    """The FSRS card in the entry of a concept, whose shape `course/state.py` has checked; None if there is none."""
    return Card.from_dict(entry["card"]) if "card" in entry else None


def today() -> datetime:
    """Now, in UTC, as FSRS wants it."""
    return datetime.now(UTC)


def concepts(state: dict[str, Any], lessons: Iterable[Lesson] | None = None) -> list[Concept]:
    """Every concept of the lessons (by default of all), in order."""
    found = []
    for lesson in all_lessons() if lessons is None else lessons:
        for name in lesson.concepts:
            blanks = tuple((e, entry_of(state, e.blank)) for e in lesson.exercises if e.concept == name)
            entry = state.get("concepts", {}).get(f"{lesson.number} {name}", {})
            found.append(Concept(lesson, name, entry, blanks))
    return found


def rate(state: dict[str, Any], lesson: Lesson, concept: str, grade: str, now: datetime) -> dict[str, Any]:
    """Note in the state that a concept went 'again' (not at all), 'hard' or 'good'. Returns its entry."""
    entry = state.setdefault("concepts", {}).setdefault(f"{lesson.number} {concept}", {})
    card, _ = SCHEDULER.review_card(card_of(entry) or Card(card_id=1, due=now), RATINGS[grade], now)
    entry["card"] = card.to_dict()
    return entry


def remember_answer(
    workspace: Workspace, question: Question, grade: str, level: int, hints: int, now: datetime | None = None
) -> None:
    """Note how the answer to a question went."""

    def note(state: dict[str, Any]) -> None:
        when = now or today()
        entry = rate(state, question.lesson, question.concept, grade, when)
        entry["answers"] = entry.get("answers", 0) + 1
        entry["right"] = entry.get("right", 0) + (grade != AGAIN)
        entry["hints"] = entry.get("hints", 0) + hints
        asked = state.setdefault("questions", {}).setdefault(question.name, {})
        easier, harder = max(level - 1, 0), min(level + 1, len(question.levels) - 1)
        asked.update(
            asked=asked.get("asked", 0) + 1,
            grade=grade,
            last=when.isoformat(timespec="seconds"),
            level={AGAIN: easier, HARD: level, GOOD: harder}[grade],
        )
        if grade == GOOD:
            asked["best"] = max(asked.get("best", 0), level)

    workspace.update(note)


def level_of(workspace: Workspace, question: Question) -> int:
    """The level at which a question is asked next: it rises with right answers, and falls with wrong ones."""
    asked = workspace.state().get("questions", {}).get(question.name, {})
    return min(asked.get("level", 0), len(question.levels) - 1)


def remember_checks(
    workspace: Workspace,
    lesson: Lesson,
    outcomes: Iterable[Outcome],
    before: Iterable[str],
    now: datetime | None = None,
) -> None:
    """Rate the concepts of functions that are right now and were not `before` (their names).

    'hard' for one whose last hint was needed, nothing for one whose solution was looked up.
    """
    known, exercises = set(before), {exercise.blank: exercise for exercise in lesson.exercises}
    passed = [exercises[o.blank] for o in outcomes if o.passed and o.blank.name not in known]
    if not any(exercise.concept for exercise in passed):
        return

    def note(state: dict[str, Any]) -> None:
        for exercise in passed:
            entry = entry_of(state, exercise.blank)
            if exercise.concept and not entry.get("solution"):
                grade = HARD if entry.get("hints", 0) > 2 else GOOD
                rate(state, lesson, exercise.concept, grade, now or today())

    workspace.update(note)


def keep_answer(workspace: Workspace, question: Question, level: int, answer: str, heard: Heard | None) -> None:
    """Add what the learner typed to `.minigrad/answers.jsonl`, before anything else is done with it."""
    entry = {
        "time": today().isoformat(timespec="seconds"),
        "question": question.name,
        "level": level,
        "answer": answer,
        "verdicts": dict(heard.verdicts) if heard else None,
    }
    path = workspace.hidden / "answers.jsonl"
    try:
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise WorkspaceError(
            say(f"cannot keep the answer in {path}: {error.strerror}", f"无法把回答存入 {path}：{error.strerror}")
        ) from error
