"""Mistakes that are made in lesson 2.3."""

from math import inf

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.kernels.windows import padded, windows

MAX_FORWARD = "minigrad.ops.pool:MaxPool2d.forward"
MAX_BACKWARD = "minigrad.ops.pool:MaxPool2d.backward"
AVG_FORWARD = "minigrad.ops.pool:AvgPool2d.forward"
AVG_BACKWARD = "minigrad.ops.pool:AvgPool2d.backward"


def view_of(self, x, value=-inf):
    """The windows of x, as MaxPool2d takes them."""
    return windows(padded(x, self.padding, value), self.kernel, self.stride, getattr(self, "dilation", (1, 1)))


def maximum(self, x, view):
    """MaxPool2d.forward from windows that may be wrong."""
    elements = view_of(self, x)
    self.shape = x.shape
    self.save(elements.reshape(*elements.shape[:4], -1).argmax(axis=4))
    return view.max(axis=(4, 5))


def put_back(self, columns, add=True, stride=None, cut=True, dilation=None):
    """Columns [n, c, kh · kw, down, across] put where they came from; with False and others, wrongly."""
    (kh, kw), (sh, sw) = self.kernel, stride or self.stride
    dh, dw = dilation or getattr(self, "dilation", (1, 1))
    (top, bottom), (left, right) = self.padding
    n, c, h, w = self.seen.shape
    image = np.zeros((n, c, h + top + bottom + 99, w + left + right + 99), columns.dtype)
    for k in range(kh * kw):
        u, v = divmod(k, kw)
        for i in range(columns.shape[3]):
            for j in range(columns.shape[4]):
                there = image[:, :, i * sh + u * dh, j * sw + v * dw]
                there[...] = there * add + columns[:, :, k, i, j]
    top, left = (top, left) if cut else (0, 0)
    return image[:, :, top : top + h, left : left + w]


def place_of(self):
    """The place of the maximum in each window. The check notes what forward was given as `seen`."""
    view = view_of(self, self.seen)
    return view.reshape(*view.shape[:4], -1).argmax(axis=4)


def equal_to_highest(self):
    """Which elements of each window equal its maximum: [n, c, kh · kw, down, across]."""
    view = view_of(self, self.seen)
    view = view.reshape(*view.shape[:4], -1)
    return np.moveaxis(view == view.max(axis=4, keepdims=True), 4, 2)


def to_place(self, gy, place):
    """gy at `place` of each window, 0 elsewhere: [n, c, kh · kw, down, across]."""
    every = np.arange(self.kernel[0] * self.kernel[1])[:, None, None]
    return np.where(every == place[:, :, None], gy[:, :, None], 0).astype(gy.dtype)


# ------------------------------------------------------------------------------------------------------ the maximum


@mistake(
    MAX_FORWARD,
    "The padding is 0: where all elements of a window at the border are negative, a 0 that is not in the image wins. "
    "Fill it with -inf, which never does.",
    "填充用了 0：边上的窗口里如果全是负数，图像里并不存在的 0 就成了最大值。请用 -inf 填充，它永远不会是最大的。",
)
def zeros_around(self, x):
    return maximum(self, x, view_of(self, x, 0))


@mistake(
    MAX_FORWARD,
    "The windows were reshaped to [n, c, kh · kw, down, across]. reshape does not exchange dimensions, it only counts "
    "the elements off anew, so parts of different windows are mixed. The window lies in the last two dimensions.",
    "窗口被 reshape 成了 [n, c, kh · kw, 竖排窗口数, 横排窗口数]。reshape 不会交换维度，只是把元素按顺序重新数一遍，"
    "不同窗口的元素就混在了一起。窗口本身在最后两维。",
)
def reshaped_instead_of_moved(self, x):
    y = maximum(self, x, view_of(self, x))
    n, c, down, across = y.shape
    return view_of(self, x).reshape(n, c, -1, down, across).max(axis=2)


@mistake(
    MAX_FORWARD,
    "This is the element that is largest in size, its sign aside: the maximum of -5 and 1 is 1.",
    "取的是绝对值最大的元素；而 -5 和 1 中最大的是 1。",
)
def largest_size(self, x):
    y = maximum(self, x, view_of(self, x))
    low = view_of(self, x, 0).min(axis=(4, 5))
    return np.where(-low > y, low, y)


