"""Typical mistakes in lesson 2.3."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake

MISTAKES = [
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "max_of_flattened_batch",
        "one maximum for all windows of a row of windows",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        self.shape = x.shape
        self.save(view.reshape(*view.shape[:4], -1).argmax(axis=4))
        return view.max(axis=(3, 5))
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "axes_exchanged",
        "max over the places, not over the elements of the window",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        self.shape = x.shape
        self.save(view.reshape(*view.shape[:4], -1).argmax(axis=4))
        return view.max(axis=(2, 3))
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "minimum",
        "min in place of max",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        elements = view.reshape(*view.shape[:4], -1)
        self.shape = x.shape
        self.save(elements.argmin(axis=4))
        return elements.min(axis=4)
        """,
        "lowest",
        NAMED,
        first=HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "largest_by_amount",
        "the element of the largest absolute value",
        """
        view = windows(padded(x, self.padding, 0), self.kernel, self.stride, self.dilation)
        elements = view.reshape(*view.shape[:4], -1)
        self.shape = x.shape
        place = np.abs(elements).argmax(axis=4)
        self.save(place)
        return np.take_along_axis(elements, place[..., None], 4)[..., 0]
        """,
        "largest_size",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "nothing_kept",
        "the places are not saved",
        """
        view = windows(padded(x, self.padding, -inf), self.kernel, self.stride, self.dilation)
        self.shape = x.shape
        return view.max(axis=(4, 5))
        """,
        "nothing_saved",
        NAMED,
        first=MISSED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.forward",
        "padding_and_kernel_exchanged",
        "windows gets stride and kernel in the other order",
        """
        view = windows(padded(x, self.padding, -inf), self.stride, self.kernel, self.dilation)
        elements = view.reshape(*view.shape[:4], -1)
        self.shape = x.shape
        self.save(elements.argmax(axis=4))
        return elements.max(axis=4)
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "saved_not_taken_apart",
        "place = self.saved, the tuple",
        """
        place = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = np.where(every == place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "raised",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "everything_to_the_window",
        "no mask: every element of a window gets gy",
        """
        (place,) = self.saved
        k = self.kernel[0] * self.kernel[1]
        columns = np.repeat(gy[:, :, None], k, axis=2)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "given_to_all",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "mask_alone",
        "the mask, without gy",
        """
        (place,) = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = (every == place[:, :, None]).astype(gy.dtype)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "upstream_ignored",
        NAMED,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "counted_from_one",
        "places counted from 1",
        """
        (place,) = self.saved
        every = np.arange(1, self.kernel[0] * self.kernel[1] + 1)[:, None, None]
        columns = np.where(every == place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "MaxPool2d.backward",
        "mask_inverted",
        "gy goes everywhere but to the highest",
        """
        (place,) = self.saved
        every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
        columns = np.where(every != place[:, :, None], gy[:, :, None], 0)
        return col2im(columns, self.shape, self.kernel, self.stride, self.padding, self.dilation)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "mean_of_view",
        "view.mean, whatever counts",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return view.mean(axis=(4, 5))
        """,
        "kernel_everywhere",
        NAMED,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "divided_by_height",
        "divided by the kernel's height alone",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) / self.kernel[0]).astype(x.dtype)
        """,
        "height_alone",
        NAMED,
        first=MISLEADING,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "whole_numbers",
        "// in place of /",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) // self.number(x)).astype(x.dtype)
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.forward",
        "multiplied",
        "multiplied by k",
        """
        self.save(x)
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        return (total(view, (4, 5)) * self.number(x)).astype(x.dtype)
        """,
        "factor",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.backward",
        "times_x",
        "gy times the elements of the window",
        """
        (x,) = self.saved
        view = windows(padded(x, self.padding), self.kernel, self.stride)
        n, c, down, across = gy.shape
        columns = view.reshape(n, c, down, across, -1).transpose(0, 1, 4, 2, 3) * (gy / self.number(x))[:, :, None]
        return col2im(columns, x.shape, self.kernel, self.stride, self.padding, (1, 1))
        """,
        "wrong",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.backward",
        "repeated",
        "np.repeat of gy to the size of x, without a window",
        """
        (x,) = self.saved
        gx = gy.repeat(self.stride[0], axis=2).repeat(self.stride[1], axis=3) / (self.kernel[0] * self.kernel[1])
        return gx[:, :, : x.shape[2], : x.shape[3]]
        """,
        "shape",
        HELPFUL,
    ),
    Mistake(
        "2.3",
        "AvgPool2d.backward",
        "divided_twice",
        "divided by k twice",
        """
        (x,) = self.saved
        n, c, down, across = gy.shape
        k = self.kernel[0] * self.kernel[1]
        share = (gy / self.number(x) / k)[:, :, None]
        columns = np.broadcast_to(share, (n, c, k, down, across))
        return col2im(columns, x.shape, self.kernel, self.stride, self.padding, (1, 1))
        """,
        "factor",
        HELPFUL,
        first=MISLEADING,
    ),
]
