"""Mistakes that are made in lesson 1.3."""

import numpy as np

from minigrad.course.mutants import mistake, mutant
from minigrad.gradcheck import numerical_gradient, one_hot, slope

SLOPE = "minigrad.gradcheck:slope"
GRADIENT = "minigrad.gradcheck:numerical_gradient"
KINK = "minigrad.gradcheck:is_kink"


def measured(loss, x, *moves):
    """The loss after each of these moves of x, which is then as it was."""
    start, losses = x.copy(), []
    for move in moves:
        x[...] = start + move
        losses.append(loss())
    x[...] = start
    return losses


# ------------------------------------------------------------------------------------------------------------- slope

ONE_SIDED = (
    "This is a one-sided difference: it measures from x to one side only, and its error is proportional to ε. Measure "
    "on both sides, at x + ε d and x - ε d: the errors of the two halves then cancel up to ε².",
    "这是单侧差分：只在 x 的一侧测量，误差与 ε 成正比。要在两侧测量，即 x + ε d 和 x - ε d，"
    "两半的误差会互相抵消，只剩 ε² 量级。",
)


@mistake(SLOPE, *ONE_SIDED)
def one_sided(loss, x, direction, eps):
    above, middle = measured(loss, x, eps * direction, 0)
    return (above - middle) / eps


@mistake(SLOPE, *ONE_SIDED)
def other_side(loss, x, direction, eps):
    middle, below = measured(loss, x, 0, -eps * direction)
    return (middle - below) / eps


@mistake(
    SLOPE,
    "The second measurement is made at x, not at x - ε d: from x + ε d you must go back by 2 ε d.",
    "第二次测量是在 x 处，而不是在 x - ε d 处：从 x + ε d 要往回走 2 ε d。",
)
def back_to_the_start(loss, x, direction, eps):
    above, middle = measured(loss, x, eps * direction, 0)
    return (above - middle) / (2 * eps)


@mistake(
    SLOPE,
    "The result is twice the slope: the points x + ε d and x - ε d are 2 ε apart, so divide by 2 ε.",
    "结果是斜率的两倍：x + ε d 和 x - ε d 相距 2 ε，所以要除以 2 ε。",
)
def divided_by_eps(loss, x, direction, eps):
    return 2 * slope(loss, x, direction, eps)


@mistake(
    SLOPE,
    "(above - below) / 2 * eps multiplies by eps: Python works from left to right. Write / (2 * eps).",
    "(above - below) / 2 * eps 是乘以 eps：Python 从左往右算。请写 / (2 * eps)。",
)
def brackets_forgotten(loss, x, direction, eps):
    return slope(loss, x, direction, eps) * eps**2


@mistake(
    SLOPE,
    "The difference of the losses is divided by ε²; a slope is divided by the distance, 2 ε.",
    "损失之差除以了 ε²；求斜率应该除以距离，即 2 ε。",
)
def squared_eps(loss, x, direction, eps):
    return 2 * slope(loss, x, direction, eps) / eps


@mistake(
    SLOPE,
    "A step of its own (1e-6 or the like) was taken instead of the parameter eps.",
    "用了自己定的步长（比如 1e-6），没有用参数 eps。",
)
def own_step(loss, x, direction, eps):
    return slope(loss, x, direction, 1e-6)


@mistake(
    SLOPE,
    "The direction was brought to length 1. The slope along d is Σ dL/dx · d: twice the direction, twice the slope.",
    "把方向缩放成了长度 1。沿 d 的斜率是 Σ dL/dx · d：方向加倍，斜率也加倍。",
)
def direction_of_length_one(loss, x, direction, eps):
    return slope(loss, x, direction / np.sqrt((direction**2).sum()), eps)


@mistake(
    SLOPE,
    "The direction is not used: every element of x was moved by the same ε.",
    "没有用到 direction：x 的每个元素都移动了同样的 ε。",
)
def direction_ignored(loss, x, direction, eps):
    return slope(loss, x, np.ones_like(x), eps)


@mistake(
    SLOPE,
    "The sign is wrong: it is the loss above, at x + ε d, minus the loss below, at x - ε d.",
    "符号反了：应该用 x + ε d 处的损失减去 x - ε d 处的损失。",
)
def below_minus_above(loss, x, direction, eps):
    return -slope(loss, x, direction, eps)


@mutant(SLOPE, "copy_moved")
def works_on_a_copy(loss, x, direction, eps):
    start = x
    x = start + eps * direction
    above = loss()
    x = start - eps * direction
    return (above - loss()) / (2 * eps)


