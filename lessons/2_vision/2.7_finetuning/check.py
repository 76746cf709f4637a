"""Checks of lesson 2.7: which parameters learn, what stands in the head's place, and in which group each one is."""

from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.models import finetuning
from minigrad.nn import BatchNorm2d, Conv2d, Flatten, Linear, Module, ReLU, Sequential


class Net(Module):
    """A network with parts whose names begin alike, and with a head inside of another module if `deep`."""

    def __init__(self, deep: bool = False, bias: bool = True):
        super().__init__()
        self.layer1 = Sequential(Conv2d(3, 4, 3, bias=False), BatchNorm2d(4))
        self.layer10 = Sequential(Conv2d(4, 5, 1), ReLU())
        self.layer2 = Linear(5, 6)
        head = Linear(6, 3, bias=bias)
        self.fc = Sequential(Linear(6, 6), ReLU(), Sequential(head, Flatten())) if deep else head


class Headless(Module):
    """A network without a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv = Conv2d(3, 4, 3)


def learning(model: Module) -> list[str]:
    """The parameters that learn."""
    return [name for name, p in model.named_parameters() if p.requires_grad]


def raises(check: Check, call: Callable[[], Any]) -> bool:
    """Does the call raise ValueError?"""

    def tried() -> bool:
        try:
            call()
        except ValueError:
            return True
        return False

    return check.run(tried)


def compare(check: Check, call: Callable[[], Any], what: tuple[str, str]) -> None:
    """Compare what `call` gives with what it gives with minigrad's own function, and with known mistakes in place."""
    with check.minigrad():
        right = call()
    got = check.run(call)
    if got == right:
        return
    for known in check.mistakes:
        try:
            with in_place({check.blank: known.function}):
                alike = call() == got
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            continue
        check.require(not alike, known.name)
    facts = {**difference(got, right), "call": {"en": what[0], "zh": what[1]}}
    check.require(
        False, "otherwise", "{call}: {got}; expected: {expected}.", "{call}：{got}；应该是：{expected}。", **facts
    )


def difference(got: Any, right: Any) -> dict[str, str]:
    """What came and what should have come; of two lists only what the other lacks, if that is something."""
    if not (isinstance(got, list) and isinstance(right, list)):
        return {"got": str(got), "expected": str(right)}
    more, less = [x for x in got if x not in right], [x for x in right if x not in got]
    return {"got": str(more or got), "expected": str(less or right)}


@checks("minigrad.models.finetuning:freeze")
def freeze(check: Check) -> None:
    def after(*names: str, before: tuple[str, ...] = (), **options: Any) -> list[str]:
        model = Net()
        for name, parameter in model.named_parameters():
            parameter.requires_grad = name not in before
        finetuning.freeze(model, *names, **options)
        return learning(model)

    for names, options in [
        (("layer1",), {}),
        ((), {}),
        (("layer1", "layer2.bias"), {}),
        ((), {"except_": "fc"}),
        ((), {"except_": ("layer1.1", "fc")}),
        (("layer1", "layer2"), {"except_": "layer1.1.bias"}),
        (("layer2",), {"except_": "fc"}),
        (("layer1",), {"before": ("layer2.weight",)}),
        ((), {"except_": "fc", "before": ("fc.bias",)}),
    ]:
        shown = ", ".join([*map(repr, names), *[f"{k}={v!r}" for k, v in options.items() if k == "except_"]])
        call = f"freeze(model{', ' if shown else ''}{shown})"
        what = f"after {call}, these learn", f"{call} 之后仍在学习的是"
        compare(check, lambda names=names, options=options: after(*names, **options), what)
    model = Net()
    check.require(check.run(lambda: finetuning.freeze(model, "fc")) is model, "not_returned")
    for wrong in ("layer", "fc.weigth"):
        check.require(raises(check, lambda wrong=wrong: finetuning.freeze(Net(), wrong)), "typo_ignored")
        check.require(raises(check, lambda wrong=wrong: finetuning.freeze(Net(), except_=wrong)), "typo_ignored")


@checks("minigrad.models.finetuning:replace_head")
def replace_head(check: Check) -> None:
    def after(deep: bool, bias: bool, classes: int, dtype: Any, train: bool) -> dict[str, Any]:
        minigrad.manual_seed(2)
        model = Net(deep, bias).to(dtype=dtype).train(train)
        old = dict(model.named_parameters())
        finetuning.replace_head(model, classes)
        new = dict(model.named_parameters())
        modules = {name: module.training for name, module in model.named_modules()}
        fresh = [name for name, p in new.items() if old.get(name) is not p]
        return {
            "layers": [(name, type(m).__name__) for name, m in model.named_modules()],
            "parameters": {name: (p.shape, str(p.dtype), p.requires_grad) for name, p in new.items()},
            "fresh": fresh,
            "training": modules,
        }

    for deep, bias, classes, dtype, train in [
        (False, True, 7, np.float32, True),
        (True, True, 5, np.float32, True),
        (False, False, 4, np.float32, True),
        (True, True, 3, np.float64, True),
        (False, True, 2, np.float32, False),
    ]:

        def call(deep=deep, bias=bias, classes=classes, dtype=dtype, train=train) -> list[str]:
            state = after(deep, bias, classes, dtype, train)
            shapes = [f"{n} {s} {d}{'' if r else ' frozen'}" for n, (s, d, r) in state["parameters"].items()]
            modes = (
                "train" if all(state["training"].values()) else "eval" if not any(state["training"].values()) else "?"
            )
            return [*shapes, f"new: {', '.join(state['fresh'])}", modes]

        compare(check, call, ("parameters afterwards", "之后的参数是"))
    model = Net()
    check.require(check.run(lambda: finetuning.replace_head(model, 2)) is model, "not_returned")
    check.require(raises(check, lambda: finetuning.replace_head(Headless(), 2)), "headless_accepted")


@checks("minigrad.models.finetuning:param_groups")
def param_groups(check: Check) -> None:
    def groups_of(rates: dict[str, Any], frozen: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        model = Net()
        names = {id(p): name for name, p in model.named_parameters()}
        for name, parameter in model.named_parameters():
            parameter.requires_grad = not name.startswith(frozen) if frozen else True
        groups = finetuning.param_groups(model, rates)
        shown = [{**g, "params": [names.get(id(p), "?") for p in g["params"]]} for g in groups]
        return sorted(shown, key=lambda g: str(g.get("name")))

    for rates, frozen in [
        ({"": 0.1}, ()),
        ({"fc": 0.1}, ()),
        ({"": 0.01, "fc": 0.1}, ()),
        ({"fc": 0.1, "": 0.01}, ()),
        ({"layer1": 0.1, "fc": 0.2}, ()),
        ({"layer1": 0.1, "layer1.1": 0.2, "layer10": 0.3}, ()),
        ({"": 0.01, "fc": 0.1}, ("layer1.", "layer2")),
        ({"layer1": 0.01, "fc": 0.1}, ("layer1.",)),
        ({"": {"lr": 0.01, "weight_decay": 0.5}, "fc": 0.1}, ()),
    ]:
        what = (
            f"with {rates}" + (f" and {frozen} frozen" if frozen else ""),
            f"{rates}" + (f"，冻结 {frozen}" if frozen else ""),
        )
        compare(check, lambda rates=rates, frozen=frozen: groups_of(rates, frozen), what)
    check.require(raises(check, lambda: groups_of({"": 0.1, "layer": 0.1})), "typo_ignored_in_groups")
    check.require(raises(check, lambda: groups_of({"layer2": 0.1}, ("layer2",))), "nothing_learns")
