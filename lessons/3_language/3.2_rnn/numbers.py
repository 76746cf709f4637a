"""The numbers that the dialogue of this lesson asks for."""


def linear_state(u, a, b, c):
    """The state of h' = x + u h behind three inputs."""
    h = 0.0
    for x in (a, b, c):
        h = x + u * h
    return h


def no_memory(u, a, b, c):
    return c + u * b


def once_only(u, a, b, c):
    return u * (a + b + c) if u != 1 else a + b
