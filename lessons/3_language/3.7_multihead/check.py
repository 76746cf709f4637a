"""Checks of lesson 3.7: heads cut and joined, and the three projections, with the gradients that go back."""

from collections.abc import Callable

import numpy as np

import minigrad
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import same
from minigrad.nn import MultiheadAttention
from minigrad.tensor import Tensor

LAYER = "minigrad.nn.attention:MultiheadAttention."
TENSOR_EN = "This is a {found}; tensors go in and tensors must come out, or no gradient finds its way back."
TENSOR_ZH = "得到的是 {found}；输入是张量，输出也必须是张量，否则梯度传不回去。"
LOST_EN = (
    "This is a new tensor that does not know what it was computed from, and no gradient finds its way back. Compute "
    "with tensors all the way: .data, .numpy() and Tensor(...) break it off."
)
LOST_ZH = (
    "这是一个新张量，不记得自己是由什么算出来的，梯度传不回去。请一路用张量运算：.data、.numpy()、Tensor(...) "
    "都会中断梯度。"
)
NONE_EN = (
    "The values are right, but no gradient comes back to {name}. Was a new tensor made of it? .data, .numpy() and "
    "Tensor(...) break the way off."
)
NONE_ZH = "值是对的，但 {name} 得不到梯度。是不是用它造了一个新张量？.data、.numpy()、Tensor(...) 都会中断梯度。"
FEW_EN = "Tensors returned: {got}; expected three, one each for q, k and v. Does `return` stand inside a loop?"
FEW_ZH = "返回了 {got} 个张量，应该是三个，q、k、v 各一个。是不是把 `return` 写进循环里了？"
MANY_EN = (
    "Tensors returned: {got}; expected three, one each for q, k and v. (split takes the size of a part, not how many.)"
)
MANY_ZH = "返回了 {got} 个张量，应该是三个，q、k、v 各一个。（split 要的是一份多大，不是分几份。）"
WHOLE_EN = "This is one tensor, of shape {got}; expected three in a list, one each for q, k and v."
WHOLE_ZH = "得到的是一个张量，形状是 {got}；应该是列表里的三个，q、k、v 各一个。"
SIZES = [(2, 5, 12, 3), (3, 4, 10, 2), (1, 2, 15, 3), (2, 5, 4, 1)]  # n, t, embed_dim, num_heads: with d all different


def made(width: int, heads: int, **settings) -> MultiheadAttention:
    """The same layer at every call, biases drawn too."""
    minigrad.manual_seed(3)
    layer = MultiheadAttention(width, heads, batch_first=True, **settings)
    rng = np.random.default_rng(2)
    for parameter in layer.parameters():
        parameter.data[...] = rng.normal(0, 0.5, parameter.shape)
    return layer


def checked(check: Check, y) -> Tensor:
    """The result, which must be a tensor with a way back."""
    check.require(y is not None, "nothing", name="the result")
    check.require(isinstance(y, Tensor), "no_tensor", TENSOR_EN, TENSOR_ZH, found=type(y).__name__)
    check.require(y.requires_grad, "gradient_lost", LOST_EN, LOST_ZH)
    return y


