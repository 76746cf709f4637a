"""Mistakes that are made in lesson 4.1."""

import statistics
import sys
import time
from math import prod

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.device import array_module, check_expected, cuda_index, module_on
from minigrad.roofline import Work
from minigrad.timing import seconds_of, synchronize

MODULE, MOVE = "minigrad.device:array_module", "minigrad.device:to_device"
SECONDS, MEASURE = "minigrad.timing:seconds_of", "minigrad.timing:measure"
ELEMENTWISE, MATMUL = "minigrad.roofline:elementwise_work", "minigrad.roofline:matmul_work"
CONV, LEAST = "minigrad.roofline:conv2d_work", "minigrad.roofline:least_seconds"

# ---------------------------------------------------------------------------------------------------------- whose array


@mistake(
    MODULE,
    "`import cupy` raises ModuleNotFoundError where CuPy is not installed, and most machines have none. Whoever "
    "holds an array of CuPy's has imported it already, so sys.modules.get('cupy') finds it, and gives None otherwise.",
    "没有安装 CuPy 的机器上，`import cupy` 会抛出 ModuleNotFoundError，而大多数机器都没装。手里既然有 CuPy 的数组，"
    "CuPy 必定已经导入过，所以用 sys.modules.get('cupy') 就能找到它；找不到时得到 None。",
)
def imported(x):
    import cupy

    return cupy if isinstance(x, cupy.ndarray) else np


@mistake(
    MODULE,
    "sys.modules['cupy'] raises KeyError as long as nobody has imported CuPy. sys.modules.get('cupy') gives None then.",
    "CuPy 还没被导入时，sys.modules['cupy'] 会抛出 KeyError。用 sys.modules.get('cupy')，这时得到的是 None。",
)
def looked_up(x):
    cupy = sys.modules["cupy"]
    return cupy if isinstance(x, cupy.ndarray) else np


@mistake(
    MODULE,
    "CuPy is given whenever it is loaded, for NumPy's arrays, too. What is loaded says nothing about `x`: the type "
    "of the array decides.",
    "只要加载过 CuPy 就返回它，连 NumPy 的数组也一样。加载了什么，和 `x` 无关：要看的是数组的类型。",
)
def whatever_is_loaded(x):
    return sys.modules.get("cupy") or np


@mistake(
    MODULE,
    "NumPy is given for everything, also for arrays of the GPU: they would go to functions that may not touch them.",
    "什么都返回 NumPy，GPU 上的数组也不例外：这样它们就会被交给不能碰它们的函数。",
)
def always_numpy(x):
    return np


@mistake(
    MODULE,
    "The two are exchanged: CuPy computes on cupy.ndarray, NumPy on everything else.",
    "两个模块写反了：cupy.ndarray 归 CuPy，其余都归 NumPy。",
)
def exchanged(x):
    cupy = sys.modules.get("cupy")
    return np if cupy is None or isinstance(x, cupy.ndarray) else cupy


@mistake(
    MODULE,
    "What is no NumPy array is taken for one of CuPy's. Numbers, lists and None belong to NumPy as well: ask "
    "whether it is a cupy.ndarray.",
    "凡不是 NumPy 数组的，都当成了 CuPy 的。数、列表和 None 也归 NumPy：应该问它是不是 cupy.ndarray。",
)
def the_rest_to_cupy(x):
    cupy = sys.modules.get("cupy")
    return np if cupy is None or isinstance(x, np.ndarray) else cupy


@mistake(
    MODULE,
    "`type(x) is cupy.ndarray` overlooks arrays of a class that was made from it; isinstance finds them.",
    "`type(x) is cupy.ndarray` 会漏掉它的子类的数组；isinstance 不会。",
)
def exact_type(x):
    cupy = sys.modules.get("cupy")
    return cupy if cupy is not None and type(x) is cupy.ndarray else np


@mistake(
    MODULE,
    "Arrays of NumPy 2 have an attribute `device`, too (it is 'cpu'), so hasattr(x, 'device') does not tell them "
    "apart.",
    "NumPy 2 的数组也有 `device` 属性（值是 'cpu'），所以用 hasattr(x, 'device') 区分不了。",
)
def has_a_device(x):
    cupy = sys.modules.get("cupy")
    return cupy if cupy is not None and hasattr(x, "device") else np


