"""Lesson 3.9, practice: a GPT of 26,000 weights learns to count, character by character.

Blocks, loss, kept keys and sampling are your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.language import say
from minigrad.models.gpt import GPT, Cache, next_token_loss
from minigrad.models.sampling import generate, softmax, top_k, top_p
from minigrad.optim import AdamW
from minigrad.plot import save_figure
from minigrad.text import CharacterVocabulary

CHARACTERS = CharacterVocabulary.from_text("\n 0123456789")
LINE = 5  # numbers in a line, each one more than the one before
LAYERS, HEADS, WIDTH, PLACES = 2, 4, 32, 32
BATCH, ROUNDS, RATE = 32, 700, 0.01
TEMPERATURES = [0.0, 0.5, 1.0, 2.0]


def by_hand() -> None:
    """The examples of the lesson: the loss of three places, and which tokens are left."""
    scores = minigrad.tensor([[[2.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]])
    loss = next_token_loss(scores, minigrad.tensor([[0, 0, 3]]))
    print(say("  loss:", "  损失："), f"{loss.item():.4f}")
    five = np.log([0.4, 0.3, 0.15, 0.1, 0.05])
    for name, kept in (("top_k(2)", top_k(five, 2)), ("top_p(0.8)", top_p(five, 0.8))):
        print(f"  {name}: {np.round(softmax(kept), 4)}")


def lines(n: int, rng: np.random.Generator) -> str:
    """Lines such as '17 18 19 20 21'."""
    return "".join(" ".join(str(start + i) for i in range(LINE)) + "\n" for start in rng.integers(0, 96, n))


def batch(rng: np.random.Generator) -> tuple[minigrad.Tensor, minigrad.Tensor]:
    """Ids and targets [BATCH, PLACES], each from the beginning of a line."""
    ids = np.array([CHARACTERS.encode("\n" + lines(4, rng))[: PLACES + 1] for _ in range(BATCH)])
    return minigrad.tensor(ids[:, :-1]), minigrad.tensor(ids[:, 1:])


def train() -> GPT:
    minigrad.manual_seed(0)
    rng = np.random.default_rng(1)
    model = GPT(len(CHARACTERS), PLACES, LAYERS, HEADS, WIDTH)
    optimizer = AdamW(model.parameters(), lr=RATE)
    for step in range(ROUNDS):
        ids, targets = batch(rng)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 50) * (1 - step / ROUNDS)  # up in 50 steps, then down to 0
        optimizer.zero_grad()
        loss = next_token_loss(model(ids), targets)
        loss.backward()
        optimizer.step()
        if (step + 1) % 100 == 0:
            print(say(f"  step {step + 1}: loss {loss.item():.3f}", f"  第 {step + 1} 步：损失 {loss.item():.3f}"))
    return model


def right(line: str) -> bool:
    """Does the line count on?"""
    numbers = line.split(" ")
    if len(numbers) != LINE or not all(number.isdigit() for number in numbers):
        return False
    return line == " ".join(str(int(numbers[0]) + i) for i in range(LINE))


def written(model: GPT, n: int, **how) -> list[str]:
    """`n` lines that the model writes, each from the beginning."""
    found = []
    for seed in range(n):
        text = CHARACTERS.decode(generate(model, CHARACTERS.encode("\n"), 4 * LINE, seed=seed, **how))
        found.append(text.partition("\n")[0])
    return found


def temperatures(model: GPT) -> None:
    for temperature in TEMPERATURES:
        some = written(model, 40, temperature=temperature)
        share = np.mean([right(line) for line in some])
        told = say(
            f"{share:4.0%} of the lines count; {len(set(some))} different",
            f"{share:4.0%} 的行数对了；{len(set(some))} 种",
        )
        print(f"  {temperature:3.1f}  {told}   {some[0]!r}")
    some = written(model, 40, temperature=2.0, k=3)
    print(say("  2.0, top-k 3:", "  2.0，top-k 3："), f"{np.mean([right(line) for line in some]):.0%}")


def picture(model: GPT, pictures: Path) -> None:
    """How uncertain the model is at each place of a line."""
    rng = np.random.default_rng(4)
    losses: dict[int, list[float]] = {}
    line = ""
    for start in rng.integers(10, 89, 200):
        line = " ".join(str(start + i) for i in range(LINE)) + "\n"
        ids = np.array([CHARACTERS.encode("\n" + line)[: PLACES + 1]])
        with minigrad.no_grad():
            scores = model(minigrad.tensor(ids[:, :-1])).numpy()[0]
        for place, (row, token) in enumerate(zip(scores, ids[0, 1:])):
            losses.setdefault(place, []).append(-float(np.log(softmax(row)[token])))
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.bar(list(losses), [np.mean(values) for values in losses.values()], color="#4c72b0")
    axes.axhline(np.log(10), color="gray", linestyle="--", linewidth=1, label="ln 10: ten digits, all alike")
    axes.set_xticks(list(losses), [{" ": "_", "\n": "\\n"}.get(c, c) for c in line[: len(losses)]])
    axes.set_xlabel("places of a line (written below: one of 200)")
    axes.set_ylabel("loss in nats")
    axes.legend()
    path = save_figure(figure, pictures / "3.9_loss.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def kept_or_not(model: GPT) -> None:
    """The scores of one character after another with kept keys and values, beside those of all at once."""
    ids = CHARACTERS.encode("\n" + lines(3, np.random.default_rng(5)))[:PLACES]
    whole = model(minigrad.tensor([ids])).detach().numpy()[0]
    cache = Cache()
    rows = [model(minigrad.tensor([[token]]), cache).detach().numpy()[0, 0] for token in ids]
    print(say("  largest difference of scores:", "  得分的最大差别："), f"{np.abs(np.array(rows) - whole).max():.1e}")


def main(pictures: Path) -> None:
    print(say("the examples by hand:", "手算的例子："))
    by_hand()
    print(say("training on lines that count:", "学习数数："))
    model = train()
    print(say("what it writes, by temperature:", "不同温度下写出的内容："))
    temperatures(model)
    print(say("where it is uncertain:", "它在哪里没有把握："))
    picture(model, pictures)
    print(say("keys and values kept:", "保留键和值："))
    kept_or_not(model)
