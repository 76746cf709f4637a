"""Mistakes that are made in lesson 2.2."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.kernels.windows import col2im, im2col, places

COL2IM = "minigrad.kernels.windows:col2im"
INPUT = "minigrad.ops.conv:Convolution.input_grad"
WEIGHT = "minigrad.ops.conv:Convolution.weight_grad"
BIAS = "minigrad.ops.conv:Convolution.bias_grad"


def put_together(columns, shape, kernel, stride, padding, dilation, add=True, step=True, gap=True, cut=None):
    """col2im with one thing done wrong."""
    n, c, h, w = shape
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation if gap else (1, 1)
    (top, bottom), (left, right) = padding
    across_line = [places(*one) for one in zip((h, w), kernel, stride, padding, dilation)]
    columns = columns.reshape(n, c, kh, kw, *across_line)
    down, across = across_line
    sh, sw = (sh, sw) if step else (1, 1)
    image = np.zeros((n, c, h + top + bottom, w + left + right), columns.dtype)
    for u in range(kh):
        for v in range(kw):
            rows, cols = slice(u * dh, u * dh + sh * down, sh), slice(v * dw, v * dw + sw * across, sw)
            image[:, :, rows, cols] = (image[:, :, rows, cols] if add else 0) + columns[:, :, u, v]
    return image[:, :, top : top + h, left : left + w] if cut is None else cut(image, h, w)


@mistake(
    COL2IM,
    "Where windows overlap, the last one overwrote the others: a pixel that lies in several windows gets the "
    "sum of what "
    "they say, so add (+=), do not assign. (Indexing with arrays, image[rows, columns] += ..., adds only once "
    "per pixel, "
    "too; np.add.at does not.)",
    "窗口重叠的地方，后来的覆盖了先前的：一个像素落在几个窗口里，它的梯度就是这几份之和，所以要累加（+=），不要赋值。"
    "（用数组作下标的 image[rows, columns] += ... 对同一像素也只加一次；np.add.at 才会逐次相加。）",
)
def assigned(columns, *settings):
    return put_together(columns, *settings, add=False)


@mistake(
    COL2IM,
    "Each window was written over what the windows before it had left: a pixel that lies in several of them gets the "
    "sum, so add (+=), do not assign.",
    "每个窗口都覆盖了前面的窗口留下的结果：一个像素落在几个窗口里，它的梯度就是这几份之和，所以要累加（+=），不要赋值。",
)
def assigned_by_window(columns, shape, kernel, stride, padding, dilation):
    n, c, h, w = shape
    (kh, kw), (sh, sw), (dh, dw) = kernel, stride, dilation
    (top, bottom), (left, right) = padding
    down, across = [places(*one) for one in zip((h, w), kernel, stride, padding, dilation)]
    columns = columns.reshape(n, c, kh, kw, down, across)
    image = np.zeros((n, c, h + top + bottom, w + left + right), columns.dtype)
    for i, j in np.ndindex(down, across):
        rows, cols = slice(sh * i, sh * i + dh * kh, dh), slice(sw * j, sw * j + dw * kw, dw)
        here = image[:, :, rows, cols]
        here[...] = columns[:, :, : here.shape[2], : here.shape[3], i, j]
    return image[:, :, top : top + h, left : left + w]


@mistake(
    COL2IM,
    "A slice [top : -bottom] is empty where bottom is 0, because -0 is 0. Cut with the size: [top : top + h].",
    "bottom 为 0 时，切片 [top : -bottom] 是空的，因为 -0 就是 0。请按大小来切：[top : top + h]。",
)
def cut_with_minus_zero(columns, shape, kernel, stride, padding, dilation):
    (top, bottom), (left, right) = padding
    settings = kernel, stride, padding, dilation
    return put_together(columns, shape, *settings, cut=lambda image, h, w: image[:, :, top:-bottom, left:-right])


@mutant(COL2IM, "dtype")
def zeros_without_dtype(columns, *settings):
    return np.zeros(settings[0]) + col2im(columns, *settings)


@mistake(
    COL2IM,
    "The overlaps were averaged: divided by the number of windows that cover a pixel. All of them count in full; the "
    "chain rule adds.",
    "重叠的地方取了平均：除以了覆盖这个像素的窗口数。每一份都要全额计入，链式法则是相加。",
)
def averaged(columns, *settings):
    counts = col2im(np.ones_like(columns), *settings)
    return col2im(columns, *settings) / np.maximum(counts, 1)


@mistake(
    COL2IM,
    "The stride is ignored: neighbouring places lie `stride` pixels apart, so the slices need a step: start : "
    "stop : sh.",
    "没有考虑步幅：相邻的两个位置相隔 stride 个像素，所以切片要带步长：start : stop : sh。",
)
def step_forgotten(columns, *settings):
    return put_together(columns, *settings, step=False)


@mistake(
    COL2IM,
    "The dilation is ignored: tap (u, v) lies dh · u pixels down and dw · v across.",
    "没有考虑空洞：格子 (u, v) 要往下 dh · u、往右 dw · v 个像素。",
)
def gap_forgotten(columns, *settings):
    return put_together(columns, *settings, gap=False)


@mistake(
    COL2IM,
    "The padding was not removed: the image must have the size in `shape`, without the zeros around it.",
    "没有去掉填充：图像的大小应该是 `shape` 里的，不含四周补的零。",
)
def padding_left_on(columns, *settings):
    return put_together(columns, *settings, cut=lambda image, h, w: image)


@mistake(
    COL2IM,
    "The padding was cut off at one end only: the image begins at row `top` and column `left`, not at 0.",
    "填充只从一头切掉了：图像从第 top 行、第 left 列开始，不是从 0 开始。",
)
def cut_from_the_start(columns, *settings):
    return put_together(columns, *settings, cut=lambda image, h, w: image[:, :, :h, :w])


@mistake(
    COL2IM,
    "Channels and taps are exchanged: the rows of the columns go through the channels first, so the shape to "
    "begin with is "
    "[n, c, kh, kw, down, across].",
    "通道和核的格子次序反了：列里是先按通道分的，所以一开始的形状是 [n, c, kh, kw, down, across]。",
)
def taps_first(columns, shape, kernel, *settings):
    n, c = shape[:2]
    columns = columns.reshape(n, kernel[0] * kernel[1], c, -1).swapaxes(1, 2).reshape(columns.shape)
    return col2im(columns, shape, kernel, *settings)


@mistake(
    COL2IM,
    "The taps are turned round. Every number goes back to the pixel that im2col took it from: tap (u, v) of "
    "place (i, j) "
    "to pixel (i + u, j + v).",
    "核的格子倒过来了。每个数都要回到 im2col 取它的那个像素：位置 (i, j) 的格子 (u, v) 回到像素 (i + u, j + v)。",
)
def taps_reversed(columns, shape, kernel, *settings):
    n, c = shape[:2]
    turned = columns.reshape(n, c, *kernel, -1)[:, :, ::-1, ::-1].reshape(columns.shape)
    return col2im(turned, shape, kernel, *settings)


# ------------------------------------------------------------------------------------------------------------ gradients


def upstream(self, gy):
    """gY [n, g, o/g, places]."""
    return gy.reshape(len(gy), self.groups, gy.shape[1] // self.groups, -1)


def columns_of(self, x, kernel):
    """X [n, g, c/g · kh · kw, places]."""
    columns = im2col(x, kernel, self.stride, self.padding, self.dilation)
    return columns.reshape(len(x), self.groups, columns.shape[1] // self.groups, -1)


def image_of(self, columns, weight, shape):
    columns = columns.reshape(shape[0], -1, columns.shape[-1])
    return col2im(columns, shape, weight.shape[2:], self.stride, self.padding, self.dilation)


@mutant(INPUT, "raised")
def not_transposed(self, gy, weight, shape):
    w = weight.reshape(self.groups, len(weight) // self.groups, -1)
    return image_of(self, w @ upstream(self, gy)[:, :, : len(weight)], weight, shape)


@mistake(
    INPUT,
    "Where W is square it is used as it is, where Wᵀ belongs. Y = W X, so gX = Wᵀ gY, whatever the shapes allow.",
    "W 恰好是方阵时直接用了 W，这里应该是 Wᵀ。Y = W X，所以 gX = Wᵀ gY，不能只看形状对不对得上。",
)
def whatever_fits(self, gy, weight, shape):
    w = weight.reshape(self.groups, len(weight) // self.groups, -1)
    w = w if w.shape[1] == w.shape[2] else w.swapaxes(1, 2)
    return image_of(self, w @ upstream(self, gy), weight, shape)


@mistake(
    INPUT,
    "The weight was reshaped where it must be transposed. reshape(-1, o) has the right shape, but it counts the same "
    "numbers anew and exchanges nothing: first [o, c · kh · kw], then swapaxes or .T.",
    "权重应该转置，却用了 reshape。reshape(-1, o) 形状是对的，但它只是把同一串数重新数一遍，什么都没有交换："
    "先变成 [o, c · kh · kw]，再用 swapaxes 或 .T。",
)
def reshaped_for_transposed(self, gy, weight, shape):
    w = weight.reshape(self.groups, -1, len(weight) // self.groups)
    return image_of(self, w @ upstream(self, gy), weight, shape)


@mistake(
    INPUT,
    "The kernel is flipped, and col2im takes every number back to its pixel besides: only one of the two is needed. "
    "(Flipped kernels belong to the other way, in which gx is a convolution of gy.)",
    "翻转了卷积核，又用 col2im 把每个数送回它的像素：两者只需其一。（另一种算法才翻转卷积核：把 gx 当作 gy "
    "的卷积来算。）",
)
def flipped_as_well(self, gy, weight, shape):
    w = weight[:, :, ::-1, ::-1].reshape(self.groups, len(weight) // self.groups, -1)
    return image_of(self, w.swapaxes(1, 2) @ upstream(self, gy), weight, shape)


@mistake(
    INPUT,
    "gy was reshaped to [n, places, o] and then transposed. In memory it lies as [n, o, places]: that reshape "
    "is enough.",
    "gy 先 reshape 成了 [n, 位置数, o] 再转置。它在内存里就是 [n, o, 位置数] 的次序：直接 reshape 成这样就行。",
)
def upstream_mixed(self, gy, weight, shape):
    mixed = gy.reshape(len(gy), -1, gy.shape[1]).swapaxes(1, 2).reshape(gy.shape)
    w = weight.reshape(self.groups, len(weight) // self.groups, -1)
    return image_of(self, w.swapaxes(1, 2) @ upstream(self, mixed), weight, shape)


@mistake(
    INPUT,
    "The padding is ignored: the zeros around the image belong to the windows, too. Pass self.padding to "
    "col2im, which "
    "cuts them off.",
    "没有考虑填充：图像四周的零也在窗口里。把 self.padding 传给 col2im，由它切掉。",
)
def padding_kept(self, gy, weight, shape):
    w = weight.reshape(self.groups, len(weight) // self.groups, -1)
    columns = (w.swapaxes(1, 2) @ upstream(self, gy)).reshape(len(gy), -1, gy.shape[2] * gy.shape[3])
    settings = weight.shape[2:], self.stride, self.padding, self.dilation
    return put_together(columns, shape, *settings, cut=lambda image, h, w: image[:, :, :h, :w])


@mistake(
    WEIGHT,
    "Only the first image counts. Every image of the batch was convolved with this weight: sum over all of them.",
    "只算了第一张图像。批量里的每张图像都用过这个权重：要对所有图像求和。",
)
def first_image_only(self, x, gy, shape):
    return (upstream(self, gy) @ columns_of(self, x, shape[2:]).swapaxes(2, 3))[0].reshape(shape)


@mistake(
    WEIGHT,
    "Only the last image counts: each round of the loop overwrote what the images before had given. Add (+=).",
    "只算了最后一张图像：循环的每一轮都覆盖了前面图像的结果。要累加（+=）。",
)
def last_image_only(self, x, gy, shape):
    return (upstream(self, gy) @ columns_of(self, x, shape[2:]).swapaxes(2, 3))[-1].reshape(shape)


@mutant(WEIGHT, "raised")
def images_not_summed(self, x, gy, shape):
    return (upstream(self, gy) @ columns_of(self, x, shape[2:]).swapaxes(2, 3)).reshape(shape)


@mistake(
    WEIGHT,
    "It is the mean over the images; it must be their sum. If the loss is a mean, its 1/n is in gy already.",
    "这里对图像取了平均，应该求和。如果损失取的是平均，那个 1/n 已经在 gy 里了。",
)
def mean_of_images(self, x, gy, shape):
    return (upstream(self, gy) @ columns_of(self, x, shape[2:]).swapaxes(2, 3)).mean(axis=0).reshape(shape)


@mistake(
    WEIGHT,
    "It is divided by the number of places. A weight is used at every place; what they say is added.",
    "这里除以了位置数。一个权重在每个位置都用过，各个位置的梯度应该相加。",
)
def mean_of_places(self, x, gy, shape):
    return self_sum(self, x, gy, shape) / (gy.shape[2] * gy.shape[3])


def self_sum(self, x, gy, shape):
    return (upstream(self, gy) @ columns_of(self, x, shape[2:]).swapaxes(2, 3)).sum(axis=0).reshape(shape)


@mistake(
    WEIGHT,
    "The factors stand in the other order: X gYᵀ is [c · kh · kw, o], and the reshape hides that. Y = W X, so "
    "gW = gY Xᵀ.",
    "因子的次序反了：X gYᵀ 是 [c · kh · kw, o]，reshape 把这一点掩盖了。Y = W X，所以 gW = gY Xᵀ。",
)
def order_exchanged(self, x, gy, shape):
    return (columns_of(self, x, shape[2:]) @ upstream(self, gy).swapaxes(2, 3)).sum(axis=0).reshape(shape)


@mistake(
    WEIGHT,
    "Images were mixed up: [n, o, ...] was reshaped to [o, n · places] (and the columns likewise), which "
    "exchanges nothing. "
    "Multiply for each image, then sum; or bring n behind o with transpose before the reshape.",
    "图像混在了一起：[n, o, ...] 直接 reshape 成了 [o, n · 位置数]（列也是这样），但 reshape 什么都没有交换。"
    "请对每张图像分别相乘再求和；或者先用 transpose 把 n 换到 o 后面，再 reshape。",
)
def images_mixed_up(self, x, gy, shape):
    g, columns = self.groups, columns_of(self, x, shape[2:])
    gy = gy.reshape(g, shape[0] // g, -1)
    return (gy @ columns.reshape(g, columns.shape[2], -1).swapaxes(1, 2)).reshape(shape)


@mistake(
    WEIGHT,
    "The gradient is that of a flipped kernel: gW[u, v] goes with the pixels under tap (u, v).",
    "这是翻转后的卷积核的梯度：gW[u, v] 对应的是格子 (u, v) 下面的像素。",
)
def gradient_flipped(self, x, gy, shape):
    return np.ascontiguousarray(self_sum(self, x, gy, shape)[:, :, ::-1, ::-1])


@mutant(WEIGHT, "raised")
def stride_lost(self, x, gy, shape):
    columns = im2col(x, shape[2:], (1, 1), self.padding, self.dilation)
    columns = columns.reshape(len(x), self.groups, columns.shape[1] // self.groups, -1)
    return (upstream(self, gy) @ columns.swapaxes(2, 3)).sum(axis=0).reshape(shape)


@mistake(
    BIAS,
    "It is the mean over images and places; it must be the sum: b was added at each of them.",
    "这里对图像和位置取了平均，应该求和：b 在每一处都加过一次。",
)
def mean_for_sum(self, gy):
    return gy.mean(axis=(0, 2, 3))


@mistake(
    BIAS,
    "It is summed over the places, but averaged over the images. Both are summed; a mean in the loss is in gy already.",
    "位置上求了和，图像上却取了平均。两者都要求和；如果损失取平均，那已经在 gy 里了。",
)
def mean_over_images(self, gy):
    return gy.sum(axis=(2, 3)).mean(axis=0)


@mistake(
    BIAS,
    "Only the first image counts. The bias was added to every image: sum over dimension 0, too.",
    "只算了第一张图像。偏置加到了每张图像上：第 0 维也要求和。",
)
def bias_of_first_image(self, gy):
    return gy[0].sum(axis=(1, 2))


@mutant(BIAS, "shape")
def images_only(self, gy):
    return gy.sum(axis=0)


@mutant(BIAS, "shape_only")
def dimensions_kept(self, gy):
    return gy.sum(axis=(0, 2, 3), keepdims=True)
