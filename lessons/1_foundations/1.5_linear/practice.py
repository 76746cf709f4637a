"""Lesson 1.5, practice: the example of the lesson, and what first weights do to signals and to training.

Products, linear layers and initial weights all come from your code. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn, optim
from minigrad.datasets import load_mnist
from minigrad.language import say
from minigrad.nn import init
from minigrad.ops.linalg import matmul
from minigrad.plot import save_figure

SMALL, LARGE = 0.01, 0.2  # standard deviations
LAYERS, WIDTH = 10, 256
HIDDEN_LAYERS, HIDDEN = 6, 100
EPOCHS, BATCH, LEARNING_RATE = 5, 64, 0.01


def initialisations(uniform: bool) -> dict:
    """What fills a weight, by name; Xavier's and Kaiming's numbers are uniform or normal."""
    return {
        "too small": lambda weight: init.normal_(weight, 0.0, SMALL),
        "Xavier": init.xavier_uniform_ if uniform else init.xavier_normal_,
        "Kaiming": init.kaiming_uniform_ if uniform else init.kaiming_normal_,
        "too large": lambda weight: init.normal_(weight, 0.0, LARGE),
    }


def layer(n_in: int, n_out: int, fill) -> nn.Linear:
    made = nn.Linear(n_in, n_out)
    fill(made.weight)
    init.zeros_(made.bias)
    return made


def by_hand() -> None:
    """The example of the lesson, with nn.functional's linear, and the product x Wᵀ once more as a matmul."""
    x = minigrad.tensor([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]], requires_grad=True)
    weight = minigrad.tensor([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]], requires_grad=True)
    bias = minigrad.tensor([1.0, 0.0], requires_grad=True)
    upstream = minigrad.tensor([[1.0, 0.0], [2.0, -1.0]])
    y = minigrad.functional.linear(x, weight, bias)
    (y * upstream).sum().backward()
    by_linear, weight.grad = weight.grad, None
    (matmul(x.detach(), weight.T) * upstream).sum().backward()
    again = say("gW by matmul", "用 matmul 求 gW")
    for name, value in (("y", y), ("gx", x.grad), ("gW", by_linear), ("gb", bias.grad), (again, weight.grad)):
        print(f"  {name} = {value.detach().numpy().tolist()}")
    print()


def label(title: str) -> str:
    """The name of an initialisation at the beginning of a line."""
    zh = {"too small": "太小    ", "too large": "太大    "}
    return "  " + say(f"{title:<12}", zh.get(title, f"{title:<8}") + "    ")


def signals(pictures: Path) -> None:
    """The standard deviation of the activations in each layer of a deep network, before any training."""
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    shown = [1, 2, 4, 6, 8, LAYERS]
    for axes, activation in zip(figure.subplots(1, 2, sharey=True), (nn.ReLU(), nn.Tanh())):
        name = type(activation).__name__
        print(f"  {name:<12}" + "".join(f"{k:>9}" for k in shown) + say("   mean slope", "     平均斜率"))
        for title, fill in initialisations(uniform=False).items():
            minigrad.manual_seed(0)
            h, spread = minigrad.randn(256, WIDTH), []
            for _ in range(LAYERS):
                z = layer(WIDTH, WIDTH, fill)(h).detach()
                z.requires_grad = True
                h = activation(z)
                spread.append(float(h.detach().numpy().std()))
            h.sum().backward()  # dh/dz of the last layer
            slope = float(z.grad.numpy().mean())
            print(label(title) + "".join(f"{spread[k - 1]:9.2g}" for k in shown) + f"{slope:13.2f}")
            axes.semilogy(range(1, LAYERS + 1), spread, marker=".", label=title)
        axes.set_title(name)
        axes.set_xlabel("layer")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("standard deviation of the activations")
    figure.axes[1].legend()
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "1.5_signals.png")) + "\n")


def training(pictures: Path) -> None:
    """The same network on the embedded digits, from four kinds of first weights."""
    data = load_mnist("embedded")
    pixels = [d.reshape(-1, 784).astype(np.float32) / 255 for d in (data.train_images, data.test_images)]
    images, test = [minigrad.tensor((p - 0.1307) / 0.3081) for p in pixels]
    labels, loss_of = minigrad.tensor(data.train_labels), nn.CrossEntropyLoss()
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    for title, fill in initialisations(uniform=True).items():
        minigrad.manual_seed(0)
        model = nn.Sequential(layer(784, HIDDEN, fill), nn.ReLU())
        for _ in range(HIDDEN_LAYERS - 1):
            model.append(layer(HIDDEN, HIDDEN, fill)).append(nn.ReLU())
        model.append(layer(HIDDEN, 10, fill))
        optimizer, order, losses = optim.SGD(model.parameters(), lr=LEARNING_RATE), np.random.default_rng(0), []
        for _ in range(EPOCHS):
            for batch in np.array_split(order.permutation(len(images)), len(images) // BATCH):
                optimizer.zero_grad()
                loss = loss_of(model(images[batch]), labels[batch])
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        with minigrad.no_grad():
            right = float((model(test).numpy().argmax(axis=1) == data.test_labels).mean())
        print(f"{label(title)}{losses[0]:10.2f}{np.mean(losses[-50:]):10.3f}{right:10.1%}")
        smooth = np.array(losses[: len(losses) // 10 * 10]).reshape(-1, 10).mean(axis=1)
        axes.semilogy(10 * np.arange(len(smooth)) + 5, smooth, label=title)
    axes.set_xlabel("step")
    axes.set_ylabel("training loss (mean of 10 steps)")
    axes.grid(alpha=0.3)
    axes.legend()
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "1.5_losses.png")))


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(say(f"standard deviation of the activations, {LAYERS} layers", f"{LAYERS} 层网络中激活值的标准差"))
    signals(pictures)
    text = say("first loss, last loss, test digits right", "初始损失、最后损失、测试准确率")
    print(say(f"{HIDDEN_LAYERS} hidden layers on digits: ", f"{HIDDEN_LAYERS} 个隐藏层，手写数字：") + text)
    training(pictures)
