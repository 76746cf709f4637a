"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import minigrad


def sigmoids_in_a_row(n):
    """The gradient behind n sigmoids, each at 0: they are kept there by taking off 1/2 after each."""
    x = minigrad.tensor(0.0, requires_grad=True)
    y = x
    for _ in range(n):
        y = minigrad.sigmoid(y) - 0.5
    y.backward()
    return x.grad.item()


def by_the_value(n):
    return 0.5**n


def added(n):
    return 0.25 * n
