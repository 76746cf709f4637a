"""Convolutions in which every channel has kernels of its own: sums of shifted images, one for each tap of the kernel.

Images are [n, h, w, c]; with m kernels for each channel, the results are [n, h', w', c · m].
"""

from collections.abc import Iterator

import numpy as np

from ...device import Array
from .. import windows
from ..windows import Padding, Pair


def taps(kernel: Pair, stride: Pair, dilation: Pair, size: tuple[int, ...]) -> Iterator[tuple[int, int, tuple]]:
    """Each tap (u, v), and the index of the elements of the padded images that it weighs."""
    for u in range(kernel[0]):
        for v in range(kernel[1]):
            starts = u * dilation[0], v * dilation[1]
            rows, cols = [slice(a, a + s * (n - 1) + 1, s) for a, s, n in zip(starts, stride, size, strict=True)]
            yield u, v, (slice(None), rows, cols)


def convolve(x: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, h', w', c · m] = the convolution of x [n, h, w, c] with weight [c · m, 1, kh, kw]."""
    image, c = padded(x, padding), x.shape[3]
    kernels = weight[:, 0].reshape(c, -1, *weight.shape[2:])
    results = out.reshape(*out.shape[:3], c, -1)
    results[...] = 0
    for u, v, places in taps(weight.shape[2:], stride, dilation, out.shape[1:3]):
        results += image[places][..., None] * kernels[:, :, u, v]


def input_grad(gy: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, h, w, c] = the gradient of the input for the gradient gy [n, h', w', c · m] of the result."""
    n, h, w, c = out.shape
    (top, bottom), (left, right) = padding
    image = np.zeros((n, h + top + bottom, w + left + right, c), out.dtype)
    kernels = weight[:, 0].reshape(c, -1, *weight.shape[2:])
    grads = gy.reshape(*gy.shape[:3], c, -1)
    for u, v, places in taps(weight.shape[2:], stride, dilation, gy.shape[1:3]):
        image[places] += (grads * kernels[:, :, u, v]).sum(axis=-1)
    out[...] = image[:, top : top + h, left : left + w]


def weight_grad(x: Array, gy: Array, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair) -> Array:
    """The gradient [c · m, 1, kh, kw] of the weight for the gradient gy [n, h', w', c · m] of the result."""
    image, c = padded(x, padding), x.shape[3]
    grads = gy.reshape(*gy.shape[:3], c, -1)
    total = np.empty((*kernel, c, grads.shape[-1]), x.dtype)
    for u, v, places in taps(kernel, stride, dilation, gy.shape[1:3]):
        np.einsum("nhwc,nhwcm->cm", image[places], grads, out=total[u, v])
    return total.reshape(*kernel, -1, 1).transpose(2, 3, 0, 1)


def padded(x: Array, padding: Padding) -> Array:
    """x [n, h, w, c] with zeros around it."""
    return windows.padded(x.transpose(0, 3, 1, 2), padding).transpose(0, 2, 3, 1)
