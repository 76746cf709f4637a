"""Layers, activations and losses against PyTorch's modules of the same names."""

import inspect
import re

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, nn
from tests.nn.helpers import assert_same_results, tensor_of, twins

pytestmark = [  # PyTorch's
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
    pytest.mark.filterwarnings("ignore:Using padding=.same"),
]

X = np.random.default_rng(0).standard_normal((3, 4, 5))

IMAGES = np.random.default_rng(1).standard_normal((2, 4, 7, 6))
COLOURS = np.random.default_rng(1).standard_normal((4, 3, 5, 7))

ROUND = np.round(2 * X) / 2  # with numbers at the kinks of functions made of pieces

# the call that makes the module, and its input
LAYERS = {
    "Linear(5, 2)": X[0],
    "Linear(in_features=5, out_features=2, bias=False)": X[0],
    "Linear(5, 1)": X,
    "Linear(5, 2, True)": X[0, 0],
    "Linear(4, 0)": X[0, :, :4],
    "Identity()": X,
    "Flatten()": X,
    "Flatten(0)": X,
    "Flatten(1, 2)": X,
    "Flatten(start_dim=-2, end_dim=-1)": X,
    "Flatten(end_dim=-2, start_dim=0)": X,
    "Dropout(0.0)": X,
    "Dropout(1.0)": X,
    "Dropout(p=1.0, inplace=True)": X,
    "Dropout1d(1.0)": X,
    "Dropout1d(p=0.0)": X[0],
    "Dropout2d(1.0)": COLOURS,
    "Dropout2d(0.0, True)": COLOURS,
    "BatchNorm1d(4)": X,
    "BatchNorm1d(5, 0.1, affine=False)": X[0],
    "BatchNorm1d(4, momentum=None, bias=False)": X,
    "BatchNorm1d(4, track_running_stats=False)": X,
    "BatchNorm2d(3)": COLOURS,
    "BatchNorm2d(num_features=3, eps=0.01, momentum=0.5)": COLOURS,
    "BatchNorm2d(3, affine=False, track_running_stats=False)": COLOURS,
    "InstanceNorm1d(4)": X,
    "InstanceNorm1d(4, affine=True, bias=False)": X[0],
    "InstanceNorm1d(4, 0.1, 0.3, True, True)": X,
    "InstanceNorm2d(3, affine=True)": COLOURS,
    "InstanceNorm2d(3, track_running_stats=True)": COLOURS[0],
    "LayerNorm(5)": X,
    "LayerNorm((4, 5), 0.01)": X,
    "LayerNorm([5], bias=False)": X[0, 0],
    "LayerNorm(5, elementwise_affine=False)": X,
    "GroupNorm(2, 4)": X,
    "GroupNorm(3, 3, 0.01, bias=False)": COLOURS,
    "GroupNorm(num_groups=1, num_channels=5, affine=False)": X[0],
    "Sigmoid()": 3 * X,
    "LogSigmoid()": 30 * X,
    "Softsign()": ROUND,
    "Hardtanh()": ROUND,
    "Hardtanh(-0.5, 2.0, inplace=True)": ROUND,
    "ReLU6()": 4 * ROUND,
    "ReLU6(inplace=True)": 4 * ROUND,
    "PReLU()": ROUND,
    "PReLU(4, 0.1)": ROUND,
    "PReLU(num_parameters=4, init=-0.5)": X[0].T.copy(),
    "PReLU(1)": X[0, 0],
    "SELU()": X,
    "SELU(inplace=True)": X,
    "Mish()": 3 * X,
    "Mish(inplace=True)": X,
    "Tanh()": X,
    "ReLU()": X,
    "ReLU(inplace=True)": X,
    "LeakyReLU()": X,
    "LeakyReLU(0.3, True)": X,
    "LeakyReLU(negative_slope=-0.5)": X,
    "ELU()": X,
    "ELU(0.5, True)": X,
    "ELU(alpha=2.0, inplace=False)": X,
    "GELU()": X,
    "GELU('none')": X,
    "GELU(approximate='tanh')": X,
    "SiLU()": 3 * X,
    "SiLU(inplace=True)": X,
    "Softplus()": X,
    "Softplus(3.0)": X,
    "Softplus(beta=0.5)": X,
    "Softmax(0)": X,
    "Softmax(dim=-1)": X,
    "LogSoftmax(1)": X,
    "LogSoftmax(dim=-3)": X,
    "Conv2d(4, 6, 3)": IMAGES,
    "Conv2d(4, 6, (3, 2), 2, (1, 2), 1, 2, False)": IMAGES,
    "Conv2d(4, 2, 3, padding='same', dilation=(1, 2))": IMAGES,
    "Conv2d(4, 2, 3, padding='valid')": IMAGES[0],
    "Conv1d(4, 6, 3)": X,
    "Conv1d(4, 6, (3,), 2, (1,), (2,), 2, False)": X[0],
    "Conv1d(4, 2, kernel_size=4, padding='same')": X,
    "Conv1d(4, 2, 3, padding=2, padding_mode='reflect')": X,
    "ConvTranspose2d(4, 6, 3)": IMAGES,
    "ConvTranspose2d(4, 6, (3, 2), 2, (1, 0), 1, 2, False, 2)": IMAGES,
    "ConvTranspose2d(4, 2, 3, stride=(2, 1), output_padding=(1, 0))": IMAGES[0],
    "Conv2d(4, 2, 3, padding=1, padding_mode='reflect')": IMAGES,
    "Conv2d(4, 2, (5, 3), 2, (2, 1), padding_mode='replicate', bias=False)": IMAGES,
    "Conv2d(4, 2, (4, 3), padding='same', padding_mode='circular')": IMAGES[0],
    "ZeroPad2d(1)": IMAGES,
    "ConstantPad2d((1, 0, 2, 3), 2.5)": IMAGES,
    "ReflectionPad2d((1, 0, 2, 3))": IMAGES,
    "ReplicationPad2d(padding=8)": IMAGES[0],
    "Upsample(scale_factor=2)": IMAGES,
    "Upsample((9, 5))": IMAGES,
    "Upsample(7)": X,
    "Upsample(scale_factor=(2, 1.5), mode='bilinear')": IMAGES,
    "Upsample(size=(3, 11), mode='bilinear', align_corners=True)": IMAGES,
    "Unfold(2)": IMAGES,
    "Unfold(kernel_size=(3, 2), dilation=(2, 1), padding=1, stride=2)": IMAGES,
    "Fold((4, 3), 2, 1, 0, (2, 1))": X[:, :, :4],
    "Fold(output_size=4, kernel_size=2, stride=2)": X[0, :, :4],
    "MaxPool1d(2)": X,
    "MaxPool1d(3, stride=1, padding=1, dilation=2, ceil_mode=True)": X,
    "MaxPool2d(2)": IMAGES,
    "MaxPool2d(kernel_size=(3, 2), stride=2, padding=1)": IMAGES,
    "MaxPool2d(2, (2, 1), 0, (1, 2), False, True)": IMAGES[0],
    "AvgPool1d(2)": X,
    "AvgPool1d(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)": X,
    "AvgPool2d(2)": IMAGES,
    "AvgPool2d((3, 2), 2, 1, True, False)": IMAGES,
    "AvgPool2d(3, padding=1, divisor_override=4)": IMAGES[0],
    "AdaptiveAvgPool1d(3)": X,
    "AdaptiveAvgPool2d(1)": IMAGES,
    "AdaptiveAvgPool2d((3, None))": IMAGES,
    "AdaptiveAvgPool2d(output_size=4)": IMAGES[0],
    "AdaptiveMaxPool1d(output_size=2)": X,
    "AdaptiveMaxPool2d((None, 3))": IMAGES,
    "AdaptiveMaxPool2d(4)": IMAGES,
}

