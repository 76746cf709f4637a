"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

from minigrad.recipes.finetune_bert import share_of_rate


def rate_share(rise, steps, t):
    """What step t has of the highest rate."""
    return share_of_rate(rise, steps, t)


def from_zero(rise, steps, t):
    return t / max(rise, 1)


def no_rise(rise, steps, t):
    return (steps - t) / steps if rise else 1 - t / (steps - 1)