@mistake(
    MODULE,
    "This is the name of the module, a string. Return the module itself, whose functions are then called: "
    "array_module(x).exp(x).",
    "返回的是模块的名字，一个字符串。应该返回模块本身，因为接下来要调用它的函数：array_module(x).exp(x)。",
)
def its_name(x):
    cupy = sys.modules.get("cupy")
    return "cupy" if cupy is not None and isinstance(x, cupy.ndarray) else "numpy"


@mutant(MODULE, "nothing")
def module_not_returned(x):
    cupy = sys.modules.get("cupy")
    if cupy is not None and isinstance(x, cupy.ndarray):
        return cupy


# ------------------------------------------------------------------------------------------------------------- moving


@mistake(
    MOVE,
    "What lies there already was copied. It is returned as it is: to_device is called often, and a copy of each weight "
    "would cost its memory once more.",
    "已经在那里的数组又复制了一份。应该原样返回：to_device 经常被调用，每个权重都复制一份，内存就要翻倍。",
)
def copied(x, device):
    if cuda_index(device) is not None:
        return module_on(device).asarray(x)
    check_expected()
    return x.copy() if array_module(x) is np else x.get()


@mistake(
    MOVE,
    "For the device '{where}' a NumPy array came back: it is still in the host's memory. cuda_index(device) is None "
    "for 'cpu' alone; for 'cuda' and 'cuda:1' it is a number (0 counts as False, so compare with None).",
    "设备是 '{where}'，得到的却是 NumPy 数组：它还在主机内存里。只有 'cpu' 的 cuda_index(device) 是 None；'cuda' 和 "
    "'cuda:1' 的是一个数（0 算作 False，所以要和 None 比较）。",
)
def not_sent(x, device):
    if cuda_index(device):
        return module_on(device).asarray(x)
    if array_module(x) is np:
        return x
    check_expected()
    return x.get()


@mistake(
    MOVE,
    "The array is to go to '{where}', but lies on GPU {got}: asarray makes arrays on the current GPU. "
    "module_on(device) makes the one that is named the current one.",
    "数组应该放到 '{where}'，却在 {got} 号 GPU 上：asarray 在当前的 GPU 上创建数组。module_on(device) "
    "会先把指定的那块设为当前的。",
)
def current_device(x, device):
    if cuda_index(device) is not None:
        return module_on("cuda").asarray(x)
    if array_module(x) is np:
        return x
    check_expected()
    return x.get()


@mistake(
    MOVE,
    "An array of the GPU was asked for on 'cpu' and stayed on the GPU. x.get() copies it into a NumPy array.",
    "要把 GPU 上的数组拿到 'cpu'，它却还在 GPU 上。x.get() 会把它复制成 NumPy 数组。",
)
def not_fetched(x, device):
    return x if cuda_index(device) is None else module_on(device).asarray(x)


@mistake(
    MOVE,
    "What lies on a GPU already was fetched to the host and sent back, twice across the slow bus, and the host waited. "
    "CuPy's asarray takes its own arrays as they are.",
    "已经在 GPU 上的数组，先取回主机又送回去，在慢速总线上走了两趟，主机还要等着。CuPy 的 asarray "
    "可以直接接受它自己的数组。",
)
def by_way_of_the_host(x, device):
    if array_module(x) is not np:
        check_expected()
        x = x.get()
    return x if cuda_index(device) is None else module_on(device).asarray(x)


@mistake(
    MOVE,
    "A check on the GPU had found something wrong, and nobody asked. Call check_expected() before x.get(): here the "
    "host waits anyway, so this is where such errors are raised.",
    "GPU 上的检查发现了问题，却没有人去问。在 x.get() 之前调用 check_expected()："
    "反正主机在这里要等，这类错误就在此时抛出。",
)
def not_asked(x, device):
    if cuda_index(device) is not None:
        return module_on(device).asarray(x)
    return x if array_module(x) is np else x.get()


@mistake(
    MOVE,
    "check_expected() is called although something is sent, not read: it asks the GPU, and so the host would wait "
    "at every batch. Call it just before x.get().",
    "明明是送数据过去，不是读，却调用了 check_expected()：它要问 GPU，主机就会在每一批都停下来等。"
    "紧挨着 x.get() 之前调用就行。",
)
def waited_when_sending(x, device):
    check_expected()
    if cuda_index(device) is not None:
        return module_on(device).asarray(x)
    return x if array_module(x) is np else x.get()


