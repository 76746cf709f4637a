"""The gradient of images with few channels, such as those behind a first layer: columns, added up where they overlap.

With few channels the gradient of an input, as a convolution, is a narrow product. So it is computed here as the adjoint
of im2col: the gradients of the columns, for several neighbouring places together (see `columns`), are added to the
image. Of these there are few and long ones, which NumPy adds fast.
"""

import numpy as np

from ...device import Array
from ..windows import Padding, Pair
from .columns import images_in_a_block, in_groups, side_by_side, together


def input_grad(gy: Array, weight: Array, stride: Pair, padding: Padding, dilation: Pair, out: Array) -> None:
    """out [n, h, w, c] = the gradient of the input for the gradient gy [n, h', w', o] of the result; kernels are not
    dilated across."""
    (n, down, across, _), (_, c, kh, kw) = gy.shape, weight.shape
    (sh, sw), (top, _), (left, _), (_, h, w, _) = stride, *padding, out.shape
    q = together(kw + 3, across)
    groups, length = -(-across // q), kw + (q - 1) * sw
    kernels = side_by_side(weight, q, sw).T
    high = max((down - 1) * sh + (kh - 1) * dilation[0] + 1, top + h)
    wide = max((groups * q - 1) * sw + kw, left + w)
    many = images_in_a_block(n, down * groups * kh * length * c)
    image = np.empty((min(many, n), high, wide, c), out.dtype)
    for start in range(0, n, many):
        block = slice(start, min(start + many, n))
        columns = (in_groups(gy[block], q) @ kernels).reshape(-1, down, groups, kh, length, c)
        image[...] = 0
        for u in range(kh):
            first = u * dilation[0]
            rows = image[: len(columns), first : first + (down - 1) * sh + 1 : sh]
            for group in range(groups):
                left_end = group * q * sw
                rows[:, :, left_end : left_end + length] += columns[:, :, group, u]
        out[block] = image[: len(columns), top : top + h, left : left + w]
