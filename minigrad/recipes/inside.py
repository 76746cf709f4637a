"""What goes on inside a network: feature maps, class activation, the gradient of each layer; and pictures of these."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass
class Inside:
    """A network to look into: `first`, the convolution whose filters are drawn, `stages`, layers whose maps are drawn,
    with what to call them, and `attention`, the layer that class activation is measured at; '' leaves that out.
    """

    model: Module
    first: str
    stages: Mapping[str, str]
    attention: str = ""

    def draw(
        self, run: str, folder: Path, images: np.ndarray, labels: np.ndarray, inputs: Tensor, classes: Sequence[str]
    ) -> None:
        """Draw the filters, what the stages make of the first image, and class activation.

        `images` are shown, with their `labels`; `inputs` are what the network gets of them.
        """
        from .. import plot

        weight = self.model.get_submodule(self.first).weight.detach().cpu().numpy()
        plot.filters(weight, folder / FILTERS, f"{run}:\nthe {len(weight)} kernels of the first convolution")
        maps = feature_maps(self.model, list(self.stages), inputs[:1])
        named = {title: maps[layer][0] for layer, title in self.stages.items()}
        plot.feature_maps(images[0], named, folder / FEATURES, f"{run}: what it makes of one image")
        if self.attention:
            self.draw_attention(run, folder, images, labels, inputs, classes)

    def draw_attention(
        self, run: str, folder: Path, images: np.ndarray, labels: np.ndarray, inputs: Tensor, classes: Sequence[str]
    ) -> None:
        """Draw which places of the images speak for the classes that are predicted."""
        from .. import plot

        training = self.model.training
        with no_grad():
            predicted = self.model.eval()(inputs).cpu().numpy().argmax(axis=1)
        self.model.train(training)
        heat = class_activation(self.model, self.attention, inputs, predicted)
        captions = [
            classes[guess] if guess == label else f"{classes[label]} → {classes[guess]}"
            for label, guess in zip(labels, predicted)
        ]
        title = f"{run}: which places speak for the class that it predicts"
        plot.class_activation(images, heat, captions, folder / ACTIVATION, title)
