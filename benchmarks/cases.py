"""What is measured: the same training step in PyTorch and in minigrad, from the same weights and on the same data.

Each case returns (torch_step, minigrad_step); both go through the public API. Several batches are used in turn,
because an optimizer that sees one batch again and again drives gradients into denormal numbers.
"""

from collections.abc import Callable, Iterator
from itertools import cycle

import numpy as np
import torch

import minigrad
from minigrad import functional, nn, optim

BATCHES = 8
Steps = tuple[Callable[[], object], Callable[[], object]]


def mlp(batch: int, optimizer: str) -> Steps:
    """MLP 784-256-128-10 with ReLU and cross-entropy."""
    sizes = (784, 256, 128, 10)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(sizes[0], sizes[1]),
        torch.nn.ReLU(),
        torch.nn.Linear(sizes[1], sizes[2]),
        torch.nn.ReLU(),
        torch.nn.Linear(sizes[2], sizes[3]),
    )
    ours = nn.Sequential(
        nn.Linear(sizes[0], sizes[1]),
        nn.ReLU(),
        nn.Linear(sizes[1], sizes[2]),
        nn.ReLU(),
        nn.Linear(sizes[2], sizes[3]),
    )
    ours.load_state_dict({name: value.detach().numpy() for name, value in theirs.state_dict().items()})
    their_optimizer: torch.optim.Optimizer
    if optimizer == "SGD":
        their_optimizer = torch.optim.SGD(theirs.parameters(), lr=0.01, momentum=0.9)
        our_optimizer: optim.Optimizer = optim.SGD(ours.parameters(), lr=0.01, momentum=0.9)
    else:
        their_optimizer = torch.optim.Adam(theirs.parameters(), lr=1e-3)
        our_optimizer = optim.Adam(ours.parameters(), lr=1e-3)
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal((batch, sizes[0]), np.float32) for _ in range(BATCHES)]
    labels = [rng.integers(0, sizes[-1], batch) for _ in range(BATCHES)]
    their_data = cycle([(torch.from_numpy(x), torch.from_numpy(y)) for x, y in zip(inputs, labels, strict=True)])
    our_data = cycle([(minigrad.Tensor(x), minigrad.Tensor(y)) for x, y in zip(inputs, labels, strict=True)])
    return (
        step(theirs, their_optimizer, torch.nn.functional.cross_entropy, their_data),
        step(ours, our_optimizer, functional.cross_entropy, our_data),
    )


def step(model: Callable, optimizer: object, loss: Callable, data: Iterator) -> Callable[[], object]:
    """One training step; the two libraries share their names, so the code is the same."""

    def run() -> object:
        inputs, labels = next(data)
        optimizer.zero_grad()
        value = loss(model(inputs), labels)
        value.backward()
        optimizer.step()
        return value

    return run


def small_ops(length: int = 2000) -> Steps:
    """A chain of `length` multiplications and additions of 4 x 4 matrices, forward and backward."""

    def chain(library: object) -> Callable[[], object]:
        x = library.full((4, 4), 0.5, requires_grad=True)
        w = library.full((4, 4), 0.5, requires_grad=True)
        upstream = library.ones(4, 4)

        def run() -> object:
            y = x
            for _ in range(length // 2):
                y = y * w + w
            y.backward(upstream)
            x.grad = w.grad = None
            return y

        return run

    return chain(torch), chain(minigrad)
