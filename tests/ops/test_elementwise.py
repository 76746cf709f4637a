"""Elementwise operations against PyTorch: values, broadcasting, dtypes, first and second gradients."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import minigrad
from minigrad import Tensor, tensor
from minigrad.autograd import unbroadcast
from tests.oracle import (
    LAYOUTS,
    agree,
    booleans,
    case,
    compare,
    given,
    normal,
    off_zero,
    positive,
)

SHAPES = [(3, 4), (), (0,), (2, 0, 3), (1,), (2, 1, 3)]
PAIRS = [
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3, 1), (1, 4)),
    ((), (3, 4)),
    ((2, 1, 3), (4, 1)),
    ((0, 3), (3,)),
    ((0,), (1,)),
    ((), ()),
    ((1,), ()),
    ((1, 1, 1), (2,)),
]

UNARY = {
    "neg": (lambda m, x: m.neg(x), normal),
    "unary minus": (lambda m, x: -x, normal),
    "exp": (lambda m, x: m.exp(x), normal),
    "log": (lambda m, x: m.log(x), positive),
    "sqrt": (lambda m, x: m.sqrt(x), positive),
    "sin": (lambda m, x: m.sin(x), normal),
    "cos": (lambda m, x: m.cos(x), normal),
    "abs": (lambda m, x: m.abs(x), off_zero),
    "builtin abs": (lambda m, x: abs(x), off_zero),
    "clone": (lambda m, x: m.clone(x), normal),
    "square": (lambda m, x: x.square(), normal),
    "x + number": (lambda m, x: x + 2.5, normal),
    "number + x": (lambda m, x: 2 + x, normal),
    "x - number": (lambda m, x: x - 2.5, normal),
    "number - x": (lambda m, x: 2.5 - x, normal),
    "x * number": (lambda m, x: x * -1.5, normal),
    "number * x": (lambda m, x: 3 * x, normal),
    "x * True": (lambda m, x: x * True, normal),
    "x / number": (lambda m, x: x / 4, normal),
    "number / x": (lambda m, x: 2.5 / x, off_zero),
    "number ** x": (lambda m, x: 2.5**x, normal),
    "2 ** x": (lambda m, x: 2**x, normal),
    **{f"x ** {n}": (lambda m, x, n=n: x**n, off_zero) for n in (0, 1, 2, 3, 4, 5, -1, -2, 2.0)},
    **{f"x ** {n}": (lambda m, x, n=n: x**n, positive) for n in (0.5, 1.5, -0.5, 0.0)},
    "clip both": (lambda m, x: m.clip(x, -0.3, 0.7), normal),
    "clip below": (lambda m, x: m.clip(x, min=0.1), normal),
    "clip above": (lambda m, x: m.clip(x, max=1), normal),
    "clamp": (lambda m, x: x.clamp(-1, 1), normal),
    "clip, limits exchanged": (lambda m, x: m.clip(x, 0.5, -0.5), normal),
    "float": (lambda m, x: x.float(), normal),
    "double": (lambda m, x: x.double(), normal),
    "there and back": (lambda m, x: x.float().double() * x.double(), normal),
    "masked_fill": (lambda m, x: x.masked_fill(x > 0.2, 5.0), normal),
    "x used three times": (lambda m, x: x * x + x, normal),
}

BINARY = {
    "add": (lambda m, x, y: m.add(x, y), normal, normal),
    "sub": (lambda m, x, y: m.sub(x, y), normal, normal),
    "mul": (lambda m, x, y: m.mul(x, y), normal, normal),
    "div": (lambda m, x, y: m.div(x, y), normal, off_zero),
    "pow": (lambda m, x, y: m.pow(x, y), positive, normal),
    "+": (lambda m, x, y: x + y, normal, normal),
    "-": (lambda m, x, y: x - y, normal, normal),
    "*": (lambda m, x, y: x * y, normal, normal),
    "/": (lambda m, x, y: x / y, normal, off_zero),
    "**": (lambda m, x, y: x**y, positive, normal),
    "maximum": (lambda m, x, y: m.maximum(x, y), normal, normal),
    "minimum": (lambda m, x, y: m.minimum(x, y), normal, normal),
    "clip by tensors": (lambda m, x, y: m.clip(x, y - 0.5, y + 0.5), normal, normal),
    "clip below by a tensor": (lambda m, x, y: m.clip(x, min=y), normal, normal),
    "clip above by a tensor": (lambda m, x, y: x.clamp(max=y), normal, normal),
    "where": (lambda m, x, y: m.where(x > 0, x, y), normal, normal),
    "<": (lambda m, x, y: x < y, normal, normal),
    "<=": (lambda m, x, y: x <= y, normal, normal),
    ">": (lambda m, x, y: x > y, normal, normal),
    ">=": (lambda m, x, y: x >= y, normal, normal),
    "==": (lambda m, x, y: x == y, normal, normal),
    "!=": (lambda m, x, y: x != y, normal, normal),
}

ELEMENTWISE = {**UNARY, **BINARY}


def cases(name, unary=tuple((shape,) for shape in SHAPES), binary=PAIRS):
    """The operation `name` on inputs of several shapes."""
    function, *draws = ELEMENTWISE[name]
    for shapes in unary if len(draws) == 1 else binary:
        yield case(f"{name} {shapes}", function, *[draw(*shape) for draw, shape in zip(draws, shapes)])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_and_both_gradients_agree_in_float64(name):
    for one in cases(name):
        agree(one)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_and_gradients_agree_in_float32_and_float16(name):
    for one in cases(name, [[shape] for shape in SHAPES[:4]], PAIRS[1:6]):
        agree(one, dtype="float32", second=False)
    for one in cases(name, [[(3, 4)]], [[(3, 4), (3, 4)]]):
        agree(one, dtype="float16", second=False)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_arrays_that_are_not_contiguous_make_no_difference(name):
    for layout in LAYOUTS.values():
        for one in cases(name, [[(3, 4)], [(2, 1, 3)]], PAIRS[1:4]):
            agree(one, layout=layout, second=False)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_large_inputs_agree(name):
    for one in cases(name, [[(300, 401)]], [[(300, 401), (401,)]]):
        agree(one, second=False)


@pytest.mark.parametrize(
    "case",
    [
        case("three shapes", lambda m, c, x, y: m.where(c, x, y), booleans(3, 1), normal(2, 1, 4), normal(3, 4)),
        case("a number", lambda m, c, x: m.where(c, x, 2.0), booleans(3, 4), normal(3, 4)),
        case("a number first", lambda m, c, x: m.where(c, -1, x), booleans(3, 4), normal(4)),
        case("numbers only", lambda m, c: m.where(c, 1, 2), booleans(3)),
        case("the method", lambda m, c, x, y: x.where(c, y), booleans(3, 4), normal(3, 4), normal(4)),
    ],
    ids=lambda c: c.name,
)
def test_where_agrees(case):
    agree(case)


# ------------------------------------------------------------------------------------------- ties, edges and extremes


@pytest.mark.parametrize(
    ("function", "xs"),
    [
        (lambda m, x: m.clip(x, -1.0, 1.0), [[-1.0, 0.0, 1.0]]),
        (lambda m, x: m.abs(x), [[0.0, -0.0, 1.0]]),
        (lambda m, x, y: m.maximum(x, y), [[1.0, 2.0, 3.0], [1.0, 5.0, 3.0]]),
        (lambda m, x, y: m.minimum(x, y), [[1.0, 2.0, 3.0], [1.0, 5.0, 3.0]]),
        (lambda m, x: m.maximum(x, x), [[1.0, 2.0]]),
        (lambda m, x, y: x**y, [[0.0, 0.0, 2.0], [0.0, 2.0, 0.0]]),
        (lambda m, x: x**2, [[0.0, -3.0]]),
        (lambda m, x: x**3, [[0.0, -3.0]]),
        (lambda m, x: x**1, [[0.0, -3.0]]),
        (lambda m, x: x**0, [[0.0, -3.0]]),
    ],
)
def test_ties_and_zeros_get_the_gradients_of_pytorch(function, xs):
    compare(function, *xs, second=False)


EXTREMES = [1.0, -1.0, 1e4, -1e4, 1e38, -1e38, 0.0, math.inf, -0.0, -math.inf, math.nan]
LEFT_OUT = {  # where PyTorch leaves the standard (-0 ** 0.5 is 0), and where its sign of NaN is 0
    **dict.fromkeys(["x ** 0.5", "x ** -0.5"], EXTREMES[-3:-1]),
    **dict.fromkeys(["abs", "builtin abs"], EXTREMES[-1:]),
}


@pytest.mark.parametrize("name", UNARY)
def test_extreme_values_of_one_input_agree(name):
    for value in EXTREMES:
        if value in LEFT_OUT.get(name, ()):
            continue
        for dtype in ("float64", "float32"):
            agree(case(f"{name} {value}", UNARY[name][0], given([value])), dtype=dtype, second=False)


@pytest.mark.parametrize("name", BINARY)
def test_extreme_values_of_two_inputs_agree(name):
    left, right = EXTREMES, EXTREMES
    if "clip" in name:  # PyTorch stops the gradient at NaN, and where both limits are equal
        left, right = EXTREMES[:-1], EXTREMES[:4]
    elif name in ("pow", "**"):  # PyTorch's gradient of x⁰ is 0 even where x is infinite or NaN
        right = [y for y in EXTREMES if y != 0]
    compare(BINARY[name][0], *np.meshgrid(left, right), second=False)
    compare(BINARY[name][0], *np.meshgrid(EXTREMES[:4], EXTREMES[:4]), second=False)


# --------------------------------------------------------------------------------------------------------------- dtypes


WHOLE = ["uint8", "int8", "int16", "int32", "int64"]
FLOATS = ["float16", "float32", "float64"]
NUMBERS = ["bool", *WHOLE, *FLOATS]
ARITHMETIC = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "<": lambda x, y: x < y,
    "==": lambda x, y: x == y,
}


def ones(dtype):
    return np.ones(3, dtype)


def pairs(operator, left, right):
    """The operation's operands of all these types, apart from those that PyTorch refuses."""
    for x in left:
        for y in right:
            booleans_among = "bool" in (x, y) or y is True
            if not (operator == "-" and booleans_among) and not (operator == "**" and x == "bool" and booleans_among):
                yield x, y


