"""Convolutional networks, each defined once for both libraries, which share their names.

A definition takes the library's `nn` and its functions; so the same code makes the network of PyTorch and that of
minigrad, and weights can be copied from one to the other.
"""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np
import torch
from cases import BATCHES, Step, Steps

import minigrad

Make = Callable[[Any, Any], Any]


def lenet(nn: Any, f: Any) -> Any:
    """LeNet-5 for digits 28 x 28."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


def cifar_cnn(nn: Any, f: Any) -> Any:
    """32-32-pool-64-64-pool-fc for images 3 x 32 x 32."""
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def residual(widths: tuple[int, ...], blocks: int, projection: bool) -> Make:
    """A residual network for images 3 x 32 x 32: `blocks` blocks of two convolutions at each width, half as large from
    one width to the next. Shortcuts between widths take every second pixel, with zeros for the new channels, or are a
    `projection` (He et al., 2016, options A and B)."""

    def make(nn: Any, f: Any) -> Any:
        class Block(nn.Module):
            def __init__(self, c: int, o: int, stride: int):
                super().__init__()
                self.conv1, self.bn1 = nn.Conv2d(c, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
                self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
                self.extra, self.changes = o - c, stride > 1 or o != c
                if projection and self.changes:
                    self.downsample = nn.Sequential(nn.Conv2d(c, o, 1, stride, bias=False), nn.BatchNorm2d(o))

            def forward(self, x: Any) -> Any:
                y = self.bn2(self.conv2(f.relu(self.bn1(self.conv1(x)))))
                if self.changes:
                    half = self.extra // 2
                    x = self.downsample(x) if projection else f.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, half))
                return f.relu(y + x)

        layers, c = [nn.Conv2d(3, widths[0], 3, padding=1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()], widths[0]
        for stage, width in enumerate(widths):
            for number in range(blocks):
                layers.append(Block(c, width, 2 if stage and not number else 1))
                c = width
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10))

    return make


def network(make: Make, batch: int, shape: tuple[int, int, int] = (3, 32, 32), device: str = "cpu") -> Steps:
    """The training steps of a network with SGD and momentum on random images."""
    theirs, ours = make(torch.nn, torch.nn.functional), make(minigrad.nn, minigrad.functional)
    ours.load_state_dict({name: value.detach().numpy() for name, value in theirs.state_dict().items()})
    theirs, ours = theirs.to(device), ours.to(device)
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal((batch, *shape), np.float32) for _ in range(BATCHES)]
    labels = [rng.integers(0, 10, batch) for _ in range(BATCHES)]
    pairs = list(zip(inputs, labels, strict=True))
    their_data = cycle([(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)) for x, y in pairs])
    our_data = cycle([(minigrad.Tensor(x).to(device), minigrad.Tensor(y).to(device)) for x, y in pairs])
    their_optimizer = torch.optim.SGD(theirs.parameters(), lr=0.01, momentum=0.9)
    our_optimizer = minigrad.optim.SGD(ours.parameters(), lr=0.01, momentum=0.9)
    return {
        "torch": Step(theirs, their_optimizer, torch.nn.functional.cross_entropy, their_data),
        "minigrad": Step(ours, our_optimizer, minigrad.functional.cross_entropy, our_data),
    }
