"""How a training went: curves of one run or of several, and the gradients of each layer."""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from . import saving

TRAIN, VALIDATION = "#4c72b0", "#dd8452"
NETWORKS = ("#d55e00", "#0072b2", "#e69f00", "#56b4e9", "#009e73", "#cc79a7")  # told apart by the colour-blind too


def curves(history: Sequence[dict[str, float]], path: str | Path, title: str = "") -> Path:
    """Loss and accuracy by epoch, training beside validation, from a Trainer's history."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    epochs = [int(entry["epoch"]) for entry in history]
    for axes, what in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        for part, color in (("train", TRAIN), ("validation", VALIDATION)):
            if f"{part}_{what}" in history[0]:
                values = [entry[f"{part}_{what}"] for entry in history]
                axes.plot(epochs, values, color=color, marker=".", label="training" if part == "train" else part)
        axes.set_xlabel("epoch")
        axes.set_xticks(epoch_ticks(epochs[-1]))
        axes.set_ylabel(what)
        axes.grid(alpha=0.3)
        axes.legend()
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    figure.suptitle(title)
    return saving.save_figure(figure, path)


def epoch_ticks(last: int) -> list[int]:
    """Whole numbers from 1 to `last`: each of them up to 10, and 1, 5, 10, 15, ... or wider steps above."""
    step = 1 if last <= 10 else 5 * math.ceil(last / 50)
    return sorted({1, *range(step, last + 1, step)})


def compare(
    histories: Mapping[str, Sequence[Mapping[str, float]]],
    path: str | Path,
    title: str = "",
    lines: Mapping[str, float] | None = None,
) -> Path:
    """Training loss, and training and validation accuracy, by epoch for several runs, named by the keys of `histories`.

    `lines` are accuracies that are marked across the picture.
    """
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    for color, (name, history) in zip(cycle(NETWORKS), histories.items()):
        epochs = [int(entry["epoch"]) for entry in history]
        style = {"color": color, "marker": ".", "label": name}
        loss.plot(epochs, [entry["train_loss"] for entry in history], **style)
        key = "validation_accuracy" if "validation_accuracy" in history[0] else "train_accuracy"
        accuracy.plot(epochs, [entry[key] for entry in history], **style)
        if key == "validation_accuracy":
            accuracy.plot(epochs, [entry["train_accuracy"] for entry in history], color=color, linestyle=":", alpha=0.8)
    for name, value in (lines or {}).items():
        accuracy.axhline(value, color="gray", linestyle="--", linewidth=1, label=name)
    for axes, what in ((loss, "training loss"), (accuracy, "accuracy: validation (lines), training (dots)")):
        axes.set_xlabel("epoch")
        axes.set_xticks(epoch_ticks(max(len(history) for history in histories.values())))
        axes.set_ylabel(what)
        axes.grid(alpha=0.3)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1))
    accuracy.legend()
    figure.suptitle(title, fontsize=11)
    return saving.save_figure(figure, path)


def gradient_norms(
    moments: Mapping[str, Mapping[str, Sequence[float]]], path: str | Path, title: str = "", what: str = "weights"
) -> Path:
    """Norms of the gradient of each layer, from the first to the last, for several networks at several moments.

    `moments` maps a moment ("first step") to networks by name, and each of these to the norms of its layers. Layers are
    counted from 1, and the norms have a logarithmic axis.
    """
    figure = Figure(figsize=(5 * len(moments), 4.2), layout="constrained")
    panels = figure.subplots(1, len(moments), sharey=True, squeeze=False)[0]
    for axes, (moment, networks) in zip(panels, moments.items()):
        for color, (name, norms) in zip(cycle(NETWORKS), networks.items()):
            axes.plot(range(1, len(norms) + 1), norms, color=color, marker=".", markersize=4, linewidth=1, label=name)
        axes.set_yscale("log")
        axes.set_title(moment, fontsize=10)
        axes.set_xlabel("layer, from the image to the scores")
        axes.grid(alpha=0.3, which="major")
    panels[0].set_ylabel(f"norm of the gradient of its {what}")
    panels[0].legend()
    figure.suptitle(title, fontsize=11)
    return saving.save_figure(figure, path)


def accuracies(values: Mapping[str, float], path: str | Path, title: str = "") -> Path:
    """Accuracies as bars, one below the other, each with its number."""
    figure = Figure(figsize=(6.5, 0.6 * len(values) + 1), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(len(values)), list(values.values()), color=TRAIN, height=0.6)
    for place, value in enumerate(values.values()):
        axes.text(value, place, f" {value:.2%}", va="center", fontsize=9)
    axes.set_yticks(range(len(values)), list(values))
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title(title, fontsize=10)
    return saving.save_figure(figure, path)
