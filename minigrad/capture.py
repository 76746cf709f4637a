"""A training step that a GPU repeats by itself: captured as a CUDA graph, and from then on started as a whole."""

from collections.abc import Callable
from functools import partial
from typing import Any

from .device import allocate, array_module, device_of
from .errors import DeviceError
from .kernels.cuda.capture import Capture
from .tensor import Tensor


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

    Raises DeviceError if the inputs are not on a GPU, RuntimeError for an optimizer whose step cannot be captured, and
    what CuPy raises for other reasons.
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
        self.capture, stream = Capture(), xp.cuda.Stream(non_blocking=True)
        stream.wait_event(xp.cuda.get_current_stream().record())
        with xp.cuda.using_allocator(partial(allocate, xp, own=self.pool)), stream, self.capture.in_progress():
            stream.begin_capture()
            try:
                self.outputs = step(*self.inputs)
            finally:
                self.graph = stream.end_capture()
        xp.cuda.get_current_stream().wait_event(stream.record())

    def run(self, inputs: tuple[Tensor, ...]) -> Any:
        """The step's results for these inputs."""
        for mine, given in zip(self.inputs, inputs, strict=True):
            mine.data[...] = given.data
        self.capture.begin_run()
        self.graph.launch()
        self.capture.end_run()
        return self.outputs
