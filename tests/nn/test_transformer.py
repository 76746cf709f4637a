"""Attention and Transformers against PyTorch: results, all gradients, masks, state dicts, bad input."""

import math
from contextlib import nullcontext
from itertools import product

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, nn
from minigrad.functional import scaled_dot_product_attention
from minigrad.twins import plain_operations
from tests.oracle import Where, both, on_host, our_tensor, their_tensor

E, H = 8, 2


@pytest.fixture(params=["fast", "plain"], autouse=True)
def way(request):
    with plain_operations() if request.param == "plain" else nullcontext():
        yield


def same(name, *args, **settings):
    """The module in PyTorch and in minigrad, in evaluation mode, with the same random weights in float64."""
    theirs, ours = getattr(torch.nn, name)(*args, **settings).double(), getattr(nn, name)(*args, **settings)
    rng = np.random.default_rng(0)
    state = {key: rng.standard_normal(tuple(value.shape)) * 0.5 for key, value in theirs.state_dict().items()}
    theirs.load_state_dict({key: torch.tensor(value) for key, value in state.items()})
    theirs, ours = theirs.to(Where.theirs), ours.to("float64").to(Where.ours)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(state)
    return theirs.eval(), ours.eval()


def check(theirs, ours, their_leaves, our_leaves, atol=1e-11):
    rng = np.random.default_rng(1)
    upstream = [rng.standard_normal(tuple(y.shape)) for y in theirs]
    sum((y * their_tensor(g)).sum() for y, g in zip(theirs, upstream, strict=True)).backward()
    sum([(y * our_tensor(g)).sum() for y, g in zip(ours, upstream)], start=our_tensor(np.zeros(()))).backward()
    for y, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(on_host(y), on_host(expected), atol=atol)
    for leaf, expected in zip(our_leaves, their_leaves, strict=True):
        if expected.grad is not None:  # PyTorch leaves out that of an empty mask
            np.testing.assert_allclose(on_host(leaf.grad), on_host(expected.grad), atol=atol)


def masks(t, s, rng):
    """Masks by name, as PyTorch's scaled_dot_product_attention takes them."""
    where = rng.random((t, s)) < 0.6
    where[:, 0] = True
    return {
        "none": None,
        "boolean": where,
        "additive": rng.standard_normal((t, s)),
        "for each": rng.standard_normal((3, 1, t, s)),
        "of keys": where[:1],
        "infinite": np.where(where, 0.0, -np.inf),
    }


@pytest.mark.parametrize("kind", masks(1, 1, np.random.default_rng(0)))
@pytest.mark.parametrize(("t", "s"), [(5, 5), (4, 6), (1, 1), (0, 3)])
@pytest.mark.parametrize("scale", [None, 0.3])
def test_attention_agrees_with_pytorch(kind, t, s, scale):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((3, 2, *shape)) for shape in ((t, 4), (s, 4), (s, 5))]
    mask = masks(t, s, rng)[kind]
    theirs, ours = zip(*map(both, arrays), strict=True)
    tm, mm = (None, None) if mask is None else both(mask)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, tm, scale=scale)
    leaves = [*theirs, *([] if mask is None else [tm])], [*ours, *([] if mask is None else [mm])]
    check([expected], [scaled_dot_product_attention(*ours, mm, scale=scale)], *leaves)


def test_causal_attention_sees_no_future():
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal((2, 5, 4)) for _ in range(3)]
    theirs, ours = zip(*map(both, arrays), strict=True)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, is_causal=True)
    check([expected], [scaled_dot_product_attention(*ours, is_causal=True)], theirs, ours)
    changed = [a.copy() for a in arrays]
    for a in changed[1:]:
        a[:, 3:] = 100
    first, second = [scaled_dot_product_attention(*map(Tensor, xs), is_causal=True).numpy() for xs in (arrays, changed)]
    np.testing.assert_array_equal(first[:, :3], second[:, :3])


def test_queries_that_may_look_nowhere_get_zeros_and_finite_gradients():
    rng = np.random.default_rng(0)
    allowed = np.ones((4, 4), bool)
    allowed[2] = False
    theirs, ours = zip(*[both(rng.standard_normal((2, 4, 3))) for _ in range(3)], strict=True)
    expected = torch.nn.functional.scaled_dot_product_attention(*theirs, their_tensor(allowed))
    found = scaled_dot_product_attention(*ours, our_tensor(allowed))
    assert not on_host(found)[:, 2].any()
    check([expected], [found], theirs, ours)


