"""The process in which the learner's code is checked: `python -m minigrad.course.runner JOB`.

JOB is a JSON file that says which lesson, file and blanks. Each step is written as a line of JSON to the report file
at once, so that the process that waits knows what was going on when this one is gone. Nothing here speaks to the user.
"""

import faulthandler
import json
import os
import re
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from ..device import drawn_on_host, module_on
from ..twins import plain_operations
from .blanks import Blank, in_place
from .checks import Check
from .crossing import Journey, crossing
from .diagnosis import Finding, WrongError
from .learner import LearnerFile, as_finding, attributes_set
from .lessons import Lesson, find_lesson
from .memory_limit import MEMORY_LIMIT, limit_memory
from .mutants import Mutant
from .numpy_use import KINDS as ON_GPU
from .numpy_use import asks_for_numpy

OWN_ERROR = 70  # exit status for an error in minigrad itself
TELLING = ("mistake", "sign", "factor", "region", "swapped", "upstream_ignored")  # kinds that name what is wrong
PRINTED_MOST = 4000  # characters of what a function prints that are kept


@dataclass
class Seen:
    """What is told of a blank that was tried on a device besides: how many arrays were there, and a remark."""

    arrays: int = 0
    remark: Finding | None = None


class Printed:
    """A stream that keeps the beginning of what is written to it."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text, self.length = "", 0

    def write(self, text: str) -> int:
        self.text += str(text)[: PRINTED_MOST - len(self.text)]
        self.length += len(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def take(self) -> tuple[str, int]:
        """What was written since the last time, and how many characters there were in all."""
        taken, self.text, self.length = (self.text, self.length), "", 0
        return taken


def main(job_file: str) -> None:
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    lesson = find_lesson(job["lesson"])
    printed = Printed()
    sys.stdout = sys.stderr = printed
    np.seterr(all="ignore")  # a check looks at results; warnings on the way to a right one are no mistake
    if job["device"] == "cpu":
        limit_memory()
    else:
        module_on(job["device"])  # now, as it takes seconds; CUDA reserves far more addresses than memory
    sys.path.insert(0, str(Path(job["file"]).parent))
    file = LearnerFile(Path(job["file"]), lesson.number)
    own = {blank: blank.function for blank in lesson.blanks}
    mistakes = lesson.mutants
    with open(job["report"], "a", encoding="utf-8") as report, open(job["trace"], "w", encoding="utf-8") as trace:
        tell(report, begin="")
        watchdog(job["seconds"], trace)
        problem = loading_problem(file)
        companions = set(job["passed"])
        for blank in lesson.blanks:
            if blank.name not in job["blanks"]:
                continue
            tell(report, begin=blank.name)
            watchdog(job["seconds"], trace)
            before = threads_running()
            seen, notes = Seen(), list[dict[str, str]]()
            known = mistakes.get(blank.name, [])
            finding = problem or examine(lesson, blank, file, own, companions, known, job["device"], seen, notes)
            faulthandler.cancel_dump_traceback_later()
            if finding is None:
                companions.add(blank.name)
            text, length = printed.take()
            tell(
                report,
                end=blank.name,
                finding=None if finding is None else asdict(finding),
                printed=text,
                printed_length=length,
                threads=threads_running() - before,
                arrays=seen.arrays,
                remark=None if seen.remark is None else asdict(seen.remark),
                notes=notes,
            )
    os._exit(0)  # threads that the learner's code left behind would keep the process alive


def threads_running() -> int:
    """How many threads there are, without those that minigrad itself shares its work with."""
    return sum(not thread.name.startswith("minigrad") for thread in threading.enumerate())


def loading_problem(file: LearnerFile) -> Finding | None:
    """What keeps the file from being run at all."""
    try:
        file.namespace  # noqa: B018 (reading it runs the file)
    except WrongError as wrong:
        return wrong.finding
    except BaseException as error:  # noqa: BLE001 (whatever the learner's code does)
        return as_finding(error, str(file.path), f"{MEMORY_LIMIT >> 30} GB")
    return None


def examine(
    lesson: Lesson,
    blank: Blank,
    file: LearnerFile,
    own: Mapping[Blank, Any],
    passed: set[str],
    mistakes: list[Mutant],
    device: str = "cpu",
    seen: Seen | None = None,
    notes: list[dict[str, str]] | None = None,
) -> Finding | None:
    """Try one blank; `notes` is what the check tells besides. Blanks of the same class that have passed stand in place
    beside it: a backward relies on what its forward has saved. Behind a forward that is wrong it may still be right, or
    its mistake plainer than behind minigrad's, which saves other things.

    On another device than the CPU, only what has passed there is tried; what is `seen` besides is noted.
    """
    beside = companions(blank, lesson.blanks)
    try:
        function = file.function(blank)
        right = {b: file.function(b) for b in beside if b.name in passed and file.is_written(b)}
    except WrongError as wrong:
        return wrong.finding

    def attempt(others: Mapping[Blank, Any]) -> Finding | None:
        functions = {blank: function, **others}
        owns = {b: own[b] for b in functions}
        if device == "cpu":
            return tried(lesson, blank, functions, owns, mistakes, notes=notes)
        return tried_on_device(lesson, blank, functions, owns, mistakes, device, seen or Seen())

    finding = attempt(right)
    if finding is None:
        return None
    if device == "cpu" and right and finding.kind in ("raised", "shape", "wrong") and attempt({}) is None:
        finding.kind = "saved_otherwise"
    wrong_forwards = [b for b in beside if b.short == "forward" and b not in right]
    if blank.short != "backward" or not wrong_forwards:
        return finding
    if device == "cpu" and finding.kind == "raised" and relies_on(wrong_forwards, file, finding.facts):
        finding.kind = "forward_first"
    behind_own = attempt(right | {b: file.function(b) for b in wrong_forwards if file.is_written(b)})
    return behind_own if behind_own is None or behind_own.kind in (*TELLING, *ON_GPU) else finding


def relies_on(forwards: Sequence[Blank], file: LearnerFile, facts: Mapping[str, Any]) -> bool:
    """Did a backward raise because another forward than the learner's left something else behind: other arrays, or no
    attribute of this name, which the learner's sets?"""
    message = facts["message"]
    missing = re.search(r"has no attribute '(\w+)'", message) if facts["error"] == "AttributeError" else None
    sets = missing is not None and any(missing[1] in attributes_set(file.definition(b)) for b in forwards)
    return sets or "values to unpack" in message


