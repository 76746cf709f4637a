"""Lesson 2.2, practice: gradient descent finds a kernel from examples, and sharp pictures behind blurred ones.

The first uses the gradients of weight and bias, the second that of the input. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad import datasets, nn, optim
from minigrad import functional as F
from minigrad.kernels import windows
from minigrad.language import say
from minigrad.ops.conv import Conv2d
from minigrad.plot import save_figure

KERNEL, BIAS = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 0.5  # what is to be found
EXAMPLES, KERNEL_RATE, KERNEL_STEPS = 32, 0.15, [0, 10, 50, 200, 2000]
BLUR = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
PICTURE_RATE, PICTURE_STEPS = 1.8, [0, 1, 10, 100, 1000]


def by_hand() -> None:
    """The example of the lesson."""
    x = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]], np.float32)[None, None]
    weight = np.array([[1, 0], [-1, 2]], np.float32)[None, None]
    gy = np.array([[1, 0], [2, -1]], np.float32)[None, None]
    node = Conv2d()
    node.forward(x, weight, np.zeros(1, np.float32))
    for name, gradient in zip(("gx", "gW", "gb"), node.backward(gy)):
        print(f"{name} = {gradient.squeeze().tolist()}")


def overlaps() -> None:
    """In how many windows of 3 x 3 each pixel of a 7 x 7 image lies: col2im of ones."""
    for stride, padding in [(1, 0), (2, 0), (2, 1), (3, 1)]:
        around = ((padding, padding), (padding, padding))
        columns = np.ones((1, 9, windows.places(7, 3, stride, (padding, padding), 1) ** 2), np.float32)
        counts = windows.col2im(columns, (1, 1, 7, 7), (3, 3), (stride, stride), around, (1, 1))[0, 0]
        rows = "  ".join("".join(f"{n:.0f}" for n in row) for row in counts)
        print(say(f"stride {stride}, padding {padding}:  ", f"步幅 {stride}，填充 {padding}：") + rows)


def find_kernel(images: np.ndarray, pictures: Path) -> None:
    """Pictures before and after an unknown filter are given; which filter was it?"""
    x, true = minigrad.tensor(images[:EXAMPLES]), np.array(KERNEL, np.float32)[None, None]
    target = F.conv2d(x, minigrad.tensor(true), minigrad.tensor(np.array([BIAS], np.float32)))
    minigrad.manual_seed(0)
    layer = nn.Conv2d(1, 1, 3)
    optimizer = optim.SGD(layer.parameters(), lr=KERNEL_RATE)
    figure = Figure(figsize=(2.2 * (len(KERNEL_STEPS) + 1), 4.6), layout="constrained")
    axes = figure.subplots(2, len(KERNEL_STEPS) + 1)
    for step in range(KERNEL_STEPS[-1] + 1):
        optimizer.zero_grad()
        y = layer(x)
        loss = ((y - target) ** 2).mean()
        loss.backward()
        if step in KERNEL_STEPS:
            kernel, bias = layer.weight.detach().numpy(), layer.bias.item()
            off = np.abs(kernel - true).max()
            english = f"step {step:4}   loss {loss.item():9.6f}   bias {bias:6.3f}   weights off by up to {off:.4f}"
            chinese = f"第 {step:4} 步   损失 {loss.item():9.6f}   偏置 {bias:6.3f}   权重的最大误差 {off:.4f}"
            print("  " + say(english, chinese))
            show(axes[:, KERNEL_STEPS.index(step)], kernel, y.detach().numpy(), f"step {step}")
        optimizer.step()
    show(axes[:, -1], true, target.numpy(), "wanted")
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "2.2_kernel.png")))


def show(axes: np.ndarray, kernel: np.ndarray, y: np.ndarray, title: str) -> None:
    """A kernel with its numbers, and what it makes of the first example."""
    axes[0].imshow(kernel[0, 0], cmap="gray", vmin=-2, vmax=2)
    for (u, v), weight in np.ndenumerate(kernel[0, 0]):
        axes[0].text(
            v,
            u,
            f"{round(float(weight), 2) + 0:.2f}",
            ha="center",
            va="center",
            color="black" if weight > -0.5 else "white",
        )
    axes[0].set_title(title)
    axes[1].imshow(y[0, 0], cmap="gray", vmin=-3, vmax=4)
    for one in axes:
        one.set_axis_off()


def undo_blur(images: np.ndarray, pictures: Path) -> None:
    """Blurred pictures are given, and the kernel; which pictures were they? Descent moves the pixels."""
    sharp, kernel = images[:4], minigrad.tensor(BLUR[None, None].astype(np.float32))
    blurred = F.conv2d(minigrad.tensor(sharp), kernel, padding=2)
    x = nn.Parameter(blurred.numpy().copy())
    optimizer = optim.SGD([x], lr=PICTURE_RATE)
    shown = [("sharp", sharp)]
    for step in range(PICTURE_STEPS[-1] + 1):
        if step in PICTURE_STEPS:
            now = x.detach().numpy().copy()
            shown.append((f"step {step}" if step else "blurred", now))
            off = f"{np.sqrt(((now - sharp) ** 2).mean()):.3g}"
            print(say(f"  step {step:4}   error of the pixels {off}", f"  第 {step:4} 步   像素误差 {off}"))
        optimizer.zero_grad()
        loss = ((F.conv2d(x, kernel, padding=2) - blurred) ** 2).sum() / 2
        loss.backward()
        optimizer.step()
    figure = Figure(figsize=(1.7 * len(shown), 7), layout="constrained")
    for column, (title, values) in zip(figure.subplots(4, len(shown)).T, shown):
        column[0].set_title(title)
        for axes, image in zip(column, values[:, 0]):
            axes.imshow(image, cmap="gray", vmin=0, vmax=1)
            axes.set_axis_off()
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "2.2_blur.png")))


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print(say("windows that cover each pixel (7 rows):", "每个像素被几个窗口覆盖（7 行）："))
    overlaps()
    images = datasets.load_mnist("embedded").train_images[:, None].astype(np.float32) / 255
    print(say("looking for a kernel:", "找卷积核："))
    find_kernel(images, pictures)
    print(say("undoing a blur:", "去模糊："))
    undo_blur(images, pictures)