@mistake(
    MAX_FORWARD,
    "It returns the place of the maximum in its window (argmax), as a number. The maximum itself is wanted.",
    "返回的是最大值在窗口里的位置（argmax），应该返回最大值本身。",
)
def place_returned(self, x):
    maximum(self, x, view_of(self, x))
    return self.saved[0].astype(x.dtype)


STRIDE = (
    "The windows lie as far apart as the kernel is large; self.stride says how far. The two are equal only by default.",
    "窗口之间的距离用了核的大小，应该用 self.stride；两者只是默认相等。",
)
ONE = (
    "A window begins at every pixel, as if the stride were 1; they begin self.stride apart.",
    "每个像素处都有一个窗口，好像步长是 1；窗口之间应该相隔 self.stride。",
)
UNPADDED = (
    "The windows were taken from x without the padding around it: use padded(x, self.padding, ...).",
    "窗口是从没有填充的 x 上取的：要先用 padded(x, self.padding, ...)。",
)


def laid(self, x, stride=None, pad=True, dilation=None, value=-inf):
    """The windows of x, laid wrongly."""
    x = padded(x, self.padding, value) if pad else x
    return windows(x, self.kernel, stride or self.stride, dilation or getattr(self, "dilation", (1, 1)))


def forward_of(self, x, **wrong):
    """Either forward, from windows laid wrongly."""
    if hasattr(self, "dilation"):
        return maximum(self, x, laid(self, x, **wrong))
    self.save(x)
    return laid(self, x, value=0, **wrong).mean(axis=(4, 5), dtype=x.dtype)


@mistake(MAX_FORWARD, *STRIDE)
@mistake(AVG_FORWARD, *STRIDE)
def kernel_for_stride_forward(self, x):
    return forward_of(self, x, stride=self.kernel)


@mistake(MAX_FORWARD, *ONE)
@mistake(AVG_FORWARD, *ONE)
def stride_one(self, x):
    return forward_of(self, x, stride=(1, 1))


@mistake(MAX_FORWARD, *UNPADDED)
@mistake(AVG_FORWARD, *UNPADDED)
def padding_forgotten(self, x):
    return forward_of(self, x, pad=False)


@mistake(
    MAX_FORWARD,
    "The dilation is ignored: neighbours in a window lie self.dilation apart in the image.",
    "没有考虑 dilation：窗口里相邻的元素，在图像里相隔 self.dilation。",
)
def dilation_forgotten(self, x):
    return maximum(self, x, laid(self, x, dilation=(1, 1)))


@mistake(
    MAX_FORWARD,
    "The padding is +inf, which always wins; -inf never does.",
    "填充用了 +inf，它总是最大的；-inf 才永远不会赢。",
)
def plus_infinity(self, x):
    return maximum(self, x, laid(self, x, value=inf))


@mistake(
    MAX_FORWARD,
    "The padding is a very low number; where all of the image is lower still, it wins. -inf never does.",
    "填充用了一个很小的数；如果图像里的数比它还小，它就赢了。-inf 才永远不会赢。",
)
def finite_padding(self, x):
    return maximum(self, x, laid(self, x, value=-1e9))


@mutant(MAX_FORWARD, "shape")
def rows_only(self, x):
    maximum(self, x, view_of(self, x))
    return view_of(self, x).max(axis=-1)


@mistake(
    MAX_BACKWARD,
    "Every element that equals the maximum gets the whole gradient. Of equal ones only the first may get it: in a "
    "window of four zeros, four times as much gradient would otherwise come out as went in.",
    "凡是等于最大值的元素都得到了整个梯度。并列时只有第一个能得到：否则四个 0 的窗口里，梯度总共成了应有的四倍。",
)
def ties_counted_twice(self, gy):
    equal = equal_to_highest(self)
    return put_back(self, equal * gy[:, :, None])


