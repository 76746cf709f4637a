"""Convolutions against PyTorch, over settings and odd sizes, and what is refused."""

import itertools

import numpy as np
import pytest

from minigrad import Tensor, ops, twins
from minigrad.kernels.conv.choice import forced
from tests.oracle import compare

rng = np.random.default_rng(0)

KERNELS = [(1, 1), (3, 3), (5, 5), (2, 3), (4, 1)]
GRID = [
    settings
    for settings in itertools.product(KERNELS, [1, 2, (3, 2)], [0, 1, (2, 1)], [1, 2, (1, 3)])
    if all(  # the kernel fits into 9 x 11
        d * (k - 1) + 1 <= size + 2 * p
        for k, d, p, size in zip(settings[0], *[np.broadcast_to(s, 2) for s in (settings[3], settings[2])], (9, 11))
    )
]


def images(n, c, h, w):
    return rng.standard_normal((n, c, h, w))


@pytest.fixture(params=["plain", "fastest", "columns", "winograd", "overlap"])
def way(request):
    if request.param == "fastest":
        yield
    else:
        with twins.plain_operations() if request.param == "plain" else forced(request.param):
            yield


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), GRID)
def test_conv2d_over_settings(way, kernel, stride, padding, dilation):
    x, w, b = images(2, 3, 9, 11), rng.standard_normal((4, 3, *kernel)), rng.standard_normal(4)
    compare(lambda m, *a: m.conv2d(*a, stride, padding, dilation), x, w, b)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("outputs", [4, 8, 12])
