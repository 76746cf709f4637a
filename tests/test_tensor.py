"""Tensors: how they are made, shown, converted, shared with NumPy and PyTorch, indexed into, compared and copied."""

import copy
import importlib.util
import math
import pickle

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, tensor
from minigrad.errors import MinigradError

# ------------------------------------------------------------------------------------------------------- construction


@pytest.mark.parametrize(
    "data",
    [
        1.5,
        2,
        True,
        [1.0, 2.5],
        [1, 2],
        [1, 2.5],
        [True, False],
        [True, 2],
        [],
        [[], []],
        [[1, 2], [3, 4]],
        ((1.0,), (2.0,)),
        [[[1]]],
        range(4),
        -0.0,
        [math.inf, math.nan],
        2**40,
    ],
    ids=str,
)
def test_python_numbers_get_the_dtypes_and_shapes_of_pytorch(data):
    for make in (tensor, Tensor):
        result, expected = make(data), torch.tensor(data)
        assert str(expected.dtype) == f"torch.{result.dtype}"
        assert result.shape == tuple(expected.shape)
        np.testing.assert_array_equal(result.data, expected.numpy())


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"])
def test_arrays_and_numpy_scalars_keep_their_dtype(dtype):
    assert tensor(np.ones((2, 3), dtype)).dtype == dtype
    assert Tensor(np.dtype(dtype).type(1)).dtype == dtype
    assert tensor(np.dtype(dtype).type(1)).shape == ()
    assert tensor(tensor(np.ones(2, dtype))).dtype == dtype


@pytest.mark.parametrize("dtype", ["int64", "float16", "float32", "float64", "bool"])
def test_a_dtype_that_is_asked_for_is_given(dtype):
    for data in ([0.1, 2.7], 3, True, np.array([0.1, 5.0])):
        result = tensor(data, dtype=getattr(minigrad, dtype, dtype))
        expected = torch.tensor(data, dtype=getattr(torch, dtype))
        assert result.dtype == dtype
        np.testing.assert_array_equal(result.data, expected.numpy())


def test_python_floats_reach_float64_unrounded():
    assert tensor([0.1], dtype=minigrad.float64).item() == 0.1
    assert tensor([1e300], dtype=minigrad.float64).item() == 1e300
    assert tensor([[0.1, 1 / 3]], dtype="float64").tolist() == [[0.1, 1 / 3]]


def test_tensor_copies_an_array_and_Tensor_wraps_it():
    array = np.ones(3)
    copied, wrapped, same = tensor(array), Tensor(array), minigrad.from_numpy(array)
    array[0] = 7
    assert copied.tolist() == [1.0, 1.0, 1.0]
    assert wrapped.data is array
    assert same.tolist() == [7.0, 1.0, 1.0]
    assert not np.shares_memory(tensor(wrapped).data, array)


def test_from_numpy_takes_arrays_only():
    with pytest.raises(TypeError, match=r"from_numpy expected a numpy.ndarray, got list"):
        minigrad.from_numpy([1.0])


@pytest.mark.parametrize("dtype", [">f4", ">f8", ">i4", ">i8", ">f2", "<f4"])
def test_arrays_of_foreign_byte_order_become_native(dtype):
    t = tensor(np.array([1, 2, 3], dtype))
    assert t.dtype.isnative
    assert t.dtype == np.dtype(dtype).newbyteorder("=")
    assert (t * 2).tolist() == [2, 4, 6]


def test_a_list_of_tensors_is_stacked():
    assert tensor([tensor(1.0), tensor(2.0)]).tolist() == [1.0, 2.0]
    assert tensor([tensor([1, 2]), [3, 4]]).tolist() == [[1, 2], [3, 4]]
    assert tensor([tensor(1.0), 2, 0.5]).dtype == np.float32


