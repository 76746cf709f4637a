"""Lesson 3.2, practice: a network that counts odd and even, and how far back a gradient has to go.

Every step, forward and backward, is computed by your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.functional import binary_cross_entropy_with_logits
from minigrad.language import say
from minigrad.ops.recurrent import RNNSequence
from minigrad.optim import Adam
from minigrad.plot import save_figure

HIDDEN, BATCH, RATE = 8, 32, 0.01
PARITY_STEPS, PARITY_ROUNDS = 10, 600  # length of the sequences that it learns from
LONG = [10, 100, 1000]  # lengths of those that it is tried on
DELAY, ECHO_STEPS, ECHO_ROUNDS = 3, 24, 400
CUTS = [1, 2, 3, 4, 24]  # after how many steps the way back is cut


def by_hand() -> None:
    """The example of the lesson: one unit, three steps, gy = 0, 0, 1."""
    x, h = np.array([[1.0], [0.0], [1.0]]), np.zeros((1, 1))
    w, u, zero = np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1)
    walk = RNNSequence([1, 1, 1])
    y, _ = walk.forward(x, h, w, u, zero, zero)
    print(f"  y  = {numbers(y)}")
    gradients = walk.backward(np.array([[0.0], [0.0], [1.0]]), np.zeros((1, 1)))
    for name, gradient in zip(("gx", "gh", "gW", "gU", "gb", "gd"), gradients):
        print(f"  {name} = {numbers(gradient)}")


def numbers(values: np.ndarray) -> str:
    return " ".join(f"{v:.4f}" for v in values.ravel())


class Reader(nn.Module):
    """A recurrent layer that reads bits, and at every step a score that is read from its state."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.reading = nn.RNN(1, HIDDEN), nn.Linear(HIDDEN, 1)

    def forward(self, x: minigrad.Tensor, h: minigrad.Tensor | None = None) -> tuple[minigrad.Tensor, minigrad.Tensor]:
        states, last = self.layer(x, h)
        return self.reading(states), last


def bits(steps: int, n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 2, (steps, n, 1)).astype(np.float32)


def parity(x: np.ndarray) -> np.ndarray:
    """1 where the number of ones up to here is odd."""
    return x.cumsum(axis=0) % 2


def echo(x: np.ndarray) -> np.ndarray:
    """The bit of DELAY steps before; 0 where there is none."""
    return np.concatenate([np.zeros_like(x[:DELAY]), x[:-DELAY]])


def train(task, steps: int, rounds: int, cut: int) -> tuple[Reader, float]:
    """A network that has learned `task`, with the way back cut after every `cut` steps; and its loss at the end."""
    minigrad.manual_seed(0)
    rng = np.random.default_rng(1)
    model = Reader()
    optimizer = Adam(model.parameters(), lr=RATE)
    losses = []
    for _ in range(rounds):
        x = bits(steps, BATCH, rng)
        wanted = task(x)
        optimizer.zero_grad()
        h, total = None, 0.0
        for k in range(0, steps, cut):
            scores, h = model(minigrad.tensor(x[k : k + cut]), h)
            target = minigrad.tensor(wanted[k : k + cut])
            loss = binary_cross_entropy_with_logits(scores, target, reduction="sum") / wanted.size
            loss.backward()  # of these steps only: h comes in without its history
            h, total = h.detach(), total + loss.item()
        optimizer.step()
        losses.append(total)
    return model, float(np.mean(losses[-20:]))


def accuracy(model: Reader, task, steps: int, n: int = 200) -> float:
    x = bits(steps, n, np.random.default_rng(2))
    with minigrad.no_grad():
        scores, _ = model(minigrad.tensor(x))
    return float(((scores.numpy() > 0) == task(x)).mean())


def picture(model: Reader, pictures: Path) -> None:
    """One sequence and the states along it; and all states of many sequences, seen from the side where they differ."""
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    x = bits(30, 100, np.random.default_rng(3))
    with minigrad.no_grad():
        states = model.layer(minigrad.tensor(x))[0].numpy()
    left.imshow(states[:, 0].T, aspect="auto", cmap="RdBu", vmin=-1, vmax=1)
    for t, (bit, odd) in enumerate(zip(x[:, 0, 0], parity(x)[:, 0, 0])):
        left.text(t, -1.3, f"{bit:.0f}", ha="center", fontsize=9)
        left.text(t, -0.7, "odd" if odd else "·", ha="center", fontsize=7)
    left.set_title("bits, parity, and the state at every step (blue: 1, red: -1)", fontsize=10, pad=34)
    left.set_xlabel("step")
    left.set_ylabel("unit")
    points = states.reshape(-1, HIDDEN)
    centred = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    across, up = centred @ directions[0], centred @ directions[1]
    bit, odd = x.ravel() > 0, parity(x).ravel() > 0
    for b in (False, True):
        for o in (False, True):
            mask = (bit == b) & (odd == o)
            marker, colour, name = "ox"[b], ("tab:blue", "tab:orange")[o], ("even", "odd")[o]
            right.plot(across[mask], up[mask], marker, color=colour, alpha=0.4, label=f"bit {b:d}, {name}")
    right.legend(fontsize=8)
    right.set_title("3,000 states, in the two directions where they differ most", fontsize=10)
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.2_states.png")))


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(say(f"odd or even, learned from {PARITY_STEPS} steps:", f"奇数还是偶数，用 {PARITY_STEPS} 步的序列学习："))
    model, loss = train(parity, PARITY_STEPS, PARITY_ROUNDS, PARITY_STEPS)
    print(say(f"  loss at the end {loss:.4f}", f"  最后的损失 {loss:.4f}"))
    for steps in LONG:
        right = accuracy(model, parity, steps, 50)
        print(say(f"  {steps:5} steps: {right:.1%} right", f"  {steps:5} 步：答对 {right:.1%}"))
    picture(model, pictures)
    print(
        say(
            f"the bit of {DELAY} steps ago; the gradient goes back at most so many steps:",
            f"说出 {DELAY} 步之前的那一位；梯度最多往回走几步：",
        )
    )
    for cut in CUTS:
        model, loss = train(echo, ECHO_STEPS, ECHO_ROUNDS, cut)
        right = accuracy(model, echo, ECHO_STEPS)
        print(
            say(
                f"  {cut:3} steps   loss {loss:.3f}   {right:.1%} right",
                f"  {cut:3} 步   损失 {loss:.3f}   答对 {right:.1%}",
            )
        )
