"""Data to train on: MNIST, as published or as the subset that comes with minigrad, and synthetic sets of points."""

from .idx import read_idx, write_idx
from .mnist import MNISTData, load_mnist
from .synthetic import make_moons, make_rings, make_spirals

__all__ = ["MNISTData", "load_mnist", "make_moons", "make_rings", "make_spirals", "read_idx", "write_idx"]
