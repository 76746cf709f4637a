"""Module: a part of a network that owns parameters, buffers and other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..changes import note_change
from ..checks import check_bool
from ..device import Array, array_module, cuda_index, to_device
from ..dtypes import as_dtype, is_floating
from ..errors import CheckpointError, DeviceError, did_you_mean
from ..tensor import Hook, Tensor, as_array

GROUPS = ("_parameters", "_buffers", "_modules")
TOLD = 3  # names, or problems of one kind, that a message gives


class Parameter(Tensor):
    """A tensor that a module learns: it requires a gradient, and assigning it to a module registers it there.

    `data` is what Tensor takes, or a tensor, whose array is shared; the parameter is a leaf whatever made that tensor.
    Raises TypeError as Tensor does: for what is not made of numbers, and for integers while `requires_grad`.
    """

    def __init__(self, data: Any, requires_grad: bool = True):
        super().__init__(data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter({super().__repr__()})"


class Missing(NamedTuple):
    """What `load_state_dict(strict=False)` could not match; shown as a sentence where there is nothing."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not any(self):
            return "<All keys matched successfully>"
        return f"Missing(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class ForwardHooks(NamedTuple):
    """What a module calls before and after its `forward`."""

    before: list[Callable[[Module, tuple], Any]]
    after: list[Callable[[Module, tuple, Any], Any]]

    def call(self, module: Module, args: tuple, kwargs: dict[str, Any]) -> Any:
        """The result of `module`, with what the hooks return in the place of its inputs and of its output."""
        for before in list(self.before):
            if (given := before(module, args)) is not None:
                args = given if isinstance(given, tuple) else (given,)
        output = module.forward(*args, **kwargs)
        for after in list(self.after):
            if (given := after(module, args, output)) is not None:
                output = given
        return output


