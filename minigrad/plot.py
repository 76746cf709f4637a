"""Pictures: training curves, confusion matrices, mistakes, decision boundaries. Each is saved as a PNG file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .grad_mode import no_grad
from .tensor import Tensor

TRAIN, VALIDATION = "#4c72b0", "#dd8452"
CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")  # told apart by the colour-blind too


def save_figure(figure: Figure, path: str | Path) -> Path:
    """Write a figure; the folder is made if needed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, bbox_inches="tight")
    return path


def curves(history: Sequence[dict[str, float]], path: str | Path, title: str = "") -> Path:
    """Loss and accuracy by epoch, training beside validation, from a Trainer's history."""
    figure = Figure(figsize=(9, 3.6))
    epochs = [entry["epoch"] for entry in history]
    for axes, what in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        for part, color in (("train", TRAIN), ("validation", VALIDATION)):
            if f"{part}_{what}" in history[0]:
                values = [entry[f"{part}_{what}"] for entry in history]
                axes.plot(epochs, values, color=color, marker=".", label="training" if part == "train" else part)
        axes.set_xlabel("epoch")
        axes.set_title(what)
        axes.grid(alpha=0.3)
        axes.legend()
        axes.xaxis.get_major_locator().set_params(integer=True)
    figure.suptitle(title)
    figure.tight_layout()
    return save_figure(figure, path)


def confusion(counts: np.ndarray, path: str | Path, names: Sequence[str] | None = None, title: str = "") -> Path:
    """A confusion matrix [C, C]: true classes down, predicted ones across. Colour shows mistakes only."""
    classes = len(counts)
    names = [str(i) for i in range(classes)] if names is None else names
    figure = Figure(figsize=(1.5 + 0.5 * classes, 1 + 0.5 * classes))
    axes = figure.subplots()
    mistakes = np.where(np.eye(classes, dtype=bool), 0, counts)
    axes.imshow(mistakes, cmap="Reds", vmax=max(1, mistakes.max()))
    for i in range(classes):
        for j in range(classes):
            if counts[i, j]:
                dark = i != j and counts[i, j] > 0.6 * mistakes.max()
                color = "white" if dark else "black" if i != j else "#2a7f3f"
                axes.text(j, i, str(counts[i, j]), ha="center", va="center", fontsize=8, color=color)
    axes.set_xticks(range(classes), names)
    axes.set_yticks(range(classes), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(title)
    return save_figure(figure, path)


def worst_mistakes(
    images: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
    path: str | Path,
    names: Sequence[str] | None = None,
    most: int = 25,
) -> Path:
    """The wrongly classified images [n, h, w] of which the model was surest, with true and predicted class.

    `scores` [n, C] are unnormalised; what stands in brackets is their softmax.
    """
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    predictions = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predictions != labels)
    wrong = wrong[np.argsort(-probabilities[wrong, predictions[wrong]], kind="stable")][:most]
    names = [str(i) for i in range(scores.shape[1])] if names is None else names
    columns = 5
    rows = max(1, -(-len(wrong) // columns))
    figure = Figure(figsize=(1.7 * columns, 1.9 * rows))
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.axis("off")
    for axes, i in zip(figure.axes, wrong):
        axes.imshow(images[i], cmap="gray_r")
        guess = predictions[i]
        axes.set_title(f"{names[labels[i]]} as {names[guess]} ({probabilities[i, guess]:.1%})", fontsize=9)
    figure.suptitle("worst mistakes: true as predicted (certainty)" if len(wrong) else "no mistakes")
    figure.tight_layout()
    return save_figure(figure, path)


def decision_boundary(
    model: Callable[[Tensor], Any], points: np.ndarray, labels: np.ndarray, path: str | Path, title: str = ""
) -> Path:
    """How a model that maps points [n, 2] to scores [n, C] divides the plane, with the points on top."""
    low, high = points.min(axis=0) - 0.3, points.max(axis=0) + 0.3
    x, y = np.meshgrid(np.linspace(low[0], high[0], 200), np.linspace(low[1], high[1], 200))
    with no_grad():
        scores = model(Tensor(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)))
    regions = scores.numpy().argmax(axis=1).reshape(x.shape)
    classes = int(max(labels.max(), regions.max())) + 1
    figure = Figure(figsize=(5, 4.5))
    axes = figure.subplots()
    colors = [CLASSES[i % len(CLASSES)] for i in range(classes)]
    axes.contourf(x, y, regions, levels=np.arange(classes + 1) - 0.5, colors=colors, alpha=0.3)
    axes.scatter(points[:, 0], points[:, 1], color=[colors[label] for label in labels], s=8)
    axes.set_title(title)
    return save_figure(figure, path)
