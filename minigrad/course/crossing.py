"""A call that happens on another device: what a function is given goes there, what it returns and leaves comes back.

So a check that was written for arrays on the CPU tries a function on a GPU: it hands over NumPy's arrays and gets such
back, while the function itself sees CuPy's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial, wraps
from inspect import signature
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

from ..changes import Clock, changed_since, note_change
from ..device import array_module, check_expected, module_on, to_device
from ..nn.module import Module, Parameter
from ..nn.utils.rnn import PackedSequence
from ..tensor import Tensor
from .diagnosis import WrongError
from .learner import code_file
from .numpy_sources import is_on_cpu
from .numpy_use import why_on_device, why_read, why_returned

ENGINE = ("edges", "hooks", "trace")
"""Attributes of a node that belong to the graph, not to the operation."""
MEASURED = ("measures gradients in float64, on the CPU", "在 CPU 上用 float64 测量梯度")
DRAWN = ("draws from one row of scores, which is brought to the CPU", "抽取用的那一行分数会先拿回 CPU")
ON_THE_CPU = {
    "minigrad.autograd:topological_order": ("orders the vertices of a graph, not arrays", "排列的是图的顶点，不是数组"),
    "minigrad.gradcheck:slope": MEASURED,
    "minigrad.gradcheck:numerical_gradient": MEASURED,
    "minigrad.gradcheck:is_kink": MEASURED,
    "minigrad.training:confusion_matrix": (
        "counts labels that have been brought to the CPU",
        "统计的是已经拿回 CPU 的标签",
    ),
    "minigrad.models.sampling:top_k": DRAWN,
    "minigrad.models.sampling:top_p": DRAWN,
    "minigrad.models.sampling:next_token": DRAWN,
}
"""Blanks whose arrays, if they take any, lie on the CPU also where a model runs on a GPU, and why: English, Chinese."""


@dataclass
class Journey:
    """What was seen of all calls of a check: how many arrays were on the device, and which of NumPy's the function made
    and kept for later calls."""

    arrays: int = 0
    kept: list[Any] = field(default_factory=list)


class Crossing:
    """One call. `there` gives what a value is on the device, `home` what it is on the CPU.

    Arrays and tensors are copied, and written back into the originals; the attributes of nodes, lists and dictionaries
    are exchanged in place until `back`. Gradients flow through the copies of tensors to the originals.
    """

    inside = False
    """Is a call under way? What is called from within has its arrays there already."""

    def __init__(self, device: str, journey: Journey):
        self.device, self.xp, self.journey = device, module_on(device), journey
        self.copies: dict[int, tuple[Any, Any]] = {}  # by the original's id
        self.originals: dict[int, tuple[Any, Any]] = {}  # by the copy's id
        self.exchanged: dict[int, Any] = {}  # objects whose contents are on the device now
        self.undo: list[Callable[[], None]] = []
        self.crossed = False  # has anything gone to the device?
        self.start = Clock.now

    # --------------------------------------------------------------------------------------------------------- there

    def there(self, x: Any) -> Any:
        """`x` on the device: a copy of an array or a tensor; other things hold their arrays there until `back`."""
        if id(x) in self.copies:
            return self.copies[id(x)][1]
        if isinstance(x, np.ndarray):
            stays = x.dtype.kind not in "biufc" or any(x is kept for kept in self.journey.kept)
            return x if stays else self.copied(x, to_device(x, self.device))
        if isinstance(x, Parameter):
            return self.exchange(x, self.tensor_there)
        if isinstance(x, Tensor):
            return self.copied(x, x.to(self.device))
        if isinstance(x, Module):
            return self.exchange(x, self.module_there)
        if isinstance(x, PackedSequence):  # how long the sequences are is known on the CPU
            return x._replace(data=self.there(x.data), live=self.there(x.live))
        if isinstance(x, tuple):
            return rebuilt(x, self.there)
        if isinstance(x, list | dict):
            return self.exchange(x, self.container_there)
        if x is np:
            self.crossed = True
            return self.xp
        return self.exchange(x, self.attributes_there) if is_ours(x) else x

    def copied(self, x: Any, copy: Any) -> Any:
        self.crossed, self.journey.arrays = True, self.journey.arrays + 1
        self.copies[id(x)] = self.originals[id(copy)] = x, copy
        return copy

    def exchange(self, x: Any, do: Callable[[Any], None]) -> Any:
        """`x` itself, after `do` has brought its contents to the device, once."""
        if id(x) not in self.exchanged:
            self.exchanged[id(x)] = x
            do(x)
        return x

    def tensor_there(self, x: Tensor) -> None:
        x.data = self.there(x.data)
        if x.grad is not None:
            self.exchange(x.grad, self.tensor_there)
        self.undo.append(lambda: self.tensor_home(x))

    def module_there(self, x: Module) -> None:
        for part in (*x.parameters(), *x.buffers()):
            self.exchange(part, self.tensor_there)
        self.undo.append(lambda: self.module_home(x))

    def learned_there(self, x: Module) -> None:
        """The parameters of a module give way to copies, through which gradients flow to them."""
        self.exchanged[id(x)] = x
        for module in x.modules():
            before = dict(module._parameters)
            module._parameters.update({n: p if p is None else self.learned(p) for n, p in before.items()})
            self.undo.append(partial(module._parameters.update, before))
        for buffer in x.buffers():
            self.exchange(buffer, self.tensor_there)
        for name, value in vars(x).items():
            if isinstance(value, np.ndarray | Tensor | list | dict) and not name.startswith("_"):
                self.attribute_there(x, name, value)

    def learned(self, p: Parameter) -> Any:
        return self.copies[id(p)][1] if id(p) in self.copies else self.copied(p, p.to(self.device))

    def container_there(self, x: Any) -> None:
        fill(x, self.there)
        self.undo.append(lambda: fill(x, self.home))

    def attributes_there(self, x: Any) -> None:
        for name, value in list(vars(x).items()):
            if name not in ENGINE:
                object.__setattr__(x, name, self.there(value))
        self.undo.append(lambda: self.attributes_home(x))

    def attribute_there(self, x: Any, name: str, value: Any) -> None:
        object.__setattr__(x, name, self.there(value))
        self.undo.append(lambda: object.__setattr__(x, name, value))

    # ---------------------------------------------------------------------------------------------------------- home

    def back(self) -> None:
        """Write what has become of the copies into the originals, and put everything back."""
        for x, copy in list(self.copies.values()):
            array, now = (x.data, copy.data) if isinstance(x, Tensor) else (x, copy)
            if array.flags.writeable and array.shape == now.shape:
                array[...] = now.get()
                if changed_since(now, self.start):
                    note_change(array)
        for undo in reversed(self.undo):
            undo()

    def home(self, y: Any) -> Any:
        """`y` on the CPU: the original of a copy; other arrays of the device are copied."""
        if id(y) in self.originals:
            return self.originals[id(y)][0]
        if isinstance(y, self.xp.ndarray):
            return self.originals[id(self.copied(y.get(), y))][0]
        if isinstance(y, np.ndarray):
            if y.dtype.kind in "biufc" and id(y) not in self.copies:
                self.journey.kept.append(y)
            return y
        if isinstance(y, Parameter):
            self.tensor_home(y)
            return y
        if isinstance(y, Tensor):
            return y.to("cpu")
        if isinstance(y, Module):
            self.module_home(y)
            return y
        if isinstance(y, tuple):
            return rebuilt(y, self.home)
        if isinstance(y, list | dict):
            if id(y) not in self.exchanged:
                fill(y, self.home)
            return y
        if is_ours(y) and id(y) not in self.exchanged:
            self.exchanged[id(y)] = y
            self.attributes_home(y)
        return y

    def tensor_home(self, x: Tensor) -> None:
        x.data = self.home(x.data)
        if x.grad is not None:
            x.grad.data = self.home(x.grad.data)

    def module_home(self, x: Module) -> None:
        for part in (*x.parameters(), *x.buffers()):
            if array_module(part.data) is not np:
                self.tensor_home(part)

    def attributes_home(self, x: Any) -> None:
        for name, value in list(vars(x).items()):
            if name not in ENGINE:
                object.__setattr__(x, name, self.home(value))


def rebuilt(values: tuple, change: Callable[[Any], Any]) -> Any:
    """A tuple, which may be a named one, with each value changed."""
    changed = [change(value) for value in values]
    return type(values)(*changed) if hasattr(values, "_fields") else tuple(changed)


def fill(x: Any, change: Callable[[Any], Any]) -> None:
    """Change the values of a list or of a dictionary in place."""
    if isinstance(x, dict):
        x.update({key: change(value) for key, value in list(x.items())})
    else:
        x[:] = [change(value) for value in x]


def is_ours(x: Any) -> bool:
    """Is `x` an object of one of minigrad's classes, or of one derived from these, with attributes?"""
    if isinstance(x, type) or not hasattr(x, "__dict__"):
        return False
    return any(kind.__module__.startswith("minigrad.") for kind in type(x).__mro__)


