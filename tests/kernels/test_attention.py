"""Attention leaves heads where they lie; what it computes is compared with PyTorch in tests/nn/test_transformer.py."""

import numpy as np

from minigrad.kernels.attention import attend, attend_backward


def test_heads_that_lie_side_by_side_stay_so():
    rng = np.random.default_rng(0)
    q, k, v = [rng.standard_normal((2, 5, 3, width)).swapaxes(1, 2) for width in (4, 4, 6)]
    y, p, _ = attend(q, k, v, None, 0.5, None)
    gradients = attend_backward(rng.standard_normal(y.shape), None, q, k, v, p, 0.5, None, False)[:3]
    for x, shape in zip((y, *gradients), (y.shape, q.shape, k.shape, v.shape), strict=True):
        assert x.shape == shape
        assert x.swapaxes(1, 2).flags.c_contiguous  # putting the heads together copies nothing
