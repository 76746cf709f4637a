"""The commands of the course, as a learner gives them."""

import os
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from minigrad.cli import cli, run
from minigrad.course.lessons import all_lessons, find_lesson
from minigrad.course.verify import solved_file
from minigrad.course.workspace import Workspace

LESSON = find_lesson("1.1")


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    workspace, _ = Workspace.start(tmp_path / "ws")
    monkeypatch.chdir(workspace.folder)
    return workspace


@pytest.fixture
def solved(workspace):
    workspace.file(LESSON).write_text(solved_file(LESSON), encoding="utf-8")
    return workspace


def invoke(*arguments, status=0):
    result = CliRunner().invoke(cli, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.output


def told(monkeypatch, capsys, *arguments):
    """What the command prints as an error, and its exit status."""
    monkeypatch.setattr("sys.argv", ["minigrad", *arguments])
    status = run()
    return capsys.readouterr().err.strip(), status


def test_start_says_how_to_go_on(tmp_path):
    output = invoke("start", tmp_path / "new one")
    assert f"cd '{tmp_path}/new one'" in output
    assert "minigrad lesson 1.1" in output


def test_an_unwritten_lesson_fails_and_points_at_a_hint(workspace):
    output = invoke("check", status=1)
    assert output.count("Not written yet.") == len(LESSON.blanks)
    assert "minigrad hint 1.1 Add.backward" in output


def test_a_solved_lesson_passes_and_the_next_is_named(solved):
    output = invoke("check", "1.1")
    assert "Lesson 1.1 is done." in output
    assert "minigrad practice 1.1" in output
    assert f"{len(LESSON.blanks)}/{len(LESSON.blanks)} ✔" in invoke("progress")


def test_one_function_can_be_checked_by_a_part_of_its_name(solved):
    assert invoke("check", "1.1", "div").startswith("✔ Div.backward")


def test_hints_come_one_by_one_and_are_remembered(workspace):
    texts = LESSON.exercise("Mul.backward").hints["en"]
    for level in (1, 2, 3, 3):
        output = " ".join(invoke("hint", "1.1", "Mul.backward").split())
        assert f"hint {level} of 3" in output
        assert texts[level - 1] in output
    assert workspace.entry(LESSON.exercise("Mul.backward").blank)["hints"] == 3
    assert texts[0] in " ".join(invoke("hint", "1.1", "Mul.backward", "--level", 1).split())


def test_a_hint_without_a_name_is_for_the_first_unsolved_function(workspace):
    assert "Add.backward" in invoke("hint")


def test_a_solution_is_minigrads_own_code_and_is_noted(workspace):
    assert "gz * y, gz * x" in invoke("solution", "1.1", "Mul.backward")
    assert "Mul.backward" in invoke("progress")


def test_a_long_line_of_a_solution_is_broken_not_cut(workspace):
    assert "(`total` is None at first)." in " ".join(invoke("solution", "1.2", "accumulate").split())


def test_what_is_wrong_with_the_file_is_explained_once(workspace):
    workspace.file(LESSON).write_text("def f(:\n", encoding="utf-8")
    output = invoke("check", "1.1", status=1)
    assert output.count("Python cannot read the file") == len(LESSON.blanks)
    assert output.count("Often a bracket") == 1


def test_the_pager_shows_colours(workspace, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("LESS", "FX")
    invoke("lesson", "1.1")
    assert os.environ["LESS"] == "-R FX"


def test_reset_says_where_the_old_file_is(solved):
    output = invoke("reset", "1.1").replace("\n", "")
    assert "backups" in output
    assert "0/" in invoke("progress")


def test_everything_speaks_chinese(workspace):
    assert "这个函数还没有写。" in invoke("check", "1.1", "--lang", "zh", status=1)
    assert "提示 1/3" in invoke("--lang", "zh", "hint", "1.1")
    assert "谁写的" not in invoke("progress", "--lang", "zh")
    assert "检查你写的代码" in invoke("--lang", "zh", "check", "--help")
    assert "链式法则" in invoke("lesson", "1.1", "--lang", "zh")
    assert "检查你写的代码" in invoke("check", "--help", "--lang", "zh")
    assert "训练模型" in invoke("train", "--help", "--lang=zh")


def test_the_language_comes_from_the_environment(workspace, monkeypatch):
    from minigrad.language import set_language

    set_language(None)
    monkeypatch.setenv("MINIGRAD_LANG", "zh_CN.UTF-8")
    assert "这个函数还没有写。" in invoke("check", "1.1", status=1)
    monkeypatch.delenv("MINIGRAD_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "这个函数还没有写。" in invoke("check", "1.1", status=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "1.11"), "unknown lesson '1.11' (did you mean '1.1'?)"),
        (("lesson", "chain_rul"), "unknown lesson 'chain_rul' (did you mean 'chain_rule'?)"),
        (
            ("hint", "1.1", "Mull.backward"),
            "unknown exercise of lesson 1.1 'Mull.backward' (did you mean 'Mul.backward'?)",
        ),
        (("solution", "1.1", "backward"), "unknown exercise of lesson 1.1 'backward'"),
        (("dev", "check", "7.7"), "unknown lesson '7.7'"),
    ],
)
def test_unknown_names_get_the_nearest_right_one(workspace, monkeypatch, capsys, arguments, message):
    error, status = told(monkeypatch, capsys, *arguments)
    assert error.startswith(f"error: {message}")
    assert status == 1


def test_outside_a_workspace_the_way_to_one_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    error, status = told(monkeypatch, capsys, "check")
    assert "minigrad start DIR" in error
    assert status == 1


def test_the_list_of_lessons(workspace):
    output = invoke("lesson")
    assert all(lesson.title in output for lesson in all_lessons())


def test_practice_runs_on_the_learners_functions_and_says_so(solved):
    output = invoke("practice", "1.1")
    assert "L = 16" in output
    assert "Mul.backward" in output
    assert "yours" in output
    assert (solved.folder / "pictures" / "1.1_line.png").exists()


def test_practice_with_nothing_solved_runs_on_minigrad_and_says_so(workspace):
    assert "not solved yet" in invoke("practice", "1.1")


BOMB = """

def bomb(x, calls=[]):
    calls.append(1)
    if len(calls) > 40:
        raise ValueError("boom")
    return x
"""


def test_an_error_in_the_learners_code_during_practice_is_one_sentence(solved, monkeypatch, capsys):
    invoke("check", "1.1")
    file = solved.file(LESSON)
    text = file.read_text(encoding="utf-8").replace("return gz * y, gz * x", "return bomb(gz * y), gz * x")
    text += BOMB
    file.write_text(text, encoding="utf-8")
    error, status = told(monkeypatch, capsys, "practice", "1.1")
    assert "raised ValueError: boom" in error
    assert "1.1_chain_rule.py:" in error
    assert status == 1


def test_a_hint_when_all_is_right_says_so(solved):
    invoke("check", "1.1")
    assert "is right" in invoke("hint", "1.1")
    assert "hint 1 of 3" in invoke("hint", "1.1", "Mul.backward")


def test_a_solution_without_a_name_lists_the_functions(workspace, monkeypatch, capsys):
    error, status = told(monkeypatch, capsys, "solution", "1.1")
    assert "Mul.backward" in error
    assert status == 2


def test_a_workspace_whose_name_looks_like_markup(tmp_path, monkeypatch):
    workspace, _ = Workspace.start(tmp_path / "[/red] ws")
    (workspace.hidden / "state.json").write_text("", encoding="utf-8")
    monkeypatch.chdir(workspace.folder)
    assert "state-damaged" in invoke("progress").replace("\n", "")


@pytest.mark.skipif(find_spec("cupy") is not None, reason="CuPy is installed")
@pytest.mark.parametrize("command", ["check", "watch"])
def test_without_cupy_a_check_on_the_gpu_says_what_is_missing(command, workspace, monkeypatch, capsys):
    said, status = told(monkeypatch, capsys, command, "1.1", "--device", "cuda")
    assert said.startswith("error: device 'cuda' needs CuPy, which is not installed: pip install")
    assert "\n" not in said
    assert status == 1
