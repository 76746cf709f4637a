"""A call that happens on the device leaves everything as a call on the CPU would."""

import numpy as np
import pytest

import minigrad
from minigrad import nn
from minigrad.changes import Clock, changed_since
from minigrad.course.crossing import Crossing, Journey, crossing
from minigrad.device import device_of
from minigrad.function import Function
from tests.oracle import on_host


@pytest.fixture
def there(device):
    """Wraps a function so that it computes on the device."""
    return lambda function, journey=None: crossing(function, device, journey or Journey())


def test_arrays_go_there_and_results_come_back(there):
    seen = []

    def double(x, pair, *, y):
        seen.extend([device_of(each) for each in (x, *pair, y)])
        return 2 * x, pair[0] + y

    x = np.arange(3.0)
    twice, total = there(double)(x, (x, 1.5), y=x[1:2])
    assert seen == ["cuda:0", "cuda:0", "cpu", "cuda:0"]
    np.testing.assert_array_equal(twice, [0, 2, 4])
    np.testing.assert_array_equal(total, [1, 2, 3])


def test_changes_in_place_reach_the_originals(there):
    def change(x, parts, state):
        x += 1
        parts[0] *= 2
        state["new"] = x + 1
        minigrad.changes.note_change(x)
        return x

    x, parts, state, time = np.zeros(2), [np.ones(2)], {"old": np.ones(1)}, Clock.now
    old = state["old"]
    assert there(change)(x, parts, state) is x
    np.testing.assert_array_equal(x, [1, 1])
    np.testing.assert_array_equal(parts[0], [2, 2])
    np.testing.assert_array_equal(state["new"], [2, 2])
    assert state["old"] is old
    assert changed_since(x, time)
    assert not changed_since(parts[0], time)


def test_what_a_node_saves_is_there_for_a_backward_here_and_on_the_device(there):
    class Square(Function):
        def forward(self, x):
            self.save(x)
            self.inner = [(x * 2, None)]
            return x * x

        def backward(self, gy):
            assert device_of(self.saved[0]) == device_of(gy) == device_of(self.inner[0][0])
            return gy * self.inner[0][0]

    node, x = Square(), np.array([1.0, 2.0])
    there(Square.forward)(node, x)
    assert node.saved[0] is x
    for backward in (Square.backward, there(Square.backward)):
        np.testing.assert_array_equal(backward(node, np.ones(2)), [2, 4])


def test_gradients_reach_parameters_and_tensors(there):
    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.norm = nn.Linear(3, 2), nn.BatchNorm1d(2)

        def forward(self, x):
            return self.norm(self.inner(x)) ** 2

    def run(forward):
        minigrad.manual_seed(0)
        layer, x = Layer(), minigrad.randn(4, 3, requires_grad=True)
        y = forward(layer, x)
        (y * minigrad.arange(8.0).reshape(4, 2)).sum().backward()
        return [y, x.grad, *[p.grad for p in layer.parameters()], *layer.buffers()]

    for found, expected in zip(run(there(Layer.forward)), run(Layer.forward), strict=True):
        assert found.device == "cpu"
        np.testing.assert_allclose(on_host(found.detach()), on_host(expected.detach()), 1e-4, 1e-5)


def test_a_model_that_is_given_is_the_same_model_afterwards(there):
    def step(model, x):
        assert {p.device for p in model.parameters()} == {"cuda:0"}
        model(x).sum().backward()
        model.weight.requires_grad = False
        return [model.weight]

    model, x = nn.Linear(3, 2), minigrad.ones(4, 3)
    (weight,) = there(step)(model, x)
    assert weight is model.weight
    assert (weight.device, weight.grad.device, weight.requires_grad) == ("cpu", "cpu", False)
    np.testing.assert_array_equal(weight.grad.numpy(), np.full((2, 3), 4))


def test_an_array_that_a_function_made_and_kept_does_not_cross(there):
    class Keeps(Function):
        def forward(self, x):
            self.ones = np.ones(3)
            return x

        def backward(self, gy):
            assert device_of(self.ones) == "cpu"
            return gy

    journey, node = Journey(), Keeps()
    there(Keeps.forward, journey)(node, np.zeros(3))
    there(Keeps.backward, journey)(node, np.zeros(3))
    assert [kept is node.ones for kept in journey.kept] == [True] * len(journey.kept) != []


def test_after_an_error_everything_is_back_and_what_is_called_within_has_crossed_already(there):
    inner = there(lambda x: x + 1)
    parts = [np.ones(2)]

    def fail(parts):
        assert Crossing.inside
        assert device_of(inner(parts[0])) == "cuda:0"
        raise KeyError("no")

    before = parts[0]
    with pytest.raises(KeyError):
        there(fail)(parts)
    assert parts[0] is before
    assert not Crossing.inside
