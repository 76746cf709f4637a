"""The gradient checker itself is checked: mistakes are caught, right gradients pass, bad use is refused."""

import inspect
import pkgutil
from functools import partial
from importlib import import_module

import numpy as np
import pytest

import minigrad
from minigrad import Function, Tensor, gradcheck, gradgradcheck, ops, tensor
from minigrad.gradcheck import GradcheckError, check_function, compare_gradients
from minigrad.ops import (
    activation,
    attention,
    conv,
    convert,
    elementwise,
    folding,
    functions,
    index,
    linalg,
    loss,
    pool,
    position,
    recurrent,
    reduction,
    resize,
    rounding,
    shape,
)
from minigrad.ops.dropout import Dropout, FastDropout

embedding = import_module("minigrad.ops.embedding")  # minigrad.ops.embedding is what users call
norm = import_module("minigrad.ops.norm")  # minigrad.ops.norm is the length of a vector


def normal(*sizes, seed=0):
    return Tensor(np.random.default_rng(seed).standard_normal(sizes), requires_grad=True)


def operation(forward, backward, **attributes):
    """A new operation class of these two functions of (self, *arrays)."""
    return type("Wrong", (Function,), {"forward": forward, "backward": backward, **attributes})


def check(make, *inputs):
    return gradcheck(lambda *xs: make()(*xs), inputs)


# ---------------------------------------------------------------------------------- why the upstream gradient is random


class ZeroSoftmax(activation.Softmax):
    def backward(self, gy):
        return gy * 0


class LayerNorm(Function):
    """y = (x - mean) / std over each row."""

    def forward(self, x):
        centred = x - x.mean(axis=1, keepdims=True)
        self.std = np.sqrt((centred**2).mean(axis=1, keepdims=True))
        self.save(centred / self.std)
        return centred / self.std

    def backward(self, gy):
        (y,) = self.saved
        return (gy - gy.mean(axis=1, keepdims=True) - y * (gy * y).mean(axis=1, keepdims=True)) / self.std


class ZeroLayerNorm(LayerNorm):
    def backward(self, gy):
        return gy * 0


def passes_with_an_upstream_gradient_of_ones(function, x, eps=1e-6):
    """What a checker finds that differentiates the plain sum of the outputs."""
    x = Tensor(x.data.copy(), requires_grad=True)
    function(x).sum().backward()
    for k in np.ndindex(x.shape):
        moved = []
        for step in (eps, -eps):
            data = x.data.copy()
            data[k] += step
            moved.append(function(Tensor(data)).sum().item())
        if abs((moved[0] - moved[1]) / (2 * eps) - x.grad.data[k]) > 1e-6:
            return False
    return True


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(lambda: activation.Softmax(1), lambda: ZeroSoftmax(1)), (LayerNorm, ZeroLayerNorm)],
    ids=["softmax", "layer norm"],
)
def test_a_gradient_of_zeros_is_caught_where_ones_as_upstream_gradient_would_pass_it(right, wrong):
    x = normal(3, 5)
    assert passes_with_an_upstream_gradient_of_ones(lambda x: wrong()(x), x)
    with pytest.raises(GradcheckError, match=r"gradient of input 0 at \[\d, \d\]: got 0, expected .*; ratio 0"):
        check(wrong, x)
    assert check(right, x)


def test_an_upstream_gradient_that_equals_the_input_does_not_hide_a_mistake():
    """Inputs that are drawn from the generator of the same seed must not meet themselves as upstream gradient."""
    for seed in range(5):
        x = normal(3, 5, seed=seed)
        with pytest.raises(GradcheckError, match="ratio 0"):
            gradcheck(lambda x: ZeroLayerNorm()(x), x, seed=seed)
        with pytest.raises(GradcheckError, match="ratio 0"):
            check_function(ZeroLayerNorm, (3, 5), seed=seed)


# -------------------------------------------------------------------------------------------------- mistakes are caught


def mean_forward(self, x):
    return x.mean(axis=0)


def product_forward(self, x, y):
    self.save(x, y)
    return x @ y


def wrong_element(self, gy):
    gx = np.exp(self.saved[0]) * gy
    gx[1, 2] *= 1.5
    return gx


