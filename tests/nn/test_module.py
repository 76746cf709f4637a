"""Module: registration, traversal, state dicts, training mode, conversion, copies; names and order are PyTorch's."""

import copy
import pickle

import numpy as np
import pytest
import torch

import minigrad
from minigrad import Tensor, nn
from minigrad.errors import CheckpointError, DeviceError
from tests.nn.helpers import tensor_of, twins

# --------------------------------------------------------------------------- models that both libraries make alike


def array(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape).astype(np.float32)


def chain(nn):
    return nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3, bias=False))


def nested(nn):
    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.steps = nn.ModuleList([nn.Linear(width, width) for _ in range(2)])
            self.scale = nn.Parameter(tensor_of(nn, array(width)))
            self.register_buffer("mean", tensor_of(nn, array(width)))
            self.register_buffer("mask", tensor_of(nn, np.arange(width)), persistent=False)
            self.register_buffer("nothing", None)
            self.register_parameter("offset", None)

        def forward(self, x):
            for step in self.steps:
                x = step(x) * self.scale - self.mean
            return x

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(4, 2)
            self.blocks = nn.Sequential(Block(4), nn.Tanh(), Block(4))
            self.weight = nn.Parameter(tensor_of(nn, array(1)))
            self.nothing = None
            self.register_buffer("count", tensor_of(nn, np.array(3)))

        def forward(self, x):
            return self.last(self.blocks(x)) * self.weight

    return Model()


def shared(nn):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.encode = nn.Linear(4, 4)
            self.again = self.encode
            self.decode = nn.Linear(4, 4)
            self.decode.weight = self.encode.weight
            self.both = nn.ModuleList([self.decode, nn.Sequential(self.encode, nn.Linear(4, 3))])

        def forward(self, x):
            return self.both[1](self.decode(self.again(self.encode(x))))

    return Model()


def changed(nn):
    """Attributes replaced by others, of the same and of another kind, set to None, deleted and set again."""
    model = nn.Module()
    for name in "abcdefg":
        setattr(model, name, nn.Parameter(tensor_of(nn, array(ord(name) - 96))))
    model.register_buffer("h", tensor_of(nn, array(8)), persistent=False)
    model.register_buffer("i", tensor_of(nn, array(9)), persistent=False)
    model.register_buffer("j", tensor_of(nn, array(10)))
    model.a = nn.Parameter(tensor_of(nn, array(11)))
    model.b = None
    model.c = None
    model.c = nn.Parameter(tensor_of(nn, array(12)))
    del model.d
    model.d = nn.Parameter(tensor_of(nn, array(13)))
    del model.e
    model.e = nn.Linear(1, 1)
    model.g2 = nn.Linear(1, 1)
    model.g2 = nn.Parameter(tensor_of(nn, array(17)))
    del model.f
    model.f = 5
    model.h = tensor_of(nn, array(14))
    model.i = nn.Parameter(tensor_of(nn, array(15)))
    del model.j
    model.plain = tensor_of(nn, array(16))
    model.k = 1
    model.k = nn.Linear(1, 1)
    model.k = None
    return model


MODELS = {function.__name__: function for function in (chain, nested, shared, changed)}


def names(pairs):
    return [(name, tuple(getattr(thing, "shape", ()))) for name, thing in pairs]


@pytest.mark.parametrize("model", MODELS)
class TestTwins:
    def test_names_shapes_and_order_are_pytorchs(self, model):
        ours, theirs = MODELS[model](nn), MODELS[model](torch.nn)
        assert names(ours.state_dict().items()) == names(theirs.state_dict().items())
        assert names(ours.named_parameters()) == names(theirs.named_parameters())
        assert names(ours.named_buffers()) == names(theirs.named_buffers())
        assert names(ours.named_modules()) == names(theirs.named_modules())
        assert names(ours.named_children()) == names(theirs.named_children())
        assert names(ours.named_parameters("x", recurse=False)) == names(theirs.named_parameters("x", recurse=False))
        assert names(ours.named_buffers("x")) == names(theirs.named_buffers("x"))
        assert names(ours.named_buffers(recurse=False)) == names(theirs.named_buffers(recurse=False))
        for group in ("parameters", "buffers", "modules", "children"):
            mine, others = getattr(ours, group)(), getattr(theirs, group)()
            assert len(list(mine)) == len(list(others))

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_weights_pass_from_pytorch_and_back_unchanged(self, model, dtype):
        ours, theirs = MODELS[model](nn).to(dtype), MODELS[model](torch.nn).to(getattr(torch, dtype))
        given = {name: tensor + 1 / 3 for name, tensor in theirs.state_dict().items() if tensor.is_floating_point()}
        for values in (given, {name: tensor.numpy() for name, tensor in given.items()}):
            ours = MODELS[model](nn).to(dtype)
            result = ours.load_state_dict(values, strict=False)
            assert result.unexpected_keys == []
            for name, tensor in given.items():
                np.testing.assert_array_equal(ours.state_dict()[name].data, tensor.numpy())
        back = {name: torch.from_numpy(tensor.numpy()) for name, tensor in ours.state_dict().items()}
        assert str(theirs.load_state_dict(back)) == "<All keys matched successfully>"
        for name, tensor in theirs.state_dict().items():
            np.testing.assert_array_equal(tensor.numpy(), ours.state_dict()[name].data)


