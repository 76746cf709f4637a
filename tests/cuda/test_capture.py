"""A captured step does what the step itself does, run for run: on the stand-in, which notes operations; on a GPU."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, functional, nn, optim
from minigrad.amp import GradScaler
from minigrad.capture import CapturedStep
from minigrad.data import DataLoader, TensorDataset
from minigrad.device import get_rng_state, set_rng_state
from minigrad.errors import CaptureError, DeviceError
from minigrad.nn import Parameter
from minigrad.nn.utils import clip_grad_norm_
from minigrad.training import Trainer
from minigrad.twins import stepping_aside
from tests.oracle import on_host

STEPS = 6


def mlp():
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 4))


def convolutions():
    return nn.Sequential(
        Images(),
        nn.Conv2d(1, 3, 2),
        nn.GELU(),
        nn.MaxPool2d((1, 2)),
        nn.Flatten(),
        nn.LayerNorm(3),
        nn.Linear(3, 4),
    )


class Images(nn.Module):
    def forward(self, x):
        return x.reshape(-1, 1, 2, 3)


class Sequences(nn.Module):
    """An LSTM and attention over six steps of one number."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 4, batch_first=True)
        self.attention = nn.MultiheadAttention(4, 2, dropout=0.2, batch_first=True)

    def forward(self, x):
        h, _ = self.lstm(x.reshape(*x.shape, 1))
        return self.attention(h, h, h, need_weights=False)[0].mean(1)


OPTIMIZERS = {
    "SGD": lambda parameters: optim.SGD(parameters, 0.1, momentum=0.9, dampening=0.5),
    "AdamW": lambda parameters: optim.AdamW(parameters, 0.05),
    "RMSprop": lambda parameters: optim.RMSprop(parameters, 0.01, momentum=0.5),
}


def train(make, optimizer, device, captured):
    """The losses of some steps with a schedule, and the parameters at their end."""
    rng = np.random.default_rng(0)
    minigrad.manual_seed(3)
    model = make().to(device)
    optimizer = OPTIMIZERS[optimizer](model.parameters())
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)

    def step(x, labels):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), labels)
        loss.backward()
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return loss.detach()

    run = CapturedStep(step) if captured else step
    losses = []
    for number in range(STEPS):
        n = 3 if number == 2 else 5  # one batch is smaller
        x = Tensor(rng.standard_normal((n, 6)).astype("float32"), device=device)
        labels = Tensor(rng.integers(0, 4, n), device=device)
        losses.append(on_host(run(x, labels)))
        schedule.step()
    state = optimizer.state_dict()["state"]
    return losses, [on_host(p) for p in model.state_dict().values()], [entry["step"] for entry in state.values()], run


@pytest.mark.parametrize("make", [mlp, convolutions, Sequences], ids=lambda make: make.__name__)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_captured_step_trains_as_the_step_does(make, optimizer, device):
    plain, captured = [train(make, optimizer, device, captured) for captured in (False, True)]
    assert len(captured[3].graphs) == 1
    np.testing.assert_allclose(captured[0], plain[0], rtol=1e-5)
    for a, b in zip(captured[1], plain[1], strict=True):
        np.testing.assert_allclose(a, b, 1e-4, 1e-5)
    assert captured[2] == plain[2]


@pytest.mark.parametrize(
    "asks",
    [
        lambda x: Tensor(float(x.sum().item()), device=x.device),
        lambda x: x + Tensor(np.ones(3, np.float32), device=x.device),
        lambda x: Tensor(x.data @ x.data),
    ],
    ids=["read", "sent", "CuPy's product"],
)
def test_what_asks_the_gpu_or_multiplies_past_minigrad_cannot_be_captured(asks, device):
    """It is told in one sentence, and the GPU goes on as before."""
    x = minigrad.ones(3, 3, device=device)
    step = CapturedStep(asks)
    before = [on_host(step(x)) for _ in range(2)]
    for _ in range(2):
        with pytest.raises(
            CaptureError, match=r"this step cannot be captured as a CUDA graph \(.*it must read nothing"
        ):
            step(x)
    np.testing.assert_array_equal(on_host(asks(x)), before[1])


def test_other_errors_of_a_step_stay_as_they_are(device):
    calls = []

    def step(x):
        calls.append(x)
        return x.reshape(2 if len(calls) > 2 else 3)

    run = CapturedStep(step)
    for _ in range(2):
        run(minigrad.ones(3, device=device))
    with pytest.raises(ValueError, match="reshape"):
        run(minigrad.ones(3, device=device))
    assert minigrad.ones(2, device=device).sum().item() == 2


