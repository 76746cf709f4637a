"""Checks of lesson 3.4: one step of a GRU, forward and backward."""

from typing import Any

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.ops.recurrent import GRUCell

GRU = "minigrad.ops.recurrent:GRUCell."

SIZES = (4, 3, 2), (2, 2, 5), (1, 3, 1)  # of the batch, of x, of the state


def inputs(check: Check, n: int, wide: int, hidden: int) -> list[np.ndarray]:
    """x, h, W, U, b and d."""
    rows = 3 * hidden
    shapes = (n, wide), (n, hidden), (rows, wide), (rows, hidden), (rows,), (rows,)
    return [check.array(*shape) for shape in shapes]


def noting(plain: Any) -> Any:
    """`plain` as a class whose forward also notes its inputs as `seen`, for the mistakes in mutants.py."""

    def forward(self: Any, x: np.ndarray, h: np.ndarray, *weights: Any) -> np.ndarray:
        self.seen = x, h, *weights
        return plain.forward(self, x, h, *weights)

    return type(plain.__name__, (plain,), {"forward": forward})


@checks(GRU + "forward")
def forward(check: Check) -> None:
    for size in SIZES:
        arrays = inputs(check, *size)
        check.forward(GRUCell, *arrays, name="h'")
        node = GRUCell()
        check.run(lambda node=node, arrays=arrays: node.forward(*arrays))
        check.require(isinstance(node.saved, tuple), "saved_assigned", got=type(node.saved).__name__)
        kept = [*node.saved, *[v for name, v in vars(node).items() if name not in ("saved", "inputs")]]
        check.require(any(holds_array(one) for one in kept), "gates_not_kept")
    x, h, w, u, _, _ = inputs(check, 3, 2, 4)
    check.forward(GRUCell, x, h, w, u, None, None, name="h'")


def holds_array(kept: Any) -> bool:
    parts = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, tuple | list) else [kept]
    return any(isinstance(part, np.ndarray) for part in parts)


@checks(GRU + "backward")
def backward(check: Check) -> None:
    for size in SIZES:
        check.backward(noting(GRUCell), *inputs(check, *size), names=["gx", "gh", "gW", "gU", "gb", "gd"])
