"""Convolutions of images [n, c, h, w] and of sequences [n, c, length], and their transposes.

In the formulas, gx stands for dL/dx, s is the stride, d the dilation, and p the padding before the first row or column.
"""

from collections.abc import Sequence
from typing import Any

from ..device import Array
from ..dtypes import is_half
from ..function import Function
from ..kernels.conv import convolution as kernels
from ..kernels.conv.choice import Geometry
from ..kernels.cuda import windows as cuda
from ..kernels.cuda.launch import taken
from ..kernels.products import fast
from ..kernels.reduction import total
from ..kernels.windows import Padding, Pair, col2im, im2col, places
from ..tensor import Tensor
from ..twins import fastest, twin_of
from .apply import apply
from .arguments import as_tensor, pair, single, whole
from .shape import pad, reshape


class Convolution(Function):
    """What Conv2d and its transpose share: the products of images, kernels and gradients.

    With the windows of x as columns X = im2col(x), a convolution is one product for each image, Y = W X (LeCun et al.,
    1989). Each of g groups of channels has c/g channels and o/g kernels, and sees no others.
    """

    autocast = "lower"
    promotes = True
    differentiable = True

    def __init__(
        self,
        stride: Pair = (1, 1),
        padding: Padding = ((0, 0), (0, 0)),
        dilation: Pair = (1, 1),
        groups: int = 1,
    ):
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups

    def convolve(self, x: Array, weight: Array) -> Array:
        """Y = W X: x [n, c, h, w], weight [o, c/g, kh, kw] -> [n, o, h', w']."""
        n, (o, _, *kernel), g = len(x), weight.shape, self.groups
        columns = im2col(x, kernel, self.stride, self.padding, self.dilation)
        columns = columns.reshape(n, g, columns.shape[1] // g, columns.shape[2])
        y = weight.reshape(g, o // g, -1) @ columns
        each = zip(x.shape[2:], kernel, self.stride, self.padding, self.dilation, strict=True)
        return y.reshape(n, o, *[places(*sizes) for sizes in each])

    def input_grad(self, gy: Array, weight: Array, shape: tuple[int, ...]) -> Array:
        """gX = Wᵀ gY, and gx = col2im(gX): gy [n, o, h', w'], weight [o, c/g, kh, kw] -> `shape` [n, c, h, w]."""
        n, (o, _, *kernel), g = len(gy), weight.shape, self.groups
        gy = gy.reshape(n, g, o // g, gy.shape[2] * gy.shape[3])
        columns = weight.reshape(g, o // g, -1).swapaxes(1, 2) @ gy
        columns = columns.reshape(n, g * columns.shape[2], columns.shape[3])
        return col2im(columns, shape, kernel, self.stride, self.padding, self.dilation)

    def weight_grad(self, x: Array, gy: Array, shape: tuple[int, ...]) -> Array:
        """gW = Σ gY Xᵀ over the images: x [n, c, h, w], gy [n, o, h', w'] -> `shape` [o, c/g, kh, kw]."""
        n, (o, _, *kernel), g = len(x), shape, self.groups
        gy = gy.reshape(n, g, o // g, gy.shape[2] * gy.shape[3])
        columns = im2col(x, kernel, self.stride, self.padding, self.dilation)
        columns = columns.reshape(n, g, columns.shape[1] // g, columns.shape[2])
        return total(gy @ columns.swapaxes(2, 3), (0,)).reshape(shape).astype(x.dtype)

    def bias_grad(self, gy: Array) -> Array:
        """gb = Σ gy over images and places: [n, o, h, w] -> [o]."""
        return total(gy, (0, 2, 3)).astype(gy.dtype)

    def add_bias(self, y: Array, bias: Array | None) -> Array:
        """y [n, o, h, w] + b[o], in the memory of y; y as it is without b."""
        if bias is not None:
            y += bias[:, None, None]
        return y

    def other(self, kind: type[Function], *settings: Any) -> Any:
        """The operation of another kind with the same windows: a gradient, as an operation that has gradients too."""
        return fastest(kind)(self.stride, self.padding, self.dilation, self.groups, *settings)


class Conv2d(Convolution):
    """y[n, o, i, j] = b[o] + Σ_cuv w[o, c, u, v] · x[n, c, s i + d u - p, s j + d v - p], where x is 0 outside."""

    def forward(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        self.save(x, weight)
        return self.add_bias(self.convolve(x, weight), bias)

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        if isinstance(gy, Tensor):
            gx = self.other(ConvTranspose2d, x.shape[1:])(gy, weight, None)
            return gx, self.other(ConvWeightGrad, weight.shape)(x, gy), gy.sum((0, 2, 3)) if self.needs[2] else None
        gx = self.input_grad(gy, weight, x.shape) if self.needs[0] else None
        gw = self.weight_grad(x, gy, weight.shape) if self.needs[1] else None
        gb = self.bias_grad(gy) if self.needs[2] else None
        return gx, gw, gb


class ConvTranspose2d(Convolution):
    """The transpose of Conv2d, of which the input is here the result, of `shape` [c, h', w'] for each image.

    y = col2im(Wᵀ X) + b: every pixel of x adds its multiple of a kernel to y. The gradients are those of Conv2d with
    x and y in each other's place: gx = W im2col(gy), gW = Σ X im2col(gy)ᵀ (Zeiler et al., 2010).
    """

    def __init__(self, stride: Pair, padding: Padding, dilation: Pair, groups: int, shape: tuple[int, ...]):
        super().__init__(stride, padding, dilation, groups)
        self.shape = shape

    def forward(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        self.save(x, weight)
        return self.add_bias(self.input_grad(x, weight, (len(x), *self.shape)), bias)

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        if isinstance(gy, Tensor):
            gx = self.other(Conv2d)(gy, weight, None)
            return gx, self.other(ConvWeightGrad, weight.shape)(gy, x), gy.sum((0, 2, 3)) if self.needs[2] else None
        gx = self.convolve(gy, weight) if self.needs[0] else None
        gw = self.weight_grad(gy, x, weight.shape) if self.needs[1] else None
        gb = self.bias_grad(gy) if self.needs[2] else None
        return gx, gw, gb


class ConvWeightGrad(Convolution):
    """gW = Σ gY Xᵀ as an operation of x and gy, for second derivatives: the gradient of the weight of Conv2d.

    It is linear in both, so the gradients for an upstream gradient u of gW's `shape` are gx = col2im(uᵀ gY) and
    ggY = u X: the transposed convolution of gy with u, and the convolution of x with u.
    """

    def __init__(self, stride: Pair, padding: Padding, dilation: Pair, groups: int, shape: tuple[int, ...]):
        super().__init__(stride, padding, dilation, groups)
        self.shape = shape

    def forward(self, x: Array, gy: Array) -> Array:
        self.save(x, gy)
        return self.weight_grad(x, gy, self.shape)

    def backward(self, u: Array) -> Any:
        x, gy = self.saved
        gx = apply(self.other(ConvTranspose2d, x.shape[1:]), gy, u, None)
        return gx, apply(self.other(Conv2d), x, u, None)


class FastConvolution(Convolution):
    """Convolution by minigrad.kernels.conv for images on the CPU, by minigrad.kernels.cuda for those on a GPU."""

    halves = "kernels"

    def convolve(self, x: Array, weight: Array) -> Array:
        if taken(x, weight):
            return cuda.convolve(x, weight, None, *self.geometry)
        if is_half(x.dtype):  # too large for a kernel
            return super().convolve(x.astype("float32"), weight.astype("float32")).astype(x.dtype)
        return kernels.convolve(x, weight, self.geometry) if fast(x) else super().convolve(x, weight)

    def input_grad(self, gy: Array, weight: Array, shape: tuple[int, ...]) -> Array:
        if taken(gy, weight):
            return cuda.input_grad(gy, weight, shape, *self.geometry)
        if is_half(gy.dtype):
            return super().input_grad(gy.astype("float32"), weight.astype("float32"), shape).astype(gy.dtype)
        if not fast(gy):
            return super().input_grad(gy, weight, shape)
        return kernels.input_grad(gy, weight, self.geometry, shape)

    def weight_grad(self, x: Array, gy: Array, shape: tuple[int, ...]) -> Array:
        if taken(x, gy):
            return cuda.weight_grad(x, gy, shape, *self.geometry)
        if is_half(gy.dtype):
            return super().weight_grad(x.astype("float32"), gy.astype("float32"), shape).astype(gy.dtype)
        if not fast(gy):
            return super().weight_grad(x, gy, shape)
        return kernels.weight_grad(x, gy, self.geometry, shape)

    def bias_grad(self, gy: Array) -> Array:
        return kernels.bias_grad(gy) if fast(gy) else super().bias_grad(gy)

    def add_bias(self, y: Array, bias: Array | None) -> Array:
        if bias is None or not fast(y):
            return super().add_bias(y, bias)
        kernels.add_bias(y, bias)
        return y

    @property
    def geometry(self) -> Geometry:
        return Geometry(self.stride, self.padding, self.dilation, self.groups)


METHODS = ("convolve", "input_grad", "weight_grad", "bias_grad", "add_bias")
PIECES = (im2col, col2im, *[vars(Convolution)[name] for name in METHODS])


@twin_of(Conv2d, *PIECES)
class FastConv2d(FastConvolution, Conv2d):
    """Conv2d by minigrad.kernels."""

    def forward(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        if not taken(x, weight):
            return super().forward(x, weight, bias)
        self.save(x, weight)
        return cuda.convolve(x, weight, bias, *self.geometry)

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        on_gpu = not isinstance(gy, Tensor) and taken(x, gy, weight)
        if isinstance(gy, Tensor) or not (on_gpu or fast(gy)) or not all(self.needs[:2]):
            return super().backward(gy)
        if on_gpu:
            gx, gw = cuda.gradients(x, gy, weight, *self.geometry)
        else:
            gx, gw = kernels.gradients(x, gy, weight, self.geometry)
        return gx, gw, self.bias_grad(gy) if self.needs[2] else None


@twin_of(ConvWeightGrad, *PIECES)
class FastConvWeightGrad(FastConvolution, ConvWeightGrad):
    """ConvWeightGrad by minigrad.kernels."""


@twin_of(ConvTranspose2d, *PIECES)
class FastConvTranspose2d(FastConvolution, ConvTranspose2d):
    """ConvTranspose2d by minigrad.kernels."""


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The sum of each window of the input, weighted by each kernel: [n, c, h, w] or [c, h, w] -> [n, o, h', w'].

    weight [o, c / groups, kh, kw], bias [o]. `stride`, `dilation` and `padding` are numbers or pairs (down, across);
    padding may also be 'valid' (none), 'same' (the result is as large as the input, for a stride of 1) or two pairs,
    ((above, below), (left, right)). h' = ⌊(h + padding - dilation (kh - 1) - 1) / stride⌋ + 1.

    Results next to each other may be computed together: then an element that is NaN or infinite reaches up to three
    places further than its windows, and a very large one costs the results there as many digits. Within
    `minigrad.twins.plain_operations()` every result is computed from its own window alone.

    Raises ValueError for shapes that do not fit together, among them a kernel larger than the padded input.
    """
    x, w = as_tensor(input, "conv2d"), as_tensor(weight, "conv2d")
    b = None if bias is None else as_tensor(bias, "conv2d")
    check_dimensions("conv2d", x, w, 2)
    stride, dilation = pair(stride, "conv2d: stride", 1), pair(dilation, "conv2d: dilation", 1)
    padding, groups = padding_of("conv2d", padding, w.shape[2:], stride, dilation), groups_of("conv2d", groups)
    check_shapes("conv2d", x, w, b, padding, dilation, groups)
    y = fastest(Conv2d)(stride, padding, dilation, groups)(reshape(x, 1, *x.shape) if x.ndim == 3 else x, w, b)
    return reshape(y, y.shape[1:]) if x.ndim == 3 else y


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """conv2d of sequences: input [n, c, length] or [c, length], weight [o, c / groups, k] -> [n, o, length'].

    `stride`, `padding` and `dilation` are numbers, alone or in a tuple; padding may also be 'valid' or 'same', or two
    numbers in a tuple in a tuple, ((before, after),). Raises ValueError for shapes that do not fit together.
    """
    x, w = as_tensor(input, "conv1d"), as_tensor(weight, "conv1d")
    b = None if bias is None else as_tensor(bias, "conv1d")
    check_dimensions("conv1d", x, w, 1)
    s, d = single(stride, "conv1d: stride", 1), single(dilation, "conv1d: dilation", 1)
    p, groups = padding_of_line("conv1d", padding, w.shape[2], s, d), groups_of("conv1d", groups)
    check_shapes("conv1d", x, w, b, (p,), (d,), groups)
    batch = x.shape[0] if x.ndim == 3 else 1
    rows, filters = reshape(x, batch, x.shape[-2], 1, x.shape[-1]), reshape(w, *w.shape[:2], 1, w.shape[2])
    y = fastest(Conv2d)((1, s), ((0, 0), p), (1, d), groups)(rows, filters, b)
    return reshape(y, *x.shape[:-2], *y.shape[1::2])


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """The transpose of conv2d, which makes images larger: [n, c, h, w] or [c, h, w] -> [n, o, h', w'].

    weight [c, o / groups, kh, kw], bias [o]. h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1:
    the sizes of an image that conv2d with these settings takes to h; `output_padding`, less than the stride or the
    dilation, says which of them. Raises ValueError for shapes and settings that do not fit together.
    """
    x, w = as_tensor(input, "conv_transpose2d"), as_tensor(weight, "conv_transpose2d")
    b = None if bias is None else as_tensor(bias, "conv_transpose2d")
    check_dimensions("conv_transpose2d", x, w, 2)
    if x.ndim == 3:
        y = conv_transpose2d(reshape(x, 1, *x.shape), w, b, stride, padding, output_padding, groups, dilation)
        return reshape(y, y.shape[1:])
    stride, dilation = pair(stride, "conv_transpose2d: stride", 1), pair(dilation, "conv_transpose2d: dilation", 1)
    around = tuple([(p, p) for p in pair(padding, "conv_transpose2d: padding")])
    extra, groups = pair(output_padding, "conv_transpose2d: output_padding"), groups_of("conv_transpose2d", groups)
    if x.shape[1] != w.shape[0] or w.shape[0] % groups:
        raise ValueError(
            f"conv_transpose2d got input {x.shape} for weight {w.shape} in {groups} groups; "
            f"expected {w.shape[0]} channels that divide by the groups"
        )
    outputs = w.shape[1] * groups
    if b is not None and b.shape != (outputs,):
        raise ValueError(f"conv_transpose2d got bias {b.shape} for weight {w.shape}; expected [{outputs}]")
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        raise ValueError(
            f"conv_transpose2d got output_padding {extra}; "
            f"expected less than the stride {stride} or the dilation {dilation}"
        )
    each = zip(x.shape[2:], w.shape[2:], stride, around, dilation, extra, strict=True)
    size = [(n - 1) * s - sum(p) + d * (k - 1) + e + 1 for n, k, s, p, d, e in each]
    if min(size) < 1:
        raise ValueError(
            f"conv_transpose2d got input {x.shape} and padding {padding}, which leaves nothing of the result; "
            "expected less padding"
        )
    # The convolution back has to end where x does: padding below counts less by what output_padding adds. Rows that
    # are left over then are reached by no pixel.
    reached = [
        (p, q - e if places(n, k, s, (p, q), d) > small else q)
        for n, k, s, (p, q), d, e, small in zip(size, w.shape[2:], stride, around, dilation, extra, x.shape[2:])
    ]
    rows, columns = [(p, max(q, 0)) for p, q in reached]
    bare = [max(-q, 0) for _, q in reached]
    shape = (outputs, size[0] - bare[0], size[1] - bare[1])
    operation = fastest(ConvTranspose2d)(stride, (rows, columns), dilation, groups, shape)
    if not any(bare):
        return operation(x, w, b)
    y = pad(operation(x, w, None), (0, bare[1], 0, bare[0]))
    return y if b is None else y + reshape(b, -1, 1, 1)


def check_dimensions(op: str, x: Tensor, w: Tensor, dims: int) -> None:
    """Raise ValueError unless weight and input have channels and `dims` more dimensions that are not empty, in number
    and size."""
    sizes = "height, width" if dims == 2 else "length"
    if w.ndim != 2 + dims or 0 in w.shape:
        raise ValueError(f"{op} got weight {w.shape}; expected [out channels, in channels / groups, {sizes}], none 0")
    if x.ndim not in (1 + dims, 2 + dims):
        raise ValueError(f"{op} got input {x.shape}; expected [n, channels, {sizes}] or no n")


def groups_of(op: str, groups: Any) -> int:
    """Groups as a number. Raises TypeError or ValueError for what is no whole number of at least 1."""
    number = whole(groups, f"{op}: groups got")
    if number < 1:
        raise ValueError(f"{op}: groups got {groups}; expected a number of at least 1")
    return number


def padding_of(op: str, padding: Any, kernel: tuple[int, ...], stride: Pair, dilation: Pair) -> Padding:
    """Padding of images as ((above, below), (left, right))."""
    if isinstance(padding, str):
        rows, columns = [named_padding(op, padding, *line) for line in zip(kernel, stride, dilation, strict=True)]
        return rows, columns
    if isinstance(padding, tuple | list) and len(padding) == 2 and all(isinstance(p, tuple | list) for p in padding):
        return pair(padding[0], f"{op}: padding"), pair(padding[1], f"{op}: padding")
    down, across = pair(padding, f"{op}: padding")
    return (down, down), (across, across)


def padding_of_line(op: str, padding: Any, kernel: int, stride: int, dilation: int) -> Pair:
    """Padding of sequences as (before, after)."""
    if isinstance(padding, str):
        return named_padding(op, padding, kernel, stride, dilation)
    if isinstance(padding, tuple | list) and len(padding) == 1 and isinstance(padding[0], tuple | list):
        return pair(padding[0], f"{op}: padding")
    before = single(padding, f"{op}: padding")
    return before, before


def named_padding(op: str, name: str, kernel: int, stride: int, dilation: int) -> Pair:
    """'valid' or 'same' along one dimension. What is left over of 'same' goes behind, as in PyTorch."""
    if name not in ("valid", "same"):
        raise ValueError(f"{op} got padding='{name}'; expected numbers, 'valid' or 'same'")
    if name == "same" and stride != 1:
        raise ValueError(f"{op} got padding='same' with a stride of {stride}; expected a stride of 1")
    spare = dilation * (kernel - 1) if name == "same" else 0
    return spare // 2, spare - spare // 2


def check_shapes(
    op: str,
    x: Tensor,
    w: Tensor,
    b: Tensor | None,
    padding: Sequence[Pair],
    dilation: Sequence[int],
    groups: int,
) -> None:
    """Raise ValueError unless input, weight and bias fit together."""
    (o, c, *kernel), (channels, *sizes) = w.shape, x.shape[1 - w.ndim :]
    if o % groups or channels % groups:
        raise ValueError(f"{op} got {channels} input and {o} output channels; both must divide by groups={groups}")
    if channels != c * groups:
        of_groups = f" in {groups} groups" if groups > 1 else ""
        raise ValueError(f"{op} got input {x.shape} for weight {w.shape}; expected {c * groups} channels{of_groups}")
    if b is not None and b.shape != (o,):
        raise ValueError(f"{op} got bias {b.shape} for weight {w.shape}; expected [{o}]")
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    given = [size + p + q for size, (p, q) in zip(sizes, padding, strict=True)]
    if any(r > g for r, g in zip(reach, given)):
        raise ValueError(
            f"{op} got a kernel that reaches over {by(reach)} for an input of {by(given)}, padding included; "
            "expected it to fit"
        )


def by(sizes: Sequence[int]) -> str:
    """Sizes as '3 x 4'."""
    return " x ".join(map(str, sizes))
