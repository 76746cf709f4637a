"""BERT (Devlin et al., 2019): a Transformer that reads in both directions, with HuggingFace's names for all weights.

So the weights of any BERT on the hub load as they are, with `load_bert` (see pretrained_bert.py).
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ..checks import check_choice, check_count, check_fraction, check_positive
from ..creation import arange, zeros
from ..nn import Dropout, Embedding, LayerNorm, Linear, Module, ModuleList, Parameter, Tanh, init
from ..ops import gelu, relu, reshape, transpose
from ..ops.arguments import as_tensor
from ..ops.attention import scaled_dot_product_attention
from ..ops.linalg import linear
from ..tensor import Tensor

ACTIVATIONS = {"gelu": gelu, "gelu_new": lambda x: gelu(x, approximate="tanh"), "relu": relu}
POOLS = ("cls", "mean")


@dataclass(frozen=True)
class BertConfig:
    """The sizes of a BERT, under the names of its config.json; the defaults are those of BERT-base, uncased.

    Raises ValueError or TypeError for sizes that cannot be.
    """

    vocab_size: int = 30522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    hidden_act: str = "gelu"
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            name, value = f"BertConfig: {field.name}", getattr(self, field.name)
            if field.name.endswith("_prob"):
                check_fraction(name, value)
            elif field.name == "layer_norm_eps":
                check_positive(name, value)
            elif field.name == "hidden_act":
                check_choice(name, value, tuple(ACTIVATIONS))
            else:
                check_count(name, value, 0 if field.name == "pad_token_id" else 1)
        if self.hidden_size % self.num_attention_heads:
            raise ValueError(
                f"BertConfig got hidden_size {self.hidden_size} and num_attention_heads {self.num_attention_heads}, "
                "which does not divide it"
            )


class BertEmbeddings(Module):
    """The sum of what the token, its place and its segment mean, normalised: ids [n, t] -> [n, t, hidden]."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.word_embeddings = Embedding(config.vocab_size, config.hidden_size, config.pad_token_id)
        self.position_embeddings = Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids: Tensor, token_type_ids: Any) -> Tensor:
        t, longest = input_ids.shape[1], self.position_embeddings.num_embeddings
        if t > longest:
            raise ValueError(f"BERT got {t} tokens; its table of positions has {longest}")
        places = self.position_embeddings(arange(t, device=input_ids.device))
        segments = self.token_type_embeddings(token_type_ids)
        return self.dropout(self.LayerNorm(self.word_embeddings(input_ids) + segments + places))


class BertSelfAttention(Module):
    """Attention of every place to all that are not padding, with several heads: x [n, t, hidden] -> the same shape."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.heads, self.p = config.num_attention_heads, config.attention_probs_dropout_prob
        self.query, self.key, self.value = [Linear(config.hidden_size, config.hidden_size) for _ in range(3)]

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = [self.in_heads(part(x)) for part in (self.query, self.key, self.value)]
        y = scaled_dot_product_attention(q, k, v, mask, self.p if self.training else 0.0)
        return reshape(transpose(y, 1, 2), *x.shape)

    def in_heads(self, x: Tensor) -> Tensor:
        """[n, t, hidden] -> [n, heads, t, hidden / heads]."""
        return transpose(reshape(x, *x.shape[:2], self.heads, -1), 1, 2)


class BertOutput(Module):
    """LayerNorm(input + dropout(W x + b)): how each part of a layer ends."""

    def __init__(self, width: int, config: BertConfig):
        super().__init__()
        self.dense = Linear(width, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = Dropout(config.hidden_dropout_prob)

    def forward(self, x: Tensor, input: Tensor) -> Tensor:
        return self.LayerNorm(self.dropout(self.dense(x)) + input)


class BertAttention(Module):
    """Self-attention and its end."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.self = BertSelfAttention(config)
        self.output = BertOutput(config.hidden_size, config)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.output(self.self(x, mask), x)


class BertIntermediate(Module):
    """f(W x + b) of width `intermediate_size`."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.dense = Linear(config.hidden_size, config.intermediate_size)
        self.activation = ACTIVATIONS[config.hidden_act]

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.dense(x))


class BertLayer(Module):
    """Attention, then a network of two layers: x [n, t, hidden] -> the same shape."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.attention = BertAttention(config)
        self.intermediate = BertIntermediate(config)
        self.output = BertOutput(config.intermediate_size, config)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.attention(x, mask)
        return self.output(self.intermediate(x), x)


class BertEncoder(Module):
    """All layers, one after another."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.layer = ModuleList([BertLayer(config) for _ in range(config.num_hidden_layers)])

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        for layer in self.layer:
            x = layer(x, mask)
        return x


class BertPooler(Module):
    """tanh(W x₀ + b) of the first token: x [n, t, hidden] -> [n, hidden]."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.dense = Linear(config.hidden_size, config.hidden_size)
        self.activation = Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.dense(x[:, 0]))