@pytest.mark.parametrize("model", ["chain", "nested", "shared"])
def test_models_compute_what_pytorchs_do(model):
    ours, theirs = twins(MODELS[model])
    x = np.random.default_rng(1).standard_normal((6, 4))
    found, expected = ours(Tensor(x)), theirs(torch.tensor(x))
    np.testing.assert_allclose(found.data, expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    found.sum().backward()
    expected.sum().backward()
    for (name, mine), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(mine.grad.data, other.grad.numpy(), rtol=1e-10, atol=1e-10, err_msg=name)


# -------------------------------------------------------------------------------------------------------- registration


def parameter(*shape):
    return nn.Parameter(np.zeros(shape, np.float32))


def test_attributes_of_every_kind_are_found_again():
    model = nested(nn)
    assert isinstance(model.weight, nn.Parameter)
    assert model.weight.requires_grad
    assert type(model.count) is Tensor
    assert isinstance(model.last, nn.Linear)
    assert {"weight", "count", "last", "blocks", "training"} <= set(dir(model))
    with pytest.raises(AttributeError, match="Model has no attribute 'wieght'"):
        model.wieght  # noqa: B018


def test_a_parameter_is_a_leaf_whatever_it_is_made_of():
    source = Tensor(np.ones(3, np.float32), requires_grad=True) * 2
    made = nn.Parameter(source)
    assert made.is_leaf
    assert made.requires_grad
    assert not nn.Parameter([1.0, 2.0], requires_grad=False).requires_grad
    assert repr(made).startswith("Parameter(tensor([2., 2., 2.]")


@pytest.mark.parametrize(
    "assign",
    [
        lambda model: setattr(model, "part", parameter(1)),
        lambda model: setattr(model, "part", nn.ReLU()),
        lambda model: model.register_buffer("part", Tensor(1.0)),
        lambda model: model.register_parameter("part", parameter(1)),
        lambda model: model.add_module("part", nn.ReLU()),
    ],
)
def test_parts_set_before_super_init_are_refused(assign):
    class Forgetful(nn.Module):
        def __init__(self):
            self.plain = 1  # as in PyTorch, this is no reason to complain
            assign(self)

    with pytest.raises(AttributeError, match=r"Forgetful: call super\(\).__init__\(\) before setting 'part'"):
        Forgetful()


def test_a_module_without_super_init_says_what_it_lacks():
    class Forgetful(nn.Module):
        def __init__(self):
            self.plain = 1

    for use in (lambda m: list(m.parameters()), lambda m: m.state_dict(), lambda m: m.eval(), repr):
        with pytest.raises(AttributeError, match=r"Forgetful has no attribute '_\w+'; call super\(\).__init__\(\)"):
            use(Forgetful())


REFUSED = {
    "tensor for parameter": (
        lambda m: setattr(m, "weight", Tensor(1.0)),
        TypeError,
        "Linear.weight: expected a Parameter or None, got Tensor",
    ),
    "number for parameter": (lambda m: setattr(m, "bias", 3), TypeError, "expected a Parameter or None, got int"),
    "array for buffer": (
        lambda m: setattr(m, "steps", np.zeros(3)),
        TypeError,
        "Linear.steps: expected a Tensor or None, got ndarray",
    ),
    "text for module": (lambda m: setattr(m, "inner", "relu"), TypeError, "expected a Module or None, got str"),
    "class for module": (lambda m: m.add_module("x", nn.ReLU), TypeError, "expected a Module or None, got type"),
    "array as buffer": (lambda m: m.register_buffer("x", np.zeros(3)), TypeError, "expected a Tensor or None"),
    "tensor as parameter": (
        lambda m: m.register_parameter("x", Tensor(1.0)),
        TypeError,
        "Linear.x: expected a Parameter or None, got Tensor",
    ),
    "dot in name": (
        lambda m: m.add_module("a.b", nn.ReLU()),
        ValueError,
        r"Linear got 'a\.b' as the name of a Module; expected one without dots",
    ),
    "empty name": (lambda m: m.register_buffer("", Tensor(1.0)), ValueError, "got '' as the name of a Tensor"),
    "name of a method": (
        lambda m: setattr(m, "forward", nn.ReLU()),
        ValueError,
        "Linear.forward is an attribute of the class already",
    ),
    "deleting what is not there": (lambda m: delattr(m, "x"), AttributeError, "x"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_registered_is_refused_and_nothing_changes(case):
    change, error, message = REFUSED[case]
    layer = nn.Linear(2, 2)
    layer.register_buffer("steps", Tensor(1.0))
    layer.inner = nn.Identity()
    before = list(layer.state_dict()), list(layer.named_children()), dir(layer)
    with pytest.raises(error, match=message):
        change(layer)
    assert (list(layer.state_dict()), list(layer.named_children()), dir(layer)) == before


def test_what_was_an_ordinary_attribute_can_become_a_part():
    model = nn.Module()
    model.a = model.b = model.c = 1
    model.a = parameter(2)
    model.b = nn.ReLU()
    model.register_buffer("c", Tensor(1.0))
    assert model.a.shape == (2,)
    assert isinstance(model.b, nn.ReLU)
    assert isinstance(model.c, Tensor)


def test_a_module_may_take_the_place_of_a_parameter():
    layer = nn.Linear(2, 2)
    layer.bias = nn.Identity()
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    assert isinstance(layer.bias, nn.Identity)


def test_a_buffer_that_is_assigned_stays_temporary():
    model = nn.Module()
    model.register_buffer("a", Tensor(1.0), persistent=False)
    model.a = Tensor(2.0)
    assert model.state_dict() == {}
    model.register_buffer("a", Tensor(3.0))
    assert list(model.state_dict()) == ["a"]


def test_a_module_without_forward_says_so():
    class Empty(nn.Module):
        pass

    for module in (Empty(), nn.ModuleList()):
        with pytest.raises(NotImplementedError, match="defines no forward"):
            module(1)


# -------------------------------------------------------------------------------------------------------- state dicts


def test_state_dict_shares_memory_and_carries_no_gradient():
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    assert not any(tensor.requires_grad for tensor in state.values())
    layer.weight.data[0, 0] = 42
    assert state["weight"].data[0, 0] == 42


def test_everything_that_does_not_fit_is_in_one_message_and_nothing_changes():
    model = chain(nn)
    state = {name: tensor.data + 1 for name, tensor in model.state_dict().items()}
    before = copy.deepcopy(model.state_dict())
    state["0.weight"] = state["0.weight"].T
    state["0.bias"] = "text"
    state["other"] = state["another"] = state.pop("2.weight")
    with pytest.raises(CheckpointError) as caught:
        model.load_state_dict(state)
    message = str(caught.value)
    assert "the state does not fit Sequential" in message
    assert "0.weight has shape (4, 5), expected (5, 4)" in message
    assert "0.bias: a tensor holds real numbers, got str" in message
    assert "missing: 2.weight" in message
    assert "unexpected: other, another" in message
    assert "\n" not in message
    for name, tensor in model.state_dict().items():
        np.testing.assert_array_equal(tensor.data, before[name].data)


def test_of_much_that_does_not_fit_a_few_are_named_and_all_are_counted():
    model = nn.Sequential(*[nn.Linear(2, 2) for _ in range(20)])
    state = {f"{i}.weight": np.ones(3) for i in range(20)} | {f"x{i}": np.ones(3) for i in range(4)}
    shape = "has shape (3,), expected (2, 2)"
    with pytest.raises(CheckpointError) as caught:
        model.load_state_dict(state)
    assert str(caught.value) == (
        f"the state does not fit Sequential: 0.weight {shape}; 1.weight {shape}; 2.weight {shape}; ... (20 in all); "
        "missing: 0.bias, 1.bias, 2.bias, ... (20 of the 40 of the model); "
        "unexpected: x0, x1, x2, ... (4 of the 24 given)"
    )


@pytest.mark.parametrize("strict", ["no", 0, None])
def test_strict_is_true_or_false(strict):
    with pytest.raises(TypeError, match=f"load_state_dict: strict must be True or False, got {strict!r}"):
        nn.Linear(2, 2).load_state_dict({}, strict=strict)


def test_loading_not_strictly_reports_what_is_missing_and_unexpected():
    model = chain(nn)
    before = model.state_dict()["0.bias"].data.copy()
    result = model.load_state_dict({"2.weight": np.ones((3, 5)), "head": np.ones(1)}, strict=False)
    assert str(result) == "Missing(missing_keys=['0.weight', '0.bias'], unexpected_keys=['head'])"
    assert result.missing_keys == ["0.weight", "0.bias"]
    assert result.unexpected_keys == ["head"]
    missing, unexpected = result
    assert (missing, unexpected) == (result.missing_keys, result.unexpected_keys)
    assert (model[2].weight.data == 1).all()
    np.testing.assert_array_equal(model[0].bias.data, before)
    with pytest.raises(CheckpointError, match=r"2\.weight has shape \(5, 3\), expected \(3, 5\)"):
        model.load_state_dict({"2.weight": np.ones((5, 3))}, strict=False)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (None, "expected a state dict of names and tensors, got NoneType"),
        ([1], "expected a state dict of names and tensors, got list"),
        ({1: np.ones(2)}, "missing: weight, bias; unexpected: 1"),
    ],
)
def test_what_is_no_state_dict_is_refused(state, message):
    with pytest.raises(CheckpointError, match=message):
        nn.Linear(2, 2).load_state_dict(state)


def test_loading_copies_and_keeps_dtypes_and_parameters():
    layer = nn.Linear(2, 2)
    weight, array = layer.weight, layer.weight.data
    given = {"weight": np.eye(2), "bias": Tensor(np.ones(2))}  # float64
    result = layer.load_state_dict(given)
    assert result == ([], [])
    assert repr(result) == str(result) == "<All keys matched successfully>"
    given["weight"][:] = 7
    assert layer.weight is weight
    assert layer.weight.data is array
    assert layer.weight.dtype == np.float32
    assert layer.weight.requires_grad
    np.testing.assert_array_equal(layer.weight.data, np.eye(2))


def test_tensors_of_pytorch_that_require_gradients_or_are_bfloat16_can_be_loaded():
    layer = nn.Linear(2, 1)
    theirs = torch.nn.Linear(2, 1)
    layer.load_state_dict({"weight": theirs.weight, "bias": theirs.bias.bfloat16()})
    np.testing.assert_array_equal(layer.weight.data, theirs.weight.detach().numpy())
    np.testing.assert_array_equal(layer.bias.data, theirs.bias.bfloat16().float().detach().numpy())


def test_loading_float64_from_pytorch_loses_no_digits():
    ours, theirs = twins(chain, "float64")
    for name, tensor in theirs.state_dict().items():
        np.testing.assert_array_equal(ours.state_dict()[name].data, tensor.numpy())


# --------------------------------------------------------------------------------------------- modes and conversions


def test_train_and_eval_reach_every_module():
    model = nested(nn)
    assert all(module.training for module in model.modules())
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model.blocks.train() is model.blocks
    assert [name for name, module in model.named_children() if module.training] == ["blocks"]
    assert all(module.training for module in model.blocks.modules())
    assert not model.train(False).blocks[0].steps[1].training


def test_apply_visits_children_first():
    for library in (nn, torch.nn):
        visited: list[str] = []
        model = nested(library)
        assert model.apply(lambda module, visited=visited: visited.append(type(module).__name__)) is model
        block = ["Linear", "Linear", "ModuleList", "Block"]
        assert visited == ["Linear", *block, "Tanh", *block, "Sequential", "Model"]


def test_parameters_can_be_frozen_and_thawed():
    model = chain(nn)
    assert model[0].requires_grad_(False) is model[0]
    model(Tensor(array(2, 4))).sum().backward()
    assert model[0].weight.grad is None
    assert model[2].weight.grad is not None
    model.requires_grad_()
    assert all(p.requires_grad for p in model.parameters())


def test_zero_grad_forgets_gradients_or_sets_them_to_zero():
    model = chain(nn)
    model[0].requires_grad_(False)
    for set_to_none in (False, True):
        model(Tensor(array(2, 4))).sum().backward()
        model.zero_grad(set_to_none)
        assert model[0].weight.grad is None
        assert (model[2].weight.grad is None) if set_to_none else not model[2].weight.grad.data.any()


@pytest.mark.parametrize(
    "convert",
    [
        lambda m: m.to(minigrad.float64),
        lambda m: m.to("float64"),
        lambda m: m.to(dtype=minigrad.float64),
        lambda m: m.to(device="cpu", dtype="float64"),
        lambda m: m.to("cpu", dtype="float64"),
        nn.Module.double,
    ],
)
def test_conversion_reaches_floating_parameters_buffers_and_gradients(convert):
    model = nested(nn)
    weight = model.weight
    model(Tensor(array(2, 4))).sum().backward()
    assert convert(model) is model
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        assert tensor.dtype == (np.int64 if name.rpartition(".")[2] in ("mask", "count") else np.float64), name
    assert model.weight is weight
    assert model.weight.grad.dtype == np.float64
    model(Tensor(array(2, 4).astype(np.float64))).sum().backward()  # adds to the converted gradients
    assert model.float().weight.grad.dtype == np.float32
    assert model.half().weight.dtype == np.float16
    assert model.to("cpu", "float32").cpu().weight.dtype == np.float32


def test_conversion_keeps_what_is_shared_shared():
    model = shared(nn).double()
    assert model.decode.weight is model.encode.weight
    assert len(list(model.parameters())) == len(list(shared(torch.nn).parameters()))


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (np.int64, TypeError, "floating dtypes only, got int64"),
        ("gpu", DeviceError, "unknown device or dtype 'gpu'; expected 'cpu', 'cuda', 'cuda:N' or a floating dtype"),
        ("floot32", DeviceError, "unknown device or dtype 'floot32'"),
        (3.5, TypeError, "expected a dtype of real numbers such as minigrad.float32, got 3.5"),
        (None, TypeError, "got None"),
        ("cuda:x", ValueError, "unknown device 'cuda:x'"),
    ],
)
def test_conversion_refuses_what_is_neither_floating_dtype_nor_device(target, error, message):
    model = chain(nn)
    with pytest.raises(error, match=message):
        model.to(target)
    assert all(p.dtype == np.float32 for p in model.parameters())


