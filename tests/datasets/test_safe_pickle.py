import os
import pickle
import pickletools
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.datasets.safe_pickle import load_pickle
from minigrad.errors import DataError

# What Python 2 wrote for {'data': array([[1, 2], [3, 4]], uint8), 'labels': [6, 9]}, in protocol 2.
PYTHON_2 = (
    b"\x80\x02}q\x01(U\x04dataq\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85U\x01b\x87Rq\x05"
    b"(K\x01K\x02K\x02\x86cnumpy\ndtype\nq\x06U\x02u1K\x00K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
    b"K\x00tb\x89U\x04\x01\x02\x03\x04tbU\x06labelsq\x08]q\x09(K\x06K\x09eu."
)


def loaded(tmp_path, data: bytes):
    path = tmp_path / "batch"
    path.write_bytes(data)
    return load_pickle(path)


def test_a_pickle_of_python_2(tmp_path):
    data = loaded(tmp_path, PYTHON_2)
    assert data[b"labels"] == [6, 9]
    assert data[b"data"].dtype == np.uint8
    assert data[b"data"].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", ["u1", "<i8", ">i2", "f4", "?", "c16"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_every_protocol(tmp_path, protocol, dtype, order):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype, order=order)
    found = loaded(tmp_path, pickle.dumps({"a": [array, array[:0]], b"bytes": b"\x00\xff"}, protocol))
    assert found["a"][0].dtype == array.dtype
    assert (found["a"][0] == array).all()
    assert found["a"][1].shape == (0, 3, 4)
    assert found[b"bytes"] == b"\x00\xff"


plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(data=plain_data, protocol=st.integers(2, 5))
def test_plain_data_come_back(tmp_path_factory, data, protocol):
    assert loaded(tmp_path_factory.getbasetemp(), pickle.dumps(data, protocol)) == data


class Evil:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(0, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("function", [os.system, exec, eval, np.load, np.fromfile, getattr, __import__])
def test_nothing_is_executed(tmp_path, monkeypatch, protocol, function):
    monkeypatch.chdir(tmp_path)
    evil = Evil(function, "open('made', 'w').close()" if function in (exec, eval) else "touch made")
    for data in (evil, {b"data": [evil]}):
        with pytest.raises(DataError, match=r"the pickle names .*, which is not executed; expected a whole pickle of"):
            loaded(tmp_path, pickle.dumps(data, protocol))
        assert not (tmp_path / "made").exists()


CRAFTED = {
    "numpy's other names": b"\x80\x04cnumpy\nfrombuffer\n.",
    "a dotted name": b"\x80\x04\x8c\x05numpy\x8c\x0dndarray.dumps\x93.",
    "a function": b"\x80\x02cnumpy\ndtype\n.",
    "a class itself": b"\x80\x02]cnumpy.core.multiarray\n_reconstruct\na.",
    "objects": b"\x80\x02cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R.",
    "another codec": b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R.",
    "defaults changed": b"\x80\x02c_codecs\nencode\nN}X\x0c\x00\x00\x00__defaults__(K\x01ts\x86b.",
    "extension": b"\x80\x02\x82\x01.",
    "persistent": b"\x80\x02K\x01Q.",
    "more elements than bytes": PYTHON_2.replace(b"K\x02K\x02\x86", b"K\x02K\x09\x86"),
    "a negative size": PYTHON_2.replace(b"(K\x01K\x02K\x02\x86", b"(K\x01J\xfe\xff\xff\xffJ\xfe\xff\xff\xff\x86"),
    "fields": PYTHON_2.replace(b"U\x01|NNN", b"U\x01|N}N"),
    "a set": pickle.dumps({1, 2}),
    "a list in itself": b"\x80\x02]q\x00h\x00a.",
}


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_pickles_are_refused(tmp_path, name):
    with pytest.raises(DataError, match="expected a whole pickle of arrays, bytes, strings, lists, dicts and numbers"):
        loaded(tmp_path, CRAFTED[name])
    assert loaded(tmp_path, PYTHON_2)[b"labels"] == [6, 9]  # what a pickle did has not changed anything


def test_damaged_pickles(tmp_path):
    whole = pickle.dumps({b"data": np.arange(100, dtype=np.uint8), b"labels": list(range(10))}, 4)
    for data in [
        b"",
        b"no pickle",
        *(whole[:end] for end in range(len(whole))),
        *(PYTHON_2[:end] for end in range(120)),
    ]:
        with pytest.raises(DataError, match="expected a whole pickle"):
            loaded(tmp_path, data)


@given(place=st.integers(0, len(PYTHON_2) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_is_an_error_or_plain_data(tmp_path_factory, place, byte):
    data = PYTHON_2[:place] + bytes([byte]) + PYTHON_2[place + 1 :]
    with suppress(DataError):
        loaded(tmp_path_factory.getbasetemp(), data)


def test_a_pickle_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"gone: cannot be read \(No such file or directory\); expected a pickle"):
        load_pickle(tmp_path / "gone")


def test_the_pickle_of_python_2_is_one():
    assert "PROTO" in [operation.name for operation, _, _ in pickletools.genops(PYTHON_2)]
