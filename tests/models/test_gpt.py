"""GPT against GPT-2 of transformers with copied weights; generation with and without kept keys and values."""

import numpy as np
import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from minigrad import Tensor, manual_seed
from minigrad.models import GPT, generate
from minigrad.models.gpt import Cache, next_token_loss
from minigrad.models.sampling import next_token, softmax, top_k, top_p

TRANSPOSED = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
NAMES = {
    "wte": "embedding",
    "wpe": "positions",
    "ln_f": "norm",
    "ln_1": "norm1",
    "ln_2": "norm2",
    "attn.c_attn": "attention.qkv",
    "attn.c_proj": "attention.proj",
    "mlp.c_fc": "network.0",
    "mlp.c_proj": "network.2",
}


def ours_of(tensors):
    """GPT-2's tensors under the names here."""
    found = {}
    for name, value in tensors.items():
        if name == "lm_head.weight":
            continue
        value = value.T if any(part in name for part in TRANSPOSED) and value.ndim == 2 else value
        for old, new in NAMES.items():
            name = name.replace(f"{old}.", f"{new}.")
        found[name.removeprefix("transformer.").replace("h.", "blocks.", 1)] = value
    return found


@pytest.fixture(scope="module")
def pair():
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=13, n_positions=10, n_embd=12, n_layer=2, n_head=3, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0
    )
    reference = GPT2LMHeadModel(config).double()
    with torch.no_grad():
        for parameter in reference.parameters():
            parameter.normal_(0, 0.3)
    model = GPT(13, 10, 2, 3, 12).to("float64")
    model.load_state_dict(ours_of(reference.state_dict()))
    return model, reference


def test_scores_loss_and_all_gradients_are_those_of_gpt2(pair):
    model, reference = pair
    ids = np.random.default_rng(0).integers(0, 13, (3, 8))
    scores = model(Tensor(ids[:, :-1]))
    loss = next_token_loss(scores, Tensor(ids[:, 1:]))
    expected = reference(torch.from_numpy(ids), labels=torch.from_numpy(ids))
    np.testing.assert_allclose(scores.detach().numpy(), expected.logits[:, :-1].detach().numpy(), rtol=1e-8, atol=1e-9)
    assert loss.item() == pytest.approx(expected.loss.item(), rel=1e-6)  # GPT-2's loss is taken in float32
    loss.backward()
    expected.loss.backward()
    wanted = ours_of({name: p.grad for name, p in reference.named_parameters()})
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(parameter.grad.numpy(), wanted[name].numpy(), rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("pieces", [[1] * 9, [4, 1, 1, 3], [9], [2, 7]])
def test_scores_with_kept_keys_and_values_are_those_without(pair, pieces):
    model, _ = pair
    ids = np.random.default_rng(1).integers(0, 13, (2, 9))
    whole = model(Tensor(ids)).detach().numpy()
    cache, done, found = Cache(), 0, []
    for size in pieces:
        found.append(model(Tensor(ids[:, done : done + size]), cache).detach().numpy())
        done += size
    np.testing.assert_allclose(np.concatenate(found, 1), whole, rtol=1e-9, atol=1e-10)


def test_what_it_writes_is_what_it_would_write_without_keeping_anything(pair):
    model, _ = pair
    start = [1, 2, 3]
    found = list(generate(model, start, 6, seed=4))
    rng, ids = np.random.default_rng(4), list(start)
    for _ in range(6):
        ids.append(next_token(model(Tensor(np.array([ids]))).detach().numpy()[0, -1], rng))
    assert found == ids[3:]


def test_next_to_no_temperature_takes_the_likeliest(pair):
    model, _ = pair
    coldest = list(generate(model, [1, 2, 3], 6, temperature=0))
    assert list(generate(model, [1, 2, 3], 6, temperature=1e-310)) == coldest
    assert list(generate(model, [1, 2, 3], 6, temperature=1e-29)) == coldest


def test_it_writes_on_when_its_places_are_full(pair):
    model, _ = pair
    found = list(generate(model, list(range(13)), 25, temperature=0))
    assert len(found) == 25
    first = model(Tensor(np.arange(3, 13)[None])).detach().numpy()[0, -1]
    assert found[0] == first.argmax()  # of a text that is too long, the end is read


def test_only_the_k_likeliest_or_a_share_p_come_into_question():
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = rng.normal(size=8).round(1)
        k, p = int(rng.integers(1, 10)), float(rng.random())
        kept = np.isfinite(top_k(scores, k))
        assert kept.sum() >= min(k, 8)
        assert (scores[kept].min() > scores[~kept]).all()
        probabilities = softmax(scores)
        kept = np.isfinite(top_p(scores, p))
        total, least = probabilities[kept].sum(), probabilities[kept].min()
        assert total >= p - 1e-12
        assert total - least < p or kept.sum() == 1  # not one too many
        assert least >= probabilities[~kept].max(initial=0)


def test_tokens_are_drawn_with_their_probabilities():
    scores, rng = np.log([0.5, 0.3, 0.15, 0.05]), np.random.default_rng(0)

    def shares(**settings):
        return np.bincount([next_token(scores, rng, **settings) for _ in range(4000)], minlength=4) / 4000

    np.testing.assert_allclose(shares(), [0.5, 0.3, 0.15, 0.05], atol=0.03)
    np.testing.assert_allclose(shares(k=2), [0.625, 0.375, 0, 0], atol=0.03)
    np.testing.assert_allclose(shares(p=0.9), np.array([0.5, 0.3, 0.15, 0]) / 0.95, atol=0.03)
    np.testing.assert_allclose(shares(temperature=0.5), np.array([25, 9, 2.25, 0.25]) / 36.5, atol=0.03)
    assert shares(temperature=0).tolist() == [1, 0, 0, 0]


def test_what_is_wrong_is_said(pair):
    model, _ = pair
    for ids, settings, message in [
        ([], {}, "at least one token to go on from"),
        ([1], {"temperature": -1}, "temperature must be finite and at least 0"),
        ([1], {"k": 0}, "k must be at least 1, got 0"),
        ([1], {"p": 1.5}, r"p must be in \[0, 1\], got 1.5"),
    ]:
        with pytest.raises(ValueError, match=message):
            generate(model, ids, 3, **settings)
    with pytest.raises(ValueError, match="reaches place 11; its table has 10"):
        model(Tensor(np.ones((1, 11), np.int64)))
    with pytest.raises(IndexError, match="13"):
        model(Tensor(np.array([[13]])))
    with pytest.raises(ValueError, match="n_embd 10 and n_head 3, which does not divide it"):
        GPT(5, n_head=3, n_embd=10)


def test_it_learns_a_text_by_heart():
    from minigrad import optim

    manual_seed(0)
    model = GPT(4, 12, 1, 2, 16)
    ids = Tensor(np.array([[0, 1, 2, 3] * 3]))
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        loss = next_token_loss(model(ids[:, :-1]), ids[:, 1:])
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05
    assert list(generate(model, [0, 1], 4, temperature=0)) == [2, 3, 0, 1]