def test_subclasses_of_arrays_become_plain_arrays():
    class Special(np.ndarray):
        pass

    assert type(tensor(np.ones(2).view(Special)).data) is np.ndarray
    assert type(Tensor(np.ma.array([1.0, 2.0])).data) is np.ndarray


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([[1, 2], [3]], ValueError, "a tensor needs rows of equal length"),
        ([[1, 2], 3], ValueError, "a tensor needs rows of equal length"),
        ("abc", TypeError, "a tensor holds real numbers, got str"),
        (["a", "b"], TypeError, "a tensor holds real numbers, got list of dtype <U1"),
        (b"ab", TypeError, "a tensor holds real numbers, got bytes"),
        (None, TypeError, "a tensor holds real numbers, got NoneType of dtype object"),
        ([1.0, None], TypeError, "a tensor holds real numbers, got list of dtype object"),
        ({"a": 1}, TypeError, "a tensor holds real numbers, got dict of dtype object"),
        (1j, TypeError, "a tensor holds real numbers, got complex of dtype complex128"),
        (np.ones(2, complex), TypeError, "a tensor holds real numbers, got ndarray of dtype complex128"),
        (np.array([None]), TypeError, "a tensor holds real numbers, got ndarray of dtype object"),
        (np.array(["2020-01-01"], "M8[D]"), TypeError, r"got ndarray of dtype datetime64\[D\]"),
        (np.longdouble(1), TypeError, "a tensor holds real numbers, got longdouble of dtype"),
        ([2**70], TypeError, "a tensor holds real numbers, got list of dtype object"),
    ],
    ids=repr,
)
def test_what_is_not_made_of_numbers_is_refused(data, error, message):
    for make in (tensor, Tensor):
        with pytest.raises(error, match=message):
            make(data)


@pytest.mark.parametrize("dtype", [complex, object, "U3", "M8[D]", "float23", "longdouble"], ids=str)
def test_dtypes_that_are_not_real_numbers_are_refused(dtype):
    for make in (
        lambda: tensor([1.0], dtype=dtype),
        lambda: Tensor(np.ones(1), dtype=dtype),
        lambda: minigrad.zeros(2, dtype=dtype),
    ):
        with pytest.raises(TypeError, match=r"real numbers|dtype|data type"):
            make()


# --------------------------------------------------------------------------------------------------- what it looks like


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: tensor([1.0, 2.5]), "tensor([1. , 2.5], shape=(2,), dtype=float32, device='cpu')"),
        (lambda: tensor(3), "tensor(3, shape=(), dtype=int64, device='cpu')"),
        (lambda: tensor([True]), "tensor([ True], shape=(1,), dtype=bool, device='cpu')"),
        (
            lambda: tensor([1.0], requires_grad=True),
            "tensor([1.], shape=(1,), dtype=float32, device='cpu', requires_grad=True)",
        ),
        (
            lambda: tensor([1.0], requires_grad=True) * 2,
            "tensor([2.], shape=(1,), dtype=float32, device='cpu', grad_fn=<Scale>)",
        ),
        (lambda: minigrad.zeros(0, 3), "tensor([], shape=(0, 3), dtype=float32, device='cpu')"),
    ],
)
def test_repr_shows_values_shape_dtype_device_and_graph(make, expected):
    assert repr(make()) == str(make()) == expected


def test_repr_of_a_large_tensor_is_short():
    assert len(repr(minigrad.zeros(1000, 1000))) < 1000
    assert "..." in repr(minigrad.zeros(1000))


def test_sizes_and_places():
    t = minigrad.zeros(2, 3, 4)
    assert (t.shape, t.ndim, t.dim(), t.size(), t.size(1), t.size(-1)) == ((2, 3, 4), 3, 3, (2, 3, 4), 3, 4)
    assert (t.numel(), len(t), t.device, t.is_leaf) == (24, 2, "cpu", True)
    assert type(t.numel()) is int


@pytest.mark.parametrize(("value", "kind"), [(1.5, float), (3, int), (True, bool)])
def test_item_gives_a_python_number(value, kind):
    for shape in ((), (1,), (1, 1)):
        item = tensor(np.full(shape, value)).item()
        assert item == value
        assert type(item) is kind


def test_python_conversions():
    assert float(tensor([2.5])) == 2.5
    assert int(tensor(2.5)) == 2
    assert [10, 20, 30][tensor(1)] == 20
    assert list(range(tensor(3))) == [0, 1, 2]
    assert bool(tensor(1.0))
    assert not bool(tensor([[0]]))
    assert tensor([[1, 2]]).tolist() == [[1, 2]]


