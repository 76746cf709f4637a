"""PyTorch as the oracle: the same function of the same arrays, computed by both libraries, must agree.

A function under test takes the library as its first argument and calls it under the names both share:
`lambda m, x: m.softmax(x, 1)`. `compare` runs it with minigrad and with PyTorch and compares values, dtypes, shapes,
the gradients for a random upstream gradient, and the gradients of these gradients. `on` says where each computes: the
tests of tests/cuda run the same comparisons on a GPU.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import minigrad
from minigrad import Tensor, dtypes, ops
from minigrad.autograd import topological_order
from minigrad.device import array_module, to_device

EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""The distance from 1 to the next number of each half."""

TOLERANCE = {"float64": 1e-10, "float32": 2e-5, **{half: 4 * eps for half, eps in EPS.items()}}
"""How far results may be apart, as a part of the largest element of what is compared.

Of halves, 4 eps: minigrad computes in float32 and rounds once, which is eps / 2; PyTorch computes some operations in
steps, each of which rounds to the half, and its gradients start from results that are rounded.
"""


class Where:
    """The devices on which minigrad's tensors and PyTorch's lie."""

    ours, theirs = "cpu", "cpu"


@contextmanager
def on(ours: str, theirs: str) -> Iterator[None]:
    """Within this context, minigrad computes on the device `ours` and PyTorch on `theirs`."""
    before, Where.ours, Where.theirs = (Where.ours, Where.theirs), ours, theirs
    try:
        yield
    finally:
        Where.ours, Where.theirs = before


def our_tensor(array, requires_grad=False, layout=np.asarray):
    """An array as minigrad's tensor, laid out in memory where it lies."""
    array = np.asarray(array)
    there = to_device(array, Where.ours)
    return Tensor(there if layout is np.asarray else layout(there), requires_grad)


def their_tensor(array, dtype=None, requires_grad=False):
    """An array as PyTorch's tensor."""
    if getattr(array, "dtype", None) == "bfloat16":  # which PyTorch does not take from NumPy
        array, dtype = array.astype("float32"), dtype or torch.bfloat16
    return torch.tensor(array, dtype=dtype, device=Where.theirs, requires_grad=requires_grad)


def both(array):
    """An array as PyTorch's tensor and as minigrad's; floating ones require gradients."""
    floating = dtypes.is_floating(array.dtype)
    return their_tensor(array, requires_grad=floating), our_tensor(array, floating)


def on_host(tensor):
    """The values of a tensor of either library as a NumPy array."""
    if isinstance(tensor, torch.Tensor):
        half = tensor.dtype == torch.bfloat16
        return (tensor.float() if half else tensor).detach().numpy(force=True).astype(dtype_name(tensor))
    return to_device(tensor.data, "cpu")


def dtype_name(tensor):
    """The name of the dtype of a tensor of either library."""
    return str(tensor.dtype).removeprefix("torch.")


class Torch:
    """PyTorch's functions under minigrad.ops' names: those of torch, else those of torch.nn.functional."""

    def __getattr__(self, name):
        return getattr(torch, name) if hasattr(torch, name) else getattr(F, name)


class Case(NamedTuple):
    """A function of (library, *tensors), and what draws each of its arrays from a random generator."""

    name: str
    function: object
    inputs: tuple
    tolerance: float = 1

    def draw(self, seed=0):
        rng = np.random.default_rng([seed, *self.name.encode()])
        return [draw(rng) for draw in self.inputs]


def case(name, function, *inputs, tolerance=1):
    return Case(name, function, inputs, tolerance)


# ------------------------------------------------------------------------------------------------- inputs and layouts


def normal(*shape):
    return lambda rng: rng.standard_normal(shape)


def uniform(low, high, *shape):
    return lambda rng: rng.uniform(low, high, shape)


def positive(*shape):
    return uniform(0.2, 3, *shape)


def distinct(*shape):
    """Numbers at least 0.1 apart, so that no extreme and no order hangs on rounding."""
    return lambda rng: (rng.permutation(int(np.prod(shape))) - np.prod(shape) / 2 + 0.25).reshape(shape) / 10


def off_zero(*shape):
    """Numbers of both signs, at least 0.1 from 0."""
    return lambda rng: rng.uniform(0.1, 2, shape) * rng.choice([-1, 1], shape)


def integers(low, high, *shape, dtype="int64"):
    return lambda rng: rng.integers(low, high, shape).astype(dtype)


def booleans(*shape):
    return lambda rng: rng.random(shape) < 0.5


def given(values, dtype=None):
    return lambda rng: np.array(values, dtype)


def transposed(array):
    """The same elements, first dimension fastest in memory."""
    return array_module(array).asfortranarray(array).reshape(array.shape, order="F")


def strided(array):
    """The same elements, every second one of a larger array."""
    if array.ndim == 0:
        return array
    larger = array_module(array).zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    larger[..., ::2] = array
    return larger[..., ::2]


def reversed_in_memory(array):
    """The same elements, last first in memory: all strides are negative."""
    flip = array_module(array).flip
    return flip(flip(array).copy())


LAYOUTS = {"transposed": transposed, "strided": strided, "reversed": reversed_in_memory}


# -------------------------------------------------------------------------------------------------------- comparison


