"""The tutor's commands as a learner gives them: piped, interrupted, twice at once, with unreadable input."""

import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from minigrad.cli import cli
from minigrad.course.lessons import find_lesson
from minigrad.tutor.dialogue import dialogue_of
from minigrad.tutor.placement import COUNT, placement_questions

WHY = dialogue_of(find_lesson("1.4")).question("why_activation")
GOOD = "Without one, the whole stack is just one linear layer; with it the function can bend."


def invoke(workspace, *arguments, text="", status=0):
    result = CliRunner().invoke(cli, [*arguments, "-w", str(workspace.folder)], input=text)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


def start(workspace, *arguments, **settings):
    """The command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "minigrad", *arguments, "-w", str(workspace.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "MINIGRAD_LANG": "en", "COLUMNS": "100"},
        **settings,
    )


def piped(workspace, given: bytes, *arguments):
    process = start(workspace, "talk", "1.4", *arguments, stdin=subprocess.PIPE)
    printed, _ = process.communicate(given, timeout=60)
    return printed.decode(), process.returncode


def kept(workspace):
    return [json.loads(line)["answer"] for line in (workspace.hidden / "answers.jsonl").read_text().splitlines()]


def test_talk_asks_one_question_or_all_of_a_lesson(workspace):
    assert "1/1" in invoke(workspace, "talk", "1.4", "--question", "why_activation", text=f"{GOOD}\n\n")
    total = len(dialogue_of(WHY.lesson).questions)
    assert f"1/{total}" in invoke(workspace, "talk", "activations", text="/quit\n")


def test_an_unknown_question_is_named(workspace):
    result = CliRunner().invoke(cli, ["talk", "1.4", "--question", "why_activatoin", "-w", str(workspace.folder)])
    assert "did you mean 'why_activation'?" in str(result.exception)


def test_ask_answers_from_the_lessons_in_the_language_of_the_question():
    result = CliRunner().invoke(cli, ["ask", "what is a saturated unit?"])
    assert "1.4 Activation functions" in result.output
    result = CliRunner().invoke(cli, ["ask", "为什么要除以 sqrt(d)？", "--lang", "zh"])
    assert "3.6" in result.output
    assert "数学" in result.output
    assert (
        "do not cover this"
        in CliRunner().invoke(cli, ["ask", "how", "do", "I", "bake", "bread?", "--lang", "en"]).output
    )


def test_next_plan_and_progress(workspace):
    assert "minigrad " in invoke(workspace, "next")
    assert "2 weeks" in invoke(workspace, "plan", "--weeks", "2", "--hours", "80")
    assert "hours a week would do it" in invoke(workspace, "plan", "--weeks", "1", "--hours", "1")
    invoke(workspace, "talk", "1.4", "--question", "why_activation", text=f"{GOOD}\n\n")
    printed = invoke(workspace, "progress", "--picture")
    assert "why networks need" in printed
    assert (workspace.folder / "pictures" / "progress.png").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--weeks", "0"), ("--hours", "0"), ("--hours", "nan"), ("--weeks", "x")]
)
def test_a_plan_of_nothing_is_refused(workspace, option, value):
    assert "Invalid value" in invoke(workspace, "plan", option, value, status=2)


def test_a_line_that_is_not_utf8_is_told_and_the_rest_goes_on(workspace):
    printed, status = piped(workspace, b"it \xff bends\n" + GOOD.encode() + b"\n\n/quit\n")
    assert "its byte 0xff is not UTF-8" in printed
    assert "Right in the end: 1 of 1." in printed
    assert status == 0
    assert kept(workspace) == [GOOD]


def test_a_hundred_thousand_characters_and_control_characters(workspace):
    printed, status = piped(workspace, b"x" * 100_000 + b"\n\n\x1b]0;title\x07\x00\n\n/quit\n")
    assert "100,000 characters" in printed
    assert "\x1b]" not in printed
    assert status == 0
    assert [len(answer) for answer in kept(workspace)] == [100_000, 11]


def test_no_input_ends_it(workspace):
    printed, status = piped(workspace, b"")
    assert "Right in the end: 0 of 0." in printed
    assert status == 0


def test_ctrl_c_stops_it_with_everything_kept(workspace):
    process = start(workspace, "talk", "1.4", stdin=subprocess.PIPE)
    process.stdin.write(f"{GOOD}\n\nhalf an ans".encode())
    process.stdin.flush()
    end = time.monotonic() + 60
    while time.monotonic() < end and "questions" not in workspace.state():
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    printed = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 130
    assert "Traceback" not in printed
    assert "stopped" in printed
    assert kept(workspace) == [GOOD]
    assert workspace.state()["questions"][WHY.name]["grade"] == "good"


def test_ctrl_d_in_a_terminal_ends_it(workspace):
    ours, theirs = pty.openpty()
    process = start(workspace, "talk", "1.4", stdin=theirs)
    os.write(ours, f"{GOOD}\n\n".encode())
    end = time.monotonic() + 60
    while time.monotonic() < end and "questions" not in workspace.state():
        time.sleep(0.1)
    os.write(ours, b"\x04")
    printed = process.communicate(timeout=60)[0].decode()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert "Right in the end: 1 of 1." in printed


def test_two_at_once_lose_nothing(workspace):
    processes = [
        start(workspace, "talk", "1.4", "--question", name, stdin=subprocess.PIPE)
        for name in ("why_activation", "sigmoids_in_a_row")
    ]
    for process, answer in zip(processes, (GOOD, "0.25")):
        process.stdin.write(f"{answer}\n\n".encode())
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0, 0]
    assert {record["grade"] for record in workspace.state()["questions"].values()} == {"good"}
    assert len(workspace.state()["questions"]) == 2
    assert sorted(kept(workspace)) == sorted([GOOD, "0.25"])


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"blanks": {}, "concepts": 3}', b'{"blanks": {"a": 1}}', b"\xff"]
)
def test_a_damaged_state_is_put_aside(workspace, content):
    (workspace.hidden / "state.json").write_bytes(content)
    printed = invoke(workspace, "talk", "1.4", text=f"{GOOD}\n\n")
    assert "the state file was damaged" in " ".join(printed.split())
    assert (workspace.hidden / "state-damaged.json").read_bytes() == content
    assert WHY.name in workspace.state()["questions"]


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("blanks", {"minigrad.ops.arithmetic.Add.backward": 7}),
        ("blanks", {"minigrad.ops.arithmetic.Add.backward": {"hints": "x"}}),
        ("concepts", {"1.4 saturation": {"card": 5}}),
        ("concepts", {"1.4 saturation": {"card": {"due": "soon"}}}),
        ("concepts", {"1.4 saturation": 5}),
        ("questions", {"1.4 why_activation": 3}),
        ("questions", {"1.4 why_activation": {"level": -9}}),
        ("activity", {"last": "x"}),
        ("activity", {"minutes": 3}),
        ("plan", {"begin": "tomorrow", "weeks": 8, "hours": 6.0}),
        ("plan", {"weeks": "a"}),
        ("plan", {"weeks": 8}),
        ("begin", 5),
        ("begin", "x.y"),
    ],
)
def test_a_state_with_something_else_inside_is_put_aside(workspace, part, content):
    path = workspace.hidden / "state.json"
    damaged = json.dumps({**workspace.state(), part: content})
    path.write_text(damaged)
    for arguments in (["next"], ["progress"], ["plan", "--weeks", "8"], ["talk", "1.4"]):
        invoke(workspace, *arguments, text="/quit\n")
    assert (workspace.hidden / "state-damaged.json").read_text() == damaged


def test_a_state_that_commands_wrote_is_taken(workspace):
    invoke(workspace, "talk", "1.4", text=f"{GOOD}\n\n")
    invoke(workspace, "plan", "--weeks", "8")
    invoke(workspace, "next")
    assert not list(workspace.hidden.glob("state-damaged*"))


def test_a_state_of_a_newer_version_is_left_alone(workspace):
    state = workspace.hidden / "state.json"
    newer = json.dumps({**json.loads(state.read_text()), "format": 99, "minigrad": "9.0"})
    state.write_text(newer)
    result = CliRunner().invoke(cli, ["talk", "1.4", "-w", str(workspace.folder)], input="hm\n\n")
    assert "was made by minigrad 9.0" in str(result.exception)
    assert state.read_text() == newer


def test_six_questions_find_where_to_begin(tmp_path):
    questions = placement_questions()
    assert len(questions) == COUNT
    assert len({question.lesson.number for question in questions}) == COUNT
    result = CliRunner().invoke(cli, ["start", str(tmp_path / "a"), "--questions"], input="/skip\n/skip\n\n")
    assert f"Begin at lesson {questions[0].lesson.number}" in result.output
    assert "minigrad lesson 1.1" in result.output


def test_one_miss_between_right_answers_sends_nobody_back(tmp_path):
    questions, folder = placement_questions(), tmp_path / "a"
    known = [f"{question.texts['explain']['en']}\n\n" for question in questions]
    typed = "".join(["/skip\n", *known[1:3], "/skip\n", "/skip\n", "\n"])
    result = CliRunner().invoke(cli, ["start", str(folder), "--questions"], input=typed)
    assert f"Begin at lesson {questions[3].lesson.number}" in result.output
    state = json.loads((folder / ".minigrad" / "state.json").read_text())
    grades = [state["questions"].get(question.name, {}).get("grade") for question in questions]
    assert grades == ["again", "good", "good", None, None, None]  # what the course is still to teach is no review


def test_the_learner_may_overrule_where_to_begin(tmp_path):
    folder = tmp_path / "a"
    result = CliRunner().invoke(cli, ["start", str(folder), "--questions"], input="/skip\n/skip\n9.9\n\n2.1\n\n")
    assert "unknown lesson '9.9'" in result.output
    assert "minigrad lesson 2.1" in result.output
    assert json.loads((folder / ".minigrad" / "state.json").read_text())["begin"] == "2.1"


def test_a_command_does_not_agree_to_where_to_begin(tmp_path):
    folder = tmp_path / "a"
    result = CliRunner().invoke(cli, ["start", str(folder), "--questions"], input="/skip\n/skip\n/hint\n/skip\n2.1\n\n")
    assert "minigrad lesson 2.1" in result.output
    assert json.loads((folder / ".minigrad" / "state.json").read_text())["begin"] == "2.1"


def test_leaving_the_six_questions_begins_at_the_beginning(tmp_path):
    result = CliRunner().invoke(cli, ["start", str(tmp_path / "a"), "--questions"], input="/quit\n")
    assert "minigrad lesson 1.1" in result.output


def test_without_a_terminal_no_questions_are_asked(tmp_path):
    assert "/skip" not in CliRunner().invoke(cli, ["start", str(tmp_path / "a")]).output
