"""Module: a part of a network that owns parameters, buffers and other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..device import array_module, cuda_index, device_of, to_device
from ..errors import CheckpointError
from ..grad_mode import no_grad
from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: it requires a gradient, and assigning it to a module registers it there."""

    def __init__(self, data: Any, requires_grad: bool = True):
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter({super().__repr__()})"


class Missing(NamedTuple):
    """What `load_state_dict(strict=False)` could not match."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """Base of all layers and models. Subclasses set parameters and submodules in `__init__` and define `forward`.

    Names in `state_dict` are the attribute names joined by dots, as in PyTorch, so weights can be exchanged.
    """

    training: bool

    def __init__(self) -> None:
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _temporary=set(), training=True)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} defines no forward")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    # -------------------------------------------------------------------------------------------- registration

    def __setattr__(self, name: str, value: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__}: call super().__init__() before setting '{name}'")
        groups = (self._parameters, self._buffers, self._modules)
        if isinstance(value, Parameter):
            target = self._parameters
        elif isinstance(value, Module):
            target = self._modules
        elif isinstance(value, Tensor) and name in self._buffers:
            target = self._buffers
        elif value is None and any(name in group for group in groups):
            target = next(group for group in groups if name in group)
        elif any(name in group for group in groups):
            raise TypeError(
                f"{type(self).__name__}.{name} is registered; expected a Parameter, a buffer tensor, a Module or None, "
                f"got {type(value).__name__}"
            )
        else:
            object.__setattr__(self, name, value)
            return
        for group in groups:
            if group is not target:
                group.pop(name, None)
        self.__dict__.pop(name, None)
        target[name] = value

    def __getattr__(self, name: str) -> Any:
        for group in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(group, ()):
                return self.__dict__[group][name]
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        for group in (self._parameters, self._buffers, self._modules):
            if name in group:
                del group[name]
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a tensor that is not learned (running statistics, position tables); in `state_dict` if `persistent`."""
        self.__dict__.pop(name, None)
        self._buffers[name] = tensor
        (self._temporary.discard if persistent else self._temporary.add)(name)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Own a parameter; None keeps the name free, as for a layer without bias."""
        self.__dict__.pop(name, None)
        self._parameters[name] = parameter

    def add_module(self, name: str, module: Module | None) -> None:
        """Own a submodule under a name that need not be an identifier, such as '0'."""
        self._modules[name] = module

    # ------------------------------------------------------------------------------------------------ traversal

    def named_modules(self, prefix: str = "", seen: set[int] | None = None) -> Iterator[tuple[str, Module]]:
        """This module ('') and all below it, each once, with dotted names."""
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def modules(self) -> Iterator[Module]:
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        return ((name, child) for name, child in self._modules.items() if child is not None)

    def children(self) -> Iterator[Module]:
        return (child for _, child in self.named_children())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All parameters with dotted names, each once."""
        return self._named("_parameters")

    def parameters(self) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """All buffers with dotted names, each once."""
        return self._named("_buffers")

    def buffers(self) -> Iterator[Tensor]:
        return (buffer for _, buffer in self.named_buffers())

    def _named(self, group: str) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            for name, tensor in getattr(module, group).items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield (f"{prefix}.{name}" if prefix else name), tensor

    def apply(self, function: Callable[[Module], Any]) -> Module:
        """Call `function` on every module, children first."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    # ---------------------------------------------------------------------------------------------------- state

    def train(self, mode: bool = True) -> Module:
        """Switch this module and all below it to training behaviour (dropout on), or with False to evaluation."""
        for module in self.modules():
            module.__dict__["training"] = bool(mode)
        return self

    def eval(self) -> Module:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Let all parameters learn, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.grad = None

    def to(self, target: Any) -> Module:
        """Move all parameters and buffers to a device, or convert the floating ones to a dtype, in place."""
        for tensor in (*self.parameters(), *self.buffers()):
            convert(tensor, target)
            if tensor.grad is not None:
                convert(tensor.grad, target)
        return self

    def cpu(self) -> Module:
        return self.to("cpu")

    def cuda(self, index: int = 0) -> Module:
        return self.to(f"cuda:{index}")

    def float(self) -> Module:
        return self.to("float32")

    def double(self) -> Module:
        return self.to("float64")

    def state_dict(self) -> dict[str, Tensor]:
        """All parameters and persistent buffers by dotted name, as detached tensors that share memory."""
        state: dict[str, Tensor] = {}
        for prefix, module in named_paths(self):
            for name, tensor in (*module._parameters.items(), *module._buffers.items()):
                if tensor is not None and name not in module._temporary:
                    state[prefix + name] = tensor.detach()
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Missing:
        """Copy values into the parameters and buffers of the same names.

        Returns the names that were missing and unexpected. Raises CheckpointError, before anything is changed, for
        shapes that differ and, if `strict`, for missing and unexpected names.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        given = {name: Tensor(value).data for name, value in state_dict.items() if name in own}
        problems = [
            f"{name} has shape {tuple(array.shape)}, expected {own[name].shape}"
            for name, array in given.items()
            if tuple(array.shape) != own[name].shape
        ]
        if strict and missing:
            problems.append(f"missing: {', '.join(missing)}")
        if strict and unexpected:
            problems.append(f"unexpected: {', '.join(unexpected)}")
        if problems:
            raise CheckpointError(f"the state does not fit {type(self).__name__}: {'; '.join(problems)}")
        with no_grad():
            for name, array in given.items():
                own[name].data[...] = to_device(array, own[name].device)
        return Missing(missing, unexpected)

    # -------------------------------------------------------------------------------------------------- display

    def extra_repr(self) -> str:
        """The settings of a layer, shown between its parentheses."""
        return ""

    def __repr__(self) -> str:
        lines = [f"({name}): {indented(repr(child))}" for name, child in self._modules.items()]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def named_paths(module: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    """Every path to every module, with a trailing dot: a module that is used twice has two, as in PyTorch."""
    yield prefix, module
    for name, child in module.named_children():
        yield from named_paths(child, f"{prefix}{name}.")


def convert(tensor: Tensor, target: Any) -> None:
    """Give `tensor` an array of another dtype (if it is floating) or on another device."""
    if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
        index = cuda_index(target)
        if device_of(tensor.data) != ("cpu" if index is None else f"cuda:{index}"):
            tensor.data = to_device(tensor.data, target)
    elif tensor.data.dtype.kind == "f":
        tensor.data = array_module(tensor.data).asarray(tensor.data, dtype=target)
