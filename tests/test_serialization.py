"""Saving and loading: nothing is lost, nothing is executed, and a failure leaves what was there before."""

import errno
import io
import math
import os
import pickle
import resource
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minigrad
from minigrad import Tensor, load, nn, save, serialization
from minigrad.errors import CheckpointError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.safetensors"


@pytest.fixture(scope="module")
def reused(tmp_path_factory):
    """A path for tests that write many files, one after the other."""
    return tmp_path_factory.mktemp("reused") / "checkpoint.safetensors"


def assert_same(found, saved, where="it"):
    """Assert that `found` is what `load` has to make of `saved`: arrays become tensors, subclasses plain types."""
    if isinstance(saved, Tensor | np.ndarray):
        array = saved.data if isinstance(saved, Tensor) else saved
        assert type(found) is Tensor, where
        assert found.dtype == array.dtype.newbyteorder("="), where
        assert found.shape == array.shape, where
        assert not found.requires_grad, where
        np.testing.assert_array_equal(found.data, array, where)
    elif isinstance(saved, dict):
        assert type(found) is dict, where
        assert [(type(key), key) for key in found] == [(type(key), key) for key in saved], where
        for key in saved:
            assert_same(found[key], saved[key], f"{where}[{key!r}]")
    elif isinstance(saved, list | tuple):
        assert type(found) is type(saved), where
        assert len(found) == len(saved), where
        for i, (mine, other) in enumerate(zip(found, saved)):
            assert_same(mine, other, f"{where}[{i}]")
    elif isinstance(saved, float) and math.isnan(saved):
        assert math.isnan(found), where
    else:
        assert type(found) is type(saved), where
        assert found == saved, where


def model():
    minigrad.manual_seed(0)
    layers = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 2, bias=False)))
    layers.register_buffer("count", Tensor(np.array(7)))
    return layers


CHECKPOINT = {
    "model": {"weight": np.arange(6, dtype=np.float32).reshape(2, 3), "steps": np.array(3)},
    "optimizer": {"state": {0: {"m": np.ones(2)}, 1: {}}, "groups": [{"betas": (0.9, 0.999), "lr": 1e-3}]},
    "history": [1.5, math.inf],
    "note": 'Ω "quoted"\n',
}

# --------------------------------------------------------------------------------------------------------- round trips

KEYS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["a", "b", "a.b", "a.b.c", "a_", "", ".", "0", "1", "__array__", "__tuple__", "__dict__"]),
    st.sampled_from(["__metadata__", "minigrad"]),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
)
ARRAYS = hnp.arrays(
    dtype=st.one_of(hnp.floating_dtypes(sizes=(16, 32, 64)), hnp.integer_dtypes(), hnp.boolean_dtypes()),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    ARRAYS,
    ARRAYS.map(lambda a: np.asarray(np.flip(a.T))),
)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=80)
@given(data=DATA)
def test_nested_data_come_back_as_they_were(reused, data):
    save(data, reused)
    assert_same(load(reused), data)


X, Y = np.arange(3.0), np.arange(4)
COLLIDING = {
    "key with a dot beside a nested dict": {"a.b": X, "a": {"b": Y}},
    "nested dict before the key with a dot": {"a": {"b": Y}, "a.b": X},
    "three levels": {"a": {"b.c": X, "b": {"c": Y}}, "a.b": {"c": X + 1}, "a.b.c": Y + 1},
    "lengthened name taken": {"a.b": X, "a": {"b": Y}, "a.b_": X + 1},
    "list beside a key": {"a": [X, Y], "a.0": X + 1},
    "number and text as keys": {1: X, "1": Y, False: 3, "False": X + 1},
    "empty keys": {"": {"": X, "a": Y}, "a": X + 1},
    "marker of arrays": {"__array__": X},
    "marker of arrays as text": {"a": {"__array__": "a"}},
    "marker of arrays among others": {"__array__": "b", "b": Y},
    "marker of tuples": {"__tuple__": [1, 2]},
    "marker of dicts": {"__dict__": [["a", 1]]},
    "all markers": {"__array__": {"__tuple__": (X,), "__dict__": {"__array__": Y}}},
    "name reserved by safetensors": {"__metadata__": X, "__metadata___": Y},
    "name of the metadata": {"minigrad": X},
}


@pytest.mark.parametrize("case", COLLIDING)
def test_names_that_could_collide_are_kept_apart(case, path):
    save(COLLIDING[case], path)
    assert_same(load(path), COLLIDING[case])


