"""Pretrained weights: from a file, from a hub, or by the name of a known checkpoint."""

import hashlib
import os
import re
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from ..checks import check_bool
from ..datasets.download import CONNECT_SECONDS, HEADERS, NotAvailableError, reason
from ..datasets.fetch import DataFile, FileSet, cache_folder, from_cache, locate, where_to_put
from ..errors import CheckpointError, DataError, UnknownNameError
from ..language import say
from ..nn import Module
from ..nn.module import Missing
from ..serialization import START, load, write_atomically

PYTORCH = (".pth", ".th", ".pt")
FILES = (".safetensors", *PYTORCH)
# What torch.load raises for one damaged file or another.
FORMAT_ERRORS = (UnpicklingError, struct.error, ValueError, TypeError, LookupError, AttributeError, AssertionError)
READ_ERRORS = (RuntimeError, EOFError, OSError, OverflowError, MemoryError)

UNREADABLE = "Unsupported operand 149"  # how PyTorch tells of the first instruction that protocols before 4 lack
NEWER_PICKLE = re.compile(rb"\x80([\x04\x05])\x95")  # what pickles of protocol 4 and 5 begin with

WRAPPERS = ("state_dict", "model", "model_state_dict")
SHA256 = re.compile("[0-9a-f]{64}")
GIT = re.compile("[0-9a-f]{40}")  # the SHA-1 of a file in Git
HUB = "hub:"
HUB_URL = "https://huggingface.co"  # MINIGRAD_HUB names another that answers in the same way, such as a mirror

KNOWN: dict[str, FileSet | str] = {
    "resnet20-cifar10": FileSet(
        "the CIFAR-10 checkpoint of ResNet-20",
        "checkpoints",
        (DataFile("resnet20-12fca82f.th", "12fca82f0bebc4135bf1f32f6e3710e61d5108578464b84fd6d7f5c1b04036c8"),),
        ("https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/",),
    ),
    "resnet18-imagenet": "hub:timm/resnet18.tv_in1k/model.safetensors",
    "resnet34-imagenet": "hub:timm/resnet34.tv_in1k/model.safetensors",
    "resnet50-imagenet": "hub:timm/resnet50.tv_in1k/model.safetensors",
}
"""Checkpoints by short names: published files, or where they lie on the hub. Those of ImageNet are torchvision's."""


def load_pretrained(model: Module, source: str | os.PathLike, strict: bool = True, sha256: str = "") -> Missing:
    """Copy the weights of a checkpoint into `model`, all or nothing.

    `source` is
    - a file: a .safetensors, or a .pth, .th or .pt of PyTorch, which needs the extra `torch`. Such a file is a pickle;
      it is read in a way that makes tensors and runs nothing;
    - "hub:OWNER/REPOSITORY/FILE", a file on the hub (https://huggingface.co, or MINIGRAD_HUB), downloaded into the
      cache once and checked against `sha256` or, if that is not given, against the SHA-256 that the hub states;
    - a name in KNOWN. Files that are not on the hub are looked for as data sets are, in MINIGRAD_DATA if it is set.

    Where `sha256` is given, a file of any source is checked against it before it is read.

    {'state_dict': ...}, {'model': ...} and {'model_state_dict': ...} are unwrapped, and 'module.', which parallel
    training puts before all names, is taken off. Numbers and arrays of NumPy in a pickle
    are passed over. Checkpoints from before PyTorch 0.4.1 do not say how many batches a batch norm has seen; the
    model's own counts then stay.

    Returns the names that were missing and unexpected: there are none if `strict` (True). Raises CheckpointError, and
    changes nothing, for a file that cannot be read, wants to run code or has another SHA-256 than `sha256`, and for
    weights of another architecture, with what is missing, unexpected or of another shape; UnknownNameError for an
    unknown name; DataError where the file cannot be had; ValueError for a `sha256` that is none, TypeError for a
    `strict` that is neither True nor False.
    """
    check_bool("load_pretrained: strict", strict)
    if sha256 != "" and not (isinstance(sha256, str) and SHA256.fullmatch(sha256.lower())):
        raise ValueError(f"load_pretrained: sha256 must be 64 hexadecimal digits, got {sha256!r}")
    state = read_state_dict(source, sha256.lower())
    own = model.state_dict()
    if not any(name.endswith("num_batches_tracked") for name in state):
        state.update({name: count for name, count in own.items() if name.endswith("num_batches_tracked")})
    try:
        return model.load_state_dict(state, strict)
    except CheckpointError as error:
        raise CheckpointError(f"{os.fspath(source)}: {error}") from error


