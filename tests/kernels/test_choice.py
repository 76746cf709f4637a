"""Which way a convolution takes."""

import pytest

from minigrad.kernels.conv.choice import Geometry, forced, way

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
        ((32, 3, 3, 3), {"padding": SAME}, 3, (32, 32), "planes"),
        ((32, 1, 3, 3), {"groups": 32}, 32, (30, 30), "depthwise"),
        ((32, 8, 3, 3), {"groups": 4}, 32, (30, 30), "groups"),
    ],
)
def test_the_way(weight, settings, channels, size, expected):
    assert way(weight, Geometry(**settings), channels, size) == expected


@pytest.mark.parametrize(
    ("settings", "name", "expected"),
    [
        ({}, "winograd", "winograd"),
        ({"stride": (2, 2)}, "winograd", "columns"),
        ({}, "planes", "planes"),
        ({"groups": 4}, "planes", "groups"),
    ],
)
def test_a_forced_way_is_taken_wherever_it_can_be(settings, name, expected):
    with forced(name):
        assert way((32, 8, 3, 3), Geometry(**settings), 8 * settings.get("groups", 1), (5, 5)) == expected
