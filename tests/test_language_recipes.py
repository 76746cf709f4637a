"""The recipes for texts, small: what they leave, how they go on, what is said of bad input; predicting and writing."""

import io
import runpy
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from minigrad import Tensor, nn
from minigrad.cli import cli
from minigrad.errors import CheckpointError, DataError
from minigrad.models.bert import BertConfig, BertModel
from minigrad.recipes import char_gpt, finetune_bert, sentiment
from minigrad.recipes.finetune_bert import decay_groups, share_of_rate
from minigrad.training import CHECKPOINT, InterruptedRunError, Tally, Trainer, read_checkpoint
from tests.models.tiny_bert import write_bert

QUIET = Console(quiet=True)
EXAMPLES = Path(__file__).parents[1] / "examples"
MODULES = (sentiment, finetune_bert, char_gpt)
SIZES = {
    "vocab_size": 15,
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 12,
    "max_position_embeddings": 20,
}


@pytest.fixture
def few(tmp_path, monkeypatch):
    """The settings of each recipe for a run of a second; sentiment has two networks."""
    reviews = tmp_path / "rt-polaritydata"
    reviews.mkdir()
    for name, word in (("neg", "b"), ("pos", "a")):
        lines = [f"c {word} {'defgh'[i % 5]} {'ijk'[i % 3]} {i % 7}" + " d" * (i % 4) for i in range(30)]
        (reviews / f"rt-polarity.{name}").write_text("\n".join(lines))
    (tmp_path / "text.txt").write_text("the cat sat on the mat.\n" * 30, encoding="utf-8")
    weights = {f"bert.{name}": value.numpy() for name, value in BertModel(BertConfig(**SIZES)).state_dict().items()}
    bert = write_bert(tmp_path / "bert", SIZES, weights)
    finetune_bert.pretrained.cache_clear()
    monkeypatch.setattr(sentiment.RECIPE, "parts", ("gru", "cnn"))
    monkeypatch.setattr(sentiment.RECIPE, "pictures", ("curves.png", "accuracies.png", "vocabulary.json"))
    small = {"epochs": 2, "batch_size": 8}
    return {
        sentiment: replace(sentiment.Settings(), data=str(reviews), **small),
        finetune_bert: replace(
            finetune_bert.Settings(), data=str(reviews), weights=str(bert), max_length=12, freeze=1, **small
        ),
        char_gpt: replace(
            char_gpt.Settings(), data=str(tmp_path / "text.txt"), block_size=8, n_layer=1, n_head=2, n_embd=8, **small
        ),
    }


def interrupted_in(step, call):
    """`step`, with Ctrl-C in one of its calls."""
    calls = iter(range(1, 10_000))

    def interrupted(self, *batch):
        if next(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return step(self, *batch)

    return interrupted


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.RECIPE.name)
def test_a_stopped_run_goes_on_to_the_same_bytes(few, tmp_path, module):
    settings, recipe = few[module], module.RECIPE
    module.train(settings, tmp_path / "whole", QUIET)
    assert all((tmp_path / "whole" / name).is_file() for name in recipe.results)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted_in(Trainer.step, 9))
        with pytest.raises(InterruptedRunError, match=f"minigrad train {recipe.name} --resume"):
            module.train(settings, tmp_path / "run", QUIET)
    module.resume(tmp_path / "run", console=QUIET)
    for name in recipe.results:
        if not name.endswith(("curves.png", CHECKPOINT)):  # these have times in them
            assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert module.resume(tmp_path / "run", console=QUIET) is None


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.RECIPE.name)
def test_the_script_spells_out_the_settings_of_the_command(monkeypatch, module):
    begun = []
    monkeypatch.setattr(module, "train", begun.append)
    runpy.run_path(str(EXAMPLES / f"{module.RECIPE.name}.py"))
    assert begun == [module.RECIPE.defaults]


