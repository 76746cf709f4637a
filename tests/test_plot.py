"""Pictures are written, whatever the history, the classes and the number of mistakes."""

import errno
import os

import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from minigrad import nn, plot
from minigrad.errors import MinigradError


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


def test_a_full_disk_leaves_the_picture_that_was_there(tmp_path, monkeypatch):
    path = plot.save_figure(Figure(), tmp_path / "a.png")
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MinigradError, match=r"could not write .*a.png: No space left on device; what was there before"):
        plot.curves([entry(1)], path)
    assert path.read_bytes() == before
    with pytest.raises(MinigradError, match=r"could not write .*b.png: No space left on device$"):
        plot.curves([entry(1)], tmp_path / "b.png")
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are saved, in order."""
    figures = []
    monkeypatch.setattr(plot.saving, "save_figure", lambda figure, path: figures.append(figure) or path)
    return figures


def test_epochs_are_counted_in_whole_numbers_from_1_and_accuracy_in_percent(drawn):
    assert plot.epoch_ticks(1) == [1]
    assert plot.epoch_ticks(7) == [1, 2, 3, 4, 5, 6, 7]
    assert plot.epoch_ticks(20) == [1, 5, 10, 15, 20]
    assert len(plot.epoch_ticks(1000)) == 11
    plot.curves([entry(i + 1) for i in range(20)], "curves.png")
    loss, accuracy = drawn[0].axes
    assert [axes.get_ylabel() for axes in (loss, accuracy)] == ["loss", "accuracy"]
    drawn[0].canvas.draw()
    assert all(label.get_text().endswith("%") for label in accuracy.get_yticklabels())


def test_few_mistakes_are_not_drawn_like_many(drawn):
    counts = np.diag([96, 100])
    counts[0, 1] = 4
    plot.confusion(counts, "confusion.png")
    image = drawn[0].axes[0].images[0]
    assert image.norm(4) <= 0.5
    assert drawn[0].axes[1].get_ylabel() == "mistakes (the diagonal is what is right)"
    plot.confusion(100 * counts, "confusion.png")
    assert drawn[1].axes[0].images[0].norm(400) == 1


def test_a_title_is_no_wider_than_the_matrix(drawn):
    for classes in (2, 10):
        plot.confusion(np.eye(classes), "confusion.png", title="linear on embedded subset of MNIST: " + "words " * 12)
        axes = drawn[-1].axes[0]
        drawn[-1].canvas.draw()
        assert axes.title.get_window_extent().width <= axes.get_window_extent().width


def test_mistakes_say_what_they_are_of(drawn):
    scores = np.array([[4.0, 0.0], [0.0, 4.0]])
    plot.worst_mistakes(np.zeros((2, 8, 8)), np.array([0, 0]), scores, "mistakes.png", title="mlp on MNIST")
    assert drawn[0].get_suptitle() == "mlp on MNIST: the surest mistakes (true → predicted, confidence)"
    assert drawn[0].axes[0].get_title() == "0 → 1, 98.20%"


def test_the_classes_in_the_plane_are_named(drawn):
    points = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    labels = (points[:, 0] > 0).astype(int)
    plot.decision_boundary(nn.Linear(2, 2), points, labels, "plane.png", names=["left", "right"])
    (axes,) = drawn[0].axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["left", "right"]
