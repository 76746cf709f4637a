"""Whatever a learner's code does, a check ends with a message."""

import time

import pytest

from minigrad.course import checking
from minigrad.course.checking import check_lesson
from minigrad.course.lessons import find_lesson
from minigrad.errors import MinigradError
from tests.course.conftest import HEAD, class_of

RIGHT = ("x, y = self.saved", "return gz * y, gz * x")


def test_right_code_passes(finding):
    assert finding(*RIGHT) is None


@pytest.mark.parametrize("body", ["raise NotImplementedError", "...", "pass", "'only a text'"])
def test_an_empty_function_is_not_written(finding, body):
    assert finding(body).kind == "not_written"


def test_an_endless_loop_is_stopped_and_its_line_named(finding):
    start = time.monotonic()
    found = finding("while True:", "    pass", seconds=1.0)
    assert found.kind == "too_long"
    assert "1 seconds" in found.seen
    assert "It was at line 6" in found.look or "It was at line 7" in found.look
    assert time.monotonic() - start < 8


def test_an_endless_loop_that_swallows_exceptions_and_keeps_threads_is_stopped_too(finding):
    loop = ("while True:", "    try:", "        sum(range(10**9))", "    except BaseException:", "        pass")
    assert finding(*loop, seconds=1.0).kind == "too_long"


def test_an_endless_loop_while_the_file_is_read_is_stopped(finding):
    assert finding(*RIGHT, before="while True:\n    pass\n\n", seconds=1.0).kind == "too_long"


def test_one_hanging_function_does_not_keep_the_others_from_being_checked(checked):
    text = HEAD + class_of("Add", "while True:", "    pass") + class_of("Mul", *RIGHT)
    add, mul = checked(text, "Add.backward", "Mul.backward", seconds=1.0)
    assert add.finding.kind == "too_long"
    assert mul.passed


def test_a_check_that_does_not_even_begin_says_so(finding, monkeypatch):
    """On a busy machine that was "the check itself failed", with nothing behind it."""
    monkeypatch.setattr(checking, "START", 0.0)
    with pytest.raises(MinigradError, match="did not begin within 0 seconds"):
        finding(*RIGHT)


def test_sys_exit_is_named_with_its_line(finding):
    found = finding("sys.exit(0)", before="import sys\n\n\n")
    assert found.kind == "exited"
    assert "line 9: `sys.exit(0)`" in found.seen


@pytest.mark.parametrize(("code", "how"), [("os._exit(3)", "exit status 3"), ("os.abort()", "signal 6")])
def test_a_dead_process_is_noticed(finding, code, how):
    found = finding(code, before="import os\n\n\n")
    assert found.kind == "crashed"
    assert how in found.seen


def test_a_giant_allocation_is_refused(finding):
    found = finding("return np.ones((100_000, 100_000))")
    assert found.kind == "memory"
    assert "np.ones((100_000, 100_000))" in found.look


def test_reading_from_the_keyboard_is_named(finding):
    found = finding("input('gradient? ')")
    assert found.kind == "asked_input"
    assert "line 6" in found.seen


def test_an_exception_is_named_with_its_line(finding):
    found = finding("x, y = self.saved", "return gz @ y, gz * x")
    assert found.kind == "raised"
    assert found.seen.startswith("Your code raised ValueError: matmul")
    assert found.look == "Line 7: `return gz @ y, gz * x`"


def test_endless_recursion_is_named(finding):
    assert "RecursionError" in finding("return self.backward(gz)").seen


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("2", "2")])
def test_a_check_uses_one_thread_unless_told_otherwise(checked, monkeypatch, given, expected):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if given:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", given)
    text = HEAD + class_of("Mul", "import os", "print(os.environ['OPENBLAS_NUM_THREADS'])", *RIGHT)
    (outcome,) = checked(text, "Mul.backward")
    assert outcome.printed.startswith(expected)


def test_what_is_printed_is_cut_short_and_shown(checked):
    text = HEAD + class_of("Mul", "for i in range(200_000):", "    print(i, 'hello')", *RIGHT)
    (outcome,) = checked(text)
    assert outcome.passed
    assert outcome.printed.startswith("0 hello\n1 hello\n")
    assert len(outcome.printed) <= 4000
    assert outcome.printed_length > 1_000_000


def test_threads_left_behind_do_not_hold_the_check_up(checked):
    text = "import threading, time\n" + class_of(
        "Mul", "threading.Thread(target=time.sleep, args=(600,)).start()", *RIGHT
    )
    start = time.monotonic()
    (outcome,) = checked(text)
    assert outcome.passed
    assert outcome.threads > 0
    assert time.monotonic() - start < 5


def test_threads_that_share_minigrads_own_work_are_not_counted(checked):
    text = "from minigrad.kernels.threads import shared\n" + class_of(
        "Mul", "shared(lambda part: None, 8, 1 << 30)", *RIGHT
    )
    (outcome,) = checked(text)
    assert outcome.passed
    assert outcome.threads == 0


def test_processes_left_behind_are_ended(finding, tmp_path):
    mark = tmp_path / "alive"
    code = f"import time; time.sleep(2); open({str(mark)!r}, 'w').close()"
    start = f"subprocess.Popen([sys.executable, '-c', {code!r}])"
    assert finding(start, *RIGHT, before="import subprocess, sys\n\n\n") is None
    time.sleep(3)
    assert not mark.exists()


def test_a_syntax_error_is_shown_with_its_line(finding):
    found = finding("x, y = self.saved", "return gz * y, gz *")
    assert found.kind == "syntax"
    assert "line 7" in found.seen
    assert "`return gz * y, gz *`" in found.look


def test_a_half_saved_file_is_a_syntax_error(checked):
    (outcome,) = checked(HEAD + class_of("Mul", *RIGHT)[:60] + "(")
    assert outcome.finding.kind == "syntax"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"caf\xe9 = 1\n"])
def test_a_file_in_another_encoding_is_named(checked, content):
    (outcome,) = checked(content)
    assert outcome.finding.kind == "unreadable"


def test_a_missing_file_is_named(checked):
    (outcome,) = checked(None)
    assert outcome.finding.kind == "no_file"
    assert "1.1_chain_rule.py is not there" in outcome.finding.seen


def test_a_renamed_function_is_missed_and_the_nearest_named(checked):
    (outcome,) = checked(HEAD + class_of("Mul", *RIGHT).replace("backward", "bakward"))
    assert outcome.finding.kind == "missing"
    assert "Mul.bakward" in outcome.finding.look


def test_another_signature_is_named(checked):
    (outcome,) = checked(HEAD + class_of("Mul", *RIGHT).replace("self, gz", "self, grad, extra"))
    assert outcome.finding.kind == "signature"
    assert outcome.finding.seen == "The parameters are (self, grad, extra); expected (self, gz)."


def test_an_error_outside_the_functions_is_named(finding):
    found = finding(*RIGHT, before="import no_such_module\n\n\n")
    assert found.seen == "Your code raised ModuleNotFoundError: No module named 'no_such_module'"


def test_a_path_with_spaces_and_chinese_characters(tmp_path):
    lesson = find_lesson("1.1")
    folder = tmp_path / "my folder 学习目录"
    folder.mkdir()
    file = folder / lesson.file_name
    file.write_text(HEAD + class_of("Mul", "while True:", "    pass"), encoding="utf-8")
    (outcome,) = check_lesson(lesson, file, [lesson.exercise("Mul.backward").blank], seconds=1.0)
    assert outcome.finding.kind == "too_long"
    assert "line 6" in outcome.finding.look or "line 7" in outcome.finding.look
