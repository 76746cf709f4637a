"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

from minigrad import nn


def parameters(a, b):
    """How many numbers the parameters of nn.Linear(a, b) hold."""
    return sum(p.data.size for p in nn.Linear(a, b).parameters())


def no_bias(a, b):
    return a * b


def bias_per_input(a, b):
    return a * b + a
