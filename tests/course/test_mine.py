"""minigrad on the learner's functions: which take its place, and that it then computes what it computes."""

import pytest
from click.testing import CliRunner
from rich.console import Console

import minigrad
from minigrad.cli import cli
from minigrad.course.lessons import all_lessons, find_lesson
from minigrad.course.mine import LearnerCodeError, my_code, solved_functions
from minigrad.course.verify import solved_file
from minigrad.course.workspace import Workspace

LESSON = find_lesson("1.4")


@pytest.fixture
def workspace(tmp_path):
    return Workspace.start(tmp_path / "ws")[0]


def write(workspace, lesson, *changes):
    text = solved_file(lesson)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    workspace.file(lesson).write_text(text, encoding="utf-8")


def owners(workspace):
    return {str(entry.blank): entry for entry in solved_functions(workspace)[1]}


def test_nothing_is_the_learners_at_first(workspace):
    assert not any(entry.mine for entry in owners(workspace).values())


def test_what_passes_is_the_learners_without_an_explicit_check(workspace):
    write(workspace, LESSON, ("return gy * (1 - y * y)", "return gy * (1 + y * y)"))
    found = owners(workspace)
    assert found["Sigmoid.backward"].mine
    assert not found["Tanh.backward"].mine
    assert workspace.entry(found["Tanh.backward"].blank)["last"] != "passed"


def test_a_forward_waits_for_its_backward(workspace):
    write(workspace, LESSON, ("return gy * (1 - y * y)", "raise NotImplementedError"))
    forward = owners(workspace)["Tanh.forward"]
    assert not forward.mine
    assert forward.why_not == "waits for Tanh.backward"


def test_a_file_that_changed_since_its_check_is_checked_again(workspace):
    write(workspace, LESSON)
    assert owners(workspace)["Tanh.backward"].mine
    write(workspace, LESSON, ("return gy * (1 - y * y)", "return gy * (1 + y * y)"))
    assert not owners(workspace)["Tanh.backward"].mine


def test_calls_are_counted_and_the_framework_is_put_back(workspace, capsys):
    write(workspace, LESSON)
    own = vars(minigrad.ops.activation.Tanh)["backward"]
    with my_code(workspace, Console(highlight=False)) as owned:
        for _ in range(3):
            minigrad.randn(2, requires_grad=True).tanh().sum().backward()
    assert {str(entry.blank): entry.calls for entry in owned}["Tanh.backward"] == 3
    assert vars(minigrad.ops.activation.Tanh)["backward"] is own
    assert "yours" in capsys.readouterr().out


def test_calls_between_the_learners_files_are_counted_too(workspace):
    for number in ("2.1", "2.2"):
        write(workspace, find_lesson(number))
    x, w = minigrad.randn(2, 3, 6, 6, requires_grad=True), minigrad.randn(4, 3, 3, 3, requires_grad=True)
    for _ in range(2):  # the files are as they were afterwards
        with my_code(workspace, Console(quiet=True)) as owned:
            minigrad.functional.conv2d(x, w).sum().backward()
        calls = {str(entry.blank): entry.calls for entry in owned}
        assert [calls[name] for name in ("im2col", "col2im")] == [2, 1]


@pytest.mark.parametrize("error", ["ValueError", "KeyError"])
@pytest.mark.parametrize("method", ["forward", "backward"])
def test_an_error_in_the_learners_code_is_told_with_its_line(workspace, error, method):
    """Also in a forward, where the engine raises another error in its place."""
    fails = {"forward": ("y = array_module(x).tanh(x)", "x"), "backward": ("return gy * (1 - y * y)", "gy")}
    line, array = fails[method]
    write(workspace, LESSON, (line, f"if {array}.size > 999: raise {error}('too large')\n        {line}"))
    message = rf"your {method} in 1.4_activations.py:\d+ raised {error}: .*too large"
    with pytest.raises(LearnerCodeError, match=message), my_code(workspace, Console(quiet=True)):
        minigrad.randn(1000, requires_grad=True).tanh().sum().backward()


@pytest.mark.slow
@pytest.mark.parametrize("model", ["linear", "mlp"])
def test_a_run_on_solved_blanks_gives_minigrads_own_weights_bit_for_bit(workspace, tmp_path, model):
    for lesson in all_lessons():
        write(workspace, lesson)
    train = ["train", "mnist", "--data", "embedded", "--epochs", "3", "--model", model]
    mine = CliRunner().invoke(cli, [*train, "--out", str(tmp_path / "mine"), "--mine", "-w", str(workspace.folder)])
    assert mine.exit_code == 0, mine.output
    assert "minigrad (" not in mine.output
    own = CliRunner().invoke(cli, [*train, "--out", str(tmp_path / "own")])
    assert own.exit_code == 0, own.output
    weights = [(tmp_path / run / "model.safetensors").read_bytes() for run in ("mine", "own")]
    assert weights[0] == weights[1]