@pytest.mark.parametrize(
    ("module", "changes", "message"),
    [
        (finetune_bert, {"freeze": 3}, "freeze is 3, and .*bert has 2 layers"),
        (finetune_bert, {"max_length": 21}, "max_length is 21, and .*bert has 20 positions"),
        (char_gpt, {"n_embd": 9}, "n_embd is 9 and n_head 2, which does not divide it"),
        (char_gpt, {"block_size": 500}, r"text.txt has 720 characters; pieces of 500 need 10,02\d"),
    ],
)
def test_settings_that_do_not_go_with_the_data_or_the_weights_are_refused(few, tmp_path, module, changes, message):
    with pytest.raises(DataError, match=message):
        module.train(replace(few[module], **changes), tmp_path / "run", QUIET)
    assert not (tmp_path / "run").exists()


def test_other_weights_than_those_of_the_run_are_refused(few, tmp_path):
    settings = few[finetune_bert]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted_in(Trainer.step, 2))
        with pytest.raises(InterruptedRunError):
            finetune_bert.train(settings, tmp_path / "run", QUIET)
    state = BertModel(BertConfig(**SIZES)).state_dict()
    for path in (tmp_path / "bert").iterdir():
        path.unlink()
    (tmp_path / "bert").rmdir()
    write_bert(tmp_path / "bert", SIZES, {f"bert.{name}": value.numpy() + 1 for name, value in state.items()})
    finetune_bert.pretrained.cache_clear()
    with pytest.raises(DataError, match="these are not the weights that the run was begun with"):
        finetune_bert.resume(tmp_path / "run", console=QUIET)


def test_how_long_fine_tuning_takes_is_said_before(few, tmp_path):
    told = io.StringIO()
    finetune_bert.train(few[finetune_bert], tmp_path / "run", Console(file=told, width=200))
    assert "the training will take about" in told.getvalue().split("model:")[0]


def test_gpt_writes_after_each_epoch(few, tmp_path):
    told = io.StringIO()
    char_gpt.train(few[char_gpt], tmp_path / "run", Console(file=told, width=300))
    assert told.getvalue().count("\n    ") >= 2
    assert "perplexity" in told.getvalue()
    assert len((tmp_path / "run" / "sample.txt").read_text()) == 1000


# ---------------------------------------------------------------------------------------------------------- predicting


def invoke(*arguments, **settings):
    return CliRunner().invoke(cli, list(map(str, arguments)), **settings)


@pytest.fixture
def judged(few, tmp_path):
    """A finished run of sentiment and one of finetune_bert."""
    sentiment.train(replace(few[sentiment], epochs=6, lr=0.01), tmp_path / "words", QUIET)
    finetune_bert.train(few[finetune_bert], tmp_path / "pieces", QUIET)
    return tmp_path


def test_a_finished_run_judges_sentences(judged):
    for run in (judged / "words" / "gru", judged / "words" / "cnn", judged / "pieces"):
        result = invoke("predict", run, "c a d", "c b d")
        assert result.exit_code == 0
        first, second = result.output.splitlines()
        assert first.endswith("c a d")
        assert second.endswith("c b d")
    assert "positive" in invoke("predict", judged / "words" / "cnn", "c a d i 1").output
    assert "负面" in invoke("predict", judged / "words" / "cnn", "c b d i 1", "--lang", "zh").output


def test_unknown_words_are_named_and_lines_of_the_input_are_taken(judged):
    assert "not in its vocabulary: zebra" in invoke("predict", judged / "words" / "gru", "a zebra zebra").output
    result = invoke("predict", judged / "words" / "gru", input="c a d\n\n c b d \n")
    assert len(result.output.splitlines()) == 2


def test_what_cannot_be_judged_is_said(judged, few):
    words = judged / "words"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted_in(Trainer.step, 2))
        with pytest.raises(InterruptedRunError):
            finetune_bert.train(few[finetune_bert], judged / "begun", QUIET)
    char_gpt.train(few[char_gpt], judged / "gpt", QUIET)
    for arguments, input, message in [
        ((words, "a"), None, "has several networks; say which: .*cnn, .*gru"),
        ((words / "gru", ""), None, "the text is empty"),
        ((judged / "nowhere", "a"), None, "could not read .*nowhere"),
        ((judged / "begun", "a"), None, r"is not finished \(0 of 2 epochs\); go on with minigrad train finetune_bert"),
        ((judged / "gpt", "a"), None, "char_gpt does not judge texts"),
        ((judged / "pieces", "a " * 30), None, "32 tokens, which is too long .* its table of positions has 20"),
        ((words / "gru",), b"c a\ncaf\xe9\n", "byte 3 of line 2 of the input is 0xe9, which is not UTF-8"),
    ]:
        with pytest.raises((CheckpointError, DataError), match=message):
            invoke("predict", *arguments, input=input, standalone_mode=False, catch_exceptions=False)
    (words / "vocabulary.json").write_text('["a"]')
    with pytest.raises(CheckpointError, match=r"vocabulary.json is no vocabulary of a run: .*<pad>"):
        invoke("predict", words / "gru", "a", standalone_mode=False, catch_exceptions=False)


