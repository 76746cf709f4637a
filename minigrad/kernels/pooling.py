"""Pooling over windows of images, one place of the window after another instead of one window after another.

Place (u, v) of all windows together is one strided slice of the image, so every step is one operation on arrays. A few
images are taken at a time, so that what is read again is still in the cache. All keep channels-last memory.
"""

from collections.abc import Callable
from math import inf

import numpy as np

from ..device import Array, array_module
from .pixels import pixels
from .threads import ELEMENT, shared
from .windows import Padding, Pair, empty_like_order, is_channels_last, padded, places

CACHE = 1 << 21
"""Bytes of images that are worked on at a time. A quarter of them, one place of each window, is a usual L2 cache."""


def for_parts(x: Array, passes: int, work: Callable[[slice], None]) -> None:
    """`work` for the images of x [n, c, h, w] in slices that fit the cache. It goes `passes` times through them."""
    step = max(1, CACHE * len(x) // max(x.nbytes, 1))

    def some(images: slice) -> None:
        for start in range(images.start, images.stop, step):
            work(slice(start, min(start + step, images.stop)))

    shared(some, len(x), x.size * passes * ELEMENT if array_module(x) is np else 0)


def taps(x: Array, kernel: Pair, stride: Pair, dilation: Pair) -> list[Array]:
    """For each place in the window, row by row, the view [n, c, down, across] of what lies there in all windows."""
    lines = []
    for size, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True):
        length = s * (places(size, k, s, (0, 0), d) - 1) + 1
        lines.append([slice(u * d, u * d + length, s) for u in range(k)])
    rows, cols = lines
    return [x[:, :, i, j] for i in rows for j in cols]


def result_for(x: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    """Room for one number a window."""
    each = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
    down, across = [places(*one) for one in each]
    return empty_like_order(x, (*x.shape[:2], down, across))


def highest(x: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    """The highest element of each window: y [n, c, down, across]."""
    y = result_for(x, kernel, stride, padding, dilation)

    def work(part: slice) -> None:
        first, *others = taps(padded(x[part], padding, -inf), kernel, stride, dilation)
        best, tap = y[part], array_module(x).empty_like(y[part])
        copy(best, first)
        for other in others:
            copy(tap, other)
            array_module(x).maximum(best, tap, out=best)

    for_parts(x, 2, work)
    return y


def sums(x: Array, kernel: Pair, stride: Pair, padding: Padding) -> Array:
    """The sum of each window: y [n, c, down, across]."""
    y = result_for(x, kernel, stride, padding, (1, 1))

    def work(part: slice) -> None:
        first, *others = taps(padded(x[part], padding), kernel, stride, (1, 1))
        total, tap = y[part], array_module(x).empty_like(y[part])
        copy(total, first)
        for other in others:
            copy(tap, other)
            total += tap

    for_parts(x, 2, work)
    return y


def hand_to_highest(
    gy: Array, x: Array, y: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair
) -> Array:
    """gx: each gy goes to where the highest element `y` of its window stands first in `x`. All must be finite.

    Going through the places in order, `waiting` says which windows have not met their highest element yet.
    """
    xp = array_module(x)
    gx, tiled = empty_like_order(x, x.shape), are_tiles(x.shape, kernel, stride, padding, dilation)
    gy = in_order_of(gy, y)

    def work(part: slice) -> None:
        image = padded(x[part], padding, -inf)
        given = gx[part] if tiled else xp.zeros_like(image)
        tap, waiting = xp.empty_like(y[part]), xp.ones_like(y[part], bool)
        for from_, to in zip(*[taps(a, kernel, stride, dilation) for a in (image, given)], strict=True):
            copy(tap, from_)
            here = tap == y[part]
            here &= waiting
            waiting ^= here
            tap[...] = here
            tap *= gy[part]
            if tiled:
                copy(to, tap)
            else:
                to += tap
        if not tiled:
            gx[part] = without(given, padding)

    for_parts(x, 5, work)
    return gx


def hand_to_all(share: Array, x: Array, kernel: Pair, stride: Pair, padding: Padding) -> Array:
    """gx, in the shape and memory order of x: each element of `share` is added to every place of its window."""
    gx, tiled = empty_like_order(x, x.shape), are_tiles(x.shape, kernel, stride, padding, (1, 1))
    share = in_order_of(share, gx)

    def work(part: slice) -> None:
        given = gx[part] if tiled else array_module(x).zeros_like(padded(x[part], padding))
        for place in taps(given, kernel, stride, (1, 1)):
            if tiled:
                copy(place, share[part])
            else:
                place += share[part]
        if not tiled:
            gx[part] = without(given, padding)

    for_parts(x, 2, work)
    return gx


def copy(to: Array, x: Array) -> None:
    """to = x for images [n, c, h, w], whole pixels at a time where the channels lie together in both.

    Arithmetic on places that are apart in memory goes by short runs; so they are brought together before it.
    """
    if type(to) is np.ndarray and is_channels_last(to) and is_channels_last(x):
        to, x = [pixels(a.transpose(0, 2, 3, 1)) for a in (to, x)]
    to[...] = x


def in_order_of(x: Array, other: Array) -> Array:
    """x [n, c, h, w] in the memory order of `other`: NumPy is slow on arrays that lie differently."""
    if x.strides == other.strides:
        return x
    y = empty_like_order(other, x.shape, x.dtype)
    y[...] = x
    return y


def are_tiles(shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> bool:
    """Do the windows cover every element of the images exactly once?"""
    whole = all(size % k == 0 for size, k in zip(shape[2:], kernel, strict=True))
    return whole and kernel == stride and dilation == (1, 1) and padding == ((0, 0), (0, 0))


def without(x: Array, padding: Padding) -> Array:
    """x [n, c, h, w] without the padding around it."""
    (top, bottom), (left, right) = padding
    return x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]
