from collections import namedtuple

import numpy as np
import pytest

from minigrad.data import default_collate
from minigrad.tensor import Tensor

Pair = namedtuple("Pair", "x y")


@pytest.mark.parametrize(
    ("samples", "dtype"),
    [
        ([1, 2], np.int64),
        ([1.5, 2], np.float32),
        ([np.float64(1), np.float64(2)], np.float32),
        ([np.uint8(1), np.uint8(2)], np.int64),
        ([np.uint64(2**63 - 1), np.uint64(2)], np.int64),
        ([2**63 - 1, -(2**63)], np.int64),
        ([True, False], np.bool_),
        ([np.zeros(3), np.ones(3)], np.float32),
        ([np.zeros(3, np.uint8), np.ones(3, np.uint8)], np.uint8),
        ([np.array(1), 2], np.int64),
        ([Tensor(np.zeros(3)), Tensor(np.ones(3))], np.float64),
        ([Tensor(np.zeros(3, np.float16)), Tensor(np.ones(3, np.float16))], np.float16),
    ],
)
def test_what_becomes_of_each_kind_of_sample(samples, dtype):
    batch = default_collate(samples)
    assert isinstance(batch, Tensor)
    assert batch.dtype == dtype
    assert batch.tolist() == [np.asarray(sample).tolist() for sample in samples]


def test_structures_are_gone_through():
    samples = [{"x": (np.full(2, i), [i, "a"]), "pair": Pair(i, float(i))} for i in range(3)]
    batch = default_collate(samples)
    assert list(batch) == ["x", "pair"]
    assert batch["x"][0].shape == (3, 2)
    assert batch["x"][1][0].tolist() == [0, 1, 2]
    assert batch["x"][1][1] == ["a", "a", "a"]
    assert type(batch["pair"]) is Pair
    assert batch["pair"].y.dtype == np.float32


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (
            [np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((2, 4))],
            r"in shape cannot be stacked into one batch: sample 0 has shape \(2, 3\), sample 2 has shape \(2, 4\)",
        ),
        ([(0, np.zeros(2)), (1, np.zeros(3))], r"sample 0 \(at \[1\]\) has shape \(2,\), sample 1 has shape \(3,\)"),
        ([np.zeros(2), 1.0], r"sample 0 has shape \(2,\), sample 1 has shape \(\)"),
        ([(1, 2), (1, 2, 3)], "sample 0 has the length 2, sample 1 has the length 3"),
        ([{"a": 1}, {"b": 1}], r"sample 0 has the keys \['a'\], sample 1 has the keys \['b'\]"),
        ([{"a": 1}, {"a": None}], r"sample 0 \(at \['a'\]\) has the type int, sample 1 has the type NoneType"),
        ([np.uint64(2**63 + 1), np.uint64(1)], "the whole number 9223372036854775809 does not fit into int64"),
        ([(0, 2**70), (1, 1)], rf"the whole number {2**70} \(at \[1\]\) does not fit into int64"),
        ([-1, 2**63], f"the whole number {2**63} does not fit into int64"),
        ([], "at least one sample, got none"),
    ],
)
def test_samples_that_do_not_fit_together(samples, message):
    with pytest.raises(ValueError, match=message):
        default_collate(samples)


def test_samples_of_no_known_type():
    with pytest.raises(TypeError, match=r"type NoneType \(at \[0\]\) cannot be put into a batch; .* pass collate_fn"):
        default_collate([(None, 1), (None, 2)])


def test_names_of_the_samples_in_messages():
    with pytest.raises(ValueError, match=r"sample 17 has shape \(1,\), sample 4 has shape \(2,\)"):
        default_collate([np.zeros(1), np.zeros(2)], [17, 4])
