"""Weights from files, from a hub and by name; and files that hold something else, or want to run code."""

import hashlib
import os
import pickle
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import safetensors.torch
import torch

from minigrad import models, save
from minigrad.datasets import download
from minigrad.datasets.download import NotAvailableError
from minigrad.datasets.fetch import DataFile, FileSet
from minigrad.errors import CheckpointError, DataError, UnknownNameError
from minigrad.models import load_pretrained, pretrained
from minigrad.models.pretrained import read_state_dict
from tests.models.torch_models import CifarResNet, with_statistics


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("MINIGRAD_DATA", raising=False)
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("MINIGRAD_HUB", "http://127.0.0.1:9")  # nobody is there
    monkeypatch.setattr(pretrained, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(download, "PROBE_SECONDS", 2.0)


@pytest.fixture(scope="module")
def reference():
    torch.manual_seed(1)
    return with_statistics(CifarResNet(3))


NO_CHECKPOINT = r"is no checkpoint of plain tensors \(.*\); nothing of it was run: "
NEWER_PICKLE = r"was written with pickle protocol [45], which PyTorch reads only where it may execute what is in it"


def values(model):
    return {name: value.data.copy() for name, value in model.state_dict().items()}


def assert_loaded(model, reference):
    expected = {name: value.numpy() for name, value in reference.state_dict().items()}
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.data, expected[name], name)


# ------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("suffix", [".pth", ".th", ".pt"])
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("wrapped", ["", "state_dict", "model", "model_state_dict"])
def test_files_of_pytorch(tmp_path, reference, suffix, zipped, wrapped):
    state = reference.state_dict()
    content = {wrapped: state, "best_prec1": 91.78, "epoch": 200} if wrapped else state
    torch.save(content, tmp_path / f"net{suffix}", _use_new_zipfile_serialization=zipped)
    model = models.resnet20()
    assert load_pretrained(model, tmp_path / f"net{suffix}") == ([], [])
    assert_loaded(model, reference)


@pytest.mark.parametrize("wrapped", ["", "state_dict", "model", "model_state_dict"])
def test_safetensors(tmp_path, reference, wrapped):
    state = {name: value.numpy() for name, value in reference.state_dict().items()}
    save({wrapped: state, "epoch": 3} if wrapped else state, tmp_path / "net.safetensors")
    model = models.resnet20()
    load_pretrained(model, str(tmp_path / "net.safetensors"))
    assert_loaded(model, reference)


def test_the_form_of_pytorchs_tutorial(tmp_path, reference):
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.1, momentum=0.9)
    content = {"epoch": 5, "model_state_dict": reference.state_dict(), "optimizer_state_dict": optimizer.state_dict()}
    torch.save({**content, "loss": torch.tensor(0.4)}, tmp_path / "net.tar.pt")
    model = models.resnet20()
    load_pretrained(model, tmp_path / "net.tar.pt")
    assert_loaded(model, reference)


def test_safetensors_of_bfloat16(tmp_path, reference):
    state = {name: t.bfloat16() if t.is_floating_point() else t for name, t in reference.state_dict().items()}
    safetensors.torch.save_file(state, tmp_path / "net.safetensors")
    model = models.resnet20()
    load_pretrained(model, tmp_path / "net.safetensors")
    for name, value in model.state_dict().items():
        expected = state[name].float().numpy() if state[name].is_floating_point() else state[name].numpy()
        np.testing.assert_array_equal(value.data, expected, name)


@pytest.mark.parametrize(("zipped", "core"), [(True, b"_core"), (False, b"_core"), (False, b"core")])
def test_numbers_and_arrays_of_numpy_beside_the_weights_are_passed_over(tmp_path, reference, zipped, core):
    allowed = set(torch.serialization.get_safe_globals())
    content = {"state_dict": reference.state_dict(), "best": np.float64(3), "curve": np.arange(3), "n": np.int32(1)}
    torch.save(content, tmp_path / "net.pth", _use_new_zipfile_serialization=zipped)
    if not zipped:  # NumPy 1 has core, NumPy 2 has _core
        written = re.sub(rb"cnumpy\._?core\.", rb"cnumpy." + core + b".", (tmp_path / "net.pth").read_bytes())
        (tmp_path / "net.pth").write_bytes(written)
    model = models.resnet20()
    load_pretrained(model, tmp_path / "net.pth")
    assert_loaded(model, reference)
    assert set(torch.serialization.get_safe_globals()) == allowed


