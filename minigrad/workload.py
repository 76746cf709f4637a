"""What a training step cannot do without: the operations of its products and the bytes that it has to move.

Products of matrices, convolutions, attention and recurrences are counted where a Function of their kind runs, and with
each the products of its backward. All that happens between them (activations, normalisation, losses) is left out, as a
good compiler would do it while the numbers are there anyway. So with `roofline.least_seconds` this is a floor.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

from .function import Function
from .ops.attention import Attention
from .ops.conv import Conv2d, ConvTranspose2d
from .ops.linalg import Einsum, Linear, MatMul
from .ops.recurrent import Cell, LSTMCell, Recurrence
from .optim.optimizer import Optimizer
from .roofline import Work, conv2d_work, elementwise_work, matmul_work
from .tensor import Tensor

Shapes = Sequence[tuple[int, ...]]
Needs = Sequence[bool]


def work_of(step: Callable[[], object]) -> Work:
    """Call `step`, and count what it cannot do without.

    A product reads its inputs and writes its result. Its backward, which is taken to follow where a gradient was asked
    for, reads them and the gradient of the result, and writes the gradients of the inputs; each array counts once,
    and none is taken to have stayed in a cache. The step of an optimizer reads and writes parameters and state, and
    reads gradients. Convolutions count as the sums that define them, which Winograd's filtering can cut down, and of
    attention all scores count, also those that a mask hides.
    """
    found: list[Work] = []
    with noting_products(found), noting_updates(found):
        step()
    return Work(sum(work.operations for work in found), sum(work.bytes for work in found))


@contextmanager
def noting_products(found: list[Work]) -> Iterator[None]:
    """Inside, the work of each product that is computed is added to `found`."""
    call = Function.__call__

    def noting(self: Function, *inputs: Any) -> Any:
        result = call(self, *inputs)
        count = next((PRODUCTS[kind] for kind in type(self).__mro__ if kind in PRODUCTS), None)
        if count is not None:
            found.append(product_work(self, count, inputs, result if isinstance(result, tuple) else (result,)))
        return result

    Function.__call__ = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        Function.__call__ = call  # type: ignore[method-assign]


@contextmanager
def noting_updates(found: list[Work]) -> Iterator[None]:
    """Inside, the work of each optimizer's step is added to `found`: an operation for each number that is read."""
    step = Optimizer.step

    def noting(self: Optimizer, closure: Callable[[], Any] | None = None) -> Any:
        result = step(self, closure)
        for p in [p for group in self.param_groups for p in group["params"] if p.grad is not None]:
            state = [value for value in self.state.get(p, {}).values() if hasattr(value, "nbytes")]
            inputs, outputs = 2 + len(state), 1 + len(state)
            found.append(elementwise_work(p.data.size, inputs, outputs, inputs, p.data.dtype.itemsize))
        return result

    Optimizer.step = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        Optimizer.step = step  # type: ignore[method-assign]


def product_work(node: Function, count: Callable[..., int], inputs: Sequence[Any], results: Sequence[Tensor]) -> Work:
    """The work of a product, and of its backward if it left one."""
    arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
    needs = [edge is not None for edge in node.edges] if node.edges else [False] * len(arrays)
    shapes = [getattr(x, "shape", ()) for x in arrays]
    sizes = [getattr(x, "nbytes", 0) for x in arrays]
    moved = sum(sizes) + sum(y.data.nbytes for y in results)
    back = moved + sum(size for size, needed in zip(sizes, needs) if needed) if any(needs) else 0
    return Work(count(node, shapes, [y.data.shape for y in results], needs), moved + back)


# ------------------------------------------------------------ operations of a product, those of its backward included


def linear_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """y = x Wᵀ, gx = gy W, gW = gyᵀ x: all as large."""
    (n, n_in), (n_out, _) = inputs[:2]
    return matmul_work(n, n_in, n_out).operations * (1 + sum(needs[:2]))


def matmul_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """Z = X Y, gX = gZ Yᵀ, gY = Xᵀ gZ, for each matrix of a batch."""
    *batch, m, n = results[0]
    return prod(batch) * matmul_work(m, inputs[0][-1], n).operations * (1 + sum(needs))


def einsum_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """As many terms as all letters have values together, for two inputs. More can be multiplied in any order, and one
    is only summed: these do not count."""
    terms = prod(node.sizes.values())  # type: ignore[attr-defined]
    return 2 * terms * (1 + sum(needs)) if len(inputs) == 2 else 0


def conv_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """y, gx and gW are as large."""
    return conv2d_work(inputs[0], inputs[1], results[0]).operations * (1 + sum(needs[:2]))


def transposed_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """A transposed convolution is the gradient of one from its result to its input."""
    return conv2d_work(results[0], inputs[1], inputs[0]).operations * (1 + sum(needs[:2]))


def attention_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """S = q kᵀ with gq and gk, and y = P v with gP and gv."""
    (*batch, t, e), (s, d) = results[0], inputs[1][-2:]
    of_q, of_k, of_v = needs[:3]
    scores = matmul_work(t, d, s).operations * (1 + of_q + of_k)
    mixed = matmul_work(t, s, e).operations * (1 + (of_q or of_k) + of_v)
    return prod(batch) * (scores + mixed)


def recurrent_operations(node: Function, inputs: Shapes, results: Shapes, needs: Needs) -> int:
    """W x with gx and gW, and U h with gh, which is needed to walk back, and gU; for each row of x."""
    states = 2 if isinstance(node, LSTMCell) else getattr(node, "states", 1)
    (rows, n_in), (gates, hidden) = inputs[0], inputs[2 + states]
    from_x = matmul_work(rows, n_in, gates).operations * (1 + needs[0] + needs[1 + states])
    from_h = matmul_work(rows, hidden, gates).operations * (1 + any(needs) + needs[2 + states])
    return from_x + from_h


PRODUCTS: dict[type, Callable[[Any, Shapes, Shapes, Needs], int]] = {
    Linear: linear_operations,
    MatMul: matmul_operations,
    Einsum: einsum_operations,
    Conv2d: conv_operations,
    ConvTranspose2d: transposed_operations,
    Attention: attention_operations,
    Cell: recurrent_operations,
    Recurrence: recurrent_operations,
}
"""How operations are counted, by the class of a Function: its own, or that of which it is a twin."""
