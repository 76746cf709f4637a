"""Reductions against PyTorch: over all dimensions, one or several, kept or not; extremes, order and running sums."""

import math

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, tensor
from minigrad.kernels.reduction import column_sums
from tests.oracle import agree, case, compare, distinct, normal

SHAPES = [(2, 3, 4), (1, 5, 1), (), (7,)]
DIMS = {0: [None], 1: [None, 0, -1, (0,)], 3: [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2)]}


def every_dim(name, call, draw, shapes=SHAPES, dims=DIMS):
    """Cases of `call(m, x, dim, keepdim)` over all shapes, dimensions and both values of keepdim."""
    for shape in shapes:
        for dim in dims[len(shape)]:
            for keepdim in (False, True):
                yield case(
                    f"{name} {shape} dim={dim} keepdim={keepdim}",
                    lambda m, x, dim=dim, keepdim=keepdim: call(m, x, dim, keepdim),
                    draw(*shape),
                )


def all_of(dim, x):
    """PyTorch's logsumexp, amax and amin want the dimensions by number."""
    return tuple(range(x.ndim)) if dim is None else dim


def one_dim(name, call, draw):
    return every_dim(name, call, draw, dims={0: [0, -1], 1: [0, -1], 3: [0, 1, -1]})


CASES = [
    *every_dim("sum", lambda m, x, d, k: m.sum(x, dim=d, keepdim=k), normal),
    *every_dim("mean", lambda m, x, d, k: m.mean(x, dim=d, keepdim=k), normal),
    *every_dim("the method sum", lambda m, x, d, k: x.sum(d, keepdim=k), normal),
    *every_dim("the method mean", lambda m, x, d, k: x.mean(axis=d, keepdims=k), normal),
    *every_dim("var", lambda m, x, d, k: m.var(x, dim=d, correction=1, keepdim=k), normal, [(2, 3, 4), (7,)]),
    *every_dim("var of a population", lambda m, x, d, k: x.var(d, correction=0, keepdim=k), normal, [(2, 3, 4)]),
    *every_dim("std", lambda m, x, d, k: m.std(x, dim=d, correction=1, keepdim=k), normal, [(2, 3, 4), (7,)]),
    *every_dim("std of a population", lambda m, x, d, k: x.std(d, correction=0, keepdim=k), normal, [(2, 3, 4)]),
    *every_dim("amax", lambda m, x, d, k: m.amax(x, dim=all_of(d, x), keepdim=k), distinct),
    *every_dim("amin", lambda m, x, d, k: m.amin(x, dim=all_of(d, x), keepdim=k), distinct),
    *every_dim("logsumexp", lambda m, x, d, k: m.logsumexp(x, dim=all_of(d, x), keepdim=k), normal),
    *one_dim("max", lambda m, x, d, k: m.max(x, d, k), distinct),
    *one_dim("min", lambda m, x, d, k: x.min(dim=d, keepdim=k), distinct),
    *one_dim("argmax", lambda m, x, d, k: m.argmax(x, d, k), distinct),
    *one_dim("argmin", lambda m, x, d, k: x.argmin(dim=d, keepdim=k), distinct),
    *one_dim("cumsum", lambda m, x, d, k: m.cumsum(x, d), normal),
    *one_dim("sort", lambda m, x, d, k: m.sort(x, dim=d, descending=k), distinct),
    *one_dim("argsort", lambda m, x, d, k: x.argsort(d, descending=k), distinct),
    *[case(f"max of everything {shape}", lambda m, x: m.max(x), distinct(*shape)) for shape in SHAPES],
    *[case(f"min of everything {shape}", lambda m, x: x.min(), distinct(*shape)) for shape in SHAPES],
    *[case(f"argmax of everything {shape}", lambda m, x: m.argmax(x), distinct(*shape)) for shape in SHAPES],
    *[
        case(f"topk k={k} dim={dim} largest={largest}", lambda m, x, k=k, d=dim, g=largest: m.topk(x, k, d, g), draw)
        for k, dim, largest in [(1, -1, True), (3, -1, True), (2, 0, False), (0, 1, True), (2, 1, False)]
        for draw in [distinct(3, 4, 5)]
    ],
    case("a mean of 3 dimensions in a list", lambda m, x: x.mean([0, 2]), normal(2, 3, 4)),
    case("a norm", lambda m, x: x.norm(), normal(3, 4)),
    case("sum of a sum", lambda m, x: x.sum(0, keepdim=True) * x.sum(1, keepdim=True), normal(3, 4)),
    case("var of one dimension squared", lambda m, x: m.var(x * x, dim=1, correction=0), normal(3, 4)),
]