@mutant(SLOPE, "not_restored")
def never_restored(loss, x, direction, eps):
    x += eps * direction
    above = loss()
    x -= 2 * eps * direction
    return (above - loss()) / (2 * eps)


@mutant(SLOPE, "not_restored")
def restored_by_a_view(loss, x, direction, eps):
    start = x[...]  # no copy: it moves with x
    x += eps * direction
    above = loss()
    x -= 2 * eps * direction
    below = loss()
    x[...] = start
    return (above - below) / (2 * eps)


@mutant(SLOPE, "rounded")
def restored_by_adding(loss, x, direction, eps):
    x += eps * direction
    above = loss()
    x -= 2 * eps * direction
    below = loss()
    x += eps * direction
    return (above - below) / (2 * eps)


@mutant(SLOPE, "modified_input")
def direction_changed(loss, x, direction, eps):
    result = slope(loss, x, direction, eps)
    direction *= eps
    return result


@mutant(SLOPE, "nothing")
def no_return(loss, x, direction, eps):
    slope(loss, x, direction, eps)


@mutant(SLOPE, "no_number")
def slopes_of_every_element(loss, x, direction, eps):
    return slope(loss, x, direction, eps) * np.ones_like(x)


# ------------------------------------------------------------------------------------------------ numerical_gradient


@mutant(GRADIENT, "shape")
def flat(loss, x, eps=1e-6):
    return numerical_gradient(loss, x, eps).ravel()


@mistake(
    GRADIENT,
    "eps is not passed on: the step is always 1e-6.",
    "没有把 eps 传下去：步长总是 1e-6。",
)
def eps_not_passed_on(loss, x, eps=1e-6):
    return numerical_gradient(loss, x, 1e-6)


@mistake(
    GRADIENT,
    "Every element holds the slope along the direction of all ones: all of x was moved at once. Move one element only.",
    "每个元素都是沿“全 1”方向的斜率：整个 x 一起移动了。每次只移动一个元素。",
)
def all_at_once(loss, x, eps=1e-6):
    return np.full(x.shape, slope(loss, x, np.ones_like(x), eps))


FIRST_ONES = (
    "Only the first len(x) elements were measured. k must run through all of x: range(x.size).",
    "只测了前 len(x) 个元素。k 要走遍整个 x：range(x.size)。",
)


@mistake(GRADIENT, *FIRST_ONES)
def first_dimension_only(loss, x, eps=1e-6):
    result = np.zeros(x.shape)
    for k in range(len(x)):
        result.flat[k] = slope(loss, x, one_hot(x, k), eps)
    return result


@mistake(GRADIENT, *FIRST_ONES)
def rows_filled(loss, x, eps=1e-6):
    result = np.zeros(x.shape)
    for k in range(len(x)):
        result[k] = slope(loss, x, one_hot(x, k), eps)
    return result


@mistake(
    GRADIENT,
    "Each element is one-sided, (L(x + ε) - L(x)) / ε, with an error proportional to ε. Use slope: it measures on both "
    "sides.",
    "每个元素都是单侧差分 (L(x + ε) - L(x)) / ε，误差与 ε 成正比。请用 slope，它在两侧测量。",
)
def one_sided_elements(loss, x, eps=1e-6):
    result = np.zeros(x.shape)
    for k in range(x.size):
        above, middle = measured(loss, x, eps * one_hot(x, k), 0)
        result.flat[k] = (above - middle) / eps
    return result


@mistake(
    GRADIENT,
    "Each element is multiplied by x once more. The slope along one_hot(x, k) is the partial derivative already.",
    "每个元素又多乘了一次 x。沿 one_hot(x, k) 的斜率就已经是偏导数了。",
)
def times_x(loss, x, eps=1e-6):
    return numerical_gradient(loss, x, eps) * x


@mutant(GRADIENT, "float64")
def in_the_dtype_of_x(loss, x, eps=1e-6):
    return numerical_gradient(loss, x, eps).astype(x.dtype)


@mutant(GRADIENT, "not_restored")
def moves_and_stays(loss, x, eps=1e-6):
    result = numerical_gradient(loss, x, eps)
    x -= eps
    return result


@mutant(GRADIENT, "rounded")
def moved_there_and_back(loss, x, eps=1e-6):
    result = np.zeros(x.shape)
    for k in range(x.size):
        x.flat[k] += eps
        above = loss()
        x.flat[k] -= 2 * eps
        below = loss()
        x.flat[k] += eps
        result.flat[k] = (above - below) / (2 * eps)
    return result


@mutant(GRADIENT, "copy_moved")
def gradient_on_a_copy(loss, x, eps=1e-6):
    return np.array([slope(loss, x.copy(), one_hot(x, k), eps) for k in range(x.size)]).reshape(x.shape)


