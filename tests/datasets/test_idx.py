import gzip
import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minigrad.datasets import read_idx, write_idx
from minigrad.datasets.idx import idx_bytes
from minigrad.errors import DataError

DTYPES = ("u1", "i1", "i2", "i4", "f4", "f8")
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4))
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idx")


def image_file(payload: int = 12, header: bytes = b"\0\0\x08\x03" + struct.pack(">3I", 3, 2, 2)) -> bytes:
    return header + bytes(range(payload))


def read_or_refused(path: Path) -> np.ndarray | None:
    """The array, or None where the file is refused, as it must be, with a DataError."""
    try:
        return read_idx(path)
    except DataError:
        return None


@given(arrays, st.booleans())
def test_round_trip(folder, array, zipped):
    path = folder / ("a.idx.gz" if zipped else "a.idx")
    write_idx(path, array)
    back = read_idx(path)
    assert back.dtype == array.dtype
    assert back.dtype.isnative
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


def test_the_bytes_are_those_of_the_format(tmp_path):
    write_idx(tmp_path / "a", np.array([[1, -2]], np.int16))
    assert (tmp_path / "a").read_bytes() == bytes.fromhex("00000b02 00000001 00000002 0001fffe")
    assert read_idx(str(tmp_path / "a")).tolist() == [[1, -2]]


def test_arrays_of_any_layout_are_written(tmp_path):
    array = np.arange(6, dtype=">i4").reshape(2, 3)[:, ::-1]
    write_idx(tmp_path / "a", array)
    assert read_idx(tmp_path / "a").tolist() == array.tolist()


def test_packing_is_reproducible(tmp_path):
    array = np.arange(1000, dtype=np.uint8)
    write_idx(tmp_path / "one.gz", array)
    write_idx(tmp_path / "two.gz", array)
    data = (tmp_path / "one.gz").read_bytes()
    assert data == (tmp_path / "two.gz").read_bytes()
    assert data[3:8] == bytes(5)  # no file name, time 0


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an IDX file: it starts with nothing"),
        (b"\0\0\x08", "not an IDX file: it starts with 00 00 08, expected 00 00, a type"),
        (b"\x89PNG" + bytes(99), "not an IDX file: it starts with 89 50 4e 47"),
        (b"\0\0\x0a\x01" + bytes(99), "unknown IDX element type 0a, expected one of 08, 09, 0b, 0c, 0d, 0e"),
        (b"\0\0\x08\0" + bytes(99), "the header gives 0 dimensions, expected 1 to 32"),
        (b"\0\0\x08\x21" + bytes(999), "the header gives 33 dimensions"),
        (image_file()[:9], "cut off in the header: 5 bytes of dimensions found, expected 12"),
        (image_file(11), r"12 bytes expected after the header \(dimensions \(3, 2, 2\)\), found only 11"),
        (image_file(13), r"12 bytes expected after the header \(dimensions \(3, 2, 2\)\), found more"),
        (b"\0\0\x0e\x02" + b"\xff" * 8 + bytes(99), "the header promises 147,573,95.* expected no more than the"),
        (b"\0\0\x08\x03" + bytes(4) + b"\xff" * 8, "the header promises 0 bytes"),
    ],
)
def test_malformed_files(tmp_path, data, message, zipped):
    path = tmp_path / "some-file"
    path.write_bytes(gzip.compress(data) if zipped else data)
    with pytest.raises(DataError, match=f"some-file: {message}") as caught:
        read_idx(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("zipped", [False, True])
def test_absurd_dimensions_take_no_memory_and_no_time(tmp_path, zipped):
    data = b"\0\0\x08\x02" + struct.pack(">2I", 60000, 70000) + bytes(100)
    (tmp_path / "a").write_bytes(gzip.compress(data) if zipped else data)
    start = time.monotonic()
    tracemalloc.start()
    with pytest.raises(DataError, match=r"promises 4,200,000,000 bytes \(dimensions \(60000, 70000\)\)"):
        read_idx(tmp_path / "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6
    assert time.monotonic() - start < 2


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match=r"missing.gz: cannot be read \(No such file or directory\)"):
        read_idx(tmp_path / "missing.gz")
    with pytest.raises(DataError, match="cannot be read"):
        read_idx(tmp_path)


@given(arrays, st.booleans(), st.data())
def test_any_truncation_is_a_data_error(folder, array, zipped, data):
    path = folder / "truncated"
    whole = gzip.compress(idx_bytes(array)) if zipped else idx_bytes(array)
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(DataError, match="truncated"):
        read_idx(path)


@given(arrays, st.data())
def test_any_bit_flip_in_the_header_is_a_data_error_or_another_whole_file(folder, array, data):
    path = folder / "flipped"
    flipped = bytearray(idx_bytes(array))
    bit = data.draw(st.integers(0, 8 * (4 + 4 * array.ndim) - 1))
    flipped[bit // 8] ^= 1 << bit % 8
    path.write_bytes(flipped)
    back = read_or_refused(path)
    if back is not None:
        # A type of the same size, or another dimension beside one of 0, makes a file with nothing wrong about it.
        assert idx_bytes(back) == flipped
        assert back.dtype != array.dtype or back.size == 0


@given(arrays, st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_any_damage_to_a_packed_file_is_a_data_error_or_harmless(folder, array, changes):
    path = folder / "damaged"
    damaged = bytearray(gzip.compress(idx_bytes(array), mtime=0))
    for position, value in changes:
        damaged[position % len(damaged)] = value
    path.write_bytes(damaged)
    back = read_or_refused(path)
    assert back is None or back.tobytes() == array.tobytes()


@given(st.binary(max_size=200), st.sampled_from([b"", b"\0\0\x08", b"\0\0\x0d\x02", b"\x1f\x8b\x08\0"]))
def test_any_bytes_are_an_array_or_a_data_error(folder, data, start):
    path = folder / "bytes"
    path.write_bytes(start + data)
    back = read_or_refused(path)
    assert back is None or back.nbytes <= len(data)


def test_what_the_format_has_no_place_for():
    with pytest.raises(ValueError, match="holds uint8, int8, int16, int32, float32, float64, got dtype int64"):
        idx_bytes(np.arange(3))
    with pytest.raises(ValueError, match=r"holds 1 to 32 dimensions, got shape \(\)"):
        idx_bytes(np.array(1, np.uint8))
