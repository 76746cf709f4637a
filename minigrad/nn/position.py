"""Where in a sequence something stands: modules that add it. Rotations are minigrad.ops.position.rotary."""

import numpy as np

from ..checks import check_count
from ..creation import arange
from ..ops.embedding import embedding
from ..ops.position import sinusoidal_positions
from ..tensor import Tensor
from . import init
from .module import Module, Parameter


class Positions(Module):
    """Base of both: x [..., t, d_model] -> x + table[offset], ..., table[offset + t - 1], for t + offset up to max_len.

    Calling it raises ValueError for a longer sequence, or one of another width.
    """

    weight: Tensor

    def __init__(self, max_len: int, d_model: int):
        super().__init__()
        name = type(self).__name__
        check_count(f"{name}: max_len", max_len, 1)
        check_count(f"{name}: d_model", d_model, 1)
        self.max_len, self.d_model = max_len, d_model

    def forward(self, input: Tensor, offset: int = 0) -> Tensor:
        name, t = type(self).__name__, input.shape[-2]
        if input.shape[-1] != self.d_model:
            raise ValueError(f"{name} got input {input.shape}; expected [..., t, {self.d_model}]")
        if offset + t > self.max_len:
            raise ValueError(f"{name} got a sequence that reaches place {offset + t}; its table has {self.max_len}")
        return input + embedding(arange(offset, offset + t, device=self.weight.device), self.weight)

    def extra_repr(self) -> str:
        return f"{self.max_len}, {self.d_model}"


class SinusoidalPositions(Positions):
    """Sines and cosines of ever lower frequency are added, which are no parameters (Vaswani et al., 2017)."""

    def __init__(self, max_len: int, d_model: int):
        super().__init__(max_len, d_model)
        if d_model % 2:
            raise ValueError(f"SinusoidalPositions: d_model must be even, got {d_model}")
        self.register_buffer("weight", Tensor(sinusoidal_positions(np, max_len, d_model)), persistent=False)


class LearnedPositions(Positions):
    """A table [max_len, d_model] that is learned is added; it starts as normal numbers of deviation 0.02."""

    def __init__(self, max_len: int, d_model: int):
        super().__init__(max_len, d_model)
        self.weight = Parameter(np.empty((max_len, d_model), np.float32))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the table anew."""
        init.normal_(self.weight, std=0.02)
