"""Layers, containers, losses and initialisation, under the names of torch.nn."""

import sys

from .. import functional
from . import init
from .activation import ELU, GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from .containers import ModuleList, Sequential
from .linear import Dropout, Flatten, Identity, Linear
from .loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from .module import Module, Parameter

sys.modules[f"{__name__}.functional"] = functional  # for `import minigrad.nn.functional as F`, as in PyTorch