def test_weights_that_are_arrays_of_numpy_are_told(tmp_path, reference):
    state = {**reference.state_dict(), "linear.weight": np.ones((10, 64), np.float32)}
    torch.save(state, tmp_path / "net.pth")
    model = models.resnet20()
    before = values(model)
    told = r"linear\.weight: a value of NumPy, which is not read from a file of PyTorch; expected a tensor of PyTorch$"
    with pytest.raises(CheckpointError, match=told):
        load_pretrained(model, tmp_path / "net.pth")
    np.testing.assert_array_equal(model.conv1.weight.data, before["conv1.weight"])
    torch.save(np.ones(3), tmp_path / "net.pth")
    with pytest.raises(CheckpointError, match="expected a checkpoint with a state dict, got NumPyValue"):
        load_pretrained(model, tmp_path / "net.pth")


def test_the_names_of_parallel_training_are_stripped(tmp_path, reference):
    state = {f"module.{name}": value for name, value in reference.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "net.th")
    model = models.resnet20()
    load_pretrained(model, tmp_path / "net.th")
    assert_loaded(model, reference)


def test_old_checkpoints_without_counts_of_batches(tmp_path, reference):
    state = {k: v for k, v in reference.state_dict().items() if not k.endswith("num_batches_tracked")}
    torch.save(state, tmp_path / "net.th")
    model = models.resnet20()
    model.bn1.num_batches_tracked.data[...] = 7
    assert load_pretrained(model, tmp_path / "net.th") == ([], [])
    assert model.bn1.num_batches_tracked.item() == 7
    np.testing.assert_array_equal(model.bn1.running_mean.data, reference.bn1.running_mean.numpy())


def test_a_tilde_is_the_home_folder(tmp_path, reference, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    torch.save(reference.state_dict(), tmp_path / "net.pt")
    load_pretrained(models.resnet20(), "~/net.pt")


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_the_checksum_of_a_file_is_checked_before_anything_is_loaded(tmp_path, reference, suffix):
    path = tmp_path / f"net{suffix}"
    (torch.save if suffix == ".pth" else safetensors.torch.save_file)(reference.state_dict(), path)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    model = models.resnet20()
    before = values(model)
    with pytest.raises(CheckpointError, match=f"net{suffix} has the SHA-256 {found}, expected {'0' * 64}; nothing"):
        load_pretrained(model, path, sha256="0" * 64)
    np.testing.assert_array_equal(model.conv1.weight.data, before["conv1.weight"])
    load_pretrained(model, path, sha256=found.upper())
    assert_loaded(model, reference)
    with pytest.raises(CheckpointError, match=r"could not read .*no\.pth: No such file"):
        load_pretrained(model, tmp_path / "no.pth", sha256=found)


@pytest.mark.parametrize("sha256", ["abc", "g" * 64, None, 0, b"0" * 64])
def test_a_checksum_that_is_none_is_told(tmp_path, sha256):
    with pytest.raises(ValueError, match=r"load_pretrained: sha256 must be 64 hexadecimal digits, got "):
        load_pretrained(models.resnet20(), tmp_path / "net.pth", sha256=sha256)


@pytest.mark.parametrize("strict", ["no", 1, None])
def test_strict_is_true_or_false(tmp_path, strict):
    with pytest.raises(TypeError, match=f"load_pretrained: strict must be True or False, got {strict!r}"):
        load_pretrained(models.resnet20(), tmp_path / "net.pth", strict=strict)


# ------------------------------------------------------------------------------------------------- what does not fit


def test_another_architecture_is_told_in_short_and_changes_nothing(tmp_path, reference):
    torch.save(reference.state_dict(), tmp_path / "net.pth")
    model = models.resnet18(10, small_images=True)
    before = values(model)
    with pytest.raises(CheckpointError) as caught:
        load_pretrained(model, tmp_path / "net.pth")
    told = str(caught.value)
    assert told.startswith(f"{tmp_path / 'net.pth'}: the state does not fit ResNet: ")
    assert "conv1.weight has shape (16, 3, 3, 3), expected (64, 3, 3, 3)" in told
    assert "missing: layer2.0.downsample.0.weight, " in told
    assert " of the 122 of the model); unexpected: layer1.2.conv1.weight, " in told
    assert len(told) < 1000
    with pytest.raises(CheckpointError, match=r"conv1\.weight has shape"):
        load_pretrained(model, tmp_path / "net.pth", strict=False)
    for name, value in values(model).items():
        np.testing.assert_array_equal(value, before[name], name)


def test_tensors_without_data_are_told(tmp_path, reference):
    state = {**reference.state_dict(), "linear.weight": torch.empty(10, 64, device="meta")}
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(CheckpointError, match=r"net\.pth: the state does not fit .*: linear\.weight: .* no data"):
        load_pretrained(models.resnet20(), tmp_path / "net.pth")


def test_what_is_missing_and_unexpected_can_be_passed_over(tmp_path, reference):
    state = {name.replace("linear", "fc"): value for name, value in reference.state_dict().items()}
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(CheckpointError, match=r"missing: linear.weight, linear.bias; unexpected: fc.weight, fc.bias"):
        load_pretrained(models.resnet20(), tmp_path / "net.pth")
    found = load_pretrained(models.resnet20(3), tmp_path / "net.pth", strict=False)
    assert found == (["linear.weight", "linear.bias"], ["fc.weight", "fc.bias"])


@pytest.mark.parametrize("content", [[1, 2], 3.5, torch.ones(3), {"state_dict": {}}, {"a": "b"}])
def test_what_is_no_state_dict_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "net.pth")
    model = models.resnet20()
    before = values(model)
    with pytest.raises(CheckpointError, match=r"expected a checkpoint with a state dict, got|missing: conv1.weight"):
        load_pretrained(model, tmp_path / "net.pth")
    np.testing.assert_array_equal(model.conv1.weight.data, before["conv1.weight"])


