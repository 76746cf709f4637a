"""The stand-in refuses what CuPy refuses, and counts: a test that passes on it because it is lax would show nothing."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests import standin
from tests.standin import cupy, cupyx

HERE = np.arange(6.0).reshape(2, 3)


@pytest.fixture
def x():
    return cupy.asarray(HERE)


@pytest.mark.parametrize(
    ("mixing", "message"),
    [
        (lambda x: x + HERE, "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: HERE + x, "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: HERE @ x.T, "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: x > HERE, "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: x.__iadd__(HERE), "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: cupy.maximum(x, HERE), "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: cupy.concatenate([x, HERE]), "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: cupy.where(x > 0, x, HERE), "Unsupported type <class 'numpy.ndarray'>"),
        (lambda x: cupy.power([x], 2), "Unsupported type <class 'list'>"),
        (lambda x: np.asarray(x), r"Implicit conversion to a NumPy array is not allowed\. Please use `\.get\(\)`"),
        (lambda x: np.array([x, x]), "Implicit conversion to a NumPy array is not allowed"),
        (lambda x: np.empty((2, 3)).__setitem__(0, x[0]), "Implicit conversion to a NumPy array is not allowed"),
    ],
)
def test_arrays_of_both_sides_do_not_mix(x, mixing, message):
    with pytest.raises(TypeError, match=message):
        mixing(x)


@pytest.mark.parametrize(
    "what",
    [
        lambda x: x.max(initial=0.0),
        lambda x: x.sum(where=x > 0),
        lambda x: x.argsort(stable=True),
        lambda x: cupy.indices((2, 3), sparse=True),
        lambda x: cupy.add(x, x, order="F"),
        lambda x: x.take([0], 0, None, "clip"),
        lambda x: cupy.random.default_rng(0).random(3, out=None, spare=1),
    ],
)
def test_arguments_that_cupy_has_not_are_refused(x, what):
    with pytest.raises(TypeError, match=r"unexpected keyword argument|positional arguments"):
        what(x)


@pytest.mark.parametrize("name", ["permutation", "choice", "normal", "shuffle", "bit_generator"])
def test_its_generator_lacks_what_cupys_lacks(name):
    assert not hasattr(cupy.random.default_rng(0), name)


@pytest.mark.parametrize("name", ["putmask_", "nditer", "apply_over", "errstate", "polynomial", "ElementwiseKernel"])
def test_the_module_lacks_what_it_does_not_imitate(name):
    assert not hasattr(cupy, name)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x.sum(),
        lambda x: x.mean(axis=(0, 1)),
        lambda x: x.argmax(),
        lambda x: x[0, 0],
        lambda x: x[0, 0] + x[1, 1],
        lambda x: cupy.count_nonzero(x),
        lambda x: cupy.allclose(x, x),
        lambda x: cupy.linalg.norm(x),
        lambda x: np.exp(x[0, 0]),
    ],
)
def test_where_numpy_gives_numbers_there_are_arrays_without_dimensions(x, make):
    y = make(x)
    assert isinstance(y, cupy.ndarray)
    assert y.shape == ()


@pytest.mark.parametrize("name", ["max", "min", "argmax", "argmin"])
def test_a_number_has_no_dimension_0(x, name):
    with pytest.raises(np.exceptions.AxisError):
        getattr(x[0, 0], name)(axis=0)


def test_an_element_is_a_view(x):
    x[1, 2][...] = 9
    assert x.get()[1, 2] == 9


def test_indices_out_of_bounds_wrap_around(x):
    np.testing.assert_array_equal(x[cupy.asarray([0, 2, 5])].get(), HERE[[0, 0, 1]])
    np.testing.assert_array_equal(x[..., cupy.asarray([3])].get(), HERE[..., [0]])
    with pytest.raises(IndexError):
        x[2]


def test_adding_at_places_has_few_dtypes():
    with pytest.raises(TypeError, match="scatter_add only supports"):
        cupyx.scatter_add(cupy.zeros(3, "int64"), cupy.asarray([0, 0]), 1)
    y = cupy.zeros(3, "float32")
    cupyx.scatter_add(y, cupy.asarray([0, 0, 2]), 1)
    assert y.tolist() == [2, 0, 1]


def test_arrays_of_two_devices_do_not_mix(x):
    with cupy.cuda.Device(1):
        y = cupy.ones((2, 3))
        with pytest.raises(ValueError, match="Array device must be same as the current device"):
            x + y
    assert (x.device.id, y.device.id) == (0, 1)
    with pytest.raises(cupy.cuda.runtime.CUDARuntimeError, match="invalid device ordinal"):
        cupy.cuda.Device(2)


@pytest.mark.parametrize(
    ("what", "sent", "read"),
    [
        (lambda x: x * 2 + x.sum(), 0, 0),
        (lambda x: cupy.zeros(3) + cupy.arange(3), 0, 0),
        (lambda x: x[cupy.arange(2)], 0, 0),
        (lambda x: cupy.asarray(x), 0, 0),
        (lambda x: cupy.asarray(HERE), 1, 0),
        (lambda x: x[[0, 1]], 1, 0),
        (lambda x: x[np.array([0, 1])], 1, 0),
        (lambda x: x.set(HERE), 1, 0),
        (lambda x: x.get(), 0, 1),
        (lambda x: cupy.asnumpy(x), 0, 1),
        (lambda x: x[0, 0].item(), 0, 1),
        (lambda x: float(x[0, 0]), 0, 1),
        (lambda x: bool((x > 0).any()), 0, 1),
        (lambda x: f"{x[0, 0]:.2f}", 0, 1),
        (lambda x: x[x > 0], 0, 1),
        (lambda x: cupy.unique(x), 0, 1),
        (lambda x: x.nonzero(), 0, 1),
    ],
)
def test_what_crosses_and_what_is_waited_for_is_counted(x, what, sent, read):
    with standin.counted() as counts:
        what(x)
    assert (len(counts.sent), len(counts.read)) == (sent, read)


def test_it_is_there_only_while_it_is_installed():
    before = sys.modules.get("cupy")
    with standin.installed():
        assert sys.modules["cupy"] is cupy
        assert sys.modules["cupyx"] is cupyx
    assert sys.modules.get("cupy") is before


def test_where_nothing_may_be_read_reading_raises():
    x = cupy.ones(3)
    with cupyx.allow_synchronize(False):
        (x + x).sum()
        for read in (lambda: x.get(), lambda: float(x.sum()), lambda: bool(x.any()), lambda: x[x > 0]):
            with pytest.raises(cupyx.DeviceSynchronized):
                read()
    assert x.get().sum() == 3


def test_it_is_cupy_in_a_process_of_its_own():
    code = "import cupy, cupyx; print(cupy.ones(2).device.id, cupyx.scatter_add.__module__)"
    environment = {**os.environ, "PYTHONPATH": standin.PYTHONPATH}
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["0", "tests.standin.array"], done.stderr


def test_methods_of_ufuncs_are_handed_on_where_cupy_has_them(x):
    np.add.at(x, 0, cupy.ones(3))
    np.testing.assert_array_equal(x.get(), HERE + [[1], [0]])
    assert np.add.reduce(cupy.ones(3)).get() == 3
    for fails, error in [
        (lambda: np.maximum.reduce(x), NotImplementedError),
        (lambda: np.add.reduceat(x, [0]), TypeError),
        (lambda: np.add.at(HERE.copy(), 0, x[0]), AttributeError),
        (lambda: x.__setitem__(0, HERE[0]), ValueError),
    ]:
        with pytest.raises(error):
            fails()
