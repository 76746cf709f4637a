"""Scaled dot-product attention. In the formulas, gx stands for dL/dx."""

import math
from typing import Any

import numpy as np

from ..checks import check_bool
from ..device import Array, array_module, device_of, generator
from ..dtypes import is_floating
from ..function import Function
from ..kernels import attention as kernels
from ..kernels.cuda import softmax as cuda
from ..kernels.cuda.launch import dense
from ..kernels.cuda.launch import taken as taken_on_gpu
from ..kernels.cuda.products import product
from ..kernels.cuda.random import dropout_mask
from ..tensor import Tensor
from ..twins import are_learners, fastest, twin_of
from .arguments import as_tensor
from .elementwise import where

CAUSAL_MASK = "minigrad.ops.attention:causal_mask"


class Attention(Function):
    """y = P v with P = softmax(q kᵀ · scale + mask), every row over all keys.

    q [..., t, d], k [..., s, d], v [..., s, e] -> y [..., t, e].

    gv = Pᵀ gy,  gP = gy vᵀ,  gS = P (gP - Σ gP P) as behind every softmax, and then  gq = gS k · scale,
    gk = gSᵀ q · scale,  gmask = gS. A query that may look nowhere (its mask is -∞ at all keys) gets zeros.

    With dropout, elements of P are set to 0 with probability `p` and the others divided by 1 - p, as in ops/dropout.py.
    With `weights`, P is a second result (Vaswani et al., "Attention is all you need", 2017).
    """

    autocast = "lower"

    def __init__(self, scale: float, p: float = 0.0, weights: bool = False):
        self.scale, self.p, self.weights = scale, p, weights

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Any:
        scores = q @ k.swapaxes(-1, -2) * self.scale
        if mask is not None:
            scores = scores + mask
        probabilities = softmax_or_zeros(scores)
        kept = self.kept_of(probabilities)
        self.save(q, k, v, mask, probabilities, kept)
        dropped = probabilities if kept is None else probabilities * kept
        return (dropped @ v, dropped) if self.weights else dropped @ v

    def backward(self, gy: Array, gp: Array | None = None) -> Any:
        q, k, v, mask, probabilities, kept = self.saved
        dropped = probabilities if kept is None else probabilities * kept
        gv = dropped.swapaxes(-1, -2) @ gy
        gp = gy @ v.swapaxes(-1, -2) if gp is None else gy @ v.swapaxes(-1, -2) + gp
        if kept is not None:
            gp = gp * kept
        gs = probabilities * (gp - (gp * probabilities).sum(axis=-1, keepdims=True))
        return gs @ k * self.scale, gs.swapaxes(-1, -2) @ q * self.scale, gv, None if mask is None else gs

    def kept_of(self, probabilities: Array) -> Array | None:
        """What dropout multiplies by; None without it."""
        if self.p == 0:
            return None
        kept = generator(device_of(probabilities)).random(probabilities.shape, dtype="float32") >= self.p
        return kept.astype(probabilities.dtype) * (1 / (1 - self.p) if self.p < 1 else 0.0)


def softmax_or_zeros(scores: Array) -> Array:
    """The softmax over the last dimension; zeros where all scores are -∞."""
    xp = array_module(scores)
    highest = scores.max(axis=-1, keepdims=True) if scores.size else scores.sum(axis=-1, keepdims=True)
    e = xp.exp(scores - xp.where(xp.isneginf(highest), 0, highest))
    total = e.sum(axis=-1, keepdims=True)
    return e / xp.where(total == 0, 1, total)


