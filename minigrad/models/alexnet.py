"""AlexNet, the network with which deep learning won ImageNet."""

from ..checks import check_count
from ..nn import AdaptiveAvgPool2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, ReLU, Sequential
from ..tensor import Tensor


class AlexNet(Module):
    """Five convolutions and three linear layers: [n, 3, h, w] -> scores [n, num_classes].

    Layers, names and first values are torchvision's, hence those of the later paper: one tower in the place of two on
    two GPUs, and no normalisation across channels. For 224x224 the first kernel is 11x11 and moves by 4. With
    `small_images` (False) the network is one for 32x32: the first kernel is 5x5 and moves by 1, as in Krizhevsky's
    networks for CIFAR-10, 3x3 places are left before the linear layers instead of 6x6, and these are 1,024 wide
    instead of 4,096. Dropout with probability `dropout` (0.5) stands before the two hidden linear layers.

    Raises ValueError or TypeError for classes that cannot be.

    Krizhevsky, Sutskever & Hinton, "ImageNet classification with deep convolutional neural networks", 2012;
    Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
    """

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False):
        super().__init__()
        check_count("AlexNet: num_classes", num_classes, 1)
        stem = Conv2d(3, 64, 5, padding=2) if small_images else Conv2d(3, 64, 11, stride=4, padding=2)
        places, width = (3, 1024) if small_images else (6, 4096)
        self.features = Sequential(
            stem,
            ReLU(),
            MaxPool2d(3, 2),
            Conv2d(64, 192, 5, padding=2),
            ReLU(),
            MaxPool2d(3, 2),
            Conv2d(192, 384, 3, padding=1),
            ReLU(),
            Conv2d(384, 256, 3, padding=1),
            ReLU(),
            Conv2d(256, 256, 3, padding=1),
            ReLU(),
            MaxPool2d(3, 2),
        )
        self.avgpool = AdaptiveAvgPool2d(places)  # changes nothing at the size that the network is for
        self.flatten = Flatten()
        self.classifier = Sequential(
            Dropout(dropout),
            Linear(256 * places * places, width),
            ReLU(),
            Dropout(dropout),
            Linear(width, width),
            ReLU(),
            Linear(width, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.flatten(self.avgpool(self.features(x))))


def alexnet(num_classes: int = 1000, dropout: float = 0.5, small_images: bool = False) -> AlexNet:
    """AlexNet: 61,100,840 parameters."""
    return AlexNet(num_classes, dropout, small_images)
