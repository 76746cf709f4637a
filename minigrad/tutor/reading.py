"""What the learner types: answers of several lines, and commands such as /hint."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..language import say

COMMANDS = ("hint", "skip", "ask", "lesson", "help", "quit")


@dataclass(frozen=True)
class Typed:
    """An answer, or a command (`command` is its name, `text` what stands behind it)."""

    text: str
    command: str = ""


def typed(lines: Iterable[str], explain: Callable[[str], None]) -> Iterator[Typed]:
    """Answers and commands out of lines: an answer ends with an empty line, or where the input ends.

    A line that begins with / is a command. What is unknown is told by `explain`, as are lines that cannot be read.
    """
    answer: list[str] = []
    for line in lines:
        text = line.rstrip("\r\n")
        name, _, rest = text.strip().removeprefix("/").partition(" ")
        if text.lstrip().startswith("/") and name.isalpha():
            if name not in COMMANDS:
                known = ", ".join(f"/{command}" for command in COMMANDS)
                explain(say(f"there is no /{name}; there are {known}", f"没有 /{name} 这个命令；可以用 {known}"))
                continue
            if answer:
                yield Typed("\n".join(answer))
                answer = []
            yield Typed(rest.strip(), name)
        elif text.strip():
            answer.append(text)
        else:
            yield Typed("\n".join(answer))
            answer = []
    if answer:
        yield Typed("\n".join(answer))


def input_lines(explain: Callable[[str], None]) -> Iterator[str]:
    """The lines of standard input, with line editing in a terminal; those that are not UTF-8 are told and left out."""
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):  # Windows has none, and edits lines by itself
            import readline  # noqa: F401 (gives input() its keys and its history)
        while True:
            try:
                yield input("> ")
            except EOFError:
                return
            except UnicodeDecodeError as error:
                explain(not_utf8(error))
    for line in sys.stdin.buffer:
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            explain(not_utf8(error))


def not_utf8(error: UnicodeDecodeError) -> str:
    byte = f"0x{error.object[error.start]:02x}"
    return say(
        f"this line cannot be read: its byte {byte} is not UTF-8; please type it again",
        f"这一行无法读取：其中的字节 {byte} 不是 UTF-8；请重新输入",
    )
