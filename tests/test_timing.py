"""Timing, with a clock and a queue that are made up: what is measured is what was put in."""

import sys
import time

import pytest

from minigrad import timing
from minigrad.errors import DeviceError
from minigrad.timing import measure, seconds_of, synchronize
from tests import standin
from tests.standin import counted


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on only when it is told to."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(timing.time, "perf_counter", lambda: Clock.now)
    return Clock


def taking(clock, *seconds):
    """A function whose calls take so long, the last of them for ever."""
    left = list(seconds)

    def function():
        clock.now += left.pop(0) if len(left) > 1 else left[0]

    return function


def test_the_seconds_of_a_call(clock):
    assert seconds_of(taking(clock, 3.5)) == 3.5


def test_the_median_after_calls_that_are_not_timed(clock):
    assert measure(taking(clock, 90, 80, 3, 40, 2), rounds=3) == 3
    assert measure(taking(clock, 90, 3, 5, 1, 100), rounds=4, warmup=1) == 4
    assert measure(taking(clock, 90, 1), rounds=1, warmup=0) == 90


def test_on_a_gpu_the_host_waits_before_both_readings():
    with standin.installed(), counted() as counts:
        seconds_of(lambda: counts.read.append("the call"), "cuda")
    assert counts.read == ["synchronize", "the call", "synchronize"]


def test_on_the_cpu_nobody_waits():
    with standin.installed(), counted() as counts:
        measure(lambda: None)
        synchronize()
    assert counts.read == []


def test_a_gpu_that_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(DeviceError, match="needs CuPy"):
        measure(lambda: None, "cuda")
    with pytest.raises(DeviceError, match="unknown device 'tpu'"):
        synchronize("tpu")


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"rounds": -1}, {"warmup": -1}])
def test_numbers_of_calls_that_are_none(wrong):
    with pytest.raises(ValueError, match=r"measure: (rounds|warmup) must be"):
        measure(lambda: None, **wrong)


def test_with_the_real_clock():
    assert 0.01 <= measure(lambda: time.sleep(0.01), rounds=3, warmup=0) < 5
