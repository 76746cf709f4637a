"""Mistakes that are made in lesson 2.1."""

import math

from minigrad.course.mutants import mistake, mutant
from minigrad.kernels.windows import im2col, padded, windows
from minigrad.kernels.windows import places as count

PLACES = "minigrad.kernels.windows:places"
IM2COL = "minigrad.kernels.windows:im2col"
CONVOLVE = "minigrad.ops.conv:Convolution.convolve"


@mistake(
    PLACES,
    "One window is missing: what is left of the line, divided by the stride, is how often the window can *move*. "
    "The window at the start comes on top: + 1.",
    "少了一个窗口：剩余的长度除以步幅，得到的是窗口能*挪动*几次，起点处的那个窗口还要另算：+ 1。",
)
def start_forgotten(size, kernel, stride, padding, dilation):
    return (size + sum(padding) - dilation * (kernel - 1) - 1) // stride


@mistake(
    PLACES,
    "- 1 and + 1 do not cancel: one stands before the division, the other behind it. They only "
    "seem to with a stride of 1.",
    "- 1 和 + 1 不能互相抵消：一个在除法之前，一个在除法之后。只有步幅是 1 时看起来才一样。",
)
def ones_cancelled(size, kernel, stride, padding, dilation):
    return (size + sum(padding) - dilation * (kernel - 1)) // stride


@mistake(
    PLACES,
    "The padding is counted once. It lies at both ends of the line: add both numbers of the pair.",
    "填充只算了一边。行的两头都有填充：这一对数要都加上。",
)
def padding_at_one_end(size, kernel, stride, padding, dilation):
    return (size + padding[0] - dilation * (kernel - 1) - 1) // stride + 1


@mistake(
    PLACES,
    "The first number of the padding is counted twice. The two ends may differ: padding is (before, after).",
    "把填充的第一个数算了两次。两头可以不一样：padding 是 (前, 后)。",
)
def padding_doubled(size, kernel, stride, padding, dilation):
    return (size + 2 * padding[0] - dilation * (kernel - 1) - 1) // stride + 1


@mistake(
    PLACES,
    "The padding is not counted: the windows run over the padded line.",
    "没有算填充：窗口是在补零之后的行上滑动的。",
)
def padding_not_counted(size, kernel, stride, padding, dilation):
    return (size - dilation * (kernel - 1) - 1) // stride + 1


@mistake(
    PLACES,
    "The dilation is ignored: with gaps between its elements the kernel reaches over dilation · (kernel - 1) + 1.",
    "没有考虑空洞（dilation）：格与格之间有间隔时，卷积核横跨 dilation · (kernel - 1) + 1 个元素。",
)
def gaps_not_counted(size, kernel, stride, padding, dilation):
    return (size + sum(padding) - kernel) // stride + 1


@mistake(
    PLACES,
    "The kernel reaches over dilation · (kernel - 1) + 1 elements, not dilation · kernel: there is a gap less than "
    "there are elements.",
    "卷积核横跨 dilation · (kernel - 1) + 1 个元素，而不是 dilation · kernel：间隔比元素少一个。",
)
def one_gap_too_many(size, kernel, stride, padding, dilation):
    return (size + sum(padding) - dilation * kernel) // stride + 1


@mistake(
    PLACES,
    "The stride is ignored: this counts every position, but there is a window only at every stride-th.",
    "没有考虑步幅（stride）：这样数的是所有位置，而窗口每隔 stride 格才有一个。",
)
def every_position(size, kernel, stride, padding, dilation):
    return size + sum(padding) - dilation * (kernel - 1)


@mistake(
    PLACES,
    "It is rounded up: the last window would stick out of the line. What is left over at the end is not used.",
    "这里向上取整了：最后一个窗口会伸出行外。末尾剩下的不够一个窗口，就不用了。",
)
def rounded_up(size, kernel, stride, padding, dilation):
    return math.ceil((size + sum(padding) - dilation * (kernel - 1) - 1) / stride) + 1


@mistake(
    PLACES,
    "A number of windows is a whole number: divide with //, which rounds down. `/` makes a float.",
    "窗口的个数是整数：要用 //，它向下取整；`/` 得到的是浮点数。",
)
def not_whole(size, kernel, stride, padding, dilation):
    return (size + sum(padding) - dilation * (kernel - 1) - 1) / stride + 1


# -------------------------------------------------------------------------------------------------------------- im2col


def laid_out(view, *order):
    n, c, down, across, kh, kw = view.shape
    return view.transpose(*order).reshape(n, c * kh * kw, down * across)


@mistake(
    IM2COL,
    "The windows were reshaped as they lie, with the places before the taps. A reshape does not move anything: bring "
    "the dimensions into the right order first, with transpose.",
    "窗口没有调整次序就直接 reshape 了，位置排在了核的格子前面。reshape 不会移动任何元素：先用 transpose 把维度排好。",
)
def never_transposed(x, kernel, stride, padding, dilation):
    return laid_out(windows(padded(x, padding), kernel, stride, dilation), 0, 1, 2, 3, 4, 5)


