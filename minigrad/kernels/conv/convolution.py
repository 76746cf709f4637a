"""Convolutions of arrays [n, c, h, w] the fast way: the result, and the gradients of input, weight and bias.

Images are channels-last in memory, [n, h, w, c]; arrays that are in that order already are taken as they are. The batch
is shared between threads, and BLAS is held to one, also where the work is too little to be shared: its products are so
small that threads of BLAS's own would wait for each other, and go on waiting after them, beside minigrad's.
"""

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ...device import Array
from ..reduction import column_sums
from ..threads import ELEMENT, one_thread_for_blas, shared
from ..windows import places
from . import columns, depthwise, overlap, winograd
from .choice import Geometry, way

LARGE_WEIGHT = 1 << 18
"""Elements of a weight from which on its two gradients are computed one after the other."""


@one_thread_for_blas()
def convolve(x: Array, weight: Array, geometry: Geometry) -> Array:
    """The convolution of x [n, c, h, w] with weight [o, c / groups, kh, kw]: [n, o, h', w']."""
    return run(len(x), convolution(x, weight, geometry))[0]


@one_thread_for_blas()
def input_grad(gy: Array, weight: Array, geometry: Geometry, shape: tuple[int, ...]) -> Array:
    """The gradient of an input of `shape` [n, c, h, w], for the gradient gy [n, o, h', w'] of the result."""
    return run(len(gy), gradient_of_input(gy, weight, geometry, shape))[0]


@one_thread_for_blas()
def weight_grad(x: Array, gy: Array, geometry: Geometry, shape: tuple[int, ...]) -> Array:
    """The gradient of a weight of `shape` [o, c / groups, kh, kw], for the gradient gy [n, o, h', w'] of the result."""
    return run(len(x), gradient_of_weight(x, gy, geometry, shape))[0]


@one_thread_for_blas()
def gradients(x: Array, gy: Array, weight: Array, geometry: Geometry) -> list[Array]:
    """`input_grad` and `weight_grad`, for which threads are woken only once; with a large weight one after the other,
    because each then needs much memory for the weight alone."""
    gy = channels_last(gy)
    if weight.size > LARGE_WEIGHT:
        return [input_grad(gy, weight, geometry, x.shape), weight_grad(x, gy, geometry, weight.shape)]
    of_input = gradient_of_input(gy, weight, geometry, x.shape)
    return run(len(x), of_input, gradient_of_weight(x, gy, geometry, weight.shape))


def bias_grad(gy: Array) -> Array:
    """The gradient of the bias [o], for the gradient gy [n, o, h', w'] of the result."""
    if gy.flags.c_contiguous:  # plane by plane
        return gy.reshape(*gy.shape[:2], -1).sum(axis=2).sum(axis=0)
    rows = channels_last(gy).transpose(0, 2, 3, 1).reshape(-1, gy.shape[3] * gy.shape[1])  # of the images, as below
    return column_sums(column_sums(rows).reshape(gy.shape[3], -1))


def add_bias(y: Array, bias: Array) -> None:
    """y [n, o, h, w] += bias [o], by rows of the images: the inner loops are longer than over the channels alone."""
    if y.flags.c_contiguous:
        y += bias[:, None, None]
        return
    rows = y.transpose(0, 2, 3, 1).reshape(-1, y.shape[3] * y.shape[1])
    tiled = np.tile(bias, y.shape[3])
    shared(lambda part: np.add(rows[part], tiled, out=rows[part]), len(rows), y.size)


