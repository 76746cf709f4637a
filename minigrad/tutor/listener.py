"""What an answer says: whether each point of the question is made, missing or turned round, and what is believed.

No model and no network is needed. `listen` may be given `similar`, which finds what is said in other words.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .dialogue import NUMBER, Misconception, Point, Question, Slip
from .figures import numbers_in
from .phrases import Way, sentences, tidy

MADE, MISSING, WRONG = "made", "missing", "wrong"
LONGEST = 5000  # characters of an answer
UNSURE = re.compile(
    r"^\W*(?:(?:i )?(?:really )?(?:don'?t|do not) (?:know|remember|understand)|no idea|(?:i'?m )?not sure|i forgot|idk"
    r"|(?:我)?(?:真的|完全)?(?:不知道|不清楚|不懂|不会|不记得|忘了|没想法|不太清楚))"
)

DENIED_NUMBER = re.compile(
    r"(?:\b(?:not|never|cannot)|n't|不是|不等于|不会是|不可能是|并非)\s*"
    r"(?:be |equal |to |is |exactly )*[+-]?[\d.零一二两三四五六七八九十]"
)

Similar = Callable[[Point, list[str]], bool]


@dataclass(frozen=True)
class Heard:
    """What the listener made of an answer to a question."""

    question: Question
    verdicts: Mapping[str, str]
    misconceptions: tuple[Misconception, ...] = ()
    slip: Slip | None = None
    both: tuple[str, ...] = ()
    """The points of which the answer says both that they are so and that they are not."""
    numbers: tuple[float, ...] = ()
    state: str = field(default="answer")
    """'empty', 'unsure' (I don't know), 'off_topic' (nothing in it belongs to the question), or 'answer'."""

    @property
    def right(self) -> bool:
        """Every point is made, and nothing wrong is said."""
        return set(self.verdicts.values()) == {MADE} and not self.misconceptions

    def points(self, verdict: str) -> list[Point]:
        """The points that got this verdict, the most important first."""
        return [point for point in self.question.points if self.verdicts[point.id] == verdict]

    def after(self, earlier: "Heard") -> "Heard":
        """What both answers say together, the later one counting where it speaks of a point."""
        spoken = {name: verdict for name, verdict in self.verdicts.items() if verdict != MISSING}
        return Heard(
            self.question,
            {**earlier.verdicts, **spoken},
            self.misconceptions,
            self.slip,
            self.both,
            self.numbers,
            self.state if self.state == "answer" else earlier.state,
        )


def listen(question: Question, answer: str, level: int = 0, similar: Similar | None = None) -> Heard:
    """What `answer` says to `question`; of a question for a number, with the numbers of `level`.

    `similar(point, sentences)` says whether one of the sentences means the point, where no way to say it was found.
    """
    text = tidy(answer)
    missing = dict.fromkeys([point.id for point in question.points] or [NUMBER], MISSING)
    if not re.search(r"\w", text):
        return Heard(question, missing, state="unsure" if "?" in text else "empty")
    if question.kind == NUMBER:
        return listen_for_number(question, text, level)
    repeated = read_out(question)
    said = [sentence for sentence in sentences(text) if sentence not in repeated]
    verdicts, both = dict(missing), []
    for point in question.points:
        found = {heard for sentence in said for heard in heard_in(point.ways, sentence)}
        if found == {True, False}:
            both.append(point.id)
        if found:
            verdicts[point.id] = WRONG if False in found else MADE
        elif similar is not None and similar(point, said):
            verdicts[point.id] = MADE
    believed = tuple(m for m in question.misconceptions if any(True in heard_in(m.ways, sentence) for sentence in said))
    for misconception in believed:
        verdicts.update(dict.fromkeys(misconception.against, WRONG))
    state = "answer"
    if set(verdicts.values()) == {MISSING} and not believed:
        state = "unsure" if UNSURE.match(text) else "off_topic"
    return Heard(question, verdicts, believed, both=tuple(both), state=state)


def read_out(question: Question) -> set[str]:
    """The sentences of the question, its hint and its follow-ups: the learner was shown them, repeated they say
    nothing."""
    shown = [question.texts["ask"], question.texts["hint"], *(point.ask for point in question.points)]
    return {sentence for texts in shown for text in texts.values() for sentence in sentences(tidy(text))}


def heard_in(ways: tuple[Way, ...], sentence: str) -> set[bool]:
    """{True} if the sentence says this in one of the ways, {False} if it only denies it, {} if it does neither."""
    found = {way.found_in(sentence) for way in ways} - {None}
    return {True} if True in found else {bool(f) for f in found}


def listen_for_number(question: Question, text: str, level: int) -> Heard:
    """Is the one number of the answer the right one, or one that a known slip leads to?"""
    offered = list(dict.fromkeys(numbers_in(text)))
    given = question.level(level).values()
    numbers = tuple([number for number in offered if number not in given] or offered)  # given: "6, because x is 2"
    if not numbers:
        state = "unsure" if UNSURE.match(text) else "off_topic"
        return Heard(question, {NUMBER: MISSING}, state=state)
    if len(numbers) > 1:
        return Heard(question, {NUMBER: MISSING}, numbers=numbers)
    denied = DENIED_NUMBER.search(text)
    if not denied and close(numbers[0], question.answer(level), question.tolerance):
        return Heard(question, {NUMBER: MADE}, numbers=numbers)
    slips = [s for s in question.slips if close(numbers[0], question.computed(s.value, level), question.tolerance)]
    return Heard(question, {NUMBER: WRONG}, slip=slips[0] if slips and not denied else None, numbers=numbers)


def close(number: float, right: float, tolerance: float) -> bool:
    """Is it the same number, rounded? `tolerance` is a share of the right one."""
    return abs(number - right) <= tolerance * abs(right) + 1e-12
