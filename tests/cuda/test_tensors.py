"""What tensors can do besides operations: the same on the GPU as on the CPU."""

import copy
import operator

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.optim.swa_utils import AveragedModel
from minigrad.summary import summarize
from tests.oracle import on_host


def changed(change):
    """What `change` leaves of its tensor."""

    def made(x):
        change(x)
        return x

    return made


def with_gradient(function):
    """The gradient of the sum of what a function makes of a tensor."""

    def made(x):
        leaf = x.clone().requires_grad_()
        function(leaf).sum().backward()
        return leaf.grad

    return made


def like(x, *numbers):
    return minigrad.tensor(list(numbers), device=x.device)


SAME = {
    "a number assigned": changed(lambda x: operator.setitem(x, 0, 5.0)),
    "a tensor assigned": changed(lambda x: operator.setitem(x, (slice(None), 1), like(x, 7.0, 8.0, 9.0))),
    "an array assigned": changed(lambda x: operator.setitem(x, 0, np.ones(4, np.float32))),
    "a list assigned": changed(lambda x: operator.setitem(x, (slice(None), 1), [1.0, 2.0, 3.0])),
    "a number of NumPy assigned": changed(lambda x: operator.setitem(x, 1, np.float32(3))),
    "a tensor of tensors": lambda x: Tensor([x[0], x[2]]),
    "copied from the CPU": lambda x: x.copy_(minigrad.ones(4)),
    "by a mask": changed(lambda x: operator.setitem(x, x > 0, 0.0)),
    "by a list": changed(lambda x: operator.setitem(x, [2, 0], 1.5)),
    "by a tensor of places": changed(lambda x: operator.setitem(x, like(x, 2, 0), 1.5)),
    "added in place": lambda x: operator.iadd(x, 2),
    "divided in place": lambda x: operator.itruediv(x, like(x, 1.0, 2.0, 3.0, 4.0)),
    "filled": lambda x: x.fill_(3),
    "zeroed": lambda x: x.zero_(),
    "copied": lambda x: x.copy_(x.T.contiguous().reshape(3, 4)),
    "a list as index": lambda x: x[[2, 0, 2]],
    "an array as index": lambda x: x[np.array([2, 0, 2])],
    "a tensor as index": lambda x: x[like(x, 2, 0, 2)],
    "numbers of a tensor as index": lambda x: x[like(x, 1)[0]],
    "iterated": lambda x: minigrad.stack([row * 2 for row in x]),
    "deep copy": copy.deepcopy,
    "made like it": lambda x: minigrad.zeros_like(x) + minigrad.ones_like(x) + minigrad.full_like(x, 2),
    "made there": lambda x: minigrad.arange(4, device=x.device) + minigrad.linspace(0, 1, 4, device=x.device),
    "identity": lambda x: minigrad.eye(3, 4, device=x.device) * x,
    "half and back": lambda x: x.half().float(),
    "whole numbers": lambda x: (x * 10).long() + (x > 0).int(),
    "gradient of a list as index": with_gradient(lambda x: x[[2, 0, 2]] * 3),
    "gradient of an array as index": with_gradient(lambda x: x[np.array([2, 0, 2]), np.array([1, 1, 1])] * 3),
    "gradient there and back": with_gradient(lambda x: x.to("cpu").exp()),
    "gradient of a product with itself": with_gradient(lambda x: x @ x.T),
    "a hook": with_gradient(lambda x: (x * 2, x.register_hook(lambda g: g * 10))[0]),
}


@pytest.mark.parametrize("name", SAME)
def test_what_comes_out_is_that_of_the_cpu(name, device):
    array = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    expected, found = [SAME[name](Tensor(array.copy(), device=where)) for where in ("cpu", device)]
    assert (found.shape, found.dtype, found.device) == (expected.shape, expected.dtype, "cuda:0")
    np.testing.assert_allclose(on_host(found), on_host(expected), 1e-5, 1e-6)


SAID = {
    "a number": lambda x: x[0, 0].item(),
    "truth": lambda x: bool(x[0, 0] > 0),
    "list": lambda x: x.tolist(),
    "length": len,
    "membership": lambda x: (x[0, 0].item() in x, 99.0 in x),
    "formatted": lambda x: f"{x[0, 0]:.3f}",
    "all close": lambda x: (minigrad.allclose(x, x + 1e-9), minigrad.equal(x, x * 2)),
    "an index": lambda x: [10, 20, 30][x.argmax(dim=0)[0]],
    "size": lambda x: (x.size(), x.numel(), x.dim(), x.is_leaf),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_is_that_of_the_cpu(name, device):
    array = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    expected, found = [SAID[name](Tensor(array.copy(), device=where)) for where in ("cpu", device)]
    assert found == expected


def test_values_that_are_not_finite_are_found(device):
    x = minigrad.tensor([1.0, 0.0], device=device, requires_grad=True)
    with minigrad.detect_anomaly(), pytest.raises(FloatingPointError, match="the forward of Log produced 0 NaN and 1"):
        x.log()


def test_what_was_changed_after_the_forward_pass_is_refused(device):
    x = minigrad.ones(3, device=device, requires_grad=True)
    y = x * 2
    z = y * y
    with minigrad.no_grad():
        y += 1
    with pytest.raises(RuntimeError, match="changed in place after the forward pass"):
        z.sum().backward()


def test_averages_and_schedules(device):
    model = nn.Linear(3, 2).to(device)
    average = AveragedModel(model)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    schedule = optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
    weights = []
    for _ in range(3):
        optimizer.zero_grad()
        model(minigrad.ones(4, 3, device=device)).sum().backward()
        optimizer.step()
        schedule.step()
        average.update_parameters(model)
        weights.append(on_host(model.weight).copy())
    assert average.module.weight.device == "cuda:0"
    np.testing.assert_allclose(on_host(average.module.weight), np.mean(weights, axis=0), 1e-6)


def test_a_summary_of_a_model_there(device):
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 36, 2)).to(device)
    assert summarize(model, (3, 8, 8)).parameters == sum(p.numel() for p in model.parameters())


def test_an_optimizer_with_its_state_goes_through_a_file(device, tmp_path):
    model = nn.Linear(3, 2).to(device)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    model(minigrad.ones(4, 3, device=device)).sum().backward()
    optimizer.step()
    minigrad.save(optimizer.state_dict(), tmp_path / "optimizer.safetensors")
    for where in ("cpu", device):
        other = nn.Linear(3, 2).to(where)
        restored = optim.Adam(other.parameters(), lr=0.5)
        restored.load_state_dict(minigrad.load(tmp_path / "optimizer.safetensors"))
        for p, q in zip(other.parameters(), model.parameters()):
            found, expected = restored.state[p]["exp_avg"], optimizer.state[q]["exp_avg"]
            assert Tensor(found).device == ("cpu" if where == "cpu" else "cuda:0")
            np.testing.assert_array_equal(on_host(Tensor(found)), on_host(Tensor(expected)))