@pytest.mark.parametrize("operator", ARITHMETIC)
def test_result_dtypes_of_two_tensors_are_those_of_pytorch(operator):
    function = ARITHMETIC[operator]
    for left, right in pairs(operator, NUMBERS, NUMBERS):
        if left != right and left in FLOATS and right in FLOATS:
            continue
        result = function(Tensor(ones(left)), Tensor(ones(right)))
        expected = function(torch.from_numpy(ones(left)), torch.from_numpy(ones(right)))
        assert str(expected.dtype) == f"torch.{result.dtype}", f"{left} {operator} {right}"
        np.testing.assert_array_equal(result.data, expected.numpy())


@pytest.mark.parametrize("function", [ARITHMETIC[o] for o in ("+", "-", "*", "/", "**")] + [minigrad.maximum])
def test_tensors_of_different_floating_dtypes_are_refused_by_name(function):
    for left, right in [("float32", "float64"), ("float64", "float32"), ("float16", "float32")]:
        with pytest.raises(TypeError, match=rf"\w+ got tensors of dtypes {left} and {right}; convert one with \.to"):
            function(Tensor(ones(left)), Tensor(ones(right)))


@pytest.mark.parametrize("operator", ARITHMETIC)
def test_result_dtypes_with_python_numbers_are_those_of_pytorch(operator):
    function = ARITHMETIC[operator]
    for dtype, number in pairs(operator, NUMBERS, [True, 2, 2.5]):
        for flipped in (False, True):
            mine, theirs = Tensor(ones(dtype)), torch.from_numpy(ones(dtype))
            result = function(number, mine) if flipped else function(mine, number)
            expected = function(number, theirs) if flipped else function(theirs, number)
            assert str(expected.dtype) == f"torch.{result.dtype}", f"{dtype} {operator} {number}, flipped: {flipped}"
            np.testing.assert_allclose(result.data, expected.numpy())


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos"])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_functions_of_whole_numbers_give_float32(name, dtype):
    x = np.array([1, 1, 10]).astype(dtype)  # NumPy takes whole numbers of one byte in float16
    result, expected = getattr(minigrad, name)(Tensor(x)), getattr(torch, name)(torch.from_numpy(x))
    assert str(expected.dtype) == f"torch.{result.dtype}"
    np.testing.assert_allclose(result.data, expected.numpy(), 2e-3 if dtype == "float16" else 1e-6)


