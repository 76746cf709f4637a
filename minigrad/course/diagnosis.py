"""Diagnosis: what a wrong result looks like, and so which mistake was made.

`diagnose` compares what came with what was expected and returns a Finding: the kind of mistake and the facts that its
sentences need. The sentences themselves, in both languages, are in sentences.toml.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from ..autograd import check_broadcast, unbroadcast
from ..language import language, pick

ALONE, NUMBER = {"en": "", "zh": " "}, {"en": "it", "zh": "它"}
ELEMENT = {"en": "that element", "zh": "这个元素"}
RTOL, ATOL = 1e-5, 1e-7  # measured slopes are exact to about 1e-9


@dataclass
class Finding:
    """What was found about one blank. `kind` is an entry of sentences.toml; a lesson's own mistakes bring `text`.

    `facts` are filled into the sentences; `worst` describes the element that is most wrong.
    """

    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    worst: dict[str, Any] | None = None
    text: dict[str, str] | None = None

    @property
    def seen(self) -> str:
        """The sentence that says what was seen, in the user's language."""
        if self.text:
            return filled_where_known(pick(self.text), self.facts)
        return filled(pick(sentences()[self.kind]["seen"]), self.facts)

    @property
    def look(self) -> str:
        """The sentences that say where to look; empty for a lesson's own mistakes, which say it themselves."""
        if self.text:
            return ""
        entry = sentences()[self.kind]
        parts = [entry["look"]]
        if self.facts.get("backward") and "backward" in entry:
            parts.insert(0, entry["backward"])
        return pick({"en": " ", "zh": ""}).join(filled(pick(part), self.facts) for part in parts)


class WrongError(Exception):
    """Raised by a check as soon as something is found."""

    def __init__(self, finding: Finding):
        super().__init__(finding.kind)
        self.finding = finding


@cache
def sentences() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"))


def filled(sentence: str, facts: Mapping[str, Any]) -> str:
    """The sentence with its {placeholders} filled. KeyError if it names a fact that is not there."""
    return sentence.format(**spoken(facts))


def filled_where_known(text: str, facts: Mapping[str, Any]) -> str:
    """A lesson's own text with the facts that it names filled in. Other braces stay: it may speak of dicts, and hold
    what a learner wrote."""
    known = spoken(facts)

    def fact(match: re.Match) -> str:
        return format(known[match[1]], match[2] or "") if match[1] in known else match[0]

    return re.sub(r"\{(\w+)(?::([.\w]+))?\}", fact, text)


def spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts in the user's language; one may be a text in both."""
    return {k: v[language()] if isinstance(v, dict) else v for k, v in facts.items()}


@dataclass
class Case:
    """One comparison: what a function returned for `inputs`, and what it should have returned.

    `names` are the names of the results (gx, gy). `upstream` is the gradient that went in, None for a forward.
    `broadcast` is the shape up to which the inputs were broadcast. `without_upstream` gives the gradients for an
    upstream gradient of ones. `mistakes` gives pairs (finding, results) of known mistakes. `settings` are the numbers
    and shapes that were given besides, such as an exponent.
    """

    names: Sequence[str]
    inputs: dict[str, Any]
    upstream: Any = None
    broadcast: tuple[int, ...] | None = None
    without_upstream: Callable[[], Sequence[Any]] | None = None
    mistakes: Callable[[], Iterator[tuple[Finding, Any]]] | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def diagnose(case: Case, got: Any, expected: Sequence[Any]) -> Finding | None:
    """Why `got`, what the function returned, differs from `expected`; None if it does not."""
    results = got if isinstance(got, tuple | list) else (got,)
    if isinstance(got, list) and len(case.names) == 1:
        results = (got,)
    found = wrong_form(case, results, expected)
    if found:
        return (named_mistake(case, got) if found.kind in ("shape", "shape_only", "transposed") else None) or found
    wrong = [i for i, (g, e) in enumerate(zip(results, expected)) if e is not None and not same(g, e)]
    if not wrong:
        return None
    found = pattern(case, results, expected, wrong)
    known = named_mistake(case, got)
    if found is None or (found.kind in ("region", "right_only", "factor", "not_finite") and known):
        found = known or found
    first = wrong[0]
    if found is None:
        count, size = int((~close(results[first], expected[first])).sum()), int(np.size(expected[first]))
        found = Finding("wrong", {"extent": ALONE, "what": NUMBER})
        if np.ndim(expected[first]):
            told = {"en": f" in {count} of {size} elements", "zh": f" 的 {size} 个元素中有 {count} 个"}
            found.facts |= {"extent": told, "what": ELEMENT}
    found.facts.setdefault("name", case.names[first])
    found.facts.setdefault("size", int(np.size(expected[first])))
    found.worst = found.worst or worst_element(case, first, results[first], expected[first])
    return found


