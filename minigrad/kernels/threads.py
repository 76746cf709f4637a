"""Work on a batch, shared between threads.

NumPy computes without holding Python's lock, so threads that take a part of the images each run side by side. BLAS,
which would start threads of its own inside each, is held to one meanwhile. There are as many threads as BLAS may use:
OPENBLAS_NUM_THREADS and its like set both.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache, partial
from time import perf_counter, sleep
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

WORTHWHILE = 1 << 25
"""Multiplications from which on the work is shared. They take about half a millisecond; waking a thread and waiting for
it takes a tenth of that and more, and threads that do many short operations wait for Python's lock in turn."""
ELEMENT = 24
"""To how many multiplications in a product it comes to go once through an element of an array in memory."""


def shared(work: Callable[[slice], Any], n: int, multiplications: float) -> list[Any]:
    """The results of `work` for slices that make up a batch of `n`: one for each thread, or a single one for little
    work. Parts and their order depend only on the arguments and on the number of threads."""
    if getattr(_inside, "on", False):
        return [work(slice(0, n))]
    count = min(thread_count(), n) if multiplications >= WORTHWHILE else 1
    if count < 2:
        with one_thread_for_blas_beside_others():
            return [run_inside(work, slice(0, n))]
    parts = [slice(n * i // count, n * (i + 1) // count) for i in range(count)]
    if not Worker.taken.acquire(blocking=False):  # another thread of the program shares its work just now
        return [run_inside(work, part) for part in parts]
    try:
        Held.last = perf_counter()
        with one_thread_for_blas():
            begun: list[Worker] = []
            try:
                for worker, part in zip(workers(count - 1), parts[1:], strict=True):
                    worker.begin(work, part)
                    begun.append(worker)
                first = run_inside(work, parts[0])
            finally:  # whatever happened, nobody writes into the arrays once this returns
                wait_for(begun)
            return [first, *[worker.result() for worker in begun]]
    finally:
        Worker.taken.release()


_inside = threading.local()


def run_inside(work: Callable[[slice], Any], part: slice) -> Any:
    """`work(part)`; what it calls does not share its work again.

    NumPy goes through pieces of images by way of a buffer whose size it divides them into; a small one is faster.
    """
    _inside.on, before = True, np.setbufsize(256)
    try:
        return work(part)
    finally:
        _inside.on = False
        np.setbufsize(before)


class Worker:
    """A thread that does what it is given, one piece of work after another.

    Two locks wake it and say that it is done. The queue and the futures of an executor would take twice as long.
    """

    taken = threading.Lock()
    """Held by the thread whose work the workers share."""

    def __init__(self) -> None:
        self.wanted, self.done = threading.Lock(), threading.Lock()
        self.wanted.acquire()
        self.done.acquire()
        self.task: Callable[[], Any] | None = None
        self.outcome: Any = None
        self.error: BaseException | None = None
        threading.Thread(target=self.serve, name="minigrad", daemon=True).start()

    def begin(self, work: Callable[[slice], Any], part: slice) -> None:
        """Do `work(part)` with the caller's settings of NumPy; `done` is released when it has ended."""
        self.outcome, self.error = None, None
        self.task = partial(copy_context().run, run_inside, work, part)
        self.wanted.release()

    def serve(self) -> None:
        while True:
            self.wanted.acquire()
            assert self.task is not None
            try:
                self.outcome = self.task()
            except BaseException as error:  # noqa: BLE001 (raised again where the result is asked for)
                self.error = error
            self.task = None
            self.done.release()

    def result(self) -> Any:
        """What the work returned; raises what it raised."""
        error, outcome, self.error, self.outcome = self.error, self.outcome, None, None
        if error is not None:
            raise error
        return outcome


_workers: list[Worker] = []


def workers(count: int) -> list[Worker]:
    """So many workers, started when they are first needed."""
    while len(_workers) < count:
        _workers.append(Worker())
    return _workers[:count]


def wait_for(begun: list[Worker]) -> None:
    """Until all that have begun are done, also if the user interrupts the wait."""
    try:
        for worker in begun:
            worker.done.acquire()
    except KeyboardInterrupt:
        while any(worker.task is not None for worker in begun):
            sleep(0.001)
        _workers.clear()  # nobody knows which of their locks are held
        raise


def forget_workers() -> None:
    """A forked process has none of its parent's threads."""
    _workers.clear()
    Worker.taken = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_workers)


@cache
def blas() -> list[Any]:
    """What sets the number of threads of NumPy's BLAS."""
    return [library for library in ThreadpoolController().lib_controllers if library.user_api == "blas"]


class Held:
    """How many callers hold BLAS to one thread now, how many threads it had before, and when work was last shared."""

    lock = threading.Lock()
    callers = 0
    before: tuple[int, ...] = ()
    last = 0.0


def in_use() -> bool:
    """Has work been shared within the last second?"""
    return Held.last > 0 and perf_counter() - Held.last < 1


def thread_count() -> int:
    """How many threads share the work: as many as BLAS may use, 1 if there is no telling."""
    counts = Held.before or [library.num_threads or 1 for library in blas()]
    return min(max(counts, default=1), cores())


@cache
def cores() -> int:
    """How many there are; the system is asked once, because asking takes as long as waking a thread."""
    return os.cpu_count() or 1


@contextmanager
def one_thread_for_blas() -> Iterator[None]:
    """Within this context BLAS computes in the thread that calls it."""
    with Held.lock:
        if Held.callers == 0:
            Held.before = tuple([library.num_threads or 1 for library in blas()])
            set_threads([1] * len(Held.before))
        Held.callers += 1
    try:
        yield
    finally:
        with Held.lock:
            Held.callers -= 1
            if Held.callers == 0:
                set_threads(Held.before)
                Held.before = ()


@contextmanager
def one_thread_for_blas_beside_others() -> Iterator[None]:
    """The same where minigrad's threads are in use. After a product, BLAS's own wait for the next one, spinning, for a
    tenth of a second, and take a core from minigrad's meanwhile: one product in a step costs all that sharing gains."""
    if not in_use():
        yield
        return
    with one_thread_for_blas():
        yield


def set_threads(counts: Any) -> None:
    for library, count in zip(blas(), counts, strict=True):
        library.set_num_threads(count)
