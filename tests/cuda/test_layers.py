"""Every layer and every loss on the GPU against PyTorch's: the cases of tests/nn."""

import inspect

import pytest
import torch

from tests.nn.helpers import assert_same_results, twins
from tests.nn.test_layers import LAYERS, LOSSES, maker
from tests.nn.test_rnn import test_cells_agree_with_pytorch, test_layers_agree_with_pytorch
from tests.nn.test_transformer import (
    test_attention_agrees_with_pytorch,
    test_encoder_and_decoder_layers_agree_with_pytorch,
    test_multihead_attention_agrees_with_pytorch,
    test_queries_that_may_look_nowhere_get_zeros_and_finite_gradients,
    test_the_whole_transformer_agrees_with_pytorch,
)

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
