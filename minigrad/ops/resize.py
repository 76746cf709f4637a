"""Images and sequences in another size: the nearest element, or straight lines between neighbours."""

from math import floor
from typing import Any

import numpy as np

from ..checks import check_positive
from ..device import Array, array_module
from ..function import Function
from ..kernels.windows import is_channels_last
from ..tensor import Tensor
from .apply import apply
from .arguments import whole
from .convert import as_floating
from .shape import Pick, reshape


class Resample(Function):
    """y = R x Cᵀ for each channel of x [n, c, h, w], with R [h', h] and C [w', w];  gx = Rᵀ gy C."""

    differentiable = True

    def __init__(self, rows: Array, columns: Array):
        self.rows, self.columns = rows, columns

    def forward(self, x: Array) -> Array:
        xp = array_module(x)
        rows, columns = [xp.asarray(matrix, x.dtype) for matrix in (self.rows, self.columns)]
        if not is_channels_last(x):
            return rows @ x @ columns.T
        n, c, h, w = x.shape
        y = rows @ x.transpose(0, 2, 3, 1).reshape(n, h, w * c)
        return (columns @ y.reshape(n, len(rows), w, c)).transpose(0, 3, 1, 2)

    def backward(self, gy: Array) -> Any:
        return apply(Resample(self.rows.T, self.columns.T), gy)


def interpolation_matrix(size: int, new: int, align_corners: bool, scale: float | None = None) -> Array:
    """M [new, size], so that M x samples x at `new` places on straight lines between its elements.

    Place i lies at (i + 1/2) size / new - 1/2, not before element 0, or (i + 1/2) / scale - 1/2 if `scale` is given;
    with `align_corners` at i (size - 1) / (new - 1), so that first and last elements stay. Between elements k and k + 1
    it takes the share of each that is left to the other.
    """
    i = np.arange(new)
    if align_corners:
        place = i * ((size - 1) / (new - 1) if new > 1 else 0)
    else:
        place = np.maximum((i + 0.5) * (1 / scale if scale else size / new) - 0.5, 0)
    left = np.minimum(place.astype(int), size - 1)
    right, share = np.minimum(left + 1, size - 1), np.clip(place - left, 0, 1)
    matrix = np.zeros((new, size))
    matrix[i, left] += 1 - share
    matrix[i, right] += share
    return matrix


def nearest_positions(size: int, new: int, scale: float | None, dtype: Any) -> list[int]:
    """⌊i size / new⌋, or ⌊i / scale⌋ if that is given: which element of a line is picked for place i of `new`.

    It is rounded as PyTorch does, because that decides between neighbours: to float32, and for all but float64 the
    factors too.
    """
    if dtype == np.float64:
        return [min(int(np.float32(i * (1 / scale))) if scale else i * size // new, size - 1) for i in range(new)]
    step = np.float32(1 / scale) if scale else np.float32(size) / np.float32(new)
    return [min(int(np.float32(i) * step), size - 1) for i in range(new)]


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """Images [n, c, h, w] or sequences [n, c, length] in another size: `size`, or ⌊size of the input · scale_factor⌋.

    `mode` is 'nearest', which picks elements; 'linear' for sequences or 'bilinear' for images, which draws straight
    lines between the middles of neighbours. With `align_corners` these lines go from the first to the last element.
    `size` and `scale_factor`, of which exactly one is given, are numbers or have one for each dimension. As in PyTorch,
    a factor such as 1.1 that leaves a size as it is changes nothing along that dimension; only 'nearest' of sequences
    goes by it. Where an input of 'linear' and 'bilinear' is not finite, its whole row and column become NaN.
    """
    x = as_floating(input, "interpolate")
    check_mode("interpolate", mode, align_corners)
    kind = {"linear": 3, "bilinear": 4}.get(mode, x.ndim)
    if x.ndim not in (3, 4) or x.ndim != kind or 0 in x.shape[1:]:
        expected = {"linear": "[n, c, length]", "bilinear": "[n, c, h, w]"}.get(mode, "[n, c, h, w] or [n, c, length]")
        raise ValueError(f"interpolate got input {x.shape} for mode '{mode}'; expected {expected}")
    sizes, scales = new_sizes("interpolate", x.shape[2:], size, scale_factor)
    by_size = {"linear": (1,), "bilinear": (1,), "nearest": (1, 2) if x.ndim == 4 else ()}[mode]
    lines = [
        (old, new, None if new in [times * old for times in by_size] else scale)
        for old, new, scale in zip(x.shape[2:], sizes, scales, strict=True)
    ]
    if mode == "nearest":
        return Pick([(2 + d, nearest_positions(*line, x.dtype)) for d, line in enumerate(lines)])(x)
    matrices = [interpolation_matrix(old, new, bool(align_corners), scale) for old, new, scale in lines]
    if x.ndim == 4:
        return Resample(*matrices)(x)
    y = Resample(np.ones((1, 1)), *matrices)(reshape(x, *x.shape[:2], 1, x.shape[2]))
    return reshape(y, *x.shape[:2], y.shape[3])


def check_mode(op: str, mode: Any, align_corners: Any) -> None:
    """Raise ValueError unless there is such a mode and `align_corners` means something for it."""
    if mode not in ("nearest", "linear", "bilinear"):
        raise ValueError(f"{op} got mode {mode!r}; expected 'nearest', 'linear' or 'bilinear'")
    if mode == "nearest" and align_corners is not None:
        raise ValueError(f"{op} got align_corners={align_corners!r} for mode 'nearest'; expected None")


def check_sizes(op: str, size: Any, scale_factor: Any) -> None:
    """Raise ValueError or TypeError unless exactly one is given: whole numbers of at least 1, or numbers above 0."""
    if (size is None) == (scale_factor is None):
        raise ValueError(f"{op} got size={size} and scale_factor={scale_factor}; expected exactly one of them")
    for value in [] if size is None else as_list(size):
        if whole(value, f"{op}: size got") < 1:
            raise ValueError(f"{op}: size got {size}; expected numbers of at least 1")
    for value in [] if scale_factor is None else as_list(scale_factor):
        check_positive(f"{op}: scale_factor", value)


def as_list(given: Any, times: int = 1) -> list[Any]:
    """A list or tuple as a list; a single value so many times."""
    return list(given) if isinstance(given, tuple | list) else [given] * times


def new_sizes(op: str, shape: tuple[int, ...], size: Any, scale_factor: Any) -> tuple[list[int], list[float | None]]:
    """Each new size, and the factor if one was given. Raises ValueError or TypeError for what cannot be."""
    check_sizes(op, size, scale_factor)
    given = size if scale_factor is None else scale_factor
    values = as_list(given, len(shape))
    if len(values) != len(shape):
        raise ValueError(f"{op} got {given} for {len(shape)} dimensions; expected a number or one for each")
    if scale_factor is None:
        return [whole(value, f"{op}: size got") for value in values], [None] * len(shape)
    sizes = [floor(old * value) for old, value in zip(shape, values, strict=True)]
    if min(sizes) < 1:
        raise ValueError(
            f"{op} got {given} for an input of {' x '.join(map(str, shape))}; expected a size of 1 or more"
        )
    return sizes, [float(value) for value in values]
