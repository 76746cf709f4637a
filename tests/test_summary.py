import numpy as np
import pytest
from click.testing import CliRunner

from minigrad import nn
from minigrad.cli import cli
from minigrad.models import MODELS, get_model
from minigrad.nn.init import no_drawing
from minigrad.summary import summarize, summarize_by_name


def invoke(*arguments):
    return CliRunner().invoke(cli, ["summary", *map(str, arguments)])


def test_a_small_model_by_hand():
    model = nn.Sequential(
        nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, groups=2),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(72, 5),
    )
    found = summarize(model, (4, 5, 7))
    assert [layer[1:] for layer in found.layers] == [
        ("Conv2d", (6, 3, 4), 6 * 2 * 6 + 6, 6 * 3 * 4 * 2 * 6),
        ("BatchNorm2d", (6, 3, 4), 12, 0),
        ("ReLU", (6, 3, 4), 0, 0),
        ("Flatten", (72,), 0, 0),
        ("Linear", (5,), 72 * 5 + 5, 72 * 5),
    ]
    assert [layer.name for layer in found.layers] == ["0", "1", "2", "3", "4"]
    assert (found.model, found.input) == ("Sequential", (4, 5, 7))
    assert found.parameters == found.trainable == 78 + 12 + 365
    assert found.multiply_adds == 864 + 360


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("lenet5", 416_520),
        ("alexnet", 714_188_480),
        ("resnet18", 1_814_073_344),
        ("resnet20", 40_551_040),
        pytest.param("resnet34", 3_663_761_408, marks=pytest.mark.slow),
        pytest.param("resnet50", 4_089_184_256, marks=pytest.mark.slow),
        pytest.param("vgg11", 7_609_090_048, marks=pytest.mark.slow),
        pytest.param("vgg16", 15_470_264_320, marks=pytest.mark.slow),
    ],
)
def test_multiply_adds_are_the_known_ones(name, count):
    assert summarize_by_name(name).multiply_adds == count


@pytest.mark.parametrize("name", [name for name, entry in MODELS.items() if entry.input_shape[-1] < 200])
def test_every_small_model_can_be_summarized(name):
    found = summarize_by_name(name)
    assert found.parameters == sum(layer.parameters for layer in found.layers)
    assert found.layers[-1].output == (10,)


def test_a_layer_called_twice_counts_its_parameters_once_and_one_never_called_is_shown():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Linear(3, 3, bias=False), nn.Linear(3, 2)

        def forward(self, x):
            return self.used(self.used(x))

    found = summarize(Odd(), (3,))
    assert found.layers == [
        ("used", "Linear", (3,), 9, 9),
        ("used", "Linear", (3,), 0, 9),
        ("unused", "Linear", None, 8, 0),
    ]
    assert (found.parameters, found.multiply_adds) == (17, 18)


def test_a_model_is_afterwards_as_it_was():
    model = get_model("resnet20")
    model.train()
    model.layer1.eval()
    model.linear.requires_grad_(False)
    state = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    found = summarize(model, (3, 32, 32))
    assert found.trainable == found.parameters - 650
    assert [module.training for module in model.modules()] == modes
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), state[name])
    assert not any(module._hooks and any(module._hooks) for module in model.modules())
    with pytest.raises(ValueError, match="conv2d got input"):
        summarize(model, (1, 32, 32))
    assert [module.training for module in model.modules()] == modes
    assert not any(module._hooks and any(module._hooks) for module in model.modules())


def test_the_input_has_the_dtype_of_the_model():
    assert summarize(nn.Sequential(nn.Linear(2, 3)).double(), (2,)).layers[0].output == (3,)
    assert summarize(nn.ReLU(), (2,)).layers == [("", "ReLU", (2,), 0, 0)]


@pytest.mark.parametrize("shape", [(3, 0, 2), (2.5,), ("a",)])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises((ValueError, TypeError), match="summarize: a size of input_shape must be"):
        summarize(nn.ReLU(), shape)


# ------------------------------------------------------------------------------------------------------- the command


@pytest.mark.parametrize("name", ["resnet20", "vgg11_32"])
def test_the_command_prints_layers_and_totals_in_80_columns(name):
    result = invoke(name, "--lang", "en")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].split() == ["layer", "kind", "output", "parameters", "multiply-adds"]
    assert max(map(len, lines[:-1])) <= 80
    with no_drawing():
        layers = summarize_by_name(name).layers
    assert [line.split()[0] for line in lines[1:-2]] == [layer.name for layer in layers]


def test_the_command_takes_input_and_classes():
    result = invoke("resnet20", "--input", "3x64X48", "--classes", 7, "--lang", "en")
    assert "CifarResNet for one input of 3x64x48: 269,527 parameters (269,527 learn), " in result.output
    assert "64x16x12" in result.output


def test_the_command_speaks_chinese():
    result = invoke("lenet5", "--lang", "zh")
    assert result.output.splitlines()[0].split() == ["层", "种类", "输出", "参数", "乘加"]
    assert "LeNet5，输入一个 1x28x28：参数 61,706 个（其中可训练 61,706 个），乘加 416,520 次" in result.output


def test_without_a_name_all_models_are_listed():
    words = invoke("--lang", "en").output.split()
    assert set(MODELS) <= set(words)


@pytest.mark.parametrize("shape", ["", "3x", "0x3", "-1", "3x2.5", "axb"])
def test_what_is_no_shape_gets_status_2(shape):
    result = invoke("lenet5", "--input", shape, "--lang", "en")
    assert result.exit_code == 2
    assert f"'{shape}' is no shape; expected sizes of at least 1 such as 3x32x32" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("resnt20",), "unknown model 'resnt20' (did you mean 'resnet20'?); known: alexnet"),
        (("lenet5", "--input", "3x28x28"), "lenet5 cannot take an input of 3x28x28: conv2d got input"),
        (("lenet5", "--input", "1x2x2"), "lenet5 cannot take an input of 1x2x2: "),
        (("resnet20", "--input", "3"), "resnet20 cannot take an input of 3: "),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments, message):
    error = invoke(*arguments, "--lang", "en").exception
    assert str(error).startswith(message)
    assert "\n" not in str(error)


def test_multiply_adds_of_sequences_and_of_transposes():
    model = nn.Sequential(nn.ConvTranspose2d(2, 3, 2, stride=2), nn.Flatten(2), nn.Conv1d(3, 4, 5))
    found = [layer.multiply_adds for layer in summarize(model, (2, 3, 3)).layers]
    assert found == [2 * 9 * 3 * 4, 0, 4 * 32 * 3 * 5]  # 3 x 3 pixels become 6 x 6, and 36 in a row 32
