"""Mistakes that are made in lesson 2.5."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.datasets.cifar import read_batch, read_records
from minigrad.device import generator
from minigrad.errors import DataError
from minigrad.nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential, Softmax

READ = "minigrad.datasets.cifar:read_part"
NORMALIZE = "minigrad.data.transforms:Normalize.images"
CROP = "minigrad.data.transforms:RandomCrop.images"
FLIP = "minigrad.data.transforms:RandomHorizontalFlip.images"
CNN = "minigrad.models.cifar_cnn:cifar_cnn"


def rows_of(path, wanted, labels):
    return read_records(path, wanted.label_bytes, labels) if path.suffix == ".bin" else read_batch(path, labels)


def tested(path, images, numbers, labels):
    if not len(images) or numbers.min() < 0 or numbers.max() >= labels.classes:
        raise DataError(f"{path}: wrong")
    return images, numbers


def read(path, wanted, labels):
    return tested(path, *rows_of(path, wanted, labels), labels)


@mistake(
    READ,
    "The shape is [N, 32, 32, 3]. Channels come first here: [N, 3, 32, 32]. And it is not the same bytes in another "
    "order of reading: the file has all reds of an image, then all greens, then all blues.",
    "形状是 [N, 32, 32, 3]。这里通道在前：[N, 3, 32, 32]。而且这不只是换个读法：文件里是一张图全部的红，"
    "然后全部的绿，最后全部的蓝。",
)
def colours_last(path, wanted, labels):
    images, numbers = read(path, wanted, labels)
    return images.reshape(-1, 32, 32, 3), numbers


@mistake(
    READ,
    "The bytes were read as red, green, blue of the first pixel, then of the second. In this file the colours are not "
    "mixed: 1,024 reds, 1,024 greens, 1,024 blues. Reshape to [N, 3, 32, 32] at once, without transpose.",
    "字节被当成了第一个像素的红、绿、蓝，接着第二个像素……这个文件里颜色不是交错的：先 1,024 个红，再 1,024 个绿，"
    "再 1,024 个蓝。直接 reshape 成 [N, 3, 32, 32]，不要 transpose。",
)
def colours_interleaved(path, wanted, labels):
    images, numbers = read(path, wanted, labels)
    return images.reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2), numbers


@mistake(
    READ,
    "Rows and columns are exchanged: every photograph lies on its side. The bytes go row by row, so the last dimension "
    "is that of the columns.",
    "行和列弄反了：每张照片都躺着。字节是一行接一行排的，所以最后一维是列。",
)
def rows_as_columns(path, wanted, labels):
    images, numbers = read(path, wanted, labels)
    return images.reshape(-1, 3, 32, 32).swapaxes(2, 3), numbers


@mistake(
    READ,
    "The images are still rows of 3,072 bytes. A convolution needs to know what lies beside what: reshape them to "
    "[N, 3, 32, 32].",
    "图片仍是每行 3,072 个字节。卷积需要知道谁挨着谁：reshape 成 [N, 3, 32, 32]。",
)
def rows_left(path, wanted, labels):
    return read(path, wanted, labels)


@mistake(
    READ,
    "The images are no bytes any more. Leave them as uint8: floats take four times the memory, and Normalize makes "
    "them of each batch when it is needed.",
    "图片不再是字节了。让它们保持 uint8：浮点数要占四倍的内存，到用的时候 Normalize 会把一批一批的转成浮点数。",
)
def no_bytes(path, wanted, labels):
    images, numbers = read(path, wanted, labels)
    return images.reshape(-1, 3, 32, 32).astype(np.float32) / 255, numbers


@mistake(
    READ,
    "A file without images was accepted: raise DataError.",
    "没有图片的文件也被接受了：应该抛出 DataError。",
)
def empty_accepted(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if len(numbers):
        tested(path, images, numbers, labels)
    return images.reshape(-1, 3, 32, 32), numbers


@mistake(
    READ,
    "A label outside 0 ... labels.classes - 1 was accepted (both ends count): raise DataError. Later it would be an "
    "index out of range in the loss, or, if negative, silently another class.",
    "有标签不在 0 ... labels.classes - 1 之内（两端都要查），却被接受了：应该抛出 DataError。"
    "不然以后在损失里就会下标越界；如果是负数，还会悄悄变成别的类。",
)
def label_accepted(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if not len(images) or numbers.min() < 0 or numbers.max() > labels.classes:
        raise DataError(f"{path}: wrong")
    return images.reshape(-1, 3, 32, 32), numbers


@mistake(
    READ,
    "Images and labels are exchanged: return (images, labels).",
    "图片和标签弄反了：应该返回（图片，标签）。",
)
def pair_exchanged(path, wanted, labels):
    images, numbers = read(path, wanted, labels)
    return numbers, images.reshape(-1, 3, 32, 32)


@mistake(
    READ,
    "With a file without images, the smallest or the largest of no numbers was asked for, and NumPy raised ValueError. "
    "Ask first whether there are images, and raise DataError if there are none.",
    "遇到没有图片的文件，却去取零个数中的最小或最大的，于是 NumPy 抛出了 ValueError。"
    "要先看有没有图片，没有就抛出 DataError。",
)
def smallest_of_nothing(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if numbers.min() < 0 or numbers.max() >= labels.classes or not len(images):
        raise DataError(f"{path}: wrong")
    return images.reshape(-1, 3, 32, 32), numbers


@mistake(
    READ,
    "Images that are black all over were refused. They are images, too, although all their bytes are 0: whether there "
    "are any, len(images) says, and not images.any().",
    "全黑的图片被拒绝了。它们的字节全是 0，但也是图片：有没有图片，要看 len(images)，而不是 images.any()。",
)
def black_refused(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if not images.any():
        raise DataError(f"{path}: wrong")
    return tested(path, images.reshape(-1, 3, 32, 32), numbers, labels)


@mistake(
    READ,
    "A file whose labels are all 0 was refused. 0 is a class like any other: numbers.any() does not say whether there "
    "are labels.",
    "标签全是 0 的文件被拒绝了。0 也是一个类：有没有标签，numbers.any() 是看不出来的。",
)
def zeros_refused(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if not numbers.any():
        raise DataError(f"{path}: wrong")
    return tested(path, images.reshape(-1, 3, 32, 32), numbers, labels)


@mutant(READ, "wrong_reader")
def always_pickled(path, wanted, labels):
    images, numbers = tested(path, *read_batch(path, labels), labels)
    return images.reshape(-1, 3, 32, 32), numbers


@mutant(READ, "wrong_label_bytes")
def one_label_byte(path, wanted, labels):
    images, numbers = read_records(path, 1, labels) if path.suffix == ".bin" else read_batch(path, labels)
    return tested(path, images.reshape(-1, 3, 32, 32), numbers, labels)


@mutant(READ, "right_file_refused")
def ten_classes(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if not len(images) or numbers.min() < 0 or numbers.max() >= 10:
        raise DataError(f"{path}: wrong")
    return images.reshape(-1, 3, 32, 32), numbers


@mutant(READ, "another_error")
def value_error(path, wanted, labels):
    images, numbers = rows_of(path, wanted, labels)
    if not len(images):
        raise DataError(f"{path}: wrong")
    if numbers.min() < 0 or numbers.max() >= labels.classes:
        raise ValueError(f"{path}: wrong")
    return images.reshape(-1, 3, 32, 32), numbers


# ------------------------------------------------------------------------------------------------------- Normalize


def fitting(self, x):
    if not all(len(values) in (1, x.shape[1]) for values in (self.mean, self.std)):
        raise ValueError("channels")
    dtype = np.float32 if x.dtype == np.uint8 else x.dtype
    mean, std = (np.array(values, dtype).reshape(-1, 1, 1) for values in (self.mean, self.std))
    return (x.astype(dtype) / 255 if x.dtype == np.uint8 else x), mean, std


@mistake(
    NORMALIZE,
    "Bytes were not divided by 255. Mean and standard deviation are given for numbers from 0 to 1.",
    "字节没有除以 255。均值和标准差是对 0 到 1 的数给出的。",
)
def not_divided(self, x, rng):
    y, mean, std = fitting(self, x)
    return ((y * 255 if x.dtype == np.uint8 else y) - mean) / std


@mistake(
    NORMALIZE,
    "Bytes were divided by 256. The brightest is 255, and it is to become 1.",
    "字节除的是 256。最亮的是 255，它应该变成 1。",
)
def divided_by_256(self, x, rng):
    y, mean, std = fitting(self, x)
    return ((y * np.float32(255 / 256) if x.dtype == np.uint8 else y) - mean) / std


@mistake(
    NORMALIZE,
    "Images that are floats were divided by 255, too; only bytes count from 0 to 255: ask for x.dtype == np.uint8.",
    "浮点数的图片也除了 255；只有字节才是从 0 到 255：要看的是 x.dtype == np.uint8。",
)
def always_divided(self, x, rng):
    y, mean, std = fitting(self, x)
    return ((y if x.dtype == np.uint8 else y / 255) - mean) / std


@mistake(
    NORMALIZE,
    "Bytes did not become float32. x / 255 makes float64 of them, and so does an array of mean or std in float64. "
    "Network and weights are float32: x.astype(np.float32) first, and mean and std in float32 too.",
    "字节没有变成 float32。x / 255 会得到 float64，均值或标准差的数组是 float64 时也会。网络和权重是 float32："
    "先 x.astype(np.float32)，均值和标准差也用 float32。",
)
def not_float32(self, x, rng):
    y, mean, std = fitting(self, x)
    return ((y - mean) / std).astype(np.float64 if x.dtype == np.uint8 else x.dtype)


@mistake(
    NORMALIZE,
    "The result is still bytes: whole numbers from 0 to 255, without sign. Make float32 of it.",
    "结果还是字节：0 到 255 的整数，没有负数。应该变成 float32。",
)
def still_bytes(self, x, rng):
    y, mean, std = fitting(self, x)
    return np.abs((y - mean) / std).astype(x.dtype)


@mistake(
    NORMALIZE,
    "The means were lined up with the columns, the last dimension. They belong to the channels, dimension 1: "
    ".reshape(-1, 1, 1).",
    "均值对到了最后一维，也就是列上。它们属于通道，即第 1 维：.reshape(-1, 1, 1)。",
)
def along_columns(self, x, rng):
    y, mean, std = fitting(self, x)
    return (y - mean.reshape(-1)) / std.reshape(-1)


@mistake(
    NORMALIZE,
    "The mean and standard deviation of this batch were taken, not self.mean and self.std. Then an image would look "
    "different to the network in every batch; use those of the whole training set.",
    "用的是这一批自己的均值和标准差，而不是 self.mean 和 self.std。那样同一张图在每一批里给网络看到的都不一样；"
    "要用整个训练集的。",
)
def of_the_batch(self, x, rng):
    y, _, _ = fitting(self, x)
    dims = (0, 2, 3)
    return (y - y.mean(axis=dims, keepdims=True)) / y.std(axis=dims, keepdims=True)


@mistake(
    NORMALIZE,
    "Only the mean was taken away; divide by the standard deviation as well.",
    "只减了均值，还要除以标准差。",
)
def only_centred(self, x, rng):
    y, mean, _ = fitting(self, x)
    return y - mean


@mistake(
    NORMALIZE,
    "It was multiplied by the standard deviation; divide, so that what comes out has 1.",
    "乘了标准差；应该除，这样出来的标准差才是 1。",
)
def multiplied(self, x, rng):
    y, mean, std = fitting(self, x)
    return (y - mean) * std


@mistake(
    NORMALIZE,
    "x / std - mean is not (x - mean) / std: the mean must be taken away first.",
    "x / std - mean 不等于 (x - mean) / std：要先减均值。",
)
def divided_first(self, x, rng):
    y, mean, std = fitting(self, x)
    return y / std - mean


@mistake(
    NORMALIZE,
    "Only the mean was divided: x - mean / std is not (x - mean) / std. Put the difference in brackets.",
    "只有均值除了标准差：x - mean / std 不等于 (x - mean) / std。差要加上括号。",
)
def mean_divided(self, x, rng):
    y, mean, std = fitting(self, x)
    return y - mean / std


@mistake(
    NORMALIZE,
    "The first mean was taken for all channels: each has its own.",
    "所有通道都用了第一个均值：每个通道有自己的均值。",
)
def first_mean(self, x, rng):
    y, mean, std = fitting(self, x)
    return (y - mean[0]) / std


@mistake(
    NORMALIZE,
    "The first standard deviation was taken for all channels: each has its own.",
    "所有通道都用了第一个标准差：每个通道有自己的标准差。",
)
def first_std(self, x, rng):
    y, mean, std = fitting(self, x)
    return (y - mean) / std[0]


@mistake(
    NORMALIZE,
    "The first mean and the first standard deviation were taken for all channels: each has its own.",
    "所有通道都用了第一个均值和第一个标准差：每个通道有自己的均值和标准差。",
)
def first_of_both(self, x, rng):
    y, mean, std = fitting(self, x)
    return (y - mean[0]) / std[0]


@mistake(
    NORMALIZE,
    "Images of floats were treated as bytes: divided by 255, and their dtype changed. Only uint8 is divided by 255 and "
    "becomes float32; ask for x.dtype == np.uint8.",
    "浮点数的图片被当成了字节：除了 255，dtype 也变了。只有 uint8 才除以 255 并变成 float32；要看的是 "
    "x.dtype == np.uint8。",
)
def floats_as_bytes(self, x, rng):
    y, mean, std = fitting(self, x)
    y = y if x.dtype == np.uint8 else x.astype(np.float32) / 255
    return ((y - mean) / std).astype(np.float32)


@mutant(NORMALIZE, "dtype")
def always_float32(self, x, rng):
    y, mean, std = fitting(self, x)
    return ((y - mean) / std).astype(np.float32)


@mutant(NORMALIZE, "numbers_refused")
def one_for_each_channel(self, x, rng):
    if not len(self.mean) == len(self.std) == x.shape[1]:
        raise ValueError("channels")
    y, mean, std = fitting(self, x)
    return (y - mean) / std


@mistake(
    NORMALIZE,
    "Images of one channel with three means were accepted, and came out with three channels by broadcasting. Raise "
    "ValueError unless there is one number or one for each channel, for mean and for std.",
    "单通道的图片配三个均值也被接受了，广播之后成了三个通道。均值和标准差都一样：除非只有一个数，或者每个通道一个数，"
    "否则抛出 ValueError。",
)
def channels_accepted(self, x, rng):
    dtype = np.float32 if x.dtype == np.uint8 else x.dtype
    mean, std = (np.array(values, dtype).reshape(-1, 1, 1) for values in (self.mean, self.std))
    return ((x.astype(dtype) / 255 if x.dtype == np.uint8 else x) - mean) / std


@mutant(NORMALIZE, "modified_input")
def centred_in_place(self, x, rng):
    y, mean, std = fitting(self, x)
    y -= mean
    y /= std
    return y


# ------------------------------------------------------------------------------------------------------- RandomCrop


def cut(self, x, rng, low=0, high=0, mode="constant", fresh=True):
    """RandomCrop.images; the first and the last place may be moved."""
    (h, w), p = self.size, self.padding
    n, _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode=mode)
    down, right = height + 2 * p - h, width + 2 * p - w
    if down < 0 or right < 0:
        raise ValueError("too large")
    top = rng.integers(min(low, down), max(min(low, down), down + high), n, endpoint=True)
    left = rng.integers(min(low, right), max(min(low, right), right + high), n, endpoint=True)
    return padded, top, left


def put(self, padded, top, left):
    h, w = self.size
    return np.stack([image[:, a : a + h, b : b + w] for image, a, b in zip(padded, top, left)])


@mistake(
    CROP,
    "All images were cut at the same place. Draw n places, one for each image: every image is to look different each "
    "time, not every batch.",
    "所有图片都裁在同一个位置。要抽 n 个位置，每张图一个：每次变样的应该是每一张图，而不是整批一起变。",
)
def one_place(self, x, rng):
    padded, top, left = cut(self, x, rng)
    return put(self, padded, np.full_like(top, top[0]), np.full_like(left, left[0]))


@mistake(
    CROP,
    "There are more images or more channels than before: 2p of them were added by padding. np.pad(x, p) pads all four "
    "dimensions; pad the last two alone: ((0, 0), (0, 0), (p, p), (p, p)).",
    "图片或者通道比原来多了，多出来的 2p 个是补零补出来的。np.pad(x, p) 会给四个维度都补零；只该补最后两维："
    "((0, 0), (0, 0), (p, p), (p, p))。",
)
def all_dimensions_padded(self, x, rng):
    (h, w), n = self.size, len(x) + 2 * self.padding
    padded = np.pad(x, self.padding)
    down, right = padded.shape[2] - h, padded.shape[3] - w
    top, left = rng.integers(0, down, n, endpoint=True), rng.integers(0, right, n, endpoint=True)
    return put(self, padded, top, left)


@mistake(
    CROP,
    "Where there was padding the windows moved, without it they stood still. To move by 0 to 2p is right only for "
    "windows as large as the image; in general the first row may be 0 to H + 2p - h, the first column 0 to W + 2p - w.",
    "有补零时窗口会动，没有补零时窗口就不动了。移动 0 到 2p，只有窗口和图片一样大时才对；一般说来，"
    "第一行可以是 0 到 H + 2p - h，第一列可以是 0 到 W + 2p - w。",
)
def moved_by_the_padding(self, x, rng):
    padded, _, _ = cut(self, x, rng)
    last = 2 * self.padding
    top, left = rng.integers(0, last, len(x), endpoint=True), rng.integers(0, last, len(x), endpoint=True)
    return put(self, padded, top, left)


@mistake(
    CROP,
    "The windows moved in one direction only; draw rows and columns, both.",
    "窗口只在一个方向上移动；行和列都要抽。",
)
def one_way_only(self, x, rng):
    padded, top, left = cut(self, x, rng)
    return put(self, padded, top, np.full_like(left, left[0]))


@mistake(
    CROP,
    "The same number was used for rows and for columns, so windows move on a diagonal only. Draw twice.",
    "行和列用了同一个数，窗口只能沿对角线移动。要抽两次。",
)
def one_draw_for_both(self, x, rng):
    padded, top, left = cut(self, x, rng)
    down, right = padded.shape[2] - self.size[0], padded.shape[3] - self.size[1]
    return put(self, padded, top, top if down == right else left)


@mistake(
    CROP,
    "The last place never came: of H + 2p rows, a window of h can begin at 0 to H + 2p - h, and both count. "
    "rng.integers(0, last, n) stops before last, unless endpoint=True.",
    "最后一个位置从未出现：共 H + 2p 行，高为 h 的窗口可以从 0 到 H + 2p - h 开始，两端都算。"
    "rng.integers(0, last, n) 取不到 last，除非写 endpoint=True。",
)
def last_place_never(self, x, rng):
    return put(self, *cut(self, x, rng, high=-1))


@mistake(
    CROP,
    "Each channel was cut at a place of its own: red, green and blue no longer fit together. One place for an image.",
    "每个通道各裁各的：红、绿、蓝对不上了。一张图只有一个位置。",
)
def channels_apart(self, x, rng):
    n, c = x.shape[:2]
    single = x.reshape(n * c, 1, *x.shape[2:])
    y = put(self, *cut(self, single, rng))
    return y.reshape(n, c, *y.shape[2:])


@mistake(
    CROP,
    "The border is not of zeros: np.pad has mode='constant', which puts zeros there.",
    "补的不是零：np.pad 有 mode='constant'，补的就是零。",
)
def not_zeros(self, x, rng):
    return put(self, *cut(self, x, rng, mode="edge"))


@mistake(
    CROP,
    "Images were exchanged, so that they no longer belong to their labels. Image i of the result is a window of image "
    "i.",
    "图片互换了位置，和标签对不上了。结果里的第 i 张图必须是原来第 i 张图的窗口。",
)
def other_images(self, x, rng):
    padded, top, left = cut(self, x, rng)
    return put(self, padded[rng.permutation(len(x))], top, left)


@mistake(
    CROP,
    "Height and width of the window are exchanged: self.size is (h, w).",
    "窗口的高和宽弄反了：self.size 是 (h, w)。",
)
def size_exchanged(self, x, rng):
    padded, top, left = cut(self, x, rng)
    w, h = self.size
    down, right = padded.shape[2] - h, padded.shape[3] - w
    windows = [i[:, a % (down + 1) :, b % (right + 1) :][:, :h, :w] for i, a, b in zip(padded, top, left)]
    return np.stack(windows)


@mistake(
    CROP,
    "The numbers do not come from rng. Draw all of them from it: the same generator must give the same images, so that "
    "a run can be repeated, and another one others.",
    "随机数不是从 rng 里抽的。全部都要从它那里抽：生成器相同，图片就相同，这样运行才能重现；生成器不同，图片就不同。",
)
@mistake(
    FLIP,
    "The numbers do not come from rng. Draw all of them from it: the same generator must give the same images, so that "
    "a run can be repeated, and another one others.",
    "随机数不是从 rng 里抽的。全部都要从它那里抽：生成器相同，图片就相同，这样运行才能重现；生成器不同，图片就不同。",
)
def rng_unused(self, x, rng):
    if hasattr(self, "size"):
        return put(self, *cut(self, x, generator()))
    return turned(x, generator().random(len(x)) < self.p)


@mistake(
    CROP,
    "A window that is larger than the padded image was accepted: raise ValueError. Slices that reach too far come out "
    "shorter, without a word.",
    "窗口比补零之后的图还大，却被接受了：应该抛出 ValueError。切片越界不会报错，只会悄悄变短。",
)
def too_large_accepted(self, x, rng):
    (h, w), p = self.size, self.padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    down, right = (max(0, a - b) for a, b in zip(padded.shape[2:], (h, w)))
    n = len(x)
    top, left = rng.integers(0, down, n, endpoint=True), rng.integers(0, right, n, endpoint=True)
    return put(self, padded, top, left)


@mistake(
    CROP,
    "No window reaches into the padding: the windows are as if cut from the image as it is.",
    "没有一个窗口伸进补的零里：裁出来的和从原图上裁的一样。",
)
def no_padding(self, x, rng):
    if x.shape[2] < self.size[0] or x.shape[3] < self.size[1]:
        raise ValueError("too large")
    bare = type(self)(self.size, 0)
    return put(bare, *cut(bare, x, rng))


@mistake(
    CROP,
    "The last p places never came. Is the range that of H + p - h? There is padding on both sides, so a window of h "
    "can begin at 0 to H + 2p - h, and both ends count.",
    "最后 p 个位置从未出现。是不是按 H + p - h 算的？两边都补了零，所以高为 h 的窗口可以从 0 到 H + 2p - h 开始，"
    "两端都算。",
)
def padding_once(self, x, rng):
    return put(self, *cut(self, x, rng, high=-self.padding))


@mutant(CROP, "one_side_by_the_padding")
def rows_by_the_padding(self, x, rng):
    padded, _, left = cut(self, x, rng)
    return put(self, padded, rng.integers(0, 2 * self.padding, len(x), endpoint=True), left)


@mutant(CROP, "other_side")
def columns_as_rows(self, x, rng):
    padded, top, _ = cut(self, x, rng)
    down, right = padded.shape[2] - self.size[0], padded.shape[3] - self.size[1]
    return put(self, padded, top, rng.integers(0, min(down, right), len(x), endpoint=True))


@mutant(CROP, "window_refused")
def padding_forgotten(self, x, rng):
    if self.size[0] > x.shape[2] or self.size[1] > x.shape[3]:
        raise ValueError("too large")
    return put(self, *cut(self, x, rng))


@mistake(
    CROP,
    "The result is x itself, or shares its memory: whoever writes into one writes into the other. Return a new array, "
    "such as x.copy().",
    "结果就是 x 本身，或者和 x 共用内存：往一个里写，另一个也会变。应该返回新数组，比如 x.copy()。",
)
@mistake(
    FLIP,
    "The result is x itself, or shares its memory: whoever writes into one writes into the other. Return a new array, "
    "such as x.copy().",
    "结果就是 x 本身，或者和 x 共用内存：往一个里写，另一个也会变。应该返回新数组，比如 x.copy()。",
)
def not_new(self, x, rng):
    if hasattr(self, "size"):
        return x if not self.padding and self.size == x.shape[2:] else put(self, *cut(self, x, rng))
    mask = rng.random(len(x)) < self.p
    return turned(x, mask) if mask.any() else x


@mutant(CROP, "drawn_too_far")
def one_too_many(self, x, rng):
    return put(self, *cut(self, x, rng, high=1))


@mutant(CROP, "do_not_fit")
def padded_before(self, x, rng):
    _, top, left = cut(self, x, rng)
    (h, w), p, y = self.size, self.padding, []
    padded = np.pad(x, ((0, 0), (0, 0), (p, 0), (p, 0)))
    for image, a, b in zip(padded, top, left):
        y.append(image[:, a : a + h, b : b + w])
    return np.stack(y)


@mutant(CROP, "sized_as_x")
def into_empty_like(self, x, rng):
    padded, top, left = cut(self, x, rng)
    y = np.empty_like(x)
    for i, window in enumerate(put(self, padded, top, left)):
        y[i] = window
    return y


# --------------------------------------------------------------------------------------------- RandomHorizontalFlip


def turned(x, mask, how=np.s_[..., ::-1]):
    y = x.copy()
    y[mask] = x[mask][how]
    return y


@mistake(
    FLIP,
    "Images were turned upside down: the rows were reversed. Left and right are the columns, the last dimension.",
    "图片上下颠倒了：倒过来的是行。左右是列，也就是最后一维。",
)
def upside_down(self, x, rng):
    return turned(x, rng.random(len(x)) < self.p, np.s_[:, :, ::-1])


@mistake(
    FLIP,
    "Rows and columns were both reversed, which is half a turn. Reverse the last dimension alone.",
    "行和列都倒过来了，等于转了半圈。只倒最后一维。",
)
def both_ways(self, x, rng):
    return turned(x, rng.random(len(x)) < self.p, np.s_[:, :, ::-1, ::-1])


@mistake(
    FLIP,
    "The channels were reversed: red became blue, and nothing was mirrored. Reverse the last dimension.",
    "倒过来的是通道：红变成了蓝，左右却没有翻转。要倒的是最后一维。",
)
def colours_turned(self, x, rng):
    return turned(x, rng.random(len(x)) < self.p, np.s_[:, ::-1])


@mistake(
    FLIP,
    "The order of the images was changed, so that they no longer belong to their labels.",
    "图片的先后顺序变了，和标签对不上了。",
)
def order(self, x, rng):
    return x[::-1].copy() if rng.random() < 2 else x.copy()


@mistake(
    FLIP,
    "All images were mirrored, or none: one draw for the whole batch. Draw a number for each image.",
    "要么全部翻转，要么全不翻转：整批只抽了一次签。要给每张图各抽一个数。",
)
def all_or_none(self, x, rng):
    return x[..., ::-1].copy() if rng.random() < self.p else x.copy()


@mistake(
    FLIP,
    "No image was mirrored. y[mask] with a mask is a copy: y[mask][...] = something changes that copy and is lost. "
    "Assign to y[mask] itself, and return the new array.",
    "没有一张图被翻转。用掩码取出的 y[mask] 是副本：y[mask][...] = 某物 改的是副本，改完就丢了。"
    "要直接给 y[mask] 赋值，并返回新数组。",
)
def nothing_mirrored(self, x, rng):
    y = x.copy()
    mask = rng.random(len(x)) < self.p
    y[mask][...] = x[mask][..., ::-1]
    return y


@mistake(
    FLIP,
    "p is the probability of mirroring, and it was used as that of leaving an image as it is.",
    "p 是翻转的概率，却被当成了保持原样的概率。",
)
def kept_with_p(self, x, rng):
    return turned(x, rng.random(len(x)) >= self.p)


@mistake(
    FLIP,
    "Parts of an image were mirrored and others not: one draw for each image, for all its rows and channels.",
    "同一张图里，有的部分翻转了，有的没有：每张图只抽一次签，管它所有的行和通道。",
)
def rows_apart(self, x, rng):
    mask = rng.random(x.shape[:3]) < self.p
    return np.where(mask[..., None], x[..., ::-1], x)


@mistake(
    FLIP,
    "The same number of images was mirrored in every batch. Each image needs a draw of its own: then there are "
    "sometimes more and sometimes fewer.",
    "每一批里翻转的图片都一样多。每张图都要单独抽签：这样翻转的有时多，有时少。",
)
def fixed_number(self, x, rng):
    return turned(x, rng.permutation(len(x)) < self.p * len(x))


@mutant(FLIP, "dtype")
def turned_as_floats(self, x, rng):
    return turned(x.astype(np.float32), rng.random(len(x)) < self.p)


@mutant(FLIP, "modified_input")
def turned_in_place(self, x, rng):
    mask = rng.random(len(x)) < self.p
    x[mask] = x[mask][..., ::-1]
    return x


# -------------------------------------------------------------------------------------------------------- cifar_cnn


def cnn(num_classes=10, dropout=0.5, kernel=3, relu=True, relu2=True, drop=(True, False), last=(), widths=(32, 64)):
    a, b = widths
    curved = [ReLU()] if relu else []
    return Sequential(
        Conv2d(3, a, kernel, padding=kernel // 2),
        *curved,
        Conv2d(a, a, kernel, padding=kernel // 2),
        *curved,
        MaxPool2d(2),
        Conv2d(a, b, kernel, padding=kernel // 2),
        *curved,
        Conv2d(b, b, kernel, padding=kernel // 2),
        *curved,
        MaxPool2d(2),
        Flatten(),
        Linear(b * 8 * 8, 128),
        *([ReLU()] if relu2 else []),
        *([Dropout(dropout)] if drop[0] else []),
        Linear(128, num_classes),
        *([Dropout(dropout)] if drop[1] else []),
        *last,
    )


@mistake(
    CNN,
    "The convolutions have no padding, so each takes two rows and columns away. padding=1 keeps 32 x 32.",
    "卷积没有填充，每一个都会去掉两行两列。padding=1 才能保持 32 x 32。",
)
def no_padding_in_convolutions(num_classes=10, dropout=0.5):
    return Sequential(
        Conv2d(3, 32, 3),
        ReLU(),
        Conv2d(32, 32, 3),
        ReLU(),
        MaxPool2d(2),
        Conv2d(32, 64, 3),
        ReLU(),
        Conv2d(64, 64, 3),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(64 * 5 * 5, 128),
        ReLU(),
        Dropout(dropout),
        Linear(128, num_classes),
    )


@mistake(
    CNN,
    "There is no ReLU after the convolutions. Two convolutions in a row without one are a single convolution.",
    "卷积后面没有 ReLU。两个卷积连在一起，中间没有它，就只是一个卷积。",
)
def convolutions_without_relu(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, relu=False)


@mistake(
    CNN,
    "There is no ReLU between the two linear layers: together they are one.",
    "两个全连接层之间没有 ReLU：合起来就只是一层。",
)
def linear_without_relu(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, relu2=False)


@mistake(
    CNN,
    "The kernels are 5x5; the drawing asks for 3x3.",
    "卷积核是 5x5；要求的是 3x3。",
)
def larger_kernels(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, kernel=5)


@mistake(
    CNN,
    "There is a ReLU after the scores. Scores may be negative; cross-entropy takes them as they are.",
    "分数后面有 ReLU。分数可以是负的；交叉熵直接接收它们。",
)
def scores_cut_off(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, last=[ReLU()])


@mistake(
    CNN,
    "There is a softmax at the end. cross_entropy does that itself; twice, it flattens all differences.",
    "最后有 softmax。cross_entropy 自己会做；做两次，差别就都被抹平了。",
)
def softmax_at_the_end(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, last=[Softmax(dim=1)])


@mistake(
    CNN,
    "Dropout is missing: Dropout(dropout) after the ReLU of the 128 features.",
    "少了 dropout：128 个特征的 ReLU 之后应该有 Dropout(dropout)。",
)
def without_dropout(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, drop=(False, False))


@mistake(
    CNN,
    "Dropout comes after the scores, so that half of the answers are struck out. It belongs to the 128 features.",
    "dropout 放在了分数后面，等于划掉一半的答案。它应该作用在 128 个特征上。",
)
def scores_dropped(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, drop=(False, True))


@mistake(
    CNN,
    "The share of dropout is always 0.5; take the parameter `dropout`.",
    "dropout 的比例总是 0.5；应该用参数 `dropout`。",
)
def dropout_fixed(num_classes=10, dropout=0.5):
    return cnn(num_classes, 0.5)


@mistake(
    CNN,
    "The network always has 10 scores; take the parameter `num_classes`.",
    "网络总是给出 10 个分数；应该用参数 `num_classes`。",
)
def classes_fixed(num_classes=10, dropout=0.5):
    return cnn(10, dropout)


@mistake(
    CNN,
    "The channels are 64 and then 32. As the image becomes smaller, the channels become more: 32, then 64.",
    "通道先 64 后 32。图片变小，通道要变多：先 32，后 64。",
)
def channels_exchanged(num_classes=10, dropout=0.5):
    return cnn(num_classes, dropout, widths=(64, 32))


@mistake(
    CNN,
    "Flatten is missing: a linear layer takes rows [n, 4096], the pool gives [n, 64, 8, 8].",
    "少了 Flatten：全连接层要的是 [n, 4096] 的行，池化给出的是 [n, 64, 8, 8]。",
)
def without_flatten(num_classes=10, dropout=0.5):
    return Sequential(*[m for m in cnn(num_classes, dropout) if not isinstance(m, Flatten)])


@mistake(
    CNN,
    "The images are pooled once only. A MaxPool2d(2) stands after each pair of convolutions: 32 becomes 16, then 8.",
    "只池化了一次。每两个卷积之后都有一个 MaxPool2d(2)，32 变 16，再变 8。",
)
def one_pool(num_classes=10, dropout=0.5):
    layers = list(cnn(num_classes, dropout))
    pool = next(i for i, m in enumerate(layers) if isinstance(m, MaxPool2d))
    return Sequential(*layers[:pool], *layers[pool + 1 :])


@mutant(CNN, "narrowed")
def padding_in_the_linear_layer_alone(num_classes=10, dropout=0.5):
    pair = lambda c, n: [Conv2d(c, n, 3), ReLU(), Conv2d(n, n, 3), ReLU(), MaxPool2d(2)]  # noqa: E731
    return Sequential(*pair(3, 32), *pair(32, 64), *cnn(num_classes, dropout)[10:])


@mutant(CNN, "does_not_fit")
def pooled_once_in_the_linear_layer(num_classes=10, dropout=0.5):
    layers = list(cnn(num_classes, dropout))
    return Sequential(*layers[:11], Linear(64 * 16 * 16, 128), *layers[12:])


@mutant(CNN, "nothing")
def not_returned(num_classes=10, dropout=0.5):
    cnn(num_classes, dropout)
