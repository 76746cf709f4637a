"""Products of matrices: matmul, linear, einsum."""

from math import prod
from string import ascii_letters
from typing import Any

from numpy import broadcast_shapes

from ..device import Array, array_module
from ..function import Function
from ..kernels.products import matmul as matrix_product
from ..kernels.products import product, stacked
from ..kernels.reduction import column_sums
from ..tensor import Tensor
from ..twins import fastest, twin_of
from .apply import apply
from .arguments import as_tensor
from .convert import as_floating
from .elementwise import clip
from .reduction import norm, sum
from .shape import expand, reshape


class Product(Function):
    """Base of products of matrices, which halves are made for."""

    autocast = "lower"
    promotes = True
    differentiable = True


class MatMul(Product):
    """Z = X Y on matrices [..., m, k] and [..., k, n];  gX = gZ Yᵀ,  gY = Xᵀ gZ. Leading dimensions broadcast."""

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return x @ y

    def backward(self, gz: Array) -> Any:
        x, y = self.saved
        gx = gz @ y.swapaxes(-1, -2) if self.needs[0] else None
        gy = x.swapaxes(-1, -2) @ gz if self.needs[1] else None
        return gx, gy


@twin_of(MatMul)
class FastMatMul(MatMul):
    """MatMul whose products go straight to cuBLAS on a GPU."""

    halves = "kernels"

    def forward(self, x: Array, y: Array) -> Array:
        self.save(x, y)
        return stacked(x, y)

    def backward(self, gz: Array) -> Any:
        if isinstance(gz, Tensor):
            return super().backward(gz)
        x, y = self.saved
        gx = stacked(gz, y.swapaxes(-1, -2)) if self.needs[0] else None
        gy = stacked(x.swapaxes(-1, -2), gz) if self.needs[1] else None
        return gx, gy


class Dot(MatMul):
    """MatMul of a row and a column: a number, of which PyTorch's autocast does not lower the precision."""

    autocast = "widest"


@twin_of(Dot)
class FastDot(FastMatMul, Dot):
    """Dot as FastMatMul computes it."""


def matmul(input: Any, other: Any) -> Tensor:
    """The matrix product: vectors [k], matrices [m, k] · [k, n], or batches of matrices that broadcast.

    A vector counts as a row on the left and as a column on the right, and that dimension is dropped from the result.
    """
    x, y = as_tensor(input, "matmul"), as_tensor(other, "matmul")
    if x.ndim == 0 or y.ndim == 0 or x.shape[-1] != y.shape[-2 if y.ndim > 1 else 0]:
        raise ValueError(
            f"matmul got shapes {x.shape} and {y.shape}; the last size of one must be the inner of the other"
        )
    if x.ndim == 1 or y.ndim == 1:
        rows = x if x.ndim > 1 else reshape(x, 1, -1)
        columns = y if y.ndim > 1 else reshape(y, -1, 1)
        z = matmul(rows, columns)
        kept = z.shape[:-2] + (z.shape[-2:-1] if x.ndim > 1 else ()) + (z.shape[-1:] if y.ndim > 1 else ())
        return reshape(z, kept)
    if x.ndim > 2 and y.ndim == 2:  # one large product instead of a batch, and no sum over the batch in backward
        rows = reshape(x, -1, x.shape[-1]) if x.numel() else x
        return reshape(fastest(MatMul)()(rows, y), (*x.shape[:-1], y.shape[1]))
    return fastest(MatMul)()(x, y)


def mm(input: Any, mat2: Any) -> Tensor:
    """The product of two matrices [n, k] · [k, m]."""
    return matmul(*of_dimensions("mm", 2, input, mat2))


def bmm(input: Any, mat2: Any) -> Tensor:
    """The products of two batches of matrices [b, n, k] · [b, k, m]."""
    x, y = of_dimensions("bmm", 3, input, mat2)
    if len(x) != len(y):
        raise ValueError(f"bmm got shapes {x.shape} and {y.shape}; expected batches of one size")
    return matmul(x, y)


