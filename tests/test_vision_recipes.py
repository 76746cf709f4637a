"""The recipes for images, on few small images: what they leave, how they go on, and what they say of bad input."""

import io
import pickle
import runpy
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from minigrad import load, save
from minigrad.cli import cli
from minigrad.data.transforms import Normalize
from minigrad.datasets import load_cifar10, load_mnist, write_idx
from minigrad.datasets.mnist import MNIST
from minigrad.errors import CheckpointError, DataError
from minigrad.functional import cross_entropy
from minigrad.models import resnet20, resnet32
from minigrad.nn import BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential
from minigrad.recipes import RECIPES, cifar10_cnn, cifar10_resnet, finetune_resnet, lenet_mnist, plain_vs_resnet
from minigrad.recipes.inside import class_activation, feature_maps, gradient_norms
from minigrad.recipes.recipe import WEIGHTS, Task
from minigrad.tensor import Tensor
from minigrad.training import CHECKPOINT, InterruptedRunError, Trainer

QUIET = Console(quiet=True)
EXAMPLES = Path(__file__).parents[1] / "examples"
VISION = (lenet_mnist, cifar10_cnn, cifar10_resnet, plain_vs_resnet, finetune_resnet)


def write_cifar(folder):
    """A folder in the layout of CIFAR-10: 50 training and 20 test images, each class in shades of its own."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for name, n in [*((f"data_batch_{i}", 10) for i in range(1, 6)), ("test_batch", 20)]:
        labels = np.arange(n) % 10
        images = rng.integers(0, 100, (n, 3072)) + 15 * labels[:, None]
        (folder / name).write_bytes(pickle.dumps({b"data": images.astype(np.uint8), b"labels": labels.tolist()}))
    classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": [name.encode() for name in classes]}))


@pytest.fixture
def few(tmp_path, monkeypatch):
    """The settings of each recipe for a run of seconds, on a few images; plain_vs_resnet has two networks."""
    write_cifar(tmp_path / "cifar-10-batches-py")
    data = load_mnist("embedded")
    arrays = [data.train_images[:60], data.train_labels[:60], data.test_images[:20], data.test_labels[:20]]
    for file, array in zip(MNIST.files, arrays):
        write_idx(tmp_path / file.name, array.astype(np.uint8))
    save(resnet20().state_dict(), tmp_path / "resnet20.safetensors")
    monkeypatch.setattr(plain_vs_resnet.RECIPE, "parts", ("plain20", "resnet20"))
    small = {"data": str(tmp_path), "epochs": 2, "batch_size": 25}
    weights = {"weights": str(tmp_path / "resnet20.safetensors")}
    return {
        module: replace(module.RECIPE.defaults, **small, **(weights if module is finetune_resnet else {}))
        for module in VISION
    }


def interrupted_in(step, call):
    """`step`, with Ctrl-C in one of its calls."""
    calls = iter(range(1, 10_000))

    def interrupted(self, *batch):
        if next(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return step(self, *batch)

    return interrupted


def stopped(module, settings, folder, call):
    """Interrupt a run in the given step, counted over all its networks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted_in(Trainer.step, call))
        with pytest.raises(InterruptedRunError) as caught:
            module.train(settings, folder, QUIET)
    return str(caught.value)


@pytest.mark.parametrize("module", VISION, ids=lambda module: module.RECIPE.name)
def test_a_stopped_run_goes_on_to_the_same_bytes_also_in_its_second_network(few, tmp_path, monkeypatch, module):
    monkeypatch.setattr(module.RECIPE, "draw", lambda *args: None)
    recipe, settings = module.RECIPE, few[module]
    module.train(settings, tmp_path / "whole", QUIET)
    steps = 2 * settings.epochs if len(recipe.parts) > 1 else 0
    said = stopped(module, settings, tmp_path / "run", steps + 3)
    assert said.splitlines()[-1] == f"minigrad train {recipe.name} --resume {tmp_path / 'run'}"
    assert module.resume(tmp_path / "run", console=QUIET) is not None
    for part in recipe.parts:
        whole, resumed = (tmp_path / run / part / WEIGHTS for run in ("whole", "run"))
        assert whole.read_bytes() == resumed.read_bytes()


