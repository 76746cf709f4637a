"""The formulas of optimizers, for many parameters at once: one kernel for up to 32 of them.

A kernel's text is made for a number of parameters. In a grid, blockIdx.y says which one a block works on. Numbers such
as the learning rate lie in the array `numbers`, so that a captured step finds new ones there. GradScaler's passes over
all gradients (scaler.py) are made in the same way.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from ...device import Array, array_module
from .capture import room
from .launch import THREADS, accurate_type, blocks, launch

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
    arrays = "T* p", "const T* g", *[f"T* {name}" for name in names]
    return for_all(formula, "const A* numbers, const int* skip", "if (skip[0] != 0) return;", arrays, count, body)


def for_all(kernel: str, given: str, before: str, arrays: Sequence[str], count: int, body: str, after: str = "") -> str:
    """The text of a kernel that goes through `count` sets of arrays at once: block (., k) through those of number k.

    It is given what all share, and then each set: the arrays, of n elements each, and n. Each thread does what stands
    `before`, then the `body` for each of its elements i, and what stands `after`.
    """
    names = [declaration.split()[-1] for declaration in arrays]
    parameters, choices = [], []
    for k in range(count):
        parameters += [*[f"{declaration}{k}" for declaration in arrays], f"int n{k}"]
        moved = " ".join(f"{name} = {name}{k};" for name in (*names, "n"))
        choices.append(f"if (blockIdx.y == {k}) {{ {moved} }}")
    first = " ".join(f"{declaration} = {name}0;" for declaration, name in zip(arrays, names, strict=True))
    return f"""
extern "C" __global__ void {kernel}({given}, {", ".join(parameters)}) {{
    {before}
    {first} int n = n0;
    {" else ".join(choices)}
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {{{body}}}
    {after}
}}
"""


def launch_for_all(
    kernel: str, source: Callable[[int], str], given: Sequence[Any], sets: Sequence[Sequence[Array]]
) -> None:
    """Start the kernel whose text for a number of sets is `source(number)`, as often as it takes for all sets."""
    for start in range(0, len(sets), TOGETHER):
        some = sets[start : start + TOGETHER]
        arguments = [a for arrays in some for a in (*arrays, arrays[0].size)]
        wide = min(MOST_BLOCKS, blocks(max(arrays[0].size for arrays in some)))
        dtype, grid = some[0][0].dtype, (wide, len(some))
        launch(kernel, (source(len(some)),), dtype, grid, (THREADS,), *given, *arguments)


def set_numbers(numbers: Array, values: Sequence[float]) -> None:
    """Write up to NUMBERS numbers into the array, by their values: nothing is copied from the host."""
    padded = [float(v) for v in values] + [0.0] * (NUMBERS - len(values))
    launch("set_numbers", (SET_NUMBERS,), numbers.dtype, (1,), (1,), numbers, *padded)


def room_for_numbers(like: Array) -> Array:
    """Where the numbers of a formula for parameters such as this one lie."""
    return room(array_module(like), NUMBERS, accurate_type(like))


def update(
    formula: str, numbers: Array, skip: Array | None, parameters: Sequence[tuple[Array, Array, Sequence[Array]]]
) -> None:
    """Step with all `parameters`, each with its gradient and its state; all of one dtype, dense in memory. Nothing
    happens if `skip`, an array of one int32, is not 0: a gradient was not finite then."""
    skip = numbers[-1:].view("int32")[:1] if skip is None else skip
    sets = [(p, g, *state) for p, g, state in parameters]
    launch_for_all(formula, partial(source, formula), (numbers, skip), sets)
