"""Initialisation: moments and bounds against the formulas, distributions against PyTorch's functions."""

import inspect
import math

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, nn
from minigrad.nn import init

ROWS, COLUMNS = 200, 300


def empty(*shape, dtype=np.float32):
    return Tensor(np.full(shape, np.nan, dtype))


def uniform(bound):
    return 0, bound / math.sqrt(3), -bound, bound


def normal(std):
    return 0, std, -math.inf, math.inf


# function, arguments, and the mean, standard deviation, lower and upper bound for a weight [200, 300]
DISTRIBUTIONS = {
    "uniform": ("uniform_", {}, (0.5, 1 / math.sqrt(12), 0, 1)),
    "uniform a b": ("uniform_", {"a": -3, "b": 1.0}, (-1, 4 / math.sqrt(12), -3, 1)),
    "normal": ("normal_", {}, normal(1)),
    "normal mean std": ("normal_", {"mean": 2.0, "std": 0.1}, (2, 0.1, -math.inf, math.inf)),
    "trunc normal": ("trunc_normal_", {}, (0, 0.8796, -2, 2)),
    "trunc normal far": ("trunc_normal_", {"std": 0.02}, normal(0.02)),
    "trunc normal one side": ("trunc_normal_", {"mean": 1.0, "std": 2, "a": 1, "b": 50}, (2.5958, 1.2056, 1, 50)),
    "trunc normal tail": ("trunc_normal_", {"a": 1.5, "b": 3.0}, (1.917, 0.335, 1.5, 3)),
    "xavier uniform": ("xavier_uniform_", {}, uniform(math.sqrt(6 / 500))),
    "xavier uniform gain": ("xavier_uniform_", {"gain": 3}, uniform(3 * math.sqrt(6 / 500))),
    "xavier normal": ("xavier_normal_", {}, normal(math.sqrt(2 / 500))),
    "xavier normal gain": ("xavier_normal_", {"gain": 0.5}, normal(0.5 * math.sqrt(2 / 500))),
    "kaiming uniform": ("kaiming_uniform_", {}, uniform(math.sqrt(6 / 300))),
    "kaiming uniform fan out": ("kaiming_uniform_", {"mode": "fan_out"}, uniform(math.sqrt(6 / 200))),
    "kaiming uniform as in Linear": ("kaiming_uniform_", {"a": math.sqrt(5)}, uniform(1 / math.sqrt(300))),
    "kaiming normal": ("kaiming_normal_", {}, normal(math.sqrt(2 / 300))),
    "kaiming normal relu": (
        "kaiming_normal_",
        {"mode": "fan_out", "nonlinearity": "relu"},
        normal(math.sqrt(2 / 200)),
    ),
    "kaiming normal tanh": ("kaiming_normal_", {"nonlinearity": "tanh"}, normal(5 / 3 / math.sqrt(300))),
    "kaiming normal linear": ("kaiming_normal_", {"nonlinearity": "linear"}, normal(1 / math.sqrt(300))),
}


def smirnov(a, b):
    """The largest distance between the distribution functions of two samples (Smirnov, 1948)."""
    a, b = np.sort(a, axis=None), np.sort(b, axis=None)
    points = np.concatenate([a, b])
    return np.abs(np.searchsorted(a, points, "right") / a.size - np.searchsorted(b, points, "right") / b.size).max()


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distributions_have_the_moments_of_the_formulas_and_are_pytorchs(name):
    function, arguments, (mean, std, low, high) = DISTRIBUTIONS[name]
    drawn = getattr(init, function)(empty(ROWS, COLUMNS), **arguments).data
    n = drawn.size
    assert drawn.mean() == pytest.approx(mean, abs=5 * std / math.sqrt(n))
    assert drawn.std() == pytest.approx(std, rel=0.02)
    assert low - 1e-6 <= drawn.min()
    assert drawn.max() <= high + 1e-6
    if math.isfinite(low + high) and high - low < 10:  # bounds are reached
        assert drawn.max() - drawn.min() > 0.99 * (high - low)
    theirs = getattr(torch.nn.init, function)(torch.empty(ROWS, COLUMNS), **arguments).numpy()
    assert smirnov(drawn, theirs) < 2.23 * math.sqrt(2 / n)  # exceeded once in 10,000 draws


@pytest.mark.parametrize("shape", [(8, 6), (8, 6, 3), (8, 6, 3, 5), (1, 1), (2, 3, 1, 2, 4)])
def test_fans_are_pytorchs(shape):
    assert init.fans(empty(*shape)) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
