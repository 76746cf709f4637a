"""Gradient checking: gradients from backward against slopes measured by moving the inputs a little.

For a function f and a random upstream gradient u, L = Σ u · f(x) is a number, and its slope along x_i is
(L(x_i + ε) - L(x_i - ε)) / 2ε, exact up to ε² (central differences). u is random because errors hide behind a
gradient of ones: the softmax sums to 1, so the true gradient of Σ 1 · softmax(x) is 0, and an all-zero backward
would pass. float64 is needed: with ε = 1e-6, float32 has no digits left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .autograd import grad
from .dtypes import is_floating
from .function import Function
from .grad_mode import enable_grad, no_grad
from .tensor import Tensor

MOST_ELEMENTS = 400
"""Inputs with more elements than this are checked along random directions, not element by element."""
DIRECTIONS = 40


@dataclass
class Comparison:
    """The gradient of one input: from backward (`computed`) and measured (`expected`), element by element.

    For large inputs both hold slopes along random directions instead.
    """

    input: int
    computed: np.ndarray
    expected: np.ndarray
    atol: float
    rtol: float

    @property
    def passed(self) -> bool:
        return bool(np.allclose(self.computed, self.expected, self.rtol, self.atol))

    def worst(self) -> tuple[int, ...]:
        """The index at which both differ most, measured against the tolerance there."""
        off = np.abs(self.computed - self.expected) / (self.atol + self.rtol * np.abs(self.expected))
        return tuple(int(i) for i in np.unravel_index(np.nan_to_num(off, nan=np.inf).argmax(), off.shape))

    def __str__(self) -> str:
        at = self.worst()
        got, wanted = self.computed[at] + 0.0, self.expected[at]  # adding 0.0 makes -0 a plain 0
        ratio = f"; ratio {got / wanted + 0.0:.6g}" if wanted else ""
        return f"gradient of input {self.input} at {list(at)}: got {got:.9g}, expected {wanted:.9g}{ratio}"


class GradcheckError(AssertionError):
    """A gradient is wrong; the message names the input, the worst element, what came and what was expected."""


def compare_gradients(
    function: Callable[..., Any],
    inputs: Sequence[Tensor],
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
) -> list[Comparison]:
    """Compare the gradients of `function` at `inputs` with measured slopes, for every input that requires one.

    Elements at a kink (where the slopes to the left and to the right differ) are first moved a little.
    Raises TypeError for inputs that are not float64, GradcheckError if the function is random or changes its inputs,
    its outputs or the gradient that it was given, and ValueError if nothing can be checked.
    """
    if not eps > 0:
        raise ValueError(f"gradcheck got eps={eps}; expected a step above 0")
    function, inputs = on_cpu(function, inputs)
    given = inputs
    inputs = [Tensor(x.data.copy(), x.requires_grad) if isinstance(x, Tensor) else x for x in inputs]
    checked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError("gradcheck needs at least one input with requires_grad=True")
    for i in checked:
        if inputs[i].dtype != np.float64:
            raise TypeError(f"gradcheck needs float64, got {inputs[i].dtype} for input {i}; use x.double()")
    with no_grad():
        outputs, again = outputs_of(function, inputs), outputs_of(function, inputs)
    check_unmodified("input", inputs, given)
    if not outputs:
        raise ValueError("gradcheck has nothing to check: the function returned no floating-point tensor")
    if not all(np.array_equal(y.data, z.data, equal_nan=True) for y, z in zip(outputs, again, strict=True)):
        raise GradcheckError("the same inputs gave two different outputs; seed the random numbers inside the function")
    rng = generator(seed, stream=1)
    weights = [rng.standard_normal(y.shape) for y in outputs]

    def loss() -> float:
        with no_grad():
            return float(sum((w * y.data).sum() for w, y in zip(weights, outputs_of(function, inputs), strict=True)))

    for i in checked:
        move_off_kinks(loss, inputs[i].data, eps, rng)
    computed = gradients_unmodified(function, inputs, checked, weights)
    comparisons = []
    for i, gradient in zip(checked, computed, strict=True):
        x = inputs[i].data
        if x.size <= MOST_ELEMENTS:
            comparisons.append(Comparison(i, gradient, numerical_gradient(loss, x, eps), atol, rtol))
        else:
            directions = [rng.standard_normal(x.shape) for _ in range(DIRECTIONS)]
            slopes = np.array([slope(loss, x, d, eps) for d in directions])
            along = np.array([(gradient * d).sum() for d in directions])
            comparisons.append(Comparison(i, along, slopes, atol, rtol))
    return comparisons


def gradcheck(
    function: Callable[..., Any],
    inputs: Tensor | Sequence[Tensor],
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
) -> bool:
    """True if backward agrees with measured slopes to atol + rtol · |slope|, else GradcheckError that says where.

    `function` takes the tensors `inputs` (float64) and returns a tensor or several. `eps` is the step, `seed` draws
    the upstream gradient.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    wrong = [c for c in compare_gradients(function, inputs, eps, atol, rtol, seed) if not c.passed]
    if wrong:
        raise GradcheckError("\n".join(map(str, wrong)))
    return True


