"""CUDA kernels against NumPy, on sizes that take every branch: in the simulator, and on a GPU with `pytest -m cuda`.
NVIDIA's compiler takes them without one.

tests/cuda compares the operations that use them with PyTorch.
"""

import ctypes
import json
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import minigrad
from minigrad import Tensor, optim
from minigrad.device import array_module, check_device
from minigrad.dtypes import as_dtype
from minigrad.errors import DeviceError
from minigrad.kernels.cuda import (
    activation,
    gradients,
    indices,
    launch,
    normalization,
    optimizers,
    pooling,
    products,
    random,
    recurrent,
    scaler,
    softmax,
)
from minigrad.kernels.cuda import windows as cuda_windows
from minigrad.nn import Parameter
from minigrad.ops.conv import Conv2d
from minigrad.ops.pool import MaxPool2d
from minigrad.simulator import RawKernel
from minigrad.twins import stepping_aside
from tests import nvrtc, standin
from tests.oracle import TOLERANCE

RNG = np.random.default_rng(11)


@pytest.fixture(autouse=True, params=["stand-in", pytest.param("GPU", marks=pytest.mark.cuda)])
def device(request):
    if request.param == "stand-in":
        with standin.installed():
            yield
        return
    try:
        check_device("cuda")
    except DeviceError as error:
        pytest.skip(f"no GPU: {error}")
    yield


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


def send(x):
    import cupy

    return None if x is None else cupy.asarray(x)


def normal(dtype, *shape, at=0.0):
    return (RNG.standard_normal(shape) + at).astype(dtype)


def check(call, expected, *arrays, **settings):
    """Compare what a kernel makes of the arrays with what NumPy makes of them in float64."""
    found = call(*[send(a) if isinstance(a, np.ndarray) else a for a in arrays], **settings)
    found = found if isinstance(found, tuple) else (found,)
    expected = expected if isinstance(expected, tuple) else (expected,)
    dtype = next(a.dtype.name for a in arrays if isinstance(a, np.ndarray) and a.dtype.kind == "f")
    for y, true in zip(found, expected, strict=False):
        limit = TOLERANCE[dtype] * max(1.0, float(np.abs(true).max()))
        np.testing.assert_allclose(y.get().reshape(true.shape), true, TOLERANCE[dtype], limit)


