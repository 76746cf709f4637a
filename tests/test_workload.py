"""Operations and bytes of training steps, against what one counts by hand."""

import sys
from pathlib import Path

import numpy as np
import pytest

import minigrad
from minigrad import functional, nn, optim
from minigrad.function import Function
from minigrad.models import MODELS, get_model
from minigrad.optim.optimizer import Optimizer
from minigrad.summary import summarize
from minigrad.twins import plain_operations
from minigrad.workload import work_of


def step_of(model, optimizer, inputs, labels):
    def step():
        optimizer.zero_grad()
        functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()

    return step


def test_an_mlp_by_hand():
    """Three examples, 5-7-2; Adam."""
    model = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2))
    found = work_of(step_of(model, optim.Adam(model.parameters()), minigrad.randn(3, 5), minigrad.tensor([0, 1, 1])))
    parameters = 5 * 7 + 7 + 7 * 2 + 2
    first, second = 2 * 3 * 5 * 7, 2 * 3 * 7 * 2
    assert found.operations == 2 * first + 3 * second + 4 * parameters  # nobody asks for the gradient of the inputs
    forward = (15 + 35 + 7 + 21) + (21 + 14 + 2 + 6)
    gradients = (35 + 7) + (21 + 14 + 2)
    update = 4 * parameters + 3 * parameters  # p, g, m, v are read; p, m, v written
    assert found.bytes == 4 * (2 * forward + gradients + update)


def test_a_small_convolutional_network_by_hand():
    """Two images 3 x 6 x 5, a strided convolution, one in groups, a linear layer; plain SGD has no state."""
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False),  # 4 x 3 x 3
        nn.ReLU(),
        nn.Conv2d(4, 6, (2, 1), groups=2, bias=False),  # 6 x 2 x 3
        nn.Flatten(),
        nn.Linear(36, 2, bias=False),
    )
    found = work_of(step_of(model, optim.SGD(model.parameters(), lr=0.1), minigrad.randn(2, 3, 6, 5), [0, 1]))
    weights = [4 * 3 * 9, 6 * 2 * 2, 72]
    first, second, third = 2 * (2 * 36) * 27, 2 * (2 * 36) * 4, 2 * 2 * 36 * 2
    assert found.operations == 2 * first + 3 * second + 3 * third + 2 * sum(weights)
    forward = (180 + weights[0] + 72) + (72 + weights[1] + 72) + (72 + weights[2] + 4)
    assert found.bytes == 4 * (2 * forward + sum(weights) + 72 + 72 + 3 * sum(weights))


def test_attention_by_hand():
    q, k, v = (minigrad.randn(2, 3, *shape, requires_grad=True) for shape in ((4, 8), (5, 8), (5, 7)))
    attend = functional.scaled_dot_product_attention
    scores, mixed = 2 * 6 * 4 * 8 * 5, 2 * 6 * 4 * 5 * 7
    moved = 4 * 6 * (32 + 40 + 35 + 28)
    assert work_of(lambda: attend(q, k, v)) == (3 * (scores + mixed), 2 * moved + 4 * 6 * (32 + 40 + 35))
    assert work_of(lambda: attend(q.detach(), k.detach(), v)).operations == scores + 2 * mixed
    assert work_of(lambda: attend(q.detach(), k, v.detach())).operations == 2 * scores + 2 * mixed
    with minigrad.no_grad():
        assert work_of(lambda: attend(q, k, v)) == (scores + mixed, moved)


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_recurrent_networks_by_hand(kind, gates):
    """Five steps of two sequences, 3 numbers in, a state of 7; cells one step at a time do the same."""
    x = minigrad.randn(5, 2, 3)
    from_x, from_h = 2 * 10 * 3 * 7 * gates, 2 * 10 * 7 * 7 * gates
    layer, cell = getattr(nn, kind)(3, 7), getattr(nn, f"{kind}Cell")(3, 7)
    assert work_of(lambda: layer(x)).operations == 2 * from_x + 3 * from_h
    with plain_operations():
        assert work_of(lambda: layer(x)).operations == 2 * from_x + 3 * from_h

    def walk():
        state = None
        for t in range(5):
            state = cell(x[t], state)

    assert work_of(walk).operations == 2 * from_x + 3 * from_h
    with minigrad.no_grad():
        assert work_of(walk).operations == from_x + from_h


