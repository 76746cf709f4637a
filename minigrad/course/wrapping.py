"""Lines broken where Chinese may be broken: between any two characters, but not before or after certain marks.

Rich breaks at spaces alone, which leaves ragged lines in Chinese, and marks at their beginning. English comes out as it
does from Rich.
"""

import re
from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.markdown import Markdown, Paragraph, TableDataElement
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

OPENING, CLOSING, WIDE = "（“《【", "，。、；：？！）”》】…", "\u2e80-\u9fff"
PIECE = re.compile(rf"[{OPENING}]*(?:[^\s{WIDE}{OPENING}{CLOSING}]+|[{WIDE}])?[{CLOSING}]*\s*")


def breaks(line: str, width: int, hanging: int = 0) -> list[int]:
    """Where to break a line so that its parts fit; those after the first are to be indented by `hanging`."""
    found, used = [], 0
    for match in PIECE.finditer(line):
        cells = cell_len(match[0].rstrip())
        if used and used + cells > width:
            found.append(match.start())
            used = hanging
        at = match.start()
        if used + cells > width:  # a piece longer than a line
            for part in chop_cells(match[0].rstrip(), width - hanging)[:-1]:
                at += len(part)
                found.append(at)
                used = hanging
        used += cell_len(line[at : match.end()])
    return found


def wrapped(text: Text, width: int) -> Text:
    """`text` in lines of at most `width` cells; each stays indented as it begins."""
    lines = []
    for line in text.split(allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip())
        first, *rest = line.divide(breaks(line.plain, width, indent))
        for part in (first, *rest):
            part.rstrip()
        lines += [first, *(Text(" " * indent).append_text(part) for part in rest)]
    return Text("\n").join(lines)


class WrappedParagraph(Paragraph):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield wrapped(self.text, options.max_width)


class CellText(Text):
    """What a cell of a table says. Rich cuts it off where it is wider than its column and has no space."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Segment]:
        text = wrapped(self, options.max_width)
        text.justify = self.justify
        return text.__rich_console__(console, options)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        longest = max(cell_len(match[0].rstrip()) for match in PIECE.finditer(self.plain))
        return Measurement(longest, self.cell_len)


class WrappedCell(TableDataElement):
    def __init__(self, justify: JustifyMethod):
        super().__init__(justify)
        self.content = CellText("", justify=justify)


class WrappedMarkdown(Markdown):
    elements: ClassVar = {
        **Markdown.elements,
        "paragraph_open": WrappedParagraph,
        "td_open": WrappedCell,
    }
