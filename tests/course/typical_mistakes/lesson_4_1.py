"""Typical mistakes in lesson 4.1."""

from .mistake import HELPFUL, MISLEADING, MISSED, NAMED, Mistake


def of(blank: str, name: str, what: str, code: str, finding: str | None, judgement: str, first: str = "") -> Mistake:
    return Mistake("4.1", blank, name, what, code, finding, judgement, first)


MISTAKES = [
    of(
        "array_module",
        "in_modules",
        "'cupy' in sys.modules is asked, not the array",
        """
        if "cupy" in sys.modules:
            return sys.modules["cupy"]
        return np
        """,
        "whatever_is_loaded",
        NAMED,
    ),
    of(
        "array_module",
        "by_the_name_of_the_type",
        "type(x).__module__ starts with cupy: overlooks classes made from it",
        """
        return sys.modules["cupy"] if type(x).__module__.startswith("cupy") else np
        """,
        "exact_type",
        NAMED,
        MISLEADING,
    ),
    of(
        "array_module",
        "device_compared",
        "x.device == 'cpu', which numbers do not have",
        """
        return np if x.device == "cpu" else sys.modules["cupy"]
        """,
        "raised",
        HELPFUL,
    ),
    of(
        "array_module",
        "isinstance_of_the_module",
        "isinstance(x, cupy)",
        """
        cupy = sys.modules.get("cupy")
        return cupy if cupy is not None and isinstance(x, cupy) else np
        """,
        "raised",
        HELPFUL,
    ),
    of(
        "to_device",
        "device_equal_cuda",
        "device == 'cuda': not 'cuda:1'",
        """
        if device == "cuda":
            return module_on(device).asarray(x)
        if array_module(x) is np:
            return x
        check_expected()
        return x.get()
        """,
        "not_sent",
        NAMED,
    ),
    of(
        "to_device",
        "current_first",
        "array_module(x) is asked for the target",
        """
        if array_module(x) is np:
            return x
        check_expected()
        return x.get()
        """,
        "not_sent",
        NAMED,
    ),
    of(
        "to_device",
        "as_numpy",
        "cupy.asnumpy for the way back; what was found out on the GPU is not asked",
        """
        if cuda_index(device) is not None:
            return module_on(device).asarray(x)
        return x if array_module(x) is np else array_module(x).asnumpy(x)
        """,
        "not_asked",
        NAMED,
    ),
    of(
        "to_device",
        "checked_always",
        "check_expected first of all: the host waits also when something is sent",
        """
        check_expected()
        if cuda_index(device) is not None:
            return module_on(device).asarray(x)
        return x if array_module(x) is np else x.get()
        """,
        "waited_when_sending",
        NAMED,
        MISSED,
    ),
    of(
        "to_device",
        "array_for_asarray",
        "cupy.array, which copies what is there already",
        """
        if cuda_index(device) is not None:
            return module_on(device).array(x)
        if array_module(x) is np:
            return x
        check_expected()
        return x.get()
        """,
        "copied",
        NAMED,
        MISSED,
    ),
    of(
        "to_device",
        "numpy_copied",
        "np.array(x) for the CPU",
        """
        if cuda_index(device) is not None:
            return module_on(device).asarray(x)
        if array_module(x) is np:
            return np.array(x)
        check_expected()
        return x.get()
        """,
        "copied",
        NAMED,
    ),
    of(
        "seconds_of",
        "no_device_named",
        "synchronize() without the device",
        """
        synchronize()
        start = time.perf_counter()
        function()
        synchronize()
        return time.perf_counter() - start
        """,
        "not_synchronized",
        NAMED,
    ),
    of(
        "seconds_of",
        "clock_before_the_wait",
        "the second reading comes before the wait",
        """
        synchronize(device)
        start = time.perf_counter()
        function()
        end = time.perf_counter()
        synchronize(device)
        return end - start
        """,
        "not_synchronized",
        NAMED,
    ),
    of(
        "seconds_of",
        "start_before_the_wait",
        "the first reading comes before the wait",
        """
        start = time.perf_counter()
        synchronize(device)
        function()
        synchronize(device)
        return time.perf_counter() - start
        """,
        "clock_before_the_wait",
        NAMED,
        HELPFUL,
    ),
    of(
        "seconds_of",
        "nanoseconds",
        "perf_counter_ns",
        """
        synchronize(device)
        start = time.perf_counter_ns()
        function()
        synchronize(device)
        return time.perf_counter_ns() - start
        """,
        "nanoseconds",
        NAMED,
        HELPFUL,
    ),
    of(
        "seconds_of",
        "result_returned",
        "the result of the function is returned too",
        """
        synchronize(device)
        start = time.perf_counter()
        result = function()
        synchronize(device)
        return time.perf_counter() - start, result
        """,
        "result_too",
        NAMED,
        MISLEADING,
    ),
    of(
        "measure",
        "first_ones_cut_off",
        "rounds calls in all, the first of them cut off",
        """
        times = [seconds_of(function, device) for _ in range(rounds)]
        return statistics.median(times[warmup:] or times)
        """,
        "first_ones_cut_off",
        NAMED,
        HELPFUL,
    ),
    of(
        "measure",
        "one_clock_around_all",
        "one reading around all rounds, divided",
        """
        for _ in range(warmup):
            function()
        start = time.perf_counter()
        for _ in range(rounds):
            function()
        synchronize(device)
        return (time.perf_counter() - start) / rounds
        """,
        "mean",
        NAMED,
    ),
    of(
        "measure",
        "warmup_timed_each_round",
        "the function warms up before each round",
        """
        times = []
        for _ in range(rounds):
            for _ in range(warmup):
                function()
            times.append(seconds_of(function, device))
        return statistics.median(times)
        """,
        "warmed_up_each_time",
        NAMED,
        HELPFUL,
    ),
    of(
        "measure",
        "sorted_in_place",
        "times.sort()[...]: sort returns None",
        """
        for _ in range(warmup):
            function()
        times = [seconds_of(function, device) for _ in range(rounds)]
        return times.sort()[rounds // 2]
        """,
        "raised",
        HELPFUL,
    ),
    of(
        "elementwise_work",
        "operations_per_input_byte",
        "itemsize multiplies the operations as well",
        """
        return Work(operations * size * itemsize, itemsize * (inputs + outputs) * size)
        """,
        "wrong",
        HELPFUL,
        MISLEADING,
    ),
    of(
        "elementwise_work",
        "three_times",
        "three arrays, whatever inputs and outputs say",
        """
        return Work(operations * size, itemsize * 3 * size)
        """,
        "wrong",
        HELPFUL,
        MISLEADING,
    ),
    of(
        "matmul_work",
        "exact_additions",
        "m n (2k - 1): k multiplications, k - 1 additions",
        """
        return Work(m * n * (2 * k - 1), itemsize * (m * k + k * n + m * n))
        """,
        "exact_additions",
        NAMED,
        HELPFUL,
    ),
    of(
        "matmul_work",
        "square",
        "2 n³ and 3 n² bytes, as for square matrices",
        """
        return Work(2 * n**3, itemsize * 3 * n**2)
        """,
        "wrong",
        HELPFUL,
    ),
    of(
        "conv2d_work",
        "columns_counted",
        "the bytes of im2col's columns are counted",
        """
        n, o, h, w = y
        columns = n * h * w * prod(weight[1:])
        return Work(2 * prod(y) * prod(weight[1:]), itemsize * (columns + prod(weight) + prod(y)))
        """,
        "wrong",
        HELPFUL,
    ),
    of(
        "conv2d_work",
        "kernel_of_two",
        "weight[2] ** 2: square kernels only",
        """
        return Work(2 * prod(y) * weight[1] * weight[2] ** 2, itemsize * (prod(x) + prod(weight) + prod(y)))
        """,
        "wrong",
        HELPFUL,
    ),
    of(
        "least_seconds",
        "intensity_compared",
        "by the ridge; launches are forgotten",
        """
        if work.intensity < machine.ridge:
            return work.bytes / machine.bandwidth
        return work.operations / machine.flops
        """,
        "launches_forgotten",
        NAMED,
    ),
    of(
        "least_seconds",
        "min_of_rates",
        "min in the place of max",
        """
        return min(work.operations / machine.flops, work.bytes / machine.bandwidth, launches * machine.launch)
        """,
        "quickest",
        NAMED,
    ),
    of(
        "least_seconds",
        "launch_for_each_operation",
        "launches are added to operations before the max",
        """
        return max(work.operations / machine.flops + launches * machine.launch, work.bytes / machine.bandwidth)
        """,
        "launches_added",
        NAMED,
    ),
]