@mistake(
    IM2COL,
    "Channels and taps are exchanged in the columns: the rows must go through the channels first, and within a channel "
    "through the taps, because a kernel weight[o] is laid out [c, kh, kw].",
    "列里通道和核的格子次序反了：应该先按通道分，每个通道内再按格子排，因为卷积核 weight[o] 的次序是 [c, kh, kw]。",
)
def taps_before_channels(x, kernel, stride, padding, dilation):
    return laid_out(windows(padded(x, padding), kernel, stride, dilation), 0, 4, 5, 1, 2, 3)


@mistake(
    IM2COL,
    "Rows and columns of the kernel are exchanged: kh comes before kw.",
    "卷积核的行和列次序反了：kh 在 kw 前面。",
)
def taps_across_first(x, kernel, stride, padding, dilation):
    return laid_out(windows(padded(x, padding), kernel, stride, dilation), 0, 1, 5, 4, 2, 3)


@mistake(
    IM2COL,
    "The places run down first. Row by row, as in the result, it is down before across.",
    "位置是先往下数的。应该和结果一样一行一行地数：down 在 across 前面。",
)
def places_down_first(x, kernel, stride, padding, dilation):
    return laid_out(windows(padded(x, padding), kernel, stride, dilation), 0, 1, 4, 5, 3, 2)


@mutant(IM2COL, "transposed")
def windows_as_rows(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, stride, padding, dilation).swapaxes(1, 2)


@mistake(
    IM2COL,
    "The taps are turned round: this is the kernel flipped. Convolution in deep learning does not flip it: tap (u, v) "
    "lies on pixel (i + u, j + v).",
    "核的格子倒过来了，相当于翻转了卷积核。深度学习里的卷积不翻转：格子 (u, v) 对着像素 (i + u, j + v)。",
)
def taps_turned(x, kernel, stride, padding, dilation):
    return laid_out(windows(padded(x, padding), kernel, stride, dilation)[..., ::-1, ::-1], 0, 1, 4, 5, 2, 3)


@mistake(
    IM2COL,
    "The padding is missing: x must be surrounded by zeros first, padded(x, padding).",
    "没有填充：要先在 x 四周补零，padded(x, padding)。",
)
def padding_missing(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, stride, ((0, 0), (0, 0)), dilation)


@mistake(
    IM2COL,
    "The padding is off by one: there is one row and one column of zeros too many before the image.",
    "填充多了一：图像上边多补了一行零，左边多补了一列零。",
)
def padding_off_by_one(x, kernel, stride, padding, dilation):
    (top, bottom), (left, right) = padding
    return im2col(x, kernel, stride, ((top + 1, bottom), (left + 1, right)), dilation)


@mistake(
    IM2COL,
    "The padding is at one end only, above and left. It is ((above, below), (left, right)).",
    "只填充了上边和左边。padding 是 ((上, 下), (左, 右))。",
)
def padding_before_only(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, stride, ((padding[0][0], 0), (padding[1][0], 0)), dilation)


@mistake(
    IM2COL,
    "The padding of rows and columns is exchanged: padding[0] is (above, below), padding[1] (left, right).",
    "行和列的填充弄反了：padding[0] 是 (上, 下)，padding[1] 是 (左, 右)。",
)
def padding_exchanged(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, stride, padding[::-1], dilation)


@mistake(
    IM2COL,
    "The stride is ignored: there is a window at every pixel, not at every stride-th.",
    "没有考虑步幅：每个像素都取了一个窗口，而不是每隔 stride 个取一个。",
)
def stride_ignored(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, (1, 1), padding, dilation)


@mistake(
    IM2COL,
    "The dilation is ignored: the taps of the kernel must lie `dilation` pixels apart.",
    "没有考虑空洞（dilation）：核的相邻两格之间要相隔 dilation 个像素。",
)
def dilation_ignored(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, stride, padding, (1, 1))


@mistake(
    IM2COL,
    "Stride and dilation are exchanged: windows(x, kernel, stride, dilation).",
    "步幅和空洞弄反了：windows(x, kernel, stride, dilation)。",
)
def stride_for_dilation(x, kernel, stride, padding, dilation):
    return im2col(x, kernel, dilation, padding, stride)


# ------------------------------------------------------------------------------------------------------------ convolve


def sizes(shape, kernel, stride, padding, dilation):
    return [count(*one) for one in zip(shape[2:], kernel, stride, padding, dilation)]


