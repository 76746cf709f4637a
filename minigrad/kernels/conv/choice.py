"""Which way of computing a convolution is taken when.

Every way gives the same result within rounding; `forced` takes one whatever the sizes are, for tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import NamedTuple

from ..windows import Padding, Pair


class Geometry(NamedTuple):
    """Where the windows of a convolution lie."""

    stride: Pair = (1, 1)
    padding: Padding = ((0, 0), (0, 0))
    dilation: Pair = (1, 1)
    groups: int = 1


class Forced:
    """The way that is taken wherever it can be, or None."""

    way: str | None = None


def way(weight: tuple[int, ...], geometry: Geometry, channels: int, size: tuple[int, ...]) -> str:
    """'winograd', 'depthwise', 'groups', 'planes' or 'columns' for a weight of shape [o, c / groups, kh, kw] and
    results of `size` (h', w').

    Winograd's way needs 3 x 3 kernels at every place, and padding that a kernel reaches beyond. It saves
    multiplications and pays with additions for every channel, so it is worth it from 16 channels on, and where half of
    what its tiles of 4 x 4 give is asked for. Planes are for so few channels that the runs of a window are short.
    """
    o, each, *kernel = weight
    if geometry.groups > 1:
        return "depthwise" if each == 1 else "groups"
    near = max(map(max, geometry.padding)) <= 2
    possible = near and kernel == [3, 3] and geometry.stride == geometry.dilation == (1, 1)
    if Forced.way is not None:
        return Forced.way if possible or Forced.way != "winograd" else "columns"
    if channels < 8:
        return "planes"
    given = prod([-(-places // 4) * 4 for places in size])
    return "winograd" if possible and min(channels, o) >= 16 and 2 * prod(size) >= given else "columns"


@contextmanager
def forced(name: str) -> Iterator[None]:
    """Within this context, 'winograd', 'planes' or 'columns' is the way wherever it can be."""
    if name not in ("winograd", "planes", "columns"):
        raise ValueError(f"forced got '{name}'; expected 'winograd', 'planes' or 'columns'")
    before, Forced.way = Forced.way, name
    try:
        yield
    finally:
        Forced.way = before