EMPTY = [
    *[
        case(f"{name} {shape} dim={dim}", lambda m, x, n=name, d=dim: getattr(m, n)(x, dim=d), normal(*shape))
        for name in ("sum", "mean", "logsumexp", "cumsum", "sort", "softmax", "log_softmax")
        for shape, dim in [((0,), 0), ((3, 0), 1), ((3, 0), 0), ((0, 3), 1), ((2, 0, 3), -1)]
        if name != "log_softmax" or shape[dim]
    ],
    *[
        case(f"{name} (3, 0) dim=0", lambda m, x, n=name: getattr(m, n)(x, dim=0), normal(3, 0))
        for name in ("amax", "amin", "max", "argmin", "var", "std")
    ],
    case("sum of nothing", lambda m, x: m.sum(x), normal(0)),
    case("mean of nothing", lambda m, x: m.mean(x), normal(0, 4)),
    case("topk of nothing", lambda m, x: m.topk(x, 0), normal(2, 0)),
]


def by_function(cases):
    """The cases in lists, one for each name in front of the first bracket."""
    groups = {}
    for one in cases:
        groups.setdefault(one.name.partition(" (")[0], []).append(one)
    return groups.values()


grouped = pytest.mark.parametrize("cases", by_function(CASES), ids=lambda group: group[0].name.partition(" (")[0])


@grouped
def test_values_and_both_gradients_agree_in_float64(cases):
    for one in cases:
        agree(one)


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("case", EMPTY, ids=lambda c: c.name)
def test_reductions_of_no_elements_agree(case):
    agree(case, second=False)


def test_a_float32_sum_of_a_million_keeps_six_digits():
    x = np.full(10**6, 0.1, "float32")
    assert math.isclose(tensor(x).sum().item(), 1e5, rel_tol=1e-6)
    assert math.isclose(tensor(x).mean().item(), 0.1, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("shape", "dim"),
    [((10**6, 3), 0), ((3, 10**6), 1), ((10**5, 2, 3), (0, 2)), ((2, 10**5, 3), 1), ((3, 10**6), (0, 1)), ((5000,), 0)],
)
@pytest.mark.parametrize("lie", [np.asarray, np.asfortranarray], ids=["rows", "columns"])
@pytest.mark.parametrize("name", ["sum", "mean", "var", "std"])
def test_float32_keeps_its_digits_over_a_million_numbers(name, lie, shape, dim):
    x = lie(np.random.default_rng(0).random(shape, dtype="float32"))
    expected = getattr(torch, name)(torch.from_numpy(x).double(), dim)
    for keepdim in (False, True):
        found = getattr(minigrad, name)(Tensor(x), dim, keepdim=keepdim)
        np.testing.assert_allclose(found.data.reshape(expected.shape), expected.numpy(), rtol=5e-7)


def test_the_gradient_of_a_bias_keeps_its_digits_too():
    gy = np.random.default_rng(0).random((10**6, 3), dtype="float32")
    np.testing.assert_allclose(column_sums(gy), gy.sum(0, dtype="float64"), rtol=5e-7)


def test_float16_is_summed_in_float32_as_in_pytorch():
    x = np.full((3000, 2), 0.1, "float16")
    np.testing.assert_array_equal(Tensor(x).sum(0).data, torch.from_numpy(x).sum(0).numpy())
    assert Tensor(np.full(70000, 1, "float16")).mean().item() == 1


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "amax", "amin"])
def test_no_dimensions_mean_all_as_in_pytorch(name):
    x = np.random.default_rng(0).standard_normal((2, 3))
    found, expected = getattr(minigrad, name)(Tensor(x), dim=()), getattr(torch, name)(torch.tensor(x), dim=())
    assert found.shape == ()
    np.testing.assert_allclose(found.item(), expected.item())


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("name", ["var", "std"])
def test_the_spread_may_be_asked_for_unbiased_or_not(name, unbiased):
    x = np.random.default_rng(0).standard_normal((3, 4))
    compare(lambda m, x: getattr(x, name)(1, unbiased=unbiased, keepdim=True), x)
    compare(lambda m, x: getattr(m, name)(x, unbiased=unbiased), x)


# ------------------------------------------------------------------------------------------------- norms and products


@pytest.mark.parametrize("p", [1, 2, math.inf])
def test_norms_agree_also_of_zeros(p):
    for x in ([[3.0, 0.0, -4.0], [1.0, 1.0, -1.0]], [[0.0, 0.0], [0.0, 0.0]]):
        compare(lambda m, x: x.norm(p), x, second=False)
        compare(lambda m, x: x.norm(p, dim=1, keepdim=True), x, second=False)
        compare(lambda m, x: x.norm(p, (0, 1)), x, second=False)


