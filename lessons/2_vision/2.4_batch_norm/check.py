"""Checks of lesson 2.4: normalisation by the batch and by given statistics, their running averages, and dropout."""

from importlib import import_module
from typing import Any

import numpy as np

import minigrad
from minigrad.changes import Clock, changed_since
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import Case
from minigrad.ops.dropout import Dropout
from minigrad.ops.norm import BatchNorm, BatchNormEval

NORM, DROPOUT = "minigrad.ops.norm:", "minigrad.ops.dropout:Dropout."

norm: Any = import_module("minigrad.ops.norm")  # minigrad.ops.norm is a function, too

SHAPES = (5, 3), (4, 3, 2), (2, 3, 4, 5)


def inputs(check: Check, *shape: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, every channel in a place and with a width of its own; weight and bias."""
    c = shape[1]
    places = [1] * (len(shape) - 2)
    x = check.array(*shape) * np.linspace(0.5, 2, c).reshape(c, *places) + np.arange(c).reshape(c, *places) - 1
    return x, check.array(c), check.array(c)


def constant(check: Check) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with a channel that is 2 everywhere."""
    x, weight, bias = inputs(check, 4, 3, 2)
    x[:, 1] = 2
    return x, weight, bias


def noting(plain: Any) -> Any:
    """`plain` as a class whose forward also notes its inputs as `seen`, for the mistakes in mutants.py."""

    def forward(self: Any, x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
        self.seen = x, weight, bias
        return plain.forward(self, x, weight, bias)

    return type(plain.__name__, (plain,), {"forward": forward})


@checks(NORM + "BatchNorm.forward")
def forward(check: Check) -> None:
    far = inputs(check, 4, 3, 5, 2)
    far = (far[0] + 300, *far[1:])
    for eps, arrays in [
        *[(1e-5, inputs(check, *shape)) for shape in SHAPES],
        (0.5, inputs(check, 5, 3, 2)),
        (1e-5, constant(check)),
        (1e-5, far),
    ]:
        for dtype in (np.float64, np.float32):
            node = BatchNorm(eps)
            given = [a.astype(dtype) for a in arrays]
            check.run(lambda node=node, given=given: node.forward(*given))
            check.function(
                lambda *xs, eps=eps: BatchNorm(eps).forward(*xs),
                *given,
                names=["y"],
                make=lambda eps=eps: BatchNorm(eps),
            )
            check.require(hasattr(node, "mean") and hasattr(node, "var"), "statistics_not_kept")
            check.function(
                lambda *xs, eps=eps: with_statistics(BatchNorm(eps), *xs),
                *given,
                names=["y", "self.mean", "self.var"],
            )
        check.saves(lambda: BatchNorm(1e-5), *arrays)


def with_statistics(node: Any, *arrays: np.ndarray) -> tuple[Any, Any, Any]:
    y = node.forward(*arrays)
    return y, node.mean, node.var


@checks(NORM + "BatchNorm.backward")
def backward(check: Check) -> None:
    make = noting(BatchNorm)
    for eps, arrays in [
        *[(1e-5, inputs(check, *shape)) for shape in SHAPES],
        (0.5, inputs(check, 5, 3, 2)),
        (1e-2, constant(check)),
    ]:
        check.backward(lambda eps=eps: make(eps), *arrays, names=["gx", "gw", "gb"])


@checks(NORM + "BatchNormEval.forward")
def evaluation(check: Check) -> None:
    for eps, shape in [*[(1e-5, shape) for shape in SHAPES], (0.5, (5, 3, 2)), (1e-5, (1, 3)), (1e-5, (1, 2, 3, 4))]:
        x, weight, bias = inputs(check, *shape)
        mean, var = check.array(shape[1]), np.abs(check.array(shape[1]))
        var[0] *= eps < 0.1  # a channel that was constant in training
        check.forward(lambda eps=eps: BatchNormEval(eps), x, mean, var, weight, bias)
        node = BatchNormEval(eps)
        check.run(lambda node=node, a=(x, mean, var, weight, bias): node.forward(*a))
        with check.minigrad():
            own = BatchNormEval(eps)
            own.forward(x, mean, var, weight, bias)
        check.require(len(node.saved) == 4 and all(map(same, node.saved, own.saved)), "saved_something_else")


def same(a: Any, b: Any) -> bool:
    return np.shape(a) == np.shape(b) and np.allclose(a, b)


@checks(NORM + "running_update")
def running(check: Check) -> None:
    def updated(running_mean: Any, running_var: Any, mean: Any, var: Any, n: int, momentum: float) -> tuple[Any, Any]:
        running_mean, running_var = running_mean.copy(), running_var.copy()
        norm.running_update(running_mean, running_var, mean, var, n, momentum)
        return running_mean, running_var

    for n, momentum in [(4, 0.1), (2, 0.3), (50, 1.0), (7, 0.0)]:
        for dtype in (np.float64, np.float32):
            a, b = [check.array(3).astype(dtype) for _ in range(2)]
            v, w = [np.abs(check.array(3)).astype(dtype) for _ in range(2)]
            names = ("running_mean", "running_var")
            check.function(updated, a, v, b, w, n, momentum, names=names)
    first, second, before = np.zeros(3), np.ones(3), Clock.now
    check.run(lambda: norm.running_update(first, second, np.ones(3), np.ones(3), 4, 0.1))
    noted = changed_since(first, before) and changed_since(second, before)
    check.require(noted, "change_not_noted")


# ---------------------------------------------------------------------------------------------------------- dropout


@checks(DROPOUT + "forward")
def dropout(check: Check) -> None:
    for p, dtype in [(0.3, np.float64), (0.8, np.float32)]:
        x = check.array(50, 40).astype(dtype)
        before = x.copy()

        def produce(x: np.ndarray = x, p: float = p) -> Any:
            minigrad.manual_seed(4)
            return Dropout(p).forward(x)

        y = check.run(produce)
        check.unmodified({"x": x}, [before], "modified_input")
        well_formed = isinstance(y, np.ndarray) and y.shape == x.shape
        kept = (y != 0) if well_formed else np.ones_like(x, bool)
        case = Case(["y"], {"x": x}, settings={"p": p})
        if well_formed and y.dtype == dtype:
            check.require(kept.any(), "zero", name="y")
            check.require(not same(y, x), "nothing_dropped")
            check.require(not same(y, x * kept), "not_scaled")
            check.require(not same(y, x * kept / p), "divided_by_p")
            check.require(not same(y, x * kept * (1 - p)), "multiplied")
        check.fail_with(check.diagnosed(case, y, [(x * kept / (1 - p)).astype(dtype)], produce))
        share = kept.mean()
        together = any((kept == line).all() for line in (kept[:1], kept[:, :1]))
        check.require(not together, "one_draw_for_many")
        check.require(abs(share - p) > 0.06, "kept_with_p")
        check.require(abs(share - (1 - p)) < 0.06, "wrong_share")
        check.require(np.array_equal(check.run(produce), y), "not_reproducible")
        again = check.run(lambda p=p, x=x: Dropout(p).forward(x))
        check.require(not np.array_equal(again, y), "always_the_same")
        check.saves(lambda p=p: Dropout(p), x)
    for p in (0.0, 1.0):
        x = check.array(3, 4)
        check.function(lambda x, p=p: Dropout(p).forward(x), x, names=["y"], settings={"p": p})
    check.function(lambda x: Dropout(0.0).forward(x), np.array(1.5), names=["y"], settings={"p": 0.0})


@checks(DROPOUT + "backward")
def dropout_backward(check: Check) -> None:
    """What is expected follows from the mask of this very forward: masks may be drawn in many ways."""
    for p, dtype in [(0.3, np.float64), (0.8, np.float32), (1.0, np.float64), (0.0, np.float64)]:
        x, gy = check.array(5, 6).astype(dtype), check.array(5, 6).astype(dtype)

        def forward(p: float = p, x: np.ndarray = x) -> tuple[Any, np.ndarray]:
            minigrad.manual_seed(4)
            node = Dropout(p)
            node.seen = node.forward(x)  # for the mistakes in mutants.py
            minigrad.manual_seed(5)
            return node, (node.seen / x).astype(x.dtype)

        def produce(gy: np.ndarray = gy, forward: Any = forward) -> Any:
            return forward()[0].backward(gy)

        before = gy.copy()
        got = check.run(produce)
        check.unmodified({"gy": gy}, [before], "modified_upstream")
        mask = forward()[1]
        case = Case(["gx"], {"x": x}, gy, without_upstream=lambda mask=mask: [mask], settings={"p": p})
        check.fail_with(check.diagnosed(case, got, [gy * mask], produce))
