"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

from minigrad.kernels.windows import places


def crops(h, p):
    """How many pictures RandomCrop and RandomHorizontalFlip can make of one."""
    return 2 * places(h, h, 1, (p, p), 1) ** 2


def last_forgotten(h, p):
    return 2 * (2 * p) ** 2


def unmirrored(h, p):
    return (2 * p + 1) ** 2