BASE = np.arange(24.0).reshape(4, 6)
LAYOUTS = {
    "0-d": np.array(2.5),
    "empty": np.zeros((0, 3), np.float32),
    "transposed": BASE.T,
    "strided": BASE[::2, ::-3],
    "broadcast": np.broadcast_to(np.float32(1), (2, 3)),
    "fortran": np.asfortranarray(BASE),
    "big endian": BASE.astype(">f4"),
    "float16": BASE.astype(np.float16),
    "bool": BASE > 5,
    "nan and inf": np.array([np.nan, np.inf, -np.inf, -0.0]),
    **{name: np.array([0, 1, 100], name) for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint64")},
}


@pytest.mark.parametrize("as_tensor", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_of_every_layout_and_dtype_come_back(layout, as_tensor, path):
    array = Tensor(LAYOUTS[layout]) if as_tensor else LAYOUTS[layout]
    for data in (array, {"a": array}, [array]):
        save(data, path)
        assert_same(load(path), data)


def test_numbers_of_numpy_become_pythons_and_subclasses_plain(path):
    save({np.int64(3): [np.float32(1.5), np.int8(-2), np.bool_(True), np.str_("a")]}, path)
    assert_same(load(path), {3: [1.5, -2, True, "a"]})
    save(OrderedDict(b=1, a=nn.Parameter(np.ones(2))), path)
    assert_same(load(path), {"b": 1, "a": np.ones(2)})


def test_loaded_tensors_can_be_written_to_and_do_not_change_the_file(path):
    save({"a": X}, path)
    first = load(path)["a"]
    first.data += 1
    assert_same(load(path), {"a": X})


def test_paths_may_be_text_or_relative_and_folders_are_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for target in ("x", Path("x"), "runs/one/x", str(tmp_path / "y" / "x")):
        save(3, target)
        assert load(target) == 3


# ------------------------------------------------------------------------------------------------------ other libraries


def test_a_state_dict_is_an_ordinary_safetensors_file_with_pytorchs_names(path):
    ours = model()
    save(ours.state_dict(), path)
    arrays = safetensors.numpy.load_file(path)
    assert arrays.keys() == ours.state_dict().keys() == {"0.weight", "0.bias", "2.0.weight", "count"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, ours.state_dict()[name].data)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(3, 2, bias=False))
    )
    theirs.register_buffer("count", torch.tensor(0))
    theirs.load_state_dict(safetensors.torch.load_file(path), strict=True)
    assert theirs.count == 7


def test_files_of_other_libraries_are_flat_dicts(path):
    state = {"a.b": torch.arange(3), "a": torch.ones(2, 2, dtype=torch.float16)}
    for metadata in (None, {"format": "pt"}):
        safetensors.torch.save_file(state, path, metadata)
        assert_same({name: load(path)[name] for name in state}, {name: t.numpy() for name, t in state.items()})


@pytest.mark.parametrize(
    ("dtype", "name"), [(torch.complex64, "C64"), (torch.float8_e4m3fn, "F8_E4M3")], ids=["complex", "float8"]
)
def test_dtypes_that_no_tensor_holds_are_refused(dtype, name, path):
    safetensors.torch.save_file({"a": torch.zeros(2, dtype=dtype)}, path)
    with pytest.raises(CheckpointError, match=rf"^{path}: 'a' has the dtype {name}, expected one of F64, .*, BOOL$"):
        load(path)


def test_a_model_continues_from_its_file(path):
    ours, other = model(), model()
    for parameter in other.parameters():
        parameter.data[...] = 0
    save({"model": ours.state_dict(), "epoch": 4}, path)
    state = load(path)
    other.load_state_dict(state["model"])
    assert state["epoch"] == 4
    x = Tensor(np.ones((2, 4), np.float32))
    np.testing.assert_array_equal(other(x).data, ours(x).data)


# -------------------------------------------------------------------------------------------------------- damaged files


def refused(path, content):
    """The message with which a file of this content is refused."""
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_truncated_anywhere_is_refused(reused):
    save(CHECKPOINT, reused)
    content = reused.read_bytes()
    for length in range(len(content)):
        assert "is not a readable checkpoint (truncated" in refused(reused, content[:length])


def test_a_file_with_a_changed_byte_is_refused(reused):
    save(CHECKPOINT, reused)
    content = reused.read_bytes()
    mark = content.index(b'"minigrad"') + 1  # without it, this is a file of another library
    for position in [*range(mark), *range(mark + len("minigrad"), len(content))]:
        damaged = bytearray(content)
        damaged[position] ^= 0x11
        reused.write_bytes(damaged)
        try:
            found = load(reused)
        except CheckpointError:
            continue
        assert_same(found, CHECKPOINT, f"byte {position}")  # then it was in the padding


