"""What is known of a source while it is gone through: its names and types, and where something is wrong."""

from dataclasses import dataclass
from typing import Any, NoReturn

from pycparser import c_ast

from ..errors import did_you_mean, nearest
from .errors import KernelError
from .types import ALIASES, BOOL, BY_WORDS, HALF, Number, Pointer, Type


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


class Reader:
    """What is known of a source while it is gone through: names, types, and where something is wrong."""

    def __init__(self, source: str):
        self.source = source
        self.line = 0
        self.typedefs: dict[str, Number] = {"half": HALF, "__half": HALF, "bool": BOOL, **ALIASES}
        self.signatures: dict[str, Signature] = {}
        self.scopes: list[dict[str, Variable]] = []
        self.constants: dict[str, Any] = {}
        """What the code finds under a name."""
        self.doubles: list[int] = []
        """Lines in which a double makes floats be computed with as doubles."""
        self.count = 0

    def at(self, node: Any) -> None:
        if node is not None and getattr(node, "coord", None) is not None:
            self.line = int(node.coord.line)

    def fail(self, kind: str, en: str, zh: str, line: int) -> NoReturn:
        raise KernelError(kind, en, zh, line, self.source)

    def wrong(self, en: str, zh: str, kind: str = "type") -> NoReturn:
        self.fail(kind, en, zh, self.line)

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
        """The size of an array, which must be a constant; -1 where it is left out."""
        if node is None:
            return -1
        if isinstance(node, c_ast.Constant) and "int" in node.type:
            return int(node.value.rstrip("uUlL"), 0)
        if isinstance(node, c_ast.BinaryOp) and node.op in "+-*/":
            left, right = self.size(node.left), self.size(node.right)
            return {"+": left + right, "-": left - right, "*": left * right, "/": left // max(right, 1)}[node.op]
        self.wrong("the size of an array must be a constant", "数组的大小必须是常量")

    def variable(self, name: str) -> Variable:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        known = {name for scope in self.scopes for name in scope}
        near = nearest(name, known)
        self.wrong(
            f"'{name}' was not declared{did_you_mean(name, known)}",
            f"没有声明过 {name}" + (f"（是不是 {near}？）" if near else ""),
            "syntax",
        )
