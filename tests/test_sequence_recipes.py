"""The recipes for sequences, small: what they leave, how they go on, and what they say of bad input."""

import io
import json
import runpy
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from rich.console import Console

from minigrad.datasets.sequences import adding
from minigrad.errors import CheckpointError, DataError
from minigrad.recipes import transformer_sentiment, vanishing_gradient
from minigrad.recipes.predicting import WEIGHTS, load_predictor
from minigrad.recipes.recipe import Outcome
from minigrad.training import DivergedError, InterruptedRunError, Trainer

QUIET = Console(quiet=True)
EXAMPLES = Path(__file__).parents[1] / "examples"
FEW = replace(vanishing_gradient.Settings(), steps=2, batch_size=4, hidden=5)


@pytest.mark.parametrize("module", [vanishing_gradient, transformer_sentiment], ids=lambda module: module.RECIPE.name)
def test_the_script_spells_out_the_settings_of_the_command(monkeypatch, module):
    begun = []
    monkeypatch.setattr(module, "train", begun.append)
    runpy.run_path(str(EXAMPLES / f"{module.RECIPE.name}.py"))
    assert begun == [module.RECIPE.defaults]


# -------------------------------------------------------------------------------------------------- vanishing_gradient


@pytest.fixture
def short(monkeypatch):
    """Sequences of two lengths only."""
    monkeypatch.setattr(vanishing_gradient, "LENGTHS", (6, 9))
    monkeypatch.setattr(vanishing_gradient, "FAR", 9)
    monkeypatch.setattr(vanishing_gradient, "TESTED", 7)


def torch_adder(kind, model):
    """The same network in PyTorch, in float64."""
    network = getattr(torch.nn, kind)(2, 5, batch_first=True).double()
    head = torch.nn.Linear(5, 1).double()
    for mine, theirs in ((model.network, network), (model.head, head)):
        theirs.load_state_dict(
            {name: torch.tensor(value.numpy()).double() for name, value in mine.state_dict().items()}
        )
    return lambda x: head(network(x)[0][:, -1])[:, 0]


@pytest.mark.parametrize("kind", vanishing_gradient.KINDS)
def test_gradients_over_time_are_those_of_pytorch(short, kind):
    model = vanishing_gradient.as_made(FEW, kind)
    x = torch.tensor(adding(7, 9, (FEW.seed, 0))[0]).double().requires_grad_()
    torch_adder(kind, model)(x).sum().backward()
    expected = x.grad.norm(dim=2).square().mean(dim=0).sqrt().numpy()
    np.testing.assert_allclose(vanishing_gradient.norms_over_time(model, FEW), expected, rtol=1e-9)


def test_the_lstm_begins_by_keeping_what_it_has():
    network = vanishing_gradient.as_made(FEW, "LSTM").network
    bias = (network.bias_ih_l0 + network.bias_hh_l0).detach().numpy()
    np.testing.assert_array_equal(bias[5:10], 1)
    assert (np.abs(bias[[0, 4, 10, 19]]) < 0.9).all()


def test_a_network_learns_to_add_few_numbers(short):
    settings = replace(FEW, steps=150, batch_size=32, lr=2e-2, hidden=16)
    told = []
    steps, errors, _ = vanishing_gradient.learn_to_add(settings, "GRU", 6, lambda *args: told.append(args))
    assert steps == [0, 50, 100, 150]
    assert told == list(zip(steps, errors))[1:]
    assert errors[-1] < 0.03 < vanishing_gradient.GUESS


def test_no_sequence_is_learned_and_tested():
    seen = [vanishing_gradient.sequences(FEW, 4, 6, step)[0].numpy().tobytes() for step in range(50)]
    assert len(set(seen)) == 50


def test_a_stopped_run_goes_on_to_the_same_results(short, tmp_path, monkeypatch):
    smallest = vanishing_gradient.train(FEW, tmp_path / "whole", QUIET)
    learn, calls = vanishing_gradient.learn_to_add, iter(range(10))

    def interrupted(*args):
        if next(calls) == 4:
            raise KeyboardInterrupt
        return learn(*args)

    with monkeypatch.context() as patch:
        patch.setattr(vanishing_gradient, "learn_to_add", interrupted)
        with pytest.raises(InterruptedRunError, match=r"minigrad train vanishing_gradient --resume .*run$"):
            vanishing_gradient.train(FEW, tmp_path / "run", QUIET)
    assert len(json.loads((tmp_path / "run" / "results.json").read_bytes())["errors"]) == 4
    assert vanishing_gradient.resume(tmp_path / "run", console=QUIET) == smallest
    assert {path.name for path in (tmp_path / "run").iterdir()} == set(vanishing_gradient.RECIPE.results)
    results = [(tmp_path / run / "results.json").read_bytes() for run in ("run", "whole")]
    assert results[0] == results[1]
    assert vanishing_gradient.resume(tmp_path / "run", console=QUIET) is None
    with pytest.raises(CheckpointError, match="already holds a run"):
        vanishing_gradient.train(FEW, tmp_path / "run", QUIET)


