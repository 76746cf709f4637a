"""Kernels that learners write: what is taken, what is told besides, and what a GPU adds."""

import sys

import numpy as np
import pytest

from minigrad.course import kernel_checks
from minigrad.course.blanks import Blank
from minigrad.course.checking import check_lesson
from minigrad.course.kernel_checks import gpu
from minigrad.course.lessons import find_lesson
from minigrad.course.memory_limit import without_limit
from minigrad.course.runner import tried
from minigrad.course.verify import solved_file
from minigrad.kernels.cuda import launch, rows
from tests import nvrtc, standin

LESSON = find_lesson("4.2")
BLANKS = {blank.short: blank for blank in LESSON.blanks}
HEADS = {
    "relu_source": "relu(const T* x, T* y, int n)",
    "relu_backward_source": "relu_backward(const T* gy, const T* y, T* gx, int n)",
    "softmax_source": "softmax(const T* x, T* y, int m)",
    "softmax_backward_source": "softmax_backward(const T* gy, const T* y, T* gx, int m)",
}


def found(name, source, notes=None):
    """What is found about a function that returns this source."""
    blank: Blank = BLANKS[name]
    with np.errstate(all="ignore"):
        return tried(
            LESSON,
            blank,
            {blank: lambda: source},
            {blank: blank.function},
            LESSON.mutants[blank.name],
            notes=[] if notes is None else notes,
        )


def kernel(name, body):
    return f'extern "C" __global__ void {HEADS[name]} {{\n{body}\n}}\n'


RIGHT = [
    (
        "relu_source",
        "int i = blockDim.x * blockIdx.x + threadIdx.x;\nif (i >= n) return;\ny[i] = (A) x[i] < 0 ? (T) 0 : x[i];",
    ),
    (
        "relu_source",
        "unsigned int i = threadIdx.x + blockIdx.x * blockDim.x;\nif (i < n) { A v = x[i]; y[i] = v < 0 ? (A) 0 : v; }",
    ),
    (
        "relu_source",
        """
        for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
            if (!((A) x[i] < 0)) y[i] = x[i]; else y[i] = 0.0f;
        """,
    ),
    (
        "relu_backward_source",
        """
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < n) { A v = y[i]; if (v == 0) gx[i] = 0; else gx[i] = gy[i]; }
        """,
    ),
    (
        "softmax_source",
        """
        x += blockIdx.x * m; y += blockIdx.x * m;
        A top = -1.0f / 0.0f;
        for (int j = threadIdx.x; j < m; j += blockDim.x) if ((A) x[j] > top) top = x[j];
        top = block_max(top);
        A sum = 0;
        for (int j = threadIdx.x; j < m; j += blockDim.x) { A e = exp((A) x[j] - top); y[j] = e; sum += e; }
        sum = block_sum(sum);
        for (int j = threadIdx.x; j < m; j += blockDim.x) y[j] = (A) y[j] / sum;
        """,
    ),
    (
        "softmax_backward_source",
        """
        int row = blockIdx.x * m, j = threadIdx.x;
        A sum = 0;
        while (j < m) { sum += (A) gy[row + j] * (A) y[row + j]; j += blockDim.x; }
        A all = block_sum(sum);
        for (j = threadIdx.x; j < m; j += blockDim.x) {
            A p = y[row + j];
            gx[row + j] = p * (A) gy[row + j] - p * all;
        }
        """,
    ),
]

SUMS = [
    # one thread adds up
    """__device__ A block_sum(A value) {
        __shared__ A part[1024]; __shared__ A total;
        part[threadIdx.x] = value;
        __syncthreads();
        if (threadIdx.x == 0) { total = 0; for (int k = 0; k < blockDim.x; k++) total += part[k]; }
        __syncthreads();
        value = total;
        __syncthreads();
        return value;
    }""",
    # every thread adds up
    """__device__ A block_sum(A value) {
        __shared__ A part[1024];
        __syncthreads();
        part[threadIdx.x] = value;
        __syncthreads();
        A total = 0;
        for (int k = 0; k < blockDim.x; k++) total += part[k];
        return total;
    }""",
    # neighbours first
    """__device__ A block_sum(A value) {
        __shared__ A part[1024];
        int i = threadIdx.x;
        part[i] = value;
        for (int step = 1; step < blockDim.x; step *= 2) {
            __syncthreads();
            if (i % (2 * step) == 0) part[i] += part[i + step];
        }
        __syncthreads();
        A total = part[0];
        __syncthreads();
        return total;
    }""",
    # threads in twos, both of which add
    """__device__ A block_sum(A value) {
        __shared__ A part[1024];
        for (int step = blockDim.x / 2; step > 0; step >>= 1) {
            part[threadIdx.x] = value;
            __syncthreads();
            value += part[threadIdx.x ^ step];
            __syncthreads();
        }
        return value;
    }""",
]


