"""NVIDIA's compiler for CUDA, which needs no GPU: from a source to PTX, or what is wrong with it."""

import ctypes
from importlib.util import find_spec
from pathlib import Path


def folder(package):
    """Where the package of NVIDIA's lies; None if it is not installed."""
    try:
        found = find_spec(package)
    except ModuleNotFoundError:
        return None
    return Path(next(iter(found.submodule_search_locations))) if found else None


COMPILER = folder("nvidia.cuda_nvrtc")
HEADERS = folder("nvidia.cuda_runtime")


def ptx(source, architecture="compute_80"):
    """The PTX of a source of CUDA C++; ValueError with the compiler's log if it does not compile."""
    library = ctypes.CDLL(str(next((COMPILER / "lib").glob("libnvrtc.so*"))))
    program, size = ctypes.c_void_p(), ctypes.c_size_t()
    library.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernel.cu", 0, None, None)
    options = [f"--gpu-architecture={architecture}", f"-I{HEADERS / 'include'}", "--std=c++17"]
    given = (ctypes.c_char_p * len(options))(*[option.encode() for option in options])
    wrong = library.nvrtcCompileProgram(program, len(options), given)
    kind = "ProgramLog" if wrong else "PTX"
    getattr(library, f"nvrtcGet{kind}Size")(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    getattr(library, f"nvrtcGet{kind}")(program, text)
    library.nvrtcDestroyProgram(ctypes.byref(program))
    if wrong:
        raise ValueError(text.value.decode())
    return text.value.decode()
