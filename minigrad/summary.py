"""What a model is made of: its layers, the shapes of what they give, their parameters and multiply-adds."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .checks import check_count
from .creation import zeros
from .display import show
from .errors import MinigradError
from .grad_mode import no_grad
from .language import say
from .models import MODELS, find_model, get_model
from .nn import Conv1d, Conv2d, ConvTranspose2d, Linear, Module
from .nn.init import no_drawing
from .tensor import Tensor

if TYPE_CHECKING:
    from rich.console import Console


class Layer(NamedTuple):
    """One call of a layer. `output` is the shape of its result without the batch; None for a layer never called."""

    name: str
    kind: str
    output: tuple[int, ...] | None
    parameters: int
    multiply_adds: int


class Summary(NamedTuple):
    """The layers of a model in the order of their calls, and totals. Parameters that are shared count once."""

    model: str
    input: tuple[int, ...]
    layers: list[Layer]
    parameters: int
    trainable: int
    multiply_adds: int


def conv_multiply_adds(layer: Conv1d | Conv2d, input: Tensor, output: Tensor) -> int:
    """Each element of the output is a sum over a kernel: as many products as one kernel has weights."""
    return output.data.size * math.prod(layer.weight.shape[1:])


def transposed_multiply_adds(layer: ConvTranspose2d, input: Tensor, output: Tensor) -> int:
    """Each element of the input is multiplied by a kernel."""
    return input.data.size * math.prod(layer.weight.shape[1:])


def linear_multiply_adds(layer: Linear, input: Tensor, output: Tensor) -> int:
    """Each element of the output is a sum over the features of the input."""
    return output.data.size * layer.in_features


MULTIPLY_ADDS: dict[type[Module], Callable[[Any, Tensor, Tensor], int]] = {
    Conv1d: conv_multiply_adds,
    Conv2d: conv_multiply_adds,
    ConvTranspose2d: transposed_multiply_adds,
    Linear: linear_multiply_adds,
}
"""How many products a call of a layer sums, by its class. Biases, normalisation, activations and pooling are left out,
as in the figures of the papers: they do a few operations for each element, not for each weight."""


def summarize(model: Module, input_shape: Sequence[int]) -> Summary:
    """Send one input of zeros, of `input_shape` without the batch, through `model`, and note what its layers do.

    Layers are modules without modules in them, and those with parameters of their own. What a forward computes without
    layers is not seen. The model is in evaluation mode meanwhile, and afterwards as it was. Raises ValueError or
    TypeError for an `input_shape` that is no shape, and what the model raises for an input that does not fit.
    """
    shape = tuple(input_shape)
    for size in shape:
        check_count("summarize: a size of input_shape", size, 1)
    like: Tensor = next(model.parameters(), zeros(1))
    layers: list[Layer] = []
    with noting(model, layers), evaluating(model), no_grad(), np.errstate(all="ignore"):
        model(zeros(1, *shape, dtype=like.dtype, device=like.device))
    parameters = list(model.parameters())
    return Summary(
        type(model).__name__,
        shape,
        layers,
        sum(p.data.size for p in parameters),
        sum(p.data.size for p in parameters if p.requires_grad),
        sum(layer.multiply_adds for layer in layers),
    )


def summarize_by_name(name: str, input_shape: Sequence[int] | None = None, num_classes: int | None = None) -> Summary:
    """`summarize` for a model of the registry, by default with the input and the classes that are usual for it.

    Raises UnknownNameError for an unknown name, MinigradError for an input that does not fit.
    """
    shape = tuple(input_shape or find_model(name).input_shape)
    with no_drawing():  # the weights are never looked at
        model = get_model(name, num_classes)
    try:
        return summarize(model, shape)
    except (ValueError, MemoryError) as error:
        en = f"{name} cannot take an input of {times(shape)}: {error}"
        raise MinigradError(say(en, f"{name} 不能用 {times(shape)} 的输入：{error}")) from error


@contextmanager
def noting(model: Module, layers: list[Layer]) -> Iterator[None]:
    """Inside, each call of a layer of `model` adds an entry to `layers`; at the end, those never called do."""
    counted: set[int] = set()
    called: set[int] = set()

    def entry(name: str, layer: Module, args: tuple, output: Any) -> Layer:
        new = [p for p in layer.parameters(recurse=False) if id(p) not in counted]
        counted.update(map(id, new))
        tensor = isinstance(output, Tensor)
        count = next((MULTIPLY_ADDS[kind] for kind in type(layer).__mro__ if tensor and kind in MULTIPLY_ADDS), None)
        return Layer(
            name,
            type(layer).__name__,
            output.shape[1:] if tensor else None,
            sum(p.data.size for p in new),
            count(layer, args[0], output) if count else 0,
        )

    def note(name: str) -> Callable[[Module, tuple, Any], None]:
        def hook(layer: Module, args: tuple, output: Any) -> None:
            called.add(id(layer))
            layers.append(entry(name, layer, args, output))

        return hook

    parts = [(name, layer) for name, layer in model.named_modules() if is_layer(layer)]
    with ExitStack() as hooks:
        for name, layer in parts:
            hooks.callback(layer.register_forward_hook(note(name)).remove)
        yield
    layers += [entry(name, layer, (), None) for name, layer in parts if id(layer) not in called]


def is_layer(module: Module) -> bool:
    """Has `module` parameters of its own, or no modules in it?"""
    return any(True for _ in module.parameters(recurse=False)) or not any(True for _ in module.children())


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """Inside, `model` is in evaluation mode; afterwards each of its modules is as it was."""
    before = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in before:
            module.training = training


# ----------------------------------------------------------------------------------------------------------- display


def show_summary(summary: Summary, console: "Console") -> None:
    """Print a summary as a table, which fits into 80 columns for the models here, and its totals."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=False)
    table.add_column(say("layer", "层"), overflow="fold")
    table.add_column(say("kind", "种类"), overflow="fold")
    table.add_column(say("output", "输出"), justify="right", no_wrap=True)
    table.add_column(say("parameters", "参数"), justify="right", no_wrap=True)
    table.add_column(say("multiply-adds", "乘加"), justify="right", no_wrap=True)
    for layer in summary.layers:
        output = times(layer.output) if layer.output is not None else "-"
        numbers = [f"{number:,}" if number else "" for number in (layer.parameters, layer.multiply_adds)]
        table.add_row(layer.name, layer.kind, output, *numbers)
    console.print(table)
    console.print(
        say(
            f"\n{summary.model} for one input of {times(summary.input)}: "
            f"{summary.parameters:,} parameters ({summary.trainable:,} learn), "
            f"{summary.multiply_adds:,} multiply-adds",
            f"\n{summary.model}，输入一个 {times(summary.input)}："
            f"参数 {summary.parameters:,} 个（其中可训练 {summary.trainable:,} 个），"
            f"乘加 {summary.multiply_adds:,} 次",
        ),
        soft_wrap=True,
        markup=False,
    )


def show_models(console: "Console") -> None:
    """Print the names of all models, those for inputs of the same shape together."""
    from rich.padding import Padding

    shapes: dict[tuple[int, ...], list[str]] = {}
    for name, entry in MODELS.items():
        shapes.setdefault(entry.input_shape, []).append(name)
    for shape, names in shapes.items():
        show(console, say(f"for inputs of {times(shape)}:", f"输入为 {times(shape)}："), style="bold")
        console.print(Padding("  ".join(names), (0, 0, 0, 2)), markup=False)


def times(shape: Sequence[int]) -> str:
    """A shape as '3x32x32'."""
    return "x".join(map(str, shape)) or "1"
