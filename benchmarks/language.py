"""GPT and BERT: whole training steps of both libraries from the same weights, under the same names (see vision.py)."""

from itertools import cycle
from typing import Any

import numpy as np
import torch
from cases import BATCHES, Step, Steps
from torch import nn
from torch.nn import functional as f

import minigrad
from minigrad.models.bert import BertConfig, BertForSequenceClassification
from minigrad.models.gpt import next_token_loss

CHARACTERS, PLACES = 85, 128


def gpt(device: str = "cpu") -> Steps:
    """The training steps of `minigrad train char_gpt`, on random characters: 4 layers, 4 heads, 128 wide."""

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(128), nn.LayerNorm(128)
            self.attention = nn.ModuleDict({"qkv": nn.Linear(128, 384), "proj": nn.Linear(128, 128)})
            self.network = nn.Sequential(nn.Linear(128, 512), nn.GELU("tanh"), nn.Linear(512, 128))

        def forward(self, x: Any) -> Any:
            n, t, _ = x.shape
            q, k, v = self.attention["qkv"](self.norm1(x)).view(n, t, 3, 4, 32).permute(2, 0, 3, 1, 4)
            y = f.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.attention["proj"](y.transpose(1, 2).reshape(n, t, 128))
            return x + self.network(self.norm2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.positions = nn.Embedding(CHARACTERS, 128), nn.Embedding(PLACES, 128)
            self.blocks, self.norm = nn.ModuleList([Block() for _ in range(4)]), nn.LayerNorm(128)

        def forward(self, ids: Any) -> Any:
            x = self.embedding(ids) + self.positions.weight[: ids.shape[1]]
            for block in self.blocks:
                x = block(x)
            return f.linear(self.norm(x), self.embedding.weight)

    theirs, ours = GPT(), minigrad.models.GPT(CHARACTERS, PLACES)
    shapes = ((32, PLACES), (32, PLACES))
    return adamw(theirs, ours, their_next_token_loss, next_token_loss, CHARACTERS, shapes, device=device)


def their_next_token_loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


def minilm() -> Steps:
    """The steps of fine-tuning all of a network of all-MiniLM-L6-v2's sizes: 32 tokens, batches of 16."""
    config = BertConfig(
        hidden_size=384,
        num_hidden_layers=6,
        intermediate_size=1536,
        hidden_dropout_prob=0,
        attention_probs_dropout_prob=0,
    )

    class Module(nn.Module):
        """Parts by the names that they have in minigrad."""

        def __init__(self, **parts: Any):
            super().__init__()
            for name, part in parts.items():
                self.add_module(name, part)

    def ending(width: int) -> nn.Module:
        return Module(dense=nn.Linear(width, 384), LayerNorm=nn.LayerNorm(384, 1e-12))

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            looking = Module(**{name: nn.Linear(384, 384) for name in ("query", "key", "value")})
            self.attention = Module(output=ending(384))
            self.attention.add_module("self", looking)  # a name that cannot be an argument
            self.intermediate, self.output = Module(dense=nn.Linear(384, 1536)), ending(1536)

        def forward(self, x: Any, mask: Any) -> Any:
            n, t, _ = x.shape
            looking, end = self.attention.get_submodule("self"), self.attention.get_submodule("output")
            q, k, v = [
                part(x).view(n, t, 12, 32).transpose(1, 2) for part in (looking.query, looking.key, looking.value)
            ]
            y = f.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).reshape(n, t, 384)
            x = end.LayerNorm(end.dense(y) + x)
            return self.output.LayerNorm(self.output.dense(f.gelu(self.intermediate.dense(x))) + x)

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            embeddings = Module(
                word_embeddings=nn.Embedding(config.vocab_size, 384, 0),
                position_embeddings=nn.Embedding(512, 384),
                token_type_embeddings=nn.Embedding(2, 384),
                LayerNorm=nn.LayerNorm(384, 1e-12),
            )
            encoder = Module(layer=nn.ModuleList([Layer() for _ in range(6)]))
            self.bert, self.classifier = Module(embeddings=embeddings, encoder=encoder), nn.Linear(384, 2)

        def forward(self, ids: Any) -> Any:
            parts, there = self.bert.embeddings, ids != 0
            places = parts.position_embeddings.weight[: ids.shape[1]]
            x = parts.word_embeddings(ids) + parts.token_type_embeddings.weight[0] + places
            x = parts.LayerNorm(x)
            for layer in self.bert.encoder.layer:
                x = layer(x, there[:, None, None])
            weight = there[..., None].to(x.dtype)
            return self.classifier((x * weight).sum(1) / weight.sum(1))

    theirs, ours = Classifier(), BertForSequenceClassification(config, pool="mean")
    losses = (torch.nn.functional.cross_entropy, minigrad.functional.cross_entropy)
    return adamw(theirs, ours, *losses, config.vocab_size, ((16, 32), (16,)), classes=2)


def adamw(
    theirs: Any, ours: Any, their_loss: Any, loss: Any, words: int, shapes: Any, classes: int = 0, device: str = "cpu"
) -> Steps:
    """The training steps of a network with AdamW on random ids from 1 to words - 1, and targets of `classes` or ids."""
    theirs.load_state_dict({name: torch.from_numpy(value.numpy().copy()) for name, value in ours.state_dict().items()})
    theirs, ours = theirs.to(device), ours.to(device)
    rng = np.random.default_rng(0)
    pairs = [(rng.integers(1, words, shapes[0]), rng.integers(0, classes or words, shapes[1])) for _ in range(BATCHES)]
    their_data = cycle([(torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)) for x, y in pairs])
    our_data = cycle([(minigrad.Tensor(x).to(device), minigrad.Tensor(y).to(device)) for x, y in pairs])
    their_optimizer = torch.optim.AdamW(theirs.parameters(), lr=1e-4)
    our_optimizer = minigrad.optim.AdamW(ours.parameters(), lr=1e-4)
    return {
        "torch": Step(theirs, their_optimizer, their_loss, their_data),
        "minigrad": Step(ours, our_optimizer, loss, our_data),
    }
