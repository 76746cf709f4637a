"""Lesson 3.5, practice: an LSTM of your own learns which sentences of film reviews are in favour of the film.

It takes rt-polarity from the folder MINIGRAD_DATA; without it, sentences that are made of the words below. Change what
you like: the kind of network, how many reviews, which sentences are looked at.
"""

import os
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.data import DataLoader, SequenceDataset
from minigrad.datasets import load_rt_polarity
from minigrad.errors import DataError
from minigrad.language import say
from minigrad.models import RecurrentClassifier
from minigrad.optim import AdamW
from minigrad.plot import save_figure
from minigrad.text import Vocabulary
from minigrad.text.padding import lengths_of
from minigrad.training import Trainer, evaluate

KIND = "lstm"  # or "gru", or "rnn"
REVIEWS, TESTED, EPOCHS, BATCH, RATE = 3000, 500, 4, 32, 4e-3
WIDTH = 64  # of embeddings and states
SENTENCES = ["a moving , funny and quietly brilliant film", "too long , too loud , and not funny at all"]
MADE_UP = ["the film is not dull , but the story is not warm", "the ending is loud , but this comedy is not empty"]

SUBJECTS = ["the film", "the story", "the acting", "this comedy", "the ending"]
GOOD = ["funny", "moving", "brilliant", "charming", "clever", "warm"]
BAD = ["dull", "silly", "tedious", "clumsy", "loud", "empty"]


