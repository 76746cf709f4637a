"""Side-by-side timing of minigrad and PyTorch in one process.

Each round runs a block of one, then a block of the next, so that all see the same machine. A block lasts at
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
    """Medians in milliseconds, and the time of minigrad (and of plain NumPy) as a share of PyTorch's."""

    case: str
    torch_ms: float
    minigrad_ms: float
    ratio: float
    numpy_ratio: float | None = None
    target: float | None = None

    def row(self) -> str:
        numpy_ratio, target = ["" if x is None else f"{x:.2f}" for x in (self.numpy_ratio, self.target)]
        return (
            f"| {self.case} | {self.torch_ms:.3f} | {self.minigrad_ms:.3f} | {self.ratio:.2f} | {target} "
            f"| {numpy_ratio} |"
        )


HEADER = "| training step | PyTorch ms | minigrad ms | ratio | target | NumPy by hand |\n|---|---|---|---|---|---|"


def compare(case: str, steps: dict[str, Step], rounds: int = 9, target: float | None = None) -> Result:
    """Time the steps of a case in turn. Which one goes first changes from round to round."""
    for step in steps.values():
        for _ in range(5):
            step()
    times: dict[str, list[float]] = {name: [] for name in steps}
    order = list(steps)
    for number in range(rounds):
        for name in order if number % 2 == 0 else order[::-1]:
            time.sleep(PAUSE)
            times[name].append(block(steps[name]))
    ratios = {
        name: statistics.median(mine / torch for mine, torch in zip(times[name], times["torch"], strict=True))
        for name in steps
    }
    torch_ms, minigrad_ms = statistics.median(times["torch"]), statistics.median(times["minigrad"])
    return Result(case, torch_ms, minigrad_ms, ratios["minigrad"], ratios.get("numpy"), target)


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
    """The processor, the number of cores, and the versions and BLAS kernels that the figures depend on."""
    import numpy as np
    import torch
    from threadpoolctl import threadpool_info

    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    kernels = [pool["architecture"] for pool in threadpool_info() if pool.get("internal_api") == "openblas"]
    return (
        f"{model}, {os.cpu_count()} cores, {torch.get_num_threads()} threads each; Python {platform.python_version()}, "
        f"NumPy {np.__version__} (OpenBLAS kernel {', '.join(kernels) or 'unknown'}), PyTorch {torch.__version__}"
    )


def warnings() -> list[str]:
    """What would make the figures say little: one sentence for each."""
    found = []
    if "OPENBLAS_CORETYPE" in os.environ:
        kernel = os.environ["OPENBLAS_CORETYPE"]
        found.append(
            f"OPENBLAS_CORETYPE={kernel} forces NumPy's products onto the kernel of another processor; unset it"
        )
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5:
        found.append(f"other programs are running (load {os.getloadavg()[0]:.1f}); a busy core slows both libraries")
    return found
