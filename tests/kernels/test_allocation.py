"""The C library's memory is tuned where that is possible, and left alone where it is not or not wanted."""

import platform

import pytest

from minigrad.kernels.allocation import keep_freed_memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_glibc_is_told_to_keep_freed_memory():
    assert keep_freed_memory()


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("MINIGRAD_KEEP_MEMORY", "0")
    assert not keep_freed_memory()


def test_other_c_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    assert not keep_freed_memory()
