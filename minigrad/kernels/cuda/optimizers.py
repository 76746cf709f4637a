"""The formulas of optimizers, for many parameters at once: one kernel for up to 32 of them.

A kernel's text is made for a number of parameters. In a grid, blockIdx.y says which one a block works on. Numbers such
as the learning rate lie in the array `numbers`, so that a captured step finds new ones there.
"""

from collections.abc import Sequence
from functools import cache

from ...device import Array
from .launch import THREADS, accurate, blocks, launch

TOGETHER = 32
"""Parameters of one kernel: the arguments of a kernel have 4 KB."""
MOST_BLOCKS = 256
"""Blocks for one parameter; each goes on until all elements are done."""

START = """
        A rate = numbers[0], decay = numbers[1], sign = numbers[2], value = (A) p[i];
        A slope = sign * (A) g[i] + decay * value;
"""
"""What all formulas begin with: the gradient, turned round for `maximize`, with weight decay."""

VELOCITY = """
        A velocity = mu * (A) b[i] + change;
        b[i] = (T) velocity;
"""

ADAM = """
        A rate = numbers[0], decay = numbers[1], sign = numbers[2], eps = numbers[7];
        A value = (A) p[i] * numbers[8];
        A slope = sign * (A) g[i] + decay * value;
        A first = numbers[3] * (A) m[i] + numbers[4] * slope;
        A second = numbers[5] * (A) v[i] + numbers[6] * slope * slope;
        m[i] = (T) first;
        v[i] = (T) second;
"""

RMSPROP = (
    START
    + """
        A second = numbers[3] * (A) v[i] + numbers[4] * slope * slope, eps = numbers[5], mu = numbers[6];
        v[i] = (T) second;
"""
)

CENTERED = """
        A mean = numbers[3] * (A) a[i] + numbers[4] * slope;
        a[i] = (T) mean;
        second = max(second - mean * mean, (A) 0);
"""

FORMULAS = {
    "sgd": ((), START + "p[i] = (T) (value - rate * slope);"),
    "sgd_momentum": (
        ("b",),
        START
        + "A mu = numbers[3], change = numbers[4] * slope;"
        + VELOCITY
        + "p[i] = (T) (value - rate * (numbers[5] != 0 ? slope + mu * velocity : velocity));",
    ),
    "adam": (("m", "v"), ADAM + "p[i] = (T) (value - rate * first / (sqrt(second) + eps));"),
    "amsgrad": (
        ("m", "v", "most"),
        ADAM
        + """
        second = max((A) most[i], second);
        most[i] = (T) second;
        p[i] = (T) (value - rate * first / (sqrt(second) + eps));""",
    ),
    "rmsprop": (("v",), RMSPROP + "p[i] = (T) (value - rate * slope / (sqrt(second) + eps));"),
    "rmsprop_momentum": (
        ("v", "b"),
        RMSPROP + "A change = slope / (sqrt(second) + eps);" + VELOCITY + "p[i] = (T) (value - rate * velocity);",
    ),
    "rmsprop_centered": (("v", "a"), RMSPROP + CENTERED + "p[i] = (T) (value - rate * slope / (sqrt(second) + eps));"),
    "rmsprop_centered_momentum": (
        ("v", "b", "a"),
        RMSPROP
        + CENTERED
        + "A change = slope / (sqrt(second) + eps);"
        + VELOCITY
        + "p[i] = (T) (value - rate * velocity);",
    ),
    "adagrad": (
        ("s",),
        START
        + """
        A total = (A) s[i] + slope * slope;
        s[i] = (T) total;
        p[i] = (T) (value - rate * slope / (sqrt(total) + numbers[3]));""",
    ),
}
"""For each formula the names of its state, and what is done with element i. `numbers` are those that the optimizer's
`formula` gives; they begin with the learning rate, the weight decay and the sign of the gradient."""

NUMBERS = 10
"""Of which the last is 0."""

SET_NUMBERS = """
extern "C" __global__ void set_numbers(A* numbers, A a, A b, A c, A d, A e, A f, A g, A h, A i, A j) {
    numbers[0] = a; numbers[1] = b; numbers[2] = c; numbers[3] = d; numbers[4] = e;
    numbers[5] = f; numbers[6] = g; numbers[7] = h; numbers[8] = i; numbers[9] = j;
}
"""


@cache
def source(formula: str, count: int) -> str:
    """The text of the kernel for `count` parameters."""
    names, body = FORMULAS[formula]
    parameters, choices = [], []  # of the kernel; which parameter of the network a block works on
    for k in range(count):
        parameters += [f"T* p{k}", f"const T* g{k}", *[f"T* {name}{k}" for name in names], f"int n{k}"]
        moved = " ".join(f"{name} = {name}{k};" for name in ("p", "g", *names, "n"))
        choices.append(f"if (blockIdx.y == {k}) {{ {moved} }}")
    pointers = "T* p = p0; const T* g = g0; " + " ".join(f"T* {name} = {name}0;" for name in names)
    return f"""
extern "C" __global__ void {formula}(const A* numbers, const A* skip, {", ".join(parameters)}) {{
    if (skip[0] != 0) return;  // a gradient was not finite: this step is none
    {pointers} int n = n0;
    {" else ".join(choices)}
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {{{body}}}
}}
"""


def set_numbers(numbers: Array, values: Sequence[float]) -> None:
    """Write up to NUMBERS numbers into the array, by their values: nothing is copied from the host."""
    padded = [float(v) for v in values] + [0.0] * (NUMBERS - len(values))
    launch("set_numbers", (SET_NUMBERS,), numbers.dtype, (1,), (1,), numbers, *padded)


def room_for_numbers(like: Array) -> Array:
    """Where the numbers of a formula for parameters such as this one lie."""
    return accurate(like, NUMBERS)


def update(
    formula: str, numbers: Array, skip: Array | None, parameters: Sequence[tuple[Array, Array, Sequence[Array]]]
) -> None:
    """Step with all `parameters`, each with its gradient and its state; all of one dtype, dense in memory. Nothing
    happens if `skip`, an array of one element, is not 0."""
    skip = numbers[-1:] if skip is None else skip.reshape(1).astype(numbers.dtype)
    for start in range(0, len(parameters), TOGETHER):
        some = parameters[start : start + TOGETHER]
        arguments = [a for p, g, state in some for a in (p, g, *state, p.size)]
        wide = min(MOST_BLOCKS, blocks(max(p.size for p, *_ in some)))
        text = source(formula, len(some))
        launch(formula, (text,), some[0][0].dtype, (wide, len(some)), (THREADS,), numbers, skip, *arguments)
