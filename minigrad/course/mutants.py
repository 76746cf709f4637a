"""Mutants: wrong implementations of blanks.

They check the checks: each must be found, with the diagnosis that names its mistake. And they are a catalogue: when a
learner's function returns just what a known mistake returns, that mistake is named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..function import Function
from .blanks import Blank


@dataclass(frozen=True)
class Mutant:
    """A wrong `function` for the blank called `blank`, and the `kind` of finding that it must get.

    The kind "mistake" stands for a mistake of this blank alone; `text` says, in both languages, what it is.
    """

    name: str
    blank: str
    kind: str
    function: Callable
    text: dict[str, str] | None = None


def mutant(blank: str, kind: str) -> Callable[[Callable], Callable]:
    """Decorator in a lesson's mutants.py: this function for `blank` must be diagnosed as `kind`."""
    return listed(blank, kind, None)


def mistake(blank: str, en: str, zh: str) -> Callable[[Callable], Callable]:
    """Decorator in a lesson's mutants.py: a mistake of this blank alone, with the sentences that explain it."""
    return listed(blank, "mistake", {"en": en, "zh": zh})


def listed(blank: str, kind: str, text: dict[str, str] | None) -> Callable[[Callable], Callable]:
    def mark(function: Any) -> Callable:
        function.mutants = [*getattr(function, "mutants", []), Mutant(function.__name__, blank, kind, function, text)]
        return function

    return mark


def standard_mutants(blank: Blank) -> list[Mutant]:
    """Mistakes that every forward and backward of a Function must be protected from, made from the framework's own."""
    own, owner = blank.function, blank.owner
    if blank.short not in ("forward", "backward") or not (isinstance(owner, type) and issubclass(owner, Function)):
        return []  # a module's forward takes tensors: its lesson has mutants of its own

    def changed(change: Callable[[Any], Any]) -> Callable:
        def wrong(self: Any, *arrays: Any) -> Any:
            result = own(self, *arrays)
            if isinstance(result, tuple):
                return tuple([x if x is None else change(x) for x in result])
            return change(result)

        return wrong

    def vandal(self: Any, *arrays: Any) -> Any:
        result = own(self, *[x.copy() for x in arrays])
        first = next(x for x in arrays if x.dtype.kind == "f")
        first += 1
        return result

    def blind(self: Any, *grads: Any) -> Any:
        return own(self, *[g * 0 + 1 for g in grads])

    def refuses(self: Any, *arrays: Any) -> Any:
        raise ValueError("mutant")

    def returns_one_more(self: Any, *arrays: Any) -> Any:
        result = own(self, *arrays)
        return (*result, result[0]) if isinstance(result, tuple) else (result, result)

    backward = blank.short == "backward"
    wrong = {
        "zero": ("zero", changed(lambda x: x * 0)),
        "negative": ("sign", changed(lambda x: -x)),
        "doubled": ("factor", changed(lambda x: 2 * x)),
        "half precision": ("dtype", changed(lambda x: x.astype("float16"))),
        "a list": ("no_array", changed(lambda x: x.tolist())),
        "nothing": ("nothing", lambda self, *arrays: None),
        "in place": ("modified_upstream" if backward else "modified_input", vandal),
        "an exception": ("raised", refuses),
    }
    if backward:
        wrong["upstream ignored"] = ("upstream_ignored", blind)
        wrong["one gradient more"] = ("count", returns_one_more)
    return [Mutant(name, blank.name, kind, function) for name, (kind, function) in wrong.items()]
