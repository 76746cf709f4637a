"""Modules made of modules or of parameters: Sequential, ModuleList, ModuleDict and ParameterList."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from ..tensor import Tensor
from .module import Module, Parameter


class Numbered(Module):
    """Base of containers whose parts are named '0', '1', ... and which can be changed like a list.

    Raises TypeError for a part of another kind than `_kind`.
    """

    _group = "_modules"  # where a Module keeps parts of the kind
    _kind: type = Module

    def __init__(self, parts: Iterable[Any] = ()):
        super().__init__()
        self.extend(parts)

    def append(self, part: Any) -> Numbered:
        """Add a part at the end; returns the container."""
        number = next(n for n in count(len(self)) if str(n) not in self._parts)
        self._register(self._group, str(number), self._checked(part))
        return self

    def extend(self, parts: Iterable[Any]) -> Numbered:
        """Add parts at the end, in their order; returns the container."""
        if not isinstance(parts, Iterable):
            raise TypeError(f"{type(self).__name__} takes a list, got {type(parts).__name__}")
        for part in list(parts):
            self.append(part)
        return self

    def insert(self, index: int, part: Any) -> Numbered:
        """Add a part before position `index`; returns the container, numbered anew."""
        parts = list(self)
        parts.insert(index, self._checked(part))
        return self._renumber(parts)

    def pop(self, index: int = -1) -> Any:
        """Take the part at a position out, and return it."""
        part = self[index]
        del self[index]
        return part

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._parts.values())

    def __getitem__(self, index: Any) -> Any:
        """The part at a position, or a container of the same kind with those of a slice."""
        return type(self)(list(self)[index]) if isinstance(index, slice) else list(self)[index]

    def __setitem__(self, index: int, part: Any) -> None:
        self._register(self._group, list(self._parts)[index], self._checked(part))

    def __delitem__(self, index: int | slice) -> None:
        """Remove parts; those that are left are numbered anew."""
        parts = list(self)
        del parts[index]
        self._renumber(parts)

    def __add__(self, other: Iterable[Any]) -> Numbered:
        return type(self)().extend([*self, *other])

    def __iadd__(self, other: Iterable[Any]) -> Numbered:
        return self.extend(other)

    @property
    def _parts(self) -> dict[str, Any]:
        return self.__dict__[self._group]

    def _checked(self, part: Any) -> Any:
        if not isinstance(part, self._kind):
            raise TypeError(f"{type(self).__name__} holds {self._kind.__name__.lower()}s, got {type(part).__name__}")
        return part

    def _renumber(self, parts: list[Any]) -> Numbered:
        self._parts.clear()
        return self.extend(parts)


class Sequential(Numbered):
    """Modules applied one after another: `Sequential(Linear(784, 128), ReLU(), Linear(128, 10))`.

    A dict gives the modules names: `Sequential({"hidden": Linear(784, 128), ...})`. A slice keeps the names. Without
    modules, y = x. Raises TypeError for what is no module.
    """

    def __init__(self, *modules: Module | dict[str, Module]):
        if len(modules) == 1 and isinstance(modules[0], dict):
            super().__init__()
            for name, module in modules[0].items():
                self.add_module(name, self._checked(module))
        else:
            super().__init__(modules)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return super().__getitem__(index)

    def forward(self, input: Tensor) -> Tensor:
        """The result of the last module, each being given the result of the one before."""
        for module in self:
            input = module(input)
        return input


class ModuleList(Numbered):
    """A list of modules whose parameters are found; what to do with them is up to the model.

    Raises TypeError for what is no module.
    """


class ParameterList(Numbered):
    """A list of parameters that are found; tensors become parameters. Raises TypeError for anything else."""

    _group = "_parameters"
    _kind = Parameter

    def _checked(self, part: Any) -> Parameter:
        return super()._checked(Parameter(part) if type(part) is Tensor else part)

    def __repr__(self) -> str:
        lines = [f"({name}): Parameter of shape {p.shape}, {p.dtype}" for name, p in self._parts.items()]
        return "ParameterList(\n  " + "\n  ".join(lines) + "\n)" if lines else "ParameterList()"


class ModuleDict(Module):
    """Modules by name, whose parameters are found: `ModuleDict({"relu": ReLU(), "tanh": Tanh()})`.

    Used like a dict; what to do with the modules is up to the model. Raises TypeError for what is no module or no
    dict, ValueError for a name that is empty, has a dot, or is that of an attribute of ModuleDict.
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None):
        super().__init__()
        self.update({} if modules is None else modules)

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add or replace modules by name: from a dict, a ModuleDict, or pairs."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"ModuleDict takes a dict, got {type(modules).__name__}")
        for name, module in modules.items() if hasattr(modules, "items") else modules:
            self[name] = module

    def pop(self, key: str) -> Module:
        """Take the module of a name out, and return it."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def keys(self) -> Iterable[str]:
        """The names, in the order in which they were added."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules, in the order in which they were added."""
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """Pairs of names and modules, in the order in which they were added."""
        return self._modules.items()

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"ModuleDict holds modules, got {type(module).__name__}")
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]
