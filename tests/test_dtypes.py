"""bfloat16 as a dtype beside float16: made, converted, moved to and from PyTorch, saved, and rounded once."""

import subprocess
import sys

import numpy as np
import pytest
import safetensors.torch
import torch

import minigrad
from minigrad import Tensor, dtypes, load, nn, ops, optim, save
from minigrad.errors import MinigradError
from tests.ops.table import TABLE
from tests.oracle import EPS

EVERY = torch.arange(-(2**15), 2**15).to(torch.int16).view(torch.bfloat16).reshape(2, -1)
"""Every number of bfloat16, NaN of all kinds among them."""


def bits(x):
    return x.view(np.uint16) if isinstance(x, np.ndarray) else x.view(torch.int16).numpy().view(np.uint16)


def test_importing_minigrad_does_not_look_for_the_package_of_bfloat16():
    code = "import sys, minigrad; print('ml_dtypes' in sys.modules, minigrad.bfloat16, 'ml_dtypes' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.split() == ["False", "bfloat16", "True"]


def test_without_its_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    dtypes.bfloat16_dtype.cache_clear()
    for use in (lambda: minigrad.bfloat16, lambda: minigrad.ones(2).bfloat16(), lambda: nn.Linear(2, 2).bfloat16()):
        with pytest.raises(MinigradError, match=r"^bfloat16 needs the package ml_dtypes, .*: pip install ml_dtypes$"):
            use()
    monkeypatch.undo()
    assert minigrad.bfloat16 == "bfloat16"


def test_what_counts_as_floating_half_and_real():
    floating = {"float16", "float32", "float64", "bfloat16"}
    for name in ("bool", "uint8", "int8", "int16", "int32", "int64", *floating):
        dtype = dtypes.as_dtype(name)
        assert dtypes.is_real(dtype)
        assert dtypes.is_floating(dtype) == (name in floating)
        assert dtypes.is_half(dtype) == (name in ("float16", "bfloat16"))
    for other in ("complex64", "V2", "S2", "M8[s]", "V4"):
        assert not dtypes.is_real(np.dtype(other))
        assert not dtypes.is_half(np.dtype(other))


MAKERS = {
    "tensor": lambda m, d: m.tensor([1.0, 2.5], dtype=d),
    "zeros": lambda m, d: m.zeros(2, dtype=d),
    "ones": lambda m, d: m.ones(2, dtype=d),
    "full": lambda m, d: m.full((2,), 0.1, dtype=d),
    "empty": lambda m, d: m.empty(2, dtype=d).fill_(0.1),  # what empty holds may be NaN, which no product mends
    "arange": lambda m, d: m.arange(0, 5, dtype=d),
    "linspace": lambda m, d: m.linspace(0, 1, 5, dtype=d),
    "eye": lambda m, d: m.eye(3, dtype=d),
    "zeros_like": lambda m, d: m.zeros_like(m.ones(2, dtype=d)),
    "to": lambda m, d: m.ones(2).to(d),
    "method": lambda m, d: m.ones(2).bfloat16(),
    "of whole numbers": lambda m, d: m.arange(3).to(d),
    "number beside": lambda m, d: m.ones(2, dtype=d) * 0.25 + 1.5,
    "number before": lambda m, d: 1.5 - m.ones(2, dtype=d) / 4,
    "number without dimensions": lambda m, d: m.ones(2, dtype=d).sum() * 0.1,
    "where": lambda m, d: m.where(m.ones(2, dtype=d) > 0, m.ones(2, dtype=d), 0.0),
    "clip": lambda m, d: m.clip(m.ones(2, dtype=d) * 3, 0.1, 1.7),
    "integers beside": lambda m, d: m.ones(2, dtype=d) + m.arange(2),
    "in place": lambda m, d: m.ones(2, dtype=d).mul_(0.3),
}


@pytest.mark.parametrize("name", MAKERS)
def test_tensors_of_it_are_pytorchs(name):
    ours, theirs = MAKERS[name](minigrad, minigrad.bfloat16), MAKERS[name](torch, torch.bfloat16)
    assert ours.dtype == minigrad.bfloat16
    assert theirs.dtype == torch.bfloat16
    np.testing.assert_array_equal(ours.float().numpy(), theirs.float().numpy())


