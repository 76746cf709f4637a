"""Tasks for memory: their answers, counted out one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.datasets.sequences import adding, copy, parity, reversal

seeds = st.integers(0, 1000)


@given(st.integers(2, 30), seeds)
def test_the_sum_is_that_of_one_number_in_each_half(length, seed):
    x, y = adding(5, length, seed)
    for row, total in zip(x, y):
        first, second = np.flatnonzero(row[:, 1])
        assert first < length // 2 <= second
        assert total == pytest.approx(row[first, 0] + row[second, 0])
        assert ((row[:, 0] >= 0) & (row[:, 0] < 1)).all()


def test_who_says_one_is_wrong_by_a_sixth():
    _, y = adding(20_000, 10)
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.03)


@given(st.integers(1, 6), st.integers(1, 9), st.integers(1, 9), seeds)
def test_a_row_is_repeated_after_the_sign(length, delay, symbols, seed):
    ids, targets = copy(4, length, delay, symbols, seed)
    for row, wanted in zip(ids.tolist(), targets.tolist()):
        said = row[:length]
        assert all(2 <= symbol < symbols + 2 for symbol in said)
        assert row == said + [0] * (delay - 1) + [1] + [0] * length
        assert wanted == [0] * (length + delay) + said


@given(st.integers(1, 6), st.integers(1, 9), seeds)
def test_a_row_is_said_backwards_after_the_sign(length, symbols, seed):
    ids, targets = reversal(4, length, symbols, seed)
    for row, wanted in zip(ids.tolist(), targets.tolist()):
        assert row[length:] == [1] + [0] * length
        assert wanted == [0] * (length + 1) + row[:length][::-1]


@given(st.integers(1, 12), seeds)
def test_ones_are_counted(length, seed):
    for row, odd in zip(*parity(6, length, seed)):
        assert odd == row.tolist().count(1) % 2


@pytest.mark.parametrize("task", [lambda s: adding(3, 4, s), lambda s: copy(3, 2, 2, 4, s), lambda s: parity(3, 9, s)])
def test_a_seed_gives_the_same_again_and_another_others(task):
    for a, b, c in zip(task(1), task(1), task(2)):
        np.testing.assert_array_equal(a, b)
        assert a.size < 4 or not np.array_equal(a, c)


def test_sizes_that_cannot_be_are_named():
    for call, message in [
        (lambda: adding(1, 1), "adding: length must be at least 2, got 1"),
        (lambda: copy(1, 2, 0), "copy: delay must be at least 1, got 0"),
        (lambda: reversal(1, 0), "reversal: length must be at least 1, got 0"),
        (lambda: parity(-1, 2), "parity: n must be at least 0, got -1"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
