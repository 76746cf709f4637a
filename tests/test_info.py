"""What `minigrad info` says."""

import sys
import types

import pytest
from click.testing import CliRunner

from minigrad import info
from minigrad.cli import cli
from minigrad.errors import DeviceError
from minigrad.kernels.cuda import products
from minigrad.language import set_language


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language(None)


def shown(*arguments):
    result = CliRunner().invoke(cli, ["info", *arguments], terminal_width=200)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_versions_and_processors_are_shown():
    import numpy

    printed = shown("--lang", "en")
    assert f"NumPy {numpy.__version__}" in printed
    assert "cores" in printed
    assert "未安装" in shown("--lang", "zh") or info.installed("torch")


@pytest.mark.parametrize(("driver", "package"), [("580.159.04", "cupy-cuda13x"), ("535.10", "cupy-cuda12x")])
def test_the_command_that_brings_cupy_fits_the_driver(monkeypatch, tmp_path, driver, package):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\necho {driver}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(info.importlib.util, "find_spec", lambda name: None)
    (fact,) = info.gpu_facts()
    assert f"pip install '{package}[ctk]>=14'" in fact.value


@pytest.mark.parametrize("script", [None, "exit 1", "echo no version"])
def test_without_a_driver_the_cpu_is_named(monkeypatch, tmp_path, script):
    if script:
        tool = tmp_path / "nvidia-smi"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(info.importlib.util, "find_spec", lambda name: None)
    (fact,) = info.gpu_facts()
    assert "CPU" in fact.value


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (("nvrtc", "cublas"), []),
        (("nvrtc",), ["cublas not found; pip install 'cupy-cuda13x[ctk]'"]),
        ((), ["nvrtc, cublas not found; pip install 'cupy-cuda13x[ctk]'"]),
    ],
)
def test_libraries_of_cuda_that_are_missing_are_named(monkeypatch, there, said):
    monkeypatch.setitem(sys.modules, "cuda", types.ModuleType("cuda"))
    monkeypatch.setitem(sys.modules, "cuda.pathfinder", pathfinder(there))
    assert [fact.value for fact in info.missing_libraries()] == said


def pathfinder(there):
    """As much of cuda.pathfinder as is asked, which finds these libraries."""
    module = types.ModuleType("cuda.pathfinder")

    class DynamicLibNotFoundError(RuntimeError):
        pass

    def load_nvidia_dynamic_lib(name):
        if name not in there:
            raise DynamicLibNotFoundError(name)

    module.DynamicLibNotFoundError, module.load_nvidia_dynamic_lib = DynamicLibNotFoundError, load_nvidia_dynamic_lib
    return module


def test_products_without_cublas_say_what_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cuda", types.ModuleType("cuda"))
    monkeypatch.setitem(sys.modules, "cuda.pathfinder", pathfinder(()))
    products.cublas.cache_clear()
    with pytest.raises(DeviceError, match=r"cuBLAS, which was not found: pip install 'cupy-cuda12x\[ctk\]'"):
        products.cublas()


class Broken(Exception):
    pass


def cupy_with(count):
    class Device:
        def __init__(self, index):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

    def get_device_count():
        if isinstance(count, Exception):
            raise count
        return count

    runtime = types.SimpleNamespace(
        CUDARuntimeError=Broken,
        getDeviceCount=get_device_count,
        getDeviceProperties=lambda i: {"name": b"Some GPU", "major": 9, "minor": 0},
        memGetInfo=lambda: (3 << 30, 8 << 30),
        runtimeGetVersion=lambda: 13020,
    )
    return types.SimpleNamespace(cuda=types.SimpleNamespace(runtime=runtime, Device=Device))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "Some GPU, 3.0 of 8.0 GiB free, compute capability 9.0, CUDA 13.2"),
        (0, "none is there"),
        (Broken("cudaErrorInsufficientDriver"), "cannot be used: cudaErrorInsufficientDriver"),
    ],
)
def test_gpus_are_shown_or_why_there_is_none(monkeypatch, count, said):
    monkeypatch.setitem(sys.modules, "cupy", cupy_with(count))
    monkeypatch.setattr(info.importlib.util, "find_spec", lambda name: object())
    assert said in info.gpu_facts()[0].value
