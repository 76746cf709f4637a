"""State dicts: a continued run is the same run, PyTorch's can be loaded, misfits are refused."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from minigrad import Tensor, optim

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.4}),
    ("RMSprop", {"momentum": 0.8, "centered": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.05, "initial_accumulator_value": 0.5}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("AdamW", {"lr": 0.05, "betas": (0.8, 0.9)}),
]
every_optimizer = pytest.mark.parametrize(("name", "options"), CASES)


def train(optimizer, params, rng, steps):
    for _ in range(steps):
        for p in params[:-1]:  # the last one never gets a gradient
            p.grad = Tensor(np.asarray(rng.standard_normal(p.shape), p.dtype))
        optimizer.step()


def groups(params, **options):
    return [{"params": params[:2], **options}, {"params": params[2:]}]


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_continued_run_is_bit_identical(Twins, stored, name, options, dtype):
    params = Twins(dtype=dtype).ours
    optimizer = getattr(optim, name)(groups(params, lr=0.03), **options)
    rng = np.random.default_rng(1)
    train(optimizer, params, rng, 7)
    optimizer.param_groups[1]["lr"] = np.float64(0.07)

    checkpoint = stored(optimizer.state_dict())
    copies = [Tensor(p.data.copy(), requires_grad=True) for p in params]
    rng_copy = deepcopy(rng)
    train(optimizer, params, rng, 7)

    continued = getattr(optim, name)(groups(copies))
    continued.load_state_dict(checkpoint)
    train(continued, copies, rng_copy, 7)
    for p, copy in zip(params, copies):
        np.testing.assert_array_equal(p.data, copy.data)
    assert [{k: v for k, v in g.items() if k != "params"} for g in continued.param_groups] == [
        {k: v for k, v in g.items() if k != "params"} for g in optimizer.param_groups
    ]


def test_layout(Twins):
    params = Twins().ours
    optimizer = optim.Adam(groups(params), lr=0.1)
    train(optimizer, params, np.random.default_rng(0), 2)
    state = optimizer.state_dict()
    assert [group["params"] for group in state["param_groups"]] == [[0, 1], [2, 3, 4]]
    assert state["param_groups"][0]["betas"] == [0.9, 0.999]
    assert list(state["state"]) == [0, 1, 2, 3]
    assert state["state"][0].keys() == {"step", "exp_avg", "exp_avg_sq"}
    assert state["state"][0]["step"] == 2
    assert isinstance(state["state"][0]["exp_avg"], Tensor)
    assert state["state"][0]["exp_avg"].shape == (3, 4)


@every_optimizer
def test_loads_the_state_of_pytorch(Twins, name, options):
    twins = Twins()
    warm, theirs = (
        getattr(module, name)(groups(params, lr=0.03), **options)
        for module, params in ((optim, twins.ours), (torch.optim, twins.theirs))
    )
    twins.train(warm, theirs, steps=5)
    ours = getattr(optim, name)(groups(twins.ours))
    ours.load_state_dict(theirs.state_dict())
    twins.train(ours, theirs, steps=5)


@every_optimizer
def test_pytorch_loads_the_state(Twins, name, options):
    def to_torch(obj):
        if isinstance(obj, dict):
            return {key: to_torch(value) for key, value in obj.items()}
        return torch.tensor(obj.data) if isinstance(obj, Tensor) else obj

    twins = Twins()
    ours, warm = (
        getattr(module, name)(groups(params, lr=0.03), **options)
        for module, params in ((optim, twins.ours), (torch.optim, twins.theirs))
    )
    twins.train(ours, warm, steps=5)
    theirs = getattr(torch.optim, name)(groups(twins.theirs))
    state = ours.state_dict()
    theirs.load_state_dict(
        {"state": to_torch(state["state"]), "param_groups": [dict(group) for group in state["param_groups"]]}
    )
    twins.train(ours, theirs, steps=5)


def test_arrays_are_copied_to_the_dtype_and_layout_of_the_parameter():
    p = Tensor(np.ones((2, 3)), requires_grad=True)
    p.grad = Tensor(np.ones((2, 3)))
    optimizer = optim.Adam([p])
    optimizer.step()
    state = optimizer.state_dict()
    q = Tensor(np.ones((3, 2), np.float32).T, requires_grad=True)
    other = optim.Adam([q])
    other.load_state_dict(state)
    loaded = other.state[q]["exp_avg"]
    assert (loaded.dtype, loaded.strides) == (q.dtype, q.data.strides)
    loaded[...] = 5
    assert state["state"][0]["exp_avg"].data.max() < 1


def misfit(change):
    """A state dict of Adam, for two groups of one and two parameters, that `change` has spoiled."""
    params = [Tensor(np.ones(shape), requires_grad=True) for shape in ((2, 3), (4,), ())]
    for p in params:
        p.grad = Tensor(np.ones(p.shape))
    optimizer = optim.Adam([{"params": params[:1]}, {"params": params[1:]}], lr=0.2)
    optimizer.step()
    state = deepcopy_state(optimizer.state_dict())
    change(state)
    return state


def deepcopy_state(obj):
    if isinstance(obj, dict):
        return {key: deepcopy_state(value) for key, value in obj.items()}
    if isinstance(obj, list):
        return [deepcopy_state(value) for value in obj]
    return obj.data.copy() if isinstance(obj, Tensor) else obj


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("state"), "with the keys 'state' and 'param_groups'"),
        (lambda s: s["param_groups"].pop(), "has 1 parameter groups, this Adam 2"),
        (lambda s: s["param_groups"][1]["params"].pop(), "group 1 of the state dict has 1 parameters, .* Adam 2"),
        (lambda s: s["param_groups"][1].pop("betas"), "group 1 of the state dict lacks betas"),
        (lambda s: s["param_groups"][0].update(lr=-1), "lr must be finite"),
        (lambda s: s["param_groups"][0].update(decoupled_weight_decay=True), "got True: use AdamW"),
        (lambda s: s["state"].update({7: s["state"].pop(2)}), "a state for parameter 7, which is in none"),
        (lambda s: s.update(param_groups=3), "a list as 'param_groups' and a dict as 'state', got int and dict"),
        (lambda s: s.update(state=[]), "a list as 'param_groups' and a dict as 'state', got list and list"),
        (lambda s: s["param_groups"].__setitem__(0, "a"), "group 0 of the state dict must be a dict, got str"),
        (
            lambda s: s["param_groups"][0].update(params=3),
            "group 0 of the state dict must list its parameters, got int",
        ),
        (
            lambda s: s["param_groups"][0].update(lr="fast"),
            "group 0 of the state dict: Adam: lr must be a number, got str",
        ),
        (lambda s: s["param_groups"][0].update(betas=0.9), "group 0 of the state dict: Adam: betas must be a pair"),
        (lambda s: s["state"].update({1: 3}), "the state of parameter 1 must be a dict, got int"),
        (
            lambda s: s["state"][1].update(step=-1),
            "the step of parameter 1 must be a whole number of at least 0, got -1",
        ),
        (lambda s: s["state"][1].update(step="a"), "the step of parameter 1 must be a whole number .* got 'a'"),
        (lambda s: s["state"][1].update(step=1.5), "the step of parameter 1 must be a whole number .* got 1.5"),
        (lambda s: s["state"][1].update(step=np.inf), "the step of parameter 1 must be a whole number .* got inf"),
        (lambda s: s["state"][1].update(exp_avg="a"), "exp_avg of parameter 1 must be an array of numbers"),
        (lambda s: s["state"][1].pop("exp_avg_sq"), "lacks exp_avg_sq of parameter 1"),
        (
            lambda s: s["state"][1].update(exp_avg=np.ones((4, 1))),
            r"exp_avg of parameter 1 has shape \(4, 1\), the parameter has shape \(4,\)",
        ),
    ],
)
def test_misfits_are_refused_before_anything_changes(change, message):
    params = [Tensor(np.ones(shape), requires_grad=True) for shape in ((2, 3), (4,), ())]
    optimizer = optim.Adam([{"params": params[:1]}, {"params": params[1:]}], lr=0.1)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(misfit(change))
    assert optimizer.state == {}
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.1]


@pytest.mark.parametrize("state", [None, [], 3, "a", {"state": {}}])
def test_what_is_no_state_is_refused(state):
    with pytest.raises(ValueError, match="Adam expected a state dict with the keys 'state' and 'param_groups'"):
        optim.Adam([Tensor(np.ones(2), requires_grad=True)]).load_state_dict(state)


def test_the_state_of_another_kind_of_optimizer_is_refused():
    p = Tensor(np.ones(2), requires_grad=True)
    with pytest.raises(ValueError, match="lacks amsgrad, betas, eps; was it made by Adam"):
        optim.Adam([p]).load_state_dict(optim.SGD([p]).state_dict())
    with pytest.raises(ValueError, match="decoupled_weight_decay=True, got False: use Adam"):
        optim.AdamW([p]).load_state_dict(torch.optim.Adam([torch.nn.Parameter(torch.ones(2))]).state_dict())
