"""Operations that move elements, against PyTorch: reshape, permute, expand, join, split, pad, index, gather."""

import numpy as np
import pytest
import torch
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices

import minigrad
from minigrad import Tensor, tensor
from minigrad.ops.index import GetItem, PutItem
from tests.oracle import LAYOUTS, agree, booleans, case, compare, integers, normal

CASES = [
    case("reshape", lambda m, x: m.reshape(x, (4, 3)), normal(2, 6)),
    case("reshape with -1", lambda m, x: m.reshape(x, (3, -1)), normal(2, 6)),
    case("the method reshape with separate sizes", lambda m, x: x.reshape(2, 2, 3), normal(2, 6)),
    case("view", lambda m, x: x.view(-1), normal(2, 6)),
    case("reshape to a scalar", lambda m, x: x.reshape(()), normal(1, 1)),
    case("reshape a scalar", lambda m, x: x.reshape(1, 1), normal()),
    case("reshape of nothing", lambda m, x: x.reshape(3, 0, 2), normal(0, 5)),
    case("flatten", lambda m, x: m.flatten(x), normal(2, 3, 4)),
    case("flatten from 1", lambda m, x: m.flatten(x, 1), normal(2, 3, 4)),
    case("flatten 0 to 1", lambda m, x: x.flatten(0, 1), normal(2, 3, 4)),
    case("flatten -2 to -1", lambda m, x: x.flatten(-2, -1), normal(2, 3, 4)),
    case("flatten a scalar", lambda m, x: m.flatten(x), normal()),
    case("flatten nothing", lambda m, x: m.flatten(x, 1), normal(0, 3, 2)),
    case("permute", lambda m, x: m.permute(x, (2, 0, 1)), normal(2, 3, 4)),
    case("permute with negative dimensions", lambda m, x: x.permute(-1, 0, 1), normal(2, 3, 4)),
    case("permute of 4", lambda m, x: x.permute(3, 1, 0, 2), normal(2, 1, 3, 2)),
    case("permute a scalar", lambda m, x: m.permute(x, ()), normal()),
    case("transpose", lambda m, x: m.transpose(x, 0, 2), normal(2, 3, 4)),
    case("transpose -1 -2", lambda m, x: x.transpose(-1, -2), normal(2, 3, 4)),
    case("swapaxes", lambda m, x: m.swapaxes(x, 0, 1), normal(2, 3)),
    case("T", lambda m, x: x.T @ x, normal(2, 3)),
    case("mT", lambda m, x: x.mT, normal(2, 3, 4)),
    case("squeeze", lambda m, x: m.squeeze(x), normal(1, 3, 1, 2)),
    case("squeeze one", lambda m, x: m.squeeze(x, 2), normal(1, 3, 1, 2)),
    case("squeeze one that is longer", lambda m, x: m.squeeze(x, 1), normal(1, 3, 1)),
    case("squeeze the last", lambda m, x: x.squeeze(-1), normal(1, 3, 1)),
    case("squeeze two", lambda m, x: x.squeeze((0, 1)), normal(1, 3, 1)),
    case("squeeze a scalar", lambda m, x: m.squeeze(x), normal()),
    case("squeeze nothing", lambda m, x: m.squeeze(x), normal(1, 0)),
    case("unsqueeze", lambda m, x: m.unsqueeze(x, 1), normal(2, 3)),
    case("unsqueeze at the end", lambda m, x: x.unsqueeze(-1), normal(2, 3)),
    case("unsqueeze a scalar", lambda m, x: m.unsqueeze(x, 0), normal()),
    case("expand", lambda m, x: x.expand(2, 3, 4), normal(3, 1)),
    case("expand with -1", lambda m, x: x.expand(5, -1, 4), normal(3, 1)),
    case("expand a scalar", lambda m, x: x.expand(2, 3), normal()),
    case("expand to nothing", lambda m, x: x.expand(0, 3), normal(1, 3)),
    case("expand as it is", lambda m, x: x.expand((2, 3)), normal(2, 3)),
    case("flip", lambda m, x: m.flip(x, (0,)), normal(2, 3)),
    case("flip two", lambda m, x: m.flip(x, (0, -1)), normal(2, 3, 4)),
    case("the method flip", lambda m, x: x.flip(1, 0), normal(2, 3)),
    case("contiguous", lambda m, x: x.transpose(0, 1).contiguous() * 2, normal(2, 3)),
    case("concatenate", lambda m, x, y: m.concatenate([x, y]), normal(2, 3), normal(4, 3)),
    case("concatenate -1", lambda m, x, y, z: m.cat((x, y, z), -1), normal(2, 3), normal(2, 1), normal(2, 0)),
    case("concatenate one", lambda m, x: m.cat([x], 1), normal(2, 3)),
    case("concatenate one with itself", lambda m, x: m.cat([x, x * 2, x], 1), normal(2, 3)),
    case("stack", lambda m, x, y: m.stack([x, y]), normal(2, 3), normal(2, 3)),
    case("stack in the middle", lambda m, x, y: m.stack((x, y), 1), normal(2, 3), normal(2, 3)),
    case("stack at the end", lambda m, x, y, z: m.stack([x, y, z], dim=-1), normal(2), normal(2), normal(2)),
    case("stack scalars", lambda m, x, y: m.stack([x, y, x]), normal(), normal()),
    case("split", lambda m, x: m.split(x, 2), normal(5, 3)),
    case("split by sizes", lambda m, x: x.split([1, 0, 3], dim=1), normal(2, 4)),
    case("split along the last", lambda m, x: x.split(4, -1), normal(2, 10)),
    case("split nothing", lambda m, x: x.split(2), normal(0, 3)),
    case("split, one piece used", lambda m, x: m.split(x, 2)[1] * 2, normal(5, 3)),
    case("split, pieces used unevenly", lambda m, x: [p := m.split(x, [1, 2, 2], 1), p[0] * p[0].sum() + p[2]][1],
         normal(2, 5)),
    case("chunk", lambda m, x: x.chunk(3), normal(7, 2)),
    case("chunk along 1", lambda m, x: x.chunk(2, dim=1), normal(2, 4)),
    case("more chunks than elements", lambda m, x: x.chunk(5), normal(3)),
    case("pad", lambda m, x: m.pad(x, (1, 2)), normal(2, 3)),
    case("pad two dimensions", lambda m, x: m.pad(x, (1, 0, 2, 3)), normal(2, 2, 3)),
    case("pad with a value", lambda m, x: m.pad(x, (0, 1, 1, 0), value=2.5), normal(2, 3)),
    case("pad by nothing", lambda m, x: m.pad(x, (0, 0)), normal(2, 3)),
    case("pad nothing", lambda m, x: m.pad(x, (1, 1)), normal(2, 0)),
    case("gather 0", lambda m, x, i: m.gather(x, 0, i), normal(3, 4), integers(0, 3, 5, 4)),
    case("gather 1", lambda m, x, i: x.gather(1, i), normal(3, 4), integers(0, 4, 3, 6)),
    case("gather a smaller index", lambda m, x, i: m.gather(x, 1, i), normal(3, 4), integers(0, 4, 2, 2)),
    case("gather -1", lambda m, x, i: m.gather(x, -1, i), normal(2, 3, 4), integers(0, 4, 2, 3, 1)),
    case("gather nothing", lambda m, x, i: m.gather(x, 1, i), normal(3, 4), integers(0, 4, 3, 0)),
    case("gather of a scalar", lambda m, x, i: m.gather(x, 0, i), normal(), integers(0, 1)),
]  # fmt: skip

