"""Checks of lesson 1.5: gradients of matrix products, the linear layer, and where initial weights come from.

Initialisation is random, so distributions are compared, on large tensors and with a fixed seed: any way of drawing the
numbers will do.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import Finding
from minigrad.nn import init
from minigrad.ops.linalg import Linear, MatMul, matmul
from minigrad.ops.linalg import linear as apply_linear

LINALG, INIT = "minigrad.ops.linalg:", "minigrad.nn.init:"

TALL, WIDE, SQUARE, KERNEL = (800, 200), (200, 800), (400, 400), (100, 40, 5, 5)
SPREAD = 0.02  # how far the standard deviation may be off, as a share; chance alone is within 0.01
LIMITED = 0.03  # how far below the bound the largest of 160,000 uniform numbers may be, as a share

# ------------------------------------------------------------------------------------------------- products of matrices


@checks(LINALG + "MatMul.backward")
def matrix_product(check: Check) -> None:
    check.backward(MatMul, check.array(3, 4), check.array(4, 5))
    check.backward(MatMul, check.array(3, 3), check.array(3, 3))
    check.backward(MatMul, check.array(1, 4), check.array(4, 1))
    check.backward(MatMul, check.array(3, 3, 3), check.array(3, 3, 3))
    check.backward(MatMul, check.array(2, 3, 4), check.array(2, 4, 5))
    check.backward(MatMul, check.array(2, 3, 4), check.array(4, 5), broadcast=True)
    check.backward(MatMul, check.array(2, 1, 3, 4), check.array(6, 4, 5), broadcast=True)
    engine(check, lambda x, y: matmul(x, y), x=check.array(3, 4), y=check.array(4, 5))


@checks(LINALG + "Linear.forward")
def linear_forward(check: Check) -> None:
    check.forward(Linear, check.array(5, 4), check.array(3, 4), check.array(3))
    check.forward(Linear, check.array(3, 3), check.array(3, 3), check.array(3))
    check.forward(Linear, check.array(1, 4), check.array(3, 4), check.array(3))
    x, weight = check.array(5, 4), check.array(3, 4)
    check.function(lambda: Linear().forward(x, weight), names=["y"], inputs={"x": x, "weight": weight})
    check.function(lambda: Linear().forward(x, weight, None), names=["y"], inputs={"x": x, "weight": weight})
    check.saves(Linear, x, weight, check.array(3))


@checks(LINALG + "Linear.backward")
def linear_backward(check: Check) -> None:
    names = ["gx", "gW", "gb"]
    check.backward(Linear, check.array(5, 4), check.array(3, 4), check.array(3), names=names)
    check.backward(Linear, check.array(3, 3), check.array(3, 3), check.array(3), names=names)
    check.backward(Linear, check.array(1, 4), check.array(3, 4), check.array(3), names=names)
    check.backward(Linear, check.array(40, 4), check.array(3, 4), check.array(3), names=names)
    check.backward(Linear, check.array(5, 4), check.array(3, 4), None, names=names)
    engine(check, apply_linear, x=check.array(5, 4), weight=check.array(3, 4), bias=check.array(3))


def engine(check: Check, call: Callable, **arrays: Any) -> None:
    """Each gradient by itself, through the engine: whoever looks at self.needs must look at the right place."""
    for wanted in arrays:

        def gradient(wanted: str = wanted) -> Any:
            tensors = [minigrad.tensor(a, requires_grad=name == wanted) for name, a in arrays.items()]
            (call(*tensors) ** 2).sum().backward()
            grad = tensors[list(arrays).index(wanted)].grad
            check.require(
                grad is not None,
                "mistake",
                "The gradient of {name} is asked for alone, and None was returned for it. self.needs[i] "
                "belongs to input "
                "number i, in the order of forward's parameters. (You need not look at it.)",
                "只要求 {name} 的梯度时，它却返回了 None。self.needs[i] 对应第 i 个输入，顺序与 forward 的参数相同。"
                "（不看它也可以。）",
                id="needs_exchanged",
                name=wanted,
            )
            return grad.numpy()

        title = {"weight": "gW", "bias": "gb"}.get(wanted, f"g{wanted}")
        check.function(gradient, names=[title], inputs=arrays)


# ------------------------------------------------------------------------------------------------------- initial values


@checks(INIT + "xavier_uniform_", INIT + "xavier_normal_")
def xavier(check: Check) -> None:
    cases = []
    for shape, settings in [
        (SQUARE, {}),
        (TALL, {}),
        (WIDE, {}),
        (TALL, {"gain": 3.0}),
        (WIDE, {"gain": 0.5}),
        (KERNEL, {}),
    ]:
        fan_in, fan_out = fans(shape)
        cases.append((shape, settings, settings.get("gain", 1.0) * math.sqrt(2 / (fan_in + fan_out))))
    initialisation(check, cases)


@checks(INIT + "kaiming_uniform_", INIT + "kaiming_normal_")
def kaiming(check: Check) -> None:
    cases = []
    for shape, settings, gain in [
        (SQUARE, {}, math.sqrt(2)),
        (TALL, {}, math.sqrt(2)),
        (WIDE, {"nonlinearity": "relu"}, math.sqrt(2)),
        (TALL, {"mode": "fan_out"}, math.sqrt(2)),
        (WIDE, {"nonlinearity": "linear"}, 1.0),
        (TALL, {"nonlinearity": "tanh", "mode": "fan_out"}, 5 / 3),
        (WIDE, {"a": 1.0}, 1.0),
        (TALL, {"a": 0.5}, math.sqrt(1.6)),
        (KERNEL, {}, math.sqrt(2)),
        (KERNEL, {"mode": "fan_out"}, math.sqrt(2)),
    ]:
        fan = fans(shape)[settings.get("mode") == "fan_out"]
        cases.append((shape, settings, gain / math.sqrt(fan)))
    initialisation(check, cases)
    for setting in ({"mode": "fan_avg"}, {"nonlinearity": "swish"}):
        try:
            check.run(lambda setting=setting: function(check)(minigrad.zeros(4, 3), **setting))
        except Exception as wrong:
            if getattr(getattr(wrong, "finding", None), "facts", {}).get("error") == "ValueError":
                continue
            raise
        (name, value) = next(iter(setting.items()))
        check.require(
            False,
            "mistake",
            "{name}='{value}' is not known, but no ValueError was raised: a misspelt setting must not pass silently. "
            "chosen_fan and calculate_gain raise it.",
            "{name}='{value}' 不是认识的选项，却没有抛出 ValueError：拼错的设置不能悄悄放过。"
            "chosen_fan 和 calculate_gain 会替你抛出。",
            id="unknown_accepted",
            name=name,
            value=value,
        )


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def function(check: Check) -> Callable:
    return getattr(init, check.blank.short)


def initialisation(check: Check, cases: list) -> None:
    """Try each case (shape, settings, standard deviation)."""
    uniform = "uniform" in check.blank.short
    largest = math.sqrt(3) if uniform else None
    for number, (shape, settings, std) in enumerate(cases):
        values = drawn(check, shape, settings, np.float32 if number else np.float64)
        if fits(values, std, largest):
            continue
        known = named(check, [case[:2] for case in cases[: number + 1]])
        fan_in, fan_out = fans(shape)
        facts = {
            "shape": list(shape),
            "settings": ", ".join(f"{k}={v}" for k, v in settings.items()) or "-",
            "fans": f"fan_in = {fan_in}, fan_out = {fan_out}",
            "std": f"{std:.4g}",
            "got": f"{values.std():.4g}",
            "mean": f"{values.mean():.3g}",
            "top": f"{np.abs(values).max():.4g}",
            "bound": f"{std * math.sqrt(3):.4g}",
        }
        check.fail_with(known)
        off = abs(values.std() / std - 1) > SPREAD
        centred = abs(values.mean()) < SPREAD * max(std, values.std())
        seen_en = "For a weight of shape {shape} ({fans}; settings: {settings})"
        seen_zh = "权重形状为 {shape}（{fans}；设置：{settings}）时，"
        check.require(
            centred,
            "mistake",
            seen_en + ", the mean of the numbers is {mean}; it must be 0: as many negative as positive ones.",
            seen_zh + "这些数的平均值是 {mean}，应该是 0：正负各半。",
            id="not_centred",
            **facts,
        )
        check.require(
            not off,
            "mistake",
            seen_en + ", the standard deviation of the numbers is {got}; expected {std}. Work it out by hand for these "
            "fans. A uniform distribution in ±b has the standard deviation b / √3.",
            seen_zh + "这些数的标准差是 {got}，应为 {std}。用这组 fan 手算一遍。±b 内均匀分布的标准差是 b / √3。",
            id="spread",
            **facts,
        )
        check.require(
            False,
            "mistake",
            seen_en
            + ", the standard deviation is right, but the largest number is {top}: that is not "
            + ("uniform, which would end at {bound}." if uniform else "normal, which would go far beyond {bound}."),
            seen_zh
            + "标准差是对的，但绝对值最大的数是 {top}，这不是"
            + ("均匀分布：均匀分布应止于 {bound}。" if uniform else "正态分布：正态分布会远远超过 {bound}。"),
            id="distribution",
            **facts,
        )


def drawn(check: Check, shape: tuple[int, ...], settings: dict, dtype: Any) -> np.ndarray:
    """The numbers that the function fills a tensor with, after looking at what it does with the tensor."""
    call = function(check)

    def once() -> tuple:
        tensor = minigrad.nn.Parameter(np.full(shape, np.inf, dtype))
        return tensor, check.run(lambda: call(tensor, **settings))

    minigrad.manual_seed(3)
    tensor, returned = once()
    check.require(returned is not None, "nothing", name=say_result())
    check.require(
        np.isfinite(tensor.data).all(),
        "mistake",
        "The tensor that went in was not filled (not everywhere): the underscore at the end of the name says "
        "that the "
        "function changes its argument in place. uniform_ and normal_ do so.",
        "传进来的张量没有被（完全）填上：函数名末尾的下划线表示它会原地修改参数。uniform_ 和 normal_ 就是这样。",
        id="not_filled",
    )
    check.require(
        returned is tensor,
        "mistake",
        "What is returned is not the tensor that went in. Fill it in place and return it.",
        "返回的不是传进来的那个张量。请原地填充，再把它返回。",
        id="not_returned",
    )
    name = tensor.data.dtype.name
    check.require(name == np.dtype(dtype).name, "dtype", name="tensor", got=name, expected=np.dtype(dtype).name)
    another, _ = once()
    check.require(
        not np.array_equal(tensor.data, another.data),
        "mistake",
        "Two calls gave the same numbers: units that start alike stay alike. Is a seed set inside the function?",
        "调用两次得到了完全相同的数：起点相同的单元会一直相同。是不是在函数里设了种子？",
        id="repeated",
    )
    minigrad.manual_seed(3)
    again, _ = once()
    check.require(
        np.array_equal(tensor.data, again.data),
        "mistake",
        "After the same minigrad.manual_seed the numbers differ: they do not come from minigrad's generator, so runs "
        "could not be repeated. uniform_ and normal_ draw from it.",
        "用 minigrad.manual_seed 设同一个种子，得到的数却不同：它们不是从 minigrad 的随机数发生器来的，"
        "运行就无法重现。"
        "uniform_ 和 normal_ 会用它。",
        id="not_seeded",
    )
    return tensor.data


def say_result() -> dict[str, str]:
    return {"en": "What is returned", "zh": "返回值"}


def fits(values: np.ndarray, std: float, largest: float | None) -> bool:
    """Are these numbers spread as they should be? `largest` is the bound, in standard deviations; None if normal."""
    top = float(np.abs(values).max()) / std
    ends = top > 3 if largest is None else largest * (1 - LIMITED) < top < largest * 1.0001
    return abs(float(values.std()) / std - 1) < SPREAD and abs(float(values.mean())) < SPREAD * std and ends


def named(check: Check, cases: list) -> Finding | None:
    """The known mistake whose numbers are spread as the learner's are, in all of these cases."""

    def measures() -> list[tuple[float, float, bool]]:
        """Of each case the mean, the standard deviation, and whether single numbers go far beyond it."""
        found = []
        for shape, settings in cases:
            minigrad.manual_seed(4)
            values = function(check)(minigrad.zeros(*shape), **settings).data
            mean, std = float(values.mean()), float(values.std())
            found.append((mean, std, float(np.abs(values - mean).max()) > 2.5 * std))
        return found

    theirs = check.run(measures)
    for mistake in check.mistakes:
        try:
            with in_place({check.blank: mistake.function}):
                ours = measures()
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            continue
        if all(np.allclose(a, b, 0, SPREAD * max(b[1], 1e-9)) for a, b in zip(theirs, ours)):
            return Finding("mistake", {"id": mistake.name}, text=mistake.text)
    return None
