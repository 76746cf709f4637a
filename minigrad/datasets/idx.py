"""IDX files, the format of MNIST: a header with the type and the dimensions, then the elements, big-endian.

byte 0, 1   zero
byte 2      the type of the elements (TYPES)
byte 3      the number of dimensions
then        each dimension as a 32-bit integer, then the elements in C order
"""

import gzip
import math
import os
import struct
import sys
import zlib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

import numpy as np

from ..errors import DataError

TYPES = {
    code: np.dtype(name) for code, name in zip(b"\x08\x09\x0b\x0c\x0d\x0e", (">u1", ">i1", ">i2", ">i4", ">f4", ">f8"))
}
MAX_DIMENSIONS = 32
GZIP_MAGIC = b"\x1f\x8b"
GZIP_MAX_RATIO = 1032  # no deflate stream unpacks to more bytes than this per byte
CHUNK = 1 << 20


def read_idx(path: str | Path | Traversable) -> np.ndarray:
    """The array in an IDX file, packed with gzip or not, in the byte order of this machine.

    Raises DataError if the file cannot be read or is not exactly one whole IDX array. A header that promises more
    elements than the file can hold is refused before memory is taken for them.
    """
    source = Path(path) if isinstance(path, str) else path
    try:
        with source.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
            size = raw.seek(0, os.SEEK_END)
            raw.seek(0)
            if not packed:
                return parse(raw, size, str(source))
            with gzip.GzipFile(fileobj=raw) as stream:
                return parse(stream, size * GZIP_MAX_RATIO, str(source))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{source}: the gzip data are damaged or cut off ({error}); expected a whole gzip file"
        ) from error
    except OSError as error:
        raise DataError(f"{source}: cannot be read ({error.strerror or error}); expected an IDX file") from error


def parse(stream: IO[bytes] | gzip.GzipFile, room: int, name: str) -> np.ndarray:
    """The array in an unpacked stream that cannot be longer than `room` bytes."""
    dtype, shape = parse_header(stream, name)
    expected = dtype.itemsize * math.prod(shape)
    # Dimensions of 0 must not hide others that no array can have.
    if expected > room or dtype.itemsize * math.prod(max(d, 1) for d in shape) > sys.maxsize:
        raise DataError(
            f"{name}: the header promises {expected:,} bytes (dimensions {shape}), "
            f"expected no more than the {room:,} that a file of this size can hold"
        )
    payload = bytearray()
    while chunk := stream.read(min(CHUNK, expected + 1 - len(payload))):
        payload += chunk
    if len(payload) != expected:
        found = f"only {len(payload):,}" if len(payload) < expected else "more"
        raise DataError(f"{name}: {expected:,} bytes expected after the header (dimensions {shape}), found {found}")
    return np.frombuffer(payload, dtype).astype(dtype.newbyteorder("="), copy=False).reshape(shape)


def parse_header(stream: IO[bytes] | gzip.GzipFile, name: str) -> tuple[np.dtype, tuple[int, ...]]:
    """The dtype, big-endian, and the shape that the header gives."""
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(
            f"{name}: not an IDX file: it starts with {show(magic)}, expected 00 00, a type and a number of dimensions"
        )
    code, ndim = magic[2], magic[3]
    if code not in TYPES:
        known = ", ".join(f"{known:02x}" for known in TYPES)
        raise DataError(f"{name}: unknown IDX element type {code:02x}, expected one of {known}")
    if not 1 <= ndim <= MAX_DIMENSIONS:
        raise DataError(f"{name}: the header gives {ndim} dimensions, expected 1 to {MAX_DIMENSIONS}")
    sizes = stream.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise DataError(f"{name}: cut off in the header: {len(sizes)} bytes of dimensions found, expected {4 * ndim}")
    return TYPES[code], struct.unpack(f">{ndim}I", sizes)


def show(data: bytes) -> str:
    """Bytes in hexadecimal, for a message."""
    return data.hex(" ") or "nothing"


def idx_bytes(array: np.ndarray) -> bytes:
    """`array` as the bytes of an unpacked IDX file.

    Raises ValueError if its dtype or its number of dimensions has no place in the format.
    """
    codes = {dtype.newbyteorder("="): code for code, dtype in TYPES.items()}
    code = codes.get(array.dtype.newbyteorder("="))
    if code is None:
        known = ", ".join(str(dtype) for dtype in codes)
        raise ValueError(f"an IDX file holds {known}, got dtype {array.dtype}")
    if not 1 <= array.ndim <= MAX_DIMENSIONS:
        raise ValueError(f"an IDX file holds 1 to {MAX_DIMENSIONS} dimensions, got shape {array.shape}")
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(TYPES[code], copy=False).tobytes()


def write_idx(path: str | Path, array: np.ndarray) -> None:
    """Write `array` as an IDX file, packed with gzip if the name ends in .gz.

    The same array gives the same packed bytes: no time and no file name goes in. Raises ValueError if the format has
    no place for its dtype or its number of dimensions.
    """
    data = idx_bytes(array)
    with open(path, "wb") as file:
        if str(path).endswith(".gz"):
            with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
                packed.write(data)
        else:
            file.write(data)
