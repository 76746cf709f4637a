"""What learners wrote with `np.` runs on a GPU as it stands, or the check says which line does not, and why."""

import re

import pytest

from minigrad.course.lessons import find_lesson
from minigrad.course.numpy_use import KINDS
from minigrad.language import LANGUAGES, set_language
from tests.cuda.learners import FAIL
from tests.cuda.learners_that_run import RUN, WAIT
from tests.cuda.learning import checked, written


def line_of(text, code):
    """The number of the first line that begins with `code`."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith(code))


@pytest.mark.parametrize("solution", FAIL, ids=str)
def test_what_numpy_keeps_from_running_is_named_with_its_line(solution, tmp_path, device):
    text = written(solution.lesson, {solution.name: solution.body}, solution.helpers)
    ((on_cpu, _),) = checked(solution.lesson, text, tmp_path, solution.name, device="cpu")
    assert on_cpu is None, on_cpu.seen
    ((finding, _),) = checked(solution.lesson, text, tmp_path, solution.name, device=device)
    assert finding is not None
    assert finding.kind == solution.kind, f"{finding.seen} {finding.look}"
    assert finding.facts["line"] == line_of(text, solution.line)
    assert f"`{solution.line}" in finding.seen
    assert solution.seen in finding.seen, finding.seen
    assert solution.look in finding.look, finding.look


@pytest.mark.parametrize("solution", FAIL, ids=str)
def test_it_is_named_in_chinese_too(solution, tmp_path, device):
    text = written(solution.lesson, {solution.name: solution.body}, solution.helpers)
    ((finding, _),) = checked(solution.lesson, text, tmp_path, solution.name, device=device)
    try:
        said = []
        for language in LANGUAGES:
            set_language(language)
            said.append(finding.seen + finding.look)
    finally:
        set_language("en")
    code = [sorted(re.findall("`[^`]+`", each)) for each in said]
    assert code[0] == code[1]
    assert not re.search("[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", re.sub("`[^`]+`", "", said[1]))


@pytest.mark.parametrize("solution", RUN, ids=str)
def test_what_numpy_hands_on_runs_as_it_stands(solution, tmp_path, device):
    text = written(solution.lesson, {solution.name: solution.body}, solution.helpers)
    for where in ("cpu", device):
        ((finding, seen),) = checked(solution.lesson, text, tmp_path, solution.name, device=where)
        assert finding is None, f"{where}: {finding.seen} {finding.look}"
        assert seen.remark is None, seen.remark.seen


@pytest.mark.parametrize("solution", WAIT, ids=str)
def test_what_waits_for_the_gpu_within_cupy_is_remarked_upon(solution, tmp_path, device):
    text = written(solution.lesson, {solution.name: solution.body}, solution.helpers)
    ((finding, seen),) = checked(solution.lesson, text, tmp_path, solution.name, device=device)
    assert finding is None
    assert seen.remark.kind == "reads"


def found(number, bodies, folder, device, helpers=""):
    """What is found on `device` about each of the blanks of a lesson whose bodies are given, in their order."""
    lesson = find_lesson(number)
    text = written(lesson, bodies, helpers)
    assert all(finding is None for finding, _ in checked(lesson, text, folder, *bodies, device="cpu"))
    return text, checked(lesson, text, folder, *bodies, device=device)


TANH = "y = np.tanh(x)\nself.save(y)\nreturn y"
ON_THE_GPU = "type(x).__module__.startswith(('cupy', 'tests'))"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("y = y + None", "TypeError"),
        ("y = np.zeros(3) + 'a'", "UFuncTypeError"),
        ("y = y + np.zeros(3).nothing", "AttributeError"),
        ("y = [np.zeros(3)][len(x) + 1]", "IndexError"),
        ("raise TypeError('two NumPy arrays')", "TypeError"),
        ("y = int(np.array('a'))", "ValueError"),
    ],
)
def test_another_error_is_not_put_down_to_numpy(line, error, tmp_path, device):
    body = f"y = np.tanh(x)\nif {ON_THE_GPU} and x.ndim:\n    {line}\nself.save(y)\nreturn y"
    _, ((finding, _),) = found("1.4", {"Tanh.forward": body}, tmp_path, device)
    assert finding.kind == "raised"
    assert finding.facts["error"] == error
    assert finding.facts["code"] == line


def test_an_error_that_is_expected_stays_one(tmp_path, device):
    """Settings that are not known raise ValueError, on every device."""
    body = "bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / chosen_fan(tensor, mode))\n"
    _, ((finding, _),) = found(
        "1.5", {"kaiming_uniform_": body + "return uniform_(tensor, -bound, bound)"}, tmp_path, device
    )
    assert finding is None


@pytest.mark.parametrize(
    "line",
    [
        "y = array_module(x).asarray(np.tanh(x.get() if hasattr(x, 'get') else x))",
        "y = np.tanh(x) if float(abs(x).sum()) >= 0 else None",
        "y = np.tanh(x) if (x == x).all() else None",
        "y = np.tanh(x) * array_module(x).asarray(np.ones(np.tanh(x).tolist() and x.shape), x.dtype)",
    ],
)
def test_reading_from_the_device_is_right_and_remarked_upon(line, tmp_path, device):
    text, ((finding, seen),) = found("1.4", {"Tanh.forward": line + "\nself.save(y)\nreturn y"}, tmp_path, device)
    assert finding is None
    assert seen.remark.kind == "reads"
    assert seen.remark.facts["line"] == line_of(text, line)
    assert f"Line {line_of(text, line)}, `{line}`, waits for the GPU" in seen.remark.seen


def test_reading_a_loss_in_every_step_is_remarked_upon(tmp_path, device):
    body = """
    self.optimizer.zero_grad()
    scores = self.model(inputs)
    loss = self.loss(scores, labels)
    value = loss.item()
    if not np.isfinite(value):
        raise DivergedError(self.why_diverged(value, inputs))
    loss.backward()
    self.optimizer.step()
    if self.schedule is not None:
        self.schedule.step()
    if self.average is not None:
        self.average.update_parameters(self.model)
    return value, scores
    """
    _, ((finding, seen),) = found("1.8", {"Trainer.step": body}, tmp_path, device)
    assert finding is None
    assert seen.remark.facts["code"] == "value = loss.item()"


def test_asking_for_numpys_type_is_named(tmp_path, device):
    body = "y = np.tanh(x) if isinstance(x, np.ndarray) else x\nself.save(y)\nreturn y"
    text, ((finding, _),) = found("1.4", {"Tanh.forward": body}, tmp_path, device)
    assert finding.kind == "asks_for_numpy"
    assert finding.facts["line"] == line_of(text, "y = np.tanh(x) if isinstance")


def test_a_full_gpu_is_not_taken_for_the_limit_of_a_check(tmp_path, device):
    too_much = "array_module(x).zeros(array_module(x).cuda.runtime.memGetInfo()[1])"
    body = f"y = np.tanh(x)\nif {ON_THE_GPU}:\n    {too_much}\nself.save(y)\nreturn y"
    _, ((finding, _),) = found("1.4", {"Tanh.forward": body}, tmp_path, device)
    assert finding.facts["error"] == "OutOfMemoryError"
    assert "cuda:0 is out of memory" in finding.seen


def test_what_cupy_does_not_have_is_named(tmp_path, device):
    body = f"y = np.tanh(x)\nif {ON_THE_GPU}:\n    y = array_module(x).spacing(y) * 0 + y\nself.save(y)\nreturn y"
    _, ((finding, _),) = found("1.4", {"Tanh.forward": body}, tmp_path, device)
    assert finding.kind == "cupy_lacks"
    assert "CuPy has no spacing" in finding.seen


def test_asking_a_tensor_for_a_numpy_array_is_named(tmp_path, device):
    body = "there = Tensor(mask.numpy()[..., None].astype(x.dtype))\n"
    body += "return (x * there).sum(1) / there.sum(1).clamp(min=1.0)"
    _, ((finding, _),) = found("3.10", {"mean_pool": body}, tmp_path, device, "from minigrad.tensor import Tensor")
    assert finding.kind == "numpy_asked"


def test_an_array_that_forward_kept_is_found_where_it_was_made(tmp_path, device):
    """It is in the way only where backward uses it; there the line of forward is named."""
    forward = """
    xp, shifted = array_module(x), x - x.max(axis=1, keepdims=True)
    e = xp.exp(shifted)
    sums = e.sum(axis=1, keepdims=True)
    rows = xp.arange(len(t))
    kept = np.full(x.shape[1], 1.0)
    self.save(e, sums, t, rows, kept)
    return xp.log(sums[:, 0]) - shifted[rows, t]
    """
    backward = """
    e, sums, t, rows, kept = self.saved
    gx = (e / sums * kept).astype(e.dtype)
    gx[rows, t] -= 1
    gx *= gloss[:, None]
    return gx, None
    """
    lesson = find_lesson("1.6")
    blanks = {"SoftmaxCrossEntropy.forward": forward, "SoftmaxCrossEntropy.backward": backward}
    text, ((first, _), (second, _)) = found("1.6", blanks, tmp_path, device)
    assert first is None
    assert second.kind == "numpy_mixed"
    assert second.facts["line"] == line_of(text, "gx = (e / sums * kept)")
    assert f"`np.full(x.shape[1], 1.0)` (line {line_of(text, 'kept = np.full')})" in second.seen
    assert lesson.number == "1.6"


def test_a_backward_is_tried_behind_minigrads_forward_where_the_learners_does_not_run(tmp_path, device):
    blanks = {
        "Tanh.forward": "y = np.asarray(np.tanh(x.tolist()), x.dtype)\nself.save(y)\nreturn y",
        "Tanh.backward": "(y,) = self.saved\nreturn gy * (1 - y * y)",
    }
    _, ((first, _), (second, _)) = found("1.4", blanks, tmp_path, device)
    assert first.kind == "numpy_returned"
    assert second is None


def test_every_kind_of_sentence_is_tried_here():
    tried = {solution.kind for solution in FAIL} | {"numpy_asked", "cupy_lacks"}
    assert tried == set(KINDS)
