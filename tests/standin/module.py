"""The stand-in's modules, `cupy` and `cupyx`: NumPy's functions, as far as CuPy has them."""

from types import ModuleType, SimpleNamespace

import numpy as np

from minigrad import simulator

from .array import (
    NAMES,
    CUDARuntimeError,
    Device,
    Memory,
    OutOfMemoryError,
    Pool,
    check_arguments,
    check_kind,
    check_sorted,
    device,
    host,
    ndarray,
    numpys,
    scatter_add,
    widened,
)
from .counting import DeviceSynchronized, allow_synchronize, note_read, note_sent
from .graphs import Event, Recording, Stream, changed, noted

PLAIN = {"broadcast_shapes", "can_cast", "isscalar", "issubdtype", "may_share_memory", "min_scalar_type", "ndim",
         "promote_types", "result_type", "shape", "shares_memory", "size"}  # fmt: skip
"""Functions that tell something about arrays without looking into them."""
MEASURED = {"allclose", "array_equal", "array_equiv", "count_nonzero", "iscomplexobj"}
"""Functions of which NumPy's return Python's numbers, and CuPy's 0-d arrays."""
ROOM = {"empty", "empty_like"}
"""Functions that do nothing with the memory that they give."""
JOINED = {"concatenate", "hstack", "stack", "vstack"}
"""Functions that send the addresses of more than eight arrays to the device, to join them there."""
SORTED = {"sort", "argsort", "unique", "searchsorted"}
"""Functions that sort."""
CHOOSING = {"where", "clip"}
"""Functions that make float32 of bfloat16."""
WAITING = {"argwhere", "bincount", "compress", "extract", "flatnonzero", "nonzero", "unique"}
"""Functions that wait for the device, to know how large their result is."""


def same_function(name, function, known):
    """NumPy's function for arrays of the device, with the arguments that CuPy's has."""

    def call(*args, **kwargs):
        check_arguments(name, known, args, kwargs)
        if name in SORTED:
            check_sorted(args[0])
        if known == "ufunc" and any(isinstance(x, list | tuple) for x in args):
            raise TypeError("Unsupported type <class 'list'>")
        if name in JOINED and len(args[0]) > 8 and Recording.current is not None:
            raise RuntimeError("the current stream is capturing, so H2D transfers are disallowed")
        if "kind" in kwargs:
            check_kind(kwargs["kind"])
        if name in WAITING:
            note_read(name)
        out = kwargs.get("out")
        given, named = host(args), {key: host(value) for key, value in kwargs.items()}

        def redo():
            result = function(*given, **named)
            if known == "ufunc" and out is None:
                result = widened(result, *given)
            elif name in CHOOSING:
                result = widened(result, 1.0)
            return np.asarray(result) if name in MEASURED else result

        if name in PLAIN:
            return redo()
        if name in ROOM:
            return device(redo())
        if out is None:
            return noted(redo, redo(), device)
        changed(redo)
        return out

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
            return noted(lambda: np.array(obj._host, dtype, order=order), obj._host.astype(dtype, order), device)
        if not copy and (dtype is None or obj.dtype == dtype) and not ndmin:
            return obj
        here = host(obj)

        def redo():
            return np.array(here, dtype, copy=copy or None, order=order, ndmin=ndmin)

        return noted(redo, redo(), device)
    if isinstance(obj, list | tuple) and any(isinstance(part, ndarray) for part in obj):
        parts = [host(part) for part in obj]
        return noted(lambda: np.array(parts, dtype), np.array(parts, dtype), device)
    contiguous = not isinstance(obj, np.ndarray) or obj.flags.c_contiguous or obj.flags.f_contiguous
    sent = np.array(obj, dtype, order=order if contiguous else "C", ndmin=ndmin)
    if sent.dtype.kind not in "biufc" and sent.dtype.name != "bfloat16":
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


class RawKernel:
    """cupy.RawKernel, whose kernels minigrad's simulator runs."""

    def __init__(self, code, name, options=(), backend="nvrtc", **more):
        self._kernel = simulator.RawKernel(code, name, options)

    def __call__(self, grid, block, args, *, shared_mem=0):
        given = [host(a) for a in args]
        for array in given:
            if isinstance(array, np.ndarray) and not array.flags.c_contiguous:
                raise ValueError("a kernel sees no strides; expected an array in C's order")
        changed(lambda: self._kernel(grid, block, given, shared_mem=shared_mem))


def as_strided(x, shape=None, strides=None):
    return device(np.lib.stride_tricks.as_strided(host(x), shape, strides))


def sliding_window_view(x, window_shape, axis=None):
    note_read("sliding_window_view")  # which sends the shape of the window there, to look at it
    return device(np.lib.stride_tricks.sliding_window_view(host(x), window_shape, axis))


def norm(x, ord=None, axis=None, keepdims=False):
    here = host(x)
    return noted(lambda: np.linalg.norm(here, ord, axis, keepdims), np.linalg.norm(here, ord, axis, keepdims), device)


def from_dlpack(x, **kwargs):
    raise BufferError("the stand-in has no memory on a device to share")


def build(name, functions, source):
    """A module of those `functions` that `source` has too."""
    module = ModuleType(name)
    for key, known in functions.items():
        if hasattr(source, key):
            setattr(module, key, same_function(key, numpys(key, source), known))
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
cupy.from_dlpack, cupy.RawKernel = from_dlpack, RawKernel
cupy.linalg = build("cupy.linalg", NAMES["linalg"], np.linalg)
cupy.lib = SimpleNamespace(
    stride_tricks=SimpleNamespace(as_strided=as_strided, sliding_window_view=sliding_window_view)
)
cupy.random = SimpleNamespace(Generator=Generator, default_rng=Generator)
cupy.cuda = SimpleNamespace(
    Device=Device,
    Stream=Stream,
    Event=Event,
    MemoryPool=Pool,
    get_current_stream=lambda: Stream.current,
    using_allocator=Memory.using,
    is_available=lambda: True,
    get_allocator=lambda: Memory.allocator,
    set_allocator=Memory.use,
    memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
    runtime=SimpleNamespace(
        getDevice=lambda: Device.current,
        getDeviceCount=lambda: Device.count,
        memGetInfo=lambda: (Pool.total, Pool.total),
        CUDARuntimeError=CUDARuntimeError,
    ),
)
arithmetic = {}  # what products of a dtype are computed in
cupy._core = SimpleNamespace(
    _routines_linalg=SimpleNamespace(
        COMPUTE_TYPE_DEFAULT=1, COMPUTE_TYPE_TF32=7, COMPUTE_TYPE_BF16=6, set_compute_type=arithmetic.__setitem__
    )
)
cupy.get_default_memory_pool = lambda: Memory.pool
cupyx = ModuleType("cupyx")
cupyx.scatter_add = scatter_add
cupyx.allow_synchronize, cupyx.DeviceSynchronized = allow_synchronize, DeviceSynchronized
cupyx.rsqrt = lambda x: 1 / cupy.sqrt(x)