def exp_forward(self, x):
    self.save(x)
    return np.exp(x)


def clipping_forward(self, x):
    x[x < 0] = 0
    return x * 1


def doubling_backward(self, gy):
    gy *= 2
    return gy


def spoiling_backward(self, gy):
    self.saved[0][...] = 0
    return gy


MISTAKES = {
    "all zero": (exp_forward, lambda self, gy: gy * 0, "got 0"),
    "flipped sign": (exp_forward, lambda self, gy: -gy * np.exp(self.saved[0]), "ratio -1"),
    "upstream gradient ignored": (exp_forward, lambda self, gy: np.exp(self.saved[0]), "ratio"),
    "missing chain factor": (exp_forward, lambda self, gy: gy * 1, "ratio"),
    "a factor of 2": (exp_forward, lambda self, gy: 2 * gy * np.exp(self.saved[0]), "ratio 2"),
    "missing 1/N": (mean_forward, lambda self, gy: np.broadcast_to(gy, (4, 3)).copy(), "ratio 4"),
    "off by a thousandth": (exp_forward, lambda self, gy: 1.001 * gy * np.exp(self.saved[0]), "ratio 1.001"),
    "one wrong element": (exp_forward, wrong_element, r"at \[1, 2\].*ratio 1.5"),
    "NaN": (exp_forward, lambda self, gy: gy * np.nan, "got nan"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_the_gradient_are_caught_and_described(name):
    forward, backward, message = MISTAKES[name]
    with pytest.raises(GradcheckError, match=rf"gradient of input 0 .*{message}"):
        check(operation(forward, backward), normal(4, 3))


@pytest.mark.parametrize(
    ("backward", "which"),
    [
        (lambda self, gz: (gz @ self.saved[1], self.saved[0].T @ gz), 0),
        (lambda self, gz: (gz @ self.saved[1].T, self.saved[0] @ gz), 1),
        (lambda self, gz: (self.saved[0].T @ gz, gz @ self.saved[1].T), 0),
        (lambda self, gz: ((gz @ self.saved[1].T).T, self.saved[0].T @ gz), 0),
        (lambda self, gz: (gz @ self.saved[1].T, None), 1),
    ],
    ids=["Y not transposed", "X not transposed", "exchanged", "result transposed", "one missing"],
)
def test_mistakes_in_a_matrix_product_are_caught_for_the_right_input(backward, which):
    with pytest.raises(GradcheckError, match=f"gradient of input {which} at"):
        check(operation(product_forward, backward), normal(3, 3), normal(3, 3, seed=1))


@pytest.mark.parametrize(
    ("forward", "backward", "message"),
    [
        (clipping_forward, lambda self, gy: gy, "^input 0 was modified in place"),
        (exp_forward, spoiling_backward, "^input 0 was modified in place"),
        (exp_forward, doubling_backward, "^the upstream gradient of output 0 was modified in place"),
    ],
    ids=["input by forward", "input by backward", "upstream"],
)
def test_writing_into_what_was_given_is_caught(forward, backward, message):
    with pytest.raises(GradcheckError, match=message):
        check(operation(forward, backward), normal(2, 3))


def test_a_backward_that_writes_into_its_output_is_caught():
    def forward(self, x):
        y = np.exp(x)
        self.save(y)
        return y

    def backward(self, gy):
        (y,) = self.saved
        y *= gy
        return y

    with pytest.raises(GradcheckError, match=r"^output 0 was modified in place"):
        check(operation(forward, backward), normal(2, 3))


def test_the_inputs_of_the_caller_are_never_changed():
    x = normal(2, 3)
    before = x.data.copy()
    with pytest.raises(GradcheckError):
        check(operation(clipping_forward, lambda self, gy: gy), x)
    check(activation.ReLU, x)
    np.testing.assert_array_equal(x.data, before)
    assert x.grad is None


def test_a_random_function_is_named_as_such():
    with pytest.raises(GradcheckError, match="same inputs gave two different outputs; seed the random numbers"):
        gradcheck(lambda x: Dropout(0.5)(x), normal(20))


def test_every_output_is_checked():
    def split(x):
        return [operation(exp_forward, lambda self, gy: gy * np.exp(self.saved[0]))()(x), ZeroSoftmax(1)(x)]

    assert gradcheck(lambda x: split(x)[:1], normal(2, 3))
    with pytest.raises(GradcheckError):
        gradcheck(split, normal(2, 3))


def test_all_wrong_inputs_are_listed():
    wrong = operation(product_forward, lambda self, gz: (gz, gz))
    with pytest.raises(GradcheckError, match=r"(?s)gradient of input 0 at .*\ngradient of input 1 at"):
        check(wrong, normal(2, 2), normal(2, 2, seed=1))


# ---------------------------------------------------------------------------------------- right gradients at bad places


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda x: x.relu(), [0.0, 0.0, 1.0, -1.0]),
        (lambda x: x.abs(), [0.0, 1.0, -1.0]),
        (lambda x: x.clip(-1, 1), [-1.0, 1.0, 0.0, 5.0]),
        (lambda x: x.max(), [2.0, 2.0, 2.0, 1.0]),
        (lambda x: x.reshape(2, 2).amin(1), [1.0, 1.0, 3.0, 3.0]),
        (lambda x: x.maximum(1.0), [1.0, 1.0, 0.0]),
        (lambda x: ops.leaky_relu(x, 0.1), [0.0, -0.0]),
    ],
)
def test_kinks_and_ties_are_avoided(function, x):
    assert gradcheck(function, tensor(np.array(x), requires_grad=True))


