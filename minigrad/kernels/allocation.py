"""Memory for arrays: how the C library hands it out."""

import ctypes
import os
import platform

# mallopt's parameters, from glibc's malloc.h
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> bool:
    """Let glibc keep the memory of freed arrays for the next ones; returns whether it does.

    By default it gives the memory of a large array back to the system at once, and takes and clears new pages for the
    next one, which costs more than many operations on it. A training step makes the same arrays again and again. With
    other C libraries than glibc, or with MINIGRAD_KEEP_MEMORY=0 in the environment, nothing is changed. Up to 2 GB that
    arrays no longer use may then stay with the process.
    """
    if os.environ.get("MINIGRAD_KEEP_MEMORY") == "0" or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all([mallopt(M_MMAP_MAX, 0), mallopt(M_TRIM_THRESHOLD, 2**31 - 1), mallopt(M_TOP_PAD, 64 << 20)])