def test_resnet20_tells_of_mirror_images_too(few, tmp_path, monkeypatch):
    outcomes, told = [], io.StringIO()
    monkeypatch.setattr(cifar10_resnet.RECIPE, "draw", lambda *args: outcomes.extend(args[-1]))
    cifar10_resnet.train(few[cifar10_resnet], tmp_path / "run", Console(file=told, width=120))
    data = load_cifar10(str(tmp_path))
    model = outcomes[0].trainer.model.eval()
    normalise = Normalize(cifar10_resnet.RECIPE.mean, cifar10_resnet.RECIPE.std)
    scores = sum(model(Tensor(normalise(data.test_images[..., ::way]))).detach().numpy() for way in (1, -1))
    right = (scores.argmax(axis=1) == data.test_labels).mean()
    assert f"and of its mirror image added: {right:.2%}\n" in told.getvalue()


def test_labels_are_smoothed_in_the_training_of_resnet20_alone(few):
    settings, recipe = few[cifar10_resnet], cifar10_resnet.RECIPE
    scores, labels = Tensor(np.random.default_rng(0).standard_normal((3, 10))), Tensor([1, 2, 3])
    task = recipe.build(settings, recipe.load(settings.data), "")
    assert task.loss(scores, labels).item() == cross_entropy(scores, labels, label_smoothing=0.1).item()
    assert Task(*[None] * 5).loss is cross_entropy


def test_a_run_stopped_between_its_trainings_says_how_to_go_on_too(few, tmp_path, monkeypatch):
    recipe, settings = plain_vs_resnet.RECIPE, few[plain_vs_resnet]

    def interrupted(*args):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipe, "draw", interrupted)
        with pytest.raises(InterruptedRunError) as caught:
            plain_vs_resnet.train(settings, tmp_path / "run", QUIET)
    assert str(caught.value) == f"stopped; go on with\nminigrad train plain_vs_resnet --resume {tmp_path / 'run'}"
    assert plain_vs_resnet.resume(tmp_path / "run", console=QUIET) is not None
    with monkeypatch.context() as patch:
        patch.setattr(recipe, "build", interrupted)
        with pytest.raises(KeyboardInterrupt):
            plain_vs_resnet.train(settings, tmp_path / "none", QUIET)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("module", VISION, ids=lambda module: module.RECIPE.name)
def test_all_results_are_there_and_never_written_over(few, tmp_path, module):
    module.train(replace(few[module], epochs=1), tmp_path / "run", QUIET)
    files = {str(path.relative_to(tmp_path / "run")) for path in (tmp_path / "run").rglob("*.*")}
    assert files == set(module.RECIPE.results)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*.*")}
    assert module.resume(tmp_path / "run", console=QUIET) is None
    with pytest.raises(CheckpointError, match="already holds a run"):
        module.train(few[module], tmp_path / "run", QUIET)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*.*")} == before


def test_a_run_of_another_recipe_is_named(few, tmp_path):
    stopped(cifar10_resnet, few[cifar10_resnet], tmp_path / "run", 1)
    with pytest.raises(CheckpointError, match="is not a run of plain_vs_resnet: it is one of cifar10_resnet"):
        plain_vs_resnet.resume(tmp_path / "run", console=QUIET)
    message = (
        "is not a run of cifar10_cnn: it is one of cifar10_resnet, which goes on with minigrad train cifar10_resnet"
    )
    with pytest.raises(CheckpointError, match=message):
        cifar10_cnn.resume(tmp_path / "run", console=QUIET)


def test_the_folder_of_one_network_leads_to_that_of_its_run(few, tmp_path):
    stopped(plain_vs_resnet, few[plain_vs_resnet], tmp_path / "run", 1)
    with pytest.raises(
        CheckpointError, match=r"plain20 holds one network of a run; go on with the run by --resume .*run$"
    ):
        plain_vs_resnet.resume(tmp_path / "run" / "plain20", console=QUIET)


def test_the_checkpoint_of_one_network_leads_to_that_of_its_run_too(few, tmp_path):
    stopped(plain_vs_resnet, few[plain_vs_resnet], tmp_path / "run", 1)
    with pytest.raises(CheckpointError, match=r"plain20 holds one network of a run; go on with the run by .*run$"):
        plain_vs_resnet.resume(tmp_path / "run" / "plain20" / CHECKPOINT, console=QUIET)


def test_data_that_have_moved_need_to_be_named_once_only(few, tmp_path, monkeypatch):
    monkeypatch.setattr(plain_vs_resnet.RECIPE, "draw", lambda *args: None)
    stopped(plain_vs_resnet, few[plain_vs_resnet], tmp_path / "run", 1)
    (tmp_path / "cifar-10-batches-py").rename(tmp_path / "moved")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted_in(Trainer.step, 6))
        with pytest.raises(InterruptedRunError):
            plain_vs_resnet.resume(tmp_path / "run", str(tmp_path / "moved"), QUIET)
    assert plain_vs_resnet.resume(tmp_path / "run", console=QUIET) is not None


