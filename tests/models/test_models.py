"""Models against PyTorch definitions with copied weights, and against the numbers that the world knows of them."""

import math

import numpy as np
import pytest
import torch

from minigrad import Tensor, models
from minigrad.errors import UnknownNameError
from minigrad.models import MODELS, get_model
from minigrad.nn import Conv2d, Linear
from minigrad.nn.init import no_drawing
from tests.models import torch_models as theirs
from tests.oracle import Where, both, on_host, our_tensor, their_tensor

# what makes the model here, what makes it in PyTorch, and the shape of the images: odd ones where any will do
CASES = {
    "lenet5": (models.lenet5, theirs.LeNet, (1, 28, 28)),
    "cifar_cnn": (lambda: models.cifar_cnn(dropout=0), theirs.cifar_cnn, (3, 32, 32)),
    "alexnet_32": (
        lambda: models.alexnet(10, dropout=0, small_images=True),
        lambda: theirs.alexnet(True, 10),
        (3, 32, 32),
    ),
    "vgg11_32": (lambda: models.vgg11(7, 0, True), lambda: theirs.vgg(11, False, True, 7), (3, 32, 32)),
    "vgg13_bn_32": (lambda: models.vgg13_bn(7, 0, True), lambda: theirs.vgg(13, True, True, 7), (3, 32, 32)),
    "vgg16_bn_32": (lambda: models.vgg16_bn(7, 0, True), lambda: theirs.vgg(16, True, True, 7), (3, 33, 47)),
    "vgg19_32": (lambda: models.vgg19(7, 0, True), lambda: theirs.vgg(19, False, True, 7), (3, 32, 32)),
    "resnet18": (models.resnet18, lambda: theirs.ResNet((2, 2, 2, 2)), (3, 37, 51)),
    "resnet18_32": (
        lambda: models.resnet18(10, small_images=True),
        lambda: theirs.ResNet((2, 2, 2, 2), small=True, classes=10),
        (3, 17, 15),
    ),
    "resnet34": (models.resnet34, lambda: theirs.ResNet((3, 4, 6, 3)), (3, 37, 40)),
    "resnet50": (models.resnet50, lambda: theirs.ResNet((3, 4, 6, 3), bottleneck=True), (3, 37, 40)),
    "resnet50_32": (
        lambda: models.resnet50(10, True),
        lambda: theirs.ResNet((3, 4, 6, 3), True, True, 10),
        (3, 16, 16),
    ),
    "resnet20": (models.resnet20, lambda: theirs.CifarResNet(3), (3, 32, 32)),
    "resnet32": (models.resnet32, lambda: theirs.CifarResNet(5), (3, 32, 32)),
    "plain20": (models.plain20, lambda: theirs.CifarResNet(3, False), (3, 32, 32)),
}

LARGE = {
    "alexnet": (lambda: models.alexnet(dropout=0), theirs.alexnet, (3, 224, 224)),
    "vgg11": (lambda: models.vgg11(dropout=0), lambda: theirs.vgg(11, False), (3, 224, 224)),
    "vgg16_bn": (lambda: models.vgg16_bn(dropout=0), lambda: theirs.vgg(16, True), (3, 97, 70)),
    "resnet110": (models.resnet110, lambda: theirs.CifarResNet(18), (3, 32, 32)),
    "plain56": (models.plain56, lambda: theirs.CifarResNet(9, False), (3, 32, 32)),
}


def pair(make, make_theirs, dtype):
    torch.manual_seed(0)
    reference = theirs.with_statistics(make_theirs())
    with no_drawing():
        model = make()
    assert list(model.state_dict()) == list(reference.state_dict())
    model.load_state_dict(reference.state_dict())
    return model.to(dtype).to(Where.ours), reference.to(getattr(torch, dtype)).to(Where.theirs)


def assert_close(found, expected, tolerance, what, size=0.0):
    """Both agree as wholes: in float32 single elements differ where rounding takes a ReLU over its kink.

    The error is measured by the size of `expected`, or by `size` if that is larger. Returns what it was measured by.
    """
    found, expected = on_host(found), on_host(expected)
    assert found.shape == expected.shape, what
    assert found.dtype == expected.dtype, what
    size = max(size, np.linalg.norm(expected))
    assert np.linalg.norm(found - expected) <= tolerance * size, what
    return size


def assert_same(model, reference, shape, training, dtype="float64", tolerance=1e-9):
    """Results, gradients of images and of all parameters, and statistics afterwards agree."""
    rng = np.random.default_rng(1)
    images = rng.standard_normal((3, *shape)).astype(dtype)
    t, x = both(images)
    model.train(training), reference.train(training)
    y, expected = model(x), reference(t)
    assert_close(y, expected, tolerance, "result")
    upstream = rng.standard_normal(y.shape).astype(dtype)
    y.backward(our_tensor(upstream))
    expected.backward(their_tensor(upstream))
    assert_close(x.grad, t.grad, tolerance, "gradient of the images")
    size = 0.0
    for (name, p), q in zip(model.named_parameters(), reference.parameters()):
        # A bias before a batch norm has a gradient of rounding errors, of sums as large as the weight's gradient.
        size = assert_close(p.grad, q.grad, tolerance, f"gradient of {name}", size if name.endswith("bias") else 0.0)
    for (name, b), c in zip(model.named_buffers(), reference.buffers()):
        assert_close(b, c, tolerance, name)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", CASES)
