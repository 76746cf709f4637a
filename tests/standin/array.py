"""The stand-in's array: a NumPy array behind a fence that lets through what CuPy's lets through.

docs/gpu-standin.md lists what is imitated, and where CuPy's documentation says so.
"""

import json
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from .counting import note_late, note_read, note_sent
from .graphs import Recording, Stream, changed, noted

NAMES = json.loads(Path(__file__).with_name("cupy.json").read_text(encoding="utf-8"))
"""What CuPy has: names of functions and methods with those of their arguments, written by read_cupy.py."""


class CUDARuntimeError(RuntimeError):
    pass


class Device:
    """A device by number; within `with Device(n):` arrays are made there."""

    count = 2
    current = 0

    def __init__(self, id=None):
        self.id = Device.current if id is None else id
        if not 0 <= self.id < Device.count:
            raise CUDARuntimeError("cudaErrorInvalidDevice: invalid device ordinal")

    def __enter__(self):
        self.before, Device.current = getattr(self, "before", ()) + (Device.current,), self.id
        return self

    def __exit__(self, *error):
        *self.before, Device.current = self.before
        self.before = tuple(self.before)

    def use(self):
        Device.current = self.id

    def synchronize(self):
        note_read("synchronize")


class OutOfMemoryError(MemoryError):
    """cupy.cuda.memory.OutOfMemoryError."""


class Pool:
    """A memory pool that counts nothing, and refuses what is larger than the memory of its device."""

    total = 1 << 26
    asked = None
    """The pool that was asked last."""

    def malloc(self, size):
        Pool.asked = self
        if size > Pool.total:
            raise OutOfMemoryError(f"Out of memory allocating {size:,} bytes (allocated so far: 0 bytes).")

    def used_bytes(self):
        return 0

    def free_all_blocks(self, stream=None):
        pass


class Memory:
    """The pool, and the function that every array is asked of."""

    pool = Pool()
    allocator = staticmethod(pool.malloc)

    @staticmethod
    def use(allocator):
        Memory.allocator = allocator

    @staticmethod
    @contextmanager
    def using(allocator):
        before, Memory.allocator = Memory.allocator, allocator
        try:
            yield
        finally:
            Memory.allocator = before


