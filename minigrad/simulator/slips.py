"""What a source that is not C most likely meant: slips of those who write Python all day, and of the keyboard."""

import re
from typing import NamedTuple

from .errors import KernelError

FULL_WIDTH = dict(zip("；，（）｛｝［］：＝＋－＊／＜＞！＆｜“”‘’。", ";,(){}[]:=+-*/<>!&|\"\"''.", strict=True))
"""Characters of a Chinese keyboard, and those of C."""

CLOSING = {")": "(", "]": "[", "}": "{"}


class Slip(NamedTuple):
    """A pattern that gives a slip away, and what to say."""

    pattern: str
    en: str
    zh: str


IN_A_LINE = [
    Slip(
        r"\brange\s*\(|\bfor\s+\w+\s+in\b",
        "a loop is for (int j = 0; j < m; j++) { ... } in C; there is no range",
        "C 的循环写作 for (int j = 0; j < m; j++) { ... }，没有 range",
    ),
    Slip(
        r"\bdef\s+\w+\s*\(|\blambda\b|^\s*(import|from)\s|^\s*pass\b",
        "this is Python; a kernel is written in C",
        "这是 Python；核函数要用 C 写",
    ),
    Slip(r"\belif\b", "elif is else if (...) in C", "elif 在 C 里写作 else if (...)"),
    Slip(
        r"=[^;]*\bif\b.*\belse\b",
        "a if c else b is c ? a : b in C",
        "a if c else b 在 C 里写作 c ? a : b",
    ),
    Slip(
        r"\b(and|or|not)\b",
        "and, or, not are &&, ||, ! in C",
        "and、or、not 在 C 里写作 &&、||、!",
    ),
    Slip(
        r"^\s*(if|while|for|else if)\b\s*[^(\s]",
        "the condition of if, for and while stands in parentheses",
        "if、for、while 的条件要写在括号里",
    ),
    Slip(
        r"^\s*(\}\s*)?(if|while|for|else)\b[^?]*:\s*$",
        "C has no colon there: what belongs to if, for, while or else stands in braces { }",
        "C 这里不写冒号：if、for、while、else 里的内容放在花括号 { } 里",
    ),
    Slip(
        r"^\s*for\s*\([^;]*,[^;]*\)|^\s*for\s*\([^;]*;[^;]*\)",
        "for has three parts with semicolons between: for (int j = 0; j < m; j++)",
        "for 有三个部分，用分号隔开：for (int j = 0; j < m; j++)",
    ),
    Slip(r"#", "comments begin with // in C", "C 的注释以 // 开头"),
    Slip(
        r"\w\s*::\s*\w",
        "the simulator knows no namespaces; max, min, exp and their like stand alone",
        "模拟器不认识命名空间；max、min、exp 之类直接写",
    ),
    Slip(
        r"\b(?!__(?:global|device|shared)__\b)_*(global|device|shared)_*\b",
        "__global__, __device__ and __shared__ have two underscores on either side",
        "__global__、__device__、__shared__ 前后各有两条下划线",
    ),
]
"""Slips that one line shows, the first that fits counts. They are looked for only in a line that is not C."""

PRINT = (
    "the simulator prints nothing; write what you want to see into an array",
    "模拟器里不能打印；想看的值可以写进数组",
)
NAMES = {
    "True": ("true is written small in C", "C 里的 true 是小写"),
    "False": ("false is written small in C", "C 里的 false 是小写"),
    "None": ("C has no None: a number is always there", "C 没有 None：数总是有值的"),
    "inf": ("infinity is INFINITY", "无穷大写作 INFINITY"),
    "nan": ("not a number is NAN", "非数写作 NAN"),
    "threadIdx": ("threadIdx has the parts .x, .y, .z: threadIdx.x", "threadIdx 有 .x、.y、.z 三个分量：threadIdx.x"),
    "blockIdx": ("blockIdx has the parts .x, .y, .z: blockIdx.x", "blockIdx 有 .x、.y、.z 三个分量：blockIdx.x"),
    "blockDim": ("blockDim has the parts .x, .y, .z: blockDim.x", "blockDim 有 .x、.y、.z 三个分量：blockDim.x"),
    "gridDim": ("gridDim has the parts .x, .y, .z: gridDim.x", "gridDim 有 .x、.y、.z 三个分量：gridDim.x"),
    "__syncthreads": ("it is a call, __syncthreads()", "这是一次调用，要写成 __syncthreads()"),
    "len": (
        "an array of C does not know its length; the kernel gets it as a parameter",
        "C 的数组不知道自己的长度；长度由参数传进来",
    ),
    "print": PRINT,
    "printf": PRINT,
    "maximum": ("the larger of two numbers is max(a, b)", "两个数中较大的写作 max(a, b)"),
    "minimum": ("the smaller of two numbers is min(a, b)", "两个数中较小的写作 min(a, b)"),
}
"""Names that are not known, and what they stand for."""


def check_characters(text: str, source: str) -> None:
    """Raise KernelError at the first character that C does not know in the `text`, which is the source's."""
    for number, line in enumerate(text.splitlines(), 1):
        for character in line:
            if character.isascii() and character not in "`@$":
                continue
            instead = FULL_WIDTH.get(character)
            raise KernelError(
                "syntax",
                f"'{character}' is a full-width character; C knows only '{instead}'"
                if instead
                else f"'{character}' is no character of C",
                f"“{character}”是全角字符，C 只认半角的 {instead}" if instead else f"C 不认识字符“{character}”",
                number,
                source,
            )


