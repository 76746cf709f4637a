"""Devices: which array module an array belongs to, moving arrays between devices, and the seeded random generators.

A device is named as in PyTorch: 'cpu' (NumPy), 'cuda' or 'cuda:1' (CuPy). Nothing else in minigrad asks where an array
lives: code calls `array_module(x)` and uses the module that comes back.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from numbers import Integral
from types import ModuleType
from typing import Any

import numpy as np

from . import matmul_precision
from .errors import DeviceError, OutOfMemoryError
from .kernels.cuda.capture import Capture
from .language import say

Array = Any
"""A raw array of either module: numpy.ndarray or cupy.ndarray."""


def array_module(x: Array) -> ModuleType:
    """The module that computes on `x`: CuPy for its arrays, NumPy for everything else."""
    if type(x) is not np.ndarray:
        cupy = sys.modules.get("cupy")
        if cupy is not None and isinstance(x, cupy.ndarray):
            return cupy
    return np


def device_of(x: Array) -> str:
    """The name of the device on which array `x` lies: 'cpu' or 'cuda:N'."""
    return "cpu" if array_module(x) is np else f"cuda:{x.device.id}"


def to_device(x: Array, device: str) -> Array:
    """`x` on `device`: itself where it lies there already, a copy otherwise."""
    if cuda_index(device) is not None:
        return module_on(device).asarray(x)
    if array_module(x) is np:
        return x
    check_expected()
    return x.get()


def module_on(device: str | None) -> ModuleType:
    """The module that makes arrays on `device`: NumPy, also for None, or CuPy, for which that GPU is then the current
    one: minigrad computes on one GPU at a time, the one that was named last.

    Raises DeviceError if the device is not there.
    """
    index = None if device is None else cuda_index(device)
    if index is None:
        return np
    check_device(str(device))
    cupy = import_cupy(str(device))
    cupy.cuda.Device(index).use()
    matmul_precision.begin(cupy)
    if cupy.cuda.get_allocator() == cupy.get_default_memory_pool().malloc:  # not one that the user chose
        cupy.cuda.set_allocator(partial(allocate, cupy))
    return cupy


_expected: list[tuple[Array, Callable[[], Exception]]] = []
MOST_EXPECTED = 100
"""So many answers are looked at together at the latest, lest they fill the GPU's memory."""


def expect(wrong: Array, error: Callable[[], Exception]) -> None:
    """Raise `error()` if `wrong`, an array of one truth value, is true.

    To ask a GPU is to wait for all that it was told to do. There, the answer is looked at when something is read from
    the GPU anyway, and the error is raised then.
    """
    if array_module(wrong) is np:
        if wrong:
            raise error()
        return
    if Capture.current is not None:
        Capture.current.after.append(lambda: expect(wrong.copy(), error))
        return
    _expected.append((wrong, error))
    if len(_expected) >= MOST_EXPECTED:
        check_expected()


def check_expected() -> None:
    """Raise the error of the first thing that went wrong on the GPU since something was read from there."""
    if not _expected:
        return
    waiting, _expected[:] = list(_expected), []
    if array_module(waiting[0][0]).stack([wrong for wrong, _ in waiting]).any():
        raise next(error() for wrong, error in waiting if wrong)


def read_later(x: Array) -> Callable[[], Any]:
    """A function that gives the value of `x`, an array of one number that nothing writes to any more, as it is at the
    end of what its GPU has been told so far.

    It waits for that only, and not for what the GPU is told afterwards: an event marks the place, and a stream of its
    own waits for the event and copies. Where the function is called a training step later, the GPU passed the place
    long ago.
    """
    if array_module(x) is np:
        value = x.item()
        return lambda: value
    cuda = import_cupy(device_of(x)).cuda
    event = cuda.Event(disable_timing=True)
    event.record()

    def read() -> Any:
        stream = cuda.Stream(non_blocking=True)
        stream.wait_event(event)
        return x.get(stream=stream).item()

    return read


def cuda_index(device: str) -> int | None:
    """The GPU number in a device name, None for 'cpu'; 'cuda' alone is GPU 0.

    Raises DeviceError for any other name.
    """
    kind, colon, number = str(device).partition(":")
    if kind == "cpu" and not colon:
        return None
    if kind == "cuda" and (number.isdecimal() if colon else True):
        return int(number or 0)
    raise DeviceError(
        say(
            f"unknown device '{device}'; expected 'cpu', 'cuda' or 'cuda:N'",
            f"没有名为 '{device}' 的设备；应当是 'cpu'、'cuda' 或 'cuda:N'",
        )
    )


def import_cupy(device: str) -> ModuleType:
    """CuPy, or a DeviceError that says how to get it."""
    try:
        import cupy
    except ImportError as error:
        raise DeviceError(
            say(
                f"device '{device}' needs CuPy, which is not installed: "
                "pip install 'cupy-cuda12x[ctk]' or 'cupy-cuda13x[ctk]'; `minigrad info` says which fits the driver, "
                "and whether there is one",
                f"设备 '{device}' 需要 CuPy，还没有安装：pip install 'cupy-cuda12x[ctk]' 或 'cupy-cuda13x[ctk]'；"
                "有没有驱动，适合装哪一个，运行 `minigrad info` 就知道",
            )
        ) from error
    return cupy


