"""Which way a convolution takes."""

import numpy as np
import pytest

from minigrad.kernels.conv import convolution
from minigrad.kernels.conv.choice import Geometry, forced, way
from minigrad.kernels.conv.columns import few_together, together

SAME = ((1, 1), (1, 1))


@pytest.mark.parametrize(
    ("weight", "settings", "channels", "size", "expected"),
    [
        ((32, 16, 3, 3), {"padding": SAME}, 16, (32, 32), "winograd"),
        ((32, 16, 3, 3), {}, 16, (3, 3), "winograd"),
        ((32, 16, 3, 3), {"padding": SAME}, 16, (2, 2), "columns"),  # a quarter of what a tile gives
        ((32, 16, 3, 3), {"padding": SAME}, 16, (5, 5), "columns"),
        ((32, 15, 3, 3), {"padding": SAME}, 15, (32, 32), "columns"),  # too few channels
        ((15, 32, 3, 3), {"padding": SAME}, 32, (32, 32), "columns"),
        ((32, 16, 3, 3), {"padding": SAME, "stride": (2, 2)}, 16, (16, 16), "columns"),
        ((32, 16, 3, 3), {"padding": SAME, "dilation": (1, 2)}, 16, (32, 30), "columns"),
        ((32, 16, 3, 3), {"padding": ((3, 1), (1, 1))}, 16, (34, 32), "columns"),
        ((32, 16, 5, 5), {}, 16, (28, 28), "columns"),
        ((32, 3, 3, 3), {"padding": SAME}, 3, (32, 32), "columns"),
        ((32, 1, 3, 3), {"groups": 32}, 32, (30, 30), "depthwise"),
        ((32, 8, 3, 3), {"groups": 4}, 32, (30, 30), "groups"),
    ],
)
def test_the_way(weight, settings, channels, size, expected):
    assert way(weight, Geometry(**settings), channels, size) == expected


@pytest.mark.parametrize(
    ("weight", "settings", "channels", "expected"),
    [
        ((16, 6, 5, 5), {}, 6, "overlap"),
        ((16, 6, 5, 5), {"stride": (1, 2), "dilation": (2, 1)}, 6, "overlap"),
        ((16, 6, 5, 5), {"dilation": (1, 2)}, 6, "columns"),
        ((16, 8, 5, 5), {}, 8, "columns"),
        ((16, 16, 3, 3), {}, 16, "winograd"),
        ((6, 1, 5, 5), {"groups": 6}, 6, "depthwise"),
    ],
)
def test_the_way_to_the_gradient_of_the_input(weight, settings, channels, expected):
    assert way(weight, Geometry(**settings), channels, (8, 8), of_input=True) == expected


@pytest.mark.parametrize(
    ("settings", "name", "of_input", "expected"),
    [
        ({}, "winograd", False, "winograd"),
        ({}, "winograd", True, "winograd"),
        ({"stride": (2, 2)}, "winograd", False, "columns"),
        ({}, "overlap", True, "overlap"),
        ({}, "overlap", False, "columns"),
        ({"dilation": (1, 2)}, "overlap", True, "columns"),
        ({"groups": 4}, "overlap", True, "groups"),
    ],
)
def test_a_forced_way_is_taken_wherever_it_can_be(settings, name, of_input, expected):
    with forced(name):
        assert way((32, 8, 3, 3), Geometry(**settings), 8 * settings.get("groups", 1), (5, 5), of_input) == expected


@pytest.mark.parametrize(
    ("outputs", "kernel", "dilation", "across", "expected"),
    [
        (6, (5, 5), (1, 1), 28, 4),
        (6, (5, 5), (1, 1), 27, 3),
        (6, (5, 5), (1, 1), 29, 4),  # three places beyond the row
        (6, (5, 5), (1, 1), 3, 3),
        (16, (5, 5), (2, 1), 10, 2),
        (32, (3, 3), (1, 1), 32, 2),
        (64, (3, 3), (1, 1), 32, 1),
        (6, (5, 5), (1, 2), 28, 1),
        (6, (1, 1), (1, 1), 28, 1),
        (6, (5, 5), (1, 1), 1, 1),
    ],
)
def test_how_many_places_are_taken_together(outputs, kernel, dilation, across, expected):
    assert few_together(outputs, kernel, dilation, across) == expected


def test_places_taken_together_divide_the_row_if_they_can():
    assert [together(8, across) for across in (1, 3, 10, 11, 28, 32)] == [1, 3, 5, 8, 7, 8]


@pytest.mark.parametrize("large", [0, convolution.LARGE_WEIGHT])
@pytest.mark.parametrize("settings", [{"padding": SAME}, {"stride": (2, 1)}, {"groups": 2}])
def test_both_gradients_together_are_those_of_each_alone(monkeypatch, large, settings):
    monkeypatch.setattr(convolution, "LARGE_WEIGHT", large)
    rng, geometry = np.random.default_rng(0), Geometry(**settings)
    x = rng.standard_normal((3, 16, 8, 8))
    weight = rng.standard_normal((16, 16 // geometry.groups, 3, 3))
    gy = rng.standard_normal(convolution.convolve(x, weight, geometry).shape)
    gx, gw = convolution.gradients(x, gy, weight, geometry)
    np.testing.assert_array_equal(gx, convolution.input_grad(gy, weight, geometry, x.shape))
    np.testing.assert_array_equal(gw, convolution.weight_grad(x, gy, geometry, weight.shape))
