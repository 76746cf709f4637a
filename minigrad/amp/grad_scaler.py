"""GradScaler: losses times a large number, so that small gradients do not vanish in float16."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..checks import check_bool, check_count, check_number, check_positive
from ..device import Array, array_module
from ..dtypes import float16, float32, is_half
from ..kernels.cuda import scaler as cuda
from ..optim import Optimizer
from ..tensor import Tensor
from .autocast_mode import check_device_type

READY, UNSCALED, STEPPED = "ready", "unscaled", "stepped"


class GradScaler:
    """Scales losses up, and gradients back down before they are used; steps whose gradients are not finite are skipped.

        scaler.scale(loss).backward()    gradients of scale · loss
        scaler.unscale_(optimizer)       g ← g / scale; only where gradients are clipped or looked at before the step
        scaler.step(optimizer)           optimizer.step(), unless a gradient is infinite or NaN
        scaler.update()                  scale ← scale · backoff_factor if one was; scale · growth_factor after
                                         growth_interval steps in a row in which none was

    The smallest number of float16 is 6e-8, and gradients are often smaller. They fit when all are multiplied by the
    same large number; the scale is as large as it can be, because it grows until something overflows.

    `device` ('cuda') is named for PyTorch's sake: the scale goes where the losses are. `init_scale` (65,536),
    `growth_factor` (2), `backoff_factor` (0.5), `growth_interval` (2,000). With `enabled=False` everything passes
    through unchanged: `scale` gives back the loss, and `step` steps.

    On a GPU nothing is waited for: the scale stays there, a step is taken there in any case, and what it changed is put
    back, also there, if a gradient was not finite (`Optimizer.found_inf`). Only `get_scale` and `state_dict` read.

    Raises ValueError for factors that do not grow and shrink, TypeError for what is no number. (Micikevicius et al.,
    "Mixed precision training", 2018.)
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        check_device_type("GradScaler", device)
        check_bool("GradScaler: enabled", enabled)
        check_positive("GradScaler: init_scale", init_scale)
        self._device, self._enabled, self._init_scale = device, enabled, float(init_scale)
        self.set_growth_factor(growth_factor)
        self.set_backoff_factor(backoff_factor)
        self.set_growth_interval(growth_interval)
        self._init_growth_tracker = 0
        self._scale: Array | None = None  # made where the first loss is
        self._growth_tracker: Any = None  # steps in a row that were finite
        self._stages: dict[int, tuple[Optimizer, str, Array | None]] = {}  # what each optimizer has been through

    # ------------------------------------------------------------------------------------------------------- one step

    def scale(self, outputs: Any) -> Any:
        """scale · outputs, for a tensor or for all in an iterable; its gradients are scaled as much."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._begin(array_module(outputs.data))
            if is_half(outputs.dtype):  # the scale itself is beyond float16
                return (outputs.float() * Tensor(self._scale)).to(outputs.dtype)
            return outputs * Tensor(self._known("scale").astype(outputs.dtype))
        if isinstance(outputs, Iterable) and not isinstance(outputs, str | bytes | dict | np.ndarray):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, list | tuple) else scaled
        raise ValueError(f"GradScaler.scale got {type(outputs).__name__}; expected a tensor or an iterable of tensors")

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of an optimizer's parameters by the scale, in place, and note whether all are finite.

        Raises RuntimeError if that was done, or a step taken, since the last `update`, and before any `scale`;
        ValueError for gradients of float16, in which they would vanish again; TypeError for what is no optimizer.
        """
        if not self._enabled:
            return
        check_optimizer("unscale_", optimizer)
        scale = self._known("unscale_")
        stage = self._stage_of(optimizer)
        if stage == UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update()")
        if stage == STEPPED:
            raise RuntimeError("unscale_() is being called after step(); call it before, and update() after")
        self._stages[id(optimizer)] = optimizer, UNSCALED, unscaled(optimizer, scale)

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """optimizer.step(), after `unscale_` if that has not been called; None, and nothing changes, if a gradient is
        not finite. Other arguments go to the optimizer's step.

        Raises RuntimeError for a second step before `update`, with a closure, whose loss would not be scaled, and if
        there are no gradients.
        """
        check_optimizer("step", optimizer)
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if args or kwargs.get("closure") is not None:
            raise RuntimeError("GradScaler.step takes no closure: its losses would not be scaled")
        stage = self._stage_of(optimizer)
        if stage == STEPPED:
            raise RuntimeError("step() has already been called since the last update()")
        if stage == READY:
            self.unscale_(optimizer)
        found = self._stages[id(optimizer)][2]
        if found is None:
            del self._stages[id(optimizer)]  # it may be stepped as soon as there are gradients
            raise RuntimeError(
                "GradScaler.step got an optimizer whose parameters have no gradients; call backward before"
            )
        self._stages[id(optimizer)] = optimizer, STEPPED, found
        if array_module(found) is np:
            return None if found else optimizer.step(**kwargs)
        optimizer.found_inf = found
        try:
            return optimizer.step(**kwargs)
        finally:
            optimizer.found_inf = None

    def update(self, new_scale: Any = None) -> None:
        """Set the scale for the next step: lower if a gradient was not finite, higher after enough steps in which all
        were; or to `new_scale`, a number or a tensor of one element.

        Raises RuntimeError if nothing was scaled or unscaled since the last time, ValueError for a number that is not
        finite and above 0 and for a tensor of several elements, TypeError for anything else.
        """
        if not self._enabled:
            return
        scale = self._known("update")
        xp = array_module(scale)
        if new_scale is not None:
            value = new_scale.data if isinstance(new_scale, Tensor) else new_scale
            if not isinstance(new_scale, Tensor):
                check_positive("GradScaler.update: new_scale", new_scale)
            elif new_scale.size != 1:
                raise ValueError(f"GradScaler.update: new_scale has shape {new_scale.shape}; expected one element")
            scale[...] = xp.asarray(value, float32).reshape(())
        else:
            flags = [found for _, _, found in self._stages.values() if found is not None]
            if not flags:
                raise RuntimeError(
                    "GradScaler.update got no gradients since the last one; call step or unscale_ before"
                )
            found = flags[0] if len(flags) == 1 else xp.stack(flags).max()
            update = update_scale if xp is np else cuda.update_scale
            update(scale, self._growth_tracker, found, self._settings)
        self._stages = {}

    # ---------------------------------------------------------------------------------------------------- its settings

    def get_scale(self) -> float:
        """The scale, read from where it is; 1 if the scaler is not enabled."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else float(self._scale)

    def get_growth_factor(self) -> float:
        """What the scale is multiplied by after `growth_interval` finite steps."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Raises ValueError unless it is above 1."""
        check_number("GradScaler: growth_factor", new_factor)
        if not new_factor > 1:
            raise ValueError(f"GradScaler: growth_factor must be above 1, got {new_factor}")
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale is multiplied by after a step that was not finite."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Raises ValueError unless it is above 0 and below 1."""
        check_positive("GradScaler: backoff_factor", new_factor)
        if not new_factor < 1:
            raise ValueError(f"GradScaler: backoff_factor must be below 1, got {new_factor}")
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many finite steps in a row let the scale grow."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Raises ValueError unless it is at least 1."""
        check_count("GradScaler: growth_interval", new_interval, 1)
        self._growth_interval = int(new_interval)

    def is_enabled(self) -> bool:
        """Does it do anything?"""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """What a continuation needs, under PyTorch's names; empty if the scaler is not enabled."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._init_growth_tracker if self._growth_tracker is None else int(self._growth_tracker),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict`, here or in PyTorch, returned; nothing if the scaler is not enabled.

        Raises RuntimeError for an empty dict, which is that of a scaler that was not enabled, ValueError if something
        is missing or cannot be, TypeError for what is no dict; nothing is changed then.
        """
        if not self._enabled:
            return
        if not isinstance(state_dict, dict):
            raise TypeError(f"GradScaler.load_state_dict got {type(state_dict).__name__}; expected a dict")
        if not state_dict:
            raise RuntimeError(
                "GradScaler.load_state_dict got an empty dict; expected that of a scaler that is enabled"
            )
        names = ("scale", "growth_factor", "backoff_factor", "growth_interval", "_growth_tracker")
        if missing := [name for name in names if name not in state_dict]:
            raise ValueError(f"GradScaler.load_state_dict got a dict without {', '.join(missing)}")
        scale, growth, backoff, interval, tracker = [state_dict[name] for name in names]
        checked = GradScaler(self._device, scale, growth, backoff, interval)
        check_count("GradScaler: _growth_tracker", tracker)
        self._init_scale, self._init_growth_tracker = float(scale), int(tracker)
        self._growth_factor, self._backoff_factor = checked._growth_factor, checked._backoff_factor
        self._growth_interval = checked._growth_interval
        if self._scale is not None:
            self._begin(array_module(self._scale))

    # -------------------------------------------------------------------------------------------------- what they share

    def _begin(self, xp: Any) -> None:
        """Put the scale and the count of finite steps where losses are; a captured step finds them in their places."""
        if self._scale is None:
            self._scale, self._growth_tracker = xp.empty((), float32), xp.empty((), "int32")
        self._scale.fill(self._init_scale)
        self._growth_tracker.fill(self._init_growth_tracker)

    def _settings(self) -> tuple[float, float, int]:
        """The factor to grow by, that to shrink by, and how many steps in a row let the scale grow."""
        return self._growth_factor, self._backoff_factor, self._growth_interval

    def _known(self, what: str) -> Array:
        """The scale; RuntimeError if there is none yet."""
        if self._scale is None:
            raise RuntimeError(
                f"GradScaler.{what} was called before any loss was scaled; use scaler.scale(loss).backward()"
            )
        return self._scale

    def _stage_of(self, optimizer: Optimizer) -> str:
        """What an optimizer has been through since the last update."""
        return self._stages.get(id(optimizer), (None, READY, None))[1]