def tried(
    lesson: Lesson,
    blank: Blank,
    functions: Mapping[Blank, Any],
    own: Mapping[Blank, Any],
    mistakes: list[Mutant],
    device: str = "cpu",
    notes: list[dict[str, str]] | None = None,
) -> Finding | None:
    """What the lesson's check of `blank` finds with these functions in place; None if all is right. What it tells
    besides is added to `notes`."""
    with in_place(functions):
        check = Check(blank, own, mistakes, device)
        check.notes = check.notes if notes is None else notes
        try:
            lesson.checks[blank.name](check)
        except WrongError as wrong:
            return wrong.finding
        except Exception as error:
            finding = as_finding(error, check.file)
            if finding.kind != "raised":  # an error of the check itself
                raise
            return finding
    return None


def tried_on_device(
    lesson: Lesson,
    blank: Blank,
    functions: Mapping[Blank, Any],
    own: Mapping[Blank, Any],
    mistakes: list[Mutant],
    device: str,
    seen: Seen,
) -> Finding | None:
    """The same, with the functions computing on `device`: first where nothing may be read from there, then, if that is
    all that is wrong, where it may; then it is a remark."""
    seen.remark = None
    for reading in (False, True):
        journey = Journey()
        crossed = {b: crossing(f, device, journey, reading or b != blank) for b, f in functions.items()}
        with drawn_on_host(), plain_operations():  # random numbers that can be compared, and no way around the learner
            finding = tried(lesson, blank, crossed, own, mistakes, device)
        seen.arrays = journey.arrays
        if finding is None or finding.kind != "reads":
            break
        seen.remark = finding if finding.facts["line"] else None
    if finding is not None:
        seen.remark = None
        if finding.kind not in ON_GPU:
            finding = asks_for_numpy(functions[blank]) or finding
    return finding


def companions(blank: Blank, blanks: list[Blank]) -> list[Blank]:
    """The other blanks of the same class."""
    owner = blank.qualname.rpartition(".")[0]
    return [b for b in blanks if b != blank and owner and b.name.rpartition(".")[0] == blank.name.rpartition(".")[0]]


def watchdog(seconds: float, trace: TextIO) -> None:
    """End this process when `seconds` have passed, with the line that it was at in `trace`."""
    faulthandler.dump_traceback_later(seconds, exit=True, file=trace)


def tell(report: TextIO, **entry: Any) -> None:
    report.write(json.dumps(entry) + "\n")
    report.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except BaseException:  # noqa: BLE001 (an error in minigrad itself, not in the learner's code)
        traceback.print_exc(file=sys.__stderr__)
        os._exit(OWN_ERROR)
