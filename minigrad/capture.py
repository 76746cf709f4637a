"""A training step that a GPU repeats by itself: captured as a CUDA graph, and from then on started as a whole."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from .device import allocate, array_module, cuda_index, device_of, generator
from .errors import CaptureError, DeviceError, MinigradError
from .kernels.cuda.capture import Capture
from .kernels.cuda.products import handles
from .language import say
from .tensor import Tensor


def check_capturing(device: str) -> None:
    """Raise DeviceError unless `device` is a GPU."""
    if cuda_index(device) is None:
        raise DeviceError(
            say(
                f"steps are captured on a GPU, and the device is {device}; expected 'cuda' or 'cuda:N'",
                f"只有 GPU 能录制训练步，而设备是 {device}；应当是 'cuda' 或 'cuda:N'",
            )
        )


def reason(error: BaseException) -> BaseException:
    """The error of a step that failed while it was captured; with what CUDA and CuPy refuse then, what may be wrong."""
    if isinstance(error, MinigradError) or not isinstance(error, RuntimeError):
        return error
    return CaptureError(
        say(
            f"this step cannot be captured as a CUDA graph ({error}): it must read nothing from the GPU, send nothing "
            "there, and multiply matrices by minigrad's operations, other than einsum and interpolate, not by CuPy's @",
            f"这个训练步不能录成 CUDA graph（{error}）：其中不能从 GPU 读数据，也不能往 GPU 传数据；"
            "矩阵乘法要用 minigrad 的运算（einsum 和 interpolate 除外），不能用 CuPy 的 @",
        )
    )


class CapturedStep:
    """`step(*inputs)`, whose kernels a GPU starts by itself from the third call with inputs of the same shapes on.

        def step(images, labels):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            return loss

        step = CapturedStep(step)
        for images, labels in loader:
            loss = step(images, labels)

    In a network of many short kernels, handing each over takes longer than what it does; a graph of them is handed
    over once. The first two calls run as they always do, so that everything is there (memory, the optimizer's state,
    compiled kernels). The third is captured and runs as a graph, like all that follow; each of them finds the learning
    rates of the moment, the next step of the optimizer and new random numbers, as if the step had run by itself.

    A step that can be captured asks the GPU nothing and sends it nothing, does the same at every call, and steps with
    minigrad's own optimizers; schedules are stepped outside. With a GradScaler, each run waits for the one before, to
    know whether its step counts. What the step returns (a tensor, or several in a tuple) is overwritten by the next
    call. Memory that it uses stays reserved for it. Inputs of other shapes run without being captured until they come
    for the third time.

    Raises DeviceError if the inputs are not on a GPU, CaptureError for a step that cannot be captured.
    """

    BEFORE = 2
    """Calls that run before the step is captured."""

    def __init__(self, step: Callable[..., Any]):
        self.step = step
        self.seen: dict[Any, int] = {}
        self.graphs: dict[Any, Graph] = {}

    def __call__(self, *inputs: Tensor) -> Any:
        kind = tuple((x.shape, x.dtype, x.device) for x in inputs)
        if kind not in self.graphs:
            if any(device_of(x.data) == "cpu" for x in inputs) or not inputs:
                where = ", ".join(x.device for x in inputs) or "no inputs"
                raise DeviceError(f"a CapturedStep got {where}; expected tensors on a GPU")
            if self.seen.get(kind, 0) < self.BEFORE:
                self.seen[kind] = self.seen.get(kind, 0) + 1
                return self.step(*inputs)
            self.graphs[kind] = Graph(self.step, inputs)
        return self.graphs[kind].run(inputs)


class Graph:
    """A captured step, for inputs of certain shapes."""

    def __init__(self, step: Callable[..., Any], inputs: tuple[Tensor, ...]):
        xp = array_module(inputs[0].data)
        self.inputs = [Tensor(x.data.copy()) for x in inputs]
        self.pool = xp.cuda.MemoryPool()  # whose memory nobody else gets, however often it is free within the step
        xp.get_default_memory_pool().free_all_blocks()  # what the calls before used: the graph needs as much of its own
        self.capture, stream = Capture(xp), xp.cuda.Stream(non_blocking=True)
        self.kept = stream, dict(handles.of)  # whose addresses and whose workspace the graph has
        stream.wait_event(xp.cuda.get_current_stream().record())
        with xp.cuda.using_allocator(partial(allocate, xp, own=self.pool)), stream, self.capture.in_progress():
            stream.begin_capture()
            try:
                self.outputs = step(*self.inputs)
                self.graph = stream.end_capture()
            except BaseException as error:
                with suppress(RuntimeError):  # CUDA only says once more that this is no capture, or none any more
                    stream.end_capture()
                raise reason(error) from error
        xp.cuda.get_current_stream().wait_event(stream.record())

    def run(self, inputs: tuple[Tensor, ...]) -> Any:
        """The step's results for these inputs."""
        for mine, given in zip(self.inputs, inputs, strict=True):
            mine.data[...] = given.data
        self.capture.begin_run(generator)
        self.graph.launch()
        self.capture.end_run()
        return self.outputs