def read_state_dict(source: str | os.PathLike, sha256: str = "") -> dict[str, Any]:
    """The state dict of a checkpoint, found, checked and unwrapped as by `load_pretrained`, with the same errors."""
    path = find(source, sha256)
    if sha256:
        check_sha256(path, sha256)
    return state_dict_in(read(path))


def check_sha256(path: Path, expected: str) -> None:
    """Raise CheckpointError unless the file has the SHA-256 `expected`."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(f"could not read {path}: {error.strerror or error}") from error
    if found != expected:
        raise CheckpointError(f"{path} has the SHA-256 {found}, expected {expected}; nothing of it was loaded")


def find(source: str | os.PathLike, sha256: str = "") -> Path:
    """The path of a checkpoint, which is downloaded if `source` is no file and it is not in the cache."""
    text = os.fspath(source)
    known = KNOWN.get(text, text)
    if isinstance(known, FileSet):
        try:
            return locate(known)[0]
        except DataError as error:
            raise DataError(say(f"{error}; {where_to_put(known)}", f"{error}；{where_to_put(known)}")) from error
    if not known.endswith(FILES):
        if re.search(r"[./:\\]", known):
            raise CheckpointError(f"expected a checkpoint whose name ends in {', '.join(FILES)}, got '{text}'")
        raise UnknownNameError("checkpoint", text, KNOWN, "预训练权重")
    return from_hub(known, sha256) if known.startswith(HUB) else Path(os.path.expanduser(known))


def from_hub(source: str, sha256: str = "") -> Path:
    """The cached file of "hub:OWNER/REPOSITORY/FILE", downloaded if it is not there or is damaged.

    The checksum is kept beside it, so that a file that is there is checked, and found, without a network.
    """
    parts = source.removeprefix(HUB).split("/")
    if len(parts) < 3 or not all(re.fullmatch(r"[\w-][\w.-]*", part) for part in parts):
        raise CheckpointError(f"'{source}' names no file on the hub; expected hub:OWNER/REPOSITORY/FILE")
    hub = os.environ.get("MINIGRAD_HUB", HUB_URL).rstrip("/")
    url = "/".join([hub, *parts[:2], "resolve/main", *parts[2:-1], ""])
    folder = cache_folder().joinpath("hub", *parts[:-1])
    note = folder / f"{parts[-1]}.sha256"
    if not sha256:
        noted = note.read_text() if note.exists() else ""
        sha256 = noted if SHA256.fullmatch(noted) else stated_sha256(url + parts[-1], source, folder / parts[-1])
    (path,) = from_cache(FileSet(source, "", (DataFile(parts[-1], sha256),), (url,)), folder)
    write_atomically(note, sha256.encode())
    return path


def stated_sha256(url: str, source: str, path: Path) -> str:
    """The SHA-256 that the hub states for a file; NotAvailableError if there is no answer, or none in it.

    For small files the hub states the checksum of Git instead: such a file is downloaded to `path` and compared.
    """
    import requests  # here, because importing it takes longer than importing all of minigrad

    try:
        answer = requests.head(url, headers=HEADERS, timeout=CONNECT_SECONDS)  # redirects would lose the header
        answer.raise_for_status()
    except requests.RequestException as error:
        raise NotAvailableError(f"{source} could not be downloaded ({reason(error)})") from error
    stated = answer.headers.get("X-Linked-Etag", "").strip('"')
    blob = answer.headers.get("ETag", "").removeprefix("W/").strip('"')
    if not stated and GIT.fullmatch(blob):
        return small_file(url, source, path, blob)
    if not SHA256.fullmatch(stated):
        raise NotAvailableError(f"the hub states no SHA-256 for {source}; give it as sha256=...")
    return stated


def small_file(url: str, source: str, path: Path, blob: str) -> str:
    """Download a small file to `path`; returns its SHA-256. NotAvailableError unless its checksum of Git is `blob`."""
    import requests

    try:
        answer = requests.get(url, headers=HEADERS, timeout=CONNECT_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise NotAvailableError(f"{source} could not be downloaded ({reason(error)})") from error
    content = answer.content
    if hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() != blob:
        raise NotAvailableError(f"{source} could not be downloaded (wrong checksum)")
    write_atomically(path, content)
    return hashlib.sha256(content).hexdigest()


def read(path: Path) -> Any:
    """What a checkpoint holds; CheckpointError if it cannot be read, or wants to run code."""
    return load_pytorch(path) if path.suffix in PYTORCH else load(path)


def load_pytorch(path: Path) -> Any:
    """What torch.save wrote to `path`. Only tensors and plain data are made; nothing in the file is executed."""
    try:
        import torch
    except ImportError as error:
        raise CheckpointError(
            f"{path} is a checkpoint of PyTorch, which minigrad reads with PyTorch: pip install 'minigrad[torch]'"
        ) from error
    try:
        with path.open("rb") as file:
            start = file.read(START)
    except OSError as error:
        raise CheckpointError(f"could not read {path}: {error.strerror or error}") from error
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals(list(NUMPY)):
            warnings.filterwarnings("ignore", "Detected pickle protocol")  # what comes of it is told below
            return torch.load(path, map_location="cpu", weights_only=True)
    except (*FORMAT_ERRORS, *READ_ERRORS) as error:
        raise CheckpointError(why_refused(path, start, str(error) or type(error).__name__)) from error


class NumPyValue:
    """What stands for a number or an array of NumPy in a pickle, whose functions are not called: no value at all."""

    def __init__(self, *args: Any):
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a value of NumPy, which is not read from a file of PyTorch; expected a tensor of PyTorch")


# Checkpoints often have the best accuracy beside the weights, as a number of NumPy. PyTorch knows what may be called by
# module and name.
NUMPY = tuple(
    type("NumPyValue", (NumPyValue,), {"__module__": module, "__qualname__": name})
    for module, name in (
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.multiarray", "_reconstruct"),
    )
)


def why_refused(path: Path, start: bytes, told: str) -> str:
    """The sentence for a file that begins with `start` and of which PyTorch said `told`."""
    newer = NEWER_PICKLE.search(start)
    if newer and UNREADABLE in told:
        return (
            f"{path} was written with pickle protocol {newer[1][0]}, which PyTorch reads only where it may execute "
            "what is in it; nothing of it was run: write it again by torch.save without pickle_protocol, or by "
            "safetensors.torch.save_file"
        )
    wanted = re.search(r"GLOBAL (\S+)", told)
    if wanted:
        return f"{path} wants to run {wanted[1]}, which makes no tensor and no plain data; nothing was run or loaded"
    found = re.search(r"WeightsUnpickler error:\s*(.+)", told)
    why = found[1] if found else told.strip().partition("\n")[0]
    return (
        f"{path} is no checkpoint of plain tensors (truncated, corrupt, or code in it?); nothing of it was run: {why}"
    )


def state_dict_in(content: Any) -> dict[str, Any]:
    """The state dict in a checkpoint: unwrapped, and without the 'module.' before all its names."""
    for key in WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping):
        raise CheckpointError(f"expected a checkpoint with a state dict, got {type(content).__name__}")
    names = [str(name) for name in content]
    prefix = "module." if names and all(name.startswith("module.") for name in names) else ""
    return {name.removeprefix(prefix): value for name, value in zip(names, content.values())}
