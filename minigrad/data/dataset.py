"""Data sets: what a DataLoader takes samples from."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ..checks import check_real
from ..device import Array, device_of, generator, to_device
from ..tensor import Tensor


class Dataset:
    """Base of the data sets: a subclass defines `__getitem__(index)`, one sample, and `__len__()`, how many there are.

    A sample is a tensor, an array, a number, or a tuple or dict of these. A data set that can take many samples at
    once may also define `get_batch(indices)`: given an int64 array of sample numbers it returns what
    `default_collate` would make of those samples, with raw arrays in the place of tensors. DataLoader calls it instead
    of fetching sample by sample.
    """

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index)")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__()")


class TensorDataset(Dataset):
    """Sample i is the tuple of row i of every tensor: `TensorDataset(images, labels)`.

    The tensors (or arrays, which are wrapped without a copy) share the size of their first dimension; they stand in
    `tensors`. Raises ValueError if there are none, if one has no dimensions, or if their lengths differ.
    """

    def __init__(self, *tensors: Any):
        self.tensors = tuple(t if isinstance(t, Tensor) else Tensor(t) for t in tensors)
        if not tensors:
            raise ValueError("TensorDataset needs at least one tensor, got none")
        shapes = [t.shape for t in self.tensors]
        if any(len(shape) == 0 for shape in shapes):
            raise ValueError(f"TensorDataset needs tensors with a dimension of samples, got shapes {listing(shapes)}")
        if len({shape[0] for shape in shapes}) > 1:
            raise ValueError(
                f"TensorDataset needs tensors of equal length, got {listing([shape[0] for shape in shapes])}"
                f" (shapes {listing(shapes)})"
            )

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        if isinstance(index, int | np.integer):
            check_index(int(index), len(self), "TensorDataset")
        return tuple(Tensor(t.data[index]) for t in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0].data)

    def get_batch(self, indices: np.ndarray) -> tuple[Array, ...]:
        """The rows `indices` of every tensor, as new arrays."""
        return tuple(t.data.take(to_device(indices, device_of(t.data)), axis=0) for t in self.tensors)

    def __repr__(self) -> str:
        return f"TensorDataset({len(self)} samples: {', '.join(f'{t.shape[1:]} {t.dtype}' for t in self.tensors)})"


class Subset(Dataset):
    """The samples `indices` of another data set, in that order.

    `indices` becomes an int64 array; as in a list, -1 is the last sample. Raises ValueError if an index is out of
    range or is not an integer, TypeError if `dataset` is no data set.
    """

    def __init__(self, dataset: Any, indices: Any):
        array = np.asarray(indices)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise ValueError(
                f"Subset needs a flat list of integer indices, got dtype {array.dtype} of shape {array.shape}"
            )
        check_dataset("Subset", dataset)
        n = len(dataset)
        wrong = array[(array < -n) | (array >= n)]
        if wrong.size:
            raise ValueError(f"Subset got the index {wrong[0]}, the data set has {n} samples")
        self.dataset = dataset
        self.indices = array.astype(np.int64) % max(n, 1)

    def __getitem__(self, index: int) -> Any:
        check_index(index, len(self), "Subset")
        return self.dataset[int(self.indices[index])]

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f"Subset({len(self)} samples of {shown(self.dataset)})"


class ConcatDataset(Dataset):
    """The samples of several data sets, one after the other: `ConcatDataset([train, extra])`.

    Raises ValueError if there are none, TypeError if one is no data set.
    """

    def __init__(self, datasets: Iterable[Any]):
        if not isinstance(datasets, Iterable):
            raise TypeError(f"ConcatDataset takes a list of data sets, got {type(datasets).__name__}")
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("ConcatDataset needs at least one data set, got none")
        for dataset in self.datasets:
            check_dataset("ConcatDataset", dataset)
        self.cumulative_sizes = list(accumulate(len(dataset) for dataset in self.datasets))

    def __getitem__(self, index: int) -> Any:
        check_index(index, len(self), "ConcatDataset")
        index = index % len(self)
        part = bisect_right(self.cumulative_sizes, index)
        return self.datasets[part][index - (self.cumulative_sizes[part - 1] if part else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __repr__(self) -> str:
        return f"ConcatDataset({len(self)} samples: {' + '.join(map(shown, self.datasets))})"


def random_split(dataset: Any, lengths: Sequence[float], generator: np.random.Generator | None = None) -> list[Subset]:
    """Divide `dataset` at random into subsets that do not overlap.

    `lengths` are the sizes of the parts, or fractions that sum to 1; what rounding down the fractions leaves over goes
    to the first parts, one sample each. The order comes from `generator`, by default minigrad's own (see
    `manual_seed`). Raises ValueError if the lengths are negative or do not sum to the size of the data set; TypeError
    if they are no numbers, `dataset` is no data set or `generator` is no numpy.random.Generator.
    """
    check_dataset("random_split", dataset)
    if generator is not None and not isinstance(generator, np.random.Generator):
        raise TypeError(f"random_split needs a numpy.random.Generator, got {type(generator).__name__}")
    n = len(dataset)
    sizes = split_sizes(n, lengths)
    order = default_generator(generator).permutation(n)
    return [Subset(dataset, part) for part in np.split(order, np.cumsum(sizes)[:-1])]


def default_generator(given: np.random.Generator | None) -> np.random.Generator:
    """`given`, or minigrad's own generator."""
    return generator() if given is None else given


def split_sizes(n: int, lengths: Sequence[float]) -> list[int]:
    """The sizes that `lengths`, whole numbers or fractions, mean for `n` samples."""
    if isinstance(lengths, str) or not isinstance(lengths, Sequence | np.ndarray):
        raise TypeError(f"random_split needs a list of lengths, got {type(lengths).__name__}")
    given = listing(lengths)
    if not len(lengths):
        raise ValueError("random_split needs at least one length, got none")
    for length in lengths:
        check_real("random_split: a length", length)
    if any(not (math.isfinite(length) and length >= 0) for length in lengths):
        raise ValueError(f"random_split needs lengths of 0 or more, got {given}")
    if all(isinstance(length, int | np.integer) for length in lengths):
        if sum(lengths) != n:
            raise ValueError(f"random_split got the lengths {given}, which sum to {sum(lengths)}, for {n} samples")
        return [int(length) for length in lengths]
    if not math.isclose(sum(lengths), 1):
        raise ValueError(
            f"random_split got the lengths {given}: fractions must sum to 1, these sum to {sum(lengths):g}"
        )
    sizes = [math.floor(n * length) for length in lengths]
    for extra in range(n - sum(sizes)):
        sizes[extra % len(sizes)] += 1
    return sizes


def check_index(index: int, n: int, name: str) -> None:
    """Raise IndexError unless `index` is one of `n` samples."""
    if not -n <= index < n:
        raise IndexError(f"{name} got the index {index}, it has {n} samples")


def check_dataset(name: str, dataset: Any) -> None:
    """Raise TypeError unless samples can be taken from `dataset` and counted."""
    if not hasattr(dataset, "__getitem__") or not hasattr(dataset, "__len__"):
        raise TypeError(f"{name} needs a data set with __getitem__ and __len__, got {type(dataset).__name__}")


def shown(dataset: Any) -> str:
    """A data set in a few words: its repr, or its type and its size where the repr may be all of its samples."""
    short = isinstance(dataset, TensorDataset | Subset | ConcatDataset)
    return repr(dataset) if short else f"{type(dataset).__name__}({len(dataset)} samples)"


def listing(values: Sequence[Any]) -> str:
    """'3, 4 and 5'."""
    *most, last = [str(value) for value in values] or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
