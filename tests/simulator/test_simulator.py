"""The simulator runs kernels as C says, and names what is wrong with them."""

import ctypes
import random
import shutil
import subprocess

import numpy as np
import pytest

from minigrad.simulator import KernelError, RawKernel

RNG = np.random.default_rng(3)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def kernel(body, parameters="float* x, int n", before=""):
    return RawKernel(f'{before}\nextern "C" __global__ void f({parameters}) {{\n{body}\n}}', "f")


# ------------------------------------------------------------------------------------------------- what kernels compute


def test_every_thread_knows_its_place():
    places = np.zeros((2 * 3 * 2, 4 * 2 * 3, 4), np.int32)
    run = kernel(
        """
        int block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
        int thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
        int* mine = place + (block * blockDim.x * blockDim.y * blockDim.z + thread) * 4;
        mine[0] = blockIdx.x; mine[1] = blockIdx.z; mine[2] = threadIdx.y; mine[3] = threadIdx.z;
        """,
        "int* place",
    )
    run((2, 3, 2), (4, 2, 3), (places,))
    for block in range(12):
        for thread in range(24):
            assert places[block, thread].tolist() == [block % 2, block // 6, thread // 4 % 2, thread // 8]


def test_a_sum_in_shared_memory():
    x, y = floats(5, 64), np.zeros(5, np.float32)
    run = kernel(
        """
        __shared__ float part[64];
        int i = threadIdx.x;
        part[i] = x[blockIdx.x * 64 + i];
        for (int step = 32; step > 0; step /= 2) {
            __syncthreads();
            if (i < step) part[i] += part[i + step];
        }
        if (i == 0) y[blockIdx.x] = part[0];
        """,
        "const float* x, float* y",
    )
    run((5,), (64,), (x, y))
    np.testing.assert_allclose(y, x.sum(1), rtol=1e-5)


@pytest.mark.parametrize("shuffle", ["__shfl_xor_sync", "__shfl_down_sync"])
def test_a_sum_by_shuffles(shuffle):
    x, y = floats(3, 32), np.zeros(3, np.float32)
    run = kernel(
        "float total = sum_of_warp(x[blockIdx.x * 32 + threadIdx.x]); if (threadIdx.x == 0) y[blockIdx.x] = total;",
        "const float* x, float* y",
        "__device__ float sum_of_warp(float v) {"
        f"for (int step = 16; step; step >>= 1) v += {shuffle}(0xffffffff, v, step); return v; }}",
    )
    run((3,), (32,), (x, y))
    np.testing.assert_allclose(y, x.sum(1), rtol=1e-5)


def test_a_transpose_through_a_tile_of_two_dimensions_and_dynamic_shared_memory():
    x = floats(8, 8)
    for declared, bytes_ in (("__shared__ float tile[8][9];", 0), ("extern __shared__ float all[];", 8 * 9 * 4)):
        y = np.zeros((8, 8), np.float32)
        place = "tile[{0}][{1}]" if bytes_ == 0 else "all[({0}) * 9 + {1}]"
        run = kernel(
            f"{declared} int i = threadIdx.y, j = threadIdx.x;"
            f"{place.format('i', 'j')} = x[i * 8 + j]; __syncthreads(); y[i * 8 + j] = {place.format('j', 'i')};",
            "const float* x, float* y",
        )
        run((1,), (8, 8), (x, y), shared_mem=bytes_)
        np.testing.assert_array_equal(y, x.T)


def test_atomics_count_all():
    count, most = np.zeros(3, np.int32), np.full(1, -9, np.float32)
    x = floats(40)
    run = kernel(
        "int i = blockIdx.x * blockDim.x + threadIdx.x; atomicAdd(&count[i % 3], 1); atomicMax(most, x[i]);",
        "const float* x, int* count, float* most",
    )
    run((5,), (8,), (x, count, most))
    assert count.tolist() == [14, 13, 13]
    assert most[0] == x.max()


def test_loops_and_jumps():
    x = np.zeros(8, np.float32)
    kernel(
        """
        int i = 0, total = 0;
        do { i++; if (i % 2) continue; total += i; } while (i < 5);
        x[0] = total;
        for (i = 0;; i++) { if (i == 2) continue; if (i > 3) break; x[1] += i; }
        while (n--) { x[2] = n; if (n == 4) break; }
        for (int a = 0; a < 3; a++) for (int b = 0; b < 3; b++) { if (b == 1) continue; if (a == 1) break; x[3]++; }
        int k = 3; x[4] = k++ * 10 + k; x[5] = --k; x[6] = (k = 7, k + 1); x[7] = k > 6 && !(k == 7) || n;
        """
    )((1,), (1,), (x, np.int32(9)))
    assert x.tolist() == [6, 4, 4, 4, 34, 3, 8, 1]


def test_halves_are_loaded_and_stored_and_computed_with_as_floats():
    x = RNG.standard_normal(9).astype(np.float16)
    y = np.zeros(9, np.float16)
    run = kernel("int i = threadIdx.x; y[i] = (T) (1.5f * (float) x[i]);", "const T* x, T* y", "typedef __half T;")
    run((1,), (9,), (x, y))
    np.testing.assert_array_equal(y, (1.5 * x.astype(np.float32)).astype(np.float16))
    with pytest.raises(KernelError, match="halves are not computed with"):
        kernel("x[0] = x[0] * 1.5f;", "__half* x")((1,), (1,), (x,))


def test_functions_of_the_c_library():
    x = np.abs(floats(50)) + np.float32(0.1)
    for name, expected in {"expf": np.exp, "logf": np.log, "sqrtf": np.sqrt, "tanhf": np.tanh, "fabsf": np.abs}.items():
        y = np.zeros_like(x)
        kernel(f"y[threadIdx.x] = {name}(x[threadIdx.x]);", "const float* x, float* y")((1,), (50,), (x, y))
        np.testing.assert_allclose(y, expected(x), rtol=1e-6)
    y = np.zeros(4, np.float32)
    kernel("y[0] = rsqrtf(4.0f); y[1] = fmaxf(NAN, 2.0f); y[2] = max(3, 5); y[3] = roundf(-2.5f);", "float* y")(
        (1,), (1,), (y,)
    )
    assert y.tolist() == [0.5, 2, 5, -3]


# --------------------------------------------------------------------------------------------- what C makes of numbers

VARIABLES = {"i": "int", "j": "int", "u": "unsigned int", "w": "long long", "f": "float", "g": "float", "d": "double"}
VALUES = {"i": 7, "j": -3, "u": 4000000000, "w": -(1 << 40), "f": 2.625, "g": -0.1, "d": 0.3}
C_TYPES = {"int": ctypes.c_int, "unsigned int": ctypes.c_uint, "long long": ctypes.c_longlong, "float": ctypes.c_float,
           "double": ctypes.c_double}  # fmt: skip


def expression(r, depth):
    """A random expression of C."""
    if depth == 0:
        return r.choice([*VARIABLES, "3", "2.5f", "1.5", "7u", "(-2)", "10"])
    a, b = expression(r, depth - 1), expression(r, r.randrange(depth))
    kind = r.randrange(8)
    if kind < 4:
        return f"({a} {r.choice('+-*/')} {b})"
    if kind == 4:
        return f"({a} {r.choice(['<', '<=', '>', '==', '!=', '&&', '||'])} {b})"
    if kind == 5:
        return f"(({r.choice(['int', 'float', 'long long', 'unsigned int'])}) ({a} / 3))"
    if kind == 6:
        return f"({a} > {b} ? {b} : {a})"
    return f"((int) {b} % 5 + (-{a}))"


def simulated(text, of):
    """What the simulator makes of the expression, or why it does not."""
    out = np.zeros(1, {"float": np.float32, "double": np.float64, "long long": np.int64}[of])
    declared = ", ".join(f"{kind} {name}" for name, kind in VARIABLES.items())
    dtypes = {"int": np.int32, "unsigned int": np.uint32, "long long": np.int64, "float": np.float32,
              "double": np.float64}  # fmt: skip
    values = [dtypes[kind](VALUES[name]) for name, kind in VARIABLES.items()]
    kernel(f"out[0] = {text};", f"{of}* out, {declared}")((1,), (1,), (out, *values))
    return out[0]


def test_expressions_give_what_a_c_compiler_makes_of_them(tmp_path):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to compare with")
    r = random.Random(5)
    cases = []
    while len(cases) < 400:
        text, of = expression(r, r.randrange(1, 4)), r.choice(["float", "double", "long long"])
        try:
            cases.append((text, of, simulated(text, of)))
        except KernelError as error:
            if error.kind not in ("overflow", "division"):  # which C leaves open
                raise
    declared = ", ".join(f"{kind} {name}" for name, kind in VARIABLES.items())
    source = "".join(f"{of} f{k}({declared}) {{ return {text}; }}\n" for k, (text, of, _) in enumerate(cases))
    (tmp_path / "f.c").write_text(source)
    subprocess.run([compiler, "-shared", "-fPIC", "-w", "-O0", "-o", tmp_path / "f.so", tmp_path / "f.c"], check=True)
    library = ctypes.CDLL(str(tmp_path / "f.so"))
    for k, (text, of, found) in enumerate(cases):
        function = library[f"f{k}"]
        function.restype = C_TYPES[of]
        expected = function(*[C_TYPES[kind](VALUES[name]) for name, kind in VARIABLES.items()])
        if np.isnan(expected) or abs(expected) >= 2**63:  # converting these to whole numbers is left open
            continue
        assert float(found) == float(expected), text


# ------------------------------------------------------------------------------------------------------ what is wrong

WRONG = {
    "x[threadIdx.x + 1] = 0;": ("out_of_bounds", r"thread 7 writes x\[8\], but x ends at \[7\]"),
    "x[(int) threadIdx.x - 1] = 0;": ("out_of_bounds", r"thread 0 writes x\[-1\], before the beginning"),
    "x[threadIdx.x - 1] = 0;": ("out_of_bounds", "unsigned"),
    "float y = x[n];": ("out_of_bounds", "reads"),
    "__shared__ float s[2][3]; s[1][threadIdx.x] = 0;": ("out_of_bounds", r"index 3 is not in 0 \.\. 2"),
    "x[0] = threadIdx.x;": ("race", r"thread 1 writes x\[0\], which thread 0 writes in line 3"),
    "x[threadIdx.x] = 1; float y = x[7 - threadIdx.x];": ("race", "reads"),
    "float y = x[0]; if (threadIdx.x == 3) x[0] = y;": ("race", "thread 3 writes"),
    "float s; x[threadIdx.x] = s;": ("no_value", "s is read before it has a value"),
    "float s; if (n < 0) s = 1; x[threadIdx.x] = s;": ("no_value", "s is read before it has a value"),
    "__shared__ float s[8]; x[threadIdx.x] = s[threadIdx.x];": ("uninitialised", r"reads s\[0\]"),
    "float own[4]; x[threadIdx.x] = own[2];": ("uninitialised", r"reads own\[2\], into which it has written nothing"),
    "__shared__ float s = 0;": ("rule", "shared memory has no first value"),
    "__shared__ float s[2] = {0, 1};": ("rule", "shared memory has no first values"),
    "if (threadIdx.x < 4) __syncthreads();": ("barrier", "thread 4 has ended"),
    "if (threadIdx.x < 4) return; __syncthreads();": ("barrier", "thread 0 has ended"),
    "if (threadIdx.x < 4)\n__syncthreads();\nelse\n__syncthreads();": ("barrier", "waits in line 6"),
    "if (threadIdx.x < 4) x[0] = __shfl_xor_sync(0xffffffff, 1.0f, 1);": ("barrier", "which the mask names"),
    "int k = 65536; k = k * k;": ("overflow", "4294967296 does not fit into int"),
    "x[0] = n / (n - n);": ("division", "8 is divided by 0"),
    "y[0] = 1;": ("syntax", "'y' was not declared"),
    "int count = 0; x[0] = cuont;": ("syntax", "did you mean 'count'"),
    "x[0] = expp(1.0f);": ("syntax", "no function 'expp'"),
    "x[0] = 1\nx[1] = 2;": ("syntax", "a semicolon is missing at the end"),
    "x[0] = = 1;": ("syntax", "not C: Invalid expression"),
    "float4 v;": ("unknown", "float4"),
    "x = 3;": ("type", "a number stands where a pointer is needed"),
    "x[1.5f] = 3;": ("rule", "index must be a whole number"),
    "float y = x;": ("type", "a pointer stands where"),
    "const int k = 1; k = 2;": ("rule", "k cannot be assigned to"),
    "x[0] = fmaxf(1.0f);": ("rule", "fmaxf takes 2 arguments, and 1 are given"),
    "int n2 = n[0];": ("type", "no array"),
    "__shared__ float s[0]; s[0] = 1;": ("rule", "an array has at least 1 element, and this one 0"),
    "float s[2 - 3]; s[0] = 1;": ("rule", "at least 1 element, and this one -1"),
    "__shared__ float s[010]; s[threadIdx.x + 1] = 1;": ("out_of_bounds", r"s ends at \[7\]"),
    "extern __shared__ float s[]; s[threadIdx.x] = 1;": ("rule", r"thread 0 writes s\[0\], but s has no elements"),
}


@pytest.mark.parametrize("body", WRONG)
def test_what_is_wrong_is_named_with_its_line(body):
    kind, told = WRONG[body]
    with pytest.raises(KernelError, match=told) as caught:
        kernel(body)((1,), (8,), (np.zeros(8, np.float32), np.int32(8)))
    assert caught.value.kind == kind
    assert caught.value.line in range(3, 7)
    assert caught.value.text in body.splitlines()


def test_const_arrays_are_not_written_to():
    with pytest.raises(KernelError, match="const") as caught:
        kernel("x[0] = 1;", "const float* x")((1,), (1,), (np.zeros(1, np.float32),))
    assert caught.value.kind == "rule"


def test_blocks_are_in_no_order():
    x = np.zeros(1, np.float32)
    with pytest.raises(KernelError, match="nothing says which block comes first") as caught:
        kernel("x[0] += 1;")((2,), (1,), (x, np.int32(1)))
    assert caught.value.kind == "block_race"


def test_the_same_may_be_written_by_many():
    x = np.zeros(1, np.float32)
    for value in ("3", "NAN", "INFINITY"):
        kernel(f"x[0] = {value};")((2,), (8,), (x, np.int32(1)))


def test_two_barriers_are_not_one_because_they_share_a_line():
    with pytest.raises(KernelError, match="all threads of a block must come to the same __syncthreads"):
        kernel("if (threadIdx.x < 3) __syncthreads(); else __syncthreads();")(
            (1,), (8,), (np.zeros(1, np.float32), np.int32(1))
        )


def test_an_order_is_seen_where_there_is_one():
    x = np.zeros(32, np.float32)
    kernel("x[threadIdx.x] = 1; __syncthreads(); x[31 - threadIdx.x] += 1;")((1,), (32,), (x, np.int32(1)))
    kernel("x[threadIdx.x] = 1; __syncwarp(); x[31 - threadIdx.x] += 1;")((1,), (32,), (x, np.int32(1)))
    assert (x == 2).all()


def test_a_loop_without_end_is_given_up():
    run = kernel("while (true) n++;")
    run.most_steps = 1000
    with pytest.raises(KernelError, match="after 1,000 turns of all threads; does it end") as caught:
        run((1,), (8,), (np.zeros(1, np.float32), np.int32(0)))
    assert caught.value.kind == "endless"


GIVES = "__device__ float half_of(float v) {\n    if (v > 2) return v / 2;\n}\n"


def test_a_function_that_ends_without_its_value():
    source = GIVES + 'extern "C" __global__ void f(float* x) { x[threadIdx.x] = half_of(x[threadIdx.x]); }'
    run, x = RawKernel(source, "f"), np.full(4, 3, np.float32)
    run((1,), (4,), (x,))
    assert (x == 1.5).all()
    x[2] = 1
    with pytest.raises(KernelError, match="thread 0 comes to the end of half_of without return") as caught:
        run((1,), (4,), (x,))
    assert (caught.value.kind, caught.value.line) == ("no_return", 1)


def test_what_whole_numbers_lose_is_noted_with_its_line():
    body = (
        "int k = 2.75f;\nk += 1;\nx[0] = 1 / n;\nint j = n / 3;\nint whole = 4.0f;\nx[1] = (int) 2.5f + k + j + whole;"
    )
    run, x = kernel(body), np.zeros(2, np.float32)
    run((1,), (1,), (x, np.int32(8)))
    assert x.tolist() == [0, 2 + 3 + 2 + 4]
    assert {line: told[0] for line, told in run.fractions.items()} == {
        3: "k is int: of 2.75 it keeps 2",
        5: "1 / 8 is a quotient of whole numbers, 0",
    }


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((np.zeros(8, np.float32), 8.0), r"argument n is int: expected np.int32\(...\), got 8.0 \(float\)"),
        ((np.zeros(8), np.int32(8)), "expected a contiguous array of float32, got float64"),
        ((np.zeros((8, 2), np.float32)[:, 0], np.int32(8)), "not contiguous"),
        ((np.zeros(8, np.float32), np.int64(8)), "np.int32"),
        ((np.zeros(8, np.float32), 1 << 40), "np.int32"),
        (([1.0], np.int32(8)), r"got \[1.0\]"),
        ((np.zeros(8, np.float32),), "takes 2 arguments, got 1"),
    ],
)
def test_arguments_must_have_the_kernels_types(arguments, told):
    with pytest.raises(KernelError, match=told) as caught:
        kernel(";")((1,), (1,), arguments)
    assert caught.value.kind == "argument"


def test_grids_and_names_are_checked():
    x = np.zeros(8, np.float32), np.int32(8)
    for grid, block in (((0,), (1,)), ((1,), (2000,)), (1, (1,)), ((1,), (1, 1, 1, 1))):
        with pytest.raises(KernelError):
            kernel(";")(grid, block, x)
    with pytest.raises(KernelError, match="no kernel 'g'"):
        RawKernel('extern "C" __global__ void f(int n) { }', "g").compile()


def test_doubles_that_slip_in_are_told():
    run = kernel("x[0] = 2.0 * x[0];\nx[1] = 2.0f * x[1];\nx[2] = exp(2.0 * x[2]);")
    assert run.doubles == ["x[0] = 2.0 * x[0];", "x[2] = exp(2.0 * x[2]);"]
