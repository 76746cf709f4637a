"""autocast: which dtype each operation computes in, against PyTorch's own CUDA autocast; and how regions behave."""

import threading

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import minigrad
from minigrad import Tensor, dtypes, nn, ops
from minigrad import functional as F
from minigrad.course.blanks import Blank, in_place
from minigrad.dtypes import is_floating
from minigrad.gradcheck import gradgradcheck
from tests.nn.helpers import twins
from tests.ops.table import TABLE
from tests.oracle import EPS, Torch, dtype_name

ONES = np.ones((3, 3), np.float32)


# -------------------------------------------------------------------------------------------- PyTorch's lists for CUDA


UNKNOWN = ("getitem", "nonzero", "unique", "masked_select")
"""What PyTorch cannot tell of without a GPU: indexing, and results whose size depends on numbers."""

WIDER = {"scatter", "isclose"}
"""Operations that refuse two dtypes in PyTorch even within autocast; minigrad takes the wider."""


def combinations(line):
    """(inputs of float16, dtype of every input) for all float32, all float16, and the first or the others float16."""
    rng = np.random.default_rng(0)
    arrays = [np.asarray(draw(*shape)(rng)) for draw, shape in zip(line.draws, line.shapes["random"], strict=True)]
    floats = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    for halves in {frozenset(), frozenset(floats), frozenset(floats[:1]), frozenset(floats[1:])}:
        if line.name.split()[0] in WIDER and len(halves) not in (0, len(floats)):
            continue
        yield [a.astype("float16" if i in halves else "float32") if i in floats else a for i, a in enumerate(arrays)]


def dtypes_of(result):
    return [dtype_name(t) for t in ([result] if hasattr(result, "dtype") else result)]


def torch_dtypes(function, arrays):
    """The dtypes that PyTorch's autocast for CUDA gives. Its tensors say what they would be and hold nothing, so no GPU
    is needed."""
    with FakeTensorMode(), torch.no_grad():
        tensors = [torch.empty(a.shape, dtype=getattr(torch, str(a.dtype)), device="cuda") for a in arrays]
        torch.set_autocast_enabled("cuda", True)
        torch.set_autocast_dtype("cuda", torch.float16)
        try:
            return dtypes_of(function(Torch(), *tensors))
        finally:
            torch.set_autocast_enabled("cuda", False)


LINES = [line for line in TABLE if isinstance(line.shapes["random"], list) and line.name.split()[0] not in UNKNOWN]


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
@pytest.mark.filterwarnings("ignore:.*T on tensors")
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_every_operation_computes_in_the_dtype_of_pytorchs_autocast(line):
    for arrays in combinations(line):
        tensors = [Tensor(a) for a in arrays]
        if line.name.startswith("binary_cross_entropy "):
            with pytest.raises(RuntimeError, match="unsafe to autocast"):
                torch_dtypes(line.function, arrays)
            with minigrad.autocast("cpu", "float16"), pytest.raises(RuntimeError, match="not safe under autocast"):
                line.function(ops, *tensors)
            continue
        expected = torch_dtypes(line.function, arrays)
        with minigrad.autocast("cpu", "float16"):
            assert dtypes_of(line.function(ops, *tensors)) == expected, [str(a.dtype) for a in arrays]


# ------------------------------------------------------------------------------------------------------------- networks


def network(library):
    return library.Sequential(
        library.Conv2d(2, 4, 3), library.BatchNorm2d(4), library.GELU(), library.Flatten(), library.LayerNorm(64),
        library.Linear(64, 8), library.ReLU(), library.Linear(8, 3),
    )  # fmt: skip


@pytest.mark.parametrize("dtype", list(EPS))
def test_a_network_trains_as_in_pytorchs_autocast_and_keeps_float32_parameters_and_gradients(dtype):
    ours, theirs = twins(network, "float32")
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((5, 2, 6, 6)).astype("float32"), np.array([0, 2, 1, 1, 0])
    with minigrad.autocast("cpu", dtype):
        scores = ours(Tensor(x))
        loss = F.cross_entropy(scores, Tensor(labels))
    loss.backward()
    with torch.autocast("cpu", getattr(torch, dtype)):
        expected = theirs(torch.tensor(x))
        their_loss = torch.nn.functional.cross_entropy(expected, torch.tensor(labels))
    their_loss.backward()
    assert scores.dtype == dtype
    assert loss.dtype == np.float32
    assert loss.item() == pytest.approx(their_loss.item(), abs=8 * EPS[dtype])
    weights = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        assert parameter.dtype == parameter.grad.dtype == np.float32
        grad = weights[name].grad.numpy()
        np.testing.assert_allclose(parameter.grad.data, grad, 0, 8 * EPS[dtype] * max(1, abs(grad).max()), err_msg=name)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"])
