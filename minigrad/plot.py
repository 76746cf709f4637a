"""Pictures: training curves, confusion matrices, mistakes, decision boundaries. Each is saved as a PNG file."""

import io
import math
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .grad_mode import no_grad
from .serialization import write_atomically
from .tensor import Tensor

TRAIN, VALIDATION = "#4c72b0", "#dd8452"
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")  # told apart by the colour-blind too
DARK = 10  # so many mistakes at least have the darkest colour: where there are few, none looks like many


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure, whole or not at all; the folder is made if needed. Raises CheckpointError if that fails."""
    path, picture = Path(path), io.BytesIO()
    figure.savefig(picture, format="png", dpi=120, bbox_inches="tight")
    write_atomically(path, picture.getvalue())
    return path


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
    return save_figure(figure, path)


def epoch_ticks(last: int) -> list[int]:
    """Whole numbers from 1 to `last`: each of them up to 10, and 1, 5, 10, 15, ... or wider steps above."""
    step = 1 if last <= 10 else 5 * math.ceil(last / 50)
    return sorted({1, *range(step, last + 1, step)})


def confusion(counts: np.ndarray, path: str | Path, names: Sequence[str] | None = None, title: str = "") -> Path:
    """A confusion matrix [C, C]: true classes down, predicted ones across. Colour shows mistakes only."""
    classes = len(counts)
    names = [str(i) for i in range(classes)] if names is None else names
    side = 0.5 * max(classes, 6)
    figure = Figure(figsize=(side + 2, side + 1), layout="constrained")
    axes = figure.subplots()
    mistakes = np.where(np.eye(classes, dtype=bool), 0, counts)
    scale = max(DARK, mistakes.max())
    image = axes.imshow(mistakes, cmap="Reds", vmin=0, vmax=scale)
    for i in range(classes):
        for j in range(classes):
            if counts[i, j]:
                color = "#2a7f3f" if i == j else "white" if counts[i, j] > 0.6 * scale else "black"
                weight = "bold" if i == j else "normal"
                axes.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=8, color=color, weight=weight)
    axes.set_xticks(range(classes), names)
    axes.set_yticks(range(classes), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(textwrap.fill(title, int(11 * side)), fontsize=10)
    label = "mistakes (the diagonal is what is right)"
    figure.colorbar(image, ax=axes, shrink=0.8, label=label, ticks=MaxNLocator(integer=True))
    return save_figure(figure, path)


def worst_mistakes(
    images: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
    path: str | Path,
    names: Sequence[str] | None = None,
    most: int = 25,
    title: str = "",
) -> Path:
    """The wrongly classified images [n, h, w] of which the model was surest, with true and predicted class.

    `scores` [n, C] are unnormalised; the confidence is the softmax of the predicted class. `title` says which model and
    data these are.
    """
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    predictions = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predictions != labels)
    wrong = wrong[np.argsort(-probabilities[wrong, predictions[wrong]], kind="stable")][:most]
    names = [str(i) for i in range(scores.shape[1])] if names is None else names
    columns = 5
    rows = max(1, -(-len(wrong) // columns))
    figure = Figure(figsize=(1.7 * columns, 1.9 * rows + 0.6), layout="constrained")
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.axis("off")
    for axes, i in zip(figure.axes, wrong):
        axes.imshow(images[i], cmap="gray_r")
        guess = predictions[i]
        axes.set_title(f"{names[labels[i]]} → {names[guess]}, {probabilities[i, guess]:.2%}", fontsize=9)
    what = "the surest mistakes (true → predicted, confidence)" if len(wrong) else "no mistakes"
    figure.suptitle(f"{title}: {what}" if title else what, fontsize=11)
    return save_figure(figure, path)


def decision_boundary(
    model: Callable[[Tensor], Any],
    points: np.ndarray,
    labels: np.ndarray,
    path: str | Path,
    title: str = "",
    names: Sequence[str] | None = None,
) -> Path:
    """How a model that maps points [n, 2] to scores [n, C] divides the plane, with the points on top."""
    low, high = points.min(axis=0) - 0.3, points.max(axis=0) + 0.3
    x, y = np.meshgrid(np.linspace(low[0], high[0], 200), np.linspace(low[1], high[1], 200))
    with no_grad():
        scores = model(Tensor(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)))
    regions = scores.numpy().argmax(axis=1).reshape(x.shape)
    classes = int(max(labels.max(), regions.max())) + 1
    names = [f"class {i}" for i in range(classes)] if names is None else names
    figure = Figure(figsize=(5, 4.5))
    axes = figure.subplots()
    colors = [CLASSES[i % len(CLASSES)] for i in range(classes)]
    axes.contourf(x, y, regions, levels=np.arange(classes + 1) - 0.5, colors=colors, alpha=0.3)
    for label in np.unique(labels):
        mine = points[labels == label]
        axes.scatter(mine[:, 0], mine[:, 1], color=colors[label], s=8, label=names[label])
    axes.set_xlabel("first coordinate")
    axes.set_ylabel("second coordinate")
    axes.set_title(title)
    axes.legend(title="dots: true class,\nareas: predicted", loc="upper left", bbox_to_anchor=(1, 1))
    return save_figure(figure, path)
