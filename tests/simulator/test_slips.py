"""Sources that are not C, and what the simulator takes them for."""

import numpy as np
import pytest

from minigrad.simulator import KernelError, RawKernel

HEAD = """extern "C" __global__ void f(const float* x, float* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;"""
IN_THE_BODY = {
    # line 3 of the source: what is said about it
    "flaot v = x[i];": "'flaot' before 'v' is no type",
    "float v = x[i]\n if (i < n) {}": "a semicolon is missing at the end of this line",
    "for j in range(n):\n y[j] = x[j];": "there is no range",
    "for (int j in range(n)) { y[j] = x[j]; }": "there is no range",
    "for (int j = 0, j < n, j++) y[j] = x[j];": "three parts",
    "for (int j = 0; j < n) y[j] = x[j];": "three parts",
    "if (i < n):\n y[i] = x[i];": "no colon there",
    "if i < n { y[i] = x[i]; }": "stands in parentheses",
    "if (i < n) { y[i] = x[i]; } elif (n) { }": "else if",
    "if (i < n and n) y[i] = x[i];": "&&",
    "if (not n) return;": "&&",
    "y[i] = x[i] if n else 0;": r"c \? a : b",
    "y[i] = x[i] ** 2;": "no power",
    "y[i] = x[i] ^ 2;": "a power is",
    "if (0 < i < n) y[i] = x[i];": "write a < b && b < c",
    "if (i = n) y[i] = x[i];": "compared with ==",
    "if (i < n);\n { y[i] = x[i]; }": "ends at its semicolon",
    "# the guard": "comments begin with //",
    "int h = n // 2;\n y[i] = h;": "divided with /",
    "if (i < n { y[i] = x[i]; }": r"a \( is not closed",
    "if (i < n)) { y[i] = x[i]; }": r"this \) closes nothing",
    "if (i < n) y[i = x[i];": r"a \[ is not closed",
    "    if (i < n) {\n y[i] = x[i];": r"this \{ is not closed: 1 \} missing",
    "y[i] = x[i]；": "full-width character; C knows only ';'",
    "y[i] = x[i] ≤ 2;": "'≤' is no character of C",
    "v = x[i];": "such as int v = ... or A v = ...",
    "y[threadidx.x] = 0;": "did you mean threadIdx",
    "y[threadIdx] = 0;": "threadIdx.x",
    "y[i] = np.maximum(x[i], 0);": "no modules such as np",
    "y[i] = maximum(x[i], 0);": r"max\(a, b\)",
    "y[i] = std::max(x[i], 0.0f);": "no namespaces",
    "y[i] = -inf;": "INFINITY",
    "if (i < len(x)) y[i] = 0;": "does not know its length",
    "if (i < x.size) y[i] = 0;": "has no '.size'",
    "__syncthreads;": "it is a call",
    "if (i >= n) return\n y[i] = x[i];": "behind return",
    "y[i] = 'a';": "texts and characters",
    "__shared_ float s[4];": "two underscores",
    "/* the guard\n y[i] = x[i];": r"this comment is not closed: \*/ is missing",
    "the guard */ y[i] = x[i];": r"this \*/ closes nothing",
    "```c": "'`' is no character of C",
    'y[i] = float("-inf");': "infinity is INFINITY",
}


@pytest.mark.parametrize("body", IN_THE_BODY)
def test_slips_are_named_with_their_line(body):
    with pytest.raises(KernelError, match=IN_THE_BODY[body]) as caught:
        RawKernel(f"{HEAD}\n{body}\n}}", "f").compile()
    assert caught.value.line == 3
    assert caught.value.told["zh"]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("__global__ void f(float* x)", 'extern "C" is missing'),
        ("extern C __global__ void f(float* x)", "C in double quotes"),
        ("extern 'C' __global__ void f(float* x)", "C in double quotes"),
        ('extern "C" { __global__ void f(float* x)', 'does not know extern "C" {'),
        ('extern "C" void f(float* x)', "or __global__ if it is a kernel"),
        ('extern "C" __global__ int f(float* x)', r"must be declared extern \"C\" __global__ void f"),
        ('extern "C" __global void f(float* x)', "two underscores"),
        ('extern "C" __global__ void f(x, n)', "the parameter x has no type"),
        ("float g(float x)", "g is no function of the GPU: __device__ must stand before it"),
        ("def f(x):", "this is Python"),
        ('extern "C" __global__ void f(float* x， int n)', "full-width"),
        ('extern "C" __global__ void f(const float* x float* y)', "a comma is missing behind the parameter x"),
        ('extern "C" __global__ void f(float* x, int n int m)', "a comma is missing behind the parameter n"),
        ('extern "C" __global__ void f(flaot* x)', "not C before"),
        ('extern "C" __global__ void f', r"parentheses with the parameters are missing behind f: f\(...\)"),
    ],
)
def test_what_is_wrong_with_a_head_is_named(head, told):
    with pytest.raises(KernelError, match=told) as caught:
        RawKernel(f"// a kernel：f\n{head} {{\n}}", "f").compile()
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "body",
    [
        "y[0] = " + "(" * 3000 + "1" + ")" * 3000 + ";",
        "".join(f"for (int k{n} = 0; k{n} < 1; k{n}++) " for n in range(40)) + "y[0] = 1;",
        "".join(f"if (n > {n}) " for n in range(200)) + "y[0] = 1;",
    ],
)
def test_what_is_nested_too_deeply_is_told(body):
    with pytest.raises(KernelError, match="nested too deeply") as caught:
        RawKernel(f"{HEAD}\n{body}\n}}", "f").compile()
    assert caught.value.kind == "unknown"