def test_bytes_appended_are_refused(path):
    save(CHECKPOINT, path)
    refused(path, path.read_bytes() + b"\0")


@settings(max_examples=100)
@given(content=st.binary(max_size=200))
def test_random_bytes_are_refused(reused, content):
    refused(reused, content)


@pytest.mark.parametrize(
    "structure",
    [
        "",
        "{",
        '{"__array__": "missing"}',
        '{"__array__": ["a"]}',
        '{"__array__": {}}',
        '{"__tuple__": 3}',
        '{"__dict__": 3}',
        '{"__dict__": [1]}',
        '{"__dict__": [[[], 1]]}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_structure_that_makes_no_sense_is_refused(structure, path):
    crc = serialization.checksum(structure, {"a": X})
    message = refused(path, safetensors.numpy.save({"a": X}, {"minigrad": f"{crc} {structure}"}))
    assert "checksum" not in message  # it is right


@pytest.mark.parametrize("entry", ["", "{}", "00000000 {}", "00000000"])
def test_a_structure_without_its_checksum_is_refused(entry, path):
    message = refused(path, safetensors.numpy.save({"a": X}, {"minigrad": entry}))
    assert "its checksum does not match its contents" in message


def test_equal_data_give_equal_files(path):
    save(CHECKPOINT, path)
    first = path.read_bytes()
    save(CHECKPOINT, path)
    assert path.read_bytes() == first


# ------------------------------------------------------------------------------------------------------------- pickles


class Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (self.folder,)


def torch_bytes(**options):
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(3)}, buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_are_refused_unread(protocol, path, tmp_path):
    message = refused(path, pickle.dumps(Bomb(str(tmp_path / "boom")), protocol))
    assert not (tmp_path / "boom").exists()
    if protocol >= 2:  # before, pickles had no mark at their beginning
        assert "is a pickle" in message
    pickle.loads(pickle.dumps(Bomb(str(tmp_path / "boom")), protocol))  # noqa: S301 (the bomb is real)
    assert (tmp_path / "boom").exists()


@pytest.mark.parametrize("zipped", [True, False])
def test_files_of_torch_save_are_refused_with_the_way_out(zipped, path):
    message = refused(path, torch_bytes(_use_new_zipfile_serialization=zipped))
    assert "is a pickle, as torch.save writes them; loading one can execute code" in message
    assert "safetensors.torch.save_file" in message


def zip_of(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_other_archives_are_not_taken_for_pickles(path, tmp_path):
    np.savez(tmp_path / "arrays.npz", a=X)
    for content in ((tmp_path / "arrays.npz").read_bytes(), zip_of(document="text")):
        message = refused(path, content)
        assert "is a zip archive, such as numpy.savez writes; expected a safetensors file" in message
        assert "pickle" not in message


# ------------------------------------------------------------------------------------------------- what is not data


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (object(), "of type object"),
        (torch.zeros(1), "of type torch.Tensor"),
        (1j, "of type complex"),
        (b"bytes", "of type bytes"),
        ({1, 2}, "of type set"),
        (len, "of type builtin_function_or_method"),
        (np.datetime64("2020-01-01"), "of type datetime.date"),
        (np.zeros(2, complex), "of dtype complex128"),
        (np.array(["a"]), "of dtype <U1"),
        (np.array([None]), "of dtype object"),
        (np.zeros(2, np.longdouble), f"of dtype {np.dtype(np.longdouble)}"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_data_is_refused_by_its_place_and_type(value, kind, path):
    save(1, path)
    with pytest.raises(TypeError, match=rf"save cannot store 'a\.b\.0' {kind}"):
        save({"a": {"b": (value,)}}, path)
    assert load(path) == 1


def test_data_that_are_too_deep_or_contain_themselves_are_refused(path):
    deep = cyclic = []
    cyclic.append({"me": cyclic})
    for _ in range(100_000):
        deep = [deep]
    for data in (deep, cyclic):
        with pytest.raises(CheckpointError, match="nested too deeply or contain themselves; expected a few levels"):
            save(data, path)
    assert not path.exists()


def test_keys_that_are_not_data_are_refused(path):
    with pytest.raises(TypeError, match="save cannot store 'a' of type tuple"):
        save({"a": {(1, 2): 3}}, path)
    assert not path.exists()


# ------------------------------------------------------------------------------------------- failures of the machine


@pytest.fixture
def previous(path):
    """A file that is there before; afterwards it must be there unchanged, and nothing else."""
    save(CHECKPOINT, path)
    content = path.read_bytes()
    yield path
    assert path.read_bytes() == content
    assert os.listdir(path.parent) == [path.name]


def test_a_disk_that_is_full_when_flushed_leaves_the_previous_file(previous, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match=r"could not write .*: No space left on device; what was there before"):
        save({"a": X}, previous)


def test_a_write_that_fails_halfway_leaves_the_previous_file(previous):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # the kernel refuses the rest of a longer file
    try:
        with pytest.raises(CheckpointError, match=r"could not write .*: File too large; what was there before"):
            save({"a": np.zeros(1_000_000)}, previous)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_disk_that_is_full_leaves_the_previous_file(tmp_path):
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if not sys.platform.startswith("linux") or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs Linux and its root")
    try:
        save({"a": np.zeros(1000)}, tmp_path / "x")
        with pytest.raises(CheckpointError, match="No space left on device; what was there before is unchanged"):
            save({"a": np.zeros(100_000)}, tmp_path / "x")
        assert_same(load(tmp_path / "x"), {"a": np.zeros(1000)})
        assert os.listdir(tmp_path) == ["x"]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_device_that_is_full_leaves_the_previous_file(previous, monkeypatch):
    monkeypatch.setattr(serialization, "open", lambda path, mode: open("/dev/full", "wb"), raising=False)  # noqa: SIM115
    with pytest.raises(CheckpointError, match="No space left on device"):
        save({"a": np.zeros(1_000_000)}, previous)


def test_an_interruption_leaves_the_previous_file(previous, monkeypatch):
    def interrupt(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save({"a": X}, previous)


def test_a_process_that_dies_while_saving_leaves_the_previous_file(path):
    save(CHECKPOINT, path)
    code = f"import os, minigrad; os.fsync = lambda _: os._exit(9); minigrad.save([1] * 1000, {str(path)!r})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert_same(load(path), CHECKPOINT)


@pytest.fixture
def unprivileged():
    """A folder owned by root (or by the user), and no right to go beyond its mode."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        root = os.geteuid() == 0

        def drop():
            if root:
                os.seteuid(65534)

        try:
            yield Path(folder), drop
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)


def test_a_folder_without_permission_to_write_is_reported(unprivileged):
    folder, drop = unprivileged
    save(CHECKPOINT, folder / "x")
    os.chmod(folder, 0o555)
    drop()
    for target in (folder / "x", folder / "new", folder / "runs" / "new"):
        with pytest.raises(CheckpointError, match=r"could not write .*: Permission denied"):
            save({"a": X}, target)
    assert_same(load(folder / "x"), CHECKPOINT)
    assert os.listdir(folder) == ["x"]


def test_a_file_without_permission_to_read_is_reported(unprivileged):
    folder, drop = unprivileged
    save(CHECKPOINT, folder / "x")
    os.chmod(folder / "x", 0)
    drop()
    with pytest.raises(CheckpointError, match=r"could not read .*: Permission denied"):
        load(folder / "x")


def test_a_missing_file_is_reported_by_its_path(path):
    with pytest.raises(CheckpointError, match=f"could not read {path}: No such file or directory"):
        load(path)
    with pytest.raises(CheckpointError, match=f"could not read {path.parent}: Is a directory"):
        load(path.parent)


def test_a_name_that_no_file_can_have_is_reported():
    with pytest.raises(CheckpointError, match=r"could not read 'a\\x00b': no file has a name with a null character"):
        load("a\0b")
    with pytest.raises(CheckpointError, match=r"could not write 'a\\x00b': no file has a name with a null character"):
        save(1, "a\0b")
    with pytest.raises(CheckpointError, match=r"could not write .*: File name too long$"):
        save(1, "n" * 300)


def test_only_where_something_was_there_it_is_said_to_be_unchanged(path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match=r"could not write .*: No space left on device$"):
        save(1, path)


def test_what_is_not_a_file_is_not_replaced(path):
    os.mkfifo(path)
    (path.parent / "folder").mkdir()
    (path.parent / "file").touch()
    for target in (path, path.parent / "folder", path.parent / "file" / "below"):
        with pytest.raises(CheckpointError, match=f"could not write {target}: "):
            save(1, target)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert sorted(os.listdir(path.parent)) == [path.name, "file", "folder"]


def test_a_link_is_followed(path):
    target = path.parent / "elsewhere" / "file"
    target.parent.mkdir()
    path.symlink_to(target)
    save(1, path)
    save(2, path)
    assert path.is_symlink()
    assert load(target) == load(path) == 2


def test_files_are_as_readable_as_the_umask_says_and_have_names_as_long_as_the_disk_allows(path):
    before = os.umask(0o027)
    try:
        save(1, path)
        save(2, path.parent / ("n" * 255))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
