"""Switches of the engine, each per thread: whether the graph is recorded, anomaly mode, and casts by autocast."""

import threading
from contextlib import ContextDecorator
from typing import Any


class Switches:
    """`grad`: is the graph recorded? `anomaly`: is anomaly mode on? `casting`: what converts the inputs of operations
    within `autocast`, None outside."""

    __slots__ = ("anomaly", "casting", "grad")

    def __init__(self) -> None:
        self.grad, self.anomaly = True, False
        self.casting: Any = None


class _Mode(threading.local):
    def __init__(self) -> None:  # once in every thread
        self.now = Switches()  # which is quick to ask; to ask what belongs to a thread is not


mode = _Mode()


class Switch(ContextDecorator):
    """Context manager and decorator inside which the entry `name` of `mode` has the given value."""

    def __init__(self, name: str, value: Any):
        self.name, self.value = name, value
        self.before: list[Any] = []  # what each entry goes back to, innermost last

    def __enter__(self) -> None:
        self.before.append(getattr(mode.now, self.name))
        setattr(mode.now, self.name, self.value)

    def __exit__(self, *exception: Any) -> None:
        setattr(mode.now, self.name, self.before.pop())

    def _recreate_cm(self) -> "Switch":  # a decorated function may run in several threads at once
        return Switch(self.name, self.value)


class no_grad(Switch):
    """Context manager and decorator under which no graph is recorded: `with no_grad(): ...` or `@no_grad()`."""

    def __init__(self) -> None:
        super().__init__("grad", False)


class enable_grad(Switch):
    """Context manager and decorator that records the graph again inside `no_grad`."""

    def __init__(self) -> None:
        super().__init__("grad", True)


class set_grad_enabled(Switch):
    """Record the graph from here on, or do not: `set_grad_enabled(False)`.

    As a context manager it goes back at the end to what was before, as a decorator it acts inside the function only.
    """

    def __init__(self, enabled: bool):
        super().__init__("grad", bool(enabled))
        super().__enter__()

    def __enter__(self) -> None:
        if not self.before:
            super().__enter__()
        mode.now.grad = self.value

    def __call__(self, function: Any) -> Any:
        self.__exit__()
        return super().__call__(function)

    def __repr__(self) -> str:
        return f"set_grad_enabled({self.value})"


def is_grad_enabled() -> bool:
    """Is the graph being recorded in this thread?"""
    return mode.now.grad


class detect_anomaly(Switch):
    """Anomaly mode: inside, the first op whose forward or backward turns finite numbers into NaN or inf raises
    FloatingPointError with its name. Every result is searched, so everything is slower."""

    def __init__(self) -> None:
        super().__init__("anomaly", True)
