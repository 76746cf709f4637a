"""The same networks in PyTorch, written down briefly and on their own, with the state-dict keys of the public ones."""

import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def cifar_cnn():
    convolutions = []
    for c, o in ((3, 32), (32, 32), (32, 64), (64, 64)):
        convolutions += [nn.Conv2d(c, o, 3, padding=1), nn.ReLU(), *[nn.MaxPool2d(2)] * (c == o)]
    return nn.Sequential(
        *convolutions, nn.Flatten(), nn.Linear(4096, 128), nn.ReLU(), nn.Dropout(0), nn.Linear(128, 10)
    )


class Features(nn.Module):
    """AlexNet and VGG: features, a grid, a classifier."""

    def __init__(self, features, grid, classifier):
        super().__init__()
        self.features, self.grid, self.classifier = nn.Sequential(*features), grid, nn.Sequential(*classifier)

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), self.grid).flatten(1))


def alexnet(small=False, classes=1000):
    grid, wide = (3, 1024) if small else (6, 4096)
    layers = [nn.Conv2d(3, 64, 5, 1, 2) if small else nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)]
    layers += [nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)]
    for channels, width in ((192, 384), (384, 256), (256, 256)):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
    head = [nn.Identity(), nn.Linear(256 * grid**2, wide), nn.ReLU(), nn.Identity(), nn.Linear(wide, wide), nn.ReLU()]
    return Features([*layers, nn.MaxPool2d(3, 2)], grid, [*head, nn.Linear(wide, classes)])


PLANS = {
    11: "64 M 128 M 256 256 M 512 512 M 512 512 M",
    13: "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    16: "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    19: "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}


def vgg(depth, batch_norm, small=False, classes=1000):
    layers, channels = [], 3
    for item in PLANS[depth].split():
        if item == "M":
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers.append(nn.Conv2d(channels, int(item), 3, padding=1))
        layers += [nn.BatchNorm2d(int(item)), nn.ReLU()] if batch_norm else [nn.ReLU()]
        channels = int(item)
    grid, wide = (1, 512) if small else (7, 4096)
    head = [nn.Linear(512 * grid**2, wide), nn.ReLU(), nn.Identity(), nn.Linear(wide, wide), nn.ReLU(), nn.Identity()]
    return Features(layers, grid, [*head, nn.Linear(wide, classes)])


class Block(nn.Module):
    """Convolutions of the given kernels and widths, each with batch norm, around which a shortcut leads."""

    def __init__(self, channels, kernels, widths, stride, stride_at):
        super().__init__()
        self.count = len(kernels)
        first = channels
        for i, (k, width) in enumerate(zip(kernels, widths), 1):
            step = stride if i == stride_at else 1
            setattr(self, f"conv{i}", nn.Conv2d(channels, width, k, step, k // 2, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(width))
            channels = width
        if stride > 1 or first != channels:
            self.downsample = nn.Sequential(nn.Conv2d(first, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y if i == 1 else F.relu(y)))
        return F.relu(y + (self.downsample(x) if hasattr(self, "downsample") else x))


class ResNet(nn.Module):
    def __init__(self, counts, bottleneck=False, small=False, classes=1000):
        super().__init__()
        self.small = small
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False) if small else nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for i, count in enumerate(counts):
            width, blocks = 64 << i, []
            kernels, widths, at = ((1, 3, 1), (width, width, 4 * width), 2) if bottleneck else ((3, 3), (width,) * 2, 1)
            for j in range(count):
                blocks.append(Block(channels, kernels, widths, 2 if i and not j else 1, at))
                channels = widths[-1]
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = x if self.small else F.max_pool2d(x, 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class CifarBlock(nn.Module):
    def __init__(self, channels, width, stride, residual):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        self.stride, self.extra, self.residual = stride, width - channels, residual

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.residual:
            y = y + F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.extra // 2, self.extra // 2))
        return F.relu(y)


class CifarResNet(nn.Module):
    def __init__(self, blocks, residual=True):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        channels = 16
        for i, width in enumerate((16, 32, 64)):
            parts = []
            for j in range(blocks):
                parts.append(CifarBlock(channels, width, 2 if i and not j else 1, residual))
                channels = width
            setattr(self, f"layer{i + 1}", nn.Sequential(*parts))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(F.avg_pool2d(x, x.shape[-1]).flatten(1))


def with_statistics(model):
    """`model` with running statistics as training would leave them, and not as they begin."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            with torch.no_grad():
                module.weight.uniform_(0.5, 1.5)
                module.bias.uniform_(-0.3, 0.3)
    return model
