"""A forward and its backward are checked together, and what a check says about a pair."""

import numpy as np
import pytest

from minigrad.course.blanks import Blank
from minigrad.course.checking import check_lesson
from minigrad.course.checks import Check
from minigrad.course.diagnosis import Case, diagnose
from minigrad.course.lessons import find_lesson
from minigrad.course.verify import solved_file
from minigrad.ops.linalg import Linear


def kinds(tmp_path, lesson, *changes):
    """What is found about each blank of the solved file with these texts replaced."""
    text = solved_file(lesson)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / lesson.file_name
    path.write_text(text, encoding="utf-8")
    return {str(o.blank): o.finding and (o.finding.kind, o.finding.facts.get("id")) for o in check_lesson(lesson, path)}


def test_pair_may_save_what_it_likes(tmp_path):
    changes = [
        (
            "self.save(y)\n        return y\n\n    def backward(self, gy: Array) -> Any:\n        (y,) = "
            "self.saved\n        return gy * (y != 0)",
            "self.mask = x > 0\n        return y\n\n    def backward(self, gy: Array) -> Any:\n        return "
            "gy * self.mask",
        ),
    ]
    found = kinds(tmp_path, find_lesson("1.4"), *changes)
    assert set(found.values()) == {None}


def test_average_pooling_may_keep_the_shape_and_the_number(tmp_path):
    changes = [
        ("self.save(x)\n        view", "self.shape, self.k = x.shape, self.number(x)\n        view"),
        ("(x,) = self.saved\n        n, c, down", "n, c, down"),
        ("share = (gy / self.number(x))", "share = (gy / self.k)"),
        ("col2im(columns, x.shape, ", "col2im(columns, self.shape, "),
    ]
    found = kinds(tmp_path, find_lesson("2.3"), *changes)
    assert set(found.values()) == {None}


def test_gradient_at_the_kink_of_relu(tmp_path):
    changes = [
        ("y = kernels.relu(x)\n        self.save(y)", "y = kernels.relu(x)\n        self.save(x)"),
        ("gy * (y != 0)", "gy * (y >= 0)"),
    ]
    assert kinds(tmp_path, find_lesson("1.4"), *changes)["ReLU.backward"] == ("region", None)


def test_backward_waits_for_a_forward_that_saves_other_things(tmp_path):
    changes = [
        ("y = kernels.relu(x)\n        self.save(y)", "self.save(x, x[9])\n        y = x"),
        ("(y,) = self.saved\n        return gy * (y != 0)", "x, y = self.saved\n        return gy * (x > 0)"),
    ]
    found = kinds(tmp_path, find_lesson("1.4"), *changes)
    assert found["ReLU.forward"] == ("raised", None)
    assert found["ReLU.backward"] == ("forward_first", None)


@pytest.mark.parametrize(("read", "expected"), [("mask", "forward_first"), ("masc", "raised")])
def test_backward_waits_for_a_forward_that_sets_the_attribute_it_reads(tmp_path, read, expected):
    changes = [
        ("y = kernels.relu(x)\n        self.save(y)", "self.mask = x[9] > 0\n        y = x"),
        ("(y,) = self.saved\n        return gy * (y != 0)", f"return gy * self.{read}"),
    ]
    assert kinds(tmp_path, find_lesson("1.4"), *changes)["ReLU.backward"] == (expected, None)


@pytest.mark.parametrize(
    ("mask", "expected"), [("x > 0", None), ("x >= 0", ("region", None)), ("x < 9", ("mistake", "passed_on"))]
)
def test_backward_behind_a_wrong_forward_is_judged_by_what_that_saves(tmp_path, mask, expected):
    changes = [
        ("y = kernels.relu(x)\n        self.save(y)", "y = -kernels.relu(x)\n        self.save(x)"),
        ("(y,) = self.saved\n        return gy * (y != 0)", f"(x,) = self.saved\n        return gy * ({mask})"),
    ]
    found = kinds(tmp_path, find_lesson("1.4"), *changes)
    assert found["ReLU.forward"] == ("sign", None)
    assert found["ReLU.backward"] == expected


@pytest.mark.parametrize("mask", [np.array([1.0, -1.0]) > 0, np.array([1, 0])])
def test_mask_returned_as_gradient_ignores_the_upstream(mask):
    case = Case(["gx"], {}, np.array([2.0, 3.0]), without_upstream=lambda: [np.array([1.0, 0.0])])
    assert diagnose(case, mask, [np.array([2.0, 0.0])]).kind == "upstream_ignored"


def test_input_may_be_none():
    blank = Blank("minigrad.ops.linalg:Linear.backward")
    Check(blank, {blank: blank.function}).backward(Linear, np.ones((2, 3)), np.ones((4, 3)), None)


def test_steps_of_recurrent_networks_may_keep_what_they_like(tmp_path):
    step = [
        (
            "self.h = array_module(x).tanh(from_x + from_h)\n        return self.h",
            "self.a = from_x + from_h\n        return np.tanh(self.a)",
        ),
        ("ga = gh * (1 - self.h * self.h)", "ga = gh * (1 - np.tanh(self.a) ** 2)"),
        ("self.walked.append((cell, rows, n))", "self.walked.insert(0, (cell, rows, n))"),
        ("reversed(self.walked)", "self.walked"),
        ("        self.save(x, *weights)\n        return y, *state", "        self.like = x\n        return y, *state"),
        ("x, *weights = self.saved", "x, weights = self.like, range(4)"),
    ]
    assert set(kinds(tmp_path, find_lesson("3.2"), *step).values()) == {None}
    lstm = [
        ("self.values = i, f, g, o, c, squashed", "self.values = i, f, g, o, c, new"),
        ("i, f, g, o, c, squashed = self.values", "i, f, g, o, c, new = self.values\n        squashed = np.tanh(new)"),
    ]
    assert set(kinds(tmp_path, find_lesson("3.3"), *lstm).values()) == {None}
