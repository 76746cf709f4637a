"""Saving and loading: weights and checkpoints as safetensors files, which hold numbers and text and execute nothing.

`save` takes what torch.save is usually given: a state dict, or a dict of them with numbers, strings and lists beside
them. Tensors are stored under their dotted path; everything else goes into the file's metadata as JSON. A plain state
dict therefore is an ordinary safetensors file that other libraries read.
"""

import json
import os
import secrets
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize, safe_open
from safetensors.numpy import save as to_bytes

from .device import array_module, to_device
from .dtypes import bfloat16_dtype, is_bfloat16, is_real
from .errors import CheckpointError
from .language import say
from .tensor import Tensor

STRUCTURE = "minigrad"  # the one entry of the metadata: a checksum, a space, and everything but the arrays as JSON

# JSON has objects with text keys, lists, text, numbers, true, false and null. What else there is becomes an object
# with one of these keys: an array (its name in the file), a tuple, a dict with other keys (a list of pairs).
ARRAY, TUPLE, PAIRS = "__array__", "__tuple__", "__dict__"

# The dtypes of safetensors files that a tensor can hold.
BFLOAT16 = "BF16"
DTYPES = ("F64", "F32", "F16", BFLOAT16, "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL")

ZIP = b"PK\x03\x04"
START = 400  # bytes that tell a foreign file: a zip archive has the name of its first member within them


def save(obj: Any, path: str | os.PathLike) -> None:
    """Write nested dicts, lists and tuples of tensors, arrays, numbers, strings, booleans and None to `path`.

    The file appears whole or not at all: a full disk or a crash leaves what was at `path` before. Raises
    CheckpointError if it cannot be written, or if `obj` is nested too deeply or contains itself, TypeError for anything
    that is not data.
    """
    arrays: dict[str, np.ndarray] = {}
    try:
        structure = json.dumps(take_arrays(obj, "", arrays))
    except RecursionError as error:
        raise CheckpointError(
            f"could not write {path}: the data are nested too deeply or contain themselves; expected a few levels"
        ) from error
    write_atomically(Path(path), to_bytes(arrays, {STRUCTURE: f"{checksum(structure, arrays)} {structure}"}))


