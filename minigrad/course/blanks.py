"""Blanks: functions of the framework that the learner writes.

A blank is named `module:qualified.name`, such as `minigrad.ops.activation:ReLU.backward`. By that one name the exercise
is cut from the framework's source, the learner's function is put in the framework's place, the solution is shown and
the table of who wrote what is made.
"""

import ast
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import MinigradError
from ..twins import stepping_aside


class BlankError(MinigradError, ValueError):
    """A name that is no function of the framework, or a function that cannot take a blank's place."""


@dataclass(frozen=True)
class Blank:
    """The function `qualname` of the module `module`. BlankError if there is none."""

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.definition, ast.FunctionDef):
            raise BlankError(f"blank '{self.name}' names no function")

    @property
    def module(self) -> str:
        return self.name.partition(":")[0]

    @property
    def qualname(self) -> str:
        return self.name.partition(":")[2]

    @property
    def short(self) -> str:
        """The last part of the name: `backward`."""
        return self.qualname.rpartition(".")[2]

    @cached_property
    def source(self) -> "Source":
        return Source.of(self.module)

    @cached_property
    def definition(self) -> ast.AST:
        return self.source.find(self.qualname)

    @property
    def owner(self) -> Any:
        """What holds the function: a class, or the module itself."""
        owner: Any = importlib.import_module(self.module)
        for part in self.qualname.split(".")[:-1]:
            owner = getattr(owner, part)
        return owner

    @property
    def function(self) -> Callable:
        """The function that stands in the framework now."""
        return vars(self.owner)[self.short]

    @property
    def solution(self) -> str:
        """The framework's own source of it, with its comments."""
        return inspect.cleandoc("\n" + self.source.text_of(self.definition))

    @property
    def kernels(self) -> list[str]:
        """The source of the functions of minigrad.kernels that the framework's own code calls."""
        found = []
        for node in ast.walk(self.definition):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kernels":
                function = getattr(vars(sys.modules[self.module])["kernels"], node.attr)
                found.append(inspect.cleandoc("\n" + inspect.getsource(function)))
        return list(dict.fromkeys(found))

    def __str__(self) -> str:
        return self.qualname


@dataclass(frozen=True)
class Source:
    """The source text of a module, and its syntax tree."""

    module: str
    text: str

    @classmethod
    def of(cls, module: str) -> "Source":
        """BlankError if the framework has no such module."""
        try:
            spec = importlib.util.find_spec(module) if module.split(".")[0] == "minigrad" else None
        except ModuleNotFoundError:
            spec = None
        if spec is None or spec.origin is None:
            raise BlankError(f"minigrad has no module '{module}'")
        return cls(module, Path(spec.origin).read_text(encoding="utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def find(self, qualname: str) -> ast.AST:
        """The definition of a class, a function or a method. BlankError if there is none."""
        body, node = self.tree.body, None
        for part in qualname.split("."):
            node = next((n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == part), None)
            if node is None:
                raise BlankError(f"{self.module} has no '{qualname}'")
            body = node.body
        assert node is not None
        return node

    def text_of(self, node: Any) -> str:
        """The lines of a definition, decorators and inner comments included."""
        first = min([node.lineno, *[decorator.lineno for decorator in getattr(node, "decorator_list", [])]])
        return "\n".join(self.lines[first - 1 : node.end_lineno])


@contextmanager
def in_place(functions: Mapping[Blank, Callable], learners: Collection[Blank] | None = None) -> Iterator[None]:
    """Within this context the framework runs the given functions in the place of its own.

    `learners` (all of them) names those that are the learner's: faster ways around them are closed.
    """
    replaced = [(blank, blank.function, function) for blank, function in functions.items()]
    names = [blank.name for blank in (functions if learners is None else learners)]
    try:
        for blank, own, function in replaced:
            replace(blank, own, function)
        with stepping_aside(names):
            yield
    finally:
        for blank, own, function in replaced:
            replace(blank, function, own)


def replace(blank: Blank, old: Callable, new: Callable) -> None:
    """Put `new` wherever the framework holds `old`.

    A method is looked up in its class at every call, so there is one place. A function of a module may also stand
    under its name in modules that imported it, and as a method in classes.
    """
    setattr(blank.owner, blank.short, new)
    if isinstance(blank.owner, ModuleType):
        for holder in holders():
            for name in [name for name, value in vars(holder).items() if value is old]:
                setattr(holder, name, new)


def holders() -> Iterator[Any]:
    """The framework's modules that are loaded, and the classes defined in them."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "minigrad" and not name.startswith("minigrad.course"):
            yield module
            yield from (v for v in list(vars(module).values()) if isinstance(v, type) and v.__module__ == name)