def softmax_of(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


ROWS = [(3, 1), (2, 31), (4, 32), (3, 70), (2, 1500)]
"""Rows shorter and longer than a block, and of one element."""


def test_relu(dtype):
    x = normal(dtype, 5, 61)
    x[0, :3] = np.nan, np.inf, -np.inf
    gy = normal(dtype, 5, 61)
    y = np.where(x < 0, 0, x)
    check(activation.relu, y, x)
    check(activation.relu_backward, np.where(y != 0, gy, 0), gy, y)


@pytest.mark.parametrize("shape", ROWS)
def test_softmax_of_rows(shape, dtype):
    x, gy = normal(dtype, *shape) * 30, normal(dtype, *shape)
    y = softmax_of(x.astype("float64"))
    check(softmax.softmax, y, x)
    check(softmax.softmax_backward, y * (gy - (gy * y).sum(-1, keepdims=True)), gy, y.astype(dtype))


@pytest.mark.parametrize("shape", ROWS)
def test_cross_entropy_of_rows(shape, dtype):
    x, labels, g = normal(dtype, *shape, at=3), RNG.integers(0, shape[1], shape[0]), normal(dtype, shape[0])
    p, rows = softmax_of(x.astype("float64")), np.arange(shape[0])
    check(softmax.cross_entropy, -np.log(p[rows, labels]), x, labels)
    _, _, parts = softmax.cross_entropy(send(x), send(labels))
    p[rows, labels] -= 1
    check(lambda g, x, t: softmax.cross_entropy_backward(g, x, t, parts), g[:, None] * p, g, x, labels)


@pytest.mark.parametrize("shape", ROWS)
@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("ignored", [-100, 0])
def test_mean_cross_entropy(shape, mean, ignored, dtype):
    """Rows that are ignored count nothing; a mean of none of them is NaN."""
    n, m = shape
    x, labels, g = normal(dtype, *shape, at=3), RNG.integers(0, m, n), normal(dtype)
    labels[: n // 2] = np.where(RNG.random(n // 2) < 0.5, ignored, labels[: n // 2])
    x[labels == ignored] = np.nan
    counted, p = labels != ignored, softmax_of(x.astype("float64"))
    losses = -np.log(p[np.arange(n), np.where(counted, labels, 0)])
    p[np.arange(n), np.where(counted, labels, 0)] -= 1
    y, wrong, _, parts, factor = softmax.mean_cross_entropy(send(x), send(labels), ignored, mean)
    assert wrong.get() == 0
    expected = losses[counted].sum() / (counted.sum() if mean else 1) if counted.any() or not mean else np.nan
    np.testing.assert_allclose(y.get(), expected, 10 * TOLERANCE[dtype])
    share = 1 / max(counted.sum(), 1) if mean else 1
    gx = softmax.mean_cross_entropy_backward(send(g), send(x), send(labels), parts, factor, ignored)
    expected = np.where(counted[:, None], g * share * p, 0)
    np.testing.assert_allclose(gx.get(), expected, 10 * TOLERANCE[dtype], TOLERANCE[dtype])


@pytest.mark.parametrize("wrong", [-1, 4, 1 << 40, -(1 << 40)])
def test_labels_that_are_no_classes_are_noted(wrong):
    x, labels = send(normal("float32", 3, 4)), np.array([0, wrong, 3])
    assert softmax.mean_cross_entropy(x, send(labels), -100, True)[1].get() != 0
    assert softmax.mean_cross_entropy(x, send(labels), wrong, True)[1].get() == 0


@pytest.mark.parametrize("mask", [None, (6, 7), (2, 1, 1, 7), (3, 1, 7), (2, 3, 6, 7)])
@pytest.mark.parametrize("drops", [False, True])
@pytest.mark.parametrize("causal", [False, True])
def test_attention(mask, drops, causal, dtype):
    scores, scale = normal(dtype, 2, 3, 6, 7), 0.3
    added = None if mask is None else np.where(RNG.random(mask) < 0.4, -np.inf, normal(dtype, *mask)).astype(dtype)
    kept = (RNG.random(scores.shape) < 0.7).astype(dtype) / dtype_of(dtype)(0.7) if drops else None
    whole = scores.astype("float64") * scale + (0 if added is None else added)
    if causal:
        whole += np.where(np.arange(7) > np.arange(6)[:, None], -np.inf, 0)
    highest = whole.max(-1, keepdims=True)
    e = np.exp(whole - np.where(np.isneginf(highest), 0, highest))
    total = e.sum(-1, keepdims=True)
    p = e / np.where(total == 0, 1, total)
    both = p, p * (1 if kept is None else kept)
    check(lambda s: softmax.attention(s, send(added), scale, send(kept), causal), both, scores)
    gp = normal(dtype, *scores.shape)
    g = gp * (1 if kept is None else kept)
    expected = scale * p * (g - (g * p).sum(-1, keepdims=True))
    check(lambda gp, p: softmax.attention_backward(gp, p, send(kept), scale), expected, gp, p.astype(dtype))


def test_running_statistics(dtype):
    before, batch = normal(dtype, 2, 300), normal(dtype, 2, 300)
    running = [send(x) for x in before]
    normalization.running_update(*running, *[send(x) for x in batch], 20, 0.1)
    expected = 0.9 * before + 0.1 * batch * np.array([[1], [20 / 19]])
    np.testing.assert_allclose([x.get() for x in running], expected, TOLERANCE[dtype], TOLERANCE[dtype])


def dtype_of(name):
    return np.dtype(name).type


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (70, 40), (40, 100)])
@pytest.mark.parametrize("enough", [1, 1024])
def test_layer_norm(shape, enough, dtype, monkeypatch):
    monkeypatch.setattr(normalization, "ENOUGH", enough)
    x, gy = normal(dtype, *shape, at=5), normal(dtype, *shape)
    weight, bias = normal(dtype, shape[1]), normal(dtype, shape[1])
    wide = x.astype("float64")
    d, r = wide - wide.mean(1, keepdims=True), 1 / np.sqrt(wide.var(1, keepdims=True) + 1e-2)
    check(normalization.standardize, (d * r * weight + bias, wide.mean(1), r[:, 0]), x, weight, bias, 1e-2)
    g = weight * gy
    gx = r * (g - g.mean(1, keepdims=True)) - r**3 * d * (g * d).mean(1, keepdims=True)
    statistics = wide.mean(1).astype(dtype), r[:, 0].astype(dtype)
    expected = gx, (gy * d * r).sum(0), gy.sum(0)
    check(normalization.standardize_backward, expected, gy, x, weight, *statistics)


