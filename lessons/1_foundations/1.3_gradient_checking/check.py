"""Checks of lesson 1.3: slopes, gradients and kinks, of polynomials whose derivatives are known.

The steps are large (0.1, 0.5), so that a one-sided difference, or a step of one's own, shows in the first digits.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import Case, Finding, diagnose
from minigrad.language import say

gradcheck = importlib.import_module("minigrad.gradcheck")  # the module; minigrad.gradcheck is its main function


class Loss:
    """Σ f(x), read anew at every call. It remembers whether it ever found x moved."""

    def __init__(self, f: Callable[[Any], Any], x: np.ndarray):
        self.f, self.x, self.start, self.moved, self.calls = f, x, x.copy(), False, 0

    def __call__(self, *arguments: Any) -> float:
        if arguments:
            en = "loss() takes no argument: it reads x itself, so x must be changed in place"
            raise TypeError(say(en, "loss() 没有参数：它读的就是 x，所以要原地修改 x"))
        self.calls += 1
        self.moved |= not np.array_equal(self.x, self.start)
        return float(self.f(self.x).sum())


@checks("minigrad.gradcheck:slope")
def slope(check: Check) -> None:
    for shape in ((3, 4), (5,), ()):
        x, w, d = (np.asarray(check.array(*shape)) for _ in range(3))
        one_slope(check, lambda x, w=w: w * x**2, x, d, 0.1, (2 * w * x * d).sum(), "Σ w · x²")
        expected = (w * (3 * x**2 * d + 0.25 * d**3)).sum()
        one_slope(check, lambda x, w=w: w * x**3, x, d, 0.5, expected, "Σ w · x³")
    x, d = check.array(3, 4), check.array(3, 4)
    one_slope(check, np.sin, x, d, 1e-6, (np.cos(x) * d).sum(), "Σ sin(x)")
    small, along = x.astype(np.float32), d.astype(np.float32)
    one_slope(check, lambda x: x.astype(float) ** 2, small, along, 0.25, (2 * small * along).sum(), "Σ x² (float32)")


@checks("minigrad.gradcheck:numerical_gradient")
def numerical_gradient(check: Check) -> None:
    with right_slope():
        for shape in ((2, 3), (4,), (2, 1, 3), ()):
            x, w = (np.asarray(check.array(*shape)) for _ in range(2))
            expected = 2 * w * x + 2 * x.sum()
            # The second term depends on all elements at once: one that was left moved shows in all others.
            one_gradient(check, lambda x, w=w: (w * x**2).sum() + x.sum() ** 2, x, (0.1,), expected)
            one_gradient(check, lambda x, w=w: w * x**3, x, (0.5,), w * (3 * x**2 + 0.25))
        x = check.array(2, 3)
        one_gradient(check, np.sin, x, (), np.cos(x))
        one_gradient(check, lambda x: x.astype(float) ** 2, x.astype(np.float32), (0.25,), 2.0 * x.astype(np.float32))


@checks("minigrad.gradcheck:is_kink")
def is_kink(check: Check) -> None:
    answers = [kink_answer(check, case, gradcheck.is_kink) for case in KINKS]
    wrong = [i for i, (case, answer) in enumerate(zip(KINKS, answers)) if answer != case[-1]]
    if not wrong:
        return
    for mutant in check.mistakes:
        try:
            theirs = [bool(mutant.function(*kink_arguments(case))) for case in KINKS]
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            continue
        if theirs == answers:
            check.fail_with(Finding("mistake", {"id": mutant.name}, text=mutant.text))
    title, f, values, k, eps, expected = KINKS[wrong[0]]
    at = values[k]
    left, right = (f(at) - f(at - eps)) / eps, (f(at + eps) - f(at)) / eps
    check.require(
        False,
        "wrong_kink",
        "For {case}, eps = {eps:g}, it returned {got}. The slope to the left is {left:.6g}, to the right {right:.6g}: "
        "expected {expected}.",
        "{case}，eps = {eps:g} 时返回了 {got}。左侧斜率是 {left:.6g}，右侧是 {right:.6g}：应该返回 {expected}。",
        case=title,
        eps=eps,
        got=answers[wrong[0]],
        left=float(left),
        right=float(right),
        expected=expected,
    )


# ------------------------------------------------------------------------------------------------- slope and gradient


def one_slope(check: Check, f: Callable, x: np.ndarray, d: np.ndarray, eps: float, expected: Any, title: str) -> None:
    """Try one slope whose value is known."""

    def call(function: Callable, loss: Loss) -> Any:
        return function(loss, loss.x, d.copy(), eps)

    loss, direction = Loss(f, x.copy()), d.copy()
    got = check.run(lambda: gradcheck.slope(loss, loss.x, direction, eps))
    check.require(got is not None, "nothing", name="slope")
    number = isinstance(got, float | int | np.number) or (isinstance(got, np.ndarray) and got.shape == ())
    check.require(
        number,
        "no_number",
        "The slope is one number, how fast the loss changes along the whole direction; it returned {got}.",
        "斜率是一个数，即沿整个方向移动时损失变化的快慢；返回的却是 {got}。",
        got=f"{type(got).__name__} {np.shape(got)}",
    )
    was_moved(check, loss)
    close = {"rtol": 1e-3 if x.dtype == np.float32 else 1e-6, "atol": 1e-6}
    if not np.allclose(got, expected, **close):
        name_mistake(check, call, lambda: Loss(f, x.copy()), got)
        check.require(
            False,
            "wrong_slope",
            "For L = {title}, eps = {eps:g}, the slope came out as {got:.6g}; (L(x + ε d) - L(x - ε d)) / 2ε is "
            "{expected:.6g}. Work it out with x and d of one element.",
            "L = {title}，eps = {eps:g} 时得到的斜率是 {got:.6g}；而 (L(x + ε d) - L(x - ε d)) / 2ε 等于 "
            "{expected:.6g}。"
            "取只有一个元素的 x 和 d，手算一遍。",
            title=title,
            eps=eps,
            got=float(got),
            expected=float(expected),
        )
    is_restored(check, loss)
    check.require(np.array_equal(direction, d), "modified_input", name="direction")


def one_gradient(check: Check, f: Callable, x: np.ndarray, eps: tuple, expected: np.ndarray) -> None:
    """Try one gradient whose value is known. `eps` holds the step, or nothing where the default counts."""
    loss = Loss(f, x.copy())
    got = check.run(lambda: gradcheck.numerical_gradient(loss, loss.x, *eps))
    check.require(
        getattr(got, "dtype", None) != np.float32,
        "float64",
        "The gradient is float32, as x is; it must be float64. np.zeros_like(x) takes over the dtype of x.",
        "梯度是 float32，和 x 一样；应该是 float64。np.zeros_like(x) 会沿用 x 的 dtype。",
    )
    if got is not None and np.shape(got) == x.shape:
        was_moved(check, loss)
        is_back(check, loss)  # first, as an element that was left moved spoils the slopes of the others
        if not np.allclose(got, expected, 1e-6, 1e-6):
            name_mistake(check, lambda function, loss: function(loss, loss.x, *eps), lambda: Loss(f, x.copy()), got)
    inputs = {"x": x} | ({"eps": eps[0]} if eps else {})
    check.fail_with(diagnose(Case(["gradient"], inputs), got, [np.asarray(expected, dtype=np.float64)]))
    is_restored(check, loss)


def was_moved(check: Check, loss: Loss) -> None:
    check.require(
        loss.calls > 0,
        "not_called",
        "loss() was never called: the slope must be measured.",
        "一次也没有调用 loss()：斜率是要测出来的。",
    )
    check.require(
        loss.moved,
        "copy_moved",
        "Whenever loss() was called, x was where it had been at the start. `x = x + ...` makes a new array, which loss "
        "does not know; write into x itself: `x[...] = ...`, `x += ...`, `x.flat[k] = ...`.",
        "每次调用 loss() 时，x 都还是最初的值。`x = x + ...` 会新建一个数组，loss 并不知道它；要写进 x 本身："
        "`x[...] = ...`、"
        "`x += ...` 或 `x.flat[k] = ...`。",
    )


def is_back(check: Check, loss: Loss) -> None:
    off = np.abs(loss.x - loss.start).max(initial=0.0)
    check.require(
        off < 1e-9,
        "not_restored",
        "Afterwards x is not what it was: an element is off by {off:.3g}. Take `start = x.copy()` first and write it "
        "back at the end, `x[...] = start`. Without .copy(), start is another name for the same array.",
        "之后 x 没有恢复原样：有一个元素差了 {off:.3g}。一开始先 `start = x.copy()`，最后写回去：`x[...] = start`。"
        "没有 .copy() 的话，start 只是同一个数组的另一个名字。",
        off=float(off),
    )


def is_restored(check: Check, loss: Loss) -> None:
    is_back(check, loss)
    off = np.abs(loss.x - loss.start).max(initial=0.0)
    check.require(
        np.array_equal(loss.x, loss.start),
        "rounded",
        "Afterwards x is off by rounding: {off:.3g}. In floating point (x + ε) - ε need not be x, and over many slopes "
        "such errors add up. Do not add back: keep a copy, and write it back.",
        "之后 x 有舍入误差：{off:.3g}。浮点数的 (x + ε) - ε 不一定等于 x，测的次数多了，误差会积累起来。"
        "不要靠加减恢复：先留副本，再写回去。",
        off=float(off),
    )


def name_mistake(check: Check, call: Callable[[Callable, Loss], Any], loss: Callable[[], Loss], got: Any) -> None:
    """Fail with the known mistake that gives just this result, if there is one."""
    for mutant in check.mistakes:
        try:
            theirs = call(mutant.function, loss())
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            continue
        if np.shape(theirs) == np.shape(got) and np.allclose(theirs, got, 1e-6, 1e-9):
            check.fail_with(Finding("mistake", {"id": mutant.name}, text=mutant.text))


@contextmanager
def right_slope() -> Iterator[None]:
    """Inside, the learner's numerical_gradient finds the framework's slope, so that it is tried by itself."""
    names = inspect.unwrap(gradcheck.numerical_gradient).__globals__
    before = names.get("slope")
    names["slope"] = gradcheck.slope
    try:
        yield
    finally:
        names["slope"] = before
        if before is None:
            del names["slope"]


# ---------------------------------------------------------------------------------------------------------- is_kink


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def bent(a: float, b: float) -> Callable[[Any], Any]:
    """Slope a to the left of 0, b to the right."""
    return lambda x: np.where(x < 0, a * x, b * x)


HERE = [0.5, -1.0, 2.0, -0.7, 0.0, 1.5]  # the 0 is at index 4 of a 2 × 3 array
FIRST = [0.0, -1.0, 2.0, -0.7, 0.3, 1.5]
KINKS: list[tuple[str, Callable, list[float], int, float, bool]] = [
    ("|x|, x = 0", np.abs, HERE, 4, 1e-6, True),
    ("x², x = 2", np.square, HERE, 2, 1e-6, False),
    ("relu(x), x = 0", relu, HERE, 4, 1e-6, True),
    ("|x|, x = 0.5", np.abs, HERE, 0, 1e-6, False),
    ("x², x = 0", np.square, HERE, 4, 1e-6, False),
    ("10⁴ · x², x = 1.5", lambda x: 1e4 * x**2, HERE, 5, 1e-6, False),
    ("-10⁴ · x², x = 1.5", lambda x: -1e4 * x**2, HERE, 5, 1e-6, False),
    ("|x|, x = -0.7, another element is 0", np.abs, FIRST, 3, 1e-6, False),
    ("sin(x), x = 1.5", np.sin, FIRST, 5, 1e-6, False),
    ("slopes 1 and 1.01, x = 0", bent(1, 1.01), HERE, 4, 1e-6, True),
    ("slopes 1 and 1.0005, x = 0", bent(1, 1.0005), HERE, 4, 1e-6, False),
    ("slopes 1 and 1.0015, x = 0", bent(1, 1.0015), HERE, 4, 1e-6, True),
    ("-|x|, x = 0", bent(1, -1), HERE, 4, 1e-6, True),
    ("10⁴ · x², x = -1", lambda x: 1e4 * x**2, HERE, 1, 1e-6, False),
    ("|x - 0.05|, x = 0", lambda x: np.abs(x - 0.05), HERE, 4, 0.1, True),
    ("|x - 0.05|, x = 0", lambda x: np.abs(x - 0.05), HERE, 4, 0.01, False),
]


def kink_arguments(case: tuple) -> tuple[Loss, np.ndarray, int, float]:
    _, f, values, k, eps, _ = case
    loss = Loss(f, np.array(values).reshape(2, 3))
    return loss, loss.x, k, eps


def kink_answer(check: Check, case: tuple, function: Callable) -> bool:
    """What the learner's is_kink says of one case."""
    loss, *rest = kink_arguments(case)
    got = check.run(lambda: function(loss, *rest))
    check.require(got is not None, "nothing", name="is_kink")
    check.require(
        isinstance(got, bool | np.bool_),
        "no_bool",
        "It returned {got}; expected True or False: the result of a comparison.",
        "返回的是 {got}；应该是 True 或 False，即一次比较的结果。",
        got=f"{type(got).__name__} {got}",
    )
    was_moved(check, loss)
    is_restored(check, loss)
    return bool(got)
