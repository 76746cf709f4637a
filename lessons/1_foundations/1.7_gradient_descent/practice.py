"""Lesson 1.7, practice: three kinds of batch, a sweep of learning rates, and the paths of three optimizers.

Every step goes through the `update` that you wrote. Change what you like.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.data import DataLoader
from minigrad.datasets import load_mnist
from minigrad.functional import cross_entropy
from minigrad.language import say
from minigrad.models import MLP
from minigrad.optim import SGD, Adam
from minigrad.plot import save_figure
from minigrad.recipes.mnist import tensors

SEEN = 12_000  # training digits that every run sees: twice the whole set
RATES = [0.001, 0.01, 0.1, 1.0]
BATCHES = {"stochastic": 1, "mini-batch": 64, "batch": 6000}

BOWL = np.array([1.0, 30.0])  # f(a, b) = (a² + 30 b²) / 2
START, STEPS = (-4.0, 1.2), 60
OPTIMIZERS = {
    "SGD": lambda p: SGD(p, lr=0.06),
    "momentum": lambda p: SGD(p, lr=0.03, momentum=0.8),
    "Adam": lambda p: Adam(p, lr=0.3),
}


def run(batch_size: int, rate: float, train, test) -> tuple[list[int], list[float], float]:
    """Train a small MLP on SEEN digits; digits seen, test losses on the way, and the seconds of training."""
    minigrad.manual_seed(0)
    model = MLP(784, 32, 10)
    optimizer = SGD(model.parameters(), lr=rate)
    loader = DataLoader(train, batch_size, shuffle=True, seed=0)
    seen, losses, seconds = [0], [test_loss(model, test)], 0.0
    while seen[-1] < SEEN and np.isfinite(losses[-1]):
        start, since = time.perf_counter(), 0
        for images, labels in loader:
            optimizer.zero_grad()
            cross_entropy(model(images), labels).backward()
            optimizer.step()
            since += len(labels)
            if since >= 500:
                seconds += time.perf_counter() - start
                seen.append(seen[-1] + since)
                losses.append(test_loss(model, test))
                start, since = time.perf_counter(), 0
        seconds += time.perf_counter() - start
        seen[-1] += since
    return seen, losses, seconds


def test_loss(model, test) -> float:
    images, labels = test
    with minigrad.no_grad():
        return cross_entropy(model(images), labels).item()


def batches(pictures: Path) -> None:
    """The same number of digits in batches of 1, of 64 and of all, for every learning rate."""
    data = load_mnist("embedded")
    train = tensors(data.train_images, data.train_labels, "cpu")
    test = tensors(data.test_images, data.test_labels, "cpu").tensors
    figure = Figure(figsize=(12, 4), layout="constrained")
    print(
        say(
            f"test loss after {SEEN:,} digits seen (6,000 different ones):",
            f"看过 {SEEN:,} 个数字（共 6,000 个不同的）之后的测试损失：",
        )
    )
    print("  lr       " + "".join(f"{name:>13}" for name in BATCHES))
    table, times = {}, {}
    for axes, (name, size) in zip(figure.subplots(1, len(BATCHES), sharey=True, squeeze=False)[0], BATCHES.items()):
        for rate in RATES:
            seen, losses, seconds = run(size, rate, train, test)
            table[rate, name], times[name] = losses[-1], (seconds, -(-SEEN // size))
            axes.plot(seen, np.minimum(losses, 1e6), label=f"lr {rate:g}", marker="." if size > 1000 else "")
        axes.axhline(np.log(10), color="0.5", linestyle=":", label="ln 10, a uniform guess")
        axes.set_title(f"{name}: batches of {size:,}")
        axes.set_xlabel("digits seen")
        axes.set_xticks(range(0, SEEN + 1, SEEN // 4))
        axes.set_yscale("log")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("test loss")
    figure.axes[0].set_ylim(0.2, 30)
    figure.axes[-1].legend()
    for rate in RATES:
        print(f"  {rate:<9g}" + "".join(f"{table[rate, name]:13.4g}" for name in BATCHES))
    print(say("  steps    ", "  步数     ") + "".join(f"{times[name][1]:13,}" for name in BATCHES))
    print(say("  seconds  ", "  秒       ") + "".join(f"{times[name][0]:13.2f}" for name in BATCHES))
    path = save_figure(figure, pictures / "1.7_batches.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def paths(pictures: Path) -> None:
    """How SGD, momentum and Adam walk down an elongated bowl."""
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    a, b = np.meshgrid(np.linspace(-5, 2.5, 200), np.linspace(-1.6, 1.6, 200))
    for axes, (name, make) in zip(
        figure.subplots(1, len(OPTIMIZERS), sharey=True, squeeze=False)[0], OPTIMIZERS.items()
    ):
        p = minigrad.tensor(np.array(START), requires_grad=True)
        optimizer, places, values = make([p]), [p.detach().numpy().copy()], []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = (minigrad.tensor(BOWL) * p * p).sum() / 2
            loss.backward()
            optimizer.step()
            places.append(p.detach().numpy().copy())
            values.append(loss.item())
        x, y = np.array(places).T
        axes.contour(a, b, (BOWL[0] * a**2 + BOWL[1] * b**2) / 2, levels=[0.1, 0.5, 2, 5, 10, 20], colors="0.75")
        axes.plot(x, y, ".-", linewidth=1)
        axes.plot(0, 0, "k+")
        axes.set_title(f"{name}, lr {optimizer.param_groups[0]['lr']:g}: {values[-1]:.1e} in step {STEPS}")
        axes.set_xlabel("a")
        print(f"  {name:9}" + "".join(f"  {k:2}: {values[k - 1]:9.2e}" for k in (1, 10, 20, 40, 60) if k <= STEPS))
    figure.axes[0].set_ylabel("b")
    path = save_figure(figure, pictures / "1.7_paths.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def main(pictures: Path) -> None:
    batches(pictures)
    print(say("\nvalues of the bowl (a² + 30 b²) / 2 in step:", "\n碗 (a² + 30 b²) / 2 在各步的值："))
    paths(pictures)
