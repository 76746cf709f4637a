"""autocast: products in half the bytes, and everything that needs digits or range in float32.

Each operation says itself what becomes of its inputs, by the word in `Function.autocast`; here that word is obeyed.
The words are those of PyTorch's lists for CUDA, on both devices.
"""

from collections.abc import Sequence
from contextlib import ContextDecorator
from typing import Any

from ..changes import Clock, changed_since
from ..checks import check_bool
from ..device import array_module
from ..dtypes import BFLOAT16, as_dtype, float32, float64, is_floating, is_half
from ..function import Function, dtype_of
from ..grad_mode import mode
from ..ops.convert import Cast
from ..tensor import Tensor

DEFAULTS = {"cpu": BFLOAT16, "cuda": "float16"}
"""The lower precision on each device, if nothing else is said."""


class SharedCast(Cast):
    """The cast of a parameter, which all operations of a region share: no backward frees it."""

    lasting = True


class Casting:
    """What converts the inputs of operations within a region: `dtypes` has the lower precision of each device on which
    autocast is on. `cache` holds the parameters that were converted, if `cache_enabled`."""

    def __init__(self, dtypes: dict[str, Any], cache: dict[Any, Any], cache_enabled: bool):
        self.dtypes, self.cache, self.cache_enabled = dtypes, cache, cache_enabled

    def cast(self, function: Function, inputs: Sequence[Any]) -> Sequence[Any]:
        """The inputs in the dtype that the operation is computed in; float64 stays as it is.

        Raises RuntimeError for an operation that is refused.
        """
        arrays = [x._data if isinstance(x, Tensor) else x for x in inputs]
        floats = {a.dtype: None for a in arrays if hasattr(a, "dtype") and is_floating(a.dtype)}
        if not floats or (lower := self.dtypes.get(device_type_of(arrays))) is None:
            return inputs
        if function.autocast == "refused":
            raise RuntimeError(
                f"{function.name} is not safe under autocast, because its logarithms need more digits and its gradient "
                "more range than the lower precision has; use binary_cross_entropy_with_logits or BCEWithLogitsLoss on "
                "the scores themselves, or float32 within autocast(device_type, enabled=False)"
            )
        if function.autocast == "widest":
            return inputs if len(floats) < 2 else [self.converted(x, widest(list(floats))) for x in inputs]
        target = lower if function.autocast == "lower" else float32
        return [x if dtype_of(x) == float64 else self.converted(x, target) for x in inputs]

    def converted(self, x: Any, dtype: Any) -> Any:
        """An input, if it is floating, in another dtype; the cast of a parameter is kept for the rest of the region."""
        given = dtype_of(x)
        if given == dtype or not is_floating(given):
            return x
        if not isinstance(x, Tensor):
            return x.astype(dtype)
        if not (self.cache_enabled and x._requires_grad and x.is_leaf and is_half(dtype)):
            return Cast(dtype)(x)
        key = id(x), dtype, mode.now.grad
        parameter, array, time, found = self.cache.get(key, (None, None, 0, None))
        if parameter is not x or array is not x._data or changed_since(array, time):  # by an optimizer, for instance
            found = SharedCast(dtype)(x)
            self.cache[key] = x, x._data, Clock.now, found
        return found


def device_type_of(arrays: Sequence[Any]) -> str:
    """'cuda' if one of the inputs lies on a GPU, else 'cpu'."""
    return "cpu" if all(array_module(a).__name__ == "numpy" for a in arrays) else "cuda"


def widest(dtypes: Sequence[Any]) -> Any:
    """The floating dtype with the most bytes; float32 for float16 and bfloat16, which do not hold each other."""
    largest = max(dtypes, key=lambda dtype: dtype.itemsize)
    return float32 if is_half(largest) else largest


class autocast(ContextDecorator):
    """Context manager and decorator within which operations choose their dtype: products (matmul, linear, convolutions,
    attention, recurrent networks) take `dtype`; sums, powers, exponentials, softmax, norms and losses take float32; all
    others take what comes, and where two floating dtypes meet, the wider.

    `device_type` is 'cpu' or 'cuda', and only tensors there are converted. `dtype` is float16 or bfloat16; the default
    is bfloat16 for 'cpu' and float16 for 'cuda'. With `enabled=False`, it is off within the region. `cache_enabled`
    (True, or what holds around it): each parameter is converted once in a region, unless it is changed.

    Parameters stay float32, and so do their gradients, for a cast is an operation that has one. float16 ends at 65,504,
    and its smallest numbers are 6e-8: gradients that vanish there need `GradScaler`. Forward and loss belong in the
    region, backward does not: it computes in the dtypes of the forward. Regions may be nested, and belong to their
    thread.

    Which operation takes what is PyTorch's list for CUDA, on both devices; binary_cross_entropy, which it refuses,
    raises RuntimeError. Raises ValueError for other devices and dtypes. (Micikevicius et al., "Mixed precision
    training", 2018.)
    """

    def __init__(self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None):
        check_device_type("autocast", device_type)
        check_bool("autocast: enabled", enabled)
        if cache_enabled is not None:
            check_bool("autocast: cache_enabled", cache_enabled)
        self.device, self.enabled, self.cache_enabled = device_type, enabled, cache_enabled
        self.dtype = None
        if dtype is not None or enabled:
            self.dtype = as_dtype(DEFAULTS[device_type] if dtype is None else dtype)
            if not is_half(self.dtype):
                raise ValueError(f"autocast got dtype {self.dtype}; expected float16 or bfloat16")
        self.before: list[Any] = []  # what each entry goes back to, innermost last

    def __enter__(self) -> "autocast":
        around = mode.now.casting
        dtypes, cache, cached = (
            ({}, {}, True) if around is None else (around.dtypes, around.cache, around.cache_enabled)
        )
        self.before.append(around)
        cached = cached if self.cache_enabled is None else self.cache_enabled
        mode.now.casting = Casting({**dtypes, self.device: self.dtype if self.enabled else None}, cache, cached)
        return self

    def __exit__(self, *exception: Any) -> None:
        mode.now.casting = self.before.pop()

    def _recreate_cm(self) -> "autocast":  # a decorated function may run in several threads at once
        return autocast(self.device, self.dtype, self.enabled, self.cache_enabled)


def check_device_type(what: str, device_type: Any) -> None:
    """Raise ValueError unless it is 'cpu' or 'cuda'."""
    if device_type not in DEFAULTS:
        raise ValueError(f"{what} got device_type {device_type!r}; expected 'cpu' or 'cuda'")


def is_autocast_enabled(device_type: str) -> bool:
    """Is autocast on for tensors on 'cpu' or 'cuda' in this thread?"""
    check_device_type("is_autocast_enabled", device_type)
    return mode.now.casting is not None and mode.now.casting.dtypes.get(device_type) is not None


def get_autocast_dtype(device_type: str) -> Any:
    """The lower precision for tensors on 'cpu' or 'cuda': that of the region, or the default outside of one."""
    check_device_type("get_autocast_dtype", device_type)
    within = None if mode.now.casting is None else mode.now.casting.dtypes.get(device_type)
    return as_dtype(DEFAULTS[device_type]) if within is None else within
