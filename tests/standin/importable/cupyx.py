"""`import cupyx` gives the stand-in, in a process whose PYTHONPATH names this folder."""

import sys

from tests.standin import cupyx

sys.modules[__name__] = cupyx
