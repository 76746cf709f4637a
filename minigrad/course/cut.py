"""Cutting exercises from the framework's source.

The file of a lesson holds, for each of its blanks, the definition around it as it stands in the framework: the class
with what is given, signatures, docstrings and comments. Only the bodies of the blanks are gone.
"""

import ast
import builtins
import re
import symtable
import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .blanks import Blank, Source

UNWRITTEN = "raise NotImplementedError"
"""The statement that stands where a body was."""

HEADING = r" +# -{5,}.*"  # a comment that parts the methods of a class

LONG = 100
"""A class of more lines is not shown whole: what its blanks have nothing to do with is left out."""


def exercise(
    blanks: Sequence[Blank],
    header: str = "",
    tasks: Mapping[Blank, str] | None = None,
    hidden: Collection[str] = (),
) -> str:
    """The Python source of a file in which the learner writes `blanks`; `header` becomes its docstring.

    `tasks` are sentences that say what is asked; each stands as a comment where its blank is to be written. Methods
    named in `hidden` are not shown: they are asked of the learner later.
    """
    groups = by_source(blanks)
    body = "\n\n\n".join(
        [piece for source, group in groups for piece in definitions(source, group, tasks or {}, hidden)]
    )
    solutions = [blank.solution for blank in blanks]  # what they use is there for the learner too
    imports = "\n".join(imports_for("\n\n\n".join([body, *solutions]), [source for source, _ in groups]))
    return f'"""{header}"""\n\n{imports}\n\n\n{body}\n'


def tops(blanks: Iterable[Blank]) -> list[str]:
    """The names of the classes and functions at the top level that hold these blanks."""
    return list(dict.fromkeys(blank.qualname.split(".")[0] for blank in blanks))


def by_source(blanks: Sequence[Blank]) -> list[tuple[Source, list[Blank]]]:
    """The blanks of each module, in the order in which they are named."""
    modules = dict.fromkeys(blank.module for blank in blanks)
    groups = [[blank for blank in blanks if blank.module == module] for module in modules]
    return [(group[0].source, group) for group in groups]


def definitions(
    source: Source, blanks: Sequence[Blank], tasks: Mapping[Blank, str], hidden: Collection[str] = ()
) -> list[str]:
    """The classes and functions that hold these blanks of one module, without the bodies of the blanks."""
    lines: list[str | None] = list(source.lines)
    for blank in blanks:
        node = blank.definition
        assert isinstance(node, ast.FunctionDef)
        first = body_line(node, lines)
        indent = " " * (node.col_offset + 4)
        task = textwrap.wrap(tasks.get(blank, ""), 110 - len(indent), break_long_words=False)
        lines[first - 1] = "\n".join([*[f"{indent}# {line}" for line in task], indent + UNWRITTEN])
        lines[first : node.end_lineno] = [None] * ((node.end_lineno or first) - first)
    texts = []
    for name in tops(blanks):
        top: Any = source.find(name)
        later = [node for node in getattr(top, "body", ()) if is_method(node, f"{source.module}:{name}.", hidden)]
        for node in [*left_out(top, blanks), *later, *words_for_halves(top)]:
            lines[first_line(node) - 1 : node.end_lineno] = [None] * (node.end_lineno - first_line(node) + 1)
            lines = [None if line and re.fullmatch(HEADING, line) else line for line in lines]
        kept = "\n".join([line for line in lines[first_line(top) - 1 : top.end_lineno] if line is not None])
        kept = re.sub(r"\n{3,}", "\n\n", kept).rstrip()
        texts.append(conceal_gradients(kept) if f"{name}.backward" in map(str, blanks) else kept)
    return texts


def body_line(node: ast.FunctionDef, lines: Sequence[str | None]) -> int:
    """The number of the line with which the body of a function begins, after its docstring; a comment counts."""
    if has_docstring(node) and len(node.body) > 1:
        return (node.body[0].end_lineno or 0) + 1
    header = node.lineno
    while not (lines[header - 1] or "").rstrip().endswith(":"):
        header += 1
    return header + 1


def is_method(node: ast.AST, prefix: str, names: Collection[str]) -> bool:
    """Is this the definition of one of these methods? `prefix` comes before its name."""
    return isinstance(node, ast.FunctionDef) and prefix + node.name in names


