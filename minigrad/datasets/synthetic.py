"""Synthetic sets of points in the plane, for models small enough to look at."""

import math
from collections.abc import Callable

import numpy as np

from ..device import generator

Points = tuple[np.ndarray, np.ndarray]


def make_moons(n: int = 200, noise: float = 0.1, seed: int | None = None) -> Points:
    """Two half circles of radius 1, one reaching into the other.

    Returns points, float32 of shape [n, 2], and labels, int64 of shape [n], in random order. The classes have equally
    many points (one more in the first ones where `n` does not divide). `noise` is the standard deviation of what is
    added to each coordinate. Without a `seed` minigrad's own generator is used. Raises ValueError for fewer points
    than classes or negative noise.
    """

    def moon(label: int, rng: np.random.Generator, size: int) -> np.ndarray:
        angle = rng.uniform(0, math.pi, size)
        upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return upper if label == 0 else np.array([1, 0.5]) - upper

    return scattered(moon, 2, n, noise, seed)


def make_spirals(
    n: int = 200, noise: float = 0.02, seed: int | None = None, classes: int = 2, turns: float = 1.0
) -> Points:
    """Spiral arms from the origin out to radius 1, one for each class, each winding `turns` times.

    Returns, and raises, as `make_moons`.
    """

    def arm(label: int, rng: np.random.Generator, size: int) -> np.ndarray:
        radius = np.sqrt(rng.uniform(0.01, 1, size))  # the root puts points evenly along the arm, not all at the centre
        angle = 2 * math.pi * (turns * radius + label / classes)
        return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    return scattered(arm, classes, n, noise, seed)


def make_rings(n: int = 200, noise: float = 0.05, seed: int | None = None, classes: int = 2) -> Points:
    """Concentric circles, one for each class; the radii are equally spaced and the last is 1.

    Returns, and raises, as `make_moons`.
    """

    def ring(label: int, rng: np.random.Generator, size: int) -> np.ndarray:
        angle = rng.uniform(0, 2 * math.pi, size)
        return (label + 1) / classes * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    return scattered(ring, classes, n, noise, seed)


def scattered(
    shape: Callable[[int, np.random.Generator, int], np.ndarray], classes: int, n: int, noise: float, seed: int | None
) -> Points:
    """`n` points of the figures `shape(label, rng, size)`, with noise, in random order."""
    if classes < 1 or n < classes:
        raise ValueError(f"expected at least one point for each of at least one class, got n={n} and classes={classes}")
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise must be a standard deviation of at least 0, got {noise}")
    rng = generator() if seed is None else np.random.default_rng(seed)
    labels = np.arange(n) % classes
    sizes = np.bincount(labels, minlength=classes)
    points = np.concatenate([shape(label, rng, size) for label, size in enumerate(sizes)])
    points += noise * rng.standard_normal(points.shape)
    order = rng.permutation(n)
    return points[order].astype(np.float32), np.sort(labels)[order]
