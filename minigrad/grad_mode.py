"""Switches of the engine, each per thread: whether the graph is recorded, and anomaly mode."""

import threading
from contextlib import ContextDecorator
from typing import Any


class _Mode(threading.local):
    def __init__(self) -> None:  # once in every thread
        self.grad, self.anomaly = True, False
        self.before: list[bool] = []  # what the open contexts go back to, innermost last


mode = _Mode()


class set_grad_enabled(ContextDecorator):
    """Context manager and decorator under which the graph is recorded, or not."""

    def __init__(self, enabled: bool):
        self.enabled = enabled

    def __enter__(self) -> None:
        mode.before.append(mode.grad)
        mode.grad = self.enabled

    def __exit__(self, *exception: Any) -> None:
        mode.grad = mode.before.pop()


class no_grad(set_grad_enabled):
    """Context manager and decorator under which no graph is recorded: `with no_grad(): ...` or `@no_grad()`."""

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(set_grad_enabled):
    """Context manager and decorator that records the graph again inside `no_grad`."""

    def __init__(self) -> None:
        super().__init__(True)


def is_grad_enabled() -> bool:
    """Is the graph being recorded in this thread?"""
    return mode.grad


class detect_anomaly(ContextDecorator):
    """Anomaly mode: inside, the first op whose forward or backward turns finite numbers into NaN or inf raises
    FloatingPointError with its name. Every result is searched, so everything is slower."""

    def __enter__(self) -> None:
        mode.before.append(mode.anomaly)
        mode.anomaly = True

    def __exit__(self, *exception: Any) -> None:
        mode.anomaly = mode.before.pop()
