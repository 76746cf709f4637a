"""Lesson 1.2, practice: watch the walk back through a small graph, draw it, and then go down a very deep one.

The walk below is the engine in small. Your two functions stand in it, and in the real engine at the end. Change what
you like: another expression in `example` is walked and drawn as well.
"""

import time
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import autograd
from minigrad.language import say
from minigrad.plot import save_figure

A, B, DEPTH = 2.0, 3.0, 100_000


def example() -> tuple[Any, dict[Any, str]]:
    """L = (a + a) · (a + b): the result, and the names of the vertices of its graph."""
    a, b = minigrad.tensor(A, requires_grad=True), minigrad.tensor(B, requires_grad=True)
    u = a + a
    v = a + b
    loss = u * v
    return loss, {a: "a", b: "b", u.grad_fn: "u = a + a", v.grad_fn: "v = a + b", loss.grad_fn: "L = u · v"}


def walk(loss: Any, names: dict[Any, str]) -> list[tuple[Any, float, list]]:
    """Go from the loss back to the leaves. Returns each visit: the vertex, its gradient, and what was handed on."""
    pending = {loss.grad_fn: np.ones_like(loss.data)}
    visits = []
    for vertex in reversed(autograd.topological_order([loss.grad_fn])):
        grad = pending.pop(vertex, None)
        if grad is None:  # no gradient came here: nothing to hand on
            continue
        returned = vertex.backward(grad) if not vertex.is_leaf else ()
        handed = []
        for edge, g in zip(vertex.edges, returned if isinstance(returned, tuple) else (returned,)):
            if edge is not None:
                pending[edge[0]] = autograd.accumulate(pending.get(edge[0]), g)
                handed.append((edge[0], float(g), float(pending[edge[0]])))
        visits.append((vertex, float(grad), handed))
        line = "   ".join(f"{g:g} → {names.get(v, '?').partition(' ')[0]} ({so_far:g})" for v, g, so_far in handed)
        print(f"  {len(visits)}.  {names.get(vertex, '?'):13} {float(grad):8g}      {line or '-'}")
    return visits


def draw(visits: list, names: dict[Any, str], path: Path) -> Path:
    """The graph as boxes and arrows: each with its number in the walk and its gradient, arrows with what they carry."""
    column: dict[Any, int] = {}
    for vertex, _, handed in reversed(visits):  # a vertex stands to the right of all that it depends on
        column[vertex] = 1 + max((column[parent] for parent, *_ in handed), default=-1)
    at = {}
    for c in set(column.values()):
        rows = sorted((v for v in column if column[v] == c), key=lambda v: names.get(v, "?"))
        at |= {v: (2.6 * c, 1.6 * ((len(rows) - 1) / 2 - i)) for i, v in enumerate(rows)}
    figure = Figure(figsize=(8.5, 4))
    axes = figure.subplots()
    for vertex, _, handed in visits:
        for k, (parent, g, _) in enumerate(handed):
            (x, y), (x1, y1) = at[vertex], at[parent]
            double = [p for p, *_ in handed].count(parent) > 1  # a + a: two arrows to the same vertex
            bend = 0.35 * (1 - 2 * k) if double else 0.0
            style = {"arrowstyle": "-|>", "color": "#4c72b0", "shrinkA": 40, "shrinkB": 40}
            style["connectionstyle"] = f"arc3,rad={bend}"
            axes.annotate("", (x1, y1), (x, y), arrowprops=style)
            t = 0.5 if double else 0.35
            middle = (x + t * (x1 - x), y + t * (y1 - y) - 0.4 * bend * (x1 - x))
            axes.text(*middle, f"{g:g}", ha="center", va="center", color="#4c72b0", backgroundcolor="white")
    for number, (vertex, grad, _) in enumerate(visits, 1):
        x, y = at[vertex]
        text = f"{names.get(vertex, '?')}\ngradient {grad:g}"
        box = {"boxstyle": "round,pad=0.5", "facecolor": "#f2f2f2" if not vertex.is_leaf else "#fff2cc"}
        axes.text(x, y, text, ha="center", va="center", bbox=box)
        axes.text(x, y + 0.43, str(number), color="white", ha="center", va="center", fontweight="bold",
                  bbox={"boxstyle": "circle,pad=0.25", "facecolor": "#c44e52", "edgecolor": "none"})  # fmt: skip
    axes.set_xlim(-1, 2.6 * max(column.values()) + 1)
    axes.set_ylim(-1.5, 1.5)
    axes.set_title("the walk back: red numbers are the order, arrows carry what backward hands on", fontsize=10)
    axes.axis("off")
    return save_figure(figure, path)


def deep_chain() -> None:
    """y = (((a + a) + a) + ...) + a: far deeper than Python may recurse."""
    a = minigrad.tensor(1.0, requires_grad=True)
    y = a
    for _ in range(DEPTH):
        y = y + a
    begin = time.perf_counter()
    y.backward()
    seconds = time.perf_counter() - begin
    print(
        say(
            f"a chain of {DEPTH:,} additions: dy/da = {a.grad.item():g}, {seconds:.2f} s",
            f"{DEPTH:,} 个加法组成的链：dy/da = {a.grad.item():g}，用时 {seconds:.2f} 秒",
        )
    )


def main(pictures: Path) -> None:
    loss, names = example()
    print(say(f"the walk back, with a = {A:g} and b = {B:g}:", f"a = {A:g}，b = {B:g}，反向走一遍："))
    print(
        say(
            "      vertex        gradient      handed on (sum so far)",
            "      顶点              梯度      往回传（累计）",
        )
    )
    visits = walk(loss, names)
    path = draw(visits, names, pictures / "1.2_walk.png")
    print(say(f"  picture: {path}\n", f"  图：{path}\n"))
    deep_chain()
