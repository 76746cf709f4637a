"""Pooling against PyTorch, over settings and odd sizes, and what is refused."""

import itertools

import numpy as np
import pytest
import torch

from minigrad import Tensor, ops, twins
from minigrad.device import array_module
from minigrad.ops.pool import AvgPool2d, MaxPool2d
from minigrad.twins import fastest
from tests.ops.table import of
from tests.oracle import compare

rng = np.random.default_rng(0)

KERNELS = [1, 2, 3, (2, 3), (4, 1)]
STRIDES = [None, 1, 2, (3, 2)]
PADDINGS = [0, 1, (2, 1), (0, 1)]


def fits(kernel, padding):
    return all(2 * p <= k for k, p in zip(np.broadcast_to(kernel, 2), np.broadcast_to(padding, 2), strict=True))


GRID = [grid for grid in itertools.product(KERNELS, STRIDES, PADDINGS, [False, True]) if fits(grid[0], grid[2])]


def images(*shape):
    return rng.standard_normal(shape)


def channels_last(a):
    """The same images with the channels of a pixel side by side in memory."""
    xp = array_module(a)
    return xp.moveaxis(xp.ascontiguousarray(xp.moveaxis(a, -3, -1)), -1, -3)


def tied(*shape):
    """Images in which many elements are equal."""
    return rng.integers(0, 3, shape).astype(float)


@pytest.fixture(params=["plain", "fastest"])
def way(request):
    if request.param == "fastest":
        yield
    else:
        with twins.plain_operations():
            yield


@pytest.mark.parametrize(("kernel", "stride", "padding", "ceil_mode"), GRID)
def test_max_pool_over_settings(way, kernel, stride, padding, ceil_mode):
    for dilation in (1, 2, (1, 3)):
        for x in (images(2, 3, 9, 10), tied(2, 3, 9, 10)):
            compare(lambda m, x, d=dilation: m.max_pool2d(x, kernel, stride, padding, d, ceil_mode), x, second=False)


@pytest.mark.parametrize(("kernel", "stride", "padding", "ceil_mode"), GRID)
def test_avg_pool_over_settings(way, kernel, stride, padding, ceil_mode):
    x = images(2, 3, 9, 10)
    for counted, divisor in ((True, None), (False, None), (True, 5), (False, -3)):
        compare(lambda m, x, c=counted, d=divisor: m.avg_pool2d(x, kernel, stride, padding, ceil_mode, c, d), x)


@pytest.mark.parametrize("size", [1, 2, 3, (5, 2), (None, 3), (7, None), (12, 13)])
@pytest.mark.parametrize("shape", [(2, 3, 6, 8), (2, 3, 7, 11), (3, 5, 5), (0, 2, 4, 6)])
def test_adaptive_pooling(way, size, shape):
    for x in (images(*shape), tied(*shape)):
        compare(lambda m, x: m.adaptive_avg_pool2d(x, size), x)
        compare(lambda m, x: m.adaptive_max_pool2d(x, size), x, second=False)


@pytest.mark.parametrize("shape", [(2, 3, 11), (3, 8)])
def test_pooling_of_sequences(way, shape):
    x = tied(*shape)
    for settings in ((3,), (2, 1), ((4,), (3,), (2,)), (5, 2, 1)):
        for ceil in (False, True):
            compare(lambda m, x, s=settings, c=ceil: m.max_pool1d(x, *s, ceil_mode=c), x, second=False)
            compare(lambda m, x, s=settings, c=ceil: m.avg_pool1d(x, *s, ceil_mode=c), x)
    compare(lambda m, x: m.max_pool1d(x, 2, 1, 1, 3), x, second=False)
    compare(lambda m, x: m.avg_pool1d(x, 4, 2, 2, count_include_pad=False), x)
    for size in (1, 3, 4, 13):
        compare(lambda m, x, s=size: m.adaptive_avg_pool1d(x, s), x)
        compare(lambda m, x, s=size: of(m).adaptive_max_pool1d(x, s), x, second=False)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("layout", [np.asarray, np.asfortranarray, channels_last])
