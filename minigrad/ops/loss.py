"""Loss functions: the loss of each element or row, then `reduction`: 'mean', 'sum' or 'none'.

In the formulas, x is the prediction, t the target and gx stands for dL/dx. Classes come in dimension 1: predictions
[n, C] with labels [n], or [n, C, d, ...] with labels [n, d, ...].
"""

from math import nan, prod
from typing import Any

import numpy as np

from ..device import Array, array_module, expect
from ..dtypes import is_floating, is_half
from ..function import Function
from ..kernels.cuda import softmax as cuda
from ..kernels.cuda.launch import taken
from ..tensor import Tensor
from ..twins import fastest, twin_of
from .activation import Sigmoid, Softplus, log_softmax
from .apply import apply
from .arguments import as_tensor, on_one_device
from .convert import as_floating, to, widened
from .elementwise import exp, where
from .index import gather, wide
from .reduction import mean, sum
from .shape import reshape


def reduce(loss: Tensor, reduction: str, weights: Array | None = None) -> Tensor:
    """The 'mean', 'sum' or ('none') the losses themselves; the mean divides by the sum of the `weights` if there are
    any.

    A sum of 0 makes the mean NaN, as in PyTorch.
    """
    if reduction == "mean":
        if weights is None:
            return mean(loss)
        wide = np.dtype(np.float32) if is_half(weights.dtype) else weights.dtype
        total = weights.sum(dtype=wide)
        return to(sum(to(loss, wide)) / array_module(total).where(total, total, nan), loss.dtype)
    if reduction == "sum":
        return sum(loss)
    if reduction == "none":
        return loss
    raise ValueError(f"reduction '{reduction}' is not one of 'mean', 'sum', 'none'")


def same_shape(input: Any, target: Any, loss: str, *weights: Any) -> tuple[Tensor, ...]:
    """Input, target and weights as tensors, the input in a floating dtype. Refuse targets of another shape:
    broadcasting [n] against [n, 1] would compare every pair. Weights may be smaller than the input, not larger."""
    input, target = as_floating(input, loss), as_tensor(target, loss)
    if input.shape != target.shape:
        raise ValueError(f"{loss} got input {input.shape} and target {target.shape}; expected equal shapes")
    given = [None if weight is None else as_tensor(weight, loss) for weight in weights]
    for weight in given:
        shape = () if weight is None else weight.shape
        last = input.shape[max(input.ndim - len(shape), 0) :]
        if len(shape) > input.ndim or any(size not in (1, expected) for size, expected in zip(shape, last)):
            raise ValueError(f"{loss} got weights {shape}, which do not broadcast to the input {input.shape}")
    return input, target, *given


class SoftmaxCrossEntropy(Function):
    """loss_i = ln Σ_j e^(x_ij) - x_i,t(i);  gx_ij = gloss_i · (softmax(x_i)_j - [j = t(i)]), for rows x [n, C].

    Computed from the scores themselves, never from probabilities, so that nothing overflows.
    """

    autocast = "float32"

    def forward(self, x: Array, t: Array) -> Array:
        xp = array_module(x)
        shifted = x - x.max(axis=1, keepdims=True)
        e = xp.exp(shifted)
        sums = e.sum(axis=1, keepdims=True)
        rows = xp.arange(len(t))
        self.save(e, sums, t, rows)
        return xp.log(sums[:, 0]) - shifted[rows, t]

    def backward(self, gloss: Array) -> Any:
        e, sums, t, rows = self.saved
        gx = e / sums
        gx[rows, t] -= 1
        gx *= gloss[:, None]
        return gx, None


@twin_of(SoftmaxCrossEntropy)
class FastSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """SoftmaxCrossEntropy; on a GPU a kernel for each way."""

    def forward(self, x: Array, t: Array) -> Array:
        self.on_gpu = taken(x) and t.dtype == np.int64
        if not self.on_gpu:
            return super().forward(x, t)
        loss, x, parts = cuda.cross_entropy(x, t)
        self.save(x, t, parts)
        return loss

    def backward(self, gloss: Array) -> Any:
        return (cuda.cross_entropy_backward(gloss, *self.saved), None) if self.on_gpu else super().backward(gloss)


