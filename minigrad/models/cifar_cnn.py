"""A plain convolutional network for small photographs."""

from ..checks import check_count
from ..nn import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential


def cifar_cnn(num_classes: int = 10, dropout: float = 0.5) -> Sequential:
    """Two pairs of 3x3 convolutions, each with a pool after it, and two linear layers: 591,274 parameters for 10
    classes.

        3 x 32 x 32 -conv-> 32 -conv-> 32 -pool-> 32 x 16 x 16 -conv-> 64 -conv-> 64 -pool-> 64 x 8 x 8
        -> 4096 -> 128 -> num_classes

    Images [n, 3, 32, 32] -> scores [n, num_classes]. In training a share `dropout` of the 128 features is
    dropped. Weights start as in nn.Conv2d and nn.Linear. Raises ValueError or TypeError for classes that cannot be.
    """
    check_count("cifar_cnn: num_classes", num_classes, 1)
    return Sequential(
        Conv2d(3, 32, 3, padding=1),
        ReLU(),
        Conv2d(32, 32, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(32, 64, 3, padding=1),
        ReLU(),
        Conv2d(64, 64, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(64 * 8 * 8, 128),
        ReLU(),
        Dropout(dropout),
        Linear(128, num_classes),
    )
