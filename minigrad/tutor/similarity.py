"""Whether a sentence means the same as a point, in other words: by minigrad's own BERT and all-MiniLM-L6-v2's weights.

Two sentences are compared by the cosine of the angle between the means of their states in the last layer (Reimers &
Gurevych, "Sentence-BERT", 2019). That does not see a 'not', so sentences that deny something else than the point does
never count.
"""

import importlib.util
from functools import cache, cached_property

import numpy as np

from ..creation import tensor
from ..grad_mode import no_grad
from ..models.bert import BertModel, mean_pool
from ..models.pretrained_bert import PACKAGE, PACKAGED, load_bert
from ..text.padding import pad_sequences
from ..text.pretrained import Tokenizer
from .dialogue import Point
from .phrases import negations, tidy

LEAST = 0.7
"""The cosine from which on a sentence counts as the point. Chosen on recorded answers, see docs/results."""
LONGEST = 128  # tokens of a sentence


def is_installed() -> bool:
    """Are the package with the weights and the tokenizers library there?"""
    return all(importlib.util.find_spec(name) is not None for name in (PACKAGE, "tokenizers"))


class SentenceSimilarity:
    """similar(point, sentences): does one of the sentences, in English, mean the point?

    The weights are read with the first answer that needs them. Raises DataError then, where they cannot be had.
    """

    def __init__(self, least: float = LEAST):
        self.least = least
        self.embedding = cache(self.embed)

    @cached_property
    def encoder(self) -> tuple[BertModel, Tokenizer]:
        pretrained = load_bert(PACKAGED)
        model = BertModel(pretrained.config, pooler=False)
        pretrained.load_into(model)
        model.eval()
        return model, pretrained.tokenizer

    def embed(self, sentence: str) -> np.ndarray:
        """The direction of a sentence: [width], of length 1."""
        model, tokenizer = self.encoder
        ids = tensor(pad_sequences([tokenizer.encode(sentence, LONGEST)]))
        with no_grad():
            states, _ = model(ids)
            mean = mean_pool(states, model.mask(ids)).numpy()[0]
        return mean / np.linalg.norm(mean)

    def cosine(self, one: str, other: str) -> float:
        return float(self.embedding(one) @ self.embedding(other))

    def __call__(self, point: Point, sentences: list[str]) -> bool:
        meant = tidy(point.text["en"])
        denied = len(negations(meant)) % 2
        return any(
            sentence.isascii() and len(negations(sentence)) % 2 == denied and self.cosine(meant, sentence) >= self.least
            for sentence in sentences
        )