def host(x):
    """What NumPy is to compute with in place of x, which may be a list or tuple of arrays; its arrays are refused."""
    if isinstance(x, ndarray):
        if x._device != Device.current:
            raise ValueError(
                "Array device must be same as the current device: "
                f"array device = {x._device} while current = {Device.current}"
            )
        return x._host
    if isinstance(x, np.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(x, list | tuple):
        return type(x)([host(part) for part in x])
    return x


def device(result):
    """An array of the device around what NumPy has computed; 0-d ones where NumPy makes scalars."""
    if isinstance(result, np.ndarray | np.generic):
        Memory.allocator(result.nbytes)
        made = ndarray._around(np.asarray(result))
        if Recording.current is not None and Pool.asked is not Memory.pool and made._host.base is None:
            Recording.memory.append(made._host)
        return made
    if isinstance(result, list | tuple):
        return [device(part) for part in result] if isinstance(result, list) else tuple(map(device, result))
    return result


def check_arguments(name, known, positional, named):
    """Raise TypeError for arguments that CuPy's function has not."""
    if known == "ufunc":
        known = ["out", "dtype", "casting"]
    elif "args" in known or "operands" in known:
        return
    elif len(positional) > len(known):
        raise TypeError(f"{name}() takes {len(known)} positional arguments but {len(positional)} were given")
    wrong = set(named) - set(known)
    if wrong:
        raise TypeError(f"{name}() got an unexpected keyword argument '{wrong.pop()}'")


def in_float32(name, function):
    """A product of matrices as cuBLAS computes it: of float16 in float32, rounded at the end; bfloat16 is refused, as
    CuPy does not say that it has them."""

    def product(*args, **kwargs):
        if Recording.current is not None:
            raise NotImplementedError("calling cuBLAS API during stream capture is currently unsupported")
        given = [x for x in args if isinstance(x, np.ndarray)]
        if any(x.dtype.name == "bfloat16" for x in given):
            raise TypeError(f"{name}: dtype is not supported: bfloat16")
        if any(x.dtype != np.float16 for x in given):
            return function(*args, **kwargs)
        wide = [x.astype(np.float32) if isinstance(x, np.ndarray) else x for x in args]
        return np.asarray(function(*wide, **kwargs)).astype(np.float16)

    return product


PRODUCTS = ("matmul", "dot", "tensordot", "einsum", "inner", "vdot")


def numpys(name, source=np):
    """The function of NumPy by that name, with the rounding of CuPy's."""
    function = getattr(source, name)
    return in_float32(name, function) if name in PRODUCTS else function


NUMBER = np.generic | bool | int | float | complex


def widened(result, *operands):
    """The result in float32 if it is of bfloat16 and a float of Python's is among the operands, as CuPy has it."""
    if getattr(result, "dtype", None) == "bfloat16" and any(isinstance(x, float) for x in operands):
        return result.astype(np.float32)
    return result


def operator(name, reflected=False):
    ufunc = numpys(name)

    def method(self, other):
        other = host(other)
        check_fits(other, self.dtype)
        if hasattr(other, "__array_ufunc__") and not isinstance(other, np.ndarray | np.generic):
            return NotImplemented
        if not isinstance(other, np.ndarray | NUMBER):
            return getattr(np, name)(*((other, self) if reflected else (self, other)))  # NumPy says why not
        pair = (other, host(self)) if reflected else (host(self), other)

        def redo():
            return widened(ufunc(*pair), *pair)

        return noted(redo, redo(), device)

    return method


def check_fits(number, dtype):
    """NumPy compares numbers that a dtype cannot hold; whether CuPy does is not said, so they are refused."""
    if type(number) is int and dtype.kind in "iu" and not np.iinfo(dtype).min <= number <= np.iinfo(dtype).max:
        raise OverflowError(f"Python integer {number} out of bounds for {dtype}")


def in_place(name):
    ufunc = getattr(np, name)

    def method(self, other):
        here, there = host(self), host(other)
        changed(lambda: ufunc(here, there, out=here))
        return self

    return method


EXTREMES = ("max", "min", "argmax", "argmin")
"""Methods that take no axis for arrays without dimensions, where NumPy's take 0 and -1."""


def same_method(name):
    """NumPy's method of that name, with the arguments that CuPy's has."""
    _, *known = NAMES["ndarray"][name]

    def method(self, *args, **kwargs):
        if "axes" not in known and "shape" not in known:
            check_arguments(name, known, args, kwargs)
        if name in EXTREMES and not self.ndim and (args or isinstance(kwargs.get("axis"), int)):
            raise np.exceptions.AxisError(args[0] if args else kwargs["axis"], 0)
        out = kwargs.get("out")
        here, given, named = host(self), host(args), {key: host(value) for key, value in kwargs.items()}

        def redo():
            return getattr(here, name)(*given, **named)

        if out is None:
            return noted(redo, redo(), device)
        changed(redo)
        return out

    return method


class ndarray:
    """cupy.ndarray: operators, methods and attributes of NumPy's that CuPy has."""

    __slots__ = ("__weakref__", "_device", "_host")
    __array_priority__ = 100
    __hash__ = None

    def __init__(self, shape, dtype=float, memptr=None, strides=None, order="C"):
        self._host, self._device = np.empty(shape, dtype, order), Device.current

    @classmethod
    def _around(cls, array):
        made = cls.__new__(cls)
        made._host, made._device = array, Device.current
        return made

    shape = property(lambda self: self._host.shape)
    dtype = property(lambda self: self._host.dtype)
    ndim = property(lambda self: self._host.ndim)
    size = property(lambda self: self._host.size)
    strides = property(lambda self: self._host.strides)
    itemsize = property(lambda self: self._host.itemsize)
    nbytes = property(lambda self: self._host.nbytes)
    flags = property(lambda self: self._host.flags)
    T = property(lambda self: device(host(self).T))
    mT = property(lambda self: device(host(self).mT))
    device = property(lambda self: Device(self._device))
    data = property(lambda self: SimpleNamespace(ptr=self._host.ctypes.data))
    base = property(lambda self: None if self._host.base is None else ndarray._around(self._host.base))
    __cuda_array_interface__ = property(lambda self: {"shape": self.shape, "version": 3})

    # ------------------------------------------------------------------------ what crosses, and what the host waits for

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. Please use `.get()` to construct a NumPy array "
            "explicitly."
        )

    def get(self, stream=None, order="C", out=None, blocking=True):
        behind_event = isinstance(stream, Stream) and stream.events
        (note_late if behind_event else note_read)(f"get of {self.shape}")
        copy = self._host.copy(order)
        if out is None:
            return copy
        out[...] = copy
        return out

    def set(self, arr, stream=None):
        if type(arr) is not np.ndarray:
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        note_sent(f"set of {self.shape}")
        self._host[...] = arr

    def item(self):
        note_read("item")
        return self._host.item()

    def tolist(self):
        return self.get().tolist()

    def __bool__(self):
        return bool(self.get())

    def __int__(self):
        return int(self.get())

    def __float__(self):
        return float(self.get())

    def __index__(self):
        return self.get().__index__()

    def __repr__(self):
        return repr(self.get())

    def __str__(self):
        return str(self.get())

    def __format__(self, spec):
        return format(self.get(), spec)

    def nonzero(self):
        note_read("nonzero")
        return device(host(self).nonzero())

    # --------------------------------------------------------------------------------------------------------- indexing

    def __len__(self):
        if not self._host.ndim:
            raise TypeError("len() of unsized object")
        return len(self._host)

    def __iter__(self):
        if not self._host.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index):
        _, mask, whole = places(index, self.shape)
        if mask:
            note_read("getitem by a mask")
        here = host(self)

        def redo():
            key = places(index, here.shape, again=True)[0]
            if not whole and not any(part is Ellipsis for part in key):
                key = (*key, Ellipsis)  # a view even of a single element
            return here[key]

        return noted(redo, redo(), device)

    def __setitem__(self, index, value):
        *_, advanced = places(index, self.shape)
        if isinstance(value, np.ndarray):
            if not advanced and value.ndim:
                raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
            note_sent(f"setitem of {value.shape}")
            value = ndarray._around(value)
        here, there = host(self), host(value)
        changed(lambda: here.__setitem__(places(index, here.shape, again=True)[0], there))

    def view(self, dtype=None, type=None):
        return device(host(self).view() if dtype is None else host(self).view(dtype))

    def copy(self, order="C"):
        here = host(self)
        return noted(lambda: here.copy(order), here.copy(order), device)

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def astype(self, dtype, order="K", casting=None, subok=None, copy=True):
        here = host(self)

        def redo():
            return here.astype(dtype, order, casting or "unsafe", copy=copy)

        array = redo()
        return self if array is self._host else noted(redo, array, device)

    def reshape(self, *shape, order="C"):
        here = host(self)
        return noted(lambda: here.reshape(*shape, order=order), here.reshape(*shape, order=order), device)

    def scatter_add(self, slices, value):
        scatter_add(self, slices, value)

    def sort(self, axis=-1, kind=None):
        check_kind(kind)
        check_sorted(self)
        here = host(self)
        changed(lambda: here.sort(axis, kind="stable"))

    def argsort(self, axis=-1, kind=None):
        check_kind(kind)
        check_sorted(self)
        here = host(self)
        return noted(lambda: here.argsort(axis, kind="stable"), here.argsort(axis, kind="stable"), device)

    def __dlpack__(self, **kwargs):
        raise BufferError("the stand-in has no memory on a device to share")

    def __dlpack_device__(self):
        return 2, self._device

    # ------------------------------------------------------------------------------------------------ NumPy's protocols

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        from .module import cupy

        if method == "reduceat" or not hasattr(cupy, ufunc.__name__):
            return NotImplemented
        if not all(isinstance(x, ndarray | np.ndarray | NUMBER) for x in inputs):
            return NotImplemented
        if "out" in kwargs:
            (kwargs["out"],) = kwargs["out"]
        function = getattr(cupy, ufunc.__name__)
        return (function if method == "__call__" else getattr(function, method))(*inputs, **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        from .module import cupy

        owner = cupy
        for part in function.__module__.split(".")[1:]:
            owner = getattr(owner, part, None)
        if not hasattr(owner, function.__name__):
            return NotImplemented
        return getattr(owner, function.__name__)(*args, **kwargs)


def places(index, shape, again=False):
    """(key for NumPy, is a boolean mask in it, is any array in it); lists and NumPy's arrays are sent to the device,
    unless this comes `again`."""
    key, mask, advanced = [], False, False
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, list | np.ndarray):
            if not again:
                note_sent("an index")
            part = ndarray._around(np.asarray(part, dtype=None if len(part) else int))
        if isinstance(part, ndarray):
            part, advanced = host(part), True
            if part.dtype.kind not in "iub":
                raise IndexError("arrays used as indices must be of integer or boolean type")
            mask = mask or is_mask(part)
        key.append(part)
    return wrapped_around(tuple(key), shape), mask, advanced


