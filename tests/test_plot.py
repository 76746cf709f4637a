"""Pictures are written, whatever the history, the classes and the number of mistakes."""

import matplotlib.image
import numpy as np
import pytest

from minigrad import nn, plot


def entry(epoch, **more):
    return {"epoch": epoch, "train_loss": 1 / epoch, "train_accuracy": 1 - 0.5 / epoch, **more}


@pytest.mark.parametrize("epochs", [1, 2, 30])
@pytest.mark.parametrize("validated", [False, True])
def test_curves(tmp_path, epochs, validated):
    more = {"validation_loss": 0.5, "validation_accuracy": 0.5} if validated else {}
    path = plot.curves([entry(i + 1, **more) for i in range(epochs)], tmp_path / "new folder" / "曲线.png", "title")
    assert matplotlib.image.imread(path).std() > 0


@pytest.mark.parametrize("classes", [2, 10])
def test_confusion_matrix(tmp_path, classes):
    counts = np.arange(classes * classes).reshape(classes, classes)
    assert matplotlib.image.imread(plot.confusion(counts, tmp_path / "confusion.png")).std() > 0
    assert plot.confusion(np.eye(classes, dtype=int), tmp_path / "perfect.png").exists()


@pytest.mark.parametrize("wrong", [0, 1, 7, 60])
def test_worst_mistakes_shows_the_surest_first(tmp_path, wrong):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 100)
    scores = 3.0 * np.eye(3)[labels]
    scores[:wrong] = np.eye(3)[(labels[:wrong] + 1) % 3] * np.arange(1, wrong + 1)[:, None]
    path = plot.worst_mistakes(rng.random((100, 8, 8)), labels, scores, tmp_path / "mistakes.png", names=list("abc"))
    assert matplotlib.image.imread(path).ndim == 3


def test_decision_boundary(tmp_path):
    points = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    path = plot.decision_boundary(nn.Linear(2, 3), points, (points[:, 0] > 0).astype(int), tmp_path / "plane.png")
    assert matplotlib.image.imread(path).std() > 0
