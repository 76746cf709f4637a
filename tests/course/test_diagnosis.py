"""Each kind of mistake is named, in both languages."""

import re

import numpy as np
import pytest

from minigrad.course.diagnosis import Case, Finding, diagnose, number, sentences
from minigrad.language import set_language

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((3, 4)), RNG.standard_normal((3, 4))
SQUARE = RNG.standard_normal((3, 3))


def case(count=1, **inputs):
    return Case([f"g{n}" for n in "xyz"[:count]], inputs or {"x": A})


@pytest.mark.parametrize(
    ("got", "expected", "kind"),
    [
        (A, [A], None),
        (None, [A], "nothing"),
        ((A, B), [A], "count"),
        ([[1.0] * 4] * 3, [A], "no_array"),
        ("text", [A], "no_array"),
        (A[:2], [A], "shape"),
        (A.T, [A], "transposed"),
        (SQUARE.T, [SQUARE], "transposed"),
        (A.astype(np.float32), [A], "dtype"),
        (np.zeros((3, 4)), [A], "zero"),
        (-A, [A], "sign"),
        (2 * A, [A], "factor"),
        ((B, A), [A, B], "swapped"),
        (np.where(A > 0, A, A + 1), [A], "region"),
        (np.where(A > 0, A, np.nan), [A], "not_finite"),
        (A + RNG.standard_normal((3, 4)), [A], "wrong"),
        (np.broadcast_to(A[0] / 3, (3, 4)), [A[0]], "not_summed"),
        (A[None], [A], "shape_only"),
        ([A, B], [A, B], "no_tuple"),
        ((A[:, :2], B, A), [A, B, A[:, :2]], "swapped"),
        (np.where(np.arange(12).reshape(3, 4) == 0, A, 0), [A], "right_only"),
        (np.where(np.arange(3)[:, None] == 0, A, 0), [A], "right_only"),
    ],
)
def test_kinds(got, expected, kind):
    found = diagnose(case(len(expected)), got, expected)
    assert (found and found.kind) == kind


def test_a_number_is_not_spoken_of_as_an_array():
    right = np.array(3.0)
    assert diagnose(case(), "text", [right]).seen == "gx is of type str; expected a number."
    found = diagnose(case(), 7.25, [right])
    assert (found.seen, found.look[:16]) == ("gx is wrong.", "Work it out by h")
    set_language("zh")
    assert found.seen == "gx 不对。"
    assert diagnose(case(), A + B, [A]).seen == "gx 的 12 个元素中有 12 个不对。"


def test_whole_numbers_are_shown_whole():
    shown = [number(x) for x in (2**31 - 1, np.int64(8388608), 3, 0.5, 1234567.5, 1e30, -0.0, True)]
    assert shown == ["2147483647", "8388608", "3", "0.5", "1.23457e+06", "1e+30", "0", "True"]


@pytest.mark.parametrize(
    ("factor", "named"),
    [(2, "2"), (0.5, "1/2"), (3, "3, the size of dimension 0 of x"), (1 / 12, "1/12, one over the number of elements")],
)
def test_factors_are_named(factor, named):
    found = diagnose(case(), factor * A, [A])
    assert named in found.seen


def test_factor_that_is_a_size_is_named_in_whole_sentences():
    found = diagnose(case(), 3 * A, [A])
    assert found.seen.endswith("it is 3, the size of dimension 0 of x, times what it should be.")
    set_language("zh")
    assert found.seen.endswith("与正确值之比是 3，即 x 第 0 维的大小。")
    assert diagnose(case(), A / 3, [A]).seen.endswith("与正确值之比是 1/3，即 x 第 0 维的大小分之一。")


def test_the_worst_element_is_shown_with_what_was_there():
    wrong = A.copy()
    wrong[1, 2] += 5
    found = diagnose(case(), wrong, [A])
    assert found.worst["element"] == "gx[1, 2]"
    assert float(found.worst["got"]) == pytest.approx(A[1, 2] + 5, rel=1e-5)
    assert float(found.worst["at"]["x"]) == pytest.approx(A[1, 2], rel=1e-5)


def test_regions_are_named():
    assert "where x < 0" in diagnose(case(), np.where(A < 0, 0.0, A), [A]).seen
    edge = A.copy()
    edge[:, -1] = 7
    assert "at index 3 of dimension 1" in diagnose(case(), edge, [A]).seen


def test_an_overflow_is_named_with_the_input_that_caused_it():
    x = np.array([1.0, 800.0, -3.0])
    found = diagnose(Case(["y"], {"x": x}), np.array([0.5, np.nan, 0.1]), [np.array([0.5, 1.0, 0.1])])
    assert found.kind == "not_finite"
    assert "x[1] = 800" in found.seen


def test_where_no_array_was_given_numbers_are_shown_beside_nan():
    found = diagnose(Case(["mask"], {"t": 3, "s": 2}), np.array([[np.nan, 0.0]]), [np.zeros((1, 2))])
    assert "t = 3; s = 2" in found.seen


def test_a_known_mistake_is_named_before_a_region_or_a_factor():
    known = Finding("mistake", {"id": "tripled"}, text={"en": "Three times.", "zh": "三倍。"})
    one = Case(["gx"], {"x": A}, mistakes=lambda: iter([(known, 3 * A)]))
    assert diagnose(one, 3 * A, [A]).seen == "Three times."


@pytest.mark.parametrize("kind", sentences())
def test_every_sentence_is_there_in_both_languages_with_the_same_facts(kind):
    assert set(sentences()[kind]) - {"backward"} == {"seen", "look"}
    for texts in sentences()[kind].values():
        facts = [set(re.findall(r"\{(\w+)\}", texts[name])) for name in ("en", "zh")]
        assert facts[0] == facts[1]
        assert not re.search(r"[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]", texts["zh"]), "full-width punctuation"


def test_what_is_said_of_shapes_is_true_of_what_was_checked():
    def look(got, expected, upstream):
        return diagnose(Case(["y"], {"x": A}, upstream), got, [expected]).look

    gradient, saved, kept = "A gradient always has the shape", "self.saved is a tuple", "keepdims=True keeps"
    assert gradient in look(A[:2], A, A)
    assert gradient not in look(A[:2], A, None)
    assert saved in look(A[None], A, A)
    assert saved not in look(A[None], A, None)
    assert saved not in look(A[..., None], A, A)
    assert all(kept in look(A[None], A, upstream) for upstream in (A, None))
    set_language("zh")
    assert look(A[:2], A, A).startswith("梯度的形状总是和它所对应的量相同。在每一行")
    assert look(A[:2], A, None).startswith("在每一行")


def test_facts_come_in_the_language_that_is_spoken():
    found = diagnose(case(), 3 * A, [A])
    set_language("zh")
    assert "第 0 维的大小" in found.seen


def test_braces_that_are_no_facts_stay():
    facts = {"got": "{'lr': {size}}", "size": 0.25, "nothing": None}
    text = "{'lr': 0.1}, {}, {other}, {other:g}; {got}, {size:.1f}, {nothing}"
    assert Finding("mistake", facts, text={"en": text}).seen == (
        "{'lr': 0.1}, {}, {other}, {other:g}; {'lr': {size}}, 0.2, None"
    )


def test_a_sentence_that_names_a_fact_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="seconds"):
        _ = Finding("too_long", {"where": ""}).seen
