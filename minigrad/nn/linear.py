"""Linear layers and what surrounds them."""

import math

import numpy as np

from ..checks import check_bool, check_count, check_integer, check_real
from ..ops.dropout import dropout, dropout1d, dropout2d
from ..ops.linalg import linear
from ..ops.shape import flatten
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class Linear(Module):
    """y = x Wᵀ + b:  x [..., in_features] -> y [..., out_features], with weight W [out, in] and bias b [out].

    Both start uniform in ±1/√in_features, as in PyTorch; without `bias` (default True), b is left out and None. Raises
    ValueError for sizes below 0 and TypeError for sizes that are no integers; calling it raises ValueError for an input
    of another width and TypeError for one of another dtype.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        super().__init__()
        check_count("Linear: in_features", in_features)
        check_count("Linear: out_features", out_features)
        check_bool("Linear: bias", bias)
        self.in_features, self.out_features = in_features, out_features
        self.weight = Parameter(np.empty((out_features, in_features), np.float32))
        self.register_parameter("bias", Parameter(np.empty(out_features, np.float32)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Identity(Module):
    """y = x, of any shape."""

    def forward(self, input: Tensor) -> Tensor:
        return input


class Flatten(Module):
    """Dimensions `start_dim` (1) to `end_dim` (-1, the last) joined into one: [n, c, h, w] -> [n, c · h · w].

    Raises TypeError for dimensions that are no integers; calling it raises an error where the input has not the
    dimensions.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        check_integer("Flatten: start_dim", start_dim)
        check_integer("Flatten: end_dim", end_dim)
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Dropout(Module):
    """y = x · m / (1 - p), where each element of m is 0 with probability `p` (0.5) and 1 otherwise; x of any shape.

    Only in training; in evaluation, y = x. `inplace` changes nothing, as in activations. Raises ValueError unless
    0 ≤ p ≤ 1, TypeError if it is no number.

    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        name = type(self).__name__
        check_real(f"{name}: p", p)
        check_bool(f"{name}: inplace", inplace)
        if not 0 <= p <= 1:
            raise ValueError(f"{name} got p={p}; expected a probability from 0 to 1")
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        return dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}"


class Dropout1d(Dropout):
    """Dropout of whole channels of sequences [n, c, length] or [c, length], with probability `p` (0.5), in training.

    Tompson et al., "Efficient object localization using convolutional networks", 2015.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout1d(input, self.p, self.training)


class Dropout2d(Dropout):
    """Dropout of whole channels of images [n, c, h, w], or of sequences [n, c, length], as Dropout1d."""

    def forward(self, input: Tensor) -> Tensor:
        return dropout2d(input, self.p, self.training)
