"""Sentence similarity by minigrad's BERT and MiniLM's weights."""

import numpy as np
import pytest

from minigrad.course.lessons import find_lesson
from minigrad.tutor.dialogue import dialogue_of
from minigrad.tutor.listener import listen
from minigrad.tutor.similarity import SentenceSimilarity, is_installed

pytestmark = pytest.mark.skipif(not is_installed(), reason="minigrad[bert] is not installed")
WHY = dialogue_of(find_lesson("1.4")).question("why_activation")
COLLAPSE = WHY.points[0]


@pytest.fixture(scope="module")
def similar():
    return SentenceSimilarity()


def test_the_same_is_the_same_and_a_paraphrase_is_nearer_than_anything_else(similar):
    meant = COLLAPSE.text["en"]
    assert similar.cosine(meant, meant) == pytest.approx(1, abs=1e-5)
    assert similar.cosine(meant, "a chain of linear layers is the same as one linear layer") > 0.7
    assert similar.cosine(meant, "the film was too long") < 0.3


def test_it_is_what_transformers_gives(similar):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    from minigrad.models.pretrained_bert import load_bert

    sentence = "gradients are multiplied along a path"
    folder = load_bert().folder
    model = transformers.BertModel.from_pretrained(folder).eval()
    ids = torch.tensor([similar.encoder[1].encode(sentence)])
    with torch.no_grad():
        mean = model(ids).last_hidden_state.mean(1)[0].numpy()
    np.testing.assert_allclose(similar.embedding(sentence), mean / np.linalg.norm(mean), atol=1e-4)


def test_it_adds_points_that_no_way_to_say_finds(similar):
    answer = "consecutive linear layers reduce to a plain linear layer"
    similar.least = 0.6
    assert listen(WHY, answer).verdicts["collapse"] == "missing"
    assert listen(WHY, answer, similar=similar).verdicts["collapse"] == "made"


def test_what_denies_the_point_and_what_is_no_english_never_count(similar):
    similar.least = 0.0
    assert not similar(COLLAPSE, ["linear layers in a row are not equivalent to a single linear layer"])
    assert not similar(COLLAPSE, ["线性层接线性层"])
    assert similar(COLLAPSE, ["anything else"])
