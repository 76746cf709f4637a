"""A GPU in slow motion: CUDA kernels run without one, a thread at a time, and say what is wrong with them.

    kernel = RawKernel(source, "relu")
    kernel((blocks,), (threads,), (x, y, np.int32(n)))

It reads the C in which kernels are written (numbers, pointers, arrays, shared memory, loops, __device__ functions,
__syncthreads, shuffles, atomics; no classes, templates, structures or texture memory) and does what a GPU would do to
the NumPy arrays that it is given. Where a GPU would compute nonsense in silence, it raises a KernelError with the line:
places outside an array, values that were never written, races between threads, barriers at which not all arrive.
"""

from .errors import KernelError
from .kernel import RawKernel
from .memory import Use
