"""Draws the pictures of a check that the READMEs show: `python docs/results/check_pictures.py`.

A real workspace is made, lesson 1.1 is written into it, first with two mistakes, and checked.
"""

import re
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from minigrad.course.commands import run_check
from minigrad.course.lessons import find_lesson
from minigrad.course.verify import solved_file
from minigrad.course.workspace import Workspace
from minigrad.language import LANGUAGES, set_language

HERE = Path(__file__).parent
MISTAKES = {"gz * y, gz * x": "gz * x, gz * y", "-gx * x / y": "gx * x / y"}


def main() -> None:
    lesson = find_lesson("1.1")
    right = solved_file(lesson)
    wrong = right
    for correct, mistaken in MISTAKES.items():
        assert correct in wrong
        wrong = wrong.replace(correct, mistaken)
    for language in LANGUAGES:
        set_language(language)
        for name, text in (("failed", wrong), ("passed", right)):
            with tempfile.TemporaryDirectory() as folder:
                workspace, _ = Workspace.start(Path(folder))
                workspace.file(lesson).write_text(text, encoding="utf-8")
                console = Console(record=True, width=104, quiet=False, highlight=False)
                console.print("[dim]$[/] minigrad check 1.1")
                run_check(workspace, lesson, console)
            svg = console.export_svg(title=f"minigrad check 1.1 ({language})", theme=MONOKAI)
            svg = re.sub(r"@font-face \{.*?\}\s*(?=@|\.)", "", svg, flags=re.DOTALL)  # the viewer's own font will do
            (HERE / f"check-{name}.{language}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