@mistake(
    MAX_BACKWARD,
    "Of equal elements the last one got the gradient; minigrad and PyTorch give it to the first, row by row, as argmax "
    "does.",
    "并列时梯度给了最后一个；minigrad 和 PyTorch 给的是第一个（逐行数），与 argmax 一致。",
)
def last_of_equal_ones(self, gy):
    equal = equal_to_highest(self)
    return put_back(self, to_place(self, gy, equal.shape[2] - 1 - equal[:, :, ::-1].argmax(axis=2)))


@mistake(
    MAX_BACKWARD,
    "Equal elements share the gradient evenly. The sum is right, and some libraries do so; minigrad and PyTorch give "
    "all of it to the first, as the docstring says.",
    "并列的元素平分了梯度。总和没有错，也有些库这样做；但 minigrad 和 PyTorch 全给第一个，文档字符串里也是这样写的。",
)
def shared_among_equal_ones(self, gy):
    equal = equal_to_highest(self)
    return put_back(self, (equal * gy[:, :, None] / equal.sum(axis=2, keepdims=True)).astype(gy.dtype))


@mistake(
    MAX_BACKWARD,
    "Of equal elements the first one was sought column by column; minigrad and PyTorch go row by row.",
    "并列时按列找第一个；minigrad 和 PyTorch 是逐行找的。",
)
def column_by_column(self, gy):
    equal = equal_to_highest(self)
    n, c, _, down, across = equal.shape
    kh, kw = self.kernel
    turned = equal.reshape(n, c, kh, kw, down, across).swapaxes(2, 3).reshape(equal.shape).argmax(axis=2)
    return put_back(self, to_place(self, gy, turned % kh * kw + turned // kh))


@mistake(
    MAX_BACKWARD,
    "Where windows overlap, the last one wrote over what the others had put there. An element that is the highest of "
    "several windows moves all of their results: add (+=). With arrays as indices += keeps only the last one too; "
    "np.add.at adds.",
    "窗口重叠的地方，后一个窗口覆盖了前面写下的梯度。一个元素如果是几个窗口的最大值，就会推动几个结果：要累加（+=）。"
    "用数组作下标时，+= 也只留下最后一个；np.add.at 才会累加。",
)
def assigned(self, gy):
    shape, kw = self.seen.shape, self.kernel[1]
    (top, bottom), (left, right) = self.padding
    image = np.zeros((*shape[:2], shape[2] + top + bottom, shape[3] + left + right), gy.dtype)
    for at in np.ndindex(*gy.shape):
        u, v = divmod(int(place_of(self)[at]), kw)
        i, j = at[2] * self.stride[0] + u * self.dilation[0], at[3] * self.stride[1] + v * self.dilation[1]
        image[at[0], at[1], i, j] = gy[at]
    return image[:, :, top : top + shape[2], left : left + shape[3]]


@mistake(
    MAX_BACKWARD,
    "Each window wrote its gradients, zeros included, over those of the windows before it. Where windows overlap, "
    "gradients are added (+=).",
    "每个窗口把自己的梯度连同其中的 0 一起，覆盖了前面窗口写下的。窗口重叠的地方，梯度要累加（+=）。",
)
def windows_assigned(self, gy):
    columns, (kh, kw) = to_place(self, gy, place_of(self)), self.kernel
    (top, bottom), (left, right) = self.padding
    n, c, h, w = self.seen.shape
    image = np.zeros((n, c, h + top + bottom, w + left + right), gy.dtype)
    view = np.moveaxis(windows(image, self.kernel, self.stride, self.dilation), (2, 3), (0, 1))
    for i, j in np.ndindex(*gy.shape[2:]):
        view[i, j] = columns[:, :, :, i, j].reshape(n, c, kh, kw)
    return image[:, :, top : top + h, left : left + w]


@mistake(
    MAX_BACKWARD,
    "The stride is ignored: window (i, j) begins at row i, column j instead of i · stride, j · stride.",
    "没有考虑步长：窗口 (i, j) 从第 i 行第 j 列开始了，应该从 i · stride、j · stride 开始。",
)
def stride_ignored(self, gy):
    return put_back(self, to_place(self, gy, place_of(self)), stride=(1, 1))


@mistake(
    MAX_BACKWARD,
    "Windows are taken to begin a kernel apart, but they begin a stride apart; the two are equal only by default.",
    "把窗口当成了相隔一个核的大小，其实相隔的是步长；两者只是默认相等。",
)
def kernel_for_stride(self, gy):
    return put_back(self, to_place(self, gy, place_of(self)), stride=self.kernel)


@mistake(
    MAX_BACKWARD,
    "The gradient is shifted by the padding: what was put together is the padded image, and x begins in it at row "
    "`top` and column `left` of self.padding.",
    "梯度错开了填充的宽度：拼出来的是补过边的图像，x 在其中从 self.padding 的 top 行、left 列开始。",
)
def padding_not_cut(self, gy):
    return put_back(self, to_place(self, gy, place_of(self)), cut=False)


@mistake(
    MAX_BACKWARD,
    "The dilation is ignored: neighbours in a window lie self.dilation apart in the image.",
    "没有考虑 dilation：窗口里相邻的元素，在图像里相隔 self.dilation。",
)
def dilation_ignored(self, gy):
    return put_back(self, to_place(self, gy, place_of(self)), dilation=(1, 1))


@mistake(
    MAX_BACKWARD,
    "The maximum was sought among direct neighbours; elements of a window lie self.dilation apart.",
    "找最大值时看的是紧挨着的像素，没有考虑 dilation：窗口里的元素在图像里相隔 self.dilation。",
)
def dilation_nowhere(self, gy):
    view = windows(padded(self.seen, self.padding, -inf), self.kernel, self.stride)
    view = view[:, :, : gy.shape[2], : gy.shape[3]].reshape(*gy.shape, -1)
    return put_back(self, to_place(self, gy, view.argmax(axis=4)), dilation=(1, 1))


@mistake(
    MAX_BACKWARD,
    "The place of the maximum in its window was used as a place in the image. Window (i, j) begins at row i · stride, "
    "column j · stride; the place counts from there.",
    "把最大值在窗口里的位置当成了在图像里的位置。"
    "窗口 (i, j) 从第 i · stride 行、第 j · stride 列开始，位置要从那里数起。",
)
def place_in_the_image(self, gy):
    gx = np.zeros(self.seen.shape, gy.dtype)
    gx.reshape(-1)[place_of(self).reshape(-1)] = gy.reshape(-1)
    return gx


@mistake(
    MAX_BACKWARD,
    "The place in the window is split by the height of the kernel. Counted row by row, a row has kw elements: "
    "divmod(place, kw).",
    "把窗口内的位置换算成行列时除的是核的高度。逐行数的话，一行有 kw 个元素：divmod(place, kw)。",
)
def divided_by_height(self, gy):
    kh, kw = self.kernel
    place = place_of(self)
    u, v = np.minimum(place // kh, kh - 1), np.minimum(place % kh, kw - 1)
    return put_back(self, to_place(self, gy, u * kw + v))


@mistake(
    MAX_BACKWARD,
    "Every element of a window got its gradient. Only the highest one moves y; to all others y is deaf, and their "
    "gradient is 0.",
    "窗口里每个元素都得到了梯度。只有最大的那个能推动 y，其余的怎么变 y 都不动，梯度是 0。",
)
def given_to_all(self, gy):
    return put_back(self, np.repeat(gy[:, :, None], self.kernel[0] * self.kernel[1], axis=2))


# ------------------------------------------------------------------------------------------------------ the average


@mistake(
    AVG_FORWARD,
    "At the border the sum is divided by all kh · kw elements of the window, padding included. Here padding does not "
    "count (or only a part of it): divide by self.number(x).",
    "在边上，和仍然除以整个窗口的元素个数 kh · kw，把填充也算了进去。"
    "这里填充不算数（或只算一部分）：请除以 self.number(x)。",
)
def kernel_everywhere(self, x):
    self.save(x)
    return view_of(self, x, 0).mean(axis=(4, 5), dtype=x.dtype)


@mistake(
    AVG_FORWARD,
    "The sum is always divided by the elements inside the image. Here some of the padding counts as zeros: divide by "
    "self.number(x).",
    "和总是除以图像内部的元素个数。这里有一部分填充作为 0 要算数：请除以 self.number(x)。",
)
def padding_never_counts(self, x):
    self.save(x)
    inside = view_of(self, np.ones_like(x), 0).sum(axis=(4, 5))
    return view_of(self, x, 0).sum(axis=(4, 5)) / (self.divisor or inside)


@mutant(AVG_FORWARD, "factor")
def sum_only(self, x):
    self.save(x)
    return view_of(self, x, 0).sum(axis=(4, 5))


@mutant(AVG_FORWARD, "not_finite")
def infinite_padding(self, x):
    self.save(x)
    return view_of(self, x).sum(axis=(4, 5)) / self.number(x)


def shares(self, gy, number=None):
    """The share of each element: [n, c, kh · kw, down, across]."""
    number = self.number(self.seen) if number is None else number
    return np.repeat((gy / number)[:, :, None], self.kernel[0] * self.kernel[1], axis=2)


@mistake(
    AVG_BACKWARD,
    "At the border gy is divided by all kh · kw elements of the window, but forward divided by fewer there: divide by "
    "the same self.number(x).",
    "在边上，gy 仍然除以 kh · kw，而 forward 在那里除的数更小：请除以同一个 self.number(x)。",
)
def kernel_everywhere_backward(self, gy):
    return put_back(self, shares(self, gy, self.kernel[0] * self.kernel[1]))


@mutant(AVG_BACKWARD, "factor")
def not_divided(self, gy):
    return put_back(self, shares(self, gy, 1))


@mistake(
    AVG_BACKWARD,
    "Where windows overlap, the last one wrote over the shares of the others. An element that lies in several windows "
    "moves all of their averages: add (+=).",
    "窗口重叠的地方，后一个窗口覆盖了前面写下的份额。一个元素如果在几个窗口里，就会推动几个平均值：要累加（+=）。",
)
def assigned_shares(self, gy):
    return put_back(self, shares(self, gy), add=False)


@mistake(
    AVG_BACKWARD,
    "The stride is ignored: window (i, j) begins at row i, column j instead of i · stride, j · stride.",
    "没有考虑步长：窗口 (i, j) 从第 i 行第 j 列开始了，应该从 i · stride、j · stride 开始。",
)
def stride_ignored_backward(self, gy):
    return put_back(self, shares(self, gy), stride=(1, 1))


@mistake(
    AVG_BACKWARD,
    "The gradient is shifted by the padding: what was put together is the padded image, and x begins in it at row "
    "`top` and column `left` of self.padding.",
    "梯度错开了填充的宽度：拼出来的是补过边的图像，x 在其中从 self.padding 的 top 行、left 列开始。",
)
def padding_left_on(self, gy):
    return put_back(self, shares(self, gy), cut=False)


@mistake(
    AVG_BACKWARD,
    "Only one element of each window, its first, gets a share. All of them went into the sum, so each gets gy / k.",
    "每个窗口只有第一个元素得到了梯度。求和时它们都在里面，所以每个都该得到 gy / k。",
)
def first_element_only(self, gy):
    columns = shares(self, gy)
    columns[:, :, 1:] = 0
    return put_back(self, columns)


@mistake(
    AVG_BACKWARD,
    "This is the gradient of the maximum: gy went to the highest element of each window. An average is moved by all.",
    "这是最大池化的梯度：gy 给了窗口里最大的元素。平均值则受每个元素影响。",
)
def as_for_the_maximum(self, gy):
    return put_back(self, to_place(self, gy, place_of(self)))


@mistake(
    MAX_FORWARD,
    "This is the lowest element of each window; the highest is asked for.",
    "这是每个窗口里最小的元素；要的是最大的。",
)
def lowest(self, x):
    elements = view_of(self, x)
    return maximum(self, x, elements.min(axis=(4, 5), keepdims=True))


@mistake(
    AVG_FORWARD,
    "The sum was divided by the height of the window alone; a window has kh · kw elements, or as many as count: "
    "self.number(x).",
    "和只除以了窗口的高；一个窗口有 kh · kw 个元素，或者只算该算的那些：self.number(x)。",
)
def height_alone(self, x):
    self.save(x)
    return windows(padded(x, self.padding), self.kernel, self.stride).sum(axis=(4, 5)) / self.kernel[0]