@twin_of(Attention, softmax_or_zeros, Attention.kept_of)
class FastAttention(Attention):
    """Attention by minigrad.kernels, where all three have the same dimensions before the last two."""

    halves = "kernels"
    causal = False
    """Does query i see keys 0 to i only, without a mask that says so? By the kernels of a GPU."""

    def has_kernel(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> bool:
        return taken_on_gpu(q, k, v) and q.ndim in (3, 4) and usual(q, k, v, mask)

    def forward(self, q: Array, k: Array, v: Array, mask: Array | None = None) -> Any:
        self.on_gpu = self.has_kernel(q, k, v, mask)
        assert self.on_gpu or not self.causal
        if self.on_gpu:
            return self.forward_on_gpu(q, k, v, mask)
        self.fits = taken(q, k, v, mask)
        if not self.fits:
            return super().forward(q, k, v, mask)
        shape = (*q.shape[:-1], k.shape[-2])
        kept = self.kept_of(np.empty(shape, q.dtype)) if self.p else None
        y, probabilities, dropped = kernels.attend(q, k, v, mask, self.scale, kept)
        self.save(q, k, v, mask, probabilities, kept)
        return (y, dropped) if self.weights else y

    def backward(self, gy: Array, gp: Array | None = None) -> Any:
        if self.on_gpu:
            return self.backward_on_gpu(gy, gp)
        if not self.fits:
            return super().backward(gy, gp)
        q, k, v, mask, probabilities, kept = self.saved
        of_mask = mask is not None and self.needs[3]
        return kernels.attend_backward(gy, gp, q, k, v, probabilities, self.scale, kept, of_mask)

    def forward_on_gpu(self, q: Array, k: Array, v: Array, mask: Array | None) -> Any:
        """Products by cuBLAS, and all between them in one kernel."""
        q, k, v = dense(q), dense(k), dense(v)  # the backward needs them so, too
        scores = product(q, k.swapaxes(-1, -2))
        kept = dropout_mask(scores, self.p, *generator(device_of(scores)).draw()) if self.p else None
        probabilities, dropped = cuda.attention(scores, mask, self.scale, kept, self.causal)
        self.save(q, k, v, mask, probabilities, kept, dropped)
        y = product(dropped, v)
        return (y, dropped) if self.weights else y

    def backward_on_gpu(self, gy: Array, gp: Array | None) -> Any:
        q, k, v, mask, probabilities, kept, dropped = self.saved
        gy = dense(gy)
        of_weights = product(gy, v.swapaxes(-1, -2))
        if gp is not None:
            of_weights += gp
        of_mask = mask is not None and self.needs[3]
        gs = cuda.attention_backward(of_weights, probabilities, kept, 1.0 if of_mask else self.scale)
        scaled = (gs * self.scale).astype(gs.dtype, copy=False) if of_mask else gs  # bfloat16 times a number is float32
        gv = product(dropped.swapaxes(-1, -2), gy)
        return product(scaled, k), product(scaled.swapaxes(-1, -2), q), gv, gs if of_mask else None


def taken(q: Array, k: Array, v: Array, mask: Array | None) -> bool:
    """Do the kernels of the CPU take these arrays?"""
    return type(q) is np.ndarray and q.dtype.itemsize >= 4 and q.ndim > 2 and usual(q, k, v, mask)


def usual(q: Array, k: Array, v: Array, mask: Array | None) -> bool:
    """Have all three the same dimensions before the last two, and elements?"""
    same = q.shape[:-2] == k.shape[:-2] == v.shape[:-2] and (mask is None or mask.ndim <= q.ndim)
    return same and q.size > 0 and k.size > 0


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """softmax(query · keyᵀ · scale + mask) · value: query [..., t, d], key [..., s, d], value [..., s, e].

    `attn_mask`, of a shape that broadcasts to [..., t, s], is added to the scores; one of True and False says where a
    query may look. With `is_causal`, query i sees keys 0 to i only. `scale` is 1 / √d unless it is given. With
    probability `dropout_p` (0) weights are dropped, whatever the mode. Raises ValueError for what does not fit.
    """
    op = "scaled_dot_product_attention"
    q, k, v = [as_tensor(x, op) for x in (query, key, value)]
    check_shapes(q.shape, k.shape, v.shape, op)
    if not 0 <= dropout_p <= 1:
        raise ValueError(f"{op} got dropout_p={dropout_p}; expected a probability from 0 to 1")
    check_bool(f"{op}: is_causal", is_causal)
    if is_causal and attn_mask is not None:
        raise ValueError(f"{op} got attn_mask and is_causal; expected one of them")
    scores = (q.shape[-2], k.shape[-2])
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    function = fastest(Attention)(scale, dropout_p)
    if is_causal and isinstance(function, FastAttention) and not are_learners([CAUSAL_MASK]):
        function.causal = function.has_kernel(q.data, k.data, v.data)
        if function.causal:
            return function(q, k, v, None)
    mask = causal_mask(*scores, q) if is_causal else additive(attn_mask, q, op)
    if mask is not None and (mask.ndim < 2 or not fits(mask.shape[-2:], scores)):
        raise ValueError(f"{op} got attn_mask {mask.shape}; expected [..., {scores[0]}, {scores[1]}]")
    return function(q, k, v, mask)


def check_shapes(q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...], op: str) -> None:
    """Raise ValueError unless queries, keys and values go together."""
    if min(map(len, (q, k, v))) < 2 or q[-1] != k[-1] or k[-2] != v[-2] or q[-1] == 0:
        raise ValueError(
            f"{op} got query {q}, key {k} and value {v}; expected [..., t, d], [..., s, d] and [..., s, e]"
        )


def fits(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Does `shape` broadcast to `to`, of as many dimensions?"""
    return all(size in (1, wanted) for size, wanted in zip(shape, to, strict=True))


def additive(mask: Any, like: Tensor, op: str) -> Tensor | None:
    """A mask as numbers that are added to scores: 0 where one of True and False is True, -∞ where it is False."""
    if mask is None:
        return None
    mask = as_tensor(mask, op)
    if mask.dtype == np.bool_:
        return where(mask, Tensor(array_module(like.data).zeros((), like.dtype)), -math.inf)
    if not is_floating(mask.dtype):
        raise TypeError(f"{op} needs a mask of True and False or of floating-point numbers, got {mask.dtype}")
    return mask


def causal_mask(t: int, s: int, like: Tensor) -> Tensor:
    """[t, s]: 0 where s ≤ t, -∞ where a key lies in the future."""
    xp = array_module(like.data)
    future = xp.triu(xp.ones((t, s), bool), 1)
    return Tensor(xp.where(future, -xp.inf, 0).astype(like.dtype))
