"""Lesson 3.1, practice: the words of film reviews, counted; and vectors of words that learn what words have in common.

The reviews are read from the folder MINIGRAD_DATA, where they are there; otherwise the lessons' texts are counted.
Change what you like.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import minigrad
from minigrad import nn
from minigrad.course.lessons import all_lessons
from minigrad.functional import cross_entropy, embedding
from minigrad.language import say
from minigrad.optim import Adam
from minigrad.plot import save_figure
from minigrad.text import Vocabulary, pad_sequences, words

SIZES = [100, 1000, 5000]  # of vocabularies
SENTENCES, WINDOW, WIDTH, STEPS, RATE = 600, 2, 2, 300, 0.05
GROUPS = {
    "animals": "cat dog horse mouse",
    "people": "anna ben clara david",
    "food": "bread cheese fruit soup",
    "things to read": "book letter newspaper story",
    "eating": "eats tastes",
    "reading": "reads writes",
}
SHAPES = ["{animals} {eating} {food}", "{people} {eating} {food}", "{people} {reading} {things to read}"]


def by_hand() -> None:
    """The example of the lesson."""
    vocabulary = Vocabulary.from_texts(["The cat sat. The cat ran!", "A dog ran."], max_size=6)
    print(say("  tokens: ", "  词元：") + " ".join(vocabulary.tokens))
    rows = [vocabulary.encode(text) for text in ("The dog sat.", "Ran!", "")]
    print(f"  {rows}")
    print("  " + " / ".join(" ".join(map(str, row)) for row in pad_sequences(rows)))
    weight = minigrad.tensor([[0.0, 0.0], [1, 2], [3, 4], [5, 6]], requires_grad=True)
    y = embedding([2, 3, 2, 0], weight, padding_idx=0)
    y.backward(minigrad.tensor([[1.0, 0.0], [0, 1], [10, 20], [7, 7]]))
    for name, values in (("y", y.detach()), ("gW", weight.grad)):
        print(f"  {name} = " + " / ".join(" ".join(f"{v:g}" for v in row) for row in values.numpy()))


def texts_to_count() -> tuple[str, list[str]]:
    """What is counted, and its texts: the film reviews, or the paragraphs of the lessons."""
    folder = os.environ.get("MINIGRAD_DATA")
    files = sorted(Path(folder).rglob("rt-polarity.*")) if folder else []
    files = [path for path in files if path.suffix in (".pos", ".neg")]
    if files:
        texts = [line for path in files for line in path.read_text("utf-8", errors="replace").splitlines()]
        return say("film reviews", "影评"), texts
    texts = [part for lesson in all_lessons() for part in lesson.readme("en").read_text("utf-8").split("\n\n")]
    return say("paragraphs of the lessons", "课文段落"), texts


def count(pictures: Path) -> None:
    """How many words there are, how often, and what a vocabulary of some size leaves out."""
    what, texts = texts_to_count()
    counts = Counter(word for text in texts for word in words(text))
    total, once = sum(counts.values()), sum(n == 1 for n in counts.values())
    lengths = np.array([len(words(text)) for text in texts])
    print(
        say(
            f"{len(texts):,} {what}: {total:,} words, {len(counts):,} different ones, {once:,} of them only once",
            f"{len(texts):,} 条{what}：一共 {total:,} 个词，不同的有 {len(counts):,} 个，只出现一次的有 {once:,} 个",
        )
    )
    vocabulary = Vocabulary.from_texts(texts)
    print(say("  most frequent: ", "  出现最多的：") + " ".join(vocabulary.tokens[2:14]))
    for size in SIZES:
        small = Vocabulary(vocabulary.tokens[:size])
        unknown = sum(n for word, n in counts.items() if word not in small.ids) / total
        print(
            say(
                f"  {size:5} tokens: {unknown:.1%} of the words are <unk>",
                f"  {size:5} 个词元：{unknown:.1%} 的词是 <unk>",
            )
        )
    print(
        say(
            f"  words a text: {lengths.mean():.1f} on average, {lengths.max()} at most",
            f"  每条的词数：平均 {lengths.mean():.1f}，最多 {lengths.max()}",
        )
    )
    padding = [
        1 - part.sum() / (part.max() * len(part)) for part in (lengths, *np.array_split(lengths, len(lengths) // 50))
    ]
    print(
        say(
            f"  padding: {padding[0]:.0%} of one array of all texts, {np.mean(padding[1:]):.0%} in batches of 50, ",
            f"  填充：全部放进一个数组占 {padding[0]:.0%}，每批 50 条占 {np.mean(padding[1:]):.0%}，",
        ),
        end="",
    )
    batches = np.array_split(np.sort(lengths), len(lengths) // 50)
    padding = [1 - part.sum() / (part.max() * len(part)) for part in batches]
    print(say(f"{np.mean(padding):.1%} if sorted by length", f"按长度排好再分批占 {np.mean(padding):.1%}"))
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    ranks = np.arange(1, len(counts) + 1)
    axes.loglog(ranks, sorted(counts.values(), reverse=True), label="count")
    axes.loglog(ranks, counts[vocabulary.tokens[2]] / ranks, "--", color="0.6", label="first count / rank")
    axes.set_xlabel("rank of the word")
    axes.set_ylabel("how often it occurs")
    axes.legend()
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.1_counts.png")))


def sentences(rng: np.random.Generator) -> list[str]:
    """Made-up sentences: the words of a group can stand for each other."""
    found = []
    for _ in range(SENTENCES):
        chosen = {name: rng.choice(group.split()) for name, group in GROUPS.items()}
        found.append(SHAPES[rng.integers(len(SHAPES))].format(**chosen))
    return found


def neighbours(rows: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of numbers: a word, and one that stands at most WINDOW places away."""
    pairs = [
        (row[i], row[j])
        for row in rows
        for i in range(len(row))
        for j in range(max(0, i - WINDOW), min(len(row), i + WINDOW + 1))
        if i != j
    ]
    centre, near = np.array(pairs).T
    return centre, near


