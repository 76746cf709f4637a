"""What a classifier makes of its data: confusion matrices, mistakes, decision boundaries."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..grad_mode import no_grad
from ..tensor import Tensor
from . import saving
from .images import show_image

CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")  # told apart by the colour-blind too
DARK = 10  # so many mistakes at least have the darkest colour: where there are few, none looks like many


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
    slanted = max(map(len, names)) > 3
    axes.set_xticks(range(classes), names, rotation=40 if slanted else 0, ha="right" if slanted else "center")
    axes.set_yticks(range(classes), names)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(textwrap.fill(title, int(11 * side)), fontsize=10)
    label = "mistakes (the diagonal is what is right)"
    figure.colorbar(image, ax=axes, shrink=0.8, label=label, ticks=MaxNLocator(integer=True))
    return saving.save_figure(figure, path)


def worst_mistakes(
    images: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
    path: str | Path,
    names: Sequence[str] | None = None,
    most: int = 25,
    title: str = "",
) -> Path:
    """The wrongly classified images of which the model was surest, with true and predicted class.

    `images` are gray [n, h, w] or in colour [n, 3, h, w].
    `scores` [n, C] are unnormalised; the confidence is the softmax of the predicted class. `title` says which model and
    data these are.
    """
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    predictions = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predictions != labels)
    wrong = wrong[np.argsort(-probabilities[wrong, predictions[wrong]], kind="stable")][:most]
    names = [str(i) for i in range(scores.shape[1])] if names is None else names
    longest = max(map(len, names))
    columns = 5
    rows = max(1, -(-len(wrong) // columns))
    figure = Figure(figsize=(1.7 * columns, (1.9 if longest <= 2 else 2.1) * rows + 0.6), layout="constrained")
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.axis("off")
    for axes, i in zip(figure.axes, wrong):
        show_image(axes, images[i])
        guess = predictions[i]
        between = "\n" if longest > 2 else ", "
        axes.set_title(f"{names[labels[i]]} → {names[guess]}{between}{probabilities[i, guess]:.2%}", fontsize=9)
    what = "the surest mistakes (true → predicted, confidence)" if len(wrong) else "no mistakes"
    figure.suptitle(f"{title}: {what}" if title else what, fontsize=11)
    return saving.save_figure(figure, path)


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
    return saving.save_figure(figure, path)
