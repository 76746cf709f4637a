"""Lesson 1.1, practice: fit a straight line with the gradients that you wrote.

The loss is made of +, ·, / and **, so every gradient below goes through your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.language import say
from minigrad.plot import save_figure

STEPS, LEARNING_RATE = 60, 0.2


def by_hand() -> None:
    """The example of the lesson: L = (x·y + x)² at x = 2, y = -3."""
    x, y = minigrad.tensor(2.0, requires_grad=True), minigrad.tensor(-3.0, requires_grad=True)
    loss = (x * y + x) ** 2
    loss.backward()
    print(say("L = (x·y + x)² at x = 2, y = -3:", "L = (x·y + x)²，x = 2，y = -3："))
    print(f"  L = {loss.item():g}   dL/dx = {x.grad.item():g}   dL/dy = {y.grad.item():g}\n")


def fit(pictures: Path) -> None:
    """Points around y = 2x - 1, and the line a·x + b as it moves towards them."""
    rng = np.random.default_rng(0)
    xs = rng.uniform(-1, 1, 40).astype(np.float32)
    ys = 2 * xs - 1 + rng.normal(0, 0.2, 40).astype(np.float32)
    x, y = minigrad.tensor(xs), minigrad.tensor(ys)
    a, b = minigrad.zeros(1, requires_grad=True), minigrad.zeros(1, requires_grad=True)
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.plot(xs, ys, "o", color="0.6", markersize=4)
    for step in range(STEPS + 1):
        loss = ((a * x + b - y) ** 2).sum() / len(xs)
        if step in (0, 2, 5, 15, STEPS):
            print(f"  step {step:3}   loss {loss.item():8.4f}   a = {a.item():7.3f}   b = {b.item():7.3f}")
            ends = np.array([-1.0, 1.0])
            axes.plot(ends, a.item() * ends + b.item(), label=f"step {step}")
        a.grad = b.grad = None
        loss.backward()
        with minigrad.no_grad():
            a -= LEARNING_RATE * a.grad
            b -= LEARNING_RATE * b.grad
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    axes.legend()
    path = save_figure(figure, pictures / "1.1_line.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def main(pictures: Path) -> None:
    by_hand()
    print(say("fitting a line to points around y = 2x - 1:", "用直线拟合 y = 2x - 1 附近的点："))
    fit(pictures)