def test_labels_that_are_no_classes_are_still_refused(device):
    scores, labels = minigrad.rand(3, 4, device=device), Tensor(np.array([0, 1, 2]), device=device)
    step = CapturedStep(functional.cross_entropy)
    for _ in range(3):
        loss = step(scores, labels)
    assert np.isfinite(on_host(loss))
    with pytest.raises(ValueError, match="got label 9 in row 1"):
        step(scores, Tensor(np.array([0, 9, 2]), device=device)).item()


def test_only_tensors_on_a_gpu(device):
    step = CapturedStep(lambda x: x)
    with pytest.raises(DeviceError, match="a CapturedStep got cpu; expected tensors on a GPU"):
        step(minigrad.ones(3))
    with pytest.raises(DeviceError, match="got no inputs"):
        step()


@pytest.mark.parametrize("precision", ["float32", "float16", "bfloat16"])
def test_a_trainer_captures_its_steps(precision, device):
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((22, 6)).astype("float32"), rng.integers(0, 4, 22)
    histories = []
    for capture in (False, True):
        minigrad.manual_seed(2)
        model = mlp().to(device)
        loader = DataLoader(TensorDataset(Tensor(x, device=device), Tensor(labels, device=device)), batch_size=5)
        optimizer = optim.Adam(model.parameters(), 0.01)
        trainer = Trainer(model, optimizer, loader, precision=precision, capture=capture)
        histories.append([entry["train_loss"] for entry in trainer.fit(3)])
    np.testing.assert_allclose(*histories, rtol=1e-4)
    assert len(trainer.captured.graphs) == 2  # the last batch of an epoch has two samples


class Signs(optim.SGD):
    """An optimizer with a formula of its own."""

    def update(self, p, g, state, group):
        p -= group["lr"] * np.sign(g)


def test_a_trainer_captures_only_on_a_gpu_and_never_past_the_learners_step(device):
    model, batch = mlp(), (Tensor(np.ones((2, 6), np.float32)), Tensor(np.array([0, 1])))
    with pytest.raises(DeviceError, match="steps are captured on a GPU, and the device is cpu; expected 'cuda'"):
        Trainer(model, optim.SGD(model.parameters(), 0.1), [batch], capture=True)
    trainer = Trainer(model.to(device), optim.SGD(model.parameters(), 0.1), [batch], capture=True)
    with (
        stepping_aside(["minigrad.training:Trainer.step"]),
        pytest.raises(CaptureError, match=r"Trainer\.step is yours, and steps that are captured do not call it"),
    ):
        trainer.fit(1)


def stepping(p, optimizer, scaler):
    """A step with the gradient x of the parameter, scaled up and down again."""

    def step(x):
        optimizer.zero_grad()
        loss = (p * x).sum()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss.detach()

    return step


def test_an_optimizer_that_would_repeat_itself_is_refused(device):
    """Its numbers would be the same in every run."""
    p = Parameter(minigrad.ones(3, device=device))
    run, x = CapturedStep(stepping(p, Signs([p], 0.1), GradScaler(enabled=False))), minigrad.ones(3, device=device)
    for _ in range(2):
        run(x)
    with pytest.raises(CaptureError, match="a formula that minigrad has no kernel for"):
        run(x)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_step_that_overflows_is_none_within_a_captured_step_too(optimizer, device):
    """It changes no parameter, is not counted, and makes the scale smaller; enough others in a row make it larger."""
    ends = []
    for captured in (False, True):
        rng = np.random.default_rng(5)
        p = Parameter(Tensor(rng.standard_normal(4).astype("float32"), device=device))
        steps, scaler = OPTIMIZERS[optimizer]([p]), GradScaler(init_scale=2.0**120, growth_interval=3)
        run = stepping(p, steps, scaler)
        run = CapturedStep(run) if captured else run
        scales = []
        for number in range(12):
            x = rng.standard_normal(4).astype("float32")
            run(Tensor(x * (1e10 if number in (1, 4, 5) else 1), device=device))
            scales.append(scaler.get_scale())
        (state,) = steps.state_dict()["state"].values()
        ends.append((scales, state["step"], on_host(p)))
    assert len(run.graphs) == 1
    assert ends[0][:2] == ends[1][:2]
    assert ends[1][1] == 9
    assert len(set(scales)) > 3
    np.testing.assert_allclose(ends[1][2], ends[0][2], 1e-5)