def test_a_fraction_is_no_index():
    with pytest.raises(TypeError, match=r"ind(ex|ices)|integer"):
        [10, 20, 30][tensor(1.7)]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda t: t.item(), ValueError, r"item\(\) needs a tensor of one element, got shape \(2,\)"),
        (lambda t: float(t), ValueError, r"needs a tensor of one element, got shape \(2,\)"),
        (lambda t: int(t), ValueError, r"needs a tensor of one element, got shape \(2,\)"),
        (lambda t: bool(t), ValueError, r"truth of a tensor of shape \(2,\) is ambiguous; use .any\(\) or .all\(\)"),
        (lambda t: bool(t[:0]), ValueError, r"truth of a tensor of shape \(0,\) is ambiguous"),
        (lambda t: len(t[0]), TypeError, r"len\(\) of a 0-d tensor"),
        (lambda t: list(t[0]), TypeError, "0-d tensor"),
        (lambda t: t.size(1), IndexError, r"dimension 1 is out of range for a tensor of 1 dimensions"),
        (lambda t: t.chunk(0), ValueError, "chunk .*0"),
        (lambda t: ~t, TypeError, "float32"),
        (lambda t: t & t, TypeError, "bitwise_and does not work on float32 and float32"),
    ],
)
def test_misuse_is_refused_in_one_clear_sentence(call, error, message):
    with pytest.raises(error, match=message):
        call(tensor([1.0, 2.0]))


def test_chunks_of_an_empty_dimension_agree():
    expected = torch.zeros(0, 3).chunk(2)
    result = minigrad.zeros(0, 3).chunk(2)
    assert [c.shape for c in result] == [tuple(c.shape) for c in expected]


def test_iterating_gives_tensors_that_keep_the_graph():
    t = tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    first, second = t
    (first * second).sum().backward()
    assert t.grad.tolist() == [[3.0, 4.0], [1.0, 2.0]]


def test_format_takes_number_formats_for_scalars():
    assert f"{tensor(3.14159):.2f}" == "3.14"
    assert f"{tensor(7):03d}" == "007"
    assert f"{tensor([1.0])}" == str(tensor([1.0]))
    assert f"{tensor(1.0)}" == str(tensor(1.0))


# ---------------------------------------------------------------------------------------------- comparing, hash, in


def test_equality_compares_elements_and_hash_is_by_identity():
    a, b = tensor([1.0, 2.0]), tensor([1.0, 3.0])
    assert (a == b).tolist() == [True, False]
    assert (a != b).tolist() == [False, True]
    assert {a: 1}[a] == 1
    assert len({a, b, a}) == 2
    assert (a == None) is False  # noqa: E711
    assert (a != None) is True  # noqa: E711
    assert (a == "a") is False


def test_in_looks_for_a_value():
    t = tensor([[1.0, 2.0], [3.0, 4.0]])
    assert 3.0 in t
    assert 5 not in t
    assert tensor(4.0) in t


def test_masks_combine():
    a, b = tensor([True, True, False]), tensor([True, False, False])
    assert (a & b).tolist() == [True, False, False]
    assert (a | b).tolist() == [True, True, False]
    assert (a ^ b).tolist() == [False, True, False]
    assert (~a).tolist() == [False, False, True]
    assert (tensor([6, 3]) & 2).tolist() == [2, 2]


def test_predicates_of_floats():
    t = tensor([1.0, math.nan, math.inf])
    assert t.isnan().tolist() == [False, True, False]
    assert t.isinf().tolist() == [False, False, True]
    assert t.isfinite().tolist() == [True, False, False]


# --------------------------------------------------------------------------------------- sharing with NumPy and PyTorch


def test_numpy_shares_memory_in_both_directions():
    t = minigrad.zeros(3)
    array = t.numpy()
    array[0] = 5
    assert t.tolist() == [5.0, 0.0, 0.0]
    assert np.shares_memory(np.asarray(t), t.data)


def test_asarray_converts_and_copies_as_asked():
    t = tensor([1.0, 2.0])
    assert np.asarray(t, dtype="float64").dtype == np.float64
    assert not np.shares_memory(np.array(t), t.data)
    assert not np.shares_memory(np.array(t, copy=True), t.data)
    with pytest.raises(ValueError, match="copy"):
        np.array(t, dtype="float64", copy=False)


