"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import minigrad
from minigrad import functional


def two_shares(n, a, b):
    """What attention makes of values when all scores are equal."""
    q, k = minigrad.zeros(1, 1, 4), minigrad.ones(1, n, 4)
    v = minigrad.tensor([[[float(a)], *[[float(b)]] * (n - 1)]])
    return functional.scaled_dot_product_attention(q, k, v).item()


def summed(n, a, b):
    return a + (n - 1) * b


def first(n, a, b):
    return a