def test_recurrent_networks_take_the_lower_precision(kind):
    layer = getattr(nn, kind)(3, 4)
    x = minigrad.randn(*((2, 3) if "Cell" in kind else (5, 2, 3)))
    with minigrad.autocast("cpu"):
        result = layer(x)
    while isinstance(result, tuple):
        result = result[0]
    assert result.dtype == minigrad.bfloat16
    result.float().sum().backward()
    assert all(p.grad.dtype == np.float32 for p in layer.parameters())


def test_attention_takes_the_lower_precision_and_a_mask_of_float32():
    q, mask = minigrad.randn(2, 4, 8, requires_grad=True), minigrad.randn(4, 4)
    with minigrad.autocast("cpu"):
        y = F.scaled_dot_product_attention(q, q, q, mask)
    assert y.dtype == minigrad.bfloat16
    y.sum().backward()
    assert q.grad.dtype == np.float32


def test_class_weights_and_targets_may_be_float32():
    scores, weight = minigrad.randn(4, 3, dtype="float16", requires_grad=True), minigrad.rand(3)
    with minigrad.autocast("cpu", "float16"):
        for target in (Tensor([0, 1, 2, 0]), minigrad.softmax(minigrad.randn(4, 3), 1)):
            loss = F.cross_entropy(scores, target, weight)
            assert loss.dtype == np.float32
            loss.backward()
    assert scores.grad.dtype == np.float16


def test_second_derivatives_go_through_the_casts():
    w, x = Tensor(ONES / 4, True), Tensor(ONES)
    for region in (minigrad.autocast("cpu"), minigrad.autocast("cpu", enabled=False)):
        with region:
            y = (minigrad.tanh(x @ w) ** 2).sum()
            (g,) = minigrad.grad(y, w, create_graph=True)
            (gg,) = minigrad.grad((g * g).sum(), w)
        assert g.dtype == gg.dtype == np.float32
        found = gg.data if region.enabled else found  # noqa: F821 (of the first turn)
    np.testing.assert_allclose(found, gg.data, 0.05, 0.05)
    assert (found != gg.data).any()


def test_float64_is_left_alone():
    a, b = minigrad.randn(3, 3, dtype="float64", requires_grad=True), minigrad.randn(3, 3, dtype="float64")
    with minigrad.autocast("cpu"):
        assert (a @ b).dtype == np.float64
        gradgradcheck(lambda a, b: minigrad.softmax(a @ b, 1), (a, b))


# -------------------------------------------------------------------------------------------------------------- regions


def product_dtype():
    return str((Tensor(ONES) @ Tensor(ONES)).dtype)


def test_regions_nest_and_end():
    assert product_dtype() == "float32"
    with minigrad.autocast("cpu"):
        assert product_dtype() == "bfloat16"
        with minigrad.autocast("cpu", minigrad.float16):
            assert product_dtype() == "float16"
            with minigrad.autocast("cpu", enabled=False):
                assert product_dtype() == "float32"
                assert not minigrad.is_autocast_enabled("cpu")
            assert minigrad.get_autocast_dtype("cpu") == np.float16
        with minigrad.autocast("cuda"):  # says nothing about the CPU
            assert product_dtype() == "bfloat16"
        assert minigrad.is_autocast_enabled("cpu")
        assert not minigrad.is_autocast_enabled("cuda")
    with minigrad.autocast("cuda"):
        assert product_dtype() == "float32"
    with pytest.raises(ZeroDivisionError), minigrad.autocast("cpu"):
        1 / 0  # noqa: B018
    assert product_dtype() == "float32"
    assert [str(minigrad.get_autocast_dtype(d)) for d in ("cpu", "cuda")] == ["bfloat16", "float16"]


def test_it_decorates_functions_that_may_call_themselves():
    @minigrad.autocast("cpu")
    def f(n):
        return [product_dtype(), *(f(n - 1) if n else [])]

    assert f(2) == ["bfloat16"] * 3
    assert product_dtype() == "float32"


def test_a_region_belongs_to_its_thread():
    found = []
    with minigrad.autocast("cpu"):
        thread = threading.Thread(target=lambda: found.append(product_dtype()))
        thread.start()
        thread.join()
    assert found == ["float32"]


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (("gpu",), ValueError, "autocast got device_type 'gpu'; expected 'cpu' or 'cuda'"),
        (("cpu", "float32"), ValueError, "autocast got dtype float32; expected float16 or bfloat16"),
        (("cpu", "int8"), ValueError, "autocast got dtype int8"),
        (("cpu", None, "yes"), TypeError, "autocast: enabled must be True or False"),
        (("cpu", None, True, 1.5), TypeError, "autocast: cache_enabled must be True or False"),
    ],
)
def test_what_is_wrong_is_refused(args, error, message):
    with pytest.raises(error, match=message):
        minigrad.autocast(*args)


