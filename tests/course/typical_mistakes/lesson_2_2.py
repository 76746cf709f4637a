"""Typical mistakes in lesson 2.2."""

from .mistake import HELPFUL, NAMED, Mistake

MISTAKES = [
    Mistake(
        "2.2",
        "col2im",
        "nothing_added_for_padding",
        "the columns are added into an image without room for the padding",
        """
        n, c, h, w = shape
        (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
        down, across = places(h, kh, sh, padding[0], dh), places(w, kw, sw, padding[1], dw)
        columns = columns.reshape(n, c, kh, kw, down, across)
        image = np.zeros(shape, columns.dtype)
        for u in range(kh):
            for v in range(kw):
                image[:, :, u * dh : u * dh + sh * down : sh, v * dw : v * dw + sw * across : sw] += columns[:, :, u, v]
        return image
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.2",
        "Convolution.weight_grad",
        "divided_by_batch",
        "the sum is divided by the number of images and places",
        """
        n, g = len(x), self.groups
        columns = im2col(x, shape[2:], self.stride, self.padding, self.dilation)
        columns = columns.reshape(n, g, columns.shape[1] // g, -1)
        gy = gy.reshape(n, g, shape[0] // g, -1)
        return (gy @ columns.swapaxes(2, 3)).sum(axis=0).reshape(shape) / (n * gy.shape[-1])
        """,
        "factor",
        NAMED,
    ),
    Mistake(
        "2.2",
        "Convolution.bias_grad",
        "times_batch",
        "multiplied by the number of images besides",
        """
        return len(gy) * gy.sum(axis=(0, 2, 3))
        """,
        "factor",
        NAMED,
    ),
    Mistake(
        "2.2",
        "Convolution.bias_grad",
        "largest",
        "max in place of the sum",
        """
        return gy.max(axis=(0, 2, 3))
        """,
        "wrong",
        HELPFUL,
    ),
]