def test_conversion_by_keyword_refuses_the_same():
    model = chain(nn)
    with pytest.raises(DeviceError, match="unknown device 'gpu'; expected 'cpu', 'cuda' or 'cuda:N'"):
        model.to(device="gpu", dtype="float64")
    with pytest.raises(TypeError, match="floating dtypes only, got int64"):
        model.to(dtype="int64")
    assert all(p.dtype == np.float32 for p in model.parameters())


# -------------------------------------------------------------------------------------------------------------- hooks


def test_hooks_see_and_change_what_pytorchs_do():
    def run(library, tensor):
        model, seen = chain(library), []
        for p in model.parameters():
            p.requires_grad_(False)
            p[...] = 0.5
        model[1].register_forward_hook(lambda module, args, output: seen.append((module is model[1], args, output)))
        model[2].register_forward_pre_hook(lambda module, args: args[0] * 2)
        model[2].register_forward_pre_hook(lambda module, args: (args[0] + 1,))
        model[2].register_forward_hook(lambda module, args, output: output - args[0].sum())
        handle = model.register_forward_hook(lambda module, args, output: output * 100)
        model(tensor(array(2, 4)))
        handle.remove()
        result = model(tensor(array(2, 4)))
        return [t.numpy() for _, args, output in seen for t in (*args, output)] + [result.numpy()], seen[0][0]

    (ours, mine), (theirs, other) = run(nn, Tensor), run(torch.nn, torch.tensor)
    assert mine is other is True
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_hook_may_take_itself_off_and_gradients_flow_through_hooks():
    layer, calls = nn.Linear(3, 2), []

    def once(module, args, output):
        calls.append(output.shape)
        handle.remove()
        return output * 3

    handle = layer.register_forward_hook(once)
    x = Tensor(array(4, 3))
    tripled, plain = layer(x), layer(x)
    np.testing.assert_allclose(tripled.data, 3 * plain.data)
    assert calls == [(4, 2)]
    tripled.sum().backward()
    np.testing.assert_allclose(layer.bias.grad.data, [12, 12])