def moved(check: Check, call: Callable[[Tensor], Tensor], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What `call` makes of x, and the gradient of x for random numbers that come back."""
    input = minigrad.tensor(x, requires_grad=True)
    y = checked(check, call(input))
    y.backward(minigrad.tensor(np.random.default_rng(6).normal(size=y.shape).astype(x.dtype)))
    return y.detach().numpy(), gradient(input)


@checks(LAYER + "in_heads")
def cut(check: Check) -> None:
    for n, t, width, heads in SIZES:
        x = check.array(n, t, width).astype(np.float32)

        def call(x: np.ndarray, width: int = width, heads: int = heads) -> tuple[np.ndarray, ...]:
            return moved(check, lambda input: made(width, heads).in_heads(input), x)

        settings = {"embed_dim": width, "num_heads": heads}
        check.function(call, x, names=["heads", "gx"], inputs={"x": x}, settings=settings)


@checks(LAYER + "joined")
def joined(check: Check) -> None:
    for n, t, width, heads in SIZES:
        y = check.array(n, heads, t, width // heads).astype(np.float32)

        def call(y: np.ndarray, width: int = width, heads: int = heads) -> tuple[np.ndarray, ...]:
            return moved(check, lambda input: made(width, heads).joined(input), y)

        settings = {"embed_dim": width, "num_heads": heads}
        check.function(call, y, names=["joined", "gy"], inputs={"y": y}, settings=settings)


@checks(LAYER + "projected")
def projected(check: Check) -> None:
    shapes = {"q": (2, 3, 4), "k": (2, 5, 4), "v": (2, 5, 4), "wide k": (2, 5, 6), "narrow v": (2, 5, 3)}
    shapes |= {"short k": (2, 3, 4), "short v": (2, 3, 4)}
    arrays = {name: check.array(*shape).astype(np.float32) for name, shape in shapes.items()}
    for settings, given in (
        ({}, ("q", "k", "v")),
        ({}, ("q", "q", "q")),
        ({"bias": False}, ("q", "k", "v")),
        ({"bias": False}, ("q", "q", "q")),
        ({"kdim": 6, "vdim": 3}, ("q", "wide k", "narrow v")),
        ({}, ("q", "k", "k")),
        ({}, ("q", "q", "short v")),
        ({}, ("q", "short k", "short v")),
    ):
        roles = {name: " = ".join(r for r, other in zip("qkv", given) if other == name) for name in given}
        shown = {role: arrays[name] for name, role in roles.items()}

        leaves = [*roles.values(), *projecting(made(4, 2, **settings))]

        def ran(*inputs: np.ndarray, settings: dict = settings, given: tuple = given) -> tuple[list, list[Tensor]]:
            """What `projected` makes of the inputs, and all that must get a gradient: inputs and parameters."""
            layer = made(4, 2, **settings)
            tensors = {name: minigrad.tensor(x, requires_grad=True) for name, x in zip(dict.fromkeys(given), inputs)}
            found = layer.projected(*[tensors[name] for name in given])  # the same tensor where the name is the same
            return three(check, found), [*tensors.values(), *projecting(layer).values()]

        with check.minigrad():
            right = [part.detach().numpy() for part in ran(*shown.values())[0]]

        def call(*inputs: np.ndarray, ran: Callable = ran, right: list = right, names: list = leaves) -> tuple:
            parts, tensors = ran(*inputs)
            sum(((part * (i + 1.0)) ** 2).sum() for i, part in enumerate(parts)).backward()
            values = [part.detach().numpy() for part in parts]
            if all(map(same, values, right)):
                for name, tensor in zip(names, tensors):
                    check.require(tensor.grad is not None, "none_comes_back", NONE_EN, NONE_ZH, name=name)
            return *values, *map(gradient, tensors)

        names = ["Wq q + bq", "Wk k + bk", "Wv v + bv", *[f"gradient of {leaf}" for leaf in leaves]]
        check.function(call, *shown.values(), names=names, inputs=shown, settings=settings)


def three(check: Check, found) -> list[Tensor]:
    """The three tensors that `projected` returned."""
    check.require(found is not None, "nothing", name="the result")
    whole = isinstance(found, Tensor)
    check.require(not whole, "not_apart", WHOLE_EN, WHOLE_ZH, got=getattr(found, "shape", ()))
    parts = [checked(check, part) for part in found]
    check.require(len(parts) <= 3, "too_many", MANY_EN, MANY_ZH, got=len(parts))
    check.require(len(parts) == 3, "too_few", FEW_EN, FEW_ZH, got=len(parts))
    return parts


def projecting(layer: MultiheadAttention) -> dict[str, Tensor]:
    """The parameters that `projected` uses, by their names."""
    return {name: parameter for name, parameter in layer.named_parameters() if not name.startswith("out")}


def gradient(leaf: Tensor) -> np.ndarray:
    return np.zeros_like(leaf.data) if leaf.grad is None else leaf.grad.numpy()