@pytest.mark.parametrize("limits", [(2, 5), (None, 5), (2, None), (1.5, 4.5)])
@pytest.mark.parametrize("dtype", WHOLE)
def test_clip_of_whole_numbers_agrees(limits, dtype):
    x = np.arange(8).astype(dtype)
    result, expected = minigrad.clip(Tensor(x), *limits), torch.clip(torch.from_numpy(x), *limits)
    assert str(expected.dtype) == f"torch.{result.dtype}"
    np.testing.assert_array_equal(result.data, expected.numpy())


def test_whole_numbers_beside_floats_get_no_gradient_and_do_not_disturb_it():
    for operator in ("+", "-", "*", "/", "**"):
        x = tensor([1.0, 2.0, 3.0], requires_grad=True)
        ARITHMETIC[operator](x, tensor([1, 2, 3])).sum().backward()
        assert x.grad.dtype == np.float32


@pytest.mark.parametrize(
    "other", [np.float32(2), np.float64(2), np.int64(2), np.array(2.0, "float32"), np.arange(1, 4)]
)
def test_numpy_scalars_and_arrays_beside_a_tensor_keep_its_dtype(other):
    for operator in ("+", "-", "*", "/", "**"):
        for function in (ARITHMETIC[operator], lambda x, y, f=ARITHMETIC[operator]: f(y, x)):
            x = tensor([1.0, 2.0, 3.0], requires_grad=True)
            y = function(x, other)
            assert isinstance(y, Tensor)
            assert y.dtype == np.float32
            y.sum().backward()
            assert x.grad.dtype == np.float32
            np.testing.assert_allclose(y.data, function(x.data.astype("float64"), np.asarray(other)), 1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64", "uint8", "bool"])
def test_to_converts_values_as_pytorch_does_and_returns_itself_where_nothing_changes(dtype):
    x = np.array([0.0, 1.7, 2.5, 200.0], "float32")
    result, expected = tensor(x).to(getattr(minigrad, dtype, dtype)), torch.tensor(x).to(getattr(torch, dtype))
    assert str(expected.dtype) == f"torch.{result.dtype}"
    np.testing.assert_array_equal(result.data, expected.numpy())
    assert result.to(dtype) is result
    assert result.to("cpu") is result


def test_gradients_come_back_in_the_dtype_before_the_conversion():
    x = tensor([1.0, 2.0], requires_grad=True)
    (x.double() ** 2).sum().backward()
    assert x.grad.dtype == np.float32
    assert x.grad.tolist() == [2.0, 4.0]


# ---------------------------------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tensor([1.0, 2.0]) + tensor([1.0, 2.0, 3.0]), ValueError, r"Add got shapes \(2,\) and \(3,\)"),
        (lambda: tensor([1.0]) + "1", TypeError, "Add expected a tensor, an array or a number, got str"),
        (lambda: tensor([1.0]) * [2.0], TypeError, "Mul expected a tensor, an array or a number, got list"),
        (lambda: tensor([1.0]) * 2j, TypeError, "Mul expected a tensor, an array or a number, got complex"),
        (lambda: tensor([1.0]) < "1", TypeError, "less expected a tensor, an array or a number, got str"),
        (lambda: tensor([1, 2]) ** -1, ValueError, r"Power got shape \(2,\): Integers to negative integer powers"),
        (lambda: minigrad.clip(tensor([1.0])), ValueError, "clip needs min, max or both"),
        (lambda: minigrad.where(tensor([1.0]), 1.0, 2.0), ValueError, "condition must be boolean, got dtype float32"),
        (lambda: tensor([1.0]).to("float23"), TypeError, "expected a dtype of real numbers .*, got 'float23'"),
        (lambda: tensor([1.0]).to(complex), TypeError, "expected a dtype of real numbers .*, got .*complex"),
        (lambda: tensor([1.0]).to(None), TypeError, "expected a dtype of real numbers .*, got None"),
        (lambda: tensor([1.0]).to("cuda:x"), ValueError, "unknown device 'cuda:x'; expected 'cpu', 'cuda' or 'cuda:N'"),
        (
            lambda: tensor([1.0]) + tensor([1.0], dtype=minigrad.float64),
            TypeError,
            "Add got tensors of dtypes float32 and float64; convert one with",
        ),
    ],
)
def test_bad_inputs_are_refused_in_one_clear_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------------------------------------------- properties