LABELS = np.array([0, 3, 1])
PROBABILITIES = np.exp(X[0]) / np.exp(X[0]).sum(1, keepdims=True)

# the call that makes the loss, its input and its target; `w(n)` stands for n weights
LOSSES = {
    "CrossEntropyLoss()": (X[:, 0], LABELS),
    "CrossEntropyLoss(w(5), ignore_index=3, reduction='sum', label_smoothing=0.2)": (X[:, 0], LABELS),
    "CrossEntropyLoss(weight=w(4), reduction='none')": (X, np.arange(15).reshape(3, 5) % 4),
    "CrossEntropyLoss(label_smoothing=0.1)": (X[1], PROBABILITIES),
    "NLLLoss()": (X[:, 0], LABELS),
    "NLLLoss(w(5), ignore_index=1, reduction='sum')": (X[:, 0], LABELS),
    "MSELoss()": (X[0], X[1]),
    "MSELoss(reduction='sum')": (X[0], X[1]),
    "L1Loss()": (X[0], X[1]),
    "L1Loss(reduction='none')": (X[0], X[1]),
    "SmoothL1Loss()": (X[0], X[1]),
    "SmoothL1Loss(reduction='sum', beta=0.4)": (X[0], X[1]),
    "BCELoss()": (PROBABILITIES, PROBABILITIES[::-1].copy()),
    "BCELoss(w(5), reduction='none')": (PROBABILITIES, PROBABILITIES[::-1].copy()),
    "BCEWithLogitsLoss()": (X[0], PROBABILITIES),
    "BCEWithLogitsLoss(w(5), reduction='sum', pos_weight=w(5))": (X[0], PROBABILITIES),
    "KLDivLoss()": (np.log(PROBABILITIES), PROBABILITIES[::-1].copy()),
    "KLDivLoss(reduction='batchmean', log_target=True)": (np.log(PROBABILITIES), np.log(PROBABILITIES[::-1])),
}


