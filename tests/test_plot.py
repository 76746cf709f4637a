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


# ------------------------------------------------------------------------------------------ several runs, and networks


def test_runs_are_compared_by_name_beside_marked_accuracies(drawn):
    more = {"validation_loss": 0.5, "validation_accuracy": 0.5}
    histories = {"plain20": [entry(1, **more), entry(2, **more)], "resnet20": [entry(1)]}
    plot.compare(histories, "compare.png", "title", {"as it is": 0.8})
    loss, accuracy = drawn[0].axes
    assert [line.get_label() for line in loss.lines] == ["plain20", "resnet20"]
    assert [text.get_text() for text in accuracy.get_legend().get_texts()] == ["plain20", "resnet20", "as it is"]


def test_more_runs_than_colours_are_all_drawn(drawn):
    names = [str(i) for i in range(9)]
    plot.compare({name: [entry(1)] for name in names}, "compare.png")
    plot.gradient_norms({"first": {name: [1.0] for name in names}}, "gradients.png")
    assert [line.get_label() for line in drawn[0].axes[0].lines] == names
    assert [line.get_label() for line in drawn[1].axes[0].lines] == names


def test_gradient_norms_of_each_moment_have_one_axis(drawn):
    norms = {"plain20": [1e-3, 1e-2], "plain56": [1e-9, 1e-5, 1e-2]}
    plot.gradient_norms({"first": norms, "last": norms}, "gradients.png")
    first, last = drawn[0].axes
    assert first.get_yscale() == "log"
    assert first.get_ylim() == last.get_ylim()
    assert [axes.get_title() for axes in (first, last)] == ["first", "last"]
    assert list(first.lines[1].get_xdata()) == [1, 2, 3]


def test_accuracies_bear_their_numbers(drawn):
    plot.accuracies({"before": 0.8103, "after": 0.875}, "accuracies.png")
    assert [text.get_text().strip() for text in drawn[0].axes[0].texts] == ["81.03%", "87.50%"]


@pytest.mark.parametrize("shape", [(1, 1, 5, 5), (6, 1, 5, 5), (16, 3, 3, 3), (5, 4, 1, 1)])
def test_each_kernel_is_drawn_in_colours_from_0_to_1(drawn, shape):
    weight = np.random.default_rng(0).standard_normal(shape)
    weight[0] = 0
    plot.filters(weight, "filters.png")
    pictures = [axes.images[0].get_array() for axes in drawn[0].axes if axes.images]
    assert len(pictures) == shape[0]
    if shape[1] == 3:
        assert all(picture.min() >= 0 and picture.max() <= 1 for picture in pictures)


def test_of_each_stage_the_strongest_channels_are_drawn(drawn):
    maps = np.arange(20.0)[:, None, None] * np.ones((20, 4, 4))
    plot.feature_maps(np.zeros((3, 8, 8), np.uint8), {"stage 1": maps, "stage 2": maps[:2]}, "features.png", most=5)
    titles = [axes.get_title() for axes in drawn[0].axes if axes.get_title()]
    assert titles == [*(f"channel {i}" for i in (19, 18, 17, 16, 15)), "channel 1", "channel 0"]


@pytest.mark.parametrize("n", [1, 3, 10])
def test_class_activation_lies_over_each_image(drawn, n):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n, 3, 8, 8)).astype(np.uint8)
    plot.class_activation(images, rng.random((n, 2, 2)), ["cat"] * n, "activation.png")
    assert sorted(len(axes.images) for axes in drawn[0].axes if axes.images) == [1] * n + [2] * n


def test_mistakes_in_colour_have_names_on_two_lines(drawn):
    scores = np.array([[4.0, 0.0], [0.0, 4.0]])
    plot.worst_mistakes(np.zeros((2, 3, 8, 8), np.uint8), np.array([0, 0]), scores, "a.png", names=["cat", "dog"])
    assert drawn[0].axes[0].get_title() == "cat → dog\n98.20%"
    assert drawn[0].axes[0].images[0].get_array().shape == (8, 8, 3)
