"""Data to train on: published sets of images, the subset of MNIST that comes with minigrad, and sets of points."""

from .cifar import load_cifar10, load_cifar100
from .fashion_mnist import load_fashion_mnist
from .idx import read_idx, write_idx
from .images import ImageData
from .mnist import MNISTData, load_mnist
from .synthetic import make_moons, make_rings, make_spirals

__all__ = [
    "ImageData",
    "MNISTData",
    "load_cifar10",
    "load_cifar100",
    "load_fashion_mnist",
    "load_mnist",
    "make_moons",
    "make_rings",
    "make_spirals",
    "read_idx",
    "write_idx",
]
