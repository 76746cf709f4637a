"""Devices and generators: what is wrong is refused before anything changes."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import minigrad
from minigrad.device import check_device
from minigrad.errors import DeviceError


@pytest.mark.parametrize("seed", [-1, 1.5, 2.0, "3", None, True, np.float32(1)])
def test_a_seed_that_is_none_is_refused_and_changes_nothing(seed):
    minigrad.manual_seed(3)
    expected = minigrad.rand(2).tolist()
    minigrad.manual_seed(3)
    with pytest.raises(ValueError, match=r"manual_seed got .*; expected a whole number of at least 0"):
        minigrad.manual_seed(seed)
    assert minigrad.rand(2).tolist() == expected


def test_a_seed_may_be_numpys_and_large():
    minigrad.manual_seed(np.uint8(3))
    first = minigrad.rand(2).tolist()
    minigrad.manual_seed(3)
    assert minigrad.rand(2).tolist() == first
    minigrad.manual_seed(2**100)


@pytest.mark.parametrize("state", [None, {}, {"bit_generator": "MT19937"}, {"bit_generator": "PCG64"}, [1], "PCG64"])
def test_a_state_that_is_none_is_refused_and_changes_nothing(state):
    expected = minigrad.get_rng_state()
    with pytest.raises(ValueError, match="generator"):
        minigrad.set_rng_state(state)
    assert minigrad.get_rng_state() == expected


class CUDARuntimeError(Exception):
    pass


def cupy_with(count):
    """As much of CuPy as is asked how many GPUs there are; an exception is raised."""

    def getDeviceCount():
        if isinstance(count, Exception):
            raise count
        return count

    runtime = SimpleNamespace(getDeviceCount=getDeviceCount, CUDARuntimeError=CUDARuntimeError)
    return SimpleNamespace(cuda=SimpleNamespace(runtime=runtime), ndarray=type("ndarray", (), {}))


@pytest.mark.parametrize(
    ("device", "cupy", "message"),
    [
        ("tpu", None, "unknown device 'tpu'; expected 'cpu', 'cuda' or 'cuda:N'"),
        (
            "cuda",
            None,
            r"needs CuPy, which is not installed: pip install .*\]'; `minigrad info` says which fits",
        ),
        ("cuda:1", cupy_with(1), "device 'cuda:1' is not there: this machine has 1 GPUs, counted from cuda:0"),
        ("cuda", cupy_with(CUDARuntimeError("no driver")), "device 'cuda' cannot be used: no driver"),
    ],
)
def test_a_device_that_cannot_be_used(device, cupy, message, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    with pytest.raises(DeviceError, match=message):
        check_device(device)


def test_a_device_that_can_be_used(monkeypatch):
    check_device("cpu")
    monkeypatch.setitem(sys.modules, "cupy", cupy_with(2))
    check_device("cuda")
    check_device("cuda:1")
