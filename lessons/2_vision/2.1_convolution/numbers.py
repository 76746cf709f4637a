"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

from minigrad.kernels.windows import places as places_of


def places(size, k, s, p):
    """How many places a kernel has on a padded line."""
    return places_of(size, k, s, (p, p), 1)


def moves(size, k, s, p):
    return places(size, k, s, p) - 1


def padded_once(size, k, s, p):
    return (size + p - k) // s + 1


def without_padding(size, k, s, p):
    return (size - k) // s + 1
