"""Differentiable operations by subject: each file holds Function classes and, beside each, the function users call."""

from .activation import (
    elu,
    erf,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from .arguments import checked
from .attention import scaled_dot_product_attention
from .compare import (
    all,
    allclose,
    any,
    constant,
    count_nonzero,
    eq,
    equal,
    ge,
    gt,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    ne,
)
from .conv import conv1d, conv2d, conv_transpose2d
from .convert import clone, to
from .dropout import dropout, dropout1d, dropout2d
from .elementwise import (
    abs,
    add,
    clamp,
    clip,
    cos,
    div,
    exp,
    log,
    masked_fill,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    sin,
    sqrt,
    sub,
    where,
)
from .embedding import embedding
from .folding import fold, unfold
from .functions import cosh, expm1, log1p, log2, log10, reciprocal, rsqrt, sinh, square, tan
from .index import (
    diag,
    diagonal,
    gather,
    getitem,
    index_select,
    masked_select,
    nonzero,
    one_hot,
    plain_index,
    scatter,
    scatter_add,
)
from .linalg import bmm, cosine_similarity, dot, einsum, linear, matmul, mm, normalize, outer
from .norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from .order import argmax, argmin, argsort, max, min, sort, topk, unique
from .pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from .reduction import amax, amin, cumsum, logsumexp, mean, norm, prod, std, sum, var
from .resize import interpolate
from .rounding import ceil, floor, floor_divide, remainder, round, sign, trunc
from .shape import (
    broadcast_to,
    cat,
    chunk,
    concatenate,
    expand,
    flatten,
    flip,
    movedim,
    numel,
    pad,
    permute,
    ravel,
    repeat,
    reshape,
    roll,
    split,
    squeeze,
    stack,
    swapaxes,
    t,
    tile,
    transpose,
    tril,
    triu,
    unbind,
    unsqueeze,
)