INDICES = {
    "a number": 1,
    "a negative number": -2,
    "numbers": (1, 2),
    "all numbers": (1, 2, 0),
    "a slice": slice(1, 3),
    "an open slice": slice(None),
    "steps": (slice(None, None, 2), slice(0, 3, 2)),
    "an empty slice": slice(2, 2),
    "ellipsis": (..., 1),
    "ellipsis in the middle": (1, ..., 0),
    "ellipsis alone": ...,
    "None": None,
    "None between": (slice(None), None, 1),
    "None and ellipsis": (None, ..., None),
    "empty tuple": (),
    "a list": [0, 2, 1],
    "a list with repeats": [1, 1, 1, 0],
    "an empty list": [],
    "negative repeats": [-1, 3, -1],
    "two lists": ([0, 1, 0, 0], [2, 2, 2, 1]),
    "lists that broadcast": ([[0], [1]], [1, 1, 2]),
    "a list and a slice": ([0, 0, 3], slice(1, 3)),
    "a slice and a list": (slice(1, 4), [2, 0, 2]),
    "lists apart": ([0, 1, 1], slice(None), [1, 0, 0]),
    "a list between": (slice(None), [1, 1], slice(None, 1)),
    "a list and None": ([1, 1], None),
    "a list and ellipsis": (..., [1, 1, 0]),
    "a number after a list": ([0, 1, 1], 2),
}