@pytest.mark.parametrize("shape", [(7, 1), (9, 3), (40, 5, 2, 6), (300, 2, 3)])
@pytest.mark.parametrize("enough", [1, 1024])
def test_batch_norm(shape, enough, dtype, monkeypatch):
    monkeypatch.setattr(normalization, "ENOUGH", enough)
    x, gy, c = normal(dtype, *shape, at=4), normal(dtype, *shape), shape[1]
    weight, bias = normal(dtype, c), normal(dtype, c)
    axes, whole = (0, *range(2, len(shape))), (1, c, *[1] * (len(shape) - 2))
    wide = x.astype("float64")
    mean, var, count = wide.mean(axes), wide.var(axes), x.size // c
    check(normalization.moments, (mean, var), x)
    sigma = np.sqrt(var + 1e-3).reshape(whole)
    normed = (wide - mean.reshape(whole)) / sigma
    given = mean.astype(dtype), var.astype(dtype)
    check(normalization.scale, normed * weight.reshape(whole) + bias.reshape(whole), x, *given, weight, bias, 1e-3)
    gw, gb = (gy * normed).sum(axes), gy.sum(axes, dtype="float64")
    check(normalization.gradients, (gw, gb), gy, x, *given, 1e-3)
    gx = weight.reshape(whole) / sigma * (gy - (gb.reshape(whole) + normed * gw.reshape(whole)) / count)
    of_weights = gw.astype(dtype), gb.astype(dtype)
    check(normalization.scale_backward, gx, gy, x, *given, weight, *of_weights, 1e-3)


def test_a_mean_far_from_0_costs_no_digits():
    x = normal("float32", 200, 2, at=1e4)
    mean, var = normalization.moments(send(x))
    np.testing.assert_allclose(var.get(), x.astype("float64").var(0), rtol=1e-4)
    np.testing.assert_allclose(mean.get(), x.astype("float64").mean(0), rtol=1e-7)


WINDOWS = [
    # shape of x, kernel, stride, padding, dilation
    ((2, 3, 5, 4), (3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1)),
    ((2, 4, 7, 8), (2, 3), (2, 3), ((1, 0), (2, 1)), (1, 1)),
    ((3, 2, 9, 10), (3, 2), (2, 1), ((2, 2), (1, 1)), (2, 3)),
]


