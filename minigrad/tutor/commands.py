"""The commands of the tutor. They parse and print; what is done lies in the modules that they call."""

from pathlib import Path

import click
from rich.console import Console

from ..course.commands import command, lesson_or_next, open_workspace, workspace_option
from ..errors import MinigradError
from ..language import say
from .conversation import Conversation, show_passages
from .dialogue import dialogue_of
from .reading import input_lines, typed
from .search import find


@command(
    "talk",
    "Talk about a lesson: the tutor asks, you answer; without one, about the first that is not done.",
    "和老师对话：老师提问，你来回答；不带编号时谈第一个未完成的课。",
)
@click.argument("name", metavar="[LESSON]", required=False)
@workspace_option
def talk(name: str | None, folder: Path | None) -> None:
    workspace, console = open_workspace(folder)
    lesson = lesson_or_next(workspace, name)
    questions = dialogue_of(lesson).questions
    if not questions:
        raise MinigradError(say(f"lesson {lesson.number} has no questions", f"第 {lesson.number} 课没有问题"))

    def explain(text: str) -> None:
        console.print(text, style="yellow", markup=False)

    Conversation(workspace, console, typed(input_lines(explain), explain)).about(questions)


@command("ask", "Ask a question; the lessons answer.", "提一个问题，从课文里找答案。")
@click.argument("question", metavar="QUESTION...", nargs=-1, required=True)
def ask(question: tuple[str, ...]) -> None:
    show_passages(Console(highlight=False), find(" ".join(question)))


COMMANDS = (talk, ask)
