"""Function: a differentiable operation, and one node of the graph.

Calling a Function on tensors runs its `forward` on their arrays and, if a gradient may be asked for, leaves the
instance behind as a node that knows where its inputs came from. autograd.py walks these nodes backwards.

A *vertex* of the graph is a Function or a leaf Tensor. Its `edges` hold, for each input, None (no gradient needed) or
(vertex that made the input, which of that vertex's outputs it is, shape, dtype, id of the array).
"""

import math
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .changes import Clock, changed_since
from .device import Array, array_module, device_of
from .dtypes import is_floating, is_half, is_real
from .errors import MinigradError
from .grad_mode import Switch, mode
from .kernels.cuda.launch import taken
from .tensor import Tensor, tensor_of

FLOAT16, FLOAT32, FLOAT64 = np.dtype("float16"), np.dtype("float32"), np.dtype("float64")
OBJECT = np.dtype(object)
NO_EDGES = ()
ndarray = np.ndarray


class _All:
    """True at every index."""

    def __getitem__(self, index: int) -> bool:
        return True


ALL = _All()


class Function:
    """A differentiable operation; one instance is one node of the graph.

    Subclasses define `forward(*arrays)`, which returns an array or a tuple of arrays, and `backward(*grads)`, which
    takes the gradient of each output and returns the gradient (or None) of each input. Both work on raw arrays, so
    they can be called without a graph. Everything that is not an array is a setting, given to the constructor.
    """

    differentiable = False
    """True if `backward` is made of operators that work on tensors too and saves only inputs, outputs and constants:
    then gradients of gradients can be taken through it."""

    promotes = False
    """True if integer inputs are converted to the floating dtype of the others, as arithmetic does."""

    autocast = "widest"
    """What it computes in under `autocast`: 'lower', the lower precision, as products do; 'float32', as sums, powers
    and losses do; 'widest', the widest dtype of its inputs; 'refused', nothing, for the lower one would do harm."""

    halves = "float32"
    """How it computes float16 and bfloat16: 'float32', in that, and the result is rounded once; 'kernels', so too, but
    on a GPU by a kernel that takes them and adds up in float32; 'native', as they are, since nothing adds up."""

    lasting = False
    """True if a backward leaves its edges in place, as several graphs may share it; it saves nothing then."""

    edges: Sequence[tuple | None] | None = NO_EDGES  # None once the graph has been freed
    saved: tuple = ()
    time = 0  # what the clock of changes in place said during forward
    output_id = 0
    n_outputs = 1
    is_leaf = False
    hooks: dict[int, list[tuple[Callable]]] | None = None
    trace: str | None = None  # where forward was called, recorded in anomaly mode

    def forward(self, *arrays: Array) -> Any:
        raise NotImplementedError(f"{self.name} has no forward")

    def backward(self, *grads: Array) -> Any:
        raise NotImplementedError(f"{self.name} has no backward")

    def save(self, *arrays: Any) -> None:
        """Keep what backward needs; it comes back as `self.saved`."""
        self.saved = arrays

    @property
    def needs(self) -> Any:
        """`needs[i]`: is the gradient of input i asked for? Outside a graph, all are."""
        return [edge is not None for edge in self.edges] if self.edges else ALL

    @property
    def name(self) -> str:
        return type(self).__name__

    def __call__(self, *inputs: Any) -> Any:
        """Apply the operation to tensors (or arrays and numbers) and record it if any input requires a gradient.

        Raises ValueError or TypeError for shapes, dtypes or devices that do not go together. This is the hottest code
        of the engine: it runs once for every operation, so it creates few objects and calls little.
        """
        if self.edges is not NO_EDGES:
            raise RuntimeError(f"this {self.name} is already a node of a graph; make a new instance for every call")
        switches = mode.now
        if switches.casting is not None:
            inputs = switches.casting.cast(self, inputs)
        arrays: list[Any] = []
        edges: list[tuple | None] = []
        dtype, mixed, recorded, recording = None, False, False, switches.grad
        for x in inputs:
            if isinstance(x, Tensor):
                array = x._data
                if arrays and (array is arrays[0] or (len(arrays) > 1 and is_among(array, arrays))):
                    array = array.view()  # an array stands for one input only: saved_tensors tells them apart by id
                arrays.append(array)
                given = array.dtype
                if given is not dtype:
                    mixed = mixed or dtype is not None
                    dtype = given
                if recording and x._requires_grad:
                    recorded = True
                    edges.append((x.grad_fn or x, x.output_index, array.shape, given, id(array)))
                    continue
            else:
                array = array_or_number(x, self.name)
                arrays.append(array)
                mixed = mixed or hasattr(array, "dtype")
            edges.append(None)
        if mixed:
            arrays, dtype = self.reconcile(arrays)
        if dtype is not FLOAT32 and dtype is not None and is_half(dtype) and self.widens(arrays):
            return self.in_float32(inputs, dtype)
        if recorded:
            self.edges = edges
            self.time = Clock.now
        try:
            result = self.forward(*arrays)
        except MinigradError:
            raise
        except (ValueError, IndexError, TypeError, OverflowError) as error:
            kinds = (IndexError, ValueError, TypeError, OverflowError)
            raise next(kind for kind in kinds if isinstance(error, kind))(self.explain(error, arrays)) from error
        if switches.anomaly:
            self.check_finite_forward(arrays, result if type(result) is tuple else (result,))
        if not recorded:
            self.saved = ()
        if type(result) is tuple:
            self.n_outputs = len(result)
            self.output_types = [(y.shape, y.dtype, array_module(y)) for y in result]
            return tuple([self.wrap(y, dtype, recorded, i) for i, y in enumerate(result)])
        self.output_id = id(result)
        return self.wrap(result, dtype, recorded)

    def wrap(self, array: Array, dtype: Any, recorded: bool, index: int = 0) -> Tensor:
        """The tensor around an output, number `index`: float64 only where an input is, a half only where all are."""
        if type(array) is not ndarray and array_module(array) is np:
            if not isinstance(array, np.generic | ndarray):
                raise TypeError(f"{self.name}.forward returned {type(array).__name__}; expected an array")
            array = np.asarray(array)
        given = array.dtype
        if given is not dtype:
            if not is_real(given):
                raise TypeError(f"{self.name}.forward returned an array of dtype {given}; a tensor holds real numbers")
            if is_floating(given) and dtype is not None and is_half(dtype):
                array = array.astype(dtype)  # bfloat16 with Python's numbers is float32 in NumPy
            elif given is FLOAT64 and dtype != FLOAT64:
                array = array.astype(FLOAT32)
            recorded = recorded and is_floating(given)
        tensor = tensor_of(array)
        if recorded:
            tensor._requires_grad = True
            tensor.grad_fn, tensor.output_index = self, index
        return tensor

    def reconcile(self, arrays: list[Array]) -> tuple[list[Array], Any]:
        """Refuse inputs of several floating dtypes, convert integers where the op promotes; also returns the dtype.

        float64 wins over all others, so that results of float64 inputs may be float64; without any floating input the
        dtype is float32.
        """
        dtypes = {a.dtype: None for a in arrays if hasattr(a, "dtype")}
        floats = [dtype for dtype in dtypes if is_floating(dtype)]
        if len(floats) > 1:
            raise TypeError(
                f"{self.name} got tensors of dtypes {' and '.join(map(str, floats))}; convert one with .to(dtype)"
            )
        if self.promotes and floats:
            arrays = [a.astype(floats[0]) if hasattr(a, "dtype") and not is_floating(a.dtype) else a for a in arrays]
        return arrays, floats[0] if floats else FLOAT32

    def widens(self, arrays: list[Array]) -> bool:
        """Are these arrays, of float16 or bfloat16, computed in float32?"""
        return self.halves == "float32" or (
            self.halves == "kernels" and not self.has_kernel(*[a for a in arrays if hasattr(a, "dtype")])
        )

    def has_kernel(self, *arrays: Array) -> bool:
        """Does a kernel of a GPU compute this operation on these arrays? Asked where `halves` is 'kernels'."""
        return taken(*arrays)

    def in_float32(self, inputs: Sequence[Any], half: Any) -> Any:
        """The operation on inputs of a half, float16 or bfloat16: in float32, and the results are rounded to `half`."""
        with Switch("casting", None):
            result = self(*[converted(x, FLOAT32) if is_half(dtype_of(x)) else x for x in inputs])
            if type(result) is tuple:
                return tuple([converted(y, half) for y in result])
            return converted(result, half)

    def explain(self, error: Exception, arrays: list[Array]) -> str:
        """What went wrong in forward: arrays on several devices, or the error with the shapes that led to it."""
        given = [a for a in arrays if hasattr(a, "dtype")]
        devices = list(dict.fromkeys(map(device_of, given)))
        if len(devices) > 1:
            return f"{self.name} got tensors on {' and '.join(devices)}; move one with .to('{devices[0]}')"
        shapes = " and ".join([str(a.shape) for a in given])
        if len(given) > 1 and "could not be broadcast" in str(error):
            return f"{self.name} got shapes {shapes}, which do not broadcast"
        return f"{self.name} got shape{'s' * (len(given) > 1)} {shapes}: {error}" if given else f"{self.name}: {error}"

    def check_unchanged(self) -> None:
        """Raise RuntimeError if a saved array was changed in place after forward."""
        for array in self.saved:
            if changed_since(array, self.time):
                inputs = [number for number, edge in enumerate(self.edges or ()) if edge and edge[4] == id(array)]
                what = f"input {inputs[0]}" if inputs else "the result" if id(array) == self.output_id else "a value"
                raise RuntimeError(
                    f"{what} of {self.name} was changed in place after the forward pass (by an optimizer step, or an "
                    "assignment), so its gradients would be wrong; run forward again first"
                )

    def saved_tensors(self) -> tuple:
        """`saved`, with each array that was an input or an output turned back into a tensor of the graph."""
        inputs = {edge[4]: edge for edge in self.edges or () if edge is not None}
        tensors: list[Any] = []
        for array in self.saved:
            vertex, index = None, 0
            if id(array) in inputs:
                vertex, index = inputs[id(array)][:2]
            elif id(array) == self.output_id:
                vertex = self
            if isinstance(vertex, Tensor):
                tensors.append(vertex)
            elif vertex is not None:
                alias = Tensor(array)
                alias.requires_grad, alias.grad_fn, alias.output_index = True, vertex, index
                tensors.append(alias)
            else:
                tensors.append(Tensor(array) if hasattr(array, "dtype") else array)
        return tuple(tensors)

    def check_finite_forward(self, arrays: Sequence[Array], outputs: Sequence[Array]) -> None:
        """In anomaly mode: raise if finite inputs gave NaN or inf, and remember where forward was called."""
        self.trace = "".join(traceback.format_stack(limit=6)[:-2])
        if all(map(is_finite, arrays)) and not all(map(is_finite, outputs)):
            raise FloatingPointError(f"the forward of {self.name} produced {what_is_not_finite(outputs)}")

    def check_finite_backward(self, incoming: Sequence[Array], outgoing: Sequence[Array]) -> None:
        """In anomaly mode: raise if finite gradients (and saved values) came in and NaN or inf went out."""
        if all(map(is_finite, (*incoming, *self.saved))) and not all(map(is_finite, outgoing)):
            where = f"; its forward was called here:\n{self.trace}" if self.trace else ""
            raise FloatingPointError(f"the backward of {self.name} produced {what_is_not_finite(outgoing)}{where}")