def maker(call):
    """What makes the module of a call, in a given library."""

    def make(library):
        def weights(n):
            return tensor_of(library, np.linspace(0.5, 2, n))

        return eval(f"library.{call}", {"library": library, "w": weights})  # a text of the tables above

    return make


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("call", LAYERS)
def test_layers_compute_what_pytorchs_do(call, dtype):
    assert_same_results(*twins(maker(call), dtype), LAYERS[call], dtype=dtype)


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("call", LOSSES)
def test_losses_compute_what_pytorchs_do(call, dtype):
    assert_same_results(*twins(maker(call), dtype), *LOSSES[call], dtype=dtype)


@pytest.mark.parametrize("call", [*LAYERS, *LOSSES])
def test_modules_look_like_pytorchs(call):
    theirs = re.sub(r"(, )?(inplace=(True|False)|threshold=20.0)", "", repr(maker(call)(torch.nn)))
    assert repr(maker(call)(nn)) == theirs


def test_settings_may_be_whole_numbers_of_numpy():
    one, two = np.int64(1), np.int64(2)
    conv = nn.Conv2d(two, 4, (two, 3), one, padding=one, groups=two)
    assert repr(conv) == "Conv2d(2, 4, kernel_size=(2, 3), stride=(1, 1), padding=(1, 1), groups=2)"
    assert repr(nn.Conv2d(2, 4, 3, padding=[one, two])).endswith("stride=(1, 1), padding=(1, 2))")
    assert repr(nn.Conv2d(2, 4, 3, padding=((0, 1), (one, 0)))).endswith("padding=((0, 1), (1, 0)))")
    assert repr(nn.Conv1d(2, 4, 3, padding=one)) == "Conv1d(2, 4, kernel_size=(3,), stride=(1,), padding=(1,))"
    assert repr(nn.Conv1d(2, 4, 3, padding=((0, two),))).endswith("padding=((0, 2),))")
    x = Tensor(np.ones((1, 1, 2, 2), np.float32), requires_grad=True)
    y = nn.AvgPool2d(two, divisor_override=np.int64(5))(x)
    y.backward(Tensor(np.ones((1, 1, 1, 1), np.float32)))
    assert y.item() == np.float32(4 / 5)
    assert (x.grad.numpy() == np.float32(1 / 5)).all()


@pytest.mark.parametrize("call", [*LAYERS, *LOSSES])
def test_state_dicts_have_pytorchs_names(call):
    assert list(maker(call)(nn).state_dict()) == list(maker(call)(torch.nn).state_dict())


@pytest.mark.parametrize("shape", [(0, 5), (2, 0, 5), (0,)])
def test_linear_takes_empty_batches(shape):
    layer = nn.Linear(shape[-1], 2)
    assert layer(Tensor(np.zeros(shape, np.float32))).shape == (*shape[:-1], 2)