@mistake(
    MOVE,
    "'{name}' is no device, but no DeviceError was raised: a misspelt name would silently mean the CPU. "
    "cuda_index(device) raises it.",
    "'{name}' 不是设备，却没有抛出 DeviceError：名字拼错，就悄悄当成了 CPU。cuda_index(device) 会抛出它。",
)
def unknown_accepted(x, device):
    if device.startswith("cuda") and device[4:5] in ("", ":") and device[5:].isdecimal() | (device == "cuda"):
        return module_on(device).asarray(x)
    if array_module(x) is np:
        return x
    check_expected()
    return x.get()


@mutant(MOVE, "raised")
def numpy_asked_to_convert(x, device):
    return module_on(device).asarray(x) if cuda_index(device) is not None else np.asarray(x)


@mutant(MOVE, "raised")
def everything_fetched(x, device):
    return module_on(device).asarray(x) if cuda_index(device) is not None else x.get()


@mutant(MOVE, "nothing")
def moved_and_not_returned(x, device):
    if cuda_index(device) is not None:
        module_on(device).asarray(x)
    else:
        return x if array_module(x) is np else x.get()


# ------------------------------------------------------------------------------------------------------------ one call


@mistake(
    SECONDS,
    "You timed the handing over of the work: the call came back as soon as the work stood in the queue, long before "
    "the GPU had done it. Call synchronize(device) between the call and the second reading of the clock. (Without "
    "`device` it waits for the CPU, that is, not at all.)",
    "你量到的是把活儿交出去的时间：任务一排进队列，调用就返回了，GPU 远远没有做完。在调用之后、第二次读时间之前，"
    "要调用 synchronize(device)。（不写 `device`，等的是 CPU，也就是不等。）",
)
def not_synchronized(function, device="cpu"):
    synchronize(device)
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


QUEUE_NOT_EMPTIED = (
    "Work that stood in the queue before was timed, too: you waited for it after the first reading of the clock. Call "
    "synchronize(device) before you start.",
    "之前排在队列里的任务也算进去了：第一次读时间之后还在等它们。开始计时之前先调用 synchronize(device)。",
)


@mistake(SECONDS, *QUEUE_NOT_EMPTIED)
def queue_not_emptied(function, device="cpu"):
    start = time.perf_counter()
    function()
    synchronize(device)
    return time.perf_counter() - start


@mistake(SECONDS, *QUEUE_NOT_EMPTIED)
def clock_before_the_wait(function, device="cpu"):
    start = time.perf_counter()
    synchronize(device)
    function()
    synchronize(device)
    return time.perf_counter() - start


@mistake(
    SECONDS,
    "time.time() is the clock on the wall: it goes in coarse steps on some systems, and is set while one measures. "
    "time.perf_counter() is made for short times.",
    "time.time() 是墙上的钟：在有些系统上一格一格地走，测量途中还可能被校准。量短时间要用 time.perf_counter()。",
)
def wall_clock(function, device="cpu"):
    synchronize(device)
    start = time.time()
    function()
    synchronize(device)
    return time.time() - start


@mistake(
    SECONDS,
    "time.process_time() counts only what this process computes. While it waits for the GPU it stands still. Take "
    "time.perf_counter().",
    "time.process_time() 只算这个进程自己计算的时间，等 GPU 的时候它是停的。用 time.perf_counter()。",
)
def time_of_the_process(function, device="cpu"):
    synchronize(device)
    start = time.process_time()
    function()
    synchronize(device)
    return time.process_time() - start


@mistake(
    SECONDS,
    "These are milliseconds; seconds are asked for.",
    "这是毫秒；要的是秒。",
)
def milliseconds(function, device="cpu"):
    return 1000 * seconds_of(function, device)


@mistake(
    SECONDS,
    "These are nanoseconds, as perf_counter_ns() counts them; seconds are asked for.",
    "这是纳秒，perf_counter_ns() 就是这样计的；要的是秒。",
)
def nanoseconds(function, device="cpu"):
    return 1e9 * seconds_of(function, device)


@mistake(
    SECONDS,
    "A pair came back. What the function returns is not asked for, only how long it takes.",
    "返回的是一对值。不要函数的返回值，只要它用了多久。",
)
def result_too(function, device="cpu"):
    return seconds_of(function, device), None


