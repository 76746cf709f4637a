"""Lesson 4.2, practice: who touches what and when, a barrier less, and softmax's ways through memory.

Your kernels run in minigrad's simulator, thread by thread; where there is a GPU, they run there too, against the clock.
Change what you like.
"""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from minigrad.device import check_device, module_on
from minigrad.errors import DeviceError
from minigrad.kernels.cuda import activation, launch, rows, softmax
from minigrad.language import language, say
from minigrad.plot import save_figure
from minigrad.simulator import KernelError, RawKernel, Use
from minigrad.timing import measure

ELEMENTS, THREADS, ELEMENT = 1000, 256, 700  # of the first example: who takes this element?
VALUES = [3, 1, 7, 0, 4, 1, 6, 3]  # of the tree: as many threads; a power of two
ROW = 1024  # elements of a row of softmax
LARGE = 8192  # rows on a GPU
ROUNDS = 21  # calls that are timed there; the median counts

FLOATS = launch.TYPES["float32"]
ONE_SUM = 'extern "C" __global__ void f(const A* x, A* y) { y[threadIdx.x] = block_sum(x[threadIdx.x]); }'
TWO_SUMS = """
extern "C" __global__ void f(const A* x, A* y) {
    A value = x[threadIdx.x];
    y[threadIdx.x] = block_sum(value) + block_sum(value * value);
}
"""


def run(source: str, name: str, blocks: int, threads: int, *arguments) -> list[Use]:
    """Run a kernel in the simulator; returns all uses of arrays, in their order."""
    uses: list[Use] = []
    RawKernel(FLOATS + source, name, uses=uses)((blocks,), (threads,), arguments)
    return uses


# ---------------------------------------------------------------------------------------------- one thread, one element


def who_takes_what() -> None:
    """The example of the lesson: which thread writes an element, and how many threads write none."""
    x = np.random.default_rng(0).standard_normal(ELEMENTS).astype(np.float32)
    count = launch.blocks(ELEMENTS, THREADS)
    uses = run(activation.relu_source(), "relu", count, THREADS, x, np.empty_like(x), np.int32(ELEMENTS))
    writes = [use for use in uses if use.writes]
    idle = count * THREADS - len({(use.block, use.thread) for use in writes})
    print(
        say(
            f"{ELEMENTS} elements, {THREADS} threads in a block: {count} blocks, {count * THREADS} threads, {idle} of "
            "them without an element",
            f"{ELEMENTS} 个元素，每块 {THREADS} 个线程：{count} 个块，{count * THREADS} 个线程，其中 {idle} 个没有元素",
        )
    )
    for use in writes:
        if use.place == ELEMENT:
            print(
                say(
                    f"  element {ELEMENT} was written by thread {use.thread} of block {use.block}",
                    f"  元素 {ELEMENT} 是块 {use.block} 的线程 {use.thread} 写的",
                )
            )


# ------------------------------------------------------------------------------------------------------------- the tree


def tree(pictures: Path) -> None:
    """The threads of a block, from one barrier to the next: what each has written, and whose place it has read."""
    x, n = np.array(VALUES, np.float32), len(VALUES)
    y = np.empty_like(x)
    uses = [use for use in run(rows.block_sum_source() + ONE_SUM, "f", 1, n, x, y) if use.inside]
    phases = max(use.met for use in uses) + 1
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    memory: dict[int, float] = {}
    for phase in range(phases):
        now = [use for use in uses if use.met == phase]
        for use in now:
            if not use.writes and use.place != use.thread:
                axes.plot([phase - 0.75, phase - 0.25], [use.place, use.thread], color="C1", linewidth=1.5)
        memory |= {use.place: use.value for use in now if use.writes}
        busy = {use.thread for use in now}
        for thread in range(n):
            colour = "C0" if any(use.writes and use.thread == thread for use in now) else "0.85"
            axes.broken_barh([(phase - 0.25, 0.5)], (thread - 0.35, 0.7), color=colour)
            shown = f"{memory[thread]:g}" if thread in memory else ""
            axes.text(phase, thread, shown, ha="center", va="center", color="w" if colour == "C0" else "k")
        print(
            say(
                f"  phase {phase}: {len(busy)} of {n} threads use the shared memory",
                f"  第 {phase} 段：{n} 个线程中有 {len(busy)} 个用到共享内存",
            )
        )
        if phase:
            axes.axvline(phase - 0.5, color="k", linestyle="--", linewidth=1)
    axes.set_xticks(range(phases))
    axes.set_yticks(range(n))
    axes.invert_yaxis()
    axes.set_xlabel("time: phases between barriers (dashed: __syncthreads)")
    axes.set_ylabel("thread, and its place in shared memory")
    axes.set_title("block_sum: blue has written its place, orange has read another's")
    print(say(f"  the sum: {y[0]:g}", f"  和：{y[0]:g}"))
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "4.2_threads.png")))