def test_tensors_that_require_gradients_do_not_leave_silently():
    t = tensor([1.0], requires_grad=True)
    for export in (t.numpy, lambda: np.asarray(t), lambda: torch.from_dlpack(t)):
        with pytest.raises(RuntimeError, match=r"use \.detach\(\)"):
            export()
    assert t.detach().numpy().tolist() == [1.0]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float16", "float32", "float64"])
def test_dlpack_shares_memory_with_pytorch_both_ways(dtype):
    t = tensor(np.zeros((2, 3), dtype))
    theirs = torch.from_dlpack(t)
    theirs[0, 1] = 1
    assert t.data[0, 1] == 1
    t[1, 2] = 1
    assert theirs[1, 2] == 1
    back = minigrad.from_dlpack(theirs)
    back[0, 0] = 1
    assert theirs[0, 0] == 1
    assert back.dtype == dtype
    assert np.shares_memory(back.data, t.data)


def test_dlpack_keeps_strides():
    theirs = torch.from_dlpack(tensor([[1.0, 2.0], [3.0, 4.0]]).T)
    assert theirs.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert minigrad.from_dlpack(torch.arange(6.0).reshape(2, 3)[:, ::2]).tolist() == [[0.0, 2.0], [3.0, 5.0]]


def test_negative_strides_are_not_exported_because_pytorch_aborts_on_them():
    with pytest.raises(BufferError, match="contiguous"):
        tensor([1.0, 2.0]).flip(0).__dlpack__()


def test_what_does_not_speak_dlpack_is_refused():
    with pytest.raises(TypeError, match="from_dlpack expected an object that speaks DLPack, got list"):
        minigrad.from_dlpack([1.0])
    with pytest.raises(BufferError, match="gradient"):
        minigrad.from_dlpack(torch.ones(2, requires_grad=True))


# ----------------------------------------------------------------------------------------------------------- assignment


@pytest.mark.parametrize(
    ("index", "value"),
    [
        (0, 5.0),
        ((1, 2), -1),
        (slice(None), 0.5),
        ((slice(None), [0, 2]), 9.0),
        ([1, 1], 3.0),
        (..., 2.0),
        ((0, slice(None, None, 2)), [7.0, 8.0]),
        (0, np.array([1.0, 2.0, 3.0])),
    ],
    ids=str,
)
def test_assignment_agrees_with_pytorch(index, value):
    mine, theirs = minigrad.zeros(2, 3), torch.zeros(2, 3)
    mine[index] = tensor(value) if isinstance(value, list) else value
    theirs[index] = torch.tensor(value) if isinstance(value, list | np.ndarray) else value
    assert mine.tolist() == theirs.tolist()


def test_assignment_by_tensors_and_masks():
    t = tensor([1.0, 2.0, 3.0])
    t[t > 1.5] = 0
    t[tensor([0])] = tensor([9.0])
    assert t.tolist() == [9.0, 0.0, 0.0]


def test_assigning_into_a_tensor_that_requires_a_gradient_needs_no_grad():
    t = tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=r"breaks its graph; use no_grad"):
        t[0] = 5.0
    with pytest.raises(RuntimeError, match=r"breaks its graph; use no_grad"):
        (t * 2)[0] = 5.0
    with minigrad.no_grad():
        t[0] = 5.0
    assert t.tolist() == [5.0, 2.0]


def test_assigning_a_tensor_that_requires_a_gradient_does_not_lose_it_silently():
    t, value = minigrad.zeros(2), tensor(1.0, requires_grad=True)
    with pytest.raises(RuntimeError, match="gradient"):
        t[0] = value
    with minigrad.no_grad():
        t[0] = value
    assert t.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("index", "value", "error", "message"),
    [
        (slice(None), np.ones(3), ValueError, r"shape \(3,\) into shape \(2,\)"),
        (2, 1.0, IndexError, "index 2 is out of bounds for axis 0 with size 2"),
        (0, "a", ValueError, "could not convert string to float: 'a'"),
    ],
)
def test_bad_assignments_are_refused(index, value, error, message):
    t = minigrad.zeros(2)
    with pytest.raises(error, match=message):
        t[index] = value


