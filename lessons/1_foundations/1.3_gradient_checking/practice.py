"""Lesson 1.3, practice: how exact is a measured slope, and what does a gradient check overlook?

minigrad's own `gradcheck` runs on your three functions. Change what you like.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.gradcheck import GradcheckError
from minigrad.language import say
from minigrad.plot import save_figure

module = importlib.import_module("minigrad.gradcheck")  # your slope, numerical_gradient and is_kink stand in it
STEPS = 10.0 ** np.arange(-12, 0.1, 0.25)


def function(x: np.ndarray) -> np.ndarray:
    return np.sin(x)


def derivative(x: np.ndarray) -> np.ndarray:
    return np.cos(x)


def one_sided(loss: Any, x: np.ndarray, eps: float) -> np.ndarray:
    """(L(x + ε) - L(x)) / ε for every element."""
    start, middle, slopes = x.copy(), loss(), []
    for k in range(x.size):
        x[k] = start[k] + eps
        slopes.append((loss() - middle) / eps)
        x[k] = start[k]
    return np.array(slopes)


def errors(dtype: str) -> dict[str, list[float]]:
    """The largest error of both differences, for each step."""
    x = np.linspace(0.3, 2.7, 7).astype(dtype)
    true = derivative(x.astype(np.float64))

    def loss() -> float:
        return float(function(x).sum())

    found: dict[str, list[float]] = {"one-sided": [], "central": []}
    for eps in STEPS:
        found["one-sided"].append(float(np.abs(one_sided(loss, x, eps) - true).max()))
        found["central"].append(float(np.abs(module.numerical_gradient(loss, x, eps) - true).max()))
    return found


def valley(pictures: Path) -> None:
    """The error of a measured slope against the step: too large on the right, too small on the left."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    print(say("            difference   best step   its error", "            差分         最佳步长    误差"))
    for dtype, color in (("float32", "#dd8452"), ("float64", "#4c72b0")):
        for (kind, found), style in zip(errors(dtype).items(), ("--", "-")):
            axes.loglog(STEPS, found, style, color=color, marker=".", label=f"{dtype}, {kind}")
            best = int(np.argmin(found))
            told = say(f"{kind:10}", {"one-sided": "单侧差分  ", "central": "中心差分  "}[kind])
            print(f"  {dtype}   {told}   {STEPS[best]:9.1e}   {found[best]:9.1e}")
    axes.axvline(1e-6, color="0.6", linewidth=1)
    axes.text(1.2e-6, 20, "the default, 1e-6", color="0.4", fontsize=9, va="top")
    axes.text(2e-11, 3e-8, "rounding", color="0.4")
    axes.text(2e-3, 3e-8, "truncation", color="0.4")
    axes.set_xlabel("step ε")
    axes.set_ylabel("largest error of the gradient")
    axes.set_ylim(1e-13, 30)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9, loc="lower right")
    path = save_figure(figure, pictures / "1.3_error.png")
    print(say(f"  picture: {path}\n", f"  图：{path}\n"))


class ZeroSoftmax(minigrad.Function):
    """A softmax over rows whose backward is wrong: it gives zeros."""

    def forward(self, x: Any) -> Any:
        z = np.exp(x - x.max(axis=1, keepdims=True))
        return z / z.sum(axis=1, keepdims=True)

    def backward(self, gy: Any) -> Any:
        return np.zeros_like(gy)


def tell(en: str, zh: str, call: Any, x: np.ndarray) -> None:
    """Run a gradient check and print what it says."""
    try:
        minigrad.gradcheck(call, minigrad.tensor(x, requires_grad=True))
        print(say(f"  {en}: passed", f"  {zh}：通过"))
    except GradcheckError as error:
        print(say(f"  {en}: failed", f"  {zh}：不通过") + f"\n    {str(error).partition(chr(10))[0]}")


def blind_spot() -> None:
    rng = np.random.default_rng(0)
    print(say("a softmax whose backward gives zeros:", "backward 全给 0 的 softmax："))
    small, large = rng.standard_normal((2, 3)), rng.standard_normal((30, 20))
    tell("upstream all ones, L = Σ y", "上游梯度全是 1，L = Σ y", lambda x: ZeroSoftmax()(x).sum(), small)
    tell("upstream random", "上游梯度随机", lambda x: ZeroSoftmax()(x), small)
    tell("600 inputs, along 40 directions", "600 个输入，沿 40 个方向", lambda x: ZeroSoftmax()(x), large)


def kinks() -> None:
    x = np.array([-1.0, 0.0, 2.0])

    def loss() -> float:
        return float(np.maximum(x, 0).sum())

    print(say("\nReLU at -1, 0 and 2:", "\nReLU 在 -1、0、2 处："))
    print(say("  measured slopes:", "  实测斜率："), np.round(module.numerical_gradient(loss, x), 6))
    print(say("  a kink:", "  是否折点："), [bool(module.is_kink(loss, x, k, 1e-6)) for k in range(3)])
    tell("gradcheck, which moves off the kink", "gradcheck（会从折点上移开）", lambda x: x.relu(), x)


def main(pictures: Path) -> None:
    print(say("the error of measured slopes of `function`:", "`function` 实测斜率的误差："))
    valley(pictures)
    blind_spot()
    kinks()
