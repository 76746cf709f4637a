"""Losses as modules; gradients stand in ops/loss.py.

`reduction` is 'mean' (the default), 'sum' or 'none', which gives one loss for each element or row. Where input and
target are compared element by element, they have the same shape. Settings of the wrong kind raise TypeError, unknown
reductions and settings out of range ValueError; calling a loss raises ValueError for shapes that do not fit.
"""

from ..checks import check_bool, check_choice, check_fraction, check_integer, check_number
from ..ops import loss as ops
from ..tensor import Tensor
from .module import Module

REDUCTIONS = ("mean", "sum", "none")


class CrossEntropyLoss(Module):
    """-ln softmax(x)_t, for scores x [n, C] and labels t [n]: integers from 0 to C - 1.

    Also for scores [n, C, d, ...] and labels [n, d, ...], and for targets that are probabilities, of x's shape: then
    -Σ_c t_c ln softmax(x)_c. `weight` [C] weighs each class, and 'mean' divides by the sum of the weights; rows with
    the label `ignore_index` (-100) count nothing; `label_smoothing` ε (0) moves that share of the target evenly to all
    classes. Calling it raises ValueError for labels out of range.

    Smoothing: Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ):
        super().__init__()
        check_integer("CrossEntropyLoss: ignore_index", ignore_index)
        check_choice("CrossEntropyLoss: reduction", reduction, REDUCTIONS)
        check_fraction("CrossEntropyLoss: label_smoothing", label_smoothing)
        self.register_buffer("weight", weight)
        self.ignore_index, self.reduction, self.label_smoothing = ignore_index, reduction, label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.cross_entropy(input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing)


class NLLLoss(Module):
    """-x_t, for log-probabilities x [n, C] and labels t [n], or [n, C, d, ...] and [n, d, ...].

    With LogSoftmax before it, this is CrossEntropyLoss; `weight`, `ignore_index` and the errors are as there.
    """

    def __init__(self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean"):
        super().__init__()
        check_integer("NLLLoss: ignore_index", ignore_index)
        check_choice("NLLLoss: reduction", reduction, REDUCTIONS)
        self.register_buffer("weight", weight)
        self.ignore_index, self.reduction = ignore_index, reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)


class MSELoss(Module):
    """(x - t)², element by element."""

    def __init__(self, reduction: str = "mean"):
        super().__init__()
        check_choice("MSELoss: reduction", reduction, REDUCTIONS)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.mse_loss(input, target, self.reduction)


class L1Loss(Module):
    """|x - t|, element by element."""

    def __init__(self, reduction: str = "mean"):
        super().__init__()
        check_choice("L1Loss: reduction", reduction, REDUCTIONS)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.l1_loss(input, target, self.reduction)


class SmoothL1Loss(Module):
    """(x - t)² / (2 beta) where |x - t| < beta, |x - t| - beta / 2 elsewhere; `beta` is 1 by default, 0 gives L1Loss.

    Girshick, "Fast R-CNN", 2015; the same up to a factor as Huber's loss, 1964.
    """

    def __init__(self, reduction: str = "mean", beta: float = 1.0):
        super().__init__()
        check_choice("SmoothL1Loss: reduction", reduction, REDUCTIONS)
        check_number("SmoothL1Loss: beta", beta)
        self.reduction, self.beta = reduction, beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.smooth_l1_loss(input, target, self.reduction, self.beta)


class BCELoss(Module):
    """-(t ln p + (1 - t) ln(1 - p)), element by element, for probabilities p and targets t, both from 0 to 1.

    The logarithms are not taken below -100, as in PyTorch. `weight` multiplies the losses and broadcasts to them.
    """

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean"):
        super().__init__()
        check_choice("BCELoss: reduction", reduction, REDUCTIONS)
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.binary_cross_entropy(input, target, self.weight, self.reduction)


class BCEWithLogitsLoss(Module):
    """-(w t ln s + (1 - t) ln(1 - s)) with s = sigmoid(x), element by element, for scores x; no logarithm overflows.

    `pos_weight` w (1) weighs the positive targets, `weight` all losses; both broadcast to the input.
    """

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean", pos_weight: Tensor | None = None):
        super().__init__()
        check_choice("BCEWithLogitsLoss: reduction", reduction, REDUCTIONS)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.binary_cross_entropy_with_logits(input, target, self.weight, self.reduction, self.pos_weight)


class KLDivLoss(Module):
    """t (ln t - x), element by element, for log-probabilities x and probabilities t (their logarithms: `log_target`).

    'batchmean' divides the sum by the number of samples, which gives the divergence of each sample from its target on
    average; 'mean' divides by the number of elements.

    Kullback & Leibler, "On information and sufficiency", 1951.
    """

    def __init__(self, reduction: str = "mean", log_target: bool = False):
        super().__init__()
        check_choice("KLDivLoss: reduction", reduction, (*REDUCTIONS, "batchmean"))
        check_bool("KLDivLoss: log_target", log_target)
        self.reduction, self.log_target = reduction, log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return ops.kl_div(input, target, self.reduction, self.log_target)
