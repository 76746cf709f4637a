"""How far the listener agrees with the recorded answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from ..course.lessons import Lesson
from .listener import Similar, listen
from .recorded import KINDS, RecordedAnswer, recorded_answers

LEAST_SHARE = 0.9
"""Of the verdicts on points that must agree."""
MOST_ACCEPTED = 0.02
"""Of the answers that are not right that may be called so."""


@dataclass(frozen=True)
class Agreement:
    """How far the listener agrees with recorded answers."""

    answers: int
    verdicts: int
    agreeing: int
    unacceptable: int
    """Answers that must not be called right."""
    accepted: int
    """How many of these were."""
    good: int
    """Answers that may be called right."""
    recognised: int
    """How many of these were."""

    @property
    def share(self) -> float:
        """Of the verdicts, those that agree."""
        return self.agreeing / max(self.verdicts, 1)

    @property
    def wrongly_accepted(self) -> float:
        """Of the answers that must not be called right, those that were."""
        return self.accepted / max(self.unacceptable, 1)


def agreement(answers: Iterable[RecordedAnswer], similar: Similar | None = None) -> Agreement:
    """The agreement of the listener, with or without sentence similarity, with recorded answers."""
    count = dict.fromkeys(Agreement.__dataclass_fields__, 0)
    for answer in answers:
        heard = listen(answer.asked, answer.text, answer.level, similar)
        expected = answer.expected
        count["answers"] += 1
        count["verdicts"] += len(expected)
        count["agreeing"] += sum(heard.verdicts[name] == verdict for name, verdict in expected.items())
        count["good" if answer.acceptable else "unacceptable"] += 1
        if heard.right:
            count["recognised" if answer.acceptable else "accepted"] += 1
    return Agreement(**count)


def show_agreement(lessons: Iterable[Lesson], console: Console, similar: Similar | None = None) -> bool:
    """Print each disagreement with the recorded answers of the lessons, and a table. Are the aims reached?"""
    answers = [answer for lesson in lessons for answer in recorded_answers(lesson) or []]
    for answer in answers:
        heard = listen(answer.asked, answer.text, answer.level, similar)
        different = [f"{n}: {heard.verdicts[n]}, not {v}" for n, v in answer.expected.items() if heard.verdicts[n] != v]
        if heard.right and not answer.acceptable:
            different.append("called right")
        if not heard.right and answer.acceptable:
            different.append("not called right" + "".join(f"; believes '{m.text['en']}'" for m in heard.misconceptions))
        if different:
            name = f"{answer.lesson.number} {answer.question} ({answer.kind})"
            console.print(f"{name}: {answer.text.strip()}\n    {'; '.join(different)}", markup=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("answers", "", "verdicts", "agree", "wrongly called right", "rightly called right"):
        table.add_column(title, justify="left" if title == "answers" else "right")
    for kind in (*KINDS, "all"):
        chosen = [answer for answer in answers if kind in (answer.kind, "all")]
        found = agreement(chosen, similar)
        table.add_row(
            kind,
            str(found.answers),
            str(found.verdicts),
            f"{found.share:.1%}",
            f"{found.accepted} of {found.unacceptable}",
            f"{found.recognised} of {found.good}",
        )
    console.print(table)
    return found.share >= LEAST_SHARE and found.wrongly_accepted <= MOST_ACCEPTED


def show_similarity(lessons: Iterable[Lesson], console: Console) -> None:
    """Print by how much sentence similarity helps: the English answers without it, and with it from some cosines on."""
    from .similarity import SentenceSimilarity

    answers = [answer for lesson in lessons for answer in recorded_answers(lesson) or [] if answer.text.isascii()]
    similar = SentenceSimilarity()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("similarity from", "answers", "agree", "wrongly called right", "rightly called right"):
        table.add_column(title, justify="right")
    for least in (None, 0.5, 0.6, 0.7, 0.8):
        similar.least = least or 0.0
        found = agreement(answers, similar if least else None)
        table.add_row(
            f"{least:.1f}" if least else "without",
            str(found.answers),
            f"{found.share:.1%}",
            f"{found.accepted} of {found.unacceptable}",
            f"{found.recognised} of {found.good}",
        )
    console.print(table)
