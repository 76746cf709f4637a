"""Attention with several heads."""

import math
from typing import Any

import numpy as np

from ..checks import check_bool, check_count, check_fraction
from ..ops import getitem, reshape, split, transpose
from ..ops.arguments import as_tensor
from ..ops.attention import Attention, additive, causal_mask, fits
from ..ops.compare import logical_not
from ..ops.linalg import linear
from ..tensor import Tensor
from ..twins import fastest
from . import init
from .linear import Linear
from .module import Module, Parameter


class MultiheadAttention(Module):
    """Attention in `num_heads` parts of width d = embed_dim / num_heads, each with projections of its own:

    yᵢ = softmax(qᵢ kᵢᵀ / √d + mask) vᵢ with q = Wq x + bq, ..., and then Wo [y₁ ... yₕ] + bo.

    query [t, n, embed_dim], key [s, n, kdim], value [s, n, vdim] (with `batch_first`, n comes first; n may be left out)
    -> [t, n, embed_dim], and on request the weights [n, t, s]. Without `bias` (True) there are no biases; `dropout` (0)
    drops weights in training. kdim and vdim are embed_dim unless they are given. in_proj_weight holds Wq, Wk and Wv,
    which start by Xavier's uniform rule, biases at 0.

    Raises ValueError unless num_heads divides embed_dim, and for inputs and masks that do not fit.

    Vaswani et al., "Attention is all you need", 2017.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
    ):
        super().__init__()
        name = "MultiheadAttention"
        check_count(f"{name}: embed_dim", embed_dim, 1)
        check_count(f"{name}: num_heads", num_heads, 1)
        check_fraction(f"{name}: dropout", dropout)
        check_bool(f"{name}: bias", bias)
        check_bool(f"{name}: batch_first", batch_first)
        if embed_dim % num_heads:
            raise ValueError(f"{name} got embed_dim {embed_dim} and num_heads {num_heads}, which does not divide it")
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.kdim, self.vdim = [embed_dim if width is None else width for width in (kdim, vdim)]
        check_count(f"{name}: kdim", self.kdim, 1)
        check_count(f"{name}: vdim", self.vdim, 1)
        self.alike = self.kdim == self.vdim == embed_dim
        shapes = {"in_proj_weight": (3 * embed_dim, embed_dim)} if self.alike else self.apart()
        for key in ("q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_weight"):
            self.register_parameter(key, Parameter(np.empty(shapes[key], np.float32)) if key in shapes else None)
        self.register_parameter("in_proj_bias", Parameter(np.zeros(3 * embed_dim, np.float32)) if bias else None)
        self.out_proj = Linear(embed_dim, embed_dim, bias)
        self.reset_parameters()

    def apart(self) -> dict[str, tuple[int, int]]:
        """The shapes of Wq, Wk and Wv where keys or values have another width."""
        widths = {"q": self.embed_dim, "k": self.kdim, "v": self.vdim}
        return {f"{key}_proj_weight": (self.embed_dim, width) for key, width in widths.items()}

    def reset_parameters(self) -> None:
        """Draw all weights anew, and set biases to 0."""
        for key in ("in_proj_weight",) if self.alike else self.apart():
            init.xavier_uniform_(getattr(self, key))
        self.out_proj.reset_parameters()
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The result, and the weights [n, t, s] (with `average_attn_weights` False, [n, num_heads, t, s]) or None.

        `key_padding_mask` [n, s] is True at keys that nobody may look at, `attn_mask` [t, s] or [n · num_heads, t, s]
        at those that a query may not; numbers in place of True and False are added to the scores. With `is_causal`, a
        query sees keys up to its own place only. A query that may look nowhere gets zeros of every head.
        """
        q, k, v = [as_tensor(x, "MultiheadAttention") for x in (query, key, value)]
        alone = q.ndim == 2
        if alone:
            q, k, v = [reshape(x, 1, *x.shape) if x.ndim == 2 else x for x in (q, k, v)]
        elif not self.batch_first:
            swapped = transpose(q, 0, 1)
            k = swapped if key is query else transpose(k, 0, 1) if k.ndim == 3 else k
            v = swapped if value is query else k if value is key else transpose(v, 0, 1) if v.ndim == 3 else v
            q = swapped
        elif key is query and value is query:
            k = v = q
        self.check(q, k, v, query, key, value)
        mask = self.mask(key_padding_mask, attn_mask, is_causal, len(q), q.shape[1], k.shape[1], q)
        p = self.dropout if self.training else 0.0
        heads = [self.in_heads(x) for x in self.projected(q, k, v)]
        scale = 1 / math.sqrt(self.embed_dim // self.num_heads)
        result = fastest(Attention)(scale, p, need_weights)(*heads, mask)
        y, weights = result if need_weights else (result, None)
        y = self.out_proj(self.joined(y))
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if alone:
            return y[0], None if weights is None else weights[0]
        return y if self.batch_first else transpose(y, 0, 1), weights

    def check(self, q: Tensor, k: Tensor, v: Tensor, *given: Any) -> None:
        """Raise ValueError unless query, key and value go together."""
        sizes = (self.embed_dim, self.kdim, self.vdim)
        each = zip((q, k, v), sizes, strict=True)
        fit = all(x.ndim == 3 and x.shape[2] == width for x, width in each)
        if not fit or k.shape[:2] != v.shape[:2] or len(q) != len(k):
            shapes = ", ".join([str(as_tensor(x, "MultiheadAttention").shape) for x in given])
            order = "[n, t, {}], [n, s, {}], [n, s, {}]" if self.batch_first else "[t, n, {}], [s, n, {}], [s, n, {}]"
            raise ValueError(f"MultiheadAttention got query, key, value {shapes}; expected {order.format(*sizes)}")

    def projected(self, q: Tensor, k: Tensor, v: Tensor) -> list[Tensor]:
        """Wq q + bq, Wk k + bk and Wv v + bv, each [n, ..., embed_dim]; one product where all are the same tensor."""
        if self.alike and q is k is v:
            return list(split(linear(q, self.in_proj_weight, self.in_proj_bias), self.embed_dim, -1))
        return [linear(*each) for each in zip((q, k, v), *self.matrices(), strict=True)]

    def matrices(self) -> tuple[list[Tensor], list[Tensor | None]]:
        """Wq, Wk and Wv, each [embed_dim, width], and bq, bk and bv, which are None without biases."""
        e, bias = self.embed_dim, self.in_proj_bias
        if self.alike:
            weights = [getitem(self.in_proj_weight, slice(i * e, (i + 1) * e)) for i in range(3)]
        else:
            weights = [getattr(self, key) for key in self.apart()]
        biases = [None if bias is None else getitem(bias, slice(i * e, (i + 1) * e)) for i in range(3)]
        return weights, biases

    def in_heads(self, x: Tensor) -> Tensor:
        """[n, t, embed_dim] -> [n, num_heads, t, d]: head i has the numbers i · d to i · d + d - 1 of each place."""
        return transpose(reshape(x, *x.shape[:2], self.num_heads, self.embed_dim // self.num_heads), 1, 2)

    def joined(self, y: Tensor) -> Tensor:
        """[n, num_heads, t, d] -> [n, t, embed_dim]: the results of the heads side by side, the first one first."""
        return reshape(transpose(y, 1, 2), y.shape[0], y.shape[2], self.embed_dim)

    def mask(
        self, padding: Any, attn_mask: Any, is_causal: bool, n: int, t: int, s: int, like: Tensor
    ) -> Tensor | None:
        """All masks as numbers that are added to the scores [n, num_heads, t, s]; None without any."""
        check_bool("MultiheadAttention: is_causal", is_causal)
        total = None
        if attn_mask is not None:
            mask = self.allowed(attn_mask, like, "attn_mask")
            if mask.ndim == 3 and mask.shape == (n * self.num_heads, t, s):
                mask = reshape(mask, n, self.num_heads, t, s)
            elif mask.ndim != 2 or not fits(mask.shape, (t, s)):
                wanted = f"[{t}, {s}] or [{n * self.num_heads}, {t}, {s}]"
                raise ValueError(f"MultiheadAttention got attn_mask {mask.shape}; expected {wanted}")
            total = mask
        elif is_causal:
            total = causal_mask(t, s, like)
        if padding is not None:
            mask = self.allowed(padding, like, "key_padding_mask")
            if mask.shape != (n, s) and not (n == 1 and mask.shape == (s,)):
                raise ValueError(f"MultiheadAttention got key_padding_mask {mask.shape}; expected {(n, s)}")
            mask = reshape(mask, n, 1, 1, s)
            total = mask if total is None else total + mask
        return total

    def allowed(self, mask: Any, like: Tensor, name: str) -> Tensor:
        """A mask in which True forbids, as numbers that are added to scores."""
        mask = as_tensor(mask, f"MultiheadAttention: {name}")
        found = additive(logical_not(mask) if mask.dtype == np.bool_ else mask, like, f"MultiheadAttention: {name}")
        assert found is not None
        return found

    def extra_repr(self) -> str:
        return f"embed_dim={self.embed_dim}, num_heads={self.num_heads}"
