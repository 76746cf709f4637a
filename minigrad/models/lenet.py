"""LeNet-5, the network that read handwritten digits."""

from ..checks import check_count
from ..nn import Conv2d, Flatten, Linear, MaxPool2d, Module, ReLU
from ..tensor import Tensor


class LeNet5(Module):
    """Two convolutions and three linear layers, for images [n, 1, 28, 28] -> scores [n, num_classes].

        1 x 28 x 28 -conv 5x5-> 6 x 28 x 28 -pool-> 6 x 14 x 14 -conv 5x5-> 16 x 10 x 10 -pool-> 16 x 5 x 5
        -> 400 -> 120 -> 84 -> num_classes

    The sizes are the paper's. What differs, as in most of today's versions: ReLU in the place of the scaled tanh; the
    highest of each 2x2 window, where the paper takes the sum, times a learned factor, plus a learned bias; each kernel
    of the second convolution sees all 6 channels, not a chosen few; the scores are those of a linear layer for
    cross-entropy, not distances to drawn digits. The paper pads digits from 28x28 to 32x32; here the first convolution
    does. Weights start as in nn.Conv2d and nn.Linear. Raises ValueError or TypeError for classes that cannot be.

    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition", 1998.
    """

    def __init__(self, num_classes: int = 10):
        super().__init__()
        check_count("LeNet5: num_classes", num_classes, 1)
        self.conv1 = Conv2d(1, 6, 5, padding=2)
        self.conv2 = Conv2d(6, 16, 5)
        self.fc1 = Linear(16 * 5 * 5, 120)
        self.fc2 = Linear(120, 84)
        self.fc3 = Linear(84, num_classes)
        self.pool, self.relu, self.flatten = MaxPool2d(2), ReLU(), Flatten()

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.relu(self.conv1(x)))
        x = self.pool(self.relu(self.conv2(x)))
        x = self.relu(self.fc1(self.flatten(x)))
        return self.fc3(self.relu(self.fc2(x)))


def lenet5(num_classes: int = 10) -> LeNet5:
    """LeNet-5: 61,706 parameters for 10 classes."""
    return LeNet5(num_classes)
