"""Products of matrices on a GPU: cuBLAS, NVIDIA's library, called directly.

CuPy hands its products to cuBLAS too, but none while a step is captured, and of halves only single products of float16.
"""

import ctypes
import threading
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ... import matmul_precision
from ...device import Array, array_module
from ...errors import DeviceError
from ...language import say
from .launch import MOST, TYPES, dense

REAL = {"float16": 2, "bfloat16": 14, "float32": 0, "float64": 1}
"""cudaDataType of each dtype."""
COMPUTE_64F = 70
COMPUTE_32F = {"highest": 68, "high": 77, "medium": 75}
"""cublasComputeType_t, by the precision of `set_float32_matmul_precision`; halves add up in float32 too."""
DEFAULT_ALGORITHM = -1
FLOATS, DOUBLES = [[ctypes.byref(number(x)) for x in (0, 1)] for number in (ctypes.c_float, ctypes.c_double)]
"""Where cuBLAS finds 0 and 1, which it multiplies the old result and the product by."""
WORKSPACE = 32 << 20
"""Bytes that cuBLAS may use, as NVIDIA recommends for its largest GPUs; while a step is captured, it gets no others."""


class Layout(NamedTuple):
    """How a stack of matrices lies in memory: row by row, or `turned`, column by column; how many elements from one row
    (column) to the next, and from one matrix to the next."""

    turned: bool
    leading: int
    stride: int


def takes(a: Array, b: Array) -> bool:
    """Are these stacks of matrices on the current GPU, and of one floating-point dtype?"""
    return (
        array_module(a) is not np
        and type(b) is type(a)
        and a.dtype == b.dtype
        and a.dtype.name in TYPES
        and a.ndim >= 2 <= b.ndim
        and a.shape[-1] == b.shape[-2]
        and max(a.size, b.size) < MOST
        and a.device.id == b.device.id == array_module(a).cuda.runtime.getDevice()
    )


def product(a: Array, b: Array, into: Array | None = None) -> Array:
    """a b for matrices a [..., m, k] and b [..., k, n], whose leading dimensions broadcast; added to `into`, which lies
    in C's order, where it is given. What `takes` does not take is left to CuPy."""
    if not takes(a, b):
        y = a @ b
        if into is None:
            return y
        into += y
        return into
    xp = array_module(a)
    *_, m, k = a.shape
    n = b.shape[-1]
    stack = a.shape[:-2] if a.shape[:-2] == b.shape[:-2] else xp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    add = into is not None
    c = into if into is not None else xp.empty((*stack, m, n), a.dtype)
    if c.size and k:
        (a, of_a), (b, of_b) = laid_out(a, stack), laid_out(b, stack)
        gemm(a, of_a, b, of_b, c, add)
    elif not add:
        c.fill(0)
    return c