def test_convolutions_count_the_whole_kernel(mode):
    fan = {"fan_in": 40, "fan_out": 60}[mode] * 15
    drawn = init.kaiming_normal_(empty(60, 40, 3, 5), mode=mode).data
    assert drawn.std() == pytest.approx(math.sqrt(2 / fan), rel=0.02)


@pytest.mark.parametrize(
    ("nonlinearity", "param"),
    [("linear", None), ("sigmoid", None), ("tanh", None), ("relu", None), ("leaky_relu", None), ("leaky_relu", 0.3)],
)
def test_gains_are_pytorchs(nonlinearity, param):
    assert init.calculate_gain(nonlinearity, param) == torch.nn.init.calculate_gain(nonlinearity, param)


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3), (12, 2, 1, 3), (1, 4), (4, 1)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal_weights_are_orthogonal(shape, gain):
    tensor = empty(*shape, dtype=np.float64)
    assert init.orthogonal_(tensor, gain) is tensor
    q = tensor.data.reshape(shape[0], -1) / gain
    product = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    np.testing.assert_allclose(product, np.eye(min(q.shape)), atol=1e-12)


def test_orthogonal_weights_are_uniform_over_all_rotations_and_reflections():
    drawn = np.array([init.orthogonal_(empty(2, 2)).data for _ in range(2000)])
    assert np.abs(drawn.mean(0)).max() < 0.06  # of numbers whose standard deviation is 0.71
    assert abs(np.linalg.det(drawn).mean()) < 0.1  # as many reflections as rotations


def test_constants():
    np.testing.assert_array_equal(init.constant_(empty(2, 3), 0.25).data, np.full((2, 3), 0.25))
    np.testing.assert_array_equal(init.zeros_(empty(2, 3)).data, np.zeros((2, 3)))
    np.testing.assert_array_equal(init.ones_(empty(2, 3)).data, np.ones((2, 3)))
    np.testing.assert_array_equal(init.eye_(empty(2, 3)).data, np.eye(2, 3))


FILLING = {
    "uniform_": lambda t: init.uniform_(t),
    "normal_": lambda t: init.normal_(t),
    "trunc_normal_": lambda t: init.trunc_normal_(t),
    "constant_": lambda t: init.constant_(t, 3.0),
    "xavier_uniform_": lambda t: init.xavier_uniform_(t),
    "xavier_normal_": lambda t: init.xavier_normal_(t),
    "kaiming_uniform_": lambda t: init.kaiming_uniform_(t),
    "kaiming_normal_": lambda t: init.kaiming_normal_(t),
    "orthogonal_": lambda t: init.orthogonal_(t),
    "eye_": lambda t: init.eye_(t),
}
OF_ANY_SHAPE = ("uniform_", "normal_", "trunc_normal_", "constant_")


@pytest.mark.parametrize("name", FILLING)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_tensors_are_filled_in_place_and_returned(name, dtype):
    parameter = nn.Parameter(np.full((4, 3), np.nan, dtype))
    array = parameter.data
    assert FILLING[name](parameter) is parameter
    assert parameter.data is array
    assert array.dtype == dtype
    assert np.isfinite(array).all()
    assert parameter.requires_grad
    assert parameter.is_leaf


@pytest.mark.parametrize("name", FILLING)
@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)], ids=str)
def test_tensors_without_elements_are_let_be(name, shape):
    assert FILLING[name](empty(*shape)).shape == shape


@pytest.mark.parametrize("name", FILLING)
@pytest.mark.parametrize("shape", [(), (5,)], ids=str)
def test_fewer_than_two_dimensions_are_filled_or_refused(name, shape):
    if name in OF_ANY_SHAPE:
        assert np.isfinite(FILLING[name](empty(*shape)).data).all()
    else:
        with pytest.raises(ValueError, match=r"2 dimensions, got shape \("):
            FILLING[name](empty(*shape))


