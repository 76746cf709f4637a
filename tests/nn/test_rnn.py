"""Recurrent layers and cells against PyTorch: results, all gradients, state dicts, padding, bad input."""

from itertools import product

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, nn
from minigrad.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence
from minigrad.twins import plain_operations
from tests.oracle import Where, both, on_host, our_tensor, their_tensor

KINDS = {"RNN": {}, "RNN relu": {"nonlinearity": "relu"}, "LSTM": {}, "GRU": {}}
WIDTH, HIDDEN = 3, 4


def pair(kind, *sizes, **settings):
    """The layer in PyTorch and in minigrad, with the same weights in float64."""
    name, settings = kind.split()[0] + settings.pop("suffix", ""), {**settings, **KINDS[kind]}
    theirs = getattr(torch.nn, name)(*sizes, **settings).double().to(Where.theirs)
    ours = getattr(nn, name)(*sizes, **settings).to("float64").to(Where.ours)
    ours.load_state_dict({key: on_host(value) for key, value in theirs.state_dict().items()})
    return theirs, ours


def states_of(kind, shape, rng):
    """The first states of both libraries, and the leaves that they are made of."""
    pairs = [both(rng.standard_normal(shape)) for _ in range(2 if kind == "LSTM" else 1)]
    theirs, ours = [list(each) for each in zip(*pairs, strict=True)]
    return (tuple(theirs), tuple(ours), theirs, ours) if kind == "LSTM" else (theirs[0], ours[0], theirs, ours)


def flat(result):
    """The tensors in (output, h) or (output, (h, c))."""
    return [t for part in result for t in (part if isinstance(part, tuple) else (part,))]


def check(theirs, ours, their_leaves, our_leaves, rng):
    """Results agree, and so do the gradients of all leaves for random upstream gradients."""
    upstream = [rng.standard_normal(tuple(y.shape)) for y in theirs]
    sum((y * their_tensor(g)).sum() for y, g in zip(theirs, upstream)).backward()
    sum([(y * our_tensor(g)).sum() for y, g in zip(ours, upstream)], start=our_tensor(np.zeros(()))).backward()
    for y, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(on_host(y), on_host(expected), atol=1e-12)
    for leaf, expected in zip(our_leaves, their_leaves, strict=True):
        np.testing.assert_allclose(on_host(leaf.grad), on_host(expected.grad), atol=1e-11)


SETTINGS = [
    {},
    {"num_layers": 2, "bidirectional": True},
    {"bias": False, "batch_first": True},
    {"num_layers": 3, "batch_first": True, "bidirectional": True, "bias": False},
]


@pytest.mark.parametrize(("kind", "settings", "plain"), list(product(KINDS, SETTINGS, [False, True])), ids=str)
@pytest.mark.parametrize("lengths", [None, [5, 3, 1], [2, 5, 4], [1, 1, 1]], ids=str)
def test_layers_agree_with_pytorch(kind, settings, plain, lengths):
    rng = np.random.default_rng(0)
    theirs, ours = pair(kind, WIDTH, HIDDEN, **settings)
    assert [name for name, _ in theirs.named_parameters()] == [name for name, _ in ours.named_parameters()]
    first = settings.get("batch_first", False)
    tx, mx = both(rng.standard_normal((3, 5, WIDTH) if first else (5, 3, WIDTH)))
    count = settings.get("num_layers", 1) * (1 + settings.get("bidirectional", False))
    th, mh, their_states, our_states = states_of(kind, (count, 3, HIDDEN), rng)
    given = tx, mx
    if lengths:
        falling = lengths == sorted(lengths, reverse=True)
        given = (
            torch.nn.utils.rnn.pack_padded_sequence(tx, torch.tensor(lengths), first, enforce_sorted=falling),
            pack_padded_sequence(mx, lengths, first, enforce_sorted=falling),
        )
        np.testing.assert_array_equal(given[0].batch_sizes.numpy(), given[1].batch_sizes)
    if plain:
        with plain_operations():
            result = ours(given[1], mh)
    else:
        result = ours(given[1], mh)
    results = [theirs(given[0], th), result]
    if lengths:
        results = [
            (torch.nn.utils.rnn.pad_packed_sequence(results[0][0], first)[0], results[0][1]),
            (pad_packed_sequence(results[1][0], first)[0], results[1][1]),
        ]
    leaves = [tx, *their_states, *theirs.parameters()], [mx, *our_states, *ours.parameters()]
    check(*map(flat, results), *leaves, rng)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "shape", [(6, WIDTH), (1, 2, WIDTH), (4, 0, WIDTH)], ids=["no batch", "one step", "empty batch"]
)
def test_unusual_sizes_without_a_first_state(kind, shape):
    rng = np.random.default_rng(0)
    theirs, ours = pair(kind, WIDTH, HIDDEN, num_layers=2)
    tx, mx = both(rng.standard_normal(shape))
    check(flat(theirs(tx)), flat(ours(mx)), [tx, *theirs.parameters()], [mx, *ours.parameters()], rng)


