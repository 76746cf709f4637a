"""Data to train on: published sets of images and texts, the subset of MNIST in minigrad, and sets of points."""

from .characters import load_text
from .cifar import load_cifar10, load_cifar100
from .fashion_mnist import load_fashion_mnist
from .idx import read_idx, write_idx
from .images import ImageData
from .imdb import load_imdb
from .mnist import MNISTData, load_mnist
from .rt_polarity import load_rt_polarity
from .synthetic import make_moons, make_rings, make_spirals
from .text import TextData

__all__ = [
    "ImageData",
    "MNISTData",
    "TextData",
    "load_cifar10",
    "load_cifar100",
    "load_fashion_mnist",
    "load_imdb",
    "load_mnist",
    "load_rt_polarity",
    "load_text",
    "make_moons",
    "make_rings",
    "make_spirals",
    "read_idx",
    "write_idx",
]
