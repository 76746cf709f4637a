"""Words, vocabularies and padding."""

import numpy as np
import pytest

from minigrad.text import Vocabulary, pad_sequences, words


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
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