def plain(index, m):
    """The index for library `m`: arrays as tensors."""
    if isinstance(index, tuple):
        return tuple(plain(part, m) for part in index)
    return m.tensor(index) if isinstance(index, np.ndarray) else index


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_values_and_both_gradients_agree_in_float64(case):
    agree(case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_values_and_gradients_agree_in_other_dtypes_however_the_array_lies(case):
    agree(case, dtype="float32", second=False)
    agree(case, dtype="float16", second=False)
    for layout in LAYOUTS.values():
        agree(case, layout=layout, second=False)


@pytest.mark.parametrize("name", INDICES)
def test_indexing_agrees(name):
    index = INDICES[name]
    agree(case(name, lambda m, x: x[index], normal(4, 3, 2)))
    for layout in LAYOUTS.values():
        agree(case(name, lambda m, x: x[index], normal(4, 3, 2)), layout=layout, second=False)


MASKED = [
    case("a mask", lambda m, x, c: x[c], normal(4, 3), booleans(4, 3)),
    case("a mask of rows", lambda m, x, c: x[c], normal(4, 3), booleans(4)),
    case("a mask of columns", lambda m, x, c: x[:, c], normal(4, 3), booleans(3)),
    case("a mask and a number", lambda m, x, c: x[c, 1], normal(4, 3), booleans(4)),
    case("a mask and None", lambda m, x, c: x[c, None], normal(4, 3), booleans(4)),
    case("a mask and a list", lambda m, x, i: x[i >= 0, i],
         normal(3, 5), integers(0, 5, 3)),
    case("a mask that is all False", lambda m, x, c: x[c], normal(4, 3), lambda rng: np.zeros((4, 3), bool)),
    case("a mask of nothing", lambda m, x, c: x[c], normal(0, 3), booleans(0)),
    case("a tensor of numbers", lambda m, x, i: x[i], normal(4, 3), integers(0, 4, 7)),
    case("a tensor of one number", lambda m, x, i: x[i], normal(4, 3), integers(0, 4)),
    case("int32 numbers", lambda m, x, i: x[:, i], normal(4, 3), integers(0, 3, 2, 2, dtype="int32")),
    case("a tensor of two dimensions", lambda m, x, i: x[i, 1:], normal(4, 3), integers(0, 4, 2, 3)),
    case("two tensors", lambda m, x, i, j: x[i, j], normal(4, 3), integers(0, 4, 2, 1), integers(0, 3, 5)),
    case("a tensor and a number", lambda m, x, i: x[1, i], normal(4, 3), integers(0, 3, 6)),
    case("repeats that add up", lambda m, x, i: x[i] * x[i], normal(3, 2), integers(0, 3, 20)),
    case("an index of an index", lambda m, x, i: x[i][2:5][:, 0], normal(4, 3), integers(0, 4, 7)),
]  # fmt: skip


@pytest.mark.parametrize("case", MASKED, ids=lambda c: c.name)
def test_indexing_with_tensors_agrees(case):
    agree(case)


@pytest.mark.parametrize(
    "index", [slice(None, None, -1), (slice(2, None, -1), slice(None, None, -2)), (0, slice(2, 0, -1))]
)
def test_negative_steps_read_backwards_and_lead_the_gradient_back(index):
    """PyTorch has no negative steps, NumPy does."""
    x = np.random.default_rng(0).standard_normal((4, 3))
    t = Tensor(x, requires_grad=True)
    y = t[index]
    np.testing.assert_array_equal(y.data, x[index])
    gy = np.random.default_rng(1).standard_normal(y.shape)
    y.backward(gy)
    expected = np.zeros_like(x)
    expected[index] = gy
    np.testing.assert_array_equal(t.grad.data, expected)


def test_a_number_and_a_list_around_a_slice_follow_numpy():
    """NumPy moves the dimension of such indices to the front; PyTorch leaves it where the list stood."""
    x = np.random.default_rng(0).standard_normal((4, 3, 5))
    assert Tensor(x)[1, :, [0, 2]].shape == x[1, :, [0, 2]].shape == (2, 3)


@settings(max_examples=150, deadline=None)
@hypothesis_given(basic_indices((3, 4, 2), allow_newaxis=True), st.integers(0, 100))
def test_the_gradient_of_any_basic_index_is_its_adjoint(index, seed):
    """⟨x[index], g⟩ = ⟨x, backward g⟩ for every x and g."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((3, 4, 2))
    function = GetItem(index)
    y = np.asarray(function.forward(x))
    g = rng.standard_normal(y.shape)
    gx = function.backward(g)
    np.testing.assert_allclose((y * g).sum(), (x * gx).sum(), rtol=1e-12, atol=1e-12)


@settings(max_examples=80, deadline=None)
@hypothesis_given(
    st.lists(st.integers(-4, 3), max_size=12), st.lists(st.integers(-3, 2), min_size=1, max_size=1), st.booleans()
)
def test_repeated_indices_add_up_whatever_they_are(rows, column, both):
    x = np.arange(12.0).reshape(4, 3)
    index = (rows, column) if both and rows else (rows,)
    compare(lambda m, x: x[index], x)


def test_large_indices_agree():
    rng = np.random.default_rng(0)
    agree(case("rows", lambda m, x, i: x[i], normal(500, 300), lambda _: rng.integers(0, 500, 2000)), second=False)
    agree(case("gather", lambda m, x, i: m.gather(x, 1, i), normal(500, 300), integers(0, 300, 500, 300)), second=False)
    for name in ("flatten", "squeeze"):
        agree(case(name, lambda m, x, n=name: getattr(m, n)(x) * 2, normal(400, 1, 300)), dtype="float32", second=False)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32"])
def test_movement_keeps_the_dtype_and_mixtures_promote_as_in_pytorch(dtype):
    x = np.ones((2, 3), dtype)
    for function in (
        lambda m, x: m.flip(x, (0,)),
        lambda m, x: m.reshape(x, (-1,)),
        lambda m, x: x[0],
        lambda m, x: m.stack([x, x]),
        lambda m, x: m.cat([x, m.ones(1, 3)]),
        lambda m, x: m.cat([x, m.ones(1, 3, dtype=m.float16)]),
        lambda m, x: m.cat([x, m.arange(3).reshape(1, 3)]),
    ):
        if dtype == "float32" and function.__code__.co_names[-1:] == ("float16",):
            continue
        result, expected = function(minigrad, Tensor(x)), function(torch, torch.from_numpy(x))
        assert str(expected.dtype) == f"torch.{result.dtype}"


def test_views_share_memory_with_the_tensor_and_copies_do_not():
    x = tensor(np.zeros((2, 3)))
    for view in (x.reshape(3, 2), x[0], x[:, 1:], x.T, x.unsqueeze(0), x.expand(4, 2, 3), x.split(1)[1], x.flip(0)):
        assert np.shares_memory(view.data, x.data)
    for copy in (
        x.clone(),
        x[[0, 1]],
        x[x == 0],
        minigrad.cat([x]),
        minigrad.stack([x]),
        minigrad.functional.pad(x, (0, 0)),
    ):
        assert not np.shares_memory(copy.data, x.data)


def test_dimensions_and_sizes_may_be_anything_that_is_a_whole_number():
    x = tensor(np.zeros((2, 1, 3)))
    assert x.squeeze(tensor(1)).shape == (2, 3)
    assert x.squeeze([0, 1]).shape == (2, 3)
    assert [p.shape for p in x.split(np.int64(2), np.int64(2))] == [(2, 1, 2), (2, 1, 1)]
    assert x.reshape(tensor(6)).shape == (6,)


def test_pad_without_a_value_pads_with_zeros_and_without_widths_not_at_all():
    assert minigrad.functional.pad(tensor([1.0]), (1, 1), value=None).tolist() == [0, 1, 0]
    assert minigrad.functional.pad(tensor(1.0), ()).shape == ()


@pytest.mark.parametrize(("source", "destination"), [(0, 2), (-1, 0), ((0, 1), (-1, 0)), ([2, 0], [0, 1]), (1, 1)])
def test_movedim_agrees(source, destination):
    agree(case("movedim", lambda m, x: m.movedim(x, source, destination), normal(2, 3, 4, 5)))


@pytest.mark.parametrize(("offset", "dim1", "dim2"), [(0, 0, 1), (1, 1, 2), (-2, 2, 0), (5, 0, 1), (-9, -1, 0)])
def test_diagonals_agree_wherever_they_lie(offset, dim1, dim2):
    agree(case("diagonal", lambda m, x: m.diagonal(x, offset, dim1, dim2), normal(3, 4, 3)))


def test_triangles_of_booleans_stay_boolean():
    assert minigrad.triu(tensor([[True, True], [True, True]])).dtype == np.bool_


def test_nonzero_agrees():
    x = np.array([[0, 1], [2, 0]])
    assert minigrad.nonzero(Tensor(x)).tolist() == torch.nonzero(torch.tensor(x)).tolist()
    found, expected = minigrad.nonzero(Tensor(x), as_tuple=True), torch.nonzero(torch.tensor(x), as_tuple=True)
    assert [t.tolist() for t in found] == [t.tolist() for t in expected]


def test_contiguous_returns_itself_where_nothing_is_to_do():
    x = tensor(np.zeros((2, 3)))
    assert x.contiguous() is x
    assert x.T.contiguous().data.flags.c_contiguous


def test_the_gradient_of_an_index_can_be_called_on_plain_arrays():
    gx = PutItem([0, 0, 2], (3,)).forward(np.array([1.0, 2.0, 4.0]))
    assert gx.tolist() == [3.0, 0.0, 4.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda x: x.reshape(4),
            ValueError,
            r"Reshape got shape \(2, 3\): cannot reshape array of size 6 into shape \(4,\)",
        ),
        (lambda x: x.reshape(2.0, 3.0), TypeError, "reshape got size 2.0; expected a whole number"),
        (lambda x: x.reshape(2.0), TypeError, "reshape got size 2.0; expected a whole number"),
        (lambda x: x.permute(0, 0), ValueError, r"permute: dimensions \(0, 0\) name one of them twice"),
        (lambda x: x.permute(0), ValueError, r"permute got dimensions \(0,\) for a tensor of 2; expected"),
        (lambda x: x.permute(0, 2), IndexError, "permute: dimension 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.transpose(0, 2), IndexError, "dimension 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.squeeze(2), IndexError, "dimension 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.unsqueeze(4), IndexError, "dimension 4 is out of range for a tensor of 3 dimensions"),
        (lambda x: x.flatten(0, 2), IndexError, "dimension 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.flatten(1, 0), ValueError, "flatten got start_dim 1 after end_dim 0"),
        (lambda x: x.expand(4, 3), ValueError, r"Expand got shape \(2, 3\)"),
        (lambda x: x.expand(3), ValueError, r"expand got sizes \(3,\) for a tensor of shape \(2, 3\)"),
        (lambda x: x.flip(2), IndexError, "flip: dimension 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: minigrad.cat([]), ValueError, "cat needs at least one tensor, got an empty list"),
        (lambda x: minigrad.stack([]), ValueError, "stack needs at least one tensor, got an empty list"),
        (lambda x: minigrad.cat([x, x.T]), ValueError, r"Concatenate got shapes \(2, 3\) and \(3, 2\)"),
        (lambda x: minigrad.cat([x, "x"]), TypeError, "cat expected a tensor, an array or a number, got str"),
        (lambda x: minigrad.cat([x, x.double()]), TypeError, "Concatenate got tensors of dtypes float32 and float64"),
        (lambda x: minigrad.stack([x, x.T]), ValueError, r"Stack got shapes \(2, 3\) and \(3, 2\)"),
        (lambda x: x.reshape(-2, 6), ValueError, r"reshape got sizes \(-2, 6\); expected none below -1"),
        (lambda x: x.squeeze(1.5), TypeError, "squeeze: got dimension 1.5; expected a whole number"),
        (lambda x: x.squeeze(True), TypeError, "squeeze: got dimension True; expected a whole number"),
        (lambda x: x.unsqueeze("a"), TypeError, "unsqueeze: got dimension 'a'; expected a whole number"),
        (lambda x: x.flatten(0.5), TypeError, "flatten: got dimension 0.5; expected a whole number"),
        (lambda x: x.chunk(1.5), TypeError, "chunk got chunks = 1.5; expected a whole number"),
        (lambda x: x[0, 0].split(1), ValueError, "split got a tensor without dimensions"),
        (lambda x: minigrad.cat([1, 2]), ValueError, "cat got a tensor without dimensions; use stack"),
        (lambda x: minigrad.cat([None]), TypeError, "cat expected a tensor, an array or a number, got None"),
        (lambda x: minigrad.cat(x), TypeError, "cat expected a list of tensors, got Tensor"),
        (lambda x: minigrad.cat([x], 5), IndexError, "cat: dimension 5 is out of range for a tensor of 2 dimensions"),
        (lambda x: x.gather(5, tensor([[0]])), IndexError, "gather: dimension 5 is out of range"),
        (lambda x: x.gather(1, 0), TypeError, "gather expected a tensor of integers as index, got int"),
        (lambda x: x.gather(1, tensor([[-1]])), IndexError, "gather got index -1; expected 0 to 2"),
        (lambda x: x[0, 0].gather(0, tensor(5)), IndexError, "gather got index 5; expected 0 to 0"),
        (lambda x: x.scatter(0, tensor([[0], [0]]), x), ValueError, "scatter got an index that names a place twice"),
        (
            lambda x: x.scatter(0, tensor([[0, 0, 0, 0]]), x),
            ValueError,
            "which is larger",
        ),
        (lambda x: x.scatter(0, tensor([[0, 1, 1]]), x[:, :2]), ValueError, "scatter got an index of shape .* smaller"),
        (lambda x: x.index_select(0, tensor([2])), IndexError, "index_select got index 2; expected 0 to 1"),
        (lambda x: x.masked_select(x), ValueError, "masked_select got a mask of dtype float32; expected bool"),
        (lambda x: x.repeat(2), ValueError, r"repeat got \(2,\) for a tensor of shape \(2, 3\)"),
        (lambda x: x.roll(1, (0, 1)), ValueError, "roll got 1 shifts for 2 dimensions; expected as many"),
        (lambda x: x[None].t(), ValueError, r"t got shape \(1, 2, 3\); expected at most 2 dimensions"),
        (lambda x: minigrad.functional.pad(tensor([1]), (1, 1), value=0.5), ValueError, "pad got 0.5, which int64"),
        (lambda x: minigrad.functional.pad(x, (1, 1), value="a"), TypeError, "pad got value 'a'; expected a number"),
        (lambda x: minigrad.functional.one_hot(tensor([3]), 2), IndexError, "one_hot got index 3; expected 0 to 1"),
        (lambda x: minigrad.functional.one_hot(tensor([-1])), ValueError, "one_hot got dtype int64 or negative"),
        (lambda x: x.split(0), ValueError, "split needs a positive size, got 0"),
        (lambda x: x.split([1, 3], 1), ValueError, r"split got sizes \[1, 3\] for dimension 1 of size 3"),
        (lambda x: x.split([4, -1], 1), ValueError, r"split got sizes \[4, -1\] for dimension 1 of size 3"),
        (lambda x: x.split(1, 2), IndexError, "dimension 2 is out of range for a tensor of 2 dimensions"),
        (lambda x: minigrad.functional.pad(x, (1,)), ValueError, r"pad got widths \(1,\) for a tensor of 2 dimensions"),
        (lambda x: minigrad.functional.pad(x, (-1, 0)), ValueError, r"pad got widths \(-1, 0\)"),
        (lambda x: minigrad.functional.pad(x, (1, 1), "mirror"), ValueError, "pad got mode 'mirror'"),
        (lambda x: x[2], IndexError, r"GetItem got shape \(2, 3\): index 2 is out of bounds for axis 0 with size 2"),
        (lambda x: x[0, 0, 0], IndexError, r"GetItem got shape \(2, 3\): too many indices"),
        (lambda x: x[1.5], IndexError, r"GetItem got shape \(2, 3\): only integers, slices"),
        (lambda x: x["a"], IndexError, r"GetItem got shape \(2, 3\): only integers, slices"),
        (
            lambda x: x[tensor([0.0])],
            IndexError,
            r"GetItem got shape \(2, 3\): arrays used as indices must be of integer",
        ),
        (
            lambda x: x[tensor([True, False, True])],
            IndexError,
            r"GetItem got shape \(2, 3\): boolean index did not match",
        ),
        (lambda x: x.gather(0, tensor([0])), ValueError, "an integer index with 2 dimensions, got 1 of dtype int64"),
        (lambda x: x.gather(0, x), ValueError, "an integer index with 2 dimensions, got 2 of dtype float32"),
        (lambda x: x.gather(0, tensor([[5]])), IndexError, "gather got index 5; expected 0 to 1"),
    ],
)
def test_bad_inputs_are_refused_in_one_clear_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call(tensor(np.ones((2, 3), "float32")))
