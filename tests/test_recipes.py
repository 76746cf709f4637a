"""The accuracies that are promised, from full runs; what a run leaves in its folder; and how it is resumed."""

import io
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from minigrad import load, save
from minigrad.datasets import load_mnist, write_idx
from minigrad.datasets import mnist as mnist_data
from minigrad.errors import CheckpointError, DataError, DeviceError
from minigrad.recipes import mnist
from minigrad.recipes.recipe import CURVES
from minigrad.recipes.runs import new_folder
from minigrad.training import CHECKPOINT, InterruptedRunError, Trainer


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


# ------------------------------------------------------------------------------------------------ where results lie

FAST = mnist.Settings(data="embedded", model="linear", epochs=2, batch_size=1000)


@pytest.fixture
def shown():
    """A console whose output can be read: `shown.file.getvalue()`."""
    return Console(file=io.StringIO(), highlight=False)


@pytest.mark.parametrize("name", mnist.RECIPE.results)
def test_a_folder_with_any_result_in_it_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"precious")
    with pytest.raises(CheckpointError, match=rf"already holds a run \({name}\); .*choose another --out"):
        mnist.train(FAST, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"precious"


def test_two_runs_begun_together_take_two_folders(tmp_path):
    base = tmp_path / "runs" / "mnist"
    assert [new_folder(base).name for _ in range(3)] == ["mnist", "mnist-2", "mnist-3"]


def test_a_link_to_nowhere_in_the_place_of_runs_is_an_error(tmp_path):
    (tmp_path / "runs").symlink_to(tmp_path / "nowhere" / "deep")
    with pytest.raises(CheckpointError, match="results cannot be written to"):
        new_folder(tmp_path / "runs" / "mnist")


@pytest.mark.parametrize("out", ["n" * 300, "file", "file/below", "/dev/null", "/proc/x"])
def test_a_folder_that_cannot_be_written_is_noticed_before_the_data_are_loaded(tmp_path, monkeypatch, out):
    (tmp_path / "file").touch()
    monkeypatch.setattr(mnist, "load_mnist", None)
    with pytest.raises(CheckpointError, match=r"results cannot be written to .*; choose another --out"):
        mnist.train(FAST, tmp_path / out)


def test_a_device_that_is_not_there_is_noticed_before_the_data_are_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "load_mnist", None)
    with pytest.raises(DeviceError, match="unknown device 'tpu'"):
        mnist.train(replace(FAST, device="tpu"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_that_does_not_begin_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        mnist.train(replace(FAST, data="/no/such/folder"))
    assert list(tmp_path.iterdir()) == []


def test_brackets_in_the_name_of_a_folder_are_shown(tmp_path, shown):
    folder = tmp_path / "[red]" / "a[/]b"
    mnist.train(FAST, folder, shown)
    assert f"saved in {folder}: {', '.join(mnist.RECIPE.results)}\n" in shown.file.getvalue()


# --------------------------------------------------------------------------------------------------------- resuming


def stopped(tmp_path, settings=FAST, method="step", call=2, name="run"):
    """The folder of a run that was interrupted in the given call of a method, and what was said about it."""
    original, calls = getattr(Trainer, method), iter(range(1, 10_000))

    def interrupted(self, *arguments):
        if next(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return original(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, method, interrupted)
        with pytest.raises(InterruptedRunError) as caught:
            mnist.train(settings, tmp_path / name, Console(quiet=True))
    return tmp_path / name, str(caught.value)


def digits(folder, spoiled=False):
    """Files in the layout of MNIST, with 60 training and 20 test digits."""
    data = load_mnist("embedded")
    arrays = [data.train_images[:60], data.train_labels[:60], data.test_images[:20], data.test_labels[:20]]
    folder.mkdir(parents=True)
    for file, array in zip(mnist_data.MNIST.files, arrays):
        write_idx(folder / file.name, (array[::-1] if spoiled else array).astype(np.uint8))
    return folder


def test_a_stopped_run_says_with_which_command_it_goes_on(tmp_path, shown):
    folder, said = stopped(tmp_path, name="a run")
    first, command = said.splitlines()
    assert first == f"stopped after 0 of 2 epochs and 2,000 samples; its state is in {folder / CHECKPOINT}; go on with"
    assert command == f"minigrad train mnist --resume '{folder}'"
    mnist.resume(folder, console=shown)
    assert "going on after 0 of 2 epochs and 2,000 samples\n" in shown.file.getvalue()


def test_between_epochs_no_samples_are_counted(tmp_path, shown):
    folder, said = stopped(tmp_path, method="end_epoch", call=1)
    assert said.startswith("stopped after 1 of 2 epochs; ")
    mnist.resume(folder, console=shown)
    assert "going on after 1 of 2 epochs\n" in shown.file.getvalue()


def test_a_finished_run_is_not_written_again(tmp_path, shown):
    mnist.train(FAST, tmp_path / "run", Console(quiet=True))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()}
    assert mnist.resume(tmp_path / "run", console=shown) is None
    assert shown.file.getvalue() == f"already finished; its results are in {tmp_path / 'run'}\n"
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "run").iterdir()} == before


