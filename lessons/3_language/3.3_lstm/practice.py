"""Lesson 3.3, practice: how far back a gradient reaches, and a sum that has to be remembered.

The LSTM is made of your steps, and gradients are clipped by your functions. Change what you like.
"""

import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.functional import mse_loss
from minigrad.language import say
from minigrad.ops.recurrent import LSTMCell
from minigrad.optim import Adam
from minigrad.optim.clip import clip_grad_norm_
from minigrad.plot import save_figure

DISTANCE, UNITS, INPUTS = 60, 32, 4  # how far back gradients are measured, and of which network
SHOWN = [0, 5, 10, 20, 40]
FORGET = [0.0, 2.0, 4.0]  # the forget gate's bias, at the start
STEPS, HIDDEN, BATCH, ROUNDS, RATE, MAX_NORM = 30, 16, 32, 500, 0.02, 1.0


def by_hand() -> None:
    """The example of the lesson: x = 1, h = 0.5, c = 0.8, and the gradients gh' = 1, gc' = 1."""
    x, h, c = np.array([[1.0]]), np.array([[0.5]]), np.array([[0.8]])
    w, u = np.array([[1.0], [1.0], [0.5], [0.0]]), np.array([[-2.0], [2.0], [1.0], [-2.0]])
    cell = LSTMCell()
    h_after, c_after = cell.forward(x, h, c, w, u, np.zeros(4), np.zeros(4))
    print(f"  h' = {h_after.item():.4f}   c' = {c_after.item():.4f}")
    gradients = cell.backward(np.ones((1, 1)), np.ones((1, 1)))
    for name, gradient in zip(("gx", "gh", "gc", "gW", "gU", "gb", "gd"), gradients):
        print(f"  {name} = {' '.join(f'{v:.4f}' for v in gradient.ravel())}")


# ------------------------------------------------------------------------------------------------ how far back


def recurrent(kind: type[nn.Module], inputs: int, hidden: int, forget: float | None = None) -> nn.Module:
    """A layer with PyTorch's first weights; of an LSTM, with this bias in the forget gates."""
    layer = kind(inputs, hidden)
    if forget is not None:
        layer.bias_ih_l0.data[hidden : 2 * hidden] = forget  # the second quarter: i, f, g, o
        layer.bias_hh_l0.data[hidden : 2 * hidden] = 0
    return layer


def larger(layer: nn.Module, radius: float) -> nn.Module:
    """The layer with U scaled so that its largest eigenvalue has this modulus."""
    u = layer.weight_hh_l0.data
    u *= radius / np.abs(np.linalg.eigvals(u)).max()
    return layer


def reach(layer: nn.Module) -> np.ndarray:
    """The norm of the gradient of each input, for a loss that depends on the last state alone; by distance."""
    rng = np.random.default_rng(1)
    x = minigrad.tensor(0.5 * rng.standard_normal((DISTANCE + 1, 8, INPUTS)).astype(np.float32), requires_grad=True)
    states, _ = layer(x)
    (states[-1] * minigrad.tensor(rng.standard_normal((8, UNITS)).astype(np.float32))).sum().backward()
    return np.linalg.norm(x.grad.numpy().reshape(DISTANCE + 1, -1), axis=1)[::-1]


def distances(pictures: Path) -> None:
    networks = [("RNN", lambda: recurrent(nn.RNN, INPUTS, UNITS))]
    networks += [("RNN, larger U", lambda: larger(recurrent(nn.RNN, INPUTS, UNITS), 2.0))]
    networks += [(f"LSTM, {b:g}", lambda b=b: recurrent(nn.LSTM, INPUTS, UNITS, b)) for b in FORGET]
    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = figure.subplots()
    print("                 " + "".join(f"{k:10}" for k in SHOWN))
    for name, make in networks:
        minigrad.manual_seed(0)
        norms = reach(make())
        print(f"  {name:<15}" + "".join(f"{norms[k]:10.1e}" for k in SHOWN))
        label = name.replace("LSTM, ", "LSTM, forget bias ")
        axes.semilogy(norms, label=label, linestyle="--" if name.startswith("RNN") else "-")
    axes.set_xlabel("steps between input and loss")
    axes.set_ylabel("norm of the input's gradient")
    axes.legend(fontsize=9)
    axes.grid(alpha=0.3)
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.3_gradients.png")))


