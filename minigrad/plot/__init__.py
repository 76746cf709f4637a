"""Pictures: of trainings, of what a classifier makes of its data, of what is in a network. Each is saved as PNG."""

from .classification import confusion, decision_boundary, worst_mistakes
from .images import class_activation, feature_maps, filters
from .saving import save_figure
from .sequences import attention_maps, errors, gradients_over_time
from .training import accuracies, compare, curves, epoch_ticks, gradient_norms

__all__ = [
    "accuracies",
    "attention_maps",
    "class_activation",
    "compare",
    "confusion",
    "curves",
    "decision_boundary",
    "epoch_ticks",
    "errors",
    "feature_maps",
    "filters",
    "gradient_norms",
    "gradients_over_time",
    "save_figure",
    "worst_mistakes",
]
