"""Mixed precision on the GPU: GradScaler's trajectories are PyTorch's, networks train, and no step is waited for."""

from contextlib import nullcontext

import numpy as np
import pytest

import minigrad
from minigrad import nn, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.function import Function
from minigrad.nn import functional as F
from minigrad.training import Trainer
from tests import standin
from tests.amp.test_grad_scaler import test_trajectories_are_pytorchs
from tests.oracle import EPS, on_host, our_tensor

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # infinities are meant


def network():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.LayerNorm(36), nn.Linear(36, 10), nn.GELU(), nn.Dropout(0.1), nn.Linear(10, 3),
    )  # fmt: skip


OPTIMIZERS = {
    "SGD": lambda params: optim.SGD(params, lr=0.05, momentum=0.9),
    "Adam": lambda params: optim.Adam(params, lr=0.01),
}


@pytest.mark.parametrize("precision", list(EPS))
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_training_step_is_not_waited_for(precision, optimizer, request, device):
    minigrad.manual_seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((12, 1, 8, 8)).astype("float32"), rng.integers(0, 3, 12)
    model = network().to(device)
    data = DataLoader(TensorDataset(our_tensor(x), our_tensor(y)), 6)
    trainer = Trainer(model, OPTIMIZERS[optimizer](model.parameters()), data, precision=precision)
    on_standin = "stand-in" in request.node.name
    for number, (inputs, labels) in enumerate([batch for _ in range(3) for batch in data]):
        with standin.counted() if on_standin and number > 2 else nullcontext() as found, trainer.precision.region():
            value, scores = trainer.step(inputs, labels)
            trainer.tally.add(value, scores, labels)
        assert scores.dtype == precision
        if found is not None:
            assert (found.sent, found.read) == ([], [])
            assert len(found.late) == (precision == "float16")  # whether the step before was one
    assert np.isfinite(trainer.tally.loss)
    assert all(p.dtype == p.grad.dtype == np.float32 for p in model.parameters())


def test_a_step_that_overflows_changes_nothing_and_is_not_counted(device):
    p = our_tensor(np.ones(3, np.float32), True)
    optimizer, scaler = optim.Adam([p], lr=0.1), minigrad.amp.GradScaler()
    for bad in (False, True, True, False):
        before = on_host(p).copy()
        optimizer.zero_grad()
        scaler.scale((p * (np.inf if bad else 1.0)).sum()).backward()
        scaler.step(optimizer)
        scaler.update()
        assert (on_host(p) == before).all() == bad
    assert optimizer.state_dict()["state"][0]["step"] == 2
    assert scaler.get_scale() == 2**14


@pytest.mark.parametrize("precision", list(EPS))
def test_kernels_take_halves_as_they_are(precision, device, monkeypatch):
    """Nothing is converted to float32 on its way through what has a kernel of its own."""
    widened, convert = [], Function.in_float32
    monkeypatch.setattr(Function, "in_float32", lambda self, *args: widened.append(self.name) or convert(self, *args))
    model, x = network().to(device), our_tensor(np.ones((2, 1, 8, 8), np.float32))
    with minigrad.autocast(device, precision):
        scores = model(x)
        F.scaled_dot_product_attention(scores[None], scores[None], scores[None])
        F.gelu(scores @ scores.T, approximate="tanh")
    assert widened == []
    F.layer_norm(scores, (3,))
    F.log_softmax(scores, 1)
    assert widened == ["LogSoftmax"]


@pytest.mark.parametrize("precision", list(EPS))
def test_attention_and_recurrent_networks_take_the_lower_precision(precision, device):
    layer, x = nn.LSTM(4, 4).to(device), our_tensor(np.ones((3, 2, 4), np.float32), True)
    with minigrad.autocast(device, precision):
        y, _ = layer(x)
        z = F.scaled_dot_product_attention(y, y, y)
        loss = z.sum()
    assert y.dtype == z.dtype == precision
    assert loss.dtype == np.float32
    loss.backward()
    assert all(w.grad.dtype == np.float32 for w in layer.parameters())


def test_autocast_for_one_device_leaves_the_other_alone(device):
    a, b = our_tensor(np.ones((2, 2), np.float32)), minigrad.ones(2, 2)
    with minigrad.autocast(device):
        assert (a @ a).dtype == np.float16
        assert (b @ b).dtype == np.float32
