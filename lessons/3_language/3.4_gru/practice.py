"""Lesson 3.4, practice: keep the number that was marked last, and forget it at the next mark.

Recurrent networks of about the same number of weights learn this, a GRU made of your step among them; then a look at
what its gates do. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.functional import mse_loss
from minigrad.language import say
from minigrad.ops.recurrent import GRUCell, logistic
from minigrad.optim import Adam
from minigrad.plot import save_figure

STEPS, MARKS = 30, 0.1  # length of a sequence; how many of its numbers are marked
HIDDEN = {"RNN": 18, "LSTM": 8, "GRU": 10}  # about as many weights each
BATCH, ROUNDS = 32, 1500
RATE = {"RNN": 0.003, "LSTM": 0.01, "GRU": 0.01}  # of an RNN: with 0.01 rounding decides what it learns
AGES = [(0, 0), (1, 4), (5, 9), (10, 19), (20, 29)]  # steps since the mark, from and to


def by_hand() -> None:
    """The example of the lesson: x = 1, h = -0.5, gh' = 1."""
    x, h, gh = np.array([[1.0]]), np.array([[-0.5]]), np.array([[1.0]])
    w, u, zeros = np.array([[0.5], [0.6], [0.3]]), np.array([[1.0], [-1.0], [-1.0]]), np.zeros(3)
    cell = GRUCell()
    print(f"  h' = {cell.forward(x, h, w, u, zeros, zeros).item():.4f}")
    for name, gradient in zip(("gx", "gh", "gW", "gU", "gb", "gd"), cell.backward(gh)):
        print(f"  {name} = {' '.join(f'{v:.4f}' for v in gradient.ravel())}")


