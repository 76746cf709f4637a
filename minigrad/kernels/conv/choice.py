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


def way(
    weight: tuple[int, ...], geometry: Geometry, channels: int, size: tuple[int, ...], of_input: bool = False
) -> str:
    """'winograd', 'depthwise', 'groups', 'overlap' or 'columns' for a weight of shape [o, c / groups, kh, kw] and
    results of `size` (h', w'); `of_input` for the gradient of the input.

    Winograd's way needs 3 x 3 kernels at every place, and padding that a kernel reaches beyond. It saves
    multiplications and pays with additions for every channel, so it is worth it from 16 channels on, and where half of
    what its tiles of 4 x 4 give is asked for. The gradient of few channels is added up where windows overlap, because
    as a convolution it is a narrow product.

    What is NaN or infinite in an input reaches all results of a tile of Winograd's, and of the places that columns.py
    takes together, also those whose windows it is not in; an element that is 10⁶ times larger than others costs all
    results of its tile six digits. `minigrad.twins.plain_operations()` computes every result from its own window alone.
    """
    o, each, *kernel = weight
    if geometry.groups > 1:
        return "depthwise" if each == 1 else "groups"
    near = max(map(max, geometry.padding)) <= 2
    possible = {
        "winograd": near and kernel == [3, 3] and geometry.stride == geometry.dilation == (1, 1),
        "overlap": of_input and geometry.dilation[1] == 1,
        "columns": True,
    }
    if Forced.way is not None:
        return Forced.way if possible[Forced.way] else "columns"
    given = prod([-(-places // 4) * 4 for places in size])
    if possible["winograd"] and min(channels, o) >= 16 and 2 * prod(size) >= given:
        return "winograd"
    return "overlap" if possible["overlap"] and channels < 8 else "columns"


@contextmanager
def forced(name: str) -> Iterator[None]:
    """Within this context, 'winograd', 'overlap' or 'columns' is the way wherever it can be."""
    if name not in ("winograd", "overlap", "columns"):
        raise ValueError(f"forced got '{name}'; expected 'winograd', 'overlap' or 'columns'")
    before, Forced.way = Forced.way, name
    try:
        yield
    finally:
        Forced.way = before