# --------------------------------------------------------------------------------------------------- copies on the way


def test_deepcopy_of_a_leaf_is_independent_and_keeps_everything():
    t = tensor([1.0, 2.0], requires_grad=True)
    (t * t).sum().backward()
    twin = copy.deepcopy(t)
    assert twin.requires_grad
    assert twin.is_leaf
    assert twin.tolist() == [1.0, 2.0]
    assert twin.grad.tolist() == [2.0, 4.0]
    twin.data[0] = twin.grad.data[0] = 9
    assert t.tolist() == [1.0, 2.0]
    assert t.grad.tolist() == [2.0, 4.0]
    (twin * 3).sum().backward()
    assert twin.grad.tolist() == [12.0, 7.0]
    assert t.grad.tolist() == [2.0, 4.0]


def test_deepcopy_keeps_identities_within_one_structure():
    t = tensor([1.0])
    first, second = copy.deepcopy([t, t])
    assert first is second
    assert first is not t


def test_leaves_can_be_pickled():
    t = tensor([1.0, 2.0], requires_grad=True)
    twin = pickle.loads(pickle.dumps(t))  # noqa: S301
    assert twin.tolist() == [1.0, 2.0]
    assert twin.requires_grad
    assert twin.is_leaf


# ------------------------------------------------------------------------------------------------------------- creation


CREATED = {
    "zeros": lambda m: m.zeros(2, 3),
    "zeros of a tuple": lambda m: m.zeros((2, 3)),
    "zeros of a list": lambda m: m.zeros([2, 3]),
    "zeros of nothing": lambda m: m.zeros(0, 2),
    "a zero": lambda m: m.zeros(()),
    "zeros of int64": lambda m: m.zeros(2, dtype=m.int64),
    "zeros of float64": lambda m: m.zeros(2, dtype=m.float64),
    "ones": lambda m: m.ones(3),
    "ones of bool": lambda m: m.ones((2, 2), dtype=m.bool if m is torch else m.bool_),
    "ones of float16": lambda m: m.ones(2, dtype=m.float16),
    "full": lambda m: m.full((2, 2), 1.5),
    "full of whole numbers": lambda m: m.full((2,), 3),
    "full of booleans": lambda m: m.full((2,), True),
    "full of float64": lambda m: m.full((2,), 0.1, dtype=m.float64),
    "full of one size": lambda m: m.full([3], 2.0),
    "arange": lambda m: m.arange(5),
    "arange from to": lambda m: m.arange(2, 7),
    "arange in steps": lambda m: m.arange(1, 10, 3),
    "arange of floats": lambda m: m.arange(0, 1, 0.1),
    "arange of a float": lambda m: m.arange(3.0),
    "arange backwards": lambda m: m.arange(5, 0, -2),
    "arange of float64": lambda m: m.arange(0, 1, 0.1, dtype=m.float64),
    "arange of nothing": lambda m: m.arange(0),
    "linspace": lambda m: m.linspace(0, 1, 5),
    "linspace of float64": lambda m: m.linspace(-1, 1, 7, dtype=m.float64),
    "linspace of one": lambda m: m.linspace(2, 3, 1),
    "linspace of none": lambda m: m.linspace(2, 3, 0),
    "eye": lambda m: m.eye(3),
    "eye wide": lambda m: m.eye(2, 4),
    "eye of int64": lambda m: m.eye(2, dtype=m.int64),
    "zeros_like": lambda m: m.zeros_like(m.ones(2, 3, dtype=m.float64)),
    "full_like": lambda m: m.full_like(m.arange(3), 2),
    "full_like of another dtype": lambda m: m.full_like(m.arange(3), 0.5, dtype=m.float32),
    "arange to a tensor": lambda m: m.arange(m.tensor(3)),
    "as_tensor": lambda m: m.as_tensor([1.0, 2.0]),
    "as_tensor of another dtype": lambda m: m.as_tensor([1, 2], dtype=m.float64),
    "ones_like": lambda m: m.ones_like(m.arange(3)),
    "ones_like of another dtype": lambda m: m.ones_like(m.arange(3), dtype=m.float32),
}  # fmt: skip