# ------------------------------------------------------------------------------------------------------------- writing


def test_a_finished_run_writes(few, tmp_path):
    char_gpt.train(few[char_gpt], tmp_path / "run", QUIET)

    def text(*arguments):
        result = invoke("generate", tmp_path / "run", *arguments)
        assert result.exit_code == 0
        return result.output

    assert len(text("--prompt", "the ", "--length", 30).rstrip("\n")) <= 34
    assert text("--prompt", "the ", "--length", 30).startswith("the ")
    assert text("--seed", 1, "--length", 80) == text("--seed", 1, "--length", 80) != text("--seed", 2, "--length", 80)
    assert text("--temperature", 0, "--seed", 1) == text("--temperature", 0, "--seed", 2) == text("--top-k", 1)
    with pytest.raises(DataError, match="the prompt cannot be read: the character 'X' is not among the"):
        invoke("generate", tmp_path / "run", "--prompt", "X", standalone_mode=False, catch_exceptions=False)
    assert "is not a number above 0, up to 1" in invoke("generate", tmp_path / "run", "--top-p", 2).output


def test_what_cannot_write_is_said(few, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "step", interrupted_in(Trainer.step, 2))
        with pytest.raises(InterruptedRunError):
            char_gpt.train(few[char_gpt], tmp_path / "begun", QUIET)
    finetune_bert.train(few[finetune_bert], tmp_path / "bert-run", QUIET)
    for run, message in [
        ("begun", r"is not finished \(0 of 2 epochs\); go on with minigrad train char_gpt --resume"),
        ("bert-run", "is not a run of char_gpt: it is one of finetune_bert"),
        ("nowhere", "could not read"),
    ]:
        with pytest.raises(CheckpointError, match=message):
            invoke("generate", tmp_path / run, standalone_mode=False, catch_exceptions=False)
    assert read_checkpoint(tmp_path / "begun")["epoch"] == 0


# ------------------------------------------------------------------------------------------------------------- parts


def test_matrices_decay_and_biases_and_norms_do_not():
    model = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    model[0].weight.requires_grad = False
    groups = decay_groups(model, {"0": 0.1, "1": 0.2, "2": 0.3}, 0.5)
    found = [(group["lr"], group["weight_decay"], [p.shape for p in group["params"]]) for group in groups]
    assert found == [
        (0.1, 0.0, [(4,)]),
        (0.2, 0.0, [(4,), (4,)]),
        (0.3, 0.5, [(2, 4)]),
        (0.3, 0.0, [(2,)]),
    ]


@given(st.integers(0, 50), st.integers(1, 200))
def test_the_rate_rises_and_falls_in_straight_lines(rise, more):
    steps = rise + more
    rates = [share_of_rate(rise, steps, t) for t in range(steps + 1)]
    assert rates[rise] == 1 == max(rates)
    assert rates[-1] == 0
    np.testing.assert_allclose(np.diff(rates, 2)[: max(rise - 1, 0)], 0, atol=1e-12)
    np.testing.assert_allclose(np.diff(rates, 2)[rise:], 0, atol=1e-12)


def test_the_tally_counts_every_place_of_sequences():
    tally = Tally()
    scores = np.zeros((2, 3, 4), np.float32)
    scores[:, :, 1] = 1
    tally.add(0.5, Tensor(scores), Tensor(np.array([[1, 1, 0], [1, 2, 3]])))
    assert (tally.samples, tally.correct, tally.loss) == (6, 3, 0.5)