def test_other_products_by_hand():
    x, y = minigrad.randn(6, 2, 3, requires_grad=True), minigrad.randn(3, 5)
    assert work_of(lambda: x @ minigrad.randn(6, 3, 5)).operations == 2 * (2 * 6 * 2 * 3 * 5)
    assert work_of(lambda: x.detach() @ y).operations == 2 * 6 * 2 * 3 * 5
    assert work_of(lambda: minigrad.einsum("bij,jk->bik", x, y)).operations == 2 * (2 * 6 * 2 * 3 * 5)
    assert work_of(lambda: minigrad.einsum("bij->b", x)).operations == 0
    images, kernels = minigrad.randn(2, 3, 4, 5), minigrad.randn(3, 2, 2, 3, requires_grad=True)
    assert work_of(lambda: functional.conv_transpose2d(images, kernels)).operations == 2 * (2 * 120 * 12)
    assert work_of(lambda: functional.conv1d(minigrad.randn(2, 3, 9), minigrad.randn(4, 3, 5))).operations == (
        2 * (2 * 4 * 5) * 15
    )


@pytest.mark.parametrize("name", [name for name, entry in MODELS.items() if entry.input_shape[-1] < 100])
def test_forward_alone_is_what_the_summary_counts(name):
    """Two operations for each multiply-add; the summary goes by layers, this by what runs."""
    model = get_model(name).eval()
    shape = MODELS[name].input_shape
    with minigrad.no_grad():
        found = work_of(lambda: model(minigrad.zeros(1, *shape)))
    assert found.operations == 2 * summarize(model, shape).multiply_adds


def test_bytes_go_by_the_dtype():
    x, y = np.ones((2, 3)), np.ones((3, 4))
    assert work_of(lambda: minigrad.matmul(minigrad.tensor(x), minigrad.tensor(y))) == (48, 8 * (6 + 12 + 8))


def test_afterwards_nothing_is_noted():
    call, step = Function.__call__, Optimizer.step
    with pytest.raises(ZeroDivisionError):
        work_of(lambda: 1 / 0)
    assert (Function.__call__, Optimizer.step) == (call, step)


@pytest.fixture
def gpu(monkeypatch):
    """benchmarks/gpu.py, which needs a GPU only where it times."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    module = __import__("gpu")
    yield module
    for name in ("gpu", "cpu", "cases", "vision", "sequences", "language", "harness"):
        sys.modules.pop(name, None)


def test_the_rows_of_the_benchmark_on_a_gpu(gpu):
    assert gpu.header(["torch", "minigrad", "captured"]).splitlines() == [
        "| training step | floor ms | PyTorch ms | minigrad ms | minigrad, captured ms | ratio | ratio, captured |",
        "|---|---|---|---|---|---|---|",
    ]
    times = {"torch": [2.0, 4.0, 3.0], "compiled": [1.0, 1.0, 1.0], "minigrad": [6.0, 4.0, 6.0], "captured": [1.0] * 3}
    assert gpu.row("MLP", 0.00025, times) == "| MLP | 0.250 | 3.000 | 1.000 | 6.000 | 1.000 | 2.00 | 0.33 |"
    assert gpu.row("MLP", None, {"torch": [2.0], "minigrad": [3.0]}) == "| MLP |  | 2.000 | 3.000 | 1.50 |"


def test_the_profile_of_the_benchmark_on_a_gpu(gpu):
    found = [("gemm", 3.0, 0.5), ("relu", 2.0, 0.25), ("copy", 1.0, 0.125)]
    assert gpu.profile("mlp", found, 1.5, most=2).splitlines() == [
        "mlp: 6 kernels keep the GPU busy for 0.875 of 1.500 ms",
        "    0.500 ms      3 x  gemm",
        "    0.250 ms      2 x  relu",
    ]


def test_the_steps_of_the_benchmark_and_their_work(gpu):
    steps = gpu.steps_of("mlp", "cpu", compile=True)
    assert [*steps, "captured"] == list(gpu.COLUMNS)  # which needs a GPU
    assert steps["compiled"].optimizer is steps["torch"].optimizer
    products = [256 * 784 * 256, 256 * 256 * 128, 256 * 128 * 10]
    parameters = 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10
    found = work_of(steps["minigrad"])
    assert found.operations == 2 * (2 * products[0] + 3 * products[1] + 3 * products[2]) + 4 * parameters