def test_dropout_keeps_the_expected_value():
    minigrad.manual_seed(0)
    q, k, v = minigrad.randn(400, 5, 4), minigrad.randn(400, 5, 4), minigrad.ones(400, 5, 1)
    y = scaled_dot_product_attention(q, k, v, dropout_p=0.5).numpy()
    assert abs(y.mean() - 1) < 0.02
    assert y.std() > 0.3
    assert not scaled_dot_product_attention(q, k, v, dropout_p=1.0).numpy().any()


MASKED = {
    "plain": {},
    "padding": {"key_padding_mask": "padding"},
    "mask": {"attn_mask": "mask"},
    "additive": {"attn_mask": "additive"},
    "for each head": {"attn_mask": "heads"},
    "both": {"attn_mask": "mask", "key_padding_mask": "padding"},
}


@pytest.mark.parametrize("masked", MASKED)
@pytest.mark.parametrize("need", [False, True, "each"])
@pytest.mark.parametrize(
    ("settings", "shared"),
    [
        *product([{}, {"batch_first": True}, {"bias": False}], [True, False]),
        ({"kdim": 5, "vdim": 7, "batch_first": True}, False),
    ],
    ids=str,
)
def test_multihead_attention_agrees_with_pytorch(masked, need, settings, shared):
    rng = np.random.default_rng(0)
    n, t, s = 3, 5, 5 if shared else 4
    theirs, ours = same("MultiheadAttention", E, H, **settings)
    first = settings.get("batch_first", False)
    widths = [(t, E), (s, settings.get("kdim", E)), (s, settings.get("vdim", E))]
    shapes = [(n, size, width) if first else (size, n, width) for size, width in widths]
    pairs = [both(rng.standard_normal(shape)) for shape in shapes[: 1 if shared else 3]]
    forbidden = rng.random((n, s)) < 0.4
    forbidden[:, 0] = False
    blocked = rng.random((t, s)) < 0.4
    blocked[:, 0] = False
    heads = rng.random((n * H, t, s)) < 0.4
    heads[..., 0] = False
    all_masks = {"padding": forbidden, "mask": blocked, "additive": rng.standard_normal((t, s)), "heads": heads}
    given = {name: all_masks[key] for name, key in MASKED[masked].items()}
    options = {"need_weights": bool(need), "average_attn_weights": need != "each"}
    results = []
    for module, xs, wrap in ((theirs, [p[0] for p in pairs], their_tensor), (ours, [p[1] for p in pairs], our_tensor)):
        inputs = xs * 3 if shared else xs
        y, w = module(*inputs, **{name: wrap(mask) for name, mask in given.items()}, **options)
        assert (w is not None) == bool(need)
        results.append([y, w] if need else [y])
    leaves = [[p[i] for p in pairs] for i in range(2)]
    check(*results, [*leaves[0], *theirs.parameters()], [*leaves[1], *ours.parameters()])


def test_heads_without_a_batch():
    theirs, ours = same("MultiheadAttention", E, H)
    tx, mx = both(np.random.default_rng(0).standard_normal((4, E)))
    check(list(theirs(tx, tx, tx)), list(ours(mx, mx, mx)), [tx], [mx])


def test_padding_alone_gives_zeros_where_pytorch_gives_nan():
    _, ours = same("MultiheadAttention", E, H, bias=False)
    x = minigrad.randn(3, 2, E, dtype="float64", requires_grad=True)
    y, weights = ours(x, x, x, key_padding_mask=Tensor(np.array([[True] * 3, [False] * 3])))
    y.sum().backward()
    assert not y.detach().numpy()[:, 0].any()
    assert not weights.detach().numpy()[0].any()
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_encoder_and_decoder_layers_agree_with_pytorch(norm_first, activation, batch_first):
    rng = np.random.default_rng(0)
    settings = {"norm_first": norm_first, "activation": activation, "batch_first": batch_first}
    order = (lambda n, t: (n, t, E)) if batch_first else (lambda n, t: (t, n, E))
    tx, mx = both(rng.standard_normal(order(3, 5)))
    padding = np.arange(5) >= np.array([[5], [3], [2]])
    theirs, ours = same("TransformerEncoderLayer", E, H, 16, **settings)
    expected = theirs(tx, src_key_padding_mask=their_tensor(padding))
    results = [expected], [ours(mx, src_key_padding_mask=our_tensor(padding))]
    check(*results, [tx, *theirs.parameters()], [mx, *ours.parameters()])
    theirs, ours = same("TransformerDecoderLayer", E, H, 16, **settings)
    tx, mx = both(rng.standard_normal(order(3, 4)))
    ty, my = both(rng.standard_normal(order(3, 5)))
    causal = np.triu(np.ones((4, 4), bool), 1)
    results = [
        [m(x, y, tgt_mask=wrap(causal), memory_key_padding_mask=wrap(padding))]
        for m, x, y, wrap in ((theirs, tx, ty, their_tensor), (ours, mx, my, our_tensor))
    ]
    check(*results, [tx, ty, *theirs.parameters()], [mx, my, *ours.parameters()])


