import pytest

from minigrad.errors import MinigradError
from minigrad.roofline import (
    MACHINES,
    PCIE,
    Machine,
    Work,
    conv2d_work,
    elementwise_work,
    find_machine,
    least_seconds,
    matmul_work,
)

SLOW = Machine(flops=1000, bandwidth=50, launch=0.5)


def test_works_by_hand():
    assert elementwise_work(10) == (10, 80)
    assert elementwise_work(10, inputs=2, operations=3, itemsize=2) == (30, 60)
    assert elementwise_work(10, inputs=4, outputs=3) == (10, 280)
    assert matmul_work(2, 3, 5) == (60, 4 * (6 + 15 + 10))
    assert conv2d_work((2, 3, 6, 7), (5, 3, 3, 2), (2, 5, 4, 6)) == (2 * 240 * 18, 4 * (252 + 90 + 240))
    assert conv2d_work((1, 4, 3, 3), (4, 1, 3, 3), (1, 4, 1, 1), itemsize=8) == (72, 8 * (36 + 36 + 4))


def test_intensity():
    assert elementwise_work(7, inputs=2).intensity == pytest.approx(1 / 12)
    assert matmul_work(600, 600, 600).intensity == pytest.approx(100)
    assert SLOW.ridge == 20


@pytest.mark.parametrize(
    ("work", "launches", "seconds"),
    [(Work(4000, 100), 0, 4), (Work(100, 400), 0, 8), (Work(10, 10), 7, 3.5), (Work(4000, 400), 7, 8)],
)
def test_what_takes_longest_decides(work, launches, seconds):
    assert least_seconds(work, SLOW, launches) == seconds


def test_gpus_are_found_by_the_names_that_they_give_themselves():
    assert find_machine("NVIDIA H200") is MACHINES["H200"]
    assert find_machine("NVIDIA H100 80GB HBM3") is MACHINES["H100 80GB HBM3"]
    assert find_machine("NVIDIA GeForce RTX 4090") is MACHINES["RTX 4090"]
    with pytest.raises(MinigradError, match="what 'NVIDIA H100 PCIe' can do at most is not known here; known are RTX"):
        find_machine("NVIDIA H100 PCIe")


def test_the_lanes_of_pcie():
    for generation, gigabits in (("3.0", 8), ("4.0", 16), ("5.0", 32)):
        assert PCIE[generation] == pytest.approx(16 * gigabits * 1e9 / 8 * 128 / 130, rel=1e-3)
