"""Checks of lesson 2.3: windows that overlap, leave gaps, reach over the border; and equal elements."""

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.kernels.windows import places
from minigrad.ops.pool import AvgPool2d, MaxPool2d

POOL = "minigrad.ops.pool:"

Case = tuple[Callable, np.ndarray]


def noting(plain: Any) -> Any:
    """`plain` as a class whose forward also notes x as `seen`, for the mistakes in mutants.py."""

    def forward(self: Any, x: np.ndarray) -> np.ndarray:
        self.seen = x
        return plain.forward(self, x)

    return type(plain.__name__, (plain,), {"forward": forward})


def distinct(check: Check, *shape: int) -> np.ndarray:
    """Numbers between -1 and 1, no two of them equal or nearly so: a measured slope needs a maximum that stays one."""
    n = int(np.prod(shape))
    return (2 * check.rng.permutation(n) - n + 0.5).reshape(shape) / n


def maximum(check: Check, MaxPool2d: Any) -> list[Case]:
    """Windows side by side, overlapping, with gaps, beyond the border, with holes."""
    return [
        (lambda: MaxPool2d((2, 2), (2, 2)), distinct(check, 2, 3, 4, 6)),
        (lambda: MaxPool2d((2, 3), (1, 2)), distinct(check, 2, 3, 5, 7)),
        (lambda: MaxPool2d((2, 1), (3, 2)), distinct(check, 1, 2, 6, 5)),
        (lambda: MaxPool2d((3, 2), (2, 1), ((1, 1), (1, 1))), -np.abs(distinct(check, 2, 2, 5, 6))),
        (lambda: MaxPool2d((2, 3), (2, 2), ((0, 1), (1, 0))), distinct(check, 2, 1, 5, 6)),
        (lambda: MaxPool2d((3, 2), (1, 2), ((0, 0), (0, 0)), (2, 3)), distinct(check, 1, 2, 7, 8)),
    ]


def average(check: Check, AvgPool2d: Any) -> list[Case]:
    """The same, with padding that counts, padding that does not, and a divisor that is given."""
    return [
        (lambda: AvgPool2d((2, 3), (1, 2)), check.array(2, 3, 5, 7)),
        (lambda: AvgPool2d((2, 2), (2, 2)), check.array(2, 3, 4, 6)),
        (lambda: AvgPool2d((2, 1), (3, 2)), check.array(1, 2, 6, 5)),
        (lambda: AvgPool2d((3, 2), (2, 1), ((1, 1), (1, 1)), ((1, 1), (1, 1))), check.array(2, 2, 5, 6)),
        (lambda: AvgPool2d((3, 2), (2, 1), ((1, 1), (1, 1))), check.array(2, 2, 5, 6)),
        (lambda: AvgPool2d((2, 3), (2, 2), ((0, 1), (1, 2)), ((0, 0), (1, 1))), check.array(2, 1, 5, 6)),
        (lambda: AvgPool2d((3, 2), (2, 2), divisor=5), check.array(1, 2, 5, 5)),
    ]


def tied(check: Check, MaxPool2d: Any) -> list[Case]:
    """Few different numbers, so that many windows have their maximum twice; and an image of zeros."""
    few = check.rng.integers(-1, 2, (2, 2, 5, 6)).astype(np.float64)
    return [
        (lambda: MaxPool2d((2, 2), (2, 2)), check.rng.integers(0, 2, (2, 2, 4, 6)).astype(np.float64)),
        (lambda: MaxPool2d((3, 2), (2, 1), ((1, 1), (1, 1))), few),
        (lambda: MaxPool2d((2, 3), (2, 3)), np.zeros((1, 2, 4, 6))),
    ]


def cases(check: Check, change: Callable) -> list[Case]:
    """Those of the blank's class, changed."""
    if "Max" in check.blank.qualname:
        return maximum(check, change(MaxPool2d))
    return average(check, change(AvgPool2d))


def sizes(check: Check, node: Any, x: np.ndarray) -> dict[str, tuple[int, ...]]:
    """The shapes of y that known mistakes give: {name in mutants.py: shape}; those that only one gives."""
    with check.minigrad():
        right = type(node).forward(node, x).shape
    kernel, none = node.kernel, ((0, 0), (0, 0))
    wrong = {}
    for name, setting, value in [
        ("kernel_for_stride_forward", "stride", kernel),
        ("stride_one", "stride", (1, 1)),
        ("padding_forgotten", "padding", none),
        ("dilation_forgotten", "dilation", (1, 1)),
    ]:
        changed = copy(node)
        setattr(changed, setting, value)
        each = zip(
            x.shape[2:], kernel, changed.stride, changed.padding, getattr(changed, "dilation", (1, 1)), strict=True
        )
        shape = (*x.shape[:2], *[places(*line) for line in each])
        if shape != right:
            wrong[name] = shape
    return {name: shape for name, shape in wrong.items() if list(wrong.values()).count(shape) == 1}


@checks(POOL + "MaxPool2d.forward", POOL + "AvgPool2d.forward")
def forward(check: Check) -> None:
    is_maximum = "Max" in check.blank.qualname
    for make, x in cases(check, lambda plain: plain):
        for name, shape in sizes(check, make(), x).items():
            got = check.run(lambda make=make, x=x: make().forward(x.copy()))
            check.require(np.shape(got) != shape, name)
        check.forward(make, x)
        check.saves(make, x)
        node = make()
        check.run(lambda node=node, x=x: node.forward(x))
        kept = [*(node.saved or ()), *vars(node).values()]
        # A shape alone does not tell backward enough; where all windows have the same k, the shape and k do.
        one_number = not is_maximum and not np.any(node.padding)
        check.require(one_number or any(isinstance(one, np.ndarray) for one in kept), "nothing_saved")
    if is_maximum:
        low = -1e12 * np.abs(distinct(check, 1, 2, 5, 4))
        check.forward(lambda: MaxPool2d((3, 2), (2, 1), ((1, 1), (1, 1))), low)


@checks(POOL + "MaxPool2d.backward", POOL + "AvgPool2d.backward")
def backward(check: Check) -> None:
    for make, x in cases(check, noting):
        check.backward(make, x)
    for make, x in tied(check, noting(MaxPool2d)) if "Max" in check.blank.qualname else []:
        check.backward(make, x, slopes=False)
