"""ResNet: layers that learn what to add to their input, so that a hundred of them can be trained."""

from ..checks import check_count
from ..nn import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Identity,
    Linear,
    MaxPool2d,
    Module,
    ReLU,
    Sequential,
    init,
)
from ..tensor import Tensor


class BasicBlock(Module):
    """y = max(F(x) + x, 0), where F is two 3x3 convolutions to `planes` channels, each with batch norm.

    The first moves by `stride` (1). `downsample`, if given, is applied to the x that is added, to give it the shape of
    F(x).
    """

    expansion = 1

    def __init__(self, inplanes: int, planes: int, stride: int = 1, downsample: Module | None = None):
        super().__init__()
        self.conv1 = Conv2d(inplanes, planes, 3, stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(planes)
        self.relu = ReLU()
        self.conv2 = Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y + shortcut)


class Bottleneck(Module):
    """y = max(F(x) + x, 0), where F is a 1x1, a 3x3 and a 1x1 convolution: down to `planes` channels, up to 4 · planes.

    The 3x3 convolution moves by `stride` (1), as in torchvision; in the paper the first one does. `downsample` as in
    BasicBlock.
    """

    expansion = 4

    def __init__(self, inplanes: int, planes: int, stride: int = 1, downsample: Module | None = None):
        super().__init__()
        self.conv1 = Conv2d(inplanes, planes, 1, bias=False)
        self.bn1 = BatchNorm2d(planes)
        self.conv2 = Conv2d(planes, planes, 3, stride, padding=1, bias=False)
        self.bn2 = BatchNorm2d(planes)
        self.conv3 = Conv2d(planes, planes * self.expansion, 1, bias=False)
        self.bn3 = BatchNorm2d(planes * self.expansion)
        self.relu = ReLU()
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + shortcut)


class ResNet(Module):
    """A stem, four stages of residual blocks, the average over all places, a linear layer: [n, 3, h, w] -> scores.

    `layers` are the numbers of `block`s in the stages, whose `planes` are 64, 128, 256 and 512; each stage but the
    first halves the images. For 224x224 the stem is a 7x7 convolution that moves by 2 and a max pool. With
    `small_images` (False) the network is one for 32x32: the stem is a 3x3 convolution that moves by 1, without pool.

    Names and first values are torchvision's: kernels by He et al., 2015, for the gradients going back. Raises
    ValueError or TypeError for classes that cannot be.

    He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2016.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: tuple[int, int, int, int],
        num_classes: int = 1000,
        small_images: bool = False,
    ):
        super().__init__()
        check_count("ResNet: num_classes", num_classes, 1)
        self.conv1 = (
            Conv2d(3, 64, 3, padding=1, bias=False) if small_images else Conv2d(3, 64, 7, 2, padding=3, bias=False)
        )
        self.bn1 = BatchNorm2d(64)
        self.relu = ReLU()
        self.maxpool = Identity() if small_images else MaxPool2d(3, 2, padding=1)
        self.layer1 = stage(block, 64, 64, layers[0], stride=1)
        self.layer2 = stage(block, 64 * block.expansion, 128, layers[1], stride=2)
        self.layer3 = stage(block, 128 * block.expansion, 256, layers[2], stride=2)
        self.layer4 = stage(block, 256 * block.expansion, 512, layers[3], stride=2)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.fc = Linear(512 * block.expansion, num_classes)
        for module in self.modules():
            if isinstance(module, Conv2d):
                init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.flatten(self.avgpool(x)))


def stage(
    block: type[BasicBlock] | type[Bottleneck], inplanes: int, planes: int, count: int, stride: int
) -> Sequential:
    """`count` blocks, the first of which moves by `stride` and has a 1x1 convolution as shortcut if shapes change."""
    outplanes = planes * block.expansion
    downsample = None
    if stride != 1 or inplanes != outplanes:
        downsample = Sequential(Conv2d(inplanes, outplanes, 1, stride, bias=False), BatchNorm2d(outplanes))
    first = block(inplanes, planes, stride, downsample)
    return Sequential(first, *[block(outplanes, planes) for _ in range(count - 1)])


def resnet18(num_classes: int = 1000, small_images: bool = False) -> ResNet:
    """ResNet-18: 11,689,512 parameters."""
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, small_images)


def resnet34(num_classes: int = 1000, small_images: bool = False) -> ResNet:
    """ResNet-34: 21,797,672 parameters."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, small_images)


def resnet50(num_classes: int = 1000, small_images: bool = False) -> ResNet:
    """ResNet-50: 25,557,032 parameters."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, small_images)
