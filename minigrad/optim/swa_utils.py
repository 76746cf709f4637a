"""Averages of the weights that a training passes through, under the names of torch.optim.swa_utils."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from ..checks import check_bool
from ..device import Array
from ..dtypes import is_floating
from ..nn import Module
from ..tensor import Tensor

Average = Callable[[Array, Array, int], Array]
"""avg_fn(average, new, n): the average of n + 1 values from that of the first n and the new one."""


def mean(average: Array, new: Array, n: int) -> Array:
    """average + (new - average) / (n + 1): all values count alike."""
    return average + (new - average) / (n + 1)


def get_ema_avg_fn(decay: float = 0.999) -> Average:
    """decay · average + (1 - decay) · new: what lies k steps back counts decayᵏ (Polyak & Juditsky, 1992).

    Raises ValueError unless decay is from 0 to 1.
    """
    if not 0 <= decay <= 1:
        raise ValueError(f"get_ema_avg_fn: decay must be from 0 to 1, got {decay}")

    def ema(average: Array, new: Array, n: int) -> Array:
        return decay * average + (1 - decay) * new

    return ema


class AveragedModel(Module):
    """A copy of `model`, `.module`, whose weights are the average of those that `update_parameters` was called with.

    The first call takes them as they are. `avg_fn` (all alike) says how to average; with `use_buffers` (False) buffers
    of floating-point numbers, such as batch norm's statistics, are averaged too, else copied. Calling it calls the
    copy. Updating it raises ValueError for a model with other parameters or shapes.

    Izmailov et al., "Averaging weights leads to wider optima and better generalization", 2018.
    """

    def __init__(self, model: Module, avg_fn: Average = mean, use_buffers: bool = False):
        super().__init__()
        check_bool("AveragedModel: use_buffers", use_buffers)
        self.module = deepcopy(model)
        self.avg_fn, self.use_buffers = avg_fn, use_buffers
        self.register_buffer("n_averaged", Tensor(np.zeros((), np.int64)))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the weights of `model` into the average."""
        own, new = self.module.state_dict(), model.state_dict()
        if {k: v.shape for k, v in own.items()} != {k: v.shape for k, v in new.items()}:
            raise ValueError("AveragedModel was given a model whose weights have other names or shapes than its own")
        parameters, n = dict(self.module.named_parameters()), int(self.n_averaged.data)
        for name, average in own.items():
            averages = (name in parameters or self.use_buffers) and is_floating(average.dtype) and n > 0
            average.data[...] = self.avg_fn(average.data, new[name].data, n) if averages else new[name].data
        self.n_averaged.data[...] = n + 1
