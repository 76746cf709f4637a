"""The conversation about a lesson: it asks, listens, takes up what was said, asks for what is missing, and explains."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.text import Text

from ..course.lessons import Lesson
from ..course.workspace import Workspace
from ..course.wrapping import WrappedMarkdown, wrapped
from ..language import say
from . import memory
from .dialogue import Question
from .listener import LONGEST, Heard, Similar, listen
from .reading import Typed
from .reply import STYLES, Line, closing, follow_up, verdict_lines
from .search import Hit, find

KINDS = {
    "recall": ("recall", "回忆"),
    "why": ("why", "为什么"),
    "number": ("predict the number", "算出这个数"),
    "mistake": ("find the mistake", "找出错误"),
}


@dataclass(frozen=True)
class Turn:
    """What a reply is about: the question and its level, the answer, and what the listener heard."""

    question: Question
    level: int
    answer: str
    heard: Heard
    """In this answer."""
    together: Heard
    """In it and the one before, if it answers a follow-up."""
    last: bool
    """Is the question to be explained now?"""


@dataclass(frozen=True)
class Answer:
    """What the learner said to a question, what was heard in it (None if it was skipped), and hints before it."""

    text: str
    heard: Heard | None
    hints: int


class Voice(Protocol):
    """Who words the replies. The verdicts are the listener's, whoever that is."""

    def reply(self, turn: Turn) -> None: ...


class OfflineVoice:
    """The replies of `minigrad.tutor.reply`, printed."""

    def __init__(self, console: Console):
        self.console = console

    def reply(self, turn: Turn) -> None:
        show(self.console, verdict_lines(turn.heard, turn.level))
        self.rest(turn)

    def rest(self, turn: Turn) -> None:
        """What follows the verdicts: the follow-up question, or the explanation."""
        together, level = turn.together, turn.level
        show(self.console, closing(together, level) if turn.last else [follow_up(together, level)])


class LeftError(Exception):
    """The learner wants to leave, or the input has ended."""


class Conversation:
    """Asks questions in `console` and takes answers from `typed`. What is learned goes into the workspace."""

    def __init__(
        self,
        workspace: Workspace,
        console: Console,
        typed: Iterator[Typed],
        voice: Voice | None = None,
        similar: Similar | None = None,
    ):
        self.workspace, self.console, self.typed, self.similar = workspace, console, typed, similar
        self.voice = voice or OfflineVoice(console)
        self.asked = self.right = 0

    def about(self, questions: Sequence[Question]) -> None:
        """Ask these questions, until they are through or the learner leaves. Then say how it went."""
        self.console.print(
            say(
                "Answer in your own words; an empty line ends an answer. /hint /skip /ask QUESTION /lesson /quit",
                "用自己的话回答，空行表示答完。/hint 提示  /skip 跳过  /ask 提问  /lesson 课文  /quit 退出",
            ),
            style="dim",
            markup=False,
        )
        try:
            for number, question in enumerate(questions, 1):
                self.ask(question, f"{number}/{len(questions)}")
        except LeftError:
            pass
        self.console.print(
            say(f"\nRight in the end: {self.right} of {self.asked}.", f"\n答了 {self.asked} 题，答对 {self.right} 题。")
        )

    def ask(self, question: Question, place: str = "") -> str | None:
        """One question with its follow-up. Returns how it went ('good', 'hard', 'again'), None if it was skipped."""
        level = memory.level_of(self.workspace, question)
        self.show_question(question, level, place)
        together, hints = None, 0
        while True:
            answer = self.answer_to(question, level)
            hints += answer.hints
            if answer.heard is None:
                return None
            helped = hints > 0 or together is not None
            last = together is not None
            together = answer.heard if together is None else answer.heard.after(together)
            last = last or together.right
            self.voice.reply(Turn(question, level, answer.text, answer.heard, together, last))
            if last:
                grade = memory.AGAIN if not together.right else memory.HARD if helped else memory.GOOD
                memory.remember_answer(self.workspace, question, grade, level, hints)
                self.asked, self.right = self.asked + 1, self.right + together.right
                return grade

    def answer_to(self, question: Question, level: int) -> Answer:
        """What the learner says to a question that was shown, after whatever commands; `heard` is None for /skip."""
        hints = 0
        while True:
            typed = self.next_typed()
            if typed.command == "skip":
                return Answer("", None, hints)
            if typed.command == "hint":
                hints += 1
                self.print(Line("note", question.say("hint", level)))
            elif typed.command:
                self.obey(typed, question.lesson)
            elif len(typed.text) > LONGEST:
                memory.keep_answer(self.workspace, question, level, typed.text, None)
                self.print(Line("note", too_long(typed.text)))
            else:
                heard = listen(question, typed.text, level, self.similar)
                memory.keep_answer(self.workspace, question, level, typed.text, heard)
                if heard.state != "empty":
                    return Answer(typed.text, heard, hints)
                show(self.console, verdict_lines(heard))

    def show_question(self, question: Question, level: int, place: str) -> None:
        kind = say(*KINDS[question.kind])
        lesson = question.lesson
        self.console.print(f"\n[bold]{place}[/] [dim]{lesson.number} {escape(lesson.title)} · {kind}[/]")
        self.console.print(wrapped(Text(question.say("ask", level), "bold"), self.console.width))
        if question.code:
            code = Syntax(question.code.strip(), "python", theme="ansi_dark", background_color="default")
            self.console.print(code)

    def next_typed(self) -> Typed:
        typed = next(self.typed, None)
        if typed is None or typed.command == "quit":
            raise LeftError
        return typed

    def obey(self, typed: Typed, lesson: Lesson) -> None:
        """/ask, /lesson and /help, after which the question still stands."""
        if typed.command == "lesson":
            self.console.print(WrappedMarkdown(lesson.text(), code_theme="ansi_dark", hyperlinks=False))
        elif typed.command == "ask" and typed.text:
            show_passages(self.console, find(typed.text))
        else:
            self.print(Line("note", HELP()))

    def print(self, line: Line) -> None:
        show(self.console, [line])


def HELP() -> str:
    return say(
        "/hint gives a hint; /skip leaves this question; /ask QUESTION looks in the lessons; /lesson shows the text; "
        "/quit ends.",
        "/hint 给提示；/skip 跳过这个问题；/ask 问题 在课文里查找；/lesson 显示课文；/quit 退出。",
    )


def too_long(answer: str) -> str:
    return say(
        f"Your answer has {len(answer):,} characters, and up to {LONGEST:,} are read. It is kept; say it in a few "
        "sentences.",
        f"你的回答有 {len(answer):,} 个字符，最多只读 {LONGEST:,} 个。原文已保存；请用几句话说。",
    )


def show(console: Console, lines: Iterable[Line]) -> None:
    """Print the lines of a reply, each with its mark."""
    for line in lines:
        mark, style = STYLES[line.kind]
        console.print(
            wrapped(Text().append(mark, style).append(line.text, "bold" if line.kind == "ask" else ""), console.width)
        )


def show_passages(console: Console, hits: Sequence[Hit]) -> None:
    """Print what the lessons say, with lesson and section."""
    if not hits:
        console.print(say("The lessons do not cover this.", "课文里没有讲到这个。"))
    for hit in hits:
        passage = hit.passage
        place = f"{passage.lesson.number} {passage.title}" + (f" · {passage.section}" if passage.section else "")
        console.print(f"[bold]{escape(place)}[/]")
        console.print(WrappedMarkdown(passage.text, code_theme="ansi_dark", hyperlinks=False))
        console.print()
