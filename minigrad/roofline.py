"""The roofline: how fast a computation can be at best, from its operations and the bytes that it moves.

A machine does so many operations a second, and moves so many bytes a second between its processor and its memory. Both
go on at the same time, so what takes longer decides (Williams, Waterman & Patterson, "Roofline: an insightful visual
performance model for multicore architectures", 2009).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from .errors import MinigradError

FLOAT32 = 4  # bytes


class Work(NamedTuple):
    """What a computation does: floating-point operations, and bytes that it reads from memory or writes there."""

    operations: int
    bytes: int

    @property
    def intensity(self) -> float:
        """The arithmetic intensity: operations for each byte."""
        return self.operations / self.bytes


@dataclass(frozen=True)
class Machine:
    """What a machine does at most: operations a second, bytes a second to and from its memory, and the seconds that it
    takes to hand one kernel over to it."""

    flops: float
    bandwidth: float
    launch: float = 0.0

    @property
    def ridge(self) -> float:
        """The intensity from which on operations take longer than bytes."""
        return self.flops / self.bandwidth


def elementwise_work(
    size: int, inputs: int = 1, outputs: int = 1, operations: int = 1, itemsize: int = FLOAT32
) -> Work:
    """`operations` for each element of arrays of `size` elements: `inputs` of them are read, `outputs` written.

    `itemsize` is the number of bytes of an element.
    """
    return Work(operations * size, itemsize * (inputs + outputs) * size)


def matmul_work(m: int, k: int, n: int, itemsize: int = FLOAT32) -> Work:
    """The product of matrices [m, k] and [k, n]: a multiplication and an addition for each of the k terms of each
    element; both are read and the result is written, each once."""
    return Work(2 * m * k * n, itemsize * (m * k + k * n + m * n))


def conv2d_work(x: Sequence[int], weight: Sequence[int], y: Sequence[int], itemsize: int = FLOAT32) -> Work:
    """The convolution of images of shape `x` [n, c, h, w] with kernels [o, c, kh, kw] to a result [n, o, h', w']: a
    multiplication and an addition for each weight of a kernel, at each element of the result; all three cross memory
    once. With groups, `weight` has the channels of one group."""
    return Work(2 * prod(y) * prod(weight[1:]), itemsize * (prod(x) + prod(weight) + prod(y)))


def least_seconds(work: Work, machine: Machine, launches: int = 0) -> float:
    """The time below which `machine` cannot do `work` in so many `launches`: that of the operations, of the bytes, or
    of handing the kernels over, whichever is longest, as all three go on at once."""
    return max(work.operations / machine.flops, work.bytes / machine.bandwidth, launches * machine.launch)


MACHINES = {
    "RTX 4090": Machine(82.6e12, 1.008e12),
    "H100 80GB HBM3": Machine(67e12, 3.35e12),
    "H200": Machine(67e12, 4.8e12),
}
"""GPUs by a part of the names that they give themselves: float32 without tensor cores, from NVIDIA's data sheets. No
data sheet states a launch."""

PCIE = {"3.0": 15.75e9, "4.0": 31.5e9, "5.0": 63.0e9}
"""Bytes a second that 16 lanes carry in one direction: 8, 16 and 32 gigabits each, of 130 bits 128 are data."""


def find_machine(name: str) -> Machine:
    """The GPU in MACHINES that calls itself `name`. Raises MinigradError if it is not known."""
    for part, machine in MACHINES.items():
        if part in name:
            return machine
    raise MinigradError(f"what '{name}' can do at most is not known here; known are {', '.join(MACHINES)}")
