"""The learner's folder: an exercise file for each lesson, and what is remembered about their progress.

Nothing that the learner typed is ever lost: files are only written where none is, or after a backup.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from .. import __version__
from ..errors import MinigradError
from ..language import language, say
from ..serialization import write_atomically
from .blanks import Blank
from .checking import Outcome
from .cut import exercise
from .learner import LearnerFile
from .lessons import Lesson, all_lessons, order_of
from .state import is_state

HIDDEN = ".minigrad"
FORMAT = 1  # of the state file
PAUSE = 25 * 60  # seconds without a command after which the learner is taken to have been away
CONFTEST = '''"""Lets plain `pytest` check the exercises of this folder."""

pytest_plugins = ["minigrad.course.pytest_plugin"]
'''


class WorkspaceError(MinigradError):
    """There is no workspace, or it cannot be used."""


class Workspace:
    """The workspace in `folder`. WorkspaceError if there is none, or if another version made it."""

    def __init__(self, folder: Path):
        self.folder, self.hidden = folder, folder / HIDDEN
        if not self.hidden.is_dir():
            raise WorkspaceError(
                say(
                    f"{folder} is no workspace; `minigrad start {folder}` makes one",
                    f"{folder} 不是学习目录；运行 `minigrad start {folder}` 可以创建",
                )
            )
        self.notices: list[str] = []
        self.state()

    # --------------------------------------------------------------------------------------------- finding, making

    @classmethod
    def find(cls, folder: Path | None = None) -> "Workspace":
        """The workspace in `folder`, or in the current folder or one above it."""
        if folder is not None:
            return cls(folder)
        here = Path.cwd()
        for place in (here, *here.parents):
            if (place / HIDDEN / "state.json").exists():
                return cls(place)
        raise WorkspaceError(
            say(
                "there is no workspace here; `minigrad start DIR` makes one, and commands are then given inside DIR",
                "这里没有学习目录；先运行 `minigrad start 目录` 创建，然后在该目录里使用各个命令",
            )
        )

    @classmethod
    def start(cls, folder: Path) -> tuple["Workspace", list[Path]]:
        """Make a workspace, or add to one what is missing. Returns it, and the files that were written."""
        try:
            (folder / HIDDEN).mkdir(parents=True, exist_ok=True)
            if not (folder / HIDDEN / "state.json").exists():
                write_json(folder / HIDDEN / "state.json", fresh())
            workspace = cls(folder)
            files = {folder / "conftest.py": CONFTEST}
            for lesson in all_lessons():
                if lesson.blanks:
                    files[workspace.file(lesson)] = exercise_text(lesson)
                if lesson.practice:
                    files[workspace.practice_file(lesson)] = lesson.practice.read_text(encoding="utf-8")
            missing = {path: text for path, text in files.items() if not path.exists()}
            for path, text in missing.items():
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise WorkspaceError(
                say(
                    f"cannot make a workspace in {folder}: {error.strerror}",
                    f"无法在 {folder} 创建学习目录：{error.strerror}",
                )
            ) from error
        return workspace, list(missing)

    # ------------------------------------------------------------------------------------------------------- files

    def file(self, lesson: Lesson) -> Path:
        """The exercise file of a lesson."""
        return self.folder / lesson.file_name

    def practice_file(self, lesson: Lesson) -> Path:
        """The learner's copy of a lesson's practice script."""
        return self.folder / "practice" / lesson.file_name

    def learner_file(self, lesson: Lesson) -> LearnerFile:
        return LearnerFile(self.file(lesson), lesson.number)

    def reset(self, lesson: Lesson) -> Path | None:
        """Write the exercise file of a lesson anew. What was there goes to a backup, whose path is returned."""
        file = self.file(lesson)
        backup = None
        if file.exists():
            stamp = time.strftime("%Y%m%d-%H%M%S")
            backup = free(self.hidden / "backups" / f"{file.stem}-{stamp}.py")
            backup.parent.mkdir(exist_ok=True)
            shutil.copy2(file, backup)
        write_atomically(file, exercise_text(lesson).encode())

        def forget(state: dict[str, Any]) -> None:
            for blank in lesson.blanks:
                entry_of(state, blank).pop("passed", None)

        self.update(forget)
        return backup

    # ------------------------------------------------------------------------------------------------------- state

    def state(self) -> dict[str, Any]:
        """What is remembered. A state file that cannot be read is put aside, and a new one begun."""
        path = self.hidden / "state.json"
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            if not is_state(state):
                raise ValueError("not the state of a workspace")
        except FileNotFoundError:
            return fresh()
        except (ValueError, RecursionError):
            aside = free(path.with_name("state-damaged.json"))
            with suppress(FileNotFoundError):  # another command at the same time has put it aside
                path.replace(aside)
            write_json(path, fresh())  # by this file a workspace is found
            self.notices.append(
                say(
                    f"the state file was damaged and is kept as {aside}; your code is untouched, and "
                    "`minigrad check --all` brings your progress back",
                    f"进度文件已损坏，保存为 {aside}；你的代码没有受影响，运行 `minigrad check --all` 即可恢复进度",
                )
            )
            return fresh()
        except OSError as error:
            raise WorkspaceError(
                say(f"cannot read {path}: {error.strerror}", f"无法读取 {path}：{error.strerror}")
            ) from error
        if state.get("format") != FORMAT:
            made_by, number = state.get("minigrad", "?"), state.get("format")
            raise WorkspaceError(
                say(
                    f"{self.folder} was made by minigrad {made_by} (format {number}); this is {__version__} (format "
                    f"{FORMAT}). Start a new workspace and copy your exercise files over; nothing was changed here",
                    f"{self.folder} 由 minigrad {made_by} 创建（格式 {number}），"
                    f"当前版本是 {__version__}（格式 {FORMAT}）。"
                    "请新建一个学习目录，再把练习文件复制过去；这里的内容没有任何改动",
                )
            )
        return state

    def update(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change what is remembered: read, change and write under a lock, so that two commands at once lose nothing."""
        with FileLock(self.hidden / "lock"):
            state = self.state()
            change(state)
            write_json(self.hidden / "state.json", {**state, "minigrad": __version__})

    def record(self, lesson: Lesson, outcomes: Iterable[Outcome], code: str) -> None:
        """Remember what a check found. `code` is the fingerprint of the file when it was checked."""

        def note(state: dict[str, Any]) -> None:
            for outcome in outcomes:
                entry = entry_of(state, outcome.blank)
                entry["checks"] = entry.get("checks", 0) + 1
                found = "passed" if outcome.finding is None else outcome.finding.facts.get("id", outcome.finding.kind)
                if entry.get("code") != code:  # the same code again is not one more try
                    entry["again"] = entry.get("again", 0) + 1 if found == entry.get("last") else 1
                entry.update(last=found, code=code)
                entry.pop("passed", None)
                if outcome.passed:
                    entry["passed"] = code

        self.update(note)

    def entry(self, blank: Blank) -> dict[str, Any]:
        """What is remembered about one blank."""
        return entry_of(self.state(), blank)

    def note(self, blank: Blank, **facts: Any) -> None:
        """Remember something about one blank."""
        self.update(lambda state: entry_of(state, blank).update(facts))

    def solved(self, lesson: Lesson, state: dict[str, Any] | None = None) -> list[Blank]:
        """The blanks of a lesson whose last check passed."""
        state = self.state() if state is None else state
        return [blank for blank in lesson.blanks if "passed" in entry_of(state, blank)]

    def next_lesson(self, after: Lesson | None = None) -> Lesson | None:
        """The first lesson that has an unsolved blank: the first behind `after`, or of all if none is left there.

        Without `after`, lessons from the one on at which the learner chose to begin come first.
        """
        state = self.state()
        unsolved = [x for x in all_lessons() if len(self.solved(x, state)) < len(x.blanks)]
        if after is not None:
            preferred = [x for x in unsolved if order_of(x.number) > order_of(after.number)]
        else:
            begin = order_of(state.get("begin", "0"))
            preferred = [x for x in unsolved if order_of(x.number) >= begin]
        return next(iter(preferred or unsolved), None)

    def spend(self, lesson: Lesson, now: float | None = None) -> None:
        """Note that the learner works on a lesson: the time since the last note went into it, if no longer than PAUSE.

        The state keeps the minutes spent on each lesson, in 'activity'.
        """
        when = time.time() if now is None else now

        def note(state: dict[str, Any]) -> None:
            activity = state.setdefault("activity", {})
            passed = when - activity.get("last", when)
            if 0 < passed <= PAUSE:
                minutes = activity.setdefault("minutes", {})
                minutes[lesson.number] = round(minutes.get(lesson.number, 0) + passed / 60, 2)
            activity["last"] = when

        self.update(note)