def dot(input: Any, tensor: Any) -> Tensor:
    """The inner product Σ x y of two vectors [n]."""
    x, y = of_dimensions("dot", 1, input, tensor)
    if len(x) != len(y):
        raise ValueError(f"dot got shapes {x.shape} and {y.shape}; expected vectors of one size")
    return reshape(fastest(Dot)()(reshape(x, 1, -1), reshape(y, -1, 1)), ())


def outer(input: Any, vec2: Any) -> Tensor:
    """All products of the elements of two vectors [n] and [m]: [n, m]."""
    x, y = of_dimensions("outer", 1, input, vec2)
    return reshape(x, -1, 1) * y


def of_dimensions(op: str, ndim: int, *given: Any) -> list[Tensor]:
    """The tensors; ValueError unless each has `ndim` dimensions."""
    tensors = [as_tensor(x, op) for x in given]
    if any(x.ndim != ndim for x in tensors):
        shapes = " and ".join([str(x.shape) for x in tensors])
        raise ValueError(f"{op} got shapes {shapes}; expected {ndim} dimension{'s' * (ndim > 1)} each")
    return tensors


class Linear(Product):
    """y = x Wᵀ + b for rows x [n, in], W [out, in], b [out];  gx = gy W,  gW = gyᵀ x,  gb = Σ gy over the rows."""

    def forward(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        self.save(x, weight)
        y = product(x, weight.T)
        if bias is not None:
            y += bias
        return y

    def backward(self, gy: Array) -> Any:
        (x, weight), needs = self.saved, self.needs
        gx = product(gy, weight) if needs[0] else None
        gw = matrix_product(gy.T, x) if needs[1] else None
        gb = column_sums(gy) if needs[2] else None
        return gx, gw, gb


@twin_of(Linear)
class FastLinear(Linear):
    """Linear whose bias is added by the threads that share the product."""

    halves = "kernels"

    def forward(self, x: Array, weight: Array, bias: Array | None = None) -> Array:
        self.save(x, weight)
        return product(x, weight.T, bias)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input · weightᵀ + bias: input [..., in], weight [out, in], bias [out] or None, result [..., out].

    Raises ValueError if the sizes do not fit.
    """
    input, weight = as_tensor(input, "linear"), as_tensor(weight, "linear")
    bias = None if bias is None else as_tensor(bias, "linear")
    x, w = input.shape, weight.shape
    if len(w) != 2 or not x or x[-1] != w[1]:
        raise ValueError(f"linear got input {x} and weight {w}; expected input [..., in] and weight [out, in]")
    if bias is not None and bias.shape != w[:1]:
        raise ValueError(f"linear got bias {bias.shape} for weight {w}; expected [{w[0]}]")
    if len(x) == 2:
        return fastest(Linear)()(input, weight, bias)
    rows = reshape(input, prod(x[:-1]), x[-1])
    return reshape(fastest(Linear)()(rows, weight, bias), (*x[:-1], w[0]))


class Einsum(Function):
    """z[k...] = Σ x[i...] · y[j...] · ...: every letter that is not in the result is summed over.

    The gradient of one input is an einsum too: of gz with all the other inputs, to the letters of that input. Letters
    that only this input has were summed over freely, so its gradient is the same for all their values.
    """

    autocast = "lower"
    promotes = True

    def __init__(self, inputs: list[str], output: str):
        self.inputs, self.output = inputs, output
        self.differentiable = all(len(set(letters)) == len(letters) for letters in inputs)

    def forward(self, *xs: Array) -> Array:
        self.save(*xs)
        self.sizes = {c: n for letters, x in zip(self.inputs, xs) for c, n in zip(letters, x.shape, strict=True)}
        self.sizes.update({c: n for letters, x in zip(self.inputs, xs) for c, n in zip(letters, x.shape) if n != 1})
        return array_module(xs[0]).einsum(f"{','.join(self.inputs)}->{self.output}", *xs, optimize=len(xs) > 2)

    def backward(self, gz: Array) -> Any:
        return tuple([self.input_grad(i, gz) if self.needs[i] else None for i in range(len(self.inputs))])

    def input_grad(self, i: int, gz: Array) -> Array:
        """The gradient of input number i."""
        letters = "".join(dict.fromkeys(self.inputs[i]))
        others = [j for j in range(len(self.inputs)) if j != i]
        known = set(self.output).union(*[self.inputs[j] for j in others])
        target = "".join([c for c in letters if c in known])
        terms = [self.output, *[self.inputs[j] for j in others]]
        arrays = [gz, *[self.saved[j] for j in others]]
        grad = apply(Einsum(terms, target), *arrays)
        xp = array_module(grad)
        sizes = dict(zip(target, grad.shape))
        grad = xp.broadcast_to(grad.reshape([sizes.get(c, 1) for c in letters]), [self.sizes[c] for c in letters])
        if letters != self.inputs[i]:  # a letter twice in one input takes a diagonal: the gradient lies on it
            full = xp.zeros([self.sizes[c] for c in self.inputs[i]], grad.dtype)
            xp.einsum(f"{self.inputs[i]}->{letters}", full)[...] = grad
            return full
        return grad


def einsum(equation: str, *operands: Any) -> Tensor:
    """Einstein summation: `einsum("bij,bjk->bik", x, y)`. `...` stands for leading dimensions that broadcast.

    The operands may also come in one list. Raises ValueError for an equation that does not fit them.
    """
    if not isinstance(equation, str):
        raise TypeError(f"einsum expected an equation such as 'ij,jk->ik' first, got {type(equation).__name__}")
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    tensors = [as_tensor(x, "einsum") for x in operands]
    inputs, output = parse_einsum(equation, [x.ndim for x in tensors])
    return Einsum(inputs, output)(*tensors)


def parse_einsum(equation: str, ndims: list[int]) -> tuple[list[str], str]:
    """The letters of each input and of the output, with `...` written out and an implicit output made explicit."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ndims):
        raise ValueError(f"einsum '{equation}' names {len(inputs)} operands, got {len(ndims)}")
    if not all(set(term.replace("...", "", 1)) <= set(ascii_letters) for term in [*inputs, right]):
        raise ValueError(f"einsum '{equation}': a term is made of the letters a-z and A-Z and at most one '...'")
    spare = [c for c in ascii_letters if c not in equation]
    hidden = [ndim - len(term.replace("...", "")) for term, ndim in zip(inputs, ndims)]
    width = max([n for term, n in zip(inputs, hidden) if "..." in term], default=0)
    if width > len(spare):
        raise ValueError(f"einsum '{equation}' got operands of {max(ndims)} dimensions, more than there are letters")
    for i, (term, n) in enumerate(zip(inputs, hidden)):
        if n < 0 or (n > 0 and "..." not in term):
            raise ValueError(f"einsum '{equation}' gives operand {i} the letters '{term}' for {ndims[i]} dimensions")
        inputs[i] = term.replace("...", "".join(spare[width - n : width]))
    dots = "".join(spare[:width])
    letters = "".join(inputs)
    if not arrow:
        right = "..." + "".join(sorted({c for c in letters if letters.count(c) == 1 and c not in dots}))
    output = right.replace("...", dots)
    if any(c not in letters or output.count(c) > 1 for c in output):
        raise ValueError(f"einsum '{equation}': the result may only name letters of the operands, each once")
    return inputs, output


def normalize(input: Any, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """x / max(‖x‖, eps): vectors along `dim`, each divided by its length."""
    input = as_floating(input, "normalize")
    return input / clip(norm(input, p, dim, keepdim=True), min=eps)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """x·y / (max(‖x‖, eps) · max(‖y‖, eps)): the cosine of the angle between vectors along `dim`."""
    x, y = as_floating(x1, "cosine_similarity"), as_floating(x2, "cosine_similarity")
    shape = broadcast_shapes(x.shape, y.shape)
    return sum(normalize(expand(x, shape), 2, dim, eps) * normalize(expand(y, shape), 2, dim, eps), dim)
