"""DataLoader: batches from a data set, shuffled by a seed, prepared ahead, and resumable at any batch."""

import operator
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np

from ..checks import check_bool
from ..device import generator
from .collate import default_collate, is_array, map_leaves, narrow, to_arrays, to_tensors
from .dataset import Subset, check_dataset, shown
from .prefetch import prepared

POOL = 50
"""Batches within which samples are sorted by their lengths."""
SETTINGS = ("samples", "batch_size", "shuffle", "drop_last")


class DataLoader:
    """Iterating over it goes once through `dataset` in batches of `batch_size` samples; the batches hold tensors.

    `shuffle`: a new random order in each epoch; otherwise samples 0, 1, 2, ...
    `lengths`, only with `shuffle`: a number for each sample; a batch then holds samples of similar length, so that
    little is padded. In each epoch the samples are shuffled, sorted by length within every POOL batches, and the
    batches shuffled.
    `drop_last`: leave out the last batch if it is not full.
    `collate_fn`: makes a batch from a list of samples; by default `default_collate`.
    `transform`: changes whole batches, for augmentation and conversion. It is called with the raw arrays of the batch
    (the entries of a tuple one by one, anything else as one argument) and a numpy.random.Generator, and returns the
    new batch: `def flip(images, labels, rng): return images[..., ::-1], labels`. Those of `minigrad.data.transforms`
    are such functions. Where no input was float64, a float64 result becomes float32.
    `seed`: decides the order and the transform's generator; by default drawn from minigrad's own generator here, at
    construction. Both are functions of the seed, the number of the epoch and the number of the batch alone, so they do
    not depend on what else draws random numbers, nor on `prefetch`.
    `prefetch`: how many batches a background thread prepares ahead; 0 means no thread. The default is 2, and 0 where a
    batch costs no more than an indexing operation (`get_batch`, and no transform): there a thread only gets in the way.
    `num_workers`, `pin_memory`: PyTorch's; only 0 and False can be given, for there are no worker processes here.

    Every `iter(loader)` begins a new epoch, also when the one before was left early. Taking a batch of a
    TensorDataset, a Subset of one, or another data set with `get_batch` costs one indexing operation per array.

    Raises ValueError if the data set is empty or an argument is out of range, TypeError if one is of another kind;
    while iterating, ValueError if the samples of a batch do not stack.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        lengths: Sequence[int] | np.ndarray | None = None,
        drop_last: bool = False,
        collate_fn: Callable[[list], Any] | None = None,
        transform: Callable[..., Any] | None = None,
        seed: int | None = None,
        prefetch: int | None = None,
        num_workers: int = 0,
        pin_memory: bool = False,
    ):
        check_dataset("DataLoader", dataset)
        check_bool("DataLoader: shuffle", shuffle)
        check_bool("DataLoader: drop_last", drop_last)
        for name, value in (("collate_fn", collate_fn), ("transform", transform)):
            if value is not None and not callable(value):
                raise TypeError(f"DataLoader: {name} must be a function, got {type(value).__name__}")
        if num_workers or pin_memory:
            raise ValueError(
                f"DataLoader got num_workers={num_workers} and pin_memory={pin_memory}, expected 0 and False: one "
                "thread prepares batches ahead, prefetch= says how many"
            )
        if len(dataset) == 0:
            raise ValueError("DataLoader needs at least one sample, the data set is empty")
        self.dataset = dataset
        self.batch_size = whole_number("batch_size", batch_size, 1)
        self.shuffle, self.drop_last = bool(shuffle), bool(drop_last)
        self.lengths = None if lengths is None else checked_lengths(lengths, len(dataset), self.shuffle)
        self.collate_fn, self.transform = collate_fn, transform
        drawn = int(generator().integers(2**63)) if seed is None else seed
        self.seed = whole_number("seed", drawn, 0)
        if prefetch is None:
            prefetch = 0 if transform is None and self._indexes() else 2
        self.prefetch = whole_number("prefetch", prefetch, 0)
        self._epoch = self._batch = 0
        self._run: object | None = None  # the iteration that began the current epoch; None before it

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __repr__(self) -> str:
        settings = f"batch_size={self.batch_size}, shuffle={self.shuffle}, drop_last={self.drop_last}"
        return f"DataLoader({shown(self.dataset)}, {settings}, seed={self.seed}, prefetch={self.prefetch})"

    def __iter__(self) -> Iterator[Any]:
        if self._run is not None:
            self._epoch, self._batch = self._epoch + 1, 0
        run = self._run = object()
        epoch, numbers = self._epoch, range(self._batch, len(self))
        make = partial(self._make_batch, epoch, self._order(epoch))
        with closing(prepared(make, numbers, self.prefetch)) as batches:
            for number, batch in zip(numbers, batches):
                if self._run is run:
                    self._batch = number + 1
                yield batch
        if self._run is run:
            self._epoch, self._batch, self._run = epoch + 1, 0, None

    def state_dict(self) -> dict[str, Any]:
        """Where the iteration that was begun last stands, as a JSON-able dict.

        It holds the seed, the number of the epoch and how many batches of it were handed out, the one in use counted;
        and a checksum of the lengths, if batches are made by them.
        """
        state = {"seed": self.seed, "epoch": self._epoch, "batch": self._batch, **self._settings()}
        return state if self.lengths is None else {**state, "lengths": checksum(self.lengths)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state`: the next `iter(loader)` yields exactly the remaining batches of that epoch.

        Raises ValueError if the state lacks an entry, or comes from a loader whose data set or batches have another
        size, or whose samples have other lengths.
        """
        if not isinstance(state, dict):
            raise ValueError(f"the state of a DataLoader must be a dict, got {type(state).__name__}")
        missing = [key for key in ("seed", "epoch", "batch", *SETTINGS) if key not in state]
        if missing:
            raise ValueError(
                f"the state of a DataLoader needs {', '.join(missing)}, got {', '.join(map(str, state)) or 'nothing'}"
            )
        for key, value in self._settings().items():
            if state[key] != value:
                raise ValueError(f"the state is of a DataLoader with {key} {state[key]}, this one has {key} {value}")
        lengths = None if self.lengths is None else checksum(self.lengths)
        if state.get("lengths") != lengths:
            if "lengths" not in state:
                wrong = "without lengths, this one has some"
            else:
                wrong = "with lengths, this one has none" if lengths is None else "with other lengths than this one"
            raise ValueError(f"the state is of a DataLoader {wrong}")
        batch = whole_number("batch", state["batch"], 0)
        if batch > len(self):
            raise ValueError(f"the state is after batch {batch} of an epoch, which has {len(self)} batches")
        self.seed, self._epoch = whole_number("seed", state["seed"], 0), whole_number("epoch", state["epoch"], 0)
        self._batch, self._run = batch, None

    def _settings(self) -> dict[str, Any]:
        """What must be equal for a state to fit."""
        values = (len(self.dataset), self.batch_size, self.shuffle, self.drop_last)
        return dict(zip(SETTINGS, values))

    def _random(self, *place: int) -> np.random.Generator:
        """The generator that belongs to an epoch, or to a batch of an epoch."""
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=place))

    def _order(self, epoch: int) -> np.ndarray:
        """The sample numbers in the order of `epoch`."""
        n = len(self.dataset)
        if not self.shuffle:
            return np.arange(n)
        rng = self._random(epoch)
        order = rng.permutation(n)
        return order if self.lengths is None else bucketed(order, self.lengths, self.batch_size, rng)

    def _make_batch(self, epoch: int, order: np.ndarray, number: int) -> Any:
        """Batch `number` of `epoch`."""
        start = number * self.batch_size
        batch = self._fetch(order[start : start + self.batch_size])
        if self.transform is not None:
            batch = transformed(self.transform, batch, self._random(epoch, number))
        return to_tensors(batch)

    def _indexes(self) -> bool:
        """Do batches come from `get_batch`, not sample by sample?"""
        return self.collate_fn is None and gets_batches(plain(self.dataset, np.arange(0))[0])

    def _fetch(self, indices: np.ndarray) -> Any:
        """The samples `indices`, collated."""
        dataset, indices = plain(self.dataset, indices)
        if self._indexes():
            return dataset.get_batch(indices)
        samples = [dataset[index] for index in indices.tolist()]
        return default_collate(samples, indices.tolist()) if self.collate_fn is None else self.collate_fn(samples)