def test_networks_that_were_begun_with_other_settings_are_refused(few, tmp_path):
    settings = few[plain_vs_resnet]
    stopped(plain_vs_resnet, settings, tmp_path / "run", 5)
    stopped(plain_vs_resnet, replace(settings, lr=0.2), tmp_path / "other", 5)
    (tmp_path / "run" / "resnet20" / CHECKPOINT).unlink()
    (tmp_path / "other" / "resnet20" / CHECKPOINT).rename(tmp_path / "run" / "resnet20" / CHECKPOINT)
    with pytest.raises(CheckpointError, match="resnet20 was begun with other settings than the networks before it"):
        plain_vs_resnet.resume(tmp_path / "run", console=QUIET)


@pytest.mark.parametrize("module", VISION, ids=lambda module: module.RECIPE.name)
def test_the_script_spells_out_the_settings_of_the_command(monkeypatch, module):
    begun = []
    monkeypatch.setattr(module, "train", begun.append)
    runpy.run_path(str(EXAMPLES / f"{module.RECIPE.name}.py"))
    assert begun == [module.RECIPE.defaults]


# ------------------------------------------------------------------------------------------------------- fine-tuning


def test_frozen_layers_keep_weights_and_statistics(few, tmp_path, monkeypatch):
    monkeypatch.setattr(finetune_resnet.RECIPE, "draw", lambda *args: None)
    finetune_resnet.train(replace(few[finetune_resnet], epochs=1), tmp_path / "run", QUIET)
    before = load(few[finetune_resnet].weights)
    learning = {"head": ("linear.",), "last_stage": ("layer3.", "linear."), "everything": ("",)}
    for part, parts in learning.items():
        after = load(tmp_path / "run" / part / WEIGHTS)
        for name, value in before.items():
            changed = not np.array_equal(value.numpy(), after[name].numpy())
            assert changed == name.startswith(parts), (part, name)


def test_weights_for_other_classes_get_a_new_head_and_are_not_measured(few, tmp_path):
    save(resnet20(100).state_dict(), tmp_path / "hundred.safetensors")
    settings = replace(few[finetune_resnet], weights=str(tmp_path / "hundred.safetensors"))
    stopped(finetune_resnet, settings, tmp_path / "run", 6)
    told = io.StringIO()
    finetune_resnet.resume(tmp_path / "run", console=Console(file=told, width=300))
    assert "the weights are for 100 classes and the data have 10: the head is new" in told.getvalue()
    assert "as they are, the weights get" not in told.getvalue()
    before = load(settings.weights)
    for part in finetune_resnet.RECIPE.parts:
        after = load(tmp_path / "run" / part / WEIGHTS)
        assert after["linear.weight"].shape == (10, 64)
        kept = np.array_equal(before["conv1.weight"].numpy(), after["conv1.weight"].numpy())
        assert kept == (part != "everything")
        assert load(tmp_path / "run" / part / CHECKPOINT)["settings"]["before"] is None
    files = {str(path.relative_to(tmp_path / "run")) for path in (tmp_path / "run").rglob("*.*")}
    assert files == set(finetune_resnet.RECIPE.results)