class Module:
    """Base of all layers and models. Subclasses set parameters and submodules in `__init__` and define `forward`.

        class Perceptron(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(784, 10)

            def forward(self, x):
                return self.fc(x)

    Calling a module calls `forward`. Names in `state_dict` are the attribute names joined by dots, as in PyTorch, so
    weights can be exchanged. `training` says which of their two behaviours modules such as Dropout have.

    Raises AttributeError where parameters or submodules are set before `super().__init__()` was called.
    """

    training: bool
    _hooks: ForwardHooks | None = None

    def __init__(self) -> None:
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _temporary=set(), training=True)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the module; what a subclass defines. NotImplementedError in one that does not."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._hooks is None:
            return self.forward(*args, **kwargs)
        return self._hooks.call(self, args, kwargs)

    def register_forward_pre_hook(self, hook: Callable[[Module, tuple], Any]) -> Hook:
        """Call `hook(module, args)` before every `forward`; what it returns, unless None, takes the place of `args`.

        `args` is the tuple of positional arguments. Returns a handle whose `remove()` takes the hook off. Raises
        TypeError if `hook` cannot be called.
        """
        return self._hooked(hook, 0)

    def register_forward_hook(self, hook: Callable[[Module, tuple, Any], Any]) -> Hook:
        """Call `hook(module, args, output)` after every `forward`; what it returns, unless None, replaces `output`.

        This is how feature maps are looked at. Returns a handle whose `remove()` takes the hook off. Raises TypeError
        if `hook` cannot be called.
        """
        return self._hooked(hook, 1)

    def _hooked(self, hook: Any, when: int) -> Hook:
        if not callable(hook):
            raise TypeError(f"{type(self).__name__} needs a function as hook, got {type(hook).__name__}")
        if self._hooks is None:
            self.__dict__["_hooks"] = ForwardHooks([], [])
        hooks: list = self._hooks[when]  # type: ignore[index]
        hooks.append(hook)
        return Hook(hooks, hook)

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
        own = self.__dict__
        for group in GROUPS:
            if group in own and name in own[group]:
                return own[group][name]
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
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly below this one, each once."""
        first = {id(child): name for name, child in reversed(self._modules.items()) if child is not None}
        return ((name, child) for name, child in self._modules.items() if first.get(id(child)) == name)

    def children(self) -> Iterator[Module]:
        """The modules directly below this one, each once."""
        return (child for _, child in self.named_children())

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """All parameters with dotted names, each once; without `recurse` only those of this module itself."""
        return self._named("_parameters", prefix, recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, each once; without `recurse` only those of this module itself."""
        return (parameter for _, parameter in self.named_parameters("", recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """All buffers with dotted names, each once; without `recurse` only those of this module itself."""
        return self._named("_buffers", prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, each once; without `recurse` only those of this module itself."""
        return (buffer for _, buffer in self.named_buffers("", recurse))

    def _named(self, group: str, prefix: str, recurse: bool) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, tensor in getattr(module, group).items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield (f"{path}.{name}" if path else name), tensor

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path such as 'blocks.0.fc'; '' is this one. AttributeError if there is none."""
        module = self
        for name in target.split(".") if target else ():
            children: dict[str, Module] = module._modules
            if children.get(name) is None:
                hint = did_you_mean(name, children)
                raise AttributeError(f"{type(module).__name__} has no submodule '{name}'{hint}, asked for '{target}'")
            module = children[name]
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path such as 'blocks.0.fc.weight'; AttributeError if there is none."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if owner._parameters.get(name) is None:
            hint = did_you_mean(name, owner._parameters)
            raise AttributeError(f"{type(owner).__name__} has no parameter '{name}'{hint}, asked for '{target}'")
        return owner._parameters[name]

    def apply(self, function: Callable[[Module], Any]) -> Module:
        """Call `function` on every module, children first; returns this module."""
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
        """Switch this module and all below it to evaluation: dropout off."""
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

    def to(self, *targets: Any, device: str | None = None, dtype: Any = None) -> Module:
        """Move all parameters and buffers to a device, convert the floating ones to a dtype, or both, in place.

        `model.to("cuda")`, `model.to(minigrad.float64)`, `model.to(device="cpu", dtype="float32")`. Raises DeviceError
        for an unknown device, TypeError for a dtype that is not floating: no gradient could flow through it.
        """
        device, dtype = destination(targets, device, dtype)
        for tensor in (*self.parameters(), *self.buffers()):
            for owned in (tensor, tensor.grad):
                if owned is not None:
                    owned.data = converted(owned.data, device, dtype)
        return self

    def cpu(self) -> Module:
        """Move to the CPU, as `to` does."""
        return self.to("cpu")

    def cuda(self, index: int = 0) -> Module:
        """Move to GPU number `index`, as `to` does."""
        return self.to(f"cuda:{index}")

    def float(self) -> Module:
        """Convert to float32, as `to` does."""
        return self.to("float32")

    def double(self) -> Module:
        """Convert to float64, as `to` does."""
        return self.to("float64")

    def half(self) -> Module:
        """Convert to float16, as `to` does."""
        return self.to("float16")

    def bfloat16(self) -> Module:
        """Convert to bfloat16, as `to` does."""
        return self.to("bfloat16")

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
        values that are no numbers, for shapes that differ and, if `strict`, for missing and unexpected names, of which
        it gives the first few and how many there are; also for a `state_dict` that is no dict. Raises TypeError for a
        `strict` that is neither True nor False.
        """
        check_bool("load_state_dict: strict", strict)
        if not isinstance(state_dict, Mapping):
            raise CheckpointError(f"expected a state dict of names and tensors, got {type(state_dict).__name__}")
        own = self.state_dict()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        given: dict[str, Array] = {}
        problems: list[str] = []
        for name in [name for name in own if name in state_dict]:
            try:
                given[name] = array_of(state_dict[name])
            except (TypeError, ValueError, RuntimeError) as error:  # PyTorch raises the last for tensors without data
                problems.append(f"{name}: {error}")
                continue
            if given[name].shape != own[name].shape:
                problems.append(f"{name} has shape {given[name].shape}, expected {own[name].shape}")
        told = [first_of(problems, "; ", f"{len(problems)} in all")] if problems else []
        if strict and missing:
            told.append(f"missing: {first_of(missing, ', ', f'{len(missing)} of the {len(own)} of the model')}")
        if strict and unexpected:
            told.append(
                f"unexpected: {first_of(unexpected, ', ', f'{len(unexpected)} of the {len(state_dict)} given')}"
            )
        if told:
            raise CheckpointError(f"the state does not fit {type(self).__name__}: {'; '.join(told)}")
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
    """`text` with every line but the first moved to the right."""
    return text.replace("\n", "\n  ")


def first_of(items: list[Any], separator: str, count: str) -> str:
    """The first items, and where there are more an ellipsis and `count`, which says how many there are."""
    rest = ["..."] if len(items) > TOLD else []
    return separator.join([*map(str, items[:TOLD]), *rest]) + (f" ({count})" if rest else "")


def named_paths(module: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    """Every path to every module, with a trailing dot: a module that is used twice has two, as in PyTorch."""
    yield prefix, module
    for name, child in module._modules.items():
        if child is not None:
            yield from named_paths(child, f"{prefix}{name}.")


def destination(targets: tuple, device: str | None, dtype: Any) -> tuple[str | None, np.dtype | None]:
    """The device and the dtype among the arguments of `to`, None for what is to stay.

    Raises DeviceError for a text that names neither, TypeError for what is no floating dtype.
    """
    for target in targets:
        if isinstance(target, str) and target.partition(":")[0] in ("cpu", "cuda"):
            device = target
        else:
            dtype = named_dtype(target)
    if device is not None:
        cuda_index(device)
    if dtype is not None and not is_floating(dtype := as_dtype(dtype)):
        raise TypeError(f"a module can be converted to floating dtypes only, got {dtype}")
    return device, dtype


def named_dtype(target: Any) -> np.dtype:
    """`target` as a dtype; DeviceError for a text that is neither a dtype nor a device."""
    try:
        return as_dtype(target)
    except TypeError as error:
        if not isinstance(target, str):
            raise
        known = "expected 'cpu', 'cuda', 'cuda:N' or a floating dtype such as 'float32'"
        raise DeviceError(f"unknown device or dtype '{target}'; {known}") from error


def converted(array: Array, device: str | None, dtype: np.dtype | None) -> Array:
    """`array` on another device, in another dtype (if it is floating), or both; itself where nothing changes."""
    array = array if device is None else to_device(array, device)
    return array if dtype is None or not is_floating(array.dtype) else array.astype(dtype, copy=False)


def array_of(value: Any) -> Array:
    """The array in a tensor of minigrad or PyTorch, or in anything else that holds numbers; bfloat16 as float32."""
    if hasattr(value, "detach") and not isinstance(value, Tensor):
        value = value.detach().cpu()
        value = (value.float() if "bfloat16" in str(value.dtype) else value).numpy()
    return as_array(value)
