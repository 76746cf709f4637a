"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import minigrad
from minigrad import nn, optim


def one_step(x, lr):
    """Where SGD takes x in one step on x²."""
    p = nn.Parameter(minigrad.tensor(float(x), dtype=minigrad.float64))
    (p * p).backward()
    optim.SGD([p], lr=lr).step()
    return p.item()


def uphill(x, lr):
    return x + lr * 2 * x


def without_two(x, lr):
    return x - lr * x


def only_the_step(x, lr):
    return lr * 2 * x
