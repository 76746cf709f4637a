"""The command line, run as a user runs it: in processes of its own, on the embedded digits."""

import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from minigrad import __version__, load, save
from minigrad.cli import cli
from minigrad.errors import MinigradError
from minigrad.language import set_language
from minigrad.training import CHECKPOINT

TRAIN = ("train", "mnist", "--data", "embedded", "--model", "linear")


def run(*arguments, cwd=None, code=None):
    """Run `minigrad ARGUMENTS`, or Python code, and return the finished process."""
    command = [sys.executable, "-m", "minigrad"] if code is None else [sys.executable, "-c", code]
    return subprocess.run([*command, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=300)


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


# Runs the command, but sends a signal to itself in a given step.
SIGNALLED = """
import os, sys
from minigrad import cli, training
step, number, count = training.Trainer.step, int(sys.argv.pop(1)), 0
at = int(sys.argv.pop(1))
def signalled(self, *batch):
    global count
    count += 1
    if count == at:
        os.kill(os.getpid(), number)
    return step(self, *batch)
training.Trainer.step = signalled
cli.main()
"""


@pytest.mark.parametrize("model", ["linear", "mlp"])
def test_a_run_killed_in_the_middle_of_an_epoch_and_resumed_gives_the_same_bits(tmp_path, model):
    train = ("train", "mnist", "--data", "embedded", "--epochs", 3, "--batch-size", 100, "--model", model)
    whole = run(*train, "--out", tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr

    killed = run(signal.SIGKILL.value, 55 + 20, *train, "--out", tmp_path / "killed", code=SIGNALLED)  # in epoch 2
    assert killed.returncode == -signal.SIGKILL
    assert load(tmp_path / "killed" / CHECKPOINT)["epoch"] == 1
    assert not (tmp_path / "killed" / "model.safetensors").exists()

    resumed = run("train", "mnist", "--resume", tmp_path / "killed")
    assert resumed.returncode == 0, resumed.stderr
    assert "going on after 1 of 3 epochs" in resumed.stdout
    a, b = (tmp_path / name / "model.safetensors" for name in ("whole", "killed"))
    assert a.read_bytes() == b.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "mnist", "--epochs", "0"), "'--epochs' 的值不对：0 不是不小于 1 的整数"),
        (("train", "mnist", "--lr", "x"), "'--lr' 的值不对：'x' 不是大于 0 的有限数"),
        (("train", "mnist", "--precision", "float8"), "没有 'float8'（是不是 float32？）；可选：bfloat16、float16"),
        (("train", "mnist", "--data", ""), "'--data' 的值不对：名字是空的；应当是目录的名字"),
        (("train", "mnist", "--modell", "mlp"), "没有 --modell 这个选项。 是不是 '--model'？"),
        (("train", "mnist", "--lr"), "选项 --lr 后面要写一个值。"),
        (("train", "mnist", "7"), "多出一个参数：7"),
        (("summary", "mlp", "--input", "3x"), "'3x' 不是形状；应当是不小于 1 的大小，例如 3x32x32"),
        (("start",), "缺少参数 'FOLDER'"),
        (("plan", "--weeks", "x"), "'x' 不是数。"),
    ],
)
def test_wrong_usage_is_told_in_the_users_language(arguments, told):
    result = invoke("--lang", "zh", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr.splitlines()[-1]
    assert result.stderr.splitlines()[-1].startswith("错误：")
    assert not re.search(r"Error|Usage|Invalid|Missing", result.stderr)


def test_files_that_are_wrong_are_told_in_the_users_language(tmp_path, monkeypatch):
    def told(*arguments):
        set_language("zh")
        with pytest.raises(MinigradError) as caught:
            cli.main([str(a) for a in arguments], standalone_mode=False)
        assert re.search("[\u4e00-\u9fff]", str(caught.value))
        return str(caught.value)

    checkpoint = tmp_path / CHECKPOINT
    assert told("train", "mnist", "--resume", tmp_path).startswith(f"无法读取 {checkpoint}：")
    checkpoint.write_bytes(b"junk")
    assert told("train", "mnist", "--resume", tmp_path).startswith(f"{checkpoint} 不是可以读取的检查点")
    checkpoint.write_bytes(b"\x80\x04K\x01.")
    assert "pickle" in told("predict", tmp_path, "a b")
    save({"epoch": 1}, checkpoint)
    assert "不是训练的检查点：格式版本应当是" in told("generate", tmp_path)
    assert "里已经有一次训练" in told(*TRAIN, "--out", tmp_path)
    for folder, wrong in (
        (tmp_path / "none", "没有这个目录"),
        (checkpoint, "这不是目录"),
        (tmp_path, "没有 train-images"),
    ):
        monkeypatch.setenv("MINIGRAD_DATA", str(folder))
        assert told("train", "mnist").startswith(f"MINIGRAD_DATA={folder}：{wrong}")


def test_help_is_in_the_users_language_as_a_whole():
    for arguments in ((), ("train",), ("train", "mnist")):
        text = invoke("--lang", "zh", *arguments, "--help").stdout
        assert text.startswith("用法:")
        assert "选项:" in text
        assert not re.search(r"Usage|Options|Commands|Show|default", text)
        assert invoke("--lang", "en", *arguments, "--help").stdout.startswith("Usage:")


@pytest.mark.parametrize("arguments", [("info",), ("train", "mnist", "--epochs", "0"), ("--help",)])
def test_a_slip_in_the_language_is_one_sentence(arguments, monkeypatch):
    monkeypatch.setenv("MINIGRAD_LANG", "xx")
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "error: MINIGRAD_LANG is 'xx'; expected en or zh\n"


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    train = (*TRAIN, "--epochs", 2, "--batch-size", 100)
    assert run(*train, "--out", tmp_path / "whole").returncode == 0
    stopped = run(signal.SIGINT.value, 30, *train, "--out", tmp_path / "run", code=SIGNALLED)
    assert stopped.returncode == 130
    assert stopped.stderr.splitlines()[-1] == f"minigrad train mnist --resume {tmp_path / 'run'}"
    assert "Traceback" not in stopped.stderr
    assert run("train", "mnist", "--resume", tmp_path / "run").returncode == 0
    a, b = (tmp_path / name / "model.safetensors" for name in ("whole", "run"))
    assert a.read_bytes() == b.read_bytes()


def test_training_writes_weights_and_pictures_and_names_the_embedded_digits(tmp_path):
    done = run(*TRAIN, "--epochs", 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "embedded subset of MNIST (6,000 + 1,000 digits)" in done.stdout
    assert "test accuracy" in done.stdout
    names = {path.name for path in (tmp_path / "runs" / "mnist-linear").iterdir()}
    assert names == {CHECKPOINT, "model.safetensors", "curves.png", "confusion.png", "mistakes.png"}
    assert set(load(tmp_path / "runs" / "mnist-linear" / "model.safetensors")) == {"fc.weight", "fc.bias"}


def test_a_second_run_does_not_touch_the_first(tmp_path):
    for _ in range(2):
        assert run(*TRAIN, "--epochs", 1, cwd=tmp_path).returncode == 0
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"mnist-linear", "mnist-linear-2"}


def test_out_with_a_run_in_it_is_refused(tmp_path):
    (tmp_path / CHECKPOINT).write_bytes(b"precious")
    refused = run(*TRAIN, "--out", tmp_path)
    assert refused.returncode == 1
    assert refused.stderr.startswith("error: ")
    assert "already holds a run" in refused.stderr
    assert (tmp_path / CHECKPOINT).read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "mnits"), "did you mean 'mnist'?"),
        (("trian", "mnist"), "did you mean 'train'?"),
        (("train", "mnist", "--model", "mpl"), "did you mean 'mlp'?"),
        (("train", "mnist", "--optimizer", "adma"), "did you mean 'adam'?"),
        (("train", "mnist", "--schedule", "cosin"), "did you mean 'cosine'?"),
        (("train", "mnist", "--epoch", 3), "--epochs"),
        (("train", "mnist", "--batch-size", 0), "0 is not a whole number of at least 1"),
        (("train", "mnist", "--epochs", -1), "-1 is not a whole number of at least 1"),
        (("train", "mnist", "--epochs", "abc"), "'abc' is not a whole number of at least 1"),
        (("train", "mnist", "--seed", 1.5), "'1.5' is not a whole number of at least 0"),
        (("train", "mnist", "--lr", 0), "0 is not a finite number greater than 0"),
        (("train", "mnist", "--lr", "nan"), "nan is not a finite number greater than 0"),
        (("train", "mnist", "--lr", "inf"), "inf is not a finite number greater than 0"),
        (("train", "mnist", "--lr", "fast"), "'fast' is not a finite number greater than 0"),
        (("train", "mnist", "--out", ""), "the name is empty; expected that of a folder"),
        (("train", "mnist", "--resume", " "), "the name is empty; expected that of a folder"),
        (("train", "mnist", "--data", ""), "the name is empty; expected that of a folder"),
        (("train", "mnist", "--resume", "runs/x", "--lr", 0.1), "leave out --lr"),
    ],
)
def test_wrong_names_and_numbers_get_one_clear_line_and_status_2(arguments, message):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "no/such/folder"), "no/such/folder"),
        (("--data", "embeded"), "embedded"),
        (("--data", "embedded", "--device", "cuda:1"), "CuPy"),
        (("--data", "embedded", "--device", "tpu"), "unknown device 'tpu'"),
        (("--data", "embedded", "--capture"), "steps are captured on a GPU, and the device is cpu"),
        (("--resume", "no/such/run"), "no/such/run"),
    ],
)
def test_what_cannot_be_done_gets_one_line_and_status_1(arguments, message, tmp_path):
    result = run("train", "mnist", *arguments, cwd=tmp_path)
    assert result.returncode == 1
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "runs").exists()


