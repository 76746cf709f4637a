"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import minigrad


def gradient_left(f, n):
    """What n steps of c' = f c leave of a gradient of 1."""
    c = start = minigrad.tensor(1.0, requires_grad=True)
    for _ in range(n):
        c = f * c
    c.backward()
    return start.grad.item()


def added_up(f, n):
    return f * n


def once(f, n):
    return f