@mistake(
    SECONDS,
    "The function ran twice between the readings; once is asked for.",
    "两次读时间之间，函数运行了两次；只要一次。",
)
def called_twice(function, device="cpu"):
    return seconds_of(lambda: [function(), function()], device)


@mistake(
    SECONDS,
    "The function ran once more before the clock was started. Calls that warm up are the business of measure; this "
    "is one call.",
    "开始计时之前，函数多运行了一次。预热是 measure 的事；这里只运行一次。",
)
def warmed_up(function, device="cpu"):
    function()
    return seconds_of(function, device)


@mistake(
    SECONDS,
    "This is what the clock showed at the end. How long it took is the difference of the two readings.",
    "这是结束时钟上的读数。用了多久，是两次读数之差。",
)
def time_of_the_end(function, device="cpu"):
    seconds_of(function, device)
    return time.perf_counter()


@mistake(
    SECONDS,
    "The function never ran between the two readings: `function` without brackets names it, function() calls it.",
    "两次读时间之间函数根本没有运行：不带括号的 `function` 只是它的名字，function() 才是调用。",
)
def never_called(function, device="cpu"):
    return seconds_of(lambda: function, device)


@mutant(SECONDS, "sign")
def start_minus_end(function, device="cpu"):
    return -seconds_of(function, device)


@mutant(SECONDS, "nothing")
def seconds_not_returned(function, device="cpu"):
    seconds_of(function, device)


# -------------------------------------------------------------------------------------------------------- several calls


def sample(function, device, rounds, warmup):
    """The seconds of `rounds` calls after `warmup` others."""
    for _ in range(warmup):
        function()
    return [seconds_of(function, device) for _ in range(rounds)]


@mistake(
    MEASURE,
    "You timed the first calls, in which kernels are compiled, memory is asked for and caches are filled. Call the "
    "function `warmup` times before.",
    "你把最初几次调用也计了时：那时在编译核函数、申请内存、填充缓存。要先调用 `warmup` 次，再开始计时。",
)
def no_warmup(function, device="cpu", rounds=7, warmup=2):
    return statistics.median(sample(function, device, rounds, 0))


@mistake(
    MEASURE,
    "The first calls were timed, in which kernels are compiled and memory is asked for, and the mean was taken, "
    "which they move far. Call the function `warmup` times before, and take the median.",
    "最初几次调用也计了时，那时在编译核函数、申请内存；取的又是平均值，会被它们带偏很多。"
    "要先调用 `warmup` 次，再取中位数。",
)
def mean_without_warmup(function, device="cpu", rounds=7, warmup=2):
    return statistics.mean(sample(function, device, rounds, 0))


@mistake(
    MEASURE,
    "The calls that warm up were timed, and their seconds are among those of which the median was taken.",
    "预热的调用也计了时，它们的时间混进了求中位数的那些数里。",
)
def warmup_counted(function, device="cpu", rounds=7, warmup=2):
    return statistics.median(sample(function, device, rounds + warmup, 0))


@mistake(
    MEASURE,
    "The first `warmup` of the `rounds` were cut off, so fewer are left. Both are asked for: `warmup` calls that "
    "are not timed, then `rounds` that are.",
    "从 `rounds` 次里砍掉了前 `warmup` 次，剩下的就不够了。两样都要：先 `warmup` 次不计时，再 `rounds` 次计时。",
)
def first_ones_cut_off(function, device="cpu", rounds=7, warmup=2):
    times = sample(function, device, rounds, 0)
    return statistics.median(times[warmup:] or times)


@mistake(
    MEASURE,
    "The function warms up again before each round. Once, before the first, is enough: compiled is compiled.",
    "每一轮之前都重新预热。只在第一轮之前做一次就够了：编译好就不用再编译。",
)
def warmed_up_each_time(function, device="cpu", rounds=7, warmup=2):
    return statistics.median([sample(function, device, 1, warmup)[0] for _ in range(rounds)])


@mistake(
    MEASURE,
    "This is the mean: one call that was disturbed by something else on the machine moves it far. The median is the "
    "one in the middle.",
    "这是平均值：只要有一次被机器上别的事情打断，它就会偏很多。中位数取的是排在中间的那个。",
)
def mean(function, device="cpu", rounds=7, warmup=2):
    return statistics.mean(sample(function, device, rounds, warmup))


@mistake(
    MEASURE,
    "This is the sum of all rounds. The time of one call is asked for: their median.",
    "这是各次之和。要的是一次调用的时间，即它们的中位数。",
)
def total(function, device="cpu", rounds=7, warmup=2):
    return sum(sample(function, device, rounds, warmup))


