"""Linear layers and what surrounds them."""

import math

import numpy as np

from ..ops.dropout import dropout
from ..ops.linalg import linear
from ..ops.shape import flatten
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class Linear(Module):
    """y = x Wᵀ + b:  x [..., in_features] -> y [..., out_features], with weight [out, in] and bias [out].

    Both start uniform in ±1/√in_features, as in PyTorch. Raises ValueError for sizes below 0.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        super().__init__()
        if min(in_features, out_features) < 0:
            raise ValueError(f"Linear got in_features={in_features}, out_features={out_features}; expected 0 or more")
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
    """y = x."""

    def forward(self, input: Tensor) -> Tensor:
        return input


class Flatten(Module):
    """Dimensions `start_dim` to `end_dim` joined into one: [n, c, h, w] -> [n, c · h · w]."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Dropout(Module):
    """In training, each element is 0 with probability `p` and the others grow by 1 / (1 - p); in evaluation, y = x
    (Srivastava et al., 2014). `inplace` changes nothing, as in activations."""

    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout got p={p}; expected a probability from 0 to 1")
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:
        return dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}"
