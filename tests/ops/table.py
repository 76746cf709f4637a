"""Every operation beside every kind of input: what test_every_operation.py goes through.

A line names an operation, calls it under the names that minigrad and PyTorch share, says what draws its inputs and, if
they differ from the usual ones, which shapes they have for each kind of input. Where both libraries refuse a kind, a
`Refused` stands in place of the shapes; where they cannot be compared, an `Omitted` says why.
"""

from typing import NamedTuple

import torch.nn.functional as F

from minigrad import functional, ops
from tests.oracle import (
    booleans,
    distinct,
    integers,
    normal,
    off_zero,
    positive,
    reversed_in_memory,
    strided,
    transposed,
    uniform,
)


class Refused(str):
    """Why both libraries refuse such inputs."""


class Omitted(str):
    """Why such inputs are not compared."""


class Kind(NamedTuple):
    """How the arrays of a kind of input are made: which shapes, which dtype, how they lie in memory."""

    shapes: str
    dtype: str = "float64"
    layout: object = None
    second: bool = False
    """Are second gradients compared too?"""


KINDS = {
    "random": Kind("random", second=True),
    "empty": Kind("empty", second=True),
    "scalar": Kind("scalar", second=True),
    "size 1": Kind("size 1", second=True),
    "float32": Kind("random", "float32"),
    "float16": Kind("random", "float16"),
    "bfloat16": Kind("random", "bfloat16"),
    "transposed": Kind("random", layout=transposed, second=True),
    "strided": Kind("random", layout=strided),
    "reversed": Kind("random", layout=reversed_in_memory),
    "large": Kind("large"),
}

ONE = {"random": [(3, 4)], "empty": [(2, 0, 3)], "scalar": [()], "size 1": [(2, 1, 3)], "large": [(300, 401)]}
TWO = {
    "random": [(3, 4), (4,)],
    "empty": [(2, 0, 3), (1, 3)],
    "scalar": [(), ()],
    "size 1": [(2, 1, 3), (4, 1)],
    "large": [(300, 401), (401,)],
}
SAME = {kind: shapes * 2 for kind, shapes in ONE.items()}
CUBE = {**ONE, "random": [(2, 3, 4)], "empty": [(3, 0, 2)], "large": [(30, 40, 50)]}
NO_EMPTY_EXTREME = Refused("of no elements none is the largest")
NEEDS_DIMENSIONS = Refused("a number without dimensions has none to cut or join along")


class Line(NamedTuple):
    name: str
    function: object
    draws: tuple
    shapes: dict
    first_only: tuple = ()
    """Kinds for which second gradients are not compared."""


def line(name, function, *draws, usual=None, first_only=(), **shapes):
    usual = usual or (ONE, ONE, TWO)[len(draws)]
    return Line(name, function, draws, {**usual, **{key.replace("_", " "): s for key, s in shapes.items()}}, first_only)


def of(m):
    """The functional module of a library."""
    return functional if m is ops else F


def labels(*shape):
    return integers(0, 4, *shape)


def probabilities(*shape):
    return uniform(0.05, 0.95, *shape)


MATRICES = {
    "random": [(3, 4), (4, 5)],
    "empty": [(3, 0), (0, 5)],
    "scalar": Refused("matrices have two dimensions"),
    "size 1": [(1, 4), (4, 1)],
    "large": [(350, 300), (300, 340)],
}
VECTORS = {
    "random": [(4,), (4,)],
    "empty": [(0,), (0,)],
    "scalar": Refused("vectors have a dimension"),
    "size 1": [(1,), (1,)],
    "large": [(5000,), (5000,)],
}
CLASSES = {
    "random": [(5, 4), (5,)],
    "empty": [(0, 4), (0,)],
    "scalar": [(4,), ()],
    "size 1": [(1, 4), (1,)],
    "large": [(20000, 4), (20000,)],
}
IMAGES = {**CLASSES, "random": [(2, 4, 3, 2), (2, 3, 2)], "large": [(10, 4, 50, 20), (10, 50, 20)]}
PICKS = {
    "random": [(3, 4), (3, 6)],
    "empty": [(3, 4), (3, 0)],
    "scalar": [(), ()],
    "size 1": [(1, 4), (1, 1)],
    "large": [(500, 300), (500, 300)],
}