def test_random_tensors_of_it():
    minigrad.manual_seed(0)
    for draw in (minigrad.rand, minigrad.randn):
        assert draw(5, dtype="bfloat16").dtype == minigrad.bfloat16
    layer = nn.Linear(3, 3).bfloat16()
    nn.init.xavier_uniform_(layer.weight)
    assert layer.weight.dtype == minigrad.bfloat16


def test_conversions_round_as_pytorch_does():
    x = np.random.default_rng(0).standard_normal(1000).astype("float32") * 1e3
    x = np.concatenate([x, np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 3e38, 1e-40], "float32")])
    np.testing.assert_array_equal(Tensor(x).bfloat16().float().numpy(), torch.tensor(x).bfloat16().float().numpy())


def test_a_number_of_it_is_shown_as_pytorch_shows_it():
    assert repr(minigrad.ones(2, dtype="bfloat16")).startswith("tensor([1., 1.], shape=(2,), dtype=bfloat16")
    assert minigrad.ones(1, dtype="bfloat16").item() == 1.0
    assert minigrad.ones(2, dtype="bfloat16").tolist() == [1.0, 1.0]


# --------------------------------------------------------------------------------------------------- PyTorch, and files


def test_dlpack_shares_memory_both_ways():
    theirs = EVERY.clone()
    ours = minigrad.from_dlpack(theirs)
    assert ours.dtype == minigrad.bfloat16
    np.testing.assert_array_equal(bits(ours.numpy()), bits(theirs))
    back = torch.from_dlpack(ours)
    assert back.dtype == torch.bfloat16
    assert back.data_ptr() == theirs.data_ptr()
    every_second = torch.from_dlpack(ours[:, ::2])
    np.testing.assert_array_equal(bits(every_second.contiguous()), bits(theirs[:, ::2].contiguous()))


def test_a_gradient_flows_between_the_libraries():
    x = Tensor(np.ones(3, np.float32), True)
    y = torch.from_dlpack(x.bfloat16().detach())
    assert y.sum().item() == 3
    with pytest.raises(RuntimeError, match="requires a gradient cannot be exported"):
        torch.from_dlpack(x.bfloat16())


def test_files_keep_every_number_of_it(tmp_path):
    path = tmp_path / "a.safetensors"
    state = {"a": EVERY, "b": torch.ones(3), "c": torch.tensor(2.5, dtype=torch.bfloat16), "d": EVERY[:0]}
    safetensors.torch.save_file(state, path)
    loaded = load(path)
    save(loaded, path)  # and again, now written by minigrad
    for read in (loaded, {name: minigrad.from_dlpack(t) for name, t in safetensors.torch.load_file(path).items()}):
        assert [str(read[name].dtype) for name in "abcd"] == ["bfloat16", "float32", "bfloat16", "bfloat16"]
        for name in "acd":
            assert read[name].shape == tuple(state[name].shape)
            np.testing.assert_array_equal(bits(read[name].numpy()), bits(state[name]))
    loaded["a"].fill_(0)  # what was read can be written to
    nested = {"model": {"w": minigrad.ones(2, dtype="bfloat16")}, "n": 3}
    save(nested, path)
    assert load(path)["model"]["w"].dtype == minigrad.bfloat16


def test_state_dicts_go_between_dtypes_and_libraries():
    theirs = torch.nn.Linear(3, 2).bfloat16()
    wide, half = nn.Linear(3, 2), nn.Linear(3, 2).bfloat16()
    wide.load_state_dict(theirs.state_dict())
    half.load_state_dict(theirs.state_dict())
    np.testing.assert_array_equal(wide.weight.data, theirs.weight.detach().float().numpy())
    np.testing.assert_array_equal(bits(half.weight.data), bits(theirs.weight.detach()))
    assert half.weight.dtype == minigrad.bfloat16


# -------------------------------------------------------------------------------------------------------------- results


LINES = [line for line in TABLE if isinstance(line.shapes["random"], list)]

COMPOSED = {
    "x used three times",
    "scatter_add",
    "normalize",
    "normalize 1",
    "cosine_similarity",
    "smooth_l1_loss",
    "kl_div",
    "batch_norm in evaluation",
}
"""Lines made of several operations, each of which rounds."""