@pytest.mark.parametrize(("case", "groups"), [(WINDOWS[0], 1), (WINDOWS[1], 1), (WINDOWS[1], 2), (WINDOWS[2], 2)])
@pytest.mark.parametrize("largest", [1, 1 << 28])
def test_convolution_by_columns(case, groups, largest, dtype, monkeypatch):
    """In parts of one image each, and of all images; in groups, with more rows of columns than a grid is high."""
    monkeypatch.setattr(cuda_windows, "LARGEST", largest)
    monkeypatch.setattr(cuda_windows, "MOST_ROWS", 5)
    shape, kernel, *settings = case
    x, w, bias = normal(dtype, *shape), normal(dtype, 6, shape[1] // groups, *kernel), normal(dtype, 6)
    plain, wide = Conv2d(*settings, groups), [a.astype("float64") for a in (x, w)]
    y = plain.convolve(*wide) + bias[:, None, None]
    check(lambda *arrays: cuda_windows.convolve(*arrays, *settings, groups), y, x, w, bias)
    gy = normal(dtype, *y.shape)
    expected = plain.input_grad(gy.astype("float64"), wide[1], shape)
    check(lambda gy, w: cuda_windows.input_grad(gy, w, shape, *settings, groups), expected, gy, w)
    expected = plain.weight_grad(wide[0], gy.astype("float64"), w.shape)
    check(lambda x, gy: cuda_windows.weight_grad(x, gy, w.shape, *settings, groups), expected, x, gy)
    both = plain.input_grad(gy.astype("float64"), wide[1], shape), expected
    check(lambda x, gy, w: cuda_windows.gradients(x, gy, w, *settings, groups), both, x, gy, w)


@pytest.mark.parametrize("case", WINDOWS)
def test_max_pooling(case, dtype):
    shape, *settings = case
    kernel, stride, padding, dilation = settings
    padding = tuple((min(a, k // 2), min(b, k // 2)) for (a, b), k in zip(padding, kernel, strict=True))
    plain = MaxPool2d(kernel, stride, padding, dilation)
    x = np.round(normal(dtype, *shape) * 2)  # of many that are equal the first counts
    x[0, 0, 2, 1] = np.nan
    y = plain.forward(x)
    check(lambda x: pooling.max_pool(x, kernel, stride, padding, dilation)[0], y, x)
    gy = normal(dtype, *y.shape)
    _, place = pooling.max_pool(send(x), kernel, stride, padding, dilation)
    back = lambda gy: pooling.max_pool_backward(gy, place, shape, kernel, stride, padding, dilation)  # noqa: E731
    check(back, plain.backward(gy), gy)


OPTIMIZERS = [
    (optim.SGD, {"lr": 0.1, "weight_decay": 0.2}),
    (optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "maximize": True}),
    (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (optim.Adam, {"lr": 0.1, "weight_decay": 0.1}),
    (optim.Adam, {"lr": 0.1, "amsgrad": True, "maximize": True}),
    (optim.AdamW, {"lr": 0.1, "weight_decay": 0.3}),
    (optim.RMSprop, {"lr": 0.1}),
    (optim.RMSprop, {"lr": 0.1, "momentum": 0.8, "weight_decay": 0.1}),
    (optim.RMSprop, {"lr": 0.1, "centered": True}),
    (optim.RMSprop, {"lr": 0.1, "centered": True, "momentum": 0.8}),
    (optim.Adagrad, {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1}),
]


@pytest.mark.parametrize(("kind", "settings"), OPTIMIZERS)
def test_optimizers_take_all_parameters_at_once(kind, settings, dtype, monkeypatch):
    """As their `update` does it, over more parameters than one kernel takes, one of which is left out once."""
    monkeypatch.setattr(optimizers, "TOGETHER", 3)
    shapes = [(3,), (70, 5), (1,), (2, 3), (4,)]
    values = [normal(dtype, *shape) for shape in shapes]
    here = [Parameter(Tensor(v.copy())) for v in values]
    there = [Parameter(Tensor(send(v))) for v in values]
    steps = [kind(parameters, **settings) for parameters in (here, there)]
    alone = []
    monkeypatch.setattr(kind, "step_tensor", record(kind.step_tensor, alone))
    for number in range(3):
        for a, b in zip(here, there, strict=True):
            g = normal(dtype, *a.shape)
            a.grad, b.grad = Tensor(g), Tensor(send(g))
        if number == 1:
            here[1].grad = there[1].grad = None
        for optimizer in steps:
            optimizer.step()
    for a, b in zip(here, there, strict=True):
        np.testing.assert_allclose(b.data.get(), a.data, 20 * TOLERANCE[dtype], 20 * TOLERANCE[dtype])
    assert not [t for t in alone if t.device != "cpu"]


def record(method, called):
    def call(self, tensor, *rest):
        called.append(tensor)
        return method(self, tensor, *rest)

    return call


@pytest.mark.parametrize("wrong", [None, np.nan, np.inf, -np.inf])
def test_a_scaler_takes_all_gradients_at_once(wrong, dtype, monkeypatch):
    monkeypatch.setattr(optimizers, "TOGETHER", 3)
    gradients = [normal(dtype, *shape) for shape in [(3,), (70, 5), (1,), (2, 3), (600,)]]
    if wrong is not None:
        gradients[3][1, 2] = wrong
    there = [send(g) for g in gradients]
    assert scaler.takes(there)
    found = scaler.unscale(there, send(np.float32(64)))
    assert found.get() == (wrong is not None)
    for g, before in zip(there, gradients, strict=True):
        np.testing.assert_allclose(g.get(), before / 64, TOLERANCE[dtype], 0)


def test_all_gradients_are_clipped_at_once(dtype, monkeypatch):
    monkeypatch.setattr(optimizers, "TOGETHER", 3)
    monkeypatch.setattr(gradients, "TOGETHER", 3)
    monkeypatch.setattr(optimizers, "MOST_BLOCKS", 2)
    monkeypatch.setattr(gradients, "MOST_BLOCKS", 2)
    gradients.text_of_squares.cache_clear()
    here = [normal(dtype, *shape) for shape in [(3,), (70, 5), (1,), (2, 3), (600,)]]
    there = [send(g) for g in here]
    total = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in here))
    found = gradients.norm(there)
    np.testing.assert_allclose(found.get(), total, 10 * TOLERANCE[dtype])
    for most in (2 * total, total / 4):
        gradients.shrink(there, found, most)
        factor = min(1, most / (total + 1e-6))
        for g, before in zip(there, here, strict=True):
            np.testing.assert_allclose(g.get(), before * factor, 10 * TOLERANCE[dtype], TOLERANCE[dtype])
    gradients.text_of_squares.cache_clear()


def test_what_a_scaler_leaves_to_plain_operations():
    dense, turned = send(normal("float32", 4, 3)), send(normal("float32", 3, 4)).T
    assert not scaler.takes([dense, turned])
    assert not scaler.takes([dense, normal("float32", 2)])


@pytest.mark.parametrize(
    ("found", "scale", "before", "after"),
    [
        (0, 8.0, 0, (8.0, 1)),
        (0, 8.0, 4, (8.0 * 1.3, 0)),
        (1, 8.0, 4, (8.0 * 0.7, 0)),
        (1, 8.0, 2, (8.0 * 0.7, 0)),
        (0, 3e38, 4, (3e38, 0)),  # which would grow beyond float32
    ],
)
def test_a_scale_grows_and_shrinks(found, scale, before, after):
    scale, steps = send(np.float32(scale)), send(np.int32(before))
    scaler.update_scale(scale, steps, send(np.int32(found)), lambda: (1.3, 0.7, 5))
    assert (scale.get(), steps.get()) == (np.float32(after[0]), after[1])


def test_an_optimizer_with_a_formula_of_its_own_is_not_bypassed():
    class Mine(optim.SGD):
        def update(self, p, g, state, group):
            p -= 7

    p = Parameter(Tensor(send(np.zeros(3, "float32"))))
    p.grad = Tensor(send(np.ones(3, "float32")))
    Mine([p]).step()
    assert p.data.get().tolist() == [-7, -7, -7]
    with stepping_aside(["minigrad.optim.sgd:SGD.update"]):
        assert not optim.SGD([p]).has_formula()
    assert optim.SGD([p]).has_formula()


# ------------------------------------------------------------------------------------------------------ random numbers

ANSWERS = {
    ((0, 0, 0, 0), (0, 0)): (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2): (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)): (
        0xD16CFE09,
        0x94FDCCEB,
        0x5001E420,
        0x24126EA1,
    ),
}
"""Known answers of Philox 4x32-10, from the test vectors of its authors' library Random123."""


@pytest.mark.parametrize("counter", ANSWERS)
def test_philox_gives_its_known_answers(counter):
    words, (k0, k1) = counter
    memory = np.array(words, np.uint32)
    text = random.PHILOX + 'extern "C" __global__ void f(unsigned int* w, unsigned int a, unsigned int b) {'
    RawKernel(text + "philox(w, a, b); }", "f")((1,), (1,), (memory, np.uint32(k0), np.uint32(k1)))
    assert tuple(memory.tolist()) == ANSWERS[counter]


@pytest.mark.parametrize("kind", ["random", "standard_normal"])
def test_numbers_are_distributed_as_they_should_be(kind, dtype):
    import cupy

    drawn = getattr(random.Generator(cupy, 3), kind)((4001,), dtype).get()
    assert drawn.dtype == dtype
    ordered = np.sort(drawn.astype("float64"))
    expected = ordered if kind == "random" else np.array([0.5 + 0.5 * math.erf(v / math.sqrt(2)) for v in ordered])
    distance = np.abs(expected - (np.arange(4001) + 0.5) / 4001).max()  # Kolmogorov and Smirnov
    assert distance < 1.63 / math.sqrt(4001)  # which one draw in a hundred exceeds
    assert len(np.unique(drawn)) > 3900
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.05


def test_whole_numbers_and_masks():
    import cupy

    generator = random.Generator(cupy, 1)
    drawn = generator.integers(-3, 4, (2001,)).get()
    assert sorted(set(drawn.tolist())) == [-3, -2, -1, 0, 1, 2, 3]
    assert np.bincount(drawn + 3).min() > 220
    x = send(normal("float32", 2001))
    draw = generator.draw()
    y, mask = random.dropout(x, 0.25, *draw).get(), random.dropout_mask(x, 0.25, *draw).get()
    np.testing.assert_array_equal(y, x.get() * mask)
    assert sorted(set(mask.tolist())) == [0, np.float32(1 / 0.75)]
    assert 0.2 < (mask == 0).mean() < 0.3
    assert (random.dropout(x, 0.25, *generator.draw()).get() != y).any()


def test_the_state_of_a_gpus_generator_is_kept_and_restored():
    minigrad.manual_seed(4)
    before = minigrad.rand(5, device="cuda").data.get()
    state = json.loads(json.dumps(minigrad.get_rng_state()))
    assert "cuda:0" in state
    after = minigrad.rand(5, device="cuda").data.get()
    minigrad.manual_seed(9)
    minigrad.set_rng_state(state)  # of a generator that there is not yet
    np.testing.assert_array_equal(minigrad.rand(5, device="cuda").data.get(), after)
    minigrad.set_rng_state(state)
    np.testing.assert_array_equal(minigrad.rand(5, device="cuda").data.get(), after)
    assert (before != after).all()
    for wrong in ({"cuda:0": [1]}, {"cuda:0": [1, -1]}, {"cuda:0": "ab"}):
        with pytest.raises(ValueError, match="no state of a generator"):
            minigrad.set_rng_state({**state, **wrong})


# --------------------------------------------------------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("n", "rows"), [(1, 1), (31, 5), (32, 2), (33, 1), (64, 3), (65, 2), (97, 1), (130, 200), (100, 4)]
)
@pytest.mark.parametrize("skewed", [False, True])
def test_rows_are_added_up_by_number(n, rows, skewed, dtype):
    """Runs that end within a part, at its end, and behind several parts."""
    values = normal(dtype, n, 3)
    places = np.sort(
        np.where(RNG.random(n) < 0.8, rows // 2, RNG.integers(0, rows, n)) if skewed else RNG.integers(0, rows, n)
    )
    order = RNG.permutation(n)
    expected = np.zeros((rows, 3))
    np.add.at(expected, places, values[order].astype("float64"))
    found = indices.add_rows(rows, send(places), send(order), send(values)).get()
    np.testing.assert_allclose(found, expected, 10 * TOLERANCE[dtype], 10 * TOLERANCE[dtype])


@pytest.mark.parametrize(
    ("index", "found"), [([0, 4], 0), ([[3, 5], [0, 1]], 1), ([-1], 1), ([1 << 40], 1), ([0] * 300, 0)]
)
def test_numbers_that_are_no_rows_are_found(index, found):
    assert indices.outside(send(np.array(index)), 5).get() == found


# ------------------------------------------------------------------------------------------------- products of matrices


SIZES = st.integers(1, 4)
TURNS = st.sampled_from(["rows", "columns", "every second", "backwards", "slice"])


def lying(x, turn):
    """The same matrices on the device, lying in memory in another way."""
    x = send(x)
    if turn == "columns":
        return x.swapaxes(-1, -2).copy().swapaxes(-1, -2)
    wide = array_module(x).zeros((*x.shape[:-2], 2 * x.shape[-2] + 1, 3 * x.shape[-1] + 2), x.dtype)
    if turn == "every second":
        view = wide[..., : 2 * x.shape[-2] : 2, 1 : x.shape[-1] + 1]
    elif turn == "backwards":
        view = wide[..., x.shape[-2] - 1 :: -1, : x.shape[-1]]
    elif turn == "slice":
        view = wide[..., 1 : x.shape[-2] + 1, 2 : 2 + 2 * x.shape[-1] : 2]
    else:
        return x
    view[...] = x
    return view


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the device is the same in all examples
@given(
    st.sampled_from([((), ()), ((3,), (3,)), ((3,), ()), ((), (2,)), ((2, 3), (2, 3)), ((2, 1), (3,)), ((1,), (4,))]),
    *[SIZES] * 3,
    TURNS,
    TURNS,
    st.booleans(),
    st.sampled_from(sorted(products.REAL)),
)
def test_products_are_those_of_numpy_however_matrices_lie(stacks, m, k, n, turn_a, turn_b, turned, kind):
    """In stacks that broadcast too, and with the dimensions of a stack the other way round in memory."""
    rng, wide = np.random.default_rng(0), "float64" if kind == "float64" else "float32"
    a, b = rng.integers(-3, 4, (*stacks[0], m, k)), rng.integers(-3, 4, (*stacks[1], k, n))
    there = [lying(x.astype(as_dtype(kind)), turn) for x, turn in ((a, turn_a), (b, turn_b))]
    if turned and len(stacks[0]) == 2:  # as attention's heads lie
        there[0] = there[0].swapaxes(0, 1).copy().swapaxes(0, 1)
    y = products.product(*there)
    expected = a @ b
    assert (y.shape, y.dtype) == (expected.shape, as_dtype(kind))
    assert y.flags.c_contiguous
    np.testing.assert_array_equal(y.get().astype(wide), expected)
    z = send(np.ones(expected.shape, as_dtype(kind)))
    assert products.product(*there, into=z) is z
    np.testing.assert_array_equal(z.get().astype(wide), 1 + expected)


def test_products_of_nothing_are_zero():
    assert products.product(send(np.ones((2, 0, 3))), send(np.ones((3, 4)))).shape == (2, 0, 4)
    assert products.product(send(np.ones((2, 0))), send(np.ones((0, 3)))).get().tolist() == [[0, 0, 0]] * 2
    z = send(np.ones((2, 3)))
    assert products.product(send(np.ones((2, 0))), send(np.ones((0, 3))), into=z).get().tolist() == [[1, 1, 1]] * 2


def test_what_is_left_to_cupy():
    whole, other = send(np.arange(6).reshape(2, 3)), send(np.arange(6.0).reshape(3, 2))
    assert products.product(whole, whole.T).get().tolist() == [[5, 14], [14, 50]]
    assert products.product(whole, other).get().tolist() == [[10, 13], [28, 40]]
    assert products.product(whole, other, into=send(np.ones((2, 2)))).get().tolist() == [[11, 14], [29, 41]]
    with pytest.raises(ValueError, match=r"matmul|shapes|dimension|mismatch"):
        products.product(other, other)


NUMBERS = {0: np.float32, 1: np.float64, 2: np.float16, 14: as_dtype("bfloat16")}
COMPUTE = {68: np.float32, 70: np.float64, 75: np.float32, 77: np.float32}


class CuBLAS:
    """Functions with the arguments of cublas_api.h, which compute on the host: matrices lie column by column there."""

    def __init__(self):
        self.calls, self.status = [], 0
        of, p, i, long = ctypes.CFUNCTYPE, ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
        head, matrix = (i, p, i, i, i, i, i, p), (p, i, i)
        self.cublasCreate_v2 = of(i, ctypes.POINTER(p))(self.create)
        self.cublasSetStream_v2 = of(i, p, p)(self.note("stream"))
        self.cublasSetWorkspace_v2 = of(i, p, p, ctypes.c_size_t)(self.note("workspace"))
        self.cublasGemmEx = of(*head, *matrix, *matrix, p, *matrix, i, i)(self.one)
        stack = *matrix, long
        self.cublasGemmStridedBatchedEx = of(*head, *stack, *stack, p, *stack, i, i, i)(self.many)
        self.words = ctypes.create_string_buffer(b"the GPU has fallen off the bus")
        self.cublasGetStatusString = of(p, i)(lambda status: ctypes.addressof(self.words))

    def create(self, handle):
        handle[0] = 4711
        return self.status

    def note(self, name):
        def call(*arguments):
            self.calls.append((name, *arguments))
            return self.status

        return call

    def one(self, handle, ta, tb, m, n, k, alpha, a, at, lda, b, bt, ldb, beta, c, ct, ldc, compute, algorithm):
        first, second, third = (a, at, lda, 0), (b, bt, ldb, 0), (c, ct, ldc, 0)
        return self.many(handle, ta, tb, m, n, k, alpha, *first, *second, beta, *third, 1, compute, algorithm)

    def many(self, handle, ta, tb, m, n, k, alpha, *rest):
        a, at, lda, sa, b, bt, ldb, sb, beta, c, ct, ldc, sc, count, compute, algorithm = rest
        assert (handle, algorithm) == (4711, -1)
        self.calls.append(("gemm", m, n, k, count, compute))
        wide = COMPUTE[compute]
        number = ctypes.c_double if wide is np.float64 else ctypes.c_float
        alpha, beta = (number.from_address(x).value for x in (alpha, beta))
        for number in range(count):
            x = self.matrix(a, at, lda, sa * number, m, k, ta)
            y = self.matrix(b, bt, ldb, sb * number, k, n, tb)
            z = self.matrix(c, ct, ldc, sc * number, m, n, 0)
            z[...] = alpha * (x.astype(wide) @ y.astype(wide)) + (beta * z.astype(wide) if beta else 0)
        return self.status

    def matrix(self, address, kind, leading, start, rows, columns, turned):
        dtype = np.dtype(NUMBERS[kind])
        rows, columns = (columns, rows) if turned else (rows, columns)
        assert leading >= rows
        size = (leading * (columns - 1) + rows) * dtype.itemsize
        memory = (ctypes.c_char * size).from_address(address + start * dtype.itemsize)
        steps = dtype.itemsize, leading * dtype.itemsize
        found = np.lib.stride_tricks.as_strided(np.frombuffer(memory, dtype), (rows, columns), steps)
        return found.T if turned else found


@pytest.fixture
def cublas(request, monkeypatch):
    if "GPU" in request.node.name:
        pytest.skip("cuBLAS itself is used")
    made = CuBLAS()
    monkeypatch.setattr(products, "cublas", lambda: products.declared(made))
    monkeypatch.setattr(products, "gemm", ITS_GEMM)
    monkeypatch.setattr(products, "handles", products.Handles())
    return made


ITS_GEMM = products.gemm


@pytest.mark.parametrize("kind", sorted(products.REAL))
@pytest.mark.parametrize("stack", [(), (3,)])
def test_cublas_is_told_what_its_header_says(kind, stack, cublas):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-3, 4, (*stack, *shape)).astype(as_dtype(kind)) for shape in ((2, 5), (3, 5)))
    x, y = send(a), send(b).swapaxes(-1, -2)
    z = products.product(x, y)
    np.testing.assert_array_equal(z.get(), a @ b.swapaxes(-1, -2))
    products.product(x, y, into=z)
    np.testing.assert_array_equal(z.get(), 2 * (a @ b.swapaxes(-1, -2)))
    back = products.product(z.swapaxes(-1, -2), x)
    np.testing.assert_array_equal(back.get(), (2 * (a @ b.swapaxes(-1, -2))).swapaxes(-1, -2) @ a)
    assert [name for name, *_ in cublas.calls] == ["stream", "workspace", "gemm", "gemm", "gemm"]
    assert cublas.calls[1][3] == products.WORKSPACE
    assert cublas.calls[2][-1] == (70 if kind == "float64" else 68)