class BertModel(Module):
    """ids [n, t] -> (what every token means [n, t, hidden], what all mean together [n, hidden]).

    `attention_mask` [n, t] is 1 at tokens and 0 at padding, by default where ids are not `pad_token_id`;
    `token_type_ids` [n, t] says to which of two texts a token belongs (0, the first). Without `pooler` (True) the
    second result is None. Weights start as normal numbers of deviation 0.02.

    Calling it raises ValueError for more tokens than there are positions and for a mask of another shape, IndexError
    for ids outside the vocabulary.
    """

    def __init__(self, config: BertConfig, pooler: bool = True):
        super().__init__()
        self.config = config
        self.embeddings = BertEmbeddings(config)
        self.encoder = BertEncoder(config)
        self.pooler = BertPooler(config) if pooler else None
        draw(self)

    def forward(
        self, input_ids: Tensor, attention_mask: Any = None, token_type_ids: Any = None
    ) -> tuple[Tensor, Tensor | None]:
        ids = as_tensor(input_ids, "BERT")
        if ids.ndim != 2 or ids.shape[1] == 0:
            raise ValueError(f"BERT got input_ids {ids.shape}; expected [n, t] with at least one token each")
        mask = self.mask(ids, attention_mask)
        segments = zeros(ids.shape, dtype="int64", device=ids.device) if token_type_ids is None else token_type_ids
        x = self.encoder(self.embeddings(ids, segments), mask.reshape(len(ids), 1, 1, -1))
        return x, None if self.pooler is None else self.pooler(x)

    def mask(self, ids: Tensor, attention_mask: Any = None) -> Tensor:
        """[n, t]: True at tokens, False at padding."""
        if attention_mask is None:
            return ids != self.config.pad_token_id
        mask = as_tensor(attention_mask, "BERT")
        if mask.shape != ids.shape:
            raise ValueError(f"BERT got input_ids {ids.shape} and attention_mask {mask.shape}; expected the same shape")
        return mask != 0


def mean_pool(x: Tensor, mask: Tensor) -> Tensor:
    """The mean of x [n, t, d] over the places where mask [n, t] is True: [n, d]; 0 where it nowhere is.

    The embedding of a sentence in Reimers & Gurevych, "Sentence-BERT", 2019.
    """
    there = mask.to(x.dtype).reshape(*mask.shape, 1)
    return (x * there).sum(1) / there.sum(1).clamp(min=1.0)


class BertForSequenceClassification(Module):
    """BERT, dropout and a linear layer: ids [n, t] -> scores [n, num_classes].

    The linear layer sees, with `pool` 'cls', the pooler's result, as in the paper, and with 'mean' the mean over all
    tokens, as in models that were trained for sentences. The other arguments are those of BertModel.
    """

    def __init__(self, config: BertConfig, num_classes: int = 2, pool: str = "cls"):
        super().__init__()
        check_choice("BertForSequenceClassification: pool", pool, POOLS)
        check_count("BertForSequenceClassification: num_classes", num_classes, 1)
        self.pool = pool
        self.bert = BertModel(config, pooler=pool == "cls")
        self.dropout = Dropout(config.hidden_dropout_prob)
        self.classifier = Linear(config.hidden_size, num_classes)
        draw(self.classifier)

    def forward(self, input_ids: Tensor, attention_mask: Any = None, token_type_ids: Any = None) -> Tensor:
        x, pooled = self.bert(input_ids, attention_mask, token_type_ids)
        if pooled is None:
            pooled = mean_pool(x, self.bert.mask(as_tensor(input_ids, "BERT"), attention_mask))
        return self.classifier(self.dropout(pooled))


class BertTransform(Module):
    """LayerNorm(f(W x + b)): what comes before the scores of masked tokens."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.dense = Linear(config.hidden_size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.activation = ACTIVATIONS[config.hidden_act]

    def forward(self, x: Tensor) -> Tensor:
        return self.LayerNorm(self.activation(self.dense(x)))


class BertPredictions(Module):
    """The scores of all tokens of the vocabulary; their weights are the embedding's, which the caller hands in."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.transform = BertTransform(config)
        self.bias = Parameter(np.zeros(config.vocab_size, np.float32))

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        return linear(self.transform(x), weight, self.bias)


class BertHead(Module):
    """The head of the masked language model, under its name on the hub."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.predictions = BertPredictions(config)


class BertForMaskedLM(Module):
    """BERT, and at each place scores of what stands there: ids [n, t] -> [n, t, vocab_size].

    The arguments are those of BertModel.
    """

    def __init__(self, config: BertConfig):
        super().__init__()
        self.bert = BertModel(config, pooler=False)
        self.cls = BertHead(config)
        draw(self.cls)

    def forward(self, input_ids: Tensor, attention_mask: Any = None, token_type_ids: Any = None) -> Tensor:
        x, _ = self.bert(input_ids, attention_mask, token_type_ids)
        return self.cls.predictions(x, self.bert.embeddings.word_embeddings.weight)


def draw(module: Module) -> None:
    """Draw all matrices below `module` as normal numbers of deviation 0.02; biases become 0."""
    for name, parameter in module.named_parameters():
        if parameter.ndim > 1:
            init.normal_(parameter, std=0.02)
        elif name.endswith("bias"):
            init.zeros_(parameter)
