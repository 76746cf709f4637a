"""Python's syntax trees: where an error was, what a function returns, where a variable gets its value."""

import ast
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Any


def tracebacks(error: BaseException) -> Iterator[TracebackType]:
    tb = error.__traceback__
    while tb is not None:
        yield tb
        tb = tb.tb_next


def position(tb: TracebackType) -> tuple:
    """(first line, last line, first column, column behind the last) of what was being evaluated."""
    return next(islice(tb.tb_frame.f_code.co_positions(), tb.tb_lasti // 2, None), (None,) * 4)


def parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # not a file: code that was typed
        return ast.Module([], [])


def span(node: ast.AST) -> tuple:
    names = ("lineno", "end_lineno", "col_offset", "end_col_offset")
    return tuple(getattr(node, name, None) for name in names)


def last_line(node: Any) -> int:
    return getattr(node, "end_lineno", None) or 0


def header(statement: Any) -> ast.AST:
    """A statement without the block of statements that belongs to it."""
    if not hasattr(statement, "body"):
        return statement
    parts = [getattr(statement, name, None) for name in ("test", "iter", "subject")]
    return next((part for part in parts if part is not None), statement)


def returned(definition: ast.AST) -> list[Any]:
    """What a function returns, in all its returns."""
    return [node.value for node in ast.walk(definition) if isinstance(node, ast.Return) and node.value is not None]


def assignments(home: ast.AST, name: str, before: int) -> list[Any]:
    """The expressions that a variable gets its value from, up to a line."""
    found: list[Any] = []
    for node in ast.walk(home):
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        writes = [n for t in targets if t is not None for n in ast.walk(t) if isinstance(n, ast.Name)]
        if any(n.id == name and isinstance(n.ctx, ast.Store) for n in writes):
            value = getattr(node, "value", None) or getattr(node, "iter", None)
            if value is not None and value.lineno <= before:
                found.append(value)
    return sorted(found, key=lambda value: value.lineno)


def holds(owner: ast.ClassDef, node: ast.AST) -> bool:
    return any(child is node for child in ast.walk(owner))


def written_to(owner: ast.ClassDef, name: str) -> Iterator[ast.AST]:
    """What a class's methods put into `self.name`; into `self.saved` by self.save(...)."""
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign) and any(getattr(t, "attr", "") == name for t in node.targets):
            yield node.value
        if name == "saved" and isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "save":
            yield from node.args
