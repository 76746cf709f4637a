"""Writes diagnoses.md, the table of typical mistakes and what a check says: `python docs/results/diagnoses.py`."""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from minigrad.course.lessons import all_lessons
from minigrad.course.report import worst_line
from minigrad.language import set_language

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "course"))
from typical_mistakes import HELPFUL, MISLEADING, MISSED, MISTAKES, NAMED, Mistake  # noqa: E402

JUDGEMENTS = {
    NAMED: "the message names the mistake, or points right at it",
    HELPFUL: "it does not, but the element, the ratio or the region that it shows leads there",
    MISLEADING: "it points elsewhere",
    MISSED: "the check passes although the function is wrong",
}
INTRODUCTION = """# Diagnoses of typical mistakes

What a check says about {count} mistakes that students make, and how good that is. 559 were written down before any was
tried, beside the lessons' known mistakes (a few give the same numbers as one of these), the rest in a search for what
would pass. Then what was missed or misleading was mended, and many of those that were only helpful became known
mistakes. So the shares "at first" are what to expect of a mistake that nobody has thought of, or a little better, as
lessons 1.6 to 1.8 were tried when diagnoses had been mended for 1.1 to 1.5; the shares "now" are those of this list. Of
the helpful messages {bare} say no more than which element is wrong, and what was expected there.

`pytest tests/course/test_typical_mistakes.py` makes sure that each is still found as it stands here;
`python docs/results/diagnoses.py` writes this page from `tests/course/typical_mistakes/`, where the code of each
mistake is. The judgements are ours, made by reading the messages in both languages.
"""


def main() -> None:
    set_language("en")
    parts = [
        INTRODUCTION.format(count=len(MISTAKES), bare=sum(m.finding == "wrong" for m in MISTAKES)),
        shares(MISTAKES),
        per_lesson(),
    ]
    for lesson in all_lessons():
        rows = [row(m) for m in MISTAKES if m.lesson == lesson.number]
        if rows:
            head = "| function | mistake | what the check says | judgement |\n|---|---|---|---|\n"
            parts.append(f"## {lesson.number} {lesson.title}\n\n{head}" + "\n".join(rows) + "\n")
    (HERE / "diagnoses.md").write_text("\n".join(parts), encoding="utf-8")


def shares(mistakes: Iterable[Mistake]) -> str:
    """How many mistakes got each judgement, at first and now."""
    mistakes = list(mistakes)
    first, now = Counter(m.before for m in mistakes), Counter(m.judgement for m in mistakes)
    lines = ["| judgement | at first | now |", "|---|---|---|"]
    for name, meaning in JUDGEMENTS.items():
        counts = [f"{c[name]} ({c[name] / len(mistakes):.0%})" for c in (first, now)]
        lines.append(f"| {name}: {meaning} | {counts[0]} | {counts[1]} |")
    return "\n".join(lines) + "\n"


def per_lesson() -> str:
    """How many mistakes of each lesson got each judgement, now."""
    lines = [f"| lesson | {' | '.join(JUDGEMENTS)} |", "|---" * (1 + len(JUDGEMENTS)) + "|"]
    for lesson in all_lessons():
        now = Counter(m.judgement for m in MISTAKES if m.lesson == lesson.number)
        if now:
            lines.append(f"| {lesson.number} {lesson.title} | {' | '.join(str(now[name]) for name in JUDGEMENTS)} |")
    return "\n".join(lines) + "\n"


def row(mistake: Mistake) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        finding = mistake.found(Path(folder))
    said = "nothing: it passes"
    if finding is not None:
        said = "<br>".join(
            filter(None, [finding.seen, worst_line(finding.worst) if finding.worst else "", finding.look])
        )
    said = re.sub(re.escape(tempfile.gettempdir()) + r"/\w+/", "", said)  # the folder is another one each time
    judgement = f"{mistake.first}, now {mistake.judgement}" if mistake.first else mistake.judgement
    cells = [f"`{mistake.blank}`", mistake.what, said, judgement]
    return "| " + " | ".join([cell.replace("|", "\\|") for cell in cells]) + " |"


if __name__ == "__main__":
    main()