def wrapped_around(key, shape):
    """Indices out of bounds taken modulo the size, as CuPy takes them without a word."""
    taken = [0 if part is None or part is Ellipsis else part.ndim if is_mask(part) else 1 for part in key]
    found, d = [], 0
    for part, dims in zip(key, taken):
        if isinstance(part, np.ndarray) and not is_mask(part) and d < len(shape) and shape[d]:
            part = part.astype(np.int64) % shape[d]
        d += len(shape) - sum(taken) if part is Ellipsis else dims
        found.append(part)
    return tuple(found)


def is_mask(part):
    return isinstance(part, np.ndarray) and part.dtype.kind == "b"


def check_sorted(array):
    if array.dtype.name == "bfloat16":
        raise TypeError("sorting arrays of dtype bfloat16 is not supported")


def check_kind(kind):
    if kind not in (None, "stable"):
        raise ValueError(f"kind can only be None or 'stable', got {kind!r}")


SCATTERED = ("int32", "float16", "float32", "float64", "uint32", "uint64")


def scatter_add(a, slices, value):
    """cupyx.scatter_add: places that occur several times add up."""
    if isinstance(a, np.ndarray):
        raise AttributeError("'numpy.ndarray' object has no attribute '_scatter_op'")
    if a.dtype.name not in SCATTERED:
        raise TypeError(f"scatter_add only supports {', '.join(SCATTERED)}, as data type")
    _, mask, _ = places(slices, a.shape)
    if mask:
        note_read("scatter_add by a mask")
    here, there = host(a), host(value)
    changed(lambda: np.add.at(here, places(slices, here.shape, again=True)[0], there))


