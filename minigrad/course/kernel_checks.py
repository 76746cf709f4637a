"""What a lesson's check.py tries CUDA kernels with: in the simulator, and on a GPU where there is one.

The learner's function returns a source. It is run for doubles, floats and halves, what it writes is compared with what
NumPy computes, and what the simulator finds wrong becomes a Finding with the line of the learner's text.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from ..device import check_device, import_cupy
from ..errors import DeviceError
from ..kernels.cuda.launch import TYPES, launch
from ..simulator import KernelError, RawKernel, Use
from .blanks import in_place
from .checks import Check
from .diagnosis import Case, Finding, WrongError, index_text
from .memory_limit import without_limit

DTYPES = ("float64", "float32", "float16")
UNWRITTEN = -7776.0
"""What stands in an output beforehand, and around it; every type here can hold it."""
LONGEST = 160
"""So many characters of a line are shown at most."""
MARGIN = 3
"""So many elements stand before and behind an output, into which nothing may be written."""
LIKE_A_KNOWN_ONE = ("race", "barrier", "uninitialised")
"""Kinds of KernelError that tell known mistakes apart."""


@dataclass
class Trial:
    """One launch of a kernel, and what must come out.

    `write()` gives the learner's text, `formula` the outputs for the inputs, in float64. The kernel called `name` gets
    `inputs`, the outputs called `outputs`, and `numbers`, in this order. `helpers` are sources that it may call; of the
    source `after` is the kernel where the learner writes only a function.
    """

    name: str
    write: Callable[[], Any]
    formula: Callable[..., Any]
    inputs: Mapping[str, np.ndarray]
    outputs: Sequence[str]
    grid: int
    block: int
    numbers: Mapping[str, int] = field(default_factory=dict)
    helpers: Sequence[str] = ()
    after: str = ""
    uses: list[Use] = field(default_factory=list)
    """Those of arrays, when it was simulated last."""
    parameters: Sequence[str] = ()
    """What the kernel's parameters were called then."""
    fractions: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """The lines in which whole numbers lost a fraction then, and what, in both languages."""

    def given(self, dtype: str) -> dict[str, np.ndarray]:
        """The inputs as elements of this dtype."""
        return {name: x.astype(dtype) for name, x in self.inputs.items()}

    def expected(self, dtype: str) -> list[np.ndarray]:
        """The outputs for them."""
        results = self.formula(*[x.astype(np.float64) for x in self.given(dtype).values()])
        return [y.astype(dtype) for y in (results if isinstance(results, tuple) else (results,))]

    def frame(self, dtype: str) -> str:
        """What stands before the learner's text in its first line: the types, and the helpers."""
        return TYPES[dtype].rpartition("\n")[2] + " ".join(map(in_one_line, self.helpers))

    def source(self, dtype: str) -> str:
        """The whole source for the simulator, in which the learner's lines keep their numbers."""
        return f"{self.frame(dtype)}{self.write()}\n{self.after}"

    def simulated(self, dtype: str) -> tuple[np.ndarray, ...]:
        """What the text that is in place now writes, in the simulator. KernelError; WrongError if an input changes."""
        inputs, expected = self.given(dtype), self.expected(dtype)
        framed = [np.full(y.size + 2 * MARGIN, UNWRITTEN, dtype) for y in expected]
        results = [a[MARGIN:-MARGIN] for a in framed]
        before = [x.copy() for x in inputs.values()]
        kernel = RawKernel(self.source(dtype), self.name, most_steps=10_000 + 600 * self.grid * self.block)
        kernel.uses = self.uses = []
        self.parameters, self.fractions = kernel.parameters, kernel.fractions
        numbers = map(np.int32, self.numbers.values())
        kernel((self.grid,), (self.block,), (*inputs.values(), *results, *numbers))
        for (name, x), old in zip(inputs.items(), before):
            if not np.array_equal(x, old, equal_nan=True):
                raise WrongError(Finding("kernel_input_changed", {"name": name}))
        return tuple([a.reshape(y.shape) for a, y in zip(results, expected)])

    def on_gpu(self, cupy: Any, text: str, dtype: str) -> tuple[np.ndarray, ...]:
        """What `text` writes on a GPU; WrongError if it writes beside an output."""
        inputs, expected = self.given(dtype), self.expected(dtype)
        framed = [cupy.full(y.size + 2 * MARGIN, UNWRITTEN, dtype) for y in expected]
        sources = (*self.helpers, text, self.after)
        arrays = [*map(cupy.asarray, inputs.values()), *[a[MARGIN:-MARGIN] for a in framed]]
        launch(self.name, sources, np.dtype(dtype), (self.grid,), (self.block,), *arrays, *self.numbers.values())
        results = [a.get() for a in framed]
        for name, a in zip(self.outputs, results):
            if (np.delete(a, np.s_[MARGIN:-MARGIN]) != UNWRITTEN).any():
                raise WrongError(Finding("kernel_beside", {"name": name}))
        return tuple([a[MARGIN:-MARGIN].reshape(y.shape) for a, y in zip(results, expected)])