def test_pooling_of_other_dtypes_and_layouts(way, dtype, layout):
    options = {"dtype": dtype, "layout": layout, "second": False}
    for h, w in ((8, 8), (7, 9)):
        x = images(5, 4, h, w)
        compare(lambda m, x: m.max_pool2d(x, 2), x, **options)
        compare(lambda m, x: m.max_pool2d(x, 3, 2, 1), x, tolerance=2, **options)
        compare(lambda m, x: m.avg_pool2d(x, 2), x, **options)
        compare(lambda m, x: m.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False), x, **options)
        for size in (1, 4, 3):
            compare(lambda m, x, s=size: m.adaptive_avg_pool2d(x, s), x, **options)
            compare(lambda m, x, s=size: m.adaptive_max_pool2d(x, s), x, **options)


@pytest.mark.parametrize(
    ("pool", "number"),
    [
        (lambda x: ops.adaptive_avg_pool2d(x, 1), 256 * 513),
        (lambda x: ops.adaptive_avg_pool2d(x, (1, 2)), 256 * 257),
        (lambda x: ops.avg_pool2d(x, (256, 257), padding=1), 256 * 257),
        (lambda x: ops.avg_pool2d(x, (16, 9), divisor_override=-70_000), -70_000),
    ],
)
def test_windows_of_more_elements_than_float16_can_count(pool, number):
    x = Tensor(np.ones((1, 2, 256, 513), np.float16), requires_grad=True)
    pool(x).sum().backward()
    assert x.grad.numpy()[0, 1, 128, 2] == np.float16(1 / number)


def test_pooling_of_nothing_and_of_one_image(way):
    for shape in ((0, 3, 5, 6), (3, 5, 6), (1, 1, 2, 2)):
        compare(lambda m, x: m.max_pool2d(x, 2, padding=1), images(*shape), second=False)
        compare(lambda m, x: m.avg_pool2d(x, 2, padding=1), images(*shape))


def test_more_images_than_are_worked_on_at_a_time():
    x = images(7, 32, 30, 33)
    compare(lambda m, x: m.max_pool2d(x, 3, 2, 1), x, layout=channels_last, second=False)
    compare(lambda m, x: m.max_pool2d(x, (2, 3)), x, layout=channels_last, second=False)
    compare(lambda m, x: m.avg_pool2d(x, (2, 3)), x, layout=channels_last)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("settings", [(2,), (3, 1, 1), (3, 2, 1)])
def test_what_is_not_finite(way, value, settings):
    x = images(2, 3, 8, 9)
    x[0, 1, 3, 4] = x[1, 2, 0, 0] = value
    compare(lambda m, x: m.max_pool2d(x, *settings), x, second=False)
    compare(lambda m, x: m.avg_pool2d(x, *settings), x, second=False)


def test_a_gradient_that_is_not_finite_goes_nowhere_else(way):
    for value in (np.inf, np.nan):
        x = Tensor(images(1, 2, 4, 4), requires_grad=True)
        gy = np.ones((1, 2, 2, 2))
        gy[0, 0, 0, 0] = value
        ops.max_pool2d(x, 2).backward(Tensor(gy))
        assert np.isfinite(x.grad.data).sum() == 31


@pytest.mark.parametrize(
    "operation", [lambda: fastest(MaxPool2d)((2, 2), (2, 2)), lambda: fastest(AvgPool2d)((2, 2), (2, 2))]
)
def test_results_and_gradients_stay_channels_last(operation):
    x = channels_last(images(2, 3, 4, 6))
    function = operation()
    y = function.forward(x)
    for array in (y, function.backward(y)):
        assert array.transpose(0, 2, 3, 1).flags.c_contiguous


def test_the_learners_function_runs_instead_of_the_twin():
    assert fastest(MaxPool2d) is not MaxPool2d
    with twins.stepping_aside(["minigrad.ops.pool:MaxPool2d.backward"]):
        assert fastest(MaxPool2d) is MaxPool2d
        assert fastest(AvgPool2d) is not AvgPool2d
    with twins.stepping_aside(["minigrad.kernels.windows:col2im"]):
        assert fastest(MaxPool2d) is MaxPool2d
        assert fastest(AvgPool2d) is AvgPool2d