class MeanCrossEntropy(Function):
    """The mean, or the sum, of SoftmaxCrossEntropy over the rows whose label is not `ignored`, on a GPU: three kernels
    instead of two dozen operations that check, weigh and add up."""

    autocast = "float32"

    def __init__(self, ignored: int, mean: bool):
        self.ignored, self.mean = ignored, mean

    def forward(self, x: Array, t: Array) -> Array:
        y, wrong, x, parts, factor = cuda.mean_cross_entropy(x, t, self.ignored, self.mean)
        classes, ignored = x.shape[1], self.ignored  # what is expected is kept a while: it must not keep the scores
        expect(wrong, lambda: wrong_label("cross_entropy", t, classes, ignored))
        self.save(x, t, parts, factor)
        return y

    def backward(self, gy: Array) -> Any:
        x, t, parts, factor = self.saved
        return cuda.mean_cross_entropy_backward(gy, x, t, parts, factor, self.ignored), None

    @staticmethod
    def fits(x: Array, t: Array) -> bool:
        """Do the kernels take these arrays, and nothing of a learner's stands in their place?"""
        is_plain = fastest(SoftmaxCrossEntropy) is FastSoftmaxCrossEntropy
        return is_plain and taken(x) and t.dtype == np.int64 and len(t) < cuda.MOST_ROWS


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The negative logarithm of the softmax probability of the right class.

    input [n, C] or [n, C, d, ...] (or [C]): unnormalised scores; target: class numbers [n] or [n, d, ...], or
    probabilities of input's shape. `weight` [C] weighs each class; rows whose label is `ignore_index` count nothing;
    `label_smoothing` ε moves that share of the target evenly to all classes (Szegedy et al., 2016). The mean divides
    by the sum of the weights of the labels. Raises ValueError for labels out of range, shapes that do not fit, and
    an `ignore_index` beside probabilities.
    """
    input, target, weight = class_arguments(input, target, weight, "cross_entropy")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"cross_entropy got label_smoothing={label_smoothing}; expected a number from 0 to 1")
    if is_floating(target.dtype) and target.shape == input.shape and input.ndim:
        if ignore_index >= 0:
            raise ValueError(f"cross_entropy got ignore_index={ignore_index}, but its targets are probabilities")
        return soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    rows, labels, shape = class_rows(input, target, "cross_entropy")
    usual = weight is None and not label_smoothing and reduction in ("mean", "sum")
    if usual and MeanCrossEntropy.fits(rows.data, labels):
        return MeanCrossEntropy(ignore_index, reduction == "mean")(rows, Tensor(labels))
    counted = check_labels(labels, rows.shape[1], ignore_index, "cross_entropy")
    weights = label_weights(labels, counted, weight, rows)
    labels = labels if counted is None else array_module(labels).where(counted, labels, 0)
    loss = fastest(SoftmaxCrossEntropy)()(rows, Tensor(labels))
    if label_smoothing or weights is not None:
        loss = weighted(loss, weights)
    if label_smoothing:
        logp = log_softmax(rows, 1)
        smooth = -sum(logp if weight is None else logp * weight, 1)
        if counted is not None:
            smooth = where(Tensor(counted), smooth, 0.0)
        loss = loss * (1 - label_smoothing) + smooth * (label_smoothing / rows.shape[1])
    loss = loss if loss.shape == shape else reshape(loss, shape)
    return reduce(loss, reduction, weights)


def soft_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, label_smoothing: float
) -> Tensor:
    """Cross-entropy against probabilities: -Σ_c t_c · ln softmax(x)_c, averaged over everything but the classes."""
    dim = 1 if input.ndim > 1 else 0
    classes = input.shape[dim]
    check_class_weights(weight, classes, input)
    target = target * (1 - label_smoothing) + label_smoothing / classes if label_smoothing else target
    logp = log_softmax(input, dim)
    if weight is not None:
        logp = logp * reshape(weight, [classes if d == dim else 1 for d in range(input.ndim)])
    return reduce(-sum(target * logp, dim), reduction)


def nll_loss(
    input: Tensor, target: Tensor, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """The negative of `input`, log-probabilities, at the right class. Everything else is as in cross_entropy."""
    input, target, weight = class_arguments(input, target, weight, "nll_loss")
    rows, labels, shape = class_rows(input, target, "nll_loss")
    counted = check_labels(labels, rows.shape[1], ignore_index, "nll_loss")
    weights = label_weights(labels, counted, weight, rows)
    labels = labels if counted is None else array_module(labels).where(counted, labels, 0)
    loss = weighted(-reshape(gather(rows, 1, labels[:, None]), -1), weights)
    loss = loss if loss.shape == shape else reshape(loss, shape)
    return reduce(loss, reduction, weights)


def class_arguments(input: Any, target: Any, weight: Any, loss: str) -> tuple[Tensor, Tensor, Any]:
    """Scores, labels (which may be a list) and class weights as tensors."""
    target = Tensor(target) if isinstance(target, list | tuple) else as_tensor(target, loss)
    input, weight = [None if x is None else widened(as_floating(x, loss)) for x in (input, weight)]
    on_one_device(loss, input.data, target.data, None if weight is None else weight.data)
    return input, target, weight


def class_rows(input: Tensor, target: Tensor, loss: str) -> tuple[Tensor, Array, tuple[int, ...]]:
    """Scores as rows [m, C], labels as [m], and the shape that the losses have in the end."""
    expected = input.shape[:1] + input.shape[2:] if input.ndim > 1 else ()
    if input.ndim == 0 or target.shape != expected or target.dtype.kind not in "iu":
        raise ValueError(
            f"{loss} got input {input.shape} and target {target.shape} of dtype {target.dtype}; expected scores "
            "[n, C] with labels [n] of an integer dtype, or [n, C, d, ...] with [n, d, ...]"
        )
    if input.ndim == 1:
        rows = reshape(input, 1, -1)
    elif input.ndim == 2:
        rows = input
    else:
        order = (0, *range(2, input.ndim), 1)
        moved = input.permute(order)
        rows = reshape(moved, prod(moved.shape[:-1]), input.shape[1])
    if rows.shape[1] == 0:
        raise ValueError(f"{loss} got input {input.shape}, which has no classes")
    return rows, wide(target.data.reshape(-1)), expected


def check_labels(labels: Array, classes: int, ignore_index: int, loss: str) -> Array | None:
    """Which rows count, None if all do. Raises ValueError for a label that is no class and not `ignore_index`."""
    if not labels.size:
        return None
    unsigned = labels.view(f"u{labels.dtype.itemsize}")  # a label below 0 is a huge one there
    if array_module(labels) is np and unsigned.max() < classes and not 0 <= ignore_index < classes:
        return None
    counted = labels != ignore_index
    wrong = counted & (unsigned >= classes)
    expect(wrong.any(), lambda: wrong_label(loss, labels, classes, ignore_index))
    return counted


def wrong_label(loss: str, labels: Array, classes: int, ignore_index: int) -> ValueError:
    """The error that names the first label that is no class."""
    wrong = (labels != ignore_index) & ((labels < 0) | (labels >= classes))
    if not wrong.any():  # a captured step has had other labels since
        return ValueError(f"{loss} got a label that is no class, in a step before; expected 0 to {classes - 1}")
    at = int(wrong.argmax())
    return ValueError(f"{loss} got label {int(labels[at])} in row {at}; expected 0 to {classes - 1}")


def label_weights(labels: Array, counted: Array | None, weight: Tensor | None, rows: Tensor) -> Array | None:
    """The weight of each row's label, 0 where it is ignored; None where all rows weigh 1."""
    xp = array_module(labels)
    if weight is None:
        return None if counted is None else counted.astype(rows.dtype)
    check_class_weights(weight, rows.shape[1], rows)
    if weight.requires_grad:
        raise RuntimeError("class weights get no gradient where the targets are labels; use weight.detach()")
    if counted is None:
        return weight.data[labels]
    weights = xp.where(counted, weight.data[xp.where(counted, labels, 0)], 0)
    return weights.astype(rows.dtype, copy=False)  # CuPy's where makes float32 of bfloat16


