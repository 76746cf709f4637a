"""The code in hints computes where the arrays lie that a function is given, on the CPU and on a GPU."""

import re

import pytest

from minigrad.course.crossing import ON_THE_CPU
from minigrad.course.lessons import all_lessons
from minigrad.course.numpy_sources import MAKERS

HOST = {
    "minigrad.training:confusion_matrix": ON_THE_CPU["minigrad.training:confusion_matrix"][0],
    "minigrad.text.padding:pad_sequences": "gets lists, of which batches are made before they are moved",
}
"""Blanks that see no array of a GPU, whose hints may make arrays with `np.`; and why."""
FETCHED = re.compile(r"\.(?:cpu|numpy)\(\)")
"""What brings a tensor to the CPU."""
EXERCISES = {exercise.blank.name: exercise for lesson in all_lessons() for exercise in lesson.exercises}


def on_the_cpu(exercise):
    """What in the task and the hints of an exercise makes an array on the CPU, or brings one there."""
    texts = [*exercise.task.values(), *[hint for hints in exercise.hints.values() for hint in hints]]
    called = [name for text in texts for name in re.findall(r"\bnp\.([\w.]+)\(", text)]
    made = [f"np.{name}(" for name in called if MAKERS.fullmatch(name)]
    return made + [fetched for text in texts for fetched in FETCHED.findall(text)]


@pytest.mark.parametrize("name", [name for name in EXERCISES if name not in HOST])
def test_hints_make_arrays_with_the_module_of_those_that_are_given(name):
    """np.zeros(...) beside an array on a GPU fails; array_module(x).zeros(...) does not."""
    assert on_the_cpu(EXERCISES[name]) == []


@pytest.mark.parametrize("name", HOST)
def test_exceptions_are_made_only_where_hints_need_them(name):
    assert on_the_cpu(EXERCISES[name])


@pytest.mark.parametrize(
    ("hint", "found"),
    [
        ("gw = np.zeros(self.shape); np.add.at(gw, ids, gy)", ["np.zeros("]),
        ("np.random.rand(3), np.arange(t) < np.sum(x)", ["np.random.rand(", "np.arange("]),
        ("lengths_of(ids.cpu().numpy())", [".cpu()", ".numpy()"]),
        ("y = np.empty_like(x); y[...] = np.where(x > 0, x, 0); xp.zeros(3); np.stack([x, y])", []),
    ],
)
def test_what_is_looked_for(hint, found):
    exercise = EXERCISES["minigrad.ops.activation:ReLU.forward"]
    exercise = type(exercise)(exercise.blank, {}, {"en": [hint]}, "")
    assert on_the_cpu(exercise) == found
