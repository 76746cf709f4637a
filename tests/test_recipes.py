"""The accuracies that are promised, from full runs."""

import pytest
from rich.console import Console

from minigrad.recipes import mnist


def train(tmp_path, **settings):
    return mnist.train(mnist.Settings(**settings), tmp_path / "run", Console(quiet=True))


@pytest.mark.slow
def test_the_mlp_reaches_94_percent_of_the_embedded_digits(tmp_path):
    assert train(tmp_path, data="embedded") >= 0.94


@pytest.mark.slow
@pytest.mark.parametrize(("model", "accuracy"), [("mlp", 0.98), ("linear", 0.92)])
def test_accuracy_on_the_full_mnist(tmp_path, shared_mnist, model, accuracy):
    assert train(tmp_path, data=str(shared_mnist), model=model) >= accuracy


def test_an_unknown_model_is_answered_with_the_nearest_name(tmp_path):
    with pytest.raises(ValueError, match=r"unknown model 'liner' \(did you mean 'linear'\?\); known: linear, mlp"):
        train(tmp_path, data="embedded", model="liner")


@pytest.mark.parametrize("optimizer", mnist.OPTIMIZERS)
@pytest.mark.parametrize("schedule", mnist.SCHEDULES)
def test_every_optimizer_learns_with_every_schedule(tmp_path, optimizer, schedule):
    accuracy = train(
        tmp_path, data="embedded", model="linear", epochs=2, batch_size=100, optimizer=optimizer, schedule=schedule
    )
    assert accuracy > 0.8
