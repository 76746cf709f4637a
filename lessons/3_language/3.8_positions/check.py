"""Checks of lesson 3.8: the table of sines, rotations forward and backward, layer norm forward and backward."""

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.ops import position
from minigrad.ops.norm import LayerNorm
from minigrad.ops.position import Rotary

POSITION, NORM = "minigrad.ops.position:", "minigrad.ops.norm:LayerNorm."


@checks(POSITION + "sinusoidal_positions")
def table(check: Check) -> None:
    for steps, width in ((5, 4), (3, 6), (7, 2), (1, 8)):
        check.function(
            lambda steps, width: position.sinusoidal_positions(np, steps, width),
            steps,
            width,
            names=["table"],
            inputs={"steps": steps, "width": width},
        )


@checks(POSITION + "Rotary.forward")
def turned(check: Check) -> None:
    check.forward(lambda: Rotary(), check.array(5, 4))
    check.forward(lambda: Rotary(3), check.array(2, 3, 6))
    check.forward(lambda: Rotary(2, 50.0), check.array(2, 2, 4, 6))
    check.forward(lambda: Rotary(1, 10000.0, -1), check.array(3, 2))
    check.forward(lambda: Rotary(30_000_001), check.array(3, 4))


@checks(POSITION + "Rotary.backward")
def turned_back(check: Check) -> None:
    check.backward(lambda: Rotary(2), check.array(5, 4))
    check.backward(lambda: Rotary(0, 50.0), check.array(2, 3, 6))
    check.backward(lambda: Rotary(1, 10000.0, -1), check.array(3, 2))
    operation, gy = Rotary(1), check.array(3, 4)
    first = check.run(lambda: operation.backward(gy.copy()))
    check.require(np.array_equal(first, check.run(lambda: operation.backward(gy.copy()))), "sign_left_changed")


def inputs(check: Check) -> list[tuple[np.ndarray, ...]]:
    """x, w and b: over one dimension, and over two."""
    return [
        (check.array(3, 4) + 2, check.array(4), check.array(4)),
        (check.array(2, 3, 4) * 3, check.array(3, 4), check.array(3, 4)),
        (check.array(2, 3, 5), check.array(5), check.array(5)),
    ]


@checks(NORM + "forward")
def normalised(check: Check) -> None:
    for arrays in inputs(check):
        check.forward(lambda: LayerNorm(1e-5), *arrays)
        check.forward(lambda: LayerNorm(0.5), *arrays)
    check.saves(lambda: LayerNorm(), *inputs(check)[0])


@checks(NORM + "backward")
def normalised_backward(check: Check) -> None:
    for arrays in inputs(check):
        check.backward(lambda: LayerNorm(1e-5), *arrays, broadcast=True)
        check.backward(lambda: LayerNorm(0.5), *arrays, broadcast=True)
