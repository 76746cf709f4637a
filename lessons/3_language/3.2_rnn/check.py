"""Checks of lesson 3.2: one step of an RNN, forward and backward, and the walk along a sequence."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.course.checks import Check, cast, checks
from minigrad.ops.recurrent import GRUSequence, LSTMSequence, Recurrence, RNNCell, RNNSequence

STEPS = "minigrad.ops.recurrent:"

SIZES = (4, 3, 2), (2, 2, 5), (1, 3, 1)  # of the batch, of x, of the state
WALKS: list[tuple[type[Recurrence], list[int], bool]] = [
    # kind of cell, of how many sequences each step is, from the end to the start
    (RNNSequence, [1, 1, 1], False),
    (RNNSequence, [3], False),
    (RNNSequence, [2, 2, 2, 2], False),
    (RNNSequence, [4, 2, 2, 1], False),
    (RNNSequence, [3, 3, 1], True),
    (GRUSequence, [3, 2, 1], False),
    (LSTMSequence, [2, 2, 2], False),
    (LSTMSequence, [3, 2, 2, 1], True),
]


def inputs(check: Check, n: int, wide: int, hidden: int, gates: int = 1) -> list[np.ndarray]:
    """x, h, W, U, b and d."""
    rows = gates * hidden
    shapes = (n, wide), (n, hidden), (rows, wide), (rows, hidden), (rows,), (rows,)
    return [check.array(*shape) for shape in shapes]


def noting(plain: Any) -> Any:
    """`plain` as a class whose forward also notes its inputs as `seen`, for the mistakes in mutants.py."""

    def forward(self: Any, x: np.ndarray, h: np.ndarray, *weights: np.ndarray) -> np.ndarray:
        self.seen = x, h, *weights
        return plain.forward(self, x, h, *weights)

    return type(plain.__name__, (plain,), {"forward": forward})


@checks(STEPS + "Cell.project_backward")
def project_backward(check: Check) -> None:
    for size in (*SIZES, (3, 2, 2), (3, 4, 2, 3)):
        x, h, w, u, _, _ = inputs(check, *size)
        ga, gc = check.array(len(x), len(w)), check.array(len(x), len(w))
        for dtype in (np.float64, np.float32):
            arrays = [cast(a, dtype) for a in (x, h, w, u, ga, gc)]

            def call(x: Any, h: Any, w: Any, u: Any, ga: Any, gc: Any) -> Any:
                cell = RNNCell()
                cell.project(x, h, w, u)
                return cell.project_backward(ga, gc)

            names = ["gx", "gh", "gW", "gU", "gb", "gd"]
            check.function(call, *arrays, names=names, inputs=dict(zip(("x", "h", "W", "U", "ga", "gc"), arrays)))


@checks(STEPS + "RNNCell.forward")
def forward(check: Check) -> None:
    for size in SIZES:
        arrays = inputs(check, *size)
        check.forward(RNNCell, *arrays, name="h'")
        node = RNNCell()
        check.run(lambda node=node, arrays=arrays: node.forward(*arrays))
        check.require(isinstance(node.saved, tuple), "saved_assigned", got=type(node.saved).__name__)
        kept = [*node.saved, *[v for name, v in vars(node).items() if name not in ("saved", "inputs")]]
        check.require(any(holds_array(one) for one in kept), "state_not_kept")
    x, h, w, u, _, _ = inputs(check, 3, 2, 4)
    check.forward(RNNCell, x, h, w, u, None, None, name="h'")


def holds_array(kept: Any) -> bool:
    parts = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, tuple | list) else [kept]
    return any(isinstance(part, np.ndarray) for part in parts)


@checks(STEPS + "RNNCell.backward")
def backward(check: Check) -> None:
    for size in SIZES:
        check.backward(noting(RNNCell), *inputs(check, *size), names=["gx", "gh", "gW", "gU", "gb", "gd"])


# ----------------------------------------------------------------------------------------------------- the whole walk


def walk_inputs(check: Check, kind: type[Recurrence], batch_sizes: Sequence[int]) -> list[np.ndarray]:
    """x of all steps, the state or states before them, W, U, b and d."""
    _, *rest = inputs(check, batch_sizes[0], 3, 2, kind.cell.gates)
    x, more = check.array(sum(batch_sizes), 3), [check.array(batch_sizes[0], 2) for _ in range(kind.states - 1)]
    return [x, rest[0], *more, *rest[1:]]


def state_names(kind: type[Recurrence]) -> list[str]:
    return ["h", "c"][: kind.states]


def settings(batch_sizes: Sequence[int], reverse: bool) -> dict[str, Any]:
    return {"batch_sizes": tuple(batch_sizes), **({"reverse": reverse} if reverse else {})}


@checks(STEPS + "Recurrence.forward")
def walk(check: Check) -> None:
    for kind, batch_sizes, reverse in WALKS:
        arrays = walk_inputs(check, kind, batch_sizes)
        for dtype in (np.float64, np.float32):
            given = [cast(a, dtype) for a in arrays]
            check.function(
                lambda *xs, kind=kind, n=batch_sizes, reverse=reverse: kind(n, reverse).forward(*xs),
                *given,
                names=["y", *[f"last {name}" for name in state_names(kind)]],
                inputs=dict(zip(["x", *state_names(kind), "W", "U", "b", "d"], given)),
                settings=settings(batch_sizes, reverse),
            )
        check.saves(lambda kind=kind, n=batch_sizes: kind(n), *arrays)
        remembers(check, kind, batch_sizes, arrays)


def remembers(check: Check, kind: type[Recurrence], batch_sizes: Sequence[int], arrays: list[np.ndarray]) -> None:
    """Every step has a cell of its own, and what it has seen stays as it was."""
    made: list[Any] = []

    class Watched(kind.cell):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

        def project(self, x: Any, h: Any, *weights: Any) -> Any:
            found = super().project(x, h, *weights)
            self.before = x.copy(), h.copy()
            return found

    steps = type(kind.__name__, (kind,), {"cell": Watched})(batch_sizes)
    check.run(lambda: steps.forward(*arrays))
    check.require(len(made) >= len(batch_sizes), "one_cell_for_all")
    same = [np.array_equal(a, b) for cell in made for a, b in zip(cell.before, cell.inputs)]
    check.require(all(same), "state_overwritten")


def joined(kind: type[Recurrence], batch_sizes: Sequence[int], reverse: bool) -> Any:
    """A walk whose results lie in one array, y and the last states one below the other, so that there is one upstream
    gradient. It notes its inputs as `seen`, for the mistakes in mutants.py.
    """

    class Walk:
        def __init__(self) -> None:
            self.batch_sizes = tuple(batch_sizes)
            self.node = kind(list(batch_sizes), reverse)

        @property
        def saved(self) -> Any:
            return self.node.saved

        def all_of(self, *arrays: Any) -> np.ndarray:
            self.node.seen = arrays
            return np.concatenate(self.node.forward(*arrays))

        def backward(self, g: np.ndarray) -> Any:
            rows, n = sum(batch_sizes), batch_sizes[0]
            return self.node.backward(g[:rows], *[g[rows + k * n : rows + (k + 1) * n] for k in range(kind.states)])

    class OneState(Walk):
        def forward(self, x: Any, h: Any, w: Any, u: Any, b: Any, d: Any) -> np.ndarray:
            return self.all_of(x, h, w, u, b, d)

    class TwoStates(Walk):
        def forward(self, x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, d: Any) -> np.ndarray:
            return self.all_of(x, h, c, w, u, b, d)

    return TwoStates() if kind.states > 1 else OneState()


@checks(STEPS + "Recurrence.backward")
def walk_back(check: Check) -> None:
    for kind, batch_sizes, reverse in WALKS:
        arrays = walk_inputs(check, kind, batch_sizes)
        states = [f"g{name}" for name in state_names(kind)]
        names = ["gx", *states, "gW", "gU", "gb", "gd"]
        check.backward(lambda k=kind, n=batch_sizes, r=reverse: joined(k, n, r), *arrays, names=names)
    kind, batch_sizes, reverse = WALKS[0]
    walk = joined(kind, batch_sizes, reverse)
    y = walk.forward(*walk_inputs(check, kind, batch_sizes))
    g = check.array(*y.shape)
    first, second = [check.run(lambda: walk.backward(g)) for _ in range(2)]  # as with retain_graph=True
    check.require(all(np.shape(a) == np.shape(b) and np.allclose(a, b) for a, b in zip(first, second)), "used_up")