def check_comments(text: str, source: str) -> None:
    """Raise KernelError where a comment of the source has no end, or no beginning: the `text` is without the others."""
    if found := re.search(r"/\*|\*/", text):
        opens = found[0] == "/*"
        raise KernelError(
            "syntax",
            "this comment is not closed: */ is missing" if opens else "this */ closes nothing: /* is missing",
            "这条注释没有闭合：少了 */" if opens else "这个 */ 没有对应的 /*",
            text.count("\n", 0, found.start()) + 1,
            source,
        )


def check_kernels(text: str, source: str) -> None:
    """Raise KernelError where `extern "C"` is missing or misspelt in the `text`, which is the source's."""

    def wrong(at: int, en: str, zh: str) -> None:
        raise KernelError("syntax", en, zh, text.count("\n", 0, at) + 1, source)

    if found := re.search(r'\bextern\b(?!\s*("C"|__shared__))', text):
        wrong(found.start(), 'it is extern "C", with a C in double quotes', '应为 extern "C"，C 大写，用双引号')
    if found := re.search(r'\bextern\s*"C"\s*\{', text):
        wrong(
            found.start(),
            'the simulator does not know extern "C" { ... }; write extern "C" before each kernel',
            '模拟器不认识 extern "C" { ... }；请在每个核函数前面写 extern "C"',
        )
    for found in re.finditer(r"\b__global__\b", text):
        if not re.search(r'\bextern\s*"C"\s*$', text[: found.start()]):
            wrong(
                found.start(),
                'extern "C" is missing before __global__: without it the compiler changes the name, and the kernel is '
                "not found under it",
                '__global__ 前面少了 extern "C"：没有它，编译器会改写函数名，就找不到这个核函数了',
            )


def explained(told: str, source: str, code: str) -> KernelError:
    """pycparser's 'file:3:7: before: y' as a sentence, with what the source most likely meant.

    `code` is the source as it was parsed: without comments, lines counted alike.
    """
    line = int(found[1]) if (found := re.search(r":(\d+):\d+:", told)) else 0
    before = found[1].strip() if (found := re.search(r"before: (.*)", told)) else ""
    lines = code.splitlines()
    last = next((n for n in range(line - 1, 0, -1) if lines[n - 1].strip()), 0) if line else 0
    of_file = source.splitlines()

    def error(at: int, en: str, zh: str) -> KernelError:
        return KernelError("syntax", en, zh, at, source)

    for at in (line, last):
        slip = next((s for s in IN_A_LINE if at and re.search(s.pattern, lines[at - 1])), None)
        if slip and (at == line or not re.search(r"[;{}]\s*$", lines[at - 1])):
            return error(at, slip.en, slip.zh)
        cut_off = at and not re.search(r"[;{}]\s*$", lines[at - 1])
        if cut_off and re.search(r"[\w\])]\s*//\s*[\w(]", of_file[at - 1]):
            return error(at, "// begins a comment; whole numbers are divided with /", "// 是注释的开头；整数相除写 /")
    if unclosed := parentheses(lines, line):
        return error(*unclosed)
    goes_on = last and re.search(r"[;{},(=+\-*/<>&|?:]\s*$", lines[last - 1])
    if last and before and lines[line - 1].lstrip().startswith(before) and not goes_on:
        return error(last, "a semicolon is missing at the end of this line", "这一行的末尾少了分号")
    if line and before.isidentifier():
        found = re.search(rf"[(,]\s*(?:const\s+)?\w+\s*\*?\s*(\w+)\s+(?:const\s+)?{before}\b", lines[line - 1])
        if found and re.search(r"\b__(global|device)__\b", lines[line - 1]):
            name = found[1]
            return error(line, f"a comma is missing behind the parameter {name}", f"参数 {name} 后面少了逗号")
        found = re.search(rf"\b([A-Za-z_]\w*)\s+{before}", lines[line - 1])
        if found:
            return error(line, f"'{found[1]}' before '{before}' is no type", f"{before} 前面的 {found[1]} 不是类型")
    if line and before:
        return error(
            line,
            f"this is not C before '{before}'; is a semicolon, a parenthesis or a type missing?",
            f"到 {before} 这里不是合法的 C；是不是少了分号、括号或类型？",
        )
    told = re.sub(r"^[:?\d ]*", "", told)
    return error(line, f"this is not C: {told}", f"这不是合法的 C：{told}")


def parentheses(lines: list[str], until: int) -> tuple[int, str, str] | None:
    """The first parenthesis, bracket or brace that closes nothing, or is not closed: its line and what is to be said.

    Round and square ones must close before their line ends in a semicolon or a brace; those behind the line `until`
    (0: none) are not looked at.
    """
    opened: list[tuple[str, int]] = []
    askew = 0  # the line of the first { whose } stands further to the left or right
    for number, text in enumerate(lines, 1):
        for character in text:
            if character == "{" and opened and opened[-1][0] != "{":
                break
            if character in "([{":
                opened.append((character, number))
            elif character in CLOSING and opened and opened[-1][0] == CLOSING[character]:
                at = opened.pop()[1]
                if character == "}" and text.strip().startswith("}") and indented(lines[at - 1]) != indented(text):
                    askew = askew or at
            elif character == "}" and opened:
                break
            elif character in CLOSING:
                return number, f"this {character} closes nothing", f"这个 {character} 没有对应的左括号"
        if opened and opened[-1][0] in "([" and (re.search(r"[;{]\s*$", text) or number == until):
            left, at = opened[-1]
            right = {"(": ")", "[": "]"}[left]
            return at, f"a {left} is not closed: {right} is missing", f"有一个 {left} 没有对应的 {right}"
    if not opened:
        return None
    count = len(opened)
    en, zh = f"this {{ is not closed: {count} }} missing", f"这个 {{ 没有闭合：少了 {count} 个 }}"
    return askew or opened[-1][1], en, zh


def indented(line: str) -> int:
    return len(line) - len(line.lstrip())
