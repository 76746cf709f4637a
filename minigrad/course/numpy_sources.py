"""Where one of NumPy's arrays in the learner's code comes from, read off their source and the variables at an error."""

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from types import ModuleType
from typing import Any

import numpy as np

from .. import creation
from ..device import array_module
from ..tensor import Tensor
from .cut import first_line
from .syntax import (
    assignments,
    header,
    holds,
    last_line,
    parsed,
    position,
    returned,
    span,
    tracebacks,
    written_to,
)

MAKERS = re.compile(
    "arange|as(any|contiguous|fortran)?array|array|empty|eye|from(buffer|function|iter)|full|identity|indices|"
    "(lin|log|geom)space|load(txt)?|ones|tri|tri[lu]_indices|zeros|random[.].*"
)
"""Functions of NumPy that make arrays of what lies on no GPU."""
JOINING = ("concatenate", "stack", "vstack", "hstack", "dstack", "column_stack", "block", "broadcast_arrays")
"""Functions that take a list of arrays."""
FETCHING = ("get", "cpu", "numpy")
"""Methods that bring an array or a tensor to the CPU."""
MOST = 80  # characters of code in a sentence
DEEP = 6  # variables, each made from the next, that are followed
UNKNOWN = object()


@dataclass
class Use:
    """A place that makes, holds or demands an array on the CPU: its line and code, and what to write `instead`.

    `lacks` is the name of what CuPy has no counterpart of.
    """

    kind: str
    line: int
    code: str
    instead: str = ""
    lacks: str = ""

    @property
    def said(self) -> dict[str, str]:
        where = {"en": f" (line {self.line})", "zh": f"（第 {self.line} 行）"}
        what = {
            "makes": {"en": "makes a NumPy array", "zh": "生成的是 NumPy 数组"},
            "makes a tensor": {"en": "makes a tensor on the CPU", "zh": "生成的是 CPU 上的张量"},
            "fetches": {"en": "copies from the GPU to the CPU", "zh": "把数据从 GPU 拷回了 CPU"},
            "holds": {"en": "is a NumPy array", "zh": "是 NumPy 数组"},
        }[self.kind]
        return {"en": f"`{self.code}`{where['en']} {what['en']}", "zh": f"`{self.code}`{where['zh']}{what['zh']}"}


