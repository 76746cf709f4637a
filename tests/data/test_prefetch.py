import gc
import threading
import time
from collections.abc import Callable

import pytest

from minigrad.data import prefetch
from minigrad.data.prefetch import prepared


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "minigrad-prefetch"]


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


@pytest.fixture(autouse=True)
def _no_thread_left():
    assert not threads()
    yield
    assert not threads()


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("numbers", [range(0), range(1), range(4, 30)])
def test_items_come_in_order(depth, numbers):
    assert list(prepared(lambda i: i * i, numbers, depth)) == [i * i for i in numbers]


def test_depth_bounds_what_is_made_ahead():
    made = []
    items = prepared(made.append, range(100), 3)
    next(items)
    assert eventually(lambda: len(made) == 4)
    time.sleep(0.02)
    items.close()
    assert made == [0, 1, 2, 3]


def test_items_are_made_while_the_caller_works():
    second = threading.Event()
    items = prepared(lambda i: second.set() if i == 1 else None, range(3), 1)
    next(items)
    assert second.wait(5)
    items.close()


def test_a_thread_that_ended_for_want_of_room_starts_again(monkeypatch):
    monkeypatch.setattr(prefetch, "LINGER", 0.001)
    taken = []
    for item in prepared(lambda i: i, range(6), 2):
        taken.append(item)
        assert eventually(lambda: not threads())
    assert taken == list(range(6))


@pytest.mark.parametrize("depth", [0, 2])
def test_an_error_comes_in_its_turn_with_its_traceback(depth):
    def fail_at_three(i: int) -> int:
        if i == 3:
            raise KeyError("three")
        return i

    items = prepared(fail_at_three, range(9), depth)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(KeyError, match="three") as caught:
        next(items)
    assert caught.traceback[-1].name == "fail_at_three"
    assert list(items) == []


def test_even_an_exit_reaches_the_caller():
    def leave(i: int) -> None:
        raise SystemExit(i)

    with pytest.raises(SystemExit):
        next(prepared(leave, range(5, 9), 2))


def test_break_ends_the_thread():
    for item in prepared(lambda i: i, range(1000), 2):
        if item == 3:
            break
    assert not threads()


def test_the_garbage_collector_ends_the_thread():
    items = prepared(lambda i: i, range(1000), 2)
    next(items)
    cycle: list = [items]
    cycle.append(cycle)
    del items, cycle
    gc.collect()
    assert not threads()


def test_a_stored_traceback_keeps_no_thread():
    def train() -> None:
        for _ in prepared(lambda i: i, range(1000), 2):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as stored:
        train()
    assert eventually(lambda: not threads())
    assert stored.traceback


def test_closing_from_within_the_thread():
    first_taken, closed = threading.Event(), threading.Event()

    def make(i: int) -> int:
        if i == 1:
            first_taken.wait(5)
            items.close()
            closed.set()
        return i

    items = prepared(make, range(9), 2)
    assert next(items) == 0
    time.sleep(0.02)  # until next() has left the generator, which cannot be closed while it runs
    first_taken.set()
    assert closed.wait(5)
    assert list(items) == []
    assert eventually(lambda: not threads())


def test_closing_does_not_wait_for_a_slow_item(monkeypatch):
    monkeypatch.setattr(prefetch, "PATIENCE", 0.01)
    release = threading.Event()
    items = prepared(lambda i: release.wait(10) if i else i, range(9), 2)
    next(items)
    start = time.monotonic()
    items.close()
    assert time.monotonic() - start < 5
    release.set()
    assert eventually(lambda: not threads())
