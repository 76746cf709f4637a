"""Every layer and every loss on the GPU against PyTorch's: the cases of tests/nn."""

import inspect

import numpy as np
import pytest
import torch

from minigrad.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from tests.nn.helpers import assert_same_results, twins
from tests.nn.test_halves import (
    test_an_encoder_layer_computes_what_pytorchs_does,
    test_attention_computes_what_pytorchs_does,
    test_recurrent_networks_compute_what_pytorchs_do,
)
from tests.nn.test_halves import test_cells_compute_what_pytorchs_do as test_cells_in_halves
from tests.nn.test_halves import test_layers_compute_what_pytorchs_do as test_layers_in_halves
from tests.nn.test_halves import test_losses_compute_what_pytorchs_do as test_losses_in_halves
from tests.nn.test_layers import LAYERS, LOSSES, maker
from tests.nn.test_rnn import KINDS, test_cells_agree_with_pytorch, test_layers_agree_with_pytorch
from tests.nn.test_rnn import pair as rnn_pair
from tests.nn.test_transformer import (
    test_attention_agrees_with_pytorch,
    test_encoder_and_decoder_layers_agree_with_pytorch,
    test_multihead_attention_agrees_with_pytorch,
    test_queries_that_may_look_nowhere_get_zeros_and_finite_gradients,
    test_the_whole_transformer_agrees_with_pytorch,
)
from tests.oracle import on_host, our_tensor

pytestmark = [  # PyTorch's
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
    pytest.mark.filterwarnings("ignore:Using padding=.same"),
    pytest.mark.filterwarnings("ignore:reduction:UserWarning"),
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("call", LAYERS)
def test_layers_compute_what_pytorchs_do(call, dtype):
    if "bias=" in call and "Norm" in call and "bias" not in inspect.signature(torch.nn.GroupNorm).parameters:
        pytest.skip("the norms of this PyTorch have no bias=")
    assert_same_results(*twins(maker(call), dtype), LAYERS[call], dtype=dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("call", LOSSES)
def test_losses_compute_what_pytorchs_do(call, dtype):
    assert_same_results(*twins(maker(call), dtype), *LOSSES[call], dtype=dtype)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_lengths_on_the_device_mark_the_padding_that_others_leave_out(kind, first, device):
    """Results, last states and gradients are those of packed sequences."""
    _, layer = rnn_pair(kind, 3, 4, num_layers=2, bidirectional=True, batch_first=first)
    rng = np.random.default_rng(0)
    array, lengths = rng.standard_normal((5, 4, 3)), np.array([2, 5, 1, 4])
    upstream, found = rng.standard_normal((6, 4, 8)), []
    for given in (lengths, our_tensor(lengths)):
        layer.zero_grad()
        x = our_tensor(array.swapaxes(0, 1).copy() if first else array, True)
        packed = pack_padded_sequence(x, given, first, enforce_sorted=False)
        output, state = layer(packed)
        y, told = pad_packed_sequence(output, first, 0.5, total_length=6)
        (y * our_tensor(upstream.swapaxes(0, 1).copy() if first else upstream)).sum().backward()
        states = state if isinstance(state, tuple) else (state,)
        found.append([on_host(t) for t in (y, told, *states, x.grad, *[p.grad for p in layer.parameters()])])
    assert packed.live is not None
    for expected, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, expected, 1e-10, 1e-12)


def test_lengths_on_the_device_are_checked_when_something_is_read(device):
    x = our_tensor(np.zeros((5, 2, 3)))
    packed = pack_padded_sequence(x, our_tensor(np.array([6, 1])))
    with pytest.raises(ValueError, match=r"got lengths \[6, 1\]; expected each from 1 to the 5 steps"):
        packed.data.sum().item()