def test_the_whole_transformer_agrees_with_pytorch():
    rng = np.random.default_rng(0)
    theirs, ours = same("Transformer", E, H, 2, 2, 16, batch_first=True)
    (ts, ms), (tt, mt) = both(rng.standard_normal((2, 5, E))), both(rng.standard_normal((2, 4, E)))
    expected = theirs(ts, tt, tgt_mask=torch.nn.Transformer.generate_square_subsequent_mask(4).to(ts))
    found = ours(ms, mt, tgt_mask=nn.Transformer.generate_square_subsequent_mask(4).to("float64").to(Where.ours))
    check([expected], [found], [ts, tt, *theirs.parameters()], [ms, mt, *ours.parameters()], 1e-10)
    causal = ours(ms, mt, tgt_is_causal=True)
    np.testing.assert_allclose(on_host(causal), on_host(found), atol=1e-12)


def test_layers_of_a_stack_are_copies_and_start_alike():
    layer = nn.TransformerEncoderLayer(E, H, 16)
    encoder = nn.TransformerEncoder(layer, 3, nn.LayerNorm(E))
    weights = [part.linear1.weight for part in encoder.layers]
    assert len({id(w) for w in weights}) == 3
    assert all(np.array_equal(w.detach().numpy(), weights[0].detach().numpy()) for w in weights)
    nn.init.zeros_(weights[0])
    assert weights[1].detach().numpy().any()
    assert layer.linear1.weight.detach().numpy().any()


def test_multihead_attention_starts_as_in_pytorch():
    minigrad.manual_seed(0)
    ours, theirs = nn.MultiheadAttention(64, 4), torch.nn.MultiheadAttention(64, 4)
    bound = math.sqrt(6 / (64 + 3 * 64))
    weight = ours.in_proj_weight.detach().numpy()
    assert np.abs(weight).max() <= bound
    assert abs(weight.std() - theirs.in_proj_weight.std().item()) < 0.02 * bound
    assert not ours.in_proj_bias.detach().numpy().any()
    assert not ours.out_proj.bias.detach().numpy().any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.MultiheadAttention(8, 3), ValueError, "embed_dim 8 and num_heads 3, which does not divide it"),
        (lambda: nn.MultiheadAttention(8, 2)(*[minigrad.ones(4, 1, 6)] * 3), ValueError, r"expected \[t, n, 8\]"),
        (
            lambda: nn.MultiheadAttention(8, 2)(*[minigrad.ones(4, 1, 8)] * 3, attn_mask=minigrad.ones(3, 4)),
            ValueError,
            r"MultiheadAttention got attn_mask \(3, 4\); expected \[4, 4\] or \[2, 4, 4\]",
        ),
        (
            lambda: nn.MultiheadAttention(8, 2)(*[minigrad.ones(4, 1, 8)] * 3, minigrad.ones(2, 4)),
            ValueError,
            r"MultiheadAttention got key_padding_mask \(2, 4\); expected \(1, 4\)",
        ),
        (
            lambda: nn.MultiheadAttention(8, 2)(*[minigrad.ones(4, 1, 8)] * 3, Tensor([[1, 0, 0, 0]])),
            TypeError,
            "key_padding_mask needs a mask of True and False or of floating-point numbers, got int64",
        ),
        (
            lambda: nn.TransformerEncoderLayer(8, 2, activation="tanh"),
            ValueError,
            "must be 'relu' or 'gelu', got 'ta",
        ),
        (lambda: nn.TransformerEncoder(nn.Identity(), 0), ValueError, "num_layers must be at least 1, got 0"),
        (
            lambda: scaled_dot_product_attention(minigrad.ones(3, 4), minigrad.ones(5, 4), minigrad.ones(4, 4)),
            ValueError,
            r"got query \(3, 4\), key \(5, 4\) and value \(4, 4\); expected",
        ),
        (
            lambda: scaled_dot_product_attention(*[minigrad.ones(3, 4)] * 3, minigrad.ones(2, 3)),
            ValueError,
            r"got attn_mask \(2, 3\); expected \[..., 3, 3\]",
        ),
        (
            lambda: scaled_dot_product_attention(*[minigrad.ones(3, 4)] * 3, dropout_p=2),
            ValueError,
            "got dropout_p=2; expected a probability from 0 to 1",
        ),
        (
            lambda: scaled_dot_product_attention(*[minigrad.ones(3, 4)] * 3, minigrad.ones(3, 3), is_causal=True),
            ValueError,
            "got attn_mask and is_causal; expected one of them",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