@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e-30), ("float32", 1e30), ("float16", 300.0)])
def test_a_norm_neither_overflows_nor_vanishes_where_its_squares_do(dtype, size):
    x = Tensor(np.array([3 * size, 4 * size], dtype) if dtype == "float32" else np.array([size, size], dtype), True)
    y = x.norm()
    y.backward()
    np.testing.assert_allclose(y.item(), np.sqrt((x.data.astype("float64") ** 2).sum()), rtol=1e-3)
    np.testing.assert_allclose((x.grad.data.astype("float64") ** 2).sum(), 1, rtol=1e-3)


def test_small_whole_numbers_do_not_wrap_in_a_norm():
    assert math.isclose(tensor([200, 200], dtype=minigrad.uint8).norm().item(), 200 * math.sqrt(2), rel_tol=1e-6)


def test_a_standard_deviation_does_not_overflow_where_its_square_does():
    x = tensor([3e38, -3e38, 0.0], requires_grad=True)
    y = x.std()
    y.backward()
    assert math.isclose(y.item(), 3e38, rel_tol=1e-6)
    np.testing.assert_allclose(x.grad.data, [0.5, -0.5, 0], rtol=1e-6)


def test_the_second_gradient_of_a_standard_deviation_is_zero_where_that_is_zero():
    x = Tensor(np.array([2.0, 2.0, 2.0]), requires_grad=True)
    (g,) = minigrad.grad(x.std(), x, create_graph=True)
    assert minigrad.grad((g * tensor(np.array([1.0, 2.0, 4.0]))).sum(), x)[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("row", [[2.0, 0.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]])
def test_products_with_zeros_have_the_gradients_of_pytorch(row):
    compare(lambda m, x: m.prod(x, 1, keepdim=True), [row, [1.0, 1.0, 2.0]], second=False)
    compare(lambda m, x: x.prod(), row, second=False)


# ------------------------------------------------------------------------------------------------------- ties and NaN


@pytest.mark.parametrize(
    "function",
    [
        lambda m, x: m.max(x),
        lambda m, x: m.min(x),
        lambda m, x: m.amax(x, dim=1),
        lambda m, x: m.amin(x, dim=0, keepdim=True),
        lambda m, x: m.amax(x, dim=(0, 1)),
        lambda m, x: m.max(x, 1),
        lambda m, x: m.min(x, 0),
        lambda m, x: m.argmax(x),
        lambda m, x: m.argmin(x, 1),
    ],
)
def test_ties_share_the_gradient_or_the_first_gets_it_as_in_pytorch(function):
    compare(function, [[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 3.0, 0.0], [3.0, 3.0, 3.0, 3.0]], second=False)


@pytest.mark.parametrize("descending", [False, True])
def test_sort_keeps_equal_elements_in_order_and_takes_nan_for_the_largest(descending):
    x = np.random.default_rng(0).integers(0, 4, (5, 30)).astype(float)
    x[1, 3] = x[4, 0] = math.nan
    values, indices = torch.sort(torch.tensor(x), dim=1, descending=descending, stable=True)
    result = minigrad.sort(Tensor(x), 1, descending)
    np.testing.assert_array_equal(result.values.data, values.numpy())
    np.testing.assert_array_equal(result.indices.data, indices.numpy())


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "amax", "amin", "max", "min", "logsumexp", "cumsum"])
@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 1e4, -1e4, 1e300])
def test_extreme_values_agree(name, odd):
    x = np.random.default_rng(1).standard_normal((3, 4))
    x[1, 2] = odd
    compare(lambda m, x: getattr(m, name)(x, dim=1), x, second=False)


def test_argmax_points_at_nan():
    assert tensor([1.0, math.nan, 3.0]).argmax().item() == 1


def test_logsumexp_of_nothing_but_minus_infinity_is_minus_infinity():
    compare(lambda m, x: m.logsumexp(x, dim=1), [[-math.inf, -math.inf], [0.0, -math.inf]], second=False)


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("name", ["var", "std"])
def test_the_spread_of_too_few_elements_is_nan_and_so_is_its_gradient(name):
    compare(lambda m, x: getattr(m, name)(x, dim=1), [[2.0], [3.0]], second=False)


def test_the_standard_deviation_of_equal_elements_has_gradient_zero():
    compare(lambda m, x: m.std(x, dim=1), [[2.0, 2.0, 2.0], [1.0, 2.0, 4.0]], second=False)