class Evil:
    """What unpickling it would run: a command that makes a file."""

    def __init__(self, file, function=os.system):
        self.file, self.function = file, function

    def __reduce__(self):
        return self.function, (f"touch {self.file}",)


@pytest.mark.parametrize("how", ["zip", "legacy", "pickle"])
@pytest.mark.parametrize(("function", "name"), [(os.system, "system"), (eval, "eval"), (exec, "exec")])
@pytest.mark.parametrize("suffix", [".pth", ".th", ".pt"])
def test_a_checkpoint_that_wants_to_run_code_runs_nothing(tmp_path, reference, how, function, name, suffix):
    content = {"state_dict": {**reference.state_dict(), "evil": Evil(tmp_path / "ran", function)}}
    path = tmp_path / f"net{suffix}"
    if how == "pickle":
        path.write_bytes(pickle.dumps(content["state_dict"]["evil"], 2))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=how == "zip")
    model = models.resnet20()
    before = values(model)
    with pytest.raises(CheckpointError) as caught:
        load_pretrained(model, path)
    told = str(caught.value)
    assert told.startswith(f"{path} wants to run ")
    assert told.endswith(f"{name}, which makes no tensor and no plain data; nothing was run or loaded")
    assert "\n" not in told
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name]
    for key, value in values(model).items():
        np.testing.assert_array_equal(value, before[key], key)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("how", ["zip", "legacy", "pickle"])
def test_a_checkpoint_of_any_pickle_protocol_runs_nothing(tmp_path, how, protocol, recwarn):
    evil, path = Evil(tmp_path / "ran"), tmp_path / "net.pth"
    if how == "pickle":
        path.write_bytes(pickle.dumps(evil, protocol))
    else:
        torch.save(evil, path, pickle_protocol=protocol, _use_new_zipfile_serialization=how == "zip")
    with pytest.raises(CheckpointError, match=rf"wants to run \w+\.system|{NO_CHECKPOINT}|{NEWER_PICKLE}"):
        load_pretrained(models.resnet20(), path)
    assert list(tmp_path.iterdir()) == [path]
    assert not recwarn.list


@pytest.mark.parametrize("protocol", [4, 5])
@pytest.mark.parametrize("zipped", [True, False])
def test_plain_tensors_in_a_newer_pickle_are_told_as_that(tmp_path, reference, protocol, zipped):
    path = tmp_path / "net.pth"
    torch.save(reference.state_dict(), path, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError) as caught:
        load_pretrained(models.resnet20(), path)
    told = f"{path} was written with pickle protocol {protocol}, which PyTorch reads only where it may execute"
    assert str(caught.value).startswith(told)
    assert "write it again by torch.save without pickle_protocol, or by safetensors" in str(caught.value)


