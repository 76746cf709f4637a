"""Lesson 2.1, practice: kernels made by hand, what they do to a picture, and what the product saves.

Every filter below runs through your convolution. Change the kernels, or take a picture of your own.
"""

import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread

import minigrad
from minigrad import functional as F
from minigrad.kernels import windows
from minigrad.language import say
from minigrad.plot import save_figure

PICTURE = ""  # the path of a PNG file; without one, a picture is drawn
SIZE = 128  # of the picture that is drawn
KERNELS = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur, 7x7": np.full((7, 7), 1 / 49),
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "edges across": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "edges down": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}


def by_hand() -> None:
    """The example of the lesson."""
    x = np.array([[1, 2, 0, 1], [0, 1, 3, 2], [2, 0, 1, 1], [1, 1, 0, 2]], np.float32)[None, None]
    weight = np.array([[1, 0], [-1, 2]], np.float32)[None, None]
    print(say("the columns (stride 2):", "列矩阵（步幅 2）："))
    print(windows.im2col(x, (2, 2), (2, 2), ((0, 0), (0, 0)), (1, 1))[0])
    for stride, padding in [(2, 0), (1, 0), (2, 1)]:
        y = F.conv2d(minigrad.tensor(x), minigrad.tensor(weight), stride=stride, padding=padding)
        print(say(f"stride {stride}, padding {padding}:", f"步幅 {stride}，填充 {padding}："))
        print(y.numpy()[0, 0])


def picture() -> np.ndarray:
    """A grey picture [h, w], 0 black and 1 white: a house in the sun, or the learner's own."""
    if PICTURE:
        pixels = imread(PICTURE)
        return np.ascontiguousarray(pixels[..., :3].mean(axis=2) if pixels.ndim == 3 else pixels, np.float32)
    down, across = np.mgrid[0 : 1 : 1j * SIZE, 0 : 1 : 1j * SIZE]
    image = 0.55 + 0.35 * down  # the sky
    image[(down - 0.2) ** 2 + (across - 0.8) ** 2 < 0.012] = 1.0
    hill = down > 0.72 + 0.06 * np.sin(5 * across)
    image[hill] = (0.35 + 0.06 * np.sin(90 * across + 40 * down))[hill]  # grass
    wall = (np.abs(across - 0.38) < 0.2) & (np.abs(down - 0.62) < 0.19)
    image[wall] = (0.78 - 0.08 * (np.floor(down * 32) % 2))[wall]  # planks
    roof = (np.abs(across - 0.38) < 1.2 * (down - 0.2)) & (down > 0.2) & (down < 0.43)
    image[roof] = 0.2
    for x, y, width, height in [(0.27, 0.57, 0.05, 0.06), (0.49, 0.57, 0.05, 0.06), (0.38, 0.72, 0.04, 0.09)]:
        image[(np.abs(across - x) < width) & (np.abs(down - y) < height)] = 0.08
    return (image + np.random.default_rng(0).normal(0, 0.01, image.shape)).astype(np.float32)


def filters(pictures: Path) -> None:
    """The picture, convolved with each kernel."""
    image = picture()
    figure = Figure(figsize=(13, 7), layout="constrained")
    print(say("kernel        sum   smallest   largest", "卷积核      各数之和   最小值   最大值"))
    for axes, (name, kernel) in zip(figure.subplots(2, 4).flat, {**KERNELS, "edges": None}.items()):
        if kernel is None:  # how strong the edges are, whatever their direction
            y = np.hypot(*[filtered(image, KERNELS[name]) for name in ("edges across", "edges down")])
        else:
            y = filtered(image, kernel)
            print(f"{name:<14}{np.sum(kernel):4.1f}{y.min():11.2f}{y.max():10.2f}")
        axes.set_axis_off()
        sums_to_one = kernel is not None and abs(np.sum(kernel) - 1) < 0.01
        low, high = (0, 1) if sums_to_one else (-2, 2) if kernel is not None else (0, 2)
        axes.imshow(y, cmap="gray", vmin=low, vmax=high)
        axes.set_title(f"{name}   (black {low}, white {high})", fontsize=10)
    print(say("  picture: ", "  图：") + str(save_figure(figure, pictures / "2.1_filters.png")))


def filtered(image: np.ndarray, kernel: list | np.ndarray) -> np.ndarray:
    """One picture, one kernel; the edge is repeated outwards so that it does not look like an edge itself."""
    weight = np.asarray(kernel, np.float32)
    around = np.pad(image, len(weight) // 2, mode="edge")
    return F.conv2d(minigrad.tensor(around[None, None]), minigrad.tensor(weight[None, None])).numpy()[0, 0]


def loops_and_product() -> None:
    """One convolution with four loops in Python, and the same one with yours."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 8, 32, 32), np.float32)
    weight = rng.standard_normal((16, 8, 3, 3), np.float32)
    start = time.perf_counter()
    y = np.zeros((4, 16, 30, 30), np.float32)
    for n, o, i, j in np.ndindex(*y.shape):
        y[n, o, i, j] = (weight[o] * x[n, :, i : i + 3, j : j + 3]).sum()
    middle = time.perf_counter()
    product = F.conv2d(minigrad.tensor(x), minigrad.tensor(weight)).numpy()
    end = time.perf_counter()
    times = f"{middle - start:.3f} s, {end - middle:.4f} s"
    print(say("loops, product: ", "循环、矩阵乘法各用：") + times + say("; largest difference ", "；最大差异 "), end="")
    print(f"{np.abs(y - product).max():.1e}")


def main(pictures: Path) -> None:
    print(say("the example by hand:", "手算的例子："))
    by_hand()
    print()
    filters(pictures)
    print()
    loops_and_product()
