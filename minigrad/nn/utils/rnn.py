"""Sequences of different lengths in one batch: padded to the longest, or packed without padding."""

from typing import Any, NamedTuple

import numpy as np

from ...checks import check_bool
from ...creation import full
from ...device import Array, array_module, expect
from ...ops import cat, reshape, stack, sum, transpose, where
from ...ops.arguments import as_tensor, as_tensors, whole
from ...ops.index import getitem
from ...tensor import Tensor


class PackedSequence(NamedTuple):
    """Sequences without padding: the rows `data` [rows, ...] are those of step 0, then those of step 1, ...

    `batch_sizes` says how many sequences have so many steps, the longest coming first. `sorted_indices` says which of
    the user's sequences each is, `unsorted_indices` where each of these lies; None where they were sorted already.

    With `live` [t, n] nothing is left out: the rows are those of all sequences at each of t steps, and it is True at
    the steps that a sequence has.
    """

    data: Tensor
    batch_sizes: np.ndarray
    sorted_indices: np.ndarray | None = None
    unsorted_indices: np.ndarray | None = None
    live: Tensor | None = None


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """The first lengths[i] steps of each sequence of input [t, n, ...] (with `batch_first`, [n, t, ...]), packed.

    With `enforce_sorted` (True) the lengths must fall; otherwise sequences are sorted, and what comes of them is put
    into their old order again. Lengths that lie on a GPU are not waited for: the padding stays where it is, and is
    marked. Raises ValueError for lengths that do not fit.
    """
    input = as_tensor(input, "pack_padded_sequence")
    check_bool("pack_padded_sequence: batch_first", batch_first)
    if input.ndim < 2:
        raise ValueError(f"pack_padded_sequence needs [t, n, ...], got {input.shape}")
    steps, n = input.shape[:2] if not batch_first else input.shape[1::-1]
    sizes = checked_lengths(lengths, n, steps, "pack_padded_sequence")
    if array_module(sizes) is not np:
        return marked(transpose(input, 0, 1) if batch_first else input, sizes)
    order = np.argsort(-sizes, kind="stable")
    falling = bool((np.diff(sizes) <= 0).all())
    if enforce_sorted and not falling:
        raise ValueError(
            f"pack_padded_sequence got lengths {sizes.tolist()}, which do not fall; "
            "sort the sequences, or say enforce_sorted=False"
        )
    batch_sizes = (sizes[:, None] > np.arange(sizes.max())).sum(axis=0)
    step, place = np.nonzero(np.arange(n) < batch_sizes[:, None])
    who = order[place]
    data = getitem(input, (who, step) if batch_first else (step, who))
    if enforce_sorted:
        return PackedSequence(data, batch_sizes)
    return PackedSequence(data, batch_sizes, order, np.argsort(order))


def marked(x: Tensor, lengths: Array) -> PackedSequence:
    """Sequences x [t, n, ...] with zeros for padding, and where they are none."""
    steps, n = x.shape[:2]
    live = Tensor(array_module(lengths).arange(steps)[:, None] < lengths)
    x = where(reshape(live, steps, n, *[1] * (x.ndim - 2)), x, 0.0)
    return PackedSequence(reshape(x, steps * n, *x.shape[2:]), np.full(steps, n), live=live)


def checked_lengths(lengths: Any, n: int, steps: int, op: str) -> Array:
    """The lengths as an array [n]; ValueError unless each is from 1 to `steps`."""
    sizes = lengths.data if isinstance(lengths, Tensor) else lengths
    sizes = np.asarray(sizes) if array_module(sizes) is np else sizes
    if sizes.dtype.kind not in "iu" or sizes.shape != (n,):
        raise ValueError(f"{op} got lengths {sizes.dtype} {sizes.shape}; expected {n} whole numbers, one a sequence")

    def error() -> ValueError:
        return ValueError(f"{op} got lengths {sizes.tolist()}; expected each from 1 to the {steps} steps of the input")

    if n == 0:
        raise error()
    expect((sizes.min() < 1) | (sizes.max() > steps), error)
    return sizes.astype(np.int64)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """The opposite of `pack_padded_sequence`: [t, n, ...], or with `batch_first` [n, t, ...], and the lengths [n].

    Behind the end of a sequence stands `padding_value`; t is the longest length, or `total_length`. Raises ValueError
    for a total_length below that, TypeError for anything but a packed sequence.
    """
    if not isinstance(sequence, PackedSequence):
        raise TypeError(f"pad_packed_sequence got {type(sequence).__name__}; expected a PackedSequence")
    data, batch_sizes, _, unsorted, live = sequence
    check_bool("pad_packed_sequence: batch_first", batch_first)
    steps, n = len(batch_sizes), int(batch_sizes[0])
    if total_length is not None:
        if whole(total_length, "pad_packed_sequence got total_length") < steps:
            raise ValueError(f"pad_packed_sequence got total_length {total_length} for sequences of {steps} steps")
        steps = total_length
    if live is not None:
        return unmarked(data, live, steps, batch_first, padding_value)
    sizes = np.concatenate([batch_sizes, np.zeros(steps - len(batch_sizes), int)])
    lengths = (sizes > np.arange(n)[:, None]).sum(axis=1)
    there = np.arange(n) < sizes[:, None]
    rows = np.full((steps, n), len(data))  # the padding, which comes last
    rows[there] = np.arange(len(data))
    if unsorted is not None:
        rows, lengths = rows[:, unsorted], lengths[unsorted]
    padding = full((1, *data.shape[1:]), padding_value, dtype=data.dtype, device=data.device)
    padded = getitem(cat([data, padding]), rows.T if batch_first else rows)
    return padded, Tensor(lengths)


def unmarked(data: Tensor, live: Tensor, steps: int, batch_first: bool, value: float) -> tuple[Tensor, Tensor]:
    """What `pad_packed_sequence` gives for sequences with their padding."""
    have, n = live.shape
    there = reshape(live, have, n, *[1] * (data.ndim - 1))
    padded = where(there, reshape(data, have, n, *data.shape[1:]), value)
    if steps > have:
        behind = full((steps - have, *padded.shape[1:]), value, dtype=padded.dtype, device=padded.device)
        padded = cat([padded, behind])
    return transpose(padded, 0, 1) if batch_first else padded, sum(live, 0)


def pad_sequence(sequences: Any, batch_first: bool = False, padding_value: float = 0.0) -> Tensor:
    """Sequences [tᵢ, ...] side by side: [t, n, ...], or with `batch_first` [n, t, ...], padded to the longest."""
    return pad_packed_sequence(pack_sequence(sequences, enforce_sorted=False), batch_first, padding_value)[0]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Sequences [tᵢ, ...] packed. Raises ValueError if one is empty, or if their lengths do not fall (sorted)."""
    tensors = as_tensors(sequences, "pack_sequence")
    if any(x.ndim == 0 or x.shape[1:] != tensors[0].shape[1:] for x in tensors):
        shapes = ", ".join([str(x.shape) for x in tensors])
        raise ValueError(f"pack_sequence got shapes {shapes}; expected [t, ...], alike but for t")
    lengths = [len(x) for x in tensors]
    longest = max(lengths)
    padded = [
        x if len(x) == longest else cat([x, full((longest - len(x), *x.shape[1:]), 0, dtype=x.dtype, device=x.device)])
        for x in tensors
    ]
    return pack_padded_sequence(stack(padded, 1), lengths, enforce_sorted=enforce_sorted)
