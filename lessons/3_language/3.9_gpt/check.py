"""Checks of lesson 3.9: the block against minigrad's own with the same weights, the loss, kept keys, and sampling."""

from collections.abc import Callable

import numpy as np

import minigrad
from minigrad.course.checks import Check, checks
from minigrad.models import gpt, sampling
from minigrad.nn import Linear
from minigrad.tensor import Tensor

GPT, SAMPLING = "minigrad.models.gpt:", "minigrad.models.sampling:"
TENSOR_EN = "This is a {found}; tensors go in and a tensor must come out, or no gradient finds its way back."
TENSOR_ZH = "得到的是 {found}；输入是张量，输出也必须是张量，否则梯度传不回去。"
LOST_EN = (
    "This is a new tensor that does not know what it was computed from, and no gradient finds its way back. Compute "
    "with tensors all the way: .data, .numpy() and Tensor(...) break it off."
)
LOST_ZH = (
    "这是一个新张量，不记得自己是由什么算出来的，梯度传不回去。请一路用张量运算：.data、.numpy()、Tensor(...) "
    "都会中断梯度。"
)


def made(dropout: float = 0.0, train: bool = True) -> gpt.Block:
    """The same block at every call, with norms that are not alike."""
    minigrad.manual_seed(3)
    block = gpt.Block(8, 2, dropout)
    rng = np.random.default_rng(2)
    for parameter in block.parameters():
        parameter.data[...] = rng.normal(0, 0.5, parameter.shape)
    return block.train(train)


def as_array(check: Check, y) -> np.ndarray:
    """The array in a tensor; nothing else will do."""
    check.require(y is not None, "nothing", name="y")
    check.require(isinstance(y, Tensor), "no_tensor", TENSOR_EN, TENSOR_ZH, found=type(y).__name__)
    return y.detach().numpy()


