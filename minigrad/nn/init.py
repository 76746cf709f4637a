"""Initial values of parameters. Each function fills its tensor in place, from the seeded generator, and returns it.

For a weight [out, in, *kernel], fan_in is in · kernel size and fan_out is out · kernel size: how many numbers a unit
sums, forward and backward. Keeping the variance of signals from growing or shrinking over layers is the point.

Every function raises TypeError for what is no tensor, and ValueError for the result of an operation: changing it would
make the gradients of its graph wrong. Those that draw random numbers need a floating dtype. Settings that are no
numbers raise TypeError, NaN and infinite ones ValueError.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..changes import note_change
from ..checks import check_choice, check_finite, check_number, check_positive, check_real
from ..device import generator, to_device
from ..dtypes import is_floating
from ..tensor import Tensor

drawing: ContextVar[bool] = ContextVar("drawing", default=True)


@contextmanager
def no_drawing() -> Iterator[None]:
    """Inside, `uniform_` and `normal_`, and what is built on them, leave tensors as they are.

    Layers made there have whatever the memory held as weights. For models whose weights are loaded or never looked at:
    to draw those of a large one takes seconds.
    """
    token = drawing.set(False)
    try:
        yield
    finally:
        drawing.reset(token)


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight; ValueError for fewer than two dimensions, TypeError for what is no tensor."""
    check_target("fans", tensor)
    if tensor.ndim < 2:
        raise ValueError(f"fan in and fan out need a weight of at least 2 dimensions, got shape {tensor.shape}")
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights before an activation must be larger to make up for what it takes away.

    'linear', 'sigmoid': 1; 'tanh': 5/3; 'relu': √2; 'leaky_relu' of slope `param` (default 0.01): √(2 / (1 + slope²)).
    Raises ValueError for any other name. The gains for ReLU are those of He et al., 2015; 5/3 is PyTorch's.
    """
    slope = 0.01 if param is None else param
    check_finite("calculate_gain: param", slope)
    gains = {
        "linear": 1.0,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
        "relu": math.sqrt(2),
        "leaky_relu": math.sqrt(2 / (1 + slope**2)),
    }
    if nonlinearity not in gains:
        raise ValueError(f"no gain is known for '{nonlinearity}'; expected one of {', '.join(gains)}")
    return gains[nonlinearity]


def check_target(name: str, tensor: Any, floating: bool = False) -> None:
    """Raise TypeError or ValueError unless `tensor` can be filled, and is `floating` where that is needed."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name} needs a tensor, got {type(tensor).__name__}")
    if tensor.grad_fn is not None:
        raise ValueError(f"{name} needs a leaf tensor, got the result of {tensor.grad_fn.name}")
    if floating and not is_floating(tensor.dtype):
        raise TypeError(f"{name} needs a tensor of a floating dtype, got {tensor.dtype}")


def fill(tensor: Tensor, values: Any) -> Tensor:
    """Write `values`, of the shape of `tensor`, into it."""
    tensor.data[...] = to_device(np.asarray(values, tensor.dtype), tensor.device)
    note_change(tensor.data)
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Uniform in [a, b). ValueError if a > b or a limit is not finite."""
    check_target("uniform_", tensor, floating=True)
    check_finite("uniform_: a", a)
    check_finite("uniform_: b", b)
    if a > b:
        raise ValueError(f"uniform_ got limits {a} and {b}; expected the lower one first")
    check_finite("uniform_: b - a", b - a)
    return fill(tensor, generator().uniform(a, b, tensor.shape)) if drawing.get() else tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Normal with the given mean and standard deviation. ValueError if `std` is negative."""
    check_target("normal_", tensor, floating=True)
    check_finite("normal_: mean", mean)
    check_number("normal_: std", std)
    return fill(tensor, generator().normal(mean, std, tensor.shape)) if drawing.get() else tensor


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Every element `val`, which may be NaN or infinite."""
    check_target("constant_", tensor)
    check_real("constant_: val", val)
    return fill(tensor, np.full(tensor.shape, val))


def zeros_(tensor: Tensor) -> Tensor:
    """Every element 0."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Every element 1."""
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: 1 where row and column have the same number, else 0. ValueError unless it is a matrix."""
    check_target("eye_", tensor)
    if tensor.ndim != 2:
        raise ValueError(f"eye_ needs a tensor of 2 dimensions, got shape {tensor.shape}")
    return fill(tensor, np.eye(tensor.shape[0], tensor.shape[1]))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Uniform in ±gain · √(6 / (fan_in + fan_out)).

    ValueError for fewer than two dimensions or a negative `gain`.

    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    check_number("xavier_uniform_: gain", gain)
    fan_in, fan_out = fans(tensor)
    bound = gain * math.sqrt(6 / max(fan_in + fan_out, 1))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Normal with mean 0 and standard deviation gain · √(2 / (fan_in + fan_out)).

    ValueError for fewer than two dimensions or a negative `gain`.

    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    check_number("xavier_normal_: gain", gain)
    fan_in, fan_out = fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2 / max(fan_in + fan_out, 1)))


def kaiming_uniform_(tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Uniform in ±gain · √(3 / fan), for layers before a (leaky) ReLU of slope `a`.

    `mode` 'fan_in' keeps the variance of signals going forward, 'fan_out' that of gradients going back; the gain is
    `calculate_gain(nonlinearity, a)`. ValueError for fewer than two dimensions, or an unknown mode or nonlinearity.

    He, Zhang, Ren & Sun, "Delving deep into rectifiers", 2015.
    """
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Normal with mean 0 and standard deviation gain / √fan, for layers before a (leaky) ReLU of slope `a`.

    `mode` 'fan_in' keeps the variance of signals going forward, 'fan_out' that of gradients going back; the gain is
    `calculate_gain(nonlinearity, a)`. ValueError for fewer than two dimensions, or an unknown mode or nonlinearity.

    He, Zhang, Ren & Sun, "Delving deep into rectifiers", 2015.
    """
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(chosen_fan(tensor, mode)))


def chosen_fan(tensor: Tensor, mode: str) -> int:
    """fan_in or fan_out, as `mode` says; ValueError for any other mode."""
    check_choice("mode", mode, ("fan_in", "fan_out"))
    return max(fans(tensor)[mode == "fan_out"], 1)


def orthogonal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Rows (or columns, whichever are fewer) orthogonal and of length `gain`.

    Q of the QR decomposition of a normal random matrix [out, in · kernel]. ValueError for fewer than two dimensions.

    Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
    2014.
    """
    check_target("orthogonal_", tensor, floating=True)
    check_finite("orthogonal_: gain", gain)
    fans(tensor)
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    q, r = np.linalg.qr(generator().standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))  # makes the distribution uniform over all orthogonal matrices
    return fill(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> Tensor:
    """Normal with the given mean and standard deviation, values outside [a, b] being drawn again.

    `a` and `b` are values, not multiples of `std`, and may be infinite. ValueError if `std` is not above 0 or if fewer
    than one value in a hundred would lie inside.
    """
    check_target("trunc_normal_", tensor, floating=True)
    check_finite("trunc_normal_: mean", mean)
    check_positive("trunc_normal_: std", std)
    check_real("trunc_normal_: a", a)
    check_real("trunc_normal_: b", b)
    inside = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    if not inside >= 0.01:
        raise ValueError(f"trunc_normal_ got limits {a} and {b}, far from the mean {mean} for a std of {std}")
    values = np.asarray(generator().normal(mean, std, tensor.shape))
    while (outside := (values < a) | (values > b)).any():
        values[outside] = generator().normal(mean, std, int(outside.sum()))
    return fill(tensor, values)