def check_optimizer(method: str, optimizer: Any) -> None:
    """Raise TypeError unless this has groups of parameters, as an optimizer has."""
    if not hasattr(optimizer, "param_groups"):
        raise TypeError(f"GradScaler.{method} got {type(optimizer).__name__}; expected an optimizer")


def unscaled(optimizer: Optimizer, scale: Array) -> Array | None:
    """Divide the gradients of an optimizer's parameters by the scale, in place; returns one int32, which is 1 if one of
    them is not finite and 0 otherwise, None if there are no gradients."""
    grads = {
        id(p.grad.data): p.grad.data for group in optimizer.param_groups for p in group["params"] if p.grad is not None
    }
    if any(g.dtype == float16 for g in grads.values()):
        raise ValueError(
            "GradScaler.unscale_ got gradients of float16, in which they vanish; keep parameters in float32"
        )
    if not grads:
        return None
    if cuda.takes(list(grads.values())):
        return cuda.unscale(list(grads.values()), scale)
    xp, inverse, flags = array_module(scale), 1 / scale, []
    for g in grads.values():
        flags.append(~xp.isfinite(g).all())
        g *= inverse
    return xp.stack(flags).any().astype("int32")


def update_scale(
    scale: Array, finite_steps: Array, found: Array, settings: Callable[[], tuple[float, float, int]]
) -> None:
    """Shrink the scale if something was found, let it grow after an interval of finite steps: in place."""
    growth, backoff, interval = settings()
    finite_steps += 1
    factor = backoff if found else growth if finite_steps == interval else 1.0
    with np.errstate(over="ignore"):
        changed = np.float32(np.float64(scale) * factor)  # in float64, as in PyTorch
    if np.isfinite(changed):
        scale[...] = changed
    if found or finite_steps == interval:
        finite_steps.fill(0)
