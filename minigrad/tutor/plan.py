"""A plan: the lessons laid out over weeks, by their length and the learner's pace. It moves when they fall behind.

The length of a lesson is measured on what it consists of: text, functions to write, questions, practice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from ..course.lessons import Lesson, all_lessons, order_of
from ..course.workspace import Workspace
from ..errors import MinigradError
from ..language import language, say
from .dialogue import dialogue_of

WORDS, CHARACTERS = 120, 250  # of English, of Chinese, that a learner reads in a minute, formulas worked through
FUNCTION, LINE = 6, 2.5  # minutes for a function, and for each line of it
QUESTION, PRACTICE = 4, 15  # minutes
SLOWEST, FASTEST = 4.0, 0.25  # how far a learner's own pace is followed
MOST_WEEKS, MOST_HOURS = 104, 80


class PlanError(MinigradError):
    """There is no plan, or none can be made of these numbers."""


@dataclass(frozen=True)
class Stint:
    """A lesson in one week: how many minutes of it, and whether it ends there."""

    lesson: Lesson
    minutes: float
    ends: bool


@dataclass(frozen=True)
class Week:
    begin: date
    stints: tuple[Stint, ...]


@dataclass(frozen=True)
class Plan:
    """What is left of the course, week by week."""

    weeks: tuple[Week, ...]
    promised: int
    """For how many weeks, from this one on, it was meant."""
    hours: float
    """A week, as the learner wants it."""
    pace: float
    """How many times the measured length the learner takes."""
    behind: tuple[Lesson, ...]
    """Lessons that were to be done by now and are not."""

    @property
    def fits(self) -> bool:
        return len(self.weeks) <= self.promised

    @property
    def needed(self) -> float:
        """The hours a week with which it would fit."""
        minutes = sum(stint.minutes for week in self.weeks for stint in week.stints)
        return minutes / 60 / max(self.promised, 1)


def minutes_of(lesson: Lesson) -> float:
    """The measured length of a lesson, in the user's language."""
    return measured(lesson, language())


@cache
def measured(lesson: Lesson, name: str) -> float:
    text = lesson.readme(name).read_text(encoding="utf-8")
    han = len(re.findall(r"[\u4e00-\u9fff]", text))
    reading = han / CHARACTERS if name == "zh" else len(text.split()) / WORDS
    code = [line for blank in lesson.blanks for line in blank.solution.splitlines() if line.strip()]
    writing = FUNCTION * len(lesson.blanks) + LINE * len(code)
    return reading + writing + QUESTION * len(dialogue_of(lesson).questions) + (PRACTICE if lesson.practice else 0)


def pace_of(state: dict[str, Any], done: Sequence[Lesson]) -> float:
    """The time that the learner took for what is done, as a multiple of its measured length; 1 before there is any."""
    spent = state.get("activity", {}).get("minutes", {})
    known = [lesson for lesson in done if spent.get(lesson.number, 0) > 0]
    if not known:
        return 1.0
    return min(max(sum(spent[x.number] for x in known) / sum(map(minutes_of, known)), FASTEST), SLOWEST)


def make_plan(workspace: Workspace, weeks: int | None, hours: float | None, today: date) -> Plan:
    """A new plan from today on; with neither `weeks` nor `hours` the one that was made, moved to where the learner is.

    Raises PlanError if no plan was made yet.
    """
    state = workspace.state()
    kept = state.get("plan", {})
    if weeks is not None or hours is not None:
        kept = {
            "begin": today.isoformat(),
            "weeks": weeks or kept.get("weeks", 8),
            "hours": hours or kept.get("hours", 6.0),
        }
    if not kept:
        raise PlanError(
            say(
                "there is no plan yet; make one, such as: minigrad plan --weeks 8 --hours 6",
                "还没有计划；先订一个，例如：minigrad plan --weeks 8 --hours 6",
            )
        )
    begin_at = order_of(state.get("begin", "0"))
    lessons = [lesson for lesson in all_lessons() if order_of(lesson.number) >= begin_at]
    done = [x for x in lessons if x.blanks and len(workspace.solved(x, state)) == len(x.blanks)]
    pace = pace_of(state, done)
    spent = state.get("activity", {}).get("minutes", {})
    first = date.fromisoformat(kept["begin"])
    passed = max((today - first).days // 7, 0)
    this_week = first + timedelta(weeks=passed)
    left = [
        (lesson, max(pace * minutes_of(lesson) - spent.get(lesson.number, 0), pace * minutes_of(lesson) / 5))
        for lesson in lessons
        if lesson not in done
    ]
    ends = kept.get("ends", {})
    behind = [x for x in lessons if x not in done and ends.get(x.number, "9999") <= today.isoformat()]
    plan = Plan(
        tuple(lay_out(left, kept["hours"] * 60, this_week)),
        max(kept["weeks"] - passed, 0),
        kept["hours"],
        pace,
        tuple(behind),
    )
    if "ends" not in kept:
        kept["ends"] = {
            stint.lesson.number: (week.begin + timedelta(weeks=1)).isoformat()
            for week in plan.weeks
            for stint in week.stints
            if stint.ends
        }
        workspace.update(lambda state: state.update(plan=kept))
    return plan


def lay_out(left: Sequence[tuple[Lesson, float]], minutes: float, begin: date) -> list[Week]:
    """Lessons with what is left of each, one after the other, in weeks of so many minutes."""
    weeks: list[list[Stint]] = [[]]
    free = minutes
    for lesson, length in left:
        while length > free + 1e-9:
            if free > 0:
                weeks[-1].append(Stint(lesson, free, False))
            length, free = length - free, minutes
            weeks.append([])
        weeks[-1].append(Stint(lesson, length, True))
        free -= length
    return [Week(begin + timedelta(weeks=i), tuple(stints)) for i, stints in enumerate(weeks) if stints]
