"""Count what a training step hands to a GPU, without one: `python benchmarks/launches.py [case ...]`.

On the stand-in for CuPy (docs/gpu-standin.md): operations that give new arrays or change old ones, and kernels, of
which none runs. Handing one over takes the host some microseconds, which is most of what a network of short ones takes.
Counted with the plain operations, with minigrad's kernels, and for a captured step, whose graph is handed over as one.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the stand-in, which lies in tests/

import cases
from gpu import CASES, Captured

from minigrad.twins import plain_operations
from tests import standin
from tests.standin import array, cublas, graphs, module

PLACES = [(m, name) for m in (array, module) for name in ("noted", "changed")] + [(cublas, "changed")]
"""Where the stand-in says what it is told to do."""
COLUMNS = ("plain operations", "kernels", "captured")


@contextmanager
def counted() -> Iterator[list[int]]:
    """Within this context, operations on the stand-in are counted, and kernels are not run."""
    count, before = [0], {(m, name): vars(m)[name] for m, name in PLACES}
    call, launch = module.RawKernel.__call__, graphs.Graph.launch

    def noted(redo: Callable, result: object, wrap: Callable) -> object:
        made = graphs.noted(redo, result, wrap)
        parts = made if isinstance(made, list | tuple) else [made]
        count[0] += any(isinstance(part, array.ndarray) and part._host.base is None for part in parts)
        return made

    def changed(redo: Callable) -> None:
        count[0] += 1
        graphs.changed(redo)

    def graph(self: graphs.Graph, stream: object = None) -> None:
        count[0] += 1

    try:
        for m, name in before:
            setattr(m, name, {"noted": noted, "changed": changed}[name])
        module.RawKernel.__call__ = lambda self, grid, block, args, shared_mem=0: changed(lambda: None)  # type: ignore
        graphs.Graph.launch = graph  # type: ignore[method-assign]
        yield count
    finally:
        for (m, name), value in before.items():
            setattr(m, name, value)
        module.RawKernel.__call__, graphs.Graph.launch = call, launch  # type: ignore[method-assign]


def on_standin(step: cases.Step) -> cases.Step:
    """The step with its network and its batches on the stand-in."""
    step.model.to("cuda")
    batches = [tuple(x.to("cuda") for x in next(step.data)) for _ in range(4)]
    return replace(step, data=cycle(batches))


def launches(step: Callable[[], object]) -> int:
    """How many the fourth step hands over, in which all state is there and a captured one was captured."""
    with np.errstate(all="ignore"):  # what kernels would have written is not there
        for _ in range(3):
            step()
        with counted() as count:
            step()
    return count[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], help="which cases; all by default")
    arguments = parser.parse_args()
    print(f"| training step | {' | '.join(COLUMNS)} |\n{'|---' * (len(COLUMNS) + 1)}|")
    array.Pool.total = 1 << 40  # bytes: nothing is too large
    with standin.installed():
        for name in arguments.cases or CASES:
            title, make = CASES[name]
            numbers = []
            for column in COLUMNS:
                with plain_operations() if column == "plain operations" else nullcontext(), counted():
                    step = on_standin(make(device="cpu")["minigrad"])
                    numbers.append(launches(Captured(step) if column == "captured" else step))
            print(f"| {title} | {' | '.join(f'{n:,}' for n in numbers)} |", flush=True)


if __name__ == "__main__":
    main()