def without_a_barrier() -> None:
    """block_sum with each of its barriers taken out in turn, and what the simulator says."""
    source = rows.block_sum_source()
    x = np.arange(64, dtype=np.float32)
    for number, found in enumerate(re.finditer(r"__syncthreads\(\);", source), 1):
        less = source[: found.start()] + " " * len(found[0]) + source[found.end() :]
        line = source.count("\n", 0, found.start()) + 1
        print(say(f"  without barrier {number} (line {line}):", f"  去掉第 {number} 个屏障（第 {line} 行）："))
        try:
            run(less + TWO_SUMS, "f", 1, len(x), x, np.empty_like(x))
        except KernelError as error:
            place = say(f"line {error.line}, `{error.text}`: ", f"第 {error.line} 行，`{error.text}`：")
            print(f"    {place}{error.told[language()]}")
        else:
            print(say("    nothing is noticed", "    没有发现问题"))


# --------------------------------------------------------------------------------------------------- through the memory


def passes() -> None:
    """How often softmax goes through memory: as functions one after the other, and as one kernel."""
    x = np.random.default_rng(0).standard_normal((2, ROW)).astype(np.float32)
    table: list[tuple[str, float, float]] = []

    def counted(name: str, function: Callable, *arrays: np.ndarray) -> np.ndarray:
        result = function(*arrays)
        table.append((name, sum(a.size for a in arrays) / x.size, result.size / x.size))
        return result

    largest = counted("max", lambda a: a.max(axis=1, keepdims=True), x)
    shifted = counted("x - max", np.subtract, x, largest)
    e = counted("exp", np.exp, shifted)
    total = counted("sum", lambda a: a.sum(axis=1, keepdims=True), e)
    counted("e / sum", np.divide, e, total)
    table.append((say("together", "合计"), sum(r for _, r, _ in table), sum(w for *_, w in table)))
    source = rows.BLOCK_MAX + rows.block_sum_source() + softmax.softmax_source()
    uses = [use for use in run(source, "softmax", 2, 256, x, np.empty_like(x), np.int32(ROW)) if not use.inside]
    read, written = [sum(use.writes == writes for use in uses) / x.size for writes in (False, True)]
    table.append((say("your kernel", "你的核函数"), read, written))
    print(say("  how many times the array is:", "  整个数组被："))
    print(say("                  read   written      both", "                  读        写        合计"))
    for name, read, written in table:
        wide = 14 - sum(ord(c) > 255 for c in name)
        print(f"  {name:<{wide}}{read:8.2f}{written:10.2f}{read + written:10.2f}")


# ----------------------------------------------------------------------------------------------------------- with a GPU


def plain_softmax(xp, x):
    """As ops/activation.py has it, from functions of the array module."""
    e = xp.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def against_the_clock() -> None:
    """Your softmax against CuPy's functions, if there is a GPU."""
    try:
        check_device("cuda")
    except DeviceError as error:
        print(
            say(
                f"no GPU here ({error}). With one, your softmax is timed against CuPy's functions.",
                f"这里没有 GPU（{error}）。如果有，会拿你的 softmax 和 CuPy 的函数比时间。",
            )
        )
        return
    xp = module_on("cuda")
    x = xp.asarray(np.random.default_rng(0).standard_normal((LARGE, ROW)).astype(np.float32))

    separate = measure(lambda: plain_softmax(xp, x), "cuda", ROUNDS)
    fused = measure(lambda: softmax.softmax(x), "cuda", ROUNDS)
    print(
        say(
            f"on the GPU, [{LARGE}, {ROW}]: CuPy's functions {1e6 * separate:.0f} us, your kernel "
            f"{1e6 * fused:.0f} us, ratio {separate / fused:.2f}",
            f"在 GPU 上，[{LARGE}, {ROW}]：CuPy 的函数 {1e6 * separate:.0f} 微秒，你的核函数 {1e6 * fused:.0f} 微秒，"
            f"比值 {separate / fused:.2f}",
        )
    )


def main(pictures: Path) -> None:
    who_takes_what()
    print(say(f"\nblock_sum of {VALUES}:", f"\nblock_sum，输入 {VALUES}："))
    tree(pictures)
    print(
        say(
            "\nblock_sum with a barrier less, 64 threads, two sums:",
            "\n少一个屏障的 block_sum，64 个线程，连求两次和：",
        )
    )
    without_a_barrier()
    print(say("\nsoftmax and memory:", "\nsoftmax 与内存："))
    passes()
    print()
    against_the_clock()
