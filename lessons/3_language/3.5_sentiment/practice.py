"""Lesson 3.5, practice: an LSTM of your own learns which sentences of film reviews are in favour of the film.

It takes rt-polarity from the folder MINIGRAD_DATA; without it, sentences that are made of the words below. Change what
you like: the kind of network, what the linear layer sees, how many reviews, which sentences are looked at.
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
from minigrad.models import RecurrentClassifier, recurrent_classifier
from minigrad.nn.utils.rnn import pack_padded_sequence
from minigrad.optim import AdamW
from minigrad.plot import save_figure
from minigrad.text import Vocabulary
from minigrad.text.padding import lengths_of
from minigrad.training import Trainer, evaluate

KIND = "lstm"  # or "gru", or "rnn"
POOL = "last"  # or "max"
REVIEWS, TESTED, EPOCHS, BATCH, RATE = 3000, 500, 4, 32, 4e-3
WIDTH = 64  # of embeddings and states
SENTENCES = ["a moving , funny and quietly brilliant film", "too long , too loud , and not funny at all"]
# looked at in the place of SENTENCES where the data are made up: these know few words
MADE_UP = ["the film is not dull , but the story is not warm", "the ending is loud , but this comedy is not empty"]

SUBJECTS = ["the film", "the story", "the acting", "this comedy", "the ending"]
GOOD = ["funny", "moving", "brilliant", "charming", "clever", "warm"]
BAD = ["dull", "silly", "tedious", "clumsy", "loud", "empty"]


def made_up(n: int, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Sentences such as 'the story is not dull , but the acting is clever', and whether the second half is praise."""
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


def reviews() -> tuple[list[str], np.ndarray, list[str], np.ndarray, list[str]]:
    """Texts and labels to train on, and to test on, and the sentences to look at."""
    rng = np.random.default_rng(0)
    if os.environ.get("MINIGRAD_DATA"):
        try:
            data = load_rt_polarity()
        except DataError as error:
            print(f"  {error}")
        else:
            some = rng.permutation(len(data.train_texts))[:REVIEWS]
            few = rng.permutation(len(data.test_texts))[:TESTED]
            print(say("  sentences of rt-polarity", "  rt-polarity 的句子"))
            train = [data.train_texts[i] for i in some], data.train_labels[some]
            return *train, [data.test_texts[i] for i in few], data.test_labels[few], SENTENCES
    print(
        say(
            "  made-up sentences (MINIGRAD_DATA has no rt-polarity)",
            "  拼出来的句子（MINIGRAD_DATA 里没有 rt-polarity）",
        )
    )
    return *made_up(REVIEWS, rng), *made_up(TESTED, rng), MADE_UP


def by_hand() -> None:
    """The examples of the lesson."""
    ids = np.array([[4, 7, 2, 0, 0], [5, 0, 3, 0, 0], [0, 0, 0, 0, 0], [6, 2, 9, 8, 3]])
    print(say("  lengths of the rows:", "  各行的长度："), lengths_of(ids).tolist())
    states = minigrad.tensor([[[-0.3], [-0.1], [-0.4], [0.0], [0.0]], [[0.2], [0.5], [0.1], [0.4], [0.3]]])
    lengths = np.array([3, 5])
    packed = pack_padded_sequence(states, lengths, batch_first=True, enforce_sorted=False)
    highest = recurrent_classifier.highest(packed, lengths)
    print(say("  highest of -0.3, -0.1, -0.4:", "  -0.3、-0.1、-0.4 的最大值："), f"{highest[0].item():.1f}")


def padding_is_nothing(model: RecurrentClassifier, vocabulary: Vocabulary) -> None:
    """The scores of a short sentence alone, and beside a long one: as you wrote it, and without packing."""
    short, long = [vocabulary.encode(text) for text in ("a good film", "a " * 20 + "bad film")]
    packed = np.abs(scores(model, [short])[0] - scores(model, [short, long])[0]).max()
    print(say("  scores differ by", "  得分相差"), f"{packed:.1e}")
    with minigrad.no_grad():
        output, state = model.network(model.embedding(minigrad.tensor(padded([short, long]))))
        seen = model.last_state(state) if POOL == "last" else output.amax(1)
        read_on = np.abs(scores(model, [short])[0] - model.head(seen)[0].numpy()).max()
    print(say("  and if the padding is read, by", "  如果连填充也读，相差"), f"{read_on:.2f}")


def padded(rows: list[list[int]]) -> np.ndarray:
    """Rows of ids, filled up with 0 to one length."""
    ids = np.zeros((len(rows), max(1, *map(len, rows))), np.int64)
    for row, given in zip(ids, rows):
        row[: len(given)] = given
    return ids


def scores(model: RecurrentClassifier, rows: list[list[int]]) -> np.ndarray:
    """What the network says of rows of ids, in evaluation."""
    model.eval()
    with minigrad.no_grad():
        return model(minigrad.tensor(padded(rows))).numpy()


def favour(model: RecurrentClassifier, rows: list[list[int]]) -> np.ndarray:
    """By how much each row speaks in favour: the score of positive minus that of negative."""
    found = scores(model, rows)
    return found[:, 1] - found[:, 0]


def train(vocabulary: Vocabulary, texts: list[str], labels: np.ndarray) -> RecurrentClassifier:
    minigrad.manual_seed(0)
    rows = SequenceDataset([vocabulary.encode(text) for text in texts], labels)
    loader = DataLoader(rows, BATCH, shuffle=True, lengths=rows.lengths, seed=0)
    model = RecurrentClassifier(len(vocabulary), KIND, WIDTH, WIDTH, pool=POOL, dropout=0.3)
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
    print(say("the examples by hand:", "手算的例子："))
    by_hand()
    print(say("the data:", "数据："))
    texts, labels, test_texts, test_labels, sentences = reviews()
    vocabulary = Vocabulary.from_texts(texts, 2)
    print(
        say(
            f"  {len(texts):,} sentences, {len(vocabulary):,} words that occur twice or more",
            f"  {len(texts):,} 句，至少出现两次的词有 {len(vocabulary):,} 个",
        )
    )
    print(say(f"training ({KIND}, {POOL}):", f"训练（{KIND}，{POOL}）："))
    model = train(vocabulary, texts, labels)
    test = DataLoader(SequenceDataset([vocabulary.encode(text) for text in test_texts], test_labels), 100)
    result, _, _ = evaluate(model, test)
    print(
        say(
            f"  of {TESTED} other sentences {result.accuracy:.1%} right",
            f"  另外 {TESTED} 句，正确率 {result.accuracy:.1%}",
        )
    )
    print(say("a sentence of three words, alone and beside one of 22:", "三个词的句子，旁边放不放一句 22 个词的："))
    padding_is_nothing(model, vocabulary)
    print(say("what the words add:", "各个词的作用："))
    picture(model, vocabulary, sentences, pictures)
