"""A step of every recipe's training crosses nothing but its batch, and nobody waits for the GPU: on the stand-in, which
counts. On a GPU, CuPy raises an error if something is read within such a step."""

import math
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

import minigrad
from minigrad import functional, nn, optim
from minigrad.data.loader import DataLoader
from minigrad.datasets import make_spirals
from minigrad.kernels.cuda import launch
from minigrad.recipes import (
    char_gpt,
    cifar10_cnn,
    cifar10_resnet,
    finetune_bert,
    finetune_resnet,
    lenet_mnist,
    mnist,
    plain_vs_resnet,
    sentiment,
    transformer_sentiment,
    vanishing_gradient,
)
from minigrad.training import Trainer
from tests import standin
from tests.test_language_recipes import few as few_texts
from tests.test_vision_recipes import few as few_images

pytestmark = pytest.mark.filterwarnings("ignore:.*allow_synchronize")

QUIET = Console(quiet=True)
IMAGES = (lenet_mnist, cifar10_cnn, cifar10_resnet, plain_vs_resnet, finetune_resnet)


@pytest.fixture
def counts(request):
    """What counts in the stand-in; on a GPU, what raises DeviceSynchronized if something is read."""
    if "stand-in" in request.node.name:
        return standin.counted
    import cupyx

    return lambda: cupyx.allow_synchronize(False)


@pytest.fixture
def capturing(request, device):
    """Is all that happens that steps are captured? On the stand-in, where no kernel is run then."""
    if "stand-in" not in request.node.name:
        yield False
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "MOST", 1 << 31)
        patch.setattr(standin.cupy.RawKernel, "__call__", lambda self, grid, block, args, shared_mem=0: None)
        yield True


def check_step(recipe, settings, part, counts):
    """The third step, in which all memory and state is there, is counted."""
    data = recipe.load(settings.data)
    settings = recipe.prepare(replace(settings, data=data.source, data_sha256=data.sha256), data, QUIET)
    minigrad.manual_seed(0)
    task = recipe.build(settings, data, part)
    trainer = Trainer(task.model, task.optimizer, task.train, task.validation, task.loss, task.schedule)
    trainer.average = task.average
    for number, (inputs, labels) in enumerate(again(task.train, 3)):
        if number < 2:
            trainer.tally.add(*trainer.step(inputs, labels), labels)
            continue
        with counts() as found:
            trainer.tally.add(*trainer.step(inputs, labels), labels)
        if found is not None:
            assert found.sent == []
            assert found.read == []
    assert math.isfinite(trainer.tally.loss)
    assert trainer.tally.samples


def check_captured(recipe, settings, part, capturing):
    """A captured step learns what the step does; on the stand-in, where kernels take long, it is captured, no more."""
    data = recipe.load(settings.data)
    settings = recipe.prepare(replace(settings, data=data.source, data_sha256=data.sha256), data, QUIET)
    losses = []
    for capture in (False, True):
        minigrad.manual_seed(0)
        task = recipe.build(settings, data, part)
        trainer = Trainer(task.model, task.optimizer, task.train, loss=task.loss, schedule=task.schedule, capture=True)
        step = trainer.captured_step if capture else trainer.step
        batch = next(iter(task.train))
        losses.append([step(*batch)[0].item() for _ in range(4)])
    assert len(trainer.captured.graphs) == 1
    if not capturing:
        np.testing.assert_allclose(*losses, rtol=1e-3)


def again(loader: DataLoader, n: int):
    """`n` batches, as many epochs as they take."""
    batches = []
    while len(batches) < n:
        batches += list(loader)
    return batches[:n]


@pytest.mark.parametrize("module", IMAGES, ids=lambda module: module.RECIPE.name)
def test_networks_for_images(module, few_images, device, counts):
    settings = replace(few_images[module], device=device)
    check_step(module.RECIPE, settings, module.RECIPE.parts[-1], counts)


@pytest.mark.parametrize("model", mnist.MODELS)
def test_digits(model, few_images, device, counts):
    settings = mnist.Settings(data=few_images[lenet_mnist].data, model=model, batch_size=25, device=device)
    check_step(mnist.RECIPE, settings, "", counts)


@pytest.mark.parametrize("part", sentiment.RECIPE.parts)
def test_networks_for_texts(part, few_texts, device, counts):
    settings = replace(few_texts[sentiment], device=device)
    check_step(sentiment.RECIPE, settings, part, counts)


def test_a_transformer_for_texts(few_texts, device, counts):
    settings = transformer_sentiment.Settings(data=few_texts[sentiment].data, batch_size=8, device=device)
    check_step(transformer_sentiment.RECIPE, settings, "", counts)


@pytest.mark.parametrize("module", [finetune_bert, char_gpt], ids=lambda module: module.RECIPE.name)
def test_networks_for_language(module, few_texts, device, counts):
    settings = replace(few_texts[module], device=device)
    check_step(module.RECIPE, settings, "", counts)


@pytest.mark.parametrize("kind", vanishing_gradient.KINDS)
def test_networks_that_add(kind, device, counts):
    settings = replace(vanishing_gradient.Settings(), batch_size=4, hidden=5, device=device)
    model = vanishing_gradient.as_made(settings, kind)
    optimizer = optim.Adam(model.parameters(), 0.01)
    for number in range(3):
        x, y = vanishing_gradient.sequences(settings, 4, 6, number)
        with counts() if number == 2 else nullcontext() as found:
            optimizer.zero_grad()
            functional.mse_loss(model(x), y).backward()
            optim.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        if found is not None:
            assert (found.sent, found.read) == ([], [])


CAPTURED = [(module, part) for module in (*IMAGES, finetune_bert, char_gpt) for part in module.RECIPE.parts[-1:]]
CAPTURED += [(sentiment, part) for part in sentiment.RECIPE.parts]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numbers that no kernel has written
@pytest.mark.parametrize(("module", "part"), CAPTURED, ids=lambda x: getattr(getattr(x, "RECIPE", None), "name", x))
def test_steps_of_recipes_are_captured(module, part, few_images, few_texts, device, capturing):
    settings = replace((few_images | few_texts)[module], device=device)
    check_captured(module.RECIPE, settings, part, capturing)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("model", mnist.MODELS)
def test_steps_on_digits_are_captured(model, few_images, device, capturing):
    settings = mnist.Settings(data=few_images[lenet_mnist].data, model=model, batch_size=25, device=device)
    check_captured(mnist.RECIPE, settings, "", capturing)


def test_the_loop_of_the_examples_that_hide_nothing(device, counts):
    """examples/spirals.py and examples/mnist_by_hand.py, with their tensors on the device."""
    points, labels = make_spirals(n=60, classes=3, noise=0.03, seed=0)
    x, y = minigrad.from_numpy(points).to(device), minigrad.from_numpy(labels).to(device)
    model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 3)).to(device)
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    for number in range(3):
        with counts() if number == 2 else nullcontext() as found:
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        if found is not None:
            assert (found.sent, found.read) == ([], [])
    assert np.isfinite(loss.item())