def test_a_truncated_checkpoint_is_named(tmp_path):
    assert run(*TRAIN, "--epochs", 1, "--out", tmp_path).returncode == 0
    checkpoint = tmp_path / CHECKPOINT
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    result = run("train", "mnist", "--resume", tmp_path)
    assert result.returncode == 1
    assert str(checkpoint) in result.stderr
    assert "truncated or corrupt" in result.stderr


def test_a_home_folder_may_be_written_with_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert invoke(*TRAIN, "--epochs", 1, "--out", "~/run").exit_code == 0
    assert (tmp_path / "run" / CHECKPOINT).exists()
    result = invoke("train", "mnist", "--resume", "~/run")
    assert result.output == f"already finished; its results are in {tmp_path / 'run'}\n"


@pytest.mark.parametrize("options", [("--batch-size", 9999999, "--lr", 1e300), ("--lr", 1e300)])
def test_a_run_that_diverges_ends_with_one_sentence(tmp_path, options):
    result = run(*TRAIN, "--epochs", 1, *options, "--out", tmp_path / "run")
    assert result.returncode == 1
    assert result.stderr.startswith("error: the ")
    assert result.stderr.count("\n") == 1  # and no warnings of NumPy
    assert "a smaller learning rate often helps" in result.stderr
    assert not (tmp_path / "run" / "model.safetensors").exists()
    assert np.isfinite(load(tmp_path / "run" / CHECKPOINT)["model"]["fc.weight"].numpy()).all()


