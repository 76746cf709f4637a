"""`minigrad dev check`: the course checks itself.

Every blank exists and is checked; empty, it is found to be unwritten; with the framework's own code it passes; each
mutant gets the diagnosis that names its mistake; tasks, hints and texts are there in both languages.
"""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.cells import cell_len

from ..language import LANGUAGES
from .blanks import Blank, BlankError
from .checking import check_lesson
from .cut import exercise, imports_for, tops
from .diagnosis import Finding
from .lessons import HINT_LEVELS, Lesson
from .mutants import Mutant, standard_mutants
from .runner import tried

COLUMNS = 78  # of a formula or of code: what a terminal of 80 shows without breaking the line


def problems(lesson: Lesson) -> Iterator[str]:
    """One sentence for everything that is wrong with a lesson."""
    try:
        lesson.exercises  # noqa: B018 (each blank is looked up)
    except BlankError as error:
        yield str(error)
        return
    yield from text_problems(lesson)
    unchecked = [blank.name for blank in lesson.blanks if blank.name not in lesson.checks]
    yield from [f"check.py does not check {name}" for name in unchecked]
    known = {blank.name for blank in lesson.blanks}
    for name in [*lesson.checks, *lesson.mutants]:
        if name not in known:
            yield f"check.py or mutants.py names {name}, which is no blank of this lesson"
    if unchecked:
        return
    yield from file_problems(lesson)
    for blank in lesson.blanks:
        for mutant in (*standard_mutants(blank), *lesson.mutants.get(blank.name, [])):
            finding = diagnosis_of(lesson, blank, mutant)
            if not names(finding, mutant):
                got = "right" if finding is None else f"'{finding.facts.get('id', finding.kind)}' ({finding.seen})"
                yield f"{blank}: the mutant '{mutant.name}' must be found to be '{mutant.kind}', but is {got}"


def text_problems(lesson: Lesson) -> Iterator[str]:
    """What is missing in the texts of a lesson."""
    for name, names_of_it in lesson.concepts.items():
        if not all(names_of_it.get(language) for language in LANGUAGES):
            yield f"the concept '{name}' has no name in {' or '.join(LANGUAGES)}"
    for exercise_ in lesson.exercises:
        for name in LANGUAGES:
            hints = exercise_.hints.get(name, [])
            if len(hints) != HINT_LEVELS or not all(hints):
                yield f"{exercise_.blank} has {len(hints)} hints in '{name}', expected {HINT_LEVELS}"
            if not exercise_.task.get(name):
                yield f"{exercise_.blank} has no task in '{name}'"
        if exercise_.concept not in lesson.concepts:
            yield f"{exercise_.blank} has the concept '{exercise_.concept}', which lesson.toml does not name"
        if not lesson.mutants.get(exercise_.blank.name):
            yield f"{exercise_.blank} has no mutant of its own"
    missing = [name for name in LANGUAGES if not lesson.readme(name).exists()]
    if missing:
        yield f"there is no text in {', '.join(missing)}"
        return
    texts = [lesson.readme(name).read_text(encoding="utf-8") for name in LANGUAGES]
    for what, pattern in (("headings", r"^#+ "), ("code blocks", r"^```"), ("commands", r"`minigrad [^`]+`")):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in texts]
        if counts[0] != counts[1]:
            yield f"the texts have {counts[0]} and {counts[1]} {what} in {' and '.join(LANGUAGES)}"
    for name, text in zip(LANGUAGES, texts):
        for line in set_off(text):
            if cell_len(line) > COLUMNS:
                yield f"a line of the text in '{name}' has {cell_len(line)} columns, {COLUMNS} fit: {line.strip()}"


def set_off(text: str) -> Iterator[str]:
    """The lines of a text's formulas and code: what is fenced, or indented by four spaces."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            yield line
        elif line.startswith("    "):
            yield line[4:]


def file_problems(lesson: Lesson) -> Iterator[str]:
    """What goes wrong with the exercise file as it is handed out, and with the framework's own code in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / lesson.file_name
        path.write_text(exercise(lesson.blanks, hidden=lesson.asked_later), encoding="utf-8")
        for outcome in check_lesson(lesson, path):
            if outcome.finding is None or outcome.finding.kind != "not_written":
                found = "right" if outcome.finding is None else outcome.finding.seen
                yield f"{outcome.blank}, empty, must be found to be 'not_written', but is {found}"
        path.write_text(solved_file(lesson), encoding="utf-8")
        for outcome in check_lesson(lesson, path):
            if outcome.finding is not None:
                yield f"{outcome.blank}, as it stands in minigrad, is found to be wrong: {outcome.finding.seen}"


def solved_file(lesson: Lesson) -> str:
    """The exercise file of a lesson with the framework's own code in it."""
    sources = {blank.module: blank.source for blank in lesson.blanks}
    groups = [(s, [b for b in lesson.blanks if b.module == name]) for name, s in sources.items()]
    body = "\n\n\n".join([s.text_of(s.find(top)) for s, blanks in groups for top in tops(blanks)])
    return "\n".join(imports_for(body, list(sources.values()))) + f"\n\n\n{body}\n"


def diagnosis_of(lesson: Lesson, blank: Blank, mutant: Mutant) -> Finding | None:
    """What the lesson's check finds with a mutant in the blank's place."""
    with np.errstate(all="ignore"):
        return tried(
            lesson, blank, {blank: mutant.function}, {blank: blank.function}, lesson.mutants.get(blank.name, [])
        )


def names(finding: Finding | None, mutant: Mutant) -> bool:
    """Does the finding name the mistake of the mutant?"""
    if finding is None:
        return False
    return finding.facts.get("id") == mutant.name if mutant.kind == "mistake" else finding.kind == mutant.kind
