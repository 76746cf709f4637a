"""Twins: the same parameters in minigrad and in PyTorch, given the same random gradients."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from minigrad import Tensor

SHAPES = [(3, 4), (5,), (), (0, 3), (2, 1, 3)]


class Twins:
    def __init__(self, shapes: Any = SHAPES, dtype: Any = np.float64, seed: int = 0):
        self.rng = np.random.default_rng(seed)
        arrays = [np.asarray(self.rng.standard_normal(shape), dtype) for shape in shapes]
        self.ours = [Tensor(a.copy(), requires_grad=True) for a in arrays]
        self.theirs = [torch.nn.Parameter(torch.tensor(a)) for a in arrays]

    def set_gradients(self) -> None:
        """New random gradients, a fifth of their elements zero."""
        for ours, theirs in zip(self.ours, self.theirs):
            g = self.rng.standard_normal(ours.shape) * (self.rng.random(ours.shape) > 0.2)
            ours.grad = Tensor(np.asarray(g, ours.dtype))
            theirs.grad = torch.tensor(ours.grad.data)

    def train(self, ours: Any, theirs: Any, steps: int, tolerance: float = 1e-6) -> None:
        """Step both optimizers and compare the parameters after every step."""
        for step in range(steps):
            self.set_gradients()
            ours.step()
            theirs.step()
            for a, b in zip(self.ours, self.theirs):
                np.testing.assert_allclose(
                    a.data, b.detach().numpy(), tolerance, tolerance, err_msg=f"after step {step + 1}"
                )


def stored(obj: Any) -> Any:
    """`obj` as it comes back from a checkpoint: keys are strings, tuples lists; arrays are copies."""
    if isinstance(obj, dict):
        return {str(key): stored(value) for key, value in obj.items()}
    if isinstance(obj, Tensor):
        return obj.data.copy()
    return json.loads(json.dumps(obj))


@pytest.fixture(name="Twins")
def twins_class() -> type[Twins]:
    return Twins


@pytest.fixture(name="stored")
def stored_function() -> Callable[[Any], Any]:
    return stored
