"""minigrad's own code of every blank, and the same with `np.` for the array module, checked on the device as if a
learner had written it."""

import re

import pytest

from minigrad.course.crossing import ON_THE_CPU
from minigrad.course.lessons import all_lessons
from minigrad.course.numpy_use import KINDS
from minigrad.course.verify import solved_file
from tests.cuda.learning import checked

BLANKS = [(lesson, blank) for lesson in all_lessons() if lesson.stage in "123" for blank in lesson.blanks]
NO_ARRAYS = {
    "places": "computes with sizes",
    "read_part": "reads files",
    "cifar_cnn": "builds a network, whose parameters are moved afterwards",
    "convolutions": "builds layers, whose parameters are moved afterwards",
    "ranked_tokens": "counts words",
    "Vocabulary.encode": "looks words up",
    "pad_sequences": "gets lists, of which batches are made before they are moved",
    "share_of_rate": "computes with numbers of steps",
}
"""Blanks that are given no arrays by anyone."""
TRIED = [(lesson, blank) for lesson, blank in BLANKS if blank.name not in ON_THE_CPU]


def name(value):
    return str(getattr(value, "number", value))


def test_what_stays_on_the_cpu_is_in_the_course_and_has_its_reason_in_both_languages():
    assert {blank.name for _, blank in BLANKS} >= ON_THE_CPU.keys()
    assert all(en and re.search("[一-鿿]", zh) for en, zh in ON_THE_CPU.values())


@pytest.mark.parametrize(("lesson", "blank"), TRIED, ids=name)
def test_minigrads_own_code_computes_on_the_device_and_never_waits_for_it(lesson, blank, tmp_path, device):
    ((finding, seen),) = checked(lesson, solved_file(lesson), tmp_path, str(blank), device=device)
    assert finding is None, finding.seen
    assert seen.remark is None, seen.remark.seen
    assert (seen.arrays == 0) == (str(blank) in NO_ARRAYS)


@pytest.mark.parametrize(
    ("lesson", "blank"), [(lesson, blank) for lesson, blank in TRIED if "array_module(" in blank.solution], ids=name
)
def test_with_numpy_for_the_array_module_it_runs_or_is_told_to_use_that(lesson, blank, tmp_path, device):
    text = "import numpy as np\n" + re.sub(r"array_module\([^()]*\)", "np", solved_file(lesson))
    ((on_cpu, _),) = checked(lesson, text, tmp_path, str(blank), device="cpu")
    assert on_cpu is None
    ((finding, _),) = checked(lesson, text, tmp_path, str(blank), device=device)
    if finding is not None:
        assert finding.kind in KINDS
        assert "= array_module(" in finding.look
        assert "np." in finding.seen or "xp." in finding.seen or "(xp" in finding.seen