def made_up(n: int, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Sentences such as 'the story is not dull , the acting is clever', and whether the last half says something "
    "good."""
    texts, labels = [], []
    for _ in range(n):
        halves = []
        for _ in range(2):
            good, negated = rng.integers(0, 2, 2)
            word = rng.choice(GOOD if good else BAD)
            halves.append(f"{rng.choice(SUBJECTS)} is {'not ' * negated}{word}")
            label = good ^ negated
        texts.append(" , but ".join(halves))
        labels.append(label)
    return texts, np.array(labels, np.int64)


def reviews() -> tuple[list[str], np.ndarray, list[str], np.ndarray]:
    """Texts and labels to train on, and to test on."""
    rng = np.random.default_rng(0)
    if os.environ.get("MINIGRAD_DATA"):
        try:
            data = load_rt_polarity()
        except DataError as error:
            print(f"  {error}")
        else:
            some = rng.permutation(len(data.train_texts))[:REVIEWS]
            few = rng.permutation(len(data.test_texts))[:TESTED]
            print(say("  sentences of rt-polarity", "  数据：rt-polarity 的句子"))
            train = [data.train_texts[i] for i in some], data.train_labels[some]
            return *train, [data.test_texts[i] for i in few], data.test_labels[few]
    print(
        say(
            "  made-up sentences (MINIGRAD_DATA has no rt-polarity)",
            "  数据：拼出来的句子（MINIGRAD_DATA 里没有 rt-polarity）",
        )
    )
    return *made_up(REVIEWS, rng), *made_up(TESTED, rng)


def by_hand() -> None:
    """The example of the lesson."""
    ids = np.array([[4, 7, 2, 0, 0], [5, 0, 3, 0, 0], [0, 0, 0, 0, 0], [6, 2, 9, 8, 3]])
    print(f"  {lengths_of(ids).tolist()}")


def padding_is_nothing(model: RecurrentClassifier, vocabulary: Vocabulary) -> None:
    """The scores of a short sentence alone, and beside a long one."""
    short, long = [vocabulary.encode(text) for text in ("a good film", "a " * 20 + "bad film")]
    alone = scores(model, [short])[0]
    beside = scores(model, [short, long])[0]
    print(say("  largest difference of the scores:", "  得分的最大差别："), f"{np.abs(alone - beside).max():.1e}")


def scores(model: RecurrentClassifier, rows: list[list[int]]) -> np.ndarray:
    """What the network says of rows of ids, in evaluation."""
    model.eval()
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for row, given in zip(ids, rows):
        row[: len(given)] = given
    with minigrad.no_grad():
        return model(minigrad.tensor(ids)).numpy()


def favour(model: RecurrentClassifier, rows: list[list[int]]) -> np.ndarray:
    """By how much each row speaks in favour: the score of positive minus that of negative."""
    found = scores(model, rows)
    return found[:, 1] - found[:, 0]


def train(vocabulary: Vocabulary, texts: list[str], labels: np.ndarray) -> RecurrentClassifier:
    minigrad.manual_seed(0)
    rows = SequenceDataset([vocabulary.encode(text) for text in texts], labels)
    loader = DataLoader(rows, BATCH, shuffle=True, lengths=rows.lengths, seed=0)
    model = RecurrentClassifier(len(vocabulary), KIND, WIDTH, WIDTH, dropout=0.3)
    trainer = Trainer(model, AdamW(model.parameters(), lr=RATE, weight_decay=0.1), loader)
    for entry in trainer.fit(EPOCHS):
        epoch, loss, right = entry["epoch"], entry["train_loss"], entry["train_accuracy"]
        print(
            say(
                f"  epoch {epoch:.0f}: loss {loss:.3f}, right {right:.1%}",
                f"  第 {epoch:.0f} 轮：损失 {loss:.3f}，正确率 {right:.1%}",
            )
        )
    return model


def influence(model: RecurrentClassifier, vocabulary: Vocabulary, text: str) -> tuple[list[str], np.ndarray]:
    """For each word, by how much less the sentence speaks in favour of the film where the word is unknown."""
    ids = vocabulary.encode(text)
    without = [[1 if i == j else word for j, word in enumerate(ids)] for i in range(len(ids))]
    whole, *others = favour(model, [ids, *without])
    return [vocabulary.tokens[i] for i in ids], whole - np.array(others)


def picture(model: RecurrentClassifier, vocabulary: Vocabulary, sentences: list[str], pictures: Path) -> None:
    figure = Figure(figsize=(9, 2.4 * len(sentences)), layout="constrained")
    for axes, text in zip(figure.subplots(len(sentences), 1, squeeze=False)[:, 0], sentences):
        words, pushes = influence(model, vocabulary, text)
        axes.bar(range(len(words)), pushes, color=["#4c72b0" if push > 0 else "#c44e52" for push in pushes])
        axes.set_xticks(range(len(words)), words, rotation=30)
        axes.axhline(0, color="black", linewidth=0.8)
        axes.set_title(
            f"{favour(model, [vocabulary.encode(text)])[0]:+.2f} in favour, and what each word adds", fontsize=10
        )
    path = save_figure(figure, pictures / "3.5_words.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def main(pictures: Path) -> None:
    print(say("lengths of the rows of the example:", "例子里各行的长度："))
    by_hand()
    print(say("the data:", "数据："))
    texts, labels, test_texts, test_labels = reviews()
    vocabulary = Vocabulary.from_texts(texts, 2)
    print(
        say(
            f"  {len(texts):,} sentences, {len(vocabulary):,} words that occur twice or more",
            f"  {len(texts):,} 句，至少出现两次的词有 {len(vocabulary):,} 个",
        )
    )
    print(say(f"training ({KIND}):", f"训练（{KIND}）："))
    model = train(vocabulary, texts, labels)
    test = DataLoader(SequenceDataset([vocabulary.encode(text) for text in test_texts], test_labels), 100)
    result, _, _ = evaluate(model, test)
    print(
        say(
            f"  of {TESTED} other sentences {result.accuracy:.1%} right",
            f"  另外 {TESTED} 句，正确率 {result.accuracy:.1%}",
        )
    )
    print(say("padding:", "填充："))
    padding_is_nothing(model, vocabulary)
    print(say("what the words add:", "各个词的作用："))
    picture(model, vocabulary, SENTENCES if "funny" in vocabulary.ids and "at" in vocabulary.ids else MADE_UP, pictures)