class Scene:
    """A place in the learner's code: the piece of syntax that failed (or that returns), and the variables there.

    `names` are their values; with `static`, what is not among them may be anything, and is followed.
    """

    def __init__(self, path: str, roots: Sequence[ast.AST], line: int, names: Mapping[str, Any], static: bool = False):
        self.path, self.roots, self.line, self.names, self.static = path, roots, line, names, static
        self.source = "".join(linecache.getlines(path))
        self.tree = parsed(self.source)
        self.home: ast.AST = self.tree  # the function in question
        self.called = ""  # the module in which what was called from here lies
        self.seen: set[tuple[str, int]] = set()  # variables that are being followed, with the line that reads them

    @classmethod
    def of(cls, error: BaseException | None, path: str) -> "Scene | None":
        """Where an error, or what it was raised from, left the learner's code; None if it was never there."""
        while error is not None:
            found = [tb for tb in tracebacks(error) if tb.tb_frame.f_code.co_filename == path]
            if found:
                frame = found[-1].tb_frame
                scene = cls(path, [], found[-1].tb_lineno, {**frame.f_globals, **frame.f_locals})
                scene.roots = scene.failing(position(found[-1]))
                inner = found[-1].tb_next
                scene.called = inner.tb_frame.f_globals.get("__name__", "") if inner is not None else ""
                return scene
            error = error.__cause__
        return None

    @classmethod
    def of_returns(cls, function: Callable, given: Mapping[str, Any]) -> "Scene":
        """What a function returns, without its variables."""
        scene = cls(inspect.getfile(function), [], 0, {**function.__globals__, **given}, static=True)
        scene.home = scene.definition(function.__code__.co_firstlineno)
        scene.roots = returned(scene.home)
        scene.line = max([root.lineno for root in scene.roots], default=function.__code__.co_firstlineno)
        return scene

    @property
    def code(self) -> str:
        """The text of the line."""
        return linecache.getline(self.path, self.line).strip()

    def failing(self, where: tuple) -> list[ast.AST]:
        """The piece of syntax at this position, and the statement around it."""
        exact = [node for node in ast.walk(self.tree) if span(node) == where]
        around = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt) and n.lineno <= self.line <= last_line(n)]
        return [*exact[-1:], *[header(statement) for statement in around[-1:]]]

    def definition(self, line: int) -> ast.AST:
        """The innermost function that holds this line; the file, if there is none."""
        kinds = ast.FunctionDef | ast.AsyncFunctionDef
        nodes = [node for node in ast.walk(self.tree) if isinstance(node, kinds)]
        around = [node for node in nodes if first_line(node) <= line <= last_line(node)]
        return around[-1] if around else self.tree

    # ---------------------------------------------------------------------------------------------------- what is known

    def value(self, node: ast.AST) -> Any:
        """What a name, or an attribute of something that is known, stands for; UNKNOWN for everything else."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, self.alias(node) if self.static else UNKNOWN)
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if isinstance(base, ModuleType | np.ufunc):
                return getattr(base, node.attr, UNKNOWN)
            return getattr(base, "__dict__", {}).get(node.attr, UNKNOWN)
        return UNKNOWN

    def alias(self, name: ast.Name) -> Any:
        """What a variable that is another name of something stands for, such as xp after `xp = np`."""
        places = assignments(self.home, name.id, name.lineno)
        names = [node for node in places if isinstance(node, ast.Name | ast.Attribute) and node.lineno < name.lineno]
        return self.value(names[-1]) if names else UNKNOWN

    def numpy_name(self, node: ast.AST) -> str:
        """The name in NumPy of a function of NumPy, such as 'add.at'; empty for any other."""
        if isinstance(node, ast.Attribute):
            if self.value(node.value) is np:
                return node.attr
            within = self.numpy_name(node.value)
            return f"{within}.{node.attr}" if within else ""
        target = self.value(node)
        is_numpys = callable(target) and str(getattr(target, "__module__", "")).partition(".")[0] == "numpy"
        return getattr(target, "__name__", "") if isinstance(target, np.ufunc) or is_numpys else ""

    @property
    def xp(self) -> str:
        """What the code calls CuPy, or would."""
        found = [name for name, value in self.names.items() if is_cupy(value)]
        return found[0] if found else "xp"

    @property
    def has_xp(self) -> bool:
        return any(map(is_cupy, self.names.values()))

    def is_in(self, code: str) -> bool:
        """Does a piece of code use the array module?"""
        return re.search(rf"\b{self.xp}\b", code) is not None

    @property
    def array(self) -> str:
        """An array that lies on the GPU here, as it is written."""
        for name, value in self.names.items():
            if is_on_gpu(value) and not isinstance(value, ModuleType):
                return f"{name}.data" if isinstance(value, Tensor) else name
        return "x"

    # ------------------------------------------------------------------------------------------------ what is found

    def uses(self) -> list[Use]:
        """What makes the arrays on the CPU that are used here; of the smallest piece of syntax that has any."""
        if self.static:
            return unique(use for root in self.roots for use in self.made(root))
        for root in self.roots:
            self.seen.clear()
            if found := unique(self.made(root)):
                return found
        return []

    def demanding(self) -> Use | None:
        """The call of NumPy that failed, if the piece of syntax that failed is one."""
        for root in self.roots[:1]:
            if isinstance(root, ast.Call) and self.numpy_name(root.func):
                return self.use("demands", root)
        return None

    def made(self, root: ast.AST, deep: int = 0) -> Iterator[Use]:
        """What makes the arrays on the CPU in a piece of syntax; variables are followed to where they were made."""
        if deep > DEEP:
            return
        if isinstance(root, ast.Call):
            kind = self.kind_of(root)
            if kind:
                yield self.use(kind, root)
                return
            written = self.written(root.func)
            if written is not None:
                yield from self.within(written, deep)
        if isinstance(root, ast.Name) and isinstance(root.ctx, ast.Load):
            yield from self.followed(root, deep)
        elif isinstance(root, ast.Attribute) and is_on_cpu(self.value(root)):
            yield from self.left_by_others(root)
        else:
            for child in ast.iter_child_nodes(root):
                yield from self.made(child, deep)

    def kind_of(self, call: ast.Call) -> str:
        """Does a call make an array on the CPU, and how? Empty if it does not, as far as can be seen."""
        name = self.numpy_name(call.func)
        if MAKERS.fullmatch(name) or any(self.value(part) is np for part in call.args):
            return "makes"
        if not isinstance(call.func, ast.Attribute):
            is_creation = getattr(self.value(call.func), "__module__", "") == creation.__name__
            return "makes a tensor" if is_creation and all(word.arg != "device" for word in call.keywords) else ""
        base = self.value(call.func.value)
        if is_generator(base):
            return "makes"
        gets = call.func.attr in FETCHING and not call.args and not isinstance(base, dict)
        return "fetches" if gets or (call.func.attr == "asnumpy" and call.args) else ""

    def written(self, function: ast.AST) -> ast.AST | None:
        """The definition of a function that the learner wrote in this file."""
        code = getattr(self.value(function), "__code__", None)
        return self.definition(code.co_firstlineno) if code is not None and code.co_filename == self.path else None

    def within(self, definition: ast.AST, deep: int) -> Iterator[Use]:
        """What makes the arrays on the CPU that another of the learner's functions returns."""
        names = {name: value for name, value in self.names.items() if isinstance(value, ModuleType) or callable(value)}
        inner = Scene(self.path, returned(definition), last_line(definition), names, static=True)
        inner.home = definition
        for root in inner.roots:
            yield from inner.made(root, deep + 1)

    def followed(self, name: ast.Name, deep: int) -> Iterator[Use]:
        """What made the variable `name`, if it is, or may be, an array on the CPU."""
        value, here = self.names.get(name.id, UNKNOWN), (name.id, name.lineno)
        if here in self.seen or not (is_on_cpu(value) or (self.static and value is UNKNOWN)):
            return
        self.seen.add(here)
        home = self.definition(name.lineno)
        places = assignments(home, name.id, name.lineno) or assignments(self.tree, name.id, name.lineno)
        found = unique(use for place in reversed(places) for use in self.made(place, deep + 1))
        if found:
            yield from found
        elif is_on_cpu(value):
            at = places[-1] if places else name
            yield Use("holds", at.lineno, shortened(ast.unparse(at)))

    def left_by_others(self, attribute: ast.Attribute) -> Iterator[Use]:
        """What made the array that an attribute holds; the methods of the class that write it are looked through."""
        owner = next((n for n in ast.walk(self.tree) if isinstance(n, ast.ClassDef) and holds(n, attribute)), None)
        names = {name: value for name, value in self.names.items() if isinstance(value, ModuleType) or callable(value)}
        inner = Scene(self.path, [], self.line, names, static=True)
        written = [] if owner is None else list(written_to(owner, attribute.attr))
        found = unique(use for value in written for use in inner.made(value))
        yield from found or [Use("holds", attribute.lineno, ast.unparse(attribute))]

    # ------------------------------------------------------------------------------------------------- what to write

    def use(self, kind: str, call: ast.Call) -> Use:
        name = self.numpy_name(call.func)
        use = Use(kind, call.lineno, shortened(ast.unparse(call)), shortened(self.instead(kind, name, call)))
        if name and not name.startswith("random.") and not has_counterpart(name):
            use.instead, use.lacks = "", name
        return use

    def instead(self, kind: str, name: str, call: ast.Call) -> str:
        """The call as it works on both devices."""
        first = call.args[0] if call.args else None
        if kind == "makes a tensor":
            changed = deepcopy(call)
            device = ast.parse(f"{self.array.removesuffix('.data')}.device", mode="eval").body
            changed.keywords.append(ast.keyword("device", device))
            return ast.unparse(changed)
        if kind == "fetches":
            if first is not None:
                return ast.unparse(first)
            node: Any = call
            while isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (*FETCHING, "detach"):
                node = node.func.value  # type: ignore[attr-defined]
            return ast.unparse(node) + (".data" if call.func.attr == "numpy" else "")  # type: ignore[attr-defined]
        if name.startswith("random."):
            return f"generator(device_of({self.array})).random({self.array}.shape)"
        if not name and isinstance(call.func, ast.Attribute) and is_generator(self.value(call.func.value)):
            return f"{self.xp}.asarray({ast.unparse(call)})"
        is_list = isinstance(first, ast.List | ast.Tuple | ast.ListComp)
        if kind == "demands" and first is not None:
            if isinstance(self.value(call.func), type):
                return f"{ast.unparse(first)}.astype({ast.unparse(call.func)})"
            if name in ("array", "asarray", "asanyarray") and not is_list:
                return ast.unparse(first)
            if name in ("array", "asarray"):
                return f"{self.xp}.stack({ast.unparse(Renamed(self).visit(deepcopy(first)))})"
        changed = Renamed(self).visit(deepcopy(call))
        if kind == "demands" and is_list and name not in JOINING:
            changed.args[0] = ast.parse(f"{self.xp}.stack({ast.unparse(changed.args[0])})", mode="eval").body
        return ast.unparse(changed)