def sizes() -> None:
    """How many weights the three kinds have, for vectors of 128 and a state of 256."""
    for kind in (nn.RNN, nn.GRU, nn.LSTM):
        print(f"  {kind.__name__:<4} {parameters(kind(128, 256)):8,}")


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def sequences(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers and marks [t, n, 2]; the number marked last [t, n, 1]; how many steps ago that was [t, n].

    The first number is always marked.
    """
    numbers = rng.uniform(-1, 1, (STEPS, n))
    marks = rng.random((STEPS, n)) < MARKS
    marks[0] = True
    last = np.maximum.accumulate(np.where(marks, np.arange(STEPS)[:, None], 0), axis=0)
    x = np.stack([numbers, marks], axis=2)
    wanted = np.take_along_axis(numbers, last, axis=0)
    return x.astype(np.float32), wanted[..., None].astype(np.float32), np.arange(STEPS)[:, None] - last


class Memory(nn.Module):
    """A recurrent layer, and at every step one number that is read from its state."""

    def __init__(self, kind: type[nn.Module], hidden: int):
        super().__init__()
        self.layer, self.reading = kind(2, hidden), nn.Linear(hidden, 1)

    def forward(self, x: minigrad.Tensor) -> minigrad.Tensor:
        states, _ = self.layer(x)
        return self.reading(states)


def train(kind: type[nn.Module], hidden: int) -> Memory:
    minigrad.manual_seed(0)
    rng = np.random.default_rng(1)
    model = Memory(kind, hidden)
    optimizer = Adam(model.parameters(), lr=RATE[kind.__name__])
    for _ in range(ROUNDS):
        x, wanted, _ = sequences(BATCH, rng)
        optimizer.zero_grad()
        mse_loss(model(minigrad.tensor(x)), minigrad.tensor(wanted)).backward()
        optimizer.step()
    return model


def errors(model: Memory, n: int = 500) -> list[float]:
    """The error (root of the mean square) on new sequences, by steps since the mark."""
    x, wanted, age = sequences(n, np.random.default_rng(2))
    with minigrad.no_grad():
        off = (model(minigrad.tensor(x)).numpy() - wanted)[..., 0]
    return [float(np.sqrt((off[(age >= first) & (age <= last)] ** 2).mean())) for first, last in AGES]


def gates(layer: nn.Module, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """r and z [t, hidden], and the states before each step, along one sequence x [t, 2]."""
    w, u, b, d = [p.detach().numpy() for p in layer.parameters()]
    with minigrad.no_grad():
        states = layer(minigrad.tensor(x))[0].numpy()
    before = np.concatenate([np.zeros_like(states[:1]), states[:-1]])
    r, z, _ = np.split(logistic(x @ w.T + b + before @ u.T + d), [layer.hidden_size, 2 * layer.hidden_size], axis=1)
    return r, z, before


def picture(models: dict[str, Memory], pictures: Path) -> None:
    """One new sequence: what is wanted, what each network says, and the gates of the GRU."""
    x, wanted, _ = sequences(1, np.random.default_rng(8))
    gru = models["GRU"].layer
    r, z, _ = gates(gru, x[:, 0])
    figure = Figure(figsize=(9, 7.5), layout="constrained")
    top, *rest = figure.subplots(3, 1, sharex=True, height_ratios=[1.5, 1, 1])
    steps, marked = np.arange(STEPS), x[:, 0, 1] > 0
    top.plot(steps[~marked], x[~marked, 0, 0], "x", color="0.7", label="number")
    top.plot(steps[marked], x[marked, 0, 0], "o", color="black", label="marked number")
    top.step(steps, wanted[:, 0, 0], where="post", color="0.5", linewidth=1, label="wanted")
    for name, model in models.items():
        with minigrad.no_grad():
            top.plot(steps, model(minigrad.tensor(x)).numpy()[:, 0, 0], ".-", label=name)
    figure.legend(*top.get_legend_handles_labels(), fontsize=9, ncols=6, loc="outside upper center")
    for axes, gate, title in zip(rest, (z, r), ("z: share of the old state that is kept", "r: what n sees of it")):
        drawn = axes.imshow(gate.T, aspect="auto", cmap="viridis", vmin=0, vmax=1)
        for step in steps[marked]:
            axes.axvline(step - 0.5, color="white", linewidth=0.8, linestyle=":")
        axes.set_title(title, fontsize=10)
        axes.set_ylabel("unit of the GRU")
        figure.colorbar(drawn, ax=axes, pad=0.01)
    rest[-1].set_xlabel("step (dotted: a mark)")
    path = save_figure(figure, pictures / "3.4_gates.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def at_marks(layer: nn.Module) -> None:
    """The mean of the gates at marks and elsewhere, unit by unit."""
    x, _, _ = sequences(200, np.random.default_rng(3))
    found = [gates(layer, x[:, k]) for k in range(x.shape[1])]
    marked = x[1:, :, 1].T.ravel() > 0  # without the first step, which finds no state
    for name, number in (("z", 1), ("r", 0)):
        values = np.concatenate([one[number][1:] for one in found])
        for where, mask in ((say("at marks", "有标记"), marked), (say("elsewhere", "没有标记"), ~marked)):
            units = " ".join(f"{v:4.2f}" for v in values[mask].mean(axis=0))
            print(f"  {name} {where:<{say(9, 5)}}  {units}")


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(say("weights for x [128] and a state of 256:", "x 是 128 维、状态 256 维时的权重个数："))
    sizes()
    print(
        say(
            "the number marked last; error by steps since the mark:", "最后一个被标记的数；按“距标记多少步”统计的误差："
        )
    )
    print(
        say("       weights ", "      权重个数 ") + "".join(f"{a}-{b}".rjust(9) if a < b else f"{a:9}" for a, b in AGES)
    )
    models = {}
    for kind in (nn.RNN, nn.LSTM, nn.GRU):
        name = kind.__name__
        models[name] = train(kind, HIDDEN[name])
        print(f"  {name:<4} {parameters(models[name]):7}  " + "".join(f"{e:9.3f}" for e in errors(models[name])))
    print(say("the gates of the GRU, one column for each unit:", "GRU 的门，每列一个单元："))
    at_marks(models["GRU"].layer)
    picture(models, pictures)
