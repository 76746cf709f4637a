"""Lesson 2.3, practice: what max and average pooling keep of digits, and what a shift by one pixel does to each.

All pooling below, forward and backward, is done by your functions. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.datasets import load_mnist
from minigrad.functional import avg_pool2d, max_pool2d
from minigrad.language import say
from minigrad.plot import save_figure

DIGIT = 7  # number of the training digit in the pictures
INVERTED = False  # True: dark strokes on white
SIZES = [2, 4]  # windows of 2 x 2 and 4 x 4 pixels, side by side
TRAINING, TEST = 3000, 500  # digits for the comparison
POOLS = {"max": max_pool2d, "average": avg_pool2d}
ZH = {"max": "最大", "average": "平均", "none": "不池化"}


def by_hand() -> None:
    """The second example of the lesson: windows of 2 x 2 that overlap."""
    print(say("windows of 2 x 2, stride 1, gy = 1 2 / 3 4:", "2 × 2 的窗口，步长 1，gy = 1 2 / 3 4："))
    for name, pool in POOLS.items():
        x = minigrad.tensor([[[[1.0, 2, 0], [0, 9, 3], [4, 1, 2]]]], requires_grad=True)
        y = pool(x, 2, stride=1)
        y.backward(minigrad.tensor([[[[1.0, 2], [3, 4]]]]))
        print(f"  {say(name + ':', ZH[name] + '：')} y = {rows(y.detach())}   gx = {rows(x.grad)}")


def rows(x: minigrad.Tensor) -> str:
    return " / ".join(" ".join(f"{v:g}" for v in row) for row in x.numpy()[0, 0])


def picture(image: np.ndarray, pictures: Path) -> None:
    """A digit pooled, and the gradient that each pixel gets when every pooled one sends a 1."""
    settings = [(size, name) for size in SIZES for name in POOLS]
    figure = Figure(figsize=(2.3 * (len(settings) + 1), 4.9), layout="constrained")
    top, bottom = figure.subplots(2, len(settings) + 1)
    for axes in (*top, *bottom):
        axes.set_xticks([])
        axes.set_yticks([])
    top[0].imshow(image, cmap="gray", vmin=0, vmax=1)
    top[0].set_title("the digit")
    bottom[0].axis("off")
    for k, (size, name) in enumerate(settings, 1):
        x = minigrad.tensor(image[None, None], requires_grad=True)
        y = POOLS[name](x, size)
        y.sum().backward()
        top[k].imshow(y.detach().numpy()[0, 0], cmap="gray", vmin=0, vmax=1)
        top[k].set_title(f"{name} {size} x {size}")
        bottom[k].imshow(x.grad.numpy()[0, 0], cmap="Blues", vmin=0, vmax=1)
        least, most = x.grad.numpy().min(), x.grad.numpy().max()
        bottom[k].set_xlabel(f"gradient: {most:g} everywhere" if least == most else f"gradient: {least:g} or {most:g}")
    path = save_figure(figure, pictures / "2.3_pooled.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def pooled(images: np.ndarray, name: str, size: int) -> np.ndarray:
    """images [n, 28, 28] pooled, one row for each."""
    if name != "none":
        images = POOLS[name](minigrad.tensor(images[:, None]), size).numpy()
    return images.reshape(len(images), -1)


def shifted(images: np.ndarray) -> np.ndarray:
    """One pixel to the right and one down."""
    moved = np.zeros_like(images) + images[0, 0, 0]
    moved[:, 1:, 1:] = images[:, :-1, :-1]
    return moved


def nearest(train: np.ndarray, labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    """For each row of `test`, the label of the row of `train` that lies nearest."""
    distances = (train * train).sum(axis=1) - 2 * test @ train.T
    return labels[distances.argmin(axis=1)]


def comparison(data, turn) -> None:
    """Mean brightness, change by a shift, and how many digits the most similar training digit names rightly."""
    train, test = turn(data.train_images[:TRAINING]), turn(data.test_images[:TEST])
    labels, right = data.train_labels[:TRAINING], data.test_labels[:TEST]
    print(
        say(
            "                           mean   change by   named rightly,   named rightly,\n"
            "                 numbers  brightness  a shift      as they are         shifted",
            "                    个数  平均亮度  平移后变化    认对（原样）  认对（平移）",
        )
    )
    for name, size in [("none", 1), *[(n, s) for s in SIZES for n in POOLS]]:
        a, b, c = [pooled(x, name, size) for x in (train, test, shifted(test))]
        change = np.linalg.norm(c - b, axis=1) / np.linalg.norm(b, axis=1)
        plain, moved = [(nearest(a, labels, x) == right).mean() for x in (b, c)]
        title = say(name, ZH[name]) + ("" if name == "none" else f" {size} x {size}")
        wide = say(14, 14 - len(ZH[name]))  # a Chinese character takes two columns
        print(f"  {title:<{wide}}{b.shape[1]:8}{b.mean():10.3f}{change.mean():12.1%}{plain:16.1%}{moved:14.1%}")


def ties(images: np.ndarray) -> None:
    """How many windows have their maximum more than once."""
    for size in SIZES:
        n, h, w = images.shape
        window = images.reshape(n, h // size, size, w // size, size)
        equal = (window == window.max(axis=(2, 4), keepdims=True)).sum(axis=(2, 4))
        several, mean = (equal > 1).mean(), equal.mean()
        print(
            say(
                f"  {size} x {size}: {several:.1%} of the windows; {mean:.2f} highest pixels a window",
                f"  {size} × {size}：{several:.1%} 的窗口；平均每个窗口有 {mean:.2f} 个最大像素",
            )
        )


def main(pictures: Path) -> None:
    data = load_mnist("embedded")

    def turn(images: np.ndarray) -> np.ndarray:
        images = images.astype(np.float32) / 255
        return 1 - images if INVERTED else images

    by_hand()
    print(say("a digit, pooled, and the gradients of its pixels", "一个数字池化之后，以及各像素的梯度"))
    picture(turn(data.train_images[DIGIT]), pictures)
    print(say("windows with more than one maximum", "最大值不止一个的窗口"))
    ties(turn(data.test_images[:TEST]))
    print(say(f"{TEST} test digits", f"{TEST} 个测试数字"))
    comparison(data, turn)
