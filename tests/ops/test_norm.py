"""Normalisation against PyTorch: layouts, dtypes, running statistics, large means; and what is refused."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import minigrad
from minigrad import Tensor, functional, nn, ops, twins
from minigrad.device import array_module
from minigrad.kernels import normalization
from minigrad.ops.norm import BatchNorm, FastBatchNorm, running_update
from tests.oracle import compare

rng = np.random.default_rng(0)


def channels_last(array):
    """The same elements, the channels next to each other in memory."""
    xp = array_module(array)
    return xp.moveaxis(xp.ascontiguousarray(xp.moveaxis(array, 1, -1)), -1, 1) if array.ndim > 1 else array


LAYOUTS = {"as it is": np.asarray, "channels last": channels_last, "transposed": lambda a: a.T.copy().T}
SHAPES = [(5, 3), (2, 1), (3, 5, 7), (2, 3, 5, 7), (1, 4, 3, 1), (7, 16, 9, 11), (3, 600, 2, 3), (2, 2, 3, 4, 5)]


def of(m):
    return functional if m is ops else F


@pytest.fixture(params=["plain", "fastest"])
def way(request, monkeypatch):
    monkeypatch.setattr(normalization, "BLOCK", 1000)  # so that small arrays are worked on in blocks too
    if request.param == "fastest":
        yield
    else:
        with twins.plain_operations():
            yield


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm_over_shapes(way, shape, layout, dtype):
    x, w, b = [rng.standard_normal(s) for s in (shape, shape[1], shape[1])]
    options = {"dtype": dtype, "layout": LAYOUTS[layout], "tolerance": 4 if shape[0] > 2 else 40}
    second = dtype == "float64" and x.size < 500
    compare(lambda m, *a: of(m).batch_norm(a[0], None, None, *a[1:], True), x, w, b, second=second, **options)
    compare(lambda m, x: of(m).batch_norm(x, None, None, training=True), x, second=second, **options)
    compare(
        lambda m, x, w, b: of(m).batch_norm(x, b.detach(), w.detach() ** 2, w, b), x, w, b, second=second, **options
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("shape", "last"), [((5, 3), 1), ((2, 3, 33), 1), ((2, 3, 33), 2), ((3, 5, 2, 4), 3), ((7,), 1)]
)
def test_layer_norm_over_shapes(way, shape, last, layout, dtype):
    x, w, b = [rng.standard_normal(s) for s in (shape, shape[-last:], shape[-last:])]
    options = {"dtype": dtype, "layout": LAYOUTS[layout], "second": dtype == "float64", "tolerance": 4}
    compare(lambda m, x, w, b: of(m).layer_norm(x, shape[-last:], w, b), x, w, b, **options)
    compare(lambda m, x: of(m).layer_norm(x, shape[-last:]), x, **options)
    compare(lambda m, x, w: of(m).rms_norm(x, shape[-last:], w), x, w, **options)
    compare(lambda m, x: of(m).rms_norm(x, shape[-last:], eps=0.1), x, **options)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("shape", "groups"), [((5, 12), 3), ((2, 6, 7), 1), ((2, 6, 5, 7), 2), ((1, 4, 3, 5), 4)])
def test_group_and_instance_norm_over_shapes(shape, groups, layout, dtype):
    x, w, b = [rng.standard_normal(s) for s in (shape, shape[1], shape[1])]
    options = {"dtype": dtype, "layout": LAYOUTS[layout], "second": dtype == "float64", "tolerance": 4}
    compare(lambda m, x, w, b: of(m).group_norm(x, groups, w, b), x, w, b, **options)
    if len(shape) > 2:
        compare(lambda m, x, w, b: of(m).instance_norm(x, None, None, w, b), x, w, b, **options)
        compare(lambda m, x: of(m).instance_norm(x), x, **options)


# ------------------------------------------------------------------------------------------------- running statistics

NORMS = ["BatchNorm1d", "BatchNorm2d", "InstanceNorm1d", "InstanceNorm2d"]


@pytest.mark.parametrize("momentum", [0.1, 1.0, 0.0, None])
@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_running_statistics_over_several_steps(way, name, momentum, layout):
    ours, theirs = [getattr(m, name)(3, momentum=momentum, track_running_stats=True) for m in (nn, torch.nn)]
    for step in range(4):
        x = (rng.standard_normal((4 + step, 3, 5, 2)[: 3 + ("2d" in name)]) * 3 + step).astype("float32")
        found, expected = ours(Tensor(LAYOUTS[layout](x))), theirs(torch.tensor(x))
        np.testing.assert_allclose(found.data, expected.detach().numpy(), 1e-5, 1e-5)
        for key, value in theirs.state_dict().items():
            mine = ours.state_dict()[key]
            assert mine.dtype == value.numpy().dtype
            np.testing.assert_allclose(mine.data, value.numpy(), 1e-5, 1e-6, err_msg=key)
    ours.eval()
    theirs.eval()
    found, expected = ours(Tensor(LAYOUTS[layout](x))), theirs(torch.tensor(x))
    np.testing.assert_allclose(found.data, expected.detach().numpy(), 1e-5, 1e-5)
    assert ours.num_batches_tracked.item() == theirs.num_batches_tracked.item()


def test_running_variances_are_unbiased():
    mean, var = np.zeros(1), np.zeros(1)
    running_update(mean, var, np.array([2.0]), np.array([6.0]), n=4, momentum=0.5)
    assert (mean.item(), var.item()) == (1.0, 4.0)


def test_without_tracking_evaluation_uses_its_batch():
    layer, x = nn.BatchNorm1d(3, track_running_stats=False).eval(), rng.standard_normal((4, 3)).astype("float32")
    np.testing.assert_allclose(layer(Tensor(x)).data, F.batch_norm(torch.tensor(x), None, None, training=True), 1e-5)


def test_reset_sets_statistics_and_parameters_back():
    layer = nn.BatchNorm1d(3)
    layer(Tensor(rng.standard_normal((4, 3)).astype("float32")))
    layer.reset_running_stats()
    assert layer.running_mean.tolist() == [0, 0, 0]
    assert layer.running_var.tolist() == [1, 1, 1]
    assert layer.num_batches_tracked.item() == 0


def test_a_step_in_training_after_a_forward_in_evaluation_makes_its_backward_refuse():
    layer, x = nn.BatchNorm1d(3).eval(), Tensor(rng.standard_normal((4, 3)).astype("float32"))
    y = layer(x)
    layer.train()(x)
    with pytest.raises(RuntimeError, match="changed in place after the forward pass"):
        y.sum().backward()


# ------------------------------------------------------------------------------------------------------------- digits


@pytest.mark.parametrize("mean", [0, 10, 1e4])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_large_mean_does_not_cost_the_variance_its_digits(way, mean, layout):
    x = (rng.standard_normal((40, 4, 9, 11)) + mean * np.array([1, -1, 0.5, 0])[:, None, None]).astype("float32")
    gy, w, b = rng.standard_normal(x.shape).astype("float32"), np.ones(4, "float32"), np.zeros(4, "float32")
    norm = twins.fastest(BatchNorm)()
    y, wide = norm.forward(LAYOUTS[layout](x), w, b), x.astype("float64")
    gradients = norm.backward(LAYOUTS[layout](gy))
    exact = BatchNorm()
    expected = exact.forward(wide, w.astype("float64"), b.astype("float64"))
    size = 4 * np.finfo("float32").eps * mean  # the mean itself has these digits
    np.testing.assert_allclose(norm.var, wide.var(axis=(0, 2, 3)), 1e-5)
    np.testing.assert_allclose(y, expected, 1e-5, 1e-5 + size)
    # a mean that is off by its last digit moves all of x_hat the same way, and the weight's sum of gy x_hat with it
    shifts = (0, size * np.abs(gy.sum(axis=(0, 2, 3))), 0)
    for mine, theirs, shift in zip(gradients, exact.backward(gy.astype("float64")), shifts, strict=True):
        largest = np.abs(theirs).max()
        assert np.all(np.abs(mine - theirs) <= (4e-5 + size) * largest + shift)


@pytest.mark.parametrize("mean", [0, 1e4])
def test_a_large_mean_in_layer_norm(way, mean):
    x = (rng.standard_normal((50, 300)) + mean).astype("float32")
    wide = x.astype("float64")
    expected = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-5)
    y = functional.layer_norm(Tensor(x), (300,))
    np.testing.assert_allclose(y.data, expected, 1e-5, 1e-5 + 4 * np.finfo("float32").eps * mean)


def test_float16_is_summed_in_float32():
    x = (300 * rng.standard_normal((64, 2, 9, 9)) + 500).astype("float16")  # squares are beyond float16
    y = functional.batch_norm(Tensor(x), None, None, training=True)
    assert y.dtype == "float16"
    assert abs(y.data.astype("float64").var() - 1) < 1e-3


def test_constant_channels_become_zeros(way):
    y = functional.batch_norm(Tensor(np.full((40, 3), 1e4, "float32")), None, None, training=True)
    assert not y.data.any()


# -------------------------------------------------------------------------------------------------- layout and empties


def test_results_keep_the_layout_channels_last(way):
    x, gy = [channels_last(rng.standard_normal((2, 3, 4, 5)).astype("float32")) for _ in range(2)]
    norm, w = twins.fastest(BatchNorm)(), np.ones(3, "float32")
    for array in (norm.forward(x, w, w), norm.backward(gy)[0], nn.BatchNorm2d(3).eval()(Tensor(x)).data):
        assert array.transpose(0, 2, 3, 1).flags.c_contiguous


def test_an_upstream_gradient_of_another_layout_gives_the_same(way):
    x, gy = [rng.standard_normal((3, 4, 5, 6)) for _ in range(2)]
    w, b = np.ones(4), np.zeros(4)
    norm = FastBatchNorm()
    norm.forward(channels_last(x), w, b)
    for one, other in zip(norm.backward(gy), norm.backward(channels_last(gy)), strict=True):
        np.testing.assert_allclose(one, other, 1e-12, 1e-12)


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 4), (0, 3, 4, 4)])
def test_an_empty_batch_changes_no_statistics(way, shape):
    layer = nn.BatchNorm2d(3) if len(shape) == 4 else nn.BatchNorm1d(3)
    x = Tensor(np.zeros(shape, "float32"), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert y.shape == x.grad.shape == shape
    assert layer.weight.grad.tolist() == layer.bias.grad.tolist() == layer.running_mean.tolist() == [0, 0, 0]
    assert layer.running_var.tolist() == [1, 1, 1]


@pytest.mark.parametrize("make", [lambda: nn.InstanceNorm2d(3, affine=True), lambda: nn.GroupNorm(3, 3)])
def test_empty_batches_of_the_others(make):
    layer, x = make(), Tensor(np.zeros((0, 3, 4, 4), "float32"), requires_grad=True)
    y = layer(x)
    y.sum().backward()
    assert y.shape == x.grad.shape == (0, 3, 4, 4)
    assert layer.weight.grad.tolist() == layer.bias.grad.tolist() == [0, 0, 0]


# ------------------------------------------------------------------------------------------------------------ refusals


def zeros(*shape):
    return Tensor(np.zeros(shape, "float32"))


@pytest.mark.parametrize("make", [lambda: nn.BatchNorm1d(3), lambda: nn.BatchNorm1d(3, track_running_stats=False)])
@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1)])
def test_one_value_per_channel_is_refused_in_training_and_nothing_changes(make, shape):
    layer = make()
    before = {key: value.data.copy() for key, value in layer.state_dict().items()}
    with pytest.raises(ValueError, match=r"got input \(1, 3.*\) in training; expected more than 1 value per channel"):
        layer(zeros(*shape))
    for key, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.data, before[key])
    if layer.track_running_stats:
        layer.eval()(zeros(*shape))


WRONG = {
    "BatchNorm1d of images": (lambda: nn.BatchNorm1d(3)(zeros(2, 3, 4, 4)), r"expected \[n, 3\] or \[n, 3, length\]"),
    "BatchNorm2d of vectors": (
        lambda: nn.BatchNorm2d(3)(zeros(2, 3)),
        r"BatchNorm2d got input \(2, 3\); .*\[n, 3, h, w\]",
    ),
    "other channels": (
        lambda: nn.BatchNorm2d(3)(zeros(2, 4, 5, 5)),
        r"got input \(2, 4, 5, 5\); expected \[n, 3, h, w\]",
    ),
    "InstanceNorm1d": (lambda: nn.InstanceNorm1d(3)(zeros(2, 4, 5)), r"expected \[n, 3, length\] or \[3, length\]"),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(3)(zeros(2, 3)), r"expected \[n, 3, h, w\] or \[3, h, w\]"),
    "one place": (lambda: nn.InstanceNorm1d(3)(zeros(2, 3, 1)), "expected more than 1 value per channel of a sample"),
    "GroupNorm": (
        lambda: nn.GroupNorm(2, 4)(zeros(2, 5, 3)),
        r"GroupNorm got input \(2, 5, 3\); expected \[n, 4, \.\.\.\]",
    ),
    "one value in a group": (lambda: nn.GroupNorm(3, 3)(zeros(1, 3)), "expected more than 1 value per channel"),
    "LayerNorm": (lambda: nn.LayerNorm(4)(zeros(4, 5)), r"got input \(4, 5\) for normalized_shape \(4,\); expected"),
    "a scalar": (
        lambda: functional.batch_norm(zeros(), None, None, training=True),
        r"expected \[n, channels, \.\.\.\]",
    ),
    "no statistics": (
        lambda: functional.batch_norm(zeros(4, 3), None, None),
        "got no running statistic; expected mean",
    ),
    "one statistic": (
        lambda: functional.batch_norm(zeros(4, 3), zeros(3), None, training=True),
        "one running statistic",
    ),
    "a weight": (
        lambda: functional.batch_norm(zeros(4, 3), None, None, zeros(4), training=True),
        r"weight \(4,\); expected",
    ),
    "a statistic": (
        lambda: functional.batch_norm(zeros(4, 3), zeros(2), zeros(3)),
        r"running_mean \(2,\); expected \[3\]",
    ),
    "a group": (lambda: functional.group_norm(zeros(4, 3), 2), "got 3 channels; expected a multiple of num_groups=2"),
    "another rms": (
        lambda: functional.rms_norm(zeros(4, 3), 4),
        r"rms_norm got input \(4, 3\) for normalized_shape \(4,\)",
    ),
    "a bias": (lambda: functional.layer_norm(zeros(4, 3), (3,), None, zeros(4)), r"bias \(4,\) for normalized_shape"),
    "dropout1d": (lambda: functional.dropout1d(zeros(3)), r"dropout1d got input \(3,\); expected \[n, c, length\] or"),
    "dropout2d": (
        lambda: functional.dropout2d(zeros(3, 4)),
        r"dropout2d got input \(3, 4\); expected \[n, c, h, w\] or",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_refused(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call()


# ------------------------------------------------------------------------------------------ dropout of whole channels


@pytest.mark.parametrize(
    ("function", "shape"),
    [("dropout1d", (40, 50, 3)), ("dropout1d", (2000, 3)), ("dropout2d", (40, 50, 3, 2)), ("dropout2d", (40, 50, 3))],
)
def test_channels_are_dropped_as_a_whole(function, shape):
    minigrad.manual_seed(0)
    x = Tensor(np.ones(shape, "float32"), requires_grad=True)
    y = getattr(functional, function)(x, 0.25)
    gy = rng.standard_normal(shape).astype("float32")
    y.backward(Tensor(gy))
    rows = y.data.reshape(2000, -1)
    np.testing.assert_array_equal(rows, np.broadcast_to(rows[:, :1], rows.shape))
    np.testing.assert_allclose(np.unique(rows), [0, 1 / 0.75], rtol=1e-6)
    assert abs((rows[:, 0] == 0).mean() - 0.25) < 0.05
    np.testing.assert_allclose(x.grad.data, gy * y.data, rtol=1e-6)


def test_in_evaluation_nothing_is_dropped():
    x = zeros(2, 3, 4, 4)
    assert nn.Dropout2d().eval()(x) is x
    assert nn.Dropout1d(0.0)(x[0]).shape == (3, 4, 4)