@pytest.mark.parametrize("name", [name for name in FILLING if name not in ("constant_", "eye_")])
def test_seeding_repeats_what_is_drawn(name):
    minigrad.manual_seed(5)
    first, second = FILLING[name](empty(4, 3)).data, FILLING[name](empty(4, 3)).data
    minigrad.manual_seed(5)
    np.testing.assert_array_equal(FILLING[name](empty(4, 3)).data, first)
    assert (first != second).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: init.uniform_(t, 1, 0), "uniform_ got limits 1 and 0; expected the lower one first"),
        (lambda t: init.normal_(t, 0, -1), "normal_: std must be finite and at least 0, got -1"),
        (lambda t: init.uniform_(t, -math.inf, math.inf), "uniform_: a must be finite, got -inf"),
        (lambda t: init.uniform_(t, -1e308, 1e308), "uniform_: b - a must be finite, got inf"),
        (lambda t: init.uniform_(t, 0, math.nan), "uniform_: b must be finite, got nan"),
        (lambda t: init.normal_(t, std=math.nan), "normal_: std must be finite and at least 0, got nan"),
        (lambda t: init.normal_(t, mean=math.inf), "normal_: mean must be finite, got inf"),
        (lambda t: init.trunc_normal_(t, std=math.nan), "trunc_normal_: std must be finite and above 0, got nan"),
        (lambda t: init.trunc_normal_(t, a=math.nan), r"limits nan and 2\.0, far from the mean 0\.0"),
        (lambda t: init.xavier_normal_(t, -1), "xavier_normal_: gain must be finite and at least 0, got -1"),
        (lambda t: init.xavier_uniform_(t, math.nan), "xavier_uniform_: gain must be finite and at least 0, got nan"),
        (lambda t: init.orthogonal_(t, math.inf), "orthogonal_: gain must be finite, got inf"),
        (lambda t: init.kaiming_normal_(t, math.nan), "calculate_gain: param must be finite, got nan"),
        (lambda t: init.trunc_normal_(t, std=0.0), r"trunc_normal_: std must be finite and above 0, got 0\.0"),
        (lambda t: init.trunc_normal_(t, a=2.0, b=-2.0), r"limits 2\.0 and -2\.0, far from the mean 0\.0"),
        (lambda t: init.trunc_normal_(t, a=8.0, b=9.0), r"limits 8\.0 and 9\.0, far from the mean 0\.0 for a std of 1"),
        (lambda t: init.kaiming_normal_(t, mode="fan_avg"), "mode must be 'fan_in' or 'fan_out', got 'fan_avg'"),
        (lambda t: init.kaiming_uniform_(t, nonlinearity="swish"), "no gain is known for 'swish'; expected one of"),
    ],
)
def test_bad_arguments_are_refused_and_nothing_is_written(call, message):
    tensor = init.zeros_(empty(4, 3))
    with pytest.raises(ValueError, match=message):
        call(tensor)
    assert not tensor.data.any()


@pytest.mark.parametrize(
    "call",
    [
        lambda t: init.uniform_(t, "a"),
        lambda t: init.normal_(t, std="1"),
        lambda t: init.normal_(t, mean=None),
        lambda t: init.trunc_normal_(t, b="2"),
        lambda t: init.constant_(t, "1"),
        lambda t: init.xavier_uniform_(t, "relu"),
        lambda t: init.kaiming_uniform_(t, "fan_in"),
        lambda t: init.orthogonal_(t, True),
    ],
)
def test_settings_that_are_no_numbers_are_refused(call):
    tensor = init.zeros_(empty(4, 3))
    with pytest.raises(TypeError, match=r"must be a number, got (str|NoneType|bool)"):
        call(tensor)
    assert not tensor.data.any()


@pytest.mark.parametrize("name", FILLING)
def test_what_cannot_be_filled_is_refused(name):
    with pytest.raises(TypeError, match="needs a tensor, got list"):
        FILLING[name]([1])
    result = nn.Parameter(np.ones((4, 3), np.float32)) * 2
    with pytest.raises(ValueError, match="needs a leaf tensor, got the result of "):
        FILLING[name](result)
    assert (result.data == 2).all()
    whole = Tensor(np.full((4, 3), 7))
    if name in ("constant_", "eye_"):
        assert FILLING[name](whole).dtype == np.int64
    else:
        with pytest.raises(TypeError, match="needs a tensor of a floating dtype, got int64"):
            FILLING[name](whole)
        assert (whole.data == 7).all()


def test_linear_starts_uniform_within_one_over_the_root_of_its_inputs():
    layer, theirs = nn.Linear(100, 600), torch.nn.Linear(100, 600)
    for mine, other in ((layer.weight, theirs.weight), (layer.bias, theirs.bias)):
        assert np.abs(mine.data).max() == pytest.approx(0.1, rel=0.01)
        assert np.abs(mine.data).max() <= 0.1
        assert smirnov(mine.data, other.detach().numpy()) < 2.23 * math.sqrt(2 / mine.data.size)
    before = layer.weight.data.copy()
    layer.reset_parameters()
    assert (layer.weight.data != before).all()


@pytest.mark.parametrize("name", [name for name in dir(init) if name.endswith("_") and not name.startswith("_")])
def test_arguments_have_pytorchs_names_order_and_defaults(name):
    ours = inspect.signature(getattr(init, name)).parameters
    theirs = inspect.signature(getattr(torch.nn.init, name)).parameters
    assert list(ours) == [key for key in theirs if key != "generator"]  # minigrad.manual_seed seeds the one there is
    assert [p.default for p in ours.values()] == [theirs[key].default for key in ours]