def bucketed(order: np.ndarray, lengths: np.ndarray, batch_size: int, rng: np.random.Generator) -> np.ndarray:
    """`order` such that every batch has samples of similar length; what makes no full batch stays at the end."""
    full = len(order) // batch_size * batch_size
    parts = np.split(order[:full], range(POOL * batch_size, full, POOL * batch_size))
    rows = [part[np.argsort(lengths[part], kind="stable")].reshape(-1, batch_size) for part in parts]
    return np.concatenate([*rng.permutation(np.concatenate(rows)), order[full:]])


def checked_lengths(lengths: Any, n: int, shuffle: bool) -> np.ndarray:
    """The lengths as an array; ValueError unless there is one for each of the `n` samples and these are shuffled."""
    try:
        array = np.asarray(lengths)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"DataLoader: lengths must be a whole number for each of {n} samples ({error})") from error
    if array.shape != (n,) or array.dtype.kind not in "iu":
        raise ValueError(
            f"DataLoader: lengths must be a whole number for each of {n} samples, got {array.dtype} of {array.shape}"
        )
    if not shuffle:
        raise ValueError(
            "DataLoader got lengths without shuffle=True: samples that stay in order are not sorted by them"
        )
    return array


def checksum(lengths: np.ndarray) -> int:
    """The same for the same lengths, whatever their dtype."""
    return zlib.crc32(lengths.astype("<i8").tobytes())


def plain(dataset: Any, indices: np.ndarray) -> tuple[Any, np.ndarray]:
    """The data set that `dataset` is a Subset of, however many times over, and what `indices` are in it."""
    while type(dataset) is Subset:
        dataset, indices = dataset.dataset, dataset.indices[indices]
    return dataset, indices


def gets_batches(dataset: Any) -> bool:
    """Has `dataset` a `get_batch` that is up to date with its `__getitem__`?

    A subclass that overrides only `__getitem__` means its samples to come from there.
    """
    for kind in type(dataset).__mro__:
        if "get_batch" in vars(kind):
            return True
        if "__getitem__" in vars(kind):
            return False
    return False


def transformed(transform: Callable[..., Any], batch: Any, rng: np.random.Generator) -> Any:
    """The batch that `transform` makes of `batch`."""
    arrays = to_arrays(batch)
    spread = arrays if isinstance(arrays, tuple) else (arrays,)
    wide: list[bool] = []
    map_leaves(lambda leaf: wide.append(is_array(leaf) and leaf.dtype == np.float64), arrays)
    result = to_arrays(transform(*spread, rng))
    if result is None:
        raise ValueError("the transform of a DataLoader returned None; it must return the batch")
    return result if any(wide) else map_leaves(lambda leaf: narrow(leaf) if is_array(leaf) else leaf, result)


def whole_number(name: str, value: Any, least: int) -> int:
    """`value` as an int of at least `least`; ValueError otherwise."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return number