def with_gradient(check: Check, call: Callable, x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `call` makes of x, and the gradient of x for the upstream gradient g."""
    input = minigrad.tensor(x, requires_grad=True)
    y = call(input)
    array = as_array(check, y)
    check.require(y.requires_grad, "gradient_lost", LOST_EN, LOST_ZH)
    if y.shape == g.shape:
        y.backward(minigrad.tensor(g))
    return array, np.zeros_like(x) if input.grad is None else input.grad.numpy()


@checks(GPT + "Block.forward")
def block(check: Check) -> None:
    x, g = check.array(2, 3, 8).astype(np.float32), check.array(2, 3, 8).astype(np.float32)
    for dropout, train in ((0.0, True), (0.5, False), (0.5, True)):

        def call(x: np.ndarray, dropout: float = dropout, train: bool = train) -> tuple[np.ndarray, np.ndarray]:
            module = made(dropout, train)
            minigrad.manual_seed(7)  # the same is dropped
            return with_gradient(check, module, x, g)

        settings = {"dropout": dropout, "train": train}
        check.function(call, x, names=["y", "gx"], inputs={"x": x}, settings=settings)

    def in_pieces(x: np.ndarray) -> np.ndarray:
        module, cache = made(), gpt.Cache()
        pieces = [module(minigrad.tensor(x[:, piece]), cache) for piece in (slice(0, 2), slice(2, 3))]
        return np.concatenate([as_array(check, y) for y in pieces], axis=1)

    check.function(in_pieces, x, names=["y, read in two pieces with a cache"], inputs={"x": x})


@checks(GPT + "next_token_loss")
def loss(check: Check) -> None:
    rng = np.random.default_rng(1)
    for n, t, v in ((2, 3, 5), (4, 1, 3), (1, 6, 2)):
        scores, targets = check.array(n, t, v).astype(np.float32), rng.integers(0, v, (n, t))

        def call(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            def own(input: Tensor) -> Tensor:
                return gpt.next_token_loss(input, minigrad.tensor(targets))

            return with_gradient(check, own, scores, np.float32(1.0))

        check.function(call, scores, targets, names=["loss", "gradient of the scores"])


@checks(GPT + "Cache.extended")
def extended(check: Check) -> None:
    sizes = (3, 1, 2)
    keys = [check.array(2, 2, t, 4).astype(np.float32) for t in (*sizes, *sizes)]
    values = [check.array(2, 2, t, 5).astype(np.float32) for t in (*sizes, *sizes)]

    lengths = []

    def call(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
        cache, layers = gpt.Cache(), (Linear(1, 1), Linear(1, 1))
        found = []
        for i in range(3):
            for j, layer in enumerate(layers):
                k, v = (minigrad.tensor(arrays[6 * which + 3 * j + i]) for which in (0, 1))
                returned = cache.extended(layer, k, v)
                check.require(returned is not None, "nothing", name="keys and values")
                found += [as_array(check, part) for part in returned]
        lengths.append(cache.length)
        return tuple(found)

    calls = [f"{what} of layer {j}, call {i}" for i in (1, 2, 3) for j in (0, 1) for what in ("keys", "values")]
    check.function(call, *keys, *values, names=calls, inputs={})
    check.require(not any(lengths), "counts_too")
    pieces = [minigrad.tensor(x, requires_grad=True) for x in (*keys[:3], *values[:3])]

    def joined() -> Tensor:
        cache, layer = gpt.Cache(), Linear(1, 1)
        for k, v in zip(pieces[:3], pieces[3:]):
            all_keys, all_values = cache.extended(layer, k, v)
        return all_keys.sum() + all_values.sum()

    total = check.run(joined)
    if total.requires_grad:
        total.backward()
    check.require(all(piece.grad is not None for piece in pieces), "old_ones_cut_off", CUT_OFF_EN, CUT_OFF_ZH)


CUT_OFF_EN = (
    "The values are right, but no gradient comes back to keys and values that were kept: cat takes them as they are, "
    "without .detach(), .data or .numpy()."
)
CUT_OFF_ZH = "值是对的，但存下来的键和值得不到梯度：直接交给 cat 就行，不要 .detach()、.data 或 .numpy()。"


NONE_EN = (
    "With {setting} no token stays: all scores are -∞. The likeliest always stays, in top_p also where its own "
    "probability is below p."
)
NONE_ZH = (
    "取 {setting} 时一个词元也没留下，得分全是 -∞。最可能的那个总要留下；top_p 里，哪怕它自己的概率不到 p 也一样。"
)


def which_stay(check: Check, choose: Callable, scores: np.ndarray, setting: float) -> None:
    """Check which tokens stay (1, or 0 for -∞), and what the scores of those that stay are."""

    def call(scores: np.ndarray, setting: float) -> tuple[np.ndarray, np.ndarray]:
        kept = choose(scores, setting)
        check.require(kept is not None, "nothing", name="scores")
        gone = np.isneginf(np.asarray(kept, np.float64))
        check.require(not gone.all() or setting == 0, "none_stays", NONE_EN, NONE_ZH, setting=setting)
        return 1.0 - gone, np.where(gone, 0.0, kept)

    check.function(call, scores, setting, names=["stays", "score"])


@checks(SAMPLING + "top_k")
def of_k(check: Check) -> None:
    for scores, k in (
        (np.array([0.5, -1.0, 2.0, 0.1, -3.0]), 2),
        (np.array([-0.5, -1.0, -2.0, -0.1]), 1),
        (np.array([1.0, 3.0, 1.0, -0.7, 3.0, 1.0]), 3),
        (np.array([0.3, 0.2, 0.7]), 3),
        (np.array([0.3, 0.2, 0.7]), 9),
    ):
        which_stay(check, lambda scores, k: sampling.top_k(scores, k), scores, k)


@checks(SAMPLING + "top_p")
def of_p(check: Check) -> None:
    eight = np.log([0.12, 0.04, 0.22, 0.06, 0.3, 0.02, 0.08, 0.16]) + 1.75
    five = np.log([0.1, 0.4, 0.05, 0.3, 0.15]) + 1.5
    for scores, p in ((eight, 0.72), (five, 0.72), (five, 0.5), (five, 0.2), (five, 1.0), (3 * five + 1, 0.95)):
        which_stay(check, lambda scores, p: sampling.top_p(scores, p), scores, p)
    least = check.run(lambda: sampling.top_p(five, 0.0))
    check.require(np.isfinite(least).any(), "maybe_none")
    which_stay(check, lambda scores, p: sampling.top_p(scores, p), five, 0.0)
    alike = check.run(lambda: sampling.top_p(np.zeros(4), 0.5))  # any two of four, whose probabilities are exact
    check.require(np.isfinite(alike).sum() == 2, "one_after_p")


@checks(SAMPLING + "next_token")
def drawn(check: Check) -> None:
    scores = np.log([0.1, 0.4, 0.05, 0.3, 0.15])
    given = scores.copy()
    first = check.run(lambda: sampling.next_token(given, np.random.default_rng(0), 0))
    check.require(first is not None, "nothing", name="token")
    check.require(isinstance(first, int | np.integer), "no_int", INT_EN, INT_ZH, found=type(first).__name__)
    check.require(int(first) == 1, "not_the_likeliest", LIKELIEST_EN, LIKELIEST_ZH, got=int(first))
    rng = np.random.default_rng(0)
    state = rng.bit_generator.state
    tokens = [check.run(lambda: sampling.next_token(given, rng, 2.0)) for _ in range(20)]
    check.unmodified({"scores": given}, [scores], "modified_input")
    for token in tokens:
        check.require(isinstance(token, int | np.integer), "no_int", INT_EN, INT_ZH, found=type(token).__name__)
    unused = rng.bit_generator.state == state and set(tokens) != {1}
    check.require(not unused, "rng_not_used")
    for settings in ({}, {"temperature": 0.5}, {"temperature": 2.0}, {"k": 2}, {"p": 0.6}, {"p": 0.0}, JOINT, BOTH):

        def shares(scores: np.ndarray, settings: dict = settings) -> np.ndarray:
            rng = np.random.default_rng(0)
            tokens = [int(sampling.next_token(scores, rng, **settings)) for _ in range(4000)]
            return np.bincount(tokens, minlength=5) / len(tokens)

        with check.minigrad():
            expected = shares(scores)
        got = check.run(lambda: shares(scores))
        if got.shape != expected.shape or np.abs(got - expected).max() > 0.045:
            for known in check.mistakes:
                if like(check, known, lambda: shares(scores), got):
                    check.require(False, known.name)
            shown = ", ".join(f"{name} {value}" for name, value in settings.items()) or "temperature 1"
            facts = {"settings": shown, "got": np.round(got, 2).tolist(), "expected": np.round(expected, 2).tolist()}
            check.require(False, "other_shares", SHARES_EN, SHARES_ZH, **facts)


JOINT, BOTH = {"temperature": 2.0, "p": 0.65}, {"k": 3, "p": 0.45}


def like(check: Check, known, produce: Callable, got: np.ndarray) -> bool:
    """Does this known mistake give such shares?"""
    from minigrad.course.blanks import in_place

    with in_place({check.blank: known.function}):
        try:
            theirs = produce()
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            return False
    return theirs.shape == got.shape and bool(np.abs(theirs - got).max() <= 0.03)


INT_EN = "This is a {found}; one token is asked for, as an int."
INT_ZH = "得到的是 {found}；要的是一个词元，类型为 int。"
LIKELIEST_EN = "With temperature 0 token {got} came; the likeliest, with the highest score, is 1."
LIKELIEST_ZH = "temperature 为 0 时得到词元 {got}；得分最高、最可能的是 1。"
SHARES_EN = "With {settings}, the tokens 0 to 4 were drawn with the shares {got}; expected about {expected}."
SHARES_ZH = "{settings} 时，词元 0 到 4 被抽到的比例是 {got}；应该约为 {expected}。"
