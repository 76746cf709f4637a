"""The training loop: it learns, counts rightly, survives being stopped, and says what is wrong."""

import errno
import os
import signal

import numpy as np
import pytest

from minigrad import Tensor, load, manual_seed, nn, optim, save
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import make_moons
from minigrad.errors import CheckpointError, DataError
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
    place = rf"stopped after {(stop_at - 1) // 10} of 6 epochs and {samples} samples; its state is in .*{CHECKPOINT}"
    with pytest.raises(InterruptedRunError, match=place):
        stopped.fit(6)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    resumed = moons_trainer(tmp_path)
    resumed.resume(read_checkpoint(tmp_path))
    assert resumed.tally.samples == samples
    resumed.fit(6)
    assert_same(weights(whole), weights(resumed))


def test_a_run_killed_before_its_first_step_can_be_resumed(tmp_path):
    def killed(inputs, labels):
        raise StoppedError

    stopped = moons_trainer(tmp_path)
    stopped.step = killed
    with pytest.raises(StoppedError):
        stopped.fit(6)
    whole = moons_trainer()
    whole.fit(6)
    resumed = moons_trainer(tmp_path)
    resumed.resume(read_checkpoint(tmp_path))
    resumed.fit(6)
    assert_same(weights(whole), weights(resumed))


def test_a_finished_run_is_left_alone(tmp_path):
    trainer = moons_trainer(tmp_path)
    history = list(trainer.fit(1))
    (tmp_path / CHECKPOINT).unlink()
    assert trainer.fit(1) == history
    assert not (tmp_path / CHECKPOINT).exists()


def test_how_far_a_run_has_come_in_words():
    trainer = moons_trainer()
    assert trainer.place(20) == "after 0 of 20 epochs"
    trainer.epoch, trainer.tally.samples = 3, 12_345
    assert trainer.place(20) == "after 3 of 20 epochs and 12,345 samples"


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


def spoil_weights_in_step(trainer, number):
    """Let step `number` of the run end with an infinite weight, as too large a learning rate does."""
    update, count = trainer.optimizer.step, iter(range(1, 10_000))

    def spoiling():
        update()
        if next(count) == number:
            trainer.model[3].bias.data[0] = np.inf

    trainer.optimizer.step = spoiling


def test_weights_that_are_no_numbers_are_never_saved(tmp_path):
    trainer = moons_trainer(tmp_path)
    spoil_weights_in_step(trainer, 20)  # the last of epoch 2, after which no loss is computed
    message = r"the weights in 3\.bias became nan or infinite in epoch 2 after 300 samples; a smaller learning rate"
    with pytest.raises(DivergedError, match=message):
        trainer.fit(2)
    assert read_checkpoint(tmp_path)["epoch"] == len(trainer.history) == 1


def test_an_interrupt_does_not_save_such_weights_either(tmp_path):
    trainer = moons_trainer(tmp_path)
    spoil_weights_in_step(trainer, 5)
    step, count = trainer.step, iter(range(1, 10_000))

    def step_with_interrupt(inputs, labels):
        if next(count) == 5:
            signal.raise_signal(signal.SIGINT)
        return step(inputs, labels)

    trainer.step = step_with_interrupt
    with pytest.raises(DivergedError, match="the weights in"):
        trainer.fit(2)
    assert read_checkpoint(tmp_path)["tally"]["samples"] == 0


def test_evaluation_with_weights_that_are_no_numbers():
    trainer = moons_trainer()
    trainer.model[3].bias.data[0] = np.nan
    with pytest.raises(DivergedError, match="the loss is nan on the 100 samples to evaluate on"):
        evaluate(trainer.model, trainer.validation_loader)


def test_a_model_is_back_in_training_mode_after_a_failed_evaluation():
    def fails(scores, labels):
        raise StoppedError

    trainer = moons_trainer()
    with pytest.raises(StoppedError):
        evaluate(trainer.model, trainer.validation_loader, fails)
    assert trainer.model.training


def test_a_loader_without_batches_is_refused(tmp_path):
    trainer = moons_trainer(tmp_path)
    none = DataLoader(TensorDataset(*make_moons(n=30, seed=0)), 32, drop_last=True)
    with pytest.raises(DataError, match="the loader to evaluate on has no batches; expected at least one"):
        evaluate(trainer.model, none)
    trainer.train_loader = none
    with pytest.raises(DataError, match="the training loader has no batches; expected at least one"):
        trainer.fit(1)
    assert trainer.history == []


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


def changed(name, *path):
    """A function that puts the last of `path` where the other keys lead from entry `name` of a checkpoint."""

    def change(state):
        *keys, value = (name, *path)
        for key in keys[:-1]:
            state = state[key]
        state[keys[-1]] = value

    return change


def without(*names):
    def change(state):
        for name in names:
            del state[name]

    return change