@pytest.mark.parametrize(("name", "body"), RIGHT)
def test_other_ways_to_write_a_kernel_are_right(name, body):
    assert found(name, kernel(name, body)) is None


@pytest.mark.parametrize("source", SUMS)
def test_other_ways_to_sum_are_right(source):
    assert found("block_sum_source", source) is None


@pytest.mark.skipif(nvrtc.COMPILER is None, reason="NVIDIA's run-time compiler is not installed")
@pytest.mark.parametrize("dtype", launch.TYPES)
def test_nvidias_compiler_takes_them_too(dtype):
    head = "".join(f"#define {option[2:].replace('=', ' ', 1)}\n" for option in launch.OPTIONS) + launch.TYPES[dtype]
    for name, body in RIGHT:
        nvrtc.ptx(head + rows.BLOCK_MAX + rows.block_sum_source() + kernel(name, body))
    for source in SUMS:
        nvrtc.ptx(head + source + 'extern "C" __global__ void f(A* x) { x[threadIdx.x] = block_sum(x[threadIdx.x]); }')


def test_lines_are_those_of_the_learners_text():
    body = "    int i = blockIdx.x * blockDim.x + threadIdx.x;\n\n    // no guard\n    y[i] = x[i];"
    finding = found("relu_source", "\n" + kernel("relu_source", body))
    assert finding.kind == "kernel_out_of_bounds"
    assert finding.facts["where"]["en"] == "Line 6 of your source (`y[i] = x[i];`): "
    at_once = found("relu_source", kernel("relu_source", "y[n] = 0;").replace("\n", " "))
    assert at_once.facts["where"]["en"].startswith("Line 1 of your source (`extern")


def test_of_a_long_line_the_beginning_is_shown():
    told = found("relu_source", kernel("relu_source", "y[n] = 0;" + "y[0] = 1;" * 1000).replace("\n", " ")).seen
    assert told.startswith('Line 1 of your source (`extern "C" __global__ void relu(')
    assert " ...`): " in told
    assert len(told) < 400


def test_a_barrier_inside_a_given_function_is_told_at_the_learners_line():
    source = BLANKS["softmax_source"].function()
    finding = found("softmax_source", source.replace("largest = block_max", "if (threadIdx.x < m) largest = block_max"))
    assert finding.kind == "kernel_barrier"
    assert finding.facts["where"]["zh"].startswith("源码第 7 行（`if (threadIdx.x < m) largest")
    assert finding.facts["told"]["en"].startswith("in block_max, thread 0")


def test_known_mistakes_are_named_by_what_the_simulator_says_about_them():
    """Whatever variables are called."""
    tree = (
        BLANKS["block_sum_source"].function().replace("part", "box").replace("step", "half").replace("int i", "int me")
    )
    tree = tree.replace("[i", "[me").replace("(i <", "(me <")
    without = tree.replace("half];\n        __syncthreads();", "half];")
    assert without != tree
    assert found("block_sum_source", without).facts["id"] == "loop_barrier_missing"
    assert found("block_sum_source", tree) is None


def test_a_sum_without_a_tree_is_right_and_told():
    notes = []
    assert found("block_sum_source", SUMS[1], notes) is None
    assert any("129 times" in n["en"] and "129 次" in n["zh"] for n in notes)
    assert found("block_sum_source", SUMS[2], notes := []) is None
    assert not any("tree" in n["en"] for n in notes)


def test_constants_that_are_doubles_are_told_and_no_mistake():
    notes = []
    body = "int i = blockIdx.x * blockDim.x + threadIdx.x;\nif (i < n) y[i] = (A) x[i] < 0.0 ? (T) 0.0 : x[i];"
    assert found("relu_source", kernel("relu_source", body), notes) is None
    assert next(n["en"] for n in notes if "64 bits" in n["en"]).startswith(
        "relu_source: `if (i < n) y[i] = (A) x[i] < 0.0"
    )
    assert sum("64 bits" in n["en"] for n in notes) == 1