def test_what_changes_an_optimizer_after_the_capture_is_refused(device):
    p, x = Parameter(minigrad.ones(3, device=device)), minigrad.ones(3, device=device)
    optimizer = optim.SGD([p], 0.1, momentum=0.5)
    run = CapturedStep(stepping(p, optimizer, GradScaler(enabled=False)))
    for _ in range(3):
        run(x)
    optimizer.param_groups[0]["momentum"] = 0.0
    with pytest.raises(CaptureError, match="SGD was captured as sgd_momentum, and its settings now ask for sgd"):
        run(x)
    optimizer.param_groups[0]["momentum"] = 0.5
    optimizer.load_state_dict(optimizer.state_dict())
    with pytest.raises(CaptureError, match="SGD was given another state after its step was captured; capture it anew"):
        run(x)


def test_random_numbers_of_a_captured_step_follow_the_seed_of_the_moment(device):
    drawn = []
    for captured in (False, True):
        step = CapturedStep(lambda x: functional.dropout(x, 0.5)) if captured else lambda x: functional.dropout(x, 0.5)
        x = minigrad.ones(50, device=device)
        for _ in range(4):
            step(x)
        minigrad.manual_seed(9)
        first = on_host(step(x))
        state = get_rng_state()
        second = on_host(step(x))
        minigrad.manual_seed(10)
        step(x)
        set_rng_state(state)
        drawn.append([first, second, on_host(step(x))])
    np.testing.assert_array_equal(*drawn)
    np.testing.assert_array_equal(drawn[1][1], drawn[1][2])
    assert not (drawn[1][0] == drawn[1][1]).all()


def test_many_gradients_are_clipped_and_many_arrays_joined_within_a_captured_step(device):
    """CuPy joins more than eight arrays by addresses that it sends."""
    ends = []
    for captured in (False, True):
        rng = np.random.default_rng(3)
        parameters = [Parameter(Tensor(rng.standard_normal(k + 1).astype("float32"), device=device)) for k in range(11)]
        optimizer = optim.SGD(parameters, 0.1)

        def step(x, parameters=parameters, optimizer=optimizer):
            optimizer.zero_grad()
            rows = minigrad.stack([p.sum() * x for p in parameters])
            whole = minigrad.cat(list(parameters)) * 2
            parts = minigrad.split(whole, 5)
            ((rows**2).sum() + sum((part**2).sum() for part in parts)).backward()
            return clip_grad_norm_(parameters, 1.0), rows.detach()

        run = CapturedStep(step) if captured else step
        x = minigrad.ones(2, device=device)
        for _ in range(4):
            total, rows = run(x)
            optimizer.step()
        ends.append([on_host(total), on_host(rows), *[on_host(p) for p in parameters]])
    for a, b in zip(*ends, strict=True):
        np.testing.assert_allclose(a, b, 1e-5)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_single_steps_of_recurrent_networks_are_captured(kind, device):
    minigrad.manual_seed(0)
    cell, x = getattr(nn, kind)(3, 4).to(device), minigrad.rand(2, 3, device=device)

    def step(x):
        cell.zero_grad()
        after = cell(x)
        (after[0] if kind == "LSTMCell" else after).sum().backward()
        return cell.weight_ih.grad

    run = CapturedStep(step)
    expected = on_host(step(x)).copy()
    for _ in range(4):
        np.testing.assert_allclose(on_host(run(x)), expected, 1e-5)


def test_a_scaler_goes_on_from_a_state_within_a_captured_step(device):
    p = Parameter(minigrad.ones(3, device=device))
    scaler, x = GradScaler(growth_interval=1), minigrad.ones(3, device=device)
    run = CapturedStep(stepping(p, optim.SGD([p], 0.1), scaler))
    for _ in range(4):
        run(x)
    assert scaler.get_scale() == 2.0**20
    scaler.load_state_dict({**scaler.state_dict(), "scale": 8.0})
    run(x)
    assert scaler.get_scale() == 16
    scaler.set_growth_factor(4)
    run(x)
    assert scaler.get_scale() == 64
    np.testing.assert_allclose(on_host(p), 0.4, rtol=1e-6)