@settings(max_examples=150, deadline=None)
@hypothesis_given(
    mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=4),
    st.sampled_from(["+", "-", "*", "/", "maximum", "minimum", "where", "<"]),
    st.integers(0, 2**32 - 1),
)
def test_operators_of_any_broadcastable_shapes_agree(shapes, name, seed):
    rng = np.random.default_rng(seed)
    function, draw, draw_other = BINARY[name]
    compare(function, draw(*shapes.input_shapes[0])(rng), draw_other(*shapes.input_shapes[1])(rng), second=False)


@settings(max_examples=200, deadline=None)
@hypothesis_given(
    mutually_broadcastable_shapes(num_shapes=2, max_dims=5, min_side=0, max_side=4), st.integers(0, 2**32 - 1)
)
def test_unbroadcast_is_the_adjoint_of_broadcasting(shapes, seed):
    """⟨broadcast x, g⟩ = ⟨x, unbroadcast g⟩ for every x and g."""
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal(shapes.input_shapes[0]), rng.standard_normal(shapes.result_shape)
    summed = unbroadcast(g, x.shape)
    assert summed.shape == x.shape
    assert math.isclose((np.broadcast_to(x, g.shape) * g).sum(), (x * summed).sum(), rel_tol=1e-10, abs_tol=1e-10)