def test_variables_that_are_doubles_are_told_together():
    notes = []
    source = BLANKS["softmax_source"].function()
    assert found("softmax_source", source.replace("A total", "double total"), notes) is None
    (told,) = [n["en"] for n in notes if "64 bits" in n["en"]]
    assert "variables declared double" in told
    assert told.count("`") == 4


def test_sentences_begin_with_the_names_of_the_source_as_they_are():
    assert found("relu_source", kernel("relu_source", "").replace("int n", "int n, int m")).seen.startswith(
        "relu takes"
    )
    void = "__device__ void block_sum(A value) { }"
    assert found("block_sum_source", void).seen.startswith("block_sum gives no value")


def test_what_is_declared_beside_a_barrier_does_not_hide_that_it_is_missing():
    source = BLANKS["block_sum_source"].function()
    head, _, tail = source.rpartition("    __syncthreads();")
    kept = head.replace("value = part[0]", "A sum = part[0]") + tail.partition("\n")[2].replace("value", "sum")
    assert "A sum = part[0];\n    return sum;" in kept
    assert found("block_sum_source", kept).facts["id"] == "last_barrier_missing_and_sum_kept"


def test_without_a_gpu_it_is_said_once_where_kernels_ran(tmp_path):
    path = tmp_path / LESSON.file_name
    path.write_text(solved_file(LESSON), encoding="utf-8")
    outcomes = check_lesson(LESSON, path)
    assert all(outcome.passed for outcome in outcomes)
    told = {note["en"] for outcome in outcomes for note in outcome.notes}
    assert len(told) == 1
    assert "There is no GPU with CuPy here" in told.pop()


def test_an_endless_loop_ends_within_the_time_of_a_check(tmp_path):
    body = "int i = blockIdx.x * blockDim.x + threadIdx.x;\n    while (i < n) y[i] = x[i];"
    path = tmp_path / LESSON.file_name
    text = solved_file(LESSON).replace(
        "    if (i < n) {\n        y[i] = (A) x[i] < 0 ?", "    while (i < n) {\n        y[i] = (A) x[i] < 0 ?"
    )
    assert "while" in text, body
    path.write_text(text, encoding="utf-8")
    (outcome,) = check_lesson(LESSON, path, [BLANKS["relu_source"]])
    assert outcome.finding.kind == "kernel_endless"


# ----------------------------------------------------------------------------------------------------------- with a GPU


@pytest.fixture
def on_gpu():
    """The stand-in for CuPy, on which kernels run a second time."""
    with standin.installed():
        gpu.cache_clear()
        yield sys.modules["cupy"]
    gpu.cache_clear()


@pytest.mark.parametrize("name", HEADS)
def test_with_a_gpu_a_kernel_runs_there_too(on_gpu, name, monkeypatch):
    ran = []
    launched = kernel_checks.launch
    monkeypatch.setattr(kernel_checks, "launch", lambda *args: ran.append(args[0]) or launched(*args))
    notes = []
    with without_limit():
        assert found(name, BLANKS[name].function(), notes) is None
    assert len(ran) > 10
    assert notes[-1]["en"] == "Your kernels ran in minigrad's simulator, and on the GPU here."


def test_what_the_gpu_makes_wrong_is_told(on_gpu, monkeypatch):
    launched = kernel_checks.launch

    def wrong(*args):
        launched(*args)
        args[6]._host[2] += 1

    monkeypatch.setattr(kernel_checks, "launch", wrong)
    finding = found("relu_source", BLANKS["relu_source"].function())
    assert (finding.kind, finding.worst["element"]) == ("kernel_gpu", "y[2]")
    monkeypatch.setattr(
        kernel_checks, "launch", lambda *args: args[6]._host.base.__setitem__(0, 3.0) or launched(*args)
    )
    assert found("relu_source", BLANKS["relu_source"].function()).kind == "kernel_beside"


def test_what_nvidias_compiler_refuses_is_told(on_gpu, monkeypatch):
    def refuse(*args):
        raise RuntimeError('/tmp/k.cu(4): error: identifier "fnord" is undefined\n\n1 error detected')

    monkeypatch.setattr(kernel_checks, "launch", refuse)
    finding = found("relu_source", BLANKS["relu_source"].function())
    assert finding.kind == "kernel_refused"
    assert 'identifier "fnord" is undefined' in finding.seen
