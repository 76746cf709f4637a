"""Text from a language model: which token is taken next, and one after another."""

from collections.abc import Iterator

import numpy as np

from ..checks import check_count, check_fraction, check_number
from ..device import Array
from ..grad_mode import no_grad
from ..tensor import Tensor
from .gpt import GPT, Cache

COLDEST = 1e-30
"""Scores divided by less may overflow, and the likeliest is all that is left of them anyhow."""


def top_k(scores: Array, k: int) -> Array:
    """The k highest of scores [V], and -∞ in the place of the others; equal ones at the border all stay."""
    if k >= len(scores):
        return scores
    border = np.sort(scores)[-k]
    return np.where(scores < border, -np.inf, scores)


def top_p(scores: Array, p: float) -> Array:
    """The fewest of scores [V] whose probabilities sum to at least p, the likeliest first, and -∞ for the others.

    Holtzman et al., "The curious case of neural text degeneration", 2020.
    """
    order = np.argsort(-scores, kind="stable")
    probabilities = softmax(scores[order])
    before = np.cumsum(probabilities) - probabilities  # what the likelier ones have
    kept = np.full_like(scores, -np.inf)
    chosen = order[(before < p) | (np.arange(len(order)) == 0)]
    kept[chosen] = scores[chosen]
    return kept


def softmax(scores: Array) -> Array:
    """The probabilities of scores [V]."""
    e = np.exp(scores - scores.max())
    return e / e.sum()


def next_token(
    scores: Array, rng: np.random.Generator, temperature: float = 1.0, k: int | None = None, p: float | None = None
) -> int:
    """One token, drawn with the probabilities that scores [V] give.

    Scores are divided by `temperature`: below 1 the likely become likelier, and 0 takes the likeliest. Only the `k`
    likeliest come into question, and of these the fewest that have a share `p`, where these are given.
    """
    if temperature == 0:
        return int(scores.argmax())
    scores = scores.astype(np.float64) / temperature
    scores = scores if k is None else top_k(scores, k)
    scores = scores if p is None else top_p(scores, p)
    return int(rng.choice(len(scores), p=softmax(scores)))


def generate(
    model: GPT,
    ids: list[int],
    n: int,
    temperature: float = 1.0,
    k: int | None = None,
    p: float | None = None,
    seed: int = 0,
) -> Iterator[int]:
    """`n` tokens that `model` writes behind `ids`, one after another (see `next_token` for the settings).

    Keys and values of what was read are kept. Where the model's places are full, it goes on from the last half of them.
    The model is in evaluation mode meanwhile. Raises ValueError for no ids, and for settings out of range.
    """
    check_settings(ids, n, temperature, k, p)
    temperature = temperature if temperature > COLDEST else 0.0
    return written(model, list(ids), n, temperature, k, p, np.random.default_rng(seed))


def check_settings(ids: list[int], n: int, temperature: float, k: int | None, p: float | None) -> None:
    """Raise ValueError or TypeError for settings that `generate` cannot take."""
    if not len(ids):
        raise ValueError("generate needs at least one token to go on from, got none")
    check_count("generate: n", n)
    check_number("generate: temperature", temperature)
    if k is not None:
        check_count("generate: k", k, 1)
    if p is not None:
        check_fraction("generate: p", p)


def written(
    model: GPT, ids: list[int], n: int, temperature: float, k: int | None, p: float | None, rng: np.random.Generator
) -> Iterator[int]:
    """The tokens of `generate`, whose settings are in order."""
    cache, new = Cache(), ids[-model.block_size :]
    for _ in range(n):
        if cache.length + len(new) > model.block_size:
            cache, new = Cache(), ids[-(model.block_size // 2) or -1 :]
        scores = last_scores(model, new, cache)
        ids.append(next_token(scores, rng, temperature, k, p))
        new = ids[-1:]
        yield ids[-1]


def last_scores(model: GPT, ids: list[int], cache: Cache) -> Array:
    """The scores [V] of what comes after `ids`, which come after what the cache has."""
    training = model.training
    model.eval()
    try:
        with no_grad():
            device = model.embedding.weight.device
            return model(Tensor(np.array([ids]), device=device), cache)[0, -1].cpu().numpy()
    finally:
        model.train(training)
