"""Fast twins stand in for plain operations until a learner's function, or a test, needs the plain one."""

import numpy as np
import pytest

from minigrad import Tensor, functional, ops, twins
from minigrad.course.blanks import Blank, in_place
from minigrad.kernels import windows
from minigrad.ops.conv import Conv2d, FastConv2d
from minigrad.ops.elementwise import Add

X, W = Tensor(np.ones((2, 3, 5, 5))), Tensor(np.ones((4, 3, 3, 3)))


def test_the_twin_is_what_users_get_and_an_operation_without_one_is_itself():
    assert twins.fastest(Conv2d) is FastConv2d
    assert twins.fastest(Add) is Add


def test_messages_and_graphs_show_the_name_of_the_operation():
    y = functional.conv2d(X, Tensor(W.data, requires_grad=True))
    assert y.grad_fn.name == "Conv2d"
    with pytest.raises(TypeError, match=r"^Conv2d got tensors of dtypes float64 and float32"):
        functional.conv2d(X, W.to("float32"))


def test_plain_operations_can_be_asked_for():
    with twins.plain_operations():
        with twins.plain_operations():
            assert twins.fastest(Conv2d) is Conv2d
        assert twins.fastest(Conv2d) is Conv2d
    assert twins.fastest(Conv2d) is FastConv2d


@pytest.mark.parametrize(
    "name",
    [
        "minigrad.ops.conv:Conv2d.forward",
        "minigrad.ops.conv:Convolution.weight_grad",
        "minigrad.kernels.windows:im2col",
        "minigrad.kernels.windows:col2im",
    ],
)
def test_a_twin_steps_aside_for_every_function_that_it_would_bypass(name):
    with twins.stepping_aside([name]), twins.stepping_aside([name, "minigrad.ops.elementwise:Add.forward"]):
        assert twins.fastest(Conv2d) is Conv2d
    assert twins.fastest(Conv2d) is FastConv2d


def test_other_functions_of_a_learner_do_not_matter():
    with twins.stepping_aside(["minigrad.ops.elementwise:Add.forward"]):
        assert twins.fastest(Conv2d) is FastConv2d


def test_the_function_of_a_learner_runs():
    calls = []

    def mine(*args):
        calls.append(len(args))
        return original(*args)

    original = windows.im2col
    with in_place({Blank("minigrad.kernels.windows:im2col"): mine}):
        y = functional.conv2d(X, W)
    assert calls == [5]
    assert (y.data == ops.conv2d(X, W).data).all()
    assert windows.im2col is original


def test_a_function_that_is_only_watched_does_not_slow_the_others():
    calls = []

    def watched(*args):
        calls.append(1)
        return original(*args)

    original = windows.im2col
    with in_place({Blank("minigrad.kernels.windows:im2col"): watched}, learners=()):
        functional.conv2d(X, W)
    assert not calls
