"""Plain pytest in a workspace."""

import os
import subprocess
import sys

from minigrad.course.lessons import find_lesson
from minigrad.course.verify import solved_file
from minigrad.course.workspace import Workspace

LESSON = find_lesson("1.1")


def pytest_in(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, "MINIGRAD_LANG": "en"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=120)


def test_every_blank_is_a_test(tmp_path):
    workspace, _ = Workspace.start(tmp_path / "ws")
    text = solved_file(LESSON).replace("gz * y, gz * x", "gz * x, gz * y")
    workspace.file(LESSON).write_text(text, encoding="utf-8")
    result = pytest_in(workspace.folder, LESSON.file_name)
    assert f"1 failed, {len(LESSON.blanks) - 1} passed" in result.stdout
    assert "gx and gy are exchanged" in result.stdout
    assert "Traceback" not in result.stdout


def test_all_files_of_a_workspace_are_collected_but_not_the_practice(tmp_path):
    workspace, _ = Workspace.start(tmp_path / "ws")
    result = pytest_in(workspace.folder, "--collect-only", "-q")
    assert "1.1_chain_rule.py::Add.backward" in result.stdout
    assert "practice" not in result.stdout