@pytest.mark.parametrize("size", [5, 6])
def test_ceil_mode_adds_no_window_that_begins_behind_the_image(size):
    x = images(1, 1, size, size)
    theirs = torch.nn.functional.max_pool2d(torch.tensor(x), 2, 3, 1, ceil_mode=True)
    assert ops.max_pool2d(Tensor(x), 2, 3, 1, ceil_mode=True).shape == tuple(theirs.shape)


WRONG = {
    "a kernel that is too large": (
        lambda x: ops.max_pool2d(x, 5),
        r"max_pool2d got a kernel that reaches over 5 x 5 for an input of 4 x 6, padding included; expected it to fit",
    ),
    "a dilation that is too large": (lambda x: ops.max_pool2d(x, 2, 1, 1, 7), r"reaches over 8 x 8 .* of 6 x 8"),
    "a kernel that is too large, in ceil_mode": (lambda x: ops.avg_pool2d(x, 9, 2, ceil_mode=True), r"over 9 x 9"),
    "too much padding": (
        lambda x: ops.avg_pool2d(x, 3, 1, 2),
        r"avg_pool2d got padding \(2, 2\) for a kernel of 3 x 3; expected at most half of that",
    ),
    "too much padding, whatever the dilation": (lambda x: ops.max_pool2d(x, 3, 1, 2, 2), r"padding \(2, 2\) for a"),
    "too much padding of a line": (lambda x: ops.max_pool1d(x[0], 2, padding=2), r"max_pool1d got padding \(0, 2\)"),
    "no channels": (lambda x: ops.max_pool2d(x[0, 0], 2), r"max_pool2d got input \(4, 6\); expected \[n, channels, h"),
    "images for lines": (lambda x: ops.avg_pool1d(x, 2), r"input \(2, 3, 4, 6\); expected \[n, channels, l"),
    "images without pixels": (lambda x: ops.adaptive_avg_pool2d(x[:, :, :0], 2), r"got input \(2, 3, 0, 6\)"),
    "a stride of 0": (lambda x: ops.max_pool2d(x, 2, 0), r"max_pool2d: stride got 0; expected numbers of at least 1"),
    "a kernel of 0": (lambda x: ops.avg_pool2d(x, 0), r"avg_pool2d: kernel_size got 0; expected numbers of at least 1"),
    "two numbers for a line": (lambda x: ops.max_pool1d(x[0], (2, 2)), r"kernel_size got \(2, 2\); expected one whole"),
    "a negative number for a line": (
        lambda x: ops.avg_pool1d(x[0], 2, padding=-1),
        r"padding got -1; expected a number",
    ),
    "a divisor of True": (lambda x: ops.avg_pool2d(x, 2, divisor_override=True), r"divisor_override=True; expected a"),
    "a divisor of 0": (lambda x: ops.avg_pool2d(x, 2, divisor_override=0), r"divisor_override=0; expected a whole"),
    "a negative size": (lambda x: ops.adaptive_max_pool2d(x, -1), r"output_size got .*; expected numbers of at least"),
    "three sizes": (lambda x: ops.adaptive_avg_pool2d(x, (1, 2, 3)), r"output_size got \(1, 2, 3\); expected a whole"),
    "indices": (lambda x: ops.max_pool2d(x, 2, return_indices=True), r"return_indices=True; expected False"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_by_name(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call(Tensor(images(2, 3, 4, 6)))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: ops.max_pool2d(x, 2, ceil_mode="no"), "max_pool2d: ceil_mode"),
        (lambda x: ops.max_pool1d(x[0], 2, ceil_mode=1), "max_pool1d: ceil_mode"),
        (lambda x: ops.avg_pool2d(x, 2, ceil_mode=None), "avg_pool2d: ceil_mode"),
        (lambda x: ops.avg_pool1d(x[0], 2, count_include_pad="no"), "avg_pool1d: count_include_pad"),
    ],
)
def test_switches_are_true_or_false(call, name):
    with pytest.raises(TypeError, match=f"{name} must be True or False"):
        call(Tensor(images(2, 3, 4, 6)))