def test_moving_off_kinks_hides_no_mistake():
    wrong = operation(lambda self, x: np.maximum(x, 0), lambda self, gy: gy)
    with pytest.raises(GradcheckError):
        check(wrong, tensor(np.array([0.0, -1.0, 2.0]), requires_grad=True))


def test_inputs_that_need_no_gradient_and_numbers_are_passed_on():
    constant = Tensor(np.full((2, 3), 2.0))
    labels = Tensor(np.array([0, 2]))
    assert gradcheck(lambda x, c, n, t: (x * c * n).sum(1) + x[[0, 1], t], [normal(2, 3), constant, 3.0, labels])


def test_outputs_that_depend_on_nothing_and_integer_outputs_are_no_obstacle():
    assert gradcheck(lambda x: [x * 2, Tensor(np.ones(3)), x.argmax(), x], normal(4))
    assert gradcheck(lambda x, y: x * 2, [normal(2), normal(2)])


def test_scalars_and_empty_inputs_pass():
    assert gradcheck(lambda x: x * x, normal())
    assert gradcheck(lambda x: x * x, normal(0, 3))


def test_inputs_may_lie_in_any_order_in_memory():
    x = Tensor(np.random.default_rng(0).standard_normal((4, 6))[::2, ::-1].T, requires_grad=True)
    assert gradcheck(lambda x: (x @ x.T).exp() * 0.1, x)


# --------------------------------------------------------------------------------------------------------- large inputs


@pytest.mark.parametrize("factor", [-1.0, 0.0, 2.0, 1.5])
@pytest.mark.parametrize("place", [0, 4321, 9999])
def test_one_wrong_element_among_ten_thousand_is_caught_along_random_directions(factor, place):
    """An error of e in one of n elements shows if e exceeds about 1e-4 √n, here 1 % of a typical element."""

    def backward(self, gy):
        gx = gy * np.cos(self.saved[0])
        gx[place] = factor * gx[place] + 0.2 * (factor == 0)
        return gx

    def forward(self, x):
        self.save(x)
        return np.sin(x)

    with pytest.raises(GradcheckError, match="gradient of input 0"):
        check(operation(forward, backward), normal(10_000))


def test_an_error_of_a_millionth_in_one_element_of_ten_thousand_passes():
    def backward(self, gy):
        gx = gy * 3
        gx[5] *= 1 + 1e-6
        return gx

    assert check(operation(lambda self, x: x * 3, backward), normal(10_000))


