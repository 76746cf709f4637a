"""Automatic differentiation in reverse mode: the walk back through the graph of Functions.

`backpropagate` visits the vertices in reverse topological order; each node's `backward` turns the gradient of its
output into the gradients of its inputs, and gradients that arrive over several paths are summed (Rumelhart, Hinton &
Williams, 1986).
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import numpy as np

from .changes import Clock
from .device import Array, array_module
from .dtypes import is_half
from .function import Function
from .grad_mode import Switch, mode
from .tensor import Keeper, Tensor, tensor_of


def topological_order(roots: Iterable[Any]) -> list[Any]:
    """All vertices on which `roots` depend, each once and each after every vertex that it depends on.

    What a vertex depends on stands in its `edges`: None, or tuples that begin with the other vertex. (A vertex whose
    edges are None has been freed; it counts as one without any.) A graph may be deeper than the recursion limit.
    """
    # Depth first. A vertex is appended when everything below it has been; the stack is a list, not Python's own.
    order: list[Any] = []
    seen: set[Any] = set()
    stack: list[Any] = list(roots)
    while stack:
        vertex = stack.pop()
        if vertex is None:  # everything below the vertex beneath this marker is done
            order.append(stack.pop())
        elif vertex not in seen:
            seen.add(vertex)
            if not vertex.edges:
                order.append(vertex)
                continue
            stack += (vertex, None)
            for edge in vertex.edges:
                if edge is not None:
                    stack.append(edge[0])
    return order


def unbroadcast(grad: Any, shape: tuple[int, ...]) -> Any:
    """Sum `grad` down to `shape`: the backward of broadcasting an array of `shape` up to `grad.shape`.

    Broadcasting copies a value to many places, so its gradient is the sum over those places: new leading axes are
    summed away, and axes of size 1 are summed with their size kept.
    """
    new = grad.ndim - len(shape)
    stretched = tuple(i for i, size in enumerate(shape, new) if size == 1 and grad.shape[i] != 1)
    return grad.sum(axis=tuple(range(new)) + stretched, keepdims=True).reshape(shape)


def check_broadcast(shape: tuple[int, ...], to: tuple[int, ...]) -> None:
    """Raise ValueError unless an array of `shape` broadcasts to the shape `to`."""
    if len(to) < len(shape) or any(size not in (1, grown) for size, grown in zip(shape[::-1], to[::-1])):
        raise ValueError(f"shape {shape} does not broadcast to {to}")


def accumulate(total: Any, grad: Any) -> Any:
    """Add one more contribution to the gradient collected so far: total + grad (`total` is None at first).

    A value that is used twice influences the loss twice, so its gradient is a sum. The sum is a new array: `total`
    may be the same array that another vertex received.
    """
    return grad if total is None else total + grad


def backpropagate(
    outputs: Sequence[Tensor],
    grads: Sequence[Any],
    arrive: Callable[[Any, Sequence[Any]], None],
    wanted: Collection[Any] = (),
    prune: bool = False,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> None:
    """Carry `grads` from `outputs` back through the graph.

    `arrive(vertex, grads)` is called, once its gradients are complete, at each leaf and at each vertex of `wanted`;
    with `prune` only at the latter, and only the paths to them are followed. With `create_graph`, gradients are
    tensors and the walk itself is recorded; otherwise they are arrays.
    """
    pending: dict[Any, Any] = {}  # vertex, or (vertex, index) where it has several outputs -> gradient so far
    for output, grad in zip(outputs, grads, strict=True):
        vertex = output.grad_fn or output
        key = vertex if vertex.n_outputs == 1 else (vertex, output.output_index)
        pending[key] = accumulate(pending.get(key), grad.copy() if vertex.is_leaf and not create_graph else grad)

    order = topological_order([output.grad_fn or output for output in outputs])
    check_not_freed(order, wanted if prune else ())
    entered = leading_to(wanted, order) if prune else ()
    anomaly = mode.now.anomaly
    arrived: Sequence[Any]
    for vertex in reversed(order):
        arrived = (pending.pop(vertex, None),) if vertex.n_outputs == 1 else take_all(vertex, pending)
        if arrived[0] is None and len(arrived) == 1:  # every path to it gave None
            continue
        if vertex.hooks:
            arrived = run_hooks(vertex, arrived)
        if prune or vertex.is_leaf:
            if not prune or vertex in wanted:
                arrive(vertex, arrived)
            if vertex.is_leaf or vertex not in entered:
                continue
        if vertex.n_outputs > 1:
            arrived = fill_missing(vertex, arrived)
        if vertex.time != Clock.now:
            vertex.check_unchanged()
        returned = differentiably(vertex, arrived) if create_graph else vertex.backward(*arrived)
        if type(returned) is not tuple:
            returned = (returned,)
        if anomaly:
            vertex.check_finite_backward(arrived, returned)
        deliver(vertex, arrived, returned, pending, create_graph)
        if not (retain_graph or vertex.lasting):
            vertex.edges, vertex.saved = None, ()


def summed_to(grad: Any, shape: tuple[int, ...]) -> Any:
    """`unbroadcast`, which adds up halves in float32."""
    if isinstance(grad, Tensor) or not is_half(grad.dtype):
        return unbroadcast(grad, shape)
    return unbroadcast(grad.astype("float32"), shape).astype(grad.dtype)


def take_all(vertex: Function, pending: dict[Any, Any]) -> tuple:
    """The gradients that have arrived at a node with several outputs; a single None if there are none."""
    arrived = tuple([pending.pop((vertex, i), None) for i in range(vertex.n_outputs)])
    return arrived if any(grad is not None for grad in arrived) else (None,)


def deliver(
    vertex: Function, arrived: Sequence[Any], returned: Sequence[Any], pending: dict[Any, Any], create_graph: bool
) -> None:
    """Hand the gradients that a node's backward `returned` on to the vertices that made its inputs.

    Each is summed down to the shape of its input and added to what is `pending` there. Raises RuntimeError, with the
    name of the op, if their number, a shape or a dtype is wrong.
    """
    edges = vertex.edges
    assert edges is not None
    if len(returned) != len(edges):
        raise RuntimeError(f"{vertex.name}.backward returned {len(returned)} gradients for {len(edges)} inputs")
    for edge, grad in zip(edges, returned):
        if edge is None or grad is None:
            continue
        parent, index, shape, dtype, _ = edge
        try:
            if grad.shape != shape:
                check_broadcast(shape, grad.shape)
                grad = summed_to(grad, shape)
            if grad.dtype is not dtype and grad.dtype != dtype:
                raise ValueError(f"dtype {grad.dtype}")
        except (AttributeError, ValueError, TypeError) as error:
            raise RuntimeError(wrong_gradient(vertex, edge, grad)) from error
        key = parent if parent.n_outputs == 1 else (parent, index)
        total = pending.get(key)
        if total is not None:
            pending[key] = accumulate(total, grad)
        elif parent.is_leaf and not create_graph:
            pending[key] = owned(grad, arrived, returned, vertex.saved)
        else:
            pending[key] = grad


def check_not_freed(order: list[Any], wanted: Collection[Any]) -> None:
    """Raise RuntimeError if the walk needs a node that an earlier backward has freed.

    With `wanted`, only if one of these cannot be reached: what leads to it may lie beyond such a node.
    """
    freed = next((vertex for vertex in order if vertex.edges is None), None)
    if freed is not None and not (wanted and set(wanted) <= set(order)):
        raise RuntimeError(
            f"backward through {freed.name} a second time: its saved values were freed by the first backward; "
            "call the first one with retain_graph=True"
        )


def leading_to(wanted: Collection[Any], order: list[Any]) -> set[Any]:
    """The vertices of a topological order whose backward has to run for gradients to reach one of `wanted`."""
    leading: set[Any] = set()
    for vertex in order:
        if any(edge is not None and (edge[0] in wanted or edge[0] in leading) for edge in vertex.edges or ()):
            leading.add(vertex)
    return leading


def differentiably(vertex: Function, grads: Sequence[Any]) -> Any:
    """Run a node's backward on tensors, so that the gradients it returns have a graph of their own."""
    if not vertex.differentiable:
        raise RuntimeError(
            f"{vertex.name} has no second derivative: create_graph=True cannot go through its backward "
            f"({vertex.name}.differentiable is False)"
        )
    arrays, vertex.saved = vertex.saved, vertex.saved_tensors()
    try:
        return vertex.backward(*grads)
    finally:
        vertex.saved = arrays


