"""RawKernel: what cupy.RawKernel is, without a GPU."""

import re
from collections.abc import Sequence
from functools import cached_property
from traceback import walk_tb
from types import FrameType
from typing import Any

import numpy as np

from ..errors import did_you_mean
from ..language import say
from .errors import KernelError
from .launch import MOST_STEPS, launch
from .memory import Buffer, Use
from .memory import Pointer as Address
from .parsing import Program, parse
from .translate import Translator
from .types import BOOL, DOUBLE, INT, LONG_LONG, OF_DTYPE, Number, Pointer, Type

MOST_THREADS = 1024
SHARED_BYTES = 48 * 1024


class RawKernel:
    """The kernel `name` of a source in CUDA's C, to be called as cupy.RawKernel is: kernel(grid, block, arguments).

    Arrays are NumPy's. `options` may hold macros, "-DNAME=value". It is read when it is called first, or by
    `compile()`. After `most_steps` turns of loops, all threads together, a launch is given up. Each use of an array is
    added to `uses`, a list, where that is given. Raises KernelError; ValueError for other options.
    """

    def __init__(
        self,
        code: str,
        name: str,
        options: Sequence[str] = (),
        *,
        most_steps: int = MOST_STEPS,
        uses: list[Use] | None = None,
    ):
        other = [option for option in options if not re.fullmatch(r"-D\w+=.*", option)]
        if other:
            raise ValueError(f"RawKernel got options {other}; expected macros such as '-DTHREADS=256'")
        self.code, self.name, self.most_steps, self.uses = code, name, most_steps, uses
        self.definitions = dict(option[2:].split("=", 1) for option in options)

    @cached_property
    def _program(self) -> Program:
        return parse(self.code, self.definitions)

    @cached_property
    def _translated(self) -> tuple[Translator, Any]:
        try:
            translator = Translator(self._program)
            translated = translator.translate()
        except (RecursionError, MemoryError, SyntaxError) as error:  # Python has its limits, of loops in loops too
            raise KernelError(
                "unknown",
                "the source is nested too deeply for the simulator: parentheses in parentheses, or loops in loops",
                "源码嵌套得太深，模拟器处理不了：括号套括号，或者循环套循环",
            ) from error
        if self.name not in self._program.kernels:
            self.without_kernel()
        return translator, translated[self.name]

    def without_kernel(self) -> None:
        """Say that the source has no kernel of the name."""
        defined = re.search(rf"\b{self.name}\s*\(", self.code)
        if defined:
            raise KernelError(
                "argument",
                f'{self.name} is no kernel: it must be declared extern "C" __global__ void {self.name}(...)',
                f'{self.name} 不是核函数：要声明成 extern "C" __global__ void {self.name}(...)',
                self.code.count("\n", 0, defined.start()) + 1,
                self.code,
            )
        known = ", ".join(self._program.kernels)
        raise KernelError(
            "argument",
            f"the source has no kernel '{self.name}'{did_you_mean(self.name, self._program.kernels)}; "
            f"its __global__ functions: {known or 'none'}",
            f"源码里没有核函数 {self.name}；其中的 __global__ 函数：{known or '一个也没有'}",
        )

    def compile(self) -> None:
        """Read the source."""
        _ = self._translated

    @property
    def parameters(self) -> list[str]:
        """The names of what the kernel takes."""
        return [name for name, _ in self._translated[0].signatures[self.name].parameters]

    @property
    def doubles(self) -> list[str]:
        """The lines in which a constant such as 1.0, which is a double, makes the GPU compute with 64 bits."""
        lines = self.code.splitlines()
        return [lines[n - 1].strip() for n in dict.fromkeys(self._translated[0].doubles)]

    @property
    def fractions(self) -> dict[int, tuple[str, str]]:
        """The lines in which whole numbers have lost a fraction so far, and what, in English and Chinese."""
        return self._translated[0].fractions

    def __call__(self, grid: Sequence[int], block: Sequence[int], args: Sequence[Any], *, shared_mem: int = 0) -> None:
        translator, run = self._translated
        sizes = three(grid, "grid"), three(block, "block")
        if int(np.prod(sizes[1])) > MOST_THREADS:
            raise KernelError(
                "argument",
                f"a block has at most {MOST_THREADS} threads, got {'x'.join(map(str, block))}",
                f"一个块最多有 {MOST_THREADS} 个线程，得到的是 {'x'.join(map(str, block))}",
            )
        parameters = translator.signatures[self.name].parameters
        if len(parameters) != len(args):
            raise KernelError(
                "argument",
                f"{self.name} takes {len(parameters)} arguments, got {len(args)}",
                f"{self.name} 要 {len(parameters)} 个参数，得到 {len(args)} 个",
            )
        buffers: dict[Any, Buffer] = {}
        values = [argument(name, of, given, buffers) for (name, of), given in zip(parameters, args)]
        translator.most_steps, translator.memory.uses = self.most_steps, self.uses
        try:
            launch(run, *sizes, values, translator.fail, translator.way, shared_mem)
        except NameError as error:  # a variable that was read before it had a value
            line, calls = translator.way(kernel_frames(error))
            found = re.search(r"'(\w+)_\d+'", str(error))
            name = found[1] if found else str(error)
            en, zh = f"{name} is read before it has a value", f"{name} 还没有值就被读了"
            raise KernelError("no_value", en, zh, line, self.code, calls) from error
        except RecursionError as error:
            frames = kernel_frames(error)
            name = frames[-1][0].f_code.co_name.removeprefix("f_")
            en, zh = f"{name} calls itself without end", f"{name} 不停地调用自己"
            raise KernelError("rule", en, zh, translator.way(frames)[0], self.code) from None
        except KernelError as error:
            frames = kernel_frames(error)
            if len(frames) < 2:
                raise
            calls = translator.way(frames)[1]
            en, zh = error.told["en"], error.told["zh"]
            raise KernelError(error.kind, en, zh, error.line, self.code, calls) from error


