"""Matrix products against PyTorch: matmul of vectors, matrices and batches, linear, einsum."""

import numpy as np
import pytest
import torch
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

import minigrad
from minigrad import Tensor, tensor
from tests.oracle import LAYOUTS, agree, case, compare, normal

MATMUL = [
    ((3, 4), (4, 5)),
    ((4,), (4,)),
    ((4,), (4, 5)),
    ((3, 4), (4,)),
    ((2, 3, 4), (4,)),
    ((4,), (2, 4, 5)),
    ((2, 3, 4), (4, 5)),
    ((3, 4), (2, 4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (1, 4, 5)),
    ((5, 1, 3, 4), (2, 4, 5)),
    ((5, 2, 3, 4), (4, 5)),
    ((1, 1), (1, 1)),
    ((0, 4), (4, 5)),
    ((3, 0), (0, 5)),
    ((2, 0, 4), (4, 5)),
    ((0, 3, 4), (0, 4, 5)),
    ((2, 3, 4), (4, 0)),
    ((0,), (0,)),
    ((0,), (0, 3)),
]

EINSUM = {
    "a product": ("ij,jk->ik", (3, 4), (4, 5)),
    "a product, implicit": ("ij,jk", (3, 4), (4, 5)),
    "implicit in order of the alphabet": ("ba", (3, 4)),
    "capitals come first": ("aB", (3, 4)),
    "spaces": (" i j , j k -> k i ", (3, 4), (4, 5)),
    "a transpose": ("ij->ji", (3, 4)),
    "nothing to do": ("ij->ij", (3, 4)),
    "a scalar": (",ij->ij", (), (3, 4)),
    "scalars": (",->", (), ()),
    "an inner product": ("i,i->", (4,), (4,)),
    "an inner product, implicit": ("i,i", (4,), (4,)),
    "an outer product": ("i,j->ij", (4,), (3,)),
    "elementwise": ("ij,ij->ij", (3, 4), (3, 4)),
    "a batch": ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    "attention": ("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    "a bilinear form": ("bi,oij,bj->bo", (3, 4), (2, 4, 5), (3, 5)),
    "three factors": ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    "four factors": ("i,j,k,l->jl", (2,), (3,), (4,), (5,)),
    "the same three times": ("i,i,i->i", (4,), (4,), (4,)),
    "a sum": ("ij->", (3, 4)),
    "a sum over rows": ("ij->j", (3, 4)),
    "a letter that only one has": ("ij,k->k", (3, 4), (5,)),
    "letters that only one has": ("ijk,jl->l", (2, 3, 4), (3, 5)),
    "a diagonal": ("ii->i", (4, 4)),
    "a trace": ("ii->", (4, 4)),
    "a trace, implicit": ("ii", (4, 4)),
    "diagonals of a batch": ("bii->bi", (2, 3, 3)),
    "a diagonal and a factor": ("ii,ij->j", (3, 3), (3, 4)),
    "a diagonal of three": ("iii->i", (3, 3, 3)),
    "two diagonals": ("iijj->ij", (2, 2, 3, 3)),
    "an ellipsis": ("...ij,...jk->...ik", (2, 3, 4), (2, 4, 5)),
    "an ellipsis that broadcasts": ("...ij,...jk->...ik", (6, 1, 3, 4), (2, 4, 5)),
    "an ellipsis for nothing": ("...ij,jk->...ik", (3, 4), (4, 5)),
    "an ellipsis, implicit": ("...ij,...jk", (2, 3, 4), (2, 4, 5)),
    "an ellipsis at the end": ("i...->...i", (2, 3, 4)),
    "an ellipsis in the middle": ("i...j->j...", (2, 3, 4)),
    "an ellipsis on one side": ("...i,ij->...j", (2, 3, 4), (4, 5)),
    "an ellipsis and a diagonal": ("...ii->...i", (2, 3, 3)),
    "sizes 1 that broadcast": ("ij,ij->ij", (3, 4), (3, 1)),
    "sizes 1 that broadcast and sum": ("ij,jk->ik", (3, 1), (4, 5)),
    "nothing": ("ij,jk->ik", (0, 4), (4, 5)),
    "a sum over nothing": ("ij,jk->ik", (3, 0), (0, 5)),
}

CASES = [
    *[case(f"matmul {a} {b}", lambda m, x, y: m.matmul(x, y), normal(*a), normal(*b)) for a, b in MATMUL],
    *[
        case(f"einsum {name}", lambda m, *xs, equation=equation: m.einsum(equation, *xs), *[normal(*s) for s in shapes])
        for name, (equation, *shapes) in EINSUM.items()
    ],
    case("@", lambda m, x, y: x @ y, normal(3, 4), normal(4, 2)),
    case("a Gram matrix", lambda m, x: x @ x.T, normal(3, 4)),
    case("a quadratic form", lambda m, x, a: x @ a @ x, normal(3), normal(3, 3)),
    case("linear", lambda m, x, w, b: m.linear(x, w, b), normal(5, 4), normal(3, 4), normal(3)),
    case("linear without bias", lambda m, x, w: m.linear(x, w), normal(5, 4), normal(3, 4)),
    case("linear of a vector", lambda m, x, w, b: m.linear(x, w, b), normal(4), normal(3, 4), normal(3)),
    case("linear of a batch", lambda m, x, w, b: m.linear(x, w, b), normal(2, 5, 4), normal(3, 4), normal(3)),
    case("linear of nothing", lambda m, x, w, b: m.linear(x, w, b), normal(0, 4), normal(3, 4), normal(3)),
    case("linear of an empty batch", lambda m, x, w, b: m.linear(x, w, b), normal(2, 0, 4), normal(3, 4), normal(3)),
    case("linear to nothing", lambda m, x, w: m.linear(x, w), normal(5, 4), normal(0, 4)),
    case("linear from nothing", lambda m, x, w, b: m.linear(x, w, b), normal(2, 5, 0), normal(3, 0), normal(3)),
    case("linear of 40 rows", lambda m, x, w, b: m.linear(x, w, b), normal(40, 4), normal(3, 4), normal(3)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_values_and_both_gradients_agree_in_float64(case):
    agree(case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_values_and_gradients_agree_in_float32_however_the_arrays_lie(case):
    agree(case, dtype="float32", second=False)
    for layout in LAYOUTS.values():
        agree(case, layout=layout, second=False)


@pytest.mark.parametrize(
    "case",
    [
        case("matmul", lambda m, x, y: x @ y, normal(350, 300), normal(300, 340)),
        case("a batch", lambda m, x, y: x @ y, normal(40, 50, 60), normal(40, 60, 50)),
        case("linear", lambda m, x, w, b: m.linear(x, w, b), normal(500, 200), normal(300, 200), normal(300)),
        case("einsum", lambda m, x, y: m.einsum("bij,bjk->bik", x, y), normal(40, 50, 60), normal(40, 60, 50)),
    ],
    ids=lambda c: c.name,
)
def test_large_inputs_agree(case):
    agree(case, dtype="float32", second=False)
    agree(case, second=False)


def test_only_the_gradients_that_are_needed_are_computed():
    for function in (lambda x, y: x @ y, lambda x, y: minigrad.einsum("ij,jk->ik", x, y), minigrad.ops.linear):
        x, y = tensor(np.ones((2, 2)), requires_grad=True), tensor(np.ones((2, 2)))
        z = function(x, y)
        gx, *others = z.grad_fn.backward(np.ones((2, 2)))
        assert gx.shape == (2, 2)
        assert others[0] is None


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16", "float32", "float64"])
def test_products_keep_the_dtype_of_pytorch(dtype):
    x = np.arange(12).reshape(3, 4).astype(dtype)
    for function in (lambda m, x: x @ x.T, lambda m, x: m.einsum("ij,kj->ik", x, x), lambda m, x: m.matmul(x[0], x[1])):
        result, expected = function(minigrad, Tensor(x)), function(torch, torch.from_numpy(x))
        assert str(expected.dtype) == f"torch.{result.dtype}"
        np.testing.assert_array_equal(result.data, expected.numpy())


@pytest.mark.parametrize(
    "function",
    [lambda x, n: x @ n, lambda x, n: n @ x, lambda x, n: minigrad.einsum("ij,jk->ik", x, n), minigrad.ops.linear],
)
def test_whole_numbers_take_the_floating_dtype_of_the_other_factor(function):
    x, n = tensor(np.ones((2, 2), "float32"), requires_grad=True), tensor(np.arange(4).reshape(2, 2))
    z = function(x, n)
    assert z.dtype == np.float32
    z.sum().backward()
    assert x.grad.dtype == np.float32


def test_an_array_may_stand_on_either_side_of_the_product():
    x, a = tensor(np.ones((2, 2)), requires_grad=True), np.array([[1.0, 2.0], [3.0, 4.0]])
    for z in (a @ x, x @ a, minigrad.matmul(a, x)):
        assert isinstance(z, Tensor)
        assert z.requires_grad


@settings(max_examples=120, deadline=None)
@hypothesis_given(st.data())
def test_any_equation_of_two_operands_agrees(data):
    sizes = dict(zip("abcd", data.draw(st.lists(st.integers(1, 3), min_size=4, max_size=4))))
    terms = [data.draw(st.lists(st.sampled_from("abcd"), max_size=3, unique=True)) for _ in range(2)]
    known = sorted(set(terms[0] + terms[1]))
    output = data.draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    equation = ",".join("".join(t) for t in terms) + "->" + "".join(output)
    rng = np.random.default_rng(0)
    compare(lambda m, x, y: m.einsum(equation, x, y), *[rng.standard_normal([sizes[c] for c in t]) for t in terms])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: x @ x, ValueError, r"matmul got shapes \(2, 3\) and \(2, 3\)"),
        (lambda x: x @ x[0, 0], ValueError, r"matmul got shapes \(2, 3\) and \(\)"),
        (lambda x: x @ 2.0, ValueError, r"matmul got shapes \(2, 3\) and \(\)"),
        (lambda x: x @ "x", TypeError, "matmul expected a tensor, an array or a number, got str"),
        (lambda x: x[None] @ x.T[None, None].expand(1, 5, 3, 2)[:, :, :2], ValueError, "matmul got shapes"),
        (
            lambda x: x.expand(4, 2, 3) @ x.T.expand(5, 3, 2),
            ValueError,
            r"MatMul got shapes \(4, 2, 3\) and \(5, 3, 2\)",
        ),
        (lambda x: x @ x.double().T, TypeError, "MatMul got tensors of dtypes float32 and float64"),
        (lambda x: minigrad.ops.linear(x, x.T), ValueError, r"linear got input \(2, 3\) and weight \(3, 2\); expected"),
        (lambda x: minigrad.ops.linear(x, x[0]), ValueError, r"linear got input \(2, 3\) and weight \(3,\); expected"),
        (
            lambda x: minigrad.ops.linear(x, x, x[0]),
            ValueError,
            r"linear got bias \(3,\) for weight \(2, 3\); expected \[2\]",
        ),
        (lambda x: minigrad.einsum("ij,jk->ik", x), ValueError, "einsum 'ij,jk->ik' names 2 operands, got 1"),
        (lambda x: minigrad.einsum("ijk->i", x), ValueError, "gives operand 0 the letters 'ijk' for 2 dimensions"),
        (lambda x: minigrad.einsum("i->i", x), ValueError, "einsum 'i->i' gives operand 0 the letters 'i' for 2 dim"),
        (lambda x: minigrad.einsum("ij->k", x), ValueError, "einsum 'ij->k': the result may only name letters"),
        (lambda x: minigrad.einsum("ij->ii", x), ValueError, "einsum 'ij->ii': .* letters of the operands, each once"),
        (lambda x: minigrad.einsum("i1->i", x), ValueError, "einsum 'i1->i'"),
        (lambda x: minigrad.einsum("ij,ij->i", x, x.T), ValueError, r"Einsum got shapes \(2, 3\) and \(3, 2\)"),
        (lambda x: minigrad.einsum("......i->i", x), ValueError, "letters a-z and A-Z and at most one"),
        (lambda x: minigrad.einsum("i...i...->i", x), ValueError, "letters a-z and A-Z and at most one"),
        (lambda x: minigrad.einsum("éj->é", x), ValueError, "letters a-z and A-Z and at most one"),
        (lambda x: minigrad.einsum("...a->a", x.reshape((1,) * 58 + (2, 3))), ValueError, "operands of 60 dimensions"),
        (lambda x: minigrad.einsum(None, x), TypeError, "einsum expected an equation such as .* got NoneType"),
        (lambda x: minigrad.einsum("ij->i", [[1.0]]), TypeError, "einsum expected a tensor, .* got list"),
        (lambda x: minigrad.mm(x, x[0]), ValueError, r"mm got shapes \(2, 3\) and \(3,\); expected 2 dimensions each"),
        (lambda x: minigrad.bmm(x[None], x.T.expand(2, 3, 2)), ValueError, "bmm got shapes .* batches of one size"),
        (lambda x: minigrad.functional.linear(x, None), TypeError, "linear expected .*, got None"),
        (lambda x: minigrad.nn.Linear(3, 4)([[1.0, 2.0, 3.0]]), TypeError, "linear expected .*, got list"),
        (lambda x: minigrad.einsum("ij"), ValueError, "einsum 'ij' names 1 operands, got 0"),
    ],
)
def test_bad_inputs_are_refused_in_one_clear_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call(tensor(np.ones((2, 3), "float32")))