@pytest.mark.parametrize("name", ["flipped sign", "all zero", "a factor of 2", "off by a thousandth"])
def test_systematic_mistakes_in_large_inputs_are_caught(name):
    forward, backward, message = MISTAKES[name]
    with pytest.raises(GradcheckError, match=message):
        check(operation(forward, backward), normal(100, 50))


def test_right_gradients_of_large_inputs_pass():
    assert gradcheck(lambda x, y: (x @ y).tanh().sum(0), [normal(60, 50), normal(50, 40, seed=1)])


# --------------------------------------------------------------------------------------------------------- second order


def test_a_wrong_second_derivative_behind_differentiable_is_caught():
    """The saved 3x² is no input: taken for a constant, it makes the second derivative 0 instead of 6x."""

    def forward(self, x):
        self.save(3 * x * x)
        return x**3

    wrong = operation(forward, lambda self, gy: gy * self.saved[0], differentiable=True)
    assert check(wrong, normal(4))
    with pytest.raises(GradcheckError, match="gradient of input 0"):
        gradgradcheck(lambda x: wrong()(x), normal(4))
    with pytest.raises(GradcheckError):
        check_function(wrong, (4,))


def test_an_operation_that_is_not_differentiable_twice_is_named():
    with pytest.raises(RuntimeError, match="LayerNorm has no second derivative"):
        gradgradcheck(lambda x: LayerNorm()(x), normal(2, 3))


def test_second_derivatives_of_several_inputs_and_outputs_pass():
    assert gradgradcheck(lambda x, y: [x * y, (x / y).exp()], [normal(3), Tensor(np.array([1.0, 2.0, 3.0]), True)])
    assert gradgradcheck(lambda x, n: x**n, [normal(3), 3])
    assert gradgradcheck(lambda x: 2 * x, normal(3))


# -------------------------------------------------------------------------------------------------------------- bad use


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        (
            tensor([1.0], requires_grad=True),
            TypeError,
            r"gradcheck needs float64, got float32 for input 0; use x.double",
        ),
        ([normal(2), tensor([1.0], requires_grad=True)], TypeError, "got float32 for input 1"),
        (Tensor(np.ones(2)), ValueError, "gradcheck needs at least one input with requires_grad=True"),
    ],
)
def test_what_cannot_be_checked_is_refused(check, inputs, error, message):
    with pytest.raises(error, match=message):
        check(lambda *xs: xs[0].double() * 2, inputs)


def test_comparisons_hold_what_came_and_what_was_expected():
    (comparison,) = compare_gradients(lambda x: ZeroSoftmax(1)(x), [normal(2, 3)])
    assert not comparison.passed
    assert comparison.input == 0
    assert comparison.computed.shape == comparison.expected.shape == (2, 3)
    assert comparison.worst() == tuple(np.unravel_index(np.abs(comparison.expected).argmax(), (2, 3)))


def test_the_same_seed_gives_the_same_check_and_another_seed_another():
    def check(seed):
        return compare_gradients(lambda x: x.exp(), [normal(3)], seed=seed)[0].expected.tolist()

    assert check(1) == check(1) != check(2)


# -------------------------------------------------------------------------------------- every operation of minigrad.ops


def seeded_dropout(kind, p):
    minigrad.manual_seed(0)
    return kind(p)


rng = np.random.default_rng(0)
POSITIVE = rng.uniform(0.5, 2, (3, 4))
OFF_ZERO = rng.uniform(0.2, 2, (3, 4)) * rng.choice([-1, 1], (3, 4))
MASK = rng.random((3, 4)) < 0.5
PROBABILITIES = rng.uniform(0.1, 0.9, (3, 4))

TRANSPOSE = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}
STEP, SEQUENCE = ((2, 2), (2, 3)), ((6, 2), (3, 3))
RECURRENT = {g: ((g * 3, 2), (g * 3, 3), (g * 3,), (g * 3,)) for g in (1, 3, 4)}
PACKED = [{"batch_sizes": sizes, "reverse": reverse} for sizes in ([3, 2, 1], [3, 3]) for reverse in (False, True)]
FOLDING = {"stride": (1, 2), "padding": ((1, 0), (0, 1)), "dilation": (1, 1)}