def fill_missing(vertex: Function, grads: Sequence[Any]) -> Sequence[Any]:
    """Zeros for those outputs of a node that the result does not depend on; unless it depends on none."""
    present = next(grad for grad in grads if grad is not None)
    wrap = Tensor if isinstance(present, Tensor) else lambda array: array
    return [
        wrap(xp.zeros(shape, dtype)) if grad is None else grad
        for grad, (shape, dtype, xp) in zip(grads, vertex.output_types, strict=True)
    ]


def owned(grad: Array, arrived: Sequence[Array], returned: Sequence[Array], saved: Sequence[Any]) -> Array:
    """`grad` as an array that a leaf may keep: itself if this backward made it for one input alone, else a copy."""
    if getattr(grad, "base", None) is not None:
        return grad.copy()
    uses = 0
    for other in (*arrived, *saved, *returned):
        uses += grad is other
    return grad if uses == 1 else grad.copy()


def run_hooks(vertex: Any, grads: Sequence[Any]) -> list[Any]:
    """Pass complete gradients through their hooks, in order of registration, and last through those that keep them."""
    grads = list(grads)
    for index, hooks in vertex.hooks.items():
        for (hook,) in sorted(hooks, key=lambda entry: isinstance(entry[0], Keeper)):
            grad = grads[index]
            if grad is None:
                break
            replaced = hook(as_gradient(grad))
            if replaced is not None:
                check_replaced(replaced, grad)
                grads[index] = replaced if isinstance(grad, Tensor) else replaced.data
    return grads