class Renamed(ast.NodeTransformer):
    """NumPy's functions under the name of the array module."""

    def __init__(self, scene: Scene):
        self.scene = scene

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = self.scene.numpy_name(node.func)
        self.generic_visit(node)
        if name and not isinstance(self.scene.value(node.func), type):
            node.func = ast.parse(f"{self.scene.xp}.{name}", mode="eval").body
        node.args = [ast.Name(self.scene.xp, ast.Load()) if self.scene.value(a) is np else a for a in node.args]
        return node


def is_on_cpu(x: Any) -> bool:
    """Is `x` an array or a tensor on the CPU, or are there some in it?"""
    if isinstance(x, Tensor):
        return isinstance(x.data, np.ndarray)
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "biufc"
    return isinstance(x, list | tuple) and any(map(is_on_cpu, islice(x, 100)))


def is_on_gpu(x: Any) -> bool:
    """Is `x` an array or a tensor on a GPU, or the module that makes such?"""
    return is_cupy(x) or array_module(x.data if isinstance(x, Tensor) else x) is not np


def is_generator(x: Any) -> bool:
    return isinstance(x, np.random.Generator | np.random.RandomState)


def is_cupy(x: Any) -> bool:
    return isinstance(x, ModuleType) and x.__name__ == "cupy"


def has_counterpart(name: str) -> bool:
    """Has CuPy a function of this name?"""
    import cupy

    target: Any = cupy
    for part in name.split("."):
        target = getattr(target, part, None)
    return target is not None


def unique(uses: Any) -> list[Use]:
    """Each once, in the order of their lines."""
    found = {(use.line, use.code): use for use in uses}
    return sorted(found.values(), key=lambda use: use.line)


def shortened(code: str) -> str:
    return code if len(code) <= MOST else code[: MOST - 4] + " ..."
