"""Checks of lesson 2.6: networks against minigrad's own with the same weights; lists of layers, layer by layer."""

from collections.abc import Callable

import numpy as np

import minigrad
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import WrongError
from minigrad.models import vgg
from minigrad.models.lenet import LeNet5
from minigrad.models.resnet_cifar import CifarBlock, Shortcut
from minigrad.nn import BatchNorm2d, Conv2d, Module
from minigrad.tensor import Tensor

DEPTHS = [(1, 1, 1, 1, 1), (2, 1, 3, 1, 2)]


def drawn(make: Callable[[], Module], train: bool = True) -> Module:
    """The same module at every call; the numbers of batch norm are drawn too, so that no two layers are alike."""
    minigrad.manual_seed(5)
    module = make()
    rng = np.random.default_rng(11)
    for part in module.modules():
        if isinstance(part, BatchNorm2d):
            for values, low in ((part.weight, 0.5), (part.bias, -1), (part.running_mean, -1), (part.running_var, 0.5)):
                values.data[...] = rng.uniform(low, 2 if low > 0 else 1, values.shape)
    return module.train(train)


def plain(check: Check, y) -> np.ndarray:
    """The array in a result. A forward works with tensors, because gradients must find their way back."""
    check.require(not isinstance(y, np.ndarray), "array_returned", ARRAY_EN, ARRAY_ZH)
    return y.detach().numpy() if isinstance(y, Tensor) else y


ARRAY_EN = (
    "This is a NumPy array. A module's forward takes and returns tensors: compute with layers and with operators of "
    "tensors, or the gradient does not find its way back."
)
ARRAY_ZH = "返回的是 NumPy 数组。模块的 forward 接收张量，也返回张量：请用层和张量的运算来写，否则梯度传不回去。"


def passes(check: Check, make: Callable[[], Module], x: np.ndarray, train: bool = True, **settings) -> None:
    """Compare the result, and then the gradient of the input, with those of minigrad's own forward."""
    try:
        check.function(
            lambda x: plain(check, drawn(make, train)(minigrad.tensor(x))),
            x,
            names=["y"],
            inputs={"x": x},
            settings=settings,
        )
    except WrongError as wrong:
        if wrong.finding.kind in ("wrong", "region"):
            unused = without_part(make, x)
            check.require(not unused, "unused", UNUSED_EN, UNUSED_ZH, names=", ".join(unused))
        raise
    with check.minigrad():
        shape = drawn(make, train)(minigrad.tensor(x)).shape
    g = minigrad.tensor(check.array(*shape).astype(x.dtype))

    def gradient(x: np.ndarray):
        input = minigrad.tensor(x, requires_grad=True)
        y = drawn(make, train)(input)
        if not y.requires_grad:
            return None
        (y * g).sum().backward()
        return None if input.grad is None else input.grad.numpy()

    check.require(check.run(lambda: gradient(x)) is not None, "cut_off", CUT_EN, CUT_ZH)
    check.function(gradient, x, names=["gx"], inputs={"x": x}, settings=settings)


def without_part(make: Callable[[], Module], x: np.ndarray) -> list[str]:
    """The parameters that no gradient comes back to."""
    module = drawn(make)
    y = module(minigrad.tensor(x))
    if y.requires_grad:
        y.sum().backward()
    return [name for name, parameter in module.named_parameters() if parameter.grad is None]


UNUSED_EN = "The result is wrong, and {names} had no part in it. Use the layers that __init__ made: self.conv1, ..."
UNUSED_ZH = "结果不对，而且没有用到 {names}。要用 __init__ 里建好的层：self.conv1 等等。"
CUT_EN = (
    "The values are right, but no gradient comes back to x: .data, .detach() or .numpy() leaves the graph. Compute "
    "with the tensors themselves."
)
CUT_ZH = "值是对的，但梯度传不回 x：.data、.detach() 或 .numpy() 会脱离计算图。请直接用张量计算。"


@checks("minigrad.models.lenet:LeNet5.forward")
def lenet(check: Check) -> None:
    passes(check, LeNet5, check.array(3, 1, 28, 28).astype(np.float32))
    passes(check, lambda: LeNet5(4), check.array(1, 1, 28, 28).astype(np.float32), train=False)


def moves_of(layer: Conv2d) -> tuple:
    return layer.kernel_size, layer.stride, layer.padding, layer.dilation


