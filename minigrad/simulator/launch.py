"""Running a kernel: blocks one after another, the threads of a block in turns, from one meeting to the next.

A thread is a generator that yields where it has to wait for others: at __syncthreads() for its block, at __syncwarp()
and shuffles for its warp.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from .memory import Buffer, Pointer
from .types import Number

WARP = 32
MOST_STEPS = 20_000_000
"""Turns of loops in one launch, after which it is given up, unless told otherwise."""

Frames = Sequence[tuple[FrameType, int]]
"""The functions that a thread is in, innermost last, each with its line of Python."""
Way = tuple[int, list[tuple[str, int]]]
"""A line of C, and the functions in which it stands, innermost first, each with the line that called it."""


class Meeting(NamedTuple):
    """What a thread waits for: its block ('block') or its warp ('warp'), at which of the source's barriers, in which
    line, and what it brings to a shuffle."""

    of: str
    number: int
    line: int
    mask: int = 0
    value: Any = None
    choose: Callable[[int], int] | None = None
    """From the number of the own lane to that of the lane whose value is wanted."""


@dataclass
class Warp:
    """32 threads that run together; how often they have been synchronised."""

    synchronised: int = 0


class Thread:
    """Where a thread is in the grid."""

    def __init__(self, block: int, thread: int, grid: Sequence[int], size: Sequence[int], warp: Warp):
        self.block, self.thread, self.warp = block, thread, warp
        self.grid, self.size = grid, size
        self.blockIdx_x, self.blockIdx_y, self.blockIdx_z = unravelled(block, grid)
        self.threadIdx_x, self.threadIdx_y, self.threadIdx_z = unravelled(thread, size)
        self.gridDim_x, self.gridDim_y, self.gridDim_z = grid
        self.blockDim_x, self.blockDim_y, self.blockDim_z = size
        self.met = 0
        self.steps, self.dynamic = [0], 0
        self.shared: dict[str, Buffer] = {}

    def same_warp(self, thread: int) -> bool:
        return thread // WARP == self.thread // WARP

    def named(self, block: int, thread: int) -> tuple[str, str]:
        """What a thread is called, in English and Chinese."""
        b, t = spelled(block, self.grid), spelled(thread, self.size)
        if self.grid == (1, 1, 1):
            return f"thread {t}", f"线程 {t}"
        return f"thread {t} of block {b}", f"块 {b} 的线程 {t}"

    @property
    def en(self) -> str:
        return self.named(self.block, self.thread)[0]

    @property
    def zh(self) -> str:
        return self.named(self.block, self.thread)[1]


def unravelled(number: int, sizes: Sequence[int]) -> tuple[int, int, int]:
    """x, y and z of the element of that number, x changing fastest."""
    return number % sizes[0], number // sizes[0] % sizes[1], number // (sizes[0] * sizes[1])


def spelled(number: int, sizes: Sequence[int]) -> str:
    """The number, or (x, y, z) where there is more than one dimension."""
    return str(number) if sizes[1:] == (1, 1) else str(unravelled(number, sizes)[: 3 if sizes[2] > 1 else 2])


class Block:
    """The threads of one block, and the memory that they share."""

    def __init__(
        self,
        run: Callable[..., Generator],
        threads: Sequence[Thread],
        arguments: Sequence[Any],
        fail: Callable[..., Any],
        way: Callable[[Frames], Way],
    ):
        self.threads, self.fail, self.way = threads, fail, way
        self.shared: dict[str, Buffer] = {}
        for t in threads:
            t.shared = self.shared
        self.running = {t.thread: run(t, *arguments) for t in threads}
        self.waiting: dict[int, Meeting] = {}
        self.ended: set[int] = set()
        self.answers: dict[int, Any] = {}

    def finish(self) -> None:
        """Run all threads to their end."""
        while len(self.ended) < len(self.threads):
            for t in self.threads:
                if t.thread not in self.ended and t.thread not in self.waiting:
                    self.advance(t.thread)
            if self.waiting:
                self.meet()

    def advance(self, thread: int) -> None:
        """Run one thread until it waits or ends."""
        try:
            self.waiting[thread] = self.running[thread].send(self.answers.pop(thread, None))
        except StopIteration:
            self.ended.add(thread)

    def meet(self) -> None:
        """Let those go on who have all arrived: first warps, and if none can, the block."""
        gone_on = False
        for first in range(0, len(self.threads), WARP):
            lanes = [i for i in range(first, min(first + WARP, len(self.threads))) if i in self.waiting]
            if lanes and all(self.waiting[i].of == "warp" for i in lanes):
                gone_on |= self.meet_warp(first, lanes)
        if not gone_on:
            self.meet_block()

    def meet_warp(self, first: int, lanes: Sequence[int]) -> bool:
        """Exchange what the lanes bring to a shuffle. All that the mask names must be at the same."""
        meeting = self.waiting[lanes[0]]
        wanted = {first + i for i in range(WARP) if meeting.mask >> i & 1 and first + i < len(self.threads)}
        missing = wanted - {i for i in lanes if self.waiting[i].number == meeting.number}
        if missing:
            here, away = self.threads[lanes[0]], self.threads[min(missing)]
            self.fail(
                "barrier",
                f"{here.en} waits here for its warp, and {away.en}, which the mask names, "
                + self.elsewhere(away.thread)[0],
                f"{here.zh} 在这里等同一个 warp 的线程，而掩码里的{away.zh} {self.elsewhere(away.thread)[1]}",
                *self.where(here.thread),
            )
        values = {i: self.waiting[i].value for i in wanted}
        for i in wanted:
            choose = self.waiting[i].choose
            if choose is not None:
                source = first + choose(i - first)
                self.answers[i] = values.get(source, values[i])
        self.threads[first].warp.synchronised += 1
        for i in wanted:
            del self.waiting[i]
        return True

    def meet_block(self) -> None:
        """All threads of the block have to wait at the same barrier."""
        at = next(iter(self.waiting))
        meeting = self.waiting[at]
        for t in self.threads:
            other = self.waiting.get(t.thread)
            if other is None or other.of != "block" or other.number != meeting.number:
                here = self.threads[at]
                self.fail(
                    "barrier",
                    f"{here.en} waits in __syncthreads() here, and {t.en} {self.elsewhere(t.thread)[0]}; all threads "
                    "of a block must come to the same __syncthreads()",
                    f"{here.zh} 在这里的 __syncthreads() 等待，而{t.zh} {self.elsewhere(t.thread)[1]}；"
                    "同一个块的所有线程都要走到同一个 __syncthreads()",
                    *self.where(at),
                )
        self.waiting.clear()
        for t in self.threads:
            t.met += 1

    def elsewhere(self, thread: int) -> tuple[str, str]:
        """Where a thread is that does not come."""
        if thread in self.ended:
            return "has ended", "已经结束"
        line, calls = self.where(thread)
        if calls:
            name, line = calls[-1]
            return f"waits in {name}, called in line {line}", f"在第 {line} 行调用的 {name} 里等待"
        return f"waits in line {line}", f"在第 {line} 行等待"

    def where(self, thread: int) -> Way:
        """Where a thread waits."""
        frames: list[tuple[FrameType, int]] = []
        inner: Any = self.running[thread]
        while inner is not None:
            frames.append((inner.gi_frame, inner.gi_frame.f_lineno))
            inner = inner.gi_yieldfrom
        return self.way(frames)


def launch(
    run: Callable[..., Generator],
    grid: tuple[int, int, int],
    size: tuple[int, int, int],
    arguments: Sequence[Any],
    fail: Callable[..., Any],
    way: Callable[[Frames], Way],
    shared_bytes: int = 0,
) -> None:
    """Run the threads of a grid of blocks of that size; `shared_bytes` are for `extern __shared__` arrays.

    `fail(kind, en, zh, line, calls)` ends it, `way` tells lines of C from those of Python.
    """
    steps = [0]
    count = int(np.prod(size))
    with np.errstate(all="ignore"):  # a GPU says nothing either
        for block in range(int(np.prod(grid))):
            warps = [Warp() for _ in range(-(-count // WARP))]
            threads = [Thread(block, i, grid, size, warps[i // WARP]) for i in range(count)]
            for t in threads:
                t.steps, t.dynamic = steps, shared_bytes
            Block(run, threads, arguments, fail, way).finish()


def shared_array(t: Thread, key: str, name: str, of: Number, count: int) -> Pointer:
    """The block's shared array declared under that key; the first thread that comes makes it, without any values."""
    if key not in t.shared:
        t.shared[key] = Buffer(name, np.zeros(count, of.dtype), of, written=set())
    return Pointer(t.shared[key])


def own_array(name: str, of: Number, count: int, values: Sequence[Any] | None) -> Pointer:
    """An array of one thread's own, with the given first values and zeros behind them, or without any values."""
    array = np.zeros(count, of.dtype)
    if values is not None:
        array[: len(values)] = values
    return Pointer(Buffer(name, array, of, written=None if values is not None else set(), own=True))