UNUSABLE = [
    (without("model"), "the checkpoint lacks model"),
    (without("settings", "random"), "the checkpoint lacks settings, random"),
    (changed("version", "2"), "expected version 3 of the format, found a str"),
    (changed("version", 7), "expected version 3 of the format, found 7"),
    (changed("settings", 3), "settings is of type int, expected dict"),
    (changed("model", [1]), "model is of type list, expected dict"),
    (changed("optimizer", []), "optimizer is of type list, expected dict"),
    (changed("epoch", "1"), "epoch is of type str, expected int"),
    (changed("epoch", True), "epoch is of type bool, expected int"),
    (changed("epoch", -5), "epoch is -5 and its history has 1 entries"),
    (changed("epoch", 2), "epoch is 2 and its history has 1 entries"),
    (changed("tally", "samples", "x"), "tally is .* expected numbers"),
    (changed("tally", "samples", -1), "tally is .* expected numbers"),
    (changed("tally", {"loss_sum": 0.0}), "tally is .* expected numbers"),
    (changed("history", {}), "history is of type dict, expected list"),
    (changed("history", [3]), "epoch is 1 and its history has 1 entries, expected one with the numbers"),
    (
        changed("history", 0, "train_loss", "x"),
        "epoch is 1 and its history has 1 entries, expected one with the numbers",
    ),
    (changed("history", [{"epoch": 1}]), "epoch is 1 and its history has 1 entries, expected one with the numbers"),
]
UNFIT = [
    (changed("model", "0.weight", "x"), "0.weight"),
    (changed("model", "0.weight", np.zeros((5, 5))), r"0.weight has shape \(5, 5\)"),
    (changed("optimizer", "param_groups", 3), "does not fit this run"),
    (changed("optimizer", "param_groups", 0, "lr", "fast"), "lr must be a number"),
    (changed("optimizer", "state", []), "does not fit this run"),
    (changed("optimizer", "state", 0, 5), "does not fit this run"),
    (changed("schedule", None), "it has no schedule, the run has a schedule with"),
    (changed("schedule", {}), "it has no schedule, the run has a schedule with"),
    (changed("schedule", "last_epoch", "x"), "it has a schedule with .*, the run has a schedule with"),
    (changed("loader", "batch", -1), "batch must be a whole number"),
    (changed("loader", "batch_size", 5), "batch_size 5"),
    (changed("random", {}), "set_rng_state got no state of a generator"),
    (changed("random", "state", "state", -1), "set_rng_state got no state of a generator"),
]


@pytest.mark.parametrize(("change", "message"), UNUSABLE + UNFIT)
def test_a_checkpoint_that_is_not_right_is_refused_and_nothing_is_changed(tmp_path, change, message):
    moons_trainer(tmp_path).fit(1)
    state = load(tmp_path / CHECKPOINT)
    change(state)
    untouched = moons_trainer()
    untouched.fit(2)
    run = moons_trainer()
    with pytest.raises(CheckpointError, match=message):
        run.resume(state)
    assert len(run.fit(2)) == 2
    assert_same(weights(run), weights(untouched))


@pytest.mark.parametrize(("change", "message"), UNUSABLE)
def test_a_file_that_is_no_checkpoint_is_named(tmp_path, change, message):
    moons_trainer(tmp_path).fit(1)
    state = load(tmp_path / CHECKPOINT)
    change(state)
    save(state, tmp_path / CHECKPOINT)
    with pytest.raises(CheckpointError, match=rf"{CHECKPOINT} is no checkpoint of a run: .*{message}"):
        read_checkpoint(tmp_path)


@pytest.mark.parametrize("data", [[1, 2], 3, "text", None, Tensor([1.0]), {}, {"version": Tensor([1.0, 2.0])}])
def test_data_that_are_no_checkpoint_are_refused(tmp_path, data):
    save(data, tmp_path / CHECKPOINT)
    with pytest.raises(CheckpointError, match=r"is no checkpoint of a run: .*expected (a dict|version 3)"):
        read_checkpoint(tmp_path)


def test_a_schedule_that_the_run_has_not_is_refused(tmp_path):
    moons_trainer(tmp_path).fit(1)
    other = moons_trainer()
    other.schedule = None
    with pytest.raises(CheckpointError, match=r"it has a schedule with .*, the run has no schedule"):
        other.resume(read_checkpoint(tmp_path))


def test_a_schedule_that_remembers_its_best_value_can_be_resumed(tmp_path):
    def trainer():
        run = moons_trainer(tmp_path)
        plateau = optim.lr_scheduler.ReduceLROnPlateau(run.optimizer)
        run.schedule = plateau
        return run

    first = trainer()
    first.schedule.best = 0.25
    first.save()
    second = trainer()
    second.resume(read_checkpoint(tmp_path))
    assert second.schedule.best == 0.25


def test_a_file_of_weights_is_no_checkpoint_of_a_run(tmp_path):
    save(nn.Linear(2, 2).state_dict(), tmp_path / CHECKPOINT)
    with pytest.raises(CheckpointError, match="no checkpoint of a run"):
        read_checkpoint(tmp_path)


def test_without_a_checkpoint_resuming_names_the_path(tmp_path):
    with pytest.raises(CheckpointError, match=str(tmp_path / CHECKPOINT)):
        read_checkpoint(tmp_path)


def test_the_confusion_matrix_counts_true_classes_by_row():
    counts = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    np.testing.assert_array_equal(counts, [[1, 1, 0], [0, 1, 0], [1, 0, 0]])
