"""Checks of lesson 4.2: kernels in CUDA's C, run by the simulator, and by a GPU where there is one."""

from collections import Counter

import numpy as np

from minigrad.course.checks import Check, checks
from minigrad.course.kernel_checks import Trial, try_kernel
from minigrad.kernels.cuda import activation, rows, softmax
from minigrad.kernels.cuda import launch as starting

LAUNCH, ACTIVATION = "minigrad.kernels.cuda.launch:", "minigrad.kernels.cuda.activation:"
ROWS, SOFTMAX = "minigrad.kernels.cuda.rows:", "minigrad.kernels.cuda.softmax:"

COUNTS = [
    # elements, threads of a block
    (1000, 256),
    (256, 256),
    (257, 256),
    (255, 256),
    (1, 256),
    (0, 256),
    (1024, 256),
    (96, 32),
    (97, 32),
    (5, 1),
    (1000, 1000),
    (2**31 - 1, 256),
    (2**31 - 1, 1024),
]


@checks(LAUNCH + "blocks")
def count_of_blocks(check: Check) -> None:
    check.require(check.run(lambda: starting.blocks(1000)) is not None, "nothing", name="result")

    def numbers() -> np.ndarray:
        """All at once: one number alone does not tell which mistake was made."""
        found = [starting.blocks(*pair) for pair in COUNTS]
        check.require(all(isinstance(n, int | np.integer) for n in found), "not_whole")
        return np.array(found)

    n, threads = (np.array(values, float) for values in zip(*COUNTS))
    check.function(numbers, inputs={"n": n, "threads": threads})


# ---------------------------------------------------------------------------------------------- one thread, one element

SIZES = [(300, 32), (70, 32), (64, 32), (5, 32), (1000, 256)]  # elements, threads of a block


def values(check: Check, n: int) -> np.ndarray:
    """Numbers, among them zeros, infinities, NaN, very large and very small ones, as far as there is room."""
    x = check.array(n)
    special = [0.0, -0.0, np.nan, np.inf, -np.inf, 60000.0, -60000.0, 1e-7, -1e-7]
    x[-2 : -2 - len(special[: n // 3]) : -1] = special[: n // 3]
    return x


@checks(ACTIVATION + "relu_source")
def relu(check: Check) -> None:
    for n, threads in SIZES:
        x = {"x": values(check, n)}
        shape = {"grid": -(-n // threads), "block": threads, "numbers": {"n": n}}
        formula = lambda x: np.where(x < 0, 0, x)  # noqa: E731
        try_kernel(check, Trial("relu", lambda: activation.relu_source(), formula, x, ["y"], **shape))


@checks(ACTIVATION + "relu_backward_source")
def relu_backward(check: Check) -> None:
    for n, threads in SIZES:
        x = values(check, n)
        given = {"gy": check.array(n), "y": np.where(x < 0, 0, x)}
        shape = {"grid": -(-n // threads), "block": threads, "numbers": {"n": n}}
        formula = lambda gy, y: np.where(y != 0, gy, 0)  # noqa: E731
        try_kernel(
            check, Trial("relu_backward", lambda: activation.relu_backward_source(), formula, given, ["gx"], **shape)
        )


# ------------------------------------------------------------------------------------------------- a block that sums up

SUMS = """
extern "C" __global__ void sums(const T* x, T* first, T* second) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    A value = (A) x[i];
    A total = block_sum(value);
    A again = block_sum(value * value);
    first[i] = (T) total;
    second[i] = (T) again;
}
"""
SERIAL_EN = (
    "block_sum_source: right, but one thread uses the shared memory {count} times in a row, while others could help. "
    "With 128 threads a tree of 7 steps needs 23."
)
SERIAL_ZH = (
    "block_sum_source：结果没错，但有的线程接连用了 {count} 次共享内存，本来别的线程可以分担：128 个线程时，"
    "7 步的树形求和只要 23 次。"
)


@checks(ROWS + "block_sum_source")
def block_sum(check: Check) -> None:
    def attempt(grid: int, threads: int) -> Trial:
        def formula(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            of_blocks = x.reshape(-1, threads)
            sums = [part.sum(axis=1, keepdims=True) for part in (of_blocks, of_blocks * of_blocks)]
            return np.repeat(sums[0], threads), np.repeat(sums[1], threads)

        x, outputs = {"x": check.array(grid * threads)}, ["sum", "second sum"]
        trial = Trial("sums", lambda: rows.block_sum_source(), formula, x, outputs, grid, threads, after=SUMS)
        try_kernel(check, trial)
        return trial

    for grid, threads in [(1, 8), (3, 64), (2, 1), (1, 2)]:
        attempt(grid, threads)
    uses = most_uses(attempt(1, 128)) // 2  # for one of the two sums
    if uses > 64:  # with 1024 threads the simulator would take too long
        check.note(SERIAL_EN.format(count=uses), SERIAL_ZH.format(count=uses))
    else:
        attempt(1, 1024)


def most_uses(trial: Trial) -> int:
    """How often the busiest thread has used the memory of its block."""
    return max(Counter(use.thread for use in trial.uses if use.inside).values(), default=0)


# ---------------------------------------------------------------------------------------------------- a block for a row

ROWS_OF = [(2, 71, 32), (3, 5, 32), (4, 64, 32), (2, 90, 64), (2, 32, 32), (3, 1, 32)]  # rows, elements, threads


def softmax_of(x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


@checks(SOFTMAX + "softmax_source")
def softmax_of_rows(check: Check) -> None:
    def attempt(x: np.ndarray, threads: int) -> None:
        count, m = x.shape
        helpers = rows.BLOCK_MAX, rows.block_sum_source()
        shape = {"grid": count, "block": threads, "numbers": {"m": m}, "helpers": helpers}
        try_kernel(check, Trial("softmax", lambda: softmax.softmax_source(), softmax_of, {"x": x}, ["y"], **shape))

    for count, m, threads in ROWS_OF:
        attempt(check.array(count, m), threads)
    x = check.array(4, 40)
    x[0], x[1], x[2] = x[0] + 1000, x[1] - 1000, 3.0
    x[3, ::3] = -np.inf
    attempt(x, 32)
    x = check.array(3, 36)
    x[1, 20], x[2, 4] = np.nan, np.inf
    attempt(x, 32)


@checks(SOFTMAX + "softmax_backward_source")
def softmax_backward_of_rows(check: Check) -> None:
    def formula(gy: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y * (gy - (gy * y).sum(axis=1, keepdims=True))

    for count, m, threads in ROWS_OF:
        given = {"gy": check.array(count, m), "y": softmax_of(check.array(count, m))}
        shape = {"grid": count, "block": threads, "numbers": {"m": m}, "helpers": (rows.block_sum_source(),)}
        write = lambda: softmax.softmax_backward_source()  # noqa: E731
        try_kernel(check, Trial("softmax_backward", write, formula, given, ["gx"], **shape))
