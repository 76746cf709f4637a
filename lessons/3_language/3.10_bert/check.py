"""Checks of lesson 3.10: parts of BERT with the same weights, the mean over tokens, parameter groups, the rate."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import minigrad
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.models import bert
from minigrad.models.bert import BertConfig, BertEmbeddings, BertOutput
from minigrad.nn import Embedding, LayerNorm, Linear, Module
from minigrad.recipes import finetune_bert
from minigrad.tensor import Tensor

BERT, RECIPE = "minigrad.models.bert:", "minigrad.recipes.finetune_bert:"


# ----------------------------------------------------------------------------------------------------- parts of BERT


def config() -> BertConfig:
    """A small BERT, of which no two sizes are the same."""
    sizes = {"vocab_size": 11, "hidden_size": 6, "num_attention_heads": 2, "intermediate_size": 9}
    return BertConfig(**sizes, max_position_embeddings=7, type_vocab_size=3, hidden_dropout_prob=0.4)


def drawn(make: Callable[[], Module], dtype: Any, train: bool) -> Module:
    """The same module at every call, with weights that are all different."""
    module = make()
    rng = np.random.default_rng(3)
    for parameter in module.parameters():
        parameter.data[...] = rng.normal(0.3, 1, parameter.shape)
    minigrad.manual_seed(5)  # of dropout
    return module.to(dtype=dtype).train(train)


def plain(check: Check, y: Any) -> Any:
    """The array in a result, which is to be a tensor, because gradients must find their way back."""
    check.require(not isinstance(y, np.ndarray), "array_returned", ARRAY_EN, ARRAY_ZH)
    return y.detach().numpy() if isinstance(y, Tensor) else y


ARRAY_EN = "This is a NumPy array. Compute with layers and operators of tensors, or the gradient does not come back."
ARRAY_ZH = "返回的是 NumPy 数组。请用层和张量的运算来写，否则梯度传不回去。"
CUT_EN = "The values are right, but no gradient comes back to {names}: .data, .detach() or .numpy() leaves the graph."
CUT_ZH = "值是对的，但梯度传不回 {names}：.data、.detach() 或 .numpy() 会脱离计算图。"


def passes(
    check: Check,
    forward: Callable[..., Any],
    parameters: Callable[[], Mapping[str, Tensor]],
    inputs: Mapping[str, Any],
    name: str = "y",
    **settings: Any,
) -> None:
    """Compare the result of forward(*tensors of the inputs), and what comes back to the floating-point inputs and to
    parameters(), with what they are with minigrad's own function."""
    given = {n: v for n, v in inputs.items() if v.dtype.kind == "f"}
    arguments = list(inputs.values())
    call = lambda *xs: plain(check, forward(*map(minigrad.tensor, xs)))  # noqa: E731
    check.function(call, *arguments, names=[name], inputs=inputs, settings=settings)
    with check.minigrad():
        gy = check.array(*np.shape(call(*arguments)))

    def gradients(*xs: np.ndarray) -> Any:
        tensors = [minigrad.tensor(x, requires_grad=x.dtype.kind == "f") for x in xs]
        y = forward(*tensors)
        if y.requires_grad:
            y.backward(minigrad.tensor(gy.astype(y.dtype)))
        learned = [*[t for t in tensors if t.requires_grad], *parameters().values()]
        return tuple([np.zeros(t.shape, t.dtype) if t.grad is None else t.grad.numpy() for t in learned])

    names = [*given, *parameters()]
    with check.minigrad():
        right = gradients(*arguments)
    got = check.run(lambda: gradients(*arguments))
    cut = [n for n, g, e in zip(names, got, right) if e.any() and not g.any()]
    check.require(not cut, "cut_off", CUT_EN, CUT_ZH, names=", ".join(cut))
    check.function(gradients, *arguments, names=[f"g_{n}" for n in names], inputs=inputs, settings=settings)


def module_passes(
    check: Check, make: Callable[[], Module], inputs: Mapping[str, np.ndarray], train: bool, **settings: Any
) -> None:
    """Check a forward in float64 and float32."""
    for dtype in (np.float64, np.float32):
        made: list[Module] = []

        def forward(*xs: Tensor, made: list = made, dtype: Any = dtype) -> Any:
            made[:] = [drawn(make, dtype, train)]
            return made[0](*xs)

        def parameters(made: list = made) -> dict[str, Tensor]:
            return dict(made[0].named_parameters())

        cast = {n: v.astype(dtype) if v.dtype.kind == "f" else v for n, v in inputs.items()}
        passes(check, forward, parameters, cast, **settings)


