"""What belongs to a device and not to one operation: seeds, checkpoints, mixing, names."""

import gc
import weakref

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, functional, models, nn, optim
from minigrad import device as device_module
from minigrad.device import MOST_EXPECTED
from minigrad.errors import DeviceError, MinigradError, OutOfMemoryError
from minigrad.ops import index as index_module
from tests.oracle import on_host


def trained(device, steps=3):
    """A small convolutional network after some steps, and its losses."""
    minigrad.manual_seed(5)
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.3),
        nn.Linear(96, 4),
    ).to(device)  # fmt: skip
    optimizer, losses = optim.Adam(model.parameters(), lr=0.01), []
    rng = np.random.default_rng(0)
    for _ in range(steps):
        x = Tensor(rng.standard_normal((10, 3, 8, 8)).astype(np.float32), device=device)
        y = Tensor(rng.integers(0, 4, 10), device=device)
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


def test_the_same_seed_gives_the_same_numbers(device):
    draws = []
    for _ in range(2):
        minigrad.manual_seed(7)
        tensors = [minigrad.randn(5, device=device), minigrad.rand(5, device=device)]
        tensors.append(minigrad.randint(0, 10, (5,), device=device))
        draws.append([on_host(t) for t in (*tensors, functional.dropout(minigrad.ones(50, device=device)))])
    for first, second in zip(*draws, strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_same_seed_gives_the_same_training(device):
    (first, losses), (second, again) = trained(device), trained(device)
    assert losses == again
    for p, q in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(on_host(p), on_host(q))


@pytest.mark.parametrize("rows", [5, 3000])
def test_gradients_of_repeated_rows_are_the_same_in_two_runs(rows, device):
    rng = np.random.default_rng(0)
    ids, upstream = rng.integers(0, rows, 20_000), rng.standard_normal((20_000, 16)).astype(np.float32)
    found = []
    for _ in range(2):
        weight = Tensor(np.zeros((rows, 16), np.float32), device=device)
        weight.requires_grad = True
        functional.embedding(Tensor(ids, device=device), weight).backward(Tensor(upstream, device=device))
        found.append(on_host(weight.grad))
    np.testing.assert_array_equal(*found)


def test_a_checkpoint_goes_to_the_cpu_and_back(device, tmp_path):
    model, _ = trained(device)
    minigrad.save(model.state_dict(), tmp_path / "model.safetensors")
    loaded = minigrad.load(tmp_path / "model.safetensors")
    assert {t.device for t in loaded.values()} == {"cpu"}
    for target in ("cpu", device):
        fresh, _ = trained(target, steps=0)
        fresh.load_state_dict(loaded)
        for p, q in zip(fresh.state_dict().values(), model.state_dict().values(), strict=True):
            assert p.device == ("cpu" if target == "cpu" else "cuda:0")
            np.testing.assert_array_equal(on_host(p), on_host(q))


@pytest.mark.parametrize(
    "operation",
    [
        lambda x, y: x + y,
        lambda x, y: y * x,
        lambda x, y: x @ y,
        lambda x, y: functional.linear(x, y),
        lambda x, y: minigrad.cat([x, y]),
        lambda x, y: minigrad.stack([y, x]),
        lambda x, y: minigrad.where(x > 0, x, y),
        lambda x, y: functional.mse_loss(x, y),
        lambda x, y: functional.cross_entropy(x, y.argmax(dim=1)),
        lambda x, y: x > y,
        lambda x, y: x.__setitem__(0, y[0]),
        lambda x, y: minigrad.maximum(x, y),
    ],
)
def test_tensors_on_two_devices_are_refused(operation, device):
    here, there = minigrad.ones(3, 3), minigrad.ones(3, 3, device=device)
    for x, y in ((here, there), (there, here)):
        with pytest.raises((TypeError, ValueError), match=r"cpu and cuda:0|cuda:0 and cpu"):
            operation(x, y)


@pytest.mark.parametrize(
    ("operation", "error", "message"),
    [
        (lambda i, x: functional.embedding(i, x), IndexError, "embedding got index 9; expected 0 to 2"),
        (lambda i, x: minigrad.gather(x, 0, i[:, None]), IndexError, "gather got index 9; expected 0 to 2"),
        (lambda i, x: functional.one_hot(i, 5), IndexError, "one_hot got index 9; expected 0 to 4"),
        (lambda i, x: functional.cross_entropy(x, i), ValueError, "cross_entropy got label 9 in row 1; expected 0 to"),
        (lambda i, x: functional.nll_loss(x, i), ValueError, "nll_loss got label 9 in row 1; expected 0 to 2"),
        (lambda i, x: functional.binary_cross_entropy(x * 2, x), ValueError, "got inputs from 2 to 2; expected prob"),
        (lambda i, x: minigrad.scatter(x, 0, (i * 0)[:, None], x), ValueError, "scatter got an index that names a pl"),
        (lambda i, x: i // (i - 9), ValueError, "division of whole numbers by zero"),
    ],
)
def test_what_does_not_fit_is_refused_when_something_is_read(operation, error, message, device):
    """Asking at once would wait for the GPU. The next reading does, and then all is forgotten."""
    result = operation(Tensor(np.array([0, 9, 1]), device=device), minigrad.ones(3, 3, device=device))
    with pytest.raises(error, match=message):
        result.cpu()
    assert minigrad.ones(2, device=device).tolist() == [1, 1]


def test_what_is_expected_keeps_no_scores_alive(device):
    """Else a hundred steps' scores would lie in the GPU's memory until something is read."""
    scores = minigrad.rand(3, 4, device=device, requires_grad=True) * 2
    array = weakref.ref(scores.data)
    functional.cross_entropy(scores, Tensor(np.array([0, 1, 2]), device=device))
    assert device_module._expected
    del scores
    gc.collect()
    assert array() is None


@pytest.mark.parametrize("few", [0, 1 << 16])
def test_numbers_out_of_range_are_named_whether_they_are_few_or_many(few, device, monkeypatch):
    monkeypatch.setattr(index_module, "FEW", few)
    with pytest.raises(IndexError, match="embedding got index -3; expected 0 to 2"):
        functional.embedding(Tensor(np.array([0, -3, 9]), device=device), minigrad.ones(3, 3, device=device)).cpu()


def test_answers_are_looked_at_before_they_fill_the_memory(device):
    ids, table = Tensor(np.array([0, 9, 1]), device=device), minigrad.ones(3, 3, device=device)
    with pytest.raises(IndexError, match="embedding got index 9"):
        [functional.embedding(ids, table) for _ in range(MOST_EXPECTED)]


def test_another_gpu_than_the_first(request):
    """minigrad computes on one GPU, which may be any."""
    if "stand-in" not in request.node.name:
        pytest.skip("needs two GPUs")
    model, losses = trained("cuda:1")
    assert {t.device for t in model.state_dict().values()} == {"cuda:1"}
    assert all(np.isfinite(losses))
    assert trained("cuda:0")[1] == losses
    with pytest.raises(ValueError, match="Add got tensors on cuda:1 and cuda:0; move one"):
        minigrad.ones(2, device="cuda:1") + minigrad.ones(2, device="cuda:0")


def test_moving_and_what_a_tensor_says_of_itself(device):
    x = minigrad.ones(2, 3, requires_grad=True)
    y = (x.to(device) * 2).sum()
    assert (y.device, y.shape, float(y), f"{y:.1f}") == ("cuda:0", (), 12.0, "12.0")
    y.backward()
    assert x.grad.device == "cpu"
    assert x.grad.tolist() == [[2, 2, 2]] * 2
    assert "device='cuda:0'" in repr(y)
    with pytest.raises(RuntimeError, match=r"numpy\(\) on a tensor on cuda:0; use .cpu\(\).numpy\(\)"):
        y.detach().numpy()


def test_a_device_that_does_not_exist_is_named(device):
    with pytest.raises(DeviceError, match="device 'cuda:99' is not there"):
        minigrad.ones(2).to("cuda:99")


def test_models_move_as_a_whole(device):
    model = models.lenet5().to(device)
    assert {t.device for t in model.state_dict().values()} == {"cuda:0"}
    assert {t.device for t in model.to("cpu").state_dict().values()} == {"cpu"}


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32"])
def test_small_whole_numbers_may_be_compared_with_sizes_that_they_cannot_hold(dtype, device):
    numbers, table = np.array([0, 3, 3], dtype), minigrad.ones(300, 2, device=device)
    ids, scores = Tensor(numbers, device=device), minigrad.ones(3, 70_000, device=device)
    assert functional.embedding(ids, table).shape == (3, 2)
    assert minigrad.gather(table, 0, ids[:, None]).shape == (3, 1)
    assert functional.one_hot(ids, 70_000).sum().item() == 3
    assert functional.cross_entropy(scores, ids).item() == pytest.approx(np.log(70_000), 1e-4)
    assert (ids == 3).tolist() == [False, True, True]


def test_a_full_memory_is_told_with_what_was_asked_for_free_and_held(device):
    minigrad.zeros(1, device=device)  # what lets minigrad ask for memory
    import cupy

    total = cupy.cuda.runtime.memGetInfo()[1]
    with pytest.raises(OutOfMemoryError, match=r"cuda:0 is out of memory: [\d.,]+ GiB were asked for, .* try") as told:
        minigrad.zeros(total, device=device)  # four bytes each
    assert f"{4 * total / (1 << 30):,.2f} GiB were" in str(told.value)
    assert isinstance(told.value, MinigradError)
    assert isinstance(told.value, MemoryError)
    assert on_host(minigrad.ones(3, device=device)).sum() == 3  # and computing goes on


def test_an_allocator_that_the_user_chose_stays(device):
    minigrad.zeros(1, device=device)
    import cupy

    before, chosen = cupy.cuda.get_allocator(), []

    def mine(size):
        chosen.append(size)
        return before(size)

    cupy.cuda.set_allocator(mine)
    try:
        minigrad.zeros(7, device=device)
    finally:
        cupy.cuda.set_allocator(before)
    assert chosen


def test_how_exactly_products_are_computed(device):
    """Three names, as in PyTorch; known to CuPy at once, or as soon as a GPU is used."""
    assert minigrad.get_float32_matmul_precision() == "highest"
    x = np.random.default_rng(0).standard_normal((64, 64)).astype("float32")
    exact = x.astype("float64") @ x

    def distance():
        y = Tensor(x, device=device) @ Tensor(x, device=device)
        return np.abs(on_host(y) - exact).max()

    try:
        assert distance() < 1e-4
        for name in ("high", "medium", "highest"):
            minigrad.set_float32_matmul_precision(name)
            assert minigrad.get_float32_matmul_precision() == name
            assert distance() < (1e-4 if name == "highest" else 1)
    finally:
        minigrad.set_float32_matmul_precision("highest")
    with pytest.raises(ValueError, match=r"got 'hihg' \(did you mean 'high'\?\); expected one of 'highest', 'high'"):
        minigrad.set_float32_matmul_precision("hihg")
