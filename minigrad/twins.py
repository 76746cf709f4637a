"""Fast twins of operations, which step aside where a learner's function has to run.

An operation is written so that it can be read, and asked of a learner. Where another way of computing the same is much
faster, it is a *twin*: a subclass with a forward and a backward of its own, which users get by default. It computes the
same within rounding, and a test compares the two. As soon as a function that the twin would bypass is the learner's,
the plain operation runs.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from .function import Function

_twins: dict[type[Function], tuple[type[Function], set[str]]] = {}
_replaced: set[str] = set()


class PlainMode:
    """`on` switches all twins off."""

    on = False


def twin_of(plain: type[Function], *pieces: Callable) -> Callable[[type[Function]], type[Function]]:
    """A class decorator: the class computes what `plain` does, faster.

    `pieces` are the functions that `plain` calls and its twin does not.
    """
    owners = [base for base in plain.__mro__ if base is not Function and issubclass(base, Function)]
    methods = {f"{base.__module__}:{base.__qualname__}.{name}" for base in owners for name in ("forward", "backward")}
    bypassed = methods | {f"{piece.__module__}:{piece.__qualname__}" for piece in pieces}

    def register(fast: type[Function]) -> type[Function]:
        fast.name = plain.__name__  # type: ignore[assignment, method-assign]  # what messages and pictures call it
        _twins[plain] = fast, bypassed
        return fast

    return register


def fastest(plain: type[Function]) -> Any:
    """The twin of an operation; the operation itself if it has none, or if its twin would bypass a learner's code."""
    twin, bypassed = _twins.get(plain, (plain, set()))
    return plain if PlainMode.on or (_replaced and _replaced & bypassed) else twin


def are_learners(names: Collection[str]) -> bool:
    """Is one of the functions of these names the learner's, or are all twins switched off?"""
    return PlainMode.on or not _replaced.isdisjoint(names)


@contextmanager
def stepping_aside(names: Collection[str]) -> Iterator[None]:
    """Within this context the functions of these names, `module:qualified.name`, are the learner's."""
    added = set(names) - _replaced
    _replaced.update(added)
    try:
        yield
    finally:
        _replaced.difference_update(added)


@contextmanager
def plain_operations() -> Iterator[None]:
    """Within this context no operation is replaced by its fast twin."""
    before, PlainMode.on = PlainMode.on, True
    try:
        yield
    finally:
        PlainMode.on = before
