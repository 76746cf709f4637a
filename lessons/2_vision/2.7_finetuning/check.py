"""Checks of lesson 2.7: which parameters learn, what stands in the head's place, and in which group each one is."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import Finding, WrongError
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


class Alone(Module):
    """A network with one part, called `name`."""

    def __init__(self, name: str):
        super().__init__()
        self.add_module(name, Linear(2, 3))


class Headless(Module):
    """A network without a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv = Conv2d(3, 4, 3)


MARK = 9.0
"""What the weights of an old head are made: far more than a fresh layer begins with."""


def learning(model: Module) -> list[str]:
    """The parameters that learn."""
    return [name for name, p in model.named_parameters() if p.requires_grad]


def raises(check: Check, call: Callable[[], Any], instead: str = "") -> bool:
    """Does the call raise ValueError? An error whose message has `instead` in it counts as none."""

    def tried() -> bool:
        try:
            call()
        except ValueError:
            return True
        except Exception as error:
            if not instead or instead not in str(error):
                raise
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


def raised(check: Check, call: Callable[[], Any]) -> Finding | None:
    """The finding for an error that the learner's code raises in `call`; None if there is none."""
    try:
        check.run(call)
    except WrongError as wrong:
        if wrong.finding.kind == "raised":
            return wrong.finding
    return None


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

    def letters(names: tuple[str, ...], options: dict[str, Any]) -> bool:
        """Is a string in except_, which is right in a tuple, taken for its letters?"""
        with check.minigrad():
            right = after(*names, **options)
        try:
            return after(*names, **options) != right
        except ValueError:
            return True

    if check.run(lambda: after("layer1")) == learning(Net()):  # and by the name of a parameter, or by no name?
        check.require("layer1.0.weight" in check.run(lambda: after("layer1.0.weight")), "exact_names")
        check.require(check.run(after) != learning(Net()), "nothing_frozen")
        check.require(False, "no_part_found")
    for names, options in [
        (("layer1",), {}),
        ((), {}),
        (("layer1", "layer2.bias"), {}),
        ((), {"except_": ("fc",)}),
        ((), {"except_": ("layer1.1", "fc")}),
        (("layer1", "layer2"), {"except_": ("layer1.1.bias",)}),
        ((), {"except_": "fc"}),
        (("layer1", "layer2"), {"except_": "layer1.1.bias"}),
        (("layer2",), {"except_": "fc"}),
        (("layer1",), {"before": ("layer2.weight",)}),
        ((), {"except_": "fc", "before": ("fc.bias",)}),
    ]:
        if not names and options == {"except_": "fc"}:
            check.require(not check.run(lambda n=names, o=options: letters(n, o)), "letters")
        shown = ", ".join([*map(repr, names), *[f"{k}={v!r}" for k, v in options.items() if k == "except_"]])
        call = f"freeze(model{', ' if shown else ''}{shown})"
        what = f"after {call}, these learn", f"{call} 之后仍在学习的是"
        compare(check, lambda names=names, options=options: after(*names, **options), what)
    kept = ("layer1.1", "fc")
    with check.minigrad():
        right = after(except_=kept)
    check.require(check.run(lambda: after(except_=(name for name in kept))) == right, "generator_read_twice")
    model = Net()
    model.layer1.eval()
    modes = {name: module.training for name, module in model.named_modules()}
    check.require(check.run(lambda: finetuning.freeze(model, "fc")) is model, "not_returned")
    check.run(lambda: finetuning.freeze(model))
    check.require({name: module.training for name, module in model.named_modules()} == modes, "mode_changed")
    for wrong in ("layer", "fc.weigth"):
        check.require(raises(check, lambda wrong=wrong: finetuning.freeze(Net(), wrong)), "typo_ignored")
        check.require(raises(check, lambda wrong=wrong: finetuning.freeze(Net(), except_=wrong)), "typo_ignored")


