"""Models, each family in one file that can be read in a sitting, and all of them by name.

`get_model("resnet18")` makes one. A name that ends in `_32` is the form for 32x32 images of a network for 224x224.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..errors import UnknownNameError
from ..nn import Module
from .alexnet import AlexNet, alexnet
from .cifar_cnn import cifar_cnn
from .finetuning import freeze, freeze_statistics, param_groups, replace_head
from .gpt import GPT
from .lenet import LeNet5, lenet5
from .mlp import MLP, LinearClassifier, digits_linear, digits_mlp
from .pretrained import load_pretrained
from .recurrent_classifier import RecurrentClassifier
from .resnet import BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50
from .resnet_cifar import (
    CifarBlock,
    CifarResNet,
    plain20,
    plain32,
    plain44,
    plain56,
    plain110,
    resnet20,
    resnet32,
    resnet44,
    resnet56,
    resnet110,
)
from .sampling import generate
from .text_cnn import TextCNN
from .transformer_classifier import TransformerClassifier
from .vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn


class Entry(NamedTuple):
    """A model of the registry: `build(num_classes=...)` makes it, `input_shape` is that of one image for it."""

    build: Callable[..., Module]
    input_shape: tuple[int, ...]


SMALL = (
    cifar_cnn,
    *(resnet20, resnet32, resnet44, resnet56, resnet110),
    *(plain20, plain32, plain44, plain56, plain110),
)
LARGE = (
    alexnet,
    *(vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn),
    *(resnet18, resnet34, resnet50),
)

MODELS: dict[str, Entry] = {
    "linear": Entry(digits_linear, (1, 28, 28)),
    "mlp": Entry(digits_mlp, (1, 28, 28)),
    "lenet5": Entry(lenet5, (1, 28, 28)),
    **{build.__name__: Entry(build, (3, 32, 32)) for build in SMALL},
    **{build.__name__: Entry(build, (3, 224, 224)) for build in LARGE},
}
for build in LARGE:
    MODELS[f"{build.__name__}_32"] = Entry(partial(build, num_classes=10, small_images=True), (3, 32, 32))


def find_model(name: str) -> Entry:
    """The entry of a name; UnknownNameError, with the nearest right name, if there is none."""
    if name not in MODELS:
        raise UnknownNameError("model", name, MODELS, "模型")
    return MODELS[name]


def get_model(name: str, num_classes: int | None = None) -> Module:
    """The model of a name, with as many classes as it usually has unless `num_classes` says otherwise.

    Raises UnknownNameError for a name that is not in MODELS, ValueError or TypeError for classes that cannot be.
    """
    build = find_model(name).build
    return build() if num_classes is None else build(num_classes=num_classes)
