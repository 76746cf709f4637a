"""`import cupy` gives the stand-in, in a process whose PYTHONPATH names this folder."""

import sys

from tests.standin import cupy

sys.modules[__name__] = cupy
