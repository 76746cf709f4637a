"""Memory that notices what a GPU would not tell: places outside an array, values never written, races.

Two threads race where both use the same place, at least one of them writes, and nothing orders them: no __syncthreads()
between threads of a block, no __syncwarp() or shuffle between threads of a warp, and nothing at all between blocks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from .types import BOOL, Number

BELOW_ZERO = (
    " (threadIdx and its like are unsigned: below 0 they start again from the top; write (int) before them)",
    "（threadIdx 之类是无符号数，比 0 小就从最大值重新数；请在前面写 (int)）",
)


class Access(NamedTuple):
    """Who used a place, and in which line."""

    block: int
    thread: int
    met: int
    """How often the block's threads had met at __syncthreads() then."""
    since: int
    """How often the thread's warp had been synchronised then."""
    line: int
    atomic: bool


class Use(NamedTuple):
    """One use of an element of an array: it was read or written."""

    array: str
    place: int
    inside: bool
    """Is the array made by the kernel, shared by a block or a thread's own, and not one that it was given?"""
    writes: bool
    block: int
    thread: int
    met: int
    """How often the block's threads had met at __syncthreads() then."""
    line: int
    value: Any = None
    """What was written."""


@dataclass
class Buffer:
    """Elements in a row, and who has used them."""

    name: str
    array: np.ndarray
    type: Number
    written: set[int] | None = None
    """The places that hold a value; None where all do."""
    own: bool = False
    """Is it one thread's own?"""
    constant: bool = False
    writes: dict[int, Access] = field(default_factory=dict)
    reads: dict[int, list[Access]] = field(default_factory=dict)


class Pointer:
    """An address: a buffer, and the number of an element in it."""

    __slots__ = ("buffer", "offset")

    def __init__(self, buffer: Buffer, offset: int = 0):
        self.buffer, self.offset = buffer, offset

    def plus(self, count: int) -> "Pointer":
        return Pointer(self.buffer, self.offset + count)

    def same_place(self, other: "Pointer") -> bool:
        return self.buffer is other.buffer and self.offset == other.offset