def test_what_came_of_each_network_is_told(short, tmp_path):
    told = io.StringIO()
    vanishing_gradient.train(FEW, tmp_path / "run", Console(file=told, width=200))
    lines = told.getvalue().splitlines()
    assert sum("as it is made: 8 steps back, the gradient has" in line for line in lines) == 3
    assert sum(line.endswith("never below 0.01") for line in lines) == 6
    said = vanishing_gradient.what_came("GRU", 50, [0, 50, 100], [0.2, 0.002, 0.001])
    assert said == "GRU, 50 numbers: error 0.00100, below 0.01 after 50 steps"


def test_an_error_that_is_no_number_ends_the_run(short, tmp_path):
    with (
        np.errstate(all="ignore"),
        pytest.raises(DivergedError, match=r"RNN 6: the error became .*; a smaller learning rate often helps"),
    ):
        vanishing_gradient.train(replace(FEW, steps=50, lr=1e38), tmp_path / "run", QUIET)


def test_results_that_are_not_those_of_a_run_are_refused(short, tmp_path):
    with pytest.raises(CheckpointError, match="is not a run of vanishing_gradient"):
        vanishing_gradient.resume(tmp_path, console=QUIET)
    for text, message in [
        ("[", "Expecting value"),
        ('{"settings": {"recipe": "mnist"}, "errors": {}}', "it is one of mnist"),
        ('{"settings": {"recipe": "vanishing_gradient", "steps": 0}, "errors": {}}', "steps must be a whole number"),
        ('{"settings": {"recipe": "vanishing_gradient"}, "errors": {"RNN 7": [[0], [1], [1]]}}', "of 'RNN 7'"),
        ('{"settings": {"recipe": "vanishing_gradient"}, "errors": {"RNN 6": [[0], [1], [1]]}}', "of 'RNN 6'"),
    ]:
        (tmp_path / "results.json").write_text(text)
        with pytest.raises(CheckpointError, match=message):
            vanishing_gradient.resume(tmp_path, console=QUIET)


# ------------------------------------------------------------------------------------------------ transformer_sentiment


GOOD, BAD = (
    ("a fine warm film", "moving and funny", "what a delight"),
    ("a dull flat mess", "boring and long", "what a bore"),
)


def write_reviews(folder, more=()):
    """A folder in the layout of rt-polarity: 40 short sentences of each class."""
    folder.mkdir()
    for name, sentences in (("pos", GOOD), ("neg", BAD)):
        lines = [f"{sentences[i % 3]} number{i} ." for i in range(40)] + list(more)
        (folder / f"rt-polarity.{name}").write_text("\n".join(lines) + "\n")


@pytest.fixture
def few(tmp_path):
    """The settings of a run of seconds on few reviews."""
    write_reviews(tmp_path / "rt-polaritydata")
    settings = transformer_sentiment.RECIPE.defaults
    small = {"epochs": 2, "batch_size": 16, "width": 8, "layers": 1, "min_count": 1, "data": str(tmp_path)}
    return replace(settings, **small)


def test_a_transformer_goes_on_to_the_same_bytes(few, tmp_path, monkeypatch):
    transformer_sentiment.train(few, tmp_path / "whole", QUIET)
    step, calls = Trainer.step, iter(range(100))

    def interrupted(self, *batch):
        if next(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        return step(self, *batch)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted)
        with pytest.raises(InterruptedRunError):
            transformer_sentiment.train(few, tmp_path / "run", QUIET)
    assert transformer_sentiment.resume(tmp_path / "run", console=QUIET) is not None
    assert {path.name for path in (tmp_path / "run").iterdir()} == set(transformer_sentiment.RECIPE.results)
    weights = [(tmp_path / run / WEIGHTS).read_bytes() for run in ("run", "whole")]
    assert weights[0] == weights[1]


def test_a_finished_run_predicts(few, tmp_path):
    settings = replace(few, epochs=12, lr=2e-2, dropout=0.0, word_dropout=0.0)
    assert transformer_sentiment.train(settings, tmp_path / "run", QUIET) == 1
    predictor = load_predictor(tmp_path / "run")
    assert predictor.probabilities("a fine warm film .")[1] > 0.9 < predictor.probabilities("a dull flat mess .")[0]
    assert predictor.unknown("a fine aardvark") == ["aardvark"]
    with pytest.raises(DataError, match="the text has 200 tokens, which is too long for this network"):
        predictor.probabilities("film " * 200)


def test_two_texts_of_each_class_are_pictured_right_ones_first():
    texts = ("word " * 11, "word " * 10, "word " * 3, "word " * 11, "word " * 12, "word " * 30)
    data = SimpleNamespace(test_texts=texts, classes=("negative", "positive"))
    labels = np.array([0, 0, 0, 1, 1, 1])
    scores = np.eye(2)[[1, 0, 0, 1, 0, 0]]
    assert transformer_sentiment.pictured(data, Outcome("", None, None, scores, labels)) == [1, 2, 3, 4]


def test_what_a_transformer_cannot_have_is_said_before_it_learns(few, tmp_path):
    with pytest.raises(DataError, match="width is 10, expected a multiple of 4, the number of heads"):
        transformer_sentiment.train(replace(few, width=10), tmp_path / "run", QUIET)
    write_reviews(tmp_path / "long", ["word " * 129])
    with pytest.raises(DataError, match="one text has 129 words, expected at most 128"):
        transformer_sentiment.train(replace(few, data=str(tmp_path / "long")), tmp_path / "run", QUIET)
    assert not (tmp_path / "run").exists()
