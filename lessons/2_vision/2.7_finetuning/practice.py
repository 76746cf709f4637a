"""Lesson 2.7, practice: a network that knows photographs learns digits, from very few of them.

It needs the public checkpoint of ResNet-20 (1.1 MB) and PyTorch to read it: pip install torch. The digits come with
minigrad. Change what you like: how many digits, which parts learn, how fast.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

import minigrad
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import load_mnist
from minigrad.errors import MinigradError
from minigrad.language import say
from minigrad.models import finetuning, load_pretrained, resnet20
from minigrad.models.resnet_cifar import CifarResNet
from minigrad.optim import SGD
from minigrad.plot import save_figure
from minigrad.training import Trainer

IMAGES, TESTED, EPOCHS, BATCH, SEED = 200, 500, 8, 20, 0
FAST, SLOW = 0.05, 0.02  # learning rates: of what starts from nothing, and of what was learned before
WAYS = ("from scratch", "head only", "last stage", "everything")
NAMES = ("从头训练", "只训练头", "最后阶段", "全部")


def digits() -> tuple[TensorDataset, TensorDataset]:
    """A few training digits and some test digits, as photographs are: three channels, normalised as they were."""
    data = load_mnist("embedded")
    mean, std = (np.float32(v).reshape(1, 3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))

    def pictures(images: np.ndarray) -> np.ndarray:
        inner = images[:, None, 4:-4, 4:-4].astype(np.float32) / 255  # 20x20: the border is empty
        return (np.repeat(inner, 3, axis=1) - mean) / std

    train = TensorDataset(pictures(data.train_images[:IMAGES]), data.train_labels[:IMAGES].astype(np.int64))
    return train, TensorDataset(pictures(data.test_images[:TESTED]), data.test_labels[:TESTED].astype(np.int64))


def prepared(way: str, weights: bool = True) -> tuple[CifarResNet, dict]:
    """The model, with the public `weights` or without, and the learning rates of its parts."""
    minigrad.manual_seed(SEED)
    model = resnet20()
    if way == "from scratch":
        return model, {"": FAST}
    if weights:
        load_pretrained(model, "resnet20-cifar10")
    finetuning.replace_head(model, 10)
    if way == "head only":
        finetuning.freeze(model, except_="linear")
        return model, {"linear": FAST}
    if way == "last stage":
        finetuning.freeze(model, except_=("layer3", "linear"))
        return model, {"layer3": SLOW, "linear": FAST}
    return model, {"": SLOW, "linear": FAST}


def show_groups() -> None:
    """What learns, and how fast: this needs no checkpoint."""
    for way, name in zip(WAYS, NAMES):
        groups = finetuning.param_groups(*prepared(way, weights=False))
        parts = [f"{g['name']} {sum(p.data.size for p in g['params']):,} (lr {g['lr']:g})" for g in groups]
        print(say(f"  {way:12} {', '.join(parts)}", f"  {name}：{', '.join(parts)}"))


def main(pictures: Path) -> None:
    print(say("parameters that learn:", "学习的参数："))
    show_groups()
    try:
        prepared("everything")
    except MinigradError as error:
        print(say(f"the rest needs the public checkpoint: {error}", f"后面的部分需要公开的检查点：{error}"))
        return
    print(say(f"learning from {IMAGES} digits:", f"用 {IMAGES} 个数字学习："))
    train, test = digits()
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for way, name in zip(WAYS, NAMES):
        model, rates = prepared(way)
        optimizer = SGD(finetuning.param_groups(model, rates), lr=FAST, momentum=0.9)
        loader = DataLoader(train, BATCH, shuffle=True, seed=SEED)
        start = time.perf_counter()
        trainer = Trainer(model, optimizer, loader, DataLoader(test, 250))
        history = trainer.fit(EPOCHS)
        seconds = time.perf_counter() - start
        accuracy = [entry["validation_accuracy"] for entry in history]
        print(
            say(
                f"  {way:12} test accuracy {accuracy[0]:6.1%} after one epoch, {accuracy[-1]:6.1%} after {EPOCHS}"
                f" ({seconds:.0f} s)",
                f"  {name}：1 轮后测试准确率 {accuracy[0]:6.1%}，{EPOCHS} 轮后 {accuracy[-1]:6.1%}（{seconds:.0f} 秒）",
            )
        )
        axes.plot(range(1, EPOCHS + 1), accuracy, marker=".", label=way)
    axes.set(xlabel="epoch", ylabel="test accuracy", ylim=(0, 1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    path = save_figure(figure, pictures / "2.7_accuracy.png")
    print(say(f"picture: {path}", f"图：{path}"))
