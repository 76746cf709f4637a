"""Parameter groups, the step itself, zero_grad, and what is refused."""

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, optim


def parameter(*shape: int) -> Tensor:
    return Tensor(np.ones(shape), requires_grad=True)


def test_groups_have_settings_of_their_own(Twins):
    twins = Twins()
    ours, theirs = (
        module.Adam([{"params": p[:2]}, {"params": p[2:], "lr": 0.1, "betas": (0.5, 0.9)}], lr=0.01)
        for module, p in ((optim, twins.ours), (torch.optim, twins.theirs))
    )
    twins.train(ours, theirs, steps=10)
    for optimizer in (ours, theirs):
        optimizer.param_groups[0]["lr"] = 0.5
        optimizer.param_groups[1]["weight_decay"] = 0.1
    twins.train(ours, theirs, steps=10)


def test_a_group_can_be_added_later(Twins):
    twins = Twins()
    ours = optim.SGD(iter(twins.ours[:3]), lr=0.1, momentum=0.9)
    theirs = torch.optim.SGD(twins.theirs[:3], lr=0.1, momentum=0.9)
    twins.train(ours, theirs, steps=3)
    ours.add_param_group({"params": twins.ours[3:], "lr": 0.2})
    theirs.add_param_group({"params": twins.theirs[3:], "lr": 0.2})
    twins.train(ours, theirs, steps=3)
    single = parameter(2)
    ours.add_param_group({"params": single})
    assert ours.param_groups[2]["params"][0] is single
    assert ours.param_groups[2]["lr"] == 0.1


def test_parameters_without_a_gradient_are_skipped():
    p, q = parameter(2), parameter(2)
    p.grad = Tensor(np.ones(2))
    optimizer = optim.Adam([p, q], lr=0.1)
    optimizer.step()
    assert q.tolist() == [1, 1]
    assert list(optimizer.state) == [p]
    q.grad = Tensor(np.ones(2))
    optimizer.step()
    assert [optimizer.state[x]["step"] for x in (p, q)] == [2, 1]


def test_closure_is_called_with_the_graph_on_and_its_result_returned():
    p = parameter(2)
    optimizer = optim.SGD([p], lr=0.5)

    def closure():
        assert minigrad.is_grad_enabled()
        p.grad = Tensor(np.ones(2))
        return "loss"

    with minigrad.no_grad():
        assert optimizer.step(closure) == "loss"
        assert optimizer.step() is None
    assert p.tolist() == [0, 0]


def test_zero_grad():
    p, q = parameter(2), parameter(2)
    array = np.ones(2)
    p.grad = Tensor(array)
    optimizer = optim.SGD([p, q])
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0, 0]
    assert q.grad is None
    assert array.tolist() == [1, 1]  # another tensor may hold it
    optimizer.zero_grad()
    assert p.grad is None


def test_trains_on_real_gradients():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((50, 3)), rng.standard_normal((3, 1))
    p = Tensor(np.zeros((3, 1)), requires_grad=True)
    optimizer = optim.Adam([p], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        ((Tensor(x) @ p - Tensor(x @ w)) ** 2).mean().backward()
        optimizer.step()
    np.testing.assert_allclose(p.data, w, atol=1e-3)


def test_repr_shows_the_settings():
    text = repr(optim.SGD([{"params": [parameter(2)]}, {"params": [parameter(1)], "lr": 3.0}]))
    assert text.startswith("SGD(\n  group 0: 1 parameters, lr=0.001, momentum=0")
    assert "group 1: 1 parameters, lr=3.0" in text


def test_an_optimizer_without_a_formula_says_so():
    p = parameter(2)
    p.grad = Tensor(np.ones(2))
    with pytest.raises(NotImplementedError, match="Optimizer has no update"):
        optim.Optimizer([p], {"lr": 0.1}).step()


def test_a_gradient_of_another_shape_is_refused():
    p = parameter(2, 3)
    p.grad = Tensor(np.ones((2, 3)))
    p.data = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"gradient of shape \(2, 3\) for a parameter of shape \(3, 2\)"):
        optim.SGD([p]).step()


def test_a_bad_gradient_is_refused_before_any_parameter_changes():
    p, q = parameter(2), parameter(2, 3)
    p.grad, q.grad = Tensor(np.ones(2)), Tensor(np.ones((2, 3)))
    q.data = np.ones((3, 2))
    optimizer = optim.SGD([{"params": [p]}, {"params": [q]}], momentum=0.9)
    with pytest.raises(ValueError, match=r"gradient of shape \(2, 3\) for a parameter of shape \(3, 2\)"):
        optimizer.step()
    assert p.tolist() == [1, 1]
    assert optimizer.state == {}
    with pytest.raises(TypeError, match="grad must be a tensor or None, got ndarray"):
        p.grad = np.ones(2)


def test_a_group_may_have_a_name():
    optimizer = optim.SGD([{"params": [parameter(2)], "name": "head", "initial_lr": 0.1}])
    assert optimizer.param_groups[0]["name"] == "head"