def test_a_missing_checkpoint_says_what_is_wanted_where_from_and_where_to_put_it(few, tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    with pytest.raises(DataError) as caught:
        finetune_resnet.train(replace(few[finetune_resnet], weights="resnet20-cifar10"), tmp_path / "run", QUIET)
    for told in ("resnet20-12fca82f.th", "https://github.com/akamaster", "set MINIGRAD_DATA to a folder", "--weights"):
        assert told in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_run_goes_on_only_with_the_weights_that_it_was_begun_with(few, tmp_path, monkeypatch):
    monkeypatch.setattr(finetune_resnet.RECIPE, "draw", lambda *args: None)
    stopped(finetune_resnet, few[finetune_resnet], tmp_path / "run", 3)
    begun = Path(few[finetune_resnet].weights)
    kept = begun.rename(tmp_path / "kept.safetensors")
    save(resnet20().state_dict(), begun)
    with pytest.raises(
        DataError, match=r"resnet20\.safetensors: these are not the weights that the run was begun with"
    ):
        finetune_resnet.resume(tmp_path / "run", console=QUIET)
    kept.replace(begun)
    assert finetune_resnet.resume(tmp_path / "run", console=QUIET) is not None


def test_weights_of_pytorch_need_pytorch(few, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    (tmp_path / "a.th").touch()
    with pytest.raises(CheckpointError, match=r"a\.th is a checkpoint of PyTorch.*pip install 'minigrad\[torch\]'"):
        finetune_resnet.train(replace(few[finetune_resnet], weights=str(tmp_path / "a.th")), tmp_path / "run", QUIET)


def test_weights_of_another_network_are_refused(few, tmp_path):
    save(resnet32().state_dict(), tmp_path / "other.safetensors")
    settings = replace(few[finetune_resnet], weights=str(tmp_path / "other.safetensors"))
    with pytest.raises(CheckpointError, match=r"unexpected.*layer1\.3"):
        finetune_resnet.train(settings, tmp_path / "run", QUIET)


# ------------------------------------------------------------------------------------------------ what is in networks


class Pooled(Module):
    """A network that ends in the average over all places and a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv, self.bn, self.relu = Conv2d(3, 4, 3, bias=False), BatchNorm2d(4), ReLU()
        self.linear = Linear(4, 5)

    def forward(self, x):
        return self.linear(self.relu(self.bn(self.conv(x))).mean(dim=(2, 3)))


def test_class_activation_is_the_weighted_sum_of_zhou_et_al():
    model, x = Pooled(), Tensor(np.random.default_rng(0).standard_normal((2, 3, 7, 6)).astype(np.float32))
    classes = np.array([3, 1])
    maps = feature_maps(model, ["relu"], x)["relu"]
    expected = np.einsum("nk,nkhw->nhw", model.linear.weight.detach().numpy()[classes], maps).clip(0) / (5 * 4)
    np.testing.assert_allclose(class_activation(model, "relu", x, classes), expected, rtol=1e-5, atol=1e-7)
    assert model.training
    assert all(not module._hooks or not any(module._hooks) for module in model.modules() if module._hooks)


def test_gradient_norms_are_those_of_the_first_step():
    model = Sequential(Conv2d(1, 2, 3), ReLU(), Flatten(), Linear(2 * 16, 3))
    rng = np.random.default_rng(0)
    batch = Tensor(rng.standard_normal((4, 1, 6, 6)).astype(np.float32)), Tensor(np.array([0, 1, 2, 0]))
    norms = gradient_norms(model, [batch, batch])
    trainer = Trainer(model, finetune_resnet.momentum_sgd(model, 0.1), [batch])
    trainer.step(*batch)
    expected = [np.linalg.norm(model[i].weight.grad.numpy()) for i in (0, 3)]
    np.testing.assert_allclose(norms, expected, rtol=1e-5)


# -------------------------------------------------------------------------------------------------- the command line


def test_every_recipe_is_a_command_with_help_in_both_languages():
    for recipe in RECIPES:
        english, chinese = (
            CliRunner().invoke(cli, ["train", recipe.name, "--help", "--lang", lang]).output for lang in ("en", "zh")
        )
        for name, about in recipe.defaults.about.items():
            option = "--" + name.replace("_", "-")
            assert (option in english) == (option in chinese) == bool(about.en and about.zh)


def test_an_empty_name_of_weights_is_told():
    result = CliRunner().invoke(cli, ["train", "finetune_resnet", "--weights", ""])
    assert result.exit_code == 2
    assert "Invalid value for '--weights': the name is empty; expected that of a file" in result.output


def test_dropout_must_be_a_share():
    result = CliRunner().invoke(cli, ["train", "cifar10_cnn", "--dropout", "1"])
    assert result.exit_code == 2
    assert "1 is not a number from 0 to less than 1" in result.output
    with pytest.raises(ValueError, match=r"dropout must be a number from 0 to less than 1, got 1\.5"):
        cifar10_cnn.Settings(dropout=1.5)


def test_data_that_are_not_there_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["train", "cifar10_resnet", "--data", "no/such/folder"])
    assert isinstance(result.exception, DataError)
    assert "no/such/folder: there is no such folder; expected cifar-10-batches-py/" in str(result.exception)
    assert not list(tmp_path.iterdir())
    (tmp_path / "mine").mkdir()
    for out in ("new", "mine"):
        assert CliRunner().invoke(cli, ["train", "cifar10_resnet", "--data", "no/such/folder", "--out", out]).exception
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_of_the_embedded_digits_no_99_percent_are_promised():
    assert "the 99 % of LeNet-5 need the full MNIST" in lenet_mnist.RECIPE.load("embedded").notice


@pytest.mark.slow
def test_lenet_reads_98_percent_after_two_epochs(tmp_path, shared_mnist):
    settings = lenet_mnist.Settings(data=str(shared_mnist), epochs=2)
    assert lenet_mnist.train(settings, tmp_path / "run", QUIET) >= 0.98
    assert load(tmp_path / "run" / CHECKPOINT)["settings"]["recipe"] == "lenet_mnist"