@pytest.mark.parametrize("arguments", [("--help",), (*TRAIN, "--epochs", "1", "--out", "run")])
def test_a_reader_that_has_gone_is_no_traceback(arguments, tmp_path):
    reader, writer = os.pipe()
    os.close(reader)  # so that the first byte cannot be written; a reader like `head` may be too slow to go
    command = [sys.executable, "-m", "minigrad", *arguments]
    with open(writer, "w") as gone:
        result = subprocess.run(
            command, cwd=tmp_path, stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full, which only Linux has")
@pytest.mark.parametrize("arguments", [("--help",), (*TRAIN, "--epochs", "1", "--out", "run")])
def test_an_output_that_is_full_is_one_line(arguments, tmp_path):
    command = [sys.executable, "-m", "minigrad", *arguments]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert result.returncode == 1
    assert result.stderr == "error: the output cannot be written (No space left on device)\n"


def test_an_output_in_ascii_can_name_any_folder(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "minigrad", *TRAIN, "--epochs", "1", "--out", tmp_path / "训练"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert r"\u8bad\u7ec3: checkpoint.safetensors" in result.stdout
    assert (tmp_path / "训练" / CHECKPOINT).exists()


# Runs the command, but Ctrl-C comes while the data are loaded.
EARLY = """
import os, signal
from minigrad import cli
from minigrad.recipes import mnist
signal.signal(signal.SIGINT, signal.default_int_handler)
mnist.load_mnist = lambda source: os.kill(os.getpid(), signal.SIGINT)
cli.main()
"""


def test_ctrl_c_outside_the_loop_is_130_too(tmp_path):
    stopped = run(*TRAIN, code=EARLY, cwd=tmp_path)
    assert stopped.returncode == 130
    assert stopped.stderr.strip() == "stopped"
    assert list(tmp_path.iterdir()) == []


def test_the_help_is_shown_without_loading_what_only_training_needs():
    code = "import sys; from minigrad import cli; print([m for m in ('matplotlib', 'requests') if m in sys.modules])"
    assert run(code=code).stdout == "[]\n"


def test_version_and_help():
    assert __version__ in invoke("--version").output
    assert "mnist" in invoke("train", "--help").output
    help_text = invoke("train", "mnist", "--help").output
    for option in ("--model", "--epochs", "--batch-size", "--lr", "--optimizer", "--seed", "--device", "--data"):
        assert option in help_text
    for command in cli.commands["train"].commands.values():
        assert all(len(option.help.split()) > 1 for option in command.params)