def left_out(top: Any, blanks: Sequence[Blank]) -> list[Any]:
    """The methods of a long class that neither are blanks nor call one nor are called by one; and its headings."""
    if not isinstance(top, ast.ClassDef) or (top.end_lineno or 0) - top.lineno <= LONG:
        return []
    own = {blank.short for blank in blanks if blank.qualname.split(".")[0] == top.name}
    methods = {node.name: node for node in top.body if isinstance(node, ast.FunctionDef)}
    kept = {"__init__", *own}.union(*[called(methods[name]) for name in own])
    kept |= {name for name, node in methods.items() if called(node) & own}
    return [node for name, node in methods.items() if name not in kept]


def words_for_halves(top: Any) -> list[Any]:
    """The words by which an operation says how it computes in half precision: no matter of the exercise."""
    assigned = [node for node in getattr(top, "body", ()) if isinstance(node, ast.Assign)]
    return [node for node in assigned if getattr(node.targets[0], "id", "") in ("autocast", "halves")]


def called(node: ast.AST) -> set[str]:
    """The names of the methods that a method calls or hands on: what it reads from `self`."""
    return {
        child.attr
        for child in ast.walk(node)
        if isinstance(child, ast.Attribute) and isinstance(child.value, ast.Name) and child.value.id == "self"
    }


def conceal_gradients(definition: str) -> str:
    """The definition of a Function, with question marks for the gradients in its docstring.

    They are what its `backward` must work out: "z = x · y;  gx = gz · y,  gy = gz · x." becomes "z = x · y;  gx = ?,
    gy = ?."
    """

    def ask(match: re.Match) -> str:
        return ";  " + ",  ".join(f"{name} = ?" for name in re.findall(r"\b(g\w*) = ", match[0])) + match[1]

    return re.sub(r";\s+g\w* = .*?(\"\"\"|\n\n)", ask, definition, count=1, flags=re.DOTALL)


def has_docstring(node: ast.FunctionDef) -> bool:
    return ast.get_docstring(node) is not None


def first_line(node: ast.AST) -> int:
    decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
    return min([node.lineno, *decorators])  # type: ignore[attr-defined]


def imports_for(code: str, sources: Iterable[Source]) -> list[str]:
    """The import statements that `code`, taken from `sources`, needs: theirs, made absolute, and their own names.

    NumPy and `array_module` are always among them, where the code does not define it itself.
    """
    missing = free_names(code + "\n\nnp, array_module")
    origins = {"np": ("numpy", None, "np"), "array_module": ("minigrad.device", "array_module", None)}
    for source in sources:
        origins = available(source) | origins
    plain: list[str] = []
    grouped: dict[str, list[str]] = {}
    for name in sorted(missing & origins.keys()):
        module, member, alias = origins[name]
        if member is None:
            plain.append(f"import {module}" + (f" as {alias}" if alias else ""))
        else:
            grouped.setdefault(module, []).append(member + (f" as {alias}" if alias else ""))
    members = [import_line(module, sorted(names)) for module, names in grouped.items()]
    return sorted([*plain, *members], key=lambda line: (" minigrad" in line, line.startswith("from"), line))


def import_line(module: str, names: list[str]) -> str:
    """An import statement, in parentheses where it is long."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 110:
        return line
    return f"from {module} import (\n" + "".join([f"    {name},\n" for name in names]) + ")"


def free_names(code: str) -> set[str]:
    """Names that the code reads and does not define; a parameter or a local variable is not one of them."""
    top = symtable.symtable(code, "<exercise>", "exec")
    defined = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    return globals_read(top) - defined - set(dir(builtins))


def globals_read(table: symtable.SymbolTable) -> set[str]:
    """The global names that this piece of code reads, inner functions and classes included."""
    own = {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
    return own.union(*map(globals_read, table.get_children()))


def available(source: Source) -> dict[str, tuple[str, str | None, str | None]]:
    """Each name that a module has at its top level, and where another file gets it: (module, member, alias)."""
    names: dict[str, tuple[str, str | None, str | None]] = {}
    for node in source.tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name] = (alias.name, None, alias.asname)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = (absolute(node, source.module), alias.name, alias.asname)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = (source.module, node.name, None)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names |= {n.id: (source.module, n.id, None) for n in ast.walk(target) if isinstance(n, ast.Name)}
    return names


def absolute(node: ast.ImportFrom, module: str) -> str:
    """The full name of the module that an import statement in `module` names."""
    if not node.level:
        return node.module or ""
    base = module.split(".")[: -node.level]
    return ".".join([*base, node.module] if node.module else base)