def with_settings(self, x, weight, stride=None, padding=None, dilation=None):
    settings = stride or self.stride, padding or self.padding, dilation or self.dilation
    n, (o, _, *kernel), g = len(x), weight.shape, self.groups
    columns = im2col(x, kernel, *settings)
    columns = columns.reshape(n, g, columns.shape[1] // g, columns.shape[2])
    return (weight.reshape(g, o // g, -1) @ columns).reshape(n, o, *sizes(x.shape, kernel, *settings))


@mistake(
    CONVOLVE,
    "The kernel is flipped. Mathematics calls that a convolution; deep learning multiplies tap (u, v) with pixel "
    "(i + u, j + v), without flipping, and still calls it one.",
    "卷积核被翻转了。数学上的卷积是要翻转的；深度学习里不翻转，格子 (u, v) 直接乘像素 (i + u, j + v)，名字仍叫卷积。",
)
def kernel_flipped(self, x, weight):
    return with_settings(self, x, weight[:, :, ::-1, ::-1])


@mistake(
    CONVOLVE,
    "The weight was reshaped to [c · kh · kw, o] and then transposed. A reshape does not exchange dimensions: in "
    "memory a kernel is one run, so [o, c · kh · kw] is what it must be reshaped to.",
    "权重先 reshape 成了 [c · kh · kw, o]，再转置。reshape 不会交换维度："
    "一个卷积核在内存里是连续的一段，应该 reshape 成 [o, c · kh · kw]。",
)
def kernels_mixed(self, x, weight):
    g, o = self.groups, weight.shape[0]
    mixed = weight.reshape(g, -1, o // g).swapaxes(1, 2).reshape(weight.shape)
    return with_settings(self, x, mixed)


@mistake(
    CONVOLVE,
    "The stride is not used: the result has a pixel for every place, not for every stride-th.",
    "没有用到步幅：结果里每个位置都有一个像素，而不是每隔 stride 个位置才有一个。",
)
def stride_not_used(self, x, weight):
    return with_settings(self, x, weight, stride=(1, 1))


@mistake(
    CONVOLVE,
    "The padding is not used: pass self.padding to im2col and to places.",
    "没有用到填充：要把 self.padding 传给 im2col 和 places。",
)
def padding_not_used(self, x, weight):
    return with_settings(self, x, weight, padding=((0, 0), (0, 0)))


@mistake(
    CONVOLVE,
    "The dilation is not used: pass self.dilation to im2col and to places.",
    "没有用到空洞：要把 self.dilation 传给 im2col 和 places。",
)
def dilation_not_used(self, x, weight):
    return with_settings(self, x, weight, dilation=(1, 1))


@mistake(
    CONVOLVE,
    "Height and width of the result are exchanged: the places were counted row by row, so it is [n, o, h', w'].",
    "结果的高和宽弄反了：位置是一行一行数的，所以形状是 [n, o, h', w']。",
)
def sides_exchanged(self, x, weight):
    y = with_settings(self, x, weight)
    return y.reshape(*y.shape[:2], *y.shape[:1:-1])


@mistake(
    CONVOLVE,
    "Images and output channels are mixed up: the product came out as [o, n, ...], and a reshape to [n, o, ...] does "
    "not exchange the two dimensions. With columns [n, ..., places], `@` keeps n in front by itself.",
    "图像和输出通道混在了一起：乘积的形状是 [o, n, ...]，用 reshape 变成 [n, o, ...] 并不会交换这两维。"
    "列是 [n, ..., 位置数] 时，`@` 自然会把 n 留在最前面。",
)
def images_mixed(self, x, weight):
    y = with_settings(self, x, weight)
    return y.swapaxes(0, 1).reshape(y.shape)


@mistake(
    CONVOLVE,
    "The images of the batch are added together. Each has a result of its own.",
    "把一批图像加在了一起。每张图像应该有自己的结果。",
)
def images_added(self, x, weight):
    y = with_settings(self, x, weight)
    return y.sum(axis=0, keepdims=True) + 0 * y


@mutant(CONVOLVE, "raised")
def groups_ignored(self, x, weight):
    o, _, *kernel = weight.shape
    y = weight.reshape(o, -1) @ im2col(x, kernel, self.stride, self.padding, self.dilation)
    return y.reshape(len(x), o, *sizes(x.shape, kernel, self.stride, self.padding, self.dilation))


@mistake(
    CONVOLVE,
    "The groups take every g-th channel. A group is a run of neighbours: with 4 channels in 2 groups, channels 0 and 1 "
    "and channels 2 and 3. So g comes first in the reshape: [n, g, c/g · kh · kw, places].",
    "分组时隔 g 个取一个通道了。一组是相邻的一段：4 个通道分 2 组，是通道 0、1 和通道 2、3。"
    "所以 reshape 时 g 在前：[n, g, c/g · kh · kw, 位置数]。",
)
def groups_interleaved(self, x, weight):
    n, c, h, w = x.shape
    g = self.groups
    return with_settings(self, x.reshape(n, c // g, g, h, w).swapaxes(1, 2).reshape(x.shape), weight)
