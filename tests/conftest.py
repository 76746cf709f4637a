"""Shared by all tests: one thread for NumPy and PyTorch, seeded generators, and where real data lie."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded: tests run side by side on all cores

import signal
from pathlib import Path

import pytest
import torch
from hypothesis import settings

import minigrad
from minigrad.language import set_language

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what it runs in the background
torch.set_num_threads(1)
settings.register_profile("minigrad", deadline=None, print_blob=True)
settings.load_profile("minigrad")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def seeded():
    minigrad.manual_seed(0)
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch, tmp_path_factory):
    """A test sees neither the user's data folder nor their cache nor their language, nor that of another test."""
    set_language(None)
    monkeypatch.setenv("MINIGRAD_LANG", "en")
    monkeypatch.delenv("MINIGRAD_DATA", raising=False)
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session")
def shared_data():
    """The folder with the real data sets beside the project; skips where there is none, unless it is required."""
    if not SHARED_DATA.is_dir():
        reason = "the real data sets are not beside the project (../shared/data)"
        if os.environ.get("MINIGRAD_REQUIRE_SHARED_DATA"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED_DATA


@pytest.fixture(scope="session")
def shared_mnist(shared_data):
    """A folder with MNIST's four official files."""
    return shared_data
