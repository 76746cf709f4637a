"""Checks of lesson 3.1: tokens by frequency, words to numbers, padding, and the embedding forward and backward."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.text import padding, vocabulary

Embedding: Any = import_module("minigrad.ops.embedding").Embedding  # minigrad.ops.embedding is a function, too

VOCABULARY, PAD, EMBEDDING = "minigrad.text.vocabulary:", "minigrad.text.padding:", "minigrad.ops.embedding:Embedding."

TEXTS = [
    "The film is long. The film is good!",
    "A good, good actor; a bad film",
    "is it good? it's a film.",
    "zebra apple The",
]
SETTINGS = [(1, None), (2, None), (3, None), (1, 6), (2, 7), (1, 2), (1, 100)]


def compare(check: Check, produce: Callable[[], Any], expected: list, called: str) -> None:
    """Fail unless `produce()` gives the list `expected`; if a known mistake gives what came, as that mistake."""
    got = check.run(produce)
    check.require(got is not None, "nothing", name=called)
    if same(got, expected):
        return
    if not isinstance(got, list | tuple | np.ndarray):
        kind = type(got).__name__
        check.require(
            False, "no_list", f"{called} gave a {kind}; expected a list.", f"{called} 得到的是 {kind}，应该是列表。"
        )
    for known in check.mistakes:
        with in_place({check.blank: known.function}):
            try:
                theirs = produce()
            except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
                continue
        if same(theirs, got):
            check.require(False, known.name)
    check.require(
        False,
        "different",
        f"{called} gave {got!r}; expected {expected!r}.",
        f"{called} 得到 {got!r}，应为 {expected!r}。",
    )


def same(a: Any, b: Any) -> bool:
    """Are these the same sequence? An array or a tuple will do for a list, a string or a dict will not."""
    a, b = [x.tolist() if isinstance(x, np.ndarray) else list(x) if isinstance(x, tuple) else x for x in (a, b)]
    return type(a) is type(b) and a == b


@checks(VOCABULARY + "ranked_tokens")
def ranked(check: Check) -> None:
    for texts in (["b b a c", "c b c b a", "b"], TEXTS, []):
        for min_count, max_size in SETTINGS:
            with check.minigrad():
                expected = vocabulary.ranked_tokens(list(texts), min_count, max_size)
            compare(
                check,
                lambda texts=texts, a=min_count, b=max_size: vocabulary.ranked_tokens(list(texts), a, b),
                expected,
                f"ranked_tokens({texts!r}, min_count={min_count}, max_size={max_size})",
            )


@checks(VOCABULARY + "Vocabulary.encode")
def encode(check: Check) -> None:
    tokens = ["<pad>", "<unk>", "film", "good", "the", "!", "is"]
    for text in ("the film", "The film is good!", "Good; a film, a good film", "!", ""):
        with check.minigrad():
            expected = vocabulary.Vocabulary(tokens).encode(text)
        compare(check, lambda text=text: vocabulary.Vocabulary(tokens).encode(text), expected, f"encode({text!r})")
    known = vocabulary.Vocabulary(tokens)
    check.run(lambda: known.encode("something unknown"))
    check.require(known.tokens == tokens and len(known.ids) == len(tokens), "vocabulary_grew")


@checks(PAD + "pad_sequences")
def pad(check: Check) -> None:
    rows = [[5, 6], [7, 8, 9, 4, 2], [3], [2, 1, 9]]
    for given, length, filling in [
        (rows, None, 0),
        (rows, 6, 0),
        (rows, 2, 0),
        (rows, 0, 0),
        (rows, 3, 7),
        (rows, None, -1),
        ([[4, 2], [], [1, 1, 1]], None, 0),
        ([[], []], 3, 1),
        ([[], []], None, 0),
        ([], None, 0),
    ]:
        if length == 2:
            got = check.run(lambda: padding.pad_sequences(fresh(rows), 2))
            check.require(np.shape(got) != (4, 5), "length_as_least")
        check.function(
            lambda given=given, length=length, filling=filling: padding.pad_sequences(fresh(given), length, filling),
            names=["batch"],
            inputs={},
            settings={"rows": given, "length": length, "padding": filling},
        )
        kept = fresh(given)
        check.run(lambda kept=kept, length=length, filling=filling: padding.pad_sequences(kept, length, filling))
        check.require(kept == given, "rows_changed")


def fresh(rows: list[list[int]]) -> list[list[int]]:
    """The rows as new lists, for functions that may change them."""
    return [list(row) for row in rows]


def tables(check: Check) -> list[tuple[np.ndarray, np.ndarray]]:
    """W and ids: of a batch, of one text, of one word, of none; some words often, some never."""
    return [
        (check.array(5, 3), np.array([[1, 2, 0, 4], [2, 2, 1, 0]])),
        (check.array(4, 2), np.array([3, 0, 3, 3, 1])),
        (check.array(6, 4), np.array(5)),
        (check.array(3, 2), np.zeros((2, 0), np.int64)),
        (check.array(4, 4), np.array([[[1, 1], [3, 0]]])),
    ]


def noting(plain: Any) -> Any:
    """`plain` as a class whose forward also notes its inputs as `seen`, for the mistakes in mutants.py."""

    def forward(self: Any, weight: np.ndarray, ids: np.ndarray) -> np.ndarray:
        self.seen = weight, ids
        return plain.forward(self, weight, ids)

    return type(plain.__name__, (plain,), {"forward": forward})


@checks(EMBEDDING + "forward")
def forward(check: Check) -> None:
    for weight, ids in tables(check):
        for row in (None, 0):
            check.forward(lambda row=row: Embedding(row), weight, ids)
        check.saves(Embedding, weight, ids)


@checks(EMBEDDING + "backward")
def backward(check: Check) -> None:
    make = noting(Embedding)
    for weight, ids in tables(check):
        check.backward(make, weight, ids, names=["gW", "gids"])
    for row in (2, 0, 3):  # the gradient of this row is agreed on, not measured
        for weight, ids in tables(check)[:2]:
            check.backward(lambda row=row: make(row), weight, ids, names=["gW", "gids"], slopes=False)