CHECKS = {
    elementwise.Add: [((3, 4), (4,))],
    elementwise.Sub: [((3, 1), (3, 4))],
    elementwise.Mul: [((3, 4), ()), ((2, 3, 1), (3, 4))],
    elementwise.Scale: [((3, 4), {"factor": -2.5})],
    elementwise.Div: [((4,), OFF_ZERO)],
    elementwise.Neg: [((3, 4),)],
    elementwise.Power: [(OFF_ZERO, {"n": n}) for n in (0, 1, 2, 3, 4, 5, -1)] + [(POSITIVE, {"n": 0.5})],
    elementwise.TensorPower: [(POSITIVE, (4,))],
    elementwise.Exp: [((3, 4),)],
    elementwise.Log: [(POSITIVE,)],
    elementwise.Sqrt: [(POSITIVE,)],
    elementwise.Sin: [((3, 4),)],
    elementwise.Cos: [((3, 4),)],
    elementwise.Abs: [(OFF_ZERO,)],
    elementwise.Clip: [((3, 4), {"low": -0.4, "high": 0.6}), ((3, 4), {"high": 0.1})],
    elementwise.TensorClip: [((3, 4), np.full(4, -0.4), np.full((3, 1), 0.6))],
    elementwise.Maximum: [((3, 4), (4,))],
    elementwise.Minimum: [((3, 4), (3, 1))],
    elementwise.Where: [(MASK, (3, 4), (4,))],
    convert.Clone: [((3, 4),)],
    functions.Log2: [(POSITIVE,)],
    functions.Log10: [(POSITIVE,)],
    functions.Log1p: [(POSITIVE,)],
    functions.Expm1: [((3, 4),)],
    functions.Reciprocal: [(OFF_ZERO,)],
    functions.RSqrt: [(POSITIVE,)],
    functions.Tan: [(PROBABILITIES,)],
    functions.Sinh: [((3, 4),)],
    functions.Cosh: [((3, 4),)],
    rounding.Floor: [(PROBABILITIES,)],
    rounding.Ceil: [(PROBABILITIES,)],
    rounding.Trunc: [(PROBABILITIES,)],
    rounding.Round: [(PROBABILITIES,)],
    rounding.Sign: [(OFF_ZERO,)],
    rounding.Remainder: [((3, 4), POSITIVE)],
    activation.Sigmoid: [((3, 4),)],
    activation.Tanh: [((3, 4),)],
    activation.ReLU: [(OFF_ZERO,)],
    activation.FastReLU: [(OFF_ZERO,)],
    activation.LeakyReLU: [(OFF_ZERO, {"negative_slope": 0.2})],
    activation.ELU: [(OFF_ZERO, {"alpha": 0.7})],
    activation.SiLU: [((3, 4),)],
    activation.Softplus: [((3, 4), {"beta": 2.0})],
    activation.Erf: [((3, 4),)],
    activation.GELU: [((3, 4),)],
    activation.FastGELU: [((3, 4),), ((64, 65),)],
    activation.GELUTanh: [((3, 4),)],
    activation.FastGELUTanh: [((3, 4),), ((64, 65),)],
    activation.Softmax: [((3, 4), {"dim": 1}), ((2, 3, 2), {"dim": -2})],
    activation.FastSoftmax: [((3, 4), {"dim": 1}), ((2, 3, 2), {"dim": -2})],
    activation.LogSoftmax: [((3, 4), {"dim": 0})],
    Dropout: [((3, 4), {"p": 0.3})],
    FastDropout: [((3, 4), {"p": 0.3})],
    linalg.MatMul: [((3, 4), (4, 2)), ((2, 3, 4), (4, 2)), ((2, 1, 3, 2), (4, 2, 3))],
    linalg.FastMatMul: [((3, 4), (4, 2)), ((2, 3, 4), (4, 2)), ((2, 1, 3, 2), (4, 2, 3))],
    linalg.FastDot: [((1, 4), (4, 1))],
    linalg.Dot: [((1, 3), (3, 1))],
    linalg.Linear: [((5, 3), (2, 3), (2,))],
    linalg.FastLinear: [((5, 3), (2, 3), (2,)), ((130, 3), (2, 3), (2,))],
    **{
        cls: [
            ((2, 3, 5, 4), (2, 3, 3, 2), (2,)),
            ((2, 4, 5, 4), (6, 2, 3, 2), (6,), {"stride": (1, 2), "padding": ((1, 0), (0, 1)), "groups": 2}),
        ]
        for cls in (conv.Conv2d, conv.FastConv2d)
    },
    **{
        cls: [((2, 2, 3, 2), (2, 3, 3, 2), (3,), {**TRANSPOSE, "shape": (3, 5, 3)})]
        for cls in (conv.ConvTranspose2d, conv.FastConvTranspose2d)
    },
    **{
        cls: [((2, 4, 5, 3), (2, 6, 3, 2), {**TRANSPOSE, "groups": 2, "shape": (6, 2, 3, 2)})]
        for cls in (conv.ConvWeightGrad, conv.FastConvWeightGrad)
    },
    linalg.Einsum: [
        ((2, 3), (3, 4), {"inputs": ["ij", "jk"], "output": "ki"}),
        ((2, 3), (4,), {"inputs": ["ij", "k"], "output": "j"}),
        ((2, 3), (3, 4), (4, 2), {"inputs": ["ij", "jk", "kl"], "output": "il"}),
        ((3, 3), {"inputs": ["ii"], "output": "i"}),
    ],
    loss.SoftmaxCrossEntropy: [((4, 3), np.array([0, 2, 1, 1]))],
    loss.FastSoftmaxCrossEntropy: [((4, 3), np.array([0, 2, 1, 1]))],
    loss.SquaredError: [((3, 4), (3, 4))],
    loss.AbsoluteError: [((3, 4), (3, 4))],
    loss.SmoothL1: [((3, 4), (3, 4), {"beta": 0.7})],
    loss.BinaryCrossEntropy: [(PROBABILITIES, PROBABILITIES[::-1].copy())],
    loss.BinaryCrossEntropyWithLogits: [((3, 4), PROBABILITIES, np.array(2))],
    loss.KLDivergence: [((3, 4), PROBABILITIES)],
    folding.Unfold: [((2, 2, 5, 4), {"kernel": (3, 2), **FOLDING})],
    folding.Fold: [((2, 12, 8), {"size": (5, 4), "kernel": (3, 2), **FOLDING})],
    resize.Resample: [((2, 2, 3, 4), {"rows": POSITIVE[:, :3], "columns": POSITIVE})],
    pool.MaxPool2d: [((2, 2, 5, 4), {"kernel": (3, 2), "stride": (1, 2), "padding": ((1, 0), (0, 1))})],
    pool.FastMaxPool2d: [((2, 2, 5, 4), {"kernel": (3, 2), "stride": (1, 2), "padding": ((1, 0), (0, 1))})],
    pool.AvgPool2d: [((2, 2, 5, 4), {"kernel": (3, 2), "stride": (1, 2), "padding": ((1, 0), (0, 1))})],
    pool.FastAvgPool2d: [((2, 2, 5, 4), {"kernel": (3, 2), "stride": (1, 2), "padding": ((1, 0), (0, 1))})],
    pool.AdaptiveAvgPool2d: [((2, 2, 5, 4), {"size": (3, 3)})],
    pool.AdaptiveMaxPool2d: [((2, 2, 5, 4), {"size": (3, 3)})],
    reduction.Sum: [((3, 4),), ((2, 3, 4), {"dim": (0, 2)}), ((3, 4), {"dim": 1, "keepdim": True})],
    reduction.Mean: [((3, 4), {"dim": -1})],
    reduction.Var: [((3, 4), {"dim": 0}), ((3, 4), {"correction": 0, "keepdim": True})],
    reduction.Std: [((3, 4), {"dim": 1})],
    reduction.Norm: [((3, 4),), ((3, 4), {"dim": 1, "keepdim": True})],
    reduction.Prod: [((3, 4), {"dim": 1}), ((3, 4), {"dim": 0, "keepdim": True})],
    reduction.AMax: [((3, 4), {"dim": 1}), ((3, 4),)],
    reduction.AMin: [((3, 4), {"dim": (0,), "keepdim": True})],
    reduction.LogSumExp: [((3, 4), {"dim": 1}), ((2, 3, 2), {"dim": (0, 2)})],
    reduction.CumSum: [((3, 4), {"dim": 1})],
    norm.BatchNorm: [((4, 2), (2,), (2,)), ((3, 2, 2, 2), (2,), (2,))],
    norm.FastBatchNorm: [((4, 2), (2,), (2,)), ((3, 2, 2, 2), (2,), (2,))],
    norm.BatchNormEval: [((3, 4, 2), np.array([0, 1, -1, 2]), np.array([1, 2, 3, 4]), (4,), (4,))],
    norm.FastBatchNormEval: [((3, 4), np.array([0, 1, -1, 2]), np.array([1, 2, 3, 4]), (4,), (4,))],
    norm.LayerNorm: [((3, 4), (4,), (4,)), ((2, 3, 4), (3, 4), (3, 4))],
    norm.RMSNorm: [((3, 4), (4,)), ((2, 3, 4), (3, 4))],
    norm.FastLayerNorm: [((3, 4), (4,), (4,)), ((2, 3, 4), (3, 4), (3, 4))],
    norm.GroupNorm: [((2, 4, 3), (4,), (4,), {"num_groups": 2})],
    shape.Permute: [((2, 3, 4), lambda: shape.Permute(2, 0, 1))],
    shape.Reshape: [((3, 4), lambda: shape.Reshape(2, 6))],
    shape.Expand: [((3, 1), lambda: shape.Expand(2, 3, 4))],
    shape.Roll: [((3, 4), lambda: shape.Roll((1, -2), (0, 1)))],
    shape.Flip: [((3, 4), lambda: shape.Flip(0, 1))],
    shape.Concatenate: [((3, 4), (3, 2), {"dim": 1})],
    shape.Stack: [((3, 4), (3, 4), {"dim": -1})],
    shape.Split: [((2, 4), {"sizes": [1, 0, 3], "dim": 1})],
    shape.Pick: [((3, 4), {"picks": [(1, [2, 0, 1, 1]), (0, [2, 2])]})],
    shape.PutBack: [((2, 4), {"picks": [(1, [2, 0, 1, 1]), (0, [2, 2])], "shape": (3, 4)})],
    shape.Pad: [((3, 4), {"widths": [(1, 0), (2, 1)], "value": 3.0})],
    index.GetItem: [((4, 3), {"index": [0, 0, 2]}), ((4, 3), {"index": (slice(None, None, -1), 1)})],
    index.PutItem: [((3, 3), {"index": [0, 0, 2], "shape": (4, 3)})],
    embedding.Embedding: [((4, 3), np.array([[2, 0], [2, 2]]), {"padding_idx": i}) for i in (None, 1)],
    embedding.FastEmbedding: [((4, 3), np.array([[2, 0], [2, 2]]), {"padding_idx": i}) for i in (None, 1)],
    attention.Attention: [
        ((2, 3, 4), (2, 5, 4), (2, 5, 2), (5,), {"scale": 0.5}),
        ((3, 4), (5, 4), (5, 2), (3, 5), {"scale": 0.5, "weights": True}),
    ],
    attention.FastAttention: [
        ((2, 3, 4), (2, 5, 4), (2, 5, 2), (5,), {"scale": 0.5}),
        ((3, 1, 2, 4), (3, 1, 5, 4), (3, 1, 5, 2), (2, 5), {"scale": 0.5, "weights": True}),
    ],
    position.Rotary: [((2, 3, 4), {"offset": 2})],
    recurrent.RNNCell: [(*STEP, *RECURRENT[1], {})],
    recurrent.ReLUCell: [(*STEP, *RECURRENT[1], {})],
    recurrent.GRUCell: [(*STEP, *RECURRENT[3], {})],
    recurrent.LSTMCell: [(*STEP, (2, 3), *RECURRENT[4], {})],
    recurrent.FastRNNCell: [(*STEP, *RECURRENT[1], {})],
    recurrent.FastReLUCell: [(*STEP, *RECURRENT[1], {})],
    recurrent.FastGRUCell: [(*STEP, *RECURRENT[3], {})],
    recurrent.FastLSTMCell: [(*STEP, (2, 3), *RECURRENT[4], {})],
    recurrent.RNNSequence: [(*SEQUENCE, *RECURRENT[1], setting) for setting in PACKED],
    recurrent.ReLUSequence: [(*SEQUENCE, *RECURRENT[1], setting) for setting in PACKED],
    recurrent.GRUSequence: [(*SEQUENCE, *RECURRENT[3], setting) for setting in PACKED],
    recurrent.LSTMSequence: [(*SEQUENCE, (3, 3), *RECURRENT[4], setting) for setting in PACKED],
    recurrent.FastRNNSequence: [(*SEQUENCE, *RECURRENT[1], setting) for setting in PACKED],
    recurrent.FastReLUSequence: [(*SEQUENCE, *RECURRENT[1], setting) for setting in PACKED],
    recurrent.FastGRUSequence: [(*SEQUENCE, *RECURRENT[3], setting) for setting in PACKED],
    recurrent.FastLSTMSequence: [(*SEQUENCE, (3, 3), *RECURRENT[4], setting) for setting in PACKED],
}
NOT_CHECKED = {
    loss.MeanCrossEntropy,  # only on a GPU, where it is compared with PyTorch
    convert.Cast,  # changes the dtype
    convert.Move,  # needs a second device
    rounding.FloorDivide,  # has no gradient
    recurrent.Recurrence,  # without a cell
    recurrent.FastRecurrence,  # without a kernel
    recurrent.FastCell,  # without gates
    activation.SlopeAlong,  # without a kernel
}