def check_class_weights(weight: Tensor | None, classes: int, input: Tensor) -> None:
    """Raises ValueError unless there is one weight for each class, of the input's dtype."""
    if weight is not None and (weight.shape != (classes,) or weight.dtype != input.dtype):
        raise ValueError(
            f"class weights have shape {weight.shape} and dtype {weight.dtype}; expected {(classes,)} and {input.dtype}"
        )


def weighted(loss: Tensor, weights: Array | None) -> Tensor:
    """Losses times weights, where a weight of 0 also silences an infinite loss."""
    if weights is None:
        return loss
    weights = Tensor(weights)
    return where(weights != 0, loss, 0.0) * weights


class ElementwiseLoss(Function):
    """Base of losses that compare x with t element by element. Targets that are whole numbers take the dtype of x."""

    autocast = "float32"
    promotes = True
    differentiable = True


class SquaredError(ElementwiseLoss):
    """loss = (x - t)²;  gx = gloss · 2 (x - t),  gt = -gx."""

    def forward(self, x: Array, t: Array) -> Array:
        self.save(x, t)
        d = x - t
        return d * d

    def backward(self, gloss: Array) -> Any:
        x, t = self.saved
        gx = gloss * 2 * (x - t)
        return gx, -gx


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """(input - target)². Raises ValueError if the shapes differ."""
    input, target = same_shape(input, target, "mse_loss")
    return reduce(SquaredError()(input, target), reduction)


