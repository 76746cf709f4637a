"""Module: a part of a network that owns parameters, buffers and other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ..changes import note_change
from ..device import Array, array_module, to_device
from ..dtypes import as_dtype
from ..errors import CheckpointError
from ..tensor import Tensor, as_array

GROUPS = ("_parameters", "_buffers", "_modules")


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
        if isinstance(value, Parameter):
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self.add_module(name, value)
        elif group := next((group for group in GROUPS if name in self.__dict__.get(group, ())), None):
            self._register(group, name, value)
        else:
            object.__setattr__(self, name, value)

    def _register(self, group: str, name: str, value: Any) -> None:
        """Put `value` into one group and take its name out of the others.

        Raises ValueError for a name that cannot be used, TypeError for a value that does not belong into the group.
        """
        owner = type(self).__name__
        kind = {"_parameters": Parameter, "_buffers": Tensor, "_modules": Module}[group]
        if group not in self.__dict__:
            raise AttributeError(f"{owner}: call super().__init__() before setting '{name}'")
        if not name or "." in name:
            raise ValueError(f"{owner} got '{name}' as the name of a {kind.__name__}; expected one without dots")
        if hasattr(type(self), name):
            raise ValueError(
                f"{owner}.{name} is an attribute of the class already; give the {kind.__name__} another name"
            )
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{owner}.{name}: expected a {kind.__name__} or None, got {type(value).__name__}")
        for other in GROUPS:
            if other != group:
                self.__dict__[other].pop(name, None)
        if group != "_buffers":
            self._temporary.discard(name)
        self.__dict__.pop(name, None)
        self.__dict__[group][name] = value

    def __getattr__(self, name: str) -> Any:
        for group in GROUPS:
            if name in self.__dict__.get(group, ()):
                return self.__dict__[group][name]
        hint = "; call super().__init__() in its __init__" if name in GROUPS else ""
        raise AttributeError(f"{type(self).__name__} has no attribute '{name}'{hint}")

    def __delattr__(self, name: str) -> None:
        for group in GROUPS:
            if name in self.__dict__.get(group, ()):
                del self.__dict__[group][name]
                self._temporary.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._parameters, *self._buffers, *self._modules]

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Own a tensor that is not learned (running statistics, position tables); in `state_dict` if `persistent`."""
        self._register("_buffers", name, tensor)
        (self._temporary.discard if persistent else self._temporary.add)(name)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        """Own a parameter; None keeps the name free, as for a layer without bias."""
        self._register("_parameters", name, parameter)

    def add_module(self, name: str, module: Module | None) -> None:
        """Own a submodule under a name that need not be an identifier, such as '0'."""
        self._register("_modules", name, module)

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
        """The modules directly below this one, each once."""
        first = {id(child): name for name, child in reversed(self._modules.items()) if child is not None}
        return ((name, child) for name, child in self._modules.items() if first.get(id(child)) == name)

    def children(self) -> Iterator[Module]:
        return (child for _, child in self.named_children())

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """All parameters with dotted names, each once; without `recurse` only those of this module itself."""
        return self._named("_parameters", prefix, recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters("", recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """All buffers with dotted names, each once; without `recurse` only those of this module itself."""
        return self._named("_buffers", prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (buffer for _, buffer in self.named_buffers("", recurse))

    def _named(self, group: str, prefix: str, recurse: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, tensor in getattr(module, group).items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield (f"{path}.{name}" if path else name), tensor

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

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; with `set_to_none=False`, replace them by zeros."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = (
                    None if set_to_none else Tensor(array_module(parameter.data).zeros_like(parameter.data))
                )

    def to(self, *targets: Any) -> Module:
        """Move all parameters and buffers to a device, convert the floating ones to a dtype, or both, in place.

        Raises TypeError for a dtype that is not floating: no gradient could flow through it.
        """
        for tensor in (*self.parameters(), *self.buffers()):
            for owned in (tensor, tensor.grad):
                if owned is not None:
                    owned.data = converted(owned.data, *targets)
        return self

    def cpu(self) -> Module:
        return self.to("cpu")

    def cuda(self, index: int = 0) -> Module:
        return self.to(f"cuda:{index}")

    def float(self) -> Module:
        return self.to("float32")

    def double(self) -> Module:
        return self.to("float64")

    def half(self) -> Module:
        return self.to("float16")

    def state_dict(self) -> dict[str, Tensor]:
        """All parameters and persistent buffers by dotted name, as detached tensors that share memory."""
        state: dict[str, Tensor] = {}
        for prefix, module in named_paths(self):
            for name, tensor in (*module._parameters.items(), *module._buffers.items()):
                if tensor is not None and name not in module._temporary:
                    state[prefix + name] = tensor.detach()
        return state

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Missing:
        """Copy values into the parameters and buffers of the same names: tensors (PyTorch's too) or arrays.

        Returns the names that were missing and unexpected. Raises CheckpointError, before anything is changed, for
        values that are no numbers, for shapes that differ and, if `strict`, for missing and unexpected names.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        given: dict[str, Array] = {}
        problems = []
        for name in [name for name in own if name in state_dict]:
            try:
                given[name] = array_of(state_dict[name])
            except (TypeError, ValueError) as error:
                problems.append(f"{name}: {error}")
                continue
            if given[name].shape != own[name].shape:
                problems.append(f"{name} has shape {given[name].shape}, expected {own[name].shape}")
        if strict and missing:
            problems.append(f"missing: {', '.join(missing)}")
        if strict and unexpected:
            problems.append(f"unexpected: {', '.join(unexpected)}")
        if problems:
            raise CheckpointError(f"the state does not fit {type(self).__name__}: {'; '.join(problems)}")
        for name, array in given.items():
            own[name].data[...] = to_device(array, own[name].device)
            note_change(own[name].data)
        return Missing(missing, unexpected)

    # -------------------------------------------------------------------------------------------------- display

    def extra_repr(self) -> str:
        """The settings of a layer, shown between its parentheses."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = [f"({name}): {indented(repr(child))}" for name, child in self._modules.items()]
        if not lines:
            return f"{type(self).__name__}({extra})"
        lines = [extra, *lines] if extra else lines
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def named_paths(module: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    """Every path to every module, with a trailing dot: a module that is used twice has two, as in PyTorch."""
    yield prefix, module
    for name, child in module._modules.items():
        if child is not None:
            yield from named_paths(child, f"{prefix}{name}.")


def converted(array: Array, *targets: Any) -> Array:
    """`array` in another dtype (if it is floating), on another device, or both; itself where nothing changes."""
    for target in targets:
        if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
            array = to_device(array, target)
            continue
        dtype = as_dtype(target)
        if dtype.kind != "f":
            raise TypeError(f"a module can be converted to floating dtypes only, got {dtype}")
        array = array.astype(dtype, copy=False) if array.dtype.kind == "f" else array
    return array


def array_of(value: Any) -> Array:
    """The array in a tensor of minigrad or PyTorch, or in anything else that holds numbers; bfloat16 as float32."""
    if hasattr(value, "detach") and not isinstance(value, Tensor):
        value = value.detach().cpu()
        value = (value.float() if "bfloat16" in str(value.dtype) else value).numpy()
    return as_array(value)
