"""Numbers in answers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.tutor.figures import numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("6", [6]),
        ("it is -2", [-2]),
        ("it is −2.5", [-2.5]),
        ("minus 4", [-4]),
        ("x = -2", [-2]),
        ("2 * 3 = 6", [6]),
        ("2*3=6, because the slope is 3", [6]),
        ("3 - 2 = 1", [1]),
        ("6 or 5", [6, 5]),
        ("27 * 16 = 432... plus bias 448", [432, 448]),
        ("mean 0, deviation 2.83, so 0.707", [0.707]),
        ("because x is 3 it is 6 or so", [3, 6]),
        ("均值是 2，所以答案是 5", [5]),
        ("1/3", [1 / 3]),
        ("25 %", [0.25]),
        ("2e-3", [0.002]),
        ("2^10", [1024]),
        ("10^-6", [1e-6]),
        ("6 x 10^3", [6000]),
        ("6×10^3", [6000]),
        ("1,024 parameters", [1024]),
        ("about .5", [0.5]),
        ("W1 is 3", [3]),
        ("three", [3]),
        ("a quarter", [0.25]),
        ("one half", [0.5]),
        ("at one place it is 3", [3]),
        ("四分之一", [0.25]),
        ("一半", [0.5]),
        ("负二", [-2]),
        ("负2", [-2]),
        ("答案是二十三", [23]),
        ("一百零五", [105]),
        ("零点二五", [0.25]),
        ("三万", [30000]),
        ("应该是 ６", [6]),
        ("一样大，是 4", [4]),
        ("no number", []),
        ("", []),
        ("1/0", [math.nan]),
    ],
)
def test_the_numbers_that_an_answer_offers(text, numbers):
    assert numbers_in(text) == pytest.approx(numbers, nan_ok=True)


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_a_number_is_read_as_it_is_written(number):
    assert numbers_in(f"I think it is {number!r}") == [number]


@given(st.text("0123456789.,%/^-+eE ×十百万点分之负x*=", max_size=30))
def test_whatever_is_typed_there_is_no_crash(text):
    numbers_in(text)


def test_a_huge_power_is_no_number_to_work_out():
    assert numbers_in("9^999999999") == [math.inf]