@pytest.mark.parametrize("name", ["rand_like", "randn_like", "empty_like"])
def test_what_is_made_like_a_tensor_has_its_shape_and_dtype(name):
    result = getattr(minigrad, name)(minigrad.ones(2, 3, dtype=minigrad.float64))
    assert (result.shape, result.dtype) == ((2, 3), np.float64)


def test_as_tensor_shares_memory_where_it_can():
    array = np.zeros(3)
    assert np.shares_memory(minigrad.as_tensor(array).data, array)
    t = tensor(array)
    assert minigrad.as_tensor(t) is t


def test_randint_of_one_limit_counts_from_zero():
    assert set(minigrad.randint(3, (100,)).tolist()) == {0, 1, 2}


@pytest.mark.parametrize("name", CREATED)
def test_created_tensors_agree(name):
    result, expected = CREATED[name](minigrad), CREATED[name](torch)
    assert str(expected.dtype) == f"torch.{result.dtype}"
    assert result.shape == tuple(expected.shape)
    np.testing.assert_allclose(result.data, expected.numpy(), rtol=1e-6, atol=1e-15)
    assert not result.requires_grad


@pytest.mark.parametrize(
    "make",
    [
        lambda **s: minigrad.zeros(2, **s),
        lambda **s: minigrad.ones(2, **s),
        lambda **s: minigrad.empty(2, **s),
        lambda **s: minigrad.full((2,), 1.0, **s),
        lambda **s: minigrad.arange(3.0, **s),
        lambda **s: minigrad.linspace(0, 1, 2, **s),
        lambda **s: minigrad.eye(2, **s),
        lambda **s: minigrad.rand(2, **s),
        lambda **s: minigrad.randn(2, **s),
        lambda **s: minigrad.tensor([1.0], **s),
        lambda **s: minigrad.zeros_like(tensor([1.0]), **s),
        lambda **s: minigrad.ones_like(tensor([1.0]), **s),
    ],
)
def test_everything_created_takes_dtype_device_and_requires_grad(make):
    t = make(dtype=minigrad.float64, device="cpu", requires_grad=True)
    assert (t.dtype, t.device, t.requires_grad, t.is_leaf) == (np.float64, "cpu", True, True)
    with pytest.raises(ValueError, match="unknown device 'tpu'; expected 'cpu', 'cuda' or 'cuda:N'"):
        make(device="tpu")


def test_sizes_may_be_numpy_integers():
    assert minigrad.zeros(np.int64(3)).shape == minigrad.full(np.int64(3), 1.0).shape == (3,)
    assert minigrad.ones(np.int32(2), 3).shape == (2, 3)


def test_empty_has_the_shape_and_dtype_only():
    t = minigrad.empty(2, 3, dtype=minigrad.int64)
    assert (t.shape, t.dtype) == ((2, 3), np.int64)


@pytest.mark.parametrize("dtype", [None, "float32", "float64"])
def test_random_numbers_have_their_distribution(dtype):
    u, n = minigrad.rand(200, 500, dtype=dtype), minigrad.randn(200, 500, dtype=dtype)
    assert u.dtype == n.dtype == (dtype or np.float32)
    assert 0 <= u.data.min() <= u.data.max() < 1
    assert abs(u.mean().item() - 0.5) < 0.005
    assert abs(u.var().item() - 1 / 12) < 0.002
    assert abs(n.mean().item()) < 0.015
    assert abs(n.std().item() - 1) < 0.01