STEPS = [
    lambda m, x, y: x + y,
    lambda m, x, y: x - y,
    lambda m, x, y: x * y,
    lambda m, x, y: x / (y * y + 1),
    lambda m, x, y: m.exp(-x * x) + y,
    lambda m, x, y: m.sin(x) * y,
    lambda m, x, y: m.tanh(x) + 0.5 * y,
    lambda m, x, y: m.maximum(x, y),
    lambda m, x, y: m.softmax(x, -1) * y,
    lambda m, x, y: x.sum(0, keepdim=True) * 0.3 + y,
    lambda m, x, y: m.matmul(x, y.transpose(0, 1)) * 0.1 + x.mean(1, keepdim=True),
    lambda m, x, y: m.where(x > y, x * 2, y),
]


@settings(max_examples=60, deadline=None)
@hypothesis_given(
    st.lists(
        st.tuples(st.sampled_from(range(len(STEPS))), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
    ),
    st.integers(0, 2**32 - 1),
)
def test_random_graphs_agree(steps, seed):
    """Expressions of several operations in which inputs and intermediate results are used any number of times."""

    def graph(m, *xs):
        values = list(xs)
        for step, i, j in steps:
            values.append(STEPS[step](m, values[-1 - i % len(values)], values[j % len(values)]))
        return values[-1] + values[len(values) // 2]

    rng = np.random.default_rng(seed)
    compare(graph, *(0.5 * rng.standard_normal((3, 3, 3))), second=len(steps) <= 4, tolerance=100)
