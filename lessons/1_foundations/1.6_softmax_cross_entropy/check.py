"""Checks of lesson 1.6: softmax, its logarithm, and cross-entropy."""

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.ops.activation import LogSoftmax, Softmax
from minigrad.ops.loss import SoftmaxCrossEntropy

OPS = "minigrad.ops.activation:"
LOSS = "minigrad.ops.loss:SoftmaxCrossEntropy"

HIGH = np.array([[1000.0, 998.0, 996.5], [1001.0, 1000.0, 1000.5]])
LARGE = np.array([[1000.0, 998.0, 996.5], [-1000.0, -1001.0, -1003.0], [10000.0, 9999.0, 0.0], [0.0, -10000.0, 1000.0]])
LEVELS = np.array([[1.0, 2.0, 0.5], [-1000.0, -1002.0, -1000.5], [500.0, 501.0, 499.0]])
TIES = np.array([[2.0, 2.0, -1.0], [0.5, 0.5, 0.5], [-3.0, 1.0, 1.0]])


@checks(OPS + "Softmax.forward", OPS + "LogSoftmax.forward")
def softmax_forward(check: Check) -> None:
    kind = Softmax if "LogSoftmax" not in check.blank.qualname else LogSoftmax
    for shape, dim in [((3, 4), 1), ((3, 4), 0), ((2, 4, 3), 1), ((5,), 0), ((2, 3, 4), -3), ((3, 3), -2)]:
        check.forward(lambda dim=dim: kind(dim), check.array(*shape))
    for x in (TIES, HIGH, LEVELS, LARGE, -LARGE):
        check.forward(lambda: kind(1), x)
        check.forward(lambda: kind(0), x.T.copy())
    check.saves(lambda: kind(1), check.array(3, 4))


@checks(OPS + "Softmax.backward", OPS + "LogSoftmax.backward")
def softmax_backward(check: Check) -> None:
    kind = Softmax if "LogSoftmax" not in check.blank.qualname else LogSoftmax
    for shape, dim in [((3, 4), 1), ((3, 4), 0), ((2, 4, 3), 1), ((5,), 0), ((2, 3, 4), -3)]:
        check.backward(lambda dim=dim: kind(dim), check.array(*shape))
    check.backward(lambda: kind(1), TIES)
    check.backward(lambda: kind(1), LARGE, slopes=False)
    check.backward(lambda: kind(0), LEVELS.T.copy(), slopes=False)
    leaves_saved_alone(check, lambda: kind(1), check.array(3, 4))


@checks(LOSS + ".forward")
def cross_entropy_forward(check: Check) -> None:
    check.forward(SoftmaxCrossEntropy, check.array(5, 4), np.array([0, 3, 1, 3, 1]), name="loss")
    check.forward(SoftmaxCrossEntropy, check.array(3, 3), np.array([2, 2, 0]), name="loss")
    check.forward(SoftmaxCrossEntropy, np.zeros((2, 10)), np.array([0, 9]), name="loss")
    for x in (TIES, HIGH, LEVELS):
        for k in range(3):
            check.forward(SoftmaxCrossEntropy, x, (np.arange(len(x)) + k) % 3, name="loss")
    sure_and_wrong = check.run(lambda: SoftmaxCrossEntropy().forward(np.array([[0.0, 2000.0]]), np.array([0])))
    check.require(not sure_and_wrong.max() < 1000, "loss_limited")
    for x in (LARGE, -LARGE):
        for k in range(3):
            check.forward(SoftmaxCrossEntropy, x, (np.arange(len(x)) + k) % 3, name="loss")
    check.saves(SoftmaxCrossEntropy, check.array(3, 4), np.array([0, 3, 1]))


@checks(LOSS + ".backward")
def cross_entropy_backward(check: Check) -> None:
    check.backward(SoftmaxCrossEntropy, check.array(5, 4), np.array([0, 3, 1, 3, 1]))
    check.backward(SoftmaxCrossEntropy, check.array(3, 3), np.array([2, 2, 0]))
    check.backward(SoftmaxCrossEntropy, check.array(1, 4), np.array([3]))
    check.backward(SoftmaxCrossEntropy, TIES, np.array([0, 1, 0]))
    for k in range(3):
        check.backward(SoftmaxCrossEntropy, LARGE, (np.arange(4) + k) % 3, slopes=False)
        check.backward(SoftmaxCrossEntropy, LEVELS, (np.arange(3) + k) % 3, slopes=False)
    leaves_saved_alone(check, SoftmaxCrossEntropy, check.array(3, 4), np.array([0, 3, 1]))


def leaves_saved_alone(check: Check, make, x, *labels) -> None:
    """backward may be called again, and what forward returned must stay as it was."""
    node = make()
    y = node.forward(x, *labels)
    before = y.copy()
    g = check.array(*y.shape)
    first = check.run(lambda: node.backward(g))
    first = [None if a is None else a.copy() for a in (first if isinstance(first, tuple) else (first,))]
    second = check.run(lambda: node.backward(g))
    second = second if isinstance(second, tuple) else (second,)
    same = all(a is None or np.array_equal(a, b) for a, b in zip(first, second))
    check.require(same and np.array_equal(y, before), "saved_changed")