def test_float32_is_multiplied_as_exactly_as_was_said(cublas):
    x = send(np.ones((2, 2), "float32"))
    try:
        for name in ("high", "medium", "highest"):
            minigrad.set_float32_matmul_precision(name)
            products.product(x, x)
            products.product(x.astype("float64"), x.astype("float64"))
    finally:
        minigrad.set_float32_matmul_precision("highest")
    assert [call[-1] for call in cublas.calls if call[0] == "gemm"] == [77, 70, 75, 70, 68, 70]


def test_another_stream_is_told_with_its_workspace(cublas):
    import cupy

    x = send(np.ones((2, 2), "float32"))
    products.product(x, x)
    with cupy.cuda.Stream(non_blocking=True):
        products.product(x, x)
    told = [call for call in cublas.calls if call[0] != "gemm"]
    assert [name for name, *_ in told] == ["stream", "workspace"] * 2
    assert told[0][2] != told[2][2]


def test_what_cublas_says_of_an_error_is_told(cublas):
    x = send(np.ones((2, 2), "float32"))
    products.product(x, x)
    cublas.status = 13
    with pytest.raises(
        RuntimeError, match=r"cublasGemmEx of cuBLAS failed: the GPU has fallen off the bus \(status 13\)"
    ):
        products.product(x, x)


