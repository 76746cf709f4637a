import numpy as np
import pytest

from minigrad import Tensor, models, nn, optim
from minigrad.models import freeze, param_groups, replace_head


def learning(model):
    return [name for name, p in model.named_parameters() if p.requires_grad]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (models.lenet5, "fc3"),
        (models.resnet20, "linear"),
        (lambda: models.resnet18(10, True), "fc"),
        (lambda: models.vgg11(10, small_images=True), "classifier.6"),
        (lambda: models.alexnet(10, small_images=True), "classifier.6"),
    ],
)
def test_the_head_is_replaced_and_nothing_else(make, name):
    model = make()
    names, before = list(model.state_dict()), {k: v.numpy().copy() for k, v in model.state_dict().items()}
    assert replace_head(model, 3) is model
    assert list(model.state_dict()) == names
    for key, value in model.state_dict().items():
        if key.startswith(name + "."):
            assert value.shape == (3, *before[key].shape[1:])
        else:
            np.testing.assert_array_equal(value.numpy(), before[key])
    assert model.get_submodule(name).out_features == 3


def test_the_new_head_is_like_the_old_one():
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 5, bias=False)).double().eval()
    head = replace_head(model, 2)[2]
    assert head.weight.dtype == np.float64
    assert head.bias is None
    assert not head.training


def test_a_head_that_cannot_be_replaced_is_an_error():
    with pytest.raises(ValueError, match="Sequential has no linear layer that could be replaced"):
        replace_head(nn.Sequential(nn.ReLU()), 3)
    with pytest.raises(ValueError, match="Linear has no linear layer"):
        replace_head(nn.Linear(2, 2), 3)
    with pytest.raises(ValueError, match="replace_head: num_classes must be at least 1, got 0"):
        replace_head(nn.Sequential(nn.Linear(2, 2)), 0)


def test_freezing_all_but_the_head():
    model = models.resnet20()
    assert freeze(model, except_="linear") is model
    assert learning(model) == ["linear.weight", "linear.bias"]
    model(Tensor(np.ones((2, 3, 8, 8), np.float32))).sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is not None] == ["linear.weight", "linear.bias"]


def test_freezing_parts_by_name():
    model = freeze(models.resnet20(), "conv1", "bn1", "layer1", except_=["layer1.2", "bn1.bias"])
    assert {name for name in learning(model) if not name.startswith(("layer2", "layer3", "linear"))} == {
        "bn1.bias",
        *[f"layer1.2.{part}" for part in ("conv1.weight", "bn1.weight", "bn1.bias")],
        *[f"layer1.2.{part}" for part in ("conv2.weight", "bn2.weight", "bn2.bias")],
    }


def test_names_end_at_dots():
    model = nn.Sequential(*[nn.Linear(1, 1) for _ in range(12)])
    freeze(model, "1")
    assert not model[1].weight.requires_grad
    assert model[11].weight.requires_grad


@pytest.mark.parametrize("use", [freeze, lambda m, n: freeze(m, except_=n), lambda m, n: param_groups(m, {n: 0.1})])
@pytest.mark.parametrize("name", ["layr3", "layer", "layer3.9", "fc"])
def test_names_of_no_part_are_refused(use, name):
    model = models.resnet20()
    with pytest.raises(
        ValueError, match=f"no parameter of CifarResNet lies under '{name}'.*; its parts are conv1, bn1"
    ):
        use(model, name)
    assert len(learning(model)) == len(list(model.parameters()))
    with pytest.raises(ValueError, match=r"\(did you mean 'layer3'\?\)"):
        use(model, "layr3")


def test_each_part_has_its_own_rate():
    model = freeze(models.resnet20(), "conv1", "bn1", "layer1")
    rates = {"": 0.0, "layer1": 1.0, "layer3": 0.5, "layer3.2": {"lr": 0.25, "weight_decay": 0.1}, "linear": 2.0}
    groups = param_groups(model, rates)
    assert [(g["name"], g["lr"], len(g["params"])) for g in groups] == [
        ("all", 0.0, 18),
        ("layer3", 0.5, 12),
        ("layer3.2", 0.25, 6),
        ("linear", 2.0, 2),
    ]
    assert groups[2]["weight_decay"] == 0.1
    optimizer = optim.SGD(groups, lr=1.0)
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    for p in model.parameters():
        p.grad = Tensor(np.ones(p.shape, np.float32))
    optimizer.step()
    moved = {name: before[name] - p.data for name, p in model.named_parameters()}
    np.testing.assert_allclose(moved["linear.bias"], 2, rtol=1e-6)
    np.testing.assert_allclose(moved["layer3.0.bn1.weight"], 0.5, rtol=1e-6)
    np.testing.assert_allclose(moved["layer3.2.bn1.weight"], 0.25 * 1.1, rtol=1e-6)
    assert not moved["layer2.0.bn1.weight"].any()
    assert not moved["layer1.0.bn1.weight"].any()


def test_parts_without_a_rate_are_left_out_and_frozen_models_refused():
    model = models.lenet5()
    assert [len(g["params"]) for g in param_groups(model, {"fc3": 0.1})] == [2]
    with pytest.raises(ValueError, match="no parameter of LeNet5 that learns"):
        param_groups(freeze(model), {"fc3": 0.1})
