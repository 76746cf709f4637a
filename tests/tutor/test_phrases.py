"""Ways to say something, found and denied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.tutor.phrases import PhraseError, sentences, tidy, way


def found(text, sentence):
    return way(text).found_in(tidy(sentence))


@pytest.mark.parametrize(
    ("text", "sentence", "expected"),
    [
        ("gradient* + multipl*", "The gradients are multiplied along the path", True),
        ("gradient* + multipl*", "Multiply the gradient", True),
        ("gradient* + multipl*", "Gradients add up", None),
        ("gradient* + multipl*", "The gradients are not multiplied", False),
        ("gradient* + multipl*", "Gradients aren't multiplied", False),
        ("gradient* + multipl*", "gradients dont multiply", False),
        ("gradient* + multipl*", "They are not added, the gradients multiply", True),
        ("gradient* + multipl*", "Gradients are not added but multiplied", True),
        ("gradient* + multipl*", "not only are gradients multiplied", True),
        ("gradient* + multipl*", "it is never true that gradients do not multiply", True),
        ("gradient* + multipl*", "it is not true that, as some say, gradients multiply", False),
        ("± gradient* + multipl*", "It's not the case that gradients, which are arrays, multiply", False),
        ("± gradient* + multipl*", "I don't think that gradients add, but they multiply", True),
        ("梯度 + 相乘", "并不是，梯度沿路径相乘", False),
        ("梯度 + 相乘", "并不是相加，而是梯度相乘", True),
        ("linear", "nonlinear", None),
        ("linear*", "linearly", True),
        ("one layer", "one-layer", True),
        ("one layer", "only one  layer", True),
        ("without|no + activation", "without an activation it is not curved", True),
        ("± not + straight", "it cannot be drawn by what is not straight", True),
        ("lstm ... more ... gru", "An LSTM has more weights than a GRU", True),
        ("lstm ... more ... gru", "A GRU has more weights than an LSTM", None),
        ("梯度 + 相乘", "沿着路径，梯度相乘", True),
        ("梯度 + 相乘", "梯度不是沿路径相乘", False),
        ("梯度 + 相乘", "梯度不断相乘", True),
        ("梯度 + 相乘", "梯度不是相加，而是相乘", True),
        ("gradient|梯度 + 相乘|multipl*", "gradient 沿路径相乘", True),
        ("0.5", "x = 0.5", True),
        ("0.5", "x = 10.5", None),
        ("gy * (y > 0)", "return gy*(y>0)", True),
        ("y+x", "return relu(y + x)", True),
        ("γ + β", "学习参数 γ 和 β", True),
    ],
)
def test_a_way_is_found_denied_or_not_there(text, sentence, expected):
    assert found(text, sentence) is expected


@pytest.mark.parametrize("text", ["", "a|", "a + ", "a + |b", "*", "±"])
def test_an_empty_alternative_is_named(text):
    with pytest.raises(PhraseError, match="empty group or alternative"):
        way(text)


def test_sentences_end_at_marks_and_lines_but_not_in_numbers():
    assert sentences(tidy("The slope is 0.25. So it shrinks！第二句。\n第三句；fourth")) == [
        "the slope is 0.25",
        "so it shrinks",
        "第二句",
        "第三句",
        "fourth",
    ]


@given(st.text())
def test_any_text_can_be_tidied_and_searched(text):
    tidied = tidy(text)
    assert tidy(tidied) == tidied
    for sentence in sentences(tidied):
        way("gradient* + multipl* | 梯度").found_in(sentence)


@given(st.lists(st.sampled_from(["gradients", "multiply", "not", "never", "because", "add", ",", "but"]), max_size=9))
def test_without_a_negation_nothing_is_denied(words):
    kept = [word for word in words if word not in ("not", "never")]
    assert found("gradient* + multipl*", " ".join(kept)) is not False
