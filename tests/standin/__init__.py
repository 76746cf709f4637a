"""A stand-in for CuPy, for tests on machines without a GPU: arrays on the host, behind CuPy's rules.

`installed()` puts it in CuPy's place; `counted()` says what crossed to the device and what the host waited for.
docs/gpu-standin.md says what is imitated.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path

import numpy as np

from minigrad.kernels.cuda import products

from .array import Device, Memory
from .array import device as on_device
from .counting import counted
from .cublas import gemm
from .module import cupy, cupyx

FOLDER = Path(__file__).parent
PYTHONPATH = os.pathsep.join([str(FOLDER / "importable"), str(FOLDER.parents[1])])
"""In a process with this in its environment, CuPy is the stand-in from the beginning."""


@contextmanager
def installed() -> Iterator[None]:
    """Within this context `import cupy` gives the stand-in."""
    before = {name: sys.modules.get(name) for name in ("cupy", "cupyx")}
    sys.modules["cupy"], sys.modules["cupyx"] = cupy, cupyx
    its_gemm, products.gemm = products.gemm, gemm
    try:
        yield
    finally:
        products.gemm = its_gemm
        Device.current = 0
        Memory.use(Memory.pool.malloc)
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def filled_beyond(most: int, fill: Callable) -> Callable:
    """Generator.fill, with NumPy's numbers where more than `most` are drawn, which would take the simulator long."""

    def draw(self, kernel, source, size, dtype):
        shape = (size,) if isinstance(size, int) else tuple(size or ())
        if prod(shape) <= most:
            return fill(self, kernel, source, size, dtype)
        _, number = self.draw()
        numbers = np.random.default_rng([self.seed, int(number)])
        drawn = numbers.random(shape) if kernel == "uniform" else numbers.standard_normal(shape)
        return on_device(drawn.astype(dtype))

    return draw