def check_replaced(replaced: Any, grad: Any) -> None:
    """Raise RuntimeError unless what a hook returned can take the place of `grad`."""
    if not isinstance(replaced, Tensor) or replaced.shape != grad.shape or replaced.dtype != grad.dtype:
        came = type(replaced).__name__
        if isinstance(replaced, Tensor):
            came = f"shape {replaced.shape} and dtype {replaced.dtype}"
        raise RuntimeError(f"a hook returned {came}; expected a tensor of shape {grad.shape} and dtype {grad.dtype}")


def as_gradient(grad: Any) -> Tensor:
    """A gradient as it is stored in `.grad`: in an array, which can be changed in place as NumPy's numbers cannot."""
    if isinstance(grad, Tensor):
        return grad
    return tensor_of(np.asarray(grad) if isinstance(grad, np.generic) else grad)


def wrong_gradient(vertex: Function, edge: tuple, grad: Any) -> str:
    _, _, shape, dtype, *_ = edge
    came = f"shape {grad.shape} and dtype {grad.dtype}" if hasattr(grad, "dtype") else type(grad).__name__
    return (
        f"{vertex.name}.backward returned {came} as the gradient of input {input_number(vertex, edge)}, "
        f"which has shape {shape} and dtype {dtype}"
    )


def input_number(vertex: Function, edge: tuple) -> int:
    return [other is edge for other in vertex.edges or ()].index(True)


# --------------------------------------------------------------------------------------------------- what users call