def in_one_line(source: str) -> str:
    return " ".join(re.sub(r"//[^\n]*", "", source).split())


def try_kernel(check: Check, trial: Trial) -> None:
    """Run a trial for each dtype: first in the simulator, then on a GPU if there is one."""
    text = check.run(trial.write)
    check.require(text is not None, "nothing", name={"en": "The source", "zh": "返回的源码"})
    check.require(isinstance(text, str), "kernel_no_text", got=type(text).__name__)
    for dtype in DTYPES:
        settings: dict[str, Any] = {**trial.numbers, "threads": trial.block, "blocks": trial.grid, "T": dtype}

        def compare(results: Sequence[np.ndarray], dtype: str = dtype, settings: dict = settings) -> Finding | None:
            uses, names, fractions = trial.uses, trial.parameters, trial.fractions  # before known mistakes are tried
            wide = np.float32 if dtype == "float16" else np.dtype(dtype)  # halves are compared as coarsely as floats
            case = Case(trial.outputs, {n: x.astype(wide) for n, x in trial.given(dtype).items()}, settings=settings)
            expected = [y.astype(wide) for y in trial.expected(dtype)]

            def shown(results: Sequence[np.ndarray]) -> Any:
                """Results as they are compared."""
                as_good = [rounded(y.astype(wide), e, dtype) for y, e in zip(results, expected)]
                return as_good[0] if len(as_good) == 1 else tuple(as_good)

            found = check.diagnosed(case, shown(results), expected, lambda: shown(trial.simulated(dtype)))
            if found is None:
                return None
            if cut := cut_off(trial, fractions):
                return cut
            if found.worst and float(found.worst["got"]) == UNWRITTEN:
                found.worst |= {"got": {"en": "nothing, it was not written", "zh": "旧值（没有写过）"}, "ratio": ""}
            if found.kind == "mistake":
                return found
            return left_over(trial, names, uses) or unwritten(trial, results, expected) or found

        try:
            results = trial.simulated(dtype)
        except KernelError as error:
            raise WrongError(finding_of(check, trial, error, dtype)) from error
        check.fail_with(compare(results))
        check.fail_with(coarse(trial, results) if dtype == "float64" else None)
        check.fail_with(repeated(trial))
        if dtype == "float32":
            note_doubles(check, trial)
        cupy = gpu()
        if cupy is not None:
            try_on_gpu(trial, cupy, dtype, compare)
    note_where(check)


def rounded(got: np.ndarray, expected: np.ndarray, dtype: str) -> np.ndarray:
    """What came, or, where it differs no more than halves may that were rounded twice, what was expected."""
    if dtype != "float16":
        return got
    with np.errstate(all="ignore"):
        return np.where(np.abs(got - expected) <= 3e-3 * np.abs(expected) + 1e-3, expected, got)


def cut_off(trial: Trial, fractions: Mapping[int, tuple[str, str]]) -> Finding | None:
    """That whole numbers lost a fraction in the learner's lines."""
    for line, (en, zh) in fractions.items():
        where = place_in(trial, line)
        if where is not None:
            return Finding("kernel_fraction", {"where": where, "told": {"en": en + ".", "zh": zh + "。"}})
    return None


