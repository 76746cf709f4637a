"""Checks of lesson 4.1: whose array it is, moving arrays, timing, and the roofline.

They need no GPU. One is pretended: a module in CuPy's place, whose arrays NumPy may not touch, and a queue with a clock
that goes on only when something is done. The learner's other functions stand aside, so each is checked by itself.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from minigrad import device, roofline, timing
from minigrad.course.blanks import in_place
from minigrad.course.checks import Check, checks
from minigrad.course.diagnosis import WrongError
from minigrad.errors import DeviceError
from minigrad.roofline import Machine, Work

DEVICE, TIMING, ROOFLINE = "minigrad.device:", "minigrad.timing:", "minigrad.roofline:"
GIVEN = {"array_module": device, "to_device": device, "seconds_of": timing}  # what other blanks of the file may call
KINDS = ("perf_counter", "monotonic", "time", "process_time", "thread_time")
CLOCKS = {name: getattr(time, name) for kind in KINDS for name in (kind, f"{kind}_ns")}
LAUNCH = 0.01  # seconds that the pretended GPU's host takes to hand over a kernel

# ------------------------------------------------------------------------------------------------------ a pretended GPU


class Array:
    """An array of the pretended GPU. Its numbers lie on the host, but only get() hands them out."""

    def __init__(self, gpu: "Gpu", values: np.ndarray, number: int):
        self._gpu, self._values, self.device = gpu, values, SimpleNamespace(id=number)
        self.shape, self.dtype = values.shape, values.dtype

    def get(self) -> np.ndarray:
        self._gpu.read += 1
        return self._values.copy()

    def __array__(self, *arguments: Any, **settings: Any) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed: use .get()")


class Gpu:
    """Two GPUs with CuPy in front of them, as far as these functions ask for it; a queue, and a clock."""

    def __init__(self) -> None:
        self.now, self.idle_at, self.worked = 1000.0, 0.0, 0.0
        self.current, self.read, self.asked = 0, 0, set()
        self.ndarray = type("ndarray", (Array,), {"__module__": "cupy"})
        self.cupy = ModuleType("cupy")
        self.cupy.__dict__.update(
            ndarray=self.ndarray,
            asarray=self.asarray,
            array=lambda x, *arguments, **settings: self.ndarray(self, values_of(x), self.current),
            asnumpy=lambda x: x.get() if isinstance(x, Array) else np.asarray(x),
            get_array_module=lambda *xs: self.cupy if any(isinstance(x, Array) for x in xs) else np,
            get_default_memory_pool=lambda: SimpleNamespace(malloc=None),
            cuda=SimpleNamespace(
                Device=self.device,
                Stream=SimpleNamespace(null=SimpleNamespace(synchronize=self.wait)),
                get_allocator=lambda: "another",
                runtime=SimpleNamespace(
                    getDeviceCount=lambda: 2, deviceSynchronize=self.wait, CUDARuntimeError=RuntimeError
                ),
            ),
        )

    def device(self, number: int | None = None) -> SimpleNamespace:
        number = self.current if number is None else number
        return SimpleNamespace(id=number, use=lambda: setattr(self, "current", number), synchronize=self.wait)

    def asarray(self, x: Any, *arguments: Any, **settings: Any) -> Array:
        """`x` on the current GPU."""
        if isinstance(x, Array):
            return x if x.device.id == self.current else self.ndarray(self, values_of(x), self.current)
        return self.ndarray(self, values_of(x), self.current)

    def launch(self, seconds: float) -> None:
        """Hand over a kernel that takes so long."""
        self.work(LAUNCH)
        self.idle_at = max(self.idle_at, self.now) + seconds

    def work(self, seconds: float) -> None:
        """The host is busy."""
        self.now, self.worked = self.now + seconds, self.worked + seconds

    def wait(self) -> None:
        self.now = max(self.now, self.idle_at)

    def clocks(self) -> dict[str, Callable[[], float]]:
        """The clocks of the module time. That of the wall goes in steps; that of the process stands while it waits."""

        def clock(name: str, read: Callable[[], float]) -> Callable[[], float]:
            return lambda: self.asked.add(name) or read()

        shown = {
            "perf_counter": lambda: self.now,
            "monotonic": lambda: self.now,
            "time": lambda: 1.7e9 + math.floor(4 * self.now) / 4,
            "process_time": lambda: self.worked,
            "thread_time": lambda: self.worked,
        }
        shown |= {f"{name}_ns": lambda read=read: round(1e9 * read()) for name, read in shown.items()}
        return {name: clock(name, read) for name, read in shown.items()}


def values_of(x: Any) -> np.ndarray:
    """A copy of the numbers of an array, of a GPU or not."""
    return np.array(x._values if isinstance(x, Array) else x)


class Nowhere(MetaPathFinder):
    """Finds that CuPy is not installed."""

    def find_spec(self, name: str, *arguments: Any) -> None:
        if name.partition(".")[0] == "cupy":
            raise ModuleNotFoundError("No module named 'cupy'", name="cupy")


@contextmanager
def cupy_is(module: ModuleType | None) -> Iterator[None]:
    """Inside, `import cupy` gives this module; None: it is not installed."""
    before = {name: m for name, m in sys.modules.items() if name.partition(".")[0] == "cupy"}
    finder, waiting = Nowhere(), list(device._expected)
    for name in before:
        del sys.modules[name]
    if module is not None:
        sys.modules["cupy"] = module
    sys.meta_path.insert(0, finder)
    device._expected.clear()
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        device._expected[:] = waiting
        sys.modules.pop("cupy", None)
        sys.modules.update(before)


@contextmanager
def alone(function: Any, clocks: dict[str, Callable]) -> Iterator[None]:
    """Inside, what `function` calls of the lesson's other functions is minigrad's, and its clocks are these."""
    names = function.__globals__ if hasattr(function, "__globals__") else {}
    given = {name: getattr(module, name) for name, module in GIVEN.items()}
    changed = {name: own for name, own in given.items() if name in names and own is not function}
    changed |= {
        name: clocks[clock]
        for name, value in names.items()
        for clock, real in CLOCKS.items()
        if value is real and clock in clocks
    }
    before = {name: names[name] for name in changed}
    names.update(changed)
    for name, clock in clocks.items():
        setattr(time, name, clock)
    try:
        yield
    finally:
        names.update(before)
        for name, real in CLOCKS.items():
            setattr(time, name, real)


# ----------------------------------------------------------------------------------------------- whose array, and where

Case = tuple[str, str, Callable[[Gpu | None], Any], str]

WHOSE: list[Case] = [
    ("a NumPy array", "NumPy 数组", lambda gpu: np.ones(3), "numpy"),
    ("an array of the GPU", "GPU 上的数组", lambda gpu: gpu.asarray([1.0]), "cupy"),
    ("a number of NumPy", "NumPy 的数", lambda gpu: np.float32(2), "numpy"),
    ("a number of Python", "Python 的数", lambda gpu: 2.5, "numpy"),
    ("a list", "列表", lambda gpu: [1.0, 2.0], "numpy"),
    ("None", "None", lambda gpu: None, "numpy"),
    (
        "a masked array, which is a kind of NumPy array",
        "掩码数组（NumPy 数组的一种）",
        lambda gpu: np.ma.ones(2),
        "numpy",
    ),
    ("an array of a class made from CuPy's", "CuPy 数组的子类的数组", lambda gpu: subclassed(gpu), "cupy"),
]
NOT_INSTALLED: list[Case] = [
    ("a NumPy array, where CuPy is not installed", "没有安装 CuPy 时的 NumPy 数组", lambda gpu: np.ones(3), "numpy"),
    ("a number, where CuPy is not installed", "没有安装 CuPy 时的数", lambda gpu: 2.5, "numpy"),
]


def subclassed(gpu: Gpu) -> Any:
    return type("Special", (gpu.ndarray,), {})(gpu, np.ones(2), 0)


@checks(DEVICE + "array_module")
def modules(check: Check) -> None:
    def outcomes(cases: list[Case], gpu: Gpu | None) -> list[str]:
        with cupy_is(gpu and gpu.cupy), alone(device.array_module, {}):
            return [name_of(device.array_module(make(gpu))) for _, _, make, _ in cases]

    for cases, gpu in ((NOT_INSTALLED, None), (WHOSE, Gpu())):
        expected = [right for *_, right in cases]
        try:
            found = check.run(lambda cases=cases, gpu=gpu: outcomes(cases, gpu))
        except WrongError as wrong:
            facts = wrong.finding.facts
            check.require(facts.get("error") != "ModuleNotFoundError", "imported")
            check.require(facts.get("error") != "KeyError", "looked_up")
            raise
        if found == expected:
            continue
        for known in check.mistakes:
            with in_place({check.blank: known.function}):
                try:
                    same = outcomes(cases, gpu) == found
                except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
                    continue
            check.require(not same, known.name)
        (en, zh, _, right), got = next((case, got) for case, got in zip(cases, found) if got != case[3])
        check.require(got != "None", "nothing", name={"en": f"The result for {en}", "zh": f"{zh}对应的结果"})
        check.require(
            False,
            "module",
            f"For {en}, array_module gave {{got}}; expected the module {{right}}.",
            f"对{zh}，array_module 给出的是 {{got}}；应为模块 {{right}}。",
            got=got,
            right=right,
        )


def name_of(returned: Any) -> str:
    """A module by its name, anything else as it is written."""
    return returned.__name__ if isinstance(returned, ModuleType) else repr(returned)


@checks(DEVICE + "to_device")
def moving(check: Check) -> None:
    x = check.array(2, 3).astype(np.float32)

    def move_freely(made: Any, where: str) -> Any:
        with alone(device.to_device, {}):
            return device.to_device(made, where)

    def move(made: Any, where: str) -> Any:
        return check.run(lambda: move_freely(made, where))

    with cupy_is(None):
        stayed = move(x, "cpu")
        check.require(stayed is not None, "nothing", name="x")
        check.require(stayed is x, "copied")
    for where, number in (("cuda", 0), ("cuda:1", 1), ("cuda:0", 0)):
        gpu = Gpu()
        with cupy_is(gpu.cupy):
            sent = move(x, where)
        check.require(sent is not None, "nothing", name={"en": f"x on '{where}'", "zh": f"'{where}' 上的 x"})
        check.require(not isinstance(sent, np.ndarray), "not_sent", where=where)
        check.require(isinstance(sent, Array), "no_array", name="x", got=type(sent).__name__)
        check.require(sent.device.id == number, "current_device", where=where, got=sent.device.id)
        same = sent.dtype == x.dtype and sent.shape == x.shape and np.array_equal(sent._values, x)
        check.require(same, "changed", CHANGED_EN, CHANGED_ZH)
    gpu = Gpu()
    there = gpu.asarray(x)
    with cupy_is(gpu.cupy):
        back = move(there, "cpu")
        check.require(back is not None, "nothing", name={"en": "x on 'cpu'", "zh": "'cpu' 上的 x"})
        check.require(not isinstance(back, Array), "not_fetched")
        check.require(isinstance(back, np.ndarray), "no_array", name="x", got=type(back).__name__)
        check.require(back.dtype == x.dtype and np.array_equal(back, x), "changed", CHANGED_EN, CHANGED_ZH)
        gpu.read = 0
        stayed = move(there, "cuda")
        check.require(gpu.read == 0, "by_way_of_the_host")
        check.require(stayed is there, "copied")
        over = move(there, "cuda:1")
        check.require(gpu.read == 0, "by_way_of_the_host")
        check.require(isinstance(over, Array) and over.device.id == 1, "current_device", where="cuda:1", got=0)
        told = gpu.asarray(True)
        gpu.cupy.stack = lambda parts: SimpleNamespace(any=lambda: True)
        gpu.ndarray.__bool__ = lambda self: True
        device.expect(told, lambda: IndexError("a label is no class"))
        check.require(raised_by(lambda: move_freely(x, "cuda")) is None, "waited_when_sending")
        check.require(raised_by(lambda: move_freely(there, "cpu")) is IndexError, "not_asked")
    for wrong in ("tpu", "cuda:x", "gpu"):
        with cupy_is(gpu.cupy):
            raised = raised_by(lambda wrong=wrong: move_freely(x, wrong))
        check.require(raised is not None, "unknown_accepted", name=wrong)
        named = raised is not None and issubclass(raised, DeviceError)
        check.require(named, "unknown", UNKNOWN_EN, UNKNOWN_ZH, name=wrong, got=raised and raised.__name__)


def raised_by(call: Callable[[], Any]) -> type[BaseException] | None:
    """The kind of exception that a call raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 (whatever the learner's code raises)
        return type(error)
    return None


CHANGED_EN, CHANGED_ZH = "The numbers or their dtype are not those that went in.", "数值或 dtype 和传进来的不一样。"
UNKNOWN_EN = (
    "For the device '{name}', which does not exist, {got} was raised; expected DeviceError: cuda_index raises it."
)
UNKNOWN_ZH = "设备 '{name}' 并不存在，抛出的却是 {got}；应为 DeviceError，cuda_index 会抛出它。"

# ------------------------------------------------------------------------------------------------------------- timing


@checks(TIMING + "seconds_of")
def one_call(check: Check) -> None:
    for where, before, cost in (("cpu", 0.0, 3.0), ("cuda", 0.0, 3.0), ("cuda", 2.0, 5.0), ("cuda:1", 4.0, 1.0)):

        def call(where: str = where, before: float = before, cost: float = cost) -> tuple:
            gpu, calls = Gpu(), []
            if before:
                gpu.launch(before)

            def function() -> str:
                calls.append(1)
                gpu.work(cost) if where == "cpu" else gpu.launch(cost)
                return "what the function returns"

            with cupy_is(gpu.cupy if where != "cpu" else None), alone(timing.seconds_of, gpu.clocks()):
                found = timing.seconds_of(function, where), len(calls)
            check.require(calls, "never_called")
            asked = {name.removesuffix("_ns") for name in gpu.asked}
            check.require("time" not in asked, "wall_clock")
            check.require(not asked & {"process_time", "thread_time"}, "time_of_the_process")
            check.require(not isinstance(found[0], tuple), "result_too")
            return found

        settings = {"device": where, "work": f"{cost:g} s", "pending": f"{before:g} s"}
        check.function(call, names=["seconds", "calls"], inputs={}, settings=settings)


@checks(TIMING + "measure")
def several_calls(check: Check) -> None:
    for where, rounds, warmup, costs in (
        ("cpu", 5, 3, [8.0, 7.0, 9.0, 4.0, 40.0, 4.5, 6.0, 5.0, 7.5]),
        ("cuda", 5, 2, [8.0, 7.0, 4.0, 40.0, 4.5, 6.0, 5.0, 7.5]),
        ("cuda", 4, 1, [5.0, 3.0, 60.0, 2.0, 6.0, 7.5]),
        ("cpu", 1, 1, [9.0, 2.0, 7.5]),
        ("cpu", 3, 0, [9.0, 3.0, 2.0, 7.5]),
    ):

        def call(where: str = where, rounds: int = rounds, warmup: int = warmup, costs: list = costs) -> tuple:
            gpu, calls = Gpu(), []

            def function() -> None:
                calls.append(1)
                cost = costs[min(len(calls), len(costs)) - 1]
                gpu.work(cost) if where == "cpu" else gpu.launch(cost)

            with cupy_is(gpu.cupy if where != "cpu" else None), alone(timing.measure, gpu.clocks()):
                return timing.measure(function, where, rounds, warmup), len(calls)

        took = ", ".join(f"{cost:g}" for cost in costs[:-1])
        settings = {"device": where, "rounds": rounds, "warmup": warmup, "calls take": f"{took} s"}
        check.function(call, names=["seconds", "calls"], inputs={}, settings=settings)


# --------------------------------------------------------------------------------------------------------- the roofline


def counted(check: Check, call: Callable[[], Any], settings: dict[str, Any]) -> None:
    """Check the operations and bytes that `call` gives, and that they come as Work."""

    def pair() -> Any:
        found = call()
        return tuple(found) if isinstance(found, list) else found

    check.function(pair, names=["operations", "bytes"], inputs={}, settings=settings)
    check.require(
        isinstance(check.run(call), Work),
        "plain_pair",
        "The numbers are right, but stand in a plain tuple or list. Return Work(operations, bytes): it has names for "
        "them, and an intensity.",
        "两个数都对，但放在普通的元组或列表里。应该返回 Work(运算次数, 字节数)：它给两个数起了名字，还有 intensity。",
    )


@checks(ROOFLINE + "elementwise_work")
def elementwise(check: Check) -> None:
    several = {"inputs": 6, "outputs": 4, "operations": 5}
    for given in (several, {}, {"inputs": 2}, {"operations": 7, "itemsize": 2}):
        settings = {"size": 11, "inputs": 1, "outputs": 1, "operations": 1, "itemsize": 4, **given}
        counted(check, lambda given=given: roofline.elementwise_work(11, **given), settings)


@checks(ROOFLINE + "matmul_work")
def product(check: Check) -> None:
    for m, k, n, itemsize in ((3, 5, 7, 4), (1, 6, 1, 4), (4, 4, 4, 4), (2, 3, 9, 8)):
        settings = {"m": m, "k": k, "n": n, "itemsize": itemsize}
        counted(check, lambda settings=settings: roofline.matmul_work(**settings), settings)


@checks(ROOFLINE + "conv2d_work")
def convolution(check: Check) -> None:
    for x, weight, y, itemsize in (
        ((3, 4, 6, 7), (5, 4, 3, 2), (3, 5, 4, 6), 4),
        ((1, 4, 9, 9), (8, 4, 1, 1), (1, 8, 5, 5), 4),
        ((3, 6, 5, 5), (6, 2, 3, 3), (3, 6, 5, 5), 2),
    ):
        settings = {"x": x, "weight": weight, "y": y, "itemsize": itemsize}
        counted(check, lambda settings=settings: roofline.conv2d_work(**settings), settings)


@checks(ROOFLINE + "least_seconds")
def floor(check: Check) -> None:
    machine = Machine(flops=1000.0, bandwidth=50.0, launch=0.1)
    for given, launches in ((Work(4000, 150), 2), (Work(1000, 400), 3), (Work(50, 4), 30), (Work(4000, 150), 0)):
        check.function(
            lambda given=given, launches=launches: roofline.least_seconds(given, machine, launches),
            names=["seconds"],
            inputs={},
            settings={
                "operations": given.operations,
                "bytes": given.bytes,
                "flops": machine.flops,
                "bandwidth": machine.bandwidth,
                "launch": machine.launch,
                "launches": launches,
            },
        )
