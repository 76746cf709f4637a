"""Lesson 2.5, practice: what a network makes of 2,000 photographs, with your transforms and without.

It needs CIFAR-10; if it is not there, it says where to get it. Change what you like: how many photographs, how they are
changed, the layers.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

import minigrad
from minigrad.data import DataLoader, TensorDataset
from minigrad.data.transforms import Compose, Normalize, RandomCrop, RandomHorizontalFlip
from minigrad.datasets import load_cifar10
from minigrad.errors import DataError
from minigrad.language import say
from minigrad.models import cifar_cnn
from minigrad.nn import AdaptiveAvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from minigrad.optim import Adam
from minigrad.plot import save_figure
from minigrad.training import Trainer

IMAGES, HELD_OUT, BATCH, RATE, SEED = 2000, 1000, 50, 2e-3, 0
SHIFTED = [RandomCrop(32, padding=4), RandomHorizontalFlip()]


def small() -> Sequential:
    """cifar_cnn in small, and so some ten times as fast: 3 x 32 x 32 -> 16 x 16 x 16 -> 32 x 8 x 8 -> 512 -> 10."""
    first = [Conv2d(3, 16, 5, stride=2, padding=2), ReLU(), Conv2d(16, 32, 3, padding=1), ReLU(), MaxPool2d(2)]
    return Sequential(*first, Conv2d(32, 32, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(512, 10))


def tiny() -> Sequential:
    """Six kernels, the average of what each finds, and a linear layer: 526 parameters."""
    return Sequential(Conv2d(3, 6, 5, stride=4, padding=2), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(6, 10))


# the network, what is done to its photographs, epochs
RUNS = {"tiny": (tiny, [], 15), "small": (small, [], 15), "small, augmented": (small, SHIFTED, 30)}
NAMES = {"tiny": "极小网络", "small": "小网络", "small, augmented": "小网络，数据增强"}


def show_network() -> None:
    """Your network, layer by layer."""
    x, model = minigrad.zeros(1, 3, 32, 32), cifar_cnn()
    for layer in model:
        x = layer(x)
        count = sum(p.data.size for p in layer.parameters())
        print(f"  {type(layer).__name__:10} {' x '.join(map(str, x.shape[1:])):14} {count:9,}")
    print(f"  {'':25} {sum(p.data.size for p in model.parameters()):9,}")


def draw_augmented(images: np.ndarray, path: Path) -> Path:
    """Six photographs, and beside each what your transforms make of it."""
    rng, change = np.random.default_rng(SEED), Compose(SHIFTED)
    rows = [images[:6], *[change(images[:6], rng) for _ in range(8)]]
    figure = Figure(figsize=(9, 6.2), layout="constrained")
    grid = figure.subplots(6, len(rows))
    for j, column in enumerate(rows):
        for axes, image in zip(grid[:, j], column):
            axes.imshow(image.transpose(1, 2, 0))
            axes.axis("off")
    grid[0, 0].set_title("original")
    grid[0, 4].set_title("cropped and mirrored")
    return save_figure(figure, path)


def draw_curves(histories: dict[str, list[dict]], path: Path) -> Path:
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    for axes, what in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        for number, (name, history) in enumerate(histories.items()):
            for part, style in (("train", "--"), ("validation", "-")):
                label = f"{name}, {'training' if part == 'train' else part}"
                values = [entry[f"{part}_{what}"] for entry in history]
                axes.plot(range(1, len(history) + 1), values, style, color=f"C{number}", label=label)
        axes.set(xlabel="epoch", title=what, xlim=0)
        axes.grid(alpha=0.3)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return save_figure(figure, path)


def draw_filters(start: np.ndarray, end: np.ndarray, run: str, path: Path) -> Path:
    """Twelve kernels of the first layer as pictures, and what training added to each in this run; grey is 0."""
    figure = Figure(figsize=(11, 2.6), layout="constrained")
    grid = figure.subplots(2, 12)
    figure.suptitle(f"first layer of the run: {run}", fontsize="medium")
    for row, title, kernels in zip(grid, ("kernels after training", "what training added"), (end, end - start)):
        for axes, kernel in zip(row, kernels):
            axes.imshow(0.5 + kernel.transpose(1, 2, 0) / (2 * np.abs(kernel).max()))
            axes.axis("off")
        row[0].set_title(title, loc="left", fontsize="medium")
    return save_figure(figure, path)


def main(pictures: Path) -> None:
    print(say("your network, what each layer gives, and its parameters:", "你的网络，每层的输出和参数个数："))
    show_network()
    try:
        data = load_cifar10()
    except DataError as error:
        print(say(f"the rest needs CIFAR-10: {error}", f"后面的部分需要 CIFAR-10：{error}"))
        return
    images, labels = data.train_images[:IMAGES], data.train_labels[:IMAGES]
    held_out = TensorDataset(data.train_images[-HELD_OUT:], data.train_labels[-HELD_OUT:])
    mean, std = (getattr(images / 255, name)(axis=(0, 2, 3)) for name in ("mean", "std"))
    print(say("of the colours: mean", "各颜色：均值"), mean.round(3), say("deviation", "标准差"), std.round(3))
    paths, histories = [draw_augmented(images, pictures / "2.5_augmented.png")], {}
    for run, (make, changes, epochs) in RUNS.items():
        minigrad.manual_seed(SEED)
        start, model, name = time.perf_counter(), make(), NAMES.get(run, run)
        normalise = Normalize(mean, std)
        kernels = model[0].weight.detach().numpy().copy()
        loader = DataLoader(
            TensorDataset(images, labels), BATCH, shuffle=True, seed=SEED, transform=Compose([*changes, normalise])
        )
        trainer = Trainer(
            model, Adam(model.parameters(), lr=RATE), loader, DataLoader(held_out, 250, transform=normalise)
        )
        histories[run] = trainer.fit(epochs)
        last, seconds = histories[run][-1], time.perf_counter() - start
        best = max(entry["validation_accuracy"] for entry in histories[run])
        shown = f"{last['train_accuracy']:.1%}", f"{last['validation_accuracy']:.1%}", f"{best:.1%}"
        print(say(f"  {run}: training {shown[0]}, validation {shown[1]}, best {shown[2]} ({seconds:.0f} s)",
                  f"  {name}：训练 {shown[0]}，验证 {shown[1]}，最好 {shown[2]}（{seconds:.0f} 秒）"))  # fmt: skip
    paths.append(draw_curves(histories, pictures / "2.5_curves.png"))
    paths.append(draw_filters(kernels, model[0].weight.detach().numpy(), run, pictures / "2.5_filters.png"))
    for path in paths:
        print(say(f"picture: {path}", f"图：{path}"))
