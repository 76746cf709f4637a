"""Initial values of parameters. Each function fills its tensor in place, from the seeded generator, and returns it.

For a weight [out, in, *kernel], fan_in is in · kernel size and fan_out is out · kernel size: how many numbers a unit
sums, forward and backward. Keeping the variance of signals from growing or shrinking over layers is the point.
"""

import math
from typing import Any

import numpy as np

from ..changes import note_change
from ..device import generator, to_device
from ..tensor import Tensor


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight; ValueError for fewer than two dimensions."""
    if tensor.ndim < 2:
        raise ValueError(f"fan in and fan out need a weight of at least 2 dimensions, got shape {tensor.shape}")
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights before an activation must be larger to make up for what it takes away.

    'linear', 'sigmoid': 1; 'tanh': 5/3; 'relu': √2; 'leaky_relu' of slope `param` (0.01): √(2 / (1 + slope²)).
    """
    slope = 0.01 if param is None else param
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


def fill(tensor: Tensor, values: Any) -> Tensor:
    tensor.data[...] = to_device(np.asarray(values, tensor.dtype), tensor.device)
    note_change(tensor.data)
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Uniform in [a, b). ValueError if a > b."""
    if a > b:
        raise ValueError(f"uniform_ got limits {a} and {b}; expected the lower one first")
    return fill(tensor, generator().uniform(a, b, tensor.shape))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Normal with the given mean and standard deviation. ValueError if it is negative."""
    if std < 0:
        raise ValueError(f"normal_ got std={std}; expected 0 or more")
    return fill(tensor, generator().normal(mean, std, tensor.shape))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Every element `val`."""
    return fill(tensor, np.full(tensor.shape, val))


def zeros_(tensor: Tensor) -> Tensor:
    """Every element 0."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Every element 1."""
    return constant_(tensor, 1.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix. ValueError unless the tensor has two dimensions."""
    if tensor.ndim != 2:
        raise ValueError(f"eye_ needs a tensor of 2 dimensions, got shape {tensor.shape}")
    return fill(tensor, np.eye(tensor.shape[0], tensor.shape[1]))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Uniform in ±gain · √(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010)."""
    fan_in, fan_out = fans(tensor)
    bound = gain * math.sqrt(6 / max(fan_in + fan_out, 1))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Normal with standard deviation gain · √(2 / (fan_in + fan_out)) (Glorot & Bengio, 2010)."""
    fan_in, fan_out = fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2 / max(fan_in + fan_out, 1)))


def kaiming_uniform_(tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Uniform in ±gain · √(3 / fan), for layers before a (leaky) ReLU of slope `a` (He et al., 2015)."""
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / chosen_fan(tensor, mode))
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Normal with standard deviation gain / √fan, for layers before a (leaky) ReLU of slope `a` (He et al., 2015)."""
    return normal_(tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(chosen_fan(tensor, mode)))


def chosen_fan(tensor: Tensor, mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode '{mode}' is neither 'fan_in' nor 'fan_out'")
    return max(fans(tensor)[mode == "fan_out"], 1)


def orthogonal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Rows (or columns, whichever are fewer) orthogonal and of length `gain`: Q of the QR decomposition of a normal
    random matrix [out, in · kernel] (Saxe, McClelland & Ganguli, 2014)."""
    fans(tensor)
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    q, r = np.linalg.qr(generator().standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))  # makes the distribution uniform over all orthogonal matrices
    return fill(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> Tensor:
    """Normal, with values outside [a, b] drawn again. ValueError if fewer than one in a hundred would lie inside."""
    if std <= 0:
        raise ValueError(f"trunc_normal_ got std={std}; expected more than 0")
    inside = (math.erf((b - mean) / std / math.sqrt(2)) - math.erf((a - mean) / std / math.sqrt(2))) / 2
    if inside < 0.01:
        raise ValueError(f"trunc_normal_ got limits {a} and {b}, far from the mean {mean} for a std of {std}")
    values = np.asarray(generator().normal(mean, std, tensor.shape))
    while (outside := (values < a) | (values > b)).any():
        values[outside] = generator().normal(mean, std, int(outside.sum()))
    return fill(tensor, values)
