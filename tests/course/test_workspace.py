"""The learner's folder: nothing that they typed is lost, whatever happens to the files around it."""

import json
import subprocess
import sys
import threading

import pytest

from minigrad.course import workspace as module
from minigrad.course.lessons import all_lessons, find_lesson
from minigrad.course.workspace import Workspace, WorkspaceError
from minigrad.language import set_language

LESSON = find_lesson("1.1")


@pytest.fixture
def workspace(tmp_path):
    return Workspace.start(tmp_path / "ws 学习")[0]


def test_start_writes_a_file_for_each_lesson_with_blanks(workspace):
    for lesson in all_lessons():
        assert workspace.file(lesson).exists() == bool(lesson.blanks)
        if lesson.practice:
            assert workspace.practice_file(lesson).exists()


def test_starting_again_leaves_what_is_there_and_adds_what_is_missing(workspace):
    workspace.file(LESSON).write_text("mine", encoding="utf-8")
    (workspace.folder / "conftest.py").unlink()
    _, written = Workspace.start(workspace.folder)
    assert written == [workspace.folder / "conftest.py"]
    assert workspace.file(LESSON).read_text(encoding="utf-8") == "mine"


def test_reset_keeps_a_backup_each_time(workspace):
    for text in ("first", "second"):
        workspace.file(LESSON).write_text(text, encoding="utf-8")
        backup = workspace.reset(LESSON)
        assert backup.read_text(encoding="utf-8") == text
    assert len(list((workspace.hidden / "backups").iterdir())) == 2
    assert "raise NotImplementedError" in workspace.file(LESSON).read_text(encoding="utf-8")


def test_reset_of_a_deleted_file_writes_it_anew(workspace):
    workspace.file(LESSON).unlink()
    assert workspace.reset(LESSON) is None
    assert workspace.file(LESSON).exists()


@pytest.mark.parametrize("content", ["", '{"format": 1, "bla', "[]", '{"format": 1}'])
def test_a_damaged_state_is_put_aside_and_begun_anew(workspace, content, monkeypatch):
    state = workspace.hidden / "state.json"
    state.write_text(content, encoding="utf-8")
    again = Workspace(workspace.folder)
    assert "state-damaged" in again.notices[0]
    assert (workspace.hidden / "state-damaged.json").read_text(encoding="utf-8") == content
    assert again.solved(LESSON) == []
    monkeypatch.chdir(workspace.folder)
    assert Workspace.find().state()["blanks"] == {}


def test_a_workspace_of_another_version_is_refused_and_left_as_it_is(workspace):
    state = workspace.hidden / "state.json"
    content = json.dumps({"format": 99, "minigrad": "9.9", "blanks": {}})
    state.write_text(content, encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"made by minigrad 9\.9 \(format 99\).*nothing was changed"):
        Workspace(workspace.folder)
    assert state.read_text(encoding="utf-8") == content


def test_no_workspace_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError, match="there is no workspace here"):
        Workspace.find()
    with pytest.raises(WorkspaceError, match="is no workspace"):
        Workspace.find(tmp_path)


def test_a_workspace_is_found_from_a_folder_inside_it(workspace, monkeypatch):
    monkeypatch.chdir(workspace.folder / "practice")
    assert Workspace.find().folder == workspace.folder


def test_changes_of_the_state_at_once_lose_nothing(workspace):
    def count():
        for _ in range(20):
            workspace.update(lambda state: state.update(n=state.get("n", 0) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert workspace.state()["n"] == 80


def test_two_checks_at_once_are_both_remembered(workspace):
    command = [sys.executable, "-m", "minigrad", "check", "1.1", "-w", str(workspace.folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert errors == ""
    assert workspace.entry(LESSON.blanks[0])["checks"] == 2


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot make a workspace"):
        Workspace.start(tmp_path / "file" / "ws")


def test_exercises_speak_the_language_of_the_learner(tmp_path):
    set_language("zh")
    workspace, _ = Workspace.start(tmp_path / "ws")
    text = workspace.file(LESSON).read_text(encoding="utf-8")
    assert "链式法则" in text
    assert "# 返回 (gx, gy)" in text
    compile(text, "exercise", "exec")


def test_backups_never_take_a_name_that_is_taken(tmp_path):
    taken = tmp_path / "a.py"
    taken.write_text("")
    (tmp_path / "a-2.py").write_text("")
    assert module.free(taken) == tmp_path / "a-3.py"


def test_the_next_lesson_is_the_one_behind(workspace):
    """Who begins with stage 2 is not sent back to 1.1 after every lesson."""
    assert workspace.next_lesson().number == "1.1"
    assert workspace.next_lesson(after=find_lesson("2.1")).number == "2.2"
    last = all_lessons()[-1]
    assert workspace.next_lesson(after=last).number == "1.1"
