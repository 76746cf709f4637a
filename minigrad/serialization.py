"""Saving and loading: weights and checkpoints as safetensors files, which hold numbers and text and execute nothing.

`save` takes what torch.save is usually given: a state dict, or a dict of them with numbers, strings and lists beside
them. Tensors are stored under their dotted path; everything else goes into the file's metadata as JSON. A plain state
dict therefore is an ordinary safetensors file that other libraries read.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from .device import to_device
from .errors import CheckpointError
from .tensor import Tensor

STRUCTURE = "minigrad"  # the metadata entry that holds everything but the arrays
ARRAY = "__array__"  # stands in the structure for an array, with its name in the file


def save(obj: Any, path: str | os.PathLike) -> None:
    """Write nested dicts and lists of tensors, arrays, numbers, strings, booleans and None to `path`.

    The file appears whole or not at all: a full disk or a crash leaves what was at `path` before. Raises
    CheckpointError if it cannot be written, TypeError for anything that is not data.
    """
    arrays: dict[str, np.ndarray] = {}
    structure = take_arrays(obj, "", arrays)
    write_atomically(Path(path), to_bytes(arrays, {STRUCTURE: json.dumps(structure)}))


def load(path: str | os.PathLike) -> Any:
    """Read back what `save` wrote, or the tensors of any safetensors file as a flat dict; arrays come back as tensors.

    Raises CheckpointError if the file is missing, truncated or not a safetensors file.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"no checkpoint at {path}")
    try:
        with safe_open(path, framework="numpy") as file:
            structure = (file.metadata() or {}).get(STRUCTURE)
            arrays = {name: Tensor(file.get_tensor(name)) for name in file.keys()}  # noqa: SIM118 (not a dict)
        return arrays if structure is None else put_arrays(json.loads(structure), arrays)
    except (SafetensorError, ValueError, KeyError, OSError) as error:
        raise CheckpointError(f"{path} is not a readable checkpoint (truncated or corrupt?): {error}") from error


def take_arrays(obj: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    """`obj` with its arrays moved into `arrays` and their names left in their places."""
    if isinstance(obj, Tensor):
        obj = to_device(obj.data, "cpu")
    if isinstance(obj, np.ndarray):
        arrays[name] = np.ascontiguousarray(obj).reshape(obj.shape)
        return {ARRAY: name}
    if isinstance(obj, dict):
        return {
            str(key): take_arrays(value, f"{name}.{key}" if name else str(key), arrays) for key, value in obj.items()
        }
    if isinstance(obj, list | tuple):
        return [take_arrays(value, f"{name}.{i}", arrays) for i, value in enumerate(obj)]
    if isinstance(obj, np.generic):
        return obj.item()
    if obj is None or isinstance(obj, bool | int | float | str):
        return obj
    raise TypeError(
        f"save cannot store '{name}' of type {type(obj).__name__}; expected tensors, numbers, strings, lists"
    )


def put_arrays(structure: Any, arrays: dict[str, Tensor]) -> Any:
    """The inverse of `take_arrays`."""
    if isinstance(structure, dict):
        if set(structure) == {ARRAY}:
            return arrays[structure[ARRAY]]
        return {key: put_arrays(value, arrays) for key, value in structure.items()}
    if isinstance(structure, list):
        return [put_arrays(value, arrays) for value in structure]
    return structure


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, force it to disk, then put it in `path`'s place in one step."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise CheckpointError(
            f"could not write {path}: {error.strerror or error}; what was there before is unchanged"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
