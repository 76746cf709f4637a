"""Batches of sequences of similar length."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad.data import DataLoader, SequenceDataset, Subset


def dataset(n, longest=40, seed=0):
    rng = np.random.default_rng(seed)
    rows = [[i + 1] * int(k) for i, k in enumerate(rng.integers(1, longest + 1, n))]
    return SequenceDataset(rows, np.arange(n))


def loader(data, batch_size, **settings):
    return DataLoader(data, batch_size, shuffle=True, lengths=data.lengths, seed=5, **settings)


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 90), batch_size=st.integers(1, 12), drop_last=st.booleans())
def test_every_sample_comes_once_an_epoch_and_batches_are_full_but_the_last(n, batch_size, drop_last):
    data = dataset(n)
    for _ in range(2):
        batches = [labels.numpy() for _, labels in loader(data, batch_size, drop_last=drop_last)]
        sizes = [len(b) for b in batches]
        rest = n % batch_size
        assert sizes == [batch_size] * (n // batch_size) + [rest] * (rest > 0 and not drop_last)
        seen = np.concatenate(batches) if batches else np.arange(0)
        assert len(set(seen.tolist())) == len(seen) == n - rest * drop_last


def test_rows_are_padded_to_the_longest_of_their_batch():
    data = dataset(30)
    for ids, labels in loader(data, 4):
        lengths = data.lengths[labels.numpy()]
        assert ids.shape == (len(labels), lengths.max())
        for row, label, length in zip(ids.numpy(), labels.numpy(), lengths):
            np.testing.assert_array_equal(row, [label + 1] * length + [0] * (ids.shape[1] - length))


def test_much_less_is_padded_than_without_lengths():
    data = dataset(2000)

    def padded(batches):
        return sum(int((ids.numpy() == 0).sum()) for ids, _ in batches)

    assert padded(loader(data, 32)) < 0.1 * padded(DataLoader(data, 32, shuffle=True, seed=5))


def test_the_order_changes_from_epoch_to_epoch_and_repeats_with_the_seed():
    data = dataset(100)
    a, b = loader(data, 8), loader(data, 8)
    epochs = [[labels.numpy().tolist() for _, labels in one] for one in (a, a, b, b)]
    assert epochs[0] == epochs[2]
    assert epochs[1] == epochs[3]
    assert epochs[0] != epochs[1]


def test_short_and_long_batches_are_mixed():
    means = [data_lengths.mean() for data_lengths in lengths_of_batches(dataset(1000), 10)]
    assert np.abs(np.corrcoef(np.arange(len(means)), means)[0, 1]) < 0.3


def lengths_of_batches(data, batch_size):
    return [data.lengths[labels.numpy()] for _, labels in loader(data, batch_size)]


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 60), batch_size=st.integers(1, 9), drop_last=st.booleans(), done=st.integers(0, 60))
def test_going_on_from_a_state_gives_the_remaining_batches(n, batch_size, drop_last, done):
    data = dataset(n)

    def make():
        return loader(data, batch_size, drop_last=drop_last)

    def taken(batches):
        return [labels.numpy().tolist() for _, labels in batches]

    whole, part, other = make(), make(), make()
    expected, following = taken(whole), taken(whole)
    done = min(done, len(expected))
    begun = taken(batch for _, batch in zip(range(done), part))
    assert begun == expected[:done]
    other.load_state_dict(json.loads(json.dumps(part.state_dict())))
    assert taken(other) == expected[done:]
    assert taken(other) == following


def test_a_state_of_other_lengths_is_refused():
    data = dataset(50)
    by_length, plain = loader(data, 8), DataLoader(data, 8, shuffle=True)
    for one, state, message in [
        (plain, by_length.state_dict(), "with lengths, this one has none"),
        (by_length, plain.state_dict(), "without lengths, this one has some"),
        (loader(dataset(50, seed=1), 8), by_length.state_dict(), "with other lengths than this one"),
    ]:
        with pytest.raises(ValueError, match=f"the state is of a DataLoader {message}"):
            one.load_state_dict(state)
    assert "lengths" not in plain.state_dict()


@pytest.mark.parametrize("row", ["ab", [1.5], [[1]], [[1], [2, 3]], 3, None, [True, False]])
def test_rows_that_are_no_whole_numbers_are_named(row):
    with pytest.raises(ValueError, match="SequenceDataset: row 1 must be whole numbers"):
        SequenceDataset([[1, 2], row], [0, 1])


def test_a_subset_is_taken_with_its_own_lengths():
    data = dataset(20)
    part = Subset(data, [3, 5, 7, 9])
    batches = DataLoader(part, 2, shuffle=True, lengths=data.lengths[part.indices], seed=0)
    assert sorted(np.concatenate([labels.numpy() for _, labels in batches]).tolist()) == [3, 5, 7, 9]


def test_wrong_arguments_are_named():
    data = dataset(5)
    with pytest.raises(ValueError, match=r"a whole number for each of 5 samples, got int64 of \(4,\)"):
        DataLoader(data, 2, shuffle=True, lengths=data.lengths[:4])
    with pytest.raises(ValueError, match="a whole number for each of 2 samples"):
        DataLoader(dataset(2), 2, shuffle=True, lengths=[[1], [2, 3]])
    with pytest.raises(ValueError, match="lengths without shuffle=True"):
        DataLoader(data, 2, lengths=data.lengths)
    with pytest.raises(ValueError, match=r"got 2 rows and labels \(3,\)"):
        SequenceDataset([[1], [2]], [0, 1, 1])