def test_a_pickle_under_the_name_of_safetensors_is_not_even_opened(tmp_path):
    (tmp_path / "net.safetensors").write_bytes(pickle.dumps(Evil(tmp_path / "ran")))
    with pytest.raises(CheckpointError, match="is a pickle, as torch"):
        load_pretrained(models.resnet20(), tmp_path / "net.safetensors")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_truncated_files_are_one_sentence(tmp_path, reference, zipped, share):
    path = tmp_path / "net.pth"
    torch.save(reference.state_dict(), path, _use_new_zipfile_serialization=zipped)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(CheckpointError, match=NO_CHECKPOINT) as e:
        load_pretrained(models.resnet20(), path)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    "content", [b"hello", pickle.dumps([1, 2], 2)[:-1], b"PK\x03\x04" + b"a" * 100, b"\x80\x02" + bytes(range(256))]
)
def test_files_of_something_else_are_an_error(tmp_path, content):
    (tmp_path / "net.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match=NO_CHECKPOINT):
        load_pretrained(models.resnet20(), tmp_path / "net.pt")


@pytest.mark.parametrize("name", ["net.bin", "./net", "hub:a/b/net.bin", "a/b", "hub:"])
def test_names_of_other_files_are_refused(name):
    with pytest.raises(CheckpointError, match=r"expected a checkpoint whose name ends in .safetensors, .pth"):
        load_pretrained(models.resnet20(), name)


@pytest.mark.parametrize("name", ["no.pth", "no.safetensors", "folder.pth"])
def test_files_that_are_not_there(tmp_path, name):
    (tmp_path / "folder.pth").mkdir()
    with pytest.raises(CheckpointError, match=f"could not read .*{name}: "):
        load_pretrained(models.resnet20(), tmp_path / name)


def test_without_pytorch_its_files_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(CheckpointError, match=r"which minigrad reads with PyTorch: pip install 'minigrad\[torch\]'"):
        load_pretrained(models.resnet20(), tmp_path / "net.pth")


# -------------------------------------------------------------------------------------------------- hub and known names


class Hub:
    """A hub on 127.0.0.1: files under OWNER/REPOSITORY/resolve/main/, whose SHA-256 it states before it redirects."""

    def __init__(self, files, stated=None, fault="", small=False):
        self.requests = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                hub.requests.append(f"{self.command} {self.path}")
                body = files.get(self.path.removeprefix("/cdn").lstrip("/"))
                if body is None:
                    self.send_error(404)
                elif small:
                    self.send_response(200)
                    blob = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
                    self.send_header("ETag", f'W/"{blob}"')
                    body = body[:-1] + b"?" if fault == "corrupt" else body
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    if self.command == "GET":
                        self.wfile.write(body)
                elif not self.path.startswith("/cdn/"):
                    self.send_response(302)
                    self.send_header("Location", f"/cdn{self.path}")
                    self.send_header("Content-Length", "0")
                    sha256 = hashlib.sha256(body).hexdigest() if stated is None else stated
                    self.send_header("X-Linked-Etag", f'"{sha256}"')
                    self.end_headers()
                else:
                    body = body[:-1] + b"?" if fault == "corrupt" else body
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    if self.command == "GET":
                        self.wfile.write(body)

            def log_message(self, format, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def hub(monkeypatch):
    hubs = []

    def make(*args, **kwargs):
        hubs.append(Hub(*args, **kwargs))
        monkeypatch.setenv("MINIGRAD_HUB", hubs[-1].url + "/")
        return hubs[-1]

    yield make
    for made in hubs:
        made.server.shutdown()
        made.server.server_close()


@pytest.fixture
def weights(tmp_path, reference):
    save({name: value.numpy() for name, value in reference.state_dict().items()}, tmp_path / "net.safetensors")
    content = (tmp_path / "net.safetensors").read_bytes()
    (tmp_path / "net.safetensors").unlink()
    return content


SOURCE, PLACE = "hub:some-one/net_v1.0/sub/net.safetensors", "some-one/net_v1.0/resolve/main/sub/net.safetensors"


def test_a_small_file_of_the_hub_is_checked_by_the_checksum_of_git(hub, weights, reference, tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "cache"))
    made = hub({PLACE: weights}, small=True)
    for _ in range(2):
        assert read_state_dict(SOURCE).keys() == reference.state_dict().keys()
    assert made.requests == [f"HEAD /{PLACE}", f"GET /{PLACE}"]


def test_a_small_file_that_is_damaged_on_the_way_is_not_kept(hub, weights, tmp_path, monkeypatch):
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "cache"))
    hub({PLACE: weights}, small=True, fault="corrupt")
    with pytest.raises(DataError, match="wrong checksum"):
        read_state_dict(SOURCE)
    assert not list(tmp_path.rglob("*.safetensors"))


