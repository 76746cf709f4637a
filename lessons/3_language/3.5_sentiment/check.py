"""Checks of lesson 3.5: lengths, states, the highest values, and the whole classifier, to which padding is nothing."""

from typing import Any

import numpy as np

import minigrad
from minigrad.course.checks import Check, checks
from minigrad.models import RecurrentClassifier, recurrent_classifier
from minigrad.nn.utils.rnn import PackedSequence, pack_padded_sequence
from minigrad.tensor import Tensor
from minigrad.text import padding

MODEL = "minigrad.models.recurrent_classifier:"
TENSOR_EN = (
    "The result is of type {found}; tensors go in and a tensor must come out, or no gradient finds its way back."
)
TENSOR_ZH = "得到的是 {found}；输入是张量，输出也必须是张量，否则梯度传不回去。"
IDS = np.array([[3, 1, 4, 1, 5], [2, 6, 0, 0, 0], [0, 0, 0, 0, 0], [0, 6, 0, 2, 0]])


def as_array(check: Check, y) -> np.ndarray:
    """The array in a tensor; nothing else will do."""
    check.require(y is not None, "nothing", name="the result")
    check.require(isinstance(y, Tensor), "no_tensor", TENSOR_EN, TENSOR_ZH, found=type(y).__name__)
    return y.detach().numpy()


def gradient(y: Tensor, of: Tensor) -> np.ndarray:
    """What Σ y² sends back to a leaf; zeros where nothing arrives."""
    if y.requires_grad:
        (y * y).sum().backward()
    return np.zeros(of.shape, of.dtype) if of.grad is None else of.grad.numpy()


@checks("minigrad.text.padding:lengths_of")
def lengths(check: Check) -> None:
    for ids in (IDS, np.array([[1, 2], [3, 4]]), np.array([[0, 0, 7]]), np.array([[0], [2]])):
        check.function(lambda ids: padding.lengths_of(ids), ids, names=["lengths"])
    nothing = np.zeros((0, 3), int)  # no rows give no lengths; an empty array may be of any dtype
    check.function(lambda ids: np.asarray(padding.lengths_of(ids), int), nothing, names=["lengths"])
    check.function(
        lambda ids: padding.lengths_of(ids, 9), np.array([[0, 9, 9, 9], [9, 2, 0, 0]]), names=["lengths, padding 9"]
    )
    try:
        padding.lengths_of(np.zeros((2, 0), int))
    except ValueError:
        pass
    except Exception:  # noqa: BLE001 (whatever the learner's code raises)
        check.require(False, "another_error")
    else:
        check.require(False, "no_error", ERROR_EN, ERROR_ZH)


ERROR_EN = "A batch of texts of no places went through; a ValueError is asked for."
ERROR_ZH = "一个位置都没有的一批文本没有报错；应该抛出 ValueError。"


def made(kind: str, **settings) -> RecurrentClassifier:
    """The same network at every call."""
    minigrad.manual_seed(3)
    return RecurrentClassifier(9, kind, 4, 3, 2, **settings)


@checks(MODEL + "RecurrentClassifier.last_state")
def last_state(check: Check) -> None:
    for kind, settings in (
        ("gru", {}),
        ("lstm", {}),
        ("lstm", {"num_layers": 2, "bidirectional": True}),
        ("gru", {"num_layers": 3}),
    ):
        model = made(kind, **settings)
        rows = settings.get("num_layers", 1) * len(model.network.directions)

        def call(h: np.ndarray, c: np.ndarray, model: RecurrentClassifier = model, kind: str = kind) -> np.ndarray:
            state = minigrad.tensor(h, requires_grad=True)
            y = model.last_state((state, minigrad.tensor(c, requires_grad=True)) if kind == "lstm" else state)
            array = as_array(check, y)
            check.require(y.requires_grad, "state_without_gradient")
            return array

        h, c = check.array(rows, 2, 3).astype(np.float32), check.array(rows, 2, 3).astype(np.float32)
        inputs = {"h": h, "c": c} if kind == "lstm" else {"h": h}
        check.function(call, h, c, names=["last states"], inputs=inputs, settings={"kind": kind, **settings})


@checks(MODEL + "highest")
def highest(check: Check) -> None:
    for sizes in ([4, 1, 1], [3, 2, 1]):
        steps = -np.abs(check.array(len(sizes), max(sizes), 3).astype(np.float32)) - 0.1  # below 0, as padding is not
        steps[0, 1, 1] = 0  # a state may be 0

        def call(states: np.ndarray, sizes: list[int] = sizes) -> tuple[np.ndarray, np.ndarray]:
            input = minigrad.tensor(states, requires_grad=True)
            packed = pack_padded_sequence(input, sizes, batch_first=True, enforce_sorted=False)
            y = recurrent_classifier.highest(packed, np.array(sizes))
            check.require(not isinstance(y, tuple), "values_and_places")
            array = as_array(check, y)
            check.require(y.requires_grad, "highest_without_gradient")
            return array, gradient(y, input)

        given = {"states": steps, "lengths": np.array(sizes)}
        check.function(call, steps, names=["highest", "gradient"], inputs=given)


@checks(MODEL + "RecurrentClassifier.forward")
def forward(check: Check) -> None:
    for kind, settings in (("lstm", {}), ("gru", {"pool": "max"}), ("rnn", {"bidirectional": True})):
        for dropout, train in ((0.0, True), (0.5, True), (0.5, False)):

            def call(
                ids: np.ndarray,
                kind: str = kind,
                settings: dict = settings,
                dropout: float = dropout,
                train: bool = train,
            ) -> tuple[np.ndarray, ...]:
                model = made(kind, dropout=dropout, **settings).train(train)
                minigrad.manual_seed(5)  # the same is dropped
                last_state = model.last_state

                def asked(state: Any) -> Tensor:
                    check.require(not isinstance(state, PackedSequence), "output_for_state")
                    return last_state(state)

                model.last_state = asked
                y = model(minigrad.tensor(ids))
                array = as_array(check, y)
                check.require(y.requires_grad, "scores_without_gradient")
                grad = gradient(y, model.embedding.weight)
                check.require(y.ndim != 2 or grad.any(), "words_without_gradient")
                return array, grad

            shown = {"kind": kind, "dropout": dropout, "train": train, **settings}
            check.function(
                call, IDS, names=["scores", "gradient of the embedding"], inputs={"ids": IDS}, settings=shown
            )
