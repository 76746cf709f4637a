"""What fine-tuning does to a trained model: a new head, frozen layers, a learning rate for each part."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..checks import check_count
from ..errors import did_you_mean
from ..nn import Linear, Module
from ..nn.module import Parameter
from ..nn.norm import BatchNorm


def replace_head(model: Module, num_classes: int) -> Module:
    """Put a new linear layer for `num_classes` classes in the place of the last one; returns the model.

    The last one is the last Linear of `model.named_modules()`, which in the models here gives the scores. The new one
    starts as in nn.Linear, with the dtype, the device and the mode (train or eval) of the old one, and with a bias if
    that had one. It learns, also where the old one was frozen. Raises ValueError for a model without a linear layer,
    or for fewer than one class.
    """
    check_count("replace_head: num_classes", num_classes, 1)
    name, head = head_of(model)
    if not name:
        raise ValueError(f"{type(model).__name__} has no linear layer that could be replaced")
    assert isinstance(head, Linear)
    path, _, last = name.rpartition(".")
    fresh = Linear(head.in_features, num_classes, bias=head.bias is not None)
    fresh.to(head.weight.device, dtype=head.weight.dtype).train(head.training)
    model.get_submodule(path).add_module(last, fresh)
    return model


def head_of(model: Module) -> tuple[str, Module | None]:
    """The name and the last linear layer below `model`; ("", None) if it has none."""
    found: tuple[str, Module | None] = ("", None)
    for name, module in model.named_modules():
        if name and isinstance(module, Linear):
            found = name, module
    return found


def freeze(model: Module, *names: str, except_: str | Iterable[str] = ()) -> Module:
    """Let the parameters of the parts `names` not learn, but for those in the parts `except_`; returns the model.

    A part is the dotted name of a module or of a parameter, and everything below it: `freeze(model, "layer1")`,
    `freeze(model, except_="fc")`. Without `names`, all parts are meant. Parameters elsewhere stay as they are, and so
    does train or eval mode. An optimizer passes over what is frozen, because it gets no gradient, and the backward pass
    does not go further down than it must.

    Statistics of batch norm are no parameters: in training they go on following the data, also in frozen parts.
    `eval()` of a part stops that, until `train()` is called on the model again; `freeze_statistics` stops it for good.

    Raises ValueError for a name that no parameter lies under.
    """
    parameters = dict(model.named_parameters())
    kept = (except_,) if isinstance(except_, str) else tuple(except_)
    for name in (*names, *kept):
        check_part(model, name)
    for path, parameter in parameters.items():
        if (not names or within(path, names)) and not within(path, kept):
            parameter.requires_grad = False
    return model


def freeze_statistics(model: Module) -> Module:
    """Let batch norms whose parameters are all frozen stay in evaluation mode, whatever `train()` says; returns it.

    They normalise by the statistics that they were trained with, and these stay as they are. What a frozen part gives
    for an image then depends on that image alone, not on the others of its batch.
    """

    def stay_in_eval(module: Module, args: tuple) -> None:
        module.eval()

    for module in model.modules():
        frozen = not any(parameter.requires_grad for parameter in module.parameters())
        if isinstance(module, BatchNorm) and frozen:
            module.register_forward_pre_hook(stay_in_eval)
    return model


def param_groups(model: Module, rates: Mapping[str, float | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer, with the learning rates of the parts of `model`.

        optim.SGD(param_groups(model, {"": 0.001, "layer3": 0.003, "fc": 0.01}), lr=0.001, momentum=0.9)

    `rates` gives each part, named as in `freeze`, a learning rate, or settings such as {"lr": 0.01, "weight_decay": 0};
    "" is the whole model. A parameter belongs to the part with the longest name that it lies under; those under none,
    and frozen ones, are left out. The groups are named after their parts; empty ones are left out.

    Raises ValueError for a name that no parameter lies under, or if no parameter is left.
    """
    for name in rates:
        check_part(model, name)
    groups: dict[str, list[Parameter]] = {name: [] for name in rates}
    for path, parameter in model.named_parameters():
        parts = [name for name in rates if within(path, (name,))]
        if parameter.requires_grad and parts:
            groups[max(parts, key=len)].append(parameter)
    if not any(groups.values()):
        raise ValueError(f"param_groups found no parameter of {type(model).__name__} that learns in the parts it got")
    return [
        {"params": parameters, "name": name or "all", **settings_of(rates[name])}
        for name, parameters in groups.items()
        if parameters
    ]


def settings_of(rate: float | Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a group: those given, or a learning rate alone."""
    return dict(rate) if isinstance(rate, Mapping) else {"lr": rate}


def within(path: str, parts: Iterable[str]) -> bool:
    """Is `path` one of `parts` or below one? 'layer1.0.weight' is below 'layer1', not below 'layer'; all is below ''.

    `parts` are several names; a single one goes into a tuple: `within(path, (name,))`.
    """
    return any(part in ("", path) or path.startswith(f"{part}.") for part in parts)


def check_part(model: Module, name: str) -> None:
    """Raise ValueError unless some parameter lies under `name`."""
    paths = [path for path, _ in model.named_parameters()]
    if not any(within(path, (name,)) for path in paths):
        parts = {path.rsplit(".", i)[0] for path in paths for i in range(path.count(".") + 1)}
        top = ", ".join(dict.fromkeys(path.partition(".")[0] for path in paths))
        hint = did_you_mean(name, sorted(parts))
        raise ValueError(f"no parameter of {type(model).__name__} lies under '{name}'{hint}; its parts are {top}")
