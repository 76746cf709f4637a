"""Sequential and ModuleList: used as lists, with PyTorch's names."""

from collections import OrderedDict

import numpy as np
import pytest
import torch

from minigrad import Tensor, nn


def linears(library, n, first=2):
    """n linear layers that differ in width."""
    return [library.Linear(first + i, first + i + 1) for i in range(n)]


def sequential(library):
    return library.Sequential(*linears(library, 4))


def module_list(library):
    return library.ModuleList(linears(library, 4))


def named(library):
    return library.Sequential(OrderedDict(zip("abcd", linears(library, 4))))


# what is done with the container `c` of library `nn`; the result, or the container, must look like PyTorch's
OPERATIONS = {
    "as it is": lambda nn, c: c,
    "slice": lambda nn, c: c[1:3],
    "slice with a step": lambda nn, c: c[::-2],
    "empty slice": lambda nn, c: c[4:],
    "slice of a slice": lambda nn, c: c[1:][1:],
    "append": lambda nn, c: c.append(nn.ReLU()),
    "append to a slice": lambda nn, c: c[:2].append(nn.ReLU()),
    "extend": lambda nn, c: c.extend(linears(nn, 2)),
    "extend by itself": lambda nn, c: c.extend(list(c)),
    "add": lambda nn, c: c + type(c)() + c,
    "add to": lambda nn, c: c.__iadd__(type(c)()),
    "set": lambda nn, c: c.__setitem__(1, nn.ReLU()),
    "set the last": lambda nn, c: c.__setitem__(-1, nn.ReLU()),
    "pop": lambda nn, c: c.pop(0) and None,
    "popped": lambda nn, c: c.pop(-2),
    "first": lambda nn, c: c[0],
    "last": lambda nn, c: c[-1],
}
LISTED = {  # with dict names, PyTorch's Sequential fails or keeps the names
    "delete": lambda nn, c: c.__delitem__(1),
    "delete a slice": lambda nn, c: c.__delitem__(slice(0, 3, 2)),
    "insert": lambda nn, c: c.insert(1, nn.ReLU()) and None,
    "insert at the end": lambda nn, c: c.insert(4, nn.ReLU()) and None,
}


def after(operation, library, make):
    container = make(library)
    result = operation(library, container)
    return container if result is None else result


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("make", [sequential, module_list, named])
def test_containers_change_as_pytorchs_do(make, operation):
    ours, theirs = (after(OPERATIONS[operation], library, make) for library in (nn, torch.nn))
    assert repr(ours) == expanded(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize("operation", LISTED)
@pytest.mark.parametrize("make", [sequential, module_list])
def test_numbered_containers_change_as_pytorchs_do(make, operation):
    ours, theirs = (after(LISTED[operation], library, make) for library in (nn, torch.nn))
    assert repr(ours) == expanded(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())


def expanded(module):
    """PyTorch's repr, in which a ModuleList stands like a Sequential: one line for each module."""
    return torch.nn.Module.__repr__(module) if isinstance(module, torch.nn.ModuleList) else repr(module)


@pytest.mark.parametrize("make", [sequential, module_list, named])
def test_containers_are_sized_iterable_and_contain(make):
    container = make(nn)
    modules = list(container)
    assert len(container) == len(modules) == 4
    assert [m.in_features for m in modules] == [2, 3, 4, 5]
    assert modules[2] in container
    assert nn.ReLU() not in container
    assert container[1] is modules[1]
    assert container[-1] is modules[3]
    assert list(container[1:3]) == modules[1:3]
    assert len(type(container)()) == 0
    with pytest.raises(IndexError):
        container[4]
    with pytest.raises(IndexError):
        container[-5] = nn.ReLU()


def test_appending_to_a_slice_replaces_nothing():
    part = nn.Sequential(nn.ReLU(), nn.Tanh(), nn.ELU())[1:]
    part.append(nn.GELU())
    assert [type(module).__name__ for module in part] == ["Tanh", "ELU", "GELU"]


@pytest.mark.parametrize("value", [None, 3, nn.ReLU, "relu"], ids=str)
@pytest.mark.parametrize(
    "put",
    [
        lambda c, value: c.append(value),
        lambda c, value: c.extend([value]),
        lambda c, value: c.insert(0, value),
        lambda c, value: c.__setitem__(0, value),
        lambda c, value: nn.Sequential(value),
        lambda c, value: nn.Sequential({"a": value}),
        lambda c, value: nn.ModuleList([value]),
    ],
)
def test_containers_refuse_what_is_no_module(put, value):
    for container in (nn.Sequential(nn.ReLU()), nn.ModuleList([nn.ReLU()])):
        with pytest.raises(TypeError, match=r"(Sequential|ModuleList) holds modules, got \w+"):
            put(container, value)
        assert repr(container[0]) == "ReLU()"


def test_a_sequence_applies_its_modules_in_order():
    class Add(nn.Module):
        def __init__(self, text):
            super().__init__()
            self.text = text

        def forward(self, x):
            return x + self.text

    assert nn.Sequential(Add("a"), nn.Sequential({"x": Add("b"), "y": Add("c")}), Add("d"))("-") == "-abcd"
    assert nn.Sequential()("-") == "-"


def test_modules_named_by_a_dict_are_attributes():
    model = nn.Sequential({"hidden": nn.Linear(2, 3), "output": nn.Linear(3, 1)})
    assert model.hidden is model[0]
    assert list(model.state_dict()) == ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
    assert model(Tensor(np.ones((5, 2), np.float32))).shape == (5, 1)


# --------------------------------------------------------------------------------------------------------- ModuleDict


def module_dict(library):
    return library.ModuleDict(zip(["one", "two"], linears(library, 2)))


DICT_OPERATIONS = {
    "as it is": lambda nn, c: c,
    "empty": lambda nn, c: nn.ModuleDict(),
    "from a dict": lambda nn, c: nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)}),
    "from another": lambda nn, c: nn.ModuleDict(c),
    "set": lambda nn, c: c.__setitem__("three", nn.ReLU()),
    "replace": lambda nn, c: c.__setitem__("one", nn.ReLU()),
    "delete": lambda nn, c: c.__delitem__("one"),
    "pop": lambda nn, c: c.pop("two") and None,
    "popped": lambda nn, c: c.pop("two"),
    "clear": lambda nn, c: c.clear(),
    "update": lambda nn, c: c.update({"two": nn.Tanh(), "three": nn.Linear(1, 2)}),
    "update by pairs": lambda nn, c: c.update([("three", nn.Linear(1, 2))]),
}