@checks("minigrad.models.finetuning:replace_head")
def replace_head(check: Check) -> None:
    def after(deep: bool, bias: bool, classes: int, dtype: Any, train: bool, frozen: bool) -> list[str]:
        minigrad.manual_seed(2)
        model = Net(deep, bias).to(dtype=dtype).train(train)
        place = "fc.2.0" if deep else "fc"
        for parameter in model.get_submodule(place).parameters():
            parameter.data[...] = MARK
        for parameter in model.parameters():
            parameter.requires_grad = not frozen
        old, modules = dict(model.named_parameters()), dict(model.named_modules())
        try:
            finetuning.replace_head(model, classes)
        except ValueError as error:
            named = re.search(r"got '([^']*)' as the name .* without dots", str(error))
            check.require(not named, "dotted_name", got=named[1] if named else "")
            raise
        layers = dict(model.named_modules())
        if layers.keys() != modules.keys():
            there = [
                name
                for name, m in layers.items()
                if isinstance(m, Linear) and all(m is not x for x in modules.values())
            ]
            check.require(False, "misplaced", place=place, got=", ".join(there) or "-")
        new = dict(model.named_parameters())
        fresh = [name for name, p in new.items() if old.get(name) is not p]
        modes = {module.training for module in layers.values()}
        shapes = [f"{n} {p.shape} {p.dtype}{'' if p.requires_grad else ' frozen'}" for n, p in new.items()]
        mode = "?" if len(modes) > 1 else "train" if modes == {True} else "eval"
        top = max([float(abs(new[name].data).max(initial=0)) for name in fresh], default=0.0)
        check.require(top < 1, "old_weights_kept", got=f"{top:g}", old=f"{MARK:g}")
        still = [name for name in fresh if frozen and not new[name].requires_grad]
        check.require(not still, "head_stays_frozen", got=", ".join(still))
        return [*shapes, f"new: {', '.join(fresh)}", mode]

    for case in [
        (False, True, 7, np.float32, True, False),
        (True, True, 5, np.float32, True, False),
        (False, False, 4, np.float32, True, False),
        (True, True, 3, np.float64, True, False),
        (False, True, 2, np.float32, False, False),
        (False, True, 4, np.float32, True, True),
    ]:
        compare(check, lambda case=case: after(*case), ("parameters afterwards", "之后的参数是"))
    model = Net()
    check.require(check.run(lambda: finetuning.replace_head(model, 2)) is model, "not_returned")
    headless = raises(check, lambda: finetuning.replace_head(Headless(), 2), "'NoneType' object")
    check.require(headless, "headless_accepted")
    check.require(raises(check, lambda: finetuning.replace_head(Net(), 0)), "no_class_accepted")


@checks("minigrad.models.finetuning:param_groups")
def param_groups(check: Check) -> None:
    def groups_of(rates: dict[str, Any], frozen: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        model = Net()
        names = {id(p): name for name, p in model.named_parameters()}
        for name, parameter in model.named_parameters():
            parameter.requires_grad = not name.startswith(frozen) if frozen else True
        groups = finetuning.param_groups(model, rates)
        for group in groups:
            given = group.get("params", []) if isinstance(group, dict) else []
            check.require(isinstance(given, list | tuple), "no_list", got=type(given).__name__)
        shown = [{**g, "params": [names.get(id(p), "?") for p in g["params"]]} for g in groups]
        return sorted(shown, key=lambda g: str(g.get("name")))

    def found(name: str) -> bool:
        """Are the parameters of a part of this name found?"""
        model = Alone(name)
        try:
            groups = finetuning.param_groups(model, {name: 0.1})
            return len(groups[0]["params"]) == len(list(model.parameters()))
        except Exception:  # noqa: BLE001 (then they are not)
            return False

    check.require(found("ab") or not found("a"), "letters_in_groups")
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
        if rates == {"fc": 0.1}:
            wrong = raised(check, lambda rates=rates: groups_of(rates))
            if wrong and not raised(
                check, lambda: groups_of(dict.fromkeys(("layer1", "layer10", "layer2", "fc"), 0.1))
            ):
                check.require(False, "uncovered_kept", **wrong.facts)
        compare(check, lambda rates=rates, frozen=frozen: groups_of(rates, frozen), what)
    check.require(raises(check, lambda: groups_of({"": 0.1, "layer": 0.1})), "typo_ignored_in_groups")
    check.require(raises(check, lambda: groups_of({"layer2": 0.1}, ("layer2",))), "nothing_learns")
