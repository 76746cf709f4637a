"""Blanks are found by name, cut from the framework's source, and replaced by the learner's functions."""

import numpy as np
import pytest

import minigrad
from minigrad.course.blanks import Blank, BlankError, in_place
from minigrad.course.cut import exercise
from minigrad.course.lessons import all_lessons, find_lesson

NAMES = [
    "minigrad.ops.elementwise:Mul.backward",
    "minigrad.ops.activation:Sigmoid.forward",
    "minigrad.ops.activation:Sigmoid.backward",
    "minigrad.ops.linalg:Linear.backward",
    "minigrad.autograd:unbroadcast",
    "minigrad.autograd:topological_order",
    "minigrad.gradcheck:slope",
    "minigrad.nn.init:kaiming_normal_",
    "minigrad.optim.adam:Adam.update",
]


@pytest.mark.parametrize("name", NAMES)
def test_exercise_keeps_signature_and_docstring_and_loses_the_body(name):
    blank = Blank(name)
    scope: dict = {"__name__": "exercise"}
    exec(compile(exercise([blank]), "exercise", "exec"), scope)
    function = scope[blank.qualname.split(".")[0]]
    for part in blank.qualname.split(".")[1:]:
        function = getattr(function, part)
    assert (
        function.__code__.co_varnames[: function.__code__.co_argcount]
        == (blank.function.__code__.co_varnames[: blank.function.__code__.co_argcount])
    )
    assert function.__doc__ == blank.function.__doc__
    with pytest.raises(NotImplementedError):
        function(*[None] * function.__code__.co_argcount)


def test_given_half_stays_and_gradients_are_asked_for():
    text = exercise([Blank("minigrad.ops.elementwise:Mul.backward"), Blank("minigrad.ops.elementwise:Add.backward")])
    assert '"""z = x · y;  gx = ?,  gy = ?"""' in text
    assert "return x * y" in text
    assert "gz * y" not in text
    assert text.index("class Mul") < text.index("class Add")


def test_docstring_that_goes_on_after_the_gradient_keeps_the_rest():
    text = exercise([Blank("minigrad.ops.activation:Sigmoid.backward")])
    assert "y = 1 / (1 + e⁻ˣ);  gx = ?\n\n    With z = e^(-|x|), which cannot overflow" in text


def test_solution_is_the_frameworks_source():
    solution = Blank("minigrad.ops.elementwise:Exp.backward").solution
    assert solution == "def backward(self, gy: Array) -> Any:\n    (y,) = self.saved\n    return gy * y"


@pytest.mark.parametrize(
    "name", ["minigrad.ops.elementwise:Mul", "minigrad.ops.elementwise:Nope.backward", "minigrad.nope:f", "os:getcwd"]
)
def test_unknown_names_are_refused(name):
    with pytest.raises(BlankError):
        Blank(name)


def test_method_in_place_and_back():
    blank = Blank("minigrad.ops.elementwise:Exp.backward")
    own = blank.function
    x = minigrad.tensor([0.0, 1.0], requires_grad=True)
    with in_place({blank: lambda self, gy: gy * 0 + 7}):
        x.exp().sum().backward()
    np.testing.assert_array_equal(x.grad.data, [7, 7])
    assert blank.function is own


def test_function_is_replaced_wherever_it_was_imported():
    blank = Blank("minigrad.ops.activation:relu")
    own = blank.function
    x = minigrad.tensor([1.0, 2.0])
    with in_place({blank: lambda input: input * 5}):
        for relu in (minigrad.relu, minigrad.functional.relu, minigrad.nn.ReLU()):
            np.testing.assert_array_equal(relu(x).data, [5, 10])
    assert minigrad.relu is minigrad.functional.relu is own


def test_framework_is_restored_after_an_exception():
    blank = Blank("minigrad.autograd:unbroadcast")
    own = blank.function
    with pytest.raises(KeyError), in_place({blank: lambda grad, shape: grad}):
        raise KeyError
    assert blank.function is own


def test_parameters_and_local_variables_are_not_imported():
    text = exercise([Blank("minigrad.autograd:accumulate")])  # minigrad.autograd has a function `grad` as well
    assert "from minigrad.autograd import" not in text
    assert "from minigrad.gradcheck import one_hot" in exercise([Blank("minigrad.gradcheck:numerical_gradient")])


def test_comments_in_a_body_go_with_it():
    text = exercise([Blank("minigrad.autograd:topological_order"), Blank("minigrad.ops.activation:Softmax.forward")])
    assert "Depth first" not in text
    assert "is subtracted first" not in text
    assert "All vertices on which" in text


def test_what_an_exercise_defines_is_not_imported():
    text = exercise([Blank("minigrad.device:array_module"), Blank("minigrad.device:to_device")])
    assert "from minigrad.device import Array, check_expected, cuda_index, module_on\n" in text
    assert text.count("array_module") == 1


def test_of_a_long_class_only_what_concerns_the_blank_is_shown():
    text = exercise([Blank("minigrad.training:Trainer.step")])
    for shown in (
        "def __init__",
        "def fit",
        "self.step(inputs, labels)",
        "def why_diverged",
        "raise NotImplementedError",
    ):
        assert shown in text
    for left_out in ("def save", "def resume", "# ----"):
        assert left_out not in text
    compile(text, "exercise", "exec")


def test_what_a_later_lesson_asks_for_is_not_shown():
    name = "minigrad.ops.elementwise:Mul.backward"
    text = exercise([Blank("minigrad.ops.elementwise:Mul.forward")], hidden={name})
    assert "class Mul" in text
    assert "def forward" in text
    assert "def backward" not in text
    assert "def backward" in exercise([Blank(name)], hidden={"minigrad.ops.elementwise:Add.backward"})


def test_a_lesson_knows_what_is_asked_later():
    first, last = find_lesson("1.1"), all_lessons()[-1]
    assert "minigrad.ops.linalg:Linear.backward" in first.asked_later
    assert "minigrad.ops.elementwise:Mul.backward" not in first.asked_later
    assert not last.asked_later


def test_an_exercise_leaves_out_how_halves_are_computed():
    text = exercise([Blank("minigrad.ops.activation:Softmax.forward")])
    assert "def forward" in text
    assert "autocast" not in text
    assert "halves" not in text
