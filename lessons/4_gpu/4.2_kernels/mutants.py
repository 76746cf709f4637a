"""Wrong implementations for lesson 4.2, each with the diagnosis that it must get."""

from minigrad.course.mutants import mistake, mutant

BLOCKS = "minigrad.kernels.cuda.launch:blocks"
RELU = "minigrad.kernels.cuda.activation:relu_source"
RELU_BACK = "minigrad.kernels.cuda.activation:relu_backward_source"
SUM = "minigrad.kernels.cuda.rows:block_sum_source"
SOFTMAX = "minigrad.kernels.cuda.softmax:softmax_source"
SOFTMAX_BACK = "minigrad.kernels.cuda.softmax:softmax_backward_source"

# ------------------------------------------------------------------------------------------------------------- blocks

DOWN_EN = (
    "The quotient was rounded down: with 1000 elements and 256 threads that makes 3 blocks, 768 threads, and 232 "
    "elements "
    "without one. Add threads - 1 before dividing."
)
DOWN_ZH = (
    "商向下取整了：1000 个元素、256 个线程，只有 3 个块，768 个线程，剩下 232 个元素没有线程。除之前先加上 threads "
    "- 1。"
)


@mistake(BLOCKS, DOWN_EN, DOWN_ZH)
def rounded_down(n, threads=256):
    return max(1, n // threads)


@mistake(BLOCKS, DOWN_EN, DOWN_ZH)
def rounded_down_to_none(n, threads=256):
    return n // threads


@mistake(
    BLOCKS,
    "Where n is a multiple of threads this is one block too many, without a single element. Add threads - 1 before "
    "dividing, not 1 afterwards.",
    "n 恰好是 threads 的倍数时多出一个块，里面一个元素也没有。应该在除之前加 threads - 1，而不是除完再加 1。",
)
def one_too_many(n, threads=256):
    return n // threads + 1


@mistake(
    BLOCKS,
    "Rounded to the nearest whole number: whenever the rest is less than half a block, elements are left without a "
    "thread. Round up.",
    "四舍五入了：余数不到半个块时，就有元素没有线程。要向上取整。",
)
def rounded_to_nearest(n, threads=256):
    return max(1, round(n / threads))


@mistake(
    BLOCKS,
    "For no elements at all this is 0, and a GPU refuses to start 0 blocks. At least 1.",
    "一个元素也没有时得到 0，而 GPU 拒绝启动 0 个块。至少要有 1 个。",
)
def none_at_all(n, threads=256):
    return -(-n // threads)


@mistake(
    BLOCKS,
    "This is not a whole number: / gives a float in Python. A grid is made of ints: //.",
    "结果不是整数：Python 的 / 得到的是 float。块的个数必须是 int，用 //。",
)
def not_whole(n, threads=256):
    return max(1.0, n / threads)


@mistake(
    BLOCKS,
    "The parameter threads was not used: a block need not have 256.",
    "没有用到参数 threads：一个块不一定是 256 个线程。",
)
def threads_ignored(n, threads=256):
    return max(1, (n + 255) // 256)


@mistake(
    BLOCKS,
    "That is the number of threads in all blocks together. Asked for are the blocks.",
    "这是所有块的线程总数。要的是块的个数。",
)
def all_threads(n, threads=256):
    return max(1, (n + threads - 1) // threads) * threads


@mistake(
    BLOCKS,
    "One is missing in the sum: (n + threads - 1) // threads rounds up, with threads - 2 or less a rest of 1 is lost.",
    "加得少了：(n + threads - 1) // threads 才是向上取整；只加 threads - 2 或更少，余数为 1 时就丢了。",
)
def a_rest_lost(n, threads=256):
    return max(1, (n + threads - 2) // threads)


# ----------------------------------------------------------------------------------------------- relu and its gradient

I = "int i = blockIdx.x * blockDim.x + threadIdx.x;"
PLUS = "(A) x[i] < 0 ? (T) 0.0f : x[i]"
GRADIENT = "(A) y[i] != 0 ? gy[i] : (T) 0.0f"


def relu_of(body, head='extern "C" __global__ void relu(const T* x, T* y, int n)'):
    return f"\n{head} {{\n    {body}\n}}\n"


def relu_back_of(body, head='extern "C" __global__ void relu_backward(const T* gy, const T* y, T* gx, int n)'):
    return f"\n{head} {{\n    {body}\n}}\n"


ALONE_EN = (
    "Only threadIdx.x was used: then thread 5 of every block takes element 5, and what lies behind the first block is "
    "never touched. blockIdx.x * blockDim.x counts the threads of the blocks before."
)
ALONE_ZH = (
    "只用了 threadIdx.x：这样每个块的线程 5 取的都是第 5 个元素，第一个块以后的元素谁也没碰。"
    "blockIdx.x * blockDim.x 是前面各块的线程数。"
)
GRID_EN = (
    "gridDim.x is the number of blocks, blockDim.x the number of threads in one. Before this block come blockIdx.x "
    "blocks of blockDim.x threads each."
)
GRID_ZH = (
    "gridDim.x 是块的个数，blockDim.x 才是一个块里的线程数。这个块之前有 blockIdx.x 个块，每块 blockDim.x 个线程。"
)
ROLES_EN = (
    "threadIdx.x and blockIdx.x have changed places: neighbouring threads are to take neighbouring elements, so "
    "the block "
    "is what is multiplied by blockDim.x."
)
ROLES_ZH = "threadIdx.x 和 blockIdx.x 弄反了：相邻的线程要取相邻的元素，乘上 blockDim.x 的应该是块的编号。"
FIXED_EN = (
    "256 stands where blockDim.x should: here a block has fewer, and most elements lie between two blocks. "
    "Who starts a kernel decides how many threads there are; blockDim.x says it."
)
FIXED_ZH = (
    "该写 blockDim.x 的地方写死了 256：这里一个块的线程没有那么多，大多数元素落在两个块之间，没人管了。"
    "一个块有多少线程由启动核函数的一方决定，要用 blockDim.x。"
)
BLOCK_EN = "The block's number alone: all threads of a block take the same element. threadIdx.x has to be added."
BLOCK_ZH = "只用了块的编号：一个块的所有线程取的是同一个元素。还要加上 threadIdx.x。"


@mistake(RELU, ALONE_EN, ALONE_ZH)
def thread_alone():
    return relu_of(f"int i = threadIdx.x;\n    if (i < n) y[i] = {PLUS};")


@mistake(RELU_BACK, ALONE_EN, ALONE_ZH)
def thread_alone_back():
    return relu_back_of(f"int i = threadIdx.x;\n    if (i < n) gx[i] = {GRADIENT};")


@mistake(RELU, FIXED_EN, FIXED_ZH)
def always_256():
    return relu_of(f"int i = blockIdx.x * 256 + threadIdx.x;\n    if (i < n) y[i] = {PLUS};")


@mistake(RELU_BACK, FIXED_EN, FIXED_ZH)
def always_256_back():
    return relu_back_of(f"int i = blockIdx.x * 256 + threadIdx.x;\n    if (i < n) gx[i] = {GRADIENT};")


@mistake(RELU, GRID_EN, GRID_ZH)
def times_grid():
    return relu_of(f"int i = blockIdx.x * gridDim.x + threadIdx.x;\n    if (i < n) y[i] = {PLUS};")


@mistake(RELU_BACK, GRID_EN, GRID_ZH)
def times_grid_back():
    return relu_back_of(f"int i = blockIdx.x * gridDim.x + threadIdx.x;\n    if (i < n) gx[i] = {GRADIENT};")


@mistake(RELU, ROLES_EN, ROLES_ZH)
def roles_exchanged():
    return relu_of(f"int i = threadIdx.x * blockDim.x + blockIdx.x;\n    if (i < n) y[i] = {PLUS};")


@mistake(RELU_BACK, ROLES_EN, ROLES_ZH)
def roles_exchanged_back():
    return relu_back_of(f"int i = threadIdx.x * blockDim.x + blockIdx.x;\n    if (i < n) gx[i] = {GRADIENT};")


@mistake(RELU, BLOCK_EN, BLOCK_ZH)
def block_alone():
    return relu_of(f"int i = blockIdx.x;\n    if (i < n) y[i] = {PLUS};")


@mutant(RELU, "kernel_out_of_bounds")
def no_guard():
    return relu_of(f"{I}\n    y[i] = {PLUS};")


@mutant(RELU, "kernel_out_of_bounds")
def guard_one_too_far():
    return relu_of(f"{I}\n    if (i <= n) y[i] = {PLUS};")


@mutant(RELU_BACK, "kernel_out_of_bounds")
def no_guard_back():
    return relu_back_of(f"{I}\n    gx[i] = {GRADIENT};")


@mutant(RELU, "kernel_unwritten")
def guard_one_too_near():
    return relu_of(f"{I}\n    if (i < n - 1) y[i] = {PLUS};")


@mutant(RELU, "kernel_repeated")
def loop_over_all():
    return relu_of("for (int i = 0; i < n; i++) y[i] = (A) x[i] < 0 ? (T) 0.0f : x[i];")


@mistake(
    RELU,
    "Where x is not positive, nothing was written, and y holds whatever was in memory before: it was not zeroed. Each "
    "element needs its value, the 0 as well.",
    "x 不为正的地方什么也没写，y 里留着内存里原来的东西：它并没有清零。每个元素都要写，0 也要写。",
)
def left_alone():
    return relu_of(f"{I}\n    if (i < n && (A) x[i] > 0) y[i] = x[i];")


@mistake(
    RELU_BACK,
    "Where y is 0, nothing was written, and gx holds whatever was in memory before: it was not zeroed. Each "
    "element needs "
    "its value, the 0 as well.",
    "y 为 0 的地方什么也没写，gx 里留着内存里原来的东西：它并没有清零。每个元素都要写，0 也要写。",
)
def left_alone_back():
    return relu_back_of(f"{I}\n    if (i < n && (A) y[i] != 0) gx[i] = gy[i];")


@mistake(
    RELU,
    "NaN has become 0. Every comparison with NaN is false, so x > 0 ? x : 0 and max(x, 0) take the 0. An error "
    "upstream "
    "would be hidden that way. Ask the other way round: x < 0 ? 0 : x.",
    "NaN 变成了 0。NaN 与任何数比较都不成立，所以 x > 0 ? x : 0 和 max(x, 0) 都会取 0，前面出的错就被掩盖了。"
    "反过来问：x < 0 ? 0 : x。",
)
def nan_lost():
    return relu_of(f"{I}\n    if (i < n) y[i] = (A) x[i] > 0 ? x[i] : (T) 0.0f;")


@mistake(
    RELU_BACK,
    "Where y is NaN, the gradient was set to 0: NaN > 0 is false. NaN is not 0, so y != 0 lets it through.",
    "y 是 NaN 的地方，梯度被置成了 0：NaN > 0 不成立。NaN 不等于 0，用 y != 0 就能让它通过。",
)
def nan_lost_back():
    return relu_back_of(f"{I}\n    if (i < n) gx[i] = (A) y[i] > 0 ? gy[i] : (T) 0.0f;")


@mistake(
    RELU,
    "It is turned round: the negative numbers stay, the positive ones have become 0. c ? a : b is a where c holds.",
    "反了：负数留下了，正数变成了 0。c ? a : b 在 c 成立时取 a。",
)
def turned_round():
    return relu_of(f"{I}\n    if (i < n) y[i] = (A) x[i] < 0 ? x[i] : (T) 0.0f;")


@mistake(RELU, "y is a copy of x: negative numbers are still there.", "y 只是 x 的副本：负数还在。")
def copied():
    return relu_of(f"{I}\n    if (i < n) y[i] = x[i];")


@mistake(
    RELU_BACK,
    "It is turned round: the gradient passes where y is 0.",
    "反了：y 为 0 的地方梯度反而通过了。",
)
def turned_round_back():
    return relu_back_of(f"{I}\n    if (i < n) gx[i] = (A) y[i] == 0 ? gy[i] : (T) 0.0f;")


@mistake(
    RELU_BACK,
    "gx is a copy of gy: it passes everywhere, y was not asked.",
    "gx 只是 gy 的副本：没有看 y，处处都通过了。",
)
def copied_back():
    return relu_back_of(f"{I}\n    if (i < n) gx[i] = gy[i];")


@mistake(
    RELU_BACK,
    "This is the slope, 1 or 0. The chain rule multiplies it with the upstream gradient: gy where the slope is 1.",
    "这只是斜率，1 或 0。按链式法则还要乘上上游梯度：斜率为 1 的地方是 gy。",
)
def slope_alone():
    return relu_back_of(f"{I}\n    if (i < n) gx[i] = (A) y[i] != 0 ? (T) 1.0f : (T) 0.0f;")


@mistake(
    RELU_BACK,
    "gy was multiplied by y, not by the slope of relu, which is 1 or 0.",
    "gy 乘的是 y，而不是 relu 的斜率；斜率是 1 或 0。",
)
def multiplied_by_y():
    return relu_back_of(f"{I}\n    if (i < n) gx[i] = (T) ((A) gy[i] * (A) y[i]);")


@mistake(
    RELU_BACK,
    "gy and y are exchanged: y came out where gy is not 0. The first parameter is the gradient, whatever it is called.",
    "gy 和 y 弄反了：gy 不为 0 的地方写了 y。不管叫什么名字，第一个参数是上游梯度。",
)
def exchanged_back():
    return relu_back_of(f"{I}\n    if (i < n) gx[i] = (A) gy[i] != 0 ? y[i] : (T) 0.0f;")


@mutant(RELU, "kernel_input_changed")
def outputs_first():
    return relu_of(f"{I}\n    if (i < n) y[i] = {PLUS};", 'extern "C" __global__ void relu(T* y, T* x, int n)')


@mutant(RELU, "kernel_argument")
def n_first():
    return relu_of(f"{I}\n    if (i < n) y[i] = {PLUS};", 'extern "C" __global__ void relu(int n, const T* x, T* y)')


@mutant(RELU, "kernel_argument")
def floats_only():
    return relu_of(
        f"{I}\n    if (i < n) y[i] = x[i] < 0 ? 0.0f : x[i];",
        'extern "C" __global__ void relu(const float* x, float* y, int n)',
    )


@mutant(RELU, "kernel_argument")
def another_name():
    return relu_of(f"{I}\n    if (i < n) y[i] = {PLUS};", 'extern "C" __global__ void ReLU(const T* x, T* y, int n)')


@mutant(RELU, "kernel_type")
def half_compared():
    return relu_of(f"{I}\n    if (i < n) y[i] = x[i] < 0 ? 0 : x[i];")


@mutant(RELU, "kernel_rule")
def written_to_const():
    return relu_of(f"{I}\n    if (i < n) x[i] = {PLUS};")


@mutant(RELU, "kernel_syntax")
def no_extern():
    return relu_of(f"{I}\n    if (i < n) y[i] = {PLUS};", "__global__ void relu(const T* x, T* y, int n)")


@mutant(RELU, "kernel_syntax")
def no_global():
    return relu_of(f"{I}\n    if (i < n) y[i] = {PLUS};", 'extern "C" void relu(const T* x, T* y, int n)')


@mutant(RELU, "kernel_syntax")
def no_semicolon():
    return relu_of(f"{I[:-1]}\n    if (i < n) y[i] = {PLUS};")


@mutant(RELU, "kernel_syntax")
def python():
    return "\ndef relu(x, y, n):\n    for i in range(n):\n        y[i] = max(x[i], 0)\n"


@mutant(RELU_BACK, "kernel_syntax")
def colon():
    return relu_back_of(f"{I}\n    if i < n:\n        gx[i] = {GRADIENT};")


@mutant(RELU, "kernel_endless")
def endless():
    return relu_of(f"{I}\n    while (i < n) y[i] = {PLUS};")


@mutant(RELU, "nothing")
def no_return():
    return None


@mutant(RELU_BACK, "kernel_no_text")
def no_text():
    return relu_back_of, 3


# ------------------------------------------------------------------------------------------------------------ block_sum

TREE = """
    for (int step = blockDim.x / 2; step > 0; step /= 2) {
        if (i < step) part[i] += part[i + step];
        __syncthreads();
    }"""
START = """
    __shared__ A part[1024];
    int i = threadIdx.x;
    part[i] = value;
    __syncthreads();"""
END = """
    value = part[0];
    __syncthreads();
    return value;"""


def sum_of(start=START, tree=TREE, end=END, head="__device__ A block_sum(A value)"):
    return f"\n{head} {{{start}{tree}{end}\n}}\n"


@mistake(
    SUM,
    "The __syncthreads() after the threads have put their values down is missing: the first step reads what other "
    "threads bring, who may not have come yet.",
    "线程放下自己的值之后少了 __syncthreads()：第一步就要读别的线程带来的值，而它们可能还没有到。",
)
def first_barrier_missing():
    return sum_of(START.replace("    __syncthreads();", ""))


@mistake(
    SUM,
    "The __syncthreads() inside the loop is missing: a step reads sums that other threads have made in the step "
    "before, "
    "or may still be reading.",
    "循环里少了 __syncthreads()：这一步读的，是别的线程上一步算出来的和，它们也许还没算完，或者还在读。",
)
def loop_barrier_missing():
    return sum_of(tree=TREE.replace("        __syncthreads();\n", ""))


LAST_EN = (
    "The last __syncthreads() is missing: one call's threads may still read part[0] while a faster thread, in the "
    "next call, already puts its new value there."
)
LAST_ZH = (
    "少了最后一个 __syncthreads()：这一次调用里还有线程没读完 part[0]，快的线程已经进入下一次调用，把新的值写到那里了。"
)


@mistake(SUM, LAST_EN, LAST_ZH)
def last_barrier_missing():
    return sum_of(end="\n    return part[0];")


@mistake(SUM, LAST_EN, LAST_ZH)
def last_barrier_missing_and_sum_kept():
    return sum_of(end="\n    value = part[0];\n    return value;")


@mistake(
    SUM,
    "The __syncthreads() stands inside the if: only the threads that add come to it, the others never do. It belongs "
    "behind the if, where all pass.",
    "__syncthreads() 写在了 if 里面：只有做加法的线程会到，别的永远不会来。它应该放在 if 后面，让所有线程都经过。",
)
def barrier_in_if():
    here = "if (i < step) part[i] += part[i + step];\n        __syncthreads();"
    return sum_of(tree=TREE.replace(here, "if (i < step) { part[i] += part[i + step]; __syncthreads(); }"))


@mistake(
    SUM,
    "Threads that have nothing more to add leave with return, and are missed at the next __syncthreads(). They "
    "have to "
    "come along to the end; besides, they need the sum, too.",
    "没有加法可做的线程用 return 走了，下一个 __syncthreads() 就等不到它们。它们要一直跟到最后，何况它们也要拿到和。",
)
def left_early():
    return sum_of(tree=TREE.replace("if (i < step) part", "if (i >= step) return value;\n        part"))


@mistake(
    SUM,
    "More threads add than should: only those below step have a partner, part[i + step], that is still in use. The "
    "others "
    "read behind the block's values.",
    "做加法的线程太多了：只有编号小于 step 的线程才有还在用的另一半 part[i + step]。别的线程读到了这个块的值后面去。",
)
def all_add():
    return sum_of(tree=TREE.replace("if (i < step) ", ""))


@mistake(
    SUM,
    "The first step is blockDim.x: then the partner of thread 0 would be part[blockDim.x], behind the last value. "
    "Half "
    "the block adds the other half: begin with blockDim.x / 2.",
    "第一步的 step 是 blockDim.x：线程 0 的另一半就成了 part[blockDim.x]，在最后一个值之后。是半个块加另半个块：从 "
    "blockDim.x / 2 开始。",
)
def first_step_too_large():
    return sum_of(tree=TREE.replace("blockDim.x / 2", "blockDim.x"))


@mistake(
    SUM,
    "The first step is blockDim.x / 4: the upper half of the values was never added. Begin with blockDim.x / 2.",
    "第一步的 step 是 blockDim.x / 4：后一半的值根本没有加进来。应从 blockDim.x / 2 开始。",
)
def first_step_too_small():
    return sum_of(tree=TREE.replace("blockDim.x / 2", "blockDim.x / 4"))


@mistake(
    SUM,
    "The last step is missing: the loop ends before step 1, so part[1] is left out. step > 0.",
    "少了最后一步：step 等于 1 之前循环就结束了，part[1] 没有加上。应为 step > 0。",
)
def last_step_missing():
    return sum_of(tree=TREE.replace("step > 0", "step > 1"))


@mistake(
    SUM,
    "Each thread gets its own value back, not the sum: that stands in part[0].",
    "每个线程拿回的是自己的值，不是和：和在 part[0] 里。",
)
def own_value():
    return sum_of(end="\n    return value;")


@mistake(
    SUM,
    "Only thread 0 gets the sum. All threads of the block need it: each reads part[0].",
    "只有线程 0 拿到了和。块里的每个线程都要：各自去读 part[0]。",
)
def one_knows():
    return sum_of(end="\n    if (i == 0) value = part[0];\n    __syncthreads();\n    return value;")


@mistake(
    SUM,
    "Each thread gets what stands in its own place, a sum of some values. The whole sum is in part[0].",
    "每个线程拿到的是自己位置上的数，只是一部分的和。总和在 part[0] 里。",
)
def own_place():
    return sum_of(end="\n    value = part[i];\n    __syncthreads();\n    return value;")


@mistake(
    SUM,
    "part[i] = part[i + step] replaces, it does not add: the last value alone is left. +=",
    "part[i] = part[i + step] 是替换，不是相加：最后只剩下一个值。应为 +=。",
)
def replaced():
    return sum_of(tree=TREE.replace("+=", "="))


@mutant(SUM, "kernel_coarse")
def float_for_a():
    return sum_of(START.replace("A part", "float part"))


@mutant(SUM, "kernel_uninitialised")
def not_shared():
    return sum_of(START.replace("__shared__ ", ""))


@mutant(SUM, "kernel_out_of_bounds")
def too_few_places():
    return sum_of(START.replace("1024", "32"))


@mutant(SUM, "kernel_rule")
def places_counted_at_run_time():
    return sum_of(START.replace("1024", "blockDim.x"))


@mutant(SUM, "kernel_syntax")
def no_device():
    return sum_of(head="A block_sum(A value)")


@mutant(SUM, "kernel_syntax")
def another_function():
    return sum_of(head="__device__ A blocksum(A value)")


@mutant(SUM, "kernel_rule")
def gives_nothing():
    return sum_of(end="\n    __syncthreads();", head="__device__ void block_sum(A value)")


@mutant(SUM, "kernel_no_return")
def return_forgotten():
    return sum_of(end="\n    value = part[0];\n    __syncthreads();")


@mutant(SUM, "kernel_endless")
def never_halved():
    return sum_of(tree=TREE.replace("step /= 2", "step / 2"))


@mutant(SUM, "kernel_syntax")
def floor_division():
    return sum_of(tree=TREE.replace("blockDim.x / 2", "blockDim.x // 2"))


# -------------------------------------------------------------------------------------------------------------- softmax

STRIDED = "for (int j = threadIdx.x; j < m; j += blockDim.x)"
SOFTMAX_BODY = f"""
    const T* row = x + (long long) blockIdx.x * m;
    T* out = y + (long long) blockIdx.x * m;
    A largest = -INFINITY;
    {STRIDED} largest = max(largest, (A) row[j]);
    largest = block_max(largest);
    A total = 0;
    {STRIDED} total += exp((A) row[j] - largest);
    total = block_sum(total);
    {STRIDED} out[j] = (T) (exp((A) row[j] - largest) / total);"""


def softmax_with(*changes):
    body = SOFTMAX_BODY
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    return f'\nextern "C" __global__ void softmax(const T* x, T* y, int m) {{{body}\n}}\n'


OFFSET_EN = (
    "The row's beginning was forgotten: every block works on row 0. Block blockIdx.x begins at element blockIdx.x "
    "* m, "
    "where it reads and where it writes."
)
OFFSET_ZH = "忘了行的起点：每个块算的都是第 0 行。第 blockIdx.x 个块从元素 blockIdx.x * m 开始，读和写都是。"


@mistake(SOFTMAX, OFFSET_EN, OFFSET_ZH)
def offset_forgotten():
    return softmax_with(("x + (long long) blockIdx.x * m", "x"), ("y + (long long) blockIdx.x * m", "y"))


@mistake(
    SOFTMAX,
    "Every block reads row 0: x needs the row's beginning, blockIdx.x * m, too.",
    "每个块读的都是第 0 行：x 也要加上行的起点 blockIdx.x * m。",
)
def reads_row_0():
    return softmax_with(("x + (long long) blockIdx.x * m", "x"))


@mutant(SOFTMAX, "kernel_block_race")
def writes_row_0():
    return softmax_with(("y + (long long) blockIdx.x * m", "y"))


@mutant(SOFTMAX, "kernel_block_race")
def row_by_threads():
    return softmax_with(("blockIdx.x * m", "blockIdx.x * blockDim.x"))


@mistake(
    SOFTMAX,
    "Each thread takes one element only, and what lies behind the first blockDim.x of a row is left out. It has to "
    "go on "
    "by blockDim.x until the row is over.",
    "每个线程只取了一个元素，一行里第 blockDim.x 个以后的元素就没人管了。应该每次前进 blockDim.x，直到这一行结束。",
)
def one_element_each():
    return (
        softmax_with((STRIDED, "int j = threadIdx.x; if (j < m)"))
        .replace("0;\n    int j", "0;\n    j")
        .replace("total);\n    int j", "total);\n    j")
    )


@mistake(
    SOFTMAX,
    "The threads go on by one, so the later elements of a row are counted by many threads. Thread 0 takes 0, "
    "blockDim.x, "
    "2 * blockDim.x, ...: j += blockDim.x.",
    "线程每次只前进 1，一行里靠后的元素就被许多线程重复计算。线程 0 取的应该是 0、blockDim.x、2 * blockDim.x……：j "
    "+= blockDim.x。",
)
def by_one():
    return softmax_with(
        (f"{STRIDED} total +=", "for (int j = threadIdx.x; j < m; j++) total +="),
    )


@mistake(
    SOFTMAX,
    "The largest element was not subtracted: from a score of 89 on (float32) e^x is inf, and inf / inf is NaN. The "
    "quotient stays the same when each exponent is smaller by max x.",
    "没有减去最大的元素：分数从 89 起（float32），e^x 就是 inf，而 inf / inf 是 NaN。指数都减去 max x，商不变。",
)
def largest_not_subtracted():
    return softmax_with((" - largest", ""))


@mistake(
    SOFTMAX,
    "The largest element was subtracted in one of the two exponentials only: they must be the same, or the row "
    "does not "
    "sum to 1.",
    "两处指数里只有一处减了最大的元素：两处必须一样，否则一行之和不是 1。",
)
def subtracted_once():
    return softmax_with(("(exp((A) row[j] - largest)", "(exp((A) row[j])"))


@mistake(
    SOFTMAX,
    "Each thread subtracts the largest of its own elements: block_max is missing, or what it gives was not kept "
    "(largest = block_max(largest)). The number that is subtracted must be the same for the whole row.",
    "每个线程减的是自己那些元素里最大的：少了 block_max，或者没有把它返回的值存下来（largest = block_max(largest)）。"
    "整行减去的必须是同一个数。",
)
def own_largest():
    return softmax_with(("    largest = block_max(largest);\n", ""))


@mistake(
    SOFTMAX,
    "Each thread divides by the sum of its own elements: block_sum is missing, or what it gives was not kept "
    "(total = block_sum(total)).",
    "每个线程除以的是自己那些元素的和：少了 block_sum，或者没有把它返回的值存下来（total = block_sum(total)）。",
)
def own_sum():
    return softmax_with(("    total = block_sum(total);\n", ""))


@mistake(
    SOFTMAX,
    "The largest begins at 0: in a row in which all are far below 0, 0 is subtracted, every exponential is 0, and "
    "0 / 0 "
    "is NaN. Begin with -INFINITY.",
    "最大值从 0 开始：如果一行全都远小于 0，减去的就是 0，所有指数都成了 0，而 0 / 0 是 NaN。应从 -INFINITY 开始。",
)
def begins_at_zero():
    return softmax_with(("-INFINITY", "0"))


@mistake(SOFTMAX, "The exponentials are not divided by their sum.", "指数没有除以它们的和。")
def not_divided():
    return softmax_with((" / total", ""))


@mistake(
    SOFTMAX,
    "The sum is one of the elements, not of their exponentials.",
    "求和的是元素本身，而不是它们的指数。",
)
def sum_of_elements():
    return softmax_with(("total += exp((A) row[j] - largest)", "total += (A) row[j] - largest"))


@mistake(
    SOFTMAX,
    "The smallest element was taken in place of the largest: min for max, so exponents are large and positive.",
    "取成了最小的元素：max 写成了 min，指数就成了很大的正数。",
)
def smallest_for_largest():
    block_min = "-block_max(-largest)"
    return softmax_with(
        ("-INFINITY", "INFINITY"), ("max(largest, ", "min(largest, "), ("block_max(largest)", block_min)
    )


@mistake(
    SOFTMAX,
    "Threads without an element leave with return, but block_max and block_sum need all threads of the block: they "
    "wait "
    "inside. The loops already do nothing where j < m does not hold.",
    "没有元素的线程用 return 走了，可是 block_max 和 block_sum 要整个块的线程都来：它们在里面等。j < m 不成立时，"
    "循环本来就什么也不做。",
)
def left_before_the_barrier():
    return softmax_with(("\n    const T* row", "\n    if (threadIdx.x >= m) return;\n    const T* row"))


@mutant(SOFTMAX, "kernel_barrier")
def block_max_in_the_loop():
    here = "largest = max(largest, (A) row[j]);\n    largest = block_max(largest);"
    return softmax_with((here, "{ " + here.replace("\n   ", "") + " }"))


@mutant(SOFTMAX, "kernel_coarse")
def float_for_a_in_softmax():
    return softmax_with(("exp(", "expf("))


@mutant(SOFTMAX, "kernel_type")
def summed_in_t():
    return softmax_with(("A total = 0", "T total = 0"), ("total += exp", "total = total + (T) exp"))


@mutant(SOFTMAX, "kernel_fraction")
def summed_in_int():
    return softmax_with(("A total = 0", "int total = 0"))


@mutant(SOFTMAX, "kernel_fraction")
def whole_numbers_divided():
    return softmax_with((" / total)", " * (1 / m))"))


@mutant(SOFTMAX, "kernel_syntax")
def comment_without_end():
    return softmax_with(("    A total", "    /* the sum\n    A total"))


@mutant(SOFTMAX, "kernel_repeated")
def every_thread_all():
    return softmax_with(
        (STRIDED, "for (int j = 0; j < m; j++)"),
        ("    largest = block_max(largest);\n", ""),
        ("    total = block_sum(total);\n", ""),
    )


@mutant(SOFTMAX, "kernel_syntax")
def numpy():
    return softmax_with(("exp(", "np.exp("))


@mutant(SOFTMAX, "kernel_endless")
def does_not_go_on():
    return softmax_with(("j += blockDim.x", "j + blockDim.x"))


# ----------------------------------------------------------------------------------------------------- softmax_backward

BACK_BODY = f"""
    long long start = (long long) blockIdx.x * m;
    A total = 0;
    {STRIDED} total += (A) gy[start + j] * (A) y[start + j];
    total = block_sum(total);
    {STRIDED} gx[start + j] = (T) ((A) y[start + j] * ((A) gy[start + j] - total));"""


def back_with(*changes):
    body = BACK_BODY
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    return f'\nextern "C" __global__ void softmax_backward(const T* gy, const T* y, T* gx, int m) {{{body}\n}}\n'


@mistake(SOFTMAX_BACK, OFFSET_EN, OFFSET_ZH)
def offset_forgotten_back():
    return back_with(("(long long) blockIdx.x * m", "0"))


@mistake(
    SOFTMAX_BACK,
    "The sum is missing: this is y · gy. Each x moves all y of its row through the sum that they share, so Σ gy y "
    "has to be "
    "subtracted from gy.",
    "少了求和的那一项：这只是 y · gy。同一行的 y 共用一个分母，每个 x 会推动所有的 y，所以要从 gy 里减去 Σ gy y。",
)
def without_sum():
    return back_with((" - total", ""))


@mistake(SOFTMAX_BACK, "The sum is one of gy alone; it must be Σ gy y.", "求和的只有 gy；应为 Σ gy y。")
def sum_without_y():
    return back_with((" * (A) y[start + j];", ";"))


@mistake(
    SOFTMAX_BACK,
    "The sum is one of y alone, which is 1 in every row; it must be Σ gy y.",
    "求和的只有 y，每一行都是 1；应为 Σ gy y。",
)
def sum_without_gy():
    return back_with(("total += (A) gy[start + j] * ", "total += "))


@mistake(
    SOFTMAX_BACK,
    "The factor y in front is missing: gx = y (gy - sum).",
    "前面少乘了 y：gx = y (gy - 和)。",
)
def without_y():
    return back_with(("(A) y[start + j] * ((A)", "((A)"))


@mistake(
    SOFTMAX_BACK,
    "Only the element's own y · (1 - y) is there; the other elements of the row, which share the sum, are missing.",
    "只有元素自己的 y · (1 - y)；同一行里共用分母的其他元素没有算进来。",
)
def diagonal_alone():
    return back_with(("((A) gy[start + j] - total)", "(A) gy[start + j] * (1 - (A) y[start + j])"))


@mistake(SOFTMAX_BACK, "The sum was added; it has to be subtracted.", "和被加上去了；应该减去。")
def sum_added():
    return back_with((" - total", " + total"))


@mistake(
    SOFTMAX_BACK,
    "gy and y are exchanged: gy (y - sum) came out. The first parameter is the gradient, whatever it is called.",
    "gy 和 y 弄反了：算成了 gy (y - 和)。不管叫什么名字，第一个参数是上游梯度。",
)
def exchanged_softmax_back():
    return back_with().replace("const T* gy, const T* y", "const T* y, const T* gy")


@mistake(
    SOFTMAX_BACK,
    "Each thread subtracts the sum over its own elements: block_sum is missing, or what it gives was not kept "
    "(total = block_sum(total)).",
    "每个线程减的是自己那些元素的和：少了 block_sum，或者没有把它返回的值存下来（total = block_sum(total)）。",
)
def own_sum_back():
    return back_with(("    total = block_sum(total);\n", ""))


@mistake(
    SOFTMAX_BACK,
    "Each thread takes one element only, and what lies behind the first blockDim.x of a row is left out. It has to "
    "go on "
    "by blockDim.x until the row is over.",
    "每个线程只取了一个元素，一行里第 blockDim.x 个以后的元素就没人管了。应该每次前进 blockDim.x，直到这一行结束。",
)
def one_element_each_back():
    return back_with((STRIDED, "int j = threadIdx.x; if (j < m)")).replace("total);\n    int j", "total);\n    j")


@mutant(SOFTMAX_BACK, "kernel_coarse")
def float_for_a_back():
    return back_with(("A total", "float total"))


@mutant(SOFTMAX_BACK, "kernel_type")
def halves_multiplied():
    return back_with(("(A) gy[start + j] * (A) y[start + j];", "gy[start + j] * y[start + j];"))


@mutant(SOFTMAX_BACK, "kernel_barrier")
def block_sum_in_an_if():
    return back_with(("total = block_sum(total);", "if (threadIdx.x < m) total = block_sum(total);"))


@mutant(SOFTMAX_BACK, "kernel_block_race")
def no_end_of_the_row():
    return back_with((f"{STRIDED} gx", "for (int j = threadIdx.x; j <= m; j += blockDim.x) gx"))
