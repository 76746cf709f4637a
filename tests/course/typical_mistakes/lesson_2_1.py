"""Typical mistakes in lesson 2.1."""

from .mistake import HELPFUL, Mistake

MISTAKES = [
    Mistake(
        "2.1",
        "places",
        "kernel_half",
        "the kernel's half is taken off at both ends, as if it always stood on its middle",
        """
        return (size + sum(padding) - 2 * (dilation * kernel // 2)) // stride
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "im2col",
        "padded_columns_only",
        "np.pad with the padding of the rows for both dimensions",
        """
        (top, bottom), _ = padding
        x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (top, bottom)))
        view = windows(x, kernel, stride, dilation)
        n, c, down, across, kh, kw = view.shape
        return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, down * across)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "im2col",
        "edge_repeated",
        "the edge is repeated where zeros belong",
        """
        x = np.pad(x, ((0, 0), (0, 0), *padding), mode="edge")
        view = windows(x, kernel, stride, dilation)
        n, c, down, across, kh, kw = view.shape
        return view.transpose(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, down * across)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "im2col",
        "batch_in_places",
        "the batch stands behind the channels, as one long row of places",
        """
        view = windows(padded(x, padding), kernel, stride, dilation)
        n, c, down, across, kh, kw = view.shape
        return view.transpose(1, 4, 5, 0, 2, 3).reshape(c * kh * kw, n * down * across)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "Convolution.convolve",
        "product_elementwise",
        "* in place of @",
        """
        columns = im2col(x, weight.shape[2:], self.stride, self.padding, self.dilation)
        return weight.reshape(len(weight), -1) * columns
        """,
        "raised",
        HELPFUL,
    ),
    Mistake(
        "2.1",
        "Convolution.convolve",
        "input_size",
        "the result is given the size of the input",
        """
        columns = im2col(x, weight.shape[2:], self.stride, self.padding, self.dilation)
        y = weight.reshape(len(weight), -1) @ columns
        return y.reshape(len(x), len(weight), *x.shape[2:])
        """,
        "raised",
        HELPFUL,
    ),
]
