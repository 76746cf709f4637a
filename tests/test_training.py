"""The training loop: it learns, counts rightly, survives being stopped, and says what is wrong."""

import errno
import os
import signal

import numpy as np
import pytest

from minigrad import Tensor, manual_seed, nn, optim
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import make_moons
from minigrad.errors import CheckpointError
from minigrad.training import (
    CHECKPOINT,
    DivergedError,
    InterruptedRunError,
    Tally,
    Trainer,
    confusion_matrix,
    evaluate,
    read_checkpoint,
)


def moons_trainer(folder=None, epochs=6, dropout=0.1, lr=0.01, transform=None):
    """A small network on two moons, everything from one seed."""
    manual_seed(3)
    points, labels = make_moons(n=300, noise=0.1, seed=0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Dropout(dropout), nn.Linear(32, 2))
    optimizer = optim.Adam(model.parameters(), lr=lr)
    train = DataLoader(TensorDataset(points, labels), 32, shuffle=True, seed=1, transform=transform)
    validation = DataLoader(TensorDataset(*make_moons(n=100, noise=0.1, seed=1)), 100)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * len(train))
    return Trainer(model, optimizer, train, validation, schedule=schedule, folder=folder)


def weights(trainer):
    return {name: value.data.copy() for name, value in trainer.model.state_dict().items()}


def assert_same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def test_it_learns_and_writes_one_entry_of_history_an_epoch():
    trainer = moons_trainer(epochs=20)
    history = trainer.fit(20)
    assert [entry["epoch"] for entry in history] == list(range(1, 21))
    assert history[-1]["train_loss"] < 0.5 * history[0]["train_loss"]
    assert history[-1]["validation_accuracy"] > 0.9
    assert history[-1]["lr"] < history[0]["lr"]


def test_the_tally_is_the_mean_over_samples_not_over_batches():
    tally = Tally()
    tally.add(1.0, Tensor([[1.0, 0.0]] * 3), Tensor([0, 0, 1]))
    tally.add(5.0, Tensor([[0.0, 1.0]]), Tensor([1]))
    assert tally.loss == pytest.approx(2.0)
    assert tally.accuracy == pytest.approx(3 / 4)


def test_evaluation_uses_evaluation_mode_and_restores_training_mode():
    trainer = moons_trainer(dropout=0.9)
    trainer.model.train()
    first, _, _ = evaluate(trainer.model, trainer.validation_loader)
    second, _, _ = evaluate(trainer.model, trainer.validation_loader)
    assert first == second
    assert trainer.model.training
    assert all(p.grad is None for p in trainer.model.parameters())


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("stop_at", [1, 7, 10, 11, 25, 59])
def test_a_run_stopped_at_any_batch_and_resumed_equals_the_uninterrupted_one(tmp_path, stop_at):
    whole = moons_trainer()
    history = whole.fit(6)

    stopped = moons_trainer(tmp_path)
    stopped.save()
    step, count = stopped.step, iter(range(1, 10_000))

    def step_until(inputs, labels):
        if next(count) > stop_at:
            raise StoppedError
        return step(inputs, labels)

    stopped.step = step_until
    with pytest.raises(StoppedError):
        stopped.fit(6)

    resumed = moons_trainer(tmp_path)
    manual_seed(99)  # what was drawn in the meantime must not matter
    resumed.resume(read_checkpoint(tmp_path))
    resumed_history = resumed.fit(6)
    assert_same(weights(whole), weights(resumed))
    for a, b in zip(history, resumed_history, strict=True):
        assert {k: v for k, v in a.items() if k != "seconds"} == {k: v for k, v in b.items() if k != "seconds"}


@pytest.mark.parametrize(("stop_at", "samples"), [(1, 32), (7, 224), (10, 300), (25, 160)])
def test_an_interrupt_saves_in_the_middle_of_an_epoch(tmp_path, stop_at, samples):
    whole = moons_trainer()
    whole.fit(6)

    stopped = moons_trainer(tmp_path)
    step, count = stopped.step, iter(range(1, 10_000))

    def step_with_interrupt(inputs, labels):
        if next(count) == stop_at:
            signal.raise_signal(signal.SIGINT)
        return step(inputs, labels)

    stopped.step = step_with_interrupt
    with pytest.raises(InterruptedRunError, match=r"--resume"):
        stopped.fit(6)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    resumed = moons_trainer(tmp_path)
    resumed.resume(read_checkpoint(tmp_path))
    assert resumed.tally.samples == samples
    resumed.fit(6)
    assert_same(weights(whole), weights(resumed))


def test_a_run_that_ignores_interrupts_goes_on(tmp_path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        trainer = moons_trainer()
        step = trainer.step

        def step_with_interrupt(inputs, labels):
            signal.raise_signal(signal.SIGINT)
            return step(inputs, labels)

        trainer.step = step_with_interrupt
        assert len(trainer.fit(1)) == 1
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_second_interrupt_ends_at_once(tmp_path):
    trainer = moons_trainer(tmp_path)

    def step(inputs, labels):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    trainer.step = step
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(1)


def test_a_diverging_loss_is_named_with_epoch_and_learning_rate():
    trainer = moons_trainer()
    trainer.model[0].weight.data[:] = np.inf
    with np.errstate(invalid="ignore"), pytest.raises(DivergedError, match=r"became nan in epoch 1 .* learning rate"):
        trainer.fit(1)


def test_nan_in_the_data_is_named_as_the_cause():
    def spoil(points, labels, rng):
        points[3] = np.nan
        return points, labels

    with pytest.raises(DivergedError, match="the inputs of this batch contain NaN"):
        moons_trainer(transform=spoil).fit(1)


def test_a_full_disk_keeps_the_previous_checkpoint(tmp_path, monkeypatch):
    trainer = moons_trainer(tmp_path)
    trainer.fit(1)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        trainer.fit(2)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    moons_trainer(tmp_path).fit(1)
    other = moons_trainer()
    other.model = nn.Linear(2, 2)
    with pytest.raises(CheckpointError, match="does not fit"):
        other.resume(read_checkpoint(tmp_path))


def test_a_file_of_weights_is_no_checkpoint_of_a_run(tmp_path):
    from minigrad import save

    save(nn.Linear(2, 2).state_dict(), tmp_path / CHECKPOINT)
    with pytest.raises(CheckpointError, match="no checkpoint of a run"):
        read_checkpoint(tmp_path)


def test_without_a_checkpoint_resuming_names_the_path(tmp_path):
    with pytest.raises(CheckpointError, match=str(tmp_path / CHECKPOINT)):
        read_checkpoint(tmp_path)


def test_the_confusion_matrix_counts_true_classes_by_row():
    counts = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 1, 0], [1, 0, 0]])
