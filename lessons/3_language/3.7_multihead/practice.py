"""Lesson 3.7, practice: two questions at once, with one head and with two.

Heads are cut and joined by your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.functional import cross_entropy
from minigrad.language import say
from minigrad.optim import Adam
from minigrad.plot import save_figure

NAMES, COLOURS, SHAPES = 6, 6, 6  # so many names in a list, each with a colour and a shape
WIDTH = 24  # of all heads together
HEADS = [1, 2]
BATCH, ROUNDS = 64, 800
LETTERS = "ABCDEF"


def by_hand() -> None:
    """The example of the lesson: 2 places, 4 numbers each, 2 heads."""
    layer = nn.MultiheadAttention(4, 2)
    x = minigrad.tensor(np.arange(1.0, 9).reshape(1, 2, 4))
    heads = layer.in_heads(x)
    for number, head in enumerate(heads.numpy()[0], 1):
        print(say(f"  head {number}: {head.tolist()}", f"  头 {number}：{head.tolist()}"))
    print(say("  joined:", "  拼回："), layer.joined(heads).numpy()[0].tolist())
    wrong = x.reshape(1, 2, 2, 2).numpy()[0]
    print(say("  reshape alone would give:", "  只 reshape 会得到："), wrong.tolist())


def parameters() -> None:
    """How many weights a layer has: the number of heads does not matter."""
    for heads in (1, 8):
        layer = nn.MultiheadAttention(512, heads)
        told = say(f"512 wide, heads: {heads}", f"宽 512，头数 {heads}")
        print(f"  {told}  {sum(p.numel() for p in layer.parameters()):,}")


def lists(n: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Names in some order, a colour and a shape for each, all [n, NAMES]; the name whose colour is asked for, and the
    one whose shape is, both [n]; and the two answers [n]."""
    names = np.argsort(rng.random((n, NAMES)), axis=1)
    colours, shapes = rng.integers(0, COLOURS, (n, NAMES)), rng.integers(0, SHAPES, (n, NAMES))
    first, second = rng.integers(0, NAMES, (2, n))
    rows = np.arange(n)
    return names, colours, shapes, names[rows, first], names[rows, second], colours[rows, first], shapes[rows, second]


class TwoQuestions(nn.Module):
    """Attention of one query, in which both questions are, to the entries of a list."""

    def __init__(self, heads: int):
        super().__init__()
        self.asked = nn.Linear(2 * NAMES, WIDTH)
        self.entry = nn.Linear(NAMES + COLOURS + SHAPES, WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, heads, batch_first=True)
        self.answer = nn.Linear(WIDTH, COLOURS + SHAPES)

    def forward(self, entries: minigrad.Tensor, asked: minigrad.Tensor) -> tuple[minigrad.Tensor, minigrad.Tensor]:
        """Scores [n, COLOURS + SHAPES], and where each head looks [n, heads, 1, NAMES]."""
        seen = self.entry(entries)
        y, weights = self.attention(self.asked(asked), seen, seen, average_attn_weights=False)
        return self.answer(y)[:, 0], weights


def tensors(names, colours, shapes, first, second) -> tuple[minigrad.Tensor, minigrad.Tensor]:
    """Lists and questions as rows of zeros and ones."""
    entries = np.concatenate([np.eye(NAMES)[names], np.eye(COLOURS)[colours], np.eye(SHAPES)[shapes]], axis=2)
    asked = np.concatenate([np.eye(NAMES)[first], np.eye(NAMES)[second]], axis=1)[:, None]
    return minigrad.tensor(entries.astype(np.float32)), minigrad.tensor(asked.astype(np.float32))


def train(heads: int) -> TwoQuestions:
    minigrad.manual_seed(0)
    rng, model = np.random.default_rng(1), TwoQuestions(heads)
    optimizer = Adam(model.parameters(), lr=0.005)
    for step in range(ROUNDS):
        *given, colour, shape = lists(BATCH, rng)
        optimizer.zero_grad()
        scores, _ = model(*tensors(*given))
        loss = cross_entropy(scores[:, :COLOURS], minigrad.tensor(colour))
        loss = loss + cross_entropy(scores[:, COLOURS:], minigrad.tensor(shape))
        loss.backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = 0.005 * (1 - step / ROUNDS)
    return model


def right(model: TwoQuestions) -> tuple[float, float, float]:
    """The shares of colours and of shapes that are right on new lists; and where the names that are asked for differ,
    the share of colours that are those of the other name, the one whose shape is asked for."""
    *given, colour, shape = lists(2000, np.random.default_rng(2))
    with minigrad.no_grad():
        scores = model(*tensors(*given))[0].numpy()
    names, colours, _, first, second = given
    of_the_other = colours[names == second[:, None]]
    found = scores[:, :COLOURS].argmax(axis=1)
    shapes_right = scores[:, COLOURS:].argmax(axis=1) == shape
    differ = first != second
    return (found == colour).mean(), shapes_right.mean(), (found == of_the_other)[differ].mean()


def picture(models: dict[int, TwoQuestions], pictures: Path) -> None:
    """Where each head looks, for six pairs of questions to one list."""
    names, colours, shapes, *_ = lists(1, np.random.default_rng(5))
    first, second = np.arange(NAMES), np.roll(np.arange(NAMES), 2)
    given = [np.repeat(x, NAMES, axis=0) for x in (names, colours, shapes)]
    columns = min(sum(models), 6)
    rows = -(-sum(models) // columns)
    figure = Figure(figsize=(10, rows * (8.5 / columns + 0.6)), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[sum(models) :]:
        axes.set_axis_off()
    panels = iter(grid.flat)
    for heads, model in models.items():
        with minigrad.no_grad():
            weights = model(*tensors(*given, first, second))[1].numpy()
        for head in range(heads):
            axes = next(panels)
            axes.imshow(weights[:, head, 0], cmap="Blues", vmin=0, vmax=1)
            axes.set_title("one head" if heads == 1 else f"head {head + 1} of {heads}", fontsize=10)
            axes.set_xticks(range(NAMES), [LETTERS[n] for n in names[0]])
            asked = [f"colour {LETTERS[a]}, shape {LETTERS[b]}" for a, b in zip(first, second)]
            axes.set_yticks(range(NAMES), asked if axes in grid[:, 0] else [""] * NAMES, fontsize=8)
    path = save_figure(figure, pictures / "3.7_heads.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(say("weights of a layer:", "一层的权重个数："))
    parameters()
    print(say("two questions at once (colours, shapes that are right):", "同时问两个问题（颜色、形状的答对率）："))
    models = {}
    for heads in HEADS:
        models[heads] = train(heads)
        a, b, other = right(models[heads])
        told = say(
            f"heads: {heads}   {a:.1%}, {b:.1%}; the colour of the other name: {other:.1%}",
            f"头数 {heads}   {a:.1%}、{b:.1%}；答成另一个名字的颜色：{other:.1%}",
        )
        print(f"  {told}")
    picture(models, pictures)