@pytest.mark.parametrize("dtype", list(EPS))
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_an_operation_rounds_the_result_of_float32_once(line, dtype):
    rng = np.random.default_rng(0)
    arrays = [np.asarray(draw(*shape)(rng)) for draw, shape in zip(line.draws, line.shapes["random"], strict=True)]
    halves = [Tensor(a).to(dtype) if a.dtype.kind == "f" else Tensor(a) for a in arrays]
    wide = [x.float() if dtypes.is_floating(x.dtype) else x for x in halves]
    found, exact = [line.function(ops, *xs) for xs in (halves, wide)]
    pairs = zip(*[[y] if isinstance(y, Tensor) else list(y) for y in (found, exact)], strict=True)
    for mine, right in pairs:
        if dtypes.is_floating(mine.dtype):
            steps = 4 if {line.name, line.name.split()[0]} & COMPOSED else 1
            right = right.float().numpy()
            limit = steps * (EPS[dtype] / 2 * np.abs(right) + 1e-7) + 1e-6 * np.abs(right)
            assert (np.abs(mine.float().numpy() - right) <= limit).all()


@pytest.mark.parametrize("dtype", list(EPS))
def test_long_sums_lose_nothing(dtype):
    ones = minigrad.ones(5000, 3, dtype=dtype, requires_grad=True)
    column = minigrad.ones(3, dtype=dtype, requires_grad=True)
    assert (ones.sum(0).detach().float().numpy() == Tensor(np.float32(5000)).to(dtype).float().item()).all()
    assert ones.mean().item() == 1
    (ones * column).sum().backward()  # the gradient of `column` is a sum over what it was broadcast to
    np.testing.assert_allclose(column.grad.float().numpy(), 5000, EPS[dtype])
    table, ids = minigrad.ones(2, 3, dtype=dtype, requires_grad=True), Tensor(np.zeros(3000, np.int64))
    nn.functional.embedding(ids, table).sum().backward()
    np.testing.assert_allclose(table.grad[0].float().numpy(), 3000, EPS[dtype])
    rows = minigrad.ones(2, 3, dtype=dtype, requires_grad=True)
    rows[ids].sum().backward()
    np.testing.assert_allclose(rows.grad[0].float().numpy(), 3000, EPS[dtype])
    labels = Tensor(np.zeros(5000, np.int64))
    assert nn.functional.cross_entropy(minigrad.zeros(5000, 2, dtype=dtype), labels).item() == pytest.approx(
        np.log(2), abs=EPS[dtype]
    )


@pytest.mark.parametrize("dtype", list(EPS))
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adagrad", "Adam", "AdamW"])
def test_optimizers_take_parameters_of_halves(name, dtype):
    p = minigrad.ones(4, dtype=dtype, requires_grad=True)
    q = torch.ones(4, dtype=getattr(torch, dtype), requires_grad=True)
    settings = {"momentum": 0.9} if name == "SGD" else {"eps": 1e-4}
    ours, theirs = getattr(optim, name)([p], lr=0.1, **settings), getattr(torch.optim, name)([q], lr=0.1, **settings)
    for _ in range(3):
        for optimizer, x in ((ours, p), (theirs, q)):
            optimizer.zero_grad()
            (x * x).sum().backward()
            optimizer.step()
    assert p.dtype == dtype
    np.testing.assert_allclose(p.detach().float().numpy(), q.detach().float().numpy(), 0, 8 * EPS[dtype])


@pytest.mark.parametrize("dtype", list(EPS))
def test_second_derivatives_of_halves(dtype):
    x = minigrad.tensor([0.5, -0.25], dtype=dtype, requires_grad=True)
    t = torch.tensor([0.5, -0.25], dtype=getattr(torch, dtype), requires_grad=True)
    (g,) = minigrad.grad((x.tanh() ** 2).sum(), x, create_graph=True)
    (h,) = torch.autograd.grad((t.tanh() ** 2).sum(), t, create_graph=True)
    (gg,), (hh,) = minigrad.grad(g.sum(), x), torch.autograd.grad(h.sum(), t)
    assert gg.dtype == dtype
    np.testing.assert_allclose(gg.float().numpy(), hh.float().numpy(), 8 * EPS[dtype])
