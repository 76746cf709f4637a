"""A stand-in for CuPy, for tests on machines without a GPU: arrays on the host, behind CuPy's rules.

`installed()` puts it in CuPy's place; `counted()` says what crossed to the device and what the host waited for.
docs/gpu-standin.md says what is imitated.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .array import Device, Memory
from .counting import counted
from .module import cupy, cupyx

FOLDER = Path(__file__).parent
PYTHONPATH = os.pathsep.join([str(FOLDER / "importable"), str(FOLDER.parents[1])])
"""In a process with this in its environment, CuPy is the stand-in from the beginning."""


@contextmanager
def installed() -> Iterator[None]:
    """Within this context `import cupy` gives the stand-in."""
    before = {name: sys.modules.get(name) for name in ("cupy", "cupyx")}
    sys.modules["cupy"], sys.modules["cupyx"] = cupy, cupyx
    try:
        yield
    finally:
        Device.current = 0
        Memory.use(Memory.pool.malloc)
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
