"""What is wrong with a kernel, in one sentence, with the line where it is."""

from collections.abc import Sequence

from ..errors import MinigradError
from ..language import say


class KernelError(MinigradError):
    """A kernel is wrong, or does what the simulator does not know.

    `kind` names the mistake: 'syntax', 'unknown', 'type', 'rule' (C forbids it, whatever the types of the elements),
    'argument', 'out_of_bounds', 'no_value' (a variable), 'no_return' (a function), 'uninitialised' (a place in memory),
    'race' (of threads of a block), 'block_race', 'barrier', 'overflow', 'division' or 'endless'. `line` is the number
    of the line in the source (0: of no line), `text` that line. `calls` are the functions in which the line stands,
    innermost first, each with the line that called it. `told` is the sentence without the line, in English and Chinese.
    """

    def __init__(
        self, kind: str, en: str, zh: str, line: int = 0, source: str = "", calls: Sequence[tuple[str, int]] = ()
    ):
        self.kind, self.line, self.source, self.calls = kind, line, source, tuple(calls)
        self.told = {"en": en, "zh": zh}
        self.text = self.text_of(line)
        self.en, self.zh = en, zh
        if self.text:
            way = [(name, at, self.text_of(at)) for name, at in self.calls]
            called_en = "".join(f", in {name}, called in line {at} (`{text}`)" for name, at, text in way)
            called_zh = "".join(f"，在 {name} 里，由第 {at} 行（`{text}`）调用" for name, at, text in way)
            self.en = f"line {line} (`{self.text}`){called_en}: {en}"
            self.zh = f"第 {line} 行（`{self.text}`）{called_zh}：{zh}"
        super().__init__(say(self.en, self.zh))

    def text_of(self, line: int) -> str:
        """The text of a line of the source, without its indentation."""
        lines = self.source.splitlines()
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""
