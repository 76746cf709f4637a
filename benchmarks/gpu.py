"""Compare training steps of minigrad and PyTorch on a GPU: `python benchmarks/gpu.py [--profile] [case ...]`.

In one process, in turn, timed by events of the device; both libraries use its default stream, in float32, without TF32
in products and convolutions, or with it in both (--tf32). Figures are medians over rounds of blocks of steps. The floor
is what the operations and bytes of a step (minigrad/workload.py) take at least on this GPU in float32, after its data
sheet; with TF32, products may come below it.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import cases
import language
import sequences
import torch
import vision
from cpu import LSTM, RESNET18, RESNET20

import minigrad
from minigrad.capture import CapturedStep
from minigrad.errors import MinigradError
from minigrad.roofline import Machine, find_machine, least_seconds
from minigrad.workload import work_of

BLOCK, LEAST = 0.15, 5  # seconds of a block, and its fewest steps

CASES = {
    "mlp": ("MLP 784-256-128-10, batch 256, Adam", partial(cases.mlp, 256, "Adam")),
    "resnet20": ("ResNet-20, batch 128", partial(vision.network, RESNET20, 128)),
    "resnet18": ("ResNet-18 at 32 x 32, batch 128", partial(vision.network, RESNET18, 128)),
    "lstm": ("LSTM classifier, 64 steps, batch 64", partial(sequences.network, LSTM, 64, 64)),
    "encoder": ("Transformer encoder, 128 steps, batch 32", partial(sequences.network, sequences.encoder, 32, 128)),
    "gpt": ("GPT of char_gpt, 128 characters, batch 32", language.gpt),
}
COLUMNS = {
    "torch": "PyTorch ms",
    "compiled": "torch.compile ms",
    "minigrad": "minigrad ms",
    "captured": "minigrad, captured ms",
}

OURS = ("minigrad", "captured")


def steps_of(name: str, device: str, compile: bool = False) -> dict[str, cases.Step]:
    """The steps of a case, in the order of COLUMNS. torch.compile gets the network; loss and optimizer stay."""
    steps = CASES[name][1](device=device)
    theirs = steps["torch"]
    compiled = {"compiled": replace(theirs, model=torch.compile(theirs.model))} if compile else {}
    ours = steps["minigrad"]
    captured = {"captured": Captured(CASES[name][1](device=device)["minigrad"])} if device != "cpu" else {}
    return {"torch": theirs, **compiled, "minigrad": ours, **captured}


class Captured:
    """A step of minigrad that the GPU repeats as a CUDA graph."""

    def __init__(self, step: cases.Step):
        self.data, self.learn = step.data, CapturedStep(step.learn)

    def __call__(self) -> object:
        return self.learn(*next(self.data))


def header(names: Sequence[str]) -> str:
    """The head of the table, for these columns."""
    titles = ["training step", "floor ms", *[COLUMNS[name] for name in names], "ratio", "ratio, captured"]
    return f"| {' | '.join(titles)} |\n{'|---' * len(titles)}|"


def row(title: str, floor: float | None, times: dict[str, list[float]]) -> str:
    """A row: the floor in seconds, if it is known; milliseconds of each round; the ratios of minigrad, as it is and
    captured, to PyTorch."""
    ratios = [[m / t for m, t in zip(times[name], times["torch"], strict=True)] for name in OURS if name in times]
    figures = [f"{statistics.median(t):.3f}" for t in times.values()]
    figures = [
        "" if floor is None else f"{1e3 * floor:.3f}",
        *figures,
        *[f"{statistics.median(r):.2f}" for r in ratios],
    ]
    return f"| {title} | {' | '.join(figures)} |"


def block(step: Callable[[], object], count: int) -> float:
    """Milliseconds of a step, over `count` steps in a row, by the device's own clock."""
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(count):
        step()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) / count


def timed(steps: dict[str, cases.Step], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of a step in each round, after steps that are not timed."""
    counts = {}
    for name, step in steps.items():
        for _ in range(5):
            step()
        torch.cuda.synchronize()
        start = time.perf_counter()
        block(step, LEAST)
        counts[name] = max(LEAST, int(BLOCK * LEAST / (time.perf_counter() - start)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds):
        for name in list(steps) if number % 2 == 0 else list(steps)[::-1]:
            times[name].append(block(steps[name], counts[name]))
    return times


def spent(step: Callable[[], object], count: int = 10) -> list[tuple[str, float, float]]:
    """What the GPU does in a step: (kernel, how many there are, milliseconds) a step, the longest first.

    PyTorch's profiler sees the kernels of the whole process, minigrad's and CuPy's too.
    """
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profiler:
        for _ in range(count):
            step()
        torch.cuda.synchronize()
    events = [e for e in profiler.key_averages() if e.self_device_time_total > 0]
    found = [(e.key, e.count / count, e.self_device_time_total / 1000 / count) for e in events]
    return sorted(found, key=lambda entry: -entry[2])


def profile(title: str, found: list[tuple[str, float, float]], whole: float, most: int = 12) -> str:
    """The longest kernels of a step of `whole` milliseconds, and how long the GPU was busy in all."""
    busy, count = sum(ms for *_, ms in found), sum(n for _, n, _ in found)
    lines = [f"{title}: {count:.0f} kernels keep the GPU busy for {busy:.3f} of {whole:.3f} ms"]
    lines += [f"{ms:9.3f} ms {n:6.0f} x  {name[:90]}" for name, n, ms in found[:most]]
    return "\n".join(lines)


def machine_from(flops: float | None, bandwidth: float | None) -> Machine | None:
    """What was given in TFLOP/s and TB/s, or what is known of the GPU; None, with a line that says so, otherwise."""
    if flops and bandwidth:
        return Machine(1e12 * flops, 1e12 * bandwidth)
    try:
        return find_machine(torch.cuda.get_device_name())
    except MinigradError as error:
        print(f"no floor: {error}; give --flops and --bandwidth")
        return None


def main() -> None:
    import cupy

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], help="which cases; all by default")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--compile", action="store_true", help="PyTorch once more, its network through torch.compile")
    parser.add_argument("--tf32", action="store_true", help="products and convolutions in TensorFloat-32, in both")
    parser.add_argument("--profile", action="store_true", help="also which kernels of minigrad's steps take how long")
    parser.add_argument("--flops", type=float, help="TFLOP/s of the GPU in float32, where it is not known here")
    parser.add_argument("--bandwidth", type=float, help="TB/s of its memory, likewise")
    arguments = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = arguments.tf32
    minigrad.set_float32_matmul_precision("high" if arguments.tf32 else "highest")
    tf32 = ", TF32" if arguments.tf32 else ""
    print(f"{torch.cuda.get_device_name()}; PyTorch {torch.__version__}, CuPy {cupy.__version__}{tf32}", end="\n\n")
    machine = machine_from(arguments.flops, arguments.bandwidth)
    profiles: list[str] = [""]
    print(header([name for name in COLUMNS if name != "compiled" or arguments.compile]))
    for name in arguments.cases or CASES:
        steps = steps_of(name, "cuda", arguments.compile)
        floor = None if machine is None else least_seconds(work_of(steps["minigrad"]), machine)
        times = timed(steps, arguments.rounds)
        print(row(CASES[name][0], floor, times), flush=True)
        if arguments.profile:
            profiles += [
                profile(f"{name}, {n}", spent(steps[n]), statistics.median(times[n])) for n in steps if n in OURS
            ]
    print(*profiles, sep="\n\n")


if __name__ == "__main__":
    main()