# ------------------------------------------------------------------------------------------ number, type, shape, dtype


def wrong_form(case: Case, results: Sequence[Any], expected: Sequence[Any]) -> Finding | None:
    """A wrong number of results, something that is no array, or an array of the wrong shape or dtype."""
    if len(results) == 1 and results[0] is None and expected[0] is not None:
        return Finding("nothing", {"name": ", ".join(case.names)})
    if isinstance(results, list):
        return Finding("no_tuple", {"names": ", ".join(case.names)})
    if len(results) != len(expected):
        return Finding("count", {"got": len(results), "expected": len(expected), "names": ", ".join(case.names)})
    for i, (name, x, e) in enumerate(zip(case.names, results, expected)):
        if e is None:
            continue
        if x is None:
            return Finding("nothing", {"name": name})
        if not isinstance(x, np.ndarray | np.generic | float | int):
            return Finding("no_array" if e.ndim else "no_number", {"name": name, "got": type(x).__name__})
        if np.shape(x) != e.shape:
            return wrong_shape(case, i, np.asarray(x), results, expected)
        if hasattr(x, "dtype") and x.dtype != e.dtype:
            if case.without_upstream is not None and not same(x, e) and same(x, case.without_upstream()[i]):
                return Finding("upstream_ignored", {"name": name})  # a mask or whole numbers, such as x > 0
            return Finding("dtype", {"name": name, "got": str(x.dtype), "expected": str(e.dtype)})
        if not isinstance(x, np.ndarray) and e.ndim:
            return Finding("no_array", {"name": name, "got": type(x).__name__})
    return None


def wrong_shape(case: Case, i: int, x: Any, results: Sequence[Any], expected: Sequence[Any]) -> Finding:
    e = expected[i]
    facts = {"name": case.names[i], "got": shape_text(x.shape), "expected": shape_text(e.shape)}
    backward = case.upstream is not None
    with np.errstate(all="ignore"):
        a_number = e.any() and broadcasts(x.shape, e.shape)  # such as 1
        local = case.without_upstream()[i] if case.without_upstream and a_number else None
        if local is not None and same(np.broadcast_to(x, e.shape), local):
            return Finding("upstream_ignored", {"name": case.names[i]})
        if x.ndim == e.ndim >= 2 and same(x, e.swapaxes(-1, -2)):
            return Finding("transposed", facts)
        if x.size == e.size and same(x.reshape(e.shape), e):
            a_tuple = x.shape == (1, *e.shape)  # perhaps self.saved as it is
            return Finding("shape_only", {**facts, "backward": backward and a_tuple})
        if broadcasts(e.shape, x.shape) and same(unbroadcast(x, e.shape), e):
            return Finding("not_summed", facts)
    return exchanged(case, results, expected) or Finding("shape", {**facts, "backward": backward})


def exchanged(case: Case, results: Sequence[Any], expected: Sequence[Any]) -> Finding | None:
    """Two results, each of which is right in the place of the other."""
    there = [i for i, e in enumerate(expected) if e is not None and isinstance(results[i], np.ndarray | np.generic)]
    for i, j in combinations(there, 2):
        if same(results[i], expected[j]) and same(results[j], expected[i]):
            return Finding("swapped", {"first": case.names[i], "second": case.names[j]})
    return None


def broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    try:
        check_broadcast(shape, to)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------------------------------------- patterns of values


def pattern(case: Case, results: Sequence[Any], expected: Sequence[Any], wrong: list[int]) -> Finding | None:
    """The mistake that explains every wrong result, if there is one; None otherwise."""
    got = [np.asarray(results[i]) for i in wrong]
    right = [np.asarray(expected[i]) for i in wrong]
    facts: dict[str, Any] = {"name": ", ".join(case.names[i] for i in wrong)}
    for i, x, e in zip(wrong, got, right):
        if not np.isfinite(x[np.isfinite(e)]).all():
            return not_finite(case, i, x, e)
    if all(not x.any() for x in got):
        return Finding("zero", facts)
    if all(same(x, -e) for x, e in zip(got, right)):
        return Finding("sign", facts)
    swapped = exchanged(case, results, expected) if len(wrong) == 2 else None
    if swapped:
        return swapped
    if all(x.ndim >= 2 and x.shape[-1] == x.shape[-2] and same(x, e.swapaxes(-1, -2)) for x, e in zip(got, right)):
        return Finding("transposed", {**facts, "got": shape_text(got[0].shape), "expected": shape_text(got[0].shape)})
    if case.without_upstream is not None:
        local = case.without_upstream()
        if all(same(x, local[i]) for i, x in zip(wrong, got)):
            return Finding("upstream_ignored", facts)
    factors = [constant_factor(x, e) for x, e in zip(got, right)]
    if factors[0] is not None and all(f is not None and np.isclose(f, factors[0], 1e-4) for f in factors):
        return Finding("factor", {**facts, "factor": factor_text(factors[0], case)})
    return region(case, wrong[0], got[0], right[0])


def not_finite(case: Case, i: int, x: Any, e: Any) -> Finding:
    """NaN or inf where a number was expected, and the input that led there."""
    at = tuple(int(k) for k in np.argwhere(~np.isfinite(x) & np.isfinite(e))[0])
    causes = []
    for name, value in case.inputs.items():
        if np.shape(value) == x.shape and np.asarray(value).dtype.kind == "f":
            row = np.asarray(value)[at[:-1]] if x.ndim > 1 else np.asarray(value)
            causes.append(f"{name}{index_text(at)} = {number(np.asarray(value)[at])}")
            if row.size <= 6 and x.ndim > 1:
                causes[-1] += f" ({name}{index_text(at[:-1])} = {list_text(row)})"
        elif np.asarray(value).dtype.kind == "f" and x.ndim < np.ndim(value) and np.shape(value)[: x.ndim] == x.shape:
            causes.append(f"{name}{index_text(at)} = {list_text(np.asarray(value)[at])}")
    causes = causes or [f"{name}: max |·| = {number(np.abs(v).max())}" for name, v in numbers(case)]
    cause = "; ".join(causes or [f"{name} = {value}" for name, value in case.inputs.items() if np.ndim(value) == 0])
    facts = {
        "name": case.names[i],
        "got": number(x[at]),
        "expected": number(e[at]),
        "cause": {"en": cause, "zh": in_chinese(cause)},
    }
    return Finding("not_finite", facts, worst_of(case.names[i], at, x[at], e[at]))


def numbers(case: Case) -> list[tuple[str, Any]]:
    """The inputs that are floating-point arrays with elements."""
    arrays = [(name, np.asarray(value)) for name, value in case.inputs.items()]
    return [(name, value) for name, value in arrays if value.dtype.kind == "f" and value.size]


def constant_factor(x: Any, e: Any) -> float | None:
    """c with x = c · e, if there is one."""
    scale = float((e * e).sum())
    if x.size < 2 or not scale:
        return None
    c = float((x * e).sum()) / scale
    return c if c and same(x, c * e) else None


