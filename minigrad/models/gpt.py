"""GPT: a Transformer that reads from left to right and says which token may come next."""

import numpy as np

from ..checks import check_count, check_fraction
from ..nn import GELU, Dropout, Embedding, LayerNorm, Linear, Module, ModuleList, Sequential, init
from ..nn.position import LearnedPositions
from ..ops import cat, reshape, split, transpose
from ..ops.arguments import as_tensor
from ..ops.attention import scaled_dot_product_attention
from ..ops.linalg import linear
from ..ops.loss import cross_entropy
from ..tensor import Tensor


class Cache:
    """The keys and values of the places that were read, for each layer, so that nothing is computed twice."""

    def __init__(self) -> None:
        self.layers: dict[Module, tuple[Tensor, Tensor]] = {}
        self.length = 0

    def extended(self, layer: Module, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Those of a layer [n, heads, s, d] with the new ones behind them, which are kept."""
        if layer in self.layers:
            k, v = [cat([old, new], 2) for old, new in zip(self.layers[layer], (k, v), strict=True)]
        self.layers[layer] = k, v
        return k, v


class CausalSelfAttention(Module):
    """Every place looks at itself and at those before it, with `n_head` heads: x [n, t, n_embd] -> the same shape."""

    def __init__(self, n_embd: int, n_head: int, dropout: float):
        super().__init__()
        if n_embd % n_head:
            raise ValueError(f"GPT got n_embd {n_embd} and n_head {n_head}, which does not divide it")
        self.n_head, self.dropout = n_head, dropout
        self.qkv = Linear(n_embd, 3 * n_embd)
        self.proj = Linear(n_embd, n_embd)

    def forward(self, x: Tensor, cache: Cache | None = None) -> Tensor:
        n, t, width = x.shape
        q, k, v = [self.in_heads(part) for part in split(self.qkv(x), width, -1)]
        if cache is not None:
            k, v = cache.extended(self, k, v)
        s = k.shape[2]
        mask = None if t in (1, s) else Tensor(np.tri(t, s, s - t, dtype=bool), device=x.device)
        p = self.dropout if self.training else 0.0
        y = scaled_dot_product_attention(q, k, v, mask, p, is_causal=t == s and t > 1)
        return self.proj(reshape(transpose(y, 1, 2), n, t, width))

    def in_heads(self, x: Tensor) -> Tensor:
        """[n, t, n_embd] -> [n, n_head, t, n_embd / n_head]."""
        return transpose(reshape(x, *x.shape[:2], self.n_head, -1), 1, 2)


class Block(Module):
    """x + attention(norm x), and to that its own norm and network added: x [n, t, n_embd] -> the same shape."""

    def __init__(self, n_embd: int, n_head: int, dropout: float):
        super().__init__()
        self.norm1, self.norm2 = LayerNorm(n_embd), LayerNorm(n_embd)
        self.attention = CausalSelfAttention(n_embd, n_head, dropout)
        self.network = Sequential(Linear(n_embd, 4 * n_embd), GELU("tanh"), Linear(4 * n_embd, n_embd))
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, cache: Cache | None = None) -> Tensor:
        x = x + self.dropout(self.attention(self.norm1(x), cache))
        return x + self.dropout(self.network(self.norm2(x)))


class GPT(Module):
    """ids [n, t] -> scores [n, t, vocabulary_size] of what comes next at each place, for t up to `block_size`.

    Embeddings and learned positions, `n_layer` blocks with `n_head` heads, `n_embd` wide, a layer norm, and a linear
    layer that has the weights of the embedding (Press & Wolf, 2017): what a token means and what speaks for it are one.
    `dropout` (0) drops embeddings, attention, and what blocks add. Weights start as normal numbers of deviation 0.02,
    those of the last layer of each branch divided by √(2 n_layer), as in GPT-2; so do its sizes: 12, 12, 768, 1,024.

    Raises ValueError or TypeError for settings that cannot be, and for a sequence longer than `block_size`; IndexError
    for ids outside the vocabulary.

    Radford et al., "Language models are unsupervised multitask learners", 2019.
    """

    def __init__(
        self,
        vocabulary_size: int,
        block_size: int = 128,
        n_layer: int = 4,
        n_head: int = 4,
        n_embd: int = 128,
        dropout: float = 0.0,
    ):
        super().__init__()
        check_count("GPT: n_layer", n_layer, 1)
        check_count("GPT: n_head", n_head, 1)
        check_fraction("GPT: dropout", dropout)
        self.block_size = block_size
        self.embedding = Embedding(vocabulary_size, n_embd)
        self.positions = LearnedPositions(block_size, n_embd)
        self.dropout = Dropout(dropout)
        self.blocks = ModuleList([Block(n_embd, n_head, dropout) for _ in range(n_layer)])
        self.norm = LayerNorm(n_embd)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                last = name.endswith(("proj.weight", "network.2.weight"))
                init.normal_(parameter, std=0.02 / (2 * n_layer) ** 0.5 if last else 0.02)
            elif name.endswith("bias"):
                init.zeros_(parameter)

    def forward(self, ids: Tensor, cache: Cache | None = None) -> Tensor:
        """With a `cache`, ids are those that come after what it has; the scores are theirs, and it takes them in."""
        ids = as_tensor(ids, "GPT")
        if ids.ndim != 2 or ids.shape[1] == 0:
            raise ValueError(f"GPT got ids {ids.shape}; expected [n, t] with at least one token each")
        x = self.dropout(self.positions(self.embedding(ids), 0 if cache is None else cache.length))
        for block in self.blocks:
            x = block(x, cache)
        if cache is not None:
            cache.length += ids.shape[1]
        return linear(self.norm(x), self.embedding.weight)


def next_token_loss(scores: Tensor, targets: Tensor) -> Tensor:
    """The mean cross-entropy over all places: scores [n, t, V], targets [n, t], which are the ids one place on."""
    return cross_entropy(reshape(scores, -1, scores.shape[-1]), reshape(targets, -1))
