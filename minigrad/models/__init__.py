"""Models, each in one file that can be read in a sitting."""

from .mlp import MLP, LinearClassifier