@checks(BERT + "BertEmbeddings.forward")
def embeddings(check: Check) -> None:
    make = lambda: BertEmbeddings(config())  # noqa: E731
    rng = np.random.default_rng(1)
    for n, t in ((3, 5), (1, 7), (2, 1), (4, 4)):
        if t == 7:
            ids = minigrad.tensor(np.ones((1, 7), np.int64))
            refused = raises(check, lambda ids=ids: drawn(make, np.float32, False)(ids, ids))
            check.require(not refused, "longest_refused")
        ids = rng.integers(1, 11, (n, t))
        segments = rng.integers(0, 3, (n, t))
        for train in (False, True):
            module_passes(check, make, {"input_ids": ids, "token_type_ids": segments}, train, training=train)
    padded = np.array([[4, 2, 9, 0], [3, 0, 0, 0]])
    module_passes(check, make, {"input_ids": padded, "token_type_ids": padded * 0}, False)
    ids = minigrad.tensor(np.ones((2, 8), np.int64))
    check.require(raises(check, lambda: drawn(make, np.float32, False)(ids, ids)), "too_long_accepted")


def raises(check: Check, call: Callable[[], Any]) -> bool:
    """Does the call raise ValueError? An IndexError of a table of embeddings counts as no."""

    def tried() -> bool:
        try:
            call()
        except ValueError:
            return True
        except IndexError:
            return False
        return False

    return check.run(tried)


@checks(BERT + "BertOutput.forward")
def output(check: Check) -> None:
    for width, shape in ((9, (2, 3)), (6, (3, 4)), (5, (1, 1))):
        make = lambda width=width: BertOutput(width, config())  # noqa: E731
        inputs = {"x": check.array(*shape, width), "input": check.array(*shape, 6)}
        for train in (False, True):
            module_passes(check, make, inputs, train, training=train)


# ------------------------------------------------------------------------------------------------- the mean over tokens


@checks(BERT + "mean_pool")
def pool(check: Check) -> None:
    for shape, lengths in (
        ((3, 5, 4), (5, 2, 3)),
        ((2, 4, 3), (4, 4)),
        ((2, 3, 5), (1, 3)),
        ((1, 6, 2), (4,)),
        ((3, 3, 3), (3, 1, 2)),
        ((3, 4, 2), (2, 0, 4)),
    ):
        mask = np.arange(shape[1]) < np.array(lengths)[:, None]
        for dtype in (np.float64, np.float32):
            inputs = {"x": check.array(*shape).astype(dtype), "mask": mask}
            shown = {"mask": str(mask.astype(int).tolist())}
            passes(check, lambda x, mask: bert.mean_pool(x, mask), dict, inputs, **shown)
    scattered = np.array([[True, False, True, True], [False, True, False, False]])
    passes(check, lambda x, mask: bert.mean_pool(x, mask), dict, {"x": check.array(2, 4, 3), "mask": scattered})


# ---------------------------------------------------------------------------------------------------- parameter groups


class Layer(Module):
    """A linear layer, and a layer norm whose name does not tell what it is."""

    def __init__(self, width: int):
        super().__init__()
        self.dense = Linear(width, width + 1)
        self.scaled = LayerNorm(width + 1)


