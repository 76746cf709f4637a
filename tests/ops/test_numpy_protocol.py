"""NumPy's functions on tensors: the same as minigrad's own with its gradient, or a refusal by name."""

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, tensor
from minigrad.ops import numpy_protocol
from tests.oracle import case, positive

CALLS = {
    "np.add": (lambda x, y: np.add(x, y), lambda x, y: x + y),
    "np.subtract": (lambda x, y: np.subtract(x, y), lambda x, y: x - y),
    "np.multiply": (lambda x, y: np.multiply(x, y), lambda x, y: x * y),
    "np.true_divide": (lambda x, y: np.divide(x, y), lambda x, y: x / y),
    "np.power": (lambda x, y: np.power(x, y), lambda x, y: x**y),
    "np.power of a number": (lambda x, y: np.power(x, 2), lambda x, y: x * x),
    "np.negative": (lambda x, y: np.negative(x), lambda x, y: -x),
    "np.exp": (lambda x, y: np.exp(x), lambda x, y: x.exp()),
    "np.log": (lambda x, y: np.log(x), lambda x, y: x.log()),
    "np.sqrt": (lambda x, y: np.sqrt(x), lambda x, y: x.sqrt()),
    "np.sin": (lambda x, y: np.sin(x), lambda x, y: x.sin()),
    "np.cos": (lambda x, y: np.cos(x), lambda x, y: x.cos()),
    "np.abs": (lambda x, y: np.abs(x), lambda x, y: x.abs()),
    "np.tanh": (lambda x, y: np.tanh(x), lambda x, y: x.tanh()),
    "np.log2": (lambda x, y: np.log2(x), lambda x, y: x.log2()),
    "np.log10": (lambda x, y: np.log10(x), lambda x, y: x.log10()),
    "np.log1p": (lambda x, y: np.log1p(x), lambda x, y: x.log1p()),
    "np.expm1": (lambda x, y: np.expm1(x), lambda x, y: x.expm1()),
    "np.tan": (lambda x, y: np.tan(x), lambda x, y: x.tan()),
    "np.sinh": (lambda x, y: np.sinh(x), lambda x, y: x.sinh()),
    "np.cosh": (lambda x, y: np.cosh(x), lambda x, y: x.cosh()),
    "np.floor": (lambda x, y: np.floor(x), lambda x, y: x.floor()),
    "np.ceil": (lambda x, y: np.ceil(x), lambda x, y: x.ceil()),
    "np.trunc": (lambda x, y: np.trunc(x), lambda x, y: x.trunc()),
    "np.sign": (lambda x, y: np.sign(x), lambda x, y: x.sign()),
    "np.rint": (lambda x, y: np.rint(x), lambda x, y: x.round()),
    "np.floor_divide": (lambda x, y: np.floor_divide(x, y) * x, lambda x, y: x // y * x),
    "np.remainder": (lambda x, y: np.remainder(x, y), lambda x, y: x % y),
    "np.prod": (lambda x, y: np.prod(x, axis=1), lambda x, y: x.prod(1)),
    "np.roll": (lambda x, y: np.roll(x, 1, 0), lambda x, y: x.roll(1, 0)),
    "np.maximum": (lambda x, y: np.maximum(x, y), lambda x, y: x.maximum(y)),
    "np.minimum": (lambda x, y: np.minimum(x, 1.0), lambda x, y: x.minimum(1.0)),
    "np.where": (lambda x, y: np.where(x > 1, x, y), lambda x, y: x.where(x > 1, y)),
    "np.clip": (lambda x, y: np.clip(x, 0.5, 1.5), lambda x, y: x.clip(0.5, 1.5)),
    "np.clip from below": (lambda x, y: np.clip(x, 0.5, None), lambda x, y: x.clip(0.5)),
    "np.matmul": (lambda x, y: np.matmul(x, y), lambda x, y: x @ y),
    "np.sum": (lambda x, y: np.sum(x), lambda x, y: x.sum()),
    "np.sum axis": (lambda x, y: np.sum(x, axis=1, keepdims=True), lambda x, y: x.sum(1, True)),
    "np.mean": (lambda x, y: np.mean(x, axis=(0, 1)), lambda x, y: x.mean((0, 1))),
    "np.cumsum": (lambda x, y: np.cumsum(x, axis=1), lambda x, y: x.cumsum(1)),
    "np.cumsum by position": (lambda x, y: np.cumsum(x, 0), lambda x, y: x.cumsum(0)),
    "np.einsum": (lambda x, y: np.einsum("ij,jk->ki", x, y), lambda x, y: (x @ y).T),
    "np.reshape": (lambda x, y: np.reshape(x, (-1,)), lambda x, y: x.reshape(-1)),
    "np.transpose": (lambda x, y: np.transpose(x), lambda x, y: x.T),
    "np.transpose axes": (lambda x, y: np.transpose(x, (1, 0)), lambda x, y: x.T),
    "np.swapaxes": (lambda x, y: np.swapaxes(x, 0, 1), lambda x, y: x.T),
    "np.broadcast_to": (lambda x, y: np.broadcast_to(x, (2, 3, 3)), lambda x, y: x.expand(2, 3, 3)),
    "np.flip": (lambda x, y: np.flip(x), lambda x, y: x.flip(0, 1)),
    "np.flip axis": (lambda x, y: np.flip(x, axis=1), lambda x, y: x.flip(1)),
    "np.concatenate": (lambda x, y: np.concatenate([x, y], axis=1), lambda x, y: minigrad.cat([x, y], 1)),
    "np.stack": (lambda x, y: np.stack([x, y], axis=2), lambda x, y: minigrad.stack([x, y], 2)),
    "an array on the left": (lambda x, y: x.data.copy() * y, lambda x, y: x.detach() * y),
    "an array on the left of minus": (lambda x, y: np.ones(3) - y, lambda x, y: 1.0 - y),
    "an array on the left of /": (lambda x, y: np.ones((3, 1)) / y, lambda x, y: 1.0 / y),
    "an array on the left of **": (lambda x, y: np.full(3, 2.0) ** y, lambda x, y: 2.0**y),
    "an array on the left of @": (lambda x, y: x.data.copy() @ y, lambda x, y: x.detach() @ y),
    "a NumPy number on the left": (lambda x, y: np.float64(2) * x, lambda x, y: 2 * x),
}


@pytest.mark.parametrize("name", CALLS)
def test_numpy_functions_give_minigrads_values_and_gradients(name):
    called, expected = CALLS[name]
    x, y = case(name, None, positive(3, 3), positive(3, 3)).draw()
    results = []
    for function in (called, expected):
        a, b = Tensor(x, requires_grad=True), Tensor(y, requires_grad=True)
        z = function(a, b)
        assert isinstance(z, Tensor)
        gradients = minigrad.grad((z * z).sum(), [a, b], allow_unused=True)
        results.append([z.data, *[None if g is None else g.data for g in gradients]])
    for mine, theirs in zip(*results):
        assert (mine is None) == (theirs is None)
        if mine is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_every_function_of_the_table_is_tried_here():
    tried = {name.split()[0].removeprefix("np.") for name in CALLS if name.startswith("np.")}
    names = {"divide" if f is np.true_divide else f.__name__ for f in numpy_protocol.DIFFERENTIABLE}
    assert names <= tried | {"absolute", "divide"}


@pytest.mark.parametrize("function", numpy_protocol.CONSTANT, ids=lambda f: f.__name__)
def test_functions_without_a_gradient_give_constants(function):
    whole = function.__name__.startswith("bitwise")
    x = np.array([[1, 2, 3]]) if whole else np.array([[-1.0, 2.0, np.inf]])
    arguments = [x] if function.nin == 1 else [x, x[:, ::-1]]
    tensors = [Tensor(a, requires_grad=not whole) for a in arguments]
    result = function(*tensors)
    assert isinstance(result, Tensor)
    assert not result.requires_grad
    np.testing.assert_array_equal(result.data, function(*arguments))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: np.linalg.norm(x), "np.norm does not work on a minigrad tensor; use tensor.numpy"),
        (lambda x: np.median(x), "np.median does not work on a minigrad tensor"),
        (lambda x: np.arccosh(x), "np.arccosh does not work on a minigrad tensor"),
        (lambda x: np.add.reduce(x), "np.add.reduce does not work on a minigrad tensor"),
        (lambda x: np.add.outer(x, x), "np.add.outer does not work on a minigrad tensor"),
        (lambda x: np.exp(x, out=np.zeros(2)), "np.exp with out= does not work on a minigrad tensor"),
        (lambda x: np.add(x, 1, where=[True, False]), "np.add with where= does not work on a minigrad tensor"),
        (lambda x: np.sum(x, dtype="float64"), "np.sum with dtype= does not work on a minigrad tensor"),
        (lambda x: np.less(x, 1, out=np.zeros(2, bool)), "np.less with out= does not work on a minigrad tensor"),
        (lambda x: np.ones(2).__iadd__(x), "np.add with out= does not work on a minigrad tensor"),
    ],
)
def test_what_minigrad_does_not_have_is_refused_by_name(call, message):
    with pytest.raises(TypeError, match=message):
        call(tensor([1.0, 2.0]))
