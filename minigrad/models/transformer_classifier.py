"""A Transformer encoder that tells texts apart."""

from ..checks import check_count
from ..device import Array, array_module
from ..nn import Dropout, Embedding, Linear, Module, TransformerEncoder, TransformerEncoderLayer
from ..nn.position import LearnedPositions
from ..ops import where
from ..ops.arguments import as_tensor
from ..tensor import Tensor
from ..text.padding import lengths_of

EMBEDDING_STD = 0.02  # that of the positions; with deviation 1, as Embedding has it, words would drown them


class TransformerClassifier(Module):
    """Embeddings and positions, a Transformer encoder, the mean of what it gives, a linear layer: ids [n, t], padded
    with 0 at the end -> scores [n, num_classes].

    `num_layers` (2) layers with `nhead` (4) heads, `d_model` (128) wide, normalised before each part; positions are
    learned, `max_len` (128) of them; they and the embeddings start as normal numbers of deviation 0.02. Nobody looks at
    padding, and it is no part of the mean; a row of nothing else counts as one word, whose embedding is 0. `dropout`
    (0.1) is that of the layers, `input_dropout` (0) of the words.

    Raises ValueError or TypeError for settings that cannot be, and for texts of more than `max_len` words; IndexError
    for ids outside the vocabulary.

    Vaswani et al., "Attention is all you need", 2017.
    """

    def __init__(
        self,
        vocabulary_size: int,
        d_model: int = 128,
        nhead: int = 4,
        num_layers: int = 2,
        dim_feedforward: int = 256,
        num_classes: int = 2,
        max_len: int = 128,
        dropout: float = 0.1,
        input_dropout: float = 0.0,
    ):
        super().__init__()
        check_count("TransformerClassifier: num_classes", num_classes, 1)
        self.embedding = Embedding(vocabulary_size, d_model, padding_idx=0)
        self.embedding.weight.data *= EMBEDDING_STD
        self.positions = LearnedPositions(max_len, d_model)
        self.dropout = Dropout(input_dropout)
        layer = TransformerEncoderLayer(
            d_model, nhead, dim_feedforward, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = TransformerEncoder(layer, num_layers)
        self.head = Linear(d_model, num_classes)

    def forward(self, ids: Tensor) -> Tensor:
        ids = as_tensor(ids, "TransformerClassifier")
        lengths, padding = self.padding(ids)
        words = self.dropout(self.positions(self.embedding(ids)))
        seen = self.encoder(words, src_key_padding_mask=padding)
        total = where(padding.reshape(*padding.shape, 1), 0.0, seen).sum(1)
        return self.head(total / Tensor(lengths[:, None].astype(total.dtype)))

    def padding(self, ids: Tensor) -> tuple[Array, Tensor]:
        """The lengths [n] of the texts, and where padding stands [n, t]."""
        lengths = lengths_of(ids.data)
        return lengths, Tensor(array_module(lengths).arange(ids.shape[1]) >= lengths[:, None])

    def attention(self, ids: Tensor) -> list[Tensor]:
        """Where the heads of each layer look in ids [n, t]: for each, softmax(q kᵀ / √d) [n, nhead, t, t], whose rows
        sum to 1; 0 where padding would be seen. In evaluation mode: dropout acts on it too.
        """
        _, padding = self.padding(ids)
        x, maps = self.dropout(self.positions(self.embedding(ids))), []
        for layer in self.encoder.layers:
            seen = layer.norm1(x)
            maps.append(layer.self_attn(seen, seen, seen, padding, average_attn_weights=False)[1])
            x = layer(x, src_key_padding_mask=padding)
        return maps