def on_cpu(function: Callable[..., Any], inputs: Sequence[Any]) -> tuple[Callable[..., Any], Sequence[Any]]:
    """The same function of inputs on the CPU, where slopes are measured; it computes on the GPU where `inputs` are."""
    devices = [x.device if isinstance(x, Tensor) else "cpu" for x in inputs]
    if set(devices) <= {"cpu"}:
        return function, inputs

    def moved(*xs: Any) -> list[Tensor]:
        there = [x.to(device) if isinstance(x, Tensor) else x for x, device in zip(xs, devices, strict=True)]
        return [y.to("cpu") for y in outputs_of(function, there)]

    return moved, [Tensor(x.cpu().data, x.requires_grad) if isinstance(x, Tensor) else x for x in inputs]


def gradgradcheck(
    function: Callable[..., Any],
    inputs: Tensor | Sequence[Tensor],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    seed: int = 0,
) -> bool:
    """`gradcheck` of the gradient itself: second derivatives, with respect to the inputs and the upstream gradient."""
    function, inputs = on_cpu(function, [inputs] if isinstance(inputs, Tensor) else list(inputs))
    with no_grad():
        shapes = [y.shape for y in outputs_of(function, inputs)]
    rng = generator(seed, stream=2)
    upstream = [Tensor(rng.standard_normal(shape), requires_grad=True) for shape in shapes]
    wanted = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    if not wanted:
        raise ValueError("gradgradcheck needs at least one input with requires_grad=True")

    @enable_grad()
    def gradient(*arguments: Tensor) -> tuple[Tensor, ...]:
        xs, gys = arguments[: len(inputs)], arguments[len(inputs) :]
        return grad(outputs_of(function, xs), [xs[i] for i in wanted], gys, create_graph=True)

    return gradcheck(gradient, [*inputs, *upstream], eps, atol, rtol, seed)


def check_function(make: Callable[..., Function], *inputs_or_shapes: Any, seed: int = 0, **settings: Any) -> None:
    """Check a Function in one line of a test: `check_function(Softmax, (3, 5), dim=1)`.

    Draws an input for each shape (an array is taken as it is: labels, positive numbers) and makes the Function with
    `settings`. Checks the gradients, the second gradients if it is `differentiable`, and that float32 inputs give
    float32 outputs and gradients. Raises GradcheckError.
    """
    rng = np.random.default_rng(seed)
    arrays = [rng.standard_normal(x) if isinstance(x, tuple) else np.asarray(x) for x in inputs_or_shapes]
    inputs = [Tensor(x, requires_grad=is_floating(x.dtype)) for x in arrays]

    def apply(*xs: Tensor) -> Any:
        return make(**settings)(*xs)

    gradcheck(apply, inputs, seed=seed)
    function = make(**settings)
    if function.differentiable:
        gradgradcheck(apply, inputs, seed=seed)
    small = [Tensor(x.data.astype(np.float32), requires_grad=True) if x.requires_grad else x for x in inputs]
    outputs = outputs_of(apply, small)
    weights = [Tensor(np.ones_like(y.data)) for y in outputs]
    gradients = grad(outputs, [x for x in small if x.requires_grad], weights)
    for tensor in (*outputs, *gradients):
        if tensor.dtype != np.float32:
            raise GradcheckError(f"{function.name} gave {tensor.dtype} for float32 inputs")


def generator(seed: int, stream: int) -> np.random.Generator:
    """Random numbers other than those of np.random.default_rng(n) for small n, from which inputs may have been drawn.

    An upstream gradient that equals the input hides errors too: layer normalisation then has the true gradient 0.
    """
    return np.random.default_rng([seed, stream])