class AbsoluteError(ElementwiseLoss):
    """loss = |x - t|;  gx = gloss · sign(x - t), which is 0 for NaN,  gt = -gx."""

    def forward(self, x: Array, t: Array) -> Array:
        self.save(x, t)
        return array_module(x).abs(x - t)

    def backward(self, gloss: Array) -> Any:
        x, t = self.saved
        where = array_module(gloss).where
        gx = where(x > t, gloss, where(x < t, -gloss, 0.0))
        return gx, -gx


def l1_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """|input - target|. Raises ValueError if the shapes differ."""
    input, target = same_shape(input, target, "l1_loss")
    return reduce(AbsoluteError()(input, target), reduction)


class SmoothL1(ElementwiseLoss):
    """With d = x - t: loss = d² / 2β where |d| < β, else |d| - β/2;  gx = gloss · (d / β limited to ±1),  gt = -gx
    (Girshick, 2015)."""

    def __init__(self, beta: float = 1.0):
        self.beta = beta

    def forward(self, x: Array, t: Array) -> Array:
        xp = array_module(x)
        self.save(x, t)
        size = xp.abs(x - t)
        return xp.where(size < self.beta, size * size * (0.5 / self.beta), size - 0.5 * self.beta)

    def backward(self, gloss: Array) -> Any:
        x, t = self.saved
        gx = gloss * array_module(gloss).clip((x - t) / self.beta, -1.0, 1.0)
        return gx, -gx


