"""Tensor: an array, the gradient of a loss with respect to it, and the operation that made it.

Names, shapes, argument names and defaults are PyTorch's. Every method that computes calls a function of
`minigrad.ops`, where its formula and its gradient stand.
"""

from __future__ import annotations

import builtins
import copy
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from . import dlpack
from .changes import note_change
from .device import Array, array_module, device_of, to_device
from .dtypes import as_dtype, is_bfloat16, is_floating, is_real
from .grad_mode import is_grad_enabled
from .tensor_methods import TensorMethods


class Tensor(TensorMethods):
    """An n-dimensional array that can remember how it was computed.

    `data` is the array (NumPy or CuPy), `grad` a Tensor or None, `requires_grad` says whether gradients flow to it,
    and `grad_fn` is the Function that made it, None for a leaf. Changes in place through tensors are noted, so that
    backward can refuse to work with values that are no longer those of the forward pass; what is written into a NumPy
    array behind a tensor's back is not.

    A NumPy array is wrapped without a copy and keeps its dtype; Python numbers become float32, int64 or bool.
    Raises TypeError if the data are not numbers, or if a tensor of integers is to require gradients.
    """

    __slots__ = ("__weakref__", "_data", "_grad", "_requires_grad", "grad_fn", "hooks", "output_index")

    # A leaf tensor is a vertex of the graph, like a Function: one with no inputs and one output.
    edges = ()
    n_outputs = 1

    _data: Array
    _grad: Tensor | None
    grad_fn: Any
    hooks: dict[int, list[tuple[Callable]]] | None

    def __init__(self, data: Any, requires_grad: bool = False, dtype: Any = None, device: str | None = None):
        if not isinstance(requires_grad, bool | np.bool_):
            raise TypeError(
                f"Tensor got requires_grad={requires_grad!r}; expected True or False (for a tensor of a given shape "
                "use zeros(2, 3) or empty(2, 3))"
            )
        array = as_array(data, dtype)
        self._data = array if device is None else to_device(array, device)
        self._grad = self.grad_fn = self.hooks = None
        self.output_index = 0
        self._requires_grad = False
        if requires_grad:
            self.requires_grad = True

    # ------------------------------------------------------------------------------------------------ what it is

    @property
    def data(self) -> Array:
        """The array itself, not a tensor. The setter takes another array, or a tensor's.

        It raises TypeError for what is not made of numbers, or does not go with `requires_grad`.
        """
        return self._data

    @data.setter
    def data(self, value: Any) -> None:
        array = as_array(value)
        if self._requires_grad and not is_floating(array.dtype):
            raise TypeError(f"the data of a tensor that requires a gradient are floating-point, got {array.dtype}")
        self._data = array

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward has left here, or None.

        The setter raises TypeError unless it is a tensor or None, ValueError unless it has the tensor's shape.
        """
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"grad must be a tensor or None, got {type(value).__name__}")
            if value._data.shape != self._data.shape:
                raise ValueError(f"grad got shape {value.shape} for a tensor of shape {self.shape}")
        self._grad = value

    @property
    def requires_grad(self) -> bool:
        """Do gradients flow to this tensor? Can be set on a leaf of floating dtype."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and not is_floating(self.data.dtype):
            raise TypeError(f"only floating-point tensors can require gradients, got dtype {self.data.dtype}")
        if not value and self.grad_fn is not None:
            raise RuntimeError("requires_grad can be switched off on leaf tensors only; use .detach() on a result")
        self._requires_grad = bool(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Was this tensor made by the user, not by an operation that is in a graph?"""
        return self.grad_fn is None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    @property
    def device(self) -> str:
        """'cpu', or 'cuda:N'."""
        return device_of(self.data)

    @property
    def ndim(self) -> int:
        return self.data.ndim

    def dim(self) -> int:
        return self.data.ndim

    def size(self, dim: int | None = None) -> Any:
        """The shape, or its entry `dim`."""
        return self.data.shape if dim is None else self.data.shape[ops.checked(dim, self.ndim)]

    def numel(self) -> int:
        """The number of elements."""
        return int(self.data.size)

    def __repr__(self) -> str:
        array = to_device(self.data, "cpu")
        array = array.astype(np.float32) if array.dtype.kind == "V" else array  # NumPy writes bfloat16 without a point
        body = np.array2string(array, separator=", ", prefix="tensor(", threshold=200, precision=4)
        parts = [body, f"shape={self.shape}", f"dtype={self.dtype}", f"device='{self.device}'"]
        if self.grad_fn is not None:
            parts.append(f"grad_fn=<{self.grad_fn.name}>")
        elif self._requires_grad:
            parts.append("requires_grad=True")
        return f"tensor({', '.join(parts)})"

    __hash__ = object.__hash__  # by identity: == compares elements

    # ------------------------------------------------------------------------------------------------- gradients

    def backward(
        self,
        gradient: Any = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor, weighted by `gradient`, to the `.grad` of every leaf it depends on.

        A scalar needs no `gradient`; any other tensor needs one of its own shape. The graph is freed unless
        `retain_graph`; `create_graph` records the walk, so that `.grad` can be differentiated again; `inputs` names
        the leaves whose `.grad` is wanted.
        """
        autograd.backward(self, gradient, retain_graph, create_graph, inputs)

    def detach(self) -> Tensor:
        """The same array, outside any graph."""
        return Tensor(self._data)

    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf tensor in `.grad` too when backward passes."""
        if not self._requires_grad:
            raise RuntimeError("retain_grad on a tensor that does not require a gradient")
        if self.grad_fn is not None:
            hooks = (self.grad_fn.hooks or {}).get(self.output_index, [])
            if not any(isinstance(hook, Keeper) and hook.reference() is self for (hook,) in hooks):
                self.register_hook(Keeper(self))

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Hook:
        """Call `hook(grad)` when this tensor's gradient is complete; a tensor it returns takes the gradient's place.

        Returns a handle whose `remove()` takes the hook off.
        """
        if not self._requires_grad:
            raise RuntimeError("register_hook on a tensor that does not require a gradient")
        if not callable(hook):
            raise TypeError(f"register_hook needs a function of the gradient, got {type(hook).__name__}")
        vertex = self if self.grad_fn is None else self.grad_fn
        if vertex.hooks is None:
            vertex.hooks = {}
        hooks = vertex.hooks.setdefault(self.output_index, [])
        hooks.append((hook,))
        return Hook(hooks, hooks[-1])

    # ------------------------------------------------------------------------------------------------ conversions

    def item(self) -> Any:
        """The one element as a Python number; ValueError if there are several."""
        if self.data.size != 1:
            raise ValueError(f"item() needs a tensor of one element, got shape {self.shape}")
        return to_device(self.data, "cpu").item()

    def tolist(self) -> Any:
        return to_device(self.data, "cpu").tolist()

    def numpy(self) -> np.ndarray:
        """The data as a NumPy array that shares memory; RuntimeError if it requires a gradient or is on a GPU."""
        if self._requires_grad:
            raise RuntimeError("numpy() on a tensor that requires a gradient would lose it; use .detach().numpy()")
        if array_module(self.data) is not np:
            raise RuntimeError(f"numpy() on a tensor on {self.device}; use .cpu().numpy()")
        return self.data

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Callable, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return numpy_protocol.call(ufunc, inputs, kwargs, method)

    def __array_function__(self, function: Callable, types: Any, args: Any, kwargs: Any) -> Any:
        return numpy_protocol.call(function, args, kwargs)

    def __dlpack__(self, **kwargs: Any) -> Any:
        if self._requires_grad:
            raise RuntimeError("a tensor that requires a gradient cannot be exported; use .detach()")
        if any(stride < 0 for stride in self.data.strides):  # which DLPack allows and PyTorch aborts on
            raise BufferError("a tensor with negative strides cannot be exported; use .contiguous()")
        if array_module(self.data) is np and is_bfloat16(self.data.dtype):
            return dlpack.exported(self.data, **kwargs)
        return self.data.__dlpack__(**kwargs)

    def __dlpack_device__(self) -> Any:
        plain = array_module(self.data) is np and is_bfloat16(self.data.dtype)
        return (self.data.view(np.uint16) if plain else self.data).__dlpack_device__()

    def to(self, *targets: Any, dtype: Any = None, device: str | None = None) -> Tensor:
        """Convert to a dtype, a device, or both; itself where nothing changes. Gradients flow back through it."""
        return ops.to(self, *targets, dtype=dtype, device=device)

    def type(self, dtype: Any) -> Tensor:
        return ops.to(self, dtype)

    def half(self) -> Tensor:
        return ops.to(self, np.float16)

    def bfloat16(self) -> Tensor:
        return ops.to(self, "bfloat16")

    def float(self) -> Tensor:
        return ops.to(self, np.float32)

    def double(self) -> Tensor:
        return ops.to(self, np.float64)

    def int(self) -> Tensor:
        return ops.to(self, np.int32)

    def long(self) -> Tensor:
        return ops.to(self, np.int64)

    def bool(self) -> Tensor:
        return ops.to(self, np.bool_)

    def cpu(self) -> Tensor:
        return ops.to(self, "cpu")

    def cuda(self, index: builtins.int = 0) -> Tensor:
        return ops.to(self, f"cuda:{index}")

    def clone(self) -> Tensor:
        """A copy; gradients flow back through it."""
        return ops.clone(self)

    def contiguous(self) -> Tensor:
        """Itself if its elements lie in C order, else a copy that does."""
        return self if self.data.flags.c_contiguous else ops.clone(self)

    def __deepcopy__(self, memo: dict[builtins.int, Any]) -> Tensor:
        if self.grad_fn is not None:
            raise RuntimeError("only leaf tensors can be deep-copied; use .detach() or .clone() on a result")
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        Tensor.__init__(copied, self.data.copy(), self._requires_grad)
        copied.grad = copy.deepcopy(self.grad, memo)
        return copied

    def __float__(self) -> builtins.float:
        return builtins.float(self.item())

    def __int__(self) -> builtins.int:
        return builtins.int(self.item())

    def __index__(self) -> builtins.int:
        if self.data.dtype.kind not in "iub":
            raise TypeError(f"an index is a whole number, got a tensor of dtype {self.data.dtype}")
        return builtins.int(self.item())

    def __bool__(self) -> builtins.bool:
        if self.data.size != 1:
            raise ValueError(f"the truth of a tensor of shape {self.shape} is ambiguous; use .any() or .all()")
        return builtins.bool(self.item())

    def __len__(self) -> builtins.int:
        if self.data.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> builtins.bool:
        return builtins.bool((self.data == (value.data if isinstance(value, Tensor) else value)).any())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.data.ndim == 0 and spec else format(str(self), spec)

    def __getitem__(self, index: Any) -> Tensor:
        return ops.getitem(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        if self._requires_grad and is_grad_enabled():
            raise RuntimeError("assigning into a tensor that requires a gradient breaks its graph; use no_grad()")
        if isinstance(value, Tensor) and value._requires_grad and is_grad_enabled():
            raise RuntimeError("assigning a tensor that requires a gradient would lose it; use where(), or no_grad()")
        if isinstance(value, Tensor):
            value = value._data
            ops.arguments.on_one_device("an assignment", self._data, value)
        elif not np.isscalar(value) and array_module(self._data) is not np:
            value = to_device(np.asarray(value), self.device)
        self._data[ops.plain_index(index)] = value
        note_change(self._data)

    # ------------------------------------------------------------------------------------------ changes in place

    def change(self, operation: Callable[[Any, Any], Tensor], other: Any) -> Tensor:
        """x ← operation(x, other), in the same memory; what `x += other` and `x.add_(other)` do.

        While a graph is recorded that one of them belongs to, x becomes the result of the operation instead, so that
        gradients flow through it; other tensors that share the memory of x keep the old values then.

        Raises RuntimeError for a leaf that requires a gradient (outside no_grad), ValueError or TypeError if the
        result has another shape or dtype.
        """
        recorded = is_grad_enabled() and (self._requires_grad or getattr(other, "_requires_grad", False))
        if recorded and self._requires_grad and self.grad_fn is None:
            raise RuntimeError("a leaf that requires a gradient cannot be changed in place; do it under no_grad()")
        result = operation(self, other)
        if result.shape != self.shape:
            raise ValueError(f"a change in place keeps the shape {self.shape}, but the result has {result.shape}")
        if result.dtype != self.dtype:
            raise TypeError(f"a change in place keeps the dtype {self.dtype}, but the result has {result.dtype}")
        if recorded:
            self._data, self._requires_grad = result._data, True
            self.grad_fn, self.output_index = result.grad_fn, result.output_index
        else:
            self._data[...] = result._data
            note_change(self._data)
        return self

    def __iadd__(self, other: Any) -> Tensor:
        return self.change(ops.add, other)

    def __isub__(self, other: Any) -> Tensor:
        return self.change(ops.sub, other)

    def __imul__(self, other: Any) -> Tensor:
        return self.change(ops.mul, other)

    def __itruediv__(self, other: Any) -> Tensor:
        return self.change(ops.div, other)

    add_, sub_, mul_, div_ = __iadd__, __isub__, __imul__, __itruediv__

    def copy_(self, other: Any) -> Tensor:
        """x ← other, broadcast to the shape of x and converted to its dtype and device."""
        return self.change(lambda x, y: ops.expand(ops.to(y, x.dtype, x.device), *x.shape), as_tensor(other))

    def fill_(self, value: builtins.float) -> Tensor:
        """x ← value, everywhere."""
        return self.copy_(value)

    def zero_(self) -> Tensor:
        """x ← 0, everywhere."""
        return self.copy_(0)


def tensor_of(array: Array) -> Tensor:
    """A tensor around an array that needs no look at what it is: what the engine itself made. A leaf, no gradient."""
    tensor = new_tensor(Tensor)
    tensor._data = array
    tensor._grad = tensor.hooks = tensor.grad_fn = None
    tensor.output_index = 0
    tensor._requires_grad = False
    return tensor


new_tensor = Tensor.__new__


class Keeper:
    """The hook of `retain_grad`: stores the gradient in its tensor, as long as that exists, after all other hooks."""

    def __init__(self, tensor: Tensor):
        self.reference = weakref.ref(tensor)

    def __call__(self, grad: Tensor) -> None:
        tensor = self.reference()
        if tensor is not None:
            own = grad if grad.requires_grad else Tensor(grad.data.copy())
            tensor.grad = own if tensor.grad is None else tensor.grad + own


class Hook:
    """What `register_hook` returns: `remove()` takes the hook off again.

    An entry is a tuple of its own, so that a function that was registered twice is taken off once.
    """

    def __init__(self, hooks: list[tuple[Callable]], entry: tuple[Callable]):
        self.hooks, self.entry = hooks, entry

    def remove(self) -> None:
        self.hooks[:] = [entry for entry in self.hooks if entry is not self.entry]


def as_tensor(x: Any) -> Tensor:
    return x if isinstance(x, Tensor) else Tensor(x)


def as_array(data: Any, dtype: Any = None) -> Array:
    """`data` as an array of numbers: arrays as they are, Python numbers as float32, int64 or bool.

    Raises TypeError for anything that is not made of numbers and ValueError for rows of unequal length.
    """
    dtype = None if dtype is None else as_dtype(dtype)
    if isinstance(data, Tensor):
        array = data.data
    elif type(data) is np.ndarray or array_module(data) is not np:
        array = data
    elif isinstance(data, np.generic | np.ndarray):
        array = np.asarray(data)
    elif isinstance(data, list | tuple) and any(isinstance(row, Tensor) for row in data):
        rows = [as_array(row) for row in data]
        floats = {row.dtype for row in rows if is_floating(row.dtype)}
        dtype_of = np.result_type(*floats) if floats else None
        xp = array_module(rows[0])
        array = np.array(rows, dtype_of) if xp is np else xp.stack(rows, dtype=dtype_of)
    else:
        array = from_numbers(data, dtype)
    if not is_real(array.dtype) or array.dtype.itemsize > 8:
        raise TypeError(f"a tensor holds real numbers, got {type(data).__name__} of dtype {array.dtype}")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array if dtype is None else array.astype(dtype, copy=False)


def from_numbers(data: Any, dtype: np.dtype | None) -> np.ndarray:
    """An array of Python numbers, or of nested lists of them; floats without a dtype become float32."""
    try:
        array = np.array(data)
    except ValueError as error:
        raise ValueError(f"a tensor needs rows of equal length: {error}") from error
    if array.dtype == np.uint64:
        raise ValueError(f"a tensor holds whole numbers below 2**63, got {array.max()}")
    return array.astype(np.float32) if dtype is None and array.dtype == np.float64 else array


# At the end, because all of these build on Tensor.
from . import autograd, ops, tensor_methods  # noqa: E402
from .ops import numpy_protocol  # noqa: E402

tensor_methods.ops = ops