@mistake(
    MEASURE,
    "This is the shortest of the rounds. It shows what can be reached; asked for is what is usual: the median.",
    "这是各次中最短的。它说明最快能到多少；要的是通常要多久，即中位数。",
)
def shortest(function, device="cpu", rounds=7, warmup=2):
    return min(sample(function, device, rounds, warmup))


@mistake(
    MEASURE,
    "This is the longest of the rounds; asked for is the median.",
    "这是各次中最长的；要的是中位数。",
)
def longest(function, device="cpu", rounds=7, warmup=2):
    return max(sample(function, device, rounds, warmup))


@mistake(
    MEASURE,
    "The round in the middle was taken as they came. The median is in the middle after sorting.",
    "取的是按先后次序排在中间的那一次。中位数要先排序，再取中间的。",
)
def middle_unsorted(function, device="cpu", rounds=7, warmup=2):
    return sample(function, device, rounds, warmup)[rounds // 2]


@mistake(
    MEASURE,
    "With an even number of rounds there are two in the middle, and the median is their mean; statistics.median "
    "does that.",
    "次数是偶数时，中间有两个数，中位数是它们的平均；statistics.median 会处理。",
)
def upper_of_two(function, device="cpu", rounds=7, warmup=2):
    return sorted(sample(function, device, rounds, warmup))[rounds // 2]


@mistake(
    MEASURE,
    "More rounds were timed than `rounds` says: `warmup` more, although the warming up came before.",
    "计时的次数比 `rounds` 多了 `warmup` 次，而预热前面已经做过了。",
)
def as_many_rounds_more(function, device="cpu", rounds=7, warmup=2):
    return statistics.median(sample(function, device, rounds + warmup, warmup))


@mistake(
    MEASURE,
    "Seven rounds were timed, whatever `rounds` says.",
    "不管 `rounds` 是多少，都计了七次。",
)
def always_seven(function, device="cpu", rounds=7, warmup=2):
    return statistics.median(sample(function, device, 7, warmup))


@mistake(
    MEASURE,
    "Two calls came before, whatever `warmup` says.",
    "不管 `warmup` 是多少，都预热了两次。",
)
def always_two_before(function, device="cpu", rounds=7, warmup=2):
    return statistics.median(sample(function, device, rounds, 2))


@mistake(
    MEASURE,
    "A single call was timed. One time says little: take the median of `rounds`.",
    "只计了一次。一次说明不了什么：取 `rounds` 次的中位数。",
)
def once(function, device="cpu", rounds=7, warmup=2):
    return sample(function, device, 1, warmup)[0]


@mistake(
    MEASURE,
    "`device` was not handed on to seconds_of, so nobody waited for the GPU: you timed the handing over of the work.",
    "没有把 `device` 传给 seconds_of，于是没有等 GPU：你量到的是把活儿交出去的时间。",
)
def device_forgotten(function, device="cpu", rounds=7, warmup=2):
    return statistics.median(sample(function, "cpu", rounds, warmup))


@mutant(MEASURE, "nothing")
def median_not_returned(function, device="cpu", rounds=7, warmup=2):
    statistics.median(sample(function, device, rounds, warmup))


# ------------------------------------------------------------------------------------------------- elementwise, product

ITEMSIZE = (
    "These are elements, not bytes: each has `itemsize` bytes, 4 in float32.",
    "这是元素个数，不是字节数：每个元素有 `itemsize` 个字节，float32 是 4 个。",
)
ALWAYS_FOUR = (
    "Each element was taken to have 4 bytes; `itemsize` says how many: 2 in float16, 8 in float64.",
    "每个元素都按 4 个字节算了；多少个字节由 `itemsize` 决定：float16 是 2 个，float64 是 8 个。",
)
NOT_WRITTEN = (
    "The bytes of the result are missing: it is written to memory, which takes as long as reading.",
    "漏了结果的字节：结果要写进内存，写和读一样花时间。",
)
ONLY_WRITTEN = (
    "Only the result was counted. What is computed with has to be read from memory first.",
    "只算了结果。参与计算的数要先从内存里读出来。",
)
ONCE_FOR_BOTH = (
    "A multiplication and an addition are two operations; here they count as one. (Such a multiply-add is often "
    "counted as one, as `minigrad summary` does; FLOP/s of data sheets count both.)",
    "一次乘法加一次加法是两次运算，这里只算了一次。（很多地方把一次乘加算作一次，`minigrad summary` 就是；"
    "而产品手册里的 FLOP/s 两次都算。）",
)
BYTES_FIRST = (
    "The two stand in the wrong order: operations come first, then bytes.",
    "两个数的次序反了：先是运算次数，后是字节数。",
)


def elementwise_counts(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return Work(operations * size, itemsize * (inputs + outputs) * size)


@mistake(ELEMENTWISE, *ITEMSIZE)
def elements_moved(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, inputs, outputs, operations, 1)


@mistake(ELEMENTWISE, *ALWAYS_FOUR)
def four_bytes(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, inputs, outputs, operations)


@mistake(ELEMENTWISE, *NOT_WRITTEN)
def inputs_alone(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, inputs, 0, operations, itemsize)


@mistake(ELEMENTWISE, *ONLY_WRITTEN)
def outputs_alone(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, 0, outputs, operations, itemsize)


@mistake(
    ELEMENTWISE,
    "One operation for each element was counted, whatever `operations` says.",
    "不管 `operations` 是多少，每个元素都只算了一次运算。",
)
def one_operation(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, inputs, outputs, 1, itemsize)


@mistake(
    ELEMENTWISE,
    "The operations were multiplied by the number of inputs. `operations` says how many there are for each element "
    "of the result already.",
    "运算次数又乘了输入的个数。`operations` 本来就是结果的每个元素要做的运算次数。",
)
def operations_times_inputs(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, inputs, outputs, operations * inputs, itemsize)


@mistake(
    ELEMENTWISE,
    "The numbers of inputs and outputs were multiplied. Each of them is an array that crosses memory, so they add up.",
    "把输入和输出的个数相乘了。每一个都是要经过内存的数组，应该相加。",
)
def counts_multiplied(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return Work(operations * size, itemsize * inputs * outputs * size)


@mistake(
    ELEMENTWISE,
    "The inputs are taken to be one array, whatever `inputs` says.",
    "不管 `inputs` 是多少，都只算了一个输入。",
)
def one_input(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, 1, outputs, operations, itemsize)


@mistake(ELEMENTWISE, *BYTES_FIRST)
def elementwise_reversed(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return elementwise_counts(size, inputs, outputs, operations, itemsize)[::-1]


@mutant(ELEMENTWISE, "plain_pair")
def elements_in_a_tuple(size, inputs=1, outputs=1, operations=1, itemsize=4):
    return tuple(elementwise_counts(size, inputs, outputs, operations, itemsize))


def product_counts(m, k, n, itemsize=4):
    return Work(2 * m * k * n, itemsize * (m * k + k * n + m * n))


@mistake(MATMUL, *ONCE_FOR_BOTH)
def multiply_adds(m, k, n, itemsize=4):
    return Work(m * k * n, product_counts(m, k, n, itemsize).bytes)


@mistake(
    MATMUL,
    "k products need k - 1 additions, that is true. Counted are k, as everywhere: a sum begins with 0, and hardware "
    "adds to it with every product. The formula is 2 m k n.",
    "k 个乘积确实只要 k - 1 次加法。但通行的数法是 k 次：和从 0 开始，硬件每乘一次就加一次。公式是 2 m k n。",
)
def exact_additions(m, k, n, itemsize=4):
    return Work(m * n * (2 * k - 1), product_counts(m, k, n, itemsize).bytes)


@mistake(MATMUL, *ITEMSIZE)
def elements_of_matrices(m, k, n, itemsize=4):
    return product_counts(m, k, n, 1)


@mistake(MATMUL, *ALWAYS_FOUR)
def four_bytes_in_matrices(m, k, n, itemsize=4):
    return product_counts(m, k, n)


@mistake(MATMUL, *NOT_WRITTEN)
def factors_alone(m, k, n, itemsize=4):
    return Work(2 * m * k * n, itemsize * (m * k + k * n))


@mistake(MATMUL, *ONLY_WRITTEN)
def product_alone(m, k, n, itemsize=4):
    return Work(2 * m * k * n, itemsize * m * n)


@mistake(
    MATMUL,
    "Every operand of every operation was counted as read from memory. An element is used for many results, but it "
    "is read once and stays in the processor; that is why large products are fast.",
    "每次运算的每个操作数都算成了从内存读一次。一个元素会用在很多结果里，但只读一次，之后留在处理器里；大矩阵乘法快，"
    "原因就在这里。",
)
def read_for_every_term(m, k, n, itemsize=4):
    return Work(2 * m * k * n, itemsize * (2 * m * k * n + m * n))


@mistake(
    MATMUL,
    "2 m n operations are those of one term for each element. Each element sums k products.",
    "2 m n 次运算只是每个元素一项。每个元素要加 k 个乘积。",
)
def one_term(m, k, n, itemsize=4):
    return Work(2 * m * n, product_counts(m, k, n, itemsize).bytes)


@mistake(
    MATMUL,
    "The matrices were taken to be all of the size m x k. The second is [k, n], the result [m, n].",
    "三个矩阵都按 m x k 算了。第二个是 [k, n]，结果是 [m, n]。",
)
def all_alike(m, k, n, itemsize=4):
    return Work(2 * m * k * n, itemsize * 3 * m * k)


@mistake(MATMUL, *BYTES_FIRST)
def product_reversed(m, k, n, itemsize=4):
    return product_counts(m, k, n, itemsize)[::-1]


@mutant(MATMUL, "plain_pair")
def product_in_a_tuple(m, k, n, itemsize=4):
    return tuple(product_counts(m, k, n, itemsize))


# ------------------------------------------------------------------------------------------------ convolution, roofline


def conv_counts(x, weight, y, itemsize=4):
    return Work(2 * prod(y) * prod(weight[1:]), itemsize * (prod(x) + prod(weight) + prod(y)))


@mistake(CONV, *ONCE_FOR_BOTH)
def conv_multiply_adds(x, weight, y, itemsize=4):
    return Work(prod(y) * prod(weight[1:]), conv_counts(x, weight, y, itemsize).bytes)


@mistake(
    CONV,
    "The whole weight was counted for each element of the result. One element belongs to one of the o kernels: it sums "
    "c · kh · kw products, and the o is in the shape of y already.",
    "结果的每个元素都算上了整个权重。一个元素只属于 o 个核中的一个，要加的乘积是 c · kh · kw 个；"
    "o 已经在 y 的形状里了。",
)
def all_kernels(x, weight, y, itemsize=4):
    return Work(2 * prod(y) * prod(weight), conv_counts(x, weight, y, itemsize).bytes)


@mistake(
    CONV,
    "The channels are missing: each element of the result sums over c · kh · kw places, not over kh · kw.",
    "漏了通道：结果的每个元素是对 c · kh · kw 个位置求和，不只是 kh · kw 个。",
)
def one_channel(x, weight, y, itemsize=4):
    return Work(2 * prod(y) * prod(weight[2:]), conv_counts(x, weight, y, itemsize).bytes)


@mistake(
    CONV,
    "The elements of x were multiplied by the size of a kernel. The result counts: with a stride there are fewer "
    "places, and there are o channels.",
    "乘的是 x 的元素个数。应该用结果的：有步幅时位置更少，而且有 o 个通道。",
)
def of_the_input(x, weight, y, itemsize=4):
    return Work(2 * prod(x) * prod(weight[1:]), conv_counts(x, weight, y, itemsize).bytes)


@mistake(
    CONV,
    "The channels of one kernel were taken from x. With groups a kernel sees only those of its group: "
    "weight.shape[1] says how many.",
    "一个核的通道数取自 x。分组时，一个核只看自己那一组的通道：有多少个由 weight 的第 1 维决定。",
)
def channels_of_the_input(x, weight, y, itemsize=4):
    return Work(2 * prod(y) * x[1] * prod(weight[2:]), conv_counts(x, weight, y, itemsize).bytes)


@mistake(
    CONV,
    "The images of the batch are missing in the operations: they are those of one image.",
    "运算次数里漏了批量：这只是一张图片的。",
)
def one_image(x, weight, y, itemsize=4):
    return Work(2 * prod(y[1:]) * prod(weight[1:]), conv_counts(x, weight, y, itemsize).bytes)


@mistake(CONV, *ITEMSIZE)
def elements_of_images(x, weight, y, itemsize=4):
    return conv_counts(x, weight, y, 1)


@mistake(CONV, *ALWAYS_FOUR)
def four_bytes_in_images(x, weight, y, itemsize=4):
    return conv_counts(x, weight, y)


@mistake(CONV, *NOT_WRITTEN)
def result_not_written(x, weight, y, itemsize=4):
    return Work(2 * prod(y) * prod(weight[1:]), itemsize * (prod(x) + prod(weight)))


@mistake(
    CONV,
    "The bytes of the weight are missing: kernels are read from memory like images.",
    "漏了权重的字节：核和图片一样，也要从内存里读。",
)
def weight_not_read(x, weight, y, itemsize=4):
    return Work(2 * prod(y) * prod(weight[1:]), itemsize * (prod(x) + prod(y)))


@mistake(CONV, *BYTES_FIRST)
def convolution_reversed(x, weight, y, itemsize=4):
    return conv_counts(x, weight, y, itemsize)[::-1]


@mutant(CONV, "plain_pair")
def convolution_in_a_tuple(x, weight, y, itemsize=4):
    return tuple(conv_counts(x, weight, y, itemsize))


@mistake(
    LEAST,
    "The times were added up. The machine computes, moves bytes and takes the next kernels at the same time, so the "
    "longest decides: max.",
    "把几个时间加起来了。机器一边计算，一边搬运字节，一边接收后面的核函数，所以由最长的决定：用 max。",
)
def added_up(work, machine, launches=0):
    return work.operations / machine.flops + work.bytes / machine.bandwidth + launches * machine.launch


@mistake(
    LEAST,
    "This is the shortest of the times. It cannot be done before the longest is over: max.",
    "这是几个时间里最短的。最长的那个不结束，就做不完：用 max。",
)
def quickest(work, machine, launches=0):
    times = [work.operations / machine.flops, work.bytes / machine.bandwidth, launches * machine.launch]
    return min([seconds for seconds in times if seconds])


@mistake(
    LEAST,
    "The launches are missing: many small kernels take as long as the host needs to hand them over, launches * "
    "machine.launch.",
    "漏了启动的时间：小核函数很多时，要多久取决于主机交出它们的速度，即 launches * machine.launch。",
)
def launches_forgotten(work, machine, launches=0):
    return max(work.operations / machine.flops, work.bytes / machine.bandwidth)


@mistake(
    LEAST,
    "Only the operations were counted. Where few operations meet many bytes, memory decides: work.bytes / "
    "machine.bandwidth.",
    "只算了运算。运算少、字节多的时候，由内存决定：work.bytes / machine.bandwidth。",
)
def operations_alone(work, machine, launches=0):
    return work.operations / machine.flops


@mistake(
    LEAST,
    "Only the bytes were counted. Where many operations meet few bytes, the processor decides: work.operations / "
    "machine.flops.",
    "只算了字节。运算多、字节少的时候，由处理器决定：work.operations / machine.flops。",
)
def bytes_alone(work, machine, launches=0):
    return work.bytes / machine.bandwidth


@mistake(
    LEAST,
    "A single launch was counted: machine.launch is the time of one kernel, and there are `launches` of them.",
    "只算了一次启动：machine.launch 是一个核函数的时间，一共有 `launches` 个。",
)
def one_launch(work, machine, launches=0):
    return max(work.operations / machine.flops, work.bytes / machine.bandwidth, machine.launch)


@mistake(
    LEAST,
    "The launches were added to the longer of the others. The host hands over the next kernels while the GPU works, "
    "so they count only where they take longest: all three stand in the max.",
    "在运算和字节中较长的那个上又加了启动的时间。GPU 工作的同时，主机就在交出后面的核函数，"
    "所以启动只在它最长时才起作用：三个都要放进 max。",
)
def launches_added(work, machine, launches=0):
    return max(work.operations / machine.flops, work.bytes / machine.bandwidth) + launches * machine.launch


@mistake(
    LEAST,
    "Operations and rate were multiplied or divided the wrong way round: seconds are operations by operations a "
    "second.",
    "除反了：秒数 = 运算次数 / 每秒的运算次数。",
)
def upside_down(work, machine, launches=0):
    return max(machine.flops / work.operations, machine.bandwidth / work.bytes, launches * machine.launch)


@mistake(
    LEAST,
    "This is a rate, operations a second, as the roofline's picture shows it. Seconds are asked for.",
    "这是速度，即每秒的运算次数，也就是 roofline 图上的纵轴。要的是秒。",
)
def rate(work, machine, launches=0):
    return min(machine.flops, work.operations / work.bytes * machine.bandwidth)
