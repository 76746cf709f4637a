"""The Transformer of Vaswani et al., "Attention is all you need", 2017: its layers, its two stacks, and the whole.

Shapes are [t, n, d_model], or with `batch_first` [n, t, d_model]; n may be left out. Settings of the wrong kind raise
TypeError, those out of range ValueError.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from ..checks import check_bool, check_choice, check_count
from ..ops.activation import gelu, relu
from ..ops.attention import causal_mask
from ..tensor import Tensor
from . import init
from .attention import MultiheadAttention
from .containers import ModuleList
from .linear import Dropout, Linear
from .module import Module
from .norm import LayerNorm

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": relu, "gelu": gelu}


class Block(Module):
    """Base of both layers: self-attention with `nhead` heads, and a feed-forward network W₂ f(W₁ x + b₁) + b₂ of width
    `dim_feedforward` (2048), each with a layer norm and dropout (0.1).

    Each part adds to what it is given: x + dropout(part(x)), normalised afterwards, or with `norm_first` the part gets
    its input normalised (Xiong et al., "On layer normalization in the Transformer architecture", 2020). `activation` is
    'relu', 'gelu' or a function of a tensor.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
    ):
        super().__init__()
        name = type(self).__name__
        check_bool(f"{name}: norm_first", norm_first)
        if not callable(activation):
            check_choice(f"{name}: activation", activation, tuple(ACTIVATIONS))
        self.norm_first = norm_first
        self.activation = activation if callable(activation) else ACTIVATIONS[activation]
        attention: dict[str, Any] = {"dropout": dropout, "bias": bias, "batch_first": batch_first}
        self.self_attn = MultiheadAttention(d_model, nhead, **attention)
        if self.looks_across:
            self.multihead_attn = MultiheadAttention(d_model, nhead, **attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias)
        parts = range(1, 4 if self.looks_across else 3)
        for i in parts:
            setattr(self, f"norm{i}", LayerNorm(d_model, layer_norm_eps, bias=bias))
        for i in parts:
            setattr(self, f"dropout{i}", Dropout(dropout))

    looks_across = False

    def add(self, x: Tensor, number: int, part: Callable[[Tensor], Tensor]) -> Tensor:
        """x and what part `number` makes of it, with its norm before or after."""
        norm, dropout = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        if self.norm_first:
            return x + dropout(part(norm(x)))
        return norm(x + dropout(part(x)))

    def feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(Block):
    """Self-attention, then a feed-forward network (see Block for the settings)."""

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """src [t, n, d_model] -> the same shape; masks as in MultiheadAttention."""

        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)[0]

        return self.add(self.add(src, 1, attend), 2, self.feed_forward)


class TransformerDecoderLayer(Block):
    """Self-attention, attention to an encoder's result, then a feed-forward network (see Block for the settings)."""

    looks_across = True

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """tgt [t, n, d_model] and memory [s, n, d_model] -> the shape of tgt; masks as in MultiheadAttention."""

        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0]

        def look(x: Tensor) -> Tensor:
            masks = (memory_key_padding_mask, False, memory_mask)
            return self.multihead_attn(x, memory, memory, *masks, is_causal=memory_is_causal)[0]

        return self.add(self.add(self.add(tgt, 1, attend), 2, look), 3, self.feed_forward)


class Stack(Module):
    """Base of encoder and decoder: `num_layers` copies of a layer, and at the end `norm`, if there is one."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None = None):
        super().__init__()
        check_count(f"{type(self).__name__}: num_layers", num_layers, 1)
        self.layers = ModuleList([deepcopy(layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def run(self, x: Tensor, *rest: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x, *rest)
        return x if self.norm is None else self.norm(x)


class TransformerEncoder(Stack):
    """`num_layers` copies of an encoder layer, one after another, and `norm` (None) at the end."""

    def __init__(self, encoder_layer: Module, num_layers: int, norm: Module | None = None):
        super().__init__(encoder_layer, num_layers, norm)

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        return self.run(src, mask, src_key_padding_mask, is_causal)


class TransformerDecoder(Stack):
    """`num_layers` copies of a decoder layer, one after another, and `norm` (None) at the end."""

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None):
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        masks = (tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        return self.run(tgt, memory, *masks, tgt_is_causal, memory_is_causal)


class Transformer(Module):
    """Encoder and decoder, each with a layer norm at its end: src [s, n, d_model], tgt [t, n, d_model] -> as tgt.

    All matrices start by Xavier's uniform rule. The settings are those of the layers (see Block); the defaults are the
    paper's.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
    ):
        super().__init__()
        settings: Any = (dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        norms = [LayerNorm(d_model, layer_norm_eps, bias=bias) for _ in range(2)]
        self.encoder = TransformerEncoder(
            TransformerEncoderLayer(d_model, nhead, *settings), num_encoder_layers, norms[0]
        )
        self.decoder = TransformerDecoder(
            TransformerDecoderLayer(d_model, nhead, *settings), num_decoder_layers, norms[1]
        )
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool = False,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        masks = (tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        return self.decoder(tgt, memory, *masks, tgt_is_causal, memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz: int) -> Tensor:
        """[sz, sz]: 0 where the column is not behind the row, else -∞."""
        return causal_mask(sz, sz, Tensor([0.0]))
