"""Checks of lesson 2.2: columns added up to images, and the gradients of input, weight and bias."""

from typing import Any

import numpy as np

from minigrad.course.checks import Check, cast, checks
from minigrad.kernels import windows
from minigrad.ops.conv import Conv2d

NONE, ONE = ((0, 0), (0, 0)), (1, 1)
SETTINGS: list[tuple[tuple[int, ...], tuple[int, int], Any, Any, Any]] = [
    # shape of x, kernel, stride, padding, dilation
    ((2, 2, 4, 3), (2, 2), ONE, NONE, ONE),
    ((2, 3, 5, 4), (3, 2), ONE, NONE, ONE),
    ((2, 3, 7, 8), (3, 2), (2, 3), NONE, ONE),
    ((2, 3, 5, 4), (3, 2), ONE, ((1, 1), (2, 2)), ONE),
    ((2, 3, 5, 4), (3, 2), ONE, ((0, 1), (2, 0)), ONE),
    ((2, 2, 8, 7), (2, 3), ONE, NONE, (3, 2)),
    ((2, 2, 7, 8), (3, 2), (2, 3), ((1, 1), (2, 2)), (2, 3)),
    ((2, 2, 6, 6), (2, 2), (3, 3), NONE, ONE),
    ((3, 2, 3, 5), ONE, ONE, NONE, ONE),
]


@checks("minigrad.kernels.windows:col2im")
def col2im(check: Check) -> None:
    for shape, kernel, stride, padding, dilation in SETTINGS:
        settings = {"shape": shape, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        pixels = zip(shape[2:], kernel, stride, padding, dilation)
        with check.minigrad():
            down, across = [windows.places(*one) for one in pixels]
        columns = check.array(shape[0], shape[1] * kernel[0] * kernel[1], down * across)
        given = tuple(settings.values())
        for dtype in (np.float64, np.float32):
            check.function(
                lambda columns, given=given: windows.col2im(columns, *given),
                cast(columns, dtype),
                names=["image"],
                inputs={"columns": cast(columns, dtype)},
                settings=settings,
            )


@checks(
    "minigrad.ops.conv:Convolution.input_grad",
    "minigrad.ops.conv:Convolution.weight_grad",
    "minigrad.ops.conv:Convolution.bias_grad",
)
def gradients(check: Check) -> None:
    for shape, kernel, stride, padding, dilation in SETTINGS:
        gradient(check, shape, 3, kernel, (stride, padding, dilation, 1))
    gradient(check, (2, 1, 4, 3), 4, (2, 2), (ONE, NONE, ONE, 1))  # W is square, and one transposed fits as well
    for channels, outputs, groups in [(4, 6, 2), (3, 3, 3), (2, 6, 2)]:
        gradient(check, (2, channels, 4, 5), outputs, (3, 2), ((1, 2), ((1, 1), (0, 1)), ONE, groups))


def gradient(check: Check, shape: tuple[int, ...], outputs: int, kernel: Any, settings: tuple) -> None:
    arrays = check.array(*shape), check.array(outputs, shape[1] // settings[3], *kernel), check.array(outputs)
    check.backward(lambda: Conv2d(*settings), *arrays, names=["gx", "gW", "gb"])
