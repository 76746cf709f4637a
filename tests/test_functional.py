"""minigrad.functional has PyTorch's functions: the same names, arguments and defaults, and one implementation."""

import importlib
import inspect

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import minigrad
from minigrad import functional
from tests.oracle import compare

# What PyTorch's signatures have and minigrad's leave out.
LEFT_OUT = {"size_average", "reduce", "inplace", "dtype", "_stacklevel", "threshold", "out"}
LEFT_OUT |= {
    "recompute_scale_factor",
    "antialias",
    "max_norm",
    "norm_type",
    "scale_grad_by_freq",
    "sparse",
    "enable_gqa",
}
LEFT_OUT_OF = {"mse_loss": {"weight"}, "l1_loss": {"weight"}}
REQUIRED = {("softmax", "dim"), ("log_softmax", "dim")}  # PyTorch warns about a missing dim and guesses one


def parameters_of(function):
    """The parameters of a function of PyTorch; those written in C show them only in their documentation."""
    function = getattr(F, f"_{function.__name__}", function)  # behind a function of (*args, **kwargs)
    try:
        return inspect.signature(function).parameters
    except ValueError:
        scope = {}
        head = function.__doc__.strip().partition("->")[0]
        exec(f"def {head}: ...", scope)
        return inspect.signature(scope[function.__name__]).parameters


@pytest.mark.parametrize("name", functional.__all__)
def test_arguments_have_pytorchs_names_order_and_defaults(name):
    ours = inspect.signature(getattr(functional, name)).parameters
    theirs = parameters_of(getattr(F, name))
    assert list(ours) == [key for key in theirs if key not in LEFT_OUT | LEFT_OUT_OF.get(name, set())]
    for key, parameter in ours.items():
        assert parameter.default == (inspect.Parameter.empty if (name, key) in REQUIRED else theirs[key].default), key


X = np.random.default_rng(0).standard_normal((3, 4))
W = np.random.default_rng(1).standard_normal((2, 4))
B = np.random.default_rng(2).standard_normal(2)

# Losses stand in ops/test_loss.py, the gradients of activations in ops/test_activation.py.
IMAGES = np.random.default_rng(3).standard_normal((2, 4, 5, 7))
KERNELS = np.random.default_rng(4).standard_normal((6, 2, 3, 2))

C = np.random.default_rng(5).uniform(0.5, 2, 4)

NUMBERS = {minigrad.Tensor: [[0, 2], [2, 1]], torch.Tensor: torch.tensor([[0, 2], [2, 1]])}

