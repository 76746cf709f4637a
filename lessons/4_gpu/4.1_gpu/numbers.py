"""The numbers that the dialogue of this lesson asks for, computed by minigrad."""

from minigrad.roofline import Machine, Work, elementwise_work, least_seconds


def many_kernels(n, launch, work):
    """Microseconds of n kernels that take so long to hand over, and to work."""
    seconds = least_seconds(Work(n * work, 0), Machine(flops=1.0, bandwidth=1.0, launch=launch), n)
    return round(seconds, 6)


def work_alone(n, launch, work):
    return n * work


def both_added(n, launch, work):
    return n * (launch + work)


def one_kernel(n, launch, work):
    return max(launch, work)


def addition(million, bandwidth):
    """Milliseconds in which x + y of so many million elements crosses a memory of so many GB/s."""
    work = elementwise_work(1_000_000 * million, inputs=2)
    return round(1000 * least_seconds(work, Machine(flops=1e30, bandwidth=1e9 * bandwidth)), 6)


def result_forgotten(million, bandwidth):
    return addition(million, bandwidth) * 2 / 3


def elements_counted(million, bandwidth):
    return addition(million, bandwidth) / 4
