"""VGG: nothing but 3x3 convolutions, deeper and deeper."""

from ..checks import check_count
from ..nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
    init,
)
from ..tensor import Tensor

WIDTHS = (64, 128, 256, 512, 512)
"""The channels of the five stages, each of which ends with a max pool that halves the images."""

DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""How many convolutions the stages have; with the three linear layers they give the network its number."""


class VGG(Module):
    """Five stages of 3x3 convolutions and three linear layers: [n, 3, h, w] -> scores [n, num_classes].

    `depth` is 11, 13, 16 or 19 layers with weights; with `batch_norm` (False) one stands after every convolution. For
    224x224, 7x7 places are left before the linear layers, which are 4,096 wide. With `small_images` (False) the
    network is one for 32x32: a single place is left, and the linear layers are 512 wide; the convolutions are the
    same. Dropout with probability `dropout` (0.5) follows the two hidden linear layers.

    Names and first values are torchvision's: kernels by He et al., 2015, for the gradients going back, linear weights
    normal with deviation 0.01. Raises ValueError for another depth, and ValueError or
    TypeError for classes that cannot be.

    Simonyan & Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015.
    """

    def __init__(
        self,
        depth: int,
        batch_norm: bool = False,
        num_classes: int = 1000,
        dropout: float = 0.5,
        small_images: bool = False,
    ):
        super().__init__()
        check_count("VGG: num_classes", num_classes, 1)
        if depth not in DEPTHS:
            raise ValueError(f"VGG got depth {depth!r}; expected one of {', '.join(map(str, DEPTHS))}")
        places, width = (1, 512) if small_images else (7, 4096)
        self.features = Sequential(*convolutions(DEPTHS[depth], batch_norm))
        self.avgpool = AdaptiveAvgPool2d(places)  # changes nothing at the size that the network is for
        self.flatten = Flatten()
        self.classifier = Sequential(
            Linear(512 * places * places, width),
            ReLU(),
            Dropout(dropout),
            Linear(width, width),
            ReLU(),
            Dropout(dropout),
            Linear(width, num_classes),
        )
        self.apply(draw)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def convolutions(depths: tuple[int, ...], batch_norm: bool) -> list[Module]:
    """The layers of the five stages: stage i has `depths[i]` times a 3x3 convolution, batch norm if wanted, and ReLU,
    and ends with a 2x2 max pool."""
    layers: list[Module] = []
    channels = 3
    for depth, width in zip(depths, WIDTHS):
        for _ in range(depth):
            layers.append(Conv2d(channels, width, 3, padding=1))
            if batch_norm:
                layers.append(BatchNorm2d(width))
            layers.append(ReLU())
            channels = width
        layers.append(MaxPool2d(2))
    return layers


def draw(module: Module) -> None:
    """Give a convolution or a linear layer its first values."""
    if isinstance(module, Conv2d):
        init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(module, Linear):
        init.normal_(module.weight, 0, 0.01)
    else:
        return
    init.zeros_(module.bias)


def vgg11(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-11, "A" in the paper: 132,863,336 parameters."""
    return VGG(11, False, num_classes, dropout, small_images)


def vgg11_bn(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-11 with batch norm: 132,868,840 parameters."""
    return VGG(11, True, num_classes, dropout, small_images)


def vgg13(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-13, "B" in the paper: 133,047,848 parameters."""
    return VGG(13, False, num_classes, dropout, small_images)


def vgg13_bn(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-13 with batch norm: 133,053,736 parameters."""
    return VGG(13, True, num_classes, dropout, small_images)


def vgg16(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-16, "D" in the paper: 138,357,544 parameters."""
    return VGG(16, False, num_classes, dropout, small_images)


def vgg16_bn(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-16 with batch norm: 138,365,992 parameters."""
    return VGG(16, True, num_classes, dropout, small_images)


def vgg19(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-19, "E" in the paper: 143,667,240 parameters."""
    return VGG(19, False, num_classes, dropout, small_images)


def vgg19_bn(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> VGG:
    """VGG-19 with batch norm: 143,678,248 parameters."""
    return VGG(19, True, num_classes, dropout, small_images)
