"""Optimizer: the base of all optimizers. It keeps the parameter groups and the state; subclasses give the formula."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..changes import note_change
from ..checks import check_bool, check_number
from ..device import Array, array_module, device_of, read_later, to_device
from ..dtypes import is_real
from ..errors import CaptureError, did_you_mean
from ..grad_mode import enable_grad
from ..kernels.cuda import optimizers as cuda
from ..kernels.cuda.capture import Capture
from ..kernels.cuda.launch import dense, taken
from ..kernels.threads import ELEMENT, shared
from ..tensor import Tensor
from ..twins import are_learners

BLOCK = 1 << 18  # elements: a parameter, its gradient and its state then stay in cache during all passes of a formula

LABELS = {"params", "initial_lr", "name"}  # what a group may hold beside the settings
TORCH_SWITCHES = {"foreach", "fused", "capturable", "differentiable"}  # in PyTorch's state dicts, without meaning here

PASSES = 4
"""To how many passes through a parameter in memory an update comes, about: most of them find it in the cache."""


class Optimizer:
    """Changes parameters, step by step, along their gradients.

    `params` is an iterable of tensors, or of dicts `{"params": tensors, "lr": ...}`: parameter groups, each of which
    may set any of the optimizer's settings differently; `defaults` holds what a group does not set. The settings may
    be changed between steps, in `param_groups`. `state` holds the step count and the state arrays of each parameter.

    A subclass defines `update`, the formula; `buffers`, the state arrays that the formula needs; and `check`, which
    refuses invalid settings.

    Raises ValueError if there is no parameter, if a parameter is given twice or is not a leaf, or if a setting is out
    of range; TypeError if something is not a tensor or a setting is not a number.
    """

    found_inf: Array | None = None
    """Set by GradScaler during a step on a GPU, under PyTorch's name: an array of one int32. Unless it is 0, the step
    changes nothing."""

    undecided: tuple[Callable[[], Any], list[dict[str, Any]]] | None = None
    """After such a step: what tells whether it was none, and the states whose step count is one too high then."""

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]):
        self.defaults = defaults
        self.param_groups: list[dict[str, Any]] = []
        self.state: dict[Tensor, dict[str, Any]] = {}
        if isinstance(params, Tensor | dict) or not isinstance(params, Iterable):
            raise TypeError(f"{self.name} takes an iterable of tensors or of dicts, got one {type(params).__name__}")
        params = list(params)
        if not params:
            raise ValueError(f"{self.name} got an empty list of parameters, expected at least one tensor")
        for group in params if isinstance(params[0], dict) else [{"params": params}]:
            self.add_param_group(group)

    # ------------------------------------------------------------------------------------- what a subclass gives

    def update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> None:
        """Change `p` in place, given its gradient `g`: one step of the method.

        `state` holds the arrays named by `buffers`, of the shape of `p`, to be changed in place too, and `step`, the
        number of this step (1, 2, ...). `group` holds the settings. The formula must be elementwise: a parameter may
        come whole, or in flat pieces one after the other. `g` must stay as it is.
        """
        raise NotImplementedError(f"{self.name} has no update")

    def buffers(self, group: dict[str, Any]) -> dict[str, float]:
        """The names of the state arrays that `update` needs under the settings in `group`, and their first value."""
        return {}

    def formula(self, group: dict[str, Any], step: int) -> tuple[str, list[str], list[float]] | None:
        """`update` as a kernel for GPUs, of minigrad.kernels.cuda.optimizers: its name, the state arrays that it takes
        in their order, and its numbers in step `step`; None without one."""
        return None

    def check(self, group: dict[str, Any]) -> None:
        """Raise ValueError or TypeError if a setting in `group` is invalid."""
        for name in ("lr", "weight_decay"):
            if name in group:
                check_number(f"{self.name}: {name}", group[name])
        if "maximize" in group:
            check_bool(f"{self.name}: maximize", group["maximize"])

    def penalize(self, p: Array, g: Array, group: dict[str, Any]) -> Array:
        """The gradient with weight decay: g + λ p, as if λ/2 Σ p² were added to the loss (λ: `weight_decay`)."""
        decay = group.get("weight_decay", 0)
        return g + decay * p if decay else g

    # --------------------------------------------------------------------------------------------- what users call

    @property
    def name(self) -> str:
        """The name of the class, for messages."""
        return type(self).__name__

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient, once.

        `closure`, if given, is called first, with the graph being recorded; it computes the loss and its gradients
        again, and what it returns is returned.

        Raises ValueError if a gradient has not the shape of its parameter; no parameter is changed then.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self.check_gradients()
        self.settle()
        for group in self.param_groups:
            make_plain(group)
            names = self.buffers(group)
            others = self.step_together([p for p in group["params"] if p._grad is not None], names, group)
            if Capture.current is not None and others:
                raise CaptureError(f"{self.name} {self.why_not_captured()}, so this step cannot be captured")
            for tensor in others:
                self.step_tensor(tensor, names, group)
        if self.found_inf is not None:
            stepped = [p for group in self.param_groups for p in group["params"] if p._grad is not None]
            self.decide_later(self.found_inf, [self.state[p] for p in stepped if p in self.state])
        return loss

    def decide_later(self, found_inf: Array, states: list[dict[str, Any]]) -> None:
        """Note that these states are counted one step too many if a gradient was not finite, which the GPU knows."""
        if Capture.current is None:
            self.undecided = read_later(found_inf), states
        else:  # each run writes there anew
            Capture.current.after.append(lambda: self.decide_later(found_inf.copy(), states))

    def step_together(self, tensors: list[Tensor], names: dict[str, float], group: dict[str, Any]) -> list[Tensor]:
        """Update those parameters that lie on a GPU as the kernel for the formula takes them; return the others."""
        together: list[Tensor] = []
        others: list[Tensor] = []
        for tensor in tensors:
            arrays = tensor._data, tensor._grad._data  # type: ignore[union-attr]
            (together if taken(*arrays) and arrays[0].flags.c_contiguous else others).append(tensor)
        if not together or not self.has_formula():
            return tensors
        alike: dict[Any, list[tuple[Array, Array, dict[str, Any]]]] = {}
        for tensor in together:
            state = self.state_of(tensor, names) if names else {"step": 1}
            entry = tensor._data, dense(tensor._grad._data), state  # type: ignore[union-attr]
            alike.setdefault((tensor.dtype, state["step"]), []).append(entry)
        for (_, step), entries in alike.items():
            name, order, values = self.formula(group, step)  # type: ignore[misc]
            numbers = cuda.room_for_numbers(entries[0][0])
            if Capture.current is None:
                cuda.set_numbers(numbers, values)
            else:
                Capture.current.before.append(self.next_step(numbers, entries, group))
            cuda.update(
                name, numbers, self.found_inf, [(p, g, [state[key] for key in order]) for p, g, state in entries]
            )
        for tensor in together:
            note_change(tensor._data)
        return others

    def next_step(self, numbers: Array, entries: list[Any], group: dict[str, Any]) -> Callable[[], None]:
        """What is to be done before each run of a captured step: to count it, and to write the formula's numbers.

        To capture is not to step, so the step that was counted already is taken back.
        """
        states = [state for _, _, state in entries]
        captured, whole = self.formula(group, states[0]["step"])[0], self.state  # type: ignore[index]
        for state in states:
            state["step"] -= 1

        def prepare() -> None:
            if self.state is not whole:
                raise CaptureError(f"{self.name} was given another state after its step was captured; capture it anew")
            self.settle()
            name, _, values = self.formula(group, states[0]["step"] + 1)  # type: ignore[misc]
            if name != captured:
                raise CaptureError(f"{self.name} was captured as {captured}, and its settings now ask for {name}")
            for state in states:
                state["step"] += 1
            cuda.set_numbers(numbers, values)
            for p, *_ in entries:
                note_change(p)

        return prepare

    def has_formula(self) -> bool:
        """Does `formula` say what `update` does: are both of one class, and neither it nor `penalize` a learner's?"""
        kind = type(self)
        names = [f"{owner.__module__}:{owner.__qualname__}" for owner in kind.__mro__[:-1]]
        pieces = [f"{owner}.{method}" for owner in names for method in ("update", "penalize")]
        return owner_of(kind, "update") is owner_of(kind, "formula") is not Optimizer and not are_learners(pieces)

    def why_not_captured(self) -> str:
        """What would be the same in each run of a captured step, and must not be."""
        if not self.has_formula():
            return "updates with a formula that minigrad has no kernel for"
        return "has a parameter that its kernel does not take: it must be dense, floating-point and not empty"

    def settle(self) -> None:
        """Take back the step counts of a step on a GPU that turned out to be none. It was the one before; so by now its
        GPU knows, and nothing is waited for."""
        if self.undecided is not None:
            (was_none, states), self.undecided = self.undecided, None
            if was_none():
                for state in states:
                    state["step"] -= 1

    def check_gradients(self) -> None:
        """Raise ValueError if a gradient has not the shape of its parameter, whose data may have been replaced."""
        for group in self.param_groups:
            for p in group["params"]:
                g = p._grad
                if g is not None and g._data.shape != p._data.shape:
                    raise ValueError(
                        f"{self.name} got a gradient of shape {g.shape} for a parameter of shape {p.shape}"
                    )

    def step_tensor(self, tensor: Tensor, names: dict[str, float], group: dict[str, Any]) -> None:
        """Update one parameter, whose state arrays have these names."""
        p, g = tensor._data, tensor._grad._data  # type: ignore[union-attr]
        state = self.state_of(tensor, names) if names else {}
        parts, maximize = list(blocks(p, g, state, names)), group.get("maximize")
        changed = () if self.found_inf is None else (p, *[state[name] for name in names])
        before = [array.copy() for array in changed]

        def work(some: slice) -> None:
            for p_block, g_block, state_block in parts[some]:
                if maximize:
                    g_block = -g_block
                self.update(p_block, self.penalize(p_block, g_block, group), state_block, group)

        if len(parts) == 1:
            work(slice(0, 1))
        else:
            shared(work, len(parts), PASSES * ELEMENT * p.size)
        for array, old in zip(changed, before):
            array[...] = array_module(array).where(self.found_inf, old, array)
        note_change(p)

    def state_of(self, tensor: Tensor, names: dict[str, float]) -> dict[str, Any]:
        """The state of a parameter for its next step: arrays made where they are missing, the step counted."""
        state = self.state.setdefault(tensor, {"step": 0})
        for name, value in names.items():
            if name not in state:
                state[name] = array_module(tensor.data).full_like(tensor.data, value)
        state["step"] += 1
        return state

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; with `set_to_none=False`, replace them by zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = None if set_to_none else Tensor(array_module(p.grad.data).zeros_like(p.grad.data))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, `{"params": tensors, setting: value, ...}`, to those that are updated.

        A group may also have a `name`, for the user, and an `initial_lr`, for schedules. Raises as the constructor
        does, also for settings that this optimizer has not, and changes nothing then.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"{self.name} expected a parameter group as a dict, got {type(param_group).__name__}")
        if "params" not in param_group:
            raise ValueError(f"{self.name} expected a parameter group with the key 'params', got {list(param_group)}")
        for key in param_group:
            if key not in self.defaults.keys() | LABELS:
                hint, settings = did_you_mean(key, self.defaults), ", ".join(self.defaults)
                raise ValueError(f"{self.name} has no setting '{key}'{hint}; its settings are {settings}")
        params = param_group["params"]
        if isinstance(params, set | dict | str) or not isinstance(params, Iterable):
            raise TypeError(f"{self.name} expected a list of parameters in a group, got {type(params).__name__}")
        group = {**self.defaults, **param_group, "params": [params] if isinstance(params, Tensor) else list(params)}
        known = {id(p) for other in self.param_groups for p in other["params"]}
        for number, p in enumerate(group["params"]):
            if not isinstance(p, Tensor):
                raise TypeError(f"{self.name} expected tensors, got {type(p).__name__} as parameter {number}")
            if not p.is_leaf:
                raise ValueError(f"{self.name} expected leaf tensors, got the result of {p.grad_fn.name}")
            if id(p) in known:
                raise ValueError(f"{self.name} got parameter {number}, of shape {p.shape}, twice, expected it once")
            known.add(id(p))
        self.check(group)
        self.param_groups.append(group)

    def state_dict(self) -> dict[str, Any]:
        """Everything that a continuation needs, except the parameters themselves.

        `{"state": {i: {"step": n, name: tensor, ...}}, "param_groups": [{setting: value, ..., "params": [i, ...]}]}`,
        where parameters are numbered through all groups. The tensors share memory with the optimizer.
        """
        self.settle()
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            make_plain(group)
            for p in group["params"]:
                numbers[id(p)] = len(numbers)
            settings = {key: list(value) if isinstance(value, tuple) else value for key, value in group.items()}
            groups.append({**settings, "params": [numbers[id(p)] for p in group["params"]]})
        state = {
            numbers[id(p)]: {key: value if key == "step" else Tensor(value) for key, value in entry.items()}
            for p, entry in self.state.items()
        }
        return {"state": dict(sorted(state.items())), "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the state and the settings that `state_dict`, here or in PyTorch, returned.

        Arrays are copied, to the dtype and the device of their parameters. Keys of "state" may be strings.

        Raises ValueError if the number of groups or parameters, the settings, the state arrays or their shapes do
        not fit this optimizer; nothing is changed then.
        """
        if not isinstance(state_dict, dict) or not {"state", "param_groups"} <= state_dict.keys():
            raise ValueError(f"{self.name} expected a state dict with the keys 'state' and 'param_groups'")
        saved_groups, saved_state = state_dict["param_groups"], state_dict["state"]
        if not isinstance(saved_groups, list | tuple) or not isinstance(saved_state, dict):
            raise ValueError(
                f"{self.name} expected a list as 'param_groups' and a dict as 'state', "
                f"got {type(saved_groups).__name__} and {type(saved_state).__name__}"
            )
        if len(saved_groups) != len(self.param_groups):
            raise ValueError(
                f"the state dict has {len(saved_groups)} parameter groups, this {self.name} {len(self.param_groups)}"
            )
        groups = [self.restored_group(i, saved) for i, saved in enumerate(saved_groups)]
        owners = {
            str(number): (p, group)
            for saved, group in zip(saved_groups, groups)
            for number, p in zip(saved["params"], group["params"])
        }
        state = {}
        for key, entry in saved_state.items():
            if str(key) not in owners:
                raise ValueError(f"the state dict has a state for parameter {key}, which is in none of its groups")
            tensor, group = owners[str(key)]
            restored = self.restored_state(f"parameter {key}", entry, tensor, group)
            if restored:
                state[tensor] = restored
        for mine, group in zip(self.param_groups, groups):
            mine.update(group)
        self.state, self.undecided = state, None

    def restored_group(self, number: int, saved: Any) -> dict[str, Any]:
        """Group `number` with the settings in `saved`."""
        group = self.param_groups[number]
        if not isinstance(saved, dict):
            raise ValueError(f"group {number} of the state dict must be a dict, got {type(saved).__name__}")
        missing = sorted({*self.defaults, "params"} - saved.keys())
        if missing:
            raise ValueError(
                f"group {number} of the state dict lacks {', '.join(missing)}; was it made by {self.name}?"
            )
        if not isinstance(saved["params"], list | tuple):
            raise ValueError(
                f"group {number} of the state dict must list its parameters, got {type(saved['params']).__name__}"
            )
        if len(saved["params"]) != len(group["params"]):
            raise ValueError(
                f"group {number} of the state dict has {len(saved['params'])} parameters, "
                f"that of this {self.name} {len(group['params'])}"
            )
        settings = {key: value for key, value in saved.items() if key not in TORCH_SWITCHES - self.defaults.keys()}
        for key, value in settings.items():
            if isinstance(group.get(key), tuple) and isinstance(value, list):
                settings[key] = tuple(value)
        restored = {**group, **settings, "params": group["params"]}
        try:
            self.check(restored)
        except TypeError as error:
            raise ValueError(f"group {number} of the state dict: {error}") from error
        return restored

    def restored_state(self, owner: str, saved: Any, tensor: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """The state of `tensor` from its entry in a state dict; empty if the entry is."""
        if not isinstance(saved, dict):
            raise ValueError(f"the state of {owner} must be a dict, got {type(saved).__name__}")
        entry = {key: value for key, value in saved.items() if value is not None}
        if not entry:
            return {}
        missing = sorted(self.buffers(group).keys() - entry.keys())
        if missing:
            raise ValueError(f"the state dict lacks {', '.join(missing)} of {owner}; was it made by {self.name}?")
        # PyTorch's SGD counts no steps; that there is a state says that this is not the first one.
        state: dict[str, Any] = {"step": whole_steps(owner, entry.pop("step", 1))}
        p = tensor.data
        for name, value in entry.items():
            value = value.data if isinstance(value, Tensor) else value
            if array_module(value) is np:
                value = np.asarray(value)
            if not is_real(value.dtype):
                raise ValueError(f"{name} of {owner} must be an array of numbers, got dtype {value.dtype}")
            if value.shape != p.shape:
                raise ValueError(f"{name} of {owner} has shape {value.shape}, the parameter has shape {p.shape}")
            state[name] = array_module(p).empty_like(p)
            state[name][...] = to_device(value, device_of(p))
        return state

    def __repr__(self) -> str:
        lines = [f"{self.name}("]
        for number, group in enumerate(self.param_groups):
            settings = ", ".join(f"{key}={value}" for key, value in group.items() if key != "params")
            lines.append(f"  group {number}: {len(group['params'])} parameters, {settings}")
        return "\n".join([*lines, ")"])


def owner_of(kind: type, name: str) -> type:
    """The class that defines what `kind` has under this name."""
    return next(owner for owner in kind.__mro__ if name in vars(owner))


def whole_steps(owner: str, step: Any) -> int:
    """The step count in a state dict, which PyTorch stores as a tensor; ValueError unless it is a count."""
    try:
        number = float(step)
        steps = int(number) if number >= 0 and number == int(number) else None
    except (TypeError, ValueError, OverflowError):
        steps = None
    if steps is None:
        raise ValueError(f"the step of {owner} must be a whole number of at least 0, got {step!r}")
    return steps


def blocks(p: Array, g: Array, state: dict[str, Any], names: Iterable[str]) -> Iterable[tuple[Any, Any, Any]]:
    """The pieces (parameter, gradient, state) in which an elementwise formula is applied to one parameter.

    A large array in C order is cut into flat pieces, because a formula makes a dozen passes over its arguments: piece
    by piece, only the first pass waits for memory. All others are left whole.
    """
    if (
        p.size <= BLOCK
        or array_module(p) is not np
        or not p.flags.c_contiguous
        or not all(state[name].flags.c_contiguous for name in names)
    ):
        return ((p, g, state),)
    p, g = p.reshape(-1), np.ascontiguousarray(g).reshape(-1)
    flat = {name: state[name].reshape(-1) for name in names}
    pieces = [slice(start, start + BLOCK) for start in range(0, p.size, BLOCK)]
    return [(p[b], g[b], {**state, **{name: array[b] for name, array in flat.items()}}) for b in pieces]


def make_plain(group: dict[str, Any]) -> None:
    """Turn NumPy numbers among the settings into Python's: a np.float64 would make float32 formulas float64."""
    for key, value in group.items():
        if isinstance(value, np.generic):
            group[key] = value.item()
        elif isinstance(value, tuple):
            group[key] = tuple([x.item() if isinstance(x, np.generic) else x for x in value])