def operations():
    """Every Function of minigrad.ops that has a forward of its own or inherits one."""
    modules = [import_module(f"minigrad.ops.{module.name}") for module in pkgutil.iter_modules(ops.__path__)]
    return {
        cls
        for module in modules
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, Function) and cls.forward is not Function.forward
    }


def test_every_operation_is_in_the_table():
    missing = operations() - set(CHECKS) - NOT_CHECKED
    assert not missing, f"add a line to CHECKS for {sorted(cls.__name__ for cls in missing)}"


@pytest.mark.parametrize("cls", CHECKS, ids=lambda cls: cls.__name__)
def test_gradients_of_every_operation_pass(cls):
    for *inputs, last in CHECKS[cls]:
        if isinstance(last, dict):
            make, settings = partial(seeded_dropout, cls) if issubclass(cls, Dropout) else cls, last
        elif callable(last):
            make, settings = last, {}
        else:
            make, settings, inputs = cls, {}, [*inputs, last]
        check_function(make, *inputs, **settings)


def test_check_function_refuses_float64_results_of_float32_inputs():
    upcast = operation(lambda self, x: x.astype("float64"), lambda self, gy: gy.astype(gy.dtype))
    upcast.wrap = lambda self, array, dtype, recorded, index=0: Function.wrap(self, array, array.dtype, recorded, index)
    with pytest.raises((GradcheckError, RuntimeError), match="float64"):
        check_function(upcast, (3,))


@pytest.mark.parametrize(
    ("function", "shape", "error", "message"),
    [
        (lambda x: x.argmax(), (3,), ValueError, "returned no floating-point tensor"),
        (lambda x: [], (3,), ValueError, "returned no floating-point tensor"),
        (lambda x: None, (3,), TypeError, "returns tensors, got NoneType"),
        (lambda x: 1.0, (3,), TypeError, "returns tensors, got float"),
    ],
)
def test_a_check_of_nothing_is_refused(function, shape, error, message):
    with pytest.raises(error, match=message):
        gradcheck(function, Tensor(np.ones(shape), requires_grad=True))


def test_a_step_of_zero_is_refused():
    with pytest.raises(ValueError, match="eps=0"):
        gradcheck(lambda x: x * 2, Tensor(np.ones(3), requires_grad=True), eps=0)


def test_the_check_works_under_no_grad_too():
    with minigrad.no_grad():
        assert gradcheck(lambda x: x * x, Tensor(np.ones(3), requires_grad=True))