def compare(function, *arrays, dtype="float64", layout=np.asarray, second=True, tolerance=1, seed=0):
    """Assert that `function(minigrad.ops, ...)` and `function(torch, ...)` agree on `arrays`.

    Floating arrays are converted to `dtype`, laid out in memory by `layout`, and require gradients. With `second`,
    second gradients are compared where every operation is differentiable; where one is not, minigrad has to say so.
    Where PyTorch's results are all finite, minigrad may not warn.
    """
    wanted = dtypes.as_dtype(dtype)
    arrays = [np.asarray(a, wanted) if np.asarray(a).dtype.kind == "f" else np.asarray(a) for a in arrays]
    limit = tolerance * TOLERANCE[dtype]

    xs = [their_tensor(a.copy(), requires_grad=dtypes.is_floating(a.dtype)) for a in arrays]
    expected = as_list(function(Torch(), *xs))
    upstream, projections = random_like(expected, seed), random_like(xs, seed + 1)
    expected_first, expected_second = torch_gradients(expected, xs, upstream, projections, second)
    finite = all(bool(t.isfinite().all()) for t in [*expected, *expected_first, *expected_second])

    with warnings.catch_warnings():
        warnings.simplefilter("error" if finite else "ignore", RuntimeWarning)
        xs = [our_tensor(a, dtypes.is_floating(a.dtype), layout) for a in arrays]
        before = [x.data.copy() for x in xs]
        found = as_list(function(ops, *xs))
        assert_same("output", found, expected, limit)
        rigid = [v for v in graph_of(found) if not getattr(v, "differentiable", True)]
        first, twice = minigrad_gradients(found, xs, upstream, projections, second and not rigid)
    assert_same("gradient", first, expected_first, limit)
    if second and not rigid:
        assert_same("second gradient", twice, expected_second, limit * 100)
    elif second:
        with pytest.raises(RuntimeError, match=f"{rigid[-1].name} has no second derivative"):
            minigrad_gradients(as_list(function(ops, *xs)), xs, upstream, projections, True)
    for x, original in zip(xs, before, strict=True):
        np.testing.assert_array_equal(on_host(x), to_device(original, "cpu"), "an input was modified in place")


def agree(case, **options):
    """Compare the two libraries on a case, whose name is added to the error."""
    try:
        compare(case.function, *case.draw(), tolerance=case.tolerance, **options)
    except Exception as error:
        error.add_note(f"in the case: {case.name} {options}")
        raise


def as_list(result):
    return [result] if isinstance(result, Tensor | torch.Tensor) else list(result)


def graph_of(tensors):
    return topological_order([t.grad_fn for t in tensors if t.grad_fn is not None])


def random_like(tensors, seed):
    """A random array for each floating tensor, None for the others."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(tuple(t.shape)) if is_floating(t) else None for t in tensors]


def is_floating(tensor):
    return tensor.is_floating_point() if isinstance(tensor, torch.Tensor) else dtypes.is_floating(tensor.dtype)


def torch_gradients(outputs, xs, upstream, projections, second):
    ys = [(y, their_tensor(u, y.dtype, True)) for y, u in zip(outputs, upstream) if y.requires_grad]
    wanted = [(x, p) for x, p in zip(xs, projections) if p is not None]
    if not ys:
        return [], []
    leaves, gys = [x for x, _ in wanted], [u for _, u in ys]
    first = torch.autograd.grad([y for y, _ in ys], leaves, gys, create_graph=second, allow_unused=True)
    twice = []
    if second:
        pairs = [(g, p) for g, (_, p) in zip(first, wanted) if g is not None and g.requires_grad]
        if pairs:
            total = sum((g * their_tensor(p, g.dtype)).sum() for g, p in pairs)
            twice = torch.autograd.grad(total, leaves + gys, allow_unused=True)
    return filled(first, leaves, torch.zeros_like), filled(twice, leaves + gys, torch.zeros_like)


def minigrad_gradients(outputs, xs, upstream, projections, second):
    ys = [(y, our_tensor(u.astype(y.dtype), True)) for y, u in zip(outputs, upstream, strict=True) if y.requires_grad]
    wanted = [(x, p) for x, p in zip(xs, projections, strict=True) if p is not None]
    if not ys:
        return [], []
    leaves, gys = [x for x, _ in wanted], [u for _, u in ys]
    first = minigrad.grad([y for y, _ in ys], leaves, gys, create_graph=second, allow_unused=True)
    twice = []
    if second:
        pairs = [(g, p) for g, (_, p) in zip(first, wanted) if g is not None and g.requires_grad]
        if pairs:
            total = sum((g * our_tensor(p.astype(g.dtype))).sum() for g, p in pairs)
            twice = minigrad.grad(total, leaves + gys, allow_unused=True)
    return filled(first, leaves, ops_zeros), filled(twice, leaves + gys, ops_zeros)


def ops_zeros(tensor):
    return Tensor(array_module(tensor.data).zeros_like(tensor.data))


def filled(gradients, tensors, zeros):
    """Zeros in place of gradients that are None, or of all where there are none."""
    gradients = list(gradients) or [None] * len(tensors)
    return [zeros(t) if g is None else g for g, t in zip(gradients, tensors, strict=True)]


def assert_same(what, found, expected, limit):
    """Assert that two lists of tensors have the same shapes, dtypes and, within `limit`, values."""
    assert len(found) == len(expected), f"{len(found)} {what}s, expected {len(expected)}"
    for i, (mine, theirs) in enumerate(zip(found, expected)):
        theirs = on_host(theirs)
        assert mine.shape == theirs.shape, f"{what} {i} has shape {mine.shape}, expected {theirs.shape}"
        assert mine.dtype == theirs.dtype, f"{what} {i} has dtype {mine.dtype}, expected {theirs.dtype}"
        if not dtypes.is_floating(theirs.dtype):
            np.testing.assert_array_equal(on_host(mine), theirs, f"{what} {i}")
            continue
        mine, theirs = [x.astype("float32") if x.dtype == "bfloat16" else x for x in (on_host(mine), theirs)]
        finite = np.abs(theirs[np.isfinite(theirs)])
        scale = max(1.0, float(finite.max(initial=0)))
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(mine, theirs, limit, limit * scale, err_msg=f"{what} {i}")