# What PyTorch's signatures have and minigrad's leave out, and why nobody misses it.
LEFT_OUT = {
    "recompute_scale_factor": "give `size` instead",
    "size_average": "deprecated for `reduction`",
    "reduce": "deprecated for `reduction`",
    "device": "use .to(device)",
    "dtype": "use .to(dtype)",
    "threshold": "needs no value where nothing overflows",
    "min_value": "deprecated for `min_val`",
    "max_value": "deprecated for `max_val`",
    "args": "ignored by PyTorch",
    "kwargs": "ignored by PyTorch",
}


@pytest.mark.parametrize("name", sorted({call.partition("(")[0] for call in [*LAYERS, *LOSSES]}))
def test_arguments_have_pytorchs_names_order_and_defaults(name):
    ours = inspect.signature(getattr(nn, name)).parameters
    theirs = inspect.signature(getattr(torch.nn, name)).parameters
    assert list(ours) == [key for key in theirs if key not in LEFT_OUT]
    for key, parameter in ours.items():
        required = name in ("Softmax", "LogSoftmax")  # PyTorch warns about a missing dim and guesses one
        assert parameter.default == (inspect.Parameter.empty if required else theirs[key].default)


# ------------------------------------------------------------------------------------------------------------- linear


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4,), r"linear got input \(4,\) and weight \(2, 5\); expected input \[\.\.\., in\]"),
        ((5, 4), r"linear got input \(5, 4\) and weight \(2, 5\)"),
        ((), r"linear got input \(\)"),
    ],
)
def test_linear_refuses_inputs_of_another_width(shape, message):
    with pytest.raises(ValueError, match=message):
        nn.Linear(5, 2)(Tensor(np.zeros(shape, np.float32)))


def test_linear_takes_numpy_sizes():
    assert nn.Linear(np.int64(3), np.int32(2)).weight.shape == (2, 3)


def test_linear_refuses_inputs_of_another_dtype():
    with pytest.raises(TypeError, match=r"float64 and float32; convert one with \.to\(dtype\)"):
        nn.Linear(5, 2)(Tensor(np.zeros((1, 5))))


# ------------------------------------------------------------------------------------------------------------ dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dropout_drops_a_share_of_p_and_scales_the_rest(p, dtype):
    x = Tensor(np.ones((300, 200), dtype), requires_grad=True)
    y = nn.Dropout(p)(x)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == dtype
    np.testing.assert_allclose(np.unique(y.data), [0, 1 / (1 - p)], rtol=1e-6)
    assert (y.data == 0).mean() == pytest.approx(p, abs=0.01)
    assert y.data.mean() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(x.grad.data, y.data)  # the gradient passes where the input passed


def test_dropout_draws_anew_at_every_call_and_repeats_after_seeding():
    layer, x = nn.Dropout(), Tensor(np.ones(100, np.float32))
    minigrad.manual_seed(3)
    first, second = layer(x).data, layer(x).data
    minigrad.manual_seed(3)
    assert (first != second).any()
    np.testing.assert_array_equal(layer(x).data, first)


def test_dropout_is_the_identity_in_evaluation():
    model = nn.Sequential(nn.Sequential(nn.Dropout(0.9)))
    x = Tensor(np.ones(100, np.float32))
    model.eval()
    assert model(x) is x
    model.train()
    assert (model(x).data == 0).any()


@pytest.mark.parametrize("p", [-0.1, 1.5, np.nan])
def test_dropout_refuses_what_is_no_probability(p):
    for use in (nn.Dropout, lambda p: nn.functional.dropout(Tensor(1.0), p)):
        with pytest.raises(ValueError, match=rf"got p={p}; expected a probability from 0 to 1"):
            use(p)


