"""Every Function, forward and backward, on the GPU against itself on the CPU, which other tests compare with PyTorch.

The tolerance is that of rounding, as in tests/oracle.py: 2e-5 of the largest element in float32, 1e-10 in float64.
"""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor
from minigrad.ops.dropout import Dropout
from tests.oracle import TOLERANCE, on_host
from tests.test_gradcheck import CHECKS

CASES = [
    (cls, n, check) for cls, checks in CHECKS.items() for n, check in enumerate(checks) if not issubclass(cls, Dropout)
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("cls", "number", "check"), CASES, ids=[f"{cls.__name__}-{n}" for cls, n, _ in CASES])
def test_forward_and_backward_are_those_of_the_cpu(cls, number, check, dtype, device):
    make, arrays, settings = read(cls, check)
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(a) if isinstance(a, tuple) else np.asarray(a) for a in arrays]
    arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]
    here, there = [results(make(**settings), arrays, where) for where in ("cpu", device)]
    assert len(here) == len(there)
    for expected, found in zip(here, there):
        assert found.dtype == expected.dtype
        limit = TOLERANCE[dtype] * max(1.0, float(np.abs(expected).max(initial=0)))
        np.testing.assert_allclose(found, expected, TOLERANCE[dtype], limit)


def read(cls, check):
    """What makes the Function, its inputs (arrays, or shapes to draw) and its settings, from a line of CHECKS."""
    *inputs, last = check
    if isinstance(last, dict):
        return cls, inputs, last
    return (last, inputs, {}) if callable(last) else (cls, check, {})


def results(function, arrays, device):
    """Outputs and gradients, with the same random upstream gradients on every device."""
    xs = [Tensor(a, requires_grad=a.dtype.kind == "f").to(device).detach() for a in arrays]
    for x in xs:
        x.requires_grad = x.dtype.kind == "f"
    outputs = function(*xs)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    rng = np.random.default_rng(1)
    upstream = [rng.standard_normal(y.shape).astype(y.dtype) for y in outputs]
    pairs = [(y, Tensor(u, device=device)) for y, u in zip(outputs, upstream) if y.requires_grad]
    leaves = [x for x in xs if x.requires_grad]
    gradients = minigrad.grad([y for y, _ in pairs], leaves, [u for _, u in pairs], allow_unused=True)
    assert {t.device for t in (*outputs, *[g for g in gradients if g is not None])} == {xs[0].device}
    return [on_host(t) for t in (*outputs, *[g for g in gradients if g is not None])]
