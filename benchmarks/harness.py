"""Side-by-side timing of minigrad and PyTorch in one process.

Each round runs a block of one, then a block of the other, in turn, so that both see the same machine. A block lasts at
least `BLOCK` seconds; before each the process sleeps, because BLAS and OpenMP threads spin for a while after their
last call and would slow what comes next. Reported are the medians over rounds and the median of the ratios per round.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BLOCK = 0.2  # seconds
PAUSE = 0.3  # seconds

Step = Callable[[], object]


@dataclass
class Result:
    """Medians in milliseconds, and minigrad's time as a share of PyTorch's."""

    case: str
    torch_ms: float
    minigrad_ms: float
    ratio: float
    target: float | None = None

    def row(self) -> str:
        target = "" if self.target is None else f"{self.target:.2f}"
        return f"| {self.case} | {self.torch_ms:.3f} | {self.minigrad_ms:.3f} | {self.ratio:.2f} | {target} |"


HEADER = "| training step | PyTorch ms | minigrad ms | ratio | target |\n|---|---|---|---|---|"


def compare(case: str, torch_step: Step, minigrad_step: Step, rounds: int = 9, target: float | None = None) -> Result:
    """Time two steps in turn. Which one goes first changes from round to round."""
    for step in (torch_step, minigrad_step):
        for _ in range(5):
            step()
    times: dict[str, list[float]] = {"torch": [], "minigrad": []}
    pair = [("torch", torch_step), ("minigrad", minigrad_step)]
    for number in range(rounds):
        for name, step in pair if number % 2 == 0 else pair[::-1]:
            time.sleep(PAUSE)
            times[name].append(block(step))
    ratio = statistics.median(m / t for m, t in zip(times["minigrad"], times["torch"], strict=True))
    return Result(case, statistics.median(times["torch"]), statistics.median(times["minigrad"]), ratio, target)


def block(step: Step) -> float:
    """The median time of one step, in milliseconds, over a block of them."""
    step()
    samples: list[float] = []
    end = time.perf_counter() + BLOCK
    while not samples or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples) * 1e3


def machine() -> str:
    """The processor, the number of cores, and the versions that the figures depend on."""
    import numpy as np
    import torch

    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return (
        f"{model}, {os.cpu_count()} cores, {torch.get_num_threads()} threads each; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, PyTorch {torch.__version__}"
    )
