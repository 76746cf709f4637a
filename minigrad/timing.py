"""How long a call takes, on the CPU and on a GPU.

A GPU works while the host goes on: a call that gives it work returns as soon as the work stands in the GPU's queue. So
the host has to wait for it, before the clock is read.
"""

import statistics
import time
from collections.abc import Callable

from .checks import check_count
from .device import cuda_index, module_on


def synchronize(device: str = "cpu") -> None:
    """Wait until `device` has done all that it was told to, as torch.cuda.synchronize does. The CPU has no queue."""
    if cuda_index(device) is not None:
        module_on(device).cuda.Device().synchronize()


def seconds_of(function: Callable[[], object], device: str = "cpu") -> float:
    """The seconds from the beginning of a call of `function` until `device` has done what it was told to.

    What stood in the queue before is not counted.
    """
    synchronize(device)
    start = time.perf_counter()
    function()
    synchronize(device)
    return time.perf_counter() - start


def measure(function: Callable[[], object], device: str = "cpu", rounds: int = 7, warmup: int = 2) -> float:
    """The median of the seconds that `rounds` calls of `function` take on `device`, after `warmup` calls.

    Those first ones are not timed: kernels are compiled, memory is asked for and caches are filled in them. The median
    is not moved by a call that something else on the machine has slowed down. Raises ValueError unless `rounds` is at
    least 1 and `warmup` at least 0.
    """
    check_count("measure: rounds", rounds, 1)
    check_count("measure: warmup", warmup)
    for _ in range(warmup):
        function()
    return statistics.median([seconds_of(function, device) for _ in range(rounds)])
