"""The learner's functions in minigrad's place: for training, and for a lesson's practice.

No silent help: a table says which functions were the learner's, which minigrad's, and how often each was called.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ..errors import MinigradError
from ..language import say
from .blanks import Blank, in_place
from .checking import check_lesson
from .diagnosis import Finding, WrongError
from .learner import code_file
from .lessons import Lesson, all_lessons
from .numpy_sources import is_on_cpu, is_on_gpu
from .numpy_use import why_on_device, why_returned
from .workspace import Workspace


class LearnerCodeError(MinigradError):
    """The learner's code failed while it stood in minigrad's place."""


@dataclass
class Owned:
    """A blank in a run: whose function stands there, why it is not the learner's, and how often it was called."""

    blank: Blank
    lesson: Lesson
    mine: bool
    why_not: str = ""
    calls: int = 0


def solved_functions(workspace: Workspace) -> tuple[dict[Blank, Callable], list[Owned]]:
    """The learner's functions that pass their checks now, and for every blank of the course whose it is.

    A file that changed since its last check is checked again. A forward stands in minigrad's place only together with
    its backward: what it saves is for that one.
    """
    functions: dict[Blank, Callable] = {}
    owned: list[Owned] = []
    for lesson in all_lessons():
        found = solved_now(workspace, lesson)
        for blank in lesson.blanks:
            partner = partner_of(blank, lesson)
            if blank not in found:
                owned.append(Owned(blank, lesson, False, say("not solved yet", "你还没做出来")))
            elif partner is not None and partner not in found:
                owned.append(Owned(blank, lesson, False, say(f"waits for {partner}", f"等待 {partner}")))
            else:
                functions[blank] = found[blank]
                owned.append(Owned(blank, lesson, True))
    return functions, owned


def solved_now(workspace: Workspace, lesson: Lesson) -> dict[Blank, Callable]:
    """The functions of one lesson that pass."""
    file = workspace.learner_file(lesson)
    try:
        written = [blank for blank in lesson.blanks if file.is_written(blank)]
        code = file.fingerprint
    except WrongError:
        return {}
    if any(workspace.entry(blank).get("passed", code) != code for blank in written) or (
        written and not workspace.solved(lesson)
    ):
        workspace.record(lesson, check_lesson(lesson, file.path), code)
    solved = [blank for blank in workspace.solved(lesson) if blank in written]
    return {blank: file.function(blank) for blank in solved}


def partner_of(blank: Blank, lesson: Lesson) -> Blank | None:
    """The backward that belongs to a forward, if the learner writes both."""
    if blank.short != "forward":
        return None
    name = blank.name.removesuffix("forward") + "backward"
    return next((other for other in lesson.blanks if other.name == name), None)


@contextmanager
def my_code(workspace: Workspace, console: Console) -> Iterator[list[Owned]]:
    """Inside, minigrad runs on the learner's solved functions; afterwards, the table of whose functions ran.

    LearnerCodeError, with the line, if the learner's code raises.
    """
    functions, owned = solved_functions(workspace)
    mine = sum(entry.mine for entry in owned)
    console.print(
        say(
            f"running on {mine} of your functions, and {len(owned) - mine} of minigrad's (table below)",
            f"本次运行使用你写的 {mine} 个函数，其余 {len(owned) - mine} 个是 minigrad 自己的（见后面的表）",
        )
    )
    counted = {entry.blank: counting(functions.get(entry.blank, entry.blank.function), entry) for entry in owned}
    files = {str(workspace.file(lesson)) for lesson in all_lessons()}
    try:
        with in_learners_files(counted, functions), in_place(counted, functions):
            yield owned
    except MinigradError:
        raise
    except Exception as error:
        raise failure(error, files) from error
    show_owned(console, owned)


@contextmanager
def in_learners_files(counted: Mapping[Blank, Callable], functions: Mapping[Blank, Callable]) -> Iterator[None]:
    """Within this context the learner's files call the counted functions too, whether they define a function or import
    minigrad's."""
    known = {id(blank.function): function for blank, function in counted.items()}
    known |= {id(function): counted[blank] for blank, function in functions.items()}
    files = {id(function.__globals__): function.__globals__ for function in functions.values()}
    changes = [(file, name, value) for file in files.values() for name, value in file.items() if id(value) in known]
    try:
        for file, name, value in changes:
            file[name] = known[id(value)]
        yield
    finally:
        for file, name, value in changes:
            file[name] = value


def counting(function: Callable, entry: Owned) -> Callable:
    """The same function, counting its calls."""

    @wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        entry.calls += 1
        result = function(*args, **kwargs)
        if entry.mine and is_on_cpu(result) and any(map(is_on_gpu, (*args, *kwargs.values()))):
            given = signature(function).bind(*args, **kwargs).arguments
            raise learners_error(function.__name__, code_file(function), why_returned(function, given, result))
        return result

    return counted


def failure(error: Exception, files: set[str]) -> Exception:
    """The error as the learner should read it, if it, or what it was raised from, came from their code; else itself."""
    cause: BaseException | None = error
    while cause is not None:
        frames = [f for f in traceback.extract_tb(cause.__traceback__) if f.filename in files]
        if frames:
            break
        cause = cause.__cause__
    else:
        return error
    at = frames[-1]
    finding = why_on_device(error, at.filename)
    if finding is not None:
        return learners_error(at.name, at.filename, finding)
    what = f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}"
    place = f"{Path(at.filename).name}:{at.lineno}"
    return LearnerCodeError(
        say(
            f"your {at.name} in {place} raised {what} (`{at.line}`)",
            f"你在 {place} 的 {at.name} 抛出了 {what}(`{at.line}`)",
        )
    )


def learners_error(name: str, file: str, finding: Finding) -> LearnerCodeError:
    """What is wrong with the learner's function `name` on a GPU, as the end of a run."""
    return LearnerCodeError(
        say(
            f"your {name} in {Path(file).name} does not run on the GPU. {finding.seen} {finding.look}",
            f"你在 {Path(file).name} 里写的 {name} 不能在 GPU 上运行。{finding.seen}{finding.look}",
        )
    )


def show_owned(console: Console, owned: list[Owned]) -> None:
    """Whose functions ran, and which of the learner's were not called."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("function", "函数"))
    table.add_column(say("lesson", "课"))
    table.add_column(say("whose", "谁写的"))
    table.add_column(say("calls", "调用次数"), justify="right")
    for entry in owned:
        if entry.calls:
            whose = say("[green]yours[/]", "[green]你[/]")
            if not entry.mine:
                whose = say(f"minigrad ({entry.why_not})", f"minigrad（{entry.why_not}）")
            table.add_row(str(entry.blank), entry.lesson.number, whose, f"{entry.calls:,}")
    console.print(table)
    idle = ", ".join([str(entry.blank) for entry in owned if entry.mine and not entry.calls])
    if idle:
        console.print(say(f"yours, but not called: {idle}", f"你写了但没有用到：{idle}"), style="dim")
    others = sum(not entry.mine and not entry.calls for entry in owned)
    if others:
        console.print(say(f"minigrad's, not called: {others}", f"minigrad 的，没有用到：{others} 个"), style="dim")