def kernel_frames(error: Exception) -> list[tuple[FrameType, int]]:
    """The frames of the kernel's functions through which an exception went, innermost last, and their lines."""
    return [(frame, line) for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<kernel>"]


def three(sizes: Sequence[int], name: str) -> tuple[int, int, int]:
    """Three sizes of at least 1, the missing ones 1."""
    if not isinstance(sizes, tuple | list) or not 1 <= len(sizes) <= 3 or any(int(n) < 1 for n in sizes):
        raise KernelError(
            "argument",
            f"{name} must be a tuple of one to three numbers of at least 1, got {sizes!r}",
            f"{name} 必须是一到三个正整数的元组，得到的是 {sizes!r}",
        )
    x, y, z = (*map(int, sizes), 1, 1)[:3]
    return x, y, z


def argument(name: str, of: Type, given: Any, buffers: dict[Any, Buffer]) -> Any:
    """An argument as the kernel sees it."""
    if isinstance(of, Pointer):
        if isinstance(given, np.generic | int | float):
            raise KernelError(
                "argument",
                f"argument {name} is {of.name}, an array, and gets a number, {given!r}",
                f"参数 {name} 是 {of.name}，即数组，传进来的却是一个数：{given!r}",
            )
        if not isinstance(given, np.ndarray) or given.dtype != of.of.dtype or not given.flags.c_contiguous:
            got = repr(given)
            if isinstance(given, np.ndarray):
                got = f"{given.dtype}{'' if given.flags.c_contiguous else say(', not contiguous', '，不连续')}"
            raise KernelError(
                "argument",
                f"argument {name} is {of.name}: expected a contiguous array of {of.of.dtype}, got {got}",
                f"参数 {name} 是 {of.name}：应当是连续的 {of.of.dtype} 数组，得到的是 {got}",
            )
        key = given.__array_interface__["data"][0], given.dtype, given.size
        if key not in buffers:
            buffers[key] = Buffer(name, given.reshape(-1), of.of)
        return Address(buffers[key])
    if isinstance(given, np.ndarray):
        raise KernelError(
            "argument",
            f"argument {name} is {of.name}, one number, and gets an array; an array is declared {of.name}* {name}",
            f"参数 {name} 是 {of.name}，即一个数，传进来的却是数组；数组要声明成 {of.name}* {name}",
        )
    if isinstance(given, bool):
        source: Number | None = BOOL
    elif isinstance(given, int):
        source = of if of in (INT, LONG_LONG) else LONG_LONG
    elif isinstance(given, float) and not isinstance(given, np.generic):
        source = DOUBLE
    else:
        source = OF_DTYPE.get(getattr(given, "dtype", np.dtype(object)))
    if source is not of or (not of.floating and not of.limits[0] <= int(given) <= of.limits[1]):
        raise KernelError(
            "argument",
            f"argument {name} is {of.name}: expected np.{of.dtype}(...), got {given!r} ({type(given).__name__}); "
            "a kernel takes the bits as they come",
            f"参数 {name} 是 {of.name}：应当是 np.{of.dtype}(...)，得到的是 {given!r}（{type(given).__name__}）；"
            "核函数拿到的就是原来的比特，不会转换",
        )
    return of.dtype.type(given) if of.floating else bool(given) if of is BOOL else int(given)
