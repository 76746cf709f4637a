"""What is wrong with a kernel, in one sentence, with the line where it is."""

from ..errors import MinigradError
from ..language import say


class KernelError(MinigradError):
    """A kernel is wrong, or does what the simulator does not know.

    `kind` names the mistake: 'syntax', 'unknown', 'type', 'argument', 'out_of_bounds', 'uninitialised', 'race',
    'barrier', 'overflow', 'division' or 'endless'. `line` is the number of the line in the source, `text` that line.
    """

    def __init__(self, kind: str, en: str, zh: str, line: int = 0, source: str = ""):
        self.kind, self.line = kind, line
        lines = source.splitlines()
        self.text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        self.en = f"line {line} (`{self.text}`): {en}" if self.text else en
        self.zh = f"第 {line} 行（`{self.text}`）：{zh}" if self.text else zh
        super().__init__(say(self.en, self.zh))
