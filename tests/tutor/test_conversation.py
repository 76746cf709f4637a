"""The conversation: verdicts, follow-ups, explanations, commands, and what is kept."""

import json
import runpy
from pathlib import Path

import pytest

from minigrad.course.lessons import find_lesson
from minigrad.language import set_language
from minigrad.tutor import memory
from minigrad.tutor.dialogue import dialogue_of
from minigrad.tutor.listener import LONGEST

DOCS = Path(__file__).parents[2] / "docs" / "conversations"
DIALOGUE = dialogue_of(find_lesson("1.4"))
WHY, NUMBER, MISTAKE = [DIALOGUE.question(n) for n in ("why_activation", "sigmoids_in_a_row", "relu_backward")]
GOOD = "Without one, the whole stack is just one linear layer; with it the function can bend."
COLLAPSE, BEND = WHY.points


def kept(workspace):
    return [json.loads(line) for line in (workspace.hidden / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_right_answer_is_explained_at_once(talk, workspace):
    printed = talk([WHY], f"{GOOD}\n\n")
    assert f"✔ Right: {COLLAPSE.text['en']}." in printed
    assert f"✔ Right: {BEND.text['en']}." in printed
    assert "That is all that belongs here." in printed
    assert WHY.texts["explain"]["en"] in printed
    assert "?" not in printed.partition(GOOD)[2].replace(WHY.texts["ask"]["en"], "")
    assert "Right in the end: 1 of 1." in printed
    assert workspace.state()["questions"][WHY.name]["grade"] == memory.GOOD


def test_a_partial_answer_gets_the_most_important_follow_up_before_the_explanation(talk, workspace):
    printed = talk([WHY], "it bends the function\n\nthe whole stack is just one linear layer\n\n")
    follow_up = printed.index(COLLAPSE.ask["en"])
    assert printed.index(BEND.text["en"]) < follow_up < printed.index(WHY.texts["explain"]["en"])
    assert "Left out" not in printed
    assert workspace.state()["questions"][WHY.name]["grade"] == memory.HARD


def test_what_is_left_out_in_the_end_is_said(talk, workspace):
    printed = talk([WHY], "it bends the function\n\nbananas\n\n")
    assert f"Left out: {COLLAPSE.text['en']}." in printed
    assert "Right in the end: 0 of 1." in printed
    assert workspace.state()["questions"][WHY.name]["grade"] == memory.AGAIN


@pytest.mark.parametrize(
    "answer",
    [
        "bananas are yellow",
        "I don't know",
        "...",
        "A stack of linear layers is not equivalent to one linear layer",
        "Linear layers stack to one linear layer. A stack of linear layers is not one single linear layer. It bends.",
        "to train faster",
        "yes",
    ],
)
def test_never_right(talk, workspace, answer):
    printed = talk([WHY], f"{answer}\n\n/quit\n")
    assert "That is all" not in printed
    assert WHY.texts["explain"]["en"] not in printed
    assert "Right in the end: 0 of 0." in printed


def test_an_empty_answer_is_no_answer(talk, workspace):
    printed = talk([WHY], f"\n\n   \n{GOOD}\n\n")
    assert printed.count("There is nothing in it.") == 3
    assert "Right in the end: 1 of 1." in printed


def test_saying_both_is_named(talk):
    both = "Linear layers stack to one linear layer, only linear. A stack of linear layers is never equivalent to one."
    assert "You say both this and its opposite" in talk([WHY], f"{both}\n\n/quit\n")


def test_a_misconception_is_set_right(talk):
    assert f"✘ {WHY.misconceptions[0].text['en']}" in talk([WHY], "they make training faster\n\n/quit\n")


def test_numbers_are_computed_and_slips_named(talk, workspace):
    printed = talk([NUMBER], "0.5\n\n0.25\n\n")
    assert "✘ 0.5 is not it. " + NUMBER.slips[0].text["en"] in printed
    assert "✔ Right: 0.25." in printed
    assert "There are several numbers" in talk([NUMBER], "0.25 or 0.5\n\n/quit\n")
    assert "I find no number" in talk([NUMBER], "a lot\n\n/quit\n")


def test_numbers_become_harder_with_right_answers_and_easier_with_wrong_ones(talk, workspace):
    for level, answer in [(0, "0.25\n\n"), (1, "1/16\n\n"), (2, "7\n\n7\n\n"), (1, "0.0625\n\n")]:
        assert memory.level_of(workspace, NUMBER) == level
        assert NUMBER.say("ask", level) in talk([NUMBER], answer)


def test_commands_leave_the_question_standing(talk, workspace):
    printed = talk([WHY], f"/hint\n/ask saturation\n/lesson\n/help\n/nonsense\n{GOOD}\n\n")
    assert WHY.texts["hint"]["en"] in printed
    assert "1.4 Activation functions · The mathematics" in printed
    assert "An example by hand" in printed
    assert "there is no /nonsense" in printed
    assert "Right in the end: 1 of 1." in printed
    assert workspace.state()["questions"][WHY.name]["grade"] == memory.HARD
    assert memory.concepts(workspace.state(), [WHY.lesson])[0].hints == 1


def test_skip_and_quit(talk, workspace):
    printed = talk([WHY, NUMBER, MISTAKE], "/skip\n0.25\n\n/quit\n")
    assert "Right in the end: 1 of 1." in printed
    assert WHY.name not in workspace.state()["questions"]


def test_the_end_of_the_input_ends_the_conversation_and_loses_nothing(talk, workspace):
    printed = talk([WHY, NUMBER], "it bends the function")
    assert "Right in the end: 0 of 0." in printed
    assert kept(workspace)[0]["answer"] == "it bends the function"


def test_several_lines_are_one_answer(talk):
    assert "Right in the end: 1 of 1." in talk(
        [WHY], "the whole stack is one linear layer\nand with activations it bends\n\n"
    )


def test_a_command_behind_an_answer_ends_it(talk, workspace):
    talk([WHY], "it bends\n/quit\n")
    assert kept(workspace)[0]["verdicts"] == {"collapse": "missing", "bend": "made"}


def test_an_answer_that_is_too_long_is_kept_and_asked_for_again(talk, workspace):
    printed = talk([WHY], f"{'a' * 100_000}\n\n{GOOD}\n\n")
    assert f"100,000 characters, and up to {LONGEST:,} are read" in printed
    assert "Right in the end: 1 of 1." in printed
    assert len(kept(workspace)[0]["answer"]) == 100_000


def test_control_characters_do_no_harm(talk, workspace):
    printed = talk([WHY], "\x1b[31m\x00\x07it \x08bends\u202e\n\n/quit\n")
    assert "\x1b" not in printed
    assert f"✔ Right: {BEND.text['en']}." in printed


def test_chinese_answers_in_chinese(talk):
    set_language("zh")
    printed = talk([WHY], "不加激活函数，一百层相乘还是一个线性变换；加了以后才能拟合非线性的函数。\n\n")
    assert f"✔ 对：{COLLAPSE.text['zh']}。" in printed
    assert "答了 1 题，答对 1 题" in printed


def test_what_is_meant_in_other_words_counts_with_similarity(talk, workspace):
    def similar(point, sentences):
        return point.id == "collapse" and "it all folds together" in sentences[0]

    printed = talk([WHY], "it all folds together\n\n/quit\n", similar=similar)
    assert f"✔ Right: {COLLAPSE.text['en']}." in printed


def test_the_recorded_conversations_are_what_the_tutor_says():
    recorder = runpy.run_path(str(DOCS / "record.py"))
    for lesson, language in recorder["TYPED"]:
        recorded = (DOCS / f"{lesson}.{language}.md").read_text(encoding="utf-8")
        assert recorded == recorder["page"](lesson, language), f"python {DOCS / 'record.py'} writes them anew"