def factor_text(factor: float, case: Case) -> dict[str, str] | str:
    """A factor as a learner would name it: 2, 1/2, or one of the sizes at hand."""
    for sign, mark in ((1, ""), (-1, "-")):
        value = factor * sign
        for n in (2, 3, 4):
            if np.isclose(value, n, 1e-4) and n not in sizes(case):
                return f"{mark}{n}"
            if np.isclose(value, 1 / n, 1e-4) and n not in sizes(case):
                return f"{mark}1/{n}"
        for n, (en, zh) in sizes(case).items():
            if np.isclose(value, n, 1e-4):
                return {"en": f"{mark}{n}, {en},", "zh": f"{mark}{n}，即 {zh}"}
            if np.isclose(value, 1 / n, 1e-4):
                return {"en": f"{mark}1/{n}, one over {en},", "zh": f"{mark}1/{n}，即 {zh}分之一"}
    return number(factor)


def sizes(case: Case) -> dict[int, tuple[str, str]]:
    """The sizes of the inputs, and what each is a size of, in both languages."""
    found: dict[int, tuple[str, str]] = {}
    for name, value in case.inputs.items():
        shape = np.shape(value)
        for d, n in enumerate(shape):
            found.setdefault(n, (f"the size of dimension {d} of {name}", f"{name} 第 {d} 维的大小"))
        total = int(np.prod(shape))
        found.setdefault(total, (f"the number of elements of {name}", f"{name} 的元素个数"))
    return {n: text for n, text in found.items() if n > 1}


def region(case: Case, i: int, x: Any, e: Any) -> Finding | None:
    """Right everywhere but in one region, where the region can be named."""
    wrong = ~close(x, e)
    count = int(wrong.sum())
    if not 0 < count < wrong.size:
        return None
    for mask, en, zh in regions(case, wrong.shape):
        if mask.any() and not mask.all() and (wrong <= mask).all() and (wrong == mask)[~close(e, 0 * e)].all():
            facts = {"name": case.names[i], "count": count, "size": wrong.size, "region": {"en": en, "zh": zh}}
            return Finding("region", facts)
    for mask, en, zh in ends(wrong.shape):
        if (wrong == ~mask).all() and np.ptp(x[wrong]) == 0:  # the rest was never reached
            facts = {"name": case.names[i], "count": wrong.size - count, "size": wrong.size}
            return Finding("right_only", {**facts, "region": {"en": en, "zh": zh}})
    return None


def ends(shape: tuple[int, ...]) -> Iterator[tuple[Any, str, str]]:
    """Where a loop that was left too early, or began anew in every round, has been: (mask, English, Chinese)."""
    number = np.arange(int(np.prod(shape))).reshape(shape)
    yield number == 0, "in the first element", "第一个元素"
    yield number == number.size - 1, "in the last element", "最后一个元素"
    for d, n in enumerate(shape):
        index = np.indices(shape)[d]
        yield index == 0, f"at index 0 of dimension {d}", f"第 {d} 维下标为 0 的位置"
        yield index == n - 1, f"at index {n - 1} of dimension {d}", f"第 {d} 维下标为 {n - 1} 的位置"


def regions(case: Case, shape: tuple[int, ...]) -> Iterator[tuple[Any, str, str]]:
    """Parts of an array of this shape that have a name: (mask, English, Chinese)."""
    fitting = [(n, np.broadcast_to(v, shape)) for n, v in numbers(case) if broadcasts(v.shape, shape)]
    for name, v in fitting:
        for mask, test in ((v == 0, "= 0"), (v < 0, "< 0"), (v > 0, "> 0"), (v <= 0, "≤ 0"), (v >= 0, "≥ 0")):
            yield mask, f"where {name} {test}", f"{name} {test} 的位置"
    for (a, x), (b, y) in [(p, q) for k, p in enumerate(fitting) for q in fitting[k + 1 :]]:
        for mask, test in ((x == y, "="), (x < y, "<"), (x > y, ">")):
            yield mask, f"where {a} {test} {b}", f"{a} {test} {b} 的位置"
    for name, v in fitting:
        if v.ndim:
            top = v == v.max(axis=-1, keepdims=True)
            ties = top & (top.sum(axis=-1, keepdims=True) > 1)
            yield ties, f"where the largest value of {name} occurs twice", f"{name} 中最大值并列的位置"
            yield top, f"at the largest value of {name} in each row", f"{name} 每行最大值的位置"
    for d, n in enumerate(shape):
        index = np.arange(n).reshape([n if k == d else 1 for k in range(len(shape))])
        edge = np.broadcast_to((index == 0) | (index == n - 1), shape)
        if n > 3:
            yield edge, f"at both ends of dimension {d}", f"第 {d} 维的两端"
        for k in range(n):
            mask = np.broadcast_to(index == k, shape)
            yield mask, f"at index {k} of dimension {d}", f"第 {d} 维下标为 {k} 的位置"


