"""What GradScaler does to all gradients at once, and to its scale: on a GPU, which nobody waits for."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from ...device import Array, array_module
from .launch import launch, taken
from .optimizers import for_all, launch_for_all

UPDATE_SCALE = """
extern "C" __global__ void update_scale(float* scale, int* finite_steps, const int* found, A growth, A backoff,
                                        int interval) {
    int count = finite_steps[0] + 1;
    float larger = (float) ((A) scale[0] * growth);
    if (found[0] != 0) {
        scale[0] = (float) ((A) scale[0] * backoff);
    } else if (count == interval && isfinite(larger)) {
        scale[0] = larger;
    }
    finite_steps[0] = found[0] != 0 || count == interval ? 0 : count;
}
"""


@cache
def text_of_unscale(count: int) -> str:
    """The kernel that takes the scale off `count` gradients, and notes whether a number among them is not finite."""
    body = "if (!isfinite((A) g[i])) atomicMax(found, 1); g[i] = (T) ((A) g[i] * (A) inverse);"
    return for_all("unscale", "const float* scale, int* found", "float inverse = 1 / scale[0];", ["T* g"], count, body)


def takes(gradients: Sequence[Array]) -> bool:
    """Are all of these on a GPU, and dense in memory?"""
    return all(taken(g) and g.flags.c_contiguous for g in gradients)


def unscale(gradients: Sequence[Array], scale: Array) -> Array:
    """Divide gradients by the scale, in place. Returns one int32: 1 if a number among them is not finite, else 0."""
    found = array_module(scale).zeros((), "int32")
    for dtype in dict.fromkeys(g.dtype for g in gradients):
        launch_for_all("unscale", text_of_unscale, (scale, found), [(g,) for g in gradients if g.dtype == dtype])
    return found


def update_scale(scale: Array, finite_steps: Array, found: Array, growth: float, backoff: float, interval: int) -> None:
    """Shrink the scale by the factor `backoff` if something was found, let it grow after an interval of finite steps:
    in place, computed in float64 as in PyTorch."""
    arguments = scale, finite_steps, found, float(growth), float(backoff), interval
    launch("update_scale", (UPDATE_SCALE,), np.dtype("float64"), (1,), (1,), *arguments)
