"""Nothing is left behind: training steps free their graphs by reference counting alone, without reference cycles.

The collector of cycles is switched off while the steps run, so that a cycle would stay and be counted.
"""

import contextlib
import gc
import tracemalloc

import numpy as np
import pytest

from minigrad import Function, Tensor, grad, no_grad, ops


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    x, t = Tensor(rng.standard_normal((8, 5))), Tensor(rng.standard_normal((8, 3)))
    weights = [Tensor(0.3 * rng.standard_normal(s), requires_grad=True) for s in [(5, 4), (4,), (4, 3), (3,)]]
    return x, t, weights


def loss_of(x, t, weights):
    w1, b1, w2, b2 = weights
    return (((x @ w1 + b1).tanh() @ w2 + b2 - t) ** 2).mean()


def train(x, t, weights):
    loss_of(x, t, weights).backward()
    for w in weights:
        w.data -= 0.01 * w.grad.data
        w.grad = None


def growth(step, *, steps, traced=300, windows=4):
    """What `steps` calls leave behind: (objects that the collector knows, bytes in each of `traced` more calls).

    The calls are counted in windows of which the least growth counts: a leak shows in every one, a cache that fills
    in the first ones only.
    """
    step()
    gc.collect()
    gc.disable()
    try:
        objects = [len(gc.get_objects())]
        for _ in range(windows):
            for _ in range(steps // windows):
                step()
            objects.append(len(gc.get_objects()))
        tracemalloc.start()
        for length in range(1, 20):  # fill the interpreter's store of freed tuples, which would seem to grow
            freed = [(i,) * length for i in range(2500)]
            del freed
        sizes = []
        for _ in range(windows + 1):
            for _ in range(traced // windows):
                step()
            sizes.append(tracemalloc.get_traced_memory()[0])
        return min(np.diff(objects)) * windows, min(np.diff(sizes)) / (traced // windows)
    finally:
        tracemalloc.stop()
        gc.enable()


def test_ten_thousand_training_steps_leave_nothing_behind(network):
    objects, size = growth(lambda: train(*network), steps=10_000, traced=400)
    assert objects < 50
    assert size < 20


def leaky(x):
    """An operation whose output refers to the operation, which refers to the output: a cycle."""

    class Leaky(Function):
        def forward(self, x):
            return x * 1

        def backward(self, gy):
            return gy

    y = Leaky()(x)
    y.grad_fn.kept = y
    return y


def test_the_measurement_would_see_a_cycle(network):
    x, t, weights = network
    objects, size = growth(lambda: loss_of(leaky(x + weights[1][0]), t, weights).backward(), steps=100)
    assert objects > 100
    assert size > 100


def with_hooks(x, t, weights):
    h = x @ weights[0]
    h.retain_grad()
    handle = h.register_hook(lambda g: g * 2)
    (h.relu().sum() + h.exp().mean()).backward()
    handle.remove()


def second_order(x, t, weights):
    (g,) = grad(loss_of(x, t, weights), weights[0], create_graph=True)
    for w, gw in zip(weights, grad((g * g).sum(), weights, allow_unused=True)):
        w.data -= 0 if gw is None else 0.001 * gw.data


def without_graph(x, t, weights):
    with no_grad():
        loss_of(x, t, weights)


def never_walked(x, t, weights):
    loss_of(x, t, weights)


def failing(x, t, weights):
    with contextlib.suppress(ValueError):
        (x @ weights[0]) @ weights[0]


def kept_graph(x, t, weights):
    y = loss_of(x, t, weights)
    y.backward(retain_graph=True)
    y.backward()


def many_operations(x, t, weights):
    a, b = weights[0].split([2, 3])
    c = ops.concatenate([a, b.softmax(1), ops.stack([b, b], 0)[0], a[[0, 0, 1]]])
    d = ops.where(c > 0, c, ops.maximum(c, -c) ** 0.5).clip(0.01, 3).log().logsumexp(1)
    ops.einsum("i,i->", d, d.flip(0).cumsum(0)).backward()


@pytest.mark.parametrize(
    "step", [with_hooks, second_order, without_graph, never_walked, failing, kept_graph, many_operations]
)
def test_other_ways_through_the_engine_leave_nothing_behind_either(network, step):
    objects, size = growth(lambda: step(*network), steps=200, traced=200)
    assert objects < 20
    assert size < 20
