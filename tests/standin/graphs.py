"""Streams and graphs of the stand-in: what is done while a stream captures is noted, not done, and done at each launch.

A captured operation runs once to find out the shape of its result, whose numbers are then made useless, as those of a
captured operation on a GPU are not there yet. What a step takes from a memory pool of its own while it is captured
may be the memory of what it gave back before: so at each launch it holds nothing, until the step writes there.
"""

import numpy as np


class Recording:
    """The operations noted since begin_capture; None while nothing is captured."""

    current = None
    memory = None
    """What was taken since from other pools than the default one."""


class CaptureError(RuntimeError):
    """cudaErrorStreamCaptureUnsupported."""


def refuse(what):
    """What waits for the device, or is sent to it, cannot be captured."""
    if Recording.current is not None:
        raise CaptureError(f"cudaErrorStreamCaptureUnsupported: {what} while a stream is capturing")


def noted(redo, result, wrap):
    """The result of an operation, wrapped; while a stream captures, `redo` is noted, which computes it again."""
    made = wrap(result)
    if Recording.current is not None and made is None:
        Recording.current.append(redo)
    elif Recording.current is not None:
        owned = [array for array in (made if isinstance(made, list | tuple) else [made]) if hasattr(array, "_host")]

        def again():
            results = redo()
            for array, value in zip(owned, results if isinstance(made, list | tuple) else [results], strict=True):
                if not np.may_share_memory(array._host, value):
                    array._host[...] = value

        Recording.current.append(again)
        for array in owned:
            if array._host.base is None and array._host.flags.owndata and array._host.dtype.kind == "f":
                array._host.fill(np.nan)
    return made


def changed(redo):
    """An operation that changes arrays in place: done now, or noted."""
    if Recording.current is None:
        redo()
    else:
        Recording.current.append(redo)


class Event:
    """A place in what the device is told, once it is recorded."""

    def __init__(self, block=False, disable_timing=False, interprocess=False):
        self.recorded = False

    def record(self, stream=None):
        self.recorded = True


class Stream:
    """A stream, in which everything is done at once, unless it captures; it knows the events that it was told to wait
    for."""

    null = None
    ptr = property(id)

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None):
        self.non_blocking, self.events = non_blocking, []

    def __enter__(self):
        self.before, Stream.current = Stream.current, self
        return self

    def __exit__(self, *error):
        Stream.current = self.before

    def record(self, event=None):
        event = event or Event()
        event.record(self)
        return event

    def wait_event(self, event):
        assert event.recorded, "an event that was not recorded is not waited for"
        self.events.append(event)

    def synchronize(self):
        refuse("synchronize")

    def begin_capture(self, mode=None):
        if self is Stream.null or not self.non_blocking:
            raise CaptureError("cudaErrorStreamCaptureUnsupported: the stream must be a non-blocking one")
        Recording.current, Recording.memory = [], []

    def end_capture(self):
        done, Recording.current = Recording.current, None
        return Graph(done, Recording.memory)


Stream.current = Stream.null = Stream()


class Graph:
    """What was captured; launch() does it again."""

    def __init__(self, operations, memory):
        self.operations, self.memory = operations, memory

    def launch(self, stream=None):
        refuse("the launch of a graph")
        for array in self.memory:
            array.fill(np.nan if array.dtype.kind in "fc" or array.dtype.name == "bfloat16" else 77)
        for operation in self.operations:
            operation()
