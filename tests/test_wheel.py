"""An installed wheel does what a clone does: start, check, hint, train."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOLVE = """
import sys
from minigrad.course.lessons import find_lesson
from minigrad.course.verify import solved_file
open(sys.argv[1], "w", encoding="utf-8").write(solved_file(find_lesson("1.1")))
"""


def run(*command, cwd, status=0):
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MINIGRAD_DATA")}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "MINIGRAD_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
def test_the_wheel_in_a_fresh_environment(tmp_path):
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / "dist", ROOT, cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("minigrad-*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "env", cwd=tmp_path)
    python, minigrad = (tmp_path / "env" / "bin" / name for name in ("python", "minigrad"))
    run(python, "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    where = run(python, "-c", "import minigrad; print(minigrad.__file__)", cwd=tmp_path)
    assert str(tmp_path / "env") in where

    run(minigrad, "start", "ws", cwd=tmp_path)
    workspace = tmp_path / "ws"
    assert "Not written yet." in run(minigrad, "check", "1.1", cwd=workspace, status=1)
    run(python, "-c", SOLVE, workspace / "1.1_chain_rule.py", cwd=workspace)
    assert "Lesson 1.1 is done." in run(minigrad, "check", "1.1", cwd=workspace)
    assert "hint 1 of 3" in run(minigrad, "hint", "1.1", "Mul.backward", cwd=workspace)
    assert "chain rule" in run(minigrad, "lesson", "1.1", cwd=workspace)
    train = ("train", "mnist", "--mine", "--data", "embedded", "--model", "linear", "--epochs", 2)
    output = run(minigrad, *train, cwd=workspace)
    assert "test accuracy" in output
    assert "yours" in output
    assert (workspace / "runs" / "mnist-linear" / "curves.png").exists()
