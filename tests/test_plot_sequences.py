"""Pictures of memory and of attention: what is drawn, and how it is labelled."""

import numpy as np
import pytest

from minigrad import plot


@pytest.fixture
def drawn(monkeypatch):
    """The figures that are saved, in order."""
    figures = []
    monkeypatch.setattr(plot.saving, "save_figure", lambda figure, path: figures.append(figure) or path)
    return figures


def test_the_last_input_is_no_step_from_the_output(drawn):
    norms = {"RNN": [1e-9, 1e-3, 1.0], "LSTM": [0.1, 0.2, 0.3]}
    plot.gradients_over_time({"before": norms, "after": norms}, "gradients.png", "title")
    before, after = drawn[0].axes
    assert [axes.get_title() for axes in (before, after)] == ["before", "after"]
    assert before.get_yscale() == "log"
    assert before.get_ylim() == after.get_ylim()
    assert list(before.lines[0].get_xdata()) == [0, 1, 2]
    assert list(before.lines[0].get_ydata()) == [1.0, 1e-3, 1e-9]
    assert [text.get_text() for text in before.get_legend().get_texts()] == ["RNN", "LSTM"]


def test_what_is_all_but_gone_does_not_press_the_rest_together(drawn):
    plot.gradients_over_time({"after": {"RNN": [1e-108, 1e-30, 0.5], "GRU": [0.5, 0.5, 0.5]}}, "gradients.png")
    assert drawn[0].axes[0].get_ylim() == (0.5 * plot.sequences.FAINTEST, 5)


def test_errors_lie_beside_that_of_a_guess(drawn):
    networks = {"RNN": ([0, 50], [0.3, 0.2]), "GRU": ([0, 50], [0.3, 0.001])}
    plot.errors({"50 numbers": networks, "100 numbers": networks}, "errors.png", 1 / 6, "a guess", "title")
    first, second = drawn[0].axes
    assert [axes.get_title() for axes in (first, second)] == ["50 numbers", "100 numbers"]
    for axes in (first, second):
        assert axes.get_yscale() == "log"
        assert [line.get_label() for line in axes.lines] == ["a guess", "RNN", "GRU"]
        assert list(axes.lines[0].get_ydata()) == [1 / 6, 1 / 6]
    assert [axes.get_legend() is None for axes in (first, second)].count(False) == 1


def test_each_head_is_a_square_with_words_on_both_sides(drawn):
    rng = np.random.default_rng(0)
    texts = [["a", "fine", "film"], ["(brooms)", "bad"]]
    maps = [(words, rng.dirichlet(np.ones(len(words)), (4, len(words))), " ".join(words)) for words in texts]
    plot.attention_maps(maps, "attention.png", "title")
    rows = drawn[0].subfigs
    assert [row.get_suptitle() for row in rows] == ["a fine film", "(brooms) bad"]
    for row, (words, weights, _) in zip(rows, maps):
        assert len(row.axes) == 4
        for number, axes in enumerate(row.axes):
            np.testing.assert_array_equal(axes.images[0].get_array(), weights[number])
            assert axes.images[0].get_clim() == (0, max(weights.max() for _, weights, _ in maps))
            assert axes.get_title() == f"head {number + 1}, up to {weights[number].max():.0%}"
            assert [text.get_text() for text in axes.get_xticklabels()] == words
        assert [text.get_text() for text in row.axes[0].get_yticklabels()] == words


def test_pictures_are_written(tmp_path):
    plot.gradients_over_time({"before": {"RNN": [0.1, 1.0]}}, tmp_path / "a.png")
    plot.errors({"5 numbers": {"RNN": ([0, 1], [0.3, 0.2])}}, tmp_path / "b.png", 1 / 6, "a guess")
    plot.attention_maps([(["a"], np.ones((1, 1, 1)), "a")], tmp_path / "c.png")
    assert all((tmp_path / name).read_bytes()[:4] == b"\x89PNG" for name in ("a.png", "b.png", "c.png"))