def test_what_is_c_is_taken():
    body = """
        if (i < n && i >= 0) { y[i] = x[i]; } else if (n == 1) { }
        bool same = (i < n) == (n > 2), other = i << 2 < n, third = i < 2 ? n > 1 : n < i;
        for (int j = 0; j < min(n, 3); j++) y[i] = x[i];  // j：一个数
        while (n--) { }
    """
    x = np.ones(4, np.float32)
    RawKernel(f"{HEAD}{body}}}", "f")((1,), (4,), (x, np.zeros_like(x), np.int32(4)))


BLOCK_SUM = """
__device__ float block_sum(float value) {
    __shared__ float part[64];
    part[threadIdx.x] = value;
    __syncthreads();
    return part[0] + part[65 * (value < 0)];
}
extern "C" __global__ void f(const float* x, float* y) {
    float v = x[threadIdx.x];
    BODY
    y[threadIdx.x] = v;
}
"""


@pytest.mark.parametrize(
    ("body", "kind", "line", "calls"),
    [
        ("if (threadIdx.x < 5) v = block_sum(v);", "barrier", 5, (("block_sum", 10),)),
        ("v = block_sum(-v);", "out_of_bounds", 6, (("block_sum", 10),)),
        ("if (threadIdx.x < 5) __syncthreads();", "barrier", 10, ()),
    ],
)
def test_an_error_in_a_function_names_the_line_that_called_it(body, kind, line, calls):
    x = np.ones(64, np.float32)
    with pytest.raises(KernelError) as caught:
        RawKernel(BLOCK_SUM.replace("BODY", body), "f")((1,), (64,), (x, x.copy()))
    assert (caught.value.kind, caught.value.line, caught.value.calls) == (kind, line, calls)
    assert ("in block_sum, called in line 10 (`" in caught.value.en) == bool(calls)


def test_threads_in_different_calls_are_told_where():
    x = np.ones(64, np.float32)
    body = "if (threadIdx.x < 32) v = block_sum(v); else __syncthreads();"
    with pytest.raises(KernelError, match=r"waits in __syncthreads\(\) here, and thread 32 waits in line 10"):
        RawKernel(BLOCK_SUM.replace("BODY", body), "f")((1,), (64,), (x, x.copy()))


def test_uses_of_arrays_are_listed_in_their_order():
    uses = []
    source = """extern "C" __global__ void f(const float* x, float* y) {
        y[threadIdx.x] = 2 * x[threadIdx.x];
        __syncthreads();
        if (threadIdx.x == 1) y[0] += x[1];
    }"""
    RawKernel(source, "f", uses=uses)((1,), (2,), (np.ones(2, np.float32), np.zeros(2, np.float32)))
    told = [(u.array, u.place, u.writes, u.thread, u.met, u.value) for u in uses]
    assert told == [
        ("x", 0, False, 0, 0, None),
        ("y", 0, True, 0, 0, 2),
        ("x", 1, False, 1, 0, None),
        ("y", 1, True, 1, 0, 2),
        ("y", 0, False, 1, 1, None),
        ("x", 1, False, 1, 1, None),
        ("y", 0, True, 1, 1, 3),
    ]


def test_arrays_and_numbers_are_not_taken_for_each_other():
    x = np.ones(4, np.float32)
    with pytest.raises(KernelError, match="x is float, one number, and gets an array"):
        RawKernel('extern "C" __global__ void f(float x, int n) { }', "f")((1,), (1,), (x, np.int32(4)))
    with pytest.raises(KernelError, match=r"n is int\*, an array, and gets a number"):
        RawKernel('extern "C" __global__ void f(float* x, int* n) { }', "f")((1,), (1,), (x, np.int32(4)))


def test_a_function_that_calls_itself_for_ever():
    source = '__device__ int g(int a) { return g(a); }\nextern "C" __global__ void f(float* x) { x[0] = g(1); }'
    with pytest.raises(KernelError, match="g calls itself without end") as caught:
        RawKernel(source, "f")((1,), (1,), (np.ones(4, np.float32),))
    assert caught.value.line == 1


def test_doubles_between_question_mark_and_colon_are_told():
    source = 'extern "C" __global__ void f(float* x) {\n x[0] = x[0] > 0 ? x[0] : 0.0;\n}'
    assert RawKernel(source, "f").doubles == ["x[0] = x[0] > 0 ? x[0] : 0.0;"]