CALLS = {
    "conv1d": (lambda f, x, w: f.conv1d(x, w, stride=2, groups=2), IMAGES[:, :, 0], KERNELS[..., 0]),
    "conv_transpose2d": (lambda f, x, w: f.conv_transpose2d(x, w, stride=2, padding=1), IMAGES, KERNELS[:4]),
    "adaptive_avg_pool1d": (lambda f, x: f.adaptive_avg_pool1d(x, output_size=3), IMAGES[0]),
    "adaptive_avg_pool2d": (lambda f, x: f.adaptive_avg_pool2d(x, output_size=(3, None)), IMAGES),
    "adaptive_max_pool1d": (lambda f, x: f.adaptive_max_pool1d(x, output_size=3), IMAGES[0]),
    "adaptive_max_pool2d": (lambda f, x: f.adaptive_max_pool2d(x, output_size=2), IMAGES),
    "avg_pool1d": (lambda f, x: f.avg_pool1d(x, kernel_size=3, padding=1), IMAGES[0]),
    "avg_pool2d": (lambda f, x: f.avg_pool2d(x, 2, ceil_mode=True), IMAGES),
    "batch_norm": (lambda f, x, w, b: f.batch_norm(x, None, None, w, b, True, eps=1e-3), IMAGES, C, C[::-1] - 1),
    "batch_norm in evaluation": (lambda f, x, c: f.batch_norm(x, c.detach() - 1, c.detach()), IMAGES, C),
    "conv2d": (lambda f, x, w: f.conv2d(x, w, stride=(1, 2), padding=1, groups=2), IMAGES, KERNELS),
    "conv2d same": (lambda f, x, w: f.conv2d(x, w, padding="same", dilation=2, groups=2), IMAGES, KERNELS),
    "cosine_similarity": (lambda f, x, y: f.cosine_similarity(x, y, dim=-1), X, X[::-1] + 1),
    "dropout": (lambda f, x: f.dropout(x, 0.3, training=False) * 1, X),
    "dropout of everything": (lambda f, x: f.dropout(x, p=1.0), X),
    "dropout1d": (lambda f, x: f.dropout1d(x, p=1.0), IMAGES[0]),
    "dropout2d": (lambda f, x: f.dropout2d(x, p=0.3, training=False) * 1, IMAGES),
    "elu": (lambda f, x: f.elu(x, alpha=0.7), X),
    "embedding": (lambda f, w: f.embedding(NUMBERS[type(w)], w, padding_idx=-1), X),
    "fold": (lambda f, x: f.fold(x, (3, 4), 2, stride=(1, 2)), IMAGES[:, :, 0, :4]),
    "gelu": (lambda f, x: f.gelu(x), X),
    "gelu tanh": (lambda f, x: f.gelu(x, approximate="tanh"), X),
    "interpolate": (lambda f, x: f.interpolate(x, scale_factor=2), IMAGES),
    "interpolate bilinear": (lambda f, x: f.interpolate(x, (4, 9), mode="bilinear"), IMAGES),
    "group_norm": (lambda f, x, w: f.group_norm(x, 2, weight=w), IMAGES, C),
    "instance_norm": (lambda f, x, w: f.instance_norm(x, weight=w, eps=1e-3), IMAGES, C),
    "layer_norm": (lambda f, x: f.layer_norm(x, (5, 7)), IMAGES),
    "layer_norm scaled": (lambda f, x, w, b: f.layer_norm(x, [4], w, b), X, C, C[::-1] - 1),
    "leaky_relu": (lambda f, x: f.leaky_relu(x, negative_slope=0.2), X),
    "linear": (lambda f, x, w, b: f.linear(x, w, b), X, W, B),
    "linear without bias": (lambda f, x, w: f.linear(x, w), X, W),
    "linear of a vector": (lambda f, x, w, b: f.linear(x, weight=w, bias=b), X[0], W, B),
    "linear of a batch": (lambda f, x, w, b: f.linear(x, w, b), X.reshape(3, 1, 4), W, B),
    "log_softmax": (lambda f, x: f.log_softmax(x, dim=-1), X),
    "max_pool1d": (lambda f, x: f.max_pool1d(x, kernel_size=3, padding=1), IMAGES[0]),
    "max_pool2d": (lambda f, x: f.max_pool2d(x, 2, ceil_mode=True), IMAGES),
    "normalize": (lambda f, x: f.normalize(x, p=1, dim=0), X),
    "one_hot": (lambda f, i: f.one_hot(i), np.array([[0, 2], [1, 0]])),
    "pad": (lambda f, x: f.pad(x, (1, 2, 0, 3)), X),
    "pad reflect": (lambda f, x: f.pad(x, (1, 2, 0, 3), mode="reflect"), IMAGES),
    "pad value": (lambda f, x: f.pad(x, [2, 0], mode="constant", value=1.5), X),
    "relu": (lambda f, x: f.relu(x), X),
    "sigmoid": (lambda f, x: f.sigmoid(x), X),
    "silu": (lambda f, x: f.silu(x), X),
    "rms_norm": (lambda f, x, w: f.rms_norm(x, [4], w), X, C),
    "scaled_dot_product_attention": (lambda f, x: f.scaled_dot_product_attention(x, x, x, is_causal=True), X),
    "softmax": (lambda f, x: f.softmax(x, 0), X),
    "softplus": (lambda f, x: f.softplus(x, beta=2), X),
    "tanh": (lambda f, x: f.tanh(x), X),
    "unfold": (lambda f, x: f.unfold(x, (2, 3), padding=1), IMAGES),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CALLS)
def test_functions_compute_what_pytorchs_do(name, dtype):
    function, *arrays = CALLS[name]
    compare(lambda m, *xs: function(functional if m is minigrad.ops else F, *xs), *arrays, dtype=dtype)


def test_every_function_stands_in_the_tables():
    losses = {name for name in functional.__all__ if "loss" in name or "entropy" in name} | {"kl_div"}
    assert {name.partition(" ")[0] for name in CALLS} | losses == set(functional.__all__)


def test_everything_listed_exists_and_everything_imported_is_listed():
    public = {name for name, value in vars(functional).items() if inspect.isfunction(value)}
    assert public == set(functional.__all__)
    assert functional.__all__ == sorted(functional.__all__)


def test_the_module_is_found_under_pytorchs_path():
    assert importlib.import_module("minigrad.nn.functional") is functional
    assert minigrad.nn.functional is functional is minigrad.functional
    assert torch.nn.functional is F