def left_over(trial: Trial, names: Sequence[str], uses: Sequence[Use]) -> Finding | None:
    """That a kernel with parameters of these names read what was in an output before."""
    names = names[len(trial.inputs) : len(trial.inputs) + len(trial.outputs)]
    written: set[tuple[str, int]] = set()
    for use in uses:
        if use.writes:
            written.add((use.array, use.place))
        elif use.array in names and not use.inside and (use.array, use.place) not in written:
            return Finding("kernel_left_over", {"name": use.array, "element": f"{use.array}[{use.place}]"})
    return None


def unwritten(trial: Trial, results: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> Finding | None:
    """That nothing was written into elements of an output."""
    for name, got, right in zip(trial.outputs, results, expected):
        left = (got == UNWRITTEN) & (right != UNWRITTEN)
        if left.any():
            first = tuple(int(k) for k in np.argwhere(left)[0])
            facts = {"name": name, "element": f"{name}{index_text(first)}", "count": int(left.sum()), "size": left.size}
            return Finding("kernel_unwritten", facts | {"blocks": trial.grid, "threads": trial.block})
    return None


def coarse(trial: Trial, results: Sequence[np.ndarray]) -> Finding | None:
    """That doubles are right only as far as floats can be."""
    for name, got, right in zip(trial.outputs, results, trial.expected("float64")):
        finite = np.isfinite(right)
        off, largest = np.abs(got - right)[finite], np.abs(right[finite]).max(initial=0.0)
        if (off > 1e-9 * largest).any():
            return Finding("kernel_coarse", {"name": name})
    return None


def repeated(trial: Trial) -> Finding | None:
    """That several threads wrote the same element of an output: each has done what one could do."""
    writers: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for use in trial.uses:
        if use.writes and not use.inside:
            writers.setdefault((use.array, use.place), set()).add((use.block, use.thread))
    for (_, place), threads in writers.items():
        if len(threads) > 1:
            facts = {"name": trial.outputs[0], "place": place, "count": len(threads)}
            return Finding("kernel_repeated", facts)
    return None


# ---------------------------------------------------------------------------------------------- what the simulator says


def finding_of(check: Check, trial: Trial, error: KernelError, dtype: str) -> Finding:
    """A KernelError as a finding; with the sentence of the known mistake that does just the same, if there is one."""
    where, inside = place_of(trial, error, dtype)
    told = {language: inside[language] + error.told[language] for language in ("en", "zh")}
    if not where["en"] and told["en"].split(maxsplit=1)[0] not in re.findall(r"\w+", trial.source(dtype)):
        told["en"] = told["en"][0].upper() + told["en"][1:]
    told = {language: text if text[-1] in ".?？" else text + end for (language, text), end in zip(told.items(), ".。")}
    facts: dict[str, Any] = {"where": where, "told": told, "dtype": dtype}
    known = known_mistake(check, trial, error, dtype) if error.kind in LIKE_A_KNOWN_ONE else None
    if known is None:
        return Finding(f"kernel_{error.kind}", facts)
    text = {language: f"{where[language]}{told[language]}\n→ {known.text[language]}" for language in told}
    return Finding("mistake", {"id": known.name}, text=text)


def place_of(trial: Trial, error: KernelError, dtype: str) -> tuple[dict[str, str], dict[str, str]]:
    """Where an error is in the learner's text, in both languages, empty if it is nowhere there; and in what function
    of the helpers, if the learner's line calls one."""
    helpers = re.findall(r"\b(\w+)\s*\(", trial.frame(dtype))
    in_helper = bool(error.calls) and error.calls[0][0] in helpers
    ways = [(error.line, ""), *[(line, name) for name, line in error.calls]]
    for line, called in ways[in_helper:]:
        if where := place_in(trial, line):
            return where, {"en": f"in {called}, ", "zh": f"在 {called} 里，"} if called else {"en": "", "zh": ""}
    return {"en": "", "zh": ""}, {"en": "", "zh": ""}


def place_in(trial: Trial, line: int) -> dict[str, str] | None:
    """The beginning of a sentence about this line of the learner's text, in both languages; None if it is none."""
    lines = str(trial.write()).splitlines()
    if not 0 < line <= len(lines) or not lines[line - 1].strip():
        return None
    code = lines[line - 1].strip()
    code = code if len(code) <= LONGEST else f"{code[:LONGEST]} ..."
    return {"en": f"Line {line} of your source (`{code}`): ", "zh": f"源码第 {line} 行（`{code}`）："}


def known_mistake(check: Check, trial: Trial, error: KernelError, dtype: str) -> Any:
    """The known mistake at which the simulator says the same, apart from names and lines."""
    for mutant in check.mistakes:
        with in_place({**check.own, check.blank: mutant.function}):
            try:
                trial.simulated(dtype)
            except KernelError as theirs:
                if said(theirs) == said(error):
                    return mutant
            except Exception:  # noqa: BLE001 (a wrong implementation may fail anyhow)
                continue
    return None


def said(error: KernelError) -> tuple[str, str, str]:
    """What an error says and of which line, whatever variables are called and however lines are numbered."""
    line = re.sub(r"^\s*(const\s+)?(A|T|int|float|double|auto)\s+(?=\w)", "", error.text)
    line = re.sub(r"[A-Za-z_]\w*", "v", line).replace(" ", "")
    return error.kind, re.sub(r"line \d+|\w+(?=\[)", "", error.told["en"]), line


# --------------------------------------------------------------------------------------------------- notes, and the GPU


def note_doubles(check: Check, trial: Trial) -> None:
    """Tell the lines that compute with 64 bits although the elements are floats."""
    frame = trial.frame("float32").strip()
    lines = RawKernel(trial.source("float32"), trial.name).doubles
    if not lines:
        return
    codes = [f"`{line.removeprefix(frame).strip()}`" for line in lines]
    compute = "computes" if len(codes) == 1 else "compute"
    check.note(
        f"{check.blank}: {', '.join(codes)} {compute} with 64 bits also where elements are floats: constants like 1.0 "
        "and variables declared double do that. The result is right, but most GPUs are many times slower at it: write "
        "1.0f or (A) 1, and A for the types of variables.",
        f"{check.blank}：元素是 float 时，{'、'.join(codes)} 也用 64 位计算，因为 1.0 这样的常量是 double，"
        "或者变量声明成了 double。结果没错，但大多数 GPU 算 double 要慢很多倍：请写 1.0f 或 (A) 1，"
        "变量的类型写 A。",
    )


@cache
def gpu() -> Any:
    """CuPy, if it is installed and has a GPU; None otherwise."""
    with without_limit():
        try:
            check_device("cuda")
            return import_cupy("cuda")
        except DeviceError:
            return None


def try_on_gpu(trial: Trial, cupy: Any, dtype: str, compare: Callable[[Sequence[np.ndarray]], Finding | None]) -> None:
    """Compile and run a trial on the GPU, after it was right in the simulator."""
    text = trial.write()
    try:
        with without_limit():
            results = trial.on_gpu(cupy, text, dtype)
    except WrongError:
        raise
    except Exception as error:
        lines = str(error).splitlines() or [type(error).__name__]
        message = next((line for line in lines if "error" in line), lines[0])
        raise WrongError(Finding("kernel_refused", {"message": message.strip(), "dtype": dtype})) from error
    found = compare(results)
    if found is not None:
        raise WrongError(Finding("kernel_gpu", {"name": found.facts["name"], "dtype": dtype}, found.worst))


def note_where(check: Check) -> None:
    """Say where the kernels ran, and what that does not show."""
    if gpu() is not None:
        check.note(
            "Your kernels ran in minigrad's simulator, and on the GPU here.",
            "你的核函数在 minigrad 的模拟器里运行过，也在这台机器的 GPU 上运行过。",
        )
        return
    check.note(
        "There is no GPU with CuPy here: your kernels ran in minigrad's simulator, one thread after the other. What "
        "that cannot show is how fast they are, and whether NVIDIA's compiler takes them.",
        "这里没有可用的 GPU 和 CuPy：你的核函数是在 minigrad 的模拟器里一个线程一个线程地运行的。"
        "它看不出运行有多快，也看不出 NVIDIA 的编译器是否接受。",
    )
