"""Every optimizer with every option, and gradient clipping, on the GPU against the CPU, where they follow PyTorch.

To 1e-5 in float32, after 5 steps: one rounding each.
"""

import numpy as np
import pytest

from minigrad import Tensor, optim
from tests.optim.test_optim_formulas import CASES
from tests.oracle import on_host

SHAPES = [(30, 40), (5,), (), (0, 3), (2, 1, 3)]


def parameters(device, requires_grad=True):
    rng = np.random.default_rng(0)
    arrays = [np.asarray(rng.standard_normal(shape), np.float32) for shape in SHAPES]
    return [Tensor(a, requires_grad, device=device) for a in arrays]


def set_gradients(tensors, seed):
    rng = np.random.default_rng(seed)
    for p in tensors:
        p.grad = Tensor(np.asarray(rng.standard_normal(p.shape), np.float32), device=p.device)


@pytest.mark.parametrize(("name", "options"), CASES, ids=[f"{name}-{'-'.join(o)}" for name, o in CASES])
def test_five_steps_are_those_of_the_cpu(name, options, device):
    both = [parameters("cpu"), parameters(device)]
    optimizers = [getattr(optim, name)(tensors, **options) for tensors in both]
    for step in range(5):
        for tensors, optimizer in zip(both, optimizers):
            set_gradients(tensors, step + 1)
            optim.clip_grad_norm_(tensors, 20.0)
            optimizer.step()
    for here, there in zip(*both, strict=True):
        np.testing.assert_allclose(on_host(there), on_host(here), 1e-5, 1e-5)


@pytest.mark.parametrize("order", [1, 2, 3.0, float("inf")])
def test_clipping_is_that_of_the_cpu(order, device):
    both = [parameters("cpu"), parameters(device)]
    for tensors in both:
        set_gradients(tensors, 1)
    norms = [optim.clip_grad_norm_(tensors, 3.0, order) for tensors in both]
    np.testing.assert_allclose(on_host(norms[1]), on_host(norms[0]), 1e-5)
    for tensors in both:
        optim.clip_grad_value_(tensors, 0.05)
    for here, there in zip(*both, strict=True):
        np.testing.assert_allclose(on_host(there.grad), on_host(here.grad), 1e-5, 1e-5)


def test_state_goes_from_device_to_device(device):
    here, there = parameters("cpu"), parameters(device)
    optimizers = [optim.Adam(tensors, lr=0.1, amsgrad=True) for tensors in (here, there)]
    set_gradients(there, 1)
    optimizers[1].step()
    optimizers[0].load_state_dict(optimizers[1].state_dict())
    for p, q in zip(here, there):
        p.data = on_host(q)
    for tensors, optimizer in zip((here, there), optimizers):
        set_gradients(tensors, 2)
        optimizer.step()
    for p, q in zip(here, there):
        np.testing.assert_allclose(on_host(q), on_host(p), 1e-5, 1e-5)
