"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

import minigrad
from minigrad import nn


def head_width(e, h, n, t):
    """How many shares a layer of attention returns."""
    layer = nn.MultiheadAttention(e, h, batch_first=True)
    x = minigrad.zeros(n, t, e)
    _, shares = layer(x, x, x, need_weights=True, average_attn_weights=False)
    return shares.data.size


def one_head(e, h, n, t):
    return n * t * t


def per_word(e, h, n, t):
    return n * h * t


def with_width(e, h, n, t):
    return n * t * t * e
