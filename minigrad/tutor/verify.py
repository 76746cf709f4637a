"""What `minigrad dev check` finds wrong with a lesson's dialogue.

Questions of every kind; everything in both languages; what a point says is heard as that point, and the question itself
as no answer; the slips of a number lead to other numbers; a good and a wrong answer are recorded for each question.
"""

import re
from collections.abc import Iterator

from ..course.lessons import Lesson
from ..errors import MinigradError
from ..language import LANGUAGES
from .dialogue import KINDS, Dialogue, Question, Texts
from .listener import MADE, close, heard_in, listen
from .phrases import sentences, tidy
from .recorded import recorded_answers

LEVELS = 3  # of a question for a number: easy, usual, hard
HAN = re.compile(r"[\u4e00-\u9fff]")


def dialogue_problems(lesson: Lesson) -> Iterator[str]:
    """One sentence for everything that is wrong with the dialogue of a lesson."""
    dialogue = Dialogue(lesson)
    if not dialogue.path.exists():
        yield "there is no dialogue.toml"
        return
    try:
        questions = dialogue.questions
    except MinigradError as error:
        yield str(error)
        return
    missing = set(KINDS) - {question.kind for question in questions}
    if missing:
        yield f"dialogue.toml has no question of the kind {', '.join(sorted(missing))}"
    names = [question.id for question in questions]
    if len(set(names)) < len(names):
        yield "two questions of dialogue.toml have the same id"
    for question in questions:
        for problem in question_problems(question):
            yield f"question '{question.id}': {problem}"


def question_problems(question: Question) -> Iterator[str]:
    if question.kind not in KINDS:
        yield f"its kind is '{question.kind}', expected one of {', '.join(KINDS)}"
        return
    if question.concept not in question.lesson.concepts:
        yield f"its concept '{question.concept}' is not in lesson.toml"
    for which, texts in question.texts.items():
        yield from text_problems(which, texts)
    yield from number_problems(question) if question.kind == "number" else point_problems(question)
    answers = recorded_answers(question.lesson)
    if answers is not None:
        kinds = {answer.kind for answer in answers if answer.question == question.id}
        yield from [f"no {kind} answer is recorded" for kind in ("good", "wrong") if kind not in kinds]


def text_problems(which: str, texts: Texts) -> Iterator[str]:
    for language in LANGUAGES:
        text = texts.get(language, "")
        if not text.strip():
            yield f"'{which}' has no text in '{language}'"
        elif bool(HAN.search(text)) != (language == "zh") and not is_formula(texts):
            yield f"'{which}' in '{language}' is in another language"


def is_formula(texts: Texts) -> bool:
    """Is it the same in every language?"""
    return len(set(texts.values())) == 1


def number_problems(question: Question) -> Iterator[str]:
    """What is wrong with a question for a number."""
    if question.points or question.misconceptions:
        yield "a question for a number has slips, no points and misconceptions"
    if not question.slips:
        yield "it names no slip"
    if len(question.levels) < LEVELS:
        yield f"it has {len(question.levels)} levels, expected {LEVELS}"
    leading = list(question.slips)
    for level in range(len(question.levels)):
        try:
            right = question.answer(level)
            question.say("ask", level), question.say("explain", level)
        except (KeyError, TypeError) as error:
            yield f"level {level} cannot be asked: {error}"
            return
        leading = [slip for slip in leading if close(question.computed(slip.value, level), right, question.tolerance)]
    for slip in leading:
        yield f"the slip '{slip.value}' leads to the right number at every level"


def point_problems(question: Question) -> Iterator[str]:
    """What is wrong with the points and misconceptions of a question."""
    if not question.points:
        yield "it has no points"
    if not question.misconceptions:
        yield "it names no misconception"
    said = [(point.id, point.text, point.ways) for point in question.points]
    said += [("a misconception", m.text, m.ways) for m in question.misconceptions]
    for name, texts, ways in said:
        yield from [f"{name}: {problem}" for problem in text_problems("text", texts)]
        if len({bool(HAN.search(way.text)) for way in ways}) < 2 and not is_formula(texts):
            yield f"{name}: ways to say it are missing in one of the languages"
    for point in question.points:
        yield from [f"{point.id}: {problem}" for problem in text_problems("ask", point.ask)]
    unknown = {name for m in question.misconceptions for name in m.against} - {point.id for point in question.points}
    if unknown:
        yield f"a misconception is against {', '.join(unknown)}, which is no point"
    for language in LANGUAGES:
        for point in question.points:
            if not any(heard_in(point.ways, sentence) == {True} for sentence in sentences(tidy(point.text[language]))):
                yield f"{point.id}: what it says in '{language}' is not heard as it"
        whole = "\n".join(point.text[language] for point in question.points)
        if not listen(question, whole).right:
            yield f"its points in '{language}', said together, are not heard as right"
        echo = listen(question, question.texts["ask"][language])
        if MADE in echo.verdicts.values():
            yield f"the question itself, in '{language}', is heard as an answer"
