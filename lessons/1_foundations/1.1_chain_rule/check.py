"""Checks of lesson 1.1: gradients of arithmetic, and the way back through broadcasting."""

import numpy as np

from minigrad import autograd
from minigrad.course.checks import Check, checks
from minigrad.ops.elementwise import Add, Div, Exp, Log, Mul, Power

OPS = "minigrad.ops.elementwise:"


@checks(OPS + "Add.backward", OPS + "Mul.backward", OPS + "Div.backward")
def binary(check: Check) -> None:
    make = {"Add": Add, "Mul": Mul, "Div": Div}[check.blank.qualname.split(".")[0]]
    check.backward(make, check.array(3, 4), check.array(3, 4))
    check.backward(make, check.array(3, 1), check.array(4), broadcast=True)
    check.backward(make, np.array(1.5), np.array(-0.5))


@checks(OPS + "Power.backward")
def power(check: Check) -> None:
    for n in (3, 2, -1, 1):
        check.backward(lambda n=n: Power(n), check.array(3, 4))
    check.backward(lambda: Power(0.5), np.abs(check.array(3, 4)))
    check.backward(lambda: Power(0), np.array([[0.0, 1.0], [-2.0, 0.5]]))
    check.backward(lambda: Power(1), np.array([[0.0, 1.0], [-2.0, 0.5]]))


@checks(OPS + "Exp.backward")
def exp(check: Check) -> None:
    check.backward(Exp, check.array(3, 4))
    check.backward(Exp, np.array(-2.0))


@checks(OPS + "Log.backward")
def log(check: Check) -> None:
    check.backward(Log, np.abs(check.array(3, 4)))
    check.backward(Log, np.array(2.0))


@checks("minigrad.autograd:unbroadcast")
def unbroadcast(check: Check) -> None:
    for from_shape, to_shape in [
        ((3, 4), (4,)),
        ((3, 4), (3, 1)),
        ((3, 4), (1, 4)),
        ((2, 3, 4), (3, 1)),
        ((2, 3, 4), (1, 3, 1)),
        ((3, 4), ()),
        ((3, 4), (1, 1)),
        ((3, 4), (3, 4)),
        ((3, 1), (3, 1)),
    ]:
        check.function(lambda grad, shape: autograd.unbroadcast(grad, shape), check.array(*from_shape), to_shape)