# ----------------------------------------------------------------------------------------------------------- is_kink


def sides(loss, x, k, eps):
    """The slopes to the left and to the right."""
    direction = one_hot(x, k)
    above, middle, below = measured(loss, x, eps * direction, 0, -eps * direction)
    return (middle - below) / eps, (above - middle) / eps


@mistake(
    KINK,
    "Any difference of the slopes counts as a kink. Rounding and curvature make them differ a little everywhere: allow "
    "0.001 · max(1, |left|, |right|).",
    "两侧斜率只要有差别就算折点了。舍入和弯曲使它们处处都略有差别：要允许 0.001 · max(1, |left|, |right|) 的误差。",
)
def no_tolerance(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return left != right


@mistake(
    KINK,
    "The tolerance does not grow with the slope. Where a smooth function is steep, a difference of 0.001 is nothing: "
    "compare with 0.001 · max(1, |left|, |right|).",
    "容差没有随斜率变大。光滑函数很陡的地方，相差 0.001 不算什么：应与 0.001 · max(1, |left|, |right|) 比较。",
)
def absolute_tolerance(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return abs(right - left) > 1e-3


@mistake(
    KINK,
    "The tolerance is relative only. In a minimum both slopes are almost 0, one above and one below, and so any "
    "difference looks large: the 1 in max(1, |left|, |right|) is for that.",
    "只用了相对容差。在极小值处两个斜率都接近 0，一正一负，于是再小的差别也显得很大：max(1, |left|, |right|) "
    "里的 1 就是为此。",
)
def relative_tolerance(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return abs(right - left) > 1e-3 * max(abs(left), abs(right))


@mistake(
    KINK,
    "The absolute values are missing in max(1, |left|, |right|): where both slopes are very negative, only the 1 is "
    "left, and rounding or a slight bend counts as a kink.",
    "max(1, |left|, |right|) 里漏了绝对值：两侧斜率都是很大的负数时，阈值里只剩下 1，"
    "舍入误差或轻微的弯曲也会被当成折点。",
)
def threshold_without_abs(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return abs(right - left) > 1e-3 * max(1.0, left, right)


@mistake(
    KINK,
    "A change of sign was looked for. In the minimum of x² the slope changes its sign smoothly, and ReLU has a kink "
    "where it does not (0 and 1).",
    "找的是斜率变号。x² 在极小值处斜率变号却是光滑的；而 ReLU 的折点两侧（0 和 1）并不变号。",
)
def change_of_sign(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return left * right < 0


@mistake(
    KINK,
    "The two differences are compared, not the two slopes: divide each by eps first.",
    "比较的是两个差，而不是两个斜率：先各自除以 eps。",
)
def differences_not_slopes(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return abs(right - left) * eps > 1e-3


@mistake(
    KINK,
    "`below - middle` has the wrong sign, so the left slope is negative where it should be positive: it is (middle - "
    "below) / eps, the right one minus the left one in both.",
    "`below - middle` 的符号反了，左侧斜率本该为正时成了负：应该是 (middle - below) / eps，"
    "两侧都是右边的值减左边的值。",
)
def left_slope_turned_round(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return abs(right + left) > 1e-3 * max(1.0, abs(left), abs(right))


@mistake(
    KINK,
    "A step of its own was taken instead of the parameter eps.",
    "用了自己定的步长，没有用参数 eps。",
)
def own_distance(loss, x, k, eps):
    left, right = sides(loss, x, k, 1e-6)
    return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))


@mistake(
    KINK,
    "The element k is not the one that was moved (always element 0, or all of them).",
    "移动的不是第 k 个元素（总是第 0 个，或者全部一起）。",
)
def always_the_first(loss, x, k, eps):
    left, right = sides(loss, x, 0, eps)
    return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))


@mutant(KINK, "not_restored")
def kink_left_moved(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    x.flat[k] -= eps
    return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))


@mutant(KINK, "raised")
def not_through_flat(loss, x, k, eps):
    start, middle = x[k], loss()
    x[k] = start + eps
    right = (loss() - middle) / eps
    x[k] = start - eps
    left = (middle - loss()) / eps
    x[k] = start
    return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))


@mutant(KINK, "copy_moved")
def kink_on_a_copy(loss, x, k, eps):
    left, right = sides(loss, x.copy(), k, eps)
    return abs(right - left) > 1e-3 * max(1.0, abs(left), abs(right))


@mutant(KINK, "no_bool")
def difference_of_slopes(loss, x, k, eps):
    left, right = sides(loss, x, k, eps)
    return abs(right - left)