def test_a_file_of_the_hub_is_downloaded_once_and_checked(hub, weights, reference, tmp_path, capsys):
    there = hub({PLACE: weights})
    load_pretrained(models.resnet20(), SOURCE)
    assert "downloaded" in capsys.readouterr().err
    asked = len(there.requests)
    model = models.resnet20()
    load_pretrained(model, SOURCE)
    assert_loaded(model, reference)
    assert len(there.requests) == asked  # not even for the checksum
    cached = tmp_path / "cache" / "hub" / "some-one" / "net_v1.0" / "sub" / "net.safetensors"
    assert cached.read_bytes() == weights
    cached.write_bytes(weights[:1000])
    load_pretrained(model, SOURCE)
    assert cached.read_bytes() == weights
    assert "is damaged; it is downloaded again" in capsys.readouterr().err


def test_the_users_checksum_comes_first(hub, weights, reference):
    hub({PLACE: weights}, stated="none")
    with pytest.raises(NotAvailableError, match=r"the hub states no SHA-256 for hub:some-one.*; give it as sha256="):
        load_pretrained(models.resnet20(), SOURCE)
    model = models.resnet20()
    load_pretrained(model, SOURCE, sha256=hashlib.sha256(weights).hexdigest())
    assert_loaded(model, reference)
    with pytest.raises(NotAvailableError, match=r"could not be downloaded \(.*wrong checksum\)"):
        load_pretrained(models.resnet20(), SOURCE, sha256="0" * 64)


def test_a_download_with_another_checksum_leaves_nothing(hub, weights, tmp_path):
    hub({PLACE: weights}, fault="corrupt")
    model = models.resnet20()
    before = values(model)
    with pytest.raises(NotAvailableError, match="wrong checksum"):
        load_pretrained(model, SOURCE)
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file() and p.suffix != ".lock"] == []
    np.testing.assert_array_equal(model.conv1.weight.data, before["conv1.weight"])


def test_a_file_that_the_hub_has_not(hub):
    hub({})
    with pytest.raises(NotAvailableError, match=r"hub:some-one/net_v1.0/sub/net.safetensors .*\(404 Not Found\)"):
        load_pretrained(models.resnet20(), SOURCE)


def test_without_a_network_it_is_one_sentence():
    with pytest.raises(NotAvailableError, match=r"could not be downloaded \(no connection\)"):
        load_pretrained(models.resnet20(), SOURCE)


@pytest.mark.parametrize(
    "source", ["hub:a.pth", "hub:a/b.pth", "hub:a//b.pth", "hub:a/b/../c.pth", "hub:a/b/c d.pth", "hub:/a/b/c.pth"]
)
def test_what_names_no_file_on_the_hub(source):
    with pytest.raises(CheckpointError, match="names no file on the hub; expected hub:OWNER/REPOSITORY/FILE"):
        load_pretrained(models.resnet20(), source)


def test_known_names(hub, weights, reference, monkeypatch):
    monkeypatch.setitem(pretrained.KNOWN, "net", SOURCE)
    hub({PLACE: weights})
    model = models.resnet20()
    load_pretrained(model, "net")
    assert_loaded(model, reference)


def test_known_files_come_from_the_users_folder_or_the_publisher(hub, reference, monkeypatch, tmp_path):
    torch.save({"state_dict": reference.state_dict()}, tmp_path / "net.th")
    content = (tmp_path / "net.th").read_bytes()
    there = hub({"files/net.th": content})
    files = (DataFile("net.th", hashlib.sha256(content).hexdigest()),)
    monkeypatch.setitem(pretrained.KNOWN, "net", FileSet("Net", "checkpoints", files, (f"{there.url}/files/",)))
    model = models.resnet20()
    load_pretrained(model, "net")
    assert_loaded(model, reference)
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path / "mine"))
    (tmp_path / "mine" / "checkpoints").mkdir(parents=True)
    with pytest.raises(DataError, match=r"no net.th .* there; expected the files of Net in .*checkpoints"):
        load_pretrained(model, "net")
    (tmp_path / "net.th").rename(tmp_path / "mine" / "checkpoints" / "net.th")
    load_pretrained(model, "net", sha256=files[0].sha256)
    for folder in (str(tmp_path / "mine"), ""):
        monkeypatch.setenv("MINIGRAD_DATA", folder)
        with pytest.raises(CheckpointError, match=rf"net\.th has the SHA-256 {files[0].sha256}, expected 0000"):
            load_pretrained(model, "net", sha256="0" * 64)


def test_an_unknown_name_gets_the_nearest_right_one():
    told = r"unknown checkpoint 'resnet20-cifar' \(did you mean 'resnet20-cifar10'\?\); known: resnet18-imagenet"
    with pytest.raises(UnknownNameError, match=told):
        load_pretrained(models.resnet20(), "resnet20-cifar")
