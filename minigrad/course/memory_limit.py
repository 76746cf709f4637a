"""How much memory the process of a check may ask for, where the system can say so (Linux)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY_LIMIT = 4 << 30  # bytes that a check may use beyond what minigrad itself needs


def limit_memory() -> None:
    """Let an allocation beyond MEMORY_LIMIT raise MemoryError."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_LIMIT, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def without_limit() -> Iterator[None]:
    """Within this context there is no such limit: CUDA reserves addresses for all memory that a machine has. No code
    of the learner's may run in it."""
    try:
        import resource
    except ImportError:
        yield
        return
    now, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (now, most))
