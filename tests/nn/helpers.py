"""Modules of both libraries, made by the same code and given the same weights."""

import numpy as np
import torch

from minigrad import nn
from minigrad.dtypes import as_dtype, is_floating
from tests.oracle import EPS, TOLERANCE, Where, on_host, our_tensor, their_tensor

LIBRARIES = {"minigrad": nn, "torch": torch.nn}


def tensor_of(library, array):
    """An array as a tensor of the library whose `nn` is given."""
    return our_tensor(array) if library is nn else their_tensor(array)


def twins(make, dtype="float64"):
    """`make(nn)` and `make(torch.nn)`, with PyTorch's weights in both."""
    theirs = make(torch.nn).to(getattr(torch, dtype)).to(Where.theirs)
    ours = make(nn).to(dtype).to(Where.ours)
    ours.load_state_dict({name: weight.cpu() for name, weight in theirs.state_dict().items()})
    return ours, theirs


def assert_same_results(ours, theirs, *arrays, dtype="float64", seed=0):
    """Assert that two modules agree: results, gradients of floating inputs and of parameters, dtypes and shapes."""
    limit = TOLERANCE[dtype]
    arrays = [a.astype(as_dtype(dtype)) if a.dtype.kind == "f" else a for a in arrays]
    xs = [our_tensor(a.copy(), is_floating(a.dtype)) for a in arrays]
    ts = [their_tensor(a, requires_grad=is_floating(a.dtype)) for a in arrays]
    found, expected = ours(*xs), theirs(*[t * 1 for t in ts])  # the product, because a leaf may not change in place
    upstream = np.random.default_rng(seed).standard_normal(tuple(expected.shape)).astype(as_dtype(dtype))
    found.backward(our_tensor(upstream))
    expected.backward(their_tensor(upstream))
    pairs = {"result": (found, expected)}
    pairs.update(
        {f"gradient of input {i}": (x.grad, t.grad) for i, (x, t) in enumerate(zip(xs, ts)) if x.requires_grad}
    )
    weights = dict(theirs.named_parameters())
    pairs.update({f"gradient of {name}": (w.grad, weights[name].grad) for name, w in ours.named_parameters()})
    for what, (mine, theirs_) in pairs.items():
        assert mine.shape == tuple(theirs_.shape), what
        assert mine.dtype == dtype, what
        found, expected = [on_host(x).astype("float64") for x in (mine, theirs_)]
        scale = max(1, np.abs(expected).max(initial=0)) if dtype in EPS else 1
        np.testing.assert_allclose(found, expected, limit, limit * scale, err_msg=what)
    for x, original in zip(xs, arrays):
        np.testing.assert_array_equal(on_host(x), original, "an input was modified in place")
