"""Transforms of whole batches of images [n, c, h, w], made for DataLoader's `transform`: augmentation, normalisation.

    transform = Compose([RandomCrop(32, padding=4), RandomHorizontalFlip(), Normalize(mean, std)])
    loader = DataLoader(train, 128, shuffle=True, transform=transform)

A transform is called with the raw arrays of a batch, images first, and a numpy.random.Generator, all of which the
DataLoader hands it; by hand the labels may be left out, and the generator, for which minigrad's own is taken then. All
that is random in a batch is a function of that generator's state alone, so a resumed run sees the same images.

Images are not changed in place. Those of bytes (0 to 255) stay bytes until Normalize makes float32 of them: cropping
and flipping bytes moves a quarter of the memory.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..checks import check_count, check_finite, check_fraction, check_positive
from ..device import Array, array_module, expect, generator
from ..dtypes import is_floating
from ..errors import UnknownNameError
from .collate import is_array


class Transform:
    """Base of the transforms: a subclass defines `images(x, rng)`, the new images; labels are passed through."""

    def __call__(self, *batch: Any) -> Any:
        """The new batch: of `(images)`, `(images, labels)`, each with or without a generator at the end."""
        *arrays, rng = batch if batch and isinstance(batch[-1], np.random.Generator) else (*batch, generator())
        x: Any = arrays[0] if arrays else None
        if not is_array(x) or x.ndim != 4:
            found = f"shape {x.shape}" if is_array(x) else type(x).__name__
            raise ValueError(f"{type(self).__name__} needs an array of images [n, c, h, w] first, got {found}")
        result = self.batch(rng, *arrays)
        return result if len(result) > 1 else result[0]

    def batch(self, rng: np.random.Generator, x: Array, *others: Any) -> tuple:
        """The new batch as a tuple, images first."""
        return self.images(x, rng), *others

    def images(self, x: Array, rng: np.random.Generator) -> Array:
        """The new images."""
        raise NotImplementedError(f"{type(self).__name__} must define images(x, rng)")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in vars(self).items())})"


class Compose(Transform):
    """One transform after the other; functions `f(images, labels, rng)` may be among them."""

    def __init__(self, transforms: Sequence[Callable[..., Any]]):
        self.transforms = list(transforms)
        for transform in self.transforms:
            if not callable(transform):
                raise TypeError(f"Compose takes a list of transforms, got {type(transform).__name__} in it")

    def batch(self, rng: np.random.Generator, x: Array, *others: Any) -> tuple:
        batch: tuple = (x, *others)
        for transform in self.transforms:
            result = transform(*batch, rng)
            batch = result if isinstance(result, tuple) else (result,)
        return batch

    def __repr__(self) -> str:
        return f"Compose([{', '.join(map(repr, self.transforms))}])"


class Normalize(Transform):
    """y = (x - mean) / std in each channel, where images of bytes count from 0 to 1: x / 255.

    `mean` and `std`: a number for each channel, or one for all. Images of bytes become float32, others keep their
    dtype. Raises ValueError for another number of channels.
    """

    def __init__(self, mean: float | Sequence[float], std: float | Sequence[float]):
        self.mean, self.std = channel_values("Normalize: mean", mean), channel_values("Normalize: std", std)
        for value in self.std:
            check_positive("Normalize: std", value)

    def images(self, x: Array, rng: np.random.Generator) -> Array:
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in (1, x.shape[1]):
                raise ValueError(f"Normalize has {len(values)} values of {name}, the images have {x.shape[1]} channels")
        is_bytes = x.dtype == np.uint8
        if not is_bytes and not is_floating(x.dtype):
            raise ValueError(f"Normalize needs images of bytes or floating-point numbers, got {x.dtype}")
        xp, dtype = array_module(x), np.float32 if is_bytes else x.dtype
        scale = 1 / np.array(self.std).reshape(-1, 1, 1)
        shift = -np.array(self.mean).reshape(-1, 1, 1) * scale
        y = x * xp.asarray(scale / 255 if is_bytes else scale, dtype=dtype)  # 255 joins the factor: one pass less
        y += xp.asarray(shift, dtype=dtype)
        return y


PADDING_MODES = ("constant", "edge", "reflect", "symmetric")


class Pad(Transform):
    """Each image gets `padding` places more on each side, as torchvision's Pad makes them.

    `padding_mode` says what stands there: "constant" zeros, "edge" the outermost value, "reflect" the image mirrored at
    its outermost row or column (d c b | a b c d), "symmetric" at its edge (c b a | a b c d). Raises ValueError for
    images too small to be mirrored so far.
    """

    def __init__(self, padding: int, padding_mode: str = "constant"):
        check_count("Pad: padding", padding)
        if padding_mode not in PADDING_MODES:
            raise UnknownNameError("padding_mode of Pad", padding_mode, PADDING_MODES)
        self.padding, self.padding_mode = int(padding), padding_mode

    def images(self, x: Array, rng: np.random.Generator) -> Array:
        xp, p, (n, c, h, w) = array_module(x), self.padding, x.shape
        smallest = min(h, w)
        most = {"reflect": smallest - 1, "symmetric": smallest, "edge": p if smallest else 0}.get(self.padding_mode, p)
        if p > most:
            raise ValueError(
                f"Pad cannot pad images of {h} x {w} by {p} with padding_mode '{self.padding_mode}': "
                f"at most by {max(most, 0)}"
            )
        y = xp.empty_like(x, shape=(n, c, h + 2 * p, w + 2 * p))
        y[...] = xp.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode=self.padding_mode)
        return y


class RandomCrop(Transform):
    """A window of `size` (h, or (h, w)) of each image, at a place of its own, after `padding` zeros on each side.

    y[i, c, a, b] = padded[i, c, top_i + a, left_i + b], every place equally likely. Raises ValueError if the window is
    larger than the padded images.
    """

    def __init__(self, size: int | Sequence[int], padding: int = 0):
        self.size = pair("RandomCrop: size", size)
        check_count("RandomCrop: padding", padding)
        self.padding = int(padding)

    def images(self, x: Array, rng: np.random.Generator) -> Array:
        xp, (h, w), p = array_module(x), self.size, self.padding
        n, c, height, width = x.shape
        if h > height + 2 * p or w > width + 2 * p:
            raise ValueError(
                f"RandomCrop cannot take {h} x {w} from images of {height} x {width} with padding {p}: "
                f"that is {height + 2 * p} x {width + 2 * p}"
            )
        padded = xp.zeros_like(x, shape=(n, c, height + 2 * p, width + 2 * p))
        padded[:, :, p : p + height, p : p + width] = x
        top = rng.integers(0, height + 2 * p - h, n, endpoint=True)
        left = rng.integers(0, width + 2 * p - w, n, endpoint=True)
        if xp is not np:  # all images at once: a GPU takes as long for one
            rows, columns = [xp.asarray(first[:, None] + np.arange(size)) for first, size in ((top, h), (left, w))]
            images, channels = xp.arange(n)[:, None, None, None], xp.arange(c)[:, None, None]
            return padded[images, channels, rows[:, None, :, None], columns[:, None, None]]
        y = xp.empty_like(x, shape=(n, c, h, w))
        for image, window, a, b in zip(y, padded, top.tolist(), left.tolist()):
            image[...] = window[:, a : a + h, b : b + w]
        return y


class RandomHorizontalFlip(Transform):
    """Each image is mirrored with probability `p`: y[i, c, a, b] = x[i, c, a, w - 1 - b]."""

    def __init__(self, p: float = 0.5):
        check_fraction("RandomHorizontalFlip: p", p)
        self.p = p

    def images(self, x: Array, rng: np.random.Generator) -> Array:
        xp = array_module(x)
        flipped = xp.asarray(rng.random(len(x)) < self.p)
        if xp is not np:
            return xp.where(flipped[:, None, None, None], x[..., ::-1], x)
        y = x.copy(order="K")
        y[flipped] = x[flipped][..., ::-1]
        return y


class Cutout(Transform):
    """A square of `size` pixels a side is set to 0 in each image (DeVries & Taylor, 2017).

    Its centre is any pixel, equally likely, so parts of it may lie outside. Put it after Normalize: 0 is the mean
    there.
    """

    def __init__(self, size: int):
        check_count("Cutout: size", size, 1)
        self.size = int(size)

    def images(self, x: Array, rng: np.random.Generator) -> Array:
        xp, (n, _, h, w) = array_module(x), x.shape
        rows, columns = self.covered(rng.integers(0, h, n), h), self.covered(rng.integers(0, w, n), w)
        kept = ~(rows[:, :, None] & columns[:, None, :])
        return x * xp.asarray(kept[:, None])

    def covered(self, centre: np.ndarray, length: int) -> np.ndarray:
        """[n, length]: which places of a side the square covers, around each centre."""
        start = centre[:, None] - self.size // 2
        places = np.arange(length)
        return (start <= places) & (places < start + self.size)


class Mixup(Transform):
    """Each image and its label are mixed with those of another image of the batch (Zhang et al., 2018).

    λ ~ Beta(α, α) is drawn once a batch, and a permutation π of it;  x'_i = λ x_i + (1 - λ) x_π(i), and the labels,
    written as probabilities, t'_i = λ t_i + (1 - λ) t_π(i). Labels [n] become float32 [n, num_classes], as
    cross_entropy takes them; labels that are probabilities already may come in. Raises ValueError without labels, for
    labels outside 0 ... num_classes - 1, and for images of bytes, which Normalize has not seen.
    """

    def __init__(self, alpha: float, num_classes: int):
        check_positive("Mixup: alpha", alpha)
        check_count("Mixup: num_classes", num_classes, 1)
        self.alpha, self.num_classes = alpha, int(num_classes)

    def batch(self, rng: np.random.Generator, x: Array, *others: Any) -> tuple:
        if len(others) != 1:
            raise ValueError(f"Mixup needs images and their labels, got {1 + len(others)} arrays")
        if not is_floating(x.dtype):
            raise ValueError(f"Mixup needs images of floating-point numbers, got {x.dtype}; put it after Normalize")
        share = float(rng.beta(self.alpha, self.alpha))
        partner = array_module(x).asarray(rng.permutation(len(x)))
        return tuple(self.mix(values, partner, share) for values in (x, self.probabilities(others[0], len(x))))

    def mix(self, values: Array, partner: Array, share: float) -> Array:
        """share · values_i + (1 - share) · values_partner(i)."""
        mixed = values * share
        mixed += values[partner] * (1 - share)
        return mixed

    def probabilities(self, labels: Array, n: int) -> Array:
        """Labels [n] as rows with a 1 at the label; probabilities as they are."""
        xp, classes = array_module(labels), self.num_classes
        if is_floating(labels.dtype) and labels.shape == (n, classes):
            return labels
        if labels.dtype.kind not in "iu" or labels.shape != (n,):
            raise ValueError(
                f"Mixup needs integer labels [{n}] or probabilities [{n}, {classes}], "
                f"got {labels.dtype} of shape {labels.shape}"
            )
        if n:
            lowest, highest = labels.min(), labels.max()
            told = f"Mixup needs labels from 0 to {classes - 1}, got labels from"
            expect((lowest < 0) | (highest >= classes), lambda: ValueError(f"{told} {lowest} to {highest}"))
        return (labels[:, None] == xp.arange(classes)).astype(np.float32)


def pair(name: str, value: int | Sequence[int]) -> tuple[int, int]:
    """A height and a width from one number, for both, or from two."""
    values = tuple(value) if isinstance(value, Sequence | np.ndarray) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name} must be a number or two, got {value!r}")
    for number in values:
        check_count(name, number, 1)
    return int(values[0]), int(values[1])


def channel_values(name: str, value: float | Sequence[float]) -> tuple[float, ...]:
    """One number, or one for each channel, as a tuple."""
    values = tuple(value) if isinstance(value, Sequence | np.ndarray) else (value,)
    if not values:
        raise ValueError(f"{name} needs at least one number, got none")
    for number in values:
        check_finite(name, number)
    return tuple(float(number) for number in values)