def test_hooks_get_keyword_arguments_out_of_the_way():
    class Scale(nn.Module):
        def forward(self, x, factor=1):
            return x * factor

    module, seen = Scale(), []
    module.register_forward_pre_hook(lambda module, args: seen.append(args))
    assert module(2, factor=3) == 6
    assert seen == [(2,)]


@pytest.mark.parametrize("register", ["register_forward_hook", "register_forward_pre_hook"])
def test_a_hook_must_be_callable(register):
    with pytest.raises(TypeError, match="Linear needs a function as hook, got int"):
        getattr(nn.Linear(1, 1), register)(3)


def test_a_module_without_hooks_calls_forward_and_nothing_else(monkeypatch):
    monkeypatch.setattr("minigrad.nn.module.ForwardHooks", None)
    module = nn.Identity()
    assert module(5) == 5
    assert "_hooks" not in vars(module)


# --------------------------------------------------------------------------------------------------------- by a path


def test_parts_are_found_by_their_paths_as_in_pytorch():
    ours, theirs = nested(nn), nested(torch.nn)
    for path, module in ours.named_modules():
        assert ours.get_submodule(path) is module
    for path, parameter in theirs.named_parameters():
        assert ours.get_parameter(path).shape == tuple(parameter.shape)
        assert ours.get_parameter(path) is dict(ours.named_parameters())[path]
    for library in (ours, theirs):
        for get, path in (("submodule", "blocks.7"), ("submodule", "last.weight"), ("parameter", "blocks.0.mean")):
            with pytest.raises(AttributeError):
                getattr(library, f"get_{get}")(path)