def test_models_compute_what_pytorchs_do(name, training):
    make, make_theirs, shape = CASES[name]
    assert_same(*pair(make, make_theirs, "float64"), shape, training)


@pytest.mark.slow
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", LARGE)
def test_large_models_compute_what_pytorchs_do(name, training):
    make, make_theirs, shape = LARGE[name]
    # In float64 the largest would take 5 GB. In float32, rounding decides which of two elements a pool takes for the
    # higher, and with it where all of a gradient goes.
    dtype, tolerance = ("float64", 1e-9) if shape[1] == 32 else ("float32", 5e-2)
    assert_same(*pair(make, make_theirs, dtype), shape, training, dtype, tolerance)


@pytest.mark.parametrize("name", ["lenet5", "resnet20", "vgg11_32"])
def test_models_keep_float32(name):
    make, make_theirs, shape = CASES[name]
    assert_same(*pair(make, make_theirs, "float32"), shape, False, "float32", 1e-4)


PARAMETERS = {
    "linear": 7_850,
    "mlp": 235_146,
    "lenet5": 61_706,
    "cifar_cnn": 591_274,
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg11_bn": 132_868_840,
    "vgg13": 133_047_848,
    "vgg13_bn": 133_053_736,
    "vgg16": 138_357_544,
    "vgg16_bn": 138_365_992,
    "vgg19": 143_667_240,
    "vgg19_bn": 143_678_248,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet20": 269_722,
    "resnet32": 464_154,
    "resnet44": 658_586,
    "resnet56": 853_018,
    "resnet110": 1_727_962,
    "plain20": 269_722,
    "plain32": 464_154,
    "plain44": 658_586,
    "plain56": 853_018,
    "plain110": 1_727_962,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_numbers_of_parameters_are_the_known_ones(name):
    with no_drawing():
        model = get_model(name)
    count = sum(p.data.size for p in model.parameters())
    assert count == PARAMETERS[name]
    said = MODELS[name].build.__doc__
    assert f"{count:,} parameters" in said or "without shortcuts" in said


def test_every_name_is_in_the_tables():
    assert {name.removesuffix("_32") for name in MODELS} == set(PARAMETERS)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_takes_a_number_of_classes(name):
    with no_drawing():
        model = get_model(name, 3)
    assert [m for m in model.modules() if isinstance(m, Linear)][-1].out_features == 3


@pytest.mark.parametrize(
    ("classes", "message"), [(0, "at least 1, got 0"), (-1, "at least 1, got -1"), (2.5, "an integer")]
)
@pytest.mark.parametrize("name", MODELS)
def test_classes_that_cannot_be_are_refused(name, classes, message):
    with pytest.raises((ValueError, TypeError), match=f"classes must be {message}"):
        get_model(name, classes)


def test_an_unknown_model_gets_the_nearest_right_name():
    with pytest.raises(
        UnknownNameError, match=r"unknown model 'vgg16bn' \(did you mean 'vgg16_bn'\?\); known: alexnet"
    ):
        get_model("vgg16bn")


def test_vgg_has_four_depths():
    with pytest.raises(ValueError, match="VGG got depth 12; expected one of 11, 13, 16, 19"):
        models.VGG(12)


def spread(tensor, deviation):
    """How far the standard deviation of a tensor's elements is from `deviation`, in multiples of what chance gives."""
    return abs(tensor.data.std() / deviation - 1) * math.sqrt(2 * tensor.data.size)


def test_resnets_start_as_torchvisions():
    for module in models.resnet18(10, small_images=True).modules():
        if isinstance(module, Conv2d):
            out, _, kh, kw = module.weight.shape
            assert spread(module.weight, math.sqrt(2 / (out * kh * kw))) < 5


def test_cifar_resnets_start_as_in_the_paper():
    for module in models.resnet20().modules():
        if isinstance(module, Conv2d | Linear):
            assert spread(module.weight, math.sqrt(2 / math.prod(module.weight.shape[1:]))) < 5


def test_vggs_start_as_torchvisions():
    for module in models.vgg11_bn(10, small_images=True).modules():
        if isinstance(module, Conv2d | Linear):
            out, _, *kernel = module.weight.shape
            deviation = math.sqrt(2 / (out * 9)) if kernel else 0.01
            assert spread(module.weight, deviation) < 5
            assert not module.bias.data.any()


def test_without_drawing_weights_are_left_as_they_are():
    layer = Linear(3, 2)
    before = layer.weight.data.copy()
    with no_drawing():
        layer.reset_parameters()
    np.testing.assert_array_equal(layer.weight.data, before)
    layer.reset_parameters()
    assert (layer.weight.data != before).all()


def test_the_shortcut_keeps_channels_last_in_memory():
    images = np.random.default_rng(0).standard_normal((2, 5, 4, 16)).transpose(0, 3, 1, 2)
    y = models.resnet_cifar.Shortcut(32, 2)(Tensor(images))
    assert y.shape == (2, 32, 3, 2)
    assert y.data.transpose(0, 2, 3, 1).flags.c_contiguous
