"""The diagnosis of wrong results, where earlier versions of it failed."""

import numpy as np
import pytest

from minigrad.course.blanks import Blank
from minigrad.course.checks import Check
from minigrad.course.diagnosis import Case, Finding, WrongError, diagnose
from minigrad.course.mutants import Mutant

BLANK = Blank("minigrad.ops.activation:ReLU.backward")


def test_a_matrix_where_a_vector_was_expected_is_a_wrong_shape():
    found = diagnose(Case(["loss"], {"x": np.ones((3, 4))}), np.ones((3, 3)), [np.arange(3.0)])
    assert found.kind == "shape"


def test_a_known_mistake_is_named_also_where_it_gives_nan():
    wrong = np.array([np.nan, 1.0])
    case = Case(["y"], {"x": np.ones(2)}, mistakes=lambda: iter([(Finding("mistake", {"id": "known"}), wrong)]))
    assert diagnose(case, wrong.copy(), [np.ones(2)]).facts["id"] == "known"
    assert diagnose(case, np.array([1.0, np.nan]), [np.ones(2)]).kind == "not_finite"


def test_require_takes_the_sentences_of_a_known_mistake():
    text = {"en": "so", "zh": "这样"}
    check = Check(BLANK, {}, [Mutant("known", BLANK.name, "mistake", lambda: None, text)])
    check.require(True, "known")
    with pytest.raises(WrongError) as caught:
        check.require(False, "known")
    assert (caught.value.finding.kind, caught.value.finding.text) == ("mistake", text)
    assert caught.value.finding.facts["id"] == "known"
