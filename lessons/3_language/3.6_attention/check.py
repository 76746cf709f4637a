"""Checks of lesson 3.6: softmax with rows of nothing, the causal mask, attention forward and backward."""

import numpy as np

import minigrad
from minigrad.course.checks import Check, checks
from minigrad.ops import attention
from minigrad.ops.attention import Attention
from minigrad.tensor import Tensor

ATTENTION = "minigrad.ops.attention:"
TENSOR_EN = "This is a {found}; a Tensor is asked for."
TENSOR_ZH = "得到的是 {found}；要的是 Tensor。"


def inputs(check: Check) -> tuple[np.ndarray, ...]:
    """q [2, 3, 4], k [2, 5, 4], v [2, 5, 2]: no two sizes are alike."""
    return check.array(2, 3, 4), check.array(2, 5, 4), check.array(2, 5, 2)


def mask_of(check: Check) -> np.ndarray:
    """[3, 5]: numbers, two places that are forbidden, and a row of nothing else."""
    mask = check.array(3, 5)
    mask[0, 1] = mask[2, 4] = -np.inf
    mask[1] = -np.inf
    return mask


@checks(ATTENTION + "softmax_or_zeros")
def softmax(check: Check) -> None:
    rows = check.array(2, 3, 5)
    rows[0, 1, 2] = rows[1, 2, 0] = -np.inf
    far = check.array(3, 4)
    far += np.array([[900], [895], [-3000]])
    apart = check.array(2, 4) + np.array([[0, 2000, 0, 0], [0, 0, 0, -1500]])
    nothing = check.array(4, 3)
    nothing[1] = nothing[3] = -np.inf
    for scores in (check.array(3, 4), rows, far, apart, nothing):
        for dtype in (np.float64, np.float32):
            with np.errstate(all="ignore"):
                check.function(lambda scores: attention.softmax_or_zeros(scores), scores.astype(dtype), names=["P"])
    sums = check.run(lambda: attention.softmax_or_zeros(rows)).sum(axis=-1)
    check.require(np.abs(sums - 1).max() < 1e-10, "small_number_in_the_sum")
    rows[0, 2, 3] = np.nan
    p = check.run(lambda: attention.softmax_or_zeros(rows))
    check.require(np.isnan(p[0, 2]).any(), "nan_swept_away")


@checks(ATTENTION + "causal_mask")
def mask(check: Check) -> None:
    for t, s in ((2, 5), (3, 3), (4, 2), (1, 3)):
        for dtype in (np.float32, np.float64):

            def call(t: int, s: int, dtype: type = dtype) -> np.ndarray:
                found = attention.causal_mask(t, s, minigrad.tensor(np.zeros(1, dtype)))
                check.require(found is not None, "nothing", name="mask")
                check.require(isinstance(found, Tensor), "no_tensor", TENSOR_EN, TENSOR_ZH, found=type(found).__name__)
                array = found.numpy()
                check.require(array.dtype.kind != "b", "true_and_false")
                future = np.arange(s) > np.arange(t)[:, None]
                finite = array.shape == (t, s) and future.any() and (np.isfinite(array) & (array < 0))[future].all()
                check.require(not finite, "finite_number")
                return np.where(np.isneginf(array), array.dtype.type(-1000), array)  # -1000 is shown for -∞

            check.function(call, t, s, names=["mask (-1000 for -∞)"], inputs={"t": t, "s": s})


@checks(ATTENTION + "Attention.forward")
def forward(check: Check) -> None:
    q, k, v = inputs(check)
    y = check.run(lambda: Attention(0.5).forward(q, k, v))
    check.require(not isinstance(y, tuple), "weights_always")
    check.forward(lambda: Attention(0.5), q, k, v)
    check.forward(lambda: Attention(1.7), q, k, v, mask_of(check))
    check.forward(lambda: Attention(0.5), check.array(2, 1, 3, 4), check.array(5, 4), check.array(5, 6), check.array(5))

    def pair(node: Attention, *xs: np.ndarray) -> tuple[np.ndarray, ...] | None:
        """y and P."""
        found = two(node.forward(*xs))
        check.require(not isinstance(found, np.ndarray), "weights_never")
        check.require(found is None or np.shape(found[0]) != (2, 3, 5), "weights_first")
        return found

    for dtype in (np.float64, np.float32):
        arrays = [x.astype(dtype) for x in (q, k, v, mask_of(check))]
        check.function(lambda *xs: pair(Attention(0.5, weights=True), *xs), *arrays, names=["y", "P"], **shown(q, k, v))

    def dropped(*xs: np.ndarray) -> tuple[np.ndarray, ...] | None:
        minigrad.manual_seed(4)  # the same is dropped
        node, drawn = Attention(0.5, 0.4, weights=True), []

        def kept_of(p: np.ndarray) -> np.ndarray | None:
            drawn.append(Attention.kept_of(node, p))
            return drawn[-1]

        node.kept_of = kept_of
        found = pair(node, *xs)
        check.require(len(drawn) < 2, "drawn_twice")
        return found

    check.function(dropped, q, k, v, names=["y", "P"], **shown(q, k, v, p=0.4))
    check.saves(lambda: Attention(0.5), q, k, v)


def two(returned):
    """A pair, as a tuple."""
    return tuple(returned) if isinstance(returned, list) else returned


def shown(q: np.ndarray, k: np.ndarray, v: np.ndarray, **settings: float) -> dict:
    """What a message says of inputs and settings."""
    return {"inputs": {"q": q, "k": k, "v": v}, "settings": {"scale": 0.5, "weights": True, **settings}}


@checks(ATTENTION + "Attention.backward")
def backward(check: Check) -> None:
    q, k, v = inputs(check)
    mask, gy, gp = check.array(2, 3, 5), check.array(2, 3, 2), check.array(2, 3, 5)
    node = Attention(0.5)
    check.run(lambda: node.forward(q, k, v, mask))
    found = check.run(lambda: node.backward(gy.copy()))
    forgotten = isinstance(found, tuple) and len(found) == 4 and found[3] is None and found[2] is not None
    check.require(not forgotten, "mask_without_gradient")
    check.backward(lambda: Attention(0.5), q, k, v, mask)
    check.backward(lambda: Attention(1.7), q, k, v, mask_of(check), broadcast=True)
    heads = check.array(1, 2, 3, 4), check.array(1, 2, 5, 4), check.array(1, 2, 5, 6), check.array(1, 2, 3, 5)
    check.backward(lambda: Attention(0.5), *heads)
    for p in (0.0, 0.4):

        def gradients(*xs: np.ndarray, p: float = p) -> tuple[np.ndarray, ...]:
            minigrad.manual_seed(4)
            node = Attention(0.5, p, weights=True)
            node.forward(*xs)
            found = two(node.backward(gy.copy(), gp.copy()))
            if not isinstance(found, tuple) or len(found) != 4:
                return found
            check.require(found[3] is None, "gradient_of_no_mask")
            return found[:3]

        check.function(gradients, q, k, v, names=["gq", "gk", "gv"], **shown(q, k, v, p=p))
