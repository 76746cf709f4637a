"""minigrad: a deep-learning framework on NumPy that its user finishes."""

__version__ = "0.1.0"

from .tensor import Tensor  # isort: skip  (first: everything builds on it)
from . import functional, nn, ops, optim
from .autograd import grad
from .creation import (
    arange,
    empty,
    eye,
    from_dlpack,
    from_numpy,
    full,
    linspace,
    ones,
    ones_like,
    rand,
    randint,
    randn,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from .device import get_rng_state, manual_seed, set_rng_state
from .dtypes import bool_, float16, float32, float64, int8, int16, int32, int64, uint8
from .function import Function
from .grad_mode import detect_anomaly, enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .gradcheck import gradcheck, gradgradcheck
from .kernels.allocation import keep_freed_memory
from .ops import (
    abs,
    add,
    amax,
    amin,
    argmax,
    argmin,
    cat,
    clip,
    concatenate,
    cos,
    cumsum,
    div,
    einsum,
    erf,
    exp,
    flatten,
    flip,
    gather,
    log,
    log_softmax,
    logsumexp,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mul,
    neg,
    permute,
    pow,
    relu,
    reshape,
    sigmoid,
    sin,
    softmax,
    sort,
    split,
    sqrt,
    squeeze,
    stack,
    std,
    sub,
    sum,
    swapaxes,
    tanh,
    topk,
    transpose,
    unsqueeze,
    var,
    where,
)
from .serialization import load, save

keep_freed_memory()
