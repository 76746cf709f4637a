"""Embedding against PyTorch, with numbers that repeat, a row of padding, and bad input."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad import Tensor, nn
from minigrad.functional import embedding
from minigrad.kernels.scatter import scatter_add
from minigrad.twins import plain_operations
from tests.oracle import both, on_host, our_tensor, their_tensor


@pytest.mark.parametrize("padding_idx", [None, 2, -1])
@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (0,), (2, 0, 3)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("operations", [nullcontext, plain_operations])
def test_embedding_agrees_with_pytorch(padding_idx, shape, dtype, operations):
    rng = np.random.default_rng(0)
    table, ids = rng.standard_normal((5, 3)).astype(dtype), rng.integers(0, 5, shape)
    upstream = rng.standard_normal((*shape, 3)).astype(dtype)
    theirs, ours = both(table)
    expected = torch.nn.functional.embedding(their_tensor(ids), theirs, padding_idx)
    with operations():
        found = embedding(our_tensor(ids), ours, padding_idx)
    (expected * their_tensor(upstream)).sum().backward()
    (found * our_tensor(upstream)).sum().backward()
    np.testing.assert_array_equal(on_host(found), on_host(expected))
    np.testing.assert_allclose(on_host(ours.grad), on_host(theirs.grad), rtol=1e-5, atol=1e-6)


def test_the_layer_starts_with_zeros_for_padding_and_exchanges_weights():
    theirs, ours = torch.nn.Embedding(6, 4, padding_idx=-2), nn.Embedding(6, 4, padding_idx=-2)
    assert ours.padding_idx == theirs.padding_idx
    assert not ours.weight.detach().numpy()[4].any()
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    ids = [[1, 4], [4, 0]]
    np.testing.assert_array_equal(ours(ids).detach().numpy(), theirs(torch.tensor(ids)).detach().numpy())
    assert repr(ours) == "Embedding(6, 4, padding_idx=4)"


@given(st.lists(st.integers(-60, 59), max_size=300), st.integers(0, 3))
def test_rows_add_up_where_numbers_repeat(index, width):
    index = np.array(index, np.int64)
    rows = np.random.default_rng(0).standard_normal((len(index), width))
    expected = np.zeros((60, width))
    np.add.at(expected, index, rows)
    np.testing.assert_allclose(scatter_add((60, width), index, rows), expected, atol=1e-12)


def test_rows_of_frequent_and_of_rare_words_add_up():
    rng = np.random.default_rng(0)
    index = np.minimum(rng.zipf(1.3, 3000), 500) - 1
    rows, expected = rng.standard_normal((3000, 4)), np.zeros((500, 4))
    np.add.at(expected, index, rows)
    np.testing.assert_allclose(scatter_add((500, 4), index, rows), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda w: embedding([0, 4], w), IndexError, "embedding got index 4; expected 0 to 3"),
        (lambda w: embedding([-1], w), IndexError, "embedding got index -1; expected 0 to 3"),
        (lambda w: embedding(Tensor([0.0]), w), TypeError, "embedding needs whole numbers, got float32"),
        (lambda w: embedding([0], w[0]), ValueError, r"embedding needs a table \[v, d\], got \(2,\)"),
        (lambda w: embedding([0], w, 4), ValueError, "embedding got padding_idx 4; expected -4 to 3"),
        (lambda w: embedding([0], w, 1.0), TypeError, "padding_idx 1.0; expected a whole number"),
        (lambda w: nn.Embedding(3, 2, -4), ValueError, "Embedding got padding_idx -4; expected -3 to 2"),
        (lambda w: nn.Embedding(-1, 2), ValueError, "Embedding: num_embeddings must be at least 0, got -1"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call(minigrad.ones(4, 2))
