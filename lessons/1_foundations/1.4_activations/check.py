"""Checks of lesson 1.4: values and gradients of activation functions, at large inputs and at kinks too."""

from collections.abc import Callable

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.ops.activation import GELU, LeakyReLU, ReLU, Sigmoid, Tanh

OPS = "minigrad.ops.activation:"
LARGE = np.array([[-1000.0, -720.0, -95.0, -20.0], [20.0, 95.0, 720.0, 1000.0]])
ZEROS = np.array([[0.0, 1.5, -1.5], [-0.0, -0.5, 0.5]])


@checks(*[OPS + f"{name}.forward" for name in ("Sigmoid", "Tanh", "ReLU", "LeakyReLU", "GELU")])
def forward(check: Check) -> None:
    for make in makers(check):
        check.forward(make, 2 * check.array(3, 4))
        check.forward(make, ZEROS)
        check.forward(make, np.array(-0.7))
        check.forward(make, LARGE)
        check.saves(make, check.array(3, 4))


@checks(*[OPS + f"{name}.backward" for name in ("Sigmoid", "Tanh", "ReLU", "LeakyReLU", "GELU")])
def backward(check: Check) -> None:
    for make in makers(check):
        check.backward(make, 2 * check.array(3, 4))
        check.backward(make, np.array(-0.7))
        check.backward(make, np.array(0.7))
        check.backward(make, LARGE, slopes=False)
        if make is ReLU:
            check.backward(make, ZEROS, slopes=False)
        elif make in (Sigmoid, Tanh, GELU):
            check.backward(make, ZEROS)


def makers(check: Check) -> list[Callable]:
    """What makes the functions to try: for LeakyReLU with several slopes, one of them above 1."""
    name = check.blank.qualname.split(".")[0]
    if name == "LeakyReLU":
        return [lambda slope=slope: LeakyReLU(slope) for slope in (0.3, 0.01, 0.0, 1.5)]
    return [{"Sigmoid": Sigmoid, "Tanh": Tanh, "ReLU": ReLU, "GELU": GELU}[name]]