def test_a_finished_run_without_its_pictures_gets_them(tmp_path, shown):
    accuracy = mnist.train(FAST, tmp_path / "run", Console(quiet=True))
    (tmp_path / "run" / CURVES).unlink()
    assert mnist.resume(tmp_path / "run", console=shown) == accuracy
    assert "already trained; its results are written anew" in shown.file.getvalue()
    assert "epoch" not in shown.file.getvalue()  # no empty table
    assert (tmp_path / "run" / CURVES).exists()


def test_a_run_goes_on_with_its_own_data_whatever_auto_would_be_by_then(tmp_path, monkeypatch, shown):
    monkeypatch.setenv("MINIGRAD_DATA", str(digits(tmp_path / "mine")))
    folder, _ = stopped(tmp_path, replace(FAST, data="auto", batch_size=10))
    monkeypatch.setenv("MINIGRAD_DATA", str(digits(tmp_path / "other", spoiled=True)))
    mnist.resume(folder, console=shown)
    assert f"60 + 20 images, from {tmp_path / 'mine'}" in shown.file.getvalue()


def test_other_data_of_the_same_size_are_refused(tmp_path):
    folder, _ = stopped(tmp_path, replace(FAST, data=str(digits(tmp_path / "mine")), batch_size=10))
    shutil.rmtree(tmp_path / "mine")
    digits(tmp_path / "mine", spoiled=True)
    message = r"mine\): these are not the data that the run was begun with, which were in .*mine; put those back"
    with pytest.raises(DataError, match=message):
        mnist.resume(folder, console=Console(quiet=True))


def test_data_that_have_moved_can_be_named(tmp_path):
    folder, _ = stopped(tmp_path, replace(FAST, data=str(digits(tmp_path / "mine")), batch_size=10))
    (tmp_path / "mine").rename(tmp_path / "moved")
    with pytest.raises(DataError, match="mine: there is no such folder"):
        mnist.resume(folder, console=Console(quiet=True))
    assert mnist.resume(folder, str(tmp_path / "moved"), Console(quiet=True)) is not None
    assert load(folder / CHECKPOINT)["settings"]["data"] == str(tmp_path / "moved")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": "3"}, "epochs must be a whole number of at least 1, got '3'"),
        ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
        ({"batch_size": 1.5}, "batch_size must be a whole number of at least 1, got 1.5"),
        ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"lr": float("nan")}, "lr must be a finite number greater than 0, or None, got nan"),
        ({"lr": "fast"}, "lr must be a finite number greater than 0, or None, got 'fast'"),
        ({"model": ["mlp"]}, r"model must be text, got \['mlp'\]"),
        ({"model": "mpl"}, r"unknown model 'mpl' \(did you mean 'mlp'\?\)"),
        ({"optimizer": "adma"}, r"unknown optimizer 'adma' \(did you mean"),
        ({"schedule": "cosin"}, r"unknown schedule 'cosin' \(did you mean 'cosine'\?\)"),
        ({"data": None}, "data must be text, got None"),
        ({"wings": 2}, "wings"),
    ],
)
def test_settings_that_no_run_can_have_are_refused_also_from_a_checkpoint(tmp_path, settings, message):
    if "wings" not in settings:
        with pytest.raises(ValueError, match=message):
            mnist.Settings(**settings)
    folder, _ = stopped(tmp_path)
    state = load(folder / CHECKPOINT)
    state["settings"].update(settings)
    save(state, folder / CHECKPOINT)
    with pytest.raises(CheckpointError, match=f"is not a run of mnist: .*{message}"):
        mnist.resume(folder, console=Console(quiet=True))