@pytest.mark.parametrize("stride", [1, 2])
def test_conv2d_in_groups_down_to_one_channel_each(way, groups, outputs, stride):
    x, w, b = images(3, 4, 8, 7), rng.standard_normal((outputs, 4 // groups, 3, 3)), rng.standard_normal(outputs)
    compare(lambda m, *a: m.conv2d(*a, stride, 1, 1, groups), x, w, b)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dilation", [1, 2])
def test_conv2d_same(way, kernel, dilation):
    x, w = images(2, 3, 9, 8), rng.standard_normal((2, 3, *kernel))
    compare(lambda m, *a: m.conv2d(*a, padding="same", dilation=dilation), x, w)
    compare(lambda m, *a: m.conv2d(*a, padding="valid"), x, w)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("channels", [1, 3, 16, 32])
def test_conv2d_in_other_dtypes(way, dtype, channels):
    x, w = images(2, channels, 10, 12), rng.standard_normal((32, channels, 3, 3)) / 3
    compare(lambda m, *a: m.conv2d(*a, padding=1), x, w, dtype=dtype, tolerance=4)


@pytest.mark.parametrize("layout", [np.asfortranarray, lambda a: a.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2)])
def test_conv2d_of_any_layout(way, layout):
    x, w = images(2, 3, 8, 9), rng.standard_normal((4, 3, 3, 3))
    compare(lambda m, *a: m.conv2d(*a, stride=2, padding=1), x, w, layout=layout)


def test_conv2d_of_nothing_and_of_one_image(way):
    w, b = rng.standard_normal((4, 3, 3, 3)), rng.standard_normal(4)
    compare(lambda m, *a: m.conv2d(*a), images(0, 3, 5, 5), w, b)
    compare(lambda m, *a: m.conv2d(*a), images(1, 3, 5, 5)[0], w, b)


@pytest.mark.parametrize("settings", list(itertools.product([1, 2], [0, 2], [1, 2], [1, 3])))
def test_conv1d_over_settings(way, settings):
    groups = settings[-1]
    x, w, b = rng.standard_normal((2, 3, 11)), rng.standard_normal((6, 3 // groups, 4)), rng.standard_normal(6)
    compare(lambda m, *a: m.conv1d(*a, *settings), x, w, b)
    compare(lambda m, *a: m.conv1d(*a, groups=groups), x[0], w)


def test_conv1d_same_and_settings_in_tuples(way):
    x, w = rng.standard_normal((2, 3, 11)), rng.standard_normal((6, 3, 5))
    compare(lambda m, *a: m.conv1d(*a, padding="same", dilation=(2,)), x, w)
    compare(lambda m, *a: m.conv1d(*a, stride=(3,), padding=(1,)), x, w)


TRANSPOSED = [
    settings
    for settings in itertools.product([1, 2, (3, 2)], [0, 1, (2, 0)], [0, 1, (1, 0)], [1, 2], [1, (2, 1)])
    if all(e < max(s, d) for s, e, d in zip(*[np.broadcast_to(settings[i], 2) for i in (0, 2, 4)]))
]


@pytest.mark.parametrize("settings", TRANSPOSED)
def test_conv_transpose2d_over_settings(way, settings):
    groups = settings[3]
    x, w, b = images(2, 4, 4, 5), rng.standard_normal((4, 6 // groups, 3, 4)), rng.standard_normal(6)
    compare(lambda m, *a: m.conv_transpose2d(*a, *settings), x, w, b)


def test_conv_transpose2d_undoes_the_sizes_of_conv2d(way):
    x, w = Tensor(images(1, 2, 9, 10)), Tensor(rng.standard_normal((3, 2, 3, 3)))
    y = ops.conv2d(x, w, stride=2, padding=1)
    assert ops.conv_transpose2d(y, w, stride=2, padding=1, output_padding=(0, 1)).shape == x.shape
    assert ops.conv_transpose2d(y[0], w, stride=2, padding=1, output_padding=(0, 1)).shape == x.shape[1:]


@pytest.mark.parametrize("padding", [2, 3, 5, ((4, 0), (1, 3)), ((0, 0), (0, 2))])
def test_padding_wider_than_the_kernel_and_on_one_side(way, padding):
    x, w = images(2, 3, 5, 6), rng.standard_normal((4, 3, 3, 3))
    (top, bottom), (left, right) = padding if isinstance(padding, tuple) else ((padding, padding), (padding, padding))

    def padded(m, x, w):
        if m is ops:
            return m.conv2d(x, w, padding=padding)
        return m.conv2d(m.pad(x, (left, right, top, bottom)), w)

    compare(padded, x, w)


@pytest.mark.parametrize("name", ["winograd", "overlap", "columns"])
@pytest.mark.parametrize("shape", [(5, 20, 9, 8, 18), (2, 16, 32, 32, 16), (3, 33, 7, 7, 17)])
def test_every_way_gives_the_same_within_rounding(name, shape):
    n, c, h, w, o = shape
    x, weight = images(n, c, h, w).astype("f"), rng.standard_normal((o, c, 3, 3)).astype("f")
    upstream = images(n, o, h, w).astype("f")
    results = []
    for context in (twins.plain_operations(), forced(name)):
        with context:
            xs = [Tensor(a, requires_grad=True) for a in (x, weight)]
            y = ops.conv2d(*xs, padding=1)
            y.backward(Tensor(upstream))
            results.append([y.data, *[x.grad.data for x in xs]])
    for plain, fast in zip(*results, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=0, atol=5e-6 * np.abs(plain).max())


TILE = 4  # Winograd's, down and across, and as many places of a row are taken together at most


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(("row", "column"), [(6, 9), (7, 8), (0, 0), (12, 15)])
@pytest.mark.parametrize(
    ("name", "channels", "outputs", "groups"),
    [("winograd", 16, 16, 1), ("columns", 16, 16, 1), ("columns", 3, 6, 1), ("columns", 8, 8, 8), ("columns", 8, 4, 2)],
)
def test_how_far_what_is_not_finite_reaches(name, channels, outputs, groups, row, column, value):
    x, weight = images(1, channels, 13, 16), rng.standard_normal((outputs, channels // groups, 3, 3))
    x[:, :, row, column] = value
    struck = []
    for context in (twins.plain_operations(), forced(name)):
        with context, np.errstate(invalid="ignore"):
            y = ops.conv2d(Tensor(x.astype("f")), Tensor(weight.astype("f")), padding=1, groups=groups)
        struck.append(~np.isfinite(y.numpy()[0]))
    plain, fast = struck
    reached = np.zeros((16, 16), bool)
    reached[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = True
    tiles = reached.reshape(16 // TILE, TILE, 16 // TILE, TILE).any((1, 3)).repeat(TILE, 0).repeat(TILE, 1)
    assert (plain == reached[:13]).all()
    assert (fast >= plain).all()
    assert (fast <= tiles[:13]).all()


def test_a_large_element_costs_its_neighbours_digits_in_winograds_way_only():
    x, weight = images(1, 16, 8, 8).astype("f"), Tensor(rng.standard_normal((16, 16, 3, 3)).astype("f"))
    errors = []
    for context in (twins.plain_operations(), forced("columns"), forced("winograd")):
        with context:
            before = ops.conv2d(Tensor(x), weight, padding=1).numpy()
            outlier = x.copy()
            outlier[0, :, 0, 0] = 1e6
            after = ops.conv2d(Tensor(outlier), weight, padding=1).numpy()
        errors.append([np.abs(after - before)[0, :, place, place].max() for place in (3, 4)])
    assert errors[0] == errors[1] == [0, 0]
    assert 1e-3 < errors[2][0] < 100
    assert errors[2][1] == 0


def test_only_known_ways_can_be_forced():
    with pytest.raises(ValueError, match="forced got 'fourier'; expected 'winograd', 'overlap'"), forced("fourier"):
        pass


WRONG = {
    "a kernel that is too large": (
        lambda x, w: ops.conv2d(x, w, dilation=3),
        r"a kernel that reaches over 7 x 7 for an input of 5 x 6",
    ),
    "channels that do not fit": (lambda x, w: ops.conv2d(x[:, :2], w), r"input \(2, 2, 5, 6\) .* expected 3 channels"),
    "groups that do not divide": (lambda x, w: ops.conv2d(x, w, groups=2), r"both must divide by groups=2"),
    "no images": (lambda x, w: ops.conv2d(x[0, 0], w), r"input \(5, 6\); expected \[n, channels, height, width\]"),
    "no kernels": (lambda x, w: ops.conv2d(x, w[0]), r"weight \(3, 3, 3\); expected \[out channels"),
    "a stride of 0": (lambda x, w: ops.conv2d(x, w, stride=0), r"stride got 0; expected numbers of at least 1"),
    "three strides": (lambda x, w: ops.conv2d(x, w, stride=(1, 1, 1)), r"stride got \(1, 1, 1\); expected a whole"),
    "negative padding": (lambda x, w: ops.conv2d(x, w, padding=-1), r"padding got -1; expected numbers of at least 0"),
    "padding by name": (lambda x, w: ops.conv2d(x, w, padding="full"), r"padding='full'; expected numbers, 'valid'"),
    "same with a stride": (lambda x, w: ops.conv2d(x, w, stride=2, padding="same"), r"padding='same' with a stride"),
    "a sequence of images": (lambda x, w: ops.conv1d(x, w), r"conv1d got weight \(4, 3, 3, 3\); expected \[out"),
    "no sequences": (lambda x, w: ops.conv1d(x, w[0]), r"conv1d got input \(2, 3, 5, 6\); expected \[n, channels, len"),
    "two strides of one": (lambda x, w: ops.conv1d(x[0], w[0], stride=(1, 2)), r"stride got \(1, 2\); expected one"),
    "too much output padding": (
        lambda x, w: ops.conv_transpose2d(x, w[:3], stride=2, output_padding=2),
        r"output_padding \(2, 2\); expected less than the stride \(2, 2\)",
    ),
    "channels of a transpose": (
        lambda x, w: ops.conv_transpose2d(x, w),
        r"input \(2, 3, 5, 6\) for weight \(4, 3, 3, 3\) in 1 groups; expected 4 channels",
    ),
    "a bias of a transpose": (
        lambda x, w: ops.conv_transpose2d(x, w[:3], w[0, 0, 0, :2]),
        r"bias \(2,\) .* expected \[3\]",
    ),
    "nothing left of a transpose": (
        lambda x, w: ops.conv_transpose2d(x, w[:3], padding=4),
        r"and padding 4, which leaves nothing of the result; expected less padding",
    ),
    "no output channels": (lambda x, w: ops.conv2d(x, w[:0]), r"got weight \(0, 3, 3, 3\); .*, none 0"),
    "no kernel": (lambda x, w: ops.conv2d(x, w[..., :0]), r"got weight \(4, 3, 3, 0\); .*, none 0"),
    "no groups": (lambda x, w: ops.conv2d(x, w, groups=0), r"groups got 0; expected a number of at least 1"),
    "a stride of 0 of a line": (lambda x, w: ops.conv1d(x[0], w[0], stride=0), r"conv1d: stride got 0; .* at least 1"),
    "padding of a line by name": (lambda x, w: ops.conv1d(x[0], w[0], padding="full"), r"conv1d got padding='full'"),
    "same with a stride of a line": (
        lambda x, w: ops.conv1d(x[0], w[0], stride=2, padding="same"),
        r"conv1d got padding='same' with a stride of 2; expected a stride of 1",
    ),
    "groups of a line": (lambda x, w: ops.conv1d(x[0], w[0], groups=2), r"conv1d got 5 input and 3 output channels"),
    "channels of a line": (
        lambda x, w: ops.conv1d(x[0], w[0]),
        r"conv1d got input \(3, 5, 6\) for weight \(3, 3, 3\); expected 3 channels",
    ),
    "a kernel that is too long for a line": (
        lambda x, w: ops.conv1d(x[0, :, :3], w[0], dilation=4),
        r"conv1d got a kernel that reaches over 9 for an input of 6, padding included",
    ),
    "a bias of a line": (lambda x, w: ops.conv1d(x[0, :, :3], w[0], w[0, 0, 0, :2]), r"conv1d got bias \(2,\)"),
    "a bias that does not fit": (lambda x, w: ops.conv2d(x, w, w[0, 0, 0]), r"bias \(3,\) .* expected \[4\]"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused_by_name(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call(Tensor(images(2, 3, 5, 6)), Tensor(rng.standard_normal((4, 3, 3, 3))))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, w: ops.conv1d(x[0], w[0], stride=1.5), "conv1d: stride got 1.5; expected a whole number"),
        (lambda x, w: ops.conv2d(x, w, groups=1.5), "conv2d: groups got 1.5; expected a whole number"),
        (
            lambda x, w: ops.conv_transpose2d(x, w[:3], padding="same"),
            "conv_transpose2d: padding got 'same'; expected a",
        ),
    ],
)
def test_settings_that_are_no_numbers_are_refused_by_name(call, message):
    with pytest.raises(TypeError, match=message):
        call(Tensor(images(2, 3, 5, 6)), Tensor(rng.standard_normal((4, 3, 3, 3))))


def test_settings_may_be_numbers_of_numpy():
    x, w = Tensor(images(2, 4, 5, 6)), Tensor(rng.standard_normal((4, 2, 3, 3)))
    assert ops.conv2d(x, w, stride=np.int64(2), groups=np.int64(2)).shape == (2, 4, 2, 2)