def fresh() -> dict[str, Any]:
    """The state of a new workspace."""
    return {"format": FORMAT, "minigrad": __version__, "blanks": {}}


def exercise_text(lesson: Lesson) -> str:
    """The exercise file of a lesson as it is handed out, in the user's language."""
    header = say(
        f"{lesson.number} {lesson.title}\n\n"
        "Write your code where `raise NotImplementedError` stands; everything around it is minigrad's own.\n"
        f"Read: minigrad lesson {lesson.number}    Check: minigrad check {lesson.number}    "
        f"Hint: minigrad hint {lesson.number}\n",
        f"{lesson.number} {lesson.title}\n\n"
        "把 `raise NotImplementedError` 换成你的代码；其余部分是 minigrad 自己的源码。\n"
        f"读课文：minigrad lesson {lesson.number}    检查：minigrad check {lesson.number}    "
        f"提示：minigrad hint {lesson.number}\n",
    )
    tasks = {e.blank: e.task[language()] for e in lesson.exercises}
    return exercise(lesson.blanks, header, tasks, lesson.asked_later)


def entry_of(state: dict[str, Any], blank: Blank) -> dict[str, Any]:
    return state["blanks"].setdefault(blank.name, {})


def write_json(path: Path, content: Any) -> None:
    write_atomically(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def free(path: Path) -> Path:
    """`path`, or the first of path-2, path-3, ... that does not exist."""
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
