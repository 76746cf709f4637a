"""Gradient clipping: keep one bad batch from throwing the parameters far away."""

from collections.abc import Iterable, Sequence

from ..checks import check_number, check_real
from ..device import Array, array_module
from ..kernels.cuda import gradients as cuda
from ..tensor import Tensor
from ..twins import are_learners

PIECES = ("minigrad.optim.clip:common_norm", "minigrad.optim.clip:shrink_")
"""What the kernels of a GPU do in another way."""


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Scale all gradients by one factor so that their common norm is at most `max_norm`; return the norm before that.

        N = (Σ |g|^q)^(1/q) over all elements of all gradients,    g ← g · min(1, max_norm / (N + 10⁻⁶))

    with q = `norm_type`, which may be inf (the largest |g|). The direction of the step stays as it is. Gradients are
    changed in place; the norm is a tensor of shape ().

    Raises ValueError if `max_norm` is negative or `norm_type` not positive, RuntimeError if N is NaN or infinite and
    `error_if_nonfinite` (False); TypeError if one is no number.

    Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", 2013.
    """
    check_real("clip_grad_norm_: max_norm", max_norm)
    check_real("clip_grad_norm_: norm_type", norm_type)
    if not max_norm >= 0:
        raise ValueError(f"clip_grad_norm_: max_norm must be at least 0, got {max_norm}")
    if not norm_type > 0:
        raise ValueError(f"clip_grad_norm_: norm_type must be above 0, got {norm_type}")
    gradients = gradients_of(parameters)
    if not gradients:
        return Tensor(0.0)
    on_gpu = norm_type == 2 and cuda.takes(gradients) and not are_learners(PIECES)
    total = cuda.norm(gradients) if on_gpu else common_norm(gradients, norm_type)
    if error_if_nonfinite and not array_module(total).isfinite(total):
        raise RuntimeError(f"the norm of the gradients is {total}, so they cannot be clipped")
    (cuda.shrink if on_gpu else shrink_)(list(distinct(gradients)), total, max_norm)
    return Tensor(array_module(total).asarray(total))


def common_norm(gradients: Sequence[Array], order: float) -> Array:
    """The norm (Σ |g|^order)^(1/order) over all elements of all these arrays."""
    return norm(array_module(gradients[0]).stack([norm(g, order) for g in gradients]), order)


def shrink_(gradients: Sequence[Array], total: Array, max_norm: float) -> None:
    """g ← g · min(1, max_norm / (total + 10⁻⁶)) for each of these arrays, in place, where `total` is their norm."""
    factor = array_module(total).minimum(float(max_norm) / (total + 1e-6), 1)
    for g in gradients:
        g *= factor


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Clip every element of every gradient to [-clip_value, clip_value], in place.

        g ← min(max(g, -clip_value), clip_value)

    Unlike clipping by norm, this changes the direction of the step. Raises ValueError if `clip_value` is negative, NaN
    or infinite, TypeError if it is no number.
    """
    check_number("clip_grad_value_: clip_value", clip_value)
    for g in gradients_of(parameters):
        g.clip(-float(clip_value), float(clip_value), out=g)


def gradients_of(parameters: Tensor | Iterable[Tensor]) -> list[Array]:
    """The gradient arrays of those parameters that have one."""
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad.data for p in parameters if p.grad is not None]


def distinct(arrays: Iterable[Array]) -> Iterable[Array]:
    """Each array once, though several parameters may hold it as their gradient."""
    return {id(array): array for array in arrays}.values()


def norm(x: Array, order: float) -> Array:
    """The norm (Σ |x|^order)^(1/order) of all elements of `x`, 0 if there are none."""
    xp = array_module(x)
    return xp.linalg.norm(x.reshape(-1), order) if x.size else xp.zeros((), x.dtype)
