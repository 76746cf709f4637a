"""The learner's file: read, run, and searched for the functions that it defines."""

import ast
import difflib
import hashlib
import inspect
import linecache
import traceback
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import OutOfMemoryError
from .blanks import Blank
from .cut import has_docstring
from .diagnosis import Finding, WrongError


class LearnerFile:
    """An exercise file as the learner left it. Reading or running it raises WrongError with what is wrong with it."""

    def __init__(self, path: Path, lesson: str = ""):
        self.path, self.lesson = path, lesson

    @cached_property
    def text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise WrongError(Finding("no_file", {"file": self.path.name, "lesson": self.lesson})) from error
        except (OSError, UnicodeDecodeError) as error:
            raise WrongError(Finding("unreadable", {"message": str(error), "lesson": self.lesson})) from error

    @cached_property
    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.text, str(self.path))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            code = self.line(line)
            facts = {"message": getattr(error, "msg", str(error)), "line": line, "code": code}
            raise WrongError(Finding("syntax", facts)) from error

    def line(self, number: int) -> str:
        """The text of one line, without its indentation."""
        lines = self.text.splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """What the file defines, after running it."""
        names: dict[str, Any] = {"__name__": "exercise", "__file__": str(self.path)}
        code = compile(self.tree, str(self.path), "exec")
        linecache.checkcache(str(self.path))
        exec(code, names)
        return names

    def definition(self, blank: Blank) -> ast.FunctionDef:
        """The syntax tree of the learner's function. WrongError if it is not there, or has other parameters."""
        defined = dict(functions(self.tree))
        found = defined.get(blank.qualname)
        if found is None:
            near = difflib.get_close_matches(blank.qualname, defined, n=3, cutoff=0.3) or list(defined)[:3]
            raise WrongError(Finding("missing", {"blank": blank.qualname, "defined": ", ".join(near) or "-"}))
        got, expected = parameters(found), parameters(blank.definition)
        if got != expected:
            raise WrongError(Finding("signature", {"got": ", ".join(got), "expected": ", ".join(expected)}))
        return found

    def is_written(self, blank: Blank) -> bool:
        """Has the learner replaced the body that the exercise came with?"""
        node = self.definition(blank)
        body = [statement for statement in node.body[has_docstring(node) :] if not isinstance(statement, ast.Pass)]
        return bool(body) and not all(is_placeholder(statement) for statement in body)

    def function(self, blank: Blank) -> Callable:
        """The learner's function, from running the file. WrongError if there is none, or if it is not written yet."""
        if not self.is_written(blank):
            raise WrongError(Finding("not_written"))
        found: Any = self.namespace.get(blank.qualname.split(".")[0])
        for part in blank.qualname.split(".")[1:]:
            found = vars(found).get(part) if isinstance(found, type) else None
        if not callable(found):
            raise WrongError(Finding("missing", {"blank": blank.qualname, "defined": type(found).__name__}))
        return found

    @property
    def fingerprint(self) -> str:
        """A hash of the file's code. Comments and blank lines do not count."""
        return hashlib.sha256(ast.dump(self.tree).encode()).hexdigest()[:16]


def functions(tree: ast.Module) -> list[tuple[str, ast.FunctionDef]]:
    """The functions and methods of a file, by their qualified names. The last of several counts, as in Python."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.append((node.name, node))
        elif isinstance(node, ast.ClassDef):
            found += [(f"{node.name}.{child.name}", child) for child in node.body if isinstance(child, ast.FunctionDef)]
    return found


def parameters(node: Any) -> list[str]:
    """The parameter names of a definition, with their stars."""
    a = node.args
    names = [argument.arg for argument in (*a.posonlyargs, *a.args)]
    names += [f"*{a.vararg.arg}"] if a.vararg else ["*"] if a.kwonlyargs else []
    return names + [argument.arg for argument in a.kwonlyargs] + ([f"**{a.kwarg.arg}"] if a.kwarg else [])


def attributes_set(node: ast.FunctionDef) -> set[str]:
    """The names of the attributes that a function writes to."""
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}


def is_placeholder(statement: ast.stmt) -> bool:
    """`raise NotImplementedError`, `...` or a text standing alone."""
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def as_finding(error: BaseException, path: str, memory_limit: str = "") -> Finding:
    """What an exception that left the learner's code says: its kind, and the line of their file that it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    at = frames[-1] if frames else None
    facts: dict[str, Any] = {"line": at.lineno if at else 0, "code": (at.line or "").strip() if at else ""}
    facts["error"], facts["message"] = type(error).__name__, str(error).strip().split("\n")[0] or "-"
    if isinstance(error, NotImplementedError):
        return Finding("not_written")
    if isinstance(error, MemoryError) and not isinstance(error, OutOfMemoryError):
        return Finding("memory", {**facts, "limit": memory_limit})
    if isinstance(error, EOFError) and "input(" in facts["code"]:
        return Finding("asked_input", facts)
    if isinstance(error, SystemExit):
        return Finding("exited", facts)
    return Finding("raised" if at else "broke", facts)


def code_file(function: Callable) -> str:
    """The file in which a function was written."""
    return inspect.unwrap(function).__code__.co_filename
