"""Lesson 4.1, practice: a queue and its timeline, this machine's roofline, and what it costs to send arrays to a GPU.

Your functions move, time and count. Without a GPU all of it is measured on the CPU; with CuPy and a GPU also there.
Change what you like.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.cells import cell_len
from threadpoolctl import threadpool_limits

from minigrad.device import array_module, check_device, to_device
from minigrad.errors import DeviceError
from minigrad.language import say
from minigrad.plot import save_figure
from minigrad.roofline import MACHINES, PCIE, Machine, Work, conv2d_work, elementwise_work, least_seconds, matmul_work
from minigrad.timing import measure

SMALL, LARGE, LAUNCH, COUNT = 2.0, 20.0, 5.0, 8  # microseconds that kernels work, and to hand one over; how many
ELEMENTS = 16_000_000  # of the arrays added: 64 MB each, more than caches hold
ROWS = 4096  # of the matrix that is multiplied by few columns
SQUARES = [16, 32, 64, 128, 256, 512, 1024, 2048]
COLUMNS = [1, 2, 4, 8, 16, 32, 64]
ROUNDS = 5


# ------------------------------------------------------------------------------------------------------- the timeline


class Queue:
    """A host and a device that are made up: the host hands kernels over, the device works them off in order."""

    def __init__(self) -> None:
        self.now, self.idle_at = 0.0, 0.0
        self.host: list[tuple[float, float, str]] = []  # begin, length, what
        self.device: list[tuple[float, float, str]] = []

    def launch(self, name: str, seconds: float) -> None:
        """Hand a kernel over: the host is busy for LAUNCH, the device later, when it is free."""
        self.host.append((self.now, LAUNCH, name))
        self.now += LAUNCH
        begin = max(self.now, self.idle_at)
        self.device.append((begin, seconds, name))
        self.idle_at = begin + seconds

    def wait(self) -> None:
        """Read something: the host waits for the device."""
        self.host.append((self.now, max(0.0, self.idle_at - self.now), "waits"))
        self.now = max(self.now, self.idle_at)


def timeline(pictures: Path) -> None:
    """Large kernels, small kernels, and a look at a number after each."""
    figure = Figure(figsize=(9, 5.2), layout="constrained")
    panels = [("large kernels", LARGE, False), ("small kernels", SMALL, False), ("waits for each", SMALL, True)]
    for axes, (title, seconds, waits) in zip(figure.subplots(3, 1), panels):
        queue = Queue()
        for number in range(COUNT):
            queue.launch(str(number + 1), seconds)
            if waits:
                queue.wait()
        handed_over = queue.now
        queue.wait()
        for y, row in ((1, queue.host), (0, queue.device)):
            for begin, length, name in row:
                colour = "0.85" if name == "waits" else f"C{(int(name) - 1) % 7}"
                axes.broken_barh([(begin, length)], (y - 0.35, 0.7), color=colour, edgecolor="white")
                if length > 3:
                    axes.text(begin + length / 2, y, name, ha="center", va="center", fontsize=8)
        axes.axvline(handed_over, linestyle="--", color="k", linewidth=1)
        axes.set_yticks([1, 0], ["host", "device"])
        axes.set_title(f"{title}: {seconds:g} µs each, {LAUNCH:g} µs to launch", fontsize=10)
        working = sum(length for _, length, _ in queue.device) / queue.now
        zh = {"large kernels": "大核函数", "small kernels": "小核函数", "waits for each": "每个都等"}[title]
        print(
            say(
                f"  {title:<15} the last is handed over after {handed_over:5.0f} µs, all is done after "
                f"{queue.now:5.0f} µs, the device works {working:4.0%} of the time",
                f"  {zh}：{handed_over:.0f} 微秒时全部交出，{queue.now:.0f} 微秒时全部做完，"
                f"设备有 {working:.0%} 的时间在工作",
            )
        )
    figure.axes[-1].set_xlabel("microseconds (dashed: the last call has come back)")
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "4.1_timeline.png")))


# -------------------------------------------------------------------------------------------------------- the roofline


def points(device: str) -> dict[str, list[tuple[float, float]]]:
    """What was measured on a device: for each kind of computation, intensities and operations a second."""
    rng = np.random.default_rng(0)

    def made(*shape: int):
        return to_device(rng.random(shape, np.float32), device)

    def point(work, function: Callable[[], object]) -> tuple[float, float]:
        return work.intensity, work.operations / measure(function, device, ROUNDS)

    found: dict[str, list[tuple[float, float]]] = {}
    x, y, z = made(ELEMENTS), made(ELEMENTS), made(ELEMENTS)
    xp = array_module(x)
    found["x + y"] = [point(elementwise_work(ELEMENTS, inputs=2), lambda: xp.add(x, y, out=z))]
    found["-x"] = [point(elementwise_work(ELEMENTS), lambda: xp.negative(x, out=z))]
    weight = made(ROWS, ROWS)
    few = {k: made(ROWS, k) for k in COLUMNS}
    name = f"[{ROWS}, {ROWS}] times k columns"
    found[name] = [point(matmul_work(ROWS, ROWS, k), lambda k=k: weight @ few[k]) for k in COLUMNS]
    square = {n: made(n, n) for n in SQUARES}
    found["[n, n] times [n, n]"] = [point(matmul_work(n, n, n), lambda n=n: square[n] @ square[n]) for n in SQUARES]
    return found


def roof_of(found: dict[str, list[tuple[float, float]]]) -> Machine:
    """The best that was measured: operations a second of products, bytes a second of elementwise operations."""
    rates = [rate for name, measured in found.items() if "times" in name for _, rate in measured]
    bandwidth = max(rate / intensity for name in ("x + y", "-x") for intensity, rate in found[name])
    return Machine(max(rates), bandwidth)


def roofline(device: str, pictures: Path) -> Machine:
    """Measure, draw and tell."""
    found = points(device)
    machine = roof_of(found)
    print(
        say(
            f"  roof: {machine.flops / 1e9:,.0f} GFLOP/s and {machine.bandwidth / 1e9:,.1f} GB/s, which meet at "
            f"{machine.ridge:.1f} operations a byte",
            f"  顶：{machine.flops / 1e9:,.0f} GFLOP/s 和 {machine.bandwidth / 1e9:,.1f} GB/s，"
            f"相交于每字节 {machine.ridge:.1f} 次运算",
        )
    )
    print(
        say(
            "  computation                      intensity  GFLOP/s  of the roof",
            "  计算                                  强度  GFLOP/s   占顶的比例",
        )
    )
    figure = Figure(figsize=(7.5, 5), layout="constrained")
    axes = figure.subplots()
    for marker, (name, measured) in zip("os^D", found.items()):
        axes.loglog(*zip(*[(i, rate / 1e9) for i, rate in measured]), marker, label=name)
        shown = say(name, name.replace(" times k columns", " 乘 k 列").replace(" times ", " 乘 "))
        shown += " " * (32 - cell_len(shown))
        for i, rate in [measured[0], *measured[1:][-1:]]:
            share = rate / min(machine.flops, i * machine.bandwidth)
            print(f"  {shown}{i:10.2f}{rate / 1e9:9.1f}{share:13.0%}")
    reach = np.array([0.05, machine.ridge, 1000])
    axes.loglog(reach, np.minimum(machine.flops, reach * machine.bandwidth) / 1e9, color="k", label="roof, as measured")
    axes.set_xlabel("operations per byte (arithmetic intensity)")
    axes.set_ylabel("GFLOP/s")
    axes.set_title(f"roofline of this machine, device '{device}', float32")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    ending = "" if device == "cpu" else "_gpu"
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / f"4.1_roofline{ending}.png")))
    return machine


# ---------------------------------------------------------------------------------------------------------- the journey


def journey(machine: Machine) -> None:
    """Products on this machine, and on a GPU to which two matrices have to be sent and from which one comes back."""
    gpu, lanes = MACHINES["RTX 4090"], PCIE["4.0"]
    print(
        say(
            "       n     here µs     sent µs    there µs",
            "       n  本机（µs）  传送（µs）  显卡（µs）",
        )
    )
    for n in (16, 64, 256, 1024, 4096, 16384):
        work = matmul_work(n, n, n)
        sent = work.bytes / lanes + 3e-6 * LAUNCH  # each of the three copies is handed over, too
        there = least_seconds(work, Machine(gpu.flops, gpu.bandwidth, 1e-6 * LAUNCH), 1)
        print(f"  {n:6}" + "".join(f"{1e6 * t:12,.0f}" for t in (least_seconds(work, machine), sent, there)))
    work = elementwise_work(ELEMENTS, inputs=2)
    sent, there = work.bytes / lanes, least_seconds(work, gpu)
    print(
        say(
            f"  adding vectors of {ELEMENTS:,}: here {1e3 * least_seconds(work, machine):.1f} ms, "
            f"sent {1e3 * sent:.1f} ms, there {1e3 * there:.2f} ms",
            f"  两个长 {ELEMENTS:,} 的向量相加：本机 {1e3 * least_seconds(work, machine):.1f} 毫秒，"
            f"传送 {1e3 * sent:.1f} 毫秒，显卡 {1e3 * there:.2f} 毫秒",
        )
    )


def floors() -> None:
    """What GPUs take at least for some computations, by their data sheets."""
    one = elementwise_work(1000)
    works = {
        say("x + y of 16,000,000", "x + y，长 16,000,000"): (elementwise_work(ELEMENTS, inputs=2), 1),
        say("[2048, 2048] times itself", "[2048, 2048] 自乘"): (matmul_work(2048, 2048, 2048), 1),
        say("3x3 convolution, 64 to 64", "3x3 卷积，64 到 64"): (
            conv2d_work((128, 64, 32, 32), (64, 64, 3, 3), (128, 64, 32, 32)),
            1,
        ),
        say("200 times -x of 1,000", "200 次 -x，长 1,000"): (Work(200 * one.operations, 200 * one.bytes), 200),
    }
    print("  " + " " * 26 + "".join(f"{name:>16}" for name in MACHINES))
    for what, (work, launches) in works.items():
        times = [least_seconds(work, Machine(m.flops, m.bandwidth, 1e-6 * LAUNCH), launches) for m in MACHINES.values()]
        padding = " " * (26 - cell_len(what))
        print(f"  {what}{padding}" + "".join(f"{1e6 * t:13,.0f} µs" for t in times))


def gpu_there() -> bool:
    """Is there a GPU, and CuPy?"""
    try:
        check_device("cuda")
    except DeviceError:
        print(
            say(
                "no GPU that CuPy can use: with one, the roofline is measured there, too (`minigrad info` says what "
                "is missing)",
                "没有 CuPy 能用的 GPU：如果有，还会在上面测一遍 roofline（缺什么，看 `minigrad info`）",
            )
        )
        return False
    return True


def main(pictures: Path) -> None:
    print(say("a made-up device with a queue:", "虚构的设备，带一个队列："))
    timeline(pictures)
    print(say("this CPU, one core:", "这台机器的 CPU，单核："))
    with threadpool_limits(1, "blas"):
        machine = roofline("cpu", pictures)
    print(
        say(
            "a product here, or on an RTX 4090 (by its data sheet) behind PCIe 4.0:",
            "矩阵乘法：在本机算，还是经 PCIe 4.0 送到 RTX 4090 上算（按产品手册）：",
        )
    )
    journey(machine)
    print(say("at least, by the data sheets:", "按产品手册，至少要用："))
    floors()
    if gpu_there():
        print(say("the GPU:", "GPU："))
        roofline("cuda", pictures)
