"""What a lesson's check.py tries a blank with.

Each function of check.py is marked with the blanks that it tries and gets a Check. The learner's function stands in the
framework's place while it runs; `backward` compares gradients with measured slopes, `forward` and `function` compare
results with those of the framework's own function. The first thing that is wrong ends the check.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..autograd import unbroadcast
from ..gradcheck import numerical_gradient
from .blanks import Blank, in_place
from .diagnosis import Case, Finding, WrongError, broadcasts, diagnose
from .learner import as_finding, code_file
from .memory_limit import MEMORY_LIMIT
from .mutants import Mutant


def checks(*blanks: str) -> Callable[[Callable], Callable]:
    """Decorator in a lesson's check.py: this function tries these blanks."""

    def mark(function: Any) -> Callable:
        function.checked_blanks = blanks
        return function

    return mark


class Check:
    """One blank being tried. `own` maps the blanks that are in place to the framework's own functions.

    Arrays are NumPy's here also where the functions in place compute on another `device` (crossing.py).
    """

    def __init__(
        self, blank: Blank, own: Mapping[Blank, Callable], mistakes: Sequence[Mutant] = (), device: str = "cpu"
    ):
        self.device = device
        self.blank, self.own, self.mistakes = blank, own, [m for m in mistakes if m.kind == "mistake"]
        self.file = code_file(blank.function)
        self.rng = np.random.default_rng(7)
        self.notes: list[dict[str, str]] = []

    # ---------------------------------------------------------------------------------------- what check.py calls

    def array(self, *shape: int) -> np.ndarray:
        """Random numbers, normal, none of them close to 0."""
        x = self.rng.standard_normal(shape)
        return np.where(np.abs(x) < 0.05, 0.5, x)

    def backward(
        self,
        make: Callable[[], Any],
        *inputs: Any,
        broadcast: bool = False,
        slopes: bool = True,
        upstream: Any = None,
        names: Sequence[str] = (),
    ) -> None:
        """Check the gradients that `make().backward` returns for these inputs: float64 arrays, labels, or None.

        They are compared with measured slopes, or, at kinks and extremes, with the framework's own (slopes=False).
        With `broadcast`, gradients may have the shape of the result, as the engine sums them down. `upstream` is random
        unless given. The gradients are called gx for an input x, unless `names` are given.
        """
        with self.minigrad():
            y = make().forward(*copies(inputs))
        g = self.array(*np.shape(y)) if upstream is None else upstream
        expected = self.true_gradients(make, inputs, g, slopes)
        names = names or [f"g{name}" for name in self.input_names(make, len(inputs))]
        for dtype in (np.float64, np.float32):
            xs, gy = [cast(x, dtype) for x in inputs], g.astype(dtype)

            kept: list[Any] = []  # what forward returned and saved, each beside a copy from before backward

            def produce(xs: list = xs, gy: Any = gy, kept: list = kept) -> Any:
                node = make()
                arrays = [node.forward(*xs), *(node.saved if isinstance(node.saved, tuple) else ())]
                kept[:] = zip(arrays, copies(arrays))
                return settled(node.backward(gy), xs if broadcast else None)

            def again(xs: list = xs, gy: Any = gy, produce: Callable = produce) -> Any:
                return produce(copies(xs), gy.copy())

            case = Case(
                names,
                dict(zip(self.input_names(make, len(inputs)), xs)),
                gy,
                np.shape(y),
                lambda: self.true_gradients(make, inputs, np.ones_like(g), slopes),
                settings=settings_of(make()),
            )
            before = copies(xs), gy.copy()
            got = self.run(produce)
            self.unmodified(case.inputs, before[0], "modified_input")
            self.unmodified({f"g{'yz'[len(inputs) > 1]}": gy}, [before[1]], "modified_upstream")
            changed = any(
                isinstance(a, np.ndarray) and not np.array_equal(a, b, equal_nan=is_float(a)) for a, b in kept
            )
            self.require(not changed, "saved_changed")
            found = self.diagnosed(case, got, [None if e is None else e.astype(dtype) for e in expected], again)
            if found and found.kind in ("wrong", "region") and self.is_blind(make, xs, gy, got, broadcast):
                found.kind = "upstream_unused"
            self.fail_with(found)

    def forward(self, make: Callable[[], Any], *inputs: Any, name: str = "y") -> None:
        """Check what `make().forward` returns for these inputs, in float64 and in float32."""
        for dtype in (np.float64, np.float32):
            self.function(lambda *xs: make().forward(*xs), *[cast(x, dtype) for x in inputs], names=[name], make=make)

    def function(
        self,
        call: Callable[..., Any],
        *arguments: Any,
        names: Sequence[str] = ("result",),
        make: Callable[[], Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Check that `call(*arguments)` gives what it gives with the framework's own function in place.

        `names` are those of the results, `inputs` those of the arguments where they are not the blank's parameters.
        `settings` are shown beside them.
        """
        with self.minigrad():
            expected = call(*copies(arguments))
        given = inputs
        if given is None:
            titles = self.input_names(make, len(arguments)) if make else self.parameter_names(len(arguments))
            given = dict(zip(titles, arguments))
        inputs = {n: a for n, a in given.items() if isinstance(a, np.ndarray | float | int)}
        arrays = {n: a for n, a in inputs.items() if isinstance(a, np.ndarray)}
        if settings is None:
            settings = settings_of(make()) if make else {n: a for n, a in given.items() if isinstance(a, tuple)}
        before = copies(arrays.values())

        got = self.run(lambda: call(*arguments))
        self.unmodified(arrays, before, "modified_input")
        results = expected if isinstance(expected, tuple) else (expected,)
        case = Case(names, dict(inputs), settings=dict(settings))
        self.fail_with(self.diagnosed(case, got, list(map(np.asarray, results)), lambda: call(*copies(arguments))))

    def saves(self, make: Callable[[], Any], *inputs: Any) -> None:
        """Check that `make().forward` leaves something behind for its backward; what, is free."""
        node = make()
        before = set(vars(node))
        self.run(lambda: node.forward(*inputs))
        self.require(isinstance(node.saved, tuple), "saved_assigned", got=type(node.saved).__name__)
        kept = node.saved or set(vars(node)) - before - {"saved"}
        self.require(kept, "nothing_saved")

    def require(self, condition: Any, kind: str, en: str = "", zh: str = "", **facts: Any) -> None:
        """Fail unless the condition holds: as a kind of sentences.toml, as the known mistake of this name in
        mutants.py, or as a mistake with its own sentences."""
        if not condition:
            for known in self.mistakes:
                if known.name == kind:
                    raise WrongError(Finding("mistake", {"id": known.name, **facts}, text=known.text))
            text = {"en": en, "zh": zh} if en else None
            raise WrongError(Finding(kind, facts, text=text))

    def note(self, en: str, zh: str) -> None:
        """Tell the learner something beside the result; the same is told once."""
        if {"en": en, "zh": zh} not in self.notes:
            self.notes.append({"en": en, "zh": zh})

    def run(self, call: Callable[[], Any]) -> Any:
        """What `call` returns; an exception in it becomes a finding."""
        try:
            return call()
        except (WrongError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise WrongError(as_finding(error, self.file, f"{MEMORY_LIMIT >> 30} GB")) from error

    @contextmanager
    def minigrad(self) -> Iterator[None]:
        """Inside, the framework's own functions are in their places."""
        with in_place(self.own):
            yield

    # ---------------------------------------------------------------------------------------------------- the rest

    def true_gradients(self, make: Callable[[], Any], inputs: Sequence[Any], g: Any, slopes: bool) -> list[Any]:
        """The gradients of Σ g · forward(inputs), None for inputs that are not floating-point."""
        with self.minigrad():
            xs = copies(inputs)
            if not slopes:
                node = make()
                node.forward(*xs)
                returned = settled(node.backward(g.copy()), xs)
                returned = returned if isinstance(returned, tuple) else (returned,)
                return [g if is_float(x) else None for g, x in zip(returned, xs)]

            def loss() -> float:
                return float((g * make().forward(*xs)).sum())

            return [numerical_gradient(loss, x) if is_float(x) else None for x in xs]

    def is_blind(self, make: Callable[[], Any], xs: Sequence[Any], g: Any, got: Any, broadcast: bool) -> bool:
        """Does another upstream gradient give the same gradients?"""
        node = make()
        node.forward(*xs)
        again = settled(node.backward(2.5 * g[::-1] + 1 if g.ndim else g + 1), xs if broadcast else None)
        first, second = [r if isinstance(r, tuple) else (r,) for r in (got, again)]
        return all(a is None or np.array_equal(a, b) for a, b in zip(first, second))

    def diagnosed(self, case: Case, got: Any, expected: Sequence[Any], produce: Callable[[], Any]) -> Finding | None:
        """The finding for what came, with the known mistakes of this blank tried on the same inputs, beside the
        framework's own functions: `produce` gives what the functions in place give for copies of them."""

        def known() -> Iterator[tuple[Finding, Any]]:
            for mutant in self.mistakes:
                with in_place({**self.own, self.blank: mutant.function}):
                    try:
                        result = produce()
                    except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
                        continue
                yield Finding("mistake", {"id": mutant.name}, text=mutant.text), result

        case.mistakes = known
        return diagnose(case, got, expected)

    def fail_with(self, finding: Finding | None) -> None:
        if finding is not None:
            raise WrongError(finding)

    def unmodified(self, now: Mapping[str, Any], before: Sequence[Any], kind: str) -> None:
        for (name, x), old in zip(now.items(), before):
            if isinstance(x, np.ndarray) and not np.array_equal(x, old, equal_nan=x.dtype.kind == "f"):
                raise WrongError(Finding(kind, {"name": name}))

    def input_names(self, make: Callable[[], Any] | None, count: int) -> list[str]:
        """The names of forward's parameters."""
        if make is None:
            return []
        node = make()
        blank = f"{self.blank.module}:{type(node).__name__}.forward"
        forward = next((function for b, function in self.own.items() if b.name == blank), type(node).forward)
        names = [name for name in inspect.signature(forward).parameters if name != "self"]
        return names[:count]

    def parameter_names(self, count: int) -> list[str]:
        names = list(inspect.signature(self.own[self.blank]).parameters)
        return [name for name in names if name != "self"][:count]


def copies(values: Any) -> list[Any]:
    return [x.copy() if isinstance(x, np.ndarray) else x for x in values]


def settings_of(node: Any) -> dict[str, Any]:
    """The numbers that a function was made with, such as its exponent, and its pairs, such as a stride."""
    return {n: v for n, v in vars(node).items() if isinstance(v, float | int | tuple) and not isinstance(v, bool)}


def is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def cast(x: Any, dtype: Any) -> Any:
    """A fresh copy of an array, floating-point ones in the given dtype."""
    return x.astype(dtype) if is_float(x) else x.copy() if isinstance(x, np.ndarray) else x


def settled(returned: Any, xs: Sequence[Any] | None) -> Any:
    """What a backward returned, with gradients of the broadcast shape summed down as the engine does it."""
    if xs is None or not isinstance(returned, tuple | np.ndarray):
        return returned
    grads = returned if isinstance(returned, tuple) else (returned,)
    down = [
        unbroadcast(g, x.shape) if isinstance(g, np.ndarray) and is_float(x) and broadcasts(x.shape, g.shape) else g
        for g, x in zip(grads, xs)
    ]
    rest = list(grads[len(down) :])
    return (*down, *rest) if isinstance(returned, tuple) else down[0]
