"""Peak memory of training steps of minigrad and PyTorch: `python benchmarks/memory.py [case ...]`.

Each library does its steps in a process of its own. Counted is what the process holds at its fullest beyond what it
held before the first step, when the network, its optimizer and the data were there already.
"""

import argparse
import resource
import subprocess
import sys
from pathlib import Path

STEPS = 4
TARGET = 1.5
HEADER = "| training step | PyTorch MB | minigrad MB | ratio | target |\n|---|---|---|---|---|"


def main() -> None:
    import cpu

    networks = [name for name in cpu.CASES if name != "small-ops"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *networks], help="which cases; all by default")
    print(HEADER)
    for name in parser.parse_args().cases or networks:
        theirs, ours = [measured(name, library) for library in ("torch", "minigrad")]
        print(f"| {cpu.CASES[name][0]} | {theirs:.0f} | {ours:.0f} | {ours / theirs:.2f} | {TARGET} |", flush=True)


def measured(name: str, library: str) -> float:
    """Megabytes that the steps of a case take in one library, measured in a new process."""
    command = [sys.executable, __file__, "--measure", name, library]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path.cwd()).stdout)


def measure(name: str, library: str) -> float:
    """The same in this process."""
    import cpu

    step = cpu.CASES[name][1]()[library]
    before = resident()
    for _ in range(STEPS):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before


def resident() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(measure(*sys.argv[2:4]))
    else:
        main()