def test_two_floating_dtypes_are_still_refused_outside():
    for a, b in (("float16", "float32"), ("bfloat16", "float32"), ("float16", "bfloat16")):
        with pytest.raises(TypeError, match=f"Add got tensors of dtypes {a} and {b}"):
            minigrad.ones(2, dtype=a) + minigrad.ones(2, dtype=b)
    with minigrad.autocast("cpu"):
        assert (minigrad.ones(2, dtype="float16") + minigrad.ones(2, dtype="bfloat16")).dtype == np.float32


# ---------------------------------------------------------------------------------------------------------------- cache


def test_a_parameter_is_cast_once_in_a_region(monkeypatch):
    counted = []
    forward = ops.convert.Cast.forward

    def counting(self, x):
        counted.append(x)
        return forward(self, x)

    monkeypatch.setattr(ops.convert.Cast, "forward", counting)

    def casts(w, steps, **settings):
        counted.clear()
        with minigrad.autocast("cpu", **settings):
            for step in steps:
                step()
        return sum(x is w.data for x in counted)

    w = Tensor(ONES.copy(), True)
    x = Tensor(ONES).to("bfloat16")

    def use():
        (x @ w).sum().backward()

    def change():
        with minigrad.no_grad():
            w.mul_(2)

    def infer():
        with minigrad.no_grad():
            x @ w

    assert casts(w, [use, use, use]) == 1
    assert casts(w, [use, use], cache_enabled=False) == 2
    assert casts(w, [use, change, use]) == 2
    assert casts(w, [infer, use]) == 2  # that of no_grad has no graph
    with minigrad.autocast("cpu"):
        assert casts(w, [use]) + casts(w, [use]) == 1
    assert casts(w, [use]) == 1


def test_two_losses_may_share_a_cast_and_gradients_add_up():
    w = Tensor(ONES.copy(), True)
    with minigrad.autocast("cpu"):
        first, second = (Tensor(ONES) @ w).sum(), (Tensor(2 * ONES) @ w).sum()
    first.backward()
    second.backward()
    np.testing.assert_array_equal(w.grad.data, 9 * ONES)


def test_what_is_written_as_an_operation_of_ones_own_is_cast_by_its_word():
    class Product(minigrad.Function):
        autocast = "lower"

        def forward(self, x, y):
            self.save(x, y)
            return x @ y

        def backward(self, gz):
            x, y = self.saved
            return gz @ y.T, x.T @ gz

    x = Tensor(ONES, True)
    with minigrad.autocast("cpu"):
        y = Product()(x, x)
    assert y.dtype == minigrad.bfloat16
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, 6 * ONES)
    assert is_floating(x.grad.dtype)


@pytest.mark.parametrize("dtype", list(EPS))
def test_learners_functions_are_cast_as_minigrads_are(dtype):
    """As `--mine` puts them in place: minigrad's plain functions stand for the learner's, and see the same arrays."""
    seen = []

    def learners(blank):
        own = blank.function

        def function(self, *args):
            seen.append((blank.short, {str(a.dtype) for a in args if hasattr(a, "dtype")}))
            return own(self, *args)

        return function

    names = ["linalg:Linear", "activation:GELU", "activation:Softmax", "conv:Convolution"]
    methods = {"conv:Convolution": ("convolve", "weight_grad")}
    blanks = [Blank(f"minigrad.ops.{name}.{m}") for name in names for m in methods.get(name, ("forward", "backward"))]
    model, x = network(nn), minigrad.randn(4, 2, 6, 6)

    def train():
        model.zero_grad()
        with minigrad.autocast("cpu", dtype):
            scores = model(x)
            loss = -(minigrad.softmax(scores, 1)[:, 0]).mean()
        loss.backward()
        return scores.dtype, loss.dtype, [p.grad.data.copy() for p in model.parameters()]

    minigrads = train()
    with in_place({blank: learners(blank) for blank in blanks}):
        learned = train()
    assert minigrads[:2] == learned[:2] == (dtypes.as_dtype(dtype), np.float32)
    for a, b in zip(minigrads[2], learned[2], strict=True):
        np.testing.assert_allclose(a, b, 0, 8 * EPS[dtype] * max(1e-2, abs(a).max()))
    assert {name for name, _ in seen} == {"forward", "backward", "convolve", "weight_grad"}
    assert all(found == {"float32"} for _, found in seen)