class Memory:
    """How the threads of one launch reach their memory; `fail(kind, en, zh, line)` ends it."""

    def __init__(self, fail: Callable[..., Any]):
        self.fail = fail
        self.uses: list[Use] | None = None

    def place(self, pointer: Pointer, index: int, t: Any, line: int, does: tuple[str, str]) -> int:
        """The number of the element in its buffer, which must have it."""
        buffer, k = pointer.buffer, pointer.offset + int(index)
        if 0 <= k < buffer.array.size:
            return k
        if not buffer.array.size:
            self.fail(
                "rule",
                f"{t.en} {does[0]} {buffer.name}[{k}], but {buffer.name} has no elements: it is extern, and so as "
                f"large as whoever starts the kernel says, here 0 bytes; state its size, as in {buffer.name}[1024]",
                f"{t.zh} {does[1]} {buffer.name}[{k}]，而 {buffer.name} 一个元素也没有：它是 extern，"
                f"大小由启动核函数的一方决定，这里是 0 字节；请写明大小，如 {buffer.name}[1024]",
                line,
            )
        last = buffer.array.size - 1
        wrapped = BELOW_ZERO if 1 << 31 <= k < 1 << 32 else ("", "")
        self.fail(
            "out_of_bounds",
            f"{t.en} {does[0]} {buffer.name}[{k}], but {buffer.name} ends at [{last}]{wrapped[0]}"
            if k > last
            else f"{t.en} {does[0]} {buffer.name}[{k}], before the beginning of {buffer.name}",
            f"{t.zh} {does[1]} {buffer.name}[{k}]，而 {buffer.name} 到 [{last}] 为止{wrapped[1]}"
            if k > last
            else f"{t.zh} {does[1]} {buffer.name}[{k}]，这在 {buffer.name} 的开头之前",
            line,
        )
        raise AssertionError

    def load(self, pointer: Pointer, index: int, t: Any, line: int) -> Any:
        """The element at `pointer[index]`."""
        buffer = pointer.buffer
        k = self.place(pointer, index, t, line, ("reads", "读了"))
        if buffer.written is not None and k not in buffer.written:
            if buffer.own:
                self.fail(
                    "uninitialised",
                    f"{t.en} reads {buffer.name}[{k}], into which it has written nothing; {buffer.name} is each "
                    "thread's own, and what others write goes into theirs: __shared__ before it makes it the block's",
                    f"{t.zh} 读了 {buffer.name}[{k}]，可是它自己没有写过；{buffer.name} 是每个线程各有一份的，"
                    "别的线程写的都在它们自己那一份里：前面加 __shared__ 才是整个块共用的",
                    line,
                )
            self.fail(
                "uninitialised",
                f"{t.en} reads {buffer.name}[{k}], into which nothing was written yet; does another thread write it, "
                "and is a __syncthreads() missing between?",
                f"{t.zh} 读了 {buffer.name}[{k}]，可是还没有谁写过它；"
                "是不是该由另一个线程来写，中间少了 __syncthreads()？",
                line,
            )
        self.note(buffer, k, t, line, writes=False)
        value = buffer.array[k]
        return value if buffer.type.floating else bool(value) if buffer.type is BOOL else int(value)

    def store(self, pointer: Pointer, index: int, value: Any, t: Any, line: int) -> Any:
        """pointer[index] = value; gives the value."""
        buffer = pointer.buffer
        k = self.place(pointer, index, t, line, ("writes", "写了"))
        if buffer.constant:
            self.fail(
                "rule", f"{buffer.name} is const: it cannot be written to", f"{buffer.name} 是 const，不能写", line
            )
        self.note(buffer, k, t, line, writes=True, value=value)
        buffer.array[k] = value
        if buffer.written is not None:
            buffer.written.add(k)
        return value

    def atomic(self, pointer: Pointer, t: Any, line: int, change: Callable[[Any], Any]) -> Any:
        """Replace the element by `change(element)` with nobody in between; gives what was there before."""
        buffer = pointer.buffer
        k = self.place(pointer, 0, t, line, ("writes", "写了"))
        self.note(buffer, k, t, line, writes=True, atomic=True)
        before = buffer.array[k] if buffer.type.floating else int(buffer.array[k])
        buffer.array[k] = change(before)
        return before

    def note(
        self, buffer: Buffer, k: int, t: Any, line: int, writes: bool, value: Any = None, atomic: bool = False
    ) -> None:
        """Remember this use of place k, and fail if another thread's is in no order with it."""
        if self.uses is not None:
            inside = buffer.own or buffer.written is not None
            self.uses.append(Use(buffer.name, k, inside, writes, t.block, t.thread, t.met, line, value))
        if buffer.constant and not writes:
            return
        access = Access(t.block, t.thread, t.met, t.warp.synchronised, line, atomic)
        write = buffer.writes.get(k)
        if write is not None and not self.ordered(write, access, t) and not (atomic and write.atomic):
            before = buffer.array[k]
            same = (
                writes
                and not atomic
                and not write.atomic
                and (before == value or (before != before and value != value))
            )
            if not same:
                self.race(buffer, k, write, access, t, "writes", "writes" if writes else "reads")
        readers = buffer.reads.setdefault(k, [])
        if writes:
            for read in readers:
                if not self.ordered(read, access, t):
                    self.race(buffer, k, read, access, t, "reads", "writes")
            buffer.writes[k] = access
            readers.clear()
            return
        readers[:] = [read for read in readers if not self.ordered(read, access, t)]
        if len(readers) < 2:  # whoever writes is another thread than one of two
            readers.append(access)

    @staticmethod
    def ordered(before: Access, now: Access, t: Any) -> bool:
        """Is it certain that the first use comes before the second?"""
        if before.block != now.block:
            return False
        if before.thread == now.thread:
            return True
        return before.met < now.met or (t.same_warp(before.thread) and before.since < now.since)

    def race(self, buffer: Buffer, k: int, before: Access, now: Access, t: Any, first: str, second: str) -> None:
        zh = {"reads": "读", "writes": "写"}
        place = f"{buffer.name}[{k}]"
        other_en, other_zh = t.named(before.block, before.thread)
        if before.block != now.block:
            self.fail(
                "block_race",
                f"{t.en} {second} {place}, which {other_en} {first} in line {before.line}; nothing says which block "
                "comes first",
                f"{t.zh} {zh[second]} {place}，而{other_zh} 在第 {before.line} 行{zh[first]}了它；哪个块先到是说不准的",
                now.line,
            )
        self.fail(
            "race",
            f"{t.en} {second} {place}, which {other_en} {first} in line {before.line}; without __syncthreads() "
            "between, nothing says who comes first",
            f"{t.zh} {zh[second]} {place}，而{other_zh} 在第 {before.line} 行{zh[first]}了它；"
            "中间没有 __syncthreads()，谁先谁后是说不准的",
            now.line,
        )
