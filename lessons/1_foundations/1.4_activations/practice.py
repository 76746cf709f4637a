"""Lesson 1.4, practice: five activation functions, what they do to gradients, and what a network is without them.

Every function and every derivative below comes from your code. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn, optim
from minigrad.language import say
from minigrad.plot import decision_boundary, save_figure

LAYERS, WIDTH = 20, 64
SCALE = 2**0.5  # weights of the deep network: normal, with standard deviation SCALE / √WIDTH
STEPS, LEARNING_RATE, HIDDEN = 500, 0.03, 16

ACTIVATIONS = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "ReLU": nn.ReLU,
    "leaky ReLU": lambda: nn.LeakyReLU(0.1),
    "GELU": nn.GELU,
}


def curves(pictures: Path) -> None:
    """Each function and its derivative, as your forward and backward give them."""
    figure = Figure(figsize=(14, 3.2), layout="constrained")
    for axes, (name, make) in zip(figure.subplots(1, 5), ACTIVATIONS.items()):
        x = minigrad.tensor(np.linspace(-4, 4, 401), requires_grad=True)
        y = make()(x)
        y.sum().backward()
        x, y, slope = x.detach().numpy(), y.detach().numpy(), x.grad.numpy()
        axes.axhline(0, color="0.8", linewidth=0.8)
        axes.plot(x, y, label="function")
        axes.plot(x, slope, "--", label="derivative")
        axes.set_title(name)
        axes.set_xlabel("x")
        axes.set_ylim(-1.2, 2.2)
        print(f"  {name:<12}{slope.min():8.3f}{slope.max():8.3f}{slope[0]:10.4f}")
    figure.axes[0].legend(loc="upper left")
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "1.4_functions.png")) + "\n")


def gradient_norms(pictures: Path) -> None:
    """How long the gradient of each layer's weights is in a deep network; the weights are the same for all."""
    shown = [1, 5, 10, 15, LAYERS]
    print("  " + say("layer", "层").ljust(12) + "".join(f"{k:>10}" for k in shown))
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for name, make in ACTIVATIONS.items():
        minigrad.manual_seed(0)
        layers = [nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS)]
        for layer in layers:
            nn.init.normal_(layer.weight, 0.0, SCALE / WIDTH**0.5)
            nn.init.zeros_(layer.bias)
        h, activation = minigrad.randn(128, WIDTH), make()
        for layer in layers:
            h = activation(layer(h))
        (h * minigrad.randn(128, WIDTH)).sum().backward()
        norms = [float(np.linalg.norm(layer.weight.grad.numpy())) for layer in layers]
        print(f"  {name:<12}" + "".join(f"{norms[k - 1]:10.2g}" for k in shown))
        axes.semilogy(range(1, LAYERS + 1), norms, marker=".", label=name)
    axes.set_xlabel("layer (1 is next to the input)")
    axes.set_ylabel("norm of the gradient of its weights")
    axes.set_xticks([1, 5, 10, 15, LAYERS])
    axes.grid(alpha=0.3)
    axes.legend()
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "1.4_gradients.png")) + "\n")


def exclusive_or(pictures: Path) -> None:
    """Two classes in opposite quadrants, for the same network with and without an activation."""
    points = np.random.default_rng(0).uniform(-1, 1, (400, 2)).astype(np.float32)
    labels = (points[:, 0] * points[:, 1] > 0).astype(np.int64)
    for name, make in {"none": nn.Identity, **ACTIVATIONS}.items():
        minigrad.manual_seed(1)
        model = nn.Sequential(nn.Linear(2, HIDDEN), make(), nn.Linear(HIDDEN, 2))
        optimizer = optim.Adam(model.parameters(), lr=LEARNING_RATE)
        loss_of, x, target = nn.CrossEntropyLoss(), minigrad.tensor(points), minigrad.tensor(labels)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(model(x), target)
            loss.backward()
            optimizer.step()
        right = float((model(x).detach().numpy().argmax(axis=1) == labels).mean())
        print(
            say(
                f"  {name:<12} loss {loss.item():.3f}, {right:.1%} right",
                f"  {'不用        ' if name == 'none' else f'{name:<12}'} 损失 {loss.item():.3f}，准确率 {right:.1%}",
            )
        )
        if name in ("none", "ReLU"):
            title = f"two layers, activation: {name} ({right:.1%} right)"
            decision_boundary(model, points, labels, pictures / f"1.4_xor_{name.lower()}.png", title)
    print(
        say("  pictures: ", "  图：") + str(pictures / "1.4_xor_none.png") + ", " + str(pictures / "1.4_xor_relu.png")
    )


def main(pictures: Path) -> None:
    print(say("derivatives on [-4, 4]: smallest, largest, at x = -4", "导数在 [-4, 4] 上：最小、最大、x = -4 处"))
    curves(pictures)
    print(say(f"gradient norm of the weights in a network of {LAYERS} layers", f"{LAYERS} 层网络中各层权重的梯度范数"))
    gradient_norms(pictures)
    print(say("opposite quadrants (XOR), one hidden layer", "对角象限（异或），一个隐藏层"))
    exclusive_or(pictures)