class Net(Module):
    """A network with parts whose names begin alike."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Embedding(7, 4)
        self.layer1 = Layer(4)
        self.layer10 = Layer(5)
        self.LayerNorm = LayerNorm(6)
        self.head = Linear(6, 2)


def listed(check: Check, model: Module, groups: Any) -> list[str]:
    """What the groups say of each parameter of the model, as lines that can be compared and read."""
    check.require(groups is not None, "nothing", name="groups")
    good = isinstance(groups, list | tuple) and all(isinstance(g, dict) and "params" in g for g in groups)
    check.require(good, "no_groups", GROUPS_EN, GROUPS_ZH, got=type(groups).__name__)
    names = {id(p): name for name, p in model.named_parameters()}
    lines = []
    for group in groups:
        members = list(group["params"]) if not isinstance(group["params"], Tensor) else [group["params"]]
        settings = ", ".join([f"{key} {shown(group.get(key))}" for key in ("lr", "weight_decay")])
        lines += [f"{names.get(id(p), '?')}: {settings}" for p in members] or [f"(empty group): {settings}"]
    return sorted(lines)


def shown(setting: Any) -> str:
    """A number of a group, '-' where it is missing."""
    return f"{float(setting):g}" if isinstance(setting, float | int) else "-" if setting is None else repr(setting)


GROUPS_EN = "This is a {got}; expected a list of groups, each of them a dict with 'params', 'lr' and 'weight_decay'."
GROUPS_ZH = "结果的类型是 {got}，应该是由组构成的列表，每个组是一个字典，有 'params'、'lr' 和 'weight_decay'。"


@checks(RECIPE + "decay_groups")
def groups(check: Check) -> None:
    def found(rates: dict[str, float], decay: float, frozen: tuple[str, ...]) -> list[str]:
        model = Net()
        for name, parameter in model.named_parameters():
            parameter.requires_grad = not name.startswith(frozen) if frozen else True
        return listed(check, model, finetune_bert.decay_groups(model, dict(rates), decay))

    for rates, decay, frozen in (
        ({"layer1": 0.1, "LayerNorm": 0.3}, 0.01, ()),
        ({"": 0.1}, 0.01, ()),
        ({"head": 0.3, "layer10": 0.2, "layer1": 0.1, "words": 0.05}, 0.5, ()),
        ({"": 0.1}, 0.01, ("words", "layer1.")),
        ({"words": 0.2, "head": 0.1}, 0.02, ()),
        ({"layer1": 0.2, "head": 0.1}, 0.02, ("layer1.",)),
        ({"LayerNorm": 0.2}, 0.02, ()),
    ):
        compare(check, lambda a=rates, b=decay, c=frozen: found(a, b, c), rates, decay, frozen)


def compare(check: Check, produce: Callable[[], list[str]], rates: dict, decay: float, frozen: tuple) -> None:
    """Compare the lines with those of minigrad's own function, and of known mistakes."""
    with check.minigrad():
        right = produce()
    got = check.run(produce)
    if got == right:
        return
    for known in check.mistakes:
        try:
            with in_place({check.blank: known.function}):
                alike = produce() == got
        except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
            continue
        check.require(not alike, known.name)
    more, less = [sorted((Counter(a) - Counter(b)).elements()) for a, b in ((got, right), (right, got))]
    call = f"decay_groups(model, {rates}, {decay})"
    frozen_too = ", ".join(frozen)
    facts = {
        "call": {
            "en": call + (f" with {frozen_too} frozen" if frozen else ""),
            "zh": call + (f"（冻结 {frozen_too}）" if frozen else ""),
        },
        "names": ", ".join(line.partition(":")[0] for line in less),
        "got": "; ".join(more),
        "expected": "; ".join(less),
    }
    check.require(more, "missing_in_groups", MISSING_EN, MISSING_ZH, **facts)
    check.require(less, "too_much_in_groups", MORE_EN, MORE_ZH, **facts)
    check.require(
        False, "otherwise", "{call}: {got}; expected: {expected}.", "{call}：{got}；应为：{expected}。", **facts
    )


MISSING_EN, MISSING_ZH = (
    "{call}: these learn and are in no group: {names}.",
    "{call}：这些参数在学，却不在任何组里：{names}。",
)
MORE_EN, MORE_ZH = "{call}: this is too much: {got}.", "{call}：这些是多余的：{got}。"


# ------------------------------------------------------------------------------------------------------------ the rate


@checks(RECIPE + "share_of_rate")
def rate(check: Check) -> None:
    for rise, steps in ((4, 12), (2, 8), (1, 4), (0, 5), (3, 3), (0, 1), (7, 40)):

        def shares(rise: int = rise, steps: int = steps) -> np.ndarray | None:
            found = [finetune_bert.share_of_rate(rise, steps, t) for t in range(steps + 3)]
            return None if any(f is None for f in found) else np.array(found, float)

        begun = check.run(shares)
        if begun is not None and rise > 1:
            check.require(not (begun[0] == 0 < begun[1] < 1), "begins_at_zero")
        check.function(shares, names=["f"], inputs={}, settings={"rise": float(rise), "steps": float(steps)})
