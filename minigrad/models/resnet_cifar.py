"""The residual networks for CIFAR-10, and the same networks without shortcuts, which show what these are for."""

from ..checks import check_count
from ..nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential, init
from ..ops.shape import pad
from ..tensor import Tensor


class Shortcut(Module):
    """Option A of the paper: every `stride`-th place, with channels of zeros on both sides, `channels` in all.

    [n, c, h, w] -> [n, channels, ⌈h / stride⌉, ⌈w / stride⌉], without parameters. Half of the zeros stand before the
    input's channels and half after them.
    """

    def __init__(self, channels: int, stride: int):
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, input: Tensor) -> Tensor:
        before, odd = divmod(self.channels - input.shape[1], 2)
        # Channels come last, as convolutions keep them in memory, so that the result is kept in that order too.
        places = input.permute(0, 2, 3, 1)[:, :: self.stride, :: self.stride]
        return pad(places, (before, before + odd)).permute(0, 3, 1, 2)

    def extra_repr(self) -> str:
        return f"channels={self.channels}, stride={self.stride}"


class CifarBlock(Module):
    """y = max(F(x) + x, 0), where F is two 3x3 convolutions with batch norm; without `residual` (True), max(F(x), 0).

    The first convolution moves by `stride` (1). Where it changes the shape, x is brought to that of F(x) by option A.
    """

    def __init__(self, inplanes: int, planes: int, stride: int = 1, residual: bool = True):
        super().__init__()
        self.conv1 = Conv2d(inplanes, planes, 3, stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(planes)
        self.relu = ReLU()
        self.conv2 = Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(planes)
        self.residual = residual
        self.shortcut = Shortcut(planes, stride) if residual and (stride != 1 or inplanes != planes) else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.residual:
            y = y + (x if self.shortcut is None else self.shortcut(x))
        return self.relu(y)


class CifarResNet(Module):
    """A 3x3 convolution, three stages of `blocks` blocks, the average over all places, a linear layer.

    [n, 3, 32, 32] -> scores [n, num_classes]. The stages have 16, 32 and 64 channels at 32x32, 16x16 and 8x8 places;
    6 · blocks + 2 layers have weights. Without `residual` (True) it is the paper's plain network: the same layers and
    parameters, and no shortcuts. Kernels and linear weights start by He et al., 2015.

    Names are those of the well-known PyTorch version by Yerlan Idelbayev, so that its checkpoints fit. Raises
    ValueError or TypeError for classes that cannot be.

    He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2016, section 4.2.
    """

    def __init__(self, blocks: int, num_classes: int = 10, residual: bool = True):
        super().__init__()
        check_count("CifarResNet: num_classes", num_classes, 1)
        self.conv1 = Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = BatchNorm2d(16)
        self.relu = ReLU()
        self.layer1 = stage(16, 16, blocks, 1, residual)
        self.layer2 = stage(16, 32, blocks, 2, residual)
        self.layer3 = stage(32, 64, blocks, 2, residual)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.flatten = Flatten()
        self.linear = Linear(64, num_classes)
        for module in self.modules():
            if isinstance(module, Conv2d | Linear):
                init.kaiming_normal_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(self.flatten(self.avgpool(x)))


def stage(inplanes: int, planes: int, count: int, stride: int, residual: bool) -> Sequential:
    """`count` blocks, the first of which moves by `stride`."""
    first = CifarBlock(inplanes, planes, stride, residual)
    return Sequential(first, *[CifarBlock(planes, planes, 1, residual) for _ in range(count - 1)])


def resnet20(num_classes: int = 10) -> CifarResNet:
    """ResNet-20 for 32x32 images: 269,722 parameters."""
    return CifarResNet(3, num_classes)


def resnet32(num_classes: int = 10) -> CifarResNet:
    """ResNet-32 for 32x32 images: 464,154 parameters."""
    return CifarResNet(5, num_classes)


def resnet44(num_classes: int = 10) -> CifarResNet:
    """ResNet-44 for 32x32 images: 658,586 parameters."""
    return CifarResNet(7, num_classes)


def resnet56(num_classes: int = 10) -> CifarResNet:
    """ResNet-56 for 32x32 images: 853,018 parameters."""
    return CifarResNet(9, num_classes)


def resnet110(num_classes: int = 10) -> CifarResNet:
    """ResNet-110 for 32x32 images: 1,727,962 parameters."""
    return CifarResNet(18, num_classes)


def plain20(num_classes: int = 10) -> CifarResNet:
    """ResNet-20 without shortcuts.

    Its weights have the names and shapes of those of `resnet20`, so that a checkpoint of either loads into the other
    without an error, as it does with all plain networks and their twins.
    """
    return CifarResNet(3, num_classes, residual=False)


def plain32(num_classes: int = 10) -> CifarResNet:
    """ResNet-32 without shortcuts."""
    return CifarResNet(5, num_classes, residual=False)


def plain44(num_classes: int = 10) -> CifarResNet:
    """ResNet-44 without shortcuts."""
    return CifarResNet(7, num_classes, residual=False)


def plain56(num_classes: int = 10) -> CifarResNet:
    """ResNet-56 without shortcuts."""
    return CifarResNet(9, num_classes, residual=False)


def plain110(num_classes: int = 10) -> CifarResNet:
    """ResNet-110 without shortcuts."""
    return CifarResNet(18, num_classes, residual=False)
