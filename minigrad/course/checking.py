"""Checking a lesson: the learner's file is run in a process of its own, with a time limit, and what comes back is read.

Whatever the learner's code does there (loops for ever, ends Python, floods the screen), here an Outcome for each blank
is the result.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..device import check_device
from ..errors import MinigradError
from ..language import say
from .blanks import Blank
from .crossing import ON_THE_CPU
from .diagnosis import Finding
from .learner import LearnerFile
from .lessons import Lesson
from .runner import OWN_ERROR

SECONDS = 10.0  # for one blank
ON_DEVICE = 60.0  # at least, on a GPU, for which CuPy compiles each kernel at its first use
GRACE = 5.0  # for the process to notice by itself that the time is up
START = 60.0  # for Python to start and import minigrad, also where other programs keep the cores busy


@dataclass
class Outcome:
    """What a check found about one blank: nothing (`finding` None), or what is wrong.

    On another `device` than the CPU also a remark, how many arrays were there, and why it was not tried there, if it
    was not: `stays`.
    """

    blank: Blank
    finding: Finding | None
    printed: str = ""
    printed_length: int = 0
    threads: int = 0
    device: str = "cpu"
    arrays: int = 0
    remark: Finding | None = None
    stays: tuple[str, str] | None = None
    notes: list[dict[str, str]] = field(default_factory=list)
    """What the check tells besides, in both languages."""

    @property
    def passed(self) -> bool:
        return self.finding is None


def check_lesson(
    lesson: Lesson,
    file: Path,
    blanks: Sequence[Blank] | None = None,
    seconds: float = SECONDS,
    show: Callable[[Outcome], None] = lambda outcome: None,
    device: str = "cpu",
) -> list[Outcome]:
    """Check `blanks` of the lesson (by default all) as the learner wrote them in `file`.

    `show` is called with each outcome. When the process is lost in the middle of a blank, the rest get another one.
    """
    left = list(lesson.blanks if blanks is None else blanks)
    outcomes: list[Outcome] = []
    while left:
        passed = [o.blank.name for o in outcomes if o.passed]
        found = run_process(lesson, file, left, passed, seconds, device)
        for outcome in found:
            show(outcome)
        outcomes += found
        done = {outcome.blank for outcome in outcomes}
        left = [blank for blank in left if blank not in done]
    return outcomes


def check_on_device(
    lesson: Lesson, file: Path, outcomes: Sequence[Outcome], device: str, seconds: float = SECONDS
) -> list[Outcome]:
    """`outcomes` of a check on the CPU, with those that passed replaced by what a check on `device` finds.

    DeviceError if the device is not there.
    """
    check_device(device)
    tried = [o.blank for o in outcomes if o.passed and o.blank.name not in ON_THE_CPU]
    there = {o.blank: o for o in check_lesson(lesson, file, tried, max(seconds, ON_DEVICE), device=device)}
    found = []
    for outcome in outcomes:
        if outcome.passed and outcome.blank not in there:
            outcome = replace(outcome, device=device, stays=ON_THE_CPU[outcome.blank.name])
        found.append(there.get(outcome.blank, outcome))
    return found


def run_process(
    lesson: Lesson, file: Path, blanks: Sequence[Blank], passed: Sequence[str], seconds: float, device: str
) -> list[Outcome]:
    """The outcomes that one process gives: of all blanks, or of those up to the one at which it was lost."""
    with tempfile.TemporaryDirectory(prefix="minigrad-check-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        job, report, trace, errors = (folder / n for n in ("job.json", "report.jsonl", "trace.txt", "errors.txt"))
        names = [blank.name for blank in blanks]
        content = {"lesson": lesson.number, "file": str(file.absolute()), "blanks": names, "passed": list(passed)}
        content["device"] = device
        job.write_text(
            json.dumps({**content, "seconds": seconds, "report": str(report), "trace": str(trace)}), encoding="utf-8"
        )
        how = run(job, report, errors, seconds)
        entries = [json.loads(line) for line in lines_of(report)]
        outcomes = [as_outcome(entry, device) for entry in entries if "end" in entry]
        finished = {outcome.blank.name for outcome in outcomes}
        current = next((e["begin"] for e in reversed(entries) if "begin" in e), None)
        if current is None and how == "time":
            raise MinigradError(
                say(
                    f"the check did not begin within {START:g} seconds; are other programs using all of the processor?",
                    f"检查在 {START:g} 秒内没能开始；是不是别的程序占满了处理器？",
                )
            )
        if current is None or how == f"exit status {OWN_ERROR}":  # not the learner's fault
            raise RuntimeError("the check itself failed:\n" + "\n".join(lines_of(errors)))
        lost = names if current == "" else [current] if current not in finished else []
        if not lost:
            return outcomes
        finding = why_lost(how, "\n".join(lines_of(trace)), file, seconds)
        return outcomes + [Outcome(Blank(name), finding, device=device) for name in lost]


def run(job: Path, report: Path, errors: Path, seconds: float) -> str:
    """Run the process to its end; returns how it ended. It is killed, with all that it started, when it hangs."""
    command = [sys.executable, "-P", "-m", "minigrad.course.runner", str(job)]
    with open(errors, "wb") as stream:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            start_new_session=True,
            # Small products on two threads take ten times as long where other programs keep the cores busy.
            env={"OPENBLAS_NUM_THREADS": "1", **os.environ, "PYTHONUTF8": "1"},
        )
        last, size = time.monotonic(), -1
        try:
            while True:
                try:
                    code = process.wait(0.02)
                    return f"signal {-code}" if code < 0 else f"exit status {code}"
                except subprocess.TimeoutExpired:
                    now = report.stat().st_size if report.exists() else 0
                    if now != size:
                        last, size = time.monotonic(), now
                    if time.monotonic() - last > (seconds + GRACE if size else START):
                        return "time"
        finally:
            kill_group(process)


def kill_group(process: subprocess.Popen) -> None:
    """End the process and everything that it started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass  # nothing is left of it
    process.wait()


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def as_outcome(entry: dict[str, Any], device: str) -> Outcome:
    finding, remark = [None if entry[name] is None else Finding(**entry[name]) for name in ("finding", "remark")]
    told = (entry["printed"], entry["printed_length"], entry["threads"], device, entry["arrays"], remark)
    return Outcome(Blank(entry["end"]), finding, *told, notes=entry["notes"])


def why_lost(how: str, trace: str, file: Path, seconds: float) -> Finding:
    """The finding for a blank at which the process was lost, with the line of the learner's file, if that is known."""
    match = re.search(rf'{re.escape(file.name)}", line (\d+)', trace)  # the folder's name may be escaped there
    where: dict[str, str] | str = ""
    if match:
        line = int(match[1])
        code = LearnerFile(file).line(line)
        where = {"en": f" It was at line {line}: `{code}`", "zh": f"当时停在第 {line} 行：`{code}`"}
    if how == "time" or "Timeout (" in trace:
        return Finding("too_long", {"seconds": f"{seconds:g}", "where": where})
    return Finding("crashed", {"how": how, "where": where})
