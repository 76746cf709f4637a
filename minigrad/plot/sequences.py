"""Memory over time, and where attention looks."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from . import saving
from .training import NETWORKS

STYLES = ("-", "-", "--")  # lines that lie upon each other are both seen
FAINTEST = 1e-24


def gradients_over_time(moments: Mapping[str, Mapping[str, Any]], path: str | Path, title: str = "") -> Path:
    """How far back gradients reach, on a logarithmic axis: a panel for each moment, and in it the norms [t] of the
    gradient of what a network says at the end for each input, by how far back that lies, of each network by name.

    What is smaller than FAINTEST of the largest lies below the picture.
    """
    figure = Figure(figsize=(5 * len(moments), 4), layout="constrained")
    panels = figure.subplots(1, len(moments), sharey=True, squeeze=False)[0]
    for axes, (moment, networks) in zip(panels, moments.items()):
        for color, style, (name, norms) in zip(cycle(NETWORKS), cycle(STYLES), networks.items()):
            axes.plot(range(len(norms)), norms[::-1], color=color, linestyle=style, label=name)
        axes.set_yscale("log")
        axes.set_title(moment, fontsize=10)
        axes.set_xlabel("steps between an input and the output")
        axes.grid(alpha=0.3)
    largest = max(max(norms) for networks in moments.values() for norms in networks.values())
    if panels[0].get_ylim()[0] < FAINTEST * largest:
        panels[0].set_ylim(FAINTEST * largest, 10 * largest)
    panels[0].set_ylabel("norm of the output's gradient for an input")
    panels[0].legend()
    figure.suptitle(title, fontsize=11)
    return saving.save_figure(figure, path)


def errors(
    panels: Mapping[str, Mapping[str, tuple[Sequence[int], Sequence[float]]]],
    path: str | Path,
    line: float,
    what: str,
    title: str = "",
) -> Path:
    """Errors while networks learn, on a logarithmic axis: a panel for each task, and in it (steps, errors) of each
    network by name. `line` is the error of a guess, which is `what`."""
    figure = Figure(figsize=(3.2 * len(panels) + 0.6, 3.6), layout="constrained")
    for axes, (task, networks) in zip(figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], panels.items()):
        axes.axhline(line, color="gray", linestyle="--", linewidth=1, label=what)
        for color, (name, (steps, values)) in zip(cycle(NETWORKS), networks.items()):
            axes.plot(steps, values, color=color, linewidth=1.2, label=name)
        axes.set_yscale("log")
        axes.set_title(task, fontsize=10)
        axes.set_xlabel("training steps")
        axes.grid(alpha=0.3, which="major")
        first = axes
    first.legend(fontsize=8)
    figure.axes[0].set_ylabel("mean squared error")
    figure.suptitle(title, fontsize=11)
    return saving.save_figure(figure, path)


def attention_maps(maps: Sequence[tuple[Sequence[str], Any, str]], path: str | Path, title: str = "") -> Path:
    """Where the heads of a layer look in texts: a row for each of `maps`, which are the words [t], the weights
    [heads, t, t], and a title; in it a square for each head. A row of a square is the word that looks, a column the
    word that is seen. One scale is for all, so that heads that look everywhere alike are pale."""
    heads = len(maps[0][1])
    longest = max(len(words) for words, _, _ in maps)
    side = max(2.6, 0.22 * longest)
    figure = Figure(figsize=(side * heads + 1, (side + 0.9) * len(maps)), layout="constrained")
    largest = max(float(np.max(weights)) for _, weights, _ in maps)
    rows = figure.subfigures(len(maps), 1, squeeze=False)[:, 0]
    for row, (words, weights, caption) in zip(rows, maps):
        row.suptitle(caption, fontsize=9)
        for number, (axes, head) in enumerate(zip(row.subplots(1, heads, squeeze=False)[0], np.asarray(weights)), 1):
            axes.imshow(head, cmap="Blues", vmin=0, vmax=largest)
            axes.set_xticks(range(len(words)), words, rotation=90, fontsize=7)
            axes.set_yticks(range(len(words)), words if number == 1 else [""] * len(words), fontsize=7)
            axes.set_title(f"head {number}, up to {head.max():.0%}", fontsize=8)
        row.supylabel("looks", fontsize=8)
        row.supxlabel("is seen", fontsize=8)
    figure.suptitle(title, fontsize=10)
    return saving.save_figure(figure, path)
