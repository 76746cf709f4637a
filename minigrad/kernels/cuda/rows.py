"""What the threads of one block compute together about a row: its sum, its largest element."""


def block_sum_source() -> str:
    """The function block_sum: the sum of the values that the threads of a block bring, which each of them gets.

        __device__ A block_sum(A value)

    A block has at most 1024 threads, and their number is a power of two; all of them call it, perhaps several times.
    Half of the threads add what the other half brought, then half of the half, and so on: 10 steps for 1024. A is the
    type to compute in.
    """
    return """
__device__ A block_sum(A value) {
    __shared__ A part[1024];
    int i = threadIdx.x;
    part[i] = value;
    __syncthreads();
    for (int step = blockDim.x / 2; step > 0; step /= 2) {
        if (i < step) part[i] += part[i + step];
        __syncthreads();
    }
    value = part[0];
    __syncthreads();  // before the next call writes into part
    return value;
}
"""


BLOCK_MAX = """
__device__ A block_max(A value) {
    __shared__ A part[1024];
    int i = threadIdx.x;
    part[i] = value;
    __syncthreads();
    for (int step = blockDim.x / 2; step > 0; step /= 2) {
        if (i < step) part[i] = part[i + step] > part[i] ? part[i + step] : part[i];
        __syncthreads();
    }
    value = part[0];
    __syncthreads();
    return value;
}
"""
