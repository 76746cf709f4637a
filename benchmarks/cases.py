"""What is measured: the same training step in PyTorch and in minigrad, from the same weights and on the same data.

Each case returns its steps, `{"torch": step, "minigrad": step}`; both go through the public API. The MLP has a third,
"numpy": the same arithmetic written out for this one network, without a graph, layers or an optimizer's settings. It
shows what NumPy leaves to be gained. Several batches are used in turn, because an optimizer that sees one batch again
and again drives gradients into denormal numbers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import torch

import minigrad
from minigrad import functional, nn, optim

BATCHES = 8
Steps = dict[str, Callable[[], object]]


def mlp(batch: int, optimizer: str, device: str = "cpu") -> Steps:
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
    theirs, ours = theirs.to(device), ours.to(device)
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
    pairs = list(zip(inputs, labels, strict=True))
    their_data = cycle([(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)) for x, y in pairs])
    our_data = cycle([(minigrad.Tensor(x).to(device), minigrad.Tensor(y).to(device)) for x, y in pairs])
    weights = [value.detach().cpu().numpy().copy() for value in theirs.parameters()]
    return {
        "torch": Step(theirs, their_optimizer, torch.nn.functional.cross_entropy, their_data),
        "minigrad": Step(ours, our_optimizer, functional.cross_entropy, our_data),
        "numpy": mlp_by_hand(weights, cycle(zip(inputs, labels, strict=True)), optimizer),
    }


@dataclass
class Step:
    """A training step, which is called; the two libraries share their names, so the code is the same."""

    model: Callable
    optimizer: object
    loss: Callable
    data: Iterator

    def __call__(self) -> object:
        return self.learn(*next(self.data))

    def learn(self, inputs: Any, labels: Any) -> object:
        self.optimizer.zero_grad()
        value = self.loss(self.model(inputs), labels)
        value.backward()
        self.optimizer.step()
        return value


def mlp_by_hand(parameters: list[np.ndarray], data: Iterator, optimizer: str) -> Callable[[], object]:
    """The MLP's training step in plain NumPy, in as few passes over memory as its arithmetic needs."""
    w1, b1, w2, b2, w3, b3 = parameters
    means = [np.zeros_like(p) for p in parameters]
    squares = [np.zeros_like(p) for p in parameters]
    count = 0

    def gradients(x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, ...]:
        rows, ones = np.arange(len(x)), np.ones(len(x), np.float32)
        h1 = x @ w1.T
        h1 += b1
        np.clip(h1, 0, np.inf, out=h1)
        h2 = h1 @ w2.T
        h2 += b2
        np.clip(h2, 0, np.inf, out=h2)
        scores = h2 @ w3.T
        scores += b3
        scores -= scores.max(axis=1, keepdims=True)
        g3 = np.exp(scores)
        sums = g3.sum(axis=1, keepdims=True)
        loss = (np.log(sums[:, 0]) - scores[rows, labels]).sum() / len(x)
        g3 /= sums
        g3[rows, labels] -= 1
        g3 *= 1 / len(x)
        g2 = g3 @ w3
        g2 *= h2 > 0
        g1 = g2 @ w2
        g1 *= h1 > 0
        return loss, g1.T @ x, ones @ g1, g2.T @ h1, ones @ g2, g3.T @ h2, ones @ g3

    def run() -> object:
        nonlocal count
        count += 1
        loss, *grads = gradients(*next(data))
        for p, g, m, v in zip(parameters, grads, means, squares, strict=True):
            if optimizer == "SGD":
                m *= 0.9
                m += g
                np.multiply(m, 0.01, out=g)
            else:
                m *= 0.9
                m += 0.1 * g
                v *= 0.999
                g *= g
                g *= 0.001
                v += g
                correction = (1 - 0.999**count) ** 0.5
                np.sqrt(v, out=g)
                g += correction * 1e-8
                np.divide(m, g, out=g)
                g *= 1e-3 * correction / (1 - 0.9**count)
            p -= g
        return loss

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

    return {"torch": chain(torch), "minigrad": chain(minigrad)}
