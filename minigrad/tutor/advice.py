"""What to do now, and why: `minigrad next`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..course.lessons import Exercise, Lesson, all_lessons
from ..course.workspace import Workspace, entry_of
from ..language import say
from .dialogue import Question, dialogue_of
from .memory import AGAIN, GOOD, concepts, today

STUCK = 3  # checks in a row with the same diagnosis, after which a lesson is to be read again


@dataclass(frozen=True)
class Advice:
    """A command to give now, and the sentence that says why."""

    command: str
    reason: str


def advice(workspace: Workspace, now: datetime | None = None) -> Advice:
    """The most useful thing to do. In this order: out of a mistake that comes again and again, a review that is due, a
    number that went wrong, the questions of a lesson that begins, its next function, its open questions.
    """
    state = workspace.state()
    lesson = workspace.next_lesson()
    return (
        out_of_a_rut(state)
        or review(state, now or today())
        or another_number(state)
        or begin(state, lesson)
        or next_function(workspace, state, lesson)
        or open_questions(state)
        or Advice(
            "minigrad train mnist --mine",
            say("All is done: train on your own code.", "全部完成：用你自己的代码训练吧。"),
        )
    )


def out_of_a_rut(state: dict[str, Any]) -> Advice | None:
    """A lesson to read again, where the last checks of a function all found the same."""
    for lesson in all_lessons():
        for exercise in lesson.exercises:
            entry = entry_of(state, exercise.blank)
            times = entry.get("again", 0)
            if entry.get("last") not in (None, "passed", "not_written") and times >= STUCK:
                concept = lesson.concepts.get(exercise.concept)
                about = say(f" on {concept['en']}", f"中关于“{concept['zh']}”的部分") if concept else ""
                return Advice(
                    f"minigrad lesson {lesson.number}",
                    say(
                        f"{times} versions of {exercise.blank} had the same mistake; read again what lesson "
                        f"{lesson.number} says{about}.",
                        f"{exercise.blank} 改了 {times} 次，错误都一样；先重读第 {lesson.number} 课{about}。",
                    ),
                )
    return None


def review(state: dict[str, Any], now: datetime) -> Advice | None:
    """A question about the concept that is overdue most."""
    due = [concept for concept in concepts(state) if concept.due is not None and concept.due <= now]
    for concept in sorted(due, key=lambda concept: concept.strength(now)):
        questions = [q for q in dialogue_of(concept.lesson).questions if q.concept == concept.id]
        if questions:
            question = min(questions, key=lambda q: record(state, q).get("last", ""))
            chance = f"{concept.strength(now):.0%}"
            return Advice(
                talk(question),
                say(
                    f"It is time to recall {concept.name}: the chance that you remember it has fallen to {chance}.",
                    f"该复习“{concept.name}”了：现在还记得的概率降到了 {chance}。",
                ),
            )
    return None


def another_number(state: dict[str, Any]) -> Advice | None:
    """A question for a number in an easier variant, after a wrong answer."""
    for lesson in all_lessons():
        for question in dialogue_of(lesson).questions:
            if question.kind == "number" and record(state, question).get("grade") == AGAIN:
                return Advice(
                    talk(question),
                    say(
                        "The last number went wrong; here is an easier variant of it.",
                        "上次的数没有算对；这是一个更容易的变式。",
                    ),
                )
    return None


def begin(state: dict[str, Any], lesson: Lesson | None) -> Advice | None:
    """The questions of a lesson of which nothing was done yet."""
    if lesson is None or not dialogue_of(lesson).questions or is_begun(state, lesson):
        return None
    return Advice(
        f"minigrad talk {lesson.number}",
        say(
            f"Lesson {lesson.number}, {lesson.title}, comes next, and its questions show what you know of it already.",
            f"接下来是第 {lesson.number} 课：{lesson.title}；先回答几个问题，看看你已经知道多少。",
        ),
    )


def is_begun(state: dict[str, Any], lesson: Lesson) -> bool:
    """Was a question of the lesson asked, or a function of it checked?"""
    asked = any(record(state, question) for question in dialogue_of(lesson).questions)
    return asked or any(entry_of(state, blank) for blank in lesson.blanks)


def next_function(workspace: Workspace, state: dict[str, Any], lesson: Lesson | None) -> Advice | None:
    """The first function of the lesson that is not right."""
    if lesson is None:
        return None
    solved = workspace.solved(lesson, state)
    exercise: Exercise = next(e for e in lesson.exercises if e.blank not in solved)
    done, total = len(solved), len(lesson.blanks)
    return Advice(
        f"minigrad check {lesson.number}",
        say(
            f"{done} of {total} functions of lesson {lesson.number} are right; {exercise.blank} is next, in "
            f"{lesson.file_name}.",
            f"第 {lesson.number} 课的 {total} 个函数已有 {done} 个正确；接下来写 {exercise.blank}，"
            f"在 {lesson.file_name} 里。",
        ),
    )


def open_questions(state: dict[str, Any]) -> Advice | None:
    """Questions that were never answered well, or a harder variant of a number."""
    for lesson in all_lessons():
        for question in dialogue_of(lesson).questions:
            asked = record(state, question)
            if asked.get("grade") != GOOD:
                return Advice(
                    talk(question),
                    say(
                        f"Every function is right; this question of lesson {lesson.number} is still open.",
                        f"函数都写对了；第 {lesson.number} 课的这个问题还没有答好。",
                    ),
                )
            if question.kind == "number" and asked.get("level", 0) > asked.get("best", -1):
                return Advice(
                    talk(question),
                    say(
                        "Here is a harder variant of a number that you got right.", "这个数你算对过；来一个更难的变式。"
                    ),
                )
    return None


def talk(question: Question) -> str:
    return f"minigrad talk {question.lesson.number} --question {question.id}"


def record(state: dict[str, Any], question: Question) -> dict[str, Any]:
    """What is remembered of the answers to a question."""
    return state.get("questions", {}).get(question.name, {})
