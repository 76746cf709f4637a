"""The listener agrees with the recorded answers, and dialogues are whole."""

import io
import re

import pytest
from rich.console import Console

from minigrad.course.lessons import all_lessons
from minigrad.tutor.agreement import LEAST_SHARE, MOST_ACCEPTED, agreement, show_agreement
from minigrad.tutor.dialogue import all_questions
from minigrad.tutor.listener import listen
from minigrad.tutor.recorded import KINDS, recorded_answers
from minigrad.tutor.verify import HAN, dialogue_problems

ANSWERS = [answer for lesson in all_lessons() for answer in recorded_answers(lesson)]


MOST_DENIED = 0.02
"""Of the questions whose points, all denied, may be called right."""


def test_the_listener_agrees_with_recorded_answers(capsys):
    console = Console(file=io.StringIO(), width=200)
    assert show_agreement(all_lessons(), console)
    with capsys.disabled():
        print("\n" + re.split(r"\n(?=answers )", console.file.getvalue())[-1])
    found = agreement(ANSWERS)
    assert found.share >= LEAST_SHARE
    assert found.wrongly_accepted <= MOST_ACCEPTED


def test_the_recorded_answers_are_many_and_of_every_kind():
    assert len(ANSWERS) >= 200
    assert {answer.kind for answer in ANSWERS} == set(KINDS)
    assert 0.4 <= sum(bool(HAN.search(answer.text)) for answer in ANSWERS) / len(ANSWERS) <= 0.6


def test_they_name_points_that_are_there():
    for answer in ANSWERS:
        assert {*answer.made, *answer.wrong} <= set(answer.expected), (answer.lesson.number, answer.text)
        assert answer.acceptable == (answer.kind in ("good", "mixed") and set(answer.expected.values()) == {"made"})
        if answer.kind == "good":
            assert answer.acceptable, (answer.lesson.number, answer.text)


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.number)
def test_dialogues_are_whole(lesson):
    assert list(dialogue_problems(lesson)) == []


def test_a_listener_that_hears_everything_would_not_pass():
    found = agreement(ANSWERS, similar=lambda point, sentences: True)
    assert found.share < LEAST_SHARE
    assert found.wrongly_accepted > MOST_ACCEPTED


@pytest.mark.parametrize("text", ["", "?", "the gradient", "yes, exactly that", "梯度", "对，就是这样", "I don't know"])
def test_what_says_nothing_is_right_for_no_question(text):
    assert not [question.name for question in all_questions() if listen(question, text).right]


TOLD = [question for question in all_questions() if question.points]


@pytest.mark.parametrize("name", ["en", "zh"])
def test_what_the_tutor_said_is_no_answer(name):
    for question in TOLD:
        for shown in (question.texts["ask"], question.texts["hint"], *(point.ask for point in question.points)):
            assert "made" not in listen(question, shown[name]).verdicts.values(), (question.name, shown[name])


@pytest.mark.parametrize(("name", "denial"), [("en", "It is not true that "), ("zh", "并不是")])
def test_points_that_are_all_denied_are_not_right(name, denial):
    right = [q.name for q in TOLD if listen(q, "\n".join(denial + point.text[name] for point in q.points)).right]
    assert len(right) <= MOST_DENIED * len(TOLD), right
