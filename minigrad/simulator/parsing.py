"""From CUDA's C to the syntax tree of plain C, which pycparser reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import KernelError
from .slips import check_characters, check_comments, check_kernels, explained
from .types import ALIASES

KNOWN_TYPES = ("bool", "__half", "__nv_bfloat16", *ALIASES)
"""Names that are types to CUDA and not to C: the parser has to be told. `half` is one if cuda_fp16.h is included."""

SPELLED = {
    "__shared__": "register",  # a word of C that means nothing else here, so that the parser hands it on
    "__restrict__": "restrict",
    "__global__": "extern",
    "__device__": "static",
    "__forceinline__": "",
    "__inline__": "",
    "inline": "",
}
"""CUDA's words, and what of C stands for them."""

NOT_C = {"template", "class", "auto", "namespace", "using", "float2", "float4", "__constant__", "goto", "switch", "asm"}


@dataclass(frozen=True)
class Program:
    """A source that was read: its text, the tree, and the names of its kernels."""

    source: str
    tree: Any
    kernels: tuple[str, ...]


def parse(source: str, definitions: Mapping[str, str] | None = None) -> Program:
    """Read a source of CUDA C, with the macros of `definitions`.

    Raises KernelError of the kind 'syntax' or 'unknown', with the line, where that is impossible.
    """
    from pycparser import c_parser

    code = text = without_comments(source)
    check_comments(text, source)
    check_characters(text, source)
    check_kernels(text, source)
    kernels = tuple(re.findall(r"__global__\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?void\s+(\w+)", text))
    text = defined(text, source, definitions or {})
    text = re.sub(r'extern\s*"C"', lambda m: " " * len(m[0]), text)
    text = re.sub(r"__launch_bounds__\s*\([^)]*\)", "", text)
    for number, line in enumerate(text.splitlines(), 1):
        for word in re.findall(r"[A-Za-z_]\w*", line):
            if word in NOT_C:
                raise KernelError(
                    "unknown", f"the simulator does not know '{word}'", f"模拟器不认识 {word}", number, source
                )
    text = re.sub(r"\b(static|reinterpret)_cast\s*<([^<>]*)>", r"(\2)", text)
    text = re.sub(
        r"\b(float|double|int|bool|__half|__nv_bfloat16)\s*\((?!\s*\*)", r"(\1)(", text
    )  # float(x), as C++ writes it
    text = re.sub(r"\b\w+\b", lambda m: SPELLED.get(m[0], m[0]), text)
    names = KNOWN_TYPES + ("half",) * ("cuda_fp16.h" in source)
    prefix = "".join(f"typedef int {name}; " for name in names)
    try:
        tree = c_parser.CParser().parse(prefix + text)
    except c_parser.ParseError as error:
        told = str(error)
        if not re.match(r":\d+:", told):
            told = f":{culprit(prefix, text)}:1: {told}"
        raise explained(told, source, code) from error
    return Program(source, tree, kernels)


def culprit(prefix: str, text: str) -> int:
    """The first line without which the rest could be parsed; 0 if there is none."""
    from pycparser import c_parser

    lines = text.splitlines()
    for number in range(len(lines)):
        try:
            c_parser.CParser().parse(prefix + "\n".join([*lines[:number], "", *lines[number + 1 :]]))
        except c_parser.ParseError:
            continue
        return number + 1
    return 0


def without_comments(source: str) -> str:
    """The source without comments; lines keep their numbers."""
    blank = lambda match: "\n" * match[0].count("\n") or " "  # noqa: E731
    return re.sub(r"/\*.*?\*/|//[^\n]*", blank, source, flags=re.DOTALL)


def defined(text: str, source: str, definitions: Mapping[str, str]) -> str:
    """The text with these values and those of `#define NAME value` put in; lines that begin with # become empty."""
    values = dict(definitions)
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(r"\s*#\s*define\s+(\w+)(\(?)(.*)", line):
            if match[2]:
                raise KernelError(
                    "unknown",
                    "the simulator does not know macros with arguments; write a __device__ function",
                    "模拟器不认识带参数的宏；请改写成 __device__ 函数",
                    number,
                    source,
                )
            values[match[1]] = match[3].strip()
            line = ""
        elif re.match(r"\s*#\s*(include|pragma)", line):
            line = ""
        for _ in values:  # a value may name another
            line = re.sub(r"\b\w+\b", lambda m: values.get(m[0], m[0]), line)
        lines.append(line)
    return "\n".join(lines)
