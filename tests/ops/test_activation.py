"""Activation functions against PyTorch: values, both gradients, and numbers so large that a plain formula overflows."""

import math
import warnings

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, tensor
from minigrad.kernels.elementwise import erf
from tests.ops import table
from tests.oracle import agree, case, compare, given, normal

ACTIVATIONS = {line.name: (line.function, *line.draws) for line in table.ACTIVATIONS if "max" not in line.name}
ACTIVATIONS = {name: line for name, line in ACTIVATIONS.items() if "dropout" not in name}
SOFTMAX = {
    "softmax": lambda m, x, dim: m.softmax(x, dim),
    "log_softmax": lambda m, x, dim: m.log_softmax(x, dim),
    "the method softmax": lambda m, x, dim: x.softmax(dim),
    "the method log_softmax": lambda m, x, dim: x.log_softmax(dim),
}

CASES = [
    *[
        case(f"{name} {shape} dim={dim}", lambda m, x, f=function, d=dim: f(m, x, d), normal(*shape))
        for name, function in SOFTMAX.items()
        for shape, dim in [((3, 4), 1), ((3, 4), 0), ((2, 3, 4), -2), ((5,), -1), ((), 0), ((1, 1), 1), ((0, 4), 1)]
    ],
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_values_and_both_gradients_agree_in_float64(case):
    agree(case)


@pytest.mark.parametrize("name", SOFTMAX)
@pytest.mark.parametrize("shape", [(2, 60000), (40000, 3)])
def test_large_softmaxes_agree(name, shape):
    agree(case(name, lambda m, x: SOFTMAX[name](m, x, 1), normal(*shape)), dtype="float32", second=False)


# -------------------------------------------------------------------------------------------------- extremes and kinks


EXTREMES = [0.0, 30.0, -30.0, 89.0, -89.0, 710.0, -710.0, 1e4, -1e4, 1e10, -1e10, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_extreme_values_agree_without_a_warning_where_the_result_is_finite(name, dtype):
    function = ACTIVATIONS[name][0]
    for value in EXTREMES:
        if name == "gelu tanh" and math.isinf(value):  # where PyTorch's gradient is NaN instead of 1 or 0
            continue
        tolerance = 1000 if "softplus" in name and dtype == "float64" else 1  # PyTorch's softplus is cut off at 20
        agree(case(f"{name} {value}", function, given([value]), tolerance=tolerance), dtype=dtype, second=False)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_comes_out_where_nan_goes_in(name):
    assert math.isnan(ACTIVATIONS[name][0](minigrad.ops, tensor([math.nan])).item())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_large_float16_values_agree(name):
    squares = "gelu" in name or name in ("erf", "softplus 2")  # x² or 2x is beyond float16 earlier than x
    for value in (12.0, -12.0, 30.0, -30.0) + (() if squares else (6e4, -6e4)):
        agree(case(f"{name} {value}", ACTIVATIONS[name][0], given([value])), dtype="float16", second=False)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    "row",
    [
        [1e4, -1e4, 0.0],
        [1e4, 1e4, 1e4],
        [-1e4, -1e4, -1e5],
        [1e300, -1e300, 0.0],
        [0.0, -math.inf, 1.0],
        [-math.inf, -math.inf, -math.inf],
        [math.inf, 0.0, 1.0],
        [math.nan, 0.0, 1.0],
        [700.0, 710.0, 720.0],
    ],
)
def test_softmax_of_extreme_values_agrees_without_a_warning_where_the_result_is_finite(name, row):
    compare(lambda m, x: SOFTMAX[name](m, x, 1), [row, [1.0, 2.0, 3.0]], second=False)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "elu 0.7"])
def test_the_gradient_at_zero_is_that_of_pytorch(name):
    compare(ACTIVATIONS[name][0], [0.0, -0.0, 1.0, -1.0], second=False)


@pytest.mark.parametrize("name", ["gelu", "gelu tanh"])
def test_numbers_whose_powers_overflow_in_float16_give_neither_nan_nor_a_warning(name):
    compare(ACTIVATIONS[name][0], [1e4, -1e4, 6e4, -300.0], dtype="float16", second=False)


def test_relu_of_a_number_and_log_softmax_of_nothing():
    assert minigrad.relu(-1).item() == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert minigrad.log_softmax(minigrad.zeros(3, 0), 1).shape == (3, 0)


def test_erf_is_exact_to_the_last_digits():
    x = np.concatenate([np.linspace(-7, 7, 20001), [0.0, 1e-300, -1e-20, 1e-8]])
    np.testing.assert_allclose(erf(x), torch.erf(torch.from_numpy(x)).numpy(), rtol=0, atol=2e-15)
    np.testing.assert_allclose(erf(x.astype("float32")), torch.erf(torch.from_numpy(x)).numpy(), rtol=0, atol=4e-7)


# -------------------------------------------------------------------------------------------------------------- dtypes


@pytest.mark.parametrize("name", [*ACTIVATIONS, *SOFTMAX])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int64"])
def test_whole_numbers_give_the_values_of_float32(name, dtype):
    if name.split()[-1] == "relu" and dtype == "bool":
        return
    x = np.array([0, 1, 3]).astype(dtype)
    function = ACTIVATIONS[name][0] if name in ACTIVATIONS else lambda m, x: SOFTMAX[name](m, x, 0)
    result, expected = function(minigrad.ops, Tensor(x)), function(minigrad.ops, Tensor(x.astype("float32")))
    assert result.dtype == (dtype if name.split()[-1] == "relu" else np.float32)
    np.testing.assert_allclose(result.data, expected.data)


def test_relu_keeps_whole_numbers_however_many():
    for n in (3, 20000):
        x = np.arange(n) - n // 2
        result = minigrad.relu(Tensor(x))
        assert result.dtype == np.int64
        np.testing.assert_array_equal(result.data, np.maximum(x, 0))


# ---------------------------------------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: minigrad.softmax(x, 2),
            IndexError,
            "softmax: dimension 2 is out of range",
        ),
        (
            lambda x: minigrad.log_softmax(x, -3),
            IndexError,
            "log_softmax: dimension -3 is out of range",
        ),
        (lambda x: minigrad.softmax(x, None), TypeError, "softmax: got dimension None; expected a whole number"),
        (lambda x: minigrad.log_softmax(x, None), TypeError, "log_softmax: got dimension None"),
        (lambda x: minigrad.relu([1]), TypeError, "relu expected a tensor, an array or a number, got list"),
        (lambda x: minigrad.functional.softplus(x, beta=0), ValueError, "softplus got beta=0; expected .* above 0"),
        (lambda x: minigrad.ops.gelu(x, "erf"), ValueError, "gelu got approximate='erf'; expected 'none' or 'tanh'"),
        (lambda x: minigrad.sigmoid("x"), TypeError, "sigmoid expected a tensor, an array or a number, got str"),
    ],
)
def test_bad_inputs_are_refused_in_one_clear_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call(tensor(np.ones((2, 3), "float32")))
