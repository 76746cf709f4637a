"""Lesson 3.6, practice: attention learns to look things up; what the scale and the mask are for.

All attention below, forward and backward, is computed by your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.functional import cross_entropy, scaled_dot_product_attention
from minigrad.language import say
from minigrad.ops.attention import Attention, softmax_or_zeros
from minigrad.optim import Adam
from minigrad.plot import save_figure

NAMES, COLOURS = 8, 8  # so many names, each with one of so many colours
WIDTH = 16  # of queries and keys
BATCH, ROUNDS = 64, 400
SCALE = None  # None: 1 / sqrt(WIDTH)


def by_hand() -> None:
    """The example of the lesson: a query, two keys, two values."""
    q = np.array([[2.0, 0, 0, 0]])
    k = np.array([[1.0, 1, 0, 0], [0, 1, 1, 0]])
    v = np.array([[1.0], [3.0]])
    node = Attention(0.5, weights=True)
    y, weights = node.forward(q, k, v)
    print(f"  P = {np.round(weights[0], 4)}   y = {y.item():.4f}")
    for name, gradient in zip(("gq", "gk", "gv"), node.backward(np.ones((1, 1)), np.zeros((1, 2)))):
        print(f"  {name} = {np.round(gradient, 4).tolist()}")


def sharpness() -> None:
    """How evenly one query looks at ten random keys, with and without the scale: eᴴ for the entropy H, 1 to 10."""
    rng = np.random.default_rng(0)
    print(say("     d  spread of q·k  without scale  with scale", "     d  q·k 的标准差  不缩放  缩放"))
    for d in (4, 16, 64, 256):
        q, k = rng.normal(size=(500, 1, d)), rng.normal(size=(500, 10, d))
        scores = q @ k.swapaxes(1, 2)
        seen = []
        for scale in (1.0, d**-0.5):
            p = softmax_or_zeros(scores * scale)
            seen.append(np.exp(-(p * np.log(np.maximum(p, 1e-300))).sum(axis=2)).mean())
        print(f"  {d:4} {scores.std():14.1f} {seen[0]:14.2f} {seen[1]:11.2f}")


def lists(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Names in some order [n, NAMES], a colour for each, one name that is asked for [n], and its colour [n]."""
    names = np.argsort(rng.random((n, NAMES)), axis=1)
    colours = rng.integers(0, COLOURS, (n, NAMES))
    place = rng.integers(0, NAMES, n)
    return names, colours, names[np.arange(n), place], colours[np.arange(n), place]


class LookUp(nn.Module):
    """One head: the query is made of the name that is asked for, keys and values of the entries of the list."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(NAMES, WIDTH, bias=False)
        self.key = nn.Linear(NAMES + COLOURS, WIDTH, bias=False)
        self.value = nn.Linear(NAMES + COLOURS, COLOURS, bias=False)

    def forward(self, entries: minigrad.Tensor, asked: minigrad.Tensor) -> minigrad.Tensor:
        """entries [n, NAMES, NAMES + COLOURS], asked [n, 1, NAMES] -> scores of colours [n, COLOURS]."""
        q, k, v = self.query(asked), self.key(entries), self.value(entries)
        return scaled_dot_product_attention(q, k, v, scale=SCALE)[:, 0]

    def weights(self, entries: minigrad.Tensor, asked: minigrad.Tensor) -> np.ndarray:
        """Where each question looks: [n, 1, NAMES]."""
        with minigrad.no_grad():
            q, k = self.query(asked).numpy(), self.key(entries).numpy()
        return softmax_or_zeros(q @ k.swapaxes(1, 2) * (WIDTH**-0.5 if SCALE is None else SCALE))


def tensors(names: np.ndarray, colours: np.ndarray, asked: np.ndarray) -> tuple[minigrad.Tensor, minigrad.Tensor]:
    """Lists and questions as rows of zeros and ones."""
    entries = np.concatenate([np.eye(NAMES)[names], np.eye(COLOURS)[colours]], axis=2)
    return minigrad.tensor(entries.astype(np.float32)), minigrad.tensor(
        np.eye(NAMES)[asked][:, None].astype(np.float32)
    )


def asked_in_order(seed: int) -> tuple[minigrad.Tensor, minigrad.Tensor, np.ndarray, np.ndarray]:
    """One list, and every name asked for once."""
    names, colours, _, _ = lists(1, np.random.default_rng(seed))
    entries, asked = tensors(np.repeat(names, NAMES, 0), np.repeat(colours, NAMES, 0), np.arange(NAMES))
    return entries, asked, names[0], colours[0]


def letter(name: int) -> str:
    """A for 0, B for 1, and behind Z a0, a1, ..."""
    return chr(ord("A") + name) if name < 26 else f"a{name - 26}"


def look_up(pictures: Path) -> None:
    minigrad.manual_seed(0)
    rng, model = np.random.default_rng(1), LookUp()
    optimizer = Adam(model.parameters(), lr=0.03)
    entries, asked, names, colours = asked_in_order(9)
    maps = {"before training": model.weights(entries, asked)[:, 0]}
    for step in range(ROUNDS):
        *given, wanted = lists(BATCH, rng)
        optimizer.zero_grad()
        scores = model(*tensors(*given))
        loss = cross_entropy(scores, minigrad.tensor(wanted))
        loss.backward()
        optimizer.step()
        if (step + 1) % 100 == 0:
            right = float((scores.detach().numpy().argmax(axis=1) == wanted).mean())
            told = say(
                f"  step {step + 1}: loss {loss.item():.3f}, right {right:.0%}",
                f"  第 {step + 1} 步：损失 {loss.item():.3f}，答对 {right:.0%}",
            )
            print(told)
    maps[f"after {ROUNDS} steps"] = model.weights(entries, asked)[:, 0]
    figure = Figure(figsize=(9, 4.3), layout="constrained")
    for axes, (title, weights) in zip(figure.subplots(1, 2), maps.items()):
        axes.imshow(weights, cmap="Blues", vmin=0, vmax=1)
        axes.set_title(title, fontsize=10)
        axes.set_xticks(range(NAMES), [f"{letter(n)}={c}" for n, c in zip(names, colours)], fontsize=8)
        axes.set_yticks(range(NAMES), [f"{letter(n)}?" for n in range(NAMES)], fontsize=8)
        axes.set_xlabel("entries of the list")
    figure.axes[0].set_ylabel("what is asked for")
    path = save_figure(figure, pictures / "3.6_look_up.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def masks() -> None:
    """The same scores under three masks: none, causal, and one that forbids everything to the first query."""
    rng = np.random.default_rng(3)
    q, k = rng.normal(size=(2, 3, 4))
    nowhere = np.zeros((3, 3))
    nowhere[0] = -np.inf
    rows = minigrad.tensor(np.eye(3))
    for name, settings in (
        (say("none", "没有"), {}),
        (say("causal", "因果"), {"is_causal": True}),
        (say("nothing for the first", "第一行全禁"), {"attn_mask": minigrad.tensor(nowhere)}),
    ):
        p = scaled_dot_product_attention(minigrad.tensor(q), minigrad.tensor(k), rows, **settings).numpy()
        print(f"  {name}: " + " / ".join(" ".join(f"{x:.2f}" for x in row) for row in p))


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(say("at how many of ten random keys a query looks:", "一个查询实际看了十个随机键里的几个："))
    sharpness()
    print(say("P under three masks:", "三种掩码下的 P："))
    masks()
    print(say(f"looking up the colour of one of {NAMES} names:", f"在 {NAMES} 个名字里查出一个的颜色："))
    look_up(pictures)