def empty_channels_last(shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """A new array [n, c, h, w] in which the channels of a pixel lie together."""
    n, c, h, w = shape
    return np.empty((n, h, w, c), dtype).transpose(0, 3, 1, 2)


def channels_last(x: Array) -> Array:
    """x [n, c, h, w] with the channels of a pixel next to each other in memory."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


# ------------------------------------------------------------------------------ what is to be done, and by how many


class Job(NamedTuple):
    """`work` for some of the images, all of which cost so many multiplications; `finish` makes the result of what it
    returned for each share of the batch."""

    work: Callable[[slice], Any]
    multiplications: float
    finish: Callable[[list[Any]], Array]


def run(n: int, *jobs: Job) -> list[Array]:
    """The results of the jobs, each share of the batch of n images gone through by a thread of its own."""
    total = sum(job.multiplications for job in jobs)
    parts = shared(lambda part: [job.work(part) for job in jobs], n, total)
    return [job.finish(list(results)) for job, results in zip(jobs, zip(*parts, strict=True), strict=True)]


def convolution(x: Array, weight: Array, geometry: Geometry) -> Job:
    """What gives `convolve`."""
    each = zip(x.shape[2:], weight.shape[2:], geometry.stride, geometry.padding, geometry.dilation, strict=True)
    down, across = [places(*sizes) for sizes in each]
    how = way(weight.shape, geometry, x.shape[1], (down, across))
    x, out = channels_last(x), empty_channels_last((len(x), len(weight), down, across), x.dtype)
    kernels = winograd.factors(weight) if how == "winograd" else weight

    def work(part: slice) -> None:
        convolve_part(how, x[part], kernels, geometry, out[part])

    return Job(work, cost(how, out.shape, weight.shape), lambda parts: out)


def gradient_of_input(gy: Array, weight: Array, geometry: Geometry, shape: tuple[int, ...]) -> Job:
    """What gives `input_grad`."""
    how = way(weight.shape, geometry, shape[1], gy.shape[2:], of_input=True)
    gy, out = channels_last(gy), empty_channels_last(shape, gy.dtype)
    kernels = winograd.turned_factors(weight) if how == "winograd" else weight

    def work(part: slice) -> None:
        input_grad_part(how, gy[part], kernels, geometry, out[part])

    return Job(work, cost(how, gy.shape, weight.shape), lambda parts: out)


def gradient_of_weight(x: Array, gy: Array, geometry: Geometry, shape: tuple[int, ...]) -> Job:
    """What gives `weight_grad`."""
    how = way(shape, geometry, x.shape[1], gy.shape[2:])
    x, gy = channels_last(x), channels_last(gy)

    def work(part: slice) -> Array:
        return weight_grad_part(how, x[part], gy[part], geometry, shape)

    def finish(parts: list[Array]) -> Array:
        total = sum(parts[1:], parts[0])
        return np.ascontiguousarray(winograd.weight_of(total) if how == "winograd" else total)

    return Job(work, cost(how, gy.shape, shape), finish)


def cost(how: str, result: tuple[int, ...], weight: tuple[int, ...]) -> float:
    """What a convolution costs, in multiplications; copying a window for each place counts as well."""
    n, o, down, across = result
    window = prod(weight[1:])
    return n * down * across * window * (o + ELEMENT * (how in ("columns", "overlap")))


# ------------------------------------------------------------------------------- one part of the batch, in one thread


def convolve_part(how: str, x: Array, weight: Array, geometry: Geometry, out: Array) -> None:
    """out [n, o, h', w'] = the convolution of x [n, c, h, w]."""
    stride, padding, dilation, groups = geometry
    x, out = x.transpose(0, 2, 3, 1), out.transpose(0, 2, 3, 1)
    if how == "winograd":
        winograd.convolve(x, weight, padding, out)
    elif how == "depthwise":
        depthwise.convolve(x, weight, stride, padding, dilation, out)
    else:
        for a, b in group_slices(groups, x.shape[3], len(weight)):
            columns.convolve(x[..., a], weight[b], stride, padding, dilation, out[..., b])


def input_grad_part(how: str, gy: Array, weight: Array, geometry: Geometry, out: Array) -> None:
    """out [n, c, h, w] = the gradient of the input for the gradient gy [n, o, h', w'] of the result."""
    stride, padding, dilation, groups = geometry
    gy, out = gy.transpose(0, 2, 3, 1), out.transpose(0, 2, 3, 1)
    if how == "winograd":
        winograd.input_grad(gy, weight, padding, out)
    elif how == "depthwise":
        depthwise.input_grad(gy, weight, stride, padding, dilation, out)
    elif how == "overlap":
        overlap.input_grad(gy, weight, stride, padding, dilation, out)
    else:
        for a, b in group_slices(groups, out.shape[3], len(weight)):
            columns.input_grad(gy[..., b], weight[b], stride, padding, dilation, out[..., a])


def weight_grad_part(how: str, x: Array, gy: Array, geometry: Geometry, shape: tuple[int, ...]) -> Array:
    """The gradient of a weight of `shape` [o, c / groups, kh, kw]."""
    stride, padding, dilation, groups = geometry
    kernel = (shape[2], shape[3])
    x, gy = x.transpose(0, 2, 3, 1), gy.transpose(0, 2, 3, 1)
    if how == "winograd":
        return winograd.weight_grad(x, gy, padding)
    if how == "depthwise":
        return depthwise.weight_grad(x, gy, kernel, stride, padding, dilation)
    grads = [
        columns.weight_grad(x[..., a], np.ascontiguousarray(gy[..., b]), kernel, stride, padding, dilation)
        for a, b in group_slices(groups, x.shape[3], shape[0])
    ]
    return np.concatenate(grads) if groups > 1 else grads[0]


def group_slices(groups: int, channels: int, outputs: int) -> list[tuple[slice, slice]]:
    """The input and the output channels of each group."""
    c, o = channels // groups, outputs // groups
    return [(slice(g * c, (g + 1) * c), slice(g * o, (g + 1) * o)) for g in range(groups)]