@pytest.mark.parametrize(
    ("get", "path", "message"),
    [
        ("submodule", "blokcs.0", r"Model has no submodule 'blokcs' \(did you mean 'blocks'\?\), asked for 'blokcs.0'"),
        ("submodule", "blocks.0.x", "Block has no submodule 'x', asked for 'blocks.0.x'"),
        ("parameter", "last.wieght", r"Linear has no parameter 'wieght' \(did you mean 'weight'\?\)"),
        ("parameter", "blocks.0.offset", "Block has no parameter 'offset'"),
    ],
)
def test_a_wrong_path_is_named(get, path, message):
    with pytest.raises(AttributeError, match=message):
        getattr(nested(nn), f"get_{get}")(path)


# ------------------------------------------------------------------------------------------------------------- copies


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"])  # noqa: S301
def test_copies_have_weights_of_their_own(duplicate):
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(), nn.Linear(4, 4))
    model[2].weight = model[0].weight
    model.register_buffer("count", Tensor(np.arange(3)), persistent=False)
    model(Tensor(array(2, 4))).sum().backward()
    model[1].eval()
    twin = duplicate(model)
    assert repr(twin) == repr(model)
    assert list(twin.state_dict()) == list(model.state_dict())
    assert twin[2].weight is twin[0].weight
    assert not twin[1].training
    for mine, other in zip(twin.parameters(), model.parameters(), strict=True):
        assert isinstance(mine, nn.Parameter)
        assert mine.requires_grad
        assert not np.shares_memory(mine.data, other.data)
        np.testing.assert_array_equal(mine.data, other.data)
        np.testing.assert_array_equal(mine.grad.data, other.grad.data)
    assert not np.shares_memory(twin.count.data, model.count.data)
    before = model[0].weight.data.copy()
    twin.zero_grad()
    twin(Tensor(array(2, 4))).sum().backward()
    twin[0].weight.data -= twin[0].weight.grad.data
    np.testing.assert_array_equal(model[0].weight.data, before)


# ------------------------------------------------------------------------------------------------------------ display


def test_nested_modules_look_like_pytorchs():
    def make(nn):
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Sequential(nn.Linear(2, 3), nn.ModuleList([nn.ReLU(), nn.Tanh()]))
                self.add_module("nothing", None)

            def extra_repr(self):
                return "classes=3"

        return nn.Sequential(Model(), nn.Sequential())

    assert repr(make(nn)) == repr(make(torch.nn))


def test_modules_of_every_container_look_like_pytorchs():
    def make(nn):
        inner = nn.ModuleDict({"relu": nn.ReLU(), "fc": nn.Sequential(nn.Linear(1, 2, bias=False))})
        return nn.Sequential(nn.ModuleDict(), inner, nn.PReLU(3), nn.Hardtanh(-2.0, 2.0))

    assert repr(make(nn)) == repr(make(torch.nn))


def test_clipping_is_found_where_pytorch_has_it():
    for name in ("clip_grad_norm_", "clip_grad_value_"):
        assert getattr(nn.utils, name) is getattr(minigrad.optim, name)
        assert hasattr(torch.nn.utils, name)
