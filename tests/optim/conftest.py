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
            g = self.rng.standard_normal(ours.shape)
            ours.grad = Tensor(np.asarray(np.where(abs(g) > 0.25, g, 0), ours.dtype))
            theirs.grad = torch.tensor(ours.grad.data)

    def train(self, ours: Any, theirs: Any, steps: int, tolerance: float = 1e-6) -> None:
        """Step both optimizers and compare the parameters after every step: row n of what is compared is step n."""
        trajectories: tuple[list, list] = [], []
        for _ in range(steps):
            self.set_gradients()
            ours.step()
            theirs.step()
            trajectories[0].append(np.concatenate([p.data.ravel() for p in self.ours]))
            trajectories[1].append(np.concatenate([p.detach().numpy().ravel() for p in self.theirs]))
        np.testing.assert_allclose(*trajectories, tolerance, tolerance)


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