# ------------------------------------------------------------------------------------------------ the adding problem


def sums(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Numbers from 0 to 1, two of them marked [t, n, 2], and the sum of the two [n, 1] (Hochreiter & Schmidhuber)."""
    numbers, marks = rng.random((STEPS, n)), np.zeros((STEPS, n))
    half = STEPS // 2
    first, second = rng.integers(0, half, n), rng.integers(half, STEPS, n)
    marks[first, np.arange(n)] = marks[second, np.arange(n)] = 1
    wanted = (numbers * marks).sum(axis=0)[:, None]
    return np.stack([numbers, marks], axis=2).astype(np.float32), wanted.astype(np.float32)


class Adder(nn.Module):
    """A recurrent layer, and a number that is read from its last state."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer, self.reading = layer, nn.Linear(HIDDEN, 1)

    def forward(self, x: minigrad.Tensor) -> minigrad.Tensor:
        states, _ = self.layer(x)
        return self.reading(states[-1])


def train(kind: type[nn.Module], forget: float | None) -> tuple[list[float], list[float]]:
    """The losses, and the norms of the gradients before they were clipped."""
    minigrad.manual_seed(0)
    rng = np.random.default_rng(1)
    model = Adder(recurrent(kind, 2, HIDDEN, forget))
    optimizer = Adam(model.parameters(), lr=RATE)
    losses, norms = [], []
    for _ in range(ROUNDS):
        x, wanted = sums(BATCH, rng)
        optimizer.zero_grad()
        loss = mse_loss(model(minigrad.tensor(x)), minigrad.tensor(wanted))
        loss.backward()
        norms.append(clip_grad_norm_(model.parameters(), MAX_NORM).item())
        optimizer.step()
        losses.append(loss.item())
    return losses, norms


def adding(pictures: Path) -> None:
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.axhline(1 / 6, color="0.5", linestyle=":", label="always saying 1")
    for name, kind, forget in [("RNN", nn.RNN, None), *[(f"LSTM, {b:g}", nn.LSTM, b) for b in FORGET]]:
        losses, norms = train(kind, forget)
        last, clipped = np.mean(losses[-50:]), np.mean(np.array(norms) > MAX_NORM)
        print(
            say(
                f"  {name:<8}  error {math.sqrt(last):.3f}   largest norm {max(norms):6.2f}   clipped {clipped:5.1%}",
                f"  {name:<8}  误差 {math.sqrt(last):.3f}   最大范数 {max(norms):6.2f}   裁剪 {clipped:5.1%}",
            )
        )
        smooth = np.convolve(losses, np.ones(20) / 20, "valid")
        label, line = name.replace("LSTM, ", "LSTM, forget bias "), "--" if kind is nn.RNN else "-"
        axes.semilogy(np.arange(20, ROUNDS + 1), smooth, line, label=label, zorder=3 if kind is nn.RNN else 2)
    axes.set_xlabel("round")
    axes.set_ylabel("loss (mean of 20)")
    axes.legend(fontsize=9)
    axes.grid(alpha=0.3)
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.3_adding.png")))


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(
        say(
            "the gradient of an input, so many steps before the end (LSTM: with this forget bias):",
            "输入的梯度，它在结尾之前这么多步（LSTM 后面是遗忘门的偏置）：",
        )
    )
    distances(pictures)
    print(say(f"the sum of two marked numbers among {STEPS}:", f"{STEPS} 个数里，两个带标记的数之和："))
    adding(pictures)