@pytest.mark.parametrize(("kind", "bias"), list(product(KINDS, [True, False])))
@pytest.mark.parametrize("batch", [(5,), (0,), ()], ids=str)
def test_cells_agree_with_pytorch(kind, bias, batch):
    rng = np.random.default_rng(0)
    theirs, ours = pair(kind, WIDTH, HIDDEN, bias=bias, suffix="Cell")
    tx, mx = both(rng.standard_normal((*batch, WIDTH)))
    th, mh, their_states, our_states = states_of(kind, (*batch, HIDDEN), rng)
    results = [[y] if not isinstance(y, tuple) else list(y) for y in (theirs(tx, th), ours(mx, mh))]
    leaves = [tx, *their_states, *theirs.parameters()], [mx, *our_states, *ours.parameters()]
    check(*results, *leaves, rng)
    zeros = ours(mx)
    expected = theirs(tx)
    pair_of_zeros = (zeros[0], expected[0]) if kind == "LSTM" else (zeros, expected)
    np.testing.assert_allclose(*map(on_host, pair_of_zeros), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_is_its_cell_step_after_step(kind):
    _, layer = pair(kind, WIDTH, HIDDEN)
    cell = getattr(nn, kind.split()[0] + "Cell")(WIDTH, HIDDEN, **KINDS[kind]).to("float64")
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.state_dict().items()})
    x, state = minigrad.randn(6, 2, WIDTH, dtype="float64"), None
    for t, expected in enumerate(layer(x)[0]):
        state = cell(x[t], state)
        h = state[0] if kind == "LSTM" else state
        np.testing.assert_allclose(h.detach().numpy(), expected.detach().numpy(), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_influences_nothing(kind):
    _, layer = pair(kind, WIDTH, HIDDEN, bidirectional=True)
    x = np.random.default_rng(0).standard_normal((5, 2, WIDTH))
    results = []
    for padding in (0.0, np.nan):
        x[3:, 1] = padding
        packed = pack_padded_sequence(Tensor(x), [5, 3])
        output, state = layer(packed)
        results.append([pad_packed_sequence(output)[0], *(state if isinstance(state, tuple) else (state,))])
    for first, second in zip(*results, strict=True):
        np.testing.assert_array_equal(first.detach().numpy(), second.detach().numpy())


def test_float32_by_both_ways():
    for kind in KINDS:
        layer = getattr(nn, kind.split()[0])(16, 32, **KINDS[kind])
        x = minigrad.randn(20, 8, 16, requires_grad=True)
        found = []
        for way in (plain_operations, None):
            x.grad = None
            layer.zero_grad()
            if way:
                with way():
                    y = layer(x)[0]
            else:
                y = layer(x)[0]
            (y * y).sum().backward()
            assert y.dtype == np.float32
            found.append([y.detach().numpy(), x.grad.numpy(), *[p.grad.numpy() for p in layer.parameters()]])
        for plain, fast in zip(*found, strict=True):
            np.testing.assert_allclose(fast, plain, atol=2e-5 * np.abs(plain).max())


def test_dropout_between_layers_in_training_only():
    layer = nn.GRU(WIDTH, 50, num_layers=2, dropout=0.5)
    x = minigrad.randn(4, 2, WIDTH)
    assert not np.array_equal(layer(x)[0].detach().numpy(), layer(x)[0].detach().numpy())
    layer.eval()
    np.testing.assert_array_equal(layer(x)[0].detach().numpy(), layer(x)[0].detach().numpy())


def test_a_result_changed_in_place_is_refused():
    layer = nn.RNN(WIDTH, HIDDEN)
    y, _ = layer(minigrad.randn(4, 2, WIDTH, requires_grad=True))
    loss = y.sum()
    y.detach()[0] = 0
    with pytest.raises(RuntimeError, match="was changed in place after the forward pass"):
        loss.backward()


def test_packing_and_padding():
    sequences = [np.arange(n * 2.0).reshape(n, 2) for n in (2, 4, 3)]
    theirs = torch.nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sequences], True, -1.0)
    ours = pad_sequence([Tensor(s) for s in sequences], True, -1.0)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    packed = pack_sequence([Tensor(s) for s in sequences], enforce_sorted=False)
    expected = torch.nn.utils.rnn.pack_sequence([torch.tensor(s) for s in sequences], enforce_sorted=False)
    assert isinstance(packed, PackedSequence)
    np.testing.assert_array_equal(packed.data.numpy(), expected.data.numpy())
    np.testing.assert_array_equal(packed.sorted_indices, expected.sorted_indices.numpy())
    padded, lengths = pad_packed_sequence(packed, total_length=6)
    expected, expected_lengths = torch.nn.utils.rnn.pad_packed_sequence(expected, total_length=6)
    np.testing.assert_array_equal(padded.numpy(), expected.numpy())
    assert lengths.tolist() == expected_lengths.tolist()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.LSTM(0, 3), ValueError, "LSTM: input_size must be at least 1, got 0"),
        (lambda: nn.GRU(3, 3, num_layers=0), ValueError, "GRU: num_layers must be at least 1, got 0"),
        (lambda: nn.GRU(3, 3, dropout=1.5), ValueError, "GRU: dropout"),
        (
            lambda: nn.RNN(3, 3, nonlinearity="gelu"),
            ValueError,
            "RNN: nonlinearity must be 'tanh' or 'relu', got 'gelu'",
        ),
        (lambda: nn.LSTM(3, 4)(minigrad.ones(5, 2, 4)), ValueError, r"LSTM got input \(5, 2, 4\); .*input_size 3"),
        (lambda: nn.LSTM(3, 4)(minigrad.ones(0, 2, 3)), ValueError, "a sequence of no steps"),
        (lambda: pad_packed_sequence(minigrad.ones(3, 2)), TypeError, "got Tensor; expected a PackedSequence"),
        (
            lambda: nn.GRU(3, 4)(minigrad.ones(5, 2, 3), minigrad.ones(1, 3, 4)),
            ValueError,
            r"GRU got state \(1, 3, 4\); expected 1 of shape \(1, 2, 4\)",
        ),
        (
            lambda: nn.LSTM(3, 4)(minigrad.ones(5, 2, 3), (minigrad.ones(1, 2, 4),)),
            ValueError,
            r"LSTM got state \(1, 2, 4\); expected 2 of shape \(1, 2, 4\)",
        ),
        (
            lambda: nn.GRUCell(3, 4)(minigrad.ones(2, 3), minigrad.ones(2, 3)),
            ValueError,
            r"GRUCell got state \(2, 3\); expected 1 of shape \(2, 4\)",
        ),
        (lambda: pack_padded_sequence(minigrad.ones(4, 2, 3), [1, 4]), ValueError, "which do not fall"),
        (
            lambda: pack_padded_sequence(minigrad.ones(4, 2, 3), [5, 4]),
            ValueError,
            "expected each from 1 to the 4 steps",
        ),
        (
            lambda: pack_padded_sequence(minigrad.ones(4, 2, 3), [4, 0]),
            ValueError,
            "expected each from 1 to the 4 steps",
        ),
        (lambda: pack_padded_sequence(minigrad.ones(4, 2, 3), [4]), ValueError, "expected 2 whole numbers"),
        (lambda: pad_sequence([minigrad.ones(2, 3), minigrad.ones(2, 4)]), ValueError, "alike but for t"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
