"""Lesson 1.8, practice: a single layer and an MLP read handwritten digits, trained by the step that you wrote.

Change what you like: layers, dropout, optimizer, learning rate, batch size.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

import minigrad
from minigrad.data import DataLoader, random_split
from minigrad.datasets import load_mnist
from minigrad.language import say
from minigrad.models import MLP, LinearClassifier
from minigrad.optim import Adam
from minigrad.optim.lr_scheduler import CosineAnnealingLR
from minigrad.plot import save_figure
from minigrad.recipes.mnist import tensors
from minigrad.training import Trainer, confusion_matrix, evaluate

DATA = "embedded"  # or "full": all of MNIST, some ten times as long
EPOCHS, BATCH, RATE, HELD_OUT = 20, 64, 1e-3, 500
MODELS = {"single layer": lambda: LinearClassifier(784, 10), "MLP": lambda: MLP(784, 256, 128, 10, dropout=0.2)}
PAIRS = 5


def train(name: str, data) -> Trainer:
    """One model, trained from the beginning."""
    minigrad.manual_seed(0)
    digits = tensors(data.train_images, data.train_labels, "cpu")
    train_part, validation_part = random_split(digits, [len(digits) - HELD_OUT, HELD_OUT])
    model = MODELS[name]()
    optimizer = Adam(model.parameters(), lr=RATE)
    loader = DataLoader(train_part, BATCH, shuffle=True, seed=0)
    schedule = CosineAnnealingLR(optimizer, T_max=EPOCHS * len(loader))
    trainer = Trainer(model, optimizer, loader, DataLoader(validation_part, 500), schedule=schedule)
    trainer.fit(EPOCHS)
    return trainer


def tested(trainer: Trainer, data) -> np.ndarray:
    """Print what the model makes of the test digits; returns the confusion matrix."""
    test = tensors(data.test_images, data.test_labels, "cpu")
    _, scores, labels = evaluate(trainer.model, DataLoader(test, 1000))
    counts = confusion_matrix(labels, scores.argmax(axis=1), 10)
    last = trainer.history[-1]
    print(
        say(
            f"  training loss {last['train_loss']:.3f}, accuracy {last['train_accuracy']:.2%}\n"
            f"  validation loss {last['validation_loss']:.3f}, accuracy {last['validation_accuracy']:.2%}\n"
            f"  test accuracy {counts.trace() / counts.sum():.2%} ({counts.trace():,} of {counts.sum():,})",
            f"  训练损失 {last['train_loss']:.3f}，正确率 {last['train_accuracy']:.2%}\n"
            f"  验证损失 {last['validation_loss']:.3f}，正确率 {last['validation_accuracy']:.2%}\n"
            f"  测试正确率 {counts.trace() / counts.sum():.2%}（{counts.sum():,} 个中的 {counts.trace():,} 个）",
        )
    )
    mistakes = counts - np.diag(np.diag(counts))
    for place in np.argsort(-mistakes, axis=None, kind="stable")[:PAIRS]:
        true, guess = divmod(int(place), 10)
        print(say(f"    {true} taken for {guess}: ", f"    把 {true} 认成 {guess}："), end="")
        print(
            say(
                f"{mistakes[true, guess]} of {counts[true].sum()}",
                f"{counts[true].sum()} 个里有 {mistakes[true, guess]} 个",
            )
        )
    return counts


def draw_curves(trainers: dict[str, Trainer], path: Path) -> Path:
    """Loss and accuracy of all models in one picture: training dashed, validation solid."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, what in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        for number, (name, trainer) in enumerate(trainers.items()):
            epochs = [entry["epoch"] for entry in trainer.history]
            for part, style in (("train", "--"), ("validation", "-")):
                values = [entry[f"{part}_{what}"] for entry in trainer.history]
                label = f"{name}, {'training' if part == 'train' else part}"
                axes.plot(epochs, values, style, color=f"C{number}", label=label)
        axes.set_xlabel("epoch")
        axes.set_xticks(range(0, EPOCHS + 1, 5))
        axes.set_title(what)
        axes.grid(alpha=0.3)
    axes.set_ylim(bottom=0.8)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.legend()
    return save_figure(figure, path)


def draw_weights(model: LinearClassifier, path: Path) -> Path:
    """The ten rows of W as images: ink where it is red speaks for the digit, where it is blue against it."""
    weights = model.fc.weight.detach().numpy().reshape(10, 28, 28)
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    limit = np.quantile(np.abs(weights), 0.995)
    for digit, axes in enumerate(figure.subplots(2, 5).flat):
        image = axes.imshow(weights[digit], cmap="RdBu_r", vmin=-limit, vmax=limit)
        axes.set_title(str(digit))
        axes.axis("off")
    figure.colorbar(image, ax=figure.axes, shrink=0.7, label="weight")
    return save_figure(figure, path)


def main(pictures: Path) -> None:
    data = load_mnist(DATA)
    print(data.description)
    trainers = {}
    for name in MODELS:
        print(f"{name}:")
        trainers[name] = train(name, data)
        tested(trainers[name], data)
    paths = [draw_curves(trainers, pictures / "1.8_curves.png")]
    if "single layer" in trainers:
        paths.append(draw_weights(trainers["single layer"].model, pictures / "1.8_weights.png"))
    for path in paths:
        print(say(f"picture: {path}", f"图：{path}"))
