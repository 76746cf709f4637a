"""interpolate, the modes of pad, unfold and fold, against PyTorch over settings and odd sizes."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from minigrad.nn.functional import pad

from minigrad import Tensor, functional
from tests.ops.table import of
from tests.ops.test_pool import channels_last
from tests.oracle import compare

rng = np.random.default_rng(0)


def images(*shape):
    return rng.standard_normal(shape)


SIZES = [(5, 7), (10, 14), (4, 3), (1, 1), (13, 6), (8, 20)]
FACTORS = [2, 3, 0.5, (1.5, 2.3), (0.7, 1.0)]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("layout", [np.asarray, channels_last])
@pytest.mark.parametrize("settings", [{"size": s} for s in SIZES] + [{"scale_factor": s} for s in FACTORS], ids=str)
def test_interpolate(settings, dtype, layout):
    x, second = images(2, 3, 5, 7), dtype == "float64"
    options = {"dtype": dtype, "layout": layout, "second": second, "tolerance": 2}
    compare(lambda m, x: of(m).interpolate(x, **settings), x, **options)
    for align in (None, False, True):
        compare(lambda m, x, a=align: of(m).interpolate(x, **settings, mode="bilinear", align_corners=a), x, **options)


def test_interpolate_sequences_and_nothing():
    for settings in ({"size": 9}, {"size": (3,)}, {"scale_factor": 1.7}):
        compare(lambda m, x, s=settings: of(m).interpolate(x, **s), images(2, 3, 5))
        compare(lambda m, x, s=settings: of(m).interpolate(x, **s, mode="linear"), images(2, 3, 5))
        compare(lambda m, x, s=settings: of(m).interpolate(x, **s, mode="linear", align_corners=True), images(2, 3, 5))
    compare(lambda m, x: of(m).interpolate(x, 4), images(0, 2, 3, 3))
    compare(lambda m, x: of(m).interpolate(x, 4, mode="bilinear"), images(0, 2, 3, 3))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nearest_picks_pytorchs_neighbours(dtype):
    """Values only: where a factor leaves the size as it is, PyTorch's gradient is not that of what it picked."""
    for size in range(1, 40):
        x = np.arange(size, dtype=dtype)[None, None]
        by_size = [{"size": new} for new in range(1, 80)]
        by_factor = [{"scale_factor": factor} for factor in np.arange(0.6, 4, 0.3).tolist() if size > 1]
        for settings in by_size + by_factor:
            ours = functional.interpolate(Tensor(x), **settings).data
            np.testing.assert_array_equal(ours, F.interpolate(torch.tensor(x), **settings), str(settings))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("mode", "dims"), [("nearest", 4), ("bilinear", 4), ("linear", 3)])
def test_factors_that_keep_or_double_a_size(mode, dims, dtype):
    for size, factor in [(2, 1.1), (3, 1.25), (5, 1.1), (7, 1.0), (2, 2.3), (3, 2.3), (5, 2.1)]:
        x = images(2, 3, size) if dims == 3 else images(2, 3, 4, size)
        factors = factor if dims == 3 else (1.5, factor)
        compare(lambda m, x, s=factors: of(m).interpolate(x, scale_factor=s, mode=mode), x, dtype=dtype, tolerance=2)


def test_nearest_of_float64_rounds_to_float32_before_it_picks():
    for size in range(1, 40):
        x = np.arange(size, dtype=np.float64)[None, None]
        for factor in [n / 10 + 1e-15 for n in range(3, 40) if size * n >= 10]:
            ours = functional.interpolate(Tensor(x), scale_factor=factor).data
            np.testing.assert_array_equal(ours, F.interpolate(torch.tensor(x), scale_factor=factor), str(factor))


PADS = {
    (2, 3, 5): [(1, 2), (0, 4), (3, 0)],
    (3, 5): [(1, 2), (4, 4)],
    (2, 3, 4, 5): [(1, 2, 3, 0), (4, 4, 2, 3), (0, 0, 0, 0)],
    (3, 4, 5): [(1, 2, 3, 0), (4, 4, 2, 3)],
    (1, 2, 3, 4, 5): [(1, 2, 0, 3, 2, 1)],
    (2, 3, 4, 5, 1)[:4]: [(1, 2, 3, 0), (2, 2, 2, 2, 1, 2)],
    (0, 2, 3, 4): [(1, 1, 2, 0)],
}


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("shape", PADS)
def test_padding_with_own_elements(mode, shape):
    for widths in PADS[shape]:
        compare(lambda m, x, w=widths: of(m).pad(x, w, mode), images(*shape))
        if len(shape) > 2:
            compare(lambda m, x, w=widths: of(m).pad(x, w, mode), images(*shape), layout=channels_last, dtype="float32")


