"""What a convolutional network has learned, and what it looks at: filters, feature maps, class activation."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from . import saving


def show_image(axes: Any, image: np.ndarray) -> None:
    """Draw an image: gray [h, w], where high numbers are dark, or in colour [3, h, w]."""
    if image.ndim == 3:
        axes.imshow(image.transpose(1, 2, 0))
    else:
        axes.imshow(image, cmap="gray_r")


def filters(weight: np.ndarray, path: str | Path, title: str = "") -> Path:
    """The kernels [n, c, h, w] of a convolution: as colours for 3 channels, else their first channel in red and blue.

    Colours are scaled by each kernel's own largest weight: 0 is gray, or white where red is above 0 and blue below.
    """
    columns = min(len(weight), 8)
    rows = -(-len(weight) // columns)
    figure = Figure(figsize=(columns + 0.3, 1.05 * rows + 0.7), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flat
    for axes in panels:
        axes.axis("off")
    for axes, kernel in zip(figure.axes, weight):
        scaled = kernel / max(np.abs(kernel).max(), 1e-12)
        if len(kernel) == 3:
            axes.imshow((scaled.transpose(1, 2, 0) + 1) / 2)
        else:
            axes.imshow(scaled[0], cmap="RdBu_r", vmin=-1, vmax=1)
    figure.suptitle(title, fontsize=10)
    return saving.save_figure(figure, path)


def feature_maps(
    image: np.ndarray, stages: Mapping[str, np.ndarray], path: str | Path, title: str = "", most: int = 8
) -> Path:
    """One image, and below it for every stage of a network its `most` strongest channels, from maps [c, h, w].

    The strongest are those with the highest mean; each is drawn from its own lowest (dark) to its highest value.
    """
    rows = 1 + len(stages)
    figure = Figure(figsize=(most + 1.3, 1.12 * rows + 0.5), layout="constrained")
    panels = figure.subplots(rows, most, squeeze=False)
    for axes in panels.flat:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_frame_on(False)
    show_image(panels[0, 0], image)
    for row, (name, maps) in zip(panels[1:], stages.items()):
        row[0].set_ylabel(
            f"{name}\n{' × '.join(map(str, maps.shape))}", rotation=0, ha="right", va="center", fontsize=8
        )
        for axes, channel in zip(row, np.argsort(-maps.mean(axis=(1, 2)), kind="stable")):
            axes.imshow(maps[channel], cmap="viridis")
            axes.set_title(f"channel {channel}", fontsize=7, pad=2)
    panels[0, 0].set_ylabel("image", rotation=0, ha="right", va="center", fontsize=8)
    figure.suptitle(title, fontsize=10)
    return saving.save_figure(figure, path)


def class_activation(
    images: np.ndarray, maps: np.ndarray, captions: Sequence[str], path: str | Path, title: str = ""
) -> Path:
    """Images, and below each the places that speak for its predicted class: maps [n, h, w] laid over it in red."""
    columns = max(1, min(len(images), 8))
    blocks = max(1, math.ceil(len(images) / columns))
    figure = Figure(figsize=(1.35 * columns, 2.85 * blocks + 0.5), layout="constrained")
    panels = figure.subplots(2 * blocks, columns, squeeze=False)
    for axes in panels.flat:
        axes.axis("off")
    for i, (image, heat, caption) in enumerate(zip(images, maps, captions)):
        above, below = panels[2 * (i // columns) : 2 * (i // columns) + 2, i % columns]
        height, width = image.shape[-2:]
        show_image(above, image)
        show_image(below, image)
        where = (-0.5, width - 0.5, height - 0.5, -0.5)
        below.imshow(heat, cmap="jet", alpha=0.45, extent=where, interpolation="bilinear", vmin=0)
        below.set_xlim(where[:2])
        below.set_ylim(where[2:])
        above.set_title(caption, fontsize=8)
    figure.suptitle(title, fontsize=10)
    return saving.save_figure(figure, path)
