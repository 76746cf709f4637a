"""Lesson 2.6, practice: LeNet-5, the price of VGG, and the residual experiment in small.

Twins of the same depth read digits: a plain network and one with shortcuts. All layers are your blocks. Change what
you like: the depths, the widths, the learning rate.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.data import DataLoader, TensorDataset
from minigrad.datasets import load_mnist
from minigrad.functional import cross_entropy
from minigrad.language import say
from minigrad.models import get_model
from minigrad.models.resnet_cifar import CifarBlock
from minigrad.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Sequential, init
from minigrad.optim import SGD
from minigrad.plot import save_figure
from minigrad.summary import summarize
from minigrad.training import Trainer

BLOCKS = (3, 9)  # in each of three stages: 6 · blocks + 2 layers, 20 and 56
WIDTHS = (4, 8, 16)
EPOCHS, BATCH, RATE, IMAGES, SEED = 6, 64, 0.1, 1500, 0
STYLES = {True: "-", False: "--"}


def count(name: str, *shape: int) -> None:
    """Parameters and multiply-adds of a model by name."""
    summary = summarize(get_model(name), shape)
    convolutions = [layer for layer in summary.layers if layer.kind == "Conv2d"]
    parameters, work = summary.parameters, summary.multiply_adds
    share = sum(layer.parameters for layer in convolutions) / parameters
    print(
        say(
            f"  {name:9} {parameters:11,} parameters, {share:4.0%} in convolutions; {work:13,} multiply-adds",
            f"  {name:9} {parameters:11,} 个参数，卷积占 {share:4.0%}；乘加 {work:13,} 次",
        )
    )


def network(blocks: int, residual: bool) -> Sequential:
    """The CIFAR network in narrow, for digits of 14x14: with shortcuts, or plain. Twins start with the same weights."""
    minigrad.manual_seed(SEED)
    layers = [Conv2d(1, WIDTHS[0], 3, padding=1, bias=False), BatchNorm2d(WIDTHS[0]), ReLU()]
    before = WIDTHS[0]
    for stage, width in enumerate(WIDTHS):
        for i in range(blocks):
            layers.append(CifarBlock(before, width, 2 if stage and i == 0 else 1, residual))
            before = width
    model = Sequential(*layers, AdaptiveAvgPool2d(1), Flatten(), Linear(before, 10))
    for module in model.modules():
        if isinstance(module, Conv2d | Linear):
            init.kaiming_normal_(module.weight)
    return model


def gradient_norms(model: Sequential, images, labels) -> list[float]:
    """The length of each convolution's gradient before the first step, from the first layer to the last."""
    cross_entropy(model(images), labels).backward()
    norms = [float(np.linalg.norm(m.weight.grad.numpy())) for m in model.modules() if isinstance(m, Conv2d)]
    model.zero_grad()
    return norms


def small_digits() -> TensorDataset:
    """The first digits, each 2x2 pixels made one."""
    data = load_mnist("embedded")
    images = data.train_images[:IMAGES].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float32)
    images = (images / 255 - 0.1307) / 0.3081
    return TensorDataset(minigrad.tensor(images[:, None]), minigrad.tensor(data.train_labels[:IMAGES].astype(np.int64)))


def experiment(pictures: Path) -> list[Path]:
    digits = small_digits()
    images, labels = digits.tensors
    curves, norms = Figure(figsize=(7, 4.2), layout="constrained"), Figure(figsize=(7, 4.2), layout="constrained")
    left, right = curves.subplots(), norms.subplots()
    for number, blocks in enumerate(BLOCKS):
        for residual in (False, True):
            start, model = time.perf_counter(), network(blocks, residual)
            depth, kind = 6 * blocks + 2, "residual" if residual else "plain"
            sizes = gradient_norms(model, images[:256], labels[:256])
            loader = DataLoader(digits, BATCH, shuffle=True, seed=SEED)
            history = Trainer(model, SGD(model.parameters(), lr=RATE, momentum=0.9), loader).fit(EPOCHS)
            losses = [entry["train_loss"] for entry in history]
            seconds = time.perf_counter() - start
            first, last = f"{sizes[0]:8.3g}", f"{sizes[-1]:.3g}"
            fall = f"{losses[0]:.3f} → {losses[-1]:.3f}"
            print(
                say(
                    f"  {kind:8} {depth} layers: first gradient {first}, last {last}; loss {fall} ({seconds:.0f} s)",
                    f"  {'残差' if residual else '普通'} {depth} 层：第一层梯度 {first}，最后一层 {last}；"
                    f"损失 {fall}（{seconds:.0f} 秒）",
                )
            )
            look = {"linestyle": STYLES[residual], "color": f"C{number}", "label": f"{kind}, {depth} layers"}
            left.plot(range(1, EPOCHS + 1), losses, marker=".", **look)
            right.plot(np.linspace(0, 1, len(sizes)), sizes, **look)
    left.axhline(np.log(10), color="0.6", linestyle=":", label="guessing, ln 10")
    left.set(xlabel="epoch", ylabel="training loss")
    right.set(xlabel="place of the convolution: first (0) to last (1)", ylabel="norm of the gradient", yscale="log")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend()
    return [
        save_figure(curves, pictures / "2.6_curves.png"),
        save_figure(norms, pictures / "2.6_gradients.png"),
    ]


def main(pictures: Path) -> None:
    print(say("what the networks cost for one image:", "各网络处理一张图片的代价："))
    count("lenet5", 1, 28, 28)
    count("vgg11_32", 3, 32, 32)
    count("resnet20", 3, 32, 32)
    print(say("the residual experiment:", "残差实验："))
    for path in experiment(pictures):
        print(say(f"picture: {path}", f"图：{path}"))
