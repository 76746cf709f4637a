"""Checks of lesson 1.7: optimizers, followed over several steps."""

import numpy as np

import minigrad
from minigrad.course.checks import Check, checks, copies
from minigrad.optim import SGD, Adam

STEPS = 3


@checks("minigrad.optim.sgd:SGD.update")
def sgd(check: Check) -> None:
    follow(check, SGD, lr=0.3)
    follow(check, SGD, lr=0.3, momentum=0.9)
    follow(check, SGD, lr=0.3, momentum=0.9, nesterov=True)
    follow(check, SGD, lr=0.1, momentum=0.5, dampening=0.3)
    follow(check, SGD, lr=0.1, weight_decay=0.2)
    follow(check, SGD, lr=0.1, momentum=0.8, weight_decay=0.2, maximize=True)


@checks("minigrad.optim.adam:Adam.update")
def adam(check: Check) -> None:
    follow(check, Adam, lr=0.1)
    follow(check, Adam, lr=0.1, eps=0.5)
    follow(check, Adam, lr=0.02, betas=(0.6, 0.9))
    follow(check, Adam, lr=0.02, betas=(0.0, 0.5), weight_decay=0.2)
    follow(check, Adam, lr=0.1, betas=(0.9, 0.5), amsgrad=True, eps=0.1)


def follow(check: Check, kind: type, **settings) -> None:
    """Three steps with these settings, in both dtypes: p and every array of the state, after each."""
    for dtype in (np.float64, np.float32):
        for shape in ((2, 3), (4,)):
            p = check.array(*shape).astype(dtype)
            # the first gradient is the largest, so that a maximum over steps and the last value differ
            gs = [check.array(*shape).astype(dtype) * (3 if t == 0 else 1) for t in range(STEPS)]
            optimizer = kind([minigrad.zeros(1)], **settings)
            group = optimizer.param_groups[0]
            arrays = optimizer.buffers(group)
            names = [f"{name} (t={t + 1})" for t in range(STEPS) for name in ["p", *arrays]]

            def run(p, *gs, optimizer=optimizer, group=group, arrays=arrays):
                return trajectory(check, optimizer, dict(group), p, gs, arrays)

            inputs = {"p": p} | {f"g (t={t + 1})": g for t, g in enumerate(gs)}
            check.function(run, p, *gs, names=names, inputs=inputs, settings=settings)


def trajectory(check: Check, optimizer, group, p, gs, arrays):
    """What p and the arrays of the state are after every step. As in minigrad, `state` is empty without arrays."""
    p = p.copy()
    state = {"step": 0} if arrays else {}
    state |= {name: np.full_like(p, value) for name, value in arrays.items()}
    mine = dict(state)
    settings = dict(group)
    results = []
    for t, g in enumerate(gs, 1):
        if arrays:
            state["step"] = t
        before, g_before = p.copy(), g.copy()
        try:
            optimizer.update(p, g, state, group)
        except KeyError as error:
            check.require(state or error.args[0] not in ("momentum_buffer", "step"), "state_is_empty")
            raise
        check.unmodified({"g": g}, [g_before], "modified_input")
        check.require(not np.array_equal(p, before), "p_bound_anew")
        for name in arrays:
            check.require(state.get(name) is mine[name], "state_replaced")
            check.require(t > 1 or name.startswith("max") or mine[name].any(), "state_bound_anew")
        if arrays:
            check.require(state["step"] == t, "step_counted_again")
        check.require(group == settings, "settings_changed")
        results += copies([p, *[mine[name] for name in arrays]])
    return tuple(results)