def backward(
    tensor: Tensor,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Sequence[Tensor] | None = None,
) -> None:
    """Add d tensor / d leaf, weighted by `gradient`, to the `.grad` of every leaf (or only of `inputs`)."""
    seed = seed_gradient(tensor, gradient)
    retain_graph = create_graph if retain_graph is None else retain_graph
    inputs = [inputs] if isinstance(inputs, Tensor) else inputs
    if inputs is not None and (not inputs or not all(x.requires_grad for x in inputs)):
        raise ValueError("backward got inputs= that are empty, or hold a tensor that requires no gradient")
    if any(not x.is_leaf for x in inputs or ()):
        raise ValueError("backward got inputs= that are not leaves; use minigrad.grad for the gradients of results")

    def store(leaf: Tensor, grads: Sequence[Any]) -> None:
        leaf._grad = accumulate(leaf._grad, as_gradient(grads[0]))

    with Switch("grad", create_graph), Switch("casting", None):
        backpropagate(
            [tensor],
            [seed if create_graph else seed.data],
            store,
            wanted=set(inputs or ()),
            prune=inputs is not None,
            retain_graph=retain_graph,
            create_graph=create_graph,
        )


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Any, ...]:
    """The gradients of `outputs`, weighted by `grad_outputs`, with respect to `inputs`.

    No `.grad` changes, but for tensors whose `retain_grad()` asked for that.

    With `create_graph` the gradients can be differentiated again. An input that `outputs` do not depend on raises
    RuntimeError, or gives None with `allow_unused`.
    """
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    weights = [grad_outputs] if grad_outputs is None or isinstance(grad_outputs, Tensor) else list(grad_outputs)
    weights = weights * len(outputs) if weights == [None] else weights
    if len(weights) != len(outputs):
        raise ValueError(f"grad got {len(weights)} grad_outputs for {len(outputs)} outputs")
    for i, x in enumerate(inputs):
        if not x.requires_grad:
            raise RuntimeError(f"grad: input {i} does not require a gradient")
    seeds = [seed_gradient(output, weight) for output, weight in zip(outputs, weights, strict=True)]
    retain_graph = create_graph if retain_graph is None else retain_graph
    wanted = {x.grad_fn or x for x in inputs}
    found: dict[tuple[Any, int], Any] = {}

    def capture(vertex: Any, grads: Sequence[Any]) -> None:
        found.update({(vertex, index): g for index, g in enumerate(grads)})

    with Switch("grad", create_graph), Switch("casting", None):
        arrays = seeds if create_graph else [seed.data for seed in seeds]
        backpropagate(outputs, arrays, capture, wanted, True, retain_graph, create_graph)
    results = [found.get((x.grad_fn or x, x.output_index)) for x in inputs]
    if not allow_unused and any(result is None for result in results):
        number = next(i for i, result in enumerate(results) if result is None)
        raise RuntimeError(f"grad: the outputs do not depend on input {number}; pass allow_unused=True to get None")
    return tuple([None if result is None else as_gradient(result) for result in results])


def seed_gradient(tensor: Tensor, gradient: Any) -> Tensor:
    """The gradient with which backward starts: `gradient`, or 1 for a scalar.

    Raises RuntimeError if the tensor needs no gradient or is no scalar, ValueError if the shapes differ.
    """
    if not tensor.requires_grad:
        raise RuntimeError("backward on a tensor that does not require a gradient: nothing it was computed from does")
    if gradient is None:
        if tensor.data.size != 1:
            raise RuntimeError(
                f"backward on a tensor of shape {tensor.shape}: only a scalar has a gradient by itself; "
                "reduce it first (.sum(), .mean()) or pass gradient= of the same shape"
            )
        return tensor_of(array_module(tensor.data).ones_like(tensor.data))
    gradient = gradient if isinstance(gradient, Tensor) else Tensor(gradient)
    if gradient.shape != tensor.shape:
        raise ValueError(f"backward got a gradient of shape {gradient.shape} for a tensor of shape {tensor.shape}")
    if gradient.dtype != tensor.dtype:
        raise TypeError(f"backward got a gradient of dtype {gradient.dtype} for a tensor of dtype {tensor.dtype}")
    return gradient
