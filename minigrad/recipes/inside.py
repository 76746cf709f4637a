"""What goes on inside a network: feature maps, class activation, the gradient of each layer; and pictures of these."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ..autograd import grad
from ..functional import cross_entropy
from ..grad_mode import no_grad
from ..nn import Conv2d, Linear, Module
from ..tensor import Tensor

FILTERS, FEATURES, ACTIVATION = "filters.png", "features.png", "activation.png"


def feature_maps(model: Module, layers: Sequence[str], inputs: Tensor) -> dict[str, np.ndarray]:
    """What the layers of these names give for `inputs`, in evaluation mode."""
    found: dict[str, np.ndarray] = {}

    def keep(name: str) -> None:
        def hook(module: Module, args: tuple, output: Tensor) -> None:
            found[name] = output.cpu().numpy()

        handles.append(model.get_submodule(name).register_forward_hook(hook))

    training, handles = model.training, []  # type: ignore[var-annotated]
    for name in layers:
        keep(name)
    try:
        model.eval()
        with no_grad():
            model(inputs)
    finally:
        model.train(training)
        for handle in handles:
            handle.remove()
    return found


def class_activation(model: Module, layer: str, inputs: Tensor, classes: np.ndarray) -> np.ndarray:
    """Which places speak for a class: maps [n, h, w], for inputs [n, ...] and a class of each.

    With the feature maps f_k [h, w] that `layer` gives, and the score s of the class:

        α_k = mean over all places of ∂s / ∂f_k        M = max(Σ_k α_k f_k, 0)

    In networks that end in the average over all places and a linear layer, α_k is the weight of k for the class, up to
    a factor, and M what speaks for it in the class activation map of Zhou et al.

    Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", 2017; Zhou,
    Khosla, Lapedriza, Oliva & Torralba, "Learning deep features for discriminative localization", 2016.
    """
    features: list[Tensor] = []

    def cut(module: Module, args: tuple, output: Tensor) -> Tensor:
        features.append(Tensor(output.data, requires_grad=True))  # a leaf: nothing before it needs a gradient
        return features[0]

    training, handle = model.training, model.get_submodule(layer).register_forward_hook(cut)
    try:
        scores = model.eval()(inputs)
        (gradient,) = grad(scores[np.arange(len(classes)), classes].sum(), [features[0]])
    finally:
        model.train(training)
        handle.remove()
    alpha = gradient.mean(dim=(2, 3), keepdim=True)
    return (alpha * features[0]).sum(dim=1).relu().detach().cpu().numpy()


def gradient_norms(model: Module, batches: Iterable[tuple[Tensor, Tensor]]) -> list[float]:
    """‖∂L / ∂W‖ of every convolution and linear layer, from the first to the last: the mean over some batches.

    The loss L is cross-entropy, and the network in training mode, as in a step; its weights stay as they are.
    """
    layers = [module for module in model.modules() if isinstance(module, Conv2d | Linear)]
    norms = []
    model.train()
    for inputs, labels in batches:
        model.zero_grad()
        cross_entropy(model(inputs), labels).backward()
        norms.append([layer.weight.grad.norm().item() for layer in layers])  # type: ignore[union-attr]
    model.zero_grad()
    return np.mean(norms, axis=0).tolist()


def draw_inside(
    model: Module,
    run: str,
    folder: Path,
    images: np.ndarray,
    inputs: Tensor,
    classes: Sequence[str],
    first: str,
    stages: Sequence[str],
    attention: str,
) -> None:
    """Draw the filters of the convolution `first`, what `stages` make of the first image, and class activation.

    `images` are shown; `inputs` are what the network gets of them. `attention` is the layer whose maps are weighted.
    """
    from .. import plot

    weight = model.get_submodule(first).weight.cpu().detach().numpy()
    plot.filters(weight, folder / FILTERS, f"{run}:\nthe {len(weight)} kernels of the first convolution")
    maps = feature_maps(model, stages, inputs[:1])
    plot.feature_maps(images[0], {name: value[0] for name, value in maps.items()}, folder / FEATURES, title=run)
    with no_grad():
        training = model.training
        predicted = model.eval()(inputs).cpu().numpy().argmax(axis=1)
        model.train(training)
    heat = class_activation(model, attention, inputs, predicted)
    title = f"{run}: where it sees the class that it predicts"
    plot.class_activation(images, heat, [classes[i] for i in predicted], folder / ACTIVATION, title)
