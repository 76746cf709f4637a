"""The stand-in's modules, `cupy` and `cupyx`: NumPy's functions, as far as CuPy has them."""

from types import ModuleType, SimpleNamespace

import numpy as np

from .array import (
    NAMES,
    CUDARuntimeError,
    Device,
    Memory,
    OutOfMemoryError,
    Pool,
    check_arguments,
    check_kind,
    device,
    host,
    ndarray,
    scatter_add,
)
from .counting import DeviceSynchronized, allow_synchronize, note_read, note_sent

PLAIN = {"broadcast_shapes", "can_cast", "isscalar", "issubdtype", "may_share_memory", "min_scalar_type", "ndim",
         "promote_types", "result_type", "shape", "shares_memory", "size"}  # fmt: skip
"""Functions that tell something about arrays without looking into them."""
MEASURED = {"allclose", "array_equal", "array_equiv", "count_nonzero", "iscomplexobj"}
"""Functions of which NumPy's return Python's numbers, and CuPy's 0-d arrays."""
WAITING = {"argwhere", "bincount", "compress", "extract", "flatnonzero", "nonzero", "unique"}
"""Functions that wait for the device, to know how large their result is."""


def same_function(name, function, known):
    """NumPy's function for arrays of the device, with the arguments that CuPy's has."""

    def call(*args, **kwargs):
        check_arguments(name, known, args, kwargs)
        if known == "ufunc" and any(isinstance(x, list | tuple) for x in args):
            raise TypeError("Unsupported type <class 'list'>")
        if "kind" in kwargs:
            check_kind(kwargs["kind"])
        if name in WAITING:
            note_read(name)
        out = kwargs.get("out")
        result = function(*host(args), **{key: host(value) for key, value in kwargs.items()})
        if name in PLAIN:
            return result
        if out is not None:
            return out
        return device(np.asarray(result) if name in MEASURED else result)

    call.__name__ = name
    if known == "ufunc":
        for method, able in METHODS.items():
            setattr(call, method, same_ufunc_method(name, method, able))
    return call


METHODS = {"at": ("add",), "reduce": ("add", "multiply"), "accumulate": ("add", "multiply"), "outer": None}
"""Methods of ufuncs, and the ufuncs that have them here; None: all. CuPy has `at` for a few more."""


def same_ufunc_method(name, method, able):
    def call(*args, **kwargs):
        if able is not None and name not in able:
            raise NotImplementedError(f"`cupy_{name}.{method}` is not supported yet")
        if method == "at":
            return scatter_add(*args)
        return device(getattr(getattr(np, name), method)(*host(args), **kwargs))

    return call


def array(obj, dtype=None, copy=True, order="K", subok=False, ndmin=0, blocking=False):
    """What is not on the device yet is sent there."""
    if isinstance(obj, ndarray):
        if obj._device != Device.current:
            note_sent("from device to device")
            return device(np.array(obj._host, dtype, order=order))
        if not copy and (dtype is None or obj.dtype == dtype) and not ndmin:
            return obj
        return device(np.array(host(obj), dtype, copy=copy or None, order=order, ndmin=ndmin))
    if isinstance(obj, list | tuple) and any(isinstance(part, ndarray) for part in obj):
        return device(np.array([host(part) for part in obj], dtype))
    contiguous = not isinstance(obj, np.ndarray) or obj.flags.c_contiguous or obj.flags.f_contiguous
    sent = np.array(obj, dtype, order=order if contiguous else "C", ndmin=ndmin)
    if sent.dtype.kind not in "biufc":
        raise ValueError(f"Unsupported dtype {sent.dtype}")
    note_sent(f"an array {sent.shape}")
    return device(sent)


def asarray(a, dtype=None, order=None, *, copy=None, blocking=False):
    return array(a, dtype, bool(copy), order or "K")


def asnumpy(a, stream=None, order="C", out=None, *, blocking=True):
    return a.get(stream, order, out) if isinstance(a, ndarray) else np.asarray(a, order=order)


class Generator:
    """cupy.random.Generator: the few distributions that it has."""

    def __init__(self, seed=None):
        self._draw = np.random.default_rng(seed)


def same_distribution(name, known):
    def method(self, *args, **kwargs):
        check_arguments(name, known[1:], args, kwargs)
        dtype = kwargs.pop("dtype", None) if name == "uniform" else None  # NumPy's has none
        drawn = np.asarray(getattr(self._draw, name)(*host(args), **kwargs))
        return device(drawn if dtype is None else drawn.astype(dtype))

    return method


for _name, _known in NAMES["random"].items():
    setattr(Generator, _name, same_distribution(_name, _known))


def as_strided(x, shape=None, strides=None):
    return device(np.lib.stride_tricks.as_strided(host(x), shape, strides))


def sliding_window_view(x, window_shape, axis=None):
    return device(np.lib.stride_tricks.sliding_window_view(host(x), window_shape, axis))


def norm(x, ord=None, axis=None, keepdims=False):
    return device(np.linalg.norm(host(x), ord, axis, keepdims))


def from_dlpack(x, **kwargs):
    raise BufferError("the stand-in has no memory on a device to share")


def build(name, functions, source):
    """A module of those `functions` that `source` has too."""
    module = ModuleType(name)
    for key, known in functions.items():
        if hasattr(source, key):
            setattr(module, key, same_function(key, getattr(source, key), known))
    return module


cupy = build("cupy", NAMES["cupy"], np)
SAME = """
    bool_ dtype e finfo float16 float32 float64 floating generic iinfo inf int8 int16 int32 int64 integer nan ndindex
    newaxis pi uint8 uint16 uint32 uint64
"""
for _name in SAME.split():
    setattr(cupy, _name, getattr(np, _name))
cupy.__version__ = NAMES["version"]
cupy.ndarray, cupy.array, cupy.asarray, cupy.asnumpy = ndarray, array, asarray, asnumpy
cupy.from_dlpack = from_dlpack
cupy.linalg = build("cupy.linalg", NAMES["linalg"], np.linalg)
cupy.lib = SimpleNamespace(
    stride_tricks=SimpleNamespace(as_strided=as_strided, sliding_window_view=sliding_window_view)
)
cupy.random = SimpleNamespace(Generator=Generator, default_rng=Generator)
cupy.cuda = SimpleNamespace(
    Device=Device,
    is_available=lambda: True,
    get_allocator=lambda: Memory.allocator,
    set_allocator=Memory.use,
    memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
    runtime=SimpleNamespace(
        getDeviceCount=lambda: Device.count,
        memGetInfo=lambda: (Pool.total, Pool.total),
        CUDARuntimeError=CUDARuntimeError,
    ),
)
cupy.get_default_memory_pool = lambda: Memory.pool
cupyx = ModuleType("cupyx")
cupyx.scatter_add = scatter_add
cupyx.allow_synchronize, cupyx.DeviceSynchronized = allow_synchronize, DeviceSynchronized
cupyx.rsqrt = lambda x: device(1 / np.sqrt(host(x)))