def outputs_of(function: Callable[..., Any], inputs: Sequence[Any]) -> list[Tensor]:
    """The floating-point results of `function`, as a list. TypeError if it returns anything but tensors."""
    result = function(*inputs)
    results = list(result) if isinstance(result, tuple | list) else [result]
    for y in results:
        if not isinstance(y, Tensor):
            raise TypeError(f"gradcheck needs a function that returns tensors, got {type(y).__name__}")
    return [y for y in results if is_floating(y.dtype)]


def gradients_unmodified(
    function: Callable[..., Any], inputs: Sequence[Any], checked: Sequence[int], weights: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """The gradients from backward. Raises GradcheckError if it writes into an input, an output or its own argument."""
    inputs_before = [copy_of(x) for x in inputs]
    upstream = [Tensor(w.copy()) for w in weights]
    with enable_grad():
        outputs = outputs_of(function, inputs)
    outputs_before = [copy_of(y) for y in outputs]
    # An output that is itself an input, or does not depend on one, has nothing to be differentiated.
    recorded = [(y, u) for y, u in zip(outputs, upstream, strict=True) if y.requires_grad]
    found: Sequence[Tensor | None] = [None] * len(checked)
    if recorded:
        found = grad(
            [y for y, _ in recorded], [inputs[i] for i in checked], [u for _, u in recorded], allow_unused=True
        )
    check_unmodified("input", inputs, inputs_before)
    check_unmodified("output", outputs, outputs_before)
    check_unmodified("the upstream gradient of output", upstream, [Tensor(w) for w in weights])
    return [np.zeros(inputs[i].shape) if g is None else g.data for i, g in zip(checked, found, strict=True)]


def copy_of(x: Any) -> Any:
    return Tensor(x.data.copy()) if isinstance(x, Tensor) else x


def check_unmodified(what: str, tensors: Sequence[Any], before: Sequence[Any]) -> None:
    """Raises GradcheckError if one of `tensors` no longer holds what it held `before`."""
    for i, (x, original) in enumerate(zip(tensors, before, strict=True)):
        if isinstance(x, Tensor) and not np.array_equal(x.data, original.data, equal_nan=is_floating(x.dtype)):
            raise GradcheckError(f"{what} {i} was modified in place")


def slope(loss: Callable[[], float], x: np.ndarray, direction: np.ndarray, eps: float) -> float:
    """The slope of the loss as x moves along `direction`: (L(x + ε d) - L(x - ε d)) / 2ε. x is left as it was."""
    start = x.copy()
    x += eps * direction
    above = loss()
    x[...] = start - eps * direction
    below = loss()
    x[...] = start
    return (above - below) / (2 * eps)


def numerical_gradient(loss: Callable[[], float], x: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """The gradient of `loss()` with respect to `x` [any shape], float64, measured element by element.

    Element k is the slope of the loss along the k-th coordinate axis. `loss` reads `x` anew at every call; `x` is left
    as it was.
    """
    slopes = [slope(loss, x, one_hot(x, k), eps) for k in range(x.size)]
    return np.array(slopes, np.float64).reshape(x.shape)


def one_hot(x: np.ndarray, k: int) -> np.ndarray:
    """Zeros like x, with a 1 at flat position k."""
    direction = np.zeros_like(x)
    direction.flat[k] = 1
    return direction


def move_off_kinks(loss: Callable[[], float], x: np.ndarray, eps: float, rng: np.random.Generator) -> None:
    """Move elements of x at which the slopes to the left and to the right differ by up to 0.001, until none does."""
    suspects = list(range(x.size)) if x.size <= MOST_ELEMENTS else []
    for _ in range(5):
        kinks = [k for k in suspects if is_kink(loss, x, k, eps)]
        if not kinks:
            return
        x.flat[kinks] += rng.uniform(100 * eps, 1000 * eps, len(kinks)) * rng.choice([-1, 1], len(kinks))
        suspects = kinks


def is_kink(loss: Callable[[], float], x: np.ndarray, k: int, eps: float) -> bool:
    """Has the loss a kink at the flat element k of `x`?

    It has if the slopes to the right and to the left of it, over the distance eps, differ by more than
    0.001 · max(1, |left|, |right|). `x` is left as it was.
    """
    start, middle = x.flat[k], loss()
    x.flat[k] = start + eps
    right = (loss() - middle) / eps
    x.flat[k] = start - eps
    left = (middle - loss()) / eps
    x.flat[k] = start
    return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))