def load(path: str | os.PathLike) -> Any:
    """Read back what `save` wrote, or the tensors of any safetensors file as a flat dict; arrays come back as tensors.

    Raises CheckpointError if the file is missing, unreadable, truncated, damaged, not a safetensors file, or
    holds what no tensor does, such as complex numbers and float8.
    """
    path = Path(path)
    start = b""
    try:
        with open(path, "rb") as stream:
            start = stream.read(START)
        with safe_open(path, framework="numpy") as file:
            entry = (file.metadata() or {}).get(STRUCTURE)
            dtypes = {name: file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118 (not a dict)
            check_dtypes(path, dtypes)
            arrays = {name: file.get_tensor(name) for name, dtype in dtypes.items() if dtype != BFLOAT16}
        if BFLOAT16 in dtypes.values():
            arrays |= read_bfloat16(path)
        if entry is None:
            return {name: Tensor(array) for name, array in arrays.items()}
        crc, _, structure = entry.partition(" ")
        if checksum(structure, arrays) != crc:
            raise ValueError(say("its checksum does not match its contents", "校验和与内容不符"))
        return put_arrays(json.loads(structure), arrays)
    except CheckpointError:
        raise
    except OSError as error:
        told = error.strerror or error
        raise CheckpointError(say(f"could not read {path}: {told}", f"无法读取 {path}：{told}")) from error
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(why_unreadable(str(path), start, error)) from error


def check_dtypes(path: Path, dtypes: dict[str, str]) -> None:
    """Raise CheckpointError if a safetensors file has numbers of a dtype that no tensor holds."""
    for name, dtype in dtypes.items():
        if dtype not in DTYPES:
            raise CheckpointError(
                say(
                    f"{path}: '{name}' has the dtype {dtype}, expected one of {', '.join(DTYPES)}",
                    f"{path}：'{name}' 的 dtype 是 {dtype}，应当是 {'、'.join(DTYPES)} 之一",
                )
            )


def read_bfloat16(path: Path) -> dict[str, np.ndarray]:
    """The arrays of bfloat16 in a safetensors file."""
    return {
        name: np.frombuffer(bytearray(tensor["data"]), bfloat16_dtype()).reshape(tensor["shape"])
        for name, tensor in deserialize(path.read_bytes())
        if tensor["dtype"] == BFLOAT16
    }


def why_unreadable(path: str, start: bytes, error: Exception) -> str:
    """The sentence for a file that begins with `start` and that reading ended in `error`."""
    if "\0" in path:
        return say(
            f"could not read {path!r}: no file has a name with a null character",
            f"无法读取 {path!r}：文件名里不能有空字符",
        )
    if is_pickle(start):
        return say(
            f"{path} is a pickle, as torch.save writes them; loading one can execute code, so minigrad does not. "
            "Write the tensors again with safetensors.torch.save_file",
            f"{path} 是 pickle 文件，torch.save 写的就是这种；读取它可能会执行其中的代码，所以 minigrad 不读。"
            "请用 safetensors.torch.save_file 重新保存这些张量",
        )
    if start.startswith(ZIP):
        return say(
            f"{path} is a zip archive, such as numpy.savez writes; expected a safetensors file",
            f"{path} 是 zip 压缩文件，numpy.savez 写的就是这种；应当是 safetensors 文件",
        )
    return say(
        f"{path} is not a readable checkpoint (truncated or corrupt?): {error}",
        f"{path} 不是可以读取的检查点（不完整，或者已经损坏？）：{error}",
    )


def take_arrays(obj: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    """`obj` as JSON can hold it: its arrays moved into `arrays`, with their names left in their places."""
    if isinstance(obj, Tensor):
        obj = obj.data
    if isinstance(obj, np.ndarray) or array_module(obj) is not np:
        array = to_device(obj, "cpu")
        if not is_real(array.dtype) or array.dtype.itemsize > 8:
            raise TypeError(f"save cannot store '{name}' of dtype {array.dtype}; expected real numbers")
        name = unused(name, arrays)
        native = array.dtype if is_bfloat16(array.dtype) else array.dtype.newbyteorder("=")
        arrays[name] = np.ascontiguousarray(array, native).reshape(array.shape)
        return {ARRAY: name}
    if isinstance(obj, dict):
        items = [(plain(k, name), take_arrays(v, f"{name}.{k}" if name else str(k), arrays)) for k, v in obj.items()]
        as_object = all(isinstance(key, str) and key not in (ARRAY, TUPLE, PAIRS) for key in obj)
        return dict(items) if as_object else {PAIRS: items}
    if isinstance(obj, list | tuple):
        items = [take_arrays(value, f"{name}.{i}" if name else str(i), arrays) for i, value in enumerate(obj)]
        return items if isinstance(obj, list) else {TUPLE: items}
    return plain(obj, name)


def put_arrays(structure: Any, arrays: dict[str, np.ndarray]) -> Any:
    """The inverse of `take_arrays`; arrays become tensors."""
    if isinstance(structure, list):
        return [put_arrays(value, arrays) for value in structure]
    if not isinstance(structure, dict):
        return structure
    if ARRAY in structure:
        return Tensor(arrays[structure[ARRAY]])
    if TUPLE in structure:
        return tuple(put_arrays(structure[TUPLE], arrays))
    return {key: put_arrays(value, arrays) for key, value in structure.get(PAIRS, structure.items())}


def plain(obj: Any, name: str) -> Any:
    """`obj` as a number, a string, a boolean or None. Raises TypeError if it is something else."""
    if isinstance(obj, np.generic):
        obj = obj.item()
    if obj is None or isinstance(obj, bool | int | float | str):
        return obj
    kind = f"{type(obj).__module__}.{type(obj).__qualname__}".removeprefix("builtins.")
    raise TypeError(
        f"save cannot store '{name}' of type {kind}; expected tensors, numbers, strings, and dicts and lists of them"
    )


def checksum(structure: str, arrays: dict[str, np.ndarray]) -> str:
    """The CRC-32 of the structure and of each array's name, dtype, shape and elements."""
    crc = zlib.crc32(structure.encode())
    for name in sorted(arrays):
        array = arrays[name]
        crc = zlib.crc32(f"{name} {array.dtype} {array.shape}".encode(), crc)
        crc = zlib.crc32(array.reshape(-1).view(np.uint8).data, crc)
    return f"{crc:08x}"


def unused(name: str, arrays: dict[str, np.ndarray]) -> str:
    """`name`, lengthened if another array has it ('a.b' beside a dict 'a' with 'b') or safetensors reserves it."""
    while name in arrays or name == "__metadata__":
        name += "_"
    return name


def is_pickle(start: bytes) -> bool:
    """Does an archive of torch.save or a bare pickle start like this? A safetensors file has a '{' in ninth place.

    The first member of torch.save's archives is `NAME/data.pkl`.
    """
    return (start.startswith(ZIP) and b"/data.pkl" in start) or (start[:1] == b"\x80" and start[8:9] != b"{")


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, force it to disk, then put it in `path`'s place in one step.

    A link at `path` is followed. Raises CheckpointError if that fails, or if something stands there that is not a file.
    """
    if "\0" in str(path):
        raise CheckpointError(f"could not write {str(path)!r}: no file has a name with a null character")
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        if path.exists() and not path.is_file():
            raise FileExistsError(None, "something that is not a file stands there")
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        en, zh = ("; what was there before is unchanged", "；原来的文件没有变") if os.path.exists(path) else ("", "")
        told = error.strerror or error
        raise CheckpointError(say(f"could not write {path}: {told}{en}", f"无法写入 {path}：{told}{zh}")) from error
    finally:
        with suppress(OSError):  # there is none after success
            temporary.unlink()
