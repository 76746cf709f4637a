"""Checks of lesson 2.1: how many windows fit, windows as columns, and convolution as one product."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minigrad.course.checks import Check, cast, checks
from minigrad.kernels import windows
from minigrad.ops.conv import Conv2d

LINES = [
    # size, kernel, stride, padding, dilation
    (7, 3, 1, (0, 0), 1),
    (4, 2, 2, (0, 0), 1),
    (8, 3, 2, (0, 0), 1),
    (7, 3, 1, (1, 1), 1),
    (7, 3, 2, (1, 1), 1),
    (32, 5, 3, (2, 2), 1),
    (9, 3, 1, (0, 0), 2),
    (10, 4, 3, (1, 2), 2),
    (5, 2, 1, (1, 0), 1),
    (1, 1, 1, (0, 0), 1),
    (3, 3, 4, (0, 0), 1),
    (28, 5, 1, (2, 2), 1),
]
NONE, ONE = ((0, 0), (0, 0)), (1, 1)
SETTINGS: list[tuple[tuple[int, ...], tuple[int, int], Any, Any, Any]] = [
    # shape of x, kernel, stride, padding, dilation
    ((2, 3, 5, 4), (3, 2), ONE, NONE, ONE),
    ((2, 3, 5, 4), (3, 2), ONE, ((1, 1), (2, 2)), ONE),
    ((2, 3, 5, 4), (3, 2), ONE, ((0, 1), (2, 0)), ONE),
    ((2, 3, 7, 8), (2, 3), (2, 3), NONE, ONE),
    ((2, 3, 7, 8), (2, 3), ONE, NONE, (3, 2)),
    ((2, 2, 9, 10), (3, 2), (2, 3), ((1, 1), (2, 2)), (2, 3)),
    ((2, 2, 6, 6), (3, 3), (2, 2), ((1, 1), (1, 1)), ONE),
    ((3, 2, 3, 5), ONE, ONE, NONE, ONE),
    ((2, 2, 3, 3), (3, 3), ONE, NONE, ONE),
]


@checks("minigrad.kernels.windows:places")
def places(check: Check) -> None:
    def numbers() -> Any:
        """All lines at once: one line alone does not tell which mistake was made."""
        found = [windows.places(*line) for line in LINES]
        check.require(all(isinstance(n, int | np.integer) for n in found), "not_whole")
        return np.array(found)

    check.require(check.run(lambda: windows.places(*LINES[0])) is not None, "nothing", name="result")
    columns = {"size": 0, "kernel": 1, "stride": 2, "dilation": 4}
    shown = {name: np.array([line[k] for line in LINES], float) for name, k in columns.items()}
    shown["padding[0]"] = np.array([line[3][0] for line in LINES], float)
    shown["padding[1]"] = np.array([line[3][1] for line in LINES], float)
    check.function(numbers, inputs=shown)


@checks("minigrad.kernels.windows:im2col")
def im2col(check: Check) -> None:
    for shape, kernel, stride, padding, dilation in SETTINGS:
        settings = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        call = make_columns(kernel, stride, padding, dilation)
        compare(check, call, {"x": check.array(*shape)}, "columns", settings)
    last = check.array(2, 5, 4, 3).transpose(0, 3, 1, 2)  # channels-last in memory, as fast layers leave images
    compare(check, make_columns((3, 2), (1, 2), ((1, 1), (0, 0)), ONE), {"x": last}, "columns", {"stride": (1, 2)})


def make_columns(kernel: Any, *settings: Any) -> Callable:
    return lambda x: windows.im2col(x, kernel, *settings)


@checks("minigrad.ops.conv:Convolution.convolve")
def convolve(check: Check) -> None:
    for shape, kernel, stride, padding, dilation in SETTINGS:
        product(check, shape, 4, kernel, (stride, padding, dilation, 1))
    for channels, outputs, groups in [(4, 6, 2), (6, 3, 3), (3, 3, 3), (2, 6, 2)]:
        product(check, (2, channels, 5, 6), outputs, (3, 2), ((1, 2), ((1, 1), (0, 1)), ONE, groups))


def product(check: Check, shape: tuple[int, ...], outputs: int, kernel: Any, settings: tuple) -> None:
    weight = check.array(outputs, shape[1] // settings[3], *kernel)
    named = dict(zip(("stride", "padding", "dilation", "groups"), settings))
    arrays = {"x": check.array(*shape), "weight": weight}
    compare(check, lambda x, weight: Conv2d(*settings).convolve(x, weight), arrays, "y", named)
    bias = check.array(outputs)
    forward = {**arrays, "bias": bias}
    compare(check, lambda x, weight, bias: Conv2d(*settings).forward(x, weight, bias), forward, "y", named)


def compare(check: Check, call: Callable, arrays: Mapping[str, Any], name: str, settings: Mapping[str, Any]) -> None:
    """check.function in both dtypes."""
    for dtype in (np.float64, np.float32):
        xs = [cast(x, dtype) for x in arrays.values()]
        check.function(call, *xs, names=[name], inputs=dict(zip(arrays, xs)), settings=settings)
