"""Trainings in mixed precision: they learn, resume exactly, keep float32 weights, and refuse what does not fit."""

import numpy as np
import pytest

from minigrad import manual_seed, nn, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import make_moons
from minigrad.errors import CheckpointError, UnknownNameError
from minigrad.precision import PRECISIONS
from minigrad.training import Trainer, read_checkpoint

HALVES = PRECISIONS[1:]


def moons_trainer(precision, folder=None, seen=None):
    """A small network on two moons. `seen` collects the dtypes of its scores."""
    manual_seed(3)
    points, labels = make_moons(n=300, noise=0.1, seed=0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    if seen is not None:
        model.register_forward_hook(lambda module, inputs, output: seen.append((model.training, str(output.dtype))))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    train = DataLoader(TensorDataset(points, labels), 32, shuffle=True, seed=1)
    validation = DataLoader(TensorDataset(*make_moons(n=100, noise=0.1, seed=1)), 100)
    return Trainer(model, optimizer, train, validation, folder=folder, precision=precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_learns_in_every_precision_and_its_weights_stay_float32(precision, tmp_path):
    seen = []
    trainer = moons_trainer(precision, tmp_path, seen)
    history = trainer.fit(15)
    assert history[-1]["validation_accuracy"] > 0.9
    assert history[-1]["train_loss"] < 0.6 * history[0]["train_loss"]
    assert set(seen) == {(True, precision), (False, "float32")}
    state = read_checkpoint(tmp_path)
    assert {str(value.dtype) for value in state["model"].values()} == {"float32"}
    assert (state["scaler"] is None) == (precision != "float16")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the scale grows until gradients overflow
@pytest.mark.parametrize("precision", HALVES)
def test_a_run_that_was_stopped_equals_the_one_that_was_not(precision, tmp_path):
    whole = moons_trainer(precision)
    if whole.precision.scaler is not None:
        whole.precision.scaler.set_growth_interval(7)
    whole.fit(4)
    first = moons_trainer(precision, tmp_path)
    if first.precision.scaler is not None:
        first.precision.scaler.set_growth_interval(7)
    first.fit(2)
    resumed = moons_trainer(precision)
    resumed.resume(read_checkpoint(tmp_path))
    resumed.fit(4)
    for (name, a), b in zip(whole.model.state_dict().items(), resumed.model.state_dict().values(), strict=True):
        np.testing.assert_array_equal(a.data, b.data, name)
    if whole.precision.scaler is not None:
        assert whole.precision.scaler.state_dict() == resumed.precision.scaler.state_dict()
        assert whole.precision.scaler.get_scale() > 2**16


def test_a_checkpoint_of_another_precision_is_refused(tmp_path):
    moons_trainer("float16", tmp_path).fit(1)
    with pytest.raises(CheckpointError, match="it has a GradScaler, the run has no GradScaler"):
        moons_trainer("float32").resume(read_checkpoint(tmp_path))


def test_a_checkpoint_of_before_mixed_precision_is_taken(tmp_path):
    trainer = moons_trainer("float32")
    state = trainer.state_dict()
    del state["scaler"]
    trainer.resume(state)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_step_that_overflows_is_skipped_and_the_scale_falls(tmp_path):
    trainer = moons_trainer("float16")
    trainer.precision.scaler.load_state_dict({**trainer.precision.scaler.state_dict(), "scale": 2.0**40})
    before = [p.data.copy() for p in trainer.model.parameters()]
    inputs, labels = next(iter(trainer.train_loader))
    with trainer.precision.region():
        value, _ = trainer.step(inputs, labels)
    assert np.isfinite(value)
    assert trainer.precision.scaler.get_scale() == 2.0**39
    for p, old in zip(trainer.model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, old)


def test_an_unknown_precision_is_named():
    with pytest.raises(UnknownNameError, match="float61"):
        moons_trainer("float61")
