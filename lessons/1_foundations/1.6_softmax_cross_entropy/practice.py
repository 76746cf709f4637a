"""Lesson 1.6, practice: overflow, what an untrained network must cost, and why the loss is cross-entropy.

Softmax, its logarithm and the loss below are the functions that you wrote. Change what you like.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import minigrad
from minigrad.datasets import load_mnist
from minigrad.functional import cross_entropy, log_softmax, mse_loss, softmax
from minigrad.language import say
from minigrad.models import MLP, LinearClassifier
from minigrad.plot import save_figure
from minigrad.recipes.mnist import tensors

SCORES = [3.0, 1.0, 0.0]
SCALES = [0.1, 1, 10, 100, 1000]  # the scores are multiplied by these: 1 / temperature
CLASSES, TRUE = 10, 0  # of the pictures


def overflow() -> None:
    """Softmax of larger and larger scores: as the formula stands, and as you wrote it."""
    print(say(f"softmax of {SCORES} times a factor, float32:", f"{SCORES} 乘以一个系数后的 softmax，float32："))
    print(say("  factor   as the formula stands      yours", "  系数     照公式直接算               你写的"))
    for scale in SCALES:
        x = np.array(SCORES, np.float32) * np.float32(scale)
        with np.errstate(all="ignore"):
            naive = np.exp(x) / np.exp(x).sum()
        yours = softmax(minigrad.tensor(x), 0).numpy()
        print(f"  {scale:6g}   {numbers(naive)}   {numbers(yours)}")
    x = minigrad.tensor(np.array(SCORES, np.float32) * np.float32(100))
    with np.errstate(all="ignore"):
        naive = np.log(softmax(x, 0).numpy())
    print(say("  logarithms at factor 100:", "  系数为 100 时的对数："))
    print(f"  log(softmax)   {numbers(naive, 1)}")
    print(f"  log_softmax    {numbers(log_softmax(x, 0).numpy(), 1)}")


def numbers(x: np.ndarray, digits: int = 4) -> str:
    return " ".join(f"{v:7.{digits}f}" for v in x)


def untrained() -> None:
    """The loss of networks that have learned nothing: near ln 10 for ten classes."""
    data = load_mnist("embedded")
    images, labels = tensors(data.test_images, data.test_labels, "cpu").tensors
    guess = f"ln 10 = {np.log(10):.3f}"
    print(say(f"\nloss of untrained networks (a uniform guess: {guess})", f"\n未训练的网络的损失（均匀瞎猜：{guess}）"))
    for name, make in (("linear", lambda: LinearClassifier(784, 10)), ("mlp", lambda: MLP(784, 256, 128, 10))):
        minigrad.manual_seed(0)
        with minigrad.no_grad():
            print(f"  {name:7} {cross_entropy(make()(images), labels).item():.3f}")


def score_and_slope(loss_of, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Losses and their slopes when the true class has each of these scores and all other classes have 0."""
    losses, slopes = [], []
    for score in scores:
        x = np.zeros((1, CLASSES))
        x[0, TRUE] = score
        x = minigrad.tensor(x, requires_grad=True)
        loss = loss_of(x)
        loss.backward()
        losses.append(loss.item())
        slopes.append(x.grad.numpy()[0, TRUE])
    return np.array(losses), np.array(slopes)


def squared_error(x):
    """Σ (p - truth)² for the probabilities p."""
    return mse_loss(softmax(x, 1), minigrad.tensor(np.eye(CLASSES)[[TRUE]]), reduction="sum")


def picture(pictures: Path) -> None:
    scores = np.linspace(-10, 12, 221)
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    label = minigrad.tensor([TRUE])
    for name, loss_of in (("cross-entropy", lambda x: cross_entropy(x, label)), ("squared error", squared_error)):
        losses, slopes = score_and_slope(loss_of, scores)
        left.plot(scores, losses, label=name)
        right.plot(scores, slopes, label=name)
        at = np.argmin(np.abs(scores + 8))
        print(f"  {name:14} loss {losses[at]:8.4f}   gradient {slopes[at]:12.8f}")
    left.plot(0, np.log(CLASSES), "ko", label=f"ln {CLASSES} = {np.log(CLASSES):.3f}: all scores equal")
    left.set_title("loss")
    right.set_title("gradient at the score of the true class")
    for axes in (left, right):
        axes.set_xlabel(f"score of the true class (the other {CLASSES - 1} have 0)")
        axes.grid(alpha=0.3)
        axes.legend()
    path = save_figure(figure, pictures / "1.6_loss_and_gradient.png")
    print(say(f"  picture: {path}", f"  图：{path}"))


def main(pictures: Path) -> None:
    overflow()
    untrained()
    print(say("\nsurely wrong (true class at -8, the others at 0):", "\n错得很有把握（真实类别 -8 分，其余 0 分）："))
    picture(pictures)
