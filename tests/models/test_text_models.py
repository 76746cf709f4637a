"""Networks for text against PyTorch definitions with copied weights; padding changes nothing."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad import Tensor, manual_seed
from minigrad.models import RecurrentClassifier, TextCNN, TransformerClassifier
from tests.models import torch_text_models as theirs
from tests.oracle import Where, on_host, our_tensor, their_tensor

IDS = np.array([[3, 1, 4, 1, 5, 9], [2, 6, 0, 0, 0, 0], [7, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [8, 0, 2, 8, 0, 0]])


def recurrent(kind, bidirectional=False, pool="last", layers=1):
    return (
        lambda: RecurrentClassifier(11, kind, 6, 5, 3, layers, bidirectional, pool),
        lambda: theirs.RecurrentClassifier(kind, bidirectional, pool, layers),
    )


CASES = {
    "rnn": recurrent("rnn"),
    "lstm": recurrent("lstm"),
    "gru": recurrent("gru"),
    "lstm both ways": recurrent("lstm", True),
    "gru both ways, highest": recurrent("gru", True, "max"),
    "rnn, two layers, highest": recurrent("rnn", False, "max", 2),
    "cnn": (lambda: TextCNN(11, 6, 3, (2, 3), 4, 0.0), theirs.TextCNN),
    "transformer": (lambda: TransformerClassifier(11, 8, 2, 2, 12, 3, 9, 0.0), theirs.TransformerClassifier),
}


@pytest.fixture(params=CASES)
def pair(request):
    """The same network here and in PyTorch, in float64."""
    make, make_theirs = CASES[request.param]
    manual_seed(1)
    torch.manual_seed(1)
    model, reference = make().to("float64").to(Where.ours), make_theirs().double()
    with torch.no_grad():
        for parameter in reference.parameters():
            parameter.normal_(0, 0.5)
        reference.embedding.weight[0] = 0
    model.load_state_dict(reference.state_dict())
    return model, reference.to(Where.theirs)


def test_scores_and_all_gradients_are_those_of_pytorch(pair):
    model, reference = pair
    rng = np.random.default_rng(0)
    gy = rng.normal(size=(len(IDS), 3))
    scores, expected = model(our_tensor(IDS)), reference(their_tensor(IDS))
    np.testing.assert_allclose(on_host(scores), on_host(expected), rtol=1e-9, atol=1e-10)
    scores.backward(our_tensor(gy))
    expected.backward(their_tensor(gy))
    wanted = dict(reference.named_parameters())
    for name, parameter in model.named_parameters():
        gradients = on_host(parameter.grad), on_host(wanted[name].grad)
        np.testing.assert_allclose(*gradients, rtol=1e-8, atol=1e-10, err_msg=name)


def test_attention_of_each_layer_is_that_of_the_definition():
    make, make_theirs = CASES["transformer"]
    manual_seed(1)
    model, reference = make().to("float64").eval(), make_theirs().double()
    reference.load_state_dict({name: torch.from_numpy(value.numpy()) for name, value in model.state_dict().items()})
    maps = model.attention(Tensor(IDS))
    assert [found.shape for found in maps] == [(5, 2, 6, 6)] * 2
    for n, length in enumerate((6, 2, 1, 1, 4)):
        with torch.no_grad():
            x = (reference.embedding(torch.from_numpy(IDS[n, :length])) + reference.positions.weight[:length])[None]
            for layer, found in zip(reference.encoder.layers, maps):
                weight, bias = layer.self_attn.in_proj_weight, layer.self_attn.in_proj_bias
                projected = torch.nn.functional.linear(layer.norm1(x)[0], weight, bias)
                q, k = projected[:, :16].reshape(length, 2, 2, 4).permute(1, 2, 0, 3)
                expected = (q @ k.mT / 2).softmax(-1).numpy()
                np.testing.assert_allclose(found.detach().numpy()[n, :, :length, :length], expected, rtol=1e-9)
                x = layer(x)
    seen = np.arange(6) < np.array([6, 2, 1, 1, 4])[:, None]
    for found in maps:
        np.testing.assert_allclose(found.detach().numpy().sum(axis=3), 1)
        assert (found.detach().numpy() * ~seen[:, None, None] == 0).all()


def test_words_and_positions_of_the_transformer_start_alike():
    model = TransformerClassifier(500, 64)
    assert model.embedding.weight[1:].std().item() == pytest.approx(0.02, rel=0.05)
    assert model.positions.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert (model.embedding.weight[0] == 0).all()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(1, 10), min_size=1, max_size=5), st.integers(0, 4))
@pytest.mark.parametrize("name", CASES)
def test_padding_changes_nothing(name, ids, more):
    manual_seed(0)
    model = CASES[name][0]().eval()
    alone = model(Tensor(np.array([ids]))).detach().numpy()
    other = [*ids[::-1], *[1] * more]
    both = np.zeros((2, max(len(ids), len(other))), np.int64)
    both[0, : len(ids)], both[1, : len(other)] = ids, other
    np.testing.assert_allclose(model(Tensor(both)).detach().numpy()[:1], alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_said(name):
    model = CASES[name][0]()
    with pytest.raises(IndexError, match="11"):
        model(Tensor(np.array([[3, 11]])))
    with pytest.raises(ValueError, match="at least one place"):
        model(Tensor(np.zeros((2, 0), np.int64)))


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="kind must be 'rnn', 'lstm' or 'gru', got 'gur'"):
        RecurrentClassifier(5, "gur")
    with pytest.raises(ValueError, match="pool must be 'last' or 'max'"):
        RecurrentClassifier(5, pool="mean")
    with pytest.raises(ValueError, match="at least one width"):
        TextCNN(5, widths=())
    with pytest.raises(ValueError, match="reaches place 10; its table has 9"):
        CASES["transformer"][0]()(Tensor(np.ones((1, 10), np.int64)))