P = parameter(2)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ([], ValueError, "empty list of parameters"),
        (iter([]), ValueError, "empty list of parameters"),
        (P, TypeError, "an iterable of tensors or of dicts, got one Tensor"),
        ({"params": [P]}, TypeError, "got one dict"),
        (3, TypeError, "got one int"),
        ([P, np.ones(2)], TypeError, "got ndarray as parameter 1"),
        ([P, {"params": [P]}], TypeError, "got dict as parameter 1"),
        ([{"params": [P]}, P], TypeError, "a parameter group as a dict, got Tensor"),
        ([{"lr": 0.1}], ValueError, r"with the key 'params', got \['lr'\]"),
        ([{"params": {P}}], TypeError, "a list of parameters in a group, got set"),
        ([{"params": None}], TypeError, "a list of parameters in a group, got NoneType"),
        ([P, P], ValueError, r"parameter 1, of shape \(2,\), twice"),
        ([{"params": [P]}, {"params": [P]}], ValueError, r"parameter 0, of shape \(2,\), twice"),
        ([P * 2], ValueError, "leaf tensors, got the result of "),
        ([{"params": [P], "lr": -1}], ValueError, "lr must be finite and at least 0, got -1"),
        (
            [{"params": [P], "lrr": 1}],
            ValueError,
            r"SGD has no setting 'lrr' \(did you mean 'lr'\?\); its settings are lr",
        ),
        ([{"params": [P], "betas": (0, 0)}], ValueError, "SGD has no setting 'betas'"),
        ([{"params": [P], 3: 1}], ValueError, "SGD has no setting '3'"),
    ],
)
def test_bad_parameters_are_refused(params, error, message):
    with pytest.raises(error, match=message):
        optim.SGD(params)


@pytest.mark.parametrize(
    ("name", "options", "error", "message"),
    [
        ("SGD", {"lr": -0.1}, ValueError, "SGD: lr must be finite and at least 0, got -0.1"),
        ("SGD", {"lr": float("nan")}, ValueError, "lr must be finite"),
        ("SGD", {"lr": float("inf")}, ValueError, "lr must be finite"),
        ("SGD", {"lr": "fast"}, TypeError, "lr must be a number, got str"),
        ("SGD", {"lr": True}, TypeError, "lr must be a number, got bool"),
        ("SGD", {"lr": Tensor(0.1)}, TypeError, "lr must be a number, got Tensor"),
        ("SGD", {"momentum": -1}, ValueError, "SGD: momentum"),
        ("SGD", {"momentum": 0.9, "dampening": -1}, ValueError, "SGD: dampening"),
        ("SGD", {"weight_decay": -1}, ValueError, "SGD: weight_decay"),
        ("SGD", {"nesterov": 1, "momentum": 0.9}, TypeError, "SGD: nesterov must be True or False, got 1"),
        ("SGD", {"nesterov": True}, ValueError, "nesterov needs a momentum above 0 and no dampening, got momentum 0"),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, ValueError, "dampening 0.1"),
        ("SGD", {"maximize": "yes"}, TypeError, "maximize must be True or False, got 'yes'"),
        ("RMSprop", {"alpha": 1}, ValueError, r"RMSprop: alpha must be in \[0, 1\), got 1"),
        ("RMSprop", {"eps": -1}, ValueError, "RMSprop: eps"),
        ("RMSprop", {"momentum": -1}, ValueError, "RMSprop: momentum"),
        ("RMSprop", {"centered": None}, TypeError, "RMSprop: centered"),
        ("Adagrad", {"lr_decay": -1}, ValueError, "Adagrad: lr_decay"),
        ("Adagrad", {"initial_accumulator_value": -1}, ValueError, "Adagrad: initial_accumulator_value"),
        ("Adagrad", {"eps": -1}, ValueError, "Adagrad: eps"),
        ("Adam", {"betas": (0.9, 1.0)}, ValueError, r"Adam: betas\[1\] must be in \[0, 1\), got 1.0"),
        ("AdamW", {"betas": (-0.1, 0.9)}, ValueError, r"AdamW: betas\[0\] must be in \[0, 1\), got -0.1"),
        ("Adam", {"betas": 0.9}, TypeError, "betas must be a pair of numbers, got 0.9"),
        ("Adam", {"betas": (0.9, 0.99, 0.999)}, TypeError, "betas must be a pair of numbers"),
        ("Adam", {"eps": -1}, ValueError, "Adam: eps"),
        ("Adam", {"amsgrad": 1e-4}, TypeError, "Adam: amsgrad"),
        ("Adam", {"fused": True}, TypeError, "fused"),
    ],
)
def test_bad_settings_are_refused(name, options, error, message):
    with pytest.raises(error, match=message):
        getattr(optim, name)([parameter(2)], **options)


def test_a_refused_group_changes_nothing():
    p, q = parameter(2), parameter(3)
    optimizer = optim.SGD([p])
    with pytest.raises(ValueError, match="twice"):
        optimizer.add_param_group({"params": [q, p]})
    with pytest.raises(TypeError, match="a parameter group as a dict, got list"):
        optimizer.add_param_group([q])
    assert len(optimizer.param_groups) == 1