def array_or_number(x: Any, op: str) -> Any:
    """`x` where an op takes it beside tensors: an array, None, or a Python number, which adapts to the tensors' dtype.

    Raises TypeError for anything else.
    """
    if type(x) in (float, int, bool) or x is None:
        return x
    if isinstance(x, np.generic):
        x = x.item()
        if isinstance(x, float | int):
            return x
    if isinstance(x, np.ndarray) or array_module(x) is not np:
        if is_real(x.dtype):
            return x
        raise TypeError(f"{op} expected real numbers, got an array of dtype {x.dtype}")
    name = type(x).__name__ if type(x).__module__ == "builtins" else f"{type(x).__module__}.{type(x).__name__}"
    hint = "; from_dlpack takes it over" if hasattr(x, "__dlpack__") else ""
    raise TypeError(f"{op} expected a tensor, an array or a number, got {name}{hint}")


def dtype_of(x: Any) -> Any:
    """The dtype of a tensor or an array; that of Python's objects for anything else."""
    return getattr(x, "dtype", None) or OBJECT


def converted(x: Any, dtype: Any) -> Any:
    """A tensor, or an array, of a floating dtype in another one; anything else as it is."""
    if isinstance(x, Tensor):
        return x.to(dtype) if is_floating(x.dtype) else x
    return x.astype(dtype, copy=False) if is_floating(dtype_of(x)) else x


def is_among(array: Array, arrays: Sequence[Any]) -> bool:
    """Is `array`, not one equal to it, in `arrays`?"""
    return any(array is other for other in arrays)


def is_finite(x: Any) -> bool:
    x = x.data if isinstance(x, Tensor) else x
    if type(x) is float:
        return math.isfinite(x)
    return not is_floating(dtype_of(x)) or bool(array_module(x).isfinite(x).all())


def what_is_not_finite(arrays: Iterable[Any]) -> str:
    for x in arrays:
        x = x.data if isinstance(x, Tensor) else x
        if x is not None and not is_finite(x):
            xp = array_module(x)
            nan, inf = int(xp.isnan(x).sum()), int(xp.isinf(x).sum())
            return f"{nan} NaN and {inf} inf among {x.size} values (shape {x.shape})"
    return "finite values"
