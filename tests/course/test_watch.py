"""`minigrad watch` in a terminal: a saved file is checked again, single keys act."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

from minigrad.course.lessons import find_lesson
from minigrad.course.verify import solved_file
from minigrad.course.workspace import Workspace

LESSON = find_lesson("1.1")


@pytest.fixture
def workspace(tmp_path):
    return Workspace.start(tmp_path / "ws")[0]


class Terminal:
    """A process in a terminal of its own; `wait_for` reads until a text appears."""

    def __init__(self, *command, cwd):
        self.master, slave = pty.openpty()
        environment = {**os.environ, "COLUMNS": "200", "LINES": "100", "TERM": "xterm", "MINIGRAD_LANG": "en"}
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment)
        os.close(slave)

    def wait_for(self, text, seconds=30):
        seen, end = "", time.monotonic() + seconds
        while text not in seen:
            assert time.monotonic() < end, f"{text!r} not in {seen!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                seen += os.read(self.master, 65536).decode(errors="replace")
        return seen

    def press(self, key):
        os.write(self.master, key.encode())


def test_saving_and_keys(workspace):
    terminal = Terminal(sys.executable, "-m", "minigrad", "watch", "1.1", cwd=workspace.folder)
    try:
        terminal.wait_for("q quit")
        time.sleep(0.5)
        workspace.file(LESSON).write_text(solved_file(LESSON), encoding="utf-8")
        assert "Lesson 1.1 is done." in terminal.wait_for("q quit")
        terminal.press("h")
        terminal.wait_for("is right; for a hint")
        terminal.press("l")
        terminal.wait_for("functions are yours")
        terminal.press("n")
        terminal.wait_for("q quit")
        terminal.press("q")
        assert terminal.process.wait(10) == 0
    finally:
        terminal.process.kill()


def test_deleted_and_foreign_files(workspace):
    terminal = Terminal(sys.executable, "-m", "minigrad", "watch", "1.1", cwd=workspace.folder)
    try:
        terminal.wait_for("q quit")
        time.sleep(0.5)
        (workspace.folder / "2nd_try.py").write_text("x = 1")
        workspace.file(LESSON).unlink()
        assert "is not there" in terminal.wait_for("q quit")
        terminal.press("h")
        terminal.wait_for("hint 1 of 3")
        terminal.press("q")
        assert terminal.process.wait(10) == 0
    finally:
        terminal.process.kill()


def test_ctrl_c_ends_it(workspace):
    terminal = Terminal(sys.executable, "-m", "minigrad", "watch", "1.1", cwd=workspace.folder)
    try:
        terminal.wait_for("q quit")
        terminal.process.send_signal(2)
        assert terminal.process.wait(10) in (0, 130)
    finally:
        terminal.process.kill()


def test_without_a_terminal_it_says_so_and_watches(workspace):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "minigrad", "watch", "1.1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd=workspace.folder,
        env={**os.environ, "MINIGRAD_LANG": "en"},
    )
    try:
        assert process.stdout.readline().startswith("no terminal")
    finally:
        process.kill()
