"""CUDA kernels: in the simulator against NumPy, on sizes that take every branch; and NVIDIA's compiler takes them.

tests/cuda compares the operations that use them with PyTorch, on the stand-in and on a GPU.
"""

import numpy as np
import pytest

from minigrad.kernels.cuda import activation, launch, normalization, recurrent, softmax
from tests import nvrtc, standin
from tests.oracle import TOLERANCE

RNG = np.random.default_rng(11)


@pytest.fixture(autouse=True)
def device():
    with standin.installed():
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


@pytest.mark.parametrize("mask", [None, (6, 7), (2, 1, 1, 7), (3, 1, 7), (2, 3, 6, 7)])
@pytest.mark.parametrize("drops", [False, True])
def test_attention(mask, drops, dtype):
    scores, scale = normal(dtype, 2, 3, 6, 7), 0.3
    added = None if mask is None else np.where(RNG.random(mask) < 0.4, -np.inf, normal(dtype, *mask)).astype(dtype)
    kept = (RNG.random(scores.shape) < 0.7).astype(dtype) / dtype_of(dtype)(0.7) if drops else None
    whole = scores.astype("float64") * scale + (0 if added is None else added)
    highest = whole.max(-1, keepdims=True)
    e = np.exp(whole - np.where(np.isneginf(highest), 0, highest))
    total = e.sum(-1, keepdims=True)
    p = e / np.where(total == 0, 1, total)
    check(
        lambda s: softmax.attention(s, send(added), scale, send(kept)), (p, p * (1 if kept is None else kept)), scores
    )
    gp = normal(dtype, *scores.shape)
    g = gp * (1 if kept is None else kept)
    expected = scale * p * (g - (g * p).sum(-1, keepdims=True))
    check(lambda gp, p: softmax.attention_backward(gp, p, send(kept), scale), expected, gp, p.astype(dtype))


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


# ------------------------------------------------------------------------------------------------- NVIDIA's compiler

MODULES = (activation, softmax, normalization, recurrent)
"""Those whose kernels are texts that name what they need."""


def sources():
    """Each kernel by its name, with all that may stand before it."""
    from minigrad.kernels.cuda import rows

    before = rows.BLOCK_MAX + rows.block_sum_source() + recurrent.SIGMA
    for module in MODULES:
        texts = [value for value in vars(module).values() if isinstance(value, str) and "__global__" in value]
        made = [f() for name, f in vars(module).items() if name.endswith("_source") and f.__module__ == module.__name__]
        for text in [*texts, *[text for text in made if "__global__" in text]]:
            yield text.split("void ")[1].split("(")[0], before + text


KERNELS = dict(sources())


@pytest.mark.skipif(
    nvrtc.LIBRARY is None, reason="NVIDIA's run-time compiler (nvidia-cuda-nvrtc-cu12) is not installed"
)
@pytest.mark.parametrize("dtype", launch.TYPES)
@pytest.mark.parametrize("name", KERNELS)
def test_nvidias_compiler_takes_every_kernel(name, dtype):
    macros = "".join(f"#define {option[2:].replace('=', ' ')}\n" for option in launch.OPTIONS)
    text = nvrtc.ptx(macros + launch.TYPES[dtype] + KERNELS[name])
    assert f".entry {name}" in text
    doubles = [line for line in text.splitlines() if ".f64" in line and "cvt" not in line]
    assert dtype == "float64" or not doubles  # a constant without (A) before it would make the GPU take its slow way
