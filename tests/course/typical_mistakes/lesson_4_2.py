"""Typical mistakes in lesson 4.2."""

from .mistake import HELPFUL, MISLEADING, NAMED, Mistake


def of(blank: str):
    """Makes mistakes in one blank; all but `blocks` return a source."""

    def mistake(name: str, what: str, code: str, finding: str, judgement: str, first: str = "") -> Mistake:
        body = code if blank == "blocks" else f'return """{code}"""'
        return Mistake("4.2", blank, name, what, body, finding, judgement, first=first)

    return mistake


count, relu, back = of("blocks"), of("relu_source"), of("relu_backward_source")
total, soft, soft_back = of("block_sum_source"), of("softmax_source"), of("softmax_backward_source")

MISTAKES = [
    count(
        "ceil_of_floor",
        "math.ceil of n // threads",
        """
        import math
        return math.ceil(n // threads)
        """,
        "rounded_down_to_none",
        NAMED,
    ),
    count(
        "divmod_forgotten",
        "adds 1 if there is a rest, and returns the rest",
        """
        q, r = divmod(n, threads)
        return r
        """,
        "wrong",
        HELPFUL,
    ),
    count(
        "half_added",
        "(n + threads / 2) // threads",
        """
        return max(1, int((n + threads / 2) // threads))
        """,
        "rounded_to_nearest",
        NAMED,
    ),
    count(
        "threads_minus_n",
        "negative for small n",
        """
        return (n - threads) // threads + 1
        """,
        "rounded_down_to_none",
        NAMED,
    ),
    count(
        "printed",
        "prints, and returns nothing",
        """
        print((n + threads - 1) // threads)
        """,
        "nothing",
        NAMED,
    ),
    relu(
        "declared_in_python",
        "no type before i",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] = max((A) x[i], (A) 0);
        }
        """,
        "kernel_syntax",
        NAMED,
    ),
    relu(
        "max_of_x",
        "max(x, 0), which turns NaN into 0",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] = max((A) x[i], (A) 0);
        }
        """,
        "nan_lost",
        NAMED,
    ),
    relu(
        "fmaxf",
        "fmaxf(x, 0)",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) y[i] = fmaxf((float) x[i], 0.0f);
        }
        """,
        "nan_lost",
        NAMED,
    ),
    relu(
        "guard_by_block",
        "asks threadIdx.x < n",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (threadIdx.x < n) y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i];
        }
        """,
        "kernel_out_of_bounds",
        HELPFUL,
    ),
    relu(
        "index_of_blocks",
        "blockIdx.x + threadIdx.x",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x + threadIdx.x;
            if (i < n) y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i];
        }
        """,
        "kernel_unwritten",
        HELPFUL,
    ),
    relu(
        "returns_y",
        "returns the value",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) return x[i] < 0 ? 0 : x[i];
        }
        """,
        "kernel_rule",
        NAMED,
    ),
    relu(
        "in_place",
        "x[i] = 0 where it is negative, then copies",
        """
        extern "C" __global__ void relu(T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) { if ((A) x[i] < 0) x[i] = (T) 0.0f; y[i] = x[i]; }
        }
        """,
        "kernel_input_changed",
        NAMED,
    ),
    relu(
        "syncthreads_in_guard",
        "a barrier in the guard",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) { y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i]; __syncthreads(); }
        }
        """,
        "kernel_barrier",
        NAMED,
    ),
    relu(
        "no_brace",
        "the last brace is missing",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) {
                y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i];
            }
        """,
        "kernel_syntax",
        NAMED,
    ),
    relu(
        "stride_of_threads",
        "each thread takes n / blockDim.x neighbours",
        """
        extern "C" __global__ void relu(const T* x, T* y, int n) {
            int per = n / (blockDim.x * gridDim.x);
            int first = (blockIdx.x * blockDim.x + threadIdx.x) * per;
            for (int i = first; i < first + per; i++) y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i];
        }
        """,
        "kernel_unwritten",
        HELPFUL,
    ),
    back(
        "positive_gradient",
        "asks gy > 0",
        """
        extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) gx[i] = (A) gy[i] > 0 ? gy[i] : (T) 0.0f;
        }
        """,
        "wrong",
        HELPFUL,
    ),
    back(
        "added",
        "gx[i] += ...",
        """
        extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) gx[i] += (A) y[i] != 0 ? gy[i] : (T) 0.0f;
        }
        """,
        "kernel_left_over",
        NAMED,
        first=MISLEADING,
    ),
    back(
        "times_truth",
        "gy · (y > 0) as Python would",
        """
        extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) gx[i] = gy[i] * (y[i] > 0);
        }
        """,
        "nan_lost_back",
        NAMED,
    ),
    back(
        "relu_again",
        "relu of gy",
        """
        extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            if (i < n) gx[i] = (A) gy[i] < 0 ? (T) 0.0f : gy[i];
        }
        """,
        "wrong",
        HELPFUL,
    ),
    total(
        "atomic",
        "atomicAdd into a shared number that nobody zeroed",
        """
        __device__ A block_sum(A value) {
            __shared__ A sum;
            atomicAdd(&sum, value);
            __syncthreads();
            return sum;
        }
        """,
        "kernel_uninitialised",
        NAMED,
        first=MISLEADING,
    ),
    total(
        "atomic_zeroed",
        "thread 0 zeroes it, no barrier behind",
        """
        __device__ A block_sum(A value) {
            __shared__ A sum;
            if (threadIdx.x == 0) sum = 0;
            atomicAdd(&sum, value);
            __syncthreads();
            return sum;
        }
        """,
        "kernel_race",
        HELPFUL,
        first=MISLEADING,
    ),
    total(
        "plus_equals",
        "sum += value by all threads",
        """
        __device__ A block_sum(A value) {
            __shared__ A sum;
            if (threadIdx.x == 0) sum = 0;
            __syncthreads();
            sum += value;
            __syncthreads();
            return sum;
        }
        """,
        "kernel_race",
        NAMED,
        first=MISLEADING,
    ),
    total(
        "one_barrier_before_return",
        "barriers at the heads of the rounds only",
        """
        __device__ A block_sum(A value) {
            __shared__ A part[1024];
            int i = threadIdx.x;
            part[i] = value;
            for (int step = blockDim.x / 2; step > 0; step /= 2) {
                __syncthreads();
                if (i < step) part[i] += part[i + step];
            }
            return part[0];
        }
        """,
        "last_barrier_missing",
        NAMED,
    ),
    total(
        "by_block",
        "places counted by i of the whole grid",
        """
        __device__ A block_sum(A value) {
            __shared__ A part[1024];
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            part[i] = value;
            __syncthreads();
            for (int step = blockDim.x / 2; step > 0; step /= 2) {
                if (i < step) part[i] += part[i + step];
                __syncthreads();
            }
            value = part[0];
            __syncthreads();
            return value;
        }
        """,
        "kernel_uninitialised",
        HELPFUL,
        first=MISLEADING,
    ),
    total(
        "halves_of_1024",
        "the first step is 512, whatever the block has",
        """
        __device__ A block_sum(A value) {
            __shared__ A part[1024];
            int i = threadIdx.x;
            part[i] = value;
            __syncthreads();
            for (int step = 512; step > 0; step /= 2) {
                if (i < step) part[i] += part[i + step];
                __syncthreads();
            }
            value = part[0];
            __syncthreads();
            return value;
        }
        """,
        "kernel_uninitialised",
        HELPFUL,
        first=MISLEADING,
    ),
    total(
        "partner_below",
        "part[i] += part[i - step]",
        """
        __device__ A block_sum(A value) {
            __shared__ A part[1024];
            int i = threadIdx.x;
            part[i] = value;
            __syncthreads();
            for (int step = blockDim.x / 2; step > 0; step /= 2) {
                if (i < step) part[i] += part[i - step];
                __syncthreads();
            }
            value = part[0];
            __syncthreads();
            return value;
        }
        """,
        "kernel_out_of_bounds",
        NAMED,
    ),
    total(
        "one_more_adds",
        "i <= step",
        """
        __device__ A block_sum(A value) {
            __shared__ A part[1024];
            int i = threadIdx.x;
            part[i] = value;
            __syncthreads();
            for (int step = blockDim.x / 2; step > 0; step /= 2) {
                if (i <= step) part[i] += part[i + step];
                __syncthreads();
            }
            value = part[0];
            __syncthreads();
            return value;
        }
        """,
        "kernel_uninitialised",
        HELPFUL,
    ),
    total(
        "as_a_kernel",
        "written as a kernel of its own",
        """
        extern "C" __global__ void block_sum(const A* x, A* y) {
            y[0] = x[0];
        }
        """,
        "kernel_syntax",
        NAMED,
        first=MISLEADING,
    ),
    soft(
        "mean_of_block",
        "divides by m",
        """
        extern "C" __global__ void softmax(const T* x, T* y, int m) {
            const T* row = x + blockIdx.x * m;
            T* out = y + blockIdx.x * m;
            A largest = -INFINITY;
            for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) row[j]);
            largest = block_max(largest);
            for (int j = threadIdx.x; j < m; j += blockDim.x) out[j] = (T) (exp((A) row[j] - largest) / m);
        }
        """,
        "wrong",
        HELPFUL,
    ),
    soft(
        "sum_over_all_rows",
        "reads m elements from the thread's number in the grid",
        """
        extern "C" __global__ void softmax(const T* x, T* y, int m) {
            int i = blockIdx.x * blockDim.x + threadIdx.x;
            A total = 0;
            for (int j = 0; j < m; j++) total += exp((A) x[i + j]);
            y[i] = (T) (exp((A) x[i]) / total);
        }
        """,
        "kernel_unwritten",
        HELPFUL,
    ),
    soft(
        "log",
        "log in place of exp",
        """
        extern "C" __global__ void softmax(const T* x, T* y, int m) {
            const T* row = x + blockIdx.x * m;
            T* out = y + blockIdx.x * m;
            A largest = -INFINITY;
            for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) row[j]);
            largest = block_max(largest);
            A total = 0;
            for (int j = threadIdx.x; j < m; j += blockDim.x) total += log((A) row[j] - largest);
            total = block_sum(total);
            for (int j = threadIdx.x; j < m; j += blockDim.x) out[j] = (T) (log((A) row[j] - largest) / total);
        }
        """,
        "not_finite",
        HELPFUL,
        first=MISLEADING,
    ),
    soft(
        "result_of_block_sum_unused",
        "block_sum(total); without an assignment",
        """
        extern "C" __global__ void softmax(const T* x, T* y, int m) {
            const T* row = x + blockIdx.x * m;
            T* out = y + blockIdx.x * m;
            A largest = -INFINITY;
            for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) row[j]);
            largest = block_max(largest);
            A total = 0;
            for (int j = threadIdx.x; j < m; j += blockDim.x) total += exp((A) row[j] - largest);
            block_sum(total);
            for (int j = threadIdx.x; j < m; j += blockDim.x) out[j] = (T) (exp((A) row[j] - largest) / total);
        }
        """,
        "own_sum",
        NAMED,
    ),
    soft(
        "largest_uninitialised",
        "A largest; without a value",
        """
        extern "C" __global__ void softmax(const T* x, T* y, int m) {
            const T* row = x + blockIdx.x * m;
            A largest;
            for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) row[j]);
            largest = block_max(largest);
        }
        """,
        "kernel_no_value",
        NAMED,
        first=MISLEADING,
    ),
    soft(
        "row_times_threads",
        "rows begin at blockIdx.x * blockDim.x",
        """
        extern "C" __global__ void softmax(const T* x, T* y, int m) {
            int start = blockIdx.x * blockDim.x;
            A largest = -INFINITY;
            for (int j = threadIdx.x; j < m; j += blockDim.x) largest = max(largest, (A) x[start + j]);
            largest = block_max(largest);
            A total = 0;
            for (int j = threadIdx.x; j < m; j += blockDim.x) total += exp((A) x[start + j] - largest);
            total = block_sum(total);
            for (int j = threadIdx.x; j < m; j += blockDim.x)
                y[start + j] = (T) (exp((A) x[start + j] - largest) / total);
        }
        """,
        "kernel_block_race",
        NAMED,
    ),
    soft_back(
        "sum_twice",
        "the sum times the number of threads: each calls block_sum of the sum of the row",
        """
        extern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m) {
            int start = blockIdx.x * m;
            A total = 0;
            for (int j = 0; j < m; j++) total += (A) gy[start + j] * (A) y[start + j];
            total = block_sum(total);
            for (int j = threadIdx.x; j < m; j += blockDim.x)
                gx[start + j] = (T) ((A) y[start + j] * ((A) gy[start + j] - total));
        }
        """,
        "wrong",
        HELPFUL,
    ),
    soft_back(
        "y_squared",
        "y · y · (gy - sum)",
        """
        extern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m) {
            int start = blockIdx.x * m;
            A total = 0;
            for (int j = threadIdx.x; j < m; j += blockDim.x) total += (A) gy[start + j] * (A) y[start + j];
            total = block_sum(total);
            for (int j = threadIdx.x; j < m; j += blockDim.x)
                gx[start + j] = (T) ((A) y[start + j] * (A) y[start + j] * ((A) gy[start + j] - total));
        }
        """,
        "wrong",
        HELPFUL,
    ),
    soft_back(
        "parentheses",
        "y · gy - sum",
        """
        extern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m) {
            int start = blockIdx.x * m;
            A total = 0;
            for (int j = threadIdx.x; j < m; j += blockDim.x) total += (A) gy[start + j] * (A) y[start + j];
            total = block_sum(total);
            for (int j = threadIdx.x; j < m; j += blockDim.x)
                gx[start + j] = (T) ((A) y[start + j] * (A) gy[start + j] - total);
        }
        """,
        "wrong",
        HELPFUL,
    ),
    soft_back(
        "barrier_in_the_loop",
        "block_sum in the loop over j",
        """
        extern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m) {
            int start = blockIdx.x * m;
            for (int j = threadIdx.x; j < m; j += blockDim.x) {
                A total = block_sum((A) gy[start + j] * (A) y[start + j]);
                gx[start + j] = (T) ((A) y[start + j] * ((A) gy[start + j] - total));
            }
        }
        """,
        "kernel_barrier",
        NAMED,
    ),
]