# ----------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ("Linear(3, -1)", ValueError, "Linear: out_features must be at least 0, got -1"),
        ("Linear(2.5, 2)", TypeError, "Linear: in_features must be an integer, got float"),
        ("Linear('a', 2)", TypeError, "Linear: in_features must be an integer, got str"),
        ("Linear(2, 2, 'no')", TypeError, "Linear: bias must be True or False, got 'no'"),
        ("Flatten('a')", TypeError, "Flatten: start_dim must be an integer, got str"),
        ("Dropout('a')", TypeError, "Dropout: p must be a number, got str"),
        ("ReLU(0.1)", TypeError, "ReLU: inplace must be True or False, got 0.1"),
        ("LeakyReLU('a')", TypeError, "LeakyReLU: negative_slope must be a number, got str"),
        ("ELU(nan)", ValueError, "ELU: alpha must be finite, got nan"),
        ("GELU('x')", ValueError, "GELU: approximate must be 'none' or 'tanh', got 'x'"),
        ("GELU(True)", ValueError, "GELU: approximate must be 'none' or 'tanh', got True"),
        ("Softplus(0)", ValueError, "Softplus: beta must be finite and above 0, got 0"),
        ("Softmax(None)", TypeError, "Softmax: dim must be an integer, got NoneType"),
        ("LogSoftmax('a')", TypeError, "LogSoftmax: dim must be an integer, got str"),
        ("Hardtanh(1, -1)", ValueError, "Hardtanh got min_val=1 and max_val=-1; expected the lower one first"),
        ("Hardtanh('a')", TypeError, "Hardtanh: min_val must be a number, got str"),
        ("ReLU6(6)", TypeError, "ReLU6: inplace must be True or False, got 6"),
        ("BatchNorm2d(0)", ValueError, "BatchNorm2d: num_features must be at least 1, got 0"),
        ("BatchNorm2d(3, eps=-1)", ValueError, "BatchNorm2d: eps must be finite and at least 0, got -1"),
        ("BatchNorm1d(3, momentum=2)", ValueError, r"BatchNorm1d: momentum must be in \[0, 1\], got 2"),
        ("BatchNorm1d(3, affine=1)", TypeError, "BatchNorm1d: affine must be True or False, got 1"),
        ("InstanceNorm1d(3, track_running_stats=2)", TypeError, "track_running_stats must be True or False, got 2"),
        ("LayerNorm(())", ValueError, r"LayerNorm got normalized_shape \(\); expected sizes of at least 1"),
        ("LayerNorm((3, 0))", ValueError, r"LayerNorm got normalized_shape \(3, 0\); expected sizes of at least 1"),
        ("LayerNorm('a')", TypeError, "LayerNorm got size 'a'; expected a whole number"),
        ("LayerNorm(3, elementwise_affine=2)", TypeError, "elementwise_affine must be True or False, got 2"),
        ("GroupNorm(2, 3)", ValueError, "GroupNorm got 3 channels; expected a multiple of num_groups=2"),
        ("GroupNorm(0, 3)", ValueError, "GroupNorm: num_groups must be at least 1, got 0"),
        ("Dropout2d(2)", ValueError, "Dropout2d got p=2; expected a probability from 0 to 1"),
        ("PReLU(0)", ValueError, "PReLU: num_parameters must be at least 1, got 0"),
        ("PReLU(1, 'a')", TypeError, "PReLU: init must be a number, got str"),
        (
            "Conv2d(4, 6, 3, groups=3)",
            ValueError,
            "got 4 in_channels and 6 out_channels; both must",
        ),
        ("Conv2d(0, 6, 3)", ValueError, "Conv2d: in_channels must be at least 1, got 0"),
        ("Conv1d(1, 1, (2, 2))", ValueError, r"Conv1d: kernel_size got \(2, 2\); expected one whole number"),
        ("Conv1d(1, 1, 2, stride=0)", ValueError, r"Conv1d: stride got 0; expected a number of at least 1"),
        ("ConvTranspose2d(1, 1, 1, padding_mode='reflect')", ValueError, "padding_mode must be 'zeros', got 'reflect'"),
        ("Conv2d(1, 1, 1, padding_mode='a')", ValueError, "Conv2d: padding_mode must be 'zeros', .* or 'circular'"),
        ("ZeroPad2d((1, 2))", ValueError, r"ZeroPad2d: padding got \(1, 2\); expected a number or \(left"),
        ("ReflectionPad2d(-1)", ValueError, "ReflectionPad2d: padding got -1; expected a number or"),
        ("ConstantPad2d(1, 'a')", TypeError, "ConstantPad2d: value must be a number, got str"),
        ("Upsample()", ValueError, "Upsample got size=None and scale_factor=None; expected exactly one of them"),
        ("Upsample(0)", ValueError, "Upsample: size got 0; expected numbers of at least 1"),
        ("Upsample(2.5)", TypeError, "Upsample: size got 2.5; expected a whole number"),
        ("Upsample(scale_factor=(2, -1))", ValueError, "Upsample: scale_factor must be finite and above 0, got -1"),
        ("Upsample(2, mode='a')", ValueError, "Upsample got mode 'a'; expected 'nearest', 'linear' or 'bilinear'"),
        ("Unfold(0)", ValueError, "Unfold: kernel_size got 0; expected numbers of at least 1"),
        ("Fold(0, 2)", ValueError, "Fold: output_size got 0; expected numbers of at least 1"),
        ("MaxPool2d(0)", ValueError, "MaxPool2d: kernel_size got 0; expected numbers of at least 1"),
        ("MaxPool2d(2, padding=2)", ValueError, r"MaxPool2d got padding \(2, 2\) for a kernel of 2 x 2"),
        ("MaxPool2d(2, return_indices=True)", ValueError, "MaxPool2d got return_indices=True; expected False"),
        ("MaxPool1d((2, 2))", ValueError, r"MaxPool1d: kernel_size got \(2, 2\); expected one whole number"),
        ("MaxPool1d(2, ceil_mode=1)", TypeError, "MaxPool1d: ceil_mode must be True or False, got 1"),
        ("AvgPool1d(2, 0)", ValueError, "AvgPool1d: stride got 0; expected a number of at least 1"),
        ("AvgPool2d(2.5)", TypeError, "AvgPool2d: kernel_size got 2.5; expected a whole number"),
        ("AvgPool2d(2, divisor_override=0)", ValueError, "AvgPool2d got divisor_override=0; expected a whole number"),
        ("AdaptiveAvgPool2d((1, 2, 3))", ValueError, "AdaptiveAvgPool2d: output_size got"),
        ("AdaptiveMaxPool2d('a')", TypeError, "AdaptiveMaxPool2d: output_size got 'a'; expected a whole number"),
        ("AdaptiveAvgPool1d(-1)", ValueError, "AdaptiveAvgPool1d: output_size got -1; expected a number of at least 0"),
        ("MSELoss('x')", ValueError, "MSELoss: reduction must be 'mean', 'sum' or 'none', got 'x'"),
        ("L1Loss(None)", ValueError, "L1Loss: reduction must be 'mean', 'sum' or 'none', got None"),
        ("SmoothL1Loss(beta=-1)", ValueError, "SmoothL1Loss: beta must be finite and at least 0, got -1"),
        ("CrossEntropyLoss('mean')", TypeError, "CrossEntropyLoss.weight: expected a Tensor or None, got str"),
        ("CrossEntropyLoss(label_smoothing=2)", ValueError, r"label_smoothing must be in \[0, 1\], got 2"),
        ("CrossEntropyLoss(ignore_index='a')", TypeError, "ignore_index must be an integer, got str"),
        ("NLLLoss(reduction='batchmean')", ValueError, "NLLLoss: reduction must be 'mean', 'sum' or 'none'"),
        ("BCELoss(reduction=3)", ValueError, "BCELoss: reduction must be"),
        ("BCEWithLogitsLoss(reduction='a')", ValueError, "BCEWithLogitsLoss: reduction must be"),
        ("KLDivLoss('a')", ValueError, "KLDivLoss: reduction must be 'mean', 'sum', 'none' or 'batchmean', got 'a'"),
        ("KLDivLoss(log_target=1)", TypeError, "KLDivLoss: log_target must be True or False, got 1"),
    ],
)
def test_settings_are_checked_when_the_module_is_made(call, error, message):
    with pytest.raises(error, match=message):
        eval(f"nn.{call}", {"nn": nn, "nan": np.nan})  # a text of the table above


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 5, 4)])
def test_prelu_refuses_inputs_with_other_channels(shape):
    with pytest.raises(ValueError, match=r"PReLU got input \(.*\); expected \[n, 4, \.\.\.\]"):
        nn.PReLU(4)(Tensor(np.ones(shape, np.float32)))
