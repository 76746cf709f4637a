"""Write cupy.json: the names of CuPy's functions, methods and their arguments, read from CuPy itself.

Needs CuPy, but no GPU: `python tests/standin/read_cupy.py`. What is written are names; the stand-in lacks what is not
in the file, and refuses arguments that are not.
"""

import inspect
import json
from pathlib import Path

import cupy
import cupyx


def arguments(function):
    """The names of a function's arguments; of compiled ones they stand in the first line of the docstring."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        head = (function.__doc__ or "").partition("\n")[0]
    if "(" not in head or ")" not in head:
        return None
    inside = head[head.index("(") + 1 : head.rindex(")")].split(",")
    return [part.partition("=")[0].split()[-1].lstrip("*") for part in inside if part.strip(" */")]


def functions(owner):
    """The arguments of everything that can be called in `owner`, "ufunc" for ufuncs."""
    found = {}
    for name in dir(owner):
        value = getattr(owner, name)
        if not name.startswith("_") and callable(value) and not inspect.isclass(value):
            found[name] = "ufunc" if isinstance(value, cupy.ufunc) else arguments(value)
    return found


names = {
    "version": cupy.__version__,
    "cupy": functions(cupy),
    "linalg": functions(cupy.linalg),
    "cupyx": functions(cupyx),
    "random": functions(cupy.random.Generator),
    "ndarray": functions(cupy.ndarray),
    "attributes": [n for n in dir(cupy.ndarray) if not n.startswith("_") and not callable(getattr(cupy.ndarray, n))],
}

Path(__file__).with_name("cupy.json").write_text(json.dumps(names) + "\n", encoding="utf-8")
