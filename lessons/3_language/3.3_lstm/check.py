"""Checks of lesson 3.3: one step of an LSTM, forward and backward, and gradients that are clipped."""

from importlib import import_module
from typing import Any

import numpy as np

from minigrad.course.checks import Check, cast, checks
from minigrad.ops.recurrent import LSTMCell

LSTM, CLIP = "minigrad.ops.recurrent:LSTMCell.", "minigrad.optim.clip:"

clip: Any = import_module("minigrad.optim.clip")

SIZES = (4, 3, 2), (2, 2, 5), (1, 3, 1)  # of the batch, of x, of the state
NAMES = "x", "h", "c", "W", "U", "b", "d"


def inputs(check: Check, n: int, wide: int, hidden: int) -> list[np.ndarray]:
    """x, h, c, W, U, b and d."""
    rows = 4 * hidden
    shapes = (n, wide), (n, hidden), (n, hidden), (rows, wide), (rows, hidden), (rows,), (rows,)
    return [check.array(*shape) for shape in shapes]


class Joined:
    """A step whose h' and c' stand side by side in one array, so that there is one upstream gradient."""

    def __init__(self) -> None:
        self.node: Any = LSTMCell()

    @property
    def saved(self) -> Any:
        return self.node.saved

    def forward(self, x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, d: Any) -> np.ndarray:
        self.node.seen = x, h, c, w, u, b, d  # for the mistakes in mutants.py
        return np.concatenate(self.node.forward(x, h, c, w, u, b, d), axis=1)

    def backward(self, g: np.ndarray) -> Any:
        hidden = g.shape[1] // 2
        return self.node.backward(g[:, :hidden], g[:, hidden:])


@checks(LSTM + "forward")
def forward(check: Check) -> None:
    for size in SIZES:
        arrays = inputs(check, *size)
        compare(check, arrays)
        node = LSTMCell()
        check.run(lambda node=node, arrays=arrays: node.forward(*arrays))
        check.require(isinstance(node.saved, tuple), "saved_assigned", got=type(node.saved).__name__)
        kept = [*node.saved, *[v for name, v in vars(node).items() if name not in ("saved", "inputs")]]
        check.require(any(holds_array(one) for one in kept), "gates_not_kept")
    compare(check, [*inputs(check, 3, 2, 4)[:5], None, None])


def compare(check: Check, arrays: list[Any]) -> None:
    for dtype in (np.float64, np.float32):
        given = [cast(a, dtype) for a in arrays]
        named = {name: a for name, a in zip(NAMES, given) if a is not None}
        check.function(lambda *xs: LSTMCell().forward(*xs), *given, names=["h'", "c'"], inputs=named, settings={})


def holds_array(kept: Any) -> bool:
    parts = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, tuple | list) else [kept]
    return any(isinstance(part, np.ndarray) for part in parts)


@checks(LSTM + "backward")
def backward(check: Check) -> None:
    for size in SIZES:
        check.backward(Joined, *inputs(check, *size), names=["gx", "gh", "gc", "gW", "gU", "gb", "gd"])
    node, g = Joined(), check.array(4, 2 * 2)
    check.run(lambda: node.forward(*inputs(check, *SIZES[0])))
    first, second = [check.run(lambda: node.backward(g)) for _ in range(2)]  # as with retain_graph=True
    check.require(all(map(np.allclose, first, second)), "kept_changed")


# --------------------------------------------------------------------------------------------------------- clipping


def gradients(check: Check) -> list[np.ndarray]:
    return [check.array(3, 2), check.array(4), check.array(2, 1, 3)]


@checks(CLIP + "common_norm")
def common_norm(check: Check) -> None:
    for order in (2.0, 1.0, 3.0, np.inf):
        for dtype in (np.float64, np.float32):
            arrays = [cast(g, dtype) for g in gradients(check)]
            for given in (arrays, arrays[:1]):
                check.function(
                    lambda *gs, order=order: clip.common_norm(list(gs), order),
                    *given,
                    names=["norm"],
                    inputs={f"g{k}": g for k, g in enumerate(given)},
                    settings={"order": order},
                )


@checks(CLIP + "shrink_")
def shrink(check: Check) -> None:
    for max_norm in (100.0, 0.5, 2.5, 0.0):
        for dtype in (np.float64, np.float32):
            arrays = [cast(g, dtype) for g in gradients(check)]
            total = np.sqrt(sum((g * g).sum() for g in arrays))

            def call(*gs: Any, total: Any = total, max_norm: float = max_norm) -> Any:
                changed = [g.copy() for g in gs]
                clip.shrink_(changed, total, max_norm)
                return tuple(changed)

            names = [f"g{k}" for k in range(len(arrays))]
            settings = {"total": float(total), "max_norm": max_norm}
            check.function(call, *arrays, names=names, inputs=dict(zip(names, arrays)), settings=settings)