def crossing(function: Callable, device: str, journey: Journey, reading: bool = True) -> Callable:
    """The function, computing on `device` whatever it is called with.

    WrongError where NumPy keeps it from doing so; and, unless `reading`, where the function waits for the device to
    read from it.
    """
    path = code_file(function)

    @wraps(function)
    def crossed(*args: Any, **kwargs: Any) -> Any:
        if Crossing.inside:
            return function(*args, **kwargs)
        call = Crossing(device, journey)
        if args and isinstance(args[0], Module) and next(iter(signature(function).parameters)) == "self":
            call.learned_there(args[0])
        given = [call.there(x) for x in args], {name: call.there(x) for name, x in kwargs.items()}
        try:
            with on_the_way(), nullcontext() if reading else nothing_is_read(path):
                result = function(*given[0], **given[1])
            check_expected()
            if call.crossed and is_on_cpu(result):
                taken = signature(function).bind(*given[0], **given[1]).arguments
                raise WrongError(why_returned(function, taken, result))
        except WrongError:
            raise
        except Exception as error:
            with suppress(Exception):
                check_expected()  # what else went wrong does not belong to the next call
            finding = why_on_device(error, path)
            if finding is not None:
                raise WrongError(finding) from error
            raise
        finally:
            call.back()
        return call.home(result)

    return crossed


@contextmanager
def nothing_is_read(path: str) -> Iterator[None]:
    """Within this context WrongError is raised where the learner's code in `path` waits for the device."""
    import cupyx

    with catch_warnings():
        simplefilter("ignore", FutureWarning)  # allow_synchronize is experimental
        try:
            with cupyx.allow_synchronize(False):
                yield
        except cupyx.DeviceSynchronized as error:
            raise WrongError(why_read(error, path)) from error


@contextmanager
def on_the_way() -> Iterator[None]:
    Crossing.inside = True
    try:
        yield
    finally:
        Crossing.inside = False
