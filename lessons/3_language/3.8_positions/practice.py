"""Lesson 3.8, practice: what attention knows of order, with positions and without; what layer norm keeps in bounds.

Tables, rotations and layer norm are your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.functional import cross_entropy, layer_norm
from minigrad.language import say
from minigrad.ops.position import rotary, sinusoidal_positions
from minigrad.optim import Adam
from minigrad.plot import save_figure

LETTERS, LENGTH, LONGER = 10, 8, 12  # letters; how many of them in training, and in a second test
WIDTH, BATCH, ROUNDS = 32, 64, 400
KINDS = ["none", "sinusoidal", "learned"]
ZH = {"none": "没有", "sinusoidal": "正弦", "learned": "学习"}


def by_hand() -> None:
    """The examples of the lesson."""
    print("  " + " / ".join(" ".join(f"{v:.4f}" for v in row) for row in sinusoidal_positions(np, 3, 4)))
    x = minigrad.tensor(np.array([[1.0, 0], [1, 0], [1, 0]]), requires_grad=True)
    turned = rotary(x)
    print("  " + " / ".join(f"{a:.4f} {b:.4f}" for a, b in turned.detach().numpy()))
    x = minigrad.tensor(np.array([[1.0, 3, 5]]), requires_grad=True)
    y = layer_norm(x, (3,), eps=0.0)
    y.backward(minigrad.tensor(np.array([[1.0, 0, 0]])))
    print(f"  y = {np.round(y.detach().numpy()[0], 4)}   gx = {np.round(x.grad.numpy()[0], 4)}")


def words(n: int, length: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows of letters [n, length] in which A (0) and B (1) stand once each, and whether A comes first [n]."""
    ids = rng.integers(2, LETTERS, (n, length))
    places = np.argsort(rng.random((n, length)), axis=1)[:, :2]
    ids[np.arange(n), places[:, 0]], ids[np.arange(n), places[:, 1]] = 0, 1
    return ids, (places[:, 0] < places[:, 1]).astype(np.int64)


class Reader(nn.Module):
    """One Transformer layer on embeddings with positions of some kind; the mean of its places says which came first."""

    def __init__(self, kind: str):
        super().__init__()
        self.embedding = nn.Embedding(LETTERS, WIDTH)
        kinds = {"sinusoidal": nn.SinusoidalPositions, "learned": nn.LearnedPositions}
        self.positions = kinds[kind](LONGER, WIDTH) if kind in kinds else nn.Identity()
        self.layer = nn.TransformerEncoderLayer(WIDTH, 4, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, ids: minigrad.Tensor) -> minigrad.Tensor:
        return self.head(self.layer(self.positions(self.embedding(ids))).mean(1))


def train(kind: str) -> tuple[float, float]:
    """What is right of new words of the same length, and of longer ones."""
    minigrad.manual_seed(0)
    rng, model = np.random.default_rng(1), Reader(kind)
    optimizer = Adam(model.parameters(), lr=0.003)
    for _ in range(ROUNDS):
        ids, first = words(BATCH, LENGTH, rng)
        optimizer.zero_grad()
        cross_entropy(model(minigrad.tensor(ids)), minigrad.tensor(first)).backward()
        optimizer.step()
    found = []
    for length in (LENGTH, LONGER):
        ids, first = words(2000, length, np.random.default_rng(2))
        with minigrad.no_grad():
            scores = model(minigrad.tensor(ids)).numpy()
        found.append(float((scores.argmax(axis=1) == first).mean()))
    return found[0], found[1]


def depth() -> None:
    """How large the numbers are after some layers of W x with weights a little too large, bare and with layer norm."""
    rng = np.random.default_rng(0)
    for name in ("bare", "norm"):
        x, sizes = minigrad.tensor(rng.normal(size=(64, WIDTH))), []
        for layer in range(1, 25):
            x = x @ minigrad.tensor(rng.normal(0, 1.5 / WIDTH**0.5, (WIDTH, WIDTH)))
            x = layer_norm(x, (WIDTH,)) if name == "norm" else x
            if layer in (1, 8, 24):
                sizes.append(float(x.numpy().std()))
        title = say(
            {"bare": "without", "norm": "with layer norm"}[name], {"bare": "没有层归一化", "norm": "有层归一化"}[name]
        )
        print(f"  {title}: " + ", ".join(f"{size:.2f}" for size in sizes))


def picture(pictures: Path) -> None:
    """The table, and how alike the rows of two places are, by their distance."""
    table = sinusoidal_positions(np, 64, WIDTH)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    drawn = left.imshow(table.T, aspect="auto", cmap="RdBu", vmin=-1, vmax=1)
    left.set_xlabel("place")
    left.set_ylabel("number of the row")
    left.set_title("sinusoidal positions", fontsize=10)
    figure.colorbar(drawn, ax=left)
    for place in (0, 20, 40):
        right.plot(np.arange(64) - place, table @ table[place], label=f"with place {place}")
    right.set_xlabel("distance")
    right.set_title("product of the rows of two places", fontsize=10)
    right.grid(alpha=0.3)
    right.legend(fontsize=8)
    path = save_figure(figure, pictures / "3.8_positions.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def main(pictures: Path) -> None:
    print(say("the examples by hand:", "手算的例子："))
    by_hand()
    print(say("the table, and its products:", "位置表，以及各行的内积："))
    picture(pictures)
    print(
        say(
            f"did A come before B? Right, of {LENGTH} letters and of {LONGER}, by kind of positions:",
            f"A 在 B 前面吗？{LENGTH} 个和 {LONGER} 个字母时的正确率，按位置的种类：",
        )
    )
    for kind in KINDS:
        short, long = train(kind)
        print(f"  {say(kind, ZH[kind]):<{say(12, 4)}} {short:6.1%} {long:8.1%}")
    print(say("size of the numbers after 1, 8 and 24 layers:", "经过 1、8、24 层之后数的大小："))
    depth()
