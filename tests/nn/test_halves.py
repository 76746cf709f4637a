"""Layers, losses, recurrent networks and attention in float16 and bfloat16 against PyTorch's: results and gradients.

PyTorch lacks none of them. The tolerance is `oracle.TOLERANCE`, 4 eps of the dtype.
"""

import inspect

import numpy as np
import pytest
import torch

from minigrad import nn
from minigrad.functional import scaled_dot_product_attention
from tests.nn.helpers import assert_same_results, twins
from tests.nn.test_layers import LAYERS, LOSSES, maker
from tests.oracle import EPS, compare

pytestmark = [  # PyTorch's
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
    pytest.mark.filterwarnings("ignore:Using padding=.same"),
    pytest.mark.filterwarnings("ignore:reduction:UserWarning"),
]

HALVES = list(EPS)

STEPS = 5


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("call", LAYERS)
def test_layers_compute_what_pytorchs_do(call, dtype):
    if "bias=" in call and "Norm" in call and "bias" not in inspect.signature(torch.nn.GroupNorm).parameters:
        pytest.skip("the norms of this PyTorch have no bias=")
    assert_same_results(*twins(maker(call), dtype), LAYERS[call], dtype=dtype)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("call", LOSSES)
def test_losses_compute_what_pytorchs_do(call, dtype):
    assert_same_results(*twins(maker(call), dtype), *LOSSES[call], dtype=dtype)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_networks_compute_what_pytorchs_do(kind, bidirectional, dtype):
    class First(torch.nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x)[0]

    class OurFirst(nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x)[0]

    def make(library):
        first = OurFirst if library is nn else First
        return first(getattr(library, kind)(3, 4, bidirectional=bidirectional))

    x = np.random.default_rng(0).standard_normal((STEPS, 2, 3))
    assert_same_results(*twins(make, dtype), x, dtype=dtype)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("cell", ["RNNCell", "GRUCell"])
def test_cells_compute_what_pytorchs_do(cell, dtype):
    rng = np.random.default_rng(0)
    arrays = rng.standard_normal((2, 3)), rng.standard_normal((2, 4))
    assert_same_results(*twins(lambda library: getattr(library, cell)(3, 4), dtype), *arrays, dtype=dtype)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("masked", [False, True])
def test_attention_computes_what_pytorchs_does(masked, dtype):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((3, 2, *shape)) for shape in ((5, 4), (6, 4), (6, 5))]
    mask = [rng.standard_normal((5, 6))] if masked else []

    def attention(m, *xs):
        functional = torch.nn.functional if isinstance(xs[0], torch.Tensor) else None
        return (functional.scaled_dot_product_attention if functional else scaled_dot_product_attention)(*xs)

    compare(attention, *arrays, *mask, dtype=dtype, second=False)


@pytest.mark.parametrize("dtype", HALVES)
def test_an_encoder_layer_computes_what_pytorchs_does(dtype):
    def make(library):
        return library.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)

    x = np.random.default_rng(0).standard_normal((2, 5, 8))
    assert_same_results(*twins(make, dtype), x, dtype=dtype)