def test_random_whole_numbers_cover_their_range():
    t = minigrad.randint(-2, 3, (10000,))
    assert t.dtype == np.int64
    assert sorted(set(t.tolist())) == [-2, -1, 0, 1, 2]
    assert minigrad.randint(0, 5, 3).shape == (3,)
    assert sorted(minigrad.randperm(100).tolist()) == list(range(100))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: minigrad.rand(3),
        lambda: minigrad.randn(2, 2),
        lambda: minigrad.randint(0, 100, (5,)),
        lambda: minigrad.randperm(9),
    ],
)
def test_the_same_seed_draws_the_same_numbers(draw):
    minigrad.manual_seed(3)
    first, second = draw().tolist(), draw().tolist()
    state = minigrad.get_rng_state()
    third = draw().tolist()
    minigrad.manual_seed(3)
    assert (draw().tolist(), draw().tolist()) == (first, second)
    minigrad.set_rng_state(state)
    assert draw().tolist() == third
    assert first != second


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: minigrad.arange(0, 5, 0), ValueError, "arange from 0 to 5 got step 0"),
        (lambda: minigrad.zeros(2.5), TypeError, "zeros got size 2.5; expected a whole number"),
        (lambda: minigrad.zeros(2, 2.5), TypeError, "zeros got size 2.5; expected a whole number"),
        (lambda: minigrad.zeros(-1), ValueError, r"zeros got sizes \(-1,\); expected none below 0"),
        (lambda: minigrad.linspace(0, 1, -1), ValueError, r"linspace got sizes \(-1,\); expected none below 0"),
        (lambda: minigrad.randint(5, 5, (2,)), ValueError, "randint got low=5 and high=5; expected a high above it"),
        (lambda: minigrad.zeros(2, dtype=minigrad.int64, requires_grad=True), TypeError, "only floating-point tensors"),
        (lambda: minigrad.zeros(None), TypeError, "zeros got size None; expected a whole number"),
        (lambda: minigrad.zeros(2, -1), ValueError, r"zeros got sizes \(2, -1\); expected none below 0"),
        (lambda: minigrad.zeros(3, dtype="floaty"), TypeError, "expected a dtype of real numbers .*, got 'floaty'"),
        (lambda: minigrad.rand(3, dtype="int32"), TypeError, "rand got dtype int32; expected a floating one"),
        (lambda: minigrad.full(None, 1.0), TypeError, "full got size None; expected a whole number"),
        (lambda: minigrad.full((2,), None), TypeError, "full got fill_value None; expected a number"),
        (lambda: minigrad.full((2,), 300, dtype="uint8"), ValueError, "full got 300, which uint8 cannot hold"),
        (lambda: minigrad.arange("a"), TypeError, "arange got 'a'; expected a number"),
        (lambda: minigrad.randint(0, 2.5, (2,)), TypeError, "randint got high = 2.5; expected a whole number"),
        (lambda: minigrad.randperm(-1), ValueError, r"randperm got sizes \(-1,\); expected none below 0"),
        (lambda: minigrad.zeros_like([1]), TypeError, "zeros_like expected a tensor, an array or a number, got list"),
        (lambda: tensor(2**63), ValueError, "below 2.*63, got 9223372036854775808"),
        (lambda: minigrad.full((2,), "a"), TypeError, "full got fill_value 'a'; expected a number"),
    ],
)
def test_bad_arguments_of_creation_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------------------------------------------------- conversions


def test_conversion_methods():
    t = tensor([1.7, 0.0])
    for name, dtype in {
        "half": "float16",
        "float": "float32",
        "double": "float64",
        "int": "int32",
        "long": "int64",
        "bool": "bool",
    }.items():
        assert getattr(t, name)().dtype == dtype
        np.testing.assert_array_equal(getattr(t, name)().data, getattr(torch.tensor([1.7, 0.0]), name)().numpy())
    assert t.type(minigrad.float64).dtype == np.float64
    assert t.cpu() is t
    assert t.to(minigrad.float64, "cpu").dtype == np.float64
    assert t.to("cpu", minigrad.float64).dtype == np.float64


def test_moving_to_a_gpu_without_cupy_says_how_to_get_it():
    if importlib.util.find_spec("cupy"):
        pytest.skip("CuPy is installed")
    with pytest.raises(MinigradError, match=r"device 'cuda:0' needs CuPy, which is not installed: pip install"):
        tensor([1.0]).cuda()


def test_results_are_not_deep_copied_with_their_graph():
    x = tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="only leaf tensors can be deep-copied"):
        copy.deepcopy(x * 2)
    (x * 2).sum().backward()
    twin = copy.deepcopy(x)
    assert twin.requires_grad
    assert twin.grad.tolist() == [2.0, 2.0]
    twin.grad.data[:] = 0
    twin.data[:] = 0
    assert (x.tolist(), x.grad.tolist()) == ([1.0, 2.0], [2.0, 2.0])