def laid_out(x: Array, stack: tuple[int, ...]) -> tuple[Array, Layout]:
    """The matrices, for each place of the stack one, and their layout; a copy where no layout describes it."""
    wide = x if x.shape[:-2] == stack else array_module(x).broadcast_to(x, (*stack, *x.shape[-2:]))
    found = layout_of(wide.shape, [s // x.itemsize for s in wide.strides])
    if found is None:
        wide = dense(wide)
        found = layout_of(wide.shape, [s // x.itemsize for s in wide.strides])
    assert found is not None
    return wide, found


def layout_of(shape: tuple[int, ...], strides: Any) -> Layout | None:
    """The layout of a stack of matrices with these strides, in elements; None if cuBLAS knows none such."""
    (*stack, m, n), (*outer, down, across) = shape, strides
    stride, size = 0, 1
    for length, step in zip(reversed(stack), reversed(outer), strict=True):
        if length > 1 and size == 1:
            stride, size = step, length
        elif length > 1:
            if step != stride * size:
                return None
            size *= length
    if stride < 0:
        return None
    if (n == 1 or across == 1) and (m == 1 or down >= n):
        return Layout(False, down if m > 1 else n, stride)
    if (m == 1 or down == 1) and (n == 1 or across >= m):
        return Layout(True, across if n > 1 else m, stride)
    return None


def gemm(a: Array, of_a: Layout, b: Array, of_b: Layout, c: Array, add: bool) -> None:
    """c = a b, or c += a b, for stacks of matrices: c [..., m, n] in C's order.

    To cuBLAS matrices lie column by column, so that what is row by row here are transposes there: it is asked for
    cᵀ = bᵀ aᵀ.
    """
    m, n, k, dtype = c.shape[-2], c.shape[-1], a.shape[-1], c.dtype.name
    real = REAL[dtype]
    compute = COMPUTE_64F if dtype == "float64" else COMPUTE_32F["highest"]
    if dtype == "float32":
        compute = COMPUTE_32F[matmul_precision.Chosen.name]
    zero, one = DOUBLES if dtype == "float64" else FLOATS
    handle = handle_for(array_module(c))
    begin = handle.pointer, int(of_b.turned), int(of_a.turned), n, m, k, one
    first, second = (b.data.ptr, real, of_b.leading), (a.data.ptr, real, of_a.leading)
    third, kind = (c.data.ptr, real, n), (compute, DEFAULT_ALGORITHM)
    count = c.size // (m * n)
    if count == 1:
        handle.call("cublasGemmEx", *begin, *first, *second, one if add else zero, *third, *kind)
    else:
        inputs = *first, of_b.stride, *second, of_a.stride
        handle.call("cublasGemmStridedBatchedEx", *begin, *inputs, one if add else zero, *third, m * n, count, *kind)


# --------------------------------------------------------------------------------------------------- the library itself

POINTER, WHOLE, LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong
OPERATION = [POINTER, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE, POINTER]  # handle, which are turned, m, n, k, alpha
MATRIX = [POINTER, WHOLE, WHOLE]  # where it is, its type, its leading dimension
KIND = [WHOLE, WHOLE]  # what it computes in, by which algorithm
FUNCTIONS = {
    "cublasCreate_v2": [POINTER],
    "cublasSetStream_v2": [POINTER, POINTER],
    "cublasSetWorkspace_v2": [POINTER, POINTER, ctypes.c_size_t],
    "cublasGemmEx": [*OPERATION, *MATRIX, *MATRIX, POINTER, *MATRIX, *KIND],
    "cublasGemmStridedBatchedEx": [
        *[*OPERATION, *MATRIX, LONG, *MATRIX, LONG],
        *[POINTER, *MATRIX, LONG, WHOLE, *KIND],
    ],
}
"""The arguments of the functions that are called; each returns a status, 0 if all is well."""


@cache
def cublas() -> Any:
    """cuBLAS, of which CuPy has loaded the one that fits it; DeviceError if there is none."""
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib  # which CuPy brings

    try:
        found = load_nvidia_dynamic_lib("cublas").abs_path
    except DynamicLibNotFoundError as error:
        raise DeviceError(
            say(
                "products of matrices on a GPU need cuBLAS, which was not found: pip install 'cupy-cuda12x[ctk]' or "
                "'cupy-cuda13x[ctk]', whichever CuPy is installed",
                "在 GPU 上做矩阵乘法需要 cuBLAS，但没有找到：pip install 'cupy-cuda12x[ctk]' 或 "
                "'cupy-cuda13x[ctk]'，与已安装的 CuPy 相符",
            )
        ) from error
    return declared(ctypes.CDLL(found))


def declared(functions: Any) -> Any:
    """The library, with the types of the arguments of its functions."""
    for name, arguments in FUNCTIONS.items():
        getattr(functions, name).argtypes = arguments
    functions.cublasGetStatusString.argtypes = [WHOLE]
    functions.cublasGetStatusString.restype = ctypes.c_char_p
    return functions


class Handle:
    """cuBLAS for one thread and one GPU: what it was told so far."""

    def __init__(self, xp: Any):
        self.functions, self.xp = cublas(), xp
        made = POINTER()
        self.pointer: Any = None
        self.call("cublasCreate_v2", ctypes.byref(made))
        self.pointer = made
        self.workspace = xp.empty(WORKSPACE, "uint8")
        self.stream: int | None = None

    def call(self, function: str, *arguments: Any) -> None:
        """Call one of its functions; RuntimeError, with its own words, if that says that something is wrong."""
        status = getattr(self.functions, function)(*arguments)
        if status:
            why = self.functions.cublasGetStatusString(status).decode()
            raise RuntimeError(f"{function} of cuBLAS failed: {why} (status {status})")

    def use(self, stream: int) -> None:
        """Let what follows go to this stream. With a new stream cuBLAS forgets its workspace."""
        if stream != self.stream:
            self.call("cublasSetStream_v2", self.pointer, stream)
            self.call("cublasSetWorkspace_v2", self.pointer, self.workspace.data.ptr, WORKSPACE)
            self.stream = stream


class Handles(threading.local):
    """The handles of a thread, by the number of the GPU."""

    def __init__(self) -> None:
        self.of: dict[int, Handle] = {}


handles = Handles()


def handle_for(xp: Any) -> Handle:
    """The handle for the current GPU, its stream the current one."""
    index = xp.cuda.runtime.getDevice()
    if index not in handles.of:
        handles.of[index] = Handle(xp)
    handle = handles.of[index]
    handle.use(xp.cuda.get_current_stream().ptr)
    return handle