def allocate(cupy: ModuleType, size: int, own: Any = None) -> Any:
    """`size` bytes on the current GPU from CuPy's memory pool, or one's `own`, which keeps and reuses what was freed.

    Raises OutOfMemoryError, with what was asked for, free and held, where there are not so many.
    """
    pool = cupy.get_default_memory_pool()
    try:
        return (own or pool).malloc(size)
    except cupy.cuda.memory.OutOfMemoryError as error:
        free, total = cupy.cuda.runtime.memGetInfo()
        used = pool.used_bytes() + (own.used_bytes() if own else 0)
        index, asked, held = cupy.cuda.Device().id, gibibytes(size), gibibytes(used)
        raise OutOfMemoryError(
            say(
                f"cuda:{index} is out of memory: {asked} were asked for, {gibibytes(free)} of {gibibytes(total)} are "
                f"free, arrays of this program hold {held}; try a smaller batch or model, no_grad() where no gradients "
                "are needed, or ending other programs on this GPU",
                f"cuda:{index} 显存不足：需要 {asked}，总共 {gibibytes(total)}，空闲 {gibibytes(free)}，"
                f"本程序的数组占用 {held}；可以减小批量或模型，不需要梯度的地方用 no_grad()，"
                "或者结束这块 GPU 上的其他程序",
            )
        ) from error


def gibibytes(count: int) -> str:
    return f"{count / (1 << 30):,.2f} GiB"


def check_device(device: str) -> None:
    """Raise DeviceError unless arrays can be moved to `device`: a known name, CuPy, and a GPU of that number."""
    index = cuda_index(device)
    if index is None:
        return
    cupy = import_cupy(device)
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise DeviceError(
            say(f"device '{device}' cannot be used: {error}", f"设备 '{device}' 无法使用：{error}")
        ) from error
    if index >= count:
        raise DeviceError(
            say(
                f"device '{device}' is not there: this machine has {count} GPUs, counted from cuda:0",
                f"没有设备 '{device}'：这台机器有 {count} 块 GPU，从 cuda:0 数起",
            )
        )


_generators: dict[str, Any] = {"cpu": np.random.default_rng()}
_waiting: dict[str, tuple[int, int]] = {}
"""States of generators of GPUs that were not used yet."""
_seed: int | None = None


def manual_seed(seed: int) -> None:
    """Seed all random numbers that minigrad draws from here on (initialisation, dropout, shuffling), on all devices.

    Raises ValueError, and changes nothing, unless `seed` is a whole number of at least 0.
    """
    global _seed
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"manual_seed got {seed!r}; expected a whole number of at least 0")
    _seed = int(seed)
    _generators.clear()
    _waiting.clear()
    _generators["cpu"] = np.random.default_rng(_seed)


def generator(device: str = "cpu") -> Any:
    """The random generator of `device`: numpy.random.Generator, or for a GPU minigrad.kernels.cuda.random.Generator."""
    device = "cuda:0" if device == "cuda" else device
    if device not in _generators:
        from .kernels.cuda.random import Generator

        xp = module_on(device)
        if Drawing.on_host:
            return _generators.setdefault(device, HostGenerator(xp, _seed))
        _generators[device] = made = Generator(xp, _seed, device)
        made.begin(*_waiting.pop(device, (made.seed, made.draws)))
    return _generators[device]


class Drawing:
    """`on_host`: do GPUs get the numbers that the CPU draws?"""

    on_host = False


class HostGenerator:
    """A generator of the CPU, whose numbers are sent to a GPU."""

    def __init__(self, xp: ModuleType, seed: int | None):
        self.xp, self.numbers = xp, np.random.default_rng(seed)

    def __getattr__(self, name: str) -> Callable[..., Array]:
        method = getattr(self.numbers, name)
        return lambda *args, **kwargs: self.xp.asarray(method(*args, **kwargs))


@contextmanager
def drawn_on_host() -> Iterator[None]:
    """Within this context plain operations on a GPU draw what they would draw on the CPU after the same seed, so that
    their results can be compared; the numbers are sent."""
    before = {name: _generators.pop(name) for name in list(_generators) if name != "cpu"}
    Drawing.on_host = True
    try:
        yield
    finally:
        Drawing.on_host = False
        for name in [name for name in _generators if name != "cpu"]:
            del _generators[name]
        _generators.update(before)


def get_rng_state() -> dict[str, Any]:
    """The state of all generators as a JSON-able dict; `set_rng_state` continues from it exactly.

    Those of GPUs are in it from their first use on, as "cuda:0": [seed, draws].
    """
    of_gpus = {name: [g.seed, g.draws] for name, g in _generators.items() if name != "cpu" and not Drawing.on_host}
    return {**generator().bit_generator.state, **of_gpus}


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the generators back into a state that `get_rng_state` returned.

    Those of GPUs that are not in it go on as they were; those in it wait until their GPU is used. Raises ValueError,
    and changes nothing, for anything else.
    """
    restored = np.random.default_rng()
    try:
        of_gpus = {name: tuple(map(int, value)) for name, value in state.items() if name.startswith("cuda:")}
        state = {name: value for name, value in state.items() if name not in of_gpus}
        for seed, draws in of_gpus.values():
            if not (0 <= seed < 1 << 63 and 0 <= draws < 1 << 63):
                raise ValueError(f"a GPU's seed and draws are {seed} and {draws}")
        restored.bit_generator.state = state
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"set_rng_state got no state of a generator ({error}); expected one of get_rng_state"
        ) from error
    generator().bit_generator.state = state
    for name, (seed, draws) in of_gpus.items():
        if name in _generators:
            _generators[name].begin(seed, draws)
        else:
            _waiting[name] = seed, draws