def one_sided(name):
    ufunc = getattr(np, name)

    def method(self):
        here = host(self)
        return noted(lambda: ufunc(here), ufunc(here), device)

    return method


BINARY = """
    add=add sub=subtract mul=multiply truediv=true_divide floordiv=floor_divide mod=remainder pow=power
    and=bitwise_and or=bitwise_or xor=bitwise_xor lshift=left_shift rshift=right_shift matmul=matmul
"""
COMPARISONS = "lt=less le=less_equal gt=greater ge=greater_equal eq=equal ne=not_equal"
UNARY = "neg=negative abs=absolute invert=invert pos=positive"

for short, long in [pair.split("=") for pair in BINARY.split()]:
    setattr(ndarray, f"__{short}__", operator(long))
    setattr(ndarray, f"__r{short}__", operator(long, reflected=True))
    if short != "matmul":
        setattr(ndarray, f"__i{short}__", in_place(long))
for short, long in [pair.split("=") for pair in COMPARISONS.split()]:
    setattr(ndarray, f"__{short}__", operator(long))
for short, long in [pair.split("=") for pair in UNARY.split()]:
    setattr(ndarray, f"__{short}__", one_sided(long))
for name in NAMES["ndarray"]:
    if hasattr(np.ndarray, name) and name not in vars(ndarray):
        setattr(ndarray, name, same_method(name))
