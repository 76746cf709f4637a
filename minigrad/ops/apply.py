"""How one backward serves first and second derivatives."""

from typing import Any

from ..function import Function
from ..tensor import Tensor


def apply(function: Function, *inputs: Any) -> Any:
    """Apply an operation inside a backward.

    On arrays (the usual case) this is its `forward`; on tensors (create_graph=True) the operation is recorded, so
    that the gradient can be differentiated again.
    """
    return function(*inputs) if any(isinstance(x, Tensor) for x in inputs) else function.forward(*inputs)
