"""Words, vocabularies and padding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad.text import CharacterVocabulary, Vocabulary, pad_sequences, words


def test_words_are_in_small_letters_and_punctuation_stands_alone():
    assert words("It's  FUN, isn’t it?\n42 é") == ["it's", "fun", ",", "isn’t", "it", "?", "42", "é"]
    assert words("") == words(" \n") == []


def test_frequent_words_come_first_and_equal_ones_by_the_alphabet():
    texts = ["b c a", "c b d", "c"]
    assert Vocabulary.from_texts(texts).tokens == ["<pad>", "<unk>", "c", "b", "a", "d"]
    assert Vocabulary.from_texts(texts, min_count=2).tokens == ["<pad>", "<unk>", "c", "b"]
    assert Vocabulary.from_texts(texts, max_size=5).tokens == ["<pad>", "<unk>", "c", "b", "a"]
    assert len(Vocabulary.from_texts([])) == 2


def test_encoding_and_back():
    vocabulary = Vocabulary.from_texts(["the film is good", "the film"])
    ids = vocabulary.encode("The GOOD, bad film")
    assert ids == [3, 4, 1, 1, 2]
    assert vocabulary.decode([*ids, 0, 0]) == "the good <unk> <unk> film"
    assert Vocabulary(vocabulary.tokens).encode("is") == vocabulary.encode("is")
    assert vocabulary.encode("") == []
    assert vocabulary.decode([]) == ""


def test_numbers_may_be_an_array_or_a_tensor():
    vocabulary = Vocabulary.from_texts(["a b"])
    assert vocabulary.decode(np.array([2, 3])) == vocabulary.decode(minigrad.tensor([2, 3])) == "a b"


def test_rows_are_filled_up_or_cut_at_their_end():
    rows = [[5, 6], [], [7, 8, 9]]
    batch = pad_sequences(rows)
    assert batch.dtype == np.int64
    assert batch.tolist() == [[5, 6, 0], [0, 0, 0], [7, 8, 9]]
    assert pad_sequences(rows, 2, -1).tolist() == [[5, 6], [-1, -1], [7, 8]]
    assert pad_sequences(rows, 4).shape == (3, 4)
    assert pad_sequences([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Vocabulary(["a"]), ValueError, r"begin with \['a'\]; expected \['<pad>', '<unk>'\]"),
        (lambda: Vocabulary(["<pad>", "<unk>", "a", "a"]), ValueError, "got 'a' more than once"),
        (lambda: Vocabulary.from_texts("a b"), TypeError, "needs several texts, got one str"),
        (lambda: Vocabulary.from_texts(["a"], 0), ValueError, "min_count must be at least 1, got 0"),
        (lambda: Vocabulary.from_texts(["a"], max_size=1), ValueError, "max_size must be at least 2, got 1"),
        (lambda: Vocabulary.from_texts(["a"]).decode([3]), IndexError, "decode got 3; expected 0 to 2"),
        (lambda: Vocabulary.from_texts(["a"]).decode([-1]), IndexError, "decode got -1; expected 0 to 2"),
        (lambda: Vocabulary.from_texts(["a"]).decode([1.5]), TypeError, r"row of whole numbers, got \[1.5\]"),
        (lambda: Vocabulary.from_texts(["a"]).decode("12"), TypeError, "row of whole numbers, got '12'"),
        (lambda: Vocabulary.from_texts(["a"]).decode([[1], [2]]), TypeError, r"row of whole numbers, got \[\[1\]"),
        (lambda: Vocabulary.from_texts(["a"]).decode(1), TypeError, "row of whole numbers, got 1"),
        (lambda: Vocabulary(["<pad>", "<unk>", 3]), TypeError, "got the token 3; expected each to be a str"),
        (lambda: Vocabulary.from_texts(["a", None]), TypeError, "needs a text, got NoneType; expected a str"),
        (lambda: Vocabulary.from_texts(["a"]).encode(b"a"), TypeError, "needs a text, got bytes; expected a str"),
        (lambda: words(5), TypeError, "needs a text, got int; expected a str"),
        (lambda: CharacterVocabulary([1]), TypeError, "got the token 1; expected each to be a str"),
        (lambda: CharacterVocabulary.from_text(["ab"]), TypeError, "needs a text, got list; expected a str"),
        (lambda: CharacterVocabulary("ab").encode(5), TypeError, "needs a text, got int; expected a str"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@given(st.text(min_size=1))
def test_characters_come_back(text):
    vocabulary = CharacterVocabulary.from_text(text)
    ids = vocabulary.encode(text)
    assert vocabulary.decode(ids) == text
    assert CharacterVocabulary(vocabulary.tokens).encode(text) == ids
    assert sorted(set(ids)) == list(range(len(vocabulary)))


def test_wrong_characters_are_named():
    vocabulary = CharacterVocabulary.from_text("abc")
    with pytest.raises(ValueError, match="the character 'ñ' is not among the 3 of the vocabulary"):
        vocabulary.encode("añ")
    with pytest.raises(IndexError, match="got 3; expected 0 to 2"):
        vocabulary.decode([0, 3])
    for tokens in (["a", "bc"], ["a", "a"]):
        with pytest.raises(ValueError, match="expected single characters, each once"):
            CharacterVocabulary(tokens)