def named_mistake(case: Case, got: Any) -> Finding | None:
    """The known mistake that gives just this result."""
    for finding, result in case.mistakes() if case.mistakes else ():
        theirs, ours = [r if isinstance(r, tuple) else (r,) for r in (result, got)]
        if len(theirs) == len(ours) and all(alike(a, b) for a, b in zip(theirs, ours)):
            return finding
    return None


def alike(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    try:
        return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, RTOL, ATOL, equal_nan=True))
    except TypeError:  # not numbers
        return bool(a == b)


# ------------------------------------------------------------------------------------------------------------- details


def close(x: Any, e: Any) -> Any:
    with np.errstate(all="ignore"):
        scale = np.abs(e[np.isfinite(e)]).max(initial=0.0) if np.size(e) else 0.0
        rtol, atol = (1e-3, 1e-4) if getattr(e, "dtype", None) == np.float32 else (RTOL, ATOL)
        return np.isclose(x, e, rtol, atol * max(1.0, float(scale)), equal_nan=True)


def same(x: Any, e: Any) -> bool:
    return np.shape(x) == np.shape(e) and bool(np.all(close(np.asarray(x), np.asarray(e))))


def worst_element(case: Case, i: int, x: Any, e: Any) -> dict[str, Any]:
    """The element that is most wrong, with the inputs there."""
    x, e = np.asarray(x), np.asarray(e)
    if x.shape != e.shape or not x.size:
        return {}
    off = np.where(close(x, e), 0, np.nan_to_num(np.abs(x - e), nan=np.inf))  # inf and NaN may be right
    at = tuple(int(k) for k in np.unravel_index(off.argmax(), off.shape))
    worst = worst_of(case.names[i], at, x[at], e[at])
    given = dict(numbers(case)) | ({"g": np.asarray(case.upstream)} if case.upstream is not None else {})
    worst["at"] = {n: number(np.broadcast_to(v, x.shape)[at]) for n, v in given.items() if broadcasts(v.shape, x.shape)}
    worst["at"] |= {n: number(v) if isinstance(v, float) else str(v) for n, v in case.settings.items()}
    return worst


def worst_of(name: str, at: tuple[int, ...], x: Any, e: Any) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        ratio = number(x / e) if e and np.isfinite(x / e) else ""
    return {"element": f"{name}{index_text(at)}", "got": number(x), "expected": number(e), "ratio": ratio, "at": {}}


def number(x: Any) -> str:
    """A number as it is shown: whole, or with six digits, and no minus before a zero."""
    if isinstance(x, bool | np.bool_):
        return str(bool(x))
    value = float(x) + 0.0
    return f"{value:.0f}" if value.is_integer() and 1e6 <= abs(value) < 1e16 else f"{value:.6g}"


def list_text(x: Any) -> str:
    return "[" + ", ".join(number(v) for v in np.ravel(x)) + "]"


def index_text(at: Sequence[int]) -> str:
    return f"[{', '.join(map(str, at))}]" if at else ""


def shape_text(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def in_chinese(cause: str) -> str:
    """Inputs listed in a sentence, with the marks of a Chinese one."""
    return cause.replace("; ", "；").replace(" (", "（").replace(")", "）")
