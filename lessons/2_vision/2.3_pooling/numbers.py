"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import minigrad
from minigrad import functional


def average_gradient(k, g):
    """What average pooling hands to a pixel of a window whose gradient is g."""
    x = minigrad.zeros(1, 1, k, k, requires_grad=True)
    functional.avg_pool2d(x, k).backward(minigrad.full((1, 1, 1, 1), float(g)))
    return x.grad[0, 0, 0, 0].item()


def whole(k, g):
    return g


def by_side(k, g):
    return g / k