def described(layers) -> list[tuple]:
    """What each layer is. Two that are one and the same object have the same last number."""
    places: dict[int, int] = {}
    found = []
    for i, layer in enumerate(layers):
        kind = type(layer).__name__
        sizes: tuple = ()
        if hasattr(layer, "weight") and layer.weight is not None:
            sizes = layer.weight.shape
            places.setdefault(id(layer), i)
        if kind in ("Conv2d", "MaxPool2d"):
            small = Conv2d(1, 1, *moves_of(layer)) if kind == "Conv2d" else layer  # one channel is as good, and fast
            sizes = (
                *sizes,
                *small(minigrad.zeros(1, 1, 6, 6)).shape[2:],
                getattr(layer, "bias", None) is not None,
            )
        found.append((kind, sizes, places.get(id(layer), i)))
    return found


def title(entry: tuple | None) -> str | dict[str, str]:
    """A layer as a learner would write it."""
    if entry is None:
        return {"en": "missing", "zh": "空的"}
    kind, sizes, _ = entry
    if kind == "Conv2d":
        return f"Conv2d({sizes[1]}, {sizes[0]}, {sizes[2]}), 6x6 -> {sizes[4]}x{sizes[5]}"
    return (
        f"MaxPool2d, 6x6 -> {sizes[0]}x{sizes[1]}" if kind == "MaxPool2d" else f"{kind}({', '.join(map(str, sizes))})"
    )


@checks("minigrad.models.vgg:convolutions")
def convolutions(check: Check) -> None:
    for depths in DEPTHS:
        for batch_norm in (False, True):
            with check.minigrad():
                right = described(vgg.convolutions(depths, batch_norm))
            layers = check.run(lambda depths=depths, norm=batch_norm: vgg.convolutions(depths, norm))
            check.require(layers is not None, "nothing", name="layers")
            good = isinstance(layers, list | tuple) and all(isinstance(layer, Module) for layer in layers)
            check.require(good, "no_list", LIST_EN, LIST_ZH)
            got = described(layers)
            if got != right:
                for known in check.mistakes:
                    check.require(got != described(known.function(depths, batch_norm)), known.name)
                at = next(i for i, pair in enumerate(zip([*got, None], [*right, None])) if pair[0] != pair[1])
                is_, should = (title(entries[at] if at < len(entries) else None) for entries in (got, right))
                facts = {"at": at, "got": is_, "expected": should, "depths": str(depths), "norm": batch_norm}
                check.require(False, "another_layer", LAYER_EN, LAYER_ZH, **facts)


LIST_EN = "The result is a list of layers: begin with an empty list and append modules."
LIST_ZH = "结果应该是一个由层组成的列表：从空列表开始，把模块一个个 append 进去。"
LAYER_EN = "With depths = {depths} and batch_norm = {norm}, layer {at}, counted from 0, is {got}; expected: {expected}."
LAYER_ZH = "depths = {depths}、batch_norm = {norm} 时，第 {at} 层（从 0 数起）是 {got}；应该是：{expected}。"


@checks("minigrad.models.resnet_cifar:Shortcut.forward")
def shortcut(check: Check) -> None:
    for channels, stride, shape in [
        (8, 2, (2, 4, 6, 6)),
        (8, 2, (2, 4, 5, 7)),
        (7, 2, (2, 4, 4, 6)),
        (6, 1, (3, 2, 3, 4)),
        (5, 3, (2, 5, 7, 8)),
    ]:
        for dtype in (np.float32, np.float64):
            x = check.array(*shape).astype(dtype)
            make = lambda c=channels, s=stride: Shortcut(c, s)  # noqa: E731
            got = check.run(lambda x=x, make=make: make()(minigrad.tensor(x)))
            full = (shape[0], channels, *shape[2:])
            if stride > 1 and isinstance(got, Tensor):
                check.require(got.shape != full, "stride_forgotten")
                check.require(got.shape != (*shape[:2], *[-(-n // stride) for n in shape[2:]]) or channels == shape[1],
                              "no_channels_added")  # fmt: skip
                odd = channels - shape[1]
                check.require(odd % 2 == 0 or got.shape[1] != channels - 1, "odd_channel_lost")
            passes(check, make, x, channels=channels, stride=stride)


@checks("minigrad.models.resnet_cifar:CifarBlock.forward")
def block(check: Check) -> None:
    for inplanes, planes, stride, residual, shape in [
        (4, 4, 1, True, (3, 4, 6, 5)),
        (4, 6, 2, True, (3, 4, 6, 8)),
        (3, 6, 1, True, (2, 3, 5, 5)),
        (4, 4, 1, False, (3, 4, 6, 5)),
        (4, 6, 2, False, (3, 4, 5, 7)),
    ]:
        x = check.array(*shape).astype(np.float32)
        make = lambda a=inplanes, b=planes, s=stride, r=residual: CifarBlock(a, b, s, r)  # noqa: E731
        for train in (False, True):
            passes(check, make, x, train, inplanes=inplanes, planes=planes, stride=stride, residual=residual)
