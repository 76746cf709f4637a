"""Models on the GPU: results, all gradients and statistics against PyTorch, and of GPT and BERT against the CPU."""

import numpy as np
import pytest

import minigrad
from minigrad import functional, models
from minigrad.models.gpt import next_token_loss
from tests.models.test_models import CASES, assert_same
from tests.models.test_models import pair as models_of
from tests.models.test_text_models import pair, test_scores_and_all_gradients_are_those_of_pytorch
from tests.oracle import on_host, our_tensor

SMALL = ("lenet5", "cifar_cnn", "resnet20", "resnet18_32")


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", CASES)
def test_models_compute_what_pytorchs_do(name, training, request):
    if name not in SMALL and "stand-in" in request.node.name:
        pytest.skip("too slow without a GPU; the smaller networks have the same layers")
    make, make_theirs, shape = CASES[name]
    assert_same(*models_of(make, make_theirs, "float64"), shape, training)


@pytest.mark.parametrize("name", ["lenet5", "resnet20"])
def test_models_keep_float32(name):
    make, make_theirs, shape = CASES[name]
    assert_same(*models_of(make, make_theirs, "float32"), shape, False, "float32", 1e-4)


def test_a_gpt_is_that_of_the_cpu(device):
    ids = np.random.default_rng(0).integers(0, 13, (3, 8))
    results = []
    for where in ("cpu", device):
        minigrad.manual_seed(0)
        model = models.GPT(13, 10, 2, 3, 12, dropout=0.0).to(where)
        scores = model(minigrad.Tensor(ids[:, :-1], device=where))
        loss = next_token_loss(scores, minigrad.Tensor(ids[:, 1:], device=where))
        loss.backward()
        results.append([on_host(t) for t in (scores, loss, *[p.grad for p in model.parameters()])])
    for here, there in zip(*results, strict=True):
        np.testing.assert_allclose(there, here, 1e-4, 2e-5)


def test_an_mlp_with_dropout_trains(device):
    minigrad.manual_seed(0)
    model = models.MLP(4, 8, 3, dropout=0.5).to(device)
    x, y = minigrad.randn(6, 4, device=device), our_tensor(np.arange(6) % 3)
    loss = functional.cross_entropy(model(x), y)
    loss.backward()
    assert all(p.grad.device == "cuda:0" and np.isfinite(on_host(p.grad)).all() for p in model.parameters())