# ------------------------------------------------------------------------------------------------------------ dtypes


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("name", ["sum", "cumsum", "amax", "max", "argmin", "sort", "topk", "logsumexp"])
def test_result_dtypes_are_those_of_pytorch(name, dtype):
    if name in ("argmin", "topk") and dtype == "bool":  # PyTorch has none
        return
    x = np.array([[1, 0, 1], [0, 1, 1]]).astype(dtype)
    settings = {"sort": {"stable": True}}.get(name, {})
    args = {"topk": (3,)}.get(name, (1,))
    expected = getattr(torch, name)(torch.from_numpy(x), *(() if settings else args), **settings)
    result = getattr(minigrad, name)(Tensor(x), *args)
    pairs = zip(result, expected) if isinstance(result, tuple) else [(result, expected)]
    for k, (mine, theirs) in enumerate(pairs):
        assert str(theirs.dtype) == f"torch.{mine.dtype}"
        if k == 0:
            np.testing.assert_allclose(mine.data, theirs.numpy(), 1e-3)


def test_the_mean_of_whole_numbers_is_float32():
    assert tensor([1, 2]).mean().item() == 1.5
    assert tensor([True, False]).mean().dtype == np.float32


def test_small_whole_numbers_do_not_overflow_in_a_sum():
    assert Tensor(np.full(1000, 255, "uint8")).sum().item() == 255000
    assert Tensor(np.full(3, 200, "uint8")).cumsum(0).tolist() == [200, 400, 600]


# --------------------------------------------------------------------------------------------------------- any and all


@pytest.mark.parametrize("dim", [None, 0, 1, -1])
def test_any_and_all_agree(dim):
    x = np.random.default_rng(0).random((3, 4)) < 0.6
    for name in ("any", "all"):
        theirs = getattr(torch.from_numpy(x), name)
        expected = theirs() if dim is None else theirs(dim)
        np.testing.assert_array_equal(getattr(Tensor(x), name)(dim).data, expected.numpy())


# -------------------------------------------------------------------------------------------------------- bad inputs


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: x.sum(2),
            IndexError,
            r"Sum got shape \(2, 3\): dimension 2 is out of range for a tensor",
        ),
        (lambda x: x.mean((0, 5)), IndexError, r"Mean got shape \(2, 3\): dimension 5 is out of range"),
        (lambda x: x.sum((0, 0)), ValueError, r"Sum got shape \(2, 3\): dimensions \(0, 0\) name one of them twice"),
        (
            lambda x: x.sum("rows"),
            TypeError,
            r"Sum got shape \(2, 3\): got dimension 'rows'; expected a whole number",
        ),
        (lambda x: x[:0].amax(), ValueError, r"AMax got shape \(0, 3\): zero-size array"),
        (lambda x: x[:0].max(0), ValueError, r"argmax got shape \(0, 3\); expected at least one element"),
        (lambda x: x.cumsum(None), TypeError, "cumsum: got dimension None; expected a whole number"),
        (lambda x: x.max(5), IndexError, "max: dimension 5 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.min(5), IndexError, "min: dimension 5 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.max((0, 1)), TypeError, r"max: got dimension \(0, 1\); expected a whole number"),
        (lambda x: x.argmax(5), IndexError, "argmax: dimension 5 is out of range"),
        (lambda x: x.all(5), IndexError, "all: dimension 5 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.any(axis=5), IndexError, "any: dimension 5 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.norm(3), ValueError, "norm got p=3; expected 1, 2 or inf"),
        (lambda x: x.prod(5), IndexError, "prod: dimension 5 is out of range"),
        (lambda x: minigrad.topk([1, 2], 1), TypeError, "topk expected a tensor, an array or a number, got list"),
        (lambda x: x.topk(1.5), TypeError, "topk got k = 1.5; expected a whole number"),
        (lambda x: x.topk(4), ValueError, "topk got k=4 for dimension -1 of size 3"),
        (lambda x: x.topk(-1), ValueError, "topk got k=-1 for dimension -1 of size 3"),
        (lambda x: x.topk(1, dim=2), IndexError, "dimension 2 is out of range for a tensor"),
        (lambda x: x.cumsum(2), IndexError, "cumsum: dimension 2 is out of range"),
        (lambda x: x.sort(5), IndexError, "sort: dimension 5 is out of range for a tensor of 2 dimensions"),
    ],
)
def test_bad_inputs_are_refused_in_one_clear_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call(tensor(np.ones((2, 3), "float32")))