# ------------------------------------------------------------------------------------------------- NVIDIA's compiler

MODULES = (
    activation,
    gradients,
    indices,
    softmax,
    normalization,
    recurrent,
    optimizers,
    pooling,
    random,
    cuda_windows,
    scaler,
)
"""Those whose kernels are texts that name what they need."""


def sources():
    """Each kernel by its name, with all that may stand before it."""
    from minigrad.kernels.cuda import rows

    before = rows.BLOCK_MAX + rows.block_sum_source() + recurrent.SIGMA + random.PHILOX + random.UNIT
    for module in MODULES:
        texts = [value for value in vars(module).values() if isinstance(value, str) and "__global__" in value]
        made = [f() for name, f in vars(module).items() if name.endswith("_source") and f.__module__ == module.__name__]
        for text in [*texts, *[text for text in made if "__global__" in text]]:
            yield text.split("void ")[1].split("(")[0], before + text


KERNELS = dict(sources()) | {name: optimizers.source(name, 3) for name in optimizers.FORMULAS}
KERNELS |= {
    "unscale": scaler.text_of_unscale(3),
    "squares": gradients.text_of_squares(3),
    "shrink": gradients.text_of_shrink(3),
}


@pytest.mark.skipif(
    nvrtc.COMPILER is None, reason="NVIDIA's run-time compiler (nvidia-cuda-nvrtc-cu12) is not installed"
)
@pytest.mark.parametrize("dtype", launch.TYPES)
@pytest.mark.parametrize("name", KERNELS)
def test_nvidias_compiler_takes_every_kernel(name, dtype):
    macros = "".join(f"#define {option[2:].replace('=', ' ')}\n" for option in launch.OPTIONS)
    text = nvrtc.ptx(macros + launch.TYPES[dtype] + KERNELS[name])
    assert f".entry {name}" in text
    doubles = [line for line in text.splitlines() if ".f64" in line and "cvt" not in line]
    assert dtype == "float64" or not doubles  # a constant without (A) before it would make the GPU take its slow way
