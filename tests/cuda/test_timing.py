"""Timing and counting on a GPU, and lesson 4.1's practice there."""

import importlib.util
import time

import numpy as np
import pytest

import minigrad
from minigrad import functional
from minigrad.course.lessons import find_lesson
from minigrad.device import array_module, to_device
from minigrad.timing import measure, seconds_of, synchronize
from minigrad.workload import work_of


def test_arrays_go_there_and_come_back(device):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    there = to_device(x, device)
    assert array_module(there).__name__ == "cupy"
    assert to_device(there, device) is there
    back = to_device(there, "cpu")
    assert back.dtype == x.dtype
    np.testing.assert_array_equal(back, x)


def test_a_call_is_timed_until_its_work_is_done(device):
    """The host waits before the call, too: what it hands over there is done when the call begins."""
    x = minigrad.ones(512, 512, device=device)
    _ = x @ x
    start = time.perf_counter()
    seconds = seconds_of(lambda: x @ x, device)
    assert 0 < seconds <= time.perf_counter() - start
    assert 0 < measure(lambda: x @ x, device, rounds=3, warmup=1) < 60
    synchronize(device)


def test_the_work_of_a_step_is_that_on_the_cpu(device):
    def work_on(where):
        x = minigrad.ones(3, 5, device=where)
        weight = minigrad.ones(4, 5, device=where, requires_grad=True)
        return work_of(lambda: functional.linear(x, weight).sum().backward())

    assert work_on(device) == work_on("cpu")


@pytest.fixture
def practice():
    """The practice of lesson 4.1, with arrays that are small."""
    path = find_lesson("4.1").practice
    spec = importlib.util.spec_from_file_location("practice_4_1", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ELEMENTS, module.ROWS, module.SQUARES, module.COLUMNS, module.ROUNDS = 1000, 16, [4, 8], [1, 2], 1
    return module


def test_the_practice_of_the_lesson_measures_there(practice, device, tmp_path, capsys):
    practice.main(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "4.1_roofline.png",
        "4.1_roofline_gpu.png",
        "4.1_timeline.png",
    ]
    assert capsys.readouterr().out.count("GFLOP/s") >= 2


def test_the_lesson_is_checked_where_a_gpu_is_there(device):
    """The check pretends to have a GPU, and puts CuPy back."""
    import cupy

    from minigrad.course.runner import tried

    lesson = find_lesson("4.1")
    for blank in lesson.blanks:
        assert tried(lesson, blank, {blank: blank.function}, {blank: blank.function}, []) is None
        assert array_module(to_device(np.ones(2), device)) is cupy
