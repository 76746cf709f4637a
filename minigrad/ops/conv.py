"""Convolutions of images [n, c, h, w] and of sequences [n, c, length], and their transposes.

In the formulas, gx stands for dL/dx, s is the stride, d the dilation, and p the padding before the first row or column.
"""

from typing import Any

from ..device import Array
from ..function import Function
from ..kernels.reduction import total
from ..kernels.windows import Padding, Pair, col2im, im2col, places
from ..tensor import Tensor
from ..twins import fastest
from .arguments import as_tensor, pair
from .shape import reshape


class Convolution(Function):
    """What convolutions share: where the windows lie, and channels in groups that do not see each other."""

    promotes = True

    def __init__(
        self,
        stride: Pair = (1, 1),
        padding: Padding = ((0, 0), (0, 0)),
        dilation: Pair = (1, 1),
        groups: int = 1,
    ):
        self.stride, self.padding, self.dilation, self.groups = stride, padding, dilation, groups


class Conv2d(Convolution):
    """y[n, o, i, j] = b[o] + Σ_cuv w[o, c, u, v] · x[n, c, s i + d u - p, s j + d v - p], where x is 0 outside.

    With the windows of x as columns X = im2col(x), this is one product for each image, Y = W X + b. So gW = Σ gY Xᵀ
    over the images, gx = col2im(Wᵀ gY), gb = Σ gY (LeCun et al., 1989). Each of g groups has c/g channels and o/g
    kernels.
    """

    def forward(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        self.save(x, weight)
        n, (o, _, *kernel), g = len(x), weight.shape, self.groups
        columns = im2col(x, kernel, self.stride, self.padding, self.dilation)
        columns = columns.reshape(n, g, columns.shape[1] // g, columns.shape[2])
        y = weight.reshape(g, o // g, -1) @ columns
        y = y.reshape(n, o, *self.size_of_output(x.shape, kernel))
        if bias is not None:
            y += bias[:, None, None]
        return y

    def backward(self, gy: Array) -> Any:
        x, weight = self.saved
        n, (o, _, *kernel), g = len(x), weight.shape, self.groups
        gx = gw = None
        gb = total(gy, (0, 2, 3)).astype(gy.dtype) if self.needs[2] else None
        gy = gy.reshape(n, g, o // g, gy.shape[2] * gy.shape[3])
        if self.needs[0]:
            columns = weight.reshape(g, o // g, -1).swapaxes(1, 2) @ gy
            columns = columns.reshape(n, g * columns.shape[2], columns.shape[3])
            gx = col2im(columns, x.shape, kernel, self.stride, self.padding, self.dilation)
        if self.needs[1]:
            columns = im2col(x, kernel, self.stride, self.padding, self.dilation)
            columns = columns.reshape(n, g, columns.shape[1] // g, columns.shape[2])
            gw = total(gy @ columns.swapaxes(2, 3), (0,)).reshape(weight.shape).astype(gy.dtype)
        return gx, gw, gb

    def size_of_output(self, shape: tuple[int, ...], kernel: Any) -> list[int]:
        """Height and width of the result for an image of `shape` [n, c, h, w]."""
        each = zip(shape[2:], kernel, self.stride, self.padding, self.dilation, strict=True)
        return [places(size, k, s, p, d) for size, k, s, p, d in each]


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

    Raises ValueError for shapes that do not fit together, among them a kernel larger than the padded input.
    """
    x, w = as_tensor(input, "conv2d"), as_tensor(weight, "conv2d")
    b = None if bias is None else as_tensor(bias, "conv2d")
    settings = settings_of("conv2d", w, stride, padding, dilation, groups)
    if x.ndim == 3:
        return reshape_first(conv2d(reshape(x, 1, *x.shape), w, b, *settings))
    check_shapes("conv2d", x, w, b, *settings)
    return fastest(Conv2d)(*settings)(x, w, b)


def reshape_first(y: Tensor) -> Tensor:
    """`y` [1, ...] without its first dimension."""
    return reshape(y, y.shape[1:])


def settings_of(op: str, w: Tensor, stride: Any, padding: Any, dilation: Any, groups: Any) -> tuple[Any, ...]:
    """Stride, padding, dilation and groups in full. Raises ValueError or TypeError for what they cannot be."""
    if w.ndim != 4:
        raise ValueError(f"{op} got weight {w.shape}; expected [out channels, in channels / groups, height, width]")
    stride, dilation = pair(stride, f"{op}: stride", 1), pair(dilation, f"{op}: dilation", 1)
    if isinstance(groups, bool) or not isinstance(groups, int) or groups < 1:
        raise ValueError(f"{op} got groups={groups!r}; expected a whole number of at least 1")
    return stride, padding_of(op, padding, w.shape[2:], stride, dilation), dilation, groups


def padding_of(op: str, padding: Any, kernel: tuple[int, ...], stride: Pair, dilation: Pair) -> Padding:
    """Padding as ((above, below), (left, right)). What is left over of 'same' goes below and right, as in PyTorch."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"{op} got padding='same' with a stride of {stride}; expected a stride of 1")
        spare = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        return (spare[0] // 2, spare[0] - spare[0] // 2), (spare[1] // 2, spare[1] - spare[1] // 2)
    if isinstance(padding, str):
        raise ValueError(f"{op} got padding='{padding}'; expected numbers, 'valid' or 'same'")
    if isinstance(padding, tuple | list) and len(padding) == 2 and all(isinstance(p, tuple | list) for p in padding):
        return pair(padding[0], f"{op}: padding"), pair(padding[1], f"{op}: padding")
    rows, columns = pair(padding, f"{op}: padding")
    return (rows, rows), (columns, columns)


def check_shapes(
    op: str, x: Tensor, w: Tensor, b: Tensor | None, stride: Pair, padding: Padding, dilation: Pair, groups: int
) -> None:
    """Raise ValueError unless input, weight and bias fit together."""
    if x.ndim != 4:
        raise ValueError(f"{op} got input {x.shape}; expected [n, channels, height, width] or no n")
    channels, (o, c, *kernel) = x.shape[1], w.shape
    if o % groups or channels % groups:
        raise ValueError(f"{op} got {channels} input and {o} output channels; both must divide by groups={groups}")
    if channels != c * groups:
        of_groups = f" in {groups} groups" if groups > 1 else ""
        raise ValueError(f"{op} got input {x.shape} for weight {w.shape}; expected {c * groups} channels{of_groups}")
    if b is not None and b.shape != (o,):
        raise ValueError(f"{op} got bias {b.shape} for weight {w.shape}; expected [{o}]")
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    given = [size + p + q for size, (p, q) in zip(x.shape[2:], padding, strict=True)]
    if 0 in kernel or any(r > g for r, g in zip(reach, given)):
        raise ValueError(
            f"{op} got a kernel that reaches over {reach[0]} x {reach[1]} for an input of {given[0]} x {given[1]}, "
            "padding included; expected it to fit"
        )