def test_padding_as_large_as_modes_allow():
    x = images(2, 3, 4, 5)
    compare(lambda m, x: of(m).pad(x, (5, 5, 4, 4), "circular"), x)
    compare(lambda m, x: of(m).pad(x, (9, 12, 11, 7), "replicate"), x)


def test_what_is_picked_stays_channels_last():
    x = Tensor(channels_last(images(2, 3, 4, 5)))
    for y in (
        pad(x, (1, 2, 0, 1), "reflect"),
        *[functional.interpolate(x, 7, mode=m) for m in ("nearest", "bilinear")],
    ):
        assert y.data.transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("dilation", [1, (2, 1)])
@pytest.mark.parametrize("padding", [0, 1, (2, 1)])
@pytest.mark.parametrize("stride", [1, 2, (3, 1)])
@pytest.mark.parametrize("kernel", [1, 2, (3, 2)])
def test_unfold_and_fold(kernel, stride, padding, dilation):
    settings = kernel, dilation, padding, stride
    x = images(2, 3, 7, 6)
    compare(lambda m, x: of(m).unfold(x, *settings), x)
    columns = functional.unfold(Tensor(x), *settings).data
    compare(lambda m, x: of(m).fold(x, (7, 6), *settings), columns)
    compare(lambda m, x: of(m).fold(x, (7, 6), *settings), columns[0], dtype="float32")
    compare(lambda m, x: of(m).unfold(x, *settings), x[0], dtype="float16")
    compare(lambda m, x: of(m).unfold(x, *settings), x, layout=channels_last)


def test_unfold_and_fold_of_nothing():
    compare(lambda m, x: of(m).unfold(x, 2), images(0, 3, 4, 4))
    compare(lambda m, x: of(m).fold(x, 4, 2), images(0, 12, 9))


f = functional


def test_columns_of_single_pixels_are_no_part_of_the_images():
    x = Tensor(images(2, 3, 4, 5))
    before = x.data.copy()
    functional.unfold(x, 1).zero_()
    np.testing.assert_array_equal(x.data, before)


WRONG = {
    "both sizes": (lambda x: f.interpolate(x, 2, 2), "size=2 and scale_factor=2; expected exactly one of them"),
    "no size": (lambda x: f.interpolate(x), "size=None and scale_factor=None; expected exactly one of them"),
    "no number": (lambda x: f.interpolate(x, scale_factor=np.nan), "scale_factor must be finite and above 0, got nan"),
    "infinity": (
        lambda x: f.interpolate(x, scale_factor=(1, np.inf)),
        "scale_factor must be finite and above 0, got inf",
    ),
    "three sizes": (lambda x: f.interpolate(x, (1, 2, 3)), r"got \(1, 2, 3\) for 2 dimensions; expected a number or"),
    "a size of 0": (lambda x: f.interpolate(x, 0), "interpolate: size got 0; expected numbers of at least 1"),
    "too small a factor": (
        lambda x: f.interpolate(x, None, 0.1),
        "got 0.1 for an input of 4 x 5; expected a size of 1",
    ),
    "no such mode": (lambda x: f.interpolate(x, 2, mode="area"), "got mode 'area'; expected 'nearest', 'linear' or"),
    "corners of nearest": (lambda x: f.interpolate(x, 2, align_corners=True), "align_corners=True for mode 'nearest'"),
    "linear of images": (lambda x: f.interpolate(x, 2, mode="linear"), r"expected \[n, c, length\]"),
    "reflection too large": (
        lambda x: f.pad(x, (1, 1, 4, 0), "reflect"),
        r"pad got widths \(4, 0\) for a dimension of size 4 in mode 'reflect'; expected at most 3",
    ),
    "more than once around": (lambda x: f.pad(x, (6, 0), "circular"), "4 dimensions in mode 'circular'; expected"),
    "more than there is": (lambda x: f.pad(x, (6, 0, 0, 0), "circular"), r"widths \(6, 0\) .* expected at most 5"),
    "nothing to repeat": (lambda x: f.pad(x[:, :, :0], (1, 1, 1, 1), "replicate"), "expected at most 0"),
    "a value to reflect": (lambda x: f.pad(x, (1, 1, 1, 1), "reflect", 2), "pad got value 2 for mode 'reflect'"),
    "a large kernel": (
        lambda x: f.unfold(x, 5),
        "unfold got a kernel of 5 x 5 .* of 4 x 5 with .*; expected it to fit",
    ),
    "lines to unfold": (lambda x: f.unfold(x[0, 0], 2), r"unfold got input \(4, 5\); expected \[n, channels, height"),
    "columns that do not fit": (
        lambda x: f.fold(x[0], 4, 2),
        r"fold got input \(3, 4, 5\); expected \[n, channels · 4, 9\] or no n, for 3 x 3 windows of 2 x 2",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_by_name(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call(Tensor(images(2, 3, 4, 5)))
