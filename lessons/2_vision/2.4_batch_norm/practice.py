"""Lesson 2.4, practice: a deep network with and without batch norm, what it answers about single images, and dropout.

Normalisation, running statistics and dropout are computed by your functions. Change what you like.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.data import DataLoader
from minigrad.datasets import load_mnist
from minigrad.functional import cross_entropy, dropout
from minigrad.language import say
from minigrad.optim import SGD
from minigrad.plot import save_figure
from minigrad.recipes.mnist import tensors

HIDDEN, LAYERS = 100, 6
EPOCHS, BATCH = 3, 60
RATES = [0.05, 0.5, 2.0]
HE = False  # True: first weights as in He et al. (2015), as large as ReLU needs them
BATCHES = [2, 5, 20, 100, 500]  # how many test digits lie together when batch statistics are used
P = 0.5


def network(normalised: bool) -> nn.Sequential:
    """Linear layers and ReLU, with or without batch norm between the two."""
    sizes = [784] + [HIDDEN] * LAYERS
    layers: list[nn.Module] = [nn.Flatten()]
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), *([nn.BatchNorm1d(n_out)] if normalised else []), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(HIDDEN, 10))
    for layer in model if HE else []:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return model


def train(normalised: bool, rate: float, digits) -> tuple[nn.Sequential, list[float]]:
    minigrad.manual_seed(0)
    model = network(normalised)
    optimizer, losses = SGD(model.parameters(), lr=rate), []
    for _ in range(EPOCHS):
        for images, labels in DataLoader(digits, BATCH, shuffle=True, seed=0):
            optimizer.zero_grad()
            loss = cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return model, losses


def accuracy(model: nn.Sequential, images, labels: np.ndarray, size: int) -> float:
    """Of batches of `size`, one after another, in the mode that the model is in."""
    with minigrad.no_grad():
        scores = [model(images[k : k + size]).numpy() for k in range(0, len(labels), size)]
    return float((np.concatenate(scores).argmax(axis=1) == labels).mean())


def training(data, pictures: Path) -> nn.Sequential:
    """All runs; returns the network that is best on the test digits."""
    digits = tensors(data.train_images, data.train_labels, "cpu")
    images, labels = tensors(data.test_images, data.test_labels, "cpu").tensors
    figure, best = Figure(figsize=(12, 3.8), layout="constrained"), (0.0, None)
    for axes, rate in zip(figure.subplots(1, len(RATES), sharey=True, squeeze=False)[0], RATES):
        for normalised, en, zh in [(False, "without", "不用"), (True, "with", "用")]:
            with np.errstate(all="ignore"):  # a loss that overflows is to be seen, not warned of
                model, losses = train(normalised, rate, digits)
                right = accuracy(model.eval(), images, labels.numpy(), 500)
            smooth = np.convolve(losses, np.ones(10) / 10, "valid")
            axes.plot(range(10, len(losses) + 1), smooth, label=f"{en} batch norm")
            best = max(best, (right, model), key=lambda pair: pair[0])
            last = np.mean(losses[-20:])
            print(
                say(
                    f"  lr {rate:<5g}{en:>8} batch norm   loss at the end {last:6.3f}   test accuracy {right:.1%}",
                    f"  学习率 {rate:<5g}{zh:>{4 - len(zh)}}批归一化   最后的损失 {last:6.3f}   测试准确率 {right:.1%}",
                )
            )
        axes.axhline(np.log(10), color="0.5", linestyle=":", label="ln 10, a uniform guess")
        axes.set_title(f"learning rate {rate:g}")
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("training loss, mean of 10 steps")
    figure.axes[0].set_ylim(0, 3)
    figure.axes[0].legend()
    path = save_figure(figure, pictures / "2.4_batch_norm.png")
    print(say(f"  picture: {path}", f"  图：{path}"))
    return best[1]


def statistics(model: nn.Sequential, data) -> None:
    """The same weights and the same digits; only the mean and variance that they are normalised with differ."""
    images, labels = tensors(data.test_images, data.test_labels, "cpu").tensors
    right = labels.numpy()
    print(say("  running statistics: ", "  滑动统计量：") + f"{accuracy(model.eval(), images, right, 500):.1%}")
    model.train()
    for size in BATCHES:
        print(
            say(f"  those of batches of {size:3}: ", f"  每批 {size:3} 个，用这一批的：")
            + f"{accuracy(model, images, right, size):.1%}"
        )
    order = np.argsort(right, kind="stable")
    mixed = accuracy(model, minigrad.tensor(images.numpy()[order]), right[order], 100)
    print(say("  batches of 100, sorted by digit: ", "  每批 100 个，按数字排好序：") + f"{mixed:.1%}")
    try:
        model(images[:1])
    except ValueError as error:
        print(say("  one digit: ", "  只有一个：") + f"ValueError: {error}")
    after = accuracy(model.eval(), images, right, 500)
    print(say("  running statistics, after all this: ", "  这之后再用滑动统计量：") + f"{after:.1%}")


def dropped() -> None:
    """A thousand ones, a few times."""
    minigrad.manual_seed(0)
    for _ in range(3):
        x = minigrad.ones(1000, requires_grad=True)
        y = dropout(x, P)
        y.sum().backward()
        values, counts = np.unique(y.detach().numpy(), return_counts=True)
        told = ", ".join(f"{n} x {v:g}" for v, n in zip(values, counts))
        same = np.array_equal(x.grad.numpy(), y.detach().numpy())
        print(
            say(
                f"  {told}; mean {y.detach().numpy().mean():.3f}; gradient = mask: {same}",
                f"  {told}；平均 {y.detach().numpy().mean():.3f}；梯度等于掩码：{'是' if same else '否'}",
            )
        )
    print(say("  in evaluation: ", "  评估时：") + f"{dropout(x, P, training=False).detach().numpy().mean():.3f}")


def main(pictures: Path) -> None:
    data = load_mnist("embedded")
    print(say(f"{LAYERS} hidden layers, SGD, {EPOCHS} epochs", f"{LAYERS} 个隐藏层，SGD，{EPOCHS} 轮"))
    model = training(data, pictures)
    print(say("the best network, test accuracy with", "最好的那个网络，测试准确率，归一化时用"))
    statistics(model, data)
    print(say(f"dropout of 1,000 ones, p = {P}", f"对 1,000 个 1 做 dropout，p = {P}"))
    dropped()
