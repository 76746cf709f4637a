"""What GradScaler does to all gradients at once, and to its scale: on a GPU, which nobody waits for."""

from collections.abc import Callable, Sequence
from functools import cache

from ...device import Array, array_module
from .capture import Capture, room
from .launch import launch, taken
from .optimizers import NUMBERS, for_all, launch_for_all, set_numbers

UPDATE_SCALE = """
extern "C" __global__ void update_scale(float* scale, int* finite_steps, const int* found, const A* numbers) {
    int count = finite_steps[0] + 1, interval = (int) numbers[2];
    float larger = (float) ((A) scale[0] * numbers[0]);
    if (found[0] != 0) {
        scale[0] = (float) ((A) scale[0] * numbers[1]);
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


def update_scale(
    scale: Array, finite_steps: Array, found: Array, settings: Callable[[], tuple[float, float, int]]
) -> None:
    """Shrink the scale if something was found, let it grow after an interval of finite steps: in place, computed in
    float64 as in PyTorch. `settings()` gives the factor to grow by, that to shrink by, and the interval."""
    numbers = room(array_module(scale), NUMBERS, "float64")
    if Capture.current is None:
        set_numbers(numbers, settings())
    else:
        Capture.current.before.append(lambda: set_numbers(numbers, settings()))
    arguments = scale, finite_steps, found, numbers
    launch("update_scale", (UPDATE_SCALE,), numbers.dtype, (1,), (1,), *arguments)
