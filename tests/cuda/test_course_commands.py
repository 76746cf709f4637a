"""`minigrad check --device cuda`, `watch --device cuda` and `train --mine --device cuda`, as a learner meets them."""

import re

import pytest
from click.testing import CliRunner

from minigrad.cli import cli
from minigrad.course.lessons import find_lesson
from minigrad.course.verify import solved_file
from minigrad.course.workspace import Workspace
from tests import standin
from tests.cuda.learning import written

LOOP = """
(y,) = self.saved
mask = np.zeros(y.shape, gy.dtype)
mask[y > 0] = 1
return gy * mask
"""
ONE_HOT = """
e, sums, t, rows = self.saved
right = np.zeros(e.shape, e.dtype)
right[rows, t] = 1
return (e / sums - right) * gloss[:, None], None
"""


@pytest.fixture(autouse=True)
def cupy_in_children(request, monkeypatch):
    """Learners' code is checked in a process of its own: CuPy is the stand-in there, too."""
    if "stand-in" in request.node.name:
        monkeypatch.setenv("PYTHONPATH", standin.PYTHONPATH)


@pytest.fixture
def workspace(tmp_path):
    return Workspace.start(tmp_path / "ws")[0]


@pytest.fixture
def run(workspace):
    """Calls a command after writing an exercise file; returns status, output with single spaces, and error."""

    def invoke(*args, text=None, lesson="1.4"):
        if text is not None:
            workspace.file(find_lesson(lesson)).write_text(text, encoding="utf-8")
        result = CliRunner().invoke(cli, [*args, "-w", str(workspace.folder)], terminal_width=200)
        return result.exit_code, re.sub(r"\s+", " ", result.output), result.exception

    return invoke


def test_a_check_tries_what_is_right_on_the_cpu_there_too(run, workspace):
    lesson = find_lesson("1.4")
    text = written(lesson, {"ReLU.backward": LOOP, "Tanh.backward": "(y,) = self.saved\nreturn -gy * (1 - y * y)"})
    status, said, _ = run("check", "1.4", "--device", "cuda", text=text)
    line = next(n for n, code in enumerate(text.splitlines(), 1) if "mask[y > 0] = 1" in code)
    assert status == 1
    assert "✘ Tanh.backward gx has the right size and the wrong sign" in said
    assert "✘ ReLU.backward Right on the CPU, but not on cuda." in said
    assert f"Line {line}, `mask[y > 0] = 1`: an array on the GPU meets a NumPy array" in said
    assert f"Line {line - 1}: write `xp.zeros(y.shape, gy.dtype)` instead of `np.zeros(y.shape, gy.dtype)`" in said
    assert "✔ Tanh.forward cuda" in said
    assert "8 of 9 functions that are right on the CPU run on cuda too." in said
    solved = map(str, workspace.solved(lesson))  # what is right on the CPU is solved
    assert "ReLU.backward" in solved


def test_a_lesson_that_runs_there_is_right(run):
    status, said, _ = run("check", "1.4", "--device", "cuda:0", text=solved_file(find_lesson("1.4")))
    assert status == 0, said
    assert "10 of 10 functions that are right on the CPU run on cuda:0 too." in said


def test_what_has_no_arrays_there_says_why(run):
    status, said, _ = run("check", "1.3", "--device", "cuda", text=solved_file(find_lesson("1.3")), lesson="1.3")
    assert status == 0, said
    assert "✔ slope measures gradients in float64, on the CPU" in said
    status, said, _ = run(
        "check", "2.1", "places", "--device", "cuda", text=solved_file(find_lesson("2.1")), lesson="2.1"
    )
    assert status == 0, said
    assert "✔ places takes no arrays: the same on every device" in said


def test_waiting_for_the_gpu_is_a_remark_below_the_tick(run):
    body = "y = array_module(x).asarray(np.tanh(x.get() if hasattr(x, 'get') else x))\nself.save(y)\nreturn y"
    text = written(find_lesson("1.4"), {"Tanh.forward": body})
    status, said, _ = run("check", "1.4", "Tanh.forward", "--device", "cuda", text=text)
    assert status == 0, said
    assert re.search(r"✔ Tanh.forward cuda Line \d+, `y = array_module.*`, waits for the GPU", said)


def test_in_chinese(run):
    text = written(find_lesson("1.4"), {"ReLU.backward": LOOP})
    status, said, _ = run("check", "1.4", "ReLU.backward", "--device", "cuda", "--lang", "zh", text=text)
    assert status == 1
    said = said.replace(" ", "")
    assert "在CPU上正确，在cuda上不行。" in said
    assert "GPU上的数组碰上了NumPy数组，CuPy不允许两者混用" in said
    assert "写成`xp.zeros(y.shape,gy.dtype)`" in said


@pytest.mark.parametrize("command", ["check", "watch"])
@pytest.mark.parametrize(
    ("missing", "message"), [("cuda:99", "device 'cuda:99' is not there"), ("gpu", "unknown device 'gpu'")]
)
def test_a_device_that_is_not_there_is_one_sentence(command, missing, message, run):
    status, _, error = run(command, "1.4", "--device", missing)
    assert status == 1
    assert message in str(error)


TRAIN = ("train", "mnist", "--data", "embedded", "--epochs", "1", "--mine", "--device", "cuda")


def test_training_on_ones_own_functions_ends_with_the_sentence(run, tmp_path):
    text = written(find_lesson("1.6"), {"SoftmaxCrossEntropy.backward": ONE_HOT})
    status, _, error = run(*TRAIN, "--out", str(tmp_path / "out"), text=text, lesson="1.6")
    assert status == 1
    assert str(error).startswith("your backward in 1.6_softmax_cross_entropy.py does not run on the GPU. Line ")
    assert "`right[rows, t] = 1`: an array on the GPU meets a NumPy array" in str(error)
    assert "write `xp.zeros(e.shape, e.dtype)` instead of `np.zeros(e.shape, e.dtype)`" in str(error)


def test_so_it_does_for_a_forward_and_for_what_is_returned(run, tmp_path):
    body = "xp = array_module(x)\nself.save(x)\nreturn xp.where(x > 0, x, x * 0) + np.zeros(x.shape, x.dtype)"
    bodies = {"ReLU.forward": body, "ReLU.backward": "(x,) = self.saved\nreturn gy * (x > 0)"}
    status, _, error = run(*TRAIN, "--out", str(tmp_path / "1"), text=written(find_lesson("1.4"), bodies))
    assert status == 1
    assert str(error).startswith("your forward in 1.4_activations.py does not run on the GPU. Line ")
    bodies["ReLU.forward"] = "self.save(x)\nreturn np.maximum(x.get() if hasattr(x, 'get') else x, 0)"
    status, _, error = run(*TRAIN, "--out", str(tmp_path / "2"), text=written(find_lesson("1.4"), bodies))
    assert status == 1
    assert "The function got arrays on the GPU and returned a NumPy array" in str(error)


def test_training_on_functions_that_run_there_goes_through(run, workspace, tmp_path):
    for number in ("1.4", "1.5"):
        lesson = find_lesson(number)
        workspace.file(lesson).write_text(solved_file(lesson), encoding="utf-8")
    text = solved_file(find_lesson("1.6"))
    status, said, error = run(*TRAIN, "--out", str(tmp_path / "out"), text=text, lesson="1.6")
    assert status == 0, (said, error)
    assert re.search(r"ReLU.forward 1.4 yours", said)
    assert re.search(r"SoftmaxCrossEntropy.backward 1.6 yours", said)
