"""What is known of a source while it is gone through: its names and types, and where something is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pycparser import c_ast

from ..errors import did_you_mean, nearest
from .errors import KernelError
from .slips import NAMES
from .types import ALIASES, BFLOAT16, BOOL, BY_WORDS, HALF, Number, Pointer, Type


@dataclass(frozen=True)
class Value:
    """An expression of Python, and its type in C; None is void."""

    code: str
    type: Type | None


@dataclass(frozen=True)
class Variable:
    """A variable: its name in Python, its type, and whether it may be assigned to."""

    code: str
    type: Type
    constant: bool = False


@dataclass
class Signature:
    """What a function takes and gives."""

    name: str
    parameters: list[tuple[str, Type]]
    gives: Type | None
    kernel: bool


def whole_number(digits: str) -> int:
    """A whole number as C writes it: 0x1F, and 017 with a 0 before it in octal."""
    return int(digits, 8) if re.fullmatch("0[0-7]+", digits) else int(digits, 0)


class Reader:
    """What is known of a source while it is gone through: names, types, and where something is wrong."""

    def __init__(self, source: str):
        self.source = source
        self.line = 0
        self.typedefs: dict[str, Number] = {
            "half": HALF,
            "__half": HALF,
            "__nv_bfloat16": BFLOAT16,
            "bool": BOOL,
            **ALIASES,
        }
        self.signatures: dict[str, Signature] = {}
        self.scopes: list[dict[str, Variable]] = []
        self.constants: dict[str, Any] = {}
        """What the code finds under a name."""
        self.doubles: list[int] = []
        """Lines in which a double makes floats be computed with as doubles."""
        self.fractions: dict[int, tuple[str, str]] = {}
        """Lines in which whole numbers have lost a fraction while the kernel ran, and what was lost, in both
        languages."""
        self.count = 0

    def at(self, node: Any) -> None:
        if node is not None and getattr(node, "coord", None) is not None:
            self.line = int(node.coord.line)

    def fail(self, kind: str, en: str, zh: str, line: int, calls: Sequence[tuple[str, int]] = ()) -> NoReturn:
        raise KernelError(kind, en, zh, line, self.source, calls)

    def wrong(self, en: str, zh: str, kind: str = "type") -> NoReturn:
        self.fail(kind, en, zh, self.line)

    def check_slip(self, name: str) -> None:
        """Say so if this is a name of Python's, or half of one of CUDA's."""
        if name in NAMES:
            en, zh = NAMES[name]
            self.wrong(f"'{name}' is not known: {en}", f"不认识 {name}：{zh}", "syntax")

    def without_part(self, name: str, part: str) -> NoReturn:
        """Say that what is called `name` has no `.part`."""
        if any(name in scope for scope in self.scopes):
            self.wrong(
                f"{name} has no '.{part}': an array of C is an address only, and sizes come as parameters",
                f"{name} 没有 .{part}：C 的数组只是一个地址，大小要由参数传进来",
                "syntax",
            )
        self.unknown("structures other than threadIdx, blockIdx, blockDim and gridDim", "这种结构体成员")

    @property
    def text(self) -> str:
        """The line of the source that is gone through."""
        return self.source.splitlines()[self.line - 1]

    def unknown(self, en: str, zh: str) -> NoReturn:
        self.wrong(f"the simulator does not know {en}", f"模拟器不认识{zh}", "unknown")

    def fresh(self, name: str) -> str:
        self.count += 1
        return f"{name}_{self.count}"

    # ----------------------------------------------------------------------------------------------------------- types

    def is_void(self, node: Any) -> bool:
        return isinstance(node, c_ast.TypeDecl) and getattr(node.type, "names", None) == ["void"]

    def type_of(self, node: Any) -> Type:
        """The type that a declaration states."""
        if isinstance(node, c_ast.TypeDecl):
            if not isinstance(node.type, c_ast.IdentifierType):
                self.unknown("structures", "结构体")
            words = " ".join(node.type.names)
            if words in self.typedefs:
                return self.typedefs[words]
            if words in BY_WORDS:
                return BY_WORDS[words]
            self.wrong(f"'{words}' is no type of a value", f"{words} 不是值的类型", "syntax")
        if isinstance(node, c_ast.PtrDecl):
            of = self.type_of(node.type)
            if isinstance(of, Pointer):
                self.unknown("pointers to pointers", "指向指针的指针")
            return Pointer(of, "const" in node.type.quals)
        if isinstance(node, c_ast.ArrayDecl):
            of = self.type_of(node.type)
            size = self.size(node.dim)
            if isinstance(of, Pointer):
                return Pointer(of.of, of.constant, (size, *of.sizes))
            return Pointer(of, "const" in getattr(node.type, "quals", ()), (size,))
        self.unknown("this kind of type", "这种类型")

    def size(self, node: Any) -> int:
        """The size of an array, which must be a constant of at least 1; -1 where it is left out."""
        if node is None:
            return -1
        size = self.count_of(node)
        if size < 1:
            self.wrong(
                f"an array has at least 1 element, and this one {size}",
                f"数组至少有 1 个元素，这里是 {size} 个",
                "rule",
            )
        return size

    def count_of(self, node: Any) -> int:
        """A constant whole number."""
        if isinstance(node, c_ast.Constant) and "int" in node.type:
            return whole_number(node.value.rstrip("uUlL"))
        if isinstance(node, c_ast.BinaryOp) and node.op in "+-*/":
            left, right = self.count_of(node.left), self.count_of(node.right)
            return {"+": left + right, "-": left - right, "*": left * right, "/": left // max(right, 1)}[node.op]
        self.wrong("the size of an array must be a constant, such as 1024", "数组的大小必须是常量，比如 1024", "rule")

    def variable(self, name: str, given: bool = False) -> Variable:
        """The variable of that name, which may be one that is `given` its first value here."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        self.check_slip(name)
        known = {name for scope in self.scopes for name in scope}
        near = nearest(name, known)
        if given and not near:
            self.wrong(
                f"'{name}' was not declared: where it gets its first value, its type stands before it, such as "
                f"int {name} = ... or A {name} = ...",
                f"没有声明过 {name}：第一次赋值时，前面要写类型，比如 int {name} = ... 或 A {name} = ...",
                "syntax",
            )
        self.wrong(
            f"'{name}' was not declared{did_you_mean(name, known)}",
            f"没有声明过 {name}" + (f"（是不是 {near}？）" if near else ""),
            "syntax",
        )