def learn(pictures: Path) -> None:
    """Vectors from which the neighbours of a word can be guessed (skip-gram, Mikolov et al., 2013)."""
    texts = sentences(np.random.default_rng(0))
    vocabulary = Vocabulary.from_texts(texts)
    centre, near = neighbours([vocabulary.encode(text) for text in texts])
    minigrad.manual_seed(1)
    table, guess = nn.Embedding(len(vocabulary), WIDTH, padding_idx=0), nn.Linear(WIDTH, len(vocabulary))
    optimizer = Adam([*table.parameters(), *guess.parameters()], lr=RATE)
    before = table.weight.detach().numpy().copy()
    print(say(f"{len(centre):,} pairs of neighbours, for example: ", f"{len(centre):,} 对相邻的词，例如：") + texts[0])
    for step in range(STEPS + 1):
        optimizer.zero_grad()
        loss = cross_entropy(guess(table(minigrad.tensor(centre))), minigrad.tensor(near))
        loss.backward()
        if step % (STEPS // 3) == 0:
            print(say(f"  step {step:3}   loss {loss.item():.3f}", f"  第 {step:3} 步   损失 {loss.item():.3f}"))
        optimizer.step()
    after = table.weight.detach().numpy()
    for word in ("cat", "clara", "soup", "book", "eats"):
        at = vocabulary.ids[word]
        nearest = np.argsort(((after - after[at]) ** 2).sum(axis=1)[2:])[1:4] + 2
        print(say(f"  nearest to {word}: ", f"  离 {word} 最近的：") + " ".join(vocabulary.tokens[i] for i in nearest))
    print(
        say("  rows <pad> and <unk> have moved: ", "  <pad> 和 <unk> 两行动过吗：")
        + f"{(before != after)[:2].any(axis=1).tolist()}"
    )
    figure = Figure(figsize=(11, 5), layout="constrained")
    for axes, values, title in zip(figure.subplots(1, 2), (before, after), ("before", f"after {STEPS} steps")):
        draw(axes, vocabulary, values)
        axes.set_title(title)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(GROUPS))
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.1_vectors.png")))


def draw(axes: Axes, vocabulary: Vocabulary, values: np.ndarray) -> None:
    """The first two numbers of each word's vector, a colour for each group. Words that lie together share a label."""
    close = 0.05 * np.ptp(values[2:], axis=0).max()
    for name, group in GROUPS.items():
        labels: list[tuple[np.ndarray, list[str]]] = []
        for word in group.split():
            place = values[vocabulary.ids[word], :2]
            axes.plot(
                *place, "o", color=f"C{list(GROUPS).index(name)}", label=name if word == group.split()[0] else None
            )
            beside = [known for at, known in labels if np.abs(at - place).max() < close]
            if beside:
                beside[0].append(word)
            else:
                labels.append((place, [word]))
        for place, known in labels:
            axes.annotate("\n".join(known), place, xytext=(6, 0), textcoords="offset points", va="center", fontsize=8)
    axes.margins(0.15)


def main(pictures: Path) -> None:
    print(say("the examples by hand:", "手算的例子："))
    by_hand()
    count(pictures)
    learn(pictures)
