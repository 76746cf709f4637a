"""Work shared between threads: all of it is done, in order, with BLAS held to one thread, and errors arrive."""

import _thread
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from minigrad.kernels import products, threads
from minigrad.kernels.reduction import column_sums

MUCH = threads.WORTHWHILE


@pytest.fixture(autouse=True)
def three_threads(monkeypatch):
    monkeypatch.setattr(threads, "thread_count", lambda: 3)


def counts():
    return [library.num_threads for library in threads.blas()]


@pytest.mark.parametrize("n", [2, 3, 7, 100])
def test_parts_make_up_the_batch_in_order(n):
    parts = threads.shared(lambda part: list(range(n))[part], n, MUCH)
    assert len(parts) == min(n, 3)
    assert [i for part in parts for i in part] == list(range(n))


@pytest.mark.parametrize(("n", "multiplications"), [(100, MUCH - 1), (1, MUCH), (0, MUCH)])
def test_little_work_stays_where_it_is(n, multiplications):
    thread = []
    assert threads.shared(lambda part: thread.append(threading.get_ident()) or part, n, multiplications) == [
        slice(0, n)
    ]
    assert thread == [threading.get_ident()]


def test_blas_has_one_thread_meanwhile_and_as_many_as_before_afterwards():
    before = counts()
    assert threads.shared(lambda part: counts(), 3, MUCH) == [[1] * len(before)] * 3
    assert counts() == before


def test_work_inside_shared_work_is_not_shared_again():
    inner = threads.shared(lambda part: threads.shared(lambda p: p, 10, MUCH), 3, MUCH)
    assert inner == [[slice(0, 10)]] * 3


@pytest.mark.parametrize("wrong", [{0}, {1}, {2}, {0, 1, 2}])
def test_an_error_arrives_once_all_parts_have_ended(wrong):
    done, before = [], counts()

    def work(part):
        if part.start in wrong:
            raise ZeroDivisionError(f"part {part.start}")
        done.append(part.start)

    with pytest.raises(ZeroDivisionError, match=f"part {min(wrong)}"):
        threads.shared(work, 3, MUCH)
    assert sorted(done) == sorted({0, 1, 2} - wrong)
    assert counts() == before
    assert threads.shared(lambda part: part.start, 3, MUCH) == [0, 1, 2]


def test_an_interrupted_wait_ends_when_all_parts_have_ended():
    done, main = [], threading.main_thread()

    def work(part):
        if threading.current_thread() is not main:
            _thread.interrupt_main()
            time.sleep(0.1)
            done.append(part.start)

    with pytest.raises(KeyboardInterrupt):
        threads.shared(work, 3, MUCH)
    assert sorted(done) == [1, 2]
    assert threads.shared(lambda part: part.start, 3, MUCH) == [0, 1, 2]


def test_several_threads_of_a_program_can_share_their_work_at_once():
    results = [None] * 8

    def many(i):
        results[i] = [threads.shared(lambda part: part.start + i, 3, MUCH) for _ in range(50)]

    callers = [threading.Thread(target=many, args=(i,)) for i in range(len(results))]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=60)
    assert results == [[[i, i + 1, i + 2]] * 50 for i in range(len(results))]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes can be forked")
@pytest.mark.filterwarnings("ignore:This process")
def test_a_forked_process_starts_threads_of_its_own():
    threads.shared(lambda part: part, 3, MUCH)
    child = os.fork()
    if child == 0:
        os._exit(0 if threads.shared(lambda part: part.start, 3, MUCH) == [0, 1, 2] else 1)
    deadline = time.monotonic() + 30
    while (status := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.01)
    if status == (0, 0):
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert status == (child, 0)


def test_settings_of_numpy_are_those_of_the_caller():
    size = np.getbufsize()
    with np.errstate(divide="raise"):
        assert [s["divide"] for s in threads.shared(lambda part: np.geterr(), 3, MUCH)] == ["raise"] * 3
    assert np.getbufsize() == size


def test_products_are_shared_shortly_after_other_work_was(monkeypatch):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((300, 40)), rng.standard_normal((40, 20))
    monkeypatch.setattr(threads.Held, "last", 0.0)
    assert not threads.in_use()
    threads.shared(lambda part: None, 3, MUCH)
    assert threads.in_use()
    monkeypatch.setattr(threads, "WORTHWHILE", 0)
    np.testing.assert_allclose(products.matmul(x, y), x @ y, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(products.matmul(x, y, y[0, :20]), x @ y + y[0, :20], rtol=1e-13, atol=1e-13)
    assert products.matmul(x.astype("f"), y.astype("f")).dtype == np.float32


def test_sums_of_columns_do_not_depend_on_the_number_of_threads(monkeypatch):
    x = np.random.default_rng(0).standard_normal((3000, 7), np.float32)
    expected = column_sums(x)
    monkeypatch.setattr(threads, "WORTHWHILE", 0)
    assert (column_sums(x) == expected).all()


STEPS = """
import threading
from pathlib import Path
import minigrad
from minigrad import nn, optim
from minigrad.kernels.threads import thread_count

def times_run():  # of the threads that Python has not started: those of BLAS
    own = {str(thread.native_id) for thread in threading.enumerate()}
    others = [task for task in Path("/proc/self/task").iterdir() if task.name not in own]
    return len(others), sum(int((task / "schedstat").read_text().split()[2]) for task in others)

small = nn.Conv2d(16, 16, 3, padding=1, bias=False)
network = nn.Sequential(
    nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.MaxPool2d(8),
    nn.Conv2d(64, 16, 3, padding=1), small, nn.BatchNorm2d(16), nn.Flatten(), nn.Linear(256, 256), nn.ReLU(),
    nn.LayerNorm(256), nn.Linear(256, 10))
optimizer = optim.SGD(network.parameters(), lr=0.1, momentum=0.9)

def step():
    network(minigrad.ones(64, 3, 32, 32)).sum().backward()
    optimizer.step()

step()
before = times_run()
step()
step()
print(thread_count(), *before, *times_run())
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="only Linux tells how often a thread has run")
def test_threads_of_blas_never_run_where_minigrads_are_in_use():
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OPENBLAS_THREAD_TIMEOUT": "4"}
    command = [sys.executable, "-c", STEPS]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    count, others, runs, others_afterwards, runs_afterwards = map(int, told.split())
    assert others == others_afterwards
    assert runs == runs_afterwards, "a product outside one_thread_for_blas has woken them"
    assert count == 1 or others
