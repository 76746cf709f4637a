"""Answers from the lessons: BM25 by its formula, and questions as learners ask them."""

import math
from collections import Counter

import pytest

from minigrad.course.lessons import find_lesson
from minigrad.tutor.search import TITLE, B, Index, K, Passage, find, passages_of, terms

COVERED = [
    ("why divide by sqrt(d)?", "3.6"),
    ("what is a saturated unit", "1.4"),
    ("how does the LSTM forget", "3.3"),
    ("why are residual connections useful", "2.6"),
    ("softmax overflow", "1.6"),
    ("what does dropout do at test time?", "2.4"),
    ("How is the gradient of a matrix product computed", "1.5"),
    ("what is momentum", "1.7"),
    ("pretrained bert fine-tuning learning rate", "3.10"),
    ("梯度消失是怎么回事", "3.3"),
    ("为什么要除以 sqrt(d)？", "3.6"),
    ("为什么要除以根号 d", "3.6"),
    ("什么是饱和", "1.4"),
    ("卷积的输出尺寸怎么算", "2.1"),
    ("dropout 在测试时做什么", "2.4"),
    ("什么是动量", "1.7"),
    ("GRU 和 LSTM 有什么不同", "3.4"),
]
NOT_COVERED = [
    "what is the weather tomorrow",
    "how do I bake bread",
    "how to configure kubernetes",
    "who won the world cup",
    "",
    "?!",
    "the of and",
    "今天天气怎么样",
    "怎么做红烧肉",
    "如何炒股",
    "什么",
]


@pytest.mark.parametrize(("question", "lesson"), COVERED)
def test_the_lesson_that_answers_is_among_the_first_three(question, lesson):
    hits = find(question)
    assert lesson in [hit.passage.lesson.number for hit in hits]
    assert [hit.score for hit in hits] == sorted([hit.score for hit in hits], reverse=True)


@pytest.mark.parametrize("question", NOT_COVERED)
def test_what_the_lessons_do_not_cover_has_no_answer(question):
    assert find(question) == []


def test_the_score_is_that_of_the_formula():
    lesson = find_lesson("1.1")
    texts = ["slope slope chain rule", "rule", "matrix product of a layer", "layer of rules and a chain"]
    index = Index([Passage(lesson, "", text, "en") for text in texts])
    query = terms("chain rule slope")
    counts = [Counter(terms(f"{lesson.title} " * TITLE + text)) for text in texts]
    mean = sum(sum(c.values()) for c in counts) / len(texts)
    for i, count in enumerate(counts):
        expected = 0.0
        for term in query:
            n = sum(term in c for c in counts)
            idf = math.log(1 + (len(texts) - n + 0.5) / (n + 0.5))
            expected += idf * count[term] * (K + 1) / (count[term] + K * (1 - B + B * sum(count.values()) / mean))
        assert index.score(query, i) == pytest.approx(expected)


def test_formulas_stay_with_the_paragraph_above_them():
    for name in ("en", "zh"):
        for lesson in ("1.4", "3.6"):
            assert not any(p.text.startswith(("    ", "|", "- ")) for p in passages_of(find_lesson(lesson), name))


def test_words_are_compared_without_endings():
    assert terms("Layers dividing quickly") == terms("layer divided quick")


def test_title_and_section_are_in_the_language_of_the_passage_and_not_the_same():
    for name in ("en", "zh"):
        passages = passages_of(find_lesson("1.4"), name)
        assert {p.title for p in passages} == {find_lesson("1.4").entry["title"][name]}
        assert passages[0].section == ""
        assert passages[-1].section != ""