def smooth_l1_loss(input: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """Squared near 0, absolute beyond `beta`. Raises ValueError if the shapes differ or beta < 0."""
    input, target = same_shape(input, target, "smooth_l1_loss")
    if not beta >= 0:
        raise ValueError(f"smooth_l1_loss got beta={beta}; expected 0 or more")
    return reduce((SmoothL1(beta) if beta else AbsoluteError())(input, target), reduction)


class BinaryCrossEntropy(ElementwiseLoss):
    """loss = -(t ln x + (1 - t) ln(1 - x));  gx = gloss · (x - t) / (x (1 - x)),  gt = gloss · (ln(1 - x) - ln x).

    Logarithms below -100 count as -100 and the denominator is at least 1e-12, so that a certain error costs much
    but not infinitely much.
    """

    autocast = "refused"

    def forward(self, x: Array, t: Array) -> Array:
        xp = array_module(x)
        self.save(x, t)
        with np.errstate(divide="ignore"):  # ln 0 = -inf becomes -100
            return -(t * xp.maximum(xp.log(x), -100) + (1 - t) * xp.maximum(xp.log1p(-x), -100))

    def backward(self, gloss: Array) -> Any:
        x, t = self.saved
        xp = array_module(x)
        gx = gloss * (x - t) / xp.maximum(x * (1 - x), 1e-12)
        if not self.needs[1]:
            return gx, None
        with np.errstate(divide="ignore"):
            return gx, gloss * (xp.maximum(xp.log(1 - x), -100) - xp.maximum(xp.log(x), -100))


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Cross-entropy of probabilities `input` in [0, 1] against targets in [0, 1], each weighed by `weight`.

    Raises ValueError if the shapes differ or an input lies outside [0, 1].
    """
    input, target, weight = same_shape(input, target, "binary_cross_entropy", weight)
    if input.numel():
        check_probabilities(input.data)
    loss = BinaryCrossEntropy()(input, target)
    return reduce(loss if weight is None else loss * weight, reduction)


def check_probabilities(x: Array) -> None:
    """Raise ValueError unless all of x lies in [0, 1]."""
    lowest, highest = x.min(), x.max()

    def error() -> ValueError:
        return ValueError(
            f"binary_cross_entropy got inputs from {lowest:g} to {highest:g}; expected probabilities from 0 to 1 "
            "(for scores use binary_cross_entropy_with_logits)"
        )

    expect(~((lowest >= 0) & (highest <= 1)), error)


class BinaryCrossEntropyWithLogits(ElementwiseLoss):
    """With l = ln(1 + e⁻ˣ) and f = 1 + (p - 1) t, p the weight of positives:
    loss = (1 - t) x + f l;  gx = gloss · ((1 - t) - f · sigmoid(-x)),  gt = gloss · ((p - 1) l - x),  gp = gloss · t l.

    For p = 1, gx is gloss · (sigmoid(x) - t).
    """

    def forward(self, x: Array, t: Array, p: Array | float = 1.0) -> Array:
        self.save(x, t, p)
        return (1 - t) * x + (1 + (p - 1) * t) * Softplus().forward(-x)

    def backward(self, gloss: Array) -> Any:
        x, t, p = self.saved
        gx = gloss * ((1 - t) - (1 + (p - 1) * t) * apply(Sigmoid(), -x))
        gt = gloss * ((p - 1) * apply(Softplus(), -x) - x) if self.needs[1] else None
        gp = gloss * t * apply(Softplus(), -x) if self.needs[2] else None
        return gx, gt, gp


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Binary cross-entropy of sigmoid(input), computed from the scores themselves, so that nothing overflows.

    `weight` weighs each element, `pos_weight` its positive part. Raises ValueError if the shapes differ.
    """
    name = "binary_cross_entropy_with_logits"
    input, target, weight, pos_weight = same_shape(input, target, name, weight, pos_weight)
    loss = BinaryCrossEntropyWithLogits()(input, target, 1.0 if pos_weight is None else pos_weight)
    return reduce(loss if weight is None else loss * weight, reduction)


class KLDivergence(ElementwiseLoss):
    """loss = t ln t - t x for log-probabilities x;  gx = -gloss · t,  gt = gloss · (ln t + 1 - x), in which ln 0 counts
    as 0. Negative targets, which are no probabilities, give NaN."""

    def forward(self, x: Array, t: Array) -> Array:
        xp = array_module(x)
        self.save(x, t)
        return t * xp.log(xp.where(t == 0, 1, t)) - t * x

    def backward(self, gloss: Array) -> Any:
        x, t = self.saved
        xp = array_module(x)
        gt = gloss * (xp.log(xp.where(t == 0, 1, t)) + 1 - x) if self.needs[1] else None
        return -gloss * t, gt


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """Σ t (ln t - input): how far the distribution e^input is from t (Kullback & Leibler, 1951).

    `input` holds log-probabilities; so does `target` with `log_target`. 'mean' divides by all elements; 'batchmean'
    by the first dimension, which is the divergence per sample. Raises ValueError if the shapes differ.
    """
    input, target = same_shape(input, target, "kl_div")
    loss = exp(target) * (target - input) if log_target else KLDivergence()(input, target)
    return sum(loss) / (prod(input.shape[:1]) or 1) if reduction == "batchmean" else reduce(loss, reduction)