@pytest.mark.parametrize("operation", DICT_OPERATIONS)
def test_module_dicts_change_as_pytorchs_do(operation):
    ours, theirs = (after(DICT_OPERATIONS[operation], library, module_dict) for library in (nn, torch.nn))
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())


def test_module_dicts_are_used_as_dicts():
    container = module_dict(nn)
    assert len(container) == 2
    assert list(container) == list(container.keys()) == ["one", "two"]
    assert list(container.values()) == [container["one"], container.two] == [m for _, m in container.items()]
    assert "one" in container
    assert "three" not in container
    with pytest.raises(KeyError):
        container["three"]
    with pytest.raises(TypeError, match="ModuleDict holds modules, got str"):
        container["three"] = "relu"
    with pytest.raises(TypeError, match="ModuleDict takes a dict, got int"):
        nn.ModuleDict(5)
    with pytest.raises(ValueError, match="expected one without dots"):
        container["a.b"] = nn.ReLU()
    assert list(container) == ["one", "two"]


# ------------------------------------------------------------------------------------------------------ ParameterList


def test_parameter_lists_are_lists_whose_parameters_are_found():
    def make(library, tensor):
        class Model(library.Module):
            def __init__(self):
                super().__init__()
                self.weights = library.ParameterList([library.Parameter(tensor(np.ones(2))), tensor(np.ones((3, 1)))])
                self.weights.append(library.Parameter(tensor(np.zeros(1))))
                self.weights.extend([library.Parameter(tensor(np.ones(5)))])
                self.weights[0] = library.Parameter(tensor(np.full(4, 2.0)))

        return Model()

    ours, theirs = make(nn, Tensor), make(torch.nn, torch.tensor)
    assert [(name, p.shape) for name, p in ours.named_parameters()] == [
        (name, tuple(p.shape)) for name, p in theirs.named_parameters()
    ]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert all(isinstance(p, nn.Parameter) for p in ours.weights)
    assert len(ours.weights) == len(theirs.weights) == 4
    assert [p.shape for p in ours.weights[1:3]] == [(3, 1), (1,)]
    assert ours.weights.pop().shape == (5,)
    assert repr(ours.weights[:2]) == (
        "ParameterList(\n  (0): Parameter of shape (4,), float64\n  (1): Parameter of shape (3, 1), float64\n)"
    )
    assert repr(nn.ParameterList()) == "ParameterList()"


@pytest.mark.parametrize("value", [None, 3, "a", nn.ReLU(), np.ones(2)], ids=lambda value: type(value).__name__)
def test_parameter_lists_refuse_what_is_no_parameter(value):
    with pytest.raises(TypeError, match=r"ParameterList holds parameters, got \w+"):
        nn.ParameterList([value])


@pytest.mark.parametrize("name", ["ModuleList", "ParameterList"])
def test_lists_refuse_what_is_no_list(name):
    with pytest.raises(TypeError, match=f"{name} takes a list, got int"):
        getattr(nn, name)(5)


@pytest.mark.parametrize("name", ["group", "kind", "parts"])
def test_modules_may_have_any_ordinary_name(name):
    assert list(nn.Sequential({name: nn.ReLU()})._modules) == [name]
