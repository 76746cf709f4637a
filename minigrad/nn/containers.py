"""Modules made of modules: Sequential and ModuleList."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from ..tensor import Tensor
from .module import Module


class Numbered(Module):
    """Base of containers whose modules are named '0', '1', ... and which can be changed like a list."""

    def __init__(self, modules: Iterable[Module] = ()):
        super().__init__()
        self.extend(modules)

    def append(self, module: Module) -> Numbered:
        number = next(n for n in count(len(self)) if str(n) not in self._modules)
        self.add_module(str(number), self._checked(module))
        return self

    def extend(self, modules: Iterable[Module]) -> Numbered:
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Numbered:
        modules = list(self)
        modules.insert(index, self._checked(module))
        return self._renumber(modules)

    def pop(self, index: int = -1) -> Module:
        """Take the module at a position out, and return it."""
        module = self[index]
        del self[index]
        return module

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: Any) -> Any:
        """The module at a position, or a container of the same kind with those of a slice."""
        return type(self)(list(self)[index]) if isinstance(index, slice) else list(self)[index]

    def __setitem__(self, index: int, module: Module) -> None:
        self.add_module(list(self._modules)[index], self._checked(module))

    def __delitem__(self, index: int | slice) -> None:
        """Remove modules; those that are left are numbered anew."""
        modules = list(self)
        del modules[index]
        self._renumber(modules)

    def __add__(self, other: Iterable[Module]) -> Numbered:
        return type(self)().extend([*self, *other])

    def __iadd__(self, other: Iterable[Module]) -> Numbered:
        return self.extend(other)

    def _checked(self, module: Any) -> Module:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__} holds modules, got {type(module).__name__}")
        return module

    def _renumber(self, modules: list[Module]) -> Numbered:
        self._modules.clear()
        return self.extend(modules)


class Sequential(Numbered):
    """Modules applied one after another: `Sequential(Linear(784, 128), ReLU(), Linear(128, 10))`.

    A dict gives the modules names: `Sequential({"hidden": Linear(784, 128), ...})`. A slice keeps the names.
    """

    def __init__(self, *modules: Module | dict[str, Module]):
        if len(modules) == 1 and isinstance(modules[0], dict):
            super().__init__()
            for name, module in modules[0].items():
                self.add_module(name, self._checked(module))
        else:
            super().__init__(modules)  # type: ignore[arg-type]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return super().__getitem__(index)

    def forward(self, input: Tensor) -> Tensor:
        for module in self:
            input = module(input)
        return input


class ModuleList(Numbered):
    """A list of modules whose parameters are found; what to do with them is up to the model."""
