"""Compare training steps of minigrad and PyTorch on a GPU: `python benchmarks/gpu.py [case ...]`.

In one process, in turn, timed by events of the device; both libraries use its default stream, in float32 (TF32 off, as
is PyTorch's default for products). Figures are medians over rounds of blocks of steps.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import cases
import language
import sequences
import torch
import vision
from cpu import LSTM, RESNET18, RESNET20

BLOCK, LEAST = 0.15, 5  # seconds of a block, and its fewest steps

CASES = {
    "mlp": ("MLP 784-256-128-10, batch 256, Adam", partial(cases.mlp, 256, "Adam")),
    "resnet20": ("ResNet-20, batch 128", partial(vision.network, RESNET20, 128)),
    "resnet18": ("ResNet-18 at 32 x 32, batch 128", partial(vision.network, RESNET18, 128)),
    "lstm": ("LSTM classifier, 64 steps, batch 64", partial(sequences.network, LSTM, 64, 64)),
    "encoder": ("Transformer encoder, 128 steps, batch 32", partial(sequences.network, sequences.encoder, 32, 128)),
    "gpt": ("GPT of char_gpt, 128 characters, batch 32", language.gpt),
}
HEADER = "| training step | PyTorch ms | minigrad ms | ratio |\n|---|---|---|---|"


def block(step: Callable[[], object], count: int) -> float:
    """Milliseconds of a step, over `count` steps in a row, by the device's own clock."""
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    for _ in range(count):
        step()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) / count


def compare(title: str, steps: dict[str, Callable[[], object]], rounds: int) -> str:
    """A row of the table."""
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
    ratio = statistics.median(m / t for m, t in zip(times["minigrad"], times["torch"], strict=True))
    medians = [f"{statistics.median(times[name]):.3f}" for name in ("torch", "minigrad")]
    return f"| {title} | {' | '.join(medians)} | {ratio:.2f} |"


def main() -> None:
    import cupy

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], help="which cases; all by default")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    print(f"{torch.cuda.get_device_name()}; PyTorch {torch.__version__}, CuPy {cupy.__version__}", end="\n\n")
    print(HEADER)
    for name in arguments.cases or CASES:
        title, make = CASES[name]
        steps = make(device="cuda")
        steps.pop("numpy", None)
        print(compare(title, steps, arguments.rounds), flush=True)


if __name__ == "__main__":
    main()