def picked(m, x, i):
    """Indices for the size of the last dimension."""
    return i % (x.shape[-1] if x.ndim else 1)


ELEMENTWISE = [
    line("neg", lambda m, x: m.neg(x), normal),
    line("unary minus", lambda m, x: -x, normal),
    line("exp", lambda m, x: m.exp(x), normal),
    line("expm1", lambda m, x: m.expm1(x), normal),
    line("log", lambda m, x: m.log(x), positive),
    line("log2", lambda m, x: m.log2(x), positive),
    line("log10", lambda m, x: m.log10(x), positive),
    line("log1p", lambda m, x: m.log1p(x), positive),
    line("sqrt", lambda m, x: m.sqrt(x), positive),
    line("rsqrt", lambda m, x: m.rsqrt(x), positive),
    line("square", lambda m, x: m.square(x), normal),
    line("reciprocal", lambda m, x: m.reciprocal(x), off_zero),
    line("sin", lambda m, x: m.sin(x), normal),
    line("cos", lambda m, x: m.cos(x), normal),
    line("tan", lambda m, x: m.tan(x), probabilities),
    line("sinh", lambda m, x: m.sinh(x), normal),
    line("cosh", lambda m, x: m.cosh(x), normal),
    line("erf", lambda m, x: m.erf(x), normal),
    line("abs", lambda m, x: m.abs(x), off_zero),
    line("builtin abs", lambda m, x: abs(x), off_zero),
    line("clone", lambda m, x: m.clone(x), normal),
    line("floor", lambda m, x: m.floor(x), normal),
    line("ceil", lambda m, x: m.ceil(x), normal),
    line("trunc", lambda m, x: m.trunc(x), normal),
    line("round", lambda m, x: m.round(x), normal),
    line("sign", lambda m, x: m.sign(x), normal),
    line("x + number", lambda m, x: x + 2.5, normal),
    line("number + x", lambda m, x: 2 + x, normal),
    line("x - number", lambda m, x: x - 2.5, normal),
    line("number - x", lambda m, x: 2.5 - x, normal),
    line("x * number", lambda m, x: x * -1.5, normal),
    line("number * x", lambda m, x: 3 * x, normal),
    line("x * True", lambda m, x: x * True, normal),
    line("x / number", lambda m, x: x / 4, normal),
    line("number / x", lambda m, x: 2.5 / x, off_zero),
    line("x % number", lambda m, x: x % 0.75, normal),
    line("x // number", lambda m, x: x.detach() // 0.75, normal),
    line("number ** x", lambda m, x: 2.5**x, normal),
    line("2 ** x", lambda m, x: 2**x, normal),
    *[line(f"x ** {n}", lambda m, x, n=n: x**n, off_zero) for n in (0, 1, 2, 3, 4, 5, -1, -2, 2.0)],
    *[line(f"x ** {n}", lambda m, x, n=n: x**n, positive) for n in (0.5, 1.5, -0.5, 0.0)],
    line("clip both", lambda m, x: m.clip(x, -0.3, 0.7), normal),
    line("clip below", lambda m, x: m.clip(x, min=0.1), normal),
    line("clip above", lambda m, x: m.clip(x, max=1), normal),
    line("clip, limits exchanged", lambda m, x: m.clip(x, 0.5, -0.5), normal),
    line("clamp", lambda m, x: m.clamp(x, -1, 1), normal),
    line("float", lambda m, x: x.float(), normal),
    line("double", lambda m, x: x.double(), normal),
    line("to", lambda m, x: x.to(dtype=x.double().dtype, device=x.device), normal),
    line("there and back", lambda m, x: x.float().double() * x.double(), normal),
    line("masked_fill", lambda m, x: x.masked_fill(x > 0.2, 5.0), normal),
    line("x used three times", lambda m, x: x * x + x, normal),
    line("isnan", lambda m, x: m.isnan(x), normal),
    line("isinf", lambda m, x: m.isinf(x), normal),
    line("isfinite", lambda m, x: m.isfinite(x), normal),
    line("logical_not", lambda m, x: m.logical_not(x), normal),
]

BINARY = [
    line("add", lambda m, x, y: m.add(x, y), normal, normal),
    line("sub", lambda m, x, y: m.sub(x, y), normal, normal),
    line("mul", lambda m, x, y: m.mul(x, y), normal, normal),
    line("div", lambda m, x, y: m.div(x, y), normal, off_zero),
    line("pow", lambda m, x, y: m.pow(x, y), positive, normal),
    line("remainder", lambda m, x, y: m.remainder(x, y), normal, off_zero),
    line("floor_divide", lambda m, x, y: m.floor_divide(x.detach(), y.detach()), normal, off_zero),
    line("+", lambda m, x, y: x + y, normal, normal),
    line("-", lambda m, x, y: x - y, normal, normal),
    line("*", lambda m, x, y: x * y, normal, normal),
    line("/", lambda m, x, y: x / y, normal, off_zero),
    line("**", lambda m, x, y: x**y, positive, normal),
    line("%", lambda m, x, y: x % y, normal, off_zero),
    line("maximum", lambda m, x, y: m.maximum(x, y), normal, normal),
    line("minimum", lambda m, x, y: m.minimum(x, y), normal, normal),
    line("clip by tensors", lambda m, x, y: m.clip(x, y - 0.5, y + 0.5), normal, normal),
    line("clip below by a tensor", lambda m, x, y: m.clip(x, min=y), normal, normal),
    line("clip above by a tensor", lambda m, x, y: x.clamp(max=y), normal, normal),
    line("where", lambda m, x, y: m.where(x > 0, x, y), normal, normal),
    line("<", lambda m, x, y: x < y, normal, normal),
    line("<=", lambda m, x, y: x <= y, normal, normal),
    line(">", lambda m, x, y: x > y, normal, normal),
    line(">=", lambda m, x, y: x >= y, normal, normal),
    line("==", lambda m, x, y: x == y, normal, normal),
    line("!=", lambda m, x, y: x != y, normal, normal),
    line("eq", lambda m, x, y: m.eq(x, y), normal, normal),
    line("ne", lambda m, x, y: m.ne(x, y), normal, normal),
    line("lt", lambda m, x, y: m.lt(x, y), normal, normal),
    line("le", lambda m, x, y: m.le(x, y), normal, normal),
    line("gt", lambda m, x, y: m.gt(x, y), normal, normal),
    line("ge", lambda m, x, y: m.ge(x, y), normal, normal),
    line("isclose", lambda m, x, y: m.isclose(x, y, 0.5, 0.1), normal, normal),
    line("logical_and", lambda m, x, y: m.logical_and(x, y), booleans, booleans),
    line("logical_or", lambda m, x, y: m.logical_or(x, y), booleans, booleans),
    line("logical_xor", lambda m, x, y: m.logical_xor(x, y), booleans, booleans),
]

ACTIVATIONS = [
    line("sigmoid", lambda m, x: m.sigmoid(x), normal),
    line("tanh", lambda m, x: m.tanh(x), normal),
    line("relu", lambda m, x: m.relu(x), off_zero),
    line("leaky_relu", lambda m, x: m.leaky_relu(x), off_zero),
    line("leaky_relu 0.2", lambda m, x: m.leaky_relu(x, negative_slope=0.2), off_zero),
    line("elu", lambda m, x: m.elu(x), off_zero),
    line("elu 0.7", lambda m, x: m.elu(x, alpha=0.7), off_zero),
    line("silu", lambda m, x: m.silu(x), normal),
    line("softplus", lambda m, x: m.softplus(x), normal),
    line("softplus 2", lambda m, x: m.softplus(x, beta=2), normal),
    line("gelu", lambda m, x: m.gelu(x), normal),
    line("gelu tanh", lambda m, x: m.gelu(x, approximate="tanh"), normal),
    *[line(f"softmax {d}", lambda m, x, d=d: m.softmax(x, d), normal) for d in (0, -1)],
    *[line(f"log_softmax {d}", lambda m, x, d=d: m.log_softmax(x, d), normal) for d in (0, -1)],
    line("dropout of nothing", lambda m, x: of(m).dropout(x, 0.5, training=False) * 1, normal),
    line("dropout of everything", lambda m, x: of(m).dropout(x, 1.0), normal),
]

NO_SPREAD = ("empty", "scalar")
"""One element, or none: second gradients are NaN or 0, as 0 / 0 comes out."""
REDUCTIONS = [
    *[
        line(f"{name} {d}", lambda m, x, n=name, d=d: getattr(m, n)(x, dim=d), normal)
        for name in ("sum", "mean", "logsumexp", "cumsum", "sort")
        for d in (0, -1)
    ],
    *[
        line(f"{name} of everything", lambda m, x, n=name: getattr(m, n)(x), normal)
        for name in ("sum", "prod", "norm", "count_nonzero")
    ],
    line("mean of everything", lambda m, x: m.mean(x), normal, first_only=("empty",)),
    *[
        line(f"{name} {d}", lambda m, x, n=name, d=d: getattr(m, n)(x, dim=d), normal, first_only=NO_SPREAD)
        for name in ("var", "std")
        for d in (0, -1)
    ],
    *[
        line(f"{name} of everything", lambda m, x, n=name: getattr(m, n)(x), normal, first_only=NO_SPREAD)
        for name in ("var", "std")
    ],
    *[
        line(f"{name} biased", lambda m, x, n=name: getattr(m, n)(x, -1, False), normal, first_only=NO_SPREAD)
        for name in ("var", "std")
    ],
    *[
        line(f"{name} {d}", lambda m, x, n=name, d=d: getattr(m, n)(x, dim=d), distinct)
        for name in ("amax", "amin", "max", "min", "argmax", "argmin")
        for d in (0, -1)
    ],
    *[
        line(f"{name} of everything", lambda m, x, n=name: getattr(m, n)(x), distinct, empty=NO_EMPTY_EXTREME)
        for name in ("max", "min", "argmax", "argmin")
    ],
    *[line(f"prod {d}", lambda m, x, d=d: m.prod(x, d), normal) for d in (0, -1)],
    *[line(f"norm {p} {d}", lambda m, x, p=p, d=d: m.norm(x, p, dim=d), distinct) for p in (1, 2) for d in (0, -1)],
    line("norm inf", lambda m, x: m.norm(x, float("inf"), dim=0), distinct),
    line("unique", lambda m, x: m.unique(m.round(x.detach() * 2)), normal),
    line("argsort", lambda m, x: m.argsort(x, -1), distinct),
    line("argsort descending", lambda m, x: m.argsort(x, 0, descending=True), distinct),
    line("topk", lambda m, x: m.topk(x, 1, 0), distinct),
    line("topk smallest", lambda m, x: m.topk(x, 1, -1, largest=False), distinct),
    line("all", lambda m, c: m.all(c, dim=0), booleans),
    line("any", lambda m, c: m.any(c, dim=-1), booleans),
]

MOVEMENTS = [
    line("reshape", lambda m, x: m.reshape(x, (-1,)), normal),
    line("flatten", lambda m, x: m.flatten(x), normal),
    line("ravel", lambda m, x: m.ravel(x), normal),
    line("squeeze", lambda m, x: m.squeeze(x), normal),
    line("squeeze one", lambda m, x: m.squeeze(x, -1), normal),
    line("unsqueeze", lambda m, x: m.unsqueeze(x, 0), normal),
    line("unsqueeze at the end", lambda m, x: m.unsqueeze(x, -1), normal),
    line("permute", lambda m, x: m.permute(x, tuple(range(x.ndim))[::-1]), normal, usual=CUBE),
    line("transpose", lambda m, x: m.transpose(x, 0, -1), normal, usual=CUBE),
    line("swapaxes", lambda m, x: m.swapaxes(x, -1, 0), normal),
    line("movedim", lambda m, x: m.movedim(x, 0, -1), normal, usual=CUBE),
    line("t", lambda m, x: m.t(x), normal, empty=[(0, 3)], size_1=[(1, 3)]),
    line("expand", lambda m, x: x.expand(2, *x.shape), normal),
    line("broadcast_to", lambda m, x: m.broadcast_to(x, (2, *x.shape)), normal),
    line("repeat", lambda m, x: x.repeat(2, *[3] * x.ndim), normal, large=[(300, 40)]),
    line("repeat of nothing", lambda m, x: x.repeat(0, *[1] * x.ndim), normal),
    line("tile", lambda m, x: m.tile(x, (2,)), normal),
    line("roll", lambda m, x: m.roll(x, 2, 0), normal, scalar=Refused("a number has nothing to roll along")),
    line("roll of everything", lambda m, x: m.roll(x, -3), normal),
    line("flip", lambda m, x: m.flip(x, (0,)), normal),
    line("flip two", lambda m, x: m.flip(x, (-1, 0)), normal, scalar=Refused("0 and -1 are the same there")),
    line("cat", lambda m, x: m.cat([x, x * 2], -1), normal, scalar=NEEDS_DIMENSIONS),
    line("concatenate", lambda m, x: m.concatenate([x, x, x]), normal, scalar=NEEDS_DIMENSIONS),
    line("stack", lambda m, x: m.stack([x, x * 2]), normal),
    line("stack at the end", lambda m, x: m.stack([x, x * 2], -1), normal),
    line("split", lambda m, x: m.split(x, 2), normal, scalar=NEEDS_DIMENSIONS),
    line("split along the last", lambda m, x: m.split(x, 3, -1), normal, scalar=NEEDS_DIMENSIONS),
    line("chunk", lambda m, x: m.chunk(x, 3, -1), normal, scalar=NEEDS_DIMENSIONS),
    line("unbind", lambda m, x: m.unbind(x), normal, large=[(30, 400)], scalar=NEEDS_DIMENSIONS),
    line("pad", lambda m, x: of(m).pad(x, (1, 2)), normal, scalar=Refused("a number has no sides")),
    line("pad with a value", lambda m, x: of(m).pad(x, (1, 0, 0, 2), value=1.5), normal,
         scalar=Refused("a number has no sides")),
    line("tril", lambda m, x: m.tril(x), normal, scalar=Refused("a triangle has two dimensions")),
    line("triu", lambda m, x: m.triu(x, 1), normal, scalar=Refused("a triangle has two dimensions")),
    line("numel", lambda m, x: x * m.numel(x), normal),
    line("contiguous", lambda m, x: x.contiguous() * 2, normal),
]  # fmt: skip

NO_MATRIX = Refused("a diagonal needs two dimensions")
INDEXING = [
    line("getitem first", lambda m, x: x[0], normal, scalar=Refused("a number has no elements to index")),
    line("getitem last", lambda m, x: x[..., -1], normal, scalar=Refused("a number has no elements to index")),
    line("getitem slices", lambda m, x: x[1:, ..., ::2], normal, scalar=Refused("a number has no elements to index")),
    line("getitem None", lambda m, x: x[None, ...], normal),
    line("getitem tensor", lambda m, x, i: x[i % x.shape[0]], normal, labels, usual=PICKS,
         scalar=Refused("a number has no elements to index"), random=[(3, 4), (7,)], large=[(500, 300), (2000,)]),
    line("getitem mask", lambda m, x, c: x[c], normal, booleans, usual=SAME),
    line("getitem mask of rows", lambda m, x, c: x[c], normal, booleans, random=[(3, 4), (3,)], empty=[(0, 3), (0,)],
         size_1=[(1, 4), (1,)], large=[(500, 300), (500,)]),
    line("gather", lambda m, x, i: m.gather(x, -1, picked(m, x, i)), normal, labels, usual=PICKS),
    line("gather 0", lambda m, x, i: m.gather(x, 0, i % 2), normal, labels, usual=PICKS, random=[(3, 4), (5, 4)],
         size_1=[(2, 1), (1, 1)], scalar=Omitted("the index may be out of range")),
    line("scatter a number", lambda m, x, i: m.scatter(x, -1, picked(m, x, i), 2.5), normal, labels, usual=PICKS,
         random=[(3, 4), (3, 2)]),
    line("scatter", lambda m, x, y: m.scatter(x, 0, m.argsort(y, 0), y), normal, distinct, usual=SAME),
    line("scatter_add", lambda m, x, y, i: m.scatter_add(x, -1, picked(m, x, i), y), normal, normal, labels,
         usual={kind: [x, i, i] for kind, (x, i) in PICKS.items()}),
    line("index_select", lambda m, x, i: m.index_select(x, 0, i % 2), normal, labels, usual=PICKS,
         random=[(3, 4), (7,)], empty=[(3, 4), (0,)], size_1=[(2, 1), (1,)], large=[(500, 300), (2000,)],
         scalar=Omitted("PyTorch takes a number for a vector of one, minigrad refuses it")),
    line("masked_select", lambda m, x, c: m.masked_select(x, c), normal, booleans),
    line("nonzero", lambda m, x: m.nonzero(x), booleans),
    line("diagonal", lambda m, x: m.diagonal(x), normal, usual=CUBE, scalar=NO_MATRIX),
    line("diagonal above", lambda m, x: m.diagonal(x, 1, -2, -1), normal, usual=CUBE, scalar=NO_MATRIX),
    line("diagonal below", lambda m, x: m.diagonal(x, -1), normal, scalar=NO_MATRIX),
    line("diag of a matrix", lambda m, x: m.diag(x, 1), normal, empty=[(0, 3)], size_1=[(1, 3)], scalar=NO_MATRIX),
    line("diag of a vector", lambda m, x: m.diag(x, -1), normal, random=[(4,)], empty=[(0,)], size_1=[(1,)],
         large=[(300,)], scalar=NO_MATRIX),
    line("one_hot", lambda m, i: of(m).one_hot(i, 4), labels),
]  # fmt: skip

PRODUCTS = [
    line("matmul", lambda m, x, y: m.matmul(x, y), normal, normal, usual=MATRICES),
    line("matmul of batches", lambda m, x, y: m.matmul(x, y), normal, normal, usual=MATRICES,
         random=[(2, 3, 4), (4, 5)], size_1=[(2, 1, 3, 4), (1, 5, 4, 1)], large=[(40, 50, 60), (40, 60, 50)]),
    line("matmul of vectors", lambda m, x, y: x @ y, normal, normal, usual=VECTORS),
    line("mm", lambda m, x, y: m.mm(x, y), normal, normal, usual=MATRICES),
    line("bmm", lambda m, x, y: m.bmm(x, y), normal, normal, usual=MATRICES, random=[(2, 3, 4), (2, 4, 5)],
         empty=[(2, 3, 0), (2, 0, 5)], size_1=[(1, 1, 4), (1, 4, 1)], large=[(40, 50, 60), (40, 60, 50)]),
    line("dot", lambda m, x, y: m.dot(x, y), normal, normal, usual=VECTORS,
         scalar=Omitted("PyTorch takes a number for a vector of one, minigrad refuses it")),
    line("outer", lambda m, x, y: m.outer(x, y), normal, normal, usual=VECTORS, large=[(500,), (300,)]),
    line("einsum", lambda m, x, y: m.einsum("ij,jk->ki", x, y), normal, normal, usual=MATRICES),
    line("einsum of a list", lambda m, x, y: m.einsum("...j,jk->...k", [x, y]), normal, normal, usual=MATRICES),
    line("linear", lambda m, x, w, b: m.linear(x, w, b), normal, normal, normal, usual={
        "random": [(5, 4), (3, 4), (3,)], "empty": [(0, 4), (3, 4), (3,)], "scalar": Refused("rows have a dimension"),
        "size 1": [(1, 1), (1, 1), (1,)], "large": [(500, 200), (300, 200), (300,)]}),
    line("normalize", lambda m, x: of(m).normalize(x, dim=0), normal),
    line("normalize 1", lambda m, x: of(m).normalize(x, p=1, dim=-1), off_zero),
    line("cosine_similarity", lambda m, x, y: m.cosine_similarity(x, y, dim=-1), normal, normal),
]  # fmt: skip

LOSSES = [
    *[
        line(f"{loss}{' ' * bool(settings)}{settings or ''} {reduction}",
             lambda m, x, t, loss=loss, s=settings, r=reduction: getattr(of(m), loss)(x, t, reduction=r, **s),
             input, target, usual=SAME, first_only=("empty",))
        for loss, settings, input, target in [
            ("mse_loss", {}, normal, normal),
            ("l1_loss", {}, normal, normal),
            ("smooth_l1_loss", {}, normal, normal),
            ("smooth_l1_loss", {"beta": 0.3}, normal, normal),
            ("binary_cross_entropy", {}, probabilities, probabilities),
            ("binary_cross_entropy_with_logits", {}, normal, probabilities),
            ("kl_div", {}, normal, probabilities),
            ("kl_div", {"log_target": True}, normal, normal),
        ]
        for reduction in ("mean", "sum", "none")
    ],
    *[
        line(f"{loss}{' of images' * (usual is IMAGES)} {reduction}",
             lambda m, x, t, loss=loss, r=reduction: getattr(of(m), loss)(x, t, reduction=r),
             normal, labels, usual=usual, first_only=tuple(KINDS) if loss == "cross_entropy" else ("empty",))
        for loss in ("cross_entropy", "nll_loss")
        for usual in (CLASSES, IMAGES)
        for reduction in ("mean", "sum", "none")
    ],
    line("cross_entropy of probabilities", lambda m, x, t: of(m).cross_entropy(x, t), normal, probabilities, usual=SAME,
         empty=[(0, 4), (0, 4)], scalar=Refused("one score is no choice of classes"), first_only=("empty",)),
]  # fmt: skip

NO_CHANNELS = Refused("numbers and vectors have no channels")
CHANNELS = {
    "random": [(4, 6, 3), (6,), (6,)], "empty": [(0, 6, 3), (6,), (6,)], "scalar": NO_CHANNELS,
    "size 1": [(3, 2, 5), (2,), (2,)], "large": [(20, 4, 30, 41), (4,), (4,)],
}  # fmt: skip
FEATURES = {
    "random": [(5, 4, 3), (4, 3), (4, 3)], "empty": [(0, 4, 3), (4, 3), (4, 3)], "scalar": NO_CHANNELS,
    "size 1": [(1, 2, 3), (2, 3), (2, 3)], "large": [(100, 30, 41), (30, 41), (30, 41)],
}  # fmt: skip
NORMS = [
    line("batch_norm", lambda m, x, w, b: of(m).batch_norm(x, None, None, w, b, training=True), normal, normal, normal,
         usual=CHANNELS),
    line("batch_norm in evaluation", lambda m, x, w, b: of(m).batch_norm(x, w.detach(), b.detach() ** 2 + 0.5, w, b),
         normal, normal, normal, usual=CHANNELS),
    line("instance_norm", lambda m, x, w, b: of(m).instance_norm(x, None, None, w, b), normal, normal, normal,
         usual=CHANNELS, empty=Omitted("PyTorch raises an IndexError")),
    line("group_norm", lambda m, x, w, b: of(m).group_norm(x, 2, w, b), normal, normal, normal, usual=CHANNELS),
    line("layer_norm", lambda m, x, w, b: of(m).layer_norm(x, tuple(w.shape), w, b), normal, normal, normal,
         usual=FEATURES),
    line("rms_norm", lambda m, x, w: of(m).rms_norm(x, tuple(w.shape), w), normal, normal,
         usual={kind: given if kind == "scalar" else given[:2] for kind, given in FEATURES.items()}),
    *[
        line(f"{name} {said}", lambda m, x, n=name, p=p, t=t: getattr(of(m), n)(x, p, t) * 1, normal,
             usual={"random": [(2, 3, 4, 2)[:n]], "empty": [(3, 0, 2, 2)[:n]], "size 1": [(2, 1, 3, 1)[:n]],
                    "large": [(30, 4, 200, 10)[:n]], "scalar": Omitted("PyTorch takes it, with a warning")})
        for name, n in (("dropout1d", 3), ("dropout2d", 4))
        for said, p, t in (("of nothing", 0.5, False), ("of everything", 1.0, True))
    ],
]  # fmt: skip

TABLE = [*ELEMENTWISE, *BINARY, *ACTIVATIONS, *REDUCTIONS, *MOVEMENTS, *INDEXING, *PRODUCTS, *LOSSES, *NORMS]

ELSEWHERE = {
    "allclose": "gives True or False: test_compare.py",
    "equal": "gives True or False: test_compare.py",
    "scaled_dot_product_attention": "has masks: tests/nn/test_transformer.py",
    "embedding": "takes whole numbers: test_embedding.py",
    "conv1d": "has a grid of settings: test_conv.py",
    "conv2d": "has a grid of settings: test_conv.py",
    "conv_transpose2d": "has a grid of settings: test_conv.py",
    **dict.fromkeys(
        [f"{kind}_pool{d}d" for kind in ("max", "avg", "adaptive_avg", "adaptive_max") for d in (1, 2)],
        "has a grid of settings: test_pool.py",
    ),
    **dict.fromkeys(["fold", "unfold", "interpolate"], "has a grid of settings: test_resize.py"),
    "checked": "checks a dimension: the refusals of every test file",
    "constant": "what comparisons are made of",
    "plain_index": "what indexing is made of",
}
